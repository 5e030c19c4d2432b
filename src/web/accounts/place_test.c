/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/accounts/place_test.h"

#include "base/rng.h"
#include "web/pages/markdown.h"
#include "web/routes.h"

enum { HASH_PASSES = 1, HASH_MEMORY = 8192, FIELDS_MAX = 64 << 10 };

/* Chance that is the same each time. */
static void test_random(void *to, size_t n)
{
    static _Atomic uint64_t counter;
    unsigned char *byte = to;
    for (size_t i = 0; i < n; i++)
        byte[i] = (unsigned char)rng_u64((struct rng_key){.seed = 23}, counter++);
}

static int64_t test_now(void)
{
    return store_test_now_ms;
}

static err start(struct place *p)
{
    struct rate rates[RATE_CLASSES];
    memcpy(rates, site_rates, sizeof rates);
    for (int i = 0; i < RATE_CLASSES; i++)
        rates[i].per_minute = 0;
    const struct site_config c = {
        .app = &p->web.app,
        .tables = web_routes,
        .hooks = visit_hooks,
        .lang = LANG_NL,
        .rates = rates,
        .now_ms = test_now,
    };
    const struct http_config http = {.listen = STR("127.0.0.1:0"), .workers = 2};
    const err e = site_new(&c, &p->site, &p->info);
    return e == OK ? http_start(&http, site_http(p->site), &p->server, &p->info) : e;
}

int place_set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    void *fixture = NULL;

    *state = p;
    if (!p || store_set_up(&fixture) != 0)
        return -1;
    p->store = fixture;
    test_random(&p->keys, sizeof p->keys);
    p->web = (struct web){
        .app = {.now_ms = test_now,
                .random_bytes = test_random,
                .keys = &p->keys,
                .base_url = STR("http://localhost"),
                .site_name = STR("Kennisplein")},
        .store = p->store->s,
        .views = view_counter_new(),
        .face = {.name = STR("Ontschot")},
        .data_folder = STR("/nonexistent"),
        .takes_registrations = true,
    };
    markdown_prepare();
    if (gate_new_sized(2, 16, HASH_PASSES, HASH_MEMORY, &p->web.app.gate, &p->info) != OK)
        return -1;
    return start(p) == OK ? 0 : -1;
}

int place_tear_down(void **state)
{
    struct place *p = *state;
    void *fixture = p->store;

    http_server_stop(p->server);
    site_free(p->site);
    view_counter_free(p->web.views);
    password_gate_free(p->web.app.gate);
    free(p);
    *state = NULL;
    return store_tear_down(&fixture);
}

struct deed place_deed(struct place *p)
{
    return (struct deed){.app = &p->web.app, .now_ms = store_test_now_ms, .memory = p->store->a};
}

struct party_id place_person(struct place *p, const char *name, const char *email, unsigned roles)
{
    const struct deed deed = place_deed(p);
    struct party_id id;
    assert_int_equal(account_create(&deed, p->store->d, str_of(name), str_of(email), LANG_NL, roles,
                                    &id, &p->info),
                     OK);
    return id;
}

void place_give_password(struct place *p, struct party_id id)
{
    const struct deed deed = place_deed(p);
    struct access_secret link;
    assert_int_equal(account_link(&deed, p->store->d, id, &link, &p->info), OK);
    assert_int_equal(account_set_password(&deed, p->store->d, link, STR(PLACE_PASSWORD), &p->info),
                     OK);
}

struct making {
    struct place *p;
    struct deed deed;
    enum link_kind kind;
    struct party_id id;
    bool has_second;
    struct access_secret secret;
};

static err make_link(db_tx *tx, void *arg, struct err_info *info)
{
    struct making *m = arg;
    return link_make(tx, &m->deed, m->kind, m->id, &m->secret, info);
}

struct access_secret place_link(struct place *p, enum link_kind kind, const char *email)
{
    struct making m = {.p = p, .deed = place_deed(p), .kind = kind};
    struct party_of_email_row row;

    m.secret = secret_new(&p->web.app);
    assert_int_equal(party_of_email(p->store->d, p->store->a,
                                    (struct party_of_email_in){.key = str_of(email)}, &row,
                                    &p->info),
                     OK);
    m.id = row.id;
    assert_int_equal(db_tx_do(p->store->d, make_link, &m, &p->info), OK);
    return m.secret;
}

