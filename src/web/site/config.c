/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/site/config_int.h"

#include "base/file.h"

#include <string.h>

/* ---- what a table cannot say ---- */

static void mistake(struct errs *errors, str file, const struct yaml_node *map, const char *key,
                    const char *message, str value)
{
    msg_text(schema_mistake(errors, file, schema_place(map, key), message), value);
}

/* "https://example.nl:8443" gives "example.nl"; false when it is no such URL or has a path. */
static bool split_url(str url, str *host, bool *has_tls)
{
    *has_tls = str_starts(url, STR("https://"));
    if (!*has_tls && !str_starts(url, STR("http://")))
        return false;
    const str rest = str_cut(url, *has_tls ? 8 : 7, url.n);
    *host = rest;
    if (rest.n && rest.p[0] == '[') {
        size_t end = 0;
        if (!str_find(rest, ']', &end))
            return false;
        *host = str_cut(rest, 0, end + 1);
    } else {
        size_t colon = rest.n;
        (void)str_find(rest, ':', &colon);
        *host = str_cut(rest, 0, colon);
    }
    bool is_loopback;
    return http_is_host(*host) &&
           (host->n == rest.n || http_is_listen(rest, &is_loopback)); /* host:port */
}

void config_check(const void *filled, str file, struct errs *errors)
{
    const struct config_file *c = filled;
    bool is_loopback = true, has_tls;
    str host;
    if (!http_is_listen(c->config.listen, &is_loopback))
        mistake(errors, file, c->config.node, "listen", "config.bad-listen", c->config.listen);
    if (c->config.base_url.n && !split_url(c->config.base_url, &host, &has_tls))
        mistake(errors, file, c->config.node, "base-url", "config.bad-url", c->config.base_url);
    if (!c->config.base_url.n && !is_loopback)
        mistake(errors, file, c->config.node, "listen", "config.url-needed", c->config.listen);
    if (c->config.store.n && !str_starts(c->config.store, STR("sqlite:")) &&
        !str_starts(c->config.store, STR("postgresql:")) &&
        !str_starts(c->config.store, STR("postgres:")))
        mistake(errors, file, c->config.node, "store", "config.bad-store", c->config.store);
    const str *const names = c->names.item, *const proxies = c->proxies.item;
    for (size_t i = 0; i < c->names.n; i++)
        if (!http_is_host(names[i]))
            mistake(errors, file, c->config.node, "names", "config.bad-name", names[i]);
    for (size_t i = 0; i < c->proxies.n; i++)
        if (!http_is_network(proxies[i]))
            mistake(errors, file, c->config.node, "trusted-proxies", "config.bad-proxy",
                    proxies[i]);
}

void config_check_mail(const void *filled, str file, struct errs *errors)
{
    const struct config_mail *m = filled;
    if (!str_starts(m->server, STR("smtp://")) && !str_starts(m->server, STR("smtps://")))
        mistake(errors, file, m->node, "server", "config.bad-mail-server", m->server);
    if ((m->user.n > 0) != (m->password_file.n > 0))
        mistake(errors, file, m->node, "user", "config.mail-half", m->user);
}

static void check_rate(const struct config_rate *r, str file, struct errs *errors)
{
    str names[RATE_CLASSES];
    size_t n = 0;
    for (int i = RATE_FREE + 1; i < RATE_CLASSES; i++) {
        names[n] = str_of(site_rates[i].name);
        if (str_eq(r->name, names[n++]))
            return;
    }
    const str near = schema_nearest(r->name, names, n);
    struct msg *m = schema_mistake(errors, file, r->node,
                                   near.n ? "config.unknown-rate-near" : "config.unknown-rate");
    msg_text(m, r->name);
    if (near.n)
        msg_text(m, near);
}

void config_check_limits(const void *filled, str file, struct errs *errors)
{
    const struct config_limits_file *l = filled;
    const struct config_rate *rate = l->rates.item;
    for (size_t i = 0; i < l->rates.n; i++)
        check_rate(&rate[i], file, errors);
}

/* ---- from the tables' structs to what others read ---- */

static void apply_rates(struct config_file *f)
{
    const struct config_rate *r = f->limits.rates.item;
    memcpy(f->config.limits.rates, site_rates, sizeof f->config.limits.rates);
    for (size_t i = 0; i < f->limits.rates.n; i++)
        for (int k = RATE_FREE + 1; k < RATE_CLASSES; k++)
            if (str_eq(r[i].name, str_of(site_rates[k].name)))
                f->config.limits.rates[k] =
                    (struct rate){site_rates[k].name, r[i].per_minute, r[i].burst};
}

/* The name in base-url counts without being said again. */
static err apply_names(struct config_file *f, arena *a, struct err_info *info)
{
    const str *const given = f->names.item;
    str *names = ARENA_NEW(a, str, f->names.n + 1);
    size_t n = 0;
    bool has_tls;
    if (!names)
        return err_nomem(info);
    if (f->config.base_url.n && split_url(f->config.base_url, &names[n], &has_tls))
        n++;
    for (size_t i = 0; i < f->names.n; i++)
        names[n++] = given[i];
    f->config.names = names;
    f->config.n_names = n;
    f->config.proxies = f->proxies.item;
    f->config.n_proxies = f->proxies.n;
    return OK;
}

static err finish(struct config_file *f, arena *a, str path, struct config *c,
                  struct err_info *info)
{
    const struct config_limits *l = &f->limits.limits;
    f->config.path = path;
    f->config.limits = *l;
    apply_rates(f);
    const err e = apply_names(f, a, info);
    if (e == OK)
        *c = f->config;
    return e;
}

err config_parse(arena *a, str text, str path, struct config *c, struct errs *errors)
{
    const struct yaml_node *root;
    struct config_file f;
    struct err_info info;
    err e = yaml_parse(a, text, path, &root, &info);
    if (e != OK) {
        *errs_next(errors) = info;
        return e;
    }
    e = schema_read(&config_map, root, path, a, &f, errors);
    if (e != OK)
        return e;
    e = finish(&f, a, path, c, &info);
    if (e != OK)
        *errs_next(errors) = info;
    return e;
}

err config_read(arena *a, str path, struct config *c, struct errs *errors)
{
    struct err_info info;
    str text;
    const err e = file_read(a, path, CONFIG_BYTES_MAX, &text, &info);
    if (e != OK) {
        *errs_next(errors) = info;
        return e;
    }
    return config_parse(a, text, path, c, errors);
}

err config_default(arena *a, struct config *c, struct err_info *info)
{
    struct config_file f = *(const struct config_file *)config_map.defaults;
    return finish(&f, a, STR(""), c, info);
}

struct http_config config_http(const struct config *c)
{
    return (struct http_config){
        .listen = c->listen,
        .names = c->names,
        .n_names = c->n_names,
        .proxies = c->proxies,
        .n_proxies = c->n_proxies,
        .has_tls = str_starts(c->base_url, STR("https://")),
        .workers = (unsigned)c->workers.http,
        .queue = (unsigned)c->limits.queue,
        .connections = (unsigned)c->limits.connections,
        .connections_per_address = (unsigned)c->limits.connections_per_address,
        .worker_bytes = (size_t)c->limits.worker_megabytes << 20,
        .spool = c->data,
    };
}

void config_print_schema(out *o)
{
    schema_print(&config_map, "urn:ontschot:config", "config.schema-title", LANG_EN, o);
}
