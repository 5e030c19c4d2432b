/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/pages.h"

const char *app_page_path(enum app_page page, enum lang lang)
{
    static const char *const path[PAGES][LANG_COUNT] = {
        [PAGE_SIGN_IN] = {"/nl/inloggen", "/en/sign-in"},
        [PAGE_LINK] = {"/nl/link?code=", "/en/link?code="},
        [PAGE_FROM_OTHER] = {"/nl/inloggen/terug", "/en/sign-in/return"},
        [PAGE_SPACE] = {"/nl/ruimten/", "/en/spaces/"},
        [PAGE_STORY] = {"/nl/verhalen/", "/en/stories/"},
    };
    return path[page][lang];
}
