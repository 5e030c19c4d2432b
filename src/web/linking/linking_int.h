/* SPDX-License-Identifier: EUPL-1.2 */
/* linking_int: what the handlers fill in for their templates. */
#ifndef ONTSCHOT_WEB_LINKING_INT_H
#define ONTSCHOT_WEB_LINKING_INT_H

#include "app/linking/linking.h"
#include "web/linking/linking.h"
#include "web/visit/visit.h"

struct linking_view {
    const struct covenant *covenant;
    size_t n_covenants;
    const struct link_run *run;
    size_t n_runs;
    str review_url; /* empty: another steward judges, or nothing waits */
};
void linking_html(struct html *h, const struct page *page, const struct linking_view *v);

struct review_view {
    const struct link_pair *pair;     /* NULL: none is left */
    str action, csrf, list_url, a, b; /* a and b: the records, as the form sends them */
};
void review_html(struct html *h, const struct page *page, const struct review_view *v);

#endif
