/* SPDX-License-Identifier: EUPL-1.2 */
/* The variables of the panel: outcome, covariates and weights, period by period. */
#include "engine/effect/frame_int.h"
#include "engine/effect/panel_build_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum role { OUTCOME, COVARIATE, WEIGHT };

/* One variable on its way from the table into a series. */
struct variable {
    enum role role;
    const struct table_column *column;
    bool is_indicator; /* 1 where a text column holds `word`, else 0 */
    uint32_t word;
    struct panel_series series;
    bool is_constant;    /* over all units and periods */
    const char *bad_key; /* why a value may not be used, or NULL */
    size_t bad_row;
};

struct filling {
    const struct panel_rows *rows;
    const uint32_t *place;
    size_t n, n_periods;
    struct variable *variable;
    size_t n_variables;
};

static double value_of(const struct variable *v, size_t row)
{
    const double x = panel_value(v->column, row);
    return v->is_indicator && !isnan(x) ? (double)(v->column->codes[row] == v->word) : x;
}

static const char *why_refused(const struct variable *v, double x)
{
    if (v->role == WEIGHT && isnan(x))
        return "panel.weight-empty";
    if (v->role == WEIGHT && x < 0)
        return "panel.weight-negative";
    return fabs(x) > PANEL_REAL_MAX ? "panel.not-finite" : NULL;
}

/* False, with the reason kept, when the value of a row may not be used. */
static bool accept(struct variable *v, size_t row, double x)
{
    const char *refused = why_refused(v, x);
    if (!refused)
        return true;
    v->bad_key = refused;
    v->bad_row = row;
    return false;
}

/* Finds whether a variable stays the same within units, and if so what it is. */
static void survey(void *ctx, size_t job, unsigned worker)
{
    (void)worker;
    const struct filling *f = ctx;
    struct variable *v = &f->variable[job];
    double *first = v->series.v;
    for (size_t i = 0; i < f->n; i++)
        first[i] = NAN;
    v->series.varies = v->role == OUTCOME;
    for (size_t r = 0; r < f->rows->n && !v->series.varies; r++) {
        const uint32_t i = f->place[f->rows->unit.code[r]];
        if (i == PANEL_NEVER)
            continue;
        const double x = value_of(v, r);
        if (!accept(v, r, x))
            return;
        if (isnan(first[i]))
            first[i] = x;
        v->series.varies = isnan(x) || x != first[i];
    }
}

/* A varying variable in all its periods. */
static void fill(void *ctx, size_t job, unsigned worker)
{
    (void)worker;
    const struct filling *f = ctx;
    struct variable *v = &f->variable[job];
    if (!v->series.varies)
        return;
    for (size_t i = 0; i < f->n * f->n_periods; i++)
        v->series.v[i] = NAN;
    for (size_t r = 0; r < f->rows->n; r++) {
        const uint32_t i = f->place[f->rows->unit.code[r]];
        if (i == PANEL_NEVER)
            continue;
        const double x = value_of(v, r);
        if (!accept(v, r, x))
            return;
        v->series.v[f->rows->time.code[r] * f->n + i] = x;
    }
}

static err name_covariate(struct variable *v, arena *a, struct err_info *info)
{
    const struct table_column *c = v->column;
    v->series.name = v->is_indicator ? frame_indicator_name(a, c->name, c->words[v->word])
                                     : arena_str(a, c->name);
    return v->series.name.p ? OK : err_nomem(info);
}

static size_t series_length(const struct filling *f, const struct variable *v)
{
    return f->n * (v->series.varies ? f->n_periods : 1);
}

/* A covariate that is the same for everyone explains nothing. */
static void standardise(void *ctx, size_t job, unsigned worker)
{
    (void)worker;
    const struct filling *f = ctx;
    struct variable *v = &f->variable[job];
    const size_t n = series_length(f, v);
    double *x = v->series.v;
    if (v->role != COVARIATE)
        return;
    double sum = 0, squares = 0;
    size_t known = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i])) {
            sum += x[i];
            known++;
        }
    const double mean = known ? sum / (double)known : 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i]))
            squares += (x[i] - mean) * (x[i] - mean);
    const double sd = known ? sqrt(squares / (double)known) : 0;
    v->is_constant = !(sd > 1e-12 * fabs(mean));
    for (size_t i = 0; i < n && !v->is_constant; i++)
        x[i] = (x[i] - mean) / sd;
    v->series.mean = mean;
    v->series.sd = sd;
}

static err check_accepted(const struct filling *f, struct err_info *info)
{
    for (size_t j = 0; j < f->n_variables; j++) {
        const struct variable *v = &f->variable[j];
        if (v->bad_key) {
            err_text(info, E_INPUT, v->bad_key, v->column->name);
            panel_msg_value(&info->msg, f->rows->unit.column, v->bad_row);
            return E_INPUT;
        }
    }
    return OK;
}

static err check_known(const struct filling *f, const struct variable *v, struct err_info *info)
{
    const size_t n = series_length(f, v);
    for (size_t i = 0; i < n; i++)
        if (!isnan(v->series.v[i]))
            return OK;
    return err_text(info, E_INPUT, "panel.all-missing", v->column->name);
}

