/* SPDX-License-Identifier: EUPL-1.2 */
#include "sqlc_code.h"

static int64_t number_of(const struct sqlc_query *q, str param)
{
    size_t i = 0;
    while (i < q->params.n && !str_eq(q->params.item[i].name, param))
        i++;
    return (int64_t)i + 1;
}

static void put_number(out *o, const struct sqlc_query *q, str param, enum sqlc_dialect dialect)
{
    out_char(o, dialect == SQLC_SQLITE ? '?' : '$');
    out_int(o, number_of(q, param));
}

/* What stands before and behind the number of a parameter. */
static const struct around {
    const char *before, *behind;
} around[SQLC_DIALECTS][SQLC_EACH_OF + 1] = {
    [SQLC_SQLITE] = {[SQLC_PARAM] = {"", ""},
                     [SQLC_IN] = {"IN (SELECT value FROM json_each(", "))"},
                     [SQLC_NOT_IN] = {"NOT IN (SELECT value FROM json_each(", "))"},
                     [SQLC_EACH_OF] = {"(SELECT value, key AS place FROM json_each(", "))"}},
    [SQLC_POSTGRESQL] = {[SQLC_PARAM] = {"", ""},
                         [SQLC_IN] = {"= ANY (", ")"},
                         [SQLC_NOT_IN] = {"<> ALL (", ")"},
                         [SQLC_EACH_OF] = {"(SELECT value, place - 1 AS place FROM unnest(",
                                           ") WITH ORDINALITY AS each_of (value, place))"}},
};

/* Types are written in capitals: `bytes` is a name like any other. */
static void put_token(out *o, str token, enum sqlc_dialect dialect)
{
    if (str_eq(token, STR("BYTES")))
        token = dialect == SQLC_SQLITE ? STR("BLOB") : STR("BYTEA");
    out_str(o, token);
}

static int value_of(const struct sqlc_query *q, size_t variant, int at)
{
    size_t radix = 0;
    for (int i = 0; i <= at; i++) {
        variant = radix ? variant / radix : variant;
        radix = q->item[i].n_options ? q->item[i].n_options : 2;
    }
    return (int)(variant % radix);
}

void sqlc_put_sql(out *o, const struct sqlc_query *q, size_t variant, enum sqlc_dialect dialect)
{
    bool spaced = false, begun = false;
    for (size_t i = 0; i < q->n_nodes; i++) {
        const struct sqlc_node *n = &q->node[i];
        /* what is left out leaves a space, so that its neighbours do not grow together */
        spaced = spaced || n->spaced || (i > 0 && n[-1].at != n->at);
        if (n->at >= 0 && value_of(q, variant, n->at) != n->value)
            continue;
        if (spaced && begun)
            out_char(o, ' ');
        spaced = false;
        begun = true;
        if (n->kind == SQLC_SQL) {
            put_token(o, n->text, dialect);
            continue;
        }
        out_cstr(o, around[dialect][n->kind].before);
        put_number(o, q, n->text, dialect);
        out_cstr(o, around[dialect][n->kind].behind);
    }
}
