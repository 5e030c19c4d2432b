/* SPDX-License-Identifier: EUPL-1.2 */
/* oidc_test_int: a provider whose words tests choose, and a browser that goes there and comes back.
 */
#ifndef ONTSCHOT_APP_OIDC_TEST_INT_H
#define ONTSCHOT_APP_OIDC_TEST_INT_H

#include "app/access/oidc_int.h"
#include "app/access/oidc_test_provider.h"
#include "app/db/store_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOUR INT64_C(3600000)

/* Made once, by make_keys: an RSA key takes a while. */
struct key_pair {
    jwk_t *private, *public;
};
extern struct key_pair rsa, small_rsa, ec, other;
extern const struct app app;

struct world {
    struct store_fixture *store;
    provider *provider;
    oidc *oidc;
    struct oidc_provider config;
    struct err_info info;
};

struct browser {
    struct access_secret cookie;
    char *state, *nonce, *challenge;
    str url;
};

int64_t test_now(void);
int make_keys(void **state);
int drop_keys(void **state);
void publish(struct world *w, jwk_t *a, jwk_t *b);
json_t *right_claims(const struct world *w, const char *nonce);
char *sign(json_t *claims, jwa_alg algorithm, jwk_t *key);
void say_token(struct world *w, const char *token);
struct deed visit(struct world *w);
struct browser go_there(struct world *w, const char *next);
err come_back(struct world *w, const struct browser *b, struct oidc_answer *answer);
/* Signs in with right claims, changed by `change` (stolen) when it is given. */
err sign_in(struct world *w, json_t *change, struct oidc_answer *answer);
int set_up(void **state);
int tear_down(void **state);
void configure(struct world *w);
bool info_says(const struct world *w, const char *key, const char *value);

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
