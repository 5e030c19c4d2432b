/* SPDX-License-Identifier: EUPL-1.2 */
/* oidc: the way to the provider and back, bound to one browser. */
#include "app/access/oidc_int.h"

#include <string.h>

enum { URL_MAX = 4096, FORM_MAX = 16 << 10, CODE_MAX = 4096 };

/* What is derived from the browser's secret, each as text. */
struct thread {
    char state[ACCESS_SECRET_TEXT], nonce[ACCESS_SECRET_TEXT], verifier[ACCESS_SECRET_TEXT];
};

static void derive(const struct app *app, const char *what, const struct access_secret *cookie,
                   char text[ACCESS_SECRET_TEXT])
{
    char bytes[16 + sizeof cookie->byte] = {0};
    struct access_secret s;
    memcpy(bytes, what, strlen(what));
    memcpy(bytes + 16, cookie->byte, sizeof cookie->byte);
    const struct secret_hash h = secret_hash_of(app, HASH_OIDC, (str){bytes, sizeof bytes});
    memcpy(s.byte, h.byte, sizeof s.byte);
    access_secret_print(s, text);
}

static struct thread thread_of(const struct app *app, const struct access_secret *cookie)
{
    struct thread t;
    derive(app, "state", cookie, t.state);
    derive(app, "nonce", cookie, t.nonce);
    derive(app, "verifier", cookie, t.verifier);
    return t;
}

static struct secret_hash flow_hash(const struct app *app, const struct thread *t)
{
    return secret_hash_of(app, HASH_OIDC, (str){t->state, sizeof t->state});
}

/* ---- there ---- */

/* A path of this site, and nothing that a browser takes for another host. */
static str safe_next(str next)
{
    const bool is_path = next.n > 0 && next.n <= OIDC_NEXT_MAX && next.p[0] == '/' &&
                         !str_starts(next, STR("//")) && str_is_utf8(next);
    for (size_t i = 0; is_path && i < next.n; i++)
        if ((unsigned char)next.p[i] <= 0x20 || next.p[i] == 0x7f || next.p[i] == '\\')
            return STR("/");
    return is_path ? next : STR("/");
}

static void put_parameter(out *o, const char *name, str value)
{
    out_char(o, '&');
    out_cstr(o, name);
    out_char(o, '=');
    oidc_put_encoded(o, value);
}

/* RFC 7636, 4.2: S256. */
static void put_challenge(out *o, const struct thread *t)
{
    struct access_secret hash;
    char text[ACCESS_SECRET_TEXT];
    crypto_hash_sha256(hash.byte, (const unsigned char *)t->verifier, sizeof t->verifier);
    access_secret_print(hash, text);
    put_parameter(o, "code_challenge", (str){text, sizeof text});
    put_parameter(o, "code_challenge_method", STR("S256"));
}

static err write_url(const struct oidc_provider *p, str endpoint, const struct thread *t, arena *a,
                     str *url, struct err_info *info)
{
    size_t at;
    out o;
    out_init(&o, URL_MAX);
    out_str(&o, endpoint);
    out_cstr(&o, str_find(endpoint, '?', &at) ? "&response_type=code" : "?response_type=code");
    put_parameter(&o, "client_id", p->client_id);
    put_parameter(&o, "redirect_uri", p->redirect_url);
    put_parameter(&o, "scope", STR("openid profile email"));
    put_parameter(&o, "state", (str){t->state, sizeof t->state});
    put_parameter(&o, "nonce", (str){t->nonce, sizeof t->nonce});
    put_challenge(&o, t);
    err e = out_error(&o, info);
    if (e == OK) {
        *url = arena_str(a, out_view(&o));
        if (!url->p)
            e = err_nomem(info);
    }
    out_free(&o);
    return e;
}

struct flow {
    struct secret_hash hash;
    str next;
    arena *memory;
    int64_t now_ms;
};

static err flow_begin_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct flow *f = arg;
    err e = oidc_flow_purge(tx, (struct oidc_flow_purge_in){.now = f->now_ms}, info);
    if (e == OK)
        e = oidc_flow_add(tx,
                          (struct oidc_flow_add_in){.hash = secret_hash_str(&f->hash),
                                                    .next = f->next,
                                                    .expires = f->now_ms + OIDC_FLOW_MS},
                          info);
    return e;
}

err oidc_begin(const struct deed *deed, db *d, oidc *o, str next, str *url,
               struct access_secret *cookie, struct err_info *info)
{
    const struct access_secret secret = secret_new(deed->app);
    const struct thread t = thread_of(deed->app, &secret);
    struct flow f = {
        .hash = flow_hash(deed->app, &t), .next = safe_next(next), .now_ms = deed->now_ms};
    struct oidc_endpoints endpoints;

