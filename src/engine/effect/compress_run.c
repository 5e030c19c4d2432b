/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Estimates from sums for each team. With Z the team's regressors by period (an effect for each
 * period but the first; treatment, or an effect by start and period) and X the covariates, the
 * normal equations and the team's score are those of twfe_int.h, person effects removed:
 *     Gram  = sum (Z'A Z   Z'b_x )      right = sum (Z'b_y)      score = (Z'(b_y - A Z g - b_x h))
 *                 (b_x'Z   c_xx  )                  (c_xy )              (c_xy - b_x'Z g - c_xx h)
 */
#include "engine/effect/compress_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/influence_int.h"
#include "engine/effect/panel_int.h"

#include <math.h>
#include <string.h>

#define COLLINEAR 1e-12 /* as in twfe.c */
#define NO_COLUMN UINT32_MAX

/* Effects by start and period. */
struct cell {
    uint32_t column;
    int64_t steps; /* periods since the start */
    double weight;
    size_t n; /* rows */
};

struct system {
    const struct compressed *c;
    size_t y;          /* the outcome's column of the sums */
    size_t *x, n_x;    /* the covariates' */
    size_t first_x;    /* where these stand in the system: periods and cells come first */
    size_t k;          /* columns of the system; two-way: the last is the treatment */
    uint32_t *column;  /* (T + 1) x T: treatment's or cell's column by start, never last */
    struct cell *cell; /* n_cells; none for two-way */
    size_t n_cells;
    bool *is_used; /* of each team */
    double *gram, *scale, *beta;
    bool *keep;
    double *left, *fitted; /* k, T: scratch */
};

static size_t start_index(const struct compressed *c, const struct compressed_team *team)
{
    return team->start == COMPRESSED_NEVER ? c->n_periods : team->start;
}

/* The columns of the system that are 1 in a period: at most two. */
static size_t columns_at(const struct system *s, const struct compressed_team *team, size_t t,
                         uint32_t column[2])
{
    const uint32_t own = s->column[start_index(s->c, team) * s->c->n_periods + t];
    size_t n = 0;
    if (t > 0)
        column[n++] = (uint32_t)t - 1;
    if (own != NO_COLUMN)
        column[n++] = own;
    return n;
}

/* ---- which columns ---- */

/* A cell for each start in each period but the last before it, where anybody was seen. */
static err place_cells(struct system *s, arena *a, struct err_info *info)
{
    const struct compressed *c = s->c;
    const size_t n = c->n_periods;
    struct cell **at = ARENA_NEW(a, struct cell *, n * n);
    s->cell = ARENA_NEW(a, struct cell, n * n);
    if (!at || !s->cell)
        return err_nomem(info);
    for (size_t g = 0; g < c->n_teams; g++) {
        const struct compressed_team *team = &c->team[g];
        for (size_t t = 0; t < n && team->start != COMPRESSED_NEVER && s->is_used[g]; t++) {
            if (team->n_rows[t] == 0 || t + 1 == team->start)
                continue;
            struct cell **cell = &at[team->start * n + t];
            if (!*cell) {
                *cell = &s->cell[s->n_cells];
                (*cell)->column = (uint32_t)(n - 1 + s->n_cells++);
                (*cell)->steps = (int64_t)t - (int64_t)team->start;
                s->column[team->start * n + t] = (*cell)->column;
            }
            (*cell)->weight += team->weight[t];
            (*cell)->n += team->n_rows[t];
        }
    }
    return OK;
}

static err choose_teams(struct system *s, struct effect_result *r, struct err_info *info)
{
    const struct compressed *c = s->c;
    struct effect_diagnostics *d = &r->diagnostics;
    bool any_never = false;
    for (size_t g = 0; g < c->n_teams; g++) {
        s->is_used[g] = r->spec.method != EFFECT_SUNAB || c->team[g].start != 0;
        any_never |= c->team[g].start == COMPRESSED_NEVER;
        if (!s->is_used[g])
            d->n_always_treated += c->team[g].n_persons;
    }
    if (d->n_always_treated > 0)
        msg_int(effect_warn(r, "panel.always-treated"), (int64_t)d->n_always_treated);
    return r->spec.method != EFFECT_SUNAB || any_never
               ? OK
               : err_set(info, E_INPUT, "twfe.no-never-treated");
}

