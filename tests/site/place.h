/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * place: the whole site in this process, on the store that ONTSCHOT_TEST_STORE names, with a few
 * people who are signed in, for tests that try to break it.
 */
#ifndef ONTSCHOT_TESTS_SITE_PLACE_H
#define ONTSCHOT_TESTS_SITE_PLACE_H

#include "app/start/start.h"
#include "web/http/client_test.h"
#include "web/site/csrf.h"
#include "web/visit/visit.h"

enum who { VISITOR, WRITER, ADMIN, PEOPLE };

#define PLACE_PASSWORD "vier fietsers in de regen"
#define PLACE_SLUG     "wijkteam"

struct place {
    char url[512], data[64];
    arena *memory;
    struct started started;
    struct web web;
    site *site;
    http_server *server;
    struct party_id party[PEOPLE];
    struct access_secret session[PEOPLE]; /* of the visitor: the cookie of forms */
    struct space_id space;
    struct publication_id publication;
    struct comment_id comment;
    struct err_info info;
};

/* cmocka's set-up and tear-down of a group: *state is a struct place. */
int place_set_up(void **state);
int place_tear_down(void **state);

struct deed place_deed(struct place *p, enum who who);

/* "Cookie: ...\r\n" of somebody. */
void place_cookie(const struct place *p, enum who who, char header[128]);
/* A token that a form of this person would carry now. */
void place_token(const struct place *p, enum who who, char token[CSRF_TEXT]);

/* A path of a route with its parameters filled in with what is there; in p->memory. */
str place_path(struct place *p, const struct route *route, enum lang lang);

/* What the store holds, all of it, as one number; the same exactly when nothing changed. */
uint64_t place_print(const struct place *p);

#endif
