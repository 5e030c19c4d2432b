/* SPDX-License-Identifier: EUPL-1.2 */
/* Signing in elsewhere, against a provider that lies in every way it can. */
#include "app/access/oidc_int.h"
#include "app/access/oidc_test_provider.h"
#include "app/db/store_test.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOUR INT64_C(3600000)

static int64_t test_now(void)
{
    return store_test_now_ms;
}

static void test_random(void *to, size_t n)
{
    static _Atomic uint64_t counter;
    unsigned char *byte = to;
    for (size_t i = 0; i < n; i++)
        byte[i] = (unsigned char)rng_u64((struct rng_key){.seed = 5}, counter++);
}

static const struct app_keys keys = {.hash = {1, 2, 3}, .log = {4, 5, 6}};
static const struct app app = {.now_ms = test_now, .random_bytes = test_random, .keys = &keys};

/* Made once: an RSA key takes a while. */
static struct {
    jwk_t *private, *public;
} rsa, small_rsa, ec, other;

struct world {
    struct store_fixture *store;
    provider *provider;
    oidc *oidc;
    struct oidc_provider config;
    struct err_info info;
};

static int make_keys(void **state)
{
    (void)state;
    r_global_init();
    return r_jwk_init(&rsa.private) | r_jwk_init(&rsa.public) | r_jwk_init(&small_rsa.private) |
           r_jwk_init(&small_rsa.public) | r_jwk_init(&ec.private) | r_jwk_init(&ec.public) |
           r_jwk_init(&other.private) | r_jwk_init(&other.public) |
           r_jwk_generate_key_pair(rsa.private, rsa.public, R_KEY_TYPE_RSA, 2048, "rsa") |
           r_jwk_generate_key_pair(small_rsa.private, small_rsa.public, R_KEY_TYPE_RSA, 1024,
                                   "small") |
           r_jwk_generate_key_pair(ec.private, ec.public, R_KEY_TYPE_EC, 256, "ec") |
           r_jwk_generate_key_pair(other.private, other.public, R_KEY_TYPE_EC, 256, "other");
}

static int drop_keys(void **state)
{
    (void)state;
    r_jwk_free(rsa.private), r_jwk_free(rsa.public);
    r_jwk_free(small_rsa.private), r_jwk_free(small_rsa.public);
    r_jwk_free(ec.private), r_jwk_free(ec.public);
    r_jwk_free(other.private), r_jwk_free(other.public);
    r_global_close();
    return 0;
}

/* ---- what the provider says ---- */

static void publish(struct world *w, jwk_t *a, jwk_t *b)
{
    json_t *list =
        json_pack("{s:[oo]}", "keys", r_jwk_export_to_json_t(a), r_jwk_export_to_json_t(b));
    char *text = json_dumps(list, 0);
    provider_answer(w->provider, "/keys", 200, text);
    free(text);
    json_decref(list);
}

static json_t *right_claims(const struct world *w, const char *nonce)
{
    const json_int_t now = store_test_now_ms / 1000;
    return json_pack("{ss ss ss ss sI sI ss sb ss}", "iss", provider_issuer(w->provider), "aud",
                     "ontschot", "sub", "subject-1", "nonce", nonce, "iat", now, "exp", now + 300,
                     "email", "Fatima@Voorbeeld.nl", "email_verified", 1, "name", "Fatima Yılmaz");
}

static char *sign(json_t *claims, jwa_alg algorithm, jwk_t *key)
{
    jwt_t *jwt;
    assert_int_equal(r_jwt_init(&jwt), RHN_OK);
    r_jwt_set_sign_alg(jwt, algorithm);
    r_jwt_set_full_claims_json_t(jwt, claims);
    char *token = r_jwt_serialize_signed(jwt, key, 0);
    assert_non_null(token);
    r_jwt_free(jwt);
    return token;
}

static void say_token(struct world *w, const char *token)
{
    json_t *answer = json_pack("{ss ss}", "id_token", token, "access_token", "unused");
    char *text = json_dumps(answer, 0);
    provider_answer(w->provider, "/token", 200, text);
    free(text);
    json_decref(answer);
}

/* ---- the browser ---- */

struct browser {
    struct access_secret cookie;
    char *state, *nonce, *challenge;
    str url;
};

static struct deed visit(struct world *w)
{
    return (struct deed){.app = &app, .now_ms = store_test_now_ms, .memory = w->store->a};
}

