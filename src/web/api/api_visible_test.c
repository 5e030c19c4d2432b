/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every address of the API that reads, asked by every kind of viewer with the id of everything
 * there is: what is hidden occurs in no answer, neither its words nor its id, and an address of
 * something hidden answers what an address of nothing answers.
 */
#include "app/job/job.h"
#include "app/knowledge/queries.h"
#include "web/api/api_test_int.h"

enum { ABSENT = 987654321, IDS_MAX = STORIES_MAX + 16, PAGES_MAX = 100 };

/* ---- what one viewer gets to read ---- */

enum { TURNS = 2 }; /* what is tried for each parameter behind {id} */

static void fill_param(const struct place *p, str name, int64_t id, int turn, out *o)
{
    if (str_eq(name, STR("{id}")))
        out_int(o, id);
    else if (str_eq(name, STR("{person}")))
        out_int(o, p->party[turn ? MEMBER : OWNER].v);
    else if (str_eq(name, STR("{kind}")))
        out_cstr(o, turn ? "spaces" : "people");
    else if (str_eq(name, STR("{subject}")))
        out_int(o, turn ? p->space[OPEN].v : p->party[MEMBER].v);
    else if (str_eq(name, STR("{number}")))
        out_int(o, turn + 1);
    else if (str_eq(name, STR("{code}")))
        out_cstr(o, "api.match-needed");
    else if (str_eq(name, STR("{file}")))
        out_cstr(o, "results.json");
    else
        out_str(o, name);
}

/* False when the turn is the same as the first. */
static bool fill_path(const struct place *p, const struct route *route, int64_t id, int turn,
                      char *path, size_t n)
{
    str rest = str_of(route->path_nl + 1), segment;
    bool differs = turn == 0;
    out o;
    out_init(&o, n);
    while (str_next(&rest, '/', &segment)) {
        out_char(&o, '/');
        fill_param(p, segment, id, turn, &o);
        differs = differs || (segment.p[0] == '{' && !str_eq(segment, STR("{id}")) &&
                              !str_eq(segment, STR("{code}")) && !str_eq(segment, STR("{file}")));
    }
    out_char(&o, '\0');
    assert_int_equal(o.error, OK);
    memcpy(path, o.p, o.n);
    out_free(&o);
    return differs;
}

/* Appends what stands there and on all pages behind it. */
static void read_all(const struct place *p, enum who who, const char *path, out *all)
{
    char at[512];
    (void)snprintf(at, sizeof at, "%s", path);
    for (int i = 0; at[0]; i++) {
        out answer = place_ask(p, "GET", at, p->token[who], NULL);
        assert_true(i < PAGES_MAX);
        out_str(all, client_body(&answer));
        at[0] = '\0';
        if (client_status(&answer) == 200 && client_has(&answer, "\"next\":")) {
            json_t *root = place_json(&answer);
            const char *next = json_string_value(json_object_get(root, "next"));
            (void)snprintf(at, sizeof at, "%s", next ? next : "");
            json_decref(root);
        }
        out_free(&answer);
    }
}

static size_t all_ids(const struct place *p, int64_t *ids)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        ids[n++] = p->story[i].id.v;
    for (enum who who = OWNER; who < WHO; who++)
        ids[n++] = p->party[who].v;
    ids[n++] = p->space[OPEN].v;
    ids[n++] = p->space[SECRET].v;
    ids[n++] = p->space[CLOSED].v;
    ids[n++] = p->comment.v;
    return n;
}

static out everything_for(const struct place *p, enum who who)
{
    const site_router *routes = site_get_router(p->site);
    int64_t ids[IDS_MAX];
    const size_t n = all_ids(p, ids);
    char path[256];
    out all;
    out_init(&all, 64 << 20);
    for (size_t i = 0; i < site_router_count(routes); i++) {
        const struct route *route = site_router_route(routes, i);
        if (route->method != HTTP_GET || !str_starts(str_of(route->path_nl), STR(API_PATH)) ||
            strcmp(route->name, "api-document") == 0)
            continue;
        const bool has_id = strstr(route->path_nl, "{id}") != NULL;
        for (size_t k = 0; k < (has_id ? n : 1); k++)
            for (int turn = 0; turn < TURNS; turn++)
                if (fill_path(p, route, ids[k], turn, path, sizeof path))
                    read_all(p, who, path, &all);
    }
    for (size_t k = 0; k < n; k++) { /* filters, too */
        static const char *const filters[] = {"publications?ownerId", "publications?spaceId",
                                              "spaces?parentId", "exports/publications?spaceId"};
        for (size_t f = 0; f < sizeof filters / sizeof *filters; f++) {
            (void)snprintf(path, sizeof path, API_PATH "/%s=%lld", filters[f], (long long)ids[k]);
            if (k >= p->n)
                read_all(p, who, path, &all);
        }
    }
    out_char(&all, '\0');
    assert_int_equal(all.error, OK);
    return all;
}

