/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/num.h"

#include <float.h>
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

enum { EXPONENT_MAX = 1000000000 }; /* beyond any number of digits in a field */

/* [+-]digits; one that is out of all bounds stays at the bound. */
static bool scan_exponent(str s, int *e)
{
    size_t at = s.n && (s.p[0] == '-' || s.p[0] == '+');
    const bool negative = at && s.p[0] == '-';
    int64_t value = 0;

    if (at == s.n)
        return false;
    for (; at < s.n; at++) {
        if (!is_digit(s.p[at]))
            return false;
        value = value * 10 + (s.p[at] - '0');
        value = value < EXPONENT_MAX ? value : EXPONENT_MAX;
    }
    *e = negative ? -(int)value : (int)value;
    return true;
}

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
    int e;
    if (!scan_exponent(str_cut(s, at + 1, s.n), &e))
        return false;
    d->exponent += e;
    return true;
}

static int leading_zeros(uint64_t v)
{
    return __builtin_clzll(v);
}

/* Exactly 2^e, for e that a normal double has. */
static double power_of_two(int e)
{
    const uint64_t bits = (uint64_t)(e + 1023) << 52;
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

enum { TENS_MAX = 19 }; /* 10^19 < 2^64 */

/*
 * digits * 10^exponent rounded once, for 0 < digits < 2^64 and an exponent of
 * at most TENS_MAX either way: the product or quotient is made in 128 bits
 * with at least 64 significant ones and a last bit for whatever is left over,
 * so that rounding it to 53 bits is rounding the true number.
 */
static double scale_exactly(uint64_t digits, int exponent)
{
    static const uint64_t tens[] = {1u,
                                    10u,
                                    100u,
                                    1000u,
                                    10000u,
                                    100000u,
                                    1000000u,
                                    10000000u,
                                    100000000u,
                                    1000000000u,
                                    UINT64_C(10000000000),
                                    UINT64_C(100000000000),
                                    UINT64_C(1000000000000),
                                    UINT64_C(10000000000000),
                                    UINT64_C(100000000000000),
                                    UINT64_C(1000000000000000),
                                    UINT64_C(10000000000000000),
                                    UINT64_C(100000000000000000),
                                    UINT64_C(1000000000000000000),
                                    UINT64_C(10000000000000000000)};
    unsigned __int128 v;
    int binary = 0;
    bool is_left = false;

    if (exponent >= 0) {
        v = (unsigned __int128)digits * tens[exponent];
    } else {
        const uint64_t ten = tens[-exponent];
        const int shift = leading_zeros(digits);
        const unsigned __int128 up = (unsigned __int128)(digits << shift) << 64;
        v = up / ten;
        is_left = v * ten != up;
        binary = -shift - 64;
    }
    const int length =
        v >> 64 ? 128 - leading_zeros((uint64_t)(v >> 64)) : 64 - leading_zeros((uint64_t)v);
    if (length > 64) { /* keep 64 bits; what falls off only matters as "something" */
        const int drop = length - 64;
        is_left = is_left || (v & (((unsigned __int128)1 << drop) - 1));
        v >>= drop;
        binary += drop;
    }
    uint64_t bits = (uint64_t)v;
    bits |= is_left; /* below the rounding bit, as 64 bits are 11 more than a double has */
    return (double)bits * power_of_two(binary);
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
    if (d.exact && d.exponent >= -TENS_MAX && d.exponent <= TENS_MAX) {
        const double value = scale_exactly(d.digits, d.exponent);
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

static bool reads_back(const char *text, size_t n, double v)
{
    double back;
    return num_parse_real((str){text, n}, '.', &back) && back == v;
}

/* The next decimal of as many digits, for one whose last digit is below 9. */
static void take_next(char *text, size_t n_digits)
{
    char *last = text + n_digits; /* behind the decimal point */
    *last = (char)(*last + (*last < '9'));
}

/*
 * The fewest significant digits that read back as v; v finite and positive.
 * Mostly that is v rounded. Below a power of two doubles lie twice as dense as
 * above it, so that there the decimal above may read back when the nearest,
 * below, does not.
 */
static int shortest_digits(double v, char digit[DIGITS_MAX + 1], int *exponent)
{
    for (int n = 1;; n++) {
        char text[NUM_TEXT_MAX];
        const size_t length = (size_t)snprintf(text, sizeof text, "%.*e", n - 1, v);
        const char *e = memchr(text, 'e', length);
        int64_t power = 0;
        (void)num_parse_int((str){e + 1, (size_t)(text + length - e - 1)}, &power);
        *exponent = (int)power;
        if (n > 1)
            text[1] = '.'; /* whatever the locale made of it */
        bool found = n == DIGITS_MAX || reads_back(text, length, v);
        if (!found && n == DIGITS_MAX - 1) {
            take_next(text, (size_t)n);
            found = reads_back(text, length, v);
        }
        digit[0] = text[0];
        for (int i = 1; i < n; i++)
            digit[i] = text[i + 1];
        if (found)
            return n;
        /* A decimal of up to 15 digits survives being a normal double: try few, not many */
        if (n == 1 && v >= DBL_MIN)
            n = DBL_DIG - 1;
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
