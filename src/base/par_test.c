/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/par.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct tally {
    unsigned *seen; /* per block; each block belongs to one call, so no atomics */
    unsigned n_workers;
    uint64_t calls[PAR_THREADS_MAX]; /* per worker */
};

static void count_block(void *ctx, size_t block, unsigned worker)
{
    struct tally *t = ctx;
    t->seen[block]++;
    t->calls[worker < t->n_workers ? worker : 0]++;
}

static void each_block_runs_once_whatever_the_threads(void **state)
{
    (void)state;
    enum { N = 10007 };
    struct err_info info;
    for (unsigned threads = 1; threads <= 9; threads += 4) {
        par *pool;
        assert_int_equal(par_new(threads, &pool, &info), OK);
        assert_int_equal(par_threads(pool), threads);
        unsigned seen[N] = {0};
        struct tally t = {.seen = seen, .n_workers = threads};

        par_run(pool, N, count_block, &t);

        uint64_t calls = 0;
        for (unsigned i = 0; i < threads; i++)
            calls += t.calls[i];
        assert_int_equal(calls, N);
        for (size_t i = 0; i < N; i++)
            assert_int_equal(seen[i], 1);
        par_free(pool);
    }
}

static void a_pool_serves_many_short_runs(void **state)
{
    (void)state;
    struct err_info info;
    par *pool;
    unsigned seen[7] = {0};
    struct tally t = {.seen = seen, .n_workers = 4};
    assert_int_equal(par_new(4, &pool, &info), OK);

    for (size_t round = 0; round < 2000; round++)
        par_run(pool, round % 8, count_block, &t);

    for (size_t i = 0; i < 7; i++) /* block i runs in the rounds with more than i blocks */
        assert_int_equal(seen[i], 250 * (7 - i));
    par_free(pool);
}

static void without_a_pool_the_caller_does_the_work(void **state)
{
    (void)state;
    unsigned seen[5] = {0};
    struct tally t = {.seen = seen, .n_workers = 1};

    par_run(NULL, 5, count_block, &t);

    assert_int_equal(par_threads(NULL), 1);
    assert_int_equal(t.calls[0], 5);
    par_free(NULL);
}

static void zero_threads_means_the_cores_of_the_process(void **state)
{
    (void)state;
    struct err_info info;
    par *pool;

    assert_int_equal(par_new(0, &pool, &info), OK);

    assert_in_range(par_threads(pool), 1, PAR_THREADS_MAX);
    par_free(pool);
}

static void too_many_threads_are_refused(void **state)
{
    (void)state;
    struct err_info info;
    par *pool = NULL;

    assert_int_equal(par_new(PAR_THREADS_MAX + 1, &pool, &info), E_LIMIT);

    assert_string_equal(info.msg.key, "par.too-many-threads");
    assert_null(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_block_runs_once_whatever_the_threads),
        cmocka_unit_test(a_pool_serves_many_short_runs),
        cmocka_unit_test(without_a_pool_the_caller_does_the_work),
        cmocka_unit_test(zero_threads_means_the_cores_of_the_process),
        cmocka_unit_test(too_many_threads_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
