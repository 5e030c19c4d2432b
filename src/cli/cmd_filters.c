/* SPDX-License-Identifier: EUPL-1.2 */
/* filters: records as Bloom filters, and filters of two parties matched by who reads neither. */
#include "base/file.h"
#include "base/json.h"
#include "base/seal.h"
#include "cli/cli_int.h"
#include "cli/texts.h"
#include "engine/linkage/bloom.h"
#include "engine/report/report.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    SETTINGS_BYTES_MAX = 1 << 20,
    RECORD_BYTES_MAX = 1 << 16,
    FILTER_BYTES = LINKAGE_FILTER_BITS / 8,
    /* Records of both sides multiplied: up to here all pairs are compared, half a minute of a core
     */
    ALL_PAIRS_MAX = 1000000000,
};
#define CSV_BYTES_MAX ((size_t)8 << 30)

/* On false the command has ended with *code. */
static bool read_settings(struct cli *c, struct linkage_filter_settings *s, int *code)
{
    const str path = cli_text(c, "settings");
    struct errs errors;
    struct err_info info;
    str text;
    if (errs_init(&errors, c->memory, ERRS_LIMIT, &info) != OK ||
        file_read(c->memory, path, SETTINGS_BYTES_MAX, &text, &info) != OK)
        *code = cli_fail(c, &info);
    else if (linkage_filter_settings_parse(c->memory, text, path, s, &errors) != OK)
        *code = cli_fail_all(c, &errors);
    else
        return true;
    return false;
}

/* ---- encode ---- */

static void print_filter(const struct linkage_filter *f, out *o)
{
    unsigned char byte[FILTER_BYTES]; /* bit i of the filter is bit i % 8 of byte i / 8 */
    for (size_t i = 0; i < FILTER_BYTES; i++)
        byte[i] = (unsigned char)(f->bits[i / 8] >> 8 * (i % 8));
    out_char(o, '"');
    if (f->n)
        out_hex(o, byte, sizeof byte);
    out_char(o, '"');
}

/* Columns: the key, those of the fields, and the salt if there is one. */
static void encode_rows(const linkage_coder *coder, const struct linkage_filter_settings *s,
                        const table *t, const struct table_column *const *column, out *o)
{
    const size_t n = s->plan.n_fields;
    str value[LINKAGE_FILTER_FIELDS_MAX];
    out_cstr(o, "\"key\",\"filter\"\n");
    for (size_t row = 0; row < table_rows(t); row++) {
        struct linkage_filter filter;
        for (size_t i = 0; i < n; i++)
            value[i] = texts_at(column[1 + i], row);
        linkage_encode(coder, value, s->salt.n ? texts_at(column[1 + n], row) : (str){"", 0},
                       &filter);
        report_csv_text(o, texts_at(column[0], row));
        out_char(o, ',');
        print_filter(&filter, o);
        out_char(o, '\n');
    }
}

static err encode(struct cli *c, struct linkage_filter_settings *s, out *o, struct err_info *info)
{
    str name[LINKAGE_FILTER_FIELDS_MAX + 2] = {s->key};
    const struct table_column *column[LINKAGE_FILTER_FIELDS_MAX + 2];
    const size_t n = s->plan.n_fields;
    table *t;
    secret *key;
    linkage_coder *coder = NULL;
    for (size_t i = 0; i < n; i++)
        name[1 + i] = s->column[i];
    name[1 + n] = s->salt;
    s->plan.party = cli_text(c, "party");
    err e = secret_read(cli_text(c, "key"), &key, info);
    if (e != OK)
        return e;
    e = linkage_coder_new(&s->plan, key, &coder, info);
    secret_free(key);
    if (e != OK)
        return e;
    e = texts_open(c, c->args[0], name, 1 + n + (s->salt.n > 0), &t, column, info);
    if (e == OK) {
        encode_rows(coder, s, t, column, o);
        table_free(t);
    }
    linkage_coder_free(coder);
    return e;
}

static int run_encode(struct cli *c)
{
    struct linkage_filter_settings s;
    struct err_info info;
    int code;
    out o;
    secret_forbid_dumps();
    if (!read_settings(c, &s, &code))
        return code;
    out_init(&o, CSV_BYTES_MAX);
    code = encode(c, &s, &o, &info) == OK ? cli_deliver(c, &o) : cli_fail(c, &info);
    out_free(&o);
    return code;
}

