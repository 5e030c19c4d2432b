/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/panel_int.h"

#include <math.h>
#include <stdlib.h>

/* Fewer clusters than these, and intervals may miss the truth more often than they say. */
enum { CLUSTERS_FEW = 20, CLUSTERS_FEW_IN_ARM = 8 };

/* Which estimator a method means on a panel. */
static struct effect_spec resolve(const struct effect_spec *asked)
{
    struct effect_spec s = *asked;
    if (s.method == EFFECT_REGRESSION)
        s.estimator = EFFECT_REG;
    if (s.method == EFFECT_WEIGHTING)
        s.estimator = EFFECT_IPW;
    return s;
}

static err check_spec(const struct effect_spec *s, struct err_info *info)
{
    if (!s->first_treated.n && !s->treatment.n)
        return err_set(info, E_INPUT, "panel.no-start-column");
    if (s->anticipation < 0 || s->anticipation > PANEL_PERIODS_MAX) {
        err_set(info, E_INPUT, "panel.anticipation");
        msg_int(&info->msg, PANEL_PERIODS_MAX);
        return E_INPUT;
    }
    return OK;
}

/* ---- clusters of either arm ---- */

struct cluster_counts {
    size_t n, n_treated, n_control;
    size_t n_lonely; /* cohorts that lie in one cluster */
};

static size_t count_in_cohort(const struct panel *p, size_t cohort, uint8_t *seen, uint8_t mark)
{
    const struct panel_cohort *c = &p->cohort[cohort];
    size_t n = 0;
    for (size_t i = c->first; i < c->first + c->n; i++) {
        n += !(seen[p->cluster[i]] & mark);
        seen[p->cluster[i]] |= mark;
    }
    return n;
}

static err count_clusters(const struct panel *p, const struct effect_spec *spec, arena *a,
                          struct cluster_counts *count, struct err_info *info)
{
    const size_t n_never = p->cohort[p->n_cohorts].n;
    *count = (struct cluster_counts){
        .n = p->n, .n_treated = p->n - n_never, .n_control = n_never};
    if (spec->control == EFFECT_NOT_YET) /* all but the first cohort can be controls */
        count->n_control = p->n - p->cohort[0].n;
    if (!p->cluster)
        return OK;
    uint8_t *seen = ARENA_NEW(a, uint8_t, p->n_clusters);
    uint8_t *alone = ARENA_NEW(a, uint8_t, p->n_clusters);
    if (!seen || !alone)
        return err_nomem(info);
    *count = (struct cluster_counts){.n = p->n_clusters};
    for (size_t h = 0; h < p->n_cohorts; h++) {
        count->n_treated += count_in_cohort(p, h, seen, 1);
        for (size_t i = 0; i < p->n_clusters; i++)
            alone[i] = 0;
        count->n_lonely += count_in_cohort(p, h, alone, 1) == 1;
    }
    for (size_t h = spec->control == EFFECT_NOT_YET ? 1 : p->n_cohorts; h <= p->n_cohorts; h++)
        count->n_control += count_in_cohort(p, h, seen, 2);
    return OK;
}

/* ---- what the reader should know ---- */

static struct msg *warn(struct effect_result *r, const char *key)
{
    static struct msg beyond; /* room is fixed at EFFECT_WARNINGS_MAX; more are counted nowhere */
    if (r->n_warnings == EFFECT_WARNINGS_MAX)
        return &beyond;
    struct msg *m = &r->warnings[r->n_warnings++];
    msg_set(m, key);
    return m;
}
