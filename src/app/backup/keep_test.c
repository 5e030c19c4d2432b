/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/backup/backup_int.h"
#include "base/date.h"
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

static int64_t at(const char *utc)
{
    int64_t ms;
    assert_true(date_parse_utc(str_of(utc), &ms));
    return ms;
}

/* ---- the rule ---- */

static void a_copy_a_day_keeps_the_last_days_and_a_sunday_of_each_week(void **state)
{
    (void)state;
    const struct backup_rule rule = {.days = 5, .weeks = 3};
    const int64_t now = at("2026-11-25T12:00:00Z"); /* a Wednesday */
    int64_t made[30];
    bool kept[30];
    for (int i = 0; i < 30; i++)
        made[i] = at("2026-11-25T02:30:00Z") - (29 - i) * DAY_MS;

    backup_choose(made, 30, &rule, now, kept);

    for (int i = 0; i < 30; i++) {
        const int days_ago = 29 - i;
        const bool is_recent = days_ago < 5;                    /* from Saturday on */
        const bool is_sunday = days_ago == 3 || days_ago == 10; /* of this and the two before */
        assert_int_equal(kept[i], is_recent || is_sunday);
    }
}

static void of_a_day_that_is_over_the_newest_stays(void **state)
{
    (void)state;
    const struct backup_rule rule = {.days = 2, .weeks = 0};
    const int64_t made[] = {at("2026-11-23T23:00:00Z"), at("2026-11-24T01:00:00Z"),
                            at("2026-11-24T02:00:00Z"), at("2026-11-25T01:00:00Z"),
                            at("2026-11-25T02:00:00Z")};
    bool kept[5];

    backup_choose(made, 5, &rule, at("2026-11-25T09:00:00Z"), kept);

    const bool wanted[] = {false, false, true, true, true};
    assert_memory_equal(kept, wanted, sizeof wanted);
}

/* Said otherwise: by asking of each day and week which copy is its newest. */
static bool is_newest_since(const int64_t *made, size_t n, size_t i, int64_t from, int64_t to)
{
    if (made[i] < from || made[i] >= to)
        return false;
    for (size_t k = i + 1; k < n; k++)
        if (made[k] < to)
            return false;
    return true;
}

static bool oracle(const int64_t *made, size_t n, size_t i, const struct backup_rule *rule,
                   int64_t now)
{
    const int64_t today = now / DAY_MS * DAY_MS;
    const int64_t monday = at("2024-01-01T00:00:00Z") +
                           (now - at("2024-01-01T00:00:00Z")) / (7 * DAY_MS) * (7 * DAY_MS);
    if (i + 1 == n || made[i] > now - DAY_MS)
        return true;
    for (int64_t day = 0; day < rule->days; day++)
        if (is_newest_since(made, n, i, today - day * DAY_MS, today - (day - 1) * DAY_MS))
            return true;
    for (int64_t week = 0; week < rule->weeks; week++)
        if (is_newest_since(made, n, i, monday - week * 7 * DAY_MS,
                            monday - (week - 1) * 7 * DAY_MS))
            return true;
    return false;
}

static void any_set_of_copies_is_chosen_as_the_rule_says(void **state)
{
    enum { MOST = 60 };
    int64_t made[MOST];
    bool kept[MOST];
    (void)state;
    srandom(20261124);
    for (int round = 0; round < 2000; round++) {
        const struct backup_rule rule = {random() % 10, random() % 6};
        const size_t n = 1 + (size_t)random() % MOST;
        const int64_t now = at("2026-11-24T00:00:00Z") + random() % (14 * 24) * HOUR_MS;
        int64_t next = now - 60 * DAY_MS;
        for (size_t i = 0; i < n; i++)
            made[i] = next += (1 + random() % 40) * HOUR_MS;

        backup_choose(made, n, &rule, now, kept);

        for (size_t i = 0; i < n; i++)
            assert_int_equal(kept[i], oracle(made, n, i, &rule, now));
    }
}

/* ---- a folder ---- */

static char folder[64];

static int make_room(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/ontschot-keep.XXXXXX", P_tmpdir);
    return mkdtemp(folder) ? 0 : -1;
}

static int clear_room(void **state)
{
    (void)state;
    backup_remove(str_of(folder));
    return access(folder, F_OK) == 0 ? -1 : 0;
}

static void make(const char *name, const char *file)
{
    struct err_info info;
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/%s/%s", folder, name, file);
    assert_int_equal(file_write(str_of(path), STR("x"), &info), OK);
}

static bool is_there(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static void old_copies_go_and_nothing_else(void **state)
{
    const struct backup_rule rule = {.days = 1, .weeks = 0};
    arena *a = arena_new(1 << 20);
    struct err_info info;
    size_t n;
    (void)state;
    make("2026-11-22T02-30-00Z", "store");
    make("2026-11-23T02-30-00Z", "store");
    make("2026-11-24T02-30-00Z", "store");
    make("2026-11-20", "mine");
    make("2026-11-20T02-30-00Z.partial", "store");
    make("keys", "site.key");

    assert_int_equal(
        backup_drop_old(str_of(folder), &rule, at("2026-11-24T12:00:00Z"), a, &n, &info), OK);

    assert_int_equal(n, 2);
    assert_false(is_there("2026-11-22T02-30-00Z") || is_there("2026-11-23T02-30-00Z"));
    assert_true(is_there("2026-11-24T02-30-00Z/store"));
    assert_true(is_there("2026-11-20/mine") && is_there("keys/site.key") &&
                is_there("2026-11-20T02-30-00Z.partial/store"));
    assert_int_equal(backup_newest_ms(str_of(folder)), at("2026-11-24T02:30:00Z"));
    arena_free(a);
}

static void when_none_was_made_for_long_the_newest_stays(void **state)
{
    const struct backup_rule rule = {.days = 7, .weeks = 4};
    arena *a = arena_new(1 << 20);
    struct err_info info;
    size_t n;
    (void)state;
    make("2025-01-01T02-30-00Z", "store");
    make("2025-01-02T02-30-00Z", "store");

    assert_int_equal(
        backup_drop_old(str_of(folder), &rule, at("2026-11-24T12:00:00Z"), a, &n, &info), OK);

    assert_int_equal(n, 1);
    assert_true(is_there("2025-01-02T02-30-00Z"));
    arena_free(a);
}

static void a_folder_that_is_not_there_is_said_and_has_no_copy(void **state)
{
    const struct backup_rule rule = {.days = 7, .weeks = 4};
    arena *a = arena_new(1 << 20);
    struct err_info info;
    size_t n = 7;
    (void)state;

    assert_int_equal(backup_drop_old(STR("/nowhere/at/all"), &rule, 0, a, &n, &info), E_NOT_FOUND);
    assert_int_equal(backup_newest_ms(STR("/nowhere/at/all")), 0);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define IN_ROOM(f) cmocka_unit_test_setup_teardown(f, make_room, clear_room)
        cmocka_unit_test(a_copy_a_day_keeps_the_last_days_and_a_sunday_of_each_week),
        cmocka_unit_test(of_a_day_that_is_over_the_newest_stays),
        cmocka_unit_test(any_set_of_copies_is_chosen_as_the_rule_says),
        IN_ROOM(old_copies_go_and_nothing_else),
        IN_ROOM(when_none_was_made_for_long_the_newest_stays),
        cmocka_unit_test(a_folder_that_is_not_there_is_said_and_has_no_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
