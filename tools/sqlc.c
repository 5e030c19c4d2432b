/* SPDX-License-Identifier: EUPL-1.2 */
/* sqlc: compiles the queries.sql of a room; src/app/db/README.md has the language. */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    fputs("sqlc INPUT HEADER SOURCE DEPFILE\n", stderr);
    return EXIT_FAILURE;
}
