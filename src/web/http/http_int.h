/* SPDX-License-Identifier: EUPL-1.2 */
/* http_int: what the files of the server share: files, policy, sockets. */
#ifndef ONTSCHOT_WEB_HTTP_INT_H
#define ONTSCHOT_WEB_HTTP_INT_H

#include "web/http/folder.h"

/* folder.c: from a request's path to an open file */

enum http_found {
    HTTP_FILE,
    HTTP_NO_FILE,
    HTTP_FOLDER_WITHOUT_SLASH, /* relative links would break: redirect */
};

struct http_file {
    int fd;
    uint64_t size;
    bool is_page;     /* HTML or SVG: may hold <style> */
    const char *type; /* of its content */
    char tag[64];     /* entity tag with its quotes; changes when the file does */
};

/*
 * Opens the file that `path` (as sent, percent-encoded, without query) names
 * below `root_fd`; a folder stands for its index.html or else for its file
 * named `report`. Only on HTTP_FILE something is open: file->fd.
 */
enum http_found http_folder_open(int root_fd, str path, str report, struct http_file *file);

/* policy.c: the Content-Security-Policy that allows exactly the styles the page holds */
void http_policy_print(out *o, str page);

/* listen.c: a listening socket at "host:port" */
WARN_UNUSED err http_listen(str listen, int *fd, struct err_info *info);
bool http_listen_describe(int fd, char address[128], bool *is_local);

#endif
