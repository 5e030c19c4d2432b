/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may do what on the pages of administration, and every form against forged ones. */
#include "web/accounts/place_test.h"
#include "web/site/site.h"

struct role_case {
    const char *name;
    unsigned roles;
    bool has_second;
};

static const struct role_case cases[] = {
    {"plain", 0, false},
    {"editor", ACCESS_EDITOR, false},
    {"moderator", ACCESS_MODERATOR, false},
    {"analyst", ACCESS_ANALYST, false},
    {"resident data", ACCESS_RESIDENT_DATA, true},
    {"auditor", ACCESS_AUDITOR, true},
    {"auditor without second factor", ACCESS_AUDITOR, false},
    {"administrator", ACCESS_ADMIN, true},
    {"administrator without second factor", ACCESS_ADMIN, false},
};

/* Written here once more, apart from the route tables: only what is named is allowed. */
static bool may(const struct role_case *who, const char *route)
{
    const bool admin = (who->roles & ACCESS_ADMIN) != 0 && who->has_second;
    const bool auditor = (who->roles & ACCESS_AUDITOR) != 0 && who->has_second;
    if (strcmp(route, "admin") == 0)
        return admin || auditor;
    return strncmp(route, "admin-log", 9) == 0 ? auditor : admin;
}

static void print_path(const struct route *route, char path[400])
{
    const str one[SITE_PARAMS_MAX] = {STR("1"), STR("1"), STR("1"), STR("1")};
    out o;
    out_init(&o, 399);
    site_print_path(&o, route, LANG_NL, one);
    snprintf(path, 400, "%.*s", STR_FMT(out_view(&o)));
    out_free(&o);
}

static void every_role_meets_every_route_of_administration(void **state)
{
    struct place *p = *state;
    const site_router *router = site_get_router(p->site);
    size_t n = 0;

    place_person(p, "Ander", "ander@x.nl", ACCESS_ADMIN);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        char email[40], path[400];
        snprintf(email, sizeof email, "who%zu@x.nl", c);
        const struct party_id id = place_person(p, cases[c].name, email, cases[c].roles);
        struct browser b = place_browser(p, id, cases[c].has_second);
        for (size_t i = 0; i < site_router_count(router); i++) {
            const struct route *route = site_router_route(router, i);
            if (strncmp(route->name, "admin", 5) != 0)
                continue;
            print_path(route, path);
            const int status = route->method == HTTP_POST ? browser_post_status(&b, path, "x=1")
                                                          : browser_get_status(&b, path);
            if ((status != 403) != may(&cases[c], route->name))
                print_error("%s: %s gives %d\n", cases[c].name, route->name, status);
            assert_int_equal(status != 403, may(&cases[c], route->name));
            assert_true(status < 500);
            n++;
        }
    }
    assert_true(n >= 9 * 15);
}

static void a_visitor_is_sent_to_sign_in_and_posts_nothing(void **state)
{
    struct place *p = *state;
    const site_router *router = site_get_router(p->site);
    struct browser b = {.p = p};
    char path[400];

    assert_int_equal(browser_get_status(&b, "/nl/inloggen"), 200);
    for (size_t i = 0; i < site_router_count(router); i++) {
        const struct route *route = site_router_route(router, i);
        if (strncmp(route->name, "admin", 5) != 0)
            continue;
        print_path(route, path);
        if (route->method == HTTP_POST)
            assert_int_equal(browser_post_status(&b, path, "x=1"), 403);
        else
            assert_int_equal(browser_get_status(&b, path), 303);
    }
}

