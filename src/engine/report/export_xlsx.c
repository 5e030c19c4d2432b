/* SPDX-License-Identifier: EUPL-1.2 */
#include "report_int.h"
#include "xlsx_int.h"

#include <math.h>
#include <stdio.h>

enum { SHEET_NAME_MAX = 31, FORMATS_MAX = 32 };

struct book {
    lxw_workbook *workbook;
    lxw_format *head, *bold, *date;
    lxw_format *decimals[16], *percent[16];
    lxw_error error; /* the first */
};

static void note(struct book *b, lxw_error e)
{
    if (b->error == LXW_NO_ERROR)
        b->error = e;
}

/* "#,##0.00": Excel shows it in the reader's notation. */
static lxw_format *number_format(struct book *b, lxw_format **known, int decimals,
                                 const char *whole, const char *end)
{
    char text[64];
    const int n = decimals < 0 ? 0 : decimals > 15 ? 15 : decimals;
    if (known[n])
        return known[n];
    snprintf(text, sizeof text, "%s%s%.*s%s", whole, n ? "." : "", n, "000000000000000", end);
    known[n] = workbook_add_format(b->workbook);
    if (known[n])
        format_set_num_format(known[n], text);
    return known[n];
}

/* Excel counts days from 1899-12-30. */
static double excel_day(int64_t day)
{
    return (double)day + 25569;
}

static void put_words(struct book *b, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                      const struct report_view *v, const struct html_value *c)
{
    out text;
    out_init(&text, REPORT_BYTES_MAX);
    html_print_value(&text, v->lang, *c);
    out_char(&text, '\0');
    if (text.error == OK && text.n > 1)
        note(b, worksheet_write_string(sheet, row, col, text.p, NULL));
    out_free(&text);
}

static void put_cell(struct book *b, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                     const struct report_view *v, const struct html_value *c)
{
    if (c->kind == HTML_INT || c->kind == HTML_PLAIN) {
        lxw_format *f = c->kind == HTML_INT ? number_format(b, b->decimals, 0, "#,##0", "") : NULL;
        note(b, worksheet_write_number(sheet, row, col, (double)c->i, f));
    } else if (c->kind == HTML_DATE) {
        note(b, worksheet_write_number(sheet, row, col, excel_day(c->i), b->date));
    } else if (!cell_is_number(c)) {
        put_words(b, sheet, row, col, v, c);
    } else if (isfinite(c->d)) {
        lxw_format *f = c->kind == HTML_PERCENT
                            ? number_format(b, b->percent, c->decimals, "0", "%")
                            : number_format(b, b->decimals, c->decimals, "#,##0", "");
        note(b, worksheet_write_number(sheet, row, col, c->d, f));
    }
}

static void put_name(struct book *b, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col, str s,
                     lxw_format *format, arena *a)
{
    const str own = arena_str(a, s);
    if (own.p)
        note(b, worksheet_write_string(sheet, row, col, own.p, format));
}

static void put_table(struct book *b, const struct sheet *t)
{
    char name[SHEET_NAME_MAX + 1];
    snprintf(name, sizeof name, "%s", t->key);
    lxw_worksheet *sheet = workbook_add_worksheet(b->workbook, name);
    if (!sheet) {
        note(b, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return;
    }
    const lxw_row_t first = 2; /* title, blank, names */
    put_name(b, sheet, 0, 0, t->title, b->bold, t->v->a);
    for (size_t c = 0; c < t->n_columns; c++)
        put_name(b, sheet, first, (lxw_col_t)c, t->columns[c].name, b->head, t->v->a);
    for (size_t i = 0; i < t->n_cells; i++)
        put_cell(b, sheet, first + 1 + (lxw_row_t)(i / t->n_columns), (lxw_col_t)(i % t->n_columns),
                 t->v, &t->cells[i]);
    worksheet_set_column(sheet, 0, 0, 32, NULL);
    worksheet_set_column(sheet, 1, (lxw_col_t)t->n_columns, 14, NULL);
    worksheet_freeze_panes(sheet, first + 1, 1);
}

/* What it is about, on the first sheet: no number without its source. */
static void put_front(struct book *b, const struct report_view *v)
{
    lxw_worksheet *sheet = workbook_add_worksheet(b->workbook, "report");
    if (!sheet) {
        note(b, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return;
    }
    put_name(b, sheet, 0, 0, view_text(v, v->in->study.title), b->bold, v->a);
    put_name(b, sheet, 1, 0, v->answer, NULL, v->a);
    if (v->in->study.synthetic)
        put_name(b, sheet, 2, 0, tr(v->lang, "report.badge-synthetic"), NULL, v->a);
    if (!v->in->seal.frozen)
        put_name(b, sheet, 3, 0, tr(v->lang, "report.badge-exploratory"), NULL, v->a);
}

static lxw_error fill(lxw_workbook *workbook, const void *ctx)
{
    const struct report_view *v = ctx;
    struct book b = {.workbook = workbook,
                     .head = workbook_add_format(workbook),
                     .bold = workbook_add_format(workbook),
                     .date = workbook_add_format(workbook)};
    if (!b.bold || !b.head || !b.date)
        return LXW_ERROR_MEMORY_MALLOC_FAILED;
    format_set_bold(b.bold);
    format_set_bold(b.head);
    format_set_text_wrap(b.head);
    format_set_num_format(b.date, "yyyy-mm-dd");
    put_front(&b, v);
    for (size_t i = 0; i < v->n_sheets; i++)
        put_table(&b, v->sheets[i]);
    return b.error;
}

err report_xlsx(out *o, enum lang lang, const struct report_input *in, struct err_info *info)
{
    struct report_view v;
    err e = view_open(&v, lang, in, info);
    if (e == OK)
        e = xlsx_print(o, fill, &v, info);
    view_close(&v);
    return e;
}
