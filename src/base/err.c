/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/err.h"

#include <errno.h>
#include <string.h>

err err_set(struct err_info *info, err code, const char *key)
{
    info->code = code;
    msg_set(&info->msg, key);
    info->file[0] = '\0';
    info->line = 0;
    info->column = 0;
    return code;
}

err err_text(struct err_info *info, err code, const char *key, str value)
{
    err_set(info, code, key);
    msg_text(&info->msg, value);
    return code;
}

void err_at(struct err_info *info, str file, int64_t line, int64_t column)
{
    const size_t room = sizeof info->file - 1;
    const str tail = file.n > room ? str_cut(file, file.n - room, file.n) : file;
    if (tail.n)
        memcpy(info->file, tail.p, tail.n);
    info->file[tail.n] = '\0';
    info->line = line;
    info->column = column;
}

err err_nomem(struct err_info *info)
{
    return err_set(info, E_NOMEM, "error.memory");
}

/* The usual causes in the reader's language; the C library's words for the rare ones. */
static const char *cause_key(int cause)
{
    switch (cause) {
    case ENOENT: return "error.cause-absent";
    case EACCES:
    case EPERM: return "error.cause-not-allowed";
    case ENOSPC:
    case EDQUOT: return "error.cause-full";
    case EROFS: return "error.cause-read-only";
    case EISDIR: return "error.cause-folder";
    case ENOTDIR: return "error.cause-not-folder";
    case EEXIST: return "error.cause-exists";
    case ENAMETOOLONG: return "error.cause-long-name";
    case EMFILE:
    case ENFILE: return "error.cause-too-many-files";
    case EIO: return "error.cause-broken-disk";
    default: return NULL;
    }
}

err err_io(struct err_info *info, const char *key, str file)
{
    const int cause = errno;
    const char *known = cause_key(cause);
    char text[128];
    err_set(info, cause == ENOENT ? E_NOT_FOUND : E_IO, key);
    msg_text(&info->msg, file);
    if (known)
        msg_key(&info->msg, known);
    else
        msg_text(&info->msg, str_of(strerror_r(cause, text, sizeof text)));
    err_at(info, file, 0, 0);
    return info->code;
}
