/* SPDX-License-Identifier: EUPL-1.2 */
/* Workers, their children, and what becomes of jobs when either dies. */
#include "app/job/fixture_test.h"
#include "app/job/job_int.h"

#include "base/file.h"
#include "base/num.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/landlock.h>

static void look_at_result(struct job_fixture *f, struct job_id id, size_t steps)
{
    struct job_result *list;
    struct err_info info;
    char name[64], text[64];
    str path, content;
    size_t n;
    assert_int_equal(job_results(&f->ann, f->store->d, id, &list, &n, &info), OK);
    assert_int_equal(n, steps);
    for (size_t i = 1; i <= steps; i++) {
        snprintf(name, sizeof name, "step-%zu", i);
        snprintf(text, sizeof text, "step-%zu of %lld\n", i, (long long)id.v);
        assert_int_equal(job_result_path(&f->ann, f->store->d, id, str_of(name), &path, &info), OK);
        assert_int_equal(file_read(f->store->a, path, 1000, &content, &info), OK);
        assert_true(str_eq(content, str_of(text)));
    }
}

/* ---- a job's life ---- */

static void a_job_is_done_and_its_results_are_its_owners(void **state)
{
    static const char *const wrong[] = {"step-3",      "../keys", "",         ".",      "..",
                                        "/etc/passwd", "step-1/", "step-1\n", ".hidden"};
    struct job_fixture *f = *state;
    struct job_test_worker t;
    struct err_info info;
    str path = STR("untouched");

    const struct job_id id = job_test_put(f, "test.write", "{\"steps\": 2}");
    job_test_start(&t, job_test_settings(f));
    const struct job job = job_test_await(f, id, JOB_DONE);
    job_test_stop(&t);

    assert_int_equal(t.result, OK);
    assert_int_equal(job.state, JOB_DONE);
    assert_int_equal(job.tries, 1);
    assert_true(job.ended_at >= job.started_at && job.started_at > 0);
    look_at_result(f, id, 2);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(job_result_path(&f->ann, f->store->d, id, str_of(wrong[i]), &path, &info),
                         E_NOT_FOUND);
    assert_int_equal(job_result_path(&f->bob, f->store->d, id, STR("step-1"), &path, &info),
                     E_NOT_FOUND);
    assert_true(str_eq(path, STR("untouched")));
    assert_int_equal(job_test_count(f, JOB_RUN), 0);
    assert_int_equal(job_drop(&f->ann, f->store->d, id, &info), OK);
    assert_int_equal(job_test_count(f, JOB_RESULTS), 0);
}

static void a_job_reads_its_files_under_their_names(void **state)
{
    struct job_fixture *f = *state;
    struct job_test_worker t;
    struct err_info info;
    struct file_id file;
    struct job_id id;
    char name[300];
    str path, text;

    snprintf(name, sizeof name, "%s/upload", f->folder);
    assert_int_equal(file_write(str_of(name), STR("a,b\n"), &info), OK);
    assert_int_equal(
        job_file_take(&f->ann, f->store->d, str_of(name), STR("my data.csv"), &file, &info), OK);
    assert_int_equal(
        job_put(&f->ann, f->store->d, "test.read", STR("x"), STR(""), &file, 1, &id, &info), OK);
    job_test_start(&t, job_test_settings(f));
    assert_int_equal(job_test_await(f, id, JOB_DONE).state, JOB_DONE);
    job_test_stop(&t);

    assert_int_equal(job_result_path(&f->ann, f->store->d, id, STR("copy.txt"), &path, &info), OK);
    assert_int_equal(file_read(f->store->a, path, 100, &text, &info), OK);
    assert_true(str_eq(text, STR("a,b\n")));
    assert_int_equal(job_test_count(f, JOB_FILES), 1); /* the upload stays */
}

