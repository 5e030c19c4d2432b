/* SPDX-License-Identifier: EUPL-1.2 */
/* job: what people ask: put one, look, cancel, take it away. Each sees its own. */
#include "app/job/job_int.h"
#include "base/json_load.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool job_may(const struct deed *deed, const char *kind)
{
    const bool is_intake = !kind || str_starts(str_of(kind), STR("intake."));
    const bool is_other = !kind || !is_intake;
    return (is_other && viewer_may(&deed->viewer, ACCESS_ANALYST)) ||
           (is_intake && viewer_may(&deed->viewer, ACCESS_STEWARD));
}

static err check_may(const struct deed *deed, const char *kind, struct err_info *info)
{
    return job_may(deed, kind) ? OK : err_set(info, E_DENIED, "job.denied");
}

/* ---- putting one ---- */

struct put {
    const struct deed *deed;
    struct job_add_in add;
    const struct file_id *file;
    size_t n_files;
};

static err check_args(str args, struct err_info *info)
{
    if (args.n > JOB_ARGS_MAX) {
        err_set(info, E_LIMIT, "job.args-long");
        msg_int(&info->msg, JOB_ARGS_MAX);
        return E_LIMIT;
    }
    json_error_t why;
    json_t *root;
    if (json_load(args, 0, &root, &why, info) == E_NOMEM)
        return E_NOMEM;
    const bool fits = json_is_object(root);
    json_decref(root);
    return fits ? OK : err_set(info, E_INPUT, "job.args");
}

static err check_put(const struct job_add_in *in, size_t n_files, struct err_info *info)
{
    if (in->title.n == 0 || !str_is_utf8(in->title))
        return err_set(info, E_INPUT, "job.title-empty");
    if (in->title.n > JOB_TITLE_MAX) {
        err_set(info, E_INPUT, "job.title-long");
        msg_int(&info->msg, JOB_TITLE_MAX);
        return E_INPUT;
    }
    if (n_files > JOB_FILES_MAX) {
        err_set(info, E_LIMIT, "job.many-files");
        msg_int(&info->msg, JOB_FILES_MAX);
        return E_LIMIT;
    }
    return check_args(in->args, info);
}

/* They stand beside each other under their names. */
static err check_names(const struct files_of_row *row, size_t n, struct err_info *info)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (str_eq(row[i].name, row[k].name))
                return err_text(info, E_INPUT, "job.same-name", row[i].name);
    return OK;
}

static err check_files(const struct put *p, db *d, struct err_info *info)
{
    struct files_of_row *row;
    size_t n;
    const err e = files_of(d, p->deed->memory,
                           (struct files_of_in){.owner = p->deed->viewer.id,
                                                .named = true,
                                                .ids = {p->file, p->n_files},
                                                .limit = JOB_FILES_MAX},
                           &row, &n, info);
    if (e != OK)
        return e;
    if (n != p->n_files) /* absent, another's, or named twice */
        return err_set(info, E_NOT_FOUND, "job.file-unknown");
    return check_names(row, n, info);
}

static err check_room(const struct put *p, db *d, struct err_info *info)
{
    struct jobs_counted_row n;
    const err e = jobs_counted(d, p->deed->memory,
                               (struct jobs_counted_in){.owner = p->deed->viewer.id}, &n, info);
    if (e != OK)
        return e;
    if (n.n_open >= JOB_OPEN_MAX) {
        err_set(info, E_LIMIT, "job.many-open");
        msg_int(&info->msg, JOB_OPEN_MAX);
        return E_LIMIT;
    }
    if (n.n_kept >= JOB_KEPT_MAX) {
        err_set(info, E_LIMIT, "job.many-kept");
        msg_int(&info->msg, JOB_KEPT_MAX);
        return E_LIMIT;
    }
    return OK;
}

static err log_job(db_tx *tx, const struct deed *deed, const char *verb, struct job_id id,
                   struct err_info *info)
{
    return audit_add(tx, deed,
                     &(struct audit_row){.verb = verb, .object = "job", .object_id = id.v}, info);
}

static err put_in(db_tx *tx, void *arg, struct err_info *info)
{
    struct put *p = arg;
    bool is_again;
    err e = once_ask(tx, p->deed, &p->add.id.v, &is_again, info);
    if (e != OK || is_again)
        return e;
    e = check_room(p, db_tx_db(tx), info);
    if (e == OK)
        e = check_files(p, db_tx_db(tx), info);
    if (e == OK)
        e = job_add(tx, p->add, info);
    for (size_t i = 0; e == OK && i < p->n_files; i++)
        e = job_file_add(
            tx, (struct job_file_add_in){.job = p->add.id, .place = (int64_t)i, .file = p->file[i]},
            info);
    return e == OK ? log_job(tx, p->deed, "job.put", p->add.id, info) : e;
}

