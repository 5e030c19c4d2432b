/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * bsn: a Dutch citizen service number (burgerservicenummer).
 *
 * Does: read one and test it ("elfproef": weights 9 8 7 6 5 4 3 2 -1, the sum divisible by 11).
 * Does not: print. A number has no formatter, so that none slips into a log, a URL or an error.
 */
#ifndef ONTSCHOT_BASE_BSN_H
#define ONTSCHOT_BASE_BSN_H

#include "base/str.h"

struct bsn {
    uint32_t v; /* 0: none */
};

/* Eight or nine digits that pass the test, spaces around them ignored. 000000000 and 999999999 are
 * "unknown" in the sources and no number. On false *bsn is none. */
bool bsn_parse(str s, struct bsn *bsn);

bool bsn_is_valid(uint32_t number);

#endif
