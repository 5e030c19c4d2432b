/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/cli_int.h"
#include "cli/cmd_study_int.h"

#include <stdlib.h>

enum { TEXT_BYTES_MAX = 1 << 20 };

/* ---- pieces the actions share ---- */

void study_say(struct cli *c, out *o, const struct msg *m)
{
    tr_msg(o, c->lang, m);
    out_char(o, '\n');
}

static int fail_memory(struct cli *c)
{
    struct err_info info;
    (void)err_nomem(&info);
    return cli_fail(c, &info);
}

/* Where this user's keys are: the folder the desktop standard gives to programs. */
static str key_folder(struct cli *c)
{
    const str asked = cli_text(c, "keys");
    const char *share = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    if (asked.p)
        return asked;
    out o;
    out_init(&o, 4096);
    if (share && share[0] == '/') {
        out_cstr(&o, share);
    } else {
        out_cstr(&o, home ? home : ".");
        out_cstr(&o, "/.local/share");
    }
    out_cstr(&o, "/ontschot");
    const str folder = o.error == OK ? arena_str(c->memory, out_view(&o)) : (str){NULL, 0};
    out_free(&o);
    return folder;
}

static void warn_new_key(struct cli *c, str folder, const seal_key *key)
{
    char fingerprint[SEAL_FINGERPRINT_TEXT];
    struct msg m;
    seal_print_fingerprint(seal_key_public(key), fingerprint);
    msg_set(&m, "study.key-made");
    msg_text(&m, folder);
    msg_text(&m, (str){fingerprint, sizeof fingerprint});
    cli_warn(c, &m);
}

/* The user's signing key; NULL after the error was told, with the exit code in `code`. */
static seal_key *open_key(struct cli *c, int *code)
{
    seal_key *key = NULL;
    bool made = false;
    struct err_info info;
    const str folder = key_folder(c);
    if (!folder.p)
        *code = fail_memory(c);
    else if (seal_key_open(folder, &key, &made, &info) != OK)
        *code = cli_fail(c, &info);
    if (made)
        warn_new_key(c, folder, key);
    return key;
}

/* ---- study check ---- */

