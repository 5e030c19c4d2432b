/* SPDX-License-Identifier: EUPL-1.2 */
/* answer: rows into answers, as the operation's row says. */
#include "web/api/api_int.h"

#include <string.h>

#include <sodium.h>

enum { URL_MAX = 4096, TAG_HASH_BYTES = 8 };

static str keep(struct req *r, out *o)
{
    const str text = o->error == OK ? arena_str(r->memory, out_view(o)) : (str){0};
    out_free(o);
    return text;
}

/*
 * The version says which edit this is, the hash which answer: a new comment changes the answer, but
 * is no reason to refuse an edit.
 */
static str tag_of(struct req *r, int64_t version)
{
    unsigned char hash[crypto_generichash_BYTES_MIN];
    const str body = out_view(&r->answer->body);
    out o;
    out_init(&o, 64);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)body.p, body.n, NULL, 0);
    out_char(&o, '"');
    out_int(&o, version);
    out_char(&o, '-');
    out_hex(&o, hash, TAG_HASH_BYTES);
    out_char(&o, '"');
    return keep(r, &o);
}

static err finish(struct req *r, const struct api_operation *o, struct err_info *info)
{
    r->answer->status = o->status ? o->status : 200;
    r->answer->type = "application/json";
    return out_error(&r->answer->body, info);
}

err api_show(struct req *r, const void *row, struct err_info *info)
{
    const struct api_operation *o = api_operation_of(r->route);
    int64_t version;
    json j;

    json_init_line(&j, &r->answer->body);
    api_put(&j, o->answer, API_SINGLE, row);
    out_char(&r->answer->body, '\n');
    const err e = finish(r, o, info);
    if (e != OK || !o->has_etag)
        return e;
    memcpy(&version, (const char *)row + o->answer->version_offset, sizeof version);
    r->answer->etag = tag_of(r, version);
    return r->answer->etag.p ? OK : err_nomem(info);
}

err api_show_made(struct req *r, const char *path, int64_t id, const void *row,
                  struct err_info *info)
{
    out o;
    out_init(&o, URL_MAX);
    out_cstr(&o, site_base_url(r->site));
    out_cstr(&o, path);
    out_char(&o, '/');
    out_int(&o, id);
    const str location = keep(r, &o);
    if (!location.p)
        return err_nomem(info);
    http_add_header(r->answer, "Location", location);
    return api_show(r, row, info);
}

err api_show_put(struct req *r, bool is_new, const void *row, struct err_info *info)
{
    const err e = api_show(r, row, info);
    if (e == OK && is_new)
        r->answer->status = 201;
    return e;
}

err api_show_nothing(struct req *r, struct err_info *info)
{
    r->answer->status = 204;
    return out_error(&r->answer->body, info);
}

/* ---- pages ---- */

/* This address with another cursor. */
static str address_of(struct req *r, struct cursor next)
{
    str rest = r->http->query, name, value;
    out o;
    out_init(&o, URL_MAX);
    out_cstr(&o, site_base_url(r->site));
    out_str(&o, r->http->path);
    out_cstr(&o, "?cursor=");
    api_cursor_print(&o, next);
    while (http_query_next(r->memory, &rest, &name, &value)) {
        if (str_eq(name, STR("cursor")))
            continue;
        out_char(&o, '&');
        http_url_encode(&o, name);
        out_char(&o, '=');
        http_url_encode(&o, value);
    }
    return keep(r, &o);
}

static err add_link(struct req *r, str url, struct err_info *info)
{
    out o;
    out_init(&o, URL_MAX + 32);
    out_char(&o, '<');
    out_str(&o, url);
    out_cstr(&o, ">; rel=\"next\"");
    const str link = keep(r, &o);
    if (!link.p)
        return err_nomem(info);
    http_add_header(r->answer, "Link", link);
    return OK;
}

err api_show_page(struct req *r, const void *rows, size_t n, size_t size, struct cursor next,
                  struct err_info *info)
{
    const struct api_operation *o = api_operation_of(r->route);
    str url = {0};
    err e = OK;
    json j;

    if (next.id != 0) {
        url = address_of(r, next);
        e = url.p ? add_link(r, url, info) : err_nomem(info);
    }
    if (e != OK)
        return e;
    json_init_line(&j, &r->answer->body);
    json_open_object(&j);
    json_key(&j, "items");
    json_open_array(&j);
    for (size_t i = 0; i < n; i++)
        api_put(&j, o->answer, API_LISTED, (const char *)rows + i * size);
    json_close_array(&j);
    json_key(&j, "next");
    if (url.p)
        json_put_str(&j, url);
    else
        json_put_null(&j);
    json_close_object(&j);
    out_char(&r->answer->body, '\n');
    return finish(r, o, info);
}

/* ---- what a row names besides itself ---- */

static err is_shown(const struct deed *deed, db *d, struct api_seen *seen, struct space_id id,
                    bool *shown, struct err_info *info)
{
    struct space s;
    for (size_t i = 0; i < seen->n; i++)
        if (seen->space[i].v == id.v) {
            *shown = seen->is_shown[i];
            return OK;
        }
    const err e = space_get(deed, d, id, &s, info);
    if (e != OK && e != E_NOT_FOUND)
        return e;
    *shown = e == OK;
    if (seen->n < API_SEEN_MAX) {
        seen->space[seen->n] = id;
        seen->is_shown[seen->n++] = *shown;
    }
    return OK;
}

err api_hide_space(const struct deed *deed, db *d, struct api_seen *seen, struct space_id *id,
                   struct err_info *info)
{
    bool shown;
    if (id->v == 0)
        return OK;
    const err e = is_shown(deed, d, seen, *id, &shown, info);
    if (e == OK && !shown)
        id->v = 0;
    return e;
}

/* What it hangs under is visible whenever it is itself. */
err api_hide_of_publication(const struct deed *deed, db *d, struct api_seen *seen,
                            struct publication *p, struct err_info *info)
{
    struct publication twin;

    err e = api_hide_space(deed, d, seen, &p->space, info);
    if (e != OK || p->twin.v == 0)
        return e;
    e = publication_find(deed, d, p->twin, &twin, info);
    if (e == E_NOT_FOUND) {
        p->twin.v = 0;
        e = OK;
    }
    return e;
}
