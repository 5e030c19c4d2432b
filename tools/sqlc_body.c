/* SPDX-License-Identifier: EUPL-1.2 */
#include "sqlc_parse_int.h"

#include <string.h>

/* Where the reader is: outside, or in the clause or choice that what it reads depends on. */
struct body {
    struct sqlc_file *f;
    struct sqlc_cursor *c;
    struct sqlc_query *q;
    int at, value;
    bool in_choice;
    bool is_new_choice;
    int64_t opened; /* line */
    int depth;      /* of parentheses */
};

static bool wrong(const struct body *b, int64_t line, const char *what, str which)
{
    return sqlc_wrong(b->f, b->q->file, line, what, which);
}

static bool add_node(struct body *b, struct sqlc_node node)
{
    struct sqlc_query *q = b->q;
    if (q->n_nodes == q->cap) {
        const size_t cap = 2 * q->cap + 64;
        struct sqlc_node *bigger = ARENA_NEW(b->f->a, struct sqlc_node, cap);
        if (!bigger)
            return wrong(b, node.line, "out of memory", node.text);
        if (q->n_nodes)
            memcpy(bigger, q->node, q->n_nodes * sizeof *bigger);
        q->node = bigger;
        q->cap = cap;
    }
    q->node[q->n_nodes++] = node;
    return true;
}

static bool add_token(struct body *b, const struct sqlc_token *t, enum sqlc_node_kind kind)
{
    return add_node(b, (struct sqlc_node){.kind = kind,
                                          .text = t->text,
                                          .spaced = t->spaced,
                                          .at = b->at,
                                          .value = b->value,
                                          .line = t->line});
}

static bool node_is(const struct sqlc_query *q, size_t back, const char *word)
{
    if (q->n_nodes < back)
        return false;
    const struct sqlc_node *n = &q->node[q->n_nodes - back];
    return n->kind == SQLC_SQL && str_eq_nocase(n->text, str_of(word));
}

/* Takes the last `n` nodes away; what takes their place is spaced as they were. */
static bool pop(struct sqlc_query *q, size_t n)
{
    q->n_nodes -= n;
    return q->node[q->n_nodes].spaced;
}

/* A list stands behind IN, NOT IN or between "EACH(" and ")". */
static bool add_list(struct body *b, struct sqlc_token *t)
{
    struct sqlc_query *q = b->q;
    if (node_is(q, 1, "IN")) {
        const bool negated = node_is(q, 2, "NOT");
        t->spaced = pop(q, 1 + negated);
        return add_token(b, t, negated ? SQLC_NOT_IN : SQLC_IN);
    }
    if (!node_is(q, 1, "(") || !node_is(q, 2, "EACH"))
        return wrong(b, t->line, "a list stands behind IN or in EACH()", t->text);
    t->spaced = pop(q, 2);
    const struct sqlc_token end = sqlc_next(b->c);
    if (!sqlc_is(&end, ")"))
        return wrong(b, end.line, "EACH takes one list", end.text);
    b->depth--;
    return add_token(b, t, SQLC_EACH_OF);
}

static bool add_param(struct body *b, struct sqlc_token *t)
{
    struct sqlc_field *p = sqlc_field(&b->q->params, t->text);
    if (!p)
        return wrong(b, t->line, "no such parameter", t->text);
    p->used = true;
    if (p->list)
        return add_list(b, t);
    if (node_is(b->q, 1, "IN") || (node_is(b->q, 1, "(") && node_is(b->q, 2, "EACH")))
        return wrong(b, t->line, "not a list", t->text);
    return add_token(b, t, SQLC_PARAM);
}

static bool is_same_switch(const struct sqlc_switch *a, const struct sqlc_switch *b)
{
    if (a->n_options != b->n_options)
        return false;
    for (size_t i = 0; i < a->n_options; i++)
        if (!str_eq(a->option[i], b->option[i]))
            return false;
    return true;
}

/* The number of the switch of this name, made when it is new; -1 after a mistake. */
static int switch_of(struct body *b, const struct sqlc_token *name, bool is_choice)
{
    struct sqlc_query *q = b->q;
    b->is_new_choice = false;
    for (size_t i = 0; i < q->n_switches; i++)
        if (str_eq(q->item[i].name, name->text)) {
            if (is_choice == (q->item[i].n_options > 0))
                return (int)i;
            wrong(b, name->line, "a choice is no clause", name->text);
            return -1;
        }
    if (q->n_switches == SQLC_SWITCHES_MAX || name->kind != SQLC_WORD ||
        sqlc_field(&q->params, name->text)) {
        wrong(b, name->line,
              q->n_switches == SQLC_SWITCHES_MAX ? "too many clauses and choices"
              : name->kind != SQLC_WORD          ? "a clause or choice begins with its name"
                                                 : "a parameter has this name, too",
              name->text);
        return -1;
    }
    q->item[q->n_switches] = (struct sqlc_switch){.name = name->text};
    b->is_new_choice = is_choice;
    return (int)q->n_switches++;
}

