/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/pages/markdown_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/*
 * cmark cannot report that memory is out: its allocators must not fail. So it gets a
 * pool that is reserved before, of more than it was seen to use for any text
 * (markdown_test measures that); pages nobody touches cost nothing. Should a text
 * ever need more, the pool grows, and only then could the program stop. Blocks are
 * of powers of two and are used again: cmark looks at some texts over and over.
 */
enum {
    POOL_PER_BYTE = 640,
    POOL_FIXED = 64 << 10,
    POOL_GROWTH = 4 << 20,
    POOL_ALIGN = 16,
};

struct chunk {
    struct chunk *before;
    size_t n, used; /* bytes behind this head */
};

enum { HEAD = (sizeof(struct chunk) + POOL_ALIGN - 1) / POOL_ALIGN * POOL_ALIGN };

struct block {
    struct block *next; /* among those that are free */
    unsigned bits;      /* it and what it holds are 2^bits bytes */
};

enum { BLOCK_HEAD = 16, BITS_MIN = 5, BITS_MAX = 40 };
_Static_assert(sizeof(struct block) <= BLOCK_HEAD, "a block begins with its head");

struct markdown_tree {
    struct chunk *chunk; /* the newest */
    struct block *free[BITS_MAX + 1];
    cmark_node *root;
};

/* Whose pool cmark works in now: its allocators carry no argument. */
static _Thread_local struct markdown_tree *current;

static struct chunk *chunk_new(size_t n, struct chunk *before)
{
    struct chunk *c = malloc(HEAD + n); /* zeroed block by block: most is never used */
    if (c)
        *c = (struct chunk){.before = before, .n = n};
    return c;
}

static void *content(struct block *b)
{
    return (char *)b + BLOCK_HEAD;
}

static struct block *block_of(void *p)
{
    return (struct block *)(void *)((char *)p - BLOCK_HEAD);
}

static struct block *block_new(unsigned bits)
{
    const size_t bytes = (size_t)1 << bits;
    struct chunk *c = current->chunk;
    if (bytes > c->n - c->used) {
        c = chunk_new(bytes + POOL_GROWTH, c);
        if (!c)
            abort();
        current->chunk = c;
    }
    struct block *b = (struct block *)(void *)((char *)c + HEAD + c->used);
    c->used += bytes;
    b->bits = bits;
    return b;
}

static void *pool_calloc(size_t n, size_t size)
{
    unsigned bits = BITS_MIN;
    while (((size_t)1 << bits) < n * size + BLOCK_HEAD)
        bits++;
    struct block *b = current->free[bits];
    if (b)
        current->free[bits] = b->next;
    else
        b = block_new(bits);
    return memset(content(b), 0, n * size);
}

static void pool_free(void *p)
{
    if (!p)
        return;
    struct block *b = block_of(p);
    b->next = current->free[b->bits];
    current->free[b->bits] = b;
}

static void *pool_realloc(void *old, size_t size)
{
    const size_t had = old ? ((size_t)1 << block_of(old)->bits) - BLOCK_HEAD : 0;
    if (size <= had)
        return old;
    void *p = pool_calloc(1, size);
    if (old)
        memcpy(p, old, had);
    pool_free(old);
    return p;
}

static cmark_mem pool_memory = {pool_calloc, pool_realloc, pool_free};

static void register_extensions(void)
{
    cmark_gfm_core_extensions_ensure_registered();
}

void markdown_prepare(void)
{
    static pthread_once_t registered = PTHREAD_ONCE_INIT;
    pthread_once(&registered, register_extensions);
}

static cmark_node *parse(str text)
{
    static const char *const extensions[] = {"table", "strikethrough"};
    cmark_parser *parser = cmark_parser_new_with_mem(CMARK_OPT_DEFAULT, &pool_memory);
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
        cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(extensions[i]));
    cmark_parser_feed(parser, text.p, text.n);
    cmark_node *root = cmark_parser_finish(parser);
    cmark_consolidate_text_nodes(root);
    cmark_parser_free(parser);
    return root;
}

err markdown_parse(str text, struct markdown_tree **tree, struct err_info *info)
{
    struct markdown_tree *t;
    const err e = markdown_check(text, info);
    if (e != OK)
        return e;
    markdown_prepare();
    t = calloc(1, sizeof *t);
    if (!t || !(t->chunk = chunk_new(text.n * POOL_PER_BYTE + POOL_FIXED, NULL))) {
        free(t);
        return err_nomem(info);
    }
    current = t;
    t->root = parse(text);
    *tree = t;
    return OK;
}

cmark_node *markdown_root(struct markdown_tree *tree)
{
    return tree->root;
}

size_t markdown_tree_used(const struct markdown_tree *tree, bool *needed_more)
{
    size_t used = 0;
    for (const struct chunk *c = tree->chunk; c; c = c->before)
        used += c->used;
    *needed_more = tree->chunk->before != NULL;
    return used;
}

void markdown_tree_free(struct markdown_tree *tree)
{
    if (!tree)
        return;
    for (struct chunk *c = tree->chunk, *before; c; c = before) {
        before = c->before;
        free(c);
    }
    free(tree);
    current = NULL;
}

void markdown_each_text(cmark_node *node, out *o, void (*put)(out *o, str text))
{
    cmark_iter *walk = cmark_iter_new(node);
    for (cmark_event_type e = cmark_iter_next(walk); e != CMARK_EVENT_DONE;
         e = cmark_iter_next(walk)) {
        cmark_node *n = cmark_iter_get_node(walk);
        switch (cmark_node_get_type(n)) {
        case CMARK_NODE_TEXT:
        case CMARK_NODE_CODE:
        case CMARK_NODE_HTML_INLINE:
        case CMARK_NODE_CODE_BLOCK:
        case CMARK_NODE_HTML_BLOCK: put(o, str_of(cmark_node_get_literal(n))); break;
        case CMARK_NODE_SOFTBREAK:
        case CMARK_NODE_LINEBREAK: out_char(o, ' '); break;
        case CMARK_NODE_PARAGRAPH:
        case CMARK_NODE_HEADING:
            if (e == CMARK_EVENT_EXIT)
                out_char(o, ' ');
            break;
        default: break;
        }
    }
    cmark_iter_free(walk);
}
