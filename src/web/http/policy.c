/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A report carries its style inside, so that it can be mailed as one file. A
 * browser may use exactly that style: its hash is in the policy (Content
 * Security Policy Level 3, section 2.3.1), and nothing else runs or loads.
 */
#include "web/http/folder_int.h"

#include <sodium.h>
#include <string.h>

enum {
    BASE64_BYTES =
        sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, sodium_base64_VARIANT_ORIGINAL)
};

static void print_hash(out *o, str style)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char text[BASE64_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)style.p, style.n);
    out_cstr(o, " 'sha256-");
    out_cstr(
        o, sodium_bin2base64(text, sizeof text, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL));
    out_char(o, '\'');
}

static bool starts_nocase(str s, str head)
{
    return s.n >= head.n && str_eq_nocase(str_cut(s, 0, head.n), head);
}

/* Finds `mark` (ASCII, any case) from *at on; *at moves to it. */
static bool seek(str page, str mark, size_t *at)
{
    size_t step;
    while (str_find(str_cut(page, *at, page.n), mark.p[0], &step)) {
        *at += step;
        if (starts_nocase(str_cut(page, *at, page.n), mark))
            return true;
        (*at)++;
    }
    return false;
}

/* The text of the next <style> element; false when there is none. */
static bool next_style(str page, size_t *at, str *style)
{
    size_t step;
    if (!seek(page, STR("<style"), at) || !str_find(str_cut(page, *at, page.n), '>', &step))
        return false;
    const size_t from = *at + step + 1;
    *at = from;
    if (!seek(page, STR("</style"), at))
        return false;
    *style = str_cut(page, from, *at);
    return true;
}

void http_policy_print(out *o, str page)
{
    size_t at = 0;
    str style;
    out_cstr(o, "default-src 'none'; img-src 'self' data:; style-src 'self'");
    for (int i = 0; i < HTTP_STYLES_MAX && next_style(page, &at, &style); i++)
        print_hash(o, style);
    out_cstr(o, "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
}
