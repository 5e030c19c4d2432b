/* SPDX-License-Identifier: EUPL-1.2 */
/* The door, for results made by hand: counts, means, looks, sentences. */
#include "base/i18n.h"
#include "engine/disclosure/released.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MIN = 10 };

static struct err_info info;

/* A cross-section made by hand: counts alone. */
static struct effect_result *counts_of(size_t treated, size_t outside, size_t control,
                                       size_t missing)
{
    struct effect_result *r = calloc(1, sizeof *r);
    r->memory = arena_new(1 << 20);
    effect_spec_init(&r->spec);
    r->spec.method = EFFECT_MATCHING;
    r->estimates = ARENA_NEW(r->memory, struct effect_estimate, 1);
    r->match = ARENA_NEW(r->memory, struct effect_match, 1);
    r->comparison = ARENA_NEW(r->memory, struct effect_comparison, 1);
    r->n_estimates = 1;
    r->diagnostics.n_treated = treated;
    r->diagnostics.n_control = control;
    r->diagnostics.n_used = r->diagnostics.n_units = treated + control;
    r->diagnostics.n_dropped_missing = missing;
    r->diagnostics.n_rows = treated + control + missing;
    *r->match = (struct effect_match){.n_pairs = treated - outside, .n_outside = outside};
    *r->comparison =
        (struct effect_comparison){.n_treated = treated - outside,
                                   .n_control = treated - outside,
                                   .effective_treated = (double)(treated - outside),
                                   .effective_control = (double)(treated - outside),
                                   .heaviest_control = 1 / (double)(treated - outside)};
    r->estimates[0].n_treated = r->estimates[0].n_control = treated - outside;
    return r;
}

static void those_left_out_of_a_matching_cannot_be_counted_by_subtraction(void **state)
{
    (void)state;
    struct released_effect *released;

    assert_int_equal(disclosure_release(counts_of(185, 4, 400, 0), &released, &info), OK);

    const struct effect_result *r = disclosure_view(released);
    assert_int_equal(r->match->n_outside, EFFECT_HIDDEN);
    assert_true(r->diagnostics.n_treated == EFFECT_HIDDEN ||
                r->comparison->n_treated == EFFECT_HIDDEN);
    assert_true(r->diagnostics.n_treated == EFFECT_HIDDEN || r->match->n_pairs == EFFECT_HIDDEN);
    assert_true(r->diagnostics.n_treated == EFFECT_HIDDEN ||
                r->estimates[0].n_treated == EFFECT_HIDDEN);
    disclosure_free(released);
}

/* Of 185 followed 181 are compared at the start: nobody may count the four who were not seen. */
static void those_a_panel_lost_at_the_start_cannot_be_counted_by_subtraction(void **state)
{
    (void)state;
    struct effect_result *r = counts_of(185, 4, 400, 0);
    struct released_effect *released;
    r->spec.method = EFFECT_DID;
    r->spec.unit = STR("person");
    r->spec.time = STR("month");
    r->match = NULL;
    r->comparison->n_control = 400;
    r->comparison->effective_control = 320;
    r->diagnostics.n_periods = 3;

    assert_int_equal(disclosure_release(r, &released, &info), OK);

    const struct effect_comparison *c = disclosure_view(released)->comparison;
    assert_int_equal(disclosure_view(released)->diagnostics.n_treated, 185);
    assert_int_equal(c->n_treated, EFFECT_HIDDEN);
    assert_true(isnan(c->effective_treated));
    assert_int_equal(c->n_control, 400);
    assert_true(c->effective_control == 320);
    disclosure_free(released);
}

static void what_pairs_are_worth_does_not_tell_how_many_they_are(void **state)
{
    (void)state;
    struct released_effect *released;

    assert_int_equal(disclosure_release(counts_of(185, 4, 400, 0), &released, &info), OK);

    const struct effect_comparison *c = disclosure_view(released)->comparison;
    assert_int_equal(c->n_treated, EFFECT_HIDDEN);
    assert_int_equal(c->n_control, EFFECT_HIDDEN);
    assert_true(isnan(c->effective_treated) && isnan(c->effective_control));
    assert_true(isnan(c->heaviest_control));
    disclosure_free(released);
}

