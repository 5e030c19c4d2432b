/* SPDX-License-Identifier: EUPL-1.2 */
#include "report_int.h"

#include <math.h>
#include <string.h>

struct sheet *sheet_new(struct report_view *v, const char *key, str title)
{
    struct sheet *t = ARENA_NEW(v->a, struct sheet, 1);
    struct sheet_head *columns = ARENA_NEW(v->a, struct sheet_head, SHEET_COLUMNS_MAX);
    if (!t || !columns || v->n_sheets == REPORT_SHEETS_MAX) {
        v->no_memory = true;
        return NULL;
    }
    *t = (struct sheet){.key = key, .id = str_of(key), .title = title, .v = v, .columns = columns};
    return t;
}

void sheet_column(struct sheet *t, const char *key, str name, bool is_text)
{
    if (t && t->n_columns < SHEET_COLUMNS_MAX)
        t->columns[t->n_columns++] =
            (struct sheet_head){.key = key, .name = name, .is_text = is_text};
}

void sheet_number(struct sheet *t, const char *key, const char *name_key)
{
    if (t)
        sheet_column(t, key, tr(t->v->lang, name_key), false);
}

void sheet_words(struct sheet *t, const char *key, const char *name_key)
{
    if (t)
        sheet_column(t, key, tr(t->v->lang, name_key), true);
}

void sheet_put(struct sheet *t, struct html_value cell)
{
    if (!t)
        return;
    if (t->n_cells == t->cap_cells) {
        const size_t cap = t->cap_cells ? 2 * t->cap_cells : 64;
        struct html_value *cells = ARENA_NEW(t->v->a, struct html_value, cap);
        if (!cells) {
            t->v->no_memory = true;
            return;
        }
        if (t->n_cells)
            memcpy(cells, t->cells, t->n_cells * sizeof *cells);
        t->cells = cells;
        t->cap_cells = cap;
    }
    t->cells[t->n_cells++] = cell;
}

struct sheet *sheet_find(const struct report_view *v, const char *key)
{
    for (size_t i = 0; i < v->n_sheets; i++)
        if (strcmp(v->sheets[i]->key, key) == 0)
            return v->sheets[i];
    return NULL;
}

enum { TURNED_ROWS_MAX = 6, HEAD_COLUMNS = 2 };

const struct sheet *sheet_turned(struct report_view *v, const struct sheet *t)
{
    const size_t n_rows = t ? sheet_n_rows(t) : 0;
    if (n_rows == 0 || n_rows > TURNED_ROWS_MAX)
        return t;
    struct sheet *turned = sheet_new(v, t->key, t->title);
    sheet_words(turned, "measure", "report.col-measure");
    for (size_t r = 0; r < n_rows; r++)
        sheet_column(turned, "",
                     SAY(v, "{1}: {2}", t->cells[r * t->n_columns], t->cells[r * t->n_columns + 1]),
                     false);
    for (size_t c = HEAD_COLUMNS; c < t->n_columns; c++) {
        sheet_put(turned, html_from_str(t->columns[c].name));
        for (size_t r = 0; r < n_rows; r++)
            sheet_put(turned, t->cells[r * t->n_columns + c]);
    }
    return turned ? turned : t;
}

/* ---- cells ---- */

struct html_value cell_empty(void)
{
    return html_from_str(STR(""));
}

struct html_value cell_count(const struct report_view *v, size_t n)
{
    return n == EFFECT_HIDDEN ? html_from_str(tr(v->lang, "disclosure.not-shown"))
                              : html_from_size(n);
}

struct html_value cell_period(double period)
{
    if (isnan(period))
        return cell_empty();
    if (period == floor(period) && fabs(period) < 1e15)
        return html_plain((int64_t)period);
    return html_number(period, 2);
}

bool cell_is_number(const struct html_value *cell)
{
    switch (cell->kind) {
    case HTML_INT:
    case HTML_PLAIN:
    case HTML_NUMBER:
    case HTML_MONEY:
    case HTML_PERCENT: return true;
    default: return false;
    }
}

double cell_number(const struct html_value *cell)
{
    return cell->kind == HTML_INT || cell->kind == HTML_PLAIN ? (double)cell->i : cell->d;
}
