/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * keys: the secret of an installation, in one file that only its user may read.
 *
 * Does: make it when there is none; derive from it a key for each use (libsodium's kdf), so that no
 *       key says anything of another.
 * Does not: replace it: with another secret second factors and the log of deeds cannot be read, and
 *           everybody is signed out.
 */
#ifndef ONTSCHOT_APP_START_KEYS_H
#define ONTSCHOT_APP_START_KEYS_H

#include "app/app.h"
#include "base/err.h"

/*
 * From FOLDER/site.key; the folder is made too. E_INPUT when the file is none of ours or others may
 * read it, E_IO, E_LIMIT for too long a path.
 */
WARN_UNUSED err keys_open(str folder, struct app_keys *keys, struct err_info *info);

#endif
