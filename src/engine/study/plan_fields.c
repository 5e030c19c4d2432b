/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables of the study file: what docs/study-file.md explains and JSON Schema publishes. */
#include "study_int.h"

#include "base/real.h"
#include "engine/scba/scba.h"

#include <stddef.h>

/* ---- words, in the order of their enums ---- */

static const char *const methods[] = {[EFFECT_DIFFERENCE] = "difference",
                                      [EFFECT_REGRESSION] = "regression",
                                      [EFFECT_WEIGHTING] = "weighting",
                                      [EFFECT_DOUBLY_ROBUST] = "doubly-robust",
                                      [EFFECT_DID] = "did",
                                      NULL};
static const char *const errors_words[] = {[EFFECT_CLASSICAL] = "classical",
                                           [EFFECT_HC1] = "hc1",
                                           [EFFECT_HC2] = "hc2",
                                           [EFFECT_HC3] = "hc3",
                                           [EFFECT_CR1] = "cr1",
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
static const char *const types[] = {[TABLE_INT] = "whole",
                                    [TABLE_REAL] = "number",
                                    [TABLE_TEXT] = "text",
                                    [TABLE_DATE] = "date",
                                    NULL};
static const char *const betters[] = {
    [STUDY_NEITHER] = "neither", [STUDY_HIGHER] = "higher", [STUDY_LOWER] = "lower", NULL};
static const char *const languages[] = {[LANG_NL] = "nl", [LANG_EN] = "en", NULL};

/* "find out" comes first: it is what a plan says that says nothing */
static const char *const separators[] = {"auto", ";", ",", "tab", NULL};
static const char *const decimals[] = {"auto", ".", ",", NULL};
const char plan_separator_of[] = {'\0', ';', ',', '\t'};
const char plan_decimal_of[] = {'\0', '.', ','};

/* ---- shared pieces ---- */

static const struct schema_field text_fields[] = {
    {.key = "nl",
     .kind = SCHEMA_TEXT,
     .offset = offsetof(struct study_text, in[LANG_NL]),
     .about = "study.about-text-nl"},
    {.key = "en",
     .kind = SCHEMA_TEXT,
     .offset = offsetof(struct study_text, in[LANG_EN]),
     .about = "study.about-text-en"},
};
static const struct schema_map text_map = {
    .name = "text",
    .size = sizeof(struct study_text),
    SCHEMA_FIELDS(text_fields),
    .n_keys_min = 1,
    .shorthand = "nl",
    .about = "study.about-text",
};

static const struct schema_field column_item = {.kind = SCHEMA_TEXT};
static const struct schema_field value_item = {.kind = SCHEMA_TEXT};

/* ---- data ---- */

#define IN_TYPE(member) .offset = offsetof(struct study_type, member)
static const struct schema_field type_fields[] = {
    {.key = "column",
     .kind = SCHEMA_TEXT,
     IN_TYPE(column),
     .required = true,
     .about = "study.about-type-column"},
    {.key = "type",
     .kind = SCHEMA_WORD,
     IN_TYPE(type),
     .required = true,
     .words = types,
     .about = "study.about-type"},
};
static const struct schema_map type_map = {
    .name = "column-type", .size = sizeof(struct study_type), SCHEMA_FIELDS(type_fields)};
static const struct schema_field type_item = {.kind = SCHEMA_MAP, .map = &type_map};

#define IN_FORMAT(member) .offset = offsetof(struct study_format, member)
static const struct schema_field format_fields[] = {
    {.key = "separator",
     .kind = SCHEMA_WORD,
     IN_FORMAT(separator),
     .words = separators,
     .about = "study.about-separator"},
    {.key = "decimal",
     .kind = SCHEMA_WORD,
     IN_FORMAT(decimal),
     .words = decimals,
     .about = "study.about-decimal"},
    {.key = "missing",
     .kind = SCHEMA_LIST,
     IN_FORMAT(missing),
     .of = &value_item,
     .about = "study.about-missing"},
    {.key = "types",
     .kind = SCHEMA_LIST,
     IN_FORMAT(types),
     .of = &type_item,
     .about = "study.about-types"},
};
static const struct schema_map format_map = {
    .name = "format", .size = sizeof(struct study_format), SCHEMA_FIELDS(format_fields)};

#define IN_DATA(member) .offset = offsetof(struct study_data, member)
static const struct schema_field data_fields[] = {
    {.key = "file",
     .kind = SCHEMA_TEXT,
     IN_DATA(file),
     .required = true,
     .about = "study.about-file"},
    {.key = "source",
     .kind = SCHEMA_TEXT,
     IN_DATA(source),
     .required = true,
     .about = "study.about-source"},
    {.key = "extracted",
     .kind = SCHEMA_DATE,
     IN_DATA(extracted),
     .required = true,
     .about = "study.about-extracted"},
    {.key = "completeness",
     .kind = SCHEMA_MAP,
     IN_DATA(completeness),
     .required = true,
     .map = &text_map,
     .about = "study.about-completeness"},
    {.key = "format",
     .kind = SCHEMA_MAP,
     IN_DATA(format),
     .map = &format_map,
     .about = "study.about-format"},
};
static const struct schema_map data_map = {
    .name = "data", .size = sizeof(struct study_data), SCHEMA_FIELDS(data_fields)};

/* ---- columns and outcomes ---- */

#define IN_COLUMNS(member) .offset = offsetof(struct study_columns, member)
#define COVARIATES_HIGH    .high = SCHEMA_TO(EFFECT_COVARIATES_MAX)
static const struct schema_field columns_fields[] = {
    {.key = "unit", .kind = SCHEMA_TEXT, IN_COLUMNS(unit), .about = "study.about-unit"},
    {.key = "time", .kind = SCHEMA_TEXT, IN_COLUMNS(time), .about = "study.about-time"},
    {.key = "first_treated",
     .kind = SCHEMA_TEXT,
     IN_COLUMNS(first_treated),
     .about = "study.about-first-treated"},
    {.key = "treatment",
     .kind = SCHEMA_TEXT,
     IN_COLUMNS(treatment),
     .about = "study.about-treatment"},
    {.key = "covariates",
     .kind = SCHEMA_LIST,
     IN_COLUMNS(covariates),
     .of = &column_item,
     COVARIATES_HIGH,
     .about = "study.about-covariates"},
    {.key = "weights", .kind = SCHEMA_TEXT, IN_COLUMNS(weights), .about = "study.about-weights"},
    {.key = "cluster", .kind = SCHEMA_TEXT, IN_COLUMNS(cluster), .about = "study.about-cluster"},
};
static const struct schema_map columns_map = {
    .name = "columns", .size = sizeof(struct study_columns), SCHEMA_FIELDS(columns_fields)};

#define IN_OUTCOME(member) .offset = offsetof(struct study_outcome, member)
static const struct schema_field outcome_fields[] = {
    {.key = "column",
     .kind = SCHEMA_TEXT,
     IN_OUTCOME(column),
     .required = true,
     .about = "study.about-outcome-column"},
    {.key = "label",
     .kind = SCHEMA_MAP,
     IN_OUTCOME(label),
     .required = true,
     .map = &text_map,
     .about = "study.about-label"},
    {.key = "unit",
     .kind = SCHEMA_MAP,
     IN_OUTCOME(unit),
     .required = true,
     .map = &text_map,
     .about = "study.about-outcome-unit"},
    {.key = "currency", .kind = SCHEMA_TEXT, IN_OUTCOME(currency), .about = "study.about-currency"},
    {.key = "better",
     .kind = SCHEMA_WORD,
     IN_OUTCOME(better),
     .words = betters,
     .about = "study.about-better"},
};
static const struct schema_map outcome_map = {
    .name = "outcome", .size = sizeof(struct study_outcome), SCHEMA_FIELDS(outcome_fields)};
static const struct schema_field outcome_item = {.kind = SCHEMA_MAP, .map = &outcome_map};

/* ---- design ---- */

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
        .required = true, .of = &value_item, .low = SCHEMA_FROM(1),                                \
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
        .key = "covariates", .kind = SCHEMA_LIST, IN_DESIGN(covariates), .of = &column_item,       \
        COVARIATES_HIGH, .about = "study.about-design-covariates"                                  \
    }

