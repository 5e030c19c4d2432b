/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * oidc: sign in with an account that another organisation keeps (OpenID Connect Core 1.0, code
 * flow with PKCE, RFC 7636).
 *
 * Does: send the browser to the provider and take it back once; fetch the provider's document and
 *       keys; believe an id_token only after its signature and every claim that matters; know who
 *       the person behind (issuer, subject) is here, or ask an administrator.
 * Does not: open a session (whoever calls oidc_finish does), keep access tokens, or sign out
 *           elsewhere.
 *
 * Outside calls take at most OIDC_FETCH_MS each, follow no redirect, and use https, except to this
 * machine itself. Nothing secret of a pending sign-in is in the database: state, nonce and
 * verifier are derived from a secret that only the browser has.
 */
#ifndef ONTSCHOT_APP_ACCESS_OIDC_H
#define ONTSCHOT_APP_ACCESS_OIDC_H

#include "app/access/access.h"

enum {
    OIDC_FLOW_MS = 10 * 60 * 1000, /* to sign in at the provider */
    OIDC_FETCH_MS = 5000,
    OIDC_AWAY_MS = 10 * 1000,       /* who did not answer is not asked again for so long */
    OIDC_BODY_MAX = 256 << 10,      /* bytes of an answer of the provider */
    OIDC_FRESH_MS = 60 * 60 * 1000, /* document and keys are fetched again after it */
    OIDC_KEYS_AGAIN_MS = 60 * 1000, /* an unknown key has them fetched at most so often */
    OIDC_SKEW_MS = 60 * 1000,       /* by which clocks may differ */
    OIDC_TOKEN_AGE_MS = 10 * 60 * 1000,
    OIDC_NEXT_MAX = 500,
};

/* What the operator agreed with the provider. */
struct oidc_provider {
    str issuer; /* "https://login.voorbeeldstad.nl", letter by letter as the provider writes it */
    str client_id, client_secret; /* secret: empty for a public client */
    str redirect_url;             /* of our page that takes the browser back */
    str second;        /* words of amr or acr that mean a second factor, with spaces: "mfa otp" */
    str ca_file;       /* empty: the system's */
    bool links_known;  /* a confirmed address may sign in to the account that has it here */
    bool trusts_email; /* addresses count as confirmed when the provider does not say */
};

typedef struct oidc oidc; /* safe to share between threads */

/* Copies `p`. Asks nothing of the provider yet. E_INPUT "oidc.url-wrong". */
WARN_UNUSED err oidc_new(const struct oidc_provider *p, int64_t (*now_ms)(void), oidc **o,
                         struct err_info *info);
void oidc_free(oidc *o); /* NULL is fine */

/*
 * Where to send the browser, and the secret to give it along in a cookie (HttpOnly, SameSite=Lax,
 * for OIDC_FLOW_MS). `next` is where the person was going: a path of this site, else "/".
 * E_BUSY "oidc.away", E_IO "oidc.answer-wrong".
 */
WARN_UNUSED err oidc_begin(const struct deed *deed, db *d, oidc *o, str next, str *url,
                           struct access_secret *cookie, struct err_info *info);

enum oidc_result {
    OIDC_KNOWN, /* an active account: open a session */
    OIDC_WAITS, /* an administrator decides first */
};
struct oidc_answer {
    enum oidc_result result;
    struct party_id party;
    bool has_second; /* the provider says that it asked one, in a word that the operator accepts */
    str next;
};

/*
 * With what the provider sent along with the browser, and the browser's cookie. Works once.
 *
 * Somebody new gets an account that waits for approval. Somebody whose confirmed address is known
 * here gets that account if `links_known`; who was invited need not wait; what somebody else may
 * have set up for an address that was never confirmed (password, sessions) is dropped first.
 *
 * E_NOT_FOUND "oidc.flow-unknown" another browser, too late, or used; E_DENIED
 * "oidc.code-refused" by the provider, "oidc.token-refused" (value: what is wrong with it),
 * "oidc.no-address" no confirmed one, "oidc.blocked" the account is; E_CONFLICT
 * "oidc.address-known" while `links_known` is off.
 */
WARN_UNUSED err oidc_finish(const struct deed *deed, db *d, oidc *o, str code, str state,
                            struct access_secret cookie, struct oidc_answer *answer,
                            struct err_info *info);

#endif
