/* SPDX-License-Identifier: EUPL-1.2 */
/* From plan to sealed result and back, on real data. */
#include "base/file.h"
#include "folder_int.h"
#include "manifest_int.h"
#include "study_int.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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

static bool exists(str path)
{
    struct stat st;
    return lstat(path.p, &st) == 0;
}

static void remove_folder(str path)
{
    struct folder f = {.temporary = arena_str(memory, path)};
    folder_abort(&f);
}

static size_t n_names(str folder)
{
    str *names;
    size_t n;
    struct err_info info;
    assert_int_equal(folder_list(memory, folder, &names, &n, &info), OK);
    return n;
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
    strcpy(home, "study-test-XXXXXX");
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

static err freeze_as(const seal_key *k, const char *reason, struct study_status *status)
{
    const struct study_actor actor = {k, MOMENT};
    errors.n = errors.n_found = 0;
    return study_freeze(at("plan.yaml"), str_of(reason), &actor, status, &errors);
}

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

static struct study_status status_now(void)
{
    struct study_status s;
    errors.n = errors.n_found = 0;
    assert_int_equal(study_look_up(at("plan.yaml"), &s, &errors), OK);
    return s;
}

static void change_plan(const char *old, const char *new)
{
    write_file(at("plan.yaml"), replaced(read_file(at("plan.yaml")), old, new));
}

/* ---- freezing ---- */

static void a_plan_is_exploratory_until_it_is_frozen(void **state)
{
    (void)state;
    struct study_status s;
    assert_int_equal(status_now().state, STUDY_EXPLORATORY);

    assert_int_equal(freeze_as(key, "", &s), OK);

    assert_int_equal(s.state, STUDY_FROZEN);
    assert_string_equal(s.frozen_at, "2026-11-24T12:00:00Z");
    const struct seal_public p = seal_key_public(key);
    assert_memory_equal(&s.frozen_by, &p, sizeof p);
    assert_int_equal(status_now().state, STUDY_FROZEN);
}

static void freezing_again_changes_nothing(void **state)
{
    (void)state;
    struct study_status s;
    assert_int_equal(freeze_as(key, "", &s), OK);
    const str before = read_file(at("plan.journal.jsonl"));

    assert_int_equal(freeze_as(other_key, "", &s), OK);

    assert_true(s.was_frozen);
    assert_true(str_eq(read_file(at("plan.journal.jsonl")), before));
}

static void a_changed_plan_is_frozen_only_as_an_amendment(void **state)
{
    (void)state;
    struct study_status s;
    assert_int_equal(freeze_as(key, "", &s), OK);
    change_plan("control: never", "control: not-yet");
    assert_int_equal(status_now().state, STUDY_CHANGED);

    assert_int_equal(freeze_as(key, "", &s), E_CONFLICT);
    assert_error("study.frozen-differently", 0);
    assert_int_equal(freeze_as(key, "too few never start", &s), OK);

    assert_int_equal(s.state, STUDY_FROZEN);
    assert_int_equal(s.n_amendments, 1);
    change_plan("level: 0.95", "level: 0.9");
    assert_int_equal(freeze_as(key, "an editor \"asked\"\nfor it", &s), OK);
    assert_int_equal(s.n_amendments, 2);
    assert_int_equal(status_now().n_amendments, 2);
}

static void a_plan_with_mistakes_is_not_frozen(void **state)
{
    (void)state;
    struct study_status s;
    change_plan("control: never", "contol: never");

    assert_int_equal(freeze_as(key, "", &s), E_INPUT);

    assert_error("schema.unknown-key-near", 38);
    assert_false(exists(at("plan.journal.jsonl")));
}

static void every_changed_byte_of_a_journal_is_found(void **state)
{
    (void)state;
    struct study_status s;
    struct journal j;
    struct err_info info;
    assert_int_equal(freeze_as(key, "", &s), OK);
    change_plan("level: 0.95", "level: 0.9");
    assert_int_equal(freeze_as(key, "why", &s), OK);
    const str whole = read_file(at("plan.journal.jsonl"));
    assert_int_equal(journal_parse(memory, whole, STR("j"), &j, &info), OK);
    assert_int_equal(j.n, 2);

    for (size_t i = 0; i < whole.n; i += 1 + i % 7) {
        char *broken = (char *)(uintptr_t)arena_str(memory, whole).p;
        broken[i] ^= 2;

        assert_int_equal(journal_parse(memory, (str){broken, whole.n}, STR("j"), &j, &info),
                         E_INPUT);

        assert_true(info.line == 1 || info.line == 2);
    }
}

static void a_line_that_is_taken_out_or_moved_breaks_the_chain(void **state)
{
    (void)state;
    struct study_status s;
    struct journal j = {.n = 77};
    struct err_info info;
    size_t end;
    assert_int_equal(freeze_as(key, "", &s), OK);
    change_plan("level: 0.95", "level: 0.9");
    assert_int_equal(freeze_as(key, "why", &s), OK);
    const str whole = read_file(at("plan.journal.jsonl"));
    assert_true(str_find(whole, '\n', &end));
    const str second = str_cut(whole, end + 1, whole.n);

    assert_int_equal(journal_parse(memory, second, STR("j"), &j, &info), E_INPUT);
    assert_string_equal(info.msg.key, "study.journal-broken-chain");

    out o;
    out_init(&o, 1 << 24);
    out_str(&o, second);
    out_str(&o, str_cut(whole, 0, end + 1));
    assert_int_equal(journal_parse(memory, out_view(&o), STR("j"), &j, &info), E_INPUT);
    assert_string_equal(info.msg.key, "study.journal-broken-chain");
    out_free(&o);
    assert_int_equal(j.n, 77);
}

static void two_writers_at_once_do_not_lose_a_line(void **state)
{
    (void)state;
    struct err_info info;
    write_file(at("j"), STR("one\n"));

    assert_int_equal(journal_replace(at("j"), STR(""), STR("two\n"), &info), E_CONFLICT);

    assert_true(str_eq(read_file(at("j")), STR("one\n")));
}

/* ---- running ---- */

static void a_run_leaves_a_sealed_folder_and_is_counted(void **state)
{
    (void)state;
    struct study_status s;
    struct study_verification v;
    assert_int_equal(run_as(key, "first", NULL), OK); /* before freezing */
    assert_int_equal(freeze_as(key, "", &s), OK);
    assert_int_equal(run_as(key, "second", NULL), OK);
    change_plan("control: never", "control: not-yet");
    assert_int_equal(run_as(key, "third", NULL), OK);

    const struct study_status now = status_now();
    assert_int_equal(now.state, STUDY_CHANGED);
    assert_int_equal(now.n_runs, 3);
    assert_int_equal(now.n_runs_before_freeze, 1);
    assert_int_equal(now.n_runs_changed, 1);
    assert_int_equal(verify("first", NULL, &v), OK);
    assert_int_equal(v.verdict, STUDY_SAME);
    assert_int_equal(v.status.state, STUDY_EXPLORATORY);
    assert_int_equal(verify("second", NULL, &v), OK);
    assert_int_equal(v.verdict, STUDY_SAME);
    assert_int_equal(v.status.state, STUDY_FROZEN);
    assert_int_equal(v.status.n_runs, 1);
    assert_int_equal(verify("third", NULL, &v), OK);
    assert_int_equal(v.verdict, STUDY_SAME);
    assert_int_equal(v.status.state, STUDY_CHANGED);
}

static void a_folder_that_exists_is_left_alone(void **state)
{
    (void)state;
    assert_int_equal(mkdir(at("mine").p, 0777), 0);
    write_file(at("mine/notes"), STR("keep"));

    assert_int_equal(run_as(key, "mine", NULL), E_CONFLICT);

    assert_error("study.folder-exists", 0);
    assert_int_equal(n_names(at("mine")), 1);
    assert_int_equal(status_now().n_runs, 0);
}

static void the_results_are_the_published_figures(void **state)
{
    (void)state;
    assert_int_equal(run_as(key, "out", NULL), OK);

    const str json = read_file(at("out/results-en.json"));

    /* Callaway and Sant'Anna (2021), did 2.1.2, mpdta without covariates, never treated */
    assert_non_null(strstr(json.p, "-0.0399512751"));
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    (void)state;
    static const unsigned threads[] = {1, 2, 8};
    static const char *const folders[] = {"t1", "t2", "t8"};
    str *names, *ignored;
    size_t n, m;
    struct err_info info;
    for (int i = 0; i < 3; i++) {
        par *pool = NULL;
        assert_int_equal(par_new(threads[i], &pool, &info), OK);
        assert_int_equal(run_as(key, folders[i], pool), OK);
        par_free(pool);
        unlink(at("plan.journal.jsonl").p); /* the next run must be a first one too */
    }
    assert_int_equal(folder_list(memory, at("t1"), &names, &n, &info), OK);

    for (int i = 1; i < 3; i++) {
        assert_int_equal(folder_list(memory, at(folders[i]), &ignored, &m, &info), OK);
        assert_int_equal(m, n);
        for (size_t f = 0; f < n; f++)
            assert_true(str_eq(read_file(folder_path(memory, at("t1"), names[f])),
                               read_file(folder_path(memory, at(folders[i]), names[f]))));
    }
}

static void a_full_disk_leaves_nothing_behind(void **state)
{
    (void)state;
    const size_t before = n_names(str_of(home));
    struct rlimit whole, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &whole), 0);
    signal(SIGXFSZ, SIG_IGN);

    for (rlim_t bytes = 100; bytes <= 3000; bytes += 1450) {
        small = (struct rlimit){bytes, whole.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        const err e = run_as(key, "out", NULL);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &whole), 0);

        assert_int_equal(e, E_IO);
        assert_int_equal(n_names(str_of(home)), before);
    }
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(run_as(key, "out", NULL), OK);
}

