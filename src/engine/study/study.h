/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * study: one question, from a plan to a sealed answer that others can check.
 *
 * Does: read and check the plan (a YAML file, docs/study-file.md); freeze it
 *       with a signature and a date; compute the effects it declares, and from
 *       them costs and benefits; seal the results; verify them later, by
 *       computing them again.
 * Does not: estimate (engine/effect), price (engine/scba) or draw and word
 *           (engine/report); keep a clock; prove that nobody looked at the data
 *           before freezing. It counts and shows every run and change it saw.
 *
 * Beside a plan `pilot.yaml` lives its journal, `pilot.journal.jsonl`: one line
 * for each freezing, amendment and run, signed, each holding the hash of the
 * line before it. Nobody can change, drop or insert a line without the chain
 * showing it; cutting lines off the end shows only to who kept a later copy,
 * which is why every result carries one.
 */
#ifndef ONTSCHOT_ENGINE_STUDY_H
#define ONTSCHOT_ENGINE_STUDY_H

#include "base/schema.h"
#include "base/seal.h"
#include "engine/disclosure/disclosure.h"
#include "engine/scba/scba.h"

/* ---- the plan ------------------------------------------------------------ */

/* A text in Dutch and English; the other language stands in for one not given. */
struct study_text {
    const struct yaml_node *node;
    str in[LANG_COUNT];
};
str study_text_in(const struct study_text *text, enum lang lang);

struct study_type {
    const struct yaml_node *node;
    str column;
    int type; /* enum table_type */
};

struct study_format {
    const struct yaml_node *node;
    int separator, decimal;     /* places in a list of words; see plan.c */
    struct schema_list missing; /* str: marks of a missing value */
    struct schema_list types;   /* struct study_type */
};

struct study_data {
    const struct yaml_node *node;
    str file; /* relative to the folder of the plan */
    str source;
    int32_t extracted; /* the day the data were drawn from their source */
    struct study_text completeness;
    struct study_format format;
};

struct study_columns {
    const struct yaml_node *node;
    str unit, time, first_treated, treatment, weights, cluster;
    struct schema_list covariates; /* str */
};

enum study_better { STUDY_NEITHER, STUDY_HIGHER, STUDY_LOWER };

struct study_outcome {
    const struct yaml_node *node;
    str column;
    struct study_text label, unit; /* the unit of measurement, e.g. "per household and month" */
    str currency;                  /* e.g. "EUR", or empty */
    int better;                    /* enum study_better */
};

/* What a period is called: "month", "months". */
struct study_period {
    const struct yaml_node *node;
    struct study_text one, many;
};

/* Only rows with from <= time <= to are used. */
struct study_window {
    const struct yaml_node *node;
    double from, to;
};

/* Only rows whose `column` has one of `values` are used. */
struct study_filter {
    const struct yaml_node *node;
    str column;
    struct schema_list values; /* str */
};

/*
 * How is estimated: the options of `ontschot effect`, with _ for - in their names.
 * Whether a member was given: yaml_get(node, key). What is said of them in
 * effect.h is set from the text itself, by study_spec.
 */
struct study_design {
    int method, control, base, estimator, errors, ipw; /* enum effect_... */
    int distance, caliper_on, balance, inference;      /* the same */
    int64_t anticipation, bootstrap, ratio, replications;
    double never, caliper;
    bool drop_failed, event_study, replace, no_placebo_start;
    str cut_points, honest;                  /* "age:25,35;education:9", "relative:0.5,1" */
    struct schema_list fixed_effects, exact; /* str */
    struct study_window window;
    struct study_filter rows;
    struct schema_list covariates; /* str; replaces those of `columns` */
};

/* A second look at the same question; what it does not give is as in the main design. */
struct study_estimator {
    const struct yaml_node *node;
    str name;
    struct study_text label;
    struct study_design design;
};

/* An answer for a part of the people. Its rows are chosen besides those of the design. */
struct study_subgroup {
    const struct yaml_node *node;
    str name;
    struct study_text label;
    struct study_filter rows; /* its node is that of the subgroup */
};

/*
 * An estimated effect under a name, for costs and benefits to use. Which of
 * group, time and event_time a name needs follows from its aggregation; without
 * them it is the average over all.
 */
struct study_measured {
    const struct yaml_node *node;
    str name;
    str outcome;     /* column */
    str estimator;   /* name; empty: main */
    int aggregation; /* enum effect_aggregation; not given: over all effects */
    double group, time, event_time;
};

