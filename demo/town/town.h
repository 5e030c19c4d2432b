/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * town: a made-up Dutch municipality with two registers that know the same people differently.
 *
 * Does: make households, their moves, births, deaths, marriages and separations over some months;
 *       what the neighbourhood teams and the social service wrote down of them, with the errors
 *       of one table (docs/town.md); the messages, extracts and signals that such a municipality
 *       receives; and the truth, apart. The same bytes for a seed, whatever the threads.
 * Does not: resemble a real person or municipality. Citizen service numbers pass the test and are
 *       made up; by chance one may be somebody's.
 */
#ifndef ONTSCHOT_DEMO_TOWN_H
#define ONTSCHOT_DEMO_TOWN_H

#include "base/err.h"
#include "base/par.h"
#include "base/progress.h"

enum {
    TOWN_INHABITANTS_MIN = 10000,
    TOWN_INHABITANTS_MAX = 20000000,
    TOWN_MONTHS_MIN = 1,
    TOWN_MONTHS_MAX = 60
};

/* Kinds of errors in a record; the rates stand in record.c and docs/town.md. */
enum town_error {
    TOWN_TYPING,
    TOWN_VARIANT,
    TOWN_MARRIED_NAME,
    TOWN_BIRTH_WRONG,
    TOWN_BIRTH_UNKNOWN,
    TOWN_OLD_ADDRESS,
    TOWN_NO_POSTCODE,
    TOWN_SEX_WRONG,
    TOWN_BSN_WRONG,
    TOWN_ERRORS
};

struct town {
    uint64_t seed;
    int64_t inhabitants; /* on the first day */
    int months;          /* from January 2024 */
    double bsn_missing;  /* share of records without a number: 0 none, 1 all */
    bool with_messages;  /* iWmo and iJw; one file for each client and month, so many files */
};

/* Seed 1, 100,000 inhabitants, 24 months, all numbers present, with messages. */
void town_init(struct town *t);

struct town_counts {
    int64_t persons; /* with those born during the months */
    int64_t households, records_team, records_social, in_both, messages, claim_lines;
    int64_t claim_cents;
    int64_t errors[TOWN_ERRORS]; /* records with one */
};

/*
 * Fills `folder`, which must not exist yet; it appears when all of it is written. `pool` may be
 * NULL. Memory grows with the threads and a district of 100,000 inhabitants, not with the town.
 * E_INPUT for a bound above, E_CONFLICT when the folder exists, E_IO, E_NOMEM, E_CANCELLED.
 */
WARN_UNUSED err town_generate(const struct town *t, str folder, par *pool,
                              const struct progress *progress, struct town_counts *counts,
                              struct err_info *info);

/* The rate of an error among all records, as the table says. */
double town_error_rate(enum town_error kind);

/* The citizen service number of person `number` (from 0): passes the test, and no two are equal. */
uint32_t town_bsn(uint64_t seed, uint32_t number);
enum { TOWN_BSN_COUNT = 81000000 };

#endif
