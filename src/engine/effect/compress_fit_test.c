/* SPDX-License-Identifier: EUPL-1.2 */
/* Two-way estimates from sums for each team against the full run on the rows. */
#include "engine/effect/compress_test_int.h"

static void assert_as_full_run(const struct made_panel *m, const struct effect_spec *s,
                               const struct compressed_fit *fit, const uint32_t *start)
{
    struct compressed_effect e;
    double *scratch = malloc(compressed_fit_room(fit) * sizeof *scratch);
    table *t = panel_of(m);
    struct effect_result *r = run_on(t, s, NULL);

    assert_true(compressed_fit_try(fit, start, scratch, &e));

    assert_near(e.estimate, r->estimates[0].estimate, 1e-10);
    assert_near(e.standard_error, r->estimates[0].standard_error, 1e-10);
    assert_near(e.t, e.estimate / e.standard_error, 0);
    effect_result_free(r);
    table_free(t);
    free(scratch);
}

static void starts_of(const struct made_panel *m, uint32_t start[MADE_TEAMS])
{
    for (size_t g = 0; g < MADE_TEAMS; g++)
        start[g] = m->start[g] ? m->start[g] - 1 : COMPRESSED_NEVER;
}

static struct effect_spec weighted_spec(void)
{
    struct effect_spec s = team_spec(EFFECT_TWFE);
    s.weights = STR("w");
    s.covariates[s.n_covariates++] = STR("x");
    s.covariates[s.n_covariates++] = STR("word");
    return s;
}

static void the_design_as_it_was_is_the_full_run(void **state)
{
    (void)state;
    const struct effect_spec specs[] = {team_spec(EFFECT_TWFE), weighted_spec()};
    for (uint64_t seed = 1; seed <= 3; seed++)
        for (size_t i = 0; i < 2; i++) {
            const struct made_panel m = usual_panel(seed);
            struct err_info info;
            struct compressed_fit *fit;
            uint32_t start[MADE_TEAMS];
            arena *a = arena_new(1 << 24);
            table *t = panel_of(&m);
            compressed *c = compressed_of(t, &specs[i], NULL);
            starts_of(&m, start);

            assert_int_equal(compressed_fit_new(c, 0, 0, a, &fit, &info), OK);

            assert_as_full_run(&m, &specs[i], fit, start);
            compressed_free(c);
            table_free(t);
            arena_free(a);
        }
}

/* Outcomes stay as they were made; only the column of starts says something else. */
static table *with_other_starts(const struct made_panel *m, const uint32_t *start)
{
    struct err_info info;
    out o;
    table *made = panel_of(m), *t = NULL;
    const struct table_column *y, *x, *w, *word;
    assert_int_equal(table_find(made, STR("y"), &y, &info), OK);
    assert_int_equal(table_find(made, STR("x"), &x, &info), OK);
    assert_int_equal(table_find(made, STR("w"), &w, &info), OK);
    assert_int_equal(table_find(made, STR("word"), &word, &info), OK);
    const struct table_column *id = table_column_at(made, 0), *time = table_column_at(made, 1);
    const struct table_column *team = table_column_at(made, 8);
    out_init(&o, 1 << 24);
    out_cstr(&o, "id,t,g,y,x,w,team,word\n");
    for (size_t i = 0; i < table_rows(made); i++) {
        const size_t g = (size_t)team->ints[i];
        const double value[] = {(double)id->ints[i],
                                (double)time->ints[i],
                                start[g] == COMPRESSED_NEVER ? 0 : 2001.0 + start[g],
                                y->reals[i],
                                x->reals[i],
                                w->reals[i],
                                (double)g};
        for (size_t j = 0; j < sizeof value / sizeof *value; j++) {
            out_real(&o, value[j]);
            out_char(&o, ',');
        }
        out_str(&o, word->words[word->codes[i]]);
        out_char(&o, '\n');
    }
    assert_int_equal(table_parse(out_view(&o), STR("test"), NULL, NULL, &t, &info), OK);
    out_free(&o);
    table_free(made);
    return t;
}

