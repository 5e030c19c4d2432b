/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/lin.h"

#include "base/lanes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LIN_PANEL = 128 };
#define KERNEL_FILE "base/lin_kernel_int.h"
#include "base/kernels.h"

/* Splitmix64 (Steele, Lea and Flood 2014): a source for tests that shares nothing with base/rng. */
static uint64_t random_state;

static double random_real(void)
{
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1;
}

static double *random_reals(size_t n)
{
    double *x = malloc((n + 1) * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++)
        x[i] = random_real();
    return x;
}

static void assert_same_bits(const double *a, const double *b, size_t n)
{
    assert_memory_equal(a, b, n * sizeof *a);
}

static void sums_and_products_agree_with_a_wider_type(void **state)
{
    (void)state;
    random_state = 1;
    static const size_t length[] = {0, 1, 7, 8, 9, 127, 4095, 4096, 4097, 50003};
    for (size_t c = 0; c < sizeof length / sizeof *length; c++) {
        const size_t n = length[c];
        double *x = random_reals(n), *y = random_reals(n), *w = random_reals(n);
        long double sum = 0, dot = 0, dot3 = 0;
        for (size_t i = 0; i < n; i++) {
            sum += x[i];
            dot += (long double)x[i] * y[i];
            dot3 += (long double)w[i] * x[i] * y[i];
        }

        assert_true(fabsl(lin_sum(x, n) - sum) <= 1e-16L * (long double)(n + 1));
        assert_true(fabsl(lin_dot(x, y, n) - dot) <= 1e-16L * (long double)(n + 1));
        assert_true(fabsl(lin_dot3(w, x, y, n) - dot3) <= 1e-16L * (long double)(n + 1));
        free(x);
        free(y);
        free(w);
    }
}

static void zeros_at_the_end_and_an_odd_address_change_nothing(void **state)
{
    (void)state;
    random_state = 2;
    double x[72] = {0}, shifted[73];
    for (size_t n = 0; n <= 64; n++) {
        memset(x, 0, sizeof x);
        for (size_t i = 0; i < n; i++)
            x[i] = random_real();
        memcpy(shifted + 1, x, sizeof x);

        const double sum = lin_sum(x, n), dot = lin_dot(x, x, n);

        const double padded = lin_sum(x, 72), moved = lin_sum(shifted + 1, n);
        assert_same_bits(&sum, &padded, 1);
        assert_same_bits(&sum, &moved, 1);
        const double padded_dot = lin_dot(x, x, 72), moved_dot = lin_dot(shifted + 1, x, n);
        assert_same_bits(&dot, &padded_dot, 1);
        assert_same_bits(&dot, &moved_dot, 1);
    }
}

#ifdef __x86_64__
static void every_vector_width_gives_the_same_bits(void **state)
{
    (void)state;
    random_state = 3;
    enum { N = 4093, K = 4 };
    double *x = random_reals(N), *y = random_reals(N), *w = random_reals(N);
    static lanes acc[3][K * K];
    const double plain[] = {block_sum_plain(x, N), block_dot_plain(x, y, N),
                            block_dot3_plain(w, x, y, N)};
    gram_panel_plain(x, y, K, LIN_PANEL, acc[0]);

    if (KERNEL_HAS_AVX2) {
        const double avx2[] = {block_sum_avx2(x, N), block_dot_avx2(x, y, N),
                               block_dot3_avx2(w, x, y, N)};
        assert_same_bits(plain, avx2, 3);
        gram_panel_avx2(x, y, K, LIN_PANEL, acc[1]);
        assert_memory_equal(acc[0], acc[1], sizeof acc[0]);
    }
    if (KERNEL_HAS_AVX512) {
        const double avx512[] = {block_sum_avx512(x, N), block_dot_avx512(x, y, N),
                                 block_dot3_avx512(w, x, y, N)};
        assert_same_bits(plain, avx512, 3);
        gram_panel_avx512(x, y, K, LIN_PANEL, acc[2]);
        assert_memory_equal(acc[0], acc[2], sizeof acc[0]);
    }
    free(x);
    free(y);
    free(w);
}
#else
static void every_vector_width_gives_the_same_bits(void **state)
{
    (void)state; /* one width only */
}
#endif

