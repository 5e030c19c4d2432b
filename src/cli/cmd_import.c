/* SPDX-License-Identifier: EUPL-1.2 */
/* import: deliveries into the register, each wholly or not at all, with a receipt. */
#include "app/intake/intake.h"
#include "app/register/register.h"
#include "base/date.h"
#include "base/json.h"
#include "cli/installation.h"

enum {
    RECEIPT_BYTES_MAX = 256 << 20, /* of all files together */
};

static const char *const kind_words[INTAKE_KINDS] = {
    [INTAKE_PERSON] = "persons",
    [INTAKE_ALLOCATION] = "allocations",
    [INTAKE_DELIVERY] = "care",
    [INTAKE_REQUEST] = "requests",
    [INTAKE_ANSWER] = "answers",
    [INTAKE_CLAIM] = "claims",
    [INTAKE_CLAIM_LINE] = "claim_lines",
    [INTAKE_RETURN] = "returns",
    [INTAKE_BENEFIT] = "benefits",
    [INTAKE_PAYMENT] = "payments",
    [INTAKE_REINTEGRATION] = "reintegration",
    [INTAKE_DEBT_CASE] = "debt_cases",
    [INTAKE_DEBT_PHASE] = "debt_phases",
    [INTAKE_SIGNAL] = "signals",
};

static const char *const state_words[] = {
    [REGISTER_STAGED] = "staged",
    [REGISTER_ACCEPTED] = "accepted",
    [REGISTER_REFUSED] = "refused",
    [REGISTER_SUPERSEDED] = "superseded",
};

struct importing {
    struct cli *c;
    struct installation inst;
    struct deed deed;
    struct municipality_id municipality;
    struct intake_options options;
    str path;    /* of the file at hand */
    out receipt; /* of all files */
    json json;
    out text; /* of one value */
};

/* ---- receipts for programs ---- */

static err json_aside(void *to, const struct register_aside *a, struct err_info *info)
{
    struct importing *i = to;
    out_clear(&i->text);
    tr_msg(&i->text, i->c->lang, &a->reason);
    json_open_object(&i->json);
    json_key_int(&i->json, "line", a->line);
    json_key_str(&i->json, "kind", str_of(kind_words[a->kind]));
    json_key_int(&i->json, "cents", a->cents);
    json_key_str(&i->json, "key", str_of(a->reason.key));
    json_key_str(&i->json, "reason", out_view(&i->text));
    json_close_object(&i->json);
    return out_error(&i->receipt, info);
}

static void json_sums(json *j, const struct register_sum sum[INTAKE_KINDS])
{
    json_key(j, "kinds");
    json_open_object(j);
    for (size_t k = 0; k < INTAKE_KINDS; k++) {
        if (!sum[k].n_accepted && !sum[k].n_aside)
            continue;
        json_key(j, kind_words[k]);
        json_open_object(j);
        json_key_int(j, "delivered", sum[k].n_accepted + sum[k].n_aside);
        json_key_int(j, "accepted", sum[k].n_accepted);
        json_key_int(j, "set_aside", sum[k].n_aside);
        json_key_int(j, "cents_accepted", sum[k].cents_accepted);
        json_key_int(j, "cents_set_aside", sum[k].cents_aside);
        json_close_object(j);
    }
    json_close_object(j);
}

static void json_receipt(json *j, const struct register_receipt *r)
{
    const struct register_delivery *v = &r->delivery;
    char day[10];
    json_key_str(j, "file", v->file);
    json_key_str(j, "state", str_of(r->is_dry ? "dry-run" : state_words[v->state]));
    json_key_bool(j, "again", r->is_again);
    if (!r->is_dry) {
        json_key_int(j, "delivery", v->id.v);
        json_key_str(j, "hash", v->hash);
    }
    json_key_str(j, "format", v->format);
    json_key_str(j, "sender", v->sender);
    json_key_str(j, "receiver", v->receiver);
    json_key_str(j, "identification", v->identification);
    if (v->dated != INTAKE_DAY_NONE) {
        date_print_iso(v->dated, day);
        json_key_str(j, "dated", (str){day, sizeof day});
    }
    json_sums(j, r->sum);
}