/* Behind "{" or "|": "word =" */
static bool begin_option(struct body *b)
{
    const struct sqlc_token word = sqlc_next(b->c), is = sqlc_next(b->c);
    struct sqlc_switch *s = &b->q->item[b->at];
    const size_t k = (size_t)b->value;
    if (word.kind != SQLC_WORD || !sqlc_is(&is, "="))
        return wrong(b, word.line, "a choice is {name: word = SQL | word = SQL}", word.text);
    if (b->is_new_choice && k < SQLC_OPTIONS_MAX) {
        for (size_t i = 0; i < k; i++)
            if (str_eq(s->option[i], word.text))
                return wrong(b, word.line, "an option given twice", word.text);
        s->option[s->n_options++] = word.text;
        return true;
    }
    if (k >= s->n_options || !str_eq(s->option[k], word.text))
        return wrong(b, word.line,
                     k >= SQLC_OPTIONS_MAX ? "too many options"
                                           : "not the options that this choice had before",
                     word.text);
    return true;
}

static bool open_switch(struct body *b, const struct sqlc_token *sign, bool is_choice)
{
    if (b->at >= 0)
        return wrong(b, sign->line, "clauses and choices do not nest", sign->text);
    struct sqlc_token name = sqlc_next(b->c);
    b->value = is_choice ? 0 : 1;
    if (!is_choice && sqlc_is(&name, "not")) {
        b->value = 0;
        name = sqlc_next(b->c);
    }
    b->at = switch_of(b, &name, is_choice);
    b->in_choice = is_choice;
    b->opened = sign->line;
    if (b->at < 0)
        return false;
    const struct sqlc_token colon = sqlc_next(b->c);
    if (!sqlc_is(&colon, ":"))
        return wrong(b, colon.line, "expected a : and a space behind the name", name.text);
    return !is_choice || begin_option(b);
}

static bool close_switch(struct body *b, const struct sqlc_token *sign, bool is_choice)
{
    if (b->at < 0 || b->in_choice != is_choice)
        return wrong(b, sign->line, "closes nothing", sign->text);
    const size_t n = b->q->item[b->at].n_options;
    if (is_choice && (n < 2 || (size_t)b->value + 1 != n))
        return wrong(b, sign->line, "a choice has two options or more, the same each time",
                     b->q->item[b->at].name);
    b->at = -1;
    return true;
}

static bool merge_params(struct body *b, const struct sqlc_query *from, int64_t line)
{
    for (size_t i = 0; i < from->params.n; i++) {
        const struct sqlc_field *p = &from->params.item[i];
        struct sqlc_field *mine = sqlc_field(&b->q->params, p->name);
        if (!mine) {
            if (b->q->params.n == SQLC_FIELDS_MAX)
                return wrong(b, line, "too many parameters", p->name);
            mine = &b->q->params.item[b->q->params.n++];
            *mine = *p;
        } else if (!str_eq(mine->id, p->id) || mine->nullable != p->nullable ||
                   mine->list != p->list) {
            return wrong(b, line, "of another type in the fragment", p->name);
        }
        mine->used = true;
    }
    return true;
}

/* The switch of a fragment in the query that includes it; -1 after a mistake. */
static int merge_switch(struct body *b, const struct sqlc_switch *s, int64_t line)
{
    const struct sqlc_token name = {.kind = SQLC_WORD, .text = s->name, .line = line};
    const int at = switch_of(b, &name, s->n_options > 0);
    if (at < 0)
        return -1;
    struct sqlc_switch *mine = &b->q->item[at];
    if (b->is_new_choice)
        *mine = *s;
    if (is_same_switch(mine, s))
        return at;
    wrong(b, line, "of other options in the fragment", s->name);
    return -1;
}

static bool include(struct body *b, const struct sqlc_token *t)
{
    const struct sqlc_query *from = sqlc_find(b->f, t->text);
    int map[SQLC_SWITCHES_MAX];
    if (!from || from->kind != SQLC_FRAGMENT)
        return wrong(b, t->line, "no such fragment", t->text);
    if (b->at >= 0 && from->n_switches)
        return wrong(b, t->line, "clauses and choices do not nest", t->text);
    if (!merge_params(b, from, t->line))
        return false;
    for (size_t i = 0; i < from->n_switches; i++)
        if ((map[i] = merge_switch(b, &from->item[i], t->line)) < 0)
            return false;
    for (size_t i = 0; i < from->n_nodes; i++) {
        struct sqlc_node node = from->node[i];
        if (i == 0)
            node.spaced = t->spaced;
        if (node.at >= 0) {
            node.at = map[node.at];
        } else {
            node.at = b->at;
            node.value = b->value;
        }
        if (!add_node(b, node))
            return false;
    }
    return true;
}

