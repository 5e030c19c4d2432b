/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/api/api_test_int.h"

#include "web/pages/markdown.h"
#include "web/routes.h"

#include <sodium.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static int64_t now(void)
{
    return store_test_now_ms;
}

static void random_bytes(void *to, size_t n)
{
    randombytes_buf(to, n);
}

struct deed place_deed(struct place *p, enum who who)
{
    return (struct deed){
        .app = &p->web.app,
        .viewer = {.id = p->party[who], .is_active = who != VISITOR && who != BLOCKED},
        .now_ms = now(),
        .memory = p->store->a,
    };
}

/* Of an administrator, who is nobody of these. */
static struct deed admin_deed(struct place *p)
{
    struct deed deed = place_deed(p, OWNER);
    deed.viewer.roles = ACCESS_ADMIN;
    deed.viewer.has_second = true;
    return deed;
}

const char *place_token(struct place *p, enum who who, unsigned scopes, int days, char *header)
{
    struct deed deed = place_deed(p, who);
    char text[ACCESS_SECRET_TEXT];
    struct access_secret secret;
    deed.viewer.is_active = true; /* made before somebody was blocked */
    assert_int_equal(
        token_create(&deed, p->store->d, STR("program"), scopes, days, &secret, &p->info), OK);
    access_secret_print(secret, text);
    (void)snprintf(header, TOKEN_HEADER_MAX, "Authorization: Bearer %.*s\r\n", (int)sizeof text,
                   text);
    return header;
}

/* ---- the world ---- */

static void make_people(struct place *p)
{
    static const char *const names[] = {"", "Olga Owner", "Mara Member", "Stan Stranger",
                                        "Bram Blocked"};
    const struct deed deed = place_deed(p, VISITOR);
    char email[64];
    for (enum who who = OWNER; who < WHO; who++) {
        (void)snprintf(email, sizeof email, "who%d@voorbeeldstad.nl", (int)who);
        assert_int_equal(account_create(&deed, p->store->d, str_of(names[who]), str_of(email),
                                        LANG_NL, who == OWNER ? ACCESS_ANALYST : 0, &p->party[who],
                                        &p->info),
                         OK);
        place_token(p, who, SCOPE_READ | SCOPE_WRITE, 30, p->token[who]);
    }
    place_token(p, MEMBER, SCOPE_READ, 30, p->read_only);
    place_token(p, MEMBER, SCOPE_WRITE, 30, p->write_only);
    place_token(p, MEMBER, SCOPE_READ | SCOPE_WRITE, 1, p->expired);
}

static void make_space(struct place *p, enum where where, const char *slug, enum level ceiling)
{
    const struct deed deed = admin_deed(p), member = place_deed(p, MEMBER);
    const struct space_form form = {
        .parent = p->space[where == CLOSED ? SECRET : NOWHERE],
        .slug = str_of(slug),
        .name = {str_of(slug), str_of(slug)},
        .about = {STR("about"), STR("about")},
        .join = JOIN_OPEN,
        .ceiling = ceiling,
        .is_listed = where == OPEN,
    };
    enum member_state state;
    assert_int_equal(space_create(&deed, p->store->d, &form, &p->space[where], &p->info), OK);
    if (where == SECRET)
        return;
    if (where == CLOSED)
        assert_int_equal(
            space_invite(&deed, p->store->d, p->space[where], p->party[MEMBER], &p->info), OK);
    assert_int_equal(space_join(&member, p->store->d, p->space[where], &state, &p->info), OK);
    assert_int_equal(state, MEMBER_ACTIVE);
}