static const struct schema_field design_fields[] = {DESIGN_FIELDS(true)};
static const struct schema_map design_map = {
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
     .map = &text_map,
     .about = "study.about-label"},
    DESIGN_FIELDS(false),
};
static const struct schema_map estimator_map = {
    .name = "estimator", .size = sizeof(struct study_estimator), SCHEMA_FIELDS(estimator_fields)};
static const struct schema_field estimator_item = {.kind = SCHEMA_MAP, .map = &estimator_map};

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
     .map = &text_map,
     .about = "study.about-label"},
    FILTER_FIELDS(struct study_subgroup, rows.column, rows.values),
};
static const struct schema_map subgroup_map = {
    .name = "subgroup", .size = sizeof(struct study_subgroup), SCHEMA_FIELDS(subgroup_fields)};
static const struct schema_field subgroup_item = {.kind = SCHEMA_MAP, .map = &subgroup_map};

/* ---- effects that costs and benefits use ---- */

static const char *const aggregations[] = {[EFFECT_NONE] = "none",
                                           [EFFECT_GROUP_TIME] = "group-time",
                                           [EFFECT_SIMPLE] = "simple",
                                           [EFFECT_DYNAMIC] = "dynamic",
                                           [EFFECT_GROUP] = "group",
                                           [EFFECT_CALENDAR] = "calendar",
                                           NULL};

