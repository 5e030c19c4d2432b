/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A town is made block by block: a block is a neighbourhood of 1,000 inhabitants with all that
 * happens to them, a function of (seed, block). So blocks are made in parallel and forgotten.
 */
#ifndef ONTSCHOT_DEMO_TOWN_INT_H
#define ONTSCHOT_DEMO_TOWN_INT_H

#include "demo/town/dice_int.h"
#include "demo/town/names_int.h"
#include "demo/town/town.h"

#include <limits.h>

#define TOWN_OPEN INT32_MAX /* a day that has not come */

enum {
    BLOCK_INHABITANTS = 1000,
    BLOCK_PERSONS_MAX = 1280, /* with those who are born */
    BLOCK_HOUSEHOLDS_MAX = 1280,
    BLOCK_ADDRESSES_MAX = 1056,
    SPELLS_MAX = 4,
    GIVEN_MAX = 3,
    SURNAME_BYTES = 40,
    PREFIX_BYTES = 12,
    PERSON_NONE = -1
};

enum town_role { ROLE_HEAD, ROLE_PARTNER, ROLE_CHILD, ROLE_PARENT };

enum town_story {
    STORY_SINGLE,
    STORY_COUPLE,
    STORY_FAMILY,
    STORY_SINGLE_PARENT,
    STORY_GENERATIONS,
    STORY_STUDENTS,
    STORY_INSTITUTION,
    STORIES
};

struct town_address {
    uint32_t street; /* theme and kind */
    uint16_t number;
    char letter;      /* 0: none */
    char addition[4]; /* empty: none */
    char postcode[7]; /* "1234AB" */
};

/* Days half-open. */
struct town_stay {
    int32_t from, to;
    int16_t address;
};

struct town_membership {
    int32_t from, to;
    int16_t household;
    int16_t share_milli; /* 1000, or what of a child in two households belongs to this one */
    enum town_role role;
};

struct town_surname {
    char prefix[PREFIX_BYTES], name[SURNAME_BYTES];
};

struct town_person {
    uint32_t number;    /* in the town, from 0 */
    int32_t born, died; /* TOWN_OPEN: lives */
    char sex;           /* 'M' 'V' */
    enum town_origin origin;
    const char *given[GIVEN_MAX]; /* "Johannes/Jan" */
    int n_given;
    struct town_surname surname;
    int16_t partner, mother, father, twin; /* in the block, or PERSON_NONE */
    int32_t married, divorced;             /* TOWN_OPEN: not */
    char use;                              /* of names while married: E P V N */
    int16_t former_address;                /* before the first stay */
    enum town_story story;
    struct town_stay stay[SPELLS_MAX];
    struct town_membership in[SPELLS_MAX];
    int n_stays, n_in;
    bool in_team, in_social;
};

enum { MOVERS_MAX = 12 };

/* Who goes to live elsewhere on a day. */
struct town_move {
    int32_t day;
    int16_t who[MOVERS_MAX];
    int16_t left; /* the address that nobody is left at, or -1 */
    int16_t to;   /* where another already lives, or -1 */
    int n;
};

/* An address that is free since a day. */
struct town_left {
    int32_t day;
    int16_t address;
};

struct town_block {
    const struct town *town;
    int64_t index;
    int32_t from, to; /* the months, in days */
    struct dice dice;
    struct town_address address[BLOCK_ADDRESSES_MAX];
    struct town_person person[BLOCK_PERSONS_MAX];
    int n_addresses, n_persons, n_households;
    int n_born;      /* of the persons, during the months */
    int16_t waiting; /* a single who will be found, or PERSON_NONE */
    struct town_move move[BLOCK_HOUSEHOLDS_MAX];
    struct town_left left[BLOCK_HOUSEHOLDS_MAX];
    int n_moves;
};

int64_t town_blocks(const struct town *t);
int64_t town_household_number(const struct town_block *b, int household);

/* Everything about the people of block `index`, with what happens to them. */
void town_block_make(const struct town *t, int64_t index, struct town_block *b);

/* block.c: children into b->person; how many */
int town_give_birth(struct town_block *b, int32_t born, int mother, int father);

/* people.c: */
void town_draw_surname(struct dice *d, enum town_origin origin, struct town_surname *name);
void town_draw_given(struct dice *d, struct town_person *p);
int town_new_address(struct town_block *b, bool is_shared);
int town_new_person(struct town_block *b, char sex, int32_t born, enum town_origin origin);

/* events.c: */
void town_live(struct town_block *b, int first, int n, enum town_story story);
void town_settle(struct town_block *b); /* after all stories: who moves where, who dies */

/* state at a day: the stay and name that hold then; the last ones of who died before */
const struct town_address *town_address_at(const struct town_block *b, const struct town_person *p,
                                           int32_t day);
bool town_is_married_at(const struct town_person *p, int32_t day);
int town_age_at(const struct town_person *p, int32_t day);

/* record.c: what a register wrote down. */
enum town_register { REGISTER_TEAM, REGISTER_SOCIAL };

struct town_record {
    const struct town_person *person;
    uint32_t bsn; /* 0: none; need not be valid */
    char given[96], initials[16];
    struct town_surname surname, partner;
    char use, sex;
    int year, month, day; /* of birth, 0: unknown */
    struct town_address address;
    unsigned errors; /* 1u << enum town_error */
};

void town_record_make(const struct town_block *b, int person, struct dice *d,
                      struct town_record *r);

#endif
