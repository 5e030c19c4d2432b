/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/db/id.h"
#include "base/rng.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const int64_t new_year_2026 = INT64_C(1767225600000);
static _Atomic int64_t clock_ms;

static int64_t now(void)
{
    return clock_ms;
}

static id_source *source(unsigned node, int64_t after)
{
    id_source *s = NULL;
    struct err_info info;
    assert_int_equal(id_source_new(node, now, after, &s, &info), OK);
    return s;
}

static void an_id_tells_when_and_where_it_was_made(void **state)
{
    (void)state;
    clock_ms = new_year_2026 + 7;
    id_source *s = source(1023, 0);

    const int64_t id = id_next(s);

    assert_int_equal(id_time_ms(id), new_year_2026 + 7);
    assert_int_equal(id_node(id), 1023);
    assert_true(id >= id_at_ms(new_year_2026 + 7));
    assert_true(id < id_at_ms(new_year_2026 + 8));
    /* 41 | 10 | 12 bits, counted by hand: 189,388,800,007 ms since 2020 */
    assert_int_equal(id, INT64_C(189388800007) * 4194304 + INT64_C(1023) * 4096);
    id_source_free(s);
}

static void ids_grow_whatever_the_clock_does(void **state)
{
    (void)state;
    const struct rng_key key = {.seed = 1, .stream = rng_stream("id-test", 0)};
    clock_ms = new_year_2026;
    id_source *s = source(3, 0);
    int64_t last = 0;

    for (uint64_t i = 0; i < 200000; i++) {
        const uint64_t r = rng_u64(key, i);
        if (r % 64 == 0) /* jumps of up to an hour to both sides */
            clock_ms += (int64_t)(r >> 32) % 7200000 - 3600000;
        const int64_t id = id_next(s);
        assert_true(id > last);
        assert_int_equal(id_node(id), 3);
        last = id;
    }
    id_source_free(s);
}

static void a_full_millisecond_borrows_from_the_next(void **state)
{
    (void)state;
    clock_ms = new_year_2026;
    id_source *s = source(0, 0);

    for (int i = 0; i < ID_SEQUENCES; i++)
        assert_int_equal(id_time_ms(id_next(s)), new_year_2026);

    assert_int_equal(id_time_ms(id_next(s)), new_year_2026 + 1);
    id_source_free(s);
}

static void a_source_goes_on_behind_what_another_made(void **state)
{
    (void)state;
    clock_ms = new_year_2026 + 3600000;
    id_source *before = source(9, 0);
    const int64_t last = id_next(before);
    clock_ms = new_year_2026; /* set back while the program was down */

    id_source *after = source(0, last);

    assert_true(id_next(after) > last);
    id_source_free(before);
    id_source_free(after);
}

static void clocks_out_of_range_give_ids_nevertheless(void **state)
{
    (void)state;
    clock_ms = -5;
    id_source *s = source(1, 0);

    assert_true(id_next(s) > 0);
    clock_ms = INT64_MAX - 1;
    assert_true(id_next(s) > 0);

    id_source_free(s);
}

static void a_node_out_of_range_is_refused(void **state)
{
    (void)state;
    struct err_info info;
    id_source *s = NULL;

    assert_int_equal(id_source_new(ID_NODES, now, 0, &s, &info), E_INPUT);

    assert_string_equal(info.msg.key, "db.no-node");
    assert_null(s);
}

enum { THREADS = 4, EACH = 50000 };

struct taker {
    id_source *s;
    int64_t *id;
};

static void *take(void *arg)
{
    const struct taker *t = arg;
    for (int i = 0; i < EACH; i++)
        t->id[i] = id_next(t->s);
    return NULL;
}

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void threads_never_get_the_same_id(void **state)
{
    (void)state;
    clock_ms = new_year_2026;
    id_source *s = source(2, 0);
    int64_t *id = calloc(THREADS * EACH, sizeof *id);
    struct taker t[THREADS];
    pthread_t thread[THREADS];

    for (int i = 0; i < THREADS; i++) {
        t[i] = (struct taker){s, id + i * EACH};
        assert_int_equal(pthread_create(&thread[i], NULL, take, &t[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);

    for (int i = 0; i < THREADS; i++) /* each sees them grow */
        for (int k = 1; k < EACH; k++)
            assert_true(t[i].id[k] > t[i].id[k - 1]);
    qsort(id, THREADS * EACH, sizeof *id, by_value);
    for (int i = 1; i < THREADS * EACH; i++)
        assert_true(id[i] > id[i - 1]);
    free(id);
    id_source_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_tells_when_and_where_it_was_made),
        cmocka_unit_test(ids_grow_whatever_the_clock_does),
        cmocka_unit_test(a_full_millisecond_borrows_from_the_next),
        cmocka_unit_test(a_source_goes_on_behind_what_another_made),
        cmocka_unit_test(clocks_out_of_range_give_ids_nevertheless),
        cmocka_unit_test(a_node_out_of_range_is_refused),
        cmocka_unit_test(threads_never_get_the_same_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
