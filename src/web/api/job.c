/* SPDX-License-Identifier: EUPL-1.2 */
/* job: the long work of somebody: begun with files, followed, stopped, and what it left. */
#include "app/pilot/pilot.h"
#include "web/api/api_int.h"
#include "web/studies/studies.h"

/* A job as it is told: its step and what went wrong in words. */
struct told {
    struct job_id id;
    str kind, title;
    enum job_state state;
    int64_t percent;
    int64_t created_at, started_at, ended_at; /* INT64_MAX: not yet */
    str step, failure;
    int64_t version; /* 1 until it has ended, then 2: all that a change asks */
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
static const struct api_map job_map = {
    .name = "Job",
    API_FIELDS(fields),
    .about = "api.job",
    .version_offset = offsetof(struct told, version),
};

/* What somebody wants done; the files stand beside it in the same form. */
struct wanted {
    int what;
    str title;
};
enum { WANT_RUN, WANT_VERIFY };
static const char *const kinds[] = {[WANT_RUN] = PILOT_RUN, [WANT_VERIFY] = PILOT_VERIFY, NULL};
static const struct api_field wanted_fields[] = {
    {.key = "kind",
     .kind = API_WORD,
     .offset = offsetof(struct wanted, what),
     .use = API_MAKE,
     .required = true,
     .words = kinds,
     .about = "api.job-kind"},
    {.key = "title",
     .kind = API_TEXT,
     .offset = offsetof(struct wanted, title),
     .use = API_MAKE,
     .required = true,
     .low = 1,
     .high = JOB_TITLE_MAX,
     .about = "api.job-title",
     .example = "Vroegsignalering 2025"},
};
static const struct api_map wanted_map = {
    .name = "Job", API_FIELDS(wanted_fields), .about = "api.job-new"};

/* The one state that can be asked for. */
static const char *const asked_states[] = {"cancelled", NULL};
static const struct api_field state_fields[] = {
    {.key = "state",
     .kind = API_WORD,
     .offset = 0,
     .use = API_MAKE,
     .required = true,
     .words = asked_states,
     .about = "api.job-new-state"},
};
static const struct api_map state_map = {
    .name = "JobState", API_FIELDS(state_fields), .about = "api.job-new-state"};

static const struct api_field result_fields[] = {
    {.key = "name",
     .kind = API_TEXT,
     .offset = offsetof(struct job_result, name),
     .use = API_SHOWN,
     .about = "api.result-name",
     .example = "results.json"},
    {.key = "bytes",
     .kind = API_INT,
     .offset = offsetof(struct job_result, bytes),
     .use = API_SHOWN,
     .about = "api.result-bytes"},
};
static const struct api_map result_map = {
    .name = "JobResult", API_FIELDS(result_fields), .about = "api.result"};

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
        .version = job->state == JOB_QUEUED || job->state == JOB_RUNNING ? 1 : 2,
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

static err find(struct req *r, struct told *told, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct job_id id;
    struct job job;

    err e = req_param_id(r, "id", &id.v, info);
    if (e == OK)
        e = job_find(&v->deed, v->db, id, &job, info);
    return e == OK ? tell(r, &job, told, info) : e;
}

static err get_job(struct req *r, struct err_info *info)
{
    struct api_asked none;
    struct told told;

    err e = api_ask(r, &none, info);
    if (e == OK)
        e = find(r, &told, info);
    return e == OK ? api_show(r, &told, info) : e;
}

static err get_results(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct job_result *list = NULL;
    struct api_asked none;
    struct told told;
    size_t n = 0;

    err e = api_ask(r, &none, info);
    if (e == OK)
        e = find(r, &told, info);
    if (e == OK && told.state == JOB_DONE)
        e = job_results(&v->deed, v->db, told.id, &list, &n, info);
    return e == OK ? api_show_page(r, list, n, sizeof *list, (struct cursor){0}, info) : e;
}

static err get_result(struct req *r, struct err_info *info)
{
    struct api_asked none;
    struct job_id id;
    err e = api_ask(r, &none, info);
    if (e == OK)
        e = req_param_id(r, "id", &id.v, info);
    return e == OK ? studies_send_result(r, id, req_param(r, "file"), info) : e;
}

/* ---- beginning, stopping, taking away ---- */

static err post_job(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct wanted wanted = {.title = STR("")};
    struct told told;
    struct job_id id;
    struct job job;

    err e = api_read_form(r, &wanted, info);
    if (e == OK)
        e = studies_put(r, kinds[wanted.what], wanted.title, STR(""), &id, info);
    if (e == OK)
        e = job_find(&v->deed, v->db, id, &job, info);
    if (e == OK)
        e = tell(r, &job, &told, info);
    return e == OK ? api_show_made(r, API_PATH "/jobs", id.v, &told, info) : e;
}

static err put_state(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct told told;
    int64_t version;
    int state;

    err e = find(r, &told, info);
    if (e == OK)
        e = api_match(r, told.version, &version, info);
    if (e == OK)
        e = api_read(r, &state, info);
    if (e == OK)
        e = job_cancel(&v->deed, v->db, told.id, info);
    if (e == OK)
        e = find(r, &told, info);
    return e == OK ? api_show(r, &told, info) : e;
}

static err delete_job(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct job_id id;
    err e = req_param_id(r, "id", &id.v, info);
    if (e == OK)
        e = job_drop(&v->deed, v->db, id, info);
    return e == OK ? api_show_nothing(r, info) : e;
}

const struct route api_job_routes[] = {
    API_ROUTE("api-jobs", HTTP_GET, "/jobs", get_jobs, &rule_api_person),
    ROUTE("api-job-new", HTTP_POST, API_PATH "/jobs", NULL, post_job, &rule_api_write, RATE_UPLOAD,
          .body = ROUTE_BODY_UPLOAD, .has_token = true),
    API_ROUTE("api-job", HTTP_GET, "/jobs/{id}", get_job, &rule_api_person),
    API_ROUTE("api-job-remove", HTTP_DELETE, "/jobs/{id}", delete_job, &rule_api_write),
    API_ROUTE("api-job-state", HTTP_PUT, "/jobs/{id}/state", put_state, &rule_api_write),
    API_ROUTE("api-job-results", HTTP_GET, "/jobs/{id}/results", get_results, &rule_api_person),
    API_ROUTE("api-job-result", HTTP_GET, "/jobs/{id}/results/{file}", get_result,
              &rule_api_person),
    {0},
};

const struct api_operation api_job_operations[] = {
    {.route = "api-jobs",
     .tag = "jobs",
     .about = "api.do-jobs",
     .query = &api_ask_page,
     .shape = API_PAGE,
     .answer = &job_map},
    {.route = "api-job-new",
     .tag = "jobs",
     .about = "api.do-job-new",
     .body = &wanted_map,
     .body_use = API_MAKE,
     .has_files = true,
     .shape = API_ONE,
     .answer = &job_map,
     .status = 201,
     .has_etag = true},
    {.route = "api-job",
     .tag = "jobs",
     .about = "api.do-job",
     .shape = API_ONE,
     .answer = &job_map,
     .has_etag = true},
    {.route = "api-job-remove",
     .tag = "jobs",
     .about = "api.do-job-remove",
     .shape = API_NOTHING,
     .status = 204},
    {.route = "api-job-state",
     .tag = "jobs",
     .about = "api.do-job-state",
     .body = &state_map,
     .body_use = API_MAKE,
     .shape = API_ONE,
     .answer = &job_map,
     .has_etag = true,
     .needs_match = true},
    {.route = "api-job-results",
     .tag = "jobs",
     .about = "api.do-job-results",
     .shape = API_PAGE,
     .answer = &result_map},
    {.route = "api-job-result", .tag = "jobs", .about = "api.do-job-result", .shape = API_FILE},
    {0},
};
