/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The whole site, while its memory is out and its disk fails. The linker (--wrap) and SQLite's own
 * doors send every allocation and every call on a file of the server through here. Each request is
 * sent again and again while its first, second, third, ... call fails: once, or from then on. It
 * must be answered well, answered with an error of the server or hung up on; the next request is
 * served, and at the end the database holds nothing half.
 *
 * ONTSCHOT_FAULTS=all tries every call; otherwise every STRIDEth. What libraries (libpq,
 * libmicrohttpd, libsodium) allocate for themselves does not come through here.
 */
#include "place.h"

#include "app/db/store_test.h"
#include "queries.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/stat.h>

enum { STRIDE = 13, CALLS_MAX = 200000 };

/* ---- calls that fail ---- */

static atomic_size_t calls, first, last; /* from 1; those from `first` to `last` fail */
static atomic_bool is_armed;
static pthread_t tester; /* whose own calls are not the question */

static bool fails(int cause)
{
    if (!atomic_load(&is_armed) || pthread_equal(pthread_self(), tester))
        return false;
    const size_t n = atomic_fetch_add(&calls, 1) + 1;
    if (n < atomic_load(&first) || n > atomic_load(&last))
        return false;
    errno = cause;
    return true;
}

/* Only files fail: sockets and events of the kernel are the transport's, tested in server_test. */
static bool file_fails(int fd)
{
    struct stat st;
    return atomic_load(&is_armed) && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && fails(EIO);
}

/* The names are the linker's. */
/* clang-format off */
#define WRAP(type, name, params, args, is_failing, failed)                                         \
    type __real_##name params;                                                                     \
    type __wrap_##name params;                                                                     \
    type __wrap_##name params { return (is_failing) ? (failed) : __real_##name args; }
/* clang-format on */
WRAP(void *, malloc, (size_t n), (n), fails(ENOMEM), NULL)
WRAP(void *, calloc, (size_t n, size_t size), (n, size), fails(ENOMEM), NULL)
WRAP(void *, realloc, (void *p, size_t n), (p, n), fails(ENOMEM), NULL)
WRAP(void *, aligned_alloc, (size_t align, size_t n), (align, n), fails(ENOMEM), NULL)
WRAP(ssize_t, read, (int fd, void *to, size_t n), (fd, to, n), file_fails(fd), -1)
WRAP(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n), file_fails(fd), -1)
WRAP(ssize_t, pread64, (int fd, void *to, size_t n, off64_t at), (fd, to, n, at), file_fails(fd),
     -1)
WRAP(ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t at), (fd, p, n, at),
     file_fails(fd), -1)
WRAP(int, ftruncate64, (int fd, off64_t n), (fd, n), file_fails(fd), -1)
WRAP(int, fsync, (int fd), (fd), file_fails(fd), -1)
WRAP(int, fdatasync, (int fd), (fd), file_fails(fd), -1)
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode), fails(ENOSPC), -1)
WRAP(int, rename, (const char *from, const char *to), (from, to), fails(EIO), -1)
WRAP(int, mkostemp64, (char *path, int flags), (path, flags), fails(ENOSPC), -1)

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, mode_t mode);
int __wrap_open64(const char *path, int flags, mode_t mode)
{
    return fails(EMFILE) ? -1 : __real_open64(path, flags, mode);
}

/* ---- SQLite's doors ---- */

static sqlite3_mem_methods memory;

static void *sqlite_malloc(int n)
{
    return fails(ENOMEM) ? NULL : memory.xMalloc(n);
}

static void *sqlite_realloc(void *p, int n)
{
    return fails(ENOMEM) ? NULL : memory.xRealloc(p, n);
}

static void replace_sqlite(void)
{
    static const struct {
        const char *name;
        sqlite3_syscall_ptr call;
    } system_calls[] = {
        {"pread", (sqlite3_syscall_ptr)__wrap_pread64},
        {"pread64", (sqlite3_syscall_ptr)__wrap_pread64},
        {"pwrite", (sqlite3_syscall_ptr)__wrap_pwrite64},
        {"pwrite64", (sqlite3_syscall_ptr)__wrap_pwrite64},
        {"ftruncate", (sqlite3_syscall_ptr)__wrap_ftruncate64},
    };
    sqlite3_mem_methods with_faults;

    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory), SQLITE_OK);
    with_faults = memory;
    with_faults.xMalloc = sqlite_malloc;
    with_faults.xRealloc = sqlite_realloc;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &with_faults), SQLITE_OK);
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    for (size_t i = 0; i < sizeof system_calls / sizeof *system_calls; i++)
        assert_int_equal(vfs->xSetSystemCall(vfs, system_calls[i].name, system_calls[i].call),
                         SQLITE_OK);
}

/* ---- requests ---- */

struct ask {
    const char *method, *path;
    enum who who;
    const char *fields; /* of a form, behind its token; NULL: none */
    bool is_upload;
    int status;
};

