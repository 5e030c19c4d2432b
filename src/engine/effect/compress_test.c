/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Compressed panels: what leaves, the file and back, and estimates from sums against the full run
 * of the same merged design on the rows.
 */
#include "engine/effect/compress_test_int.h"

#include <stdio.h>

/* ---- what the tests share ---- */

static compressed *released_of(const table *t, const struct effect_spec *s, size_t min_persons)
{
    struct err_info info;
    compressed *c = compressed_of(t, s, NULL);
    if (compressed_release(c, min_persons, &info) != OK)
        fail_msg("%s", info.msg.key);
    return c;
}

/* Written, and read back. */
static compressed *through_file(const compressed *c, const char *source)
{
    struct err_info info;
    compressed *back = NULL;
    out o;
    out_init(&o, COMPRESSED_BYTES_MAX);
    assert_int_equal(compressed_write(&o, c, str_of(source), &info), OK);
    const err e = compressed_parse(out_view(&o), STR("sums.json"), &back, &info);
    if (e != OK)
        fail_msg("%s", info.msg.key);
    out_free(&o);
    return back;
}

/* The first name of the merged team that a team went into; -1 when it was withheld. */
static long merged_into(const compressed *c, long team)
{
    char name[32];
    snprintf(name, sizeof name, "%ld", team);
    for (size_t g = 0; g < c->n_teams; g++)
        for (size_t i = 0; i < c->team[g].n_names; i++)
            if (str_eq(c->team[g].name[i], str_of(name)))
                return strtol(c->team[g].name[0].p, NULL, 10);
    return -1;
}

/* The same rows with the merged teams as team, without teams that were withheld. */
static table *merged_table(const table *t, const compressed *c)
{
    struct err_info info;
    table *merged = NULL;
    out o;
    out_init(&o, 1 << 24);
    out_cstr(&o, "id,t,g,y,x,w,word,team\n");
    for (size_t i = 0; i < table_rows(t); i++) {
        const long team = merged_into(c, (long)table_column_at(t, 8)->ints[i]);
        if (team < 0)
            continue;
        out_int(&o, table_column_at(t, 0)->ints[i]), out_char(&o, ',');
        out_int(&o, table_column_at(t, 1)->ints[i]), out_char(&o, ',');
        out_int(&o, table_column_at(t, 2)->ints[i]), out_char(&o, ',');
        out_real(&o, table_column_at(t, 4)->reals[i]), out_char(&o, ',');
        out_real(&o, table_column_at(t, 6)->reals[i]), out_char(&o, ',');
        out_real(&o, table_column_at(t, 7)->reals[i]), out_char(&o, ',');
        out_str(&o, table_column_at(t, 9)->words[table_column_at(t, 9)->codes[i]]);
        out_char(&o, ',');
        out_int(&o, team);
        out_char(&o, '\n');
    }
    assert_int_equal(table_parse(out_view(&o), STR("test"), NULL, NULL, &merged, &info), OK);
    out_free(&o);
    return merged;
}

static void assert_same_teams(const struct effect_teams *a, const struct effect_teams *b)
{
    assert_true(!a == !b);
    if (!a)
        return;
    assert_int_equal(a->rule, b->rule);
    assert_true(same_label(a->n_allocations, b->n_allocations));
    assert_int_equal(a->n_tried, b->n_tried);
    assert_true(same_label(a->p_randomisation, b->p_randomisation));
    if (a->n_teams > 3) /* else no draw of the bootstrap has more than a rounding of spread */
        assert_true(same_label(a->p_wild, b->p_wild));
}