/* The value of a parameter, up to the next. */
static char *parameter(struct world *w, str url, const char *name)
{
    const char *at = memmem(url.p, url.n, name, strlen(name));
    assert_non_null(at);
    const str rest = str_cut(url, (size_t)(at - url.p) + strlen(name), url.n);
    size_t end = rest.n;
    (void)str_find(rest, '&', &end);
    return (char *)(uintptr_t)arena_str(w->store->a, str_cut(rest, 0, end)).p;
}

static struct browser go_there(struct world *w, const char *next)
{
    const struct deed deed = visit(w);
    struct browser b;
    assert_int_equal(
        oidc_begin(&deed, w->store->d, w->oidc, str_of(next), &b.url, &b.cookie, &w->info), OK);
    b.state = parameter(w, b.url, "&state=");
    b.nonce = parameter(w, b.url, "&nonce=");
    b.challenge = parameter(w, b.url, "&code_challenge=");
    return b;
}

static err come_back(struct world *w, const struct browser *b, struct oidc_answer *answer)
{
    const struct deed deed = visit(w);
    return oidc_finish(&deed, w->store->d, w->oidc, STR("code+1"), str_of(b->state), b->cookie,
                       answer, &w->info);
}

/* Signs in with right claims, changed by `change` (stolen) when it is given. */
static err sign_in(struct world *w, json_t *change, struct oidc_answer *answer)
{
    const struct browser b = go_there(w, "/nl/");
    json_t *claims = right_claims(w, b.nonce);
    if (change)
        json_object_update(claims, change);
    char *token = sign(claims, R_JWA_ALG_RS256, rsa.private);
    say_token(w, token);
    r_free(token);
    json_decref(claims);
    json_decref(change);
    return come_back(w, &b, answer);
}

/* ---- set-up ---- */

static int set_up(void **state)
{
    void *fixture;
    struct world *w = calloc(1, sizeof *w);
    if (!w || store_set_up(&fixture) != 0)
        return -1;
    w->store = fixture;
    w->provider = provider_start();
    w->config = (struct oidc_provider){
        .issuer = str_of(provider_issuer(w->provider)),
        .client_id = STR("ontschot"),
        .client_secret = STR("geheim: en zo"),
        .redirect_url = STR("http://127.0.0.1:8080/oidc"),
        .second = STR("mfa otp"),
        .links_known = true,
    };
    publish(w, rsa.public, ec.public);
    *state = w;
    return oidc_new(&w->config, test_now, &w->oidc, &w->info) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    void *fixture = w->store;
    oidc_free(w->oidc);
    provider_stop(w->provider);
    free(w);
    return store_tear_down(&fixture);
}

static void configure(struct world *w)
{
    oidc_free(w->oidc);
    assert_int_equal(oidc_new(&w->config, test_now, &w->oidc, &w->info), OK);
}

static bool info_says(const struct world *w, const char *key, const char *value)
{
    return w->info.msg.key && strcmp(w->info.msg.key, key) == 0 &&
           str_eq((str){w->info.msg.text, w->info.msg.used}, str_of(value));
}

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

/* ---- tokens ---- */

static void each_algorithm_we_take_signs_in(void **state)
{
    const struct {
        jwa_alg algorithm;
        jwk_t *key;
    } good[] = {{R_JWA_ALG_RS256, rsa.private},
                {R_JWA_ALG_PS256, rsa.private},
                {R_JWA_ALG_ES256, ec.private}};
    struct world *w = *state;
    struct oidc_answer answer;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const struct browser b = go_there(w, "/");
        json_t *claims = right_claims(w, b.nonce);
        char *token = sign(claims, good[i].algorithm, good[i].key);
        say_token(w, token);
        r_free(token);
        json_decref(claims);
        assert_int_equal(come_back(w, &b, &answer), OK);
    }
}

