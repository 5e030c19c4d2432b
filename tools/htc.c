/* SPDX-License-Identifier: EUPL-1.2 */
/* htc: compiles a page template into C functions; see htc_compile.h for the language. */
#include "htc_compile.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    arena *a = arena_new(TOOL_MEMORY_MAX);
    str text;
    out c, errors;
    bool done = false;

    out_init(&c, TOOL_FILE_MAX);
    out_init(&errors, TOOL_FILE_MAX);
    if (argc != 3 || !a) {
        fputs("htc TEMPLATE OUTPUT\n", stderr);
        goto out;
    }
    if (!tool_read(a, str_of(argv[1]), &text))
        goto out;
    htc_compile(text, str_of(argv[1]), &c, &errors);
    if (errors.n)
        fwrite(errors.p, 1, errors.n, stderr);
    else
        done = tool_write(str_of(argv[2]), &c);
out:
    out_free(&c);
    out_free(&errors);
    arena_free(a);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
