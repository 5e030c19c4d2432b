/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * world_test: a small site with people, spaces and publications of every kind, served on a
 * socket, for tests of pages and for looking at them.
 */
#ifndef ONTSCHOT_WEB_KNOWLEDGE_WORLD_TEST_H
#define ONTSCHOT_WEB_KNOWLEDGE_WORLD_TEST_H

#include "app/access/access.h"
#include "app/db/store_test.h"
#include "web/http/client_test.h"
#include "web/site/csrf.h"
#include "web/visit/visit.h"

enum who { VISITOR, OWNER, MEMBER, STRANGER, BLOCKED, GRANTEE, ADMIN, VIEWERS };
enum where { NOWHERE, WIJKTEAMS, SCHULDEN, KERN, HUISBEZOEK, NIEUWBOUW, SPACES };

/* Who sees it, as letters: v visitor, o owner, m member, s stranger, g grantee, a administrator. A
 * blocked account sees what a visitor sees. */
struct thing {
    const char *word; /* occurs nowhere else in the world */
    const char *seen_by;
};

enum { STORIES = 17 };
struct story_of_world {
    struct publication_id id;
    struct thing thing; /* the word is in its title */
    struct thing text;  /* in summary and body, and in a comment when it has one */
};

struct world {
    struct store_fixture *store;
    struct app_keys keys;
    struct web web;
    site *site;
    http_server *server;
    struct party_id party[VIEWERS];
    struct access_secret session[VIEWERS];
    struct space_id space[SPACES];
    struct story_of_world story[STORIES];
    struct comment_id comment[2];
    struct deed deed;
    struct err_info info;
};

extern const struct thing world_people[VIEWERS]; /* the word is the family name */
extern const struct thing world_spaces[SPACES];  /* the word is in the name */
extern const char *const world_slugs[SPACES];

/* cmocka's set-up and tear-down of a group: *state is a struct world. */
int world_set_up(void **state);
int world_tear_down(void **state);

bool world_sees(const struct thing *thing, enum who who);
struct deed world_deed(struct world *w, enum who who);

/* What `who` gets; the caller frees. A form gets the token that belongs to the session. */
out world_get(const struct world *w, enum who who, const char *path);
out world_post(const struct world *w, enum who who, const char *path, const char *fields);
/* As a form of a page: its token, as often as somebody presses. */
void world_token(const struct world *w, enum who who, char token[CSRF_TEXT]);
out world_send(const struct world *w, enum who who, const char *path, const char token[CSRF_TEXT],
               const char *fields);

#endif
