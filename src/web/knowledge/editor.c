/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * editor: writing and changing a publication. One form for both: what it was filled from is in its
 * field `revision`, so that a new text that saved itself goes on as the draft that this made.
 */
#include "base/date.h"
#include "base/json.h"
#include "web/knowledge/knowledge_int.h"

/* ---- what a form holds ---- */

struct target {
    struct publication_id id; /* v == 0: a new one */
    int64_t version;
    struct publication old;
};

/* What the form says it was filled from; E_NOT_FOUND when the viewer does not see that. */
static err find_target(struct req *r, struct target *t, struct err_info *info)
{
    struct visit *v = visit_of(r);
    int64_t id;

    *t = (struct target){0};
    if (!parse_pair(visit_field(r, "revision"), &id, &t->version))
        return OK;
    t->id.v = id;
    const err e = publication_find(&v->deed, v->db, t->id, &t->old, info);
    if (e == OK && !t->old.may_edit)
        return err_set(info, E_DENIED, "knowledge.denied-edit");
    return e;
}

/* Where a refusal of the second floor belongs. */
static const struct fault_place places[] = {
    {"knowledge.title-", "title"},
    {"knowledge.summary-", "summary"},
    {"knowledge.body-", "body"},
    {"pages.markdown-", "body"},
    {"knowledge.level-needs-space", "level"},
    {"knowledge.ends-before-it-begins", "delete_at"},
    {"knowledge.parent-", "space"},
    {"knowledge.denied-member", "space"},
    {"knowledge.denied-twin", ""},
    {0},
};

static enum level level_typed(const struct req *r, enum level otherwise)
{
    const int64_t level = visit_number(r, "level", -1);
    return level >= LEVEL_OWNER && level <= LEVEL_PUBLIC ? (enum level)level : otherwise;
}

static enum comment_policy comments_typed(const struct req *r, enum comment_policy otherwise)
{
    const int64_t policy = visit_number(r, "comments", -1);
    return policy >= COMMENTS_CLOSED && policy <= COMMENTS_SIGNED_IN ? (enum comment_policy)policy
                                                                     : otherwise;
}

/* As typed; what only the owner decides stays as it was for anybody else. */
static struct editor read_form(const struct req *r, const struct target *t, struct faults *faults)
{
    const bool is_new = t->id.v == 0, owns = is_new || t->old.may_own;
    enum lang lang = r->lang;
    struct editor v = {
        .old = is_new ? NULL : &t->old,
        .revision = visit_field(r, "revision"),
        .owns = owns,
        .faults = faults,
        .title = visit_field(r, "title"),
        .summary = visit_field(r, "summary"),
        .body = visit_field(r, "body"),
        .publish_at = visit_field(r, "publish_at"),
        .delete_at = visit_field(r, "delete_at"),
        .space = owns ? (struct space_id){visit_number(r, "space", t->old.space.v)} : t->old.space,
        .level = owns ? level_typed(r, is_new ? LEVEL_SIGNED_IN : t->old.level) : t->old.level,
        .comments = comments_typed(r, is_new ? COMMENTS_SIGNED_IN : t->old.comments),
        .twin =
            owns ? (struct publication_id){visit_number(r, "twin", t->old.twin.v)} : t->old.twin,
    };
    v.lang = lang_parse(visit_field(r, "lang"), &lang) ? lang : is_new ? r->lang : t->old.lang;
    return v;
}

/* A moment that was not touched stays as it is, with the seconds that a form does not show. */
static int64_t moment_typed(struct req *r, struct faults *faults, const char *field, str typed,
                            int64_t stored)
{
    int64_t at = INT64_MAX;
    if (str_eq(str_trim(typed), local_text(r, stored)))
        return stored;
    if (str_trim(typed).n && !date_parse_local(str_trim(typed), &at))
        fault_add(r, faults, field, "stories.wrong-time");
    return at;
}

static struct publication_form form_of(struct req *r, const struct editor *v,
                                       const struct target *t)
{
    const bool is_new = t->id.v == 0;
    const int64_t from = is_new ? INT64_MAX : t->old.publish_at;
    const int64_t to = is_new ? INT64_MAX : t->old.delete_at;
    struct publication_form form = {
        .kind = PUBLICATION_BLOG,
        .space = v->space,
        .parent = is_new ? (struct publication_id){0} : t->old.parent,
        .lang = v->lang,
        .twin = v->twin,
        .level = v->level,
        .comments = v->comments,
        .publish_at =
            v->owns ? moment_typed(r, v->faults, "publish_at", v->publish_at, from) : from,
        .delete_at = v->owns ? moment_typed(r, v->faults, "delete_at", v->delete_at, to) : to,
        .title = v->title,
        .summary = v->summary,
        .body = v->body,
    };
    /* what is published has a day on which it was */
    if (!is_new && t->old.state != PUBLICATION_DRAFT && !is_set(form.publish_at))
        form.publish_at = from;
    return form;
}

