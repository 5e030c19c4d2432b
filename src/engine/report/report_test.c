/* SPDX-License-Identifier: EUPL-1.2 */
#include "report_example.h"
#include "report_int.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

static int set_up(void **state)
{
    struct report_example *x = malloc(sizeof *x);
    report_example_make(x);
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

/* Zero-terminated in `o`, which the caller frees. */
static const char *page_of(const struct report_input *in, enum lang lang, out *o)
{
    struct err_info info;
    out_init(o, REPORT_BYTES_MAX);
    assert_int_equal(report_html(o, lang, in, NULL, &info), OK);
    out_char(o, '\0');
    return o->p;
}

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

static size_t count(const char *text, const char *piece)
{
    size_t n = 0;
    for (const char *p = text; (p = strstr(p, piece)) != NULL; p += strlen(piece))
        n++;
    return n;
}

static void assert_contains(const char *text, const char *piece)
{
    if (!strstr(text, piece))
        fail_msg("not found: %s", piece);
}

static void assert_lacks(const char *text, const char *piece)
{
    const char *at = strstr(text, piece);
    if (at)
        fail_msg("found: %.*s", 80, at);
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
                  "We kunnen niet zeggen of Samen Voordeur de samenleving iets "
                  "oplevert: het saldo ligt met 95% zekerheid tussen −\u2060€\u00a0338 en "
                  "€\u00a01.348 per huishouden.");

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
    x->results[0].n_warnings = 1;

    const char *page = page_of(&x->in, LANG_NL, &o);

    assert_contains(page, "Verkennend: het plan lag niet vooraf vast");
    assert_contains(page, "12 groepen, waarvan 4 met het programma. Dat is weinig");
    assert_contains(page, "Nee, ze verschilden al (p-waarde 0,01).");
    assert_contains(page, "grens van 7 bytes");
    assert_contains(page, "Verzonnen gegevens, geen echte mensen");
    assert_contains(page, "Ja, 1 keer met dit plan.");
    out_free(&o);

    x->results[0].diagnostics.pretest_df = 7;
    assert_contains(page_of(&x->in, LANG_EN, &o), "7 comparisons with 12 groups are too many.");
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

static void a_balance_with_zero_in_its_interval_is_no_gain(void **state)
{
    struct report_example *x = *state;
    out o;

    const char *page = page_of(&x->in, LANG_NL, &o);
    assert_contains(page, "Of de samenleving wint, is niet te zeggen; 1 van de 4 betalers legt");
    assert_lacks(page, "De samenleving wint");
    out_free(&o);

    x->party[EXAMPLE_PAYERS].balance.low[1] = 20;
    assert_contains(page_of(&x->in, LANG_EN, &o), "Society gains, but 1 of the 4 payers");
    out_free(&o);

    x->party[EXAMPLE_PAYERS].balance.low[1] = -400;
    x->party[EXAMPLE_PAYERS].balance.high[1] = -20;
    assert_contains(page_of(&x->in, LANG_EN, &o), "Society loses, and 1 of the 4 payers");
    out_free(&o);
}

/* ---- the page ---- */

static void a_page_stands_on_its_own(void **state)
{
    struct report_example *x = *state;
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        out o;

        const char *page = page_of(&x->in, (enum lang)lang, &o);

        assert_true(str_is_utf8((str){o.p, o.n - 1}));
        assert_contains(page, lang == LANG_NL ? "<html lang=\"nl\">" : "<html lang=\"en\">");
        assert_lacks(page, "<script");
        assert_lacks(page, " style=");
        assert_lacks(page, "src=");
        /* the name of the SVG language, which nobody loads */
        assert_int_equal(count(page, "http://"), count(page, "xmlns=\"http://www.w3.org/2000/svg"));
        assert_lacks(page, "https://");
        assert_lacks(page, "url(");
        assert_lacks(page, "@import");
        assert_lacks(page, "report."); /* a key without translation */
        assert_contains(page, "class=\"skip\" href=\"#main\"");
        assert_int_equal(count(page, "<main id=\"main\""), 1);
        assert_int_equal(count(page, "<h1>"), 1);
        assert_int_equal(count(page, "<svg"), count(page, "</svg>"));
        assert_int_equal(count(page, "<section"), count(page, "</section>"));
        assert_int_equal(count(page, "<div"), count(page, "</div>"));
        assert_int_equal(count(page, "<figure>"), 6);
        out_free(&o);
    }
}

