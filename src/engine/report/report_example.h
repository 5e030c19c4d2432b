/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * report_example: a whole report input with invented numbers, for tests: two
 * outcomes, a variation, a subgroup that failed, four payers.
 */
#ifndef ONTSCHOT_ENGINE_REPORT_EXAMPLE_H
#define ONTSCHOT_ENGINE_REPORT_EXAMPLE_H

#include "engine/disclosure/released.h"
#include "engine/report/report.h"

enum {
    EXAMPLE_MOMENTS = 17, /* -8 .. 8 */
    EXAMPLE_ESTIMATES = EXAMPLE_MOMENTS + 8,
    EXAMPLE_PAYERS = 4,
    EXAMPLE_PARTIES = EXAMPLE_PAYERS + 1,
    EXAMPLE_ITEMS = 6,
    EXAMPLE_YEARS = 5,
    EXAMPLE_BINS = 20,
    EXAMPLE_PARAMETERS = 4,
    EXAMPLE_COVARIATES = 4,
    EXAMPLE_BACON = 3,
};

struct report_example {
    struct report_input in;
    struct report_outcome outcomes[2];
    struct report_analysis analyses[4];
    struct effect_result results[3];
    struct released_effect released[3];
    struct effect_estimate estimates[3][EXAMPLE_ESTIMATES];
    struct effect_comparison comparison;
    struct effect_balance balance[EXAMPLE_COVARIATES];
    struct effect_overlap overlap[EFFECT_OVERLAP_BINS];
    struct effect_bacon bacon[EXAMPLE_BACON];
    struct report_change changes[1];

    struct scba_model model;
    struct scba_payer payers[EXAMPLE_PAYERS];
    struct scba_item items[EXAMPLE_ITEMS];
    struct scba_parameter parameters[EXAMPLE_PARAMETERS];
    struct scba_result scba;
    struct scba_party party[EXAMPLE_PARTIES];
    double contribution[EXAMPLE_ITEMS * EXAMPLE_PARTIES];
    double contribution_sd[EXAMPLE_ITEMS], break_even_item[EXAMPLE_ITEMS];
    double cash[EXAMPLE_YEARS * EXAMPLE_PARTIES], cash_discounted[EXAMPLE_YEARS * EXAMPLE_PARTIES];
    double flow[EXAMPLE_PAYERS * EXAMPLE_PAYERS];
    struct scba_tornado_bar tornado[3];
    struct scba_compensation compensation[1];
    size_t bin[EXAMPLE_BINS];
};

/* Fills `x`, whose parts point at each other: it must stay where it is. */
void report_example_make(struct report_example *x);

/* Gives every estimate of a result the same shift, keeping standard errors. */
void report_example_shift(struct report_example *x, size_t result, double shift);

#endif
