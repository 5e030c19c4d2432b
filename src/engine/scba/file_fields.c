/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables of an scba file: what docs/scba-file.md explains and JSON Schema publishes. */
#include "engine/scba/file_int.h"

#include <stddef.h>

static const char *const shapes[] = {
    [SCBA_FIXED] = "fixed",         [SCBA_NORMAL] = "normal",
    [SCBA_LOGNORMAL] = "lognormal", [SCBA_TRIANGULAR] = "triangular",
    [SCBA_UNIFORM] = "uniform",     [SCBA_PERT] = "pert",
    [SCBA_BETA] = "beta",           NULL};
static const char *const groups[] = {[SCBA_GOVERNMENT] = "government",
                                     [SCBA_PARTICIPANT] = "participant",
                                     [SCBA_OTHER] = "other",
                                     NULL};
static const char *const conventions[] = {
    [SCBA_FIRST_YEAR_UNDISCOUNTED] = "undiscounted", [SCBA_END_OF_YEAR] = "end-of-year", NULL};
static const char *const fades[] = {
    [SCBA_STOP] = "stop", [SCBA_LINEAR] = "linear", [SCBA_EXPONENTIAL] = "exponential", NULL};
static const char *const pers[] = {"unit", "programme", NULL};
static const char *const directions[] = {"better", "worse", NULL};

/* One line for each field: its key, kind, member and sentence, and what else it needs. */
#define FIELD(type, k, kind_, member, about_, ...)                                                 \
    {                                                                                              \
        .key = (k), .kind = (kind_), .offset = offsetof(type, member), .about = (about_),          \
        __VA_ARGS__                                                                                \
    }

/* ---- Texts ---- */

static const struct schema_field text_fields[] = {
    FIELD(struct scba_text, "nl", SCHEMA_TEXT, in[LANG_NL], "scba.about-text-nl"),
    FIELD(struct scba_text, "en", SCHEMA_TEXT, in[LANG_EN], "scba.about-text-en"),
};
static const struct schema_map text_map = {
    .name = "scba-text",
    .size = sizeof(struct scba_text),
    SCHEMA_FIELDS(text_fields),
    .n_keys_min = 1,
    .shorthand = "nl",
};

/* ---- Numbers ---- */

#define NUMBER(k, kind, member, ...) FIELD(struct file_number, k, kind, member, __VA_ARGS__)
static const struct schema_field number_fields[] = {
    NUMBER("value", SCHEMA_REAL, value, "scba.about-value"),
    NUMBER("distribution", SCHEMA_WORD, shape, "scba.about-distribution", .words = shapes),
    NUMBER("mean", SCHEMA_REAL, mean, "scba.about-mean"),
    NUMBER("sd", SCHEMA_REAL, sd, "scba.about-sd", .low = SCHEMA_ABOVE(0)),
    NUMBER("cv", SCHEMA_REAL, cv, "scba.about-cv", .low = SCHEMA_ABOVE(0)),
    NUMBER("low", SCHEMA_REAL, low, "scba.about-low"),
    NUMBER("mode", SCHEMA_REAL, mode, "scba.about-mode"),
    NUMBER("high", SCHEMA_REAL, high, "scba.about-high"),
    NUMBER("estimate", SCHEMA_TEXT, estimate, "scba.about-estimate"),
    NUMBER("use", SCHEMA_TEXT, use, "scba.about-use"),
    NUMBER("year", SCHEMA_INT, year, "scba.about-year", .low = SCHEMA_FROM(1900),
           .high = SCHEMA_TO(2200)),
    NUMBER("index", SCHEMA_TEXT, index, "scba.about-index"),
    NUMBER("source", SCHEMA_MAP, source, "scba.about-source", .map = &text_map),
    NUMBER("measured", SCHEMA_BOOL, measured, "scba.about-measured"),
    NUMBER("label", SCHEMA_MAP, label, "scba.about-label", .map = &text_map),
};
static const struct schema_map number_map = {
    .name = "scba-number",
    .size = sizeof(struct file_number),
    SCHEMA_FIELDS(number_fields),
    .n_keys_min = 1,
    .name_offset = offsetof(struct file_number, key),
    .shorthand = "value",
    .about = "scba.about-number",
};
static const struct schema_field number_item = {.kind = SCHEMA_MAP, .map = &number_map};

/* ---- Payers, indexes, estimates ---- */

