/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The parts of a two-way estimate against lm on each part's own rows and the
 * weights as Goodman-Bacon (2021) prints them (tests/oracle/effect_fixed.R).
 */
#include "base/real.h"
#include "engine/effect/panel_made_int.h"

static struct effect_spec bacon_spec(void)
{
    struct effect_spec s = did_spec();
    s.method = EFFECT_BACON;
    return s;
}

static double weighted_sum(const struct effect_result *r)
{
    double sum = 0;
    for (size_t i = 0; i < r->n_bacon; i++)
        sum += r->bacon[i].weight * r->bacon[i].estimate;
    return sum;
}

static double sum_of_weights(const struct effect_result *r)
{
    double sum = 0;
    for (size_t i = 0; i < r->n_bacon; i++)
        sum += r->bacon[i].weight;
    return sum;
}

static void every_part_of_the_minimum_wage_equals_least_squares_on_its_rows(void **state)
{
    (void)state;
    static const struct effect_bacon truth[] = {
        {EFFECT_BACON_NOT_YET, 2004, 2006, -0.0456079052110316, 0.00529317577313453, 0, 0},
        {EFFECT_BACON_NOT_YET, 2004, 2007, -0.091055401600508, 0.0260027259855234, 0, 0},
        {EFFECT_BACON_NEVER, 2004, REAL_NAN, -0.0797491265747346, 0.0817795656949285, 0, 0},
        {EFFECT_BACON_ALREADY, 2006, 2004, 0.0542869002005489, 0.0105863515462691, 0, 0},
        {EFFECT_BACON_NOT_YET, 2006, 2007, 0.0184803808075463, 0.0520054519710468, 0, 0},
        {EFFECT_BACON_NEVER, 2006, REAL_NAN, -0.0225700476085295, 0.245338697084786, 0, 0},
        {EFFECT_BACON_ALREADY, 2007, 2004, -0.0196048059267751, 0.0260027259855234, 0, 0},
        {EFFECT_BACON_ALREADY, 2007, 2006, 0.0105754538741552, 0.0173351506570156, 0, 0},
        {EFFECT_BACON_NEVER, 2007, REAL_NAN, -0.0431060328087224, 0.535656155301782, 0, 0},
    };
    struct effect_spec s = bacon_spec();
    s.outcome = STR("lemp");
    s.unit = STR("countyreal");
    s.time = STR("year");
    s.first_treated = STR("first.treat");
    table *t = open_fixture("mpdta.csv");

    struct effect_result *r = run_on(t, &s, NULL);

    assert_int_equal(r->n_bacon, sizeof truth / sizeof *truth);
    for (size_t i = 0; i < r->n_bacon; i++) {
        assert_int_equal(r->bacon[i].kind, truth[i].kind);
        assert_true(same_label(r->bacon[i].treated, truth[i].treated));
        assert_true(same_label(r->bacon[i].control, truth[i].control));
        assert_near(r->bacon[i].estimate, truth[i].estimate, 1e-12);
        assert_near(r->bacon[i].weight, truth[i].weight, 1e-12);
    }
    assert_near(weighted_sum(r), r->estimates[0].estimate, 1e-12);
    assert_true(has_warning(r, "twfe.already-treated"));
    effect_result_free(r);
    table_free(t);
}

/* Balanced, with units treated from the first period on. */
static struct made *balanced(uint64_t seed, size_t n, size_t periods, size_t n_starts)
{
    struct made *m = make(seed, n, periods, n_starts);
    see_everything(m);
    for (size_t i = 0; i < n; i += 5)
        m->start[i] = 0;
    return m;
}

static void the_parts_add_up_to_the_whole(void **state)
{
    (void)state;
    const struct effect_spec s = bacon_spec();
    for (uint64_t seed = 51; seed < 71; seed++) {
        struct made *m = balanced(seed, 40 + seed, 5 + seed % 9, 1 + seed % 4);

        struct effect_result *r = run_made(m, &s);

        assert_near(weighted_sum(r), r->estimates[0].estimate, 1e-12);
        assert_near(sum_of_weights(r), 1, 1e-14);
        for (size_t i = 0; i < r->n_bacon; i++)
            assert_true(r->bacon[i].weight > 0);
        effect_result_free(r);
        free(m);
    }
}

