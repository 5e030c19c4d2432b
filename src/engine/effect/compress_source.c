/* SPDX-License-Identifier: EUPL-1.2 */
/* What a table offers to be summed. */
#include "engine/effect/compress_source_int.h"

#include <string.h>

/* ---- distinct values ---- */

/* The first place whose key is not below. */
static size_t place_of(const struct compress_levels *l, uint64_t key)
{
    size_t low = 0, high = l->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (l->key[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t compress_levels_find(const struct compress_levels *l, size_t row, size_t guess)
{
    const uint64_t key = panel_key(l->column, l->rank, row);
    return guess < l->n && l->key[guess] == key ? guess : place_of(l, key);
}

static err levels_limit(const struct compress_levels *l, const char *key, size_t max,
                        struct err_info *info)
{
    err_text(info, E_LIMIT, key, l->column->name);
    msg_int(&info->msg, (int64_t)max);
    return E_LIMIT;
}

static err levels_make(const struct table_column *c, size_t n_rows, const char *empty_key,
                       const char *limit_key, size_t max, arena *a, struct compress_levels *l,
                       struct err_info *info)
{
    *l = (struct compress_levels){
        .column = c, .key = ARENA_NEW(a, uint64_t, max), .row = ARENA_NEW(a, size_t, max)};
    if (c->type == TABLE_TEXT)
        l->rank = panel_ranks(c, a);
    if (!l->key || !l->row || (c->type == TABLE_TEXT && !l->rank))
        return err_nomem(info);
    const err e = panel_check_whole(c, n_rows, empty_key, info);
    if (e != OK)
        return e;
    size_t guess = 0;
    for (size_t r = 0; r < n_rows; r++) {
        const uint64_t key = panel_key(c, l->rank, r);
        guess += guess + 1 < l->n && l->key[guess + 1] == key; /* time rises from row to row */
        if (guess < l->n && l->key[guess] == key)
            continue;
        guess = place_of(l, key);
        if (guess < l->n && l->key[guess] == key)
            continue;
        if (l->n == max)
            return levels_limit(l, limit_key, max, info);
        memmove(l->key + guess + 1, l->key + guess, (l->n - guess) * sizeof *l->key);
        memmove(l->row + guess + 1, l->row + guess, (l->n - guess) * sizeof *l->row);
        l->key[guess] = key;
        l->row[guess] = r;
        l->n++;
    }
    return OK;
}

/* ---- order ---- */

static bool lies_in_order(const struct compress_source *s)
{
    uint64_t unit_before = 0, time_before = 0;
    for (size_t r = 0; r < s->n; r++) {
        const uint64_t unit = panel_key(s->unit, s->unit_rank, r);
        const uint64_t time = panel_key(s->time.column, NULL, r);
        if (r > 0 && (unit < unit_before || (unit == unit_before && time < time_before)))
            return false;
        unit_before = unit;
        time_before = time;
    }
    return true;
}

/* Moves rows to the order of their codes; rows of one code keep theirs. */
static void sort_stable(const struct panel_codes *by, const size_t *from, size_t n, size_t *next,
                        size_t *to)
{
    memset(next, 0, (by->n + 1) * sizeof *next);
    for (size_t i = 0; i < n; i++)
        next[by->code[from[i]] + 1]++;
    for (size_t c = 0; c < by->n; c++)
        next[c + 1] += next[c];
    for (size_t i = 0; i < n; i++)
        to[next[by->code[from[i]]]++] = from[i];
}

static err make_order(struct compress_source *s, arena *a, struct err_info *info)
{
    struct panel_codes unit, time;
    err e = panel_codes_make(s->unit, s->n, "panel.unit-empty", a, &unit, info);
    if (e == OK)
        e = panel_codes_make(s->time.column, s->n, "panel.time-empty", a, &time, info);
    if (e != OK)
        return e;
    size_t *order = ARENA_NEW(a, size_t, s->n), *other = ARENA_NEW(a, size_t, s->n);
    size_t *next = ARENA_NEW(a, size_t, (unit.n > time.n ? unit.n : time.n) + 1);
    if (!order || !other || !next)
        return err_nomem(info);
    for (size_t r = 0; r < s->n; r++)
        order[r] = r;
    sort_stable(&time, order, s->n, next, other);
    sort_stable(&unit, other, s->n, next, order);
    s->order = order;
    return OK;
}

/* ---- columns ---- */

static err find_number(const table *t, str name, const struct table_column **c,
                       struct err_info *info)
{
    const err e = table_find(t, name, c, info);
    if (e != OK)
        return e;
    if ((*c)->n_missing == table_rows(t))
        return err_text(info, E_INPUT, "effect.column-empty", name);
    if ((*c)->type != TABLE_TEXT)
        return OK;
    err_text(info, E_INPUT, "table.text-not-number", name);
    msg_text(&info->msg, (*c)->words[0]);
    return E_INPUT;
}

/* "race: white" */
static str indicator_name(arena *a, str column, str word)
{
    char *p = arena_alloc(a, column.n + 2 + word.n, 1);
    if (!p)
        return (str){NULL, 0};
    memcpy(p, column.p, column.n);
    memcpy(p + column.n, ": ", 2);
    if (word.n)
        memcpy(p + column.n + 2, word.p, word.n);
    return (str){p, column.n + 2 + word.n};
}

static err add_column(struct compress_source *s, struct compress_source_column column, str named,
                      struct err_info *info)
{
    if (!column.name.p)
        return err_nomem(info);
    if (s->n_columns == COMPRESSED_COLUMNS_MAX) {
        err_text(info, E_LIMIT, "compress.too-many-columns", named);
        msg_int(&info->msg, COMPRESSED_COLUMNS_MAX);
        return E_LIMIT;
    }
    s->column[s->n_columns++] = column;
    return OK;
}

/* Text becomes an indicator for each word but the first, as effect_run has it. */
static err add_covariate(const table *t, str name, arena *a, struct compress_source *s,
                         struct err_info *info)
{
    const struct table_column *c;
    err e = table_find(t, name, &c, info);
    if (e == OK && c->type != TABLE_TEXT)
        e = find_number(t, name, &c, info);
    if (e != OK)
        return e;
    if (c->type != TABLE_TEXT)
        return add_column(s, (struct compress_source_column){.column = c, .name = c->name}, name,
                          info);
    for (uint32_t word = 1; word < c->n_words && e == OK; word++)
        e = add_column(s,
                       (struct compress_source_column){
                           .column = c,
                           .is_indicator = true,
                           .word = word,
                           .name = indicator_name(a, c->name, c->words[word]),
                           .against = c->words[0],
                       },
                       name, info);
    return e;
}

static err add_columns(const table *t, const struct effect_spec *spec, const str *outcome,
                       size_t n_outcomes, arena *a, struct compress_source *s,
                       struct err_info *info)
{
    err e = OK;
    s->column = ARENA_NEW(a, struct compress_source_column, COMPRESSED_COLUMNS_MAX);
    if (!s->column)
        return err_nomem(info);
    for (size_t j = 0; j < spec->n_covariates && e == OK; j++)
        e = add_covariate(t, spec->covariates[j], a, s, info);
    for (size_t j = 0; j < n_outcomes && e == OK; j++) {
        const struct table_column *c;
        e = find_number(t, outcome[j], &c, info);
        if (e == OK)
            e = add_column(s, (struct compress_source_column){.column = c, .name = c->name},
                           outcome[j], info);
    }
    s->n_outcomes = n_outcomes;
    return e;
}

static err find_treatment(const table *t, const struct effect_spec *spec, arena *a,
                          struct compress_source *s, struct err_info *info)
{
    const struct table_column *c;
    const bool by_start = spec->first_treated.n > 0;
    const err e = table_find(t, by_start ? spec->first_treated : spec->treatment, &c, info);
    s->start.spec = spec;
    if (e == OK && by_start)
        return panel_start_reader_make(c, spec, a, &s->start, info);
    s->treatment = c;
    return e;
}

static err find_columns(const table *t, const struct effect_spec *spec, arena *a,
                        struct compress_source *s, const struct table_column **time,
                        const struct table_column **team, struct err_info *info)
{
    err e = table_find(t, spec->unit, &s->unit, info);
    if (e == OK)
        e = table_find(t, spec->time, time, info);
    if (e == OK)
        e = table_find(t, spec->cluster, team, info);
    if (e == OK && spec->weights.n)
        e = find_number(t, spec->weights, &s->weight, info);
    if (e != OK)
        return e;
    if ((*time)->type == TABLE_TEXT)
        return err_text(info, E_INPUT, "panel.time-is-text", (*time)->name);
    if (s->n == 0)
        return err_set(info, E_INPUT, "panel.no-rows");
    if (s->unit->type == TABLE_TEXT && !(s->unit_rank = panel_ranks(s->unit, a)))
        return err_nomem(info);
    return panel_check_whole(s->unit, s->n, "panel.unit-empty", info);
}

static err make_calendar(struct compress_source *s, arena *a, struct err_info *info)
{
    double *value = ARENA_NEW(a, double, s->time.n);
    if (!value)
        return err_nomem(info);
    for (size_t t = 0; t < s->time.n; t++)
        value[t] = panel_value(s->time.column, s->time.row[t]);
    return panel_periods_make(s->time.column, value, s->time.n, &s->periods, info);
}

err compress_source_make(const table *t, const struct effect_spec *spec, const str *outcome,
                         size_t n_outcomes, arena *a, struct compress_source *s,
                         struct err_info *info)
{
    const struct table_column *time, *team;
    *s = (struct compress_source){.n = table_rows(t)};
    err e = find_columns(t, spec, a, s, &time, &team, info);
    if (e == OK)
        e = levels_make(time, s->n, "panel.time-empty", "compress.too-many-periods",
                        COMPRESSED_PERIODS_MAX, a, &s->time, info);
    if (e == OK)
        e = levels_make(team, s->n, "panel.cluster-empty", "compress.too-many-teams",
                        COMPRESSED_TEAMS_MAX, a, &s->team, info);
    if (e == OK)
        e = make_calendar(s, a, info);
    if (e == OK)
        e = find_treatment(t, spec, a, s, info);
    if (e == OK)
        e = add_columns(t, spec, outcome, n_outcomes, a, s, info);
    if (e == OK && !table_is_sorted_by(t, spec->unit, spec->time) && !lies_in_order(s))
        e = make_order(s, a, info);
    return e;
}
