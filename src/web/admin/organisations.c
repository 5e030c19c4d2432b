/* SPDX-License-Identifier: EUPL-1.2 */
/* organisations: the list, a new one, and changing one without overwriting another's change. */
#include "base/num.h"
#include "web/admin/admin_int.h"

enum { TYPES = ORG_NETWORK + 1, SIZES = 6 };

const char *organisation_type_key(enum organisation_type type)
{
    static const char *const keys[] = {
        [ORG_MUNICIPALITY] = "admin.type-municipality", [ORG_JOINT_BODY] = "admin.type-joint-body",
        [ORG_PROVINCE] = "admin.type-province",         [ORG_PROVIDER] = "admin.type-provider",
        [ORG_NETWORK] = "admin.type-network",
    };
    return keys[type];
}

const char *organisation_size_key(int size_class)
{
    static const char *const keys[] = {"admin.size-none", "admin.size-20",  "admin.size-50",
                                       "admin.size-100",  "admin.size-250", "admin.size-more"};
    return keys[size_class];
}

static err organisations_page(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct page page = admin_page(r, "admin.organisations", NULL, NULL);
    struct organisations_view view = {.new_url = visit_url(r, "admin-organisation-new", NULL)};
    struct organisation *list;

    const err e = organisation_list(&v->deed, v->db, &list, &view.n, info);
    if (e != OK)
        return e;
    str *url = ARENA_NEW(r->memory, str, view.n);
    if (!url)
        return err_nomem(info);
    for (size_t i = 0; i < view.n; i++)
        url[i] = visit_url_id(r, "admin-organisation", list[i].id.v);
    view.organisation = list;
    view.url = url;
    organisations_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static err find(struct req *r, struct party_id id, struct organisation *o, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct organisation *list;
    size_t n;
    const err e = organisation_list(&v->deed, v->db, &list, &n, info);
    for (size_t i = 0; e == OK && i < n; i++)
        if (list[i].id.v == id.v) {
            *o = list[i];
            return OK;
        }
    return e == OK ? err_set(info, E_NOT_FOUND, "site.not-found") : e;
}

static err show(struct req *r, const struct organisation *o, const struct organisation *theirs,
                const struct faults *faults, struct err_info *info)
{
    const bool is_new = o->id.v == 0;
    struct page page = admin_page(r, is_new ? "admin.organisation-new" : "admin.organisation",
                                  "admin-organisations", "admin.organisations");
    char digits[NUM_TEXT_MAX];
    const struct organisation_view view = {
        .action = is_new ? visit_url(r, "admin-organisation-add", NULL)
                         : visit_url_id(r, "admin-organisation-save", o->id.v),
        .token = visit_token(r),
        .version = {digits, num_print_int(o->version, digits)},
        .o = *o,
        .theirs = theirs,
        .faults = faults,
    };
    page.has_errors = faults->n > 0;
    organisation_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static err new_page(struct req *r, struct err_info *info)
{
    const struct faults none = {.n = 0};
    const struct organisation o = {.name = STR(""), .region = STR(""), .code = STR("")};
    return show(r, &o, NULL, &none, info);
}

static err organisation_page(struct req *r, struct err_info *info)
{
    const struct faults none = {.n = 0};
    struct organisation o;
    struct party_id id;
    err e = req_param_id(r, "id", &id.v, info);
    if (e == OK)
        e = find(r, id, &o, info);
    return e == OK ? show(r, &o, NULL, &none, info) : e;
}

static struct organisation typed(const struct req *r, struct party_id id)
{
    const int64_t type = visit_number(r, "type", -1), size = visit_number(r, "size", -1);
    return (struct organisation){
        .id = id,
        .type = type >= 0 && type < TYPES ? (enum organisation_type)type : ORG_MUNICIPALITY,
        .name = visit_field(r, "name"),
        .region = visit_field(r, "region"),
        .code = visit_field(r, "code"),
        .size_class = size >= 0 && size < SIZES ? (int)size : 0,
        .version = visit_number(r, "revision", 0),
    };
}

static const struct fault_place places[] = {
    {"access.name-", "name"},          {"access.organisation-exists", "name"},
    {"access.organisations-many", ""}, {"access.region-", "region"},
    {"access.code-", "code"},          {0},
};

/*
 * Somebody was first: both are shown, and saving again is on top of theirs. Nothing was written.
 */
static err show_conflict(struct req *r, struct organisation *mine, struct err_info *info)
{
    struct faults faults = {.n = 0};
    struct organisation theirs;
    const err e = find(r, mine->id, &theirs, info);
    if (e != OK)
        return e;
    fault_add(r, &faults, "", "admin.organisation-changed");
    r->answer->status = 409;
    mine->version = theirs.version;
    return show(r, mine, &theirs, &faults, info);
}

static err save(struct req *r, struct party_id id, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {.n = 0};
    struct organisation o = typed(r, id);

    fault_need(r, &faults, "name", "admin.need-organisation");
    if (faults.n)
        return show(r, &o, NULL, &faults, info);
    const err e = organisation_save(&v->deed, v->db, &o, &id, info);
    if (e == E_CONFLICT)
        return show_conflict(r, &o, info);
    if (e != OK)
        return fault_take(r, &faults, places, info) ? show(r, &o, NULL, &faults, info) : e;
    return visit_go(r, visit_url(r, "admin-organisations", NULL), "organisation", info);
}

static err add_send(struct req *r, struct err_info *info)
{
    return save(r, (struct party_id){0}, info);
}

static err save_send(struct req *r, struct err_info *info)
{
    struct party_id id;
    const err e = req_param_id(r, "id", &id.v, info);
    return e == OK ? save(r, id, info) : e;
}

const struct route admin_organisation_routes[] = {
    ROUTE("admin-organisations", HTTP_GET, "/nl/beheer/organisaties", "/en/admin/organisations",
          organisations_page, &rule_admin, RATE_PAGE),
    ROUTE("admin-organisation-new", HTTP_GET, "/nl/beheer/organisaties/nieuw",
          "/en/admin/organisations/new", new_page, &rule_admin, RATE_PAGE),
    ROUTE("admin-organisation-add", HTTP_POST, "/nl/beheer/organisaties/nieuw",
          "/en/admin/organisations/new", add_send, &rule_admin, RATE_WRITE),
    ROUTE("admin-organisation", HTTP_GET, "/nl/beheer/organisaties/{id}",
          "/en/admin/organisations/{id}", organisation_page, &rule_admin, RATE_PAGE),
    ROUTE("admin-organisation-save", HTTP_POST, "/nl/beheer/organisaties/{id}",
          "/en/admin/organisations/{id}", save_send, &rule_admin, RATE_WRITE),
    {0},
};
