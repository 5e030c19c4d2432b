/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every route of the site, one after the other: each has a rule, wears the headers that keep a
 * browser strict, changes nothing when it is only read, and takes no form that is not from a page
 * of this very visit. Nothing here names a route: a new one is walked from the day it is listed.
 */
#include "place.h"

#include "app/db/store_test.h"
#include "web/routes.h"

enum { TABLES_MAX = 64, ROUTES_MAX = 256 };

static const struct place *place_of(void **state)
{
    return *state;
}

static size_t count_of(const struct place *p)
{
    return site_router_count(site_get_router(p->site));
}

static const struct route *route_of(const struct place *p, size_t i)
{
    return site_router_route(site_get_router(p->site), i);
}

static bool changes(const struct route *r)
{
    return r->method != HTTP_GET && r->method != HTTP_HEAD;
}

static bool has_header(const out *answer, const char *line)
{
    const char *end = strstr(answer->p, "\r\n\r\n");
    const char *found = strcasestr(answer->p, line);
    return end && found && found < end;
}

/* ---- rules ---- */

static void a_route_without_a_rule_stops_the_site(void **state)
{
    const struct place *p = place_of(state);
    static struct route copy[ROUTES_MAX + 1];
    const struct route *const tables[] = {copy, NULL};
    site_router *router;
    struct err_info info;
    size_t n = 0;

    for (const struct route *const *t = web_routes; *t; t++)
        for (const struct route *r = *t; r->name; r++) {
            assert_true(n < ROUTES_MAX);
            copy[n++] = *r;
        }
    assert_true(n > 0 && n <= count_of(p));
    for (size_t i = 0; i < n; i++) {
        const struct rule *rule = copy[i].rule;
        assert_non_null(rule);
        copy[i].rule = NULL;
        assert_int_equal(site_router_new(tables, &router, &info), E_INPUT);
        copy[i].rule = rule;
    }
    assert_int_equal(site_router_new(tables, &router, &info), OK);
    site_router_free(router);
}

/* ---- headers ---- */

static void assert_strict(const struct route *r, const out *answer)
{
    static const char *const needed[] = {
        "Content-Security-Policy: ",       "default-src 'none'", "frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff", "Referrer-Policy: ",  "Cache-Control: ",
    };
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!has_header(answer, needed[i]))
            fail_msg("%s answers without %s:\n%.800s", r->name, needed[i], answer->p);
    if (has_header(answer, "unsafe-inline") || has_header(answer, "unsafe-eval"))
        fail_msg("%s allows script or style within the page", r->name);
    if (has_header(answer, "Set-Cookie: ") && !has_header(answer, "SameSite="))
        fail_msg("%s sets a cookie for other sites", r->name);
}

static out get(struct place *p, const char *method, enum who who, str path)
{
    char cookie[128];
    place_cookie(p, who, cookie);
    return client_ask(p->server, method, path.p, cookie, STR(""));
}

static void every_answer_wears_strict_headers(void **state)
{
    struct place *p = *state;
    for (size_t i = 0; i < count_of(p); i++)
        for (enum who who = VISITOR; who < PEOPLE; who++)
            for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
                const struct route *r = route_of(p, i);
                out answer = get(p, "GET", who, place_path(p, r, lang));
                const int status = client_status(&answer);
                if (status == 0 || status >= 500)
                    fail_msg("%s answers %d", r->name, status);
                assert_strict(r, &answer);
                out_free(&answer);
            }
}

/* ---- reading changes nothing ---- */

static void reading_as_a_visitor_changes_nothing(void **state)
{
    static const char *const methods[] = {"GET", "HEAD", "OPTIONS"};
    struct place *p = *state;
    const uint64_t before = place_print(p);

    for (size_t i = 0; i < count_of(p); i++)
        for (size_t m = 0; m < sizeof methods / sizeof *methods; m++) {
            const struct route *r = route_of(p, i);
            out answer = get(p, methods[m], VISITOR, place_path(p, r, LANG_NL));
            out_free(&answer);
            if (place_print(p) != before)
                fail_msg("%s %s changed the store", methods[m], r->name);
        }
}

/* ---- odd addresses ---- */

static void odd_parameters_are_absent_and_nothing_worse(void **state)
{
    static const char *const odd[] = {"0",
                                      "-1",
                                      "9223372036854775807",
                                      "9223372036854775808",
                                      "1e9",
                                      "%27%20OR%201=1--",
                                      "%00",
                                      "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                                      "..%5c..",
                                      "%ff%fe",
                                      "%3Cscript%3E",
                                      "a%0d%0aSet-Cookie:x=y"};
    struct place *p = *state;
    for (size_t i = 0; i < count_of(p); i++)
        for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
            const struct route *r = route_of(p, i);
            const char *at = strchr(r->path_nl, '{');
            char path[512];
            if (!at || r->method != HTTP_GET)
                continue;
            snprintf(path, sizeof path, "%.*s%s%s", (int)(at - r->path_nl), r->path_nl, odd[k],
                     strchr(at, '}') + 1);
            out answer = get(p, "GET", ADMIN, str_of(path));
            const int status = client_status(&answer);
            if (status < 300 || status >= 500 || has_header(&answer, "Set-Cookie:x"))
                fail_msg("%s answers %d", path, status);
            out_free(&answer);
        }
}

