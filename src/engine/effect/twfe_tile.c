/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of some whole units, as numbers and codes. */
#include "engine/effect/twfe_rows_int.h"

#include <math.h>
#include <string.h>

err twfe_tile_new(const struct twfe_rows *s, arena *a, struct twfe_tile *t, struct err_info *info)
{
    const size_t n = TWFE_TILE_ROWS, n_codes = s->n_factors + (s->cell_level != NULL);
    bool complete = true;
    *t = (struct twfe_tile){
        .first = ARENA_NEW(a, uint32_t, n + 1),
        .id = ARENA_NEW(a, uint32_t, n),
        .start = ARENA_NEW(a, uint32_t, n),
        .until = s->move ? ARENA_NEW(a, uint32_t, n) : NULL,
        .x = ARENA_NEW(a, double *, s->n_x + 1),
        .y = ARENA_NEW(a, double, n),
        .d = ARENA_NEW(a, double, n),
        .w = s->w ? ARENA_NEW(a, double, n) : NULL,
        .cluster = s->has_cluster ? ARENA_NEW(a, uint32_t, n) : NULL,
        .key = ARENA_NEW(a, int64_t, n + 1),
        .keep = ARENA_NEW(a, uint8_t, n),
        .known = ARENA_NEW(a, struct twfe_start, TWFE_STARTS_KNOWN),
    };
    for (size_t j = 0; t->x && j <= s->n_x; j++)
        complete &= (t->x[j] = ARENA_NEW(a, double, n)) != NULL;
    for (size_t h = 0; h < n_codes; h++)
        complete &= (t->code[h] = ARENA_NEW(a, uint32_t, n)) != NULL;
    complete &=
        t->first && t->id && t->start && t->x && t->y && t->d && t->key && t->keep && t->known;
    complete &= (!s->move || t->until) && (!s->w || t->w) && (!s->has_cluster || t->cluster);
    return complete ? OK : err_nomem(info);
}

/* Where units start, and how many rows are whole units. */
static size_t find_units(const struct twfe_rows *s, size_t from, size_t end, struct twfe_tile *t)
{
    size_t n = end - from < TWFE_TILE_ROWS ? end - from : TWFE_TILE_ROWS;
    const bool is_cut = from + n < end;
    const int64_t *unit = twfe_keys_at(&s->unit, s->order, from, n + is_cut, t->key);
    while (is_cut && unit[n] == unit[n - 1])
        n--;
    size_t n_units = n > 0;
    t->first[0] = 0;
    for (size_t i = 1; i < n; i++) { /* without a branch to guess */
        t->first[n_units] = (uint32_t)i;
        n_units += unit[i] != unit[i - 1];
    }
    t->n_units = n_units;
    for (size_t u = 0; u < t->n_units; u++)
        t->id[u] = (uint32_t)(from + t->first[u]);
    t->first[t->n_units] = (uint32_t)n;
    return n;
}

static void find_codes(const struct twfe_rows *s, size_t from, struct twfe_tile *t)
{
    for (size_t h = 0; h < s->n_factors; h++) {
        const struct twfe_codes *c = &s->factor[h];
        twfe_codes_find(c, twfe_keys_at(&c->keys, s->order, from, t->n, t->key), t->n, t->code[h]);
    }
    if (s->has_cluster && !t->without_cluster)
        twfe_codes_find(&s->cluster, twfe_keys_at(&s->cluster.keys, s->order, from, t->n, t->key),
                        t->n, t->cluster);
}

static struct twfe_start start_at(const struct twfe_rows *s, size_t place)
{
    const double v = panel_start_read(&s->starts, s->order ? s->order[place] : place);
    const uint32_t start = panel_start_period(&s->periods, v, 0);
    return (struct twfe_start){.start = start, .is_late = start == PANEL_NEVER && isfinite(v)};
}

