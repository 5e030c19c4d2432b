/* SPDX-License-Identifier: EUPL-1.2 */
/* pseudonym: numbers of citizens in a CSV file replaced by names that only a key can make. */
#include "cli/cli_int.h"
#include "cli/texts.h"
#include "engine/pseudonym/pseudonym.h"
#include "engine/report/report.h"

#include <stdlib.h>
#include <string.h>

#define CSV_BYTES_MAX ((size_t)4 << 30)

/* clang-format off */
#define COMMON_OPTIONS                                                                             \
    {"column", CLI_TEXT, true, "cli.value-column", "pseudonym.option-column", NULL, 0, 0},         \
    {"key", CLI_TEXT, true, "cli.value-file", "pseudonym.option-key", NULL, 0, 0},                 \
    {"purpose", CLI_TEXT, true, "pseudonym.value-text", "pseudonym.option-purpose", NULL, 0, 0},   \
    {"receiver", CLI_TEXT, true, "pseudonym.value-text", "pseudonym.option-receiver", NULL, 0, 0}, \
    {"keep", CLI_LIST, false, "cli.value-columns", "pseudonym.option-keep", NULL, 0, 0}
/* clang-format on */

/* The file of the first argument, and of it what goes into the result. */
struct rows {
    table *t;
    const struct table_column **column; /* with numbers or pseudonyms, then those kept */
    size_t n, n_kept;
    struct pseudonym *made;
    uint8_t *is_made; /* of each row; else its field stays empty */
};

static err open_rows(struct cli *c, struct rows *r, struct err_info *info)
{
    str *name;
    err e = cli_list(c, "keep", &name, &r->n_kept, info);
    if (e != OK)
        return e;
    const size_t n = r->n_kept + 1;
    str *wanted = ARENA_NEW(c->memory, str, n);
    r->column = ARENA_NEW(c->memory, const struct table_column *, n);
    if (!wanted || !r->column)
        return err_nomem(info);
    wanted[0] = cli_text(c, "column");
    for (size_t i = 1; i < n; i++)
        wanted[i] = name[i - 1];
    e = texts_open(c, c->args[0], wanted, n, &r->t, r->column, info);
    if (e != OK)
        return e;
    r->n = table_rows(r->t);
    r->made = calloc(r->n + 1, sizeof *r->made);
    r->is_made = calloc(r->n + 1, 1);
    return r->made && r->is_made ? OK : err_nomem(info);
}

static void close_rows(struct rows *r)
{
    table_free(r->t);
    free(r->made);
    free(r->is_made);
}

/* A key from the file that option `file` names, for the purpose that option `purpose` names. */
static err open_key(struct cli *c, const char *file, const char *purpose, pseudonym_key **key,
                    struct err_info *info)
{
    secret *master;
    err e = secret_read(cli_text(c, file), &master, info);
    if (e != OK)
        return e;
    e = pseudonym_key_new(master, cli_text(c, purpose), cli_text(c, "receiver"), key, info);
    secret_free(master);
    return e;
}

