/* SPDX-License-Identifier: EUPL-1.2 */
/* Signing in elsewhere: tokens and keys of a provider that lies in every way it can. */
#include "app/access/oidc_test_int.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORLD(each_algorithm_we_take_signs_in),
        WITH_WORLD(a_forged_token_signs_nobody_in),
        WITH_WORLD(a_claim_that_is_not_right_signs_nobody_in),
        WITH_WORLD(clocks_may_differ_by_a_minute_and_others_may_be_meant_too),
        WITH_WORLD(a_second_factor_counts_in_words_that_were_agreed),
        WITH_WORLD(a_new_key_is_fetched_once_a_minute_at_most),
    };
    return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
