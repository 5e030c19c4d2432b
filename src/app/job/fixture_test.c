/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/job/fixture_test.h"
#include "app/job/job_int.h"

#include "app/access/queries.h"
#include "base/file.h"
#include "base/num.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <fcntl.h>
#include <jansson.h>
#include <paths.h>
#include <sched.h>
#include <signal.h>
#include <sodium.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

_Atomic int64_t job_test_shift_ms;

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + job_test_shift_ms;
}

static void chance(void *to, size_t n)
{
    randombytes_buf(to, n);
}

/* ---- kinds of work ---- */

static int64_t number(const struct job_run *run, const char *key)
{
    json_t *root = json_loadb(run->args.p, run->args.n, 0, NULL);
    const int64_t v = json_integer_value(json_object_get(root, key));
    json_decref(root);
    return v;
}

/* "step-1" to "step-n" with their own names in them, one after another. */
static err kind_write(struct job_run *run, struct err_info *info)
{
    const int64_t steps = number(run, "steps");
    char path[128], text[64];
    for (int64_t i = 1; i <= steps; i++) {
        progress_report(run->progress, i % 2 ? "job.none" : "job.args", (double)(i - 1),
                        (double)steps);
        usleep((useconds_t)number(run, "ms") * 1000);
        snprintf(path, sizeof path, "%.*s/step-%d", STR_FMT(run->folder), (int)i);
        snprintf(text, sizeof text, "step-%d of %lld\n", (int)i, (long long)run->id.v);
        const err e = file_write(str_of(path), str_of(text), info);
        if (e != OK)
            return e;
    }
    return OK;
}

static err kind_bomb(struct job_run *run, struct err_info *info)
{
    (void)run;
    for (;;) {
        char *p = malloc(1 << 20);
        if (!p)
            return err_nomem(info);
        memset(p, 7, 1 << 20);
        __asm__ volatile("" : : "r"(p) : "memory"); /* it is used, whatever the compiler thinks */
    }
}

static err kind_endless(struct job_run *run, struct err_info *info)
{
    char path[128], pid[32];
    snprintf(path, sizeof path, "%.*s/pid", STR_FMT(run->folder));
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    const err e = file_write(str_of(path), str_of(pid), info);
    if (e != OK)
        return e;
    for (;;)
        usleep(1000);
}

static err kind_crash(struct job_run *run, struct err_info *info)
{
    (void)run, (void)info;
    (void)raise(SIGKILL);
    return OK;
}

static err kind_mistakes(struct job_run *run, struct err_info *info)
{
    (void)info;
    err_text(errs_next(run->errors), E_INPUT, "job.same-name", STR("b.csv"));
    err_at(&run->errors->item[0], STR("plan.yaml"), 9, 3);
    err_set(errs_next(run->errors), E_LIMIT, "job.many-open");
    msg_int(&run->errors->item[1].msg, 7);
    err_at(&run->errors->item[1], STR("plan.yaml"), 2, 5);
    return E_INPUT;
}

static err kind_nonsense(struct job_run *run, struct err_info *info)
{
    (void)run, (void)info;
    const ssize_t n = write(STDOUT_FILENO, "Bonjour!\n", 9);
    sleep(60);
    return n == 9 ? OK : E_IO;
}

static err kind_read(struct job_run *run, struct err_info *info)
{
    str text;
    char path[128];
    const err e = file_read(run->memory, run->path[0], 1000, &text, info);
    snprintf(path, sizeof path, "%.*s/copy.txt", STR_FMT(run->folder));
    return e == OK ? file_write(str_of(path), text, info) : e;
}

