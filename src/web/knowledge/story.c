/* SPDX-License-Identifier: EUPL-1.2 */
/* story: one publication with its comments, and what may be done with it. */
#include "web/knowledge/knowledge_int.h"

/* ---- the page ---- */

/* A space that the viewer is not shown has no name on the page. */
static err find_space(const struct deed *deed, db *d, struct story *s, struct err_info *info)
{
    if (s->p.space.v == 0)
        return OK;
    const err e = space_get(deed, d, s->p.space, &s->space, info);
    s->has_space = e == OK;
    return e == E_NOT_FOUND ? OK : e;
}

/* The comment that `c` answers, or the one above that: a conversation has two levels. */
static size_t root_of(const struct comment *list, size_t n, size_t i)
{
    for (size_t steps = 0; steps < n && list[i].reply_to.v != 0; steps++) {
        size_t above = n;
        for (size_t k = 0; k < i && above == n; k++)
            if (list[k].id.v == list[i].reply_to.v)
                above = k;
        if (above == n)
            break;
        i = above;
    }
    return i;
}

/* Answers behind what they answer, each in its own order of time. */
static err put_answers_below(struct req *r, struct story *s, struct err_info *info)
{
    struct comment *sorted = ARENA_NEW(r->memory, struct comment, s->n_comments);
    size_t *root = ARENA_NEW(r->memory, size_t, s->n_comments);
    size_t n = 0;

    if (!sorted || !root)
        return err_nomem(info);
    for (size_t i = 0; i < s->n_comments; i++)
        root[i] = root_of(s->comment, s->n_comments, i);
    for (size_t i = 0; i < s->n_comments; i++) {
        if (root[i] != i)
            continue;
        sorted[n++] = s->comment[i];
        for (size_t k = i + 1; k < s->n_comments; k++)
            if (root[k] == i)
                sorted[n++] = s->comment[k];
    }
    s->comment = sorted;
    return OK;
}

static err find_comments(struct req *r, db *d, struct story *s, struct err_info *info)
{
    const struct deed *deed = &visit_of(r)->deed;
    const struct cursor from = cursor_asked(r, "after");
    const str url = visit_url_id(r, "publication", s->p.id.v);
    struct cursor next;

    s->here_url = from.id ? cursor_url(r, url, "after", from) : url;
    if (s->p.n_comments == 0 && from.id == 0)
        return OK;
    err e = comment_list_of(deed, d, &s->p, from, COMMENTS_SHOWN, &s->comment, &s->n_comments,
                            &next, info);
    if (e == OK)
        e = put_answers_below(r, s, info);
    if (e == OK)
        s->later_comments_url = cursor_url(r, url, "after", next);
    return e;
}

static void find_reply(struct story *s, int64_t to)
{
    for (size_t i = 0; i < s->n_comments; i++)
        if (s->comment[i].id.v == to && !s->comment[i].is_removed) {
            s->reply_to = s->comment[i].id;
            s->reply_name = s->comment[i].author_name;
        }
}

/* The form of a comment that its writer may change, filled with what it says or what was typed. */
static void find_change(struct req *r, struct story *s, int64_t id, bool is_typed)
{
    const str url = url_of_two(r, "comment-change", s->p.id.v, id);
    const struct cursor from = cursor_asked(r, "after");

    for (size_t i = 0; i < s->n_comments; i++)
        if (s->comment[i].id.v == id && s->comment[i].may_change) {
            s->changing = s->comment[i].id;
            s->change_url = from.id ? cursor_url(r, url, "after", from) : url;
            if (!is_typed)
                s->typed = s->comment[i].body;
        }
}

struct reading {
    struct req *r;
    struct publication_id id;
    struct story *s;
};

