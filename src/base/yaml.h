/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * yaml: a YAML file as a tree in which every node knows its line and column.
 *
 * Does: read one document of maps, lists and texts, and refuse what makes YAML
 *       unsafe or surprising: anchors and aliases (so no cycles and no file
 *       that explodes when read), tags, a key given twice, a second document.
 * Does not: guess types. `no`, `1.10` and `2024-03-01` stay the text that was
 *           typed; base/schema says what a text must be. Does not write YAML.
 */
#ifndef ONTSCHOT_BASE_YAML_H
#define ONTSCHOT_BASE_YAML_H

#include "base/arena.h"
#include "base/err.h"

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

enum {
    YAML_BYTES_MAX = 1 << 20,
    YAML_DEPTH_MAX = 64,
    YAML_NODES_MAX = 100000,
};

/* Immutable; everything lives in the arena of the parse. */
struct yaml_node {
    enum yaml_kind kind;
    bool plain;                   /* YAML_TEXT: written without quotes, so it may be a number */
    int64_t line, column;         /* from 1; columns count characters */
    str text;                     /* YAML_TEXT: zero-terminated, UTF-8 */
    size_t n;                     /* how many items */
    const struct yaml_node *key;  /* YAML_MAP: n texts, in the order of the file */
    const struct yaml_node *item; /* YAML_LIST and YAML_MAP: n values */
};

/*
 * Reads `text`; `name` stands for the file in messages. `root` is written only
 * on OK. E_INPUT with line and column, E_LIMIT when a bound above is passed,
 * E_NOMEM.
 */
WARN_UNUSED err yaml_parse(arena *a, str text, str name, const struct yaml_node **root,
                           struct err_info *info);

/* The value of a key; NULL when it is absent, or `map` is NULL or no map. */
const struct yaml_node *yaml_get(const struct yaml_node *map, str key);

#endif
