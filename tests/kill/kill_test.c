/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Programs that die at any moment, and the database with them. Again and again a writer does deeds
 * in several threads (publish, comment, change, count views, seal the log) and says each of them
 * only when it was acknowledged; at a random moment it is killed. What it said must be there, what
 * it did not say is there wholly or not at all, and the log tells neither more nor less.
 *
 * ONTSCHOT_KILL_SECONDS bounds a run (10 unless it is set), ONTSCHOT_KILLS ends it earlier, when so
 * many programs were killed in this run and all before it that ONTSCHOT_KILL_STATE counts.
 */
#include "app/access/access.h"
#include "app/audit/audit.h"
#include "app/db/id.h"
#include "app/db/store_test.h"
#include "app/knowledge/knowledge.h"
#include "base/num.h"
#include "base/rng.h"
#include "queries.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    WRITERS = 2,        /* threads that publish and comment */
    VIEWS_AT_ONCE = 7,  /* in one transaction */
    LIFE_MS_MAX = 120,  /* of a writer, from its first deed */
    SERVER_EVERY = 25,  /* kills of the writer to one of PostgreSQL itself */
    VERIFY_EVERY = 100, /* kills between two walks over the whole log */
    SECONDS_UNLESS = 10,
    PATIENCE_MS = 30000,  /* until PostgreSQL is back */
    PIPE_BYTES = 1 << 20, /* what a writer says is read when it is dead */
};

/* What a writer says through its pipe. */
enum said { READY, PUBLISHED, CREATED, COMMENTED, CHANGED, VIEWED };
struct word {
    int64_t what, id;
};

