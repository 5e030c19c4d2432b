/* SPDX-License-Identifier: EUPL-1.2 */
/* serve_site: `ontschot serve` without a folder: the site itself, and `ontschot work` beside it. */
#include "cli/serve_int.h"

#include "app/access/oidc.h"
#include "app/job/job.h"
#include "app/pages.h"
#include "base/file.h"
#include "cli/installation.h"
#include "web/pages/markdown.h"
#include "web/routes.h"
#include "web/visit/visit.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { CARE_EVERY_S = 5, SECRET_BYTES_MAX = 4096 };

struct serving {
    struct cli *cli;
    struct installation inst;
    struct web web;
    struct asset theme;
    log_sink *log;
    site *site;
    http_server *server;
    int uploads;    /* the lock on their folder; -1: none */
    pid_t worker;   /* 0: none */
    pthread_t care; /* writes views */
    bool has_care;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stops;
};

/* ---- long work, in a process of its own ---- */

static void add_option(const struct cli *c, const char *name, const char **argv, size_t *n,
                       const char *flag)
{
    const str value = cli_text(c, name);
    if (!value.p)
        return;
    argv[(*n)++] = flag;
    argv[(*n)++] = value.p;
}

static err start_work(struct serving *s, struct err_info *info)
{
    char own[16];
    const char *argv[16] = {"ontschot", "work", "--parent", own};
    size_t n = 4;
    posix_spawnattr_t attributes;
    sigset_t none;

    if (cli_given(s->cli, "no-work"))
        return OK;
    snprintf(own, sizeof own, "%d", (int)getpid()); /* it ends with us, however we end */
    add_option(s->cli, "config", argv, &n, "--config");
    add_option(s->cli, "store", argv, &n, "--store");
    add_option(s->cli, "data", argv, &n, "--data");
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none); /* ours are blocked */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    errno =
        posix_spawn(&s->worker, "/proc/self/exe", NULL, &attributes, (char *const *)argv, environ);
    posix_spawnattr_destroy(&attributes);
    if (errno == 0)
        return OK;
    s->worker = 0;
    return err_io(info, "cli.no-work", STR("ontschot work"));
}

/* One that died is begun again: jobs, letters and the log wait for it. */
static void keep_working(struct serving *s)
{
    struct err_info info;
    int status;
    if (s->worker <= 0 || waitpid(s->worker, &status, WNOHANG) != s->worker)
        return;
    log_event(s->log, LOG_ERROR, "work-died", LOG_INT("status", status));
    s->worker = 0;
    if (start_work(s, &info) != OK)
        log_err(s->log, LOG_ERROR, "work", &info);
}

static void stop_work(struct serving *s)
{
    int status;
    if (s->worker <= 0)
        return;
    (void)kill(s->worker, SIGTERM);
    while (waitpid(s->worker, &status, 0) < 0 && errno == EINTR)
        ;
}

/*
 * Until a signal to stop. The thread that begins the worker must be the one that stays longest: to
 * the kernel it is the worker's parent, and the worker ends with it.
 */
static void wait_for_signal(struct serving *s, const sigset_t *signals)
{
    const struct timespec moment = {.tv_sec = CARE_EVERY_S};
    while (sigtimedwait(signals, NULL, &moment) < 0)
        keep_working(s);
}

/* ---- every few seconds, in a thread of its own: views ---- */

static void write_views(struct serving *s, db *d)
{
    struct err_info info;
    if (view_counter_write(s->web.views, &s->web.app, d, &info) != OK)
        log_err(s->log, LOG_WARN, "views", &info);
}

static void *look_after(void *arg)
{
    struct serving *s = arg;
    struct err_info info;
    db *d;

    if (db_open(s->inst.started.store, &d, &info) != OK) {
        log_err(s->log, LOG_ERROR, "views", &info);
        return NULL;
    }
    pthread_mutex_lock(&s->lock);
    while (!s->stops) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += CARE_EVERY_S;
        (void)pthread_cond_timedwait(&s->wake, &s->lock, &until);
        pthread_mutex_unlock(&s->lock);
        write_views(s, d);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    write_views(s, d);
    db_close(d);
    return NULL;
}

static err start_care(struct serving *s, struct err_info *info)
{
    if (pthread_mutex_init(&s->lock, NULL) != 0 || pthread_cond_init(&s->wake, NULL) != 0 ||
        pthread_create(&s->care, NULL, look_after, s) != 0)
        return err_nomem(info);
    s->has_care = true;
    return OK;
}

static void stop_care(struct serving *s)
{
    if (s->has_care) {
        pthread_mutex_lock(&s->lock);
        s->stops = true;
        pthread_cond_signal(&s->wake);
        pthread_mutex_unlock(&s->lock);
        pthread_join(s->care, NULL);
    }
    view_counter_free(s->web.views);
}

/* ---- the site ---- */

