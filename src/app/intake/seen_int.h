/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * seen: what a message said before, as fingerprints of 128 bits, each with a number.
 *
 * Does: remember and find. Fingerprints are keyed by chance (SipHash-2-4, Aumasson and Bernstein
 *       2012, of 128 bits), so that nobody can prepare a file in which two are equal or that is
 *       slow; that two differ and are taken for equal has a chance below 10^-24 in SEEN_MAX.
 * Does not: keep the values themselves. A million take 45 MB.
 */
#ifndef ONTSCHOT_APP_INTAKE_SEEN_INT_H
#define ONTSCHOT_APP_INTAKE_SEEN_INT_H

#include "base/err.h"

enum { SEEN_MAX = 3000000, SEEN_CHANCE_BYTES = 16 };

struct seen_print {
    uint64_t half[2];
};

struct seen {
    struct seen_print *print; /* all zero: free */
    uint32_t *number;
    size_t n, n_slots; /* a power of two, or none */
    unsigned char chance[SEEN_CHANCE_BYTES];
};

void seen_init(struct seen *s);
void seen_free(struct seen *s);

/* The number that belongs to a key; false when it was not seen. */
bool seen_find(const struct seen *s, str key, uint32_t *number);

/* Adds what was not seen before; else the first number stays. E_LIMIT beyond SEEN_MAX, E_NOMEM. */
WARN_UNUSED err seen_add(struct seen *s, str key, uint32_t number, struct err_info *info);

#endif
