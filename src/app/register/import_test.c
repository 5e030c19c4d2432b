/* SPDX-License-Identifier: EUPL-1.2 */
/* A delivery by upload: a child reads it, the worker keeps it, and what was uploaded goes. */
#include "app/job/fixture_test.h"
#include "app/register/register.h"
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_BYTES_MAX = 1 << 20 };
static const struct municipality_id almere = {34};

static str fixture(struct job_fixture *f, const char *path)
{
    const char *root = getenv("ONTSCHOT_SOURCE");
    struct err_info info;
    char whole[4096];
    str text = {NULL, 0};
    snprintf(whole, sizeof whole, "%s/%s", root ? root : ".", path);
    assert_int_equal(file_read(f->store->a, str_of(whole), FILE_BYTES_MAX, &text, &info), OK);
    return text;
}

static struct deed steward(const struct job_fixture *f)
{
    struct deed deed = f->ann;
    deed.viewer.roles = ACCESS_STEWARD;
    deed.viewer.has_second = true;
    return deed;
}

static struct job import(struct job_fixture *f, str content, const char *name)
{
    const struct job_kinds kinds = {&register_import_kind, 1};
    const struct deed deed = steward(f);
    struct job_worker settings = job_test_settings(f);
    struct job_test_worker t;
    struct err_info info;
    struct file_id file = {0};
    struct job_id id = {0};
    struct job job;
    char path[300];

    snprintf(path, sizeof path, "%s/upload", f->folder);
    assert_int_equal(file_write(str_of(path), content, &info), OK);
    assert_int_equal(job_file_take(&deed, f->store->d, str_of(path), str_of(name), &file, &info),
                     OK);
    assert_int_equal(job_put(&deed, f->store->d, REGISTER_IMPORT, str_of(name),
                             STR("{\"municipality\":\"GM0034\"}"), &file, 1, &id, &info),
                     OK);
    settings.kinds = kinds;
    settings.once = true;
    settings.lease_ms = JOB_LEASE_MS;
    job_test_start(&t, settings);
    pthread_join(t.thread, NULL);
    assert_int_equal(t.result, OK);
    assert_int_equal(job_find(&deed, f->store->d, id, &job, &info), OK);
    return job;
}

static struct delivery_id made_by(struct job_fixture *f, const struct job *job)
{
    const struct deed deed = steward(f);
    struct delivery_id id = {0};
    struct job_result *list;
    struct err_info info;
    size_t n;
    assert_int_equal(job_results(&deed, f->store->d, job->id, &list, &n, &info), OK);
    assert_int_equal(n, 1); /* and nothing of what was read */
    assert_true(register_made(list[0].name, &id));
    return id;
}

static void an_uploaded_message_becomes_a_delivery(void **state)
{
    struct job_fixture *f = *state;
    const struct deed deed = steward(f);
    struct register_receipt r;
    struct err_info info;

    const struct job job = import(f, fixture(f, "tests/data/messages/WMO323.xml"), "WMO323.xml");
    assert_int_equal(job.state, JOB_DONE);
    assert_int_equal(register_receipt_find(&deed, f->store->d, almere, made_by(f, &job), &r, &info),
                     OK);

    assert_int_equal(r.delivery.state, REGISTER_ACCEPTED);
    assert_int_equal(r.sum[INTAKE_CLAIM_LINE].n_accepted, 4);
    assert_int_equal(r.sum[INTAKE_CLAIM_LINE].cents_accepted, 63680);
    assert_int_equal(r.sum[INTAKE_CLAIM].cents_accepted, 63680);
    assert_int_equal(job_test_count(f, "files"), 0);
}

static void the_same_upload_again_leads_to_the_same_delivery(void **state)
{
    struct job_fixture *f = *state;
    const str message = fixture(f, "tests/data/messages/WMO301.xml");

    const struct job first = import(f, message, "WMO301.xml");
    const struct job again = import(f, message, "again.xml");

    assert_int_equal(again.state, JOB_DONE);
    assert_int_equal(made_by(f, &first).v, made_by(f, &again).v);
}

static void an_upload_that_cannot_be_read_is_refused_with_its_line(void **state)
{
    struct job_fixture *f = *state;
    const struct deed deed = steward(f);
    const str whole = fixture(f, "tests/data/messages/WMO323.xml");
    struct register_delivery *list;
    struct err_info info;
    size_t n;

    const struct job job = import(f, str_cut(whole, 0, whole.n / 2), "half.xml");
    assert_int_equal(register_deliveries(&deed, f->store->d, almere, (struct delivery_id){0}, 10,
                                         &list, &n, &info),
                     OK);

    assert_int_equal(job.state, JOB_FAILED);
    assert_true(job.failure.line > 1);
    assert_int_equal(n, 0);
    assert_int_equal(job_test_count(f, "files"), 0);
}

static void only_stewards_deliver(void **state)
{
    struct job_fixture *f = *state;
    const struct deed deed = steward(f);
    struct job_id id = {0};
    struct err_info info;

    assert_int_equal(
        job_put(&f->ann, f->store->d, REGISTER_IMPORT, STR("x"), STR(""), NULL, 0, &id, &info),
        E_DENIED);
    assert_int_equal(
        job_put(&deed, f->store->d, "study.run", STR("x"), STR(""), NULL, 0, &id, &info), E_DENIED);
}

#define WITH_JOBS(test) cmocka_unit_test_setup_teardown(test, job_set_up, job_tear_down)

int main(int argc, char **argv)
{
    struct err_info info;
    if (argc > 1 && !strcmp(argv[1], "child"))
        return job_child((struct job_kinds){&register_import_kind, 1}, STDIN_FILENO, STDOUT_FILENO,
                         &info) == OK
                   ? 0
                   : 1;
    const struct CMUnitTest tests[] = {
        WITH_JOBS(an_uploaded_message_becomes_a_delivery),
        WITH_JOBS(the_same_upload_again_leads_to_the_same_delivery),
        WITH_JOBS(an_upload_that_cannot_be_read_is_refused_with_its_line),
        WITH_JOBS(only_stewards_deliver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
