/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/looks_int.h"

#include "base/real.h"
#include "engine/effect/multiple_int.h"

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
    if (e == OK)
        e = effect_run_part(l->t, keep, &spec, l->pool, l->progress, &result, l->info);
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

static err look_at_value(struct looking *l, const struct looks_column *c, size_t value)
{
    const size_t code = c->only == SIZE_MAX ? value : 0;
    for (size_t i = 0; i < table_rows(l->t); i++)
        l->keep[i] = c->code[i] == code;
    return look(l, c->kind, c->name, c->value[value], l->r->spec.outcome, l->keep);
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
            e = look_at_value(l, c, all ? c->order[v] : c->only);
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
