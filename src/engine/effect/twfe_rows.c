/* SPDX-License-Identifier: EUPL-1.2 */
/* One look at all rows: are they sorted and sound, and which values are there. */
#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/frame_int.h"
#include "engine/effect/twfe_rows_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL_FILE "engine/effect/twfe_look_kernel_int.h"
#include "base/kernels.h"

enum { CODED_MAX = TWFE_FACTORS_MAX }; /* factors without cells, and clusters */

/* Which values the message of a fault needs. */
enum shape { NAMES_ROW, NAMES_UNIT, NAMES_UNIT_LAST, NAMES_UNIT_AND_TIME, NAMES_START };

/* What is wrong with a row. */
struct fault {
    const char *key; /* NULL: nothing */
    size_t row;
    const struct table_column *column;
    enum shape shape;
};

/* What one block finds. */
struct look {
    struct fault fault;
    struct twfe_found found[CODED_MAX];
    double heaviest;
    bool is_unsorted, has_no_memory;
    bool switches; /* some unit is seen with and without treatment */
    size_t n_after_end;
};

struct scan {
    struct twfe_rows *s;
    const struct twfe_keys *coded; /* n_coded */
    size_t n_coded;
    bool is_known; /* sorted, says the table */
    struct look *look;
    int64_t *key; /* workers x 3 x TWFE_TILE_ROWS */
    double *v;    /* workers x TWFE_TILE_ROWS */
};

static inline size_t row_at(const struct twfe_rows *s, size_t place)
{
    return s->order ? s->order[place] : place;
}

static void set_fault(struct look *l, const char *key, size_t row, const struct table_column *c,
                      enum shape shape)
{
    if (!l->fault.key || row < l->fault.row)
        l->fault = (struct fault){key, row, c, shape};
}

/* ---- columns ---- */

static err no_gaps(const struct table_column *c, size_t n, const char *key, struct err_info *info)
{
    size_t bad = n;
    const bool may_lack = c->n_missing > 0 || c->type == TABLE_REAL;
    for (size_t i = 0; may_lack && i < n && bad == n; i++)
        if ((c->missing && c->missing[i]) || (c->type == TABLE_REAL && !isfinite(c->reals[i])))
            bad = i;
    if (bad == n)
        return OK;
    err_text(info, E_INPUT, key, c->name);
    msg_int(&info->msg, (int64_t)bad + 1);
    return E_INPUT;
}

static err find_keys(const struct twfe_rows *s, str name, const char *empty_key, bool ordered,
                     arena *a, struct twfe_keys *k, struct err_info *info)
{
    const struct table_column *c;
    err e = table_find(s->t, name, &c, info);
    if (e == OK)
        e = no_gaps(c, table_rows(s->t), empty_key, info);
    return e == OK ? twfe_keys_make(c, ordered, a, k, info) : e;
}

static err find_numbers(const struct twfe_rows *s, str name, const struct table_column **c,
                        struct err_info *info)
{
    const err e = table_find(s->t, name, c, info);
    if (e != OK)
        return e;
    if (s->n > 0 && (*c)->n_missing == s->n)
        return err_text(info, E_INPUT, "effect.column-empty", name);
    double none;
    return (*c)->type == TABLE_TEXT ? table_reals(s->t, *c, &none, info) : OK; /* says it is text */
}

static str join(arena *a, str column, str word)
{
    char *p = arena_alloc(a, column.n + 2 + word.n, 1);
    if (!p)
        return (str){NULL, 0};
    memcpy(p, column.p, column.n);
    memcpy(p + column.n, ": ", 2);
    memcpy(p + column.n + 2, word.p, word.n);
    return (str){p, column.n + 2 + word.n};
}

/* A text column is an indicator for each word but the first. */
static err find_covariates(struct twfe_rows *s, arena *a, struct err_info *info)
{
    const struct effect_spec *spec = s->spec;
    s->x = ARENA_NEW(a, struct twfe_covariate, LIN_K_MAX);
    if (!s->x)
        return err_nomem(info);
    for (size_t j = 0; j < spec->n_covariates; j++) {
        const struct table_column *c;
        err e = table_find(s->t, spec->covariates[j], &c, info);
        if (e == OK && c->type != TABLE_TEXT)
            e = find_numbers(s, spec->covariates[j], &c, info);
        if (e != OK)
            return e;
        const size_t n = c->type == TABLE_TEXT ? c->n_words - (c->n_words > 0) : 1;
        if (s->n_x + n > LIN_K_MAX - 2) {
            err_text(info, E_LIMIT, "effect.too-many-columns", c->name);
            msg_int(&info->msg, LIN_K_MAX - 2);
            return E_LIMIT;
        }
        for (size_t word = 1; word <= n; word++) {
            struct twfe_covariate *x = &s->x[s->n_x++];
            *x = (struct twfe_covariate){.column = c, .name = c->name, .spread = 1};
            if (c->type != TABLE_TEXT)
                continue;
            x->is_word = true;
            x->word = (uint32_t)word;
            x->name = join(a, c->name, c->words[word]);
            if (!x->name.p)
                return err_nomem(info);
        }
    }
    return OK;
}

