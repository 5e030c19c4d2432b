/* SPDX-License-Identifier: EUPL-1.2 */
/* What programs make and change besides stories and spaces: once, over the version they name, and
 * not too often. */
#include "app/job/job.h"
#include "web/api/api_test_int.h"

#include <stdlib.h>

#define STORIES API_PATH "/publications"

/* ---- twice ---- */

/* The id in what was made; the caller frees. */
static char *made_id(const out *answer)
{
    json_t *root = place_json(answer);
    char *id = strdup(json_string_value(json_object_get(root, "id")));
    json_decref(root);
    return id;
}

static void headers_with_key(const struct place *p, enum who who, const char *key, char *to,
                             size_t n)
{
    (void)snprintf(to, n, "%sIdempotency-Key: %s\r\n", p->token[who], key);
}

static void the_same_request_under_a_key_makes_one(void **state)
{
    const struct place *p = *state;
    const char *body = "{\"title\":\"Once\",\"language\":\"nl\"}";
    char headers[256], others[256];
    headers_with_key(p, MEMBER, "k-1", headers, sizeof headers);
    headers_with_key(p, STRANGER, "k-1", others, sizeof others);

    out first = place_ask(p, "POST", STORIES, headers, body);
    out again = place_ask(p, "POST", STORIES, headers, body);
    out other = place_ask(p, "POST", STORIES, others, body);
    out bare = place_ask(p, "POST", STORIES, p->token[MEMBER], body);

    char *a = made_id(&first), *b = made_id(&again), *c = made_id(&other), *d = made_id(&bare);
    assert_int_equal(client_status(&first), 201);
    assert_int_equal(client_status(&again), 201);
    assert_string_equal(a, b);
    assert_string_not_equal(a, c); /* a key is of one person */
    assert_string_not_equal(a, d);
    free(a);
    free(b);
    free(c);
    free(d);
    out_free(&first);
    out_free(&again);
    out_free(&other);
    out_free(&bare);
}

static void a_key_with_another_request_is_refused(void **state)
{
    const struct place *p = *state;
    char headers[256], wrong[512];
    headers_with_key(p, MEMBER, "k-2", headers, sizeof headers);
    assert_int_equal(
        place_status(p, "POST", STORIES, headers, "{\"title\":\"A\",\"language\":\"nl\"}"), 201);

    place_ask_problem(p, "POST", STORIES, headers, "{\"title\":\"B\",\"language\":\"nl\"}", 409,
                      "once.other");
    headers_with_key(p, MEMBER, "two words", wrong, sizeof wrong);
    place_ask_problem(p, "POST", STORIES, wrong, "{\"title\":\"C\",\"language\":\"nl\"}", 400,
                      "visit.key-wrong");
}

static void what_was_refused_may_come_again_under_its_key(void **state)
{
    const struct place *p = *state;
    const char *body = "{\"title\":\"\",\"language\":\"nl\"}";
    char headers[256];
    headers_with_key(p, MEMBER, "k-3", headers, sizeof headers);

    assert_int_equal(place_status(p, "POST", STORIES, headers, body), 400);
    assert_int_equal(
        place_status(p, "POST", STORIES, headers, "{\"title\":\"Now\",\"language\":\"nl\"}"), 201);
}

#define TYPE "Content-Type: multipart/form-data; boundary="
#define STUDY(b, value)                                                                            \
    "--" b "\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nstudy.run\r\n--" b            \
    "\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nOnce\r\n--" b                       \
    "\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.csv\"\r\n\r\na,b\n1," value      \
    "\n\r\n--" b "--\r\n"

