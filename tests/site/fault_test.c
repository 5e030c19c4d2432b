/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The whole site, while its memory is out, its disk fails and its connections break (faults.h).
 * Each request is sent again and again while its first, second, third, ... call fails: once, or
 * from then on. It must be answered well, answered "not now" or hung up on; the next request is
 * served, nothing is left open, and at the end the database holds nothing half.
 *
 * ONTSCHOT_TEST_FAULTS=all fails every call; without, a slice of them, spread over the request.
 */
#include "faults.h"
#include "place.h"

#include "app/db/store_test.h"
#include "app/job/job.h"
#include "queries.h"

#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>

enum {
    CALLS_MAX = 200000,
    SLICE = 40,
    LOCAL = FAULT_MEMORY | FAULT_FILE,
    ALL = LOCAL | FAULT_SOCKET,
};

/* ---- requests ---- */

enum sent { NOTHING, FORM, UPLOAD, JSON };

struct ask {
    const char *method, *path;
    enum who who;
    enum sent sent;
    const char *text; /* of a form behind its token */
    int status;
    int64_t later_ms;              /* how long between two */
    void (*undo)(struct place *p); /* what one asked for, so that the next may, too */
};

static void put_headers(const struct place *p, const struct ask *a, char *headers, size_t size)
{
    static const char *const types[] = {
        [FORM] = "Content-Type: application/x-www-form-urlencoded\r\n",
        [UPLOAD] = "Content-Type: multipart/form-data; boundary=XX\r\n",
        [JSON] = "Content-Type: application/json\r\n",
        [NOTHING] = "",
    };
    char who[128];
    if (strncmp(a->path, "/api/", 5) == 0)
        place_bearer(p, who);
    else
        place_cookie(p, a->who, who);
    snprintf(headers, size, "%s%s", who, types[a->sent]);
}

static void put_body(const struct place *p, const struct ask *a, out *body)
{
    char token[CSRF_TEXT];
    if (a->sent == FORM || a->sent == UPLOAD) {
        place_token(p, a->who, token);
        out_cstr(body, a->sent == FORM
                           ? "csrf="
                           : "--XX\r\nContent-Disposition: form-data; name=csrf\r\n\r\n");
        out_bytes(body, token, sizeof token);
    }
    if (a->sent != NOTHING)
        out_cstr(body, a->text);
    for (int i = 0; a->sent == UPLOAD && i < 3000; i++) /* more than fits in memory */
        out_cstr(body, "# 01234567\n");
    if (a->sent == UPLOAD)
        out_cstr(body, "\r\n--XX--\r\n");
}

static out ask_for(const struct place *p, const struct ask *a)
{
    char headers[512];
    out body;

    place_ahead_ms += a->later_ms;
    put_headers(p, a, headers, sizeof headers);
    out_init(&body, 1 << 20);
    put_body(p, a, &body);
    out answer = client_ask(p->server, a->method, a->path, headers, out_view(&body));
    out_free(&body);
    return answer;
}

/* What the server may say when it cannot. 0: it hung up. */
static bool is_excuse(int status)
{
    return status == 0 || status == 503 || status == 507;
}

/*
 * The calls from the n-th on fail, `n_failing` of them; how many calls the request made. Who can no
 * longer accept or send anything answers nobody: only single calls on sockets fail.
 */
static size_t try(struct place *p, const struct ask *a, size_t n, size_t n_failing)
{
    faults_arm(n_failing == 1 ? ALL : LOCAL, n, n_failing == 1 ? n : SIZE_MAX);
    out answer = ask_for(p, a);
    const size_t needed = faults_disarm();
    const int status = client_status(&answer);
    if (status != a->status && !is_excuse(status))
        fail_msg("%s %s, call %zu fails: %s", a->method, a->path, n, answer.p);
    if (status >= 500 && client_body(&answer).n == 0)
        fail_msg("%s %s, call %zu fails: %d without a page", a->method, a->path, n, status);
    out_free(&answer);
    if (a->undo)
        a->undo(p);
    return needed;
}

static void assert_served(struct place *p, const struct ask *a)
{
    out answer = ask_for(p, a);
    if (client_status(&answer) != a->status)
        fail_msg("%s %s afterwards: %s", a->method, a->path, answer.p);
    out_free(&answer);
    if (a->undo)
        a->undo(p);
}

/* ---- nothing stays open ---- */

static size_t count_names(const char *path)
{
    DIR *folder = opendir(path);
    size_t n = 0;
    assert_non_null(folder);
    while (readdir(folder))
        n++;
    closedir(folder);
    return n;
}

