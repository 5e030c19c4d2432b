/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * json_load: JSON text as a tree of jansson.
 *
 * Does: tell memory that is out from text that is wrong. jansson alone drops a byte of a token when
 *       its buffer cannot grow, and then finds the text wrong, or reads another one.
 * Does not: say what is wrong in sentences; `why` has jansson's code and the place.
 */
#ifndef ONTSCHOT_BASE_JSON_LOAD_H
#define ONTSCHOT_BASE_JSON_LOAD_H

#include "base/err.h"

#include <jansson.h>

/*
 * `flags` are jansson's. The caller ends *root with json_decref; it is NULL after an error: E_NOMEM
 * with its message, or E_INPUT with *why, and no message.
 */
WARN_UNUSED err json_load(str text, size_t flags, json_t **root, json_error_t *why,
                          struct err_info *info);

#endif
