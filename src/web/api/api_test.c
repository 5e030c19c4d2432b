/* SPDX-License-Identifier: EUPL-1.2 */
/* The API as a program meets it: tokens, versions, pages, errors, and bodies meant to harm. */
#include "web/api/api_test_int.h"

#define STORIES API_PATH "/publications"

static void path_of(char *to, size_t n, const char *head, int64_t id, const char *tail)
{
    (void)snprintf(to, n, API_PATH "/%s/%lld%s", head, (long long)id, tail);
}

static const char *with(char *to, size_t n, const char *a, const char *b)
{
    (void)snprintf(to, n, "%s%s", a, b);
    return to;
}

/* ---- tokens ---- */

static void each_route(const struct place *p,
                       void (*check)(const struct place *p, const struct route *route,
                                     const char *path))
{
    const site_router *routes = site_get_router(p->site);
    for (size_t i = 0; i < site_router_count(routes); i++) {
        const struct route *route = site_router_route(routes, i);
        char path[128];
        const char *hole = strstr(route->path_nl, "{id}");
        if (!str_starts(str_of(route->path_nl), STR(API_PATH)))
            continue;
        (void)snprintf(path, sizeof path, "%.*s%s%s",
                       (int)(hole ? hole - route->path_nl : (long)strlen(route->path_nl)),
                       route->path_nl, hole ? "1" : "", hole ? hole + 4 : "");
        check(p, route, path);
    }
}

static void check_scopes(const struct place *p, const struct route *route, const char *path)
{
    const char *method = http_method_name(route->method);
    const char *body = route->method == HTTP_DELETE ? NULL : "{}";
    if (route->rule == &rule_api_write) {
        place_ask_problem(p, method, path, "", body, 401, "api.token-needed");
        place_ask_problem(p, method, path, p->read_only, body, 403, "api.scope-write");
    }
    if (route->rule == &rule_api_person)
        place_ask_problem(p, method, path, "", NULL, 401, "api.token-needed");
    if (route->rule == &rule_api_person || route->rule == &rule_api_read)
        place_ask_problem(p, method, path, p->write_only, NULL, 403, "api.scope-read");
    out answer = place_ask(p, method, path, p->read_only, body);
    assert_int_equal(client_has(&answer, "\"api.scope"), route->rule == &rule_api_write);
    out_free(&answer);
}

static void a_token_does_what_its_scopes_say(void **state)
{
    each_route(*state, check_scopes);
}

static void check_refused(const struct place *p, const struct route *route, const char *path)
{
    static const char *const broken[] = {
        "Authorization: Bearer\r\n", "Authorization: Bearer x\r\n", "Authorization: Basic YTpi\r\n",
        "Authorization: Bearer aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"};
    const char *method = http_method_name(route->method);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        place_ask_problem(p, method, path, broken[i], NULL, 401, "visit.no-token");
    place_ask_problem(p, method, path, p->token[BLOCKED], NULL, 401, "visit.no-token");
    place_ask_problem(p, method, path, p->expired, NULL, 401, "visit.no-token");
}

static void an_unknown_expired_or_blocked_token_opens_nothing(void **state)
{
    const int64_t then = store_test_now_ms;
    store_test_now_ms = then + INT64_C(2) * 24 * 60 * 60 * 1000;
    each_route(*state, check_refused);
    store_test_now_ms = then;
}

static void a_token_tells_who_asks_and_never_a_strong_role(void **state)
{
    const struct place *p = *state;
    out answer = place_ask(p, "GET", API_PATH "/me", p->read_only, NULL);

    json_t *me = place_json(&answer);

    assert_string_equal(json_string_value(json_object_get(json_object_get(me, "person"), "name")),
                        "Mara Member");
    assert_int_equal(json_array_size(json_object_get(me, "scopes")), 1);
    assert_string_equal(json_string_value(json_array_get(json_object_get(me, "scopes"), 0)),
                        "read");
    assert_int_equal(json_array_size(json_object_get(me, "roles")), 0);
    json_decref(me);
    out_free(&answer);
}