static const struct schema_field payer_fields[] = {
    FIELD(struct file_payer, "nl", SCHEMA_TEXT, in[LANG_NL], "scba.about-text-nl"),
    FIELD(struct file_payer, "en", SCHEMA_TEXT, in[LANG_EN], "scba.about-text-en"),
    FIELD(struct file_payer, "group", SCHEMA_WORD, group, "scba.about-group", .required = true,
          .words = groups),
};
static const struct schema_map payer_map = {
    .name = "scba-payer",
    .size = sizeof(struct file_payer),
    SCHEMA_FIELDS(payer_fields),
    .name_offset = offsetof(struct file_payer, key),
};

static const struct schema_field level_fields[] = {
    FIELD(struct file_level, "level", SCHEMA_REAL, level, "scba.about-level", .required = true,
          .low = SCHEMA_ABOVE(0)),
};
static const struct schema_map level_map = {
    .name = "scba-level",
    .size = sizeof(struct file_level),
    SCHEMA_FIELDS(level_fields),
    .name_offset = offsetof(struct file_level, year),
    .shorthand = "level",
};

static const struct schema_field index_fields[] = {
    FIELD(struct file_index, "source", SCHEMA_TEXT, source, "scba.about-source", .required = true),
    FIELD(struct file_index, "levels", SCHEMA_NAMED, levels, "scba.about-levels", .required = true,
          .map = &level_map, .low = SCHEMA_FROM(1)),
};
static const struct schema_map index_map = {
    .name = "scba-price-index",
    .size = sizeof(struct file_index),
    SCHEMA_FIELDS(index_fields),
    .name_offset = offsetof(struct file_index, key),
};

static const struct schema_field estimate_fields[] = {
    FIELD(struct file_estimate, "value", SCHEMA_REAL, value, "scba.about-value", .required = true),
    FIELD(struct file_estimate, "standard_error", SCHEMA_REAL, standard_error,
          "scba.about-standard-error", .required = true, .low = SCHEMA_FROM(0)),
    FIELD(struct file_estimate, "source", SCHEMA_TEXT, source, "scba.about-source",
          .required = true),
};
static const struct schema_map estimate_map = {
    .name = "scba-estimate",
    .size = sizeof(struct file_estimate),
    SCHEMA_FIELDS(estimate_fields),
    .name_offset = offsetof(struct file_estimate, key),
};

static const struct schema_field covariance_fields[] = {
    FIELD(struct file_covariance, "first", SCHEMA_TEXT, first, "scba.about-first",
          .required = true),
    FIELD(struct file_covariance, "second", SCHEMA_TEXT, second, "scba.about-second",
          .required = true),
    FIELD(struct file_covariance, "covariance", SCHEMA_REAL, covariance, "scba.about-covariance"),
    FIELD(struct file_covariance, "correlation", SCHEMA_REAL, correlation, "scba.about-correlation",
          .low = SCHEMA_FROM(-1), .high = SCHEMA_TO(1)),
};
static const struct schema_map covariance_map = {
    .name = "scba-covariance",
    .size = sizeof(struct file_covariance),
    SCHEMA_FIELDS(covariance_fields),
    .n_keys_min = 3,
    .n_keys_max = 3,
};
static const struct schema_field covariance_item = {.kind = SCHEMA_MAP, .map = &covariance_map};

/* ---- Items ---- */

static const struct schema_field share_fields[] = {
    FIELD(struct file_share, "share", SCHEMA_REAL, share, "scba.about-share", .required = true,
          .low = SCHEMA_FROM(0), .high = SCHEMA_TO(1)),
};
static const struct schema_map share_map = {
    .name = "scba-share",
    .size = sizeof(struct file_share),
    SCHEMA_FIELDS(share_fields),
    .name_offset = offsetof(struct file_share, payer),
    .shorthand = "share",
};

#define ITEM(k, kind, member, ...) FIELD(struct file_item, k, kind, member, __VA_ARGS__)
#define LINK(k, link, about)       ITEM(k, SCHEMA_MAP, links[link], about, .map = &number_map)

/* What every item has: who wrote it down, and its years. */
#define COMMON_FIELDS                                                                              \
    ITEM("label", SCHEMA_MAP, label, "scba.about-label", .map = &text_map),                        \
        ITEM("source", SCHEMA_MAP, source, "scba.about-source", .map = &text_map),                 \
        ITEM("year", SCHEMA_INT, year, "scba.about-year", .low = SCHEMA_FROM(1900),                \
             .high = SCHEMA_TO(2200)),                                                             \
        ITEM("index", SCHEMA_TEXT, index, "scba.about-index"),                                     \
        ITEM("first_year", SCHEMA_INT, first_year, "scba.about-first-year", .low = SCHEMA_FROM(1), \
             .high = SCHEMA_TO(SCBA_YEARS_MAX)),                                                   \
        ITEM("years", SCHEMA_INT, years, "scba.about-years", .low = SCHEMA_FROM(1),                \
             .high = SCHEMA_TO(SCBA_YEARS_MAX)),                                                   \
        ITEM("fade", SCHEMA_WORD, fade, "scba.about-fade", .words = fades),                        \
        ITEM("fade_years", SCHEMA_INT, fade_years, "scba.about-fade-years", .low = SCHEMA_FROM(1), \
             .high = SCHEMA_TO(SCBA_YEARS_MAX)),                                                   \
        ITEM("fade_rate", SCHEMA_REAL, fade_rate, "scba.about-fade-rate", .low = SCHEMA_ABOVE(0),  \
             .high = SCHEMA_BELOW(1)),                                                             \
        ITEM("periods_per_year", SCHEMA_REAL, periods_per_year, "scba.about-periods-per-year",     \
             .low = SCHEMA_ABOVE(0))