/* Another's accounts, when the configuration names who keeps them. */
static err fill_sign_in(struct serving *s, struct err_info *info)
{
    const struct config_sign_in *config = &s->inst.config.sign_in;
    struct oidc_provider provider = {
        .issuer = config->issuer,
        .client_id = config->client_id,
        .second = config->second,
        .ca_file = config->ca_file,
        .links_known = config->links_known,
        .trusts_email = config->trusts_email,
    };
    char url[1024];
    err e = OK;

    if (!config->issuer.n)
        return OK;
    if (config->secret_file.n)
        e = file_read(s->cli->memory, config->secret_file, SECRET_BYTES_MAX,
                      &provider.client_secret, info);
    if (e != OK)
        return e;
    provider.client_secret = str_trim(provider.client_secret);
    const int n = snprintf(url, sizeof url, "%.*s%s", (int)s->inst.config.base_url.n,
                           s->inst.config.base_url.p, app_page_path(PAGE_FROM_OTHER, LANG_NL));
    if (n < 0 || (size_t)n >= sizeof url)
        return err_text(info, E_LIMIT, "site.base-url-long", s->inst.config.base_url);
    provider.redirect_url = str_of(url);
    s->web.oidc_name = config->name;
    return oidc_new(&provider, s->inst.started.app.now_ms, &s->web.oidc, info);
}

static err fill_web(struct serving *s, struct err_info *info)
{
    const struct config *config = &s->inst.config;
    struct web *web = &s->web;

    web->views = view_counter_new();
    if (!web->views)
        return err_nomem(info);
    web->app = s->inst.started.app;
    web->store = s->inst.started.store;
    web->data_folder = s->inst.config.data;
    web->log = s->log;
    web->config = config;
    web->listen = cli_text(s->cli, "listen");
    web->face.name = STR("Ontschot");
    if (!str_eq_nocase(config->site_name, web->face.name)) /* nobody named it */
        web->face.organisation = config->site_name;
    web->contact_email = config->mail.from;
    web->takes_registrations = config->registrations;
    web->is_demo = serve_is_demo(s->cli, config->data);
    if (!cli_given(s->cli, "theme"))
        return OK;
    const err e = asset_theme_load(s->cli->memory, cli_text(s->cli, "theme"), &s->theme, info);
    if (e == OK) {
        web->theme = &s->theme;
        web->face.theme_url = s->theme.url;
    }
    return e;
}

static err start_site(struct serving *s, struct err_info *info)
{
    const struct config *config = &s->inst.config;
    const struct site_config c = {
        .app = &s->web.app,
        .tables = web_routes,
        .hooks = visit_hooks,
        .lang = (enum lang)config->language,
        .base_url = config->base_url,
        .rates = config->limits.rates,
        .upload_bytes = (uint64_t)config->limits.upload_megabytes << 20,
        .now_ms = s->inst.started.app.now_ms,
        .log = s->log,
    };
    struct http_config http = config_http(config);

    http.log = s->log;
    http.now_ms = s->inst.started.app.now_ms;
    /* a worker waits while a password is hashed or queued for it: the others answer pages */
    if (http.workers == 0)
        http.workers = (unsigned)sysconf(_SC_NPROCESSORS_ONLN) + START_HASHES_WAITING + 1;
    if (cli_given(s->cli, "listen"))
        http.listen = cli_text(s->cli, "listen");
    const err e = site_new(&c, &s->site, info);
    return e == OK ? http_start(&http, site_http(s->site), &s->server, info) : e;
}

static err start(struct serving *s, struct err_info *info)
{
    markdown_prepare();
    err e = log_open(STDERR_FILENO, (enum log_level)s->inst.config.log_level,
                     s->inst.started.app.now_ms, &s->log, info);
    if (e == OK)
        e = fill_web(s, info);
    if (e == OK)
        e = fill_sign_in(s, info);
    if (e == OK)
        e = job_uploads_open(&s->inst.started.app, &s->uploads, info);
    if (e == OK)
        e = start_site(s, info);
    if (e == OK)
        e = start_work(s, info);
    if (e == OK)
        e = start_care(s, info);
    return e;
}

static void stop(struct serving *s)
{
    http_server_stop(s->server);
    if (s->uploads >= 0)
        close(s->uploads);
    stop_care(s);
    stop_work(s);
    site_free(s->site);
    oidc_free(s->web.oidc);
    log_close(s->log);
    installation_close(&s->inst);
}

int serve_site(struct cli *c, const sigset_t *signals)
{
    struct serving s = {.cli = c, .uploads = -1};
    struct err_info info;
    int code;

    if (!installation_open(c, &s.inst, &code))
        return code;
    out demo;
    out_init(&demo, 64 << 10);
    err e = start(&s, &info);
    if (e == OK)
        e = serve_demo_print(c, s.inst.config.data, s.server, &demo, &info);
    if (e == OK) {
        code = serve_announce(c, s.server, out_view(&demo));
        if (code == CLI_DONE)
            wait_for_signal(&s, signals);
    } else {
        code = cli_fail(c, &info);
    }
    out_free(&demo);
    stop(&s);
    return code;
}
