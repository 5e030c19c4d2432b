/* SPDX-License-Identifier: EUPL-1.2 */
/* run: freeze and run an uploaded plan. */
#include "app/pilot/pilot_int.h"

#include <stdio.h>

static bool is_data(const struct job_file *file)
{
    return str_eq(file->type, STR("csv")) || str_eq(file->type, STR("columns"));
}

/* The one plan; E_INPUT when there is none or there are more. */
static err find_plan(const struct job_run *run, str *plan, struct err_info *info)
{
    size_t n = 0;
    for (size_t i = 0; i < run->n_files; i++)
        if (str_eq(run->file[i].type, STR("yaml"))) {
            *plan = run->path[i];
            n++;
        }
    return n == 1 ? OK : err_set(info, E_INPUT, n ? "pilot.many-plans" : "pilot.no-plan");
}

/*
 * The data: the one file that can be, or that of several which the plan names. Never what a plan
 * names elsewhere on this computer.
 */
static err find_data(const struct job_run *run, str plan, str *data, struct err_info *info)
{
    struct study study;
    size_t n = 0;
    for (size_t i = 0; i < run->n_files; i++)
        if (is_data(&run->file[i])) {
            *data = run->path[i];
            n++;
        }
    if (n <= 1)
        return n ? OK : err_set(info, E_INPUT, "pilot.no-data");
    const err e = study_read(run->memory, plan, &study, run->errors);
    if (e != OK)
        return e;
    for (size_t i = 0; i < run->n_files; i++)
        if (is_data(&run->file[i]) && str_eq(run->path[i], study.data.file)) {
            *data = run->path[i];
            return OK;
        }
    return err_text(info, E_INPUT, "pilot.other-data", study.data.file);
}

/* As `ontschot study freeze` and `run` would. A plan frozen differently before is run as changed.
 */
static err freeze_and_run(struct job_run *run, const seal_key *key, str plan, str data, str folder)
{
    const struct study_actor actor = {key, run->now_ms};
    struct pilot_scale scale;
    struct study_status status;
    struct study_outcome_of_run outcome;
    struct errs ignored;
    struct err_info info;

    pilot_scale_init(&scale, run->progress);
    const struct study_run_options options = {
        .actor = actor,
        .data = data,
        .folder = folder,
        .pool = run->pool,
        .progress = &scale.progress,
    };
    err e = errs_init(&ignored, run->memory, ERRS_LIMIT, &info);
    if (e == OK)
        e = study_freeze(plan, STR(""), &actor, &status, &ignored);
    if (e != OK && e != E_CONFLICT) {
        for (size_t i = 0; i < ignored.n; i++)
            *errs_next(run->errors) = ignored.item[i];
        return e;
    }
    return study_run(plan, &options, &outcome, run->errors);
}

err pilot_run(struct job_run *run, struct err_info *info)
{
    seal_key *key = NULL;
    bool made;
    str plan = STR(""), data = STR("");
    const str sealed = STR("../sealed");

    err e = find_plan(run, &plan, info);
    if (e == OK)
        e = find_data(run, plan, &data, info);
    if (e == OK)
        e = seal_key_open(run->keys, &key, &made, info);
    if (e != OK)
        return e;
    e = freeze_and_run(run, key, plan, data, sealed);
    if (e == OK && rename(sealed.p, run->folder.p) != 0) {
        (void)err_io(info, "file.cannot-write", STR(""));
        e = info->code;
    }
    seal_key_free(key);
    return e;
}
