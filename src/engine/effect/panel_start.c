/* SPDX-License-Identifier: EUPL-1.2 */
/* In which period each unit's treatment starts. */
#include "base/num.h"
#include "base/real.h"
#include "engine/effect/panel_int.h"

#include <math.h>

double panel_period_label(const struct panel_periods *p, size_t period)
{
    if (period < p->n)
        return p->value[period];
    return p->value[p->n - 1] + p->step * (double)(period - (p->n - 1));
}

/* Names a unit by its value, followed by others the message wants. */
static err unit_error(const struct panel_rows *rows, size_t unit, const char *key,
                      struct err_info *info)
{
    err_set(info, E_INPUT, key);
    panel_msg_value(&info->msg, rows->unit.column, rows->unit.row[unit]);
    return E_INPUT;
}

/* ---- from a column with the first treated period ---- */

/* The words of a text column as numbers: "0", "2004", "Inf". */
static err words_as_numbers(const struct table_column *c, arena *a, double **number,
                            struct err_info *info)
{
    *number = ARENA_NEW(a, double, c->n_words);
    if (!*number)
        return err_nomem(info);
    for (size_t i = 0; i < c->n_words; i++) {
        const str w = str_trim(c->words[i]);
        if (num_parse_real(w, '.', &(*number)[i]))
            continue;
        if (!str_eq_nocase(w, STR("inf")) && !str_eq_nocase(w, STR("infinity"))) {
            err_text(info, E_INPUT, "panel.start-not-a-period", c->name);
            msg_text(&info->msg, c->words[i]);
            return E_INPUT;
        }
        (*number)[i] = REAL_INF;
    }
    return OK;
}

err panel_start_reader_make(const struct table_column *c, const struct effect_spec *spec, arena *a,
                            struct panel_start_reader *s, struct err_info *info)
{
    double *number = NULL;
    const err e = c->type == TABLE_TEXT ? words_as_numbers(c, a, &number, info) : OK;
    *s = (struct panel_start_reader){.spec = spec, .column = c, .number = number};
    return e;
}

double panel_start_read(const struct panel_start_reader *s, size_t row)
{
    double v = panel_value(s->column, row);
    if (isnan(v))
        return s->spec->has_never ? REAL_INF : v;
    if (s->number)
        v = s->number[s->column->codes[row]];
    const bool is_zero = v == 0 && s->column->type != TABLE_DATE; /* a date 0 is 1-1-1970 */
    return is_zero || (s->spec->has_never && v == s->spec->never) ? REAL_INF : v;
}

