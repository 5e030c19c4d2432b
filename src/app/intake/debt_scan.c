/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/debt_int.h"

#include <string.h>

static int64_t line_at(struct debt_scan *s)
{
    for (; s->counted < s->at && s->counted < s->source->bytes.n; s->counted++)
        s->line += s->source->bytes.p[s->counted] == '\n';
    return s->line;
}

static err refuse(struct debt_scan *s, err code, const char *key, struct err_info *info)
{
    err_set(info, code, key);
    err_at(info, s->source->name, line_at(s), 0);
    return code;
}

static char next_char(struct debt_scan *s)
{
    const str b = s->source->bytes;
    while (s->at < b.n && strchr(" \t\r\n", b.p[s->at]) && b.p[s->at] != '\0')
        s->at++;
    return s->at < b.n ? b.p[s->at] : '\0';
}

static err expect(struct debt_scan *s, char c, struct err_info *info)
{
    if (next_char(s) != c)
        return refuse(s, E_INPUT,
                      s->at < s->source->bytes.n ? "intake.json-broken" : "intake.json-ends", info);
    s->at++;
    return OK;
}

/* Behind the closing quote of the string at s->at; its raw text in *text. */
static err pass_string(struct debt_scan *s, str *text, struct err_info *info)
{
    const str b = s->source->bytes;
    err e = expect(s, '"', info);
    const size_t from = s->at;
    while (!e && s->at < b.n && b.p[s->at] != '"')
        s->at += b.p[s->at] == '\\' ? 2 : 1;
    if (!e && s->at >= b.n)
        e = refuse(s, E_INPUT, "intake.json-ends", info);
    if (e)
        return e;
    *text = (str){b.p + from, s->at - from};
    s->at++;
    return OK;
}

/* Behind the value at s->at. What is in it is read by whoever takes the piece. */
static err pass_value(struct debt_scan *s, struct err_info *info)
{
    const str b = s->source->bytes;
    int depth = 0;
    str ignored;
    const size_t from = s->at;
    do {
        const char c = next_char(s);
        err e = OK;
        if (s->at >= b.n)
            e = refuse(s, E_INPUT, "intake.json-ends", info);
        else if (s->at - from > DEBT_PIECE_MAX)
            e = refuse(s, E_LIMIT, "intake.json-long", info);
        else if (c == '"')
            e = pass_string(s, &ignored, info);
        else if (depth == 0 && strchr(",:]}", c))
            e = refuse(s, E_INPUT, "intake.json-broken", info);
        else {
            depth += (c == '{' || c == '[') - (c == '}' || c == ']');
            s->at++;
            if (depth > DEBT_DEPTH_MAX)
                e = refuse(s, E_LIMIT, "intake.too-deep", info);
            while (depth == 0 && c != '}' && c != ']' && s->at < b.n &&
                   !strchr(",]} \t\r\n", b.p[s->at])) /* the rest of a number or a word */
                s->at++;
        }
        if (e)
            return e;
    } while (depth > 0);
    return OK;
}

static err keep_frame(struct debt_scan *s, size_t from, size_t to, struct err_info *info)
{
    if (!s->frame)
        return OK;
    if (to - from > DEBT_PIECE_MAX - s->n_frame)
        return refuse(s, E_LIMIT, "intake.json-long", info);
    memcpy(s->frame + s->n_frame, s->source->bytes.p + from, to - from);
    s->n_frame += to - from;
    return OK;
}

/* The elements of an array of trajectories; *from is where the frame goes on. */
static err pass_trajectories(struct debt_scan *s, size_t delivery, size_t *from,
                             struct err_info *info)
{
    err e = expect(s, '[', info);
    if (!e)
        e = keep_frame(s, *from, s->at, info);
    for (size_t n = 1; !e && next_char(s) != ']'; n++) {
        if (n > 1)
            e = expect(s, ',', info);
        if (!e && next_char(s) != '{')
            e = refuse(s, E_INPUT, "intake.json-broken", info);
        if (e)
            break;
        struct debt_piece piece = {.line = line_at(s), .delivery = delivery, .number = n};
        const size_t begin = s->at;
        e = pass_value(s, info);
        piece.text = str_cut(s->source->bytes, begin, s->at);
        if (!e && s->take)
            e = s->take(s->to, &piece, info);
        if (!e && s->take)
            e = intake_source_passed(s->source, s->at, info);
    }
    *from = s->at;
    return e ? e : expect(s, ']', info);
}

/* The members of an object; those called `key` go to `pass`. */
static err pass_members(struct debt_scan *s, const char *key, size_t number, size_t *from,
                        err (*pass)(struct debt_scan *s, size_t number, size_t *from,
                                    struct err_info *info),
                        struct err_info *info)
{
    str name;
    err e = expect(s, '{', info);
    for (bool first = true; !e && next_char(s) != '}'; first = false) {
        if (!first)
            e = expect(s, ',', info);
        if (!e)
            e = pass_string(s, &name, info);
        if (!e)
            e = expect(s, ':', info);
        if (!e) {
            const char c = next_char(s);
            e = c == '[' && str_eq(name, str_of(key)) ? pass(s, number, from, info)
                                                      : pass_value(s, info);
        }
    }
    return e ? e : expect(s, '}', info);
}

static err pass_deliveries(struct debt_scan *s, size_t number, size_t *from, struct err_info *info)
{
    err e = expect(s, '[', info);
    (void)number;
    for (size_t n = 0; !e && next_char(s) != ']'; n++) {
        if (n > 0)
            e = expect(s, ',', info);
        if (!e)
            e = pass_members(s, "schuldhulptrajecten", n, from, pass_trajectories, info);
    }
    return e ? e : expect(s, ']', info);
}

err debt_scan(struct debt_scan *s, struct err_info *info)
{
    size_t from = str_starts(s->source->bytes, STR("\xEF\xBB\xBF")) ? 3 : 0;
    s->at = from;
    s->counted = s->n_frame = 0;
    s->line = 1;
    err e = pass_members(s, "leveringen", 0, &from, pass_deliveries, info);
    if (!e && next_char(s) != '\0')
        e = refuse(s, E_INPUT, "intake.json-broken", info);
    return e ? e : keep_frame(s, from, s->source->bytes.n, info);
}
