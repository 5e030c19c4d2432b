/* SPDX-License-Identifier: EUPL-1.2 */
/* Studies by upload give what the command line gives, bit for bit. */
#include "app/job/fixture_test.h"
#include "app/pilot/pilot.h"

#include "base/file.h"
#include "engine/study/study.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 16 << 20 };

static const char *source_root(void)
{
    const char *root = getenv("ONTSCHOT_SOURCE");
    return root ? root : ".";
}

static str fixture(struct job_fixture *f, const char *path)
{
    struct err_info info;
    char whole[4096];
    str text = {NULL, 0};
    snprintf(whole, sizeof whole, "%s/%s", source_root(), path);
    assert_int_equal(file_read(f->store->a, str_of(whole), FILE_BYTES_MAX, &text, &info), OK);
    return text;
}

static struct file_id upload(struct job_fixture *f, str content, const char *name)
{
    struct err_info info;
    struct file_id id = {0};
    char path[300];
    snprintf(path, sizeof path, "%s/upload", f->folder);
    assert_int_equal(file_write(str_of(path), content, &info), OK);
    assert_int_equal(job_file_take(&f->ann, f->store->d, str_of(path), str_of(name), &id, &info),
                     OK);
    return id;
}

/* Does one job with these files, to its end. */
static struct job do_job(struct job_fixture *f, const char *kind, const char *args,
                         const struct file_id *file, size_t n)
{
    struct job_worker settings = job_test_settings(f);
    struct job_test_worker t;
    struct err_info info;
    struct job_id id = {0};

    settings.kinds = pilot_kinds();
    settings.once = true;
    settings.lease_ms = JOB_LEASE_MS;
    assert_int_equal(
        job_put(&f->ann, f->store->d, kind, STR("a study"), str_of(args), file, n, &id, &info), OK);
    job_test_start(&t, settings);
    pthread_join(t.thread, NULL);
    assert_int_equal(t.result, OK);
    return job_test_find(f, id);
}

static str result(struct job_fixture *f, struct job_id id, str name)
{
    struct err_info info;
    str path, text = {NULL, 0};
    assert_int_equal(job_result_path(&f->ann, f->store->d, id, name, &path, &info), OK);
    assert_int_equal(file_read(f->store->a, path, FILE_BYTES_MAX, &text, &info), OK);
    return text;
}

/* ---- the same by hand ---- */

