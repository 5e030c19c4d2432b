/* SPDX-License-Identifier: EUPL-1.2 */
/* api_int: what the files of this room share: tables of fields, and of operations. */
#ifndef ONTSCHOT_WEB_API_INT_H
#define ONTSCHOT_WEB_API_INT_H

#include "base/json.h"
#include "web/api/api.h"
#include "web/visit/visit.h"

#include <stddef.h>

/* ---- fields ---- */

enum api_kind {             /* what lies at `offset`           how it is written in JSON */
                API_TEXT,   /* str                             text */
                API_ID,     /* int64_t; 0: none                text of digits, or null */
                API_INT,    /* int64_t                         number */
                API_BOOL,   /* bool                            true or false */
                API_WORD,   /* an enum: the index in `words`   that word */
                API_WORDS,  /* unsigned: bits, as `words`      array of words */
                API_DATE,   /* int64_t, days since 1970; 0: not set   date, or null; only shown */
                API_TIME,   /* int64_t, UTC ms; INT64_MAX: not set   RFC 3339 in UTC, or null */
                API_MAP,    /* the struct of `map`             object */
                API_CURSOR, /* struct cursor                   text, only in an address */
};

/* Where a field takes part. */
enum api_use {
    API_LISTED = 1, /* in a list */
    API_SINGLE = 2, /* in an answer about one */
    API_MAKE = 4,   /* in the body that makes one */
    API_CHANGE = 8, /* in the body that changes one */
    API_QUERY = 16, /* in the address */
};
enum { API_SHOWN = API_LISTED | API_SINGLE, API_EDITED = API_SHOWN | API_MAKE | API_CHANGE };

struct api_field {
    const char *key;
    enum api_kind kind;
    size_t offset;
    unsigned use;      /* of enum api_use */
    bool required;     /* when one is made */
    bool nullable;     /* ids and times only */
    int64_t low, high; /* numbers: bounds; texts: bytes (high 0: no bound) */
    const char *const *words;
    const struct api_map *map;
    const char *about;   /* message key */
    const char *example; /* texts */
};

struct api_map {
    const char *name; /* of its schema */
    const struct api_field *field;
    size_t n_fields;
    const char *about;
    size_t version_offset; /* of what has an ETag: where its int64_t version lies */
};
#define API_FIELDS(array) .field = (array), .n_fields = sizeof(array) / sizeof *(array)

/* Writes the fields of `row` for a use. */
void api_put(json *j, const struct api_map *map, unsigned use, const void *row);

/*
 * Lays the fields of a body over `filled`, those that are there. Every mistake goes into `errors`,
 * its place as a JSON pointer in err_info.file; E_INPUT with the first of them. E_NOMEM.
 */
WARN_UNUSED err api_read_json(const struct api_map *map, unsigned use, str text, arena *a,
                              void *filled, struct errs *errors, struct err_info *info);
/* The same of a form that came with files. */
WARN_UNUSED err api_read_fields(const struct api_map *map, unsigned use, const struct form *form,
                                arena *a, void *filled, struct errs *errors, struct err_info *info);
/* The same of a query; the place is the parameter's name. */
WARN_UNUSED err api_read_query(const struct api_map *map, str query, arena *a, void *filled,
                               struct errs *errors, struct err_info *info);

/* Whether a text is small and flat enough to be parsed: a parser's memory is many times its text.
 */
bool api_json_is_modest(str text);

/* "AT.ID" and back. */
void api_cursor_print(out *o, struct cursor c);
bool api_cursor_parse(str text, struct cursor *c);

/* ---- operations ---- */

enum api_shape { API_NOTHING, API_ONE, API_PAGE, API_LINES, API_DOCUMENT, API_FILE };

struct api_operation {
    const char *route; /* its name */
    const char *tag;
    const char *about;           /* message key */
    const struct api_map *query; /* NULL: no parameters */
    const struct api_map *body;  /* NULL: none */
    enum api_use body_use;
    enum api_shape shape; /* of the answer */
    const struct api_map *answer;
    int status;       /* 0: 200 */
    bool has_etag;    /* the answer has one */
    bool needs_match; /* and the request names it in If-Match */
    bool may_make;    /* of what is there; what is not is made: 201 */
    bool has_files;   /* the body is a form with files beside its fields */
    bool or_nothing;  /* 204 when what was changed is no longer shown */
};

