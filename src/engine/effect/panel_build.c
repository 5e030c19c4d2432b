/* SPDX-License-Identifier: EUPL-1.2 */
/* Who is followed when: units in the order of their starts, and their periods. */
#include "engine/effect/looks_int.h"
#include "engine/effect/panel_build_int.h"

#include <math.h>
#include <stdlib.h>

err panel_periods_make(const struct table_column *c, double *value, size_t n,
                       struct panel_periods *p, struct err_info *info)
{
    if (n < 2)
        return err_text(info, E_INPUT, "panel.one-period", c->name);
    if (n > PANEL_PERIODS_MAX) {
        err_text(info, E_LIMIT, "panel.too-many-periods", c->name);
        msg_int(&info->msg, (int64_t)n);
        msg_int(&info->msg, PANEL_PERIODS_MAX);
        return E_LIMIT;
    }
    *p = (struct panel_periods){.n = n, .value = value};
    p->step = c->type == TABLE_DATE ? 0 : value[1] - value[0];
    for (size_t i = 2; i < n; i++)
        if (value[i] - value[i - 1] != p->step)
            p->step = 0;
    return OK;
}

static err periods_make(const struct panel_codes *time, arena *a, struct panel_periods *p,
                        struct err_info *info)
{
    double *value = ARENA_NEW(a, double, time->n);
    if (!value)
        return err_nomem(info);
    for (size_t i = 0; i < time->n; i++)
        value[i] = panel_value(time->column, time->row[i]);
    return panel_periods_make(time->column, value, time->n, p, info);
}

static err rows_make(const table *t, const struct effect_spec *spec, arena *a,
                     struct panel_rows *rows, struct err_info *info)
{
    const struct table_column *unit, *time;
    *rows = (struct panel_rows){.t = t, .n = table_rows(t)};
    err e = table_find(t, spec->unit, &unit, info);
    if (e == OK)
        e = table_find(t, spec->time, &time, info);
    if (e != OK)
        return e;
    if (time->type == TABLE_TEXT)
        return err_text(info, E_INPUT, "panel.time-is-text", time->name);
    if (rows->n == 0)
        return err_set(info, E_INPUT, "panel.no-rows");
    e = panel_codes_make(unit, rows->n, "panel.unit-empty", a, &rows->unit, info);
    if (e == OK)
        e = panel_codes_make(time, rows->n, "panel.time-empty", a, &rows->time, info);
    if (e == OK)
        e = periods_make(&rows->time, a, &rows->periods, info);
    return e;
}

/* Every unit at most once in a period. */
static err check_duplicates(const struct panel_rows *rows, arena *a, struct err_info *info)
{
    const size_t n_places = rows->unit.n * rows->periods.n;
    uint64_t *seen = ARENA_NEW(a, uint64_t, n_places / 64 + 1);
    if (!seen)
        return err_nomem(info);
    for (size_t r = 0; r < rows->n; r++) {
        const size_t place = rows->unit.code[r] * rows->periods.n + rows->time.code[r];
        const uint64_t bit = UINT64_C(1) << place % 64;
        if (seen[place / 64] & bit) {
            err_set(info, E_INPUT, "panel.duplicate");
            panel_msg_value(&info->msg, rows->unit.column, r);
            panel_msg_value(&info->msg, rows->time.column, r);
            return E_INPUT;
        }
        seen[place / 64] |= bit;
    }
    return OK;
}

err panel_rows_make(const table *t, const struct effect_spec *spec, arena *a,
                    struct panel_rows *rows, struct err_info *info)
{
    const err e = rows_make(t, spec, a, rows, info);
    return e == OK ? check_duplicates(rows, a, info) : e;
}

/* Counts units of each start: count[start], the never treated at count[n]. */
static size_t *count_starts(const uint32_t *start, size_t n_units, size_t n, arena *a)
{
    size_t *count = ARENA_NEW(a, size_t, n + 1);
    if (count)
        for (size_t u = 0; u < n_units; u++)
            count[start[u] == PANEL_NEVER ? n : start[u]]++;
    return count;
}

/*
 * Lays units of one start together, earliest first, never treated last; within
 * a start the order of the units' values stays. place[u] is unit u's number, or
 * PANEL_NEVER for units treated from the first period on, which are left out.
 */