static void an_outcome_without_values_stops_the_run_at_its_place(void **state)
{
    (void)state;
    change_plan("column: lemp", "column: lempx");

    assert_int_equal(run_as(key, "out", NULL), E_INPUT);

    assert_error("table.no-column-nearest", 32);
    assert_false(exists(at("out")));
}

/* ---- verifying ---- */

static void a_known_signer_is_named_and_an_unknown_one_is_unverified(void **state)
{
    (void)state;
    const struct seal_signer known = {seal_key_public(key), STR("Voorbeeldstad")};
    const struct seal_signer stranger = {seal_key_public(other_key), STR("Zeist")};
    const struct seal_signers list = {&known, 1}, strangers = {&stranger, 1};
    struct study_verification v;
    assert_int_equal(run_as(key, "out", NULL), OK);

    assert_int_equal(verify("out", &list, &v), OK);
    assert_int_equal(v.verdict, STUDY_SAME);
    assert_true(v.signer_known);
    assert_string_equal(v.signer_name, "Voorbeeldstad");
    assert_string_equal(v.date, "2026-11-24T12:00:01Z");

    assert_int_equal(verify("out", &strangers, &v), OK);
    assert_int_equal(v.verdict, STUDY_SAME);
    assert_false(v.signer_known);
}

/* The file a finding names; data files by the name the plan gives. */
static void assert_found_in(const char *file)
{
    bool named = false;
    for (size_t i = 0; i < errors.n; i++)
        named = named || str_ends(str_of(errors.item[i].file), str_of(file));
    assert_true(named);
}

