/* SPDX-License-Identifier: EUPL-1.2 */
/* cross_match_int: the matched sample under construction. */
#ifndef ONTSCHOT_ENGINE_EFFECT_CROSS_MATCH_INT_H
#define ONTSCHOT_ENGINE_EFFECT_CROSS_MATCH_INT_H

#include "engine/effect/cross_int.h"
#include "engine/effect/match_int.h"
#include "engine/effect/match_strata_int.h"

/* How many of either group a stratum has; rows are fewer than 2^31. */
struct matching_count {
    uint32_t treated, control;
    uint32_t group;   /* its number among those with both */
    double weight[2]; /* of a control and of a treated, before scaling; 0 when either is alone */
};

struct matching {
    const struct frame *f;
    double *p;                    /* propensity score, or NULL when none is needed */
    double *value;                /* the scale on which distance is measured, or NULL */
    double *weight;               /* of each unit in the matched sample; 0: not in it */
    uint32_t *group;              /* of each unit in the matched sample: its pair or stratum */
    size_t n_groups;              /* 0: units belong to more than one */
    size_t n_treated, n_control;  /* units in the matched sample */
    struct match_strata in;       /* those who agree on what must be the same; code NULL: all */
    struct matching_count *count; /* of each of these strata */
};

/* Counts the strata of m->in, and in `told` who is alone in one. E_NOMEM. */
WARN_UNUSED err matching_count_strata(struct matching *m, arena *a, struct effect_match *told,
                                      struct err_info *info);

/* Give everybody a weight, before that of the controls is scaled, and count who has one. */
WARN_UNUSED err matching_weigh_pairs(struct matching *m, const struct match_pairs *pairs, arena *a,
                                     struct effect_result *r, struct err_info *info);
void matching_weigh_strata(struct matching *m, const struct effect_match *told);

/* Scales the weights of the controls to their number, of which there are some. */
void matching_scale(const struct matching *m);

#endif
