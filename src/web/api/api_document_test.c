/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The description against what is there: every route is in it, every operation really answers,
 * and each answer has exactly the members that its schema names. With API_TRANSCRIPT naming a
 * file, description and answers are left there for tests/api_document.py, which checks them
 * without any code of ours.
 */
#include "app/job/job.h"
#include "web/api/api_test_int.h"

struct asked {
    const char *method, *path; /* the path of the description */
    const char *body;
    int64_t id; /* fills {id} */
    int status;
    const char *rest; /* what really stands behind {id}; NULL: what the path says */
    const char *real; /* all of the path, when there is no {id} in it */
    const char *type; /* of the body, when it is not JSON */
};

#define DO(does, where, says, of, answers, ...)                                                    \
    {                                                                                              \
        .method = (does), .path = (where), .body = (says), .id = (of), .status = (answers),        \
        __VA_ARGS__                                                                                \
    }

struct talk {
    struct place *p;
    json_t *document, *answers;
};

static json_t *at(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (!value)
        fail_msg("no %s", key);
    return value;
}

static json_t *follow(json_t *document, json_t *schema)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    if (!ref)
        return schema;
    json_t *to = document;
    str rest = str_of(ref + 2), key;
    char name[64];
    while (str_next(&rest, '/', &key)) {
        (void)snprintf(name, sizeof name, "%.*s", STR_FMT(key));
        to = at(to, name);
    }
    return to;
}

/* ---- members of an answer and of its schema ---- */

static void require_members(json_t *document, json_t *schema, json_t *value)
{
    const char *key;
    json_t *each;
    size_t i;
    schema = follow(document, schema);
    if (json_is_array(value)) {
        json_array_foreach (value, i, each)
            require_members(document, at(schema, "items"), each);
    }
    if (!json_is_object(value))
        return;
    json_t *known = at(schema, "properties");
    json_object_foreach (value, key, each)
        require_members(document, at(known, key), each);
    json_array_foreach (at(schema, "required"), i, each)
        (void)at(value, json_string_value(each));
}

static void check_answer(struct talk *s, const struct asked *a, json_t *answer)
{
    char status[8];
    (void)snprintf(status, sizeof status, "%d", a->status);
    json_t *operation = at(at(at(s->document, "paths"), a->path), a->method);
    json_t *response = follow(s->document, at(at(operation, "responses"), status));
    if (a->status == 204)
        return;
    json_t *content = at(response, "content");
    const char *type = json_object_iter_key(json_object_iter(content));
    require_members(s->document, at(at(content, type), "schema"), answer);
    if (a->status < 300)
        json_object_set_new(operation, "x-was-answered", json_true());
}

static void ask(struct talk *s, const struct asked *a)
{
    char path[256], method[8] = {0}, headers[256];
    const char *hole = strstr(a->path, "{id}");
    for (size_t i = 0; a->method[i]; i++)
        method[i] = (char)(a->method[i] - 32);
    (void)snprintf(path, sizeof path, API_PATH "%.*s",
                   (int)(hole ? hole - a->path : (long)strlen(a->path)), a->path);
    if (hole)
        (void)snprintf(path + strlen(path), sizeof path - strlen(path), "%lld%s", (long long)a->id,
                       a->rest ? a->rest : hole + 4);
    if (a->real)
        (void)snprintf(path, sizeof path, API_PATH "%s", a->real);
    const bool makes = strcmp(a->method, "put") == 0 && (a->status == 201 || a->status == 409);
    (void)snprintf(headers, sizeof headers, "%s%s%s", s->p->token[OWNER],
                   makes ? "" : "If-Match: *\r\n", a->type ? a->type : "");
    out got = place_ask(s->p, method, path, headers, a->body);
    if (client_status(&got) != a->status)
        fail_msg("%s %s:\n%s", method, path, got.p);
    json_t *answer = a->status == 204 ? json_null() : place_json(&got);
    check_answer(s, a, answer);
    json_array_append_new(s->answers, json_pack("{s:s, s:s, s:i, s:O}", "method", a->method, "path",
                                                a->path, "status", a->status, "body", answer));
    json_decref(answer);
    out_free(&got);
}