static void flip(str path, size_t offset)
{
    FILE *f = fopen(path.p, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, (long)offset, SEEK_SET), 0);
    const int c = fgetc(f);
    assert_int_equal(fseek(f, (long)offset, SEEK_SET), 0);
    assert_int_not_equal(fputc(c ^ 1, f), EOF);
    fclose(f);
}

static void check_flips(str path, const char *name)
{
    const size_t size = read_file(path).n;
    const size_t offsets[] = {0, size / 3, size / 2, size - 1};
    for (size_t i = 0; i < 4; i++) {
        struct study_verification v;
        flip(path, offsets[i]);

        assert_int_equal(verify("out", NULL, &v), OK);

        assert_int_equal(v.verdict, STUDY_INVALID);
        /* a changed signature no longer fits the manifest: either is named */
        assert_found_in(strcmp(name, "manifest.sig") == 0 ? "" : name);
        flip(path, offsets[i]);
    }
}

static void one_flipped_byte_in_any_file_is_found_and_named(void **state)
{
    (void)state;
    str *names;
    size_t n;
    struct err_info info;
    struct study_verification v;
    assert_int_equal(run_as(key, "out", NULL), OK);
    assert_int_equal(folder_list(memory, at("out"), &names, &n, &info), OK);
    assert_int_equal(n, 14); /* five forms in two languages, plan, journal, manifest, signature */

    for (size_t i = 0; i < n; i++)
        check_flips(folder_path(memory, at("out"), names[i]), names[i].p);
    check_flips(at("mpdta.csv"), "mpdta.csv");

    assert_int_equal(verify("out", NULL, &v), OK);
    assert_int_equal(v.verdict, STUDY_SAME);
}

static void an_absent_and_an_added_file_are_named(void **state)
{
    (void)state;
    struct study_verification v;
    assert_int_equal(run_as(key, "out", NULL), OK);
    write_file(at("out/report-de.html"), STR("<p>"));
    assert_int_equal(rename(at("out/results-nl.csv").p, at("elsewhere").p), 0);

    assert_int_equal(verify("out", NULL, &v), OK);

    assert_int_equal(v.verdict, STUDY_INVALID);
    assert_int_equal(errors.n, 2);
    assert_string_equal(errors.item[0].msg.key, "study.verify-absent");
    assert_found_in("results-nl.csv");
    assert_string_equal(errors.item[1].msg.key, "study.verify-unsealed");
    assert_found_in("report-de.html");
}

