/* SPDX-License-Identifier: EUPL-1.2 */
/* space: what people share, in a tree; a ceiling on each bounds all that is in it and below. */
#include "app/knowledge/knowledge_int.h"

#include <stdlib.h>

static bool concerns_viewer(enum member_state state)
{
    return state != MEMBER_LEFT;
}

/* The queries that give spaces have the same columns. */
#define SPACE_OF(deed, row)                                                                        \
    say_rights((deed),                                                                             \
               (struct space){                                                                     \
                   .id = (row)->id,                                                                \
                   .parent = (row)->parent_id,                                                     \
                   .slug = (row)->slug,                                                            \
                   .name = {(row)->name_nl, (row)->name_en},                                       \
                   .about = {(row)->about_nl, (row)->about_en},                                    \
                   .join = (enum join_policy)(row)->join_policy,                                   \
                   .ceiling = (enum level)(row)->ceiling,                                          \
                   .eff_ceiling = (enum level)(row)->eff_ceiling,                                  \
                   .is_listed = (row)->listed,                                                     \
                   .version = (row)->version,                                                      \
                   .has_membership = (row)->state.has,                                             \
                   .state = (row)->state.has ? (enum member_state)(row)->state.v : MEMBER_LEFT,    \
                   .role = (row)->role.has ? (enum member_role)(row)->role.v : MEMBER_PLAIN,       \
               })

static struct space say_rights(const struct deed *deed, struct space s)
{
    const bool is_active = deed->viewer.is_active;
    if (!is_active)
        s.state = MEMBER_LEFT;
    s.is_member = is_active && s.state == MEMBER_ACTIVE;
    s.may_write = s.is_member;
    s.may_manage =
        (s.is_member && s.role == MEMBER_MANAGER) || viewer_may(&deed->viewer, ACCESS_ADMIN);
    return s;
}

/* A space is shown when it concerns the viewer, or is listed below one that is shown. */
err space_get(const struct deed *deed, db *d, struct space_id id, struct space *s,
              struct err_info *info)
{
    struct space at;

    for (int depth = 0; depth <= SPACE_DEPTH_MAX; depth++) {
        struct space_row_row row;
        const err e =
            space_row(d, deed->memory, (struct space_row_in){.id = id, .viewer = deed->viewer.id},
                      &row, info);
        if (e == E_NOT_FOUND)
            break;
        if (e != OK)
            return e;
        at = SPACE_OF(deed, &row);
        if (depth == 0)
            *s = at;
        const bool is_shown = concerns_viewer(at.state) || viewer_may(&deed->viewer, ACCESS_ADMIN);
        if (is_shown || (at.is_listed && at.parent.v == 0))
            return OK;
        if (!at.is_listed)
            break;
        id = at.parent;
    }
    return err_set(info, E_NOT_FOUND, "knowledge.no-space");
}

err space_find(const struct deed *deed, db *d, str slug, struct space *s, struct err_info *info)
{
    struct space_of_slug_row row;
    const err e =
        space_of_slug(d, deed->memory, (struct space_of_slug_in){.slug = slug}, &row, info);
    if (e == E_NOT_FOUND)
        return err_set(info, E_NOT_FOUND, "knowledge.no-space");
    return e == OK ? space_get(deed, d, row.id, s, info) : e;
}

err space_list(const struct deed *deed, db *d, struct space_id parent, struct space **spaces,
               size_t *n, struct err_info *info)
{
    struct spaces_under_row *row;
    struct space above;

    err e = parent.v == 0 ? OK : space_get(deed, d, parent, &above, info);
    if (e == OK)
        e = spaces_under(
            d, deed->memory,
            (struct spaces_under_in){
                .at = parent.v == 0 ? SPACES_UNDER_TOP : SPACES_UNDER_BELOW,
                .lang = deed->viewer.lang == LANG_NL ? SPACES_UNDER_NL : SPACES_UNDER_EN,
                .parent = parent,
                .viewer = deed->viewer.id,
                .limit = SPACE_CHILDREN_MAX,
            },
            &row, n, info);
    if (e != OK)
        return e;
    *spaces = ARENA_NEW(deed->memory, struct space, *n);
    if (!*spaces)
        return err_nomem(info);
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        const struct space s = SPACE_OF(deed, &row[i]);
        if (s.is_listed || concerns_viewer(s.state))
            (*spaces)[kept++] = s;
    }
    *n = kept;
    return OK;
}

err space_mine(const struct deed *deed, db *d, struct space **spaces, size_t *n,
               struct err_info *info)
{
    struct spaces_of_row *row;