static int run_check(struct cli *c)
{
    struct errs errors;
    struct err_info info;
    struct study_checked checked;
    struct msg m;
    out o;
    if (errs_init(&errors, c->memory, ERRS_LIMIT, &info) != OK)
        return cli_fail(c, &info);
    if (study_check(c->args[0], cli_text(c, "data"), c->pool, c->progress, &checked, &errors) != OK)
        return cli_fail_all(c, &errors);
    out_init(&o, TEXT_BYTES_MAX);
    msg_set(&m, "study.checked");
    msg_int(&m, (int64_t)checked.n_estimations);
    msg_int(&m, (int64_t)checked.n_rows);
    study_say(c, &o, &m);
    const int code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

/* ---- study freeze ---- */

void study_say_status(struct cli *c, out *o, const struct study_status *s)
{
    static const char *const keys[] = {[STUDY_EXPLORATORY] = "study.status-exploratory",
                                       [STUDY_FROZEN] = "study.status-frozen",
                                       [STUDY_CHANGED] = "study.status-changed"};
    struct msg m;
    msg_set(&m, keys[s->state]);
    msg_text(&m, str_of(s->frozen_at));
    study_say(c, o, &m);
    if (s->n_amendments) {
        msg_set(&m, "study.status-amended");
        msg_int(&m, (int64_t)s->n_amendments);
        msg_text(&m, str_of(s->amended_at));
        study_say(c, o, &m);
    }
    if (s->n_runs) {
        msg_set(&m, "study.status-runs");
        msg_int(&m, (int64_t)s->n_runs);
        msg_int(&m, (int64_t)s->n_runs_before_freeze);
        msg_int(&m, (int64_t)s->n_runs_changed);
        study_say(c, o, &m);
    }
}

static int freeze(struct cli *c, const seal_key *key, struct errs *errors)
{
    const struct study_actor actor = {key, c->now_ms()};
    struct study_status status;
    struct msg m;
    out o;
    if (study_freeze(c->args[0], cli_text(c, "amend"), &actor, &status, errors) != OK)
        return cli_fail_all(c, errors);
    out_init(&o, TEXT_BYTES_MAX);
    if (status.was_frozen) {
        msg_set(&m, "study.was-frozen");
        study_say(c, &o, &m);
    }
    study_say_status(c, &o, &status);
    const int code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

static int run_freeze(struct cli *c)
{
    struct errs errors;
    struct err_info info;
    int code = CLI_FAILED;
    if (errs_init(&errors, c->memory, ERRS_LIMIT, &info) != OK)
        return cli_fail(c, &info);
    seal_key *key = open_key(c, &code);
    if (key)
        code = freeze(c, key, &errors);
    seal_key_free(key);
    return code;
}

/* ---- study run ---- */

static int run_with_key(struct cli *c, const seal_key *key, struct errs *errors)
{
    const struct study_run_options options = {
        .actor = {key, c->now_ms()},
        .data = cli_text(c, "data"),
        .folder = cli_text(c, "folder"),
        .pool = c->pool,
        .progress = c->progress,
    };
    struct study_outcome_of_run run;
    struct msg m;
    out o;
    if (study_run(c->args[0], &options, &run, errors) != OK)
        return cli_fail_all(c, errors);
    out_init(&o, TEXT_BYTES_MAX);
    study_say_status(c, &o, &run.status);
    msg_set(&m, "study.ran");
    msg_text(&m, str_of(run.folder));
    study_say(c, &o, &m);
    const int code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

static int run_run(struct cli *c)
{
    struct errs errors;
    struct err_info info;
    int code = CLI_FAILED;
    if (errs_init(&errors, c->memory, ERRS_LIMIT, &info) != OK)
        return cli_fail(c, &info);
    seal_key *key = open_key(c, &code);
    if (key)
        code = run_with_key(c, key, &errors);
    seal_key_free(key);
    return code;
}

/* ---- study schema, study key ---- */

static int run_schema(struct cli *c)
{
    out o;
    out_init(&o, TEXT_BYTES_MAX);
    study_print_schema(&o);
    const int code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

static int run_key(struct cli *c)
{
    char text[SEAL_PUBLIC_TEXT];
    int code = CLI_FAILED;
    seal_key *key = open_key(c, &code);
    if (!key)
        return code;
    seal_print_public(seal_key_public(key), text);
    seal_key_free(key);
    out o;
    out_init(&o, TEXT_BYTES_MAX);
    out_bytes(&o, text, sizeof text);
    out_char(&o, '\n');
    code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

/* ---- the tables ---- */

#define OPTION_DATA                                                                                \
    {                                                                                              \
        "data", CLI_TEXT, false, "cli.value-file", "study.option-data", NULL, 0, 0                 \
    }
#define OPTION_KEYS                                                                                \
    {                                                                                              \
        "keys", CLI_TEXT, false, "cli.value-folder", "study.option-keys", NULL, 0, 0               \
    }

static const struct cli_option check_options[] = {OPTION_DATA, {0}};
static const struct cli_option freeze_options[] = {
    {"amend", CLI_TEXT, false, "study.value-reason", "study.option-amend", NULL, 0, 0},
    OPTION_KEYS,
    {0},
};
static const struct cli_option run_options[] = {
    OPTION_DATA,
    {"folder", CLI_TEXT, false, "cli.value-folder", "study.option-folder", NULL, 0, 0},
    OPTION_KEYS,
    {0},
};
static const struct cli_option key_options[] = {OPTION_KEYS, {0}};

static const struct cli_example check_examples[] = {
    {"ontschot study check pilot.yaml", "study.example-check"}, {0}};
static const struct cli_example freeze_examples[] = {
    {"ontschot study freeze pilot.yaml", "study.example-freeze"},
    {"ontschot study freeze pilot.yaml --amend \"no data on 2019\"", "study.example-amend"},
    {0},
};
static const struct cli_example run_examples[] = {
    {"ontschot study run pilot.yaml", "study.example-run"}, {0}};

static const struct cli_command check = {
    .name = "check",
    .summary = "study.check-summary",
    .help = "study.check-help",
    .args = "study.args-file",
    .args_min = 1,
    .args_max = 1,
    .options = check_options,
    .examples = check_examples,
    .uses_threads = true,
    .keeps_freed = true,
    .run = run_check,
};
static const struct cli_command freeze_command = {
    .name = "freeze",
    .summary = "study.freeze-summary",
    .help = "study.freeze-help",
    .args = "study.args-file",
    .args_min = 1,
    .args_max = 1,
    .options = freeze_options,
    .examples = freeze_examples,
    .run = run_freeze,
};
static const struct cli_command run_command = {
    .name = "run",
    .summary = "study.run-summary",
    .help = "study.run-help",
    .args = "study.args-file",
    .args_min = 1,
    .args_max = 1,
    .options = run_options,
    .examples = run_examples,
    .uses_threads = true,
    .keeps_freed = true,
    .run = run_run,
};
static const struct cli_command schema = {
    .name = "schema", .summary = "study.schema-summary", .formats = "json", .run = run_schema};
static const struct cli_command key_command = {
    .name = "key",
    .summary = "study.key-summary",
    .help = "study.key-help",
    .options = key_options,
    .run = run_key,
};

static const struct cli_command *const actions[] = {
    &check,  &freeze_command, &run_command, &study_verify_command, &study_index_command,
    &schema, &key_command,    NULL};

const struct cli_command cmd_study = {
    .name = "study",
    .summary = "study.summary",
    .help = "study.help",
    .actions = actions,
};