static void assert_same_result(const struct effect_result *a, const struct effect_result *b)
{
    assert_int_equal(a->n_estimates, b->n_estimates);
    for (size_t i = 0; i < a->n_estimates; i++) {
        const struct effect_estimate *x = &a->estimates[i], *y = &b->estimates[i];
        assert_near(x->estimate, y->estimate, 1e-10);
        assert_int_equal(x->reference, y->reference);
        assert_int_equal(x->aggregation, y->aggregation);
        assert_true(same_label(x->event_time, y->event_time));
        assert_int_equal(x->n_treated, y->n_treated);
        assert_int_equal(x->n_control, y->n_control);
        if (x->reference || (isnan(x->standard_error) && isnan(y->standard_error)))
            continue;
        assert_near(x->standard_error, y->standard_error, 1e-10);
        assert_near(x->p, y->p, 1e-9);
    }
    for (size_t i = 0; i < a->n_estimates * a->n_estimates; i++)
        assert_true(fabs(a->covariance[i] - b->covariance[i]) <= 1e-10 ||
                    (isnan(a->covariance[i]) && isnan(b->covariance[i])));
    if (a->diagnostics.pretest_df > 0 || b->diagnostics.pretest_df > 0)
        assert_near(a->diagnostics.pretest_p, b->diagnostics.pretest_p, 1e-8);
    assert_int_equal(a->diagnostics.pretest_df, b->diagnostics.pretest_df);
    assert_int_equal(a->diagnostics.n_used, b->diagnostics.n_used);
    assert_int_equal(a->diagnostics.n_units, b->diagnostics.n_units);
    assert_int_equal(a->diagnostics.n_clusters, b->diagnostics.n_clusters);
    assert_int_equal(a->diagnostics.n_treated_clusters, b->diagnostics.n_treated_clusters);
    assert_int_equal(a->diagnostics.n_control_clusters, b->diagnostics.n_control_clusters);
    assert_int_equal(a->diagnostics.n_treated, b->diagnostics.n_treated);
    assert_int_equal(a->diagnostics.n_control, b->diagnostics.n_control);
    assert_same_teams(a->teams, b->teams);
}

static struct effect_result *run_compressed(const compressed *c, const struct effect_spec *s)
{
    struct err_info info;
    struct effect_result *r = NULL;
    if (effect_run_compressed(c, s, NULL, NULL, &r, &info) != OK)
        fail_msg("%s", info.msg.key);
    return r;
}

static void with_covariates(struct effect_spec *s)
{
    s->weights = STR("w");
    s->covariates[s->n_covariates++] = STR("x");
    s->covariates[s->n_covariates++] = STR("word");
}

/* ---- the same as the full run ---- */

static void assert_equals_full_run(struct made_panel m, const struct effect_spec *s,
                                   size_t min_persons)
{
    table *t = panel_of(&m);
    compressed *c = released_of(t, s, min_persons), *back = through_file(c, "here");
    table *merged = merged_table(t, c);
    struct effect_result *full = run_on(merged, s, NULL), *own = run_compressed(back, s);

    assert_same_result(own, full);

    effect_result_free(full);
    effect_result_free(own);
    compressed_free(c);
    compressed_free(back);
    table_free(merged);
    table_free(t);
}

static void sums_equal_the_full_run_of_the_merged_design(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++)
        for (int kind = 0; kind < 3; kind++)
            for (int rich = 0; rich < 2; rich++) {
                struct made_panel m = usual_panel(seed);
                struct effect_spec s = team_spec(kind == 2 ? EFFECT_SUNAB : EFFECT_TWFE);
                s.event_study = kind == 1;
                if (rich)
                    with_covariates(&s);
                assert_equals_full_run(m, &s, 10);
                m.size = 9; /* no team may leave alone */
                assert_equals_full_run(m, &s, 10);
            }
}

static void those_always_treated_are_as_in_the_full_run(void **state)
{
    (void)state;
    struct made_panel m = usual_panel(6);
    m.start[2] = m.start[3] = 1;
    struct effect_spec s = team_spec(EFFECT_SUNAB);
    assert_equals_full_run(m, &s, 10);
    s.method = EFFECT_TWFE;
    assert_equals_full_run(m, &s, 10);
    s.event_study = true;
    assert_equals_full_run(m, &s, 10);
}

static void when_everyone_starts_those_who_start_last_are_the_others(void **state)
{
    (void)state;
    struct made_panel m = usual_panel(8);
    m.absent = 0;
    for (size_t g = 0; g < MADE_TEAMS; g++)
        m.start[g] = g % 3 == 0 ? 7 : 4;
    const struct effect_spec s = team_spec(EFFECT_TWFE);
    table *t = panel_of(&m);
    compressed *c = released_of(t, &s, 10);

    struct effect_result *r = run_compressed(c, &s);

    assert_int_equal(r->diagnostics.n_control, 4 * MADE_TEAM_SIZE);
    assert_true(has_warning(r, "twfe.all-treated"));
    effect_result_free(r);
    compressed_free(c);
    table_free(t);
    assert_equals_full_run(m, &s, 10);
}

