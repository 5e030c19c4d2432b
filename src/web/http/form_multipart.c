/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * multipart/form-data (RFC 7578, on the syntax of RFC 2046, section 5.1): parts
 * between delimiters "\r\n--boundary", the last followed by "--". A field is
 * gathered, of a file only its place in the body is kept.
 */
#include "web/http/form_int.h"

#include <string.h>

enum { WINDOW_BYTES = 64 << 10, DELIMITER_MAX = 4 + FORM_BOUNDARY_MAX };

struct parser {
    struct form_builder *b;
    struct form_window w;
    char delimiter[DELIMITER_MAX];
    size_t n_delimiter;
};

static err broken(struct err_info *info)
{
    return err_set(info, E_INPUT, "form.broken");
}

/* Offset of `mark` among the unread bytes; false when it is not there (yet). */
static bool seek(const struct form_window *w, const char *mark, size_t n, size_t *at)
{
    const char *found = memmem(w->p, w->n, mark, n);
    if (found)
        *at = (size_t)(found - w->p);
    return found != NULL;
}

/* At least `n` unread bytes, or E_INPUT: the body was cut off. */
static err need(struct parser *p, size_t n, struct err_info *info)
{
    err e = OK;
    if (p->w.n < n)
        e = form_window_fill(&p->w, info);
    if (e == OK && p->w.n < n)
        e = err_set(info, E_INPUT, "form.cut");
    return e;
}

/* The first delimiter needs no line end before it; little may stand before it. */
static err skip_preamble(struct parser *p, struct err_info *info)
{
    size_t at;
    if (seek(&p->w, p->delimiter + 2, p->n_delimiter - 2, &at) && at == 0) {
        form_window_skip(&p->w, p->n_delimiter - 2);
        return OK;
    }
    if (!seek(&p->w, p->delimiter, p->n_delimiter, &at))
        return err_set(info, E_INPUT, "form.cut");
    if (at > FORM_PREAMBLE_MAX)
        return broken(info);
    form_window_skip(&p->w, at + p->n_delimiter);
    return OK;
}

/* Behind a delimiter: "--" ends, else white space and a line end. */
static err after_delimiter(struct parser *p, bool *ended, struct err_info *info)
{
    err e = need(p, 2, info);
    if (e != OK)
        return e;
    *ended = memcmp(p->w.p, "--", 2) == 0;
    while (e == OK && !*ended && (p->w.p[0] == ' ' || p->w.p[0] == '\t')) {
        form_window_skip(&p->w, 1);
        e = need(p, 2, info);
    }
    if (e == OK && !*ended && memcmp(p->w.p, "\r\n", 2) != 0)
        e = broken(info);
    if (e == OK)
        form_window_skip(&p->w, 2);
    return e;
}

static err read_head(struct parser *p, struct form_part *part, struct err_info *info)
{
    size_t end = 0;
    err e = OK;
    if (!seek(&p->w, "\r\n\r\n", 4, &end)) {
        e = form_window_fill(&p->w, info);
        if (e == OK && !seek(&p->w, "\r\n\r\n", 4, &end))
            e = form_window_is_last(&p->w) ? err_set(info, E_INPUT, "form.cut") : broken(info);
    }
    if (e == OK && end > FORM_PART_HEAD_MAX)
        e = broken(info);
    if (e == OK)
        e = form_head_parse(p->b->memory, (str){p->w.p, end}, part, info);
    if (e == OK)
        form_window_skip(&p->w, end + 4);
    return e;
}

static err take_piece(const struct parser *p, const struct form_part *part, out *text,
                      uint64_t *size, size_t n, struct err_info *info)
{
    const struct form_limits *l = &p->b->limits;
    *size += n;
    const bool is_large = part->is_file ? *size > l->file_bytes : *size > l->field_bytes;
    if (is_large) {
        err_text(info, E_LIMIT, part->is_file ? "form.file-too-large" : "form.field-too-large",
                 part->is_file ? part->filename : part->name);
        msg_int(&info->msg, (int64_t)(part->is_file ? l->file_bytes : l->field_bytes));
        return E_LIMIT;
    }
    if (!part->is_file)
        out_bytes(text, p->w.p, n);
    return OK;
}

/* The content up to the next delimiter, which it skips. Gathers a field's in `text`. */
static err read_content(struct parser *p, const struct form_part *part, out *text, uint64_t *size,
                        struct err_info *info)
{
    *size = 0;
    for (;;) {
        size_t at;
        const bool found = seek(&p->w, p->delimiter, p->n_delimiter, &at);
        if (!found && form_window_is_last(&p->w))
            return err_set(info, E_INPUT, "form.cut");
        if (!found) /* the last bytes may be the beginning of a delimiter */
            at = p->w.n < p->n_delimiter ? 0 : p->w.n - p->n_delimiter + 1;
        err e = take_piece(p, part, text, size, at, info);
        if (e != OK)
            return e;
        form_window_skip(&p->w, found ? at + p->n_delimiter : at);
        if (found)
            return out_error(text, info);
        e = form_window_fill(&p->w, info);
        if (e != OK)
            return e;
    }
}

static err read_part(struct parser *p, struct err_info *info)
{
    struct form_part part;
    uint64_t size;
    err e = read_head(p, &part, info);
    if (e != OK)
        return e;
    const uint64_t from = p->w.at;
    out text;
    out_init(&text, FORM_FIELDS_BYTES_MAX);
    e = read_content(p, &part, &text, &size, info);
    if (e == OK && part.is_file)
        e = form_add_file(p->b,
                          (struct form_file){.name = part.name,
                                             .filename = part.filename,
                                             .type = part.type,
                                             .from = from,
                                             .size = size,
                                             .body = p->w.body,
                                             .had_path = part.had_path},
                          info);
    else if (e == OK)
        e = form_add_field(p->b, part.name, out_view(&text), info);
    out_free(&text);
    return e;
}

err form_parse_multipart(struct form_builder *b, const struct http_body *body, str boundary,
                         struct err_info *info)
{
    struct parser p = {.b = b, .n_delimiter = 4 + boundary.n};
    bool ended = false;
    memcpy(p.delimiter, "\r\n--", 4);
    memcpy(p.delimiter + 4, boundary.p, boundary.n);
    err e = form_window_open(&p.w, b->memory, body, WINDOW_BYTES, info);
    if (e == OK)
        e = skip_preamble(&p, info);
    if (e == OK)
        e = after_delimiter(&p, &ended, info);
    while (e == OK && !ended) {
        e = read_part(&p, info);
        if (e == OK)
            e = after_delimiter(&p, &ended, info);
    }
    return e;
}
