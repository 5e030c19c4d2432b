/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/randomise_int.h"

#include "base/lin.h"
#include "base/real.h"

#include <math.h>
#include <string.h>

#define COLLINEAR 1e-10 /* share of a treatment's variation that other columns must leave */

enum { OUTCOME, TREATMENT, OUTCOMES };

/* ---- what it takes to judge one ---- */

/* Places in a worker's scratch; only the first ones are used for the bootstrap. */
struct work {
    double *h, *m[OUTCOMES];           /* k */
    double *square[OUTCOMES];          /* packed h m' */
    double *v, *u[OUTCOMES];           /* n */
    double *sum;                       /* effects x k: A */
    double *gram;                      /* effects x effects: N, then its factor */
    double *own;                       /* effects: N's diagonal before others are out */
    double *weight, *effect[OUTCOMES]; /* effects: w, then L; products, then effects */
    bool *keep;                        /* effects */
};

static size_t work_size(size_t n, size_t k, size_t effects)
{
    const size_t flags = (effects * sizeof(bool) + sizeof(double) - 1) / sizeof(double);
    return (1 + OUTCOMES) * (k + n) + OUTCOMES * (k * (k + 1) / 2) +
           effects * (k + effects + 2 + OUTCOMES) + flags;
}

static struct work work_at(const struct randomise *s, unsigned worker)
{
    const size_t k = s->k, packed = k * (k + 1) / 2, c = s->profiles ? s->profiles->n_effects : 0;
    double *at = s->scratch + worker * s->scratch_size;
    struct work x = {.h = at};
    at += k;
    for (int o = OUTCOME; o < OUTCOMES; o++, at += k)
        x.m[o] = at;
    for (int o = OUTCOME; o < OUTCOMES; o++, at += packed)
        x.square[o] = at;
    x.v = at;
    at += s->n;
    for (int o = OUTCOME; o < OUTCOMES; o++, at += s->n)
        x.u[o] = at;
    x.sum = at;
    x.gram = x.sum + c * k;
    x.own = x.gram + c * c;
    x.weight = x.own + c;
    at = x.weight + c;
    for (int o = OUTCOME; o < OUTCOMES; o++, at += c)
        x.effect[o] = at;
    x.keep = (bool *)at;
    return x;
}

/* ---- what each team gives with each profile ---- */

struct making {
    const struct clustered *c;
    const struct randomise_profiles *p;
    const uint32_t *profile;
    struct randomise *s;
};

/* A'PA is the product of the packed lower triangles of AA' and of P with its halves added. */
static void pack(const double *gram, size_t width, size_t k, double *packed)
{
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j <= i; j++)
            *packed++ = (i == j ? 1 : 2) * gram[i * width + j];
}

/* Products of two places' treatments within a team. */
static double product_of(const struct making *m, size_t team, size_t one, size_t other)
{
    const struct randomise_profiles *p = m->p;
    const size_t k = m->c->k;
    const double *gram = m->c->gram + team * k * k;
    double sum = 0;
    for (size_t i = 0; i < p->n_columns; i++)
        for (size_t j = 0; p->times[one * p->n_columns + i] && j < p->n_columns; j++)
            sum += p->times[one * p->n_columns + i] * p->times[other * p->n_columns + j] *
                   gram[p->column[i] * k + p->column[j]];
    return sum;
}

static bool is_counted(const struct randomise_profiles *p, size_t place)
{
    return !p->is_counted || p->is_counted[p->effect[place]];
}

static void make_place(const struct making *m, size_t team, size_t profile, size_t place)
{
    struct randomise *s = m->s;
    const struct randomise_profiles *p = m->p;
    const size_t k = m->c->k, at = team * s->n_places + place, own = m->profile[team];
    double *a = s->a + at * s->k;
    for (size_t i = 0; i < p->n_columns; i++) {
        const size_t row = p->column[i];
        const double times = p->times[place * p->n_columns + i];
        if (times == 0)
            continue;
        s->r[OUTCOME][at] += times * m->c->product[team * k + row];
        for (size_t j = 0; j < s->k; j++)
            a[j] += times * m->c->gram[(team * k + row) * k + j];
    }
    clustered_whiten_vector(s->white, s->k, a);
    for (size_t other = p->first[profile]; other < p->first[profile + 1]; other++)
        s->q[at * s->width + other - p->first[profile]] = product_of(m, team, place, other);
    for (size_t other = p->first[own]; other < p->first[own + 1]; other++)
        if (is_counted(p, other))
            s->r[TREATMENT][at] += product_of(m, team, place, other);
}

