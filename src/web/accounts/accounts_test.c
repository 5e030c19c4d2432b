/* SPDX-License-Identifier: EUPL-1.2 */
/* The pages of accounts as people go through them, from asking for an account to erasing it. */
#include "web/accounts/place_test.h"

#include <jansson.h>

static void post(struct browser *b, const char *path, const char *fields, const char *leads_to)
{
    out answer = browser_post(b, path, fields);
    if (!answer_leads_to(&answer, leads_to))
        print_error("POST %s: %s\n", path, answer.p);
    assert_int_equal(client_status(&answer), 303);
    assert_true(answer_leads_to(&answer, leads_to));
    out_free(&answer);
}

static void assert_shows(struct browser *b, const char *path, int status, const char *text)
{
    out answer = browser_get(b, path);
    if (client_status(&answer) != status || !client_has(&answer, text))
        print_error("GET %s: %s\n", path, answer.p);
    assert_int_equal(client_status(&answer), status);
    assert_true(client_has(&answer, text));
    out_free(&answer);
}

static void print_code(const struct access_secret *link, char *path, size_t size, const char *head)
{
    char text[ACCESS_SECRET_TEXT];
    access_secret_print(*link, text);
    snprintf(path, size, "%s%.*s", head, ACCESS_SECRET_TEXT, text);
}

static void sign_in(struct browser *b, const char *email, const char *leads_to)
{
    char fields[300];
    snprintf(fields, sizeof fields, "email=%s&password=" PLACE_PASSWORD, email);
    assert_int_equal(browser_get_status(b, "/nl/inloggen"), 200);
    post(b, "/nl/inloggen", fields, leads_to);
}

/* What an authenticator would show for the secret on the page. */
static void read_secret(struct browser *b, unsigned char secret[ACCESS_SECOND_BYTES])
{
    char shown[80], base32[80];
    size_t n = 0;
    out page = browser_get(b, "/nl/mijn-pagina/tweede-factor");
    assert_true(answer_between(&page, "o-secret\" translate=\"no\">", "</p>", shown, sizeof shown));
    assert_true(client_has(&page, "<svg class=\"o-qr\""));
    for (size_t i = 0; shown[i]; i++)
        if (shown[i] != ' ')
            base32[n++] = shown[i];
    assert_true(second_secret_parse((str){base32, n}, secret));
    out_free(&page);
}

static void code_of(const unsigned char *secret, char fields[40])
{
    char code[6];
    second_code(secret, ACCESS_SECOND_BYTES, store_test_now_ms, code);
    snprintf(fields, 40, "code=%.6s", code);
}

/* ---- coming in ---- */

static const char register_fields[] =
    "name=Sanne+de+Vries&email=sanne@voorbeeldstad.nl&organisation=0&function=adviseur&reason="
    "Om+te+delen&password=" PLACE_PASSWORD;