/* What all programs of this test have in common. */
struct world {
    struct app_keys keys;
    struct app app;
    struct party_id writer;
    struct publication_id shared; /* whose views are counted */
    char url[512];
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Salts of the log: different in each program, that is enough here. */
static void random_bytes(void *to, size_t n)
{
    static _Atomic uint64_t counter;
    const struct rng_key key = {.seed = (uint64_t)getpid(), .stream = (uint64_t)now_ms()};
    for (size_t i = 0; i < n; i++)
        ((unsigned char *)to)[i] = (unsigned char)rng_u64(key, counter++);
}

static void fill_app(struct world *w)
{
    memset(&w->keys, 7, sizeof w->keys);
    w->app = (struct app){.now_ms = now_ms, .random_bytes = random_bytes, .keys = &w->keys};
}

static struct deed deed_of(const struct world *w, arena *a)
{
    return (struct deed){
        .app = &w->app,
        .viewer = {.id = w->writer, .is_active = true, .has_second = true, .roles = ACCESS_ADMIN},
        .now_ms = now_ms(),
        .memory = a,
    };
}

static void sleep_us(int64_t us)
{
    const struct timespec pause = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    nanosleep(&pause, NULL);
}

/* ---- the writer ---- */

struct writing {
    const struct world *w;
    store *s;
    int to; /* the pipe */
};

static void say(int to, enum said what, int64_t id)
{
    const struct word word = {what, id};
    if (write(to, &word, sizeof word) != sizeof word) /* short enough to be whole */
        _exit(3);
}

/* The database may be away for a moment; any other error is a mistake. */
static bool is_done(err e, const struct err_info *info)
{
    if (e == OK)
        return true;
    if (e != E_BUSY) {
        fprintf(stderr, "# writer: %s %.*s\n", info->msg.key, (int)info->msg.used, info->msg.text);
        _exit(4);
    }
    sleep_us(2000);
    return false;
}

static bool change(const struct deed *deed, db *d, struct publication_id id, int to)
{
    struct publication_form form = {.level = LEVEL_PUBLIC,
                                    .comments = COMMENTS_SIGNED_IN,
                                    .delete_at = INT64_MAX,
                                    .title = STR("Herzien"),
                                    .summary = STR("Nog eens"),
                                    .body = STR("Een andere tekst.")};
    struct err_info info;
    struct publication p;
    if (!is_done(publication_find(deed, d, id, &p, &info), &info))
        return false;
    form.publish_at = p.publish_at;
    if (!is_done(publication_change(deed, d, id, p.version, &form, &info), &info))
        return false;
    say(to, CHANGED, id.v);
    return true;
}

static void publish(const struct deed *deed, db *d, int to)
{
    const struct publication_form form = {.level = LEVEL_PUBLIC,
                                          .comments = COMMENTS_SIGNED_IN,
                                          .publish_at = INT64_MAX,
                                          .delete_at = INT64_MAX,
                                          .title = STR("Wijkteam"),
                                          .summary = STR("Kort"),
                                          .body = STR("Een tekst.")};
    struct publication_id id;
    struct comment_id made;
    struct publication p;
    struct err_info info;

    if (!is_done(publication_create(deed, d, &form, &id, &info), &info))
        return;
    say(to, CREATED, id.v);
    if (!is_done(publication_find(deed, d, id, &p, &info), &info) ||
        !is_done(publication_set_state(deed, d, id, p.version, PUBLICATION_PUBLISHED, &info),
                 &info))
        return;
    say(to, PUBLISHED, id.v);
    for (int i = 0; i < 2; i++) {
        if (!is_done(comment_add(deed, d, id, (struct comment_id){0}, STR("Dank."), &made, &info),
                     &info))
            return;
        say(to, COMMENTED, made.v);
    }
    (void)change(deed, d, id, to);
}

static db *connect_to(store *s)
{
    struct err_info info;
    db *d;
    while (!is_done(db_open(s, &d, &info), &info))
        ;
    return d;
}

static void *write_publications(void *arg)
{
    const struct writing *w = arg;
    arena *a = arena_new(64 << 20);
    db *d = connect_to(w->s);
    for (;;) {
        const struct deed deed = deed_of(w->w, a);
        publish(&deed, d, w->to);
        arena_reset(a);
    }
    return NULL;
}

/* What the program itself does beside its visitors. */
static void *write_views_and_seal(void *arg)
{
    const struct writing *w = arg;
    view_counter *views = view_counter_new();
    db *d = connect_to(w->s);
    struct err_info info;
    int64_t n_sealed;
    for (;;) {
        for (int i = 0; i < VIEWS_AT_ONCE; i++)
            view_counter_add(views, w->w->shared, i % 2 == 0);
        while (!is_done(view_counter_write(views, &w->w->app, d, &info), &info))
            if (strcmp(info.msg.key, "db.unknown-outcome") == 0)
                _exit(5); /* counting again might count twice */
        say(w->to, VIEWED, VIEWS_AT_ONCE);
        (void)is_done(audit_seal(&w->w->app, d, &n_sealed, &info), &info);
        sleep_us(1000);
    }
    return NULL;
}

/* Never returns. */
static void write_until_killed(struct world *w, int to)
{
    const struct store_config c = {.url = str_of(w->url), .node = STORE_NODE_DEALT};
    struct writing writing = {.w = w, .to = to};
    struct err_info info;
    pthread_t thread;

    while (!is_done(store_open(&c, &writing.s, &info), &info))
        ;
    while (!is_done(store_migrate(writing.s, &info), &info))
        ;
    say(to, READY, 0);
    for (int i = 0; i <= WRITERS; i++)
        if (pthread_create(&thread, NULL, i < WRITERS ? write_publications : write_views_and_seal,
                           &writing) != 0)
            _exit(6);
    pthread_join(thread, NULL);
    _exit(7);
}

/* ---- who watches ---- */

struct watch {
    struct world w;
    struct store_fixture f;
    int64_t kills, server_kills, deeds, views; /* of this run; views that were acknowledged */
    int64_t before;                            /* kills in earlier runs */
};

static void assert_ok(err e, const struct err_info *info)
{
    if (e != OK)
        fail_msg("%s: %.*s", info->msg.key, (int)info->msg.used, info->msg.text);
}

/* As a program that starts: what the dead one left is put right by whoever opens the store. */
static void open_store(struct watch *t)
{
    const struct store_config c = {.url = str_of(t->w.url), .node = STORE_NODE_DEALT};
    struct err_info info;
    assert_ok(store_open(&c, &t->f.s, &info), &info);
    assert_ok(store_migrate(t->f.s, &info), &info);
    assert_ok(db_open(t->f.s, &t->f.d, &info), &info);
}

static void close_store(struct watch *t)
{
    db_close(t->f.d);
    store_close(t->f.s);
    t->f.d = NULL;
    t->f.s = NULL;
}

static void fill_store(struct watch *t)
{
    const struct publication_form form = {.level = LEVEL_PUBLIC,
                                          .publish_at = INT64_MAX,
                                          .delete_at = INT64_MAX,
                                          .title = STR("Gelezen"),
                                          .summary = STR(""),
                                          .body = STR("Tekst.")};
    struct err_info info;
    struct deed deed = deed_of(&t->w, t->f.a);
    assert_ok(account_create(&deed, t->f.d, STR("Dirk"), STR("dirk@voorbeeldstad.nl"), LANG_NL,
                             ACCESS_ADMIN, &t->w.writer, &info),
              &info);
    deed = deed_of(&t->w, t->f.a);
    assert_ok(publication_create(&deed, t->f.d, &form, &t->w.shared, &info), &info);
}

static pid_t start_writer(const struct watch *t, int *from)
{
    char to[24], party[24], shared[24];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_true(fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES) >= PIPE_BYTES);
    snprintf(to, sizeof to, "%d", ends[1]);
    snprintf(party, sizeof party, "%lld", (long long)t->w.writer.v);
    snprintf(shared, sizeof shared, "%lld", (long long)t->w.shared.v);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* it would write for ever */
        execl("/proc/self/exe", "kill_test", "write", t->w.url, to, party, shared, NULL);
        _exit(99);
    }
    assert_true(child > 0);
    close(ends[1]);
    *from = ends[0];
    return child;
}

