/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * json: writes JSON (RFC 8259) onto an out, piece by piece.
 *
 * Does: commas, indentation, escaping; NaN and infinities become null.
 * Does not: read JSON (jansson does) or check that keys are unique.
 */
#ifndef ONTSCHOT_BASE_JSON_H
#define ONTSCHOT_BASE_JSON_H

#include "base/out.h"

enum { JSON_DEPTH_MAX = 64 };

typedef struct json {
    out *to;
    int depth;
    bool has_item[JSON_DEPTH_MAX + 1];
    bool after_key, on_one_line;
} json;

void json_init(json *j, out *to);
void json_init_line(json *j, out *to); /* all on one line, without spaces: for files of lines */
void json_open_object(json *j);        /* { */
void json_close_object(json *j);
void json_open_array(json *j); /* [ */
void json_close_array(json *j);
void json_key(json *j, const char *key);
void json_put_str(json *j, str s); /* broken UTF-8 becomes U+FFFD */
void json_put_int(json *j, int64_t v);
void json_put_real(json *j, double v);
void json_put_bool(json *j, bool v);
void json_put_null(json *j);

/* key and value in one step */
void json_key_str(json *j, const char *key, str s);
void json_key_int(json *j, const char *key, int64_t v);
void json_key_real(json *j, const char *key, double v);
void json_key_bool(json *j, const char *key, bool v);

#endif