static err find_treatment(struct twfe_rows *s, arena *a, struct err_info *info)
{
    const struct effect_spec *spec = s->spec;
    const struct table_column *c;
    if (!spec->first_treated.n)
        return find_numbers(s, spec->treatment, &s->d, info);
    const err e = table_find(s->t, spec->first_treated, &c, info);
    return e == OK ? panel_start_reader_make(c, spec, a, &s->starts, info) : e;
}

static err find_columns(struct twfe_rows *s, arena *a, struct twfe_keys *coded, size_t *n_coded,
                        bool is_known, struct err_info *info)
{
    const struct effect_spec *spec = s->spec;
    if (s->n == 0)
        return err_set(info, E_INPUT, "panel.no-rows");
    err e = find_keys(s, spec->unit, "panel.unit-empty", !is_known, a, &s->unit, info);
    if (e == OK)
        e = find_keys(s, spec->time, "panel.time-empty", true, a, &coded[0], info);
    if (e == OK && coded[0].column->type == TABLE_TEXT)
        e = err_text(info, E_INPUT, "panel.time-is-text", coded[0].column->name);
    s->n_factors = spec->n_fixed_effects + 1;
    for (size_t h = 1; h < s->n_factors && e == OK; h++)
        e = find_keys(s, spec->fixed_effects[h - 1], "twfe.factor-empty", true, a, &coded[h], info);
    *n_coded = s->n_factors;
    s->has_cluster = spec->cluster.n && !str_eq(spec->cluster, spec->unit);
    if (e == OK && s->has_cluster)
        e = find_keys(s, spec->cluster, "panel.cluster-empty", true, a, &coded[(*n_coded)++], info);
    if (e == OK)
        e = find_numbers(s, spec->outcome, &s->y, info);
    if (e == OK && spec->weights.n)
        e = find_numbers(s, spec->weights, &s->w, info);
    if (e == OK)
        e = find_treatment(s, a, info);
    return e == OK ? find_covariates(s, a, info) : e;
}

/* ---- one block ---- */

static void look_at_order(const struct scan *scan, struct look *l, const int64_t *unit,
                          const int64_t *time, size_t from, size_t n, bool is_first)
{
    if (KERNEL_PICK(rises)(unit, time, is_first, n))
        return;
    for (size_t i = is_first; i < n; i++) {
        if (unit[i] == unit[i - 1] && time[i] > time[i - 1])
            continue;
        if (unit[i] == unit[i - 1] && time[i] == time[i - 1])
            set_fault(l, "panel.duplicate", row_at(scan->s, from + i), NULL, NAMES_UNIT_AND_TIME);
        else if (unit[i] == unit[i - 1] || (!scan->is_known && unit[i] < unit[i - 1]))
            l->is_unsorted = true;
    }
}

static void look_at_numbers(const struct scan *scan, struct look *l, const struct table_column *c,
                            size_t from, size_t n, double *room)
{
    const double *v = twfe_numbers_at(c, scan->s->order, from, n, room);
    if (KERNEL_PICK(are_within)(v, EFFECT_VALUE_MAX, n))
        return;
    for (size_t i = 0; i < n; i++)
        if (fabs(v[i]) > EFFECT_VALUE_MAX)
            set_fault(l, "effect.number-too-large", row_at(scan->s, from + i), c, NAMES_ROW);
}

static void look_at_weights(const struct scan *scan, struct look *l, size_t from, size_t n,
                            double *room)
{
    const struct table_column *c = scan->s->w;
    const double *v = twfe_numbers_at(c, scan->s->order, from, n, room);
    look_at_numbers(scan, l, c, from, n, room);
    for (size_t i = 0; i < n; i++) {
        if (isnan(v[i]))
            set_fault(l, "panel.weight-empty", row_at(scan->s, from + i), c, NAMES_UNIT_LAST);
        else if (v[i] < 0)
            set_fault(l, "panel.weight-negative", row_at(scan->s, from + i), c, NAMES_UNIT_LAST);
        else if (v[i] > l->heaviest)
            l->heaviest = v[i];
    }
}

