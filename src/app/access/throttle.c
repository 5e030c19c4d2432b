/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * throttle: guessing costs time, and costs it to who guesses.
 *
 * Each try counts against who is tried from one place, against the place, and against who is tried
 * from anywhere. The first few are free, then each next try must wait twice as long. Where the
 * owner signed in before, only the first count holds: others cannot lock the owner out there.
 */
#include "app/access/access_int.h"

#include <arpa/inet.h>
#include <string.h>

enum {
    WAIT_FIRST_MS = 2000,
    WAIT_MAX_MS = 15 * 60 * 1000,
    HALVED_MS = 60 * 60 * 1000, /* a count without new tries halves in this time */
    SCOPES = 4,
    KNOWN_DAYS = 90, /* so long a place where the owner signed in is known */
};

/* What counts together. KNOWN counts nothing: it says that here the secret was right before. */
enum scope { PAIR, PLACE, WHO, KNOWN };

/* How many tries are free, by what is tried and scope; 0: this scope does not count. */
static const int free_tries[][SCOPES] = {
    [THROTTLE_SIGN_IN] = {[PAIR] = 5, [PLACE] = 20, [WHO] = 30},
    [THROTTLE_SECOND] = {[WHO] = 10},
    [THROTTLE_PASSWORD] = {[WHO] = 5},
    [THROTTLE_MAIL] = {[WHO] = 3},
};

struct count {
    char hash[ACCESS_SECRET_TEXT]; /* as text */
    int64_t n, wait_until, changed_at;
    bool is_there;
};

/* A network of IPv6 gives each of its users 2^64 addresses: they count as one place. */
static str place_of(str place, unsigned char network[16])
{
    char text[INET6_ADDRSTRLEN];

    if (place.n == 0 || place.n >= sizeof text)
        return place;
    memcpy(text, place.p, place.n);
    text[place.n] = '\0';
    if (inet_pton(AF_INET6, text, network) != 1)
        return place;
    return (str){(const char *)network, 8};
}

static void set_hash(const struct app *app, struct throttle t, enum scope scope, struct count *c)
{
    unsigned char network[16];
    unsigned char bytes[2 + 2 * (ACCESS_EMAIL_MAX + 2)];
    size_t n = 0;
    const str place = scope == WHO ? STR("") : place_of(t.place, network);
    const str who = scope == PLACE ? STR("") : t.who;

    bytes[n++] = (unsigned char)t.what;
    bytes[n++] = (unsigned char)scope;
    for (int part = 0; part < 2; part++) {
        const str s = str_cut(part == 0 ? who : place, 0, ACCESS_EMAIL_MAX);
        bytes[n++] = (unsigned char)s.n;
        if (s.n > 0)
            memcpy(bytes + n, s.p, s.n);
        n += s.n;
    }
    const struct secret_hash h = secret_hash_of(app, HASH_THROTTLE, (str){(const char *)bytes, n});
    struct access_secret as_text;
    memcpy(as_text.byte, h.byte, sizeof as_text.byte);
    access_secret_print(as_text, c->hash);
}

static err find_counts(const struct deed *deed, db *d, struct throttle t,
                       struct count count[SCOPES], struct err_info *info)
{
    str hashes[SCOPES];
    struct throttles_row *row;
    size_t n;

    for (int scope = 0; scope < SCOPES; scope++) {
        count[scope] = (struct count){0};
        set_hash(deed->app, t, (enum scope)scope, &count[scope]);
        hashes[scope] = (str){count[scope].hash, sizeof count[scope].hash};
    }
    const err e = throttles(d, deed->memory,
                            (struct throttles_in){.hashes = {hashes, SCOPES}, .limit = SCOPES},
                            &row, &n, info);
    for (size_t i = 0; e == OK && i < n; i++)
        for (int scope = 0; scope < SCOPES; scope++)
            if (str_eq(row[i].hash, hashes[scope])) {
                count[scope].n = row[i].n;
                count[scope].wait_until = row[i].wait_until;
                count[scope].changed_at = row[i].changed_at;
                count[scope].is_there = true;
            }
    return e;
}