/* ---- match ---- */

struct side {
    table *t;
    const struct table_column *column[2]; /* key, filter */
    struct linkage_filters filters;
    struct seal_hash hash;
};

static bool parse_filter(str hex, uint64_t bits[LINKAGE_FILTER_WORDS], uint16_t *n_set)
{
    unsigned char byte[FILTER_BYTES];
    size_t n = 0;
    if (hex.n == 0)
        return true; /* a record of nothing */
    if (hex.n != 2 * sizeof byte ||
        sodium_hex2bin(byte, sizeof byte, hex.p, hex.n, NULL, &n, NULL) != 0 || n != sizeof byte)
        return false;
    for (size_t i = 0; i < FILTER_BYTES; i++)
        bits[i / 8] |= (uint64_t)byte[i] << 8 * (i % 8);
    for (size_t i = 0; i < LINKAGE_FILTER_WORDS; i++)
        *n_set = (uint16_t)(*n_set + __builtin_popcountll(bits[i]));
    return true;
}

static err read_side(struct cli *c, str path, struct side *s, struct err_info *info)
{
    static const str names[] = {STR("key"), STR("filter")};
    uint64_t size;
    err e = seal_hash_file(path, &s->hash, &size, info);
    if (e == OK)
        e = texts_open(c, path, names, 2, &s->t, s->column, info);
    if (e != OK)
        return e;
    struct linkage_filters *f = &s->filters;
    f->n = table_rows(s->t);
    f->bits = calloc(f->n + 1, sizeof *f->bits);
    f->n_set = calloc(f->n + 1, sizeof *f->n_set);
    if (!f->bits || !f->n_set)
        return err_nomem(info);
    for (size_t row = 0; row < f->n; row++)
        if (!parse_filter(texts_at(s->column[1], row), f->bits[row], &f->n_set[row])) {
            err_set(info, E_INPUT, "filter.no-filter");
            msg_int(&info->msg, (int64_t)row + 1);
            err_at(info, path, 0, 0);
            return E_INPUT;
        }
    return OK;
}

static void close_side(struct side *s)
{
    table_free(s->t);
    free(s->filters.bits);
    free(s->filters.n_set);
}

static void print_pairs(const struct side *side, const struct linkage_filter_pair *pair, size_t n,
                        out *o)
{
    out_cstr(o, "\"key_1\",\"key_2\",\"likeness\"\n");
    for (size_t i = 0; i < n; i++) {
        report_csv_text(o, texts_at(side[0].column[0], pair[i].a));
        out_char(o, ',');
        report_csv_text(o, texts_at(side[1].column[0], pair[i].b));
        out_char(o, ',');
        out_fixed(o, (double)pair[i].score / LINKAGE_DICE_ONE, 4);
        out_char(o, '\n');
    }
}

/* Why these persons were looked for, and what came of it. */
static err write_record(struct cli *c, const struct side *side,
                        const struct linkage_filters_ask *ask, size_t n_pairs,
                        struct err_info *info)
{
    static const char *const why[] = {"purpose", "ground", "covenant"};
    out o;
    json j;
    out_init(&o, RECORD_BYTES_MAX);
    json_init(&j, &o);
    json_open_object(&j);
    for (size_t i = 0; i < sizeof why / sizeof *why; i++)
        json_key_str(&j, why[i], cli_text(c, why[i]));
    json_key_int(&j, "time_ms", c->now_ms());
    json_key(&j, "files");
    json_open_array(&j);
    for (size_t i = 0; i < 2; i++) {
        char hash[SEAL_HASH_HEX];
        seal_print_hash(side[i].hash, hash);
        json_open_object(&j);
        json_key_str(&j, "file", c->args[i]);
        json_key_str(&j, "blake2b", (str){hash, sizeof hash});
        json_key_int(&j, "records", (int64_t)side[i].filters.n);
        json_close_object(&j);
    }
    json_close_array(&j);
    json_key_real(&j, "threshold", (double)ask->threshold / LINKAGE_DICE_ONE);
    json_key_int(&j, "bands", ask->n_bands);
    json_key_int(&j, "pairs", (int64_t)n_pairs);
    json_close_object(&j);
    out_char(&o, '\n');
    err e = out_error(&o, info);
    if (e == OK)
        e = file_write(cli_text(c, "record"), out_view(&o), info);
    out_free(&o);
    return e;
}

