/* SPDX-License-Identifier: EUPL-1.2 */
/* admin_int: what the handlers of this room give to its templates. */
#ifndef ONTSCHOT_WEB_ADMIN_INT_H
#define ONTSCHOT_WEB_ADMIN_INT_H

#include "web/accounts/accounts.h"
#include "web/admin/admin.h"

/* A page of administration, with the way to it. `section` is a route with a key, or NULL. */
struct page admin_page(struct req *r, const char *title, const char *section, const char *name);
/* `url?name=value`, encoded; or with & when there is a query already. */
str with_query(const struct req *r, str url, const char *name, str value);
str with_query_id(const struct req *r, str url, const char *name, int64_t value);
/* A number of the query; 0 when it is none. */
int64_t query_number(const struct req *r, const char *name);
str query_text(const struct req *r, const char *name);

/* ---- admin_overview.htc ---- */

struct overview_view {
    const struct account_counts *counts; /* NULL: for an auditor alone */
    str waiting_url, accounts_url, invite_url, organisations_url, log_url, security_url, about_url;
};
void overview_html(struct html *h, const struct page *page, const struct overview_view *v);

struct about_view {
    str store, base_url, libraries;
    int64_t now_ms;
    const struct rate *rates; /* RATE_CLASSES */
};
void about_html(struct html *h, const struct page *page, const struct about_view *v);

/* ---- admin_accounts.htc ---- */

struct accounts_view {
    str action; /* of the filter */
    struct account_filter filter;
    const struct account *account;
    const str *url;   /* of each */
    const str *roles; /* of each */
    size_t n;
    str next_url, first_url, invite_url;
};
void accounts_html(struct html *h, const struct page *page, const struct accounts_view *v);

struct invite_view {
    str action, token, name, email;
    enum lang lang;
    unsigned roles;
    struct part_choice *organisation;
    size_t n_organisations;
    const struct faults *faults;
};
void invite_html(struct html *h, const struct page *page, const struct invite_view *v);

struct account_view {
    const struct account *account;
    const struct faults *faults;
    str token, state_url, roles_url, second_url;
    str log_url; /* empty: the viewer is no auditor */
    str roles;
    unsigned typed_roles;
    bool is_viewer;
};
void account_html(struct html *h, const struct page *page, const struct account_view *v);
/* The roles as boxes to tick. */
void roles_html(struct html *h, unsigned roles, struct html_value error);

/* ---- admin_organisations.htc ---- */

struct organisations_view {
    const struct organisation *organisation;
    const str *url;
    size_t n;
    str new_url;
};
void organisations_html(struct html *h, const struct page *page,
                        const struct organisations_view *v);

struct organisation_view {
    str action, token, version;
    struct organisation o;
    const struct organisation *theirs; /* what it is now, when somebody was first; else NULL */
    const struct faults *faults;
};
void organisation_html(struct html *h, const struct page *page, const struct organisation_view *v);
const char *organisation_type_key(enum organisation_type type);
const char *organisation_size_key(int size_class);

/* ---- admin_log.htc ---- */

enum { KINDS_MAX = 12, FOUND_MAX = 10 };
struct admin_log_view {
    str action, csv_url;
    struct audit_filter filter;
    str person, filter_name;
    const char *const *kind; /* of verbs; ends in NULL */
    const struct person *found;
    const str *found_url;
    size_t n_found;
    bool nobody; /* no account has that name */
    struct log_view log;
};
void admin_log_html(struct html *h, const struct page *page, const struct admin_log_view *v);

/* ---- admin_security.htc ---- */

struct finding {
    const char *what; /* the key of what was looked at */
    enum part_kind kind;
    struct msg state;   /* what was found */
    const char *remedy; /* what to do; NULL: nothing */
};
struct security_view {
    const struct finding *finding;
    size_t n, n_bad, n_warn;
    str verify_url;
};
void security_html(struct html *h, const struct page *page, const struct security_view *v);

enum { FINDINGS_MAX = 20 };
struct findings {
    struct finding item[FINDINGS_MAX];
    size_t n;
};
/* The next one; its state is a message without values yet. */
struct finding *finding_add(struct findings *f, enum part_kind kind, const char *what,
                            const char *state, const char *remedy);
/* How it was started: address, listener, proxy, files, mail, demo. Reads files' permissions. */
void find_installation(const struct req *r, struct findings *f);
/* What is in the store: accounts, log, backups. `verifies`: walks the whole log. */
WARN_UNUSED err find_store(struct req *r, bool verifies, struct findings *f, struct err_info *info);

#endif
