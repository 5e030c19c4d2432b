/* SPDX-License-Identifier: EUPL-1.2 */
#include "fixture_test_int.h"

static const char *answer_of(const struct report_input *in, enum lang lang, out *o)
{
    struct err_info info;
    out_init(o, 10000);
    assert_int_equal(report_answer(o, lang, in, &info), OK);
    out_char(o, '\0');
    return o->p;
}

static void assert_answer(const struct report_input *in, enum lang lang, const char *expected)
{
    out o;
    assert_string_equal(answer_of(in, lang, &o), expected);
    out_free(&o);
}

/* ---- the answer ---- */

static void a_clear_effect_is_named_with_its_interval(void **state)
{
    const struct report_example *x = *state;

    assert_answer(&x->in, LANG_NL,
                  "Samen Voordeur verlaagt de totale kosten met €\u00a01.160 per "
                  "huishouden per jaar; met 95% zekerheid tussen €\u00a0641 en €\u00a01.679.");
    assert_answer(&x->in, LANG_EN,
                  "One Front Door lowers total costs by €1,160 per household a year; "
                  "with 95% confidence between €641 and €1,679.");
}

static void an_unwelcome_effect_is_said_as_plainly(void **state)
{
    struct report_example *x = *state;
    out o;

    report_example_shift(x, 0, 2320);

    assert_answer(&x->in, LANG_NL,
                  "Samen Voordeur verhoogt de totale kosten met €\u00a01.160 per "
                  "huishouden per jaar; met 95% zekerheid tussen €\u00a0641 en €\u00a01.679.");
    assert_contains(page_of(&x->in, LANG_NL, &o),
                    "Een duidelijk effect, maar niet in de gehoopte richting.");
    out_free(&o);
    assert_contains(page_of(&x->in, LANG_EN, &o),
                    "A clear effect, but not in the direction that was hoped for.");
    out_free(&o);
}

static void what_went_the_other_way_is_not_hidden_among_what_went_well(void **state)
{
    struct report_example *x = *state;
    out o;

    const char *page = page_of(&x->in, LANG_EN, &o); /* referrals rose, and lower is better */
    assert_contains(page, "Not everything went as hoped.");
    assert_contains(page, "One outcome went the other way: referrals to youth care (");
    assert_lacks(page, "The other outcome clearly changed");
    out_free(&o);

    x->outcomes[1].good = REPORT_HIGHER;
    page = page_of(&x->in, LANG_EN, &o);
    assert_lacks(page, "Not everything went as hoped.");
    assert_contains(page, "The other outcome clearly changed: referrals to youth care (");
    out_free(&o);
}

static void only_a_comparison_without_a_lottery_is_warned_about(void **state)
{
    struct report_example *x = *state;
    out o;

    const char *page = page_of(&x->in, LANG_EN, &o);
    assert_contains(page, "If there is a difference that we do not see, it is in the result.");
    out_free(&o);

    x->in.study.randomised = true;
    page = page_of(&x->in, LANG_EN, &o);
    assert_contains(page, "A lottery decided who took part.");
    assert_lacks(page, "If there is a difference that we do not see");
    out_free(&o);
}

static void an_interval_with_zero_is_never_called_an_effect(void **state)
{
    struct report_example *x = *state;
    out o;

    report_example_shift(x, 0, 1100);

    assert_answer(&x->in, LANG_NL,
                  "We kunnen niet zeggen of Samen Voordeur de totale kosten "
                  "verandert: het effect ligt met 95% zekerheid tussen −\u2060€\u00a0579 en "
                  "+\u2060€\u00a0459 per huishouden per jaar.");
    assert_answer(
        &x->in, LANG_EN,
        "We cannot say whether One Front Door changes total costs: with "
        "95% confidence the effect lies between −\u2060€579 and +\u2060€459 per household "
        "a year.");
    const char *page = page_of(&x->in, LANG_NL, &o);
    assert_contains(page, "Geen duidelijk effect.");
    assert_contains(page, "Dat bewijst niet dat er geen effect is.");
    assert_lacks(page, "verlaagt de totale kosten");
    assert_lacks(page, "verhoogt de totale kosten");
    assert_lacks(page, "Het werkt");
    out_free(&o);
}