static err cohorts_make(const uint32_t *start, size_t n_units, arena *scratch, arena *a,
                        struct panel *p, uint32_t *place, struct err_info *info)
{
    size_t n = p->periods.n;
    for (size_t u = 0; u < n_units; u++)
        if (start[u] != PANEL_NEVER && start[u] >= n)
            n = (size_t)start[u] + 1;
    size_t *count = count_starts(start, n_units, n, scratch);
    size_t *next = ARENA_NEW(scratch, size_t, n + 1);
    p->cohort = ARENA_NEW(a, struct panel_cohort, n + 1);
    if (!count || !next || !p->cohort)
        return err_nomem(info);
    p->n_cohorts = 0;
    p->n = 0;
    for (size_t s = 1; s <= n; s++) {
        if (count[s] == 0 && s < n)
            continue;
        struct panel_cohort *c = &p->cohort[s < n ? p->n_cohorts++ : p->n_cohorts];
        *c = (struct panel_cohort){.start = s < n ? (uint32_t)s : PANEL_NEVER,
                                   .first = p->n,
                                   .n = count[s],
                                   .until = (uint32_t)p->periods.n};
        next[s] = p->n;
        p->n += count[s];
    }
    for (size_t u = 0; u < n_units; u++)
        place[u] =
            start[u] == 0 ? PANEL_NEVER : (uint32_t)next[start[u] == PANEL_NEVER ? n : start[u]]++;
    return OK;
}

static err check_groups(const struct panel *p, const struct effect_spec *spec,
                        struct err_info *info)
{
    size_t n_started = 0;
    for (size_t g = 0; g < p->n_cohorts; g++)
        n_started += p->cohort[g].start < p->periods.n ? p->cohort[g].n : 0;
    if (n_started == 0)
        return err_text(info, E_INPUT, "panel.no-starts",
                        spec->first_treated.n ? spec->first_treated : spec->treatment);
    if (p->cohort[p->n_cohorts].n == 0 && spec->control == EFFECT_NEVER)
        return err_set(info, E_INPUT, "panel.no-never-treated");
    return OK;
}

/* Clusters are constant within a unit. */
static err clusters_make(const struct panel_rows *rows, const struct effect_spec *spec,
                         const uint32_t *place, arena *scratch, arena *a, struct panel *p,
                         struct err_info *info)
{
    const struct table_column *c;
    struct panel_codes codes;
    if (!spec->cluster.n || str_eq(spec->cluster, spec->unit))
        return OK;
    err e = table_find(rows->t, spec->cluster, &c, info);
    if (e == OK)
        e = panel_codes_make(c, rows->n, "panel.cluster-empty", scratch, &codes, info);
    if (e != OK)
        return e;
    uint32_t *seen = ARENA_NEW(scratch, uint32_t, codes.n);
    p->cluster = ARENA_NEW(a, uint32_t, p->n);
    if (!p->cluster || !seen)
        return err_nomem(info);
    for (size_t r = 0; r < rows->n; r++) {
        const size_t u = rows->unit.code[r];
        const uint32_t cluster = codes.code[r];
        if (cluster != codes.code[rows->unit.row[u]]) {
            err_set(info, E_INPUT, "panel.cluster-varies");
            panel_msg_value(&info->msg, rows->unit.column, r);
            msg_text(&info->msg, c->name);
            return E_INPUT;
        }
        if (place[u] != PANEL_NEVER) {
            p->cluster[place[u]] = cluster;
            seen[cluster] = 1;
        }
    }
    if (spec->keeps_parts)
        p->key = ARENA_NEW(a, uint64_t, codes.n);
    if (spec->keeps_parts && !p->key)
        return err_nomem(info);
    for (size_t i = 0; i < codes.n; i++) /* clusters of left-out units only get no number */
        if (seen[i]) {
            seen[i] = (uint32_t)p->n_clusters++;
            if (p->key)
                p->key[seen[i]] = looks_key(c, codes.row[i]);
        }
    for (size_t i = 0; i < p->n; i++)
        p->cluster[i] = seen[p->cluster[i]];
    return p->n_clusters < 2 ? err_text(info, E_INPUT, "effect.one-cluster", c->name) : OK;
}

/* Where units are on their own, each has the key of its value. */
static err keys_make(const struct panel_rows *rows, const struct effect_spec *spec,
                     const uint32_t *place, arena *a, struct panel *p, struct err_info *info)
{
    if (!spec->keeps_parts || p->cluster)
        return OK;
    p->key = ARENA_NEW(a, uint64_t, p->n);
    if (!p->key)
        return err_nomem(info);
    for (size_t u = 0; u < rows->unit.n; u++)
        if (place[u] != PANEL_NEVER)
            p->key[place[u]] = looks_key(rows->unit.column, rows->unit.row[u]);
    return OK;
}

