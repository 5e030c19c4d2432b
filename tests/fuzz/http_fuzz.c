/* SPDX-License-Identifier: EUPL-1.2 */
/* What a browser sends (a path) and what a page holds (styles). */
#include "web/http/folder_int.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void decode_path(str path)
{
    char decoded[HTTP_PATH_MAX + 1];
    size_t length;
    if (!http_path_decode(path, decoded, &length))
        return;
    if (length > path.n || length > HTTP_PATH_MAX || strlen(decoded) > length)
        abort();
}

/* Whatever the path, what opens is a file; names that are hidden do not open. */
static void open_path(str path)
{
    char decoded[HTTP_PATH_MAX + 1];
    struct http_file file;
    size_t n;
    if (!http_path_decode(path, decoded, &n))
        return;
    path = (str){decoded, n};
    const int root = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return;
    if (http_folder_open(root, path, STR("report-nl.html"), &file) == HTTP_FILE) {
        if (memmem(path.p, path.n, "/.", 2))
            abort();
        close(file.fd);
    }
    close(root);
}

static void allow_styles(str page)
{
    out policy;
    out_init(&policy, 16 << 10);
    http_policy_print(&policy, page);
    if (policy.error != OK || memchr(policy.p, '\n', policy.n))
        abort();
    out_free(&policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const str text = {(const char *)data, n};
    decode_path(text);
    open_path(text);
    allow_styles(text);
    return 0;
}
