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

#include "web/site/site.h"

extern const struct route studies_routes[];

#endif