static char *base64(const char *text)
{
    const size_t n = strlen(text);
    const size_t room = sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *to = malloc(room);
    assert_non_null(to);
    return sodium_bin2base64(to, room, (const unsigned char *)text, n,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* header.claims.signature of whatever they are. */
static char *glue(const char *header, json_t *claims, const char *signature)
{
    char *text = json_dumps(claims, 0), *a = base64(header), *b = base64(text), *token;
    assert_true(asprintf(&token, "%s.%s.%s", a, b, signature) > 0);
    free(text), free(a), free(b);
    return token;
}

static char *unsigned_token(json_t *claims)
{
    return glue("{\"alg\":\"none\",\"kid\":\"rsa\"}", claims, "");
}

/* The trick of 2015: our public key as the shared secret. */
static char *signed_with_public_key(json_t *claims)
{
    unsigned char pem[4096];
    size_t n = sizeof pem;
    jwk_t *secret;
    assert_int_equal(r_jwk_export_to_pem_der(rsa.public, R_FORMAT_PEM, pem, &n, 0), RHN_OK);
    assert_int_equal(r_jwk_init(&secret), RHN_OK);
    assert_int_equal(r_jwk_import_from_symmetric_key(secret, pem, n), RHN_OK);
    r_jwk_set_property_str(secret, "kid", "rsa");
    char *token = sign(claims, R_JWA_ALG_HS256, secret);
    r_jwk_free(secret);
    return token;
}

static char *signed_by_another(json_t *claims)
{
    return sign(claims, R_JWA_ALG_ES256, other.private); /* kid "other": unknown */
}

static char *signed_by_another_in_a_known_name(json_t *claims)
{
    jwk_t *liar = json_deep_copy(other.private);
    r_jwk_set_property_str(liar, "kid", "ec");
    char *token = sign(claims, R_JWA_ALG_ES256, liar);
    r_jwk_free(liar);
    return token;
}

/* The key comes with the token: nobody vouches for it. */
static char *signed_by_its_own_key(json_t *claims)
{
    jwt_t *jwt;
    assert_int_equal(r_jwt_init(&jwt), RHN_OK);
    r_jwt_set_sign_alg(jwt, R_JWA_ALG_ES256);
    r_jwt_set_full_claims_json_t(jwt, claims);
    json_t *key = r_jwk_export_to_json_t(other.public);
    r_jwt_set_header_json_t_value(jwt, "jwk", key);
    r_jwt_set_header_str_value(jwt, "kid", "ec");
    json_decref(key);
    jwk_t *liar = json_deep_copy(other.private);
    r_jwk_set_property_str(liar, "kid", "ec");
    char *token = r_jwt_serialize_signed(jwt, liar, 0);
    r_jwk_free(liar);
    r_jwt_free(jwt);
    return token;
}

static char *with_other_claims(json_t *claims)
{
    char *honest = sign(claims, R_JWA_ALG_RS256, rsa.private), *token;
    json_object_set_new(claims, "sub", json_string("somebody-else"));
    char *text = json_dumps(claims, 0), *b = base64(text);
    const char *dot = strchr(honest, '.'), *last = strrchr(honest, '.');
    assert_true(asprintf(&token, "%.*s.%s%s", (int)(dot - honest), honest, b, last) > 0);
    free(text), free(b), r_free(honest);
    return token;
}

static char *with_a_flipped_bit(json_t *claims)
{
    char *token = sign(claims, R_JWA_ALG_RS256, rsa.private);
    char *c = strrchr(token, '.') + 20;
    *c = *c == 'A' ? 'B' : 'A';
    return token;
}

static char *with_a_small_key(json_t *claims)
{
    return sign(claims, R_JWA_ALG_RS256, small_rsa.private);
}

static char *with_rs512(json_t *claims)
{
    return sign(claims, R_JWA_ALG_RS512, rsa.private);
}

static char *with_something_critical(json_t *claims)
{
    jwt_t *jwt;
    assert_int_equal(r_jwt_init(&jwt), RHN_OK);
    r_jwt_set_sign_alg(jwt, R_JWA_ALG_ES256);
    r_jwt_set_full_claims_json_t(jwt, claims);
    json_t *crit = json_pack("[s]", "exp");
    r_jwt_set_header_json_t_value(jwt, "crit", crit);
    json_decref(crit);
    char *token = r_jwt_serialize_signed(jwt, ec.private, 0);
    r_jwt_free(jwt);
    return token;
}

static char *nothing(json_t *claims)
{
    (void)claims;
    return strdup("");
}

static char *no_token(json_t *claims)
{
    (void)claims;
    return strdup("a.b.c");
}

static void a_forged_token_signs_nobody_in(void **state)
{
    static const struct {
        char *(*forge)(json_t *claims);
        const char *what;
    } cases[] = {
        {unsigned_token, "form"},
        {signed_with_public_key, "alg"},
        {signed_by_another, "kid"},
        {signed_by_another_in_a_known_name, "signature"},
        {signed_by_its_own_key, "signature"},
        {with_other_claims, "signature"},
        {with_a_flipped_bit, "signature"},
        {with_a_small_key, "kid"}, /* published, and not taken for a key */
        {with_rs512, "alg"},
        {with_something_critical, "crit"},
        {nothing, "form"},
        {no_token, "form"},
    };
    struct world *w = *state;
    struct oidc_answer answer = {.party = {-1}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        publish(w, cases[i].forge == with_a_small_key ? small_rsa.public : rsa.public, ec.public);
        configure(w);
        const struct browser b = go_there(w, "/");
        json_t *claims = right_claims(w, b.nonce);
        char *token = cases[i].forge(claims);
        say_token(w, token);
        free(token);
        json_decref(claims);

        assert_int_equal(come_back(w, &b, &answer), E_DENIED);
        if (!info_says(w, "oidc.token-refused", cases[i].what))
            fail_msg("case %zu: %s %.*s", i, w->info.msg.key, (int)w->info.msg.used,
                     w->info.msg.text);
        assert_int_equal(answer.party.v, -1);
    }
}

static void a_claim_that_is_not_right_signs_nobody_in(void **state)
{
    const json_int_t now = store_test_now_ms / 1000;
    const struct {
        json_t *change;
        const char *what;
    } cases[] = {
        {json_pack("{ss}", "iss", "https://elders.nl"), "iss"},
        {json_pack("{s[s]}", "iss", provider_issuer(((struct world *)*state)->provider)), "iss"},
        {json_pack("{ss}", "aud", "another"), "aud"},
        {json_pack("{s[ss]}", "aud", "another", "third"), "aud"},
        {json_pack("{s[ss]}", "aud", "ontschot", "another"), "aud"}, /* and no azp */
        {json_pack("{s[ss] ss}", "aud", "ontschot", "another", "azp", "another"), "aud"},
        {json_pack("{ss}", "azp", "another"), "aud"},
        {json_pack("{sn}", "aud"), "aud"},
        {json_pack("{sI}", "exp", now - 61), "exp"},
        {json_pack("{ss}", "exp", "9999999999"), "exp"},
        {json_pack("{sn}", "exp"), "exp"},
        {json_pack("{sI}", "iat", now + 61), "iat"},
        {json_pack("{sI}", "iat", now - 601), "iat"},
        {json_pack("{sn}", "iat"), "iat"},
        {json_pack("{sI}", "nbf", now + 61), "nbf"},
        {json_pack("{ss}", "nonce", "another"), "nonce"},
        {json_pack("{sn}", "nonce"), "nonce"},
        {json_pack("{ss}", "sub", ""), "sub"},
        {json_pack("{sI}", "sub", now), "sub"},
    };
    struct world *w = *state;
    struct oidc_answer answer;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_non_null(cases[i].change);
        assert_int_equal(sign_in(w, cases[i].change, &answer), E_DENIED);
        if (!info_says(w, "oidc.token-refused", cases[i].what))
            fail_msg("case %zu: %s %.*s", i, w->info.msg.key, (int)w->info.msg.used,
                     w->info.msg.text);
    }
}

static void clocks_may_differ_by_a_minute_and_others_may_be_meant_too(void **state)
{
    const json_int_t now = store_test_now_ms / 1000;
    json_t *const changes[] = {
        json_pack("{sI}", "exp", now - 59),
        json_pack("{sI}", "iat", now + 59),
        json_pack("{s[ss] ss}", "aud", "another", "ontschot", "azp", "ontschot"),
        json_pack("{s[s]}", "aud", "ontschot"),
    };
    struct world *w = *state;
    struct oidc_answer answer;

    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        assert_int_equal(sign_in(w, changes[i], &answer), OK);
}

static void a_second_factor_counts_in_words_that_were_agreed(void **state)
{
    const struct {
        json_t *change;
        bool counts;
    } cases[] = {
        {json_pack("{s[ss]}", "amr", "pwd", "otp"), true}, {json_pack("{ss}", "acr", "mfa"), true},
        {json_pack("{s[s]}", "amr", "pwd"), false},        {json_pack("{ss}", "amr", "otp"), false},
        {json_pack("{ss}", "acr", "mfa otp"), false},      {json_pack("{ss}", "acr", ""), false},
    };
    struct world *w = *state;
    struct oidc_answer answer;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(sign_in(w, cases[i].change, &answer), OK);
        assert_int_equal(answer.has_second, cases[i].counts);
    }
}

