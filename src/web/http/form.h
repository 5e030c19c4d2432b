/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * form: what a form sent.
 *
 * Does: read application/x-www-form-urlencoded (WHATWG URL, section 5) and
 *       multipart/form-data (RFC 7578) from a body in memory or in a file, in
 *       pieces, under named limits; clean the names of files.
 * Does not: copy files: a file is a range of the body, read when it is wanted.
 *           Know what a field means, or believe what a sender says a file is.
 */
#ifndef ONTSCHOT_WEB_FORM_H
#define ONTSCHOT_WEB_FORM_H

#include "web/http/http.h"

enum {
    FORM_FIELDS_MAX = 500,
    FORM_FILES_MAX = 20,
    FORM_NAME_MAX = 100,             /* bytes of a field's name */
    FORM_FIELD_MAX = 64 << 10,       /* bytes of one field, when the limits don't say */
    FORM_FIELDS_BYTES_MAX = 4 << 20, /* of all fields together */
    FORM_FILENAME_MAX = 150,         /* bytes; a longer one keeps its beginning and its ending */
    FORM_BOUNDARY_MAX = 70,          /* RFC 2046, section 5.1.1 */
    FORM_PART_HEAD_MAX = 4 << 10,    /* bytes of the headers of one part */
    FORM_PREAMBLE_MAX = 1 << 10,     /* bytes before the first part */
};

/* What a handler expects; 0 means the default above. */
struct form_limits {
    size_t fields, field_bytes;
    size_t files;        /* 0: no files are expected and any is refused */
    uint64_t file_bytes; /* 0: as large as the body may be */
};

struct form_field {
    str name, value; /* UTF-8, without NUL; line ends of a text are \n */
};

struct form_file {
    str name;            /* of the field */
    str filename;        /* base name only, no control characters; may be empty */
    str type;            /* as the sender says: no more than a hint; empty without one */
    uint64_t from, size; /* in the body */
    const struct http_body *body;
};

/* Everything in the request's memory, in the order in which it was sent. */
struct form {
    struct form_field *field;
    size_t n_fields;
    struct form_file *file; /* a field for a file that was left empty is not here */
    size_t n_files;
};

/*
 * Reads the body of `r`. E_INPUT: another content type ("form.type"), a broken
 * body, what is no UTF-8, a file where none is expected; E_LIMIT with the limit that
 * was passed; E_IO, E_NOMEM. On an error `f` is empty.
 */
WARN_UNUSED err form_read(const struct http_request *r, const struct form_limits *limits,
                          struct form *f, struct err_info *info);

/* The same without a request. `type` is the Content-Type. */
WARN_UNUSED err form_parse(arena *a, const struct http_body *body, str type,
                           const struct form_limits *limits, struct form *f, struct err_info *info);

/* The first value of a field as it was typed; p is NULL when it was not sent. */
str form_value(const struct form *f, const char *name);
bool form_has(const struct form *f, const char *name); /* a ticked box is sent, an empty one not */

/* The values of a field that occurs several times: from *at = 0 on. */
bool form_next(const struct form *f, const char *name, size_t *at, str *value);

/* The first file of a field, or NULL. */
const struct form_file *form_file(const struct form *f, const char *name);

/* Up to `n` bytes from offset `at` of the file; *got is 0 behind its end. E_IO. */
WARN_UNUSED err form_file_read(const struct form_file *f, uint64_t at, void *p, size_t n,
                               size_t *got, struct err_info *info);

/* The whole file to `path`, in pieces, whole or not at all. E_IO. */
WARN_UNUSED err form_file_save(const struct form_file *f, str path, struct err_info *info);

#endif