static bool says(const out *all, const char *text)
{
    return strstr(all->p, text) != NULL;
}

static bool says_id(const out *all, int64_t id)
{
    char text[32];
    (void)snprintf(text, sizeof text, "\"%lld\"", (long long)id);
    return says(all, text);
}

static void nothing_hidden_occurs_and_nothing_visible_is_missing(void **state)
{
    const struct place *p = *state;
    for (enum who who = VISITOR; who < WHO; who++) {
        out all = everything_for(p, who);
        for (size_t i = 0; i < p->n; i++) {
            const struct story *s = &p->story[i];
            /* a blocked person's token is refused: not even what everybody sees */
            const bool sees = who != BLOCKED && place_sees(s, who);
            const bool bin = who == OWNER && s->state == PUBLICATION_REMOVED; /* own list */
            if (!bin && says(&all, s->mark) != sees)
                fail_msg("viewer %d, %s: place %d level %d state %d when %d", (int)who, s->mark,
                         (int)s->where, (int)s->level, (int)s->state, (int)s->when);
            if (!bin && !sees && says_id(&all, s->id.v))
                fail_msg("viewer %d reads the id of %s", (int)who, s->mark);
        }
        const bool in_closed = who == OWNER || who == MEMBER;
        assert_int_equal(says_id(&all, p->space[CLOSED].v), in_closed);
        assert_int_equal(says(&all, "closed-space"), in_closed);
        assert_int_equal(says_id(&all, p->space[SECRET].v), who == OWNER);
        assert_int_equal(says(&all, "secret-space"), who == OWNER);
        assert_int_equal(says(&all, "Stan Stranger"), who != VISITOR && who != BLOCKED);
        assert_false(says(&all, "Bram Blocked"));
        assert_false(says(&all, "voorbeeldstad.nl\"")); /* nobody's address */
        out_free(&all);
    }
}

/* ---- hidden and absent ---- */

/* Without the moment at which it was sent. */
static void cut_date(out *answer)
{
    char *at = strstr(answer->p, "\r\nDate: ");
    char *end = at ? strstr(at + 2, "\r\n") : NULL;
    assert_non_null(end);
    memmove(at, end, strlen(end) + 1);
}

static void require_same(const struct place *p, enum who who, const char *method, const char *what,
                         const char *behind, const char *body, int64_t hidden)
{
    char headers[256], there[256], nowhere[256];
    (void)snprintf(headers, sizeof headers, "%s%s", p->token[who],
                   strcmp(method, "GET") == 0 ? "" : "If-Match: \"1-0\"\r\n");
    (void)snprintf(there, sizeof there, API_PATH "/%s/%lld%s", what, (long long)hidden, behind);
    (void)snprintf(nowhere, sizeof nowhere, API_PATH "/%s/%d%s", what, ABSENT, behind);
    out a = place_ask(p, method, there, headers, body);
    out b = place_ask(p, method, nowhere, headers, body);
    cut_date(&a);
    cut_date(&b);
    if (strcmp(a.p, b.p) != 0)
        fail_msg("%s %s for viewer %d:\n%s\n\n%s", method, there, (int)who, a.p, b.p);
    assert_int_equal(client_status(&a), 404);
    out_free(&a);
    out_free(&b);
}

/* What hangs on a story, by addresses that say two things. */
static void require_same_behind(const struct place *p, enum who who, int64_t hidden)
{
    char grant[80];
    (void)snprintf(grant, sizeof grant, "/grants/people/%lld", (long long)p->party[OWNER].v);
    require_same(p, who, "GET", "publications", "/revisions", NULL, hidden);
    require_same(p, who, "GET", "publications", "/revisions/1", NULL, hidden);
    require_same(p, who, "GET", "publications", "/grants", NULL, hidden);
    require_same(p, who, "GET", "publications", grant, NULL, hidden);
    require_same(p, who, "PUT", "publications", grant, "{\"access\":\"read\"}", hidden);
    require_same(p, who, "DELETE", "publications", grant, NULL, hidden);
}

