/* SPDX-License-Identifier: EUPL-1.2 */
/* log: whether the audit log is still what was written, and its head to keep elsewhere. */
#include "app/audit/audit.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/installation.h"

enum { TEXT_BYTES_MAX = 1 << 20, HEAD_BYTES_MAX = 4096 };

static const struct cli_option verify_options[] = {
    INSTALLATION_OPTIONS,
    {"head", CLI_TEXT, false, "cli.value-file", "cli.option-head", NULL, 0, 0},
    {0},
};
static const struct cli_option options[] = {INSTALLATION_OPTIONS, {0}};

static const struct cli_example examples[] = {
    {"ontschot log head > kop.txt", "cli.example-log-head"},
    {"ontschot log verify --head kop.txt", "cli.example-log-verify"},
    {0},
};

static err read_head(struct cli *c, struct audit_head *head, bool *is_known, struct err_info *info)
{
    const str path = cli_text(c, "head");
    str text;

    *is_known = path.p != NULL;
    if (!*is_known)
        return OK;
    const err e = file_read(c->memory, path, HEAD_BYTES_MAX, &text, info);
    if (e != OK || audit_head_parse(text, head))
        return e;
    err_set(info, E_INPUT, "cli.no-head");
    err_at(info, path, 1, 1);
    return E_INPUT;
}

static void print_verdict(struct cli *c, const struct audit_verdict *v, out *o)
{
    struct msg m;

    msg_set(&m, v->is_whole ? "cli.log-whole" : "cli.log-broken");
    msg_int(&m, v->is_whole ? v->n_rows : v->broken_at);
    if (!v->is_whole)
        msg_key(&m, v->why);
    tr_msg(o, c->lang, &m);
    out_char(o, '\n');
    if (v->n_unsealed == 0)
        return;
    msg_set(&m, "cli.log-unsealed");
    msg_int(&m, v->n_unsealed);
    tr_msg(o, c->lang, &m);
    out_char(o, '\n');
}

static void print_json(const struct audit_verdict *v, out *o)
{
    json j;
    json_init(&j, o);
    json_open_object(&j);
    json_key_bool(&j, "whole", v->is_whole);
    json_key_int(&j, "rows", v->n_rows);
    json_key_int(&j, "unsealed", v->n_unsealed);
    if (!v->is_whole) {
        json_key_int(&j, "broken_at", v->broken_at);
        json_key_str(&j, "why", str_of(v->why));
    }
    json_close_object(&j);
    out_char(o, '\n');
}

static int run_verify(struct cli *c)
{
    struct audit_verdict verdict;
    struct installation i;
    struct audit_head head;
    struct err_info info;
    bool is_known;
    int code;
    out o;

    if (read_head(c, &head, &is_known, &info) != OK)
        return cli_fail(c, &info);
    if (!installation_open(c, &i, &code))
        return code;
    const err e =
        audit_verify(&i.started.app, i.started.db, is_known ? &head : NULL, &verdict, &info);
    installation_close(&i);
    if (e != OK)
        return cli_fail(c, &info);
    out_init(&o, TEXT_BYTES_MAX);
    if (c->format == CLI_FORMAT_JSON)
        print_json(&verdict, &o);
    else
        print_verdict(c, &verdict, &o);
    code = cli_deliver(c, &o);
    out_free(&o);
    return code == CLI_DONE && !verdict.is_whole ? CLI_BAD_INPUT : code;
}

static int run_head(struct cli *c)
{
    struct installation i;
    struct audit_head head;
    struct err_info info;
    int64_t n_sealed;
    int code;
    out o;

    if (!installation_open(c, &i, &code))
        return code;
    err e = audit_seal(&i.started.app, i.started.db, &n_sealed, &info);
    if (e == OK)
        e = audit_head(i.started.db, c->memory, &head, &info);
    installation_close(&i);
    if (e != OK)
        return cli_fail(c, &info);
    out_init(&o, TEXT_BYTES_MAX);
    audit_head_print(&o, &head);
    out_char(&o, '\n');
    code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

static const struct cli_command log_verify = {
    .name = "verify",
    .summary = "cli.log-verify",
    .help = "cli.log-verify-help",
    .options = verify_options,
    .formats = "text|json",
    .run = run_verify,
};
static const struct cli_command log_head = {
    .name = "head",
    .summary = "cli.log-head",
    .help = "cli.log-head-help",
    .options = options,
    .formats = "text",
    .run = run_head,
};
static const struct cli_command *const actions[] = {&log_verify, &log_head, NULL};

const struct cli_command cmd_log = {
    .name = "log",
    .summary = "cli.log-summary",
    .help = "cli.log-help",
    .examples = examples,
    .actions = actions,
};
