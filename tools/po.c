/* SPDX-License-Identifier: EUPL-1.2 */
#include "po.h"

#include <stdlib.h>
#include <string.h>

static void complain(out *errors, str file, int64_t line, const char *what, str value)
{
    out_str(errors, file);
    out_char(errors, ':');
    out_int(errors, line);
    out_cstr(errors, ": ");
    out_cstr(errors, what);
    if (value.n) {
        out_cstr(errors, ": ");
        out_str(errors, value);
    }
    out_char(errors, '\n');
}

static bool is_key_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* One or more words joined by single dashes. */
static bool is_words(str s)
{
    if (s.n == 0 || s.p[0] == '-' || s.p[s.n - 1] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_key_char(s.p[i]) && !(s.p[i] == '-' && s.p[i + 1] != '-'))
            return false;
    return true;
}

bool po_is_key(str s)
{
    size_t dot;
    return str_find(s, '.', &dot) && is_words(str_cut(s, 0, dot)) &&
           is_words(str_cut(s, dot + 1, s.n));
}

bool po_placeholders(str s, unsigned *set)
{
    const str plain = STR(":plain}");
    *set = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '}')
            return false;
        if (s.p[i] != '{')
            continue;
        if (i + 2 >= s.n || s.p[i + 1] < '1' || s.p[i + 1] > '0' + MSG_ARGS_MAX)
            return false;
        *set |= 1u << (s.p[i + 1] - '1');
        const str tail = str_cut(s, i + 2, s.n);
        if (!str_starts(tail, STR("}")) && !str_starts(tail, plain))
            return false;
        i += tail.p[0] == '}' ? 2 : 1 + plain.n;
    }
    return true;
}

/* ---- one catalogue ---- */

enum field { NOTHING, MSGID, MSGID_PLURAL, MSGSTR_0, MSGSTR_1, FIELDS };

struct parser {
    arena *a;
    str file;
    enum po_lang lang;
    struct po_catalogue *list;
    out *errors;
    int64_t line;
    str value[FIELDS];
    bool seen[FIELDS];
    int64_t entry_line;
    enum field current;
};

static void wrong(struct parser *p, int64_t line, const char *what, str value)
{
    complain(p->errors, p->file, line, what, value);
}

/* "report.po" in "po/nl/report.po" gives "report." */
static bool belongs_to_file(str key, str file)
{
    size_t base = file.n;
    while (base > 0 && file.p[base - 1] != '/')
        base--;
    const str room = str_cut(file, base, file.n - (sizeof "po" - 1));
    return str_starts(key, room);
}

static void add(struct parser *p)
{
    struct po_catalogue *list = p->list;
    if ((list->n & (list->n + 1)) == 0) { /* full at 0, 1, 3, 7, ...: double */
        struct po_entry *bigger = ARENA_NEW(p->a, struct po_entry, 2 * list->n + 2);
        if (!bigger) {
            wrong(p, p->line, "out of memory", STR(""));
            return;
        }
        if (list->n)
            memcpy(bigger, list->entry, list->n * sizeof *bigger);
        list->entry = bigger;
    }
    struct po_entry *e = &list->entry[list->n++];
    *e = (struct po_entry){.key = p->value[MSGID], .has_plural = p->seen[MSGID_PLURAL]};
    e->text[p->lang] = (struct po_text){
        .form = {p->value[MSGSTR_0], p->value[MSGSTR_1]}, .file = p->file, .line = p->entry_line};
}

static void check_form(struct parser *p, str form)
{
    unsigned set;
    if (form.n == 0)
        wrong(p, p->entry_line, "not translated", p->value[MSGID]);
    if (!po_placeholders(form, &set))
        wrong(p, p->entry_line, "braces other than {1} to {6}", form);
    if (!str_is_utf8(form))
        wrong(p, p->entry_line, "not UTF-8", p->value[MSGID]);
}

static void check_plural(struct parser *p)
{
    unsigned one, other;
    check_form(p, p->value[MSGSTR_1]);
    /* "one person" may leave the number out; the form for many may not */
    if (po_placeholders(p->value[MSGSTR_0], &one) && po_placeholders(p->value[MSGSTR_1], &other) &&
        (one & ~other) != 0)
        wrong(p, p->entry_line, "the plural lacks a value of the singular", p->value[MSGID]);
}

static void end_entry(struct parser *p)
{
    const str key = p->value[MSGID];
    const bool is_header = p->seen[MSGID] && key.n == 0;
    if (p->seen[MSGID] && !is_header) {
        if (!po_is_key(key))
            wrong(p, p->entry_line, "not a key (room.words-with-dashes)", key);
        else if (!belongs_to_file(key, p->file))
            wrong(p, p->entry_line, "key of another room", key);
        if (!p->seen[MSGSTR_0])
            wrong(p, p->entry_line, "no msgstr", key);
        else
            check_form(p, p->value[MSGSTR_0]);
        if (p->seen[MSGID_PLURAL] != p->seen[MSGSTR_1])
            wrong(p, p->entry_line, "plural forms are not complete", key);
        else if (p->seen[MSGID_PLURAL])
            check_plural(p);
        add(p);
    }
    memset(p->seen, 0, sizeof p->seen);
    memset(p->value, 0, sizeof p->value);
    p->current = NOTHING;
}

