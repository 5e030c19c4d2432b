/* SPDX-License-Identifier: EUPL-1.2 */
/* keep: a run, written in stages that leave the writer free for others, counting from its last row.
 */
#include "app/audit/audit.h"
#include "app/linking/linking_int.h"
#include "base/json.h"
#include "base/json_load.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES_MAX = 4 << 20, TOLD_BYTES_MAX = 64 << 10, ROWS_A_STEP = 64 };

/* ---- persons ---- */

struct stage {
    struct keeping *k;
    const uint32_t *number; /* of each row, from linkage */
    struct person_id *id;   /* of each number, from 1 */
    const struct linkage_link *link;
    const uint32_t *queue; /* places in link, most harm first */
    size_t n_queue;
};

static err put_person_step(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info)
{
    struct stage *s = arg;
    err e = OK;
    for (int i = 0; e == OK && i < ROWS_A_STEP && b->at < (int64_t)s->k->from->n; i++, b->at++) {
        const size_t row = (size_t)b->at;
        const struct person_id person = s->id[s->number[row] - 1];
        e = person_put(
            tx, (struct person_put_in){.m = s->k->m, .id = person, .now = s->k->deed->now_ms},
            info);
        if (e == OK)
            e = person_link_put(
                tx,
                (struct person_link_put_in){
                    .m = s->k->m, .run = s->k->id, .record = s->k->from->id[row], .person = person},
                info);
    }
    b->done = b->at == (int64_t)s->k->from->n;
    return e;
}

/* Linkage keeps the numbers of persons that stayed; the others are new ones. */
static err name_persons(struct stage *s, const db *d, struct err_info *info)
{
    const struct gathered *g = s->k->from;
    size_t most = g->n_persons;
    for (size_t i = 0; i < g->n; i++)
        if (s->number[i] > most)
            most = s->number[i];
    s->id = calloc(most, sizeof *s->id);
    if (!s->id)
        return err_nomem(info);
    for (size_t p = 0; p < most; p++)
        s->id[p] = p < g->n_persons ? g->person[p] : (struct person_id){db_new_id(d)};
    return OK;
}

/* ---- pairs ---- */

static void tell_evidence(const struct stage *s, const struct linkage_explanation *why, json *j)
{
    const linkage *l = s->k->found;
    json_open_array(j);
    for (size_t i = 0; i < why->n; i++) {
        const struct linkage_reason *r = &why->reason[i];
        out a, b;
        out_init(&a, TOLD_BYTES_MAX);
        out_init(&b, TOLD_BYTES_MAX);
        linkage_value_masked(l, why->a, r->field, &a);
        linkage_value_masked(l, why->b, r->field, &b);
        json_open_object(j);
        json_key_str(j, "field", linkage_field_name(s->k->settings, r->field));
        json_key_str(j, "level", str_of(linkage_level_name(s->k->settings, r->field, r->level)));
        json_key_real(j, "bits", r->bits);
        json_key_str(j, "a", out_view(&a));
        json_key_str(j, "b", out_view(&b));
        json_close_object(j);
        out_free(&a);
        out_free(&b);
    }
    json_close_array(j);
}

static double harm_of(const struct linkage_link *l)
{
    const double p = linkage_probability((double)l->bits);
    return p < 0.5 ? p : 1 - p;
}

static err put_pair(struct stage *s, db_tx *tx, const struct linkage_link *l, struct err_info *info)
{
    struct linkage_explanation why;
    out told;
    json j;

    err e = linkage_explain(s->k->found, l->a, l->b, &why, info);
    if (e != OK)
        return e;
    out_init(&told, TOLD_BYTES_MAX);
    json_init_line(&j, &told);
    tell_evidence(s, &why, &j);
    e = out_error(&told, info);
    if (e == OK)
        e = link_pair_put(tx,
                          (struct link_pair_put_in){
                              .m = s->k->m,
                              .run = s->k->id,
                              .a = s->k->from->id[l->a],
                              .b = s->k->from->id[l->b],
                              .status = l->status,
                              .probability = linkage_probability((double)l->bits),
                              .harm = harm_of(l),
                              .told = out_view(&told),
                          },
                          info);
    out_free(&told);
    return e;
}