static void a_failed_estimate_is_said_in_words(void **state)
{
    struct report_example *x = *state;
    out o;

    x->analyses[0].result = NULL;
    msg_set(&x->analyses[0].failed, "error.memory");

    assert_answer(&x->in, LANG_NL,
                  "We kunnen niets zeggen over het effect van Samen Voordeur op de "
                  "totale kosten: de berekening is niet gelukt.");
    const char *page = page_of(&x->in, LANG_EN, &o);
    assert_contains(page, "the computation did not succeed");
    assert_contains(page, "No result.</b> There is not enough memory.");
    assert_lacks(page, "nan");
    out_free(&o);
}

static void without_effects_the_answer_is_about_society(void **state)
{
    struct report_example *x = *state;
    struct scba_outcome *balance = &x->party[EXAMPLE_PAYERS].balance;
    x->in.n_outcomes = x->in.n_analyses = 0;

    assert_answer(&x->in, LANG_NL,
                  "De kans dat Samen Voordeur de samenleving iets oplevert, is 88%; het saldo "
                  "ligt met 95% zekerheid tussen −\u2060€\u00a0338 en €\u00a01.348 per "
                  "huishouden.");

    balance->low[1] = 40;
    assert_answer(&x->in, LANG_EN,
                  "One Front Door yields society €505 per household; with 95% "
                  "confidence between €40 and €1,348.");

    *balance =
        (struct scba_outcome){.mean = -505, .sd = 100, .low = {-650, -700}, .high = {-400, -300}};
    assert_answer(&x->in, LANG_NL,
                  "Samen Voordeur kost de samenleving per saldo €\u00a0505 per "
                  "huishouden; met 95% zekerheid tussen €\u00a0300 en €\u00a0700.");

    balance->sd = 0;
    assert_answer(&x->in, LANG_EN,
                  "Under the assumptions One Front Door costs society €505 per "
                  "household on balance; how sure that is was not computed.");
}

static void the_answer_has_at_most_thirty_words(void **state)
{
    struct report_example *x = *state;
    static const str names[] = {
        STR("Samen Voordeur"),
        STR("voor gezinnen met jonge kinderen, schulden, zorgen en een uitkering in de wijken Oost "
            "en Zuid van de gemeente")};
    static const str labels[] = {
        STR("de kosten"),
        STR("het aantal meldingen van zorgen over kinderen bij het team van de gemeente en bij "
            "andere hulp in de wijk of de buurt waar zij wonen")};
    static const double shifts[] = {0, 1100, 3000};
    for (int i = 0; i < 12; i++) {
        report_example_make(x);
        x->in.study.programme[LANG_NL] = x->in.study.programme[LANG_EN] = names[i & 1];
        x->outcomes[0].label[LANG_NL] = x->outcomes[0].label[LANG_EN] = labels[i >> 1 & 1];
        report_example_shift(x, 0, shifts[i >> 2]);
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            out o;

            const char *answer = answer_of(&x->in, (enum lang)lang, &o);

            assert_in_range(count_words(str_of(answer)), 8, REPORT_ANSWER_WORDS_MAX);
            assert_in_range(answer[0], 'A', 'Z');
            assert_lacks(answer, "  ");
            out_free(&o);
        }
    }
}

/* ---- words ---- */

static void words_for_chances_are_fixed_to_ranges(void **state)
{
    (void)state;

    assert_string_equal(chance_words(0.999), "report.chance-almost-certain");
    assert_string_equal(chance_words(0.96), "report.chance-very-likely");
    assert_string_equal(chance_words(0.95), "report.chance-likely");
    assert_string_equal(chance_words(0.81), "report.chance-likely");
    assert_string_equal(chance_words(0.80), "report.chance-rather");
    assert_string_equal(chance_words(0.55), "report.chance-even");
}

