/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/table/csv_int.h"

#include "base/date.h"
#include "base/num.h"
#include "base/real.h"

#include <stdlib.h>
#include <string.h>

/* One block at work. */
struct block {
    const struct csv *f;
    struct csv_tally *tally;
    struct dict *dict; /* of this block, one a column */
};

static void keep_first(size_t *kept, size_t at)
{
    if (at < *kept)
        *kept = at;
}

static void keep_fault(struct csv_tally *t, struct csv_fault fault)
{
    if (!t->fault.key || fault.at < t->fault.at)
        t->fault = fault;
}

bool csv_is_missing(const struct csv *f, str value)
{
    if (value.n == 0)
        return true;
    if (!f->marks_first[(unsigned char)value.p[0]])
        return false;
    for (size_t i = 0; i < f->n_marks; i++)
        if (str_eq(value, f->mark[i]))
            return true;
    return false;
}

/* ---- the common forms, read where they stand ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* At most 19 digits have a sum in 64 bits; the caller checks how many there were. */
static const char *digits(const char *p, const char *end, uint64_t *v)
{
    for (; p < end && is_digit(*p); p++)
        *v = *v * 10 + (uint64_t)(*p - '0');
    return p;
}

static const char *quick_int(const char *p, const char *end, int64_t *v)
{
    uint64_t sum = 0;
    const bool negative = p < end && *p == '-';
    const char *first = p + negative;
    const char *last = digits(first, end, &sum);
    if (last == first || last - first > 18 || (*first == '0' && last - first > 1))
        return NULL;
    *v = negative ? -(int64_t)sum : (int64_t)sum;
    return last;
}

/* Both digits and power are exact doubles, so their quotient is correctly rounded. */
static const char *quick_real(const char *p, const char *end, char decimal, double *v,
                              unsigned *seen)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};
    uint64_t sum = 0;
    const bool negative = p < end && *p == '-';
    const char *first = p + negative;
    const char *point = digits(first, end, &sum);
    const char *last = point;
    const ptrdiff_t n_before = point - first;
    ptrdiff_t n_behind = 0;

    if (n_before == 0 || (*first == '0' && n_before > 1))
        return NULL;
    if (point < end && *point == decimal) {
        last = digits(point + 1, end, &sum);
        n_behind = last - point - 1;
        const bool is_group = n_behind == 3 && n_before <= 3 && *first != '0';
        *seen = decimal == '.' ? (is_group ? SEEN_POINT_GROUP : SEEN_POINT)
                               : (is_group ? SEEN_COMMA_GROUP : SEEN_COMMA);
    } else {
        *seen = SEEN_WHOLE;
    }
    if (n_before + n_behind > 18 || sum > UINT64_C(1) << 53)
        return NULL;
    const double value = (double)sum / power[n_behind];
    *v = negative ? -value : value;
    return last;
}

static const char *quick_date(const char *p, const char *end, int32_t *day)
{
    if (end - p < 10 || p[4] != '-' || !date_parse_iso((str){p, 10}, day))
        return NULL;
    return p + 10;
}

static bool ends_field(const struct csv_lexer *x, const char *p)
{
    const size_t at = (size_t)(p - x->text);
    return at == x->n || *p == x->separator || *p == '\n' || csv_line_end(x, at) > 0;
}

/* False when the field is not of the common form of its column's type. */
static bool quick_field(struct block *b, size_t c, size_t row, size_t at, size_t *next)
{
    const struct csv_lexer *x = &b->f->lexer;
    const struct csv_column *column = &b->f->column[c];
    const char *p = x->text + at;
    const char *end = x->text + x->n;
    const char *last;
    unsigned seen = 0;

    switch (column->type) {
    case TABLE_INT:
        seen = SEEN_WHOLE;
        last = quick_int(p, end, (int64_t *)column->values + row);
        break;
    case TABLE_REAL:
        last = quick_real(p, end, b->f->decimal, (double *)column->values + row, &seen);
        break;
    case TABLE_DATE:
        seen = SEEN_DATE;
        last = quick_date(p, end, (int32_t *)column->values + row);
        break;
    default: return false;
    }
    if (!last || !ends_field(x, last))
        return false;
    b->tally->seen[c] |= seen;
    *next = (size_t)(last - x->text);
    return true;
}

/* ---- any form ---- */

static void set_missing(struct block *b, size_t c, size_t row)
{
    const struct csv_column *column = &b->f->column[c];
    column->missing[row] = 1;
    b->tally->n_missing[c]++;
    switch (column->type) {
    case TABLE_INT: ((int64_t *)column->values)[row] = 0; break;
    case TABLE_REAL: ((double *)column->values)[row] = REAL_NAN; break;
    case TABLE_TEXT: ((uint32_t *)column->values)[row] = 0; break;
    case TABLE_DATE: ((int32_t *)column->values)[row] = 0; break;
    }
}

static bool convert(const struct block *b, size_t c, size_t row, size_t at, str value)
{
    const struct csv_column *column = &b->f->column[c];
    double *real = (double *)column->values + row;

    switch (column->type) {
    case TABLE_INT: return num_parse_int(value, (int64_t *)column->values + row);
    case TABLE_DATE: return csv_parse_date(value, (int32_t *)column->values + row);
    default:
        if (csv_parse_infinity(value, real))
            return true;
        if (!num_parse_real(value, b->f->decimal, real))
            return false;
        if (*real == REAL_INF || *real == -REAL_INF)
            keep_first(&b->tally->huge[c], at);
        return true;
    }
}