static void kill_writer(pid_t child)
{
    int status;
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status) && WEXITSTATUS(status) != 5)
        fail_msg("the writer ended by itself: %d", WEXITSTATUS(status));
}

static void assert_there(struct watch *t, const struct word *word)
{
    const bool is_comment = word->what == COMMENTED;
    struct err_info info;
    struct deed_is_there_row row;
    struct state_of_row state;
    assert_ok(deed_is_there(t->f.d, t->f.a,
                            (struct deed_is_there_in){
                                .publication = {is_comment ? 0 : word->id},
                                .comment = {is_comment ? word->id : 0},
                            },
                            &row, &info),
              &info);
    if (row.publications + row.comments != 1)
        fail_msg("deed %lld of kind %lld was acknowledged and is lost", (long long)word->id,
                 (long long)word->what);
    if (is_comment)
        return;
    assert_ok(state_of(t->f.d, t->f.a, (struct state_of_in){.id = {word->id}}, &state, &info),
              &info);
    if (word->what != CREATED)
        assert_int_equal(state.state, PUBLICATION_PUBLISHED);
}

/*
 * Each word that was said is kept. Views come in lots that are written wholly or not at all, and
 * each kill leaves at most one lot unsaid (which PostgreSQL may save when the writer is dead).
 */
static void assert_kept(struct watch *t, int from)
{
    struct err_info info;
    struct state_of_row shared;
    struct word word;
    while (read(from, &word, sizeof word) == sizeof word) {
        if (word.what == VIEWED)
            t->views += word.id;
        else if (word.what != READY)
            assert_there(t, &word);
        t->deeds += word.what != READY;
    }
    assert_ok(state_of(t->f.d, t->f.a, (struct state_of_in){.id = t->w.shared}, &shared, &info),
              &info);
    const int64_t unsaid = shared.n_views - t->views;
    if (unsaid < 0 || unsaid % VIEWS_AT_ONCE != 0 || unsaid > t->kills * VIEWS_AT_ONCE)
        fail_msg("%lld views were acknowledged, %lld are there", (long long)t->views,
                 (long long)shared.n_views);
}

