/* SPDX-License-Identifier: EUPL-1.2 */
/* What verifying finds: flipped bytes, absent files, unknown signers, forgers. */
#include "fixture_test_int.h"

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
