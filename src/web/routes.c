/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/routes.h"

#include "web/accounts/accounts.h"
#include "web/visit/visit.h"

const struct route *const web_routes[] = {
    visit_files,
    sign_in_routes,
    joining_routes,
    mine_routes,
    second_routes,
    sessions_routes,
    my_data_routes,
    NULL,
};