static void data_elsewhere_are_asked_for_and_can_be_given(void **state)
{
    (void)state;
    struct study_verification v;
    assert_int_equal(run_as(key, "out", NULL), OK);
    assert_int_equal(rename(at("mpdta.csv").p, at("moved.csv").p), 0);

    assert_int_equal(verify("out", NULL, &v), OK);
    assert_int_equal(v.verdict, STUDY_INVALID);
    assert_error("study.verify-no-data", 0);

    const struct study_verify_options options = {.data = at("moved.csv"), .scratch = str_of(home)};
    errors.n = errors.n_found = 0;
    assert_int_equal(study_verify(at("out"), &options, &v, &errors), OK);
    assert_int_equal(v.verdict, STUDY_SAME);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    struct study_verification v;

    assert_int_equal(verify("nowhere", NULL, &v), E_NOT_FOUND);
}

/* ---- forgery ---- */

/* Rewrites a result and everything that follows from it, signed with the forger's own key. */
struct forgery {
    const seal_key *key;
    bool sign_manifest, extend_journal;
};

static struct manifest_file hashed(str name, str bytes)
{
    return (struct manifest_file){name, (int64_t)bytes.n, seal_hash_bytes(bytes)};
}

static str forge_journal(const struct manifest *m, const struct forgery *f)
{
    const struct journal none = {.text = {"", 0}};
    const struct journal_entry entry = {.kind = JOURNAL_RUN,
                                        .date = m->date,
                                        .plan = m->input[MANIFEST_IN_PLAN].hash,
                                        .data = m->input[MANIFEST_IN_DATA].hash,
                                        .results = manifest_results_hash(m)};
    str text;
    struct err_info info;
    assert_int_equal(journal_extend(memory, &none, entry, f->key, &text, &info), OK);
    return text;
}

static void forge(const struct forgery *f)
{
    struct manifest m;
    char signature[SEAL_SIGNATURE_HEX + 1];
    assert_true(manifest_parse(memory, read_file(at("out/manifest.json")), &m));
    const str better = replaced(read_file(at("out/results-en.json")), "-0.03995", "-0.09995");
    write_file(at("out/results-en.json"), better);
    for (size_t i = 0; i < m.n_results; i++)
        if (str_eq(m.result[i].name, STR("results-en.json")))
            m.result[i] = hashed(m.result[i].name, better);
    if (f->extend_journal) {
        const str journal = forge_journal(&m, f);
        write_file(at("out/journal.jsonl"), journal);
        m.input[MANIFEST_IN_JOURNAL] = hashed(MANIFEST_JOURNAL, journal);
    }
    if (f->sign_manifest)
        m.signer = seal_key_public(f->key);
    out o;
    out_init(&o, MANIFEST_BYTES_MAX);
    manifest_print(&m, &o);
    write_file(at("out/manifest.json"), out_view(&o));
    if (f->sign_manifest) {
        seal_print_signature(seal_sign(f->key, out_view(&o)), signature);
        signature[SEAL_SIGNATURE_HEX] = '\n';
        write_file(at("out/manifest.sig"), (str){signature, sizeof signature});
    }
    out_free(&o);
}

static void a_forged_result_with_new_hashes_is_refused(void **state)
{
    (void)state;
    const struct forgery f = {.key = other_key};
    struct study_verification v;
    assert_int_equal(run_as(key, "out", NULL), OK);
    forge(&f);

    assert_int_equal(verify("out", NULL, &v), OK);

    assert_int_equal(v.verdict, STUDY_INVALID);
    assert_error("study.verify-bad-signature", 0);
}

static void a_forged_result_signed_anew_does_not_fit_the_journal(void **state)
{
    (void)state;
    const struct forgery f = {.key = other_key, .sign_manifest = true};
    struct study_verification v;
    assert_int_equal(run_as(key, "out", NULL), OK);
    forge(&f);

    assert_int_equal(verify("out", NULL, &v), OK);

    assert_int_equal(v.verdict, STUDY_INVALID);
    assert_error("study.verify-other-run", 0);
}

