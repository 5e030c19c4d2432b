/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * schema: tables that say what a YAML map may hold.
 *
 * Does: from one table of fields, (a) check a tree and report every mistake
 *       with its line and column, with the nearest key for an unknown one,
 *       (b) fill a C struct, and (c) print the same rules as JSON Schema
 *       (draft 2020-12), so that the three can never differ.
 * Does not: know what the fields mean; a map's `check` does what a table
 *           cannot say.
 *
 * A table, and the struct it fills:
 *
 *     struct person {
 *         const struct yaml_node *node; // first, always: where the map stands in the file
 *         str name;
 *         double age;
 *     };
 *     static const struct schema_field person_fields[] = {
 *         {.key = "name", .kind = SCHEMA_TEXT, .offset = offsetof(struct person, name),
 *          .required = true, .about = "study.about-name"},
 *         {.key = "age", .kind = SCHEMA_REAL, .offset = offsetof(struct person, age),
 *          .low = SCHEMA_FROM(0), .high = SCHEMA_BELOW(150), .about = "study.about-level"},
 *     };
 *     static const struct schema_map person_map = {
 *         .name = "person", .size = sizeof(struct person), SCHEMA_FIELDS(person_fields)};
 *
 * Whether an optional field was given: yaml_get(person.node, STR("age")).
 */
#ifndef ONTSCHOT_BASE_SCHEMA_H
#define ONTSCHOT_BASE_SCHEMA_H

#include "base/errs.h"
#include "base/i18n.h"
#include "base/yaml.h"

enum schema_kind {               /* what is filled at `offset` */
                   SCHEMA_TEXT,  /* str: any text that is not empty */
                   SCHEMA_INT,   /* int64_t */
                   SCHEMA_REAL,  /* double, finite, with a decimal point */
                   SCHEMA_BOOL,  /* bool: true or false */
                   SCHEMA_DATE,  /* int32_t, a day as in base/date.h; written 2024-03-01 */
                   SCHEMA_WORD,  /* int: the index into `words` */
                   SCHEMA_MAP,   /* the struct of `map`, in place */
                   SCHEMA_LIST,  /* struct schema_list of what `of` says */
                   SCHEMA_NAMED, /* struct schema_list of structs of `map`: a map with free names as
                                    keys */
};

enum {
    SCHEMA_TEXT_MAX = 4000, /* bytes in one text */
    SCHEMA_FIELDS_MAX = 64, /* fields in one map */
    SCHEMA_MAPS_MAX = 64,   /* different maps in one schema */
};

/* A bound on a number, or on how many items a list or named map has. */
enum schema_bound_kind { SCHEMA_NO_BOUND, SCHEMA_INCLUSIVE, SCHEMA_EXCLUSIVE };
struct schema_bound {
    enum schema_bound_kind kind;
    double at;
};
/* clang-format off */
#define SCHEMA_FROM(v)  {SCHEMA_INCLUSIVE, (v)} /* .low: v or more */
#define SCHEMA_ABOVE(v) {SCHEMA_EXCLUSIVE, (v)} /* .low: more than v */
#define SCHEMA_TO(v)    {SCHEMA_INCLUSIVE, (v)} /* .high: v or less */
#define SCHEMA_BELOW(v) {SCHEMA_EXCLUSIVE, (v)} /* .high: less than v */
/* clang-format on */

struct schema_list {
    const void *item;
    size_t n;
};

struct schema_field {
    const char *key; /* NULL in `of` */
    enum schema_kind kind;
    size_t offset;
    bool required;
    struct schema_bound low, high;
    const char *const *words;      /* SCHEMA_WORD: ends with NULL */
    const struct schema_map *map;  /* SCHEMA_MAP, SCHEMA_NAMED */
    const struct schema_field *of; /* SCHEMA_LIST: the kind of its items; not itself a list */
    const char *about;             /* message key: one sentence for who fills it in */
};

struct schema_map {
    const char *name; /* unique; names the definition in the JSON Schema */
    size_t size;      /* of the struct; its first member is `const struct yaml_node *node` */
    const struct schema_field *field;
    size_t n_fields;
    const void *defaults;          /* a struct to start from; NULL: all zero */
    size_t name_offset;            /* SCHEMA_NAMED: where the name goes, a str */
    size_t n_keys_min, n_keys_max; /* how many keys may be given; 0: any number */
    const char *shorthand; /* key of the field that a value which is no map stands for, or NULL */
    /* What the table cannot say. Called when the map itself had no mistake; adds to `errors`. */
    void (*check)(const void *filled, str file, struct errs *errors);
    const char *about;
};
#define SCHEMA_FIELDS(array) .field = (array), .n_fields = sizeof(array) / sizeof *(array)

/*
 * Checks `node` against `map` and fills `filled` (map->size bytes). A field that
 * is absent or wrong keeps its default. E_INPUT when anything was wrong, with
 * all of it in `errors`; E_NOMEM. Lists are kept in the arena; texts stay where
 * the tree has them.
 */
WARN_UNUSED err schema_read(const struct schema_map *map, const struct yaml_node *node, str file,
                            arena *a, void *filled, struct errs *errors);

/*
 * Adds a mistake at a node and returns where its values go:
 *     msg_text(schema_mistake(errors, file, node, "study.name-twice"), name);
 */
struct msg *schema_mistake(struct errs *errors, str file, const struct yaml_node *node,
                           const char *key);

/* The place of a field in the file: its value when given, else the map itself. */
const struct yaml_node *schema_place(const struct yaml_node *map, const char *key);

/* The nearest of n words for a mistyped one, or an empty str when none is near. */
str schema_nearest(str typed, const str *word, size_t n);

/* The rules as JSON Schema, draft 2020-12. `title` is a message key. */
void schema_print(const struct schema_map *map, const char *id, const char *title, enum lang lang,
                  out *o);

#endif
