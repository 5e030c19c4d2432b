/* SPDX-License-Identifier: EUPL-1.2 */
/* second: the second factor, codes that an authenticator computes from a secret and the time. */
#include "app/access/access_int.h"

#include <string.h>

#include <nettle/hmac.h>

enum {
    STEP_MS = 30000,
    DIGITS = 6,
    /* sealed: nonce, then secretbox of the party's id and the secret */
    PLAIN_BYTES = 8 + ACCESS_SECOND_BYTES,
    SEALED_BYTES = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + PLAIN_BYTES,
    BASE32_BYTES = ACCESS_SECOND_BYTES * 8 / 5,
    RECOVERY_BYTES = 8, /* of chance, of which 60 bits are shown: xxxx-xxxx-xxxx */
    RECOVERY_LETTERS = 12,
    URI_MAX = 1000,
};

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; /* RFC 4648 section 6 */

/* ---- codes ---- */

/* RFC 4226 section 5.3 with the counter of RFC 6238 section 4.2. */
static void code_of_step(const unsigned char *secret, size_t n, int64_t step, char code[DIGITS])
{
    struct hmac_sha1_ctx hmac;
    uint8_t counter[8], digest[SHA1_DIGEST_SIZE];

    for (int i = 0; i < 8; i++)
        counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    hmac_sha1_set_key(&hmac, n, secret);
    hmac_sha1_update(&hmac, sizeof counter, counter);
    hmac_sha1_digest(&hmac, sizeof digest, digest);
    const uint8_t *at = digest + (digest[SHA1_DIGEST_SIZE - 1] & 0x0f);
    uint32_t value =
        ((uint32_t)(at[0] & 0x7f) << 24) | ((uint32_t)at[1] << 16) | ((uint32_t)at[2] << 8) | at[3];
    for (int i = DIGITS - 1; i >= 0; i--, value /= 10)
        code[i] = (char)('0' + value % 10);
    sodium_memzero(&hmac, sizeof hmac);
}

void second_code(const unsigned char *secret, size_t n, int64_t now_ms, char code[6])
{
    code_of_step(secret, n, now_ms / STEP_MS, code);
}

/* The step whose code it is: now, or one off, as clocks are. False when none. */
static bool find_step(const unsigned char *secret, int64_t now_ms, str code, int64_t *step)
{
    char right[DIGITS];
    bool found = false;

    if (code.n != DIGITS)
        return false;
    for (int64_t s = now_ms / STEP_MS - 1; s <= now_ms / STEP_MS + 1; s++) {
        code_of_step(secret, ACCESS_SECOND_BYTES, s, right);
        if (sodium_memcmp(right, code.p, DIGITS) == 0) {
            *step = s;
            found = true;
        }
    }
    return found;
}

/* ---- the secret at rest ---- */

static void put_id(unsigned char *to, struct party_id party)
{
    for (int i = 0; i < 8; i++)
        to[i] = (unsigned char)((uint64_t)party.v >> (8 * i));
}

/* The owner's id goes in, so that a row copied to another account opens nothing. */
static void seal(const struct app *app, struct party_id party, const unsigned char *secret,
                 unsigned char sealed[SEALED_BYTES])
{
    unsigned char plain[PLAIN_BYTES];

    put_id(plain, party);
    memcpy(plain + 8, secret, ACCESS_SECOND_BYTES);
    app->random_bytes(sealed, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, plain, sizeof plain, sealed,
                          app->keys->seal);
    sodium_memzero(plain, sizeof plain);
}

static err unseal(const struct app *app, struct party_id party, str sealed,
                  unsigned char secret[ACCESS_SECOND_BYTES], struct err_info *info)
{
    unsigned char plain[PLAIN_BYTES], id[8];
    const unsigned char *p = (const unsigned char *)sealed.p;

    put_id(id, party);
    if (sealed.n != SEALED_BYTES ||
        crypto_secretbox_open_easy(plain, p + crypto_secretbox_NONCEBYTES,
                                   sealed.n - crypto_secretbox_NONCEBYTES, p,
                                   app->keys->seal) != 0 ||
        memcmp(plain, id, sizeof id) != 0)
        return err_set(info, E_IO, "access.second-damaged");
    memcpy(secret, plain + 8, ACCESS_SECOND_BYTES);
    sodium_memzero(plain, sizeof plain);
    return OK;
}

