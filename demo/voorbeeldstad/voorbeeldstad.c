/* SPDX-License-Identifier: EUPL-1.2 */
#include "demo/voorbeeldstad/voorbeeldstad.h"

#include "base/out.h"
#include "base/real.h"
#include "base/rng.h"

#include <stdlib.h>

enum { RAMP = 6, GROUPS = 3, FIRST_START = 10, GROUP_STEP = 3, LINE_MAX_BYTES = 512 };
enum { TEAMS_MAX = 100000, PERSONS_MAX = 100000, MONTHS_MIN = 20, MONTHS_MAX = 120 };

/* Euro per person and month. The noise never falls below -noise. */
struct process {
    double level, level_spread; /* the person's own level: level + spread x an exponential */
    double team, shock, noise;  /* standard deviations; noise: scale of an exponential */
    double growth, growth_debts, growth_single; /* per month */
    double effect;                              /* when fully built up */
};
static const struct process processes[VOORBEELDSTAD_OUTCOMES] = {
    [VOORBEELDSTAD_WMO] = {310, 90, 18, 7, 90, 1.5, 2.0, 0.5, -38},
    [VOORBEELDSTAD_YOUTH] = {220, 80, 14, 6, 80, 1.0, 1.0, 1.5, 11},
    [VOORBEELDSTAD_ASSISTANCE] = {520, 120, 25, 9, 110, 0.5, 3.5, 1.0, -62},
    [VOORBEELDSTAD_CARE] = {260, 70, 12, 5, 85, 1.2, 1.2, 0.2, -17},
    [VOORBEELDSTAD_EARNINGS] = {780, 260, 30, 12, 130, 2.0, -2.5, -0.5, 71},
};
static const double shock_memory = 0.5; /* AR(1) */
static const double share_debts = 0.22, share_debts_pilot = 0.34;
static const double share_single = 0.16, share_single_pilot = 0.21;
static const double share_movers = 0.04, share_leavers = 0.03;

static const char header[] =
    "person,household,month,home_team,current_team,pilot_start,age,debts,single_parent,"
    "cost_wmo,cost_youth,assistance,cost_zvw,earnings,cost_total\n";

void voorbeeldstad_init(struct voorbeeldstad *v)
{
    *v = (struct voorbeeldstad){
        .seed = 1, .teams = 120, .pilot_teams = 40, .persons_per_team = 60, .months = 24};
}

static err check(const struct voorbeeldstad *v, struct err_info *info)
{
    const bool is_possible = v->teams >= 2 && v->teams <= TEAMS_MAX && v->pilot_teams >= 1 &&
                             v->pilot_teams < v->teams && v->persons_per_team >= 1 &&
                             v->persons_per_team <= PERSONS_MAX && v->months >= MONTHS_MIN &&
                             v->months <= MONTHS_MAX;
    return is_possible ? OK : err_set(info, E_INPUT, "demo.size");
}

/* Pilot teams lie evenly among the others; the k-th of them belongs to group k mod GROUPS. */
static bool is_pilot(const struct voorbeeldstad *v, int64_t team)
{
    return (team + 1) * v->pilot_teams / v->teams > team * v->pilot_teams / v->teams;
}

static int pilot_start(const struct voorbeeldstad *v, int64_t team)
{
    if (!is_pilot(v, team))
        return 0;
    const int64_t k = team * v->pilot_teams / v->teams;
    return FIRST_START + GROUP_STEP * (int)(k % GROUPS);
}

double voorbeeldstad_effect(enum voorbeeldstad_outcome outcome, int event_time)
{
    if (event_time < 0)
        return 0;
    if (outcome == VOORBEELDSTAD_TOTAL) {
        double total = 0;
        for (int o = 0; o < VOORBEELDSTAD_EARNINGS; o++)
            total += voorbeeldstad_effect((enum voorbeeldstad_outcome)o, event_time);
        return total;
    }
    const double built_up = event_time + 1 < RAMP ? (event_time + 1.0) / RAMP : 1;
    return processes[outcome].effect * built_up;
}

