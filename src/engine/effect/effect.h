/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * effect: what a programme did, with honest uncertainty.
 *
 * Does: two-group estimators (difference of means, regression adjustment,
 *       weighting, doubly robust, matching), and group-time effects for staggered
 *       starts with their aggregations; influence functions, weights, clusters,
 *       multiplier bootstrap, simultaneous bands.
 * Does not: read files (engine/table), price effects (engine/scba), or write
 *       sentences (engine/report).
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_H
#define ONTSCHOT_ENGINE_EFFECT_H

#include "base/out.h"
#include "engine/effect/effect_spec.h"
#include "engine/table/table.h"

/* One number. NaN stands for "not applicable" or, with `failed`, "could not be computed". */
struct effect_estimate {
    enum effect_aggregation aggregation;
    double group, time, event_time;
    double estimate, standard_error;
    double ci_low, ci_high;      /* pointwise; infinite when no effect on a side is rejected */
    double band_low, band_high;  /* simultaneous over its aggregation; NaN without bootstrap */
    double p;                    /* two-sided, of no effect */
    size_t n_treated, n_control; /* units behind it */
    size_t n_lost;               /* units not seen in both periods */
    size_t n_trimmed;            /* controls with propensity score >= EFFECT_TRIM */
    bool reference;              /* the base period of a universal base: 0 by definition */
    const char *failed;          /* message key of why there is no number, or NULL */
};
#define EFFECT_TRIM      0.995
#define EFFECT_UNEVEN    0.1   /* standardised difference that is too large: Austin (2009) */
#define EFFECT_VALUE_MAX 1e100 /* of any number computed with, so that squares stay finite */

/* With whom a start is compared in a two-way estimate. */
enum effect_bacon_kind {
    EFFECT_BACON_NEVER,   /* those never treated */
    EFFECT_BACON_NOT_YET, /* those who start later, before they do */
    EFFECT_BACON_ALREADY, /* those who started earlier, since they did */
    EFFECT_BACON_ALWAYS,  /* those treated from the first period on */
};

/* One of the comparisons that a two-way estimate averages; weights sum to 1. */
struct effect_bacon {
    enum effect_bacon_kind kind;
    double treated, control; /* first treated periods; NaN: never */
    double estimate, weight;
    size_t n_treated, n_control; /* persons */
};

/*
 * Persons with weight who have the lower or the higher value of a column of two: whatever they
 * weigh. Of [0] the comparison group and [1] the treated. Who has one value at one start and the
 * other at the next is part of each.
 */
struct effect_holders {
    double low[2], high[2];
};

struct effect_diagnostics {
    size_t n_rows, n_used; /* rows read; rows used */
    size_t n_dropped_missing;
    size_t n_units, n_periods, n_treated, n_control;
    size_t n_clusters, n_treated_clusters, n_control_clusters; /* with a treated, a control unit */
    size_t n_starts, n_never;          /* panels: different starts; units never treated */
    size_t n_always_treated;           /* units treated in the first period, left out */
    size_t n_unbalanced;               /* units not seen in every period */
    double propensity_sum_treated;     /* sum of propensity scores over the treated, or NaN */
    double mean_treated, mean_control; /* of the outcome, or NaN */
    /* of an outcome of two values beside these: units by value; else 0. For disclosure; not shown
     */
    struct effect_holders outcome_holders;
    /* joint Wald test that effects before the start are 0; by event time when clustered */
    double pretest_statistic, pretest_p;
    size_t pretest_df; /* 0: no test possible */
};

/* How alike two groups are in one covariate. NaN stands for "not applicable". */
struct effect_likeness {
    double mean_treated, mean_control;
    double difference;             /* of means, in standard deviations of the treated before */
    double variance_ratio;         /* treated over control; NaN for columns of two values */
    double ecdf_mean, ecdf_max;    /* distance between the cumulative distributions */
    struct effect_holders holders; /* for disclosure; never shown */
};

struct effect_balance {
    str covariate; /* empty: the propensity score */
    struct effect_likeness before, after;
    double low, high; /* the values of a column of two values; else NaN */
};

