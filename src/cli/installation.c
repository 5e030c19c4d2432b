/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/installation.h"

#include "base/file.h"

#include <sodium.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    HASHES_AT_ONCE = 1, /* 64 MiB each */
    HASHES_WAITING = 64,
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void random_bytes(void *to, size_t n)
{
    randombytes_buf(to, n);
}

static str joined(struct cli *c, str folder, const char *name)
{
    out o;
    out_init(&o, 4096);
    out_str(&o, folder);
    out_char(&o, '/');
    out_cstr(&o, name);
    const str path = arena_str(c->memory, out_view(&o));
    out_free(&o);
    return path;
}

/* Without a file a site for this machine, in a folder below the working one. */
static err read_config(struct cli *c, struct installation *i, struct errs *errors,
                       struct err_info *info)
{
    const str path = cli_text(c, "config");
    return path.p ? config_read(c->memory, path, &i->config, errors)
                  : config_default(c->memory, &i->config, info);
}

bool installation_configure(struct cli *c, struct installation *i, int *code)
{
    struct err_info info;
    struct errs errors;

    *i = (struct installation){0};
    if (errs_init(&errors, c->memory, ERRS_LIMIT, &info) != OK) {
        *code = cli_fail(c, &info);
        return false;
    }
    if (read_config(c, i, &errors, &info) != OK) {
        *code = errors.n ? cli_fail_all(c, &errors) : cli_fail(c, &info);
        return false;
    }
    if (cli_given(c, "data"))
        i->config.data = cli_text(c, "data");
    if (!i->config.data.n)
        i->config.data = STR("ontschot-data");
    if (cli_given(c, "store"))
        i->config.store = cli_text(c, "store");
    i->data = i->config.data;
    return true;
}

/* Made, and known by a path that holds wherever the program goes. */
static err make_data_folder(struct cli *c, struct installation *i, struct err_info *info)
{
    const err e = file_make_folder(i->data, info);
    char *whole = e == OK ? realpath(arena_str(c->memory, i->data).p, NULL) : NULL;
    if (e != OK)
        return e;
    if (!whole)
        return err_io(info, "file.cannot-open", i->data);
    i->app.data_folder = arena_str(c->memory, str_of(whole));
    free(whole);
    return i->app.data_folder.p ? OK : err_nomem(info);
}

static err open_store(struct cli *c, struct installation *i, struct err_info *info)
{
    out url;
    out_init(&url, 4096);
    if (i->config.store.n) {
        out_str(&url, i->config.store);
    } else {
        out_cstr(&url, "sqlite:");
        out_str(&url, joined(c, i->data, "ontschot.db"));
    }
    const struct store_config config = {
        .url = out_view(&url),
        .node = i->config.node_number == CONFIG_NODE_NONE ? STORE_NODE_DEALT
                                                          : (int)i->config.node_number,
        .now_ms = now_ms,
    };
    err e = store_open(&config, &i->store, info);
    out_free(&url);
    if (e == OK)
        e = store_migrate(i->store, info);
    return e == OK ? db_open(i->store, &i->db, info) : e;
}

static err open_all(struct cli *c, struct installation *i, struct err_info *info)
{
    if (sodium_init() < 0)
        return err_set(info, E_IO, "cli.no-chance");
    err e = make_data_folder(c, i, info);
    if (e == OK)
        e = access_keys_open(joined(c, i->data, "keys"), &i->keys, info);
    if (e == OK)
        e = password_gate_new(HASHES_AT_ONCE, HASHES_WAITING, &i->app.gate, info);
    if (e == OK)
        e = open_store(c, i, info);
    i->app.now_ms = now_ms;
    i->app.random_bytes = random_bytes;
    i->app.keys = &i->keys;
    i->app.base_url = i->config.base_url;
    i->app.site_name = i->config.site_name;
    return e;
}

bool installation_open(struct cli *c, struct installation *i, int *code)
{
    struct err_info info;

    if (!installation_configure(c, i, code))
        return false;
    if (open_all(c, i, &info) == OK)
        return true;
    installation_close(i);
    *code = cli_fail(c, &info);
    return false;
}

void installation_close(struct installation *i)
{
    db_close(i->db);
    store_close(i->store);
    password_gate_free(i->app.gate);
    sodium_memzero(&i->keys, sizeof i->keys);
    *i = (struct installation){0};
}

struct deed installation_deed(struct cli *c, const struct installation *i)
{
    return (struct deed){
        .app = &i->app,
        .viewer = {.lang = c->lang},
        .now_ms = i->app.now_ms(),
        .memory = c->memory,
    };
}