static void progress_never_goes_back(void **state)
{
    struct job_fixture *f = *state;
    struct job_test_worker t;
    double share = -1;
    int n_changes = 0;

    const struct job_id id = job_test_put(f, "test.write", "{\"steps\": 30, \"ms\": 100}");
    job_test_start(&t, job_test_settings(f));
    struct job job = job_test_find(f, id);
    while (job.state == JOB_QUEUED || job.state == JOB_RUNNING) {
        assert_true(job.share >= share && job.share <= 1);
        n_changes += job.share > share;
        share = job.share;
        if (share > 0)
            assert_non_null(job.step);
        usleep(20000);
        job = job_test_find(f, id);
    }
    job_test_stop(&t);

    assert_int_equal(job.state, JOB_DONE);
    assert_true(n_changes >= 5);
}

static void mistakes_keep_their_words_and_places_in_order(void **state)
{
    struct job_fixture *f = *state;
    struct job_test_worker t;

    const struct job_id id = job_test_put(f, "test.mistakes", "");
    job_test_start(&t, job_test_settings(f));
    const struct job job = job_test_await(f, id, JOB_FAILED);
    job_test_stop(&t);

    assert_int_equal(job.state, JOB_FAILED);
    assert_int_equal(job.n_failures, 2);
    assert_int_equal(job.n_failures_found, 2);
    assert_string_equal(job.failure.msg.key, "job.many-open");
    assert_int_equal(job.failure.msg.arg[0].i, 7);
    assert_string_equal(job.failures[1].msg.key, "job.same-name");
    assert_string_equal(job.failures[1].file, "plan.yaml");
    assert_int_equal(job.failures[1].line, 9);
    assert_int_equal(job.failures[1].column, 3);
    assert_int_equal(job_test_count(f, JOB_RESULTS), 0);
}

static void what_goes_wrong_takes_nothing_down_and_is_told(void **state)
{
    static const struct {
        const char *kind, *key;
    } cases[] = {
        {"test.bomb", "job.memory-limit"},    {"test.late", "job.time-limit"},
        {"test.crash", "job.crashed"},        {"test.nonsense", "job.crashed"},
        {"test.unknown", "job.unknown-kind"},
    };
    struct job_fixture *f = *state;
    struct job_test_worker t;
    struct job_id id[5];

    for (size_t i = 0; i < 5; i++)
        id[i] = job_test_put(f, cases[i].kind, "");
    const struct job_id good = job_test_put(f, "test.write", "{\"steps\": 1}");
    job_test_start(&t, job_test_settings(f));
    assert_int_equal(job_test_await(f, good, JOB_DONE).state, JOB_DONE);
    job_test_stop(&t);

    for (size_t i = 0; i < 5; i++) {
        const struct job job = job_test_find(f, id[i]);
        assert_int_equal(job.state, JOB_FAILED);
        assert_string_equal(job.failure.msg.key, cases[i].key);
        assert_int_equal(job.tries, 1);
    }
    assert_int_equal(job_test_count(f, JOB_RUN), 0);
    assert_int_equal(job_test_count(f, JOB_RESULTS), 1);
}

static void a_child_has_little_and_yields_to_others(void **state)
{
    struct job_fixture *f = *state;
    struct job_test_worker t;
    struct err_info info;
    cpu_set_t cores;
    str path, text;

    assert_int_equal(sched_getaffinity(0, sizeof cores, &cores), 0);
    (void)setenv("PGPASSWORD", "secret", 1);
    const struct job_id id = job_test_put(f, "test.room", "");
    job_test_start(&t, job_test_settings(f));
    assert_int_equal(job_test_await(f, id, JOB_DONE).state, JOB_DONE);
    job_test_stop(&t);
    (void)unsetenv("PGPASSWORD");

    assert_int_equal(job_result_path(&f->ann, f->store->d, id, STR("room.txt"), &path, &info), OK);
    assert_int_equal(file_read(f->store->a, path, 1000, &text, &info), OK);
    char expected[128];
    snprintf(expected, sizeof expected,
             "nice 19\ncores %d\nsecret 0\nopen 3\nfsize 1073741824\nnofile 256\ncore 0\ncpu 1\n",
             CPU_COUNT(&cores) > 1 ? CPU_COUNT(&cores) - 1 : 1);
    assert_string_equal(text.p, expected);
}

