/* SPDX-License-Identifier: EUPL-1.2 */
/* Guessing passwords, from one place and from many. */
#include "app/access/access_test_int.h"

#include <stdio.h>

enum { GUESSES = 10000, ACCOUNTS = 1000, THROUGH_MAX = GUESSES / 200 };

/* A guess gets through when its password was hashed, right or wrong. */
static bool guess(struct access_fixture *f, const char *email, const char *place)
{
    const int64_t before = gate_hashed(f->app.gate);
    const err e = try_sign_in(f, email, "zomer in de stad 1", place);
    const bool is_through = gate_hashed(f->app.gate) > before;

    assert_int_equal(e, is_through ? E_DENIED : E_LIMIT);
    arena_reset(f->a);
    return is_through;
}

static void of_ten_thousand_guesses_at_a_thousand_accounts_few_get_through(void **state)
{
    struct access_fixture *f = *state;
    char email[64];
    int n_through = 0;

    for (int i = 0; i < GUESSES; i++) {
        snprintf(email, sizeof email, "person%d@voorbeeldstad.nl", i % ACCOUNTS);
        f->now += 1000;
        n_through += guess(f, email, "198.51.100.7");
    }

    print_message("# %d of %d guesses got through\n", n_through, GUESSES);
    assert_in_range(n_through, 1, THROUGH_MAX);
}

static void a_network_of_addresses_is_one_place(void **state)
{
    struct access_fixture *f = *state;
    char email[64], place[64];
    int n_through = 0;

    for (int i = 0; i < 1000; i++) {
        snprintf(email, sizeof email, "person%d@voorbeeldstad.nl", i);
        snprintf(place, sizeof place, "2001:db8:0:1::%x", i + 1);
        n_through += guess(f, email, place);
    }

    assert_in_range(n_through, 1, 20);
}

static void a_thousand_places_get_little_of_one_account_and_its_owner_comes_in(void **state)
{
    struct access_fixture *f = *state;
    char place[64];
    int n_through = 0;

    make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD); /* so that this place is known */
    for (int i = 0; i < 1000; i++) {
        snprintf(place, sizeof place, "198.51.%d.%d", i / 250, i % 250);
        f->now += 1000;
        n_through += guess(f, "sanne@voorbeeldstad.nl", place);
    }

    assert_in_range(n_through, 1, THROUGH_MAX);
    sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD);
}

static void who_guesses_from_one_place_does_not_lock_the_owner_out_elsewhere(void **state)
{
    struct access_fixture *f = *state;
    int n_through = 0;

    make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    for (int i = 0; i < 100; i++)
        n_through += guess(f, "sanne@voorbeeldstad.nl", "198.51.100.7");

    assert_in_range(n_through, 5, 6);
    assert_int_equal(try_sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD, "198.51.100.7"), E_LIMIT);
    assert_int_equal(try_sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD, "192.0.2.1"), OK);
}

static void the_wait_grows_is_told_and_ends(void **state)
{
    struct access_fixture *f = *state;
    int64_t last_wait = 0;

    make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    for (int i = 0; i < 14; i++) {
        int64_t wait = 0;
        while (!guess(f, "sanne@voorbeeldstad.nl", "198.51.100.7")) {
            assert_string_equal(f->info.msg.key, "access.try-later");
            assert_in_range(f->info.msg.arg[0].i, 1, 15);
            f->now += 1000;
            wait += 1000;
        }
        assert_true(wait >= last_wait);
        last_wait = wait;
    }

    assert_in_range(last_wait, 5 * 60 * 1000, 15 * 60 * 1000);
    f->now += 15 * 60 * 1000;
    assert_int_equal(try_sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD, "198.51.100.7"), OK);
    assert_int_equal(try_sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD, "198.51.100.7"), OK);
}

static void an_office_that_signs_in_all_day_is_not_throttled(void **state)
{
    struct access_fixture *f = *state;

    make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(try_sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD, "192.0.2.1"), OK);
        arena_reset(f->a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define ACCESS_TEST(f) cmocka_unit_test_setup_teardown(f, access_set_up, access_tear_down)
        ACCESS_TEST(of_ten_thousand_guesses_at_a_thousand_accounts_few_get_through),
        ACCESS_TEST(a_network_of_addresses_is_one_place),
        ACCESS_TEST(a_thousand_places_get_little_of_one_account_and_its_owner_comes_in),
        ACCESS_TEST(who_guesses_from_one_place_does_not_lock_the_owner_out_elsewhere),
        ACCESS_TEST(the_wait_grows_is_told_and_ends),
        ACCESS_TEST(an_office_that_signs_in_all_day_is_not_throttled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
