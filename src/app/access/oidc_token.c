/* SPDX-License-Identifier: EUPL-1.2 */
/* oidc_token: what an id_token must say to be believed (OpenID Connect Core 1.0, 3.1.3.7). */
#include "app/access/oidc_int.h"

#include <string.h>

enum { SUBJECT_MAX = 255, TOKEN_MAX = 32 << 10 };

err oidc_refuse(struct err_info *info, const char *what)
{
    return err_text(info, E_DENIED, "oidc.token-refused", str_of(what));
}

/* ---- pieces ---- */

static bool array_has(const json_t *array, str text)
{
    const json_t *one;
    size_t i;
    json_array_foreach (array, i, one) {
        if (str_eq((str){json_string_value(one), json_string_length(one)}, text))
            return true;
    }
    return false;
}

/* For us; and when for others too, issued to us. */
static bool is_for(const json_t *claims, str client)
{
    const json_t *aud = json_object_get(claims, "aud");
    const str azp = oidc_json_text(claims, "azp");
    const bool is_ours =
        json_is_array(aud) ? array_has(aud, client) : str_eq(oidc_json_text(claims, "aud"), client);
    const bool needs_azp = json_array_size(aud) > 1 || json_object_get(claims, "azp");
    return is_ours && (!needs_azp || str_eq(azp, client));
}

/* A moment in seconds, within [from, to] in ms; a number far away cannot overflow. */
static bool is_between(const json_t *claims, const char *key, int64_t from, int64_t to)
{
    const json_t *at = json_object_get(claims, key);
    const double ms = json_number_value(at) * 1000.0;
    return json_is_number(at) && ms >= (double)from && ms <= (double)to;
}

static bool is_now(const json_t *claims, int64_t now_ms, const char **what)
{
    const bool has_nbf = json_object_get(claims, "nbf") != NULL;
    *what = "exp";
    if (!is_between(claims, "exp", now_ms - OIDC_SKEW_MS, INT64_MAX))
        return false;
    *what = "iat";
    if (!is_between(claims, "iat", now_ms - OIDC_TOKEN_AGE_MS, now_ms + OIDC_SKEW_MS))
        return false;
    *what = "nbf";
    return !has_nbf || is_between(claims, "nbf", INT64_MIN, now_ms + OIDC_SKEW_MS);
}

static bool same_secret(str a, str b)
{
    return a.n == b.n && sodium_memcmp(a.p, b.p, a.n) == 0;
}

static err check(const struct oidc_provider *p, const json_t *claims, str nonce, int64_t now_ms,
                 struct err_info *info)
{
    const str subject = oidc_json_text(claims, "sub");
    const char *what;
    if (!str_eq(oidc_json_text(claims, "iss"), p->issuer))
        return oidc_refuse(info, "iss");
    if (!is_for(claims, p->client_id))
        return oidc_refuse(info, "aud");
    if (!is_now(claims, now_ms, &what))
        return oidc_refuse(info, what);
    if (!same_secret(oidc_json_text(claims, "nonce"), nonce))
        return oidc_refuse(info, "nonce");
    if (subject.n == 0 || subject.n > SUBJECT_MAX || memchr(subject.p, '\0', subject.n))
        return oidc_refuse(info, "sub");
    return OK;
}

/* ---- who and how ---- */

static bool asked_second(const json_t *claims, str words)
{
    const json_t *amr = json_object_get(claims, "amr");
    const str acr = oidc_json_text(claims, "acr");
    str word;
    while (str_next(&words, ' ', &word))
        if (word.n > 0 && (str_eq(acr, word) || array_has(amr, word)))
            return true;
    return false;
}

static bool email_is_confirmed(const json_t *claims, bool trusts)
{
    const json_t *said = json_object_get(claims, "email_verified");
    return said ? json_is_true(said) : trusts;
}

static str name_of(const json_t *claims)
{
    const str name = oidc_json_text(claims, "name");
    return name.n > 0 ? name : oidc_json_text(claims, "preferred_username");
}

static err take(arena *a, const struct oidc_provider *p, const json_t *claims,
                struct oidc_claims *to, struct err_info *info)
{
    const bool has_email = email_is_confirmed(claims, p->trusts_email);
    to->subject = arena_str(a, oidc_json_text(claims, "sub"));
    to->email = arena_str(a, has_email ? oidc_json_text(claims, "email") : STR(""));
    to->name = arena_str(a, name_of(claims));
    to->has_second = asked_second(claims, p->second);
    return to->subject.p && to->email.p && to->name.p ? OK : err_nomem(info);
}

err oidc_token_read(oidc *o, arena *a, str token, str nonce, int64_t now_ms, struct oidc_claims *to,
                    struct err_info *info)
{
    const struct oidc_provider *p = oidc_provider_of(o);
    json_t *claims = NULL, *critical = NULL;
    jwt_t *jwt = NULL;
    err e = OK;

    if (r_jwt_init(&jwt) != RHN_OK)
        return err_nomem(info);
    if (token.n > TOKEN_MAX || r_jwt_token_typen(token.p, token.n) != R_JWT_TYPE_SIGN ||
        r_jwt_advanced_parsen(jwt, token.p, token.n, R_PARSE_NONE, R_FLAG_IGNORE_REMOTE) !=
            RHN_OK) {
        e = oidc_refuse(info, "form");
        goto done;
    }
    critical = r_jwt_get_header_json_t_value(jwt, "crit");
    e = critical ? oidc_refuse(info, "crit") : oidc_signature_check(o, jwt, info);
    if (e != OK)
        goto done;
    claims = r_jwt_get_full_claims_json_t(jwt);
    e = claims ? check(p, claims, nonce, now_ms, info) : oidc_refuse(info, "form");
    if (e == OK)
        e = take(a, p, claims, to, info);
done:
    json_decref(critical);
    json_decref(claims);
    r_jwt_free(jwt);
    return e;
}