static void look_at_treatment(const struct scan *scan, struct look *l, const int64_t *unit,
                              size_t from, size_t n, bool is_first, double *v, double *before)
{
    const struct table_column *c = scan->s->d;
    twfe_numbers(c, scan->s->order, from, n, v);
    for (size_t i = 0; i < n; i++) {
        const double last = i > 0 ? v[i - 1] : *before;
        const bool same = (i > 0 || !is_first) && unit[i] == unit[i - 1];
        if (v[i] != 0 && v[i] != 1)
            set_fault(l, "panel.treatment-not-binary", row_at(scan->s, from + i), c, NAMES_UNIT);
        l->switches |= same && v[i] != last;
        if (same && v[i] < last && scan->s->needs_start)
            set_fault(l, "panel.switches-off", row_at(scan->s, from + i), c, NAMES_UNIT);
    }
    *before = v[n - 1];
}

/* One start a unit. Rows whose keys agree need no reading. */
static void look_at_starts(const struct scan *scan, struct look *l, const int64_t *unit,
                           const int64_t *start, size_t from, size_t n, bool is_first)
{
    const struct panel_start_reader *reader = &scan->s->starts;
    const struct table_column *c = reader->column;
    const bool has_keys = (c->type == TABLE_INT || c->type == TABLE_DATE) && c->n_missing == 0;
    const bool is_kept = has_keys && KERNEL_PICK(keeps)(unit, start, n);
    /* then the first row alone is to be compared */
    for (size_t i = 0; i < (is_kept ? 1 : n); i++) {
        const bool same = (i > 0 || !is_first) && unit[i] == unit[i - 1];
        if (same && i > 0 && start[i] == start[i - 1] && c->n_missing == 0)
            continue;
        const size_t row = row_at(scan->s, from + i);
        const double v = panel_start_read(reader, row);
        if (isnan(v))
            set_fault(l, "panel.start-empty", row, c, NAMES_UNIT);
        else if (v == -REAL_INF)
            set_fault(l, "panel.start-not-a-period", row, c, NAMES_START);
        else if (same && v != panel_start_read(reader, row_at(scan->s, from + i - 1)))
            set_fault(l, "panel.start-varies", row, c, NAMES_UNIT);
    }
}

static void scan_block(void *ctx, size_t block, unsigned worker)
{
    const struct scan *scan = ctx;
    const struct twfe_rows *s = scan->s;
    struct look *l = &scan->look[block];
    int64_t *room = scan->key + worker * 3 * (TWFE_TILE_ROWS + 1);
    double *v = scan->v + worker * TWFE_TILE_ROWS, before = 0;

    for (size_t from = s->block[block], n; from < s->block[block + 1]; from += n) {
        const size_t left = s->block[block + 1] - from;
        n = left < TWFE_TILE_ROWS ? left : TWFE_TILE_ROWS;
        const bool is_first = from == 0;
        const size_t lead = !is_first; /* the row before, to compare with */
        const int64_t *unit = twfe_keys_at(&s->unit, s->order, from - lead, n + lead, room) + lead;
        int64_t *own = room + TWFE_TILE_ROWS + 1, *third = own + TWFE_TILE_ROWS + 1;
        const int64_t *time =
            twfe_keys_at(&scan->coded[0], s->order, from - lead, n + lead, own) + lead;
        look_at_order(scan, l, unit, time, from, n, is_first);
        for (size_t j = 0; j < scan->n_coded && !l->has_no_memory; j++)
            l->has_no_memory = !twfe_found_add(
                &l->found[j],
                j == 0 ? time : twfe_keys_at(&scan->coded[j], s->order, from, n, third), n);
        look_at_numbers(scan, l, s->y, from, n, v);
        for (size_t j = 0; j < s->n_x; j++)
            if (!s->x[j].is_word)
                look_at_numbers(scan, l, s->x[j].column, from, n, v);
        if (s->w)
            look_at_weights(scan, l, from, n, v);
        if (s->d)
            look_at_treatment(scan, l, unit, from, n, is_first, v, &before);
        else
            look_at_starts(scan, l, unit,
                           twfe_keys_at(&(struct twfe_keys){.column = s->starts.column}, s->order,
                                        from, n, third),
                           from, n, is_first);
    }
}

