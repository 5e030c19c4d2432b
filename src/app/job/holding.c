/* SPDX-License-Identifier: EUPL-1.2 */
/* holding: which work somebody asked for and which files they uploaded. */
#include "app/job/job_int.h"

#include "base/date.h"
#include "base/json.h"

static void put_time(json *to, const char *key, int64_t utc_ms)
{
    char text[20];
    if (utc_ms == 0)
        return; /* not yet */
    date_print_utc(utc_ms, text);
    json_key_str(to, key, (str){text, sizeof text});
}

static err write_job(void *to, const struct jobs_held_row *r, struct err_info *info)
{
    static const char *const states[] = {"waiting", "running", "done", "failed", "cancelled"};

    (void)info;
    json_open_object(to);
    json_key_str(to, "kind", r->kind);
    json_key_str(to, "title", r->title);
    json_key_str(to, "arguments", r->args);
    json_key_str(to, "state", str_of(states[r->state]));
    json_key_str(to, "failure", r->failure);
    put_time(to, "created_at", r->created_at);
    put_time(to, "ended_at", r->ended_at);
    json_close_object(to);
    return OK;
}

static err write_file(void *to, const struct files_held_row *r, struct err_info *info)
{
    (void)info;
    json_open_object(to);
    json_key_str(to, "name", r->name);
    json_key_str(to, "type", r->type);
    json_key_int(to, "bytes", r->bytes);
    json_key_str(to, "hash", r->hash);
    put_time(to, "created_at", r->created_at);
    json_close_object(to);
    return OK;
}

static err write(const struct deed *deed, db *d, struct party_id who, json *to,
                 struct err_info *info)
{
    (void)deed;
    json_key(to, "jobs");
    json_open_array(to);
    err e = jobs_held(d, (struct jobs_held_in){.who = who}, write_job, to, info);
    json_close_array(to);
    json_key(to, "files");
    json_open_array(to);
    if (e == OK)
        e = files_held(d, (struct files_held_in){.who = who}, write_file, to, info);
    json_close_array(to);
    return e;
}

static err erase(db_tx *tx, const struct deed *deed, struct party_id who, bool with_publications,
                 struct err_info *info)
{
    (void)deed, (void)with_publications;
    return job_forget(tx, who, info);
}

const struct access_holding job_holding = {.name = "work", .write = write, .erase = erase};