/* What may leave: see engine/disclosure. */
struct study_disclosure {
    const struct yaml_node *node;
    int64_t min_persons;
    str provider; /* column; may be empty */
};

struct study {
    const struct yaml_node *node;
    struct study_text title, question, programme;
    struct study_text population, person; /* "households with debts", "household" */
    struct study_text start;              /* when the programme began, in words */
    struct study_period period;
    struct schema_list limits; /* struct study_text: what the study does not say */
    bool synthetic;            /* the data are made up */
    bool randomised;           /* the main design compares by lot */
    str owner;
    struct study_data data;
    struct study_columns columns;
    struct schema_list outcomes;         /* struct study_outcome, at least one */
    struct study_estimator main;         /* named "main" */
    struct schema_list estimators;       /* struct study_estimator: variations */
    struct schema_list subgroups;        /* struct study_subgroup */
    struct schema_list explore;          /* str: columns, for whom, not declared beforehand */
    struct schema_list placebo_outcomes; /* str: columns the programme cannot have changed */
    str unaffected;                      /* "column=value": rows it cannot have changed */
    struct schema_list measured;         /* struct study_measured, named */
    struct study_disclosure disclosure;
    struct scba_file scba; /* prices and payers; scba.node is NULL when there are none */
    int64_t seed, draws;
    double level;
    struct schema_list languages; /* int, enum lang; none: both */
    str path;                     /* of the file it came from */
    str bytes;                    /* the whole file */
    struct seal_hash hash;        /* of `bytes` */
};

enum {
    STUDY_OUTCOMES_MAX = 64,
    STUDY_ESTIMATORS_MAX = 32,
    STUDY_SUBGROUPS_MAX = 64,
    STUDY_VALUES_MAX = 1000, /* of one filter */
    STUDY_MEASURED_MAX = 256,
    STUDY_LIMITS_MAX = 32,
    STUDY_RUNS_MAX = 100000, /* lines in a journal */
};

/*
 * Reads a plan and checks all that can be checked without its data. Every
 * mistake goes to `errors` with line and column. The plan and its texts live
 * in the arena. E_INPUT, E_NOT_FOUND, E_IO, E_LIMIT, E_NOMEM; in each case
 * `errors` says why.
 */
WARN_UNUSED err study_read(arena *a, str path, struct study *s, struct errs *errors);

/* The same for text in memory, read as if it were the file at `path`. */
WARN_UNUSED err study_parse(arena *a, str text, str path, struct study *s, struct errs *errors);

/*
 * Opens the data of a plan: `file` when it is not empty, else the plan's own,
 * and checks that the columns and values the plan names are there.
 */
WARN_UNUSED err study_open_data(const struct study *s, str file, par *pool,
                                const struct progress *progress, table **t, struct errs *errors);

/* What a check of a plan found out. */
struct study_checked {
    size_t n_estimations; /* that the plan asks for */
    size_t n_rows;        /* in its data */
};

/*
 * Checks a plan and, as far as it can be read, against its data (`file`, or
 * the plan's own), so that all mistakes are mended in one go. They come sorted
 * by place. E_INPUT when there are any.
 */
WARN_UNUSED err study_check(str path, str file, par *pool, const struct progress *progress,
                            struct study_checked *checked, struct errs *errors);

/* The main design comes first, then the variations. */
size_t study_estimators(const struct study *s);
const struct study_estimator *study_estimator_at(const struct study *s, size_t i);

/*
 * What the plan asks of engine/effect; names are borrowed from the plan, other memory comes from
 * `a`. E_INPUT for an option with a form that is wrong, E_NOMEM.
 */
WARN_UNUSED err study_spec(const struct study *s, size_t outcome, size_t estimator, arena *a,
                           struct effect_spec *spec, struct err_info *info);
struct study_window study_window_of(const struct study *s, size_t estimator);
struct study_filter study_filter_of(const struct study *s, size_t estimator);

enum { STUDY_INDEX_MAX = 60 };

/*
 * Writes index.html (Dutch) and index.en.html into `folder`: a page that lists
 * the results in its subfolders `names`, n <= STUDY_INDEX_MAX, in that order,
 * each with its one-sentence answer. It lists what the results say of
 * themselves; study_verify proves it.
 */
WARN_UNUSED err study_index(str folder, const str *names, size_t n, struct err_info *info);