/* The number of the first period at or after v; SIZE_MAX when out of reach. */
static size_t period_of_start(const struct panel_periods *p, double v, size_t anticipation)
{
    const double last = p->value[p->n - 1];
    if (v > last) {
        const double beyond = p->step > 0 ? -floor(-(v - last) / p->step) : 1;
        return beyond <= (double)anticipation ? p->n - 1 + (size_t)beyond : SIZE_MAX;
    }
    size_t low = 0, high = p->n - 1; /* the answer lies in low .. high */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (p->value[middle] >= v)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

uint32_t panel_start_period(const struct panel_periods *p, double v, size_t anticipation)
{
    const size_t period = isinf(v) && v > 0 ? SIZE_MAX : period_of_start(p, v, anticipation);
    return period == SIZE_MAX ? PANEL_NEVER : (uint32_t)period;
}

static err starts_from_column(const struct panel_rows *rows, const struct effect_spec *spec,
                              const struct panel_start_reader *reader, arena *a, uint32_t *start,
                              size_t *n_after_end, struct err_info *info)
{
    const size_t n_units = rows->unit.n;
    double *value = ARENA_NEW(a, double, n_units);
    if (!value)
        return err_nomem(info);
    for (size_t u = 0; u < n_units; u++) {
        value[u] = panel_start_read(reader, rows->unit.row[u]);
        if (isnan(value[u])) {
            unit_error(rows, u, "panel.start-empty", info);
            msg_text(&info->msg, spec->first_treated);
            return E_INPUT;
        }
        if (value[u] == -REAL_INF) { /* before all time says neither when nor never */
            err_text(info, E_INPUT, "panel.start-not-a-period", spec->first_treated);
            msg_text(&info->msg, STR("-Inf"));
            return E_INPUT;
        }
    }
    for (size_t r = 0; r < rows->n; r++) {
        const size_t u = rows->unit.code[r];
        if (panel_start_read(reader, r) != value[u]) {
            unit_error(rows, u, "panel.start-varies", info);
            msg_text(&info->msg, spec->first_treated);
            return E_INPUT;
        }
    }
    for (size_t u = 0; u < n_units; u++) {
        start[u] = panel_start_period(&rows->periods, value[u], (size_t)spec->anticipation);
        *n_after_end += isfinite(value[u]) && start[u] >= rows->periods.n;
    }
    return OK;
}

/* ---- from a treatment that switches on ---- */

struct switching {
    uint32_t first_on; /* PANEL_NEVER when never on */
    uint32_t last_off; /* PANEL_NEVER when never off */
};

static err read_switches(const struct panel_rows *rows, const struct table_column *c,
                         struct switching *s, struct err_info *info)
{
    for (size_t u = 0; u < rows->unit.n; u++)
        s[u] = (struct switching){PANEL_NEVER, PANEL_NEVER};
    for (size_t r = 0; r < rows->n; r++) {
        const double v = c->type == TABLE_TEXT ? NAN : panel_value(c, r);
        struct switching *u = &s[rows->unit.code[r]];
        const uint32_t period = rows->time.code[r];
        if (v != 0 && v != 1) {
            unit_error(rows, rows->unit.code[r], "panel.treatment-not-binary", info);
            msg_text(&info->msg, c->name);
            return E_INPUT;
        }
        if (v == 1 && period < u->first_on)
            u->first_on = period;
        if (v == 0 && (u->last_off == PANEL_NEVER || period > u->last_off))
            u->last_off = period;
    }
    return OK;
}

/* With two periods a treatment that never changes marks who is treated in between. */
static bool marks_groups(const struct panel_rows *rows, const struct switching *s)
{
    for (size_t u = 0; u < rows->unit.n; u++)
        if (s[u].first_on != PANEL_NEVER && s[u].last_off != PANEL_NEVER)
            return false;
    return rows->periods.n == 2;
}

static err starts_from_treatment(const struct panel_rows *rows, const struct table_column *c,
                                 arena *a, uint32_t *start, struct err_info *info)
{
    struct switching *s = ARENA_NEW(a, struct switching, rows->unit.n);
    if (!s)
        return err_nomem(info);
    const err e = read_switches(rows, c, s, info);
    if (e != OK)
        return e;
    const bool marks = marks_groups(rows, s);
    for (size_t u = 0; u < rows->unit.n; u++) {
        if (s[u].first_on != PANEL_NEVER && s[u].last_off != PANEL_NEVER &&
            s[u].last_off > s[u].first_on) {
            unit_error(rows, u, "panel.switches-off", info);
            msg_text(&info->msg, c->name);
            return E_INPUT;
        }
        const bool is_treated = s[u].first_on != PANEL_NEVER;
        start[u] = is_treated && marks ? 1 : s[u].first_on;
    }
    return OK;
}

err panel_starts_make(const struct panel_rows *rows, const struct effect_spec *spec, arena *a,
                      uint32_t *start, size_t *n_after_end, struct err_info *info)
{
    const struct table_column *c;
    *n_after_end = 0;
    const str name = spec->first_treated.n ? spec->first_treated : spec->treatment;
    err e = table_find(rows->t, name, &c, info);
    if (e != OK)
        return e;
    if (!spec->first_treated.n)
        return starts_from_treatment(rows, c, a, start, info);
    struct panel_start_reader reader;
    e = panel_start_reader_make(c, spec, a, &reader, info);
    if (e != OK)
        return e;
    return starts_from_column(rows, spec, &reader, a, start, n_after_end, info);
}
