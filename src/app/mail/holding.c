/* SPDX-License-Identifier: EUPL-1.2 */
/* holding: which letters went to somebody; what stood in them is not kept. */
#include "app/mail/mail_int.h"

#include "base/date.h"
#include "base/json.h"

static err write_letter(void *to, const struct letters_held_row *r, struct err_info *info)
{
    static const char *const states[] = {"waiting", "sent", "failed", "dropped"};
    char time[20];

    (void)info;
    date_print_utc(r->created_at, time);
    json_open_object(to);
    json_key_str(to, "letter", r->subject);
    json_key_str(to, "state", str_of(states[r->state]));
    json_key_str(to, "created_at", (str){time, sizeof time});
    json_close_object(to);
    return OK;
}

static err write(const struct deed *deed, db *d, struct party_id who, json *to,
                 struct err_info *info)
{
    (void)deed;
    json_key(to, "letters");
    json_open_array(to);
    const err e = letters_held(d, (struct letters_held_in){.who = who}, write_letter, to, info);
    json_close_array(to);
    return e;
}

static err erase(db_tx *tx, const struct deed *deed, struct party_id who, bool with_publications,
                 struct err_info *info)
{
    (void)deed, (void)with_publications;
    return mail_forget(tx, who, info);
}

const struct access_holding mail_holding = {.name = "mail", .write = write, .erase = erase};
