/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/report/effect_fields_int.h"
#include "engine/report/report.h"
#include "engine/report/xlsx_int.h"

#include <math.h>

enum { ROWS_MAX = 1048575, COLUMN_WIDTH = 15, DAY_OF_1970 = 25569 /* as Excel counts */ };

/* A workbook under construction. The library checks rows and columns; we count them below its
 * limits. */
struct book {
    lxw_workbook *workbook;
    lxw_format *bold, *date;
    bool has_dates;
    lxw_error failed; /* the first failure */
};

static void note(struct book *b, lxw_error e)
{
    if (b->failed == LXW_NO_ERROR)
        b->failed = e;
}

static void put_text(struct book *b, lxw_worksheet *sheet, size_t row, size_t column,
                     const char *text, lxw_format *format)
{
    note(b, worksheet_write_string(sheet, (lxw_row_t)row, (lxw_col_t)column, text, format));
}

static void put_field(struct book *b, lxw_worksheet *sheet, size_t row, size_t column,
                      const struct effect_field *f, const void *from)
{
    const lxw_row_t r = (lxw_row_t)row;
    const lxw_col_t c = (lxw_col_t)column;

    switch (f->kind) {
    case EFFECT_FIELD_REAL:
    case EFFECT_FIELD_PERIOD: {
        const bool is_date = b->has_dates && f->kind == EFFECT_FIELD_PERIOD;
        const double v = effect_field_real(f, from) + (is_date ? DAY_OF_1970 : 0);
        if (isfinite(v))
            note(b, worksheet_write_number(sheet, r, c, v, is_date ? b->date : NULL));
        break;
    }
    case EFFECT_FIELD_COUNT:
        if (effect_field_count(f, from) == EFFECT_HIDDEN)
            break;
        note(b, worksheet_write_number(sheet, r, c, (double)effect_field_count(f, from), NULL));
        break;
    case EFFECT_FIELD_FLAG:
        note(b, worksheet_write_boolean(sheet, r, c, effect_field_flag(f, from), NULL));
        break;
    case EFFECT_FIELD_KEY:
    case EFFECT_FIELD_STR:
    case EFFECT_FIELD_NAME:
        if (effect_field_text(f, from))
            put_text(b, sheet, row, column, effect_field_text(f, from), NULL);
        break;
    }
}

static void add_section(struct book *b, const struct effect_section *s,
                        const struct effect_result *r)
{
    lxw_worksheet *sheet = workbook_add_worksheet(b->workbook, s->name);
    size_t column = 0;

    for (const struct effect_field *f = s->fields; f->name; f++, column++) {
        put_text(b, sheet, 0, column, f->name, b->bold);
        for (size_t i = 0; i < effect_section_n(s, r); i++)
            put_field(b, sheet, i + 1, column, f, effect_section_at(s, r, i));
    }
    note(b, worksheet_set_column(sheet, 0, (lxw_col_t)(column - 1), COLUMN_WIDTH, NULL));
    worksheet_freeze_panes(sheet, 1, 0);
}

static void add_diagnostics(struct book *b, const struct effect_result *r)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    const struct effect_field pretest[] = {
        {"pretest_statistic", EFFECT_FIELD_REAL,
         offsetof(struct effect_diagnostics, pretest_statistic), NULL},
        {"pretest_df", EFFECT_FIELD_COUNT, offsetof(struct effect_diagnostics, pretest_df), NULL},
        {"pretest_p", EFFECT_FIELD_REAL, offsetof(struct effect_diagnostics, pretest_p), NULL},
        {0},
    };
    const struct effect_field *const list[] = {effect_diagnostic_fields, pretest};
    lxw_worksheet *sheet = workbook_add_worksheet(b->workbook, "diagnostics");
    size_t row = 0;

    put_text(b, sheet, row++, 0, "method", b->bold);
    put_text(b, sheet, 0, 1, effect_method_name(r->spec.method), NULL);
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        for (const struct effect_field *f = list[i]; f->name; f++, row++) {
            put_text(b, sheet, row, 0, f->name, b->bold);
            put_field(b, sheet, row, 1, f, d);
        }
    note(b, worksheet_set_column(sheet, 0, 0, 2 * COLUMN_WIDTH, NULL));
}

/* What the door took away: by which rule, how often, and the fewest persons allowed. */
static void add_withheld(struct book *b, const struct msg *said, size_t n)
{
    static const char *const names[] = {"rule", "n", "min_persons"};
    lxw_worksheet *sheet = workbook_add_worksheet(b->workbook, "withheld");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        put_text(b, sheet, 0, i, names[i], b->bold);
    for (size_t i = 0; i < n; i++) {
        put_text(b, sheet, i + 1, 0, said[i].key, NULL);
        for (size_t j = 0; j < said[i].n_args; j++)
            note(b, worksheet_write_number(sheet, (lxw_row_t)(i + 1), (lxw_col_t)(j + 1),
                                           (double)said[i].arg[j].i, NULL));
    }
    note(b, worksheet_set_column(sheet, 0, 0, 2 * COLUMN_WIDTH, NULL));
}

static lxw_error fill(lxw_workbook *workbook, const void *ctx)
{
    const struct released_effect *released = ctx;
    const struct effect_result *r = disclosure_view(released);
    size_t n_said;
    const struct msg *said = disclosure_notes(released, &n_said);
    struct book b = {.workbook = workbook,
                     .bold = workbook_add_format(workbook),
                     .date = workbook_add_format(workbook),
                     .has_dates = r->has_dates};
    if (!b.bold || !b.date)
        return LXW_ERROR_MEMORY_MALLOC_FAILED;
    format_set_bold(b.bold);
    format_set_num_format(b.date, "yyyy-mm-dd");
    add_section(&b, effect_sections, r);
    add_diagnostics(&b, r);
    for (const struct effect_section *s = effect_sections + 1; s->name; s++)
        if (effect_section_n(s, r))
            add_section(&b, s, r);
    if (n_said > 0)
        add_withheld(&b, said, n_said);
    return b.failed;
}

err report_effect_xlsx(out *o, const struct released_effect *released, struct err_info *info)
{
    const struct effect_result *r = disclosure_view(released);
    if (r->n_estimates > ROWS_MAX) {
        err_set(info, E_LIMIT, "effect.xlsx-rows");
        msg_int(&info->msg, ROWS_MAX);
        return E_LIMIT;
    }
    return xlsx_print(o, fill, released, info);
}
