/* SPDX-License-Identifier: EUPL-1.2 */
#include "xlsx_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static lxw_error write_book(const char *path, xlsx_fill *fill, const void *ctx)
{
    lxw_doc_properties properties = {.created = 946684800};
    lxw_workbook *book = workbook_new(path);
    if (!book)
        return LXW_ERROR_MEMORY_MALLOC_FAILED;
    lxw_error e = workbook_set_properties(book, &properties);
    if (e == LXW_NO_ERROR)
        e = fill(book, ctx);
    if (e == LXW_NO_ERROR)
        return workbook_close(book); /* writes, and frees it */
    lxw_workbook_free(book);
    return e;
}

static err append_file(const char *path, out *o, struct err_info *info)
{
    char step[1 << 16];
    size_t n;
    FILE *f = fopen(path, "rbe");

    if (!f)
        return err_io(info, "file.cannot-open", str_of(path));
    while ((n = fread(step, 1, sizeof step, f)) > 0)
        out_bytes(o, step, n);
    const bool broken = ferror(f);
    (void)fclose(f);
    return broken ? err_io(info, "file.cannot-read", str_of(path)) : out_error(o, info);
}

err xlsx_print(out *o, xlsx_fill *fill, const void *ctx, struct err_info *info)
{
    char path[] = P_tmpdir "/ontschot-XXXXXX"; /* where the library makes its own */
    err e = OK;
    const int fd = mkstemp(path);
    if (fd < 0)
        return err_io(info, "file.cannot-open", str_of(path));
    (void)close(fd);
    const lxw_error written = write_book(path, fill, ctx);
    if (written == LXW_ERROR_MEMORY_MALLOC_FAILED)
        e = err_nomem(info);
    else if (written != LXW_NO_ERROR)
        e = err_text(info, E_IO, "report.xlsx-failed", str_of(lxw_strerror(written)));
    else
        e = append_file(path, o, info);
    (void)unlink(path);
    return e;
}
