/* SPDX-License-Identifier: EUPL-1.2 */
/* member: who belongs to a space, by its own door or by a manager's hand. */
#include "app/knowledge/knowledge_int.h"
#include "app/knowledge/letters.h"

static err standing_of(const struct deed *deed, db *d, struct space_id id, struct party_id who,
                       struct standing *s, struct err_info *info)
{
    struct space_standing_of_row row;

    *s = (struct standing){.state = MEMBER_LEFT};
    const err e = space_standing_of(
        d, deed->memory, (struct space_standing_of_in){.space = id, .viewer = who}, &row, info);
    if (e == E_NOT_FOUND)
        return OK;
    if (e == OK)
        *s = (struct standing){
            .role = (enum member_role)row.role,
            .state = (enum member_state)row.state,
            .is_member = row.state == MEMBER_ACTIVE,
        };
    return e;
}

err space_standing(const struct deed *deed, db *d, struct space_id id, struct standing *s,
                   struct err_info *info)
{
    *s = (struct standing){.state = MEMBER_LEFT};
    if (!deed->viewer.is_active || id.v == 0)
        return OK;
    return standing_of(deed, d, id, deed->viewer.id, s, info);
}

/* A page begins behind a member; when that one has left, at the first. */
static err begin_behind(const struct deed *deed, db *d, const struct space *s,
                        struct name_cursor *from, struct err_info *info)
{
    struct member_sort_key_row key;
    const err e =
        member_sort_key(d, deed->memory,
                        (struct member_sort_key_in){.who = s->may_manage ? MEMBER_SORT_KEY_ALL
                                                                         : MEMBER_SORT_KEY_ACTIVE,
                                                    .space = s->id,
                                                    .id = from->id},
                        &key, info);
    if (e == E_NOT_FOUND) {
        *from = (struct name_cursor){0};
        return OK;
    }
    if (e == OK)
        from->name = key.sort_key;
    return e;
}

int64_t member_version(enum member_state state, enum member_role role)
{
    return 1 + (int64_t)state * (MEMBER_JURY + 1) + (int64_t)role;
}

static struct member member_of(const struct members_row *row)
{
    const enum member_role role = (enum member_role)row->role;
    const enum member_state state = (enum member_state)row->state;
    return (struct member){
        .party = row->party,
        .name = row->name,
        .function = row->job_title,
        .organisation = row->organisation,
        .role = role,
        .state = state,
        .changed_at = row->changed_at,
        .version = member_version(state, role),
    };
}

err space_member(const struct deed *deed, db *d, struct space_id id, struct party_id who,
                 struct member *m, struct err_info *info)
{
    const bool is_own = deed->viewer.is_active && who.v == deed->viewer.id.v;
    struct members_row *row;
    struct space s;
    size_t n = 0;

    err e = space_get(deed, d, id, &s, info);
    if (e == OK && !s.is_member && !s.may_manage && !is_own)
        return err_set(info, E_DENIED, "knowledge.denied-member");
    if (e == OK)
        e = members(d, deed->memory,
                    (struct members_in){
                        .who = s.may_manage || is_own ? MEMBERS_ALL : MEMBERS_ACTIVE,
                        .which = MEMBERS_ONE,
                        .space = id,
                        .single = who,
                        .limit = 1,
                    },
                    &row, &n, info);
    if (e == OK && n == 0)
        return err_set(info, E_NOT_FOUND, "knowledge.no-member");
    if (e == OK)
        *m = member_of(row);
    return e;
}

err space_members(const struct deed *deed, db *d, struct space_id id, struct name_cursor from,
                  size_t limit, struct member **list, size_t *n, struct name_cursor *next,
                  struct err_info *info)
{
    struct members_row *row;
    struct space s;

