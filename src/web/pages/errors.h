/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * errors: the page a reader gets instead of the one that was asked for: what
 * happened, and what to do.
 *
 * Does: 400, 403, 404, 405, 409, 413, 422, 429, 500 and 503, in both languages.
 * Does not: decide which; web/site turns an err into a status. Of what is not there
 *       and what may not be seen the page is the same, byte for byte: 404 shows
 *       nothing of `why`, nor does 500; 503 shows what its caller wants told.
 */
#ifndef ONTSCHOT_WEB_PAGES_ERRORS_H
#define ONTSCHOT_WEB_PAGES_ERRORS_H

#include "web/pages/layout.h"

struct error_page {
    int status;            /* one that is not known is shown as 500 */
    const struct msg *why; /* the rule or field that refused; NULL: only the general words */
    str reference;         /* what the log calls this request; shown with 500; may be empty */
    int64_t retry_seconds; /* > 0: when to try again (429, 503) */
};

/* `page` gives frame and language; its title, intro and state are replaced. */
void error_page(struct html *h, const struct page *page, const struct error_page *e);

/* The title of a status, for the API and for plain answers: a key of po/. */
const char *error_title_key(int status);

#endif
