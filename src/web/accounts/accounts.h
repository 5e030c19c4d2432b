/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * accounts: the pages with which people come in, and look after what is theirs.
 *
 * Does: signing in and out, asking for an account, links of mails, my page: own data, password,
 *       second factor, sessions, tokens, what the log says, export, erasure.
 * Does not: the rules (src/app/access has them), or accounts of others (src/web/admin does).
 */
#ifndef ONTSCHOT_WEB_ACCOUNTS_H
#define ONTSCHOT_WEB_ACCOUNTS_H

#include "app/audit/audit.h"
#include "web/visit/visit.h"

extern const struct route sign_in_routes[];  /* sign in, second step, sign out */
extern const struct route joining_routes[];  /* register, links of mails, forgotten password */
extern const struct route mine_routes[];     /* my page, own data, password */
extern const struct route second_routes[];   /* second factor and recovery codes */
extern const struct route sessions_routes[]; /* sessions and personal tokens */
extern const struct route my_data_routes[];  /* log, export, erasure */

/* ---- words that the pages of administration share ---- */

/* Every role once, in the order in which pages list them; ends in 0. */
extern const enum access_role account_roles[];
str account_role_word(enum access_role role);         /* in forms: "resident-data" */
const char *account_role_key(enum access_role role);  /* its name */
const char *account_role_hint(enum access_role role); /* what it may do */
/* "Editor, auditor": the roles of a set, in the language of the visit; empty when there are none.
 */
str account_roles_text(const struct req *r, unsigned roles);
const char *account_state_key(enum account_state state);
enum part_kind account_state_kind(enum account_state state);

/* Organisations as the choices of a select, "none of these" first with value 0. */
WARN_UNUSED err account_organisations(struct req *r, struct party_id chosen,
                                      struct part_choice **choice, size_t *n,
                                      struct err_info *info);

/* Rows of the audit log as a table. */
struct log_view {
    const struct audit_entry *entry;
    size_t n;
    struct party_id viewer;           /* called "you" */
    const str *actor_url, *about_url; /* of each row, where its names lead; NULL: no links */
    str older_url, newer_url;
};
void log_html(struct html *h, const struct log_view *v);
/* The words for a verb of the log, or for the kind of verbs before the dot. */
str log_verb(enum lang lang, str verb);

#endif