/* The published rules of the plan (docs/study.schema.json). */
void study_print_schema(out *o);

/* ---- freezing ------------------------------------------------------------ */

/* Who acts, and when: UTC milliseconds since 1970. */
struct study_actor {
    const seal_key *key;
    int64_t now_ms;
};

enum { STUDY_TIME_TEXT = 20 }; /* "2026-11-24T06:02:12Z" */

enum study_state {
    STUDY_EXPLORATORY, /* never frozen: the outcome may have shaped the question */
    STUDY_FROZEN,      /* the plan is, byte for byte, the one frozen or last amended */
    STUDY_CHANGED,     /* frozen, and changed since without an amendment */
};
const char *study_state_name(enum study_state s); /* "exploratory", "frozen", "changed" */

/* What the journal tells about a plan. */
struct study_status {
    enum study_state state;
    char frozen_at[STUDY_TIME_TEXT + 1];  /* empty: never; the first time */
    char amended_at[STUDY_TIME_TEXT + 1]; /* empty: never; the last time */
    struct seal_public frozen_by;
    size_t n_amendments;
    size_t n_runs;               /* earlier ones, of whatever version of the plan */
    size_t n_runs_before_freeze; /* of those: before the plan was first frozen */
    size_t n_runs_changed;       /* of those: after it, with a plan that was not the frozen one */
    bool was_frozen;             /* study_freeze only: nothing was written */
};

/*
 * Freezes the plan at `path` in its journal. A plan frozen already as it is
 * stays as it is (`was_frozen`); one that was frozen differently is E_CONFLICT
 * unless `reason`, the reason of an amendment, is given. E_INPUT for a plan
 * with mistakes or a journal that does not hold together.
 */
WARN_UNUSED err study_freeze(str path, str reason, const struct study_actor *actor,
                             struct study_status *status, struct errs *errors);

/* The same question asked without changing anything. */
WARN_UNUSED err study_look_up(str path, struct study_status *status, struct errs *errors);

/* ---- running ------------------------------------------------------------- */

struct study_run_options {
    struct study_actor actor;
    str data;   /* the data file; empty: the one the plan names */
    str folder; /* where the results go; empty: beside the plan, "pilot.run-3" */
    par *pool;  /* may be NULL; the bits do not depend on it */
    const struct progress *progress;
};

/* What became of a run. */
struct study_outcome_of_run {
    struct study_status status; /* before this run */
    char folder[4096];
};

/*
 * Computes all the plan asks for, and leaves a folder with the results in
 * every form and language, a copy of plan and journal, and the signed manifest
 * (docs/study-file.md). The run is added to the journal. All or nothing: on an
 * error there is no folder, and the journal is as it was. E_CONFLICT when the
 * folder exists or somebody else used the journal in the meantime.
 */
WARN_UNUSED err study_run(str path, const struct study_run_options *options,
                          struct study_outcome_of_run *run, struct errs *errors);

/* ---- verifying ----------------------------------------------------------- */

struct study_verify_options {
    const struct seal_signers *signers; /* NULL: nobody is known */
    str data;    /* the data file; empty: as the plan names it, seen from the folder that the
                    folder of results is in */
    str scratch; /* an existing folder for the recomputation, e.g. "/tmp" */
    par *pool;
    const struct progress *progress;
};

enum study_verdict {
    STUDY_SAME,      /* sealed, unchanged, and the same bit for bit when computed again */
    STUDY_SEALED,    /* sealed and unchanged; without the data it was not computed again */
    STUDY_DIFFERENT, /* sealed and unchanged, but computed again it differs */
    STUDY_INVALID,   /* the seal does not fit: something was changed, added or taken away */
};

struct study_verification {
    enum study_verdict verdict;
    bool signer_known; /* false: unverified, whatever the verdict */
    struct seal_public signer;
    char signer_name[128];
    char date[STUDY_TIME_TEXT + 1];
    char program[32]; /* the version that made the results */
    struct study_status status;
    size_t n_files; /* compared bit for bit */
    uint64_t n_bytes;
};

/*
 * Verifies a folder of results. What is wrong goes to `findings`, each with the
 * file and, where it is known, the line. OK when a verdict was reached,
 * whatever it is; else the error is in `findings` too, and `v` holds nothing.
 */
WARN_UNUSED err study_verify(str folder, const struct study_verify_options *options,
                             struct study_verification *v, struct errs *findings);

#endif