static void the_comparisons_behind_a_two_way_estimate_are_as_in_the_full_run(void **state)
{
    (void)state;
    struct made_panel m = usual_panel(7);
    m.absent = 0;
    m.start[2] = 1;
    const struct effect_spec s = team_spec(EFFECT_BACON);
    table *t = panel_of(&m);
    compressed *c = released_of(t, &s, 10), *back = through_file(c, "");
    struct effect_result *full = run_on(t, &s, NULL), *own = run_compressed(back, &s);

    assert_true(full->n_bacon > 10);
    assert_int_equal(own->n_bacon, full->n_bacon);
    for (size_t i = 0; i < full->n_bacon; i++) {
        assert_int_equal(own->bacon[i].kind, full->bacon[i].kind);
        assert_near(own->bacon[i].estimate, full->bacon[i].estimate, 1e-10);
        assert_near(own->bacon[i].weight, full->bacon[i].weight, 1e-12);
        assert_true(same_label(own->bacon[i].treated, full->bacon[i].treated));
        assert_true(same_label(own->bacon[i].control, full->bacon[i].control));
    }
    effect_result_free(full);
    effect_result_free(own);
    compressed_free(c);
    compressed_free(back);
    table_free(t);
}

static void a_treatment_that_switches_on_is_a_start(void **state)
{
    (void)state;
    const struct made_panel m = usual_panel(3);
    struct effect_spec by_start = team_spec(EFFECT_TWFE), by_switch = by_start;
    by_switch.first_treated = STR("");
    by_switch.treatment = STR("d");
    table *t = panel_of(&m);
    compressed *a = compressed_of(t, &by_start, NULL), *b = compressed_of(t, &by_switch, NULL);

    for (size_t g = 0; g < MADE_TEAMS; g++) {
        assert_int_equal(a->team[g].start, b->team[g].start);
        assert_int_equal(a->team[g].n_treated, b->team[g].n_treated);
    }
    compressed_free(a);
    compressed_free(b);
    table_free(t);
}

static void the_order_of_rows_does_not_matter(void **state)
{
    (void)state;
    struct made_panel m = usual_panel(4);
    struct effect_spec s = team_spec(EFFECT_TWFE);
    s.weights = STR("w");
    table *sorted = panel_of(&m);
    m.shuffled = true;
    table *shuffled = panel_of(&m);
    compressed *a = compressed_of(sorted, &s, NULL), *b = compressed_of(shuffled, &s, NULL);

    for (size_t g = 0; g < MADE_TEAMS; g++)
        assert_memory_equal(a->team[g].a, b->team[g].a,
                            (MADE_PERIODS * (MADE_PERIODS + 1) + 1) * sizeof(double));
    compressed_free(a);
    compressed_free(b);
    table_free(sorted);
    table_free(shuffled);
}

static str written(const table *t, const struct effect_spec *s, unsigned threads, out *o)
{
    struct err_info info;
    par *pool = NULL;
    assert_int_equal(par_new(threads, &pool, &info), OK);
    compressed *c = compressed_of(t, s, pool);
    assert_int_equal(compressed_release(c, 10, &info), OK);
    assert_int_equal(compressed_write(o, c, STR(""), &info), OK);
    compressed_free(c);
    par_free(pool);
    return out_view(o);
}

static void threads_do_not_change_a_byte_of_the_file(void **state)
{
    (void)state;
    struct made_panel m = usual_panel(2);
    m.size = 200; /* several blocks */
    struct effect_spec s = team_spec(EFFECT_TWFE);
    with_covariates(&s);
    table *t = panel_of(&m);
    out one, more;
    out_init(&one, 1 << 24);
    out_init(&more, 1 << 24);
    const str alone = written(t, &s, 1, &one);

    for (unsigned threads = 2; threads <= 8; threads *= 4) {
        out_clear(&more);
        assert_true(str_eq(written(t, &s, threads, &more), alone));
    }
    out_free(&one);
    out_free(&more);
    table_free(t);
}