/* Connections that were hung up on may take a moment to be closed. */
static void assert_none_open_more_than(size_t before)
{
    enum { TRIES = 500 };
    const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
    size_t now = 0;
    for (int i = 0; i < TRIES; i++) {
        now = count_names("/proc/self/fd");
        if (now <= before)
            return;
        nanosleep(&moment, NULL);
    }
    fail_msg("%zu open files and connections, %zu before", now, before);
}

/* cmocka would hide in which thread, and where, the server died. */
static struct sigaction on_crash[2];
static const int crashes[2] = {SIGSEGV, SIGABRT};

/* From one call to the next that is failed: 1 for all. */
static size_t stride(size_t needed)
{
    const char *which = getenv("ONTSCHOT_TEST_FAULTS");
    return (which && strcmp(which, "all") == 0) || needed < SLICE ? 1 : needed / SLICE;
}

static size_t try_each_call(struct place *p, const struct ask *a, size_t n_failing)
{
    size_t tried = 0, needed = try(p, a, SIZE_MAX, n_failing);
    const size_t step = stride(needed);
    for (size_t n = 1; n < CALLS_MAX; n += step, tried++) {
        needed = try(p, a, n, n_failing);
        if (needed < n)
            break;
    }
    return tried;
}

static void try_all(struct place *p, const struct ask *a)
{
    for (int i = 0; i < 2; i++)
        sigaction(crashes[i], &on_crash[i], NULL);
    assert_served(p, a);
    const size_t open = count_names("/proc/self/fd");
    const size_t n_once = try_each_call(p, a, 1);
    assert_served(p, a);
    const size_t n_on = try_each_call(p, a, SIZE_MAX);
    assert_served(p, a);
    assert_none_open_more_than(open);
    print_message("# %s %s: %zu single faults, %zu times everything from a call on\n", a->method,
                  a->path, n_once, n_on);
    assert_true(n_once > 1);
}

static void assert_whole(struct place *p)
{
    struct err_info info;
    struct halves_row h;
    char copy[600];

    assert_int_equal(halves(p->started.db, p->memory, (struct halves_in){.since = 0}, &h, &info),
                     OK);
    assert_int_equal(
        h.unwritten + h.unlogged + h.twice + h.loose + h.fields + h.text + h.comments + h.views, 0);
    snprintf(copy, sizeof copy, "%s/copy", p->data);
    if (strncmp(p->url, "sqlite:", 7) != 0)
        return;                                                        /* pg_dump looks at less */
    assert_int_equal(store_backup(p->started.store, copy, &info), OK); /* checks every page */
    unlink(copy);
}

static const char *path_of(struct place *p, const char *name)
{
    const struct route *r = site_route(p->site, name);
    assert_non_null(r);
    return place_path(p, r, LANG_NL).p;
}

static void try_each(struct place *p, const struct ask *ask, size_t n)
{
    for (size_t i = 0; i < n; i++)
        try_all(p, &ask[i]);
    assert_whole(p);
}

/* Of the administrator: jobs that were put, and files that were uploaded. */
static void take_studies_away(struct place *p)
{
    struct deed deed = place_deed(p, ADMIN);
    db *d = p->started.db;
    struct err_info info;
    struct job_id next;
    struct job *job;
    struct job_file *file;
    size_t n;

    deed.memory = arena_new(4 << 20);
    assert_int_equal(job_list(&deed, d, (struct job_id){0}, 50, &job, &n, &next, &info), OK);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(job_cancel(&deed, d, job[i].id, &info), OK);
        assert_int_equal(job_drop(&deed, d, job[i].id, &info), OK);
    }
    assert_int_equal(job_file_list(&deed, d, &file, &n, &info), OK);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(job_file_drop(&deed, d, file[i].id, &info), OK);
    arena_free(deed.memory);
}

#define UPLOADED                                                                                   \
    "\r\n--XX\r\nContent-Disposition: form-data; name=title\r\n\r\nEen studie\r\n"                 \
    "--XX\r\nContent-Disposition: form-data; name=files; filename=plan.yaml\r\n\r\n"

