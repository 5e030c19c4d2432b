/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/intake_test_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/date.h"

#include <string.h>

static err read_text(const char *text, struct counting_sink *c, struct err_info *info)
{
    const struct intake_options options = {.mapping = STR(""), .schemas = STR("")};
    counting_sink_init(c);
    *info = (struct err_info){0};
    return intake_read_bytes(str_of(text), STR("ddas.json"), &options, &c->sink, info);
}

static void a_trajectory_gives_its_case_and_its_phases(void **state)
{
    (void)state;
    struct counting_sink c;
    struct err_info info = {0};

    assert_int_equal(read_fixture("debt/ddas.json", "", &c, &info), OK);

    assert_string_equal(c.format, "ddas");
    assert_string_equal(c.sender, "GL0034");
    assert_true(c.is_snapshot);
    assert_int_equal(c.taken[INTAKE_DEBT_CASE], 1);
    assert_string_equal(c.record[0].text, "GL0034/7/1");
    assert_int_equal(c.record[0].cents, 1250000);
    assert_int_equal(c.record[0].bsn.v, 999990019);
    assert_int_equal(c.record[0].place.line, 15);
    assert_int_equal(c.taken[INTAKE_DEBT_PHASE], 4);
    assert_string_equal(c.record[1].text, "application");
    assert_string_equal(c.record[3].text, "solution");
    assert_string_equal(c.record[4].text, "guidance");
}

static void a_trajectory_with_an_impossible_day_is_set_aside(void **state)
{
    (void)state;
    struct counting_sink c;
    struct err_info info = {0};

    assert_int_equal(read_fixture("debt/ddas.json", "", &c, &info), OK);

    assert_int_equal(c.aside[INTAKE_DEBT_CASE], 1);
    assert_string_equal(c.reasons[0], "intake.cell-date");
    assert_int_equal(c.aside_cents, 800000);
}

static void what_is_no_delivery_of_debt_help_is_refused_with_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *key;
        int64_t line;
    } bad[] = {
        {"{", "intake.json-ends", 1},
        {"{}", "intake.cell-date", 1},
        {"{\"a\":\n", "intake.json-ends", 2},
        {"{\"a\":\n\"open", "intake.json-ends", 2},
        {"{\"a\" 1}", "intake.json-broken", 1},
        {"{} x", "intake.json-broken", 1},
        {"{\"leveringen\": [{\"schuldhulptrajecten\": [\n1]}]}", "intake.json-broken", 2},
        {"{\"leveringen\": [{\"schuldhulptrajecten\": [\n{\"a\":\n{]}]}]}]}", "intake.json-broken",
         3},
        {"{\"a\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "intake.too-deep", 1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct counting_sink c;
        struct err_info info;

        const err e = read_text(bad[i].text, &c, &info);

        assert_true(e == E_INPUT || e == E_LIMIT);
        if (strcmp(info.msg.key, bad[i].key) != 0)
            print_message("%zu: %s, line %ld\n", i, info.msg.key, (long)info.line);
        assert_string_equal(info.msg.key, bad[i].key);
        assert_int_equal(info.line, bad[i].line);
        assert_int_equal(c.n_taken, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trajectory_gives_its_case_and_its_phases),
        cmocka_unit_test(a_trajectory_with_an_impossible_day_is_set_aside),
        cmocka_unit_test(what_is_no_delivery_of_debt_help_is_refused_with_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