static void require_same_space(const struct place *p, enum who who, int64_t hidden)
{
    char one[80];
    (void)snprintf(one, sizeof one, "/members/%lld", (long long)p->party[who].v);
    require_same(p, who, "GET", "spaces", "/members", NULL, hidden);
    require_same(p, who, "GET", "spaces", one, NULL, hidden);
    require_same(p, who, "PUT", "spaces", one, "{\"state\":\"active\"}", hidden);
    require_same(p, who, "DELETE", "spaces", one, NULL, hidden);
}

static void hidden_and_absent_are_the_same_bytes(void **state)
{
    const struct place *p = *state;
    for (enum who who = VISITOR; who < BLOCKED; who++) {
        for (size_t i = 0; i < p->n; i++) {
            const int64_t id = p->story[i].id.v;
            if (place_sees(&p->story[i], who))
                continue;
            require_same(p, who, "GET", "publications", "", NULL, id);
            require_same(p, who, "GET", "publications", "/comments", NULL, id);
            if (who != VISITOR)
                require_same_behind(p, who, id);
            if (who == VISITOR || who == OWNER) /* who may put back what was removed */
                continue;
            require_same(p, who, "PATCH", "publications", "", "{\"title\":\"t\"}", id);
            require_same(p, who, "PUT", "publications", "/state", "{\"state\":\"draft\"}", id);
            require_same(p, who, "POST", "publications", "/comments", "{\"body\":\"b\"}", id);
            require_same(p, who, "POST", "publications", "/revisions", "{\"number\":1}", id);
        }
    }
    require_same(p, STRANGER, "GET", "spaces", "", NULL, p->space[CLOSED].v);
    require_same(p, STRANGER, "PATCH", "spaces", "", "{\"isListed\":true}", p->space[CLOSED].v);
    require_same(p, STRANGER, "GET", "people", "", NULL, p->party[BLOCKED].v);
    require_same_space(p, STRANGER, p->space[CLOSED].v);
    require_same_space(p, MEMBER, p->space[SECRET].v);
}

/* Somebody's comment under what one may not see, somebody's job and token, somebody's membership.
 */
static void what_is_anothers_looks_like_nothing(void **state)
{
    struct place *p = *state;
    struct deed owner = place_deed(p, OWNER);
    struct comment_id comment;
    struct publication_id id = place_add_story(p, "To be hidden");
    struct job_id job;
    struct token *token;
    size_t n;
    assert_int_equal(comment_add(&owner, p->store->d, id, (struct comment_id){0}, STR("Hushed"),
                                 &comment, &p->info),
                     OK);
    assert_int_equal(publication_set_state(&owner, p->store->d, id, 2, PUBLICATION_DRAFT, &p->info),
                     OK);
    assert_int_equal(token_list(&owner, p->store->d, &token, &n, &p->info), OK);
    owner.viewer.roles = ACCESS_ANALYST;
    assert_int_equal(
        job_put(&owner, p->store->d, "study.run", STR("S"), STR("{}"), NULL, 0, &job, &p->info),
        OK);

    for (enum who who = MEMBER; who < BLOCKED; who++) {
        require_same(p, who, "GET", "comments", "", NULL, comment.v);
        require_same(p, who, "PATCH", "comments", "", "{\"body\":\"b\"}", comment.v);
        require_same(p, who, "DELETE", "comments", "", NULL, comment.v);
        require_same(p, who, "GET", "jobs", "", NULL, job.v);
        require_same(p, who, "GET", "jobs", "/results", NULL, job.v);
        require_same(p, who, "GET", "jobs", "/results/results.json", NULL, job.v);
        require_same(p, who, "PUT", "jobs", "/state", "{\"state\":\"cancelled\"}", job.v);
        require_same(p, who, "DELETE", "jobs", "", NULL, job.v);
        require_same(p, who, "DELETE", "me/tokens", "", NULL, token[0].id.v);
    }
    require_same(p, VISITOR, "GET", "comments", "", NULL, comment.v);
    require_same(p, OWNER, "GET", "spaces/1/members", "", NULL, p->party[MEMBER].v);
}

