/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/html.h"

#include "base/date.h"

/* ---- sinks ---- */

static const char *entity_of(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&#34;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

static bool is_layout(char c)
{
    return c == '\n' || c == '\t' || c == '\r';
}

/* Most of any text: written as it is, wherever it stands. */
static bool is_plain(char c)
{
    return c >= ' ' && c < 0x7f && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'';
}

/*
 * What may not be shown becomes U+FFFD: no reader guesses another encoding, and
 * no name turns round the words behind it.
 */
void html_escape(out *o, str s)
{
    size_t from = 0;
    for (size_t at = 0; at < s.n;) {
        if (is_plain(s.p[at])) {
            at++;
            continue;
        }
        size_t next = at;
        const str shown = str_next_visible(s, &next);
        const char *entity = entity_of(s.p[at]);
        if (entity || (shown.p != s.p + at && !is_layout(s.p[at]))) {
            out_str(o, str_cut(s, from, at));
            out_str(o, entity ? str_of(entity) : shown);
            from = next;
        }
        at = next;
    }
    out_str(o, str_cut(s, from, s.n));
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static void put_percent(out *o, char c)
{
    static const char digit[] = "0123456789ABCDEF";
    const unsigned char byte = (unsigned char)c;
    out_char(o, '%');
    out_char(o, digit[byte >> 4]);
    out_char(o, digit[byte & 15]);
}

static void put_url_part(out *o, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (is_unreserved(s.p[i]))
            out_char(o, s.p[i]);
        else
            put_percent(o, s.p[i]);
    }
}

/* No scheme, or one that opens a page or a letter: never one that runs code. */
static bool is_harmless_url(str s)
{
    static const char *const schemes[] = {"http", "https", "mailto"};
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.p[i];
        if (c == '/' || c == '?' || c == '#')
            return true;
        if (c != ':')
            continue;
        for (size_t j = 0; j < sizeof schemes / sizeof *schemes; j++)
            if (str_eq_nocase(str_cut(s, 0, i), str_of(schemes[j])))
                return true;
        return false;
    }
    return true;
}

/* Browsers drop blanks and controls in an address and read \ as /: encode them. */
static void put_url(out *o, str s)
{
    if (!is_harmless_url(s)) {
        out_char(o, '#');
        return;
    }
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.p[i];
        if (is_plain(c) && c != ' ' && c != '\\')
            continue;
        out_str(o, str_cut(s, from, i));
        from = i + 1;
        if (entity_of(c))
            out_cstr(o, entity_of(c));
        else
            put_percent(o, c);
    }
    out_str(o, str_cut(s, from, s.n));
}

static void put_text(out *o, enum html_sink sink, str s)
{
    switch (sink) {
    case HTML_TEXT:
    case HTML_ATTR: html_escape(o, s); break;
    case HTML_URL: put_url(o, s); break;
    case HTML_URL_PART: put_url_part(o, s); break;
    }
}

void html_literal(struct html *h, str text)
{
    out_str(h->o, text);
}

void html_style(struct html *h, str css)
{
    out_cstr(h->o, "<style>\n");
    out_str(h->o, css);
    out_cstr(h->o, "</style>");
}

/* ---- values ---- */

/* Whether it would show as zero; then `v` becomes the least that does not. */
static bool raise_to_visible(struct html_value *v)
{
    double least = 1;
    for (int i = 0; i < v->decimals; i++)
        least /= 10;
    if (!(v->d < least / 2))
        return false;
    v->d = least;
    return true;
}

static void put_iso_time(out *o, int64_t utc_ms)
{
    char text[20];
    date_print_utc(utc_ms, text);
    out_bytes(o, text, sizeof text);
}

void html_print_value(out *o, enum lang lang, struct html_value v)
{
    if (v.with_below && raise_to_visible(&v))
        out_cstr(o, "<\xc2\xa0"); /* U+00A0 */
    if (v.with_plus && tr_shows_above_zero(v.d, v.decimals))
        out_cstr(o, v.kind == HTML_MONEY ? "+\xe2\x81\xa0" : "+"); /* U+2060 forbids a break */
    switch (v.kind) {
    case HTML_STR:
    case HTML_SAFE: out_str(o, v.text); break;
    case HTML_INT: tr_int(o, lang, v.i); break;
    case HTML_PLAIN: out_int(o, v.i); break;
    case HTML_NUMBER: tr_number(o, lang, v.d, v.decimals); break;
    case HTML_MONEY: tr_money(o, lang, v.d, v.text, v.decimals); break;
    case HTML_PERCENT: tr_percent(o, lang, v.d, v.decimals); break;
    case HTML_DATE: tr_date(o, lang, (int32_t)v.i); break;
    case HTML_TIME: tr_time(o, lang, v.i); break;
    case HTML_LOCAL_DATE: tr_date(o, lang, date_local_of(v.i).day); break;
    case HTML_ISO_TIME: put_iso_time(o, v.i); break;
    case HTML_BYTES: tr_bytes(o, lang, v.i); break;
    case HTML_KEY: out_str(o, tr(lang, v.text.p)); break;
    case HTML_SENTENCE: html_print(o, lang, v.text.p, v.value, v.n_values); break;
    case HTML_MSG: tr_msg(o, lang, v.msg); break;
    }
}

