/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Panels against oracles that share nothing with the engine (differences of
 * means by hand, the infinitesimal jackknife), and properties that hold for any
 * data, on made panels with gaps.
 */
#include "engine/effect/panel_test_int.h"

#include "base/rng.h"

enum { UNITS_MAX = 240, PERIODS_MAX_TEST = 44 };

/* A panel as its maker sees it. */
struct made {
    size_t n, periods;
    double first_time, unit_constant, factor;
    int64_t start[UNITS_MAX]; /* index from 0; -1 never */
    double y[UNITS_MAX][PERIODS_MAX_TEST], x[UNITS_MAX][PERIODS_MAX_TEST];
    bool seen[UNITS_MAX][PERIODS_MAX_TEST];
    double weight[UNITS_MAX];
    size_t cluster[UNITS_MAX];
    bool is_reversed;
    bool has_copy; /* column w is x on another scale */
};

#define HEAD "id,t,g,y\n"

static double uniform(uint64_t seed, size_t i, size_t t, uint64_t use)
{
    return rng_uniform((struct rng_key){.seed = seed, .stream = use}, i * 1000 + t);
}

static double normal(uint64_t seed, size_t i, size_t t, uint64_t use)
{
    return rng_normal((struct rng_key){.seed = seed, .stream = use}, i * 1000 + t);
}

/* Starts 2, 3, ... and never, in turn; about one row in twelve is not seen. */
static struct made *make(uint64_t seed, size_t n, size_t periods, size_t n_starts)
{
    struct made *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->n = n;
    m->periods = periods;
    m->first_time = 2001;
    m->factor = 1;
    for (size_t i = 0; i < n; i++) {
        const size_t kind = i % (n_starts + 2);
        m->start[i] = kind < n_starts ? (int64_t)kind + 2 : -1;
        m->weight[i] = 0.5 + uniform(seed, i, 0, 1);
        m->cluster[i] = i / 4;
        for (size_t t = 0; t < periods; t++) {
            const bool on = m->start[i] >= 0 && (int64_t)t >= m->start[i];
            m->seen[i][t] = uniform(seed, i, t, 2) > 1.0 / 12;
            m->x[i][t] = normal(seed, i, t, 3) + (m->start[i] >= 0 ? 0.3 : 0);
            m->y[i][t] = normal(seed, i, 0, 4) + 0.4 * m->x[i][t] + 0.1 * (double)t +
                         (on ? 0.5 : 0) + normal(seed, i, t, 5);
        }
    }
    return m;
}

static void see_everything(struct made *m)
{
    for (size_t i = 0; i < m->n; i++)
        for (size_t t = 0; t < m->periods; t++)
            m->seen[i][t] = true;
}

static void print_row(const struct made *m, size_t i, size_t t, out *o)
{
    const bool on = m->start[i] >= 0 && (int64_t)t >= m->start[i];
    const double columns[] = {(double)(i + 1),
                              m->first_time + (double)t,
                              m->start[i] < 0 ? 0 : m->first_time + (double)m->start[i],
                              on,
                              m->factor * m->y[i][t] + m->unit_constant * (double)(i % 7),
                              m->x[i][t],
                              m->has_copy ? 1000 - 30 * m->x[i][t] : m->weight[i],
                              (double)(m->cluster[i] + 1)};
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        if (c)
            out_char(o, ',');
        out_real(o, columns[c]);
    }
    out_cstr(o, t % 2 ? ",odd,u" : ",even,u");
    out_int(o, (int64_t)(1000 + i));
    out_char(o, '\n');
}

static table *table_of(const struct made *m)
{
    out o;
    out_init(&o, 1 << 26);
    out_cstr(&o, "id,t,g,d,y,x,w,team,word,name\n");
    for (size_t k = 0; k < m->n * m->periods; k++) {
        const size_t row = m->is_reversed ? m->n * m->periods - 1 - k : k;
        if (m->seen[row / m->periods][row % m->periods])
            print_row(m, row / m->periods, row % m->periods, &o);
    }
    out_char(&o, '\0');
    table *t = parse_table(out_view(&o).p);
    out_free(&o);
    return t;
}