static bool system_has_fences(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 2;
}

static void a_job_reaches_its_own_folder_and_the_signing_key_only(void **state)
{
    struct job_fixture *f = *state;
    struct job_test_worker t;
    struct err_info info;
    char args[2][700], path[600];
    struct job_id id[6];

    if (!system_has_fences())
        skip();
    snprintf(path, sizeof path, "%s/keys/signing.key", f->folder);
    assert_int_equal(file_write(str_of(path), STR("key"), &info), OK);
    snprintf(args[0], sizeof args[0], "{\"path\": \"%s\"}", path);
    snprintf(path, sizeof path, "%s/keys/site.key", f->folder);
    assert_int_equal(file_write(str_of(path), STR("key"), &info), OK);
    snprintf(args[1], sizeof args[1], "{\"path\": \"%s\"}", path);
    id[0] = job_test_put(f, "test.peek", args[0]);
    id[1] = job_test_put(f, "test.peek", "{\"path\": \".\"}");
    id[2] = job_test_put(f, "test.peek", args[1]);
    id[3] = job_test_put(f, "test.peek", "{\"path\": \"/etc/passwd\"}");
    id[4] = job_test_put(f, "test.peek", "{\"path\": \"../../../files\"}");
    id[5] = job_test_put(f, "test.peek", "{\"path\": \"/proc/1/environ\"}");
    job_test_start(&t, job_test_settings(f));
    (void)job_test_await(f, id[5], JOB_FAILED);
    job_test_stop(&t);

    for (size_t i = 0; i < 6; i++)
        assert_int_equal(job_test_find(f, id[i]).state, i < 2 ? JOB_DONE : JOB_FAILED);
}

static void several_jobs_run_at_once_when_that_is_asked(void **state)
{
    struct job_fixture *f = *state;
    struct job_worker settings = job_test_settings(f);
    struct job_test_worker t;
    struct err_info info;
    struct job_id id[3];

    settings.at_once = 3;
    for (size_t i = 0; i < 3; i++)
        id[i] = job_test_put(f, "test.endless", "");
    job_test_start(&t, settings);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(job_test_await(f, id[i], JOB_RUNNING).state, JOB_RUNNING);
    assert_int_equal(job_cancel(&f->ann, f->store->d, id[1], &info), OK);
    assert_int_equal(job_test_await(f, id[1], JOB_CANCELLED).state, JOB_CANCELLED);
    assert_int_equal(job_test_find(f, id[0]).state, JOB_RUNNING);
    job_test_stop(&t);

    assert_int_equal(job_test_find(f, id[0]).state, JOB_QUEUED);
    assert_int_equal(job_test_find(f, id[2]).state, JOB_QUEUED);
}

static err count_idle(void *with, db *d, struct err_info *info)
{
    struct job_test_worker *t = with;
    (void)info;
    assert_true(db_is_alive(d));
    t->n_idle++;
    return OK;
}

static void what_comes_up_regularly_goes_on_beside_a_job(void **state)
{
    struct job_fixture *f = *state;
    struct job_worker settings = job_test_settings(f);
    struct job_test_worker t = {.n_idle = 0};

    settings.idle = count_idle;
    const struct job_id id = job_test_put(f, "test.endless", "");
    job_test_start(&t, settings);
    assert_int_equal(job_test_await(f, id, JOB_RUNNING).state, JOB_RUNNING);
    for (int i = 0; i < 300 && t.n_idle < 2; i++)
        usleep(20000);
    assert_true(t.n_idle >= 2);
    assert_int_equal(job_test_find(f, id).state, JOB_RUNNING);
    const int before = t.n_idle;
    job_test_stop(&t);

    assert_true(t.n_idle > before); /* and once more at the end */
}

