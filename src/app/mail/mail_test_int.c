/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/mail/mail_test_int.h"

#include "app/mail/test/queries.h"
#include "base/rng.h"

static int64_t test_now(void)
{
    return store_test_now_ms;
}

static void test_random(void *to, size_t n)
{
    static _Atomic uint64_t counter;
    unsigned char *byte = to;
    for (size_t i = 0; i < n; i++)
        byte[i] = (unsigned char)rng_u64((struct rng_key){.seed = 11}, counter++);
}

static const struct app_keys keys = {.seal = {7, 8, 9}};
const struct app app = {
    .now_ms = test_now,
    .random_bytes = test_random,
    .keys = &keys,
    .base_url = STR("https://voorbeeldstad.nl"),
    .site_name = STR("Ontschot Voorbeeldstad"),
};

const struct publication_id piece = {601};

/* ---- set-up ---- */

static err people_in(db_tx *tx, void *arg, struct err_info *info)
{
    (void)arg;
    err e = reader_add(tx, (struct reader_add_in){.id = {JAN}, .name = STR("Jan")}, info);
    if (e == OK)
        e = reader_add(tx, (struct reader_add_in){.id = {PIET}, .name = STR("Piet")}, info);
    if (e == OK)
        e = piece_add(tx, (struct piece_add_in){.id = piece, .owner = {JAN}}, info);
    return e;
}

int set_up(void **state)
{
    struct err_info info;
    void *fixture;
    struct post *p = calloc(1, sizeof *p);
    if (!p || store_set_up(&fixture) != 0)
        return -1;
    p->store = fixture;
    p->sink = sink_start(0, NULL);
    if (!p->sink)
        return -1;
    snprintf(p->url, sizeof p->url, "smtp://127.0.0.1:%d", sink_port(p->sink));
    p->server = (struct mail_server){
        .url = str_of(p->url),
        .from = STR("Ontschot Voorbeeldstad <noreply@voorbeeldstad.nl>"),
    };
    *state = p;
    return db_tx_do(p->store->d, people_in, NULL, &info) == OK ? 0 : -1;
}

int tear_down(void **state)
{
    struct post *p = *state;
    void *fixture = p->store;
    sink_stop(p->sink);
    free(p);
    return store_tear_down(&fixture);
}

/* ---- what the tests do ---- */

const struct mail password_letter = {
    .party = {JAN},
    .to = STR("jan@voorbeeld.nl"),
    .lang = LANG_NL,
    .subject = "mail.password-subject",
    .body = "mail.password-body",
    .value = {STR("https://voorbeeldstad.nl/nl/wachtwoord/GEHEIM")},
    .n_values = 1,
};

struct put {
    struct deed deed;
    const struct mail *mail;
    err then;
};

static err put_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct put *p = arg;
    const err e = mail_put(tx, &p->deed, p->mail, info);
    return e == OK && p->then != OK ? err_set(info, p->then, "db.exists") : e;
}

struct deed deed_of(const struct post *p)
{
    return (struct deed){.app = &app, .now_ms = store_test_now_ms, .memory = p->store->a};
}

err put(const struct post *p, const struct mail *m, err then, struct err_info *info)
{
    struct put args = {.deed = deed_of(p), .mail = m, .then = then};
    return db_tx_do(p->store->d, put_in, &args, info);
}

void put_well(const struct post *p, const struct mail *m)
{
    struct err_info info;
    assert_int_equal(put(p, m, OK, &info), OK);
}

bool everybody_may(const struct app *a, db *d, struct party_id reader,
                   struct publication_id publication)
{
    (void)a, (void)d, (void)reader, (void)publication;
    return true;
}

bool only_piet_may(const struct app *a, db *d, struct party_id reader,
                   struct publication_id publication)
{
    (void)a, (void)d;
    return reader.v == PIET && publication.v == piece.v;
}

err send_with(const struct post *p, const struct mail_server *server, int64_t *n_sent)
{
    struct err_info info;
    arena_reset(p->store->a);
    return mail_send_due(&app, p->store->d, server, everybody_may, p->store->a, n_sent, &info);
}

int64_t send_well(const struct post *p)
{
    int64_t n_sent;
    assert_int_equal(send_with(p, &p->server, &n_sent), OK);
    return n_sent;
}

struct mail_status status_of(const struct post *p)
{
    struct mail_status status;
    struct err_info info;
    assert_int_equal(mail_status(p->store->d, p->store->a, &status, &info), OK);
    return status;
}

bool holds(str text, const char *part)
{
    return memmem(text.p, text.n, part, strlen(part)) != NULL;
}