/* ---- showing it ---- */

static err find_spaces(struct req *r, struct editor *v, struct err_info *info)
{
    struct visit *visit = visit_of(r);
    struct space *list, *writable;
    size_t n;

    err e = space_mine(&visit->deed, visit->db, &list, &n, info);
    if (e != OK)
        return e;
    writable = ARENA_NEW(r->memory, struct space, n + 1);
    if (!writable)
        return err_nomem(info);
    bool has_own = v->space.v == 0;
    for (size_t i = 0; i < n; i++)
        if (list[i].may_write) {
            writable[v->n_spaces++] = list[i];
            has_own = has_own || list[i].id.v == v->space.v;
        }
    /* where it stands, though the viewer has left since */
    if (!has_own && v->old && v->space.v == v->old->space.v) {
        e = space_get(&visit->deed, visit->db, v->space, &writable[v->n_spaces], info);
        v->n_spaces += e == OK;
    }
    v->spaces = writable;
    return e == E_NOT_FOUND ? OK : e;
}

static err find_twin(struct req *r, struct editor *v, struct err_info *info)
{
    struct visit *visit = visit_of(r);
    struct publication twin;

    if (v->twin.v == 0)
        return OK;
    const err e = publication_find(&visit->deed, visit->db, v->twin, &twin, info);
    if (e == OK)
        v->twin_title = twin.title;
    else
        v->twin.v = 0;
    return e == E_NOT_FOUND ? OK : e;
}

static err show(struct req *r, struct editor *v, struct err_info *info)
{

    err e = OK;
    if (v->faults->n == 0)
        e = markdown_html(r->memory, v->body, 1, &v->preview, info);
    if (e != OK && !fault_take(r, v->faults, places, info))
        return e;
    e = find_spaces(r, v, info);
    if (e == OK)
        e = find_twin(r, v, info);
    if (e != OK)
        return e;
    struct page page =
        knowledge_page(r, html_key(v->old ? "stories.change-title" : "stories.new-title"),
                       "visit.menu-publications", "publications");
    page.wide = true; /* text and preview side by side */
    if (v->old)
        visit_crumb(r, &page, html_from_str(v->old->title),
                    visit_url_id(r, "publication", v->old->id.v));
    for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
        const str id = text_of_int(r, v->old ? v->old->id.v : 0);
        page.alternates[lang] =
            url_in(r, v->old ? "publication-edit" : "publication-new", lang, &id);
    }
    page.has_errors = v->faults->n > 0;
    page.unlisted = true;
    editor_html(&r->html, r, &page, v);
    return visit_show(r, info);
}

/* Title, summary and text as one, for telling two versions apart. */
static str whole_text(const struct req *r, str title, str summary, str body)
{
    out o;
    out_init(&o, 2 * PUBLICATION_BODY_MAX);
    out_str(&o, title);
    out_cstr(&o, "\n\n");
    out_str(&o, summary);
    out_cstr(&o, "\n\n");
    out_str(&o, body);
    const str text = o.error == OK ? arena_str(r->memory, out_view(&o)) : (str){0};
    out_free(&o);
    return text.p ? text : STR("");
}

/* Somebody changed it since: both texts, and the form goes on from theirs. */
static err show_conflict(struct req *r, struct editor *v, struct err_info *info)
{
    struct diff_piece *piece;
    const err e =
        diff_texts(r->memory, whole_text(r, v->old->title, v->old->summary, v->old->body),
                   whole_text(r, v->title, v->summary, v->body), &piece, &v->n_pieces, info);
    if (e != OK)
        return e;
    v->piece = piece;
    v->is_conflict = true;
    v->revision = text_of_pair(r, v->old->id.v, v->old->version);
    return show(r, v, info);
}

/* ---- new ---- */

