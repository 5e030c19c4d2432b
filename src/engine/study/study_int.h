/* SPDX-License-Identifier: EUPL-1.2 */
/* study_int: what the files of this room share. */
#ifndef ONTSCHOT_ENGINE_STUDY_INT_H
#define ONTSCHOT_ENGINE_STUDY_INT_H

#include "journal_int.h"

/*
 * ---- plan_fields.c and plan_design.c: the tables; plan.c: what tables cannot say;
 *      plan_spec.c: the question ----
 */

extern const struct schema_map plan_map, plan_design_map, plan_text_map;
extern const struct schema_field plan_column_item, plan_value_item, plan_estimator_item,
    plan_subgroup_item;
extern const char plan_separator_of[], plan_decimal_of[]; /* by place in the list of words */

void plan_check(const void *study, str file, struct errs *errors);
/* study_parse, but a plan with mistakes leaves in `s` what could be read of it. */
WARN_UNUSED err plan_parse(arena *a, str text, str path, struct study *s, struct errs *errors);

/* Whether a key of a design says something about a method. */
bool plan_key_fits(str key, enum effect_method method);

void plan_check_window(const void *window, str file, struct errs *errors);

/* ---- data.c ---- */

/* Where the data of a plan are; p is NULL when memory is out. */
str study_data_path(arena *a, const struct study *s);

/*
 * The rows an estimator uses of a subgroup (NULL: of everybody). `selected`
 * is NULL when these are all rows of the table.
 */
WARN_UNUSED err study_rows(const struct study *s, const table *t, size_t estimator,
                           const struct study_subgroup *subgroup, table **selected,
                           struct err_info *info);

/* ---- diff.c ---- */

enum { DIFF_MAX = 40 };

/* What differs between two versions of a plan: "design.control: never → not-yet". */
struct diff {
    str change[DIFF_MAX];
    size_t n, n_found; /* n_found - n were not kept */
};
WARN_UNUSED err study_diff(arena *a, str before, str after, struct diff *found,
                           struct err_info *info);

/* ---- journal_line.c ---- */

/* The members of a line; false when it is no entry. Does not check its signature or place. */
bool journal_line_parse(arena *a, str line, struct journal_entry *entry, struct seal_hash *previous,
                        struct seal_signature *signature);

#endif
