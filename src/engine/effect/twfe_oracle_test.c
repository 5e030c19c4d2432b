/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Fixed effects against least squares with a dummy for everything, computed here
 * in the plainest way: columns made orthogonal one by one, twice (Gram-Schmidt).
 * Worlds come from a seed: gaps, weights (some zero), people who change team, three
 * factors, an event study, Sun and Abraham, errors by row, by unit and by cluster.
 */
#include "base/lin.h"
#include "base/rng.h"
#include "engine/effect/twfe_int.h"
#include "engine/effect/twfe_test_int.h"

enum { UNITS = 36, PERIODS = 7, TEAMS = 5, HOMES = 9, ROWS = UNITS * PERIODS, TARGETS_MAX = 40 };

struct world {
    size_t n;
    int unit[ROWS], time[ROWS], start[ROWS], team[ROWS], home[ROWS];
    double y[ROWS], x[ROWS], w[ROWS];
    bool is_shuffled;
};

static double chance(uint64_t seed, const char *use, size_t i)
{
    return rng_uniform((struct rng_key){.seed = seed, .stream = rng_stream(use, 0)}, i);
}

static double noise(uint64_t seed, const char *use, size_t i)
{
    return rng_normal((struct rng_key){.seed = seed, .stream = rng_stream(use, 0)}, i);
}

static void make_world(uint64_t seed, struct world *m)
{
    memset(m, 0, sizeof *m);
    for (int i = 0; i < UNITS; i++) {
        int team = i % TEAMS;
        for (int t = 0; t < PERIODS; t++) {
            const size_t at = (size_t)(i * PERIODS + t), r = m->n;
            if (chance(seed, "moves", at) < 0.15)
                team = (int)(chance(seed, "team", at) * TEAMS);
            if (chance(seed, "gap", at) < 0.1)
                continue;
            m->unit[r] = i + 1;
            m->time[r] = t + 1;
            m->start[r] = i % 4 == 3 ? 0 : 3 + i % 4;
            m->team[r] = team;
            m->home[r] = i % HOMES;
            m->x[r] = noise(seed, "x", at) + 0.2 * t;
            m->w[r] = chance(seed, "none", at) < 0.05 ? 0 : 0.25 + chance(seed, "w", at);
            const bool on = m->start[r] > 0 && m->time[r] >= m->start[r];
            m->y[r] = noise(seed, "unit", (size_t)i) + 0.3 * team + 0.1 * t + 0.5 * m->x[r] +
                      (on ? 0.4 * (m->time[r] - m->start[r] + 1) : 0) + noise(seed, "y", at);
            m->n++;
        }
    }
}

static table *table_of_world(const struct world *m)
{
    out o;
    out_init(&o, 1 << 20);
    out_cstr(&o, "id,t,g,y,x,w,team,home\n");
    for (size_t i = 0; i < m->n; i++) {
        const size_t r = m->is_shuffled ? (i * 101 + 17) % m->n : i;
        const double value[] = {m->unit[r], m->time[r], m->start[r], m->y[r],
                                m->x[r],    m->w[r],    m->team[r],  m->home[r]};
        for (size_t c = 0; c < sizeof value / sizeof *value; c++) {
            out_real(&o, value[c]);
            out_char(&o, c + 1 < sizeof value / sizeof *value ? ',' : '\n');
        }
    }
    out_char(&o, '\0');
    table *t = parse_table(out_view(&o).p);
    out_free(&o);
    return t;
}

/* ---- least squares ---- */

struct fit {
    size_t n, m, rank;               /* rows; targets; independent columns, targets included */
    double *basis[UNITS + 3 * ROWS]; /* orthonormal columns that are not targets */
    size_t n_basis;
    double target[TARGETS_MAX][ROWS], y[ROWS]; /* free of the basis */
    double inverse[TARGETS_MAX][TARGETS_MAX], beta[TARGETS_MAX];
};