static err place_columns(struct system *s, const struct effect_result *r, arena *a,
                         struct err_info *info)
{
    const size_t n = s->c->n_periods;
    for (size_t i = 0; i < (n + 1) * n; i++)
        s->column[i] = NO_COLUMN;
    if (r->spec.method == EFFECT_SUNAB) {
        const err e = place_cells(s, a, info);
        if (e != OK)
            return e;
    }
    s->first_x = n - 1 + s->n_cells;
    s->k = s->first_x + s->n_x + (r->spec.method == EFFECT_TWFE);
    for (size_t start = 0; start < n && r->spec.method == EFFECT_TWFE; start++)
        for (size_t t = start; t < n; t++)
            s->column[start * n + t] = (uint32_t)s->k - 1;
    if (s->k + 1 <= LIN_K_MAX)
        return OK;
    err_text(info, E_LIMIT, "twfe.too-many-levels", s->c->time);
    msg_int(&info->msg, (int64_t)n);
    msg_int(&info->msg, LIN_K_MAX);
    return E_LIMIT;
}

static bool is_word_of(str column, str name)
{
    return column.n > name.n + 1 && str_starts(column, name) &&
           str_starts(str_cut(column, name.n, column.n), STR(": "));
}

/* A text column stands in the file as an indicator for each word but one. */
static err choose_covariates(struct system *s, const struct effect_spec *spec,
                             struct err_info *info)
{
    for (size_t i = 0; i < spec->n_covariates; i++) {
        const size_t before = s->n_x;
        for (size_t j = 0; j < s->c->n_covariates; j++) {
            const struct compressed_column *x = &s->c->column[j];
            if (str_eq(x->name, spec->covariates[i]) ||
                (x->against.p && x->against.n && is_word_of(x->name, spec->covariates[i])))
                s->x[s->n_x++] = j;
        }
        if (s->n_x == before)
            return err_text(info, E_INPUT, "compress.no-covariate", spec->covariates[i]);
    }
    return OK;
}

static err choose_outcome(struct system *s, str name, struct err_info *info)
{
    for (s->y = s->c->n_covariates; s->y < compressed_columns(s->c); s->y++)
        if (str_eq(s->c->column[s->y].name, name))
            return OK;
    err_text(info, E_INPUT, "compress.no-outcome", name);
    msg_text(&info->msg, s->c->column[s->c->n_covariates].name);
    return E_INPUT;
}

static err system_new(const struct compressed *c, struct effect_result *r, arena *a,
                      struct system *s, struct err_info *info)
{
    const size_t n = c->n_periods;
    *s = (struct system){.c = c,
                         .x = ARENA_NEW(a, size_t, c->n_covariates * EFFECT_COVARIATES_MAX),
                         .column = ARENA_NEW(a, uint32_t, (n + 1) * n),
                         .is_used = ARENA_NEW(a, bool, c->n_teams),
                         .fitted = ARENA_NEW(a, double, n)};
    if (!s->x || !s->column || !s->is_used || !s->fitted)
        return err_nomem(info);
    err e = choose_outcome(s, r->spec.outcome, info);
    if (e == OK)
        e = choose_covariates(s, &r->spec, info);
    if (e == OK)
        e = choose_teams(s, r, info);
    if (e == OK)
        e = place_columns(s, r, a, info);
    if (e != OK)
        return e;
    s->gram = ARENA_NEW(a, double, s->k * s->k);
    s->scale = ARENA_NEW(a, double, s->k);
    s->beta = ARENA_NEW(a, double, s->k);
    s->left = ARENA_NEW(a, double, s->k);
    s->keep = ARENA_NEW(a, bool, s->k);
    return s->gram && s->scale && s->beta && s->left && s->keep ? OK : err_nomem(info);
}

/* ---- normal equations ---- */

static void add_to_both(struct system *s, size_t i, size_t j, double v)
{
    s->gram[i * s->k + j] += v;
    if (i != j)
        s->gram[j * s->k + i] += v;
}

static void add_team(struct system *s, const struct compressed_team *team)
{
    const size_t n = s->c->n_periods, all = compressed_columns(s->c);
    uint32_t one[2], other[2];
    for (size_t t = 0; t < n; t++) {
        const size_t n_one = columns_at(s, team, t, one);
        for (size_t u = 0; u < n; u++) {
            const size_t n_other = columns_at(s, team, u, other);
            for (size_t i = 0; i < n_one; i++)
                for (size_t j = 0; j < n_other; j++)
                    s->gram[one[i] * s->k + other[j]] += team->a[t * n + u];
        }
        for (size_t i = 0; i < n_one; i++) {
            for (size_t j = 0; j < s->n_x; j++)
                add_to_both(s, one[i], s->first_x + j, team->b[s->x[j] * n + t]);
            s->beta[one[i]] += team->b[s->y * n + t];
        }
    }
    for (size_t i = 0; i < s->n_x; i++) {
        for (size_t j = 0; j <= i; j++)
            add_to_both(s, s->first_x + i, s->first_x + j, team->c[s->x[i] * all + s->x[j]]);
        s->beta[s->first_x + i] += team->c[s->y * all + s->x[i]];
    }
}

