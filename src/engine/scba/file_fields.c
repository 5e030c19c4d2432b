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
        .key = (k), .kind = (kind_), .offset = offsetof(type, member),                             \
        .about = "scba.about-" about_, __VA_ARGS__                                                 \
    }

/* ---- Texts ---- */

static const struct schema_field text_fields[] = {
    FIELD(struct scba_text, "nl", SCHEMA_TEXT, in[LANG_NL], "text-nl", .required = false),
    FIELD(struct scba_text, "en", SCHEMA_TEXT, in[LANG_EN], "text-en", .required = false),
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
    NUMBER("value", SCHEMA_REAL, value, "value", .required = false),
    NUMBER("distribution", SCHEMA_WORD, shape, "distribution", .words = shapes),
    NUMBER("mean", SCHEMA_REAL, mean, "mean", .required = false),
    NUMBER("sd", SCHEMA_REAL, sd, "sd", .low = SCHEMA_ABOVE(0)),
    NUMBER("cv", SCHEMA_REAL, cv, "cv", .low = SCHEMA_ABOVE(0)),
    NUMBER("low", SCHEMA_REAL, low, "low", .required = false),
    NUMBER("mode", SCHEMA_REAL, mode, "mode", .required = false),
    NUMBER("high", SCHEMA_REAL, high, "high", .required = false),
    NUMBER("estimate", SCHEMA_TEXT, estimate, "estimate", .required = false),
    NUMBER("use", SCHEMA_TEXT, use, "use", .required = false),
    NUMBER("year", SCHEMA_INT, year, "year", .low = SCHEMA_FROM(1900), .high = SCHEMA_TO(2200)),
    NUMBER("index", SCHEMA_TEXT, index, "index", .required = false),
    NUMBER("source", SCHEMA_TEXT, source, "source", .required = false),
    NUMBER("measured", SCHEMA_BOOL, measured, "measured", .required = false),
    NUMBER("label", SCHEMA_MAP, label, "label", .map = &text_map),
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
    FIELD(struct file_payer, "nl", SCHEMA_TEXT, in[LANG_NL], "text-nl", .required = false),
    FIELD(struct file_payer, "en", SCHEMA_TEXT, in[LANG_EN], "text-en", .required = false),
    FIELD(struct file_payer, "group", SCHEMA_WORD, group, "group", .required = true,
          .words = groups),
};
static const struct schema_map payer_map = {
    .name = "scba-payer",
    .size = sizeof(struct file_payer),
    SCHEMA_FIELDS(payer_fields),
    .name_offset = offsetof(struct file_payer, key),
};

