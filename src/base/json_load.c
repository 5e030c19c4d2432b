/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/json_load.h"

#include <pthread.h>
#include <stdlib.h>

/* Of the text being read in this thread: jansson's allocators carry no argument. */
static _Thread_local bool is_out;

static void *take(size_t n)
{
    void *p = malloc(n);
    is_out = is_out || !p;
    return p;
}

static void set_memory(void)
{
    json_set_alloc_funcs(take, free);
}

err json_load(str text, size_t flags, json_t **root, json_error_t *why, struct err_info *info)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, set_memory);
    is_out = false;
    *root = json_loadb(text.p ? text.p : "", text.n, flags, why);
    if (is_out) {
        json_decref(*root);
        *root = NULL;
        return err_nomem(info);
    }
    return *root ? OK : E_INPUT;
}
