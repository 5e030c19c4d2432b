/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scba: what a programme costs and yields, for whom, and how sure that is.
 *
 * Does: a social cost-benefit analysis per unit (a participant, a household):
 *       costs, effects and transfers by year and payer, discounted to the
 *       start; Monte Carlo with the same draws for all payers; tornado,
 *       break-even effect, and who pays against who gains.
 * Does not: estimate effects (engine/effect), know prices (they are input with
 *       year and source), or write sentences (engine/report).
 *
 * The model is a difference. Every item says what changes under the policy
 * alternative against the null alternative (the most likely development
 * without the measure, never "nothing"). An item may also state both
 * alternatives: a term of SCBA_NULL counts against one of SCBA_POLICY.
 *
 * Signs. A cost lowers the balance of who pays it. An effect raises the
 * balance of who gains from it when its value is positive. A transfer lowers
 * the balance of `from` by what it raises that of `to`; for society it is
 * nothing. Society is the sum of costs and effects, computed without shares
 * and without transfers; in every draw it equals the sum over payers within
 * SCBA_GAP_MAX times max(1, the summed |value| of the items in that draw).
 *
 * Time. Year 1 is the first year of the policy. Amounts are in money of
 * `price_year`, real (no inflation).
 */
#ifndef ONTSCHOT_ENGINE_SCBA_H
#define ONTSCHOT_ENGINE_SCBA_H

#include "base/arena.h"
#include "base/i18n.h"
#include "base/par.h"
#include "base/progress.h"
#include "base/schema.h"

enum {
    SCBA_PAYERS_MAX = 32,
    SCBA_ITEMS_MAX = 512,
    SCBA_PARAMETERS_MAX = 2048,
    SCBA_ESTIMATES_MAX = 512,
    SCBA_TERMS_MAX = 8192, /* of all items together */
    SCBA_YEARS_MAX = 200,
    SCBA_DRAWS_MAX = 4000000,
    SCBA_WARNINGS_MAX = 32,
    SCBA_NONE = -1, /* "no parameter", "no item", "no index" */
};
#define SCBA_GAP_MAX 1e-9
#define SCBA_VALUE_MAX                                                                             \
    1e100 /* summed |value| of the items in a draw, so that squares stay finite */

/* ---- Discounting ------------------------------------------------------ */

/* When the amounts of a year fall. */
enum scba_convention {
    SCBA_FIRST_YEAR_UNDISCOUNTED, /* year t is divided by (1 + rate)^(t - 1) */
    SCBA_END_OF_YEAR,             /* year t is divided by (1 + rate)^t */
};

/* A discount rate as the Dutch government fixed it, in force from `from_day` on. */
struct scba_regime {
    const char *key;  /* message key of its name and source */
    int32_t from_day; /* INT32_MIN for the oldest */
    double rate;      /* real, a year */
};

/*
 * The regime on the date of an analysis: 5.5 % up to 2015, 3 % from 2016,
 * 2.25 % from 1 January 2021 (Werkgroep discontovoet 2015 and 2020). An
 * analysis that ran on 1 January 2021 may choose; one published from
 * 1 January 2022 on uses the new rate.
 */
const struct scba_regime *scba_regime_on(int32_t day);
double scba_regime_rate(int32_t day);

/* Factors of years 1 .. n. The rate must be over -1; otherwise all become NaN. */
void scba_discount_factors(double rate, enum scba_convention when, size_t n, double *factor);

/* Present value of amounts of years 1 .. n <= SCBA_YEARS_MAX; NaN unless rate > -1. */
double scba_present_value(const double *amount, size_t n, double rate, enum scba_convention when);

/* Present value of 1 a year for n <= SCBA_YEARS_MAX years. */
double scba_annuity(size_t n, double rate, enum scba_convention when);

/* ---- Distributions ---------------------------------------------------- */

enum scba_shape {
    SCBA_FIXED,      /* a */
    SCBA_NORMAL,     /* mean a, standard deviation b */
    SCBA_LOGNORMAL,  /* mean a > 0, standard deviation b of the amount itself, not of its log */
    SCBA_TRIANGULAR, /* low a <= mode b <= high c */
    SCBA_UNIFORM,    /* low a < high b */
    SCBA_PERT,       /* low a <= mode b <= high c; beta with mean (a + 4b + c) / 6 */
    SCBA_BETA,       /* a share in (0, 1) with mean a and standard deviation b */
};

