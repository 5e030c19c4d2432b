/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * htc_context: where in HTML a template stands after its literal text so far.
 *
 * Does: follow tags, attributes, comments and raw elements as a browser's
 *       tokenizer does (WHATWG HTML, 13.2.5), as far as escaping depends on it.
 * Does not: check that elements nest.
 */
#ifndef ONTSCHOT_TOOLS_HTC_CONTEXT_H
#define ONTSCHOT_TOOLS_HTC_CONTEXT_H

#include "base/str.h"

enum htc_state {
    HTC_TEXT,
    HTC_TAG_OPEN, /* behind < */
    HTC_TAG_NAME,
    HTC_IN_TAG, /* between attributes */
    HTC_ATTR_NAME,
    HTC_BEFORE_VALUE, /* behind = */
    HTC_VALUE,        /* within quotes */
    HTC_VALUE_UNQUOTED,
    HTC_DECLARATION, /* <!doctype */
    HTC_COMMENT,
    HTC_RAW,   /* script, style and their like */
    HTC_PLAIN, /* title and textarea: entities, but no tags */
};

enum { HTC_NAME_MAX = 32 };

struct htc_name {
    char p[HTC_NAME_MAX]; /* lower case; longer names keep their head, which no list holds */
    size_t n;
};

struct htc_context {
    enum htc_state state;
    struct htc_name tag, attribute;
    struct htc_name value; /* literal text of the attribute, of `method` only */
    struct htc_name raw;   /* the element whose end tag ends HTC_RAW or HTC_PLAIN */
    char quote;
    bool is_end_tag;
    bool value_begun;    /* something stands before here in the attribute value */
    bool has_http_equiv; /* seen in this tag */
    bool posts;          /* a form whose method is post, seen in this tag */
    bool owes_token;     /* such a form began, and its token is not written yet */
    bool is_inline;      /* a script or style with something in it, told once */
    size_t matched;      /* of the text that would end a comment or raw element */
};

enum htc_sink { HTC_SINK_NONE, HTC_SINK_TEXT, HTC_SINK_ATTR, HTC_SINK_URL, HTC_SINK_URL_PART };

/* Moves over one character of literal text. What is wrong with it, or NULL. */
const char *htc_step(struct htc_context *c, char ch);

/* The sink for a value that stands here; HTC_SINK_NONE with `why` where none may. */
enum htc_sink htc_sink_of(const struct htc_context *c, const char **why);

/* Code wrote the token that a form which posts begins with. */
void htc_token_put(struct htc_context *c);

/* A value was put: only an attribute's value remembers. */
void htc_value_put(struct htc_context *c);

/* True when text that follows would be read the same way. */
bool htc_same(const struct htc_context *a, const struct htc_context *b);

#endif