/* ---- forms that are not ours ---- */

struct attempt {
    const char *name;
    const char *headers;             /* besides the cookie */
    bool is_token_given, is_foreign; /* foreign: of another visit */
};

static const struct attempt attempts[] = {
    {"no token", "", false, false},
    {"the token of somebody else", "", true, true},
    {"a page of another site", "Origin: https://evil.example\r\n", true, false},
    {"a page without origin", "Origin: null\r\n", true, false},
    {"what the browser calls another site", "Sec-Fetch-Site: cross-site\r\n", true, false},
    {"a neighbouring host", "Origin: http://localhost.evil.example\r\n", true, false},
};

static out post(struct place *p, const struct route *r, enum who who, const struct attempt *a)
{
    const bool is_upload = r->body == ROUTE_BODY_UPLOAD;
    char cookie[128], headers[512], token[CSRF_TEXT];
    out body;

    place_cookie(p, who, cookie);
    place_token(p, a->is_foreign ? (who + 1) % PEOPLE : who, token);
    snprintf(headers, sizeof headers, "%s%sContent-Type: %s\r\n", cookie, a->headers,
             is_upload ? "multipart/form-data; boundary=XX" : "application/x-www-form-urlencoded");
    out_init(&body, 4096);
    out_cstr(&body, is_upload ? "--XX\r\nContent-Disposition: form-data; name=csrf\r\n\r\n"
                    : a->is_token_given ? "csrf="
                                        : "other=");
    if (a->is_token_given)
        out_bytes(&body, token, sizeof token);
    if (is_upload)
        out_cstr(&body, "\r\n--XX--\r\n");
    out answer = client_ask(p->server, http_method_name(r->method), place_path(p, r, LANG_NL).p,
                            headers, out_view(&body));
    out_free(&body);
    return answer;
}

static void no_form_is_taken_that_is_not_of_this_visit(void **state)
{
    struct place *p = *state;
    const uint64_t before = place_print(p);
    size_t n = 0;

    for (size_t i = 0; i < count_of(p); i++)
        for (enum who who = VISITOR; who < PEOPLE; who++)
            for (size_t k = 0; k < sizeof attempts / sizeof *attempts; k++) {
                const struct route *r = route_of(p, i);
                if (!changes(r) || r->has_token)
                    continue;
                out answer = post(p, r, who, &attempts[k]);
                if (client_status(&answer) != 403)
                    fail_msg("%s from %s: %d", r->name, attempts[k].name, client_status(&answer));
                out_free(&answer);
                if (place_print(p) != before)
                    fail_msg("%s from %s changed the store", r->name, attempts[k].name);
                n++;
            }
    print_message("# %zu forms refused\n", n);
    assert_true(n > 0);
}

/* ---- forms of a session that has ended ---- */

/* How a session ends while its page with a form still stands in a browser. */
enum end { NOT_ENDED, SIGNED_OUT, ENDED_BY_OWNER, BLOCKED, ENDS };

struct ended {
    const char *email;
    struct party_id party;
    struct access_secret session;
};

static void assert_done(err e, const struct err_info *info)
{
    if (e != OK)
        fail_msg("%s", info->msg.key);
}

/* Somebody whom nothing else needs signs in. */
static void begin_session(struct place *p, const char *email, struct ended *x)
{
    const struct deed deed = place_deed(p, VISITOR);
    db *d = p->started.db;
    struct access_secret link;
    struct err_info info;
    enum sign_in what;

    x->email = email;
    assert_done(account_create(&deed, d, STR("Bo Vos"), str_of(email), LANG_NL, ACCESS_ANALYST,
                               &x->party, &info),
                &info);
    assert_done(account_link(&deed, d, x->party, &link, &info), &info);
    assert_done(account_set_password(&deed, d, link, STR(PLACE_PASSWORD), &info), &info);
    assert_done(session_sign_in(&deed, d, str_of(email), STR(PLACE_PASSWORD), STR("192.0.2.9"),
                                STR("Firefox"), &x->session, &what, &info),
                &info);
}

static void end_session(struct place *p, enum end how, const struct ended *x)
{
    struct deed own = place_deed(p, VISITOR);
    const struct deed admin = place_deed(p, ADMIN);
    db *d = p->started.db;
    struct err_info info;

    own.viewer = (struct viewer){.id = x->party, .is_active = true};
    if (how == SIGNED_OUT)
        assert_done(session_end(&own, d, x->session, &info), &info);
    else if (how == ENDED_BY_OWNER)
        assert_done(session_end_others(&own, d, (struct access_secret){{0}}, &info), &info);
    else if (how == BLOCKED)
        assert_done(account_set_state(&admin, d, x->party, ACCOUNT_BLOCKED, &info), &info);
}