static void a_file_read_and_written_again_is_the_same_to_the_byte(void **state)
{
    (void)state;
    const struct made_panel m = usual_panel(9);
    struct effect_spec s = team_spec(EFFECT_TWFE);
    struct err_info info;
    with_covariates(&s);
    table *t = panel_of(&m);
    compressed *c = released_of(t, &s, 10), *back = through_file(c, "ergens");
    out before, after;
    out_init(&before, 1 << 24);
    out_init(&after, 1 << 24);

    assert_int_equal(compressed_write(&before, c, STR("ergens"), &info), OK);
    assert_int_equal(compressed_write(&after, back, STR("ergens"), &info), OK);

    assert_true(str_eq(out_view(&before), out_view(&after)));
    out_free(&before);
    out_free(&after);
    compressed_free(c);
    compressed_free(back);
    table_free(t);
}

/* ---- the door ---- */

static void no_sum_leaves_that_a_handful_made(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct made_panel m = usual_panel(seed);
        m.size = 8 + 3 * seed;
        m.absent = 0.4;
        struct effect_spec s = team_spec(EFFECT_TWFE);
        s.covariates[s.n_covariates++] = STR("word");
        table *t = panel_of(&m);
        compressed *c = released_of(t, &s, 10);
        table *merged = merged_table(t, c);
        compressed *again = compressed_of(merged, &s, NULL);

        for (size_t g = 0; g < again->n_teams; g++) { /* counted anew, from the rows */
            const struct compressed_team *team = &again->team[g];
            const size_t n = MADE_PERIODS, k = compressed_columns(again);
            assert_true(team->n_persons >= 10);
            for (size_t i = 0; i < n; i++)
                assert_true(team->n_rows[i] == 0 || team->n_rows[i] >= 10);
            for (size_t i = 0; i < n * n + k * n + k * k; i++)
                assert_true(team->by.pair[i] == 0 || team->by.pair[i] >= 10);
        }
        compressed_free(again);
        table_free(merged);
        compressed_free(c);
        table_free(t);
    }
}

static void the_smallest_goes_with_the_next_smallest_of_its_start(void **state)
{
    (void)state;
    const struct made_panel m = {
        .seed = 1, .start = {0, 4, 0, 0, 4, 4, 0, 0, 4, 0, 6, 0}, .size = 7};
    const struct effect_spec s = team_spec(EFFECT_TWFE);
    table *t = panel_of(&m);

    compressed *c = released_of(t, &s, 10);

    assert_int_equal(c->n_withheld, 1); /* the only one that starts in period 6 */
    for (size_t g = 0; g < c->n_teams; g++) {
        assert_true(c->team[g].n_names == 2 || c->team[g].n_names == 3);
        assert_int_equal(c->team[g].n_persons, 7 * c->team[g].n_names);
        for (size_t i = 1; i < c->team[g].n_names; i++)
            assert_true(str_cmp(c->team[g].name[i - 1], c->team[g].name[i]) < 0);
    }
    compressed_free(c);
    table_free(t);
}

static void fewer_than_five_are_never_enough(void **state)
{
    (void)state;
    const struct made_panel m = usual_panel(1);
    const struct effect_spec s = team_spec(EFFECT_TWFE);
    struct err_info info;
    table *t = panel_of(&m);
    compressed *c = compressed_of(t, &s, NULL);

    assert_int_equal(compressed_release(c, 4, &info), E_INPUT);

    assert_string_equal(info.msg.key, "compress.too-few-persons");
    compressed_free(c);
    table_free(t);
}

