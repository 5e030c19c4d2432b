/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How alike the persons of a panel are who are compared: against figures computed apart from the
 * program, and against the definitions, step by step, on panels made from a seed.
 */
#include "base/par.h"
#include "engine/effect/panel_made_int.h"

enum { CONTROL, TREATED };

static struct effect_spec mpdta_spec(enum effect_estimator estimator)
{
    struct effect_spec s = did_spec();
    s.unit = STR("countyreal");
    s.time = STR("year");
    s.first_treated = STR("first.treat");
    s.outcome = STR("lemp");
    s.estimator = estimator;
    s.covariates[s.n_covariates++] = STR("lpop");
    return s;
}

static struct effect_result *run_mpdta(const struct effect_spec *s)
{
    table *t = open_fixture("mpdta.csv");
    struct effect_result *r = run_on(t, s, NULL);
    table_free(t);
    return r;
}

/* By the definitions of balance_int.h and logits by Newton's method, outside the program. */
static void counties_are_as_alike_as_computed_elsewhere(void **state)
{
    (void)state;
    const struct effect_spec s = mpdta_spec(EFFECT_DR_TRADITIONAL);

    struct effect_result *r = run_mpdta(&s);

    assert_int_equal(r->n_balance, 1);
    const struct effect_likeness *before = &r->balance[0].before, *after = &r->balance[0].after;
    assert_near(before->mean_treated, 3.522373819728755, 1e-12);
    assert_near(before->mean_control, 3.1834335512026706, 1e-12);
    assert_near(before->difference, 0.27130144391443384, 1e-12);
    assert_near(before->variance_ratio, 0.9416589278824514, 1e-12);
    assert_near(before->ecdf_mean, 0.07554864062223321, 1e-12);
    assert_near(before->ecdf_max, 0.1485623273860973, 1e-12);
    assert_near(after->mean_treated, 3.522373819728755, 1e-12);
    assert_near(after->mean_control, 3.5358483947762376, 1e-9);
    assert_near(after->difference, -0.010785592642657826, 1e-9);
    assert_near(after->variance_ratio, 0.8425727433014014, 1e-9);
    assert_near(after->ecdf_mean, 0.03262036746452715, 1e-9);
    assert_near(after->ecdf_max, 0.08646195148680014, 1e-9);
    assert_int_equal(r->comparison->n_treated, 191);
    assert_int_equal(r->comparison->n_control, 309);
    assert_near(r->comparison->effective_treated, 191, 1e-9);
    assert_near(r->comparison->effective_control, 286.41875307239144, 1e-6);
    assert_near(r->comparison->heaviest_control, 0.008073445593915814, 1e-9);
    assert_int_equal(r->comparison->n_outside, 1);
    effect_result_free(r);
}

/* ---- by definition ---- */

enum { PARTS_MAX = UNITS_MAX * 8 };

struct part {
    size_t person;
    double x, before, after;
};

/* The two groups, start on start. */
struct groups {
    struct part part[2][PARTS_MAX];
    size_t n[2];
    size_t n_outside;
};

static bool is_used(const struct made *m, size_t i, int64_t start)
{
    return m->seen[i][start] && m->seen[i][start - 1];
}

/* Whether i is compared with those of a start: never treated, or not yet. */
static bool compares(const struct made *m, size_t i, int64_t start, enum effect_control control)
{
    return m->start[i] < 0 || (control == EFFECT_NOT_YET && m->start[i] > start);
}

static double chance(const double b[2], double x)
{
    return 1 / (1 + exp(-b[0] - b[1] * x));
}

/* Maximum likelihood of treated against controls, by Newton's method. */
static void fit_logit(const struct made *m, const struct part *one, size_t n1,
                      const struct part *zero, size_t n0, double b[2])
{
    b[0] = b[1] = 0;
    for (int step = 0; step < 60; step++) {
        double g[2] = {0}, h[3] = {0};
        for (size_t i = 0; i < n1 + n0; i++) {
            const struct part *q = i < n1 ? &one[i] : &zero[i - n1];
            const double p = chance(b, q->x), w = m->weight[q->person];
            g[0] += w * ((i < n1) - p);
            g[1] += w * ((i < n1) - p) * q->x;
            h[0] += w * p * (1 - p);
            h[1] += w * p * (1 - p) * q->x;
            h[2] += w * p * (1 - p) * q->x * q->x;
        }
        const double det = h[0] * h[2] - h[1] * h[1];
        b[0] += (h[2] * g[0] - h[1] * g[1]) / det;
        b[1] += (h[0] * g[1] - h[1] * g[0]) / det;
    }
}

