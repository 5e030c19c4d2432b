/* SPDX-License-Identifier: EUPL-1.2 */
/* publication: making and changing one; each deed in one transaction, with its row in the log. */
#include "app/knowledge/knowledge_int.h"

#include <string.h>

/* ---- what may be filled in ---- */

static err check_text(str text, size_t max, const char *too_long, struct err_info *info)
{
    if (!str_is_utf8(text))
        return err_set(info, E_INPUT, "knowledge.not-utf8");
    if (text.n > max) {
        err_set(info, E_INPUT, too_long);
        msg_int(&info->msg, (int64_t)max);
        return E_INPUT;
    }
    return OK;
}

static err check_form(const struct publication_form *f, struct err_info *info)
{
    if (str_trim(f->title).n == 0)
        return err_set(info, E_INPUT, "knowledge.title-empty");
    if (f->level == LEVEL_SPACE && f->space.v == 0)
        return err_set(info, E_INPUT, "knowledge.level-needs-space");
    if (f->delete_at != INT64_MAX && f->publish_at != INT64_MAX && f->delete_at <= f->publish_at)
        return err_set(info, E_INPUT, "knowledge.ends-before-it-begins");
    err e = check_text(f->title, PUBLICATION_TITLE_MAX, "knowledge.title-long", info);
    if (e == OK)
        e = check_text(f->summary, PUBLICATION_SUMMARY_MAX, "knowledge.summary-long", info);
    if (e == OK)
        e = check_text(f->body, PUBLICATION_BODY_MAX, "knowledge.body-long", info);
    return e;
}

/* Somebody who may not see the space learns nothing of it; who sees it but is no member is told. */
static err check_may_write(const struct deed *deed, db *d, struct space_id id, enum level *ceiling,
                           struct err_info *info)
{
    struct standing in_space;
    struct space_ceiling_row row;
    struct space s;

    *ceiling = LEVEL_PUBLIC;
    if (!deed->viewer.is_active)
        return err_set(info, E_DENIED, "knowledge.denied-active");
    if (id.v == 0)
        return OK;
    err e = space_get(deed, d, id, &s, info);
    if (e == OK)
        e = space_standing(deed, d, id, &in_space, info);
    if (e == OK && !in_space.is_member)
        return err_set(info, E_DENIED, "knowledge.denied-member");
    if (e == OK)
        e = space_ceiling(d, deed->memory, (struct space_ceiling_in){.id = id}, &row, info);
    if (e == OK)
        *ceiling = (enum level)row.eff;
    return e;
}

/* A pair is shown on the pages of both, so it takes who may change both. */
static err check_twin(const struct deed *deed, db *d, struct publication_id twin,
                      struct err_info *info)
{
    struct publication p;
    const err e = publication_find(deed, d, twin, &p, info);
    if (e == OK && !p.may_edit)
        return err_set(info, E_DENIED, "knowledge.denied-twin");
    return e;
}

static err log_publication(db_tx *tx, const struct deed *deed, const char *verb,
                           struct publication_id id, struct err_info *info)
{
    return audit_add(tx, deed,
                     &(struct audit_row){.verb = verb, .object = "publication", .object_id = id.v},
                     info);
}

/* ---- making ---- */

struct create {
    const struct deed *deed;
    const struct publication_form *form;
    struct publication_id id;
};

static err check_parent(const struct create *c, db *d, struct err_info *info)
{
    struct publication parent;
    struct publication_depth_row depth;

    err e = publication_find(c->deed, d, c->form->parent, &parent, info);
    if (e == OK && !parent.may_edit)
        return err_set(info, E_DENIED, "knowledge.denied-edit");
    if (e == OK && parent.space.v != c->form->space.v)
        return err_set(info, E_INPUT, "knowledge.parent-elsewhere");
    if (e == OK)
        e = publication_depth(d, c->deed->memory,
                              (struct publication_depth_in){.id = c->form->parent}, &depth, info);
    if (e == OK && depth.n + 1 >= PUBLICATION_DEPTH_MAX)
        return err_set(info, E_LIMIT, "knowledge.too-deep");
    return e;
}

