/* SPDX-License-Identifier: EUPL-1.2 */
/* Opening, migrating, copying and restoring, and what can be wrong with a store. */
#include "app/db/db_int.h"
#include "app/db/migrate_int.h"
#include "app/db/queries.h"
#include "app/db/store_test.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_ok(err e, const struct err_info *info)
{
    if (e != OK)
        fail_msg("%s: %.*s", info->msg.key, (int)info->msg.used, info->msg.text);
}

static void assert_key(err e, err expected, const struct err_info *info, const char *key)
{
    assert_string_equal(e == OK ? "OK" : info->msg.key, key);
    assert_int_equal(e, expected);
    assert_int_equal(info->code, expected);
}

static bool is_sqlite(const struct store_fixture *f)
{
    return !strncmp(f->url, "sqlite:", 7);
}

static err open_url(const char *url, store **s, struct err_info *info)
{
    const struct store_config c = {.url = str_of(url), .node = STORE_NODE_DEALT, .busy_ms = 200};
    return store_open(&c, s, info);
}

/* Changes what the store remembers of its migrations, as another program would have left it. */
static void script(struct store_fixture *f, const char *text)
{
    struct err_info info;
    db *d;
    assert_ok(f->s->driver->connect(f->s, true, &d, &info), &info);
    assert_ok(f->s->driver->script(d, text, &info), &info);
    f->s->driver->disconnect(d);
}

/* ---- URLs ---- */

static const struct {
    const char *url, *key;
} urls[] = {
    {"", "db.url"},
    {"store.db", "db.url"},
    {"mysql://user:geheim@host/db", "db.url"},
    {"sqlite:", "db.url-sqlite"},
    {"sqlite::memory:", "db.url-sqlite"},
    {"sqlite://host/x", "db.url-sqlite"},
    {"postgresql://user:geheim@host:port:5/db", "db.url-postgresql"},
    {"postgresql://user:ge%zzheim@host/db", "db.url-postgresql"},
    {"postgresql://user:geheim@host/db?nonsense=1", "db.url-postgresql"},
};

static void a_url_that_cannot_be_read_is_refused_without_its_password(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct err_info info;
        store *s = NULL;

        assert_key(open_url(urls[i].url, &s, &info), E_INPUT, &info, urls[i].key);

        assert_null(s);
        assert_null(memmem(&info, sizeof info, "geheim", 6));
    }
}

static void a_server_that_is_away_is_busy_and_its_password_stays_secret(void **state)
{
    struct err_info info;
    store *s = NULL;
    (void)state;

    assert_key(open_url("postgresql://user:geh@eim@127.0.0.1:1/name?connect_timeout=2", &s, &info),
               E_BUSY, &info, "db.away");

    assert_string_equal(info.file, "postgresql://127.0.0.1:1/name");
    assert_null(s);
}

static void what_may_be_shown_of_a_store_has_no_user_and_password(void **state)
{
    const struct store_fixture *f = *state;
    const str name = store_name(f->s);

    if (is_sqlite(f))
        assert_string_equal(name.p, f->url + 7);
    else
        assert_string_equal(name.p, "postgresql:///postgres");
}

/* ---- migrations ---- */

static void a_connection_needs_migrated_tables(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    store *s;
    db *d;
    assert_ok(open_url(f->url, &s, &info), &info);

    assert_key(db_open(s, &d, &info), E_CONFLICT, &info, "db.not-migrated");
    assert_ok(store_migrate(s, &info), &info);
    assert_ok(db_open(s, &d, &info), &info);

    assert_true(db_is_alive(d));
    db_close(d);
    store_close(s);
}

static void migrating_again_changes_nothing(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    struct store_migrations_row *before, *after;
    size_t n_before, n_after;
    const struct store_migrations_in all = {.limit = 1000};
    assert_ok(store_migrations(f->d, f->a, all, &before, &n_before, &info), &info);

    store_test_now_ms += 5000;
    assert_ok(store_migrate(f->s, &info), &info);

    assert_ok(store_migrations(f->d, f->a, all, &after, &n_after, &info), &info);
    assert_int_equal(n_after, n_before);
    assert_true(n_before > 0);
    for (size_t i = 0; i < n_before; i++)
        assert_true(str_eq(before[i].checksum, after[i].checksum));
}

