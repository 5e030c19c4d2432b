/* SPDX-License-Identifier: EUPL-1.2 */
/* accounts_int: what the handlers of this room give to its templates. */
#ifndef ONTSCHOT_WEB_ACCOUNTS_INT_H
#define ONTSCHOT_WEB_ACCOUNTS_INT_H

#include "web/accounts/accounts.h"

/* What every form has: where it goes, its token, what is wrong with it. */
struct form_view {
    str action, token;
    const struct faults *faults;
};
extern const struct faults no_faults;
/* To the route of this name. */
struct form_view form_to(struct req *r, const char *route, const struct faults *faults);

/* A page of my page's own, with the way to it. */
struct page my_page(struct req *r, const char *title);

/* ---- sign_in.htc ---- */

struct sign_in_view {
    struct form_view form;
    str email, next;
    str forgot_url, register_url;
    str oidc_url, oidc_name; /* empty: no provider */
    bool is_demo;
};
void sign_in_html(struct html *h, const struct page *page, const struct sign_in_view *v);

struct code_view {
    struct form_view form;
    str next;
    bool is_recovery;
    str other_url;         /* the recovery code instead, or back */
    struct form_view stop; /* signs out again */
};
void code_html(struct html *h, const struct page *page, const struct code_view *v);

/* ---- joining.htc ---- */

struct register_view {
    struct form_view form;
    struct register_form typed; /* but the password */
    struct part_choice *organisation_choice;
    size_t n_organisations;
    str sign_in_url;
};
void register_html(struct html *h, const struct page *page, const struct register_view *v);
void register_closed_html(struct html *h, const struct page *page, str sign_in_url);
void look_in_mail_html(struct html *h, const struct page *page, str register_url);

struct link_view {
    struct form_view form;
    str code;
};
void link_confirm_html(struct html *h, const struct page *page, const struct link_view *v);
void link_password_html(struct html *h, const struct page *page, const struct link_view *v);
void link_ended_html(struct html *h, const struct page *page, str forgot_url);

struct forgot_view {
    struct form_view form;
    str email;
};
void forgot_html(struct html *h, const struct page *page, const struct forgot_view *v);

/* ---- mine.htc ---- */

struct mine_view {
    const struct account *account;
    str roles;
    bool must_second; /* a role that counts only with a second factor, which is not there */
    str details_url, password_url, second_url, sessions_url, tokens_url, log_url, data_url;
    str erase_url;
    const struct page_link *work; /* what others keep here: drafts, bin */
    size_t n_work;
};
void mine_html(struct html *h, const struct page *page, const struct mine_view *v);

struct details_view {
    struct form_view form;
    str name, function, email;
    enum lang lang;
    struct part_choice *organisation_choice;
    size_t n_organisations;
};
void details_html(struct html *h, const struct page *page, const struct details_view *v);

struct password_view {
    struct form_view form;
    str email; /* for the keeper of passwords in the browser */
    bool has_password;
    str forgot_url;
};
void password_html(struct html *h, const struct page *page, const struct password_view *v);

/* ---- second.htc ---- */

/*
 * A QR code (ISO/IEC 18004, correction level M) as an SVG image; `label` says what it is. E_LIMIT
 * when the text is too long for one.
 */
WARN_UNUSED err qr_svg(arena *a, str text, str label, safe_html *svg, struct err_info *info);

struct second_view {
    struct form_view begin, confirm, drop;
    str secret; /* in groups of four */
    safe_html qr;
    bool must_second;
    bool has_password;
};
void second_begin_html(struct html *h, const struct page *page, const struct second_view *v);
void second_set_html(struct html *h, const struct page *page, const struct second_view *v);
void second_manage_html(struct html *h, const struct page *page, const struct second_view *v);

struct codes_view {
    struct form_view download;
    const str *code;
    str account_url;
};
void codes_html(struct html *h, const struct page *page, const struct codes_view *v);

/* ---- sessions.htc ---- */

struct sessions_view {
    const struct session *session;
    size_t n;
    int64_t current;    /* the number of this one */
    const str *end_url; /* of each */
    str token;          /* of the forms */
    str end_others_url;
};
void sessions_html(struct html *h, const struct page *page, const struct sessions_view *v);

struct tokens_view {
    struct form_view form;
    str name;
    unsigned scopes;
    int64_t days;
    const struct token *token;
    size_t n;
    const str *drop_url; /* of each */
};
void tokens_html(struct html *h, const struct page *page, const struct tokens_view *v);

struct new_token_view {
    str secret, name, tokens_url;
    int64_t expires_at;
};
void new_token_html(struct html *h, const struct page *page, const struct new_token_view *v);

/* ---- my_data.htc ---- */

void my_log_html(struct html *h, const struct page *page, const struct log_view *v);
void export_html(struct html *h, const struct page *page, const struct form_view *form);

struct erase_view {
    struct form_view form;
    str email;
    bool has_password;
    bool with_publications;
};
void erase_html(struct html *h, const struct page *page, const struct erase_view *v);

#endif