static void a_forger_who_forges_everything_is_caught_by_computing_again(void **state)
{
    (void)state;
    const struct seal_signer known = {seal_key_public(key), STR("Voorbeeldstad")};
    const struct seal_signers list = {&known, 1};
    const struct forgery f = {.key = other_key, .sign_manifest = true, .extend_journal = true};
    struct study_verification v;
    assert_int_equal(run_as(key, "out", NULL), OK);
    forge(&f);

    assert_int_equal(verify("out", &list, &v), OK);

    assert_int_equal(v.verdict, STUDY_DIFFERENT);
    assert_false(v.signer_known);
    assert_found_in("results-en.json");
    bool told = false;
    for (size_t i = 0; i < errors.n; i++)
        if (strcmp(errors.item[i].msg.key, "study.verify-differs-at-key") == 0)
            told = errors.item[i].line > 0 &&
                   memmem(errors.item[i].msg.text, errors.item[i].msg.used, "estimate", 8);
    assert_true(told);
}

/* A manifest with one result under another name, signed well by whoever it is. */
static void sign_with_name(str name, size_t n_results)
{
    struct manifest m;
    char signature[SEAL_SIGNATURE_HEX + 1];
    out o;
    assert_true(manifest_parse(memory, read_file(at("out/manifest.json")), &m));
    m.result[0].name = name;
    m.n_results = n_results ? n_results : m.n_results;
    m.signer = seal_key_public(other_key);
    out_init(&o, MANIFEST_BYTES_MAX);
    manifest_print(&m, &o);
    seal_print_signature(seal_sign(other_key, out_view(&o)), signature);
    signature[SEAL_SIGNATURE_HEX] = '\n';
    write_file(at("out/manifest.json"), out_view(&o));
    write_file(at("out/manifest.sig"), (str){signature, sizeof signature});
    out_free(&o);
}

static void a_manifest_that_names_files_elsewhere_is_refused(void **state)
{
    (void)state;
    struct study_verification v;
    assert_int_equal(run_as(key, "out", NULL), OK);
    sign_with_name(STR("../../../../../../../../dev/zero"), 0);

    assert_int_equal(verify("out", NULL, &v), OK);

    assert_int_equal(v.verdict, STUDY_INVALID);
    assert_error("study.verify-bad-manifest", 0);
}

static void a_manifest_that_leaves_out_results_is_refused(void **state)
{
    (void)state;
    struct study_verification v;
    assert_int_equal(run_as(key, "out", NULL), OK);
    sign_with_name(STR("report-nl.html"), 1);

    assert_int_equal(verify("out", NULL, &v), OK);

    assert_int_equal(v.verdict, STUDY_INVALID);
    assert_error("study.verify-unsealed", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_plan_is_exploratory_until_it_is_frozen, start, stop),
        cmocka_unit_test_setup_teardown(freezing_again_changes_nothing, start, stop),
        cmocka_unit_test_setup_teardown(a_changed_plan_is_frozen_only_as_an_amendment, start, stop),
        cmocka_unit_test_setup_teardown(a_plan_with_mistakes_is_not_frozen, start, stop),
        cmocka_unit_test_setup_teardown(every_changed_byte_of_a_journal_is_found, start, stop),
        cmocka_unit_test_setup_teardown(a_line_that_is_taken_out_or_moved_breaks_the_chain, start,
                                        stop),
        cmocka_unit_test_setup_teardown(two_writers_at_once_do_not_lose_a_line, start, stop),
        cmocka_unit_test_setup_teardown(a_run_leaves_a_sealed_folder_and_is_counted, start, stop),
        cmocka_unit_test_setup_teardown(a_folder_that_exists_is_left_alone, start, stop),
        cmocka_unit_test_setup_teardown(the_results_are_the_published_figures, start, stop),
        cmocka_unit_test_setup_teardown(any_number_of_threads_gives_the_same_bits, start, stop),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_nothing_behind, start, stop),
        cmocka_unit_test_setup_teardown(an_outcome_without_values_stops_the_run_at_its_place, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_known_signer_is_named_and_an_unknown_one_is_unverified,
                                        start, stop),
        cmocka_unit_test_setup_teardown(one_flipped_byte_in_any_file_is_found_and_named, start,
                                        stop),
        cmocka_unit_test_setup_teardown(an_absent_and_an_added_file_are_named, start, stop),
        cmocka_unit_test_setup_teardown(data_elsewhere_are_asked_for_and_can_be_given, start, stop),
        cmocka_unit_test_setup_teardown(a_folder_that_is_not_there_is_an_error, start, stop),
        cmocka_unit_test_setup_teardown(a_forged_result_with_new_hashes_is_refused, start, stop),
        cmocka_unit_test_setup_teardown(a_forged_result_signed_anew_does_not_fit_the_journal, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_forger_who_forges_everything_is_caught_by_computing_again,
                                        start, stop),
        cmocka_unit_test_setup_teardown(a_manifest_that_names_files_elsewhere_is_refused, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_manifest_that_leaves_out_results_is_refused, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
