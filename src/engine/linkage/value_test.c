/* SPDX-License-Identifier: EUPL-1.2 */
#include "levels_int.h"
#include "run_test_int.h"

static uint32_t date_of(const char *text)
{
    struct value v;
    const str s = str_of(text);
    return value_read(LINKAGE_DATE, &s, 1, &v) ? v.number : 0;
}

static void a_date_is_read_in_every_form_it_comes_in(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t date;
    } cases[] = {
        {"19500304", DATE_PACK(1950, 3, 4)},
        {"1950-03-04", DATE_PACK(1950, 3, 4)},
        {"4-3-1950", DATE_PACK(1950, 3, 4)},
        {"04/03/1950", DATE_PACK(1950, 3, 4)},
        {"19500300", DATE_PACK(1950, 3, 0)},
        {"19500000", DATE_PACK(1950, 0, 0)},
        {"1950", DATE_PACK(1950, 0, 0)},
        {"1950-3", 0},
        {"00000000", 0},
        {"", 0},
        {"19501332", 0},
        {"99", 0},
        {"123456789012345678901234567890", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(date_of(cases[i].text), cases[i].date);
}

static void year_month_and_day_may_stand_apart(void **state)
{
    (void)state;
    struct value v;
    const str whole[] = {STR("1950"), STR("3"), STR("4")}, open[] = {STR("1950"), STR(""), STR("")};

    assert_true(value_read(LINKAGE_DATE, whole, 3, &v));
    assert_int_equal(v.number, DATE_PACK(1950, 3, 4));

    assert_true(value_read(LINKAGE_DATE, open, 3, &v));
    assert_int_equal(v.number, DATE_PACK(1950, 0, 0));
}

static bool is_one_value(enum linkage_kind kind, const char *a, const char *b)
{
    struct value x, y;
    const str p = str_of(a), q = str_of(b);
    return value_read(kind, &p, 1, &x) && value_read(kind, &q, 1, &y) && x.n == y.n &&
           memcmp(x.bytes, y.bytes, x.n) == 0;
}

static void what_does_not_tell_apart_is_left_out(void **state)
{
    (void)state;
    assert_true(is_one_value(LINKAGE_FIRST_NAME, "Ren\xc3\xa9", " rene "));
    assert_true(is_one_value(LINKAGE_POSTCODE, "1234 AB", "1234ab"));
    assert_true(is_one_value(LINKAGE_BSN, "012345672", "12345672"));
    assert_true(is_one_value(LINKAGE_TEXT, "Dorps-straat 12", "DORPSSTRAAT12"));
    assert_false(is_one_value(LINKAGE_TEXT, "Dorpsstraat 12", "Dorpsstraat 13"));
    assert_false(is_one_value(LINKAGE_SURNAME, "Jansen", "Janssen"));
}

static void what_is_longer_than_its_room_still_tells_apart(void **state)
{
    (void)state;
    char a[300], b[300];
    memset(a, 'x', sizeof a);
    memset(b, 'x', sizeof b);
    a[299] = b[299] = '\0';
    b[290] = 'y';

    assert_true(is_one_value(LINKAGE_TEXT, a, a));
    assert_false(is_one_value(LINKAGE_TEXT, a, b));
}

/* The level of the two rows of a table with one field. */
static unsigned level_of(const char *kind, const char *a, const char *b)
{
    char settings[256], csv[256];
    struct fixture x;
    struct records r = {0};
    snprintf(settings, sizeof settings,
             "linkage: 1\nfields: {v: {kind: %s}}\nblocks: [v]\ncertain: [v]\n", kind);
    snprintf(csv, sizeof csv, "v,w\n\"%s\",x\n\"%s\",x\n\"zzzz\",x\n", a, b);
    fixture_text(&x, settings, csv);
    assert_int_equal(records_read(&x.ask, x.memory, &r, &x.info), OK);
    struct comparer *c = comparer_new(x.memory, true);

    const uint64_t pattern = compare_codes(&r, c, r.code[0], r.code[1]);

    assert_int_equal(pattern, compare_codes(&r, c, r.code[1], r.code[0]));
    records_free(&r);
    fixture_end(&x);
    return pattern_level(pattern, 0);
}

static void two_values_agree_on_the_level_that_fits(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *a, *b;
        unsigned level;
    } cases[] = {
        {"first-name", "Anna", "Anna", NAME_EXACT},
        {"first-name", "Anna", "", LEVEL_MISSING},
        {"first-name", "Anna", "Bart", LEVEL_OTHER},
        {"first-name", "Anna", "A.", NAME_RELATED},
        {"first-name", "Jan", "Johannes", NAME_RELATED},
        {"first-name", "Willem", "Wilem", NAME_NEAR},
        {"surname", "de Vries", "Vries", NAME_EXACT},
        {"surname", "Jansen-de Vries", "de Vries", NAME_RELATED},
        {"surname", "Jansen", "Janssen", NAME_NEAR},
        {"surname", "Jansen", "Bakker", LEVEL_OTHER},
        {"date", "1950-03-04", "1950-03-04", DATE_EXACT},
        {"date", "1950-03-04", "1950-04-03", DATE_TYPO},
        {"date", "1950-03-04", "1905-03-04", DATE_TYPO},
        {"date", "1950-03-04", "1950-03-05", DATE_TYPO},
        {"date", "1950-03-04", "1950-00-00", DATE_UNKNOWN_PART},
        {"date", "1950-03-04", "1951-04-05", DATE_NEAR},
        {"date", "1950-03-04", "1950-03-17", DATE_TWO_PARTS},
        {"date", "1950-03-04", "1983-11-28", LEVEL_OTHER},
        {"bsn", "111222333", "123456782", BSN_CONFLICT},
        {"bsn", "111222333", "111222332", BSN_ONE_EDIT},
        {"bsn", "111222333", "987654321", LEVEL_OTHER},
        {"id", "5304218", "5304128", ID_ONE_EDIT},
        {"id", "5304218", "5304299", ID_TWO_EDITS},
        {"id", "5304218", "6704999", LEVEL_OTHER},
        {"postcode", "1234AB", "1234 AC", POSTCODE_ONE_EDIT},
        {"postcode", "1234AB", "1234ZX", POSTCODE_AREA},
        {"postcode", "1234AB", "9876ZX", LEVEL_OTHER},
        {"code", "12a", "12b", CODE_ONE_EDIT},
        {"email", "anna@huis.nl", "ana@huis.nl", EMAIL_NEAR},
        {"email", "anna@huis.nl", "anna@zolder.org", EMAIL_USER},
        {"email", "anna@huis.nl", "wim@huis.nl", EMAIL_DOMAIN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const unsigned level = level_of(cases[i].kind, cases[i].a, cases[i].b);
        if (level != cases[i].level)
            print_error("%s: %s and %s gave %u\n", cases[i].kind, cases[i].a, cases[i].b, level);
        assert_int_equal(level, cases[i].level);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_date_is_read_in_every_form_it_comes_in),
        cmocka_unit_test(year_month_and_day_may_stand_apart),
        cmocka_unit_test(what_does_not_tell_apart_is_left_out),
        cmocka_unit_test(what_is_longer_than_its_room_still_tells_apart),
        cmocka_unit_test(two_values_agree_on_the_level_that_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
