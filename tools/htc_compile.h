/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * htc_compile: a page template (.htc) as C functions.
 *
 *   {% #include "x.h" %}                 C, outside and inside functions
 *   {% fn page(struct html *h, ...) %}   begins a function; `static fn` too
 *   {{ expression }}                     a value, escaped for where it stands
 *   {$ "room.key", value, ... $}         a translation, its values escaped too
 *   {% if (x) { %} ... {% } %}           any C; `h` takes what is written
 *   {# remark #}
 *   {% end %}                            ends the function
 *
 * Refused, with file:line:column: a value in a script, style, event handler,
 * style attribute, comment, tag or attribute name, or attribute without quotes;
 * script and style within a page; a form that posts and does not begin with its token;
 * a block that ends elsewhere in HTML than it began; code that would apply to a
 * part of the text that follows it only.
 */
#ifndef ONTSCHOT_TOOLS_HTC_COMPILE_H
#define ONTSCHOT_TOOLS_HTC_COMPILE_H

#include "base/out.h"

/* `c` gets the program, `errors` one line per mistake. */
void htc_compile(str text, str file, out *c, out *errors);

#endif