static double inner(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void purge(const struct fit *f, double *v)
{
    for (int round = 0; round < 2; round++)
        for (size_t b = 0; b < f->n_basis; b++) {
            const double along = inner(f->basis[b], v, f->n);
            for (size_t i = 0; i < f->n; i++)
                v[i] -= along * f->basis[b][i];
        }
}

static void add_column(struct fit *f, const double *column)
{
    double *v = calloc(ROWS, sizeof *v);
    assert_non_null(v);
    memcpy(v, column, f->n * sizeof *v);
    const double before = inner(v, v, f->n);
    purge(f, v);
    const double length = sqrt(inner(v, v, f->n));
    if (length * length < 1e-10 * before || before == 0) {
        free(v);
        return;
    }
    for (size_t i = 0; i < f->n; i++)
        v[i] /= length;
    f->basis[f->n_basis++] = v;
}

static void add_dummies(struct fit *f, const struct world *m, const int *code, const double *root)
{
    for (int level = 0; level <= UNITS; level++) {
        double v[ROWS] = {0};
        for (size_t i = 0; i < m->n; i++)
            v[i] = code[i] == level ? root[i] : 0;
        add_column(f, v);
    }
}

/* Gauss and Jordan, with the largest pivot. */
static void invert(struct fit *f)
{
    double a[TARGETS_MAX][2 * TARGETS_MAX] = {{0}};
    const size_t m = f->m;
    for (size_t i = 0; i < m; i++) {
        a[i][m + i] = 1;
        for (size_t j = 0; j < m; j++)
            a[i][j] = inner(f->target[i], f->target[j], f->n);
    }
    for (size_t p = 0; p < m; p++) {
        size_t best = p;
        for (size_t i = p; i < m; i++)
            best = fabs(a[i][p]) > fabs(a[best][p]) ? i : best;
        for (size_t j = 0; j < 2 * m; j++) {
            const double swap = a[p][j];
            a[p][j] = a[best][j];
            a[best][j] = swap;
        }
        const double pivot = a[p][p];
        for (size_t j = 0; j < 2 * m; j++)
            a[p][j] /= pivot;
        for (size_t i = 0; i < m; i++) {
            const double times = i == p ? 0 : a[i][p];
            for (size_t j = 0; j < 2 * m; j++)
                a[i][j] -= times * a[p][j];
        }
    }
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++)
            f->inverse[i][j] = a[i][m + j];
}

/* Nuisance columns are in; solves for the targets, which leave y as the residual. */
static void solve(struct fit *f)
{
    purge(f, f->y);
    for (size_t j = 0; j < f->m; j++)
        purge(f, f->target[j]);
    invert(f);
    for (size_t i = 0; i < f->m; i++)
        for (size_t j = 0; j < f->m; j++)
            f->beta[i] += f->inverse[i][j] * inner(f->target[j], f->y, f->n);
    for (size_t j = 0; j < f->m; j++)
        for (size_t i = 0; i < f->n; i++)
            f->y[i] -= f->beta[j] * f->target[j][i];
    f->rank = f->n_basis + f->m;
}

static struct fit *fit_world(const struct world *m, const struct effect_spec *s)
{
    struct fit *f = calloc(1, sizeof *f);
    assert_non_null(f);
    double root[ROWS], x[ROWS];
    f->n = m->n;
    for (size_t i = 0; i < m->n; i++) {
        root[i] = s->weights.n ? sqrt(m->w[i]) : 1;
        x[i] = root[i] * m->x[i];
        f->y[i] = root[i] * m->y[i];
    }
    add_dummies(f, m, m->unit, root);
    add_dummies(f, m, m->time, root);
    if (s->n_fixed_effects > 0)
        add_dummies(f, m, m->team, root);
    if (s->n_covariates > 0)
        add_column(f, x);
    const int first = s->event_study ? -PERIODS : 0, last = s->event_study ? PERIODS : 0;
    for (int e = first; e <= last; e++) {
        if (s->event_study && e == -1)
            continue;
        double *v = f->target[f->m];
        for (size_t i = 0; i < m->n; i++) {
            const int since = m->time[i] - m->start[i];
            const bool on = s->event_study ? since == e : since >= 0;
            v[i] = m->start[i] > 0 && on ? root[i] : 0;
        }
        f->m += inner(v, v, m->n) > 0;
    }
    solve(f);
    return f;
}

static void fit_free(struct fit *f)
{
    for (size_t b = 0; b < f->n_basis; b++)
        free(f->basis[b]);
    free(f);
}

