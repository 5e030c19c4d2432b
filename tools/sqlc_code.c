/* SPDX-License-Identifier: EUPL-1.2 */
#include "sqlc_code.h"

#include "tool.h"

/* Puts `text` with each $ replaced by `name`: shapes of code, read as they will stand there. */
static void put(out *o, const char *text, str name)
{
    for (; *text; text++) {
        if (*text == '$')
            out_str(o, name);
        else
            out_char(o, *text);
    }
}

static void put_upper(out *o, str s)
{
    for (size_t i = 0; i < s.n; i++)
        out_char(o, (char)(s.p[i] >= 'a' && s.p[i] <= 'z' ? s.p[i] - 'a' + 'A' : s.p[i]));
}

/* ---- structs ---- */

static void put_type(out *o, const struct sqlc_field *f)
{
    static const char *const plain[] = {"int64_t ", "double ", "str ", "str ", "bool "};
    static const char *const nullable[] = {"struct db_int ", "struct db_real ", "str ", "str "};
    if (f->list && f->base == SQLC_ID)
        put(o, "struct {\n        const struct $ *p;\n        size_t n;\n    } ", f->id);
    else if (f->list)
        out_cstr(o, f->base == SQLC_INT ? "struct db_ints " : "struct db_texts ");
    else if (f->base == SQLC_ID)
        put(o, "struct $ ", f->id);
    else
        out_cstr(o, f->nullable ? nullable[f->base] : plain[f->base]);
}

static void put_fields(out *o, const struct sqlc_fields *fields)
{
    for (size_t i = 0; i < fields->n; i++) {
        out_cstr(o, "    ");
        put_type(o, &fields->item[i]);
        put(o, "$;", fields->item[i].name);
        out_cstr(o, fields->item[i].nullable ? " /* may be absent */\n" : "\n");
    }
}

static bool has_in(const struct sqlc_query *q)
{
    return q->params.n > 0 || q->n_switches > 0;
}

static void put_enum(out *o, const struct sqlc_query *q, const struct sqlc_switch *s)
{
    put(o, "enum $_", q->name);
    put(o, "$ {", s->name);
    for (size_t i = 0; i < s->n_options; i++) {
        out_cstr(o, i ? ", " : " ");
        put_upper(o, q->name);
        out_char(o, '_');
        put_upper(o, s->option[i]);
    }
    out_cstr(o, " };\n");
}

static void put_structs(out *o, const struct sqlc_query *q)
{
    for (size_t i = 0; i < q->n_switches; i++)
        if (q->item[i].n_options)
            put_enum(o, q, &q->item[i]);
    if (has_in(q)) {
        put(o, "struct $_in {\n", q->name);
        put_fields(o, &q->params);
        for (size_t i = 0; i < q->n_switches; i++) {
            if (q->item[i].n_options) {
                put(o, "    enum $_", q->name);
                put(o, "$ ", q->item[i].name);
            } else {
                out_cstr(o, "    bool ");
            }
            put(o, "$;\n", q->item[i].name);
        }
        out_cstr(o, "};\n");
    }
    if (q->columns.n) {
        put(o, "struct $_row {\n", q->name);
        put_fields(o, &q->columns);
        out_cstr(o, "};\n");
    }
}

/* ---- functions ---- */

static void put_signature(out *o, const struct sqlc_query *q)
{
    const bool writes = q->writes;
    put(o, "err $(", q->name);
    out_cstr(o, writes ? "db_tx *tx" : "db *d");
    if (q->kind == SQLC_ONE || q->kind == SQLC_MANY)
        out_cstr(o, ", arena *a");
    if (has_in(q))
        put(o, ", struct $_in in", q->name);
    switch (q->kind) {
    case SQLC_ONE: put(o, ", struct $_row *row", q->name); break;
    case SQLC_MANY: put(o, ", struct $_row **rows, size_t *n", q->name); break;
    case SQLC_EACH:
        put(o,
            ",\n    err (*row)(void *to, const struct $_row *r, struct err_info *info), void *to",
            q->name);
        break;
    case SQLC_COUNT: out_cstr(o, ", int64_t *changed"); break;
    case SQLC_WRITE:
    case SQLC_FRAGMENT: break;
    }
    out_cstr(o, ", struct err_info *info)");
}