static const struct {
    const char *change, *key;
} strangers[] = {
    {"INSERT INTO store_migration (number, name, checksum, applied_ms) "
     "VALUES (9999, '9999_future', 'x', 0)",
     "db.newer"},
    {"UPDATE store_migration SET checksum = 'other' WHERE number = 0", "db.changed-migration"},
    {"UPDATE store_migration SET number = -5, name = 'other' WHERE number = 0",
     "db.other-migration"},
};

static void a_store_that_is_newer_or_was_changed_is_refused(void **state)
{
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        struct store_fixture *f = *state;
        struct err_info info;
        store *s = NULL;
        script(f, strangers[i].change);

        assert_key(open_url(f->url, &s, &info), E_CONFLICT, &info, strangers[i].key);
        assert_key(store_migrate(f->s, &info), E_CONFLICT, &info, strangers[i].key);

        assert_null(s);
        store_tear_down(state);
        assert_int_equal(store_set_up(state), 0);
    }
}

static void a_database_of_something_else_is_left_alone(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    store *s = NULL;
    script(f, "DROP TABLE store_migration");

    err e = open_url(f->url, &s, &info);

    assert_key(e, E_IO, &info, "db.not-ours");
    assert_null(s);
}

struct racer {
    const char *url;
    err result;
    struct err_info info;
    unsigned node;
};

static void *race(void *arg)
{
    struct racer *r = arg;
    store *s = NULL;
    const struct store_config c = {.url = str_of(r->url), .node = STORE_NODE_DEALT};
    r->result = store_open(&c, &s, &r->info);
    if (r->result == OK)
        r->result = store_migrate(s, &r->info);
    if (r->result == OK)
        r->node = id_node(store_new_id(s));
    store_close(s);
    return NULL;
}

static void programs_that_start_at_once_migrate_once_and_get_nodes_of_their_own(void **state)
{
    enum { RACERS = 6 };
    struct store_fixture *f = *state;
    struct racer r[RACERS];
    pthread_t thread[RACERS];
    char url[512];
    memcpy(url, f->url, sizeof url);
    db_close(f->d);
    store_close(f->s);
    f->d = NULL;
    f->s = NULL;
    assert_true(store_test_empty(url));

    for (int i = 0; i < RACERS; i++) {
        r[i] = (struct racer){.url = url};
        assert_int_equal(pthread_create(&thread[i], NULL, race, &r[i]), 0);
    }
    for (int i = 0; i < RACERS; i++)
        pthread_join(thread[i], NULL);

    for (int i = 0; i < RACERS; i++) {
        assert_ok(r[i].result, &r[i].info);
        for (int k = 0; k < i; k++)
            assert_int_not_equal(r[i].node, r[k].node);
    }
}

/* ---- the backup before a migration ---- */

/* Takes the last migration away again, so that it is to be applied to a store with data. */
static void undo_last_migration(struct store_fixture *f)
{
    script(f, "UPDATE store_state SET next_node = 77");
    script(f, "DELETE FROM store_migration WHERE number = (SELECT max(number) FROM "
              "store_migration)");
}

/* How many files beside the store have this in their name; the last of them in `found`. */
static int count_files(const char *folder, const char *part, char *found, size_t size)
{
    int n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        if (!strstr(e->d_name, part))
            continue;
        n++;
        snprintf(found, size, "%s/%s", folder, e->d_name);
    }
    closedir(d);
    return n;
}