static void a_treatment_column_gives_the_same_parts(void **state)
{
    (void)state;
    struct made *m = balanced(72, 60, 7, 3);
    struct effect_spec s = bacon_spec();

    struct effect_result *by_start = run_made(m, &s);
    s.first_treated = STR("");
    s.treatment = STR("d");
    m->is_reversed = true;
    struct effect_result *by_column = run_made(m, &s);

    assert_int_equal(by_start->n_bacon, by_column->n_bacon);
    for (size_t i = 0; i < by_start->n_bacon; i++) {
        const struct effect_bacon *a = &by_start->bacon[i], *b = &by_column->bacon[i];
        assert_true(a->kind == b->kind && a->estimate == b->estimate && a->weight == b->weight);
        assert_true(same_label(a->treated, b->treated) && same_label(a->control, b->control));
    }
    effect_result_free(by_start);
    effect_result_free(by_column);
    free(m);
}

static void one_start_against_the_never_treated_is_one_part(void **state)
{
    (void)state;
    const struct effect_spec s = bacon_spec();
    table *t = parse_table(HEAD "1,1,2,1\n1,2,2,9\n2,1,0,4\n2,2,0,7\n3,1,0,4\n3,2,0,5\n");

    struct effect_result *r = run_on(t, &s, NULL);

    assert_int_equal(r->n_bacon, 1);
    assert_int_equal(r->bacon[0].kind, EFFECT_BACON_NEVER);
    assert_near(r->bacon[0].estimate, 6, 1e-14);
    assert_near(r->bacon[0].weight, 1, 0);
    assert_false(has_warning(r, "twfe.already-treated"));
    effect_result_free(r);
    table_free(t);
}

/* Beside an estimate the reason is a warning; asked for by name it is an error. */
static void assert_not_apart(const char *text, struct effect_spec s, const char *why)
{
    assert_refused(text, &s, why);
    s.method = EFFECT_TWFE;
    table *t = parse_table(text);

    struct effect_result *r = run_on(t, &s, NULL);

    assert_true(has_warning(r, why));
    assert_int_equal(r->n_bacon, 0);
    effect_result_free(r);
    table_free(t);
}

static void what_cannot_be_taken_apart_says_why(void **state)
{
    (void)state;
    const struct effect_spec plain = bacon_spec();
    struct effect_spec s = plain;

#define APART                                                                                      \
    "id,t,g,y,d,x,w\n1,1,2,1,0,1,1\n1,2,2,9,1,4,1\n1,3,2,8,0,5,1\n2,1,0,4,0,2,1\n2,2,0,7,0,1,1\n"  \
    "2,3,0,6,0,3,1\n3,1,0,4,0,2,2\n3,2,0,5,0,2,2\n"
    assert_not_apart(APART, plain, "twfe.bacon-unbalanced");
    s.covariates[s.n_covariates++] = STR("x");
    assert_not_apart(APART "3,3,0,5,0,7,2\n", s, "twfe.bacon-covariates");
    s = plain;
    s.weights = STR("w");
    assert_not_apart(APART "3,3,0,5,0,7,2\n", s, "twfe.bacon-weights");
    s = plain;
    s.first_treated = STR("");
    s.treatment = STR("d");
    assert_not_apart(APART "3,3,0,5,0,7,2\n", s, "twfe.bacon-switches-off");
}

static void too_many_starts_say_so(void **state)
{
    (void)state;
    enum { UNITS = 70 };
    out o;
    out_init(&o, 1 << 22);
    out_cstr(&o, HEAD);
    for (int i = 1; i <= UNITS; i++)
        for (int t = 1; t <= UNITS; t++) {
            const int row[] = {i, t, i, (i * 7 + t * i) % 19};
            for (size_t c = 0; c < sizeof row / sizeof *row; c++) {
                out_int(&o, row[c]);
                out_char(&o, c < 3 ? ',' : '\n');
            }
        }
    out_char(&o, '\0');

    assert_not_apart(out_view(&o).p, bacon_spec(), "twfe.bacon-too-many");

    out_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_of_the_minimum_wage_equals_least_squares_on_its_rows),
        cmocka_unit_test(the_parts_add_up_to_the_whole),
        cmocka_unit_test(a_treatment_column_gives_the_same_parts),
        cmocka_unit_test(one_start_against_the_never_treated_is_one_part),
        cmocka_unit_test(what_cannot_be_taken_apart_says_why),
        cmocka_unit_test(too_many_starts_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
