/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * visit: one request of a person, from cookie to page.
 *
 * Does: find who asks (session or token), hold every form against the token of its page, fill the
 *       frame around a page, send people on after a form, show errors as pages.
 * Does not: know what any page is about; src/web/pages and src/web/api do.
 *
 * A handler reads:
 *
 *     static err space_page(struct req *r, struct err_info *info)
 *     {
 *         struct visit *v = visit_of(r);
 *         struct space s;
 *         const err e = space_find(&v->deed, v->db, req_param(r, "space"), &s, info);
 *         if (e != OK)
 *             return e;
 *         struct page page = visit_page(r, html_from_str(s.name[r->lang]));
 *         space_html(&r->html, &page, &s);
 *         return visit_show(r, info);
 *     }
 */
#ifndef ONTSCHOT_WEB_VISIT_H
#define ONTSCHOT_WEB_VISIT_H

#include "app/access/access.h"
#include "app/knowledge/knowledge.h"
#include "app/once/once.h"
#include "base/errs.h"
#include "web/assets/assets.h"
#include "web/pages/layout.h"
#include "web/pages/parts.h"
#include "web/site/config.h"
#include "web/site/site.h"

#define VISIT_PROBLEMS_PATH "/api/v1/problems" /* where a code is explained */
#define API_VERSION "1.0.0" /* of /api/v1, in the header of every answer there */

/* What the doors work with: made by `serve`, one for the program. */
struct web {
    struct app app; /* first: a req knows it by this */
    store *store;
    view_counter *views;
    struct face face;
    const struct asset *theme; /* of the municipality; NULL: the one that is built in */
    str data_folder;
    str contact_email; /* whom programs' makers ask; may be empty */
    log_sink *log;
    const struct config *config; /* what the operator said; NULL in tests without */
    str listen;                  /* where it really listens, when not what the config says */
    struct oidc *oidc;           /* another's accounts sign in here, too; NULL: not agreed */
    str oidc_name;               /* of that provider, on its button */
    bool takes_registrations;    /* strangers may ask for an account */
    bool is_demo;                /* the page of signing in says how to try it */
};
const struct web *web_of(const struct req *r);

/* Of a browser or a program, while its request is answered. */
struct visit {
    struct deed deed; /* who, when, where results live */
    db *db;
    bool has_session;
    struct access_secret session;
    struct session account; /* of the session, when there is one */
    str viewer_name;
    unsigned scopes;      /* of a token, bits of enum token_scope; all with a session */
    struct once_key once; /* what deed.once points to, when it does */
    bool has_form;        /* the body was read as a form */
    struct form form;     /* of a POST, its token already checked */
    bool has_form_secret;
    struct access_secret form_secret; /* of a visitor's forms, instead of a session */
    str token;                        /* of the forms of this page, once one asked for it */
    struct errs *mistakes; /* of a program's request, each with its place in `file`; or NULL */
};
struct visit *visit_of(const struct req *r);

/* For struct site_config. */
extern const struct site_hooks visit_hooks;

/* The files that pages load. */
extern const struct route visit_files[];

/* ---- rules ---- */

extern const struct rule rule_visitor;   /* nobody is signed in: signing in, registering */
extern const struct rule rule_signed_in; /* an active account */
extern const struct rule rule_analyst;
extern const struct rule rule_moderator;
extern const struct rule rule_auditor;
extern const struct rule rule_admin;
extern const struct rule rule_steward;
extern const struct rule rule_admin_or_auditor; /* the beginning of what both have */

/* ---- forms ---- */

/* The token that the forms of this page carry; a visitor gets a cookie with it. */
str visit_token(struct req *r);

/* Reads the body as a form, for a program that sends files; forms of pages were read before. */
WARN_UNUSED err visit_read_form(struct req *r, struct err_info *info);

/* A field as it was typed; empty when it was not sent. */
str visit_field(const struct req *r, const char *name);
bool visit_ticked(const struct req *r, const char *name);
/* A whole number; `fallback` for anything else. */
int64_t visit_number(const struct req *r, const char *name, int64_t fallback);

/* ---- what is wrong with a form: shown on top, at each field, and in the status ---- */

enum { FAULTS_MAX = 12 };
struct faults { /* not moved: the errors point into it */
    struct part_error error[FAULTS_MAX];
    size_t n;
    struct msg msg[FAULTS_MAX];
};

/* One that the page itself sees; only the first of a field is kept. "": of the whole form. */
void fault_add(struct req *r, struct faults *f, const char *field, const char *key);
/* The same for a field that was left empty. */
void fault_need(struct req *r, struct faults *f, const char *field, const char *key);

/* Where the error of a call belongs: of one whose key begins so, at this field. */
struct fault_place {
    const char *key, *field;
};
/*
 * Takes the error of a call as a fault of the form: one that has a place, or else any E_INPUT, for
 * the whole form. False when it is neither: the handler then gives it back. `place` ends in a NULL.
 */
bool fault_take(struct req *r, struct faults *f, const struct fault_place *place,
                const struct err_info *info);
/* What to show at a field; empty when nothing is wrong with it. */
struct html_value fault_at(const struct faults *f, const char *field);

/* ---- answers ---- */

/* The frame of a page, filled for this visit: names, languages, menu, account, what was just done.
 */
struct page visit_page(struct req *r, struct html_value title);
/* Goes on in another language than that of the address: where one address serves both. */
void visit_speak(struct req *r, enum lang lang);
/* One step of the way to a page, behind those before; the menu marks the section it leads by. */
void visit_crumb(struct req *r, struct page *page, struct html_value text, str url);

/* Ends a page that was written into r->html. */
WARN_UNUSED err visit_show(struct req *r, struct err_info *info);

/*
 * The address of a route in the language of the visit, its parameters filled in from `value` in
 * the order of the path (NULL: it has none), in the memory of the visit.
 */
str visit_url(const struct req *r, const char *route, const str *value);
str visit_url_id(const struct req *r, const char *route, int64_t id);

/*
 * After a form: on to `url`, which then shows the message "visit.done-<done>". `done` may be NULL.
 */
WARN_UNUSED err visit_go(struct req *r, str url, const char *done, struct err_info *info);

/* Cookies of the session. */
void visit_start_session(struct req *r, struct access_secret session);
void visit_end_session(struct req *r);

/* What a program is told a status means: a key of po/. */
const char *visit_problem_title(int status);

/* Where the visit came from, as what a throttle counts by. */
str visit_place(const struct req *r);
/* "Firefox, Windows": made of the browser's own words, for the list of sessions. */
str visit_label(const struct req *r);

#endif
