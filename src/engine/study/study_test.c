/* SPDX-License-Identifier: EUPL-1.2 */
/* From plan to sealed result, on real data. */
#include "fixture_test_int.h"

#include "base/num.h"

#include <signal.h>
#include <sys/resource.h>

static bool exists(str path)
{
    struct stat st;
    return lstat(path.p, &st) == 0;
}

static size_t n_names(str folder)
{
    str *names;
    size_t n;
    struct err_info info;
    assert_int_equal(folder_list(memory, folder, &names, &n, &info), OK);
    return n;
}

static err freeze_as(const seal_key *k, const char *reason, struct study_status *status)
{
    const struct study_actor actor = {k, MOMENT};
    errors.n = errors.n_found = 0;
    return study_freeze(at("plan.yaml"), str_of(reason), &actor, status, &errors);
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

static void checking_a_right_plan_counts_what_it_asks_for(void **state)
{
    (void)state;
    struct study_checked checked;
    errors.n = errors.n_found = 0;

    assert_int_equal(study_check(at("plan.yaml"), STR(""), NULL, NULL, &checked, &errors), OK);

    assert_int_equal(checked.n_estimations, 5);
    assert_int_equal(checked.n_rows, 2500);
}

static void checking_says_when_the_data_or_the_plan_are_not_there(void **state)
{
    (void)state;
    struct study_checked checked;
    errors.n = errors.n_found = 0;

    assert_int_equal(study_check(at("none.yaml"), STR(""), NULL, NULL, &checked, &errors),
                     E_NOT_FOUND);
    assert_int_equal(study_check(at("plan.yaml"), at("none.csv"), NULL, NULL, &checked, &errors),
                     E_NOT_FOUND);

    assert_int_equal(errors.n, 2);
}

/* Only the main estimate must succeed; what fails beside it says why, in its place. */
static void a_subgroup_that_cannot_be_estimated_keeps_its_place_with_the_reason(void **state)
{
    (void)state;
    write_file(at("lalonde_614.tab"), source("tests/data/lalonde_614.tab"));
    write_file(at("plan.yaml"),
               replaced(replaced(source("tests/data/lalonde-study.yaml"), "column: nodegree",
                                 "column: treat"),
                        "subgroups:", "limits: [Nothing about health.]\nsubgroups:"));

    assert_int_equal(run_as(key, "out", NULL), OK);

    const str json = read_file(at("out/results-en.json"));
    assert_non_null(strstr(json.p, "without a degree"));
    assert_non_null(strstr(json.p, "1231."));    /* main: doubly robust */
    assert_non_null(strstr(json.p, "-635.026")); /* raw difference of means */
    assert_non_null(strstr(read_file(at("out/report-en.html")).p, "Nothing about health."));
}

/* The n-th adjusted p in the English results. */
static double nth_adjusted(const char *results, size_t n)
{
    static const char name[] = "\"p_adjusted\":";
    const char *found = read_file(at(results)).p;
    double p = 0;
    for (size_t i = 0; i <= n; i++) {
        found = strstr(found, name);
        assert_non_null(found);
        found += strlen(name);
    }
    assert_true(num_parse_real(str_trim((str){found, strcspn(found, ",}")}), '.', &p));
    return p;
}

/* Two subgroups of the same people are one chance, so neither makes the other less sure. */
static void the_subgroups_of_a_plan_are_adjusted_together(void **state)
{
    (void)state;
    const str plan =
        replaced(source("tests/data/lalonde-study.yaml"), "column: race", "column: nodegree");
    write_file(at("lalonde_614.tab"), source("tests/data/lalonde_614.tab"));

    write_file(at("plan.yaml"), replaced(plan, "values: [black]", "values: [1]"));
    assert_int_equal(run_as(key, "twins", NULL), OK);
    write_file(at("plan.yaml"), replaced(plan, "values: [black]", "values: [0]"));
    assert_int_equal(run_as(key, "halves", NULL), OK);

    const double twin = nth_adjusted("twins/results-en.json", 0);
    assert_true(twin > 0 && twin < 1);
    assert_true(nth_adjusted("twins/results-en.json", 1) == twin);
    assert_true(nth_adjusted("halves/results-en.json", 0) >= twin);
}

static void the_report_lists_what_changed_after_freezing(void **state)
{
    (void)state;
    struct study_status s;
    assert_int_equal(freeze_as(key, "", &s), OK);
    change_plan("control: never", "control: not-yet");
    assert_int_equal(freeze_as(key, "too few never start", &s), OK);
    change_plan("seed: 20261124", "seed: 7 # lucky");

    assert_int_equal(run_as(key, "out", NULL), OK);

    const str page = read_file(at("out/report-en.html"));
    assert_non_null(strstr(page.p, "design.control: never \xe2\x86\x92 not-yet"));
    assert_non_null(strstr(page.p, "too few never start"));
    assert_non_null(strstr(page.p, "seed: 20261124 \xe2\x86\x92 7"));
    assert_non_null(strstr(page.p, "Yes, in 2 places.")); /* a reason is not a change */
    assert_non_null(strstr(page.p, "These last changes were not fixed again"));
}

static void the_report_says_in_words_that_only_remarks_changed(void **state)
{
    (void)state;
    struct study_status s;
    assert_int_equal(freeze_as(key, "", &s), OK);
    change_plan("seed: 20261124", "seed: 20261124 # a remark");
    assert_int_equal(freeze_as(key, "", &s), E_CONFLICT);
    assert_int_equal(freeze_as(key, "a remark", &s), OK);

    assert_int_equal(run_as(key, "out", NULL), OK);

    const str page = read_file(at("out/report-en.html"));
    assert_non_null(strstr(page.p, "Only remarks or the layout of the file"));
    assert_non_null(strstr(page.p, "Reason: a remark"));
    assert_null(strstr(page.p, "were not fixed again"));
}

static void the_report_counts_the_changes_it_does_not_list(void **state)
{
    (void)state;
    struct study_status s;
    out limits;
    out_init(&limits, 1 << 16);
    out_cstr(&limits, "limits:\n");
    for (int i = 0; i < 30; i++)
        out_cstr(&limits, "  - {nl: a, en: b}\n");
    out_cstr(&limits, "seed: 20261124");
    out_char(&limits, '\0');
    change_plan("seed: 20261124", limits.p);
    assert_int_equal(freeze_as(key, "", &s), OK);
    for (int i = 0; i < 30; i++)
        change_plan("{nl: a, en: b}", "{nl: c, en: d}");

    assert_int_equal(run_as(key, "out", NULL), OK);

    const str page = read_file(at("out/report-en.html"));
    assert_non_null(strstr(page.p, "Yes, in 60 places."));
    assert_non_null(strstr(page.p, "20 more changes, not listed here"));
    out_free(&limits);
}

static void the_report_says_what_was_computed_before_the_plan_was_fixed(void **state)
{
    (void)state;
    struct study_status s;
    assert_int_equal(run_as(key, "first", NULL), OK);
    assert_int_equal(run_as(key, "second", NULL), OK);
    assert_int_equal(freeze_as(key, "", &s), OK);
    assert_int_equal(run_as(key, "third", NULL), OK);

    assert_int_equal(run_as(key, "fourth", NULL), OK);

    const str page = read_file(at("fourth/report-en.html"));
    assert_non_null(strstr(page.p, "Yes, 3 times, of which 2 before the plan was fixed."));
    assert_non_null(strstr(page.p, "Computed 2 times before it was fixed"));
}

static void a_plan_may_ask_for_one_language_which_stands_for_both_in_the_list(void **state)
{
    (void)state;
    struct study_verification v;
    struct err_info info;
    const str folder = STR("out");
    change_plan("seed: 20261124", "seed: 20261124\nlanguages: [en]");

    assert_int_equal(run_as(key, "out", NULL), OK);
    assert_int_equal(study_index(str_of(home), &folder, 1, &info), OK);

    assert_int_equal(n_names(at("out")), 9); /* five forms, plan, journal, manifest, signature */
    assert_int_equal(verify("out", NULL, &v), OK);
    assert_int_equal(v.verdict, STUDY_SAME);
    assert_non_null(strstr(read_file(at("index.html")).p, "href=\"out/report-en.html\""));
    assert_non_null(strstr(read_file(at("index.html")).p, "Minimum wage and teen employment"));
}

static void the_list_says_which_plan_was_frozen(void **state)
{
    (void)state;
    struct study_status s;
    struct err_info info;
    const str first = STR("first"), second = STR("second");
    assert_int_equal(run_as(key, "first", NULL), OK);
    assert_int_equal(freeze_as(key, "", &s), OK);
    assert_int_equal(run_as(key, "second", NULL), OK);

    assert_int_equal(study_index(str_of(home), &first, 1, &info), OK);
    assert_non_null(strstr(read_file(at("index.en.html")).p, "Exploratory"));
    assert_int_equal(study_index(str_of(home), &second, 1, &info), OK);

    assert_null(strstr(read_file(at("index.en.html")).p, "Exploratory"));
    assert_non_null(strstr(read_file(at("index.en.html")).p, "Made on 24 November 2026"));
}

static void a_folder_that_holds_no_results_is_not_listed(void **state)
{
    (void)state;
    struct err_info info;
    const str folder = STR("out");
    assert_int_equal(mkdir(at("out").p, 0777), 0);
    write_file(at("out/results-nl.json"), STR("{\"answer\": 1}"));

    assert_int_equal(study_index(str_of(home), &folder, 1, &info), E_INPUT);

    assert_string_equal(info.msg.key, "study.no-results");
    assert_false(exists(at("index.html")));
}

/* The main estimate is what the plan is about: without it there is no result, nor a run. */
static void a_main_outcome_that_cannot_be_estimated_is_an_error_at_its_place(void **state)
{
    (void)state;
    change_plan("  control: never", "  control: never\n  window: {to: 2003}");

    assert_int_equal(run_as(key, "out", NULL), E_INPUT);

    assert_true(errors.item[0].line > 1);
    assert_true(str_ends(str_of(errors.item[0].file), STR("plan.yaml")));
    assert_false(exists(at("out")));
    assert_int_equal(status_now().n_runs, 0);
}

static void a_reason_is_short(void **state)
{
    (void)state;
    struct study_status s;
    char reason[JOURNAL_NOTE_MAX + 2];
    memset(reason, 'x', sizeof reason);
    reason[sizeof reason - 1] = '\0';
    assert_int_equal(freeze_as(key, "", &s), OK);
    const str before = read_file(at("plan.journal.jsonl"));
    change_plan("level: 0.95", "level: 0.9");

    assert_int_equal(freeze_as(key, reason, &s), E_LIMIT);

    assert_error("study.reason-too-long", 0);
    assert_true(str_eq(read_file(at("plan.journal.jsonl")), before));
}

static void a_folder_that_appeared_in_the_meantime_is_left_alone(void **state)
{
    (void)state;
    struct folder f;
    struct err_info info;
    assert_int_equal(folder_open(memory, at("out"), &f, &info), OK);
    write_file(folder_path(memory, f.temporary, STR("report")), STR("mine"));
    assert_int_equal(mkdir(at("out").p, 0777), 0);

    assert_int_equal(folder_commit(&f, &info), E_CONFLICT);

    assert_string_equal(info.msg.key, "study.folder-exists");
    assert_int_equal(n_names(at("out")), 0);
    assert_false(exists(f.temporary));
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

static bool always(void *ctx)
{
    (void)ctx;
    return true;
}

static void a_run_that_is_stopped_leaves_nothing_behind(void **state)
{
    (void)state;
    const size_t before = n_names(str_of(home));
    const struct progress stop_now = {.cancelled = always};
    const struct study_run_options options = {
        .actor = {key, MOMENT}, .folder = at("out"), .progress = &stop_now};
    struct study_outcome_of_run run;
    errors.n = errors.n_found = 0;

    assert_int_equal(study_run(at("plan.yaml"), &options, &run, &errors), E_CANCELLED);

    assert_int_equal(errors.n, 1);
    assert_int_equal(n_names(str_of(home)), before);
}

static void an_outcome_without_values_stops_the_run_at_its_place(void **state)
{
    (void)state;
    change_plan("column: lemp", "column: lempx");

    assert_int_equal(run_as(key, "out", NULL), E_INPUT);

    assert_error("table.no-column-nearest", 32);
    assert_false(exists(at("out")));
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
        cmocka_unit_test_setup_teardown(
            a_plan_may_ask_for_one_language_which_stands_for_both_in_the_list, start, stop),
        cmocka_unit_test_setup_teardown(the_list_says_which_plan_was_frozen, start, stop),
        cmocka_unit_test_setup_teardown(a_folder_that_holds_no_results_is_not_listed, start, stop),
        cmocka_unit_test_setup_teardown(
            a_main_outcome_that_cannot_be_estimated_is_an_error_at_its_place, start, stop),
        cmocka_unit_test_setup_teardown(a_reason_is_short, start, stop),
        cmocka_unit_test_setup_teardown(a_folder_that_appeared_in_the_meantime_is_left_alone, start,
                                        stop),
        cmocka_unit_test_setup_teardown(any_number_of_threads_gives_the_same_bits, start, stop),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_nothing_behind, start, stop),
        cmocka_unit_test_setup_teardown(an_outcome_without_values_stops_the_run_at_its_place, start,
                                        stop),
        cmocka_unit_test_setup_teardown(checking_a_right_plan_counts_what_it_asks_for, start, stop),
        cmocka_unit_test_setup_teardown(checking_says_when_the_data_or_the_plan_are_not_there,
                                        start, stop),
        cmocka_unit_test_setup_teardown(
            a_subgroup_that_cannot_be_estimated_keeps_its_place_with_the_reason, start, stop),
        cmocka_unit_test_setup_teardown(the_subgroups_of_a_plan_are_adjusted_together, start, stop),
        cmocka_unit_test_setup_teardown(the_report_lists_what_changed_after_freezing, start, stop),
        cmocka_unit_test_setup_teardown(the_report_says_in_words_that_only_remarks_changed, start,
                                        stop),
        cmocka_unit_test_setup_teardown(the_report_counts_the_changes_it_does_not_list, start,
                                        stop),
        cmocka_unit_test_setup_teardown(the_report_says_what_was_computed_before_the_plan_was_fixed,
                                        start, stop),
        cmocka_unit_test_setup_teardown(a_run_that_is_stopped_leaves_nothing_behind, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
