/* SPDX-License-Identifier: EUPL-1.2 */
/* home: what is new for this viewer, the spaces joined, and what this site is. */
#include "web/knowledge/knowledge_int.h"

static err home(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct home view = {
        .is_visitor = !r->viewer->is_active,
        .register_url = web_of(r)->takes_registrations ? visit_url(r, "register", NULL) : STR(""),
        .stories_url = visit_url(r, "publications", NULL),
        .spaces_url = visit_url(r, "spaces", NULL),
        .write_url = visit_url(r, "publication-new", NULL),
    };
    struct cursor next;

    err e = publication_newest(
        &v->deed, v->db, (struct publication_filter){.each_once = true, .lang = r->lang},
        (struct cursor){0}, HOME_STORIES, &view.story, &view.n_stories, &next, info);
    if (e == OK)
        e = space_mine(&v->deed, v->db, &view.space, &view.n_spaces, info);
    if (e != OK)
        return e;
    struct page page = visit_page(r, html_key("home.title"));
    page.intro = html_key("home.intro");
    page.wide = true;
    page.feed_url = visit_url(r, "feed", NULL);
    home_html(&r->html, r, &page, &view);
    return visit_show(r, info);
}

const struct route home_routes[] = {
    ROUTE("home", HTTP_GET, "/nl/", "/en/", home, &rule_object, RATE_PAGE),
    {0},
};
