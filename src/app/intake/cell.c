/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/cell_int.h"

#include "base/date.h"
#include "base/num.h"

#include <string.h>

static bool read_digits(str s, int *v)
{
    *v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        *v = *v * 10 + s.p[i] - '0';
    }
    return s.n > 0 && s.n <= 4;
}

/* Year, month and day as they stand there; any may be zero. */
static bool read_parts(enum mapping_dates form, str s, struct date_ymd *d)
{
    str part[3], rest = s;
    size_t n = 0;
    if (form == MAPPING_COMPACT)
        return s.n == 8 && read_digits(str_cut(s, 0, 4), &d->year) &&
               read_digits(str_cut(s, 4, 6), &d->month) && read_digits(str_cut(s, 6, 8), &d->day);
    char sep = '-';
    size_t at;
    if (form == MAPPING_DUTCH && !str_find(s, '-', &at))
        sep = str_find(s, '/', &at) ? '/' : '.';
    while (n < 3 && str_next(&rest, sep, &part[n]))
        n++;
    if (n != 3 || rest.n)
        return false;
    const int y = form == MAPPING_DUTCH ? 2 : 0;
    return part[y].n == 4 && read_digits(part[y], &d->year) && read_digits(part[1], &d->month) &&
           read_digits(part[2 - y], &d->day) && d->month <= 12 && d->day <= 31;
}

static bool read_day(enum mapping_dates form, str s, int32_t *day)
{
    struct date_ymd d;
    if (!read_parts(form, s, &d) || !date_is_valid(d))
        return false;
    *day = date_day_of(d);
    return true;
}

/* A day of which parts are unknown stays so: zeros say it. */
static bool read_birth(enum mapping_dates form, str s, struct intake_birth *b)
{
    struct date_ymd d;
    if (!read_parts(form, s, &d) || (d.month == 0 && d.day > 0) || (d.year == 0 && d.month > 0))
        return false;
    struct date_ymd possible = d;
    possible.year = d.year ? d.year : 2000;
    possible.month = d.month ? d.month : 1;
    possible.day = d.day ? d.day : 1;
    if (!date_is_valid(possible))
        return false;
    *b = (struct intake_birth){d.year, d.month, d.day};
    return true;
}

static bool read_month(enum mapping_dates form, str s, int32_t *day)
{
    struct date_ymd d = {.day = 1};
    const bool is_short = (s.n == 6 || (s.n == 7 && s.p[4] == '-')) &&
                          read_digits(str_cut(s, 0, 4), &d.year) &&
                          read_digits(str_cut(s, s.n - 2, s.n), &d.month);
    if (!is_short && !read_parts(form, s, &d))
        return false;
    if (!date_is_valid(d))
        return false;
    d.day = 1;
    *day = date_day_of(d);
    return true;
}

/* Exactly, by digits: 12,5 euro is 1250 cents; a third decimal is refused unless it is zero. */
static bool read_cents(const struct mapping *m, str s, int64_t *cents)
{
    size_t point = s.n;
    int64_t v = 0;
    size_t digits = 0;
    const bool in_euro = m->amounts == 0;
    (void)str_find(s, m->decimal.p[0], &point);
    if (point == 0 || point + 1 == s.n || (!in_euro && point < s.n))
        return false;
    const size_t decimals = in_euro ? 2 : 0;
    for (size_t i = 0; i < s.n; i++) {
        if (i == point)
            continue;
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        if (i > point + decimals && s.p[i] != '0')
            return false;
        if (i > point + decimals)
            continue;
        v = v * 10 + s.p[i] - '0';
        digits += v > 0;
        if (digits > CELL_CENTS_MAX_DIGITS)
            return false;
    }
    const size_t given = point < s.n ? s.n - point - 1 : 0;
    for (size_t i = given; i < decimals; i++)
        v *= 10;
    *cents = v;
    return true;
}

static bool read_whole(str s, int64_t *v)
{
    int64_t read;
    if (!num_parse_int(s, &read) || read < 0 || read > INT32_MAX)
        return false;
    *v = read;
    return true;
}

/* A number that fails its test stays as it was written: as evidence, for linking. */
static void read_bsn(str s, struct intake_person *p)
{
    static const char *const unknown[] = {"999999999", "000000000", "0"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        if (str_eq(s, str_of(unknown[i])))
            return;
    if (!bsn_parse(s, &p->bsn))
        p->bsn_written = s;
}

static bool read_letter(const struct mapping_field *field, str s, char *to)
{
    if (s.n != 1 || s.p[0] == '\0' || !strchr(field->letters, s.p[0]))
        return false;
    *to = s.p[0];
    return true;
}

bool cell_read(const struct mapping *m, const struct mapping_field *field, str text,
               struct mapping_row *row, const char **fault)
{
    void *to = (char *)row + field->offset;
    const enum mapping_dates dates = (enum mapping_dates)m->dates;
    int64_t whole = 0;
    switch (field->cell) {
    case CELL_TEXT:
    case CELL_POSTCODE: *(str *)to = text; return true;
    case CELL_BSN: read_bsn(text, to); return true;
    case CELL_DAY:
    case CELL_LAST_DAY:
        *fault = "intake.cell-date";
        if (!read_day(dates, text, to))
            return false;
        *(int32_t *)to += field->cell == CELL_LAST_DAY;
        return true;
    case CELL_MONTH: *fault = "intake.cell-date"; return read_month(dates, text, to);
    case CELL_BIRTH: *fault = "intake.cell-date"; return read_birth(dates, text, to);
    case CELL_CENTS: *fault = "intake.cell-amount"; return read_cents(m, text, to);
    case CELL_WHOLE: *fault = "intake.cell-number"; return read_whole(text, to);
    case CELL_CODE:
        *fault = "intake.cell-number";
        if (!read_whole(text, &whole))
            return false;
        *(int *)to = (int)whole;
        return true;
    case CELL_LETTER: *fault = "intake.cell-letter"; return read_letter(field, text, to);
    }
    return false;
}
