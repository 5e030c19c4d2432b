/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * forms: every form carries a token that only a page of this visit could have, of the session, or
 * for a visitor of a cookie that the page with the form set. Besides, a browser that says where a
 * form came from must name this site.
 */
#include "base/num.h"
#include "web/site/csrf.h"
#include "web/visit/visit_int.h"

static bool find_form_secret(const struct req *r, struct visit *v)
{
    if (v->has_form_secret)
        return true;
    const str cookie = http_cookie(r->http, VISIT_FORM_COOKIE);
    v->has_form_secret = cookie.p && access_secret_parse(cookie, &v->form_secret);
    return v->has_form_secret;
}

/* What the tokens of this visit's forms are bound to. */
static str secret_of(const struct visit *v)
{
    const struct access_secret *s = v->has_session ? &v->session : &v->form_secret;
    return (str){(const char *)s->byte, sizeof s->byte};
}

str visit_token(struct req *r)
{
    struct visit *v = visit_of(r);
    char text[CSRF_TEXT];

    if (v->token.n)
        return v->token;
    if (!v->has_session && !find_form_secret(r, v)) {
        char cookie[ACCESS_SECRET_TEXT];
        v->deed.app->random_bytes(v->form_secret.byte, sizeof v->form_secret.byte);
        v->has_form_secret = true;
        access_secret_print(v->form_secret, cookie);
        http_set_cookie(r->http, r->answer,
                        (struct http_cookie_set){
                            .name = VISIT_FORM_COOKIE,
                            .value = arena_str(r->memory, (str){cookie, sizeof cookie}),
                            .max_age_s = -1,
                            .same_site = HTTP_SAME_SITE_STRICT,
                        });
    }
    csrf_print(v->deed.app->keys->hash, secret_of(v), v->deed.app->random_bytes, text);
    v->token = arena_str(r->memory, (str){text, sizeof text});
    return v->token;
}

static bool is_foreign(const struct req *r)
{
    return !csrf_is_same_site(http_header(r->http, "Origin"),
                              http_header(r->http, "Sec-Fetch-Site"), http_header(r->http, "Host"),
                              str_of(site_base_url(r->site)));
}

err visit_read_form(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const bool takes_files = r->route->body == ROUTE_BODY_UPLOAD;
    const struct form_limits limits = {
        .field_bytes = PUBLICATION_BODY_MAX * 2,
        .files = takes_files ? FORM_FILES_MAX : 0,
    };
    const err e = req_form(r, &limits, &v->form, info);
    v->has_form = e == OK;
    return e;
}

err visit_check_form(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);

    if (is_foreign(r))
        return err_set(info, E_DENIED, "visit.foreign-form");
    const err e = visit_read_form(r, info);
    if (e != OK)
        return e;
    const str token = form_value(&v->form, "csrf");
    const bool has_secret = v->has_session || find_form_secret(r, v);
    if (!token.p || !has_secret || !csrf_is_token(v->deed.app->keys->hash, secret_of(v), token))
        return err_set(info, E_DENIED, "visit.form-expired");
    return OK;
}

str visit_field(const struct req *r, const char *name)
{
    const struct visit *v = visit_of(r);
    const str value = v->has_form ? form_value(&v->form, name) : (str){0};
    return value.p ? value : STR("");
}

bool visit_ticked(const struct req *r, const char *name)
{
    const struct visit *v = visit_of(r);
    return v->has_form && form_has(&v->form, name);
}

int64_t visit_number(const struct req *r, const char *name, int64_t fallback)
{
    int64_t value;
    return num_parse_int(visit_field(r, name), &value) ? value : fallback;
}
