/* SPDX-License-Identifier: EUPL-1.2 */
/* What people ask of jobs and files; no worker runs here. */
#include "app/job/fixture_test.h"
#include "app/job/job_int.h"

#include "base/file.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- errors that outlive their process ---- */

static void a_failure_reads_the_same_in_both_languages_after_it_was_kept(void **state)
{
    struct job_fixture *f = *state;
    struct err_info given[2], *kept;
    size_t n, n_found;
    out text, before, after;

    err_text(&given[0], E_INPUT, "job.file-unknown", STR("a \"quoted\" \\ n\xc3\xa4me"));
    msg_int(&given[0].msg, -5);
    msg_real(&given[0].msg, 0.1, 3);
    msg_key(&given[0].msg, "error.cause-full");
    err_at(&given[0], STR("pilot.yaml"), 29, 9);
    err_set(&given[1], E_LIMIT, "job.tries");
    msg_int(&given[1].msg, 3);
    out_init(&text, 1 << 16);
    job_failures_print(&text, given, 2, 40);
    assert_true(job_failures_parse(f->store->a, out_view(&text), &kept, &n, &n_found));

    assert_int_equal(n, 2);
    assert_int_equal(n_found, 40);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(kept[i].code, given[i].code);
        assert_string_equal(kept[i].file, given[i].file);
        assert_int_equal(kept[i].line, given[i].line);
        assert_int_equal(kept[i].column, given[i].column);
        assert_int_equal(kept[i].msg.n_args, given[i].msg.n_args);
        for (int l = 0; l < LANG_COUNT; l++) {
            out_init(&before, 4096);
            out_init(&after, 4096);
            tr_msg(&before, (enum lang)l, &given[i].msg);
            tr_msg(&after, (enum lang)l, &kept[i].msg);
            assert_true(before.n > 0 && str_eq(out_view(&before), out_view(&after)));
            out_free(&before);
            out_free(&after);
        }
    }
    assert_true(kept[0].msg.arg[2].d == 0.1 && kept[0].msg.arg[2].decimals == 3);
    assert_int_equal(kept[0].msg.arg[3].kind, MSG_KEY);
    out_free(&text);
}

static void what_is_no_failure_is_not_taken_for_one(void **state)
{
    static const char *const wrong[] = {
        "",
        "{}",
        "[]",
        "{\"found\":1,\"errors\":[]}",
        "{\"found\":1,\"errors\":[{\"code\":0,\"key\":\"a.b\",\"values\":[],\"file\":\"\"}]}",
        "{\"found\":1,\"errors\":[{\"code\":99,\"key\":\"a.b\",\"values\":[],\"file\":\"\"}]}",
        "{\"found\":1,\"errors\":[{\"code\":1,\"key\":\"\",\"values\":[],\"file\":\"\"}]}",
        "{\"found\":1,\"errors\":[{\"code\":1,\"key\":\"a.b\",\"values\":[{}],\"file\":\"\"}]}",
        "{\"found\":0,\"errors\":[{\"code\":1,\"key\":\"a.b\",\"values\":[],\"file\":\"\"}]}",
    };
    struct job_fixture *f = *state;
    struct err_info *list = NULL;
    size_t n = 77, n_found = 77;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(job_failures_parse(f->store->a, str_of(wrong[i]), &list, &n, &n_found));
}

/* ---- files ---- */

/* A file as the transport leaves it: somewhere, with a name of no meaning. */
static str upload(struct job_fixture *f, str content)
{
    static int number;
    struct err_info info;
    char path[300];
    snprintf(path, sizeof path, "%s/upload-%d", f->folder, number++);
    assert_int_equal(file_write(str_of(path), content, &info), OK);
    return arena_str(f->store->a, str_of(path));
}

