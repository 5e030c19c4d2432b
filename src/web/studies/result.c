/* SPDX-License-Identifier: EUPL-1.2 */
/* result: a file that a study left, to its owner alone. */
#include "base/file.h"
#include "web/studies/studies_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REPORT_BYTES_MAX = 32 << 20 };

static const char *type_of(str name)
{
    static const struct {
        str ending;
        const char *type;
    } types[] = {
        {STR(".html"), "text/html; charset=utf-8"},
        {STR(".json"), "application/json"},
        {STR(".jsonl"), "application/jsonl"},
        {STR(".csv"), "text/csv; charset=utf-8"},
        {STR(".yaml"), "application/yaml"},
        {STR(".xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_ends(name, types[i].ending))
            return types[i].type;
    return "application/octet-stream";
}

/* A report carries its style within: the policy allows exactly that. */
static err show_report(struct req *r, str path, struct err_info *info)
{
    out policy;
    str text;
    err e = file_read(r->memory, path, REPORT_BYTES_MAX, &text, info);
    if (e != OK)
        return e;
    out_init(&policy, 16 << 10);
    http_policy_print(&policy, text);
    e = out_error(&policy, info);
    if (e == OK)
        r->answer->policy = arena_str(r->memory, out_view(&policy));
    out_free(&policy);
    out_str(&r->answer->body, text);
    return e == OK ? out_error(&r->answer->body, info) : e;
}

static err send_file(struct req *r, str path, str name, struct err_info *info)
{
    struct stat st;
    const int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? err_set(info, E_NOT_FOUND, "site.not-found")
                               : err_io(info, "file.cannot-open", name);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(info, E_NOT_FOUND, "site.not-found");
    }
    r->answer->fd = fd;
    r->answer->fd_size = (uint64_t)st.st_size;
    http_add_download_name(r->memory, r->answer, name);
    return OK;
}

err studies_send_result(struct req *r, struct job_id id, str name, struct err_info *info)
{
    struct visit *v = visit_of(r);
    str path;

    const err e = job_result_path(&v->deed, v->db, id, name, &path, info);
    if (e != OK)
        return e;
    r->answer->type = type_of(name);
    return str_ends(name, STR(".html")) ? show_report(r, path, info)
                                        : send_file(r, path, name, info);
}

err study_result(struct req *r, struct err_info *info)
{
    int64_t id;
    const err e = req_param_id(r, "id", &id, info);
    return e == OK ? studies_send_result(r, (struct job_id){id}, req_param(r, "file"), info) : e;
}
