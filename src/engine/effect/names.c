/* SPDX-License-Identifier: EUPL-1.2 */
/* How the command line, study files and JSON spell what an effect study can be. */
#include "engine/effect/effect.h"

/* In the order of their enums. */
static const char *const methods[] = {"difference", "regression", "weighting", "doubly-robust",
                                      "did",        "twfe",       "bacon",     "sunab",
                                      "matching",   "balancing"};
static const char *const aggregations[] = {"none",    "group-time", "simple",
                                           "dynamic", "group",      "calendar"};
static const char *const errors[] = {"classical", "hc1", "hc2", "hc3", "cr1", "cr2", "cr3"};
static const char *const ipws[] = {"hajek", "ht"};
static const char *const controls[] = {"never", "not-yet"};
static const char *const bases[] = {"varying", "universal"};
static const char *const bacon_kinds[] = {"never", "not-yet", "already", "always"};
static const char *const estimators[] = {"dr", "dr-traditional", "ipw", "reg"};
static const char *const distances[] = {"propensity", "mahalanobis", "exact", "cem"};
static const char *const scales[] = {"score", "logit"};
static const char *const weighings[] = {"entropy", "overlap"};
static const char *const populations[] = {"treated", "overlap"};
static const char *const inferences[] = {"auto", "analytic", "randomisation", "wild"};
static const char *const honesties[] = {"none", "relative", "smooth"};
static const char *const trend_rules[] = {"joint", "each"};
static const char *const look_kinds[] = {"subgroup", "explored", "placebo-start", "placebo-outcome",
                                         "unaffected"};

#define COUNT(names) (sizeof(names) / sizeof *(names))

/* The place of s among the names, or `n`. */
static size_t find_name(str s, const char *const *names, size_t n)
{
    size_t i = 0;
    while (i < n && !str_eq(s, str_of(names[i])))
        i++;
    return i;
}

/* effect_<thing>_name and effect_<thing>_parse over the table of names above. */
#define DEFINE_NAMES(thing, names)                                                                 \
    const char *effect_##thing##_name(enum effect_##thing v)                                       \
    {                                                                                              \
        return names[v];                                                                           \
    }                                                                                              \
    bool effect_##thing##_parse(str s, enum effect_##thing *v)                                     \
    {                                                                                              \
        const size_t i = find_name(s, names, COUNT(names));                                        \
        if (i == COUNT(names))                                                                     \
            return false;                                                                          \
        *v = (enum effect_##thing)i;                                                               \
        return true;                                                                               \
    }

DEFINE_NAMES(method, methods)
DEFINE_NAMES(errors, errors)
DEFINE_NAMES(ipw, ipws)
DEFINE_NAMES(control, controls)
DEFINE_NAMES(base, bases)
DEFINE_NAMES(estimator, estimators)
DEFINE_NAMES(distance, distances)
DEFINE_NAMES(scale, scales)
DEFINE_NAMES(weighing, weighings)
DEFINE_NAMES(inference, inferences)
DEFINE_NAMES(honesty, honesties)

const char *effect_aggregation_name(enum effect_aggregation a)
{
    return aggregations[a];
}

const char *effect_bacon_kind_name(enum effect_bacon_kind k)
{
    return bacon_kinds[k];
}

const char *effect_population_name(enum effect_population p)
{
    return populations[p];
}

const char *effect_trend_rule_name(enum effect_trend_rule r)
{
    return trend_rules[r];
}

const char *effect_look_kind_name(enum effect_look_kind k)
{
    return look_kinds[k];
}
