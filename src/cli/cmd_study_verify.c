/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"
#include "base/json.h"
#include "cli/cli_int.h"
#include "cli/cmd_study_int.h"

#include <stdlib.h>

enum { TEXT_BYTES_MAX = 1 << 20 };

static const char *const verdict_names[] = {[STUDY_SAME] = "same",
                                            [STUDY_SEALED] = "sealed",
                                            [STUDY_DIFFERENT] = "different",
                                            [STUDY_INVALID] = "invalid"};

/* ---- as text ---- */

static void print_finding(struct cli *c, out *o, const struct err_info *f)
{
    out_visible(o, str_of(f->file));
    if (f->line > 0) {
        out_char(o, ':');
        out_int(o, f->line);
        out_char(o, ':');
        out_int(o, f->column);
    }
    out_cstr(o, f->file[0] ? ": " : "");
    study_say(c, o, &f->msg);
}

static void print_verdict(struct cli *c, out *o, const struct study_verification *v)
{
    static const char *const keys[] = {[STUDY_SAME] = "study.verdict-same",
                                       [STUDY_SEALED] = "study.verdict-sealed",
                                       [STUDY_DIFFERENT] = "study.verdict-different",
                                       [STUDY_INVALID] = "study.verdict-invalid"};
    struct msg m;
    msg_set(&m, keys[v->verdict]);
    msg_int(&m, (int64_t)v->n_files);
    msg_int(&m, (int64_t)v->n_bytes);
    study_say(c, o, &m);
    if (v->verdict == STUDY_DIFFERENT && !str_eq(str_of(v->program), STR(ONTSCHOT_VERSION))) {
        msg_set(&m, "study.other-version");
        msg_text(&m, str_of(v->program));
        msg_text(&m, STR(ONTSCHOT_VERSION));
        study_say(c, o, &m);
    }
}

static void print_signer(struct cli *c, out *o, const struct study_verification *v)
{
    char fingerprint[SEAL_FINGERPRINT_TEXT];
    struct msg m;
    if (!v->date[0]) /* no statement that could be believed */
        return;
    seal_print_fingerprint(v->signer, fingerprint);
    msg_set(&m, v->signer_known ? "study.signer-known" : "study.signer-unknown");
    msg_text(&m, (str){fingerprint, sizeof fingerprint});
    msg_text(&m, str_of(v->date));
    msg_text(&m, str_of(v->signer_name));
    study_say(c, o, &m);
}

static void print_text(struct cli *c, out *o, const struct study_verification *v,
                       const struct errs *findings)
{
    print_verdict(c, o, v);
    for (size_t i = 0; i < findings->n; i++)
        print_finding(c, o, &findings->item[i]);
    print_signer(c, o, v);
    if (v->verdict != STUDY_INVALID)
        study_say_status(c, o, &v->status);
}

/* ---- as JSON ---- */

static void print_json_finding(struct cli *c, json *j, const struct err_info *f)
{
    out sentence;
    out_init(&sentence, TEXT_BYTES_MAX);
    tr_msg(&sentence, c->lang, &f->msg);
    json_open_object(j);
    json_key_str(j, "file", str_of(f->file));
    json_key_int(j, "line", f->line);
    json_key_int(j, "column", f->column);
    json_key_str(j, "key", str_of(f->msg.key));
    json_key_str(j, "message", out_view(&sentence));
    json_close_object(j);
    out_free(&sentence);
}

static void print_json_signer(json *j, const struct study_verification *v)
{
    char text[SEAL_PUBLIC_TEXT], fingerprint[SEAL_FINGERPRINT_TEXT];
    seal_print_public(v->signer, text);
    seal_print_fingerprint(v->signer, fingerprint);
    json_key(j, "signer");
    if (!v->date[0]) {
        json_put_null(j);
        return;
    }
    json_open_object(j);
    json_key_bool(j, "verified", v->signer_known);
    json_key_str(j, "name", str_of(v->signer_name));
    json_key_str(j, "key", (str){text, sizeof text});
    json_key_str(j, "fingerprint", (str){fingerprint, sizeof fingerprint});
    json_close_object(j);
}

