/* SPDX-License-Identifier: EUPL-1.2 */
/* layout: what the template of the layout leaves to C. */
#ifndef ONTSCHOT_WEB_PAGES_LAYOUT_INT_H
#define ONTSCHOT_WEB_PAGES_LAYOUT_INT_H

#include "web/pages/layout.h"

/* The links and the script in the head. */
void page_loads(struct html *h, const struct page *page);

#endif