/* Escapes what was printed aside, hands on its failure, and frees it. */
static void put_printed(struct html *h, enum html_sink sink, out *printed)
{
    put_text(h->o, sink, out_view(printed));
    if (printed->error != OK && h->o->error == OK)
        h->o->error = printed->error;
    out_free(printed);
}

void html_put(struct html *h, enum html_sink sink, struct html_value v)
{
    out printed;
    if (v.kind == HTML_STR) {
        put_text(h->o, sink, v.text);
        return;
    }
    if (v.kind == HTML_SAFE) {
        out_str(h->o, v.text);
        return;
    }
    out_init(&printed, h->o->limit);
    html_print_value(&printed, h->lang, v);
    put_printed(h, sink, &printed);
}

static bool says_one(const struct html_value *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].kind == HTML_INT)
            return v[i].i == 1;
    return false;
}

void html_print(out *o, enum lang lang, const char *key, const struct html_value *v, size_t n)
{
    str rest = tr_form(lang, key, says_one(v, n));
    struct tr_piece piece;
    while (tr_next_piece(&rest, &piece)) {
        out_str(o, piece.text);
        if (piece.value == 0 || piece.value > n)
            continue;
        struct html_value value = v[piece.value - 1];
        if (value.kind == HTML_INT && piece.plain)
            value.kind = HTML_PLAIN;
        html_print_value(o, lang, value);
    }
}

void html_say(struct html *h, enum html_sink sink, const char *key, const struct html_value *v,
              size_t n)
{
    out printed;
    out_init(&printed, h->o->limit);
    html_print(&printed, h->lang, key, v, n);
    put_printed(h, sink, &printed);
}

struct html_value html_plain(int64_t v)
{
    return (struct html_value){.kind = HTML_PLAIN, .i = v};
}

struct html_value html_number(double v, int decimals)
{
    return (struct html_value){.kind = HTML_NUMBER, .d = v, .decimals = decimals};
}

struct html_value html_signed(double v, int decimals)
{
    return (struct html_value){
        .kind = HTML_NUMBER, .with_plus = true, .d = v, .decimals = decimals};
}

struct html_value html_p_value(double p, int decimals)
{
    return (struct html_value){
        .kind = HTML_NUMBER, .with_below = true, .d = p, .decimals = decimals};
}

struct html_value html_money(double v, str currency, int decimals)
{
    return (struct html_value){.kind = HTML_MONEY, .d = v, .text = currency, .decimals = decimals};
}

struct html_value html_percent(double fraction, int decimals)
{
    return (struct html_value){.kind = HTML_PERCENT, .d = fraction, .decimals = decimals};
}

struct html_value html_date(int32_t day)
{
    return (struct html_value){.kind = HTML_DATE, .i = day};
}

struct html_value html_time(int64_t utc_ms)
{
    return (struct html_value){.kind = HTML_TIME, .i = utc_ms};
}

struct html_value html_local_date(int64_t utc_ms)
{
    return (struct html_value){.kind = HTML_LOCAL_DATE, .i = utc_ms};
}

struct html_value html_iso_time(int64_t utc_ms)
{
    return (struct html_value){.kind = HTML_ISO_TIME, .i = utc_ms};
}

struct html_value html_bytes(int64_t bytes)
{
    return (struct html_value){.kind = HTML_BYTES, .i = bytes};
}

struct html_value html_key(const char *key)
{
    return (struct html_value){.kind = HTML_KEY, .text = str_of(key)};
}

struct html_value html_sentence(const char *key, const struct html_value *v, size_t n)
{
    return (struct html_value){
        .kind = HTML_SENTENCE, .text = str_of(key), .value = v, .n_values = n};
}

struct html_value html_msg(const struct msg *m)
{
    return (struct html_value){.kind = HTML_MSG, .msg = m};
}

bool html_is_empty(struct html_value v)
{
    if (v.kind == HTML_MSG)
        return !v.msg || !v.msg->key;
    return v.kind == HTML_STR && v.text.n == 0;
}

struct html_value html_from_value(struct html_value v)
{
    return v;
}

struct html_value html_from_str(str s)
{
    return (struct html_value){.kind = HTML_STR, .text = s};
}

struct html_value html_from_cstr(const char *s)
{
    return html_from_str(str_of(s));
}

struct html_value html_from_int(int64_t v)
{
    return (struct html_value){.kind = HTML_INT, .i = v};
}

struct html_value html_from_size(uint64_t v)
{
    return html_from_int(v > INT64_MAX ? INT64_MAX : (int64_t)v);
}

struct html_value html_from_safe(safe_html s)
{
    return (struct html_value){.kind = HTML_SAFE, .text = s.html};
}
