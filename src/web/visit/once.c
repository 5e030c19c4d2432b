/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * once: the key under which a request makes something. A page gives each form a token of its own,
 * so the token and all that was filled in are the key: who presses twice sends it twice, who goes
 * back and writes something else has another. A program says its key (draft-ietf-httpapi-
 * idempotency-key-header-07); what it asks under it may then not differ.
 */
#include "web/visit/visit_int.h"

#include <sodium.h>

enum { KEY_MAX = 200, PIECE = 64 << 10 };

typedef crypto_generichash_state hash_state;

/* With its length, so that no two lists of texts are alike. */
static void add(hash_state *h, str text)
{
    const uint64_t n = text.n;
    crypto_generichash_update(h, (const unsigned char *)&n, sizeof n);
    if (n)
        crypto_generichash_update(h, (const unsigned char *)text.p, text.n);
}

static err add_body(hash_state *h, const struct http_body *body, uint64_t from, uint64_t size,
                    arena *a, struct err_info *info)
{
    char *piece = arena_alloc(a, PIECE, 1);
    size_t got = 1;
    err e = piece ? OK : err_nomem(info);
    crypto_generichash_update(h, (const unsigned char *)&size, sizeof size);
    while (e == OK && size > 0 && got > 0) {
        e = http_body_read(body, from, piece, size < PIECE ? (size_t)size : PIECE, &got, info);
        if (e == OK)
            crypto_generichash_update(h, (const unsigned char *)piece, got);
        from += got;
        size -= got;
    }
    return e;
}

/* What was filled in; the boundary between its parts is another each time. */
static err add_form(hash_state *h, const struct form *f, arena *a, struct err_info *info)
{
    err e = OK;
    for (size_t i = 0; i < f->n_fields; i++) {
        add(h, f->field[i].name);
        add(h, f->field[i].value);
    }
    for (size_t i = 0; e == OK && i < f->n_files; i++) {
        add(h, f->file[i].name);
        add(h, f->file[i].filename);
        e = add_body(h, f->file[i].body, f->file[i].from, f->file[i].size, a, info);
    }
    return e;
}

static err print_of(struct req *r, unsigned char print[ONCE_HASH_BYTES], struct err_info *info)
{
    const struct visit *v = visit_of(r);
    const struct http_body *body = &r->http->body;
    hash_state h;
    crypto_generichash_init(&h, NULL, 0, ONCE_HASH_BYTES);
    const err e = v->has_form ? add_form(&h, &v->form, r->memory, info)
                              : add_body(&h, body, 0, body->size, r->memory, info);
    crypto_generichash_final(&h, print, ONCE_HASH_BYTES);
    return e;
}

static bool is_key(str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] <= ' ' || text.p[i] > '~')
            return false;
    return text.n > 0 && text.n <= KEY_MAX;
}

/* Another person, or another thing to do, under the same words is another key. */
static void key_of(const struct req *r, str word, const unsigned char *print, struct once_key *key)
{
    const struct visit *v = visit_of(r);
    const int64_t who = v->deed.viewer.id.v;
    hash_state h;
    crypto_generichash_init(&h, v->deed.app->keys->hash, APP_KEY_BYTES, sizeof key->hash);
    add(&h, STR("once"));
    crypto_generichash_update(&h, (const unsigned char *)&who, sizeof who);
    add(&h, str_of(r->route->name));
    for (size_t i = 0; i < SITE_PARAMS_MAX; i++)
        add(&h, r->param[i]);
    add(&h, word);
    if (print)
        crypto_generichash_update(&h, print, ONCE_HASH_BYTES);
    crypto_generichash_final(&h, key->hash, sizeof key->hash);
}

err visit_note_key(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const bool is_program = r->route->has_token;
    const str word =
        is_program ? http_header(r->http, "Idempotency-Key") : form_value(&v->form, "csrf");

    if (!word.p)
        return OK;
    if (is_program && !is_key(word))
        return err_set(info, E_INPUT, "visit.key-wrong");
    err e = OK;
    if (is_program && r->route->body == ROUTE_BODY_UPLOAD)
        e = visit_read_form(r, info);
    if (e == OK)
        e = print_of(r, v->once.print, info);
    if (e != OK)
        return e;
    key_of(r, word, is_program ? NULL : v->once.print, &v->once);
    v->deed.once = &v->once;
    return OK;
}
