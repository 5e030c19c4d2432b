/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/http/http_int.h"

#include <limits.h>
#include <stdlib.h>

#include <zlib.h>

enum {
    LEVEL = 4,            /* within a few percent of 6 for pages, in half the time */
    WINDOW_GZIP = 15 + 16 /* zlib: a window of 32 kB and a gzip header */
};

struct http_gzip {
    z_stream z;
};

http_gzip *http_gzip_new(void)
{
    http_gzip *g = calloc(1, sizeof *g);
    if (g && deflateInit2(&g->z, LEVEL, Z_DEFLATED, WINDOW_GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(g);
        return NULL;
    }
    return g;
}

void http_gzip_free(http_gzip *g)
{
    if (!g)
        return;
    deflateEnd(&g->z);
    free(g);
}

bool http_gzip_whole(http_gzip *g, str plain, out *packed)
{
    if (plain.n > UINT_MAX / 2 || deflateReset(&g->z) != Z_OK)
        return false;
    char *room = malloc(plain.n); /* what does not fit is not smaller */
    if (!room)
        return false;
    g->z.next_in = (Bytef *)(uintptr_t)plain.p;
    g->z.avail_in = (uInt)plain.n;
    g->z.next_out = (Bytef *)room;
    g->z.avail_out = (uInt)plain.n;
    if (deflate(&g->z, Z_FINISH) != Z_STREAM_END) {
        free(room);
        return false;
    }
    out_init(packed, plain.n);
    packed->p = room;
    packed->n = plain.n - g->z.avail_out;
    packed->cap = plain.n;
    return true;
}