/* ---- keys ---- */

static void a_new_key_is_fetched_once_a_minute_at_most(void **state)
{
    struct world *w = *state;
    struct oidc_answer answer;

    assert_int_equal(sign_in(w, NULL, &answer), OK);
    assert_int_equal(sign_in(w, NULL, &answer), OK);
    assert_int_equal(provider_asked(w->provider, "/keys"), 1);
    assert_int_equal(provider_asked(w->provider, "/document"), 1);

    publish(w, ec.public, other.public); /* the provider turns its keys over */
    for (int i = 0; i < 3; i++) {
        const struct browser b = go_there(w, "/");
        json_t *claims = right_claims(w, b.nonce);
        char *token = sign(claims, R_JWA_ALG_ES256, other.private);
        say_token(w, token);
        r_free(token);
        json_decref(claims);
        assert_int_equal(come_back(w, &b, &answer), i < 2 ? E_DENIED : OK);
        assert_int_equal(provider_asked(w->provider, "/keys"), i < 2 ? 1 : 2);
        store_test_now_ms += OIDC_KEYS_AGAIN_MS / 2;
    }

    assert_int_equal(sign_in(w, NULL, &answer), E_DENIED); /* by a key that was withdrawn */
    store_test_now_ms += OIDC_FRESH_MS;
    publish(w, rsa.public, ec.public);
    assert_int_equal(sign_in(w, NULL, &answer), OK);
    assert_int_equal(provider_asked(w->provider, "/document"), 2);
}