/* Of 100 treated in a class 97 have a pair: the share after would tell of the three. */
static void who_was_lost_in_a_class_cannot_be_counted_from_shares(void **state)
{
    (void)state;
    struct effect_result *result = counts_of(185, 60, 400, 0);
    struct released_effect *released;
    result->overlap = ARENA_NEW(result->memory, struct effect_overlap, EFFECT_OVERLAP_BINS);
    result->n_overlap = EFFECT_OVERLAP_BINS;
    result->overlap[4] = (struct effect_overlap){0.2, 0.25, 100, 200, 97.0 / 125, 0.5};
    result->overlap[5] = (struct effect_overlap){0.25, 0.3, 85, 200, 28.0 / 125, 0.5};

    assert_int_equal(disclosure_release(result, &released, &info), OK);

    const struct effect_overlap *bin = disclosure_view(released)->overlap;
    assert_int_equal(bin[4].n_treated, 100);
    assert_true(isnan(bin[4].share_treated));
    assert_true(isnan(bin[5].share_treated)); /* all shares add up to one */
    assert_true(bin[4].share_control == 0.5);
    disclosure_free(released);
}

static void rows_that_were_dropped_cannot_be_counted_by_subtraction(void **state)
{
    (void)state;
    struct released_effect *released;

    assert_int_equal(disclosure_release(counts_of(185, 60, 400, 3), &released, &info), OK);

    const struct effect_diagnostics *d = &disclosure_view(released)->diagnostics;
    assert_int_equal(d->n_dropped_missing, EFFECT_HIDDEN);
    assert_true(d->n_rows == EFFECT_HIDDEN || d->n_used == EFFECT_HIDDEN);
    assert_int_equal(disclosure_view(released)->match->n_outside, 60);
    disclosure_free(released);
}

static void a_warning_says_fewer_than_instead_of_a_small_count(void **state)
{
    (void)state;
    struct effect_result *r = counts_of(185, 60, 400, 3);
    struct released_effect *released;
    msg_set(&r->warnings[0], "effect.rows-dropped");
    msg_int(&r->warnings[0], 3);
    msg_set(&r->warnings[1], "effect.few-clusters"); /* teams are no persons */
    msg_int(&r->warnings[1], 6);
    r->n_warnings = 2;

    assert_int_equal(disclosure_release(r, &released, &info), OK);

    const struct msg *w = disclosure_view(released)->warnings;
    assert_int_equal(w[0].arg[0].kind, MSG_TEXT);
    assert_memory_equal(w[0].text, "<10", 3);
    assert_int_equal(w[1].arg[0].i, 6);
    disclosure_free(released);
}

/* 4 of 185 are outside, so that those matched, 181, are hidden. */
static void a_sentence_has_no_gap_where_a_number_was_hidden(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "balancing.few-treated", "effect.few-effective",   "effect.few-units",
        "effect.match-alone",    "effect.match-fewer",     "effect.match-outside",
        "effect.match-taken",    "effect.outside-support", "effect.rows-dropped",
        "effect.trimmed",        "panel.always-treated",   "panel.few-units",
        "panel.rows-missing",    "panel.start-after-end",  "panel.trimmed",
        "panel.unbalanced",      "twfe.all-treated",       "twfe.seen-once",
    };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct effect_result *r = counts_of(185, 4, 400, 0);
        struct released_effect *released;
        msg_set(&r->warnings[0], keys[i]);
        msg_int(&r->warnings[0], 181);
        msg_int(&r->warnings[0], 181);
        msg_int(&r->warnings[0], 181);
        r->n_warnings = 1;

        assert_int_equal(disclosure_release(r, &released, &info), OK);

        for (int lang = 0; lang < LANG_COUNT; lang++) {
            out o;
            out_init(&o, 1 << 12);
            tr_msg(&o, (enum lang)lang, &disclosure_view(released)->warnings[0]);
            out_char(&o, '\0');
            const char *text = out_view(&o).p;
            assert_null(strstr(text, tr((enum lang)lang, "disclosure.not-shown").p));
            assert_null(strstr(text, "181"));
            assert_true(strlen(text) > 40);
            out_free(&o);
        }
        disclosure_free(released);
    }
}

