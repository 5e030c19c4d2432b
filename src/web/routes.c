/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/routes.h"

#include "web/visit/visit.h"

const struct route *const web_routes[] = {
    visit_files,
    NULL,
};
