/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/table/csv_int.h"

#include <stdlib.h>
#include <string.h>

/*
 * A block can be parsed apart when it is known where its first record begins,
 * and for that whether its first byte lies within quotes. In a text that
 * follows RFC 4180 it does when the number of quotes before it is odd (a
 * doubled quote counts twice). In a text that does not, the first fault lies
 * before any place where this misleads, and the first fault is what is told.
 */

enum { STRIDE = 128 }; /* short enough for counts in one byte */

struct bytes_seen {
    size_t n_quotes;
    bool has_zero, has_high;
};

static struct bytes_seen look(const unsigned char *p, size_t n)
{
    struct bytes_seen seen = {0};
    unsigned char any = 0, zeros = 0;

    for (size_t at = 0; at < n; at += STRIDE) {
        const size_t m = n - at < STRIDE ? n - at : STRIDE;
        unsigned char quotes = 0;
        for (size_t i = 0; i < m; i++) {
            quotes = (unsigned char)(quotes + (p[at + i] == '"'));
            zeros |= p[at + i] == 0;
            any |= p[at + i];
        }
        seen.n_quotes += quotes;
    }
    seen.has_zero = zeros;
    seen.has_high = any >= 0x80;
    return seen;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Where the sequence ends that reaches from before `begin` over it; else `begin`. */
static size_t behind_sequence(str text, size_t begin)
{
    enum { SEQUENCE_MAX = 4 };
    for (size_t back = 1; back < SEQUENCE_MAX && back <= begin; back++) {
        if (is_continuation(text.p[begin - back]))
            continue;
        const size_t n = str_utf8_len(text, begin - back);
        return n > back ? begin - back + n : begin;
    }
    return begin;
}

/* The first byte of [begin, end) that is zero or not part of a sequence of UTF-8. */
static size_t first_bad(str text, size_t begin, size_t end)
{
    for (size_t at = behind_sequence(text, begin), n; at < end; at += n) {
        n = str_utf8_len(text, at);
        if (n == 0 || text.p[at] == '\0')
            return at;
    }
    return SIZE_MAX;
}

static void scan_bytes(void *csv, size_t block, unsigned worker)
{
    (void)worker;
    struct csv *f = csv;
    struct csv_chunk *c = &f->chunk[block];
    const struct bytes_seen seen =
        look((const unsigned char *)f->lexer.text + c->begin, c->end - c->begin);
    c->n_quotes = seen.n_quotes;
    c->bad = seen.has_zero || seen.has_high
                 ? first_bad((str){f->lexer.text, f->lexer.n}, c->begin, c->end)
                 : SIZE_MAX;
}

static void count_record(const struct csv *f, struct csv_chunk *c, size_t at)
{
    if (at >= c->end || csv_is_empty_line(&f->lexer, at))
        return;
    if (c->n_rows++ == 0)
        c->first = at;
}

static void scan_records(void *csv, size_t block, unsigned worker)
{
    (void)worker;
    const struct csv *f = csv;
    struct csv_chunk *c = &f->chunk[block];
    const char *text = f->lexer.text;
    bool inside = c->inside;

    c->n_rows = 0;
    c->first = c->end;
    if (block == 0 || (!inside && text[c->begin - 1] == '\n'))
        count_record(f, c, c->begin);
    if (c->n_quotes == 0 && inside)
        return;
    if (c->n_quotes == 0) {
        const char *p = text + c->begin;
        const char *end = text + c->end;
        while ((p = memchr(p, '\n', (size_t)(end - p))))
            count_record(f, c, (size_t)(++p - text));
        return;
    }
    for (size_t at = c->begin; at < c->end; at++) {
        inside ^= text[at] == '"';
        if (text[at] == '\n' && !inside)
            count_record(f, c, at + 1);
    }
}

static err scan_fault(const struct csv *f, size_t begin, struct csv_fault *fault)
{
    size_t at = first_bad((str){f->lexer.text, f->lexer.n}, begin, f->data);
    for (size_t i = 0; at == SIZE_MAX && i < f->n_chunks; i++)
        at = f->chunk[i].bad;
    if (at == SIZE_MAX)
        return OK;
    *fault = (struct csv_fault){.key = f->lexer.text[at] ? "table.not-utf8" : "table.zero-byte",
                                .at = at};
    return E_INPUT;
}

err csv_scan(struct csv *f, size_t begin, size_t chunk_bytes, struct csv_fault *fault,
             struct err_info *info)
{
    const size_t n = f->lexer.n - f->data;
    size_t n_quotes = 0;

    f->n_chunks = n / chunk_bytes + (n % chunk_bytes != 0);
    f->chunk = calloc(f->n_chunks + 1, sizeof *f->chunk);
    if (!f->chunk)
        return err_nomem(info);
    for (size_t i = 0; i < f->n_chunks; i++) {
        struct csv_chunk *c = &f->chunk[i];
        c->begin = f->data + i * chunk_bytes;
        c->end = i + 1 < f->n_chunks ? c->begin + chunk_bytes : f->lexer.n;
    }
    table_run(f->pool, f->n_chunks, scan_bytes, f);
    const err e = scan_fault(f, begin, fault);
    if (e != OK)
        return e;
    for (size_t i = 0; i < f->n_chunks; i++) {
        f->chunk[i].inside = n_quotes % 2;
        n_quotes += f->chunk[i].n_quotes;
    }
    table_run(f->pool, f->n_chunks, scan_records, f);
    for (size_t i = 0; i < f->n_chunks; i++) {
        f->chunk[i].row = f->n_rows;
        f->n_rows += f->chunk[i].n_rows;
    }
    return OK;
}
