/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Signing in with a real provider: Glewlwyd, which tests/oidc.sh started at $GLEWLWYD. The browser
 * is libcurl with a jar of cookies.
 */
#include "app/access/oidc_int.h"
#include "app/db/store_test.h"

#include <curl/curl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { URL_MAX = 4096 };

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000;
}

static const struct app_keys keys = {.hash = {1, 2, 3}, .log = {4, 5, 6}};
static const struct app app = {.now_ms = now, .random_bytes = randombytes_buf, .keys = &keys};

/* ---- a browser ---- */

static size_t listen_in(char *data, size_t size, size_t n, void *to)
{
    out_bytes(to, data, size * n);
    return size * n;
}

/* The status; `heard` has what came back, `location` (URL_MAX, or NULL) where it leads. */
static long visit(CURL *browser, const char *method, const char *url, json_t *body, out *heard,
                  char *location)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    char *text = body ? json_dumps(body, 0) : NULL;
    const char *to = NULL;
    long status = 0;

    out_clear(heard);
    curl_easy_setopt(browser, CURLOPT_URL, url);
    curl_easy_setopt(browser, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(browser, CURLOPT_POSTFIELDS, text);
    if (!text)
        curl_easy_setopt(browser, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(browser, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(browser, CURLOPT_WRITEFUNCTION, listen_in);
    curl_easy_setopt(browser, CURLOPT_WRITEDATA, heard);
    curl_easy_setopt(browser, CURLOPT_PROXY, "");
    if (curl_easy_perform(browser) == CURLE_OK)
        curl_easy_getinfo(browser, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(browser, CURLINFO_REDIRECT_URL, &to);
    if (location)
        snprintf(location, URL_MAX, "%s", to ? to : "");
    curl_slist_free_all(headers);
    free(text);
    json_decref(body);
    return status;
}

static CURL *new_browser(void)
{
    CURL *browser = curl_easy_init();
    assert_non_null(browser);
    curl_easy_setopt(browser, CURLOPT_COOKIEFILE, "");
    return browser;
}

/* ---- the provider's set-up, by its own API ---- */

struct world {
    struct store_fixture *store;
    char root[200], issuer[220];
    out heard;
    struct err_info info;
};

static void ask(struct world *w, CURL *browser, const char *method, const char *path, json_t *body)
{
    char url[URL_MAX];
    assert_non_null(body);
    snprintf(url, sizeof url, "%s%s", w->root, path);
    const long status = visit(browser, method, url, body, &w->heard, NULL);
    if (status != 200)
        fail_msg("%s %s: %ld %.*s", method, path, status, STR_FMT(out_view(&w->heard)));
}

static void wait_for_provider(struct world *w)
{
    char url[URL_MAX];
    CURL *browser = new_browser();
    snprintf(url, sizeof url, "%s/config", w->root[0] ? w->root : "");
    *strstr(url, "/api") = '\0';
    strncat(url, "/config", sizeof url - strlen(url) - 1);
    for (int i = 0; i < 200 && visit(browser, "GET", url, NULL, &w->heard, NULL) == 0; i++)
        usleep(50000);
    curl_easy_cleanup(browser);
}

static json_t *plugin(const struct world *w)
{
    unsigned char private[8192], public[4096];
    size_t n_private = sizeof private, n_public = sizeof public;
    jwk_t *a, *b;
    assert_int_equal(r_jwk_init(&a) | r_jwk_init(&b), RHN_OK);
    assert_int_equal(r_jwk_generate_key_pair(a, b, R_KEY_TYPE_RSA, 2048, NULL), RHN_OK);
    assert_int_equal(r_jwk_export_to_pem_der(a, R_FORMAT_PEM, private, &n_private, 0) |
                         r_jwk_export_to_pem_der(b, R_FORMAT_PEM, public, &n_public, 0),
                     RHN_OK);
    json_t *p = json_pack(
        "{ss ss ss s{ss ss ss ss% ss% si si si sb sb sb sb sb sb sb sb sb sb ss ss}}", "module",
        "oidc", "name", "oidc", "display_name", "oidc", "parameters", "iss", w->issuer, "jwt-type",
        "rsa", "jwt-key-size", "256", "key", private, n_private, "cert", public, n_public,
        "access-token-duration", 3600, "refresh-token-duration", 1209600, "code-duration", 600,
        "refresh-token-rolling", 1, "allow-non-oidc", 0, "auth-type-code-enabled", 1,
        "auth-type-token-enabled", 0, "auth-type-id-token-enabled", 1, "auth-type-password-enabled",
        0, "auth-type-client-enabled", 0, "auth-type-refresh-enabled", 0, "jwks-show", 1,
        "pkce-allowed", 1, "name-claim", "mandatory", "email-claim", "mandatory");
    r_jwk_free(a);
    r_jwk_free(b);
    return p;
}

static void furnish(struct world *w)
{
    CURL *admin = new_browser();
    ask(w, admin, "POST", "/auth/",
        json_pack("{ss ss}", "username", "admin", "password", "password"));
    ask(w, admin, "POST", "/mod/plugin/", plugin(w));
    ask(w, admin, "POST", "/client/",
        json_pack("{ss ss sb sb ss s[] s[s] s[s] s[s]}", "client_id", "ontschot", "name",
                  "Ontschot", "confidential", 1, "enabled", 1, "password", "geheim-van-ontschot",
                  "scope", "redirect_uri", "http://127.0.0.1:8080/oidc", "authorization_type",
                  "code", "token_endpoint_auth_method", "client_secret_basic"));
    ask(w, admin, "POST", "/user/",
        json_pack("{ss ss ss ss sb s[ss]}", "username", "fatima", "name", "Fatima Yılmaz", "email",
                  "fatima@voorbeeld.nl", "password", "wachtwoord", "enabled", 1, "scope", "openid",
                  "g_profile"));
    curl_easy_cleanup(admin);
}

static int set_up(void **state)
{
    void *fixture;
    struct world *w = calloc(1, sizeof *w);
    const char *root = getenv("GLEWLWYD");
    if (!w || !root || store_set_up(&fixture) != 0)
        return -1;
    r_global_init();
    w->store = fixture;
    out_init(&w->heard, 1 << 20);
    snprintf(w->root, sizeof w->root, "%s", root);
    snprintf(w->issuer, sizeof w->issuer, "%s/oidc", root);
    wait_for_provider(w);
    furnish(w);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    void *fixture = w->store;
    out_free(&w->heard);
    free(w);
    r_global_close();
    return store_tear_down(&fixture);
}

/* ---- signing in ---- */

static oidc *ours(struct world *w, const char *secret)
{
    const struct oidc_provider config = {
        .issuer = str_of(w->issuer),
        .client_id = STR("ontschot"),
        .client_secret = str_of(secret),
        .redirect_url = STR("http://127.0.0.1:8080/oidc"),
        .second = STR("otp"),
        .trusts_email = true, /* Glewlwyd does not say */
    };
    oidc *o;
    assert_int_equal(oidc_new(&config, now, &o, &w->info), OK);
    return o;
}

static struct deed deed_now(struct world *w)
{
    return (struct deed){.app = &app, .now_ms = now(), .memory = w->store->a};
}

static str parameter(const char *url, const char *name)
{
    const char *at = strstr(url, name);
    if (!at)
        fail_msg("no %s in %s", name, url);
    at += strlen(name);
    return (str){at, strcspn(at, "&")};
}

struct way {
    struct access_secret cookie;
    char back[URL_MAX]; /* where the provider leads */
};

static struct way go(struct world *w, oidc *o)
{
    const struct deed deed = deed_now(w);
    CURL *browser = new_browser();
    struct way way;
    char url[URL_MAX];
    str there;

    assert_int_equal(oidc_begin(&deed, w->store->d, o, STR("/nl/"), &there, &way.cookie, &w->info),
                     OK);
    ask(w, browser, "POST", "/auth/",
        json_pack("{ss ss}", "username", "fatima", "password", "wachtwoord"));
    ask(w, browser, "PUT", "/auth/grant/ontschot", json_pack("{ss}", "scope", "openid"));
    snprintf(url, sizeof url, "%.*s&g_continue", STR_FMT(there)); /* as its login page does */
    assert_int_equal(visit(browser, "GET", url, NULL, &w->heard, way.back), 302);
    curl_easy_cleanup(browser);
    assert_true(str_starts(str_of(way.back), STR("http://127.0.0.1:8080/oidc?")));
    return way;
}

static err come_back(struct world *w, oidc *o, const struct way *way, struct oidc_answer *answer)
{
    const struct deed deed = deed_now(w);
    return oidc_finish(&deed, w->store->d, o, parameter(way->back, "code="),
                       parameter(way->back, "state="), way->cookie, answer, &w->info);
}

static void somebody_signs_in_and_is_the_same_the_next_time(void **state)
{
    struct world *w = *state;
    const struct deed deed = deed_now(w);
    oidc *o = ours(w, "geheim-van-ontschot");
    struct oidc_answer first, again;
    struct account a;

    struct way way = go(w, o);
    const err e = come_back(w, o, &way, &first);
    if (e != OK)
        fail_msg("%s %.*s %d", w->info.msg.key, (int)w->info.msg.used, w->info.msg.text,
                 (int)w->info.msg.arg[0].i);
    assert_int_equal(first.result, OIDC_WAITS);
    assert_false(first.has_second); /* a password, says Glewlwyd */
    assert_int_equal(account_of(&deed, w->store->d, first.party, &a, &w->info), OK);
    assert_true(str_eq(a.name, STR("Fatima Yılmaz")));
    assert_true(str_eq(a.email, STR("fatima@voorbeeld.nl")));
    assert_int_equal(come_back(w, o, &way, &again), E_NOT_FOUND);

    way = go(w, o);
    assert_int_equal(come_back(w, o, &way, &again), OK);
    assert_int_equal(again.party.v, first.party.v);
    oidc_free(o);
}

static void a_stolen_code_is_worth_nothing_without_the_browser(void **state)
{
    struct world *w = *state;
    oidc *o = ours(w, "geheim-van-ontschot");
    struct oidc_answer answer;
    const struct way victim = go(w, o);
    struct way thief = go(w, o);

    /* The thief's own state and cookie with the victim's code: another verifier. */
    char mixed[URL_MAX];
    snprintf(mixed, sizeof mixed, "http://127.0.0.1:8080/oidc?code=%.*s&state=%.*s",
             STR_FMT(parameter(victim.back, "code=")), STR_FMT(parameter(thief.back, "state=")));
    memcpy(thief.back, mixed, sizeof mixed);
    assert_int_equal(come_back(w, o, &thief, &answer), E_DENIED);
    assert_string_equal(w->info.msg.key, "oidc.code-refused");
    oidc_free(o);
}

static void a_wrong_client_secret_is_refused(void **state)
{
    struct world *w = *state;
    oidc *o = ours(w, "another");
    struct oidc_answer answer;
    const struct way way = go(w, o);

    assert_int_equal(come_back(w, o, &way, &answer), E_DENIED);
    assert_string_equal(w->info.msg.key, "oidc.code-refused");
    oidc_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(somebody_signs_in_and_is_the_same_the_next_time),
        cmocka_unit_test(a_stolen_code_is_worth_nothing_without_the_browser),
        cmocka_unit_test(a_wrong_client_secret_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
