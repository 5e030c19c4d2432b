/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/intake.h"

#include "app/intake/debt_int.h"
#include "app/intake/extract_int.h"
#include "app/intake/message_int.h"
#include "app/intake/source_int.h"

/* The first byte that says something: after a byte order mark and white space. */
static char first_of(str bytes)
{
    size_t at = str_starts(bytes, STR("\xEF\xBB\xBF")) ? 3 : 0;
    while (
        at < bytes.n && at < 1024 &&
        (bytes.p[at] == ' ' || bytes.p[at] == '\t' || bytes.p[at] == '\r' || bytes.p[at] == '\n'))
        at++;
    return at < bytes.n ? bytes.p[at] : '\0';
}

static bool looks_like_utf16(str b)
{
    return b.n >= 2 && ((unsigned char)b.p[0] >= 0xFE || b.p[0] == '\0' || b.p[1] == '\0');
}

static err refuse(const struct intake_source *s, const char *key, struct err_info *info)
{
    err_set(info, E_INPUT, key);
    err_at(info, s->name, 1, 0);
    return E_INPUT;
}

/* Which reader a file is for shows in its first byte; a CSV needs a mapping. */
static err read_source(struct intake_source *s, const struct intake_options *o,
                       const struct intake_sink *sink, struct err_info *info)
{
    if (s->bytes.n == 0)
        return refuse(s, "intake.empty", info);
    if (looks_like_utf16(s->bytes))
        return refuse(s, "intake.not-utf8", info);
    const char first = first_of(s->bytes);
    if (first == '<')
        return message_read(s, o->schemas, sink, info);
    if (first == '{' && !o->mapping.n)
        return debt_read(s, sink, info);
    if (o->mapping.n)
        return extract_read(s, o->mapping, sink, info);
    return refuse(s, "intake.format-unknown", info);
}

err intake_read(str path, const struct intake_options *options, const struct intake_sink *sink,
                const struct progress *progress, struct err_info *info)
{
    struct intake_source s;
    err e = intake_source_open(path, progress, &s, info);
    if (e)
        return e;
    e = read_source(&s, options, sink, info);
    intake_source_close(&s);
    return e;
}

err intake_read_bytes(str bytes, str name, const struct intake_options *options,
                      const struct intake_sink *sink, struct err_info *info)
{
    struct intake_source s = {.bytes = bytes, .name = name};
    return read_source(&s, options, sink, info);
}
