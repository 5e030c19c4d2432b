/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/date.h"
#include "base/num.h"
#include "study_int.h"

#include <stdlib.h>
#include <string.h>

struct checking {
    const struct study *study;
    const table *data;
    struct errs *errors;
};

static struct msg *mistake(struct checking *c, const struct yaml_node *at, const char *key)
{
    return schema_mistake(c->errors, c->study->path, at, key);
}

/* The column a plan names, or NULL after a mistake at the place where it does. */
static const struct table_column *find(struct checking *c, str name, const struct yaml_node *at)
{
    const struct table_column *column = NULL;
    struct err_info info;
    if (table_find(c->data, name, &column, &info) == OK)
        return column;
    struct err_info *kept = errs_next(c->errors);
    *kept = info; /* the table's own sentence, with its suggestion, at our place */
    err_at(kept, c->study->path, at->line, at->column);
    return NULL;
}

static void check_column(struct checking *c, const struct yaml_node *map, const char *key, str name)
{
    if (name.n)
        find(c, name, schema_place(map, key));
}

/* A column that must hold numbers. */
static void check_numbers(struct checking *c, const struct yaml_node *map, const char *key,
                          str name)
{
    if (!name.n)
        return;
    const struct yaml_node *at = schema_place(map, key);
    const struct table_column *column = find(c, name, at);
    if (column && column->type == TABLE_TEXT)
        msg_text(mistake(c, at, "study.column-not-numbers"), name);
}

static void check_list(struct checking *c, const struct yaml_node *map, const char *key,
                       const struct schema_list *names)
{
    const struct yaml_node *list = yaml_get(map, str_of(key));
    const str *name = names->item;
    for (size_t i = 0; list && i < names->n; i++)
        if (name[i].n)
            find(c, name[i], &list->item[i]);
}

static void check_design(struct checking *c, const struct study_estimator *e)
{
    check_list(c, e->node, "covariates", &e->design.covariates);
    check_list(c, e->node, "fixed_effects", &e->design.fixed_effects);
    check_list(c, e->node, "exact", &e->design.exact);
}

static void check_columns(struct checking *c)
{
    const struct study_columns *k = &c->study->columns;
    check_column(c, k->node, "unit", k->unit);
    check_numbers(c, k->node, "time", k->time);
    check_numbers(c, k->node, "first_treated", k->first_treated);
    check_numbers(c, k->node, "treatment", k->treatment);
    check_numbers(c, k->node, "weights", k->weights);
    check_column(c, k->node, "cluster", k->cluster);
    check_list(c, k->node, "covariates", &k->covariates);
    check_list(c, c->study->node, "explore", &c->study->explore);
    check_list(c, c->study->node, "placebo_outcomes", &c->study->placebo_outcomes);
    const struct study_outcome *o = c->study->outcomes.item;
    for (size_t i = 0; i < c->study->outcomes.n; i++)
        check_numbers(c, o[i].node, "column", o[i].column);
    for (size_t i = 0; i < study_estimators(c->study); i++)
        check_design(c, study_estimator_at(c->study, i));
}

/* ---- values of filters ---- */

/* A value of the plan in the terms of a column. */
struct wanted {
    enum table_type type;
    int64_t i; /* also the code of a word */
    double d;
};

static bool want_word(const struct table_column *c, str value, int64_t *code)
{
    for (size_t w = 0; w < c->n_words; w++)
        if (str_eq(c->words[w], value)) {
            *code = (int64_t)w;
            return true;
        }
    return false;
}

static bool want(const struct table_column *c, str value, struct wanted *w)
{
    int32_t day;
    w->type = c->type;
    switch (c->type) {
    case TABLE_INT: return num_parse_int(value, &w->i);
    case TABLE_REAL: return num_parse_real(value, '.', &w->d);
    case TABLE_TEXT: return want_word(c, value, &w->i);
    case TABLE_DATE:
        if (!date_parse_iso(value, &day))
            return false;
        w->i = day;
        return true;
    }
    return false;
}

static bool matches(const struct table_column *c, size_t row, const struct wanted *w)
{
    if (c->missing && c->missing[row])
        return false;
    switch (w->type) {
    case TABLE_INT: return c->ints[row] == w->i;
    case TABLE_REAL: return c->reals[row] == w->d;
    case TABLE_TEXT: return c->codes[row] == w->i;
    case TABLE_DATE: return c->days[row] == w->i;
    }
    return false;
}

enum { KEPT = 1, MATCHED = 2 };

/* Marks the rows with this value; how many rows have it. */
static size_t mark_value(const table *t, const struct table_column *c, str value, uint8_t *keep)
{
    struct wanted w;
    size_t n = 0;
    if (!want(c, value, &w))
        return 0;
    for (size_t row = 0; row < table_rows(t); row++)
        if (matches(c, row, &w)) {
            keep[row] |= MATCHED;
            n++;
        }
    return n;
}

static void check_filter(struct checking *c, const struct study_filter *f,
                         const struct yaml_node *node, uint8_t *keep)
{
    const struct table_column *column =
        f->column.n ? find(c, f->column, schema_place(node, "column")) : NULL;
    const struct yaml_node *values = yaml_get(node, STR("values"));
    const str *value = f->values.item;
    for (size_t i = 0; column && i < f->values.n; i++)
        if (value[i].n && mark_value(c->data, column, value[i], keep) == 0) {
            struct msg *m = mistake(c, &values->item[i], "study.value-not-in-data");
            msg_text(m, value[i]);
            msg_text(m, f->column);
        }
}

