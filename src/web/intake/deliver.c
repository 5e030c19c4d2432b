/* SPDX-License-Identifier: EUPL-1.2 */
/* deliver: a file on its way from a browser into the register, followed while it is read. */
#include "app/job/job.h"
#include "base/json.h"
#include "web/intake/intake_int.h"
#include "web/studies/studies.h"

enum { ARGS_BYTES_MAX = 4096, MAPPING_MAX = 100 };

static err show_form(struct req *r, const struct faults *faults, struct err_info *info)
{
    struct page page = visit_page(r, html_key("deliveries.new-title"));
    const struct deliver_view view = {
        .action = visit_url(r, "deliver-upload", NULL),
        .csrf = visit_token(r),
        .mapping = visit_field(r, "mapping"),
        .max_bytes = SITE_UPLOAD_BYTES_MAX,
        .faults = faults,
    };
    visit_crumb(r, &page, html_key("deliveries.title"), visit_url(r, "deliveries", NULL));
    page.has_errors = faults->n > 0;
    if (faults->n)
        r->answer->status = 422;
    deliver_html(&r->html, &page, &view);
    return visit_show(r, info);
}

err deliver_page(struct req *r, struct err_info *info)
{
    const struct faults none = {.n = 0};
    struct municipality_id m;
    const err e = intake_municipality(r, &m, info);
    return e == OK ? show_form(r, &none, info) : e;
}

/* What the job is told: {"municipality": "GM0034", "mapping": "..."} */
static err make_args(struct req *r, struct municipality_id m, str *args, struct err_info *info)
{
    char code[REGISTER_MUNICIPALITY_TEXT];
    const str mapping = str_trim(visit_field(r, "mapping"));
    json j;
    out o;

    register_municipality_print(m, code);
    out_init(&o, ARGS_BYTES_MAX);
    json_init_line(&j, &o);
    json_open_object(&j);
    json_key_str(&j, "municipality", (str){code, sizeof code});
    if (mapping.n)
        json_key_str(&j, "mapping", mapping);
    json_close_object(&j);
    err e = out_error(&o, info);
    if (e == OK) {
        *args = arena_str(r->memory, out_view(&o));
        e = args->p ? OK : err_nomem(info);
    }
    out_free(&o);
    return e;
}

/* The name of the first file that was sent is what the work is called. */
static str title_of(const struct req *r)
{
    const struct form *form = &visit_of(r)->form;
    for (size_t i = 0; i < form->n_files; i++)
        if (form->file[i].filename.n)
            return str_cut(form->file[i].filename, 0, JOB_NAME_MAX);
    return STR("");
}

err deliver(struct req *r, struct err_info *info)
{
    static const struct fault_place place[] = {
        {"job.", "files"}, {"studies.", "files"}, {"form.", "files"}, {NULL, NULL}};
    struct faults faults = {.n = 0};
    const str title = title_of(r);
    struct municipality_id m;
    struct job_id job;
    str args;

    err e = intake_municipality(r, &m, info);
    if (e != OK)
        return e;
    if (!title.n)
        fault_add(r, &faults, "files", "deliveries.no-file");
    if (visit_field(r, "mapping").n > MAPPING_MAX)
        fault_add(r, &faults, "mapping", "deliveries.mapping-long");
    if (faults.n)
        return show_form(r, &faults, info);
    e = make_args(r, m, &args, info);
    if (e == OK)
        e = studies_put(r, REGISTER_IMPORT, title, args, &job, info);
    if (e == OK)
        return visit_go(r, visit_url_id(r, "import", job.v), "queued", info);
    return fault_take(r, &faults, place, info) ? show_form(r, &faults, info) : e;
}

/* ---- following it ---- */

static bool is_open(const struct job *job)
{
    return job->state == JOB_QUEUED || job->state == JOB_RUNNING;
}

static err find(struct req *r, struct job *job, struct err_info *info)
{
    struct visit *v = visit_of(r);
    int64_t id;
    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        e = job_find(&v->deed, v->db, (struct job_id){id}, job, info);
    if (e == OK && !str_eq(job->kind, STR(REGISTER_IMPORT)))
        e = err_set(info, E_NOT_FOUND, "site.not-found");
    return e;
}

/* Where its receipt is, from the name of what it left. */
static err find_receipt(struct req *r, const struct job *job, str *url, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct job_result *list;
    struct delivery_id id;
    size_t n;

    if (job->state != JOB_DONE)
        return OK;
    const err e = job_results(&v->deed, v->db, job->id, &list, &n, info);
    for (size_t i = 0; e == OK && i < n; i++)
        if (register_made(list[i].name, &id))
            *url = visit_url_id(r, "delivery", id.v);
    return e;
}

static void fill(struct req *r, const struct job *job, struct import_view *view)
{
    view->job = job;
    view->cancel_url = visit_url_id(r, "import-cancel", job->id.v);
    view->poll_url = visit_url_id(r, "import-progress", job->id.v);
}

err import_page(struct req *r, struct err_info *info)
{
    struct import_view view = {.receipt_url = STR("")};
    struct job job;

    err e = find(r, &job, info);
    if (e == OK)
        e = find_receipt(r, &job, &view.receipt_url, info);
    if (e != OK)
        return e;
    struct page page = visit_page(r, html_from_str(job.title));
    visit_crumb(r, &page, html_key("deliveries.title"), visit_url(r, "deliveries", NULL));
    page.refreshes = is_open(&job);
    if (!page.refreshes)
        page.done = (struct html_value){0};
    fill(r, &job, &view);
    view.csrf = visit_token(r);
    import_html(&r->html, &page, &view);
    return visit_show(r, info);
}

err import_progress(struct req *r, struct err_info *info)
{
    struct import_view view = {.receipt_url = STR("")};
    struct job job;
    const err e = find(r, &job, info);
    if (e != OK)
        return e;
    fill(r, &job, &view);
    import_progress_html(&r->html, &view);
    return visit_show(r, info);
}

err import_cancel(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct job job;
    err e = find(r, &job, info);
    if (e == OK)
        e = job_cancel(&v->deed, v->db, job.id, info);
    if (e != OK && e != E_CONFLICT) /* it ended while the page was looked at: that is shown */
        return e;
    return visit_go(r, visit_url_id(r, "import", job.id.v), "cancelled", info);
}
