/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/site/site.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static rate_table *table(size_t entries, struct rate page)
{
    struct rate rates[RATE_CLASSES];
    struct err_info info;
    rate_table *t;
    memcpy(rates, site_rates, sizeof rates);
    rates[RATE_PAGE] = page;
    rates[RATE_WRITE] = page;
    assert_int_equal(rate_table_new(entries, rates, &t, &info), OK);
    return t;
}

static struct rate_who by(str address)
{
    return (struct rate_who){.address = address};
}

static void a_burst_then_a_steady_stream(void **state)
{
    (void)state;
    rate_table *t = table(64, (struct rate){"page", 60, 3});
    int retry_s = -1;

    for (int i = 0; i < 3; i++)
        assert_true(rate_take(t, RATE_PAGE, by(STR("192.0.2.1")), 1000, &retry_s));
    assert_false(rate_take(t, RATE_PAGE, by(STR("192.0.2.1")), 1000, &retry_s));
    assert_in_range(retry_s, 1, 2);
    assert_false(rate_take(t, RATE_PAGE, by(STR("192.0.2.1")), 1900, &retry_s));

    for (int64_t s = 0; s < 100; s++) { /* one a second is what it may */
        assert_true(rate_take(t, RATE_PAGE, by(STR("192.0.2.1")), 2000 + s * 1000, &retry_s));
        assert_false(rate_take(t, RATE_PAGE, by(STR("192.0.2.1")), 2000 + s * 1000, &retry_s));
    }
    rate_table_free(t);
}

static void who_and_class_are_counted_apart(void **state)
{
    (void)state;
    rate_table *t = table(64, (struct rate){"page", 1, 1});
    int retry_s;

    assert_true(rate_take(t, RATE_PAGE, by(STR("192.0.2.1")), 0, &retry_s));
    assert_true(rate_take(t, RATE_PAGE, by(STR("192.0.2.2")), 0, &retry_s));
    assert_true(rate_take(t, RATE_WRITE, by(STR("192.0.2.1")), 0, &retry_s));
    assert_false(rate_take(t, RATE_PAGE, by(STR("192.0.2.1")), 0, &retry_s));
    rate_table_free(t);
}

static void a_network_of_ipv6_counts_as_one(void **state)
{
    (void)state;
    rate_table *t = table(64, (struct rate){"page", 1, 1});
    int retry_s;

    assert_true(rate_take(t, RATE_PAGE, by(STR("2001:db8:1:2::1")), 0, &retry_s));
    assert_false(rate_take(t, RATE_PAGE, by(STR("2001:db8:1:2:ffff::9")), 0, &retry_s));
    assert_true(rate_take(t, RATE_PAGE, by(STR("2001:db8:1:3::1")), 0, &retry_s));
    rate_table_free(t);
}

static void a_clock_that_jumps_back_gives_nothing(void **state)
{
    (void)state;
    rate_table *t = table(64, (struct rate){"page", 60, 1});
    int retry_s;

    assert_true(rate_take(t, RATE_PAGE, by(STR("a")), 1000000, &retry_s));
    assert_false(rate_take(t, RATE_PAGE, by(STR("a")), 0, &retry_s));
    assert_false(rate_take(t, RATE_PAGE, by(STR("a")), 1000500, &retry_s));
    assert_true(rate_take(t, RATE_PAGE, by(STR("a")), 1001000, &retry_s));
    rate_table_free(t);
}

static void no_limit_is_no_limit(void **state)
{
    (void)state;
    rate_table *t = table(64, (struct rate){"page", 0, 0});
    int retry_s;

    for (int i = 0; i < 1000; i++)
        assert_true(rate_take(t, RATE_PAGE, by(STR("a")), 0, &retry_s));
    rate_table_free(t);
}

