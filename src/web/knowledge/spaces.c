/* SPDX-License-Identifier: EUPL-1.2 */
/* spaces: the tree of spaces, and one of them with what is in it. */
#include "web/knowledge/knowledge_int.h"

static err tree(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct space_tree view = {.may_create = viewer_may(r->viewer, ACCESS_ADMIN)};

    const err e =
        space_tree(&v->deed, v->db, &view.space, &view.depth, &view.n, &view.has_more, info);
    if (e != OK)
        return e;
    struct page page = knowledge_page(r, html_key("spaces.list-title"), NULL, NULL);
    page.intro = html_key("spaces.list-intro");
    space_tree_html(&r->html, r, &page, &view);
    return visit_show(r, info);
}

err space_asked(struct req *r, struct space *s, struct err_info *info)
{
    struct visit *v = visit_of(r);
    return space_find(&v->deed, v->db, req_param(r, "space"), s, info);
}

/* The way to a space leads through those above that the viewer is shown. */
err space_crumbs(struct req *r, struct page *page, const struct space *s, bool with_itself,
                 struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct space above[SPACE_DEPTH_MAX + 1];
    size_t n = 0;

    if (with_itself)
        above[n++] = *s;
    for (struct space_id id = s->parent; id.v != 0 && n < SPACE_DEPTH_MAX; id = above[n++].parent) {
        const err e = space_get(&v->deed, v->db, id, &above[n], info);
        if (e == E_NOT_FOUND)
            break;
        if (e != OK)
            return e;
    }
    while (n-- > 0)
        visit_crumb(r, page, html_from_str(above[n].name[r->lang]),
                    url_of_space(r, "space", &above[n]));
    return OK;
}

static err find_contents(struct req *r, struct space_view *view, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const struct cursor from = cursor_asked(r, "before");
    const str url = url_of_space(r, "space", &view->s);
    struct cursor next;

    err e = publication_newest(
        &v->deed, v->db,
        (struct publication_filter){.space = view->s.id, .each_once = true, .lang = r->lang}, from,
        STORIES_SHOWN, &view->story, &view->n_stories, &next, info);
    if (e == OK)
        e = space_list(&v->deed, v->db, view->s.id, &view->below, &view->n_below, info);
    if (e == OK)
        e = markdown_html(r->memory, view->s.about[r->lang], 1, &view->about, info);
    if (e == OK) {
        view->newer_url = from.id ? url : STR("");
        view->older_url = cursor_url(r, url, "before", next);
    }
    return e;
}

static err space(struct req *r, struct err_info *info)
{
    struct space_view view = {0};

    err e = space_asked(r, &view.s, info);
    if (e == OK)
        e = find_contents(r, &view, info);
    if (e != OK)
        return e;
    struct page page =
        knowledge_page(r, html_from_str(view.s.name[r->lang]), "visit.menu-spaces", "spaces");
    e = space_crumbs(r, &page, &view.s, false, info);
    if (e != OK)
        return e;
    page.wide = true;
    page.unlisted = !view.s.is_listed;
    page.feed_url = url_of_space(r, "space-feed", &view.s);
    space_html(&r->html, r, &page, &view);
    return visit_show(r, info);
}

/* ---- coming and going ---- */

static err join(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    enum member_state now;
    struct space s;

    err e = space_asked(r, &s, info);
    if (e == OK)
        e = space_join(&v->deed, v->db, s.id, &now, info);
    if (e != OK)
        return e;
    return visit_go(r, url_of_space(r, "space", &s), now == MEMBER_ACTIVE ? "joined" : "asked",
                    info);
}

/* Who leaves a space that is not listed is not shown it any more. */
static err leave(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct space s, after;

    err e = space_asked(r, &s, info);
    if (e == OK)
        e = space_leave(&v->deed, v->db, s.id, info);
    if (e != OK)
        return e;
    const bool is_shown = space_get(&v->deed, v->db, s.id, &after, info) == OK;
    return visit_go(r, is_shown ? url_of_space(r, "space", &s) : visit_url(r, "spaces", NULL),
                    "left", info);
}

const struct route space_routes[] = {
    ROUTE("spaces", HTTP_GET, "/nl/ruimten", "/en/spaces", tree, &rule_object, RATE_PAGE),
    ROUTE("space", HTTP_GET, "/nl/ruimten/{space}", "/en/spaces/{space}", space, &rule_object,
          RATE_PAGE),
    ROUTE("space-join", HTTP_POST, "/nl/ruimten/{space}/meedoen", "/en/spaces/{space}/join", join,
          &rule_signed_in, RATE_WRITE),
    ROUTE("space-leave", HTTP_POST, "/nl/ruimten/{space}/verlaten", "/en/spaces/{space}/leave",
          leave, &rule_signed_in, RATE_WRITE),
    {0},
};