static err take(struct job_fixture *f, str content, const char *name, struct file_id *id,
                struct err_info *info)
{
    const str path = upload(f, content);
    const err e = job_file_take(&f->ann, f->store->d, path, str_of(name), id, info);
    assert_int_equal(access(path.p, F_OK) == 0, e != OK); /* taken, or left where it was */
    (void)unlink(path.p);
    return e;
}

static void a_file_is_kept_under_its_hash_for_its_owner_only(void **state)
{
    struct job_fixture *f = *state;
    struct err_info info;
    struct job_file *list;
    struct file_id id;
    struct stat st;
    size_t n;

    assert_int_equal(take(f, STR("a,b\n1,2\n"), "people.csv", &id, &info), OK);
    assert_int_equal(job_file_list(&f->ann, f->store->d, &list, &n, &info), OK);

    assert_int_equal(n, 1);
    assert_true(str_eq(list[0].name, STR("people.csv")) && str_eq(list[0].type, STR("csv")));
    assert_int_equal(list[0].bytes, 8);
    const str place = job_file_place(f->store->a, &f->app, list[0].hash, id);
    assert_int_equal(lstat(place.p, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0400);
    assert_int_equal(job_file_list(&f->bob, f->store->d, &list, &n, &info), OK);
    assert_int_equal(n, 0);
    assert_int_equal(job_file_drop(&f->bob, f->store->d, id, &info), E_NOT_FOUND);
    assert_int_equal(job_file_drop(&f->ann, f->store->d, id, &info), OK);
    assert_int_equal(access(place.p, F_OK), -1);
    assert_int_equal(job_file_drop(&f->ann, f->store->d, id, &info), E_NOT_FOUND);
}

static void each_kind_of_file_is_known_by_name_and_content(void **state)
{
    static const struct {
        const char *name;
        str content;
        const char *refused; /* NULL: taken */
    } cases[] = {
        {"plan.yaml", STR("title: x\n"), NULL},
        {"plan.YML", STR("title: x\n"), NULL},
        {"data.tsv", STR("a\tb\n"), NULL},
        {"results.json", STR(" {\"a\": 1}\n"), NULL},
        {"pilot.journal.jsonl", STR("{\"a\": 1}\n"), NULL},
        {"table.ot", STR("\x89OTAB\r\n\x1a..."), NULL},
        {"results.xlsx", STR("PK\x03\x04...."), NULL},
        {"two words.csv", STR("a,b\n"), NULL},
        {"data.csv", STR(""), "job.file-empty"},
        {"data.csv", STR("PK\x03\x04...."), "job.file-not-as-named"},
        {"data.csv", STR("a\0b"), "job.file-not-as-named"},
        {"data.csv",
         STR("\x7f"
             "ELF\x02\x01\x01\0\0"),
         "job.file-not-as-named"},
        {"data.json", STR("a,b\n"), "job.file-not-as-named"},
        {"data.ot", STR("a,b\n"), "job.file-not-as-named"},
        {"data.zip", STR("PK\x03\x04...."), "job.file-zip"},
        {"run.sh", STR("#!/bin/sh\n"), "job.file-type"},
        {"csv", STR("a,b\n"), "job.file-type"},
        {".csv", STR("a,b\n"), "job.file-name"},
        {"", STR("a,b\n"), "job.file-name"},
        {"../plan.yaml", STR("a: b\n"), "job.file-name"},
        {"/etc/plan.yaml", STR("a: b\n"), "job.file-name"},
        {"..\\plan.yaml", STR("a: b\n"), "job.file-name"},
        {"a\nb.yaml", STR("a: b\n"), "job.file-name"},
        {"a\xff.yaml", STR("a: b\n"), "job.file-name"},
        {"a\xe2\x80\xae.yaml", STR("a: b\n"), "job.file-name"}, /* turns the text round */
    };
    struct job_fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err_info info = {0};
        struct file_id id = {-1};
        const err e = take(f, cases[i].content, cases[i].name, &id, &info);
        if (cases[i].refused) {
            assert_int_equal(e, E_INPUT);
            assert_string_equal(info.msg.key, cases[i].refused);
            assert_int_equal(id.v, -1);
        } else {
            assert_int_equal(e, OK);
        }
    }
    assert_int_equal(job_test_count(f, JOB_FILES), 8);
}