/* ---- stopping ---- */

static void a_job_is_cancelled_before_during_and_not_after(void **state)
{
    struct job_fixture *f = *state;
    struct job_test_worker t;
    struct err_info info;

    const struct job_id before = job_test_put(f, "test.endless", "");
    assert_int_equal(job_cancel(&f->ann, f->store->d, before, &info), OK);
    assert_int_equal(job_test_find(f, before).state, JOB_CANCELLED);
    const struct job_id during = job_test_put(f, "test.endless", "");
    const struct job_id after = job_test_put(f, "test.write", "{\"steps\": 1}");
    job_test_start(&t, job_test_settings(f));
    assert_int_equal(job_test_await(f, during, JOB_RUNNING).state, JOB_RUNNING);
    const int64_t asked = job_monotonic_ms();
    assert_int_equal(job_cancel(&f->ann, f->store->d, during, &info), OK);
    assert_int_equal(job_test_await(f, during, JOB_CANCELLED).state, JOB_CANCELLED);
    assert_true(job_monotonic_ms() - asked < 3000);
    assert_int_equal(job_test_await(f, after, JOB_DONE).state, JOB_DONE);
    assert_int_equal(job_cancel(&f->ann, f->store->d, after, &info), E_CONFLICT);
    assert_int_equal(job_cancel(&f->ann, f->store->d, during, &info), OK); /* as it was */
    job_test_stop(&t);

    assert_int_equal(job_test_find(f, after).state, JOB_DONE);
    assert_int_equal(job_test_find(f, before).tries, 0);
    assert_int_equal(job_test_count(f, JOB_RUN), 0);
    assert_int_equal(job_test_count(f, JOB_RESULTS), 1);
}

static void a_worker_that_is_stopped_gives_its_job_back(void **state)
{
    struct job_fixture *f = *state;
    struct job_test_worker t;

    const struct job_id id = job_test_put(f, "test.endless", "");
    job_test_start(&t, job_test_settings(f));
    assert_int_equal(job_test_await(f, id, JOB_RUNNING).state, JOB_RUNNING);
    job_test_stop(&t);

    const struct job job = job_test_find(f, id);
    assert_int_equal(t.result, OK);
    assert_int_equal(job.state, JOB_QUEUED);
    assert_int_equal(job.tries, 0);
    assert_int_equal(job_test_count(f, JOB_RUN), 0);
}

static void a_worker_that_does_what_waits_stops_by_itself(void **state)
{
    struct job_fixture *f = *state;
    struct job_test_worker t;
    struct job_worker settings = job_test_settings(f);
    struct job_id id[3];

    settings.once = true;
    for (size_t i = 0; i < 3; i++)
        id[i] = job_test_put(f, "test.write", "{\"steps\": 1}");
    job_test_start(&t, settings);
    pthread_join(t.thread, NULL);

    assert_int_equal(t.result, OK);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(job_test_find(f, id[i]).state, JOB_DONE);
}

/* ---- leases ---- */