static void a_study_sent_twice_is_one_job(void **state)
{
    struct place *p = *state;
    const char *const body[] = {STUDY("b1", "1"), STUDY("b2", "1"), STUDY("b3", "2")};
    struct deed owner = place_deed(p, OWNER);
    struct job_file *list;
    char headers[3][256], *id[3];
    size_t n;
    for (int i = 0; i < 3; i++)
        (void)snprintf(headers[i], sizeof headers[i], "%sIdempotency-Key: j%d\r\n" TYPE "b%d\r\n",
                       p->token[OWNER], i / 2, i + 1);

    for (int i = 0; i < 3; i++) {
        out answer = place_ask(p, "POST", API_PATH "/jobs", headers[i], body[i]);
        if (client_status(&answer) != 201)
            fail_msg("%s", answer.p);
        id[i] = made_id(&answer);
        out_free(&answer);
    }

    assert_string_equal(id[0], id[1]); /* another boundary, the same form */
    assert_string_not_equal(id[0], id[2]);
    owner.viewer.roles = ACCESS_ANALYST;
    assert_int_equal(job_file_list(&owner, p->store->d, &list, &n, &p->info), OK);
    assert_int_equal(n, 2); /* what came a second time is not kept */
    place_ask_problem(p, "POST", API_PATH "/jobs", p->token[MEMBER], "{}", 415, "form.type");
    for (int i = 0; i < 3; i++)
        free(id[i]);
}

/* ---- members, grants, revisions, comments ---- */

static void version_in(const out *answer, const char *token, char *to, size_t n)
{
    char etag[256];
    place_header(answer, "ETag", etag);
    assert_string_not_equal(etag, "");
    (void)snprintf(to, n, "%sIf-Match: %s\r\n", token, etag);
}

static void a_change_of_a_member_names_what_it_changes(void **state)
{
    const struct place *p = *state;
    char path[128], matching[512];
    (void)snprintf(path, sizeof path, API_PATH "/spaces/%lld/members/%lld",
                   (long long)p->space[OPEN].v, (long long)p->party[MEMBER].v);
    out seen = place_ask(p, "GET", path, p->token[OWNER], NULL);
    version_in(&seen, p->token[OWNER], matching, sizeof matching);

    place_ask_problem(p, "PUT", path, p->token[OWNER], "{\"state\":\"active\",\"role\":\"jury\"}",
                      428, "api.match-needed");
    assert_int_equal(
        place_status(p, "PUT", path, matching, "{\"state\":\"active\",\"role\":\"editor\"}"), 200);
    place_ask_problem(p, "PUT", path, matching, "{\"state\":\"active\",\"role\":\"jury\"}", 412,
                      "api.changed-since");
    place_ask_problem(p, "PUT", path, p->token[STRANGER], "{\"state\":\"active\"}", 403,
                      "knowledge.denied-member");
    out_free(&seen);
}

static void one_joins_and_leaves_by_ones_own_number(void **state)
{
    const struct place *p = *state;
    char path[128];
    (void)snprintf(path, sizeof path, API_PATH "/spaces/%lld/members/%lld",
                   (long long)p->space[OPEN].v, (long long)p->party[STRANGER].v);

    place_ask_problem(p, "GET", path, p->token[STRANGER], NULL, 404, NULL);
    out joined = place_ask(p, "PUT", path, p->token[STRANGER], "{\"state\":\"active\"}");
    assert_int_equal(client_status(&joined), 201);
    assert_true(client_has(&joined, "\"state\":\"active\",\"role\":\"member\""));
    assert_int_equal(place_status(p, "GET", path, p->token[STRANGER], NULL), 200);
    assert_int_equal(place_status(p, "DELETE", path, p->token[STRANGER], NULL), 204);
    assert_int_equal(place_status(p, "GET", path, p->token[STRANGER], NULL), 404);
    out_free(&joined);
}

static void a_grant_opens_what_was_closed_and_closes_it_again(void **state)
{
    struct place *p = *state;
    const struct publication_id id = place_add_story(p, "For one");
    char story[128], grant[160], headers[256];
    (void)snprintf(story, sizeof story, STORIES "/%lld", (long long)id.v);
    (void)snprintf(grant, sizeof grant, "%s/grants/people/%lld", story,
                   (long long)p->party[STRANGER].v);
    (void)snprintf(headers, sizeof headers, "%sIf-Match: *\r\n", p->token[OWNER]);
    assert_int_equal(
        place_status(p, "PATCH", story, headers, "{\"spaceId\":null,\"level\":\"owner\"}"), 200);

    assert_int_equal(place_status(p, "GET", story, p->token[STRANGER], NULL), 404);
    place_ask_problem(p, "PUT", grant, headers, "{\"access\":\"read\"}", 412, "api.changed-since");
    assert_int_equal(place_status(p, "PUT", grant, p->token[OWNER], "{\"access\":\"read\"}"), 201);
    place_ask_problem(p, "PUT", grant, p->token[OWNER], "{\"access\":\"edit\"}", 428,
                      "api.match-needed");
    assert_int_equal(place_status(p, "GET", story, p->token[STRANGER], NULL), 200);
    place_ask_problem(p, "GET", grant, p->token[STRANGER], NULL, 403, "knowledge.denied-owner");
    assert_int_equal(place_status(p, "DELETE", grant, p->token[OWNER], NULL), 204);
    assert_int_equal(place_status(p, "GET", story, p->token[STRANGER], NULL), 404);
    assert_int_equal(place_status(p, "DELETE", grant, p->token[OWNER], NULL), 404);
}

