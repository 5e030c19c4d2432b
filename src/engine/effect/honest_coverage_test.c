/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Seeded event studies whose trends are known not to be parallel: the interval that
 * takes them to be fails, honest ones hold the effect as often as they promise.
 */
#include "engine/effect/honest_test_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "base/rng.h"

enum { ROUNDS = 600 };
#define EFFECT 0.3

/* Draw `round` around the truth: effect plus slope t plus bend t^2 / 2. */
static struct honest_study *draw(const struct seeded *like, double slope, double bend, size_t round,
                                 struct copy *c)
{
    struct honest_study *s = copy_of(like, c);
    const size_t n = s->n_before + s->n_after;
    const struct rng_key key = {20261124, rng_stream("honest.coverage", round)};
    double root[PERIODS_MAX * PERIODS_MAX], z[PERIODS_MAX];
    bool keep[PERIODS_MAX];
    memcpy(root, s->covariance, n * n * sizeof *root);
    assert_int_equal(lin_cholesky(root, n, 1e-12, keep), n);
    rng_normals(key, 0, n, z);
    for (size_t i = 0; i < n; i++) {
        const double t = (double)i - (double)s->n_before + (i >= s->n_before ? 1 : 0);
        s->estimate[i] = (i >= s->n_before ? EFFECT : 0) + slope * t + bend * t * t / 2;
        for (size_t j = 0; j <= i; j++)
            s->estimate[i] += root[i * n + j] * z[j];
    }
    return s;
}

static bool holds(struct honest_interval i)
{
    return i.low <= EFFECT && EFFECT <= i.high;
}

struct covered {
    double parallel, relative, smooth;
};

static struct covered coverage(const struct seeded *like, double slope, double bend, double m,
                               double m_smooth)
{
    struct covered n = {0, 0, 0};
    for (size_t round = 0; round < ROUNDS; round++) {
        struct copy c;
        const struct honest_study *s = draw(like, slope, bend, round, &c);
        n.parallel += holds(honest_relative(s, 0.95, 0));
        n.relative += m > 0 && holds(honest_relative(s, 0.95, m));
        n.smooth += holds(smooth(s, 0.95, m_smooth));
    }
    return (struct covered){n.parallel / ROUNDS, n.relative / ROUNDS, n.smooth / ROUNDS};
}

/* 95 % less three Monte Carlo standard errors. */
static const double LEAST = 0.95 - 3 * 0.0089, MOST = 0.95 + 3 * 0.0089;

static void a_straight_difference_is_covered(void **state)
{
    (void)state;
    for (size_t i = 0; i < STUDIES; i++) {
        const struct covered share = coverage(&seeded[i], 0.03, 0, 1, 0);

        print_message("# straight, study %zu: parallel %.3f, relative %.3f, smooth %.3f\n", i,
                      share.parallel, share.relative, share.smooth);
        assert_true(share.parallel < 0.5);
        assert_true(share.relative >= LEAST);
        assert_true(share.smooth >= LEAST);
        assert_true(share.smooth <= MOST); /* at M = 0 exactly 95 % */
    }
}

static void a_difference_that_bends_is_covered(void **state)
{
    (void)state;
    const double bend = 0.02;
    for (size_t i = 0; i < STUDIES; i++) {
        /* the largest step after over the largest before */
        const double m = ((double)seeded[i].n_after - 0.5) / ((double)seeded[i].n_before - 0.5);

        const struct covered share = coverage(&seeded[i], 0, bend, m, bend);

        print_message("# bent, study %zu: parallel %.3f, relative %.3f, smooth %.3f\n", i,
                      share.parallel, share.relative, share.smooth);
        assert_true(share.parallel < 0.9);
        assert_true(share.relative >= LEAST);
        assert_true(share.smooth >= LEAST);
    }
}

/*
 * One clear step before the start, and after it as far each time, all one way: the
 * effect lies at the end of what is possible, where one moment binds and the test
 * rejects exactly 5 %.
 */
static void the_worst_relative_difference_is_covered_exactly(void **state)
{
    (void)state;
    const double step = 1, m = 0.7;
    for (size_t i = 0; i < STUDIES; i++) {
        double n = 0, n_too_small = 0;
        for (size_t round = 0; round < ROUNDS; round++) {
            struct copy c;
            struct honest_study *s = draw(&seeded[i], 0, 0, round, &c);
            for (size_t j = 0; j < s->n_before; j++)
                s->estimate[j] -= step;
            for (size_t k = 0; k < s->n_after; k++)
                s->estimate[s->n_before + k] += m * step * (double)(k + 1);
            n += holds(honest_relative(s, 0.95, m));
            n_too_small += holds(honest_relative(s, 0.95, m / 2));
        }

        print_message("# worst, study %zu: relative %.3f, at half of M %.3f\n", i, n / ROUNDS,
                      n_too_small / ROUNDS);
        assert_true(n / ROUNDS >= LEAST && n / ROUNDS <= MOST);
        assert_true(n_too_small == 0);
    }
}

static void too_small_a_bend_is_not_enough(void **state)
{
    (void)state;

    const struct covered share = coverage(&seeded[0], 0, 0.05, 0, 0.005);

    assert_true(share.smooth < 0.9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_straight_difference_is_covered),
        cmocka_unit_test(a_difference_that_bends_is_covered),
        cmocka_unit_test(the_worst_relative_difference_is_covered_exactly),
        cmocka_unit_test(too_small_a_bend_is_not_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
