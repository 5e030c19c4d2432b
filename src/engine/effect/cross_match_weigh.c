/* SPDX-License-Identifier: EUPL-1.2 */
/* What everybody weighs in the matched sample, and who is lost from it. */
#include "engine/effect/cross_match_int.h"

/* Units in pairs, each with its share of weight before scaling. */
err matching_weigh_pairs(struct matching *m, const struct match_pairs *pairs, arena *a,
                         struct effect_result *r, struct err_info *info)
{
    const struct frame *f = m->f;
    struct effect_match *told = r->match;
    size_t *partners = ARENA_NEW(a, size_t, f->n); /* of each treated */
    if (!partners)
        return err_nomem(info);

    for (size_t i = 0; i < pairs->n; i++)
        partners[pairs->pair[i].treated]++;
    for (size_t i = 0; i < pairs->n; i++) {
        const struct match_pair *p = &pairs->pair[i];
        if (m->weight[p->treated] == 0)
            m->group[p->treated] = (uint32_t)m->n_treated++;
        m->weight[p->treated] = 1;
        m->n_control += m->weight[p->control] == 0;
        m->weight[p->control] += 1 / (double)partners[p->treated];
        m->group[p->control] = m->group[p->treated];
    }
    for (size_t i = 0; i < f->n; i++)
        told->n_fewer += partners[i] > 0 && partners[i] < r->spec.ratio;
    m->n_groups = r->spec.replace ? 0 : m->n_treated;
    told->n_pairs = pairs->n;
    told->n_outside = pairs->n_outside;
    told->n_taken = pairs->n_taken;
    return OK;
}

err matching_count_strata(struct matching *m, arena *a, struct effect_match *told,
                          struct err_info *info)
{
    const struct frame *f = m->f;

    m->count = ARENA_NEW(a, struct matching_count, m->in.n);
    if (!m->count)
        return err_nomem(info);
    for (size_t i = 0; i < f->n; i++) {
        struct matching_count *c = &m->count[m->in.code[i]];
        c->treated += f->d[i] > 0;
        c->control += f->d[i] == 0;
    }
    for (size_t g = 0; g < m->in.n; g++) {
        struct matching_count *c = &m->count[g];
        c->group = (uint32_t)told->n_strata;
        if (c->treated > 0 && c->control > 0) {
            told->n_strata++;
            c->weight[1] = 1;
            c->weight[0] = (double)c->treated / (double)c->control;
        }
        told->n_alone += c->control == 0 ? c->treated : 0;
        told->n_alone_control += c->treated == 0 ? c->control : 0;
    }
    return OK;
}

/* All treated of a stratum share all its controls. */
void matching_weigh_strata(struct matching *m, const struct effect_match *told)
{
    const struct frame *f = m->f;

    for (size_t i = 0; i < f->n; i++) {
        const struct matching_count *c = &m->count[m->in.code[i]];
        const bool is_treated = f->d[i] > 0;
        m->group[i] = c->group;
        m->weight[i] = c->weight[is_treated];
        m->n_treated += (size_t)is_treated & (size_t)(m->weight[i] > 0);
        m->n_control += (size_t)!is_treated & (size_t)(m->weight[i] > 0);
    }
    m->n_groups = told->n_strata;
}

/* Those of the controls to their number. */
void matching_scale(const struct matching *m)
{
    const double scale = (double)m->n_control / (double)m->n_treated;

    for (size_t i = 0; i < m->f->n; i++)
        m->weight[i] *= m->f->d[i] == 0 ? scale : 1;
}
