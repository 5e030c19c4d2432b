/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/routes.h"

#include "web/api/api.h"
#include "web/visit/visit.h"

const struct route *const web_routes[] = {
    visit_files,
    api_site_routes,
    api_people_routes,
    api_publication_routes,
    api_comment_routes,
    api_space_routes,
    api_job_routes,
    NULL,
};
