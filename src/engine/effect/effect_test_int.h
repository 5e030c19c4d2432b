/* SPDX-License-Identifier: EUPL-1.2 */
/* What the tests of two groups share: data, questions, answers. */
#ifndef ONTSCHOT_ENGINE_EFFECT_TEST_INT_H
#define ONTSCHOT_ENGINE_EFFECT_TEST_INT_H

#include "base/file.h"
#include "base/out.h"
#include "engine/effect/effect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct err_info info;

static inline void assert_near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance))
        fail_msg("%.17g is not %.17g", a, b);
}

static inline str path_of(const char *file, char path[512])
{
    const char *source = getenv("ONTSCHOT_SOURCE");
    snprintf(path, 512, "%s/tests/data/%s", source ? source : ".", file);
    return str_of(path);
}

static inline table *open_fixture(const char *file)
{
    char path[512];
    table *t;
    assert_int_equal(table_open(path_of(file, path), NULL, NULL, NULL, &t, &info), OK);
    return t;
}

static inline table *parse(const char *text)
{
    table *t;
    assert_int_equal(table_parse(str_of(text), STR("test"), NULL, NULL, &t, &info), OK);
    return t;
}

static inline struct effect_spec ask(enum effect_method method, const char *outcome)
{
    struct effect_spec s;
    effect_spec_init(&s);
    s.method = method;
    s.outcome = str_of(outcome);
    s.treatment = STR("treat");
    return s;
}

static inline void with_covariates(struct effect_spec *s, const char *names)
{
    str rest = str_of(names), name;
    while (str_next(&rest, ',', &name))
        s->covariates[s->n_covariates++] = name;
}

static inline struct effect_spec ask_lalonde(enum effect_method method)
{
    struct effect_spec s = ask(method, "re78");
    with_covariates(&s, "age,educ,race,married,nodegree,re74,re75");
    return s;
}

static inline struct effect_result *run(const table *t, const struct effect_spec *s)
{
    struct effect_result *r;
    const err e = effect_run(t, s, NULL, NULL, &r, &info);
    if (e != OK)
        fail_msg("%s", info.msg.key);
    return r;
}

#endif