/* Covariance of targets i and j; rows are summed by code, or not at all. */
static double covariance_of(const struct fit *f, const int *code, size_t n_units, size_t i,
                            size_t j)
{
    double sum[2][ROWS] = {{0}}, total = 0;
    bool used[ROWS] = {false};
    size_t n_rows = 0, n_clusters = 0;
    for (size_t r = 0; r < f->n; r++) {
        const size_t c = code ? (size_t)code[r] : r;
        bool counts = false;
        for (size_t a = 0; a < f->m; a++) {
            sum[0][c] += f->inverse[i][a] * f->target[a][r] * f->y[r];
            sum[1][c] += f->inverse[j][a] * f->target[a][r] * f->y[r];
            counts |= f->target[a][r] != 0;
        }
        counts |= f->y[r] != 0;
        n_rows += counts;
        n_clusters += counts && !used[c];
        used[c] |= counts;
    }
    for (size_t c = 0; c < ROWS; c++)
        total += sum[0][c] * sum[1][c];
    const double n = (double)n_rows, g = (double)n_clusters, rank = (double)f->rank;
    return total *
           (code ? g / (g - 1) * (n - 1) / (n - (rank - (double)n_units + 1)) : n / (n - rank));
}

/* ---- comparison ---- */

static void assert_fit(const struct world *m, const struct effect_spec *s)
{
    const int *code = s->has_errors ? NULL : s->cluster.n ? m->home : m->unit;
    struct fit *f = fit_world(m, s);
    table *t = table_of_world(m);

    struct effect_result *r = run_on(t, s, NULL);

    const size_t n = r->n_estimates, n_units = r->diagnostics.n_units;
    size_t at = 0;
    for (size_t i = s->event_study; i < n; i++) {
        if (r->estimates[i].reference)
            continue;
        assert_near(r->estimates[i].estimate, f->beta[at], 1e-10);
        assert_near(r->covariance[i * n + i] / covariance_of(f, code, n_units, at, at), 1, 1e-9);
        if (at > 0)
            assert_near(r->covariance[i * n + n - 1], covariance_of(f, code, n_units, at, f->m - 1),
                        1e-10);
        at++;
    }
    assert_int_equal(at, f->m);
    effect_result_free(r);
    table_free(t);
    fit_free(f);
}

static void assert_worlds(const struct effect_spec *s, uint64_t first, bool is_shuffled)
{
    struct world m;
    for (uint64_t seed = first; seed < first + 4; seed++) {
        make_world(seed, &m);
        m.is_shuffled = is_shuffled;
        assert_fit(&m, s);
    }
}

/* Every mixture of weights, a third factor, a covariate and kinds of errors. */
static void assert_mixtures(struct effect_spec plain, uint64_t first)
{
    for (unsigned mix = 0; mix < 24; mix++) {
        struct effect_spec s = plain;
        if (mix & 1)
            s.weights = STR("w");
        if (mix & 2)
            s.fixed_effects[s.n_fixed_effects++] = STR("team");
        if (mix & 4)
            s.covariates[s.n_covariates++] = STR("x");
        if (mix / 8 == 1)
            s.cluster = STR("home");
        if (mix / 8 == 2) {
            s.has_errors = true;
            s.errors = EFFECT_HC1;
        }
        assert_worlds(&s, first + 10 * mix, mix % 3 == 0);
    }
}

static void two_and_three_ways_equal_least_squares_with_dummies(void **state)
{
    (void)state;

    assert_mixtures(spec_of(EFFECT_TWFE), 1000);
}

static void an_event_study_equals_least_squares_with_dummies(void **state)
{
    (void)state;
    struct effect_spec s = spec_of(EFFECT_TWFE);
    s.event_study = true;

    assert_mixtures(s, 2000);
}

