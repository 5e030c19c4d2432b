/* SPDX-License-Identifier: EUPL-1.2 */
/* Who is in it, and which columns that makes. */
#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/twfe_int.h"

#include <math.h>
#include <string.h>

enum { EVER = 1, NEVER = 2, HAS_UNIT = 4, HAS_MORE = 8 };

/* A covariate as rows pass: Chan, Golub and LeVeque (1983). */
struct spread {
    double n, mean, square, low, high;
};

/* What a group of blocks counts. */
struct count {
    size_t n, n_missing, n_units, n_treated, n_switching, n_once, n_always, n_after_end;
    size_t rows_of[PANEL_PERIODS_MAX + 1]; /* units by the number of their rows */
    double weight;
    bool switches_off;
    size_t *by_start; /* periods + 1 */
    struct spread *x; /* n_x */
    size_t *cell_n;   /* periods x periods, when cells are asked for; else NULL */
    double *cell_weight;
};

struct census {
    struct twfe *f;
    struct count *count;             /* n_groups */
    uint8_t *used[TWFE_FACTORS_MAX]; /* of codes */
    bool all_used[TWFE_FACTORS_MAX];
    uint32_t *home[TWFE_FACTORS_MAX]; /* of codes: their cluster */
    bool is_split[TWFE_FACTORS_MAX];  /* some code lies in two clusters */
    uint8_t *has;                     /* of clusters */
    uint8_t *course;                  /* of clusters x periods of the table: TWFE_ON, TWFE_OFF */
    bool units_split;
};

/* ---- shared marks: the same whoever sets them first ---- */

static inline void mark_byte(uint8_t *at, uint8_t bits)
{
    if ((__atomic_load_n(at, __ATOMIC_RELAXED) & bits) != bits)
        (void)__atomic_fetch_or(at, bits, __ATOMIC_RELAXED);
}

static inline void mark_true(bool *at)
{
    if (!__atomic_load_n(at, __ATOMIC_RELAXED))
        __atomic_store_n(at, true, __ATOMIC_RELAXED);
}

static inline void mark_home(uint32_t *home, uint32_t cluster, bool *is_split)
{
    uint32_t known = __atomic_load_n(home, __ATOMIC_RELAXED);
    if (known == TWFE_NONE)
        (void)__atomic_compare_exchange_n(home, &known, cluster, false, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED); /* known: what stood there */
    if (known != TWFE_NONE && known != cluster)
        mark_true(is_split);
}

/* ---- one tile ---- */

static void count_covariate(const struct twfe_tile *t, const double *x, struct spread *s)
{
    const double n = (double)t->n, mean = lin_sum(x, t->n) / n, all = s->n + n;
    double square = 0;
    for (size_t i = 0; i < t->n; i++) {
        s->low = x[i] < s->low ? x[i] : s->low;
        s->high = x[i] > s->high ? x[i] : s->high;
        square += (x[i] - mean) * (x[i] - mean);
    }
    const double apart = mean - s->mean;
    s->square += square + apart * apart * (s->n / all * n);
    s->mean += apart * (n / all);
    s->n = all;
}

static bool are_used(const uint8_t *used, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!__atomic_load_n(&used[i], __ATOMIC_RELAXED))
            return false;
    return true;
}

static void count_codes(struct census *c, const struct twfe_tile *t)
{
    const struct twfe *f = c->f;
    for (size_t h = 0; h < f->rows.n_factors; h++) {
        const uint32_t *code = t->code[h];
        const bool all = __atomic_load_n(&c->all_used[h], __ATOMIC_RELAXED);
        for (size_t i = 0; !all && i < t->n; i++)
            if (i == 0 || code[i] != code[i - 1])
                mark_byte(&c->used[h][code[i]], 1);
        if (!all && f->rows.factor[h].n <= t->n && are_used(c->used[h], f->rows.factor[h].n))
            mark_true(&c->all_used[h]);
        if (!f->n_clusters || __atomic_load_n(&c->is_split[h], __ATOMIC_RELAXED))
            continue;
        for (size_t u = 0; u < t->n_units; u++)
            for (size_t i = t->first[u]; i < t->first[u + 1]; i++)
                if (i == t->first[u] || code[i] != code[i - 1] ||
                    (t->cluster && t->cluster[i] != t->cluster[i - 1]))
                    mark_home(&c->home[h][code[i]], t->cluster ? t->cluster[i] : t->id[u],
                              &c->is_split[h]);
    }
}

