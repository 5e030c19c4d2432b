/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/report/effect_fields_int.h"

#include "base/date.h"
#include "base/num.h"

#include <math.h>
#include <stddef.h>

#define OF_ESTIMATE(kind, field)                                                                   \
    {                                                                                              \
#field, kind, offsetof(struct effect_estimate, field)                                      \
    }
#define OF_DIAGNOSTICS(kind, field)                                                                \
    {                                                                                              \
#field, kind, offsetof(struct effect_diagnostics, field)                                   \
    }

#define OF_MATCH(kind, field)                                                                      \
    {                                                                                              \
#field, kind, offsetof(struct effect_match, field)                                         \
    }
#define OF_LIKENESS(kind, field)                                                                   \
    {                                                                                              \
#field, kind, offsetof(struct effect_likeness, field)                                      \
    }

const struct effect_field effect_estimate_fields[] = {
    OF_ESTIMATE(EFFECT_FIELD_AGGREGATION, aggregation),
    OF_ESTIMATE(EFFECT_FIELD_PERIOD, group),
    OF_ESTIMATE(EFFECT_FIELD_PERIOD, time),
    OF_ESTIMATE(EFFECT_FIELD_REAL, event_time),
    OF_ESTIMATE(EFFECT_FIELD_REAL, estimate),
    OF_ESTIMATE(EFFECT_FIELD_REAL, standard_error),
    OF_ESTIMATE(EFFECT_FIELD_REAL, ci_low),
    OF_ESTIMATE(EFFECT_FIELD_REAL, ci_high),
    OF_ESTIMATE(EFFECT_FIELD_REAL, band_low),
    OF_ESTIMATE(EFFECT_FIELD_REAL, band_high),
    OF_ESTIMATE(EFFECT_FIELD_REAL, p),
    OF_ESTIMATE(EFFECT_FIELD_COUNT, n_treated),
    OF_ESTIMATE(EFFECT_FIELD_COUNT, n_control),
    OF_ESTIMATE(EFFECT_FIELD_COUNT, n_lost),
    OF_ESTIMATE(EFFECT_FIELD_COUNT, n_trimmed),
    OF_ESTIMATE(EFFECT_FIELD_FLAG, reference),
    OF_ESTIMATE(EFFECT_FIELD_KEY, failed),
    {0},
};

/* The pre-test is apart: its three numbers are one thing. */
const struct effect_field effect_diagnostic_fields[] = {
    OF_DIAGNOSTICS(EFFECT_FIELD_COUNT, n_rows),
    OF_DIAGNOSTICS(EFFECT_FIELD_COUNT, n_used),
    OF_DIAGNOSTICS(EFFECT_FIELD_COUNT, n_dropped_missing),
    OF_DIAGNOSTICS(EFFECT_FIELD_COUNT, n_units),
    OF_DIAGNOSTICS(EFFECT_FIELD_COUNT, n_periods),
    OF_DIAGNOSTICS(EFFECT_FIELD_COUNT, n_treated),
    OF_DIAGNOSTICS(EFFECT_FIELD_COUNT, n_control),
    OF_DIAGNOSTICS(EFFECT_FIELD_COUNT, n_clusters),
    OF_DIAGNOSTICS(EFFECT_FIELD_COUNT, n_treated_clusters),
    OF_DIAGNOSTICS(EFFECT_FIELD_COUNT, n_control_clusters),
    OF_DIAGNOSTICS(EFFECT_FIELD_COUNT, n_always_treated),
    OF_DIAGNOSTICS(EFFECT_FIELD_COUNT, n_unbalanced),
    OF_DIAGNOSTICS(EFFECT_FIELD_REAL, propensity_sum_treated),
    OF_DIAGNOSTICS(EFFECT_FIELD_REAL, mean_treated),
    OF_DIAGNOSTICS(EFFECT_FIELD_REAL, mean_control),
    {0},
};

const struct effect_field effect_match_fields[] = {
    OF_MATCH(EFFECT_FIELD_COUNT, n_pairs),
    OF_MATCH(EFFECT_FIELD_COUNT, n_treated),
    OF_MATCH(EFFECT_FIELD_COUNT, n_control),
    OF_MATCH(EFFECT_FIELD_COUNT, n_outside),
    OF_MATCH(EFFECT_FIELD_COUNT, n_taken),
    OF_MATCH(EFFECT_FIELD_COUNT, n_fewer),
    OF_MATCH(EFFECT_FIELD_REAL, width),
    OF_MATCH(EFFECT_FIELD_REAL, effective_control),
    {0},
};

const struct effect_field effect_likeness_fields[] = {
    OF_LIKENESS(EFFECT_FIELD_REAL, mean_treated),
    OF_LIKENESS(EFFECT_FIELD_REAL, mean_control),
    OF_LIKENESS(EFFECT_FIELD_REAL, difference),
    OF_LIKENESS(EFFECT_FIELD_REAL, variance_ratio),
    OF_LIKENESS(EFFECT_FIELD_REAL, ecdf_mean),
    OF_LIKENESS(EFFECT_FIELD_REAL, ecdf_max),
    {0},
};

static const void *at(const struct effect_field *f, const void *from)
{
    return (const char *)from + f->offset;
}

double effect_field_real(const struct effect_field *f, const void *from)
{
    return *(const double *)at(f, from);
}

size_t effect_field_count(const struct effect_field *f, const void *from)
{
    return *(const size_t *)at(f, from);
}

bool effect_field_flag(const struct effect_field *f, const void *from)
{
    return *(const bool *)at(f, from);
}

const char *effect_field_text(const struct effect_field *f, const void *from)
{
    if (f->kind == EFFECT_FIELD_AGGREGATION)
        return effect_aggregation_name(*(const enum effect_aggregation *)at(f, from));
    return *(const char *const *)at(f, from);
}

_Static_assert((int)EFFECT_PERIOD_TEXT_MAX >= (int)NUM_TEXT_MAX, "a number fits");

str effect_period_print(double period, bool has_dates, char text[EFFECT_PERIOD_TEXT_MAX])
{
    enum { DATE_TEXT = 10 };
    if (!isfinite(period))
        return STR("");
    if (!has_dates)
        return (str){text, num_print_real(period, text)};
    date_print_iso((int32_t)period, text); /* came from a date, so it is one */
    return (str){text, DATE_TEXT};
}
