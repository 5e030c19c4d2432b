/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/scratch.h"

#include "base/arena.h"
#include "base/machine.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define MB ((size_t)1 << 20)

/* A folder of one's own, that must be empty when it is left. */
static int make_folder(void **state)
{
    char *folder = strdup("scratch_test.XXXXXX");
    assert_non_null(mkdtemp(folder));
    *state = folder;
    return 0;
}

static int leave_folder(void **state)
{
    const int left = rmdir(*state);
    free(*state);
    return left;
}

static size_t count_files(const char *folder)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    for (const struct dirent *e; (e = readdir(d));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

/* Whether all bytes are zero; they are not afterwards. */
static bool was_zero(unsigned char *p, size_t n)
{
    bool zero = true;
    for (size_t i = 0; i < n; i++) {
        zero = zero && p[i] == 0;
        p[i] = (unsigned char)(i % 251 + 1);
    }
    return zero;
}

static bool is_kept(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != i % 251 + 1)
            return false;
    return true;
}

/* A limit on the size of files fails as a full disk does; returns what it was. */
static struct rlimit limit_files(rlim_t bytes)
{
    struct rlimit old;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    const struct rlimit tight = {.rlim_cur = bytes, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    return old;
}

/* ---- the file ---- */

static void a_mapped_file_keeps_what_is_written_and_has_no_name(void **state)
{
    const char *folder = *state;
    const size_t n = 3 * MB + 5;

    unsigned char *p = scratch_map(str_of(folder), n);

    assert_non_null(p);
    assert_int_equal(count_files(folder), 0);
    assert_true(was_zero(p, n));
    assert_true(is_kept(p, n));
    scratch_unmap(p, n);
}

static void a_full_disk_is_met_when_the_file_is_made(void **state)
{
    const char *folder = *state;
    const struct rlimit old = limit_files(MB);

    void *p = scratch_map(str_of(folder), 2 * MB);
    const int cause = errno;

    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_null(p);
    assert_int_equal(cause, EFBIG);
    assert_int_equal(count_files(folder), 0);
}

static void a_folder_that_is_not_there_is_told(void **state)
{
    (void)state;
    char long_name[5000];
    memset(long_name, 'x', sizeof long_name);

    assert_null(scratch_map(STR("scratch_test.absent"), MB));
    assert_int_equal(errno, ENOENT);
    assert_null(scratch_map(STR(""), MB));
    assert_int_equal(errno, ENOENT);
    assert_null(scratch_map((str){long_name, sizeof long_name}, MB));
    assert_int_equal(errno, ENAMETOOLONG);
}

/* ---- arenas that spill ---- */

static void blocks_beyond_the_memory_allowed_are_as_good_as_others(void **state)
{
    const char *folder = *state;
    unsigned char *p[5];
    arena *a = arena_new_spilling(100 * MB, 3 * MB, str_of(folder)), *b = arena_new_beside(a);
    assert_non_null(a);
    assert_non_null(b);

    for (int i = 0; i < 5; i++) {
        p[i] = arena_alloc(i % 2 ? a : b, MB + 7, 1);
        assert_non_null(p[i]);
        assert_int_equal((uintptr_t)p[i] % 64, 0);
        assert_true(was_zero(p[i], MB + 7));
    }

    for (int i = 0; i < 5; i++)
        assert_true(is_kept(p[i], MB + 7));
    assert_int_equal(count_files(folder), 0);
    arena_free(b);
    arena_free(a);
}

/* With no folder to spill to, what fits is what the memory allows. */
static void memory_that_is_given_back_may_be_taken_again(void **state)
{
    (void)state;
    struct err_info info;
    arena *a = arena_new_spilling(100 * MB, 3 * MB, STR("scratch_test.absent"));
    arena *b = arena_new_beside(a);

    for (int round = 0; round < 3; round++) {
        assert_non_null(arena_alloc(b, 2 * MB, 1));
        assert_null(arena_alloc(a, 2 * MB, 1));
        arena_reset(b);
    }

    assert_non_null(arena_alloc(a, 2 * MB, 1));
    assert_non_null(arena_alloc(a, 100, 1));
    assert_int_equal(arena_error(a, &info), E_NOT_FOUND);
    assert_string_equal(info.msg.key, "file.cannot-spill");
    arena_free(b);
    arena_free(a);
}

static void a_full_disk_is_told_with_its_folder(void **state)
{
    const char *folder = *state;
    struct err_info info;
    arena *a = arena_new_spilling(100 * MB, MB / 2, str_of(folder)), *b = arena_new_beside(a);
    const struct rlimit old = limit_files(MB);

    void *p = arena_alloc(b, 2 * MB, 1);

    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_null(p);
    assert_int_equal(arena_error(a, &info), E_IO);
    assert_string_equal(info.file, folder);
    assert_non_null(arena_alloc(b, 2 * MB, 1));
    arena_free(b);
    arena_free(a);
}

static void memory_and_disk_have_one_limit(void **state)
{
    const char *folder = *state;
    struct err_info info;
    arena *a = arena_new_spilling(4 * MB, 2 * MB, str_of(folder)), *b = arena_new_beside(a);

    assert_non_null(arena_alloc(a, 3 * MB / 2, 1));
    assert_non_null(arena_alloc(b, 3 * MB / 2, 1));
    assert_int_equal(arena_error(a, &info), E_NOMEM);
    assert_null(arena_alloc(a, 3 * MB / 2, 1));

    assert_int_equal(arena_error(b, &info), E_LIMIT);
    assert_string_equal(info.msg.key, "file.spill-limit");
    arena_free(b);
    arena_free(a);
}

static void an_arena_beside_one_that_does_not_spill_has_its_own_limit(void **state)
{
    (void)state;
    struct err_info info;
    arena *a = arena_new(MB), *b = arena_new_beside(a);

    assert_non_null(arena_alloc(a, MB, 1));
    assert_non_null(arena_alloc(b, MB, 1));
    assert_null(arena_alloc(b, 1, 1));

    assert_int_equal(arena_error(b, &info), E_NOMEM);
    arena_free(b);
    arena_free(a);
}

/* ---- the machine ---- */

static void the_limit_on_the_process_is_seen(void **state)
{
    (void)state;
    struct rlimit old;
    const size_t before = machine_memory();
    assert_int_equal(getrlimit(RLIMIT_DATA, &old), 0);
    const struct rlimit tight = {.rlim_cur = before / 2, .rlim_max = old.rlim_max};

    assert_int_equal(setrlimit(RLIMIT_DATA, &tight), 0);
    const size_t within = machine_memory();
    assert_int_equal(setrlimit(RLIMIT_DATA, &old), 0);

    assert_true(before > 16 * MB);
    assert_int_equal(within, before / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mapped_file_keeps_what_is_written_and_has_no_name),
        cmocka_unit_test(a_full_disk_is_met_when_the_file_is_made),
        cmocka_unit_test(a_folder_that_is_not_there_is_told),
        cmocka_unit_test(blocks_beyond_the_memory_allowed_are_as_good_as_others),
        cmocka_unit_test(memory_that_is_given_back_may_be_taken_again),
        cmocka_unit_test(a_full_disk_is_told_with_its_folder),
        cmocka_unit_test(memory_and_disk_have_one_limit),
        cmocka_unit_test(an_arena_beside_one_that_does_not_spill_has_its_own_limit),
        cmocka_unit_test(the_limit_on_the_process_is_seen),
    };
    return cmocka_run_group_tests(tests, make_folder, leave_folder);
}