struct scba_dist {
    enum scba_shape shape;
    double a, b, c;
};

double scba_dist_mean(struct scba_dist d);
double scba_dist_sd(struct scba_dist d);
double scba_dist_quantile(struct scba_dist d, double p); /* 0 < p < 1 */
const char *scba_shape_name(enum scba_shape s);
bool scba_shape_parse(str s, enum scba_shape *shape);

/* ---- The model -------------------------------------------------------- */

enum scba_group { SCBA_GOVERNMENT, SCBA_PARTICIPANT, SCBA_OTHER };

struct scba_payer {
    str key;
    str name[LANG_COUNT];
    enum scba_group group;
};

/* A price index: level[i] belongs to year[i], in any order; levels are > 0. */
struct scba_index {
    str key, source;
    const int *year;
    const double *level;
    size_t n;
};

/*
 * One number that items use: a price, an amount, an effect size, a share.
 * Items that name the same parameter use the same draw. The random numbers of
 * a distribution depend on the seed and the key alone, so that adding an item
 * changes no other; estimates are drawn together and can shift together.
 */
struct scba_parameter {
    str key; /* unique, e.g. "earnings.unit_value" */
    str name[LANG_COUNT];
    struct scba_dist dist;  /* ignored when `estimate` is given */
    int estimate;           /* its place in the model's estimates, or SCBA_NONE */
    bool measured;          /* comes from measurement; an estimate always does */
    int year;               /* it is money of that year; 0: not money, or of price_year already */
    int index;              /* the price index that brings it to price_year, or SCBA_NONE */
    str source[LANG_COUNT]; /* one of them may be empty: the other stands in for it */
};

/*
 * Effects from a study, drawn together: by row i mod n_draws of its own
 * draws when it has them, else from the normal distribution with its
 * covariance.
 */
struct scba_estimates {
    size_t n;
    const str *name;          /* n; for messages and the tornado */
    const double *value;      /* n */
    const double *covariance; /* n x n; may be NULL when there are draws */
    const double *draws;      /* n_draws x n, deviations from `value`; may be NULL */
    size_t n_draws;
};

enum scba_alternative { SCBA_POLICY, SCBA_NULL };

enum scba_fade {
    SCBA_STOP,        /* nothing after the full years */
    SCBA_LINEAR,      /* falls in equal steps to 0 over fade_years: 1 - j / (fade_years + 1) */
    SCBA_EXPONENTIAL, /* (1 - fade_rate)^j in the j-th year after the full years */
    SCBA_EXPLICIT,    /* weight[] says it year by year */
};

/* A size and the years in which it counts: weight(t) x parameter x scale. */
struct scba_term {
    int parameter;
    enum scba_alternative alternative;
    double scale;   /* 1, or e.g. 1 / reached for an amount of the whole programme */
    int first_year; /* >= 1 */
    int full_years; /* >= 1; 0: up to the horizon. With SCBA_EXPLICIT: the length of weight */
    enum scba_fade fade;
    int fade_years;   /* SCBA_LINEAR */
    double fade_rate; /* SCBA_EXPONENTIAL, 0 < rate < 1 */
    const double *weight;
};

/* The attribution chain: factors between a size and its value. */
enum scba_link {
    SCBA_REACH,                /* share of the units that the effect reaches */
    SCBA_BASELINE_PROBABILITY, /* share in which the event would happen in the null alternative */
    SCBA_DEADWEIGHT,           /* share that would have changed anyway: counts as 1 - x */
    SCBA_ATTRIBUTION,          /* share due to this programme rather than another */
    SCBA_DISPLACEMENT,         /* share taken away from others: counts as 1 - x */
    SCBA_UNIT_VALUE,           /* price per unit of effect; for a linked transfer the rate */
    SCBA_LINKS,
};

enum scba_kind { SCBA_COST, SCBA_EFFECT, SCBA_TRANSFER };

/*
 * value(year) = sign x product of links x sum over terms. For a transfer with
 * `linked_to`: sign x product of its own links x value(year) of that cost or
 * effect, and no terms of its own.
 */