static int64_t wait_of(int64_t n, int n_free)
{
    int64_t wait = WAIT_FIRST_MS;
    if (n < n_free)
        return 0;
    for (int64_t i = n_free; i < n && wait < WAIT_MAX_MS; i++)
        wait *= 2;
    return wait < WAIT_MAX_MS ? wait : WAIT_MAX_MS;
}

static bool counts(struct throttle t, int scope, bool is_known)
{
    return free_tries[t.what][scope] > 0 && (scope == PAIR || !is_known);
}

static err put(db_tx *tx, const struct deed *deed, const struct count *c, int64_t n,
               int64_t wait_until, struct err_info *info)
{
    return throttle_put(tx,
                        (struct throttle_put_in){.hash = {c->hash, sizeof c->hash},
                                                 .n = n,
                                                 .wait_until = wait_until,
                                                 .now = deed->now_ms},
                        info);
}

static err say_wait(int64_t ms, struct err_info *info)
{
    err_set(info, E_LIMIT, "access.try-later");
    msg_int(&info->msg, (ms + 59999) / 60000);
    return E_LIMIT;
}

err throttle_take(db_tx *tx, const struct deed *deed, struct throttle t, struct err_info *info)
{
    struct count count[SCOPES];
    int64_t wait = 0;

    err e = find_counts(deed, db_tx_db(tx), t, count, info);
    if (e != OK)
        return e;
    const bool is_known = count[KNOWN].is_there;
    for (int scope = 0; scope < KNOWN; scope++)
        if (counts(t, scope, is_known) && count[scope].wait_until - deed->now_ms > wait)
            wait = count[scope].wait_until - deed->now_ms;
    if (wait > 0)
        return say_wait(wait, info);
    for (int scope = 0; e == OK && scope < KNOWN; scope++) {
        if (!counts(t, scope, is_known))
            continue;
        const struct count *c = &count[scope];
        const int64_t halvings = (deed->now_ms - c->changed_at) / HALVED_MS;
        const int64_t n = 1 + (halvings < 0 ? c->n : halvings > 40 ? 0 : c->n >> halvings);
        const int64_t delay = wait_of(n, free_tries[t.what][scope]);
        e = put(tx, deed, c, n, delay > 0 ? deed->now_ms + delay : 0, info);
    }
    return e;
}

err throttle_right(db_tx *tx, const struct deed *deed, struct throttle t, struct err_info *info)
{
    struct count count[SCOPES];

    err e = find_counts(deed, db_tx_db(tx), t, count, info);
    const bool is_known = e == OK && count[KNOWN].is_there;
    for (int scope = 0; e == OK && scope < KNOWN; scope++) {
        const struct count *c = &count[scope];
        if (!c->is_there || !counts(t, scope, is_known))
            continue;
        /* Of what others tried only the own try is taken back. */
        const bool is_own = scope == PAIR || free_tries[t.what][PAIR] == 0;
        if (is_own || c->n <= 1)
            e = throttle_drop(tx, (struct throttle_drop_in){.hash = {c->hash, sizeof c->hash}},
                              info);
        else
            e = put(tx, deed, c, c->n - 1, c->n - 1 < free_tries[t.what][scope] ? 0 : c->wait_until,
                    info);
    }
    if (e == OK && free_tries[t.what][PAIR] > 0)
        e = put(tx, deed, &count[KNOWN], 0, 0, info);
    return e;
}

err throttle_sweep(db_tx *tx, const struct deed *deed, struct err_info *info)
{
    const int64_t day_ms = 24 * 60 * 60 * 1000;
    return throttles_sweep(
        tx,
        (struct throttles_sweep_in){.counted_before = deed->now_ms - day_ms,
                                    .known_before = deed->now_ms - KNOWN_DAYS * day_ms},
        info);
}
