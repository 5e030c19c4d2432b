/* SPDX-License-Identifier: EUPL-1.2 */
/* markdown: cmark-gfm and its memory, away from what is made of its tree. */
#ifndef ONTSCHOT_WEB_PAGES_MARKDOWN_INT_H
#define ONTSCHOT_WEB_PAGES_MARKDOWN_INT_H

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include "web/pages/markdown.h"

/* Whether a text may be parsed: its length, its encoding, its tables. */
WARN_UNUSED err markdown_check(str text, struct err_info *info);

/* A tree with the memory it lives in. */
struct markdown_tree;
WARN_UNUSED err markdown_parse(str text, struct markdown_tree **tree, struct err_info *info);
cmark_node *markdown_root(struct markdown_tree *tree);
void markdown_tree_free(struct markdown_tree *tree); /* NULL is fine */
/* How much of the memory that was reserved cmark used, and whether it needed more. */
size_t markdown_tree_used(const struct markdown_tree *tree, bool *needed_more);

/* The words of a node and what is in it, each run by `put`, blanks between blocks. */
void markdown_each_text(cmark_node *node, out *o, void (*put)(out *o, str text));

#endif
