/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * knowledge: spaces, and publications in them.
 *
 * Does: keep spaces with their members, publications with revisions, drafts and dates, comments and
 *       grants; show each viewer exactly what the rule of visible.h allows, in lists as in pages;
 *       keep levels right when a ceiling changes.
 * Does not: render (it keeps what was rendered), know HTTP, or have a way around the rule. Reading
 * for moderation is a call of its own that asks a purpose and writes it in the log.
 *
 * Every call takes the deed (who, when) and a connection. What the viewer may not see is
 * E_NOT_FOUND, like what does not exist; what may be seen but not done is E_DENIED with the rule
 * that says so. Results live in deed->memory. A call that changes something writes the audit log in
 * the same transaction.
 */
#ifndef ONTSCHOT_APP_KNOWLEDGE_KNOWLEDGE_H
#define ONTSCHOT_APP_KNOWLEDGE_KNOWLEDGE_H

#include "app/access/holding.h"
#include "app/app.h"
#include "app/db/db.h"
#include "app/knowledge/visible.h"

enum {
    SPACE_DEPTH_MAX = 6,
    SPACE_CHILDREN_MAX = 1000, /* directly under one space */
    SPACE_NAME_MAX = 120,
    SPACE_ABOUT_MAX = 2000,
    SPACE_SLUG_MAX = 60,
    PUBLICATION_DEPTH_MAX = 4,
    PUBLICATION_TITLE_MAX = 200,
    PUBLICATION_SUMMARY_MAX = 600,
    PUBLICATION_BODY_MAX = 200000, /* bytes; a book chapter */
    COMMENT_MAX = 4000,
    GRANTS_MAX = 200,           /* of one publication */
    PAGE_ITEMS_MAX = 100,       /* of any list asked at once */
    REVISIONS_SHOWN_MAX = 1000, /* of one publication, at once */
    SPACES_SHOWN_MAX = 5000,    /* of the whole tree */
    BIN_DAYS = 30,              /* what was removed can be put back */
};

/* ---- spaces ---- */

enum join_policy { JOIN_OPEN, JOIN_REQUEST, JOIN_INVITE };
enum member_role { MEMBER_PLAIN, MEMBER_EDITOR, MEMBER_MANAGER, MEMBER_JURY };
enum member_state { MEMBER_INVITED, MEMBER_PENDING, MEMBER_ACTIVE, MEMBER_LEFT };

struct space {
    struct space_id id, parent; /* parent.v == 0: at the top */
    str slug;                   /* of its address: unique, lower case, digits and dashes */
    str name[LANG_COUNT], about[LANG_COUNT];
    enum join_policy join;
    enum level ceiling;     /* what was asked for this space */
    enum level eff_ceiling; /* after those above */
    bool is_listed;
    int64_t version;
    /* of the viewer */
    bool is_member, may_manage, may_write;
    bool has_membership; /* in any state, see `state` */
    enum member_state state;
    enum member_role role;
};

/* What somebody fills in to make or change a space. Every text is checked. */
struct space_form {
    struct space_id parent;
    str slug;
    str name[LANG_COUNT], about[LANG_COUNT];
    enum join_policy join;
    enum level ceiling;
    bool is_listed;
};

/*
 * A space is shown to its members and those invited or waiting, and when it is listed to whoever is
 * shown the space above it. Members only are what is in it, not that it is there.
 */
WARN_UNUSED err space_find(const struct deed *deed, db *d, str slug, struct space *s,
                           struct err_info *info);
WARN_UNUSED err space_get(const struct deed *deed, db *d, struct space_id id, struct space *s,
                          struct err_info *info);
/* The spaces directly under `parent` (v == 0: at the top) that the viewer is shown, by name. */
WARN_UNUSED err space_list(const struct deed *deed, db *d, struct space_id parent,
                           struct space **spaces, size_t *n, struct err_info *info);
/*
 * All that the viewer is shown, each before those in it, siblings by name; depth[i] is 0 at the
 * top and below a space that is not shown. `has_more`: there are more than SPACES_SHOWN_MAX.
 */
WARN_UNUSED err space_tree(const struct deed *deed, db *d, struct space **spaces, int **depth,
                           size_t *n, bool *has_more, struct err_info *info);
/* Those of which the viewer is a member, is invited to, or waits for. */
WARN_UNUSED err space_mine(const struct deed *deed, db *d, struct space **spaces, size_t *n,
                           struct err_info *info);