static void a_lease_is_taken_over_only_when_it_was_not_renewed(void **state)
{
    struct job_fixture *f = *state;
    struct job_worker w = job_test_settings(f);
    const struct beat beat = {.step = STR(""), .share = 0.5, .left_ms = -1};
    struct watch watch = {.n = 0};
    struct leased first, second;
    struct err_info info;
    bool cancel;
    db *d = f->store->d;
    arena *a = f->store->a;

    w.lease_ms = 300;
    const struct job_id id = job_test_put(f, "test.write", "");
    assert_int_equal(job_lease_next(&w, d, a, &watch, &first, &info), OK);
    assert_int_equal(first.id.v, id.v);
    assert_int_equal(job_lease_next(&w, d, a, &watch, &second, &info), E_NOT_FOUND);
    assert_int_equal(watch.n, 0);
    job_test_shift_ms = 3600000; /* ended by the clock, but its worker is alive */
    assert_int_equal(job_lease_next(&w, d, a, &watch, &second, &info), E_NOT_FOUND);
    assert_int_equal(watch.n, 1);
    usleep(150000);
    assert_int_equal(job_lease_beat(&w, d, a, &first, &beat, &cancel, &info), OK);
    assert_int_equal(job_lease_next(&w, d, a, &watch, &second, &info), E_NOT_FOUND);
    assert_int_equal(watch.n, 0);
    job_test_shift_ms = 7200000; /* now nobody renews it */
    assert_int_equal(job_lease_next(&w, d, a, &watch, &second, &info), E_NOT_FOUND);
    usleep(150000);
    assert_int_equal(job_lease_next(&w, d, a, &watch, &second, &info), OK);

    assert_int_equal(second.id.v, id.v);
    assert_true(second.lease != first.lease);
    assert_int_equal(job_lease_beat(&w, d, a, &first, &beat, &cancel, &info), E_CONFLICT);
    assert_int_equal(job_lease_end(&w, d, &first, JOB_DONE, STR(""), STR("1-1"), &info),
                     E_CONFLICT);
    assert_int_equal(job_lease_give_back(d, &first, &info), OK); /* of no effect */
    assert_int_equal(job_test_find(f, id).state, JOB_RUNNING);
    assert_int_equal(job_lease_end(&w, d, &second, JOB_DONE, STR(""), STR("1-2"), &info), OK);
    assert_int_equal(job_lease_end(&w, d, &second, JOB_DONE, STR(""), STR("1-2"), &info), OK);
    assert_int_equal(job_lease_end(&w, d, &first, JOB_DONE, STR(""), STR("1-1"), &info),
                     E_CONFLICT);
    assert_true(str_eq(job_test_find(f, id).result, STR("1-2")));
}

/* Leases the job and lets it lapse, as a worker does that dies. */
static err die_on(struct job_fixture *f, const struct job_worker *w, struct watch *watch)
{
    struct err_info info;
    struct leased l;
    job_test_shift_ms += 3600000;
    err e = job_lease_next(w, f->store->d, f->store->a, watch, &l, &info);
    if (e == E_NOT_FOUND && watch->n) {
        usleep((useconds_t)w->lease_ms * 1000 / 2);
        e = job_lease_next(w, f->store->d, f->store->a, watch, &l, &info);
    }
    return e;
}

static void a_job_on_which_workers_keep_dying_fails(void **state)
{
    struct job_fixture *f = *state;
    struct job_worker w = job_test_settings(f);
    struct watch watch = {.n = 0};
    struct err_info info;

    w.lease_ms = 100;
    const struct job_id id = job_test_put(f, "test.write", "");
    for (int i = 0; i < JOB_TRIES_MAX; i++)
        assert_int_equal(die_on(f, &w, &watch), OK);
    assert_int_equal(die_on(f, &w, &watch), E_NOT_FOUND);
    const struct job_id other = job_test_put(f, "test.write", "");
    assert_int_equal(die_on(f, &w, &watch), OK);
    assert_int_equal(job_cancel(&f->ann, f->store->d, other, &info), OK);
    assert_int_equal(die_on(f, &w, &watch), E_NOT_FOUND);

    const struct job job = job_test_find(f, id);
    assert_int_equal(job.state, JOB_FAILED);
    assert_string_equal(job.failure.msg.key, "job.tries");
    assert_int_equal(job.tries, JOB_TRIES_MAX);
    assert_int_equal(job_test_find(f, other).state, JOB_CANCELLED);
}

