/* SPDX-License-Identifier: EUPL-1.2 */
/* lease: one worker at a time has a job; every change of a running job names the lease. */
#include "app/job/job_int.h"

#include <string.h>

int64_t job_lease_ms(const struct job_worker *w)
{
    return w->lease_ms > 0 ? w->lease_ms : JOB_LEASE_MS;
}

static int tries_max(const struct job_worker *w)
{
    return w->tries_max > 0 ? w->tries_max : JOB_TRIES_MAX;
}

/* ---- what dead workers left ---- */

/* When this lapsed lease was first seen, as it is now; it begins to be watched when it was not. */
static int64_t watched_since(struct watch *was, struct watch *is, const struct jobs_lapsed_row *row)
{
    int64_t since = job_monotonic_ms();
    for (size_t i = 0; i < was->n; i++)
        if (was->seen[i].id.v == row->id.v && was->seen[i].lease == row->lease &&
            was->seen[i].until == row->until)
            since = was->seen[i].since_ms;
    is->seen[is->n].id = row->id;
    is->seen[is->n].lease = row->lease;
    is->seen[is->n].until = row->until;
    is->seen[is->n++].since_ms = since;
    return since;
}

/* A job whose lease has ended and was not renewed for a third of its time. */
static err find_left(const struct job_worker *w, db *d, arena *a, struct watch *watch,
                     struct jobs_lapsed_row *left, bool *found, struct err_info *info)
{
    const int64_t now = w->app->now_ms(), lease = job_lease_ms(w);
    struct jobs_lapsed_row *row;
    struct watch is = {.n = 0};
    size_t n;

    *found = false;
    const err e = jobs_lapsed(
        d, a, (struct jobs_lapsed_in){.now = now, .latest = now + lease, .limit = WATCHED_MAX},
        &row, &n, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < n; i++)
        if (job_monotonic_ms() - watched_since(watch, &is, &row[i]) >= lease / 3 && !*found) {
            *left = row[i];
            *found = true;
        }
    *watch = is;
    return OK;
}

/* ---- taking one ---- */

struct take {
    const struct job_worker *w;
    arena *memory;
    struct job_id id;      /* of one that was left; v == 0: none */
    int64_t lease, until;  /* of the worker that left it */
    struct leased *leased; /* its id is 0 when nothing was taken */
};

static err end_unrun(const struct take *t, db_tx *tx, enum job_state state, struct err_info *info)
{
    struct err_info failure;
    int64_t changed;
    out o;

    out_init(&o, JOB_LINE_MAX);
    if (state == JOB_FAILED) {
        err_set(&failure, E_LIMIT, "job.tries");
        msg_int(&failure.msg, tries_max(t->w));
        job_failures_print(&o, &failure, 1, 1);
    }
    err e = out_error(&o, info);
    if (e == OK)
        e = job_end(tx,
                    (struct job_end_in){.id = t->id,
                                        .lease = t->lease,
                                        .state = state,
                                        .now = t->w->app->now_ms(),
                                        .failure = out_view(&o),
                                        .result = STR("")},
                    &changed, info);
    out_free(&o);
    return e;
}

static err take_row(const struct take *t, db_tx *tx, const struct job_to_do_row *row,
                    struct job_id id, struct err_info *info)
{
    struct leased *l = t->leased;
    const struct job_lease_in in = {
        .id = id,
        .lease = db_new_id(db_tx_db(tx)),
        .until = t->w->app->now_ms() + job_lease_ms(t->w),
        .now = t->w->app->now_ms(),
    };
    const err e = job_lease(tx, in, info);
    if (e == OK)
        *l = (struct leased){.id = id,
                             .lease = in.lease,
                             .kind = row->kind,
                             .args = row->args,
                             .owner = row->owner,
                             .lang = (enum lang)row->lang};
    return e;
}

/* The one a dead worker left; nothing when somebody was faster, or it was alive after all. */
static err take_left(const struct take *t, db_tx *tx, struct err_info *info)
{
    struct job_to_do_row row;
    const err e =
        job_to_do(db_tx_db(tx), t->memory, (struct job_to_do_in){.id = t->id}, &row, info);
    if (e == E_NOT_FOUND || (e == OK && (row.lease != t->lease || row.until != t->until)))
        return OK;
    if (e != OK)
        return e;
    if (row.cancel_asked)
        return end_unrun(t, tx, JOB_CANCELLED, info);
    if (row.tries >= tries_max(t->w))
        return end_unrun(t, tx, JOB_FAILED, info);
    return take_row(t, tx, &row, t->id, info);
}

/* The one that waits longest. */
static err take_waiting(const struct take *t, db_tx *tx, struct err_info *info)
{
    struct job_waiting_row *waiting;
    struct job_to_do_row row;
    size_t n;
    err e = job_waiting(db_tx_db(tx), t->memory, (struct job_waiting_in){.limit = 1}, &waiting, &n,
                        info);
    if (e != OK || n == 0)
        return e;
    e = job_to_do(db_tx_db(tx), t->memory, (struct job_to_do_in){.id = waiting->id}, &row, info);
    return e == OK ? take_row(t, tx, &row, waiting->id, info) : e;
}

