/* SPDX-License-Identifier: EUPL-1.2 */
/* members: who belongs to a space, who waits at its door, and whom to invite. */
#include "web/knowledge/knowledge_int.h"

enum { MEMBERS_SHOWN = 50, FOUND_SHOWN = 10 };

static err members(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const str search = http_query(r->http, "q");
    const struct name_cursor from = {.id = {asked_number(r, "after")}};
    struct member_view view = {.search = search.p ? str_trim(search) : STR("")};
    struct name_cursor next;
    struct party_id next_person;

    err e = space_asked(r, &view.s, info);
    if (e == OK)
        e = space_members(&v->deed, v->db, view.s.id, from, MEMBERS_SHOWN, &view.member, &view.n,
                          &next, info);
    if (e == OK && view.s.may_manage && view.search.n)
        e = person_list(&v->deed, v->db, view.search, (struct party_id){0}, FOUND_SHOWN,
                        &view.person, &view.n_people, &next_person, info);
    if (e != OK)
        return e;
    const str url = url_of_space(r, "members", &view.s);
    view.first_url = from.id.v ? url : STR("");
    view.later_url = next.id.v ? url_with_id(r, url, "after", next.id.v) : STR("");
    struct page page = knowledge_page(r, html_key("spaces.members"), "visit.menu-spaces", "spaces");
    e = space_crumbs(r, &page, &view.s, true, info);
    if (e != OK)
        return e;
    page.unlisted = true;
    members_html(&r->html, r, &page, &view);
    return visit_show(r, info);
}

static err invite(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct space s;

    err e = space_asked(r, &s, info);
    if (e == OK)
        e = space_invite(&v->deed, v->db, s.id, (struct party_id){visit_number(r, "person", 0)},
                         info);
    return e == OK ? visit_go(r, url_of_space(r, "members", &s), "invited", info) : e;
}

/* What the buttons beside a member do. */
static err change(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const bool leaves = str_eq(visit_field(r, "do"), STR("remove"));
    const int64_t typed = visit_number(r, "role", MEMBER_PLAIN);
    const enum member_role role =
        typed >= MEMBER_PLAIN && typed <= MEMBER_JURY ? (enum member_role)typed : MEMBER_PLAIN;
    struct space s;

    err e = space_asked(r, &s, info);
    if (e == OK)
        e = space_set_member(&v->deed, v->db, s.id, (struct party_id){visit_number(r, "person", 0)},
                             leaves ? MEMBER_LEFT : MEMBER_ACTIVE, role, info);
    return e == OK ? visit_go(r, url_of_space(r, "members", &s),
                              leaves ? "member-removed" : "member-changed", info)
                   : e;
}

const struct route member_routes[] = {
    ROUTE("members", HTTP_GET, "/nl/ruimten/{space}/leden", "/en/spaces/{space}/members", members,
          &rule_signed_in, RATE_SEARCH),
    ROUTE("member-invite", HTTP_POST, "/nl/ruimten/{space}/leden/uitnodigen",
          "/en/spaces/{space}/members/invite", invite, &rule_signed_in, RATE_WRITE),
    ROUTE("member-change", HTTP_POST, "/nl/ruimten/{space}/leden", "/en/spaces/{space}/members",
          change, &rule_signed_in, RATE_WRITE),
    {0},
};
