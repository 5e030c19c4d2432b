/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/disclosure/release_int.h"

#include "base/real.h"

#include <stdlib.h>
#include <string.h>

void release_note(struct released_effect *to, const char *key, size_t n)
{
    if (n == 0 || to->n_notes == DISCLOSURE_NOTES_MAX)
        return;
    struct msg *m = &to->notes[to->n_notes++];
    msg_set(m, key);
    msg_int(m, (int64_t)n);
    msg_int(m, (int64_t)to->result->spec.min_persons);
}

void release_hide(struct released_effect *to, size_t *count)
{
    if (*count == EFFECT_HIDDEN)
        return;
    if (to->n_hidden < RELEASED_HIDDEN_MAX)
        to->hidden[to->n_hidden++] = *count;
    *count = EFFECT_HIDDEN;
}

void release_withhold(struct effect_result *r, size_t estimate, const char *why)
{
    const size_t n = r->n_estimates;
    struct effect_estimate *e = &r->estimates[estimate];
    e->estimate = e->standard_error = e->ci_low = e->ci_high = REAL_NAN;
    e->band_low = e->band_high = e->p = REAL_NAN;
    e->n_treated = e->n_control = e->n_lost = e->n_trimmed = EFFECT_HIDDEN;
    e->failed = why;
    for (size_t i = 0; r->covariance && i < n; i++)
        r->covariance[estimate * n + i] = r->covariance[i * n + estimate] = REAL_NAN;
    for (size_t d = 0; r->draws && d < r->n_draws; d++)
        r->draws[d * n + estimate] = REAL_NAN;
}

err disclosure_release(struct effect_result *result, struct released_effect **released,
                       struct err_info *info)
{
    struct released_effect *made = calloc(1, sizeof *made);
    if (!made) {
        effect_result_free(result);
        return err_nomem(info);
    }
    made->result = result;
    made->n_treated = result->diagnostics.n_treated;
    made->n_control = result->diagnostics.n_control;
    if (result->spec.min_persons < EFFECT_PERSONS_LEAST)
        result->spec.min_persons = EFFECT_PERSONS_LEAST;
    release_parts(made); /* before the counts it looks at are hidden */
    const err e = release_cells(made, info);
    if (e != OK) {
        disclosure_free(made);
        return e;
    }
    release_bounds(made);
    release_alike(made); /* while the totals are known */
    release_counts(made);
    release_warnings(made);
    *released = made;
    return OK;
}

err disclosure_run(const table *t, const struct effect_spec *spec, par *pool,
                   const struct progress *progress, struct released_effect **released,
                   struct err_info *info)
{
    struct effect_result *result;
    const err e = effect_run(t, spec, pool, progress, &result, info);
    return e == OK ? disclosure_release(result, released, info) : e;
}

void disclosure_free(struct released_effect *released)
{
    if (!released)
        return;
    effect_result_free(released->result);
    free(released);
}

static bool is_near(size_t a, size_t b, size_t min)
{
    return is_small(a > b ? a - b : b - a, min);
}

/* Whether the whole less the part, and less some of those beside it, is a handful. */
static bool leaves_few(const struct released_effect *part, const struct released_effect *whole,
                       const struct released_effect *const *beside, size_t n)
{
    const size_t min = part->result->spec.min_persons;
    for (unsigned set = 0; set < 1u << n; set++) {
        size_t treated = part->n_treated, control = part->n_control;
        for (size_t i = 0; i < n; i++)
            if (set >> i & 1) {
                treated += beside[i]->n_treated;
                control += beside[i]->n_control;
            }
        if (is_near(treated, whole->n_treated, min) || is_near(control, whole->n_control, min))
            return true;
    }
    return false;
}

void disclosure_keep_apart(struct released_effect *part, const struct released_effect *whole,
                           const struct released_effect *const *beside, size_t n_beside)
{
    struct effect_result *r = part->result;
    struct effect_diagnostics *d = &r->diagnostics;
    size_t *const counts[] = {&d->n_rows,
                              &d->n_used,
                              &d->n_dropped_missing,
                              &d->n_units,
                              &d->n_treated,
                              &d->n_control,
                              &d->n_clusters,
                              &d->n_treated_clusters,
                              &d->n_control_clusters,
                              &d->n_always_treated,
                              &d->n_unbalanced};
    size_t n = 0;
    if (!leaves_few(part, whole, beside,
                    n_beside < DISCLOSURE_BESIDE_MAX ? n_beside : DISCLOSURE_BESIDE_MAX))
        return;
    for (size_t i = 0; i < r->n_estimates; i++) {
        if (r->estimates[i].failed)
            continue;
        release_withhold(r, i, "disclosure.by-subtraction");
        n++;
    }
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        *counts[i] = EFFECT_HIDDEN;
    d->mean_treated = d->mean_control = d->propensity_sum_treated = REAL_NAN;
    d->pretest_statistic = d->pretest_p = REAL_NAN;
    d->pretest_df = 0;
    r->match = NULL;
    r->comparison = NULL;
    r->teams = NULL;
    r->honesty = NULL;
    r->study = NULL;
    r->n_bacon = r->n_overlap = r->n_balance = r->n_honest = r->n_trends = r->n_looks =
        r->n_warnings = 0;
    release_note(part, "disclosure.says-apart", n);
}

const struct effect_result *disclosure_view(const struct released_effect *released)
{
    return released ? released->result : NULL;
}

const struct msg *disclosure_notes(const struct released_effect *released, size_t *n)
{
    *n = released->n_notes;
    return released->notes;
}

bool disclosure_withheld(const struct effect_estimate *e)
{
    static const char room[] = "disclosure.";
    return e->failed && strncmp(e->failed, room, sizeof room - 1) == 0;
}