/* Administrators make spaces at the top, managers below their own. The maker manages it. */
WARN_UNUSED err space_create(const struct deed *deed, db *d, const struct space_form *form,
                             struct space_id *id, struct err_info *info);
/*
 * For managers. `version` is the one the form was filled from: E_CONFLICT when it changed since.
 * A changed ceiling moves what is shown of all that is in it and below, and no owner's own choice,
 * so that opening it again restores what was.
 */
WARN_UNUSED err space_change(const struct deed *deed, db *d, struct space_id id, int64_t version,
                             const struct space_form *form, struct err_info *info);

struct member {
    struct party_id party;
    str name, function, organisation;
    enum member_role role;
    enum member_state state;
    int64_t changed_at;
    int64_t version; /* state and role as one number, above 0: all of it that can change */
};
/* The same number for a state and role. */
int64_t member_version(enum member_state state, enum member_role role);

/*
 * A place in a list of people, which is sorted by name; all zero: at its beginning. The id alone
 * will do: an address then holds no name.
 */
struct name_cursor {
    str name;
    struct party_id id;
};
/*
 * For members: the active ones. Managers also see who is invited and who waits. Blocked and erased
 * accounts are not listed. At most `limit`
 * (1 to PAGE_ITEMS_MAX); the id of `next` is 0 when no more follow.
 */
WARN_UNUSED err space_members(const struct deed *deed, db *d, struct space_id id,
                              struct name_cursor from, size_t limit, struct member **members,
                              size_t *n, struct name_cursor *next, struct err_info *info);
/* One of them; oneself also while invited or waiting. E_NOT_FOUND when that person is none. */
WARN_UNUSED err space_member(const struct deed *deed, db *d, struct space_id id,
                             struct party_id who, struct member *m, struct err_info *info);
/* Joins, asks to join, or takes an invitation up, as the space's policy says. */
WARN_UNUSED err space_join(const struct deed *deed, db *d, struct space_id id,
                           enum member_state *now, struct err_info *info);
WARN_UNUSED err space_leave(const struct deed *deed, db *d, struct space_id id,
                            struct err_info *info);
/* For managers. The last manager cannot step down or leave: E_CONFLICT "knowledge.last-manager". */
WARN_UNUSED err space_invite(const struct deed *deed, db *d, struct space_id id,
                             struct party_id who, struct err_info *info);
WARN_UNUSED err space_set_member(const struct deed *deed, db *d, struct space_id id,
                                 struct party_id who, enum member_state state,
                                 enum member_role role, struct err_info *info);
/* The same of what was at `version` (0: of somebody who was none): E_CONFLICT when it changed. */
WARN_UNUSED err space_change_member(const struct deed *deed, db *d, struct space_id id,
                                    struct party_id who, int64_t version, enum member_state state,
                                    enum member_role role, struct err_info *info);

/* ---- publications ---- */

enum publication_kind { PUBLICATION_BLOG };
enum comment_policy { COMMENTS_CLOSED, COMMENTS_MEMBERS, COMMENTS_SIGNED_IN };

struct publication {
    struct publication_id id, parent, twin; /* v == 0: none */
    enum publication_kind kind;
    struct space_id space; /* v == 0: of no space */
    struct party_id owner;
    str owner_name, owner_function; /* the function is empty in lists */
    enum lang lang;
    enum level level, eff;
    enum publication_state state;
    int64_t publish_at, delete_at; /* INT64_MAX: not set */
    enum comment_policy comments;
    int64_t revision, version;
    str title, summary;
    str body; /* Markdown; p is NULL in lists */
    str html; /* of that, as the renderer `html_by` made it; p is NULL when none was kept */
    int64_t html_by;
    int64_t n_comments, n_views;
    int64_t created_at, changed_at;
    /* of the viewer; `may_tend`: remove what others wrote under it */
    bool may_edit, may_own, may_publish, may_comment, may_tend;
};

/* Whether those for whom it is see it at this moment. */
static inline bool publication_is_live(const struct publication *p, int64_t now_ms)
{
    return (p->state == PUBLICATION_PUBLISHED || p->state == PUBLICATION_ARCHIVED) &&
           p->publish_at <= now_ms && now_ms < p->delete_at;
}

WARN_UNUSED err publication_find(const struct deed *deed, db *d, struct publication_id id,
                                 struct publication *p, struct err_info *info);