/* ---- lists and exports give exactly what is live and visible ---- */

static void a_list_an_export_and_the_rule_name_the_same_stories(void **state)
{
    const struct place *p = *state;
    for (enum who who = VISITOR; who < BLOCKED; who++) {
        out list, lines;
        out_init(&list, 16 << 20);
        out_init(&lines, 16 << 20);
        read_all(p, who, API_PATH "/publications?limit=7", &list);
        read_all(p, who, API_PATH "/exports/publications", &lines);
        out_char(&list, '\0');
        out_char(&lines, '\0');
        for (size_t i = 0; i < p->n; i++) {
            const bool sees = place_is_in_list(&p->story[i], who);
            if (says(&list, p->story[i].mark) != sees ||
                says(&lines, p->story[i].mark) != (sees && who != VISITOR))
                fail_msg("viewer %d, story %zu", (int)who, i);
        }
        out_free(&list);
        out_free(&lines);
    }
}

/* ---- more than an export holds ---- */

static err put_many(db_tx *tx, void *arg, struct err_info *info)
{
    const struct place *p = arg;
    err e = OK;
    for (int i = 0; e == OK && i <= API_EXPORT_MAX; i++) {
        const struct publication_id id = {db_new_id(db_tx_db(tx))};
        int64_t changed;
        e = publication_add(tx,
                            (struct publication_add_in){.id = id,
                                                        .space = p->space[OPEN],
                                                        .owner = p->party[MEMBER],
                                                        .level = LEVEL_PUBLIC,
                                                        .publish_at = store_test_now_ms,
                                                        .delete_at = INT64_MAX,
                                                        .title = STR("many"),
                                                        .summary = STR(""),
                                                        .now = store_test_now_ms},
                            info);
        if (e == OK)
            e = revision_add(tx,
                             (struct revision_add_in){.id = id,
                                                      .number = 1,
                                                      .title = STR("many"),
                                                      .summary = STR(""),
                                                      .body = STR("b"),
                                                      .author = p->party[MEMBER],
                                                      .now = store_test_now_ms},
                             info);
        if (e == OK)
            e = publication_update_state(
                tx,
                (struct publication_update_state_in){.id = id,
                                                     .version = 1,
                                                     .state = PUBLICATION_PUBLISHED,
                                                     .publish_at = store_test_now_ms,
                                                     .removed_at = INT64_MAX,
                                                     .now = store_test_now_ms},
                &changed, info);
    }
    if (e == OK)
        e = publications_set_eff(tx,
                                 (struct publications_set_eff_in){.of = PUBLICATIONS_SET_EFF_SPACE,
                                                                  .ceiling = LEVEL_PUBLIC,
                                                                  .space = p->space[OPEN]},
                                 info);
    if (e == OK)
        e = publications_set_key(tx,
                                 (struct publications_set_key_in){.of = PUBLICATIONS_SET_KEY_SPACE,
                                                                  .space = p->space[OPEN]},
                                 info);
    return e;
}

static void an_export_of_too_many_is_refused_whole(void **state)
{
    struct place *p = *state;
    char path[256];
    assert_int_equal(db_tx_do(p->store->d, put_many, p, &p->info), OK);

    out refused = place_ask(p, "GET", API_PATH "/exports/publications", p->token[STRANGER], NULL);
    (void)snprintf(path, sizeof path, API_PATH "/exports/publications?ownerId=%lld",
                   (long long)p->party[OWNER].v);
    out whole = place_ask(p, "GET", path, p->token[STRANGER], NULL);

    assert_int_equal(client_status(&refused), 400);
    assert_true(client_has(&refused, "api.export-large"));
    assert_false(client_has(&refused, "\"many\""));
    assert_int_equal(client_status(&whole), 200);
    assert_true(client_has(&whole, "application/x-ndjson"));
    out_free(&refused);
    out_free(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_hidden_occurs_and_nothing_visible_is_missing),
        cmocka_unit_test(hidden_and_absent_are_the_same_bytes),
        cmocka_unit_test(what_is_anothers_looks_like_nothing),
        cmocka_unit_test(a_list_an_export_and_the_rule_name_the_same_stories),
        cmocka_unit_test(an_export_of_too_many_is_refused_whole),
    };
    return cmocka_run_group_tests(tests, place_set_up, place_tear_down);
}
