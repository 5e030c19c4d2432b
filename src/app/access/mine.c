/* SPDX-License-Identifier: EUPL-1.2 */
/* mine: what people say of themselves. */
#include "app/access/access_int.h"

struct change {
    const struct deed *deed;
    str name, sort_key, function;
    struct party_id organisation;
    enum lang lang;
};

static err change(db_tx *tx, void *arg, struct err_info *info)
{
    const struct change *c = arg;
    const struct party_id who = c->deed->viewer.id;

    err e = organisation_check(c->deed, db_tx_db(tx), c->organisation, info);
    if (e == OK)
        e = party_change(tx,
                         (struct party_change_in){.id = who,
                                                  .name = c->name,
                                                  .sort_key = c->sort_key,
                                                  .job_title = c->function,
                                                  .org = c->organisation,
                                                  .lang = c->lang},
                         info);
    if (e == OK)
        e = audit_add(
            tx, c->deed,
            &(struct audit_row){.verb = "account.change",
                                .object = "account",
                                .object_id = who.v,
                                .about = who,
                                .field = {{"name", c->name, true}, {"function", c->function, true}},
                                .n_fields = 2},
            info);
    return e;
}

err account_change(const struct deed *deed, db *d, str name, str function,
                   struct party_id organisation, enum lang lang, struct err_info *info)
{
    struct change c = {.deed = deed, .organisation = organisation, .lang = lang};

    err e = need_account(deed, info);
    if (e == OK)
        e = text_check(deed, name, ACCESS_NAME_MAX, false, "access.name-wrong", &c.name, info);
    if (e == OK)
        e = text_fold(deed->memory, c.name, &c.sort_key, info);
    if (e == OK)
        e = text_check(deed, function, TEXT_MAX, true, "access.function-wrong", &c.function, info);
    return e == OK ? db_tx_do(d, change, &c, info) : e;
}
