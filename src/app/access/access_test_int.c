/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/access/access_test_int.h"

#include "app/access/holding.h"
#include "app/access/test/queries.h"
#include "app/job/job.h"
#include "app/knowledge/knowledge.h"
#include "app/mail/mail.h"
#include "base/rng.h"

static const struct access_holding *const holdings[] = {&job_holding, &knowledge_holding,
                                                        &mail_holding, &audit_holding};

enum { TEST_PASSES = 1, TEST_MEMORY = 8192 };

/* The last 32 bytes of chance that were asked: a letter's link is made of such. */
static struct access_secret newest;

/* Chance that is the same each time. */
static void test_random(void *to, size_t n)
{
    static uint64_t counter;
    unsigned char *byte = to;
    for (size_t i = 0; i < n; i++)
        byte[i] = (unsigned char)rng_u64((struct rng_key){.seed = 11}, counter++);
    if (n == sizeof newest.byte)
        memcpy(newest.byte, to, n);
}

struct access_secret mailed_link(void)
{
    return newest;
}

static int64_t test_now(void)
{
    return store_test_now_ms;
}

int access_set_up(void **state)
{
    struct access_fixture *f = calloc(1, sizeof *f);
    void *set = NULL;

    *state = f;
    if (!f || store_set_up(&set) != 0)
        return -1;
    f->store = set;
    f->d = f->store->d;
    f->a = f->store->a;
    test_random(&f->keys, sizeof f->keys);
    f->now = store_test_now_ms;
    f->app = (struct app){.now_ms = test_now,
                          .random_bytes = test_random,
                          .keys = &f->keys,
                          .base_url = STR("https://voorbeeldstad.nl"),
                          .site_name = STR("Kennisplein Voorbeeldstad"),
                          .holding = holdings,
                          .n_holdings = sizeof holdings / sizeof *holdings};
    return gate_new_sized(2, 4, TEST_PASSES, TEST_MEMORY, &f->app.gate, &f->info) == OK ? 0 : -1;
}

int access_tear_down(void **state)
{
    struct access_fixture *f = *state;
    void *set = f->store;

    password_gate_free(f->app.gate);
    free(f);
    *state = NULL;
    return store_tear_down(&set);
}

struct deed deed_of(struct access_fixture *f, struct viewer viewer)
{
    return (struct deed){.app = &f->app, .viewer = viewer, .now_ms = f->now, .memory = f->a};
}

struct deed visitor(struct access_fixture *f)
{
    return deed_of(f, (struct viewer){0});
}

const char *text_of(struct access_fixture *f, str s)
{
    return arena_str(f->a, s).p;
}

struct party_id make_person(struct access_fixture *f, const char *name, const char *email,
                            unsigned roles)
{
    const struct deed deed = visitor(f);
    struct access_secret link;
    struct party_id id;

    assert_int_equal(
        account_create(&deed, f->d, str_of(name), str_of(email), LANG_NL, roles, &id, &f->info),
        OK);
    assert_int_equal(account_link(&deed, f->d, id, &link, &f->info), OK);
    assert_int_equal(account_set_password(&deed, f->d, link, STR(PASSWORD), &f->info), OK);
    return id;
}

static err do_sign_in(struct access_fixture *f, const char *email, const char *password,
                      const char *place, struct access_secret *secret)
{
    const struct deed deed = visitor(f);
    enum sign_in what;
    return session_sign_in(&deed, f->d, str_of(email), str_of(password), str_of(place),
                           STR("Firefox, Linux"), secret, &what, &f->info);
}

err try_sign_in(struct access_fixture *f, const char *email, const char *password,
                const char *place)
{
    struct access_secret secret;
    return do_sign_in(f, email, password, place, &secret);
}

struct access_secret sign_in(struct access_fixture *f, const char *email, const char *password)
{
    struct access_secret secret;
    assert_int_equal(do_sign_in(f, email, password, "192.0.2.1", &secret), OK);
    return secret;
}

struct viewer viewer_of(struct access_fixture *f, struct access_secret session)
{
    struct viewer viewer;
    struct session s;
    assert_int_equal(session_viewer(&f->app, f->d, f->a, session, f->now, &viewer, &s, &f->info),
                     OK);
    return viewer;
}

struct access_secret set_up_second(struct access_fixture *f, struct access_secret session,
                                   unsigned char second[ACCESS_SECOND_BYTES],
                                   str codes[ACCESS_RECOVERY_CODES])
{
    const struct deed deed = deed_of(f, viewer_of(f, session));
    struct access_secret raised;
    str base32, uri;
    char code[6];

    assert_int_equal(second_begin(&deed, f->d, &base32, &uri, &f->info), OK);
    assert_true(second_secret_parse(base32, second));
    second_code(second, ACCESS_SECOND_BYTES, f->now, code);
    assert_int_equal(
        second_confirm(&deed, f->d, session, (str){code, sizeof code}, &raised, codes, &f->info),
        OK);
    return raised;
}

struct access_secret sign_in_twice(struct access_fixture *f, const char *email,
                                   const unsigned char second[ACCESS_SECOND_BYTES])
{
    const struct deed deed = visitor(f);
    const struct access_secret old = sign_in(f, email, PASSWORD);
    struct access_secret session;
    char code[6];

    second_code(second, ACCESS_SECOND_BYTES, f->now, code);
    assert_int_equal(session_second(&deed, f->d, old, (str){code, sizeof code}, &session, &f->info),
                     OK);
    return session;
}

struct deed make_admin(struct access_fixture *f)
{
    unsigned char second[ACCESS_SECOND_BYTES];
    str codes[ACCESS_RECOVERY_CODES];

    make_person(f, "Bea Beheer", "beheer@voorbeeldstad.nl", ACCESS_ADMIN);
    const struct access_secret session =
        set_up_second(f, sign_in(f, "beheer@voorbeeldstad.nl", PASSWORD), second, codes);
    return deed_of(f, viewer_of(f, session));
}

int64_t count_letters(struct access_fixture *f, const char *subject)
{
    struct test_letters_row row;
    assert_int_equal(test_letters(f->d, f->a, (struct test_letters_in){.subject = str_of(subject)},
                                  &row, &f->info),
                     OK);
    return row.n;
}

int64_t count_log(struct access_fixture *f, const char *verb)
{
    struct test_log_row row;
    assert_int_equal(
        test_log(f->d, f->a, (struct test_log_in){.verb = str_of(verb)}, &row, &f->info), OK);
    return row.n;
}
