/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sweep: what lies in the data folder and no row answers for: left by a program that was killed
 * between two steps, or of an account that was erased.
 */
#include "app/db/id.h"
#include "app/job/job_int.h"
#include "base/num.h"

#include <string.h>

enum {
    AT_ONCE = 200,
    YOUNG_MS = 10 * 60 * 1000, /* a file so new may be on its way into the database */
};

struct sweep {
    const struct job_worker *w;
    db *d;
    arena *memory;
    const char *part;
    str name[AT_ONCE];
    int64_t first[AT_ONCE], second[AT_ONCE]; /* of "ID-LEASE"; of "HASH-ID" the second */
    size_t n;
    bool keeps_results;
    err (*judge)(struct sweep *s, struct err_info *info);
};

static void remove_at(struct sweep *s, size_t i)
{
    const str path = job_place(s->memory, s->w->app, s->part, s->name[i]);
    if (path.p)
        job_remove(path);
}

/* What a lease that is held works in stays, and the result of a job that is done. */
static err judge_folders(struct sweep *s, struct err_info *info)
{
    struct job_id id[AT_ONCE];
    struct jobs_alive_row *row;
    size_t n;
    for (size_t i = 0; i < s->n; i++)
        id[i].v = s->first[i];
    const err e =
        jobs_alive(s->d, s->memory, (struct jobs_alive_in){.ids = {id, s->n}, .limit = AT_ONCE},
                   &row, &n, info);
    for (size_t i = 0; e == OK && i < s->n; i++) {
        bool kept = false;
        for (size_t k = 0; k < n; k++)
            if (row[k].id.v == s->first[i])
                kept = row[k].lease == s->second[i] ||
                       (s->keeps_results && str_eq(row[k].result, s->name[i]));
        if (!kept)
            remove_at(s, i);
    }
    return e;
}

static err judge_files(struct sweep *s, struct err_info *info)
{
    struct file_id id[AT_ONCE];
    struct files_alive_row *row;
    size_t n;
    for (size_t i = 0; i < s->n; i++)
        id[i].v = s->second[i];
    const err e =
        files_alive(s->d, s->memory, (struct files_alive_in){.ids = {id, s->n}, .limit = AT_ONCE},
                    &row, &n, info);
    for (size_t i = 0; e == OK && i < s->n; i++) {
        bool kept = s->w->app->now_ms() - id_time_ms(id[i].v) < YOUNG_MS;
        for (size_t k = 0; k < n; k++)
            kept = kept || row[k].id.v == id[i].v;
        if (!kept)
            remove_at(s, i);
    }
    return e;
}

static err judge_some(struct sweep *s, struct err_info *info)
{
    const err e = s->n ? s->judge(s, info) : OK;
    s->n = 0;
    arena_reset(s->memory);
    return e;
}

static err look_at(void *to, str name, struct err_info *info)
{
    struct sweep *s = to;
    size_t dash;
    if (!str_find(name, '-', &dash))
        return OK;
    if (s->n == AT_ONCE) {
        const err e = judge_some(s, info);
        if (e != OK)
            return e;
    }
    s->first[s->n] = 0;
    (void)num_parse_int(str_cut(name, 0, dash), &s->first[s->n]); /* a hash is none */
    if (!num_parse_int(str_cut(name, dash + 1, name.n), &s->second[s->n]))
        return OK;
    s->name[s->n] = arena_str(s->memory, name);
    if (!s->name[s->n].p)
        return err_nomem(info);
    s->n++;
    return OK;
}

err job_sweep(const struct job_worker *w, db *d, struct err_info *info)
{
    static const struct {
        const char *name;
        err (*judge)(struct sweep *s, struct err_info *info);
        bool keeps_results;
    } part[] = {{JOB_RUN, judge_folders, false},
                {JOB_RESULTS, judge_folders, true},
                {JOB_FILES, judge_files, false}};
    struct sweep s = {.w = w, .d = d, .memory = arena_new(4 << 20)};
    char path[4096];
    err e = s.memory ? OK : err_nomem(info);
    for (size_t i = 0; e == OK && i < sizeof part / sizeof *part; i++) {
        s.part = part[i].name;
        s.judge = part[i].judge;
        s.keeps_results = part[i].keeps_results;
        const str folder = job_place(s.memory, w->app, s.part, STR(""));
        if (!folder.p || folder.n >= sizeof path)
            e = err_nomem(info);
        if (e == OK) {
            memcpy(path, folder.p, folder.n + 1); /* the arena is reset on the way */
            e = job_each_name((str){path, folder.n}, look_at, &s, info);
        }
        if (e == OK)
            e = judge_some(&s, info);
    }
    arena_free(s.memory);
    return e;
}
