/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * linkage: which records are of one person.
 *
 * Does: from one or two tables and a settings file: find candidate pairs, compare them field by
 *       field, learn without labels how much each agreement tells (Fellegi and Sunter 1969), join
 *       records to persons, explain each link, measure against a known truth, add a record later.
 * Does not: read a column that the settings do not name; decide whether linking is lawful: it asks
 *       for purpose, ground and covenant and keeps them with the result.
 *
 * The bits of a result depend on tables, settings and seed alone: not on threads or CPU.
 */
#ifndef ONTSCHOT_ENGINE_LINKAGE_H
#define ONTSCHOT_ENGINE_LINKAGE_H

#include "base/errs.h"
#include "base/i18n.h"
#include "base/out.h"
#include "base/par.h"
#include "base/progress.h"
#include "engine/table/table.h"

enum {
    LINKAGE_FIELDS_MAX = 15, /* with a pair's pattern in 64 bits: four for each field */
    LINKAGE_RULES_MAX = 16,
    LINKAGE_LEVELS_MAX = 16,
    LINKAGE_BLOCK_MAX = 500,      /* records with one key before the key is made finer */
    LINKAGE_COMPONENT_MAX = 1000, /* records weighed together when persons are told apart */
};
#define LINKAGE_PAIRS_MAX INT64_C(20000000000)

/* ---- Settings: one file for a data set ---- */

struct linkage_settings;

/*
 * Reads a settings file, docs/linkage.md. Everything lives in the arena, `text` is borrowed.
 * E_INPUT with all mistakes in `errors`.
 */
WARN_UNUSED err linkage_settings_parse(arena *a, str text, str name,
                                       const struct linkage_settings **settings,
                                       struct errs *errors);
size_t linkage_n_fields(const struct linkage_settings *s);
str linkage_field_name(const struct linkage_settings *s, size_t field);
double linkage_threshold(const struct linkage_settings *s); /* probability from which is linked */
size_t linkage_n_rules(const struct linkage_settings *s);
str linkage_rule_text(const struct linkage_settings *s, size_t rule);
double linkage_review(const struct linkage_settings *s); /* ... from which a human looks */
void linkage_settings_schema(enum lang lang, out *o);    /* JSON Schema */

/* ---- What records are called: the key column, or the row from 1 ---- */

struct linkage_names;
/*
 * Lives in the arena, borrows the tables. E_INPUT when a key is missing, stands twice in a table,
 * or is a BSN.
 */
WARN_UNUSED err linkage_names_make(const struct linkage_settings *s, const table *const table[2],
                                   arena *memory, struct linkage_names **names,
                                   struct err_info *info);
str linkage_name_of(const struct linkage_names *x, uint32_t record);
/* `source` is 0 or 1. */
bool linkage_name_find(const struct linkage_names *x, unsigned source, str name, uint32_t *record);

/* ---- The model: what agreement tells ---- */

enum linkage_class { LINKAGE_SAME, LINKAGE_HOUSEHOLD, LINKAGE_STRANGER, LINKAGE_CLASSES };

/* Level 0 is "missing": it tells nothing. Levels are named by linkage_level_name. */
struct linkage_model {
    size_t n_fields;
    uint8_t n_levels[LINKAGE_FIELDS_MAX];
    double chance[LINKAGE_CLASSES][LINKAGE_FIELDS_MAX][LINKAGE_LEVELS_MAX];
    double prior[LINKAGE_CLASSES]; /* of a pair, all allowed pairs considered */
    double n_pairs;                /* allowed pairs */
    int n_rounds;                  /* of expectation-maximisation */
};

/* JSON, and back. E_INPUT when it is none, or does not go with the settings. */
void linkage_model_write(const struct linkage_model *m, const struct linkage_settings *s, out *o);
WARN_UNUSED err linkage_model_read(str text, str name, const struct linkage_settings *s,
                                   struct linkage_model *m, struct err_info *info);
const char *linkage_level_name(const struct linkage_settings *s, size_t field, unsigned level);

/* ---- A run ---- */

/* Why these persons may be linked. None may be empty. */
struct linkage_warrant {
    str purpose, ground, covenant;
};

/* What a human said of a pair, by record number. */
struct linkage_label {
    uint32_t a, b;
    bool is_same;
};

struct linkage_ask {
    const struct linkage_settings *settings;
    const table *table[2]; /* the second may be NULL */
    struct linkage_warrant warrant;
    const struct linkage_model *model; /* NULL: learn it */
    const struct linkage_label *label; /* sharpen the model, and hold: same stays together */
    size_t n_labels;
    const uint32_t *previous; /* person of each record in an earlier run, 0 is none; or NULL */
    uint64_t seed;
    size_t memory_bytes; /* 0: LINKAGE_MEMORY */
    par *pool;
    const struct progress *progress;
};
#define LINKAGE_MEMORY ((size_t)64 << 30)

enum linkage_status {
    LINKAGE_LINKED,  /* above the threshold and in one person */
    LINKAGE_CUT,     /* above the threshold, but the others of the person spoke against it */
    LINKAGE_UNSURE,  /* between the two thresholds */
    LINKAGE_REFUSED, /* something forbids it: two valid numbers, one register twice */
};

