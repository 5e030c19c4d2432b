/* SPDX-License-Identifier: EUPL-1.2 */
/* What tells how alike two groups are: classes of the score, and what weighted groups are worth. */
#include "engine/disclosure/release_int.h"

#include "base/real.h"

static size_t *bin_count(struct effect_overlap *bin, bool treated)
{
    return treated ? &bin->n_treated : &bin->n_control;
}

/* With weights of one, a share of the weight is a count over a known total. */
static void hide_bin(struct released_effect *to, struct effect_overlap *bin, bool treated)
{
    release_hide(to, bin_count(bin, treated));
    *(treated ? &bin->share_treated : &bin->share_control) = REAL_NAN;
}

/*
 * Classes with few persons are hidden; as all classes add up to a known total,
 * the next smallest with them until those hidden hold enough persons together.
 */
static void release_overlap(struct released_effect *to, bool treated)
{
    struct effect_result *r = to->result;
    const size_t min = r->spec.min_persons;
    size_t hidden = 0;

    for (size_t limit = min - 1; limit > 0;) {
        size_t next = EFFECT_HIDDEN;
        for (size_t b = 0; b < r->n_overlap; b++) {
            const size_t n = *bin_count(&r->overlap[b], treated);
            if (n == 0 || n == EFFECT_HIDDEN)
                continue;
            if (n <= limit) {
                hide_bin(to, &r->overlap[b], treated);
                hidden += n;
            } else if (n < next) {
                next = n;
            }
        }
        limit = is_small(hidden, min) && next != EFFECT_HIDDEN ? next : 0;
    }
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
