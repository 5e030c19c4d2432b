/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * csrf: a form that is posted here was on a page of ours, shown to this session.
 *
 * Does: make the token that every form carries in its field `csrf`, check it, and check
 *       what the browser says of where a request comes from.
 * Does not: know sessions. It is given the session's identifier and a key of the installation.
 *
 * The token is a keyed hash of the session, hidden under fresh random bytes for each page:
 * pages are compressed, and what is the same in every answer could be guessed from their
 * length (BREACH, Gluck, Harris and Prado 2013).
 */
#ifndef ONTSCHOT_WEB_CSRF_H
#define ONTSCHOT_WEB_CSRF_H

#include "web/http/http.h"

enum { CSRF_KEY_BYTES = 32, CSRF_TEXT = 64 }; /* hexadecimal digits */

/* Exactly CSRF_TEXT digits, without a terminator. `random_bytes` is fit for secrets. */
void csrf_print(const unsigned char key[CSRF_KEY_BYTES], str session,
                void (*random_bytes)(void *to, size_t n), char text[CSRF_TEXT]);

/* In the same time whatever differs. */
bool csrf_is_token(const unsigned char key[CSRF_KEY_BYTES], str session, str token);

/*
 * Whether Origin, or else Sec-Fetch-Site, names this site. `base_url` is "https://host" without
 * a slash behind it, or empty: then the Host of the request counts, over http or https. A
 * browser too old to send either passes: the token is then all there is.
 */
bool csrf_is_same_site(str origin, str fetch_site, str host, str base_url);

#endif
