/* SPDX-License-Identifier: EUPL-1.2 */
/* Properties that hold for any panel, on made panels with gaps. */
#include "engine/effect/panel_made_int.h"
#include "engine/effect/teams_int.h"

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

/* 20 starts in 44 periods: over a megabyte of influences, which then lies on disk. */
static void what_does_not_fit_in_memory_does_not_change_a_bit(void **state)
{
    (void)state;
    struct made *m = make(22, 240, 44, 20);
    struct effect_spec s = full_spec();
    s.scratch = STR(".");
    table *t = table_of(m);

    struct effect_result *free_run = run_on(t, &s, NULL);
    s.memory = 1;
    struct effect_result *tight = run_on(t, &s, NULL);

    assert_same_bits(free_run, tight);
    assert_true(free_run->n_estimates > 800);
    effect_result_free(free_run);
    effect_result_free(tight);
    table_free(t);
    free(m);
}

static void without_room_on_disk_nothing_is_handed_out(void **state)
{
    (void)state;
    struct made *m = make(22, 240, 44, 20);
    struct effect_spec s = full_spec();
    struct err_info info;
    struct effect_result *r = NULL;
    s.memory = 1;
    s.scratch = STR("no-such-folder");
    table *t = table_of(m);

    const err e = effect_run(t, &s, NULL, NULL, &r, &info);

    assert_int_equal(e, E_NOT_FOUND);
    assert_string_equal(info.msg.key, "file.cannot-spill");
    assert_null(r);
    table_free(t);
    free(m);
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
        assert_true(isnan(r->covariance[i * n + i]) ==
                    (e->failed != NULL || teams_are_one_each(r->teams)));
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

/* ---- teams nobody of whom is seen since the start ---- */

/* Teams 1 .. 9 of three persons over four periods; 1 to 3 start in period 3, and 3 is lost then. */
static table *teams_of(bool keeps_lost)
{
    out o;
    out_init(&o, 1 << 20);
    out_cstr(&o, "id,t,g,y,team\n");
    for (int64_t i = 0; i < 27; i++)
        for (int64_t t = 1; t <= 4; t++) {
            const int64_t team = 1 + i / 3;
            const double y = normal(31, (size_t)i, (size_t)t, 1) + (team <= 2 && t >= 3 ? 2 : 0);
            if (team == 3 && (t >= 3 || !keeps_lost))
                continue;
            out_int(&o, i);
            out_char(&o, ',');
            out_int(&o, t);
            out_cstr(&o, team <= 3 ? ",3," : ",0,");
            out_real(&o, y);
            out_char(&o, ',');
            out_int(&o, team);
            out_char(&o, '\n');
        }
    out_char(&o, '\0');
    table *t = parse_table(out_view(&o).p);
    out_free(&o);
    return t;
}

/* By start its rows tell of the time before it: what another start would show there is not known.
 */
static void effects_by_start_do_not_exchange_a_team_that_is_lost_before_its_start(void **state)
{
    (void)state;
    table *all = teams_of(true);
    struct effect_spec by_start = did_spec(), study = did_spec();
    by_start.method = EFFECT_SUNAB;
    study.method = EFFECT_TWFE;
    study.event_study = true;
    by_start.cluster = study.cluster = STR("team");
    const struct effect_spec *spec[] = {&by_start, &study};
    for (size_t i = 0; i < sizeof spec / sizeof *spec; i++) {

        struct effect_result *r = run_on(all, spec[i], NULL);

        assert_int_equal(r->diagnostics.n_treated_clusters, 2);
        assert_int_equal(r->teams->n_treated, 2);
        assert_int_equal(r->teams->few, 2);
        assert_int_equal(r->teams->rule, EFFECT_ANALYTIC);
        assert_string_equal(r->teams->why, "effect.rule-not-here");
        effect_result_free(r);
    }
    table_free(all);
}

static void a_team_that_is_lost_before_its_start_is_no_treated_team(void **state)
{
    (void)state;
    table *all = teams_of(true), *seen = teams_of(false);
    struct effect_spec did = did_spec();
    did.cluster = STR("team");
    struct effect_spec twfe = did;
    twfe.method = EFFECT_TWFE;

    struct effect_result *a = run_on(all, &did, NULL), *b = run_on(seen, &did, NULL);
    struct effect_result *c = run_on(all, &twfe, NULL);

    assert_int_equal(a->diagnostics.n_clusters, 9);
    assert_int_equal(a->diagnostics.n_treated_clusters, 2);
    assert_int_equal(c->diagnostics.n_treated_clusters, 2);
    assert_int_equal(a->teams->n_treated, 2);
    assert_int_equal(c->teams->n_treated, 2);
    assert_int_equal(a->teams->n_teams, 8); /* the lost one keeps its place */
    assert_near(a->teams->n_allocations, 28, 0);
    assert_near(a->teams->p_randomisation, b->teams->p_randomisation, 0);
    assert_near(effect_overall(a)->estimate, effect_overall(b)->estimate, 1e-14);
    assert_near(effect_overall(a)->ci_low, effect_overall(b)->ci_low, 1e-9);
    effect_result_free(a);
    effect_result_free(b);
    effect_result_free(c);
    table_free(all);
    table_free(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_in_memory_does_not_change_a_bit),
        cmocka_unit_test(without_room_on_disk_nothing_is_handed_out),
        cmocka_unit_test(the_order_of_rows_does_not_change_a_bit),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(shifting_time_only_shifts_labels),
        cmocka_unit_test(what_is_constant_within_persons_does_not_matter),
        cmocka_unit_test(the_effect_scales_with_the_outcome),
        cmocka_unit_test(a_treatment_that_switches_on_tells_the_start),
        cmocka_unit_test(a_person_as_own_cluster_changes_nothing),
        cmocka_unit_test(a_covariate_told_twice_counts_once),
        cmocka_unit_test(many_cells_have_the_errors_of_few),
        cmocka_unit_test(any_panel_gives_a_result_or_a_reason),
        cmocka_unit_test(a_team_that_is_lost_before_its_start_is_no_treated_team),
        cmocka_unit_test(effects_by_start_do_not_exchange_a_team_that_is_lost_before_its_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
