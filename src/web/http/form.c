/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/http/form_int.h"

#include <string.h>

/* ---- a window on the body ---- */

err form_window_open(struct form_window *w, arena *a, const struct http_body *body, size_t cap,
                     struct err_info *info)
{
    *w = (struct form_window){.body = body};
    if (body->fd < 0) {
        w->p = body->text.p;
        w->n = body->text.n;
        return OK;
    }
    w->cap = body->size < cap ? (size_t)body->size : cap;
    w->memory = arena_alloc(a, w->cap, 1);
    w->p = w->memory;
    return w->memory ? form_window_fill(w, info) : err_nomem(info);
}

void form_window_skip(struct form_window *w, size_t n)
{
    w->p += n;
    w->n -= n;
    w->at += n;
}

err form_window_fill(struct form_window *w, struct err_info *info)
{
    size_t got;
    if (!w->memory)
        return OK;
    if (w->n)
        memmove(w->memory, w->p, w->n);
    w->p = w->memory;
    const err e =
        http_body_read(w->body, w->at + w->n, w->memory + w->n, w->cap - w->n, &got, info);
    w->n += got;
    return e;
}

bool form_window_is_last(const struct form_window *w)
{
    return w->at + w->n == w->body->size;
}

/* ---- building ---- */

/* Doubles an array that lives in the arena. */
static void *grown(arena *a, const void *old, size_t n, size_t *room, size_t size)
{
    const size_t wanted = *room ? *room * 2 : 16;
    void *p = arena_alloc(a, wanted, size);
    if (!p)
        return NULL;
    if (n)
        memcpy(p, old, n * size);
    *room = wanted;
    return p;
}

/* A form ends lines with CR LF, whatever the reader typed on (WHATWG HTML, 4.10.21.8). */
static str with_plain_lines(arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 1, 1);
    size_t n = 0;
    if (!p)
        return (str){NULL, 0};
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n'))
            p[n++] = s.p[i];
    return (str){p, n};
}

static err too_much(struct err_info *info, const char *key, str what, uint64_t limit)
{
    err_set(info, E_LIMIT, key);
    if (what.p)
        msg_text(&info->msg, what);
    msg_int(&info->msg, (int64_t)limit);
    return E_LIMIT;
}

static bool is_text(str s)
{
    return str_is_utf8(s) && (s.n == 0 || !memchr(s.p, '\0', s.n));
}

err form_add_field(struct form_builder *b, str name, str value, struct err_info *info)
{
    struct form *f = &b->form;
    if (!is_text(name))
        return err_set(info, E_INPUT, "form.broken");
    if (name.n > FORM_NAME_MAX)
        return too_much(info, "form.name-too-long", (str){NULL, 0}, FORM_NAME_MAX);
    if (!is_text(value))
        return err_text(info, E_INPUT, "form.not-utf8", name);
    if (f->n_fields == b->limits.fields)
        return too_much(info, "form.too-many-fields", (str){NULL, 0}, b->limits.fields);
    if (value.n > b->limits.field_bytes)
        return too_much(info, "form.field-too-large", name, b->limits.field_bytes);
    b->bytes += name.n + value.n;
    if (b->bytes > FORM_FIELDS_BYTES_MAX)
        return too_much(info, "form.fields-too-large", (str){NULL, 0}, FORM_FIELDS_BYTES_MAX);
    if (f->n_fields == b->room_fields) {
        f->field = grown(b->memory, f->field, f->n_fields, &b->room_fields, sizeof *f->field);
        if (!f->field)
            return err_nomem(info);
    }
    const struct form_field field = {arena_str(b->memory, name),
                                     with_plain_lines(b->memory, value)};
    if (!field.name.p || !field.value.p)
        return err_nomem(info);
    f->field[f->n_fields++] = field;
    return OK;
}

err form_add_file(struct form_builder *b, struct form_file file, struct err_info *info)
{
    struct form *f = &b->form;
    if (file.filename.n == 0 && file.size == 0 && !file.had_path)
        return OK; /* a choice of file that was left empty */
    if (b->limits.files == 0)
        return err_text(info, E_INPUT, "form.file-unexpected", file.filename);
    if (f->n_files == b->limits.files)
        return too_much(info, "form.too-many-files", (str){NULL, 0}, b->limits.files);
    if (f->n_files == b->room_files) {
        f->file = grown(b->memory, f->file, f->n_files, &b->room_files, sizeof *f->file);
        if (!f->file)
            return err_nomem(info);
    }
    f->file[f->n_files++] = file;
    return OK;
}

/* ---- application/x-www-form-urlencoded ---- */