static void solve_scaled(const struct system *s, double *v)
{
    for (size_t j = 0; j < s->k; j++)
        v[j] *= s->scale[j];
    lin_cholesky_solve(s->gram, s->keep, s->k, v);
    for (size_t j = 0; j < s->k; j++)
        v[j] *= s->scale[j];
}

static err check_effects(const struct system *s, struct err_info *info)
{
    if (s->n_cells == 0 && !s->keep[s->k - 1])
        return err_text(info, E_INPUT, "twfe.treatment-collinear", s->c->treatment);
    for (size_t i = 0; i < s->n_cells; i++)
        if (!s->keep[s->cell[i].column])
            return err_text(info, E_INPUT, "twfe.cell-collinear", s->c->treatment);
    return OK;
}

static err solve(struct system *s, struct effect_result *r, struct err_info *info)
{
    for (size_t g = 0; g < s->c->n_teams; g++)
        if (s->is_used[g])
            add_team(s, &s->c->team[g]);
    for (size_t j = 0; j < s->k; j++) {
        const double square = s->gram[j * s->k + j];
        s->scale[j] = square > 0 ? 1 / sqrt(square) : 0;
    }
    for (size_t i = 0; i < s->k; i++)
        for (size_t j = 0; j < s->k; j++)
            s->gram[i * s->k + j] *= s->scale[i] * s->scale[j];
    (void)lin_cholesky(s->gram, s->k, COLLINEAR, s->keep);
    const err e = check_effects(s, info);
    if (e != OK)
        return e;
    for (size_t j = 0; j < s->n_x; j++)
        if (!s->keep[s->first_x + j])
            msg_text(effect_warn(r, s->scale[s->first_x + j] > 0 ? "twfe.covariate-collinear"
                                                                 : "twfe.covariate-absorbed"),
                     s->c->column[s->x[j]].name);
    solve_scaled(s, s->beta);
    return OK;
}

/* ---- scores ---- */

/* The sum of v over the columns that are 1 in each period. */
static void spread(const struct system *s, const struct compressed_team *team, const double *v,
                   double *to)
{
    uint32_t column[2];
    for (size_t t = 0; t < s->c->n_periods; t++) {
        to[t] = 0;
        for (size_t i = columns_at(s, team, t, column); i-- > 0;)
            to[t] += v[column[i]];
    }
}

/* s->left: the team's score of every column of the system. */
static void take_left(struct system *s, const struct compressed_team *team)
{
    const size_t n = s->c->n_periods, all = compressed_columns(s->c);
    const double *h = s->beta + s->first_x;
    uint32_t column[2];
    spread(s, team, s->beta, s->fitted);
    memset(s->left, 0, s->k * sizeof *s->left);
    for (size_t t = 0; t < n; t++) {
        double v = team->b[s->y * n + t] - lin_dot(team->a + t * n, s->fitted, n);
        for (size_t j = 0; j < s->n_x; j++)
            v -= team->b[s->x[j] * n + t] * h[j];
        for (size_t i = columns_at(s, team, t, column); i-- > 0;)
            s->left[column[i]] += v;
    }
    for (size_t i = 0; i < s->n_x; i++) {
        double v = team->c[s->y * all + s->x[i]] - lin_dot(team->b + s->x[i] * n, s->fitted, n);
        for (size_t j = 0; j < s->n_x; j++)
            v -= team->c[s->x[i] * all + s->x[j]] * h[j];
        s->left[s->first_x + i] = v;
    }
}

/* ---- which combinations are the answer ---- */

static bool average(const struct system *s, int64_t from, int64_t to, double *form, size_t *n_rows)
{
    double sum = 0;
    *n_rows = 0;
    for (size_t i = 0; i < s->n_cells; i++)
        if (s->cell[i].steps >= from && s->cell[i].steps <= to) {
            form[s->cell[i].column] = s->cell[i].weight;
            sum += s->cell[i].weight;
            *n_rows += s->cell[i].n;
        }
    for (size_t i = 0; i < s->k && sum > 0; i++)
        form[i] /= sum;
    return *n_rows > 0;
}

/* Between neighbours when evenly numbered, else 1: periods are counted. */
static double step_of(const struct compressed *c)
{
    const double step = c->period[1] - c->period[0];
    for (size_t t = 2; t < c->n_periods; t++)
        if (c->period[t] - c->period[t - 1] != step)
            return 1;
    return c->has_dates ? 1 : step;
}