static err check_data(struct checking *c)
{
    const struct study_subgroup *g = c->study->subgroups.item;
    uint8_t *keep = calloc(table_rows(c->data) + 1, 1);
    if (!keep)
        return err_nomem(errs_next(c->errors));
    const size_t before = c->errors->n_found;
    check_columns(c);
    for (size_t i = 0; i < study_estimators(c->study); i++) {
        const struct study_filter *rows = &study_estimator_at(c->study, i)->design.rows;
        check_filter(c, rows, rows->node, keep);
    }
    for (size_t i = 0; i < c->study->subgroups.n; i++)
        check_filter(c, &g[i].rows, g[i].node, keep);
    free(keep);
    return c->errors->n_found == before ? OK : E_INPUT;
}

/* ---- opening ---- */

str study_data_path(arena *a, const struct study *s)
{
    const str file = s->data.file;
    size_t n = s->path.n;
    while (n && s->path.p[n - 1] != '/')
        n--;
    if (n == 0 || file.p[0] == '/')
        return file;
    char *path = arena_alloc(a, n + file.n + 1, 1);
    if (!path)
        return (str){NULL, 0};
    memcpy(path, s->path.p, n);
    memcpy(path + n, file.p, file.n);
    return (str){path, n + file.n};
}

/* The format of the plan in the table's terms. */
static bool set_format(arena *a, const struct study_format *f, struct table_format *format)
{
    const struct study_type *type = f->types.item;
    str *name = ARENA_NEW(a, str, f->types.n);
    enum table_type *as = ARENA_NEW(a, enum table_type, f->types.n);
    if (!name || !as)
        return false;
    for (size_t i = 0; i < f->types.n; i++) {
        name[i] = type[i].column;
        as[i] = (enum table_type)type[i].type;
    }
    *format = (struct table_format){
        .separator = plan_separator_of[f->separator],
        .decimal = plan_decimal_of[f->decimal],
        .missing_marks = f->missing.n ? f->missing.item : NULL,
        .n_missing_marks = f->missing.n,
        .typed_name = name,
        .typed_as = as,
        .n_typed = f->types.n,
    };
    return true;
}

err study_open_data(const struct study *s, str file, par *pool, const struct progress *progress,
                    table **t, struct errs *errors)
{
    enum { MEMORY_MAX = 1 << 20 };
    struct table_format format;
    struct err_info info;
    table *opened = NULL;
    arena *a = arena_new(MEMORY_MAX);
    const str path = !a ? (str){NULL, 0} : file.n ? file : study_data_path(a, s);
    err e = OK;
    if (!path.p || !set_format(a, &s->data.format, &format)) {
        e = err_nomem(errs_next(errors));
        goto out;
    }
    e = table_open(path, &format, pool, progress, &opened, &info);
    if (e != OK) {
        *errs_next(errors) = info;
        goto out;
    }
    struct checking c = {s, opened, errors};
    e = check_data(&c);
    if (e == OK)
        *t = opened;
    else
        table_free(opened);
out:
    arena_free(a);
    return e;
}

/* ---- rows ---- */

static err keep_window(const table *t, str time, struct study_window window, uint8_t *keep,
                       struct err_info *info)
{
    const struct table_column *c;
    err e = table_find(t, time, &c, info);
    if (e != OK)
        return e;
    double *v = malloc((table_rows(t) + 1) * sizeof *v);
    if (!v)
        return err_nomem(info);
    e = table_reals(t, c, v, info);
    for (size_t i = 0; e == OK && i < table_rows(t); i++)
        keep[i] = keep[i] && v[i] >= window.from && v[i] <= window.to;
    free(v);
    return e;
}

static err keep_filter(const table *t, const struct study_filter *f, uint8_t *keep,
                       struct err_info *info)
{
    const struct table_column *c;
    const str *value = f->values.item;
    const err e = table_find(t, f->column, &c, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < f->values.n; i++)
        mark_value(t, c, value[i], keep);
    for (size_t row = 0; row < table_rows(t); row++)
        keep[row] = keep[row] == (KEPT | MATCHED) ? KEPT : 0;
    return OK;
}

err study_rows(const struct study *s, const table *t, size_t estimator,
               const struct study_subgroup *subgroup, table **selected, struct err_info *info)
{
    const struct study_window window = study_window_of(s, estimator);
    const struct study_filter rows = study_filter_of(s, estimator);
    const bool all_times = window.node == NULL;
    *selected = NULL;
    if (!subgroup && !rows.node && all_times)
        return OK;
    uint8_t *keep = malloc(table_rows(t) + 1);
    if (!keep)
        return err_nomem(info);
    memset(keep, KEPT, table_rows(t));
    err e = OK;
    if (rows.node)
        e = keep_filter(t, &rows, keep, info);
    if (e == OK && subgroup)
        e = keep_filter(t, &subgroup->rows, keep, info);
    if (e == OK && !all_times)
        e = keep_window(t, s->columns.time, window, keep, info);
    if (e == OK)
        e = table_select(t, keep, selected, info);
    free(keep);
    return e;
}
