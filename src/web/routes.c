/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/routes.h"

#include "web/accounts/accounts.h"
#include "web/admin/admin.h"
#include "web/api/api.h"
#include "web/intake/intake.h"
#include "web/knowledge/knowledge.h"
#include "web/linking/linking.h"
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
    admin_routes,
    admin_accounts_routes,
    admin_organisation_routes,
    admin_log_routes,
    admin_security_routes,
    studies_routes,
    deliveries_routes,
    linking_routes,
    api_site_routes,
    api_people_routes,
    api_publication_routes,
    api_comment_routes,
    api_revision_routes,
    api_grant_routes,
    api_space_routes,
    api_member_routes,
    api_job_routes,
    api_token_routes,
    NULL,
};
