/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/table/csv_int.h"

#include "base/date.h"
#include "base/num.h"
#include "base/real.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(str s, size_t at)
{
    size_t n = 0;
    while (at + n < s.n && is_digit(s.p[at + n]))
        n++;
    return n;
}

bool csv_parse_infinity(str value, double *v)
{
    const bool negative = value.n && value.p[0] == '-';
    if (value.n && (value.p[0] == '-' || value.p[0] == '+'))
        value = str_cut(value, 1, value.n);
    if (!str_eq_nocase(value, STR("inf")))
        return false;
    *v = negative ? -REAL_INF : REAL_INF;
    return true;
}

bool csv_parse_date(str value, int32_t *day)
{
    return date_parse_iso(value, day) || date_parse_dutch(value, day);
}

/* [eE][+-]digits up to the end, or nothing at all */
static bool is_exponent(str s, size_t at)
{
    if (at == s.n)
        return true;
    if (s.p[at] != 'e' && s.p[at] != 'E')
        return false;
    at++;
    if (at < s.n && (s.p[at] == '-' || s.p[at] == '+'))
        at++;
    const size_t n = count_digits(s, at);
    return n > 0 && at + n == s.n;
}

static unsigned seen_of_number(str s)
{
    int64_t whole;
    size_t at = s.n && (s.p[0] == '-' || s.p[0] == '+');
    const size_t n_before = count_digits(s, at);
    const bool leading_zero = n_before > 0 && s.p[at] == '0';

    if (leading_zero && n_before > 1)
        return SEEN_TEXT; /* a postcode, a citizen service number: not an amount */
    at += n_before;
    if (at == s.n)
        return num_parse_int(s, &whole) ? SEEN_WHOLE : SEEN_TEXT;
    const char sign = s.p[at];
    if (sign != '.' && sign != ',')
        return n_before > 0 && is_exponent(s, at) ? SEEN_REAL : SEEN_TEXT;
    const size_t n_behind = count_digits(s, at + 1);
    at += 1 + n_behind;
    if (n_before + n_behind == 0 || !is_exponent(s, at))
        return SEEN_TEXT;
    const bool is_group =
        n_before >= 1 && n_before <= 3 && !leading_zero && n_behind == 3 && at == s.n;
    if (sign == '.')
        return is_group ? SEEN_POINT_GROUP : SEEN_POINT;
    return is_group ? SEEN_COMMA_GROUP : SEEN_COMMA;
}

unsigned csv_seen_of(str value)
{
    double infinity;
    int32_t day;
    const unsigned seen = seen_of_number(value);
    if (seen != SEEN_TEXT)
        return seen;
    if (csv_parse_infinity(value, &infinity))
        return SEEN_REAL;
    return csv_parse_date(value, &day) ? SEEN_DATE : SEEN_TEXT;
}

unsigned csv_bits_of(enum table_type type, char decimal)
{
    switch (type) {
    case TABLE_INT: return SEEN_WHOLE;
    case TABLE_REAL:
        return SEEN_WHOLE | SEEN_REAL |
               (decimal == ',' ? SEEN_COMMA | SEEN_COMMA_GROUP : SEEN_POINT | SEEN_POINT_GROUP);
    case TABLE_DATE: return SEEN_DATE;
    default: return SEEN_BITS;
    }
}
