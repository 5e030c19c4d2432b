/* SPDX-License-Identifier: EUPL-1.2 */
/* stories: the list of publications, and what the viewer wrote or removed. */
#include "web/knowledge/knowledge_int.h"

static err story_list(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const str url = visit_url(r, "publications", NULL);
    const struct cursor from = cursor_asked(r, "before");
    struct story_list view = {
        .newer_url = from.id ? url : STR(""),
        .write_url = r->viewer->is_active ? visit_url(r, "publication-new", NULL) : STR(""),
    };
    struct cursor next;

    const err e = publication_newest(
        &v->deed, v->db, (struct publication_filter){.each_once = true, .lang = r->lang}, from,
        STORIES_SHOWN, &view.story, &view.n, &next, info);
    if (e != OK)
        return e;
    view.older_url = cursor_url(r, url, "before", next);
    struct page page = knowledge_page(r, html_key("stories.list-title"), NULL, NULL);
    page.intro = html_key("stories.list-intro");
    page.feed_url = visit_url(r, "feed", NULL);
    story_list_html(&r->html, r, &page, &view);
    return visit_show(r, info);
}

/* ---- the viewer's own ---- */

static bool can_be_put_back(const struct publication *p, int64_t now_ms)
{
    return p->changed_at + (int64_t)BIN_DAYS * 24 * 60 * 60 * 1000 >= now_ms;
}

static err find_mine(struct req *r, const char *route, struct story_mine *view,
                     struct err_info *info)
{
    struct visit *v = visit_of(r);
    const str url = visit_url(r, route, NULL);
    struct cursor from = cursor_asked(r, "before"), next;
    struct publication *list;
    size_t n;

    const err e = publication_mine(&v->deed, v->db, from, PAGE_ITEMS_MAX, &list, &n, &next, info);
    if (e != OK)
        return e;
    view->draft = ARENA_NEW(r->memory, struct publication, 3 * n);
    if (!view->draft)
        return err_nomem(info);
    view->shown = view->draft + n;
    view->removed = view->shown + n;
    for (size_t i = 0; i < n; i++) {
        list[i].twin = (struct publication_id){0}; /* each is here itself */
        if (list[i].state == PUBLICATION_DRAFT)
            view->draft[view->n_drafts++] = list[i];
        else if (list[i].state != PUBLICATION_REMOVED)
            view->shown[view->n_shown++] = list[i];
        else if (can_be_put_back(&list[i], r->now_ms))
            view->removed[view->n_removed++] = list[i];
    }
    view->newer_url = from.id ? url : STR("");
    view->older_url = cursor_url(r, url, "before", next);
    return OK;
}

static struct page page_of_mine(struct req *r, const char *key)
{
    struct page page = knowledge_page(r, html_key(key), NULL, NULL);
    const str account = visit_url(r, "account", NULL);
    if (account.n)
        visit_crumb(r, &page, html_key("stories.my-page"), account);
    page.unlisted = true;
    return page;
}

static err drafts(struct req *r, struct err_info *info)
{
    struct story_mine view = {0};
    const err e = find_mine(r, "drafts", &view, info);
    if (e != OK)
        return e;
    const struct page page = page_of_mine(r, "stories.mine-title");
    story_mine_html(&r->html, r, &page, &view);
    return visit_show(r, info);
}

static err bin(struct req *r, struct err_info *info)
{
    struct story_mine view = {0};
    const err e = find_mine(r, "bin", &view, info);
    if (e != OK)
        return e;
    const struct page page = page_of_mine(r, "stories.my-bin");
    story_bin_html(&r->html, r, &page, &view);
    return visit_show(r, info);
}

const struct route stories_routes[] = {
    ROUTE("publications", HTTP_GET, "/nl/verhalen", "/en/stories", story_list, &rule_object,
          RATE_PAGE),
    ROUTE("drafts", HTTP_GET, "/nl/mijn/verhalen", "/en/mine/stories", drafts, &rule_signed_in,
          RATE_PAGE),
    ROUTE("bin", HTTP_GET, "/nl/mijn/prullenbak", "/en/mine/bin", bin, &rule_signed_in, RATE_PAGE),
    {0},
};