#define BY_YEAR(k)                                                                                 \
    ITEM(k, SCHEMA_LIST, by_year, "scba.about-by-year", .of = &number_item, .low = SCHEMA_FROM(1), \
         .high = SCHEMA_TO(SCBA_YEARS_MAX))

static const struct file_item item_defaults = {.first_year = 1, .periods_per_year = 1.0};

static const struct schema_field cost_fields[] = {
    COMMON_FIELDS,
    ITEM("amount", SCHEMA_MAP, size, "scba.about-amount", .map = &number_map),
    BY_YEAR("amount_by_year"),
    ITEM("amount_null", SCHEMA_MAP, size_null, "scba.about-amount-null", .map = &number_map),
    ITEM("per", SCHEMA_WORD, per, "scba.about-per", .words = pers),
    ITEM("paid_by", SCHEMA_NAMED, shares, "scba.about-paid-by", .required = true, .map = &share_map,
         .low = SCHEMA_FROM(1)),
};
static const struct schema_map cost_map = {
    .name = "scba-cost",
    .size = sizeof(struct file_item),
    SCHEMA_FIELDS(cost_fields),
    .defaults = &item_defaults,
    .name_offset = offsetof(struct file_item, key),
};

static const struct schema_field effect_fields[] = {
    COMMON_FIELDS,
    ITEM("size", SCHEMA_MAP, size, "scba.about-size", .map = &number_map),
    BY_YEAR("size_by_year"),
    ITEM("size_null", SCHEMA_MAP, size_null, "scba.about-size-null", .map = &number_map),
    ITEM("more_is", SCHEMA_WORD, more_is, "scba.about-more-is", .required = true,
         .words = directions),
    LINK("unit_value", SCBA_UNIT_VALUE, "scba.about-unit-value"),
    LINK("reach", SCBA_REACH, "scba.about-reach"),
    LINK("baseline_probability", SCBA_BASELINE_PROBABILITY, "scba.about-baseline-probability"),
    LINK("deadweight", SCBA_DEADWEIGHT, "scba.about-deadweight"),
    LINK("attribution", SCBA_ATTRIBUTION, "scba.about-attribution"),
    LINK("displacement", SCBA_DISPLACEMENT, "scba.about-displacement"),
    ITEM("causal", SCHEMA_BOOL, causal, "scba.about-causal"),
    ITEM("gained_by", SCHEMA_NAMED, shares, "scba.about-gained-by", .required = true,
         .map = &share_map, .low = SCHEMA_FROM(1)),
};
static const struct schema_map effect_map = {
    .name = "scba-effect",
    .size = sizeof(struct file_item),
    SCHEMA_FIELDS(effect_fields),
    .defaults = &item_defaults,
    .name_offset = offsetof(struct file_item, key),
};

static const struct schema_field transfer_fields[] = {
    COMMON_FIELDS,
    ITEM("from", SCHEMA_TEXT, from, "scba.about-from", .required = true),
    ITEM("to", SCHEMA_TEXT, to, "scba.about-to", .required = true),
    ITEM("amount", SCHEMA_MAP, size, "scba.about-amount", .map = &number_map),
    BY_YEAR("amount_by_year"),
    ITEM("amount_null", SCHEMA_MAP, size_null, "scba.about-amount-null", .map = &number_map),
    ITEM("per", SCHEMA_WORD, per, "scba.about-per", .words = pers),
    ITEM("share_of", SCHEMA_TEXT, share_of, "scba.about-share-of"),
    LINK("rate", SCBA_UNIT_VALUE, "scba.about-rate"),
};
static const struct schema_map transfer_map = {
    .name = "scba-transfer",
    .size = sizeof(struct file_item),
    SCHEMA_FIELDS(transfer_fields),
    .defaults = &item_defaults,
    .name_offset = offsetof(struct file_item, key),
};

/* ---- The part as a whole ---- */