/* As of a site with an address of its own. */
static json_t *print_document(struct place *p)
{
    const struct api_contact contact = {.name = STR("Voorbeeldstad"),
                                        .url = STR("https://voorbeeldstad.nl"),
                                        .email = STR("kennis@voorbeeldstad.nl")};
    out o;
    out_init(&o, 1 << 20);
    assert_int_equal(api_print_document(site_get_router(p->site), &contact, LANG_EN, &o, &p->info),
                     OK);
    json_t *document = json_loadb(o.p, o.n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(document);
    out_free(&o);
    return document;
}

static json_t *read_document(struct place *p)
{
    out answer = place_ask(p, "GET", API_PATH "/openapi.json", "Accept-Language: en\r\n", NULL);
    assert_int_equal(client_status(&answer), 200);
    assert_true(client_has(&answer, "Access-Control-Allow-Origin: *"));
    json_t *document = place_json(&answer);
    out_free(&answer);
    return document;
}

/* What stands around an answer. */
static json_t *read_headers(struct place *p)
{
    static const char *const names[] = {"Cache-Control", "Content-Security-Policy",
                                        "X-Content-Type-Options", "X-Frame-Options"};
    out answer = place_ask(p, "GET", API_PATH "/publications", "", NULL);
    out document = place_ask(p, "GET", API_PATH "/openapi.json", "", NULL);
    json_t *headers = json_object();
    char value[256], version[256], cors[256];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        place_header(&answer, names[i], value);
        json_object_set_new(headers, names[i], json_string(value));
    }
    place_header(&answer, "API-Version", version);
    place_header(&document, "Access-Control-Allow-Origin", cors);
    out_free(&answer);
    out_free(&document);
    return json_pack("{s:o, s:s, s:s, s:i}", "headers", headers, "version", version, "cors", cors,
                     "slash", place_status(p, "GET", API_PATH "/publications/", "", NULL));
}

/* One job, as if somebody had started a study. */
static int64_t put_job(struct place *p)
{
    struct deed deed = place_deed(p, OWNER);
    struct job_id id;
    deed.viewer.roles = ACCESS_ANALYST;
    assert_int_equal(
        job_put(&deed, p->store->d, "study.run", STR("A study"), STR("{}"), NULL, 0, &id, &p->info),
        OK);
    return id.v;
}

static int64_t add_comment(struct place *p, struct publication_id on)
{
    const struct deed deed = place_deed(p, OWNER);
    struct comment_id id;
    assert_int_equal(
        comment_add(&deed, p->store->d, on, (struct comment_id){0}, STR("To go"), &id, &p->info),
        OK);
    return id.v;
}

#define FORM_TYPE "Content-Type: multipart/form-data; boundary=b\r\n"
#define FORM(kind)                                                                                 \
    "--b\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\n" kind                            \
    "\r\n--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA study"                     \
    "\r\n--b\r\nContent-Disposition: form-data; name=\"data\"; filename=\"men.csv\"\r\n\r\n"       \
    "person,earnings\n1,2\n\r\n--b--\r\n"

