/* SPDX-License-Identifier: EUPL-1.2 */
/* comment: what readers write under a publication. Who may not read it may not write there. */
#include "app/knowledge/knowledge_int.h"
#include "app/knowledge/letters.h"

enum { COMMENT_SHOWN = 0, COMMENT_REMOVED = 1 };

static bool may_remove(const struct deed *deed, const struct publication *p, struct party_id author)
{
    return deed->viewer.is_active && (author.v == deed->viewer.id.v || p->may_tend);
}

/* What a reader is told. Of what was removed only its place stays: nobody reads who said it. */
static struct comment comment_of(const struct deed *deed, const struct publication *p,
                                 const struct comments_row *row)
{
    struct comment c = {.id = row->id,
                        .reply_to = row->reply_to,
                        .author_name = STR(""),
                        .body = row->body,
                        .is_removed = row->state == COMMENT_REMOVED,
                        .version = row->version,
                        .created_at = row->created_at,
                        .changed_at = row->changed_at};
    if (c.is_removed)
        return c;
    c.author = row->author;
    c.author_name = row->author_name;
    c.may_change = p->may_comment && row->author.v == deed->viewer.id.v;
    c.may_remove = may_remove(deed, p, row->author);
    return c;
}

err comment_list(const struct deed *deed, db *d, struct publication_id id, struct cursor from,
                 size_t limit, struct comment **list, size_t *n, struct cursor *next,
                 struct err_info *info)
{
    struct publication p;
    const err e = publication_find(deed, d, id, &p, info);
    return e == OK ? comment_list_of(deed, d, &p, from, limit, list, n, next, info) : e;
}

err comment_list_of(const struct deed *deed, db *d, const struct publication *p, struct cursor from,
                    size_t limit, struct comment **list, size_t *n, struct cursor *next,
                    struct err_info *info)
{
    struct comments_row *row;

    if (limit == 0 || limit > PAGE_ITEMS_MAX)
        return err_set(info, E_INPUT, "knowledge.list-limit");
    const err e = comments(d, deed->memory,
                           (struct comments_in){.which = COMMENTS_FROM,
                                                .id = p->id,
                                                .after_at = from.at,
                                                .after_id = {from.id},
                                                .limit = (int64_t)limit + 1},
                           &row, n, info);
    if (e != OK)
        return e;
    *list = ARENA_NEW(deed->memory, struct comment, *n);
    if (!*list)
        return err_nomem(info);
    for (size_t i = 0; i < *n; i++)
        (*list)[i] = comment_of(deed, p, &row[i]);
    *next = (struct cursor){0};
    if (*n > limit) {
        *n = limit;
        *next = (struct cursor){(*list)[limit - 1].created_at, (*list)[limit - 1].id.v};
    }
    return OK;
}

/* One, under a publication that the viewer may see; else there is none. */
err comment_find(const struct deed *deed, db *d, struct comment_id id, struct comment *c,
                 struct err_info *info)
{
    struct comment_row_row place;
    struct comments_row *row;
    struct publication p;
    size_t n = 0;

    err e = comment_row(d, deed->memory, (struct comment_row_in){.id = id}, &place, info);
    if (e == OK)
        e = publication_find(deed, d, place.publication, &p, info);
    if (e == OK)
        e = comments(
            d, deed->memory,
            (struct comments_in){.which = COMMENTS_ONE, .id = p.id, .single = id, .limit = 1}, &row,
            &n, info);
    if (e == E_NOT_FOUND || (e == OK && n == 0))
        return err_set(info, E_NOT_FOUND, "knowledge.no-comment");
    if (e == OK)
        *c = comment_of(deed, &p, row);
    return e;
}

struct add {
    const struct deed *deed;
    struct publication_id id;
    struct comment_id reply_to, made;
    str body;
};

static err check_reply(const struct add *a, db *d, struct err_info *info)
{
    struct comment_row_row row;

    const err e =
        comment_row(d, a->deed->memory, (struct comment_row_in){.id = a->reply_to}, &row, info);
    if (e == OK && (row.publication.v != a->id.v || row.state != COMMENT_SHOWN))
        return err_set(info, E_NOT_FOUND, "knowledge.no-comment");
    return e;
}