/* What the child finds around itself, a line each. */
static err kind_room(struct job_run *run, struct err_info *info)
{
    static const int what[] = {RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_CORE, RLIMIT_CPU};
    char path[128], text[512];
    struct rlimit limit[4];
    cpu_set_t cores;
    int n_open = 0;
    CPU_ZERO(&cores);
    (void)sched_getaffinity(0, sizeof cores, &cores);
    for (int fd = 0; fd < 1000; fd++)
        n_open += fcntl(fd, F_GETFD) != -1;
    for (size_t i = 0; i < 4; i++)
        if (getrlimit((__rlimit_resource_t)what[i], &limit[i]) != 0)
            return err_io(info, "file.cannot-read", STR(""));
    snprintf(text, sizeof text,
             "nice %d\ncores %d\nsecret %d\nopen %d\nfsize %llu\nnofile %llu\ncore %llu\ncpu %d\n",
             getpriority(PRIO_PROCESS, 0), CPU_COUNT(&cores), getenv("PGPASSWORD") != NULL, n_open,
             (unsigned long long)limit[0].rlim_max, (unsigned long long)limit[1].rlim_max,
             (unsigned long long)limit[2].rlim_max, limit[3].rlim_max != RLIM_INFINITY);
    snprintf(path, sizeof path, "%.*s/room.txt", STR_FMT(run->folder));
    return file_write(str_of(path), str_of(text), info);
}

/* Opens what `path` in the orders says. */
static err kind_peek(struct job_run *run, struct err_info *info)
{
    json_t *root = json_loadb(run->args.p, run->args.n, 0, NULL);
    const char *path = json_string_value(json_object_get(root, "path"));
    const int fd = open(path ? path : "", O_RDONLY | O_CLOEXEC);
    const err e = fd >= 0 ? OK : err_io(info, "file.cannot-open", STR(""));
    if (fd >= 0)
        close(fd);
    json_decref(root);
    return e;
}

#define SOME_BYTES ((size_t)256 << 20)
static const struct job_kind kinds[] = {
    {"test.write", kind_write, SOME_BYTES, 60000, NULL},
    {"test.bomb", kind_bomb, (size_t)64 << 20, 60000, NULL},
    {"test.endless", kind_endless, SOME_BYTES, 60000, NULL},
    {"test.late", kind_endless, SOME_BYTES, 700, NULL},
    {"test.crash", kind_crash, SOME_BYTES, 60000, NULL},
    {"test.mistakes", kind_mistakes, SOME_BYTES, 60000, NULL},
    {"test.nonsense", kind_nonsense, SOME_BYTES, 60000, NULL},
    {"test.read", kind_read, SOME_BYTES, 60000, NULL},
    {"test.peek", kind_peek, SOME_BYTES, 60000, NULL},
    {"test.room", kind_room, SOME_BYTES, 60000, NULL},
};
static const struct job_kinds all_kinds = {kinds, sizeof kinds / sizeof *kinds};
static const char *const child_argv[] = {"test", "child", NULL};

/* ---- the fixture ---- */

static err add_people(db_tx *tx, void *arg, struct err_info *info)
{
    (void)arg;
    err e = OK;
    for (int64_t id = 1; e == OK && id <= 2; id++)
        e = party_add(tx,
                      (struct party_add_in){.id = {id},
                                            .name = STR("someone"),
                                            .sort_key = STR("someone"),
                                            .job_title = STR(""),
                                            .state = 2,
                                            .roles = ACCESS_ANALYST},
                      info);
    return e;
}

static struct deed deed_of(struct job_fixture *f, int64_t who)
{
    return (struct deed){.app = &f->app,
                         .viewer = {.id = {who}, .is_active = true, .roles = ACCESS_ANALYST},
                         .now_ms = 5000,
                         .memory = f->store->a};
}

int job_set_up(void **state)
{
    struct job_fixture *f = calloc(1, sizeof *f);
    struct err_info info;
    if (!f || sodium_init() < 0 || store_set_up(&f->store_state) != 0)
        return -1;
    job_test_shift_ms = 0;
    f->store = f->store_state;
    snprintf(f->folder, sizeof f->folder, _PATH_VARTMP "ontschot-job-XXXXXX");
    if (!mkdtemp(f->folder))
        return -1;
    f->app = (struct app){.now_ms = now,
                          .random_bytes = chance,
                          .keys = &f->keys,
                          .base_url = STR(""),
                          .site_name = STR(""),
                          .data_folder = str_of(f->folder)};
    f->ann = deed_of(f, 1);
    f->bob = deed_of(f, 2);
    *state = f;
    return db_tx_do(f->store->d, add_people, NULL, &info) == OK &&
                   job_place_make(&f->app, &info) == OK
               ? 0
               : -1;
}

int job_tear_down(void **state)
{
    struct job_fixture *f = *state;
    job_remove(str_of(f->folder));
    const int code = store_tear_down(&f->store_state);
    free(f);
    return code;
}

