/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * place_test: the whole site on an empty store, and browsers that keep cookies and send the token
 * of the page they last saw, for tests of the pages of accounts and administration.
 */
#ifndef ONTSCHOT_WEB_ACCOUNTS_PLACE_TEST_H
#define ONTSCHOT_WEB_ACCOUNTS_PLACE_TEST_H

#include "app/access/access_int.h"
#include "app/db/store_test.h"
#include "web/http/client_test.h"
#include "web/visit/visit.h"

#define PLACE_PASSWORD "vier fietsers in de regen"

struct place {
    struct store_fixture *store;
    struct app_keys keys;
    struct web web;
    site *site;
    http_server *server;
    struct err_info info;
};

/* cmocka's: *state is a struct place. */
int place_set_up(void **state);
int place_tear_down(void **state);

struct deed place_deed(struct place *p);

/* An active account; without a password. */
struct party_id place_person(struct place *p, const char *name, const char *email, unsigned roles);
void place_give_password(struct place *p, struct party_id id);
/* A link as a mail would carry it. */
struct access_secret place_link(struct place *p, enum link_kind kind, const char *email);

struct browser {
    struct place *p;
    char session[64], form[64]; /* cookies; empty: none */
    char csrf[80];              /* of the last page that had one */
};

/* A browser that is signed in, by a session put into the store. */
struct browser place_browser(struct place *p, struct party_id id, bool has_second);

/* The caller frees. `fields` follow the token; "csrf=" in them replaces it. */
out browser_get(struct browser *b, const char *path);
out browser_post(struct browser *b, const char *path, const char *fields);
out browser_post_from(struct browser *b, const char *path, const char *fields, const char *headers);

/* The status alone. */
int browser_get_status(struct browser *b, const char *path);
int browser_post_status(struct browser *b, const char *path, const char *fields);

/* What stands between two texts in an answer, in `text`; false when they are not there. */
bool answer_between(const out *answer, const char *before, const char *after, char *text,
                    size_t size);
bool answer_leads_to(const out *answer, const char *path);

#endif