err job_put(const struct deed *deed, db *d, const char *kind, str title, str args,
            const struct file_id *files, size_t n_files, struct job_id *id, struct err_info *info)
{
    struct put p = {
        .deed = deed,
        .add = {.kind = str_of(kind),
                .owner = deed->viewer.id,
                .lang = deed->viewer.lang,
                .title = str_trim(title),
                .args = args.n ? args : STR("{}"),
                .now = deed->now_ms},
        .file = files,
        .n_files = n_files,
    };
    err e = check_may(deed, kind, info);
    if (e == OK)
        e = check_put(&p.add, n_files, info);
    if (e != OK)
        return e;
    p.add.id.v = db_new_id(d);
    e = db_tx_do(d, put_in, &p, info);
    if (e == OK)
        *id = p.add.id;
    return e;
}

/* ---- looking ---- */

static err to_job(arena *a, const struct jobs_of_row *row, struct job *job, struct err_info *info)
{
    struct err_info *failures = NULL;
    *job = (struct job){
        .id = row->id,
        .kind = row->kind,
        .owner = row->owner,
        .title = row->title,
        .state = (enum job_state)row->state,
        .step = row->step.n ? row->step.p : NULL,
        .share = row->share,
        .left_ms = row->left_ms,
        .created_at = row->created_at,
        .started_at = row->started_at,
        .ended_at = row->ended_at,
        .tries = (int)row->tries,
        .cancel_asked = row->cancel_asked,
        .result = row->result,
    };
    if (row->failure.n == 0)
        return OK;
    if (!job_failures_parse(a, row->failure, &failures, &job->n_failures, &job->n_failures_found))
        return err_set(info, E_IO, "job.failure-unreadable");
    job->failures = failures;
    job->failure = failures[0];
    return OK;
}

err job_find(const struct deed *deed, db *d, struct job_id id, struct job *job,
             struct err_info *info)
{
    struct jobs_of_row *row;
    size_t n = 0;
    if (!deed->viewer.is_active)
        return err_set(info, E_NOT_FOUND, "job.absent");
    const err e =
        jobs_of(d, deed->memory,
                (struct jobs_of_in){.owner = deed->viewer.id, .single = true, .id = id, .limit = 1},
                &row, &n, info);
    if (e != OK)
        return e;
    return n ? to_job(deed->memory, row, job, info) : err_set(info, E_NOT_FOUND, "job.absent");
}

err job_list(const struct deed *deed, db *d, struct job_id from, size_t limit, struct job **list,
             size_t *n, struct job_id *next, struct err_info *info)
{
    struct jobs_of_row *row;
    size_t found;
    err e = check_may(deed, NULL, info);
    if (e != OK)
        return e;
    if (limit == 0 || limit > JOB_LIST_MAX) {
        err_set(info, E_LIMIT, "job.list-limit");
        msg_int(&info->msg, JOB_LIST_MAX);
        return E_LIMIT;
    }
    e = jobs_of(d, deed->memory,
                (struct jobs_of_in){.owner = deed->viewer.id,
                                    .older = from.v != 0,
                                    .before = from,
                                    .limit = (int64_t)limit + 1},
                &row, &found, info);
    if (e != OK)
        return e;
    const size_t shown = found < limit ? found : limit;
    struct job *made = ARENA_NEW(deed->memory, struct job, shown);
    if (!made)
        return err_nomem(info);
    for (size_t i = 0; e == OK && i < shown; i++)
        e = to_job(deed->memory, &row[i], &made[i], info);
    if (e != OK)
        return e;
    *list = made;
    *n = shown;
    next->v = found > shown ? made[shown - 1].id.v : 0;
    return OK;
}

/* ---- stopping, taking away ---- */

struct change {
    const struct deed *deed;
    struct job_id id;
};

static err cancel_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct change *c = arg;
    const struct party_id owner = c->deed->viewer.id;
    int64_t changed = 0;
    err e = job_cancel_queued(
        tx, (struct job_cancel_queued_in){.id = c->id, .owner = owner, .now = c->deed->now_ms},
        &changed, info);
    if (e == OK && changed == 0)
        e = job_ask_cancel(tx, (struct job_ask_cancel_in){.id = c->id, .owner = owner}, &changed,
                           info);
    if (e == OK && changed)
        e = log_job(tx, c->deed, "job.cancel", c->id, info);
    if (e != OK || changed)
        return e;
    struct job job;
    e = job_find(c->deed, db_tx_db(tx), c->id, &job, info);
    if (e == OK && job.state != JOB_CANCELLED)
        e = err_set(info, E_CONFLICT, "job.has-ended");
    return e;
}

