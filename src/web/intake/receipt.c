/* SPDX-License-Identifier: EUPL-1.2 */
/* receipt: the list of deliveries, and what became of one. */
#include "app/access/access.h"
#include "base/num.h"
#include "engine/report/report.h"
#include "web/intake/intake_int.h"

enum { LIST_AT_ONCE = 50, ASIDES_SHOWN = 100 };

const char *delivery_state_key(enum register_state state)
{
    switch (state) {
    case REGISTER_STAGED: return "deliveries.staged";
    case REGISTER_ACCEPTED: return "deliveries.accepted";
    case REGISTER_REFUSED: return "deliveries.refused";
    case REGISTER_SUPERSEDED: return "deliveries.superseded";
    }
    return "deliveries.refused";
}

enum part_kind delivery_state_kind(enum register_state state)
{
    switch (state) {
    case REGISTER_ACCEPTED: return PART_OK;
    case REGISTER_REFUSED: return PART_ERROR;
    case REGISTER_SUPERSEDED: return PART_NEUTRAL;
    case REGISTER_STAGED: break;
    }
    return PART_INFO;
}

err intake_municipality(struct req *r, struct municipality_id *m, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct organisation *list;
    struct account account;
    size_t n;

    err e = account_mine(&v->deed, v->db, &account, info);
    if (e == OK)
        e = organisation_list(&v->deed, v->db, &list, &n, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < n; i++)
        if (list[i].id.v == account.organisation.v && list[i].type == ORG_MUNICIPALITY &&
            register_municipality_parse(list[i].code, m))
            return OK;
    return err_set(info, E_DENIED, "deliveries.no-municipality");
}

/* ---- the list ---- */

static str older(const struct req *r, struct delivery_id before)
{
    out o;
    out_init(&o, 256);
    out_str(&o, visit_url(r, "deliveries", NULL));
    out_cstr(&o, "?before=");
    out_int(&o, before.v);
    const str url = arena_str(r->memory, out_view(&o));
    out_free(&o);
    return url;
}

err delivery_list_page(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct page page = visit_page(r, html_key("deliveries.title"));
    const str asked = http_query(r->http, "before");
    struct deliveries_view view = {.new_url = visit_url(r, "deliver", NULL)};
    struct register_delivery *list;
    struct delivery_id before = {0};
    struct municipality_id m;

    if (asked.p && (!num_parse_int(asked, &before.v) || before.v <= 0))
        return err_set(info, E_NOT_FOUND, "site.not-found");
    err e = intake_municipality(r, &m, info);
    if (e == OK)
        e = register_deliveries(&v->deed, v->db, m, before, LIST_AT_ONCE + 1, &list, &view.n, info);
    if (e != OK)
        return e;
    if (view.n > LIST_AT_ONCE) {
        view.n = LIST_AT_ONCE;
        view.older_url = older(r, list[LIST_AT_ONCE - 1].id);
    }
    str *url = ARENA_NEW(r->memory, str, view.n);
    if (!url)
        return err_nomem(info);
    for (size_t i = 0; i < view.n; i++)
        url[i] = visit_url_id(r, "delivery", list[i].id.v);
    view.delivery = list;
    view.url = url;
    page.intro = html_key("deliveries.intro");
    deliveries_html(&r->html, &page, &view);
    return visit_show(r, info);
}

/* ---- one ---- */

static err find(struct req *r, struct municipality_id *m, struct register_receipt *receipt,
                struct err_info *info)
{
    struct visit *v = visit_of(r);
    int64_t id;
    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        e = intake_municipality(r, m, info);
    if (e == OK)
        e = register_receipt_find(&v->deed, v->db, *m, (struct delivery_id){id}, receipt, info);
    return e;
}

err delivery_page(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct register_receipt *receipt = ARENA_NEW(r->memory, struct register_receipt, 1);
    struct receipt_view view = {.receipt = receipt};
    struct register_aside *aside;
    struct municipality_id m;

    if (!receipt)
        return err_nomem(info);
    err e = find(r, &m, receipt, info);
    if (e == OK)
        e = register_asides_first(&v->deed, v->db, m, receipt->delivery.id, ASIDES_SHOWN, &aside,
                                  &view.n_asides, info);
    if (e != OK)
        return e;
    for (size_t k = 0; k < INTAKE_KINDS; k++)
        view.n_aside += receipt->sum[k].n_aside;
    view.aside = aside;
    view.asides_url = visit_url_id(r, "delivery-asides", receipt->delivery.id.v);
    struct page page = visit_page(r, html_from_str(receipt->delivery.file));
    visit_crumb(r, &page, html_key("deliveries.title"), visit_url(r, "deliveries", NULL));
    page.badge = html_key(delivery_state_key(receipt->delivery.state));
    receipt_html(&r->html, &page, &view);
    return visit_show(r, info);
}

/* ---- all that was set aside, as a file ---- */

struct csv {
    out *to, text;
    enum lang lang;
};

static err put_aside(void *to, const struct register_aside *a, struct err_info *info)
{
    struct csv *c = to;
    out_clear(&c->text);
    tr_msg(&c->text, c->lang, &a->reason);
    out_int(c->to, a->line);
    out_char(c->to, ',');
    report_csv_text(c->to, tr(c->lang, register_kind_key(a->kind)));
    out_char(c->to, ',');
    out_int(c->to, a->cents);
    out_char(c->to, ',');
    report_csv_text(c->to, out_view(&c->text));
    out_char(c->to, '\n');
    return out_error(c->to, info);
}

err delivery_asides(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct csv c = {.to = &r->answer->body, .lang = r->lang};
    struct register_receipt receipt;
    struct municipality_id m;

    err e = find(r, &m, &receipt, info);
    if (e != OK)
        return e;
    out_init(&c.text, 1 << 16);
    out_cstr(c.to, "\xEF\xBB\xBFline,kind,cents,reason\n");
    e = register_asides(&v->deed, v->db, m, receipt.delivery.id, put_aside, &c, info);
    out_free(&c.text);
    r->answer->type = "text/csv; charset=utf-8";
    http_add_download_name(r->memory, r->answer, tr(r->lang, "deliveries.asides-file"));
    return e;
}