static void make_team(void *ctx, size_t team, unsigned worker)
{
    (void)worker;
    const struct making *m = ctx;
    for (size_t profile = 0; profile < m->p->n; profile++)
        for (size_t place = m->p->first[profile]; place < m->p->first[profile + 1]; place++)
            make_place(m, team, profile, place);
}

/* z = C^-1 b(g) - P(g) C^-1 b of one outcome, without the last column. */
static void make_scores(struct randomise *s, int outcome, const double *product, size_t stride)
{
    const size_t width = s->white->k;
    for (size_t g = 0; g < s->n; g++)
        for (size_t j = 0; j < s->k; j++)
            s->total[outcome][j] += product[g * stride + j];
    for (size_t g = 0; g < s->n; g++)
        for (size_t j = 0; j < s->k; j++)
            s->z[outcome][g * s->k + j] =
                product[g * stride + j] -
                lin_dot(s->white->gram + (g * width + j) * width, s->total[outcome], s->k);
}

/* Sums of the observed treatment's products with the other columns, for each team. */
static void sum_observed(const struct making *m, double *observed)
{
    const struct randomise *s = m->s;
    for (size_t g = 0; g < s->n; g++)
        for (size_t i = m->p->first[m->profile[g]]; i < m->p->first[m->profile[g] + 1]; i++)
            for (size_t j = 0; is_counted(m->p, i) && j < s->k; j++)
                observed[g * s->k + j] += s->a[(g * s->n_places + i) * s->k + j];
}

static err profiles_new(struct making *m, par *pool, arena *a, struct err_info *info)
{
    struct randomise *s = m->s;
    const size_t places = s->n * s->n_places, packed = s->k * (s->k + 1) / 2;
    double *observed = ARENA_NEW(a, double, s->n * s->k);
    s->packed = ARENA_NEW(a, double, s->n *packed);
    s->a = ARENA_NEW(a, double, places * s->k);
    s->q = ARENA_NEW(a, double, places * s->width);
    for (int outcome = OUTCOME; outcome < OUTCOMES; outcome++) {
        s->r[outcome] = ARENA_NEW(a, double, places);
        s->z[outcome] = ARENA_NEW(a, double, s->n * s->k);
        s->total[outcome] = ARENA_NEW(a, double, s->k);
        if (!s->r[outcome] || !s->z[outcome] || !s->total[outcome])
            return err_nomem(info);
    }
    if (!observed || !s->packed || !s->a || !s->q)
        return err_nomem(info);
    par_run(pool, s->n, make_team, m);
    for (size_t g = 0; g < s->n; g++)
        pack(s->white->gram + g * s->white->k * s->white->k, s->white->k, s->k,
             s->packed + g * packed);
    sum_observed(m, observed);
    make_scores(s, OUTCOME, s->white->product, s->white->k);
    make_scores(s, TREATMENT, observed, s->k);
    return OK;
}

static size_t widest(const struct randomise_profiles *p)
{
    size_t most = 0;
    for (size_t i = 0; i < p->n; i++)
        most = p->first[i + 1] - p->first[i] > most ? p->first[i + 1] - p->first[i] : most;
    return most;
}

double randomise_bytes(size_t n, size_t k, const struct randomise_profiles *p)
{
    const double places = (double)p->first[p->n], width = (double)widest(p);
    return sizeof(double) * (double)n *
           (places * ((double)k + width + OUTCOMES) + (double)k * (double)(k + 1) / 2);
}

err randomise_new(const struct clustered *c, const struct clustered_white *w, size_t k,
                  const struct randomise_profiles *p, const uint32_t *profile, par *pool, arena *a,
                  struct randomise *s, struct err_info *info)
{
    const size_t effects = p ? p->n_effects : 0;
    *s = (struct randomise){.n = c->n,
                            .k = k,
                            .n_places = p ? p->first[p->n] : 0,
                            .width = p ? widest(p) : 0,
                            .profiles = p,
                            .white = w};
    struct making m = {.c = c, .p = p, .profile = profile, .s = s};
    s->scratch_size = work_size(c->n, k, effects);
    s->scratch = ARENA_NEW(a, double, par_threads(pool) * s->scratch_size);
    if (!s->scratch)
        return err_nomem(info);
    return p ? profiles_new(&m, pool, a, info) : OK;
}

/* Sums of products of the scores of the two outcomes. */
static void conclude(struct teams_draw *d, double *const *u, size_t n, double by)
{
    d->c0 = by * lin_dot(u[OUTCOME], u[OUTCOME], n);
    d->c1 = by * lin_dot(u[OUTCOME], u[TREATMENT], n);
    d->c2 = by * lin_dot(u[TREATMENT], u[TREATMENT], n);
}

/* ---- an allocation ---- */

