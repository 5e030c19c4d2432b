/* SPDX-License-Identifier: EUPL-1.2 */
/* mail_test_int: the outbox beside a mail server of our own, by real sends over the loopback. */
#ifndef ONTSCHOT_APP_MAIL_TEST_INT_H
#define ONTSCHOT_APP_MAIL_TEST_INT_H

#include "app/db/store_test.h"
#include "app/mail/mail_int.h"
#include "app/mail/mail_test_sink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { JAN = 501, PIET = 502 };
extern const struct publication_id piece;
extern const struct app app;
extern const struct mail password_letter;

struct post {
    struct store_fixture *store;
    sink *sink;
    char url[64];
    struct mail_server server;
};

int set_up(void **state);
int tear_down(void **state);
struct deed deed_of(const struct post *p);
err put(const struct post *p, const struct mail *m, err then, struct err_info *info);
void put_well(const struct post *p, const struct mail *m);
bool everybody_may(const struct app *a, db *d, struct party_id reader,
                   struct publication_id publication);
bool only_piet_may(const struct app *a, db *d, struct party_id reader,
                   struct publication_id publication);
err send_with(const struct post *p, const struct mail_server *server, int64_t *n_sent);
int64_t send_well(const struct post *p);
struct mail_status status_of(const struct post *p);
bool holds(str text, const char *part);

#define WITH_POST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
