/* SPDX-License-Identifier: EUPL-1.2 */
/* holding: what somebody wrote and where they belong, given to them whole, and taken away. */
#include "app/knowledge/knowledge_int.h"

#include "base/date.h"
#include "base/json.h"

static void put_time(json *to, const char *key, int64_t utc_ms)
{
    char text[20];
    if (utc_ms == INT64_MAX)
        return; /* a day that was not set */
    date_print_utc(utc_ms, text);
    json_key_str(to, key, (str){text, sizeof text});
}

static void put_texts(json *to, str title, str summary, str body)
{
    json_key_str(to, "title", title);
    json_key_str(to, "summary", summary);
    json_key_str(to, "body", body);
}

static err write_membership(void *to, const struct memberships_held_row *r, struct err_info *info)
{
    static const char *const roles[] = {"member", "editor", "manager", "jury"};
    static const char *const states[] = {"invited", "waiting", "member", "left"};

    (void)info;
    json_open_object(to);
    json_key_str(to, "space", r->slug);
    json_key_str(to, "name", r->name);
    json_key_str(to, "role", str_of(roles[r->role]));
    json_key_str(to, "state", str_of(states[r->state]));
    put_time(to, "changed_at", r->changed_at);
    json_close_object(to);
    return OK;
}

static err write_publication(void *to, const struct publications_held_row *r, struct err_info *info)
{
    static const char *const states[] = {"draft", "published", "archived", "removed"};
    static const char *const levels[] = {"owner", "space", "signed-in", "public"};

    (void)info;
    json_open_object(to);
    json_key_int(to, "id", r->id.v);
    json_key_str(to, "title", r->title);
    json_key_str(to, "summary", r->summary);
    json_key_str(to, "state", str_of(states[r->state]));
    json_key_str(to, "readers", str_of(levels[r->level]));
    put_time(to, "created_at", r->created_at);
    put_time(to, "published_at", r->publish_at);
    put_time(to, "ends_at", r->delete_at);
    json_close_object(to);
    return OK;
}

static err write_revision(void *to, const struct revisions_held_row *r, struct err_info *info)
{
    (void)info;
    json_open_object(to);
    json_key_int(to, "publication", r->id.v);
    json_key_int(to, "number", r->number);
    put_time(to, "at", r->at);
    put_texts(to, r->title, r->summary, r->body);
    json_close_object(to);
    return OK;
}

static err write_draft(void *to, const struct drafts_held_row *r, struct err_info *info)
{
    (void)info;
    json_open_object(to);
    json_key_int(to, "publication", r->id.v);
    put_time(to, "saved_at", r->saved_at);
    put_texts(to, r->title, r->summary, r->body);
    json_close_object(to);
    return OK;
}

static err write_comment(void *to, const struct comments_held_row *r, struct err_info *info)
{
    (void)info;
    json_open_object(to);
    json_key_int(to, "publication", r->publication.v);
    json_key_str(to, "body", r->body);
    json_key_bool(to, "removed", r->removed);
    put_time(to, "created_at", r->created_at);
    json_close_object(to);
    return OK;
}

static err write_grant(void *to, const struct grants_held_row *r, struct err_info *info)
{
    (void)info;
    json_open_object(to);
    json_key_int(to, "publication", r->publication.v);
    json_key_bool(to, "to_you", r->to_me);
    json_key_bool(to, "may_edit", r->access == 1);
    put_time(to, "granted_at", r->granted_at);
    json_close_object(to);
    return OK;
}

/* A list under its name, by a query that streams its rows to a function. */
#define WRITE_LIST(name, query, row)                                                               \
    do {                                                                                           \
        json_key(to, name);                                                                        \
        json_open_array(to);                                                                       \
        e = e == OK ? query(d, (struct query##_in){.who = who}, row, to, info) : e;                \
        json_close_array(to);                                                                      \
    } while (0)

static err write(const struct deed *deed, db *d, struct party_id who, json *to,
                 struct err_info *info)
{
    err e = OK;

    (void)deed;
    WRITE_LIST("memberships", memberships_held, write_membership);
    WRITE_LIST("publications", publications_held, write_publication);
    WRITE_LIST("revisions", revisions_held, write_revision);
    WRITE_LIST("drafts", drafts_held, write_draft);
    WRITE_LIST("comments", comments_held, write_comment);
    WRITE_LIST("grants", grants_held, write_grant);
    return e;
}

static err erase_publications(db_tx *tx, const struct deed *deed, struct party_id who, bool all,
                              struct err_info *info)
{
    err e = revisions_erase(
        tx, (struct revisions_erase_in){.all = all, .who = who, .now = deed->now_ms}, info);
    if (e == OK)
        e = drafts_erase_of(
            tx, (struct drafts_erase_of_in){.all = all, .who = who, .now = deed->now_ms}, info);
    if (e == OK)
        e = publications_erase(
            tx, (struct publications_erase_in){.all = all, .who = who, .now = deed->now_ms}, info);
    return e;
}

static err erase(db_tx *tx, const struct deed *deed, struct party_id who, bool with_publications,
                 struct err_info *info)
{
    err e = memberships_erase(tx, (struct memberships_erase_in){.who = who}, info);
    if (e == OK)
        e = grants_erase(tx, (struct grants_erase_in){.who = who}, info);
    if (e == OK)
        e = drafts_erase(tx, (struct drafts_erase_in){.who = who}, info);
    if (e == OK)
        e = erase_publications(tx, deed, who, with_publications, info);
    if (e == OK && with_publications)
        e = comment_counts_erase(tx, (struct comment_counts_erase_in){.who = who}, info);
    if (e == OK && with_publications)
        e = comments_erase(tx, (struct comments_erase_in){.who = who, .now = deed->now_ms}, info);
    return e;
}

const struct access_holding knowledge_holding = {
    .name = "knowledge", .write = write, .erase = erase};