/* ---- giving a code ---- */

static bool is_digits(str code)
{
    for (size_t i = 0; i < code.n; i++)
        if (code.p[i] < '0' || code.p[i] > '9')
            return false;
    return code.n == DIGITS;
}

/* Each step counts once: a code that somebody looked over a shoulder is worth nothing. */
static err try_totp(db_tx *tx, const struct deed *deed, struct party_id party,
                    const struct second_row_row *row, str code, bool *is_right,
                    struct err_info *info)
{
    unsigned char secret[ACCESS_SECOND_BYTES];
    int64_t step, n = 0;

    err e = unseal(deed->app, party, row->sealed, secret, info);
    if (e == OK && find_step(secret, deed->now_ms, code, &step))
        e = second_step(tx, (struct second_step_in){.party = party, .step = step}, &n, info);
    sodium_memzero(secret, sizeof secret);
    *is_right = e == OK && n == 1;
    return e;
}

/* As typed, with or without dashes and capitals; false when it cannot be one. */
static bool clean_recovery(str code, char letters[RECOVERY_LETTERS])
{
    size_t n = 0;
    for (size_t i = 0; i < code.n; i++) {
        const char c = code.p[i];
        if (c == '-' || c == ' ')
            continue;
        if (n == RECOVERY_LETTERS)
            return false;
        letters[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return n == RECOVERY_LETTERS;
}

static struct secret_hash recovery_hash(const struct app *app, const char letters[RECOVERY_LETTERS])
{
    return secret_hash_of(app, HASH_RECOVERY, (str){letters, RECOVERY_LETTERS});
}

static err try_recovery(db_tx *tx, const struct deed *deed, struct party_id party, str code,
                        bool *is_right, struct err_info *info)
{
    char letters[RECOVERY_LETTERS];
    int64_t n = 0;

    if (!clean_recovery(code, letters))
        return OK;
    const struct secret_hash hash = recovery_hash(deed->app, letters);
    const err e = recovery_take(
        tx, (struct recovery_take_in){.party = party, .hash = secret_hash_str(&hash)}, &n, info);
    *is_right = e == OK && n == 1;
    return e;
}

err second_try(db_tx *tx, const struct deed *deed, struct party_id party, str code, bool *is_right,
               struct err_info *info)
{
    struct second_row_row row;

    *is_right = false;
    const err e =
        second_row(db_tx_db(tx), deed->memory, (struct second_row_in){.party = party}, &row, info);
    if (e == E_NOT_FOUND || (e == OK && !row.is_confirmed))
        return OK;
    if (e != OK)
        return e;
    code = str_trim(code);
    return is_digits(code) ? try_totp(tx, deed, party, &row, code, is_right, info)
                           : try_recovery(tx, deed, party, code, is_right, info);
}

/* ---- setting it up ---- */

static err print_base32(arena *a, const unsigned char *bytes, size_t n, str *text,
                        struct err_info *info)
{
    char *p = ARENA_NEW(a, char, n * 8 / 5 + 1);
    uint64_t bits = 0;
    size_t n_bits = 0, at = 0;

    if (!p)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++) {
        bits = (bits << 8) | bytes[i];
        for (n_bits += 8; n_bits >= 5; n_bits -= 5)
            p[at++] = base32[(bits >> (n_bits - 5)) & 31];
    }
    *text = (str){p, at};
    return OK;
}

bool second_secret_parse(str text, unsigned char secret[ACCESS_SECOND_BYTES])
{
    uint64_t bits = 0;
    size_t n_bits = 0, at = 0;

    if (text.n != BASE32_BYTES)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        const char *digit = memchr(base32, text.p[i], sizeof base32 - 1);
        if (!digit)
            return false;
        bits = (bits << 5) | (uint64_t)(digit - base32);
        n_bits += 5;
        if (n_bits >= 8) {
            n_bits -= 8;
            secret[at++] = (unsigned char)(bits >> n_bits);
        }
    }
    return true;
}

