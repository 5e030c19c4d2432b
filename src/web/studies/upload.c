/* SPDX-License-Identifier: EUPL-1.2 */
/* upload: files on their way from a browser to a job. */
#include "web/studies/studies_int.h"

#include <unistd.h>

enum { FILES_MAX = FORM_FILES_MAX };

static err show_form(struct req *r, bool verifies, const struct part_error *error, size_t n_errors,
                     struct err_info *info)
{
    struct page page =
        visit_page(r, html_key(verifies ? "studies.verify-title" : "studies.new-title"));
    const struct upload_view view = {
        .verifies = verifies,
        .action = visit_url(r, verifies ? "study-verify-upload" : "study-upload", NULL),
        .csrf = visit_token(r),
        .title = visit_field(r, "title"),
        .max_bytes = SITE_UPLOAD_BYTES_MAX,
        .error = error,
        .n_errors = n_errors,
    };
    visit_crumb(r, &page, html_key("studies.title"), visit_url(r, "studies", NULL));
    page.has_errors = n_errors > 0;
    upload_html(&r->html, &page, &view);
    return visit_show(r, info);
}

err study_new_page(struct req *r, struct err_info *info)
{
    return show_form(r, false, NULL, 0, info);
}

err study_verify_page(struct req *r, struct err_info *info)
{
    return show_form(r, true, NULL, 0, info);
}

/* The form comes back with what was wrong; the browser keeps no files, so that is said. */
static err show_fault(struct req *r, bool verifies, int status, const char *field,
                      struct err_info *info)
{
    struct err_info *why = ARENA_NEW(r->memory, struct err_info, 1);
    if (!why)
        return err_nomem(info);
    *why = *info;
    const struct part_error error = {.name = str_of(field), .text = html_msg(&why->msg)};
    r->answer->status = status;
    return show_form(r, verifies, &error, 1, info);
}

/* From the body of the request to a file of its own, and into the store of files. */
static err take(struct req *r, const struct form_file *file, struct file_id *id,
                struct err_info *info)
{
    struct visit *v = visit_of(r);
    str at;

    err e = job_upload_place(&v->deed, v->db, &at, info);
    if (e != OK)
        return e;
    e = form_file_save(file, at, info);
    if (e == OK)
        e = job_file_take(&v->deed, v->db, at, file->filename, id, info);
    if (e != OK)
        (void)unlink(at.p);
    return e;
}

/* Those that were taken before one was refused go again: nothing half stays. */
static void drop(struct req *r, const struct file_id *id, size_t n)
{
    struct visit *v = visit_of(r);
    struct err_info ignored;
    for (size_t i = 0; i < n; i++)
        if (job_file_drop(&v->deed, v->db, id[i], &ignored) != OK)
            log_err(web_of(r)->log, LOG_WARN, "upload-left", &ignored);
}

static err take_all(struct req *r, struct file_id id[FILES_MAX], size_t *n, struct err_info *info)
{
    const struct form *form = &visit_of(r)->form;
    err e = OK;

    *n = 0;
    for (size_t i = 0; e == OK && i < form->n_files && *n < FILES_MAX; i++) {
        e = take(r, &form->file[i], &id[*n], info);
        *n += e == OK;
    }
    if (e == OK && *n == 0)
        e = err_set(info, E_INPUT, "studies.no-files");
    return e;
}

/* What the disk said is for the log; the reader learns that nothing was kept, and what to do. */
static err show_full(struct req *r, bool verifies, struct err_info *info)
{
    log_err(web_of(r)->log, LOG_ERROR, "upload", info);
    (void)err_set(info, E_IO, "studies.not-kept");
    return show_fault(r, verifies, 507, "files", info);
}

static bool is_readers_fault(err e)
{
    return e == E_INPUT || e == E_LIMIT || e == E_CONFLICT;
}

err studies_put(struct req *r, const char *kind, str title, str args, struct job_id *id,
                struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct file_id file[FILES_MAX];
    size_t n;

    err e = take_all(r, file, &n, info);
    if (e == OK)
        e = job_put(&v->deed, v->db, kind, title, args, file, n, id, info);
    /* one that is older than its files was made when the same was sent before: it has its own */
    if (e != OK || id->v < file[0].v)
        drop(r, file, n);
    return e;
}

static err upload(struct req *r, bool verifies, struct err_info *info)
{
    const str title = str_trim(visit_field(r, "title"));
    struct job_id job;

    if (title.n == 0) {
        (void)err_set(info, E_INPUT, "studies.no-title");
        return show_fault(r, verifies, 422, "title", info);
    }
    const err e = studies_put(r, verifies ? PILOT_VERIFY : PILOT_RUN, title, STR(""), &job, info);
    if (e == OK)
        return visit_go(r, visit_url_id(r, "study", job.v), "queued", info);
    if (e == E_IO)
        return show_full(r, verifies, info);
    return is_readers_fault(e) ? show_fault(r, verifies, 422, "files", info) : e;
}

err study_upload(struct req *r, struct err_info *info)
{
    return upload(r, false, info);
}

err study_verify_upload(struct req *r, struct err_info *info)
{
    return upload(r, true, info);
}
