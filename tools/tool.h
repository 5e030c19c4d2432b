/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tool: what the build-time compilers share: whole files, folders and the words
 * for a failing machine. They print plain English, as compilers do.
 */
#ifndef ONTSCHOT_TOOLS_TOOL_H
#define ONTSCHOT_TOOLS_TOOL_H

#include "base/arena.h"
#include "base/out.h"

enum { TOOL_FILE_MAX = 16 << 20, TOOL_MEMORY_MAX = 256 << 20 };

/* False, with a line on stderr, when the file cannot be read or is too long. */
bool tool_read(arena *a, str path, str *text);

/* Writes the whole file or, with a line on stderr, nothing. */
bool tool_write(str path, const out *content);

/*
 * The regular files below `folder` (hidden ones excepted) whose name ends in
 * one of `endings`, sorted. `path` itself when it is a file. Paths begin with
 * `path`.
 */
bool tool_list(arena *a, str path, const str *endings, size_t n_endings, str **files, size_t *n);

/* `s` as a C string literal, a new line of the program for each line of text. */
void tool_put_literal(out *o, str s);

str tool_join(arena *a, str folder, str name); /* "folder/name" */

#endif
