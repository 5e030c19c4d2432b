/* SPDX-License-Identifier: EUPL-1.2 */
/* grant: who may read or edit a publication besides those its level lets in. */
#include "web/knowledge/knowledge_int.h"

enum { FOUND_SHOWN = 10 };

static err find_view(struct req *r, struct grant_view *view, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const str search = http_query(r->http, "q");
    struct party_id next;
    int64_t id;

    view->search = search.p ? str_trim(search) : STR("");
    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        e = publication_find(&v->deed, v->db, (struct publication_id){id}, &view->p, info);
    if (e == OK)
        e = grant_list(&v->deed, v->db, view->p.id, &view->grant, &view->n_grants, info);
    if (e == OK)
        e = space_mine(&v->deed, v->db, &view->space, &view->n_spaces, info);
    if (e == OK && view->search.n)
        e = person_list(&v->deed, v->db, view->search, (struct party_id){0}, FOUND_SHOWN,
                        &view->person, &view->n_people, &next, info);
    return e;
}

static void write_view(struct req *r, const struct grant_view *view)
{
    struct page page =
        knowledge_page(r, html_key("stories.grants"), "visit.menu-publications", "publications");
    visit_crumb(r, &page, html_from_str(view->p.title),
                visit_url_id(r, "publication", view->p.id.v));
    page.intro = html_key("stories.grants-intro");
    page.unlisted = true;
    page.has_errors = view->faults->n > 0;
    for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
        const str id = text_of_int(r, view->p.id.v);
        page.alternates[lang] = url_in(r, "grants", lang, &id);
    }
    grant_html(&r->html, r, &page, view);
}

static err show(struct req *r, struct err_info *info)
{
    struct faults faults = {.n = 0};
    struct grant_view view = {.faults = &faults};
    const err e = find_view(r, &view, info);
    if (e != OK)
        return e;
    write_view(r, &view);
    return visit_show(r, info);
}

/* Whom the form names: a space or a person. */
static bool read_subject(const struct req *r, struct grant *g)
{
    const str space = visit_field(r, "space");
    g->to_space = space.n > 0;
    g->subject = visit_number(r, g->to_space ? "space" : "person", 0);
    g->may_edit = str_eq(visit_field(r, "do"), STR("edit"));
    return g->subject > 0;
}

static const struct fault_place places[] = {
    {"stories.no-subject", "space"}, {"knowledge.grants-many", ""}, {0}};

static err change(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {.n = 0};
    struct grant_view view = {.faults = &faults};
    struct grant g = {0};
    int64_t id;

    err e = req_param_id(r, "id", &id, info);
    const bool drops = str_eq(visit_field(r, "do"), STR("drop"));
    if (e == OK && !read_subject(r, &g))
        e = err_set(info, E_INPUT, "stories.no-subject");
    else if (e == OK && drops)
        e = grant_drop(&v->deed, v->db, (struct publication_id){id}, g.to_space, g.subject, info);
    else if (e == OK)
        e = grant_set(&v->deed, v->db, (struct publication_id){id}, &g, info);
    if (e == OK)
        return visit_go(r, visit_url_id(r, "grants", id), drops ? "grant-dropped" : "granted",
                        info);
    if (!fault_take(r, &faults, places, info))
        return e;
    e = find_view(r, &view, info);
    if (e != OK)
        return e;
    write_view(r, &view);
    return visit_show(r, info);
}

const struct route grant_routes[] = {
    ROUTE("grants", HTTP_GET, "/nl/verhalen/{id}/toegang", "/en/stories/{id}/access", show,
          &rule_signed_in, RATE_SEARCH),
    ROUTE("grant-set", HTTP_POST, "/nl/verhalen/{id}/toegang", "/en/stories/{id}/access", change,
          &rule_signed_in, RATE_WRITE),
    {0},
};
