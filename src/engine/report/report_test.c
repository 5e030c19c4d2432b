/* SPDX-License-Identifier: EUPL-1.2 */
#include "fixture_test_int.h"

#include <math.h>

#include <jansson.h>

static size_t count(const char *text, const char *piece)
{
    size_t n = 0;
    for (const char *p = text; (p = strstr(p, piece)) != NULL; p += strlen(piece))
        n++;
    return n;
}

/* ---- the page ---- */

static void other_outcomes_stand_behind_the_costs_and_benefits(void **state)
{
    struct report_example *x = *state;
    out o;

    const char *page = page_of(&x->in, LANG_NL, &o);
    const char *scba = strstr(page, "id=\"scba\""), *others = strstr(page, "id=\"others\"");
    assert_non_null(scba);
    assert_non_null(others);
    assert_true(scba < others);
    assert_contains(page, "href=\"#others\"");
    out_free(&o);

    x->in.n_outcomes = 1;
    x->in.n_analyses = 1;
    page = page_of(&x->in, LANG_NL, &o);
    assert_lacks(page, "others\"");
    out_free(&o);
}

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
        assert_int_equal(count(page, "<figure>"), 8);
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

static void no_name_turns_round_the_text_behind_it(void **state)
{
    struct report_example *x = *state;
    out o;
    x->in.study.data_source = STR("a\u202eb\x1b[31mc\u2066d\ne");

    assert_contains(page_of(&x->in, LANG_NL, &o), "a\ufffdb\ufffd[31mc\ufffdd\ne");

    out_free(&o);
}

static void an_assumption_about_money_is_written_as_money(void **state)
{
    struct report_example *x = *state;
    out o;
    x->parameters[0].estimate = SCBA_NONE;
    x->parameters[0].dist = (struct scba_dist){SCBA_FIXED, 1234, 0, 0};
    x->parameters[0].year = 2024;

    assert_contains(page_of(&x->in, LANG_NL, &o), "<td class=\"num\">\u20ac\u00a01.234</td>");
    out_free(&o);

    x->parameters[0].year = 0;
    assert_contains(page_of(&x->in, LANG_NL, &o), "<td class=\"num\">1.234</td>");
    out_free(&o);
}

/* A name may be as long as a plan may hold; a picture shows its beginning. */
static void long_names_are_whole_in_tables_and_cut_in_pictures(void **state)
{
    struct report_example *x = *state;
    char text[4001];
    out o;
    for (size_t i = 0; i < 2000; i++)
        memcpy(text + 2 * i, i + 1 < 2000 ? "\u00e9" : "zz", 2);
    text[4000] = '\0';
    x->analyses[2].label[LANG_NL] = x->payers[0].name[LANG_NL] = str_of(text);
    x->in.study.start[LANG_NL] = x->in.study.period[LANG_NL][0] = str_of(text);
    x->items[0].name[LANG_NL] = str_of(text);

    const char *page = page_of(&x->in, LANG_NL, &o);

    assert_contains(page, "\u00e9\u2026</text>");
    assert_contains(page, "\u00e9zz</th>");
    assert_true(str_is_utf8((str){o.p, o.n - 1}));
    out_free(&o);
}

/* The picture beside the answer is drawn once, and below it is its table. */
static void without_moments_in_time_the_computations_stand_beside_the_answer(void **state)
{
    struct report_example *x = *state;
    out o;
    for (size_t i = 0; i < 3; i++) {
        x->estimates[i][0] = *overall(&x->results[i]);
        x->estimates[i][0].aggregation = EFFECT_NONE;
        x->results[i].n_estimates = 1;
        x->results[i].spec.method = EFFECT_DIFFERENCE;
    }

    const char *page = page_of(&x->in, LANG_EN, &o);

    const char *figure = strstr(page, "<figcaption id=\"c-forest-0\">");
    assert_non_null(figure);
    assert_true(figure < strstr(page, "<h2 id=\"effect\">"));
    assert_int_equal(count(page, "c-forest-0\">"), 2); /* its caption and what refers to it */
    assert_contains(page, "<caption id=\"t-effects-0\">");
    assert_lacks(page, "<h3>Outcome: total costs</h3>"); /* nothing would stand below it */
    out_free(&o);

    x->in.n_analyses = 2;
    assert_contains(page_of(&x->in, LANG_EN, &o), "<div class=\"grid one\">");
    out_free(&o);
}

static void how_alike_the_groups_were_stands_on_the_page_when_it_is_known(void **state)
{
    struct report_example *x = *state;
    out o;
    const char *page = page_of(&x->in, LANG_EN, &o);

    assert_contains(page, "<h2 id=\"alike\">Were the groups alike?</h2>");
    assert_contains(page, "The groups still differ in one of the 3 characteristics");
    assert_contains(page, "6 of the 412 participants have a chance of participation");
    assert_contains(page, "The effect is about those treated.");
    assert_contains(page, "the 1,236 others as much as 511.3.");
    assert_contains(page, "single_parent");
    assert_contains(page, "<h3>What is this estimate made of?</h3>");
    assert_contains(page, "70.0%");
    out_free(&o);

    x->comparison.n_uneven = x->comparison.n_outside = 0;
    x->comparison.population = EFFECT_OF_OVERLAP;
    page = page_of(&x->in, LANG_NL, &o);
    assert_contains(page, "verschillen de groepen weinig in alle 3 kenmerken");
    assert_contains(page, "Voor elke deelnemer ligt de kans op deelname binnen");
    assert_contains(page, "wie in beide groepen had kunnen zitten");
    out_free(&o);

    x->results[0].comparison = NULL;
    x->results[0].n_bacon = 0;
    page = page_of(&x->in, LANG_NL, &o);
    assert_lacks(page, "id=\"alike\"");
    assert_lacks(page, "Waaruit is deze schatting");
    out_free(&o);
}