static err put_pairs_step(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info)
{
    struct stage *s = arg;
    err e = OK;
    for (int i = 0; e == OK && i < ROWS_A_STEP && b->at < (int64_t)s->n_queue; i++, b->at++)
        e = put_pair(s, tx, &s->link[s->queue[b->at]], info);
    b->done = b->at >= (int64_t)s->n_queue;
    return e;
}

static int by_harm(const void *a, const void *b, void *link)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    const double hx = harm_of(&((const struct linkage_link *)link)[x]);
    const double hy = harm_of(&((const struct linkage_link *)link)[y]);
    if (hx != hy)
        return hx < hy ? 1 : -1;
    return (x > y) - (x < y);
}

/* A pair that a rule forbids is no question; one that the others spoke against is. */
static err queue_pairs(struct stage *s, uint32_t **queue, struct err_info *info)
{
    size_t n_links, n = 0;
    s->link = linkage_links(s->k->found, &n_links);
    *queue = calloc(n_links ? n_links : 1, sizeof **queue);
    if (!*queue)
        return err_nomem(info);
    for (size_t i = 0; i < n_links; i++)
        if (s->link[i].status == LINKAGE_UNSURE || s->link[i].status == LINKAGE_CUT)
            (*queue)[n++] = (uint32_t)i;
    qsort_r(*queue, n, sizeof **queue, by_harm, (void *)(uintptr_t)s->link);
    s->queue = *queue;
    s->n_queue = n < LINKING_PAIRS_MAX ? n : LINKING_PAIRS_MAX;
    return OK;
}

/* ---- the run itself ---- */

static err put_run(db_tx *tx, void *arg, struct err_info *info)
{
    struct stage *s = arg;
    out figures, model;

    out_init(&figures, TEXT_BYTES_MAX);
    out_init(&model, TEXT_BYTES_MAX);
    linking_figures_write(linkage_figures(s->k->found), &figures);
    linkage_model_write(linkage_model(s->k->found), s->k->settings, &model);
    err e = out_error(&figures, info);
    if (e == OK)
        e = out_error(&model, info);
    if (e == OK)
        e = link_run_put(tx,
                         (struct link_run_put_in){.m = s->k->m,
                                                  .id = s->k->id,
                                                  .covenant = s->k->covenant,
                                                  .now = s->k->deed->now_ms,
                                                  .by = s->k->deed->viewer.id,
                                                  .figures = out_view(&figures),
                                                  .model = out_view(&model)},
                         info);
    out_free(&figures);
    out_free(&model);
    return e;
}

static err put_events(struct stage *s, db_tx *tx, struct err_info *info)
{
    size_t n;
    const struct linkage_event *event = linkage_events(s->k->found, &n);
    err e = OK;
    for (size_t i = 0; e == OK && i < n; i++)
        e = person_event_put(tx,
                             (struct person_event_put_in){
                                 .m = s->k->m,
                                 .id = db_new_id(db_tx_db(tx)),
                                 .run = s->k->id,
                                 .kind = event[i].kind,
                                 .from_person = s->id[event[i].from - 1],
                                 .into_person = s->id[event[i].into - 1],
                             },
                             info);
    return e;
}

static err let_it_count(db_tx *tx, void *arg, struct err_info *info)
{
    struct stage *s = arg;
    int64_t n = 0;
    err e = put_events(s, tx, info);
    if (e == OK)
        e = link_runs_put_by(tx, (struct link_runs_put_by_in){.m = s->k->m}, info);
    if (e == OK)
        e = link_run_count(tx, (struct link_run_count_in){.m = s->k->m, .id = s->k->id}, &n, info);
    if (e == OK && n != 1) /* it took so long that the sweeper thought it dead */
        e = err_set(info, E_CONFLICT, "linking.swept");
    return e == OK
               ? audit_add(tx, s->k->deed,
                           &(struct audit_row){
                               .verb = "link.run", .object = "link-run", .object_id = s->k->id.v},
                           info)
               : e;
}

