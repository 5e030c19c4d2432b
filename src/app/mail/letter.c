/* SPDX-License-Identifier: EUPL-1.2 */
/* letter: from message keys to text, and how the text waits unread. */
#include "app/mail/mail_int.h"

#include <sodium.h>
#include <string.h>

enum {
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

/* ---- text ---- */

/* A value is one line: a name must not write a paragraph of its own. */
static void fill_in(out *o, enum lang lang, const char *key, const str *value, size_t n)
{
    str rest = tr(lang, key);
    struct tr_piece piece;
    while (tr_next_piece(&rest, &piece)) {
        out_str(o, piece.text);
        if (piece.value > 0 && piece.value <= n)
            out_visible(o, value[piece.value - 1]);
    }
}

static err values_check(const struct mail *m, struct err_info *info)
{
    for (size_t i = 0; i < m->n_values; i++)
        if (m->value[i].n > MAIL_VALUE_MAX) {
            err_set(info, E_LIMIT, "mail.value-long");
            msg_int(&info->msg, MAIL_VALUE_MAX);
            return E_LIMIT;
        }
    return OK;
}

static err take_text(out *o, arena *a, str *text, struct err_info *info)
{
    err e = out_error(o, info);
    if (e == OK) {
        *text = arena_str(a, out_view(o));
        if (!text->p)
            e = err_nomem(info);
    }
    out_clear(o);
    return e;
}

err letter_compose(const struct deed *deed, const struct mail *m, struct letter *l,
                   struct err_info *info)
{
    const str site[] = {deed->app->site_name, deed->app->base_url};
    out o;

    out_init(&o, MAIL_LETTER_MAX);
    *l = (struct letter){.to = m->to, .lang = str_of(lang_tag(m->lang))};
    err e = values_check(m, info);
    if (e != OK)
        goto done;
    fill_in(&o, m->lang, m->subject, m->value, m->n_values);
    e = take_text(&o, deed->memory, &l->subject, info);
    if (e != OK)
        goto done;
    out_str(&o, tr(m->lang, "mail.greeting"));
    fill_in(&o, m->lang, m->body, m->value, m->n_values);
    fill_in(&o, m->lang, "mail.signature", site, 2);
    e = take_text(&o, deed->memory, &l->body, info);
done:
    out_free(&o);
    return e;
}

/* ---- seal ---- */

/* A key of its own, so that no letter can pass for another sealed thing. */
static void derive_key(const struct app *app,
                       unsigned char key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES])
{
    const str what = STR("ontschot outbox");
    crypto_generichash(key, crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
                       (const unsigned char *)what.p, what.n, app->keys->seal,
                       sizeof app->keys->seal);
}

err letter_seal(const struct app *app, arena *a, struct mail_id id, const struct letter *l,
                str *sealed, struct err_info *info)
{
    unsigned char key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    const str parts[] = {l->to, l->lang, l->subject, l->body};
    out plain;

    out_init(&plain, MAIL_LETTER_MAX);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        out_str(&plain, parts[i]);
        out_char(&plain, '\n');
    }
    err e = out_error(&plain, info);
    const str text = out_view(&plain);
    unsigned char *box = e == OK ? arena_alloc(a, NONCE_BYTES + text.n + TAG_BYTES, 1) : NULL;
    if (e == OK && !box)
        e = err_nomem(info);
    if (e == OK) {
        app->random_bytes(box, NONCE_BYTES);
        derive_key(app, key);
        crypto_aead_xchacha20poly1305_ietf_encrypt(
            box + NONCE_BYTES, NULL, (const unsigned char *)text.p, text.n,
            (const unsigned char *)&id.v, sizeof id.v, NULL, box, key);
        sodium_memzero(key, sizeof key);
        *sealed = (str){(const char *)box, NONCE_BYTES + text.n + TAG_BYTES};
    }
    out_free(&plain);
    return e;
}

err letter_open(const struct app *app, arena *a, struct mail_id id, str sealed, struct letter *l,
                struct err_info *info)
{
    unsigned char key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    const unsigned char *box = (const unsigned char *)sealed.p;

    if (sealed.n < NONCE_BYTES + TAG_BYTES)
        return err_set(info, E_IO, "mail.letter-unreadable");
    const size_t n = sealed.n - NONCE_BYTES - TAG_BYTES;
    unsigned char *plain = arena_alloc(a, n, 1);
    if (!plain)
        return err_nomem(info);
    derive_key(app, key);
    const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        plain, NULL, NULL, box + NONCE_BYTES, n + TAG_BYTES, (const unsigned char *)&id.v,
        sizeof id.v, box, key);
    sodium_memzero(key, sizeof key);
    str rest = {(const char *)plain, n};
    if (failed || !str_next(&rest, '\n', &l->to) || !str_next(&rest, '\n', &l->lang) ||
        !str_next(&rest, '\n', &l->subject))
        return err_set(info, E_IO, "mail.letter-unreadable");
    l->body = str_cut(rest, 0, rest.n - (rest.n > 0)); /* without the last '\n' */
    return OK;
}