static void ids_are_unique_and_what_refers_to_them_finds_them(void **state)
{
    struct report_example *x = *state;
    static const char *const references[] = {"aria-labelledby=\"", "aria-describedby=\"",
                                             "href=\"#"};
    out o;
    const char *page = page_of(&x->in, LANG_NL, &o);
    for (const char *p = page; (p = strstr(p, " id=\"")) != NULL; p++) {
        char id[160];
        const char *end = strchr(p + 5, '"');
        snprintf(id, sizeof id, "%.*s", (int)(end + 1 - p), p);
        assert_int_equal(count(page, id), 1);
    }
    for (size_t i = 0; i < 3; i++)
        for (const char *p = page; (p = strstr(p, references[i])) != NULL; p++) {
            char id[160];
            const char *from = p + strlen(references[i]);
            snprintf(id, sizeof id, " id=\"%.*s\"", (int)(strchr(from, '"') - from), from);
            assert_contains(page, id);
        }
    out_free(&o);
}

static void hostile_names_stay_text(void **state)
{
    struct report_example *x = *state;
    out o;
    page_of(&x->in, LANG_NL, &o);
    const size_t tags = count(o.p, "<");
    out_free(&o);
    x->in.study.programme[LANG_NL] = STR("<script>alert(1)</script>\"'&");
    x->in.study.data_source = STR("</title><img src=x onerror=y>");
    x->payers[0].name[LANG_NL] = STR("<b>\xff");
    x->in.seal.command = STR("\"><svg onload=x>");

    const char *page = page_of(&x->in, LANG_NL, &o);

    assert_int_equal(count(page, "<"), tags);
    assert_true(str_is_utf8((str){o.p, o.n - 1}));
    out_free(&o);
}

static void an_empty_input_still_gives_a_page(void **state)
{
    (void)state;
    const struct report_input in = {
        .study = {.title = {STR("Leeg")}, .data_day = REPORT_NO_DAY, .made_day = REPORT_NO_DAY},
        .seal = {.frozen_day = REPORT_NO_DAY}};
    out o;

    const char *page = page_of(&in, LANG_EN, &o);

    assert_contains(page, "<h1>Leeg</h1>"); /* the other language stands in */
    assert_contains(page, "Nothing was computed about the programme.");
    assert_lacks(page, "<figure");
    out_free(&o);
}

static void contradictions_in_the_input_are_errors(void **state)
{
    struct report_example *x = *state;
    struct err_info info;
    out o;
    out_init(&o, REPORT_BYTES_MAX);

    x->analyses[1].outcome = 2;
    assert_int_equal(report_html(&o, LANG_NL, &x->in, NULL, &info), E_INPUT);
    assert_string_equal(info.msg.key, "report.no-outcome");

    x->in.study.n_limits = REPORT_LIMITS_MAX + 1;
    assert_int_equal(report_json(&o, LANG_NL, &x->in, &info), E_LIMIT);
    out_free(&o);

    report_example_make(x);
    out_init(&o, 5000);
    assert_int_equal(report_html(&o, LANG_NL, &x->in, NULL, &info), E_LIMIT);
    out_free(&o);
}

/* ---- the files ---- */

