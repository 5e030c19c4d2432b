/* SPDX-License-Identifier: EUPL-1.2 */
/* What each cluster adds: taken away again, it gives the estimate without that cluster. */
#include "base/lin.h"
#include "engine/effect/panel_made_int.h"
#include "engine/effect/twfe_int.h"
#include "engine/effect/twfe_test_int.h"

enum { K_MAX = 64 };

struct solved {
    arena *a;
    struct effect_result r;
    struct twfe f;
    struct twfe_tile *tile;
    struct twfe_system s;
};

static void solve(const table *t, const struct effect_spec *spec, par *pool, struct solved *v)
{
    struct err_info info;
    *v = (struct solved){.a = arena_new((size_t)1 << 30), .r = {.spec = *spec}};
    assert_non_null(v->a);
    v->r.memory = v->a;
    struct twfe_rows rows;
    assert_int_equal(twfe_rows_open(t, NULL, &v->r.spec, pool, v->a, &rows, &info), OK);
    assert_int_equal(twfe_read(&rows, pool, v->a, &v->f, &v->r, &info), OK);
    assert_int_equal(twfe_tiles_new(&v->f, pool, v->a, &v->tile, &info), OK);
    assert_int_equal(twfe_solve(&v->f, v->tile, pool, v->a, &v->s, &v->r, &info), OK);
}

static struct effect_spec clustered_spec(void)
{
    struct effect_spec s = spec_of(EFFECT_TWFE);
    s.covariates[s.n_covariates++] = STR("x");
    s.weights = STR("w");
    s.cluster = STR("team");
    return s;
}

/* The treatment's coefficient from all clusters but one; that of all for SIZE_MAX. */
static double effect_without(const struct twfe_clusters *c, size_t left_out)
{
    double gram[K_MAX * K_MAX] = {0}, b[K_MAX] = {0};
    bool keep[K_MAX];
    assert_true(c->k <= K_MAX);
    for (size_t g = 0; g < c->n; g++) {
        for (size_t i = 0; g != left_out && i < c->k * c->k; i++)
            gram[i] += c->gram[g * c->k * c->k + i];
        for (size_t i = 0; g != left_out && i < c->k; i++)
            b[i] += c->product[g * c->k + i];
    }
    assert_int_equal(lin_cholesky(gram, c->k, 1e-12, keep), c->k);
    lin_cholesky_solve(gram, keep, c->k, b);
    return b[c->k - 1];
}

static void a_cluster_taken_away_gives_the_estimate_without_it(void **state)
{
    (void)state;
    struct made *m = make(81, 48, 7, 3);
    const struct effect_spec spec = clustered_spec();
    struct err_info info;
    struct solved v;
    struct twfe_clusters c;
    table *t = table_of(m);
    solve(t, &spec, NULL, &v);

    assert_int_equal(twfe_clusters(&v.s, NULL, v.a, &c, &info), OK);

    assert_int_equal(c.n, 12);
    assert_near(effect_without(&c, SIZE_MAX), v.s.beta[v.s.k - 1], 1e-12);
    for (size_t g = 0; g < c.n; g++) {
        struct made *less = make(81, 48, 7, 3);
        for (size_t i = 4 * g; i < 4 * g + 4; i++)
            for (size_t p = 0; p < 7; p++)
                less->seen[i][p] = false;
        struct effect_result *r = run_made(less, &spec);
        assert_near(effect_without(&c, g), r->estimates[0].estimate, 1e-11);
        assert_int_equal(c.n_units[g], 4);
        effect_result_free(r);
        free(less);
    }
    arena_free(v.a);
    table_free(t);
    free(m);
}

static void threads_do_not_change_a_bit_of_clusters(void **state)
{
    (void)state;
    struct made *m = make(82, UNITS_MAX, PERIODS_MAX_TEST, 5);
    const struct effect_spec spec = clustered_spec();
    struct err_info info;
    struct solved alone, many;
    struct twfe_clusters a, b;
    par *pool;
    table *t = table_of(m);
    assert_int_equal(par_new(3, &pool, &info), OK);
    solve(t, &spec, NULL, &alone);
    solve(t, &spec, pool, &many);

    assert_int_equal(twfe_clusters(&alone.s, NULL, alone.a, &a, &info), OK);
    assert_int_equal(twfe_clusters(&many.s, pool, many.a, &b, &info), OK);

    assert_memory_equal(a.gram, b.gram, a.n * a.k * a.k * sizeof(double));
    assert_memory_equal(a.product, b.product, a.n * a.k * sizeof(double));
    arena_free(alone.a);
    arena_free(many.a);
    par_free(pool);
    table_free(t);
    free(m);
}