err job_cancel(const struct deed *deed, db *d, struct job_id id, struct err_info *info)
{
    struct change c = {deed, id};
    if (!deed->viewer.is_active)
        return err_set(info, E_NOT_FOUND, "job.absent");
    return db_tx_do(d, cancel_in, &c, info);
}

static err drop_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct change *c = arg;
    int64_t changed = 0;
    err e = job_files_forget(tx, (struct job_files_forget_in){.id = c->id}, info);
    if (e == OK)
        e = job_delete(tx, (struct job_delete_in){.id = c->id, .owner = c->deed->viewer.id},
                       &changed, info);
    if (e == OK && changed == 0) /* somebody began, or took it away, since */
        e = err_set(info, E_CONFLICT, "job.not-ended");
    return e == OK ? log_job(tx, c->deed, "job.drop", c->id, info) : e;
}

err job_drop(const struct deed *deed, db *d, struct job_id id, struct err_info *info)
{
    struct change c = {deed, id};
    struct job job;
    err e = job_find(deed, d, id, &job, info);
    if (e == OK && job.state < JOB_DONE)
        e = err_set(info, E_CONFLICT, "job.not-ended");
    if (e == OK)
        e = db_tx_do(d, drop_in, &c, info);
    if (e != OK || job.result.n == 0)
        return e;
    const str place = job_place(deed->memory, deed->app, JOB_RESULTS, job.result);
    if (place.p)
        job_remove(place);
    return OK;
}

err job_forget(db_tx *tx, struct party_id who, struct err_info *info)
{
    err e = uses_forget(tx, (struct uses_forget_in){.who = who}, info);
    if (e == OK)
        e = jobs_forget(tx, (struct jobs_forget_in){.who = who}, info);
    return e == OK ? files_forget(tx, (struct files_forget_in){.who = who}, info) : e;
}

/* ---- results ---- */

enum { RESULTS_MAX = 1000 };

struct listing {
    arena *memory;
    str folder;
    struct job_result *item;
    size_t n;
};

static err result_place(const struct deed *deed, db *d, struct job_id id, str *folder,
                        struct err_info *info)
{
    struct job job;
    const err e = job_find(deed, d, id, &job, info);
    if (e != OK)
        return e;
    if (job.state != JOB_DONE || job.result.n == 0)
        return err_set(info, E_NOT_FOUND, "job.no-result");
    *folder = job_place(deed->memory, deed->app, JOB_RESULTS, job.result);
    return folder->p ? OK : err_nomem(info);
}

/* Only regular files: a link would lead out of the folder. */
static err find_file(arena *a, str folder, str name, str *path, int64_t *bytes,
                     struct err_info *info)
{
    struct stat st;
    out o;
    out_init(&o, 4096);
    out_str(&o, folder);
    out_char(&o, '/');
    out_str(&o, name);
    *path = o.error == OK ? arena_str(a, out_view(&o)) : (str){NULL, 0};
    out_free(&o);
    if (!path->p)
        return err_nomem(info);
    if (!job_name_is_plain(name) || lstat(path->p, &st) != 0 || !S_ISREG(st.st_mode))
        return err_set(info, E_NOT_FOUND, "job.no-result");
    *bytes = st.st_size;
    return OK;
}

static err add_result(void *to, str name, struct err_info *info)
{
    struct listing *l = to;
    struct job_result *r = &l->item[l->n];
    str path;
    if (l->n == RESULTS_MAX)
        return err_set(info, E_LIMIT, "job.many-results");
    const err e = find_file(l->memory, l->folder, name, &path, &r->bytes, info);
    if (e == E_NOT_FOUND)
        return OK;
    r->name = e == OK ? arena_str(l->memory, name) : (str){NULL, 0};
    if (e == OK && !r->name.p)
        return err_nomem(info);
    l->n++;
    return e;
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const struct job_result *)a)->name, ((const struct job_result *)b)->name);
}

err job_results(const struct deed *deed, db *d, struct job_id id, struct job_result **list,
                size_t *n, struct err_info *info)
{
    struct listing l = {.memory = deed->memory,
                        .item = ARENA_NEW(deed->memory, struct job_result, RESULTS_MAX)};
    if (!l.item)
        return err_nomem(info);
    err e = result_place(deed, d, id, &l.folder, info);
    if (e == OK)
        e = job_each_name(l.folder, add_result, &l, info);
    if (e != OK)
        return e;
    qsort(l.item, l.n, sizeof *l.item, by_name);
    *list = l.item;
    *n = l.n;
    return OK;
}

err job_result_path(const struct deed *deed, db *d, struct job_id id, str name, str *path,
                    struct err_info *info)
{
    str folder, found;
    int64_t bytes;
    err e = result_place(deed, d, id, &folder, info);
    if (e == OK)
        e = find_file(deed->memory, folder, name, &found, &bytes, info);
    if (e == OK)
        *path = found;
    return e;
}
