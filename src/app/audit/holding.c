/* SPDX-License-Identifier: EUPL-1.2 */
/* holding: what the log says of somebody, and how it forgets their name. */
#include "app/audit/audit_int.h"

#include "base/date.h"
#include "base/json.h"

#include <string.h>

struct writing {
    json *to;
    struct party_id who;
    struct entry_id open; /* the entry whose fields are being written; v == 0: none */
};

static void open_entry(struct writing *w, const struct entries_held_row *r)
{
    char time[20];

    w->open = r->id;
    date_print_utc(r->at, time);
    json_open_object(w->to);
    json_key_str(w->to, "at", (str){time, sizeof time});
    json_key_str(w->to, "verb", r->verb);
    json_key_bool(w->to, "done_by_you", r->actor == w->who.v);
    json_key_bool(w->to, "about_you", r->about == w->who.v);
    json_key_str(w->to, "object", r->object);
    json_key_int(w->to, "object_id", r->object_id);
    json_key_str(w->to, "purpose", r->purpose);
    json_key(w->to, "fields");
    json_open_object(w->to);
}

static void close_entry(struct writing *w)
{
    if (w->open.v == 0)
        return;
    json_close_object(w->to);
    json_close_object(w->to);
    w->open.v = 0;
}

/* What names somebody else, in what one did to them, is theirs. */
static err write_row(void *to, const struct entries_held_row *r, struct err_info *info)
{
    struct writing *w = to;
    const bool is_of_another = r->personal && r->about != 0 && r->about != w->who.v;

    (void)info;
    if (w->open.v != r->id.v) {
        close_entry(w);
        open_entry(w, r);
    }
    if (r->place >= 0 && r->value.p && !is_of_another) {
        char name[64];
        const str field = str_cut(r->field, 0, sizeof name - 1);
        memcpy(name, field.p, field.n);
        name[field.n] = '\0';
        json_key_str(w->to, name, r->value);
    }
    return OK;
}

static err write(const struct deed *deed, db *d, struct party_id who, json *to,
                 struct err_info *info)
{
    struct writing w = {.to = to, .who = who};

    (void)deed;
    json_key(to, "entries");
    json_open_array(to);
    const err e = entries_held(d, (struct entries_held_in){.who = who}, write_row, &w, info);
    close_entry(&w);
    json_close_array(to);
    return e;
}

static err erase(db_tx *tx, const struct deed *deed, struct party_id who, bool with_publications,
                 struct err_info *info)
{
    (void)deed, (void)with_publications;
    return audit_forget(tx, who, info);
}

const struct access_holding audit_holding = {.name = "log", .write = write, .erase = erase};
