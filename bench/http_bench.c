/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the transport and the router alone can do: wrk (a Debian package) asks
 * for two pages over 64 connections that are kept, from this same machine.
 *
 *     http_bench [SECONDS] [WORKERS]
 *
 *   /nl/hallo    13 bytes, by a worker
 *   /nl/pagina   4 kB of HTML with values escaped, by a worker
 *   /style.css   4 kB that lies in memory, by the thread of input and output
 */
#include "web/site/site.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

extern char **environ;

static char sheet[4096];

static err hello(struct req *r, struct err_info *info)
{
    (void)info;
    out_cstr(&r->answer->body, "hello, world\n");
    return OK;
}

static err page(struct req *r, struct err_info *info)
{
    (void)info;
    html_literal(&r->html, STR("<!doctype html><title>Rijen</title><table>"));
    for (int i = 0; i < 80; i++) {
        html_literal(&r->html, STR("<tr><td>"));
        html_put(&r->html, HTML_TEXT, html_from_cstr("Jansen & de Vries <wijk>"));
        html_literal(&r->html, STR("<td>"));
        html_put(&r->html, HTML_TEXT, html_from_int(i * 1000));
    }
    return OK;
}

static err style(struct req *r, struct err_info *info)
{
    (void)info;
    r->answer->type = "text/css";
    r->answer->cache = HTTP_CACHE_FOREVER;
    r->answer->lasting = (str){sheet, sizeof sheet};
    return OK;
}

static const struct route routes[] = {
    ROUTE("hello", HTTP_GET, "/nl/hallo", "/en/hello", hello, &rule_anyone, RATE_PAGE),
    ROUTE("page", HTTP_GET, "/nl/pagina", "/en/page", page, &rule_anyone, RATE_PAGE),
    ROUTE("style", HTTP_GET, "/style.css", NULL, style, &rule_anyone, RATE_FREE,
          .is_instant = true),
    {0},
};

static int run_wrk(const http_server *s, const char *path, const char *seconds)
{
    char url[256], duration[32];
    pid_t child;
    int status = -1;
    (void)snprintf(url, sizeof url, "%s%s", http_server_address(s), path + 1);
    (void)snprintf(duration, sizeof duration, "-d%s", seconds);
    char *const argv[] = {"wrk", "-t1", "-c64", duration, "--latency", url, NULL};
    printf("\n%s\n", path);
    fflush(stdout);
    if (posix_spawnp(&child, "wrk", NULL, NULL, argv, environ) != 0) {
        puts("skipped: wrk is not installed");
        return 0;
    }
    (void)waitpid(child, &status, 0);
    return status;
}

static int measure(http_server *server, const char *seconds)
{
    static const char *const paths[] = {"/nl/hallo", "/nl/pagina", "/style.css"};
    struct rusage used;
    int failed = 0;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct rusage before;
        (void)getrusage(RUSAGE_SELF, &before);
        const uint64_t answered = http_server_status(server).answered;
        failed |= run_wrk(server, paths[i], seconds);
        (void)getrusage(RUSAGE_SELF, &used);
        const double n = (double)(http_server_status(server).answered - answered);
        const double us = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec -
                                   before.ru_utime.tv_sec - before.ru_stime.tv_sec) *
                              1e6 +
                          (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec -
                                   before.ru_utime.tv_usec - before.ru_stime.tv_usec);
        if (n > 0)
            printf("%.0f answers, %.1f us of processor time each\n", n, us / n);
    }
    printf("\npeak memory %ld kB\n", used.ru_maxrss);
    return failed;
}

int main(int argc, char **argv)
{
    static const struct route *const tables[] = {routes, NULL};
    const char *seconds = argc > 1 ? argv[1] : "5";
    const char *workers = argc > 2 ? argv[2] : "2";
    struct rate rates[RATE_CLASSES];
    struct err_info info;
    http_server *server;
    site *s;
    memcpy(rates, site_rates, sizeof rates);
    rates[RATE_PAGE] = (struct rate){"page", 1e9, 1e9}; /* counted, never refused */
    memset(sheet, 'a', sizeof sheet);
    const struct site_config c = {.tables = tables, .rates = rates};
    const struct http_config h = {.listen = STR("127.0.0.1:0"),
                                  .workers = (unsigned)strtoul(workers, NULL, 10)};
    if (site_new(&c, &s, &info) != OK || http_start(&h, site_http(s), &server, &info) != OK) {
        fprintf(stderr, "cannot start: %s\n", info.msg.key);
        return 1;
    }
    const int failed = measure(server, seconds);
    http_server_stop(server);
    site_free(s);
    return failed != 0;
}
