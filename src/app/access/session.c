/* SPDX-License-Identifier: EUPL-1.2 */
/* session: signing in, and who a session is. */
#include "app/access/access_int.h"

#include "base/date.h"
#include "base/num.h"

enum { SEEN_EVERY_MS = 60 * 1000 };

/* ---- signing in ---- */

struct sign {
    const struct deed *deed;
    str key, password, place, label;
    struct party_of_email_row account; /* as it was when the password was hashed */
    bool is_right;
    struct session_id id;
    struct access_secret secret;
};

static struct throttle throttle_of(const struct sign *s)
{
    return (struct throttle){.what = THROTTLE_SIGN_IN, .who = s->key, .place = s->place};
}

static err take_try(db_tx *tx, void *arg, struct err_info *info)
{
    const struct sign *s = arg;
    return throttle_take(tx, s->deed, throttle_of(s), info);
}

/* One hash, whether or not there is such an account, with a password, in use. */
static err check_password(struct sign *s, db *d, struct err_info *info)
{
    err e = party_of_email(d, s->deed->memory, (struct party_of_email_in){.key = s->key},
                           &s->account, info);
    if (e != OK && e != E_NOT_FOUND)
        return e;
    if (e == E_NOT_FOUND)
        s->account = (struct party_of_email_row){.state = ACCOUNT_NONE};
    e = gate_verify(s->deed->app->gate, str_cut(s->password, 0, ACCESS_PASSWORD_MAX + 1),
                    s->account.password, &s->is_right, info);
    s->is_right = s->is_right && s->account.state == ACCOUNT_ACTIVE && s->account.is_confirmed;
    return e;
}

/* Blocked or given another password while this one was hashed? Then it is wrong. */
static err check_unchanged(struct sign *s, db *d, struct err_info *info)
{
    struct party_of_email_row now;

    if (!s->is_right)
        return OK;
    const err e =
        party_of_email(d, s->deed->memory, (struct party_of_email_in){.key = s->key}, &now, info);
    if (e != OK && e != E_NOT_FOUND)
        return e;
    s->is_right = e == OK && now.id.v == s->account.id.v && now.state == ACCOUNT_ACTIVE &&
                  now.password.p && str_eq(now.password, s->account.password);
    s->account.has_second = now.has_second;
    return OK;
}

static err open_session(db_tx *tx, const struct sign *s, struct err_info *info)
{
    const struct secret_hash hash = secret_kept(s->deed->app, HASH_SESSION, &s->secret);

    err e = throttle_right(tx, s->deed, throttle_of(s), info);
    if (e == OK)
        e = sessions_delete_old(
            tx,
            (struct sessions_delete_old_in){.party = s->account.id,
                                            .before = s->deed->now_ms - ACCESS_SESSION_MS},
            info);
    if (e == OK)
        e = session_add(tx,
                        (struct session_add_in){.id = s->id,
                                                .hash = secret_hash_str(&hash),
                                                .party = s->account.id,
                                                .is_complete = !s->account.has_second,
                                                .label = s->label,
                                                .now = s->deed->now_ms},
                        info);
    return e;
}

static err sign_in(db_tx *tx, void *arg, struct err_info *info)
{
    struct sign *s = arg;

    err e = check_unchanged(s, db_tx_db(tx), info);
    if (e == OK && s->is_right)
        e = open_session(tx, s, info);
    if (e != OK)
        return e;
    const struct deed deed = s->is_right ? deed_as(s->deed, s->account.id) : *s->deed;
    return account_log(tx, &deed, s->is_right ? "session.sign-in" : "session.refuse", s->account.id,
                       info);
}

err session_sign_in(const struct deed *deed, db *d, str email, str password, str place, str label,
                    struct access_secret *session, enum sign_in *what, struct err_info *info)
{
    struct sign s = {.deed = deed,
                     .password = password,
                     .place = place,
                     .id = {db_new_id(d)},
                     .secret = secret_new(deed->app)};
    str address;