static err make_session(db_tx *tx, void *arg, struct err_info *info)
{
    struct making *m = arg;
    const struct session_id id = {db_new_id(m->p->store->d)};
    const struct secret_hash hash = secret_kept(&m->p->web.app, HASH_SESSION, &m->secret);
    int64_t n;

    const err e = session_add(tx,
                              (struct session_add_in){.id = id,
                                                      .hash = secret_hash_str(&hash),
                                                      .party = m->id,
                                                      .is_complete = true,
                                                      .label = STR("Firefox, Linux"),
                                                      .now = m->deed.now_ms},
                              info);
    if (e != OK || !m->has_second)
        return e;
    return session_raise(
        tx,
        (struct session_raise_in){.id = id, .hash = secret_hash_str(&hash), .now = m->deed.now_ms},
        &n, info);
}

struct browser place_browser(struct place *p, struct party_id id, bool has_second)
{
    struct browser b = {.p = p};
    struct making m = {.p = p, .deed = place_deed(p), .id = id, .has_second = has_second};

    m.secret = secret_new(&p->web.app);
    assert_int_equal(db_tx_do(p->store->d, make_session, &m, &p->info), OK);
    access_secret_print(m.secret, b.session);
    const int status = browser_get_status(&b, "/nl/mijn-pagina");
    assert_int_equal(status, 200);
    return b;
}

/* ---- a browser ---- */

bool answer_between(const out *answer, const char *before, const char *after, char *text,
                    size_t size)
{
    const char *from = strstr(answer->p, before);
    if (!from)
        return false;
    from += strlen(before);
    const char *to = strstr(from, after);
    if (!to || (size_t)(to - from) >= size)
        return false;
    memcpy(text, from, (size_t)(to - from));
    text[to - from] = '\0';
    return true;
}

bool answer_leads_to(const out *answer, const char *path)
{
    char to[1024];
    return answer_between(answer, "\r\nLocation: ", "\r\n", to, sizeof to) && strcmp(to, path) == 0;
}

static void keep_what_it_says(struct browser *b, const out *answer)
{
    char text[128];
    if (answer_between(answer, "\r\nSet-Cookie: session=", ";", text, sizeof text))
        snprintf(b->session, sizeof b->session, "%.63s", text);
    if (answer_between(answer, "\r\nSet-Cookie: form=", ";", text, sizeof text))
        snprintf(b->form, sizeof b->form, "%.63s", text);
    if (answer_between(answer, "name=\"csrf\" value=\"", "\"", text, sizeof text))
        snprintf(b->csrf, sizeof b->csrf, "%.79s", text);
}

static void print_cookies(const struct browser *b, char *text, size_t size)
{
    const bool both = b->session[0] && b->form[0];
    if (!b->session[0] && !b->form[0]) {
        text[0] = '\0';
        return;
    }
    snprintf(text, size, "Cookie: %s%s%s%s%s\r\n", b->session[0] ? "session=" : "", b->session,
             both ? "; " : "", b->form[0] ? "form=" : "", b->form);
}

out browser_get(struct browser *b, const char *path)
{
    char headers[400];
    print_cookies(b, headers, sizeof headers);
    out answer = client_ask(b->p->server, "GET", path, headers, STR(""));
    keep_what_it_says(b, &answer);
    return answer;
}

out browser_post_from(struct browser *b, const char *path, const char *fields, const char *more)
{
    char cookies[400], headers[800];
    out body;

    print_cookies(b, cookies, sizeof cookies);
    snprintf(headers, sizeof headers, "%sContent-Type: application/x-www-form-urlencoded\r\n%s",
             cookies, more);
    out_init(&body, FIELDS_MAX);
    if (!strstr(fields, "csrf=")) {
        out_cstr(&body, "csrf=");
        out_cstr(&body, b->csrf);
        out_char(&body, '&');
    }
    out_cstr(&body, fields);
    out answer = client_ask(b->p->server, "POST", path, headers, out_view(&body));
    out_free(&body);
    keep_what_it_says(b, &answer);
    return answer;
}

out browser_post(struct browser *b, const char *path, const char *fields)
{
    return browser_post_from(b, path, fields, "");
}

int browser_get_status(struct browser *b, const char *path)
{
    out answer = browser_get(b, path);
    const int status = client_status(&answer);
    out_free(&answer);
    return status;
}

int browser_post_status(struct browser *b, const char *path, const char *fields)
{
    out answer = browser_post(b, path, fields);
    const int status = client_status(&answer);
    out_free(&answer);
    return status;
}
