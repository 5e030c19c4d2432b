/* SPDX-License-Identifier: EUPL-1.2 */
/* What goes wrong: connections, servers, disks and programs that die. */
#include "app/db/db_int.h"
#include "app/db/sample/queries.h"
#include "app/db/store_test.h"
#include "base/rng.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
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

static err script(store *s, bool writes, const char *text, struct err_info *info)
{
    db *d;
    err e = s->driver->connect(s, writes, &d, info);
    if (e == OK) {
        e = s->driver->script(d, text, info);
        s->driver->disconnect(d);
    }
    return e;
}

static void make_table(store *s)
{
    struct err_info info;
    assert_ok(script(s, true,
                     s->path
                         ? "CREATE TABLE row_ (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, name "
                           "TEXT NOT NULL) STRICT"
                         : "CREATE TABLE row_ (id INT8 PRIMARY KEY, at INT8 NOT NULL, name TEXT "
                           "NOT NULL)",
                     &info),
              &info);
}

static int set_up(void **state)
{
    if (store_set_up(state) != 0)
        return -1;
    make_table(((struct store_fixture *)*state)->s);
    return 0;
}

static err add_row(db_tx *tx, void *arg, struct err_info *info)
{
    return row_add(tx, *(const struct row_add_in *)arg, info);
}

static err put_row(db *d, int64_t id, str name, struct err_info *info)
{
    struct row_add_in in = {.id = {id}, .at = 1, .name = name};
    return db_tx_do(d, add_row, &in, info);
}

static int64_t count_rows(struct store_fixture *f)
{
    struct err_info info;
    struct rows_sum_row sum;
    assert_ok(rows_sum(f->d, f->a, &sum, &info), &info);
    return sum.n;
}

/* ---- PostgreSQL: connections and the server ---- */

/* Ends all connections but the one that asks; what is under way is undone. */
static void cut_connections(struct store_fixture *f)
{
    struct err_info info;
    (void)!script(f->s, true,
                  "DO $$ BEGIN PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                  "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'; END $$",
                  &info);
}

static void a_lost_connection_is_made_again_unseen(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    if (is_sqlite(f))
        return;
    assert_ok(put_row(f->d, 1, STR("one"), &info), &info);
    assert_int_equal(count_rows(f), 1); /* prepared */

    cut_connections(f);
    assert_int_equal(count_rows(f), 1);
    cut_connections(f);
    assert_ok(put_row(f->d, 2, STR("two"), &info), &info);
    cut_connections(f);
    assert_true(db_is_alive(f->d));

    assert_int_equal(count_rows(f), 2);
}

static err cut_while_writing(db_tx *tx, void *arg, struct err_info *info)
{
    struct store_fixture *f = arg;
    const struct row_add_in in = {.id = {7}, .at = 1, .name = STR("x")};
    err e = row_add(tx, in, info);
    if (e != OK)
        return e;
    cut_connections(f);
    return OK;
}

static void a_connection_lost_within_a_transaction_undoes_it(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    if (is_sqlite(f))
        return;

    assert_key(db_tx_do(f->d, cut_while_writing, f, &info), E_BUSY, &info, "db.unknown-outcome");

    assert_int_equal(count_rows(f), 0);
    assert_ok(put_row(f->d, 7, STR("again"), &info), &info);
}

static void a_server_that_went_away_is_found_again(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    struct rows_sum_row sum;
    char socket[300], away[320];
    if (is_sqlite(f))
        return;
    assert_ok(put_row(f->d, 1, STR("one"), &info), &info);
    snprintf(socket, sizeof socket, "%s/.s.PGSQL.5432", strstr(f->url, "host=") + 5);
    snprintf(away, sizeof away, "%s.away", socket);
    cut_connections(f);

    assert_int_equal(rename(socket, away), 0);
    assert_key(rows_sum(f->d, f->a, &sum, &info), E_BUSY, &info, "db.away");
    assert_key(put_row(f->d, 2, STR("two"), &info), E_BUSY, &info, "db.away");
    assert_false(db_is_alive(f->d));
    assert_int_equal(rename(away, socket), 0);

    assert_int_equal(count_rows(f), 1);
    assert_ok(put_row(f->d, 2, STR("two"), &info), &info);
}

/* ---- the second fence ---- */

static void a_connection_that_reads_writes_nothing_whatever_it_is_told(void **state)
{
    static const char *const told[] = {"DELETE FROM row_", "INSERT INTO row_ VALUES (9, 9, 'x')",
                                       "DROP TABLE row_", "CREATE TABLE other (id TEXT)"};
    struct store_fixture *f = *state;
    struct err_info info;
    assert_ok(put_row(f->d, 1, STR("one"), &info), &info);

    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        assert_int_equal(script(f->s, false, told[i], &info), E_IO);

    assert_int_equal(count_rows(f), 1);
}

