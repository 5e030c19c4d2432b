/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An effect before there can be one. The panel stays as it was built: only the
 * starts move, and with them which periods of a cohort get a comparison. Rows
 * at or after a cohort's real start are in none of these, so need not be hidden.
 */
#include "base/num.h"
#include "engine/effect/looks_int.h"

enum { PERIODS_MIN = 2 }; /* before the start: one to compare with, one to be the effect's */

/* The periods of a cohort in which nothing can show yet: 0 .. this - 1. */
static size_t periods_before(const struct panel *p, const struct panel_cohort *c,
                             size_t anticipation)
{
    const size_t before = c->start > anticipation ? c->start - anticipation : 0;
    return before < p->periods.n ? before : p->periods.n;
}

/* Moves the starts; returns by how many periods, 0 when there is no room to. */
static size_t move_starts(const struct panel *p, size_t anticipation, struct panel *moved)
{
    size_t shift = 0, last = 0;
    for (size_t h = 0; h < p->n_cohorts; h++) {
        struct panel_cohort *c = &moved->cohort[h];
        const size_t before = periods_before(p, c, anticipation);
        if (shift == 0 && before >= PERIODS_MIN)
            shift = before / 2;
        c->start = (uint32_t)(before >= PERIODS_MIN ? before - shift : 0);
        c->from = c->start;
        c->until = (uint32_t)(before >= PERIODS_MIN ? before : 0);
        last = before >= PERIODS_MIN && p->cohort[h].start < p->periods.n ? before : last;
    }
    moved->periods.n = last;
    return last ? shift : 0;
}

static err copy_cohorts(const struct panel *p, arena *a, struct panel *copy, struct err_info *info)
{
    *copy = *p;
    copy->cohort = ARENA_NEW(a, struct panel_cohort, p->n_cohorts + 1);
    if (!copy->cohort)
        return err_nomem(info);
    for (size_t h = 0; h <= p->n_cohorts; h++)
        copy->cohort[h] = p->cohort[h];
    return OK;
}

/* What came out, or why nothing did. */
static void take(const struct effect_result *made, struct effect_look *to)
{
    const struct effect_estimate *e = effect_overall(made);
    to->estimate = e->estimate;
    to->standard_error = e->standard_error;
    to->ci_low = e->ci_low;
    to->ci_high = e->ci_high;
    to->p = e->p;
    to->n_treated = e->n_treated;
    to->n_control = e->n_control;
    if (e->failed)
        msg_set(&to->why, e->failed);
}

static err estimate(const struct panel *moved, const struct effect_spec *spec, par *pool,
                    const struct progress *progress, arena *a, struct effect_look *to,
                    struct err_info *info)
{
    struct effect_result made = {.spec = *spec, .memory = a};
    struct panel_answer answer = {0};
    made.spec.anticipation = 0; /* what may show early is cut off already */
    made.spec.keeps_parts = false;
    const err e = panel_solve(moved, &made.spec, pool, progress, a, &answer, &made, info);
    if (e == E_INPUT || e == E_LIMIT)
        to->why = info->msg;
    else if (e == OK)
        take(&made, to);
    return e == E_INPUT || e == E_LIMIT ? OK : e;
}

err looks_placebo_start(const struct panel *p, const struct effect_spec *spec, par *pool,
                        const struct progress *progress, const arena *beside,
                        struct effect_result *r, struct err_info *info)
{
    char text[NUM_TEXT_MAX];
    struct panel moved;
    struct effect_look *to = r->looks = ARENA_NEW(r->memory, struct effect_look, 1);
    arena *a = arena_new_beside(beside);
    err e = to && a ? copy_cohorts(p, a, &moved, info) : err_nomem(info);
    if (e != OK)
        goto out;
    const size_t shift = move_starts(p, (size_t)spec->anticipation, &moved);
    *to = (struct effect_look){.kind = EFFECT_LOOK_PLACEBO_START,
                               .column = r->spec.time,
                               .estimate = REAL_NAN,
                               .standard_error = REAL_NAN,
                               .ci_low = REAL_NAN,
                               .ci_high = REAL_NAN,
                               .p = REAL_NAN,
                               .p_adjusted = REAL_NAN};
    to->value = arena_str(r->memory, (str){text, num_print_int((int64_t)shift, text)});
    r->n_looks = 1;
    moved.key = NULL;
    if (!to->value.p)
        e = err_nomem(info);
    else if (shift == 0)
        msg_set(&to->why, "looks.no-earlier-start");
    else
        e = estimate(&moved, spec, pool, progress, a, to, info);
    to->failed = to->why.key;
out:
    arena_free(a);
    return e;
}