static void assert_nothing_half(struct watch *t, int64_t since)
{
    struct err_info info;
    struct halves_row h;
    assert_ok(halves(t->f.d, t->f.a, (struct halves_in){.since = since}, &h, &info), &info);
    if (h.unwritten || h.unlogged || h.twice || h.loose || h.fields || h.text || h.comments ||
        h.views)
        fail_msg("half deeds: %lld unwritten, %lld unlogged, %lld twice, %lld loose, %lld fields, "
                 "%lld texts, %lld comments, %lld views",
                 (long long)h.unwritten, (long long)h.unlogged, (long long)h.twice,
                 (long long)h.loose, (long long)h.fields, (long long)h.text, (long long)h.comments,
                 (long long)h.views);
}

static void assert_log_whole(struct watch *t)
{
    struct err_info info;
    struct audit_verdict v;
    int64_t n_sealed;
    assert_ok(audit_seal(&t->w.app, t->f.d, &n_sealed, &info), &info);
    assert_ok(audit_verify(&t->w.app, t->f.d, NULL, &v, &info), &info);
    if (!v.is_whole)
        fail_msg("the log is broken at %lld: %s", (long long)v.broken_at, v.why);
    assert_int_equal(v.n_unsealed, 0);
}

/* ---- PostgreSQL itself ---- */

/* The process that postmaster.pid beside the socket names; 0 for SQLite. */
static pid_t server_of(const struct watch *t)
{
    const char *folder = strstr(t->w.url, "host=");
    char path[300];
    int pid = 0;
    if (!folder)
        return 0;
    snprintf(path, sizeof path, "%s/.s.PGSQL.5432.lock", folder + 5);
    FILE *f = fopen(path, "r");
    if (!f)
        return 0;
    if (fscanf(f, "%d", &pid) != 1)
        pid = 0;
    fclose(f);
    return pid;
}

/* At once, without a checkpoint; tests/stores.sh starts it again, and it reads its journal. */
static void kill_server(struct watch *t)
{
    const pid_t old = server_of(t);
    const int64_t start = now_ms();
    if (old == 0)
        return;
    assert_int_equal(kill(old, SIGQUIT), 0);
    while (server_of(t) == old || server_of(t) == 0) {
        assert_true(now_ms() - start < PATIENCE_MS);
        sleep_us(5000);
    }
    while (!db_is_alive(t->f.d)) {
        assert_true(now_ms() - start < PATIENCE_MS);
        sleep_us(5000);
    }
    t->server_kills++;
}

/* ---- the count ---- */

static int64_t number_of(const char *name, int64_t otherwise)
{
    const char *text = getenv(name);
    int64_t n;
    return text && num_parse_int(str_of(text), &n) ? n : otherwise;
}

static void read_count(struct watch *t)
{
    const char *path = getenv("ONTSCHOT_KILL_STATE");
    FILE *f = path ? fopen(path, "r") : NULL;
    long long n;
    if (!f)
        return;
    if (fscanf(f, "%lld", &n) == 1)
        t->before = n;
    fclose(f);
}

static void write_count(const struct watch *t)
{
    const char *path = getenv("ONTSCHOT_KILL_STATE");
    char new_path[600];
    FILE *f;
    if (!path)
        return;
    snprintf(new_path, sizeof new_path, "%s.new", path);
    f = fopen(new_path, "w");
    if (!f || fprintf(f, "%lld\n", (long long)(t->before + t->kills)) < 0 || fclose(f) != 0 ||
        rename(new_path, path) != 0)
        fail_msg("%s: %s", path, strerror(errno));
}