static void count_clusters(struct census *c, const struct twfe_tile *t, size_t unit, bool is_ever)
{
    const size_t from = t->first[unit];
    uint8_t *has = &c->has[t->cluster[from]];
    mark_byte(has, is_ever ? EVER : NEVER);
    if (!(__atomic_load_n(has, __ATOMIC_RELAXED) & HAS_MORE) &&
        (__atomic_fetch_or(has, HAS_UNIT, __ATOMIC_RELAXED) & HAS_UNIT))
        mark_byte(has, HAS_MORE);
    const size_t n_periods = c->f->rows.periods.n;
    for (size_t i = from; i < t->first[unit + 1]; i++)
        mark_byte(&c->course[t->cluster[i] * n_periods + t->code[0][i]],
                  t->d[i] > 0 ? TWFE_ON : TWFE_OFF);
    for (size_t i = from + 1; i < t->first[unit + 1]; i++)
        if (t->cluster[i] != t->cluster[i - 1]) {
            mark_byte(&c->has[t->cluster[i]], is_ever ? EVER : NEVER);
            mark_true(&c->units_split);
        }
}

static void count_cells(const struct twfe *f, const struct twfe_tile *t, size_t unit,
                        struct count *n)
{
    const size_t n_periods = f->rows.periods.n;
    if (t->start[unit] == PANEL_NEVER)
        return;
    for (size_t i = t->first[unit]; i < t->first[unit + 1]; i++) {
        const size_t cell = t->start[unit] * n_periods + t->code[0][i];
        n->cell_n[cell]++;
        n->cell_weight[cell] += t->w ? t->w[i] : 1;
    }
}

static void count_tile(void *ctx, struct twfe_tile *t, size_t group, unsigned worker)
{
    (void)worker;
    struct census *c = ctx;
    const struct twfe *f = c->f;
    struct count *n = &c->count[group];
    n->n_missing += t->n_missing;
    n->n_always += t->n_always;
    n->n_after_end += t->n_after_end;
    if (t->n == 0)
        return;
    count_codes(c, t);
    for (size_t j = 0; j < f->rows.n_x; j++)
        count_covariate(t, t->x[j], &n->x[j]);
    for (size_t u = 0; u < t->n_units; u++) {
        const size_t from = t->first[u], to = t->first[u + 1];
        size_t n_on = 0;
        for (size_t i = from; i < to; i++)
            n_on += t->d[i] > 0;
        for (size_t i = from + 1; f->rows.d && i < to; i++)
            n->switches_off |= t->d[i] < t->d[i - 1];
        n->n_treated += n_on > 0;
        n->n_switching += n_on > 0 && n_on < to - from;
        n->n_once += to - from == 1;
        n->rows_of[to - from]++;
        n->by_start[t->start[u] == PANEL_NEVER ? f->rows.periods.n : t->start[u]]++;
        if (t->cluster)
            count_clusters(c, t, u, n_on > 0);
        if (n->cell_n)
            count_cells(f, t, u, n);
    }
    n->n += t->n;
    n->n_units += t->n_units;
    n->weight += twfe_weight_of(t, 0, t->n);
}

/* ---- the census ---- */

static err count_new(const struct twfe *f, arena *a, struct count *n, struct err_info *info)
{
    const size_t n_periods = f->rows.periods.n;
    n->by_start = ARENA_NEW(a, size_t, n_periods + 1);
    n->x = ARENA_NEW(a, struct spread, f->rows.n_x);
    if (!n->by_start || !n->x)
        return err_nomem(info);
    for (size_t j = 0; j < f->rows.n_x; j++)
        n->x[j] = (struct spread){.low = REAL_INF, .high = -REAL_INF};
    if (!f->rows.needs_start)
        return OK;
    n->cell_n = ARENA_NEW(a, size_t, n_periods * n_periods);
    n->cell_weight = ARENA_NEW(a, double, n_periods *n_periods);
    return n->cell_n && n->cell_weight ? OK : err_nomem(info);
}