static const struct schema_field rate_item = {
    .kind = SCHEMA_REAL, .low = SCHEMA_ABOVE(-1), .high = SCHEMA_TO(1)};

#define DISCOUNT(k, kind, member, ...)                                                             \
    FIELD(struct scba_file_discount, k, kind, member, __VA_ARGS__)
static const struct schema_field discount_fields[] = {
    DISCOUNT("rate", SCHEMA_REAL, rate, "scba.about-discount-rate", .low = SCHEMA_ABOVE(-1)),
    DISCOUNT("regime_on", SCHEMA_DATE, regime_on, "scba.about-regime-on"),
    DISCOUNT("first_year", SCHEMA_WORD, when, "scba.about-convention", .required = true,
             .words = conventions),
    DISCOUNT("range", SCHEMA_LIST, range, "scba.about-discount-range", .of = &rate_item,
             .low = SCHEMA_FROM(2), .high = SCHEMA_TO(2)),
};
static const struct schema_map discount_map = {
    .name = "scba-discount",
    .size = sizeof(struct scba_file_discount),
    SCHEMA_FIELDS(discount_fields),
    .n_keys_min = 2,
};

static const struct schema_field interval_item = {
    .kind = SCHEMA_REAL, .low = SCHEMA_ABOVE(0), .high = SCHEMA_BELOW(1)};

#define FILE_FIELD(k, kind, member, ...) FIELD(struct scba_file, k, kind, member, __VA_ARGS__)
static const struct schema_field file_fields[] = {
    FILE_FIELD("unit", SCHEMA_MAP, unit, "scba.about-unit", .required = true, .map = &text_map),
    FILE_FIELD("reached", SCHEMA_REAL, reached, "scba.about-reached", .required = true,
               .low = SCHEMA_ABOVE(0)),
    FILE_FIELD("currency", SCHEMA_TEXT, currency, "scba.about-currency"),
    FILE_FIELD("price_year", SCHEMA_INT, price_year, "scba.about-price-year", .required = true,
               .low = SCHEMA_FROM(1900), .high = SCHEMA_TO(2200)),
    FILE_FIELD("horizon_years", SCHEMA_INT, horizon_years, "scba.about-horizon-years",
               .required = true, .low = SCHEMA_FROM(1), .high = SCHEMA_TO(SCBA_YEARS_MAX)),
    FILE_FIELD("observed_years", SCHEMA_INT, observed_years, "scba.about-observed-years",
               .low = SCHEMA_FROM(1), .high = SCHEMA_TO(SCBA_YEARS_MAX)),
    FILE_FIELD("discount", SCHEMA_MAP, discount, "scba.about-discount", .required = true,
               .map = &discount_map),
    FILE_FIELD("seed", SCHEMA_INT, seed, "scba.about-seed", .low = SCHEMA_FROM(0)),
    FILE_FIELD("draws", SCHEMA_INT, draws, "scba.about-draws", .low = SCHEMA_FROM(1),
               .high = SCHEMA_TO(SCBA_DRAWS_MAX)),
    FILE_FIELD("levels", SCHEMA_LIST, levels, "scba.about-interval-levels", .of = &interval_item,
               .low = SCHEMA_FROM(2), .high = SCHEMA_TO(2)),
    FILE_FIELD("payers", SCHEMA_NAMED, payers, "scba.about-payers", .required = true,
               .map = &payer_map, .low = SCHEMA_FROM(1), .high = SCHEMA_TO(SCBA_PAYERS_MAX)),
    FILE_FIELD("price_indexes", SCHEMA_NAMED, price_indexes, "scba.about-price-indexes",
               .map = &index_map),
    FILE_FIELD("numbers", SCHEMA_NAMED, numbers, "scba.about-numbers", .map = &number_map),
    FILE_FIELD("estimates", SCHEMA_NAMED, estimates, "scba.about-estimates", .map = &estimate_map,
               .high = SCHEMA_TO(SCBA_ESTIMATES_MAX)),
    FILE_FIELD("covariances", SCHEMA_LIST, covariances, "scba.about-covariances",
               .of = &covariance_item),
    FILE_FIELD("costs", SCHEMA_NAMED, costs, "scba.about-costs", .map = &cost_map),
    FILE_FIELD("effects", SCHEMA_NAMED, effects, "scba.about-effects", .map = &effect_map),
    FILE_FIELD("transfers", SCHEMA_NAMED, transfers, "scba.about-transfers", .map = &transfer_map),
};
const struct schema_map scba_file_map = {
    .name = "scba",
    .size = sizeof(struct scba_file),
    SCHEMA_FIELDS(file_fields),
    .about = "scba.about-file",
};