static void an_earlier_text_comes_back_as_a_new_revision(void **state)
{
    struct place *p = *state;
    const struct publication_id id = place_add_story(p, "Written first");
    char story[128], list[160], headers[256], none[512];
    (void)snprintf(story, sizeof story, STORIES "/%lld", (long long)id.v);
    (void)snprintf(list, sizeof list, "%s/revisions", story);
    (void)snprintf(headers, sizeof headers, "%sIf-Match: *\r\n", p->token[OWNER]);
    out before = place_ask(p, "GET", story, p->token[OWNER], NULL);
    version_in(&before, p->token[OWNER], none, sizeof none);
    assert_int_equal(place_status(p, "PATCH", story, headers, "{\"title\":\"Then\"}"), 200);

    place_ask_problem(p, "POST", list, none, "{\"number\":1}", 412, "api.changed-since");
    out made = place_ask(p, "POST", list, headers, "{\"number\":1}");
    out after = place_ask(p, "GET", story, p->token[OWNER], NULL);
    out page = place_ask(p, "GET", list, p->token[OWNER], NULL);

    assert_int_equal(client_status(&made), 201);
    assert_true(client_has(&made, "\"number\":3"));
    assert_true(client_has(&after, "\"title\":\"Written first\""));
    assert_true(client_has(&page, "\"title\":\"Then\"")); /* nothing is lost */
    place_ask_problem(p, "GET", list, p->token[STRANGER], NULL, 403, "knowledge.denied-edit");
    out_free(&before);
    out_free(&made);
    out_free(&after);
    out_free(&page);
}

static void revisions_come_in_pages_without_gap_or_double(void **state)
{
    struct place *p = *state;
    const struct publication_id id = place_add_story(p, "Page 1");
    char story[128], at[512], headers[256], body[64];
    (void)snprintf(story, sizeof story, STORIES "/%lld", (long long)id.v);
    (void)snprintf(headers, sizeof headers, "%sIf-Match: *\r\n", p->token[OWNER]);
    for (int i = 2; i <= 7; i++) {
        (void)snprintf(body, sizeof body, "{\"title\":\"Page %d\"}", i);
        assert_int_equal(place_status(p, "PATCH", story, headers, body), 200);
    }

    int64_t expected = 7;
    (void)snprintf(at, sizeof at, "%s/revisions?limit=2", story);
    while (at[0]) {
        out answer = place_ask(p, "GET", at, p->token[OWNER], NULL);
        json_t *root = place_json(&answer), *each;
        size_t i;
        json_array_foreach (json_object_get(root, "items"), i, each)
            assert_int_equal(json_integer_value(json_object_get(each, "number")), expected--);
        const char *next = json_string_value(json_object_get(root, "next"));
        (void)snprintf(at, sizeof at, "%s", next ? next : "");
        json_decref(root);
        out_free(&answer);
    }

    assert_int_equal(expected, 0);
}

