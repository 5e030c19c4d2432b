/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/intake_test_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/date.h"

#include <stdio.h>
#include <string.h>

static int32_t day(int y, int m, int d)
{
    const struct date_ymd ymd = {y, m, d};
    return date_day_of(ymd);
}

/* ---- the examples ---- */

static const struct {
    const char *file;
    enum intake_kind kind;
    size_t n; /* of that kind */
} whole[] = {
    {"WMO301", INTAKE_ALLOCATION, 1}, {"WMO305", INTAKE_DELIVERY, 2},
    {"WMO307", INTAKE_DELIVERY, 2},   {"WMO315", INTAKE_REQUEST, 2},
    {"WMO317", INTAKE_REQUEST, 3},    {"WMO319", INTAKE_ANSWER, 1},
    {"WMO323", INTAKE_CLAIM_LINE, 4}, {"JW301", INTAKE_ALLOCATION, 2},
    {"JW302", INTAKE_RETURN, 1},      {"JW305", INTAKE_DELIVERY, 2},
    {"JW306", INTAKE_RETURN, 1},      {"JW307", INTAKE_DELIVERY, 2},
    {"JW308", INTAKE_RETURN, 1},      {"JW316", INTAKE_RETURN, 4},
    {"JW317", INTAKE_REQUEST, 2},     {"JW319", INTAKE_ANSWER, 1},
    {"JW320", INTAKE_RETURN, 2},
};

static void seventeen_of_the_examples_are_accepted_whole(void **state)
{
    (void)state;
    assert_int_equal(sizeof whole / sizeof *whole, 17);
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        char path[64];
        struct counting_sink c;
        struct err_info info = {0};
        (void)snprintf(path, sizeof path, "messages/%s.xml", whole[i].file);

        const err e = read_fixture(path, "", &c, &info);

        if (e)
            print_message("%s: %s line %ld\n", path, info.msg.key, (long)info.line);
        assert_int_equal(e, OK);
        assert_int_equal(c.n_heads, 1);
        if (c.n_aside)
            print_message("%s: %s\n", path, c.reasons[0]);
        assert_int_equal(c.n_aside, 0);
        if (c.taken[whole[i].kind] != whole[i].n)
            print_message("%s: %zu\n", path, c.taken[whole[i].kind]);
        assert_int_equal(c.taken[whole[i].kind], whole[i].n);
    }
}

static void a_day_that_does_not_exist_refuses_the_message(void **state)
{
    (void)state;
    struct counting_sink c;
    struct err_info info = {0};

    assert_int_equal(read_fixture("messages/JW315.xml", "", &c, &info), E_INPUT);

    assert_string_equal(info.msg.key, "intake.date-impossible");
    assert_int_equal(info.line, 44);
    assert_true(str_ends(str_of(info.file), STR("JW315.xml")));
}

static void a_return_code_out_of_place_refuses_the_message(void **state)
{
    (void)state;
    struct counting_sink c;
    struct err_info info = {0};

    assert_int_equal(read_fixture("messages/JW318.xml", "", &c, &info), E_INPUT);

    assert_string_equal(info.msg.key, "intake.return-code-place");
    assert_int_equal(info.line, 33);
}

static void a_reference_used_twice_and_an_allocation_of_two_are_set_aside(void **state)
{
    (void)state;
    struct counting_sink c;
    struct err_info info = {0};

    assert_int_equal(read_fixture("messages/JW323.xml", "", &c, &info), OK);

    assert_int_equal(c.taken[INTAKE_CLAIM], 1);
    assert_int_equal(c.taken[INTAKE_CLAIM_LINE], 3);
    assert_int_equal(c.aside[INTAKE_CLAIM_LINE], 2);
    assert_string_equal(c.reasons[0], "intake.rule-owner");
    assert_string_equal(c.reasons[1], "intake.rule-reference");
    assert_int_equal(c.taken_cents, 5920 + 25920 + 5920);
    assert_int_equal(c.aside_cents, 25920 + 22680);
}

static void a_volume_times_tariff_that_is_not_the_amount_is_set_aside(void **state)
{
    (void)state;
    struct counting_sink c;
    struct err_info info = {0};

    assert_int_equal(read_fixture("messages/JW325.xml", "", &c, &info), OK);

    assert_int_equal(c.taken[INTAKE_CLAIM_LINE], 2);
    assert_int_equal(c.aside[INTAKE_CLAIM_LINE], 1);
    assert_string_equal(c.reasons[0], "intake.rule-amount");
    assert_int_equal(c.aside_cents, -15120);
}

/* ---- what is read ---- */

static void an_allocation_has_all_its_message_says(void **state)
{
    (void)state;
    struct counting_sink c;
    struct err_info info = {0};

    assert_int_equal(read_fixture("messages/WMO301.xml", "", &c, &info), OK);

    assert_string_equal(c.format, "iwmo-3.2/301");
    assert_string_equal(c.sender, "0034");
    assert_string_equal(c.receiver, "73730001");
    assert_true(c.is_snapshot);
    const struct intake_allocation *a = &c.last.is.allocation;
    assert_string_equal(c.record[0].text, "700101");
    assert_int_equal(c.record[0].bsn.v, 999990019);
    assert_int_equal(c.record[0].n_relations, 2);
    assert_int_equal(c.last.law, INTAKE_WMO);
    assert_int_equal(c.last.place.line, 164);
    assert_int_equal(a->from, day(2022, 1, 1));
    assert_int_equal(a->to, day(2023, 1, 1));
    assert_int_equal(a->decided_on, day(2022, 8, 13));
    assert_int_equal(a->decided_minute, 12 * 60 + 34);
    assert_int_equal(a->size.volume, 10);
    assert_int_equal(a->size.unit, 1);
    assert_int_equal(a->size.frequency, 1);
    assert_true(a->budget_cents == INTAKE_NONE);
    assert_false(a->is_deleted);
}

static void a_claim_adds_up_to_its_total(void **state)
{
    (void)state;
    struct counting_sink c;
    struct err_info info = {0};

    assert_int_equal(read_fixture("messages/WMO323.xml", "", &c, &info), OK);

    assert_int_equal(c.record[0].kind, INTAKE_CLAIM);
    assert_string_equal(c.record[0].text, "D0417");
    assert_int_equal(c.taken_cents, 63680);
    assert_string_equal(c.record[4].text, "P-2025-004");
    assert_memory_not_equal(c.record[1].place.hash, c.record[2].place.hash, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seventeen_of_the_examples_are_accepted_whole),
        cmocka_unit_test(a_day_that_does_not_exist_refuses_the_message),
        cmocka_unit_test(a_return_code_out_of_place_refuses_the_message),
        cmocka_unit_test(a_reference_used_twice_and_an_allocation_of_two_are_set_aside),
        cmocka_unit_test(a_volume_times_tariff_that_is_not_the_amount_is_set_aside),
        cmocka_unit_test(an_allocation_has_all_its_message_says),
        cmocka_unit_test(a_claim_adds_up_to_its_total),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