static void a_cookie_is_no_token(void **state)
{
    const struct place *p = *state;
    place_ask_problem(p, "GET", API_PATH "/me", "Cookie: session=aaaa\r\n", NULL, 401, NULL);
}

/* ---- the rules for every answer ---- */

static void every_answer_names_the_version_and_allows_no_other_site(void **state)
{
    const struct place *p = *state;
    static const struct {
        const char *method, *path;
        int status;
    } asked[] = {
        {"GET", STORIES, 200},
        {"HEAD", STORIES, 200},
        {"OPTIONS", STORIES, 204},
        {"DELETE", STORIES, 405},
        {"GET", STORIES "/", 404},
        {"GET", STORIES "/1", 404},
        {"GET", STORIES "/01", 404},
        {"GET", API_PATH "/nothing", 404},
        {"GET", STORIES "?limit=0", 400},
        {"POST", STORIES, 401},
        {"GET", API_PATH "/health", 200},
    };
    char value[256];
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        out answer =
            place_ask(p, asked[i].method, asked[i].path, "Origin: https://elders.nl\r\n", NULL);
        if (client_status(&answer) != asked[i].status)
            fail_msg("%s %s:\n%s", asked[i].method, asked[i].path, answer.p);
        place_header(&answer, "API-Version", value);
        assert_string_equal(value, API_VERSION);
        assert_false(client_has(&answer, "Access-Control-"));
        if (asked[i].status >= 400)
            assert_true(client_has(&answer, "Content-Type: application/problem+json"));
        out_free(&answer);
    }
}

static void an_error_speaks_the_language_that_was_asked(void **state)
{
    const struct place *p = *state;
    out nl = place_ask(p, "GET", API_PATH "/me", "Accept-Language: nl\r\n", NULL);
    out en = place_ask(p, "GET", API_PATH "/me", "Accept-Language: en\r\n", NULL);

    assert_true(client_has(&nl, "Hiervoor is een token nodig"));
    assert_true(client_has(&en, "This needs a token"));
    out_free(&nl);
    out_free(&en);
}