struct job_id job_test_put(struct job_fixture *f, const char *kind, const char *args)
{
    struct err_info info;
    struct job_id id = {0};
    assert_int_equal(
        job_put(&f->ann, f->store->d, kind, STR("a job"), str_of(args), NULL, 0, &id, &info), OK);
    return id;
}

struct job job_test_find(struct job_fixture *f, struct job_id id)
{
    struct err_info info;
    struct job job;
    assert_int_equal(job_find(&f->ann, f->store->d, id, &job, &info), OK);
    return job;
}

struct job job_test_await(struct job_fixture *f, struct job_id id, enum job_state state)
{
    struct job job = job_test_find(f, id);
    for (int i = 0; i < 1000 && job.state != state; i++) {
        usleep(20000);
        job = job_test_find(f, id);
    }
    return job;
}

static err count_one(void *to, str name, struct err_info *info)
{
    (void)name, (void)info;
    ++*(size_t *)to;
    return OK;
}

size_t job_test_count(struct job_fixture *f, const char *part)
{
    struct err_info info;
    size_t n = 0;
    const str folder = job_place(f->store->a, &f->app, part, STR(""));
    assert_int_equal(job_each_name(folder, count_one, &n, &info), OK);
    return n;
}

/* ---- workers ---- */

struct job_worker job_test_settings(struct job_fixture *f)
{
    return (struct job_worker){.app = &f->app,
                               .store = f->store->s,
                               .kinds = all_kinds,
                               .child = child_argv,
                               .threads = 1,
                               .lease_ms = 3000};
}

static bool is_stopped(void *with)
{
    return ((struct job_test_worker *)with)->stops;
}

static void *work(void *arg)
{
    struct job_test_worker *t = arg;
    struct err_info info;
    t->result = job_work(&t->w, &info);
    return NULL;
}

void job_test_start(struct job_test_worker *t, struct job_worker settings)
{
    t->w = settings;
    t->w.stopped = is_stopped;
    t->w.with = t;
    t->stops = false;
    assert_int_equal(pthread_create(&t->thread, NULL, work, t), 0);
}

void job_test_stop(struct job_test_worker *t)
{
    t->stops = true;
    pthread_join(t->thread, NULL);
}

/* ---- the test program in its other roles ---- */

static bool never(void *with)
{
    (void)with;
    return false;
}

/* test worker URL FOLDER LEASE_MS */
static int be_worker(char **argv)
{
    const struct store_config config = {
        .url = str_of(argv[2]), .node = STORE_NODE_DEALT, .now_ms = now};
    static struct app_keys keys;
    struct app app = {
        .now_ms = now, .random_bytes = chance, .keys = &keys, .data_folder = str_of(argv[3])};
    struct job_worker w = {.app = &app,
                           .kinds = all_kinds,
                           .child = child_argv,
                           .threads = 1,
                           .tries_max = 1000000,
                           .stopped = never};
    struct err_info info;
    err e = num_parse_int(str_of(argv[4]), &w.lease_ms) ? OK : E_INPUT;
    if (e == OK)
        e = store_open(&config, &w.store, &info);
    if (e == OK)
        e = store_migrate(w.store, &info);
    if (e == OK)
        e = job_work(&w, &info);
    return e == OK ? 0 : 1;
}

int job_test_role(int argc, char **argv)
{
    struct err_info info;
    if (argc == 2 && strcmp(argv[1], "child") == 0) /* a sanitizer may not have memory to end */
        _exit(job_child(all_kinds, STDIN_FILENO, STDOUT_FILENO, &info) == OK ? 0 : 1);
    if (argc == 5 && strcmp(argv[1], "worker") == 0)
        return be_worker(argv);
    return -1;
}

pid_t job_test_spawn(struct job_fixture *f, int64_t lease_ms)
{
    char lease[32];
    char *argv[] = {"test", "worker", (char *)(uintptr_t)f->store->url, f->folder, lease, NULL};
    pid_t pid = 0;
    extern char **environ;
    snprintf(lease, sizeof lease, "%lld", (long long)lease_ms);
    assert_int_equal(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ), 0);
    return pid;
}

/* Under a sanitizer a child without memory would else stop before it could say so. */
const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void);
__attribute__((visibility("default"))) const char *__tsan_default_options(void)
{
    return "allocator_may_return_null=1";
}