/* ---- all blocks ---- */

static void cut_blocks(struct twfe_rows *s)
{
    const size_t wanted = s->n / TWFE_BLOCK_ROWS + 1;
    s->n_blocks = wanted < TWFE_BLOCKS_MAX ? wanted : TWFE_BLOCKS_MAX;
    for (size_t b = 0; b <= s->n_blocks; b++) {
        size_t at = b < s->n_blocks ? s->n / s->n_blocks * b : s->n;
        const size_t last = at + PANEL_PERIODS_MAX; /* a unit has no more rows */
        int64_t a, c;
        while (at > 0 && at < s->n && at < last &&
               *twfe_keys_at(&s->unit, s->order, at - 1, 1, &a) ==
                   *twfe_keys_at(&s->unit, s->order, at, 1, &c))
            at++;
        s->block[b] = at;
    }
}

static err say_fault(const struct twfe_rows *s, const struct fault *f, struct err_info *info)
{
    const struct table_column *time = s->factor[0].keys.column;
    if (f->shape == NAMES_ROW || f->shape == NAMES_UNIT_LAST || f->shape == NAMES_START)
        err_text(info, E_INPUT, f->key, f->column->name);
    else
        err_set(info, E_INPUT, f->key);
    if (f->shape == NAMES_ROW)
        msg_int(&info->msg, (int64_t)f->row + 1);
    else if (f->shape == NAMES_START)
        msg_text(&info->msg, STR("-Inf"));
    else
        panel_msg_value(&info->msg, s->unit.column, f->row);
    if (f->shape == NAMES_UNIT_AND_TIME)
        panel_msg_value(&info->msg, time, f->row);
    if (f->shape == NAMES_UNIT)
        msg_text(&info->msg, f->column->name);
    return E_INPUT;
}

/* What the blocks saw, together. *is_unsorted leaves the rest undone. */
static err conclude(struct scan *scan, arena *a, bool *is_unsorted, struct err_info *info)
{
    struct twfe_rows *s = scan->s;
    struct twfe_found *found[TWFE_BLOCKS_MAX];
    const struct fault *first = NULL;
    bool switches = false;
    for (size_t b = 0; b < s->n_blocks; b++) {
        const struct look *l = &scan->look[b];
        if (l->has_no_memory)
            return err_nomem(info);
        *is_unsorted |= l->is_unsorted;
        switches |= l->switches;
        s->heaviest = l->heaviest > s->heaviest ? l->heaviest : s->heaviest;
        if (l->fault.key && (!first || l->fault.row < first->row))
            first = &l->fault;
    }
    if (*is_unsorted)
        return OK;
    s->factor[0].keys = scan->coded[0];
    if (first)
        return say_fault(s, first, info);
    if (s->w && !(s->heaviest > 0))
        return err_set(info, E_INPUT, "panel.no-weight");
    err e = OK;
    for (size_t j = 0; j < scan->n_coded && e == OK; j++) {
        for (size_t b = 0; b < s->n_blocks; b++)
            found[b] = &scan->look[b].found[j];
        e = twfe_codes_make(&scan->coded[j], found, s->n_blocks, a,
                            j < s->n_factors ? &s->factor[j] : &s->cluster, info);
    }
    s->is_marked = s->d && s->needs_start && !switches && s->factor[0].n == 2;
    return e;
}

static err scan_rows(struct twfe_rows *s, const struct twfe_keys *coded, size_t n_coded,
                     bool is_known, par *pool, arena *a, bool *is_unsorted, struct err_info *info)
{
    const size_t workers = par_threads(pool);
    cut_blocks(s);
    struct scan scan = {
        .s = s,
        .coded = coded,
        .n_coded = n_coded,
        .is_known = is_known,
        .look = calloc(s->n_blocks, sizeof *scan.look),
        .key = malloc(workers * 3 * (TWFE_TILE_ROWS + 1) * sizeof *scan.key),
        .v = malloc(workers * TWFE_TILE_ROWS * sizeof *scan.v),
    };
    bool has_room = scan.look && scan.key && scan.v;
    for (size_t b = 0; has_room && b < s->n_blocks; b++)
        for (size_t j = 0; j < n_coded; j++)
            has_room &= twfe_found_init(&scan.look[b].found[j]);
    err e = has_room ? OK : err_nomem(info);
    if (has_room) {
        par_run(pool, s->n_blocks, scan_block, &scan);
        e = conclude(&scan, a, is_unsorted, info);
    }
    for (size_t b = 0; scan.look && b < s->n_blocks; b++)
        for (size_t j = 0; j < n_coded; j++)
            twfe_found_free(&scan.look[b].found[j]);
    free(scan.look);
    free(scan.key);
    free(scan.v);
    return e;
}

