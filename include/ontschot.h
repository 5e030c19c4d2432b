/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * libontschot: the engine of ontschot for other programs.
 *
 * Does: open a table file, estimate an effect on it, hand over the estimates
 *       one by one or as JSON, and say what went wrong in Dutch or English.
 * Does not (yet): cost-benefit analyses, studies, reports.
 *
 * Handles are opaque. A struct that the caller fills in starts with its own
 * size, so that it may grow: set `struct_size` to sizeof the struct, leave what
 * you do not know at zero, and zero means the default. Texts are UTF-8 and
 * zero-terminated. One handle serves one thread at a time; several handles
 * may be used by several threads.
 *
 *     ontschot *s;
 *     if (ontschot_open(NULL, &s) != ONTSCHOT_OK) ...
 *     ontschot_table *t;
 *     if (ontschot_table_open(s, "people.csv", &t) != ONTSCHOT_OK)
 *         puts(ontschot_error(s, "en"));
 */
#ifndef ONTSCHOT_H
#define ONTSCHOT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ONTSCHOT_API
#define ONTSCHOT_API
#endif

typedef enum ontschot_status {
    ONTSCHOT_OK = 0,
    ONTSCHOT_INPUT = 1,  /* the data or options are wrong; ontschot_error says where */
    ONTSCHOT_ABSENT = 2, /* a file is not there */
    ONTSCHOT_LIMIT = 3,  /* a documented bound was reached */
    ONTSCHOT_FAILED = 4, /* disk or another part of the machine */
    ONTSCHOT_MEMORY = 5,
} ontschot_status;

/* "0.1.0" */
ONTSCHOT_API const char *ontschot_version(void);

/* ---- the handle: threads and the last error ---- */

typedef struct ontschot ontschot;

struct ontschot_options {
    size_t struct_size;
    uint32_t threads; /* 0: one for each core. Results do not depend on it */
};

/* `options` may be NULL. Only on ONTSCHOT_OK is there something to close. */
ONTSCHOT_API ontschot_status ontschot_open(const struct ontschot_options *options,
                                           ontschot **handle);
ONTSCHOT_API void ontschot_close(ontschot *s); /* NULL is fine */

/*
 * The last failed call in a sentence, "file:line:column: ..." where a place is
 * known; lang is "nl" or "en". Empty when nothing failed. Borrowed until the
 * next call on this handle.
 */
ONTSCHOT_API const char *ontschot_error(ontschot *s, const char *lang);

/* ---- table: a CSV, TSV or column file ---- */

typedef struct ontschot_table ontschot_table;

ONTSCHOT_API ontschot_status ontschot_table_open(ontschot *s, const char *path,
                                                 ontschot_table **table);
ONTSCHOT_API void ontschot_table_close(ontschot_table *table); /* NULL is fine */
ONTSCHOT_API uint64_t ontschot_table_rows(const ontschot_table *table);
ONTSCHOT_API size_t ontschot_table_columns(const ontschot_table *table);

/* ---- effect: what a programme did ---- */

typedef struct ontschot_effect ontschot_effect;

/*
 * An option of `ontschot effect` by its name without dashes, and its value as it
 * is written there: {"first-treated", "start"}, {"level", "0.9"}, {"replace", "true"}.
 * A list is the same name once for each item: {"covariates", "age"}, {"covariates", "sex"}.
 */
struct ontschot_setting {
    const char *name, *value;
};

/*
 * Estimates. "method" and "outcome" are needed, and what the method needs.
 * Settings and table are only read during the call.
 */
ONTSCHOT_API ontschot_status ontschot_effect_run(ontschot *s, const ontschot_table *table,
                                                 const struct ontschot_setting *settings,
                                                 size_t n_settings, ontschot_effect **effect);
ONTSCHOT_API void ontschot_effect_close(ontschot_effect *effect); /* NULL is fine */

/* One number. NaN: not applicable, or (estimate) could not be computed. */
struct ontschot_estimate {
    size_t struct_size;
    const char *aggregation; /* "none", "group-time", "simple", ...; lives for ever */
    double group, time, event_time;
    double estimate, standard_error, ci_low, ci_high, p;
};

ONTSCHOT_API size_t ontschot_effect_estimates(const ontschot_effect *effect);

/* Fills in `estimate` up to its struct_size. ONTSCHOT_INPUT when i is too large or the size wrong.
 */
ONTSCHOT_API ontschot_status ontschot_effect_estimate(const ontschot_effect *effect, size_t i,
                                                      struct ontschot_estimate *estimate);

/* The object that `ontschot effect --format json` prints. Borrowed until the effect is closed. */
ONTSCHOT_API ontschot_status ontschot_effect_json(ontschot *s, ontschot_effect *effect,
                                                  const char **text);

#ifdef __cplusplus
}
#endif

#endif
