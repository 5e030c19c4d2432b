/* SPDX-License-Identifier: EUPL-1.2 */
/* message: a letter as RFC 5322 wants it, in ASCII and lines of at most 76 characters. */
#include "app/mail/mail_int.h"

#include "base/date.h"

#include <sodium.h>
#include <stdio.h>

enum {
    WIRE_LINE_MAX = 76,
    WORD_BYTES_MAX = 42, /* 56 characters of base64 in an encoded word of at most 75 */
    PLAIN_MAX = 60,      /* a header value that needs no folding */
};

/* ---- headers ---- */

static bool is_plain(str s)
{
    if (s.n > PLAIN_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 0x20 || s.p[i] > 0x7e || (s.p[i] == '=' && i + 1 < s.n && s.p[i + 1] == '?'))
            return false;
    return true;
}

/* Whole characters only (RFC 2047, section 5). */
static str next_word(str *rest)
{
    size_t n = 0;
    while (n < rest->n) {
        const size_t len = str_utf8_len(*rest, n);
        if (n + (len ? len : 1) > WORD_BYTES_MAX)
            break;
        n += len ? len : 1;
    }
    const str word = str_cut(*rest, 0, n);
    *rest = str_cut(*rest, n, rest->n);
    return word;
}

static void put_encoded(out *o, str s)
{
    char text[sodium_base64_ENCODED_LEN(WORD_BYTES_MAX, sodium_base64_VARIANT_ORIGINAL)];
    for (bool first = true; s.n > 0; first = false) {
        const str word = next_word(&s);
        sodium_bin2base64(text, sizeof text, (const unsigned char *)word.p, word.n,
                          sodium_base64_VARIANT_ORIGINAL);
        out_cstr(o, first ? "=?utf-8?B?" : "\r\n =?utf-8?B?");
        out_cstr(o, text);
        out_cstr(o, "?=");
    }
}

static void put_text(out *o, str s)
{
    if (is_plain(s))
        out_str(o, s);
    else
        put_encoded(o, s);
}

static void put_mailbox(out *o, const struct mailbox *box)
{
    if (box->name.n > 0 && is_plain(box->name)) {
        out_char(o, '"');
        for (size_t i = 0; i < box->name.n; i++) {
            if (box->name.p[i] == '"' || box->name.p[i] == '\\')
                out_char(o, '\\');
            out_char(o, box->name.p[i]);
        }
        out_cstr(o, "\"\r\n ");
    } else if (box->name.n > 0) {
        put_encoded(o, box->name);
        out_cstr(o, "\r\n ");
    }
    out_char(o, '<');
    out_str(o, box->address);
    out_char(o, '>');
}

static void put_date(out *o, int64_t at_ms)
{
    static const char days[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const int64_t seconds = at_ms / 1000;
    const int32_t day = (int32_t)(seconds / 86400); /* not before 1970-01-01, a Thursday */
    const int second = (int)(seconds % 86400);
    const struct date_ymd d = date_ymd_of(day);
    char text[40];
    snprintf(text, sizeof text, "%s, %d %s %d %02d:%02d:%02d +0000", days[day % 7], d.day,
             months[d.month - 1], d.year, second / 3600, second / 60 % 60, second % 60);
    out_cstr(o, text);
}

static str domain_of(str address)
{
    size_t at;
    return str_find(address, '@', &at) ? str_cut(address, at + 1, address.n) : address;
}

static void put_headers(out *o, const struct letter *l, const struct mailbox *from,
                        struct mail_id id, int64_t written_at)
{
    out_cstr(o, "Date: ");
    put_date(o, written_at);
    out_cstr(o, "\r\nFrom: ");
    put_mailbox(o, from);
    out_cstr(o, "\r\nTo: <");
    out_str(o, l->to);
    out_cstr(o, ">\r\nSubject: ");
    put_text(o, l->subject);
    out_cstr(o, "\r\nMessage-ID: <");
    out_int(o, id.v);
    out_char(o, '@');
    out_str(o, domain_of(from->address));
    out_cstr(o, ">\r\nAuto-Submitted: auto-generated\r\n" /* RFC 3834: no holiday replies */
                "MIME-Version: 1.0\r\n"
                "Content-Language: ");
    out_str(o, l->lang);
    out_cstr(o, "\r\nContent-Type: text/plain; charset=utf-8\r\n"
                "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
}

/* ---- text ---- */

/* As itself; but for what is no printable ASCII, "=", white space at the end of a line, and a dot
 * that begins one, which some servers take for the end. */
static bool is_literal(str s, size_t i, int column)
{
    const char c = s.p[i];
    const bool ends = i + 1 == s.n || s.p[i + 1] == '\n';
    if (c == ' ' || c == '\t')
        return !ends;
    return c > 0x20 && c < 0x7f && c != '=' && (c != '.' || column > 0);
}

static void put_quoted(out *o, str s)
{
    static const char hex[] = "0123456789ABCDEF";
    int column = 0;
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char c = (unsigned char)s.p[i];
        if (c == '\n') {
            out_cstr(o, "\r\n");
            column = 0;
            continue;
        }
        const bool literal = is_literal(s, i, column);
        if (column + (literal ? 1 : 3) > WIRE_LINE_MAX - 1) { /* room for the "=" that goes on */
            out_cstr(o, "=\r\n");
            column = 0;
        }
        if (is_literal(s, i, column)) {
            out_char(o, (char)c);
            column++;
        } else {
            const char code[] = {'=', hex[c >> 4], hex[c & 15]};
            out_bytes(o, code, sizeof code);
            column += 3;
        }
    }
    if (column > 0)
        out_cstr(o, "\r\n");
}

void message_write(out *o, const struct letter *l, const struct mailbox *from, struct mail_id id,
                   int64_t written_at)
{
    put_headers(o, l, from, id, written_at);
    put_quoted(o, l->body);
}
