/* SPDX-License-Identifier: EUPL-1.2 */
/* file: what was uploaded: checked, moved into the data folder, listed, dropped. */
#include "app/job/job_int.h"
#include "base/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static err limited(struct err_info *info, const char *key, int64_t megabytes)
{
    err_set(info, E_LIMIT, key);
    msg_int(&info->msg, megabytes);
    return E_LIMIT;
}

static err check_file(str path, str name, const char **type, int64_t *bytes, struct err_info *info)
{
    struct stat st;
    if (!job_name_is_plain(name))
        return err_text(info, E_INPUT, "job.file-name", name);
    if (lstat(path.p, &st) != 0)
        return err_io(info, "file.cannot-open", STR(""));
    if (!S_ISREG(st.st_mode))
        return err_text(info, E_INPUT, "job.file-type", name);
    if (st.st_size == 0)
        return err_text(info, E_INPUT, "job.file-empty", name);
    if (st.st_size > JOB_FILE_BYTES_MAX)
        return limited(info, "job.file-large", JOB_FILE_BYTES_MAX >> 20);
    *bytes = st.st_size;
    return job_type_of(path, name, type, info);
}

/* ---- its row ---- */

struct taken {
    const struct deed *deed;
    struct file_add_in add;
};

static err check_room(const struct taken *t, db *d, struct err_info *info)
{
    struct files_measured_row all;
    const err e = files_measured(d, t->deed->memory,
                                 (struct files_measured_in){.owner = t->add.owner}, &all, info);
    if (e != OK)
        return e;
    if (all.n >= JOB_FILES_KEPT_MAX)
        return limited(info, "job.many-files-kept", JOB_FILES_KEPT_MAX);
    if (all.own_bytes + t->add.bytes > JOB_OWN_BYTES_MAX)
        return limited(info, "job.own-room", JOB_OWN_BYTES_MAX >> 20);
    if (all.all_bytes + t->add.bytes > JOB_SITE_BYTES_MAX)
        return limited(info, "job.site-room", JOB_SITE_BYTES_MAX >> 20);
    return OK;
}

static err log_file(db_tx *tx, const struct deed *deed, const char *verb, struct file_id id,
                    struct err_info *info)
{
    return audit_add(tx, deed,
                     &(struct audit_row){.verb = verb, .object = "file", .object_id = id.v}, info);
}

static err take_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct taken *t = arg;
    err e = check_room(t, db_tx_db(tx), info);
    if (e == OK)
        e = file_add(tx, t->add, info);
    return e == OK ? log_file(tx, t->deed, "file.take", t->add.id, info) : e;
}

/* ---- its bytes ---- */

static err sync_file(str path, struct err_info *info)
{
    const int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    const bool synced = fd >= 0 && fchmod(fd, 0400) == 0 && fsync(fd) == 0;
    const err e = synced ? OK : err_io(info, "job.cannot-save", STR(""));
    if (fd >= 0)
        close(fd);
    return e;
}

/* A second name in the data folder, where that can be; the first goes when all is well. */
static err bring(str from, str to, struct err_info *info)
{
    err e = OK;
    if (link(from.p, to.p) != 0)
        e = job_copy(from, to, info);
    if (e == OK)
        e = sync_file(to, info);
    if (e == OK)
        e = job_sync_above(to, info);
    if (e != OK)
        (void)unlink(to.p);
    return e;
}

/*
 * After a transaction whose end nobody saw: OK when it took the file in after all, E_BUSY when that
 * cannot be known now (then the sweeper finds out), or the error as it was: it did not.
 */
static err look_again(const struct taken *t, db *d, err e, struct err_info *info)
{
    struct files_of_row *row;
    struct err_info ignored;
    size_t n = 0;
    if (e != E_IO && e != E_NOMEM)
        return e;
    if (files_of(d, t->deed->memory,
                 (struct files_of_in){
                     .owner = t->add.owner, .named = true, .ids = {&t->add.id, 1}, .limit = 1},
                 &row, &n, &ignored) != OK)
        return err_set(info, E_BUSY, "job.perhaps-kept");
    return n ? OK : e;
}

err job_file_take(const struct deed *deed, db *d, str path, str name, struct file_id *id,
                  struct err_info *info)
{
    char text[SEAL_HASH_HEX];
    struct seal_hash hash;
    const char *type;
    int64_t bytes = 0;
    uint64_t hashed;