static void all_mistakes_in_a_query_and_a_body_are_told_with_their_place(void **state)
{
    const struct place *p = *state;
    out query = place_ask(p, "GET", STORIES "?limit=101&spaceId=x&curser=1&limit=2", "", NULL);
    out body =
        place_ask(p, "POST", STORIES, p->token[MEMBER],
                  "{\"titel\":\"x\",\"level\":\"all\",\"publishAt\":\"soon\",\"spaceId\":7}");

    place_require_problem(&query, 400, "api.no-number");
    assert_true(client_has(&query, "Do you mean cursor?"));
    json_t *problem = place_json(&query);
    assert_int_equal(json_array_size(json_object_get(problem, "errors")), 4);
    json_decref(problem);
    place_require_problem(&body, 400, "api.unknown-field-near");
    static const char *const places[] = {"#/titel",   "#/level", "#/publishAt",
                                         "#/spaceId", "#/title", "#/language"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (!client_has(&body, places[i]))
            fail_msg("%s is not told in %s", places[i], body.p);
    out_free(&query);
    out_free(&body);
}

/* ---- making, changing, versions ---- */

static void make_story(const struct place *p, char path[256], char tag[256])
{
    out made = place_ask(p, "POST", STORIES, p->token[OWNER],
                         "{\"title\":\"A new one\",\"language\":\"en\",\"body\":\"*one*\","
                         "\"level\":\"public\",\"commentPolicy\":\"signed-in\"}");
    if (client_status(&made) != 201)
        fail_msg("%s", made.p);
    place_header(&made, "Location", path);
    place_header(&made, "ETag", tag);
    assert_true(tag[0] != '\0');
    json_t *story = place_json(&made);
    assert_string_equal(json_string_value(json_object_get(story, "state")), "draft");
    assert_string_equal(json_string_value(json_object_get(story, "body")), "*one*");
    assert_true(json_is_null(json_object_get(story, "publishAt")));
    json_decref(story);
    out_free(&made);
}

/* Asks with If-Match and returns the status; the answer's tag in `tag`, if it has one. */
static int change(const struct place *p, enum who who, const char *method, const char *path,
                  char tag[256], const char *body)
{
    char headers[512], fresh[256];
    (void)snprintf(headers, sizeof headers, "%sIf-Match: %s\r\n", p->token[who], tag);
    out answer = place_ask(p, method, path, headers, body);
    const int status = client_status(&answer);
    place_header(&answer, "ETag", fresh);
    if (fresh[0])
        memcpy(tag, fresh, sizeof fresh);
    out_free(&answer);
    return status;
}

static void a_change_names_its_version_and_loses_to_an_earlier_one(void **state)
{
    const struct place *p = *state;
    char path[256], first[256], tag[256], state_path[300], any[256] = "*";
    make_story(p, path, first);
    memcpy(tag, first, sizeof tag);
    with(state_path, sizeof state_path, path, "/state");

    place_ask_problem(p, "PATCH", path, p->token[OWNER], "{\"title\":\"t\"}", 428, "If-Match");
    assert_int_equal(change(p, OWNER, "PATCH", path, tag, "{\"title\":\"Second\"}"), 200);
    assert_string_not_equal(tag, first);
    assert_int_equal(change(p, OWNER, "PATCH", path, first, "{\"title\":\"Lost\"}"), 412);
    assert_int_equal(change(p, OWNER, "PUT", state_path, first, "{\"state\":\"published\"}"), 412);
    assert_int_equal(change(p, OWNER, "PUT", state_path, tag, "{\"state\":\"published\"}"), 200);
    assert_int_equal(change(p, OWNER, "PATCH", path, any, "{\"summary\":\"s\"}"), 200);
    out now = place_ask(p, "GET", path, "", NULL);
    assert_true(client_has(&now, "\"title\":\"Second\"") &&
                client_has(&now, "\"body\":\"*one*\"") && client_has(&now, "\"summary\":\"s\""));
    out_free(&now);
}

static void a_comment_changes_the_answer_but_stands_in_no_edits_way(void **state)
{
    const struct place *p = *state;
    char path[256], tag[256], before[256], after[256], more[300];
    make_story(p, path, tag);
    assert_int_equal(change(p, OWNER, "PUT", with(more, sizeof more, path, "/state"), tag,
                            "{\"state\":\"published\"}"),
                     200);
    memcpy(before, tag, sizeof before);

    out made = place_ask(p, "POST", with(more, sizeof more, path, "/comments"), p->token[STRANGER],
                         "{\"body\":\"Well said\"}");
    assert_int_equal(client_status(&made), 201);
    out seen = place_ask(p, "GET", path, p->token[OWNER], NULL);
    place_header(&seen, "ETag", after);

    assert_string_not_equal(before, after);
    assert_int_equal(change(p, OWNER, "PATCH", path, before, "{\"summary\":\"s\"}"), 200);
    char comment[256], headers[512];
    place_header(&made, "Location", comment);
    assert_int_equal(place_status(p, "DELETE", comment, p->token[MEMBER], NULL), 403);
    assert_int_equal(place_status(p, "DELETE", comment, p->token[STRANGER], NULL), 204);
    assert_int_equal(place_status(p, "DELETE", comment, p->token[STRANGER], NULL),
                     204); /* still so */
    /* and what did not change is not sent again */
    out again = place_ask(p, "GET", path, p->token[OWNER], NULL);
    place_header(&again, "ETag", after);
    (void)snprintf(headers, sizeof headers, "%sIf-None-Match: %s\r\n", p->token[OWNER], after);
    assert_int_equal(place_status(p, "GET", path, headers, NULL), 304);
    out_free(&made);
    out_free(&seen);
    out_free(&again);
}

static void what_was_removed_is_gone_until_its_owner_puts_it_back(void **state)
{
    const struct place *p = *state;
    char path[256], tag[256], removed[256], more[300];
    make_story(p, path, tag);
    with(more, sizeof more, path, "/state");

    assert_int_equal(change(p, OWNER, "PUT", more, tag, "{\"state\":\"removed\"}"), 204);
    assert_int_equal(place_status(p, "GET", path, p->token[OWNER], NULL), 404);
    memcpy(removed, "\"2-0\"", 6);
    assert_int_equal(change(p, MEMBER, "PUT", more, removed, "{\"state\":\"draft\"}"), 404);
    assert_int_equal(change(p, OWNER, "PUT", more, removed, "{\"state\":\"draft\"}"), 200);
    assert_int_equal(place_status(p, "GET", path, p->token[OWNER], NULL), 200);
}

static void a_resource_sent_back_as_it_was_read_changes_nothing(void **state)
{
    struct place *p = *state;
    const struct publication_id id = place_add_story(p, "To and fro");
    const char *const sent[] = {"title",   "summary",      "body",      "language",
                                "level",   "publishAt",    "expiresAt", "commentPolicy",
                                "spaceId", "translationId"};
    const struct deed deed = place_deed(p, OWNER);
    struct publication before, after;
    char path[256], any[256] = "*";
    path_of(path, sizeof path, "publications", id.v, "");
    assert_int_equal(publication_find(&deed, p->store->d, id, &before, &p->info), OK);

    out answer = place_ask(p, "GET", path, p->token[OWNER], NULL);
    json_t *story = place_json(&answer), *body = json_object();
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++)
        json_object_set(body, sent[i], json_object_get(story, sent[i]));
    char *text = json_dumps(body, 0);
    assert_int_equal(change(p, OWNER, "PATCH", path, any, text), 200);

    assert_int_equal(publication_find(&deed, p->store->d, id, &after, &p->info), OK);
    assert_int_equal(after.revision, before.revision);
    assert_true(after.publish_at == before.publish_at); /* to the millisecond */
    free(text);
    json_decref(body);
    json_decref(story);
    out_free(&answer);
}