static void add_start(const struct made *m, int64_t start, enum effect_control control,
                      struct groups *to)
{
    struct part *one = to->part[TREATED] + to->n[TREATED];
    struct part *zero = to->part[CONTROL] + to->n[CONTROL];
    size_t n1 = 0, n0 = 0;
    double treated = 0, plain = 0, weighed = 0, b[2], low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < m->n; i++) {
        const struct part q = {i, m->x[i][start - 1], m->weight[i], m->weight[i]};
        if (is_used(m, i, start) && m->start[i] == start)
            one[n1++] = q;
        else if (is_used(m, i, start) && compares(m, i, start, control))
            zero[n0++] = q;
    }
    fit_logit(m, one, n1, zero, n0, b);
    for (size_t i = 0; i < n1; i++)
        treated += one[i].before;
    for (size_t i = 0; i < n0; i++) {
        const double p = chance(b, zero[i].x);
        zero[i].after *= p / (1 - p);
        plain += zero[i].before;
        weighed += zero[i].after;
        low = fmin(low, p);
        high = fmax(high, p);
    }
    for (size_t i = 0; i < n1; i++)
        to->n_outside += chance(b, one[i].x) < low || chance(b, one[i].x) > high;
    for (size_t i = 0; i < n0; i++) {
        zero[i].before *= treated / plain;
        zero[i].after *= treated / weighed;
    }
    to->n[TREATED] += n1;
    to->n[CONTROL] += n0;
}

static struct groups *groups_of(const struct made *m, size_t n_starts, enum effect_control control)
{
    struct groups *g = calloc(1, sizeof *g);
    assert_non_null(g);
    for (size_t k = 0; k < n_starts; k++)
        add_start(m, (int64_t)k + 2, control, g);
    return g;
}

static double weight_at(const struct part *q, bool after)
{
    return after ? q->after : q->before;
}

struct moments {
    double mean, variance;
};

static struct moments moments_of(const struct groups *g, int group, bool after)
{
    double sum = 0, squares = 0;
    struct moments m = {0};
    for (size_t i = 0; i < g->n[group]; i++) {
        sum += weight_at(&g->part[group][i], after);
        squares += weight_at(&g->part[group][i], after) * weight_at(&g->part[group][i], after);
        m.mean += weight_at(&g->part[group][i], after) * g->part[group][i].x;
    }
    m.mean /= sum;
    for (size_t i = 0; i < g->n[group]; i++)
        m.variance += weight_at(&g->part[group][i], after) * (g->part[group][i].x - m.mean) *
                      (g->part[group][i].x - m.mean);
    m.variance /= sum - squares / sum;
    return m;
}

static double share_below(const struct groups *g, int group, bool after, double x)
{
    double below = 0, sum = 0;
    for (size_t i = 0; i < g->n[group]; i++) {
        const double w = weight_at(&g->part[group][i], after);
        sum += w;
        below += g->part[group][i].x <= x ? w : 0;
    }
    return below / sum;
}

static double furthest(const struct groups *g, bool after)
{
    double most = 0;
    for (int group = 0; group < 2; group++)
        for (size_t i = 0; i < g->n[group]; i++) {
            const double x = g->part[group][i].x;
            most = fmax(
                most, fabs(share_below(g, TREATED, after, x) - share_below(g, CONTROL, after, x)));
        }
    return most;
}

/* Persons who have weight, and what they are worth: each with all of their weight. */
static double worth_of(const struct groups *g, int group, bool after, size_t *n)
{
    double by_person[UNITS_MAX] = {0}, sum = 0, squares = 0;
    for (size_t i = 0; i < g->n[group]; i++)
        by_person[g->part[group][i].person] += weight_at(&g->part[group][i], after);
    *n = 0;
    for (size_t i = 0; i < UNITS_MAX; i++) {
        *n += by_person[i] > 0;
        sum += by_person[i];
        squares += by_person[i] * by_person[i];
    }
    return sum * sum / squares;
}