static json_t *json_of(const struct report_input *in, enum lang lang)
{
    out o;
    struct err_info info;
    json_error_t error;
    out_init(&o, REPORT_BYTES_MAX);
    assert_int_equal(report_json(&o, lang, in, &info), OK);
    json_t *root = json_loadb(o.p, o.n, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fail_msg("%d: %s", error.line, error.text);
    out_free(&o);
    return root;
}

/* Every cell of every table, at full precision, under its own name. */
static void every_number_of_a_table_is_in_the_json(void **state)
{
    struct report_example *x = *state;
    struct report_view v;
    struct err_info info;
    size_t n_numbers = 0;
    assert_int_equal(view_open(&v, LANG_NL, &x->in, &info), OK);

    json_t *root = json_of(&x->in, LANG_NL);

    for (size_t i = 0; i < v.n_sheets; i++) {
        const struct sheet *t = v.sheets[i];
        const json_t *rows = json_object_get(json_object_get(root, "tables"), t->key);
        assert_int_equal(json_array_size(rows), sheet_n_rows(t));
        for (size_t c = 0; c < t->n_cells; c++) {
            const json_t *row = json_array_get(rows, c / t->n_columns);
            const json_t *cell = json_object_get(row, t->columns[c % t->n_columns].key);
            assert_non_null(cell);
            if (!cell_is_number(&t->cells[c]))
                continue;
            const double number = cell_number(&t->cells[c]);
            if (!isfinite(number)) {
                assert_true(json_is_null(cell));
                continue;
            }
            assert_true(json_number_value(cell) == number);
            n_numbers++;
        }
    }
    assert_true(n_numbers > 1000);
    json_decref(root);
    view_close(&v);
}

static void json_says_the_same_in_both_languages(void **state)
{
    struct report_example *x = *state;

    json_t *nl = json_of(&x->in, LANG_NL), *en = json_of(&x->in, LANG_EN);

    assert_string_equal(json_string_value(json_object_get(nl, "language")), "nl");
    assert_string_equal(json_string_value(json_object_get(en, "language")), "en");
    const json_t *a = json_object_get(json_object_get(nl, "tables"), "cash_flow");
    const json_t *b = json_object_get(json_object_get(en, "tables"), "cash_flow");
    assert_true(json_equal(a, b));
    json_decref(nl);
    json_decref(en);
}

static void csv_comes_for_machines_and_for_dutch_excel(void **state)
{
    struct report_example *x = *state;
    struct err_info info;
    out machine, excel;
    out_init(&machine, REPORT_BYTES_MAX);
    out_init(&excel, REPORT_BYTES_MAX);
    x->in.study.author = STR("=cmd()|\"x\"");

    assert_int_equal(report_csv(&machine, LANG_EN, REPORT_CSV_MACHINE, &x->in, &info), OK);
    assert_int_equal(report_csv(&excel, LANG_NL, REPORT_CSV_EXCEL, &x->in, &info), OK);

    out_char(&machine, '\0');
    out_char(&excel, '\0');
    assert_true(str_starts(out_view(&machine), STR("table,row,column,name,value\r\n")));
    assert_true(str_starts(out_view(&excel), STR("\xef\xbb\xbftable;row;column;name;value\r\n")));
    assert_contains(machine.p, "effects,1,\"ci_low\",\"Interval from\",-1679.4\r\n");
    assert_contains(excel.p, "effects;1;\"ci_low\";\"Interval van\";-1679,4\r\n");
    assert_contains(machine.p, "\"'=cmd()|\"\"x\"\"\"");
    assert_contains(machine.p, "2026-10-01");
    assert_int_equal(count(machine.p, "\n"), count(excel.p, "\n"));
    out_free(&machine);
    out_free(&excel);
}

static str file_of(arena *a, const char *path)
{
    str text;
    struct err_info info;
    assert_int_equal(file_read(a, str_of(path), 1 << 24, &text, &info), OK);
    return text;
}

static void excel_gets_the_same_bytes_each_time(void **state)
{
    struct report_example *x = *state;
    struct err_info info;
    char one[] = "report_test_XXXXXX", two[] = "report_test_XXXXXX";
    close(mkstemp(one));
    close(mkstemp(two));
    arena *a = arena_new(1 << 26);

    assert_int_equal(report_xlsx(str_of(one), LANG_NL, &x->in, &info), OK);
    assert_int_equal(report_xlsx(str_of(two), LANG_NL, &x->in, &info), OK);

    const str first = file_of(a, one), second = file_of(a, two);
    assert_true(first.n > 10000);
    assert_true(str_starts(first, STR("PK")));
    assert_true(str_eq(first, second));
    arena_free(a);
    unlink(one);
    unlink(two);
}

static void a_file_that_cannot_be_written_leaves_nothing(void **state)
{
    struct report_example *x = *state;
    struct err_info info;

    const err e = report_xlsx(STR("/nowhere/at/all.xlsx"), LANG_NL, &x->in, &info);

    assert_true(e == E_IO || e == E_NOT_FOUND);
    assert_string_equal(info.msg.key, "report.cannot-write");
}

static void costs_and_benefits_alone_have_their_own_forms(void **state)
{
    struct report_example *x = *state;
    struct err_info info;
    out o;
    out_init(&o, REPORT_BYTES_MAX);

    assert_int_equal(report_scba_text(&o, LANG_NL, &x->model, &x->scba, &info), OK);
    out_char(&o, '\0');
    assert_contains(o.p, "Baten gedeeld door kosten");
    assert_contains(o.p, "niet binnen de looptijd");
    out_clear(&o);

    assert_int_equal(report_scba_json(&o, LANG_NL, &x->model, &x->scba, &info), OK);
    out_char(&o, '\0');
    assert_contains(o.p, "\"wrong_pocket\"");
    assert_lacks(o.p, "\"record\"");
    assert_lacks(o.p, "\"study\"");
    out_free(&o);
}

/* ---- the index ---- */

static void the_index_lists_answers_with_their_links(void **state)
{
    (void)state;
    const struct report_index_entry entries[] = {
        {.title = {STR("Eén"), STR("One")},
         .answer = {STR("Antwoord <1>"), STR("Answer <1>")},
         .href = {STR("een/rapport.nl.html"), STR("een/rapport.en.html")},
         .made_day = REPORT_NO_DAY,
         .synthetic = true,
         .frozen = true},
        {.title = {STR("Twee")},
         .answer = {STR("Antwoord 2")},
         .href = {STR("javascript:x"), STR("b")},
         .made_day = REPORT_NO_DAY},
    };
    struct err_info info;
    out o;
    out_init(&o, REPORT_BYTES_MAX);

    assert_int_equal(report_index(&o, LANG_NL, STR("index.en.html"), entries, 2, &info), OK);

    out_char(&o, '\0');
    assert_contains(o.p, "href=\"een/rapport.nl.html\"");
    assert_contains(o.p, "Antwoord &lt;1&gt;");
    assert_contains(o.p, "href=\"index.en.html\" lang=\"en\" hreflang=\"en\"");
    assert_contains(o.p, "2 onderzoeken.");
    assert_lacks(o.p, "javascript:");
    assert_lacks(o.p, "report.t");
    assert_int_equal(count(o.p, "<li class=\"panel\">"), 2);
    out_free(&o);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_clear_effect_is_named_with_its_interval),
        TEST(an_unwelcome_effect_is_said_as_plainly),
        TEST(what_went_the_other_way_is_not_hidden_among_what_went_well),
        TEST(an_interval_with_zero_is_never_called_an_effect),
        TEST(a_failed_estimate_is_said_in_words),
        TEST(without_effects_the_answer_is_about_society),
        TEST(the_answer_has_at_most_thirty_words),
        TEST(words_for_chances_are_fixed_to_ranges),
        TEST(society_is_described_by_its_chance),
        TEST(what_weakens_a_result_is_on_the_page),
        TEST(titles_of_charts_follow_the_numbers),
        TEST(a_balance_with_zero_in_its_interval_is_no_gain),
        TEST(a_page_stands_on_its_own),
        TEST(ids_are_unique_and_what_refers_to_them_finds_them),
        TEST(hostile_names_stay_text),
        TEST(an_empty_input_still_gives_a_page),
        TEST(contradictions_in_the_input_are_errors),
        TEST(every_number_of_a_table_is_in_the_json),
        TEST(json_says_the_same_in_both_languages),
        TEST(csv_comes_for_machines_and_for_dutch_excel),
        TEST(excel_gets_the_same_bytes_each_time),
        TEST(a_file_that_cannot_be_written_leaves_nothing),
        TEST(costs_and_benefits_alone_have_their_own_forms),
        TEST(the_index_lists_answers_with_their_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