/* ---- spaces ---- */

static void a_manager_makes_and_changes_spaces_and_others_are_told_why_not(void **state)
{
    const struct place *p = *state;
    char body[512], path[256], tag[256];
    (void)snprintf(body, sizeof body,
                   "{\"slug\":\"below\",\"name\":{\"nl\":\"Onder\",\"en\":\"Below\"},"
                   "\"parentId\":\"%lld\",\"isListed\":true,\"ceiling\":\"public\"}",
                   (long long)p->space[OPEN].v);

    place_ask_problem(p, "POST", API_PATH "/spaces", p->token[STRANGER], body, 403,
                      "knowledge.denied-manager");
    out made = place_ask(p, "POST", API_PATH "/spaces", p->token[OWNER], body);
    if (client_status(&made) != 201)
        fail_msg("%s", made.p);
    place_header(&made, "Location", path);
    place_header(&made, "ETag", tag);
    place_ask_problem(p, "POST", API_PATH "/spaces", p->token[OWNER], body, 400,
                      "knowledge.slug-taken");
    assert_int_equal(change(p, OWNER, "PATCH", path, tag, "{\"name\":{\"en\":\"Beneath\"}}"), 200);
    out seen = place_ask(p, "GET", path, "", NULL);
    assert_true(client_has(&seen, "\"nl\":\"Onder\"") && client_has(&seen, "\"en\":\"Beneath\""));
    out_free(&made);
    out_free(&seen);
}

/* ---- pages ---- */

