/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fixture_test: a folder with a plan, its data and two keys around every test of a
 * study, and the calls under test with what most tests give.
 */
#ifndef ONTSCHOT_ENGINE_STUDY_FIXTURE_TEST_INT_H
#define ONTSCHOT_ENGINE_STUDY_FIXTURE_TEST_INT_H

#include "base/file.h"
#include "folder_int.h"
#include "manifest_int.h"
#include "study_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char home[64]; /* a folder of this test program, removed at its end */
static arena *memory;
static struct errs errors;
static seal_key *key, *other_key;

#define MOMENT INT64_C(1795521600000) /* 2026-11-24T12:00:00Z */

/* ---- files ---- */

static str at(const char *name)
{
    return folder_path(memory, str_of(home), str_of(name));
}

static str read_file(str path)
{
    str text;
    struct err_info info;
    assert_int_equal(file_read(memory, path, 1 << 26, &text, &info), OK);
    return text;
}

static void write_file(str path, str content)
{
    struct err_info info;
    assert_int_equal(file_write(path, content, &info), OK);
}

static str source(const char *name)
{
    const char *folder = getenv("ONTSCHOT_SOURCE");
    return read_file(folder_path(memory, str_of(folder ? folder : "."), str_of(name)));
}

static void remove_folder(str path)
{
    struct folder f = {.temporary = arena_str(memory, path)};
    folder_abort(&f);
}

/* `text` with the first `old` replaced. */
static str replaced(str text, const char *old, const char *new)
{
    const char *hit = strstr(text.p, old);
    out o;
    assert_non_null(hit);
    out_init(&o, 1 << 26);
    out_bytes(&o, text.p, (size_t)(hit - text.p));
    out_cstr(&o, new);
    out_cstr(&o, hit + strlen(old));
    const str result = arena_str(memory, out_view(&o));
    out_free(&o);
    return result;
}

/* ---- around every test: a folder with a plan and its data ---- */

static seal_key *new_key(const char *name)
{
    seal_key *k = NULL;
    bool made;
    struct err_info info;
    assert_int_equal(seal_key_open(at(name), &k, &made, &info), OK);
    return k;
}

static int start(void **state)
{
    (void)state;
    struct err_info info;
    snprintf(home, sizeof home, "study-test-XXXXXX");
    memory = arena_new((size_t)1 << 30);
    if (!memory || !mkdtemp(home) || errs_init(&errors, memory, ERRS_LIMIT, &info) != OK)
        return -1;
    key = new_key("keys");
    other_key = new_key("other-keys");
    write_file(at("plan.yaml"), source("tests/data/mpdta-study.yaml"));
    write_file(at("mpdta.csv"), source("tests/data/mpdta.csv"));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    str *names;
    size_t n;
    struct err_info info;
    seal_key_free(key);
    seal_key_free(other_key);
    assert_int_equal(folder_list(memory, str_of(home), &names, &n, &info), OK);
    for (size_t i = 0; i < n; i++) {
        const str path = folder_path(memory, str_of(home), names[i]);
        if (unlink(path.p) != 0)
            remove_folder(path);
    }
    arena_free(memory);
    return rmdir(home);
}

/* ---- the calls under test, with what most tests give ---- */

static err run_as(const seal_key *k, const char *folder, par *pool)
{
    const struct study_run_options options = {
        .actor = {k, MOMENT + 1000}, .folder = at(folder), .pool = pool};
    struct study_outcome_of_run run;
    errors.n = errors.n_found = 0;
    return study_run(at("plan.yaml"), &options, &run, &errors);
}

static err verify(const char *folder, const struct seal_signers *signers,
                  struct study_verification *v)
{
    const struct study_verify_options options = {.signers = signers, .scratch = str_of(home)};
    errors.n = errors.n_found = 0;
    return study_verify(at(folder), &options, v, &errors);
}

static void assert_error(const char *message, int64_t line)
{
    assert_true(errors.n >= 1);
    assert_string_equal(errors.item[0].msg.key, message);
    assert_int_equal(errors.item[0].line, line);
}

#endif
