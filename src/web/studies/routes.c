/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/studies/studies_int.h"

const struct route studies_routes[] = {
    ROUTE("studies", HTTP_GET, "/nl/studies", "/en/studies", study_list_page, &rule_analyst,
          RATE_PAGE),
    ROUTE("study-new", HTTP_GET, "/nl/studies/nieuw", "/en/studies/new", study_new_page,
          &rule_analyst, RATE_PAGE),
    ROUTE("study-upload", HTTP_POST, "/nl/studies/nieuw", "/en/studies/new", study_upload,
          &rule_analyst, RATE_UPLOAD, .body = ROUTE_BODY_UPLOAD),
    ROUTE("study-verify", HTTP_GET, "/nl/studies/controleren", "/en/studies/verify",
          study_verify_page, &rule_analyst, RATE_PAGE),
    ROUTE("study-verify-upload", HTTP_POST, "/nl/studies/controleren", "/en/studies/verify",
          study_verify_upload, &rule_analyst, RATE_UPLOAD, .body = ROUTE_BODY_UPLOAD),
    ROUTE("study", HTTP_GET, "/nl/studies/{id}", "/en/studies/{id}", study_page, &rule_analyst,
          RATE_PAGE),
    ROUTE("study-progress", HTTP_GET, "/nl/studies/{id}/voortgang", "/en/studies/{id}/progress",
          study_progress, &rule_analyst, RATE_PAGE),
    ROUTE("study-cancel", HTTP_POST, "/nl/studies/{id}/stoppen", "/en/studies/{id}/stop",
          study_cancel, &rule_analyst, RATE_WRITE),
    ROUTE("study-drop", HTTP_POST, "/nl/studies/{id}/verwijderen", "/en/studies/{id}/remove",
          study_drop, &rule_analyst, RATE_WRITE),
    ROUTE("study-result", HTTP_GET, "/nl/studies/{id}/bestanden/{file}",
          "/en/studies/{id}/files/{file}", study_result, &rule_analyst, RATE_PAGE),
    {0},
};
