/* SPDX-License-Identifier: EUPL-1.2 */
/* compress_test: seeded panels in teams, what the tests of compressed panels share. */
#ifndef ONTSCHOT_ENGINE_EFFECT_COMPRESS_TEST_INT_H
#define ONTSCHOT_ENGINE_EFFECT_COMPRESS_TEST_INT_H

#include "base/rng.h"
#include "engine/effect/compress_int.h"
#include "engine/effect/panel_test_int.h"

enum { MADE_TEAMS = 12, MADE_PERIODS = 8, MADE_TEAM_SIZE = 30 };

/* What is made; zero everywhere but the seed is a balanced panel of 30 persons a team. */
struct made_panel {
    uint64_t seed;
    uint32_t start[MADE_TEAMS]; /* period from 1; 0: never */
    double absent;              /* chance that a row is not there */
    size_t size;                /* persons in a team; 0: MADE_TEAM_SIZE */
    bool shuffled;              /* rows by period, then by person */
    size_t movers;              /* persons whose last row is in the next team */
};

static inline double noise(const struct made_panel *m, size_t person, size_t t, size_t kind)
{
    return rng_normal((struct rng_key){m->seed, kind}, person * 1000 + t);
}

static inline void put_row(const struct made_panel *m, size_t person, size_t t, out *o)
{
    const size_t size = m->size ? m->size : MADE_TEAM_SIZE;
    const size_t home = person / size;
    const size_t team = person < m->movers && t == MADE_PERIODS ? home + 1 : home;
    const bool on = m->start[home] > 0 && t >= m->start[home];
    const double x = noise(m, person, t, 1) + 0.3 * (double)t;
    const double y = noise(m, person, 0, 2) + noise(m, 0, t, 3) + noise(m, home, t, 4) +
                     noise(m, person, t, 5) + 0.5 * x + 2 * on;
    const double value[] = {
        (double)person,
        (double)(2000 + t),
        m->start[home] ? 2000.0 + m->start[home] : 0,
        on,
        y,
        y * y,
        x,
        0.5 + (double)((person * 7 + t * 3) % 5),
        (double)team,
    };
    if (rng_uniform((struct rng_key){m->seed, 6}, person * 1000 + t) < m->absent)
        return;
    for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
        out_real(o, value[i]);
        out_char(o, ',');
    }
    out_cstr(o, (person + t) % 3 == 0 ? "rood\n" : (person * t) % 4 == 0 ? "groen\n" : "blauw\n");
}

/* Columns id,t,g,d,y,y2,x,w,team,word. */
static inline table *panel_of(const struct made_panel *m)
{
    const size_t n = MADE_TEAMS * (m->size ? m->size : MADE_TEAM_SIZE);
    out o;
    out_init(&o, 1 << 24);
    out_cstr(&o, "id,t,g,d,y,y2,x,w,team,word\n");
    for (size_t i = 0; i < n * MADE_PERIODS; i++)
        put_row(m, m->shuffled ? i % n : i / MADE_PERIODS,
                1 + (m->shuffled ? i / n : i % MADE_PERIODS), &o);
    out_char(&o, '\0');
    table *t = parse_table(out_view(&o).p);
    out_free(&o);
    return t;
}

static inline struct made_panel usual_panel(uint64_t seed)
{
    return (struct made_panel){
        .seed = seed, .start = {0, 4, 0, 6, 0, 4, 3, 0, 6, 0, 0, 4}, .absent = 0.2};
}

static inline struct effect_spec team_spec(enum effect_method method)
{
    struct effect_spec s = did_spec();
    s.method = method;
    s.cluster = STR("team");
    return s;
}

static inline compressed *compressed_of(const table *t, const struct effect_spec *s, par *pool)
{
    struct err_info info;
    compressed *c = NULL;
    const err e = compressed_from_table(t, s, &s->outcome, 1, pool, NULL, &c, &info);
    if (e != OK)
        fail_msg("%s", info.msg.key);
    return c;
}

#endif
