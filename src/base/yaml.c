/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* A map or list that has been opened and not yet closed. */
struct frame {
    struct yaml_node node;
    size_t first; /* where its children start on the stack */
};

struct reader {
    arena *memory;
    str name;
    struct err_info *info;
    yaml_parser_t parser;
    struct yaml_node *stack; /* finished nodes whose parent is still open */
    size_t n, cap, n_nodes;
    struct frame open[YAML_DEPTH_MAX];
    size_t depth, n_documents;
    bool at_end;
};

static err fail_at(struct reader *r, err code, const char *key, int64_t line, int64_t column)
{
    err_set(r->info, code, key);
    err_at(r->info, r->name, line, column);
    return code;
}

static err fail(struct reader *r, err code, const char *key, yaml_mark_t at)
{
    return fail_at(r, code, key, (int64_t)at.line + 1, (int64_t)at.column + 1);
}

static err fail_limit(struct reader *r, const char *key, int64_t limit, yaml_mark_t at)
{
    fail(r, E_LIMIT, key, at);
    msg_int(&r->info->msg, limit);
    return E_LIMIT;
}

static err fail_memory(struct reader *r)
{
    return err_nomem(r->info);
}

static bool expects_key(const struct reader *r)
{
    if (r->depth == 0)
        return false;
    const struct frame *top = &r->open[r->depth - 1];
    return top->node.kind == YAML_MAP && (r->n - top->first) % 2 == 0;
}

static err push(struct reader *r, struct yaml_node node)
{
    if (r->n == r->cap) {
        const size_t cap = r->cap ? r->cap * 2 : 64; /* at most YAML_NODES_MAX nodes: no overflow */
        struct yaml_node *grown = realloc(r->stack, cap * sizeof *grown);
        if (!grown)
            return fail_memory(r);
        r->stack = grown;
        r->cap = cap;
    }
    r->stack[r->n++] = node;
    return OK;
}

/* What holds for every node that starts: no anchor, no tag, within the bounds. */
static err check_start(struct reader *r, const yaml_char_t *anchor, const yaml_char_t *tag,
                       yaml_mark_t at)
{
    if (anchor)
        return fail(r, E_INPUT, "yaml.no-alias", at);
    if (tag)
        return fail(r, E_INPUT, "yaml.no-tag", at);
    if (++r->n_nodes > YAML_NODES_MAX)
        return fail_limit(r, "yaml.too-many-nodes", YAML_NODES_MAX, at);
    return OK;
}

static struct yaml_node node_at(enum yaml_kind kind, yaml_mark_t at)
{
    return (struct yaml_node){
        .kind = kind, .line = (int64_t)at.line + 1, .column = (int64_t)at.column + 1};
}

static err add_text(struct reader *r, const yaml_event_t *event)
{
    err e = check_start(r, event->data.scalar.anchor, event->data.scalar.tag, event->start_mark);
    if (e != OK)
        return e;
    struct yaml_node node = node_at(YAML_TEXT, event->start_mark);
    const str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    node.plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node.text = arena_str(r->memory, text);
    if (!node.text.p)
        return fail_memory(r);
    return push(r, node);
}

static err open_node(struct reader *r, enum yaml_kind kind, const yaml_char_t *anchor,
                     const yaml_char_t *tag, yaml_mark_t at)
{
    err e = check_start(r, anchor, tag, at);
    if (e != OK)
        return e;
    if (expects_key(r))
        return fail(r, E_INPUT, "yaml.key-not-text", at);
    if (r->depth == YAML_DEPTH_MAX)
        return fail_limit(r, "yaml.too-deep", YAML_DEPTH_MAX, at);
    r->open[r->depth++] = (struct frame){node_at(kind, at), r->n};
    return OK;
}

/* By text, then by place, so that the second of two equal keys comes second. */
static int compare_keys(const void *a, const void *b)
{
    const struct yaml_node *x = *(const struct yaml_node *const *)a;
    const struct yaml_node *y = *(const struct yaml_node *const *)b;
    const int c = str_cmp(x->text, y->text);
    return c ? c : (x > y) - (x < y);
}

static err fail_duplicate(struct reader *r, const struct yaml_node *first,
                          const struct yaml_node *second)
{
    fail_at(r, E_INPUT, "yaml.duplicate-key", second->line, second->column);
    msg_text(&r->info->msg, second->text);
    msg_int(&r->info->msg, first->line);
    msg_int(&r->info->msg, first->column);
    return E_INPUT;
}

static err check_keys_differ(struct reader *r, const struct yaml_node *key, size_t n)
{
    const struct yaml_node **sorted = malloc((n ? n : 1) * sizeof *sorted);
    if (!sorted)
        return fail_memory(r);
    for (size_t i = 0; i < n; i++)
        sorted[i] = &key[i];
    qsort(sorted, n, sizeof *sorted, compare_keys);
    const struct yaml_node *first = NULL, *second = NULL;
    for (size_t i = 1; i < n; i++)
        if (str_eq(sorted[i]->text, sorted[i - 1]->text) && (!second || sorted[i] < second)) {
            first = sorted[i - 1];
            second = sorted[i];
        }
    free(sorted);
    return second ? fail_duplicate(r, first, second) : OK;
}