static struct effect_result *run_made(const struct made *m, const struct effect_spec *s)
{
    table *t = table_of(m);
    struct effect_result *r = run_on(t, s, NULL);
    table_free(t);
    return r;
}

static void assert_same_bits(const struct effect_result *a, const struct effect_result *b)
{
    const size_t n = a->n_estimates;
    assert_int_equal(n, b->n_estimates);
    assert_int_equal(a->n_draws, b->n_draws);
    for (size_t i = 0; i < n; i++) {
        const struct effect_estimate *x = &a->estimates[i], *y = &b->estimates[i];
        assert_memory_equal(&x->estimate, &y->estimate, sizeof(double));
        assert_memory_equal(&x->standard_error, &y->standard_error, sizeof(double));
        assert_memory_equal(&x->band_high, &y->band_high, sizeof(double));
        assert_int_equal(x->n_lost, y->n_lost);
    }
    assert_memory_equal(a->covariance, b->covariance, n * n * sizeof(double));
    if (a->n_draws)
        assert_memory_equal(a->draws, b->draws, n * a->n_draws * sizeof(double));
}

/* ---- oracles ---- */

struct by_hand {
    double effect;
    size_t n_treated, n_control, n_lost;
};

/* Difference of mean changes over those seen in both periods, by definition. */
static struct by_hand compare(const struct made *m, int64_t start, size_t period, size_t base,
                              int64_t anticipation)
{
    struct by_hand h = {0};
    double sum[2] = {0}, weight[2] = {0};
    const size_t later = period > base ? period : base;
    for (size_t i = 0; i < m->n; i++) {
        const bool treated = m->start[i] == start;
        const bool control = m->start[i] != start &&
                             (m->start[i] < 0 || m->start[i] > (int64_t)later + anticipation);
        if (!treated && !control)
            continue;
        if (!m->seen[i][period] || !m->seen[i][base]) {
            h.n_lost++;
            continue;
        }
        sum[treated] += m->weight[i] * (m->y[i][period] - m->y[i][base]);
        weight[treated] += m->weight[i];
        h.n_treated += treated;
        h.n_control += control;
    }
    h.effect = sum[1] / weight[1] - sum[0] / weight[0];
    return h;
}

static void assert_cells_by_hand(enum effect_base base, int anticipation)
{
    struct made *m = make(11, 90, 7, 4);
    struct effect_spec s = did_spec();
    s.control = EFFECT_NOT_YET;
    s.base = base;
    s.anticipation = anticipation;
    s.weights = STR("w");
    s.estimator = EFFECT_REG;

    struct effect_result *r = run_made(m, &s);

    size_t n_checked = 0;
    for (size_t c = 0; r->estimates[c].aggregation == EFFECT_GROUP_TIME; c++) {
        const struct effect_estimate *e = &r->estimates[c];
        const int64_t start = (int64_t)(e->group - m->first_time);
        const size_t period = (size_t)(e->time - m->first_time);
        const size_t long_base = (size_t)(start - anticipation - 1);
        const bool before = period <= long_base;
        if (e->reference) {
            assert_true(base == EFFECT_UNIVERSAL && period == long_base);
            continue;
        }
        const struct by_hand h =
            compare(m, start, period, before && base == EFFECT_VARYING ? period - 1 : long_base,
                    anticipation);
        assert_near(e->estimate, h.effect, 1e-13);
        assert_int_equal(e->n_treated, h.n_treated);
        assert_int_equal(e->n_control, h.n_control);
        assert_int_equal(e->n_lost, h.n_lost);
        n_checked++;
    }
    assert_true(n_checked >= 20);
    effect_result_free(r);
    free(m);
}

static void cells_equal_differences_by_hand_also_with_gaps(void **state)
{
    (void)state;

    assert_cells_by_hand(EFFECT_VARYING, 0);
    assert_cells_by_hand(EFFECT_UNIVERSAL, 0);
    assert_cells_by_hand(EFFECT_VARYING, 1);
    assert_cells_by_hand(EFFECT_UNIVERSAL, 1);
}

