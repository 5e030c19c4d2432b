/* SPDX-License-Identifier: EUPL-1.2 */
/* What a site puts in an answer besides its body. */
#include "web/http/server_int.h"

#include <string.h>

const char *http_method_name(enum http_method m)
{
    static const char *const names[] = {"GET",   "HEAD",   "POST",    "PUT",
                                        "PATCH", "DELETE", "OPTIONS", "OTHER"};
    return names[m];
}

void http_add_header(struct http_answer *a, const char *name, str value)
{
    if (a->n_headers == HTTP_ANSWER_HEADERS_MAX || !http_is_token(str_of(name)) ||
        !http_is_header_value(value)) {
        a->error = E_INPUT;
        return;
    }
    a->header[a->n_headers++] = (struct http_answer_header){name, value};
}

void http_redirect(struct http_answer *a, int status, str location)
{
    a->status = status;
    a->type = "text/plain; charset=utf-8";
    http_add_header(a, "Location", location);
}

void http_add_download_name(arena *m, struct http_answer *a, str filename)
{
    out o;
    out_init(&o, HTTP_PATH_MAX);
    out_cstr(&o, "attachment; filename=\"");
    for (size_t i = 0; i < filename.n; i++) { /* for what is too old for the form below */
        const unsigned char c = (unsigned char)filename.p[i];
        out_char(&o, c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '%' ? '_' : (char)c);
    }
    out_cstr(&o, "\"; filename*=UTF-8''"); /* RFC 8187 */
    http_url_encode(&o, filename);
    const str kept = o.error == OK ? arena_str(m, out_view(&o)) : (str){NULL, 0};
    out_free(&o);
    if (kept.p)
        http_add_header(a, "Content-Disposition", kept);
    else
        a->error = E_NOMEM;
}

static bool is_cookie_value(str value)
{
    for (size_t i = 0; i < value.n; i++) {
        const char c = value.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              (c != '\0' && strchr("-_.~", c))))
            return false;
    }
    return true;
}

void http_set_cookie(const struct http_request *r, struct http_answer *a, struct http_cookie_set c)
{
    const bool has_tls = exchange_of(r)->server->has_tls;
    out o;
    if (!is_cookie_value(c.value) || !http_is_token(str_of(c.name))) {
        a->error = E_INPUT;
        return;
    }
    out_init(&o, HTTP_CONNECTION_BYTES);
    out_cstr(&o, has_tls ? HTTP_COOKIE_PREFIX : "");
    out_cstr(&o, c.name);
    out_char(&o, '=');
    out_str(&o, c.value);
    out_cstr(&o, "; Path=/");
    if (c.max_age_s >= 0) {
        out_cstr(&o, "; Max-Age=");
        out_int(&o, c.max_age_s);
    }
    out_cstr(&o, has_tls ? "; Secure" : "");
    out_cstr(&o, c.is_readable ? "" : "; HttpOnly");
    out_cstr(&o, c.same_site == HTTP_SAME_SITE_STRICT ? "; SameSite=Strict" : "; SameSite=Lax");
    const str line = o.error == OK ? arena_str(r->memory, out_view(&o)) : (str){NULL, 0};
    out_free(&o);
    if (line.p)
        http_add_header(a, "Set-Cookie", line);
    else
        a->error = E_NOMEM;
}

str http_cookie(const struct http_request *r, const char *name)
{
    const str none = {NULL, 0};
    char full[128];
    str value;
    const size_t prefix = exchange_of(r)->server->has_tls ? strlen(HTTP_COOKIE_PREFIX) : 0;
    const size_t n = strlen(name);
    if (prefix + n > sizeof full)
        return none;
    memcpy(full, HTTP_COOKIE_PREFIX, prefix);
    memcpy(full + prefix, name, n);
    return http_cookie_find(http_header(r, "Cookie"), (str){full, prefix + n}, &value) ? value
                                                                                       : none;
}

enum http_match http_if_match(const struct http_request *r, str etag)
{
    const str list = http_header(r, "If-Match");
    if (!list.p)
        return HTTP_MATCH_ABSENT;
    return http_etag_listed(list, etag) ? HTTP_MATCH_SAME : HTTP_MATCH_OTHER;
}