static void reading_survives_every_fault(void **state)
{
    struct place *p = *state;
    const struct ask asks[] = {
        {"GET", path_of(p, "home"), VISITOR, NOTHING, NULL, 200, 0, NULL},
        {"GET", path_of(p, "publication"), WRITER, NOTHING, NULL, 200, 0, NULL},
        {"GET", path_of(p, "people"), WRITER, NOTHING, NULL, 200, 0, NULL},
        {"GET", path_of(p, "feed"), VISITOR, NOTHING, NULL, 200, 0, NULL},
        {"GET", "/nl/verhalen/1", VISITOR, NOTHING, NULL, 404, 0, NULL},
        {"GET", "/api/v1/publications", WRITER, NOTHING, NULL, 200, 0, NULL},
    };
    try_each(p, asks, sizeof asks / sizeof *asks);
}

static void writing_survives_every_fault(void **state)
{
    struct place *p = *state;
    const struct ask asks[] = {
        {"POST", path_of(p, "comment-add"), WRITER, FORM, "&comment=Dank.", 303, 0, NULL},
        {"POST", path_of(p, "account-details-send"), WRITER, FORM,
         "&name=Dirk&function=adviseur&language=nl", 303, 0, NULL},
        {"POST", path_of(p, "publication-save"), WRITER, FORM,
         "&revision=0&title=Nieuw&body=Tekst.&level=5&lang=nl&do=publish", 303, 0, NULL},
        {"POST", "/api/v1/publications", WRITER, JSON,
         "{\"title\":\"Nieuw\",\"body\":\"Tekst.\",\"language\":\"nl\"}", 201, 0, NULL},
    };
    try_each(p, asks, sizeof asks / sizeof *asks);
}

static void an_upload_survives_every_fault(void **state)
{
    struct place *p = *state;
    const struct ask ask = {"POST", path_of(p, "study-upload"), ADMIN, UPLOAD, UPLOADED, 303,
                            0,      take_studies_away};
    try_each(p, &ask, 1);
}

/* Tries that the server could not end count as wrong ones, so they come far apart. */
static void signing_in_survives_every_fault(void **state)
{
    struct place *p = *state;
    const struct ask ask = {"POST",
                            path_of(p, "sign-in-send"),
                            VISITOR,
                            FORM,
                            "&email=dirk%40voorbeeldstad.nl&password=vier+fietsers+in+de+regen",
                            303,
                            24 * 60 * 60 * 1000,
                            NULL};
    try_each(p, &ask, 1);
}

/* ---- a full disk ---- */

static size_t count_left(const struct place *p)
{
    static const char *const parts[] = {"", "/files", "/run", "/results", "/uploads"};
    char path[600];
    size_t n = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(path, sizeof path, "%s%s", p->data, parts[i]);
        n += count_names(path);
    }
    return n;
}

static void an_upload_to_a_full_disk_says_so_and_leaves_nothing(void **state)
{
    struct place *p = *state;
    const struct ask ask = {"POST", path_of(p, "study-upload"), ADMIN, UPLOAD, UPLOADED, 303,
                            0,      take_studies_away};
    size_t n = 0;

    assert_served(p, &ask); /* which makes the folders */
    const size_t before = count_left(p);
    for (;; n++) { /* full from the first byte that is written, the second, ... */
        faults_arm(FAULT_ROOM, n + 1, SIZE_MAX);
        out answer = ask_for(p, &ask);
        const size_t needed = faults_disarm();
        const int status = client_status(&answer);
        if (needed > n) { /* some of it found no room */
            if (status != 507 && status != 503)
                fail_msg("no room from %zu on: %.400s", n + 1, answer.p);
            assert_true(status == 503 || client_has(&answer, "de schijf is vol") ||
                        client_has(&answer, "geen ruimte"));
        }
        out_free(&answer);
        if (needed <= n)
            break;
        take_studies_away(p); /* a row cannot be taken back where the database has no room */
        if (count_left(p) != before)
            fail_msg("no room from %zu on: what nobody owns is left", n + 1);
        assert_served(p, &ask);
    }
    take_studies_away(p);
    assert_served(p, &ask);
    assert_int_equal(count_left(p), before);
    print_message("# no room from each of %zu calls on\n", n);
    assert_true(n > 3);
    assert_whole(p);
}

static int set_up(void **state)
{
    faults_begin();
    return place_set_up(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_survives_every_fault),
        cmocka_unit_test(writing_survives_every_fault),
        cmocka_unit_test(an_upload_survives_every_fault),
        cmocka_unit_test(an_upload_to_a_full_disk_says_so_and_leaves_nothing),
        cmocka_unit_test(signing_in_survives_every_fault), /* last: other sessions end meanwhile */
    };
    for (int i = 0; i < 2; i++)
        sigaction(crashes[i], NULL, &on_crash[i]);
    return cmocka_run_group_tests(tests, set_up, place_tear_down);
}
