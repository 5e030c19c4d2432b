/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * names: what people and streets of the made-up municipality are called.
 *
 * Does: lists by origin, sex and generation, compiled for this program; surnames put together from
 *       parts, so that there are more than ten thousand; other spellings of one name.
 * Does not: draw (dice_int.h) or hold names of real persons.
 */
#ifndef ONTSCHOT_DEMO_TOWN_NAMES_H
#define ONTSCHOT_DEMO_TOWN_NAMES_H

#include <stddef.h>

/* Where a family's names come from; truth.csv names it, so that errors can be told by group. */
enum town_origin {
    TOWN_DUTCH,
    TOWN_TURKISH,
    TOWN_MOROCCAN,
    TOWN_SURINAMESE,
    TOWN_POLISH,
    TOWN_SYRIAN,
    TOWN_ORIGINS
};

/* The most frequent first. */
struct town_list {
    const char *const *word;
    size_t n;
};

enum { TOWN_GENERATIONS = 4 }; /* born until 1945, 1969, 1994, and later */

/* Official name, and after a slash the name a person is called by: "Johannes/Jan". */
struct town_list town_first_names(enum town_origin origin, char sex, int generation);

/* "van den Berg": what comes before the capital is the prefix. */
struct town_list town_surnames(enum town_origin origin);

/* Dutch surnames put together: every stem with every tail. */
struct town_list town_surname_stems(void);
struct town_list town_surname_tails(void);
enum { TOWN_PERSON_TAILS = 17 }; /* the last of the tails: of names that take no prefix */

/* Streets: every theme with every kind. */
struct town_list town_street_themes(void);
struct town_list town_street_kinds(void);

/* Rows of spellings of one name, with slashes between: "Mohamed/Mohammed/Muhammed". */
struct town_list town_spellings(void);

#endif