static void print_json(struct cli *c, out *o, const struct study_verification *v,
                       const struct errs *findings)
{
    json j;
    json_init(&j, o);
    json_open_object(&j);
    json_key_str(&j, "verdict", str_of(verdict_names[v->verdict]));
    print_json_signer(&j, v);
    json_key_str(&j, "date", str_of(v->date));
    json_key_str(&j, "program", str_of(v->program));
    json_key(&j, "plan");
    json_open_object(&j);
    json_key_str(&j, "state", str_of(study_state_name(v->status.state)));
    json_key_str(&j, "frozen_at", str_of(v->status.frozen_at));
    json_key_int(&j, "amendments", (int64_t)v->status.n_amendments);
    json_key_int(&j, "earlier_runs", (int64_t)v->status.n_runs);
    json_key_int(&j, "runs_before_freeze", (int64_t)v->status.n_runs_before_freeze);
    json_key_int(&j, "runs_of_changed_plans", (int64_t)v->status.n_runs_changed);
    json_close_object(&j);
    json_key_int(&j, "files", (int64_t)v->n_files);
    json_key_int(&j, "bytes", (int64_t)v->n_bytes);
    json_key(&j, "findings");
    json_open_array(&j);
    for (size_t i = 0; i < findings->n; i++)
        print_json_finding(c, &j, &findings->item[i]);
    json_close_array(&j);
    json_close_object(&j);
    out_char(o, '\n');
}

/* ---- the action ---- */

static err read_signers(struct cli *c, struct seal_signers *signers, struct err_info *info)
{
    const str path = cli_text(c, "signers");
    str text;
    const err e = file_read(c->memory, path, SEAL_SIGNERS_BYTES_MAX, &text, info);
    return e == OK ? seal_signers_parse(c->memory, text, path, signers, info) : e;
}

/* A list of signers makes a demand; without one, an unknown signer is only said to be unknown. */
static int exit_of(struct cli *c, const struct study_verification *v)
{
    const bool refused = cli_given(c, "signers") && !v->signer_known;
    return v->verdict == STUDY_SAME && !refused ? CLI_DONE : CLI_BAD_INPUT;
}

static int deliver(struct cli *c, const struct study_verification *v, const struct errs *findings)
{
    out o;
    out_init(&o, TEXT_BYTES_MAX);
    if (c->format == CLI_FORMAT_JSON)
        print_json(c, &o, v, findings);
    else
        print_text(c, &o, v, findings);
    const int code = cli_deliver(c, &o);
    out_free(&o);
    cli_warn_more(c, findings);
    return code == CLI_DONE ? exit_of(c, v) : code;
}

static int run(struct cli *c)
{
    struct seal_signers signers;
    struct study_verification v;
    struct errs findings;
    struct err_info info;
    const char *scratch = getenv("TMPDIR");
    if (errs_init(&findings, c->memory, ERRS_LIMIT, &info) != OK)
        return cli_fail(c, &info);
    if (cli_given(c, "signers") && read_signers(c, &signers, &info) != OK)
        return cli_fail(c, &info);
    const struct study_verify_options options = {
        .signers = cli_given(c, "signers") ? &signers : NULL,
        .data = cli_text(c, "data"),
        .scratch = str_of(scratch && scratch[0] ? scratch : "/tmp"),
        .pool = c->pool,
        .progress = c->progress,
    };
    if (study_verify(c->args[0], &options, &v, &findings) != OK)
        return cli_fail(c, &findings.item[findings.n - 1]);
    return deliver(c, &v, &findings);
}

static const struct cli_option options_table[] = {
    {"signers", CLI_TEXT, false, "cli.value-file", "study.option-signers", NULL, 0, 0},
    {"data", CLI_TEXT, false, "cli.value-file", "study.option-data", NULL, 0, 0},
    {0},
};
static const struct cli_example examples[] = {
    {"ontschot study verify pilot.run-1 --signers known.txt", "study.example-verify"}, {0}};

const struct cli_command study_verify_command = {
    .name = "verify",
    .summary = "study.verify-summary",
    .help = "study.verify-help",
    .args = "study.args-folder",
    .args_min = 1,
    .args_max = 1,
    .options = options_table,
    .examples = examples,
    .formats = "text|json",
    .uses_threads = true,
    .keeps_freed = true,
    .run = run,
};
