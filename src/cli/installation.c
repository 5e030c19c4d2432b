/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/installation.h"

enum { URL_BYTES_MAX = 1024 };

/* Without a file a site for this machine, in a folder below the working one. */
static err read_config(struct cli *c, struct config *config, struct errs *errors,
                       struct err_info *info)
{
    const str path = cli_text(c, "config");
    return path.p ? config_read(c->memory, path, config, errors)
                  : config_default(c->memory, config, info);
}

bool installation_configure(struct cli *c, struct config *config, int *code)
{
    struct err_info info;
    struct errs errors;

    if (errs_init(&errors, c->memory, ERRS_LIMIT, &info) != OK) {
        *code = cli_fail(c, &info);
        return false;
    }
    if (read_config(c, config, &errors, &info) != OK) {
        *code = errors.n ? cli_fail_all(c, &errors) : cli_fail(c, &info);
        return false;
    }
    if (cli_given(c, "data"))
        config->data = cli_text(c, "data");
    if (cli_given(c, "store"))
        config->store = cli_text(c, "store");
    return true;
}

/* Where links in mail lead: the site's own address when nobody named a better one. */
static err find_base_url(struct cli *c, const struct config *config, str *url,
                         struct err_info *info)
{
    const str listen = cli_given(c, "listen") ? cli_text(c, "listen") : config->listen;
    out o;

    *url = config->base_url;
    if (url->n)
        return OK;
    out_init(&o, URL_BYTES_MAX);
    out_cstr(&o, "http://");
    out_str(&o, listen);
    const err e = out_error(&o, info);
    *url = e == OK ? arena_str(c->memory, out_view(&o)) : STR("");
    out_free(&o);
    return e != OK || url->p ? e : err_nomem(info);
}

static bool open_with(struct cli *c, struct installation *i, bool is_empty, int *code)
{
    struct err_info info;

    *i = (struct installation){0};
    if (!installation_configure(c, &i->config, code))
        return false;
    str base_url;
    if (find_base_url(c, &i->config, &base_url, &info) != OK) {
        *code = cli_fail(c, &info);
        return false;
    }
    const struct start_config start = {
        .data = i->config.data,
        .store = i->config.store,
        .node = i->config.node_number == CONFIG_NODE_NONE ? STORE_NODE_DEALT
                                                          : (int)i->config.node_number,
        .base_url = base_url,
        .site_name = i->config.site_name,
        .backup_folder = i->config.backup.folder,
        .is_empty = is_empty,
    };
    if (start_open(&start, c->memory, &i->started, &info) == OK)
        return true;
    *code = cli_fail(c, &info);
    return false;
}

bool installation_open(struct cli *c, struct installation *i, int *code)
{
    return open_with(c, i, false, code);
}

bool installation_open_empty(struct cli *c, struct installation *i, int *code)
{
    return open_with(c, i, true, code);
}

void installation_close(struct installation *i)
{
    start_close(&i->started);
}

struct deed installation_deed(struct cli *c, const struct installation *i)
{
    return start_deed(&i->started, c->lang, c->memory);
}
