/* SPDX-License-Identifier: EUPL-1.2 */
/* oidc_int: what the files of oidc share. */
#ifndef ONTSCHOT_APP_ACCESS_OIDC_INT_H
#define ONTSCHOT_APP_ACCESS_OIDC_INT_H

#include "app/access/access_int.h"
#include "app/access/oidc.h"

#include <jansson.h>
#include <rhonabwy.h>

/* ---- asking the provider ---- */

struct oidc_request {
    str url;
    str form;           /* p == NULL: GET; else POST */
    str user, password; /* p == NULL: none */
    str ca_file;
};
/* The answer as JSON, to be json_decref'ed. E_BUSY "oidc.away"; E_DENIED for a form that is
 * refused. */
WARN_UNUSED err oidc_fetch(const struct oidc_request *r, json_t **answer, struct err_info *info);
/* Percent-encoded, as in a form or query. */
void oidc_put_encoded(out *o, str s);
/* Whether we send anything there: https, or http to this machine itself. */
bool oidc_url_is_safe(str url);
/* The value of a JSON text, borrowed; empty when there is none. */
str oidc_json_text(const json_t *object, const char *key);

/* ---- what the provider says of itself ---- */

struct oidc_endpoints {
    str authorization, token;
    bool takes_basic; /* client_secret_basic rather than client_secret_post */
};
WARN_UNUSED err oidc_endpoints(oidc *o, arena *a, struct oidc_endpoints *e, struct err_info *info);
const struct oidc_provider *oidc_provider_of(const oidc *o);

/*
 * Whether the provider signed this token, with an algorithm we take: RS256, PS256 or ES256 by a
 * key of that kind. E_DENIED "oidc.token-refused".
 */
WARN_UNUSED err oidc_signature_check(oidc *o, jwt_t *token, struct err_info *info);

/* ---- what a token says ---- */

struct oidc_claims {
    str subject, email, name; /* email: a confirmed one, else empty */
    bool has_second;
};
/* Believes nothing before it is checked. Texts live in `a`. */
WARN_UNUSED err oidc_token_read(oidc *o, arena *a, str token, str nonce, int64_t now_ms,
                                struct oidc_claims *claims, struct err_info *info);
err oidc_refuse(struct err_info *info, const char *what);

/* ---- who that is here ---- */

struct oidc_arrival {
    const struct deed *deed;
    const struct oidc_provider *provider;
    struct oidc_claims claims;
    struct party_id party;
    enum account_state state;
};
/* Sets party and state; an `arg` for db_tx_do. */
WARN_UNUSED err oidc_arrive(db_tx *tx, void *arg, struct err_info *info);

#endif
