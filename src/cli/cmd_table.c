/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/date.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/cli.h"
#include "engine/report/report.h"
#include "engine/table/table.h"

#include <math.h>
#include <string.h>

enum { DESCRIBE_MAX_BYTES = 64 << 20, MEAN_DECIMALS = 6 };

static const char *const type_names[] = {"int", "real", "text", "date"};
static const char *const type_keys[] = {"table.type-int", "table.type-real", "table.type-text",
                                        "table.type-date"};

/* ---- how a text file is read ---- */

/* What both actions take; in a macro, since C cannot put one array into another. */
/* clang-format off */
#define READING_OPTIONS                                                                            \
    {"separator", CLI_CHOICE, false, "table.value-sign", "table.option-separator",                 \
     ";|,|tab|space", 0, 0},                                                                       \
    {"decimal", CLI_CHOICE, false, "table.value-sign", "table.option-decimal", ".|,", 0, 0},       \
    {"missing", CLI_LIST, false, "table.value-texts", "table.option-missing", NULL, 0, 0},         \
    {"type", CLI_LIST, false, "table.value-types", "table.option-type", NULL, 0, 0}
/* clang-format on */

static char separator_named(str name)
{
    if (str_eq(name, STR("tab")))
        return '\t';
    return str_eq(name, STR("space")) ? ' ' : name.p[0];
}

static bool type_named(str name, enum table_type *type)
{
    for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; i++)
        if (str_eq(name, str_of(type_names[i]))) {
            *type = (enum table_type)i;
            return true;
        }
    return false;
}

/* "code=text": the last equals sign divides, as names may hold one. */
static err read_type(str item, str *name, enum table_type *type, struct err_info *info)
{
    size_t at = item.n;
    while (at > 0 && item.p[at - 1] != '=')
        at--;
    if (at < 2 || !type_named(str_cut(item, at, item.n), type))
        return err_text(info, E_INPUT, "table.bad-type", item);
    *name = str_cut(item, 0, at - 1);
    return OK;
}

static err read_types(struct cli *c, struct table_format *format, struct err_info *info)
{
    str *items;
    size_t n;
    err e = cli_list(c, "type", &items, &n, info);
    if (e != OK || n == 0)
        return e;
    enum table_type *types = ARENA_NEW(c->memory, enum table_type, n);
    if (!types)
        return err_nomem(info);
    for (size_t i = 0; i < n && e == OK; i++)
        e = read_type(items[i], &items[i], &types[i], info);
    format->typed_name = items;
    format->typed_as = types;
    format->n_typed = n;
    return e;
}

static err read_format(struct cli *c, struct table_format *format, struct err_info *info)
{
    str *marks;
    *format = (struct table_format){0};
    if (cli_given(c, "separator"))
        format->separator = separator_named(cli_text(c, "separator"));
    if (cli_given(c, "decimal"))
        format->decimal = cli_text(c, "decimal").p[0];
    const err e = cli_list(c, "missing", &marks, &format->n_missing_marks, info);
    if (e != OK)
        return e;
    if (format->n_missing_marks)
        format->missing_marks = marks;
    return read_types(c, format, info);
}

/* The table of the first argument; otherwise `*code` is how the command ends. */
static table *open_table(struct cli *c, int *code)
{
    struct table_format format;
    struct err_info info;
    table *t = NULL;

    if (read_format(c, &format, &info) != OK)
        *code = info.code == E_NOMEM ? cli_fail(c, &info) : cli_usage(c, &info.msg);
    else if (table_open(c->args[0], &format, c->pool, c->progress, &t, &info) != OK)
        *code = cli_fail(c, &info);
    return t;
}

/* ---- describe: for programs ---- */

/* A value of the column as its type is written: whole, decimal, or a date. */
static void put_plain(out *o, enum table_type type, double v)
{
    char date[10];
    if (type == TABLE_DATE) {
        date_print_iso((int32_t)v, date);
        out_bytes(o, date, sizeof date);
    } else {
        out_real(o, v);
    }
}

