/* SPDX-License-Identifier: EUPL-1.2 */
/* folder_int: what the site of a folder is made of. */
#ifndef ONTSCHOT_WEB_FOLDER_INT_H
#define ONTSCHOT_WEB_FOLDER_INT_H

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
 * Opens the file that `path` (decoded, at most HTTP_PATH_MAX bytes) names below `root_fd`; a
 * folder stands for its index.html or else for its file named `report`. Only on HTTP_FILE
 * something is open: file->fd.
 */
enum http_found http_folder_open(int root_fd, str path, str report, struct http_file *file);

#endif
