/* SPDX-License-Identifier: EUPL-1.2 */
/* The effective configuration, in the form in which it is read. */
#include "web/site/config_int.h"

static void put(out *o, const char *indent, const char *key)
{
    out_cstr(o, indent);
    out_cstr(o, key);
    out_cstr(o, ":");
}

/* In double quotes, so that no text is taken for anything else (YAML 1.2, section 7.3.1). */
static void put_quoted(out *o, str s)
{
    out_cstr(o, " \"");
    for (size_t at = 0; at < s.n;) {
        const str c = str_next_visible(s, &at);
        if (c.n == 1 && (c.p[0] == '"' || c.p[0] == '\\'))
            out_char(o, '\\');
        out_str(o, c);
    }
    out_char(o, '"');
}

static void put_text(out *o, const char *indent, const char *key, str s)
{
    if (!s.n)
        return;
    put(o, indent, key);
    put_quoted(o, s);
    out_char(o, '\n');
}

static void put_int(out *o, const char *indent, const char *key, int64_t v)
{
    put(o, indent, key);
    out_char(o, ' ');
    out_int(o, v);
    out_char(o, '\n');
}

static void put_texts(out *o, const char *key, const str *text, size_t n)
{
    if (n == 0)
        return;
    put(o, "", key);
    out_char(o, '\n');
    for (size_t i = 0; i < n; i++) {
        out_cstr(o, "  -");
        put_quoted(o, text[i]);
        out_char(o, '\n');
    }
}

static void put_limits(out *o, const struct config_limits *l)
{
    out_cstr(o, "limits:\n");
    put_int(o, "  ", "connections", l->connections);
    put_int(o, "  ", "connections-per-address", l->connections_per_address);
    put_int(o, "  ", "queue", l->queue);
    put_int(o, "  ", "upload-megabytes", l->upload_megabytes);
    put_int(o, "  ", "worker-megabytes", l->worker_megabytes);
    out_cstr(o, "  rates:\n");
    for (int i = RATE_FREE + 1; i < RATE_CLASSES; i++) {
        put(o, "    ", l->rates[i].name);
        out_cstr(o, " {per-minute: ");
        out_real(o, l->rates[i].per_minute);
        out_cstr(o, ", burst: ");
        out_real(o, l->rates[i].burst);
        out_cstr(o, "}\n");
    }
}

static void put_mail(out *o, const struct config_mail *m)
{
    if (!m->server.n)
        return;
    out_cstr(o, "mail:\n");
    put_text(o, "  ", "server", m->server);
    put_text(o, "  ", "from", m->from);
    put_text(o, "  ", "user", m->user);
    put_text(o, "  ", "password-file", m->password_file);
    put_text(o, "  ", "ca-file", m->ca_file);
}

static void put_bool(out *o, const char *indent, const char *key, bool v)
{
    out_cstr(o, indent);
    out_cstr(o, key);
    out_cstr(o, v ? ": true\n" : ": false\n");
}

static void put_sign_in(out *o, const struct config_sign_in *s)
{
    if (!s->issuer.n)
        return;
    out_cstr(o, "sign-in:\n");
    put_text(o, "  ", "issuer", s->issuer);
    put_text(o, "  ", "client-id", s->client_id);
    put_text(o, "  ", "client-secret-file", s->secret_file);
    put_text(o, "  ", "name", s->name);
    put_text(o, "  ", "second-factor", s->second);
    put_bool(o, "  ", "links-known-addresses", s->links_known);
    put_bool(o, "  ", "trusts-addresses", s->trusts_email);
    put_text(o, "  ", "ca-file", s->ca_file);
}

static void put_backup(out *o, const struct config_backup *b)
{
    if (!b->folder.n)
        return;
    out_cstr(o, "backup:\n");
    put_text(o, "  ", "folder", b->folder);
    put_int(o, "  ", "keep-days", b->keep_days);
    put_int(o, "  ", "keep-weeks", b->keep_weeks);
}

void config_print(const struct config *c, out *o)
{
    put_text(o, "", "listen", c->listen);
    put_text(o, "", "base-url", c->base_url);
    put_texts(o, "names", c->names, c->n_names);
    put_texts(o, "trusted-proxies", c->proxies, c->n_proxies);
    put_text(o, "", "site-name", c->site_name);
    put_text(o, "", "language", str_of(config_languages[c->language]));
    put_text(o, "", "store", c->store);
    put_text(o, "", "data", c->data);
    if (c->node_number != CONFIG_NODE_NONE)
        put_int(o, "", "node", c->node_number);
    put_text(o, "", "log-level", str_of(config_levels[c->log_level]));
    out_cstr(o, "workers:\n");
    put_int(o, "  ", "http", c->workers.http);
    put_int(o, "  ", "jobs", c->workers.jobs);
    put_limits(o, &c->limits);
    put_mail(o, &c->mail);
    put_bool(o, "", "registrations", c->registrations);
    put_sign_in(o, &c->sign_in);
    put_backup(o, &c->backup);
}