    err e = email_check(deed, email, &address, &s.key, info);
    if (e == E_INPUT) /* as any other address that nobody has */
        s.key = STR("@");
    else if (e != OK)
        return e;
    e = text_check(deed, str_cut(label, 0, TEXT_MAX), TEXT_MAX, true, "access.name-wrong", &s.label,
                   info);
    if (e == E_INPUT)
        s.label = STR("");
    else if (e != OK)
        return e;
    e = db_tx_do(d, take_try, &s, info);
    if (e == OK)
        e = check_password(&s, d, info);
    if (e == OK)
        e = db_tx_do(d, sign_in, &s, info);
    if (e != OK)
        return e;
    if (!s.is_right)
        return err_set(info, E_DENIED, "access.sign-in-refused");
    *session = s.secret;
    *what = s.account.has_second ? SIGN_IN_SECOND_FACTOR : SIGN_IN_DONE;
    return OK;
}

/* ---- by a provider ---- */

struct opening {
    const struct deed *deed;
    struct party_id party;
    bool has_second;
    str label;
    struct session_id id;
    struct access_secret secret;
    enum sign_in what;
};

static err add_session(db_tx *tx, const struct opening *o, struct err_info *info)
{
    const struct secret_hash hash = secret_kept(o->deed->app, HASH_SESSION, &o->secret);
    int64_t n;

    const err e = session_add(tx,
                              (struct session_add_in){.id = o->id,
                                                      .hash = secret_hash_str(&hash),
                                                      .party = o->party,
                                                      .is_complete = o->what == SIGN_IN_DONE,
                                                      .label = o->label,
                                                      .now = o->deed->now_ms},
                              info);
    if (e != OK || !o->has_second)
        return e;
    return session_raise(tx,
                         (struct session_raise_in){
                             .id = o->id, .hash = secret_hash_str(&hash), .now = o->deed->now_ms},
                         &n, info);
}

static err open_known(db_tx *tx, void *arg, struct err_info *info)
{
    struct opening *o = arg;
    struct account a;

    err e = account_of(o->deed, db_tx_db(tx), o->party, &a, info);
    if (e == E_NOT_FOUND || (e == OK && a.state != ACCOUNT_ACTIVE))
        return err_set(info, E_DENIED, "access.sign-in-refused");
    if (e != OK)
        return e;
    const struct deed deed = deed_as(o->deed, o->party);
    o->what = a.has_second && !o->has_second ? SIGN_IN_SECOND_FACTOR : SIGN_IN_DONE;
    e = sessions_delete_old(tx,
                            (struct sessions_delete_old_in){
                                .party = o->party, .before = deed.now_ms - ACCESS_SESSION_MS},
                            info);
    if (e == OK)
        e = add_session(tx, o, info);
    return e == OK ? account_log(tx, &deed, "session.sign-in", o->party, info) : e;
}

err session_open(const struct deed *deed, db *d, struct party_id id, bool has_second, str label,
                 struct access_secret *session, enum sign_in *what, struct err_info *info)
{
    struct opening o = {.deed = deed,
                        .party = id,
                        .has_second = has_second,
                        .label = label,
                        .id = {db_new_id(d)},
                        .secret = secret_new(deed->app)};
    const err e = db_tx_do(d, open_known, &o, info);
    if (e == OK) {
        *session = o.secret;
        *what = o.what;
    }
    return e;
}

/* ---- who a session is ---- */

static bool is_live(const struct session_of_secret_row *r, int64_t now_ms)
{
    const bool is_strong = ((unsigned)r->roles & ACCESS_STRONG_ROLES) != 0;
    const int64_t idle = is_strong ? ACCESS_IDLE_MS : ACCESS_IDLE_PLAIN_MS;

    if (r->state != ACCOUNT_ACTIVE || now_ms - r->created_at >= ACCESS_SESSION_MS)
        return false;
    return r->is_complete ? now_ms - r->seen_at < idle : now_ms - r->created_at < SECOND_ASKED_MS;
}

static err find_session(const struct app *app, db *d, arena *a, const struct access_secret *secret,
                        int64_t now_ms, struct session_of_secret_row *row, bool *is_found,
                        struct err_info *info)
{
    const struct secret_hash hash = secret_kept(app, HASH_SESSION, secret);
    const err e = session_of_secret(
        d, a, (struct session_of_secret_in){.hash = secret_hash_str(&hash)}, row, info);
    *is_found = e == OK && is_live(row, now_ms);
    return e == E_NOT_FOUND ? OK : e;
}

struct seen {
    const struct session_of_secret_row *row;
    int64_t now_ms, day;
};

