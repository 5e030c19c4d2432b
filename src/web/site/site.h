/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * site: routes as tables, and what happens around a handler.
 *
 * Does: find the route of a method and a path, in either language; refuse to
 *       start with a route that has no rule or that another one shadows; count
 *       against the route's rate; ask who is asking; ask the rule; call the
 *       handler; turn its error into a status and a page.
 * Does not: SQL, pages or accounts: the hooks and the handlers do.
 *
 * A table of routes, one in each file of pages:
 *
 *     const struct route space_routes[] = {
 *         ROUTE("space", HTTP_GET, "/nl/ruimte/{space}", "/en/space/{space}",
 *               space_page, &rule_object, RATE_PAGE),
 *         ROUTE("space-join", HTTP_POST, "/nl/ruimte/{space}/meedoen", "/en/space/{space}/join",
 *               space_join, &rule_signed_in, RATE_WRITE),
 *         {0},
 *     };
 *
 * HEAD is answered by a route for GET. A path is fixed text and parameters that each
 * fill a whole segment; fixed text wins from a parameter. No path ends in a slash but a
 * language's home ("/nl/"); asking with a slash too many or too few is redirected.
 */
#ifndef ONTSCHOT_WEB_SITE_H
#define ONTSCHOT_WEB_SITE_H

#include "base/html.h"
#include "web/http/form.h"
#include "web/http/http.h"

struct app;    /* what the program runs with, of who puts it together */
struct db;     /* app/db: a connection */
struct viewer; /* app/access: who is asking */
struct req;

enum {
    SITE_ROUTES_MAX = 1000,
    SITE_PARAMS_MAX = 4,               /* in one path */
    SITE_SEGMENTS_MAX = 12,            /* in one path */
    SITE_FORM_BYTES_MAX = 4 << 20,     /* the body of a form without files */
    SITE_UPLOAD_BYTES_MAX = 300 << 20, /* with files, unless the configuration says otherwise */
};

/* ---- rates: site_rates in rate.c says how many of each, in one table ---- */

enum rate_class {
    RATE_UNSET, /* a route without a class stops the program */
    RATE_FREE,  /* files that lie in memory, health */
    RATE_PAGE,
    RATE_SEARCH, /* dear to answer */
    RATE_WRITE,
    RATE_SIGN_IN, /* guesses at a secret */
    RATE_MAIL,    /* makes us send mail */
    RATE_UPLOAD,
    RATE_API,
    RATE_CLASSES
};

struct rate {
    const char *name;  /* in the configuration, under limits */
    double per_minute; /* 0: no limit */
    double burst;
};
extern const struct rate site_rates[RATE_CLASSES];

typedef struct rate_table rate_table;

enum { RATE_TABLE_ENTRIES = 1 << 16 }; /* who was seen least lately makes room */

/* Room for `entries` (a power of two), a secret of its own. `rates` has RATE_CLASSES, is copied. */
WARN_UNUSED err rate_table_new(size_t entries, const struct rate *rates, rate_table **t,
                               struct err_info *info);
void rate_table_free(rate_table *t);

/* Who a request counts as: an account (v > 0), or else an address; an IPv6 one with its /64. */
struct rate_who {
    int64_t account;
    str address;
};

/*
 * Takes one from the bucket of `who` in a class; false when it is empty, with the whole seconds
 * until one is there. Any thread. Keeps no `who`, only a keyed hash.
 */
bool rate_take(rate_table *t, enum rate_class rate, struct rate_who who, int64_t now_ms,
               int *retry_s);

/* How many are left in it, and the whole seconds until it is full; takes none. */
void rate_look(rate_table *t, enum rate_class rate, struct rate_who who, int64_t now_ms, int *left,
               int *full_s);

/*
 * Whose a credential is (a session's or a token's text): 0 when that is not known. A request is
 * counted before anybody asks the database, so a worker that found it out says so for the next one:
 * who shows what nobody knows counts by address. account 0 forgets. Keeps a keyed hash alone.
 */
int64_t rate_account(rate_table *t, str credential);
void rate_learn(rate_table *t, str credential, int64_t account);

/* ---- rules ---- */

/* One question, with a name; pages and API write their own beside these two. */
struct rule {
    const char *name;
    /* OK, or E_DENIED with the rule that refuses, or E_NOT_FOUND where absent must look the same.
     */
    err (*allows)(const struct req *r, struct err_info *info);
};
extern const struct rule rule_anyone; /* public, whoever asks */
extern const struct rule rule_object; /* the handler asks the one predicate of its object */

/* ---- routes ---- */

typedef err (*route_handler)(struct req *r, struct err_info *info);

enum route_body {
    ROUTE_BODY_BY_METHOD, /* a form with POST, PUT and PATCH; else none */
    ROUTE_BODY_UPLOAD,    /* files */
};

struct route {
    const char *name; /* unique; in the log, and to link to it */
    enum http_method method;
    const char *path_nl, *path_en; /* path_en NULL: one path for both (API, files, health) */
    route_handler handler;
    const struct rule *rule;
    enum rate_class rate;
    enum route_body body;
    bool is_instant; /* answered in the thread of input and output: never waits, asks nobody;
                        db and viewer are NULL, the rule is rule_anyone */
    bool has_token;  /* who asks shows a token, not a cookie: no csrf field (API) */
};