/*
 * The infinitesimal jackknife (Jaeckel 1972; Efron 1982): the variance is the sum
 * of squared derivatives of the estimate to the logarithm of each person's weight.
 */
static void assert_jackknife(enum effect_estimator estimator, enum effect_ipw ipw,
                             enum effect_control control)
{
    const double step = 1e-4;
    struct made *m = make(5, 48, 5, 2);
    struct effect_spec s = did_spec();
    s.weights = STR("w");
    s.covariates[s.n_covariates++] = STR("x");
    s.estimator = estimator;
    s.ipw = ipw;
    s.control = control;

    struct effect_result *r = run_made(m, &s);

    const size_t n = r->n_estimates;
    double *variance = calloc(n, sizeof *variance);
    for (size_t i = 0; i < m->n; i++) {
        const double w = m->weight[i];
        m->weight[i] = w * (1 + step);
        struct effect_result *up = run_made(m, &s);
        m->weight[i] = w * (1 - step);
        struct effect_result *down = run_made(m, &s);
        m->weight[i] = w;
        for (size_t j = 0; j < n; j++) {
            const double slope =
                (up->estimates[j].estimate - down->estimates[j].estimate) / (2 * step);
            variance[j] += slope * slope;
        }
        effect_result_free(up);
        effect_result_free(down);
    }
    for (size_t j = 0; j < n; j++)
        assert_near(r->estimates[j].standard_error / sqrt(variance[j]), 1, 1e-6);
    free(variance);
    effect_result_free(r);
    free(m);
}

static void standard_errors_equal_those_of_the_infinitesimal_jackknife(void **state)
{
    (void)state;

    assert_jackknife(EFFECT_DR_TRADITIONAL, EFFECT_HAJEK, EFFECT_NEVER);
    assert_jackknife(EFFECT_DR_TRADITIONAL, EFFECT_HAJEK, EFFECT_NOT_YET);
    assert_jackknife(EFFECT_IPW, EFFECT_HAJEK, EFFECT_NOT_YET);
    assert_jackknife(EFFECT_IPW, EFFECT_HORVITZ_THOMPSON, EFFECT_NEVER);
    assert_jackknife(EFFECT_REG, EFFECT_HAJEK, EFFECT_NOT_YET);
}

static void two_periods_give_the_difference_of_differences(void **state)
{
    (void)state;
    table *t = parse_table("id,t,g,y\n1,1,2,3\n1,2,2,9\n2,1,2,5\n2,2,2,7\n"
                           "3,1,0,1\n3,2,0,2\n4,1,0,4\n4,2,0,4\n5,1,0,0\n5,2,0,2\n");
    struct effect_spec s = did_spec();

    struct effect_result *r = run_on(t, &s, NULL);

    assert_near(effect_find(r, EFFECT_SIMPLE)->estimate, (6 + 2) / 2.0 - (1 + 0 + 2) / 3.0, 0);
    assert_near(effect_find(r, EFFECT_SIMPLE)->standard_error,
                sqrt((4.0 + 4) / 4 + (0.0 + 1 + 1) / 9), 1e-14);
    effect_result_free(r);
    table_free(t);
}

/* With clusters of equal size the variance is that of two means of cluster means. */
static void clustered_errors_are_unbiased_for_two_means(void **state)
{
    (void)state;
    struct made *m = make(8, 80, 2, 0);
    struct effect_spec s = did_spec();
    double mean[20] = {0}, centre[2] = {0}, variance = 0;
    s.cluster = STR("team");
    see_everything(m);
    for (size_t i = 0; i < m->n; i++) {
        m->start[i] = m->cluster[i] < 8 ? 1 : -1;
        mean[m->cluster[i]] += (m->y[i][1] - m->y[i][0]) / 4;
    }
    for (size_t c = 0; c < 20; c++)
        centre[c < 8] += mean[c] / (c < 8 ? 8 : 12);
    for (size_t c = 0; c < 20; c++)
        variance +=
            (mean[c] - centre[c < 8]) * (mean[c] - centre[c < 8]) / (c < 8 ? 8.0 * 7 : 12.0 * 11);

    struct effect_result *r = run_made(m, &s);

    assert_near(effect_find(r, EFFECT_SIMPLE)->standard_error, sqrt(variance), 1e-13);
    assert_int_equal(r->diagnostics.n_clusters, 20);
    assert_int_equal(r->diagnostics.n_treated_clusters, 8);
    assert_int_equal(r->diagnostics.n_control_clusters, 12);
    assert_false(has_warning(r, "effect.few-clusters"));
    effect_result_free(r);
    free(m);
}

