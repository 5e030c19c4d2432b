/* SPDX-License-Identifier: EUPL-1.2 */
/* effect_spec: what can be asked of effect.h, which includes this. */
#ifndef ONTSCHOT_ENGINE_EFFECT_SPEC_H
#define ONTSCHOT_ENGINE_EFFECT_SPEC_H

#include "base/arena.h"
#include "base/err.h"

enum effect_method {
    EFFECT_DIFFERENCE,    /* difference of (weighted) means */
    EFFECT_REGRESSION,    /* with unit and time: outcome-regression DiD; else OLS on treatment and
                             covariates */
    EFFECT_WEIGHTING,     /* inverse probability weighting */
    EFFECT_DOUBLY_ROBUST, /* AIPW; with unit and time: Sant'Anna and Zhao (2020) */
    EFFECT_DID,           /* Callaway and Sant'Anna (2021) */
    EFFECT_TWFE,          /* two-way and multi-way fixed effects */
    EFFECT_BACON,         /* two-way, and surely what it is an average of */
    EFFECT_SUNAB,         /* Sun and Abraham (2021) */
    EFFECT_MATCHING,      /* pairs or strata of those who are alike */
    EFFECT_BALANCING,     /* weights under which the groups are alike */
};
enum effect_errors {
    EFFECT_CLASSICAL,
    EFFECT_HC1,
    EFFECT_HC2,
    EFFECT_HC3,
    EFFECT_CR1, /* by cluster, with the usual small-sample factors */
    EFFECT_CR2, /* Bell and McCaffrey (2002) */
    EFFECT_CR3, /* the jackknife over clusters */
};
enum effect_ipw { EFFECT_HAJEK, EFFECT_HORVITZ_THOMPSON };
enum effect_control { EFFECT_NEVER, EFFECT_NOT_YET };
enum effect_base { EFFECT_VARYING, EFFECT_UNIVERSAL };
enum effect_estimator { EFFECT_DR, EFFECT_DR_TRADITIONAL, EFFECT_IPW, EFFECT_REG };
enum effect_aggregation {
    EFFECT_NONE,
    EFFECT_GROUP_TIME,
    EFFECT_SIMPLE,
    EFFECT_DYNAMIC,
    EFFECT_GROUP,
    EFFECT_CALENDAR,
};

enum effect_distance {
    EFFECT_PROPENSITY,
    EFFECT_MAHALANOBIS,
    EFFECT_EXACT, /* the same on every covariate */
    EFFECT_CEM,   /* the same on every covariate, coarsened: Iacus, King and Porro (2012) */
};
enum effect_scale { EFFECT_SCORE, EFFECT_LOGIT };
enum effect_weighing {
    EFFECT_ENTROPY, /* Hainmueller (2012) */
    EFFECT_OVERLAP, /* Li, Morgan and Zaslavsky (2018) */
};

/* How sure an effect is, when few teams were treated. */
enum effect_inference {
    EFFECT_AUTO, /* by the rule of teams_int.h */
    EFFECT_ANALYTIC,
    EFFECT_RANDOMISATION, /* which teams could have been treated instead: MacKinnon and Webb (2020)
                           */
    EFFECT_WILD, /* restricted wild cluster bootstrap: Cameron, Gelbach and Miller (2008) */
};

/* How far trends may differ after the start: Rambachan and Roth (2023). */
enum effect_honesty {
    EFFECT_TRUSTING, /* trends are taken to be parallel */
    EFFECT_RELATIVE, /* at most M times the largest difference before the start */
    EFFECT_SMOOTH,   /* the slope changes by at most M from one period to the next */
};

enum {
    EFFECT_PERSONS_LEAST = 5, /* that may be asked for behind what is shown */
    EFFECT_PERSONS = 10,
    EFFECT_PERSONS_MOST = 1000000,
    EFFECT_COVARIATES_MAX = 64,
    EFFECT_BOOTSTRAP_MAX = 100000,
    EFFECT_FIXED_MAX = 8,
    EFFECT_BACON_MAX = 4096,
    EFFECT_RATIO_MAX = 1000,
    EFFECT_CUTS_MAX = 256,        /* of one covariate */
    EFFECT_REPLICATIONS_MIN = 99, /* fewer know no p of 1 in 100 */
    EFFECT_REPLICATIONS_MAX = 1000000,
    EFFECT_HONEST_MAX = 32,       /* values of M */
    EFFECT_LOOK_COLUMNS_MAX = 16, /* of one kind of look */
    EFFECT_LOOK_VALUES_MAX = 64,  /* of one column of a look */
    EFFECT_FAMILY_DRAWS = 999,    /* for what is adjusted together, at least */
};

/* Where a covariate is cut into classes: value < at[0], at[0] <= value < at[1], ... */
struct effect_cuts {
    str covariate;
    const double *at; /* n, ascending */
    size_t n;
};

