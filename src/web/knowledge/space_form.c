/* SPDX-License-Identifier: EUPL-1.2 */
/* space_form: making a space, and changing one. */
#include "web/knowledge/knowledge_int.h"

static const struct fault_place places[] = {
    {"knowledge.slug", "slug"},           {"knowledge.space-ceiling", "ceiling"},
    {"knowledge.space-name-", "name_nl"}, {"knowledge.space-about-", "about_nl"},
    {"spaces.changed-since", ""},         {0},
};

static err show(struct req *r, const struct space_edit *v, struct err_info *info)
{
    struct page page = knowledge_page(r, html_key(v->old ? "spaces.change" : "spaces.create"),
                                      "visit.menu-spaces", "spaces");
    const struct space *place = v->old ? v->old : &v->parent;
    const err e = place->id.v ? space_crumbs(r, &page, place, true, info) : OK;
    if (e != OK)
        return e;
    for (enum lang lang = 0; lang < LANG_COUNT; lang++)
        page.alternates[lang] =
            url_in(r, v->old ? "space-edit" : "space-new", lang, v->old ? &v->old->slug : NULL);
    page.unlisted = true;
    page.has_errors = v->faults->n > 0;
    space_form_html(&r->html, r, &page, v);
    return visit_show(r, info);
}

static struct space_form form_typed(const struct req *r, struct space_id parent)
{
    const int64_t join = visit_number(r, "join", JOIN_INVITE);
    const int64_t ceiling = visit_number(r, "ceiling", LEVEL_OWNER);
    return (struct space_form){
        .parent = parent,
        .slug = str_trim(visit_field(r, "slug")),
        .name = {visit_field(r, "name_nl"), visit_field(r, "name_en")},
        .about = {visit_field(r, "about_nl"), visit_field(r, "about_en")},
        .join = join >= JOIN_OPEN && join <= JOIN_INVITE ? (enum join_policy)join : JOIN_INVITE,
        .ceiling =
            ceiling >= LEVEL_SPACE && ceiling <= LEVEL_PUBLIC ? (enum level)ceiling : LEVEL_OWNER,
        .is_listed = visit_ticked(r, "listed"),
    };
}

static err show_wrong(struct req *r, struct space_edit *v, err e, struct err_info *info)
{
    return fault_take(r, v->faults, places, info) ? show(r, v, info) : e;
}

/* ---- new ---- */

static err find_parent(struct req *r, str slug, struct space *parent, struct err_info *info)
{
    struct visit *v = visit_of(r);

    *parent = (struct space){0};
    if (slug.n == 0)
        return viewer_may(r->viewer, ACCESS_ADMIN)
                   ? OK
                   : err_set(info, E_DENIED, "knowledge.denied-admin");
    const err e = space_find(&v->deed, v->db, slug, parent, info);
    if (e == OK && !parent->may_manage)
        return err_set(info, E_DENIED, "knowledge.denied-manager");
    return e;
}

static err show_new(struct req *r, struct err_info *info)
{
    const str in = http_query(r->http, "in");
    struct faults faults = {.n = 0};
    struct space_edit v = {
        .faults = &faults,
        .form = {.join = JOIN_REQUEST, .ceiling = LEVEL_SPACE, .is_listed = true},
    };
    const err e = find_parent(r, in.p ? in : STR(""), &v.parent, info);
    return e == OK ? show(r, &v, info) : e;
}

static err create(struct req *r, struct err_info *info)
{
    struct visit *visit = visit_of(r);
    struct faults faults = {.n = 0};
    struct space_edit v = {.faults = &faults};
    struct space_id id;

    err e = find_parent(r, visit_field(r, "in"), &v.parent, info);
    if (e != OK)
        return e;
    v.form = form_typed(r, v.parent.id);
    e = space_create(&visit->deed, visit->db, &v.form, &id, info);
    return e == OK ? visit_go(r, visit_url(r, "space", &v.form.slug), "space-made", info)
                   : show_wrong(r, &v, e, info);
}

/* ---- change ---- */

static err find_managed(struct req *r, struct space *s, struct err_info *info)
{
    const err e = space_asked(r, s, info);
    if (e == OK && !s->may_manage)
        return err_set(info, E_DENIED, "knowledge.denied-manager");
    return e;
}

static err show_edit(struct req *r, struct err_info *info)
{
    struct faults faults = {.n = 0};
    struct space s;
    const err e = find_managed(r, &s, info);
    if (e != OK)
        return e;
    const struct space_edit v = {
        .faults = &faults,
        .old = &s,
        .version = s.version,
        .form = {.parent = s.parent,
                 .slug = s.slug,
                 .name = {s.name[LANG_NL], s.name[LANG_EN]},
                 .about = {s.about[LANG_NL], s.about[LANG_EN]},
                 .join = s.join,
                 .ceiling = s.ceiling,
                 .is_listed = s.is_listed},
    };
    return show(r, &v, info);
}

/* After a conflict the form goes on from what is there now: sending it again is a choice. */
static err change(struct req *r, struct err_info *info)
{
    struct visit *visit = visit_of(r);
    struct faults faults = {.n = 0};
    struct space_edit v = {.faults = &faults};
    struct space s;

    err e = find_managed(r, &s, info);
    if (e != OK)
        return e;
    v.old = &s;
    v.version = s.version;
    v.form = form_typed(r, s.parent);
    if (visit_number(r, "revision", 0) != s.version)
        e = err_set(info, E_CONFLICT, "spaces.changed-since");
    if (e == OK)
        e = space_change(&visit->deed, visit->db, s.id, s.version, &v.form, info);
    return e == OK ? visit_go(r, visit_url(r, "space", &v.form.slug), "space-changed", info)
                   : show_wrong(r, &v, e, info);
}

const struct route space_form_routes[] = {
    ROUTE("space-new", HTTP_GET, "/nl/ruimte-maken", "/en/create-space", show_new, &rule_signed_in,
          RATE_PAGE),
    ROUTE("space-create", HTTP_POST, "/nl/ruimte-maken", "/en/create-space", create,
          &rule_signed_in, RATE_WRITE),
    ROUTE("space-edit", HTTP_GET, "/nl/ruimten/{space}/instellingen", "/en/spaces/{space}/settings",
          show_edit, &rule_signed_in, RATE_PAGE),
    ROUTE("space-change", HTTP_POST, "/nl/ruimten/{space}/instellingen",
          "/en/spaces/{space}/settings", change, &rule_signed_in, RATE_WRITE),
    {0},
};
