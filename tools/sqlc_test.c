/* SPDX-License-Identifier: EUPL-1.2 */
#include "sqlc_code.h"
#include "sqlc_migrate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The one file that may be included. */
static bool read_included(void *arg, str path, str *text)
{
    (void)arg;
    if (!str_eq(path, STR("src/a/../b/shared.sql")))
        return false;
    *text = STR("--: fragment is_open (now int)\n(p.opens <= :now);\n");
    return true;
}

struct compiled {
    arena *a;
    out errors, header, source, sql;
    struct sqlc_file f;
};

static void compile(struct compiled *c, const char *text)
{
    *c = (struct compiled){.a = arena_new(16 << 20)};
    out_init(&c->errors, 1 << 20);
    out_init(&c->header, 1 << 20);
    out_init(&c->source, 1 << 20);
    out_init(&c->sql, 1 << 20);
    c->f = (struct sqlc_file){.a = c->a, .read = read_included, .errors = &c->errors};
    sqlc_parse(&c->f, str_of(text), STR("src/a/q.sql"));
    sqlc_put_header(&c->header, &c->f, STR("a"));
    sqlc_put_source(&c->source, &c->f, STR("a"));
    out_char(&c->errors, '\0');
    out_char(&c->header, '\0');
    out_char(&c->source, '\0');
}

static void done(struct compiled *c)
{
    out_free(&c->errors);
    out_free(&c->header);
    out_free(&c->source);
    out_free(&c->sql);
    arena_free(c->a);
}

static void assert_holds(const char *text, const char *expected)
{
    if (!strstr(text, expected))
        assert_string_equal(text, expected);
}

/* ---- SQL for each database ---- */

#define WHERE_IN "SELECT id FROM t WHERE id "

static const struct {
    const char *text; /* its last query is looked at */
    size_t variant;
    const char *sqlite, *postgresql;
} sql[] = {
    {"--: one x (a int) -> (id int)\nSELECT id -- why\n  FROM t\n WHERE a=:a AND 'a'':b' <> n;", 0,
     "SELECT id FROM t WHERE a=?1 AND 'a'':b' <> n",
     "SELECT id FROM t WHERE a=$1 AND 'a'':b' <> n"},
    {"--: one x (a int, b text) -> (id int)\nSELECT id FROM t WHERE (b, a, a) = (:b, :a, :a);", 0,
     "SELECT id FROM t WHERE (b, a, a) = (?2, ?1, ?1)",
     "SELECT id FROM t WHERE (b, a, a) = ($2, $1, $1)"},
    {"--: one x (l int[]) -> (id int)\n" WHERE_IN "IN :l;", 0,
     WHERE_IN "IN (SELECT value FROM json_each(?1))", WHERE_IN "= ANY ($1)"},
    {"--: one x (l text[]) -> (id int)\n" WHERE_IN "not in :l;", 0,
     WHERE_IN "NOT IN (SELECT value FROM json_each(?1))", WHERE_IN "<> ALL ($1)"},
    {"--: one x (l int[]) -> (n int)\nSELECT count(*) AS n FROM each(:l) AS e;", 0,
     "SELECT count(*) AS n FROM (SELECT value, key AS place FROM json_each(?1)) AS e",
     "SELECT count(*) AS n FROM (SELECT value, place - 1 AS place FROM unnest($1) WITH ORDINALITY "
     "AS each_of (value, place)) AS e"},
    {"--: one x (a text) -> (bytes int)\nSELECT CAST(:a AS BYTES) AS bytes;", 0,
     "SELECT CAST(?1 AS BLOB) AS bytes", "SELECT CAST($1 AS BYTEA) AS bytes"},
    /* clauses: the first is the lowest digit */
    {"--: count x (a int)\nDELETE FROM t WHERE true[a_: AND a = :a] [not b: OR b] [b: OR c];", 0,
     "DELETE FROM t WHERE true OR b", "DELETE FROM t WHERE true OR b"},
    {"--: count x (a int)\nDELETE FROM t WHERE true[a_: AND a = :a] [not b: OR b] [b: OR c];", 3,
     "DELETE FROM t WHERE true AND a = ?1 OR c", "DELETE FROM t WHERE true AND a = $1 OR c"},
    /* choices, three times two */
    {"--: many x (l int) -> (id int)\nSELECT id FROM t [f: WHERE g] ORDER BY\n"
     "{o: up = a, id | down = a DESC, id DESC | none = id} LIMIT :l;",
     3, "SELECT id FROM t WHERE g ORDER BY a DESC, id DESC LIMIT ?1",
     "SELECT id FROM t WHERE g ORDER BY a DESC, id DESC LIMIT $1"},
    {"--: one x () -> (id int)\nSELECT {k: a = min | b = max}(id) AS id FROM t WHERE {k: a = 1 | b "
     "= "
     "2} = 1;",
     1, "SELECT max (id) AS id FROM t WHERE 2 = 1", "SELECT max (id) AS id FROM t WHERE 2 = 1"},
    /* fragments bring parameters and clauses, and take on the clause they stand in */
    {"--: fragment f (z int)\n(a = :z [w: AND b = :z]);\n--: one x (a int) -> (id int)\n"
     "SELECT id FROM t WHERE @f AND NOT @f AND :a = 1;",
     1, "SELECT id FROM t WHERE (a = ?2 AND b = ?2 ) AND NOT (a = ?2 AND b = ?2 ) AND ?1 = 1",
     "SELECT id FROM t WHERE (a = $2 AND b = $2 ) AND NOT (a = $2 AND b = $2 ) AND $1 = 1"},
    {"--: fragment f (z int)\na = :z;\n--: fragment g ()\n(@f OR @f);\n--: one x () -> (id int)\n"
     "SELECT id FROM t WHERE true [c: AND @g];",
     1, "SELECT id FROM t WHERE true AND (a = ?1 OR a = ?1)",
     "SELECT id FROM t WHERE true AND (a = $1 OR a = $1)"},
    {"--: include \"../b/shared.sql\"\n--: one x () -> (id int)\nSELECT id FROM p WHERE @is_open;",
     0, "SELECT id FROM p WHERE (p.opens <= ?1)", "SELECT id FROM p WHERE (p.opens <= $1)"},
};

