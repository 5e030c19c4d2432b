/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * secret: 32 random bytes in a file of their own, from which keys are derived.
 *
 * Does: make the file, readable by its owner alone; read it into memory that is guarded, reaches
 *       neither swap file nor core dump, and is wiped when freed.
 * Does not: say what a key is for (HKDF or a keyed hash of its users), or keep it beside the data.
 */
#ifndef ONTSCHOT_BASE_SECRET_H
#define ONTSCHOT_BASE_SECRET_H

#include "base/err.h"

enum { SECRET_BYTES = 32 };

typedef struct secret secret;

/* E_NOT_FOUND, E_IO; E_INPUT when the file is no such key or others than its owner may read it. */
WARN_UNUSED err secret_read(str path, secret **s, struct err_info *info);
/* A new one; never over a file that is there (E_CONFLICT). Whole or not at all. E_IO. */
WARN_UNUSED err secret_make(str path, struct err_info *info);
/* From bytes known elsewhere, for tests. */
WARN_UNUSED err secret_of(const unsigned char byte[SECRET_BYTES], secret **s,
                          struct err_info *info);
void secret_free(secret *s); /* NULL is fine */

const unsigned char *secret_bytes(const secret *s);

/* For a program that is about to read secrets or numbers of persons: the kernel writes no memory of
 * this process to a core dump, and lets no other process of the user look into it. */
void secret_forbid_dumps(void);

#endif
