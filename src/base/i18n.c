/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/i18n_int.h"

#include "base/date.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MINUS         "\xe2\x88\x92" /* U+2212 */
#define NO_BREAK      "\xc2\xa0"     /* U+00A0 */
#define JOINER        "\xe2\x81\xa0" /* U+2060: no line breaks between a sign and a currency */
#define NOT_A_NUMBER  "\xe2\x80\x93" /* U+2013 */
#define INFINITY_SIGN "\xe2\x88\x9e" /* U+221E */

static const char *const tag[LANG_COUNT] = {"nl", "en"};

static const struct notation {
    char decimal, group;
} notation[LANG_COUNT] = {{',', '.'}, {'.', ','}};

static const char *const month[LANG_COUNT][12] = {
    {"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september",
     "oktober", "november", "december"},
    {"January", "February", "March", "April", "May", "June", "July", "August", "September",
     "October", "November", "December"},
};

static const struct currency {
    const char *code, *sign;
} currencies[] = {{"EUR", "\xe2\x82\xac"}, {"USD", "$"}, {"GBP", "\xc2\xa3"}};

bool lang_parse(str s, enum lang *lang)
{
    for (int l = 0; l < LANG_COUNT; l++)
        if (str_eq(s, str_of(tag[l]))) {
            *lang = (enum lang)l;
            return true;
        }
    return false;
}

const char *lang_tag(enum lang lang)
{
    return tag[lang];
}

/* ---- messages ---- */

static int by_key(const void *key, const void *entry)
{
    return strcmp(key, ((const struct i18n_entry *)entry)->key);
}

static const struct i18n_entry *find(const char *key)
{
    return bsearch(key, i18n_table, i18n_table_n, sizeof *i18n_table, by_key);
}

bool tr_has(enum lang lang, const char *key)
{
    const struct i18n_entry *e = find(key);
    return e && e->form[lang][I18N_OTHER];
}

str tr_form(enum lang lang, const char *key, bool one)
{
    const struct i18n_entry *e = find(key);
    return str_of(e ? e->form[lang][one ? I18N_ONE : I18N_OTHER] : key);
}

str tr(enum lang lang, const char *key)
{
    return tr_form(lang, key, false);
}

bool tr_next_piece(str *rest, struct tr_piece *piece)
{
    const str plain_end = STR(":plain}");
    size_t at;
    if (rest->n == 0)
        return false;
    *piece = (struct tr_piece){.text = *rest};
    if (!str_find(*rest, '{', &at) || at + 2 >= rest->n) {
        *rest = (str){rest->p, 0};
        return true;
    }
    piece->text = str_cut(*rest, 0, at);
    piece->value = (size_t)(rest->p[at + 1] - '0');
    piece->plain = str_starts(str_cut(*rest, at + 2, rest->n), plain_end);
    *rest = str_cut(*rest, at + 2 + (piece->plain ? plain_end.n : 1), rest->n);
    return true;
}

/* "One" is exactly 1 of the first whole number, in Dutch as in English. */
static bool says_one(const struct msg *m)
{
    for (size_t i = 0; i < m->n_args; i++)
        if (m->arg[i].kind == MSG_INT)
            return m->arg[i].i == 1;
    return false;
}

static void put_key(out *o, enum lang lang, str key)
{
    char text[MSG_TEXT_MAX + 1];
    memcpy(text, key.p, key.n);
    text[key.n] = '\0';
    out_str(o, tr(lang, text));
}

/* Groups of three from the right; `digits` is all digits. */
static void put_grouped(out *o, enum lang lang, str digits)
{
    for (size_t i = 0; i < digits.n; i++) {
        if (i > 0 && (digits.n - i) % 3 == 0)
            out_char(o, notation[lang].group);
        out_char(o, digits.p[i]);
    }
}

void tr_int(out *o, enum lang lang, int64_t v)
{
    char buffer[32];
    out digits = {.p = buffer, .cap = sizeof buffer, .limit = sizeof buffer};
    out_int(&digits, v);
    if (v < 0)
        out_cstr(o, MINUS);
    put_grouped(o, lang, str_cut(out_view(&digits), v < 0, digits.n));
}

static void put_value(out *o, enum lang lang, const struct msg *m, size_t i, bool plain)
{
    const struct msg_arg *a = &m->arg[i];
    const str text = {m->text + a->at, a->n};
    switch (a->kind) {
    case MSG_TEXT: out_str(o, text); break;
    case MSG_INT:
        if (plain)
            out_int(o, a->i);
        else
            tr_int(o, lang, a->i);
        break;
    case MSG_REAL: tr_number(o, lang, a->d, a->decimals); break;
    case MSG_KEY: put_key(o, lang, text); break;
    }
}