/* Who was compared with whom, and why others were not; how many were: effect_comparison. */
struct effect_match {
    size_t n_pairs;         /* 0 when strata are compared */
    size_t n_strata;        /* of those who agree on what is asked, with both groups; or 0 */
    size_t n_alone;         /* treated without any control that agrees on what is asked */
    size_t n_alone_control; /* controls without such a treated */
    size_t n_outside;       /* treated without any control within the caliper */
    size_t n_taken;         /* treated whose likes all went to others */
    size_t n_fewer;         /* treated with fewer controls than asked for */
    double width;           /* of the caliper, on its scale; NaN without */
};

/* Whom the effect of two groups is about. */
enum effect_population {
    EFFECT_OF_TREATED, /* those who took part: ATT */
    EFFECT_OF_OVERLAP, /* those who could have been in either group: ATO */
};

/* Two groups as weights make them. NaN stands for "not applicable". In panels a person who is
 * compared with several starts counts once, with all their weight. */
struct effect_comparison {
    enum effect_population population;
    size_t n_treated, n_control;                 /* units with weight: in a pair, not trimmed */
    double effective_treated, effective_control; /* units these are worth: Kish (1965) */
    double heaviest_control;                     /* share of one control in the weight of all */
    bool is_weighted; /* by the method; else compared as they are, and no balance is `after` */
    size_t n_outside; /* treated with a score lower or higher than that of any control */
    size_t n_uneven;  /* covariates further apart than EFFECT_UNEVEN, as they are compared */
};

/* Units with a propensity score from <= p < to; in the last also p = to. */
enum { EFFECT_OVERLAP_BINS = 20 };
struct effect_overlap {
    double from, to;
    size_t n_treated, n_control;         /* before */
    double share_treated, share_control; /* of the weight of their group, after */
};

enum { EFFECT_TEAMS_ENOUGH = 8 }; /* of either kind: MacKinnon and Webb (2020), section 6 */

/* How sure the main effect is, counted in teams: see teams_int.h. NaN: "not applicable". */
struct effect_teams {
    size_t n_teams, n_treated;
    size_t few;                 /* teams of the rarer kind, see teams_int.h */
    double n_allocations;       /* ways in which treatment could have been divided over teams */
    double smallest_p;          /* no p below this exists */
    enum effect_inference rule; /* where p and interval of the main effect come from */
    const char *why;            /* message key of the rule that chose it */
    size_t n_tried;             /* allocations looked at that have an estimate */
    bool is_drawn; /* these were drawn by lot: no p below 1 / (1 + n_tried) comes out */
    double p_analytic, p_randomisation, p_wild;
    double low, high;     /* effects that the rule's test does not reject at `level` */
    bool no_low, no_high; /* these are infinite: the test rejects no effect on that side */
};

/* What is left of the main effect when trends were not parallel. */
struct effect_honest {
    double m;
    double low, high; /* interval that holds the effect whatever the trends within m */
};
struct effect_honesty_summary {
    double estimate;  /* average over event times since the start, each counting the same */
    double low, high; /* with parallel trends */
    double breakdown; /* the largest m at which the interval leaves out 0; NaN: none does, or no
                         sets were asked for */
    bool is_beyond;   /* 0 is still left out there: no larger m was looked at */
    bool is_fragile;  /* whatever was asked: 0 is not left out at a relative m of EFFECT_FRAGILE */
};
#define EFFECT_FRAGILE 0.5 /* half as much as trends moved apart before */

/* By which rule a difference in trends before the start is found. */
enum effect_trend_rule {
    EFFECT_TREND_JOINT, /* the joint test of the diagnostics */
    EFFECT_TREND_EACH,  /* some event time differs from 0 by its own interval */
};

/* A straight difference in trends that can go unseen: Roth (2022). */
struct effect_trend {
    enum effect_trend_rule rule;
    double power;       /* chance that the rule finds it */
    double slope;       /* how much it grows in a period */
    double bias;        /* what it adds to the effect */
    double bias_unseen; /* the same among those studies in which it is not found */
};

/*
 * What an estimate owes to each independent cluster (or unit): it differs from
 * the truth by about the sum of the parts, and their squares add up to its
 * variance, with the errors CR2 of Bell and McCaffrey (2002). The key belongs
 * to the cluster's value, so that it is the same in every part of a table and
 * for every outcome.
 */
struct effect_part {
    uint64_t key;
    double part;
};
struct effect_parts {
    struct effect_part *of; /* n, by ascending key */
    size_t n;
    double df; /* of Student's t, see looks_parts.c; 0: the variance is unknown */
};

