/* SPDX-License-Identifier: EUPL-1.2 */
/* What tells how alike two groups are: classes of the score, and what weighted groups are worth. */
#include "engine/disclosure/release_int.h"

#include "base/real.h"

static size_t *bin_count(struct effect_overlap *bin, bool treated)
{
    return treated ? &bin->n_treated : &bin->n_control;
}

static double *bin_share(struct effect_overlap *bin, bool treated)
{
    return treated ? &bin->share_treated : &bin->share_control;
}

/*
 * Classes with few persons are hidden; as all classes add up to a known total,
 * the next smallest with them until those hidden hold enough persons together.
 */
static void hide_few(const size_t *n, size_t n_bins, size_t min, bool *hides)
{
    size_t hidden = 0;

    for (size_t b = 0; b < n_bins; b++)
        hidden += hides[b] ? n[b] : 0;
    for (size_t limit = min - 1; limit > 0;) {
        size_t next = SIZE_MAX;
        for (size_t b = 0; b < n_bins; b++) {
            if (n[b] == 0 || hides[b])
                continue;
            if (n[b] <= limit) {
                hides[b] = true;
                hidden += n[b];
            } else if (n[b] < next) {
                next = n[b];
            }
        }
        limit = is_small(hidden, min) && next != SIZE_MAX ? next : 0;
    }
}

/*
 * Where those compared all weigh the same, their share times their number counts
 * them, and what is left of the class those who are not compared.
 */
static void hide_shares(const struct effect_result *r, bool treated, const size_t *n, bool *hides)
{
    const struct effect_comparison *c = r->comparison;
    const size_t compared = treated ? c->n_treated : c->n_control;
    const double worth = treated ? c->effective_treated : c->effective_control;
    size_t kept[EFFECT_OVERLAP_BINS], lost[EFFECT_OVERLAP_BINS];

    if (!(worth > (double)compared - 0.5))
        return;
    for (size_t b = 0; b < r->n_overlap; b++) {
        const struct effect_overlap *bin = &r->overlap[b];
        const double share = treated ? bin->share_treated : bin->share_control;
        kept[b] = (size_t)(share * (double)compared + 0.5);
        lost[b] = n[b] > kept[b] ? n[b] - kept[b] : 0;
    }
    hide_few(lost, r->n_overlap, r->spec.min_persons, hides);
    hide_few(kept, r->n_overlap, r->spec.min_persons, hides);
}

static void release_overlap(struct released_effect *to, bool treated)
{
    struct effect_result *r = to->result;
    size_t n[EFFECT_OVERLAP_BINS];
    bool hides[EFFECT_OVERLAP_BINS] = {false};

    for (size_t b = 0; b < r->n_overlap; b++)
        n[b] = *bin_count(&r->overlap[b], treated);
    hide_few(n, r->n_overlap, r->spec.min_persons, hides);
    for (size_t b = 0; b < r->n_overlap; b++)
        if (hides[b])
            release_hide(to, bin_count(&r->overlap[b], treated));
    if (r->comparison)
        hide_shares(r, treated, n, hides);
    for (size_t b = 0; b < r->n_overlap; b++)
        if (hides[b])
            *bin_share(&r->overlap[b], treated) = REAL_NAN;
}

static bool tells_few(size_t n, size_t of, size_t min)
{
    return is_small(n, min) || (n <= of && is_small(of - n, min));
}

void release_alike(struct released_effect *to)
{
    struct effect_result *r = to->result;
    const struct effect_diagnostics *d = &r->diagnostics;
    struct effect_comparison *c = r->comparison;
    const size_t min = r->spec.min_persons;

    for (int treated = 0; treated <= 1; treated++)
        release_overlap(to, treated == 1);
    if (!c)
        return;
    if (tells_few(c->n_outside, d->n_treated, min))
        release_hide(to, &c->n_outside);
}
