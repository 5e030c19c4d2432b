/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pages: the few pages of the site that letters, the command line and other sites lead to.
 *
 * Does: name their paths, once. The doors own the routes; src/web/routes_test.c holds these against
 *       them.
 * Does not: know any other page.
 */
#ifndef ONTSCHOT_APP_PAGES_H
#define ONTSCHOT_APP_PAGES_H

#include "base/i18n.h"

enum app_page {
    PAGE_SIGN_IN,
    PAGE_LINK,       /* behind it the secret of a link */
    PAGE_FROM_OTHER, /* where a provider of sign-in sends the browser back to */
    PAGE_SPACE,      /* behind it the slug of a space */
    PAGE_STORY,      /* behind it the id of a publication */
    PAGES
};

/* Begins with a slash; what is said above goes behind it. */
const char *app_page_path(enum app_page page, enum lang lang);

#endif
