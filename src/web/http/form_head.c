/* SPDX-License-Identifier: EUPL-1.2 */
/* The headers of a part, and the names of files. */
#include "web/http/form_int.h"

#include <string.h>

static err broken_part(struct err_info *info)
{
    return err_set(info, E_INPUT, "form.broken");
}

/* ---- parameters ---- */

static void skip_spaces(str *s)
{
    while (s->n && (s->p[0] == ' ' || s->p[0] == '\t'))
        *s = str_cut(*s, 1, s->n);
}

static str take_until(str *s, const char *ends)
{
    size_t n = 0;
    while (n < s->n && s->p[n] != '\0' && !strchr(ends, s->p[n]))
        n++;
    const str taken = str_cut(*s, 0, n);
    *s = str_cut(*s, n, s->n);
    return taken;
}

/*
 * The text between quotes. Browsers escape a quote as %22 and a line end as
 * %0D%0A (WHATWG HTML, multipart/form-data encoding), others a quote as \" ; a
 * backslash before anything else is itself, as old browsers send C:\folder\name.
 */
static err take_quoted(arena *a, str *s, str *text, struct err_info *info)
{
    char *p = arena_alloc(a, s->n + 1, 1);
    size_t n = 0, i = 1;
    if (!p)
        return err_nomem(info);
    for (; i < s->n && s->p[i] != '"'; i++) {
        const str ahead = str_cut(*s, i, s->n);
        if (str_starts(ahead, STR("\\\""))) {
            p[n++] = '"';
            i++;
        } else if (str_starts(ahead, STR("%22"))) {
            p[n++] = '"';
            i += 2;
        } else if (str_starts(ahead, STR("%0D")) || str_starts(ahead, STR("%0A"))) {
            p[n++] = ' ';
            i += 2;
        } else {
            p[n++] = s->p[i];
        }
    }
    if (i == s->n)
        return broken_part(info);
    *s = str_cut(*s, i + 1, s->n);
    *text = (str){p, n};
    return OK;
}

struct parameter {
    str name, value;
};

/* The next of `; name=value`; at the end `p->name` is empty. E_INPUT when it is none. */
static err next_parameter(arena *a, str *s, struct parameter *p, struct err_info *info)
{
    *p = (struct parameter){STR(""), STR("")};
    skip_spaces(s);
    if (s->n == 0)
        return OK;
    if (s->p[0] != ';')
        return broken_part(info);
    *s = str_cut(*s, 1, s->n);
    skip_spaces(s);
    if (s->n == 0) /* a semicolon too many does no harm */
        return OK;
    p->name = take_until(s, "= \t;");
    if (p->name.n == 0 || s->n == 0 || s->p[0] != '=')
        return broken_part(info);
    *s = str_cut(*s, 1, s->n);
    if (s->n && s->p[0] == '"')
        return take_quoted(a, s, &p->value, info);
    p->value = take_until(s, "; \t");
    return OK;
}

err form_parameter(arena *a, str value, const char *name, str *found, struct err_info *info)
{
    struct parameter p;
    size_t n_found = 0;
    err e;
    while ((e = next_parameter(a, &value, &p, info)) == OK && p.name.n > 0) {
        if (!str_eq_nocase(p.name, str_of(name)))
            continue;
        *found = p.value;
        n_found++;
    }
    return e == OK && n_found != 1 ? broken_part(info) : e;
}

/* ---- names of files ---- */

static str base_name(str sent, bool *had_path)
{
    size_t from = sent.n;
    while (from > 0 && sent.p[from - 1] != '/' && sent.p[from - 1] != '\\')
        from--;
    *had_path = from > 0;
    return str_cut(sent, from, sent.n);
}

/* Whole characters of at most `n` bytes from the beginning. */
static size_t head_of(str s, size_t n)
{
    size_t at = 0;
    for (size_t step; at < s.n && (step = str_utf8_len(s, at)) && at + step <= n;)
        at += step;
    return at;
}

/* Of a long name its beginning, and its ending when that is short: .xlsx. */
static str shorten(char *p, size_t n)
{
    enum { ENDING_MAX = 16 };
    const str whole = {p, n};
    if (n <= FORM_FILENAME_MAX)
        return whole;
    size_t dot = n;
    while (dot > 0 && p[dot - 1] != '.')
        dot--;
    const str ending = dot > 1 && n - dot < ENDING_MAX ? str_cut(whole, dot - 1, n) : STR("");
    const size_t head = head_of(whole, FORM_FILENAME_MAX - ending.n);
    if (ending.n)
        memmove(p + head, ending.p, ending.n);
    return (str){p, head + ending.n};
}