static char escaped_char(char c)
{
    switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case '"': return '"';
    case '\\': return '\\';
    default: return '\0';
    }
}

/* Appends the quoted text of one line to the current field. */
static void append_quoted(struct parser *p, str s)
{
    if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"') {
        wrong(p, p->line, "text without quotes around it", s);
        return;
    }
    str *value = &p->value[p->current];
    char *joined = arena_alloc(p->a, value->n + s.n, 1);
    if (!joined) {
        wrong(p, p->line, "out of memory", STR(""));
        return;
    }
    if (value->n)
        memcpy(joined, value->p, value->n);
    size_t n = value->n;
    for (size_t i = 1; i < s.n - 1; i++) {
        char c = s.p[i];
        if (c == '"') {
            wrong(p, p->line, "a quote within the text needs a backslash", s);
            return;
        }
        if (c == '\\') {
            c = i + 1 < s.n - 1 ? escaped_char(s.p[++i]) : '\0';
            if (c == '\0') {
                wrong(p, p->line, "unknown escape", s);
                return;
            }
        }
        joined[n++] = c;
    }
    *value = (str){joined, n};
}

static const struct keyword {
    const char *word;
    enum field field, after;
} keywords[] = {
    {"msgid ", MSGID, NOTHING},         {"msgid_plural ", MSGID_PLURAL, MSGID},
    {"msgstr ", MSGSTR_0, MSGID},       {"msgstr[0] ", MSGSTR_0, MSGID_PLURAL},
    {"msgstr[1] ", MSGSTR_1, MSGSTR_0},
};

static void take_line(struct parser *p, str line)
{
    if (line.p[0] == '"') {
        if (p->current == NOTHING)
            wrong(p, p->line, "text that belongs to nothing", line);
        else
            append_quoted(p, line);
        return;
    }
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        const struct keyword *k = &keywords[i];
        const str word = str_of(k->word);
        if (!str_starts(line, word))
            continue;
        if (k->field == MSGID) {
            end_entry(p);
            p->entry_line = p->line;
        }
        if (p->current != k->after || p->seen[k->field]) {
            wrong(p, p->line, "out of order", line);
            return;
        }
        p->current = k->field;
        p->seen[k->field] = true;
        append_quoted(p, str_trim(str_cut(line, word.n, line.n)));
        return;
    }
    wrong(p, p->line, "not understood", line);
}

void po_parse(arena *a, str text, str file, enum po_lang lang, struct po_catalogue *list,
              out *errors)
{
    struct parser p = {.a = a, .file = file, .lang = lang, .list = list, .errors = errors};
    str line;
    while (str_next(&text, '\n', &line)) {
        p.line++;
        line = str_trim(line);
        if (str_starts(line, STR("#,")) && line.n > 8 && str_ends(line, STR("fuzzy")))
            wrong(&p, p.line, "a fuzzy translation is not finished", STR(""));
        if (line.n && line.p[0] != '#')
            take_line(&p, line);
    }
    end_entry(&p);
}

/* ---- all catalogues ---- */

static int by_key(const void *a, const void *b)
{
    const struct po_entry *x = a, *y = b;
    return str_cmp(x->key, y->key);
}

static unsigned placeholders_of(const struct po_entry *e, enum po_lang lang)
{
    unsigned set = 0;
    (void)po_placeholders(e->text[lang].form[e->has_plural], &set);
    return set;
}

static void check_pair(const struct po_entry *e, out *errors)
{
    for (int lang = 0; lang < PO_LANGS; lang++)
        if (!e->text[lang].line) {
            const struct po_text *other = &e->text[1 - lang];
            complain(errors, other->file, other->line,
                     lang == PO_NL ? "not in Dutch" : "not in English", e->key);
            return;
        }
    if (placeholders_of(e, PO_NL) != placeholders_of(e, PO_EN))
        complain(errors, e->text[PO_EN].file, e->text[PO_EN].line,
                 "other values in Dutch than in English", e->key);
}

static void merge(struct po_entry *into, const struct po_entry *from, out *errors)
{
    for (int lang = 0; lang < PO_LANGS; lang++) {
        const struct po_text *t = &from->text[lang];
        if (!t->line)
            continue;
        if (into->text[lang].line)
            complain(errors, t->file, t->line, "key given twice", from->key);
        else if (into->has_plural != from->has_plural)
            complain(errors, t->file, t->line, "plural in one language only", from->key);
        into->text[lang] = *t;
    }
}

void po_join(struct po_catalogue *list, out *errors)
{
    size_t n = 0;
    if (list->n)
        qsort(list->entry, list->n, sizeof *list->entry, by_key);
    for (size_t i = 0; i < list->n; i++) {
        if (n && str_eq(list->entry[n - 1].key, list->entry[i].key))
            merge(&list->entry[n - 1], &list->entry[i], errors);
        else
            list->entry[n++] = list->entry[i];
    }
    list->n = n;
    for (size_t i = 0; i < n; i++)
        check_pair(&list->entry[i], errors);
}

const struct po_entry *po_find(const struct po_catalogue *c, str key)
{
    const struct po_entry wanted = {.key = key};
    return c->n ? bsearch(&wanted, c->entry, c->n, sizeof *c->entry, by_key) : NULL;
}
