/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables of the study file: design, estimators and subgroups. */
#include "base/real.h"
#include "study_int.h"

#include <stddef.h>

/* ---- words, in the order of their enums ---- */

static const char *const methods[] = {[EFFECT_DIFFERENCE] = "difference",
                                      [EFFECT_REGRESSION] = "regression",
                                      [EFFECT_WEIGHTING] = "weighting",
                                      [EFFECT_DOUBLY_ROBUST] = "doubly-robust",
                                      [EFFECT_DID] = "did",
                                      [EFFECT_TWFE] = "twfe",
                                      [EFFECT_BACON] = "bacon",
                                      [EFFECT_SUNAB] = "sunab",
                                      [EFFECT_MATCHING] = "matching",
                                      [EFFECT_BALANCING] = "balancing",
                                      NULL};
static const char *const errors_words[] = {[EFFECT_CLASSICAL] = "classical",
                                           [EFFECT_HC1] = "hc1",
                                           [EFFECT_HC2] = "hc2",
                                           [EFFECT_HC3] = "hc3",
                                           [EFFECT_CR1] = "cr1",
                                           [EFFECT_CR2] = "cr2",
                                           [EFFECT_CR3] = "cr3",
                                           NULL};
static const char *const ipws[] = {
    [EFFECT_HAJEK] = "hajek", [EFFECT_HORVITZ_THOMPSON] = "ht", NULL};
static const char *const controls[] = {
    [EFFECT_NEVER] = "never", [EFFECT_NOT_YET] = "not-yet", NULL};
static const char *const bases[] = {
    [EFFECT_VARYING] = "varying", [EFFECT_UNIVERSAL] = "universal", NULL};
static const char *const estimators[] = {[EFFECT_DR] = "dr",
                                         [EFFECT_DR_TRADITIONAL] = "dr-traditional",
                                         [EFFECT_IPW] = "ipw",
                                         [EFFECT_REG] = "reg",
                                         NULL};
static const char *const distances[] = {[EFFECT_PROPENSITY] = "propensity",
                                        [EFFECT_MAHALANOBIS] = "mahalanobis",
                                        [EFFECT_EXACT] = "exact",
                                        [EFFECT_CEM] = "cem",
                                        NULL};
static const char *const scales[] = {[EFFECT_SCORE] = "score", [EFFECT_LOGIT] = "logit", NULL};
static const char *const weighings[] = {
    [EFFECT_ENTROPY] = "entropy", [EFFECT_OVERLAP] = "overlap", NULL};
static const char *const inferences[] = {[EFFECT_AUTO] = "auto",
                                         [EFFECT_ANALYTIC] = "analytic",
                                         [EFFECT_RANDOMISATION] = "randomisation",
                                         [EFFECT_WILD] = "wild",
                                         NULL};

/* ---- design ---- */

#define COVARIATES_HIGH .high = SCHEMA_TO(EFFECT_COVARIATES_MAX)

#define IN_WINDOW(member) .offset = offsetof(struct study_window, member)
static const struct schema_field window_fields[] = {
    {.key = "from", .kind = SCHEMA_REAL, IN_WINDOW(from), .about = "study.about-window-from"},
    {.key = "to", .kind = SCHEMA_REAL, IN_WINDOW(to), .about = "study.about-window-to"},
};
static const struct schema_map window_map = {
    .name = "window",
    .size = sizeof(struct study_window),
    SCHEMA_FIELDS(window_fields),
    .defaults = &(const struct study_window){.from = -REAL_INF, .to = REAL_INF},
    .n_keys_min = 1,
    .check = plan_check_window,
};

#define FILTER_FIELDS(type, column_member, values_member)                                          \
    {.key = "column",                                                                              \
     .kind = SCHEMA_TEXT,                                                                          \
     .offset = offsetof(type, column_member),                                                      \
     .required = true,                                                                             \
     .about = "study.about-filter-column"},                                                        \
    {                                                                                              \
        .key = "values", .kind = SCHEMA_LIST, .offset = offsetof(type, values_member),             \
        .required = true, .of = &plan_value_item, .low = SCHEMA_FROM(1),                           \
        .high = SCHEMA_TO(STUDY_VALUES_MAX), .about = "study.about-filter-values"                  \
    }

static const struct schema_field filter_fields[] = {
    FILTER_FIELDS(struct study_filter, column, values)};
