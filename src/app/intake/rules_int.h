/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * rules: what a record must keep to that the form of its message does not say.
 *
 * Does: judge one record by a table of named rules, with the file alone as knowledge.
 * Does not: judge what needs earlier deliveries (TR307, TR322 and others): the register does.
 *
 * Numbers are those of the standard ("Regels op berichten", Zorginstituut): TR technical rules,
 * OP principles, IV instructions; ours begin with ON.
 */
#ifndef ONTSCHOT_APP_INTAKE_RULES_INT_H
#define ONTSCHOT_APP_INTAKE_RULES_INT_H

#include "app/intake/record.h"
#include "app/intake/seen_int.h"

/* What is known of the message when a record is judged. */
struct rule_facts {
    int message;                      /* 323 */
    int32_t dated;                    /* of the message */
    bool bsn_is_wrong;                /* the record's person has a number that fails the test */
    const struct intake_claim *claim; /* NULL outside claims */
    struct seen references, previous, owners, debits;
};

void rules_begin(struct rule_facts *f);
void rules_end(struct rule_facts *f);

struct rule {
    const char *number, *key;
    bool refuses;   /* the whole file; else the record is set aside */
    unsigned kinds; /* 1 << enum intake_kind */
    /* false: broken; adds values to `why`, which has the key and the number as {1} */
    bool (*holds)(const struct rule_facts *f, const struct intake_record *r, struct msg *why);
};

extern const struct rule intake_rules[];
extern const size_t intake_n_rules;

/* The first rule that a record breaks, with *why; NULL when it keeps to all. */
const struct rule *rules_judge(const struct rule_facts *f, const struct intake_record *r,
                               struct msg *why);

/*
 * Remembers a record for those that follow. Of one that was set aside only the reference: it was
 * used, but what it says does not count.
 */
WARN_UNUSED err rules_note(struct rule_facts *f, const struct intake_record *r, bool was_taken,
                           struct err_info *info);

#endif
