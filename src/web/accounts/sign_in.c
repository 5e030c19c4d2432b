/* SPDX-License-Identifier: EUPL-1.2 */
/* sign_in: with a password, then a code of the second factor if there is one; and out again. */
#include "app/access/oidc.h"
#include "web/accounts/accounts_int.h"

#include <string.h>

#define OIDC_COOKIE "oidc"

enum { NEXT_MAX = OIDC_NEXT_MAX };

/*
 * Where to go after it: a path of this site, or empty. It begins with a language, so that no
 * other host can be meant, and is encoded anew, so that nothing but a path can be.
 */
static str next_path(const struct req *r, str asked)
{
    str rest, segment;
    out o;

    if (asked.n > NEXT_MAX || !(str_starts(asked, STR("/nl/")) || str_starts(asked, STR("/en/"))))
        return STR("");
    out_init(&o, 3 * NEXT_MAX + 1);
    rest = str_cut(asked, 1, asked.n);
    while (str_next(&rest, '/', &segment)) {
        out_char(&o, '/');
        http_url_encode(&o, segment);
    }
    if (str_ends(asked, STR("/")) && !str_ends(out_view(&o), STR("/")))
        out_char(&o, '/');
    const str path = arena_str(r->memory, out_view(&o));
    out_free(&o);
    return path;
}

static str next_asked(const struct req *r)
{
    const str asked =
        r->http->method == HTTP_POST ? visit_field(r, "next") : http_query(r->http, "next");
    return asked.p && next_path(r, asked).n ? asked : STR("");
}

/* On to what was asked for before, or to the beginning. */
static err go_on(struct req *r, struct err_info *info)
{
    const str next = next_path(r, next_asked(r));
    return visit_go(r, next.n ? next : visit_page(r, (struct html_value){0}).home_url, NULL, info);
}

static str with_next(const struct req *r, const char *route, str next)
{
    const str url = visit_url(r, route, NULL);
    out o;
    if (next.n == 0)
        return url;
    out_init(&o, 4 * NEXT_MAX);
    out_str(&o, url);
    out_cstr(&o, "?next=");
    http_url_encode(&o, next);
    const str text = arena_str(r->memory, out_view(&o));
    out_free(&o);
    return text.p ? text : url;
}

/* ---- the password ---- */