static void every_other_allocation_is_the_full_run_on_it(void **state)
{
    (void)state;
    const struct made_panel m = usual_panel(5);
    const struct effect_spec s = weighted_spec();
    struct err_info info;
    struct compressed_fit *fit;
    uint32_t start[MADE_TEAMS];
    arena *a = arena_new(1 << 24);
    table *t = panel_of(&m);
    compressed *c = compressed_of(t, &s, NULL);
    assert_int_equal(compressed_fit_new(c, 0, 0, a, &fit, &info), OK);
    double *scratch = malloc(compressed_fit_room(fit) * sizeof *scratch);
    starts_of(&m, start);

    for (size_t draw = 0; draw < 5; draw++) {
        struct compressed_effect e;
        const uint32_t first = start[0];
        memmove(start, start + 1, (MADE_TEAMS - 1) * sizeof *start);
        start[MADE_TEAMS - 1] = first;
        table *other = with_other_starts(&m, start);
        struct effect_result *r = run_on(other, &s, NULL);

        assert_true(compressed_fit_try(fit, start, scratch, &e));

        assert_near(e.estimate, r->estimates[0].estimate, 1e-10);
        assert_near(e.standard_error, r->estimates[0].standard_error, 1e-10);
        effect_result_free(r);
        table_free(other);
    }
    free(scratch);
    compressed_free(c);
    table_free(t);
    arena_free(a);
}

static void an_effect_taken_off_is_missing_from_the_estimate(void **state)
{
    (void)state;
    const struct made_panel m = usual_panel(7);
    const struct effect_spec s = weighted_spec();
    struct err_info info;
    struct compressed_fit *with, *without;
    struct compressed_effect e, rest;
    uint32_t start[MADE_TEAMS];
    arena *a = arena_new(1 << 24);
    table *t = panel_of(&m);
    compressed *c = compressed_of(t, &s, NULL);
    starts_of(&m, start);
    assert_int_equal(compressed_fit_new(c, 0, 0, a, &with, &info), OK);
    assert_int_equal(compressed_fit_new(c, 0, 1.5, a, &without, &info), OK);
    double *scratch = malloc(compressed_fit_room(with) * sizeof *scratch);

    assert_true(compressed_fit_try(with, start, scratch, &e));
    assert_true(compressed_fit_try(without, start, scratch, &rest));

    assert_near(rest.estimate, e.estimate - 1.5, 1e-10);
    assert_near(rest.standard_error, e.standard_error, 1e-10);
    free(scratch);
    compressed_free(c);
    table_free(t);
    arena_free(a);
}

static void treatment_that_does_not_vary_has_no_estimate(void **state)
{
    (void)state;
    struct made_panel m = usual_panel(8);
    struct err_info info;
    struct compressed_fit *fit;
    struct compressed_effect e;
    uint32_t start[MADE_TEAMS];
    for (size_t g = 0; g < MADE_TEAMS; g++)
        m.start[g] = 4;
    const struct effect_spec s = team_spec(EFFECT_TWFE);
    arena *a = arena_new(1 << 24);
    table *t = panel_of(&m);
    compressed *c = compressed_of(t, &s, NULL);
    starts_of(&m, start);
    assert_int_equal(compressed_fit_new(c, 0, 0, a, &fit, &info), OK);
    double *scratch = malloc(compressed_fit_room(fit) * sizeof *scratch);

    assert_false(compressed_fit_try(fit, start, scratch, &e));

    assert_true(isnan(e.estimate) && isnan(e.t));
    free(scratch);
    compressed_free(c);
    table_free(t);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_design_as_it_was_is_the_full_run),
        cmocka_unit_test(every_other_allocation_is_the_full_run_on_it),
        cmocka_unit_test(an_effect_taken_off_is_missing_from_the_estimate),
        cmocka_unit_test(treatment_that_does_not_vary_has_no_estimate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