static err match(struct cli *c, const struct linkage_filter_settings *s, struct side *side, out *o,
                 struct err_info *info)
{
    struct linkage_filter_pair *pair = NULL;
    size_t n;
    err e = OK;
    for (size_t i = 0; i < 2 && e == OK; i++)
        e = read_side(c, c->args[i], &side[i], info);
    if (e != OK)
        return e;
    const bool is_small =
        side[1].filters.n == 0 || side[0].filters.n <= ALL_PAIRS_MAX / side[1].filters.n;
    const struct linkage_filters_ask ask = {.side = {&side[0].filters, &side[1].filters},
                                            .threshold = s->threshold,
                                            .n_bands = is_small ? 0 : LINKAGE_FILTER_BANDS,
                                            .pool = c->pool};
    e = linkage_filters_link(&ask, &pair, &n, info);
    if (e == OK)
        e = write_record(c, side, &ask, n, info);
    if (e == OK)
        print_pairs(side, pair, n, o);
    free(pair);
    return e;
}

static int run_match(struct cli *c)
{
    struct linkage_filter_settings s;
    struct side side[2] = {0};
    struct err_info info;
    int code;
    out o;
    secret_forbid_dumps();
    if (!read_settings(c, &s, &code))
        return code;
    out_init(&o, CSV_BYTES_MAX);
    code = match(c, &s, side, &o, &info) == OK ? cli_deliver(c, &o) : cli_fail(c, &info);
    out_free(&o);
    close_side(&side[0]);
    close_side(&side[1]);
    return code;
}

/* ---- the command ---- */

static const struct cli_option encode_options[] = {
    {"settings", CLI_TEXT, true, "cli.value-file", "filter.option-settings", NULL, 0, 0},
    {"key", CLI_TEXT, true, "cli.value-file", "filter.option-key", NULL, 0, 0},
    {"party", CLI_TEXT, true, "pseudonym.value-text", "filter.option-party", NULL, 0, 0},
    {0},
};
static const struct cli_option match_options[] = {
    {"settings", CLI_TEXT, true, "cli.value-file", "filter.option-settings", NULL, 0, 0},
    {"record", CLI_TEXT, true, "cli.value-file", "filter.option-record", NULL, 0, 0},
    {"purpose", CLI_TEXT, true, "pseudonym.value-text", "filter.option-purpose", NULL, 0, 0},
    {"ground", CLI_TEXT, true, "pseudonym.value-text", "filter.option-ground", NULL, 0, 0},
    {"covenant", CLI_TEXT, true, "pseudonym.value-text", "filter.option-covenant", NULL, 0, 0},
    {0},
};
static const struct cli_example encode_examples[] = {
    {"ontschot filters encode wijkteam.csv --settings filters.yaml --key samen.key --party "
     "wijkteam "
     "--output wijkteam-filters.csv",
     "filter.example-encode"},
    {0},
};
static const struct cli_example match_examples[] = {
    {"ontschot filters match wijkteam-filters.csv corporatie-filters.csv --settings filters.yaml "
     "--purpose \"studie huisuitzettingen\" --ground \"art. 5.4.1 Wmo 2015\" --covenant 2027-3 "
     "--record verslag.json --output paren.csv",
     "filter.example-match"},
    {0},
};
static const struct cli_command encode_action = {.name = "encode",
                                                 .summary = "filter.encode-summary",
                                                 .help = "filter.encode-help",
                                                 .args = "pseudonym.args-file",
                                                 .args_min = 1,
                                                 .args_max = 1,
                                                 .options = encode_options,
                                                 .examples = encode_examples,
                                                 .formats = "csv",
                                                 .uses_threads = true,
                                                 .run = run_encode};
static const struct cli_command match_action = {.name = "match",
                                                .summary = "filter.match-summary",
                                                .help = "filter.match-help",
                                                .args = "filter.args-two",
                                                .args_min = 2,
                                                .args_max = 2,
                                                .options = match_options,
                                                .examples = match_examples,
                                                .formats = "csv",
                                                .uses_threads = true,
                                                .run = run_match};
static const struct cli_command *const actions[] = {&encode_action, &match_action, NULL};

const struct cli_command cmd_filters = {
    .name = "filters",
    .summary = "filter.summary",
    .help = "filter.help",
    .actions = actions,
};
