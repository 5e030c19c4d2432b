/* SPDX-License-Identifier: EUPL-1.2 */
/* knowledge_int: what the files of this room share. */
#ifndef ONTSCHOT_WEB_KNOWLEDGE_INT_H
#define ONTSCHOT_WEB_KNOWLEDGE_INT_H

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
bool is_live(const struct publication *p, int64_t now_ms);

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

str text_of_int(const struct req *r, int64_t v);
/* A whole number of the query; 0 when it is none. */
int64_t asked_number(const struct req *r, const char *name);

/* The frame of a page below one of the menu: home and, with `route`, that page before it. */
struct page knowledge_page(struct req *r, struct html_value title, const char *key,
                           const char *route);

/* Ends a page with the status of an input error; what was typed stands in it. */
WARN_UNUSED err show_again(struct req *r, int status, struct err_info *info);

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
    str later_comments_url;
    /* the form of a comment */
    struct comment_id reply_to;
    str reply_name, typed;
    struct html_value error;
};
/* What the viewer wrote, on a page of the account. */
struct story_mine {
    struct publication *draft, *shown, *removed;
    size_t n_drafts, n_shown, n_removed;
    str older_url, csrf;
};
void story_mine_html(struct html *h, struct req *r, const struct story_mine *v);

void story_html(struct html *h, struct req *r, const struct page *page, const struct story *v);

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