static err find_place(struct req *r, struct editor *v, struct err_info *info)
{
    struct visit *visit = visit_of(r);
    const str slug = http_query(r->http, "space");
    struct publication twin;
    struct space s;
    err e = OK;

    if (slug.p)
        e = space_find(&visit->deed, visit->db, slug, &s, info);
    if (e == OK && slug.p) {
        v->space = s.id;
        v->level = LEVEL_SPACE;
    }
    v->twin.v = asked_number(r, "twin");
    if (e == OK && v->twin.v)
        e = publication_find(&visit->deed, visit->db, v->twin, &twin, info);
    if (e == OK && v->twin.v) {
        v->space = twin.space;
        v->level = twin.level;
        v->comments = twin.comments;
        v->lang = twin.lang == LANG_NL ? LANG_EN : LANG_NL;
    }
    return e;
}

static err write_new(struct req *r, struct err_info *info)
{
    struct faults faults = {.n = 0};
    struct editor v = {
        .faults = &faults,
        .revision = STR("0"),
        .owns = true,
        .lang = r->lang,
        .level = LEVEL_SIGNED_IN,
        .comments = COMMENTS_SIGNED_IN,
    };
    const err e = find_place(r, &v, info);
    return e == OK ? show(r, &v, info) : e;
}

/* ---- change ---- */

static struct editor editor_of(const struct req *r, const struct publication *p,
                               struct faults *faults)
{
    return (struct editor){
        .faults = faults,
        .old = p,
        .revision = text_of_pair(r, p->id.v, p->version),
        .owns = p->may_own,
        .title = p->title,
        .summary = p->summary,
        .body = p->body,
        .publish_at = local_text(r, p->publish_at),
        .delete_at = local_text(r, p->delete_at),
        .lang = p->lang,
        .space = p->space,
        .level = p->level,
        .comments = p->comments,
        .twin = p->twin,
    };
}

/* What was being typed comes back by itself; the text that is shown to others is a click away. */
static err edit(struct req *r, struct err_info *info)
{
    struct visit *visit = visit_of(r);
    struct faults faults = {.n = 0};
    struct publication p;
    struct draft draft;
    bool found = false;
    int64_t id;

    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        e = publication_find(&visit->deed, visit->db, (struct publication_id){id}, &p, info);
    if (e == OK && !p.may_edit)
        e = err_set(info, E_DENIED, "knowledge.denied-edit");
    if (e == OK && !http_query(r->http, "saved").p)
        e = draft_find(&visit->deed, visit->db, p.id, &draft, &found, info);
    if (e != OK)
        return e;
    struct editor v = editor_of(r, &p, &faults);
    if (!found)
        return show(r, &v, info);
    v.title = draft.title;
    v.summary = draft.summary;
    v.body = draft.body;
    v.draft_at = draft.saved_at;
    return draft.base_version == p.version ? show(r, &v, info) : show_conflict(r, &v, info);
}

/* ---- saving ---- */

/* A draft needs no title yet. */
static str title_or_none(const struct req *r, str title)
{
    return str_trim(title).n ? title : tr(r->lang, "stories.untitled");
}

static err keep_draft(struct req *r, const struct target *t, const struct editor *v,
                      struct err_info *info)
{
    struct visit *visit = visit_of(r);
    const struct draft draft = {
        .base_version = t->version, .title = v->title, .summary = v->summary, .body = v->body};
    return draft_save(&visit->deed, visit->db, t->id, &draft, info);
}

/* The same form again, pressed twice, finds it published or meets the other in the middle. */
static err publish(struct req *r, struct publication_id id, struct err_info *info)
{
    struct visit *visit = visit_of(r);
    struct publication p;
    err e;
    do {
        e = publication_find(&visit->deed, visit->db, id, &p, info);
        if (e == OK && p.state != PUBLICATION_PUBLISHED)
            e = publication_set_state(&visit->deed, visit->db, id, p.version, PUBLICATION_PUBLISHED,
                                      info);
    } while (e == E_CONFLICT);
    return e;
}

/* Keeps it and publishes it if asked; `t->id` is then the publication's. */
static err save_form(struct req *r, struct target *t, const struct publication_form *form,
                     bool publishes, struct err_info *info)
{
    struct visit *visit = visit_of(r);
    err e = t->id.v == 0
                ? publication_create(&visit->deed, visit->db, form, &t->id, info)
                : publication_change(&visit->deed, visit->db, t->id, t->version, form, info);
    if (e == OK && publishes)
        e = publish(r, t->id, info);
    return e;
}

static err save_failed(struct req *r, struct target *t, struct editor *v, err e,
                       struct err_info *info)
{
    struct visit *visit = visit_of(r);

    if (e == E_CONFLICT && t->id.v != 0) {
        e = publication_find(&visit->deed, visit->db, t->id, &t->old, info);
        r->answer->status = site_status_of(E_CONFLICT);
        return e == OK ? show_conflict(r, v, info) : e;
    }
    return fault_take(r, v->faults, places, info) ? show(r, v, info) : e;
}

