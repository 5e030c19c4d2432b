/* SPDX-License-Identifier: EUPL-1.2 */
/* visit_int: what the files of this room share. */
#ifndef ONTSCHOT_WEB_VISIT_INT_H
#define ONTSCHOT_WEB_VISIT_INT_H

#include "web/visit/visit.h"

#define VISIT_SESSION_COOKIE "session"
#define VISIT_FORM_COOKIE    "form"

/* Before the rule: who asks, and whether what is sent came from a page of ours. */
err visit_enter(struct req *r, struct err_info *info);

/* E_DENIED when a form has no token of this visit, or came from another site. */
WARN_UNUSED err visit_check_form(struct req *r, struct err_info *info);

/*
 * Notes under which key this request makes what it makes, so that the same one again makes nothing
 * new (app/once): a form's token with all that was filled in, or a program's Idempotency-Key.
 */
WARN_UNUSED err visit_note_key(struct req *r, struct err_info *info);

void visit_error(struct req *r, const struct err_info *why);

/* Whether a request of this kind may change something. */
bool visit_changes(enum http_method method);

/*
 * What may be told of an error; NULL: only the words of its status. What the inside says of itself
 * is for the log. `own` may get a message of this room.
 */
const struct msg *visit_reason(const struct req *r, const struct err_info *why, struct msg *own);

/* Whether this is a request of a program, to be answered in JSON. */
bool visit_is_program(const struct req *r);

/* The same for a program that asked the API. */
void visit_problem(struct req *r, const struct err_info *why);

/* Headers that every answer of the API has. */
void visit_finish(struct req *r);

#endif
