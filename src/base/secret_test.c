/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char folder[64], path[96];
};

static int make_place(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    snprintf(p->folder, sizeof p->folder, "secret_test.XXXXXX");
    if (!p || !mkdtemp(p->folder))
        return -1;
    snprintf(p->path, sizeof p->path, "%s/a.key", p->folder);
    *state = p;
    return 0;
}

static int remove_place(void **state)
{
    struct place *p = *state;
    unlink(p->path);
    const int failed = rmdir(p->folder); /* nothing else was left there */
    free(p);
    return failed;
}

static void a_key_is_made_once_and_read_the_same(void **state)
{
    const struct place *p = *state;
    struct err_info info;
    struct stat st;
    secret *one, *two;

    assert_int_equal(secret_make(str_of(p->path), &info), OK);
    assert_int_equal(secret_read(str_of(p->path), &one, &info), OK);
    assert_int_equal(secret_make(str_of(p->path), &info), E_CONFLICT);
    assert_int_equal(secret_read(str_of(p->path), &two, &info), OK);

    assert_memory_equal(secret_bytes(one), secret_bytes(two), SECRET_BYTES);
    assert_int_equal(stat(p->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    secret_free(one);
    secret_free(two);
}

static void a_key_that_others_may_read_is_refused(void **state)
{
    const struct place *p = *state;
    struct err_info info;
    secret *s = NULL;
    assert_int_equal(secret_make(str_of(p->path), &info), OK);
    assert_int_equal(chmod(p->path, 0640), 0);

    assert_int_equal(secret_read(str_of(p->path), &s, &info), E_INPUT);

    assert_string_equal(info.msg.key, "secret.readable-by-others");
    assert_null(s);
}

static void every_damaged_byte_is_noticed(void **state)
{
    const struct place *p = *state;
    struct err_info info;
    char text[256];
    secret *s = NULL;
    assert_int_equal(secret_make(str_of(p->path), &info), OK);
    const int fd = open(p->path, O_RDWR);
    const ssize_t n = read(fd, text, sizeof text);
    assert_true(n > 2 * SECRET_BYTES && n < (ssize_t)sizeof text);

    for (ssize_t at = 0; at < n; at++) {
        const char wrong = (char)(text[at] ^ 1);
        assert_int_equal(pwrite(fd, &wrong, 1, at), 1);
        assert_int_equal(secret_read(str_of(p->path), &s, &info), E_INPUT);
        assert_int_equal(pwrite(fd, text + at, 1, at), 1);
    }
    assert_int_equal(ftruncate(fd, n - 1), 0);
    assert_int_equal(secret_read(str_of(p->path), &s, &info), E_INPUT);
    assert_int_equal(pwrite(fd, text + n - 1, 1, n - 1), 1);
    assert_int_equal(pwrite(fd, "\n", 1, n), 1);
    assert_int_equal(secret_read(str_of(p->path), &s, &info), E_INPUT);

    assert_null(s);
    assert_string_equal(info.msg.key, "secret.no-key");
    close(fd);
}

static void no_file_is_not_found(void **state)
{
    const struct place *p = *state;
    struct err_info info;
    secret *s = NULL;

    assert_int_equal(secret_read(str_of(p->path), &s, &info), E_NOT_FOUND);
    assert_int_equal(secret_make(STR("no-such-folder/a.key"), &info), E_NOT_FOUND);

    assert_null(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_key_is_made_once_and_read_the_same, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(a_key_that_others_may_read_is_refused, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(every_damaged_byte_is_noticed, make_place, remove_place),
        cmocka_unit_test_setup_teardown(no_file_is_not_found, make_place, remove_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
