/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/i18n_int.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/date.h"

static char text[512];

static const char *shown(out *o)
{
    assert_int_equal(o->error, OK);
    assert_true(o->n < sizeof text);
    memcpy(text, out_view(o).p, o->n);
    text[o->n] = '\0';
    out_free(o);
    return text;
}

static out empty(void)
{
    out o;
    out_init(&o, sizeof text);
    return o;
}

static void numbers_are_written_as_each_language_does(void **state)
{
    (void)state;
    static const struct {
        double v;
        int decimals;
        const char *nl, *en;
    } cases[] = {
        {1234.5, 1, "1.234,5", "1,234.5"},
        {0, 0, "0", "0"},
        {-0.0, 2, "0,00", "0.00"},
        {-0.004, 2, "0,00", "0.00"},
        {-0.006, 2, "−0,01", "−0.01"},
        {999, 0, "999", "999"},
        {1000, 0, "1.000", "1,000"},
        {-1234567.891, 2, "−1.234.567,89", "−1,234,567.89"},
        {1e15, 0, "1.000.000.000.000.000", "1,000,000,000,000,000"},
        {0.5, 3, "0,500", "0.500"},
        {NAN, 2, "–", "–"},
        {INFINITY, 2, "∞", "∞"},
        {-INFINITY, 0, "−∞", "−∞"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        out nl = empty(), en = empty();

        tr_number(&nl, LANG_NL, cases[i].v, cases[i].decimals);
        tr_number(&en, LANG_EN, cases[i].v, cases[i].decimals);

        assert_string_equal(shown(&nl), cases[i].nl);
        assert_string_equal(shown(&en), cases[i].en);
    }
}

static void money_carries_its_sign_and_never_wraps(void **state)
{
    (void)state;
    static const struct {
        double v;
        int decimals;
        const char *currency, *nl, *en;
    } cases[] = {
        {1140, 0, "EUR", "€\u00a01.140", "€1,140"},
        {-85, 0, "EUR", "−\u2060€\u00a085", "−\u2060€85"},
        {-0.4, 0, "EUR", "€\u00a00", "€0"},
        {12.5, 2, "USD", "$\u00a012,50", "$12.50"},
        {3, 0, "GBP", "£\u00a03", "£3"},
        {-1000, 0, "CHF", "−\u2060CHF\u00a01.000", "−\u2060CHF\u00a01,000"},
        {NAN, 0, "EUR", "–", "–"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        out nl = empty(), en = empty();

        tr_money(&nl, LANG_NL, cases[i].v, str_of(cases[i].currency), cases[i].decimals);
        tr_money(&en, LANG_EN, cases[i].v, str_of(cases[i].currency), cases[i].decimals);

        assert_string_equal(shown(&nl), cases[i].nl);
        assert_string_equal(shown(&en), cases[i].en);
    }
}

static void shares_and_dates_are_written_out(void **state)
{
    (void)state;
    out o = empty();
    const int32_t day = date_day_of((struct date_ymd){2026, 11, 14});

    tr_percent(&o, LANG_NL, 0.885, 1);
    out_char(&o, ' ');
    tr_percent(&o, LANG_EN, NAN, 0);
    out_char(&o, ' ');
    tr_date(&o, LANG_NL, day);
    out_char(&o, ' ');
    tr_date(&o, LANG_EN, day);

    assert_string_equal(shown(&o), "88,5% – 14 november 2026 14 November 2026");
}

static void languages_have_their_tags(void **state)
{
    (void)state;
    enum lang lang = LANG_EN;

    assert_true(lang_parse(STR("nl"), &lang));

    assert_int_equal(lang, LANG_NL);
    assert_string_equal(lang_tag(LANG_EN), "en");
    assert_false(lang_parse(STR("de"), &lang));
    assert_false(lang_parse(STR(""), &lang));
    assert_int_equal(lang, LANG_NL);
}

static void the_table_is_sorted_and_complete(void **state)
{
    (void)state;

    assert_true(i18n_table_n > 0);

    for (size_t i = 0; i < i18n_table_n; i++) {
        const struct i18n_entry *e = &i18n_table[i];
        assert_true(i == 0 || strcmp(i18n_table[i - 1].key, e->key) < 0);
        for (int l = 0; l < LANG_COUNT; l++)
            assert_true(str_eq(tr((enum lang)l, e->key), str_of(e->form[l][I18N_OTHER])));
    }
}

static void a_message_is_filled_in(void **state)
{
    (void)state;
    struct msg m;
    out o = empty();

    msg_set(&m, "error.output-limit");
    msg_int(&m, 1048576);
    tr_msg(&o, LANG_NL, &m);
    assert_true(tr_has(LANG_NL, "error.output-limit"));
    assert_non_null(strstr(shown(&o), "1.048.576 bytes"));

    o = empty();
    tr_msg(&o, LANG_EN, &m);
    assert_non_null(strstr(shown(&o), "1,048,576 bytes"));
}

/* A key without translation is itself the text, which lets a test write its own. */
static void values_of_every_kind_are_placed(void **state)
{
    (void)state;
    struct msg m;
    out o = empty();

    msg_set(&m, "{2}|{1}|{1:plain}|{3}|{4}|{6}|{x");
    msg_int(&m, -12345);
    msg_text(&m, STR("{1}"));
    msg_real(&m, 0.25, 2);
    msg_key(&m, "no.such-key");
    tr_msg(&o, LANG_NL, &m);

    assert_string_equal(shown(&o), "{1}|−12.345|-12345|0,25|no.such-key||{x");
}

static void an_unknown_key_is_shown_as_it_is(void **state)
{
    (void)state;
    struct msg none = {0};
    out o = empty();

    assert_false(tr_has(LANG_NL, "no.such-key"));
    assert_true(str_eq(tr(LANG_EN, "no.such-key"), STR("no.such-key")));

    tr_msg(&o, LANG_NL, &none);
    assert_string_equal(shown(&o), "");
}

static void moments_and_sizes_are_written_as_each_language_does(void **state)
{
    (void)state;
    static const struct {
        int64_t bytes;
        const char *nl, *en;
    } sizes[] = {
        {0,
         "0\xc2\xa0"
         "B",
         "0\xc2\xa0"
         "B"},
        {999,
         "999\xc2\xa0"
         "B",
         "999\xc2\xa0"
         "B"},
        {84000, "84\xc2\xa0kB", "84\xc2\xa0kB"},
        {999700, "1,0\xc2\xa0MB", "1.0\xc2\xa0MB"},
        {1234567, "1,2\xc2\xa0MB", "1.2\xc2\xa0MB"},
        {300000000, "300\xc2\xa0MB", "300\xc2\xa0MB"},
    };
    const int64_t moment = 1794645000000; /* 2026-11-14 08:30 UTC */
    out nl = empty(), en = empty();

    tr_time(&nl, LANG_NL, moment);
    tr_time(&en, LANG_EN, moment);

    assert_string_equal(shown(&nl), "14 november 2026, 09.30\xc2\xa0uur");
    assert_string_equal(shown(&en), "14 November 2026, 09:30");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        nl = empty(), en = empty();
        tr_bytes(&nl, LANG_NL, sizes[i].bytes);
        tr_bytes(&en, LANG_EN, sizes[i].bytes);
        assert_string_equal(shown(&nl), sizes[i].nl);
        assert_string_equal(shown(&en), sizes[i].en);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_written_as_each_language_does),
        cmocka_unit_test(money_carries_its_sign_and_never_wraps),
        cmocka_unit_test(shares_and_dates_are_written_out),
        cmocka_unit_test(moments_and_sizes_are_written_as_each_language_does),
        cmocka_unit_test(languages_have_their_tags),
        cmocka_unit_test(the_table_is_sorted_and_complete),
        cmocka_unit_test(a_message_is_filled_in),
        cmocka_unit_test(values_of_every_kind_are_placed),
        cmocka_unit_test(an_unknown_key_is_shown_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