static err fill_all(struct filling *f, par *pool, arena *a, struct err_info *info)
{
    for (size_t j = 0; j < f->n_variables; j++) {
        struct variable *v = &f->variable[j];
        v->series.v = ARENA_NEW(a, double, f->n);
        if (!v->series.v)
            return err_nomem(info);
        const err e = v->role == COVARIATE ? name_covariate(v, a, info) : OK;
        if (e != OK)
            return e;
    }
    par_run(pool, f->n_variables, survey, f);
    err e = check_accepted(f, info);
    if (e != OK)
        return e;
    for (size_t j = 0; j < f->n_variables; j++) {
        struct variable *v = &f->variable[j];
        if (v->series.varies)
            v->series.v = ARENA_NEW(a, double, f->n * f->n_periods);
        if (!v->series.v)
            return err_nomem(info);
    }
    par_run(pool, f->n_variables, fill, f);
    e = check_accepted(f, info);
    for (size_t j = 0; j < f->n_variables && e == OK; j++)
        e = check_known(f, &f->variable[j], info);
    if (e != OK)
        return e;
    par_run(pool, f->n_variables, standardise, f);
    return OK;
}

/* ---- which variables there are ---- */

static uint32_t first_word(const struct table_column *c)
{
    uint32_t first = 0;
    for (size_t w = 1; w < c->n_words; w++)
        if (str_cmp(c->words[w], c->words[first]) < 0)
            first = (uint32_t)w;
    return first;
}

static int by_word(const void *a, const void *b)
{
    const struct variable *x = a, *y = b;
    return str_cmp(x->column->words[x->word], y->column->words[y->word]);
}

/* Appends a covariate: itself, or the indicators of all but the first of its words, by bytes. */
static err add_covariate(const struct table_column *c, struct filling *f, struct err_info *info)
{
    const size_t more = c->type == TABLE_TEXT ? c->n_words - (c->n_words > 0) : 1;
    if (f->n_variables + more > PANEL_COLUMNS_MAX) {
        err_text(info, E_LIMIT, "panel.too-many-columns", c->name);
        msg_int(&info->msg, (int64_t)more);
        msg_int(&info->msg, PANEL_COLUMNS_MAX);
        return E_LIMIT;
    }
    struct variable *v = f->variable + f->n_variables;
    if (c->type != TABLE_TEXT) {
        *v = (struct variable){.role = COVARIATE, .column = c};
        f->n_variables++;
        return OK;
    }
    const uint32_t first = first_word(c);
    for (uint32_t w = 0; w < c->n_words; w++)
        if (w != first)
            f->variable[f->n_variables++] =
                (struct variable){.role = COVARIATE, .column = c, .is_indicator = true, .word = w};
    qsort(v, more, sizeof *v, by_word);
    return OK;
}

static err list_variables(const struct effect_spec *spec, struct filling *f, struct err_info *info)
{
    const struct table_column *c;
    err e = table_find(f->rows->t, spec->outcome, &c, info);
    if (e != OK)
        return e;
    if (c->type == TABLE_TEXT)
        return err_text(info, E_INPUT, "panel.not-a-number", c->name);
    f->variable[f->n_variables++] = (struct variable){.role = OUTCOME, .column = c};
    if (spec->weights.n) {
        e = table_find(f->rows->t, spec->weights, &c, info);
        if (e != OK)
            return e;
        if (c->type == TABLE_TEXT)
            return err_text(info, E_INPUT, "panel.not-a-number", c->name);
        f->variable[f->n_variables++] = (struct variable){.role = WEIGHT, .column = c};
    }
    for (size_t j = 0; j < spec->n_covariates && e == OK; j++) {
        e = table_find(f->rows->t, spec->covariates[j], &c, info);
        if (e == OK)
            e = add_covariate(c, f, info);
    }
    return e;
}

/* ---- what the panel keeps ---- */

static void note_constant(const struct variable *v, struct panel_notes *notes)
{
    if (notes->n_constant++ >= EFFECT_WARNINGS_MAX)
        return;
    struct msg *m = &notes->constant[notes->n_constant - 1];
    msg_set(m, v->is_indicator ? "panel.constant-word" : "panel.constant-covariate");
    msg_text(m, v->column->name);
    if (v->is_indicator)
        msg_text(m, v->column->words[v->word]);
}

/* A series of ones: the constant, and weights when none are given. */
static struct panel_series ones(size_t n, arena *a)
{
    struct panel_series s = {.v = ARENA_NEW(a, double, n)};
    for (size_t i = 0; i < n && s.v; i++)
        s.v[i] = 1;
    return s;
}

static err keep(const struct filling *f, arena *a, struct panel *p, struct panel_notes *notes,
                struct err_info *info)
{
    p->x = ARENA_NEW(a, struct panel_series, f->n_variables + 1);
    p->weight = ones(f->n, a);
    if (!p->x || !p->weight.v)
        return err_nomem(info);
    p->x[0] = p->weight;
    p->k = 1;
    for (size_t j = 0; j < f->n_variables; j++) {
        const struct variable *v = &f->variable[j];
        if (v->role == OUTCOME)
            p->outcome = v->series.v;
        else if (v->role == WEIGHT)
            p->weight = v->series;
        else if (v->is_constant)
            note_constant(v, notes);
        else
            p->x[p->k++] = v->series;
    }
    p->varies = p->weight.varies;
    for (size_t j = 1; j < p->k; j++)
        p->varies |= p->x[j].varies;
    return OK;
}

err panel_fill(const struct panel_rows *rows, const struct effect_spec *spec, const uint32_t *place,
               par *pool, arena *scratch, arena *a, struct panel *p, struct panel_notes *notes,
               struct err_info *info)
{
    struct filling f = {.rows = rows,
                        .place = place,
                        .n = p->n,
                        .n_periods = p->periods.n,
                        .variable = ARENA_NEW(scratch, struct variable, PANEL_COLUMNS_MAX + 2)};
    if (!f.variable)
        return err_nomem(info);
    err e = list_variables(spec, &f, info);
    if (e == OK)
        e = fill_all(&f, pool, a, info);
    if (e == OK)
        e = keep(&f, a, p, notes, info);
    return e;
}