static void make_story(struct place *p, enum where where, enum level level,
                       enum publication_state state, enum when when)
{
    const struct deed deed = place_deed(p, OWNER);
    const int64_t from[TIMES] = {now() - DAY_MS, now() + DAY_MS, now() - 2 * DAY_MS};
    const int64_t to[TIMES] = {INT64_MAX, INT64_MAX, now() - DAY_MS};
    struct story *s = &p->story[p->n];
    assert_true(p->n < STORIES_MAX);
    *s = (struct story){.where = where, .level = level, .state = state, .when = when};
    (void)snprintf(s->mark, sizeof s->mark, "Mark%03zuX", p->n);
    const struct publication_form form = {
        .space = p->space[where],
        .level = level,
        .comments = COMMENTS_SIGNED_IN,
        .publish_at = from[when] - (int64_t)p->n,
        .delete_at = to[when],
        /* each names the one before as its translation: which may be hidden */
        .twin = {p->n ? p->story[p->n - 1].id.v : 0},
        .title = str_of(s->mark),
        .summary = str_of(s->mark),
        .body = str_of(s->mark),
    };
    struct publication_form made = form;
    if (p->n && !place_sees(&p->story[p->n - 1], OWNER))
        made.twin.v = 0;
    assert_int_equal(publication_create(&deed, p->store->d, &made, &s->id, &p->info), OK);
    if (state != PUBLICATION_DRAFT)
        assert_int_equal(publication_set_state(&deed, p->store->d, s->id, 1, state, &p->info), OK);
    p->n++;
}

static void make_stories(struct place *p)
{
    for (enum where where = NOWHERE; where < PLACES; where++)
        for (int level = LEVEL_OWNER; level <= LEVEL_PUBLIC; level++)
            for (int state = PUBLICATION_DRAFT; state <= PUBLICATION_REMOVED; state++)
                for (enum when when = LIVE; when < TIMES; when++)
                    if (where != NOWHERE || level != LEVEL_SPACE)
                        make_story(p, where, (enum level)level, (enum publication_state)state,
                                   when);
}

struct publication_id place_add_story(struct place *p, const char *title)
{
    const struct deed deed = place_deed(p, OWNER);
    const struct publication_form form = {
        .level = LEVEL_PUBLIC,
        .comments = COMMENTS_SIGNED_IN,
        .publish_at = INT64_MAX,
        .delete_at = INT64_MAX,
        .title = str_of(title),
        .summary = STR(""),
        .body = STR("*body*"),
    };
    struct publication_id id;
    assert_int_equal(publication_create(&deed, p->store->d, &form, &id, &p->info), OK);
    assert_int_equal(
        publication_set_state(&deed, p->store->d, id, 1, PUBLICATION_PUBLISHED, &p->info), OK);
    return id;
}

/* ---- the rule, told again ---- */

bool place_sees(const struct story *s, enum who who)
{
    const bool is_active = who != VISITOR && who != BLOCKED;
    const bool is_live =
        (s->state == PUBLICATION_PUBLISHED || s->state == PUBLICATION_ARCHIVED) && s->when == LIVE;
    const bool is_member = who == OWNER || (who == MEMBER && s->where != SECRET);
    if (s->state == PUBLICATION_REMOVED)
        return false;
    if (who == OWNER)
        return true;
    if (!is_live || s->level == LEVEL_OWNER)
        return false;
    if (s->where == CLOSED || s->level == LEVEL_SPACE)
        return is_member;
    return s->level == LEVEL_PUBLIC || is_active;
}

/* Its owner sees drafts in the list of his own, not in that of what is live. */
bool place_is_in_list(const struct story *s, enum who who)
{
    return place_sees(s, who) && s->when == LIVE && s->state != PUBLICATION_DRAFT;
}

/* ---- the site ---- */

static void open_site(struct place *p)
{
    struct rate rates[RATE_CLASSES];
    memcpy(rates, site_rates, sizeof rates);
    rates[RATE_API].per_minute = rates[RATE_PAGE].per_minute = 0;
    const struct site_config c = {
        .app = &p->web.app,
        .tables = web_routes,
        .hooks = visit_hooks,
        .lang = LANG_EN,
        .rates = rates,
        .now_ms = now,
    };
    const struct http_config h = {.listen = STR("127.0.0.1:0"), .workers = 2};
    assert_int_equal(site_new(&c, &p->site, &p->info), OK);
    assert_int_equal(http_start(&h, site_http(p->site), &p->server, &p->info), OK);
}

