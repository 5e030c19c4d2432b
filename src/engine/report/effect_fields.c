/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/report/effect_fields_int.h"

#include "base/date.h"
#include "base/num.h"

#include <math.h>
#include <stddef.h>

static const char *method_at(const void *from, size_t offset)
{
    return effect_method_name(*(const enum effect_method *)((const char *)from + offset));
}

static const char *control_at(const void *from, size_t offset)
{
    return effect_control_name(*(const enum effect_control *)((const char *)from + offset));
}

static const char *aggregation_at(const void *from, size_t offset)
{
    return effect_aggregation_name(*(const enum effect_aggregation *)((const char *)from + offset));
}

static const char *bacon_kind_at(const void *from, size_t offset)
{
    return effect_bacon_kind_name(*(const enum effect_bacon_kind *)((const char *)from + offset));
}

static const char *population_at(const void *from, size_t offset)
{
    return effect_population_name(*(const enum effect_population *)((const char *)from + offset));
}

static const char *inference_at(const void *from, size_t offset)
{
    return effect_inference_name(*(const enum effect_inference *)((const char *)from + offset));
}

static const char *trend_rule_at(const void *from, size_t offset)
{
    return effect_trend_rule_name(*(const enum effect_trend_rule *)((const char *)from + offset));
}

static const char *look_kind_at(const void *from, size_t offset)
{
    return effect_look_kind_name(*(const enum effect_look_kind *)((const char *)from + offset));
}

static const struct effect_field estimate_fields[] = {
    {"aggregation", EFFECT_FIELD_NAME, offsetof(struct effect_estimate, aggregation),
     aggregation_at},
    {"group", EFFECT_FIELD_PERIOD, offsetof(struct effect_estimate, group), NULL},
    {"time", EFFECT_FIELD_PERIOD, offsetof(struct effect_estimate, time), NULL},
    {"event_time", EFFECT_FIELD_REAL, offsetof(struct effect_estimate, event_time), NULL},
    {"estimate", EFFECT_FIELD_REAL, offsetof(struct effect_estimate, estimate), NULL},
    {"standard_error", EFFECT_FIELD_REAL, offsetof(struct effect_estimate, standard_error), NULL},
    {"ci_low", EFFECT_FIELD_REAL, offsetof(struct effect_estimate, ci_low), NULL},
    {"ci_high", EFFECT_FIELD_REAL, offsetof(struct effect_estimate, ci_high), NULL},
    {"band_low", EFFECT_FIELD_REAL, offsetof(struct effect_estimate, band_low), NULL},
    {"band_high", EFFECT_FIELD_REAL, offsetof(struct effect_estimate, band_high), NULL},
    {"p", EFFECT_FIELD_REAL, offsetof(struct effect_estimate, p), NULL},
    {"n_treated", EFFECT_FIELD_COUNT, offsetof(struct effect_estimate, n_treated), NULL},
    {"n_control", EFFECT_FIELD_COUNT, offsetof(struct effect_estimate, n_control), NULL},
    {"n_lost", EFFECT_FIELD_COUNT, offsetof(struct effect_estimate, n_lost), NULL},
    {"n_trimmed", EFFECT_FIELD_COUNT, offsetof(struct effect_estimate, n_trimmed), NULL},
    {"reference", EFFECT_FIELD_FLAG, offsetof(struct effect_estimate, reference), NULL},
    {"failed", EFFECT_FIELD_KEY, offsetof(struct effect_estimate, failed), NULL},
    {0},
};

/* The pre-test is apart: its three numbers are one thing. */
const struct effect_field effect_diagnostic_fields[] = {
    {"n_rows", EFFECT_FIELD_COUNT, offsetof(struct effect_diagnostics, n_rows), NULL},
    {"n_used", EFFECT_FIELD_COUNT, offsetof(struct effect_diagnostics, n_used), NULL},
    {"n_dropped_missing", EFFECT_FIELD_COUNT,
     offsetof(struct effect_diagnostics, n_dropped_missing), NULL},
    {"n_units", EFFECT_FIELD_COUNT, offsetof(struct effect_diagnostics, n_units), NULL},
    {"n_periods", EFFECT_FIELD_COUNT, offsetof(struct effect_diagnostics, n_periods), NULL},
    {"n_treated", EFFECT_FIELD_COUNT, offsetof(struct effect_diagnostics, n_treated), NULL},
    {"n_control", EFFECT_FIELD_COUNT, offsetof(struct effect_diagnostics, n_control), NULL},
    {"n_clusters", EFFECT_FIELD_COUNT, offsetof(struct effect_diagnostics, n_clusters), NULL},
    {"n_treated_clusters", EFFECT_FIELD_COUNT,
     offsetof(struct effect_diagnostics, n_treated_clusters), NULL},
    {"n_control_clusters", EFFECT_FIELD_COUNT,
     offsetof(struct effect_diagnostics, n_control_clusters), NULL},
    {"n_starts", EFFECT_FIELD_COUNT, offsetof(struct effect_diagnostics, n_starts), NULL},
    {"n_never", EFFECT_FIELD_COUNT, offsetof(struct effect_diagnostics, n_never), NULL},
    {"n_always_treated", EFFECT_FIELD_COUNT, offsetof(struct effect_diagnostics, n_always_treated),
     NULL},
    {"n_unbalanced", EFFECT_FIELD_COUNT, offsetof(struct effect_diagnostics, n_unbalanced), NULL},
    {"propensity_sum_treated", EFFECT_FIELD_REAL,
     offsetof(struct effect_diagnostics, propensity_sum_treated), NULL},
    {"mean_treated", EFFECT_FIELD_REAL, offsetof(struct effect_diagnostics, mean_treated), NULL},
    {"mean_control", EFFECT_FIELD_REAL, offsetof(struct effect_diagnostics, mean_control), NULL},
    {0},
};