static bool is_star_of_columns(const struct sqlc_query *q)
{
    static const char *const before[] = {"SELECT", "DISTINCT", "ALL", ",", ".", "RETURNING"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (node_is(q, 1, before[i]))
            return true;
    return false;
}

static bool add_sql(struct body *b, const struct sqlc_token *t)
{
    static const char *const writing[] = {"INSERT", "UPDATE", "DELETE"};
    if (sqlc_is(t, "*") && is_star_of_columns(b->q))
        return wrong(b, t->line, "name the columns in place of", t->text);
    if (sqlc_is(t, "?") || sqlc_is(t, ":") || sqlc_is(t, "|") || sqlc_is(t, "->"))
        return wrong(b, t->line, "has no meaning here", t->text);
    for (size_t i = 0; i < sizeof writing / sizeof *writing; i++)
        if (t->kind == SQLC_WORD && sqlc_is(t, writing[i]))
            b->q->writes = true;
    b->depth += sqlc_is(t, "(") - sqlc_is(t, ")");
    if (b->depth < 0)
        return wrong(b, t->line, "closes nothing", t->text);
    return add_token(b, t, SQLC_SQL);
}

static bool add(struct body *b, struct sqlc_token *t)
{
    switch (t->kind) {
    case SQLC_END: return wrong(b, b->q->line, "the statement has no ; at its end", b->q->name);
    case SQLC_WRONG: return wrong(b, t->line, t->text.p, STR(""));
    case SQLC_VALUE: return add_param(b, t);
    case SQLC_INCLUDED: return include(b, t);
    default: break;
    }
    if (sqlc_is(t, "[") || sqlc_is(t, "{"))
        return open_switch(b, t, sqlc_is(t, "{"));
    if (sqlc_is(t, "]") || sqlc_is(t, "}"))
        return close_switch(b, t, sqlc_is(t, "}"));
    if (sqlc_is(t, "|") && b->at >= 0 && b->in_choice) {
        b->value++;
        return begin_option(b);
    }
    return add_sql(b, t);
}

/* Every list needs an end: "LIMIT :n" outside clauses, for reads outside parentheses. */
static bool has_limit(const struct sqlc_query *q)
{
    int depth = 0;
    for (size_t i = 0; i + 1 < q->n_nodes; i++) {
        const struct sqlc_node *n = &q->node[i];
        if (n->kind != SQLC_SQL)
            continue;
        depth += str_eq(n->text, STR("(")) - str_eq(n->text, STR(")"));
        if (str_eq_nocase(n->text, STR("LIMIT")) && n->at < 0 && (depth == 0 || q->writes) &&
            n[1].kind == SQLC_PARAM && n[1].at < 0)
            return true;
    }
    return false;
}

static bool check(struct body *b)
{
    const struct sqlc_query *q = b->q;
    bool right = true;
    if (b->at >= 0)
        right = wrong(b, b->opened, "does not end", q->item[b->at].name);
    if (b->depth > 0)
        right = wrong(b, q->line, "a ( is not closed", q->name);
    for (size_t i = 0; i < q->params.n; i++)
        if (!q->params.item[i].used)
            right = wrong(b, q->params.item[i].line, "parameter not used", q->params.item[i].name);
    if (q->kind == SQLC_FRAGMENT)
        return right;
    const bool must_write = q->kind == SQLC_WRITE || q->kind == SQLC_COUNT;
    if (must_write && !q->writes)
        right = wrong(b, q->line, "writes nothing", q->name);
    if (q->kind == SQLC_EACH && q->writes)
        right = wrong(b, q->line, "each only reads", q->name);
    if (q->kind == SQLC_MANY && !has_limit(q))
        right = wrong(b, q->line, "many needs LIMIT :parameter", q->name);
    if (sqlc_variants(q) > SQLC_VARIANTS_MAX)
        right = wrong(b, q->line, "more than 128 combinations of clauses and choices", q->name);
    return right;
}

bool sqlc_body(struct sqlc_file *f, struct sqlc_cursor *c, struct sqlc_query *q)
{
    struct body b = {.f = f, .c = c, .q = q, .at = -1};
    for (;;) {
        struct sqlc_token t = sqlc_next(c);
        if (sqlc_is(&t, ";"))
            return check(&b);
        if (!add(&b, &t))
            return false;
    }
}
