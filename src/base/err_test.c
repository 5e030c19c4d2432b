/* SPDX-License-Identifier: EUPL-1.2 */
/* Errors, their messages and the memory they come from. */
#include "base/arena.h"
#include "base/err.h"
#include "base/i18n.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static str value_of(const struct msg *m, size_t i)
{
    return (str){m->text + m->arg[i].at, m->arg[i].n};
}

static void an_error_carries_code_key_values_and_place(void **state)
{
    (void)state;
    struct err_info info;

    assert_int_equal(err_text(&info, E_INPUT, "error.memory", STR("people.csv")), E_INPUT);
    msg_int(&info.msg, 7);
    msg_real(&info.msg, 0.5, 2);
    msg_key(&info.msg, "error.cancelled");
    err_at(&info, STR("people.csv"), 3, 9);

    assert_int_equal(info.code, E_INPUT);
    assert_string_equal(info.msg.key, "error.memory");
    assert_int_equal(info.msg.n_args, 4);
    assert_true(str_eq(value_of(&info.msg, 0), STR("people.csv")));
    assert_true(info.msg.arg[1].i == 7);
    assert_true(info.msg.arg[2].d == 0.5);
    assert_true(str_eq(value_of(&info.msg, 3), STR("error.cancelled")));
    assert_string_equal(info.file, "people.csv");
    assert_int_equal(info.line, 3);
    assert_int_equal(info.column, 9);
}

static void a_new_error_forgets_the_old_place(void **state)
{
    (void)state;
    struct err_info info;
    assert_int_equal(err_set(&info, E_INPUT, "error.memory"), E_INPUT);
    err_at(&info, STR("a"), 1, 1);

    assert_int_equal(err_nomem(&info), E_NOMEM);

    assert_string_equal(info.file, "");
    assert_int_equal(info.line, 0);
    assert_int_equal(info.msg.n_args, 0);
}

static void a_long_file_name_keeps_its_tail(void **state)
{
    (void)state;
    char name[1000];
    struct err_info info;
    memset(name, 'x', sizeof name);
    memcpy(name + sizeof name - 6, "/a.csv", 6);
    assert_int_equal(err_nomem(&info), E_NOMEM);

    err_at(&info, (str){name, sizeof name}, 1, 0);

    assert_int_equal(strlen(info.file), ERR_FILE_MAX - 1);
    assert_true(str_ends(str_of(info.file), STR("/a.csv")));
}

/* The sentence of errno `cause`, in Dutch. */
static err io_sentence(int cause, out *o)
{
    struct err_info info;
    errno = cause;
    const err e = err_io(&info, "file.cannot-read", STR("f"));
    assert_string_equal(info.file, "f");
    tr_msg(o, LANG_NL, &info.msg);
    return e;
}

static void a_refusal_of_the_system_is_said_in_dutch(void **state)
{
    (void)state;
    static const int causes[] = {ENOENT,  EACCES, ENOSPC, EROFS,        EISDIR,
                                 ENOTDIR, EEXIST, EMFILE, ENAMETOOLONG, EIO};
    str seen[sizeof causes / sizeof *causes];
    out o[sizeof causes / sizeof *causes];
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        out_init(&o[i], 4096);

        const err e = io_sentence(causes[i], &o[i]);

        assert_int_equal(e, causes[i] == ENOENT ? E_NOT_FOUND : E_IO);
        seen[i] = out_view(&o[i]);
        assert_null(memmem(seen[i].p, seen[i].n, "error.", 6));
        assert_null(memmem(seen[i].p, seen[i].n, "{2}", 3));
        for (size_t j = 0; j < i; j++)
            assert_false(str_eq(seen[i], seen[j]));
    }
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        out_free(&o[i]);
}

static void a_rare_refusal_is_said_by_the_c_library(void **state)
{
    (void)state;
    out o;
    out_init(&o, 4096);

    assert_int_equal(io_sentence(EXDEV, &o), E_IO);

    assert_non_null(memmem(o.p, o.n, strerror(EXDEV), strlen(strerror(EXDEV))));
    out_free(&o);
}