/*
 * Shares of the outcome's total (of absolute amounts) that the two largest
 * providers have, among rows of [0] the comparison group and [1] the treated.
 * Who they are is not kept.
 */
struct effect_providers {
    size_t n;
    double first[2], second[2];
};

/* Another effect beside the main one, from the same data. */
enum effect_look_kind {
    EFFECT_LOOK_SUBGROUP,        /* declared beforehand: p_adjusted after Romano and Wolf (2005) */
    EFFECT_LOOK_EXPLORED,        /* not declared: after Benjamini and Hochberg (1995) */
    EFFECT_LOOK_PLACEBO_START,   /* as if treatment had started earlier: should be 0 */
    EFFECT_LOOK_PLACEBO_OUTCOME, /* should be 0 */
    EFFECT_LOOK_UNAFFECTED,      /* those who cannot be affected: should be 0 */
};
struct effect_look {
    enum effect_look_kind kind;
    str column, value; /* the subgroup, the outcome, or the number of periods earlier */
    double estimate, standard_error, ci_low, ci_high, p;
    double p_adjusted; /* NaN for looks that should be 0: each of these is to be read */
    size_t n_treated, n_control;
    const char *failed;                 /* message key of why there is no number, or NULL */
    struct msg why;                     /* the same with its values */
    struct effect_parts parts;          /* EFFECT_LOOK_SUBGROUP */
    struct effect_providers *providers; /* of this look's outcome and rows, or NULL; never shown */
};

/* What decides which design fits. */
struct effect_facts {
    bool is_panel;      /* persons followed in time */
    bool is_randomised; /* a lottery decided who took part */
    bool has_covariates;
    size_t n_never; /* units never treated */
};

/* The design that the rule chooses, see effect_design_fit. */
struct effect_design {
    enum effect_method method;
    enum effect_control control; /* of EFFECT_DID */
    const char *why;             /* message key: the rule in words */
    bool followed;               /* this result was made so */
};

enum { EFFECT_WARNINGS_MAX = 16 };

/* A count that may not be shown: engine/disclosure. */
#define EFFECT_HIDDEN SIZE_MAX

struct effect_result {
    struct effect_spec spec; /* as asked, with errors settled */
    struct effect_diagnostics diagnostics;
    struct effect_estimate *estimates; /* group-time first, then simple, dynamic, group, calendar */
    size_t n_estimates;
    struct effect_bacon *bacon; /* twfe: by start, then by whom it is compared with */
    size_t n_bacon;             /* 0 when a warning says why not */
    bool has_dates;             /* group and time are day numbers (base/date.h) */
    double *covariance;         /* n_estimates x n_estimates; NaN rows for failed ones */
    double *draws; /* bootstrap draws of (estimate* - estimate), n_draws x n_estimates; or NULL */
    size_t n_draws;
    struct effect_match *match;           /* EFFECT_MATCHING, or NULL */
    struct effect_comparison *comparison; /* of two groups by weights or pairs, or NULL */
    struct effect_balance *balance;       /* the score, then each covariate in use; or NULL */
    size_t n_balance;
    struct effect_overlap *overlap; /* by rising score, or NULL where there is none */
    size_t n_overlap;               /* EFFECT_OVERLAP_BINS or 0 */
    struct effect_design *design;   /* what the rule says of these data */
    struct effect_teams *teams;     /* treatment goes by cluster; else NULL */
    struct honest_study *study; /* in changes since one period, when estimates are not; or NULL */
    struct effect_honesty_summary *honesty; /* with periods before the start; else NULL */
    struct effect_honest *honest;           /* with spec.honesty: one for each m */
    size_t n_honest;
    struct effect_providers *providers; /* with spec.provider, or NULL; never shown */
    struct effect_trend *trends;        /* by rule, then by power */
    size_t n_trends;
    struct effect_look *looks; /* by kind */
    size_t n_looks;
    struct effect_parts parts; /* of the overall effect, with spec.keeps_parts */
    struct msg warnings[EFFECT_WARNINGS_MAX];
    size_t n_warnings;
    size_t n_unsaid;      /* warnings that found no room; the last one then counts them */
    struct msg unsaid;    /* where these went */
    struct arena *memory; /* owns all of the above */
};

