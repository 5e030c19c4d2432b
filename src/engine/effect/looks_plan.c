/* SPDX-License-Identifier: EUPL-1.2 */
/* Which looks there are: columns and their values, read and checked before anything is computed. */
#include "engine/effect/looks_int.h"

#include "base/date.h"
#include "base/num.h"
#include "engine/effect/frame_int.h"

#include <stdlib.h>

enum { NO_VALUE = UINT8_MAX };
_Static_assert((int)EFFECT_LOOK_VALUES_MAX < (int)NO_VALUE, "a byte holds them");

/* ---- what can be said without the data ---- */

static err refuse(struct err_info *info, const char *key, str name)
{
    return err_text(info, E_INPUT, key, name);
}

/* A name is there, once, and does not decide who is treated or what is measured. */
static err check_list(const struct effect_spec *s, const str *name, size_t n, bool is_outcome,
                      struct err_info *info)
{
    const str taken[] = {s->outcome, s->treatment, s->first_treated, s->unit, s->time};
    for (size_t i = 0; i < n; i++) {
        if (name[i].n == 0)
            return err_set(info, E_INPUT, "looks.column-empty");
        for (size_t j = 0; j < i; j++)
            if (str_eq(name[i], name[j]))
                return refuse(info, "looks.column-twice", name[i]);
        bool has_role = false;
        for (size_t j = 0; j < sizeof taken / sizeof *taken; j++)
            has_role = has_role || str_eq(name[i], taken[j]);
        for (size_t j = 0; is_outcome && j < s->n_covariates; j++)
            has_role = has_role || str_eq(name[i], s->covariates[j]);
        if (has_role)
            return refuse(info, is_outcome ? "looks.outcome-has-role" : "looks.column-has-role",
                          name[i]);
    }
    return OK;
}

err looks_check(const struct effect_spec *s, struct err_info *info)
{
    if (s->n_subgroups > EFFECT_LOOK_COLUMNS_MAX || s->n_explore > EFFECT_LOOK_COLUMNS_MAX ||
        s->n_placebo_outcomes > EFFECT_LOOK_COLUMNS_MAX) {
        err_set(info, E_LIMIT, "looks.columns-limit");
        msg_int(&info->msg, EFFECT_LOOK_COLUMNS_MAX);
        return E_LIMIT;
    }
    err e = check_list(s, s->subgroups, s->n_subgroups, false, info);
    if (e == OK)
        e = check_list(s, s->explore, s->n_explore, false, info);
    if (e == OK)
        e = check_list(s, s->placebo_outcomes, s->n_placebo_outcomes, true, info);
    if (e == OK)
        e = check_list(s, &s->unaffected, s->unaffected.n > 0, false, info);
    for (size_t i = 0; e == OK && i < s->n_explore; i++)
        for (size_t j = 0; e == OK && j < s->n_subgroups; j++)
            if (str_eq(s->explore[i], s->subgroups[j]))
                e = refuse(info, "looks.declared-and-explored", s->explore[i]);
    return e;
}

/* ---- the values of a column ---- */

/* What reading columns shares. Codes of a column being read take more room than what is kept. */
struct reading {
    const table *t;
    const struct table_column *unit; /* NULL: rows are on their own */
    uint32_t *unit_code;             /* of each row; NULL: units lie together */
    size_t n_units;
    uint32_t *code; /* of each row: of the column being read */
    arena *keep, *scratch;
};

static str print_value(const struct table_column *c, size_t row, char text[NUM_TEXT_MAX])
{
    enum { DATE_TEXT = 10 };
    switch (c->type) {
    case TABLE_INT: return (str){text, num_print_int(c->ints[row], text)};
    case TABLE_REAL: return (str){text, num_print_real(c->reals[row], text)};
    case TABLE_DATE: date_print_iso(c->days[row], text); return (str){text, DATE_TEXT};
    case TABLE_TEXT: break;
    }
    return c->words[c->codes[row]];
}

struct sorting {
    const struct table_column *column;
    const size_t *row; /* of each code, one that has it */
};

static int by_value(const void *a, const void *b, void *sorting)
{
    const struct sorting *s = sorting;
    const size_t x = s->row[*(const uint32_t *)a], y = s->row[*(const uint32_t *)b];
    if (s->column->type == TABLE_TEXT)
        return str_cmp(s->column->words[s->column->codes[x]],
                       s->column->words[s->column->codes[y]]);
    const double v = panel_value(s->column, x), w = panel_value(s->column, y);
    return (v > w) - (v < w);
}

