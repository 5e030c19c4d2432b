/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * oidc_provider: the provider's document and keys, fetched when they are needed and old.
 *
 * One lock: who needs what is not there fetches it, and the others wait for that.
 */
#include "app/access/oidc_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PROVIDER_BYTES = 64 << 10, RSA_BITS_MIN = 2048 };

struct oidc {
    struct oidc_provider provider;
    int64_t (*now_ms)(void);
    arena *memory;
    pthread_mutex_t lock; /* of what is below */
    json_t *document;     /* NULL: not fetched */
    int64_t document_at;
    jwks_t *keys; /* those that may sign, without what we do not read; NULL: not fetched */
    int64_t keys_at;
    struct err_info trouble; /* of the last question, until then: who waited need not ask, too */
    int64_t trouble_until;
};

/* ---- configuration ---- */

static err copy_texts(oidc *o, const struct oidc_provider *p, struct err_info *info)
{
    str *const text[] = {&o->provider.issuer,        &o->provider.client_id,
                         &o->provider.client_secret, &o->provider.redirect_url,
                         &o->provider.second,        &o->provider.ca_file};
    o->provider = *p;
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        *text[i] = arena_str(o->memory, text[i]->p ? *text[i] : STR(""));
        if (!text[i]->p)
            return err_nomem(info);
    }
    return OK;
}

err oidc_new(const struct oidc_provider *p, int64_t (*now_ms)(void), oidc **to,
             struct err_info *info)
{
    if (!oidc_url_is_safe(p->issuer))
        return err_text(info, E_INPUT, "oidc.url-wrong", p->issuer);
    if (!oidc_url_is_safe(p->redirect_url))
        return err_text(info, E_INPUT, "oidc.url-wrong", p->redirect_url);
    oidc *o = calloc(1, sizeof *o);
    if (!o)
        return err_nomem(info);
    o->now_ms = now_ms;
    pthread_mutex_init(&o->lock, NULL);
    o->memory = arena_new(PROVIDER_BYTES);
    const err e = o->memory ? copy_texts(o, p, info) : err_nomem(info);
    if (e != OK) {
        oidc_free(o);
        return e;
    }
    *to = o;
    return OK;
}

void oidc_free(oidc *o)
{
    if (!o)
        return;
    json_decref(o->document);
    r_jwks_free(o->keys);
    pthread_mutex_destroy(&o->lock);
    arena_free(o->memory);
    free(o);
}

const struct oidc_provider *oidc_provider_of(const oidc *o)
{
    return &o->provider;
}

/* ---- asking ---- */

static err ask(oidc *o, str url, json_t **answer, struct err_info *info)
{
    const struct oidc_request r = {.url = url, .ca_file = o->provider.ca_file};
    if (o->now_ms() < o->trouble_until) {
        *info = o->trouble;
        return info->code;
    }
    const err e = oidc_fetch(&r, answer, info);
    if (e != OK) {
        o->trouble = *info;
        o->trouble_until = o->now_ms() + OIDC_AWAY_MS;
    }
    return e;
}

/* ---- the document (OpenID Connect Discovery 1.0, section 4) ---- */

static bool document_is_right(const oidc *o, const json_t *d)
{
    return str_eq(oidc_json_text(d, "issuer"), o->provider.issuer) &&
           oidc_url_is_safe(oidc_json_text(d, "authorization_endpoint")) &&
           oidc_url_is_safe(oidc_json_text(d, "token_endpoint")) &&
           oidc_url_is_safe(oidc_json_text(d, "jwks_uri"));
}

static err fetch_document(oidc *o, struct err_info *info)
{
    json_t *d = NULL;
    str issuer = o->provider.issuer;
    out url;
    if (str_ends(issuer, STR("/")))
        issuer.n--;
    out_init(&url, 4096);
    out_str(&url, issuer);
    out_cstr(&url, "/.well-known/openid-configuration");
    err e = out_error(&url, info);
    if (e == OK)
        e = ask(o, out_view(&url), &d, info);
    if (e == OK && !document_is_right(o, d))
        e = err_text(info, E_IO, "oidc.answer-wrong", out_view(&url));
    if (e == OK) {
        json_decref(o->document);
        o->document = d;
        o->document_at = o->now_ms();
        d = NULL;
    }
    json_decref(d);
    out_free(&url);
    return e;
}

static err need_document(oidc *o, struct err_info *info)
{
    const bool is_fresh = o->document && o->now_ms() - o->document_at < OIDC_FRESH_MS;
    return is_fresh ? OK : fetch_document(o, info);
}

/* When it does not say, client_secret_basic is meant. */
static bool takes_basic(const json_t *document)
{
    const json_t *methods = json_object_get(document, "token_endpoint_auth_methods_supported");
    const json_t *method;
    size_t i;
    json_array_foreach (methods, i, method) {
        if (json_is_string(method) && strcmp(json_string_value(method), "client_secret_basic") == 0)
            return true;
    }
    return !json_is_array(methods);
}