    if (limit == 0 || limit > PAGE_ITEMS_MAX)
        return err_set(info, E_INPUT, "knowledge.list-limit");
    err e = space_get(deed, d, id, &s, info);
    if (e == OK && !s.is_member && !s.may_manage)
        return err_set(info, E_DENIED, "knowledge.denied-member");
    if (e == OK && from.id.v != 0 && !from.name.p)
        e = begin_behind(deed, d, &s, &from, info);
    if (e == OK)
        e = members(d, deed->memory,
                    (struct members_in){
                        .who = s.may_manage ? MEMBERS_ALL : MEMBERS_ACTIVE,
                        .which = MEMBERS_FROM,
                        .space = id,
                        .after_name = from.name.p ? from.name : STR(""),
                        .after_id = from.id,
                        .limit = (int64_t)limit + 1,
                    },
                    &row, n, info);
    if (e != OK)
        return e;
    *list = ARENA_NEW(deed->memory, struct member, *n);
    if (!*list)
        return err_nomem(info);
    for (size_t i = 0; i < *n; i++)
        (*list)[i] = member_of(&row[i]);
    *next = (struct name_cursor){0};
    if (*n > limit) {
        *n = limit;
        *next = (struct name_cursor){row[limit - 1].sort_key, row[limit - 1].party};
    }
    return OK;
}

/* ---- coming and going ---- */

struct move {
    const struct deed *deed;
    struct space_id id;
    struct party_id who;
    enum member_state state;
    enum member_role role;
    bool is_of_version; /* only over the one at `version`, of member_version; 0: of nobody's */
    int64_t version;
};

/* A space without a manager could be mended by nobody. */
static err check_manager_stays(const struct move *m, db *d, const struct standing *old,
                               struct err_info *info)
{
    struct managers_counted_row row;

    if (!old->is_member || old->role != MEMBER_MANAGER ||
        (m->state == MEMBER_ACTIVE && m->role == MEMBER_MANAGER))
        return OK;
    const err e =
        managers_counted(d, m->deed->memory,
                         (struct managers_counted_in){.space = m->id, .but = m->who}, &row, info);
    if (e == OK && row.n == 0)
        return err_set(info, E_CONFLICT, "knowledge.last-manager");
    return e;
}

/* Lists merge the newest of each space joined: their number is bounded where it grows. */
static err check_memberships(const struct move *m, db *d, struct err_info *info)
{
    struct memberships_counted_row row;

    if (m->state != MEMBER_ACTIVE)
        return OK;
    const err e = memberships_counted(d, m->deed->memory,
                                      (struct memberships_counted_in){.party = m->who}, &row, info);
    if (e == OK && row.n >= MEMBERSHIPS_MAX) {
        err_set(info, E_LIMIT, "knowledge.memberships-many");
        msg_int(&info->msg, MEMBERSHIPS_MAX);
        return E_LIMIT;
    }
    return e;
}

static err put(const struct move *m, db_tx *tx, const struct standing *old, const char *verb,
               struct err_info *info)
{
    err e = check_manager_stays(m, db_tx_db(tx), old, info);
    if (e == OK && !old->is_member)
        e = check_memberships(m, db_tx_db(tx), info);
    if (e == OK)
        e = membership_put(tx,
                           (struct membership_put_in){.space = m->id,
                                                      .party = m->who,
                                                      .role = m->role,
                                                      .state = m->state,
                                                      .now = m->deed->now_ms},
                           info);
    if (e == OK)
        e = audit_add(tx, m->deed,
                      &(struct audit_row){
                          .verb = verb, .object = "space", .object_id = m->id.v, .about = m->who},
                      info);
    return e;
}

static err join(db_tx *tx, void *arg, struct err_info *info)
{
    struct move *m = arg;
    struct standing old;
    struct space s;

    err e = space_get(m->deed, db_tx_db(tx), m->id, &s, info);
    if (e == OK)
        e = standing_of(m->deed, db_tx_db(tx), m->id, m->who, &old, info);
    if (e != OK)
        return e;
    m->role = MEMBER_PLAIN;
    m->state = MEMBER_ACTIVE;
    if (old.state == MEMBER_ACTIVE || old.state == MEMBER_PENDING) {
        m->state = old.state;
        return OK; /* asking twice changes nothing */
    }
    if (old.state == MEMBER_INVITED)
        m->role = old.role;
    else if (s.join == JOIN_REQUEST)
        m->state = MEMBER_PENDING;
    else if (s.join == JOIN_INVITE)
        return err_set(info, E_DENIED, "knowledge.denied-invitation");
    e = put(m, tx, &old, "space.join", info);
    return e == OK && m->state == MEMBER_PENDING ? letter_request(tx, m->deed, &s, info) : e;
}

err space_join(const struct deed *deed, db *d, struct space_id id, enum member_state *now,
               struct err_info *info)
{
    struct move m = {.deed = deed, .id = id, .who = deed->viewer.id};