    *n = 0;
    *spaces = NULL;
    if (!deed->viewer.is_active)
        return OK;
    const err e = spaces_of(d, deed->memory,
                            (struct spaces_of_in){
                                .lang = deed->viewer.lang == LANG_NL ? SPACES_OF_NL : SPACES_OF_EN,
                                .viewer = deed->viewer.id,
                                .limit = MEMBERSHIPS_MAX,
                            },
                            &row, n, info);
    if (e != OK)
        return e;
    *spaces = ARENA_NEW(deed->memory, struct space, *n);
    if (!*spaces)
        return err_nomem(info);
    for (size_t i = 0; i < *n; i++)
        (*spaces)[i] = SPACE_OF(deed, &row[i]);
    return OK;
}

/* ---- the tree ---- */

enum { SHOWN_UNKNOWN, SHOWN_NO, SHOWN_YES };

/* All spaces that may be shown, by name, and how they hang together. */
struct forest {
    const struct deed *deed;
    struct space *space;
    size_t n;
    size_t *parent;          /* index; n: at the top, or below one that is not here */
    size_t *child, *sibling; /* the first within, and the next beside it; n: none */
    unsigned char *shown;
};

static size_t index_of(const size_t *by_id, const struct space *space, size_t n, int64_t id)
{
    size_t from = 0, to = n;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        if (space[by_id[middle]].id.v < id)
            from = middle + 1;
        else
            to = middle;
    }
    return from < n && space[by_id[from]].id.v == id ? by_id[from] : n;
}

static int compare_ids(const void *a, const void *b, void *spaces)
{
    const struct space *space = spaces;
    const int64_t x = space[*(const size_t *)a].id.v, y = space[*(const size_t *)b].id.v;
    return (x > y) - (x < y);
}

static err hang(struct forest *f, struct err_info *info)
{
    arena *a = f->deed->memory;
    size_t *by_id = ARENA_NEW(a, size_t, f->n);
    f->parent = ARENA_NEW(a, size_t, f->n);
    f->child = ARENA_NEW(a, size_t, f->n + 1); /* the last one: of the top */
    f->sibling = ARENA_NEW(a, size_t, f->n);
    f->shown = ARENA_NEW(a, unsigned char, f->n);
    if (!by_id || !f->parent || !f->child || !f->sibling || !f->shown)
        return err_nomem(info);
    for (size_t i = 0; i < f->n; i++)
        by_id[i] = i;
    qsort_r(by_id, f->n, sizeof *by_id, compare_ids, f->space);
    for (size_t i = 0; i < f->n; i++)
        f->parent[i] = index_of(by_id, f->space, f->n, f->space[i].parent.v);
    return OK;
}

/* The rule of space_get. A parent that is not here is neither listed nor concerns the viewer. */
static bool is_shown(struct forest *f, size_t i, int depth)
{
    const struct space *s = &f->space[i];
    if (f->shown[i] == SHOWN_UNKNOWN) {
        bool shown = concerns_viewer(s->state) || viewer_may(&f->deed->viewer, ACCESS_ADMIN);
        if (!shown && s->is_listed)
            shown = s->parent.v == 0 || (depth < SPACE_DEPTH_MAX && f->parent[i] < f->n &&
                                         is_shown(f, f->parent[i], depth + 1));
        f->shown[i] = shown ? SHOWN_YES : SHOWN_NO;
    }
    return f->shown[i] == SHOWN_YES;
}

/* Lists of children in the order of names: filled from behind. */
static void list_children(struct forest *f)
{
    for (size_t i = 0; i <= f->n; i++)
        f->child[i] = f->n;
    for (size_t i = f->n; i-- > 0;) {
        if (!is_shown(f, i, 0))
            continue;
        size_t above = f->parent[i];
        if (above < f->n && !is_shown(f, above, 0))
            above = f->n;
        f->sibling[i] = f->child[above];
        f->child[above] = i;
    }
}

static void walk(const struct forest *f, size_t above, int level, struct space *to, int *depth,
                 size_t *n)
{
    for (size_t i = f->child[above]; i < f->n; i = f->sibling[i]) {
        depth[*n] = level;
        to[(*n)++] = f->space[i];
        if (level < SPACE_DEPTH_MAX)
            walk(f, i, level + 1, to, depth, n);
    }
}