static err take_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct take *t = arg;
    err e = OK;

    *t->leased = (struct leased){.lease = 0};
    if (t->id.v)
        e = take_left(t, tx, info);
    if (e == OK && t->leased->lease == 0)
        e = take_waiting(t, tx, info);
    return e;
}

static err find_files(db *d, arena *a, struct leased *l, struct err_info *info)
{
    struct files_of_job_row *row;
    size_t n;
    const err e = files_of_job(d, a, (struct files_of_job_in){.job = l->id, .limit = JOB_FILES_MAX},
                               &row, &n, info);
    struct job_file *file = e == OK ? ARENA_NEW(a, struct job_file, n) : NULL;
    if (e != OK)
        return e;
    if (!file)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++)
        file[i] = (struct job_file){row[i].id,    row[i].name, row[i].type,
                                    row[i].bytes, row[i].hash, row[i].created_at};
    l->file = file;
    l->n_files = n;
    return OK;
}

err job_lease_next(const struct job_worker *w, db *d, arena *a, struct watch *watch,
                   struct leased *l, struct err_info *info)
{
    struct take t = {.w = w, .memory = a, .leased = l};
    struct jobs_lapsed_row left = {.lease = 0};
    bool found;

    err e = find_left(w, d, a, watch, &left, &found, info);
    if (e == OK && found) {
        t.id = left.id;
        t.lease = left.lease;
        t.until = left.until;
    }
    if (e == OK)
        e = db_tx_do(d, take_in, &t, info);
    if (e == OK && l->lease == 0)
        return err_set(info, E_NOT_FOUND, "job.none");
    return e == OK ? find_files(d, a, l, info) : e;
}

/* ---- holding, ending, giving back ---- */

struct held {
    const struct job_worker *w;
    arena *memory;
    const struct leased *l;
    const struct beat *beat;
    bool cancel;
    enum job_state state;
    str failure, result;
};

static err lost(struct err_info *info)
{
    return err_set(info, E_CONFLICT, "job.lease-lost");
}

static err beat_in(db_tx *tx, void *arg, struct err_info *info)
{
    struct held *h = arg;
    struct job_orders_row orders;
    int64_t changed;
    err e = job_beat(tx,
                     (struct job_beat_in){
                         .id = h->l->id,
                         .lease = h->l->lease,
                         .until = h->w->app->now_ms() + job_lease_ms(h->w),
                         .step = h->beat->step,
                         .share = h->beat->share,
                         .left_ms = h->beat->left_ms,
                     },
                     &changed, info);
    if (e == OK && changed == 0)
        e = lost(info);
    if (e == OK)
        e = job_orders(db_tx_db(tx), h->memory,
                       (struct job_orders_in){.id = h->l->id, .lease = h->l->lease}, &orders, info);
    if (e == OK)
        h->cancel = orders.cancel_asked;
    return e;
}

err job_lease_beat(const struct job_worker *w, db *d, arena *a, const struct leased *l,
                   const struct beat *beat, bool *cancel, struct err_info *info)
{
    struct held h = {.w = w, .memory = a, .l = l, .beat = beat};
    const err e = db_tx_do(d, beat_in, &h, info);
    if (e == OK)
        *cancel = h.cancel;
    return e;
}

static err end_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct held *h = arg;
    struct jobs_alive_row *row;
    int64_t changed;
    size_t n;

    err e = job_end(tx,
                    (struct job_end_in){.id = h->l->id,
                                        .lease = h->l->lease,
                                        .state = h->state,
                                        .now = h->w->app->now_ms(),
                                        .failure = h->failure,
                                        .result = h->result},
                    &changed, info);
    if (e != OK || changed == 1)
        return e;
    e = jobs_alive(db_tx_db(tx), h->memory,
                   (struct jobs_alive_in){.ids = {&h->l->id, 1}, .limit = 1}, &row, &n, info);
    if (e != OK)
        return e;
    /* it may be that an earlier try to say this succeeded and nobody heard of it */
    return n == 1 && h->result.n && str_eq(row->result, h->result) ? OK : lost(info);
}

err job_lease_end(const struct job_worker *w, db *d, const struct leased *l, enum job_state state,
                  str failure, str result, struct err_info *info)
{
    struct held h = {.w = w,
                     .memory = arena_new(1 << 20),
                     .l = l,
                     .state = state,
                     .failure = failure,
                     .result = result};
    const err e = h.memory ? db_tx_do(d, end_in, &h, info) : err_nomem(info);
    arena_free(h.memory);
    return e;
}

static err give_back_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct leased *l = arg;
    int64_t changed;
    return job_give_back(tx, (struct job_give_back_in){.id = l->id, .lease = l->lease}, &changed,
                         info);
}

err job_lease_give_back(db *d, const struct leased *l, struct err_info *info)
{
    struct leased copy = *l;
    return db_tx_do(d, give_back_in, &copy, info);
}