/* Starts say from when on a unit is treated. Few values occur, so that what they mean is kept. */
static void treat_from_starts(const struct twfe_rows *s, size_t from, struct twfe_tile *t)
{
    const struct twfe_keys keys = {.column = s->starts.column};
    const bool may_lack = keys.column->n_missing > 0;
    for (size_t u = 0; u < t->n_units; u++) {
        int64_t room;
        t->key[u] = *twfe_keys_at(&keys, s->order, from + t->first[u], 1, &room);
    }
    for (size_t u = 0; u < t->n_units; u++) {
        struct twfe_start *known = &t->known[(uint64_t)t->key[u] % TWFE_STARTS_KNOWN];
        if (may_lack || !known->is_known || known->key != t->key[u]) {
            *known = start_at(s, from + t->first[u]);
            known->key = t->key[u];
            known->is_known = true;
        }
        t->n_after_end += known->is_late;
        t->start[u] = known->start;
        for (size_t i = t->first[u]; i < t->first[u + 1]; i++)
            t->d[i] = known->start <= t->code[0][i];
    }
}

/* The column says so row by row; a start is the first treated period seen. */
static void treat_from_column(const struct twfe_rows *s, size_t from, struct twfe_tile *t)
{
    twfe_numbers(s->d, s->order, from, t->n, t->d);
    for (size_t u = 0; u < t->n_units; u++) {
        size_t i = t->first[u];
        while (i < t->first[u + 1] && t->d[i] == 0)
            i++;
        t->start[u] = i == t->first[u + 1] ? PANEL_NEVER : s->is_marked ? 1 : t->code[0][i];
        for (i = t->first[u]; s->is_marked && i < t->first[u + 1]; i++)
            t->d[i] = t->start[u] <= t->code[0][i];
    }
}

/* As if each start had been at another time. */
static void move_starts(const struct twfe_rows *s, struct twfe_tile *t)
{
    for (size_t u = 0; u < t->n_units; u++) {
        const uint32_t start = t->start[u];
        const struct panel_move *move = &s->move[start == PANEL_NEVER ? s->periods.n : start];
        t->start[u] = move->start;
        t->until[u] = move->until;
        for (size_t i = t->first[u]; i < t->first[u + 1]; i++)
            t->d[i] = move->start <= t->code[0][i];
    }
}

static void find_cells(const struct twfe_rows *s, struct twfe_tile *t)
{
    const size_t n_periods = s->periods.n;
    uint32_t *cell = t->code[s->n_factors];
    for (size_t u = 0; u < t->n_units; u++)
        for (size_t i = t->first[u]; i < t->first[u + 1]; i++)
            cell[i] = t->start[u] == PANEL_NEVER
                          ? 0
                          : s->cell_level[t->start[u] * n_periods + t->code[0][i]];
}

static void find_covariates(const struct twfe_rows *s, size_t from, struct twfe_tile *t)
{
    for (size_t j = 0; j < s->n_x; j++) {
        const struct twfe_covariate *c = &s->x[j];
        twfe_numbers(c->column, s->order, from, t->n, t->x[j]);
        for (size_t i = 0; c->is_word && i < t->n; i++)
            t->x[j][i] = isnan(t->x[j][i]) ? NAN : t->x[j][i] == c->word;
        for (size_t i = 0; i < t->n; i++)
            t->x[j][i] = (t->x[j][i] - c->centre) / c->spread;
    }
}

/* ---- rows that do not count ---- */

/* Whether any row of the table may not count. */
static bool may_drop(const struct twfe_rows *s)
{
    bool may = s->y->n_missing > 0 || s->w || s->move || s->spec->method == EFFECT_SUNAB;
    for (size_t j = 0; j < s->n_x; j++)
        may |= s->x[j].column->n_missing > 0;
    return may;
}

