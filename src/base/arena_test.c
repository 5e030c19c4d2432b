/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT = 1 << 20 };

static void what_is_handed_out_again_is_zero(void **state)
{
    static const size_t sizes[] = {1, 100, 5000, 60000, 200000};
    arena *a = arena_new(LIMIT);
    (void)state;
    assert_non_null(a);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            unsigned char *p = arena_alloc(a, sizes[i], 1);
            assert_non_null(p);
            for (size_t k = 0; k < sizes[i]; k++)
                assert_int_equal(p[k], 0);
            memset(p, 0xff, sizes[i]);
        }

        arena_reset(a);

        assert_int_equal(arena_used(a), 0);
    }
    arena_free(a);
}

static void a_reset_arena_has_its_whole_limit_again(void **state)
{
    arena *a = arena_new(LIMIT);
    (void)state;
    assert_non_null(a);
    assert_non_null(arena_alloc(a, 1000, 1));
    assert_null(arena_alloc(a, LIMIT, 1));

    arena_reset(a);

    assert_non_null(arena_alloc(a, LIMIT, 1));
    assert_null(arena_alloc(a, 1, 1));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_handed_out_again_is_zero),
        cmocka_unit_test(a_reset_arena_has_its_whole_limit_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
