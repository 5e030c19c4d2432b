/* SPDX-License-Identifier: EUPL-1.2 */
#include "place.h"

#include "app/db/store_test.h"
#include "web/pages/markdown.h"
#include "web/routes.h"

#include <ftw.h>

static void assert_ok(err e, const struct err_info *info)
{
    if (e != OK)
        fail_msg("%s: %.*s", info->msg.key, (int)info->msg.used, info->msg.text);
}

struct deed place_deed(struct place *p, enum who who)
{
    return (struct deed){
        .app = &p->web.app,
        .viewer = {.id = p->party[who],
                   .is_active = who != VISITOR,
                   .has_second = who == ADMIN,
                   .roles = who == ADMIN ? ACCESS_ADMIN | ACCESS_AUDITOR | ACCESS_ANALYST : 0,
                   .lang = LANG_NL},
        .now_ms = p->web.app.now_ms(),
        .memory = p->memory,
    };
}

/* ---- people ---- */

static void add_person(struct place *p, enum who who, const char *name, const char *email,
                       unsigned roles)
{
    const struct deed deed = place_deed(p, VISITOR);
    struct access_secret link;
    enum sign_in what;
    db *d = p->started.db;

    assert_ok(account_create(&deed, d, str_of(name), str_of(email), LANG_NL, roles, &p->party[who],
                             &p->info),
              &p->info);
    assert_ok(account_link(&deed, d, p->party[who], &link, &p->info), &p->info);
    assert_ok(account_set_password(&deed, d, link, STR(PLACE_PASSWORD), &p->info), &p->info);
    assert_ok(session_sign_in(&deed, d, str_of(email), STR(PLACE_PASSWORD), STR("192.0.2.1"),
                              STR("Firefox, Linux"), &p->session[who], &what, &p->info),
              &p->info);
}

static void give_second(struct place *p, enum who who)
{
    const struct deed deed = place_deed(p, who);
    unsigned char secret[ACCESS_SECOND_BYTES];
    str base32, uri, codes[ACCESS_RECOVERY_CODES];
    char code[6];

    assert_ok(second_begin(&deed, p->started.db, &base32, &uri, &p->info), &p->info);
    assert_true(second_secret_parse(base32, secret));
    second_code(secret, sizeof secret, deed.now_ms, code);
    assert_ok(second_confirm(&deed, p->started.db, p->session[who], (str){code, sizeof code},
                             &p->session[who], codes, &p->info),
              &p->info);
}

/* ---- what there is to read ---- */

static void add_stories(struct place *p)
{
    const struct deed admin = place_deed(p, ADMIN), writer = place_deed(p, WRITER);
    const struct space_form space = {.slug = STR(PLACE_SLUG),
                                     .name = {STR("Wijkteam"), STR("Neighbourhood team")},
                                     .about = {STR("Samen."), STR("Together.")},
                                     .join = JOIN_OPEN,
                                     .ceiling = LEVEL_PUBLIC,
                                     .is_listed = true};
    const struct publication_form form = {.level = LEVEL_PUBLIC,
                                          .comments = COMMENTS_SIGNED_IN,
                                          .publish_at = INT64_MAX,
                                          .delete_at = INT64_MAX,
                                          .title = STR("Een verhaal"),
                                          .summary = STR("Kort."),
                                          .body = STR("## Kop\n\n- een\n- twee\n")};
    db *d = p->started.db;

    assert_ok(space_create(&admin, d, &space, &p->space, &p->info), &p->info);
    assert_ok(publication_create(&writer, d, &form, &p->publication, &p->info), &p->info);
    assert_ok(publication_set_state(&writer, d, p->publication, 1, PUBLICATION_PUBLISHED, &p->info),
              &p->info);
    assert_ok(comment_add(&writer, d, p->publication, (struct comment_id){0}, STR("Dank."),
                          &p->comment, &p->info),
              &p->info);
}

/* ---- serving ---- */