static void bootstrap_errors_lie_near_the_analytic_ones(void **state)
{
    (void)state;
    const size_t draws = 4000;
    const double tolerance = 3 * 1.1664 / sqrt((double)draws); /* of the interquartile range */
    struct made *m = make(3, 200, 6, 3);
    struct effect_spec s = did_spec();
    struct effect_result *analytic = run_made(m, &s);
    s.bootstrap = draws;
    s.seed = 42;

    struct effect_result *r = run_made(m, &s);

    size_t n_bands = 0;
    for (size_t i = 0; i < r->n_estimates; i++) {
        const struct effect_estimate *e = &r->estimates[i];
        assert_near(e->standard_error / analytic->estimates[i].standard_error, 1, tolerance);
        if (isnan(e->band_low))
            continue;
        n_bands++; /* wider than pointwise, narrower than Bonferroni's over all estimates */
        const double critical = (e->band_high - e->estimate) / e->standard_error;
        assert_true(critical > 1.96 && critical < 4);
    }
    assert_true(n_bands > 20);
    assert_true(isnan(effect_find(r, EFFECT_SIMPLE)->band_low));
    assert_true(isnan(effect_find(r, EFFECT_DYNAMIC)->band_low));
    effect_result_free(r);
    effect_result_free(analytic);
    free(m);
}

/* ---- properties ---- */

static struct effect_spec full_spec(void)
{
    struct effect_spec s = did_spec();
    s.covariates[s.n_covariates++] = STR("x");
    s.weights = STR("w");
    s.control = EFFECT_NOT_YET;
    s.bootstrap = 130;
    s.seed = 9;
    return s;
}

static void the_order_of_rows_does_not_change_a_bit(void **state)
{
    (void)state;
    struct made *m = make(21, 120, 6, 3);
    struct effect_spec s = full_spec();
    s.covariates[s.n_covariates++] = STR("word");
    s.unit = STR("name");
    struct effect_result *forward = run_made(m, &s);
    m->is_reversed = true;

    struct effect_result *backward = run_made(m, &s);

    assert_same_bits(forward, backward);
    effect_result_free(forward);
    effect_result_free(backward);
    free(m);
}

static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    struct made *m = make(22, 200, 6, 3);
    table *t = table_of(m);
    for (int clustered = 0; clustered < 2; clustered++) {
        struct effect_spec s = full_spec();
        if (clustered)
            s.cluster = STR("team");
        struct effect_result *alone = run_on(t, &s, NULL);
        static const unsigned threads[] = {1, 2, 8};
        for (size_t i = 0; i < 3; i++) {
            struct err_info info;
            par *pool;
            assert_int_equal(par_new(threads[i], &pool, &info), OK);

            struct effect_result *r = run_on(t, &s, pool);

            assert_same_bits(alone, r);
            effect_result_free(r);
            par_free(pool);
        }
        effect_result_free(alone);
    }
    table_free(t);
    free(m);
}

static void shifting_time_only_shifts_labels(void **state)
{
    (void)state;
    struct made *m = make(23, 120, 6, 3);
    struct effect_spec s = full_spec();
    struct effect_result *r = run_made(m, &s);
    m->first_time += 100;

    struct effect_result *later = run_made(m, &s);

    assert_same_bits(r, later);
    for (size_t i = 0; i < r->n_estimates; i++) {
        const struct effect_estimate *a = &r->estimates[i], *b = &later->estimates[i];
        assert_true(same_label(a->time + 100, b->time) && same_label(a->group + 100, b->group));
        assert_true(same_label(a->event_time, b->event_time));
    }
    effect_result_free(r);
    effect_result_free(later);
    free(m);
}