    if (!job_may(deed, NULL))
        return err_set(info, E_DENIED, "job.denied");
    const str from = arena_str(deed->memory, path);
    if (!from.p)
        return err_nomem(info);
    err e = check_file(from, name, &type, &bytes, info);
    if (e == OK)
        e = job_place_make(deed->app, info);
    if (e == OK)
        e = seal_hash_file(from, &hash, &hashed, info);
    if (e != OK)
        return e;
    seal_print_hash(hash, text);
    struct taken t = {.deed = deed,
                      .add = {.id = {db_new_id(d)},
                              .owner = deed->viewer.id,
                              .name = name,
                              .type = str_of(type),
                              .bytes = bytes,
                              .hash = {text, sizeof text},
                              .now = deed->now_ms}};
    const str to = job_file_place(deed->memory, deed->app, t.add.hash, t.add.id);
    e = to.p ? bring(from, to, info) : err_nomem(info);
    if (e != OK)
        return e;
    e = look_again(&t, d, db_tx_do(d, take_in, &t, info), info);
    if (e != OK) {
        if (e != E_BUSY)
            (void)unlink(to.p);
        return e;
    }
    (void)unlink(from.p);
    *id = t.add.id;
    return OK;
}

/* ---- those there are ---- */

static struct job_file to_file(const struct files_of_row *row)
{
    return (struct job_file){row->id, row->name, row->type, row->bytes, row->hash, row->created_at};
}

err job_file_list(const struct deed *deed, db *d, struct job_file **list, size_t *n,
                  struct err_info *info)
{
    struct files_of_row *row;
    size_t found;
    if (!job_may(deed, NULL))
        return err_set(info, E_DENIED, "job.denied");
    const err e =
        files_of(d, deed->memory,
                 (struct files_of_in){.owner = deed->viewer.id, .limit = JOB_FILES_KEPT_MAX}, &row,
                 &found, info);
    if (e != OK)
        return e;
    struct job_file *made = ARENA_NEW(deed->memory, struct job_file, found);
    if (!made)
        return err_nomem(info);
    for (size_t i = 0; i < found; i++)
        made[i] = to_file(&row[i]);
    *list = made;
    *n = found;
    return OK;
}

struct drop {
    const struct deed *deed;
    struct file_id id;
};

static err drop_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct drop *p = arg;
    struct file_uses_row uses;
    int64_t changed;
    err e =
        file_uses(db_tx_db(tx), p->deed->memory, (struct file_uses_in){.id = p->id}, &uses, info);
    if (e == OK && uses.n)
        e = err_set(info, E_CONFLICT, "job.file-in-use");
    if (e == OK)
        e = file_uses_forget(tx, (struct file_uses_forget_in){.id = p->id}, info);
    if (e == OK)
        e = file_delete(tx, (struct file_delete_in){.id = p->id, .owner = p->deed->viewer.id},
                        &changed, info);
    if (e == OK && changed == 0)
        e = err_set(info, E_NOT_FOUND, "job.file-unknown");
    return e == OK ? log_file(tx, p->deed, "file.drop", p->id, info) : e;
}

err job_file_drop(const struct deed *deed, db *d, struct file_id id, struct err_info *info)
{
    struct drop p = {deed, id};
    struct files_of_row *row;
    size_t n = 0;
    if (!deed->viewer.is_active)
        return err_set(info, E_NOT_FOUND, "job.file-unknown");
    err e = files_of(
        d, deed->memory,
        (struct files_of_in){.owner = deed->viewer.id, .named = true, .ids = {&id, 1}, .limit = 1},
        &row, &n, info);
    if (e == OK && n == 0)
        e = err_set(info, E_NOT_FOUND, "job.file-unknown");
    if (e == OK)
        e = db_tx_do(d, drop_in, &p, info);
    if (e != OK)
        return e;
    const str place = job_file_place(deed->memory, deed->app, row->hash, id);
    if (place.p)
        (void)unlink(place.p);
    return OK;
}

static err let_go_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct leased *l = arg;
    int64_t changed;
    err e = OK;
    for (size_t i = 0; e == OK && i < l->n_files; i++) {
        e = file_uses_forget(tx, (struct file_uses_forget_in){.id = l->file[i].id}, info);
        if (e == OK)
            e = file_delete(tx, (struct file_delete_in){.id = l->file[i].id, .owner = l->owner},
                            &changed, info);
    }
    return e;
}

err job_files_let_go(db *d, const struct app *app, const struct leased *l, arena *a,
                     struct err_info *info)
{
    struct leased copy = *l;
    const err e = db_tx_do(d, let_go_in, &copy, info);
    for (size_t i = 0; e == OK && i < l->n_files; i++) {
        const str place = job_file_place(a, app, l->file[i].hash, l->file[i].id);
        if (place.p)
            (void)unlink(place.p);
    }
    return e;
}