#define IN_MEASURED(member) .offset = offsetof(struct study_measured, member)
static const struct schema_field measured_fields[] = {
    {.key = "outcome",
     .kind = SCHEMA_TEXT,
     IN_MEASURED(outcome),
     .required = true,
     .about = "study.about-measured-outcome"},
    {.key = "estimator",
     .kind = SCHEMA_TEXT,
     IN_MEASURED(estimator),
     .about = "study.about-measured-estimator"},
    {.key = "aggregation",
     .kind = SCHEMA_WORD,
     IN_MEASURED(aggregation),
     .words = aggregations,
     .about = "study.about-aggregation"},
    {.key = "group",
     .kind = SCHEMA_REAL,
     IN_MEASURED(group),
     .about = "study.about-measured-group"},
    {.key = "time", .kind = SCHEMA_REAL, IN_MEASURED(time), .about = "study.about-measured-time"},
    {.key = "event_time",
     .kind = SCHEMA_REAL,
     IN_MEASURED(event_time),
     .about = "study.about-event-time"},
};
static const struct schema_map measured_map = {
    .name = "measured",
    .size = sizeof(struct study_measured),
    SCHEMA_FIELDS(measured_fields),
    .name_offset = offsetof(struct study_measured, name),
    .shorthand = "outcome",
    .about = "study.about-one-measured",
};

/* ---- disclosure ---- */

#define DISCLOSURE_DEFAULTS {.min_persons = DISCLOSURE_PERSONS_DEFAULT}
static const struct schema_field disclosure_fields[] = {
    {.key = "min_persons",
     .kind = SCHEMA_INT,
     .offset = offsetof(struct study_disclosure, min_persons),
     .low = SCHEMA_FROM(DISCLOSURE_PERSONS_LEAST),
     .high = SCHEMA_TO(DISCLOSURE_PERSONS_MOST),
     .about = "study.about-min-persons"},
    {.key = "provider",
     .kind = SCHEMA_TEXT,
     .offset = offsetof(struct study_disclosure, provider),
     .about = "study.about-provider"},
};
static const struct schema_map disclosure_map = {
    .name = "disclosure",
    .size = sizeof(struct study_disclosure),
    SCHEMA_FIELDS(disclosure_fields),
    .defaults = &(const struct study_disclosure)DISCLOSURE_DEFAULTS,
};

/* ---- the whole ---- */

#define IN_PERIOD(member) .offset = offsetof(struct study_period, member)
static const struct schema_field period_fields[] = {
    {.key = "one",
     .kind = SCHEMA_MAP,
     IN_PERIOD(one),
     .required = true,
     .map = &text_map,
     .about = "study.about-period-one"},
    {.key = "many",
     .kind = SCHEMA_MAP,
     IN_PERIOD(many),
     .required = true,
     .map = &text_map,
     .about = "study.about-period-many"},
};
static const struct schema_map period_map = {
    .name = "period", .size = sizeof(struct study_period), SCHEMA_FIELDS(period_fields)};
static const struct schema_field limit_item = {.kind = SCHEMA_MAP, .map = &text_map};

static const struct schema_field language_item = {.kind = SCHEMA_WORD, .words = languages};

