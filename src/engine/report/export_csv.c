/* SPDX-License-Identifier: EUPL-1.2 */
#include "report_int.h"

#include "base/date.h"

#include <math.h>

static char separator(enum report_csv_form form)
{
    return form == REPORT_CSV_EXCEL ? ';' : ',';
}

void report_csv_text(out *o, str s)
{
    const bool formula = s.n && (s.p[0] == '=' || s.p[0] == '+' || s.p[0] == '@' || s.p[0] == '-' ||
                                 s.p[0] == '\t' || s.p[0] == '\r');
    out_char(o, '"');
    if (formula)
        out_char(o, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            out_char(o, '"');
        out_char(o, s.p[i]);
    }
    out_char(o, '"');
}

static void put_real(out *o, enum report_csv_form form, double v)
{
    if (!isfinite(v)) /* empty means "no number"; the remark says why */
        return;
    const size_t from = o->n;
    out_real(o, v);
    for (size_t i = from; form == REPORT_CSV_EXCEL && i < o->n; i++)
        if (o->p[i] == '.')
            o->p[i] = ',';
}

static void put_cell(out *o, enum report_csv_form form, const struct report_view *v,
                     const struct html_value *c)
{
    out text;
    char day[10];
    if (c->kind == HTML_INT || c->kind == HTML_PLAIN) {
        out_int(o, c->i);
    } else if (cell_is_number(c)) {
        put_real(o, form, c->d);
    } else if (c->kind == HTML_DATE) {
        date_print_iso((int32_t)c->i, day);
        out_bytes(o, day, sizeof day);
    } else {
        out_init(&text, REPORT_BYTES_MAX);
        html_print_value(&text, v->lang, *c);
        report_csv_text(o, out_view(&text));
        out_free(&text);
    }
}

static void put_row(out *o, enum report_csv_form form, const struct sheet *t, size_t row)
{
    const struct html_value *cells = t->cells + row * t->n_columns;
    for (size_t c = 0; c < t->n_columns; c++) {
        if (cells[c].kind == HTML_STR && cells[c].text.n == 0)
            continue;
        out_cstr(o, t->key);
        out_char(o, separator(form));
        out_int(o, (int64_t)row + 1);
        out_char(o, separator(form));
        report_csv_text(o, str_of(t->columns[c].key));
        out_char(o, separator(form));
        report_csv_text(o, t->columns[c].name);
        out_char(o, separator(form));
        put_cell(o, form, t->v, &cells[c]);
        out_cstr(o, "\r\n");
    }
}

err report_csv(out *o, enum lang lang, enum report_csv_form form, const struct report_input *in,
               struct err_info *info)
{
    static const char *const columns[] = {"table", "row", "column", "name", "value"};
    struct report_view v;
    err e = view_open(&v, lang, in, info);
    if (e != OK)
        goto out;
    if (form == REPORT_CSV_EXCEL)
        out_cstr(o, "\xef\xbb\xbf");
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        if (i)
            out_char(o, separator(form));
        out_cstr(o, columns[i]);
    }
    out_cstr(o, "\r\n");
    for (size_t i = 0; i < v.n_sheets; i++)
        for (size_t r = 0; r < sheet_n_rows(v.sheets[i]); r++)
            put_row(o, form, v.sheets[i], r);
    e = view_error(&v, o, info);
out:
    view_close(&v);
    return e;
}