/* Without a token, with another session's, with one from before, or from another site: nothing. */
static void every_form_refuses_a_token_that_is_not_its_own(void **state)
{
    struct place *p = *state;
    const site_router *router = site_get_router(p->site);
    const struct party_id id = place_person(p, "Anna", "anna@x.nl", ACCESS_ADMIN | ACCESS_AUDITOR);
    struct browser b = place_browser(p, id, true), other = place_browser(p, id, true);
    char path[400], foreign[120];
    size_t n = 0;

    snprintf(foreign, sizeof foreign, "csrf=%s&x=1", other.csrf);
    for (size_t i = 0; i < site_router_count(router); i++) {
        const struct route *route = site_router_route(router, i);
        if (route->method != HTTP_POST || route->has_token || route->body == ROUTE_BODY_UPLOAD)
            continue;
        print_path(route, path);
        assert_int_equal(browser_post_status(&b, path, "csrf=&x=1"), 403);
        assert_int_equal(browser_post_status(&b, path, foreign), 403);
        out crossed = browser_post_from(&b, path, "x=1", "Origin: https://evil.example\r\n");
        assert_int_equal(client_status(&crossed), 403);
        out_free(&crossed);
        out sent = browser_post_from(&b, path, "x=1", "Sec-Fetch-Site: cross-site\r\n");
        assert_int_equal(client_status(&sent), 403);
        out_free(&sent);
        n++;
    }
    assert_true(n >= 25);
    assert_int_equal(browser_get_status(&b, "/nl/mijn-pagina"), 200); /* none signed it out */
}

static void a_token_from_before_signing_in_is_old(void **state)
{
    struct place *p = *state;
    struct browser b = {.p = p};
    char old[120];

    place_give_password(p, place_person(p, "Sanne", "sanne@x.nl", 0));
    assert_int_equal(browser_get_status(&b, "/nl/inloggen"), 200);
    snprintf(old, sizeof old, "csrf=%s", b.csrf);
    assert_int_equal(
        browser_post_status(&b, "/nl/inloggen", "email=sanne@x.nl&password=" PLACE_PASSWORD), 303);

    assert_int_equal(browser_post_status(&b, "/nl/uitloggen", old), 403);
    assert_int_equal(browser_get_status(&b, "/nl/mijn-pagina"), 200);
}

/* ---- the pages at work ---- */

static struct browser boss(struct place *p, unsigned roles)
{
    return place_browser(p, place_person(p, "Anna de Wit", "anna@x.nl", roles), true);
}

static void an_account_is_blocked_unblocked_and_given_roles(void **state)
{
    struct place *p = *state;
    struct browser admin = boss(p, ACCESS_ADMIN);
    const struct party_id id = place_person(p, "Bram Visser", "bram@x.nl", 0);
    struct browser bram = place_browser(p, id, false);
    char path[120];

    snprintf(path, sizeof path, "/nl/beheer/accounts/%lld/staat", (long long)id.v);
    assert_int_equal(browser_post_status(&admin, path, "state=blocked"), 303);
    assert_int_equal(browser_get_status(&bram, "/nl/mijn-pagina"), 303);
    assert_int_equal(browser_post_status(&admin, path, "state=blocked"), 409);
    assert_int_equal(browser_post_status(&admin, path, "state=active"), 303);
    assert_int_equal(browser_post_status(&admin, path, "state=emperor"), 422);
    snprintf(path, sizeof path, "/nl/beheer/accounts/%lld/rollen", (long long)id.v);
    assert_int_equal(browser_post_status(&admin, path, "role=editor&role=auditor"), 303);

    snprintf(path, sizeof path, "/nl/beheer/accounts/%lld", (long long)id.v);
    out page = browser_get(&admin, path);
    assert_true(client_has(&page, "Redacteur, Controleur"));
    out_free(&page);
    assert_int_equal(browser_get_status(&admin, "/nl/beheer/accounts/12345"), 404);
}

static void two_who_change_an_organisation_do_not_overwrite_each_other(void **state)
{
    struct place *p = *state;
    struct browser admin = boss(p, ACCESS_ADMIN);
    char rest[60], path[120], version[24];

    assert_int_equal(browser_post_status(&admin, "/nl/beheer/organisaties/nieuw",
                                         "name=Gemeente+Wijk&type=0&size=2&region=&code=GM0001"),
                     303);
    out list = browser_get(&admin, "/nl/beheer/organisaties");
    assert_true(
        answer_between(&list, "href=\"/nl/beheer/organisaties/", "\">Gemeente Wijk", rest, 60) ||
        answer_between(&list,
                       "<th scope=\"row\"><a class=\"utrecht-link utrecht-link--html-a\" "
                       "href=\"/nl/beheer/organisaties/",
                       "\"", rest, sizeof rest));
    out_free(&list);
    snprintf(path, sizeof path, "/nl/beheer/organisaties/%s", rest);
    out form = browser_get(&admin, path);
    assert_true(answer_between(&form, "name=\"revision\" value=\"", "\"", version, sizeof version));
    out_free(&form);
    char mine[160], theirs[160];
    snprintf(theirs, sizeof theirs, "revision=%s&name=Gemeente+Wijk&type=0&size=3&region=Midden",
             version);
    snprintf(mine, sizeof mine, "revision=%s&name=Gemeente+Wijk&type=0&size=2&region=Zuid",
             version);
    assert_int_equal(browser_post_status(&admin, path, theirs), 303);

    out conflict = browser_post(&admin, path, mine);
    assert_int_equal(client_status(&conflict), 409);
    assert_true(client_has(&conflict, "Midden")); /* theirs */
    assert_true(client_has(&conflict, "Zuid"));   /* mine is not lost */
    out_free(&conflict);
}

