/* SPDX-License-Identifier: EUPL-1.2 */
/* job: how far the long work of somebody is. */
#include "app/job/job.h"

#include "web/api/api_int.h"

/* A job as it is told: its step and what went wrong in words. */
struct told {
    struct job_id id;
    str kind, title;
    enum job_state state;
    int64_t percent;
    int64_t created_at, started_at, ended_at; /* INT64_MAX: not yet */
    str step, failure;
};

#define FIELD(name, how, member)                                                                   \
    .key = (name), .kind = (how), .offset = offsetof(struct told, member), .use = API_SHOWN

static const char *const states[] = {
    [JOB_QUEUED] = "queued", [JOB_RUNNING] = "running",     [JOB_DONE] = "done",
    [JOB_FAILED] = "failed", [JOB_CANCELLED] = "cancelled", NULL};

static const struct api_field fields[] = {
    {FIELD("id", API_ID, id), .about = "api.job-id"},
    {FIELD("kind", API_TEXT, kind), .about = "api.job-kind", .example = "study.run"},
    {FIELD("title", API_TEXT, title), .about = "api.job-title", .example = "Vroegsignalering 2025"},
    {FIELD("state", API_WORD, state), .words = states, .about = "api.job-state"},
    {FIELD("step", API_TEXT, step), .about = "api.job-step", .example = "Paren zoeken"},
    {FIELD("percent", API_INT, percent), .high = 100, .about = "api.job-percent"},
    {FIELD("failure", API_TEXT, failure), .about = "api.job-failure", .example = ""},
    {FIELD("createdAt", API_TIME, created_at), .about = "api.about-created"},
    {FIELD("startedAt", API_TIME, started_at), .nullable = true, .about = "api.job-started"},
    {FIELD("endedAt", API_TIME, ended_at), .nullable = true, .about = "api.job-ended"},
};
static const struct api_map job_map = {.name = "Job", API_FIELDS(fields), .about = "api.job"};

static err tell(struct req *r, const struct job *job, struct told *t, struct err_info *info)
{
    out words;
    *t = (struct told){
        .id = job->id,
        .kind = job->kind,
        .title = job->title,
        .state = job->state,
        .percent = job->state == JOB_DONE ? 100
                   : job->share > 0       ? (int64_t)(job->share * 100)
                                          : 0,
        .created_at = job->created_at,
        .started_at = job->started_at ? job->started_at : INT64_MAX,
        .ended_at = job->ended_at ? job->ended_at : INT64_MAX,
        .step = job->step ? tr(r->lang, job->step) : STR(""),
        .failure = STR(""),
    };
    if (job->state != JOB_FAILED)
        return OK;
    out_init(&words, MSG_TEXT_MAX * 4);
    tr_msg(&words, r->lang, &job->failure.msg);
    t->failure = arena_str(r->memory, out_view(&words));
    out_free(&words);
    return t->failure.p ? OK : err_nomem(info);
}

static err get_jobs(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct told *told = NULL;
    struct api_asked asked;
    struct job_id next;
    struct job *list;
    size_t n;

    err e = api_ask(r, &asked, info);
    if (e == OK)
        e = job_list(&v->deed, v->db, (struct job_id){asked.cursor.id}, (size_t)asked.limit, &list,
                     &n, &next, info);
    if (e == OK && !(told = ARENA_NEW(r->memory, struct told, n)))
        e = err_nomem(info);
    for (size_t i = 0; e == OK && i < n; i++)
        e = tell(r, &list[i], &told[i], info);
    return e == OK ? api_show_page(r, told, n, sizeof *told, (struct cursor){0, next.v}, info) : e;
}

static err get_job(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct api_asked none;
    struct told told;
    struct job_id id;
    struct job job;

    err e = api_ask(r, &none, info);
    if (e == OK)
        e = req_param_id(r, "id", &id.v, info);
    if (e == OK)
        e = job_find(&v->deed, v->db, id, &job, info);
    if (e == OK)
        e = tell(r, &job, &told, info);
    return e == OK ? api_show(r, &told, info) : e;
}

const struct route api_job_routes[] = {
    API_ROUTE("api-jobs", HTTP_GET, "/jobs", get_jobs, &rule_api_person),
    API_ROUTE("api-job", HTTP_GET, "/jobs/{id}", get_job, &rule_api_person),
    {0},
};

const struct api_operation api_job_operations[] = {
    {.route = "api-jobs",
     .tag = "jobs",
     .about = "api.do-jobs",
     .query = &api_ask_page,
     .shape = API_PAGE,
     .answer = &job_map},
    {.route = "api-job",
     .tag = "jobs",
     .about = "api.do-job",
     .shape = API_ONE,
     .answer = &job_map},
    {0},
};