static void list_events(const struct system *s, struct effect_result *r, double *form)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    const int64_t n = (int64_t)s->c->n_periods;
    size_t m = 1, n_rows;
    r->estimates[0].aggregation = EFFECT_SIMPLE;
    (void)average(s, 0, n, form, &n_rows);
    for (int64_t e = -n; e <= n; e++) {
        if (m == r->n_estimates)
            break;
        const bool any = average(s, e, e, form + m * s->k, &n_rows);
        if (!any && e != -1)
            continue;
        struct effect_estimate *x = &r->estimates[m++];
        x->aggregation = EFFECT_DYNAMIC;
        x->event_time = (double)e * step_of(s->c);
        x->n_treated = any ? n_rows : d->n_treated;
        x->n_control = d->n_control;
        x->reference = !any;
    }
}

/* Which steps occur, and the last before the start. */
static size_t count_events(const struct system *s)
{
    const int64_t n = (int64_t)s->c->n_periods;
    size_t found = 0;
    for (int64_t e = -n; e <= n; e++) {
        bool any = e == -1;
        for (size_t i = 0; i < s->n_cells && !any; i++)
            any = s->cell[i].steps == e;
        found += any;
    }
    return found;
}

static err make_forms(const struct system *s, arena *a, struct effect_result *r, double **form,
                      struct err_info *info)
{
    const size_t m = s->n_cells > 0 ? 1 + count_events(s) : 1;
    *form = ARENA_NEW(a, double, m * s->k);
    const err e = *form ? effect_result_reserve(r, m, 0, info) : err_nomem(info);
    if (e != OK)
        return e;
    if (s->n_cells > 0)
        list_events(s, r, *form);
    else
        (*form)[s->k - 1] = 1;
    r->estimates[0].n_treated = r->diagnostics.n_treated;
    r->estimates[0].n_control = r->diagnostics.n_control;
    return OK;
}

/* ---- inference ---- */

static err count(const struct system *s, size_t *n_parameters, const struct effect_result *r,
                 struct err_info *info)
{
    size_t kept = 0;
    for (size_t j = 0; j < s->k; j++)
        kept += s->keep[j];
    *n_parameters = 1 + kept;
    if (r->diagnostics.n_used > r->diagnostics.n_units + kept)
        return OK;
    err_set(info, E_INPUT, "twfe.too-few-rows");
    msg_int(&info->msg, (int64_t)r->diagnostics.n_used);
    msg_int(&info->msg, (int64_t)(r->diagnostics.n_units + kept));
    return E_INPUT;
}

/* Scores of the estimates, a column of teams each. */
static err take_scores(struct system *s, const double *form, arena *a, struct effect_result *r,
                       double **score, struct err_info *info)
{
    const size_t m = r->n_estimates, n_teams = s->c->n_teams;
    double *combination = ARENA_NEW(a, double, m * s->k);
    double *all = ARENA_NEW(a, double, m *n_teams);
    if (!combination || !all)
        return err_nomem(info);
    memcpy(combination, form, m * s->k * sizeof *form);
    for (size_t i = 0; i < m; i++) {
        r->estimates[i].estimate = lin_dot(form + i * s->k, s->beta, s->k);
        solve_scaled(s, combination + i * s->k);
        score[i] = all + i * n_teams;
    }
    for (size_t g = 0; g < n_teams; g++) {
        if (!s->is_used[g])
            continue;
        take_left(s, &s->c->team[g]);
        for (size_t i = 0; i < m; i++)
            score[i][g] = lin_dot(combination + i * s->k, s->left, s->k);
    }
    return OK;
}

static err infer(struct system *s, arena *a, struct effect_result *r, struct err_info *info)
{
    double *form;
    size_t n_parameters;
    err e = count(s, &n_parameters, r, info);
    if (e == OK)
        e = make_forms(s, a, r, &form, info);
    if (e != OK)
        return e;
    const size_t m = r->n_estimates;
    double **score = ARENA_NEW(a, double *, m);
    if (!score)
        return err_nomem(info);
    e = take_scores(s, form, a, r, score, info);
    if (e == OK)
        e = lin_gram(NULL, (const double *const *)score, m, NULL, s->c->n_teams, r->covariance,
                     info);
    if (e != OK)
        return e;
    const double n = (double)r->diagnostics.n_used, teams = (double)r->diagnostics.n_clusters;
    const double factor = teams / (teams - 1) * ((n - 1) / (n - (double)n_parameters));
    for (size_t i = 0; i < m * m; i++)
        r->covariance[i] *= factor;
    for (size_t i = 0; i < m; i++)
        if (!r->estimates[i].reference)
            influence_conclude(&r->estimates[i], sqrt(r->covariance[i * m + i]), teams - 1,
                               r->spec.level);
    return OK;
}