/* The variances of the treatment's effect by both ways. */
static void compare_ways(const struct made *m, const struct effect_spec *spec)
{
    struct err_info info;
    struct solved v;
    struct twfe_clusters kept, read;
    double *form;
    table *t = table_of(m);
    solve(t, spec, NULL, &v);
    assert_non_null(v.s.apart.wide);
    assert_int_equal(twfe_forms(&v.f, v.a, &v.r, &form, &info), OK);
    const size_t n_codes = v.f.rows.cluster.n;
    double *kept_sum = ARENA_NEW(v.a, double, n_codes), *sum = ARENA_NEW(v.a, double, n_codes);

    assert_int_equal(twfe_scores(&v.s, form, NULL, v.a, &v.r, &info), OK);
    assert_int_equal(twfe_clusters(&v.s, NULL, v.a, &kept, &info), OK);
    assert_int_equal(twfe_score_sums(&v.s, form, NULL, v.a, kept_sum, &info), OK);
    const double variance = v.r.covariance[0];
    v.s.apart.wide = NULL;
    assert_int_equal(twfe_scores(&v.s, form, NULL, v.a, &v.r, &info), OK);
    assert_int_equal(twfe_clusters(&v.s, NULL, v.a, &read, &info), OK);
    assert_int_equal(twfe_score_sums(&v.s, form, NULL, v.a, sum, &info), OK);

    assert_near(variance / v.r.covariance[0], 1, 1e-11);
    double squares = 0;
    for (size_t g = 0; g < n_codes; g++) {
        assert_near(kept_sum[g], sum[g], 1e-12);
        squares += sum[g] * sum[g];
    }
    assert_near(squares / variance, 1, 1e-11);
    assert_int_equal(kept.n, read.n);
    for (size_t i = 0; i < kept.n * kept.k * kept.k; i++)
        assert_near(kept.gram[i], read.gram[i], 1e-11);
    for (size_t i = 0; i < kept.n * kept.k; i++)
        assert_near(kept.product[i], read.product[i], 1e-11);
    assert_memory_equal(kept.n_units, read.n_units, kept.n * sizeof *kept.n_units);
    arena_free(v.a);
    table_free(t);
}

static void clusters_kept_apart_in_the_first_pass_are_those_of_rows_read_again(void **state)
{
    (void)state;
    struct made *m = make(84, 48, 7, 3);
    struct effect_spec plain = spec_of(EFFECT_TWFE);
    const struct effect_spec weighted = clustered_spec();
    plain.cluster = STR("team");

    compare_ways(m, &plain);
    compare_ways(m, &weighted);
    see_everything(m);
    compare_ways(m, &plain);

    free(m);
}

static void units_are_clusters_when_no_column_is_named(void **state)
{
    (void)state;
    struct made *m = make(83, 40, 5, 3);
    struct effect_spec spec = clustered_spec();
    struct err_info info;
    struct solved v;
    struct twfe_clusters c;
    spec.cluster = spec.unit;
    table *t = table_of(m);
    solve(t, &spec, NULL, &v);

    assert_int_equal(twfe_clusters(&v.s, NULL, v.a, &c, &info), OK);

    assert_int_equal(c.n, v.f.n_units);
    assert_near(effect_without(&c, SIZE_MAX), v.s.beta[v.s.k - 1], 1e-12);
    arena_free(v.a);
    table_free(t);
    free(m);
}

static void units_that_change_clusters_are_refused(void **state)
{
    (void)state;
    struct effect_spec spec = spec_of(EFFECT_TWFE);
    struct err_info info;
    struct solved v;
    struct twfe_clusters c;
    spec.cluster = STR("f");
    table *t = oracle_table();
    solve(t, &spec, NULL, &v);

    assert_int_equal(twfe_clusters(&v.s, NULL, v.a, &c, &info), E_INPUT);

    assert_string_equal(info.msg.key, "twfe.units-change-clusters");
    arena_free(v.a);
    table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cluster_taken_away_gives_the_estimate_without_it),
        cmocka_unit_test(threads_do_not_change_a_bit_of_clusters),
        cmocka_unit_test(clusters_kept_apart_in_the_first_pass_are_those_of_rows_read_again),
        cmocka_unit_test(units_are_clusters_when_no_column_is_named),
        cmocka_unit_test(units_that_change_clusters_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