/* The seven that every route has; others follow by name: ROUTE(..., RATE_UPLOAD, .body = ...). */
/* clang-format off */
#define ROUTE(route_name, route_method, nl, en, function, route_rule, route_rate, ...)             \
    {.name = (route_name), .method = (route_method), .path_nl = (nl), .path_en = (en),             \
     .handler = (function), .rule = (route_rule), .rate = (route_rate), __VA_ARGS__}
/* clang-format on */

/* ---- a request on its way through a route ---- */

struct req {
    struct http_request *http;
    struct http_answer *answer;
    const struct site *site;
    const struct app *app;
    const struct route *route; /* NULL on the page of a path that does not exist */
    void *worker;              /* the hook's own */
    struct db *db;             /* set by the hook `enter` */
    struct viewer *viewer;     /* set by the hook `enter` */
    int64_t account;           /* set by the hook `enter`: whose request it is; 0: a visitor's */
    enum lang lang;            /* of the path; else what the browser prefers */
    arena *memory;             /* until the handler returns */
    int64_t now_ms;
    struct html html; /* writes into answer->body */
    str param[SITE_PARAMS_MAX];
};

/* The value of {name} in the route's path, decoded. The route must have it; it is an assertion. */
str req_param(const struct req *r, const char *name);

/* The same as a positive whole number; E_NOT_FOUND for anything else. */
WARN_UNUSED err req_param_id(const struct req *r, const char *name, int64_t *id,
                             struct err_info *info);

/* Of the route's class, what is left for who asks; false when it has no limit. */
struct req_rate {
    const struct rate *rate;
    int left, full_s;
};
bool req_rate(const struct req *r, struct req_rate *rate);

/* Reads the form of the body within the route's limits. */
WARN_UNUSED err req_form(struct req *r, const struct form_limits *limits, struct form *f,
                         struct err_info *info);

/* ---- the site ---- */

typedef struct site site;

/* What the site cannot know. Each may be NULL. */
struct site_hooks {
    /* What a request shows to be recognised by; empty: nothing. Must not wait; db and viewer are
     * NULL. */
    str (*credential)(const struct req *r);
    err (*worker_new)(const struct app *app, void **worker, struct err_info *info);
    void (*worker_free)(void *worker);
    /* Before the rule: fills db and viewer, checks csrf. Not for instant routes. */
    err (*enter)(struct req *r, struct err_info *info);
    /* Writes the page of an error; the status is in r->answer. NULL: plain text. */
    void (*error)(struct req *r, const struct err_info *why);
    /* Last of all, whatever the answer: for headers. Must not wait; without db and viewer. */
    void (*finish)(struct req *r);
    /* Whether it could answer pages now (the database is there), for /health/ready. */
    bool (*is_ready)(struct req *r);
};

struct site_config {
    const struct app *app;
    const struct route *const *tables; /* each ends in a route without name; ends in NULL */
    struct site_hooks hooks;
    enum lang lang; /* for "/" when the browser has no preference */
    str base_url;   /* "https://ontschot.example.nl", for absolute links; empty: as asked */
    const struct rate *rates; /* RATE_CLASSES of them; NULL: site_rates */
    uint64_t upload_bytes;    /* 0: SITE_UPLOAD_BYTES_MAX */
    int64_t (*now_ms)(void);
    log_sink *log; /* for errors of handlers that are ours: E_IO, E_NOMEM; may be NULL */
};

/*
 * Compiles the tables. E_INPUT names the route: without rule, rate or handler, a path that
 * cannot be, a name or path given twice, two paths between which one request cannot choose.
 */
WARN_UNUSED err site_new(const struct site_config *c, site **s, struct err_info *info);
void site_free(site *s); /* after the server has stopped */

/* For http_start; borrowed from the site. */
const struct http_site *site_http(const site *s);

rate_table *site_rate_table(const site *s);
const char *site_base_url(const site *s);

/* The status a handler's error is answered with. */
int site_status_of(err e);

/* The route of a name, for links; NULL without one. */
const struct route *site_route(const site *s, const char *name);

/*
 * Appends the path of a route in a language, its parameters filled in from `value` in the order
 * of the path and encoded.
 */
void site_print_path(out *o, const struct route *route, enum lang lang, const str *value);

/* The path of this very page in another language, with its query: for hreflang and the switch. */
void req_print_path_in(const struct req *r, enum lang lang, out *o);

/* ---- matching alone: pure, for tests and for the list of routes ---- */

typedef struct site_router site_router;

enum site_found {
    SITE_FOUND,
    SITE_REDIRECT,  /* the path is right but for a slash at its end */
    SITE_NO_METHOD, /* the path exists, not with this method: `allowed` says which do */
    SITE_NO_PATH,
};

struct site_match {
    enum site_found found;
    const struct route *route;
    enum lang lang;
    bool has_lang; /* the path is of one language */
    str param[SITE_PARAMS_MAX];
    unsigned allowed; /* bits 1 << enum http_method, with HEAD and OPTIONS */
};

WARN_UNUSED err site_router_new(const struct route *const *tables, site_router **r,
                                struct err_info *info);
void site_router_free(site_router *r);

/* `path` is decoded; parameters are cut from it. */
struct site_match site_router_find(const site_router *r, enum http_method method, str path);

/* The route of a name; NULL without one. */
const struct route *site_router_named(const site_router *r, const char *name);

/* Every route, in the order of the tables: what tests, OpenAPI and the self-audit walk through. */
size_t site_router_count(const site_router *r);
const struct route *site_router_route(const site_router *r, size_t i);
const site_router *site_get_router(const site *s);

#endif