/* ---- receipts for people ---- */

static err text_aside(void *to, const struct register_aside *a, struct err_info *info)
{
    struct importing *i = to;
    struct msg m;
    out_clear(&i->text);
    tr_msg(&i->text, i->c->lang, &a->reason);
    msg_set(&m, "register.receipt-aside");
    msg_int(&m, a->line);
    out_cstr(&i->receipt, "  ");
    tr_msg(&i->receipt, i->c->lang, &m);
    out_char(&i->receipt, ' ');
    out_visible(&i->receipt, out_view(&i->text));
    out_char(&i->receipt, '\n');
    return out_error(&i->receipt, info);
}

static void add_money(struct importing *i, struct msg *m, int64_t cents)
{
    out_clear(&i->text);
    tr_money(&i->text, i->c->lang, (double)cents / 100, STR("EUR"), 2);
    msg_text(m, out_view(&i->text));
}

static void text_receipt(struct importing *i, const struct register_receipt *r)
{
    const struct register_delivery *v = &r->delivery;
    struct msg m;
    msg_set(&m, r->is_dry     ? "register.receipt-dry"
                : r->is_again ? "register.receipt-again"
                              : "register.receipt-accepted");
    msg_text(&m, v->file);
    msg_text(&m, v->format);
    tr_msg(&i->receipt, i->c->lang, &m);
    out_char(&i->receipt, '\n');
    for (size_t k = 0; k < INTAKE_KINDS; k++) {
        const struct register_sum *s = &r->sum[k];
        if (!s->n_accepted && !s->n_aside)
            continue;
        msg_set(&m, "register.receipt-sum");
        msg_key(&m, register_kind_key((enum intake_kind)k));
        msg_int(&m, s->n_accepted);
        msg_int(&m, s->n_aside);
        add_money(i, &m, s->cents_accepted);
        add_money(i, &m, s->cents_aside);
        out_cstr(&i->receipt, "  ");
        tr_msg(&i->receipt, i->c->lang, &m);
        out_char(&i->receipt, '\n');
    }
}

/* ---- one file ---- */

static err read_file(void *with, const struct intake_sink *sink, struct err_info *info)
{
    const struct importing *i = with;
    return intake_read(i->path, &i->options, sink, i->c->progress, info);
}

/* The same file read through another mapping is another delivery. */
static err hash_of(const struct importing *i, struct seal_hash *hash, struct err_info *info)
{
    struct seal_hash both[2];
    uint64_t size;
    err e = seal_hash_file(i->path, hash, &size, info);
    if (e != OK || !i->options.mapping.n)
        return e;
    both[0] = *hash;
    e = seal_hash_file(i->options.mapping, &both[1], &size, info);
    if (e == E_NOT_FOUND) { /* one of the program's own, by its name */
        both[1] = seal_hash_bytes(i->options.mapping);
        e = OK;
    }
    *hash = seal_hash_bytes((str){(const char *)both, sizeof both});
    return e;
}

static str base_name(str path)
{
    size_t at = path.n;
    while (at > 0 && path.p[at - 1] != '/')
        at--;
    return str_cut(path, at, path.n);
}

/* A dry run tells what it sets aside while it reads; it stands before its sums, then. */
static err import_one(struct importing *i, struct err_info *info)
{
    const bool is_json = i->c->format == CLI_FORMAT_JSON;
    struct register_receipt r;
    struct register_import from = {.municipality = i->municipality,
                                   .file = base_name(i->path),
                                   .is_dry = cli_given(i->c, "dry-run"),
                                   .read = read_file,
                                   .with = i};
    err e = hash_of(i, &from.hash, info);
    if (e == OK && from.is_dry) {
        from.aside = is_json ? json_aside : text_aside;
        if (is_json) {
            json_key(&i->json, "set_aside");
            json_open_array(&i->json);
        }
    }
    if (e == OK)
        e = register_import(&i->deed, i->inst.started.db, &from, &r, info);
    if (is_json && from.aside)
        json_close_array(&i->json);
    if (e != OK)
        return e;
    if (!is_json)
        text_receipt(i, &r);
    else
        json_receipt(&i->json, &r);
    if (r.is_dry)
        return out_error(&i->receipt, info);
    if (is_json) {
        json_key(&i->json, "set_aside");
        json_open_array(&i->json);
    }
    e = register_asides(&i->deed, i->inst.started.db, i->municipality, r.delivery.id,
                        is_json ? json_aside : text_aside, i, info);
    if (is_json)
        json_close_array(&i->json);
    return e;
}

