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
            .actor_name = row[i].actor_name.p ? row[i].actor_name : STR(""),
            .about_name = row[i].about_name.p ? row[i].about_name : STR(""),
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

/* ---- for auditors ---- */

enum { EACH_ROWS = 200, EACH_BYTES = 8 << 20 };

struct reading {
    const struct deed *deed;
    const char *verb;
    struct party_id about; /* whose rows were asked for: they see that it happened */
    str verbs;
};

static err log_reading(db_tx *tx, void *arg, struct err_info *info)
{
    const struct reading *r = arg;
    return audit_add(tx, r->deed,
                     &(struct audit_row){
                         .verb = r->verb,
                         .object = "audit",
                         .about = r->about,
                         .field = {{"verbs", r->verbs, false}},
                         .n_fields = r->verbs.n > 0,
                     },
                     info);
}

static err begin_reading(const struct deed *deed, db *d, const char *verb,
                         struct audit_filter filter, struct err_info *info)
{
    struct reading reading = {deed, verb, filter.who, filter.verbs};
    if (!viewer_may(&deed->viewer, ACCESS_AUDITOR))
        return err_set(info, E_DENIED, "audit.denied");
    return db_tx_do(d, log_reading, &reading, info);
}

/* "session" stands for all from "session." to before "session/", the next character. */
static err select_rows(arena *a, struct audit_filter filter, int64_t from, size_t limit,
                       struct entries_shown_in *in, struct err_info *info)
{
    const size_t n = filter.verbs.n;
    char *text = ARENA_NEW(a, char, 2 * (n + 1));

    if (!text)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++)
        text[i] = text[n + 1 + i] = filter.verbs.p[i];
    text[n] = '.';
    text[2 * n + 1] = '.' + 1;
    *in = (struct entries_shown_in){
        .before = from > 0 ? from : INT64_MAX,
        .of = filter.who.v != 0,
        .who = filter.who,
        .doing = n > 0,
        .verb_from = {text, n + 1},
        .verb_to = {text + n + 1, n + 1},
        .limit = (int64_t)limit,
    };
    return OK;
}

err audit_list(const struct deed *deed, db *d, struct audit_filter filter, int64_t from,
               size_t limit, struct audit_entry **list, size_t *n, struct err_info *info)
{
    struct entries_shown_in in;

    if (limit == 0 || limit > AUDIT_LIST_MAX)
        return err_set(info, E_INPUT, "audit.list-limit");
    err e = begin_reading(deed, d, "audit.read", filter, info);
    if (e == OK)
        e = select_rows(deed->memory, filter, from, limit, &in, info);
    return e == OK ? fetch(deed, d, in, list, n, info) : e;
}

err audit_each(const struct deed *deed, db *d, struct audit_filter filter,
               err (*row)(void *to, const struct audit_entry *e, struct err_info *info), void *to,
               struct err_info *info)
{
    struct deed piece = *deed;
    struct entries_shown_in in;
    struct audit_entry *list;
    size_t n = 0;

    err e = begin_reading(deed, d, "audit.export", filter, info);
    if (e == OK)
        e = select_rows(deed->memory, filter, 0, EACH_ROWS, &in, info);
    if (e != OK)
        return e;
    piece.memory = arena_new(EACH_BYTES);
    if (!piece.memory)
        return err_nomem(info);
    do {
        arena_reset(piece.memory);
        e = fetch(&piece, d, in, &list, &n, info);
        for (size_t i = 0; e == OK && i < n; i++)
            e = row(to, &list[i], info);
        if (e == OK && n > 0)
            in.before = list[n - 1].number;
    } while (e == OK && n == EACH_ROWS);
    arena_free(piece.memory);
    return e;
}

/* ---- for each person ---- */

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