/* What is asked. Names are columns of the table; an empty name means "none". */
struct effect_spec {
    enum effect_method method;
    bool choose; /* the method that fits the data takes its place, see effect_design_choose */
    str outcome;
    str treatment;     /* 0/1, for two groups */
    str unit, time;    /* panel */
    str first_treated; /* the period a unit's treatment starts; 0 or infinity: never */
    str weights;
    str cluster;
    str covariates[EFFECT_COVARIATES_MAX]; /* text columns become indicators of all but the first
                                              word */
    size_t n_covariates;
    bool has_errors; /* false: the method's usual errors, see effect_run */
    enum effect_errors errors;
    enum effect_ipw ipw;
    enum effect_control control;
    enum effect_base base;
    int anticipation; /* periods before the start in which effects may already show; >= 0 */
    enum effect_estimator estimator;
    size_t bootstrap; /* draws; 0: analytic */
    double level;     /* of intervals, e.g. 0.95 */
    uint64_t seed;
    bool has_never; /* first_treated == never, or missing, means never treated */
    double never;
    bool drop_failed; /* leave failed cells out of the aggregates instead of making these null */
    str fixed_effects[EFFECT_FIXED_MAX]; /* twfe: columns with an effect for each of their values,
                                            beside unit and time */
    size_t n_fixed_effects;
    enum effect_distance distance; /* EFFECT_MATCHING: what makes controls near */
    size_t ratio;                  /* controls for each treated, 1 .. EFFECT_RATIO_MAX */
    bool has_caliper;
    double caliper;                   /* largest distance of a pair, in standard deviations; > 0 */
    enum effect_scale caliper_on;     /* where distance is measured */
    bool replace;                     /* a control may serve more than one treated */
    str exact[EFFECT_COVARIATES_MAX]; /* columns on which partners agree, whatever the distance */
    size_t n_exact;
    const struct effect_cuts *cuts; /* EFFECT_CEM: for these covariates; others are cut by rule */
    size_t n_cuts;
    enum effect_weighing weighing; /* EFFECT_BALANCING */

    bool event_study; /* twfe: an effect for each period before and since the start */

    enum effect_inference inference;
    size_t replications; /* allocations or draws at most; when all fit, all are looked at */
    enum effect_honesty honesty;
    double honest[EFFECT_HONEST_MAX]; /* values of M, ascending, >= 0 */
    size_t n_honest;                  /* 0: the usual ones, see docs/methods/honest-trends.md */

    /* Other looks at the same data, see struct effect_look. */
    str subgroups[EFFECT_LOOK_COLUMNS_MAX]; /* declared: an effect for each of their values */
    size_t n_subgroups;
    str explore[EFFECT_LOOK_COLUMNS_MAX]; /* the same, not declared beforehand */
    size_t n_explore;
    str placebo_outcomes[EFFECT_LOOK_COLUMNS_MAX]; /* the programme cannot have changed these */
    size_t n_placebo_outcomes;
    str unaffected, unaffected_value; /* rows with this value in this column cannot be affected */
    bool no_placebo_start;

    bool keeps_parts; /* the result's `parts`, for effect_adjust_family */

    /* Changes no result: where the persons and periods of a panel are kept. */
    size_t memory; /* bytes that may be in memory; 0: half of what machine.h says */
    str scratch;   /* the folder for what is more than that; empty: that of the table's file */

    bool randomised; /* a lottery decided who took part */

    /* What may be shown: engine/disclosure. */
    str provider;       /* the column of who was paid */
    size_t min_persons; /* behind anything that is shown */
};

/* method difference, level 0.95, Hajek, never, varying, dr, ratio 1, 9999 replications, all else
   zero */
void effect_spec_init(struct effect_spec *spec);

/*
 * Sets one option by its name on the command line ("first-treated"), from n texts as they are
 * written there: columns each apart; "0.95"; "relative:0.5,1"; a flag "", "true" or "false". Texts
 * are borrowed, other memory comes from `a`. E_INPUT, E_LIMIT, E_NOMEM: `s` may be half changed.
 */
WARN_UNUSED err effect_option_set(struct effect_spec *s, str name, const str *value, size_t n,
                                  arena *a, struct err_info *info);
/* Whether there is such an option, and whether it takes a list of columns. */
bool effect_option_find(str name, bool *is_list);

/* What can be told wrong without the data; effect_run asks the same. E_INPUT, E_LIMIT. */
WARN_UNUSED err effect_spec_check(const struct effect_spec *spec, struct err_info *info);

/* Whether a method is about fixed effects of unit and time, all starts alike or not. */
static inline bool effect_has_fixed_effects(enum effect_method m)
{
    return m == EFFECT_TWFE || m == EFFECT_BACON || m == EFFECT_SUNAB;
}

/* Whether it gives one effect for all starts. */
static inline bool effect_is_two_way(enum effect_method m)
{
    return m == EFFECT_TWFE || m == EFFECT_BACON;
}

/* Names as the command line, study file and JSON spell them, and back. */
const char *effect_method_name(enum effect_method m);
const char *effect_aggregation_name(enum effect_aggregation a);
const char *effect_errors_name(enum effect_errors e);
const char *effect_ipw_name(enum effect_ipw i);
const char *effect_control_name(enum effect_control c);
const char *effect_base_name(enum effect_base b);
const char *effect_estimator_name(enum effect_estimator e);
const char *effect_distance_name(enum effect_distance d);
const char *effect_scale_name(enum effect_scale s);
const char *effect_weighing_name(enum effect_weighing w);
const char *effect_inference_name(enum effect_inference i);
const char *effect_honesty_name(enum effect_honesty h);
bool effect_method_parse(str s, enum effect_method *m);
bool effect_errors_parse(str s, enum effect_errors *e);
bool effect_ipw_parse(str s, enum effect_ipw *i);
bool effect_control_parse(str s, enum effect_control *c);
bool effect_base_parse(str s, enum effect_base *b);
bool effect_estimator_parse(str s, enum effect_estimator *e);
bool effect_distance_parse(str s, enum effect_distance *d);
bool effect_scale_parse(str s, enum effect_scale *on);
bool effect_weighing_parse(str s, enum effect_weighing *w);
bool effect_inference_parse(str s, enum effect_inference *i);
bool effect_honesty_parse(str s, enum effect_honesty *h);

#endif
