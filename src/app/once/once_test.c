/* SPDX-License-Identifier: EUPL-1.2 */
/* What is asked twice is made once, whatever comes between. */
#include "app/db/store_test.h"
#include "app/once/once.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int64_t now(void)
{
    return store_test_now_ms;
}

static const struct app app = {.now_ms = now, .base_url = STR("")};

struct ask {
    struct deed deed;
    struct once_key key;
    int64_t offered, id;
    bool is_again, fails;
};

static struct ask ask_of(const struct store_fixture *f, unsigned char key, unsigned char print,
                         int64_t offered)
{
    struct ask a = {.deed = {.app = &app, .now_ms = now(), .memory = f->a}, .offered = offered};
    memset(a.key.hash, key, sizeof a.key.hash);
    memset(a.key.print, print, sizeof a.key.print);
    return a;
}

static err ask(db_tx *tx, void *arg, struct err_info *info)
{
    struct ask *a = arg;
    a->deed.once = &a->key;
    a->id = a->offered;
    const err e = once_ask(tx, &a->deed, &a->id, &a->is_again, info);
    return e == OK && a->fails ? err_set(info, E_INPUT, "once.test") : e;
}

static void the_same_request_finds_what_the_first_made(void **state)
{
    struct store_fixture *f = *state;
    struct ask first = ask_of(f, 1, 1, 100), again = ask_of(f, 1, 1, 200);
    struct err_info info;

    assert_int_equal(db_tx_do(f->d, ask, &first, &info), OK);
    assert_int_equal(db_tx_do(f->d, ask, &again, &info), OK);

    assert_false(first.is_again);
    assert_int_equal(first.id, 100);
    assert_true(again.is_again);
    assert_int_equal(again.id, 100);
}

static void another_key_makes_another(void **state)
{
    struct store_fixture *f = *state;
    struct ask first = ask_of(f, 2, 1, 100), other = ask_of(f, 3, 1, 200);
    struct err_info info;

    assert_int_equal(db_tx_do(f->d, ask, &first, &info), OK);
    assert_int_equal(db_tx_do(f->d, ask, &other, &info), OK);

    assert_false(other.is_again);
    assert_int_equal(other.id, 200);
}

static void a_key_of_another_request_is_refused(void **state)
{
    struct store_fixture *f = *state;
    struct ask first = ask_of(f, 4, 1, 100), other = ask_of(f, 4, 2, 200);
    struct err_info info;

    assert_int_equal(db_tx_do(f->d, ask, &first, &info), OK);

    assert_int_equal(db_tx_do(f->d, ask, &other, &info), E_CONFLICT);
    assert_string_equal(info.msg.key, "once.other");
}

static void what_was_refused_may_come_again(void **state)
{
    struct store_fixture *f = *state;
    struct ask refused = ask_of(f, 5, 1, 100), again = ask_of(f, 5, 1, 200);
    struct err_info info;
    refused.fails = true;

    assert_int_equal(db_tx_do(f->d, ask, &refused, &info), E_INPUT);
    assert_int_equal(db_tx_do(f->d, ask, &again, &info), OK);

    assert_false(again.is_again);
    assert_int_equal(again.id, 200);
}

static void without_a_key_nothing_is_remembered(void **state)
{
    struct store_fixture *f = *state;
    const struct deed deed = {.app = &app, .now_ms = now(), .memory = f->a};
    struct err_info info;
    int64_t id = 100;
    bool is_again = true;

    assert_int_equal(once_ask(NULL, &deed, &id, &is_again, &info), OK);

    assert_false(is_again);
    assert_int_equal(id, 100);
}

static void a_key_is_forgotten_after_a_day(void **state)
{
    struct store_fixture *f = *state;
    struct ask first = ask_of(f, 6, 1, 100), again = ask_of(f, 6, 1, 200),
               late = ask_of(f, 6, 1, 300);
    struct err_info info;
    assert_int_equal(db_tx_do(f->d, ask, &first, &info), OK);

    store_test_now_ms += ONCE_KEPT_MS;
    assert_int_equal(once_sweep(&app, f->d, &info), OK);
    assert_int_equal(db_tx_do(f->d, ask, &again, &info), OK);
    store_test_now_ms += 1;
    assert_int_equal(once_sweep(&app, f->d, &info), OK);
    assert_int_equal(db_tx_do(f->d, ask, &late, &info), OK);

    assert_true(again.is_again);
    assert_false(late.is_again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_request_finds_what_the_first_made, store_set_up,
                                        store_tear_down),
        cmocka_unit_test_setup_teardown(another_key_makes_another, store_set_up, store_tear_down),
        cmocka_unit_test_setup_teardown(a_key_of_another_request_is_refused, store_set_up,
                                        store_tear_down),
        cmocka_unit_test_setup_teardown(what_was_refused_may_come_again, store_set_up,
                                        store_tear_down),
        cmocka_unit_test_setup_teardown(without_a_key_nothing_is_remembered, store_set_up,
                                        store_tear_down),
        cmocka_unit_test_setup_teardown(a_key_is_forgotten_after_a_day, store_set_up,
                                        store_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