static void key_value(json *j, const char *key, enum table_type type, double v)
{
    char date[10];
    json_key(j, key);
    if (type != TABLE_DATE || isnan(v)) {
        json_put_real(j, v);
        return;
    }
    date_print_iso((int32_t)v, date);
    json_put_str(j, (str){date, sizeof date});
}

static void json_column(json *j, const table *t, const struct table_column *column)
{
    struct table_summary s;
    table_summarise(t, column, &s);
    json_open_object(j);
    json_key_str(j, "name", column->name);
    json_key_str(j, "type", str_of(type_names[column->type]));
    json_key_int(j, "missing", (int64_t)s.n_missing);
    json_key_int(j, "infinite", (int64_t)s.n_infinite);
    json_key(j, "distinct");
    if (column->type == TABLE_TEXT)
        json_put_int(j, (int64_t)s.n_words);
    else
        json_put_null(j);
    key_value(j, "minimum", column->type, s.least);
    key_value(j, "mean", column->type, s.mean);
    key_value(j, "maximum", column->type, s.most);
    json_close_object(j);
}

static void describe_json(out *o, const table *t)
{
    json j;
    const struct table_column *unit, *time;

    json_init(&j, o);
    json_open_object(&j);
    json_key_str(&j, "file", table_name(t));
    json_key_int(&j, "rows", (int64_t)table_rows(t));
    json_key(&j, "sorted_by");
    json_open_array(&j);
    if (table_order(t, &unit, &time)) {
        json_put_str(&j, unit->name);
        json_put_str(&j, time->name);
    }
    json_close_array(&j);
    json_key(&j, "columns");
    json_open_array(&j);
    for (size_t i = 0; i < table_columns(t); i++)
        json_column(&j, t, table_column_at(t, i));
    json_close_array(&j);
    json_close_object(&j);
    out_char(o, '\n');
}

static void describe_csv(out *o, const table *t)
{
    out_cstr(o, "name,type,missing,infinite,distinct,minimum,mean,maximum\n");
    for (size_t i = 0; i < table_columns(t); i++) {
        const struct table_column *column = table_column_at(t, i);
        struct table_summary s;
        table_summarise(t, column, &s);
        report_csv_text(o, column->name);
        out_char(o, ',');
        out_cstr(o, type_names[column->type]);
        out_char(o, ',');
        out_int(o, (int64_t)s.n_missing);
        out_char(o, ',');
        out_int(o, (int64_t)s.n_infinite);
        out_char(o, ',');
        if (column->type == TABLE_TEXT)
            out_int(o, (int64_t)s.n_words);
        const double v[] = {s.least, s.mean, s.most};
        for (size_t k = 0; k < 3; k++) {
            out_char(o, ',');
            if (!isnan(v[k]))
                put_plain(o, column->type, v[k]);
        }
        out_char(o, '\n');
    }
}

/* ---- describe: for people ---- */

enum cell { CELL_NAME, CELL_TYPE, CELL_MISSING, CELL_LEAST, CELL_MEAN, CELL_MOST, CELL_COUNT };

struct line {
    str cell[CELL_COUNT];
};

/* "2005.000" says no more than "2005". */
static str without_zeros(str s)
{
    size_t point;
    if (!str_find(s, '.', &point) || str_find(s, 'e', &(size_t){0}))
        return s;
    while (s.p[s.n - 1] == '0')
        s.n--;
    s.n -= s.p[s.n - 1] == '.';
    return s;
}

/* Without groups of thousands, since a year is no amount; the mean is rounded, the rest is not. */
static void put_number(out *o, enum lang lang, enum table_type type, double v, bool is_mean)
{
    out text;
    out_init(&text, 512);
    if (is_mean && type != TABLE_DATE && fabs(v) < 1e15) {
        int decimals = MEAN_DECIMALS;
        double rest = fabs(v);
        while (rest >= 10 && decimals > 0) {
            rest /= 10;
            decimals--;
        }
        out_fixed(&text, v, decimals);
    } else {
        put_plain(&text, type, v);
    }
    const str s = without_zeros(out_view(&text));
    for (size_t i = 0; i < s.n; i++)
        out_char(o, s.p[i] == '.' && lang == LANG_NL ? ',' : s.p[i]);
    if (text.error != OK)
        o->error = text.error;
    out_free(&text);
}

