/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * embed: a text file as a constant of the program.
 *
 *   embed NAME FILE OUTPUT      gives `const str NAME`
 */
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    arena *a = arena_new(TOOL_MEMORY_MAX);
    str text;
    out c;
    bool done = false;

    out_init(&c, TOOL_FILE_MAX);
    if (argc != 4 || !a) {
        fputs("embed NAME FILE OUTPUT\n", stderr);
        goto out;
    }
    if (!tool_read(a, str_of(argv[2]), &text))
        goto out;
    out_cstr(&c, "/* Made by tools/embed. */\n#include \"base/str.h\"\n\nextern const str ");
    out_cstr(&c, argv[1]);
    out_cstr(&c, ";\nconst str ");
    out_cstr(&c, argv[1]);
    out_cstr(&c, " = {\n        ");
    tool_put_literal(&c, text);
    out_cstr(&c, ", ");
    out_int(&c, (int64_t)text.n);
    out_cstr(&c, "};\n");
    done = tool_write(str_of(argv[3]), &c);
out:
    out_free(&c);
    arena_free(a);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