static void counties_may_not_leave_but_groups_of_them_may(void **state)
{
    (void)state;
    struct err_info info;
    struct effect_spec s = team_spec(EFFECT_TWFE);
    s.outcome = STR("lemp");
    s.unit = s.cluster = STR("countyreal");
    s.time = STR("year");
    s.first_treated = STR("first.treat");
    table *t = open_fixture("mpdta.csv");
    compressed *c = compressed_of(t, &s, NULL);
    assert_int_equal(c->n_teams, 500);

    assert_int_equal(compressed_release(c, 10, &info), OK);

    assert_true(c->n_teams < 51);
    for (size_t g = 0; g < c->n_teams; g++)
        assert_true(c->team[g].n_names >= 10);
    struct effect_result *r = run_compressed(c, &s);
    assert_near(r->estimates[0].estimate, -0.036549, 0.50001e-6); /* that of all counties */
    effect_result_free(r);
    compressed_free(c);
    table_free(t);
}

/* ---- several files ---- */

static table *part_of(const table *t, long from, long to)
{
    struct err_info info;
    table *part = NULL;
    uint8_t *keep = calloc(table_rows(t), 1);
    for (size_t i = 0; i < table_rows(t); i++)
        keep[i] = table_column_at(t, 8)->ints[i] >= from && table_column_at(t, 8)->ints[i] < to;
    assert_int_equal(table_select(t, keep, &part, &info), OK);
    free(keep);
    return part;
}

static void two_files_together_are_the_full_run_on_both(void **state)
{
    (void)state;
    const struct made_panel m = usual_panel(12);
    struct err_info info;
    struct effect_spec s = team_spec(EFFECT_SUNAB);
    s.weights = STR("w");
    s.covariates[s.n_covariates++] = STR("x");
    table *t = panel_of(&m), *one = part_of(t, 0, 5), *other = part_of(t, 5, MADE_TEAMS);
    compressed *a = released_of(one, &s, 10), *b = released_of(other, &s, 10);
    compressed *here = through_file(a, "hier"), *there = through_file(b, "daar");

    assert_int_equal(compressed_add(here, there, &info), OK);

    struct effect_result *full = run_on(t, &s, NULL), *own = run_compressed(here, &s);
    assert_same_result(own, full);
    effect_result_free(full);
    effect_result_free(own);
    compressed *const all[] = {a, b, here, there};
    for (size_t i = 0; i < 4; i++)
        compressed_free(all[i]);
    table *const tables[] = {t, one, other};
    for (size_t i = 0; i < 3; i++)
        table_free(tables[i]);
}

static void files_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    const struct made_panel m = usual_panel(12);
    struct err_info info;
    struct effect_spec plain = team_spec(EFFECT_TWFE), weighted = plain, more = plain,
                       other = plain;
    weighted.weights = STR("w");
    more.covariates[more.n_covariates++] = STR("x");
    other.outcome = STR("y2");
    const struct {
        const struct effect_spec *spec;
        const char *key;
    } wrong[] = {{&plain, "compress.team-twice"},
                 {&weighted, "compress.other-weights"},
                 {&more, "compress.other-columns"},
                 {&other, "compress.other-column"}};
    table *t = panel_of(&m);

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        compressed *c = released_of(t, &plain, 10), *x = released_of(t, wrong[i].spec, 10);
        assert_int_equal(compressed_add(c, x, &info), E_INPUT);
        assert_string_equal(info.msg.key, wrong[i].key);
        compressed_free(c);
        compressed_free(x);
    }
    table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_equal_the_full_run_of_the_merged_design),
        cmocka_unit_test(those_always_treated_are_as_in_the_full_run),
        cmocka_unit_test(when_everyone_starts_those_who_start_last_are_the_others),
        cmocka_unit_test(the_comparisons_behind_a_two_way_estimate_are_as_in_the_full_run),
        cmocka_unit_test(a_treatment_that_switches_on_is_a_start),
        cmocka_unit_test(the_order_of_rows_does_not_matter),
        cmocka_unit_test(threads_do_not_change_a_byte_of_the_file),
        cmocka_unit_test(a_file_read_and_written_again_is_the_same_to_the_byte),
        cmocka_unit_test(no_sum_leaves_that_a_handful_made),
        cmocka_unit_test(the_smallest_goes_with_the_next_smallest_of_its_start),
        cmocka_unit_test(fewer_than_five_are_never_enough),
        cmocka_unit_test(counties_may_not_leave_but_groups_of_them_may),
        cmocka_unit_test(two_files_together_are_the_full_run_on_both),
        cmocka_unit_test(files_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