/* Marks rows to keep; true when some are not. */
static bool mark(const struct twfe_rows *s, struct twfe_tile *t)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < t->n; i++) {
        bool whole = s->y->n_missing == 0 || !isnan(t->y[i]);
        for (size_t j = 0; j < s->n_x; j++)
            whole &= !isnan(t->x[j][i]);
        t->n_missing += !whole;
        t->keep[i] = whole && (!t->w || t->w[i] > 0);
    }
    for (size_t u = 0; s->move && u < t->n_units; u++)
        for (size_t i = t->first[u]; i < t->first[u + 1]; i++)
            t->keep[i] &= t->code[0][i] < t->until[u];
    for (size_t u = 0; s->spec->method == EFFECT_SUNAB && u < t->n_units; u++)
        if (t->start[u] == 0) {
            t->n_always++;
            memset(t->keep + t->first[u], 0, t->first[u + 1] - t->first[u]);
        }
    for (size_t i = 0; i < t->n; i++)
        n_kept += t->keep[i];
    return n_kept < t->n;
}

static void pack_numbers(const struct twfe_tile *t, double *v)
{
    for (size_t i = 0, to = 0; v && i < t->n; i++) {
        v[to] = v[i];
        to += t->keep[i];
    }
}

static void pack_codes(const struct twfe_tile *t, uint32_t *v)
{
    for (size_t i = 0, to = 0; v && i < t->n; i++) {
        v[to] = v[i];
        to += t->keep[i];
    }
}

static void pack(const struct twfe_rows *s, struct twfe_tile *t)
{
    size_t n = 0, n_units = 0, from = 0;
    for (size_t j = 0; j < s->n_x; j++)
        pack_numbers(t, t->x[j]);
    pack_numbers(t, t->y);
    pack_numbers(t, t->d);
    pack_numbers(t, t->w);
    for (size_t h = 0; h < TWFE_FACTORS_MAX; h++)
        pack_codes(t, t->code[h]);
    pack_codes(t, t->cluster);
    for (size_t u = 0; u < t->n_units; u++) {
        const size_t to = t->first[u + 1], begun = n;
        for (; from < to; from++)
            n += t->keep[from];
        if (n == begun)
            continue;
        t->id[n_units] = t->id[u];
        t->start[n_units] = t->start[u];
        t->first[n_units++] = (uint32_t)begun;
    }
    t->first[n_units] = (uint32_t)n;
    t->n_units = n_units;
    t->n = n;
}

size_t twfe_tile_fill(const struct twfe_rows *s, size_t from, size_t end, struct twfe_tile *t)
{
    t->n_missing = t->n_always = t->n_after_end = 0;
    t->n = find_units(s, from, end, t);
    const size_t next = from + t->n;
    find_codes(s, from, t);
    if (s->d)
        treat_from_column(s, from, t);
    else
        treat_from_starts(s, from, t);
    if (s->move)
        move_starts(s, t);
    if (s->cell_level)
        find_cells(s, t);
    if (!t->without_outcome || s->y->n_missing > 0)
        twfe_numbers(s->y, s->order, from, t->n, t->y);
    if (s->w) {
        twfe_numbers(s->w, s->order, from, t->n, t->w);
        for (size_t i = 0; i < t->n; i++)
            t->w[i] /= s->heaviest;
    }
    find_covariates(s, from, t);
    if (may_drop(s) && mark(s, t))
        pack(s, t);
    return next;
}

/* ---- passes ---- */

size_t twfe_groups(const struct twfe_rows *s, size_t bytes)
{
    const size_t fit = TWFE_GROUPS_BYTES / (bytes ? bytes : 1);
    if (fit >= s->n_blocks)
        return s->n_blocks;
    return fit > 0 ? fit : 1;
}

static void visit_group(void *ctx, size_t group, unsigned worker)
{
    const struct twfe_pass *p = ctx;
    const struct twfe_rows *s = p->s;
    struct twfe_tile *t = &p->tile[worker];
    t->without_outcome = p->without_outcome;
    t->without_cluster = p->without_cluster;
    const size_t from = group * s->n_blocks / p->n_groups;
    const size_t to = (group + 1) * s->n_blocks / p->n_groups;
    for (size_t place = s->block[from]; place < s->block[to];) {
        place = twfe_tile_fill(s, place, s->block[to], t);
        p->visit(p->ctx, t, group, worker);
    }
}

void twfe_pass_run(struct twfe_pass *p, par *pool)
{
    par_run(pool, p->n_groups, visit_group, p);
}