str form_clean_filename(arena *a, str sent, bool *had_path)
{
    const str base = base_name(sent, had_path);
    char *p = arena_alloc(a, base.n + 1, 1);
    size_t n = 0;
    if (!p)
        return (str){NULL, 0};
    for (size_t at = 0; at < base.n;) {
        const size_t from = at;
        const str c = str_next_visible(base, &at);
        if (!str_eq(c, str_cut(base, from, at))) /* a terminal would obey it, or it is broken */
            continue;
        if (n == 0 && (c.p[0] == '.' || c.p[0] == ' '))
            continue;
        memcpy(p + n, c.p, c.n);
        n += c.n;
    }
    while (n > 0 && (p[n - 1] == '.' || p[n - 1] == ' '))
        n--;
    return shorten(p, n);
}

/* ---- the headers ---- */

static err read_disposition(arena *a, str value, struct form_part *part, struct err_info *info)
{
    const str kind = take_until(&value, "; \t");
    struct parameter p;
    err e;
    if (part->name.p || !str_eq_nocase(kind, STR("form-data")))
        return broken_part(info);
    while ((e = next_parameter(a, &value, &p, info)) == OK && p.name.n > 0) {
        const bool is_name = str_eq_nocase(p.name, STR("name"));
        const bool is_filename = str_eq_nocase(p.name, STR("filename"));
        /* RFC 7578, section 4.2 forbids filename*: two names could disagree */
        if (str_eq_nocase(p.name, STR("filename*")) || (is_name && part->name.p) ||
            (is_filename && part->is_file))
            return broken_part(info);
        if (is_name) {
            part->name = arena_str(a, p.value);
        } else if (is_filename) {
            part->is_file = true;
            part->filename = form_clean_filename(a, p.value, &part->had_path);
        }
        if ((is_name && !part->name.p) || (is_filename && !part->filename.p))
            return err_nomem(info);
    }
    if (e != OK)
        return e;
    if (!part->name.p || !str_is_utf8(part->name) ||
        (part->name.n && memchr(part->name.p, '\0', part->name.n)))
        return broken_part(info);
    if (part->name.n > FORM_NAME_MAX) {
        err_set(info, E_LIMIT, "form.name-too-long");
        msg_int(&info->msg, FORM_NAME_MAX);
        return E_LIMIT;
    }
    return OK;
}

static err read_line(arena *a, str line, struct form_part *part, struct err_info *info)
{
    size_t colon;
    if (!str_find(line, ':', &colon))
        return broken_part(info);
    const str name = str_cut(line, 0, colon), value = str_trim(str_cut(line, colon + 1, line.n));
    if (str_eq_nocase(name, STR("Content-Disposition")))
        return read_disposition(a, value, part, info);
    if (str_eq_nocase(name, STR("Content-Type"))) {
        out o;
        out_init(&o, FORM_PART_HEAD_MAX * 3);
        out_visible(&o, value);
        part->type = o.error == OK ? arena_str(a, out_view(&o)) : (str){NULL, 0};
        out_free(&o);
        return part->type.p ? OK : err_nomem(info);
    }
    const bool is_plain = str_eq_nocase(value, STR("binary")) ||
                          str_eq_nocase(value, STR("8bit")) || str_eq_nocase(value, STR("7bit"));
    if (str_eq_nocase(name, STR("Content-Transfer-Encoding")) && !is_plain)
        return broken_part(info);
    return OK;
}

err form_head_parse(arena *a, str head, struct form_part *part, struct err_info *info)
{
    err e = OK;
    *part = (struct form_part){.type = STR("")};
    while (e == OK && head.n > 0) {
        const char *end = memmem(head.p, head.n, "\r\n", 2);
        const size_t n = end ? (size_t)(end - head.p) : head.n;
        e = read_line(a, str_cut(head, 0, n), part, info);
        head = str_cut(head, end ? n + 2 : n, head.n);
    }
    return e == OK && !part->name.p ? broken_part(info) : e;
}
