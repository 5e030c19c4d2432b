/* SPDX-License-Identifier: EUPL-1.2 */
/* intake_int: what the handlers fill in for their templates. */
#ifndef ONTSCHOT_WEB_INTAKE_INT_H
#define ONTSCHOT_WEB_INTAKE_INT_H

#include "app/register/register.h"
#include "web/intake/intake.h"
#include "web/visit/visit.h"

struct deliveries_view {
    const struct register_delivery *delivery;
    const str *url;
    size_t n;
    str new_url, older_url;
};
void deliveries_html(struct html *h, const struct page *page, const struct deliveries_view *v);

struct deliver_view {
    str action, csrf, mapping;
    int64_t max_bytes;
    const struct faults *faults;
};
void deliver_html(struct html *h, const struct page *page, const struct deliver_view *v);

struct import_view {
    const struct job *job;
    str csrf, cancel_url, poll_url, receipt_url; /* receipt_url empty: none yet */
};
void import_html(struct html *h, const struct page *page, const struct import_view *v);
void import_progress_html(struct html *h, const struct import_view *v);

struct receipt_view {
    const struct register_receipt *receipt;
    const struct register_aside *aside;
    size_t n_asides;
    int64_t n_aside; /* of all kinds */
    str asides_url;
};
void receipt_html(struct html *h, const struct page *page, const struct receipt_view *v);

const char *delivery_state_key(enum register_state state);
enum part_kind delivery_state_kind(enum register_state state);

/* receipt.c, deliver.c: handlers */
err delivery_list_page(struct req *r, struct err_info *info);
err delivery_page(struct req *r, struct err_info *info);
err delivery_asides(struct req *r, struct err_info *info);
err deliver_page(struct req *r, struct err_info *info);
err deliver(struct req *r, struct err_info *info);
err import_page(struct req *r, struct err_info *info);
err import_progress(struct req *r, struct err_info *info);
err import_cancel(struct req *r, struct err_info *info);

#endif