/* ---- who it is here ---- */

struct known {
    struct party_id party;
    bool is_confirmed, is_invited;
    enum account_state state;
};

static err known_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct known *k = arg;
    err e = party_add(tx,
                      (struct party_add_in){.id = k->party,
                                            .name = STR("Fatima"),
                                            .sort_key = STR("fatima"),
                                            .job_title = STR(""),
                                            .state = k->state},
                      info);
    if (e == OK)
        e = email_add(tx,
                      (struct email_add_in){.party = k->party,
                                            .address = STR("fatima@voorbeeld.nl"),
                                            .key = STR("fatima@voorbeeld.nl"),
                                            .is_confirmed = k->is_confirmed},
                      info);
    if (e == OK)
        e = password_put(tx, (struct password_put_in){.party = k->party, .hash = STR("a hash")},
                         info);
    if (e == OK && k->is_invited)
        e = access_link_add(tx,
                            (struct access_link_add_in){.hash = STR("a link"),
                                                        .kind = LINK_INVITE,
                                                        .party = k->party,
                                                        .expires = store_test_now_ms + HOUR},
                            info);
    return e;
}

static struct account known_account(struct world *w, struct known k)
{
    const struct deed deed = visit(w);
    struct account a;
    assert_int_equal(account_of(&deed, w->store->d, k.party, &a, &w->info), OK);
    return a;
}

static struct known make_known(struct world *w, struct known k)
{
    k.party.v = 900;
    assert_int_equal(db_tx_do(w->store->d, known_in, &k, &w->info), OK);
    return k;
}

static void a_confirmed_address_is_the_account_that_has_it(void **state)
{
    struct world *w = *state;
    const struct known k =
        make_known(w, (struct known){.is_confirmed = true, .state = ACCOUNT_ACTIVE});
    struct oidc_answer answer;

    assert_int_equal(sign_in(w, NULL, &answer), OK);

    assert_int_equal(answer.result, OIDC_KNOWN);
    assert_int_equal(answer.party.v, k.party.v);
    assert_true(known_account(w, k).has_password);
}

static void who_was_invited_need_not_wait(void **state)
{
    struct world *w = *state;
    const struct known k = make_known(w, (struct known){.is_invited = true, .state = ACCOUNT_NONE});
    struct oidc_answer answer;

    assert_int_equal(sign_in(w, NULL, &answer), OK);

    assert_int_equal(answer.result, OIDC_KNOWN);
    assert_int_equal(answer.party.v, k.party.v);
    assert_int_equal(known_account(w, k).state, ACCOUNT_ACTIVE);
}

static void who_registered_with_anothers_address_is_put_out(void **state)
{
    struct world *w = *state;
    const struct known k = make_known(w, (struct known){.state = ACCOUNT_WAITING});
    struct oidc_answer answer;

    assert_int_equal(sign_in(w, NULL, &answer), OK);

    assert_int_equal(answer.result, OIDC_WAITS);
    assert_int_equal(answer.party.v, k.party.v);
    assert_false(known_account(w, k).has_password);
}