static void a_clock_that_jumps_costs_no_worker_its_job(void **state)
{
    struct job_fixture *f = *state;
    struct job_test_worker one, other;

    const struct job_id id = job_test_put(f, "test.write", "{\"steps\": 30, \"ms\": 100}");
    job_test_start(&one, job_test_settings(f));
    job_test_start(&other, job_test_settings(f));
    for (int i = 0; i < 60 && job_test_find(f, id).state <= JOB_RUNNING; i++) {
        job_test_shift_ms = i % 3 == 0 ? 3600000 : i % 3 == 1 ? -3600000 : 0;
        usleep(70000);
    }
    const struct job job = job_test_await(f, id, JOB_DONE);
    job_test_stop(&one);
    job_test_stop(&other);

    assert_int_equal(job.state, JOB_DONE);
    assert_int_equal(job.tries, 1);
    look_at_result(f, id, 30);
}

static void several_workers_never_do_the_same_job(void **state)
{
    enum { WORKERS = 4, JOBS = 20 };
    struct job_fixture *f = *state;
    struct job_test_worker t[WORKERS];
    struct job_id id[JOBS];

    for (size_t i = 0; i < JOBS; i++)
        id[i] = job_test_put(f, "test.write", "{\"steps\": 3, \"ms\": 10}");
    for (size_t i = 0; i < WORKERS; i++)
        job_test_start(&t[i], job_test_settings(f));
    for (size_t i = 0; i < JOBS; i++) {
        const struct job job = job_test_await(f, id[i], JOB_DONE);
        assert_int_equal(job.state, JOB_DONE);
        assert_int_equal(job.tries, 1);
        look_at_result(f, id[i], 3);
    }
    for (size_t i = 0; i < WORKERS; i++)
        job_test_stop(&t[i]);

    assert_int_equal(job_test_count(f, JOB_RESULTS), JOBS);
    assert_int_equal(job_test_count(f, JOB_RUN), 0);
}

/* ---- kill -9 ---- */

static err find_pid(void *to, str name, struct err_info *info)
{
    struct job_fixture *f = ((void **)to)[0];
    int64_t *pid = ((void **)to)[1];
    struct err_info ignored;
    char path[600];
    str text;
    (void)info;
    snprintf(path, sizeof path, "%s/run/%.*s/out/pid", f->folder, STR_FMT(name));
    if (file_read(f->store->a, str_of(path), 100, &text, &ignored) == OK)
        (void)num_parse_int(text, pid);
    return OK;
}

static void a_worker_that_is_killed_takes_its_child_with_it(void **state)
{
    struct job_fixture *f = *state;
    struct err_info info;
    int64_t child = 0;
    int status;

    const struct job_id id = job_test_put(f, "test.endless", "");
    const pid_t worker = job_test_spawn(f, 60000);
    const str run = job_place(f->store->a, &f->app, JOB_RUN, STR(""));
    for (int i = 0; i < 500 && !child; i++) {
        usleep(20000);
        assert_int_equal(job_each_name(run, find_pid, (void *[]){f, &child}, &info), OK);
    }
    assert_true(child > 0 && kill((pid_t)child, 0) == 0);
    (void)kill(worker, SIGKILL);
    (void)waitpid(worker, &status, 0);
    for (int i = 0; i < 200 && kill((pid_t)child, 0) == 0; i++)
        usleep(10000);

    assert_int_equal(kill((pid_t)child, 0), -1);
    assert_int_equal(job_test_find(f, id).state, JOB_RUNNING);
    assert_int_equal(job_test_count(f, JOB_RUN), 1);
}

enum { KILLS = 200, WORKERS_KILLED = 2, OPEN = 8, JOBS_MAX = JOB_KEPT_MAX };

struct killing {
    struct job_id id[JOBS_MAX];
    size_t n;
    pid_t worker[WORKERS_KILLED];
};

/* There is always something to be killed in. */
static void keep_busy(struct job_fixture *f, struct killing *k)
{
    size_t n_open = 0;
    arena_reset(f->store->a);
    for (size_t i = 0; i < k->n; i++)
        n_open += job_test_find(f, k->id[i]).state <= JOB_RUNNING;
    for (; n_open < OPEN && k->n < JOBS_MAX; n_open++)
        k->id[k->n++] = job_test_put(f, "test.write", "{\"steps\": 4, \"ms\": 25}");
}

