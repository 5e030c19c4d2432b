/* SPDX-License-Identifier: EUPL-1.2 */
/* oidc_fetch: one question to the provider, over HTTPS by libcurl, within bounds. */
#include "app/access/oidc_int.h"

#include "app/net/net.h"
#include "base/json_load.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

bool oidc_url_is_safe(str url)
{
    struct net_url u;
    return net_url_read(url, "http", "https", &u) && (u.is_encrypted || u.is_loopback);
}

void oidc_put_encoded(out *o, str s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char c = (unsigned char)s.p[i];
        const bool as_is = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (as_is) {
            out_char(o, (char)c);
        } else {
            const char code[] = {'%', hex[c >> 4], hex[c & 15]};
            out_bytes(o, code, sizeof code);
        }
    }
}

str oidc_json_text(const json_t *object, const char *key)
{
    const json_t *text = json_object_get(object, key);
    return (str){json_is_string(text) ? json_string_value(text) : "", json_string_length(text)};
}

static size_t take(char *data, size_t size, size_t n, void *to)
{
    out *body = to;
    out_bytes(body, data, size * n);
    return body->error == OK ? size * n : 0;
}

/* libcurl copies what it is told. */
static CURLcode set_text(CURL *c, CURLoption option, str s)
{
    char *text = strndup(s.p ? s.p : "", s.n);
    const CURLcode e = text ? curl_easy_setopt(c, option, text) : CURLE_OUT_OF_MEMORY;
    free(text);
    return e;
}

static CURLcode set_up(CURL *c, const struct oidc_request *r, bool is_loopback)
{
    CURLcode e = set_text(c, CURLOPT_URL, r->url);
    if (e == CURLE_OK) /* unencrypted only where nobody listens in */
        e = curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, is_loopback ? "http,https" : "https");
    if (e == CURLE_OK && is_loopback)
        e = curl_easy_setopt(c, CURLOPT_PROXY, "");
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (e == CURLE_OK && r->ca_file.n > 0)
        e = set_text(c, CURLOPT_CAINFO, r->ca_file);
    if (e == CURLE_OK && r->user.p)
        e = curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    if (e == CURLE_OK && r->user.p)
        e = set_text(c, CURLOPT_USERNAME, r->user);
    if (e == CURLE_OK && r->user.p)
        e = set_text(c, CURLOPT_PASSWORD, r->password);
    if (e == CURLE_OK && r->form.p)
        e = set_text(c, CURLOPT_COPYPOSTFIELDS, r->form);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)OIDC_FETCH_MS);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)OIDC_FETCH_MS);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    return e;
}

static err ask(CURL *c, const struct oidc_request *r, bool is_loopback, out *body,
               struct err_info *info)
{
    long status = 0;
    CURLcode e = set_up(c, r, is_loopback);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_WRITEDATA, body);
    if (e == CURLE_OK)
        e = curl_easy_perform(c);
    if (e == CURLE_OK)
        e = curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    if (body->error != OK) /* it was too long for us */
        return err_text(info, E_IO, "oidc.answer-wrong", r->url);
    if (e == CURLE_OUT_OF_MEMORY)
        return err_nomem(info);
    if (e != CURLE_OK)
        return err_text(info, E_BUSY, "oidc.away", str_of(curl_easy_strerror(e)));
    if (r->form.p && status / 100 == 4) /* 400 by the standard, and who knows that one */
        return err_set(info, E_DENIED, "oidc.code-refused");
    if (status != 200) {
        err_set(info, E_BUSY, "oidc.away-status");
        msg_int(&info->msg, status);
        return E_BUSY;
    }
    return OK;
}

err oidc_fetch(const struct oidc_request *r, json_t **answer, struct err_info *info)
{
    struct net_url u;
    json_error_t why;
    out body;
    if (!oidc_url_is_safe(r->url) || !net_url_read(r->url, "http", "https", &u))
        return err_text(info, E_IO, "oidc.answer-wrong", r->url);
    CURL *c = curl_easy_init();
    if (!c)
        return err_nomem(info);
    out_init(&body, OIDC_BODY_MAX);
    err e = ask(c, r, u.is_loopback, &body, info);
    if (e == OK) {
        const str text = out_view(&body);
        e = json_load(text, JSON_REJECT_DUPLICATES, answer, &why, info);
        if (e == E_INPUT)
            e = err_text(info, E_IO, "oidc.answer-wrong", r->url);
    }
    out_free(&body);
    curl_easy_cleanup(c);
    return e;
}