/*
 * Keeps what a renderer made of the body of a publication that was found, with the revision: a text
 * is rendered once. `by` tells one renderer, and each mending of it, from another; it is above 0.
 */
WARN_UNUSED err publication_keep_html(db *d, const struct publication *p, str html, int64_t by,
                                      struct err_info *info);

/*
 * The same text in another language, when the viewer may see it. Either of the two may name the
 * other.
 */
WARN_UNUSED err publication_find_twin(const struct deed *deed, db *d, const struct publication *p,
                                      struct publication *twin, bool *found, struct err_info *info);

/* A place in a list that is sorted by time; all zero: at its beginning. */
struct cursor {
    int64_t at, id;
};

struct publication_filter {
    struct space_id space; /* v == 0: everywhere */
    struct party_id owner; /* v == 0: by anybody */
    /*
     * Of a text in two languages only the one in `lang`; `twin` of what is listed then is the other
     * as far as the viewer may see it, whichever names which. A text that somebody else calls the
     * twin of this one does not take its place.
     */
    bool each_once;
    enum lang lang;
};

/*
 * The newest of what is live for the viewer, newest first, at most `limit` (1 to PAGE_ITEMS_MAX)
 * behind `from`. `next` is where the following page begins; its id is 0 when there is none.
 */
WARN_UNUSED err publication_newest(const struct deed *deed, db *d, struct publication_filter filter,
                                   struct cursor from, size_t limit, struct publication **list,
                                   size_t *n, struct cursor *next, struct err_info *info);
/* The viewer's own, whatever their state, removed ones included; last changed first. */
WARN_UNUSED err publication_mine(const struct deed *deed, db *d, struct cursor from, size_t limit,
                                 struct publication **list, size_t *n, struct cursor *next,
                                 struct err_info *info);
/* How many the viewer may see in a space now, counted up to `limit`. */
WARN_UNUSED err publication_count(const struct deed *deed, db *d, struct publication_filter filter,
                                  int64_t limit, int64_t *count, struct err_info *info);

struct publication_form {
    enum publication_kind kind;
    struct space_id space; /* set when it is made; moving it asks for the right to write there */
    struct publication_id parent;
    enum lang lang;
    struct publication_id twin;
    enum level level;
    enum comment_policy comments;
    int64_t publish_at, delete_at; /* INT64_MAX: not set */
    str title, summary, body;
};

/* A draft of the viewer's own. In a space it asks for the right to write there. */
WARN_UNUSED err publication_create(const struct deed *deed, db *d,
                                   const struct publication_form *form, struct publication_id *id,
                                   struct err_info *info);
/*
 * A new revision, when the text changed. Another space asks the right to write there, and that
 * nothing hangs under it; a twin asks the right to change that as well. `version` is the one the
 * form was filled from: E_CONFLICT when somebody changed it since; nothing is lost, the text stays
 * in the viewer's draft.
 */
WARN_UNUSED err publication_change(const struct deed *deed, db *d, struct publication_id id,
                                   int64_t version, const struct publication_form *form,
                                   struct err_info *info);
/*
 * From now, or from the day that was set. Publishing, archiving, removing, and back. Who has left
 * the space may withdraw or remove what stands there, and not publish or change it.
 */
WARN_UNUSED err publication_set_state(const struct deed *deed, db *d, struct publication_id id,
                                      int64_t version, enum publication_state state,
                                      struct err_info *info);

struct draft {
    int64_t base_version, saved_at;
    str title, summary, body;
};
/* What the viewer was typing. Saving again replaces it; changing the publication drops it. */
WARN_UNUSED err draft_find(const struct deed *deed, db *d, struct publication_id id,
                           struct draft *draft, bool *found, struct err_info *info);
WARN_UNUSED err draft_save(const struct deed *deed, db *d, struct publication_id id,
                           const struct draft *draft, struct err_info *info);
WARN_UNUSED err draft_drop(const struct deed *deed, db *d, struct publication_id id,
                           struct err_info *info);

struct revision {
    int64_t number, at;
    struct party_id author;
    str author_name, title, summary, body;
};
/*
 * For who may edit. `body` is NULL in the list. Newest first, those below the number `before` (0:
 * from the newest), at most `limit` (1 to REVISIONS_SHOWN_MAX). `next` is 0 when no more follow.
 */
