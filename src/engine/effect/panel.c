/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/machine.h"
#include "engine/effect/looks_int.h"
#include "engine/effect/panel_teams_int.h"

#include <math.h>
#include <stdlib.h>

/* Which estimator a method means on a panel. */
static struct effect_spec resolve(const struct effect_spec *asked)
{
    struct effect_spec s = *asked;
    if (s.method == EFFECT_REGRESSION)
        s.estimator = EFFECT_REG;
    if (s.method == EFFECT_WEIGHTING)
        s.estimator = EFFECT_IPW;
    if (s.method == EFFECT_DIFFERENCE) /* a difference of mean changes */
        s.estimator = EFFECT_REG;
    return s;
}

static err check_spec(const struct effect_spec *s, struct err_info *info)
{
    if (!s->first_treated.n && !s->treatment.n)
        return err_set(info, E_INPUT, "panel.no-start-column");
    if (s->anticipation < 0 || s->anticipation > PANEL_PERIODS_MAX) {
        err_set(info, E_INPUT, "panel.anticipation");
        msg_int(&info->msg, PANEL_PERIODS_MAX);
        return E_INPUT;
    }
    return OK;
}

/* ---- clusters of either arm ---- */

bool panel_is_seen_treated(const struct panel *p, const struct panel_cohort *c, size_t i)
{
    for (size_t t = c->start; t < p->periods.n; t++)
        if (!isnan(p->outcome[t * p->n + i]))
            return true;
    return false;
}

enum { AS_TREATED = 1, AS_CONTROL = 2 };

static size_t count_in_cohort(const struct panel *p, size_t cohort, uint8_t *seen, uint8_t mark)
{
    const struct panel_cohort *c = &p->cohort[cohort];
    size_t n = 0;
    for (size_t i = c->first; i < c->first + c->n; i++) {
        if (mark == AS_TREATED && !panel_is_seen_treated(p, c, i))
            continue;
        n += !(seen[p->cluster[i]] & mark);
        seen[p->cluster[i]] |= mark;
    }
    return n;
}

static err count_clusters(const struct panel *p, const struct effect_spec *spec, arena *a,
                          struct panel_clusters *count, struct err_info *info)
{
    const size_t n_never = p->cohort[p->n_cohorts].n;
    *count = (struct panel_clusters){.n = p->n, .n_treated = p->n - n_never, .n_control = n_never};
    if (spec->control == EFFECT_NOT_YET) /* all but the first cohort can be controls */
        count->n_control = p->n - p->cohort[0].n;
    if (!p->cluster)
        return OK;
    uint8_t *seen = ARENA_NEW(a, uint8_t, p->n_clusters);
    uint8_t *alone = ARENA_NEW(a, uint8_t, p->n_clusters);
    if (!seen || !alone)
        return err_nomem(info);
    *count = (struct panel_clusters){.n = p->n_clusters};
    for (size_t h = 0; h < p->n_cohorts; h++) {
        count->n_treated += count_in_cohort(p, h, seen, AS_TREATED);
        for (size_t i = 0; i < p->n_clusters; i++)
            alone[i] = 0;
        count->n_lonely += count_in_cohort(p, h, alone, AS_TREATED) == 1;
    }
    for (size_t h = spec->control == EFFECT_NOT_YET ? 1 : p->n_cohorts; h <= p->n_cohorts; h++)
        count->n_control += count_in_cohort(p, h, seen, AS_CONTROL);
    return OK;
}

/* ---- what the reader should know ---- */

static void warn_count(struct effect_result *r, const char *key, size_t n)
{
    if (n > 0)
        msg_int(effect_warn(r, key), (int64_t)n);
}

static size_t count_failed(const struct panel_cells *cells)
{
    size_t n = 0;
    for (size_t c = 0; c < cells->n; c++)
        n += cells->cell[c].failed != NULL;
    return n;
}

static size_t most_trimmed(const struct panel_cells *cells)
{
    size_t most = 0;
    for (size_t c = 0; c < cells->n; c++)
        most = cells->cell[c].n_trimmed > most ? cells->cell[c].n_trimmed : most;
    return most;
}

static void warn_failed(const struct panel_cells *cells, bool drops, struct effect_result *r)
{
    const size_t n = count_failed(cells);
    const char *why = NULL;
    for (size_t c = cells->n; c-- > 0;)
        why = cells->cell[c].failed ? cells->cell[c].failed : why;
    if (n == 0)
        return;
    struct msg *m = effect_warn(r, drops ? "panel.cells-dropped" : "panel.cells-failed");
    msg_int(m, (int64_t)n);
    msg_key(m, why);
}

