/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/table/csv_int.h"

enum { SAMPLE_RECORDS = 100 };

/* ---- separator ---- */

/* How well a separator explains the first records. */
struct fit {
    size_t n_fields;    /* of the header */
    bool is_consistent; /* every record has as many, or one more: row names as R writes them */
};

static struct fit fit_of(str text, size_t begin, char separator)
{
    struct csv_lexer x;
    struct csv_fault fault;
    struct fit fit = {0};
    size_t at = begin, n = 0, n_first = 0;

    csv_lexer_init(&x, text, separator);
    if (!csv_count_fields(&x, at, &fit.n_fields, &at, &fault))
        return (struct fit){0};
    fit.is_consistent = fit.n_fields > 1;
    for (int i = 0; i < SAMPLE_RECORDS; i++) {
        at = csv_skip_empty(&x, at);
        if (at >= text.n)
            break;
        if (!csv_count_fields(&x, at, &n, &at, &fault)) {
            fit.is_consistent = false;
            break;
        }
        if (i == 0)
            n_first = n;
        if (n != n_first || (n != fit.n_fields && n != fit.n_fields + 1))
            fit.is_consistent = false;
    }
    return fit;
}

char csv_detect_separator(str text, size_t begin)
{
    static const char candidates[] = {';', '\t', ','};
    struct fit best = {.n_fields = 1};
    char separator = ',';

    for (size_t i = 0; i < sizeof candidates; i++) {
        const struct fit fit = fit_of(text, begin, candidates[i]);
        if (fit.is_consistent > best.is_consistent ||
            (fit.is_consistent == best.is_consistent && fit.n_fields > best.n_fields)) {
            best = fit;
            separator = candidates[i];
        }
    }
    /* Spaces occur in names and texts, so they separate only when names are quoted. */
    if (!best.is_consistent && begin < text.n && text.p[begin] == '"' &&
        fit_of(text, begin, ' ').is_consistent)
        separator = ' ';
    return separator;
}

/* ---- decimal sign and types ---- */

#define POINTS  (SEEN_POINT | SEEN_POINT_GROUP)
#define COMMAS  (SEEN_COMMA | SEEN_COMMA_GROUP)
#define NUMBERS (SEEN_WHOLE | SEEN_REAL | POINTS | COMMAS)

bool csv_is_settled(unsigned seen)
{
    return (seen & SEEN_TEXT) || ((seen & SEEN_DATE) && (seen & NUMBERS));
}

/* A column of numbers that no grouping of thousands explains. */
static bool proves(unsigned seen, unsigned clear, unsigned others)
{
    return (seen & clear) && !(seen & (others | SEEN_DATE | SEEN_TEXT));
}

static char decide_decimal(const struct csv *f)
{
    bool point = false, comma = false;
    for (size_t c = 0; c < f->n_columns; c++) {
        point = point || proves(f->column[c].seen, SEEN_POINT, COMMAS);
        comma = comma || proves(f->column[c].seen, SEEN_COMMA, POINTS);
    }
    if (point != comma)
        return point ? '.' : ',';
    return f->lexer.separator == ';' ? ',' : '.';
}

static enum table_type decide_type(unsigned seen, char decimal)
{
    static const enum table_type narrow_first[] = {TABLE_INT, TABLE_REAL, TABLE_DATE};
    if (seen == 0)
        return TABLE_REAL; /* nothing but missing */
    for (size_t i = 0; i < sizeof narrow_first / sizeof narrow_first[0]; i++)
        if (!(seen & ~csv_bits_of(narrow_first[i], decimal)))
            return narrow_first[i];
    return TABLE_TEXT;
}

void csv_decide(struct csv *f)
{
    f->decimal = f->format->decimal ? f->format->decimal : decide_decimal(f);
    for (size_t c = 0; c < f->n_columns; c++)
        if (!f->column[c].is_given)
            f->column[c].type = decide_type(f->column[c].seen, f->decimal);
}

/* False at the end of the sample. */
static bool sample_record(struct csv *f, size_t *at)
{
    struct csv_field field;
    struct csv_fault fault;

    *at = csv_skip_empty(&f->lexer, *at);
    if (*at >= f->lexer.n)
        return false;
    for (size_t c = 0; c < f->n_columns; c++) {
        if (!csv_lex(&f->lexer, *at, &field, at, &fault))
            return false;
        const str value = str_trim(field.raw);
        if (!field.doubled && !csv_is_missing(f, value))
            f->column[c].seen |= csv_seen_of(value);
        const bool more = *at < f->lexer.n && f->lexer.text[*at] == f->lexer.separator;
        if (more != (c + 1 < f->n_columns))
            return false;
        *at += more;
    }
    return true;
}

void csv_sample(struct csv *f)
{
    size_t at = f->data;
    for (int i = 0; i < SAMPLE_RECORDS; i++)
        if (!sample_record(f, &at))
            break;
    csv_decide(f);
}