static void add_spread(struct spread *s, const struct spread *o)
{
    if (o->n == 0)
        return;
    const double all = s->n + o->n, apart = o->mean - s->mean;
    s->square += o->square + apart * apart * (s->n / all * o->n);
    s->mean += apart * (o->n / all);
    s->n = all;
    s->low = o->low < s->low ? o->low : s->low;
    s->high = o->high > s->high ? o->high : s->high;
}

static void add_count(const struct twfe *f, struct count *n, const struct count *o)
{
    const size_t n_periods = f->rows.periods.n;
    n->n += o->n;
    n->n_missing += o->n_missing;
    n->n_units += o->n_units;
    n->n_treated += o->n_treated;
    n->n_switching += o->n_switching;
    n->n_once += o->n_once;
    n->n_always += o->n_always;
    n->n_after_end += o->n_after_end;
    n->weight += o->weight;
    n->switches_off |= o->switches_off;
    for (size_t m = 0; m <= PANEL_PERIODS_MAX; m++)
        n->rows_of[m] += o->rows_of[m];
    for (size_t t = 0; t <= n_periods; t++)
        n->by_start[t] += o->by_start[t];
    for (size_t j = 0; j < f->rows.n_x; j++)
        add_spread(&n->x[j], &o->x[j]);
    for (size_t i = 0; n->cell_n && i < n_periods * n_periods; i++) {
        n->cell_n[i] += o->cell_n[i];
        n->cell_weight[i] += o->cell_weight[i];
    }
}

static err census_new(struct twfe *f, size_t n_groups, arena *a, struct census *c,
                      struct err_info *info)
{
    const struct twfe_rows *s = &f->rows;
    *c = (struct census){.f = f, .count = ARENA_NEW(a, struct count, n_groups)};
    if (!c->count)
        return err_nomem(info);
    for (size_t g = 0; g < n_groups; g++) {
        const err e = count_new(f, a, &c->count[g], info);
        if (e != OK)
            return e;
    }
    for (size_t h = 0; h < s->n_factors; h++) {
        c->used[h] = ARENA_NEW(a, uint8_t, s->factor[h].n);
        c->home[h] = ARENA_NEW(a, uint32_t, s->factor[h].n);
        if (!c->used[h] || !c->home[h])
            return err_nomem(info);
        memset(c->home[h], 0xff, s->factor[h].n * sizeof *c->home[h]);
    }
    c->has = ARENA_NEW(a, uint8_t, s->cluster.n);
    c->course = ARENA_NEW(a, uint8_t, s->cluster.n * s->periods.n);
    return c->has && c->course ? OK : err_nomem(info);
}

/* Counts everything into c->count[0]. */
static err take_census(struct twfe *f, struct twfe_tile *tile, par *pool, arena *a,
                       struct census *c, struct err_info *info)
{
    const size_t n_periods = f->rows.periods.n;
    const size_t n_groups =
        twfe_groups(&f->rows, f->rows.needs_start ? 16 * n_periods * n_periods : 1);
    const err e = census_new(f, n_groups, a, c, info);
    if (e != OK)
        return e;
    struct twfe_pass pass = {.s = &f->rows,
                             .tile = tile,
                             .n_groups = n_groups,
                             .visit = count_tile,
                             .ctx = c,
                             .without_outcome = true};
    twfe_pass_run(&pass, pool);
    for (size_t g = 1; g < n_groups; g++)
        add_count(f, &c->count[0], &c->count[g]);
    return OK;
}

/* ---- columns of the system ---- */

static err place_factor(struct twfe *f, size_t h, const uint8_t *used, size_t n_codes, arena *a,
                        struct err_info *info)
{
    struct twfe_factor *factor = &f->factor[h];
    uint32_t *level = ARENA_NEW(a, uint32_t, n_codes);
    uint32_t *columns = ARENA_NEW(a, uint32_t, n_codes);
    if (!level || !columns)
        return err_nomem(info);
    factor->n_codes = n_codes;
    factor->column = f->n_levels;
    for (size_t c = 0; c < n_codes; c++) {
        level[c] = used[c] ? (uint32_t)factor->n++ : TWFE_NONE;
        columns[c] = used[c] && level[c] > 0 ? (uint32_t)factor->column + level[c] - 1 : TWFE_NONE;
    }
    factor->level = level;
    factor->columns = columns;
    f->n_levels += factor->n - 1;
    return OK;
}

