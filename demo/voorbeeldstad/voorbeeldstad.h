/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * voorbeeldstad: a synthetic Dutch municipality whose truth is known.
 *
 * Does: write a person-month panel of any size: neighbourhood teams, of which
 *       some worked together with the social service from a known month on;
 *       costs by law and payer, earnings, movers, leavers, shocks that hit a
 *       whole team at once, and pilot teams whose residents had more debts to
 *       begin with, so that a raw comparison misleads.
 * Does not: resemble any real person, team or municipality.
 *
 * The design. Person i of home team j has at month t the outcome
 *
 *     y_ijt = level_i + team_j + growth(debts_i, single_parent_i) t
 *             + shock_jt + noise_it + effect(e),   e = t - start_j >= 0,
 *
 * with the team's shock an AR(1) series. Trends are parallel given debts and
 * single parenthood, not without. The effect goes by home team, wherever the
 * person moves, and builds up over RAMP months. Noise is skewed, as costs are.
 */
#ifndef ONTSCHOT_DEMO_VOORBEELDSTAD_H
#define ONTSCHOT_DEMO_VOORBEELDSTAD_H

#include "base/err.h"

enum voorbeeldstad_outcome {
    VOORBEELDSTAD_WMO,        /* cost_wmo: support at home, paid by the municipality */
    VOORBEELDSTAD_YOUTH,      /* cost_youth: youth help, paid by the municipality */
    VOORBEELDSTAD_ASSISTANCE, /* assistance: benefit paid by the municipality to the resident */
    VOORBEELDSTAD_CARE,       /* cost_zvw: care, paid by the insurer */
    VOORBEELDSTAD_EARNINGS,   /* earnings: net pay of the resident */
    VOORBEELDSTAD_TOTAL,      /* cost_total: the first four together */
};
enum { VOORBEELDSTAD_OUTCOMES = VOORBEELDSTAD_EARNINGS + 1 };

struct voorbeeldstad {
    uint64_t seed;
    int teams;            /* 2 to 100,000 */
    int pilot_teams;      /* 1 to teams - 1; they start in three groups, as equal as can be */
    int persons_per_team; /* 1 to 100,000 */
    int months;           /* 20 to 120 */
};

/* Seed 1, 120 teams of which 40 in the pilot, 60 persons each, 24 months. */
void voorbeeldstad_init(struct voorbeeldstad *v);

/*
 * Writes the panel as CSV, a line at a time, sorted by person and month, in
 * memory that grows with teams x months only. E_INPUT when a bound above is
 * passed, E_NOMEM.
 */
WARN_UNUSED err voorbeeldstad_write(const struct voorbeeldstad *v,
                                    void (*put)(void *ctx, const void *line, size_t n), void *ctx,
                                    struct err_info *info);

/* The true effect in euro per person and month, `event_time` months after the start (from 0). */
double voorbeeldstad_effect(enum voorbeeldstad_outcome outcome, int event_time);

/*
 * The true value of the simple aggregation of Callaway and Sant'Anna (2021):
 * the effect averaged over all treated person-months, groups weighted by size.
 */
double voorbeeldstad_simple_effect(const struct voorbeeldstad *v,
                                   enum voorbeeldstad_outcome outcome);

#endif
