/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every call that SQLite makes to the system fails once, each in a run of its own: what was
 * acknowledged stays, and the next start finds a whole store.
 */
#include "app/db/db_int.h"
#include "app/db/sample/queries.h"
#include "app/db/store_test.h"

#include <errno.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- calls that fail: the `countdown`th from now, once ---- */

static _Atomic int countdown; /* 0: none fails */
static int with_errno;

static bool fails(void)
{
    if (countdown == 0 || --countdown > 0)
        return false;
    errno = with_errno;
    return true;
}

static ssize_t try_pread(int fd, void *to, size_t n, off_t at)
{
    return fails() ? -1 : pread(fd, to, n, at);
}

static ssize_t try_pwrite(int fd, const void *from, size_t n, off_t at)
{
    return fails() ? -1 : pwrite(fd, from, n, at);
}

static int try_ftruncate(int fd, off_t n)
{
    return fails() ? -1 : ftruncate(fd, n);
}

static int try_fstat(int fd, struct stat *st)
{
    return fails() ? -1 : fstat(fd, st);
}

static void *try_mmap(void *at, size_t n, int protection, int flags, int fd, off_t from)
{
    return fails() ? MAP_FAILED : mmap(at, n, protection, flags, fd, from);
}

static void replace_calls(void)
{
    static const struct {
        const char *name;
        sqlite3_syscall_ptr call;
    } calls[] = {
        {"pread", (sqlite3_syscall_ptr)try_pread},
        {"pread64", (sqlite3_syscall_ptr)try_pread},
        {"pwrite", (sqlite3_syscall_ptr)try_pwrite},
        {"pwrite64", (sqlite3_syscall_ptr)try_pwrite},
        {"ftruncate", (sqlite3_syscall_ptr)try_ftruncate},
        {"fstat", (sqlite3_syscall_ptr)try_fstat},
        {"mmap", (sqlite3_syscall_ptr)try_mmap},
    };
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        assert_int_equal(vfs->xSetSystemCall(vfs, calls[i].name, calls[i].call), SQLITE_OK);
}

/* ---- what a program does with a store ---- */

enum { WRITES = 5 };

struct session {
    struct store_config config;
    bool is_acknowledged[WRITES];
    bool is_started;
};

static err add_row(db_tx *tx, void *arg, struct err_info *info)
{
    return row_add(tx, *(const struct row_add_in *)arg, info);
}

static void write_rows(struct session *w, db *d)
{
    static char large[40000]; /* several pages */
    memset(large, 'a', sizeof large);
    for (int i = 0; i < WRITES; i++) {
        struct err_info info;
        struct row_add_in in = {.id = {i}, .at = 1, .name = {large, sizeof large}};
        const err e = db_tx_do(d, add_row, &in, &info);
        w->is_acknowledged[i] = e == OK;
        assert_true(e == OK || e == E_IO || e == E_BUSY || e == E_NOMEM);
    }
}

static void run_session(struct session *w)
{
    struct err_info info;
    store *s = NULL;
    db *d = NULL;
    err e = store_open(&w->config, &s, &info);
    if (e == OK && (e = store_migrate(s, &info)) == OK && (e = db_open(s, &d, &info)) == OK) {
        w->is_started = true;
        write_rows(w, d);
        db_close(d);
    }
    assert_true(e == OK || e == E_IO || e == E_BUSY || e == E_NOMEM);
    store_close(s);
}

static void assert_whole(const struct session *w)
{
    struct err_info info;
    struct row_get_row row;
    arena *a = arena_new(1 << 20);
    store *s;
    db *d;
    char copy[600];
    assert_int_equal(store_open(&w->config, &s, &info), OK);
    assert_int_equal(store_migrate(s, &info), OK);
    assert_int_equal(db_open(s, &d, &info), OK);
    for (int i = 0; i < WRITES; i++)
        if (w->is_acknowledged[i])
            assert_int_equal(row_get(d, a, (struct row_get_in){{i}}, &row, &info), OK);
    snprintf(copy, sizeof copy, "%s.copy", store_name(s).p);
    assert_int_equal(store_backup(s, copy, &info), OK); /* checks every page */
    unlink(copy);
    db_close(d);
    store_close(s);
    arena_free(a);
}

static void make_rows_table(struct store_fixture *f)
{
    struct err_info info;
    db *d;
    assert_int_equal(f->s->driver->connect(f->s, true, &d, &info), OK);
    assert_int_equal(f->s->driver->script(d,
                                          "CREATE TABLE row_ (id INTEGER PRIMARY KEY, at INTEGER "
                                          "NOT NULL, name TEXT NOT NULL) STRICT",
                                          &info),
                     OK);
    f->s->driver->disconnect(d);
}

/* A store with tables, closed; its URL stays. */
static void renew(struct store_fixture *f)
{
    struct err_info info;
    const struct store_config c = {.url = str_of(f->url), .node = 1};
    assert_true(store_test_empty(f->url));
    assert_int_equal(store_open(&c, &f->s, &info), OK);
    assert_int_equal(store_migrate(f->s, &info), OK);
    make_rows_table(f);
    store_close(f->s);
    f->s = NULL;
}

static void try_every_call(struct store_fixture *f, int error)
{
    int sessions = 0, hurt = 0;
    with_errno = error;
    for (int n = 1;; n++, sessions++) {
        struct session w = {.config = {.url = str_of(f->url), .node = 1, .busy_ms = 50}};
        int lost = 0;
        renew(f);

        countdown = n;
        run_session(&w);
        const bool was_reached = countdown == 0;
        countdown = 0;

        assert_whole(&w);
        for (int i = 0; i < WRITES; i++)
            lost += w.is_started && !w.is_acknowledged[i];
        hurt += lost > 0 || !w.is_started;
        if (!was_reached)
            break;
    }
    assert_true(sessions > 50 && hurt > 10); /* the calls did fail */
}

static void a_full_disk_at_any_moment_loses_nothing_acknowledged(void **state)
{
    try_every_call(*state, ENOSPC);
}

static void a_broken_disk_at_any_moment_loses_nothing_acknowledged(void **state)
{
    try_every_call(*state, EIO);
}

static int set_up(void **state)
{
    if (store_set_up(state) != 0)
        return -1;
    struct store_fixture *f = *state;
    db_close(f->d);
    store_close(f->s);
    f->d = NULL;
    f->s = NULL;
    replace_calls();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_full_disk_at_any_moment_loses_nothing_acknowledged,
                                        set_up, store_tear_down),
        cmocka_unit_test_setup_teardown(a_broken_disk_at_any_moment_loses_nothing_acknowledged,
                                        set_up, store_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
