/* SPDX-License-Identifier: EUPL-1.2 */
/* A team's sums over its persons, see compress_int.h for the formulas. */
#include "engine/effect/compress_int.h"

size_t team_sums_size(size_t n_periods, size_t n_columns)
{
    const size_t t = n_periods, k = n_columns, values = t * t + k * t + k * k;
    return values * (sizeof(double) + sizeof(uint32_t)) + t * (sizeof(double) + sizeof(size_t));
}

err team_sums_new(arena *memory, size_t n_periods, size_t n_columns, bool counted,
                  struct compressed_team *team, size_t n, struct err_info *info)
{
    const size_t t = n_periods, k = n_columns, values = t * t + k * t + k * k;
    for (size_t g = 0; g < n; g++) {
        struct compressed_team *x = &team[g];
        double *sums = ARENA_NEW(memory, double, values + t);
        uint32_t *counts = counted ? ARENA_NEW(memory, uint32_t, values) : NULL;
        x->n_rows = ARENA_NEW(memory, size_t, t);
        if (!sums || !x->n_rows || (counted && !counts))
            return err_nomem(info);
        x->a = sums;
        x->b = x->a + t * t;
        x->c = x->b + k * t;
        x->weight = x->c + k * k;
        if (counted)
            x->by = (struct compressed_counts){counts, counts + t * t, counts + t * t + k * t};
    }
    return OK;
}

/* Takes the person's weighted mean out. A column that stays the same becomes exactly zero. */
static bool remove_mean(double *v, const double *w, size_t m, double weight)
{
    double sum = 0;
    bool changes = false;
    for (size_t i = 0; i < m; i++) {
        sum += w[i] * v[i];
        changes |= v[i] != v[0];
    }
    const double mean = changes ? sum / weight : v[0];
    for (size_t i = 0; i < m; i++)
        v[i] -= mean;
    return changes;
}

static void add_annihilator(struct compressed_team *team, size_t n_periods,
                            const struct team_sums_person *p, double weight)
{
    for (size_t i = 0; i < p->m; i++) {
        const size_t row = p->period[i] * n_periods;
        const double share = p->w[i] / weight;
        for (size_t j = 0; j < i; j++)
            team->a[row + p->period[j]] -= share * p->w[j];
        team->a[row + p->period[i]] += share * (weight - p->w[i]);
        for (size_t j = 0; j <= i && p->m > 1; j++) /* one seen once adds nothing to A */
            team->by.pair[row + p->period[j]]++;
        team->n_rows[p->period[i]]++;
        team->weight[p->period[i]] += p->w[i];
    }
}

void team_sums_add_person(struct compressed_team *team, size_t n_periods, size_t n_columns,
                          const struct team_sums_person *p)
{
    double weight = 0;
    for (size_t i = 0; i < p->m; i++)
        weight += p->w[i];
    team->n_persons++;
    team->n_treated += p->is_treated;
    add_annihilator(team, n_periods, p, weight);
    for (size_t j = 0; j < n_columns; j++) {
        double *v = p->v + j * n_periods;
        p->changes[j] = remove_mean(v, p->w, p->m, weight);
        if (!p->changes[j])
            continue;
        for (size_t i = 0; i < p->m; i++) {
            team->b[j * n_periods + p->period[i]] += p->w[i] * v[i];
            team->by.column[j * n_periods + p->period[i]]++;
        }
        for (size_t h = 0; h <= j; h++) {
            const double *u = p->v + h * n_periods;
            double sum = 0;
            for (size_t i = 0; i < p->m && p->changes[h]; i++)
                sum += p->w[i] * v[i] * u[i];
            team->c[j * n_columns + h] += sum;
            team->by.columns[j * n_columns + h] += p->changes[h];
        }
    }
}

void team_sums_add(struct compressed_team *team, size_t n_periods, size_t n_columns,
                   const struct compressed_team *other)
{
    const size_t t = n_periods, k = n_columns, values = t * t + k * t + k * k;
    team->n_persons += other->n_persons;
    team->n_treated += other->n_treated;
    for (size_t i = 0; i < values; i++) /* a, b and c lie behind one another */
        team->a[i] += other->a[i];
    for (size_t i = 0; i < t; i++) {
        team->weight[i] += other->weight[i];
        team->n_rows[i] += other->n_rows[i];
    }
    for (size_t i = 0; i < values && team->by.pair && other->by.pair; i++)
        team->by.pair[i] += other->by.pair[i];
}

static void mirror(double *m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            m[j * n + i] = m[i * n + j];
}

void team_sums_mirror(struct compressed_team *team, size_t n_periods, size_t n_columns)
{
    mirror(team->a, n_periods);
    mirror(team->c, n_columns);
}