static err store_text(struct block *b, size_t c, size_t row, str text, str trimmed)
{
    const struct csv_column *column = &b->f->column[c];
    unsigned *seen = &b->tally->seen[c];
    if (!csv_is_settled(column->seen | *seen))
        *seen |= csv_seen_of(trimmed);
    return dict_code(&b->dict[c], text, (uint32_t *)column->values + row);
}

static bool any_field(struct block *b, size_t c, size_t row, size_t at, size_t *next)
{
    const struct csv *f = b->f;
    const struct csv_column *column = &f->column[c];
    struct csv_tally *t = b->tally;
    struct csv_field field;
    struct csv_fault fault;

    if (!csv_lex(&f->lexer, at, &field, next, &fault)) {
        fault.column = c;
        keep_fault(t, fault);
        return false;
    }
    if (!column->is_active)
        return true;
    const str text = field.doubled ? csv_unquote(field.raw, t->scratch) : field.raw;
    const str value = str_trim(text);
    if (csv_is_missing(f, value)) {
        set_missing(b, c, row);
        return true;
    }
    if (column->type == TABLE_TEXT) {
        const err e = store_text(b, c, row, text, value);
        if (e != OK)
            keep_fault(
                t, (struct csv_fault){.key = e == E_LIMIT ? "table.too-many-words" : "error.memory",
                                      .at = at,
                                      .column = c});
        return e == OK;
    }
    const unsigned seen = csv_seen_of(value);
    t->seen[c] |= seen;
    const bool fits = column->is_given || !(seen & ~csv_bits_of(column->type, f->decimal));
    if (!fits || !convert(b, c, row, at, value))
        keep_first(&t->misfit[c], at);
    return true;
}

static bool wrong_count(struct block *b, size_t record, size_t at, size_t column)
{
    struct csv_fault fault;
    size_t n, next;
    if (csv_count_fields(&b->f->lexer, record, &n, &next, &fault))
        fault = (struct csv_fault){.key = "table.field-count", .at = at, .found = n};
    fault.column = column;
    keep_fault(b->tally, fault);
    return false;
}

static bool parse_record(struct block *b, size_t row, size_t *at)
{
    const struct csv *f = b->f;
    const size_t record = *at;

    for (size_t c = 0; c < f->n_columns; c++) {
        const bool is_quick =
            f->column[c].is_active && !f->marks_are_numbers && quick_field(b, c, row, *at, at);
        if (!is_quick && !any_field(b, c, row, *at, at))
            return false;
        const bool more = *at < f->lexer.n && f->lexer.text[*at] == f->lexer.separator;
        if (more != (c + 1 < f->n_columns))
            return wrong_count(b, record, *at, c);
        *at += more;
    }
    if (*at - record > TABLE_LINE_MAX) {
        keep_fault(b->tally, (struct csv_fault){.key = "table.line-too-long", .at = record});
        return false;
    }
    *at += csv_line_end(&f->lexer, *at);
    return true;
}

void csv_parse_chunk(void *csv, size_t of_wave, unsigned worker)
{
    struct csv *f = csv;
    const struct csv_chunk *chunk = &f->chunk[f->wave + of_wave];
    struct block b = {.f = f, .tally = &f->tally[worker], .dict = f->dict + of_wave * f->n_columns};
    size_t at = chunk->first;

    for (size_t c = 0; c < f->n_columns; c++)
        dict_clear(&b.dict[c]);
    for (size_t row = chunk->row; row < chunk->row + chunk->n_rows; row++) {
        at = csv_skip_empty(&f->lexer, at);
        if (!parse_record(&b, row, &at))
            return;
    }
}

/* ---- one dictionary out of those of the blocks ---- */

static bool has_words(const struct csv_column *column)
{
    return column->is_active && column->type == TABLE_TEXT;
}

static size_t wave_size(const struct csv *f)
{
    const size_t left = f->n_chunks - f->wave;
    return left < CSV_WAVE ? left : CSV_WAVE;
}

void csv_merge_words(void *csv, size_t c, unsigned worker)
{
    (void)worker;
    struct csv *f = csv;
    struct csv_column *column = &f->column[c];

    for (size_t i = 0; has_words(column) && column->merged == OK && i < wave_size(f); i++) {
        const size_t k = i * f->n_columns + c;
        f->recoded[k] = malloc((f->dict[k].n + 1) * sizeof *f->recoded[k]);
        column->merged =
            f->recoded[k] ? dict_merge(&column->dict, &f->dict[k], f->recoded[k]) : E_NOMEM;
    }
}

void csv_recode(void *csv, size_t of_wave, unsigned worker)
{
    (void)worker;
    struct csv *f = csv;
    const struct csv_chunk *chunk = &f->chunk[f->wave + of_wave];

    for (size_t c = 0; c < f->n_columns; c++) {
        const struct csv_column *column = &f->column[c];
        uint32_t *recoded = f->recoded[of_wave * f->n_columns + c];
        if (!recoded)
            continue;
        uint32_t *codes = column->values;
        for (size_t row = chunk->row; row < chunk->row + chunk->n_rows; row++)
            codes[row] = column->missing[row] ? 0 : recoded[codes[row]];
        free(recoded);
        f->recoded[of_wave * f->n_columns + c] = NULL;
    }
}