static void a_link_and_a_long_name_are_no_upload(void **state)
{
    struct job_fixture *f = *state;
    char name[JOB_NAME_MAX + 10], path[300];
    struct err_info info;
    struct file_id id;

    memset(name, 'a', sizeof name);
    strcpy(name + JOB_NAME_MAX - 3, ".csv");
    assert_int_equal(take(f, STR("a,b\n"), name, &id, &info), E_INPUT);
    snprintf(path, sizeof path, "%s/link", f->folder);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    assert_int_equal(job_file_take(&f->ann, f->store->d, str_of(path), STR("a.csv"), &id, &info),
                     E_INPUT);
    assert_int_equal(job_test_count(f, JOB_FILES), 0);
}

static void only_analysts_upload_and_put_jobs(void **state)
{
    struct job_fixture *f = *state;
    struct deed plain = f->ann, visitor = f->ann;
    struct err_info info;
    struct file_id file;
    struct job_id id;
    struct job *list;
    struct job job;
    size_t n;

    plain.viewer.roles = ACCESS_EDITOR | ACCESS_ADMIN;
    visitor.viewer = (struct viewer){0};
    const str path = upload(f, STR("a,b\n"));
    assert_int_equal(job_file_take(&plain, f->store->d, path, STR("a.csv"), &file, &info),
                     E_DENIED);
    assert_int_equal(
        job_put(&plain, f->store->d, "test.write", STR("x"), STR(""), NULL, 0, &id, &info),
        E_DENIED);
    assert_int_equal(job_list(&plain, f->store->d, id, 10, &list, &n, &id, &info), E_DENIED);
    assert_int_equal(job_find(&visitor, f->store->d, (struct job_id){1}, &job, &info), E_NOT_FOUND);
    assert_int_equal(job_cancel(&visitor, f->store->d, (struct job_id){1}, &info), E_NOT_FOUND);
}

/* ---- jobs ---- */

static void a_job_is_seen_by_its_owner_only(void **state)
{
    struct job_fixture *f = *state;
    struct err_info mine, none;
    struct job job;
    str path;

    const struct job_id id = job_test_put(f, "test.write", "{}");
    const struct job found = job_test_find(f, id);

    assert_int_equal(found.state, JOB_QUEUED);
    assert_true(str_eq(found.kind, STR("test.write")) && str_eq(found.title, STR("a job")));
    assert_null(found.step);
    assert_true(found.share < 0 && found.left_ms < 0 && found.created_at == 5000);
    assert_int_equal(job_find(&f->bob, f->store->d, id, &job, &mine), E_NOT_FOUND);
    assert_int_equal(job_find(&f->bob, f->store->d, (struct job_id){99}, &job, &none), E_NOT_FOUND);
    assert_string_equal(mine.msg.key, none.msg.key);
    assert_int_equal(job_cancel(&f->bob, f->store->d, id, &mine), E_NOT_FOUND);
    assert_int_equal(job_drop(&f->bob, f->store->d, id, &mine), E_NOT_FOUND);
    assert_int_equal(job_result_path(&f->bob, f->store->d, id, STR("a"), &path, &mine),
                     E_NOT_FOUND);
    assert_int_equal(job_test_find(f, id).state, JOB_QUEUED);
}

