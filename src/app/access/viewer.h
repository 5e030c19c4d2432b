/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * viewer: who is asking.
 *
 * Does: carry, by value, what the rules need to know of the person behind a request, a job or a
 *       command: who it is, whether the account may act at all, its roles, and whether the second
 *       factor was given.
 * Does not: look anything up (access.h does) or decide (each rule does, in one place).
 */
#ifndef ONTSCHOT_APP_ACCESS_VIEWER_H
#define ONTSCHOT_APP_ACCESS_VIEWER_H

#include "app/db/ids.h"
#include "base/i18n.h"

/* What somebody may do for the whole site. Bits, so that an account has several. */
enum access_role {
    ACCESS_EDITOR = 1 << 0,        /* writes and mends publications of the home page */
    ACCESS_MODERATOR = 1 << 1,     /* reads and removes on report; each reading is logged */
    ACCESS_ANALYST = 1 << 2,       /* uploads and runs studies */
    ACCESS_RESIDENT_DATA = 1 << 3, /* may see data of residents; second factor required */
    ACCESS_AUDITOR = 1 << 4,       /* reads the audit log; second factor required */
    ACCESS_ADMIN = 1 << 5,         /* accounts, organisations, spaces; second factor required */
    ACCESS_STEWARD = 1 << 6,       /* brings in deliveries of a register; second factor required */
};

/* Roles that count only after the second factor. */
enum { ACCESS_STRONG_ROLES = ACCESS_RESIDENT_DATA | ACCESS_AUDITOR | ACCESS_ADMIN | ACCESS_STEWARD };

struct viewer {
    struct party_id id; /* v == 0: a visitor */
    bool is_active;     /* a confirmed account that is not blocked or erased; false for a visitor */
    bool has_second;    /* the second factor was given in this session */
    unsigned roles;     /* of enum access_role, whether or not they count now: see viewer_may */
    enum lang lang;
};

/* Whether the role counts now: an active account that has it, with the second factor if it asks. */
static inline bool viewer_may(const struct viewer *v, enum access_role role)
{
    return v->is_active && (v->roles & (unsigned)role) != 0 &&
           (v->has_second || ((unsigned)role & ACCESS_STRONG_ROLES) == 0);
}

#endif