static void groups_compared_as_they_are_have_no_after(void **state)
{
    struct report_example *x = *state;
    struct effect_result *r = &x->results[0];
    out o;
    x->comparison.is_weighted = false;
    x->comparison.n_uneven = 1;
    r->n_overlap = 0;
    for (size_t j = 0; j < r->n_balance; j++)
        x->balance[j].after = (struct effect_likeness){REAL_NAN, REAL_NAN, REAL_NAN,  REAL_NAN,
                                                       REAL_NAN, REAL_NAN, {{0}, {0}}};

    const char *page = page_of(&x->in, LANG_EN, &o);

    assert_contains(page, "The groups differ in one of the 4 characteristics by more than 0.1");
    assert_contains(page, "The groups are compared as they are, without weights");
    assert_lacks(page, "before weighting");
    assert_lacks(page, ">weighted<");
    assert_lacks(page, "the 1,236 others as much as");
    out_free(&o);

    r->n_balance = 1;
    page = page_of(&x->in, LANG_NL, &o);
    assert_contains(page, "De groepen verschillen in dit ene kenmerk meer dan 0,1");
    assert_lacks(page, "van de 1 ");
    out_free(&o);
}

static void a_count_that_may_not_be_shown_is_nowhere_on_the_page(void **state)
{
    struct report_example *x = *state;
    struct effect_match match = {.n_pairs = EFFECT_HIDDEN, .width = REAL_NAN};
    out o;
    x->results[0].match = &match;
    x->overlap[2].n_treated = x->overlap[3].n_control = EFFECT_HIDDEN;
    x->comparison.n_treated = x->comparison.n_outside = EFFECT_HIDDEN;

    const char *page = page_of(&x->in, LANG_NL, &o);

    assert_contains(page, "id=\"alike\"");
    assert_contains(page, "een lege plek kan dus ook weinig personen zijn");
    assert_lacks(page, "18.446.744");
    out_free(&o);
}

static void strata_are_told_as_strata(void **state)
{
    struct report_example *x = *state;
    struct effect_match match = {.n_strata = 25, .n_alone = 120, .width = REAL_NAN};
    out o;
    x->results[0].match = &match;

    const char *page = page_of(&x->in, LANG_EN, &o);

    assert_contains(page, "Classes with persons from both groups: 25");
    assert_contains(page, "For 120 of the ");
    assert_contains(page, "The effect is about the treated in such a class.");
    assert_lacks(page, "Pairs: 0");
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

static void excel_gets_the_same_bytes_each_time(void **state)
{
    struct report_example *x = *state;
    struct err_info info;
    out one, two;
    out_init(&one, REPORT_BYTES_MAX);
    out_init(&two, REPORT_BYTES_MAX);

    assert_int_equal(report_xlsx(&one, LANG_NL, &x->in, &info), OK);
    assert_int_equal(report_xlsx(&two, LANG_NL, &x->in, &info), OK);

    assert_true(one.n > 10000);
    assert_true(str_starts(out_view(&one), STR("PK")));
    assert_true(str_eq(out_view(&one), out_view(&two)));
    out_free(&one);
    out_free(&two);
}

static void a_workbook_that_does_not_fit_is_an_error(void **state)
{
    struct report_example *x = *state;
    struct err_info info;
    out o;
    out_init(&o, 1000);

    assert_int_equal(report_xlsx(&o, LANG_NL, &x->in, &info), E_LIMIT);

    out_free(&o);
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
    out_clear(&o);

    assert_int_equal(report_scba_xlsx(&o, LANG_NL, &x->model, &x->scba, &info), OK);
    assert_true(str_starts(out_view(&o), STR("PK")));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(other_outcomes_stand_behind_the_costs_and_benefits),
        TEST(a_page_stands_on_its_own),
        TEST(ids_are_unique_and_what_refers_to_them_finds_them),
        TEST(hostile_names_stay_text),
        TEST(no_name_turns_round_the_text_behind_it),
        TEST(an_assumption_about_money_is_written_as_money),
        TEST(long_names_are_whole_in_tables_and_cut_in_pictures),
        TEST(without_moments_in_time_the_computations_stand_beside_the_answer),
        TEST(how_alike_the_groups_were_stands_on_the_page_when_it_is_known),
        TEST(groups_compared_as_they_are_have_no_after),
        TEST(a_count_that_may_not_be_shown_is_nowhere_on_the_page),
        TEST(strata_are_told_as_strata),
        TEST(an_empty_input_still_gives_a_page),
        TEST(contradictions_in_the_input_are_errors),
        TEST(every_number_of_a_table_is_in_the_json),
        TEST(json_says_the_same_in_both_languages),
        TEST(csv_comes_for_machines_and_for_dutch_excel),
        TEST(excel_gets_the_same_bytes_each_time),
        TEST(a_workbook_that_does_not_fit_is_an_error),
        TEST(costs_and_benefits_alone_have_their_own_forms),
        TEST(the_index_lists_answers_with_their_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