static str kept(struct cli *c, out *o)
{
    const str s = o->error == OK ? arena_str(c->memory, out_view(o)) : (str){NULL, 0};
    out_clear(o);
    return s;
}

static str kept_count(struct cli *c, out *o, size_t n)
{
    tr_number(o, c->lang, (double)n, 0);
    return kept(c, o);
}

/* For text, how many different ones stands where numbers have their least value. */
static str kept_words(struct cli *c, out *o, size_t n)
{
    struct msg m;
    msg_set(&m, "table.n-words");
    msg_int(&m, (int64_t)n);
    tr_msg(o, c->lang, &m);
    return kept(c, o);
}

static bool fill_line(struct cli *c, const table *t, size_t i, out *o, struct line *line)
{
    const struct table_column *column = table_column_at(t, i);
    struct table_summary s;

    table_summarise(t, column, &s);
    *line = (struct line){0};
    line->cell[CELL_NAME] = column->name;
    line->cell[CELL_TYPE] = tr(c->lang, type_keys[column->type]);
    line->cell[CELL_MISSING] = kept_count(c, o, s.n_missing);
    if (column->type == TABLE_TEXT) {
        line->cell[CELL_LEAST] = kept_words(c, o, s.n_words);
        return line->cell[CELL_MISSING].p && line->cell[CELL_LEAST].p;
    }
    const double v[] = {s.least, s.mean, s.most};
    for (size_t k = 0; k < 3; k++) {
        if (!isnan(v[k]))
            put_number(o, c->lang, column->type, v[k], k == 1);
        else if (k == 2 && s.n_infinite)
            out_cstr(o, "Inf");
        if (!(line->cell[CELL_LEAST + k] = kept(c, o)).p)
            return false;
    }
    return line->cell[CELL_MISSING].p != NULL;
}

/* Characters, as nearly as code points tell. */
static size_t width(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

static void put_lines(out *o, const struct line *lines, size_t n)
{
    size_t widest[CELL_COUNT] = {0};
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < CELL_COUNT; k++)
            if (width(lines[i].cell[k]) > widest[k])
                widest[k] = width(lines[i].cell[k]);
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < CELL_COUNT; k++) {
            const str cell = lines[i].cell[k];
            const bool is_left = k <= CELL_TYPE;
            if (is_left) /* a name from a file */
                out_visible(o, cell);
            for (size_t w = width(cell); w < widest[k] && (!is_left || k + 1 < CELL_COUNT); w++)
                out_char(o, ' ');
            if (!is_left)
                out_str(o, cell);
            if (k + 1 < CELL_COUNT)
                out_cstr(o, "  ");
        }
        out_char(o, '\n');
    }
}

static void put_heading(struct cli *c, const table *t, out *o)
{
    struct msg m;
    const struct table_column *unit, *time;

    msg_set(&m, "table.n-rows");
    msg_int(&m, (int64_t)table_rows(t));
    msg_text(&m, table_name(t));
    msg_int(&m, (int64_t)table_columns(t));
    tr_msg(o, c->lang, &m);
    out_char(o, '\n');
    if (table_order(t, &unit, &time)) {
        msg_set(&m, "table.sorted-by");
        msg_text(&m, unit->name);
        msg_text(&m, time->name);
        tr_msg(o, c->lang, &m);
        out_char(o, '\n');
    }
    out_char(o, '\n');
}

