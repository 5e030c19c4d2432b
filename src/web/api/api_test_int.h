/* SPDX-License-Identifier: EUPL-1.2 */
/* api_test_int: a site with people who have tokens, spaces and stories, asked over a socket. */
#ifndef ONTSCHOT_WEB_API_TEST_INT_H
#define ONTSCHOT_WEB_API_TEST_INT_H

#include "app/db/store_test.h"
#include "web/api/api_int.h"
#include "web/http/client_test.h"

#include <jansson.h>

enum who { VISITOR, OWNER, MEMBER, STRANGER, BLOCKED, WHO };
/* SECRET: its stories may be for everybody, but it stands in no list; CLOSED: within it, for its
 * members. MEMBER is in OPEN and CLOSED. */
enum where { NOWHERE, OPEN, SECRET, CLOSED, PLACES };
enum when { LIVE, FUTURE, EXPIRED, TIMES };

enum { STORIES_MAX = 256, TOKEN_HEADER_MAX = 80 };

struct story {
    struct publication_id id;
    enum where where;
    enum level level;
    enum publication_state state;
    enum when when;
    char mark[16]; /* in its title, summary and body, and in nothing else */
};

struct place {
    struct store_fixture *store;
    struct web web;
    struct app_keys keys;
    site *site;
    char folder[64]; /* of uploaded files */
    http_server *server;
    struct party_id party[WHO];
    struct space_id space[PLACES];
    struct story story[STORIES_MAX];
    size_t n;
    struct comment_id comment;         /* on story 0 */
    char token[WHO][TOKEN_HEADER_MAX]; /* a whole header line; empty for the visitor */
    char read_only[TOKEN_HEADER_MAX], write_only[TOKEN_HEADER_MAX], expired[TOKEN_HEADER_MAX];
    struct err_info info;
};

int place_set_up(void **state);
int place_tear_down(void **state);

struct deed place_deed(struct place *p, enum who who);
const char *place_token(struct place *p, enum who who, unsigned scopes, int days, char *header);
/* A published story for everybody, by its owner. */
struct publication_id place_add_story(struct place *p, const char *title);

/* What the rule says, told again from the tables above. */
bool place_sees(const struct story *s, enum who who);
bool place_is_in_list(const struct story *s, enum who who);

/* ---- asking; the caller frees ---- */

out place_ask(const struct place *p, const char *method, const char *path, const char *headers,
              const char *body);
json_t *place_json(const out *answer);
/* The value of a header, up to its line's end, in `value`; empty when it is not there. */
void place_header(const out *answer, const char *name, char value[256]);
/* Status only. */
int place_status(const struct place *p, const char *method, const char *path, const char *headers,
                 const char *body);

/* It is problem+json with this status and code; NULL: no code. */
void place_require_problem(const out *answer, int status, const char *code);
void place_ask_problem(const struct place *p, const char *method, const char *path,
                       const char *headers, const char *body, int status, const char *code);

#endif