static err read_story(db *d, void *arg, struct err_info *info)
{
    const struct reading *g = arg;
    const struct deed *deed = &visit_of(g->r)->deed;
    struct story *s = g->s;

    s->has_space = false;
    s->n_comments = 0;
    err e = publication_find(deed, d, g->id, &s->p, info);
    if (e == OK)
        e = find_space(deed, d, s, info);
    if (e == OK)
        e = publication_find_twin(deed, d, &s->p, &s->twin, &s->has_twin, info);
    return e == OK ? find_comments(g->r, d, s, info) : e;
}

/* The text as it was kept by this very renderer, or made now and kept for the next reader. */
static err find_body(struct req *r, struct story *s, struct err_info *info)
{
    struct err_info why;

    if (s->p.html.p && s->p.html_by == MARKDOWN_VERSION) {
        s->body = (safe_html){s->p.html}; /* nothing else writes that column */
        return OK;
    }
    const err e = markdown_html(r->memory, s->p.body, 1, &s->body, info);
    if (e != OK)
        return e;
    if (publication_keep_html(visit_of(r)->db, &s->p, s->body.html, MARKDOWN_VERSION, &why) != OK)
        log_err(web_of(r)->log, LOG_WARN, "publication-html", &why); /* it can be made again */
    return OK;
}

/* All of one moment: a page shows no comment on a text that it does not show. */
static err find_story(struct req *r, int64_t id, struct story *s, struct err_info *info)
{
    struct reading reading = {.r = r, .id = {id}, .s = s};
    const err e = db_read_do(visit_of(r)->db, read_story, &reading, info);
    return e == OK ? find_body(r, s, info) : e;
}

static void write_story(struct req *r, const struct story *s)
{
    struct page page =
        knowledge_page(r, html_from_str(s->p.title), "visit.menu-publications", "publications");
    page.own_title = page.wide = true;
    page.has_errors = s->faults->n > 0;
    page.unlisted = s->p.eff != LEVEL_PUBLIC || !publication_is_live(&s->p, r->now_ms);
    for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
        const str id =
            text_of_int(r, s->has_twin && s->twin.lang == lang ? s->twin.id.v : s->p.id.v);
        page.alternates[lang] = url_in(r, "publication", lang, &id);
    }
    story_html(&r->html, r, &page, s);
}

static err story(struct req *r, struct err_info *info)
{
    struct faults faults = {.n = 0};
    struct story s = {.faults = &faults};
    int64_t id;

    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        e = find_story(r, id, &s, info);
    if (e != OK)
        return e;
    find_reply(&s, asked_number(r, "reply"));
    s.asked_removal = (struct comment_id){asked_number(r, "remove")};
    find_change(r, &s, asked_number(r, "change"), false);
    if (web_of(r)->views && r->http->method == HTTP_GET && publication_is_live(&s.p, r->now_ms))
        view_counter_add(web_of(r)->views, s.p.id, r->viewer->is_active);
    write_story(r, &s);
    return visit_show(r, info);
}

/* ---- comments ---- */

static const struct fault_place comment_places[] = {{"knowledge.comment-", "comment"}, {0}};

static err show_comment_again(struct req *r, int64_t id, struct faults *faults,
                              struct err_info *info)
{
    struct story s = {.faults = faults, .typed = visit_field(r, "comment")};

    const err e = find_story(r, id, &s, info);
    if (e != OK)
        return e;
    find_reply(&s, visit_number(r, "reply", 0));
    write_story(r, &s);
    return visit_show(r, info);
}

static err comment_on(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const struct comment_id reply_to = {visit_number(r, "reply", 0)};
    struct faults faults = {.n = 0};
    struct comment_id made;
    int64_t id;

    err e = req_param_id(r, "id", &id, info);
    if (e != OK)
        return e;
    e = comment_add(&v->deed, v->db, (struct publication_id){id}, reply_to,
                    visit_field(r, "comment"), &made, info);
    if (e != OK && fault_take(r, &faults, comment_places, info))
        return show_comment_again(r, id, &faults, info);
    return e == OK ? visit_go(r, visit_url_id(r, "publication", id), "commented", info) : e;
}

