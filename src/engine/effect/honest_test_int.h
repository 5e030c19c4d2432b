/* SPDX-License-Identifier: EUPL-1.2 */
/* honest_test: the three seeded event studies of tests/oracle/honest.py. */
#ifndef ONTSCHOT_ENGINE_EFFECT_HONEST_TEST_INT_H
#define ONTSCHOT_ENGINE_EFFECT_HONEST_TEST_INT_H

#include "engine/effect/honest_int.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STUDIES = 3, PERIODS_MAX = 8 };
static const struct seeded {
    size_t n_before, n_after;
    double estimate[PERIODS_MAX], covariance[PERIODS_MAX * PERIODS_MAX];
} seeded[STUDIES] = {
    {.n_before = 4,
     .n_after = 3,
     .estimate = {-0.077166, -0.026644, -0.020622, 0.012487, 0.113018, 0.084213, 0.114598},
     .covariance =
         {
             0.00148827, 0.00022336, -2.907e-05, 0.00010873, 0.00035406, 0.00029459, 0.00039025,
             0.00022336, 0.00080957, 0.00010418, 0.00023041, 0.00013225, 0.00013548, 0.00038682,
             -2.907e-05, 0.00010418, 0.0006593,  0.00021662, 0.00019066, 0.000223,   7.061e-05,
             0.00010873, 0.00023041, 0.00021662, 0.00123202, 8.187e-05,  0.00027988, 3.616e-05,
             0.00035406, 0.00013225, 0.00019066, 8.187e-05,  0.00100918, 0.00022108, 0.00019472,
             0.00029459, 0.00013548, 0.000223,   0.00027988, 0.00022108, 0.00130488, 0.00046687,
             0.00039025, 0.00038682, 7.061e-05,  3.616e-05,  0.00019472, 0.00046687, 0.00079427,
         }},
    {.n_before = 5,
     .n_after = 2,
     .estimate = {0.047164, 0.015011, 0.004121, -0.000514, -0.004425, 0.157303, 0.158454},
     .covariance =
         {
             0.0016683,  0.00059299, 0.00012316, 0.00027043, 0.00040581, 0.00019985, 0.00023304,
             0.00059299, 0.00090862, 0.00036175, 0.00019347, 0.00010742, 0.00029554, 0.00030786,
             0.00012316, 0.00036175, 0.00067766, 0.00032994, 0.0001953,  0.00033488, 0.00010409,
             0.00027043, 0.00019347, 0.00032994, 0.00110399, 0.00036154, 0.00032485, 3.324e-05,
             0.00040581, 0.00010742, 0.0001953,  0.00036154, 0.00088437, 8.042e-05,  -6.45e-06,
             0.00019985, 0.00029554, 0.00033488, 0.00032485, 8.042e-05,  0.00055216, 2.577e-05,
             0.00023304, 0.00030786, 0.00010409, 3.324e-05,  -6.45e-06,  2.577e-05,  0.00064001,
         }},
    {.n_before = 3,
     .n_after = 4,
     .estimate = {-0.015698, -0.019803, -0.077461, 0.167712, 0.128967, 0.17987, 0.249055},
     .covariance =
         {
             0.00103973, 0.00020515, 0.00016769, 0.00018338, 0.00024931, 0.00027879, 0.00017704,
             0.00020515, 0.00071467, 0.00029797, 9.52e-06,   0.00032922, 0.00025544, 0.00026557,
             0.00016769, 0.00029797, 0.0017229,  -6.937e-05, 0.00082285, 0.00023324, 0.0004233,
             0.00018338, 9.52e-06,   -6.937e-05, 0.00056624, -8.618e-05, 4.932e-05,  0.00030841,
             0.00024931, 0.00032922, 0.00082285, -8.618e-05, 0.00105082, 6.65e-05,   0.00033019,
             0.00027879, 0.00025544, 0.00023324, 4.932e-05,  6.65e-05,   0.00059953, 0.00011779,
             0.00017704, 0.00026557, 0.0004233,  0.00030841, 0.00033019, 0.00011779, 0.00160022,
         }},
};

/* A copy that a test may change, with equal weights. */
struct copy {
    struct honest_study study;
    double estimate[PERIODS_MAX], covariance[PERIODS_MAX * PERIODS_MAX], weight[PERIODS_MAX];
};

static inline struct honest_study *copy_of(const struct seeded *s, struct copy *c)
{
    memcpy(c->estimate, s->estimate, sizeof c->estimate);
    memcpy(c->covariance, s->covariance, sizeof c->covariance);
    for (size_t k = 0; k < s->n_after; k++)
        c->weight[k] = 1 / (double)s->n_after;
    c->study =
        (struct honest_study){s->n_before, s->n_after, c->estimate, c->covariance, c->weight};
    return &c->study;
}

static inline void assert_near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance))
        fail_msg("%.17g is not %.17g within %g", a, b, tolerance);
}

static inline struct honest_interval smooth(const struct honest_study *s, double level, double m)
{
    struct honest_interval i;
    struct err_info info;
    arena *a = arena_new((size_t)1 << 24);
    assert_int_equal(honest_smooth(s, level, m, a, &i, &info), OK);
    arena_free(a);
    return i;
}

#endif
