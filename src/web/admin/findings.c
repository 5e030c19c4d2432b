/* SPDX-License-Identifier: EUPL-1.2 */
/* findings: what the page about security looks at. */
#include "app/backup/backup.h"
#include "web/admin/admin_int.h"
#include "web/site/config.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES = 4096, DAY_MS = 24 * 60 * 60 * 1000, BACKUP_DAYS_MAX = 2, TIME_BYTES = 128 };

/* ---- how it was started ---- */

static void find_address(const struct web *web, struct findings *f)
{
    const str base = web->app.base_url;
    const bool is_https = str_starts(base, STR("https://"));
    const bool is_loopback = str_starts(base, STR("http://127.0.0.1")) ||
                             str_starts(base, STR("http://[::1]")) ||
                             str_starts(base, STR("http://localhost"));
    struct finding *one =
        is_https      ? finding_add(f, PART_OK, "admin.see-address", "admin.address-https", NULL)
        : is_loopback ? finding_add(f, PART_INFO, "admin.see-address", "admin.address-local", NULL)
                      : finding_add(f, PART_ERROR, "admin.see-address", "admin.address-plain",
                                    "admin.address-remedy");
    msg_text(&one->state, base);
}

static void find_listener(const struct config *c, str listen, struct findings *f)
{
    bool is_loopback = false;
    const bool is_known = http_is_listen(listen, &is_loopback);
    struct finding *one;
    if (is_known && is_loopback)
        one = finding_add(f, PART_OK, "admin.see-listener", "admin.listener-local", NULL);
    else if (c->n_proxies > 0)
        one = finding_add(f, PART_WARNING, "admin.see-listener", "admin.listener-proxy",
                          "admin.listener-proxy-remedy");
    else
        one = finding_add(f, PART_ERROR, "admin.see-listener", "admin.listener-open",
                          "admin.listener-remedy");
    msg_text(&one->state, listen);
}

/* TLS and the addresses of visitors are the proxy's to tell. */
static void find_proxy(const struct web *web, const struct config *c, struct findings *f)
{
    const bool is_https = str_starts(web->app.base_url, STR("https://"));
    struct finding *one;

    if (is_https)
        (void)finding_add(f, PART_INFO, "admin.see-certificate", "admin.certificate-proxy", NULL);
    if (is_https && c->n_proxies == 0) {
        (void)finding_add(f, PART_WARNING, "admin.see-proxies", "admin.proxies-none",
                          "admin.proxies-remedy");
        return;
    }
    one = finding_add(f, PART_INFO, "admin.see-proxies",
                      c->n_proxies ? "admin.proxies-are" : "admin.proxies-no", NULL);
    if (c->n_proxies == 0)
        return;
    msg_int(&one->state, (int64_t)c->n_proxies);
    msg_text(&one->state, c->proxies[0]);
}

/* Whether others than the owner of the program can read what is there. */
static void find_private(str path, const char *what, struct findings *f)
{
    char name[PATH_BYTES];
    struct stat st;
    struct finding *one;

    if (path.n == 0 || path.n >= sizeof name)
        return;
    memcpy(name, path.p, path.n);
    name[path.n] = '\0';
    if (stat(name, &st) != 0)
        one = finding_add(f, PART_WARNING, what, "admin.file-absent", "admin.file-absent-remedy");
    else if ((st.st_mode & 077) != 0)
        one = finding_add(f, PART_ERROR, what, "admin.file-open", "admin.file-remedy");
    else
        one = finding_add(f, PART_OK, what, "admin.file-private", NULL);
    msg_text(&one->state, path);
}

static void find_mail(const struct config *c, struct findings *f)
{
    if (c->mail.server.n == 0) {
        (void)finding_add(f, PART_WARNING, "admin.see-mail", "admin.mail-none",
                          "admin.mail-remedy");
        return;
    }
    struct finding *one = finding_add(f, PART_OK, "admin.see-mail", "admin.mail-set", NULL);
    msg_text(&one->state, c->mail.server);
    find_private(c->mail.password_file, "admin.see-mail-password", f);
}

static void find_demo(const struct web *web, bool is_loopback, struct findings *f)
{
    if (web->is_demo)
        (void)finding_add(f, is_loopback ? PART_WARNING : PART_ERROR, "admin.see-demo",
                          "admin.demo-on", "admin.demo-remedy");
    else
        (void)finding_add(f, PART_OK, "admin.see-demo", "admin.demo-off", NULL);
}

