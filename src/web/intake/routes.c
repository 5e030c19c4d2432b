/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/intake/intake_int.h"

const struct route deliveries_routes[] = {
    ROUTE("deliveries", HTTP_GET, "/nl/leveringen", "/en/deliveries", delivery_list_page,
          &rule_steward, RATE_PAGE),
    ROUTE("deliver", HTTP_GET, "/nl/leveringen/nieuw", "/en/deliveries/new", deliver_page,
          &rule_steward, RATE_PAGE),
    ROUTE("deliver-upload", HTTP_POST, "/nl/leveringen/nieuw", "/en/deliveries/new", deliver,
          &rule_steward, RATE_UPLOAD, .body = ROUTE_BODY_UPLOAD),
    ROUTE("import", HTTP_GET, "/nl/leveringen/taken/{id}", "/en/deliveries/tasks/{id}", import_page,
          &rule_steward, RATE_PAGE),
    ROUTE("import-progress", HTTP_GET, "/nl/leveringen/taken/{id}/voortgang",
          "/en/deliveries/tasks/{id}/progress", import_progress, &rule_steward, RATE_PAGE),
    ROUTE("import-cancel", HTTP_POST, "/nl/leveringen/taken/{id}/stoppen",
          "/en/deliveries/tasks/{id}/stop", import_cancel, &rule_steward, RATE_WRITE),
    ROUTE("delivery", HTTP_GET, "/nl/leveringen/{id}", "/en/deliveries/{id}", delivery_page,
          &rule_steward, RATE_PAGE),
    ROUTE("delivery-asides", HTTP_GET, "/nl/leveringen/{id}/apart.csv",
          "/en/deliveries/{id}/aside.csv", delivery_asides, &rule_steward, RATE_PAGE),
    {0},
};