static err name_values(const struct table_column *c, const struct reading *r,
                       struct looks_column *to, struct err_info *info)
{
    arena *a = r->keep;
    char text[NUM_TEXT_MAX];
    size_t *row = ARENA_NEW(a, size_t, to->n + 1);
    to->value = ARENA_NEW(a, str, to->n + 1);
    to->order = ARENA_NEW(a, uint32_t, to->n + 1);
    if (!row || !to->value || !to->order)
        return err_nomem(info);
    for (size_t i = table_rows(r->t); i-- > 0;)
        if (r->code[i] != FRAME_NO_CODE)
            row[r->code[i]] = i;
    for (size_t v = 0; v < to->n; v++) {
        to->value[v] = arena_str(a, print_value(c, row[v], text));
        to->order[v] = (uint32_t)v;
        if (!to->value[v].p)
            return err_nomem(info);
    }
    struct sorting sorting = {c, row};
    qsort_r(to->order, to->n, sizeof *to->order, by_value, &sorting);
    return OK;
}

static err refuse_change(const struct reading *r, str name, size_t row, struct err_info *info)
{
    err_text(info, E_INPUT, "looks.value-changes", name);
    panel_msg_value(&info->msg, r->unit, row);
    return E_INPUT;
}

/* The row's value becomes the known one, or must be it. */
static bool agrees(uint32_t code, uint32_t *known)
{
    if (code != FRAME_NO_CODE && *known == FRAME_NO_CODE)
        *known = code;
    return code == FRAME_NO_CODE || code == *known;
}

static err settle_by_code(const struct reading *r, str name, struct err_info *info)
{
    uint32_t *of = ARENA_NEW(r->scratch, uint32_t, r->n_units + 1);
    if (!of)
        return err_nomem(info);
    for (size_t u = 0; u < r->n_units; u++)
        of[u] = FRAME_NO_CODE;
    for (size_t i = 0; i < table_rows(r->t); i++)
        if (r->unit_code[i] != FRAME_NO_CODE && !agrees(r->code[i], &of[r->unit_code[i]]))
            return refuse_change(r, name, i, info);
    for (size_t i = 0; i < table_rows(r->t); i++)
        r->code[i] = r->unit_code[i] == FRAME_NO_CODE ? FRAME_NO_CODE : of[r->unit_code[i]];
    return OK;
}

/* Units that lie together need nothing but their rows. */
static err settle_by_run(const struct reading *r, str name, struct err_info *info)
{
    const size_t n = table_rows(r->t);
    for (size_t from = 0, to; from < n; from = to) {
        const uint64_t unit = looks_key(r->unit, from);
        uint32_t known = FRAME_NO_CODE;
        for (to = from; to < n && looks_key(r->unit, to) == unit; to++)
            if (!agrees(r->code[to], &known))
                return refuse_change(r, name, to, info);
        for (size_t i = from; i < to; i++)
            r->code[i] = known;
    }
    return OK;
}

/* Gives all rows of a unit its one value; E_INPUT when it has two. */
static err settle_units(const struct reading *r, str name, struct err_info *info)
{
    if (!r->unit)
        return OK;
    return r->unit_code ? settle_by_code(r, name, info) : settle_by_run(r, name, info);
}

/* Leaves the codes in r->code. */
static err read_column(const struct reading *r, struct looks_column *to, struct err_info *info)
{
    const struct table_column *c;
    err e = table_find(r->t, to->name, &c, info);
    if (e == OK)
        e = frame_codes(r->t, to->name, r->code, &to->n, info);
    if (e != OK)
        return e;
    if (to->n == 0)
        return err_text(info, E_INPUT, "effect.column-empty", to->name);
    if (to->n > EFFECT_LOOK_VALUES_MAX && to->kind != EFFECT_LOOK_UNAFFECTED) {
        err_text(info, E_LIMIT, "looks.too-many-values", to->name);
        msg_int(&info->msg, (int64_t)to->n);
        msg_int(&info->msg, EFFECT_LOOK_VALUES_MAX);
        return E_LIMIT;
    }
    e = settle_units(r, to->name, info);
    return e == OK ? name_values(c, r, to, info) : e;
}

/* The codes in a byte each: all, or the one that is looked at as 0. */
static err keep_codes(const struct reading *r, struct looks_column *to, struct err_info *info)
{
    to->code = ARENA_NEW(r->keep, uint8_t, table_rows(r->t));
    if (!to->code)
        return err_nomem(info);
    for (size_t i = 0; i < table_rows(r->t); i++) {
        const bool is_seen =
            to->only == SIZE_MAX ? r->code[i] != FRAME_NO_CODE : r->code[i] == to->only;
        to->code[i] = !is_seen ? NO_VALUE : to->only == SIZE_MAX ? (uint8_t)r->code[i] : 0;
    }
    return OK;
}