static void warn_all(const struct panel *p, const struct panel_cells *cells,
                     const struct panel_notes *notes, const struct panel_clusters *clusters,
                     const struct effect_spec *spec, struct effect_result *r)
{
    warn_count(r, "panel.always-treated", notes->n_always_treated);
    warn_count(r, "panel.start-after-end", notes->n_after_end);
    warn_count(r, "panel.rows-missing", notes->n_dropped_missing);
    warn_count(r, "panel.unbalanced", notes->n_unbalanced);
    for (size_t i = 0; i < notes->n_constant; i++) { /* more than are noted find no room anyway */
        const struct msg *note =
            &notes->constant[i < EFFECT_WARNINGS_MAX ? i : EFFECT_WARNINGS_MAX - 1];
        *effect_warn(r, note->key) = *note;
    }
    if (cells->is_cut)
        effect_warn(r, "panel.last-cohort-is-control");
    warn_count(r, "panel.trimmed", most_trimmed(cells));
    warn_failed(cells, spec->drop_failed, r);
    const bool is_few = effect_is_few(clusters->n, clusters->n_treated, clusters->n_control);
    if (!p->cluster && is_few) { /* of clusters effect_run warns itself */
        struct msg *m = effect_warn(r, "panel.few-units");
        msg_int(m, (int64_t)clusters->n);
        msg_int(m, (int64_t)clusters->n_treated);
        msg_int(m, (int64_t)clusters->n_control);
    }
    warn_count(r, "panel.cohort-in-one-cluster", clusters->n_lonely);
}

static void describe(const table *t, const struct panel *p, const struct panel_answer *answer,
                     const struct panel_notes *notes, struct effect_diagnostics *d)
{
    /* those who are never treated within the periods with estimates */
    const size_t n_control = p->cohort[p->n_cohorts - (answer->cells.is_cut ? 1 : 0)].n;
    d->n_rows = table_rows(t);
    d->n_used = notes->n_used;
    d->n_dropped_missing = notes->n_dropped_missing;
    d->n_units = p->n;
    d->n_periods = p->periods.n;
    d->n_treated = p->n - n_control;
    d->n_control = n_control;
    d->n_always_treated = notes->n_always_treated;
    d->n_starts = p->n_cohorts;
    d->n_never = p->cohort[p->n_cohorts].n;
    d->n_unbalanced = notes->n_unbalanced;
    d->propensity_sum_treated = answer->sum_treated;
}

/* ---- the estimates ---- */

/* Numbers the cells that have an influence column. */
static size_t number_columns(const struct panel_cells *cells, size_t *column)
{
    size_t n = 0;
    for (size_t c = 0; c < cells->n; c++)
        column[c] = cells->cell[c].failed || cells->cell[c].reference ? SIZE_MAX : n++;
    return n;
}

/* The share of a cohort is a mean over units of w 1(start = g): its influence is that less the
 * mean. */
void panel_add_shares(const struct panel *p, double *influence)
{
    for (size_t g = 0; g < p->n_cohorts; g++) {
        const struct panel_cohort *c = &p->cohort[g];
        double *psi = influence + g * p->n;
        for (size_t i = 0; i < p->n; i++)
            psi[i] = (i >= c->first && i < c->first + c->n ? p->share_weight[i] : 0) - c->share;
    }
}

static void describe_clusters(const struct panel *p, const struct panel_clusters *clusters,
                              struct effect_diagnostics *d)
{
    if (!p->cluster)
        return;
    d->n_clusters = clusters->n;
    d->n_treated_clusters = clusters->n_treated;
    d->n_control_clusters = clusters->n_control;
}

/* Effects of all cells with their influences, then what is made of them. */
static err solve(const struct panel *p, const struct effect_spec *spec, const size_t *column,
                 size_t n_columns, double *influence, par *pool, const struct progress *progress,
                 arena *a, struct panel_answer *answer, struct effect_result *r,
                 struct err_info *info)
{
    struct panel_cells *cells = &answer->cells;
    struct panel_forms forms;
    err e =
        panel_att(p, spec, cells, column, pool, progress, a, influence, &answer->sum_treated, info);
    if (e == OK && count_failed(cells) == cells->n)
        e = err_set(info, E_INPUT, cells->cell[0].failed);
    if (e == OK)
        e = panel_aggregate(p, spec, cells, a, r->memory, r, &forms, info);
    if (e != OK)
        return e;
    panel_add_shares(p, influence + n_columns * p->n);
    e = count_clusters(p, spec, a, &answer->clusters, info);
    if (e != OK)
        return e;
    describe_clusters(p, &answer->clusters, &r->diagnostics);
    return panel_infer(p, spec, cells, column, n_columns, influence, &forms, pool, progress, a, r,
                       info);
}