static int deliver_rows(struct cli *c, const struct rows *r)
{
    out o;
    out_init(&o, CSV_BYTES_MAX);
    report_csv_text(&o, STR("pseudonym"));
    for (size_t k = 0; k < r->n_kept; k++) {
        out_char(&o, ',');
        report_csv_text(&o, r->column[k + 1]->name);
    }
    out_char(&o, '\n');
    for (size_t row = 0; row < r->n; row++) {
        report_csv_text(&o, (str){r->made[row].text, r->is_made[row] ? PSEUDONYM_TEXT : 0});
        for (size_t k = 0; k < r->n_kept; k++) {
            out_char(&o, ',');
            report_csv_text(&o, texts_at(r->column[k + 1], row));
        }
        out_char(&o, '\n');
    }
    const int code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

static void warn_count(struct cli *c, const char *key, size_t n)
{
    struct msg m;
    if (n == 0)
        return;
    msg_set(&m, key);
    msg_int(&m, (int64_t)n);
    cli_warn(c, &m);
}

/* ---- key ---- */

static int run_key(struct cli *c)
{
    struct err_info info;
    secret_forbid_dumps();
    return secret_make(c->args[0], &info) == OK ? CLI_DONE : cli_fail(c, &info);
}

/* ---- make ---- */

/* The number itself is never told: the row says where to look. */
static err make_rows(const pseudonym_key *key, bool allows_wrong, struct rows *r, size_t *n_wrong,
                     struct err_info *info)
{
    *n_wrong = 0;
    for (size_t row = 0; row < r->n; row++) {
        const str text = texts_at(r->column[0], row);
        struct bsn number;
        r->is_made[row] = bsn_parse(text, &number);
        if (r->is_made[row]) {
            pseudonym_make(key, number, r->made[row].text);
        } else if (text.n && !allows_wrong) {
            err_set(info, E_INPUT, "pseudonym.wrong-number");
            msg_int(&info->msg, (int64_t)row + 1);
            err_at(info, table_name(r->t), 0, 0);
            return E_INPUT;
        } else {
            *n_wrong += text.n > 0;
        }
    }
    return OK;
}

static int run_make(struct cli *c)
{
    struct err_info info;
    struct rows r = {0};
    pseudonym_key *key = NULL;
    size_t n_wrong;
    secret_forbid_dumps();
    err e = open_key(c, "key", "purpose", &key, &info);
    if (e == OK)
        e = open_rows(c, &r, &info);
    if (e == OK)
        e = make_rows(key, cli_given(c, "allow-invalid"), &r, &n_wrong, &info);
    if (e == OK)
        warn_count(c, "pseudonym.n-wrong", n_wrong);
    const int code = e == OK ? deliver_rows(c, &r) : cli_fail(c, &info);
    close_rows(&r);
    pseudonym_key_free(key);
    return code;
}

/* ---- rotate ---- */

static err read_pseudonyms(const pseudonym_key *key, struct rows *r, struct pseudonym *list,
                           size_t *n, struct err_info *info)
{
    *n = 0;
    for (size_t row = 0; row < r->n; row++) {
        const str text = texts_at(r->column[0], row);
        if (text.n == 0)
            continue;
        const err e = pseudonym_check(key, text, info);
        if (e != OK) {
            err_at(info, table_name(r->t), 0, 0);
            return e;
        }
        memcpy(list[(*n)++].text, text.p, PSEUDONYM_TEXT);
        r->is_made[row] = 1;
    }
    return OK;
}

static err rotate_rows(struct cli *c, const pseudonym_key *const *key, struct rows *r,
                       size_t *n_unknown, struct err_info *info)
{
    struct pseudonym *list = calloc(r->n + 1, sizeof *list);
    size_t n, at = 0;
    if (!list)
        return err_nomem(info);
    err e = read_pseudonyms(key[0], r, list, &n, info);
    if (e == OK)
        e = pseudonym_rotate(key[0], key[1], list, n, c->pool, c->progress, n_unknown, info);
    for (size_t row = 0; e == OK && row < r->n; row++)
        if (r->is_made[row])
            r->made[row] = list[at++];
    free(list);
    return e;
}

static int run_rotate(struct cli *c)
{
    struct err_info info;
    struct rows r = {0};
    pseudonym_key *key[2] = {NULL, NULL};
    size_t n_unknown;
    secret_forbid_dumps();
    err e = open_key(c, "key", "purpose", &key[0], &info);
    if (e == OK)
        e = open_key(c, "new-key", "purpose", &key[1], &info);
    if (e == OK)
        e = open_rows(c, &r, &info);
    if (e == OK)
        e = rotate_rows(c, (const pseudonym_key *const *)key, &r, &n_unknown, &info);
    if (e == OK)
        warn_count(c, "pseudonym.n-unknown", n_unknown);
    const int code = e == OK ? deliver_rows(c, &r) : cli_fail(c, &info);
    close_rows(&r);
    pseudonym_key_free(key[0]);
    pseudonym_key_free(key[1]);
    return code;
}

/* ---- the command ---- */

static const struct cli_option make_options[] = {
    COMMON_OPTIONS,
    {"allow-invalid", CLI_FLAG, false, NULL, "pseudonym.option-allow-invalid", NULL, 0, 0},
    {0},
};
static const struct cli_option rotate_options[] = {
    COMMON_OPTIONS,
    {"new-key", CLI_TEXT, true, "cli.value-file", "pseudonym.option-new-key", NULL, 0, 0},
    {0},
};
static const struct cli_example key_examples[] = {
    {"ontschot pseudonym key keys/onderzoek.key", "pseudonym.example-key"},
    {0},
};
static const struct cli_example make_examples[] = {
    {"ontschot pseudonym make wmo.csv --column bsn --key keys/onderzoek.key --purpose \"studie "
     "wijkteams 2027\" --receiver CBS --keep product,van,tot --output wmo-pseudoniem.csv",
     "pseudonym.example-make"},
    {0},
};
static const struct cli_example rotate_examples[] = {
    {"ontschot pseudonym rotate wmo-pseudoniem.csv --column pseudonym --key keys/onderzoek.key "
     "--new-key keys/onderzoek-2028.key --purpose \"studie wijkteams 2027\" --receiver CBS --keep "
     "product,van,tot --output wmo-2028.csv",
     "pseudonym.example-rotate"},
    {0},
};

static const struct cli_command key_action = {.name = "key",
                                              .summary = "pseudonym.key-summary",
                                              .help = "pseudonym.key-help",
                                              .args = "pseudonym.args-file",
                                              .args_min = 1,
                                              .args_max = 1,
                                              .examples = key_examples,
                                              .run = run_key};
static const struct cli_command make_action = {.name = "make",
                                               .summary = "pseudonym.make-summary",
                                               .help = "pseudonym.make-help",
                                               .args = "pseudonym.args-file",
                                               .args_min = 1,
                                               .args_max = 1,
                                               .options = make_options,
                                               .examples = make_examples,
                                               .formats = "csv",
                                               .uses_threads = true,
                                               .run = run_make};
static const struct cli_command rotate_action = {.name = "rotate",
                                                 .summary = "pseudonym.rotate-summary",
                                                 .help = "pseudonym.rotate-help",
                                                 .args = "pseudonym.args-file",
                                                 .args_min = 1,
                                                 .args_max = 1,
                                                 .options = rotate_options,
                                                 .examples = rotate_examples,
                                                 .formats = "csv",
                                                 .uses_threads = true,
                                                 .run = run_rotate};
static const struct cli_command *const actions[] = {&key_action, &make_action, &rotate_action,
                                                    NULL};

const struct cli_command cmd_pseudonym = {
    .name = "pseudonym",
    .summary = "pseudonym.summary",
    .help = "pseudonym.help",
    .actions = actions,
};