static err close_map(struct reader *r, struct yaml_node *map, const struct yaml_node *child)
{
    struct yaml_node *key = ARENA_NEW(r->memory, struct yaml_node, map->n);
    struct yaml_node *item = ARENA_NEW(r->memory, struct yaml_node, map->n);
    if (!key || !item)
        return fail_memory(r);
    for (size_t i = 0; i < map->n; i++) {
        key[i] = child[2 * i];
        item[i] = child[2 * i + 1];
    }
    map->key = key;
    map->item = item;
    return check_keys_differ(r, key, map->n);
}

static err close_list(struct reader *r, struct yaml_node *list, const struct yaml_node *child)
{
    struct yaml_node *item = ARENA_NEW(r->memory, struct yaml_node, list->n);
    if (!item)
        return fail_memory(r);
    if (list->n)
        memcpy(item, child, list->n * sizeof *item);
    list->item = item;
    return OK;
}

/* Moves the children of the innermost open node into the arena; it becomes a child itself. */
static err close_node(struct reader *r)
{
    struct frame f = r->open[--r->depth];
    const size_t n = r->n - f.first;
    const struct yaml_node *child = n ? r->stack + f.first : NULL;
    const bool is_map = f.node.kind == YAML_MAP;
    f.node.n = is_map ? n / 2 : n;
    err e = is_map ? close_map(r, &f.node, child) : close_list(r, &f.node, child);
    if (e != OK)
        return e;
    r->n = f.first;
    return push(r, f.node);
}

static err take(struct reader *r, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return r->n_documents++ ? fail(r, E_INPUT, "yaml.one-document", event->start_mark) : OK;
    case YAML_ALIAS_EVENT: return fail(r, E_INPUT, "yaml.no-alias", event->start_mark);
    case YAML_SCALAR_EVENT: return add_text(r, event);
    case YAML_SEQUENCE_START_EVENT:
        return open_node(r, YAML_LIST, event->data.sequence_start.anchor,
                         event->data.sequence_start.tag, event->start_mark);
    case YAML_MAPPING_START_EVENT:
        return open_node(r, YAML_MAP, event->data.mapping_start.anchor,
                         event->data.mapping_start.tag, event->start_mark);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return close_node(r);
    case YAML_STREAM_END_EVENT: r->at_end = true; return OK;
    default: return OK;
    }
}

/* Line and column of a byte that libyaml could not read: it gives only the offset. */
static void place_of(str text, size_t offset, int64_t *line, int64_t *column)
{
    *line = *column = 1;
    for (size_t at = 0; at < offset && at < text.n;) {
        const size_t n = str_utf8_len(text, at);
        const bool is_end = text.p[at] == '\n';
        *line += is_end;
        *column = is_end ? 1 : *column + 1;
        at += n ? n : 1;
    }
}

static err fail_parser(struct reader *r, str text)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return fail_memory(r);
    if (p->error == YAML_READER_ERROR) {
        int64_t line, column;
        place_of(text, p->problem_offset, &line, &column);
        return fail_at(r, E_INPUT, "yaml.bad-character", line, column);
    }
    fail(r, E_INPUT, "yaml.syntax", p->problem_mark);
    msg_text(&r->info->msg, str_of(p->problem));
    return E_INPUT;
}

static err read_all(struct reader *r, str text)
{
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)text.p, text.n);
    while (!r->at_end) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event))
            return fail_parser(r, text);
        const err e = take(r, &event);
        yaml_event_delete(&event);
        if (e != OK)
            return e;
    }
    return r->n ? OK : fail_at(r, E_INPUT, "yaml.empty", 1, 1);
}

static str without_bom(str text)
{
    return str_starts(text, STR("\xef\xbb\xbf")) ? str_cut(text, 3, text.n) : text;
}

err yaml_parse(arena *a, str text, str name, const struct yaml_node **root, struct err_info *info)
{
    struct reader r = {.memory = a, .name = name, .info = info};
    if (text.n > YAML_BYTES_MAX)
        return fail_limit(&r, "yaml.too-long", YAML_BYTES_MAX, (yaml_mark_t){0});
    if (!yaml_parser_initialize(&r.parser))
        return fail_memory(&r);

    err e = read_all(&r, without_bom(text));
    if (e != OK)
        goto out;
    struct yaml_node *top = ARENA_NEW(a, struct yaml_node, 1);
    if (!top) {
        e = fail_memory(&r);
        goto out;
    }
    *top = r.stack[0];
    *root = top;
out:
    yaml_parser_delete(&r.parser);
    free(r.stack);
    return e;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, str key)
{
    if (!map || map->kind != YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->n; i++)
        if (str_eq(map->key[i].text, key))
            return &map->item[i];
    return NULL;
}