static const struct schema_map filter_map = {
    .name = "rows", .size = sizeof(struct study_filter), SCHEMA_FIELDS(filter_fields)};

#define IN_DESIGN(member) .offset = offsetof(struct study_estimator, design.member)
#define DESIGN_FIELDS(method_required)                                                             \
    {.key = "method",                                                                              \
     .kind = SCHEMA_WORD,                                                                          \
     IN_DESIGN(method),                                                                            \
     .required = (method_required),                                                                \
     .words = methods,                                                                             \
     .about = "study.about-method"},                                                               \
        {.key = "control",                                                                         \
         .kind = SCHEMA_WORD,                                                                      \
         IN_DESIGN(control),                                                                       \
         .words = controls,                                                                        \
         .about = "study.about-control"},                                                          \
        {.key = "base",                                                                            \
         .kind = SCHEMA_WORD,                                                                      \
         IN_DESIGN(base),                                                                          \
         .words = bases,                                                                           \
         .about = "study.about-base"},                                                             \
        {.key = "anticipation",                                                                    \
         .kind = SCHEMA_INT,                                                                       \
         IN_DESIGN(anticipation),                                                                  \
         .low = SCHEMA_FROM(0),                                                                    \
         .high = SCHEMA_TO(1000),                                                                  \
         .about = "study.about-anticipation"},                                                     \
        {.key = "estimator",                                                                       \
         .kind = SCHEMA_WORD,                                                                      \
         IN_DESIGN(estimator),                                                                     \
         .words = estimators,                                                                      \
         .about = "study.about-estimator"},                                                        \
        {.key = "errors",                                                                          \
         .kind = SCHEMA_WORD,                                                                      \
         IN_DESIGN(errors),                                                                        \
         .words = errors_words,                                                                    \
         .about = "study.about-errors"},                                                           \
        {.key = "ipw",                                                                             \
         .kind = SCHEMA_WORD,                                                                      \
         IN_DESIGN(ipw),                                                                           \
         .words = ipws,                                                                            \
         .about = "study.about-ipw"},                                                              \
        {.key = "bootstrap",                                                                       \
         .kind = SCHEMA_INT,                                                                       \
         IN_DESIGN(bootstrap),                                                                     \
         .low = SCHEMA_FROM(0),                                                                    \
         .high = SCHEMA_TO(100000),                                                                \
         .about = "study.about-bootstrap"},                                                        \
        {.key = "never", .kind = SCHEMA_REAL, IN_DESIGN(never), .about = "study.about-never"},     \
        {.key = "drop_failed",                                                                     \
         .kind = SCHEMA_BOOL,                                                                      \
         IN_DESIGN(drop_failed),                                                                   \
         .about = "study.about-drop-failed"},                                                      \
        {.key = "fixed_effects",                                                                   \
         .kind = SCHEMA_LIST,                                                                      \
         IN_DESIGN(fixed_effects),                                                                 \
         .of = &plan_column_item,                                                                  \
         .high = SCHEMA_TO(EFFECT_FIXED_MAX),                                                      \
         .about = "study.about-fixed-effects"},                                                    \
        {.key = "event_study",                                                                     \
         .kind = SCHEMA_BOOL,                                                                      \
         IN_DESIGN(event_study),                                                                   \
         .about = "study.about-event-study"},                                                      \
        {.key = "distance",                                                                        \
         .kind = SCHEMA_WORD,                                                                      \
         IN_DESIGN(distance),                                                                      \
         .words = distances,                                                                       \
         .about = "study.about-distance"},                                                         \
        {.key = "ratio",                                                                           \
         .kind = SCHEMA_INT,                                                                       \
         IN_DESIGN(ratio),                                                                         \
         .low = SCHEMA_FROM(1),                                                                    \
         .high = SCHEMA_TO(EFFECT_RATIO_MAX),                                                      \
         .about = "study.about-ratio"},                                                            \
        {.key = "caliper",                                                                         \
         .kind = SCHEMA_REAL,                                                                      \
         IN_DESIGN(caliper),                                                                       \
         .low = SCHEMA_ABOVE(0),                                                                   \
         .about = "study.about-caliper"},                                                          \
        {.key = "caliper_on",                                                                      \
         .kind = SCHEMA_WORD,                                                                      \
         IN_DESIGN(caliper_on),                                                                    \
         .words = scales,                                                                          \
         .about = "study.about-caliper-on"},                                                       \
        {.key = "replace",                                                                         \
         .kind = SCHEMA_BOOL,                                                                      \
         IN_DESIGN(replace),                                                                       \
         .about = "study.about-replace"},                                                          \
        {.key = "exact",                                                                           \
         .kind = SCHEMA_LIST,                                                                      \
         IN_DESIGN(exact),                                                                         \
         .of = &plan_column_item,                                                                  \
         COVARIATES_HIGH,                                                                          \
         .about = "study.about-exact"},                                                            \
        {.key = "cut_points",                                                                      \
         .kind = SCHEMA_TEXT,                                                                      \
         IN_DESIGN(cut_points),                                                                    \
         .about = "study.about-cut-points"},                                                       \
        {.key = "balance",                                                                         \
         .kind = SCHEMA_WORD,                                                                      \
         IN_DESIGN(balance),                                                                       \
         .words = weighings,                                                                       \
         .about = "study.about-balance"},                                                          \
        {.key = "inference",                                                                       \
         .kind = SCHEMA_WORD,                                                                      \
         IN_DESIGN(inference),                                                                     \
         .words = inferences,                                                                      \
         .about = "study.about-inference"},                                                        \
        {.key = "replications",                                                                    \
         .kind = SCHEMA_INT,                                                                       \
         IN_DESIGN(replications),                                                                  \
         .low = SCHEMA_FROM(EFFECT_REPLICATIONS_MIN),                                              \
         .high = SCHEMA_TO(EFFECT_REPLICATIONS_MAX),                                               \
         .about = "study.about-replications"},                                                     \
        {.key = "honest", .kind = SCHEMA_TEXT, IN_DESIGN(honest), .about = "study.about-honest"},  \
        {.key = "no_placebo_start",                                                                \
         .kind = SCHEMA_BOOL,                                                                      \
         IN_DESIGN(no_placebo_start),                                                              \
         .about = "study.about-no-placebo-start"},                                                 \
        {.key = "window",                                                                          \
         .kind = SCHEMA_MAP,                                                                       \
         IN_DESIGN(window),                                                                        \
         .map = &window_map,                                                                       \
         .about = "study.about-window"},                                                           \
        {.key = "rows",                                                                            \
         .kind = SCHEMA_MAP,                                                                       \
         IN_DESIGN(rows),                                                                          \
         .map = &filter_map,                                                                       \
         .about = "study.about-rows"},                                                             \
    {                                                                                              \
        .key = "covariates", .kind = SCHEMA_LIST, IN_DESIGN(covariates), .of = &plan_column_item,  \
        COVARIATES_HIGH, .about = "study.about-design-covariates"                                  \
    }

