/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * oidc_test_provider: an identity provider on the loopback that says what a test wants.
 *
 * Does: answer for its document, its keys and one token; remember what it was asked.
 * Does not: know anybody, or check what it is asked.
 */
#ifndef ONTSCHOT_APP_ACCESS_OIDC_TEST_PROVIDER_H
#define ONTSCHOT_APP_ACCESS_OIDC_TEST_PROVIDER_H

#include "base/str.h"

typedef struct provider provider;

provider *provider_start(void);
void provider_stop(provider *p);
const char *provider_issuer(const provider *p); /* "http://127.0.0.1:PORT" */

/*
 * What the path is answered with, until it is set again: "/document", "/keys", "/token". Without
 * it /document is a right one. `status` 302 leads to /elsewhere.
 */
void provider_answer(provider *p, const char *path, int status, const char *body);
/* 1 MB of spaces before each answer. */
void provider_pad(provider *p, bool on);

int provider_asked(provider *p, const char *path); /* how often */
/* Head and body of the last request for /token, borrowed until the next. */
const char *provider_token_request(provider *p);

#endif