static void no_policy_goes_below_five_persons(void **state)
{
    (void)state;
    struct effect_spec s;
    effect_spec_init(&s);
    s.outcome = STR("y");
    s.treatment = STR("d");
    s.min_persons = 4;
    struct effect_result *r = counts_of(4, 0, 400, 0);
    r->spec.min_persons = 1;
    r->estimates[0].estimate = 987654.321;
    struct released_effect *released;

    assert_int_equal(effect_spec_check(&s, &info), E_INPUT);
    assert_string_equal(info.msg.key, "effect.min-persons-outside");
    assert_int_equal(disclosure_release(r, &released, &info), OK);
    assert_true(isnan(disclosure_view(released)->estimates[0].estimate));
    disclosure_free(released);
}

static void looks_that_divide_people_do_not_leave_a_small_rest(void **state)
{
    (void)state;
    struct effect_result *r = counts_of(185, 0, 400, 0);
    struct released_effect *released;
    static const size_t treated[] = {4, 80, 101};
    r->looks = ARENA_NEW(r->memory, struct effect_look, 3);
    r->n_looks = 3;
    for (size_t i = 0; i < 3; i++)
        r->looks[i] = (struct effect_look){.column = STR("age"),
                                           .value = (str){&"abc"[i], 1},
                                           .estimate = 1,
                                           .n_treated = treated[i],
                                           .n_control = 100};

    assert_int_equal(disclosure_release(r, &released, &info), OK);

    const struct effect_look *l = disclosure_view(released)->looks;
    assert_true(isnan(l[0].estimate) && isnan(l[1].estimate));
    assert_true(l[2].estimate == 1);
    assert_string_equal(l[0].failed, "disclosure.few-treated");
    assert_string_equal(l[1].failed, "disclosure.by-subtraction");
    disclosure_free(released);
}

/* Looks by hand, at 182 treated persons and 400 others. */
static struct released_effect *released_looks(const struct effect_look *look, size_t n)
{
    struct effect_result *r = counts_of(182, 0, 400, 0);
    struct released_effect *released;
    r->match = NULL;
    r->comparison = NULL;
    r->spec.method = EFFECT_DIFFERENCE;
    r->estimates[0].n_control = 400;
    r->looks = ARENA_NEW(r->memory, struct effect_look, n);
    r->n_looks = n;
    for (size_t i = 0; i < n; i++)
        r->looks[i] = look[i];
    assert_int_equal(disclosure_release(r, &released, &info), OK);
    return released;
}

static void those_without_a_value_are_a_rest_too(void **state)
{
    (void)state;
    const struct effect_look look[] = {
        {.column = STR("age"), .value = STR("1"), .estimate = 1, .n_treated = 80, .n_control = 200},
        {.column = STR("age"), .value = STR("2"), .estimate = 2, .n_treated = 99, .n_control = 200},
        {.column = STR("sex"), .value = STR("1"), .estimate = 3, .n_treated = 91, .n_control = 200},
        {.column = STR("sex"), .value = STR("2"), .estimate = 4, .n_treated = 91, .n_control = 200},
    };

    struct released_effect *released = released_looks(look, 4); /* 3 have no age */

    const struct effect_look *l = disclosure_view(released)->looks;
    assert_string_equal(l[0].failed, "disclosure.by-subtraction");
    assert_string_equal(l[0].why.key, "disclosure.by-subtraction");
    assert_true(isnan(l[0].estimate) && l[0].n_treated == EFFECT_HIDDEN);
    assert_true(l[1].estimate == 2 && l[2].estimate == 3 && l[3].estimate == 4);
    disclosure_free(released);
}