double voorbeeldstad_simple_effect(const struct voorbeeldstad *v,
                                   enum voorbeeldstad_outcome outcome)
{
    double sum = 0, weight = 0;
    for (int64_t team = 0; team < v->teams; team++) {
        const int start = pilot_start(v, team);
        for (int month = start; start && month <= v->months; month++) {
            sum += voorbeeldstad_effect(outcome, month - start);
            weight += 1;
        }
    }
    return sum / weight;
}

struct source {
    struct rng_key level, team, shock, noise;
};

struct city {
    const struct voorbeeldstad *v;
    struct source source[VOORBEELDSTAD_OUTCOMES];
    struct rng_key debts, single, age, leave, move, target;
    double *shock; /* of one team: VOORBEELDSTAD_OUTCOMES x months */
};

static struct rng_key key_of(const struct voorbeeldstad *v, const char *use, int outcome)
{
    return (struct rng_key){v->seed, rng_stream(use, (uint64_t)outcome)};
}

static void city_init(struct city *c, const struct voorbeeldstad *v)
{
    c->v = v;
    for (int o = 0; o < VOORBEELDSTAD_OUTCOMES; o++)
        c->source[o] = (struct source){
            key_of(v, "voorbeeldstad.level", o), key_of(v, "voorbeeldstad.team", o),
            key_of(v, "voorbeeldstad.shock", o), key_of(v, "voorbeeldstad.noise", o)};
    c->debts = key_of(v, "voorbeeldstad.debts", 0);
    c->single = key_of(v, "voorbeeldstad.single-parent", 0);
    c->age = key_of(v, "voorbeeldstad.age", 0);
    c->leave = key_of(v, "voorbeeldstad.leave", 0);
    c->move = key_of(v, "voorbeeldstad.move", 0);
    c->target = key_of(v, "voorbeeldstad.target", 0);
}

/* The team's level plus its AR(1) shocks, started from their long-run distribution. */
static void draw_shocks(struct city *c, int64_t team)
{
    const int months = c->v->months;
    const double innovation = __builtin_sqrt(1 - shock_memory * shock_memory);
    for (int o = 0; o < VOORBEELDSTAD_OUTCOMES; o++) {
        const struct process *p = &processes[o];
        const double level = p->team * rng_normal(c->source[o].team, (uint64_t)team);
        double shock = 0;
        for (int t = 0; t < months; t++) {
            const double z = rng_normal(c->source[o].shock, (uint64_t)(team * months + t));
            shock = t ? shock_memory * shock + innovation * z : z;
            c->shock[o * months + t] = level + p->shock * shock;
        }
    }
}

struct person {
    int64_t id, household, team, start; /* start 0: not in the pilot */
    int age, debts, single_parent;
    int last_month, move_month; /* move_month: from then on in new_team; past the end: never */
    int64_t new_team;
    double level[VOORBEELDSTAD_OUTCOMES];
};

static double exponential(struct rng_key key, uint64_t counter)
{
    return -real_log(rng_uniform(key, counter));
}

static int month_of(double share_left, double u, int months)
{
    return u < share_left ? 2 + (int)(u / share_left * (months - 2)) : months + 1;
}

static struct person draw_person(const struct city *c, int64_t id)
{
    const struct voorbeeldstad *v = c->v;
    const uint64_t i = (uint64_t)id;
    const int64_t team = id / v->persons_per_team;
    const int start = pilot_start(v, team);
    const int64_t households = (v->persons_per_team + 1) / 2; /* of a team: two persons each */
    struct person p = {.id = id, .team = team, .start = start};

