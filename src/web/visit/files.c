/* SPDX-License-Identifier: EUPL-1.2 */
/* files: styles, font, script and pictures, from memory, in the thread of input and output. */
#include "web/visit/visit_int.h"

static const struct asset *find(const struct req *r)
{
    const struct asset *theme = web_of(r)->theme;
    if (theme && str_eq(theme->url, r->http->path))
        return theme;
    return asset_find(r->http->path);
}

static err show_file(struct req *r, struct err_info *info)
{
    const struct asset *file = find(r);
    if (!file)
        return err_set(info, E_NOT_FOUND, "site.not-found");
    r->answer->type = file->type.p;
    r->answer->lasting = file->bytes;
    r->answer->lasting_gzip = file->gzip;
    r->answer->etag = file->etag;
    r->answer->cache = HTTP_CACHE_FOREVER;
    return OK;
}

const struct route visit_files[] = {
    ROUTE("file", HTTP_GET, "/assets/{file}", NULL, show_file, &rule_anyone, RATE_FREE,
          .is_instant = true),
    {0},
};
