/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * household: who live together as one household, and from when to when.
 *
 * Does: from where persons stayed, how they are related and what a register holds as one benefit
 *       unit, form two kinds of households apart: those for whom care is one (all who share a
 *       life at an address) and benefit units (partners and their children under eighteen, as in
 *       the Participatiewet, art. 4). Memberships have dates; a child may be in two.
 * Does not: know persons apart (linkage does), or take living at one address for living together
 *       where many do: what more than `largest` share joins only those who are related.
 *
 * Nothing is learned and nothing drawn: the result follows from the input, whatever its order.
 */
#ifndef ONTSCHOT_ENGINE_LINKAGE_HOUSEHOLD_H
#define ONTSCHOT_ENGINE_LINKAGE_HOUSEHOLD_H

#include "base/arena.h"

#include <limits.h>

#define HOUSEHOLD_DAY_NONE INT32_MIN /* not known */
#define HOUSEHOLD_OPEN     INT32_MAX /* goes on */
enum { HOUSEHOLD_LARGEST = 12 };

/* What else is known of a person. Surnames are numbers of equal, folded names; 0 unknown. */
struct household_person {
    int32_t born;
    uint32_t surname, partner_surname;
};

/* Days half-open; `address` a number for each address. A later stay ends an earlier one. */
struct household_stay {
    uint32_t person, address;
    int32_t from, to;
};

enum household_tie {
    HOUSEHOLD_PARTNER, /* married or registered */
    HOUSEHOLD_PARENT,  /* `other` is a parent of `person` */
    HOUSEHOLD_UNIT,    /* one benefit */
    HOUSEHOLD_HALF,    /* the child `person` lives half of the time with the parent `other` */
};

struct household_relation {
    uint32_t person, other;
    enum household_tie tie;
    int32_t from, to;
};

enum household_kind { HOUSEHOLD_CARE, HOUSEHOLD_BENEFIT };

struct household_ask {
    enum household_kind kind;
    const struct household_person *person; /* numbered from 0 */
    size_t n_persons;
    const struct household_stay *stay;
    size_t n_stays;
    const struct household_relation *relation;
    size_t n_relations;
    size_t largest; /* persons at an address; 0: HOUSEHOLD_LARGEST */
};

struct household_member {
    uint32_t person, household; /* households from 1, in the order of their first person */
    int32_t from, to;
    int16_t share_milli; /* 1000, or 500 in each of two */
};

/*
 * Memberships by person and day, in the arena. Each person is in a household as long as he or she
 * stays somewhere. E_NOMEM; E_INPUT for a person that is not there, or an end before a start.
 */
WARN_UNUSED err household_form(const struct household_ask *ask, arena *a,
                               struct household_member **member, size_t *n, struct err_info *info);

/* Each person's household on a day, the first of two; 0 for who has none. */
void household_on(const struct household_member *member, size_t n, int32_t day, size_t n_persons,
                  uint32_t *household);

/*
 * Against the truth, over persons who have both. B-cubed (Bagga and Baldwin 1998): the mean over
 * persons of what part of the found household is of the true one, and the other way round. Exact:
 * how many households are the same set.
 */
struct household_score {
    size_t n_persons, n_found, n_true, n_same;
    double b3_precision, b3_recall, b3_f;
    double exact_precision, exact_recall, exact_f;
};
WARN_UNUSED err household_evaluate(const uint32_t *found, const uint32_t *truth, size_t n,
                                   struct household_score *score, struct err_info *info);

#endif