/* ---- the test ---- */

static void one_round(struct watch *t, struct rng_key key)
{
    const uint64_t round = (uint64_t)(t->before + t->kills);
    const int64_t since = db_new_id(t->f.d);
    const bool with_server = round % SERVER_EVERY == SERVER_EVERY - 1;
    const bool stays_open = round % 2 == 0 || with_server;
    struct word word = {-1, 0};
    int from;

    if (!stays_open) /* then the writer is the only one that has the store open when it dies */
        close_store(t);
    const pid_t child = start_writer(t, &from);
    assert_int_equal(read(from, &word, sizeof word), sizeof word);
    assert_int_equal(word.what, READY);
    sleep_us((int64_t)(rng_u64(key, 2 * round) % (LIFE_MS_MAX * 1000)));
    if (with_server) {
        kill_server(t);
        sleep_us((int64_t)(rng_u64(key, 2 * round + 1) % (LIFE_MS_MAX * 1000)));
    }
    kill_writer(child);
    t->kills++;

    if (!stays_open)
        open_store(t);
    assert_kept(t, from);
    assert_nothing_half(t, since);
    if (t->kills % VERIFY_EVERY == 0)
        assert_log_whole(t);
    close(from);
    arena_reset(t->f.a);
}

static void assert_something_was_tried(struct watch *t)
{
    struct err_info info;
    struct made_row made_all;
    assert_ok(made(t->f.d, t->f.a, (struct made_in){0}, &made_all, &info), &info);
    assert_true(t->kills > 0 && t->deeds > t->kills && made_all.comments > 0);
    print_message("# %lld kills in this run (%lld of the server), %lld in all; %lld deeds "
                  "acknowledged, %lld publications, %lld comments, %lld entries of the log\n",
                  (long long)t->kills, (long long)t->server_kills,
                  (long long)(t->before + t->kills), (long long)t->deeds,
                  (long long)made_all.publications, (long long)made_all.comments,
                  (long long)made_all.entries);
}

static void nothing_acknowledged_is_lost_and_nothing_is_half_there(void **state)
{
    struct watch *t = *state;
    const struct rng_key key = {.seed = 20261124, .stream = rng_stream("tests.kill", 0)};
    const int64_t end = now_ms() + 1000 * number_of("ONTSCHOT_KILL_SECONDS", SECONDS_UNLESS);
    const int64_t kills = number_of("ONTSCHOT_KILLS", INT64_MAX);

    while (now_ms() < end && t->before + t->kills < kills) {
        one_round(t, key);
        write_count(t);
    }

    assert_nothing_half(t, 0);
    assert_log_whole(t);
    if (t->before < kills)
        assert_something_was_tried(t);
}

static int set_up(void **state)
{
    struct watch *t = calloc(1, sizeof *t);
    void *fixture = NULL;
    if (!t || store_set_up(&fixture) != 0)
        return -1;
    t->f = *(struct store_fixture *)fixture;
    free(fixture);
    memcpy(t->w.url, t->f.url, sizeof t->w.url);
    fill_app(&t->w);
    read_count(t);
    close_store(t); /* its clock stands still */
    open_store(t);
    fill_store(t);
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    struct watch *t = *state;
    close_store(t);
    if (!getenv("ONTSCHOT_TEST_STORE"))
        store_test_empty(t->w.url);
    arena_free(t->f.a);
    free(t);
    return 0;
}

/* With arguments it is the program that is killed. */
int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc == 6 && strcmp(argv[1], "write") == 0) {
        static struct world w;
        fill_app(&w);
        snprintf(w.url, sizeof w.url, "%s", argv[2]);
        w.writer.v = strtoll(argv[4], NULL, 10);
        w.shared.v = strtoll(argv[5], NULL, 10);
        write_until_killed(&w, (int)strtol(argv[3], NULL, 10));
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_acknowledged_is_lost_and_nothing_is_half_there,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