static out ask_for(const struct place *p, const struct ask *a)
{
    char headers[512], token[CSRF_TEXT];
    out body;

    place_cookie(p, a->who, headers);
    out_init(&body, 1 << 20);
    if (a->fields) {
        const size_t n = strlen(headers);
        snprintf(headers + n, sizeof headers - n, "Content-Type: %s\r\n",
                 a->is_upload ? "multipart/form-data; boundary=XX"
                              : "application/x-www-form-urlencoded");
        place_token(p, a->who, token);
        out_cstr(&body, a->is_upload ? "--XX\r\nContent-Disposition: form-data; name=csrf\r\n\r\n"
                                     : "csrf=");
        out_bytes(&body, token, sizeof token);
        out_cstr(&body, a->fields);
    }
    for (int i = 0; a->is_upload && i < 3000; i++) /* more than fits in memory */
        out_cstr(&body, "0123456789\n");
    if (a->is_upload)
        out_cstr(&body, "\r\n--XX--\r\n");
    out answer = client_ask(p->server, a->method, a->path, headers, out_view(&body));
    out_free(&body);
    return answer;
}

/* What the server may say when it cannot. 0: it hung up. */
static bool is_excuse(int status)
{
    return status == 0 || status == 500 || status == 503 || status == 507;
}

/* The calls from the n-th on fail, `n_failing` of them; how many calls the request made. */
static size_t try(const struct place *p, const struct ask *a, size_t n, size_t n_failing)
{
    atomic_store(&calls, 0);
    atomic_store(&first, n);
    atomic_store(&last, n_failing == SIZE_MAX ? SIZE_MAX : n + n_failing - 1);
    atomic_store(&is_armed, true);
    out answer = ask_for(p, a);
    atomic_store(&is_armed, false);
    const int status = client_status(&answer);
    if (status != a->status && !is_excuse(status))
        fail_msg("%s %s, call %zu fails: %.400s", a->method, a->path, n, answer.p);
    if (status >= 500 && client_body(&answer).n == 0)
        fail_msg("%s %s, call %zu fails: %d without a page", a->method, a->path, n, status);
    out_free(&answer);
    return atomic_load(&calls);
}

static void assert_served(const struct place *p, const struct ask *a)
{
    out answer = ask_for(p, a);
    if (client_status(&answer) != a->status)
        fail_msg("%s %s afterwards: %.600s", a->method, a->path, answer.p);
    out_free(&answer);
}

static size_t stride(void)
{
    const char *all = getenv("ONTSCHOT_FAULTS");
    return all && strcmp(all, "all") == 0 ? 1 : STRIDE;
}

static void try_all(const struct place *p, const struct ask *a)
{
    size_t n_once = 0, n_on = 0, needed;

    assert_served(p, a);
    for (size_t n = 1; n < CALLS_MAX; n += stride(), n_once++) {
        needed = try(p, a, n, 1);
        if (needed < n)
            break;
    }
    assert_served(p, a);
    for (size_t n = 1; n < CALLS_MAX; n += stride(), n_on++)
        if (try(p, a, n, SIZE_MAX) < n)
            break;
    assert_served(p, a);
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

static str path_of(struct place *p, const char *name)
{
    const struct route *r = site_route(p->site, name);
    assert_non_null(r);
    return place_path(p, r, LANG_NL);
}

static void reading_survives_every_fault(void **state)
{
    struct place *p = *state;
    const struct ask asks[] = {
        {"GET", path_of(p, "home").p, VISITOR, NULL, false, 200},
        {"GET", path_of(p, "publication").p, WRITER, NULL, false, 200},
        {"GET", path_of(p, "people").p, WRITER, NULL, false, 200},
        {"GET", path_of(p, "feed").p, VISITOR, NULL, false, 200},
        {"GET", "/nl/verhalen/1", VISITOR, NULL, false, 404},
    };
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
        try_all(p, &asks[i]);
    assert_whole(p);
}

static void writing_survives_every_fault(void **state)
{
    struct place *p = *state;
    const struct ask asks[] = {
        {"POST", path_of(p, "comment-add").p, WRITER, "&comment=Dank.", false, 303},
        {"POST", path_of(p, "account-details-send").p, WRITER,
         "&name=Dirk&function=adviseur&language=nl", false, 303},
    };
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
        try_all(p, &asks[i]);
    assert_whole(p);
}

static void signing_in_survives_every_fault(void **state)
{
    struct place *p = *state;
    const struct ask ask = {
        "POST",  path_of(p, "sign-in-send").p,
        VISITOR, "&email=dirk%40voorbeeldstad.nl&password=vier+fietsers+in+de+regen",
        false,   303};
    try_all(p, &ask);
    assert_whole(p);
}

static void an_upload_survives_every_fault(void **state)
{
    struct place *p = *state;
    const struct ask ask = {"POST",
                            path_of(p, "study-upload").p,
                            ADMIN,
                            "\r\n--XX\r\nContent-Disposition: form-data; name=plan; "
                            "filename=plan.yaml\r\n\r\n",
                            true,
                            422};
    try_all(p, &ask);
    assert_whole(p);
}

static int set_up(void **state)
{
    tester = pthread_self();
    return place_set_up(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_survives_every_fault),
        cmocka_unit_test(writing_survives_every_fault),
        cmocka_unit_test(signing_in_survives_every_fault),
        cmocka_unit_test(an_upload_survives_every_fault),
    };
    replace_sqlite();
    return cmocka_run_group_tests(tests, set_up, place_tear_down);
}
