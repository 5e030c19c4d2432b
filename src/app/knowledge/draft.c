/* SPDX-License-Identifier: EUPL-1.2 */
/* draft: what somebody is typing, and the texts that were there before. */
#include "app/knowledge/knowledge_int.h"

static err find_editable(const struct deed *deed, db *d, struct publication_id id,
                         struct err_info *info)
{
    struct publication p;
    const err e = publication_find(deed, d, id, &p, info);
    if (e == OK && !p.may_edit)
        return err_set(info, E_DENIED, "knowledge.denied-edit");
    return e;
}

err draft_find(const struct deed *deed, db *d, struct publication_id id, struct draft *draft,
               bool *found, struct err_info *info)
{
    struct draft_row_row row;

    *found = false;
    err e = find_editable(deed, d, id, info);
    if (e == OK)
        e = draft_row(d, deed->memory, (struct draft_row_in){.id = id, .party = deed->viewer.id},
                      &row, info);
    else
        return e;
    if (e == E_NOT_FOUND)
        return OK;
    if (e != OK)
        return e;
    *draft = (struct draft){.base_version = row.base_version,
                            .saved_at = row.saved_at,
                            .title = row.title,
                            .summary = row.summary,
                            .body = row.body};
    *found = true;
    return OK;
}

struct save {
    const struct deed *deed;
    struct publication_id id;
    const struct draft *draft; /* NULL: drop it */
};

/* Typing is no deed for the log: it says nothing to anybody else. */
static err save(db_tx *tx, void *arg, struct err_info *info)
{
    const struct save *s = arg;
    const err e = find_editable(s->deed, db_tx_db(tx), s->id, info);
    if (e != OK)
        return e;
    if (!s->draft)
        return draft_delete(tx, (struct draft_delete_in){.id = s->id, .party = s->deed->viewer.id},
                            info);
    return draft_put(tx,
                     (struct draft_put_in){
                         .id = s->id,
                         .party = s->deed->viewer.id,
                         .base_version = s->draft->base_version,
                         .title = s->draft->title,
                         .summary = s->draft->summary,
                         .body = s->draft->body,
                         .now = s->deed->now_ms,
                     },
                     info);
}

err draft_save(const struct deed *deed, db *d, struct publication_id id, const struct draft *draft,
               struct err_info *info)
{
    struct save s = {.deed = deed, .id = id, .draft = draft};
    if (draft->title.n > PUBLICATION_TITLE_MAX || draft->summary.n > PUBLICATION_SUMMARY_MAX ||
        draft->body.n > PUBLICATION_BODY_MAX) {
        err_set(info, E_LIMIT, "knowledge.body-long");
        msg_int(&info->msg, PUBLICATION_BODY_MAX);
        return E_LIMIT;
    }
    return db_tx_do(d, save, &s, info);
}

err draft_drop(const struct deed *deed, db *d, struct publication_id id, struct err_info *info)
{
    struct save s = {.deed = deed, .id = id};
    return db_tx_do(d, save, &s, info);
}

err revision_list(const struct deed *deed, db *d, struct publication_id id, int64_t before,
                  size_t limit, struct revision **list, size_t *n, int64_t *next,
                  struct err_info *info)
{
    struct revisions_row *row;

    if (limit == 0 || limit > REVISIONS_SHOWN_MAX)
        return err_set(info, E_INPUT, "knowledge.list-limit");
    err e = find_editable(deed, d, id, info);
    if (e == OK)
        e = revisions(d, deed->memory,
                      (struct revisions_in){.id = id,
                                            .before = before ? before : INT64_MAX,
                                            .limit = (int64_t)limit + 1},
                      &row, n, info);
    if (e != OK)
        return e;
    *list = ARENA_NEW(deed->memory, struct revision, *n);
    if (!*list)
        return err_nomem(info);
    for (size_t i = 0; i < *n; i++)
        (*list)[i] = (struct revision){.number = row[i].number,
                                       .at = row[i].at,
                                       .author = row[i].author,
                                       .author_name = row[i].author_name,
                                       .title = row[i].title,
                                       .summary = row[i].summary};
    *next = 0;
    if (*n > limit) {
        *n = limit;
        *next = row[limit - 1].number;
    }
    return OK;
}

err revision_find(const struct deed *deed, db *d, struct publication_id id, int64_t number,
                  struct revision *r, struct err_info *info)
{
    struct revision_row_row row;

    err e = find_editable(deed, d, id, info);
    if (e == OK)
        e = revision_row(d, deed->memory, (struct revision_row_in){.id = id, .number = number},
                         &row, info);
    if (e != OK)
        return e;
    *r = (struct revision){.number = row.number,
                           .at = row.at,
                           .author = row.author,
                           .author_name = row.author_name,
                           .title = row.title,
                           .summary = row.summary,
                           .body = row.body};
    return OK;
}
