/* SPDX-License-Identifier: EUPL-1.2 */
/* security: how safe the site is as it runs now, each finding in words and with what to do. */
#include "web/admin/admin_int.h"

struct finding *finding_add(struct findings *f, enum part_kind kind, const char *what,
                            const char *state, const char *remedy)
{
    struct finding *one = &f->item[f->n < FINDINGS_MAX ? f->n++ : FINDINGS_MAX - 1];
    *one = (struct finding){.what = what, .kind = kind, .remedy = remedy};
    msg_set(&one->state, state);
    return one;
}

static err security_page(struct req *r, struct err_info *info)
{
    const bool verifies = str_eq(query_text(r, "verify"), STR("1"));
    struct page page = admin_page(r, "admin.security", NULL, NULL);
    struct findings found = {.n = 0};

    find_installation(r, &found);
    const err e = find_store(r, verifies, &found, info);
    if (e != OK)
        return e;
    struct security_view view = {
        .finding = found.item,
        .n = found.n,
        .verify_url = with_query(r, visit_url(r, "admin-security", NULL), "verify", STR("1")),
    };
    for (size_t i = 0; i < found.n; i++) {
        view.n_bad += found.item[i].kind == PART_ERROR;
        view.n_warn += found.item[i].kind == PART_WARNING;
    }
    page.wide = true;
    security_html(&r->html, &page, &view);
    return visit_show(r, info);
}

const struct route admin_security_routes[] = {
    ROUTE("admin-security", HTTP_GET, "/nl/beheer/veiligheid", "/en/admin/security", security_page,
          &rule_admin, RATE_SEARCH),
    {0},
};
