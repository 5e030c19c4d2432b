/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * grade: how strong the evidence is, in five steps, by one rule.
 *
 * A design starts at a step: a lottery 5; persons followed in time with a
 * comparison group 4; persons seen once, compared by characteristics 3; a bare
 * comparison 2 (after the Maryland Scientific Methods Scale, Farrington,
 * Gottfredson, Sherman and Welsh 2002). Each weakness that shows takes one step
 * off, down to 1 (after GRADE, Guyatt et al., BMJ 336, 2008). The grade is about
 * how well the question could be answered, so that an effect and the absence of
 * one are graded alike.
 */
#ifndef ONTSCHOT_ENGINE_REPORT_GRADE_INT_H
#define ONTSCHOT_ENGINE_REPORT_GRADE_INT_H

#include "report_int.h"

enum { GRADE_STEPS = 5, GRADE_REASONS_MAX = 8, GRADE_PERSONS_FEW = 30 };
#define GRADE_P    0.05 /* of a difference before the start */
#define GRADE_LOSS 0.2  /* share of rows that lack a value */

struct report_grade {
    int step, start;                       /* 1 .. GRADE_STEPS */
    const char *start_why;                 /* message keys */
    const char *reason[GRADE_REASONS_MAX]; /* each takes one step */
    size_t n;
    const char *unseen; /* what could not be looked at, so that it takes no step; or NULL */
};

/* Whether persons were followed in time; two-way effects need not show it in their estimates. */
bool is_followed(const struct effect_result *r);

/* False when the main estimate of the outcome has no number. */
bool grade_of(const struct report_view *v, size_t outcome, struct report_grade *g);
bool report_has_grade(const struct report_view *v); /* of the first outcome */
const char *grade_words(int step);                  /* message key: "strong" */

/* The grade, what it stands on, and what would overturn the answer. */
void words_grade(struct report_view *v, struct report_points *points);
void words_overturn(struct report_view *v, struct report_points *points);
void sheets_add_grade(struct report_view *v);

#endif
