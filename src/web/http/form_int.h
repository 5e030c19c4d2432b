/* SPDX-License-Identifier: EUPL-1.2 */
/* form_int: what the two kinds of form share. */
#ifndef ONTSCHOT_WEB_FORM_INT_H
#define ONTSCHOT_WEB_FORM_INT_H

#include "web/http/form.h"

/* A stretch of the body in memory: all of it, or a window that moves over its file. */
struct form_window {
    const struct http_body *body;
    const char *p; /* unread bytes: n of them */
    size_t n;
    uint64_t at;  /* offset in the body of p[0] */
    char *memory; /* `cap` bytes; NULL when the body itself is in memory */
    size_t cap;
};

/* Room to look at `cap` bytes at once. E_NOMEM, E_IO. */
WARN_UNUSED err form_window_open(struct form_window *w, arena *a, const struct http_body *body,
                                 size_t cap, struct err_info *info);
void form_window_skip(struct form_window *w, size_t n); /* n of the unread bytes */
/* Reads on behind the unread bytes until the window is full or the body ends. E_IO. */
WARN_UNUSED err form_window_fill(struct form_window *w, struct err_info *info);
bool form_window_is_last(const struct form_window *w); /* nothing is behind the window */

/* A form that grows. */
struct form_builder {
    arena *memory;
    struct form_limits limits; /* with the defaults filled in */
    size_t bytes;              /* of all fields */
    size_t room_fields, room_files;
    struct form form;
};

/* Checks the limits and keeps both; `value` is decoded. E_INPUT, E_LIMIT, E_NOMEM. */
WARN_UNUSED err form_add_field(struct form_builder *b, str name, str value, struct err_info *info);
WARN_UNUSED err form_add_file(struct form_builder *b, struct form_file file, struct err_info *info);

/* Each adds what the body holds. */
WARN_UNUSED err form_parse_urlencoded(struct form_builder *b, const struct http_body *body,
                                      struct err_info *info);
WARN_UNUSED err form_parse_multipart(struct form_builder *b, const struct http_body *body,
                                     str boundary, struct err_info *info);

/* form_head.c: what stands before the content of a part */
struct form_part {
    str name, filename, type; /* in the arena */
    bool is_file, had_path;
};
/* `head` is the lines of a part without the empty one. E_INPUT, E_LIMIT, E_NOMEM. */
WARN_UNUSED err form_head_parse(arena *a, str head, struct form_part *part, struct err_info *info);

/* A parameter of a header value: `; name=token` or `; name="text"`. E_INPUT when it is not there.
 */
WARN_UNUSED err form_parameter(arena *a, str value, const char *name, str *found,
                               struct err_info *info);

/* Base name, visible characters, at most FORM_FILENAME_MAX bytes; p is NULL when memory is out. */
str form_clean_filename(arena *a, str sent, bool *had_path);

#endif
