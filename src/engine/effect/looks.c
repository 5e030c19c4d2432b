/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/looks_int.h"

#include "base/date.h"
#include "base/num.h"
#include "base/real.h"
#include "engine/effect/frame_int.h"
#include "engine/effect/multiple_int.h"

#include <math.h>
#include <stdlib.h>

/* A column whose values are looked at, and which of them each row has. */
struct looks_column {
    enum effect_look_kind kind;
    str name;
    uint32_t *code;  /* of each row; FRAME_NO_CODE: none */
    uint32_t *order; /* n codes, by value */
    str *value;      /* of each code, as it is printed */
    size_t n;
    size_t only; /* the one code to look at, or SIZE_MAX: all */
};

struct looks {
    struct looks_column *column;
    size_t n_columns, n;
};

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

static err name_values(const struct table_column *c, size_t n_rows, arena *a,
                       struct looks_column *to, struct err_info *info)
{
    char text[NUM_TEXT_MAX];
    size_t *row = ARENA_NEW(a, size_t, to->n + 1);
    to->value = ARENA_NEW(a, str, to->n + 1);
    to->order = ARENA_NEW(a, uint32_t, to->n + 1);
    if (!row || !to->value || !to->order)
        return err_nomem(info);
    for (size_t i = n_rows; i-- > 0;)
        if (to->code[i] != FRAME_NO_CODE)
            row[to->code[i]] = i;
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

/* Gives all rows of a unit its one value; E_INPUT when it has two. */
static err settle_units(const table *t, const uint32_t *unit, size_t n_units,
                        const struct table_column *unit_column, arena *a, struct looks_column *to,
                        struct err_info *info)
{
    uint32_t *of = ARENA_NEW(a, uint32_t, n_units + 1);
    if (!of)
        return err_nomem(info);
    for (size_t u = 0; u < n_units; u++)
        of[u] = FRAME_NO_CODE;
    for (size_t i = 0; i < table_rows(t); i++) {
        if (unit[i] == FRAME_NO_CODE || to->code[i] == FRAME_NO_CODE)
            continue;
        uint32_t *known = &of[unit[i]];
        if (*known != FRAME_NO_CODE && *known != to->code[i]) {
            err_text(info, E_INPUT, "looks.value-changes", to->name);
            panel_msg_value(&info->msg, unit_column, i);
            return E_INPUT;
        }
        *known = to->code[i];
    }
    for (size_t i = 0; i < table_rows(t); i++)
        to->code[i] = unit[i] == FRAME_NO_CODE ? FRAME_NO_CODE : of[unit[i]];
    return OK;
}

static err read_column(const table *t, const struct effect_spec *s, arena *a,
                       struct looks_column *to, struct err_info *info)
{
    const struct table_column *c, *unit_column;
    size_t n_units;
    err e = table_find(t, to->name, &c, info);
    if (e != OK)
        return e;
    to->code = ARENA_NEW(a, uint32_t, table_rows(t));
    e = to->code ? frame_codes(t, to->name, to->code, &to->n, info) : err_nomem(info);
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
    if (s->unit.n) {
        uint32_t *unit = ARENA_NEW(a, uint32_t, table_rows(t));
        e = table_find(t, s->unit, &unit_column, info);
        if (e == OK)
            e = unit ? frame_codes(t, s->unit, unit, &n_units, info) : err_nomem(info);
        if (e == OK)
            e = settle_units(t, unit, n_units, unit_column, a, to, info);
    }
    return e == OK ? name_values(c, table_rows(t), a, to, info) : e;
}

/* ---- the plan ---- */

static void warn_without_value(const struct looks_column *c, size_t n_rows, struct effect_result *r)
{
    size_t n = 0;
    for (size_t i = 0; i < n_rows; i++)
        n += c->code[i] == FRAME_NO_CODE;
    if (n == 0)
        return;
    struct msg *m = effect_warn(r, "looks.rows-without-value");
    msg_int(m, (int64_t)n);
    msg_text(m, c->name);
}

/* One more column, all of whose values are looked at. */
static err plan_values(const table *t, enum effect_look_kind kind, str name, arena *a,
                       struct looks *l, struct effect_result *r, struct err_info *info)
{
    struct looks_column *c = &l->column[l->n_columns++];
    *c = (struct looks_column){.kind = kind, .name = name, .only = SIZE_MAX};
    const err e = read_column(t, &r->spec, a, c, info);
    if (e != OK)
        return e;
    l->n += c->n;
    warn_without_value(c, table_rows(t), r);
    return OK;
}

static err plan_unaffected(const table *t, arena *a, struct looks *l, const struct effect_spec *s,
                           struct err_info *info)
{
    struct looks_column *c = &l->column[l->n_columns++];
    *c = (struct looks_column){.kind = EFFECT_LOOK_UNAFFECTED, .name = s->unaffected, .only = 0};
    const err e = read_column(t, s, a, c, info);
    if (e != OK)
        return e;
    while (c->only < c->n && !str_eq(c->value[c->only], s->unaffected_value))
        c->only++;
    if (c->only < c->n) {
        l->n++;
        return OK;
    }
    refuse(info, "looks.value-absent", s->unaffected);
    msg_text(&info->msg, s->unaffected_value);
    return E_INPUT;
}

err looks_plan(const table *t, struct effect_result *r, arena *a, struct looks **looks,
               struct err_info *info)
{
    const struct effect_spec *s = &r->spec;
    const struct table_column *found;
    struct looks *l = *looks = ARENA_NEW(a, struct looks, 1);
    if (!l)
        return err_nomem(info);
    l->column = ARENA_NEW(a, struct looks_column, s->n_subgroups + s->n_explore + 1);
    err e = l->column ? OK : err_nomem(info);
    for (size_t i = 0; e == OK && i < s->n_subgroups; i++)
        e = plan_values(t, EFFECT_LOOK_SUBGROUP, s->subgroups[i], a, l, r, info);
    for (size_t i = 0; e == OK && i < s->n_explore; i++)
        e = plan_values(t, EFFECT_LOOK_EXPLORED, s->explore[i], a, l, r, info);
    for (size_t i = 0; e == OK && i < s->n_placebo_outcomes; i++)
        e = table_find(t, s->placebo_outcomes[i], &found, info);
    l->n += s->n_placebo_outcomes;
    if (e == OK && s->unaffected.n)
        e = plan_unaffected(t, a, l, s, info);
    return e;
}

/* ---- one look ---- */

/* What the looks of one result share. */
struct looking {
    const table *t;
    par *pool;
    const struct progress *progress;
    struct effect_result *r;
    struct err_info *info;
    uint8_t *keep; /* of rows: scratch */
    size_t done, n;
};

static void take_estimate(const struct effect_estimate *e, struct effect_look *to)
{
    to->estimate = e->estimate;
    to->standard_error = e->standard_error;
    to->ci_low = e->ci_low;
    to->ci_high = e->ci_high;
    to->p = e->p;
    to->n_treated = e->n_treated;
    to->n_control = e->n_control;
    to->failed = e->failed;
    if (e->failed)
        msg_set(&to->why, e->failed);
}

/* What the door wants to know of a look; NULL stays NULL. */
static err copy_providers(const struct effect_providers *from, arena *a,
                          struct effect_providers **to, struct err_info *info)
{
    if (!from)
        return OK;
    *to = ARENA_NEW(a, struct effect_providers, 1);
    if (!*to)
        return err_nomem(info);
    **to = *from;
    return OK;
}

static err copy_parts(const struct effect_parts *from, arena *a, struct effect_parts *to,
                      struct err_info *info)
{
    *to = (struct effect_parts){ARENA_NEW(a, struct effect_part, from->n), from->n, from->df};
    if (!to->of)
        return err_nomem(info);
    for (size_t i = 0; i < from->n; i++)
        to->of[i] = from->of[i];
    return OK;
}

/* The same method and errors, without looks of its own. */
static struct effect_spec spec_of_look(const struct effect_spec *s, enum effect_look_kind kind)
{
    struct effect_spec look = *s;
    look.n_subgroups = look.n_explore = look.n_placebo_outcomes = 0;
    look.unaffected = look.unaffected_value = (str){0};
    look.no_placebo_start = true;
    look.choose = false;             /* the design of the whole is that of the parts */
    if (look.method == EFFECT_BACON) /* what the effect averages is told of the whole */
        look.method = EFFECT_TWFE;
    look.honesty = EFFECT_TRUSTING;
    look.n_honest = 0;
    look.keeps_parts = kind == EFFECT_LOOK_SUBGROUP;
    return look;
}

/* The next look: `outcome` on the rows that `keep` keeps, or on all when it is NULL. */
static err look(struct looking *l, enum effect_look_kind kind, str column, str value, str outcome,
                const uint8_t *keep)
{
    struct effect_spec spec = spec_of_look(&l->r->spec, kind);
    struct effect_look *to = &l->r->looks[l->r->n_looks];
    struct effect_result *result = NULL;
    table *rows = NULL;
    const double none = REAL_NAN;

    progress_report(l->progress, "looks.step", (double)l->done++, (double)l->n);
    *to = (struct effect_look){.kind = kind,
                               .column = column,
                               .value = arena_str(l->r->memory, value),
                               .estimate = none,
                               .standard_error = none,
                               .ci_low = none,
                               .ci_high = none,
                               .p = none,
                               .p_adjusted = none};
    spec.outcome = outcome;
    err e = to->value.p ? OK : err_nomem(l->info);
    if (e == OK && keep)
        e = table_select(l->t, keep, &rows, l->info);
    if (e == OK)
        e = effect_run(rows ? rows : l->t, &spec, l->pool, l->progress, &result, l->info);
    table_free(rows);
    if (e == E_INPUT || e == E_LIMIT) { /* of these rows only: the main effect stands */
        to->failed = l->info->msg.key;
        to->why = l->info->msg;
        e = OK;
    } else if (e == OK) {
        const struct effect_estimate *overall = effect_overall(result);
        static const struct effect_estimate none_overall = {.failed = "looks.no-overall"};
        take_estimate(overall ? overall : &none_overall, to);
        e = copy_parts(&result->parts, l->r->memory, &to->parts, l->info);
        if (e == OK)
            e = copy_providers(result->providers, l->r->memory, &to->providers, l->info);
    }
    effect_result_free(result);
    l->r->n_looks += e == OK;
    return e;
}

static err look_at_value(struct looking *l, const struct looks_column *c, uint32_t code)
{
    for (size_t i = 0; i < table_rows(l->t); i++)
        l->keep[i] = c->code[i] == code;
    return look(l, c->kind, c->name, c->value[code], l->r->spec.outcome, l->keep);
}

/* ---- all of them ---- */

static err look_at_columns(struct looking *l, const struct looks *looks, bool unaffected)
{
    err e = OK;
    for (size_t i = 0; i < looks->n_columns; i++) {
        const struct looks_column *c = &looks->column[i];
        const bool all = c->only == SIZE_MAX;
        if (all == unaffected)
            continue;
        for (size_t v = 0; e == OK && v < (all ? c->n : 1); v++)
            e = look_at_value(l, c, all ? c->order[v] : (uint32_t)c->only);
    }
    return e;
}

/* By kind: declared, explored, the earlier start, other outcomes, rows without effect. */
static err look_at_all(struct looking *l, const struct looks *looks,
                       const struct effect_look *start)
{
    const struct effect_spec *s = &l->r->spec;
    err e = look_at_columns(l, looks, false);
    if (e == OK && start)
        l->r->looks[l->r->n_looks++] = *start;
    for (size_t i = 0; e == OK && i < s->n_placebo_outcomes; i++)
        e = look(l, EFFECT_LOOK_PLACEBO_OUTCOME, s->placebo_outcomes[i], STR(""),
                 s->placebo_outcomes[i], NULL);
    return e == OK ? look_at_columns(l, looks, true) : e;
}

static size_t looks_of(struct effect_result *r, enum effect_look_kind kind, size_t *first)
{
    size_t n = 0;
    for (size_t i = r->n_looks; i-- > 0;)
        if (r->looks[i].kind == kind) {
            *first = i;
            n++;
        }
    return n;
}

/* The declared ones together, so that not one in twenty is found by chance alone. */
static err adjust_declared(struct looking *l, arena *a)
{
    size_t first = 0;
    const size_t n = looks_of(l->r, EFFECT_LOOK_SUBGROUP, &first);
    const size_t n_draws = effect_family_draws(&l->r->spec);
    struct effect_member *member = ARENA_NEW(a, struct effect_member, n);
    if (n == 0)
        return OK;
    if (!member)
        return err_nomem(l->info);
    for (size_t i = 0; i < n; i++) {
        const struct effect_look *look = &l->r->looks[first + i];
        member[i] = (struct effect_member){look->estimate, look->p, look->parts, REAL_NAN};
    }
    const err e = effect_adjust_family(l->pool, member, n, n_draws, l->r->spec.seed, l->info);
    for (size_t i = 0; e == OK && i < n; i++)
        l->r->looks[first + i].p_adjusted = member[i].p_adjusted;
    return e;
}

static err adjust_explored(struct looking *l, arena *a)
{
    size_t first = 0;
    const size_t n = looks_of(l->r, EFFECT_LOOK_EXPLORED, &first);
    double *p = ARENA_NEW(a, double, n), *adjusted = ARENA_NEW(a, double, n);
    if (n == 0)
        return OK;
    if (!p || !adjusted)
        return err_nomem(l->info);
    for (size_t i = 0; i < n; i++)
        p[i] = l->r->looks[first + i].p;
    const err e = multiple_step_up(p, n, adjusted, l->info);
    for (size_t i = 0; e == OK && i < n; i++)
        l->r->looks[first + i].p_adjusted = adjusted[i];
    return e;
}

err looks_run(const struct looks *looks, const table *t, par *pool, const struct progress *progress,
              struct effect_result *r, struct err_info *info)
{
    const struct effect_look *start = r->n_looks ? r->looks : NULL;
    if (looks->n == 0)
        return OK;
    arena *a = arena_new(SIZE_MAX);
    if (!a)
        return err_nomem(info);
    struct looking l = {t, pool,    progress, r, info, ARENA_NEW(a, uint8_t, table_rows(t)),
                        0, looks->n};
    r->looks = ARENA_NEW(r->memory, struct effect_look, looks->n + 1);
    r->n_looks = 0;
    err e = l.keep && r->looks ? look_at_all(&l, looks, start) : err_nomem(info);
    if (e == OK)
        e = adjust_declared(&l, a);
    if (e == OK)
        e = adjust_explored(&l, a);
    arena_free(a);
    return e;
}
