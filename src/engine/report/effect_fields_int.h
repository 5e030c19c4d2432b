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
    EFFECT_FIELD_KEY,  /* a message key or NULL */
    EFFECT_FIELD_STR,  /* of the data; empty when there is none */
    EFFECT_FIELD_NAME, /* a choice, by its name */
};

struct effect_field {
    const char *name; /* NULL ends a list */
    enum effect_field_kind kind;
    size_t offset; /* in the struct that the list describes */
    const char *(*name_of)(const void *from, size_t offset); /* EFFECT_FIELD_NAME */
};

extern const struct effect_field effect_diagnostic_fields[]; /* of struct effect_diagnostics */

/* A part of a result: a struct, or a list of them. It prints alike in every form. */
struct effect_section {
    const char *name; /* the key in JSON, the sheet in Excel, the choice of --table */
    const struct effect_field *fields;
    size_t offset;   /* in struct effect_result, of the pointer */
    size_t n_offset; /* the same, of the number; EFFECT_SECTION_ONE: one or NULL */
    size_t size;     /* of one */
};
#define EFFECT_SECTION_ONE SIZE_MAX

extern const struct effect_section effect_sections[]; /* estimates first; ends in a NULL name */

size_t effect_section_n(const struct effect_section *s, const struct effect_result *r);
const void *effect_section_at(const struct effect_section *s, const struct effect_result *r,
                              size_t i);

/* A field of the struct at `from`, as the value that its kind says. */
double effect_field_real(const struct effect_field *f, const void *from); /* also of a period */
size_t effect_field_count(const struct effect_field *f, const void *from);
bool effect_field_flag(const struct effect_field *f, const void *from);
bool effect_field_is_text(const struct effect_field *f);
/* A key, text or name. NULL when there is none. */
const char *effect_field_text(const struct effect_field *f, const void *from);

/* Message key of whom the effect of a result with a comparison is about. */
const char *effect_population_words(const struct effect_result *r);

enum { EFFECT_PERIOD_TEXT_MAX = 32 };

/* A period as text: "2004", or with dates "2024-03-01"; empty when it does not apply. */
str effect_period_print(double period, bool has_dates, char text[EFFECT_PERIOD_TEXT_MAX]);

#endif
