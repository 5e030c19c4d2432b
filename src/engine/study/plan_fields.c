/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables of the study file: what docs/study-file.md explains and JSON Schema publishes. */
#include "study_int.h"

#include "base/real.h"
#include "engine/scba/scba.h"

#include <stddef.h>

/* ---- words, in the order of their enums ---- */

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
const struct schema_map plan_text_map = {
    .name = "text",
    .size = sizeof(struct study_text),
    SCHEMA_FIELDS(text_fields),
    .n_keys_min = 1,
    .shorthand = "nl",
    .about = "study.about-text",
};

const struct schema_field plan_column_item = {.kind = SCHEMA_TEXT};
const struct schema_field plan_value_item = {.kind = SCHEMA_TEXT};

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
     .of = &plan_value_item,
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
     .map = &plan_text_map,
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
     .of = &plan_column_item,
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
     .map = &plan_text_map,
     .about = "study.about-label"},
    {.key = "unit",
     .kind = SCHEMA_MAP,
     IN_OUTCOME(unit),
     .required = true,
     .map = &plan_text_map,
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

#define DISCLOSURE_DEFAULTS                                                                        \
    {                                                                                              \
        .min_persons = EFFECT_PERSONS                                                              \
    }
static const struct schema_field disclosure_fields[] = {
    {.key = "min_persons",
     .kind = SCHEMA_INT,
     .offset = offsetof(struct study_disclosure, min_persons),
     .low = SCHEMA_FROM(EFFECT_PERSONS_LEAST),
     .high = SCHEMA_TO(EFFECT_PERSONS_MOST),
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
     .map = &plan_text_map,
     .about = "study.about-period-one"},
    {.key = "many",
     .kind = SCHEMA_MAP,
     IN_PERIOD(many),
     .required = true,
     .map = &plan_text_map,
     .about = "study.about-period-many"},
};
static const struct schema_map period_map = {
    .name = "period", .size = sizeof(struct study_period), SCHEMA_FIELDS(period_fields)};
static const struct schema_field limit_item = {.kind = SCHEMA_MAP, .map = &plan_text_map};

static const struct schema_field language_item = {.kind = SCHEMA_WORD, .words = languages};

#define IN(member) .offset = offsetof(struct study, member)
static const struct schema_field study_fields[] = {
    {.key = "title",
     .kind = SCHEMA_MAP,
     IN(title),
     .required = true,
     .map = &plan_text_map,
     .about = "study.about-title"},
    {.key = "question",
     .kind = SCHEMA_MAP,
     IN(question),
     .required = true,
     .map = &plan_text_map,
     .about = "study.about-question"},
    {.key = "programme",
     .kind = SCHEMA_MAP,
     IN(programme),
     .required = true,
     .map = &plan_text_map,
     .about = "study.about-programme"},
    {.key = "owner",
     .kind = SCHEMA_TEXT,
     IN(owner),
     .required = true,
     .about = "study.about-owner"},
    {.key = "population",
     .kind = SCHEMA_MAP,
     IN(population),
     .map = &plan_text_map,
     .about = "study.about-population"},
    {.key = "person",
     .kind = SCHEMA_MAP,
     IN(person),
     .map = &plan_text_map,
     .about = "study.about-person"},
    {.key = "period",
     .kind = SCHEMA_MAP,
     IN(period),
     .map = &period_map,
     .about = "study.about-period"},
    {.key = "start",
     .kind = SCHEMA_MAP,
     IN(start),
     .map = &plan_text_map,
     .about = "study.about-start"},
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
     .map = &plan_design_map,
     .about = "study.about-design"},
    {.key = "estimators",
     .kind = SCHEMA_LIST,
     IN(estimators),
     .of = &plan_estimator_item,
     .high = SCHEMA_TO(STUDY_ESTIMATORS_MAX),
     .about = "study.about-estimators"},
    {.key = "subgroups",
     .kind = SCHEMA_LIST,
     IN(subgroups),
     .of = &plan_subgroup_item,
     .high = SCHEMA_TO(STUDY_SUBGROUPS_MAX),
     .about = "study.about-subgroups"},
    {.key = "explore",
     .kind = SCHEMA_LIST,
     IN(explore),
     .of = &plan_column_item,
     .high = SCHEMA_TO(EFFECT_LOOK_COLUMNS_MAX),
     .about = "study.about-explore"},
    {.key = "placebo_outcomes",
     .kind = SCHEMA_LIST,
     IN(placebo_outcomes),
     .of = &plan_column_item,
     .high = SCHEMA_TO(EFFECT_LOOK_COLUMNS_MAX),
     .about = "study.about-placebo-outcomes"},
    {.key = "unaffected", .kind = SCHEMA_TEXT, IN(unaffected), .about = "study.about-unaffected"},
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
    .defaults =
        &(const struct study){
            .seed = 1, .draws = 10000, .level = 0.95, .disclosure = DISCLOSURE_DEFAULTS},
    .check = plan_check,
    .about = "study.about-study",
};

void study_print_schema(out *o)
{
    schema_print(&plan_map, "urn:ontschot:study", "study.schema-title", LANG_EN, o);
}
