/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * visible: who may see a publication. The one rule, as a function of facts.
 *
 * Does: decide from the facts of a publication, of those it hangs under, and of the viewer.
 *       The same rule stands as a fragment of SQL in queries.sql, for lists, counts and exports;
 *       a test holds both against a third telling of the rule.
 * Does not: look facts up (knowledge.h does) or know an administrator: reading for moderation is
 *           another question, with a purpose and a row in the log.
 *
 * The rule. A viewer u, a publication p, an instant t:
 *
 *   eff(p)     the narrowest of p's own level, the ceilings of its space and of all spaces above,
 *              and eff of the publication it hangs under. Stored; see knowledge.h.
 *   live(p,t)  published or archived, its day has come, and it has not expired
 *   grant(u,p) a grant to u, or to a space of which u is a member; none counts for a space whose
 *              ceiling is its members, unless u is one of them
 *   self(u,p,t) not removed
 *              and (live, or u is active and is the owner or has a grant to edit)
 *              and (eff is public, or u is active and (eff is signed in, or u is the owner,
 *                   or eff is space and u is a member of it, or u has a grant))
 *   visible    self(u,p,t), and self of all that p hangs under
 */
#ifndef ONTSCHOT_APP_KNOWLEDGE_VISIBLE_H
#define ONTSCHOT_APP_KNOWLEDGE_VISIBLE_H

#include "app/access/viewer.h"

/* Widening; the numbers are stored. */
enum level { LEVEL_OWNER = 0, LEVEL_SPACE = 1, LEVEL_SIGNED_IN = 2, LEVEL_PUBLIC = 3 };

enum publication_state {
    PUBLICATION_DRAFT = 0,
    PUBLICATION_PUBLISHED = 1,
    PUBLICATION_ARCHIVED = 2,
    PUBLICATION_REMOVED = 3,
};

/* What the rule needs to know of one publication and one viewer. */
struct visible_facts {
    enum publication_state state;
    enum level eff;
    struct party_id owner;
    int64_t publish_at; /* UTC ms; INT64_MAX: no day was set */
    int64_t delete_at;  /* exclusive; INT64_MAX: never */
    bool is_member;     /* the viewer has an active membership of the publication's space */
    bool may_read;      /* by a grant to read or to edit that counts */
    bool may_edit;      /* by a grant to edit that counts */
};

/* The publication itself alone, whatever it hangs under. */
bool visible_itself(const struct viewer *v, const struct visible_facts *p, int64_t now_ms);

/* `chain` holds the publication and all that it hangs under, in any order. */
bool visible(const struct viewer *v, const struct visible_facts *chain, size_t n, int64_t now_ms);

#endif
