/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/cli_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct cli_option fit_options[] = {
    {"data", CLI_TEXT, true, "cli.value-file", "cli.option-output", NULL, 0, 0},
    {"covariates", CLI_LIST, false, "cli.value-file", "cli.option-output", NULL, 0, 0},
    {"control", CLI_CHOICE, false, "cli.value-file", "cli.option-output", "never|not-yet", 0, 0},
    {"level", CLI_REAL, false, "cli.value-file", "cli.option-output", NULL, 0.5, 0.999},
    {"never", CLI_REAL, false, "cli.value-file", "cli.option-output", NULL, 0, 0},
    {"verbose", CLI_FLAG, false, NULL, "cli.option-output", NULL, 0, 0},
    {0},
};

static const struct cli_command fit = {
    .name = "fit",
    .summary = "cli.help-summary",
    .args = "cli.args-serve",
    .args_min = 1,
    .args_max = 2,
    .options = fit_options,
    .formats = "text|json",
    .uses_seed = true,
    .uses_threads = true,
};
static const struct cli_command plain = {.name = "plain", .summary = "cli.help-summary"};
static const struct cli_command *const actions[] = {&fit, &plain, NULL};
static const struct cli_command model = {
    .name = "model", .summary = "cli.help-summary", .actions = actions};
static int run_nothing(struct cli *c)
{
    (void)c;
    return CLI_DONE;
}
static const struct cli_command both = {.name = "both",
                                        .summary = "cli.help-summary",
                                        .options = fit_options,
                                        .run = run_nothing,
                                        .actions = actions};
static const struct cli_command *const commands[] = {&model, &both, NULL};
static const struct cli_command program = {
    .name = "ontschot", .summary = "cli.help-summary", .actions = commands};

enum { WORDS_MAX = 16 };

/* Splits `line` at spaces, as a shell would, and reads it. */
static err read_line(struct cli *c, const char *line, struct err_info *info)
{
    static char text[512];
    char *words[WORDS_MAX] = {text};
    int n = 1;

    memset(c, 0, sizeof *c);
    memset(text, 0, sizeof text);
    strncpy(text + 16, line, sizeof text - 17);
    for (char *p = text + 16; *p && n < WORDS_MAX; n++) {
        words[n] = p;
        p += strcspn(p, " ");
        if (*p)
            *p++ = '\0';
    }
    return cli_args_read(c, &program, n, words, info);
}

static void assert_refused(const char *line, const char *key)
{
    struct cli c;
    struct err_info info = {0};
    err e = read_line(&c, line, &info);
    if (e == OK)
        e = cli_args_check(&c, &info);
    assert_int_equal(e, E_INPUT);
    assert_string_equal(info.msg.key, key);
}

static void values_come_back_as_they_were_given(void **state)
{
    (void)state;
    struct cli c;
    struct err_info info;

    assert_int_equal(read_line(&c,
                               "model fit --data=a=b.csv --level 0,9 in.csv --verbose "
                               "--format json -- --odd",
                               &info),
                     OK);

    assert_int_equal(cli_args_check(&c, &info), OK);
    assert_ptr_equal(cli_command_of(&c), &fit);
    assert_true(str_eq(cli_text(&c, "data"), STR("a=b.csv")));
    assert_true(cli_real(&c, "level", 0) == 0.9);
    assert_true(cli_given(&c, "verbose"));
    assert_false(cli_given(&c, "control"));
    assert_int_equal(c.format, CLI_FORMAT_JSON);
    assert_int_equal(c.n_args, 2);
    assert_true(str_eq(c.args[0], STR("in.csv")));
    assert_true(str_eq(c.args[1], STR("--odd")));
}

static void what_is_not_given_has_its_default(void **state)
{
    (void)state;
    struct cli c;
    struct err_info info;

    assert_int_equal(read_line(&c, "model fit --data d f", &info), OK);

    assert_int_equal(c.format, CLI_FORMAT_TEXT);
    assert_int_equal(c.seed, CLI_SEED);
    assert_null(cli_text(&c, "covariates").p);
    assert_int_equal(cli_int(&c, "threads", 7), 7);
}

static void a_list_is_cut_at_its_commas(void **state)
{
    (void)state;
    struct cli c;
    struct err_info info;
    str *items;
    size_t n;

    assert_int_equal(read_line(&c, "model fit --covariates age,re74 --data d f", &info), OK);
    c.memory = arena_new(1 << 20);
    assert_int_equal(cli_list(&c, "covariates", &items, &n, &info), OK);

    assert_int_equal(n, 2);
    assert_true(str_eq(items[0], STR("age")));
    assert_true(str_eq(items[1], STR("re74")));
    arena_free(c.memory);
}

