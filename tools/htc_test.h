/* SPDX-License-Identifier: EUPL-1.2 */
/* htc_test: the page that htc_test.htc makes, for htc_test.c. */
#ifndef ONTSCHOT_TOOLS_HTC_TEST_H
#define ONTSCHOT_TOOLS_HTC_TEST_H

#include "base/html.h"

struct htc_test_page {
    str title, url;
    const str *item;
    size_t n;
    double share;
    safe_html safe;
};

void htc_test_page(struct html *h, const struct htc_test_page *p);

#endif
