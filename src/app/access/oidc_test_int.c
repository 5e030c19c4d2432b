/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/access/oidc_test_int.h"

#include "base/rng.h"

int64_t test_now(void)
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
const struct app app = {.now_ms = test_now, .random_bytes = test_random, .keys = &keys};

struct key_pair rsa, small_rsa, ec, other;

int make_keys(void **state)
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

int drop_keys(void **state)
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

void publish(struct world *w, jwk_t *a, jwk_t *b)
{
    json_t *list =
        json_pack("{s:[oo]}", "keys", r_jwk_export_to_json_t(a), r_jwk_export_to_json_t(b));
    char *text = json_dumps(list, 0);
    provider_answer(w->provider, "/keys", 200, text);
    free(text);
    json_decref(list);
}

json_t *right_claims(const struct world *w, const char *nonce)
{
    const json_int_t now = store_test_now_ms / 1000;
    return json_pack("{ss ss ss ss sI sI ss sb ss}", "iss", provider_issuer(w->provider), "aud",
                     "ontschot", "sub", "subject-1", "nonce", nonce, "iat", now, "exp", now + 300,
                     "email", "Fatima@Voorbeeld.nl", "email_verified", 1, "name", "Fatima Yılmaz");
}

char *sign(json_t *claims, jwa_alg algorithm, jwk_t *key)
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

void say_token(struct world *w, const char *token)
{
    json_t *answer = json_pack("{ss ss}", "id_token", token, "access_token", "unused");
    char *text = json_dumps(answer, 0);
    provider_answer(w->provider, "/token", 200, text);
    free(text);
    json_decref(answer);
}

/* ---- the browser ---- */

struct deed visit(struct world *w)
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

struct browser go_there(struct world *w, const char *next)
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

err come_back(struct world *w, const struct browser *b, struct oidc_answer *answer)
{
    const struct deed deed = visit(w);
    return oidc_finish(&deed, w->store->d, w->oidc, STR("code+1"), str_of(b->state), b->cookie,
                       answer, &w->info);
}

err sign_in(struct world *w, json_t *change, struct oidc_answer *answer)
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

int set_up(void **state)
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

int tear_down(void **state)
{
    struct world *w = *state;
    void *fixture = w->store;
    oidc_free(w->oidc);
    provider_stop(w->provider);
    free(w);
    return store_tear_down(&fixture);
}

void configure(struct world *w)
{
    oidc_free(w->oidc);
    assert_int_equal(oidc_new(&w->config, test_now, &w->oidc, &w->info), OK);
}

bool info_says(const struct world *w, const char *key, const char *value)
{
    return w->info.msg.key && strcmp(w->info.msg.key, key) == 0 &&
           str_eq((str){w->info.msg.text, w->info.msg.used}, str_of(value));
}