/* ---- who is in it ---- */

static err describe(const struct system *s, struct effect_result *r, struct err_info *info)
{
    const struct compressed *c = s->c;
    struct effect_diagnostics *d = &r->diagnostics;
    bool any_switch = false;
    for (size_t g = 0; g < c->n_teams; g++) {
        const struct compressed_team *team = &c->team[g];
        if (!s->is_used[g])
            continue;
        d->n_units += team->n_persons;
        d->n_treated += team->n_treated;
        d->n_clusters++;
        d->n_treated_clusters += team->n_treated > 0;
        d->n_control_clusters += team->n_treated < team->n_persons;
        any_switch |= team->n_treated > 0 && team->start > 0;
        for (size_t t = 0; t < c->n_periods; t++)
            d->n_used += team->n_rows[t];
    }
    d->n_rows = d->n_used;
    d->n_periods = c->n_periods;
    d->n_control = d->n_units - d->n_treated;
    d->n_unbalanced = EFFECT_HIDDEN; /* sums do not tell */
    if (d->n_clusters < 2)
        return err_text(info, E_INPUT, "effect.one-cluster", c->cluster);
    return any_switch ? OK : err_text(info, E_INPUT, "twfe.treatment-constant", c->treatment);
}

err compressed_estimate(const struct compressed *c, struct effect_result *r, struct err_info *info)
{
    struct system s = {0};
    arena *a = arena_new(PANEL_MEMORY_MAX);
    err e = a ? system_new(c, r, a, &s, info) : err_nomem(info);
    if (e == OK)
        e = describe(&s, r, info);
    if (e == OK)
        e = solve(&s, r, info);
    if (e == OK)
        e = infer(&s, a, r, info);
    arena_free(a);
    return e;
}

/* ---- the question ---- */

static err refuse_role(const char *option, str asked, str known, struct err_info *info)
{
    err_text(info, E_INPUT, "compress.other-role", str_of(option));
    msg_text(&info->msg, asked);
    msg_text(&info->msg, known);
    return E_INPUT;
}

/* Roles are settled in the file; who names them must mean the same. */
static err settle_roles(const struct compressed *c, struct effect_spec *s, struct err_info *info)
{
    const struct {
        const char *option;
        str *asked;
        str known;
    } roles[] = {
        {"unit", &s->unit, c->unit},
        {"time", &s->time, c->time},
        {"cluster", &s->cluster, c->cluster},
        {"weights", &s->weights, c->weights},
        {"treatment", &s->treatment, c->treatment},
        {"first-treated", &s->first_treated, c->treatment},
    };
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (roles[i].asked->n && !str_eq(*roles[i].asked, roles[i].known))
            return refuse_role(roles[i].option, *roles[i].asked, roles[i].known, info);
        *roles[i].asked = roles[i].known;
    }
    s->treatment = (str){0};
    return OK;
}

err compressed_settle(const struct compressed *c, struct effect_spec *s, struct err_info *info)
{
    const struct {
        bool asked;
        const char *option;
    } not_here[] = {
        {s->n_fixed_effects > 0, "fixed-effects"},
        {s->has_errors && s->errors != EFFECT_CR1, "errors"},
        {s->bootstrap > 0, "bootstrap"},
        {s->anticipation > 0, "anticipation"},
        {s->event_study && s->method != EFFECT_SUNAB, "event-study"},
        {s->inference != EFFECT_AUTO && s->inference != EFFECT_ANALYTIC, "inference"},
        {s->honesty != EFFECT_TRUSTING, "honest"},
        {s->n_subgroups > 0, "subgroups"},
        {s->n_explore > 0, "explore"},
        {s->n_placebo_outcomes > 0, "placebo-outcomes"},
        {s->unaffected.n > 0, "unaffected"},
        {s->provider.n > 0, "provider"},
        {s->has_never, "never"},
    };
    if (s->choose || (s->method != EFFECT_TWFE && s->method != EFFECT_SUNAB))
        return err_text(info, E_INPUT, "compress.method-not-here",
                        s->choose ? STR("auto") : str_of(effect_method_name(s->method)));
    for (size_t i = 0; i < sizeof not_here / sizeof *not_here; i++)
        if (not_here[i].asked)
            return err_text(info, E_INPUT, "compress.option-not-here", str_of(not_here[i].option));
    return settle_roles(c, s, info);
}
