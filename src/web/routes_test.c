/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/routes.h"

#include "app/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void every_page_that_a_letter_leads_to_is_a_route_of_its_language(void **state)
{
    static const char *const name[PAGES] = {
        [PAGE_SIGN_IN] = "sign-in",
        [PAGE_LINK] = "link",
        [PAGE_SPACE] = "space",
        [PAGE_STORY] = "publication",
        [PAGE_FROM_OTHER] = "oidc-finish",
    };
    site_router *router;
    struct err_info info;
    (void)state;
    assert_int_equal(site_router_new(web_routes, &router, &info), OK);

    for (enum app_page page = 0; page < PAGES; page++)
        for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
            char path[200];
            (void)snprintf(path, sizeof path, "%s%s", app_page_path(page, lang),
                           page == PAGE_SPACE || page == PAGE_STORY ? "12" : "");
            path[strcspn(path, "?")] = '\0';
            const struct site_match m = site_router_find(router, HTTP_GET, str_of(path));
            assert_int_equal(m.found, SITE_FOUND);
            assert_string_equal(m.route->name, name[page]);
            assert_int_equal(m.lang, lang);
        }

    site_router_free(router);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_that_a_letter_leads_to_is_a_route_of_its_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