static void serve(struct place *p)
{
    static struct rate rates[RATE_CLASSES];
    const struct site_config c = {
        .app = &p->web.app,
        .tables = web_routes,
        .hooks = visit_hooks,
        .base_url = STR("http://localhost"),
        .rates = rates,
        .now_ms = p->web.app.now_ms,
    };
    const struct http_config h = {
        .listen = STR("127.0.0.1:0"), .workers = 1, .spool = str_of(p->data)};

    for (int i = 0; i < RATE_CLASSES; i++)
        rates[i] = (struct rate){.name = site_rates[i].name}; /* a test asks more than anybody */
    markdown_prepare();
    p->web.app = p->started.app;
    p->web.store = p->started.store;
    p->web.data_folder = str_of(p->data);
    p->web.views = view_counter_new();
    p->web.face = (struct face){.name = STR("Ontschot"), .organisation = STR("Voorbeeldstad")};
    p->web.takes_registrations = true;
    assert_ok(site_new(&c, &p->site, &p->info), &p->info);
    assert_ok(http_start(&h, site_http(p->site), &p->server, &p->info), &p->info);
}

int place_set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    const char *url = getenv("ONTSCHOT_TEST_STORE");

    assert_non_null(p);
    *state = p;
    snprintf(p->data, sizeof p->data, P_tmpdir "/ontschot-place-XXXXXX");
    assert_non_null(mkdtemp(p->data));
    if (url)
        snprintf(p->url, sizeof p->url, "%s", url);
    else
        snprintf(p->url, sizeof p->url, "sqlite:%s/store.db", p->data);
    assert_true(store_test_empty(p->url));
    p->memory = arena_new(64 << 20);
    const struct start_config c = {.data = str_of(p->data),
                                   .store = str_of(p->url),
                                   .node = 1,
                                   .base_url = STR("http://localhost"),
                                   .site_name = STR("Voorbeeldstad")};
    assert_ok(start_open(&c, p->memory, &p->started, &p->info), &p->info);
    p->web.app = p->started.app;
    p->web.app.random_bytes(&p->session[VISITOR], sizeof p->session[VISITOR]);
    add_person(p, WRITER, "Dirk Jansen", "dirk@voorbeeldstad.nl", 0);
    add_person(p, ADMIN, "Anna de Wit", "anna@voorbeeldstad.nl",
               ACCESS_ADMIN | ACCESS_AUDITOR | ACCESS_ANALYST);
    give_second(p, ADMIN);
    add_stories(p);
    serve(p);
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

int place_tear_down(void **state)
{
    struct place *p = *state;
    http_server_stop(p->server);
    site_free(p->site);
    view_counter_free(p->web.views);
    start_close(&p->started);
    arena_free(p->memory);
    nftw(p->data, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(p);
    return 0;
}

/* ---- asking ---- */

void place_cookie(const struct place *p, enum who who, char header[128])
{
    char text[ACCESS_SECRET_TEXT];
    access_secret_print(p->session[who], text);
    snprintf(header, 128, "Cookie: %s=%.*s\r\n", who == VISITOR ? "form" : "session",
             ACCESS_SECRET_TEXT, text);
}

void place_token(const struct place *p, enum who who, char token[CSRF_TEXT])
{
    const str secret = {(const char *)p->session[who].byte, sizeof p->session[who].byte};
    csrf_print(p->started.keys.hash, secret, p->web.app.random_bytes, token);
}

static str number(struct place *p, int64_t id)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)id);
    return arena_str(p->memory, str_of(digits));
}

/* In the order of the path: the name of each parameter says what fills it. */
str place_path(struct place *p, const struct route *route, enum lang lang)
{
    const char *at = lang == LANG_EN && route->path_en ? route->path_en : route->path_nl;
    str value[SITE_PARAMS_MAX];
    size_t n = 0;
    out o;
    for (; (at = strchr(at, '{')) != NULL; at++) {
        if (strncmp(at, "{space}", 7) == 0)
            value[n++] = STR(PLACE_SLUG);
        else if (strncmp(at, "{comment}", 9) == 0)
            value[n++] = number(p, p->comment.v);
        else if (strncmp(at, "{number}", 8) == 0)
            value[n++] = STR("1");
        else
            value[n++] = number(p, p->publication.v);
    }
    out_init(&o, 4096);
    site_print_path(&o, route, lang, value);
    const str path = arena_str(p->memory, out_view(&o));
    out_free(&o);
    assert_non_null(path.p);
    return path;
}

uint64_t place_print(const struct place *p)
{
    uint64_t print = 0;
    assert_true(store_test_print(p->url, &print));
    return print;
}
