/* SPDX-License-Identifier: EUPL-1.2 */
/* add: rows commit with their deed. What names a person goes in with a salt of its own. */
#include "app/audit/audit_int.h"

#include <sodium.h>

static err add_field(db_tx *tx, const struct deed *deed, struct entry_id entry, int64_t place,
                     const struct audit_field *f, struct err_info *info)
{
    unsigned char salt[AUDIT_SALT_BYTES];
    struct chain_hash commitment;
    struct field_add_in in = {
        .entry = entry, .place = place, .name = str_of(f->name), .value = f->value};

    if (!f->value.p)
        in.value = STR("");
    if (f->value.n > AUDIT_VALUE_MAX) {
        err_set(info, E_LIMIT, "audit.value-long");
        msg_int(&info->msg, AUDIT_VALUE_MAX);
        return E_LIMIT;
    }
    if (f->is_personal) {
        deed->app->random_bytes(salt, sizeof salt);
        commitment = chain_commit(salt, in.value);
        in.salt = (str){(const char *)salt, sizeof salt};
        in.commitment = (str){(const char *)commitment.byte, sizeof commitment.byte};
    }
    return field_add(tx, in, info);
}

err audit_add(db_tx *tx, const struct deed *deed, const struct audit_row *row,
              struct err_info *info)
{
    const struct entry_id id = {db_new_id(db_tx_db(tx))};

    err e = entry_add(tx,
                      (struct entry_add_in){
                          .id = id,
                          .at = deed->now_ms,
                          .actor = deed->viewer.id,
                          .about = row->about,
                          .verb = str_of(row->verb),
                          .object = str_of(row->object),
                          .object_id = row->object_id,
                          .purpose = row->purpose.p ? row->purpose : STR(""),
                          .n_fields = (int64_t)row->n_fields,
                      },
                      info);
    for (size_t i = 0; e == OK && i < row->n_fields; i++)
        e = add_field(tx, deed, id, (int64_t)i, &row->field[i], info);
    if (e == OK)
        e = entry_wait(tx, (struct entry_wait_in){.id = id}, info);
    return e;
}

err audit_forget(db_tx *tx, struct party_id who, struct err_info *info)
{
    return values_forget(tx, (struct values_forget_in){.who = who}, info);
}
