/* SPDX-License-Identifier: EUPL-1.2 */
/* fixture_test_int: what the tests of this room share: running a model, and any model at random. */
#ifndef ONTSCHOT_ENGINE_SCBA_FIXTURE_TEST_INT_H
#define ONTSCHOT_ENGINE_SCBA_FIXTURE_TEST_INT_H

#include "fixture_int.h"

#include "base/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static inline struct scba_result *run(const struct fixture *f)
{
    struct scba_result *r = NULL;
    struct err_info info;
    const err e = scba_run(&f->m, NULL, NULL, &r, &info);
    if (e != OK)
        print_error("%s\n", info.msg.key);
    assert_int_equal(e, OK);
    return r;
}

static inline const struct scba_party *society(const struct scba_result *r)
{
    return &r->party[r->n_payers];
}

static inline double pick(uint64_t round, uint64_t *at, double low, double high)
{
    return low + (high - low) * rng_uniform((struct rng_key){20261124, round}, (*at)++);
}

static inline struct scba_dist random_size(uint64_t round, uint64_t *at)
{
    const double scale = pick(round, at, 1.0, 1000.0);
    const struct scba_dist any[] = {
        fixed(scale),
        normal(scale, 0.4 * scale),
        {SCBA_LOGNORMAL, scale, 0.5 * scale, 0.0},
        {SCBA_TRIANGULAR, 0.2 * scale, scale, 3.0 * scale},
        {SCBA_UNIFORM, 0.0, scale, 0.0},
        {SCBA_PERT, 0.0, 0.5 * scale, scale},
    };
    return any[(size_t)pick(round, at, 0.0, 5.999)];
}

/* Anything a model can say, at random. */
static inline void build_random(struct fixture *f, uint64_t round)
{
    uint64_t at = 0;
    const size_t n_payers = 2 + (size_t)pick(round, &at, 0.0, 5.99);
    fixture_init(f, n_payers);
    f->m.horizon_years = 1 + (int)pick(round, &at, 0.0, 29.0);
    f->m.discount.rate = pick(round, &at, -0.02, 0.08);
    f->m.n_draws = 200;
    f->m.seed = round;
    const int share = fixture_parameter(f, (struct scba_dist){SCBA_BETA, 0.3, 0.1, 0.0});
    const size_t n_items = 3 + (size_t)pick(round, &at, 0.0, 12.0);
    for (size_t i = 0; i < n_items; i++) {
        const enum scba_kind kind = pick(round, &at, 0.0, 1.0) < 0.4 ? SCBA_COST : SCBA_EFFECT;
        struct scba_item *item = fixture_add(f, kind, 0, random_size(round, &at));
        double *to = f->shares[f->m.n_items - 1], sum = 0.0;
        for (size_t p = 0; p < n_payers; p++)
            sum += to[p] = pick(round, &at, 0.0, 1.0);
        for (size_t p = 0; p < n_payers; p++)
            to[p] /= sum;
        item->link[SCBA_DEADWEIGHT] = pick(round, &at, 0.0, 1.0) < 0.5 ? share : SCBA_NONE;
        item->link[SCBA_REACH] = pick(round, &at, 0.0, 1.0) < 0.3 ? share : SCBA_NONE;
        f->terms[f->n_terms - 1].fade = SCBA_EXPONENTIAL;
        f->terms[f->n_terms - 1].full_years = 1;
        f->terms[f->n_terms - 1].fade_rate = pick(round, &at, 0.01, 0.9);
    }
    for (size_t i = 0; i < n_items; i++) {
        const int from = (int)pick(round, &at, 0.0, (double)n_payers - 0.01);
        const int to = (from + 1) % (int)n_payers;
        if (i % 2)
            fixture_transfer(f, from, to, random_size(round, &at));
        else
            fixture_linked(f, from, to, i, pick(round, &at, 0.0, 1.0));
    }
}

#endif
