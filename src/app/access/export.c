/* SPDX-License-Identifier: EUPL-1.2 */
/* export: everything the site keeps about somebody, room by room, as they ask it. */
#include "app/access/access_int.h"
#include "app/access/holding.h"
#include "base/date.h"
#include "base/json.h"

static void put_time(json *to, const char *key, int64_t utc_ms)
{
    char text[20];
    date_print_utc(utc_ms, text);
    json_key_str(to, key, (str){text, sizeof text});
}

static void put_day(json *to, const char *key, int64_t day)
{
    char text[10];
    date_print_iso((int32_t)day, text);
    json_key_str(to, key, (str){text, sizeof text});
}

static void put_roles(json *to, unsigned roles)
{
    static const struct {
        enum access_role role;
        const char *name;
    } names[] = {{ACCESS_EDITOR, "editor"},       {ACCESS_MODERATOR, "moderator"},
                 {ACCESS_ANALYST, "analyst"},     {ACCESS_RESIDENT_DATA, "resident-data"},
                 {ACCESS_AUDITOR, "auditor"},     {ACCESS_ADMIN, "administrator"},
                 {ACCESS_STEWARD, "data-steward"}};

    json_key(to, "roles");
    json_open_array(to);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (roles & (unsigned)names[i].role)
            json_put_str(to, str_of(names[i].name));
    json_close_array(to);
}

static err write_person(const struct deed *deed, db *d, struct party_id who, json *to,
                        struct err_info *info)
{
    struct account a;
    const err e = account_of(deed, d, who, &a, info);
    if (e != OK)
        return e;
    json_key_int(to, "id", a.id.v);
    json_key_str(to, "name", a.name);
    json_key_str(to, "email", a.email);
    json_key_bool(to, "email_confirmed", a.is_confirmed);
    json_key_str(to, "function", a.function);
    json_key_str(to, "organisation", a.organisation_name);
    json_key_str(to, "language", str_of(lang_tag(a.lang)));
    json_key_str(to, "reason", a.reason);
    put_roles(to, a.roles);
    json_key_bool(to, "has_password", a.has_password);
    json_key_bool(to, "has_second_factor", a.has_second);
    put_time(to, "created_at", a.created_at);
    put_day(to, "last_seen", a.last_seen_day);
    return OK;
}

static err write_session(void *to, const struct sessions_held_row *r, struct err_info *info)
{
    (void)info;
    json_open_object(to);
    json_key_str(to, "label", r->label);
    json_key_bool(to, "second_factor", r->has_second);
    put_time(to, "created_at", r->created_at);
    put_time(to, "seen_at", r->seen_at);
    json_close_object(to);
    return OK;
}

static err write_token(void *to, const struct tokens_held_row *r, struct err_info *info)
{
    (void)info;
    json_open_object(to);
    json_key_str(to, "name", r->name);
    json_key_bool(to, "may_read", (r->scopes & SCOPE_READ) != 0);
    json_key_bool(to, "may_write", (r->scopes & SCOPE_WRITE) != 0);
    put_time(to, "created_at", r->created_at);
    put_time(to, "expires_at", r->expires_at);
    put_day(to, "last_used", r->last_used_day);
    json_close_object(to);
    return OK;
}

static err write_identity(void *to, const struct identities_held_row *r, struct err_info *info)
{
    (void)info;
    json_open_object(to);
    json_key_str(to, "issuer", r->issuer);
    json_key_str(to, "subject", r->subject);
    put_time(to, "created_at", r->created_at);
    json_close_object(to);
    return OK;
}

static err write_own(const struct deed *deed, db *d, struct party_id who, json *to,
                     struct err_info *info)
{
    err e = write_person(deed, d, who, to, info);
    if (e != OK)
        return e;
    json_key(to, "identities");
    json_open_array(to);
    e = identities_held(d, (struct identities_held_in){.party = who}, write_identity, to, info);
    json_close_array(to);
    if (e != OK)
        return e;
    json_key(to, "sessions");
    json_open_array(to);
    e = sessions_held(d, (struct sessions_held_in){.party = who}, write_session, to, info);
    json_close_array(to);
    if (e != OK)
        return e;
    json_key(to, "tokens");
    json_open_array(to);
    e = tokens_held(d, (struct tokens_held_in){.party = who}, write_token, to, info);
    json_close_array(to);
    return e;
}

struct export
{
    const struct deed *deed;
    out *to;
};

/* All rooms as of one moment. May run again: begins anew. */
static err write_all(db *d, void *arg, struct err_info *info)
{
    const struct export *x = arg;
    const struct app *app = x->deed->app;
    json j;

    out_clear(x->to);
    json_init(&j, x->to);
    json_open_object(&j);
    json_key_str(&j, "site", app->site_name);
    put_time(&j, "made_at", x->deed->now_ms);
    json_key(&j, "account");
    json_open_object(&j);
    err e = write_own(x->deed, d, x->deed->viewer.id, &j, info);
    json_close_object(&j);
    for (size_t i = 0; e == OK && i < app->n_holdings; i++) {
        json_key(&j, app->holding[i]->name);
        json_open_object(&j);
        e = app->holding[i]->write(x->deed, d, x->deed->viewer.id, &j, info);
        json_close_object(&j);
    }
    json_close_object(&j);
    return e == OK ? out_error(x->to, info) : e;
}

static err log_export(db_tx *tx, void *arg, struct err_info *info)
{
    const struct export *x = arg;
    return account_log(tx, x->deed, "account.export", x->deed->viewer.id, info);
}

err account_export(const struct deed *deed, db *d, out *to, struct err_info *info)
{
    struct export x = {.deed = deed, .to = to};

    err e = need_account(deed, info);
    if (e == OK)
        e = db_read_do(d, write_all, &x, info);
    return e == OK ? db_tx_do(d, log_export, &x, info) : e;
}