struct scba_item {
    enum scba_kind kind;
    str key;
    str name[LANG_COUNT];
    int sign; /* 1; -1 when more of the quantity is worse, as with crimes */
    const struct scba_term *terms;
    size_t n_terms;
    int link[SCBA_LINKS]; /* parameters, or SCBA_NONE for a factor of 1 */
    bool causal;          /* sizes come from a comparison: deadweight is in them already */
    const double *share;  /* cost, effect: by payer, together 1 */
    int from, to;         /* transfer: payers */
    int linked_to;        /* transfer: an item that is not a transfer, or SCBA_NONE */
};

struct scba_discount {
    bool by_regime; /* the rate in force on `date` */
    int32_t date;
    double rate; /* when not by regime, e.g. 0.0225 */
    enum scba_convention when;
    bool has_range; /* show low_rate and high_rate in the tornado */
    double low_rate, high_rate;
};

struct scba_model {
    const struct scba_payer *payers;
    size_t n_payers;
    str unit[LANG_COUNT]; /* what amounts are per, e.g. "household" */
    double reached;       /* number of units, > 0; results are per unit */
    str currency;         /* e.g. "EUR" */
    int price_year;
    int horizon_years;
    int observed_years; /* years that measurement covers; later ones are assumed. 0: no limit */
    struct scba_discount discount;
    const struct scba_index *indexes;
    size_t n_indexes;
    struct scba_estimates estimates;
    const struct scba_parameter *parameters;
    size_t n_parameters;
    const struct scba_item *items;
    size_t n_items;
    uint64_t seed;
    size_t n_draws;
    double level[2]; /* of intervals, narrow first, e.g. 0.80 and 0.95 */
};

/* EUR, end of year off, regime off with 2.25 %, 10,000 draws, 80 % and 95 %; all else zero. */
void scba_model_init(struct scba_model *m);
/* No links, not linked, sign 1; all else zero. */
void scba_item_init(struct scba_item *item, enum scba_kind kind);
/* Policy, scale 1, from year 1 up to the horizon. */
void scba_term_init(struct scba_term *term, int parameter);
/* Fixed, no estimate, no index. */
void scba_parameter_init(struct scba_parameter *p, str key);

/*
 * Checks the whole model; scba_run does so first. E_INPUT names the item or
 * parameter by its key and says what to do; E_LIMIT for the bounds above.
 */
WARN_UNUSED err scba_check(const struct scba_model *m, struct err_info *info);

/* ---- The result ------------------------------------------------------- */

/* One outcome over all draws. `point` has every parameter at its mean. */
struct scba_outcome {
    double point, mean, sd, median;
    double low[2], high[2]; /* at the model's levels; NaN when they make no sense */
    double chance_positive; /* share of draws above 0 */
};

/* Means of present values per unit, for one payer or for society. */
struct scba_party {
    double cost;     /* of cost items, as a positive number */
    double benefit;  /* of effects; savings are benefits, harm is negative */
    double transfer; /* received less paid; 0 for society */
    double paid;     /* items whose mean is negative for this party, as a positive number */
    double gained;   /* items whose mean is positive; gained - paid is the balance */
    struct scba_outcome balance;
    int payback_year; /* from this year on the discounted sum stays >= 0; 0: not within the horizon
                       */
};

/* Society's balance with one parameter at its 10 % and 90 % quantile, all others at their mean. */
struct scba_tornado_bar {
    int parameter; /* SCBA_NONE with estimate SCBA_NONE: the discount rate */
    int estimate;
    double value_low, value_high; /* of the parameter */
    double at_low, at_high;       /* balance of society */
};

struct scba_compensation {
    int from, to;
    double amount;
};

struct scba_result {
    size_t n_payers, n_parties; /* parties: the payers in their order, then society */
    size_t n_items, n_years, n_draws;
    double rate;
    const struct scba_regime *regime; /* NULL when the rate was given */
    const double *discount_factor;    /* n_years */

    struct scba_party *party;  /* n_parties */
    struct scba_outcome ratio; /* society: benefits / costs */
    struct scba_outcome
        participant_per_government; /* gain of participants per net euro of government */
    double chance_government_saves; /* share of draws in which government's net cost is <= 0 */