/* The form again with what was typed. Somebody was first: saving again is on top of that. */
static err show_change_again(struct req *r, int64_t id, int64_t comment, struct faults *faults,
                             struct err_info *info)
{
    struct story s = {.faults = faults, .typed = visit_field(r, "comment")};

    const err e = find_story(r, id, &s, info);
    if (e != OK)
        return e;
    find_change(r, &s, comment, true);
    write_story(r, &s);
    return visit_show(r, info);
}

static err change_comment(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {.n = 0};
    int64_t id, comment;

    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        e = req_param_id(r, "comment", &comment, info);
    if (e != OK)
        return e;
    e = comment_change(&v->deed, v->db, (struct comment_id){comment},
                       visit_number(r, "revision", 0), visit_field(r, "comment"), info);
    if (e == OK)
        return visit_go(r, visit_url_id(r, "publication", id), "comment-changed", info);
    if (e == E_CONFLICT) {
        fault_add(r, &faults, "comment", "stories.comment-changed-since");
        r->answer->status = 409;
    } else if (!fault_take(r, &faults, comment_places, info)) {
        return e;
    }
    return show_change_again(r, id, comment, &faults, info);
}

static err remove_comment(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    int64_t id, comment;

    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        e = req_param_id(r, "comment", &comment, info);
    if (e == OK)
        e = comment_remove(&v->deed, v->db, (struct comment_id){comment}, info);
    return e == OK ? visit_go(r, visit_url_id(r, "publication", id), "comment-removed", info) : e;
}

/* ---- publishing, archiving, removing, putting back ---- */

static const struct step {
    str name; /* of the button */
    enum publication_state state;
    const char *done;
} steps[] = {
    {STR("publish"), PUBLICATION_PUBLISHED, "published"},
    {STR("withdraw"), PUBLICATION_DRAFT, "withdrawn"},
    {STR("archive"), PUBLICATION_ARCHIVED, "archived"},
    {STR("remove"), PUBLICATION_REMOVED, "removed"},
    {STR("restore"), PUBLICATION_DRAFT, "restored"},
};

static const struct step *step_asked(const struct req *r)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (str_eq(visit_field(r, "do"), steps[i].name))
            return &steps[i];
    return NULL;
}

static err set_state(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const struct step *step = step_asked(r);
    int64_t id;

    if (!step)
        return err_set(info, E_INPUT, "stories.no-such-step");
    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        e = publication_set_state(&v->deed, v->db, (struct publication_id){id},
                                  visit_number(r, "version", 0), step->state, info);
    if (e == E_CONFLICT)
        return err_set(info, E_CONFLICT, "stories.state-changed-since");
    if (e != OK)
        return e;
    return visit_go(r,
                    step->state == PUBLICATION_REMOVED ? visit_url(r, "bin", NULL)
                                                       : visit_url_id(r, "publication", id),
                    step->done, info);
}

const struct route story_routes[] = {
    ROUTE("publication", HTTP_GET, "/nl/verhalen/{id}", "/en/stories/{id}", story, &rule_object,
          RATE_PAGE),
    ROUTE("publication-state", HTTP_POST, "/nl/verhalen/{id}/toestand", "/en/stories/{id}/state",
          set_state, &rule_signed_in, RATE_WRITE),
    ROUTE("comment-add", HTTP_POST, "/nl/verhalen/{id}/reacties", "/en/stories/{id}/comments",
          comment_on, &rule_signed_in, RATE_WRITE),
    ROUTE("comment-change", HTTP_POST, "/nl/verhalen/{id}/reacties/{comment}/wijzigen",
          "/en/stories/{id}/comments/{comment}/change", change_comment, &rule_signed_in,
          RATE_WRITE),
    ROUTE("comment-remove", HTTP_POST, "/nl/verhalen/{id}/reacties/{comment}/verwijderen",
          "/en/stories/{id}/comments/{comment}/remove", remove_comment, &rule_signed_in,
          RATE_WRITE),
    {0},
};