    err e = oidc_endpoints(o, deed->memory, &endpoints, info);
    if (e == OK)
        e = write_url(oidc_provider_of(o), endpoints.authorization, &t, deed->memory, url, info);
    if (e == OK)
        e = db_tx_do(d, flow_begin_in, &f, info);
    if (e == OK)
        *cookie = secret;
    return e;
}

/* ---- and back ---- */

static err flow_take_in(db_tx *tx, void *arg, struct err_info *info)
{
    struct flow *f = arg;
    struct oidc_flow_take_row row;
    const err e = oidc_flow_take(
        tx, f->memory,
        (struct oidc_flow_take_in){.hash = secret_hash_str(&f->hash), .now = f->now_ms}, &row,
        info);
    if (e == E_NOT_FOUND)
        return err_set(info, E_NOT_FOUND, "oidc.flow-unknown");
    if (e == OK)
        f->next = row.next;
    return e;
}

static err write_form(const struct oidc_provider *p, const struct thread *t, str code,
                      bool takes_basic, out *form, struct err_info *info)
{
    out_cstr(form, "grant_type=authorization_code");
    put_parameter(form, "code", code);
    put_parameter(form, "redirect_uri", p->redirect_url);
    put_parameter(form, "code_verifier", (str){t->verifier, sizeof t->verifier});
    if (p->client_secret.n == 0 || !takes_basic)
        put_parameter(form, "client_id", p->client_id);
    if (p->client_secret.n > 0 && !takes_basic)
        put_parameter(form, "client_secret", p->client_secret);
    return out_error(form, info);
}

/* RFC 6749, 2.3.1: name and password of basic authentication are encoded like a form. */
static err write_login(const struct oidc_provider *p, out *user, out *password,
                       struct err_info *info)
{
    oidc_put_encoded(user, p->client_id);
    oidc_put_encoded(password, p->client_secret);
    const err e = out_error(user, info);
    return e == OK ? out_error(password, info) : e;
}

/* The code for an id_token (OpenID Connect Core 1.0, 3.1.3). */
static err exchange(const struct deed *deed, oidc *o, const struct thread *t, str code,
                    json_t **answer, struct err_info *info)
{
    const struct oidc_provider *p = oidc_provider_of(o);
    struct oidc_endpoints endpoints;
    out form, user, password;

    out_init(&form, FORM_MAX);
    out_init(&user, FORM_MAX);
    out_init(&password, FORM_MAX);
    err e = oidc_endpoints(o, deed->memory, &endpoints, info);
    if (e == OK)
        e = write_form(p, t, code, endpoints.takes_basic, &form, info);
    if (e == OK)
        e = write_login(p, &user, &password, info);
    if (e == OK) {
        struct oidc_request r = {
            .url = endpoints.token, .form = out_view(&form), .ca_file = p->ca_file};
        if (p->client_secret.n > 0 && endpoints.takes_basic) {
            r.user = out_view(&user);
            r.password = out_view(&password);
        }
        e = oidc_fetch(&r, answer, info);
    }
    out_free(&form);
    out_free(&user);
    out_free(&password);
    return e;
}

static err claims_of(const struct deed *deed, oidc *o, const struct thread *t, str code,
                     struct oidc_claims *claims, struct err_info *info)
{
    json_t *answer = NULL;
    err e = exchange(deed, o, t, code, &answer, info);
    if (e == OK)
        e = oidc_token_read(o, deed->memory, oidc_json_text(answer, "id_token"),
                            (str){t->nonce, sizeof t->nonce}, deed->now_ms, claims, info);
    json_decref(answer);
    return e;
}

err oidc_finish(const struct deed *deed, db *d, oidc *o, str code, str state,
                struct access_secret cookie, struct oidc_answer *answer, struct err_info *info)
{
    const struct thread t = thread_of(deed->app, &cookie);
    struct flow f = {
        .hash = flow_hash(deed->app, &t), .memory = deed->memory, .now_ms = deed->now_ms};
    struct oidc_arrival arrival = {.deed = deed, .provider = oidc_provider_of(o)};

    if (state.n != sizeof t.state || sodium_memcmp(state.p, t.state, state.n) != 0)
        return err_set(info, E_NOT_FOUND, "oidc.flow-unknown");
    if (code.n == 0 || code.n > CODE_MAX)
        return err_set(info, E_DENIED, "oidc.code-refused");
    err e = db_tx_do(d, flow_take_in, &f, info); /* once, whatever comes of it */
    if (e == OK)
        e = claims_of(deed, o, &t, code, &arrival.claims, info);
    if (e == OK)
        e = db_tx_do(d, oidc_arrive, &arrival, info);
    if (e == OK)
        *answer = (struct oidc_answer){
            .result = arrival.state == ACCOUNT_ACTIVE ? OIDC_KNOWN : OIDC_WAITS,
            .party = arrival.party,
            .has_second = arrival.claims.has_second,
            .next = f.next,
        };
    return e;
}
