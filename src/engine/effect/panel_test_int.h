/* SPDX-License-Identifier: EUPL-1.2 */
/* panel_test: what the tests of panels share. Included by each after its own headers. */
#ifndef ONTSCHOT_ENGINE_EFFECT_PANEL_TEST_INT_H
#define ONTSCHOT_ENGINE_EFFECT_PANEL_TEST_INT_H

#include "base/out.h"
#include "engine/effect/effect.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* cmocka's own compares in single precision. */
static inline void assert_near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance))
        fail_msg("%.17g is not %.17g within %g", a, b, tolerance);
}

static inline table *open_fixture(const char *name)
{
    const char *root = getenv("ONTSCHOT_SOURCE");
    struct err_info info;
    table *t = NULL;
    out path;
    out_init(&path, 4096);
    out_cstr(&path, root ? root : ".");
    out_cstr(&path, "/tests/data/");
    out_cstr(&path, name);
    assert_int_equal(table_open(out_view(&path), NULL, NULL, NULL, &t, &info), OK);
    out_free(&path);
    return t;
}

static inline table *parse_table(const char *text)
{
    struct err_info info;
    table *t = NULL;
    assert_int_equal(table_parse(str_of(text), STR("test"), NULL, NULL, &t, &info), OK);
    return t;
}

static inline struct effect_spec did_spec(void)
{
    struct effect_spec s;
    effect_spec_init(&s);
    s.method = EFFECT_DID;
    s.unit = STR("id");
    s.time = STR("t");
    s.first_treated = STR("g");
    s.outcome = STR("y");
    return s;
}

/* Runs what must succeed. */
static inline struct effect_result *run_on(const table *t, const struct effect_spec *s, par *pool)
{
    struct err_info info;
    struct effect_result *r = NULL;
    const err e = effect_run(t, s, pool, NULL, &r, &info);
    if (e != OK)
        fail_msg("%s", info.msg.key);
    return r;
}

/* Runs what must fail with `key`, and sees that nothing is handed out. */
static inline void assert_refused(const char *text, const struct effect_spec *s, const char *key)
{
    struct err_info info;
    table *t = parse_table(text);
    struct effect_result *untouched = (struct effect_result *)(uintptr_t)7, *r = untouched;

    const err e = effect_run(t, s, NULL, NULL, &r, &info);

    assert_true(e == E_INPUT || e == E_LIMIT);
    assert_string_equal(info.msg.key, key);
    assert_ptr_equal(r, untouched);
    table_free(t);
}

static inline bool same_label(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* The estimate with these labels; NaN stands for none. */
static inline const struct effect_estimate *estimate_at(const struct effect_result *r,
                                                        enum effect_aggregation a, double group,
                                                        double time, double event_time)
{
    for (size_t i = 0; i < r->n_estimates; i++) {
        const struct effect_estimate *e = &r->estimates[i];
        if (e->aggregation == a && (isnan(group) || same_label(e->group, group)) &&
            (isnan(time) || same_label(e->time, time)) &&
            (a == EFFECT_GROUP_TIME || same_label(e->event_time, event_time)))
            return e;
    }
    fail_msg("no such estimate");
    return NULL;
}

static inline bool has_warning(const struct effect_result *r, const char *key)
{
    for (size_t i = 0; i < r->n_warnings; i++)
        if (strcmp(r->warnings[i].key, key) == 0)
            return true;
    return false;
}

#endif