/* Each ends in a row without route. */
extern const struct api_operation api_publication_operations[];
extern const struct api_operation api_comment_operations[];
extern const struct api_operation api_grant_operations[];
extern const struct api_operation api_member_operations[];
extern const struct api_operation api_revision_operations[];
extern const struct api_operation api_token_operations[];
extern const struct api_operation api_space_operations[];
extern const struct api_operation api_people_operations[];
extern const struct api_operation api_job_operations[];
extern const struct api_operation api_site_operations[];

/* NULL when no row describes it. */
const struct api_operation *api_operation_of(const struct route *route);

/* Parameters that lists take; each operation's table says which. */
struct api_asked {
    int64_t limit;
    struct cursor cursor;
    struct space_id space, parent;
    struct party_id owner;
    str search;
};
#define API_ASK_LIMIT                                                                              \
    {                                                                                              \
        .key = "limit", .kind = API_INT, .offset = offsetof(struct api_asked, limit),              \
        .use = API_QUERY, .low = 1, .high = PAGE_ITEMS_MAX, .about = "api.about-limit"             \
    }
#define API_ASK_CURSOR                                                                             \
    {                                                                                              \
        .key = "cursor", .kind = API_CURSOR, .offset = offsetof(struct api_asked, cursor),         \
        .use = API_QUERY, .about = "api.about-cursor"                                              \
    }
extern const struct api_map api_ask_page; /* limit and cursor alone */

/* ---- a request ---- */

/* Reads what the operation's row says; a limit not given is API_LIMIT_DEFAULT. */
WARN_UNUSED err api_ask(struct req *r, struct api_asked *asked, struct err_info *info);
WARN_UNUSED err api_read(struct req *r, void *filled, struct err_info *info);
/* The form of an operation with files; the files are then in the visit's form. */
WARN_UNUSED err api_read_form(struct req *r, void *filled, struct err_info *info);

/* A parameter of a path by name; NULL when no path has it. */
const struct api_field *api_param_of(str name);
/* The index of a parameter among its field's words; E_NOT_FOUND for another. */
WARN_UNUSED err api_param_word(struct req *r, const char *name, int *word, struct err_info *info);

/*
 * The version that If-Match names, of an ETag that api_show gave: `current`, or any when that is 0
 * (not known). E_CONFLICT "api.match-needed" without the header (428), "api.changed-since" when it
 * names another (412): before anything is written, so that a program that comes late does not
 * replace the draft of a person.
 */
WARN_UNUSED err api_match(struct req *r, int64_t current, int64_t *version, struct err_info *info);

/* The same where what is not there may be made: then none is named, and *version is 0. */
WARN_UNUSED err api_match_or_make(struct req *r, bool is_there, int64_t current, int64_t *version,
                                  struct err_info *info);

/* ---- an answer ---- */

WARN_UNUSED err api_show(struct req *r, const void *row, struct err_info *info);
/* 201 with where the new one is. */
WARN_UNUSED err api_show_made(struct req *r, const char *path, int64_t id, const void *row,
                              struct err_info *info);
/* `size` is that of one row. `next` with id 0: the last page. */
WARN_UNUSED err api_show_page(struct req *r, const void *rows, size_t n, size_t size,
                              struct cursor next, struct err_info *info);
/* 201 of a PUT that made what stands at its own address. */
WARN_UNUSED err api_show_put(struct req *r, bool is_new, const void *row, struct err_info *info);
WARN_UNUSED err api_show_nothing(struct req *r, struct err_info *info);

/*
 * What a row names besides itself is shown only when it may be seen: the id of a hidden space would
 * tell that it exists. `seen` is the memory for one request, zero at its beginning.
 */
enum { API_SEEN_MAX = PAGE_ITEMS_MAX };
struct api_seen {
    size_t n;
    struct space_id space[API_SEEN_MAX];
    bool is_shown[API_SEEN_MAX];
};
WARN_UNUSED err api_hide_space(const struct deed *deed, db *d, struct api_seen *seen,
                               struct space_id *id, struct err_info *info);
WARN_UNUSED err api_hide_of_publication(const struct deed *deed, db *d, struct api_seen *seen,
                                        struct publication *p, struct err_info *info);

/* publication.c, for export.c and revision.c */
extern const struct api_map api_publication_map;
struct publication_form api_publication_form(const struct publication *p);
err api_export_publications(struct req *r, struct err_info *info);

/* ---- rules ---- */

extern const struct rule rule_api_read;   /* a visitor, or a token that may read */
extern const struct rule rule_api_person; /* a token that may read */
extern const struct rule rule_api_write;  /* a token that may write */

#define API_ROUTE(name, method, path, handler, rule)                                               \
    ROUTE(name, method, API_PATH path, NULL, handler, rule, RATE_API, .has_token = true)

#endif