static const struct effect_field match_fields[] = {
    {"n_pairs", EFFECT_FIELD_COUNT, offsetof(struct effect_match, n_pairs), NULL},
    {"n_strata", EFFECT_FIELD_COUNT, offsetof(struct effect_match, n_strata), NULL},
    {"n_alone", EFFECT_FIELD_COUNT, offsetof(struct effect_match, n_alone), NULL},
    {"n_alone_control", EFFECT_FIELD_COUNT, offsetof(struct effect_match, n_alone_control), NULL},
    {"n_outside", EFFECT_FIELD_COUNT, offsetof(struct effect_match, n_outside), NULL},
    {"n_taken", EFFECT_FIELD_COUNT, offsetof(struct effect_match, n_taken), NULL},
    {"n_fewer", EFFECT_FIELD_COUNT, offsetof(struct effect_match, n_fewer), NULL},
    {"width", EFFECT_FIELD_REAL, offsetof(struct effect_match, width), NULL},
    {0},
};

static const struct effect_field comparison_fields[] = {
    {"population", EFFECT_FIELD_NAME, offsetof(struct effect_comparison, population),
     population_at},
    {"n_treated", EFFECT_FIELD_COUNT, offsetof(struct effect_comparison, n_treated), NULL},
    {"n_control", EFFECT_FIELD_COUNT, offsetof(struct effect_comparison, n_control), NULL},
    {"effective_treated", EFFECT_FIELD_REAL, offsetof(struct effect_comparison, effective_treated),
     NULL},
    {"effective_control", EFFECT_FIELD_REAL, offsetof(struct effect_comparison, effective_control),
     NULL},
    {"heaviest_control", EFFECT_FIELD_REAL, offsetof(struct effect_comparison, heaviest_control),
     NULL},
    {"is_weighted", EFFECT_FIELD_FLAG, offsetof(struct effect_comparison, is_weighted), NULL},
    {"n_outside", EFFECT_FIELD_COUNT, offsetof(struct effect_comparison, n_outside), NULL},
    {"n_uneven", EFFECT_FIELD_COUNT, offsetof(struct effect_comparison, n_uneven), NULL},
    {0},
};

static const struct effect_field overlap_fields[] = {
    {"from", EFFECT_FIELD_REAL, offsetof(struct effect_overlap, from), NULL},
    {"to", EFFECT_FIELD_REAL, offsetof(struct effect_overlap, to), NULL},
    {"n_treated", EFFECT_FIELD_COUNT, offsetof(struct effect_overlap, n_treated), NULL},
    {"n_control", EFFECT_FIELD_COUNT, offsetof(struct effect_overlap, n_control), NULL},
    {"share_treated_after", EFFECT_FIELD_REAL, offsetof(struct effect_overlap, share_treated),
     NULL},
    {"share_control_after", EFFECT_FIELD_REAL, offsetof(struct effect_overlap, share_control),
     NULL},
    {0},
};

