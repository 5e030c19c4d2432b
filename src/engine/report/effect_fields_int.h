/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * effect_fields: what an estimation says, field by field, in one list that
 * JSON, CSV and Excel all print.
 */
#ifndef ONTSCHOT_ENGINE_REPORT_EFFECT_FIELDS_INT_H
#define ONTSCHOT_ENGINE_REPORT_EFFECT_FIELDS_INT_H

#include "engine/effect/effect.h"

enum effect_field_kind {
    EFFECT_FIELD_REAL,
    EFFECT_FIELD_PERIOD, /* a number, or the day number of a date */
    EFFECT_FIELD_COUNT,
    EFFECT_FIELD_FLAG,
    EFFECT_FIELD_KEY, /* a message key or NULL */
    EFFECT_FIELD_AGGREGATION,
};

struct effect_field {
    const char *name; /* NULL ends a list */
    enum effect_field_kind kind;
    size_t offset; /* in the struct that the list describes */
};

extern const struct effect_field effect_estimate_fields[];   /* of struct effect_estimate */
extern const struct effect_field effect_diagnostic_fields[]; /* of struct effect_diagnostics */
extern const struct effect_field effect_match_fields[];      /* of struct effect_match */
extern const struct effect_field effect_likeness_fields[];   /* of struct effect_likeness */

/* A field of the struct at `from`, as the value that its kind says. */
double effect_field_real(const struct effect_field *f, const void *from); /* also of a period */
size_t effect_field_count(const struct effect_field *f, const void *from);
bool effect_field_flag(const struct effect_field *f, const void *from);
/* A key, or the name of an aggregation. NULL when there is none. */
const char *effect_field_text(const struct effect_field *f, const void *from);

enum { EFFECT_PERIOD_TEXT_MAX = 32 };

/* A period as text: "2004", or with dates "2024-03-01"; empty when it does not apply. */
str effect_period_print(double period, bool has_dates, char text[EFFECT_PERIOD_TEXT_MAX]);

#endif