/* The same world, exactly and by rounds of projections. */
static void assert_iterated(const struct world *m, const struct effect_spec *spec)
{
    struct err_info info;
    arena *a = arena_new((size_t)1 << 30);
    struct twfe_rows rows;
    struct twfe f;
    struct twfe_tile *tile;
    struct twfe_system s;
    double *form;
    table *t = table_of_world(m);
    struct effect_spec with_parts = *spec;
    with_parts.keeps_parts = true;
    struct effect_result *exact = run_on(t, &with_parts, NULL);
    struct effect_result r = {.spec = exact->spec, .memory = a};

    assert_int_equal(twfe_rows_open(t, NULL, &r.spec, NULL, a, &rows, &info), OK);
    assert_int_equal(twfe_read(&rows, NULL, a, &f, &r, &info), OK);
    assert_int_equal(twfe_leave_to_iteration(&f, a, &info), OK);
    assert_int_equal(twfe_tiles_new(&f, NULL, a, &tile, &info), OK);
    assert_int_equal(twfe_solve(&f, tile, NULL, a, &s, &r, &info), OK);
    assert_int_equal(twfe_forms(&f, a, &r, &form, &info), OK);
    assert_int_equal(twfe_scores(&s, form, NULL, a, &r, &info), OK);
    assert_int_equal(twfe_parts(&s, form, NULL, a, &r, &info), OK);

    assert_int_equal(r.parts.n, exact->parts.n);
    for (size_t i = 0; i < r.parts.n; i++) {
        assert_true(r.parts.of[i].key == exact->parts.of[i].key);
        assert_near(r.parts.of[i].part, exact->parts.of[i].part, 1e-9);
    }
    assert_int_equal(r.n_estimates, exact->n_estimates);
    const double factor = exact->covariance[0] / r.covariance[0];
    for (size_t i = 0; i < r.n_estimates; i++) {
        const double b = lin_dot(form + i * s.k, s.beta, s.k);
        assert_near(b, exact->estimates[i].estimate, 1e-9);
        for (size_t j = 0; j < r.n_estimates; j++)
            assert_near(factor * r.covariance[i * r.n_estimates + j],
                        exact->covariance[i * r.n_estimates + j], 1e-9);
    }
    effect_result_free(exact);
    arena_free(a);
    table_free(t);
}

static void iteration_agrees_with_the_exact_method(void **state)
{
    (void)state;
    struct world m;
    for (unsigned mix = 0; mix < 16; mix++) {
        struct effect_spec s = spec_of(mix & 8 ? EFFECT_SUNAB : EFFECT_TWFE);
        s.event_study = (mix & 12) == 4;
        s.fixed_effects[s.n_fixed_effects++] = STR("team");
        if (mix & 1)
            s.weights = STR("w");
        if (mix & 2)
            s.cluster = STR("home");
        else
            s.covariates[s.n_covariates++] = STR("x");
        make_world(3000 + mix, &m);
        assert_iterated(&m, &s);
    }
}

/* Wald's test by hand, on the covariance that the oracle has confirmed. */
static void the_test_of_earlier_periods_is_that_of_their_covariance(void **state)
{
    (void)state;
    struct world m;
    struct effect_spec s = spec_of(EFFECT_TWFE);
    s.event_study = true;
    s.cluster = STR("home");
    make_world(7, &m);
    table *t = table_of_world(&m);

    struct effect_result *r = run_on(t, &s, NULL);

    size_t at[TARGETS_MAX], n = 0;
    for (size_t i = 1; i < r->n_estimates; i++)
        if (r->estimates[i].event_time < -1)
            at[n++] = i;
    assert_int_equal(n, 3);
    double a = 0, v[3][3], b[3];
    for (size_t i = 0; i < 3; i++) {
        b[i] = r->estimates[at[i]].estimate;
        for (size_t j = 0; j < 3; j++)
            v[i][j] = r->covariance[at[i] * r->n_estimates + at[j]];
    }
    const double det = v[0][0] * (v[1][1] * v[2][2] - v[1][2] * v[2][1]) -
                       v[0][1] * (v[1][0] * v[2][2] - v[1][2] * v[2][0]) +
                       v[0][2] * (v[1][0] * v[2][1] - v[1][1] * v[2][0]);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            const size_t p = (j + 1) % 3, q = (j + 2) % 3, h = (i + 1) % 3, k = (i + 2) % 3;
            a += b[i] * b[j] * (v[p][h] * v[q][k] - v[p][k] * v[q][h]) / det;
        }
    assert_int_equal(r->diagnostics.pretest_df, 3);
    assert_near(r->diagnostics.pretest_statistic / a, 1, 1e-8);
    assert_true(r->diagnostics.pretest_p > 0 && r->diagnostics.pretest_p < 1);
    effect_result_free(r);
    table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_and_three_ways_equal_least_squares_with_dummies),
        cmocka_unit_test(an_event_study_equals_least_squares_with_dummies),
        cmocka_unit_test(iteration_agrees_with_the_exact_method),
        cmocka_unit_test(the_test_of_earlier_periods_is_that_of_their_covariance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