static void a_comment_is_changed_by_its_author_alone(void **state)
{
    struct place *p = *state;
    const struct publication_id id = place_add_story(p, "Talked about");
    const struct deed member = place_deed(p, MEMBER);
    struct comment_id comment;
    char path[128], matching[512];
    assert_int_equal(comment_add(&member, p->store->d, id, (struct comment_id){0}, STR("First"),
                                 &comment, &p->info),
                     OK);
    (void)snprintf(path, sizeof path, API_PATH "/comments/%lld", (long long)comment.v);
    out seen = place_ask(p, "GET", path, p->token[MEMBER], NULL);
    version_in(&seen, p->token[MEMBER], matching, sizeof matching);

    assert_int_equal(place_status(p, "PATCH", path, matching, "{\"body\":\"Second\"}"), 200);
    place_ask_problem(p, "PATCH", path, matching, "{\"body\":\"Third\"}", 412, "api.changed-since");
    version_in(&seen, p->token[OWNER], matching, sizeof matching);
    (void)snprintf(matching, sizeof matching, "%sIf-Match: *\r\n", p->token[OWNER]);
    place_ask_problem(p, "PATCH", path, matching, "{\"body\":\"Fourth\"}", 403,
                      "knowledge.denied-comment-change");
    out now = place_ask(p, "GET", path, "", NULL);
    assert_true(client_has(&now, "\"version\":2"));
    assert_true(client_has(&now, "\"body\":\"Second\""));
    assert_int_equal(place_status(p, "DELETE", path, p->token[OWNER], NULL), 204); /* hides it */
    out_free(&seen);
    out_free(&now);
}

static void a_token_ends_another_of_its_owner(void **state)
{
    struct place *p = *state;
    char header[TOKEN_HEADER_MAX], path[128];
    const struct deed stranger = place_deed(p, STRANGER);
    struct token *list;
    size_t n;
    place_token(p, STRANGER, SCOPE_READ, 3, header);
    assert_int_equal(token_list(&stranger, p->store->d, &list, &n, &p->info), OK);
    (void)snprintf(path, sizeof path, API_PATH "/me/tokens/%lld", (long long)list[n - 1].id.v);

    assert_int_equal(place_status(p, "GET", API_PATH "/me", header, NULL), 200);
    out mine = place_ask(p, "GET", API_PATH "/me/tokens", p->token[STRANGER], NULL);
    assert_int_equal(place_status(p, "DELETE", path, p->token[MEMBER], NULL), 404);
    assert_int_equal(place_status(p, "DELETE", path, p->token[STRANGER], NULL), 204);

    assert_int_equal(place_status(p, "GET", API_PATH "/me", header, NULL), 401);
    assert_true(client_has(&mine, "\"lastUsedOn\":\"20"));
    out_free(&mine);
}

/* ---- how often ---- */

static void who_asks_too_often_is_counted_by_account(void **state)
{
    const struct place *p = *state;
    const int burst = (int)site_rates[RATE_UPLOAD].burst;
    char value[256];
    int status = 0, n = 0;

    for (; status != 429 && n <= 2 * burst; n++)
        status = place_status(p, "POST", API_PATH "/jobs", p->token[MEMBER], "{}");
    out refused = place_ask(p, "POST", API_PATH "/jobs", p->token[MEMBER], "{}");
    out another = place_ask(p, "POST", API_PATH "/jobs", p->token[STRANGER], "{}");

    assert_in_range(n, burst, burst + 2); /* the first of a token counts by its address */
    assert_int_equal(client_status(&refused), 429);
    place_header(&refused, "Retry-After", value);
    assert_in_range(atol(value), 1, 60);
    place_header(&refused, "RateLimit", value);
    assert_non_null(strstr(value, "\"upload\";r=0;t="));
    place_header(&refused, "RateLimit-Policy", value);
    assert_string_equal(value, "\"upload\";q=20;w=20");
    assert_true(client_has(&refused, "Content-Type: application/problem+json"));
    assert_int_equal(client_status(&another), 415); /* from the same address */
    out_free(&refused);
    out_free(&another);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_request_under_a_key_makes_one),
        cmocka_unit_test(a_key_with_another_request_is_refused),
        cmocka_unit_test(what_was_refused_may_come_again_under_its_key),
        cmocka_unit_test(a_study_sent_twice_is_one_job),
        cmocka_unit_test(a_change_of_a_member_names_what_it_changes),
        cmocka_unit_test(one_joins_and_leaves_by_ones_own_number),
        cmocka_unit_test(a_grant_opens_what_was_closed_and_closes_it_again),
        cmocka_unit_test(an_earlier_text_comes_back_as_a_new_revision),
        cmocka_unit_test(revisions_come_in_pages_without_gap_or_double),
        cmocka_unit_test(a_comment_is_changed_by_its_author_alone),
        cmocka_unit_test(a_token_ends_another_of_its_owner),
        cmocka_unit_test(who_asks_too_often_is_counted_by_account),
    };
    return cmocka_run_group_tests(tests, place_set_up, place_tear_down);
}
