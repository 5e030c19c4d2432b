/* SPDX-License-Identifier: EUPL-1.2 */
/* Prints the site's routes, one a line: name, method, path in Dutch, path in English. */
#include "web/routes.h"

#include <stdio.h>

int main(void)
{
    for (const struct route *const *table = web_routes; *table; table++)
        for (const struct route *r = *table; r->name; r++)
            printf("%s\t%s\t%s\t%s\n", r->name, r->method == HTTP_GET ? "GET" : "other", r->path_nl,
                   r->path_en ? r->path_en : r->path_nl);
    return 0;
}