#define IN(member) .offset = offsetof(struct study, member)
static const struct schema_field study_fields[] = {
    {.key = "title",
     .kind = SCHEMA_MAP,
     IN(title),
     .required = true,
     .map = &text_map,
     .about = "study.about-title"},
    {.key = "question",
     .kind = SCHEMA_MAP,
     IN(question),
     .required = true,
     .map = &text_map,
     .about = "study.about-question"},
    {.key = "programme",
     .kind = SCHEMA_MAP,
     IN(programme),
     .required = true,
     .map = &text_map,
     .about = "study.about-programme"},
    {.key = "owner",
     .kind = SCHEMA_TEXT,
     IN(owner),
     .required = true,
     .about = "study.about-owner"},
    {.key = "population",
     .kind = SCHEMA_MAP,
     IN(population),
     .map = &text_map,
     .about = "study.about-population"},
    {.key = "person",
     .kind = SCHEMA_MAP,
     IN(person),
     .map = &text_map,
     .about = "study.about-person"},
    {.key = "period",
     .kind = SCHEMA_MAP,
     IN(period),
     .map = &period_map,
     .about = "study.about-period"},
    {.key = "start", .kind = SCHEMA_MAP, IN(start), .map = &text_map, .about = "study.about-start"},
    {.key = "limits",
     .kind = SCHEMA_LIST,
     IN(limits),
     .of = &limit_item,
     .high = SCHEMA_TO(STUDY_LIMITS_MAX),
     .about = "study.about-limits"},
    {.key = "synthetic", .kind = SCHEMA_BOOL, IN(synthetic), .about = "study.about-synthetic"},
    {.key = "randomised", .kind = SCHEMA_BOOL, IN(randomised), .about = "study.about-randomised"},
    {.key = "data",
     .kind = SCHEMA_MAP,
     IN(data),
     .required = true,
     .map = &data_map,
     .about = "study.about-data"},
    {.key = "columns",
     .kind = SCHEMA_MAP,
     IN(columns),
     .required = true,
     .map = &columns_map,
     .about = "study.about-columns"},
    {.key = "outcomes",
     .kind = SCHEMA_LIST,
     IN(outcomes),
     .required = true,
     .of = &outcome_item,
     .low = SCHEMA_FROM(1),
     .high = SCHEMA_TO(STUDY_OUTCOMES_MAX),
     .about = "study.about-outcomes"},
    {.key = "design",
     .kind = SCHEMA_MAP,
     IN(main),
     .required = true,
     .map = &design_map,
     .about = "study.about-design"},
    {.key = "estimators",
     .kind = SCHEMA_LIST,
     IN(estimators),
     .of = &estimator_item,
     .high = SCHEMA_TO(STUDY_ESTIMATORS_MAX),
     .about = "study.about-estimators"},
    {.key = "subgroups",
     .kind = SCHEMA_LIST,
     IN(subgroups),
     .of = &subgroup_item,
     .high = SCHEMA_TO(STUDY_SUBGROUPS_MAX),
     .about = "study.about-subgroups"},
    {.key = "measured",
     .kind = SCHEMA_NAMED,
     IN(measured),
     .map = &measured_map,
     .high = SCHEMA_TO(STUDY_MEASURED_MAX),
     .about = "study.about-measured"},
    {.key = "disclosure",
     .kind = SCHEMA_MAP,
     IN(disclosure),
     .map = &disclosure_map,
     .about = "study.about-disclosure"},
    {.key = "scba",
     .kind = SCHEMA_MAP,
     IN(scba),
     .map = &scba_file_map,
     .about = "study.about-scba"},
    {.key = "seed",
     .kind = SCHEMA_INT,
     IN(seed),
     .low = SCHEMA_FROM(0),
     .about = "study.about-seed"},
    {.key = "draws",
     .kind = SCHEMA_INT,
     IN(draws),
     .low = SCHEMA_FROM(100),
     .high = SCHEMA_TO(SCBA_DRAWS_MAX),
     .about = "study.about-draws"},
    {.key = "level",
     .kind = SCHEMA_REAL,
     IN(level),
     .low = SCHEMA_FROM(0.5),
     .high = SCHEMA_BELOW(1),
     .about = "study.about-level"},
    {.key = "languages",
     .kind = SCHEMA_LIST,
     IN(languages),
     .of = &language_item,
     .low = SCHEMA_FROM(1),
     .high = SCHEMA_TO(LANG_COUNT),
     .about = "study.about-languages"},
};
const struct schema_map plan_map = {
    .name = "study",
    .size = sizeof(struct study),
    SCHEMA_FIELDS(study_fields),
    .defaults = &(const struct study){.seed = 1,
                                      .draws = 10000,
                                      .level = 0.95,
                                      .disclosure = DISCLOSURE_DEFAULTS},
    .check = plan_check,
    .about = "study.about-study",
};

void study_print_schema(out *o)
{
    schema_print(&plan_map, "urn:ontschot:study", "study.schema-title", LANG_EN, o);
}