static void somebody_registers_confirms_is_approved_and_signs_in(void **state)
{
    struct place *p = *state;
    struct browser sanne = {.p = p};
    char path[200], account[64];

    const struct party_id boss = place_person(p, "Anna de Wit", "anna@x.nl", ACCESS_ADMIN);
    struct browser admin = place_browser(p, boss, true);
    assert_int_equal(browser_get_status(&sanne, "/nl/account-aanvragen"), 200);
    post(&sanne, "/nl/account-aanvragen", register_fields, "/nl/account-aanvragen/kijk-in-uw-mail");

    struct access_secret link = place_link(p, LINK_CONFIRM, "sanne@voorbeeldstad.nl");
    print_code(&link, path, sizeof path, "/nl/link?code=");
    assert_shows(&sanne, path, 200, "Ja, dit adres is van mij");
    assert_shows(&sanne, path, 200, "Ja, dit adres is van mij"); /* looking changed nothing */
    print_code(&link, path, sizeof path, "password=geen+van+beide+kanten&code=");
    assert_int_equal(browser_post_status(&sanne, "/nl/link", path), 422);
    print_code(&link, path, sizeof path, "code=");
    assert_int_equal(browser_post_status(&sanne, "/nl/link", path), 422);
    print_code(&link, path, sizeof path, "password=" PLACE_PASSWORD "&code=");
    post(&sanne, "/nl/link", path, "/nl/inloggen?done=confirmed");
    assert_int_equal(browser_post_status(&sanne, "/nl/link", path), 404);

    assert_int_equal(browser_post_status(&sanne, "/nl/inloggen",
                                         "email=sanne@voorbeeldstad.nl&password=" PLACE_PASSWORD),
                     422);
    out list = browser_get(&admin, "/nl/beheer/accounts?state=waiting");
    assert_true(client_has(&list, "Sanne de Vries"));
    assert_true(answer_between(&list,
                               "<th scope=\"row\"><a class=\"utrecht-link utrecht-link--html-a\" "
                               "href=\"/nl/beheer/accounts/",
                               "\"", account, sizeof account));
    out_free(&list);
    snprintf(path, sizeof path, "/nl/beheer/accounts/%s", account);
    assert_shows(&admin, path, 200, "Om te delen");
    snprintf(path, sizeof path, "/nl/beheer/accounts/%s/staat", account);
    assert_int_equal(browser_post_status(&admin, path, "state=active"), 303);

    sign_in(&sanne, "sanne@voorbeeldstad.nl", "/nl/");
    assert_shows(&sanne, "/nl/mijn-pagina", 200, "Sanne de Vries");
}

