/* SPDX-License-Identifier: EUPL-1.2 */
/* knowledge_int: what the files of this room share. */
#ifndef ONTSCHOT_WEB_KNOWLEDGE_INT_H
#define ONTSCHOT_WEB_KNOWLEDGE_INT_H

#include "web/knowledge/diff.h"
#include "web/knowledge/knowledge.h"
#include "web/pages/markdown.h"
#include "web/visit/visit.h"

enum {
    STORIES_SHOWN = 20, /* on a page of a list */
    HOME_STORIES = 8,
    COMMENTS_SHOWN = PAGE_ITEMS_MAX,
};

/* ---- words.c: what enumerations are called, addresses, and places in lists ---- */

const char *level_key(enum level level);       /* "iedereen" */
const char *level_badge_key(enum level level); /* "Voor iedereen" */
const char *state_key(enum publication_state state);
const char *join_key(enum join_policy join);
const char *role_key(enum member_role role);

/* The moment has a day of its own, and is not "never". */
bool is_set(int64_t at);

/* A place in a list as it stands in an address ("1767225600000.12"); the beginning otherwise. */
struct cursor cursor_asked(const struct req *r, const char *name);
/* `url`?`name`=place; empty at the end of a list. */
str cursor_url(const struct req *r, str url, const char *name, struct cursor at);

/* `url` with one parameter behind it. */
str url_with(const struct req *r, str url, const char *name, str value);
str url_with_id(const struct req *r, str url, const char *name, int64_t id);
/* The address of a publication's page below /{id}/, e.g. "revision" of number 3. */
str url_of_two(const struct req *r, const char *route, int64_t id, int64_t second);
/* The address of a route in a language that need not be the visit's. */
str url_in(const struct req *r, const char *route, enum lang lang, const str *value);
str url_of_space(const struct req *r, const char *route, const struct space *s);

/* A sentence as a text of the request, for lists that are built in a loop. */
str said(const struct req *r, const char *key, const struct html_value *value, size_t n);
/* What a field for a local time holds: "2026-11-14T09:30"; empty for a moment that is not set. */
str local_text(const struct req *r, int64_t utc_ms);
/* Two whole numbers with a point between. */
str text_of_pair(const struct req *r, int64_t a, int64_t b);
bool parse_pair(str text, int64_t *a, int64_t *b);
str text_of_int(const struct req *r, int64_t v);
/* A whole number of the query; 0 when it is none. */
int64_t asked_number(const struct req *r, const char *name);

/* The frame of a page below one of the menu: home and, with `route`, that page before it. */
struct page knowledge_page(struct req *r, struct html_value title, const char *key,
                           const char *route);

/* What a visitor would be shown now: for feeds, whoever asks. */
struct deed deed_of_visitor(const struct req *r);

/* The beginning as a list shows it: the summary, or nothing. */
void story_cards(struct html *h, const struct req *r, const struct publication *list, size_t n);

/* ---- home.htc ---- */

struct home {
    struct publication *story;
    size_t n_stories;
    struct space *space; /* of the viewer */
    size_t n_spaces;
    bool is_visitor;
    str register_url, stories_url, spaces_url, write_url;
};
void home_html(struct html *h, struct req *r, const struct page *page, const struct home *v);

/* ---- story.htc: lists and one publication ---- */

struct story_list {
    struct publication *story;
    size_t n;
    str newer_url, older_url, write_url;
};
void story_list_html(struct html *h, struct req *r, const struct page *page,
                     const struct story_list *v);

struct story {
    struct publication p;
    safe_html body;
    bool has_space; /* that the viewer is shown */
    struct space space;
    bool has_twin;
    struct publication twin;
    struct comment *comment; /* those on a comment stand behind it */
    size_t n_comments;
    str here_url, later_comments_url; /* this page of the comments, and the one behind it */
    struct comment_id asked_removal;  /* of this one it is asked whether it goes */
    struct comment_id changing;       /* its writer has this one in a form */
    str change_url;                   /* where that form goes */
    /* the form of a comment */
    struct comment_id reply_to;
    str reply_name, typed;
    struct faults *faults;
};
/* What the viewer wrote. */
struct story_mine {
    struct publication *draft, *shown, *removed;
    size_t n_drafts, n_shown, n_removed;
    str newer_url, older_url;
};
void story_mine_html(struct html *h, struct req *r, const struct page *page,
                     const struct story_mine *v);