err panel_solve(const struct panel *p, const struct effect_spec *spec, par *pool,
                const struct progress *progress, arena *a, struct panel_answer *answer,
                struct effect_result *r, struct err_info *info)
{
    err e = panel_cells_make(p, spec, a, &answer->cells, info);
    if (e == OK && answer->keeps_samples)
        e = panel_balance_keep(p, &answer->cells, a, info);
    if (e != OK)
        return e;
    size_t *column = ARENA_NEW(a, size_t, answer->cells.n + 1);
    if (!column)
        return err_nomem(info);
    const size_t n_columns = number_columns(&answer->cells, column);
    arena *own = arena_new_beside(a); /* the largest part by far, and soon over */
    double *influence = own ? ARENA_NEW(own, double, (n_columns + p->n_cohorts) * p->n) : NULL;
    if (influence)
        e = solve(p, spec, column, n_columns, influence, pool, progress, a, answer, r, info);
    else
        e = err_nomem(info);
    arena_free(own);
    return e;
}

/* ---- as if treatment had started earlier ---- */

struct earlier {
    const struct panel *p;
    par *pool;
    const struct progress *progress;
};

/* The panel stays as it was built: only the starts move, and the periods that get a comparison. */
static err solve_earlier(const void *ctx, const struct panel_move *move, size_t n_periods, arena *a,
                         struct effect_result *made, struct err_info *info)
{
    const struct earlier *e = ctx;
    struct panel moved = *e->p;
    struct panel_answer answer = {0};
    moved.cohort = ARENA_NEW(a, struct panel_cohort, moved.n_cohorts + 1);
    if (!moved.cohort)
        return err_nomem(info);
    for (size_t h = 0; h <= moved.n_cohorts; h++)
        moved.cohort[h] = e->p->cohort[h];
    for (size_t h = 0; h < moved.n_cohorts; h++) {
        struct panel_cohort *c = &moved.cohort[h];
        c->start = c->from = move[h].until > 0 ? move[h].start : 0; /* 0: nobody's control */
        c->until = move[h].until;
    }
    moved.periods.n = n_periods;
    moved.key = NULL;
    const err code = panel_solve(&moved, &made->spec, e->pool, e->progress, a, &answer, made, info);
    if (code != OK || moved.n_cohorts > 1)
        return code;
    /* Of several starts, the rows of some teams are about the effect where those of others are not:
       these cannot be exchanged. */
    return panel_teams_run(&moved, &made->spec, &answer.cells, e->pool, e->progress, a, made, info);
}

static err look_earlier(const struct panel *p, const struct effect_spec *spec, par *pool,
                        const struct progress *progress, arena *a, struct effect_result *r,
                        struct err_info *info)
{
    const struct earlier earlier = {p, pool, progress};
    uint32_t *start = ARENA_NEW(a, uint32_t, p->n_cohorts);
    if (!start)
        return err_nomem(info);
    for (size_t h = 0; h < p->n_cohorts; h++)
        start[h] = p->cohort[h].start;
    const struct looks_starts starts = {start,         p->n_cohorts, p->periods.n,
                                        solve_earlier, &earlier,     a};
    return looks_placebo_start(&starts, spec, r, info);
}

/* ---- the whole ---- */

static err estimate(const table *t, const struct effect_spec *spec, par *pool,
                    const struct progress *progress, arena *a, struct effect_result *r,
                    struct err_info *info)
{
    struct panel p;
    struct panel_notes notes;
    struct panel_answer answer = {.keeps_samples = true};

    progress_report(progress, "panel.step-build", 0, 1);
    err e = panel_build(t, spec, pool, a, &p, &notes, info);
    if (e == OK)
        e = panel_solve(&p, spec, pool, progress, a, &answer, r, info);
    if (e == OK)
        e = panel_teams_run(&p, spec, &answer.cells, pool, progress, a, r, info);
    if (e != OK)
        return e;
    describe(t, &p, &answer, &notes, &r->diagnostics);
    warn_all(&p, &answer.cells, &notes, &answer.clusters, spec, r);
    e = panel_balance(&p, &answer.cells, pool, a, r, info);
    if (e != OK)
        return e;
    return spec->no_placebo_start ? OK : look_earlier(&p, spec, pool, progress, a, r, info);
}

/* The folder that a table's file is in: what it says may lie there. */
static str folder_of(str path)
{
    size_t n = path.n;
    while (n > 0 && path.p[n - 1] != '/')
        n--;
    return n > 0 ? (str){path.p, n} : STR(".");
}

arena *panel_arena_new(const table *t, const struct effect_spec *spec)
{
    return arena_new_spilling(PANEL_MEMORY_MAX, spec->memory ? spec->memory : machine_memory() / 2,
                              spec->scratch.n ? spec->scratch : folder_of(table_name(t)));
}

err effect_panel_run(const table *t, const struct effect_spec *asked, par *pool,
                     const struct progress *progress, struct effect_result *r,
                     struct err_info *info)
{
    const struct effect_spec spec = resolve(asked);
    err e = check_spec(&spec, info);
    if (e != OK)
        return e;
    arena *a = panel_arena_new(t, &spec);
    if (!a)
        return err_nomem(info);
    r->spec.estimator = spec.estimator;
    e = estimate(t, &spec, pool, progress, a, r, info);
    if (e == E_NOMEM)
        e = arena_error(a, info);
    arena_free(a);
    return e;
}
