/* SPDX-License-Identifier: EUPL-1.2 */
/* What the effect of fixed effects owes to each cluster, for effects that are read together. */
#include "engine/effect/looks_int.h"
#include "engine/effect/twfe_int.h"

/* Clusters by code, or units in the order of rows: one group. */
struct parts_pass {
    const struct twfe *f;
    struct looks_row *row;
    size_t n_visited; /* units so far */
};

static bool is_treated(const struct twfe_tile *t, size_t unit)
{
    for (size_t i = t->first[unit]; i < t->first[unit + 1]; i++)
        if (t->d[i] > 0)
            return true;
    return false;
}

/* Units are in the group of the treated or not, whole; those that move count in each cluster. */
static void visit(void *ctx, struct twfe_tile *t, size_t group, unsigned worker)
{
    (void)group;
    (void)worker;
    struct parts_pass *p = ctx;
    const struct twfe_rows *s = &p->f->rows;
    for (size_t u = 0; u < t->n_units; u++, p->n_visited++) {
        const bool treated = is_treated(t, u);
        for (size_t i = t->first[u]; i < t->first[u + 1]; i++) {
            struct looks_row *row = &p->row[t->cluster ? t->cluster[i] : p->n_visited];
            *(treated ? &row->treated : &row->control) += t->w ? t->w[i] : 1;
        }
        if (!t->cluster)
            p->row[p->n_visited].key =
                looks_key(s->unit.column, s->order ? s->order[t->id[u]] : t->id[u]);
    }
}

/* The keys of a column's codes. */
static err name_clusters(const struct twfe_codes *c, arena *a, struct looks_row *row,
                         struct err_info *info)
{
    const struct table_column *column = c->keys.column;
    uint32_t *word = ARENA_NEW(a, uint32_t, column->n_words);
    if (!word)
        return err_nomem(info);
    for (size_t w = 0; w < column->n_words; w++)
        word[c->keys.rank[w]] = (uint32_t)w;
    for (size_t i = 0; i < c->n; i++)
        switch (column->type) {
        case TABLE_INT:
        case TABLE_DATE: row[i].key = looks_key_of_int(c->key[i]); break;
        case TABLE_REAL: row[i].key = looks_key_of_real(twfe_key_value(column, c->key[i])); break;
        case TABLE_TEXT: row[i].key = looks_key_of_text(column->words[word[c->key[i]]]); break;
        }
    return OK;
}

err twfe_parts(const struct twfe_system *s, const double *form, par *pool, arena *a,
               struct effect_result *r, struct err_info *info)
{
    const struct twfe *f = s->f;
    const size_t n = f->rows.has_cluster ? f->rows.cluster.n : f->n_units;
    struct looks_row *row = ARENA_NEW(a, struct looks_row, n);
    double *sum = ARENA_NEW(a, double, n);
    if (!row || !sum)
        return err_nomem(info);
    struct parts_pass p = {.f = f, .row = row};
    struct twfe_pass pass = {.s = &f->rows,
                             .tile = s->tile,
                             .n_groups = 1,
                             .visit = visit,
                             .ctx = &p,
                             .without_outcome = true};
    twfe_pass_run(&pass, pool);
    err e = f->rows.has_cluster ? name_clusters(&f->rows.cluster, a, row, info) : OK;
    if (e == OK)
        e = twfe_score_sums(s, form, pool, a, sum, info);
    for (size_t i = 0; i < n && e == OK; i++)
        row[i].part = sum[i];
    return e == OK ? looks_keep_parts(row, n, r->memory, &r->parts, info) : e;
}