static err add_rows(const struct create *c, db_tx *tx, struct err_info *info)
{
    const struct publication_form *f = c->form;
    const struct deed *deed = c->deed;

    err e = publication_add(tx,
                            (struct publication_add_in){
                                .id = c->id,
                                .kind = f->kind,
                                .space = f->space,
                                .parent = f->parent,
                                .owner = deed->viewer.id,
                                .lang = f->lang,
                                .twin = f->twin,
                                .level = f->level,
                                .publish_at = f->publish_at,
                                .delete_at = f->delete_at,
                                .comments = f->comments,
                                .title = str_trim(f->title),
                                .summary = str_trim(f->summary),
                                .now = deed->now_ms,
                            },
                            info);
    if (e == OK)
        e = revision_add(tx,
                         (struct revision_add_in){
                             .id = c->id,
                             .number = 1,
                             .title = str_trim(f->title),
                             .summary = str_trim(f->summary),
                             .body = f->body,
                             .author = deed->viewer.id,
                             .now = deed->now_ms,
                         },
                         info);
    if (e == OK && f->parent.v != 0)
        e = publication_hang(tx, (struct publication_hang_in){.id = c->id, .parent = f->parent},
                             info);
    return e;
}

static err create(db_tx *tx, void *arg, struct err_info *info)
{
    struct create *c = arg;
    enum level ceiling;
    bool is_again;

    err e = once_ask(tx, c->deed, &c->id.v, &is_again, info);
    if (e != OK || is_again)
        return e;
    e = check_may_write(c->deed, db_tx_db(tx), c->form->space, &ceiling, info);
    if (e == OK && c->form->parent.v != 0)
        e = check_parent(c, db_tx_db(tx), info);
    if (e == OK && c->form->twin.v != 0)
        e = check_twin(c->deed, db_tx_db(tx), c->form->twin, info);
    if (e == OK)
        e = add_rows(c, tx, info);
    if (e == OK)
        e = level_set_tree(tx, c->id, ceiling, info);
    if (e == OK)
        e = log_publication(tx, c->deed, "publication.create", c->id, info);
    return e;
}

err publication_create(const struct deed *deed, db *d, const struct publication_form *form,
                       struct publication_id *id, struct err_info *info)
{
    struct create c = {.deed = deed, .form = form, .id = {db_new_id(d)}};

    err e = check_form(form, info);
    if (e == OK)
        e = db_tx_do(d, create, &c, info);
    if (e == OK)
        *id = c.id;
    return e;
}

/* ---- changing ---- */

struct change {
    const struct deed *deed;
    struct publication_id id;
    int64_t version;
    const struct publication_form *form;
};

/* What of a publication only its owner decides: for whom it is and when. */
static bool leaves_owner_rights(const struct publication *old, const struct publication_form *f)
{
    return old->level == f->level && old->space.v == f->space.v &&
           old->publish_at == f->publish_at && old->delete_at == f->delete_at &&
           old->twin.v == f->twin.v;
}

/* What hangs under it is of others, who chose for this space: it does not go along. */
static err check_nothing_below(const struct change *c, db *d, struct err_info *info)
{
    struct publications_below_counted_row below;
    const err e = publications_below_counted(
        d, c->deed->memory, (struct publications_below_counted_in){.id = c->id}, &below, info);
    return e == OK && below.n > 0 ? err_set(info, E_INPUT, "knowledge.parent-stays") : e;
}

static err check_change(const struct change *c, db *d, struct publication *old, enum level *ceiling,
                        struct err_info *info)
{
    struct space_ceiling_row row;