static void many_strangers_push_out_the_longest_silent_alone(void **state)
{
    (void)state;
    rate_table *t = table(1 << 10, (struct rate){"page", 1, 1});
    int retry_s;

    for (int64_t i = 0; i < 20000; i++) {
        char who[32];
        (void)snprintf(who, sizeof who, "stranger %d", (int)i);
        assert_true(rate_take(t, RATE_PAGE, by(str_of(who)), i, &retry_s)); /* each is new */
        if (i > 0) /* who keeps asking is kept: pushed out it would be new again */
            assert_false(rate_take(t, RATE_PAGE, by(STR("busy")), i, &retry_s));
        else
            assert_true(rate_take(t, RATE_PAGE, by(STR("busy")), i, &retry_s));
    }
    rate_table_free(t);
}

enum { THREADS = 4, TAKES = 20000 };

struct crowd {
    rate_table *t;
    atomic_int taken;
};

static void *take_many(void *arg)
{
    struct crowd *c = arg;
    int retry_s;
    for (int i = 0; i < TAKES; i++)
        if (rate_take(c->t, RATE_PAGE, by(STR("all")), 5, &retry_s))
            atomic_fetch_add(&c->taken, 1);
    return NULL;
}

static void threads_share_one_bucket_exactly(void **state)
{
    (void)state;
    struct crowd c = {.t = table(64, (struct rate){"page", 1, 12345})};
    pthread_t thread[THREADS];

    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, take_many, &c), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);

    assert_int_equal(atomic_load(&c.taken), 12345);
    rate_table_free(c.t);
}

static struct rate_who account(int64_t id)
{
    return (struct rate_who){.account = id, .address = STR("192.0.2.1")};
}

static void accounts_behind_one_address_have_a_bucket_each(void **state)
{
    (void)state;
    rate_table *t = table(64, (struct rate){"page", 1, 1});
    int retry_s;

    assert_true(rate_take(t, RATE_PAGE, account(7), 0, &retry_s));
    assert_false(rate_take(t, RATE_PAGE, account(7), 0, &retry_s));
    assert_true(rate_take(t, RATE_PAGE, account(8), 0, &retry_s));
    assert_true(rate_take(t, RATE_PAGE, by(STR("192.0.2.1")), 0, &retry_s));
    rate_table_free(t);
}

static void looking_takes_nothing_and_says_when_it_is_full(void **state)
{
    (void)state;
    rate_table *t = table(64, (struct rate){"page", 60, 10});
    int left, full_s, retry_s;

    rate_look(t, RATE_PAGE, account(7), 0, &left, &full_s);
    assert_int_equal(left, 10);
    assert_int_equal(full_s, 0);
    for (int i = 0; i < 4; i++)
        assert_true(rate_take(t, RATE_PAGE, account(7), 0, &retry_s));
    for (int i = 0; i < 3; i++)
        rate_look(t, RATE_PAGE, account(7), 0, &left, &full_s);

    assert_int_equal(left, 6);
    assert_in_range(full_s, 4, 5);
    rate_table_free(t);
}

static void a_credential_is_known_until_it_is_forgotten(void **state)
{
    (void)state;
    rate_table *t = table(64, (struct rate){"page", 60, 10});

    assert_int_equal(rate_account(t, STR("session")), 0);
    rate_learn(t, STR("session"), 7);
    rate_learn(t, STR("another"), 0); /* forgets nothing of others */
    assert_int_equal(rate_account(t, STR("session")), 7);
    assert_int_equal(rate_account(t, STR("sessio")), 0);
    assert_int_equal(rate_account(t, STR("")), 0);
    rate_learn(t, STR("session"), 0);

    assert_int_equal(rate_account(t, STR("session")), 0);
    rate_table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_then_a_steady_stream),
        cmocka_unit_test(who_and_class_are_counted_apart),
        cmocka_unit_test(a_network_of_ipv6_counts_as_one),
        cmocka_unit_test(a_clock_that_jumps_back_gives_nothing),
        cmocka_unit_test(no_limit_is_no_limit),
        cmocka_unit_test(many_strangers_push_out_the_longest_silent_alone),
        cmocka_unit_test(threads_share_one_bucket_exactly),
        cmocka_unit_test(accounts_behind_one_address_have_a_bucket_each),
        cmocka_unit_test(looking_takes_nothing_and_says_when_it_is_full),
        cmocka_unit_test(a_credential_is_known_until_it_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