static void each_database_gets_its_own_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
        struct compiled c;

        compile(&c, sql[i].text);

        assert_string_equal(c.errors.p, "");
        const struct sqlc_query *q = c.f.query[c.f.n - 1];
        sqlc_put_sql(&c.sql, q, sql[i].variant, SQLC_SQLITE);
        out_char(&c.sql, '\0');
        assert_string_equal(c.sql.p, sql[i].sqlite);
        out_clear(&c.sql);
        sqlc_put_sql(&c.sql, q, sql[i].variant, SQLC_POSTGRESQL);
        out_char(&c.sql, '\0');
        assert_string_equal(c.sql.p, sql[i].postgresql);
        done(&c);
    }
}

/* ---- C ---- */

static const struct {
    const char *text, *header, *source; /* each occurs in what is made */
} code[] = {
    {"--: one x (e text) -> (id party_id, n int?, t text?)\nSELECT id, n, t FROM p WHERE e = :e;",
     "struct x_row {\n    struct party_id id;\n    struct db_int n; /* may be absent */\n"
     "    str t; /* may be absent */\n};\n"
     "WARN_UNUSED err x(db *d, arena *a, struct x_in in, struct x_row *row, struct err_info "
     "*info);",
     "return db_query_one(d, &x_query, 0, &in, a, row, info);"},
    {"--: many x (l int) -> (id int)\nSELECT id FROM p LIMIT :l;",
     "err x(db *d, arena *a, struct x_in in, struct x_row **rows, size_t *n, struct err_info "
     "*info);",
     "db_query_many(d, &x_query, 0, &in, a, &made, n, info);"},
    {"--: each x () -> (id int)\nSELECT id FROM p;",
     "err x(db *d,\n    err (*row)(void *to, const struct x_row *r, struct err_info *info), void "
     "*to, struct err_info *info);",
     "db_query_each(d, &x_query, 0, NULL, x_each_row, &each, info);"},
    {"--: write x (id party_id?, b bool, r real?, d bytes)\nINSERT INTO p VALUES (:id, :b, :r, "
     ":d);",
     "struct x_in {\n    struct party_id id; /* may be absent */\n    bool b;\n"
     "    struct db_real r; /* may be absent */\n    str d;\n};\n"
     "WARN_UNUSED err x(db_tx *tx, struct x_in in, struct err_info *info);",
     "{\"id\", DB_ID_NULL, offsetof(struct x_in, id)},\n    {\"b\", DB_BOOL, offsetof(struct x_in, "
     "b)},\n    {\"r\", DB_REAL_NULL, offsetof(struct x_in, r)},\n    {\"d\", DB_BYTES, "},
    {"--: count x ()\nDELETE FROM p;", "err x(db_tx *tx, int64_t *changed, struct err_info *info);",
     "return db_query_write(tx, &x_query, 0, NULL, changed, info);"},
    {"--: one x (l party_id[], t text[]) -> (id int)\nUPDATE p SET a = 1 WHERE id IN :l AND t IN "
     ":t "
     "RETURNING id;",
     "struct {\n        const struct party_id *p;\n        size_t n;\n    } l;\n    struct "
     "db_texts t;",
     "return db_query_one(db_tx_db(tx), &x_query, 0, &in, a, row, info);"},
    {"--: many x (l int) -> (id int)\nSELECT id FROM p [f: WHERE a] [g: ORDER BY id] ORDER BY {o: "
     "up = a "
     "| down = b} LIMIT :l;",
     "enum x_o { X_UP, X_DOWN };\nstruct x_in {\n    int64_t l;\n    bool f;\n    bool g;\n    "
     "enum "
     "x_o o;\n};",
     "    assert((size_t)in.o < 2);\n    void *made = NULL;\n    const err e = db_query_many(d, "
     "&x_query, 1 * (size_t)in.f + 2 * (size_t)in.g + 4 * (size_t)in.o, &in"},
};

