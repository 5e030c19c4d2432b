/* SPDX-License-Identifier: EUPL-1.2 */
/* revision: the texts that were there before, and what changed between two of them. */
#include "web/knowledge/knowledge_int.h"

static err find_editable(struct req *r, struct publication *p, struct err_info *info)
{
    struct visit *v = visit_of(r);
    int64_t id;

    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        e = publication_find(&v->deed, v->db, (struct publication_id){id}, p, info);
    if (e == OK && !p->may_edit)
        e = err_set(info, E_DENIED, "knowledge.denied-edit");
    return e;
}

static struct page page_below(struct req *r, const struct publication *p, struct html_value title,
                              bool with_list)
{
    struct page page = knowledge_page(r, title, "visit.menu-publications", "publications");
    visit_crumb(r, &page, html_from_str(p->title), visit_url_id(r, "publication", p->id.v));
    if (with_list)
        visit_crumb(r, &page, html_key("stories.revisions"), visit_url_id(r, "revisions", p->id.v));
    page.unlisted = true;
    return page;
}

static err list(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct revision_list view = {0};
    int64_t older;

    err e = find_editable(r, &view.p, info);
    if (e == OK)
        e = revision_list(&v->deed, v->db, view.p.id, 0, REVISIONS_SHOWN_MAX, &view.revision,
                          &view.n, &older, info);
    if (e != OK)
        return e;
    const struct page page = page_below(r, &view.p, html_key("stories.revisions"), false);
    revision_list_html(&r->html, r, &page, &view);
    return visit_show(r, info);
}

/* A revision that never was looks like a page that never was. */
static err find_revision(struct req *r, struct publication_id id, int64_t number,
                         struct revision *found, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const err e = revision_find(&v->deed, v->db, id, number, found, info);
    return e == E_NOT_FOUND ? err_set(info, E_NOT_FOUND, "site.not-found") : e;
}

static err one(struct req *r, struct err_info *info)
{
    struct revision_view view = {0};
    int64_t number;

    err e = find_editable(r, &view.p, info);
    if (e == OK)
        e = req_param_id(r, "number", &number, info);
    if (e == OK)
        e = find_revision(r, view.p.id, number, &view.revision, info);
    if (e == OK)
        e = markdown_html(r->memory, view.revision.body, 2, &view.body, info);
    if (e != OK)
        return e;
    const struct page page = page_below(
        r, &view.p, SENTENCE("stories.revision-title", html_plain(view.revision.number)), true);
    revision_html(&r->html, r, &page, &view);
    return visit_show(r, info);
}

/* Of a revision and the one before it, unless the address names another. */
static err difference(struct req *r, struct err_info *info)
{
    struct difference view = {0};
    int64_t number;

    err e = find_editable(r, &view.p, info);
    if (e == OK)
        e = req_param_id(r, "number", &number, info);
    if (e == OK)
        e = find_revision(r, view.p.id, number, &view.to, info);
    const int64_t from = asked_number(r, "from");
    if (e == OK)
        e = find_revision(r, view.p.id, from > 0 ? from : number - 1, &view.from, info);
    if (e == OK)
        e = diff_texts(r->memory, view.from.title, view.to.title, &view.title, &view.n_title, info);
    if (e == OK)
        e = diff_texts(r->memory, view.from.summary, view.to.summary, &view.summary,
                       &view.n_summary, info);
    if (e == OK)
        e = diff_texts(r->memory, view.from.body, view.to.body, &view.body, &view.n_body, info);
    if (e != OK)
        return e;
    const struct page page =
        page_below(r, &view.p,
                   SENTENCE("stories.difference-title", html_plain(view.from.number),
                            html_plain(view.to.number)),
                   true);
    revision_difference_html(&r->html, r, &page, &view);
    return visit_show(r, info);
}

const struct route revision_routes[] = {
    ROUTE("revisions", HTTP_GET, "/nl/verhalen/{id}/versies", "/en/stories/{id}/versions", list,
          &rule_signed_in, RATE_PAGE),
    ROUTE("revision", HTTP_GET, "/nl/verhalen/{id}/versies/{number}",
          "/en/stories/{id}/versions/{number}", one, &rule_signed_in, RATE_PAGE),
    ROUTE("revision-difference", HTTP_GET, "/nl/verhalen/{id}/versies/{number}/verschil",
          "/en/stories/{id}/versions/{number}/difference", difference, &rule_signed_in,
          RATE_SEARCH),
    {0},
};