static void assert_alike(const struct effect_likeness *l, const struct groups *g, bool after)
{
    const struct moments one = moments_of(g, TREATED, after);
    const struct moments zero = moments_of(g, CONTROL, after);
    assert_near(l->mean_treated, one.mean, 1e-9);
    assert_near(l->mean_control, zero.mean, 1e-9);
    assert_near(l->difference,
                (one.mean - zero.mean) / sqrt(moments_of(g, TREATED, false).variance), 1e-9);
    assert_near(l->variance_ratio, one.variance / zero.variance, 1e-9);
    assert_near(l->ecdf_max, furthest(g, after), 1e-9);
}

static void assert_by_definition(uint64_t seed, enum effect_control control)
{
    enum { STARTS = 3 };
    struct made *m = make(seed, 220, 7, STARTS);
    struct groups *g = groups_of(m, STARTS, control);
    struct effect_spec s = did_spec();
    size_t n_treated, n_control;
    s.estimator = EFFECT_DR_TRADITIONAL;
    s.control = control;
    s.weights = STR("w");
    s.covariates[s.n_covariates++] = STR("x");

    struct effect_result *r = run_made(m, &s);

    assert_int_equal(r->n_balance, 1);
    assert_alike(&r->balance[0].before, g, false);
    assert_alike(&r->balance[0].after, g, true);
    assert_near(r->comparison->effective_treated, worth_of(g, TREATED, true, &n_treated), 1e-6);
    assert_near(r->comparison->effective_control, worth_of(g, CONTROL, true, &n_control), 1e-6);
    assert_int_equal(r->comparison->n_treated, n_treated);
    assert_int_equal(r->comparison->n_control, n_control);
    assert_int_equal(r->comparison->n_outside, g->n_outside);
    effect_result_free(r);
    free(g);
    free(m);
}

static void starts_are_stacked_as_defined_also_with_gaps_and_weights(void **state)
{
    (void)state;

    for (uint64_t seed = 1; seed <= 4; seed++) {
        assert_by_definition(seed, EFFECT_NEVER);
        assert_by_definition(seed, EFFECT_NOT_YET);
    }
}

/* ---- what holds whatever the data ---- */

/* Weights that solve for equal means leave no difference: Graham, Pinto and Egel (2012). */
static void the_improved_estimator_makes_means_equal(void **state)
{
    (void)state;
    struct made *m = make(5, 220, 6, 3);
    struct effect_spec s = did_spec();
    s.control = EFFECT_NOT_YET;
    s.covariates[s.n_covariates++] = STR("x");
    s.covariates[s.n_covariates++] = STR("w");

    struct effect_result *r = run_made(m, &s);

    assert_int_equal(r->n_balance, 2);
    for (size_t j = 0; j < 2; j++)
        assert_near(r->balance[j].after.difference, 0, 1e-8);
    assert_true(fabs(r->balance[0].before.difference) > 0.1);
    assert_int_equal(r->comparison->n_uneven, 0);
    assert_true(r->comparison->is_weighted);
    effect_result_free(r);
    free(m);
}

static void a_regression_compares_as_they_are(void **state)
{
    (void)state;
    const struct effect_spec by_regression = mpdta_spec(EFFECT_REG);
    const struct effect_spec by_weights = mpdta_spec(EFFECT_IPW);

    struct effect_result *r = run_mpdta(&by_regression), *w = run_mpdta(&by_weights);

    assert_false(r->comparison->is_weighted);
    assert_true(isnan(r->balance[0].after.difference) && isnan(r->balance[0].after.mean_control));
    assert_near(r->balance[0].before.difference, w->balance[0].before.difference, 0);
    assert_int_equal(r->comparison->n_uneven, 1);
    assert_true(fabs(w->balance[0].after.difference) < EFFECT_UNEVEN);
    effect_result_free(r);
    effect_result_free(w);
}

static void without_covariates_there_is_nothing_to_be_alike_in(void **state)
{
    (void)state;
    struct made *m = make(6, 90, 6, 2);
    const struct effect_spec s = did_spec();

    struct effect_result *r = run_made(m, &s);

    assert_int_equal(r->n_balance, 0);
    assert_null(r->comparison);
    effect_result_free(r);
    free(m);
}

/* A covariate that stays the same makes a control one row, one that changes a row for each start.
 */
