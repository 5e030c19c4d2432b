/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/start/start.h"

#include "app/audit/audit.h"
#include "app/job/job.h"
#include "app/knowledge/knowledge.h"
#include "app/linking/linking.h"
#include "app/mail/mail.h"
#include "app/start/keys.h"
#include "base/file.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

enum {
    PATH_BYTES_MAX = 4096,
};

/* The rooms that keep something of people, each before those it stands on. */
static const struct access_holding *const holdings[] = {
    &linking_holding, &job_holding, &knowledge_holding, &mail_holding, &audit_holding};

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

/* before, the folder, a slash and the name */
static err join(arena *a, const char *before, str folder, const char *name, str *path,
                struct err_info *info)
{
    out o;
    out_init(&o, PATH_BYTES_MAX);
    out_cstr(&o, before);
    out_str(&o, folder);
    out_char(&o, '/');
    out_cstr(&o, name);
    err e = out_error(&o, info);
    if (e == OK) {
        *path = arena_str(a, out_view(&o));
        e = path->p ? OK : err_nomem(info);
    }
    out_free(&o);
    return e;
}

/* Made, and known by a path that holds wherever the program goes. */
static err make_data_folder(const struct start_config *c, arena *a, struct started *s,
                            struct err_info *info)
{
    const err e = file_make_folder(c->data, info);
    const str name = e == OK ? arena_str(a, c->data) : (str){NULL, 0};
    if (e != OK)
        return e;
    if (!name.p)
        return err_nomem(info);
    char *whole = realpath(name.p, NULL);
    if (!whole)
        return err_io(info, "file.cannot-open", c->data);
    s->app.data_folder = arena_str(a, str_of(whole));
    free(whole);
    return s->app.data_folder.p ? OK : err_nomem(info);
}

static err open_store(const struct start_config *c, arena *a, struct started *s,
                      struct err_info *info)
{
    struct store_config config = {.url = c->store, .node = c->node, .now_ms = now_ms};

    if (c->backup_folder.n) {
        const str folder = arena_str(a, c->backup_folder);
        if (!folder.p)
            return err_nomem(info);
        config.backup_folder = folder.p;
    }
    err e = c->store.n ? OK : join(a, "sqlite:", c->data, "ontschot.db", &config.url, info);
    if (e == OK)
        e = store_open(&config, &s->store, info);
    if (e == OK && !c->is_empty)
        e = store_migrate(s->store, info);
    if (e == OK && !c->is_empty)
        e = db_open(s->store, &s->db, info);
    return e;
}

err start_open(const struct start_config *c, arena *a, struct started *s, struct err_info *info)
{
    str keys;

    *s = (struct started){0};
    s->app = (struct app){
        .now_ms = now_ms,
        .random_bytes = random_bytes,
        .keys = &s->keys,
        .base_url = c->base_url,
        .site_name = c->site_name,
        .holding = holdings,
        .n_holdings = sizeof holdings / sizeof *holdings,
    };
    if (sodium_init() < 0)
        return err_set(info, E_IO, "start.no-chance");
    (void)umask(S_IRWXG | S_IRWXO); /* whatever is made holds data of people */
    err e = make_data_folder(c, a, s, info);
    if (e == OK)
        e = join(a, "", c->data, "keys", &keys, info);
    if (e == OK)
        e = keys_open(keys, &s->keys, info);
    if (e == OK)
        e = password_gate_new(START_HASHES_AT_ONCE, START_HASHES_WAITING, &s->app.gate, info);
    if (e == OK)
        e = open_store(c, a, s, info);
    if (e != OK)
        start_close(s);
    return e;
}

void start_close(struct started *s)
{
    db_close(s->db);
    store_close(s->store);
    password_gate_free(s->app.gate);
    sodium_memzero(&s->keys, sizeof s->keys);
    *s = (struct started){0};
}

struct deed start_deed(const struct started *s, enum lang lang, arena *memory)
{
    return (struct deed){
        .app = &s->app,
        .viewer = {.is_active = true,
                   .has_second = true,
                   .roles = ACCESS_ADMIN | ACCESS_AUDITOR | ACCESS_STEWARD,
                   .lang = lang},
        .now_ms = s->app.now_ms(),
        .memory = memory,
    };
}