static err reading_open(const table *t, const struct effect_spec *s, arena *keep, arena *scratch,
                        struct reading *r, struct err_info *info)
{
    *r = (struct reading){.t = t, .keep = keep, .scratch = scratch};
    r->code = ARENA_NEW(scratch, uint32_t, table_rows(t));
    if (!r->code)
        return err_nomem(info);
    err e = s->unit.n ? table_find(t, s->unit, &r->unit, info) : OK;
    if (e != OK || !r->unit || table_is_sorted_by(t, s->unit, s->time))
        return e;
    r->unit_code = ARENA_NEW(scratch, uint32_t, table_rows(t));
    return r->unit_code ? frame_codes(t, s->unit, r->unit_code, &r->n_units, info)
                        : err_nomem(info);
}

/* ---- the plan ---- */

static void warn_without_value(const struct looks_column *c, size_t n_rows, struct effect_result *r)
{
    size_t n = 0;
    for (size_t i = 0; i < n_rows; i++)
        n += c->code[i] == NO_VALUE;
    if (n == 0)
        return;
    struct msg *m = effect_warn(r, "looks.rows-without-value");
    msg_int(m, (int64_t)n);
    msg_text(m, c->name);
}

/* One more column, all of whose values are looked at. */
static err plan_values(const struct reading *from, enum effect_look_kind kind, str name,
                       struct looks *l, struct effect_result *r, struct err_info *info)
{
    struct looks_column *c = &l->column[l->n_columns++];
    *c = (struct looks_column){.kind = kind, .name = name, .only = SIZE_MAX};
    err e = read_column(from, c, info);
    if (e == OK)
        e = keep_codes(from, c, info);
    if (e != OK)
        return e;
    l->n += c->n;
    warn_without_value(c, table_rows(from->t), r);
    return OK;
}

static err plan_unaffected(const struct reading *from, struct looks *l, const struct effect_spec *s,
                           struct err_info *info)
{
    struct looks_column *c = &l->column[l->n_columns++];
    *c = (struct looks_column){.kind = EFFECT_LOOK_UNAFFECTED, .name = s->unaffected, .only = 0};
    const err e = read_column(from, c, info);
    if (e != OK)
        return e;
    while (c->only < c->n && !str_eq(c->value[c->only], s->unaffected_value))
        c->only++;
    if (c->only < c->n) {
        l->n++;
        return keep_codes(from, c, info);
    }
    refuse(info, "looks.value-absent", s->unaffected);
    msg_text(&info->msg, s->unaffected_value);
    return E_INPUT;
}

static err plan_columns(const struct reading *from, struct effect_result *r, struct looks *l,
                        struct err_info *info)
{
    const struct effect_spec *s = &r->spec;
    err e = OK;
    for (size_t i = 0; e == OK && i < s->n_subgroups; i++)
        e = plan_values(from, EFFECT_LOOK_SUBGROUP, s->subgroups[i], l, r, info);
    for (size_t i = 0; e == OK && i < s->n_explore; i++)
        e = plan_values(from, EFFECT_LOOK_EXPLORED, s->explore[i], l, r, info);
    return e == OK && s->unaffected.n ? plan_unaffected(from, l, s, info) : e;
}

err looks_plan(const table *t, struct effect_result *r, arena *a, struct looks **looks,
               struct err_info *info)
{
    const struct effect_spec *s = &r->spec;
    const struct table_column *found;
    struct reading from;
    struct looks *l = *looks = ARENA_NEW(a, struct looks, 1);
    if (!l)
        return err_nomem(info);
    err e = OK;
    for (size_t i = 0; e == OK && i < s->n_placebo_outcomes; i++)
        e = table_find(t, s->placebo_outcomes[i], &found, info);
    l->n = s->n_placebo_outcomes;
    const size_t n_columns = s->n_subgroups + s->n_explore + (s->unaffected.n > 0);
    if (e != OK || n_columns == 0)
        return e;
    arena *scratch = arena_new(SIZE_MAX);
    l->column = ARENA_NEW(a, struct looks_column, n_columns);
    e = l->column && scratch ? reading_open(t, s, a, scratch, &from, info) : err_nomem(info);
    if (e == OK)
        e = plan_columns(&from, r, l, info);
    arena_free(scratch);
    return e;
}
