/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * job: an import as long work. The file of a stranger is read in the child, behind its fences and
 * without a database; what it found goes as bytes to the worker, which keeps it.
 */
#include "app/intake/intake.h"
#include "app/register/register_int.h"
#include "base/json_load.h"
#include "base/num.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, HOUR_MS = 3600000 };
#define PACKED     "delivery.packed"
#define MADE       "delivery-"
#define MEMORY_MAX ((size_t)1 << 30)

static err read_args(arena *a, str text, struct municipality_id *m, str *mapping,
                     struct err_info *info)
{
    json_error_t why;
    json_t *root;

    const err e = json_load(text, 0, &root, &why, info);
    if (e != OK)
        return e;
    const char *code = json_string_value(json_object_get(root, "municipality"));
    const char *named = json_string_value(json_object_get(root, "mapping"));
    const bool is_known = code && register_municipality_parse(str_of(code), m);
    if (!is_known)
        err_text(info, E_INPUT, "register.no-municipality", str_of(code));
    *mapping = arena_str(a, str_of(named));
    json_decref(root);
    if (!is_known)
        return E_INPUT;
    return mapping->p ? OK : err_nomem(info);
}

/* The one that is delivered, and the mapping when one lies beside it. */
static err find_files(const struct job_file *file, size_t n, size_t *delivered, size_t *mapping,
                      struct err_info *info)
{
    size_t n_delivered = 0;
    *mapping = n;
    for (size_t i = 0; i < n; i++) {
        if (str_eq(file[i].type, STR("yaml"))) {
            *mapping = i;
        } else {
            *delivered = i;
            n_delivered++;
        }
    }
    return n_delivered == 1 && n <= 2 ? OK : err_set(info, E_INPUT, "register.which-file");
}

/* ---- in the child ---- */

struct reading {
    str path;
    struct intake_options options;
    const struct progress *progress;
};

static err read_into(void *with, const struct intake_sink *sink, struct err_info *info)
{
    const struct reading *r = with;
    return intake_read(r->path, &r->options, sink, r->progress, info);
}

static str below(arena *a, str folder, str name)
{
    char path[PATH_BYTES];
    const int n = snprintf(path, sizeof path, "%.*s/%.*s", STR_FMT(folder), STR_FMT(name));
    return n > 0 && n < PATH_BYTES ? arena_str(a, (str){path, (size_t)n}) : (str){NULL, 0};
}

static err run_import(struct job_run *run, struct err_info *info)
{
    struct reading r = {.progress = run->progress};
    const str to = below(run->memory, run->folder, STR(PACKED));
    struct municipality_id m;
    size_t delivered = 0, mapping;

    err e =
        to.p ? read_args(run->memory, run->args, &m, &r.options.mapping, info) : err_nomem(info);
    if (e == OK)
        e = find_files(run->file, run->n_files, &delivered, &mapping, info);
    if (e != OK)
        return e;
    r.path = run->path[delivered];
    if (mapping < run->n_files)
        r.options.mapping = run->path[mapping];
    return register_pack(to, read_into, &r, info);
}

/* ---- in the worker ---- */

struct keeping {
    str path;
    const struct progress *progress;
};

static err keep_from(void *with, const struct intake_sink *sink, struct err_info *info)
{
    const struct keeping *k = with;
    return register_unpack(k->path, sink, k->progress, info);
}

/* As the command line makes it: the same file through another mapping is another delivery. */
static err hash_of(const struct job_load *l, size_t delivered, size_t mapping, str named,
                   struct seal_hash *hash, struct err_info *info)
{
    struct seal_hash both[2];
    if (!seal_parse_hash(l->file[delivered].hash, hash))
        return err_set(info, E_IO, "register.pack-broken");
    both[0] = *hash;
    if (mapping < l->n_files && !seal_parse_hash(l->file[mapping].hash, &both[1]))
        return err_set(info, E_IO, "register.pack-broken");
    if (mapping == l->n_files && !named.n)
        return OK;
    if (mapping == l->n_files)
        both[1] = seal_hash_bytes(named);
    *hash = seal_hash_bytes((str){(const char *)both, sizeof both});
    return OK;
}

static err leave_name(const struct job_load *l, struct delivery_id id, struct err_info *info)
{
    char name[sizeof MADE + NUM_TEXT_MAX] = MADE;
    const size_t n = strlen(MADE) + num_print_int(id.v, name + strlen(MADE));
    const str path = below(l->memory, l->folder, (str){name, n});
    if (!path.p)
        return err_nomem(info);
    const int fd = open(path.p, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_io(info, "file.cannot-write", STR(""));
    close(fd);
    return OK;
}

bool register_made(str result, struct delivery_id *id)
{
    return str_starts(result, STR(MADE)) &&
           num_parse_int(str_cut(result, strlen(MADE), result.n), &id->v) && id->v > 0;
}

static err load_import(const struct job_load *l, struct err_info *info)
{
    const struct deed deed = {.app = l->app,
                              .viewer = {.id = l->owner,
                                         .is_active = true,
                                         .has_second = true,
                                         .roles = ACCESS_STEWARD,
                                         .lang = l->lang},
                              .now_ms = l->app->now_ms(),
                              .memory = l->memory};
    struct keeping k = {below(l->memory, l->folder, STR(PACKED)), l->progress};
    struct register_import from = {.read = keep_from, .with = &k};
    struct register_receipt receipt;
    size_t delivered = 0, mapping;
    str named;

    err e = k.path.p ? read_args(l->memory, l->args, &from.municipality, &named, info)
                     : err_nomem(info);
    if (e == OK)
        e = find_files(l->file, l->n_files, &delivered, &mapping, info);
    if (e == OK)
        e = hash_of(l, delivered, mapping, named, &from.hash, info);
    if (e == OK) {
        from.file = l->file[delivered].name;
        e = register_import(&deed, l->d, &from, &receipt, info);
    }
    if (k.path.p)
        (void)unlink(k.path.p); /* it holds what was read of residents */
    return e == OK ? leave_name(l, receipt.delivery.id, info) : e;
}

const struct job_kind register_import_kind = {
    .name = REGISTER_IMPORT,
    .run = run_import,
    .memory_bytes = MEMORY_MAX,
    .time_ms = HOUR_MS,
    .load = load_import,
};
