/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mapping: how the columns of a CSV become records.
 *
 * Does: read a mapping file (YAML), check it, and bind it to the header of a CSV.
 * Does not: read rows (extract.c).
 */
#ifndef ONTSCHOT_APP_INTAKE_MAPPING_INT_H
#define ONTSCHOT_APP_INTAKE_MAPPING_INT_H

#include "app/intake/record.h"
#include "base/schema.h"

/* One row as it is being read: a record and the persons it points to. */
struct mapping_row {
    struct intake_record record;
    struct intake_person person, other;
};

enum mapping_cell {                /* what is filled at `offset` of a mapping_row */
                    CELL_TEXT,     /* str */
                    CELL_DAY,      /* int32_t */
                    CELL_LAST_DAY, /* int32_t: the day after it */
                    CELL_MONTH,    /* int32_t: its first day; 202504, 2025-04 or a day in it */
                    CELL_CENTS,    /* int64_t */
                    CELL_WHOLE,    /* int64_t, 0 or more */
                    CELL_CODE,     /* int, 0 or more */
                    CELL_LETTER,   /* char: the codes of the mapping give the letters of record.h */
                    CELL_BSN,      /* of the person at `offset` */
                    CELL_BIRTH,    /* struct intake_birth; 00 for what is unknown */
                    CELL_POSTCODE, /* str, without its space */
};

struct mapping_field {
    const char *name;
    enum mapping_cell cell;
    size_t offset;
    unsigned kinds;      /* 1 << enum intake_kind: of which records */
    bool is_needed;      /* a row without it is set aside */
    const char *letters; /* CELL_LETTER: which ones */
};

/* NULL when records of the kind have no such field. */
const struct mapping_field *mapping_field_of(enum intake_kind kind, str name);

struct mapping_code {
    const struct yaml_node *node;
    str from, to;
};

struct mapping_column {
    const struct yaml_node *node;
    str field, column, value; /* a column of the CSV, or the same value in each row */
    struct schema_list codes; /* of mapping_code */
    /* bound */
    const struct mapping_field *means;
    size_t at; /* which column */
};

struct mapping_record {
    const struct yaml_node *node;
    int kind;                   /* index into mapping_kinds */
    bool once;                  /* told once for each value of its number */
    struct schema_list columns; /* of mapping_column */
    enum intake_kind is;
};

enum mapping_dates { MAPPING_ISO, MAPPING_DUTCH, MAPPING_COMPACT };

struct mapping {
    const struct yaml_node *node;
    str format, separator, decimal, sender, replaces, path;
    int law, dates, amounts; /* amounts: 0 euro, 1 cents */
    bool is_snapshot;
    struct schema_list missing; /* of str: what stands for "not known" */
    struct schema_list records; /* of mapping_record */
};

/* The file at `path`, or one of ours by its name. E_INPUT with the place of the first mistake. */
WARN_UNUSED err mapping_open(arena *a, str path, struct mapping *m, struct err_info *info);

/*
 * Finds the columns in the header of `csv`, which stands on `line`. E_INPUT at the line of the
 * mapping that names an absent one; the message has the line of the header.
 */
WARN_UNUSED err mapping_bind(struct mapping *m, const str *header, size_t n, str csv, int64_t line,
                             struct err_info *info);

#endif