/*
 * Computes. `pool` may be NULL (one thread); the bits do not depend on it.
 * E_INPUT for data that contradict the design, with what to do; E_LIMIT,
 * E_NOMEM, E_CANCELLED. Names in `spec` are borrowed only during the call;
 * the result keeps copies.
 *
 * Two groups (no unit and time): rows with a missing value are left out and
 * counted, rows of weight 0 are left out. Difference and regression are least
 * squares; weighting and doubly robust estimate the effect on the treated
 * (ATT) by influence functions, see cross_int.h for formulas and sources.
 * Matching gives the ATT as a difference of weighted means, see match_int.h;
 * balancing the effect under weights that make the groups alike: on the treated
 * (entropy) or among those who could have been in either group (overlap).
 *
 * Fixed effects (twfe, bacon; sunab) use every unit, also those treated in the first
 * period (not sunab), and leave rows with a missing value out; errors are clustered, by unit when
 * `cluster` is not given, or with hc1 by row, see twfe_int.h.
 *
 * Errors when not asked: classical for difference and regression on two
 * groups, influence function otherwise; clustered as soon as `cluster` is
 * given; for matching by pair or stratum, with replacement or few strata hc1. In the result's spec,
 * has_errors is false for influence functions without clusters. Intervals use Student's t with n -
 * rank degrees of freedom (clusters: G - 1) for least squares, the normal for influence functions
 * (panels with clusters: G - 1, see panel_infer.c on few clusters). With `bootstrap`, standard
 * errors and intervals come from the draws; `covariance` is that of the formula all the same.
 */
WARN_UNUSED err effect_run(const table *t, const struct effect_spec *spec, par *pool,
                           const struct progress *progress, struct effect_result **result,
                           struct err_info *info);
void effect_result_free(struct effect_result *r); /* NULL is fine */

/*
 * Panels as sums for each team, without a row of any person: what may be exchanged, see
 * compress_int.h for the formulas and docs/compressed-file.md for the file.
 */
typedef struct compressed compressed;

enum {
    COMPRESSED_TEAMS_MAX = 10000,
    COMPRESSED_PERIODS_MAX = 366,
    COMPRESSED_COLUMNS_MAX = 128,   /* covariates, with text columns as indicators, and outcomes */
    COMPRESSED_BYTES_MAX = 1 << 27, /* of a file */
};

/*
 * Sums over the rows that are complete in all outcomes and covariates and have weight, for the
 * teams in spec->cluster. Of `spec` count unit, time, first_treated or treatment, weights, cluster
 * and covariates. Streams over a table sorted by unit and time; of other tables it keeps the order
 * in memory. The bits do not depend on `pool`. For this machine only until compressed_release.
 *
 * E_INPUT when a person changes teams, treatment differs within a team and period or ends, and as
 * effect_run; E_LIMIT, E_NOMEM, E_CANCELLED.
 */
WARN_UNUSED err compressed_from_table(const table *t, const struct effect_spec *spec,
                                      const str *outcome, size_t n_outcomes, par *pool,
                                      const struct progress *progress, compressed **c,
                                      struct err_info *info);
void compressed_free(compressed *c); /* NULL is fine */

/*
 * Makes sums fit to leave: teams go together with others of the same start until `min_persons` are
 * behind every number, smallest first; what finds no other is withheld. compress_door.c has the
 * rules. E_INPUT when nothing is left, or for fewer than EFFECT_PERSONS_LEAST.
 */
WARN_UNUSED err compressed_release(compressed *c, size_t min_persons, struct err_info *info);

/* What of it was merged or withheld: teams as they were named, teams there are, teams withheld. */
struct compressed_summary {
    size_t n_names, n_teams, n_withheld, n_persons, n_rows, n_dropped;
};
struct compressed_summary compressed_summarise(const compressed *c);

/* The file of what was released; `source` says whose teams these are. E_LIMIT, E_NOMEM. */
WARN_UNUSED err compressed_write(out *o, const compressed *c, str source, struct err_info *info);

/* A file, with all its numbers checked. E_INPUT with file, and place where there is one. */
WARN_UNUSED err compressed_read(str path, compressed **c, struct err_info *info);
WARN_UNUSED err compressed_parse(str text, str name, compressed **c, struct err_info *info);

/* Adds the teams of another: same periods, columns. E_INPUT when they do not fit, or a team is
 * in both; `c` is then of no use but to be freed. */
