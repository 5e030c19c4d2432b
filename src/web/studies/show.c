/* SPDX-License-Identifier: EUPL-1.2 */
/* show: the list of studies, and one with its progress or its results. */
#include "base/num.h"
#include "web/studies/studies_int.h"

enum { LIST_AT_ONCE = 20 };

const char *study_state_key(enum job_state state)
{
    switch (state) {
    case JOB_QUEUED: return "studies.queued";
    case JOB_RUNNING: return "studies.running";
    case JOB_DONE: return "studies.done";
    case JOB_FAILED: return "studies.failed";
    case JOB_CANCELLED: return "studies.cancelled";
    }
    return "studies.failed";
}

enum part_kind study_state_kind(enum job_state state)
{
    switch (state) {
    case JOB_DONE: return PART_OK;
    case JOB_FAILED: return PART_ERROR;
    case JOB_CANCELLED: return PART_NEUTRAL;
    case JOB_QUEUED:
    case JOB_RUNNING: break;
    }
    return PART_INFO;
}

/* Deliveries are jobs, too, and have pages of their own. */
static bool is_study(const struct job *job)
{
    return str_starts(job->kind, STR("study."));
}

bool study_is_open(const struct job *job)
{
    return job->state == JOB_QUEUED || job->state == JOB_RUNNING;
}

static str older(const struct req *r, struct job_id before)
{
    out o;
    out_init(&o, 256);
    out_str(&o, visit_url(r, "studies", NULL));
    out_cstr(&o, "?before=");
    out_int(&o, before.v);
    const str url = arena_str(r->memory, out_view(&o));
    out_free(&o);
    return url;
}

err study_list_page(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct page page = visit_page(r, html_key("studies.title"));
    const str asked = http_query(r->http, "before");
    struct studies_view view = {
        .new_url = visit_url(r, "study-new", NULL),
        .verify_url = visit_url(r, "study-verify", NULL),
    };
    struct job_id from = {0}, next;
    struct job *list;

    if (asked.p && (!num_parse_int(asked, &from.v) || from.v <= 0))
        return err_set(info, E_NOT_FOUND, "site.not-found");
    const err e = job_list(&v->deed, v->db, from, LIST_AT_ONCE, &list, &view.n, &next, info);
    if (e != OK)
        return e;
    str *url = ARENA_NEW(r->memory, str, view.n);
    if (!url)
        return err_nomem(info);
    const size_t n_found = view.n;
    view.n = 0;
    for (size_t i = 0; i < n_found; i++)
        if (is_study(&list[i])) {
            list[view.n] = list[i];
            url[view.n++] = visit_url_id(r, "study", list[i].id.v);
        }
    view.job = list;
    view.url = url;
    if (next.v)
        view.older_url = older(r, next);
    page.intro = html_key("studies.intro");
    studies_html(&r->html, &page, &view);
    return visit_show(r, info);
}

/* ---- one ---- */

static err find(struct req *r, struct job *job, struct err_info *info)
{
    struct visit *v = visit_of(r);
    int64_t id;
    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        e = job_find(&v->deed, v->db, (struct job_id){id}, job, info);
    return e == OK && !is_study(job) ? err_set(info, E_NOT_FOUND, "site.not-found") : e;
}

static err find_results(struct req *r, const struct job *job, struct study_view *view,
                        struct err_info *info)
{
    struct visit *v = visit_of(r);
    const str report = r->lang == LANG_NL ? STR("report-nl.html") : STR("report-en.html");
    struct job_result *list;
    char digits[24];
    out number;

    if (job->state != JOB_DONE)
        return OK;
    const err e = job_results(&v->deed, v->db, job->id, &list, &view->n_results, info);
    if (e != OK)
        return e;
    out_init(&number, sizeof digits);
    out_int(&number, job->id.v);
    str *url = ARENA_NEW(r->memory, str, view->n_results);
    for (size_t i = 0; url && i < view->n_results; i++) {
        url[i] = visit_url(r, "study-result", (const str[]){out_view(&number), list[i].name});
        if (str_eq(list[i].name, report))
            view->report_url = url[i];
    }
    out_free(&number);
    view->result = list;
    view->result_url = url;
    return url ? OK : err_nomem(info);
}

static void fill(struct req *r, const struct job *job, struct study_view *view)
{
    view->job = job;
    view->list_url = visit_url(r, "studies", NULL);
    view->cancel_url = visit_url_id(r, "study-cancel", job->id.v);
    view->drop_url = visit_url_id(r, "study-drop", job->id.v);
    view->poll_url = visit_url_id(r, "study-progress", job->id.v);
}

err study_page(struct req *r, struct err_info *info)
{
    struct study_view view = {0};
    struct job job;

    err e = find(r, &job, info);
    if (e == OK)
        e = find_results(r, &job, &view, info);
    if (e != OK)
        return e;
    struct page page = visit_page(r, html_from_str(job.title));
    visit_crumb(r, &page, html_key("studies.title"), visit_url(r, "studies", NULL));
    page.badge = html_key(study_state_key(job.state));
    page.refreshes = study_is_open(&job);
    if (!page.refreshes) /* the page comes back with the same address when the work has ended */
        page.done = (struct html_value){0};
    fill(r, &job, &view);
    view.csrf = visit_token(r);
    study_html(&r->html, &page, &view);
    return visit_show(r, info);
}

/* What the script asks every few seconds: the part alone; without one the page is read again. */
err study_progress(struct req *r, struct err_info *info)
{
    struct study_view view = {0};
    struct job job;
    const err e = find(r, &job, info);
    if (e != OK)
        return e;
    fill(r, &job, &view);
    study_progress_html(&r->html, &view);
    return visit_show(r, info);
}

err study_cancel(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    int64_t id;
    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        e = job_cancel(&v->deed, v->db, (struct job_id){id}, info);
    if (e != OK && e != E_CONFLICT) /* it ended while the page was looked at: that is shown */
        return e;
    return visit_go(r, visit_url_id(r, "study", id), "cancelled", info);
}

err study_drop(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    int64_t id;
    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        e = job_drop(&v->deed, v->db, (struct job_id){id}, info);
    return e == OK ? visit_go(r, visit_url(r, "studies", NULL), "study-dropped", info) : e;
}