static void a_control_group_is_no_way_around_its_subgroup(void **state)
{
    (void)state;
    const struct effect_look look[] = {
        {.column = STR("kind"), .value = STR("rare"), .n_treated = 2, .n_control = 30},
        {.column = STR("kind"), .value = STR("usual"), .n_treated = 180, .n_control = 370},
        {.kind = EFFECT_LOOK_UNAFFECTED,
         .column = STR("kind"),
         .value = STR("usual"),
         .n_treated = 180,
         .n_control = 370},
        {.kind = EFFECT_LOOK_UNAFFECTED, /* all but five of the others */
         .column = STR("other"),
         .value = STR("most"),
         .n_treated = 100,
         .n_control = 395},
    };

    struct released_effect *released = released_looks(look, 4);

    for (size_t i = 0; i < 4; i++)
        assert_true(isnan(disclosure_view(released)->looks[i].estimate));
    disclosure_free(released);
}

static void who_lacks_a_placebo_outcome_cannot_be_counted(void **state)
{
    (void)state;
    const struct effect_look look[] = {
        {.kind = EFFECT_LOOK_PLACEBO_OUTCOME, .estimate = 1, .n_treated = 179, .n_control = 380},
        {.kind = EFFECT_LOOK_PLACEBO_OUTCOME, .estimate = 2, .n_treated = 182, .n_control = 400},
    };

    struct released_effect *released = released_looks(look, 2);

    const struct effect_look *l = disclosure_view(released)->looks;
    assert_true(l[0].estimate == 1 && l[0].n_treated == EFFECT_HIDDEN);
    assert_int_equal(l[0].n_control, EFFECT_HIDDEN);
    assert_int_equal(l[1].n_treated, 182);
    disclosure_free(released);
}

static void a_subgroup_that_one_provider_dominates_is_withheld_and_another_with_it(void **state)
{
    (void)state;
    struct effect_providers one = {2, {0.5, 0.9}, {0.3, 0.1}}, many = {9, {0.2, 0.2}, {0.2, 0.2}};
    const struct effect_look look[] = {
        {.column = STR("age"),
         .value = STR("3"),
         .n_treated = 62,
         .n_control = 100,
         .providers = &one},
        {.column = STR("age"),
         .value = STR("4"),
         .n_treated = 50,
         .n_control = 150,
         .providers = &many},
        {.column = STR("age"),
         .value = STR("5"),
         .n_treated = 70,
         .n_control = 150,
         .providers = &many},
    };

    struct released_effect *released = released_looks(look, 3);

    const struct effect_look *l = disclosure_view(released)->looks;
    assert_string_equal(l[0].failed, "disclosure.dominated");
    assert_string_equal(l[1].failed, "disclosure.by-subtraction");
    assert_null(l[2].failed);
    disclosure_free(released);
}