static void what_is_constant_within_persons_does_not_matter(void **state)
{
    (void)state;
    struct made *m = make(24, 120, 6, 3);
    const struct effect_spec s = full_spec();
    struct effect_result *r = run_made(m, &s);
    m->unit_constant = 50;

    struct effect_result *moved = run_made(m, &s);

    for (size_t i = 0; i < r->n_estimates; i++) {
        assert_near(moved->estimates[i].estimate, r->estimates[i].estimate, 1e-12);
        assert_near(moved->estimates[i].standard_error, r->estimates[i].standard_error, 1e-12);
    }
    effect_result_free(r);
    effect_result_free(moved);
    free(m);
}

static void the_effect_scales_with_the_outcome(void **state)
{
    (void)state;
    struct made *m = make(25, 120, 6, 3);
    const struct effect_spec s = full_spec();
    struct effect_result *r = run_made(m, &s);
    m->factor = -1e4;

    struct effect_result *scaled = run_made(m, &s);

    for (size_t i = 0; i < r->n_estimates; i++) {
        assert_near(scaled->estimates[i].estimate, -1e4 * r->estimates[i].estimate, 1e-8);
        assert_near(scaled->estimates[i].standard_error, 1e4 * r->estimates[i].standard_error,
                    1e-8);
    }
    assert_near(scaled->diagnostics.pretest_statistic, r->diagnostics.pretest_statistic, 1e-8);
    effect_result_free(r);
    effect_result_free(scaled);
    free(m);
}

static void a_treatment_that_switches_on_tells_the_start(void **state)
{
    (void)state;
    struct made *m = make(26, 120, 6, 3);
    struct effect_spec s = full_spec();
    see_everything(m);
    struct effect_result *r = run_made(m, &s);
    s.first_treated = STR("");
    s.treatment = STR("d");

    struct effect_result *switched = run_made(m, &s);

    assert_same_bits(r, switched);
    effect_result_free(r);
    effect_result_free(switched);
    free(m);
}

static void a_person_as_own_cluster_changes_nothing(void **state)
{
    (void)state;
    struct made *m = make(27, 60, 5, 2);
    struct effect_spec s = full_spec();
    struct effect_result *r = run_made(m, &s);
    s.cluster = s.unit;

    struct effect_result *clustered = run_made(m, &s);

    assert_same_bits(r, clustered);
    effect_result_free(r);
    effect_result_free(clustered);
    free(m);
}

/* Periods far apart in days are still neighbours, and starts fall in the next period. */
static void dates_are_counted_in_periods(void **state)
{
    (void)state;
    table *t = parse_table("id,t,g,y\n"
                           "a,2024-01-01,2024-02-15,1\na,2024-02-01,2024-02-15,1\n"
                           "a,2024-03-01,2024-02-15,4\na,2024-04-01,2024-02-15,6\n"
                           "b,2024-01-01,2024-03-01,2\nb,2024-02-01,2024-03-01,3\n"
                           "b,2024-03-01,2024-03-01,5\nb,2024-04-01,2024-03-01,6\n"
                           "c,2024-01-01,,1\nc,2024-02-01,,1\nc,2024-03-01,,2\nc,2024-04-01,,2\n"
                           "d,2024-01-01,,1\nd,2024-02-01,,2\nd,2024-03-01,,2\nd,2024-04-01,,3\n");
    struct effect_spec s = did_spec();
    s.has_never = true;

    struct effect_result *r = run_on(t, &s, NULL);

    assert_int_equal(r->diagnostics.n_treated, 2);
    assert_near(estimate_at(r, EFFECT_DYNAMIC, NAN, NAN, 0)->estimate, 2.5 - 0.5, 1e-14);
    assert_near(estimate_at(r, EFFECT_DYNAMIC, NAN, NAN, 1)->estimate, 4 - 1, 1e-14);
    assert_near(estimate_at(r, EFFECT_DYNAMIC, NAN, NAN, -1)->estimate, 0.5 - 0.5, 1e-14);
    effect_result_free(r);
    table_free(t);
}