static void each_reading_of_the_log_is_in_the_log(void **state)
{
    struct place *p = *state;
    struct browser auditor = boss(p, ACCESS_AUDITOR);
    int64_t n;

    assert_int_equal(audit_seal(&p->web.app, p->store->d, &n, &p->info), OK);
    out first = browser_get(&auditor, "/nl/beheer/logboek");
    assert_true(client_has(&first, "account gemaakt"));
    assert_false(client_has(&first, "logboek gelezen"));
    out_free(&first);
    assert_int_equal(audit_seal(&p->web.app, p->store->d, &n, &p->info), OK);
    assert_int_equal(n, 1);

    out file = browser_get(&auditor, "/nl/beheer/logboek.csv?verbs=audit");
    assert_int_equal(client_status(&file), 200);
    assert_true(client_has(&file, "audit.read"));
    assert_false(client_has(&file, "account.create"));
    out_free(&file);
    assert_int_equal(audit_seal(&p->web.app, p->store->d, &n, &p->info), OK);
    out again = browser_get(&auditor, "/nl/beheer/logboek?verbs=audit");
    assert_true(client_has(&again, "logboek gedownload"));
    out_free(&again);
}

static void the_log_is_found_by_person(void **state)
{
    struct place *p = *state;
    struct browser auditor = boss(p, ACCESS_AUDITOR);
    int64_t n;

    place_person(p, "Bram Visser", "bram@x.nl", 0);
    assert_int_equal(audit_seal(&p->web.app, p->store->d, &n, &p->info), OK);
    out page = browser_get(&auditor, "/nl/beheer/logboek?person=bram");

    assert_true(client_has(&page, "bram@x.nl"));
    assert_false(client_has(&page, "anna@x.nl"));
    out_free(&page);
}

static void the_page_about_security_tells_the_truth(void **state)
{
    struct place *p = *state;
    struct browser admin = boss(p, ACCESS_ADMIN);
    int64_t n;

    place_person(p, "Bram", "bram@x.nl", ACCESS_AUDITOR);
    p->web.is_demo = true;
    out before = browser_get(&admin, "/nl/beheer/veiligheid");
    assert_true(client_has(&before, "Er is nog niets verzegeld"));
    assert_true(client_has(&before, "2 accounts met zo")); /* nobody has set one up */
    assert_true(client_has(&before, "proefaccounts waarvan"));
    assert_true(client_has(&before, "/nonexistent: niet te vinden"));
    assert_true(client_has(&before, "<a href=\"/nl/beheer\" aria-current=\"true\">"));
    out_free(&before);

    assert_int_equal(audit_seal(&p->web.app, p->store->d, &n, &p->info), OK);
    out after = browser_get(&admin, "/nl/beheer/veiligheid?verify=1");
    assert_true(client_has(&after, "regels kloppen"));
    out_free(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define PLACE_TEST(f) cmocka_unit_test_setup_teardown(f, place_set_up, place_tear_down)
        PLACE_TEST(every_role_meets_every_route_of_administration),
        PLACE_TEST(a_visitor_is_sent_to_sign_in_and_posts_nothing),
        PLACE_TEST(every_form_refuses_a_token_that_is_not_its_own),
        PLACE_TEST(a_token_from_before_signing_in_is_old),
        PLACE_TEST(an_account_is_blocked_unblocked_and_given_roles),
        PLACE_TEST(two_who_change_an_organisation_do_not_overwrite_each_other),
        PLACE_TEST(each_reading_of_the_log_is_in_the_log),
        PLACE_TEST(the_log_is_found_by_person),
        PLACE_TEST(the_page_about_security_tells_the_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
