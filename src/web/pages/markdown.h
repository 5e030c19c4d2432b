/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * markdown: what people write, as HTML that can do no harm.
 *
 * Does: CommonMark with tables, strikethrough and bare addresses, read by cmark-gfm;
 *       the HTML is written here from its tree, so that nothing is in it but the
 *       elements below, with escaped text: p, h2 to h6, ul, ol, li, blockquote, pre,
 *       code, em, strong, del, a, img, table, thead, tbody, tr, th, td, hr, br.
 * Does not: pass HTML on; it is shown as it was typed. Nor fetch pictures from
 *       elsewhere: such a picture becomes a link. Links that leave the site say so
 *       to search engines (nofollow) and tell the other side nothing (noreferrer).
 */
#ifndef ONTSCHOT_WEB_PAGES_MARKDOWN_H
#define ONTSCHOT_WEB_PAGES_MARKDOWN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/html.h"

enum {
    MARKDOWN_VERSION =
        1, /* raised when another HTML is made of any text: what was kept is not used */
    MARKDOWN_MAX = 200000,   /* bytes of text: as long as a publication may be */
    MARKDOWN_DEPTH_MAX = 32, /* lists and quotes within each other; deeper ones lie flat */
};

/*
 * Registers the extensions of cmark; once for the program, before its threads begin. It
 * is the one step in which cmark asks the system for memory; without it the first text does.
 */
void markdown_prepare(void);

/*
 * `below` is the level of the heading that stands above the text: with 1 its first one becomes
 * an h2, "#" or "##" as was typed, and those below it follow without a gap. The HTML lives in `a`.
 * E_INPUT when the text is not UTF-8, E_LIMIT beyond MARKDOWN_MAX or when the HTML outgrows what
 * `a` may hold, E_NOMEM.
 */
WARN_UNUSED err markdown_html(arena *a, str text, int below, safe_html *html,
                              struct err_info *info);

/*
 * The beginning as plain text, for lists and feeds: words without marks up to
 * `max_chars` characters, then an ellipsis. Same errors.
 */
WARN_UNUSED err markdown_beginning(arena *a, str text, size_t max_chars, str *plain,
                                   struct err_info *info);

#endif