static int post_ended(struct place *p, const struct route *r, const struct ended *x)
{
    const str secret = {(const char *)x->session.byte, sizeof x->session.byte};
    const bool is_upload = r->body == ROUTE_BODY_UPLOAD;
    char text[ACCESS_SECRET_TEXT], token[CSRF_TEXT], headers[512];
    out body;

    access_secret_print(x->session, text);
    csrf_print(p->started.keys.hash, secret, p->web.app.random_bytes, token);
    snprintf(headers, sizeof headers,
             "Cookie: session=%.*s\r\nOrigin: http://localhost\r\nContent-Type: %s\r\n",
             ACCESS_SECRET_TEXT, text,
             is_upload ? "multipart/form-data; boundary=XX" : "application/x-www-form-urlencoded");
    out_init(&body, 4096);
    out_cstr(&body,
             is_upload ? "--XX\r\nContent-Disposition: form-data; name=csrf\r\n\r\n" : "csrf=");
    out_bytes(&body, token, sizeof token);
    if (is_upload)
        out_cstr(&body, "\r\n--XX--\r\n");
    out answer = client_ask(p->server, http_method_name(r->method), place_path(p, r, LANG_NL).p,
                            headers, out_view(&body));
    const int status = client_status(&answer);
    out_free(&answer);
    out_free(&body);
    return status;
}

static void no_form_is_taken_of_a_session_that_has_ended(void **state)
{
    static const char *const email[ENDS] = {"bo0@voorbeeldstad.nl", "bo1@voorbeeldstad.nl",
                                            "bo2@voorbeeldstad.nl", "bo3@voorbeeldstad.nl"};
    struct place *p = *state;
    struct ended x[ENDS];
    size_t n = 0;

    for (enum end how = NOT_ENDED; how < ENDS; how++) {
        begin_session(p, email[how], &x[how]);
        end_session(p, how, &x[how]);
    }
    assert_int_not_equal(post_ended(p, site_route(p->site, "comment-add"), &x[NOT_ENDED]), 403);
    const uint64_t before = place_print(p);
    for (size_t i = 0; i < count_of(p); i++)
        for (enum end how = SIGNED_OUT; how < ENDS; how++) {
            const struct route *r = route_of(p, i);
            if (!changes(r) || r->has_token)
                continue;
            const int status = post_ended(p, r, &x[how]);
            if (status != 403)
                fail_msg("%s of session %d that ended: %d", r->name, (int)how, status);
            n++;
        }
    if (place_print(p) != before)
        fail_msg("a form of a session that ended changed the store");
    print_message("# %zu forms of ended sessions refused\n", n);
    assert_true(n > ENDS);
}

/* The same forms with their own token are looked at; so it was the token that was refused. */
static void a_form_of_this_visit_is_looked_at(void **state)
{
    static const struct attempt own = {"this visit", "Origin: http://localhost\r\n", true, false};
    struct place *p = *state;
    size_t n = 0, n_looked_at = 0;

    for (size_t i = 0; i < count_of(p); i++) {
        const struct route *r = route_of(p, i);
        /* what ends the session would end the walk */
        if (!changes(r) || r->has_token || strstr(r->name, "sign-out") ||
            strstr(r->name, "session") || strstr(r->name, "second") ||
            strstr(r->name, "password") || strstr(r->name, "erase"))
            continue;
        out answer = post(p, r, ADMIN, &own);
        n++;
        n_looked_at += client_status(&answer) != 403 && client_status(&answer) != 0;
        if (client_status(&answer) >= 500 || client_status(&answer) == 0)
            fail_msg("%s, empty: %d", r->name, client_status(&answer));
        out_free(&answer);
    }
    print_message("# %zu of %zu forms were looked at\n", n_looked_at, n);
    assert_true(n_looked_at * 2 > n);
}

/* Who shows a token shows it in a header: a cookie opens nothing there, and without is refused. */
static void the_api_takes_no_cookie(void **state)
{
    struct place *p = *state;
    const uint64_t before = place_print(p);

    for (size_t i = 0; i < count_of(p); i++) {
        const struct route *r = route_of(p, i);
        char headers[256];
        if (!r->has_token || !changes(r))
            continue;
        place_cookie(p, ADMIN, headers);
        const size_t n = strlen(headers);
        snprintf(headers + n, sizeof headers - n, "Content-Type: application/json\r\n");
        out answer = client_ask(p->server, http_method_name(r->method), place_path(p, r, LANG_NL).p,
                                headers, STR("{}"));
        assert_in_range(client_status(&answer), 400, 499);
        out_free(&answer);
        if (place_print(p) != before)
            fail_msg("%s changed the store without a token", r->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_without_a_rule_stops_the_site),
        cmocka_unit_test(every_answer_wears_strict_headers),
        cmocka_unit_test(reading_as_a_visitor_changes_nothing),
        cmocka_unit_test(odd_parameters_are_absent_and_nothing_worse),
        cmocka_unit_test(no_form_is_taken_that_is_not_of_this_visit),
        cmocka_unit_test(no_form_is_taken_of_a_session_that_has_ended),
        cmocka_unit_test(the_api_takes_no_cookie),
        cmocka_unit_test(a_form_of_this_visit_is_looked_at),
    };
    return cmocka_run_group_tests(tests, place_set_up, place_tear_down);
}
