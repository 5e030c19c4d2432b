/* SPDX-License-Identifier: EUPL-1.2 */
/* studies_int: what the handlers fill in for their templates. */
#ifndef ONTSCHOT_WEB_STUDIES_INT_H
#define ONTSCHOT_WEB_STUDIES_INT_H

#include "app/job/job.h"
#include "app/pilot/pilot.h"
#include "web/studies/studies.h"
#include "web/visit/visit.h"

struct studies_view {
    const struct job *job;
    const str *url;
    size_t n;
    str new_url, verify_url, older_url;
};
void studies_html(struct html *h, const struct page *page, const struct studies_view *v);

struct upload_view {
    bool verifies; /* sealed results, rather than a plan with data */
    str action, csrf, title;
    int64_t max_bytes;
    const struct part_error *error;
    size_t n_errors;
};
void upload_html(struct html *h, const struct page *page, const struct upload_view *v);

struct study_view {
    const struct job *job;
    const struct job_result *result;
    const str *result_url;
    size_t n_results;
    str report_url; /* in the language of the page; empty: there is none */
    str csrf, cancel_url, drop_url, poll_url, list_url;
};
void study_html(struct html *h, const struct page *page, const struct study_view *v);
void study_progress_html(struct html *h, const struct study_view *v);

/* Words for a state, and how it looks. */
const char *study_state_key(enum job_state state);
enum part_kind study_state_kind(enum job_state state);
bool study_is_open(const struct job *job); /* waits or runs */

/* show.c, upload.c, result.c: handlers */
err study_list_page(struct req *r, struct err_info *info);
err study_page(struct req *r, struct err_info *info);
err study_progress(struct req *r, struct err_info *info);
err study_cancel(struct req *r, struct err_info *info);
err study_drop(struct req *r, struct err_info *info);
err study_new_page(struct req *r, struct err_info *info);
err study_verify_page(struct req *r, struct err_info *info);
err study_upload(struct req *r, struct err_info *info);
err study_verify_upload(struct req *r, struct err_info *info);
err study_result(struct req *r, struct err_info *info);

#endif
