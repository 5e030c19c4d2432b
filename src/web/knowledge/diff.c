/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * diff: longest common subsequence by the table of lengths (Wagner and Fischer 1974), after what is
 * the same at both ends was set apart; first by lines, then by words within runs of changed lines.
 */
#include "web/knowledge/diff.h"

#include <string.h>

struct differ {
    arena *a;
    size_t cells_left;
    struct diff_piece *piece;
    size_t n, room;
};

struct tokens {
    str *token;
    size_t n;
};

/* ---- cutting ---- */

/* Behind the line that begins at `from`, its break with it. */
static size_t line_end(str s, size_t from)
{
    while (from < s.n && s.p[from] != '\n')
        from++;
    return from < s.n ? from + 1 : from;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/*
 * Behind the line breaks that begin at `from`, or behind the word and the blanks that follow it:
 * so what is changed reads as words side by side, not as letters with the same blanks between.
 */
static size_t word_end(str s, size_t from)
{
    if (s.p[from] == '\n') {
        while (from < s.n && s.p[from] == '\n')
            from++;
        return from;
    }
    while (from < s.n && !is_blank(s.p[from]) && s.p[from] != '\n')
        from++;
    while (from < s.n && is_blank(s.p[from]))
        from++;
    return from;
}

static err cut(struct differ *d, str s, size_t (*end)(str s, size_t from), struct tokens *t,
               struct err_info *info)
{
    size_t n = 0;
    for (size_t at = 0; at < s.n; at = end(s, at))
        n++;
    t->n = 0;
    t->token = ARENA_NEW(d->a, str, n);
    if (!t->token)
        return err_nomem(info);
    for (size_t at = 0, to; at < s.n; at = to) {
        to = end(s, at);
        t->token[t->n++] = str_cut(s, at, to);
    }
    return OK;
}

/* The text of some tokens that stand side by side. */
static str span(const struct tokens *t, size_t from, size_t to)
{
    if (from == to)
        return STR("");
    const str last = t->token[to - 1];
    return (str){t->token[from].p, (size_t)(last.p + last.n - t->token[from].p)};
}

/* ---- pieces ---- */

/* A piece that goes on where the last of its kind stopped is part of it. */
static err put(struct differ *d, enum diff_kind kind, str text, struct err_info *info)
{
    if (text.n == 0)
        return OK;
    if (d->n && d->piece[d->n - 1].kind == kind &&
        d->piece[d->n - 1].text.p + d->piece[d->n - 1].text.n == text.p) {
        d->piece[d->n - 1].text.n += text.n;
        return OK;
    }
    if (d->n == d->room) {
        const size_t room = d->room ? 2 * d->room : 64;
        struct diff_piece *more = ARENA_NEW(d->a, struct diff_piece, room);
        if (!more)
            return err_nomem(info);
        if (d->n)
            memcpy(more, d->piece, d->n * sizeof *more);
        d->piece = more;
        d->room = room;
    }
    d->piece[d->n++] = (struct diff_piece){kind, text};
    return OK;
}

/* ---- comparing ---- */

typedef err (*changed_fn)(struct differ *d, str before, str after, struct err_info *info);

static err put_changed(struct differ *d, str before, str after, struct err_info *info)
{
    const err e = put(d, DIFF_REMOVED, before, info);
    return e == OK ? put(d, DIFF_ADDED, after, info) : e;
}

/* lengths[i * (m + 1) + j]: of the longest common subsequence of a from i and b from j. Fits in 16
 * bits: the shorter of the two has at most the root of DIFF_CELLS_MAX tokens. */
static uint16_t *fill_lengths(struct differ *d, const str *a, size_t n, const str *b, size_t m)
{
    uint16_t *lengths = ARENA_NEW(d->a, uint16_t, (n + 1) * (m + 1));
    for (size_t i = n; lengths && i-- > 0;) {
        uint16_t *row = lengths + i * (m + 1), *below = row + m + 1;
        for (size_t j = m; j-- > 0;) {
            if (str_eq(a[i], b[j]))
                row[j] = (uint16_t)(below[j + 1] + 1);
            else
                row[j] = below[j] >= row[j + 1] ? below[j] : row[j + 1];
        }
    }
    return lengths;
}

/* The middle, where both ends differ: runs of what is the same, and what lies between them. */
static err compare_middle(struct differ *d, const struct tokens *a, size_t i, size_t a_end,
                          const struct tokens *b, size_t j, size_t b_end, changed_fn changed,
                          struct err_info *info)
{
    const size_t n = a_end - i, m = b_end - j, from_a = i, from_b = j;
    size_t a_at = i, b_at = j;
    err e = OK;

    if (n == 0 || m == 0 || (n + 1) > d->cells_left / (m + 1))
        return changed(d, span(a, i, a_end), span(b, j, b_end), info);
    d->cells_left -= (n + 1) * (m + 1);
    const uint16_t *lengths = fill_lengths(d, a->token + i, n, b->token + j, m);
    if (!lengths)
        return err_nomem(info);
    while (e == OK && i < a_end && j < b_end) {
        const uint16_t *here = lengths + (i - from_a) * (m + 1) + (j - from_b);
        if (str_eq(a->token[i], b->token[j])) {
            e = changed(d, span(a, a_at, i), span(b, b_at, j), info);
            if (e == OK)
                e = put(d, DIFF_SAME, b->token[j], info);
            a_at = ++i;
            b_at = ++j;
        } else if (here[m + 1] >= here[1]) {
            i++;
        } else {
            j++;
        }
    }
    return e == OK ? changed(d, span(a, a_at, a_end), span(b, b_at, b_end), info) : e;
}

static err compare(struct differ *d, const struct tokens *a, const struct tokens *b,
                   changed_fn changed, struct err_info *info)
{
    size_t head = 0, tail = 0;

    while (head < a->n && head < b->n && str_eq(a->token[head], b->token[head]))
        head++;
    while (tail < a->n - head && tail < b->n - head &&
           str_eq(a->token[a->n - 1 - tail], b->token[b->n - 1 - tail]))
        tail++;
    err e = put(d, DIFF_SAME, span(b, 0, head), info);
    if (e == OK)
        e = compare_middle(d, a, head, a->n - tail, b, head, b->n - tail, changed, info);
    return e == OK ? put(d, DIFF_SAME, span(b, b->n - tail, b->n), info) : e;
}

static err compare_words(struct differ *d, str before, str after, struct err_info *info)
{
    struct tokens a, b;

    if (before.n == 0 || after.n == 0)
        return put_changed(d, before, after, info);
    err e = cut(d, before, word_end, &a, info);
    if (e == OK)
        e = cut(d, after, word_end, &b, info);
    return e == OK ? compare(d, &a, &b, put_changed, info) : e;
}

err diff_texts(arena *a, str before, str after, struct diff_piece **pieces, size_t *n,
               struct err_info *info)
{
    struct differ d = {.a = a, .cells_left = DIFF_CELLS_MAX};
    struct tokens x, y;

    err e = cut(&d, before, line_end, &x, info);
    if (e == OK)
        e = cut(&d, after, line_end, &y, info);
    if (e == OK)
        e = compare(&d, &x, &y, compare_words, info);
    *pieces = d.piece;
    *n = d.n;
    return e;
}