static void put_encoded(out *o, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char c = (unsigned char)s.p[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            out_char(o, (char)c);
        } else {
            out_char(o, '%');
            out_hex(o, &c, 1);
        }
    }
}

/* The form that authenticators read: otpauth://totp/SITE:ADDRESS?secret=...&issuer=SITE */
static err print_uri(const struct deed *deed, str address, str secret, str *uri,
                     struct err_info *info)
{
    out o;

    out_init(&o, 4 * URI_MAX);
    out_cstr(&o, "otpauth://totp/");
    put_encoded(&o, deed->app->site_name);
    out_cstr(&o, ":");
    put_encoded(&o, address);
    out_cstr(&o, "?secret=");
    out_str(&o, secret);
    out_cstr(&o, "&issuer=");
    put_encoded(&o, deed->app->site_name);
    out_cstr(&o, "&algorithm=SHA1&digits=6&period=30");
    err e = out_error(&o, info);
    if (e == OK) {
        *uri = arena_str(deed->memory, out_view(&o));
        if (!uri->p)
            e = err_nomem(info);
    }
    out_free(&o);
    return e;
}

struct begin {
    const struct deed *deed;
    unsigned char sealed[SEALED_BYTES];
    str address;
};

static err begin(db_tx *tx, void *arg, struct err_info *info)
{
    struct begin *b = arg;
    struct account a;
    int64_t n;

    err e = second_put(tx,
                       (struct second_put_in){.party = b->deed->viewer.id,
                                              .sealed = {(const char *)b->sealed, sizeof b->sealed},
                                              .now = b->deed->now_ms},
                       &n, info);
    if (e == OK && n == 0)
        return err_set(info, E_CONFLICT, "access.second-exists");
    if (e == OK)
        e = account_of(b->deed, db_tx_db(tx), b->deed->viewer.id, &a, info);
    if (e == OK)
        b->address = a.email;
    if (e == OK)
        e = account_log(tx, b->deed, "second.begin", b->deed->viewer.id, info);
    return e;
}

err second_begin(const struct deed *deed, db *d, str *secret_base32, str *uri,
                 struct err_info *info)
{
    struct begin b = {.deed = deed};
    unsigned char secret[ACCESS_SECOND_BYTES];

    err e = need_account(deed, info);
    if (e != OK)
        return e;
    deed->app->random_bytes(secret, sizeof secret);
    seal(deed->app, deed->viewer.id, secret, b.sealed);
    e = db_tx_do(d, begin, &b, info);
    if (e == OK)
        e = print_base32(deed->memory, secret, sizeof secret, secret_base32, info);
    if (e == OK)
        e = print_uri(deed, b.address, *secret_base32, uri, info);
    sodium_memzero(secret, sizeof secret);
    return e;
}

err second_begun(const struct deed *deed, db *d, str *secret_base32, str *uri,
                 struct err_info *info)
{
    const struct party_id who = deed->viewer.id;
    unsigned char secret[ACCESS_SECOND_BYTES];
    struct second_row_row row;
    struct account a;

    err e = need_account(deed, info);
    if (e == OK)
        e = second_row(d, deed->memory, (struct second_row_in){.party = who}, &row, info);
    if (e == E_NOT_FOUND || (e == OK && row.is_confirmed))
        return err_set(info, E_NOT_FOUND, "access.second-not-begun");
    if (e == OK)
        e = account_of(deed, d, who, &a, info);
    if (e == OK)
        e = unseal(deed->app, who, row.sealed, secret, info);
    if (e == OK)
        e = print_base32(deed->memory, secret, sizeof secret, secret_base32, info);
    if (e == OK)
        e = print_uri(deed, a.email, *secret_base32, uri, info);
    sodium_memzero(secret, sizeof secret);
    return e;
}

struct confirm {
    const struct deed *deed;
    const struct access_secret *old;
    str code;
    struct access_secret secret;
    char letters[ACCESS_RECOVERY_CODES][RECOVERY_LETTERS];
};