/* Records are numbered through: those of the first table, then those of the second. a < b. */
struct linkage_link {
    uint32_t a, b;
    float bits;       /* evidence: log2 of the odds that it is one person, prior included */
    uint8_t rule;     /* the first blocking rule that brought them together */
    uint8_t status;   /* enum linkage_status */
    uint16_t rules;   /* all blocking rules that would have, one bit each */
    uint64_t pattern; /* level of field f in bits 4 f .. 4 f + 3 */
};

struct linkage_figures {
    size_t n_records, n_persons, n_components, largest_person;
    int64_t n_pairs;      /* allowed */
    int64_t n_candidates; /* brought together by a rule */
    int64_t n_left_out;   /* in blocks that stayed too large */
    int64_t rule_pairs[LINKAGE_RULES_MAX];
    size_t n_links[4];      /* by status */
    double found;           /* estimated share of true pairs that a rule brings together */
    double expected_false;  /* among links: sum of what the posterior leaves */
    double expected_missed; /* among pairs that were not linked */
    size_t n_kept, n_merged, n_split; /* persons, against the earlier run */
};

typedef struct linkage linkage;

/*
 * Everything from tables to persons. E_INPUT when a column is not there, the warrant is not
 * complete, or the data cannot carry a model; E_LIMIT, E_NOMEM, E_CANCELLED. Tables and settings
 * are borrowed until linkage_free.
 */
WARN_UNUSED err linkage_run(const struct linkage_ask *ask, linkage **run, struct err_info *info);
void linkage_free(linkage *l); /* NULL is fine */

const struct linkage_figures *linkage_figures(const linkage *l);
const struct linkage_model *linkage_model(const linkage *l);
const uint32_t *linkage_persons(const linkage *l);                     /* for each record, from 1 */
const struct linkage_link *linkage_links(const linkage *l, size_t *n); /* by a, then b */
double linkage_probability(double bits);

/* A merge or a split against the earlier run. */
enum linkage_event_kind { LINKAGE_MERGED, LINKAGE_SPLIT };
struct linkage_event {
    enum linkage_event_kind kind;
    uint32_t from, into; /* persons; of a split `into` is new */
};
const struct linkage_event *linkage_events(const linkage *l, size_t *n);

/* ---- Why ---- */

struct linkage_reason {
    size_t field;
    unsigned level;
    double bits;      /* what this field says, the frequency of its value included */
    double frequency; /* ... of which because the value is rare (above 0) or common (below) */
};

struct linkage_explanation {
    uint32_t a, b;
    double prior, bits; /* bits before any field was seen, and after all */
    double household;   /* bits that the possibility of a shared household takes off */
    size_t n;
    struct linkage_reason reason[LINKAGE_FIELDS_MAX]; /* strongest first */
    int rule;                                         /* -1: no rule brings these two together */
    enum linkage_status status;
    size_t breaks;         /* the field whose change to "other" breaks the link at least bits; */
    bool is_breakable;     /* false: no single field does, or there is no link */
    double bits_if_broken; /* what would be left */
};
WARN_UNUSED err linkage_explain(const linkage *l, uint32_t a, uint32_t b,
                                struct linkage_explanation *why, struct err_info *info);
/* Sentences, one a line. */
void linkage_explanation_print(const linkage *l, const struct linkage_explanation *why,
                               enum lang lang, out *o);
/* The value of a field as a reviewer may see it: enough to compare, not to know who. */
void linkage_value_masked(const linkage *l, uint32_t record, size_t field, out *o);

/* ---- Against the truth ---- */

struct linkage_interval {
    double at, low, high; /* 95 % */
};
enum { LINKAGE_BINS = 10, LINKAGE_GROUPS_MAX = 24 };
struct linkage_score {
    int64_t n_true, n_linked, n_both; /* pairs */
    struct linkage_interval precision, recall, f;
    double completeness;                  /* of the candidate pairs */
    double b3_precision, b3_recall, b3_f; /* Bagga and Baldwin 1998 */
    double brier;
    double bin_expected[LINKAGE_BINS], bin_seen[LINKAGE_BINS];
    int64_t bin_n[LINKAGE_BINS]; /* of scored pairs, by probability */
    size_t n_groups;
    struct {
        str name;
        int64_t n_true, n_linked, n_both;
    } group[LINKAGE_GROUPS_MAX]; /* a pair counts in the group of each of its records, half */
};

/*
 * `truth` gives each record's person, any numbers; `group` (or NULL) numbers the `n_groups` named
 * groups. Intervals by bootstrap over true persons.
 */
WARN_UNUSED err linkage_evaluate(const linkage *l, const uint32_t *truth, const uint8_t *group,
                                 const str *group_name, size_t n_groups, uint64_t seed,
                                 struct linkage_score *score, struct err_info *info);

/* ---- One record more ---- */

typedef struct linkage_index linkage_index;

/* For the records of a run, which must outlive it. */
WARN_UNUSED err linkage_index_new(const linkage *l, linkage_index **x, struct err_info *info);
void linkage_index_free(linkage_index *x);

struct linkage_found {
    uint32_t record;
    float bits;
};
/*
 * The records most like a new one, best first, at most `*n` of them above the review threshold.
 * `value` has a text for each column that the fields name, in their order; empty is missing.
 */
WARN_UNUSED err linkage_index_find(linkage_index *x, const str *value, size_t n_values,
                                   struct linkage_found *found, size_t *n, struct err_info *info);

#endif