/* Sums over teams: A, N before the other columns are out, products with the outcomes, w. */
static void sum_teams(const struct randomise *s, const uint32_t *profile, struct work *x)
{
    const struct randomise_profiles *p = s->profiles;
    const size_t c = p->n_effects, k = s->k;
    memset(x->sum, 0, c * (k + c + 2 + OUTCOMES) * sizeof *x->sum); /* all lie behind it */
    for (size_t g = 0; g < s->n; g++) {
        const size_t first = p->first[profile[g]], n = p->first[profile[g] + 1] - first;
        for (size_t i = 0; i < n; i++) {
            const size_t at = g * s->n_places + first + i, effect = p->effect[first + i];
            const double *a = s->a + at * k;
            for (size_t j = 0; j < k; j++)
                x->sum[effect * k + j] += a[j];
            for (size_t j = 0; j < n; j++)
                x->gram[effect * c + p->effect[first + j]] += s->q[at * s->width + j];
            for (int o = OUTCOME; o < OUTCOMES; o++)
                x->effect[o][effect] += s->r[o][at];
            x->weight[effect] += p->weight ? p->weight[at] : 1;
        }
    }
}

/* N's factor in its place; false when some effect that has rows cannot be told. */
static bool factor(const struct randomise *s, struct work *x, size_t *n_effects)
{
    const size_t c = s->profiles->n_effects, k = s->k;
    *n_effects = 0;
    for (size_t i = 0; i < c; i++) {
        x->own[i] = x->gram[i * c + i];
        for (size_t j = 0; j <= i; j++)
            x->gram[i * c + j] -= lin_dot(x->sum + i * k, x->sum + j * k, k);
        if (!(x->gram[i * c + i] > COLLINEAR * x->own[i])) /* lin_cholesky looks at this again */
            x->gram[i * c + i] = 0;
    }
    (void)lin_cholesky(x->gram, c, COLLINEAR, x->keep);
    for (size_t i = 0; i < c; i++) {
        *n_effects += x->weight[i] > 0;
        if (x->weight[i] > 0 && !x->keep[i])
            return false;
    }
    return *n_effects > 0;
}

/* Effects of both outcomes, their averages, and L in the place of w. */
static bool solve(const struct randomise *s, struct work *x, struct teams_draw *draw)
{
    const struct randomise_profiles *p = s->profiles;
    const size_t c = p->n_effects;
    double all = 0;
    for (size_t i = 0; i < c; i++) {
        x->weight[i] = !p->is_counted || p->is_counted[i] ? x->weight[i] : 0;
        all += x->weight[i];
    }
    if (!(all > 0))
        return false;
    for (size_t i = 0; i < c; i++)
        x->weight[i] /= all;
    for (int o = OUTCOME; o < OUTCOMES; o++) {
        for (size_t i = 0; i < c; i++)
            x->effect[o][i] -= lin_dot(x->sum + i * s->k, s->total[o], s->k);
        lin_cholesky_solve(x->gram, x->keep, c, x->effect[o]);
    }
    draw->n0 = lin_dot(x->weight, x->effect[OUTCOME], c);
    draw->n1 = lin_dot(x->weight, x->effect[TREATMENT], c);
    lin_cholesky_solve(x->gram, x->keep, c, x->weight);
    return true;
}

/* v = A'b */
static void combine(const struct randomise *s, const struct work *x, const double *b, double *v)
{
    const size_t k = s->k;
    memset(v, 0, k * sizeof *v);
    for (size_t i = 0; i < s->profiles->n_effects; i++)
        for (size_t j = 0; j < k; j++)
            v[j] += b[i] * x->sum[i * k + j];
}

/* h = A'L; of each outcome m = A'effects, and h m' as its product with P needs it. */
static void spread(const struct randomise *s, struct work *x)
{
    const bool is_one = s->profiles->n_effects == 1; /* then m is as h but for its length */
    combine(s, x, x->weight, x->h);
    for (int o = OUTCOME; o < OUTCOMES; o++) {
        double *square = x->square[o];
        combine(s, x, x->effect[o], x->m[o]);
        for (size_t i = 0; i < s->k && !(is_one && o == TREATMENT); i++)
            for (size_t j = 0; j <= i; j++)
                *square++ =
                    is_one ? x->h[i] * x->h[j] : (x->h[i] * x->m[o][j] + x->h[j] * x->m[o][i]) / 2;
    }
}