static err move_seen(db_tx *tx, void *arg, struct err_info *info)
{
    const struct seen *s = arg;
    err e = session_seen(tx, (struct session_seen_in){.id = s->row->id, .now = s->now_ms}, info);
    if (e == OK && s->row->last_seen_day != s->day)
        e = party_seen(tx, (struct party_seen_in){.id = s->row->party, .day = s->day}, info);
    return e;
}

err session_viewer(const struct app *app, db *d, arena *a, struct access_secret session,
                   int64_t now_ms, struct viewer *viewer, struct session *s, struct err_info *info)
{
    struct session_of_secret_row row;
    bool is_found;

    *viewer = (struct viewer){0};
    *s = (struct session){0};
    err e = find_session(app, d, a, &session, now_ms, &row, &is_found, info);
    if (e != OK || !is_found)
        return e;
    *s = (struct session){.party = row.party,
                          .number = row.id.v,
                          .is_complete = row.is_complete,
                          .has_second = row.has_second,
                          .created_at = row.created_at,
                          .seen_at = row.seen_at,
                          .label = row.label,
                          .name = row.name};
    if (!row.is_complete)
        return OK;
    *viewer = (struct viewer){.id = row.party,
                              .is_active = true,
                              .has_second = row.has_second,
                              .roles = (unsigned)row.roles,
                              .lang = (enum lang)row.lang};
    if (now_ms - row.seen_at < SEEN_EVERY_MS)
        return OK;
    struct seen seen = {.row = &row, .now_ms = now_ms, .day = date_local_of(now_ms).day};
    e = db_tx_do(d, move_seen, &seen, info);
    /* reading goes on while writing has to wait, or cannot be: a full disk */
    return e == E_BUSY || e == E_IO ? OK : e;
}

/* ---- the second factor of a session ---- */

struct second {
    const struct deed *deed;
    const struct access_secret *old;
    str code;
    struct access_secret secret;
    bool is_right;
};

static err count_wrong(db_tx *tx, const struct session_of_secret_row *row, struct err_info *info)
{
    int64_t n;
    if (row->n_wrong + 1 < SECOND_WRONG_MAX)
        return session_count_wrong(tx, (struct session_count_wrong_in){.id = row->id}, info);
    return session_delete(tx, (struct session_delete_in){.id = row->id, .party = row->party}, &n,
                          info);
}

static err try_code(db_tx *tx, void *arg, struct err_info *info)
{
    struct second *s = arg;
    struct session_of_secret_row row;
    const struct secret_hash hash = secret_kept(s->deed->app, HASH_SESSION, &s->secret);
    char who[NUM_TEXT_MAX];
    bool is_found;
    int64_t n;

    s->is_right = false;
    err e = find_session(s->deed->app, db_tx_db(tx), s->deed->memory, s->old, s->deed->now_ms, &row,
                         &is_found, info);
    if (e == OK && (!is_found || row.has_second))
        return err_set(info, E_NOT_FOUND, "access.session-ended");
    if (e != OK)
        return e;
    const struct throttle t = {.what = THROTTLE_SECOND,
                               .who = {who, num_print_int(row.party.v, who)}};
    const struct deed deed = deed_as(s->deed, row.party);
    e = throttle_take(tx, &deed, t, info);
    if (e == OK)
        e = second_try(tx, &deed, row.party, s->code, &s->is_right, info);
    if (e == OK && !s->is_right)
        e = count_wrong(tx, &row, info);
    if (e == OK && s->is_right)
        e = throttle_right(tx, &deed, t, info);
    if (e == OK && s->is_right)
        e = session_raise(tx,
                          (struct session_raise_in){
                              .id = row.id, .hash = secret_hash_str(&hash), .now = deed.now_ms},
                          &n, info);
    if (e == OK)
        e = account_log(tx, &deed, s->is_right ? "session.second" : "session.second-refuse",
                        row.party, info);
    return e;
}

err session_second(const struct deed *deed, db *d, struct access_secret old, str code,
                   struct access_secret *session, struct err_info *info)
{
    struct second s = {.deed = deed, .old = &old, .code = code, .secret = secret_new(deed->app)};
    const err e = db_tx_do(d, try_code, &s, info);
    if (e != OK)
        return e;
    if (!s.is_right)
        return err_set(info, E_DENIED, "access.code-wrong");
    *session = s.secret;
    return OK;
}