static err save(struct req *r, struct err_info *info)
{
    const str what = visit_field(r, "do");
    const bool keeps = str_eq(what, STR("keep")), publishes = str_eq(what, STR("publish"));
    struct faults faults = {.n = 0};
    struct target t;

    err e = find_target(r, &t, info);
    if (e != OK)
        return e;
    struct editor v = read_form(r, &t, &faults);
    if (str_eq(what, STR("preview")))
        return show(r, &v, info);
    struct publication_form form = form_of(r, &v, &t);
    if (faults.n)
        return show(r, &v, info);
    const bool is_draft = t.id.v == 0 || t.old.state == PUBLICATION_DRAFT;
    if (keeps && is_draft)
        form.title = title_or_none(r, form.title);
    if (keeps && !is_draft)
        e = keep_draft(r, &t, &v, info);
    else
        e = markdown_html(r->memory, form.body, 1, &v.preview, info);
    if (e == OK && (!keeps || is_draft))
        e = save_form(r, &t, &form, publishes, info);
    if (e != OK)
        return save_failed(r, &t, &v, e, info);
    return visit_go(r, visit_url_id(r, "publication", t.id.v),
                    keeps       ? "kept"
                    : publishes ? "published"
                                : "saved",
                    info);
}

/* ---- what the script asks ---- */

static void answer_revision(struct req *r, const struct target *t)
{
    json j;
    r->answer->type = "application/json";
    json_init(&j, &r->answer->body);
    json_open_object(&j);
    json_key_str(&j, "revision", t->id.v ? text_of_pair(r, t->id.v, t->version) : STR("0"));
    json_close_object(&j);
}

/* A new text becomes a draft of its own with the first words; later ones are kept beside it. */
static err autosave(struct req *r, struct err_info *info)
{
    struct visit *visit = visit_of(r);
    struct faults faults = {.n = 0};
    struct target t;

    err e = find_target(r, &t, info);
    if (e != OK)
        return e;
    struct editor v = read_form(r, &t, &faults);
    if (t.id.v) {
        e = keep_draft(r, &t, &v, info);
        if (e == OK && t.old.version != t.version)
            e = err_set(info, E_CONFLICT, "knowledge.changed-since");
    } else if (str_trim(v.title).n || str_trim(v.summary).n || str_trim(v.body).n) {
        struct publication_form form = form_of(r, &v, &t);
        form.title = title_or_none(r, form.title);
        if (form.level == LEVEL_SPACE && form.space.v == 0)
            form.level = LEVEL_OWNER;
        e = publication_create(&visit->deed, visit->db, &form, &t.id, info);
        t.version = 1;
    }
    if (e == OK)
        answer_revision(r, &t);
    return e;
}

static err preview(struct req *r, struct err_info *info)
{
    safe_html html;
    const err e = markdown_html(r->memory, visit_field(r, "body"), 1, &html, info);
    if (e == OK)
        out_str(&r->answer->body, html.html);
    return e;
}

static err drop_draft(struct req *r, struct err_info *info)
{
    struct visit *visit = visit_of(r);
    int64_t id;

    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        e = draft_drop(&visit->deed, visit->db, (struct publication_id){id}, info);
    return e == OK ? visit_go(r, visit_url_id(r, "publication-edit", id), "dropped", info) : e;
}

const struct route editor_routes[] = {
    ROUTE("publication-new", HTTP_GET, "/nl/verhalen/schrijven", "/en/stories/write", write_new,
          &rule_signed_in, RATE_PAGE),
    ROUTE("publication-edit", HTTP_GET, "/nl/verhalen/{id}/wijzigen", "/en/stories/{id}/change",
          edit, &rule_signed_in, RATE_PAGE),
    ROUTE("publication-save", HTTP_POST, "/nl/verhalen/opslaan", "/en/stories/save", save,
          &rule_signed_in, RATE_WRITE),
    ROUTE("publication-autosave", HTTP_POST, "/nl/verhalen/concept", "/en/stories/draft", autosave,
          &rule_signed_in, RATE_WRITE),
    ROUTE("publication-preview", HTTP_POST, "/nl/verhalen/voorbeeld", "/en/stories/preview",
          preview, &rule_signed_in, RATE_PAGE),
    ROUTE("draft-drop", HTTP_POST, "/nl/verhalen/{id}/concept/weg", "/en/stories/{id}/draft/drop",
          drop_draft, &rule_signed_in, RATE_WRITE),
    {0},
};
