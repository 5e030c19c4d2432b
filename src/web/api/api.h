/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * api: /api/v1, the site for programs, by the NLGov REST API Design Rules 2.
 *
 * Does: read and write spaces with their members, publications with their comments, revisions and
 *       grants as JSON; show people, and who asks; start studies and hand over what they left;
 *       give all that somebody may see as lines of JSON; describe itself as OpenAPI 3.1.
 * Does not: decide anything: handlers call the same functions as the pages, so that the same rules
 *           answer. Errors become problem+json in web/visit.
 *
 * Every operation is one row of a table (api_int.h): its parameters, the fields of its body and of
 * its answer. That row reads, writes and describes, so the three cannot differ.
 */
#ifndef ONTSCHOT_WEB_API_H
#define ONTSCHOT_WEB_API_H

#include "base/errs.h"
#include "web/site/site.h"

#define API_PATH "/api/v1"

enum {
    API_JSON_DEPTH_MAX = 8,     /* of a body; ours need three */
    API_JSON_VALUES_MAX = 2000, /* in a body */
    API_LIMIT_DEFAULT = 20,     /* items of a page */
    API_EXPORT_MAX = 10000,     /* publications in one export; more is refused, not cut */
};

extern const struct route api_publication_routes[];
extern const struct route api_comment_routes[];
extern const struct route api_grant_routes[];
extern const struct route api_member_routes[];
extern const struct route api_revision_routes[];
extern const struct route api_token_routes[];
extern const struct route api_space_routes[];
extern const struct route api_people_routes[];
extern const struct route api_job_routes[];
extern const struct route api_site_routes[]; /* health, description */

/* How the document names whom to ask. Empty texts are left out. */
struct api_contact {
    str name, url, email;
};

/*
 * The OpenAPI document of every route under API_PATH, in a language. E_INPUT names a route that no
 * row describes.
 */
WARN_UNUSED err api_print_document(const struct site_router *routes, const struct api_contact *c,
                                   enum lang lang, out *o, struct err_info *info);

#endif