err linking_keep(struct keeping *k, db *d, struct err_info *info)
{
    struct stage s = {.k = k, .number = linkage_persons(k->found)};
    uint32_t *queue = NULL;
    struct db_bulk at = {0};

    k->id = (struct link_run_id){db_new_id(d)};
    err e = name_persons(&s, d, info);
    if (e == OK)
        e = queue_pairs(&s, &queue, info);
    if (e == OK)
        e = db_tx_do(d, put_run, &s, info);
    if (e == OK)
        e = db_bulk_do(d, &at, put_person_step, &s, info);
    at = (struct db_bulk){0};
    if (e == OK)
        e = db_bulk_do(d, &at, put_pairs_step, &s, info);
    if (e == OK)
        e = db_tx_do(d, let_it_count, &s, info);
    free(queue);
    free(s.id);
    return e;
}

/* ---- figures ---- */

static const struct figure {
    const char *name;
    size_t offset;
    enum { FIGURE_SIZE, FIGURE_COUNT, FIGURE_REAL } type;
} figures[] = {
#define FIGURE(member, type)                                                                       \
    {                                                                                              \
#member, offsetof(struct linkage_figures, member), type                                    \
    }
    FIGURE(n_records, FIGURE_SIZE),      FIGURE(n_persons, FIGURE_SIZE),
    FIGURE(n_components, FIGURE_SIZE),   FIGURE(largest_person, FIGURE_SIZE),
    FIGURE(n_pairs, FIGURE_COUNT),       FIGURE(n_candidates, FIGURE_COUNT),
    FIGURE(n_left_out, FIGURE_COUNT),    FIGURE(found, FIGURE_REAL),
    FIGURE(expected_false, FIGURE_REAL), FIGURE(expected_missed, FIGURE_REAL),
    FIGURE(n_kept, FIGURE_SIZE),         FIGURE(n_merged, FIGURE_SIZE),
    FIGURE(n_split, FIGURE_SIZE),
};

void linking_figures_write(const struct linkage_figures *f, out *o)
{
    json j;
    json_init_line(&j, o);
    json_open_object(&j);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        const void *at = (const char *)f + figures[i].offset;
        json_key(&j, figures[i].name);
        if (figures[i].type == FIGURE_REAL)
            json_put_real(&j, *(const double *)at);
        else
            json_put_int(&j, figures[i].type == FIGURE_SIZE ? (int64_t) * (const size_t *)at
                                                            : *(const int64_t *)at);
    }
    json_key(&j, "links");
    json_open_array(&j);
    for (size_t i = 0; i < 4; i++)
        json_put_int(&j, (int64_t)f->n_links[i]);
    json_close_array(&j);
    json_close_object(&j);
}

err linking_figures_read(str text, struct linkage_figures *f, struct err_info *info)
{
    json_t *root = json_loadb(text.p, text.n, 0, NULL);
    *f = (struct linkage_figures){0};
    if (!root)
        return err_set(info, E_IO, "linking.figures-broken");
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        void *at = (char *)f + figures[i].offset;
        const json_t *v = json_object_get(root, figures[i].name);
        if (figures[i].type == FIGURE_REAL)
            *(double *)at = json_number_value(v);
        else if (figures[i].type == FIGURE_SIZE)
            *(size_t *)at = (size_t)json_integer_value(v);
        else
            *(int64_t *)at = json_integer_value(v);
    }
    for (size_t i = 0; i < 4; i++)
        f->n_links[i] =
            (size_t)json_integer_value(json_array_get(json_object_get(root, "links"), i));
    json_decref(root);
    return OK;
}
