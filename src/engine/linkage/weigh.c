/* SPDX-License-Identifier: EUPL-1.2 */
/* From a pattern to bits of evidence: log2 of the odds that a pair is of one person. */
#include "base/real.h"
#include "engine/linkage/linkage_int.h"

#define LN2 0.69314718055994530942

double bits_of(double probability)
{
    return (real_log(probability) - real_log1p(-probability)) / LN2;
}

double linkage_probability(double bits)
{
    return real_logistic(bits * LN2);
}

/*
 * How much likelier it is that strangers agree on this value than on any, as a log. Its frequency
 * is that of other persons: a person's own records are taken off first, twice their mean number
 * so that one person seen often does not make a value common.
 */
static double rarity_log(const struct weights *w, const struct records *r, size_t f, uint32_t code)
{
    const struct values *v = &r->field[f];
    const double known = (double)r->n - v->count[0][0] - v->count[1][0];
    const double others = (double)v->count[0][code] + v->count[1][code] - 2 * w->copies;
    const double u = w->model->chance[LINKAGE_STRANGER][f][w->exact[f]];
    const double least = u < 1 / known ? u : 1 / known;
    const double share = (others > 0 ? others / known : 0) + least;
    return r->settings->field[f].rarity *
           (real_log(share) - w->log_chance[LINKAGE_STRANGER][f][w->exact[f]]);
}

static bool has_rarity(const struct field *field)
{
    return field->rarity > 0 && field->kind != LINKAGE_ID && field->kind != LINKAGE_BSN;
}

/* Each value's rarity once, for all pairs that agree on it. */
static err find_rarity(struct weights *w, const struct records *r, arena *memory,
                       struct err_info *info)
{
    for (size_t f = 0; f < r->settings->n_fields; f++) {
        if (!has_rarity(&r->settings->field[f]))
            continue;
        w->rarity_of[f] = ARENA_NEW(memory, float, r->field[f].n);
        if (!w->rarity_of[f])
            return err_nomem(info);
        for (uint32_t k = 1; k < r->field[f].n; k++)
            w->rarity_of[f][k] = (float)rarity_log(w, r, f, k);
    }
    return OK;
}

err weights_make(struct weights *w, const struct linkage_model *m, const struct records *r,
                 arena *memory, struct err_info *info)
{
    const struct linkage_settings *s = r->settings;
    *w = (struct weights){.model = m};
    w->copies = 1 + 2 * m->prior[LINKAGE_SAME] * m->n_pairs / (double)r->n;
    for (int c = 0; c < LINKAGE_CLASSES; c++) {
        w->log_prior[c] = real_log(m->prior[c]);
        for (size_t f = 0; f < s->n_fields; f++)
            for (unsigned l = 1; l < m->n_levels[f]; l++)
                w->log_chance[c][f][l] = real_log(m->chance[c][f][l]);
    }
    for (size_t f = 0; f < s->n_fields; f++)
        w->exact[f] = level_exact(s->field[f].kind);
    return find_rarity(w, r, memory, info);
}

double weigh_from(const struct weights *w, const struct records *r, uint64_t pattern,
                  const uint32_t *code, double floor)
{
    double log[LINKAGE_CLASSES] = {w->log_prior[0], w->log_prior[1], w->log_prior[2]};
    for (size_t f = 0; f < r->settings->n_fields; f++) {
        const unsigned level = pattern_level(pattern, f);
        for (int c = 0; c < LINKAGE_CLASSES; c++)
            log[c] += w->log_chance[c][f][level];
    }
    for (size_t f = 0; f < r->settings->n_fields; f++) {
        if (pattern_level(pattern, f) != w->exact[f])
            continue;
        const double more = w->rarity_of[f] ? w->rarity_of[f][code[f]] : 0;
        log[LINKAGE_STRANGER] += more;
        if (!r->settings->field[f].is_shared)
            log[LINKAGE_HOUSEHOLD] += more;
    }
    const double against_strangers = log[LINKAGE_SAME] - log[LINKAGE_STRANGER];
    if (against_strangers < floor * LN2)
        return against_strangers / LN2;
    const double gap = log[LINKAGE_HOUSEHOLD] - log[LINKAGE_STRANGER];
    const double others = gap > 0 ? log[LINKAGE_HOUSEHOLD] + real_log1p(real_exp(-gap))
                                  : log[LINKAGE_STRANGER] + real_log1p(real_exp(gap));
    return (log[LINKAGE_SAME] - others) / LN2;
}

double weigh(const struct weights *w, const struct records *r, uint64_t pattern,
             const uint32_t *code)
{
    return weigh_from(w, r, pattern, code, -REAL_INF);
}