    err e = publication_find(c->deed, d, c->id, old, info);
    if (e != OK)
        return e;
    if (!old->may_edit)
        return err_set(info, E_DENIED,
                       old->may_own ? "knowledge.denied-left" : "knowledge.denied-edit");
    if (!old->may_own && !leaves_owner_rights(old, c->form))
        return err_set(info, E_DENIED, "knowledge.denied-owner");
    if (old->version != c->version)
        return err_set(info, E_CONFLICT, "knowledge.changed-since");
    if (old->space.v != c->form->space.v) {
        if (old->parent.v != 0)
            return err_set(info, E_INPUT, "knowledge.parent-elsewhere");
        e = check_nothing_below(c, d, info);
        return e == OK ? check_may_write(c->deed, d, c->form->space, ceiling, info) : e;
    }
    *ceiling = LEVEL_PUBLIC;
    if (old->space.v == 0)
        return OK;
    e = space_ceiling(d, c->deed->memory, (struct space_ceiling_in){.id = old->space}, &row, info);
    if (e == OK)
        *ceiling = (enum level)row.eff;
    return e;
}

static err write_text(const struct change *c, db_tx *tx, const struct publication *old,
                      int64_t *revision, struct err_info *info)
{
    const str title = str_trim(c->form->title), summary = str_trim(c->form->summary);

    *revision = old->revision;
    if (str_eq(title, old->title) && str_eq(summary, old->summary) &&
        str_eq(c->form->body, old->body))
        return OK;
    (*revision)++;
    return revision_add(tx,
                        (struct revision_add_in){
                            .id = c->id,
                            .number = *revision,
                            .title = title,
                            .summary = summary,
                            .body = c->form->body,
                            .author = c->deed->viewer.id,
                            .now = c->deed->now_ms,
                        },
                        info);
}

static err write_row(const struct change *c, db_tx *tx, int64_t revision, struct err_info *info)
{
    const struct publication_form *f = c->form;
    int64_t changed;

    const err e = publication_update(tx,
                                     (struct publication_update_in){
                                         .id = c->id,
                                         .version = c->version,
                                         .lang = f->lang,
                                         .twin = f->twin,
                                         .space = f->space,
                                         .level = f->level,
                                         .publish_at = f->publish_at,
                                         .delete_at = f->delete_at,
                                         .comments = f->comments,
                                         .revision = revision,
                                         .title = str_trim(f->title),
                                         .summary = str_trim(f->summary),
                                         .now = c->deed->now_ms,
                                     },
                                     &changed, info);
    if (e == OK && changed != 1)
        return err_set(info, E_CONFLICT, "knowledge.changed-since");
    return e;
}

static err change(db_tx *tx, void *arg, struct err_info *info)
{
    const struct change *c = arg;
    struct publication old;
    enum level ceiling;
    int64_t revision;

    err e = check_change(c, db_tx_db(tx), &old, &ceiling, info);
    if (e == OK && c->form->twin.v != 0 && c->form->twin.v != old.twin.v)
        e = check_twin(c->deed, db_tx_db(tx), c->form->twin, info);
    if (e == OK)
        e = write_text(c, tx, &old, &revision, info);
    if (e == OK)
        e = write_row(c, tx, revision, info);
    if (e == OK)
        e = level_set_tree(tx, c->id, ceiling, info);
    if (e == OK)
        e = draft_delete(tx, (struct draft_delete_in){.id = c->id, .party = c->deed->viewer.id},
                         info);
    if (e == OK)
        e = log_publication(tx, c->deed, "publication.change", c->id, info);
    return e;
}

/* The text of a form that came too late stays where its writer finds it again. */
static err keep_as_draft(const struct change *c, db *d, struct err_info *info)
{
    const struct draft typed = {.base_version = c->version,
                                .title = c->form->title,
                                .summary = c->form->summary,
                                .body = c->form->body};
    const struct err_info why = *info;
    const err e = draft_save(c->deed, d, c->id, &typed, info);
    if (e == OK)
        *info = why;
    return e == OK ? why.code : e;
}

