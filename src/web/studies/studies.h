/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * studies: the pages on which an analyst uploads a study, follows it and reads what came out.
 *
 * Does: take a plan with its data, or the sealed results of a study to verify; show the work with
 *       its progress; stop it; hand over its files.
 * Does not: compute (app/job and app/pilot do), or show anybody the work of another.
 */
#ifndef ONTSCHOT_WEB_STUDIES_H
#define ONTSCHOT_WEB_STUDIES_H

#include "app/job/job.h"
#include "web/site/site.h"

extern const struct route studies_routes[];

/*
 * For the pages and for programs: a job of a kind (`args`: JSON or empty), of the files in the form
 * of this visit. When it is refused, nothing of them stays; asked again (app/once) it is the job
 * that was made before.
 */
WARN_UNUSED err studies_put(struct req *r, const char *kind, str title, str args, struct job_id *id,
                            struct err_info *info);
/* One file that a job left, as the answer. */
WARN_UNUSED err studies_send_result(struct req *r, struct job_id id, str name,
                                    struct err_info *info);

#endif