static void each_kind_gets_its_function(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof code / sizeof *code; i++) {
        struct compiled c;

        compile(&c, code[i].text);

        assert_string_equal(c.errors.p, "");
        assert_holds(c.header.p, code[i].header);
        assert_holds(c.source.p, code[i].source);
        done(&c);
    }
}

/* ---- what is refused ---- */

#define ONE      "--: one x () -> (id int)\n"
#define AT(line) "src/a/q.sql:" line ": "

static const struct {
    const char *text, *error;
} refused[] = {
    {"--: one x () -> (id int)\nSELECT id FROM t WHERE a = :a;", AT("2") "no such parameter: a\n"},
    {"--: one x (a int,\n--:   b int) -> (id int)\nSELECT id FROM t WHERE :a = 1;",
     AT("2") "parameter not used: b\n"},
    {ONE "SELECT * FROM t;", AT("2") "name the columns in place of: *\n"},
    {ONE "SELECT id,\nt.* FROM t;", AT("3") "name the columns in place of: *\n"},
    {"--: many x () -> (id int)\nSELECT id FROM t;", AT("1") "many needs LIMIT :parameter: x\n"},
    {"--: many x () -> (id int)\nSELECT id FROM t LIMIT 10;",
     AT("1") "many needs LIMIT :parameter: x\n"},
    {"--: many x (l int) -> (id int)\nSELECT id FROM (SELECT id FROM t LIMIT :l) AS s;",
     AT("1") "many needs LIMIT :parameter: x\n"},
    {"--: many x (l int) -> (id int)\nSELECT id FROM t [f: LIMIT :l];",
     AT("1") "many needs LIMIT :parameter: x\n"},
    {"--: one x (a text) -> (id int)\nSELECT id FROM t WHERE n LIKE '%' || :a;",
     AT("2") "values are joined in C, not with ||\n"},
    {ONE "SELECT a::int FROM t;", AT("2") ":: is of one database only: CAST(x AS TYPE)\n"},
    {ONE "SELECT a FROM t WHERE a = $1;", AT("2") "a parameter is :name\n"},
    {ONE "SELECT a FROM t WHERE a = ?;", AT("2") "has no meaning here: ?\n"},
    {ONE "SELECT \"a\" FROM t;", AT("2") "names have no quotes\n"},
    {ONE "SELECT a /* b */ FROM t;", AT("2") "a comment begins with --\n"},
    {ONE "SELECT 'a FROM t;\n", AT("2") "a text that does not end\n"},
    {ONE "SELECT a FROM t", AT("1") "the statement has no ; at its end: x\n"},
    {ONE "SELECT a FROM t\n--: write y ()\nDELETE FROM t;",
     AT("3") "a head within a statement: does the ; of the one before fail?\n"},
    {ONE "SELECT (a FROM t;", AT("1") "a ( is not closed: x\n"},
    {ONE "SELECT a) FROM t;", AT("2") "closes nothing: )\n"},
    {ONE "SELECT a FROM t WHERE b [f: AND [g: c]];",
     AT("2") "clauses and choices do not nest: [\n"},
    {ONE "SELECT a FROM t [f: WHERE b;", AT("2") "does not end: f\n"},
    {ONE "SELECT a FROM t [f WHERE b];", AT("2") "expected a : and a space behind the name: f\n"},
    {ONE "SELECT a FROM t f: WHERE b];", AT("2") "has no meaning here: :\n"},
    {ONE "SELECT a FROM t WHERE b];", AT("2") "closes nothing: ]\n"},
    {ONE "SELECT a FROM t ORDER BY {o: a = b};",
     AT("2") "a choice has two options or more, the same each time: o\n"},
    {ONE "SELECT {o: a = 1 | b = 2} FROM t ORDER BY {o: a = b | c = 1};",
     AT("2") "not the options that this choice had before: c\n"},
    {ONE "SELECT {o: a = 1 | a = 2} FROM t;", AT("2") "an option given twice: a\n"},
    {ONE "SELECT {o: a = 1 | b = 2} FROM t [o: WHERE c];", AT("2") "a choice is no clause: o\n"},
    {"--: one x (o int) -> (id int)\nSELECT :o FROM t [o: WHERE c];",
     AT("2") "a parameter has this name, too: o\n"},
    {"--: one x (l int[]) -> (id int)\nSELECT id FROM t WHERE id = :l;",
     AT("2") "a list stands behind IN or in EACH(): l\n"},
    {"--: one x (a int) -> (id int)\nSELECT id FROM t WHERE id IN :a;", AT("2") "not a list: a\n"},
    {ONE "SELECT id FROM t WHERE @f;", AT("2") "no such fragment: f\n"},
    {"--: fragment f (a int)\n:a;\n--: one x (a text) -> (id int)\nSELECT :a FROM t WHERE @f;",
     AT("4") "of another type in the fragment: a\n"},
    {"--: fragment f ()\n1 [c: + 1];\n" ONE "SELECT id FROM t [d: WHERE @f];",
     AT("4") "clauses and choices do not nest: f\n"},
    {"--: write x ()\nSELECT id FROM t;", AT("1") "writes nothing: x\n"},
    {"--: each x () -> (id int)\nDELETE FROM t RETURNING id;", AT("1") "each only reads: x\n"},
    {"--: some x ()\nSELECT id;", AT("1") "no such kind of query: some\n"},
    {"--: one x (a money) -> (id int)\nSELECT :a;", AT("1") "no such type: money\n"},
    {"--: one x (a int[) -> (id int)\nSELECT :a;", AT("1") "expected ]: )\n"},
    {"--: one x (a int) -> (l int[])\nSELECT :a;", AT("1") "a list cannot come back: l\n"},
    {"--: one x (l real[]) -> (a int)\nSELECT :l;", AT("1") "lists are of int, text or ids: l\n"},
    {"--: one x (b bool?) -> (a int)\nSELECT :b;", AT("1") "a bool is never NULL: use int?: b\n"},
    {"--: one x (int int) -> (a int)\nSELECT 1;", AT("1") "a word of C is no name: int\n"},
    {"--: one x (a int, a int) -> (a int)\nSELECT :a;", AT("1") "name given twice: a\n"},
    {"--: one x (a int)\nSELECT :a;", AT("1") "-> (columns) is missing: x\n"},
    {"--: write x () -> (a int)\nDELETE FROM t;", AT("1") "this kind gives no columns back: x\n"},
    {"--: one x () -> (a int) b\nSELECT 1;", AT("1") "not understood in a head: b\n"},
    {ONE "SELECT 1;\n" ONE "SELECT 2;", AT("3") "a query of this name was there before: x\n"},
    {"\nSELECT 1;\n", AT("2") "a statement without a head (--: KIND NAME ...)\n"},
    {"--: include 'x'\n", AT("1") "include \"FILE\" is how it is written: 'x'\n"},
    {"--: include \"x.sql\"\n", AT("1") "cannot be read: src/a/x.sql\n"},
    {"\xff", AT("1") "not UTF-8\n"},
    {ONE "SELECT a # b FROM t;", AT("2") "a character that has no meaning here\n"},
    {ONE "SELECT 1 [a: 1] [b: 1] [c: 1] [d: 1] [e: 1] [f: 1] [g: 1] [h: 1];",
     AT("1") "more than 128 combinations of clauses and choices: x\n"},
    {ONE "SELECT 1 [a: 1] [b: 1] [c: 1] [d: 1] [e: 1] [f: 1] [g: 1] [h: 1] [i: 1];",
     AT("2") "too many clauses and choices: i\n"},
    /* one mistake does not hide the next */
    {"--: some x ()\nSELECT 1;\n" ONE "SELECT * FROM t;",
     AT("1") "no such kind of query: some\n" AT("4") "name the columns in place of: *\n"},
};