static void a_walk_is_complete_and_without_doubles_while_stories_are_added(void **state)
{
    enum { FIRST = 25, MORE_EACH = 3 };
    struct place *p = *state;
    json_t *seen = json_object();
    int64_t first[FIRST];
    char at[512] = STORIES "?limit=4", link[256], expected[600];
    for (int i = 0; i < FIRST; i++) {
        store_test_now_ms += 1000;
        first[i] = place_add_story(p, "There from the start").v;
    }

    while (at[0]) {
        out answer = place_ask(p, "GET", at, "", NULL);
        json_t *page = place_json(&answer), *item;
        size_t i;
        json_array_foreach (json_object_get(page, "items"), i, item) {
            const char *id = json_string_value(json_object_get(item, "id"));
            assert_null(json_object_get(seen, id)); /* no double */
            json_object_set_new(seen, id, json_true());
        }
        const char *next = json_string_value(json_object_get(page, "next"));
        (void)snprintf(at, sizeof at, "%s", next ? next : "");
        place_header(&answer, "Link", link);
        (void)snprintf(expected, sizeof expected, "<%s>; rel=\"next\"", at);
        assert_string_equal(link, next ? expected : "");
        json_decref(page);
        out_free(&answer);
        for (int k = 0; k < MORE_EACH; k++)
            place_add_story(p, "Added meanwhile");
    }

    char id[32];
    for (int i = 0; i < FIRST; i++) {
        (void)snprintf(id, sizeof id, "%lld", (long long)first[i]);
        assert_non_null(json_object_get(seen, id));
    }
    json_decref(seen);
}

/* ---- bodies meant to harm ---- */

static char *nested(size_t depth)
{
    char *text = malloc(2 * depth + 1);
    assert_non_null(text);
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    text[2 * depth] = '\0';
    return text;
}

static void a_body_that_is_no_good_is_refused_and_changes_nothing(void **state)
{
    const struct place *p = *state;
    static const struct {
        const char *body, *code;
    } bad[] = {
        {"", "api.json-broken"},
        {"{", "api.json-broken"},
        {"[]", "api.json-no-object"},
        {"null", "api.json-broken"},
        {"{\"title\":\"a\",\"title\":\"b\"}", "api.json-twice"},
        {"{\"title\":\"\\u0000\"}", "api.json-nul"},
        {"{\"title\":\"\\ud800\"}", "api.json-broken"},
        {"{\"title\":\"\xff\xfe\"}", "api.json-utf8"},
        {"{\"title\":\"\xc0\xaf\"}", "api.json-utf8"},
        {"{\"title\":9223372036854775808}", "api.json-number"},
        {"{\"title\":1e999}", "api.json-number"},
        {"{\"title\":12}", "api.no-text"},
        {"{\"title\":{\"a\":1}}", "api.no-text"},
        {"{\"title\":\"\"}", "api.text-empty"},
        {"{\"id\":\"1\"}", "api.unknown-field"},
        {"{\"ownerId\":\"1\"}", "api.unknown-field"},
        {"{\"state\":\"published\"}", "api.unknown-field"},
        {"{\"a/b~c\":1}", "#/a~1b~0c"},
        {"{\"spaceId\":\"00\"}", "api.no-id"},
        {"{\"spaceId\":\"9223372036854775808\"}", "api.no-id"},
        {"{\"spaceId\":\"-1\"}", "api.no-id"},
        {"{\"publishAt\":\"2026-02-30T00:00:00Z\"}", "api.no-time"},
        {"{\"publishAt\":\"2026-02-28 00:00\"}", "api.no-time"},
        {"{\"title\":null}", "api.no-text"},
        {"{} {}", "api.json-broken"},
    };
    out before =
        place_ask(p, "GET", API_PATH "/me/publications?limit=100", p->token[STRANGER], NULL);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        place_ask_problem(p, "POST", STORIES, p->token[STRANGER], bad[i].body, 400, bad[i].code);
    char *deep = nested(1000), *wide = calloc(1, 3 << 20);
    assert_non_null(wide);
    place_ask_problem(p, "POST", STORIES, p->token[STRANGER], deep, 400, "api.json-large");
    wide[0] = '[';
    memset(wide + 1, ',', (3 << 20) - 3);
    place_ask_problem(p, "POST", STORIES, p->token[STRANGER], wide, 400, "api.json-large");
    (void)snprintf(wide, 32, "{\"title\":\"");
    memset(wide + 10, 'a', 300000);
    memcpy(wide + 300010, "\"}", 3);
    place_ask_problem(p, "POST", STORIES, p->token[STRANGER], wide, 400, "api.text-long");
    out after =
        place_ask(p, "GET", API_PATH "/me/publications?limit=100", p->token[STRANGER], NULL);
    assert_int_equal(client_body(&before).n, client_body(&after).n);
    free(deep);
    free(wide);
    out_free(&before);
    out_free(&after);
}

