/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * code_map: keys of 64 bits as codes 0, 1, 2, ... by first appearance.
 *
 * Does: look up and add in constant time, by open addressing, at most half full.
 * Does not: forget, or keep more than 2^32 - 1 keys (tables have fewer rows).
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_CODE_MAP_INT_H
#define ONTSCHOT_ENGINE_EFFECT_CODE_MAP_INT_H

#include "base/err.h"

struct code_map {
    uint64_t *key;
    uint32_t *code;
    size_t size; /* a power of two */
    size_t n;    /* keys so far */
};

/* Room for size / 2 keys before it grows; `size` is a power of two. E_NOMEM. */
WARN_UNUSED err code_map_init(struct code_map *m, size_t size, struct err_info *info);
void code_map_free(struct code_map *m); /* also after an error */

/* The code of `key`, which is added when it is new. E_NOMEM. */
WARN_UNUSED err code_map_add(struct code_map *m, uint64_t key, uint32_t *code,
                             struct err_info *info);

#endif