/* The number of the variant that `in` asks for: digits, the first switch least. */
static void put_variant(out *o, const struct sqlc_query *q)
{
    size_t radix = 1;
    for (size_t i = 0; i < q->n_switches; i++) {
        const struct sqlc_switch *s = &q->item[i];
        if (i)
            out_cstr(o, " + ");
        out_int(o, (int64_t)radix);
        put(o, " * (size_t)in.$", s->name);
        radix *= s->n_options ? s->n_options : 2;
    }
    if (q->n_switches == 0)
        out_char(o, '0');
}

static void put_asserts(out *o, const struct sqlc_query *q)
{
    for (size_t i = 0; i < q->n_switches; i++) {
        if (q->item[i].n_options == 0)
            continue;
        put(o, "    assert((size_t)in.$ < ", q->item[i].name);
        out_int(o, (int64_t)q->item[i].n_options);
        out_cstr(o, ");\n");
    }
}

static void put_call(out *o, const struct sqlc_query *q, const char *function)
{
    put(o, "db_query_$(", str_of(function));
    out_cstr(o, q->writes && q->kind <= SQLC_MANY ? "db_tx_db(tx)" : q->writes ? "tx" : "d");
    put(o, ", &$_query, ", q->name);
    put_variant(o, q);
    out_cstr(o, has_in(q) ? ", &in" : ", NULL");
}

static void put_body(out *o, const struct sqlc_query *q)
{
    out_cstr(o, "\n{\n");
    put_asserts(o, q);
    switch (q->kind) {
    case SQLC_ONE:
        out_cstr(o, "    return ");
        put_call(o, q, "one");
        out_cstr(o, ", a, row, info);\n");
        break;
    case SQLC_MANY:
        out_cstr(o, "    void *made = NULL;\n    const err e = ");
        put_call(o, q, "many");
        out_cstr(o, ", a, &made, n, info);\n    if (e == OK)\n        *rows = made;\n"
                    "    return e;\n");
        break;
    case SQLC_EACH:
        put(o, "    struct $_each each = {row, to};\n    return ", q->name);
        put_call(o, q, "each");
        put(o, ", $_each_row, &each, info);\n", q->name);
        break;
    case SQLC_WRITE:
    case SQLC_COUNT:
        out_cstr(o, "    return ");
        put_call(o, q, "write");
        out_cstr(o, q->kind == SQLC_COUNT ? ", changed, info);\n" : ", NULL, info);\n");
        break;
    case SQLC_FRAGMENT: break;
    }
    out_cstr(o, "}\n");
}

/* ---- tables ---- */

static void put_type_code(out *o, const struct sqlc_field *f)
{
    static const char *const plain[] = {"DB_INT",   "DB_REAL", "DB_TEXT",
                                        "DB_BYTES", "DB_BOOL", "DB_INT"};
    static const char *const nullable[] = {
        "DB_INT_NULL", "DB_REAL_NULL", "DB_TEXT_NULL", "DB_BYTES_NULL", "", "DB_ID_NULL"};
    if (f->list)
        out_cstr(o, f->base == SQLC_TEXT ? "DB_TEXTS" : "DB_INTS");
    else
        out_cstr(o, f->nullable ? nullable[f->base] : plain[f->base]);
}

static void put_layout(out *o, const struct sqlc_query *q, const struct sqlc_fields *fields,
                       const char *array, const char *of)
{
    if (fields->n == 0)
        return;
    put(o, "\nstatic const struct db_field $_", q->name);
    out_cstr(o, array);
    out_cstr(o, "[] = {\n");
    for (size_t i = 0; i < fields->n; i++) {
        put(o, "    {\"$\", ", fields->item[i].name);
        put_type_code(o, &fields->item[i]);
        put(o, ", offsetof(struct $_", q->name);
        out_cstr(o, of);
        put(o, ", $)},\n", fields->item[i].name);
    }
    out_cstr(o, "};\n");
}

static void put_texts(out *o, const struct sqlc_query *q, enum sqlc_dialect dialect)
{
    put(o, "\nstatic const char *const $", q->name);
    out_cstr(o, dialect == SQLC_SQLITE ? "_sqlite[] = {\n" : "_postgresql[] = {\n");
    for (size_t v = 0; v < sqlc_variants(q); v++) {
        out text;
        out_init(&text, TOOL_FILE_MAX);
        sqlc_put_sql(&text, q, v, dialect);
        out_cstr(o, "    ");
        tool_put_literal(o, out_view(&text));
        out_cstr(o, ",\n");
        if (text.error != OK)
            o->error = text.error;
        out_free(&text);
    }
    out_cstr(o, "};\n");
}