static void each_mistake_has_its_own_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *line, *key;
    } wrong[] = {
        {"", "cli.no-command"},
        {"model", "cli.no-command"},
        {"modle fit", "cli.unknown-command-near"},
        {"xyzzy", "cli.unknown-command"},
        {"model fit --dta f", "cli.unknown-option-near"},
        {"model fit --zzzzzzzz f", "cli.unknown-option"},
        {"model fit -x f", "cli.unknown-option"},
        {"model plain --seed 1", "cli.unknown-option"},
        {"model fit f", "cli.required"},
        {"model fit --data d", "cli.too-few"},
        {"model fit --data d a b c", "cli.too-many"},
        {"model plain a", "cli.too-many"},
        {"model fit f --data", "cli.no-value"},
        {"model fit --data= f", "cli.empty-value"},
        {"model fit --data d --data e f", "cli.given-twice"},
        {"model fit --verbose=yes f", "cli.flag-with-value"},
        {"model fit --threads two f", "cli.not-whole"},
        {"model fit --threads 0 f", "cli.out-of-range"},
        {"model fit --threads 257 f", "cli.out-of-range"},
        {"model fit --seed -1 f", "cli.out-of-range"},
        {"model fit --level nan f", "cli.not-number"},
        {"model fit --level 95 f", "cli.out-of-range"},
        {"model fit --control nevr f", "cli.not-choice-near"},
        {"model fit --control treated-later f", "cli.not-choice"},
        {"model fit --format xlsx f", "cli.not-choice"},
        {"model fit --covariates a,,b f", "cli.empty-item"},
        {"both", "cli.required"},
        {"both --data d fti", "cli.unknown-command-near"},
        {"both --data d plain", "cli.unknown-option"},
        {"both fit --data d", "cli.too-few"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refused(wrong[i].line, wrong[i].key);
}

static void a_command_with_actions_may_run_by_itself(void **state)
{
    (void)state;
    struct cli c;
    struct err_info info;

    assert_int_equal(read_line(&c, "both --data d", &info), OK);
    assert_int_equal(cli_args_check(&c, &info), OK);
    assert_ptr_equal(cli_command_of(&c), &both);

    assert_int_equal(read_line(&c, "both --data d fit a", &info), OK);
    assert_int_equal(cli_args_check(&c, &info), OK);
    assert_ptr_equal(cli_command_of(&c), &fit);
    assert_true(str_eq(cli_text(&c, "data"), STR("d")));
}

static void a_number_without_bounds_may_be_any(void **state)
{
    (void)state;
    struct cli c;
    struct err_info info;

    assert_int_equal(read_line(&c, "model fit --data d --never -999.5 f", &info), OK);

    assert_true(cli_real(&c, "never", 0) == -999.5);
}

static void help_needs_nothing_else(void **state)
{
    (void)state;
    struct cli c;
    struct err_info info;

    assert_int_equal(read_line(&c, "model fit -h", &info), OK);

    assert_true(cli_given(&c, "help"));
    assert_int_equal(c.depth, 3);
}

static void a_suggestion_is_the_nearest_name(void **state)
{
    (void)state;
    struct cli c;
    struct err_info info;

    assert_int_equal(read_line(&c, "model fit --covariate a", &info), E_INPUT);

    const struct msg_arg *near = &info.msg.arg[1];
    assert_true(str_eq((str){info.msg.text + near->at, near->n}, STR("covariates")));
}

static const char *environment_name, *environment_value;

static const char *environment(const char *name)
{
    return strcmp(name, environment_name) == 0 ? environment_value : NULL;
}

static enum lang lang_with(const char *name, const char *value, const char *arg)
{
    char text[32] = "";
    char *argv[] = {text, text, NULL};
    if (arg)
        memcpy(text, arg, strlen(arg) + 1);
    environment_name = name;
    environment_value = value;
    return cli_lang_of(arg ? 2 : 1, argv, environment);
}

static void the_language_is_asked_then_inherited_then_dutch(void **state)
{
    (void)state;

    assert_int_equal(lang_with("LANG", "en_GB.UTF-8", NULL), LANG_EN);
    assert_int_equal(lang_with("LC_ALL", "en", NULL), LANG_EN);
    assert_int_equal(lang_with("ONTSCHOT_LANG", "en", "--lang=nl"), LANG_NL);
    assert_int_equal(lang_with("LANG", "C.UTF-8", NULL), LANG_NL);
    assert_int_equal(lang_with("LANG", "enm_XX", NULL), LANG_NL);
    assert_int_equal(lang_with("HOME", "en", NULL), LANG_NL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_back_as_they_were_given),
        cmocka_unit_test(what_is_not_given_has_its_default),
        cmocka_unit_test(a_list_is_cut_at_its_commas),
        cmocka_unit_test(each_mistake_has_its_own_sentence),
        cmocka_unit_test(a_command_with_actions_may_run_by_itself),
        cmocka_unit_test(a_number_without_bounds_may_be_any),
        cmocka_unit_test(help_needs_nothing_else),
        cmocka_unit_test(a_suggestion_is_the_nearest_name),
        cmocka_unit_test(the_language_is_asked_then_inherited_then_dutch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
