/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * assets: the files that pages load, held in the program: styles, font, script,
 * pictures. Their addresses carry a hash of their content, so that a browser may
 * keep them for ever and still gets new ones at once.
 *
 * Does: find them by name or by path; read a municipality's own theme.
 * Does not: speak HTTP; the site sends what it finds.
 */
#ifndef ONTSCHOT_WEB_ASSETS_ASSETS_H
#define ONTSCHOT_WEB_ASSETS_ASSETS_H

#include "base/arena.h"
#include "base/err.h"

struct asset {
    str name;  /* "site.css" */
    str url;   /* "/assets/site.4f1c09aa23d1b0c7.css" */
    str type;  /* "text/css; charset=utf-8" */
    str etag;  /* with its quotes, of the plain form */
    str bytes; /* as it is */
    str gzip;  /* gzip'd; empty where that gains nothing */
};

#define ASSETS_CACHE_CONTROL "public, max-age=31536000, immutable"

enum { ASSET_THEME_MAX = 256 << 10 };

/* By the path of a request; NULL: not there. */
const struct asset *asset_find(str path);

/* The address of a file by its name; one that is not there is a mistake of the program. */
str asset_url(const char *name);

/* All of them, in the order of their names. */
const struct asset *asset_list(size_t *n);

/*
 * A theme of the municipality instead of the built-in one: plain CSS of at most
 * ASSET_THEME_MAX bytes. `theme` and what it points to lives as long as `a`.
 */
WARN_UNUSED err asset_theme_load(arena *a, str path, struct asset *theme, struct err_info *info);

#endif