static err add(db_tx *tx, void *arg, struct err_info *info)
{
    struct add *a = arg;
    struct publication p;
    bool is_again;

    err e = once_ask(tx, a->deed, &a->made.v, &is_again, info);
    if (e != OK || is_again)
        return e;
    e = publication_find(a->deed, db_tx_db(tx), a->id, &p, info);
    if (e == OK && !p.may_comment)
        return err_set(info, E_DENIED, "knowledge.denied-comment");
    if (e == OK && a->reply_to.v != 0)
        e = check_reply(a, db_tx_db(tx), info);
    if (e == OK)
        e = comment_insert(tx,
                           (struct comment_insert_in){
                               .id = a->made,
                               .publication = a->id,
                               .reply_to = a->reply_to,
                               .author = a->deed->viewer.id,
                               .body = a->body,
                               .now = a->deed->now_ms,
                           },
                           info);
    if (e == OK)
        e = publication_count_comments(
            tx, (struct publication_count_comments_in){.id = a->id, .change = 1}, info);
    if (e == OK)
        e = audit_add(
            tx, a->deed,
            &(struct audit_row){.verb = "comment.add", .object = "comment", .object_id = a->made.v},
            info);
    return e;
}

/* `body` is trimmed. */
static err check_body(str body, struct err_info *info)
{
    if (body.n == 0)
        return err_set(info, E_INPUT, "knowledge.comment-empty");
    if (!str_is_utf8(body))
        return err_set(info, E_INPUT, "knowledge.not-utf8");
    if (body.n > COMMENT_MAX) {
        err_set(info, E_INPUT, "knowledge.comment-long");
        msg_int(&info->msg, COMMENT_MAX);
        return E_INPUT;
    }
    return OK;
}

err comment_add(const struct deed *deed, db *d, struct publication_id id,
                struct comment_id reply_to, str body, struct comment_id *made,
                struct err_info *info)
{
    struct add a = {.deed = deed, .id = id, .reply_to = reply_to, .body = str_trim(body)};

    err e = check_body(a.body, info);
    if (e != OK)
        return e;
    a.made = (struct comment_id){db_new_id(d)};
    e = db_tx_do(d, add, &a, info);
    if (e == OK)
        *made = a.made;
    return e;
}

struct rewrite {
    const struct deed *deed;
    struct comment_id id;
    int64_t version;
    str body;
};

static err rewrite_one(db_tx *tx, void *arg, struct err_info *info)
{
    const struct rewrite *r = arg;
    struct comment c = {.may_change = false};
    int64_t changed = 0;

    err e = comment_find(r->deed, db_tx_db(tx), r->id, &c, info);
    if (e == OK && !c.may_change)
        return err_set(info, E_DENIED, "knowledge.denied-comment-change");
    if (e == OK)
        e = comment_set_body(
            tx,
            (struct comment_set_body_in){
                .id = r->id, .version = r->version, .body = r->body, .now = r->deed->now_ms},
            &changed, info);
    if (e == OK && changed != 1)
        return err_set(info, E_CONFLICT, "knowledge.changed-since");
    if (e == OK)
        e = audit_add(tx, r->deed,
                      &(struct audit_row){
                          .verb = "comment.change", .object = "comment", .object_id = r->id.v},
                      info);
    return e;
}

err comment_change(const struct deed *deed, db *d, struct comment_id id, int64_t version, str body,
                   struct err_info *info)
{
    struct rewrite r = {.deed = deed, .id = id, .version = version, .body = str_trim(body)};
    const err e = check_body(r.body, info);
    return e == OK ? db_tx_do(d, rewrite_one, &r, info) : e;
}

struct removal {
    const struct deed *deed;
    struct comment_id id;
};

static err remove_one(db_tx *tx, void *arg, struct err_info *info)
{
    const struct removal *r = arg;
    struct comment_row_row row;
    struct publication p;
    int64_t changed = 0;

    err e = comment_row(db_tx_db(tx), r->deed->memory, (struct comment_row_in){.id = r->id}, &row,
                        info);
    if (e == OK)
        e = publication_find(r->deed, db_tx_db(tx), row.publication, &p, info);
    if (e == E_NOT_FOUND)
        return err_set(info, E_NOT_FOUND, "knowledge.no-comment");
    if (e == OK && !may_remove(r->deed, &p, row.author))
        return err_set(info, E_DENIED, "knowledge.denied-remove");
    if (e == OK)
        e = comment_set_removed(
            tx, (struct comment_set_removed_in){.id = r->id, .now = r->deed->now_ms}, &changed,
            info);
    if (e == OK && changed == 1)
        e = publication_count_comments(
            tx, (struct publication_count_comments_in){.id = p.id, .change = -1}, info);
    if (e == OK && changed == 1)
        e = audit_add(tx, r->deed,
                      &(struct audit_row){.verb = "comment.remove",
                                          .object = "comment",
                                          .object_id = r->id.v,
                                          .about = row.author},
                      info);
    return e;
}

err comment_remove(const struct deed *deed, db *d, struct comment_id id, struct err_info *info)
{
    struct removal r = {.deed = deed, .id = id};
    return db_tx_do(d, remove_one, &r, info);
}
