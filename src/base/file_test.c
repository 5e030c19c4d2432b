/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A folder of one's own; every test must leave it empty but for the file f. */
struct room {
    char folder[32];
    char path[64];
    arena *a;
};

static int make_room(void **state)
{
    struct room *r = calloc(1, sizeof *r);
    strcpy(r->folder, "file_test.XXXXXX");
    assert_non_null(mkdtemp(r->folder));
    snprintf(r->path, sizeof r->path, "%s/f", r->folder);
    r->a = arena_new(1 << 24);
    *state = r;
    return 0;
}

static int leave_room(void **state)
{
    struct room *r = *state;
    unlink(r->path);
    const int left = rmdir(r->folder);
    arena_free(r->a);
    free(r);
    return left;
}

static size_t count_files(const char *folder)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    for (const struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static str content(struct room *r)
{
    struct err_info info;
    str s;
    assert_int_equal(file_read(r->a, str_of(r->path), 1 << 23, &s, &info), OK);
    return s;
}

static void put(struct room *r, const char *text)
{
    struct err_info info;
    assert_int_equal(file_write(str_of(r->path), str_of(text), &info), OK);
}

/* ---- writing ---- */

static void what_is_written_is_read_and_mapped(void **state)
{
    struct room *r = *state;
    struct err_info info;
    struct file_map map;

    put(r, "hallo");

    assert_string_equal(content(r).p, "hallo"); /* with its terminator */
    assert_int_equal(file_map_open(str_of(r->path), &map, &info), OK);
    assert_int_equal(map.n, 5);
    assert_memory_equal(map.p, "hallo", 5);
    file_map_close(&map);
    assert_int_equal(map.n, 0);
}

static void an_empty_file_is_nothing_to_map(void **state)
{
    struct room *r = *state;
    struct err_info info;
    struct file_map map;

    put(r, "");

    assert_int_equal(content(r).n, 0);
    assert_int_equal(file_map_open(str_of(r->path), &map, &info), OK);
    assert_int_equal(map.n, 0);
    file_map_close(&map);
}

/* Pieces of all sizes around the buffer, patched here and there. */
static void a_long_file_is_whole_and_can_be_patched(void **state)
{
    struct room *r = *state;
    static const size_t pieces[] = {1, 1 << 20, 3, (1 << 20) + 1, 0, 2 << 20, 777};
    struct err_info info;
    file_writer *w;
    char *expected = malloc(5 << 20);
    size_t n = 0;

    assert_int_equal(file_writer_open(str_of(r->path), &w, &info), OK);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        memset(expected + n, 'a' + (int)i, pieces[i]);
        file_writer_put(w, expected + n, pieces[i]);
        n += pieces[i];
        assert_int_equal(file_writer_at(w), n);
    }
    for (size_t at = 0; at < n; at += 1000003) {
        memcpy(expected + at, "xyz", 3);
        file_writer_patch(w, at, "xyz", 3);
    }
    memcpy(expected + n - 3, "end", 3);
    file_writer_patch(w, n - 3, "end", 3);
    file_writer_put(w, "!", 1);
    assert_int_equal(file_writer_commit(w, &info), OK);

    const str s = content(r);
    assert_int_equal(s.n, n + 1);
    assert_memory_equal(s.p, expected, n);
    assert_int_equal(s.p[n], '!');
    free(expected);
}

static void nobody_sees_the_file_before_its_end(void **state)
{
    struct room *r = *state;
    struct err_info info;
    file_writer *w;
    put(r, "old");

    assert_int_equal(file_writer_open(str_of(r->path), &w, &info), OK);
    file_writer_put(w, "new", 3);
    assert_string_equal(content(r).p, "old");
    assert_int_equal(file_writer_commit(w, &info), OK);

    assert_string_equal(content(r).p, "new");
    assert_int_equal(count_files(r->folder), 1);
}

static void an_aborted_file_was_never_there(void **state)
{
    struct room *r = *state;
    struct err_info info;
    file_writer *w;

    assert_int_equal(file_writer_open(str_of(r->path), &w, &info), OK);
    file_writer_put(w, "new", 3);
    file_writer_abort(w);
    file_writer_abort(NULL);

    assert_int_equal(count_files(r->folder), 0);
}