static err show_sign_in(struct req *r, const struct faults *faults, struct err_info *info)
{
    const struct web *web = web_of(r);
    struct page page = visit_page(r, html_key("accounts.sign-in"));
    const struct sign_in_view view = {
        .form = form_to(r, "sign-in-send", faults),
        .email = visit_field(r, "email"),
        .next = next_asked(r),
        .forgot_url = visit_url(r, "forgot", NULL),
        .register_url = visit_url(r, "register", NULL),
        .oidc_url = web->oidc ? with_next(r, "oidc-begin", next_asked(r)) : (str){0},
        .oidc_name = web->oidc_name,
        .is_demo = web->is_demo,
    };
    page.has_errors = faults->n > 0;
    sign_in_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static err sign_in_page(struct req *r, struct err_info *info)
{
    return r->viewer->is_active ? go_on(r, info) : show_sign_in(r, &no_faults, info);
}

static const struct fault_place sign_in_places[] = {
    {"access.sign-in-refused", ""}, {"access.try-later", ""}, {"access.busy", ""}, {0}};

static err sign_in(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {0};
    struct access_secret session;
    enum sign_in what;

    fault_need(r, &faults, "email", "accounts.need-email");
    fault_need(r, &faults, "password", "accounts.need-password");
    if (faults.n)
        return show_sign_in(r, &faults, info);
    const err e =
        session_sign_in(&v->deed, v->db, visit_field(r, "email"), visit_field(r, "password"),
                        visit_place(r), visit_label(r), &session, &what, info);
    if (e != OK)
        return fault_take(r, &faults, sign_in_places, info) ? show_sign_in(r, &faults, info) : e;
    visit_start_session(r, session);
    if (what == SIGN_IN_DONE)
        return go_on(r, info);
    return visit_go(r, with_next(r, "sign-in-code", next_asked(r)), NULL, info);
}

/* ---- with an account elsewhere ---- */

static void put_oidc_cookie(struct req *r, str value, int64_t max_age_s)
{
    http_set_cookie(r->http, r->answer,
                    (struct http_cookie_set){.name = OIDC_COOKIE,
                                             .value = value,
                                             .max_age_s = max_age_s,
                                             .same_site = HTTP_SAME_SITE_LAX});
}

/* The provider leads back to one address: the cookie also keeps the language to go on in. */
static str oidc_cookie_text(const struct req *r, struct access_secret cookie)
{
    char text[ACCESS_SECRET_TEXT + sizeof "en"];
    access_secret_print(cookie, text);
    memcpy(text + ACCESS_SECRET_TEXT, lang_tag(r->lang), sizeof "en");
    return arena_str(r->memory, str_of(text));
}

/* False when there is none, or it is not one of ours. */
static bool take_oidc_cookie(struct req *r, struct access_secret *cookie)
{
    const str text = http_cookie(r->http, OIDC_COOKIE);
    enum lang lang;

    put_oidc_cookie(r, STR(""), 0);
    if (text.n <= ACCESS_SECRET_TEXT ||
        !lang_parse(str_cut(text, ACCESS_SECRET_TEXT, text.n), &lang))
        return false;
    visit_speak(r, lang);
    return access_secret_parse(str_cut(text, 0, ACCESS_SECRET_TEXT), cookie);
}

static const struct fault_place oidc_places[] = {
    {"oidc.", ""}, {"access.sign-in-refused", ""}, {0}};

static err oidc_begin_page(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {.n = 0};
    struct access_secret cookie;
    str url;

    if (!web_of(r)->oidc)
        return err_set(info, E_NOT_FOUND, "site.not-found");
    const err e = oidc_begin(&v->deed, v->db, web_of(r)->oidc, next_asked(r), &url, &cookie, info);
    if (e != OK)
        return fault_take(r, &faults, oidc_places, info) ? show_sign_in(r, &faults, info) : e;
    put_oidc_cookie(r, oidc_cookie_text(r, cookie), OIDC_FLOW_MS / 1000);
    http_redirect(r->answer, 303, url);
    return OK;
}

static str query_value(const struct req *r, const char *name)
{
    const str value = http_query(r->http, name);
    return value.p ? value : STR("");
}

/* Signs in whom the provider named, on to where they were going. */
static err oidc_sign_in(struct req *r, const struct oidc_answer *answer, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const str path = next_path(r, answer->next);
    struct access_secret session;
    enum sign_in what;

    const err e = session_open(&v->deed, v->db, answer->party, answer->has_second, visit_label(r),
                               &session, &what, info);
    if (e != OK)
        return e;
    visit_start_session(r, session);
    if (what == SIGN_IN_SECOND_FACTOR)
        return visit_go(r, with_next(r, "sign-in-code", path.n ? answer->next : STR("")), NULL,
                        info);
    return visit_go(r, path.n ? path : visit_page(r, (struct html_value){0}).home_url, NULL, info);
}

static err oidc_finish_page(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {.n = 0};
    struct access_secret cookie;
    struct oidc_answer answer;

    if (!web_of(r)->oidc)
        return err_set(info, E_NOT_FOUND, "site.not-found");
    err e = OK;
    if (!take_oidc_cookie(r, &cookie))
        e = err_set(info, E_NOT_FOUND, "oidc.flow-unknown");
    if (e == OK)
        e = oidc_finish(&v->deed, v->db, web_of(r)->oidc, query_value(r, "code"),
                        query_value(r, "state"), cookie, &answer, info);
    if (e == OK && answer.result == OIDC_WAITS)
        return visit_go(r, visit_url(r, "sign-in", NULL), "oidc-waits", info);
    if (e == OK)
        e = oidc_sign_in(r, &answer, info);
    if (e == OK || !fault_take(r, &faults, oidc_places, info))
        return e;
    return show_sign_in(r, &faults, info);
}

/* ---- the second step ---- */

static bool is_half_way(const struct req *r)
{
    const struct visit *v = visit_of(r);
    return v->has_session && !v->account.is_complete;
}

static bool is_recovery(const struct req *r)
{
    return str_starts(str_of(r->route->name), STR("sign-in-recovery"));
}

static err show_code(struct req *r, const struct faults *faults, struct err_info *info)
{
    const bool recovery = is_recovery(r);
    struct page page =
        visit_page(r, html_key(recovery ? "accounts.recovery" : "accounts.second-step"));
    const struct code_view view = {
        .form = form_to(r, recovery ? "sign-in-recovery-send" : "sign-in-code-send", faults),
        .stop = form_to(r, "sign-out", faults),
        .next = next_asked(r),
        .is_recovery = recovery,
        .other_url = with_next(r, recovery ? "sign-in-code" : "sign-in-recovery", next_asked(r)),
    };
    page.has_errors = faults->n > 0;
    page.unlisted = true;
    code_html(&r->html, &page, &view);
    return visit_show(r, info);
}

/* Who comes too late, or never gave a password, begins again. */
static err begin_again(struct req *r, struct err_info *info)
{
    if (r->viewer->is_active)
        return go_on(r, info);
    return visit_go(r, with_next(r, "sign-in", next_asked(r)), NULL, info);
}

static err code_page(struct req *r, struct err_info *info)
{
    return is_half_way(r) ? show_code(r, &no_faults, info) : begin_again(r, info);
}

static const struct fault_place code_places[] = {
    {"access.code-wrong", "code"}, {"access.try-later", ""}, {"access.busy", ""}, {0}};

static err code_send(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {0};
    struct access_secret session;

    if (!is_half_way(r))
        return begin_again(r, info);
    fault_need(r, &faults, "code", "accounts.need-code");
    if (faults.n)
        return show_code(r, &faults, info);
    const err e =
        session_second(&v->deed, v->db, v->session, visit_field(r, "code"), &session, info);
    if (e == E_NOT_FOUND)
        return begin_again(r, info);
    if (e != OK)
        return fault_take(r, &faults, code_places, info) ? show_code(r, &faults, info) : e;
    visit_start_session(r, session);
    return go_on(r, info);
}

static err sign_out(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const err e = v->has_session ? session_end(&v->deed, v->db, v->session, info) : OK;
    if (e != OK)
        return e;
    visit_end_session(r);
    return visit_go(r, visit_page(r, (struct html_value){0}).home_url, "signed-out", info);
}

const struct route sign_in_routes[] = {
    ROUTE("sign-in", HTTP_GET, "/nl/inloggen", "/en/sign-in", sign_in_page, &rule_anyone,
          RATE_PAGE),
    ROUTE("sign-in-send", HTTP_POST, "/nl/inloggen", "/en/sign-in", sign_in, &rule_anyone,
          RATE_SIGN_IN),
    ROUTE("oidc-begin", HTTP_GET, "/nl/inloggen/organisatie", "/en/sign-in/organisation",
          oidc_begin_page, &rule_anyone, RATE_SIGN_IN),
    ROUTE("oidc-finish", HTTP_GET, "/nl/inloggen/terug", "/en/sign-in/return", oidc_finish_page,
          &rule_anyone, RATE_SIGN_IN),
    ROUTE("sign-in-code", HTTP_GET, "/nl/inloggen/code", "/en/sign-in/code", code_page,
          &rule_anyone, RATE_PAGE),
    ROUTE("sign-in-code-send", HTTP_POST, "/nl/inloggen/code", "/en/sign-in/code", code_send,
          &rule_anyone, RATE_SIGN_IN),
    ROUTE("sign-in-recovery", HTTP_GET, "/nl/inloggen/herstelcode", "/en/sign-in/recovery-code",
          code_page, &rule_anyone, RATE_PAGE),
    ROUTE("sign-in-recovery-send", HTTP_POST, "/nl/inloggen/herstelcode",
          "/en/sign-in/recovery-code", code_send, &rule_anyone, RATE_SIGN_IN),
    ROUTE("sign-out", HTTP_POST, "/nl/uitloggen", "/en/sign-out", sign_out, &rule_anyone,
          RATE_WRITE),
    {0},
};
