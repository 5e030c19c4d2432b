/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pack: records of a delivery as bytes, and back.
 *
 * Does: write a record compactly, so that a chunk of them waits for its transaction, or a file of
 *       them goes from the process that read a delivery to the one that keeps it.
 * Does not: trust bytes. What comes back may be any value of its type, but lies within the bytes.
 *
 * Whole numbers are zigzag, seven bits to a byte, least first; texts are their length and bytes.
 */
#ifndef ONTSCHOT_APP_REGISTER_PACK_H
#define ONTSCHOT_APP_REGISTER_PACK_H

#include "app/intake/record.h"
#include "base/out.h"

void pack_int(out *o, int64_t v);
void pack_text(out *o, str s);
/* False when the bytes end too early or say something else. `from` moves behind what was read. */
bool unpack_int(str *from, int64_t *v);
bool unpack_text(str *from, str *s); /* borrowed from the bytes */

void pack_person(out *o, const struct intake_person *p);
bool unpack_person(str *from, struct intake_person *p);

/* All but the persons: whom it is about, the relations and the partner. */
void pack_record(out *o, const struct intake_record *r);
bool unpack_record(str *from, struct intake_record *r);

void pack_head(out *o, const struct intake_head *h);
bool unpack_head(str *from, struct intake_head *h);

/* The partner of a benefit or a debt case; NULL when there is none. */
const struct intake_person *pack_partner(const struct intake_record *r);

#endif