/* Without anyone never treated the last to start are controls until then. */
static void the_last_to_start_serve_as_controls(void **state)
{
    (void)state;
    struct made *m = make(28, 60, 6, 3);
    struct effect_spec s = did_spec();
    s.control = EFFECT_NOT_YET;
    see_everything(m);
    for (size_t i = 0; i < m->n; i++) {
        m->weight[i] = 1;
        if (m->start[i] < 0)
            m->start[i] = 5;
    }

    struct effect_result *r = run_made(m, &s);

    assert_true(has_warning(r, "panel.last-cohort-is-control"));
    for (size_t c = 0; r->estimates[c].aggregation == EFFECT_GROUP_TIME; c++)
        assert_true(r->estimates[c].group < 2006 && r->estimates[c].time < 2006);
    assert_near(estimate_at(r, EFFECT_GROUP_TIME, 2003, 2005, NAN)->estimate,
                compare(m, 2, 4, 1, 0).effect, 1e-13);
    effect_result_free(r);
    free(m);
}

/* Weights, like covariates, are those of the base period. */
static void weights_of_the_base_period_count(void **state)
{
    (void)state;
    table *t = parse_table("id,t,g,y,w\n"
                           "a,1,3,1,1\na,2,3,2,1\na,3,3,6,8\nb,1,3,1,1\nb,2,3,1,3\nb,3,3,2,8\n"
                           "c,1,0,1,1\nc,2,0,1,2\nc,3,0,2,8\nd,1,0,1,4\nd,2,0,4,1\nd,3,0,9,8\n");
    struct effect_spec s = did_spec();
    s.weights = STR("w");

    struct effect_result *r = run_on(t, &s, NULL);

    assert_near(estimate_at(r, EFFECT_GROUP_TIME, 3, 2, NAN)->estimate,
                (1.0 * 1 + 1.0 * 0) / 2 - (1.0 * 0 + 4.0 * 3) / 5, 1e-14);
    assert_near(estimate_at(r, EFFECT_GROUP_TIME, 3, 3, NAN)->estimate,
                (1.0 * 4 + 3.0 * 1) / 4 - (2.0 * 1 + 1.0 * 5) / 3, 1e-14);
    effect_result_free(r);
    table_free(t);
}

/* Someone who starts just behind the end is no control when effects may show before. */
static void a_start_behind_the_end_matters_with_anticipation(void **state)
{
    (void)state;
    table *t = parse_table(HEAD "a,1,3,1\na,2,3,2\na,3,3,6\na,4,3,7\n"
                                "b,1,3,1\nb,2,3,1\nb,3,3,2\nb,4,3,5\n"
                                "c,1,5,1\nc,2,5,1\nc,3,5,2\nc,4,5,9\n"
                                "d,1,0,1\nd,2,0,1\nd,3,0,3\nd,4,0,3\n"
                                "e,1,9,1\ne,2,9,1\ne,3,9,1\ne,4,9,4\n");
    struct effect_spec s = did_spec();
    s.control = EFFECT_NOT_YET;
    s.anticipation = 1;

    struct effect_result *r = run_on(t, &s, NULL);

    assert_int_equal(estimate_at(r, EFFECT_GROUP_TIME, 3, 3, NAN)->n_control, 3); /* c d e */
    assert_int_equal(estimate_at(r, EFFECT_GROUP_TIME, 3, 4, NAN)->n_control, 2); /* d e */
    assert_near(estimate_at(r, EFFECT_GROUP_TIME, 3, 4, NAN)->estimate, 5 - (2 + 3) / 2.0, 1e-14);
    assert_int_equal(r->diagnostics.n_control, 2);
    assert_true(has_warning(r, "panel.start-after-end"));
    effect_result_free(r);
    table_free(t);
}