static void a_store_with_data_is_copied_before_a_migration(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    char folder[] = P_tmpdir "/ontschot-backup-XXXXXX", found[600];
    store *s;
    assert_non_null(mkdtemp(folder));
    undo_last_migration(f);
    const struct store_config without = {.url = str_of(f->url), .node = 1},
                              with = {.url = str_of(f->url), .node = 1, .backup_folder = folder};

    if (!is_sqlite(f)) { /* a server has no folder to put it in by itself */
        assert_ok(store_open(&without, &s, &info), &info);
        assert_key(store_migrate(s, &info), E_INPUT, &info, "db.backup-postgresql");
        store_close(s);
    }
    assert_ok(store_open(&with, &s, &info), &info);
    (void)!store_migrate(s, &info); /* the tables are there already: that fails, later */
    store_close(s);

    assert_int_equal(count_files(folder, ".before-", found, sizeof found), 1);
    assert_int_equal(count_files(folder, ".partial", found, sizeof found), 0);
    struct stat st;
    count_files(folder, ".before-", found, sizeof found);
    assert_int_equal(stat(found, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(st.st_size > 1000);
    unlink(found);
    rmdir(folder);
}

/* ---- copying and restoring ---- */

static void a_copy_becomes_a_store_again(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    char folder[] = P_tmpdir "/ontschot-backup-XXXXXX", path[64], url[128];
    store *s = NULL;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/copy", folder);
    snprintf(url, sizeof url, "sqlite:%s/again.db", folder);
    const int64_t id = db_new_id(f->d);

    assert_ok(store_backup(f->s, path, &info), &info);
    assert_key(store_backup(f->s, path, &info), E_CONFLICT, &info, "db.backup-failed");

    if (is_sqlite(f)) {
        assert_ok(open_url(url, &s, &info), &info);
        assert_ok(store_restore(s, path, &info), &info);
        assert_ok(store_migrate(s, &info), &info);
        assert_key(store_restore(s, path, &info), E_CONFLICT, &info, "db.not-empty");
        assert_true(store_new_id(s) > id);
        store_close(s);
        assert_true(store_test_empty(url));
    } else {
        assert_key(store_restore(f->s, path, &info), E_CONFLICT, &info, "db.not-empty");
        assert_true(store_test_empty(f->url));
        assert_ok(open_url(f->url, &s, &info), &info);
        assert_ok(store_restore(s, path, &info), &info);
        assert_ok(store_migrate(s, &info), &info);
        assert_key(store_restore(s, path, &info), E_CONFLICT, &info, "db.not-empty");
        assert_true(store_new_id(s) > id);
        store_close(s);
    }
    unlink(path);
    rmdir(folder);
}

static void what_is_no_copy_is_not_restored(void **state)
{
    static const char *const contents[] = {"", "not a database at all, but long enough to be read"};
    struct store_fixture *f = *state;
    struct err_info info;
    char folder[] = P_tmpdir "/ontschot-backup-XXXXXX", path[64], url[128];
    store *s = NULL;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/copy", folder);
    snprintf(url, sizeof url, "sqlite:%s/again.db", folder);
    assert_ok(open_url(url, &s, &info), &info);

    assert_key(store_restore(s, path, &info), E_INPUT, &info, "db.cannot-open"); /* no such file */
    for (int i = 0; i < 2; i++) {
        FILE *file = fopen(path, "w");
        fputs(contents[i], file);
        fclose(file);
        assert_key(store_restore(s, path, &info), E_INPUT, &info, "db.not-ours");
    }
    unlink(path);
    if (is_sqlite(f)) { /* a copy that was cut off */
        assert_ok(store_backup(f->s, path, &info), &info);
        assert_int_equal(truncate(path, 8192), 0);
        assert_key(store_restore(s, path, &info), E_INPUT, &info, "db.damaged");
    }
    if (!is_sqlite(f)) {
        assert_true(store_test_empty(f->url));
        assert_ok(store_backup(f->s, path, &info), &info);
        assert_int_equal(truncate(path, 100), 0);
        assert_key(store_restore(f->s, path, &info), E_INPUT, &info, "db.restore-pg-restore");
    }
    assert_ok(store_migrate(s, &info), &info); /* it is still empty, and fine */

    store_close(s);
    store_test_empty(url);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_set_up, store_tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_that_cannot_be_read_is_refused_without_its_password),
        cmocka_unit_test(a_server_that_is_away_is_busy_and_its_password_stays_secret),
        TEST(what_may_be_shown_of_a_store_has_no_user_and_password),
        TEST(a_connection_needs_migrated_tables),
        TEST(migrating_again_changes_nothing),
        TEST(a_store_that_is_newer_or_was_changed_is_refused),
        TEST(a_database_of_something_else_is_left_alone),
        TEST(programs_that_start_at_once_migrate_once_and_get_nodes_of_their_own),
        TEST(a_store_with_data_is_copied_before_a_migration),
        TEST(a_copy_becomes_a_store_again),
        TEST(what_is_no_copy_is_not_restored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