static void what_is_wrong_is_said_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct compiled c;

        compile(&c, refused[i].text);

        assert_string_equal(c.errors.p, refused[i].error);
        done(&c);
    }
}

/* ---- migrations ---- */

static void migrate(const char *file, const char *text, out *o, out *errors)
{
    const struct sqlc_migration m = {str_of(file), str_of(text)};
    out_init(o, 1 << 16);
    out_init(errors, 1 << 16);
    sqlc_put_migrations(o, &m, 1, errors);
    out_char(o, '\0');
    out_char(errors, '\0');
}

static void a_migration_becomes_the_text_of_each_database(void **state)
{
    (void)state;
    out o, errors;

    migrate("m/0012_a.sql",
            "-- why\nCREATE TABLE t (id INT8 PRIMARY KEY, -- key\n  view FLOAT8, bytes BYTES,\n"
            "  s TEXT CHECK (s <> 'INT8;')) STRICT;\n\nCREATE INDEX i ON t (x) WHERE x > 0;\n",
            &o, &errors);

    assert_string_equal(errors.p, "");
    assert_holds(o.p, "{12, \"0012_a\",\n     \"CREATE TABLE t (id INTEGER PRIMARY KEY,\\n\"\n");
    assert_holds(
        o.p, "\"view REAL, bytes BLOB,\\n\"\n        \"s TEXT CHECK (s <> 'INT8;')) STRICT;\\n\"");
    assert_holds(o.p,
                 "\"view FLOAT8, bytes BYTEA,\\n\"\n        \"s TEXT CHECK (s <> 'INT8;'));\\n\"\n"
                 "        \"CREATE INDEX i ON t (x) WHERE x > 0;\"}");
    out_free(&o);
    out_free(&errors);
}

