/* SPDX-License-Identifier: EUPL-1.2 */
/* cookies: the session in the browser, and what a session is recognised by. */
#include "web/visit/visit_int.h"

#include <string.h>

void visit_start_session(struct req *r, struct access_secret session)
{
    char text[ACCESS_SECRET_TEXT];
    access_secret_print(session, text);
    http_set_cookie(r->http, r->answer,
                    (struct http_cookie_set){
                        .name = VISIT_SESSION_COOKIE,
                        .value = arena_str(r->memory, (str){text, sizeof text}),
                        .max_age_s = ACCESS_SESSION_MS / 1000,
                        .same_site = HTTP_SAME_SITE_LAX,
                    });
}

void visit_end_session(struct req *r)
{
    http_set_cookie(r->http, r->answer,
                    (struct http_cookie_set){.name = VISIT_SESSION_COOKIE,
                                             .value = STR(""),
                                             .same_site = HTTP_SAME_SITE_LAX});
}

str visit_place(const struct req *r)
{
    return r->http->client;
}

static bool contains(str text, const char *part)
{
    return memmem(text.p, text.n, part, strlen(part)) != NULL;
}

/* The first that occurs; browsers also name those they descend from, so the order matters. */
static const char *first_of(str text, const char *const pair[][2], const char *otherwise)
{
    for (size_t i = 0; pair[i][0]; i++)
        if (text.n && contains(text, pair[i][0]))
            return pair[i][1];
    return otherwise;
}

str visit_label(const struct req *r)
{
    static const char *const browsers[][2] = {
        {"Edg/", "Edge"},      {"OPR/", "Opera"},     {"Firefox/", "Firefox"},
        {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {NULL, NULL},
    };
    static const char *const systems[][2] = {
        {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"},
        {"Macintosh", "macOS"}, {"Linux", "Linux"},   {NULL, NULL},
    };
    const str agent = http_header(r->http, "User-Agent");
    out o;
    out_init(&o, 64);
    out_cstr(&o, first_of(agent, browsers, "browser"));
    const char *system = first_of(agent, systems, NULL);
    if (system) {
        out_cstr(&o, ", ");
        out_cstr(&o, system);
    }
    const str label = arena_str(r->memory, out_view(&o));
    out_free(&o);
    return label.p ? label : STR("browser");
}
