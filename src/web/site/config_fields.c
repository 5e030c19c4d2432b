/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables of the configuration file: docs/server.md explains, JSON Schema publishes them. */
#include "app/backup/backup.h"
#include "web/site/config_int.h"

#include <stddef.h>

enum { NODES = 1024, MEGABYTES_MAX = 100000 };

const char *const config_languages[] = {[LANG_NL] = "nl", [LANG_EN] = "en", NULL};
const char *const config_levels[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error", NULL};

static const struct schema_field text_item = {.kind = SCHEMA_TEXT};

/* clang-format off */
#define FIELD(k, kind_, type, member, about_, ...)                                                 \
    {.key = (k), .kind = (kind_), .offset = offsetof(type, member), .about = (about_), __VA_ARGS__}
#define COUNT(k, type, member, about_, least, most)                                                \
    FIELD(k, SCHEMA_INT, type, member, about_, .low = SCHEMA_FROM(least), .high = SCHEMA_TO(most))
/* clang-format on */

/* ---- limits ---- */

static const struct schema_field rate_fields[] = {
    FIELD("per-minute", SCHEMA_REAL, struct config_rate, per_minute, "config.about-per-minute",
          .required = true, .low = SCHEMA_FROM(0), .high = SCHEMA_TO(1e9)),
    FIELD("burst", SCHEMA_REAL, struct config_rate, burst, "config.about-burst", .required = true,
          .low = SCHEMA_FROM(1), .high = SCHEMA_TO(1e9)),
};
static const struct schema_map rate_map = {
    .name = "rate",
    .size = sizeof(struct config_rate),
    SCHEMA_FIELDS(rate_fields),
    .name_offset = offsetof(struct config_rate, name),
    .about = "config.about-rate",
};

#define LIMITS struct config_limits_file
static const struct schema_field limit_fields[] = {
    COUNT("connections", LIMITS, limits.connections, "config.about-connections", 16, 100000),
    COUNT("connections-per-address", LIMITS, limits.connections_per_address,
          "config.about-per-address", 1, 100000),
    COUNT("queue", LIMITS, limits.queue, "config.about-queue", 1, 100000),
    COUNT("upload-megabytes", LIMITS, limits.upload_megabytes, "config.about-upload", 1,
          MEGABYTES_MAX),
    COUNT("worker-megabytes", LIMITS, limits.worker_megabytes, "config.about-worker", 8,
          MEGABYTES_MAX),
    FIELD("rates", SCHEMA_NAMED, LIMITS, rates, "config.about-rates", .map = &rate_map),
};
/* clang-format off */
#define LIMIT_DEFAULTS                                                                             \
    {.limits = {.connections = HTTP_CONNECTIONS_MAX,                                               \
                .connections_per_address = HTTP_CONNECTIONS_PER_ADDRESS_MAX,                       \
                .queue = HTTP_QUEUE_MAX,                                                           \
                .upload_megabytes = SITE_UPLOAD_BYTES_MAX >> 20,                                   \
                .worker_megabytes = HTTP_WORKER_BYTES_MAX >> 20}}
/* clang-format on */
static const struct config_limits_file limit_defaults = LIMIT_DEFAULTS;
static const struct schema_map limits_map = {
    .name = "limits",
    .size = sizeof(struct config_limits_file),
    SCHEMA_FIELDS(limit_fields),
    .defaults = &limit_defaults,
    .check = config_check_limits,
    .about = "config.about-limits",
};

/* ---- workers, mail, signing in elsewhere ---- */

static const struct schema_field worker_fields[] = {
    COUNT("http", struct config_workers, http, "config.about-workers-http", 0, HTTP_WORKERS_MAX),
    COUNT("jobs", struct config_workers, jobs, "config.about-workers-jobs", 0, HTTP_WORKERS_MAX),
};
static const struct schema_map workers_map = {
    .name = "workers",
    .size = sizeof(struct config_workers),
    SCHEMA_FIELDS(worker_fields),
    .about = "config.about-workers",
};

#define MAIL struct config_mail
static const struct schema_field mail_fields[] = {
    FIELD("server", SCHEMA_TEXT, MAIL, server, "config.about-mail-server", .required = true),
    FIELD("from", SCHEMA_TEXT, MAIL, from, "config.about-mail-from", .required = true),
    FIELD("user", SCHEMA_TEXT, MAIL, user, "config.about-mail-user"),
    FIELD("password-file", SCHEMA_TEXT, MAIL, password_file, "config.about-mail-password"),
    FIELD("ca-file", SCHEMA_TEXT, MAIL, ca_file, "config.about-mail-ca"),
};
static const struct schema_map mail_map = {
    .name = "mail",
    .size = sizeof(struct config_mail),
    SCHEMA_FIELDS(mail_fields),
    .check = config_check_mail,
    .about = "config.about-mail",
};

#define SIGN_IN struct config_sign_in
static const struct schema_field sign_in_fields[] = {
    FIELD("issuer", SCHEMA_TEXT, SIGN_IN, issuer, "config.about-oidc-issuer", .required = true),
    FIELD("client-id", SCHEMA_TEXT, SIGN_IN, client_id, "config.about-oidc-client",
          .required = true),
    FIELD("client-secret-file", SCHEMA_TEXT, SIGN_IN, secret_file, "config.about-oidc-secret"),
    FIELD("name", SCHEMA_TEXT, SIGN_IN, name, "config.about-oidc-name", .required = true),
    FIELD("second-factor", SCHEMA_TEXT, SIGN_IN, second, "config.about-oidc-second"),
    FIELD("links-known-addresses", SCHEMA_BOOL, SIGN_IN, links_known, "config.about-oidc-links"),
    FIELD("trusts-addresses", SCHEMA_BOOL, SIGN_IN, trusts_email, "config.about-oidc-trusts"),
    FIELD("ca-file", SCHEMA_TEXT, SIGN_IN, ca_file, "config.about-oidc-ca"),
};
static const struct schema_map sign_in_map = {
    .name = "sign-in",
    .size = sizeof(struct config_sign_in),
    SCHEMA_FIELDS(sign_in_fields),
    .about = "config.about-sign-in",
};

/* ---- backups ---- */

enum { KEPT_MAX = 3660 };
#define BACKUP struct config_backup
static const struct schema_field backup_fields[] = {
    FIELD("folder", SCHEMA_TEXT, BACKUP, folder, "config.about-backup-folder", .required = true),
    COUNT("keep-days", BACKUP, keep_days, "config.about-keep-days", 1, KEPT_MAX),
    COUNT("keep-weeks", BACKUP, keep_weeks, "config.about-keep-weeks", 0, KEPT_MAX),
};
static const struct config_backup backup_defaults = {.keep_days = BACKUP_DAYS,
                                                     .keep_weeks = BACKUP_WEEKS};
static const struct schema_map backup_map = {
    .name = "backup",
    .size = sizeof(struct config_backup),
    SCHEMA_FIELDS(backup_fields),
    .defaults = &backup_defaults,
    .about = "config.about-backup",
};

/* ---- the file ---- */

#define FILE_OF struct config_file
static const struct schema_field fields[] = {
    FIELD("listen", SCHEMA_TEXT, FILE_OF, config.listen, "config.about-listen"),
    FIELD("base-url", SCHEMA_TEXT, FILE_OF, config.base_url, "config.about-base-url"),
    FIELD("names", SCHEMA_LIST, FILE_OF, names, "config.about-names", .of = &text_item,
          .high = SCHEMA_TO(60)),
    FIELD("trusted-proxies", SCHEMA_LIST, FILE_OF, proxies, "config.about-proxies",
          .of = &text_item, .high = SCHEMA_TO(32)),
    FIELD("site-name", SCHEMA_TEXT, FILE_OF, config.site_name, "config.about-site-name"),
    FIELD("language", SCHEMA_WORD, FILE_OF, config.language, "config.about-language",
          .words = config_languages),
    FIELD("store", SCHEMA_TEXT, FILE_OF, config.store, "config.about-store"),
    FIELD("data", SCHEMA_TEXT, FILE_OF, config.data, "config.about-data", .required = true),
    COUNT("node", FILE_OF, config.node_number, "config.about-node", 0, NODES - 1),
    FIELD("log-level", SCHEMA_WORD, FILE_OF, config.log_level, "config.about-log-level",
          .words = config_levels),
    FIELD("workers", SCHEMA_MAP, FILE_OF, config.workers, "config.about-workers",
          .map = &workers_map),
    FIELD("limits", SCHEMA_MAP, FILE_OF, limits, "config.about-limits", .map = &limits_map),
    FIELD("mail", SCHEMA_MAP, FILE_OF, config.mail, "config.about-mail", .map = &mail_map),
    FIELD("registrations", SCHEMA_BOOL, FILE_OF, config.registrations,
          "config.about-registrations"),
    FIELD("sign-in", SCHEMA_MAP, FILE_OF, config.sign_in, "config.about-sign-in",
          .map = &sign_in_map),
    FIELD("backup", SCHEMA_MAP, FILE_OF, config.backup, "config.about-backup", .map = &backup_map),
};

#define NOTHING                                                                                    \
    {                                                                                              \
        "", 0                                                                                      \
    }
static const struct config_file defaults = {
    .config = {.path = NOTHING,
               .listen = {"127.0.0.1:8080", sizeof "127.0.0.1:8080" - 1},
               .base_url = NOTHING,
               .site_name = {"ontschot", sizeof "ontschot" - 1},
               .store = NOTHING, /* a file in the data folder */
               .data = {"ontschot-data", sizeof "ontschot-data" - 1},
               .language = LANG_NL,
               .log_level = LOG_INFO,
               .node_number = CONFIG_NODE_NONE,
               .mail = {.server = NOTHING,
                        .from = NOTHING,
                        .user = NOTHING,
                        .password_file = NOTHING,
                        .ca_file = NOTHING},
               .sign_in = {.issuer = NOTHING,
                           .client_id = NOTHING,
                           .secret_file = NOTHING,
                           .name = NOTHING,
                           .second = NOTHING,
                           .ca_file = NOTHING},
               .backup = {.folder = NOTHING, .keep_days = BACKUP_DAYS, .keep_weeks = BACKUP_WEEKS},
               .registrations = true},
    .limits = LIMIT_DEFAULTS,
};
const struct schema_map config_map = {
    .name = "config",
    .size = sizeof(struct config_file),
    SCHEMA_FIELDS(fields),
    .defaults = &defaults,
    .check = config_check,
    .about = "config.about",
};
