/* SPDX-License-Identifier: EUPL-1.2 */
/* A cost-benefit analysis alone: a report without a study. */
#include "report_int.h"

#include <string.h>

static struct report_input alone(const struct scba_model *m, const struct scba_result *r)
{
    return (struct report_input){
        .model = m,
        .scba = r,
        .study = {.unit = {m->unit[LANG_NL], m->unit[LANG_EN]},
                  .data_day = REPORT_NO_DAY,
                  .made_day = REPORT_NO_DAY},
        .seal = {.frozen_day = REPORT_NO_DAY},
    };
}

err report_scba_json(out *o, enum lang lang, const struct scba_model *m,
                     const struct scba_result *r, struct err_info *info)
{
    const struct report_input in = alone(m, r);
    return report_json(o, lang, &in, info);
}

err report_scba_csv(out *o, enum lang lang, enum report_csv_form form, const struct scba_model *m,
                    const struct scba_result *r, struct err_info *info)
{
    const struct report_input in = alone(m, r);
    return report_csv(o, lang, form, &in, info);
}

err report_scba_xlsx(out *o, enum lang lang, const struct scba_model *m,
                     const struct scba_result *r, struct err_info *info)
{
    const struct report_input in = alone(m, r);
    return report_xlsx(o, lang, &in, info);
}

/* ---- for a terminal ---- */

static str cell_text(struct report_view *v, const struct html_value *c)
{
    return SAY(v, "{1}", *c);
}

static size_t width_of(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80; /* characters, not bytes */
    for (size_t i = 0; i + 3 <= s.n; i++)
        n -= memcmp(s.p + i, "\xe2\x81\xa0", 3) == 0; /* U+2060 has no width */
    return n;
}

static void put_padded(out *o, str s, size_t width, bool at_right)
{
    const size_t n = width_of(s);
    for (size_t i = n; at_right && i < width; i++)
        out_char(o, ' ');
    out_visible(o, s); /* a name from a file */
    for (size_t i = n; !at_right && i < width; i++)
        out_char(o, ' ');
}

static size_t column_width(struct sheet *t, size_t c)
{
    size_t width = width_of(t->columns[c].name);
    for (size_t i = c; i < t->n_cells; i += t->n_columns) {
        const size_t n = width_of(cell_text(t->v, &t->cells[i]));
        width = n > width ? n : width;
    }
    return width;
}

static void put_table(out *o, struct sheet *t)
{
    size_t width[SHEET_COLUMNS_MAX];
    out_str(o, t->title);
    out_cstr(o, "\n\n");
    for (size_t c = 0; c < t->n_columns; c++) {
        width[c] = column_width(t, c);
        out_cstr(o, c ? "  " : "");
        put_padded(o, t->columns[c].name, width[c], !t->columns[c].is_text);
    }
    for (size_t i = 0; i < t->n_cells; i++) {
        const size_t c = i % t->n_columns;
        out_cstr(o, c ? "  " : "\n");
        put_padded(o, cell_text(t->v, &t->cells[i]), width[c], !t->columns[c].is_text);
    }
    out_cstr(o, "\n\n");
}

err report_scba_text(out *o, enum lang lang, const struct scba_model *m,
                     const struct scba_result *r, struct err_info *info)
{
    static const char *const shown[] = {"summary", "payers", "wrong_pocket"};
    const struct report_input in = alone(m, r);
    struct report_view v;
    err e = view_open(&v, lang, &in, info);
    if (e != OK)
        goto out;
    out_visible(o, v.answer);
    out_cstr(o, "\n\n");
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        put_table(o, sheet_find(&v, shown[i]));
    e = view_error(&v, o, info);
out:
    view_close(&v);
    return e;
}
