/* SPDX-License-Identifier: EUPL-1.2 */
/* people: who is here, for the signed in, and what one of them wrote. */
#include "web/knowledge/knowledge_int.h"

static err people(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const str search = http_query(r->http, "q");
    const struct party_id from = {asked_number(r, "after")};
    const str url = visit_url(r, "people", NULL);
    struct people view = {.search = search.p ? str_trim(search) : STR("")};
    struct party_id next;

    const err e = person_list(&v->deed, v->db, view.search, from, PEOPLE_SHOWN, &view.person,
                              &view.n, &next, info);
    if (e != OK)
        return e;
    const str base = view.search.n ? url_with(r, url, "q", view.search) : url;
    view.first_url = from.v ? base : STR("");
    view.later_url = next.v ? url_with_id(r, base, "after", next.v) : STR("");
    struct page page = knowledge_page(r, html_key("people.list-title"), NULL, NULL);
    page.unlisted = true;
    people_html(&r->html, r, &page, &view);
    return visit_show(r, info);
}

static err person(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const struct cursor from = cursor_asked(r, "before");
    struct person_view view = {0};
    struct cursor next;
    int64_t id;

    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        e = person_find(&v->deed, v->db, (struct party_id){id}, &view.p, info);
    if (e == OK)
        e = publication_newest(
            &v->deed, v->db,
            (struct publication_filter){.owner = view.p.id, .each_once = true, .lang = r->lang},
            from, STORIES_SHOWN, &view.story, &view.n_stories, &next, info);
    if (e != OK)
        return e;
    const str url = visit_url_id(r, "person", id);
    view.newer_url = from.id ? url : STR("");
    view.older_url = cursor_url(r, url, "before", next);
    struct page page = knowledge_page(r, html_from_str(view.p.name), "visit.menu-people", "people");
    page.own_title = page.unlisted = true;
    person_html(&r->html, r, &page, &view);
    return visit_show(r, info);
}

const struct route people_routes[] = {
    ROUTE("people", HTTP_GET, "/nl/mensen", "/en/people", people, &rule_signed_in, RATE_SEARCH),
    ROUTE("person", HTTP_GET, "/nl/mensen/{id}", "/en/people/{id}", person, &rule_signed_in,
          RATE_PAGE),
    {0},
};