static void a_list_is_read_in_pages_newest_first(void **state)
{
    struct job_fixture *f = *state;
    struct err_info info;
    struct job_id id[5], next = {0};
    struct job *list;
    size_t n, seen = 0;

    for (size_t i = 0; i < 5; i++)
        id[i] = job_test_put(f, "test.write", "");
    do {
        assert_int_equal(job_list(&f->ann, f->store->d, next, 2, &list, &n, &next, &info), OK);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(list[i].id.v, id[4 - seen++].v);
    } while (next.v);
    assert_int_equal(seen, 5);
    assert_int_equal(job_list(&f->bob, f->store->d, next, 2, &list, &n, &next, &info), OK);
    assert_int_equal(n, 0);
    assert_int_equal(job_list(&f->ann, f->store->d, next, 0, &list, &n, &next, &info), E_LIMIT);
}

static void a_job_that_cannot_be_is_refused(void **state)
{
    struct job_fixture *f = *state;
    struct file_id one, twin, other;
    struct err_info info;
    struct job_id id;

    assert_int_equal(take(f, STR("a,b\n"), "a.csv", &one, &info), OK);
    assert_int_equal(take(f, STR("c,d\n"), "a.csv", &twin, &info), OK);
    const str path = upload(f, STR("a,b\n"));
    assert_int_equal(job_file_take(&f->bob, f->store->d, path, STR("b.csv"), &other, &info), OK);
    const struct {
        str title, args;
        struct file_id file[2];
        size_t n;
        const char *key;
    } cases[] = {
        {STR(" "), STR(""), {{0}}, 0, "job.title-empty"},
        {STR("x"), STR("[1]"), {{0}}, 0, "job.args"},
        {STR("x"), STR("{"), {{0}}, 0, "job.args"},
        {STR("x"), STR(""), {one, twin}, 2, "job.same-name"},
        {STR("x"), STR(""), {one, one}, 2, "job.file-unknown"},
        {STR("x"), STR(""), {one, other}, 2, "job.file-unknown"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const err e = job_put(&f->ann, f->store->d, "test.read", cases[i].title, cases[i].args,
                              cases[i].file, cases[i].n, &id, &info);
        assert_true(e == E_INPUT || e == E_NOT_FOUND);
        assert_string_equal(info.msg.key, cases[i].key);
    }
    for (int i = 0; i < JOB_OPEN_MAX; i++)
        job_test_put(f, "test.write", "");
    assert_int_equal(
        job_put(&f->ann, f->store->d, "test.write", STR("x"), STR(""), NULL, 0, &id, &info),
        E_LIMIT);
    assert_int_equal(
        job_put(&f->bob, f->store->d, "test.write", STR("x"), STR(""), NULL, 0, &id, &info), OK);
}

static void a_file_stays_as_long_as_a_job_needs_it(void **state)
{
    struct job_fixture *f = *state;
    struct err_info info;
    struct file_id file;
    struct job_id id;

    assert_int_equal(take(f, STR("a,b\n"), "a.csv", &file, &info), OK);
    assert_int_equal(
        job_put(&f->ann, f->store->d, "test.read", STR("x"), STR(""), &file, 1, &id, &info), OK);
    assert_int_equal(job_file_drop(&f->ann, f->store->d, file, &info), E_CONFLICT);
    assert_int_equal(job_drop(&f->ann, f->store->d, id, &info), E_CONFLICT);
    assert_int_equal(job_cancel(&f->ann, f->store->d, id, &info), OK);
    assert_int_equal(job_file_drop(&f->ann, f->store->d, file, &info), OK);
    assert_int_equal(job_drop(&f->ann, f->store->d, id, &info), OK);
    assert_int_equal(job_find(&f->ann, f->store->d, id, &(struct job){0}, &info), E_NOT_FOUND);
}

static err forget_in(db_tx *tx, void *arg, struct err_info *info)
{
    return job_forget(tx, *(const struct party_id *)arg, info);
}

static void erasing_somebody_takes_jobs_and_files_and_nobody_elses(void **state)
{
    struct job_fixture *f = *state;
    const struct job_worker w = job_test_settings(f);
    struct party_id who = f->ann.viewer.id;
    struct err_info info;
    struct file_id file, other;
    struct job_file *list;
    struct job_id id;
    size_t n;

    assert_int_equal(take(f, STR("a,b\n"), "a.csv", &file, &info), OK);
    assert_int_equal(
        job_file_take(&f->bob, f->store->d, upload(f, STR("a,b\n")), STR("b.csv"), &other, &info),
        OK);
    assert_int_equal(
        job_put(&f->ann, f->store->d, "test.read", STR("x"), STR(""), &file, 1, &id, &info), OK);
    assert_int_equal(db_tx_do(f->store->d, forget_in, &who, &info), OK);
    job_test_shift_ms = 3600000; /* long after it was uploaded */
    assert_int_equal(job_sweep(&w, f->store->d, &info), OK);

    assert_int_equal(job_find(&f->ann, f->store->d, id, &(struct job){0}, &info), E_NOT_FOUND);
    assert_int_equal(job_file_list(&f->ann, f->store->d, &list, &n, &info), OK);
    assert_int_equal(n, 0);
    assert_int_equal(job_file_list(&f->bob, f->store->d, &list, &n, &info), OK);
    assert_int_equal(n, 1);
    assert_int_equal(job_test_count(f, JOB_FILES), 1);
}

/* ---- uploads that were broken off ---- */

/* A program that serves: it takes the lock, has half of an upload, says so, and never ends. */
static _Noreturn void serve_half(const struct job_fixture *f, str path, int says)
{
    struct err_info info;
    int lock;
    if (job_uploads_open(&f->app, &lock, &info) != OK ||
        file_write(path, STR("a,b"), &info) != OK || write(says, "x", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static void what_a_killed_program_left_half_uploaded_is_gone_at_the_next_start(void **state)
{
    struct job_fixture *f = *state;
    struct err_info info;
    int lock, pipes[2], status;
    char byte;
    str path;

    assert_int_equal(job_upload_place(&f->ann, f->store->d, &path, &info), OK);
    assert_int_equal(pipe(pipes), 0);
    const pid_t other = fork();
    assert_true(other >= 0);
    if (other == 0)
        serve_half(f, path, pipes[1]);
    close(pipes[1]);
    assert_int_equal(read(pipes[0], &byte, 1), 1);

    assert_int_equal(job_uploads_open(&f->app, &lock, &info), OK);
    close(lock);
    assert_int_equal(access(path.p, F_OK), 0); /* the other lives, and goes on with it */
    assert_int_equal(kill(other, SIGKILL), 0);
    assert_int_equal(waitpid(other, &status, 0), other);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(job_uploads_open(&f->app, &lock, &info), OK);
    assert_int_equal(access(path.p, F_OK), -1);
    close(lock);
    close(pipes[0]);
}

int main(int argc, char **argv)
{
    const int role = job_test_role(argc, argv);
    if (role >= 0)
        return role;
    const struct CMUnitTest tests[] = {
#define JOB_TEST(f) cmocka_unit_test_setup_teardown(f, job_set_up, job_tear_down)
        JOB_TEST(a_failure_reads_the_same_in_both_languages_after_it_was_kept),
        JOB_TEST(what_is_no_failure_is_not_taken_for_one),
        JOB_TEST(a_file_is_kept_under_its_hash_for_its_owner_only),
        JOB_TEST(each_kind_of_file_is_known_by_name_and_content),
        JOB_TEST(a_link_and_a_long_name_are_no_upload),
        JOB_TEST(only_analysts_upload_and_put_jobs),
        JOB_TEST(a_job_is_seen_by_its_owner_only),
        JOB_TEST(a_list_is_read_in_pages_newest_first),
        JOB_TEST(a_job_that_cannot_be_is_refused),
        JOB_TEST(a_file_stays_as_long_as_a_job_needs_it),
        JOB_TEST(what_a_killed_program_left_half_uploaded_is_gone_at_the_next_start),
        JOB_TEST(erasing_somebody_takes_jobs_and_files_and_nobody_elses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
