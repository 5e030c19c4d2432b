/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/report/text_table_int.h"

#include "engine/report/report.h"

enum { GAP = 2 };

/* Characters on the screen: code points, as our texts hold no combining or wide ones. */
static size_t width_of(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

static str cell_at(const struct text_table *t, size_t i)
{
    return str_cut(out_view(&t->text), i ? t->end[i - 1] : 0, t->end[i]);
}

/* Ends the cell that was being written. */
void text_end_cell(struct text_table *t)
{
    if (t->n == t->cap) {
        t->no_memory = true;
        return;
    }
    t->end[t->n] = t->text.n;
    const size_t width = width_of(cell_at(t, t->n));
    size_t *widest = &t->width[t->n++ % t->columns];
    *widest = width > *widest ? width : *widest;
}

void text_put_key(struct text_table *t, const char *key)
{
    out_str(&t->text, tr(t->lang, key));
    text_end_cell(t);
}

void text_put_number(struct text_table *t, double v, int decimals)
{
    tr_number(&t->text, t->lang, v, decimals);
    text_end_cell(t);
}

static void print_spaces(out *o, size_t n)
{
    while (n-- > 0)
        out_char(o, ' ');
}

/* The first column and remarks to the left, numbers between them to the right. */
static void print_cell(const struct text_table *t, size_t i, out *o)
{
    const str cell = cell_at(t, i);
    const size_t column = i % t->columns, pad = t->width[column] - width_of(cell);
    const bool is_label = column == 0, is_remark = column == t->columns - 1;

    if (!is_remark || cell.n)
        print_spaces(o, GAP + (is_label || is_remark ? 0 : pad));
    out_str(o, cell);
    if (is_label)
        print_spaces(o, pad);
    if (is_remark)
        out_char(o, '\n');
}

void text_put_p(struct text_table *t, double p)
{
    if (p < 0.001)
        out_cstr(&t->text, "< ");
    text_put_number(t, p < 0.001 ? 0.001 : p, 3);
}

void text_put_heads(struct text_table *t, const char *const *heads)
{
    for (size_t c = 0; c < t->columns; c++) {
        if (heads[c])
            text_put_key(t, heads[c]);
        else
            text_end_cell(t);
    }
}

err text_open(struct text_table *t, size_t rows, struct err_info *info)
{
    t->cap = (rows + 1) * t->columns;
    t->memory = arena_new(SIZE_MAX);
    t->end = t->memory ? ARENA_NEW(t->memory, size_t, t->cap) : NULL;
    out_init(&t->text, REPORT_BYTES_MAX);
    return t->end ? OK : err_nomem(info);
}

void text_close(struct text_table *t)
{
    out_free(&t->text);
    arena_free(t->memory);
}

err text_print(const struct text_table *t, const char *title, out *o, struct err_info *info)
{
    const err e = t->no_memory ? err_nomem(info) : out_error(&t->text, info);
    if (e != OK)
        return e;
    out_char(o, '\n');
    out_str(o, tr(t->lang, title));
    out_char(o, '\n');
    for (size_t i = 0; i < t->n; i++)
        print_cell(t, i, o);
    return OK;
}

void text_say(out *o, enum lang lang, const struct msg *m)
{
    tr_msg(o, lang, m);
    out_char(o, '\n');
}
