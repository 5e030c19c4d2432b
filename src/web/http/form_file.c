/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/http/form.h"

#include "base/file.h"

static bool ends_nocase(str s, str tail)
{
    return s.n >= tail.n && str_eq_nocase(str_cut(s, s.n - tail.n, s.n), tail);
}

err form_file_check(const struct form_file *f, const char *const *endings, struct err_info *info)
{
    if (f->had_path)
        return err_text(info, E_INPUT, "form.file-path", f->filename);
    if (f->filename.n == 0)
        return err_set(info, E_INPUT, "form.file-nameless");
    if (f->size == 0)
        return err_text(info, E_INPUT, "form.file-empty", f->filename);
    out list;
    out_init(&list, MSG_VALUE_MAX);
    for (size_t i = 0; endings[i]; i++) {
        if (ends_nocase(f->filename, str_of(endings[i]))) {
            out_free(&list);
            return OK;
        }
        out_cstr(&list, i ? ", " : "");
        out_cstr(&list, endings[i]);
    }
    err_text(info, E_INPUT, "form.file-ending", f->filename);
    msg_text(&info->msg, out_view(&list));
    out_free(&list);
    return E_INPUT;
}

err form_file_read(const struct form_file *f, uint64_t at, void *p, size_t n, size_t *got,
                   struct err_info *info)
{
    *got = 0;
    if (at >= f->size)
        return OK;
    return http_body_read(f->body, f->from + at, p, n < f->size - at ? n : (size_t)(f->size - at),
                          got, info);
}

err form_file_save(const struct form_file *f, str path, struct err_info *info)
{
    enum { PIECE = 64 << 10 };
    char piece[PIECE];
    file_writer *w;
    size_t got = 1;
    err e = file_writer_open(path, &w, info);
    if (e != OK)
        return e;
    for (uint64_t at = 0; e == OK && at < f->size; at += got) {
        e = form_file_read(f, at, piece, PIECE, &got, info);
        if (e == OK)
            file_writer_put(w, piece, got);
    }
    if (e == OK)
        return file_writer_commit(w, info);
    file_writer_abort(w);
    return e;
}