static void a_covariate_told_twice_counts_once(void **state)
{
    (void)state;
    static const enum effect_estimator all[] = {EFFECT_DR, EFFECT_DR_TRADITIONAL, EFFECT_IPW,
                                                EFFECT_REG};
    struct made *m = make(30, 120, 5, 2);
    m->has_copy = true;
    for (size_t i = 0; i < 4; i++) {
        struct effect_spec s = did_spec();
        s.estimator = all[i];
        s.covariates[s.n_covariates++] = STR("x");
        struct effect_result *once = run_made(m, &s);
        s.covariates[s.n_covariates++] = STR("w");

        struct effect_result *twice = run_made(m, &s);

        for (size_t j = 0; j < once->n_estimates; j++) {
            assert_near(twice->estimates[j].estimate, once->estimates[j].estimate, 1e-9);
            assert_near(twice->estimates[j].standard_error, once->estimates[j].standard_error,
                        1e-9);
        }
        effect_result_free(once);
        effect_result_free(twice);
    }
    free(m);
}

/* ---- whatever comes ---- */

static size_t pick_from(uint64_t round, size_t i, size_t n)
{
    return (size_t)(uniform(round, i, 0, 77) * (double)n);
}

/* A small panel of small numbers, so that ties, gaps and separation abound. */
static table *random_table(uint64_t round)
{
    static const char *const start[] = {"0", "1", "2", "3", "4", "5", "Inf", ""};
    static const char *const word[] = {"p", "q", "r", ""};
    const size_t units = 2 + pick_from(round, 1, 14), periods = 2 + pick_from(round, 2, 4);
    size_t at = 100;
    out o;
    out_init(&o, 1 << 20);
    out_cstr(&o, "id,t,g,y,x,w,word,team\n");
    for (size_t i = 0; i < units; i++) {
        const size_t g = pick_from(round, at++, pick_from(round, 3, 2) ? 8 : 6);
        for (size_t t = 1; t <= periods; t++) {
            if (pick_from(round, at++, 12) == 0)
                continue;
            out_int(&o, (int64_t)(units - i));
            out_char(&o, ',');
            out_int(&o, (int64_t)t);
            out_char(&o, ',');
            out_cstr(&o, start[g]);
            for (size_t c = 0; c < 3; c++) {
                out_char(&o, ',');
                if (c == 2 || pick_from(round, at++, 20) > 0)
                    out_int(&o, (int64_t)pick_from(round, at++, 4) - (c < 2));
            }
            out_char(&o, ',');
            out_cstr(&o, word[pick_from(round, at++, 4)]);
            out_char(&o, ',');
            out_int(&o, (int64_t)i / 2);
            out_char(&o, '\n');
        }
    }
    out_char(&o, '\0');
    struct err_info info;
    table *t = NULL;
    if (table_parse(str_of(out_view(&o).p), STR("random"), NULL, NULL, &t, &info) != OK)
        t = NULL;
    out_free(&o);
    return t;
}

static struct effect_spec random_spec(uint64_t round)
{
    struct effect_spec s = did_spec();
    s.estimator = (enum effect_estimator)pick_from(round, 10, 4);
    s.control = (enum effect_control)pick_from(round, 11, 2);
    s.base = (enum effect_base)pick_from(round, 12, 2);
    s.ipw = (enum effect_ipw)pick_from(round, 13, 2);
    s.anticipation = (int)pick_from(round, 14, 3);
    s.drop_failed = pick_from(round, 15, 2);
    s.bootstrap = pick_from(round, 16, 2) * 20;
    s.has_never = pick_from(round, 17, 2);
    if (pick_from(round, 18, 2))
        s.covariates[s.n_covariates++] = STR("x");
    if (pick_from(round, 19, 3) == 0)
        s.covariates[s.n_covariates++] = STR("word");
    if (pick_from(round, 20, 2))
        s.weights = STR("w");
    if (pick_from(round, 21, 2))
        s.cluster = STR("team");
    return s;
}