err oidc_endpoints(oidc *o, arena *a, struct oidc_endpoints *to, struct err_info *info)
{
    pthread_mutex_lock(&o->lock);
    err e = need_document(o, info);
    if (e == OK) {
        to->authorization = arena_str(a, oidc_json_text(o->document, "authorization_endpoint"));
        to->token = arena_str(a, oidc_json_text(o->document, "token_endpoint"));
        to->takes_basic = takes_basic(o->document);
        if (!to->authorization.p || !to->token.p)
            e = err_nomem(info);
    }
    pthread_mutex_unlock(&o->lock);
    return e;
}

/* ---- keys (RFC 7517) ---- */

/*
 * A key with nothing but its numbers: rhonabwy would follow certificates and addresses that a key
 * carries. NULL when it is none that may sign here.
 */
static jwk_t *bare_key(const json_t *key)
{
    static const char *const members[] = {"kty", "kid", "alg", "n", "e", "crv", "x", "y"};
    const str use = oidc_json_text(key, "use");
    unsigned bits = 0;
    jwk_t *bare = NULL;

    if (use.n > 0 && !str_eq(use, STR("sig")))
        return NULL;
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_is_string(json_object_get(key, members[i])))
            json_object_set(object, members[i], json_object_get(key, members[i]));
    const bool read =
        object && r_jwk_init(&bare) == RHN_OK && r_jwk_import_from_json_t(bare, object) == RHN_OK;
    json_decref(object);
    const int type = read ? r_jwk_key_type(bare, &bits, R_FLAG_IGNORE_REMOTE) : R_KEY_TYPE_NONE;
    const bool is_rsa = (type & R_KEY_TYPE_RSA) && bits >= RSA_BITS_MIN;
    const bool is_p256 = (type & R_KEY_TYPE_EC) && bits == 256;
    if ((type & R_KEY_TYPE_PUBLIC) && (is_rsa || is_p256))
        return bare;
    r_jwk_free(bare);
    return NULL;
}

static err fetch_keys(oidc *o, struct err_info *info)
{
    json_t *answer = NULL;
    const json_t *key;
    jwks_t *keys = NULL;
    size_t i;

    err e = need_document(o, info);
    o->keys_at = o->now_ms(); /* also when it fails: not again at once */
    if (e == OK)
        e = ask(o, oidc_json_text(o->document, "jwks_uri"), &answer, info);
    if (e == OK && r_jwks_init(&keys) != RHN_OK)
        e = err_nomem(info);
    if (e == OK) {
        json_array_foreach (json_object_get(answer, "keys"), i, key) {
            jwk_t *bare = bare_key(key);
            if (bare && r_jwks_append_jwk(keys, bare) != RHN_OK)
                e = err_nomem(info);
            r_jwk_free(bare);
        }
    }
    if (e == OK) {
        r_jwks_free(o->keys);
        o->keys = keys;
        keys = NULL;
    }
    r_jwks_free(keys);
    json_decref(answer);
    return e;
}

/* The key that the token names; without a name, the only one there is. Owned by the caller. */
static jwk_t *find_key(const oidc *o, const char *kid)
{
    if (!o->keys)
        return NULL;
    if (kid)
        return r_jwks_get_by_kid(o->keys, kid);
    return r_jwks_size(o->keys) == 1 ? r_jwks_get_at(o->keys, 0) : NULL;
}

static err need_key(oidc *o, const char *kid, jwk_t **key, struct err_info *info)
{
    const int64_t age = o->now_ms() - o->keys_at;
    err e = OK;
    if (!o->keys || age >= OIDC_FRESH_MS)
        e = fetch_keys(o, info);
    *key = e == OK ? find_key(o, kid) : NULL;
    if (e == OK && !*key && age >= OIDC_KEYS_AGAIN_MS) { /* a new one, perhaps */
        e = fetch_keys(o, info);
        *key = e == OK ? find_key(o, kid) : NULL;
    }
    return e == OK && !*key ? oidc_refuse(info, "kid") : e;
}

/* The token chooses among these, and the key must be one for it. */
static bool algorithm_fits(jwa_alg algorithm, jwk_t *key)
{
    const int type = r_jwk_key_type(key, NULL, R_FLAG_IGNORE_REMOTE);
    const char *said = r_jwk_get_property_str(key, "alg");
    const char *name = NULL;
    if (algorithm == R_JWA_ALG_RS256 && (type & R_KEY_TYPE_RSA))
        name = "RS256";
    else if (algorithm == R_JWA_ALG_PS256 && (type & R_KEY_TYPE_RSA))
        name = "PS256";
    else if (algorithm == R_JWA_ALG_ES256 && (type & R_KEY_TYPE_EC))
        name = "ES256";
    return name && (!said || strcmp(said, name) == 0);
}

err oidc_signature_check(oidc *o, jwt_t *token, struct err_info *info)
{
    const jwa_alg algorithm = r_jwt_get_sign_alg(token);
    jwk_t *key = NULL;

    pthread_mutex_lock(&o->lock);
    err e = need_key(o, r_jwt_get_header_str_value(token, "kid"), &key, info);
    if (e == OK && !algorithm_fits(algorithm, key))
        e = oidc_refuse(info, "alg");
    if (e == OK && r_jwt_verify_signature(token, key, R_FLAG_IGNORE_REMOTE) != RHN_OK)
        e = oidc_refuse(info, "signature");
    r_jwk_free(key);
    pthread_mutex_unlock(&o->lock);
    return e;
}
