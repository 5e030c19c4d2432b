/* SPDX-License-Identifier: EUPL-1.2 */
/* Other looks at the same data, as plain text: for whom, and negative controls. */
#include "engine/report/effect_text_int.h"
#include "engine/report/text_table_int.h"

#include "base/num.h"
#include "base/real.h"

#include <math.h>

enum { COLUMNS = 8, CONTROL_COLUMNS = 7, DECIMALS_MAX = 6 };

/* A table of one or more kinds, which lie behind each other. */
struct part {
    enum effect_look_kind first, last;
    const char *title;
};

static bool is_in(const struct part *part, const struct effect_look *look)
{
    return look->kind >= part->first && look->kind <= part->last;
}

static bool is_control(const struct effect_look *look)
{
    return look->kind >= EFFECT_LOOK_PLACEBO_START;
}

/* Decimals that show the smallest standard error of one outcome in three digits. */
static int decimals_of(const struct effect_result *r, const struct effect_look *look)
{
    double smallest = REAL_NAN;
    int decimals = 0;
    for (size_t i = 0; i < r->n_looks; i++) {
        const double se = r->looks[i].standard_error;
        const bool is_alike = (r->looks[i].kind == EFFECT_LOOK_PLACEBO_OUTCOME) ==
                              (look->kind == EFFECT_LOOK_PLACEBO_OUTCOME);
        if (is_alike && se > 0 && !(se >= smallest))
            smallest = se;
    }
    for (double size = smallest; size < 100 && decimals < DECIMALS_MAX; size *= 10)
        decimals++;
    return decimals;
}

static void put_label(struct text_table *t, const struct effect_look *look)
{
    int64_t periods = 0;
    struct msg m;
    if (look->kind == EFFECT_LOOK_PLACEBO_START && num_parse_int(look->value, &periods)) {
        msg_set(&m, periods ? "looks.label-start" : "looks.label-no-start");
        msg_int(&m, periods);
        tr_msg(&t->text, t->lang, &m);
    } else {
        out_str(&t->text, look->column);
        out_cstr(&t->text, look->value.n ? " = " : "");
        out_str(&t->text, look->value);
    }
    text_end_cell(t);
}

/* What is wrong with a look, or what must not be forgotten about it. */
static void put_remark(struct text_table *t, const struct effect_look *look)
{
    if (look->failed) {
        tr_msg(&t->text, t->lang, &look->why);
        text_end_cell(t);
    } else if (look->kind == EFFECT_LOOK_EXPLORED) {
        text_put_key(t, "looks.label-explored");
    } else if (is_control(look) && (look->ci_low > 0 || look->ci_high < 0)) {
        text_put_key(t, "looks.label-not-zero");
    } else {
        text_end_cell(t);
    }
}

static void put_look(struct text_table *t, const struct effect_look *look, int decimals)
{
    put_label(t, look);
    text_put_number(t, look->estimate, decimals);
    text_put_number(t, look->standard_error, decimals);
    text_put_number(t, look->ci_low, decimals);
    text_put_number(t, look->ci_high, decimals);
    text_put_p(t, look->p);
    if (!is_control(look))
        text_put_p(t, look->p_adjusted);
    put_remark(t, look);
}

static err print_part(out *o, enum lang lang, const struct effect_result *r,
                      const struct part *part, struct err_info *info)
{
    static const char *const heads[COLUMNS] = {NULL,
                                               "effect.head-estimate",
                                               "effect.head-error",
                                               "effect.head-low",
                                               "effect.head-high",
                                               "effect.head-p",
                                               "looks.head-adjusted",
                                               NULL};
    static const char *const control_heads[CONTROL_COLUMNS] = {NULL,
                                                               "effect.head-estimate",
                                                               "effect.head-error",
                                                               "effect.head-low",
                                                               "effect.head-high",
                                                               "effect.head-p",
                                                               NULL};
    const bool controls = part->first == EFFECT_LOOK_PLACEBO_START;
    struct text_table t = {.lang = lang, .columns = controls ? CONTROL_COLUMNS : COLUMNS};
    size_t rows = 0;
    for (size_t i = 0; i < r->n_looks; i++)
        rows += is_in(part, &r->looks[i]);
    if (rows == 0)
        return OK;

    err e = text_open(&t, rows, info);
    if (e == OK) {
        text_put_heads(&t, controls ? control_heads : heads);
        for (size_t i = 0; i < r->n_looks; i++)
            if (is_in(part, &r->looks[i]))
                put_look(&t, &r->looks[i], decimals_of(r, &r->looks[i]));
        e = text_print(&t, part->title, o, info);
    }
    text_close(&t);
    return e;
}

/* A control that was not done is said, so that its absence is not taken for good news. */
static void say_absent(out *o, enum lang lang, const struct effect_result *r)
{
    static const char *const keys[] = {"looks.no-placebo-start", "looks.no-placebo-outcome",
                                       "looks.no-unaffected"};
    const size_t first = r->spec.unit.n ? 0 : 1; /* two groups have no start to move */
    bool has[3] = {false};
    for (size_t i = 0; i < r->n_looks; i++)
        if (is_control(&r->looks[i]))
            has[r->looks[i].kind - EFFECT_LOOK_PLACEBO_START] = true;
    for (size_t i = first, n = 0; i < 3; i++)
        if (!has[i]) {
            out_cstr(o, n++ ? "" : "\n");
            out_str(o, tr(lang, keys[i]));
            out_char(o, '\n');
        }
}

err effect_text_looks(out *o, enum lang lang, const struct effect_result *r, struct err_info *info)
{
    static const struct part parts[] = {
        {EFFECT_LOOK_SUBGROUP, EFFECT_LOOK_SUBGROUP, "looks.title-subgroup"},
        {EFFECT_LOOK_EXPLORED, EFFECT_LOOK_EXPLORED, "looks.title-explored"},
        {EFFECT_LOOK_PLACEBO_START, EFFECT_LOOK_UNAFFECTED, "looks.title-controls"},
    };
    err e = OK;
    for (size_t i = 0; e == OK && i < sizeof parts / sizeof *parts; i++)
        e = print_part(o, lang, r, &parts[i], info);
    if (e == OK)
        say_absent(o, lang, r);
    return e;
}