err space_tree(const struct deed *deed, db *d, struct space **spaces, int **depth, size_t *n,
               bool *has_more, struct err_info *info)
{
    struct forest f = {.deed = deed};
    struct spaces_all_row *row;

    err e = spaces_all(d, deed->memory,
                       (struct spaces_all_in){
                           .lang = deed->viewer.lang == LANG_NL ? SPACES_ALL_NL : SPACES_ALL_EN,
                           .viewer = deed->viewer.id,
                           .limit = SPACES_SHOWN_MAX + 1,
                       },
                       &row, &f.n, info);
    if (e != OK)
        return e;
    *has_more = f.n > SPACES_SHOWN_MAX;
    f.n = *has_more ? SPACES_SHOWN_MAX : f.n;
    f.space = ARENA_NEW(deed->memory, struct space, f.n);
    *spaces = ARENA_NEW(deed->memory, struct space, f.n);
    *depth = ARENA_NEW(deed->memory, int, f.n);
    if (!f.space || !*spaces || !*depth)
        return err_nomem(info);
    for (size_t i = 0; i < f.n; i++)
        f.space[i] = SPACE_OF(deed, &row[i]);
    e = hang(&f, info);
    if (e != OK)
        return e;
    list_children(&f);
    *n = 0;
    walk(&f, f.n, 0, *spaces, *depth, n);
    return OK;
}

/* ---- making and changing ---- */

static bool is_slug(str slug)
{
    if (slug.n == 0 || slug.n > SPACE_SLUG_MAX || slug.p[0] == '-' || slug.p[slug.n - 1] == '-')
        return false;
    for (size_t i = 0; i < slug.n; i++) {
        const char c = slug.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return true;
}

static err too_long(struct err_info *info, const char *key, int64_t max)
{
    err_set(info, E_INPUT, key);
    msg_int(&info->msg, max);
    return E_INPUT;
}

static err check_form(const struct space_form *f, struct err_info *info)
{
    if (!is_slug(f->slug))
        return too_long(info, "knowledge.slug", SPACE_SLUG_MAX);
    if (f->ceiling == LEVEL_OWNER)
        return err_set(info, E_INPUT, "knowledge.space-ceiling");
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        if (!str_is_utf8(f->name[lang]) || !str_is_utf8(f->about[lang]))
            return err_set(info, E_INPUT, "knowledge.not-utf8");
        if (str_trim(f->name[lang]).n == 0)
            return err_set(info, E_INPUT, "knowledge.space-name-empty");
        if (f->name[lang].n > SPACE_NAME_MAX)
            return too_long(info, "knowledge.space-name-long", SPACE_NAME_MAX);
        if (f->about[lang].n > SPACE_ABOUT_MAX)
            return too_long(info, "knowledge.space-about-long", SPACE_ABOUT_MAX);
    }
    return OK;
}

static err log_space(db_tx *tx, const struct deed *deed, const char *verb, struct space_id id,
                     struct err_info *info)
{
    return audit_add(tx, deed,
                     &(struct audit_row){.verb = verb, .object = "space", .object_id = id.v}, info);
}

struct create {
    const struct deed *deed;
    const struct space_form *form;
    struct space_id id;
};

static err check_depth(const struct deed *deed, db *d, struct space_id parent,
                       struct err_info *info)
{
    struct space_row_row row = {.parent_id = parent};

    for (int depth = 1; depth < SPACE_DEPTH_MAX; depth++) {
        if (row.parent_id.v == 0)
            return OK;
        const err e =
            space_row(d, deed->memory, (struct space_row_in){.id = row.parent_id}, &row, info);
        if (e != OK)
            return e;
    }
    return err_set(info, E_LIMIT, "knowledge.spaces-deep");
}

/* Where it may be made, and the ceiling above it. */
static err check_place(const struct create *c, db *d, enum level *above, struct err_info *info)
{
    struct space_children_counted_row children;
    struct space parent;

    *above = LEVEL_PUBLIC;
    if (c->form->parent.v == 0)
        return viewer_may(&c->deed->viewer, ACCESS_ADMIN)
                   ? OK
                   : err_set(info, E_DENIED, "knowledge.denied-admin");
    err e = space_get(c->deed, d, c->form->parent, &parent, info);
    if (e == OK && !parent.may_manage)
        return err_set(info, E_DENIED, "knowledge.denied-manager");
    if (e == OK)
        e = check_depth(c->deed, d, parent.id, info);
    if (e == OK)
        e = space_children_counted(d, c->deed->memory,
                                   (struct space_children_counted_in){.parent = parent.id},
                                   &children, info);
    if (e == OK && children.n >= SPACE_CHILDREN_MAX)
        return err_set(info, E_LIMIT, "knowledge.spaces-many");
    if (e == OK)
        *above = parent.eff_ceiling;
    return e;
}

