/* SPDX-License-Identifier: EUPL-1.2 */
/* panel_made: panels made from a seed, with gaps, whose maker knows every number. For tests. */
#ifndef ONTSCHOT_ENGINE_EFFECT_PANEL_MADE_INT_H
#define ONTSCHOT_ENGINE_EFFECT_PANEL_MADE_INT_H

#include "base/rng.h"
#include "engine/effect/panel_test_int.h"

enum { UNITS_MAX = 240, PERIODS_MAX_TEST = 44 };

/* A panel as its maker sees it. */
struct made {
    size_t n, periods;
    double first_time, unit_constant, factor;
    int64_t start[UNITS_MAX]; /* index from 0; -1 never */
    double y[UNITS_MAX][PERIODS_MAX_TEST], x[UNITS_MAX][PERIODS_MAX_TEST];
    bool seen[UNITS_MAX][PERIODS_MAX_TEST];
    double weight[UNITS_MAX];
    size_t cluster[UNITS_MAX];
    bool is_reversed;
    bool has_copy; /* column w is x on another scale */
};

#define HEAD "id,t,g,y\n"

static inline double uniform(uint64_t seed, size_t i, size_t t, uint64_t use)
{
    return rng_uniform((struct rng_key){.seed = seed, .stream = use}, i * 1000 + t);
}

static inline double normal(uint64_t seed, size_t i, size_t t, uint64_t use)
{
    return rng_normal((struct rng_key){.seed = seed, .stream = use}, i * 1000 + t);
}

/* Starts 2, 3, ... and never, in turn; about one row in twelve is not seen. */
static inline struct made *make(uint64_t seed, size_t n, size_t periods, size_t n_starts)
{
    struct made *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->n = n;
    m->periods = periods;
    m->first_time = 2001;
    m->factor = 1;
    for (size_t i = 0; i < n; i++) {
        const size_t kind = i % (n_starts + 2);
        m->start[i] = kind < n_starts ? (int64_t)kind + 2 : -1;
        m->weight[i] = 0.5 + uniform(seed, i, 0, 1);
        m->cluster[i] = i / 4;
        for (size_t t = 0; t < periods; t++) {
            const bool on = m->start[i] >= 0 && (int64_t)t >= m->start[i];
            m->seen[i][t] = uniform(seed, i, t, 2) > 1.0 / 12;
            m->x[i][t] = normal(seed, i, t, 3) + (m->start[i] >= 0 ? 0.3 : 0);
            m->y[i][t] = normal(seed, i, 0, 4) + 0.4 * m->x[i][t] + 0.1 * (double)t +
                         (on ? 0.5 : 0) + normal(seed, i, t, 5);
        }
    }
    return m;
}

static inline void see_everything(struct made *m)
{
    for (size_t i = 0; i < m->n; i++)
        for (size_t t = 0; t < m->periods; t++)
            m->seen[i][t] = true;
}

static inline void print_row(const struct made *m, size_t i, size_t t, out *o)
{
    const bool on = m->start[i] >= 0 && (int64_t)t >= m->start[i];
    const double columns[] = {(double)(i + 1),
                              m->first_time + (double)t,
                              m->start[i] < 0 ? 0 : m->first_time + (double)m->start[i],
                              on,
                              m->factor * m->y[i][t] + m->unit_constant * (double)(i % 7),
                              m->x[i][t],
                              m->has_copy ? 1000 - 30 * m->x[i][t] : m->weight[i],
                              (double)(m->cluster[i] + 1)};
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        if (c)
            out_char(o, ',');
        out_real(o, columns[c]);
    }
    out_cstr(o, t % 2 ? ",odd,u" : ",even,u");
    out_int(o, (int64_t)(1000 + i));
    out_char(o, '\n');
}

static inline table *table_of(const struct made *m)
{
    out o;
    out_init(&o, 1 << 26);
    out_cstr(&o, "id,t,g,d,y,x,w,team,word,name\n");
    for (size_t k = 0; k < m->n * m->periods; k++) {
        const size_t row = m->is_reversed ? m->n * m->periods - 1 - k : k;
        if (m->seen[row / m->periods][row % m->periods])
            print_row(m, row / m->periods, row % m->periods, &o);
    }
    out_char(&o, '\0');
    table *t = parse_table(out_view(&o).p);
    out_free(&o);
    return t;
}

static inline struct effect_result *run_made(const struct made *m, const struct effect_spec *s)
{
    table *t = table_of(m);
    struct effect_result *r = run_on(t, s, NULL);
    table_free(t);
    return r;
}

#endif