void story_bin_html(struct html *h, struct req *r, const struct page *page,
                    const struct story_mine *v);

void story_html(struct html *h, struct req *r, const struct page *page, const struct story *v);

/* ---- editor.htc ---- */

/* A form as it is filled in; every text as it was typed. */
struct editor {
    const struct publication *old; /* NULL: a new one */
    str revision;                  /* what it was filled from: "ID.VERSION", "0" for a new one */
    bool owns;                     /* for whom and when is the viewer's to say */
    str title, summary, body, publish_at, delete_at;
    enum lang lang;
    struct space_id space;
    enum level level;
    enum comment_policy comments;
    struct publication_id twin;
    str twin_title;
    const struct space *spaces; /* where the viewer may write */
    size_t n_spaces;
    struct faults *faults;
    safe_html preview;
    int64_t draft_at; /* the texts are a draft of then; 0: they are not */
    bool is_conflict; /* somebody changed it since: `piece` tells their text from this one */
    const struct diff_piece *piece;
    size_t n_pieces;
};
void editor_html(struct html *h, struct req *r, const struct page *page, const struct editor *v);

/* ---- revision.htc ---- */

struct revision_list {
    struct publication p;
    struct revision *revision; /* newest first */
    size_t n;
};
void revision_list_html(struct html *h, struct req *r, const struct page *page,
                        const struct revision_list *v);

struct revision_view {
    struct publication p;
    struct revision revision;
    safe_html body;
};
void revision_html(struct html *h, struct req *r, const struct page *page,
                   const struct revision_view *v);

struct difference {
    struct publication p;
    struct revision from, to;
    struct diff_piece *title, *summary, *body;
    size_t n_title, n_summary, n_body;
};
void revision_difference_html(struct html *h, struct req *r, const struct page *page,
                              const struct difference *v);
void difference_html(struct html *h, const struct diff_piece *piece, size_t n);

/* ---- grant.htc ---- */

struct grant_view {
    struct publication p;
    struct grant *grant;
    size_t n_grants;
    str search; /* whom to add */
    struct person *person;
    size_t n_people;
    struct space *space; /* of the viewer */
    size_t n_spaces;
    struct faults *faults;
};
void grant_html(struct html *h, struct req *r, const struct page *page, const struct grant_view *v);

/* ---- spaces.c ---- */

/* The space of the path; E_NOT_FOUND when the viewer is not shown it. */
WARN_UNUSED err space_asked(struct req *r, struct space *s, struct err_info *info);
/* Steps of the way: the spaces above that the viewer is shown, and with them the space itself. */
WARN_UNUSED err space_crumbs(struct req *r, struct page *page, const struct space *s,
                             bool with_itself, struct err_info *info);

/* ---- space.htc ---- */

struct space_tree {
    struct space *space;
    int *depth;
    size_t n;
    bool has_more;
    bool may_create;
};
void space_tree_html(struct html *h, struct req *r, const struct page *page,
                     const struct space_tree *v);

struct space_view {
    struct space s;
    safe_html about;
    struct publication *story;
    size_t n_stories;
    struct space *below;
    size_t n_below;
    str newer_url, older_url;
};
void space_html(struct html *h, struct req *r, const struct page *page, const struct space_view *v);

/* ---- space_form.htc ---- */

struct space_edit {
    const struct space *old; /* NULL: a new one */
    struct space parent;     /* id.v == 0: at the top */
    struct space_form form;
    int64_t version;
    struct faults *faults;
};
void space_form_html(struct html *h, struct req *r, const struct page *page,
                     const struct space_edit *v);

/* ---- members.htc ---- */

struct member_view {
    struct space s;
    struct member *member;
    size_t n;
    str first_url, later_url;
    str search; /* whom to invite */
    struct person *person;
    size_t n_people;
};
void members_html(struct html *h, struct req *r, const struct page *page,
                  const struct member_view *v);

/* ---- people.htc ---- */

enum { PEOPLE_SHOWN = 50 };

struct people {
    str search;
    struct person *person;
    size_t n;
    str first_url, later_url;
};
void people_html(struct html *h, struct req *r, const struct page *page, const struct people *v);

struct person_view {
    struct person p;
    struct publication *story;
    size_t n_stories;
    str newer_url, older_url;
};
void person_html(struct html *h, struct req *r, const struct page *page,
                 const struct person_view *v);
/* Name, function and organisation; `url` may be empty. */
void person_line(struct html *h, const struct person *p, str url);

#endif
