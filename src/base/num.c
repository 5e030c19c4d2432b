/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/num.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool num_parse_int(str s, int64_t *v)
{
    size_t at = 0;
    bool negative = false;
    int64_t value = 0;

    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        negative = s.p[at++] == '-';
    if (at == s.n)
        return false;
    for (; at < s.n; at++) {
        if (!is_digit(s.p[at]))
            return false;
        const int64_t digit = s.p[at] - '0';
        /* counted below zero, where the most negative number also fits */
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *v = negative ? value : -value;
    return true;
}

static const double power10[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

struct decimal {
    uint64_t digits; /* at most 19 significant ones */
    int exponent;
    bool negative, exact; /* exact: all digits fitted */
};

/* Reads the grammar of the header; false when `s` is anything else. */
static bool scan(str s, char sign, struct decimal *d)
{
    size_t at = 0;
    size_t n_digits = 0;
    int seen = 0;
    bool behind_sign = false;

    *d = (struct decimal){.exact = true};
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        d->negative = s.p[at++] == '-';
    for (; at < s.n; at++) {
        const char c = s.p[at];
        if (c == sign && !behind_sign) {
            behind_sign = true;
        } else if (is_digit(c)) {
            n_digits++;
            if (seen < 19) {
                d->digits = d->digits * 10 + (uint64_t)(c - '0');
                seen += d->digits != 0;
                d->exponent -= behind_sign;
            } else {
                d->exact = d->exact && c == '0';
                d->exponent += !behind_sign;
            }
        } else {
            break;
        }
    }
    if (n_digits == 0)
        return false;
    if (at == s.n)
        return true;
    if (s.p[at] != 'e' && s.p[at] != 'E')
        return false;
    int64_t e;
    if (!num_parse_int(str_cut(s, at + 1, s.n), &e) || e < -100000 || e > 100000)
        return false;
    d->exponent += (int)e;
    return true;
}

/* The C library rounds correctly for any length; its locale is pinned to "C". */
static bool slow_parse(str s, char sign, double *v)
{
    char small[512];
    char *text = s.n < sizeof small ? small : malloc(s.n + 1);
    if (!text)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    if (sign != '.') {
        char *point = strchr(text, sign);
        if (point)
            *point = '.';
    }
    const locale_t c_locale = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    bool parsed = false;
    if (c_locale) {
        *v = strtod_l(text, NULL, c_locale);
        freelocale(c_locale);
        parsed = true;
    }
    if (text != small)
        free(text);
    return parsed;
}

bool num_parse_real(str s, char decimal, double *v)
{
    struct decimal d;
    if (!scan(s, decimal, &d))
        return false;
    /* Clinger (1990): both factors exact, so one correctly rounded operation is exact */
    if (d.exact && d.digits <= UINT64_C(1) << 53 && d.exponent >= -22 && d.exponent <= 22) {
        const double digits = (double)d.digits;
        const double value =
            d.exponent < 0 ? digits / power10[-d.exponent] : digits * power10[d.exponent];
        *v = d.negative ? -value : value;
        return true;
    }
    return slow_parse(s, decimal, v);
}

size_t num_print_int(int64_t v, char text[NUM_TEXT_MAX])
{
    char reversed[NUM_TEXT_MAX];
    size_t n = 0;
    uint64_t rest = v < 0 ? -(uint64_t)v : (uint64_t)v;
    do {
        reversed[n++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (v < 0)
        reversed[n++] = '-';
    for (size_t i = 0; i < n; i++)
        text[i] = reversed[n - 1 - i];
    return n;
}

enum { DIGITS_MAX = 17, PLAIN_EXPONENT_MIN = -5, PLAIN_EXPONENT_MAX = 16 };

/* The fewest significant digits that read back as v; v finite and positive. */
static int shortest_digits(double v, char digit[DIGITS_MAX + 1], int *exponent)
{
    for (int n = 1;; n++) {
        char text[NUM_TEXT_MAX];
        const int length = snprintf(text, sizeof text, "%.*e", n - 1, v);
        const char *e = memchr(text, 'e', (size_t)length);
        int64_t power = 0;
        (void)num_parse_int((str){e + 1, (size_t)(text + length - e - 1)}, &power);
        *exponent = (int)power;
        digit[0] = text[0];
        for (int i = 1; i < n; i++)
            digit[i] = text[i + 1]; /* text[1] is the decimal sign, whatever the locale */
        if (n == DIGITS_MAX)
            return n;
        if (n > 1)
            text[1] = '.';
        double back;
        if (num_parse_real((str){text, (size_t)length}, '.', &back) && back == v)
            return n;
        if (n == 1)
            n = 14; /* 15 digits or fewer nearly always suffice: try few, not many */
    }
}

static int without_trailing_zeros(const char *digit, int n)
{
    while (n > 1 && digit[n - 1] == '0')
        n--;
    return n;
}

size_t num_print_real(double v, char text[NUM_TEXT_MAX])
{
    char digit[DIGITS_MAX + 1];
    int exponent;
    size_t at = 0;

    if (isnan(v)) {
        memcpy(text, "nan", 3);
        return 3;
    }
    if (signbit(v)) {
        text[at++] = '-';
        v = -v;
    }
    if (isinf(v)) {
        memcpy(text + at, "inf", 3);
        return at + 3;
    }
    if (v == 0) {
        text[at++] = '0';
        return at;
    }
    const int n = without_trailing_zeros(digit, shortest_digits(v, digit, &exponent));
    if (exponent < PLAIN_EXPONENT_MIN || exponent >= PLAIN_EXPONENT_MAX) {
        text[at++] = digit[0];
        if (n > 1)
            text[at++] = '.';
        for (int i = 1; i < n; i++)
            text[at++] = digit[i];
        text[at++] = 'e';
        char written[NUM_TEXT_MAX];
        const size_t n_written = num_print_int(exponent, written);
        memcpy(text + at, written, n_written);
        return at + n_written;
    }
    if (exponent < 0) {
        text[at++] = '0';
        text[at++] = '.';
        for (int i = exponent + 1; i < 0; i++)
            text[at++] = '0';
        for (int i = 0; i < n; i++)
            text[at++] = digit[i];
        return at;
    }
    for (int i = 0; i < n || i <= exponent; i++) {
        if (i == exponent + 1)
            text[at++] = '.';
        text[at++] = i < n ? digit[i] : '0';
    }
    return at;
}
