/* SPDX-License-Identifier: EUPL-1.2 */
/* access_test_int: a store with people in it, a clock that tests move, and a box that catches mail.
 */
#ifndef ONTSCHOT_APP_ACCESS_TEST_INT_H
#define ONTSCHOT_APP_ACCESS_TEST_INT_H

#include "app/access/access_int.h"
#include "app/db/store_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PASSWORD "vier fietsers in de regen"

struct access_fixture {
    struct store_fixture *store;
    db *d;
    arena *a;
    struct app_keys keys;
    struct app app;
    int64_t now;
    struct err_info info;
};

int access_set_up(void **state);
int access_tear_down(void **state);

struct deed deed_of(struct access_fixture *f, struct viewer viewer);
struct deed visitor(struct access_fixture *f);
const char *text_of(struct access_fixture *f, str s); /* zero-terminated */

/* An active account with PASSWORD. */
struct party_id make_person(struct access_fixture *f, const char *name, const char *email,
                            unsigned roles);
err try_sign_in(struct access_fixture *f, const char *email, const char *password,
                const char *place);
struct access_secret sign_in(struct access_fixture *f, const char *email, const char *password);
/* Of an account that has one: password, then a code of `second`. */
struct access_secret sign_in_twice(struct access_fixture *f, const char *email,
                                   const unsigned char second[ACCESS_SECOND_BYTES]);
/* Sets up an authenticator in a session, which goes on under another secret. */
struct access_secret set_up_second(struct access_fixture *f, struct access_secret session,
                                   unsigned char second[ACCESS_SECOND_BYTES],
                                   str codes[ACCESS_RECOVERY_CODES]);
/* An administrator whose roles count, and how to be one. */
struct deed make_admin(struct access_fixture *f);
/* The secret in the letter that was written last. */
struct access_secret mailed_link(void);
int64_t count_letters(struct access_fixture *f, const char *subject);
int64_t count_log(struct access_fixture *f, const char *verb);

struct viewer viewer_of(struct access_fixture *f, struct access_secret session);

#endif