void tr_msg(out *o, enum lang lang, const struct msg *m)
{
    struct tr_piece piece;
    if (!m->key)
        return;
    str rest = tr_form(lang, m->key, says_one(m));
    while (tr_next_piece(&rest, &piece)) {
        out_str(o, piece.text);
        if (piece.value > 0 && piece.value <= m->n_args)
            put_value(o, lang, m, piece.value - 1, piece.plain);
    }
}

/* ---- numbers ---- */

/* Without its sign; v >= 0 or infinite. */
static void put_magnitude(out *o, enum lang lang, double v, int decimals)
{
    char buffer[352];
    out fixed = {.p = buffer, .cap = sizeof buffer, .limit = sizeof buffer};
    size_t point;
    if (isinf(v)) {
        out_cstr(o, INFINITY_SIGN);
        return;
    }
    out_fixed(&fixed, v, decimals);
    const str s = out_view(&fixed);
    if (!str_find(s, '.', &point))
        point = s.n;
    put_grouped(o, lang, str_cut(s, 0, point));
    if (point < s.n) {
        out_char(o, notation[lang].decimal);
        out_str(o, str_cut(s, point + 1, s.n));
    }
}

/* Whether a minus belongs before it: not when it rounds to zero. */
static bool shows_minus(double v, int decimals)
{
    char buffer[352];
    out fixed = {.p = buffer, .cap = sizeof buffer, .limit = sizeof buffer};
    out_fixed(&fixed, v, decimals);
    return str_starts(out_view(&fixed), STR("-"));
}

bool tr_shows_above_zero(double v, int decimals)
{
    return shows_minus(-v, decimals);
}

void tr_number(out *o, enum lang lang, double v, int decimals)
{
    if (isnan(v)) {
        out_cstr(o, NOT_A_NUMBER);
        return;
    }
    if (shows_minus(v, decimals))
        out_cstr(o, MINUS);
    put_magnitude(o, lang, fabs(v), decimals);
}

void tr_money(out *o, enum lang lang, double amount, str currency, int decimals)
{
    str sign = currency;
    if (isnan(amount)) {
        out_cstr(o, NOT_A_NUMBER);
        return;
    }
    for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++)
        if (str_eq(currency, str_of(currencies[i].code)))
            sign = str_of(currencies[i].sign);
    if (shows_minus(amount, decimals))
        out_cstr(o, MINUS JOINER);
    out_str(o, sign);
    if (lang == LANG_NL || sign.p == currency.p)
        out_cstr(o, NO_BREAK);
    put_magnitude(o, lang, fabs(amount), decimals);
}

void tr_percent(out *o, enum lang lang, double fraction, int decimals)
{
    tr_number(o, lang, 100 * fraction, decimals);
    if (!isnan(fraction))
        out_char(o, '%');
}

void tr_date(out *o, enum lang lang, int32_t day)
{
    const struct date_ymd d = date_ymd_of(day);
    out_int(o, d.day);
    out_char(o, ' ');
    out_cstr(o, month[lang][d.month - 1]);
    out_char(o, ' ');
    out_int(o, d.year);
}

static void put_two_digits(out *o, int v)
{
    out_char(o, (char)('0' + v / 10));
    out_char(o, (char)('0' + v % 10));
}

void tr_time(out *o, enum lang lang, int64_t utc_ms)
{
    const struct date_local t = date_local_of(utc_ms);
    tr_date(o, lang, t.day);
    out_cstr(o, ", ");
    put_two_digits(o, t.hour);
    out_char(o, lang == LANG_NL ? '.' : ':');
    put_two_digits(o, t.minute);
    if (lang == LANG_NL)
        out_cstr(o, "\xc2\xa0uur"); /* U+00A0 */
}

void tr_bytes(out *o, enum lang lang, int64_t bytes)
{
    static const char *const unit[] = {"B", "kB", "MB", "GB", "TB"};
    enum { UNITS = sizeof unit / sizeof *unit };
    double v = (double)bytes;
    size_t i = 0;
    for (; i + 1 < UNITS && v >= 999.5; i++)
        v /= 1000;
    tr_number(o, lang, v, i > 1 && v < 9.95 ? 1 : 0);
    out_cstr(o, "\xc2\xa0");
    out_cstr(o, unit[i]);
}