static void a_known_address_registers_without_a_difference(void **state)
{
    struct place *p = *state;
    struct browser b = {.p = p};

    place_person(p, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    assert_int_equal(browser_get_status(&b, "/nl/account-aanvragen"), 200);

    post(&b, "/nl/account-aanvragen", register_fields, "/nl/account-aanvragen/kijk-in-uw-mail");
}

/* Without the headers that differ between any two answers. */
static void take_place_of(const out *answer, char *text, size_t size)
{
    assert_true(answer_between(answer, "Location: ", "\r\n", text, size));
}

/* Work is counted, not timed: the same hashes, and the same words, for who is known and who is not.
 */
static void asking_for_a_password_shows_no_difference(void **state)
{
    static const char *const asked[] = {"email=sanne@voorbeeldstad.nl", "email=niemand@nergens.nl"};
    struct place *p = *state;
    char leads_to[2][200];

    place_person(p, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    for (int round = 0; round < 6; round++) /* also when the letters are enough */
        for (int i = 0; i < 2; i++) {
            struct browser b = {.p = p};
            assert_int_equal(browser_get_status(&b, "/nl/wachtwoord-vergeten"), 200);
            const int64_t hashed = gate_hashed(p->web.app.gate);
            out answer = browser_post(&b, "/nl/wachtwoord-vergeten", asked[i]);
            assert_int_equal(client_status(&answer), 303);
            assert_int_equal(gate_hashed(p->web.app.gate) - hashed, 0);
            take_place_of(&answer, leads_to[i], sizeof leads_to[i]);
            assert_int_equal(client_body(&answer).n, 0);
            assert_string_equal(leads_to[i], leads_to[0]);
            out_free(&answer);
        }
}

static void a_form_that_is_wrong_comes_back_with_its_words_but_no_password(void **state)
{
    struct place *p = *state;
    struct browser b = {.p = p};

    assert_int_equal(browser_get_status(&b, "/en/register"), 200);
    out answer = browser_post(&b, "/en/register",
                              "name=Sanne&email=nonsense&organisation=0&function=%3Cb%3E&reason=x"
                              "&password=" PLACE_PASSWORD);

    assert_int_equal(client_status(&answer), 422);
    assert_true(client_has(&answer, "value=\"nonsense\""));
    assert_true(client_has(&answer, "value=\"&lt;b&gt;\""));
    assert_true(client_has(&answer, "id=\"email-error\""));
    assert_true(client_has(&answer, "href=\"#email\""));
    assert_false(client_has(&answer, PLACE_PASSWORD));
    out_free(&answer);
}

static void registering_can_be_closed(void **state)
{
    struct place *p = *state;
    struct browser b = {.p = p};

    p->web.takes_registrations = false;
    assert_shows(&b, "/nl/account-aanvragen", 200, "om een uitnodiging");
    assert_int_equal(browser_get_status(&b, "/nl/inloggen"), 200);

    assert_int_equal(browser_post_status(&b, "/nl/account-aanvragen", register_fields), 403);
}

/* ---- signing in ---- */

/* The answer without what differs by chance: its token, and the date. */
static void without_chance(out *answer, char *text, size_t size)
{
    char csrf[80];
    const str body = client_body(answer);
    assert_true(answer_between(answer, "name=\"csrf\" value=\"", "\"", csrf, sizeof csrf));
    assert_true(body.n < size);
    snprintf(text, size, "%d %.*s", client_status(answer), (int)body.n, body.p);
    for (char *at; (at = strstr(text, csrf)) != NULL;)
        memset(at, '-', strlen(csrf));
    out_free(answer);
}

static void unknown_and_wrong_get_the_same_bytes(void **state)
{
    struct place *p = *state;
    struct browser b = {.p = p};
    char known[32 << 10], unknown[32 << 10];

    place_give_password(p, place_person(p, "Sanne", "sanne@x.nl", 0));
    assert_int_equal(browser_get_status(&b, "/nl/inloggen"), 200);
    out wrong = browser_post(&b, "/nl/inloggen", "email=sanne@x.nl&password=not+the+right+one");
    out absent = browser_post(&b, "/nl/inloggen", "email=sonne@x.nl&password=not+the+right+one");
    without_chance(&wrong, known, sizeof known);
    without_chance(&absent, unknown, sizeof unknown);

    char *typed = strstr(unknown, "sonne@x.nl");
    assert_non_null(typed);
    typed[1] = 'a';
    assert_string_equal(known, unknown);
}

static void many_wrong_passwords_are_told_to_wait(void **state)
{
    struct place *p = *state;
    struct browser b = {.p = p};
    int status = 422;

    assert_int_equal(browser_get_status(&b, "/nl/inloggen"), 200);
    for (int i = 0; i < 50 && status == 422; i++)
        status = browser_post_status(&b, "/nl/inloggen", "email=sanne@x.nl&password=wrong");

    assert_int_equal(status, 429);
}

static void next_leads_to_own_paths_only(void **state)
{
    struct place *p = *state;
    static const char *const to[][2] = {
        {"/nl/mijn-pagina/sessies", "/nl/mijn-pagina/sessies"},
        {"/en/my-page", "/en/my-page"},
        {"//evil.example/", "/nl/"},
        {"https://evil.example/", "/nl/"},
        {"/nl//evil.example", "/nl//evil.example"},
        {"/nl/%0d%0aSet-Cookie:x", "/nl/%0ASet-Cookie%3Ax"},
        {"javascript:alert(1)", "/nl/"},
        {"/nl\\evil", "/nl/"},
        {"", "/nl/"},
    };

    place_give_password(p, place_person(p, "Sanne", "sanne@x.nl", 0));
    for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
        struct browser b = {.p = p};
        char fields[300];
        assert_int_equal(browser_get_status(&b, "/nl/inloggen"), 200);
        snprintf(fields, sizeof fields, "email=sanne@x.nl&password=" PLACE_PASSWORD "&next=%s",
                 to[i][0]);
        post(&b, "/nl/inloggen", fields, to[i][1]);
    }
}

static void a_page_for_the_signed_in_is_reached_after_signing_in(void **state)
{
    struct place *p = *state;
    struct browser b = {.p = p};

    out asked = browser_get(&b, "/nl/mijn-pagina/sessies");

    assert_true(answer_leads_to(&asked, "/nl/inloggen?next=%2Fnl%2Fmijn-pagina%2Fsessies"));
    out_free(&asked);
    assert_shows(&b, "/nl/inloggen?next=%2Fnl%2Fmijn-pagina%2Fsessies", 200,
                 "name=\"next\" value=\"/nl/mijn-pagina/sessies\"");
}

/* An attacker who plants a cookie gains nothing: signing in makes another. */
static void a_session_planted_before_is_not_the_session_after(void **state)
{
    struct place *p = *state;
    struct browser b = {.p = p}, attacker = {.p = p};
    static const char planted[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    place_give_password(p, place_person(p, "Sanne", "sanne@x.nl", 0));
    memcpy(b.session, planted, sizeof planted);
    memcpy(attacker.session, planted, sizeof planted);
    sign_in(&b, "sanne@x.nl", "/nl/");

    assert_string_not_equal(b.session, planted);
    assert_int_equal(browser_get_status(&b, "/nl/mijn-pagina"), 200);
    assert_int_equal(browser_get_status(&attacker, "/nl/mijn-pagina"), 303);
}

static void without_a_provider_there_is_no_way_round(void **state)
{
    struct place *p = *state;
    struct browser b = {.p = p};

    assert_int_equal(browser_get_status(&b, "/nl/inloggen/organisatie"), 404);
    assert_int_equal(browser_get_status(&b, "/nl/inloggen/terug?code=a&state=b"), 404);
}

/* ---- the second factor ---- */

static void the_second_factor_is_set_asked_and_recovered(void **state)
{
    struct place *p = *state;
    struct browser b = {.p = p}, half;
    unsigned char secret[ACCESS_SECOND_BYTES];
    char fields[40], recovery[40], before[64];

    place_give_password(p, place_person(p, "Sanne", "sanne@x.nl", ACCESS_AUDITOR));
    sign_in(&b, "sanne@x.nl", "/nl/");
    assert_shows(&b, "/nl/mijn-pagina", 200, "Uw rol werkt pas met een tweede factor");
    assert_int_equal(browser_get_status(&b, "/nl/beheer/logboek"), 403);
    post(&b, "/nl/mijn-pagina/tweede-factor/begin", "", "/nl/mijn-pagina/tweede-factor");
    read_secret(&b, secret);
    assert_int_equal(browser_post_status(&b, "/nl/mijn-pagina/tweede-factor", "code=12345"), 422);
    code_of(secret, fields);
    memcpy(before, b.session, sizeof before);
    out codes = browser_post(&b, "/nl/mijn-pagina/tweede-factor", fields);
    assert_int_equal(client_status(&codes), 200);
    assert_true(answer_between(&codes, "o-codes\" translate=\"no\">\n<li>", "</li>", recovery + 5,
                               sizeof recovery - 5));
    memcpy(recovery, "code=", 5);
    out_free(&codes);
    assert_string_not_equal(b.session, before); /* raised under another secret */
    assert_int_equal(browser_get_status(&b, "/nl/beheer/logboek"), 200);

    post(&b, "/nl/uitloggen", "", "/nl/?done=signed-out");
    store_test_now_ms += 60000; /* each code works once */
    sign_in(&b, "sanne@x.nl", "/nl/inloggen/code");
    half = b;
    assert_int_equal(browser_get_status(&half, "/nl/mijn-pagina"), 303);
    assert_shows(&b, "/nl/inloggen/code", 200, "one-time-code");
    assert_int_equal(browser_post_status(&b, "/nl/inloggen/code", "code=000000"), 422);
    code_of(secret, fields);
    post(&b, "/nl/inloggen/code", fields, "/nl/");
    assert_int_equal(browser_get_status(&b, "/nl/beheer/logboek"), 200);
    assert_int_equal(browser_get_status(&half, "/nl/mijn-pagina"), 303); /* its secret ended */

    post(&b, "/nl/uitloggen", "", "/nl/?done=signed-out");
    sign_in(&b, "sanne@x.nl", "/nl/inloggen/code");
    assert_shows(&b, "/nl/inloggen/herstelcode", 200, "Herstelcode");
    post(&b, "/nl/inloggen/herstelcode", recovery, "/nl/");
    assert_shows(&b, "/nl/mijn-pagina/tweede-factor", 200, "Tweede factor verwijderen");
    assert_int_equal(
        browser_post_status(&b, "/nl/mijn-pagina/tweede-factor/verwijderen", "password=wrong+one"),
        422);
    post(&b, "/nl/mijn-pagina/tweede-factor/verwijderen", "password=" PLACE_PASSWORD,
         "/nl/mijn-pagina?done=second-dropped");
}

static void recovery_codes_come_as_a_file_and_nothing_else_does(void **state)
{
    struct place *p = *state;
    struct browser b = place_browser(p, place_person(p, "Sanne", "sanne@x.nl", 0), false);

    out file =
        browser_post(&b, "/nl/mijn-pagina/herstelcodes", "code=ABCD-EFGH-2345&code=WXYZ-2222-7777");
    assert_int_equal(client_status(&file), 200);
    assert_true(client_has(&file, "herstelcodes.txt"));
    assert_true(client_has(&file, "\r\nABCD-EFGH-2345\r\nWXYZ-2222-7777\r\n"));
    out_free(&file);

    assert_int_equal(
        browser_post_status(&b, "/nl/mijn-pagina/herstelcodes", "code=%3Cscript%3Ehere"), 422);
}

/* ---- what is mine ---- */

static void own_data_password_sessions_and_tokens_change(void **state)
{
    struct place *p = *state;
    struct browser b = {.p = p}, other = {.p = p};

    place_give_password(p, place_person(p, "Sanne", "sanne@x.nl", 0));
    sign_in(&b, "sanne@x.nl", "/nl/");
    sign_in(&other, "sanne@x.nl", "/nl/");
    assert_int_equal(browser_get_status(&b, "/nl/mijn-pagina/gegevens"), 200);
    post(&b, "/nl/mijn-pagina/gegevens",
         "name=Sanne+Bakker&function=raadslid&organisation=0&language=en",
         "/nl/mijn-pagina?done=account");
    assert_shows(&b, "/nl/mijn-pagina", 200, "Sanne Bakker");

    assert_shows(&b, "/nl/mijn-pagina/sessies", 200, "Overal uitloggen, behalve hier");
    post(&b, "/nl/mijn-pagina/sessies/beeindigen", "",
         "/nl/mijn-pagina/sessies?done=sessions-ended");
    assert_int_equal(browser_get_status(&other, "/nl/mijn-pagina"), 303);

    out made = browser_post(&b, "/nl/mijn-pagina/sleutels", "name=dash&scope=read&days=30");
    assert_int_equal(client_status(&made), 200);
    assert_true(client_has(&made, "o-secret"));
    out_free(&made);
    assert_shows(&b, "/nl/mijn-pagina/sleutels", 200, "dash");
    assert_int_equal(browser_post_status(&b, "/nl/mijn-pagina/sleutels", "name=dash&days=30"), 422);
    assert_int_equal(
        browser_post_status(&b, "/nl/mijn-pagina/sleutels", "name=dash&scope=read&days=9999"), 422);

    assert_int_equal(browser_post_status(&b, "/nl/mijn-pagina/wachtwoord",
                                         "old=wrong&new=een+heel+ander+wachtwoord"),
                     422);
    post(&b, "/nl/mijn-pagina/wachtwoord", "old=" PLACE_PASSWORD "&new=een+heel+ander+wachtwoord",
         "/nl/inloggen?done=password");
    assert_int_equal(browser_get_status(&b, "/nl/mijn-pagina"), 303);
}

static void all_my_data_comes_as_json(void **state)
{
    struct place *p = *state;
    struct browser b = place_browser(p, place_person(p, "Sanne", "sanne@x.nl", 0), false);

    out file = browser_post(&b, "/nl/mijn-pagina/downloaden", "");

    const str body = client_body(&file);
    json_t *json = json_loadb(body.p, body.n, 0, NULL);
    assert_int_equal(client_status(&file), 200);
    assert_true(client_has(&file, "mijn-gegevens.json"));
    assert_non_null(json);
    assert_true(client_has(&file, "sanne@x.nl"));
    json_decref(json);
    out_free(&file);
}

static void erasing_asks_the_password_and_leaves_nothing_to_sign_in_with(void **state)
{
    struct place *p = *state;
    struct browser b = {.p = p};

    place_give_password(p, place_person(p, "Sanne", "sanne@x.nl", 0));
    sign_in(&b, "sanne@x.nl", "/nl/");
    assert_shows(&b, "/nl/mijn-pagina/wissen", 200, "Wat verdwijnt");
    assert_int_equal(browser_post_status(&b, "/nl/mijn-pagina/wissen", "sure=1&password=wrong+one"),
                     422);
    assert_int_equal(browser_post_status(&b, "/nl/mijn-pagina/wissen", "password=" PLACE_PASSWORD),
                     422);
    post(&b, "/nl/mijn-pagina/wissen", "sure=1&publications=keep&password=" PLACE_PASSWORD,
         "/nl/inloggen?done=erased");

    assert_int_equal(browser_get_status(&b, "/nl/mijn-pagina"), 303);
    assert_int_equal(browser_get_status(&b, "/nl/inloggen"), 200);
    assert_int_equal(
        browser_post_status(&b, "/nl/inloggen", "email=sanne@x.nl&password=" PLACE_PASSWORD), 422);
}

static void the_last_administrator_stays(void **state)
{
    struct place *p = *state;
    const struct party_id id = place_person(p, "Anna", "anna@x.nl", ACCESS_ADMIN);
    place_give_password(p, id);
    struct browser b = place_browser(p, id, true);

    assert_int_equal(
        browser_post_status(&b, "/nl/mijn-pagina/wissen", "sure=1&password=" PLACE_PASSWORD), 409);
    assert_int_equal(browser_get_status(&b, "/nl/mijn-pagina"), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define PLACE_TEST(f) cmocka_unit_test_setup_teardown(f, place_set_up, place_tear_down)
        PLACE_TEST(somebody_registers_confirms_is_approved_and_signs_in),
        PLACE_TEST(a_known_address_registers_without_a_difference),
        PLACE_TEST(asking_for_a_password_shows_no_difference),
        PLACE_TEST(a_form_that_is_wrong_comes_back_with_its_words_but_no_password),
        PLACE_TEST(registering_can_be_closed),
        PLACE_TEST(unknown_and_wrong_get_the_same_bytes),
        PLACE_TEST(many_wrong_passwords_are_told_to_wait),
        PLACE_TEST(next_leads_to_own_paths_only),
        PLACE_TEST(a_page_for_the_signed_in_is_reached_after_signing_in),
        PLACE_TEST(a_session_planted_before_is_not_the_session_after),
        PLACE_TEST(without_a_provider_there_is_no_way_round),
        PLACE_TEST(the_second_factor_is_set_asked_and_recovered),
        PLACE_TEST(recovery_codes_come_as_a_file_and_nothing_else_does),
        PLACE_TEST(own_data_password_sessions_and_tokens_change),
        PLACE_TEST(all_my_data_comes_as_json),
        PLACE_TEST(erasing_asks_the_password_and_leaves_nothing_to_sign_in_with),
        PLACE_TEST(the_last_administrator_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