static err add_rows(const struct create *c, db_tx *tx, enum level eff, struct err_info *info)
{
    const struct space_form *f = c->form;

    err e = space_add(tx,
                      (struct space_add_in){
                          .id = c->id,
                          .parent = f->parent,
                          .slug = f->slug,
                          .name_nl = str_trim(f->name[LANG_NL]),
                          .name_en = str_trim(f->name[LANG_EN]),
                          .about_nl = f->about[LANG_NL],
                          .about_en = f->about[LANG_EN],
                          .join_policy = f->join,
                          .ceiling = f->ceiling,
                          .eff = eff,
                          .listed = f->is_listed,
                          .by = c->deed->viewer.id,
                          .now = c->deed->now_ms,
                      },
                      info);
    if (e == OK)
        e = membership_put(tx,
                           (struct membership_put_in){
                               .space = c->id,
                               .party = c->deed->viewer.id,
                               .role = MEMBER_MANAGER,
                               .state = MEMBER_ACTIVE,
                               .now = c->deed->now_ms,
                           },
                           info);
    return e;
}

/* Two spaces of one address: the second is told so, and nothing else of the first. */
static err check_slug_free(const struct deed *deed, db *d, str slug, struct space_id but,
                           struct err_info *info)
{
    struct space_of_slug_row row;
    const err e =
        space_of_slug(d, deed->memory, (struct space_of_slug_in){.slug = slug}, &row, info);
    if (e == OK && row.id.v != but.v)
        return err_set(info, E_INPUT, "knowledge.slug-taken");
    return e == E_NOT_FOUND ? OK : e;
}

static err create(db_tx *tx, void *arg, struct err_info *info)
{
    struct create *c = arg;
    enum level above;
    bool is_again;

    err e = once_ask(tx, c->deed, &c->id.v, &is_again, info);
    if (e != OK || is_again)
        return e;
    e = check_place(c, db_tx_db(tx), &above, info);
    if (e == OK)
        e = check_slug_free(c->deed, db_tx_db(tx), c->form->slug, c->id, info);
    if (e == OK)
        e = add_rows(c, tx, c->form->ceiling < above ? c->form->ceiling : above, info);
    if (e == OK)
        e = log_space(tx, c->deed, "space.create", c->id, info);
    return e;
}

err space_create(const struct deed *deed, db *d, const struct space_form *form, struct space_id *id,
                 struct err_info *info)
{
    struct create c = {.deed = deed, .form = form, .id = {db_new_id(d)}};

    if (!deed->viewer.is_active)
        return err_set(info, E_DENIED, "knowledge.denied-active");
    err e = check_form(form, info);
    if (e == OK)
        e = db_tx_do(d, create, &c, info);
    if (e == OK)
        *id = c.id;
    return e;
}

struct change {
    const struct deed *deed;
    struct space_id id;
    int64_t version;
    const struct space_form *form;
};

static err write_space(const struct change *c, db_tx *tx, struct err_info *info)
{
    const struct space_form *f = c->form;
    int64_t changed;

    const err e = space_update(tx,
                               (struct space_update_in){
                                   .id = c->id,
                                   .version = c->version,
                                   .slug = f->slug,
                                   .name_nl = str_trim(f->name[LANG_NL]),
                                   .name_en = str_trim(f->name[LANG_EN]),
                                   .about_nl = f->about[LANG_NL],
                                   .about_en = f->about[LANG_EN],
                                   .join_policy = f->join,
                                   .ceiling = f->ceiling,
                                   .listed = f->is_listed,
                               },
                               &changed, info);
    if (e == OK && changed != 1)
        return err_set(info, E_CONFLICT, "knowledge.changed-since");
    return e;
}

static err change(db_tx *tx, void *arg, struct err_info *info)
{
    const struct change *c = arg;
    struct space_ceiling_row above = {.eff = LEVEL_PUBLIC};
    struct space old;

    err e = space_get(c->deed, db_tx_db(tx), c->id, &old, info);
    if (e == OK && !old.may_manage)
        return err_set(info, E_DENIED, "knowledge.denied-manager");
    if (e == OK && c->form->parent.v != old.parent.v)
        return err_set(info, E_INPUT, "knowledge.space-moves");
    if (e == OK)
        e = check_slug_free(c->deed, db_tx_db(tx), c->form->slug, c->id, info);
    if (e == OK)
        e = write_space(c, tx, info);
    if (e == OK && old.parent.v != 0)
        e = space_ceiling(db_tx_db(tx), c->deed->memory,
                          (struct space_ceiling_in){.id = old.parent}, &above, info);
    if (e == OK && c->form->ceiling != old.ceiling)
        e = level_set_space(tx, c->deed, c->id, c->form->ceiling, (enum level)above.eff, info);
    if (e == OK)
        e = log_space(tx, c->deed, "space.change", c->id, info);
    return e;
}

err space_change(const struct deed *deed, db *d, struct space_id id, int64_t version,
                 const struct space_form *form, struct err_info *info)
{
    struct change c = {.deed = deed, .id = id, .version = version, .form = form};
    const err e = check_form(form, info);
    return e == OK ? db_tx_do(d, change, &c, info) : e;
}