static const struct {
    const char *file, *text, *error;
} migrations_refused[] = {
    {"m/1_a.sql", "DROP TABLE t;",
     "m/1_a.sql:1: not named NNNN_name.sql, each number once and in order\n"},
    {"m/0001_a.sql", "CREATE TABLE t (id INT8);", "m/0001_a.sql:1: a table ends in ) STRICT;\n"},
    {"m/0001_a.sql", "CREATE TABLE t (\n id INTEGER) STRICT;",
     "m/0001_a.sql:2: not a word that both databases share: INTEGER\n"},
    {"m/0001_a.sql", "DROP TABLE t", "m/0001_a.sql:1: the last statement has no ;\n"},
    {"m/0001_a.sql", "DELETE FROM t WHERE a = :b;",
     "m/0001_a.sql:1: a migration has no parameters and fragments: b\n"},
    {"m/0001_a.sql", "COMMIT;",
     "m/0001_a.sql:1: not a word that both databases share: COMMIT\n"
     "m/0001_a.sql:1: no statement of a migration, or not in capitals: COMMIT\n"},
    {"m/0001_a.sql", "create table t (id INT8);",
     "m/0001_a.sql:1: no statement of a migration, or not in capitals: create\n"},
};

static void a_migration_that_one_database_would_not_take_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof migrations_refused / sizeof *migrations_refused; i++) {
        out o, errors;

        migrate(migrations_refused[i].file, migrations_refused[i].text, &o, &errors);

        assert_string_equal(errors.p, migrations_refused[i].error);
        out_free(&o);
        out_free(&errors);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_database_gets_its_own_text),
        cmocka_unit_test(each_kind_gets_its_function),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(a_migration_becomes_the_text_of_each_database),
        cmocka_unit_test(a_migration_that_one_database_would_not_take_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
