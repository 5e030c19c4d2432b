/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * knowledge: the pages of what people write here: home, stories (publications), the editor,
 * spaces, people, feeds and the map of the site.
 *
 * Does: ask app/knowledge and app/access, and show what they let this viewer see; fill forms again
 *       with what was typed when something in them is wrong.
 * Does not: decide who may see or do what: the rooms of the second floor do, and their answer is
 *       the page's. Sign anybody in, or show an account (the account pages do).
 */
#ifndef ONTSCHOT_WEB_KNOWLEDGE_KNOWLEDGE_H
#define ONTSCHOT_WEB_KNOWLEDGE_KNOWLEDGE_H

#include "web/site/site.h"

/* Each ends in a route without name. */
extern const struct route home_routes[];
extern const struct route stories_routes[];
extern const struct route story_routes[];
extern const struct route editor_routes[];
extern const struct route revision_routes[];
extern const struct route grant_routes[];
extern const struct route space_routes[];
extern const struct route space_form_routes[];
extern const struct route member_routes[];
extern const struct route people_routes[];
extern const struct route feed_routes[];

#endif
