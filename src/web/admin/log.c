/* SPDX-License-Identifier: EUPL-1.2 */
/* log: the audit log for auditors, on pages and as a file. */
#include "base/date.h"
#include "web/admin/admin_int.h"

#include <string.h>

enum { LOG_ROWS = 50 };

static const char *const kinds[] = {"account",     "session", "second", "token", "organisation",
                                    "publication", "comment", "space",  "audit", NULL};

static struct audit_filter asked_filter(const struct req *r)
{
    const str verbs = query_text(r, "verbs");
    struct audit_filter filter = {.who = {query_number(r, "who")}};
    for (size_t i = 0; kinds[i]; i++)
        if (str_eq(verbs, str_of(kinds[i])))
            filter.verbs = verbs;
    return filter;
}

static str filter_url(const struct req *r, const char *route, struct audit_filter filter)
{
    str url = visit_url(r, route, NULL);
    if (filter.who.v)
        url = with_query_id(r, url, "who", filter.who.v);
    if (filter.verbs.n)
        url = with_query(r, url, "verbs", filter.verbs);
    return url;
}

/* A name that is typed: one account is it, of several the page asks which. */
static err find_person(struct req *r, struct admin_log_view *view, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct person *found;
    struct party_id next;
    size_t n;

    view->person = query_text(r, "person");
    if (view->filter.who.v || view->person.n == 0)
        return OK;
    const err e = person_list(&v->deed, v->db, view->person, (struct party_id){0}, FOUND_MAX,
                              &found, &n, &next, info);
    if (e != OK)
        return e;
    view->nobody = n == 0;
    if (n == 1) {
        view->filter.who = found[0].id;
        view->filter_name = found[0].name;
        return OK;
    }
    str *url = ARENA_NEW(r->memory, str, n);
    if (!url)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++)
        url[i] = filter_url(r, "admin-log",
                            (struct audit_filter){.who = found[i].id, .verbs = view->filter.verbs});
    view->found = found;
    view->found_url = url;
    view->n_found = n;
    return OK;
}

static err link_names(struct req *r, struct admin_log_view *view, struct err_info *info)
{
    const size_t n = view->log.n;
    str *actor = ARENA_NEW(r->memory, str, n), *about = ARENA_NEW(r->memory, str, n);
    if (!actor || !about)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++) {
        const struct audit_entry *e = &view->log.entry[i];
        actor[i] = filter_url(r, "admin-log", (struct audit_filter){.who = e->actor});
        about[i] = filter_url(r, "admin-log", (struct audit_filter){.who = e->about});
    }
    view->log.actor_url = actor;
    view->log.about_url = about;
    return OK;
}

static err list(struct req *r, struct admin_log_view *view, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const int64_t from = query_number(r, "from");
    struct audit_entry *entry;
    size_t n;

    const err e = audit_list(&v->deed, v->db, view->filter, from, LOG_ROWS + 1, &entry, &n, info);
    if (e != OK)
        return e;
    const bool has_more = n > LOG_ROWS;
    const str url = filter_url(r, "admin-log", view->filter);
    view->log = (struct log_view){
        .entry = entry,
        .n = has_more ? LOG_ROWS : n,
        .newer_url = from ? url : (str){0},
        .older_url =
            has_more ? with_query_id(r, url, "from", entry[LOG_ROWS - 1].number) : (str){0},
    };
    return link_names(r, view, info);
}

static err log_page(struct req *r, struct err_info *info)
{
    struct page page = admin_page(r, "admin.log", NULL, NULL);
    struct admin_log_view view = {
        .action = visit_url(r, "admin-log", NULL),
        .filter = asked_filter(r),
        .kind = kinds,
    };

    err e = find_person(r, &view, info);
    if (e == OK)
        e = list(r, &view, info);
    if (e != OK)
        return e;
    view.csv_url = filter_url(r, "admin-log-file", view.filter);
    page.wide = true;
    admin_log_html(&r->html, &page, &view);
    return visit_show(r, info);
}

/* ---- as a file: all of it, or none ---- */

/* Quoted, and what a spreadsheet would take for a formula made a text. */
static void cell(out *o, str text)
{
    out_char(o, '"');
    if (text.n && strchr("=+-@\t\r", text.p[0]))
        out_char(o, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            out_char(o, '"');
        out_char(o, text.p[i]);
    }
    out_char(o, '"');
}

static void number(out *o, int64_t v)
{
    out_int(o, v);
    out_char(o, ';');
}

static void text(out *o, str s)
{
    cell(o, s);
    out_char(o, ';');
}

static err put_row(void *to, const struct audit_entry *e, struct err_info *info)
{
    out *o = to;
    char at[20];

    date_print_utc(e->at, at);
    number(o, e->number);
    text(o, (str){at, sizeof at});
    text(o, e->verb);
    number(o, e->actor.v);
    text(o, e->actor_name);
    number(o, e->about.v);
    text(o, e->about_name);
    text(o, e->object);
    number(o, e->object_id);
    text(o, e->purpose);
    out fields;
    out_init(&fields, 64 << 10);
    for (size_t i = 0; i < e->n_fields; i++) {
        out_cstr(&fields, i ? ", " : "");
        out_cstr(&fields, e->field[i].name);
        out_cstr(&fields, "=");
        out_str(&fields, e->field[i].value);
    }
    cell(o, out_view(&fields));
    out_cstr(o, "\r\n");
    const err failed = out_error(&fields, info);
    out_free(&fields);
    return failed == OK ? out_error(o, info) : failed;
}

static err log_file(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    out *o = &r->answer->body;

    out_cstr(o, "\xEF\xBB\xBFnumber;at;verb;actor;actor_name;about;about_name;object;object_id;"
                "purpose;fields\r\n");
    const err e = audit_each(&v->deed, v->db, asked_filter(r), put_row, o, info);
    if (e == E_LIMIT)
        return err_set(info, E_LIMIT, "admin.log-too-long");
    if (e != OK)
        return e;
    r->answer->type = "text/csv; charset=utf-8";
    http_add_download_name(r->memory, r->answer, tr(r->lang, "admin.log-file"));
    return OK;
}

const struct route admin_log_routes[] = {
    ROUTE("admin-log", HTTP_GET, "/nl/beheer/logboek", "/en/admin/log", log_page, &rule_auditor,
          RATE_SEARCH),
    ROUTE("admin-log-file", HTTP_GET, "/nl/beheer/logboek.csv", "/en/admin/log.csv", log_file,
          &rule_auditor, RATE_SEARCH),
    {0},
};
