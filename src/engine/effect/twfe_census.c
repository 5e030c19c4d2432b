/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/twfe_census_int.h"

#include "base/lin.h"
#include "base/real.h"

#include <string.h>

enum { COURSE_WORDS = (PANEL_PERIODS_MAX + 63) / 64 };

/* ---- shared marks: the same whoever sets them first ---- */

static inline void mark_byte(uint8_t *at, uint8_t bits)
{
    if ((__atomic_load_n(at, __ATOMIC_RELAXED) & bits) != bits)
        (void)__atomic_fetch_or(at, bits, __ATOMIC_RELAXED);
}

static inline void mark_bits(uint64_t *at, uint64_t bits)
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

static void count_covariate(const struct twfe_tile *t, const double *x, struct twfe_spread *s)
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

bool twfe_are_used(const uint8_t *used, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!__atomic_load_n(&used[i], __ATOMIC_RELAXED))
            return false;
    return true;
}

static void count_codes(struct twfe_census *c, const struct twfe_tile *t)
{
    const struct twfe *f = c->f;
    for (size_t h = 0; h < f->rows.n_factors; h++) {
        const uint32_t *code = t->code[h];
        const bool all = __atomic_load_n(&c->all_used[h], __ATOMIC_RELAXED);
        for (size_t i = 0; !all && i < t->n; i++)
            if (i == 0 || code[i] != code[i - 1])
                mark_byte(&c->used[h][code[i]], 1);
        if (!all && f->rows.factor[h].n <= t->n && twfe_are_used(c->used[h], f->rows.factor[h].n))
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

/* Periods in which a unit was seen, and treated. */
struct course {
    uint64_t seen[COURSE_WORDS], on[COURSE_WORDS];
    size_t n_on;
};

static void read_course(const struct twfe_census *c, const struct twfe_tile *t, size_t unit,
                        struct course *course)
{
    const size_t from = t->first[unit], to = t->first[unit + 1], n_words = c->n_words;
    memset(course->seen, 0, n_words * sizeof *course->seen);
    memset(course->on, 0, n_words * sizeof *course->on);
    course->n_on = 0;
    twfe_mark_codes(t->code[0] + from, to - from, course->seen);
    if (c->f->rows.d) {
        for (size_t i = from; i < to; i++)
            course->on[t->code[0][i] / 64] |= (uint64_t)(t->d[i] > 0) << t->code[0][i] % 64;
    } else if (t->start[unit] != PANEL_NEVER) { /* from the start on */
        size_t i = t->start[unit] / 64;
        course->on[i] = course->seen[i] & UINT64_MAX << t->start[unit] % 64;
        for (i++; i < n_words; i++)
            course->on[i] = course->seen[i];
    }
    for (size_t i = 0; i < n_words; i++)
        course->n_on += (size_t)__builtin_popcountll(course->on[i]);
}

static bool is_at_home(const struct twfe_tile *t, size_t unit)
{
    const uint32_t *cluster = t->cluster + t->first[unit];
    bool is = true;
    for (size_t i = 1; i < t->first[unit + 1] - t->first[unit]; i++)
        is &= cluster[i] == cluster[0];
    return is;
}

static void mark_course(struct twfe_census *c, const struct twfe_tile *t, size_t unit,
                        const struct course *course)
{
    uint64_t *on = c->course + t->cluster[t->first[unit]] * 2 * c->n_words, *off = on + c->n_words;
    for (size_t i = 0; i < c->n_words; i++) {
        mark_bits(&on[i], course->on[i]);
        mark_bits(&off[i], course->seen[i] & ~course->on[i]);
    }
}

/* A unit that changes clusters, row by row. */
static void mark_rows(struct twfe_census *c, const struct twfe_tile *t, size_t unit,
                      const struct course *course)
{
    for (size_t i = t->first[unit]; i < t->first[unit + 1]; i++) {
        const size_t word = t->code[0][i] / 64, at = t->cluster[i] * 2 + !(t->d[i] > 0);
        mark_bits(&c->course[at * c->n_words + word], UINT64_C(1) << t->code[0][i] % 64);
        mark_byte(&c->has[t->cluster[i]], course->n_on > 0 ? TWFE_EVER : TWFE_NEVER);
    }
    mark_true(&c->units_split);
}

static void count_clusters(struct twfe_census *c, const struct twfe_tile *t, size_t unit,
                           const struct course *course)
{
    uint8_t *has = &c->has[t->cluster[t->first[unit]]];
    const uint32_t start = t->start[unit] == PANEL_NEVER ? 0 : t->start[unit] + 1;
    mark_byte(has, course->n_on > 0 ? TWFE_EVER : TWFE_NEVER);
    mark_home(&c->start[t->cluster[t->first[unit]]], start, &c->starts_split);
    if (!(__atomic_load_n(has, __ATOMIC_RELAXED) & TWFE_HAS_MORE) &&
        (__atomic_fetch_or(has, TWFE_HAS_UNIT, __ATOMIC_RELAXED) & TWFE_HAS_UNIT))
        mark_byte(has, TWFE_HAS_MORE);
    if (is_at_home(t, unit))
        mark_course(c, t, unit, course);
    else
        mark_rows(c, t, unit, course);
}

static void count_cells(const struct twfe *f, const struct twfe_tile *t, size_t unit,
                        struct twfe_count *n)
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

static void count_tile(struct twfe_census *c, const struct twfe_tile *t, size_t group)
{
    const struct twfe *f = c->f;
    struct twfe_count *n = &c->count[group];
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
        struct course course;
        read_course(c, t, u, &course);
        for (size_t i = from + 1; f->rows.d && i < to; i++)
            n->switches_off |= t->d[i] < t->d[i - 1];
        n->n_treated += course.n_on > 0;
        n->n_switching += course.n_on > 0 && course.n_on < to - from;
        n->n_once += to - from == 1;
        n->rows_of[to - from]++;
        n->by_start[t->start[u] == PANEL_NEVER ? f->rows.periods.n : t->start[u]]++;
        if (t->cluster)
            count_clusters(c, t, u, &course);
        if (n->cell_n)
            count_cells(f, t, u, n);
    }
    n->n += t->n;
    n->n_units += t->n_units;
    n->weight += twfe_weight_of(t, 0, t->n);
}

static void visit(void *ctx, struct twfe_tile *t, size_t group, unsigned worker)
{
    struct twfe_census *c = ctx;
    count_tile(c, t, group);
    if (c->f->gram)
        twfe_gram_visit(c->f->gram, t, group, worker);
}

/* ---- the census ---- */

static err count_new(const struct twfe *f, arena *a, struct twfe_count *n, struct err_info *info)
{
    const size_t n_periods = f->rows.periods.n;
    n->by_start = ARENA_NEW(a, size_t, n_periods + 1);
    n->x = ARENA_NEW(a, struct twfe_spread, f->rows.n_x);
    if (!n->by_start || !n->x)
        return err_nomem(info);
    for (size_t j = 0; j < f->rows.n_x; j++)
        n->x[j] = (struct twfe_spread){.low = REAL_INF, .high = -REAL_INF};
    if (!f->rows.needs_start)
        return OK;
    n->cell_n = ARENA_NEW(a, size_t, n_periods * n_periods);
    n->cell_weight = ARENA_NEW(a, double, n_periods *n_periods);
    return n->cell_n && n->cell_weight ? OK : err_nomem(info);
}

static void add_spread(struct twfe_spread *s, const struct twfe_spread *o)
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

static void add_count(const struct twfe *f, struct twfe_count *n, const struct twfe_count *o)
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

static err census_new(struct twfe *f, size_t n_groups, arena *a, struct twfe_census *c,
                      struct err_info *info)
{
    const struct twfe_rows *s = &f->rows;
    *c = (struct twfe_census){.f = f, .count = ARENA_NEW(a, struct twfe_count, n_groups)};
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
    c->n_words = twfe_course_words(f);
    c->course = ARENA_NEW(a, uint64_t, s->cluster.n * 2 * c->n_words);
    c->start = ARENA_NEW(a, uint32_t, s->cluster.n);
    if (!c->has || !c->course || !c->start)
        return err_nomem(info);
    memset(c->start, 0xff, s->cluster.n * sizeof *c->start); /* TWFE_NONE: none yet */
    return OK;
}

err twfe_census_take(struct twfe *f, struct twfe_tile *tile, par *pool, arena *a,
                     struct twfe_census *c, struct err_info *info)
{
    const size_t n_periods = f->rows.periods.n;
    const size_t n_groups =
        f->gram ? twfe_gram_groups(f->gram)
                : twfe_groups(&f->rows, f->rows.needs_start ? 16 * n_periods * n_periods : 1);
    const err e = census_new(f, n_groups, a, c, info);
    if (e != OK)
        return e;
    struct twfe_pass pass = {.s = &f->rows,
                             .tile = tile,
                             .n_groups = n_groups,
                             .visit = visit,
                             .ctx = c,
                             .without_outcome = !f->gram};
    twfe_pass_run(&pass, pool);
    for (size_t g = 1; g < n_groups; g++)
        add_count(f, &c->count[0], &c->count[g]);
    return OK;
}