static err place_factors(struct twfe *f, const struct census *c, arena *a, struct err_info *info)
{
    err e = OK;
    f->n_factors = f->rows.n_factors;
    for (size_t h = 0; h < f->n_factors && e == OK; h++) {
        f->factor[h].name = f->rows.factor[h].keys.column->name;
        f->factor[h].is_nested = f->n_clusters > 0 && !c->is_split[h];
        e = place_factor(f, h, c->used[h], f->rows.factor[h].n, a, info);
    }
    f->period = ARENA_NEW(a, double, f->factor[0].n);
    if (e != OK || !f->period)
        return e != OK ? e : err_nomem(info);
    for (size_t p = 0; p < f->rows.periods.n; p++)
        if (f->factor[0].level[p] != TWFE_NONE)
            f->period[f->factor[0].level[p]] = f->rows.periods.value[p];
    return OK;
}

static str treatment_name(const struct effect_spec *spec)
{
    return spec->first_treated.n ? spec->first_treated : spec->treatment;
}

/* The level of a start in a period; the same for all starts in an event study. */
static uint32_t *level_of(const struct twfe *f, uint32_t *number, size_t start, size_t time)
{
    const size_t n_periods = f->rows.periods.n;
    return f->rows.spec->method == EFFECT_SUNAB ? &number[start * n_periods + time]
                                                : &number[time + n_periods - start];
}

/* A level for each start, or time since it, but the last period before it; 0 is that, and never. */
static err place_cells(struct twfe *f, const struct count *n, arena *a, struct err_info *info)
{
    const size_t n_periods = f->rows.periods.n;
    const size_t room = n_periods * n_periods + 2 * n_periods;
    uint32_t *number = ARENA_NEW(a, uint32_t, room);
    uint32_t *cell_level = ARENA_NEW(a, uint32_t, n_periods * n_periods);
    f->cell = ARENA_NEW(a, struct twfe_cell, room + 1);
    if (!number || !cell_level || !f->cell)
        return err_nomem(info);
    if (n->by_start[n_periods] == 0)
        return err_set(info, E_INPUT, "twfe.no-never-treated");
    size_t n_levels = 1;
    for (size_t start = 0; start < n_periods; start++)
        for (size_t time = 0; time < n_periods; time++) {
            const size_t at = start * n_periods + time;
            if (n->cell_n[at] == 0 || time + 1 == start)
                continue;
            uint32_t *level = level_of(f, number, start, time);
            if (*level == 0)
                *level = (uint32_t)n_levels++;
            cell_level[at] = *level;
            struct twfe_cell *cell = &f->cell[*level];
            cell->steps = (int64_t)time - (int64_t)start;
            cell->weight += n->cell_weight[at];
            cell->n += n->cell_n[at];
        }
    uint8_t *used = ARENA_NEW(a, uint8_t, n_levels);
    if (!used)
        return err_nomem(info);
    memset(used, 1, n_levels);
    f->rows.cell_level = cell_level;
    f->factor[f->n_factors].name = treatment_name(f->rows.spec);
    return place_factor(f, f->n_factors++, used, n_levels, a, info);
}

/* Covariates that vary, scaled; then the treatment. */
static err place_covariates(struct twfe *f, const struct count *n, arena *a,
                            struct effect_result *r, struct err_info *info)
{
    size_t kept = 0;
    f->x_name = ARENA_NEW(a, str, f->rows.n_x + 1);
    if (!f->x_name)
        return err_nomem(info);
    for (size_t j = 0; j < f->rows.n_x; j++) {
        struct twfe_covariate x = f->rows.x[j];
        const struct spread *s = &n->x[j];
        if (!(s->high > s->low)) {
            msg_text(effect_warn(r, "effect.covariate-constant"), x.name);
            continue;
        }
        x.centre = s->mean;
        x.spread = sqrt(s->square / s->n);
        if (!(x.spread > 0)) /* its square vanished */
            x.spread = s->high - s->low;
        f->x_name[kept] = x.name;
        f->rows.x[kept++] = x;
    }
    f->rows.n_x = f->n_x = kept;
    if (!f->cell)
        f->x_name[f->n_x++] = treatment_name(f->rows.spec);
    return OK;
}