static void parts_that_leave_a_handful_together_are_kept_apart(void **state)
{
    (void)state;
    static const struct {
        size_t part, beside[2];
        bool is_withheld;
    } cases[] = {
        {100, {79, 30}, true}, /* 3 of 182 are in neither */
        {50, {79, 50}, true},      {100, {60, 40}, false}, {100, {82, 30}, false}, /* all of them */
        {175, {1000, 1000}, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t n[] = {182, cases[i].part, cases[i].beside[0], cases[i].beside[1]};
        struct released_effect *released[4];
        for (size_t j = 0; j < 4; j++) {
            struct effect_result *r = counts_of(n[j], 0, n[j] + 500 * (j + 1), 0);
            r->estimates[0].estimate = 1;
            assert_int_equal(disclosure_release(r, &released[j], &info), OK);
        }

        disclosure_keep_apart(released[1], released[0],
                              (const struct released_effect *const *)&released[2], 2);

        const struct effect_estimate *e = disclosure_view(released[1])->estimates;
        assert_int_equal(isnan(e->estimate), cases[i].is_withheld);
        assert_int_equal(disclosure_view(released[1])->diagnostics.n_treated == EFFECT_HIDDEN,
                         cases[i].is_withheld);
        for (size_t j = 0; j < 4; j++)
            disclosure_free(released[j]);
    }
}

/* Who has a 0 or a 1, of 200 and of 100 persons who weigh the same. */
static struct effect_holders holders_of(double control, double treated)
{
    return (struct effect_holders){.low = {200 - 200 * control, 100 - 100 * treated},
                                   .high = {200 * control, 100 * treated}};
}

/* A mean of a column of zeros and ones, times the persons, is a count. */
static void means_of_two_values_do_not_count_a_few(void **state)
{
    (void)state;
    static const struct {
        const char *covariate[3];
        double treated[3], control[3]; /* of 100 and 200 persons */
        bool is_hidden[3];
    } cases[] = {
        {{"a", "b"}, {0.03, 0.50}, {0.50, 0.50}, {true, false}}, /* 3 have it */
        {{"a", "b"}, {0.97, 0.50}, {0.50, 0.50}, {true, false}}, /* 3 have it not */
        {{"a", "b"}, {0.50, 0.50}, {0.02, 0.95}, {true, false}}, /* among the others */
        {{"b", "c: x", "c: y"}, {0.5, 0.5, 0.47}, {0.5, 0.5, 0.4}, {false, false, true}}, /* z */
        {{"b", "c: x", "c: y"}, {0.5, 0.4, 0.03}, {0.5, 0.5, 0.4}, {false, false, true}},
        {{"a", "b"}, {0, 1}, {1, 0}, {false, false}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct effect_result *r = counts_of(100, 0, 200, 0);
        struct released_effect *released;
        r->comparison->n_control = 200;
        for (size_t j = 0; j < 3; j++)
            r->spec.covariates[r->spec.n_covariates++] = (str){&"abc"[j], 1};
        r->balance = ARENA_NEW(r->memory, struct effect_balance, 3);
        for (size_t j = 0; j < 3 && cases[i].covariate[j]; j++, r->n_balance++) {
            const struct effect_likeness l = {
                .mean_treated = cases[i].treated[j],
                .mean_control = cases[i].control[j],
                .holders = holders_of(cases[i].control[j], cases[i].treated[j])};
            r->balance[j] = (struct effect_balance){str_of(cases[i].covariate[j]), l, l, 0, 1};
        }

        assert_int_equal(disclosure_release(r, &released, &info), OK);

        for (size_t j = 0; j < disclosure_view(released)->n_balance; j++) {
            const struct effect_balance *b = &disclosure_view(released)->balance[j];
            assert_int_equal(isnan(b->before.mean_treated), cases[i].is_hidden[j]);
            assert_int_equal(isnan(b->after.mean_control), cases[i].is_hidden[j]);
        }
        disclosure_free(released);
    }
}

/* Of few persons who weigh much a mean looks like many, and of many who weigh little like few. */
static void a_weighted_mean_is_of_as_many_as_there_are(void **state)
{
    (void)state;
    static const struct {
        double mean, n_treated; /* of 100 persons */
        bool is_hidden;
    } cases[] = {{0.50, 3, true}, {0.02, 40, false}, {0.50, 97, true}, {0.98, 60, false}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct effect_result *r = counts_of(100, 0, 200, 0);
        struct released_effect *released;
        const double n = cases[i].n_treated;
        const struct effect_likeness l = {.mean_treated = cases[i].mean,
                                          .mean_control = 0.5,
                                          .holders = holders_of(0.5, n / 100)};
        r->comparison->n_control = 200;
        r->spec.covariates[r->spec.n_covariates++] = STR("a");
        r->balance = ARENA_NEW(r->memory, struct effect_balance, 1);
        r->balance[r->n_balance++] = (struct effect_balance){STR("a"), l, l, 0, 1};
        r->diagnostics.mean_treated = cases[i].mean;
        r->diagnostics.outcome_holders = l.holders;

        assert_int_equal(disclosure_release(r, &released, &info), OK);

        const struct effect_result *view = disclosure_view(released);
        assert_int_equal(isnan(view->balance[0].before.mean_treated), cases[i].is_hidden);
        assert_int_equal(isnan(view->balance[0].after.mean_treated), cases[i].is_hidden);
        assert_int_equal(isnan(view->diagnostics.mean_treated), cases[i].is_hidden);
        disclosure_free(released);
    }
}

/* Who has the value at some starts and not at others is part of a person: 9.5 are 10 at least. */
static void parts_of_persons_count_as_the_fewest_they_can_be(void **state)
{
    (void)state;
    static const struct {
        double high;
        bool is_hidden;
    } cases[] = {{9.5, false}, {9.0000000001, true}, {8.5, true}, {0.2, true}, {0, false}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct effect_result *r = counts_of(100, 0, 200, 0);
        struct released_effect *released;
        const struct effect_likeness l = {.mean_treated = 0.5,
                                          .mean_control = 0.5,
                                          .holders = holders_of(0.5, cases[i].high / 100)};
        r->comparison->n_control = 200;
        r->spec.covariates[r->spec.n_covariates++] = STR("a");
        r->balance = ARENA_NEW(r->memory, struct effect_balance, 1);
        r->balance[r->n_balance++] = (struct effect_balance){STR("a"), l, l, 0, 1};

        assert_int_equal(disclosure_release(r, &released, &info), OK);

        assert_int_equal(isnan(disclosure_view(released)->balance[0].before.mean_treated),
                         cases[i].is_hidden);
        disclosure_free(released);
    }
}

static void means_of_an_outcome_of_two_values_do_not_count_a_few(void **state)
{
    (void)state;
    static const struct {
        double treated, control;
        bool is_hidden;
    } cases[] = {{0.02, 0.5, true}, {0.5, 0.99, true}, {0.5, 0.5, false}, {0, 1, false}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct effect_result *r = counts_of(100, 0, 200, 0);
        struct released_effect *released;
        r->diagnostics.mean_treated = cases[i].treated;
        r->diagnostics.mean_control = cases[i].control;
        r->diagnostics.outcome_holders = holders_of(cases[i].control, cases[i].treated);

        assert_int_equal(disclosure_release(r, &released, &info), OK);

        const struct effect_diagnostics *d = &disclosure_view(released)->diagnostics;
        assert_int_equal(isnan(d->mean_treated), cases[i].is_hidden);
        assert_int_equal(isnan(d->mean_control), cases[i].is_hidden);
        disclosure_free(released);
    }
}

static void a_failure_on_a_page_names_no_persons_value(void **state)
{
    (void)state;
    struct err_info failed;
    err_text(&failed, E_INPUT, "effect.weight-negative", STR("w"));
    msg_int(&failed.msg, 7);
    msg_real(&failed.msg, 987654.321, 4);

    const struct msg m = disclosure_failure(&failed, MIN);

    assert_memory_equal(m.text, "w<10disclosure.not-shown", 24);
    assert_int_equal(m.n_args, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_lost_in_a_class_cannot_be_counted_from_shares),
        cmocka_unit_test(those_a_panel_lost_at_the_start_cannot_be_counted_by_subtraction),
        cmocka_unit_test(what_pairs_are_worth_does_not_tell_how_many_they_are),
        cmocka_unit_test(those_left_out_of_a_matching_cannot_be_counted_by_subtraction),
        cmocka_unit_test(rows_that_were_dropped_cannot_be_counted_by_subtraction),
        cmocka_unit_test(a_warning_says_fewer_than_instead_of_a_small_count),
        cmocka_unit_test(a_sentence_has_no_gap_where_a_number_was_hidden),
        cmocka_unit_test(no_policy_goes_below_five_persons),
        cmocka_unit_test(looks_that_divide_people_do_not_leave_a_small_rest),
        cmocka_unit_test(those_without_a_value_are_a_rest_too),
        cmocka_unit_test(a_control_group_is_no_way_around_its_subgroup),
        cmocka_unit_test(who_lacks_a_placebo_outcome_cannot_be_counted),
        cmocka_unit_test(a_subgroup_that_one_provider_dominates_is_withheld_and_another_with_it),
        cmocka_unit_test(parts_that_leave_a_handful_together_are_kept_apart),
        cmocka_unit_test(means_of_two_values_do_not_count_a_few),
        cmocka_unit_test(a_weighted_mean_is_of_as_many_as_there_are),
        cmocka_unit_test(parts_of_persons_count_as_the_fewest_they_can_be),
        cmocka_unit_test(means_of_an_outcome_of_two_values_do_not_count_a_few),
        cmocka_unit_test(a_failure_on_a_page_names_no_persons_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