/* ---- order ---- */

/* Moves rows to the order of their codes; rows of one code keep theirs. */
static err sort_stable(const struct panel_codes *by, const uint32_t *from, size_t n, arena *a,
                       uint32_t *to, struct err_info *info)
{
    uint32_t *next = ARENA_NEW(a, uint32_t, by->n + 1);
    if (!next)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++)
        next[by->code[i] + 1]++;
    for (size_t c = 0; c < by->n; c++)
        next[c + 1] += next[c];
    for (size_t i = 0; i < n; i++) {
        const uint32_t row = from ? from[i] : (uint32_t)i;
        to[next[by->code[row]]++] = row;
    }
    return OK;
}

/* The rows that count, in the order given, or in that of the table when it is NULL. */
static err keep_rows(struct twfe_rows *s, const uint8_t *keep, const uint32_t *from, arena *a,
                     struct err_info *info)
{
    const size_t n = table_rows(s->t);
    s->n = 0;
    for (size_t i = 0; i < n; i++)
        s->n += keep[i] != 0;
    uint32_t *order = ARENA_NEW(a, uint32_t, s->n);
    if (!order)
        return err_nomem(info);
    for (size_t i = 0, to = 0; i < n; i++) {
        const size_t row = from ? from[i] : i;
        if (keep[row])
            order[to++] = (uint32_t)row;
    }
    s->order = order;
    return OK;
}

static err make_order(struct twfe_rows *s, const uint8_t *keep, arena *a, struct err_info *info)
{
    struct panel_rows rows;
    const size_t n = table_rows(s->t);
    arena *scratch = arena_new(PANEL_MEMORY_MAX);
    uint32_t *order = ARENA_NEW(a, uint32_t, n);
    uint32_t *by_time = scratch ? ARENA_NEW(scratch, uint32_t, n) : NULL;
    err e = order && by_time ? OK : err_nomem(info);
    if (e == OK)
        e = panel_rows_make(s->t, s->spec, scratch, &rows, info);
    if (e == OK)
        e = sort_stable(&rows.time, NULL, n, scratch, by_time, info);
    if (e == OK)
        e = sort_stable(&rows.unit, by_time, n, scratch, order, info);
    s->order = order;
    arena_free(scratch);
    return e == OK && keep ? keep_rows(s, keep, order, a, info) : e;
}

static err make_periods(struct twfe_rows *s, arena *a, struct err_info *info)
{
    const struct twfe_codes *time = &s->factor[0];
    double *value = ARENA_NEW(a, double, time->n);
    if (!value)
        return err_nomem(info);
    for (size_t i = 0; i < time->n; i++)
        value[i] = twfe_key_value(time->keys.column, time->key[i]);
    return panel_periods_make(time->keys.column, value, time->n, &s->periods, info);
}

err twfe_rows_open(const table *t, const uint8_t *keep, const struct effect_spec *spec, par *pool,
                   arena *a, struct twfe_rows *s, struct err_info *info)
{
    struct twfe_keys coded[CODED_MAX];
    size_t n_coded = 0;
    const bool is_known = table_is_sorted_by(t, spec->unit, spec->time);
    bool is_unsorted = false;
    *s = (struct twfe_rows){.t = t, .spec = spec, .n = table_rows(t)};
    s->needs_start = spec->method == EFFECT_SUNAB || spec->event_study;
    err e = keep ? keep_rows(s, keep, NULL, a, info) : OK;
    if (e == OK)
        e = find_columns(s, a, coded, &n_coded, is_known, info);
    if (e == OK)
        e = scan_rows(s, coded, n_coded, is_known, pool, a, &is_unsorted, info);
    if (e == OK && is_unsorted) {
        is_unsorted = false;
        e = make_order(s, keep, a, info);
        if (e == OK)
            e = scan_rows(s, coded, n_coded, true, pool, a, &is_unsorted, info);
    }
    return e == OK ? make_periods(s, a, info) : e;
}