enum { GRAM_N = 3 * LIN_BLOCK + 1003, GRAM_K = 21 };

static void a_gram_matrix_holds_the_inner_products(void **state)
{
    (void)state;
    random_state = 4;
    struct err_info info;
    const double *x[GRAM_K];
    double *w = random_reals(GRAM_N);
    for (size_t j = 0; j < GRAM_K; j++)
        x[j] = random_reals(GRAM_N);

    for (size_t k = 1; k <= GRAM_K; k += 4) {
        double plain[GRAM_K * GRAM_K], weighted[GRAM_K * GRAM_K];
        assert_int_equal(lin_gram(NULL, x, k, NULL, GRAM_N, plain, &info), OK);
        assert_int_equal(lin_gram(NULL, x, k, w, GRAM_N, weighted, &info), OK);

        for (size_t a = 0; a < k; a++)
            for (size_t b = a; b < k; b++) {
                const double dot = lin_dot(x[a], x[b], GRAM_N);
                const double dot3 = lin_dot3(w, x[a], x[b], GRAM_N);
                assert_same_bits(&plain[a * k + b], &dot, 1);
                assert_same_bits(&plain[b * k + a], &dot, 1);
                assert_same_bits(&weighted[a * k + b], &dot3, 1);
                assert_same_bits(&weighted[b * k + a], &dot3, 1);
            }
    }
    for (size_t j = 0; j < GRAM_K; j++)
        free((void *)(uintptr_t)x[j]);
    free(w);
}

static void threads_do_not_change_a_gram_matrix(void **state)
{
    (void)state;
    random_state = 5;
    struct err_info info;
    enum { K = 3, N = 300 * LIN_BLOCK + 17 }; /* more than one wave of blocks */
    double *column = random_reals(N + K);
    const double *x[K] = {column, column + 1, column + 2};
    double alone[K * K], together[K * K];
    assert_int_equal(lin_gram(NULL, x, K, NULL, N, alone, &info), OK);

    for (unsigned threads = 1; threads <= 7; threads += 3) {
        par *pool;
        assert_int_equal(par_new(threads, &pool, &info), OK);
        assert_int_equal(lin_gram(pool, x, K, NULL, N, together, &info), OK);
        par_free(pool);

        assert_same_bits(alone, together, K * K);
    }
    free(column);
}

static void gram_of_no_rows_is_zero_and_too_many_columns_are_refused(void **state)
{
    (void)state;
    struct err_info info;
    const double none[1] = {1};
    const double *x[2] = {none, none};
    double g[4] = {7, 7, 7, 7};

    assert_int_equal(lin_gram(NULL, x, LIN_K_MAX + 1, NULL, 1, g, &info), E_LIMIT);
    assert_int_equal(g[0], 7);
    assert_string_equal(info.msg.key, "lin.too-many-columns");
    assert_int_equal(lin_gram(NULL, x, 2, NULL, 0, g, &info), OK);

    for (size_t i = 0; i < 4; i++)
        assert_true(g[i] == 0);
}

static void combine_adds_scaled_columns(void **state)
{
    (void)state;
    random_state = 6;
    enum { N = LIN_BLOCK + 77 };
    double *x0 = random_reals(N), *x1 = random_reals(N), *y = random_reals(N);
    const double *x[] = {x0, x1};

    lin_combine(x, 2, (const double[]){2.5, -0.1}, N, y);

    for (size_t i = 0; i < N; i++) {
        const double want = 2.5 * x0[i] + -0.1 * x1[i];
        assert_same_bits(&y[i], &want, 1);
    }
    free(x0);
    free(x1);
    free(y);
}

/* Golub and Van Loan, Matrix Computations: the Cholesky factor of a small exact example. */
static void cholesky_of_an_exact_example(void **state)
{
    (void)state;
    double a[] = {4, 12, -16, 12, 37, -43, -16, -43, 98};
    bool keep[3];

    assert_int_equal(lin_cholesky(a, 3, 1e-12, keep), 3);

    const double l[] = {2, 6, 1, -8, 5, 3};
    const double got[] = {a[0], a[3], a[4], a[6], a[7], a[8]};
    assert_same_bits(got, l, 6);
}