static err describe_text(struct cli *c, const table *t, out *o, struct err_info *info)
{
    static const char *const heads[CELL_COUNT] = {"table.head-name",    "table.head-type",
                                                  "table.head-missing", "table.head-least",
                                                  "table.head-mean",    "table.head-most"};
    struct line *lines = ARENA_NEW(c->memory, struct line, table_columns(t) + 1);
    out cell;
    bool fits = lines != NULL;

    out_init(&cell, DESCRIBE_MAX_BYTES);
    for (int k = 0; fits && k < CELL_COUNT; k++)
        lines[0].cell[k] = tr(c->lang, heads[k]);
    for (size_t i = 0; fits && i < table_columns(t); i++)
        fits = fill_line(c, t, i, &cell, &lines[i + 1]);
    out_free(&cell);
    if (!fits)
        return err_nomem(info);
    put_heading(c, t, o);
    put_lines(o, lines, table_columns(t) + 1);
    return OK;
}

static int describe(struct cli *c)
{
    struct err_info info;
    int code = CLI_DONE;
    out o;

    table *t = open_table(c, &code);
    if (!t)
        return code;
    out_init(&o, DESCRIBE_MAX_BYTES);
    err e = OK;
    if (c->format == CLI_FORMAT_JSON)
        describe_json(&o, t);
    else if (c->format == CLI_FORMAT_CSV)
        describe_csv(&o, t);
    else
        e = describe_text(c, t, &o, &info);
    code = e == OK ? cli_deliver(c, &o) : cli_fail(c, &info);
    out_free(&o);
    table_free(t);
    return code;
}

/* ---- import ---- */

static int tell_imported(struct cli *c, const table *t)
{
    struct msg m;
    out o;
    msg_set(&m, "table.imported");
    msg_int(&m, (int64_t)table_rows(t));
    msg_text(&m, c->args[1]);
    msg_int(&m, (int64_t)table_columns(t));
    out_init(&o, DESCRIBE_MAX_BYTES);
    tr_msg(&o, c->lang, &m);
    out_char(&o, '\n');
    const int code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

static int import(struct cli *c)
{
    struct err_info info;
    int code = CLI_DONE;

    if (cli_given(c, "unit") != cli_given(c, "time")) {
        msg_set(&info.msg, "table.unit-and-time");
        return cli_usage(c, &info.msg);
    }
    table *t = open_table(c, &code);
    if (!t)
        return code;
    if (table_write(t, c->args[1], cli_text(c, "unit"), cli_text(c, "time"), c->pool, c->progress,
                    &info) == OK)
        code = tell_imported(c, t);
    else
        code = cli_fail(c, &info);
    table_free(t);
    return code;
}

/* ---- the tables ---- */

static const struct cli_option describe_options[] = {READING_OPTIONS, {0}};

static const struct cli_example describe_examples[] = {
    {"ontschot table describe panel.csv", "table.example-describe"},
    {"ontschot table describe panel.ot --format json", "table.example-json"},
    {0},
};

static const struct cli_command table_describe = {
    .name = "describe",
    .summary = "table.describe-summary",
    .help = "table.describe-help",
    .args = "table.describe-args",
    .args_min = 1,
    .args_max = 1,
    .options = describe_options,
    .examples = describe_examples,
    .formats = "text|json|csv",
    .uses_threads = true,
    .keeps_freed = true,
    .run = describe,
};

static const struct cli_option import_options[] = {
    {"unit", CLI_TEXT, false, "cli.value-column", "table.option-unit", NULL, 0, 0},
    {"time", CLI_TEXT, false, "cli.value-column", "table.option-time", NULL, 0, 0},
    READING_OPTIONS,
    {0},
};

static const struct cli_example import_examples[] = {
    {"ontschot table import panel.csv panel.ot --unit persoon --time maand",
     "table.example-import"},
    {"ontschot table import oud.csv oud.ot --separator ';' --decimal , --type code=text",
     "table.example-override"},
    {0},
};

static const struct cli_command table_import = {
    .name = "import",
    .summary = "table.import-summary",
    .help = "table.import-help",
    .args = "table.import-args",
    .args_min = 2,
    .args_max = 2,
    .options = import_options,
    .examples = import_examples,
    .uses_threads = true,
    .keeps_freed = true,
    .run = import,
};

static const struct cli_command *const actions[] = {&table_describe, &table_import, NULL};

const struct cli_command cmd_table = {
    .name = "table",
    .summary = "table.summary",
    .help = "table.help",
    .actions = actions,
};