void find_installation(const struct req *r, struct findings *f)
{
    const struct web *web = web_of(r);
    bool is_loopback = false;

    find_address(web, f);
    if (web->config) {
        const str listen = web->listen.n ? web->listen : web->config->listen;
        (void)http_is_listen(listen, &is_loopback);
        find_listener(web->config, listen, f);
        find_proxy(web, web->config, f);
    }
    find_private(web->data_folder, "admin.see-data", f);
    if (web->config)
        find_mail(web->config, f);
    find_demo(web, is_loopback, f);
    (void)finding_add(
        f, web->takes_registrations ? PART_INFO : PART_OK, "admin.see-registrations",
        web->takes_registrations ? "admin.registrations-open" : "admin.registrations-closed", NULL);
}

/* ---- what is in the store ---- */

static err find_accounts(struct req *r, struct findings *f, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct account_counts counts;
    const err e = account_count(&v->deed, v->db, &counts, info);
    if (e != OK)
        return e;
    (void)finding_add(f, PART_OK, "admin.see-second-rule", "admin.second-rule", NULL);
    struct finding *one =
        counts.strong_bare ? finding_add(f, PART_WARNING, "admin.see-second", "admin.second-lacks",
                                         "admin.second-remedy")
                           : finding_add(f, PART_OK, "admin.see-second", "admin.second-all", NULL);
    msg_int(&one->state, counts.strong_bare);
    one = finding_add(f, PART_INFO, "admin.see-sessions", "admin.sessions-now", NULL);
    msg_int(&one->state, counts.sessions);
    return OK;
}

static str show_time(const struct req *r, int64_t at_ms)
{
    out o;
    out_init(&o, TIME_BYTES);
    tr_time(&o, r->lang, at_ms);
    const str text = arena_str(r->memory, out_view(&o));
    out_free(&o);
    return text.p ? text : STR("");
}

static void find_head(const struct req *r, const struct audit_head *head, int64_t since,
                      struct findings *f)
{
    if (head->number == 0) {
        (void)finding_add(f, PART_WARNING, "admin.see-log", "admin.log-unsealed",
                          "admin.log-unsealed-remedy");
        return;
    }
    struct finding *one = finding_add(f, PART_OK, "admin.see-log", "admin.log-sealed", NULL);
    msg_int(&one->state, head->number);
    msg_text(&one->state, show_time(r, since));
    msg_text(&one->state, show_time(r, head->at));
}

static err verify(struct req *r, struct findings *f, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct audit_verdict verdict;
    const err e = audit_verify(r->app, v->db, NULL, &verdict, info);
    if (e != OK)
        return e;
    struct finding *one = verdict.is_whole
                              ? finding_add(f, PART_OK, "admin.see-whole", "admin.log-whole", NULL)
                              : finding_add(f, PART_ERROR, "admin.see-whole", "admin.log-broken",
                                            "admin.log-broken-remedy");
    msg_int(&one->state, verdict.is_whole ? verdict.n_rows : verdict.broken_at);
    if (!verdict.is_whole)
        msg_key(&one->state, verdict.why);
    return OK;
}

static err find_log(struct req *r, bool verifies, struct findings *f, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct audit_head head;
    int64_t since;
    err e = audit_head(v->db, r->memory, &head, info);
    if (e == OK)
        e = audit_since(v->db, r->memory, &since, info);
    if (e != OK)
        return e;
    find_head(r, &head, since, f);
    return verifies ? verify(r, f, info) : OK;
}

static void find_backups(const struct req *r, struct findings *f)
{
    const struct config *config = web_of(r)->config;
    const str folder = config ? config->backup.folder : STR("");
    const int64_t at = folder.n ? backup_newest_ms(folder) : 0;
    struct finding *one;

    if (at == 0) {
        one = finding_add(f, PART_WARNING, "admin.see-backup",
                          folder.n ? "admin.backup-none" : "admin.backup-nowhere",
                          "admin.backup-remedy");
        msg_text(&one->state, folder);
        return;
    }
    const int64_t days = (r->now_ms - at) / DAY_MS;
    const bool is_old = days > BACKUP_DAYS_MAX;
    one = finding_add(f, is_old ? PART_WARNING : PART_OK, "admin.see-backup", "admin.backup-age",
                      is_old ? "admin.backup-remedy" : NULL);
    msg_int(&one->state, days);
    msg_text(&one->state, show_time(r, at));
}

err find_store(struct req *r, bool verifies, struct findings *f, struct err_info *info)
{
    err e = find_accounts(r, f, info);
    if (e == OK)
        e = find_log(r, verifies, f, info);
    if (e != OK)
        return e;
    find_backups(r, f);
    struct store_version version;
    e = db_version(visit_of(r)->db, r->memory, &version, info);
    if (e != OK)
        return e;
    struct finding *one = finding_add(f, PART_INFO, "admin.see-store", "admin.store-is", NULL);
    msg_text(&one->state, store_name(web_of(r)->store));
    msg_text(&one->state, version.engine);
    msg_text(&one->state, version.tables);
    return OK;
}
