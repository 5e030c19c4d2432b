/* SPDX-License-Identifier: EUPL-1.2 */
/* htc_code: as much of C's tokens as a template compiler must see. */
#ifndef ONTSCHOT_TOOLS_HTC_CODE_H
#define ONTSCHOT_TOOLS_HTC_CODE_H

#include "base/str.h"

enum htc_token { HTC_END, HTC_NAME, HTC_LITERAL, HTC_COMMENT_TOKEN, HTC_SIGN };

/*
 * The token at the start of `rest`, white space before it skipped; `rest` moves
 * behind it. Literals are strings and characters, quotes included; a sign is
 * one character.
 */
enum htc_token htc_next_token(str *rest, str *token);

/* Where `end` ("%}") first stands outside literals and comments; false when nowhere. */
bool htc_find_end(str code, str end, size_t *at);

#endif