/* h'P(g)m of both outcomes. */
static void multiply(const struct randomise *s, const struct work *x, size_t g, double v[OUTCOMES])
{
    const size_t packed = s->k * (s->k + 1) / 2;
    const double *p = s->packed + g * packed;
    v[OUTCOME] = lin_dot(x->square[OUTCOME], p, packed);
    if (s->profiles->n_effects > 1) {
        v[TREATMENT] = lin_dot(x->square[TREATMENT], p, packed);
        return;
    }
    const double by = v[OUTCOME] / x->weight[0];
    for (int o = OUTCOME; o < OUTCOMES; o++)
        v[o] = by * x->effect[o][0];
}

/* What a team's treatment adds to its score: L'(r - a others - q effects) + (A'L)'a'effects. */
static void add_places(const struct randomise *s, const struct work *x, size_t g, size_t profile,
                       double score[OUTCOMES])
{
    const struct randomise_profiles *p = s->profiles;
    const size_t first = p->first[profile], n = p->first[profile + 1] - first, k = s->k;
    for (size_t i = 0; i < n; i++) {
        const size_t at = g * s->n_places + first + i, effect = p->effect[first + i];
        const double *a = s->a + at * k, *q = s->q + at * s->width;
        const double own = lin_dot(a, x->h, k);
        for (int o = OUTCOME; o < OUTCOMES; o++) {
            double left = s->r[o][at] - lin_dot(a, s->total[o], k) + lin_dot(a, x->m[o], k);
            for (size_t j = 0; j < n; j++)
                left -= q[j] * x->effect[o][p->effect[first + j]];
            score[o] += x->weight[effect] * left + own * x->effect[o][effect];
        }
    }
}

void randomise_evaluate(const void *ctx, const uint32_t *profile, unsigned worker,
                        struct teams_draw *draw)
{
    const struct randomise *s = ctx;
    struct work x = work_at(s, worker);
    size_t n_effects;
    *draw = (struct teams_draw){REAL_NAN, REAL_NAN, REAL_NAN, REAL_NAN, REAL_NAN};
    sum_teams(s, profile, &x);
    if (!factor(s, &x, &n_effects) || !solve(s, &x, draw))
        return;
    spread(s, &x);
    for (size_t g = 0; g < s->n; g++) {
        double score[OUTCOMES];
        multiply(s, &x, g, score);
        for (int o = OUTCOME; o < OUTCOMES; o++)
            score[o] = -lin_dot(x.h, s->z[o] + g * s->k, s->k) - score[o];
        add_places(s, &x, g, profile[g], score);
        for (int o = OUTCOME; o < OUTCOMES; o++)
            x.u[o][g] = score[o];
    }
    const double rows = s->profiles->rows_left;
    conclude(draw, x.u, s->n, rows > 0 ? 1 / (rows - (double)n_effects) : 1);
}

/* ---- a draw of the bootstrap ---- */

/*
 * In white coordinates of all columns the treatment is coordinate k, scaled so that its
 * denominator is 1; `unit` turns that into effects. Restricted residuals of the outcome have
 * scores product - P total over the first k coordinates; those of the treatment P's last column.
 */
void randomise_resample(const void *ctx, const double *weight, unsigned worker,
                        struct teams_draw *draw)
{
    const struct randomise *s = ctx;
    const struct clustered_white *w = s->white;
    const size_t k = s->k, width = w->k;
    const double unit = w->scale[k] / w->root[k * width + k];
    const struct work x = work_at(s, worker);
    double *const *sum = x.m, *const *u = x.u, *v = x.v, n[OUTCOMES] = {0};

    for (int o = OUTCOME; o < OUTCOMES; o++)
        memset(sum[o], 0, k * sizeof(double));
    for (size_t g = 0; g < s->n; g++) {
        const double *last = w->gram + (g * width + k) * width, *score = w->score + g * width;
        for (size_t j = 0; j < k; j++) { /* the score has the treatment's part taken out: back */
            sum[OUTCOME][j] += weight[g] * (score[j] + last[j] * w->total[k]);
            sum[TREATMENT][j] += weight[g] * last[j];
        }
        u[OUTCOME][g] = weight[g] * (score[k] + last[k] * w->total[k]);
        u[TREATMENT][g] = weight[g] * last[k];
        v[g] = last[k];
        for (int o = OUTCOME; o < OUTCOMES; o++)
            n[o] += u[o][g];
    }
    for (size_t g = 0; g < s->n; g++) {
        const double *last = w->gram + (g * width + k) * width;
        for (int o = OUTCOME; o < OUTCOMES; o++)
            u[o][g] -= lin_dot(last, sum[o], k) + n[o] * v[g];
    }
    draw->n0 = n[OUTCOME];
    draw->n1 = n[TREATMENT];
    conclude(draw, u, s->n, 1);
    draw->n0 *= unit; /* n1 stays: the treatment is 1 / unit white ones */
    draw->c0 *= unit * unit;
    draw->c1 *= unit;
}
