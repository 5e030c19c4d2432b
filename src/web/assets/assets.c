/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/assets/assets_int.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>

#include "base/file.h"

const struct asset *asset_find(str path)
{
    for (size_t i = 0; i < assets_count; i++)
        if (str_eq(assets_table[i].url, path))
            return &assets_table[i];
    return NULL;
}

str asset_url(const char *name)
{
    size_t i = 0;
    while (i < assets_count && !str_eq(assets_table[i].name, str_of(name)))
        i++;
    assert(i < assets_count);
    return assets_table[i].url;
}

const struct asset *asset_list(size_t *n)
{
    *n = assets_count;
    return assets_table;
}

/* ---- a municipality's own theme ---- */

enum { HASH_BYTES = 16, URL_MAX = 64 };

/* `before`, hash, `behind`; NULL when memory is out. */
static str around(arena *a, const char *before, const char *hash, const char *behind)
{
    char text[URL_MAX];
    const int n = snprintf(text, sizeof text, "%s%s%s", before, hash, behind);
    return n > 0 && (size_t)n < sizeof text ? arena_str(a, (str){text, (size_t)n}) : (str){NULL, 0};
}

err asset_theme_load(arena *a, str path, struct asset *theme, struct err_info *info)
{
    unsigned char hash[HASH_BYTES];
    char hex[2 * HASH_BYTES + 1];
    struct asset made = {.name = STR("theme.css"), .type = STR("text/css; charset=utf-8")};
    size_t nul;
    const err e = file_read(a, path, ASSET_THEME_MAX, &made.bytes, info);
    if (e != OK)
        return e;
    if (!str_is_utf8(made.bytes) || str_find(made.bytes, '\0', &nul)) {
        err_set(info, E_INPUT, "assets.theme-not-text");
        err_at(info, path, 0, 0);
        return E_INPUT;
    }

    crypto_generichash(hash, sizeof hash, (const unsigned char *)made.bytes.p, made.bytes.n, NULL,
                       0);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    made.url = around(a, "/assets/theme.", hex, ".css");
    made.etag = around(a, "\"", hex, "\"");
    if (!made.url.p || !made.etag.p)
        return err_nomem(info);
    *theme = made;
    return OK;
}