/* The covariate without a name is the propensity score. */
static const struct effect_field balance_fields[] = {
    {"covariate", EFFECT_FIELD_STR, offsetof(struct effect_balance, covariate), NULL},
    {"mean_treated_before", EFFECT_FIELD_REAL, offsetof(struct effect_balance, before.mean_treated),
     NULL},
    {"mean_control_before", EFFECT_FIELD_REAL, offsetof(struct effect_balance, before.mean_control),
     NULL},
    {"difference_before", EFFECT_FIELD_REAL, offsetof(struct effect_balance, before.difference),
     NULL},
    {"variance_ratio_before", EFFECT_FIELD_REAL,
     offsetof(struct effect_balance, before.variance_ratio), NULL},
    {"ecdf_mean_before", EFFECT_FIELD_REAL, offsetof(struct effect_balance, before.ecdf_mean),
     NULL},
    {"ecdf_max_before", EFFECT_FIELD_REAL, offsetof(struct effect_balance, before.ecdf_max), NULL},
    {"mean_treated_after", EFFECT_FIELD_REAL, offsetof(struct effect_balance, after.mean_treated),
     NULL},
    {"mean_control_after", EFFECT_FIELD_REAL, offsetof(struct effect_balance, after.mean_control),
     NULL},
    {"difference_after", EFFECT_FIELD_REAL, offsetof(struct effect_balance, after.difference),
     NULL},
    {"variance_ratio_after", EFFECT_FIELD_REAL,
     offsetof(struct effect_balance, after.variance_ratio), NULL},
    {"ecdf_mean_after", EFFECT_FIELD_REAL, offsetof(struct effect_balance, after.ecdf_mean), NULL},
    {"ecdf_max_after", EFFECT_FIELD_REAL, offsetof(struct effect_balance, after.ecdf_max), NULL},
    {0},
};

static const struct effect_field bacon_fields[] = {
    {"kind", EFFECT_FIELD_NAME, offsetof(struct effect_bacon, kind), bacon_kind_at},
    {"treated", EFFECT_FIELD_PERIOD, offsetof(struct effect_bacon, treated), NULL},
    {"control", EFFECT_FIELD_PERIOD, offsetof(struct effect_bacon, control), NULL},
    {"estimate", EFFECT_FIELD_REAL, offsetof(struct effect_bacon, estimate), NULL},
    {"weight", EFFECT_FIELD_REAL, offsetof(struct effect_bacon, weight), NULL},
    {0},
};

static const struct effect_field design_fields[] = {
    {"method", EFFECT_FIELD_NAME, offsetof(struct effect_design, method), method_at},
    {"control", EFFECT_FIELD_NAME, offsetof(struct effect_design, control), control_at},
    {"why", EFFECT_FIELD_KEY, offsetof(struct effect_design, why), NULL},
    {"followed", EFFECT_FIELD_FLAG, offsetof(struct effect_design, followed), NULL},
    {0},
};

/* What is known before any estimate comes first. */
static const struct effect_field teams_fields[] = {
    {"n_teams", EFFECT_FIELD_COUNT, offsetof(struct effect_teams, n_teams), NULL},
    {"n_treated", EFFECT_FIELD_COUNT, offsetof(struct effect_teams, n_treated), NULL},
    {"n_allocations", EFFECT_FIELD_REAL, offsetof(struct effect_teams, n_allocations), NULL},
    {"smallest_p", EFFECT_FIELD_REAL, offsetof(struct effect_teams, smallest_p), NULL},
    {"rule", EFFECT_FIELD_NAME, offsetof(struct effect_teams, rule), inference_at},
    {"why", EFFECT_FIELD_KEY, offsetof(struct effect_teams, why), NULL},
    {"n_tried", EFFECT_FIELD_COUNT, offsetof(struct effect_teams, n_tried), NULL},
    {"is_drawn", EFFECT_FIELD_FLAG, offsetof(struct effect_teams, is_drawn), NULL},
    {"p_analytic", EFFECT_FIELD_REAL, offsetof(struct effect_teams, p_analytic), NULL},
    {"p_randomisation", EFFECT_FIELD_REAL, offsetof(struct effect_teams, p_randomisation), NULL},
    {"p_wild", EFFECT_FIELD_REAL, offsetof(struct effect_teams, p_wild), NULL},
    {"low", EFFECT_FIELD_REAL, offsetof(struct effect_teams, low), NULL},
    {"high", EFFECT_FIELD_REAL, offsetof(struct effect_teams, high), NULL},
    {"no_low", EFFECT_FIELD_FLAG, offsetof(struct effect_teams, no_low), NULL},
    {"no_high", EFFECT_FIELD_FLAG, offsetof(struct effect_teams, no_high), NULL},
    {0},
};

static const struct effect_field honesty_fields[] = {
    {"estimate", EFFECT_FIELD_REAL, offsetof(struct effect_honesty_summary, estimate), NULL},
    {"low", EFFECT_FIELD_REAL, offsetof(struct effect_honesty_summary, low), NULL},
    {"high", EFFECT_FIELD_REAL, offsetof(struct effect_honesty_summary, high), NULL},
    {"breakdown", EFFECT_FIELD_REAL, offsetof(struct effect_honesty_summary, breakdown), NULL},
    {"is_beyond", EFFECT_FIELD_FLAG, offsetof(struct effect_honesty_summary, is_beyond), NULL},
    {"is_fragile", EFFECT_FIELD_FLAG, offsetof(struct effect_honesty_summary, is_fragile), NULL},
    {0},
};