err publication_change(const struct deed *deed, db *d, struct publication_id id, int64_t version,
                       const struct publication_form *form, struct err_info *info)
{
    struct change c = {.deed = deed, .id = id, .version = version, .form = form};

    err e = check_form(form, info);
    if (e == OK)
        e = db_tx_do(d, change, &c, info);
    if (e == E_CONFLICT)
        e = keep_as_draft(&c, d, info);
    return e;
}

/* ---- publishing, archiving, removing, putting back ---- */

struct set_state {
    const struct deed *deed;
    struct publication_id id;
    int64_t version;
    enum publication_state state;
};

static const char *verb_of(enum publication_state state)
{
    switch (state) {
    case PUBLICATION_DRAFT: return "publication.withdraw";
    case PUBLICATION_PUBLISHED: return "publication.publish";
    case PUBLICATION_ARCHIVED: return "publication.archive";
    case PUBLICATION_REMOVED: return "publication.remove";
    }
    return "publication.withdraw";
}

static err write_state(const struct set_state *s, db_tx *tx, int64_t publish_at,
                       struct err_info *info)
{
    const int64_t now = s->deed->now_ms;
    int64_t changed;

    if (s->state == PUBLICATION_PUBLISHED && publish_at == INT64_MAX)
        publish_at = now;
    err e = publication_update_state(
        tx,
        (struct publication_update_state_in){
            .id = s->id,
            .version = s->version,
            .state = s->state,
            .publish_at = publish_at,
            .removed_at = s->state == PUBLICATION_REMOVED ? now : INT64_MAX,
            .now = now,
        },
        &changed, info);
    if (e == OK && changed != 1)
        return err_set(info, E_CONFLICT, "knowledge.changed-since");
    if (e == OK)
        e = publications_set_key(
            tx, (struct publications_set_key_in){.of = PUBLICATIONS_SET_KEY_TREE, .id = s->id},
            info);
    if (e == OK)
        e = log_publication(tx, s->deed, verb_of(s->state), s->id, info);
    return e;
}

/* What was removed is seen by nobody; its owner can put it back as a draft for some weeks. */
static err put_back(const struct set_state *s, db_tx *tx, struct err_info *info)
{
    const int64_t bin_ms = (int64_t)BIN_DAYS * 24 * 60 * 60 * 1000;
    struct publication_removed_row row;

    const err e = publication_removed(
        db_tx_db(tx), s->deed->memory,
        (struct publication_removed_in){.id = s->id, .owner = s->deed->viewer.id}, &row, info);
    if (e != OK)
        return e == E_NOT_FOUND ? err_set(info, E_NOT_FOUND, "knowledge.no-publication") : e;
    if (row.removed_at + bin_ms < s->deed->now_ms)
        return err_set(info, E_NOT_FOUND, "knowledge.no-publication");
    return write_state(s, tx, INT64_MAX, info);
}

static err set_state(db_tx *tx, void *arg, struct err_info *info)
{
    const struct set_state *s = arg;
    struct publication p;

    const err e = publication_find(s->deed, db_tx_db(tx), s->id, &p, info);
    if (e == E_NOT_FOUND && s->state == PUBLICATION_DRAFT && s->deed->viewer.is_active)
        return put_back(s, tx, info);
    if (e != OK)
        return e;
    const bool archives =
        s->state == PUBLICATION_ARCHIVED && p.state != PUBLICATION_DRAFT; /* else it would appear */
    if (!p.may_own && !(p.may_edit && archives))
        return err_set(info, E_DENIED, "knowledge.denied-owner");
    if (!p.may_publish && !archives && s->state != PUBLICATION_DRAFT &&
        s->state != PUBLICATION_REMOVED)
        return err_set(info, E_DENIED, "knowledge.denied-left");
    return write_state(s, tx, p.publish_at, info);
}

err publication_set_state(const struct deed *deed, db *d, struct publication_id id, int64_t version,
                          enum publication_state state, struct err_info *info)
{
    struct set_state s = {.deed = deed, .id = id, .version = version, .state = state};
    return db_tx_do(d, set_state, &s, info);
}
