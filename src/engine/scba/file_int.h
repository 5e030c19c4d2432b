/* SPDX-License-Identifier: EUPL-1.2 */
/* file_int: the parts of an scba file as their tables fill them. See docs/scba-file.md. */
#ifndef ONTSCHOT_ENGINE_SCBA_FILE_INT_H
#define ONTSCHOT_ENGINE_SCBA_FILE_INT_H

#include "engine/scba/scba.h"

struct file_payer {
    const struct yaml_node *node;
    str key;
    str in[LANG_COUNT];
    int group; /* enum scba_group */
};

struct file_level {
    const struct yaml_node *node;
    str year;
    double level;
};

struct file_index {
    const struct yaml_node *node;
    str key, source;
    struct schema_list levels; /* struct file_level, named */
};

struct file_estimate {
    const struct yaml_node *node;
    str key, source;
    double value, standard_error;
};

struct file_covariance {
    const struct yaml_node *node;
    str first, second;
    double covariance, correlation; /* one of them */
};

/* A number: certain, with a distribution, an estimate, or one of `numbers` by name. */
struct file_number {
    const struct yaml_node *node;
    str key; /* in `numbers` */
    struct scba_text label;
    int shape; /* enum scba_shape */
    double value, mean, sd, cv, low, mode, high;
    str estimate, use;
    int64_t year;
    str index;
    struct scba_text source;
    bool measured;
};

struct file_share {
    const struct yaml_node *node;
    str payer;
    double share;
};

/* A cost, effect or transfer; each table fills its own part. */
struct file_item {
    const struct yaml_node *node;
    str key;
    struct scba_text label;
    struct scba_text source; /* of its numbers that do not say their own, as is the index */
    str index;
    int64_t year;
    int64_t first_year, years, fade_years;
    int fade; /* SCBA_STOP, SCBA_LINEAR or SCBA_EXPONENTIAL */
    double fade_rate;
    struct file_number size, size_null; /* `amount` of a cost or transfer */
    struct schema_list by_year;         /* struct file_number */
    int per;                            /* 0: a unit; 1: the whole programme */
    double periods_per_year;
    int more_is;                          /* 0: better; 1: worse */
    struct file_number links[SCBA_LINKS]; /* of a transfer only the rate, at SCBA_UNIT_VALUE */
    bool causal;
    struct schema_list shares; /* struct file_share, named */
    str from, to, share_of;
};

/* ---- From the filled tables to a model: read.c, read_number.c, read_item.c ---- */

struct reading {
    const struct scba_file *f;
    str file;
    arena *a;
    struct scba_model *m;
    struct errs *errors;
    struct scba_payer *payers;
    struct scba_index *indexes;
    struct scba_parameter *parameters;
    const struct yaml_node **place; /* of each parameter in the file */
    struct scba_item *items;
    const struct file_item **source; /* of each item */
    struct scba_term *terms;
    size_t n_terms;
    bool out_of_memory;
};

bool read_is_given(const struct yaml_node *map, const char *key);

/* Adds a mistake with one text. */
void read_fault(struct reading *r, const struct yaml_node *node, const char *key, str value);

/* There is no `what` (a message key) of that name; `near` may be empty. */
void read_unknown(struct reading *r, const struct yaml_node *node, const char *what, str name,
                  str near);

/*
 * The place of `name` among the keys of a named list whose items have their
 * key at `key_offset`; SCBA_NONE, with a mistake that offers the nearest.
 */
int read_find(struct reading *r, const struct yaml_node *node, const char *what, str name,
              const struct schema_list *list, size_t size, size_t key_offset);

/* Each language's text, else the other's, else the fallback. */
void read_names(const str in[LANG_COUNT], str fallback, str name[LANG_COUNT]);

/* The three texts in a row, zero-terminated, in the arena; empty when memory is out. */
str read_compose(struct reading *r, str head, str between, str tail);

/* What an item lends to its numbers. */
struct lender {
    const struct file_item *item; /* NULL for a number of `numbers` */
    const char *field;            /* the key of the number */
    const char *role; /* message key that says what the number is of the item; or NULL */
    bool is_money;
};

/* The parameter of a number; SCBA_NONE when it is wrong. */
int read_number(struct reading *r, const struct file_number *n, struct lender by);
void read_numbers(struct reading *r);

void read_items(struct reading *r);

#endif