    double *contribution;    /* n_items x n_parties: mean present value, signed */
    double *contribution_sd; /* n_items: of the item's own value */
    double *cash;            /* n_years x n_parties: mean, not discounted */
    double *cash_discounted; /* n_years x n_parties; adds up to the balances' means */

    struct scba_tornado_bar *tornado; /* widest first */
    size_t n_tornado;

    double break_even; /* factor on all effects at which society's mean balance is 0; NaN: none */
    double *break_even_item; /* n_items: the same for one effect alone; NaN for others */

    double *flow; /* n_payers x n_payers: row pays, column gains; adds up to all that is gained */
    double concentration; /* half the summed |share paid - share gained|: 0 each gains as it pays, 1
                             none does */
    struct scba_compensation *compensation; /* smallest total that leaves no payer negative */
    size_t n_compensations;                 /* 0 also when society's mean balance is negative */

    double bin_from, bin_width; /* histogram of society's balance; 0 is an edge */
    size_t n_bins;
    size_t *bin;             /* n_bins counts */
    size_t n_below, n_above; /* draws outside the bins */

    double
        measured_share; /* of the summed |term| of effects: measured, in observed years; else NaN */
    double largest_gap; /* between society and the sum over payers, in the measure above */

    const double *draws; /* n_parties x n_draws balances */
    struct msg warnings[SCBA_WARNINGS_MAX];
    size_t n_warnings;
    arena *memory; /* owns all of the above */
};

/*
 * Computes. `pool` may be NULL (one thread); the bits do not depend on it.
 * The model is borrowed during the call; the result names payers and items by
 * their place in it. Memory: about (n_parties + 4) x n_draws doubles.
 *
 *   ratio       mean benefit / mean cost. Costs are the cost items, net of the
 *               null alternative; all that follows is a benefit, also when it
 *               is negative (Leidraad MKBA 2013; Boardman et al., Cost-Benefit
 *               Analysis, 5th ed. 2018, ch. 2). Intervals only when the
 *               denominator is positive in every draw.
 *   participant_per_government
 *               mean balance of participants / mean net cost of government
 *               (Kemper, Long and Thornton 1984; Hendren and Sprung-Keyser 2020);
 *               NaN when government has no net cost.
 *   quantiles   type 7 (Hyndman and Fan 1996).
 *   flow        what j gains, divided over payers as they share in what is paid.
 *   concentration  dissimilarity index (Duncan and Duncan 1955).
 *   compensation   from who gains most to who loses most; participants are
 *               asked only when nothing else is left.
 */
WARN_UNUSED err scba_run(const struct scba_model *m, par *pool, const struct progress *progress,
                         struct scba_result **result, struct err_info *info);
void scba_result_free(struct scba_result *r); /* NULL is fine */

/* ---- Files: docs/scba-file.md ----------------------------------------- */

struct scba_text {
    const struct yaml_node *node;
    str in[LANG_COUNT]; /* the other language stands in for one not given */
};

struct scba_file_discount {
    const struct yaml_node *node;
    double rate;
    int32_t regime_on;
    int when;                 /* enum scba_convention */
    struct schema_list range; /* double: low and high */
};

/* The prices-and-payers part of a study file, as its table fills it. */
struct scba_file {
    const struct yaml_node *node;
    struct scba_text unit;
    double reached;
    str currency;
    int64_t price_year, horizon_years, observed_years;
    struct scba_file_discount discount;
    int64_t seed, draws;
    struct schema_list levels; /* double */
    struct schema_list payers, price_indexes, numbers, estimates, covariances;
    struct schema_list costs, effects, transfers;
};
extern const struct schema_map scba_file_map;

/*
 * Makes the model of a part that its table has filled. `m` must be initialised;
 * seed and draws stay as the caller set them unless the file gives its own. Its
 * estimates may hold those of a study, to which the file refers by name. The
 * model lives in the arena and borrows texts of the tree. E_INPUT with every
 * mistake in `errors`; E_NOMEM.
 */
WARN_UNUSED err scba_read(const struct scba_file *f, str file, arena *a, struct scba_model *m,
                          struct errs *errors);

/*
 * The same from the text of a file: a study file with a part `scba`, or that
 * part alone. `m` is initialised here.
 */
WARN_UNUSED err scba_parse(arena *a, str text, str file, struct scba_model *m, struct errs *errors);

#endif
