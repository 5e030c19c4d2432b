/* SPDX-License-Identifier: EUPL-1.2 */
#include "run_test_int.h"

#define FIELDS                                                                                     \
    "linkage: 1\nfields:\n  name: {kind: surname}\n  born: {kind: date}\n"                         \
    "  zip: {kind: postcode}\n"

static void every_part_of_a_rule_is_understood(void **state)
{
    (void)state;
    struct fixture x;

    fixture_begin(&x,
                  STR(FIELDS "blocks: [\"name.sound, born.year\", \"zip.area\", all]\n"
                             "certain: [\"name, born\"]\nclean: second\nlink: 0.7\n"),
                  1);

    assert_int_equal(x.settings->n_rules, 3);
    assert_int_equal(x.settings->rule[0].n, 2);
    assert_int_equal(x.settings->rule[0].part[0].form, FORM_SOUND);
    assert_int_equal(x.settings->rule[0].part[1].form, FORM_YEAR);
    assert_int_equal(x.settings->rule[1].part[0].form, FORM_AREA);
    assert_int_equal(x.settings->rule[2].n, 0);
    assert_false(x.settings->is_clean[0]);
    assert_true(x.settings->is_clean[1]);
    fixture_end(&x);
}

static void a_mistake_is_told_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *key;
        int64_t line;
    } cases[] = {
        {FIELDS "blocks:\n  - nam\ncertain: [name]\n", "linkage.field-near", 7},
        {FIELDS "blocks:\n  - name\n  - xyz123\ncertain: [name]\n", "linkage.field-unknown", 8},
        {FIELDS "blocks:\n  - born.sound\ncertain: [name]\n", "linkage.form-unknown", 7},
        {FIELDS "blocks:\n  - name.start + name\ncertain: [name]\n", "linkage.either-form", 7},
        {FIELDS "blocks: [name]\ncertain: [name]\nlink: 0.2\nreview: 0.3\n", "linkage.review-above",
         9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        arena *memory = arena_new(1 << 20);
        const struct linkage_settings *s = NULL;
        struct errs errors;
        struct err_info info;
        assert_int_equal(errs_init(&errors, memory, ERRS_LIMIT, &info), OK);

        assert_int_equal(
            linkage_settings_parse(memory, str_of(cases[i].text), STR("s"), &s, &errors), E_INPUT);

        assert_null(s);
        assert_string_equal(errors.item[0].msg.key, cases[i].key);
        assert_int_equal(errors.item[0].line, cases[i].line);
        arena_free(memory);
    }
}

static void a_column_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct fixture x;
    linkage *l = NULL;
    fixture_text(&x, FIELDS "blocks: [name]\ncertain: [name]\n",
                 "name,born\nJansen,1950-01-01\nPieters,1960-02-02\n");

    assert_int_equal(linkage_run(&x.ask, &l, &x.info), E_INPUT);

    assert_null(l);
    fixture_end(&x);
}

static void a_citizen_service_number_names_no_record(void **state)
{
    (void)state;
    struct fixture x;
    struct linkage_names *names = NULL;
    fixture_text(&x,
                 "linkage: 1\nkey: bsn\nfields:\n  bsn: {kind: bsn}\nblocks: [bsn]\n"
                 "certain: [bsn]\n",
                 "bsn,x\n111222333,1\n123456782,2\n");

    assert_int_equal(linkage_names_make(x.settings, (const table *const[2]){x.table[0], NULL},
                                        x.memory, &names, &x.info),
                     E_INPUT);

    assert_string_equal(x.info.msg.key, "linkage.key-is-bsn");
    assert_null(names);
    fixture_end(&x);
}

static void two_valid_numbers_keep_likenesses_apart(void **state)
{
    (void)state;
    /* 111222333 and 123456782 pass the elfproef, 111222332 does not */
    static const char csv[] = "bsn,name,born\n"
                              "111222333,Jansen,1950-03-04\n123456782,Jansen,1950-03-04\n"
                              ",Jansen,1950-03-04\n"
                              ",Pieters,1961-05-06\n,Pieters,1961-05-06\n"
                              ",Visser,1972-07-08\n,Visser,1972-07-08\n"
                              ",Bakker,1983-09-10\n,Smit,1944-11-12\n,Mulder,1955-12-13\n"
                              ",Bos,1966-01-14\n,Vos,1977-02-15\n,Peters,1988-03-16\n";
    struct fixture x;
    fixture_text(&x,
                 "linkage: 1\nfields:\n  bsn: {kind: bsn}\n  name: {kind: surname}\n"
                 "  born: {kind: date}\nblocks: [name, born, bsn]\ncertain: [\"name, born\"]\n"
                 "link: 0.5\n",
                 csv);

    linkage *l = fixture_run(&x);

    const uint32_t *person = linkage_persons(l);
    assert_int_not_equal(person[0], person[1]);
    assert_true(person[2] == person[0] || person[2] == person[1]);
    assert_int_equal(person[3], person[4]);
    assert_int_equal(person[5], person[6]);
    assert_int_not_equal(person[7], person[8]);
    assert_true(linkage_figures(l)->n_links[LINKAGE_REFUSED] >= 1);
    linkage_free(l);
    fixture_end(&x);
}

static void a_fit_that_tells_nothing_is_refused(void **state)
{
    (void)state;
    struct fixture x;
    linkage *l = NULL;
    char csv[4096] = "name,born\n"; /* all are called alike and were born on one day */
    for (int i = 0; i < 60; i++)
        strcat(csv, "Jansen,1950-01-01\n");
    fixture_text(&x,
                 "linkage: 1\nfields:\n  name: {kind: surname}\n  born: {kind: date}\n"
                 "blocks: [name]\ncertain: [\"name, born\"]\n",
                 csv);

    assert_int_equal(linkage_run(&x.ask, &l, &x.info), E_INPUT);

    assert_string_equal(x.info.msg.key, "linkage.all-alike");
    assert_null(l);
    fixture_end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_of_a_rule_is_understood),
        cmocka_unit_test(a_mistake_is_told_with_its_line),
        cmocka_unit_test(a_column_that_is_not_there_is_named),
        cmocka_unit_test(a_citizen_service_number_names_no_record),
        cmocka_unit_test(two_valid_numbers_keep_likenesses_apart),
        cmocka_unit_test(a_fit_that_tells_nothing_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
