/* SPDX-License-Identifier: EUPL-1.2 */
/* Signing in elsewhere: the way there and back, and a provider that misbehaves. */
#include "app/access/oidc_test_int.h"

/* ---- the flow ---- */

static void somebody_new_waits_and_is_the_same_the_next_time(void **state)
{
    struct world *w = *state;
    const struct deed deed = visit(w);
    struct oidc_answer first, again;
    struct account a;

    assert_int_equal(sign_in(w, NULL, &first), OK);
    assert_int_equal(first.result, OIDC_WAITS);
    assert_true(str_eq(first.next, STR("/nl/")));
    assert_false(first.has_second);
    assert_int_equal(account_of(&deed, w->store->d, first.party, &a, &w->info), OK);
    assert_true(str_eq(a.name, STR("Fatima Yılmaz")));
    assert_true(str_eq(a.email, STR("Fatima@Voorbeeld.nl")));
    assert_int_equal(a.state, ACCOUNT_WAITING);

    json_t *moved = json_pack("{ss}", "email", "elders@voorbeeld.nl");
    assert_int_equal(sign_in(w, moved, &again), OK);
    assert_int_equal(again.party.v, first.party.v);
}

static void the_browser_carries_what_the_standards_ask(void **state)
{
    struct world *w = *state;
    const struct browser b = go_there(w, "/nl/stukken");
    struct access_secret hash;
    struct oidc_answer answer;
    char verifier[ACCESS_SECRET_TEXT], challenge[ACCESS_SECRET_TEXT];

    assert_true(str_starts(b.url, str_of(provider_issuer(w->provider))));
    assert_non_null(strstr(b.url.p, "/authorize?tenant=1&response_type=code&client_id=ontschot&"));
    assert_non_null(strstr(b.url.p, "&redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Foidc&"));
    assert_non_null(strstr(b.url.p, "&scope=openid%20profile%20email&"));
    assert_non_null(strstr(b.url.p, "&code_challenge_method=S256"));
    (void)come_back(w, &b, &answer);

    const char *request = provider_token_request(w->provider);
    assert_non_null(strstr(request, "grant_type=authorization_code&code=code%2B1&"));
    /* base64 of "ontschot:geheim%3A%20en%20zo" */
    assert_non_null(
        strstr(request, "Authorization: Basic b250c2Nob3Q6Z2VoZWltJTNBJTIwZW4lMjB6bw==\r\n"));
    assert_null(strstr(request, "client_secret="));
    const char *sent = strstr(request, "&code_verifier=");
    assert_non_null(sent);
    memcpy(verifier, sent + 15, sizeof verifier);
    crypto_hash_sha256(hash.byte, (const unsigned char *)verifier, sizeof verifier);
    access_secret_print(hash, challenge);
    assert_memory_equal(b.challenge, challenge, sizeof challenge);
}

static void two_sign_ins_share_nothing(void **state)
{
    struct world *w = *state;
    const struct browser a = go_there(w, "/"), b = go_there(w, "/");

    assert_string_not_equal(a.state, b.state);
    assert_string_not_equal(a.nonce, b.nonce);
    assert_string_not_equal(a.challenge, b.challenge);
    assert_string_not_equal(a.state, a.nonce);
}

static void another_browser_cannot_finish_it_and_nobody_can_twice(void **state)
{
    struct world *w = *state;
    struct browser mine = go_there(w, "/"), theirs = go_there(w, "/");
    struct oidc_answer answer;
    char *right = mine.state;

    mine.state = theirs.state; /* a link that somebody else prepared */
    assert_int_equal(come_back(w, &mine, &answer), E_NOT_FOUND);
    assert_true(info_says(w, "oidc.flow-unknown", ""));
    mine.state = right;
    mine.cookie.byte[31] ^= 1;
    assert_int_equal(come_back(w, &mine, &answer), E_NOT_FOUND);
    mine.cookie.byte[31] ^= 1;
    assert_int_equal(provider_asked(w->provider, "/token"), 0);

    assert_int_equal(come_back(w, &mine, &answer), E_DENIED); /* the token is none, but */
    assert_int_equal(provider_asked(w->provider, "/token"), 1);
    assert_int_equal(come_back(w, &mine, &answer), E_NOT_FOUND);
    store_test_now_ms += OIDC_FLOW_MS;
    assert_int_equal(come_back(w, &theirs, &answer), E_NOT_FOUND);
    assert_int_equal(provider_asked(w->provider, "/token"), 1);
}

static void where_one_was_going_stays_on_this_site(void **state)
{
    static const char *const away[] = {"//evil.nl", "https://evil.nl/",    "/\\evil.nl", "",
                                       "nl/",       "/a\r\nSet-Cookie: x", "/a b"};
    struct world *w = *state;
    struct oidc_answer answer;

    for (size_t i = 0; i < sizeof away / sizeof *away; i++) {
        const struct browser b = go_there(w, away[i]);
        json_t *claims = right_claims(w, b.nonce);
        char *token = sign(claims, R_JWA_ALG_ES256, ec.private);
        say_token(w, token);
        r_free(token);
        json_decref(claims);
        assert_int_equal(come_back(w, &b, &answer), OK);
        assert_true(str_eq(answer.next, STR("/")));
    }
}