/* What hangs on a story besides its own fields. */
static void ask_of_story(struct talk *s)
{
    struct place *p = s->p;
    const int64_t story = place_add_story(p, "Told twice").v;
    const int64_t comment = add_comment(p, (struct publication_id){story});
    char reader[64], nobody[64];
    (void)snprintf(reader, sizeof reader, "/grants/people/%lld", (long long)p->party[MEMBER].v);
    (void)snprintf(nobody, sizeof nobody, "/grants/people/%d", 1);
    const char *grant = "/publications/{id}/grants/{kind}/{subject}";
    const struct asked all[] = {
        DO("patch", "/publications/{id}", "{\"body\":\"second\"}", story, 200),
        DO("get", "/publications/{id}/revisions", NULL, story, 200),
        DO("get", "/publications/{id}/revisions/{number}", NULL, story, 200,
           .rest = "/revisions/1"),
        DO("get", "/publications/{id}/revisions/{number}", NULL, story, 404,
           .rest = "/revisions/9"),
        DO("post", "/publications/{id}/revisions", "{\"number\":1}", story, 201),
        DO("post", "/publications/{id}/revisions", "{\"number\":\"1\"}", story, 400),
        DO("put", grant, "{\"access\":\"read\"}", story, 201, .rest = reader),
        DO("put", grant, "{\"access\":\"edit\"}", story, 200, .rest = reader),
        DO("get", grant, NULL, story, 200, .rest = reader),
        DO("get", grant, NULL, story, 404, .rest = nobody),
        DO("get", "/publications/{id}/grants", NULL, story, 200),
        DO("delete", grant, NULL, story, 204, .rest = reader),
        DO("get", "/comments/{id}", NULL, comment, 200),
        DO("patch", "/comments/{id}", "{\"body\":\"mended\"}", comment, 200),
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        ask(s, &all[i]);
}

static void ask_of_members(struct talk *s)
{
    struct place *p = s->p;
    const int64_t space = p->space[OPEN].v;
    const char *one = "/spaces/{id}/members/{person}";
    char stranger[64], member[64];
    (void)snprintf(stranger, sizeof stranger, "/members/%lld", (long long)p->party[STRANGER].v);
    (void)snprintf(member, sizeof member, "/members/%lld", (long long)p->party[MEMBER].v);
    const struct asked all[] = {
        DO("get", "/spaces/{id}/members", NULL, space, 200),
        DO("get", one, NULL, space, 200, .rest = member),
        DO("get", one, NULL, space, 404, .rest = stranger),
        DO("put", one, "{\"state\":\"active\"}", space, 409, .rest = stranger),
        DO("put", one, "{\"state\":\"invited\"}", space, 201, .rest = stranger),
        DO("put", one, "{\"state\":\"active\",\"role\":\"editor\"}", space, 200, .rest = member),
        DO("put", one, "{\"role\":\"editor\"}", space, 400, .rest = member),
        DO("delete", one, NULL, space, 204, .rest = stranger),
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        ask(s, &all[i]);
}

static void ask_each(struct talk *s)
{
    struct place *p = s->p;
    const struct publication_id story = place_add_story(p, "Described");
    const int64_t comment = add_comment(p, story), job = put_job(p);
    const struct asked all[] = {
        DO("get", "/health", NULL, 0, 200),
        DO("get", "/problems/{code}", NULL, 0, 200, .real = "/problems/api.match-needed"),
        DO("get", "/problems/{code}", NULL, 0, 404, .real = "/problems/api.no-such-thing"),
        DO("get", "/me", NULL, 0, 200),
        DO("get", "/me/publications", NULL, 0, 200),
        DO("get", "/me/spaces", NULL, 0, 200),
        DO("get", "/people", NULL, 0, 200),
        DO("get", "/people/{id}", NULL, p->party[MEMBER].v, 200),
        DO("get", "/people/{id}", NULL, 1, 404),
        DO("get", "/publications", NULL, 0, 200),
        DO("post", "/publications", "{\"title\":\"t\",\"language\":\"nl\"}", 0, 201),
        DO("post", "/publications", "{\"titel\":\"t\"}", 0, 400),
        DO("get", "/publications/{id}", NULL, story.v, 200),
        DO("patch", "/publications/{id}", "{\"title\":\"u\"}", story.v, 200),
        DO("put", "/publications/{id}/state", "{\"state\":\"archived\"}", story.v, 200),
        DO("put", "/publications/{id}/state", "{\"state\":\"published\"}", story.v, 200),
        DO("get", "/publications/{id}/comments", NULL, story.v, 200),
        DO("post", "/publications/{id}/comments", "{\"body\":\"b\"}", story.v, 201),
        DO("delete", "/comments/{id}", NULL, comment, 204),
        DO("put", "/publications/{id}/state", "{\"state\":\"removed\"}", story.v, 204),
        DO("get", "/spaces", NULL, 0, 200),
        DO("get", "/spaces/{id}", NULL, p->space[OPEN].v, 200),
        DO("patch", "/spaces/{id}", "{\"about\":{\"en\":\"a\"}}", p->space[OPEN].v, 200),
        DO("get", "/jobs", NULL, 0, 200),
        DO("get", "/jobs/{id}", NULL, job, 200),
        DO("get", "/jobs/{id}/results", NULL, job, 200),
        DO("get", "/jobs/{id}/results/{file}", NULL, job, 404, .rest = "/results/none.json"),
        DO("put", "/jobs/{id}/state", "{\"state\":\"cancelled\"}", job, 200),
        DO("put", "/jobs/{id}/state", "{\"state\":\"done\"}", job, 400),
        DO("delete", "/jobs/{id}", NULL, job, 204),
        DO("post", "/jobs", FORM("study.run"), 0, 201, .type = FORM_TYPE),
        DO("post", "/jobs", FORM("study.jog"), 0, 400, .type = FORM_TYPE),
        DO("post", "/jobs", "{}", 0, 415),
        DO("get", "/me/tokens", NULL, 0, 200),
        DO("delete", "/me/tokens/{id}", NULL, 1, 404),
    };
    char body[256];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        ask(s, &all[i]);
    ask_of_story(s);
    ask_of_members(s);
    (void)snprintf(body, sizeof body,
                   "{\"slug\":\"described\",\"name\":{\"nl\":\"n\",\"en\":\"n\"},"
                   "\"parentId\":\"%lld\"}",
                   (long long)p->space[OPEN].v);
    ask(s, &(struct asked)DO("post", "/spaces", body, 0, 201));
}

/* ---- */

static void the_description_has_every_route_and_no_other(void **state)
{
    struct place *p = *state;
    const site_router *routes = site_get_router(p->site);
    json_t *document = read_document(p), *paths = at(document, "paths"), *methods;
    const char *path;
    size_t n_routes = 0, n_described = 0;

    for (size_t i = 0; i < site_router_count(routes); i++) {
        const struct route *route = site_router_route(routes, i);
        char method[8] = {0};
        if (!str_starts(str_of(route->path_nl), STR(API_PATH "/")))
            continue;
        const char *name = http_method_name(route->method);
        for (size_t k = 0; name[k]; k++)
            method[k] = (char)(name[k] + 32);
        json_t *operation = at(at(paths, route->path_nl + strlen(API_PATH)), method);
        assert_string_equal(json_string_value(at(operation, "operationId")), route->name);
        n_routes++;
    }
    json_object_foreach (paths, path, methods)
        n_described += json_object_size(methods);
    assert_int_equal(n_described, n_routes);
    assert_true(n_routes > 20);
    json_decref(document);
}

/* What is no JSON is held against its source elsewhere. */
static bool is_of_file(const char *path)
{
    static const char *const files[] = {"/openapi.json", "/exports/publications",
                                        "/jobs/{id}/results/{file}"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (strcmp(path, files[i]) == 0)
            return true;
    return false;
}

static void every_operation_answers_what_its_schema_names(void **state)
{
    struct talk s = {.p = *state, .document = read_document(*state), .answers = json_array()};
    const char *path, *method, *file = getenv("API_TRANSCRIPT");
    json_t *methods, *operation;

    ask_each(&s);

    json_object_foreach (at(s.document, "paths"), path, methods)
        json_object_foreach (methods, method, operation)
            if (!json_object_get(operation, "x-was-answered") &&
                !json_object_get(at(operation, "responses"), "204") && !is_of_file(path))
                fail_msg("nothing answered %s %s", method, path);
    if (file) {
        json_t *all =
            json_pack("{s:o, s:O}", "document", print_document(*state), "answers", s.answers);
        json_t *around = read_headers(*state);
        assert_int_equal(json_object_update(all, around), 0);
        json_decref(around);
        assert_int_equal(json_dump_file(all, file, 0), 0);
        json_decref(all);
    }
    json_decref(s.document);
    json_decref(s.answers);
}

static void a_route_without_a_description_is_named(void **state)
{
    (void)state;
    static const struct route routes[] = {
        API_ROUTE("api-forgotten", HTTP_GET, "/forgotten", NULL, &rule_anyone), {0}};
    struct route ours = routes[0];
    ours.handler = api_publication_routes[0].handler;
    const struct route table[] = {ours, {0}};
    const struct route *const tables[] = {table, NULL};
    struct err_info info;
    site_router *router;
    out o;
    out_init(&o, 1 << 20);
    assert_int_equal(site_router_new(tables, &router, &info), OK);

    const err e =
        api_print_document(router, &(struct api_contact){.name = STR("x")}, LANG_EN, &o, &info);

    assert_int_equal(e, E_INPUT);
    assert_string_equal(info.msg.key, "api.undescribed");
    out_free(&o);
    site_router_free(router);
}

static void each_language_has_words_for_everything(void **state)
{
    struct place *p = *state;
    for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
        struct err_info info;
        out o;
        out_init(&o, 1 << 20);
        assert_int_equal(api_print_document(site_get_router(p->site),
                                            &(struct api_contact){.name = STR("x")}, lang, &o,
                                            &info),
                         OK);
        out_char(&o, '\0');
        assert_null(strstr(o.p, "\"api.")); /* no key without a translation */
        assert_null(strstr(o.p, "\"visit."));
        assert_null(strstr(o.p, "\"pages."));
        out_free(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_description_has_every_route_and_no_other),
        cmocka_unit_test(every_operation_answers_what_its_schema_names),
        cmocka_unit_test(a_route_without_a_description_is_named),
        cmocka_unit_test(each_language_has_words_for_everything),
    };
    return cmocka_run_group_tests(tests, place_set_up, place_tear_down);
}
