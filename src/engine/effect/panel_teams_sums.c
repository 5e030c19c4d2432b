/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Without covariates a group-time effect is a difference of mean changes, and a team's part in it
 * needs of its persons seen in both periods only their weight N and the sum of their changes M:
 *
 *   att = sum M / sum N over the treated - the same over the controls
 *   part of a treated team in att: (M - N mean) / sum N; of a control team: minus that
 *
 * (Callaway and Sant'Anna 2021, theorem 1 and section 4, summed over persons of a team). The
 * outcome comes twice: as itself, and as the observed treatment.
 */
#include "engine/effect/panel_teams_int.h"

#include <math.h>
#include <string.h>

enum { OUTCOME, TREATMENT, OUTCOMES };

/* A comparison since the start: of cells, those that make the simple average. */
struct compared {
    const struct panel_cell *cell;
    const double *n, *m[OUTCOMES]; /* n_teams each */
};

struct sums {
    const struct panel_teams *t;
    size_t n_teams, n_compared;
    struct compared *compared;
    const double *share; /* n_teams: of all persons, by weight at first sight */
    double *scratch;     /* workers x scratch_size */
    size_t scratch_size;
};

/* What an allocation makes of a comparison. */
struct means {
    double n_treated, n_control, treated[OUTCOMES], control[OUTCOMES], att[OUTCOMES];
    double own, others; /* small-sample factors, see panel_infer.c */
    double share;       /* of the cohort; 0 when nothing could be compared */
};

static bool is_since_start(const struct panel_cell *c)
{
    return c->phase == PANEL_AFTER && !c->failed && !c->reference;
}

static size_t count_compared(const struct panel_cells *cells)
{
    size_t n = 0;
    for (size_t c = 0; c < cells->n; c++)
        n += is_since_start(&cells->cell[c]);
    return n;
}

bool panel_teams_has_sums(const struct panel *p, const struct panel_cells *cells)
{
    return (double)count_compared(cells) * (double)p->n_clusters * 3 * sizeof(double) <=
           (double)PANEL_TEAMS_BYTES_MAX;
}

/* ---- sums by team ---- */

static bool is_on(const struct panel *p, size_t cohort, size_t period)
{
    return p->cohort[cohort].start <= period;
}

static void sum_changes(const struct panel_teams *t, const struct panel_cell *c, double *n,
                        double *m, double *d)
{
    const struct panel *p = t->p;
    const double *now = p->outcome + c->period * p->n, *then = p->outcome + c->base * p->n;
    const double *weight = panel_at(p, &p->weight, c->base);
    for (size_t i = 0; i < p->n; i++) {
        if (isnan(now[i]) || isnan(then[i]) || isnan(weight[i]))
            continue;
        n[p->cluster[i]] += weight[i];
        m[p->cluster[i]] += weight[i] * (now[i] - then[i]);
    }
    for (size_t g = 0; g < p->n_clusters; g++)
        d[g] = n[g] * (is_on(p, t->profile[g], c->period) - is_on(p, t->profile[g], c->base));
}

struct summing {
    struct sums *s;
    double *block; /* n_compared x 3 x n_teams */
};

static void sum_compared(void *ctx, size_t i, unsigned worker)
{
    (void)worker;
    const struct summing *job = ctx;
    const size_t n = job->s->n_teams;
    double *at = job->block + i * 3 * n;
    struct compared *c = &job->s->compared[i];
    sum_changes(job->s->t, c->cell, at, at + n, at + 2 * n);
    c->n = at;
    c->m[OUTCOME] = at + n;
    c->m[TREATMENT] = at + 2 * n;
}

/* ---- an allocation ---- */

static double small_sample(size_t n)
{
    return n > 1 ? sqrt((double)n / (double)(n - 1)) : 1;
}

static bool is_control(const struct panel_cell *c, uint32_t profile)
{
    return profile >= c->control_from && profile != c->cohort;
}

static void compare(const struct sums *s, const struct compared *c, const uint32_t *profile,
                    struct means *x)
{
    size_t n_own = 0, n_others = 0;
    *x = (struct means){0};
    for (size_t g = 0; g < s->n_teams; g++) {
        if (profile[g] == c->cell->cohort) {
            n_own += c->n[g] > 0;
            x->share += s->share[g];
            x->n_treated += c->n[g];
            for (int o = OUTCOME; o < OUTCOMES; o++)
                x->treated[o] += c->m[o][g];
        } else if (is_control(c->cell, profile[g])) {
            n_others += c->n[g] > 0;
            x->n_control += c->n[g];
            for (int o = OUTCOME; o < OUTCOMES; o++)
                x->control[o] += c->m[o][g];
        }
    }
    if (!(x->n_treated > 0 && x->n_control > 0))
        x->share = 0;
    for (int o = OUTCOME; o < OUTCOMES; o++) {
        x->treated[o] /= x->n_treated;
        x->control[o] /= x->n_control;
        x->att[o] = x->treated[o] - x->control[o];
    }
    x->own = small_sample(n_own);
    x->others = small_sample(n_others);
}

/* Adds a comparison's part of each team, and that of the share of its cohort. */
static void add_parts(const struct sums *s, const struct compared *c, const struct means *x,
                      const uint32_t *profile, double total, double average, int o, double *part)
{
    const double by = x->share / total, surplus = (x->att[o] - average) / total;
    const double scale = small_sample(s->n_teams);
    for (size_t g = 0; g < s->n_teams; g++) {
        const bool is_own = profile[g] == c->cell->cohort;
        part[g] += surplus * scale * ((is_own ? s->share[g] : 0) - x->share * s->share[g]);
        if (is_own)
            part[g] += by * x->own * (c->m[o][g] - c->n[g] * x->treated[o]) / x->n_treated;
        else if (is_control(c->cell, profile[g]))
            part[g] -= by * x->others * (c->m[o][g] - c->n[g] * x->control[o]) / x->n_control;
    }
}

static void evaluate(const void *ctx, const uint32_t *profile, unsigned worker,
                     struct teams_draw *draw)
{
    const struct sums *s = ctx;
    double *scratch = s->scratch + worker * s->scratch_size;
    double *const part[OUTCOMES] = {scratch, scratch + s->n_teams}, total = 0, average[2] = {0};
    struct means *x = (struct means *)(scratch + OUTCOMES * s->n_teams);

    *draw = (struct teams_draw){NAN, NAN, NAN, NAN, NAN};
    for (size_t i = 0; i < s->n_compared; i++) {
        compare(s, &s->compared[i], profile, &x[i]);
        if (x[i].share == 0 && !s->t->spec->drop_failed)
            return;
        total += x[i].share;
    }
    if (!(total > 0))
        return;
    memset(scratch, 0, OUTCOMES * s->n_teams * sizeof *scratch);
    for (int o = OUTCOME; o < OUTCOMES; o++) {
        for (size_t i = 0; i < s->n_compared; i++)
            average[o] += x[i].share > 0 ? x[i].share / total * x[i].att[o] : 0;
        for (size_t i = 0; i < s->n_compared; i++)
            if (x[i].share > 0)
                add_parts(s, &s->compared[i], &x[i], profile, total, average[o], o, part[o]);
    }
    *draw = (struct teams_draw){.n0 = average[OUTCOME], .n1 = average[TREATMENT]};
    for (size_t g = 0; g < s->n_teams; g++) {
        draw->c0 += part[OUTCOME][g] * part[OUTCOME][g];
        draw->c1 += part[OUTCOME][g] * part[TREATMENT][g];
        draw->c2 += part[TREATMENT][g] * part[TREATMENT][g];
    }
}

/* ---- the whole ---- */

err panel_teams_sums(const struct panel_teams *t, par *pool, arena *a, struct teams_design *design,
                     struct err_info *info)
{
    const struct panel *p = t->p;
    const size_t n = p->n_clusters, n_compared = count_compared(t->cells);
    struct sums *s = ARENA_NEW(a, struct sums, 1);
    double *share = ARENA_NEW(a, double, n), *block = ARENA_NEW(a, double, n_compared * 3 * n);
    if (!s || !share || !block)
        return err_nomem(info);
    *s = (struct sums){.t = t,
                       .n_teams = n,
                       .compared = ARENA_NEW(a, struct compared, n_compared),
                       .share = share,
                       .scratch_size =
                           OUTCOMES * n + n_compared * sizeof(struct means) / sizeof(double)};
    s->scratch = ARENA_NEW(a, double, par_threads(pool) * s->scratch_size);
    if (!s->compared || !s->scratch)
        return err_nomem(info);
    for (size_t c = 0; c < t->cells->n; c++)
        if (is_since_start(&t->cells->cell[c]))
            s->compared[s->n_compared++].cell = &t->cells->cell[c];
    for (size_t i = 0; i < p->n; i++)
        share[p->cluster[i]] += p->share_weight[i] / (double)p->n;
    struct summing job = {s, block};
    par_run(pool, n_compared, sum_compared, &job);
    design->evaluate = evaluate;
    design->evaluate_ctx = s;
    return OK;
}