static void a_blocked_account_stays_blocked(void **state)
{
    struct world *w = *state;
    struct oidc_answer answer;
    make_known(w, (struct known){.is_confirmed = true, .state = ACCOUNT_BLOCKED});

    assert_int_equal(sign_in(w, NULL, &answer), E_DENIED);
    assert_true(info_says(w, "oidc.blocked", ""));
    assert_int_equal(sign_in(w, NULL, &answer), E_DENIED);
}

static void nothing_is_linked_that_was_not_agreed(void **state)
{
    struct world *w = *state;
    struct oidc_answer answer;
    make_known(w, (struct known){.is_confirmed = true, .state = ACCOUNT_ACTIVE});

    assert_int_equal(sign_in(w, json_pack("{sb}", "email_verified", 0), &answer), E_DENIED);
    assert_true(info_says(w, "oidc.no-address", ""));
    assert_int_equal(sign_in(w, json_pack("{ss}", "email_verified", "true"), &answer), E_DENIED);
    assert_int_equal(sign_in(w, json_pack("{sn}", "email_verified"), &answer), E_DENIED);
    assert_int_equal(sign_in(w, json_pack("{ss}", "email", "no address"), &answer), E_DENIED);
    w->config.links_known = false;
    configure(w);
    assert_int_equal(sign_in(w, NULL, &answer), E_CONFLICT);
    assert_true(info_says(w, "oidc.address-known", ""));
}

static void an_operator_may_vouch_for_addresses_but_not_against_the_provider(void **state)
{
    struct world *w = *state;
    const struct browser b = go_there(w, "/");
    json_t *claims = right_claims(w, b.nonce);
    struct oidc_claims read;

    json_object_del(claims, "email_verified");
    char *token = sign(claims, R_JWA_ALG_RS256, rsa.private);
    assert_int_equal(oidc_token_read(w->oidc, w->store->a, str_of(token), str_of(b.nonce),
                                     store_test_now_ms, &read, &w->info),
                     OK);
    assert_int_equal(read.email.n, 0);
    w->config.trusts_email = true;
    configure(w);
    assert_int_equal(oidc_token_read(w->oidc, w->store->a, str_of(token), str_of(b.nonce),
                                     store_test_now_ms, &read, &w->info),
                     OK);
    assert_true(str_eq(read.email, STR("Fatima@Voorbeeld.nl")));
    r_free(token);
    json_decref(claims);
    struct oidc_answer answer;
    assert_int_equal(sign_in(w, json_pack("{sb}", "email_verified", 0), &answer), E_DENIED);
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

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORLD(somebody_new_waits_and_is_the_same_the_next_time),
        WITH_WORLD(the_browser_carries_what_the_standards_ask),
        WITH_WORLD(two_sign_ins_share_nothing),
        WITH_WORLD(another_browser_cannot_finish_it_and_nobody_can_twice),
        WITH_WORLD(where_one_was_going_stays_on_this_site),
        WITH_WORLD(each_algorithm_we_take_signs_in),
        WITH_WORLD(a_forged_token_signs_nobody_in),
        WITH_WORLD(a_claim_that_is_not_right_signs_nobody_in),
        WITH_WORLD(clocks_may_differ_by_a_minute_and_others_may_be_meant_too),
        WITH_WORLD(a_second_factor_counts_in_words_that_were_agreed),
        WITH_WORLD(a_new_key_is_fetched_once_a_minute_at_most),
        WITH_WORLD(a_confirmed_address_is_the_account_that_has_it),
        WITH_WORLD(who_was_invited_need_not_wait),
        WITH_WORLD(who_registered_with_anothers_address_is_put_out),
        WITH_WORLD(a_blocked_account_stays_blocked),
        WITH_WORLD(nothing_is_linked_that_was_not_agreed),
        WITH_WORLD(an_operator_may_vouch_for_addresses_but_not_against_the_provider),
        WITH_WORLD(a_document_that_is_not_right_sends_nobody_anywhere),
        WITH_WORLD(redirects_are_not_followed_and_floods_not_drunk),
        WITH_WORLD(a_provider_that_is_away_or_says_no_is_named),
        WITH_WORLD(a_provider_in_trouble_is_left_alone_for_a_while),
        WITH_WORLD(only_encrypted_providers_are_configured),
    };
    return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
