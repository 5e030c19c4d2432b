/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/start/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char folder[64], file[96];
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    (void)snprintf(p->folder, sizeof p->folder, "keys_test.XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    (void)snprintf(p->file, sizeof p->file, "%s/site.key", p->folder);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    unlink(p->file);
    const int removed = rmdir(p->folder);
    free(p);
    return removed;
}

static void the_keys_of_a_folder_stay_the_same_and_differ_by_use(void **state)
{
    const struct place *p = *state;
    struct app_keys first, again;
    struct err_info info;

    assert_int_equal(keys_open(str_of(p->folder), &first, &info), OK);
    assert_int_equal(keys_open(str_of(p->folder), &again, &info), OK);

    assert_memory_equal(&first, &again, sizeof first);
    assert_memory_not_equal(first.seal, first.hash, APP_KEY_BYTES);
    assert_memory_not_equal(first.hash, first.log, APP_KEY_BYTES);
    assert_memory_not_equal(first.seal, first.log, APP_KEY_BYTES);
}

static void two_installations_have_other_keys(void **state)
{
    const struct place *p = *state;
    struct app_keys first, second;
    struct err_info info;

    assert_int_equal(keys_open(str_of(p->folder), &first, &info), OK);
    assert_int_equal(unlink(p->file), 0);
    assert_int_equal(keys_open(str_of(p->folder), &second, &info), OK);

    assert_memory_not_equal(first.hash, second.hash, APP_KEY_BYTES);
}

static void only_its_user_can_read_a_new_key(void **state)
{
    const struct place *p = *state;
    struct app_keys keys;
    struct err_info info;
    struct stat st;

    assert_int_equal(keys_open(str_of(p->folder), &keys, &info), OK);

    assert_int_equal(stat(p->file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_key_that_others_can_read_is_refused(void **state)
{
    const struct place *p = *state;
    struct app_keys keys;
    struct err_info info;

    assert_int_equal(keys_open(str_of(p->folder), &keys, &info), OK);
    assert_int_equal(chmod(p->file, 0640), 0);

    assert_int_equal(keys_open(str_of(p->folder), &keys, &info), E_INPUT);
    assert_string_equal(info.msg.key, "start.key-readable-by-others");
}

static void a_damaged_key_is_refused_and_left_alone(void **state)
{
    const struct place *p = *state;
    struct app_keys keys;
    struct err_info info;
    struct stat before, after;

    assert_int_equal(keys_open(str_of(p->folder), &keys, &info), OK);
    assert_int_equal(truncate(p->file, 40), 0);
    assert_int_equal(stat(p->file, &before), 0);

    assert_int_equal(keys_open(str_of(p->folder), &keys, &info), E_INPUT);
    assert_string_equal(info.msg.key, "start.key-damaged");
    assert_int_equal(stat(p->file, &after), 0);
    assert_int_equal(after.st_size, before.st_size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_keys_of_a_folder_stay_the_same_and_differ_by_use,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_installations_have_other_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_its_user_can_read_a_new_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_key_that_others_can_read_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_key_is_refused_and_left_alone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