static const struct schema_field level_fields[] = {
    FIELD(struct file_level, "level", SCHEMA_REAL, level, "level", .required = true,
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
    FIELD(struct file_index, "source", SCHEMA_TEXT, source, "source", .required = true),
    FIELD(struct file_index, "levels", SCHEMA_NAMED, levels, "levels", .required = true,
          .map = &level_map, .low = SCHEMA_FROM(1)),
};
static const struct schema_map index_map = {
    .name = "scba-price-index",
    .size = sizeof(struct file_index),
    SCHEMA_FIELDS(index_fields),
    .name_offset = offsetof(struct file_index, key),
};

static const struct schema_field estimate_fields[] = {
    FIELD(struct file_estimate, "value", SCHEMA_REAL, value, "value", .required = true),
    FIELD(struct file_estimate, "standard_error", SCHEMA_REAL, standard_error, "standard-error",
          .required = true, .low = SCHEMA_FROM(0)),
    FIELD(struct file_estimate, "source", SCHEMA_TEXT, source, "source", .required = true),
};
static const struct schema_map estimate_map = {
    .name = "scba-estimate",
    .size = sizeof(struct file_estimate),
    SCHEMA_FIELDS(estimate_fields),
    .name_offset = offsetof(struct file_estimate, key),
};

static const struct schema_field covariance_fields[] = {
    FIELD(struct file_covariance, "first", SCHEMA_TEXT, first, "first", .required = true),
    FIELD(struct file_covariance, "second", SCHEMA_TEXT, second, "second", .required = true),
    FIELD(struct file_covariance, "covariance", SCHEMA_REAL, covariance, "covariance",
          .required = false),
    FIELD(struct file_covariance, "correlation", SCHEMA_REAL, correlation, "correlation",
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
    FIELD(struct file_share, "share", SCHEMA_REAL, share, "share", .required = true,
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
    ITEM("label", SCHEMA_MAP, label, "label", .map = &text_map),                                   \
        ITEM("source", SCHEMA_TEXT, source, "source", .required = false),                          \
        ITEM("year", SCHEMA_INT, year, "year", .low = SCHEMA_FROM(1900), .high = SCHEMA_TO(2200)), \
        ITEM("index", SCHEMA_TEXT, index, "index", .required = false),                             \
        ITEM("first_year", SCHEMA_INT, first_year, "first-year", .low = SCHEMA_FROM(1),            \
             .high = SCHEMA_TO(SCBA_YEARS_MAX)),                                                   \
        ITEM("years", SCHEMA_INT, years, "years", .low = SCHEMA_FROM(1),                           \
             .high = SCHEMA_TO(SCBA_YEARS_MAX)),                                                   \
        ITEM("fade", SCHEMA_WORD, fade, "fade", .words = fades),                                   \
        ITEM("fade_years", SCHEMA_INT, fade_years, "fade-years", .low = SCHEMA_FROM(1),            \
             .high = SCHEMA_TO(SCBA_YEARS_MAX)),                                                   \
        ITEM("fade_rate", SCHEMA_REAL, fade_rate, "fade-rate", .low = SCHEMA_ABOVE(0),             \
             .high = SCHEMA_BELOW(1)),                                                             \
        ITEM("periods_per_year", SCHEMA_REAL, periods_per_year, "periods-per-year",                \
             .low = SCHEMA_ABOVE(0))

#define BY_YEAR(k)                                                                                 \
    ITEM(k, SCHEMA_LIST, by_year, "by-year", .of = &number_item, .low = SCHEMA_FROM(1),            \
         .high = SCHEMA_TO(SCBA_YEARS_MAX))

static const struct file_item item_defaults = {.first_year = 1, .periods_per_year = 1.0};

static const struct schema_field cost_fields[] = {
    COMMON_FIELDS,
    ITEM("amount", SCHEMA_MAP, size, "amount", .map = &number_map),
    BY_YEAR("amount_by_year"),
    ITEM("amount_null", SCHEMA_MAP, size_null, "amount-null", .map = &number_map),
    ITEM("per", SCHEMA_WORD, per, "per", .words = pers),
    ITEM("paid_by", SCHEMA_NAMED, shares, "paid-by", .required = true, .map = &share_map,
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
    ITEM("size", SCHEMA_MAP, size, "size", .map = &number_map),
    BY_YEAR("size_by_year"),
    ITEM("size_null", SCHEMA_MAP, size_null, "size-null", .map = &number_map),
    ITEM("more_is", SCHEMA_WORD, more_is, "more-is", .required = true, .words = directions),
    LINK("unit_value", SCBA_UNIT_VALUE, "unit-value"),
    LINK("reach", SCBA_REACH, "reach"),
    LINK("baseline_probability", SCBA_BASELINE_PROBABILITY, "baseline-probability"),
    LINK("deadweight", SCBA_DEADWEIGHT, "deadweight"),
    LINK("attribution", SCBA_ATTRIBUTION, "attribution"),
    LINK("displacement", SCBA_DISPLACEMENT, "displacement"),
    ITEM("causal", SCHEMA_BOOL, causal, "causal", .required = false),
    ITEM("gained_by", SCHEMA_NAMED, shares, "gained-by", .required = true, .map = &share_map,
         .low = SCHEMA_FROM(1)),
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
    ITEM("from", SCHEMA_TEXT, from, "from", .required = true),
    ITEM("to", SCHEMA_TEXT, to, "to", .required = true),
    ITEM("amount", SCHEMA_MAP, size, "amount", .map = &number_map),
    BY_YEAR("amount_by_year"),
    ITEM("amount_null", SCHEMA_MAP, size_null, "amount-null", .map = &number_map),
    ITEM("per", SCHEMA_WORD, per, "per", .words = pers),
    ITEM("share_of", SCHEMA_TEXT, share_of, "share-of", .required = false),
    LINK("rate", SCBA_UNIT_VALUE, "rate"),
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
    DISCOUNT("rate", SCHEMA_REAL, rate, "discount-rate", .low = SCHEMA_ABOVE(-1)),
    DISCOUNT("regime_on", SCHEMA_DATE, regime_on, "regime-on", .required = false),
    DISCOUNT("first_year", SCHEMA_WORD, when, "convention", .required = true, .words = conventions),
    DISCOUNT("range", SCHEMA_LIST, range, "discount-range", .of = &rate_item, .low = SCHEMA_FROM(2),
             .high = SCHEMA_TO(2)),
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
    FILE_FIELD("unit", SCHEMA_MAP, unit, "unit", .required = true, .map = &text_map),
    FILE_FIELD("reached", SCHEMA_REAL, reached, "reached", .required = true,
               .low = SCHEMA_ABOVE(0)),
    FILE_FIELD("currency", SCHEMA_TEXT, currency, "currency", .required = false),
    FILE_FIELD("price_year", SCHEMA_INT, price_year, "price-year", .required = true,
               .low = SCHEMA_FROM(1900), .high = SCHEMA_TO(2200)),
    FILE_FIELD("horizon_years", SCHEMA_INT, horizon_years, "horizon-years", .required = true,
               .low = SCHEMA_FROM(1), .high = SCHEMA_TO(SCBA_YEARS_MAX)),
    FILE_FIELD("observed_years", SCHEMA_INT, observed_years, "observed-years",
               .low = SCHEMA_FROM(1), .high = SCHEMA_TO(SCBA_YEARS_MAX)),
    FILE_FIELD("discount", SCHEMA_MAP, discount, "discount", .required = true,
               .map = &discount_map),
    FILE_FIELD("seed", SCHEMA_INT, seed, "seed", .low = SCHEMA_FROM(0)),
    FILE_FIELD("draws", SCHEMA_INT, draws, "draws", .low = SCHEMA_FROM(1),
               .high = SCHEMA_TO(SCBA_DRAWS_MAX)),
    FILE_FIELD("levels", SCHEMA_LIST, levels, "interval-levels", .of = &interval_item,
               .low = SCHEMA_FROM(2), .high = SCHEMA_TO(2)),
    FILE_FIELD("payers", SCHEMA_NAMED, payers, "payers", .required = true, .map = &payer_map,
               .low = SCHEMA_FROM(1), .high = SCHEMA_TO(SCBA_PAYERS_MAX)),
    FILE_FIELD("price_indexes", SCHEMA_NAMED, price_indexes, "price-indexes", .map = &index_map),
    FILE_FIELD("numbers", SCHEMA_NAMED, numbers, "numbers", .map = &number_map),
    FILE_FIELD("estimates", SCHEMA_NAMED, estimates, "estimates", .map = &estimate_map,
               .high = SCHEMA_TO(SCBA_ESTIMATES_MAX)),
    FILE_FIELD("covariances", SCHEMA_LIST, covariances, "covariances", .of = &covariance_item),
    FILE_FIELD("costs", SCHEMA_NAMED, costs, "costs", .map = &cost_map),
    FILE_FIELD("effects", SCHEMA_NAMED, effects, "effects", .map = &effect_map),
    FILE_FIELD("transfers", SCHEMA_NAMED, transfers, "transfers", .map = &transfer_map),
};
const struct schema_map scba_file_map = {
    .name = "scba",
    .size = sizeof(struct scba_file),
    SCHEMA_FIELDS(file_fields),
    .about = "scba.about-file",
};