static void a_statement_reaches_no_other_file_and_no_setting(void **state)
{
    static const char *const told[] = {
        "ATTACH '/tmp/x' AS x",        "PRAGMA journal_mode = OFF",
        "PRAGMA writable_schema = ON", "SELECT load_extension('x')",
        "VACUUM INTO '/tmp/x'",        "UPDATE sqlite_master SET sql = ''"};
    struct store_fixture *f = *state;
    struct err_info info;
    if (!is_sqlite(f))
        return;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        assert_int_equal(script(f->s, true, told[i], &info), E_IO);
        assert_int_equal(script(f->s, false, told[i], &info), E_IO);
    }
}

/* ---- SQLite: locks and disks ---- */

static err lock_and_try(db_tx *tx, void *arg, struct err_info *info)
{
    struct store_fixture *f = arg;
    struct err_info other;
    struct store_config c = {.url = str_of(f->url), .node = 1, .busy_ms = 100};
    store *s;
    err e = row_add(tx, (struct row_add_in){.id = {1}, .at = 1, .name = STR("x")}, info);
    if (e != OK)
        return e;
    /* another program, while this transaction holds the lock */
    assert_ok(store_open(&c, &s, &other), &other);
    assert_key(store_migrate(s, &other), E_BUSY, &other, "db.locked");
    store_close(s);
    return OK;
}

static void a_lock_of_another_program_is_busy_for_a_bounded_time(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    if (!is_sqlite(f))
        return;

    assert_ok(db_tx_do(f->d, lock_and_try, f, &info), &info);

    assert_int_equal(count_rows(f), 1);
}

enum { LARGE = 1 << 20 };

struct filler {
    store *s;
    int number;
    bool is_greedy;
    int64_t done, limited;
};

static void *fill(void *arg)
{
    struct filler *w = arg;
    struct err_info info;
    db *d;
    char *large = malloc(LARGE);
    if (!large || db_open(w->s, &d, &info) != OK)
        return NULL;
    memset(large, 'a', LARGE);
    for (int i = 0; i < 40; i++) {
        const err e = put_row(d, w->number * 1000 + i,
                              w->is_greedy ? (str){large, LARGE} : STR("small"), &info);
        w->done += e == OK;
        w->limited += e == E_LIMIT;
    }
    free(large);
    db_close(d);
    return NULL;
}

static void one_that_fills_the_store_takes_nobody_down(void **state)
{
    enum { FILLERS = 6 };
    struct store_fixture *f = *state;
    struct err_info info;
    struct filler w[FILLERS];
    pthread_t thread[FILLERS];
    int64_t done = 0;
    const struct store_config c = {.url = str_of(f->url), .node = 1, .max_bytes = 4 << 20};
    if (!is_sqlite(f))
        return;
    db_close(f->d);
    store_close(f->s);
    f->d = NULL;
    assert_ok(store_open(&c, &f->s, &info), &info);
    assert_ok(store_migrate(f->s, &info), &info);
    assert_ok(db_open(f->s, &f->d, &info), &info);

    for (int i = 0; i < FILLERS; i++) {
        w[i] = (struct filler){.s = f->s, .number = i + 1, .is_greedy = i % 3 == 0};
        assert_int_equal(pthread_create(&thread[i], NULL, fill, &w[i]), 0);
    }
    for (int i = 0; i < FILLERS; i++) {
        pthread_join(thread[i], NULL);
        assert_int_equal(w[i].done + w[i].limited, 40);
        assert_true(w[i].is_greedy ? w[i].limited >= 35 : w[i].limited == 0);
        done += w[i].done;
    }

    assert_int_equal(count_rows(f), done);
}

/* A small disk of our own, in a child with its own view of mounts. 0 when all went as it should. */
static int on_a_small_disk(const char *folder)
{
    struct store_fixture f = {.a = arena_new(1 << 20)};
    struct err_info info;
    struct rows_sum_row sum;
    static char large[64 << 10];
    err e = OK;
    int64_t n = 0;
    memset(large, 'a', sizeof large);
    if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return 77;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", folder, "tmpfs", 0, "size=2m") != 0)
        return 77;
    snprintf(f.url, sizeof f.url, "sqlite:%s/store.db", folder);
    const struct store_config c = {.url = str_of(f.url), .node = 1};
    if (store_open(&c, &f.s, &info) != OK || store_migrate(f.s, &info) != OK)
        return 1;
    make_table(f.s);
    if (db_open(f.s, &f.d, &info) != OK)
        return 2;
    while (n < 100 && (e = put_row(f.d, n, (str){large, sizeof large}, &info)) == OK)
        n++;
    if (n < 5 || e != E_IO || strcmp(info.msg.key, "db.full") != 0)
        return 3;
    if (rows_sum(f.d, f.a, &sum, &info) != OK || sum.n != n)
        return 4;
    if (store_backup(f.s, folder, &info) != E_CONFLICT) /* a folder is there */
        return 5;
    db_close(f.d);
    store_close(f.s);
    if (mount(NULL, folder, NULL, MS_REMOUNT, "size=8m") != 0)
        return 77;
    if (store_open(&c, &f.s, &info) != OK || store_migrate(f.s, &info) != OK ||
        db_open(f.s, &f.d, &info) != OK || put_row(f.d, 1000, STR("x"), &info) != OK ||
        rows_sum(f.d, f.a, &sum, &info) != OK || sum.n != n + 1)
        return 6;
    db_close(f.d);
    store_close(f.s);
    if (mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, "size=8m") != 0)
        return 77;
    e = store_open(&c, &f.s, &info);
    if (e == OK)
        e = store_migrate(f.s, &info);
    if (e != E_IO || (strcmp(info.msg.key, "db.read-only") != 0 &&
                      strcmp(info.msg.key, "db.cannot-open-because") != 0))
        return 7;
    arena_free(f.a);
    return 0;
}