static void a_solution_and_an_inverse_undo_the_matrix(void **state)
{
    (void)state;
    random_state = 7;
    enum { K = 40, N = 200 };
    struct err_info info;
    const double *x[K];
    double a[K * K], l[K * K], inv[K * K], b[K], back[K];
    bool keep[K];
    for (size_t j = 0; j < K; j++)
        x[j] = random_reals(N);
    assert_int_equal(lin_gram(NULL, x, K, NULL, N, a, &info), OK);
    memcpy(l, a, sizeof a);
    for (size_t i = 0; i < K; i++)
        b[i] = random_real();

    assert_int_equal(lin_cholesky(l, K, 1e-12, keep), K);
    double solution[K];
    memcpy(solution, b, sizeof b);
    lin_cholesky_solve(l, keep, K, solution);
    lin_cholesky_inverse(l, keep, K, inv);

    lin_multiply(a, K, K, solution, back);
    for (size_t i = 0; i < K; i++)
        assert_true(fabs(back[i] - b[i]) < 1e-12);
    lin_multiply(inv, K, K, b, back);
    for (size_t i = 0; i < K; i++) {
        assert_true(fabs(back[i] - solution[i]) < 1e-13);
        for (size_t j = 0; j < i; j++)
            assert_same_bits(&inv[i * K + j], &inv[j * K + i], 1);
    }
    for (size_t j = 0; j < K; j++)
        free((void *)(uintptr_t)x[j]);
}

static void dependent_columns_are_left_out_of_the_solution(void **state)
{
    (void)state;
    random_state = 8;
    enum { N = 500 };
    struct err_info info;
    double *one = random_reals(N), *two = random_reals(N), *sum = random_reals(N),
           *zero = calloc(N, sizeof *zero);
    assert_non_null(zero);
    for (size_t i = 0; i < N; i++)
        sum[i] = one[i] - 3 * two[i];
    const double *all[] = {one, two, sum, zero}, *few[] = {one, two};
    double a[16], small[4], b[4] = {1, 2, 3, 4}, b_small[2] = {1, 2}, inv[16];
    bool keep[4], keep_small[2];
    assert_int_equal(lin_gram(NULL, all, 4, NULL, N, a, &info), OK);
    assert_int_equal(lin_gram(NULL, few, 2, NULL, N, small, &info), OK);
    assert_int_equal(lin_cholesky(small, 2, 1e-10, keep_small), 2);
    lin_cholesky_solve(small, keep_small, 2, b_small);

    assert_int_equal(lin_cholesky(a, 4, 1e-10, keep), 2);
    lin_cholesky_solve(a, keep, 4, b);
    lin_cholesky_inverse(a, keep, 4, inv);

    assert_true(keep[0] && keep[1] && !keep[2] && !keep[3]);
    assert_same_bits(b, b_small, 2);
    assert_true(b[2] == 0 && b[3] == 0);
    for (size_t i = 0; i < 4; i++)
        assert_true(inv[i * 4 + 2] == 0 && inv[3 * 4 + i] == 0);
    free(one);
    free(two);
    free(sum);
    free(zero);
}

static void a_matrix_that_is_not_a_number_has_rank_zero(void **state)
{
    (void)state;
    double a[] = {NAN, 1, 1, -1};
    bool keep[2];

    assert_int_equal(lin_cholesky(a, 2, 1e-12, keep), 0);

    assert_false(keep[0] || keep[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_products_agree_with_a_wider_type),
        cmocka_unit_test(zeros_at_the_end_and_an_odd_address_change_nothing),
        cmocka_unit_test(every_vector_width_gives_the_same_bits),
        cmocka_unit_test(a_gram_matrix_holds_the_inner_products),
        cmocka_unit_test(threads_do_not_change_a_gram_matrix),
        cmocka_unit_test(gram_of_no_rows_is_zero_and_too_many_columns_are_refused),
        cmocka_unit_test(combine_adds_scaled_columns),
        cmocka_unit_test(cholesky_of_an_exact_example),
        cmocka_unit_test(a_solution_and_an_inverse_undo_the_matrix),
        cmocka_unit_test(dependent_columns_are_left_out_of_the_solution),
        cmocka_unit_test(a_matrix_that_is_not_a_number_has_rank_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