/* Shares of the cohorts, by the weight at first sight, which gets mean 1. */
static err shares_make(struct panel *p, arena *a, struct err_info *info)
{
    p->share_weight = ARENA_NEW(a, double, p->n);
    if (!p->share_weight)
        return err_nomem(info);
    double sum = 0;
    for (size_t i = 0; i < p->n; i++) {
        const double *w = p->weight.v + i;
        for (size_t t = 1; t < p->periods.n && p->weight.varies && isnan(*w); t++)
            w += p->n;
        p->share_weight[i] = isnan(*w) ? 0 : *w;
        sum += p->share_weight[i];
    }
    if (!(sum > 0))
        return err_set(info, E_INPUT, "panel.no-weight");
    for (size_t i = 0; i < p->n; i++)
        p->share_weight[i] *= (double)p->n / sum;
    for (size_t h = 0; h <= p->n_cohorts; h++) {
        struct panel_cohort *c = &p->cohort[h];
        for (size_t i = c->first; i < c->first + c->n; i++)
            c->share += p->share_weight[i] / (double)p->n;
    }
    return OK;
}

static bool is_known(const struct panel *p, size_t period, size_t i)
{
    if (isnan(panel_at(p, &p->weight, period)[i]))
        return false;
    for (size_t j = 1; j < p->k; j++)
        if (isnan(panel_at(p, &p->x[j], period)[i]))
            return false;
    return true;
}

err panel_sights_count(struct panel *p, struct panel_notes *notes, arena *scratch, arena *a,
                       struct err_info *info)
{
    const size_t width = p->n_cohorts + 1;
    p->n_seen = ARENA_NEW(a, uint32_t, p->periods.n * width);
    p->n_known = ARENA_NEW(a, uint32_t, p->periods.n * width);
    uint8_t *is_lost = ARENA_NEW(scratch, uint8_t, p->n);
    if (!p->n_seen || !p->n_known || !is_lost)
        return err_nomem(info);
    for (size_t t = 0; t < p->periods.n; t++) {
        const double *y = p->outcome + t * p->n;
        for (size_t h = 0; h < width; h++) {
            const struct panel_cohort *c = &p->cohort[h];
            uint32_t seen = 0, known = 0;
            for (size_t i = c->first; i < c->first + c->n; i++) {
                const bool sees = !isnan(y[i]), knows = !p->varies || is_known(p, t, i);
                seen += sees;
                known += knows;
                is_lost[i] = is_lost[i] || !sees;
            }
            p->n_seen[t * width + h] = seen;
            p->n_known[t * width + h] = known;
            notes->n_used += seen;
        }
    }
    for (size_t i = 0; i < p->n; i++)
        notes->n_unbalanced += is_lost[i];
    return OK;
}

static err build(const table *t, const struct effect_spec *spec, par *pool, arena *scratch,
                 arena *a, struct panel *p, struct panel_notes *notes, struct err_info *info)
{
    struct panel_rows rows;
    err e = panel_rows_make(t, spec, scratch, &rows, info);
    if (e != OK)
        return e;
    uint32_t *start = ARENA_NEW(scratch, uint32_t, rows.unit.n);
    uint32_t *place = ARENA_NEW(scratch, uint32_t, rows.unit.n);
    p->periods.value = ARENA_NEW(a, double, rows.periods.n);
    if (!start || !place || !p->periods.value)
        return err_nomem(info);
    p->periods.n = rows.periods.n;
    p->periods.step = rows.periods.step;
    for (size_t i = 0; i < rows.periods.n; i++)
        p->periods.value[i] = rows.periods.value[i];

    e = panel_starts_make(&rows, spec, scratch, start, &notes->n_after_end, info);
    if (e == OK)
        e = cohorts_make(start, rows.unit.n, scratch, a, p, place, info);
    if (e == OK)
        e = check_groups(p, spec, info);
    if (e == OK)
        e = clusters_make(&rows, spec, place, scratch, a, p, info);
    if (e == OK)
        e = keys_make(&rows, spec, place, a, p, info);
    if (e == OK)
        e = panel_fill(&rows, spec, place, pool, scratch, a, p, notes, info);
    if (e == OK)
        e = shares_make(p, a, info);
    if (e == OK)
        e = panel_sights_count(p, notes, scratch, a, info);
    if (e != OK)
        return e;
    notes->n_always_treated = rows.unit.n - p->n;
    size_t n_rows_kept = 0;
    for (size_t r = 0; r < rows.n; r++)
        n_rows_kept += place[rows.unit.code[r]] != PANEL_NEVER;
    notes->n_dropped_missing = n_rows_kept - notes->n_used;
    return OK;
}

err panel_build(const table *t, const struct effect_spec *spec, par *pool, arena *a,
                struct panel *p, struct panel_notes *notes, struct err_info *info)
{
    *p = (struct panel){0};
    *notes = (struct panel_notes){0};
    arena *scratch = arena_new_beside(a);
    if (!scratch)
        return err_nomem(info);
    const err e = build(t, spec, pool, scratch, a, p, notes, info);
    arena_free(scratch);
    return e;
}