/* What a refusal says to programs stands among the receipts; people read it where errors go. */
static int import_file(struct importing *i, str path)
{
    const bool is_json = i->c->format == CLI_FORMAT_JSON;
    struct err_info info;
    i->path = path;
    if (is_json)
        json_open_object(&i->json);
    const err e = import_one(i, &info);
    if (is_json && e != OK) {
        out_clear(&i->text);
        tr_msg(&i->text, i->c->lang, &info.msg);
        json_key_str(&i->json, "refused", base_name(path));
        json_key_str(&i->json, "key", str_of(info.msg.key));
        json_key_str(&i->json, "reason", out_view(&i->text));
        json_key_int(&i->json, "line", info.line);
    }
    if (is_json)
        json_close_object(&i->json);
    return e == OK ? CLI_DONE : cli_fail(i->c, &info);
}

static int import_all(struct importing *i)
{
    const bool is_json = i->c->format == CLI_FORMAT_JSON;
    int code = CLI_DONE;
    if (is_json)
        json_open_array(&i->json);
    for (size_t k = 0; k < i->c->n_args; k++) {
        const int one = import_file(i, i->c->args[k]);
        code = code == CLI_DONE ? one : code;
        if (progress_cancelled(i->c->progress))
            break;
    }
    if (is_json) {
        json_close_array(&i->json);
        out_char(&i->receipt, '\n');
    }
    const int told = cli_deliver(i->c, &i->receipt);
    return code == CLI_DONE ? told : code;
}

static int run(struct cli *c)
{
    const str code = cli_text(c, "municipality");
    struct importing i = {.c = c};
    struct msg m;
    int end;

    if (!register_municipality_parse(code, &i.municipality)) {
        msg_set(&m, "register.no-municipality");
        msg_text(&m, code);
        return cli_usage(c, &m);
    }
    if (!installation_open(c, &i.inst, &end))
        return end;
    i.deed = installation_deed(c, &i.inst);
    i.options = (struct intake_options){
        .mapping = cli_given(c, "mapping") ? cli_text(c, "mapping") : STR(""),
        .schemas = cli_given(c, "schemas") ? cli_text(c, "schemas") : STR("")};
    out_init(&i.receipt, RECEIPT_BYTES_MAX);
    out_init(&i.text, 1 << 16);
    json_init(&i.json, &i.receipt);
    end = import_all(&i);
    out_free(&i.text);
    out_free(&i.receipt);
    installation_close(&i.inst);
    return end;
}

static const struct cli_option options[] = {
    INSTALLATION_OPTIONS,
    {"municipality", CLI_TEXT, true, "cli.value-municipality", "cli.option-municipality", NULL, 0,
     0},
    {"mapping", CLI_TEXT, false, "cli.value-file", "cli.option-mapping", NULL, 0, 0},
    {"schemas", CLI_TEXT, false, "cli.value-folder", "cli.option-schemas", NULL, 0, 0},
    {"dry-run", CLI_FLAG, false, NULL, "cli.option-dry-run", NULL, 0, 0},
    {0},
};

static const struct cli_example examples[] = {
    {"ontschot import declaratie.xml --municipality GM0034 --data data", "cli.example-import"},
    {"ontschot import uitkeringen.csv --mapping bus.yaml --municipality GM0034 --dry-run",
     "cli.example-import-dry"},
    {0},
};

const struct cli_command cmd_import = {
    .name = "import",
    .summary = "cli.import-summary",
    .help = "cli.import-help",
    .args = "cli.args-files",
    .args_min = 1,
    .args_max = CLI_ARGS_MAX,
    .options = options,
    .examples = examples,
    .formats = "text|json",
    .run = run,
};