err twfe_leave_to_iteration(struct twfe *f, arena *a, struct err_info *info)
{
    f->is_iterated = true;
    f->n_levels = 0;
    for (size_t h = 0; h < f->n_factors; h++) {
        struct twfe_factor *factor = &f->factor[h];
        const bool is_cells = f->cell && h + 1 == f->n_factors;
        uint32_t *columns = ARENA_NEW(a, uint32_t, factor->n_codes);
        if (!columns)
            return err_nomem(info);
        for (size_t c = 0; c < factor->n_codes; c++)
            columns[c] = is_cells && c > 0 ? (uint32_t)c - 1 : TWFE_NONE;
        factor->columns = columns;
        factor->column = 0;
        if (is_cells)
            f->n_levels = factor->n - 1;
    }
    const struct twfe_factor *last = &f->factor[f->n_factors - 1];
    if (f->n_levels + f->n_x + 1 <= LIN_K_MAX)
        return OK;
    err_text(info, E_LIMIT, "twfe.too-many-levels", last->name);
    msg_int(&info->msg, (int64_t)last->n);
    msg_int(&info->msg, LIN_K_MAX);
    return E_LIMIT;
}

/* ---- who is in it ---- */

static err check_rows(const struct twfe *f, const struct count *n, struct effect_result *r,
                      struct err_info *info)
{
    struct effect_diagnostics *d = &r->diagnostics;
    if (n->n_after_end > 0)
        msg_int(effect_warn(r, "panel.start-after-end"), (int64_t)n->n_after_end);
    d->n_rows = f->rows.n;
    d->n_used = n->n;
    d->n_dropped_missing = n->n_missing;
    d->n_always_treated = n->n_always;
    if (d->n_always_treated > 0)
        msg_int(effect_warn(r, "panel.always-treated"), (int64_t)d->n_always_treated);
    if (n->n == 0) {
        err_set(info, E_INPUT, "effect.no-complete-rows");
        msg_int(&info->msg, (int64_t)f->rows.n);
        return E_INPUT;
    }
    if (d->n_dropped_missing > 0)
        msg_int(effect_warn(r, "effect.rows-dropped"), (int64_t)d->n_dropped_missing);
    return OK;
}

static void count_groups(const struct twfe *f, const struct census *c, struct effect_diagnostics *d)
{
    if (!f->rows.has_cluster && f->n_clusters > 0) { /* each unit is one */
        d->n_treated_clusters = d->n_treated;
        d->n_control_clusters = d->n_control;
    }
    for (size_t g = 0; g < f->rows.cluster.n; g++) {
        d->n_treated_clusters += (c->has[g] & EVER) != 0;
        d->n_control_clusters += (c->has[g] & NEVER) != 0;
    }
}

/* Some clusters of one unit beside larger ones are rarely meant. */
static void warn_small_clusters(const struct twfe *f, const struct census *c,
                                struct effect_result *r)
{
    size_t n_small = 0;
    for (size_t g = 0; g < f->rows.cluster.n; g++)
        n_small += (c->has[g] & HAS_UNIT) && !(c->has[g] & HAS_MORE);
    if (!f->is_nested || n_small == 0 || n_small == f->n_clusters)
        return;
    struct msg *m = effect_warn(r, "twfe.clusters-single");
    msg_int(m, (int64_t)n_small);
    msg_int(m, (int64_t)f->n_clusters);
    msg_text(m, r->spec.cluster);
}

/* When everyone starts sometime, those who start last are the others, as in panel_build.c. */
static void count_kinds(const struct count *n, size_t n_periods, struct effect_result *r)
{
    struct effect_diagnostics *d = &r->diagnostics;
    d->n_control = n->n_units - n->n_treated;
    for (size_t start = n_periods; start-- > 0 && d->n_control == 0;)
        d->n_control = n->by_start[start];
    d->n_treated = n->n_units - d->n_control;
    if (n->n_treated == n->n_units)
        msg_int(effect_warn(r, "twfe.all-treated"), (int64_t)d->n_control);
}