static err add_pair(struct form_builder *b, str pair, struct err_info *info)
{
    size_t equals = pair.n;
    str name, value;
    if (pair.n == 0)
        return OK;
    (void)str_find(pair, '=', &equals);
    const str sent_name = str_cut(pair, 0, equals);
    if (sent_name.n > 3 * FORM_NAME_MAX)
        return too_much(info, "form.name-too-long", (str){NULL, 0}, FORM_NAME_MAX);
    if (!http_form_decode(b->memory, sent_name, &name))
        return name.p ? err_set(info, E_INPUT, "form.broken") : err_nomem(info);
    if (!http_form_decode(b->memory, str_cut(pair, equals + 1, pair.n), &value))
        return value.p ? err_text(info, E_INPUT, "form.not-utf8", name) : err_nomem(info);
    return form_add_field(b, name, value, info);
}

err form_parse_urlencoded(struct form_builder *b, const struct http_body *body,
                          struct err_info *info)
{
    /* an escape takes three bytes; one more to see that the pair goes on */
    const size_t pair_max = 3 * (FORM_NAME_MAX + b->limits.field_bytes) + 2;
    struct form_window w;
    err e = form_window_open(&w, b->memory, body, pair_max, info);
    while (e == OK && w.n > 0) {
        const str seen = {w.p, w.n};
        size_t end = w.n;
        const bool is_whole = str_find(seen, '&', &end) || form_window_is_last(&w);
        if (end >= pair_max)
            return too_much(info, "form.field-too-large", STR("…"), b->limits.field_bytes);
        if (is_whole) {
            e = add_pair(b, str_cut(seen, 0, end), info);
            form_window_skip(&w, end < w.n ? end + 1 : end);
        } else {
            e = form_window_fill(&w, info);
        }
    }
    return e;
}

/* ---- reading ---- */

static struct form_limits with_defaults(const struct form_limits *given)
{
    struct form_limits l = given ? *given : (struct form_limits){0};
    l.fields = l.fields ? l.fields : FORM_FIELDS_MAX;
    l.field_bytes = l.field_bytes ? l.field_bytes : FORM_FIELD_MAX;
    l.file_bytes = l.file_bytes ? l.file_bytes : UINT64_MAX;
    l.files = l.files < FORM_FILES_MAX ? l.files : FORM_FILES_MAX;
    return l;
}

static bool is_boundary(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] >= 0x7f)
            return false;
    return s.n > 0 && s.n <= FORM_BOUNDARY_MAX;
}

err form_parse(arena *a, const struct http_body *body, str type, const struct form_limits *limits,
               struct form *f, struct err_info *info)
{
    struct form_builder b = {.memory = a, .limits = with_defaults(limits)};
    size_t semicolon = type.n;
    str boundary = {NULL, 0};
    err e;
    *f = (struct form){0};
    (void)str_find(type, ';', &semicolon);
    const str kind = str_trim(str_cut(type, 0, semicolon));
    if (str_eq_nocase(kind, STR("application/x-www-form-urlencoded")))
        e = form_parse_urlencoded(&b, body, info);
    else if (!str_eq_nocase(kind, STR("multipart/form-data")))
        e = err_set(info, E_INPUT, "form.type");
    else
        e = form_parameter(a, str_cut(type, semicolon, type.n), "boundary", &boundary, info);
    if (e == OK && boundary.p)
        e = is_boundary(boundary) ? form_parse_multipart(&b, body, boundary, info)
                                  : err_set(info, E_INPUT, "form.broken");
    if (e == OK)
        *f = b.form;
    return e;
}

err form_read(const struct http_request *r, const struct form_limits *limits, struct form *f,
              struct err_info *info)
{
    return form_parse(r->memory, &r->body, http_header(r, "Content-Type"), limits, f, info);
}

/* ---- asking ---- */

bool form_next(const struct form *f, const char *name, size_t *at, str *value)
{
    while (*at < f->n_fields) {
        const struct form_field *field = &f->field[(*at)++];
        if (str_eq(field->name, str_of(name))) {
            *value = field->value;
            return true;
        }
    }
    return false;
}

str form_value(const struct form *f, const char *name)
{
    size_t at = 0;
    str value;
    return form_next(f, name, &at, &value) ? value : (str){NULL, 0};
}

bool form_has(const struct form *f, const char *name)
{
    return form_value(f, name).p != NULL;
}

const struct form_file *form_file(const struct form *f, const char *name)
{
    for (size_t i = 0; i < f->n_files; i++)
        if (str_eq(f->file[i].name, str_of(name)))
            return &f->file[i];
    return NULL;
}