static void two_writers_do_not_meet(void **state)
{
    struct room *r = *state;
    struct err_info info;
    file_writer *first, *second;

    assert_int_equal(file_writer_open(str_of(r->path), &first, &info), OK);
    assert_int_equal(file_writer_open(str_of(r->path), &second, &info), OK);
    file_writer_put(first, "first", 5);
    file_writer_put(second, "second", 6);
    assert_int_equal(file_writer_commit(second, &info), OK);
    assert_int_equal(file_writer_commit(first, &info), OK);

    assert_string_equal(content(r).p, "first");
    assert_int_equal(count_files(r->folder), 1);
}

static void the_users_mask_decides_who_may_read(void **state)
{
    struct room *r = *state;
    struct stat st;
    const mode_t before = umask(027);

    put(r, "x");

    umask(before);
    assert_int_equal(stat(r->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
}

/* The limit on the size of a file fails writes as a full disk does. */
static void a_full_disk_keeps_the_old_file(void **state)
{
    struct room *r = *state;
    struct err_info info;
    struct rlimit old;
    file_writer *w;
    static char zeros[1 << 16];
    put(r, "old");
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    const struct rlimit tight = {.rlim_cur = 100000, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);

    assert_int_equal(file_writer_open(str_of(r->path), &w, &info), OK);
    for (int i = 0; i < 64; i++)
        file_writer_put(w, zeros, sizeof zeros);
    file_writer_patch(w, 0, "x", 1);
    const err e = file_writer_commit(w, &info);

    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(e, E_IO);
    assert_string_equal(info.msg.key, "file.cannot-write");
    assert_string_equal(info.file, r->path);
    assert_string_equal(content(r).p, "old");
    assert_int_equal(count_files(r->folder), 1);
}

static void a_patch_beyond_the_end_is_refused(void **state)
{
    struct room *r = *state;
    struct err_info info;
    file_writer *w;

    assert_int_equal(file_writer_open(str_of(r->path), &w, &info), OK);
    file_writer_put(w, "abc", 3);
    file_writer_patch(w, 2, "xy", 2);

    assert_int_equal(file_writer_commit(w, &info), E_IO);
    assert_int_equal(count_files(r->folder), 0);
}

/* ---- names that are no file ---- */

static void a_device_or_a_folder_is_never_replaced(void **state)
{
    struct room *r = *state;
    struct err_info info;
    file_writer *w = NULL;

    assert_int_equal(file_writer_open(STR("/dev/full"), &w, &info), E_INPUT);
    assert_string_equal(info.msg.key, "file.not-regular");
    assert_int_equal(file_writer_open(str_of(r->folder), &w, &info), E_INPUT);
    assert_string_equal(info.msg.key, "file.not-regular");
    assert_null(w);
}

static void impossible_names_are_refused(void **state)
{
    struct room *r = *state;
    struct err_info info;
    struct file_map map;
    char *endless = malloc(5000);
    memset(endless, 'a', 5000);
    const str names[] = {STR(""), STR("a\0b"), {endless, 5000}};
    str s;

    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(file_read(r->a, names[i], 100, &s, &info), E_INPUT);
        assert_string_equal(info.msg.key, "file.bad-name");
        assert_int_equal(file_map_open(names[i], &map, &info), E_INPUT);
        assert_int_equal(file_write(names[i], STR("x"), &info), E_INPUT);
        assert_int_equal(file_make_folder(names[i], &info), E_INPUT);
    }
    /* long enough to fit, but not with what the temporary name adds */
    assert_int_equal(file_write((str){endless, 4090}, STR("x"), &info), E_IO);
    free(endless);
}

static void what_is_absent_is_not_found(void **state)
{
    struct room *r = *state;
    struct err_info info;
    struct file_map map;
    str s = STR("untouched");

    assert_int_equal(file_read(r->a, str_of(r->path), 100, &s, &info), E_NOT_FOUND);
    assert_string_equal(info.msg.key, "file.cannot-open");
    assert_int_equal(file_map_open(str_of(r->path), &map, &info), E_NOT_FOUND);
    assert_int_equal(file_write(STR("no-such-folder/f"), STR("x"), &info), E_NOT_FOUND);

    assert_true(str_eq(s, STR("untouched")));
}

static void a_folder_cannot_be_read_as_a_file(void **state)
{
    struct room *r = *state;
    struct err_info info;
    struct file_map map;
    str s;

    assert_int_equal(file_read(r->a, str_of(r->folder), 100, &s, &info), E_IO);
    assert_string_equal(info.msg.key, "file.cannot-read");
    assert_int_equal(file_map_open(str_of(r->folder), &map, &info), E_INPUT);
    assert_string_equal(info.msg.key, "file.not-regular");
}

static void a_file_over_the_limit_is_not_read(void **state)
{
    struct room *r = *state;
    struct err_info info;
    str s = STR("untouched");
    put(r, "12345");

    assert_int_equal(file_read(r->a, str_of(r->path), 5, &s, &info), OK);
    assert_int_equal(s.n, 5);
    s = STR("untouched");
    assert_int_equal(file_read(r->a, str_of(r->path), 4, &s, &info), E_LIMIT);

    assert_string_equal(info.msg.key, "file.too-large");
    assert_int_equal(info.msg.arg[1].i, 4);
    assert_true(str_eq(s, STR("untouched")));
}

static void no_room_in_the_arena_is_no_memory(void **state)
{
    struct room *r = *state;
    struct err_info info;
    arena *tight = arena_new(64);
    str s = STR("untouched");
    put(r, "a text that is longer than the sixty-four bytes the arena may hand out");

    assert_int_equal(file_read(tight, str_of(r->path), 1000, &s, &info), E_NOMEM);

    assert_true(str_eq(s, STR("untouched")));
    arena_free(tight);
}

/* ---- folders ---- */

static void folders_are_made_with_those_above_them(void **state)
{
    struct room *r = *state;
    struct err_info info;
    char path[128];
    struct stat st;
    snprintf(path, sizeof path, "%s/a//b/c/", r->folder);

    assert_int_equal(file_make_folder(str_of(path), &info), OK);
    assert_int_equal(file_make_folder(str_of(path), &info), OK);

    assert_int_equal(stat(path, &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(rmdir(path), 0);
        path[strlen(path) - 2] = '\0';
        *(strrchr(path, '/') + 1) = '\0';
    }
}

static void temporary_folders_stand_beside_and_apart(void **state)
{
    struct room *r = *state;
    struct err_info info;
    str one, other;

    assert_int_equal(file_make_temporary_folder(r->a, str_of(r->path), &one, &info), OK);
    assert_int_equal(file_make_temporary_folder(r->a, str_of(r->path), &other, &info), OK);

    assert_true(str_starts(one, str_of(r->path)));
    assert_false(str_eq(one, other));
    assert_int_equal(rmdir(one.p), 0);
    assert_int_equal(rmdir(other.p), 0);
    assert_int_equal(file_make_temporary_folder(r->a, STR("no-such/folder"), &one, &info),
                     E_NOT_FOUND);
    assert_string_equal(info.msg.key, "file.cannot-make-folder");
}

static void a_folder_cannot_stand_where_a_file_is(void **state)
{
    struct room *r = *state;
    struct err_info info;
    char path[128];
    put(r, "x");
    snprintf(path, sizeof path, "%s/below", r->path);

    assert_int_equal(file_make_folder(str_of(r->path), &info), E_IO);
    assert_string_equal(info.msg.key, "file.cannot-make-folder");
    assert_int_equal(file_make_folder(str_of(path), &info), E_IO);
}

int main(void)
{
#define IN_A_ROOM(f) cmocka_unit_test_setup_teardown(f, make_room, leave_room)
    const struct CMUnitTest tests[] = {
        IN_A_ROOM(what_is_written_is_read_and_mapped),
        IN_A_ROOM(an_empty_file_is_nothing_to_map),
        IN_A_ROOM(a_long_file_is_whole_and_can_be_patched),
        IN_A_ROOM(nobody_sees_the_file_before_its_end),
        IN_A_ROOM(an_aborted_file_was_never_there),
        IN_A_ROOM(two_writers_do_not_meet),
        IN_A_ROOM(the_users_mask_decides_who_may_read),
        IN_A_ROOM(a_full_disk_keeps_the_old_file),
        IN_A_ROOM(a_patch_beyond_the_end_is_refused),
        IN_A_ROOM(a_device_or_a_folder_is_never_replaced),
        IN_A_ROOM(impossible_names_are_refused),
        IN_A_ROOM(what_is_absent_is_not_found),
        IN_A_ROOM(a_folder_cannot_be_read_as_a_file),
        IN_A_ROOM(a_file_over_the_limit_is_not_read),
        IN_A_ROOM(no_room_in_the_arena_is_no_memory),
        IN_A_ROOM(folders_are_made_with_those_above_them),
        IN_A_ROOM(temporary_folders_stand_beside_and_apart),
        IN_A_ROOM(a_folder_cannot_stand_where_a_file_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