static const struct effect_field trend_fields[] = {
    {"rule", EFFECT_FIELD_NAME, offsetof(struct effect_trend, rule), trend_rule_at},
    {"power", EFFECT_FIELD_REAL, offsetof(struct effect_trend, power), NULL},
    {"slope", EFFECT_FIELD_REAL, offsetof(struct effect_trend, slope), NULL},
    {"bias", EFFECT_FIELD_REAL, offsetof(struct effect_trend, bias), NULL},
    {"bias_unseen", EFFECT_FIELD_REAL, offsetof(struct effect_trend, bias_unseen), NULL},
    {0},
};

static const struct effect_field honest_fields[] = {
    {"m", EFFECT_FIELD_REAL, offsetof(struct effect_honest, m), NULL},
    {"low", EFFECT_FIELD_REAL, offsetof(struct effect_honest, low), NULL},
    {"high", EFFECT_FIELD_REAL, offsetof(struct effect_honest, high), NULL},
    {0},
};

static const struct effect_field look_fields[] = {
    {"kind", EFFECT_FIELD_NAME, offsetof(struct effect_look, kind), look_kind_at},
    {"column", EFFECT_FIELD_STR, offsetof(struct effect_look, column), NULL},
    {"value", EFFECT_FIELD_STR, offsetof(struct effect_look, value), NULL},
    {"estimate", EFFECT_FIELD_REAL, offsetof(struct effect_look, estimate), NULL},
    {"standard_error", EFFECT_FIELD_REAL, offsetof(struct effect_look, standard_error), NULL},
    {"ci_low", EFFECT_FIELD_REAL, offsetof(struct effect_look, ci_low), NULL},
    {"ci_high", EFFECT_FIELD_REAL, offsetof(struct effect_look, ci_high), NULL},
    {"p", EFFECT_FIELD_REAL, offsetof(struct effect_look, p), NULL},
    {"p_adjusted", EFFECT_FIELD_REAL, offsetof(struct effect_look, p_adjusted), NULL},
    {"n_treated", EFFECT_FIELD_COUNT, offsetof(struct effect_look, n_treated), NULL},
    {"n_control", EFFECT_FIELD_COUNT, offsetof(struct effect_look, n_control), NULL},
    {"failed", EFFECT_FIELD_KEY, offsetof(struct effect_look, failed), NULL},
    {0},
};

#define LIST(name, list_fields, member)                                                            \
    {                                                                                              \
        name, list_fields, offsetof(struct effect_result, member),                                 \
            offsetof(struct effect_result, n_##member),                                            \
            sizeof(*((struct effect_result *)0)->member)                                           \
    }
#define ONE(name, one_fields, member)                                                              \
    {                                                                                              \
        name, one_fields, offsetof(struct effect_result, member), EFFECT_SECTION_ONE,              \
            sizeof(*((struct effect_result *)0)->member)                                           \
    }

const struct effect_section effect_sections[] = {
    LIST("estimates", estimate_fields, estimates),
    ONE("design", design_fields, design),
    LIST("bacon", bacon_fields, bacon),
    ONE("matching", match_fields, match),
    ONE("comparison", comparison_fields, comparison),
    LIST("balance", balance_fields, balance),
    LIST("overlap", overlap_fields, overlap),
    ONE("teams", teams_fields, teams),
    ONE("honesty", honesty_fields, honesty),
    LIST("honest", honest_fields, honest),
    LIST("trends", trend_fields, trends),
    LIST("looks", look_fields, looks),
    {0},
};

static const char *list_of(const struct effect_section *s, const struct effect_result *r)
{
    return *(const char *const *)((const char *)r + s->offset);
}

size_t effect_section_n(const struct effect_section *s, const struct effect_result *r)
{
    if (s->n_offset == EFFECT_SECTION_ONE)
        return list_of(s, r) != NULL;
    return *(const size_t *)((const char *)r + s->n_offset);
}

const void *effect_section_at(const struct effect_section *s, const struct effect_result *r,
                              size_t i)
{
    return list_of(s, r) + i * s->size;
}

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

bool effect_field_is_text(const struct effect_field *f)
{
    return f->kind == EFFECT_FIELD_KEY || f->kind == EFFECT_FIELD_STR ||
           f->kind == EFFECT_FIELD_NAME;
}

const char *effect_field_text(const struct effect_field *f, const void *from)
{
    if (f->kind == EFFECT_FIELD_NAME)
        return f->name_of(from, f->offset);
    if (f->kind == EFFECT_FIELD_STR) /* ends in a zero, as all names of a result do */
        return ((const str *)at(f, from))->n ? ((const str *)at(f, from))->p : NULL;
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

const char *effect_population_words(const struct effect_result *r)
{
    if (r->comparison->population == EFFECT_OF_OVERLAP)
        return "balancing.of-overlap";
    if (!r->match)
        return "balancing.of-treated";
    return r->match->n_pairs ? "balancing.of-pairs" : "balancing.of-strata";
}