static void block(struct place *p)
{
    const struct deed deed = admin_deed(p);
    assert_int_equal(
        account_set_state(&deed, p->store->d, p->party[BLOCKED], ACCOUNT_BLOCKED, &p->info), OK);
}

int place_set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    void *fixture = NULL;
    struct deed member;
    assert_non_null(p);
    assert_int_equal(store_set_up(&fixture), 0);
    p->store = fixture;
    randombytes_buf(&p->keys, sizeof p->keys);
    p->web.app = (struct app){.now_ms = now,
                              .random_bytes = random_bytes,
                              .keys = &p->keys,
                              .site_name = STR("Voorbeeldstad")};
    (void)snprintf(p->folder, sizeof p->folder, P_tmpdir "/ontschot-api.XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    p->web.app.data_folder = str_of(p->folder);
    p->web.store = p->store->s;
    p->web.face.organisation = STR("Gemeente Voorbeeldstad");
    p->web.contact_email = STR("kennis@voorbeeldstad.nl");
    markdown_prepare();
    make_people(p);
    make_space(p, OPEN, "open-space", LEVEL_PUBLIC);
    make_space(p, SECRET, "secret-space", LEVEL_PUBLIC);
    make_space(p, CLOSED, "closed-space", LEVEL_SPACE);
    make_stories(p);
    const struct publication_id first = place_add_story(p, "The first");
    member = place_deed(p, MEMBER);
    assert_int_equal(comment_add(&member, p->store->d, first, (struct comment_id){0},
                                 STR("A comment"), &p->comment, &p->info),
                     OK);
    block(p);
    open_site(p);
    *state = p;
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

int place_tear_down(void **state)
{
    struct place *p = *state;
    void *fixture = p->store;
    http_server_stop(p->server);
    site_free(p->site);
    assert_int_equal(nftw(p->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    free(p);
    return store_tear_down(&fixture);
}

/* ---- asking ---- */

out place_ask(const struct place *p, const char *method, const char *path, const char *headers,
              const char *body)
{
    char lines[1024];
    (void)snprintf(lines, sizeof lines, "%s%s", headers,
                   body && !strstr(headers, "Content-Type") ? "Content-Type: application/json\r\n"
                                                            : "");
    return client_ask(p->server, method, path, lines, body ? str_of(body) : STR(""));
}

json_t *place_json(const out *answer)
{
    const str body = client_body(answer);
    json_error_t why;
    json_t *root = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        fail_msg("no JSON: %s in %s", why.text, answer->p);
    return root;
}

void place_header(const out *answer, const char *name, char value[256])
{
    char line[64];
    value[0] = '\0';
    (void)snprintf(line, sizeof line, "\r\n%s: ", name);
    const char *at = strstr(answer->p, line);
    if (at)
        (void)sscanf(at + strlen(line), "%255[^\r]", value);
}

int place_status(const struct place *p, const char *method, const char *path, const char *headers,
                 const char *body)
{
    out answer = place_ask(p, method, path, headers, body);
    const int status = client_status(&answer);
    out_free(&answer);
    return status;
}

void place_require_problem(const out *answer, int status, const char *code)
{
    if (client_status(answer) != status || !client_has(answer, "application/problem+json") ||
        (code && !client_has(answer, code)))
        fail_msg("not %d %s:\n%s", status, code ? code : "", answer->p);
    json_t *problem = place_json(answer);
    assert_int_equal(json_integer_value(json_object_get(problem, "status")), status);
    assert_true(json_string_length(json_object_get(problem, "title")) > 0);
    assert_true(json_string_length(json_object_get(problem, "detail")) > 0);
    json_decref(problem);
}

void place_ask_problem(const struct place *p, const char *method, const char *path,
                       const char *headers, const char *body, int status, const char *code)
{
    out answer = place_ask(p, method, path, headers, body);
    place_require_problem(&answer, status, code);
    out_free(&answer);
}