static void put_query(out *o, const struct sqlc_query *q, str room)
{
    static const char *const kind[] = {"DB_ONE", "DB_MANY", "DB_EACH", "DB_WRITE", "DB_COUNT"};
    put_layout(o, q, &q->params, "param", "in");
    put_layout(o, q, &q->columns, "column", "row");
    put_texts(o, q, SQLC_SQLITE);
    put_texts(o, q, SQLC_POSTGRESQL);
    put(o, "\nstatic const struct db_query $_query = {\n", q->name);
    put(o, "    .name = \"$.", room);
    put(o, "$\",\n    .kind = ", q->name);
    out_cstr(o, kind[q->kind]);
    out_cstr(o, q->writes ? ",\n    .writes = true,\n" : ",\n");
    if (q->params.n)
        put(o, "    .param = $_param,\n    .n_params = ", q->name);
    if (q->params.n) {
        out_int(o, (int64_t)q->params.n);
        out_cstr(o, ",\n");
    }
    if (q->columns.n) {
        put(o, "    .column = $_column,\n    .n_columns = ", q->name);
        out_int(o, (int64_t)q->columns.n);
        put(o, ",\n    .row_size = sizeof(struct $_row),\n", q->name);
    }
    out_cstr(o, "    .n_variants = ");
    out_int(o, (int64_t)sqlc_variants(q));
    put(o, ",\n    .sqlite = $_sqlite,\n    .postgresql = $_postgresql,\n};\n", q->name);
}

static void put_each(out *o, const struct sqlc_query *q)
{
    put(o,
        "\nstruct $_each {\n"
        "    err (*row)(void *to, const struct $_row *r, struct err_info *info);\n"
        "    void *to;\n};\n"
        "static err $_each_row(void *arg, const void *r, struct err_info *info)\n{\n"
        "    const struct $_each *each = arg;\n"
        "    return each->row(each->to, r, info);\n}\n",
        q->name);
}

/* ---- files ---- */

void sqlc_put_header(out *o, const struct sqlc_file *f, str room)
{
    put(o,
        "/* Made by tools/sqlc from queries.sql. */\n"
        "#ifndef ONTSCHOT_QUERIES_$\n#define ONTSCHOT_QUERIES_$\n\n"
        "#include \"app/db/query.h\"\n\n"
        "extern const struct db_queries $_queries;\n",
        room);
    for (size_t i = 0; i < f->n; i++) {
        if (f->query[i]->kind == SQLC_FRAGMENT)
            continue;
        out_char(o, '\n');
        put_structs(o, f->query[i]);
        out_cstr(o, "WARN_UNUSED ");
        put_signature(o, f->query[i]);
        out_cstr(o, ";\n");
    }
    out_cstr(o, "\n#endif\n");
}

void sqlc_put_source(out *o, const struct sqlc_file *f, str room)
{
    size_t n = 0;
    out_cstr(o, "/* Made by tools/sqlc from queries.sql. */\n#include \"queries.h\"\n\n"
                "#include <assert.h>\n#include <stddef.h>\n");
    for (size_t i = 0; i < f->n; i++) {
        const struct sqlc_query *q = f->query[i];
        if (q->kind == SQLC_FRAGMENT)
            continue;
        n++;
        put_query(o, q, room);
        if (q->kind == SQLC_EACH)
            put_each(o, q);
        out_char(o, '\n');
        put_signature(o, q);
        put_body(o, q);
    }
    out_cstr(o, "\nstatic const struct db_query *const queries[] = {\n");
    for (size_t i = 0; i < f->n; i++)
        if (f->query[i]->kind != SQLC_FRAGMENT)
            put(o, "    &$_query,\n", f->query[i]->name);
    put(o, "    NULL,\n};\n\nconst struct db_queries $_queries = {queries, ", room);
    out_int(o, (int64_t)n);
    out_cstr(o, "};\n");
}

void sqlc_put_list(out *o, const str *rooms, size_t n)
{
    out_cstr(o, "/* Made by tools/sqlc: the queries of all rooms. */\n"
                "#include \"app/db/query.h\"\n\n");
    for (size_t i = 0; i < n; i++)
        put(o, "extern const struct db_queries $_queries;\n", rooms[i]);
    out_cstr(o, "\nconst struct db_queries *const db_all_queries[] = {\n");
    for (size_t i = 0; i < n; i++)
        put(o, "    &$_queries,\n", rooms[i]);
    out_cstr(o, "    NULL,\n};\n");
}