WARN_UNUSED err revision_list(const struct deed *deed, db *d, struct publication_id id,
                              int64_t before, size_t limit, struct revision **list, size_t *n,
                              int64_t *next, struct err_info *info);
WARN_UNUSED err revision_find(const struct deed *deed, db *d, struct publication_id id,
                              int64_t number, struct revision *r, struct err_info *info);

struct grant {
    bool to_space;
    int64_t subject; /* of a party or a space */
    str name;        /* empty of a space that the viewer is not shown */
    bool may_edit;
    int64_t version; /* reading or editing as a number, above 0: all of it that can change */
};
/* For the owner. */
WARN_UNUSED err grant_list(const struct deed *deed, db *d, struct publication_id id,
                           struct grant **list, size_t *n, struct err_info *info);
WARN_UNUSED err grant_find(const struct deed *deed, db *d, struct publication_id id, bool to_space,
                           int64_t subject, struct grant *grant, struct err_info *info);
/* Only over the one at grant->version, unless that is 0: E_CONFLICT when it changed. */
WARN_UNUSED err grant_set(const struct deed *deed, db *d, struct publication_id id,
                          const struct grant *grant, struct err_info *info);
WARN_UNUSED err grant_drop(const struct deed *deed, db *d, struct publication_id id, bool to_space,
                           int64_t subject, struct err_info *info);

struct comment {
    struct comment_id id, reply_to; /* reply_to.v == 0: on the publication itself */
    struct party_id author;
    str author_name, body; /* plain text */
    bool is_removed;       /* kept in its place, without text and author */
    bool may_change, may_remove;
    int64_t version; /* 1: as it was first written */
    int64_t created_at, changed_at;
};
/* Oldest first, of a publication that the viewer may see. */
WARN_UNUSED err comment_list(const struct deed *deed, db *d, struct publication_id id,
                             struct cursor from, size_t limit, struct comment **list, size_t *n,
                             struct cursor *next, struct err_info *info);
/* The same of one that publication_find gave at the same moment, within one db_read_do. */
WARN_UNUSED err comment_list_of(const struct deed *deed, db *d, const struct publication *p,
                                struct cursor from, size_t limit, struct comment **list, size_t *n,
                                struct cursor *next, struct err_info *info);
WARN_UNUSED err comment_add(const struct deed *deed, db *d, struct publication_id id,
                            struct comment_id reply_to, str body, struct comment_id *made,
                            struct err_info *info);
WARN_UNUSED err comment_find(const struct deed *deed, db *d, struct comment_id id,
                             struct comment *c, struct err_info *info);
/* For its author, who may still comment there. E_CONFLICT when it is no longer at `version`. */
WARN_UNUSED err comment_change(const struct deed *deed, db *d, struct comment_id id,
                               int64_t version, str body, struct err_info *info);
/* Its author, the publication's owner, a manager of the space. */
WARN_UNUSED err comment_remove(const struct deed *deed, db *d, struct comment_id id,
                               struct err_info *info);

/* ---- for who works in the background ---- */

/* Whether somebody with an account in use may see it now: asked again before a letter about it
 * leaves. */
bool publication_is_visible_to(const struct app *app, db *d, struct party_id reader,
                               struct publication_id id);
/* Takes what has expired out of the index of lists, in short transactions. */
WARN_UNUSED err publication_expire_due(const struct app *app, db *d, struct err_info *info);

/* ---- views ---- */

/*
 * Counts views in memory, without who; written once in a while in one transaction. What a crash
 * loses is at most that while.
 */
typedef struct view_counter view_counter;
view_counter *view_counter_new(void); /* NULL when memory is out */
void view_counter_free(view_counter *c);
void view_counter_add(view_counter *c, struct publication_id id, bool is_signed_in);
WARN_UNUSED err view_counter_write(view_counter *c, const struct app *app, db *d,
                                   struct err_info *info);

/* ---- moderation ---- */

/* What a moderator reads of a publication that the rule would not show; `purpose` goes in the log.
 */
WARN_UNUSED err publication_find_for_moderation(const struct deed *deed, db *d,
                                                struct publication_id id, str purpose,
                                                struct publication *p, struct err_info *info);

/* ---- what is kept about people ---- */

/*
 * For export and erasure. What was published stays, by a former user, unless it goes too; what
 * nobody else could read (drafts, what waits for its day or has expired, what is for the owner
 * alone) always goes.
 */
extern const struct access_holding knowledge_holding;

#endif
