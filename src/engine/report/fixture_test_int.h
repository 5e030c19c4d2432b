/* SPDX-License-Identifier: EUPL-1.2 */
/* fixture_test_int: the example report around every test, and what is on its page. */
#ifndef ONTSCHOT_ENGINE_REPORT_FIXTURE_TEST_INT_H
#define ONTSCHOT_ENGINE_REPORT_FIXTURE_TEST_INT_H

#include "report_example.h"
#include "report_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
    struct report_example *x = malloc(sizeof *x);
    report_example_make(x);
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

/* Zero-terminated in `o`, which the caller frees. */
static const char *page_of(const struct report_input *in, enum lang lang, out *o)
{
    struct err_info info;
    out_init(o, REPORT_BYTES_MAX);
    assert_int_equal(report_html(o, lang, in, NULL, &info), OK);
    out_char(o, '\0');
    return o->p;
}

static void assert_contains(const char *text, const char *piece)
{
    if (!strstr(text, piece))
        fail_msg("not found: %s", piece);
}

static void assert_lacks(const char *text, const char *piece)
{
    const char *at = strstr(text, piece);
    if (at)
        fail_msg("found: %.*s", 80, at);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
