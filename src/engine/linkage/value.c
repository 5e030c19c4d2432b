/* SPDX-License-Identifier: EUPL-1.2 */
/* One value as it is compared: what does not tell persons apart is left out. */
#include "base/bsn.h"
#include "base/date.h"
#include "base/num.h"
#include "engine/linkage/linkage_int.h"

#include <string.h>

/* The hash of all bytes; the tail of a long value is kept as its hash. */
uint64_t value_hash(const uint8_t *p, size_t n)
{
    uint64_t h = UINT64_C(0x9e3779b97f4a7c15) ^ n;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * UINT64_C(0x100000001b3);
    h ^= h >> 32;
    h *= UINT64_C(0xd6e8feb86659fd93);
    return h ^ h >> 29;
}

static void put_bytes(struct value *v, const uint8_t *p, size_t n)
{
    const size_t room = VALUE_BYTES - v->n;
    if (n <= room) {
        memcpy(v->bytes + v->n, p, n);
        v->n += n;
        return;
    }
    const uint64_t h = value_hash(p, n); /* rare: what does not fit still tells values apart */
    const size_t kept = room > sizeof h ? room - sizeof h : 0;
    memcpy(v->bytes + v->n, p, kept);
    if (room >= sizeof h)
        memcpy(v->bytes + v->n + kept, &h, sizeof h);
    v->n = VALUE_BYTES;
}

static void put_word(struct value *v, const struct linkage_word *w)
{
    put_bytes(v, w->letter, w->n);
}

/* Letters and digits, letters large; anything beyond ASCII as it is. */
static size_t squeeze(str s, uint8_t *to, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < cap; i++) {
        const unsigned char c = (unsigned char)s.p[i];
        if (c >= 'a' && c <= 'z')
            to[n++] = (uint8_t)(c - 'a' + 'A');
        else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80)
            to[n++] = c;
    }
    return n;
}

static bool read_code(str s, struct value *v)
{
    uint8_t code[512];
    const size_t n = squeeze(s, code, sizeof code);
    put_bytes(v, code, n);
    linkage_fold_text(s, &v->word);
    return n != 0;
}

static bool read_first_name(str s, struct value *v)
{
    struct linkage_word root;
    linkage_fold(s, &v->word);
    put_word(v, &v->word);
    (void)linkage_nickname_root(&v->word, &root); /* of most names the name itself */
    v->number = (uint32_t)value_hash(root.letter, root.n) | 1;
    return v->n != 0;
}

static bool read_surname(const str *text, size_t n, struct value *v)
{
    struct linkage_name name;
    const char use = n > 1 && text[1].n == 1 ? text[1].p[0] : ' ';
    linkage_split_surname(text[0], use, &name);
    v->word = name.own;
    v->second = name.partner;
    put_word(v, &v->word);
    if (v->second.n) {
        put_bytes(v, (const uint8_t[]){0}, 1);
        put_word(v, &v->second);
    }
    if (name.prefix.n) {
        put_bytes(v, (const uint8_t[]){0, 0}, 2);
        put_word(v, &name.prefix);
    }
    return v->n != 0;
}

static bool read_email(str s, struct value *v)
{
    size_t at = s.n;
    const bool has_domain = str_find(s, '@', &at);
    struct value domain = {0};
    if (!read_code(s, v))
        return false;
    linkage_fold_text(str_cut(s, 0, at), &v->word);
    if (has_domain)
        linkage_fold_text(str_cut(s, at + 1, s.n), &domain.word);
    v->second = domain.word;
    return true;
}

static bool read_bsn(str s, struct value *v)
{
    struct bsn bsn;
    uint8_t code[64];
    size_t n = squeeze(s, code, sizeof code), zeros = 0;
    v->number = bsn_parse(s, &bsn) ? bsn.v : 0;
    while (zeros < n && code[zeros] == '0')
        zeros++;
    n -= zeros; /* eight digits and nine with a zero in front are one number */
    put_bytes(v, code + zeros, n);
    linkage_fold_text((str){(const char *)code + zeros, n}, &v->word);
    return n != 0;
}

static bool in_range(int64_t v, int64_t low, int64_t high)
{
    return v >= low && v <= high;
}

/* Unknown parts are written 0 (19500000, 1950-00-00) and stay 0. */
static bool pack_date(int64_t y, int64_t m, int64_t d, struct value *v)
{
    if (!in_range(y, 1, 9999) || !in_range(m, 0, 15) || !in_range(d, 0, 31))
        return false;
    v->number = DATE_PACK((uint32_t)y, (uint32_t)m, (uint32_t)d);
    return true;
}

/* The whole numbers in a text, at most three. */
static size_t split_numbers(str s, int64_t *number, size_t *digits)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            i++;
            continue;
        }
        const size_t from = i;
        while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
            i++;
        if (n == 3 || !num_parse_int(str_cut(s, from, i), &number[n]))
            return 0;
        digits[n++] = i - from;
    }
    return n;
}

static bool read_date(const str *text, size_t n, struct value *v)
{
    int64_t part[3];
    size_t digits[3];
    bool ok = false;
    if (n == 3) { /* year, month, day; an absent part is unknown */
        int64_t y = 0, m = 0, d = 0;
        ok = num_parse_int(str_trim(text[0]), &y) &&
             (str_trim(text[1]).n == 0 || num_parse_int(str_trim(text[1]), &m)) &&
             (str_trim(text[2]).n == 0 || num_parse_int(str_trim(text[2]), &d)) &&
             pack_date(y, m, d, v);
    } else {
        const size_t parts = split_numbers(text[0], part, digits);
        if (parts == 1 && digits[0] == 8)
            ok = pack_date(part[0] / 10000, part[0] / 100 % 100, part[0] % 100, v);
        else if (parts == 1 && digits[0] == 4)
            ok = pack_date(part[0], 0, 0, v);
        else if (parts >= 3 && digits[0] == 4)
            ok = pack_date(part[0], part[1], part[2], v);
        else if (parts == 3 && digits[2] == 4)
            ok = pack_date(part[2], part[1], part[0], v);
    }
    if (ok)
        put_bytes(v, (const uint8_t *)&v->number, sizeof v->number);
    return ok;
}

bool value_read(enum linkage_kind kind, const str *text, size_t n, struct value *v)
{
    memset(v, 0, sizeof *v);
    switch (kind) {
    case LINKAGE_FIRST_NAME: return read_first_name(text[0], v);
    case LINKAGE_SURNAME: return read_surname(text, n, v);
    case LINKAGE_DATE: return read_date(text, n, v);
    case LINKAGE_BSN: return read_bsn(text[0], v);
    case LINKAGE_EMAIL: return read_email(text[0], v);
    case LINKAGE_TEXT:
    case LINKAGE_ID:
    case LINKAGE_POSTCODE:
    case LINKAGE_CODE: return read_code(text[0], v);
    case LINKAGE_KINDS: break;
    }
    return false;
}
