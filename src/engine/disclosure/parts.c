/* SPDX-License-Identifier: EUPL-1.2 */
/* What rests on the effects: comparisons of starts, bounds; and who was paid. */
#include "base/real.h"
#include "engine/disclosure/release_int.h"

/* ---- providers ---- */

#define DOMINANT_ONE 0.50
#define DOMINANT_TWO 0.85
#define DOMINANT_P   0.15

bool release_is_dominated(const struct effect_providers *p)
{
    for (int g = 0; p && g < 2; g++) {
        const double one = p->first[g], two = one + p->second[g];
        if (one > DOMINANT_ONE || two > DOMINANT_TWO || 1 - two < DOMINANT_P * one)
            return true;
    }
    return false;
}

/* ---- comparisons of starts ---- */

static bool is_few(size_t n_treated, size_t n_control, size_t min)
{
    return n_treated < min || n_control < min;
}

/* Sizes of starts are in the weights: one small group and the decomposition stays inside. */
static void release_bacon(struct released_effect *to)
{
    struct effect_result *r = to->result;
    bool few = release_is_dominated(r->providers);
    few |= is_few(r->diagnostics.n_treated, r->diagnostics.n_control, r->spec.min_persons);
    for (size_t i = 0; i < r->n_bacon; i++)
        few |= is_few(r->bacon[i].n_treated, r->bacon[i].n_control, r->spec.min_persons);
    if (!few)
        return;
    release_note(to, "disclosure.says-bacon", r->n_bacon);
    r->n_bacon = 0;
}

void release_parts(struct released_effect *to)
{
    release_note(to, "disclosure.says-dominated", release_is_dominated(to->result->providers));
    release_means(to);
    release_bacon(to);
    release_looks(to);
}

/* ---- what rests on estimates that were withheld ---- */

void release_bounds(struct released_effect *to)
{
    struct effect_result *r = to->result;
    bool some = false, whole = false;
    for (size_t i = 0; i < r->n_estimates; i++) {
        const struct effect_estimate *e = &r->estimates[i];
        const bool withheld = disclosure_withheld(e);
        some |= withheld && e->aggregation != EFFECT_GROUP_TIME;
        whole |= withheld && (e->aggregation == EFFECT_SIMPLE || e->aggregation == EFFECT_NONE);
    }
    if (whole)
        r->teams = NULL;
    if (some && r->honesty) {
        release_note(to, "disclosure.says-bounds", 1);
        r->honesty = NULL;
        r->n_honest = r->n_trends = 0;
        r->study = NULL;
    }
}