static void make_recovery(const struct app *app, char letters[RECOVERY_LETTERS])
{
    unsigned char chance[RECOVERY_LETTERS];
    app->random_bytes(chance, sizeof chance);
    for (int i = 0; i < RECOVERY_LETTERS; i++)
        letters[i] = base32[chance[i] & 31];
    sodium_memzero(chance, sizeof chance);
}

static err check_begun(const struct confirm *c, db_tx *tx, struct err_info *info)
{
    struct second_row_row row;
    const struct party_id who = c->deed->viewer.id;
    bool is_right;

    err e =
        second_row(db_tx_db(tx), c->deed->memory, (struct second_row_in){.party = who}, &row, info);
    if (e == E_NOT_FOUND || (e == OK && row.is_confirmed))
        return err_set(info, E_CONFLICT, "access.second-not-begun");
    if (e == OK)
        e = try_totp(tx, c->deed, who, &row, str_trim(c->code), &is_right, info);
    if (e == OK && !is_right)
        return err_set(info, E_INPUT, "access.code-wrong");
    return e;
}

static err confirm(db_tx *tx, void *arg, struct err_info *info)
{
    const struct confirm *c = arg;
    const struct party_id who = c->deed->viewer.id;
    int64_t n;

    err e = check_begun(c, tx, info);
    if (e == OK)
        e = second_set_confirmed(
            tx, (struct second_set_confirmed_in){.party = who, .now = c->deed->now_ms}, &n, info);
    if (e == OK)
        e = recovery_delete(tx, (struct recovery_delete_in){.party = who}, info);
    for (int i = 0; e == OK && i < ACCESS_RECOVERY_CODES; i++) {
        const struct secret_hash hash = recovery_hash(c->deed->app, c->letters[i]);
        e = recovery_add(tx, (struct recovery_add_in){.party = who, .hash = secret_hash_str(&hash)},
                         info);
    }
    if (e == OK)
        e = session_renew(tx, c->deed, c->old, &c->secret, info);
    if (e == OK)
        e = account_log(tx, c->deed, "second.confirm", who, info);
    return e;
}

err second_confirm(const struct deed *deed, db *d, struct access_secret old, str code,
                   struct access_secret *session, str codes[ACCESS_RECOVERY_CODES],
                   struct err_info *info)
{
    struct confirm c = {.deed = deed, .old = &old, .code = code, .secret = secret_new(deed->app)};

    for (int i = 0; i < ACCESS_RECOVERY_CODES; i++)
        make_recovery(deed->app, c.letters[i]);
    err e = need_account(deed, info);
    if (e == OK)
        e = db_tx_do(d, confirm, &c, info);
    for (int i = 0; e == OK && i < ACCESS_RECOVERY_CODES; i++) {
        char text[RECOVERY_LETTERS + 2];
        memcpy(text, c.letters[i], 4);
        text[4] = text[9] = '-';
        memcpy(text + 5, c.letters[i] + 4, 4);
        memcpy(text + 10, c.letters[i] + 8, 4);
        codes[i] = arena_str(deed->memory, (str){text, sizeof text});
        if (!codes[i].p)
            e = err_nomem(info);
    }
    if (e == OK)
        *session = c.secret;
    sodium_memzero(c.letters, sizeof c.letters);
    return e;
}

struct drop {
    const struct deed *deed;
};

static err drop(db_tx *tx, void *arg, struct err_info *info)
{
    const struct drop *dr = arg;
    return second_forget(tx, dr->deed, dr->deed->viewer.id, "second.drop", info);
}

err second_forget(db_tx *tx, const struct deed *deed, struct party_id who, const char *verb,
                  struct err_info *info)
{
    int64_t n;
    err e = second_delete(tx, (struct second_delete_in){.party = who}, &n, info);
    if (e == OK)
        e = recovery_delete(tx, (struct recovery_delete_in){.party = who}, info);
    if (e == OK)
        e = sessions_lower(tx, (struct sessions_lower_in){.party = who}, info);
    return e == OK ? account_log(tx, deed, verb, who, info) : e;
}

err second_drop(const struct deed *deed, db *d, str password, struct err_info *info)
{
    struct drop dr = {.deed = deed};
    const err e = password_ask(deed, d, password, info);
    return e == OK ? db_tx_do(d, drop, &dr, info) : e;
}