    if (!deed->viewer.is_active)
        return err_set(info, E_DENIED, "knowledge.denied-active");
    const err e = db_tx_do(d, join, &m, info);
    if (e == OK)
        *now = m.state;
    return e;
}

static err leave(db_tx *tx, void *arg, struct err_info *info)
{
    const struct move *m = arg;
    struct standing old;
    struct space s;

    err e = space_get(m->deed, db_tx_db(tx), m->id, &s, info);
    if (e == OK)
        e = standing_of(m->deed, db_tx_db(tx), m->id, m->who, &old, info);
    if (e != OK || old.state == MEMBER_LEFT)
        return e;
    return put(m, tx, &old, "space.leave", info);
}

err space_leave(const struct deed *deed, db *d, struct space_id id, struct err_info *info)
{
    struct move m = {
        .deed = deed, .id = id, .who = deed->viewer.id, .state = MEMBER_LEFT, .role = MEMBER_PLAIN};
    if (!deed->viewer.is_active)
        return err_set(info, E_DENIED, "knowledge.denied-active");
    return db_tx_do(d, leave, &m, info);
}

/*
 * Nobody is made a member who did not ask; whoever asked and is invited has what they asked for.
 * Of an account that is not in use no more is told than of none.
 */
static err check_step(struct move *m, db *d, const struct standing *old, struct err_info *info)
{
    struct party_is_active_row party;

    if (m->state == MEMBER_LEFT)
        return OK;
    if (m->state == MEMBER_PENDING)
        return err_set(info, E_INPUT, "knowledge.not-asked");
    const err e = party_is_active(d, m->deed->memory, (struct party_is_active_in){.id = m->who},
                                  &party, info);
    if (e == OK && party.n == 0)
        return err_set(info, E_NOT_FOUND, "knowledge.no-person");
    if (m->state == MEMBER_INVITED && (old->is_member || old->state == MEMBER_PENDING)) {
        m->state = MEMBER_ACTIVE;
        m->role = old->role;
    }
    if (e == OK && m->state == MEMBER_ACTIVE && !old->is_member && old->state != MEMBER_PENDING)
        return err_set(info, E_CONFLICT, "knowledge.not-asked");
    return e;
}

static err check_version(const struct move *m, const struct standing *old, struct err_info *info)
{
    const int64_t now = old->state == MEMBER_LEFT ? 0 : member_version(old->state, old->role);
    return !m->is_of_version || m->version == now
               ? OK
               : err_set(info, E_CONFLICT, "knowledge.changed-since");
}

static err set_member(db_tx *tx, void *arg, struct err_info *info)
{
    struct move m = *(const struct move *)arg;
    struct standing old;
    struct space s;

    err e = space_get(m.deed, db_tx_db(tx), m.id, &s, info);
    if (e == OK && !s.may_manage)
        return err_set(info, E_DENIED, "knowledge.denied-manager");
    if (e == OK)
        e = standing_of(m.deed, db_tx_db(tx), m.id, m.who, &old, info);
    if (e == OK)
        e = check_version(&m, &old, info);
    if (e == OK)
        e = check_step(&m, db_tx_db(tx), &old, info);
    if (e == OK && m.state == MEMBER_LEFT && old.state == MEMBER_LEFT)
        return OK; /* who is not there need not go */
    if (e == OK)
        e = put(&m, tx, &old, "space.set-member", info);
    if (e == OK && m.state == MEMBER_INVITED && old.state != MEMBER_INVITED)
        e = letter_invitation(tx, m.deed, &s, m.who, info);
    return e;
}

err space_set_member(const struct deed *deed, db *d, struct space_id id, struct party_id who,
                     enum member_state state, enum member_role role, struct err_info *info)
{
    struct move m = {.deed = deed, .id = id, .who = who, .state = state, .role = role};
    return db_tx_do(d, set_member, &m, info);
}

err space_change_member(const struct deed *deed, db *d, struct space_id id, struct party_id who,
                        int64_t version, enum member_state state, enum member_role role,
                        struct err_info *info)
{
    struct move m = {.deed = deed,
                     .id = id,
                     .who = who,
                     .state = state,
                     .role = role,
                     .is_of_version = true,
                     .version = version};
    return db_tx_do(d, set_member, &m, info);
}

err space_invite(const struct deed *deed, db *d, struct space_id id, struct party_id who,
                 struct err_info *info)
{
    return space_set_member(deed, d, id, who, MEMBER_INVITED, MEMBER_PLAIN, info);
}