static void a_full_or_read_only_disk_is_said_and_damages_nothing(void **state)
{
    struct store_fixture *f = *state;
    char folder[] = P_tmpdir "/ontschot-disk-XXXXXX";
    int status = 0;
    if (!is_sqlite(f))
        return;
    assert_non_null(mkdtemp(folder));

    const pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "db_fault_test", "disk", folder, NULL);
        _exit(99);
    }
    assert_int_equal(waitpid(child, &status, 0), child);

    rmdir(folder);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        skip(); /* no right to mount a disk here */
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_place_where_nothing_can_be_made_is_an_error(void **state)
{
    static const char *const urls[] = {"sqlite:/proc/store.db", "sqlite:/no/such/folder/store.db",
                                       "sqlite:/tmp"};
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct err_info info;
        store *s = NULL;
        const struct store_config c = {.url = str_of(urls[i]), .node = 1};

        assert_key(store_open(&c, &s, &info), E_IO, &info, "db.cannot-open-because");

        assert_null(s);
    }
}

/* ---- programs that die ---- */

/* Writes rows 1, 2, ... and says each number only when it was acknowledged. Never returns. */
static void write_until_killed(const char *url, int to, int64_t first)
{
    struct err_info info;
    store *s;
    db *d;
    const struct store_config c = {.url = str_of(url), .node = 2};
    if (store_open(&c, &s, &info) != OK || store_migrate(s, &info) != OK ||
        db_open(s, &d, &info) != OK)
        _exit(1);
    for (int64_t id = first;; id++) {
        if (put_row(d, id, STR("acknowledged"), &info) != OK)
            _exit(2);
        if (write(to, &id, sizeof id) != sizeof id)
            _exit(3);
    }
}

static void nothing_acknowledged_is_lost_when_the_program_is_killed(void **state)
{
    enum { ROUNDS = 15 };
    struct store_fixture *f = *state;
    struct err_info info;
    struct row_get_row row;
    const struct rng_key key = {.seed = 7, .stream = rng_stream("kill-test", 0)};
    int64_t first = 1, acknowledged = 0;

    for (int round = 0; round < ROUNDS; round++) {
        int ends[2];
        int64_t id;
        const struct timespec pause = {.tv_nsec =
                                           (long)(rng_u64(key, (uint64_t)round) % 200000000)};
        assert_int_equal(pipe(ends), 0);
        const pid_t child = fork();
        if (child == 0) {
            char to[24], from[24];
            snprintf(to, sizeof to, "%d", ends[1]);
            snprintf(from, sizeof from, "%lld", (long long)first);
            execl("/proc/self/exe", "db_fault_test", "write", f->url, to, from, NULL);
            _exit(99);
        }
        close(ends[1]);
        nanosleep(&pause, NULL);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(ends[0], &id, sizeof id) == sizeof id) {
            assert_ok(row_get(f->d, f->a, (struct row_get_in){{id}}, &row, &info), &info);
            first = id + 1;
            acknowledged++;
        }
        close(ends[0]);
        /* at most the one that was being acknowledged is there unheard */
        first++;
        assert_int_equal(row_get(f->d, f->a, (struct row_get_in){{first}}, &row, &info),
                         E_NOT_FOUND);
    }

    assert_true(acknowledged > ROUNDS);
    assert_ok(put_row(f->d, -1, STR("alive"), &info), &info);
}

/* The tests start this program again: with arguments it is the one that fills a disk or is killed.
 */
int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "disk"))
        return on_a_small_disk(argv[2]);
    if (argc == 5 && !strcmp(argv[1], "write"))
        write_until_killed(argv[2], (int)strtol(argv[3], NULL, 10), strtoll(argv[4], NULL, 10));
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, store_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_lost_connection_is_made_again_unseen),
        TEST(a_connection_lost_within_a_transaction_undoes_it),
        TEST(a_server_that_went_away_is_found_again),
        TEST(a_connection_that_reads_writes_nothing_whatever_it_is_told),
        TEST(a_statement_reaches_no_other_file_and_no_setting),
        TEST(a_lock_of_another_program_is_busy_for_a_bounded_time),
        TEST(one_that_fills_the_store_takes_nobody_down),
        TEST(a_full_or_read_only_disk_is_said_and_damages_nothing),
        cmocka_unit_test(a_place_where_nothing_can_be_made_is_an_error),
        TEST(nothing_acknowledged_is_lost_when_the_program_is_killed),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