static void a_value_cannot_write_on_the_terminal(void **state)
{
    (void)state;
    struct msg m;
    msg_set(&m, "error.memory");

    msg_text(&m, STR("a\x1b[2Jb\x7f\xc2\x9b\xff\n"));

    assert_true(str_eq(value_of(&m, 0), STR("a\xef\xbf\xbd[2Jb\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                                            "\xef\xbf\xbd")));
}

static void a_long_value_ends_in_an_ellipsis(void **state)
{
    (void)state;
    char text[MSG_VALUE_MAX + 1];
    struct msg m;
    memset(text, 'x', sizeof text);
    msg_set(&m, "error.memory");

    msg_text(&m, (str){text, MSG_VALUE_MAX}); /* just fits */
    msg_text(&m, (str){text, sizeof text});

    assert_int_equal(m.arg[0].n, MSG_VALUE_MAX);
    assert_int_equal(m.arg[1].n, MSG_VALUE_MAX);
    assert_true(str_ends(value_of(&m, 1), STR("\xe2\x80\xa6")));
}

static void values_beyond_the_room_are_left_out_whole(void **state)
{
    (void)state;
    char text[MSG_VALUE_MAX];
    struct msg m;
    memset(text, 'x', sizeof text);
    msg_set(&m, "error.memory");

    for (int i = 0; i < 9; i++) {
        msg_text(&m, (str){text, sizeof text});
        msg_int(&m, i);
    }
    msg_real(&m, 1, 1);
    msg_key(&m, "error.memory");

    assert_int_equal(m.n_args, MSG_ARGS_MAX);
    assert_true(m.used <= MSG_TEXT_MAX);
}

static void memory_is_zeroed_aligned_and_limited(void **state)
{
    (void)state;
    arena *a = arena_new(1 << 20);
    assert_non_null(a);

    unsigned char *p = arena_alloc(a, 100, 3);
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % 64, 0);
    for (int i = 0; i < 300; i++)
        assert_int_equal(p[i], 0);
    assert_non_null(arena_alloc(a, 0, 8));
    const size_t used = arena_used(a);

    assert_null(arena_alloc(a, 1 << 20, 1));
    assert_null(arena_alloc(a, SIZE_MAX / 2, 3));
    assert_int_equal(arena_used(a), used);
    arena_free(a);
}

static void a_size_near_the_end_of_the_address_space_does_not_wrap(void **state)
{
    (void)state;
    arena *a = arena_new(SIZE_MAX);
    assert_non_null(a);

    for (size_t less = 0; less < 256; less++)
        assert_null(arena_alloc(a, SIZE_MAX - less, 1));
    assert_int_equal(arena_used(a), 0);
    arena_free(a);
}

static void a_reset_gives_everything_back(void **state)
{
    (void)state;
    arena *a = arena_new(1 << 20);
    assert_non_null(a);

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 8; i++)
            assert_non_null(arena_alloc(a, 1 << 17, 1));
        assert_null(arena_alloc(a, 1, 1));
        arena_reset(a);
        assert_int_equal(arena_used(a), 0);
    }
    const str copy = arena_str(a, STR("hoi"));
    assert_string_equal(copy.p, "hoi");
    assert_string_equal(arena_str(a, STR("")).p, "");
    arena_free(a);
    arena_free(NULL);
}

static void a_copy_that_does_not_fit_is_null(void **state)
{
    (void)state;
    arena *a = arena_new(2);

    assert_null(arena_str(a, STR("hoi")).p);

    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_carries_code_key_values_and_place),
        cmocka_unit_test(a_new_error_forgets_the_old_place),
        cmocka_unit_test(a_long_file_name_keeps_its_tail),
        cmocka_unit_test(a_refusal_of_the_system_is_said_in_dutch),
        cmocka_unit_test(a_rare_refusal_is_said_by_the_c_library),
        cmocka_unit_test(a_value_cannot_write_on_the_terminal),
        cmocka_unit_test(a_long_value_ends_in_an_ellipsis),
        cmocka_unit_test(values_beyond_the_room_are_left_out_whole),
        cmocka_unit_test(memory_is_zeroed_aligned_and_limited),
        cmocka_unit_test(a_size_near_the_end_of_the_address_space_does_not_wrap),
        cmocka_unit_test(a_reset_gives_everything_back),
        cmocka_unit_test(a_copy_that_does_not_fit_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