static void kill_worker(struct killing *k, size_t which)
{
    int status;
    (void)kill(k->worker[which], SIGKILL);
    (void)waitpid(k->worker[which], &status, 0);
}

static void each_job_is_done_once_whoever_is_killed(void **state)
{
    const struct rng_key key = {.seed = 20261124};
    struct job_fixture *f = *state;
    struct killing k = {.n = 0};
    struct err_info info;
    int n_tries = 0;

    for (size_t i = 0; i < WORKERS_KILLED; i++)
        k.worker[i] = job_test_spawn(f, 250);
    for (uint64_t i = 0; i < KILLS; i++) {
        const size_t which = rng_u64(key, KILLS + i) % WORKERS_KILLED;
        keep_busy(f, &k);
        usleep((useconds_t)(20000 + rng_u64(key, i) % 180000));
        kill_worker(&k, which);
        k.worker[which] = job_test_spawn(f, 250);
    }
    for (size_t i = 0; i < k.n; i++) {
        (void)job_test_await(f, k.id[i], JOB_DONE);
        arena_reset(f->store->a);
    }
    for (size_t i = 0; i < WORKERS_KILLED; i++)
        kill_worker(&k, i);
    const struct job_worker w = job_test_settings(f);
    assert_int_equal(job_sweep(&w, f->store->d, &info), OK);

    for (size_t i = 0; i < k.n; i++) {
        arena_reset(f->store->a);
        const struct job job = job_test_find(f, k.id[i]);
        assert_int_equal(job.state, JOB_DONE);
        n_tries += job.tries;
        look_at_result(f, k.id[i], 4);
    }
    assert_int_equal(job_test_count(f, JOB_RUN), 0);
    assert_int_equal(job_test_count(f, JOB_RESULTS), k.n);
    print_message("# %d kills, %d tries for %d jobs\n", KILLS, n_tries, (int)k.n);
    assert_true(n_tries - (int)k.n > KILLS / 20); /* it was in the middle of them, if slowly */
}

int main(int argc, char **argv)
{
    const int role = job_test_role(argc, argv);
    if (role >= 0)
        return role;
    const struct CMUnitTest tests[] = {
#define WORK_TEST(f) cmocka_unit_test_setup_teardown(f, job_set_up, job_tear_down)
        WORK_TEST(a_job_is_done_and_its_results_are_its_owners),
        WORK_TEST(a_job_reads_its_files_under_their_names),
        WORK_TEST(progress_never_goes_back),
        WORK_TEST(mistakes_keep_their_words_and_places_in_order),
        WORK_TEST(what_goes_wrong_takes_nothing_down_and_is_told),
        WORK_TEST(a_child_has_little_and_yields_to_others),
        WORK_TEST(a_job_reaches_its_own_folder_and_the_signing_key_only),
        WORK_TEST(several_jobs_run_at_once_when_that_is_asked),
        WORK_TEST(what_comes_up_regularly_goes_on_beside_a_job),
        WORK_TEST(a_job_is_cancelled_before_during_and_not_after),
        WORK_TEST(a_worker_that_is_stopped_gives_its_job_back),
        WORK_TEST(a_worker_that_does_what_waits_stops_by_itself),
        WORK_TEST(a_lease_is_taken_over_only_when_it_was_not_renewed),
        WORK_TEST(a_job_on_which_workers_keep_dying_fails),
        WORK_TEST(a_clock_that_jumps_costs_no_worker_its_job),
        WORK_TEST(several_workers_never_do_the_same_job),
        WORK_TEST(a_worker_that_is_killed_takes_its_child_with_it),
        WORK_TEST(each_job_is_done_once_whoever_is_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