/* As `ontschot study freeze` and `run` do it, with the key and at the time of the job. */
static void run_by_hand(struct job_fixture *f, str plan, str data, const char *data_name,
                        int64_t at_ms)
{
    char path[600], keys[300], folder[300];
    struct study_outcome_of_run run;
    struct study_status status;
    struct err_info info;
    struct errs errors;
    seal_key *key;
    bool made;

    assert_int_equal(errs_init(&errors, f->store->a, ERRS_LIMIT, &info), OK);
    snprintf(keys, sizeof keys, "%s/keys", f->folder);
    assert_int_equal(seal_key_open(str_of(keys), &key, &made, &info), OK);
    snprintf(path, sizeof path, "%s/hand", f->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/hand/%s", f->folder, data_name);
    assert_int_equal(file_write(str_of(path), data, &info), OK);
    snprintf(path, sizeof path, "%s/hand/plan.yaml", f->folder);
    snprintf(folder, sizeof folder, "%s/hand/out", f->folder);
    assert_int_equal(file_write(str_of(path), plan, &info), OK);
    const struct study_run_options options = {.actor = {key, at_ms}, .folder = str_of(folder)};
    assert_int_equal(study_freeze(str_of(path), STR(""), &options.actor, &status, &errors), OK);
    assert_int_equal(study_run(str_of(path), &options, &run, &errors), OK);
    seal_key_free(key);
}

static void compare(struct job_fixture *f, struct job_id id)
{
    struct job_result *list;
    struct err_info info;
    char path[600];
    struct stat st;
    size_t n;

    assert_int_equal(job_results(&f->ann, f->store->d, id, &list, &n, &info), OK);
    assert_int_equal(n, 14); /* five forms in two languages, plan, journal, manifest, signature */
    for (size_t i = 0; i < n; i++) {
        str hand;
        snprintf(path, sizeof path, "%s/hand/out/%.*s", f->folder, STR_FMT(list[i].name));
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(file_read(f->store->a, str_of(path), FILE_BYTES_MAX, &hand, &info), OK);
        if (!str_eq(hand, result(f, id, list[i].name)))
            print_error("%.*s differs\n", STR_FMT(list[i].name));
        assert_true(str_eq(hand, result(f, id, list[i].name)));
    }
}

/* The clock stands still, so that reports by hand and by job bear the same day and hour. */
static int64_t at_noon(void)
{
    return INT64_C(1795608000000); /* 2026-11-25 12:00 UTC */
}

static struct job run_both_ways(struct job_fixture *f, const char *plan_path, const char *data_path,
                                const char *data_name)
{
    const str plan = fixture(f, plan_path), data = fixture(f, data_path);
    f->app.now_ms = at_noon;
    const struct file_id file[] = {upload(f, plan, "plan.yaml"), upload(f, data, data_name)};
    const struct job job = do_job(f, PILOT_RUN, "", file, 2);
    if (job.state == JOB_FAILED)
        print_error("%s\n", job.failure.msg.key);
    assert_int_equal(job.state, JOB_DONE);
    run_by_hand(f, plan, data, data_name, at_noon());
    compare(f, job.id);
    return job;
}

static void a_study_of_groups_over_time_is_the_same_by_upload(void **state)
{
    run_both_ways(*state, "tests/data/mpdta-study.yaml", "tests/data/mpdta.csv", "mpdta.csv");
}

static void supported_work_is_the_same_by_upload(void **state)
{
    run_both_ways(*state, "demo/supported-work/study.yaml", "demo/supported-work/men.csv",
                  "men.csv");
}

/* ---- mistakes ---- */

static void mistakes_of_a_plan_keep_line_and_column(void **state)
{
    struct job_fixture *f = *state;
    out plan;
    str line, rest = fixture(f, "tests/data/mpdta-study.yaml");

    out_init(&plan, FILE_BYTES_MAX);
    while (str_next(&rest, '\n', &line)) {
        size_t at;
        if (str_starts(str_trim(line), STR("time: year")) && str_find(line, 'y', &at)) {
            out_str(&plan, str_cut(line, 0, at));
            out_cstr(&plan, "jear\n");
        } else {
            out_str(&plan, line);
            out_char(&plan, '\n');
        }
    }
    const struct file_id file[] = {upload(f, out_view(&plan), "pilot.yaml"),
                                   upload(f, fixture(f, "tests/data/mpdta.csv"), "mpdta.csv")};
    out_free(&plan);
    const struct job job = do_job(f, PILOT_RUN, "", file, 2);

    assert_int_equal(job.state, JOB_FAILED);
    assert_string_equal(job.failure.file, "pilot.yaml");
    assert_int_equal(job.failure.line, 29);
    assert_int_equal(job.failure.column, 9);
    assert_int_equal(job_test_count(f, "results"), 0);
}

static void a_study_without_plan_or_data_says_what_is_missing(void **state)
{
    struct job_fixture *f = *state;
    const struct file_id plan = upload(f, fixture(f, "tests/data/mpdta-study.yaml"), "a.yaml");
    const struct file_id other = upload(f, STR("title: x\n"), "b.yaml");
    const struct file_id data = upload(f, STR("a,b\n1,2\n"), "c.csv");
    const struct file_id more = upload(f, STR("a,b\n1,2\n"), "d.csv");
    const struct {
        struct file_id file[3];
        size_t n;
        const char *key;
    } cases[] = {
        {{data}, 1, "pilot.no-plan"},
        {{plan}, 1, "pilot.no-data"},
        {{plan, other, data}, 3, "pilot.many-plans"},
        {{plan, data, more}, 3, "pilot.other-data"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct job job = do_job(f, PILOT_RUN, "", cases[i].file, cases[i].n);
        assert_int_equal(job.state, JOB_FAILED);
        assert_string_equal(job.failure.msg.key, cases[i].key);
    }
}

/* ---- verifying ---- */

/* All results of a job as uploads; `changed` (or empty) is the one with a byte turned. */
static size_t upload_results(struct job_fixture *f, struct job_id id, str changed,
                             struct file_id file[JOB_FILES_MAX])
{
    struct job_result *list;
    struct err_info info;
    size_t n;
    assert_int_equal(job_results(&f->ann, f->store->d, id, &list, &n, &info), OK);
    for (size_t i = 0; i < n; i++) {
        const str text = result(f, id, list[i].name);
        char *copy = (char *)(uintptr_t)text.p;
        char name[JOB_NAME_MAX + 1];
        if (str_eq(list[i].name, changed))
            copy[text.n / 2] = (char)(copy[text.n / 2] ^ 1);
        snprintf(name, sizeof name, "%.*s", STR_FMT(list[i].name));
        file[i] = upload(f, text, name);
    }
    return n;
}

static bool says(struct job_fixture *f, struct job_id id, const char *what)
{
    const str answer = result(f, id, STR(PILOT_ANSWER));
    return memmem(answer.p, answer.n, what, strlen(what)) != NULL;
}

static void sealed_results_are_verified_with_and_without_their_data(void **state)
{
    struct job_fixture *f = *state;
    struct file_id file[JOB_FILES_MAX];
    const str data = fixture(f, "tests/data/mpdta.csv");
    const struct job made =
        run_both_ways(f, "tests/data/mpdta-study.yaml", "tests/data/mpdta.csv", "mpdta.csv");
    size_t n = upload_results(f, made.id, STR(""), file);

    const struct job sealed = do_job(f, PILOT_VERIFY, "", file, n);
    file[n++] = upload(f, data, "mpdta.csv");
    const struct job same = do_job(f, PILOT_VERIFY, "{\"data\": \"mpdta.csv\"}", file, n);
    const struct job extra = do_job(f, PILOT_VERIFY, "", file, n);
    n = upload_results(f, made.id, STR("results-nl.json"), file);
    const struct job changed = do_job(f, PILOT_VERIFY, "", file, n);
    const struct job absent = do_job(f, PILOT_VERIFY, "{\"data\": \"men.csv\"}", file, n);

    assert_int_equal(sealed.state, JOB_DONE);
    assert_true(says(f, sealed.id, "\"verdict\": \"sealed\""));
    assert_int_equal(same.state, JOB_DONE);
    assert_true(says(f, same.id, "\"verdict\": \"same\"") && says(f, same.id, "\"here\": true"));
    assert_int_equal(extra.state, JOB_DONE); /* a file beside the sealed ones */
    assert_true(says(f, extra.id, "\"verdict\": \"invalid\""));
    assert_int_equal(changed.state, JOB_DONE);
    assert_true(says(f, changed.id, "\"verdict\": \"invalid\""));
    assert_true(says(f, changed.id, "\"file\": \"results-nl.json\""));
    assert_int_equal(absent.state, JOB_FAILED);
    assert_string_equal(absent.failure.msg.key, "pilot.data-not-there");
}

static int set_up(void **state)
{
    struct err_info info;
    if (job_set_up(state) != 0)
        return -1;
    struct job_fixture *f = *state;
    return pilot_prepare(&f->app, &info) == OK ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct err_info info;
    if (argc == 2 && strcmp(argv[1], "child") == 0)
        return job_child(pilot_kinds(), STDIN_FILENO, STDOUT_FILENO, &info) == OK ? 0 : 1;
    const struct CMUnitTest tests[] = {
#define PILOT_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, job_tear_down)
        PILOT_TEST(a_study_of_groups_over_time_is_the_same_by_upload),
        PILOT_TEST(supported_work_is_the_same_by_upload),
        PILOT_TEST(mistakes_of_a_plan_keep_line_and_column),
        PILOT_TEST(a_study_without_plan_or_data_says_what_is_missing),
        PILOT_TEST(sealed_results_are_verified_with_and_without_their_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
