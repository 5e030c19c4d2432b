/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * folder: a folder of reports as a site.
 *
 * Does: answer GET and HEAD for regular files below one folder, with content
 *       types, entity tags and a policy that allows exactly a page's own styles.
 *       A folder shows its index.html, or else its report in the server's language.
 * Does not: list folders, follow symbolic links, show names that start with a
 *       dot, or run anything.
 */
#ifndef ONTSCHOT_WEB_FOLDER_H
#define ONTSCHOT_WEB_FOLDER_H

#include "base/i18n.h"
#include "web/http/http.h"

enum {
    HTTP_STYLES_MAX = 32,            /* <style> elements allowed in one page */
    HTTP_PAGE_BYTES_MAX = 256 << 20, /* of an HTML or SVG file */
};

typedef struct http_folder http_folder;

/*
 * Starts serving `folder` at `listen` (see http_config). The language is that
 * of the few words of an error page.
 *
 * E_INPUT when `listen` cannot be read, E_NOT_FOUND or E_IO when the folder
 * cannot be opened, E_IO when the port is taken or not allowed.
 */
WARN_UNUSED err http_serve_folder(str folder, str listen, enum lang lang, http_folder **served,
                                  struct err_info *info);

http_server *http_folder_server(const http_folder *f);

/* Stops as http_server_stop and frees. NULL is fine. */
void http_folder_stop(http_folder *f);

#endif
