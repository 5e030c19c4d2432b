/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An effect before there can be one. Rows stay as they were read: only the
 * starts move, and with them which periods of a start count. Rows at or after
 * the real start are in none of these.
 */
#include "base/num.h"
#include "engine/effect/looks_int.h"
#include "engine/effect/teams_int.h"

enum { PERIODS_MIN = 2 }; /* before the start: one to compare with, one to be the effect's */

/* The periods before a start in which nothing can show yet: 0 .. this - 1. */
static size_t periods_before(const struct looks_starts *s, size_t i, size_t anticipation)
{
    const size_t before = s->start[i] > anticipation ? s->start[i] - anticipation : 0;
    return before < s->n_periods ? before : s->n_periods;
}

/* Moves the starts; returns by how many periods, 0 when there is no room to. */
static size_t move_starts(const struct looks_starts *s, size_t anticipation,
                          struct panel_move *move, size_t *n_periods)
{
    size_t shift = 0, last = 0;
    for (size_t i = 0; i < s->n; i++) {
        const size_t before = periods_before(s, i, anticipation);
        move[i] = (struct panel_move){PANEL_NEVER, 0};
        if (before < PERIODS_MIN)
            continue;
        if (shift == 0)
            shift = before / 2;
        move[i] = (struct panel_move){(uint32_t)(before - shift), (uint32_t)before};
        last = s->start[i] < s->n_periods ? before : last;
    }
    *n_periods = last;
    return last ? shift : 0;
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

static err estimate(const struct looks_starts *s, const struct panel_move *move, size_t n_periods,
                    const struct effect_spec *spec, arena *a, struct effect_look *to,
                    struct err_info *info)
{
    struct effect_result made = {.spec = *spec, .memory = a};
    made.spec.anticipation = 0; /* what may show early is cut off already */
    made.spec.keeps_parts = false;
    const err e = s->estimate(s->ctx, move, n_periods, a, &made, info);
    if (e == OK)
        teams_forget_errors(&made);
    if (e == E_INPUT || e == E_LIMIT)
        to->why = info->msg;
    else if (e == OK)
        take(&made, to);
    return e == E_INPUT || e == E_LIMIT ? OK : e;
}

err looks_placebo_start(const struct looks_starts *starts, const struct effect_spec *spec,
                        struct effect_result *r, struct err_info *info)
{
    char text[NUM_TEXT_MAX];
    size_t n_periods = 0;
    struct effect_look *to = r->looks = ARENA_NEW(r->memory, struct effect_look, 1);
    arena *a = arena_new_beside(starts->beside);
    struct panel_move *move = a ? ARENA_NEW(a, struct panel_move, starts->n) : NULL;
    err e = to && move ? OK : err_nomem(info);
    if (e != OK)
        goto out;
    const size_t shift = move_starts(starts, (size_t)spec->anticipation, move, &n_periods);
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
    if (!to->value.p)
        e = err_nomem(info);
    else if (shift == 0)
        msg_set(&to->why, "looks.no-earlier-start");
    else
        e = estimate(starts, move, n_periods, spec, a, to, info);
    to->failed = to->why.key;
out:
    arena_free(a);
    return e;
}