    p.household = team * households + id % v->persons_per_team / 2;
    p.age = 18 + (int)(rng_uniform(c->age, i) * 62);
    p.debts = rng_uniform(c->debts, i) < (start ? share_debts_pilot : share_debts);
    p.single_parent = rng_uniform(c->single, i) < (start ? share_single_pilot : share_single);
    p.last_month = month_of(share_leavers, rng_uniform(c->leave, i), v->months) - 1;
    p.move_month = month_of(share_movers, rng_uniform(c->move, i), v->months);
    p.new_team = (int64_t)(rng_uniform(c->target, i) * v->teams);
    for (int o = 0; o < VOORBEELDSTAD_OUTCOMES; o++)
        p.level[o] = processes[o].level +
                     processes[o].level_spread * exponential(c->source[o].level, i) +
                     (p.debts ? 0.15 * processes[o].level : 0);
    return p;
}

/* In cents, so that the parts add up to the total to the cent. */
static int64_t amount_cents(const struct city *c, const struct person *p, int o, int month)
{
    const struct process *q = &processes[o];
    const int months = c->v->months;
    const uint64_t at = (uint64_t)(p->id * months + month - 1);
    const double growth =
        q->growth + (p->debts ? q->growth_debts : 0) + (p->single_parent ? q->growth_single : 0);
    const double noise = q->noise * (exponential(c->source[o].noise, at) - 1);
    const double effect =
        p->start && month >= p->start
            ? voorbeeldstad_effect((enum voorbeeldstad_outcome)o, month - (int)p->start)
            : 0;
    const double euro =
        p->level[o] + c->shock[o * months + month - 1] + growth * month + noise + effect;
    return (int64_t)__builtin_floor(euro * 100 + 0.5);
}

static void put_cents(out *line, int64_t cents)
{
    out_char(line, ',');
    if (cents < 0)
        out_char(line, '-');
    const int64_t size = cents < 0 ? -cents : cents;
    out_int(line, size / 100);
    out_char(line, '.');
    out_char(line, (char)('0' + size / 10 % 10));
    out_char(line, (char)('0' + size % 10));
}

static void put_row(out *line, const struct city *c, const struct person *p, int month)
{
    const int64_t current = month >= p->move_month ? p->new_team : p->team;
    const int64_t keys[] = {p->id + 1, p->household + 1, month,    p->team + 1,     current + 1,
                            p->start,  p->age,           p->debts, p->single_parent};

    out_clear(line);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (i)
            out_char(line, ',');
        out_int(line, keys[i]);
    }
    int64_t total = 0;
    for (int o = 0; o < VOORBEELDSTAD_OUTCOMES; o++) {
        const int64_t cents = amount_cents(c, p, o, month);
        total += o == VOORBEELDSTAD_EARNINGS ? 0 : cents;
        put_cents(line, cents);
    }
    put_cents(line, total);
    out_char(line, '\n');
}

err voorbeeldstad_write(const struct voorbeeldstad *v,
                        void (*put)(void *ctx, const void *line, size_t n), void *ctx,
                        struct err_info *info)
{
    struct city c;
    out line;

    err e = check(v, info);
    if (e != OK)
        return e;
    city_init(&c, v);
    c.shock = calloc((size_t)(VOORBEELDSTAD_OUTCOMES * v->months), sizeof *c.shock);
    if (!c.shock)
        return err_nomem(info);
    out_init(&line, LINE_MAX_BYTES);
    put(ctx, header, sizeof header - 1);
    const int64_t n = (int64_t)v->teams * v->persons_per_team;
    for (int64_t id = 0; id < n && e == OK; id++) {
        const struct person p = draw_person(&c, id);
        if (id % v->persons_per_team == 0)
            draw_shocks(&c, p.team);
        for (int month = 1; month <= v->months && month <= p.last_month; month++) {
            put_row(&line, &c, &p, month);
            put(ctx, line.p, line.n);
        }
        e = out_error(&line, info);
    }
    out_free(&line);
    free(c.shock);
    return e;
}
