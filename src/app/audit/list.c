/* SPDX-License-Identifier: EUPL-1.2 */
/* list: rows for auditors, and for each person what was done by and about them. */
#include "app/audit/audit_int.h"

static err add_fields(const struct deed *deed, struct audit_entry *entry,
                      const struct fields_of_row *field, size_t n, struct err_info *info)
{
    entry->field = ARENA_NEW(deed->memory, struct audit_field, n);
    if (!entry->field)
        return err_nomem(info);
    entry->n_fields = n;
    for (size_t i = 0; i < n; i++)
        entry->field[i] = (struct audit_field){
            .name = field[i].name.p,
            .value = field[i].value,
            .is_personal = field[i].commitment.p != NULL,
        };
    return OK;
}

static err fetch(const struct deed *deed, db *d, const struct entries_shown_in in,
                 struct audit_entry **list, size_t *n, struct err_info *info)
{
    struct entries_shown_row *row;
    struct fields_of_row *field;
    size_t n_fields;

    err e = entries_shown(d, deed->memory, in, &row, n, info);
    if (e != OK)
        return e;
    struct entry_id *ids = ARENA_NEW(deed->memory, struct entry_id, *n);
    *list = ARENA_NEW(deed->memory, struct audit_entry, *n);
    if (!ids || !*list)
        return err_nomem(info);
    for (size_t i = 0; i < *n; i++)
        ids[i] = row[i].id;
    e = fields_of(
        d, deed->memory,
        (struct fields_of_in){.entries = {ids, *n}, .limit = (int64_t)*n * AUDIT_FIELDS_MAX},
        &field, &n_fields, info);
    for (size_t i = 0; e == OK && i < *n; i++) {
        const size_t from = chain_find_fields(field, n_fields, row[i].id.v);
        (*list)[i] = (struct audit_entry){
            .number = row[i].number,
            .at = row[i].at,
            .actor = {row[i].actor},
            .about = {row[i].about},
            .verb = row[i].verb,
            .object = row[i].object,
            .purpose = row[i].purpose,
            .object_id = row[i].object_id,
        };
        e = add_fields(deed, &(*list)[i], field + from,
                       chain_fields_of(field + from, n_fields - from, row[i].id.v), info);
    }
    return e;
}

static err log_reading(db_tx *tx, void *arg, struct err_info *info)
{
    return audit_add(tx, arg, &(struct audit_row){.verb = "audit.read", .object = "audit"}, info);
}

err audit_list(const struct deed *deed, db *d, int64_t from, size_t limit,
               struct audit_entry **list, size_t *n, struct err_info *info)
{
    struct deed reading = *deed;

    if (!viewer_may(&deed->viewer, ACCESS_AUDITOR))
        return err_set(info, E_DENIED, "audit.denied");
    if (limit == 0 || limit > AUDIT_LIST_MAX)
        return err_set(info, E_INPUT, "audit.list-limit");
    const err e = db_tx_do(d, log_reading, &reading, info);
    if (e != OK)
        return e;
    return fetch(
        deed, d,
        (struct entries_shown_in){.before = from > 0 ? from : INT64_MAX, .limit = (int64_t)limit},
        list, n, info);
}

err audit_about_me(const struct deed *deed, db *d, int64_t from, size_t limit,
                   struct audit_entry **list, size_t *n, struct err_info *info)
{
    if (!deed->viewer.is_active)
        return err_set(info, E_DENIED, "audit.denied-visitor");
    if (limit == 0 || limit > AUDIT_LIST_MAX)
        return err_set(info, E_INPUT, "audit.list-limit");
    return fetch(deed, d,
                 (struct entries_shown_in){.before = from > 0 ? from : INT64_MAX,
                                           .of = true,
                                           .who = deed->viewer.id,
                                           .limit = (int64_t)limit},
                 list, n, info);
}