static void society_is_described_by_its_chance(void **state)
{
    struct report_example *x = *state;
    static const struct {
        double chance;
        const char *nl;
    } cases[] = {
        {0.999, "De samenleving gaat er vrijwel zeker op vooruit."},
        {0.88, "De samenleving gaat er waarschijnlijk op vooruit."},
        {0.5, "Of de samenleving erop vooruitgaat, is onzeker."},
        {0.30, "De samenleving gaat er eerder wel dan niet op achteruit."},
        {0.02, "De samenleving gaat er zeer waarschijnlijk op achteruit."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        out o;
        x->party[EXAMPLE_PAYERS].balance.chance_positive = cases[i].chance;

        assert_contains(page_of(&x->in, LANG_NL, &o), cases[i].nl);

        out_free(&o);
    }
}

static void what_weakens_a_result_is_on_the_page(void **state)
{
    struct report_example *x = *state;
    out o;
    x->in.seal.frozen = false;
    x->results[0].diagnostics.n_clusters = 12;
    x->results[0].diagnostics.n_treated_clusters = 4;
    x->results[0].diagnostics.pretest_p = 0.01;
    x->results[0].diagnostics.pretest_df = 2;
    msg_set(&x->results[0].warnings[0], "error.output-limit");
    msg_int(&x->results[0].warnings[0], 7);
    msg_set(&x->results[0].warnings[1], "effect.few-clusters");
    msg_int(&x->results[0].warnings[1], 12);
    msg_int(&x->results[0].warnings[1], 4);
    msg_int(&x->results[0].warnings[1], 8);
    x->results[0].n_warnings = 2;

    const char *page = page_of(&x->in, LANG_NL, &o);

    assert_contains(page, "Verkennend: het plan lag niet vooraf vast");
    assert_contains(page, "12 groepen, waarvan 4 met het programma. Dat is weinig");
    assert_contains(page, "Nee, ze verschilden al (p-waarde 0,01).");
    assert_contains(page, "grens van 7 bytes");
    assert_contains(page, "Verzonnen gegevens, geen echte mensen");
    assert_contains(page, "Ja, 1 keer.");
    out_free(&o);

    x->results[0].diagnostics.pretest_df = 0;
    assert_contains(page_of(&x->in, LANG_EN, &o), "there are too few groups for so many periods");
    out_free(&o);

    x->results[0].diagnostics.pretest_df = 7;
    assert_contains(page_of(&x->in, LANG_EN, &o), "7 comparisons with 12 groups are too many.");
    out_free(&o);
}

static void how_far_trends_may_differ_is_said_and_drawn(void **state)
{
    struct report_example *x = *state;
    struct effect_honesty_summary honesty = {
        .estimate = -330, .low = -610, .high = -50, .breakdown = 0.8};
    struct effect_honest sets[] = {{0.5, -700, -10}, {1, -790, 80}};
    struct effect_trend trend = {EFFECT_TREND_JOINT, 0.5, 40, 120, 110};
    struct effect_result *r = &x->results[0];
    out o;
    r->honesty = &honesty;
    r->honest = sets;
    r->n_honest = 2;
    r->trends = &trend;
    r->n_trends = 1;

    r->spec.honesty = EFFECT_RELATIVE;
    const char *page = page_of(&x->in, LANG_EN, &o);
    assert_contains(page, "moved apart more than 0.80 times as far in a");
    assert_contains(page, "is missed with a chance of 50%");
    assert_contains(page, "What is left of the effect if the groups had not moved alike");
    assert_contains(page, "0.50 times as far apart");
    out_free(&o);

    r->spec.honesty = EFFECT_SMOOTH;
    honesty.breakdown = REAL_NAN;
    assert_contains(page_of(&x->in, LANG_EN, &o), "goes on in a straight line");
    out_free(&o);

    r->spec.honesty = EFFECT_RELATIVE;
    honesty.breakdown = 100;
    honesty.is_beyond = true;
    assert_contains(page_of(&x->in, LANG_NL, &o), "Dit gooit niets om");
    out_free(&o);
}

static void titles_of_charts_follow_the_numbers(void **state)
{
    struct report_example *x = *state;
    out o;

    assert_contains(page_of(&x->in, LANG_NL, &o),
                    "Vanaf kwartaal 2 na de start een duidelijke daling van de totale kosten");
    out_free(&o);
    report_example_shift(x, 0, -1500);
    assert_contains(page_of(&x->in, LANG_EN, &o), "A clear fall in total costs right from");
    out_free(&o);
    report_example_make(x);
    for (size_t i = 0; i < x->results[0].n_estimates; i++)
        x->estimates[0][i].ci_high = 1;
    assert_contains(page_of(&x->in, LANG_NL, &o),
                    "Na de start is er in geen enkele periode een duidelijk verschil");
    out_free(&o);
}

static void a_title_on_society_is_as_sure_as_the_text(void **state)
{
    struct report_example *x = *state;
    static const struct {
        double chance;
        const char *en;
    } cases[] = {
        {0.88, "Society likely gains, but 1 of the 4 payers is expected to lose"},
        {0.50, "Whether society gains is uncertain; 1 of the 4 payers is expected to lose"},
        {0.03, "Society very likely loses; 1 of the 4 payers is expected to lose"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        out o;
        x->party[EXAMPLE_PAYERS].balance.chance_positive = cases[i].chance;

        assert_contains(page_of(&x->in, LANG_EN, &o), cases[i].en);

        out_free(&o);
    }
}

static void fixed_assumptions_give_no_chances(void **state)
{
    struct report_example *x = *state;
    out o;
    x->party[EXAMPLE_PAYERS].balance.sd = 0;
    x->party[EXAMPLE_PAYERS].balance.chance_positive = 1;

    const char *page = page_of(&x->in, LANG_NL, &o);

    assert_contains(page, "De samenleving gaat er volgens de aannames op vooruit.");
    assert_contains(page, "Hoe zeker dat is, is niet doorgerekend.");
    assert_lacks(page, "vrijwel zeker op");
    assert_lacks(page, "Kans dat het zich terugbetaalt");
    out_free(&o);
}

/* ---- for whom, and what should be 0 ---- */

static struct effect_look look_of(enum effect_look_kind kind, const char *value, double estimate)
{
    return (struct effect_look){.kind = kind,
                                .column = STR("age"),
                                .value = str_of(value),
                                .estimate = estimate,
                                .standard_error = 100,
                                .ci_low = estimate - 196,
                                .ci_high = estimate + 196,
                                .p = 0.02,
                                .p_adjusted = 0.037};
}

static void controls_are_passed_failed_or_absent(void **state)
{
    struct report_example *x = *state;
    struct effect_look look = look_of(EFFECT_LOOK_PLACEBO_START, "3", 50);
    out o;

    const char *page = page_of(&x->in, LANG_EN, &o);
    assert_contains(page, "No control was computed");
    assert_contains(page, "No outcome was named beforehand that had to stay the same");
    assert_lacks(page, "Controls that must find nothing");
    out_free(&o);

    x->results[0].looks = &look;
    x->results[0].n_looks = 1;
    page = page_of(&x->in, LANG_EN, &o);
    assert_contains(page, "We looked once for an effect that cannot be there");
    assert_contains(page, "start 3 periods earlier");
    assert_contains(page, "nothing found");
    assert_lacks(page, "a control finds an effect");
    out_free(&o);

    look = look_of(EFFECT_LOOK_PLACEBO_START, "3", -250);
    page = page_of(&x->in, LANG_NL, &o);
    assert_contains(page, "Waarschuwing: een controle vindt een effect");
    assert_contains(page, "start 3 perioden eerder");
    assert_contains(page, "effect gevonden: let op");
    out_free(&o);
}

static void what_was_not_declared_is_called_exploratory(void **state)
{
    struct report_example *x = *state;
    struct effect_look looks[] = {look_of(EFFECT_LOOK_SUBGROUP, "18-27", 300),
                                  look_of(EFFECT_LOOK_EXPLORED, "65+", 300)};
    out o;
    x->results[0].looks = looks;
    x->results[0].n_looks = 2;

    const char *page = page_of(&x->in, LANG_EN, &o);
    assert_contains(page, "age = 18-27");
    assert_contains(page, "declared beforehand");
    assert_contains(page, "age = 65+");
    assert_contains(page, "exploratory");
    assert_contains(page, "adjusted p-value");
    assert_contains(page, "0.037");
    out_free(&o);

    page = page_of(&x->in, LANG_NL, &o);
    assert_contains(page, "verkennend");
    out_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_clear_effect_is_named_with_its_interval),
        TEST(an_unwelcome_effect_is_said_as_plainly),
        TEST(what_went_the_other_way_is_not_hidden_among_what_went_well),
        TEST(only_a_comparison_without_a_lottery_is_warned_about),
        TEST(an_interval_with_zero_is_never_called_an_effect),
        TEST(a_failed_estimate_is_said_in_words),
        TEST(without_effects_the_answer_is_about_society),
        TEST(the_answer_has_at_most_thirty_words),
        TEST(words_for_chances_are_fixed_to_ranges),
        TEST(society_is_described_by_its_chance),
        TEST(what_weakens_a_result_is_on_the_page),
        TEST(how_far_trends_may_differ_is_said_and_drawn),
        TEST(titles_of_charts_follow_the_numbers),
        TEST(a_title_on_society_is_as_sure_as_the_text),
        TEST(fixed_assumptions_give_no_chances),
        TEST(controls_are_passed_failed_or_absent),
        TEST(what_was_not_declared_is_called_exploratory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