WARN_UNUSED err compressed_add(compressed *c, const compressed *other, struct err_info *info);

/*
 * twfe or sunab from sums: the same as effect_run on the rows they were made of, with their teams
 * as clusters. Roles of columns (unit, time, cluster, ...) need not be given; others than the
 * file's are refused, as is what cannot be had from sums. Outcome and covariates are some of the
 * file's.
 */
WARN_UNUSED err effect_run_compressed(const compressed *c, const struct effect_spec *spec,
                                      par *pool, const struct progress *progress,
                                      struct effect_result **result, struct err_info *info);

/* ---- which design, and which others ---- */

/*
 * The rule, first that holds: persons followed in time, some never treated: did with these as
 * controls; none never treated: with those who start later; a lottery: regression, or the
 * difference of means without covariates; covariates: doubly robust; nothing: the difference of
 * means, which says nothing about causes.
 */
struct effect_design effect_design_fit(const struct effect_facts *facts);

/* Another way to look at the same question, that rests on other assumptions. */
struct effect_companion {
    struct effect_spec spec;
    const char *label; /* message key */
};
enum { EFFECT_COMPANIONS_MAX = 5 };

/* Those that the spec of `main` allows, the most telling first. Returns how many. */
size_t effect_companions(const struct effect_result *main,
                         struct effect_companion list[EFFECT_COMPANIONS_MAX]);

/* Whether two answers to one question rest on different methods, models or controls. */
bool effect_is_independent(const struct effect_spec *one, const struct effect_spec *other);

/* Whether errors by team are too small to trust, whatever was done about it. */
static inline bool effect_has_few_teams(const struct effect_result *r)
{
    return r->teams && r->teams->few < EFFECT_TEAMS_ENOUGH;
}

/* The first estimate of an aggregation (e.g. EFFECT_SIMPLE), or NULL. */
const struct effect_estimate *effect_find(const struct effect_result *r,
                                          enum effect_aggregation aggregation);

/* How many covariates the balance table has: its lines less that of the score. */
static inline size_t effect_balance_covariates(const struct effect_result *r)
{
    return r->n_balance - (r->n_overlap > 0);
}

/* The one number a result comes down to, or NULL. */
const struct effect_estimate *effect_overall(const struct effect_result *r);

/* One of several effects that are read together. */
struct effect_member {
    double estimate;
    double p;                  /* NaN: there is no number, it is left out */
    struct effect_parts parts; /* borrowed, of an effect_look or effect_result */
    double p_adjusted;         /* the answer; NaN when left out */
};

/*
 * Adjusts p-values of declared subgroups x outcomes, also from several results,
 * such that the chance of calling any of them an effect where there is none
 * stays below the level: step-down after Romano and Wolf (2005, 2016).
 *
 * Draw b of estimate s is z_s = sum_g V_gb part_gs / sqrt(sum_g part_gs^2),
 * with one standard normal V_gb for each cluster g, the same for all
 * estimates: the Gaussian multiplier bootstrap of Chernozhukov, Chetverikov
 * and Kato (2013, sec. 5 on stepping down). A draw depends on seed, b and the
 * cluster's value only. Given the data z_s is exactly standard normal. The
 * estimate itself is brought to that scale by its Student's t with few
 * clusters in mind: t = estimate / sqrt(sum_g part_gs^2) with `parts.df`
 * degrees of freedom has the chance p_t, and counts as Phi^-1(1 - p_t / 2).
 * The answer is never below p. The bits do not depend on `pool`, which may be NULL.
 */
WARN_UNUSED err effect_adjust_family(par *pool, struct effect_member *member, size_t n,
                                     size_t n_draws, uint64_t seed, struct err_info *info);

/* How many draws a family gets: those of the bootstrap, but never few. */
static inline size_t effect_family_draws(const struct effect_spec *s)
{
    return s->bootstrap > EFFECT_FAMILY_DRAWS ? s->bootstrap : EFFECT_FAMILY_DRAWS;
}

/* Names as JSON spells them. */
const char *effect_bacon_kind_name(enum effect_bacon_kind k);
const char *effect_population_name(enum effect_population p);
const char *effect_trend_rule_name(enum effect_trend_rule r);
const char *effect_look_kind_name(enum effect_look_kind k);

#endif
