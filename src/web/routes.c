/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/routes.h"

#include "web/accounts/accounts.h"
#include "web/knowledge/knowledge.h"
#include "web/studies/studies.h"
#include "web/visit/visit.h"

const struct route *const web_routes[] = {
    visit_files,
    home_routes,
    stories_routes,
    story_routes,
    editor_routes,
    revision_routes,
    grant_routes,
    space_routes,
    space_form_routes,
    member_routes,
    people_routes,
    feed_routes,
    sign_in_routes,
    joining_routes,
    mine_routes,
    second_routes,
    sessions_routes,
    my_data_routes,
    studies_routes,
    NULL,
};