static void a_control_of_many_starts_is_one_person(void **state)
{
    (void)state;
    struct made *m = make(7, 200, 6, 3);
    struct effect_spec fixed = did_spec(), varying;
    see_everything(m);
    fixed.covariates[fixed.n_covariates++] = STR("w");
    varying = fixed;
    varying.covariates[varying.n_covariates++] = STR("word"); /* the same for all in a period */

    struct effect_result *a = run_made(m, &fixed), *b = run_made(m, &varying);

    assert_int_equal(a->comparison->n_control, 80);
    assert_int_equal(b->comparison->n_control, 80);
    assert_near(a->balance[0].before.mean_control, b->balance[0].before.mean_control, 1e-12);
    assert_near(a->balance[0].before.difference, b->balance[0].before.difference, 1e-12);
    effect_result_free(a);
    effect_result_free(b);
    free(m);
}

/* ---- who has which value, for disclosure ---- */

/* Persons 1 .. 60, of whom the first 20 start in period 3 and the next 20 in period 4. */
static table *two_values(bool changes)
{
    out o;
    out_init(&o, 1 << 20);
    out_cstr(&o, "id,t,g,y,f,w\n");
    for (int64_t i = 1; i <= 60; i++)
        for (int64_t t = 1; t <= 5; t++) {
            const bool has = i % 4 == 0 && (!changes || t == 2);
            const int64_t cell[] = {
                i, t, i <= 20 ? 3 : i <= 40 ? 4 : 0, (i * t * 7) % 11, has, i % 4 == 0 ? 9 : 1};
            for (size_t c = 0; c < sizeof cell / sizeof *cell; c++) {
                if (c)
                    out_char(&o, ',');
                out_int(&o, cell[c]);
            }
            out_char(&o, '\n');
        }
    out_char(&o, '\0');
    table *t = parse_table(out_view(&o).p);
    out_free(&o);
    return t;
}

static void holders_of_a_value_are_persons_and_not_their_weight(void **state)
{
    (void)state;
    table *same = two_values(false), *changing = two_values(true);
    struct effect_spec s = did_spec();
    s.estimator = EFFECT_REG;
    s.weights = STR("w");
    s.covariates[s.n_covariates++] = STR("f");

    struct effect_result *a = run_on(same, &s, NULL), *b = run_on(changing, &s, NULL);

    const struct effect_holders *h = &a->balance[0].before.holders;
    assert_near(a->balance[0].before.mean_treated, 0.75, 1e-12); /* by weight */
    assert_near(h->high[TREATED], 10, 1e-12);
    assert_near(h->low[TREATED], 30, 1e-12);
    assert_near(h->high[CONTROL], 5, 1e-12);
    assert_near(h->low[CONTROL], 15, 1e-12);
    h = &b->balance[0].before.holders; /* at the base of the first start only */
    assert_near(h->high[TREATED], 5, 1e-12);
    assert_near(h->low[TREATED], 35, 1e-12);
    assert_near(h->high[CONTROL], 2.5, 1e-12);
    assert_near(h->low[CONTROL], 17.5, 1e-12);
    effect_result_free(a);
    effect_result_free(b);
    table_free(same);
    table_free(changing);
}

static void the_bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    struct made *m = make(8, 220, 7, 3);
    table *t = table_of(m);
    struct effect_spec s = did_spec();
    struct err_info info;
    par *pool;
    s.control = EFFECT_NOT_YET;
    s.covariates[s.n_covariates++] = STR("x");
    s.covariates[s.n_covariates++] = STR("w");
    assert_int_equal(par_new(3, &pool, &info), OK);

    struct effect_result *one = run_on(t, &s, NULL), *three = run_on(t, &s, pool);

    for (size_t j = 0; j < 2; j++) {
        assert_memory_equal(&one->balance[j].before, &three->balance[j].before,
                            sizeof one->balance[j].before);
        assert_memory_equal(&one->balance[j].after, &three->balance[j].after,
                            sizeof one->balance[j].after);
    }
    assert_near(one->comparison->effective_control, three->comparison->effective_control, 0);
    effect_result_free(one);
    effect_result_free(three);
    par_free(pool);
    table_free(t);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counties_are_as_alike_as_computed_elsewhere),
        cmocka_unit_test(starts_are_stacked_as_defined_also_with_gaps_and_weights),
        cmocka_unit_test(the_improved_estimator_makes_means_equal),
        cmocka_unit_test(a_regression_compares_as_they_are),
        cmocka_unit_test(without_covariates_there_is_nothing_to_be_alike_in),
        cmocka_unit_test(a_control_of_many_starts_is_one_person),
        cmocka_unit_test(holders_of_a_value_are_persons_and_not_their_weight),
        cmocka_unit_test(the_bits_do_not_depend_on_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
