/* SPDX-License-Identifier: EUPL-1.2 */
/* Hot loops of matching against the plain telling, and the same bits at every vector width. */
#include "base/lanes.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

enum { CONTROL, TREATED, GROUPS };

#define KERNEL_FILE "engine/effect/balance_kernel_int.h"
#include "base/kernels.h"
#undef KERNEL_FILE
#define KERNEL_FILE "engine/effect/match_strata_kernel_int.h"
#include "base/kernels.h"

enum { N = 4096 };

static double uniform_at(const char *use, uint64_t index)
{
    return rng_uniform((struct rng_key){.seed = 20261124, .stream = rng_stream(use, 0)}, index);
}

/* ---- groups ---- */

struct group_sums {
    double dot[GROUPS], spread[GROUPS];
};

typedef void dot_kernel(const double *share, const double *x, size_t n, double *sum);
typedef void spread_kernel(const double *share, const double *x, const double *centre, size_t n,
                           double *sum);

static const double centre[GROUPS] = {0.25, -0.5};

static struct group_sums sums_by(dot_kernel *dot, spread_kernel *spread, const double *share,
                                 const double *x, size_t n)
{
    struct group_sums s = {{0}, {0}};
    dot(share, x, n, s.dot);
    spread(share, x, centre, n, s.spread);
    return s;
}

static void sums_over_groups_are_those_of_either_alone(void **state)
{
    (void)state;
    static const size_t length[] = {0, 1, 7, 8, 9, 1003, N};
    static double share[N], x[N];
    for (size_t i = 0; i < N; i++) {
        share[i] = i % 5 == 3 ? 0 : uniform_at("share", i) - 0.7;
        x[i] = 4 * uniform_at("x", i) - 2;
    }

    for (size_t c = 0; c < sizeof length / sizeof *length; c++) {
        const size_t n = length[c];
        const struct group_sums plain = sums_by(group_dot_plain, group_spread_plain, share, x, n);
        long double dot[GROUPS] = {0}, spread[GROUPS] = {0};
        for (size_t i = 0; i < n; i++) {
            const int g = share[i] > 0 ? TREATED : CONTROL;
            const long double apart = (long double)x[i] - centre[g];
            dot[g] += fabsl((long double)share[i]) * x[i];
            spread[g] += fabsl((long double)share[i]) * apart * apart;
        }

        for (int g = 0; g < GROUPS; g++) {
            assert_true(fabsl(plain.dot[g] - dot[g]) <= 1e-15L * (long double)(n + 1));
            assert_true(fabsl(plain.spread[g] - spread[g]) <= 1e-14L * (long double)(n + 1));
        }
#ifdef __x86_64__
        if (KERNEL_HAS_AVX2) {
            const struct group_sums s = sums_by(group_dot_avx2, group_spread_avx2, share, x, n);
            assert_memory_equal(&s, &plain, sizeof s);
        }
        if (KERNEL_HAS_AVX512) {
            const struct group_sums s = sums_by(group_dot_avx512, group_spread_avx512, share, x, n);
            assert_memory_equal(&s, &plain, sizeof s);
        }
#endif
    }
}

/* What one group has, however odd, is nothing to the other. */
static void a_group_does_not_touch_the_other(void **state)
{
    (void)state;
    const double share[9] = {0.5, -1, 0.5, 0, 0, 0, 0, 0, 0};
    const double x[9] = {2, INFINITY, 4, NAN, 0, 0, 0, 0, NAN};
    double sum[GROUPS] = {0};

    KERNEL_PICK(group_dot)(share, x, 9, sum);

    assert_true(sum[TREATED] == 3);
    assert_true(isinf(sum[CONTROL]));
}

/* ---- classes ---- */

typedef void class_kernel(double *v, size_t n, double low, double step, double per_unit,
                          double last);

/* Values on, just below and just above each cut point, and anywhere between. */
static size_t make_values(double low, double step, size_t n_classes, double *v)
{
    const double high = low + (double)n_classes * step;
    size_t n = 0;
    for (size_t i = 0; i <= n_classes; i++) {
        const double cut = low + (double)i * step;
        for (int side = -1; side <= 1; side++) {
            const double at = side ? nextafter(cut, (double)side * 1e300) : cut;
            v[n++] = at < low ? low : at > high ? high : at;
        }
    }
    while (n < N)
        v[n] = low + uniform_at("value", n) * (high - low), n++;
    return n;
}

static void assert_classes(class_kernel *classes, double low, double step, size_t n_classes)
{
    static double v[N], found[N];
    const size_t n = make_values(low, step, n_classes, v);
    memcpy(found, v, sizeof v);

    classes(found, n, low, step, 1 / step, (double)(n_classes - 1));

    for (size_t i = 0; i < n; i++) {
        size_t below = 0;
        for (size_t cut = 0; cut + 1 < n_classes; cut++)
            below += low + (double)(cut + 1) * step <= v[i];
        assert_true(found[i] == (double)below);
    }
}

static void classes_are_told_as_by_looking_at_every_cut_point(void **state)
{
    (void)state;
    static const double low[] = {0, -2.5, 0.1, 1e-9, 1e6, -1e12, 3};
    static const double step[] = {1, 0.1, 1.0 / 3, 1e-10, 7e-5, 1, 1e200};
    for (size_t c = 0; c < sizeof low / sizeof *low; c++)
        for (size_t n_classes = 2; n_classes < 40; n_classes += 5) {
            assert_classes(class_evenly_plain, low[c], step[c], n_classes);
            assert_classes(KERNEL_PICK(class_evenly), low[c], step[c], n_classes);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_over_groups_are_those_of_either_alone),
        cmocka_unit_test(a_group_does_not_touch_the_other),
        cmocka_unit_test(classes_are_told_as_by_looking_at_every_cut_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