/* ---- a provider that misbehaves ---- */

static err begin(struct world *w)
{
    const struct deed deed = visit(w);
    struct access_secret cookie;
    str url;
    configure(w);
    return oidc_begin(&deed, w->store->d, w->oidc, STR("/"), &url, &cookie, &w->info);
}

static void a_document_that_is_not_right_sends_nobody_anywhere(void **state)
{
    static const char *const documents[] = {
        "",
        "[]",
        "{\"issuer\":1}",
        ("{\"issuer\":\"https://elders.nl\",\"authorization_endpoint\":\"https://a.nl\","
         "\"token_endpoint\":\"https://a.nl\",\"jwks_uri\":\"https://a.nl\"}"),
    };
    static const char *const endpoints[] = {"http://elders.nl/x", "javascript:alert(1)",
                                            "file:///etc/passwd", "https://u:p@elders.nl/x", ""};
    struct world *w = *state;
    char document[800];

    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        provider_answer(w->provider, "/document", 200, documents[i]);
        assert_int_equal(begin(w), E_IO);
        assert_string_equal(w->info.msg.key, "oidc.answer-wrong");
    }
    for (size_t i = 0; i < 3 * sizeof endpoints / sizeof *endpoints; i++) {
        const char *e = endpoints[i / 3];
        snprintf(document, sizeof document,
                 "{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s\",\"token_endpoint\":\"%s\","
                 "\"jwks_uri\":\"%s\"}",
                 provider_issuer(w->provider), i % 3 == 0 ? e : "https://a.nl",
                 i % 3 == 1 ? e : "https://a.nl", i % 3 == 2 ? e : "https://a.nl");
        provider_answer(w->provider, "/document", 200, document);
        assert_int_equal(begin(w), E_IO);
    }
}

static void redirects_are_not_followed_and_floods_not_drunk(void **state)
{
    struct world *w = *state;

    provider_answer(w->provider, "/document", 302, "{}");
    assert_int_equal(begin(w), E_BUSY);
    assert_int_equal(provider_asked(w->provider, "/elsewhere"), 0);
    provider_answer(w->provider, "/document", 500, "{}");
    assert_int_equal(begin(w), E_BUSY);
    provider_pad(w->provider, true);
    assert_int_equal(begin(w), E_IO);
}

static void a_provider_that_is_away_or_says_no_is_named(void **state)
{
    struct world *w = *state;
    struct oidc_answer answer;
    const struct browser b = go_there(w, "/");

    provider_answer(w->provider, "/token", 400, "{\"error\":\"invalid_grant\"}");
    assert_int_equal(come_back(w, &b, &answer), E_DENIED);
    assert_true(info_says(w, "oidc.code-refused", ""));
    w->config.issuer = STR("http://127.0.0.1:1");
    assert_int_equal(begin(w), E_BUSY);
    assert_string_equal(w->info.msg.key, "oidc.away");
}

static void a_provider_in_trouble_is_left_alone_for_a_while(void **state)
{
    struct world *w = *state;
    const struct deed deed = visit(w);
    struct access_secret cookie;
    str url;

    provider_answer(w->provider, "/document", 503, "{}");
    assert_int_equal(begin(w), E_BUSY);
    provider_answer(w->provider, "/document", 200, "{}");
    for (int i = 0; i < 3; i++)
        assert_int_equal(oidc_begin(&deed, w->store->d, w->oidc, STR("/"), &url, &cookie, &w->info),
                         E_BUSY);
    assert_string_equal(w->info.msg.key, "oidc.away-status");
    assert_int_equal(provider_asked(w->provider, "/document"), 1);
    store_test_now_ms += OIDC_AWAY_MS;
    assert_int_equal(oidc_begin(&deed, w->store->d, w->oidc, STR("/"), &url, &cookie, &w->info),
                     E_IO);
    assert_int_equal(provider_asked(w->provider, "/document"), 2);
}

static void only_encrypted_providers_are_configured(void **state)
{
    struct world *w = *state;
    struct oidc_provider p = w->config;
    oidc *o = NULL;

    p.issuer = STR("http://login.voorbeeldstad.nl");
    assert_int_equal(oidc_new(&p, test_now, &o, &w->info), E_INPUT);
    p.issuer = STR("https://login.voorbeeldstad.nl");
    p.redirect_url = STR("voorbeeldstad.nl/oidc");
    assert_int_equal(oidc_new(&p, test_now, &o, &w->info), E_INPUT);
    assert_null(o);
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORLD(somebody_new_waits_and_is_the_same_the_next_time),
        WITH_WORLD(the_browser_carries_what_the_standards_ask),
        WITH_WORLD(two_sign_ins_share_nothing),
        WITH_WORLD(another_browser_cannot_finish_it_and_nobody_can_twice),
        WITH_WORLD(where_one_was_going_stays_on_this_site),
        WITH_WORLD(a_document_that_is_not_right_sends_nobody_anywhere),
        WITH_WORLD(redirects_are_not_followed_and_floods_not_drunk),
        WITH_WORLD(a_provider_that_is_away_or_says_no_is_named),
        WITH_WORLD(a_provider_in_trouble_is_left_alone_for_a_while),
        WITH_WORLD(only_encrypted_providers_are_configured),
    };
    return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