static void a_body_with_a_null_byte_or_of_ten_megabytes_is_refused(void **state)
{
    enum { MUCH = 10 << 20 };
    const struct place *p = *state;
    static const char null_byte[] = "{\"title\":\"a\0b\"}";
    char headers[256], *much = malloc(MUCH);
    assert_non_null(much);
    memset(much, ' ', MUCH);
    with(headers, sizeof headers, p->token[STRANGER], "Content-Type: application/json\r\n");

    out answer =
        client_ask(p->server, "POST", STORIES, headers, (str){null_byte, sizeof null_byte - 1});
    place_require_problem(&answer, 400, NULL);
    out_free(&answer);
    answer = client_ask(p->server, "POST", STORIES, headers, (str){much, MUCH});
    place_require_problem(&answer, 413, NULL);
    assert_true(client_has(&answer, "API-Version: " API_VERSION));
    out_free(&answer);
    free(much);
}

static void another_kind_of_body_is_not_read(void **state)
{
    const struct place *p = *state;
    char headers[256];
    place_ask_problem(
        p, "POST", STORIES,
        with(headers, sizeof headers, p->token[STRANGER], "Content-Type: text/plain\r\n"),
        "{\"title\":\"a\",\"language\":\"nl\"}", 415, "api.media-type");
    assert_int_equal(place_status(p, "POST", STORIES,
                                  with(headers, sizeof headers, p->token[STRANGER],
                                       "Content-Type: application/json; charset=utf-8\r\n"),
                                  "{\"title\":\"a\",\"language\":\"nl\"}"),
                     201);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_does_what_its_scopes_say),
        cmocka_unit_test(an_unknown_expired_or_blocked_token_opens_nothing),
        cmocka_unit_test(a_token_tells_who_asks_and_never_a_strong_role),
        cmocka_unit_test(a_cookie_is_no_token),
        cmocka_unit_test(every_answer_names_the_version_and_allows_no_other_site),
        cmocka_unit_test(an_error_speaks_the_language_that_was_asked),
        cmocka_unit_test(all_mistakes_in_a_query_and_a_body_are_told_with_their_place),
        cmocka_unit_test(a_change_names_its_version_and_loses_to_an_earlier_one),
        cmocka_unit_test(a_comment_changes_the_answer_but_stands_in_no_edits_way),
        cmocka_unit_test(what_was_removed_is_gone_until_its_owner_puts_it_back),
        cmocka_unit_test(a_resource_sent_back_as_it_was_read_changes_nothing),
        cmocka_unit_test(a_manager_makes_and_changes_spaces_and_others_are_told_why_not),
        cmocka_unit_test(a_walk_is_complete_and_without_doubles_while_stories_are_added),
        cmocka_unit_test(a_body_that_is_no_good_is_refused_and_changes_nothing),
        cmocka_unit_test(a_body_with_a_null_byte_or_of_ten_megabytes_is_refused),
        cmocka_unit_test(another_kind_of_body_is_not_read),
    };
    return cmocka_run_group_tests(tests, place_set_up, place_tear_down);
}
