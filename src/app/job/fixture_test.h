/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fixture_test: a store, a data folder, two analysts, and kinds of work that do what a test
 * needs. The test program is its own child and its own worker: main begins with job_test_role.
 */
#ifndef ONTSCHOT_APP_JOB_FIXTURE_TEST_H
#define ONTSCHOT_APP_JOB_FIXTURE_TEST_H

#include "app/db/store_test.h"
#include "app/job/job.h"

#include <pthread.h>

struct job_fixture {
    void *store_state;
    const struct store_fixture *store;
    char folder[256];
    struct app_keys keys;
    struct app app;
    struct deed ann, bob; /* analysts */
};

int job_set_up(void **state);
int job_tear_down(void **state);

/* What the test program does when it was started as a child or worker; -1: run the tests. */
int job_test_role(int argc, char **argv);

/* Added to the clock of the fixture. */
extern _Atomic int64_t job_test_shift_ms;

/* Puts a job of ann's; fails the test when it cannot. `args` of test.write: {"steps": n, "ms": n}.
 */
struct job_id job_test_put(struct job_fixture *f, const char *kind, const char *args);
struct job job_test_find(struct job_fixture *f, struct job_id id);
/* The same when it is in that state, or after 20 seconds. */
struct job job_test_await(struct job_fixture *f, struct job_id id, enum job_state state);

/* How many names are in a part of the data folder. */
size_t job_test_count(struct job_fixture *f, const char *part);

/* A worker in a thread of its own, until it is stopped. */
struct job_test_worker {
    struct job_worker w;
    pthread_t thread;
    _Atomic bool stops;
    _Atomic int n_idle; /* for tests of what comes up regularly */
    err result;
};
struct job_worker job_test_settings(struct job_fixture *f);
void job_test_start(struct job_test_worker *t, struct job_worker settings);
void job_test_stop(struct job_test_worker *t);

/* A worker in a process of its own. */
pid_t job_test_spawn(struct job_fixture *f, int64_t lease_ms);

#endif
