/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A token of an identity provider, by its first byte: '{' the header as JSON, a line feed and the
 * claims as JSON; anything else the token as it is. Here every signature is right, so that what the
 * token says is read. Whatever is believed was said by the provider, to us, now, for this visit.
 */
#include "app/access/oidc_int.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { TOKEN_BYTES = 64 << 10, NOW_S = 1790000000 };

static const struct oidc_provider provider = {
    .issuer = STR("https://inloggen.voorbeeldstad.nl"),
    .client_id = STR("ontschot"),
    .second = STR("mfa otp"),
};

/* In place of those of oidc_provider.c: keys are fetched there. */
const struct oidc_provider *oidc_provider_of(const oidc *o)
{
    (void)o;
    return &provider;
}

err oidc_signature_check(oidc *o, jwt_t *token, struct err_info *info)
{
    (void)o;
    (void)token;
    (void)info;
    return OK;
}

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void put_base64(out *o, str part)
{
    static char text[TOKEN_BYTES * 2];
    if (sodium_base64_encoded_len(part.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING) > sizeof text)
        return;
    sodium_bin2base64(text, sizeof text, (const unsigned char *)part.p, part.n,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    out_cstr(o, text);
}

static void put_token(out *o, str input)
{
    size_t end = input.n;
    if (input.p[0] != '{') {
        out_str(o, input);
        return;
    }
    (void)str_find(input, '\n', &end);
    put_base64(o, str_cut(input, 0, end));
    out_char(o, '.');
    put_base64(o, str_cut(input, end + 1, input.n));
    out_cstr(o, ".c2ln");
}

static bool says(str input, str what)
{
    return input.p && what.p && memmem(input.p, input.n, what.p, what.n) != NULL;
}

static void check(const struct oidc_claims *c, str input)
{
    require(c->subject.n > 0 && c->subject.n <= 255 && !memchr(c->subject.p, '\0', c->subject.n));
    if (input.p[0] != '{' || memchr(input.p, '\\', input.n))
        return; /* not readable as it stands */
    require(says(input, provider.issuer) && says(input, provider.client_id));
    require(says(input, STR("n-0123456789")) && says(input, c->subject));
    require(c->email.n == 0 || (says(input, STR("email_verified")) && says(input, STR("true"))));
    require(!c->has_second || says(input, STR("mfa")) || says(input, STR("otp")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const str input = {(const char *)data, n};
    struct oidc_claims claims = {0};
    struct err_info info;
    arena *a = arena_new(1 << 20);
    out token;
    if (!a || n == 0 || n > TOKEN_BYTES)
        goto out;
    out_init(&token, 4 * TOKEN_BYTES);
    put_token(&token, input);
    const str text = out_view(&token);
    const err e = oidc_token_read(NULL, a, text.p ? text : STR(""), STR("n-0123456789"),
                                  (int64_t)NOW_S * 1000, &claims, &info);
    if (e == OK)
        check(&claims, input);
    else
        require(e == E_DENIED || e == E_NOMEM);
    out_free(&token);
out:
    arena_free(a);
    return 0;
}