static const struct schema_field design_fields[] = {DESIGN_FIELDS(true)};
const struct schema_map plan_design_map = {
    .name = "design", .size = sizeof(struct study_estimator), SCHEMA_FIELDS(design_fields)};

static const struct schema_field estimator_fields[] = {
    {.key = "name",
     .kind = SCHEMA_TEXT,
     .offset = offsetof(struct study_estimator, name),
     .required = true,
     .about = "study.about-name"},
    {.key = "label",
     .kind = SCHEMA_MAP,
     .offset = offsetof(struct study_estimator, label),
     .required = true,
     .map = &plan_text_map,
     .about = "study.about-label"},
    DESIGN_FIELDS(false),
};
static const struct schema_map estimator_map = {
    .name = "estimator", .size = sizeof(struct study_estimator), SCHEMA_FIELDS(estimator_fields)};
const struct schema_field plan_estimator_item = {.kind = SCHEMA_MAP, .map = &estimator_map};

/* ---- subgroups ---- */

#define IN_SUBGROUP(member) .offset = offsetof(struct study_subgroup, member)
static const struct schema_field subgroup_fields[] = {
    {.key = "name",
     .kind = SCHEMA_TEXT,
     IN_SUBGROUP(name),
     .required = true,
     .about = "study.about-name"},
    {.key = "label",
     .kind = SCHEMA_MAP,
     IN_SUBGROUP(label),
     .required = true,
     .map = &plan_text_map,
     .about = "study.about-label"},
    FILTER_FIELDS(struct study_subgroup, rows.column, rows.values),
};
static const struct schema_map subgroup_map = {
    .name = "subgroup", .size = sizeof(struct study_subgroup), SCHEMA_FIELDS(subgroup_fields)};
const struct schema_field plan_subgroup_item = {.kind = SCHEMA_MAP, .map = &subgroup_map};
