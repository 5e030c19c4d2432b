/* SPDX-License-Identifier: EUPL-1.2 */
/* holding: what this room keeps about a steward: covenants that name him or her, and judgements. */
#include "app/linking/linking_int.h"
#include "base/date.h"
#include "base/json.h"

static void put_day(json *to, const char *key, int64_t day)
{
    char text[10];
    date_print_iso((int32_t)day, text);
    json_key_str(to, key, (str){text, sizeof text});
}

static err write_covenant(void *to, const struct covenants_of_row *r, struct err_info *info)
{
    (void)info;
    json_open_object(to);
    json_key_str(to, "name", r->name);
    json_key_str(to, "purpose", r->purpose);
    put_day(to, "from", r->from_day);
    put_day(to, "to", r->to_day);
    json_close_object(to);
    return OK;
}

static err write_kept(const struct deed *deed, db *d, struct party_id who, json *to,
                      struct err_info *info)
{
    struct labels_of_row labels;

    json_key(to, "covenants");
    json_open_array(to);
    err e = covenants_of(d, (struct covenants_of_in){.who = who}, write_covenant, to, info);
    json_close_array(to);
    if (e == OK)
        e = labels_of(d, deed->memory, (struct labels_of_in){.who = who}, &labels, info);
    if (e == OK)
        json_key_int(to, "pairs_judged", labels.n);
    return e;
}

/* Nothing here holds a name: covenants and judgements stay, of an account without one. */
static err erase_kept(db_tx *tx, const struct deed *deed, struct party_id who,
                      bool with_publications, struct err_info *info)
{
    (void)tx;
    (void)deed;
    (void)who;
    (void)with_publications;
    (void)info;
    return OK;
}

const struct access_holding linking_holding = {
    .name = "linking",
    .write = write_kept,
    .erase = erase_kept,
};
