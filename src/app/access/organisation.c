/* SPDX-License-Identifier: EUPL-1.2 */
/* organisation: municipalities, and those they work with. */
#include "app/access/access_int.h"

enum { CODE_MAX = 10, SIZE_CLASSES = 5 };

err organisation_list(const struct deed *deed, db *d, struct organisation **list, size_t *n,
                      struct err_info *info)
{
    struct organisations_row *row;

    const err e =
        organisations(d, deed->memory, (struct organisations_in){.limit = ACCESS_ORGANISATIONS_MAX},
                      &row, n, info);
    if (e != OK)
        return e;
    *list = ARENA_NEW(deed->memory, struct organisation, *n);
    if (!*list)
        return err_nomem(info);
    for (size_t i = 0; i < *n; i++)
        (*list)[i] = (struct organisation){.id = row[i].id,
                                           .type = (enum organisation_type)row[i].type,
                                           .name = row[i].name,
                                           .region = row[i].region,
                                           .code = row[i].code,
                                           .size_class = (int)row[i].size_class,
                                           .version = row[i].version};
    return OK;
}

err organisation_check(const struct deed *deed, db *d, struct party_id id, struct err_info *info)
{
    struct organisation_counted_row row;

    if (id.v == 0)
        return OK;
    const err e = organisation_counted(d, deed->memory, (struct organisation_counted_in){.id = id},
                                       &row, info);
    return e == OK && row.n == 0 ? err_set(info, E_INPUT, "access.no-organisation") : e;
}

struct save {
    const struct deed *deed;
    struct organisation o;
    str sort_key;
    bool is_new;
};

static err check_code(struct save *s, struct err_info *info)
{
    const str code = str_trim(s->o.code);
    for (size_t i = 0; i < code.n; i++)
        if (!(code.p[i] >= '0' && code.p[i] <= '9') && !(code.p[i] >= 'A' && code.p[i] <= 'Z'))
            return err_set(info, E_INPUT, "access.code-of-organisation");
    if (code.n > CODE_MAX)
        return err_set(info, E_INPUT, "access.code-of-organisation");
    s->o.code = code.p ? code : STR("");
    return OK;
}

static err check(struct save *s, struct err_info *info)
{
    if ((unsigned)s->o.type > ORG_NETWORK || s->o.size_class < 0 || s->o.size_class > SIZE_CLASSES)
        return err_set(info, E_INPUT, "access.organisation-wrong");
    err e = text_check(s->deed, s->o.name, ACCESS_NAME_MAX, false, "access.name-wrong", &s->o.name,
                       info);
    if (e == OK)
        e = text_fold(s->deed->memory, s->o.name, &s->sort_key, info);
    if (e == OK)
        e = text_check(s->deed, s->o.region, TEXT_MAX, true, "access.region-wrong", &s->o.region,
                       info);
    return e == OK ? check_code(s, info) : e;
}

static err check_name_free(const struct save *s, db *d, struct err_info *info)
{
    struct organisations_named_row row;
    const err e = organisations_named(
        d, s->deed->memory,
        (struct organisations_named_in){.sort_key = s->sort_key, .but = s->o.id}, &row, info);
    return e == OK && row.n > 0 ? err_set(info, E_INPUT, "access.organisation-exists") : e;
}

static err add(db_tx *tx, const struct save *s, struct err_info *info)
{
    struct organisations_counted_row row;

    err e = organisations_counted(db_tx_db(tx), s->deed->memory, &row, info);
    if (e == OK && row.n >= ACCESS_ORGANISATIONS_MAX)
        return err_set(info, E_LIMIT, "access.organisations-many");
    if (e == OK)
        e = party_add(tx,
                      (struct party_add_in){.id = s->o.id,
                                            .kind = 1,
                                            .name = s->o.name,
                                            .sort_key = s->sort_key,
                                            .job_title = STR(""),
                                            .lang = LANG_NL,
                                            .state = ACCOUNT_NONE,
                                            .now = s->deed->now_ms},
                      info);
    return e;
}

static err change(db_tx *tx, const struct save *s, struct err_info *info)
{
    int64_t n;
    err e = organisation_check(s->deed, db_tx_db(tx), s->o.id, info);
    if (e == OK)
        e = organisation_rename(
            tx,
            (struct organisation_rename_in){
                .id = s->o.id, .version = s->o.version, .name = s->o.name, .sort_key = s->sort_key},
            &n, info);
    if (e == OK && n != 1)
        return err_set(info, E_CONFLICT, "access.changed-since");
    return e;
}

static err save(db_tx *tx, void *arg, struct err_info *info)
{
    const struct save *s = arg;

    err e = check_name_free(s, db_tx_db(tx), info);
    if (e == OK)
        e = s->is_new ? add(tx, s, info) : change(tx, s, info);
    if (e == OK)
        e = organisation_put(tx,
                             (struct organisation_put_in){.id = s->o.id,
                                                          .type = s->o.type,
                                                          .region = s->o.region,
                                                          .code = s->o.code,
                                                          .size_class = s->o.size_class},
                             info);
    if (e == OK)
        e = audit_add(
            tx, s->deed,
            &(struct audit_row){.verb = s->is_new ? "organisation.create" : "organisation.change",
                                .object = "organisation",
                                .object_id = s->o.id.v,
                                .field = {{"name", s->o.name, false}},
                                .n_fields = 1},
            info);
    return e;
}

err organisation_save(const struct deed *deed, db *d, const struct organisation *o,
                      struct party_id *id, struct err_info *info)
{
    struct save s = {.deed = deed, .o = *o, .is_new = o->id.v == 0};

    if (s.is_new)
        s.o.id = (struct party_id){db_new_id(d)};
    err e = need_admin(deed, info);
    if (e == OK)
        e = check(&s, info);
    if (e == OK)
        e = db_tx_do(d, save, &s, info);
    if (e == OK)
        *id = s.o.id;
    return e;
}
