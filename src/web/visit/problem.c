/* SPDX-License-Identifier: EUPL-1.2 */
/* problem: an error for a program, as RFC 9457 asks: application/problem+json. */
#include "base/json.h"
#include "web/pages/errors.h"
#include "web/visit/visit_int.h"

#include <stdio.h>
#include <string.h>

/* What HTTP has a status of its own for, that a page has not. */
static const struct {
    const char *key;
    int status;
    const char *challenge; /* RFC 6750, section 3 */
} particular[] = {
    {"visit.no-token", 401, "Bearer error=\"invalid_token\""},
    {"api.token-needed", 401, "Bearer"},
    {"api.scope-read", 403, "Bearer error=\"insufficient_scope\", scope=\"read\""},
    {"api.scope-write", 403, "Bearer error=\"insufficient_scope\", scope=\"write\""},
    {"api.changed-since", 412, NULL},
    {"knowledge.changed-since", 412, NULL},
    {"api.media-type", 415, NULL},
    {"api.match-needed", 428, NULL},
    {"form.type", 415, NULL},
};

bool visit_is_program(const struct req *r)
{
    return (r->route && r->route->has_token) || str_starts(r->http->path, STR("/api/"));
}

static int choose_status(struct req *r, const struct err_info *why)
{
    const int status = r->answer->status;
    for (size_t i = 0; why->msg.key && i < sizeof particular / sizeof *particular; i++) {
        if (strcmp(particular[i].key, why->msg.key) != 0)
            continue;
        if (particular[i].challenge)
            http_add_header(r->answer, "WWW-Authenticate", str_of(particular[i].challenge));
        return particular[i].status;
    }
    return status == 422 ? 400 : status; /* the NLGov rules know one kind of wrong input */
}

const char *visit_problem_title(int status)
{
    switch (status) {
    case 401: return "visit.problem-401";
    case 404: return "visit.problem-404";
    case 412: return "visit.problem-412";
    case 415: return "visit.problem-415";
    case 428: return "visit.problem-428";
    default: return error_title_key(status);
    }
}

/* What the inside says of itself is for the log; what is absent or hidden says the same. */
static bool is_told(int status)
{
    return status != 404 && status < 500;
}

static void put_detail(json *j, enum lang lang, const struct msg *m)
{
    out text;
    out_init(&text, MSG_TEXT_MAX * 4);
    tr_msg(&text, lang, m);
    json_key_str(j, "detail", out_view(&text));
    out_free(&text);
}

/* The address that says what a code means; of what says nothing more than its status there is none.
 */
static void put_type(json *j, const struct req *r, const char *code)
{
    out type;
    out_init(&type, 1024);
    if (code) {
        out_cstr(&type, site_base_url(r->site));
        out_cstr(&type, VISIT_PROBLEMS_PATH);
        out_char(&type, '/');
        out_cstr(&type, code);
    } else {
        out_cstr(&type, "about:blank");
    }
    json_key_str(j, "type", out_view(&type));
    out_free(&type);
}

/* A place is a pointer into the body, "#/title", or the name of a parameter. */
static void put_mistakes(json *j, enum lang lang, const struct errs *mistakes)
{
    json_key(j, "errors");
    json_open_array(j);
    for (size_t i = 0; i < mistakes->n; i++) {
        const struct err_info *m = &mistakes->item[i];
        const str place = str_of(m->file);
        json_open_object(j);
        json_key_str(j, "in", str_starts(place, STR("#")) ? STR("body") : STR("query"));
        json_key_str(j, "location", place);
        json_key_str(j, "code", str_of(m->msg.key));
        put_detail(j, lang, &m->msg);
        json_close_object(j);
    }
    json_close_array(j);
}

void visit_problem(struct req *r, const struct err_info *why)
{
    const int status = r->answer->status = choose_status(r, why);
    const struct errs *mistakes = r->viewer ? visit_of(r)->mistakes : NULL;
    const struct msg *reason;
    struct msg general, own;
    json j;

    msg_set(&general, status == 404 ? "visit.nothing-here" : "site.not-now");
    reason = visit_reason(r, why, &own);
    r->answer->type = "application/problem+json";
    json_init(&j, &r->answer->body);
    json_open_object(&j);
    put_type(&j, r, is_told(status) && why->msg.key ? why->msg.key : NULL);
    json_key_str(&j, "title", tr(r->lang, visit_problem_title(status)));
    json_key_int(&j, "status", status);
    put_detail(&j, r->lang, reason && status != 404 ? reason : &general);
    if (is_told(status) && why->msg.key)
        json_key_str(&j, "code", str_of(why->msg.key));
    if (is_told(status) && mistakes && mistakes->n)
        put_mistakes(&j, r->lang, mistakes);
    json_close_object(&j);
    out_char(&r->answer->body, '\n');
}

/* How often it may ask, and how often yet: draft-ietf-httpapi-ratelimit-headers-10. */
static void add_rate(struct req *r)
{
    enum { TEXT_MAX = 80 };
    struct req_rate rate;
    if (!r->memory || !req_rate(r, &rate)) /* without memory: what the transport refuses itself */
        return;
    char *policy = arena_alloc(r->memory, TEXT_MAX, 1), *now = arena_alloc(r->memory, TEXT_MAX, 1);
    if (!policy || !now)
        return;
    const struct rate *limit = rate.rate;
    (void)snprintf(policy, TEXT_MAX, "\"%s\";q=%.0f;w=%.0f", limit->name, limit->burst,
                   limit->burst * 60 / limit->per_minute + 0.5);
    (void)snprintf(now, TEXT_MAX, "\"%s\";r=%d;t=%d", limit->name, rate.left, rate.full_s);
    http_add_header(r->answer, "RateLimit-Policy", str_of(policy));
    http_add_header(r->answer, "RateLimit", str_of(now));
}

void visit_finish(struct req *r)
{
    if (!visit_is_program(r))
        return;
    add_rate(r);
    http_add_header(r->answer, "API-Version", STR(API_VERSION));
    http_add_header(r->answer, "Content-Language", str_of(lang_tag(r->lang)));
    http_add_header(r->answer, "Vary", STR("Accept-Language, Authorization"));
}
