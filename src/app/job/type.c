/* SPDX-License-Identifier: EUPL-1.2 */
/* type: what a file is by its name, and whether its first bytes agree. */
#include "app/job/job_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { HEAD_BYTES = 4096 };

enum look { LOOKS_TEXT, LOOKS_JSON, LOOKS_COLUMNS, LOOKS_ZIP };

static const struct kind {
    const char *end, *type;
    enum look look;
} kinds[] = {
    {".csv", "csv", LOOKS_TEXT},       {".tsv", "csv", LOOKS_TEXT},
    {".tab", "csv", LOOKS_TEXT},       {".yaml", "yaml", LOOKS_TEXT},
    {".yml", "yaml", LOOKS_TEXT},      {".json", "json", LOOKS_JSON},
    {".jsonl", "jsonl", LOOKS_JSON},   {".html", "html", LOOKS_TEXT},
    {".sig", "signature", LOOKS_TEXT}, {".ot", "columns", LOOKS_COLUMNS},
    {".xlsx", "xlsx", LOOKS_ZIP},      {".xml", "xml", LOOKS_TEXT},
};

static bool ends_nocase(str name, str end)
{
    return name.n > end.n && str_eq_nocase(str_cut(name, name.n - end.n, name.n), end);
}

static const struct kind *kind_of(str name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (ends_nocase(name, str_of(kinds[i].end)))
            return &kinds[i];
    return NULL;
}

static bool looks(str head, enum look look)
{
    static const str columns = {"\x89OTAB\r\n\x1a", 8}, zip = {"PK\x03\x04", 4};
    const bool text =
        !memchr(head.p, '\0', head.n) && !str_starts(head, zip) && !str_starts(head, STR("%PDF-"));
    const str body = str_trim(head);
    switch (look) {
    case LOOKS_TEXT: return text;
    case LOOKS_JSON: return text && (str_starts(body, STR("{")) || str_starts(body, STR("[")));
    case LOOKS_COLUMNS: return str_starts(head, columns);
    default: return str_starts(head, zip);
    }
}

static err read_head(str path, char head[HEAD_BYTES], size_t *n, struct err_info *info)
{
    const int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t got = 0;
    *n = 0;
    if (fd < 0)
        return err_io(info, "file.cannot-open", STR(""));
    while (*n < HEAD_BYTES && (got = read(fd, head + *n, HEAD_BYTES - *n)) != 0) {
        if (got > 0)
            *n += (size_t)got;
        else if (errno != EINTR)
            break;
    }
    close(fd);
    return got < 0 ? err_io(info, "file.cannot-read", STR("")) : OK;
}

err job_type_of(str path, str name, const char **type, struct err_info *info)
{
    char head[HEAD_BYTES];
    size_t n;
    const struct kind *kind = kind_of(name);
    if (!kind)
        return err_text(info, E_INPUT,
                        ends_nocase(name, STR(".zip")) ? "job.file-zip" : "job.file-type", name);
    const err e = read_head(path, head, &n, info);
    if (e != OK)
        return e;
    if (!looks((str){head, n}, kind->look))
        return err_text(info, E_INPUT, "job.file-not-as-named", name);
    *type = kind->type;
    return OK;
}
