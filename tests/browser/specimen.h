/* SPDX-License-Identifier: EUPL-1.2 */
/* specimen: a page that shows every part, for eyes and for axe. */
#ifndef ONTSCHOT_TESTS_SPECIMEN_H
#define ONTSCHOT_TESTS_SPECIMEN_H

#include "web/pages/layout.h"

void specimen_page(struct html *h, const struct page *page, safe_html prose);

#endif