static err describe(const struct twfe *f, const struct census *c, struct effect_result *r,
                    struct err_info *info)
{
    struct effect_diagnostics *d = &r->diagnostics;
    const struct count *n = &c->count[0];
    d->n_units = n->n_units;
    d->n_periods = f->factor[0].n;
    d->n_never = n->n_units - n->n_treated;
    count_kinds(n, f->rows.periods.n, r);
    d->n_clusters = f->n_clusters;
    for (size_t m = 0; m < f->factor[0].n; m++)
        d->n_unbalanced += n->rows_of[m];
    for (size_t m = 0; m < f->rows.periods.n; m++)
        d->n_starts += n->by_start[m] > 0;
    count_groups(f, c, d);
    if (n->n_switching == 0)
        return err_text(info, E_INPUT, "twfe.treatment-constant", treatment_name(&r->spec));
    if (n->n_once > 0)
        msg_int(effect_warn(r, "twfe.seen-once"), (int64_t)n->n_once);
    warn_small_clusters(f, c, r);
    return OK;
}

/* Clusters that hold rows that count. */
static err count_used_clusters(struct twfe *f, const struct census *c, struct err_info *info)
{
    const str name = f->rows.spec->cluster;
    if (!name.n)
        return OK; /* by row */
    f->n_clusters = f->rows.has_cluster ? 0 : f->n_units;
    for (size_t g = 0; g < f->rows.cluster.n; g++)
        f->n_clusters += c->has[g] != 0;
    f->is_nested = !c->units_split;
    return f->n_clusters < 2 ? err_text(info, E_INPUT, "effect.one-cluster", name) : OK;
}

err twfe_tiles_new(const struct twfe *f, par *pool, arena *a, struct twfe_tile **tile,
                   struct err_info *info)
{
    *tile = ARENA_NEW(a, struct twfe_tile, par_threads(pool));
    err e = *tile ? OK : err_nomem(info);
    for (unsigned w = 0; w < par_threads(pool) && e == OK; w++)
        e = twfe_tile_new(&f->rows, a, &(*tile)[w], info);
    return e;
}

/* Rows serve more than one reading, which each scales its own covariates. */
static err take_rows(const struct twfe_rows *rows, const struct effect_spec *spec, arena *a,
                     struct twfe *f, struct err_info *info)
{
    *f = (struct twfe){.rows = *rows};
    f->rows.spec = spec;
    f->n_clusters = spec->cluster.n > 0; /* how many is seen later */
    f->rows.x = ARENA_NEW(a, struct twfe_covariate, rows->n_x);
    if (!f->rows.x)
        return err_nomem(info);
    memcpy(f->rows.x, rows->x, rows->n_x * sizeof *rows->x);
    return OK;
}

err twfe_read(const struct twfe_rows *rows, par *pool, arena *a, struct twfe *f,
              struct effect_result *r, struct err_info *info)
{
    struct twfe_tile *tile;
    struct census c;
    err e = take_rows(rows, &r->spec, a, f, info);
    if (e == OK)
        e = twfe_tiles_new(f, pool, a, &tile, info);
    if (e == OK)
        e = take_census(f, tile, pool, a, &c, info);
    if (e != OK)
        return e;
    const struct count *n = &c.count[0];
    f->n = n->n;
    f->n_units = n->n_units;
    f->weight = n->weight;
    f->n_by_start = n->by_start;
    f->switches_off = n->switches_off;
    f->course = c.course;
    e = check_rows(f, n, r, info);
    if (e == OK)
        e = count_used_clusters(f, &c, info);
    if (e == OK)
        e = place_factors(f, &c, a, info);
    if (e == OK && f->rows.needs_start)
        e = place_cells(f, n, a, info);
    if (e == OK)
        e = place_covariates(f, n, a, r, info);
    if (e == OK && f->n_levels + f->n_x + 1 > LIN_K_MAX) /* with the outcome */
        e = twfe_leave_to_iteration(f, a, info);
    return e == OK ? describe(f, &c, r, info) : e;
}
