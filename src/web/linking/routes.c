/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/register/register.h"
#include "base/num.h"
#include "web/intake/intake.h"
#include "web/linking/linking_int.h"

static const struct {
    const char *word;
    enum link_answer answer;
} answers[] = {
    {"same", LINK_SAME}, {"different", LINK_DIFFERENT}, {"cannot-tell", LINK_CANNOT_TELL}};

/* ---- what linking made ---- */

/* Whether the steward who looks is the one whom the covenant of the run that counts names. */
static bool may_judge(const struct visit *v, const struct linking_view *view)
{
    for (size_t i = 0; i < view->n_runs; i++)
        if (view->run[i].counts)
            return view->run[i].n_open > 0 &&
                   view->run[i].covenant.steward.v == v->deed.viewer.id.v;
    return false;
}

static err linking_page(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct page page = visit_page(r, html_key("linking.title"));
    struct linking_view view = {0};
    struct municipality_id m;
    struct covenant *covenant;
    struct link_run *run;

    err e = intake_municipality(r, &m, info);
    if (e == OK)
        e = covenant_list(&v->deed, v->db, m, &covenant, &view.n_covenants, info);
    if (e == OK)
        e = link_run_list(&v->deed, v->db, m, &run, &view.n_runs, info);
    if (e != OK)
        return e;
    view.covenant = covenant;
    view.run = run;
    if (may_judge(v, &view))
        view.review_url = visit_url(r, "linking-review", NULL);
    page.intro = html_key("linking.intro");
    linking_html(&r->html, &page, &view);
    return visit_show(r, info);
}

/* ---- one pair ---- */

static str number_text(struct req *r, int64_t v)
{
    char digits[NUM_TEXT_MAX];
    return arena_str(r->memory, (str){digits, num_print_int(v, digits)});
}

/* A page in the back of the browser holds a pair: it is never kept. */
static err review_page(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct page page = visit_page(r, html_key("linking.review"));
    struct review_view view = {.list_url = visit_url(r, "linking", NULL),
                               .action = visit_url(r, "linking-judge", NULL)};
    struct municipality_id m;
    struct link_pair pair;

    err e = intake_municipality(r, &m, info);
    if (e == OK)
        e = link_pair_next(&v->deed, v->db, m, &pair, info);
    if (e == OK) {
        view.pair = &pair;
        view.a = number_text(r, pair.a.v);
        view.b = number_text(r, pair.b.v);
        view.csrf = visit_token(r);
    } else if (e != E_NOT_FOUND) {
        return e;
    }
    visit_crumb(r, &page, html_key("linking.title"), view.list_url);
    review_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static err judge(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const str word = visit_field(r, "answer");
    struct municipality_id m;

    err e = intake_municipality(r, &m, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (str_eq(word, str_of(answers[i].word))) {
            e = link_pair_judge(&v->deed, v->db, m, (struct record_id){visit_number(r, "a", 0)},
                                (struct record_id){visit_number(r, "b", 0)}, answers[i].answer,
                                info);
            return e == OK ? visit_go(r, visit_url(r, "linking-review", NULL), "judged", info) : e;
        }
    return err_set(info, E_INPUT, "linking.answer-unknown");
}

const struct route linking_routes[] = {
    ROUTE("linking", HTTP_GET, "/nl/koppelen", "/en/linking", linking_page, &rule_steward,
          RATE_PAGE),
    ROUTE("linking-review", HTTP_GET, "/nl/koppelen/beoordelen", "/en/linking/review", review_page,
          &rule_steward, RATE_PAGE),
    ROUTE("linking-judge", HTTP_POST, "/nl/koppelen/beoordelen", "/en/linking/review", judge,
          &rule_steward, RATE_WRITE),
    {0},
};