static void assert_consistent(const struct effect_result *r)
{
    const size_t n = r->n_estimates;
    for (size_t i = 0; i < n; i++) {
        const struct effect_estimate *e = &r->estimates[i];
        assert_true(isnan(e->estimate) == (e->failed != NULL));
        assert_true(isnan(r->covariance[i * n + i]) == (e->failed != NULL));
        assert_false(r->covariance[i * n + i] < -1e-12);
        assert_true(isnan(e->ci_low) == isnan(e->ci_high));
        assert_false(e->ci_low > e->ci_high);
        for (size_t j = 0; j < n; j++)
            assert_memory_equal(&r->covariance[i * n + j], &r->covariance[j * n + i],
                                sizeof(double));
    }
}

static void any_panel_gives_a_result_or_a_reason(void **state)
{
    (void)state;
    size_t n_results = 0, n_refused = 0;
    for (uint64_t round = 1; round <= 1500; round++) {
        struct err_info info = {.msg.key = NULL};
        struct effect_result *r = NULL;
        table *t = random_table(round);
        const struct effect_spec s = random_spec(round);
        if (!t)
            continue;

        const err e = effect_run(t, &s, NULL, NULL, &r, &info);

        if (e == OK)
            assert_consistent(r);
        else
            assert_true(e == E_INPUT && r == NULL && info.msg.key != NULL);
        n_results += e == OK;
        n_refused += e != OK;
        effect_result_free(r);
        table_free(t);
    }
    assert_true(n_results > 200 && n_refused > 200);
}

/* More cells than one Gram matrix of base/lin takes. */
static void many_cells_have_the_errors_of_few(void **state)
{
    (void)state;
    struct made *m = make(29, 232, 40, 27);
    struct effect_spec s = did_spec();
    s.base = EFFECT_UNIVERSAL;
    see_everything(m);
    struct effect_result *many = run_made(m, &s);
    for (size_t i = 0; i < m->n; i++)
        for (size_t t = 0; t < m->periods; t++)
            m->seen[i][t] = m->start[i] < 0 || m->start[i] == 25;

    struct effect_result *few = run_made(m, &s);

    assert_true(many->n_estimates > 1000);
    for (int t = 0; t < 40; t++) {
        const struct effect_estimate *a = estimate_at(many, EFFECT_GROUP_TIME, 2026, 2001 + t, NAN);
        const struct effect_estimate *b = estimate_at(few, EFFECT_GROUP_TIME, 2026, 2001 + t, NAN);
        assert_near(a->estimate, b->estimate, 1e-13);
        assert_true(a->reference ? b->reference
                                 : fabs(a->standard_error - b->standard_error) < 1e-13);
    }
    effect_result_free(many);
    effect_result_free(few);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_equal_differences_by_hand_also_with_gaps),
        cmocka_unit_test(standard_errors_equal_those_of_the_infinitesimal_jackknife),
        cmocka_unit_test(two_periods_give_the_difference_of_differences),
        cmocka_unit_test(clustered_errors_are_unbiased_for_two_means),
        cmocka_unit_test(bootstrap_errors_lie_near_the_analytic_ones),
        cmocka_unit_test(the_order_of_rows_does_not_change_a_bit),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(shifting_time_only_shifts_labels),
        cmocka_unit_test(what_is_constant_within_persons_does_not_matter),
        cmocka_unit_test(the_effect_scales_with_the_outcome),
        cmocka_unit_test(a_treatment_that_switches_on_tells_the_start),
        cmocka_unit_test(a_person_as_own_cluster_changes_nothing),
        cmocka_unit_test(dates_are_counted_in_periods),
        cmocka_unit_test(the_last_to_start_serve_as_controls),
        cmocka_unit_test(weights_of_the_base_period_count),
        cmocka_unit_test(a_start_behind_the_end_matters_with_anticipation),
        cmocka_unit_test(a_covariate_told_twice_counts_once),
        cmocka_unit_test(any_panel_gives_a_result_or_a_reason),
        cmocka_unit_test(many_cells_have_the_errors_of_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
