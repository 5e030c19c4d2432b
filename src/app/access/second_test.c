/* SPDX-License-Identifier: EUPL-1.2 */
/* The second factor. */
#include "app/access/access_test_int.h"
#include "app/access/test/queries.h"

/* RFC 6238 appendix B, SHA-1, the last six of its eight digits. */
static void codes_are_those_of_the_standard(void **state)
{
    static const struct {
        int64_t seconds;
        const char *code;
    } vectors[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                   {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    const unsigned char *secret = (const unsigned char *)"12345678901234567890";
    char code[7] = "";

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        second_code(secret, 20, vectors[i].seconds * 1000, code);
        assert_string_equal(code, vectors[i].code);
    }
}

struct owner {
    struct access_fixture *f;
    unsigned char second[ACCESS_SECOND_BYTES];
    str codes[ACCESS_RECOVERY_CODES];
    struct access_secret before, session;
};

static struct owner make_owner(struct access_fixture *f)
{
    struct owner o = {.f = f};
    make_person(f, "Ad Auditor", "ad@voorbeeldstad.nl", ACCESS_AUDITOR);
    o.before = sign_in(f, "ad@voorbeeldstad.nl", PASSWORD);
    o.session = set_up_second(f, o.before, o.second, o.codes);
    return o;
}

static err give(struct access_fixture *f, struct access_secret old, str code,
                struct access_secret *session)
{
    const struct deed deed = visitor(f);
    return session_second(&deed, f->d, old, code, session, &f->info);
}

static void setting_it_up_makes_strong_roles_count_under_another_secret(void **state)
{
    struct access_fixture *f = *state;
    struct deed deed;
    str text;

    make_person(f, "Ad Auditor", "ad@voorbeeldstad.nl", ACCESS_AUDITOR);
    const struct access_secret other = sign_in(f, "ad@voorbeeldstad.nl", PASSWORD);
    const struct access_secret before = sign_in(f, "ad@voorbeeldstad.nl", PASSWORD);
    const struct viewer weak = viewer_of(f, before);
    struct owner o = {.f = f};
    const struct access_secret after = set_up_second(f, before, o.second, o.codes);
    const struct viewer strong = viewer_of(f, after);

    assert_false(viewer_may(&weak, ACCESS_AUDITOR));
    assert_true(viewer_may(&strong, ACCESS_AUDITOR));
    assert_int_equal(viewer_of(f, before).id.v, 0); /* fixation gains nothing */
    assert_int_equal(viewer_of(f, other).id.v, 0);
    deed = deed_of(f, strong);
    assert_int_equal(second_begin(&deed, f->d, &text, &text, &f->info), E_CONFLICT);
}

static void until_the_code_was_given_the_session_is_a_visitor(void **state)
{
    struct access_fixture *f = *state;
    struct owner o = make_owner(f);
    struct access_secret session;
    struct viewer viewer;
    struct session s;
    char code[6];

    f->now += 60 * 1000; /* the step before was used */
    const struct access_secret old = sign_in(f, "ad@voorbeeldstad.nl", PASSWORD);
    assert_int_equal(session_viewer(&f->app, f->d, f->a, old, f->now, &viewer, &s, &f->info), OK);
    assert_int_equal(viewer.id.v, 0);
    assert_false(s.is_complete);
    assert_int_not_equal(s.party.v, 0);
    second_code(o.second, sizeof o.second, f->now, code);
    assert_int_equal(give(f, old, (str){code, sizeof code}, &session), OK);

    assert_int_equal(viewer_of(f, old).id.v, 0);
    viewer = viewer_of(f, session);
    assert_true(viewer_may(&viewer, ACCESS_AUDITOR));
}

static void each_code_works_once_also_in_another_session(void **state)
{
    struct access_fixture *f = *state;
    struct owner o = make_owner(f);
    struct access_secret session;
    char code[6];

    f->now += 60 * 1000;
    second_code(o.second, sizeof o.second, f->now, code);
    const struct access_secret one = sign_in(f, "ad@voorbeeldstad.nl", PASSWORD);
    const struct access_secret two = sign_in(f, "ad@voorbeeldstad.nl", PASSWORD);

    assert_int_equal(give(f, one, (str){code, sizeof code}, &session), OK);
    assert_int_equal(give(f, two, (str){code, sizeof code}, &session), E_DENIED);
    f->now += 29 * 1000; /* still within one step either way */
    assert_int_equal(give(f, two, (str){code, sizeof code}, &session), E_DENIED);
}

static void a_clock_that_is_half_a_minute_off_is_fine_and_more_is_not(void **state)
{
    struct access_fixture *f = *state;
    struct owner o = make_owner(f);
    struct access_secret session;
    char code[6];

    f->now += 10 * 60 * 1000;
    const struct access_secret one = sign_in(f, "ad@voorbeeldstad.nl", PASSWORD);
    second_code(o.second, sizeof o.second, f->now - 60 * 1000, code);
    assert_int_equal(give(f, one, (str){code, sizeof code}, &session), E_DENIED);
    second_code(o.second, sizeof o.second, f->now + 60 * 1000, code);
    assert_int_equal(give(f, one, (str){code, sizeof code}, &session), E_DENIED);
    second_code(o.second, sizeof o.second, f->now - 30 * 1000, code);
    assert_int_equal(give(f, one, (str){code, sizeof code}, &session), OK);
}

static void a_recovery_code_works_once_however_it_is_typed(void **state)
{
    struct access_fixture *f = *state;
    struct owner o = make_owner(f);
    struct access_secret session;
    char typed[32];
    size_t n = 0;

    for (size_t i = 0; i < o.codes[3].n; i++)
        if (o.codes[3].p[i] != '-')
            typed[n++] = (char)(o.codes[3].p[i] | ('A' <= o.codes[3].p[i] ? 0x20 : 0));
    const struct access_secret one = sign_in(f, "ad@voorbeeldstad.nl", PASSWORD);
    const struct access_secret two = sign_in(f, "ad@voorbeeldstad.nl", PASSWORD);

    assert_int_equal(give(f, one, (str){typed, n}, &session), OK);
    assert_int_equal(give(f, two, o.codes[3], &session), E_DENIED);
    assert_int_equal(give(f, two, o.codes[4], &session), OK);
}

static void five_wrong_codes_end_the_session_and_more_make_wait(void **state)
{
    struct access_fixture *f = *state;
    struct access_secret session;
    int n_tried = 0;

    make_owner(f);
    for (int round = 0; round < 4; round++) {
        const struct access_secret old = sign_in(f, "ad@voorbeeldstad.nl", PASSWORD);
        err e = OK;
        for (int i = 0; i < 8; i++) {
            e = give(f, old, STR("000000"), &session);
            n_tried += e == E_DENIED;
        }
        assert_true(e == E_NOT_FOUND || e == E_LIMIT);
    }

    assert_in_range(n_tried, 5, 11);
}

static void a_password_alone_is_forgotten_after_ten_minutes(void **state)
{
    struct access_fixture *f = *state;
    struct owner o = make_owner(f);
    struct access_secret session;

    const struct access_secret old = sign_in(f, "ad@voorbeeldstad.nl", PASSWORD);
    f->now += 10 * 60 * 1000;

    assert_int_equal(give(f, old, o.codes[0], &session), E_NOT_FOUND);
}

static void dropping_it_asks_the_password_and_takes_strength_away(void **state)
{
    struct access_fixture *f = *state;
    struct owner o = make_owner(f);
    const struct deed deed = deed_of(f, viewer_of(f, o.session));

    assert_int_equal(second_drop(&deed, f->d, STR("wrong"), &f->info), E_DENIED);
    struct viewer viewer = viewer_of(f, o.session);
    assert_true(viewer_may(&viewer, ACCESS_AUDITOR));
    assert_int_equal(second_drop(&deed, f->d, STR(PASSWORD), &f->info), OK);

    viewer = viewer_of(f, o.session);
    assert_true(viewer.is_active);
    assert_false(viewer_may(&viewer, ACCESS_AUDITOR));
    viewer = viewer_of(f, sign_in(f, "ad@voorbeeldstad.nl", PASSWORD)); /* no code asked */
    assert_true(viewer.is_active);
}

struct copy {
    struct party_id from, to;
};

static err copy_second(db_tx *tx, void *arg, struct err_info *info)
{
    const struct copy *c = arg;
    return test_copy_second(tx, (struct test_copy_second_in){.from = c->from, .to = c->to}, info);
}

static void a_secret_copied_to_another_account_opens_nothing(void **state)
{
    struct access_fixture *f = *state;
    struct owner victim = make_owner(f), thief = {.f = f};
    struct access_secret session;
    char code[6];

    make_person(f, "Dirk Dief", "dief@voorbeeldstad.nl", 0);
    thief.session =
        set_up_second(f, sign_in(f, "dief@voorbeeldstad.nl", PASSWORD), thief.second, thief.codes);
    struct copy c = {.from = viewer_of(f, thief.session).id, .to = viewer_of(f, victim.session).id};
    assert_int_equal(db_tx_do(f->d, copy_second, &c, &f->info), OK);
    f->now += 60 * 1000;
    const struct access_secret old = sign_in(f, "ad@voorbeeldstad.nl", PASSWORD);
    second_code(thief.second, sizeof thief.second, f->now, code);

    assert_int_equal(give(f, old, (str){code, sizeof code}, &session), E_IO);
    assert_string_equal(f->info.msg.key, "access.second-damaged");
}

static void the_address_for_authenticators_names_site_and_owner(void **state)
{
    struct access_fixture *f = *state;
    str base32, uri;

    make_person(f, "Ad Auditor", "ad@voorbeeldstad.nl", 0);
    const struct deed deed = deed_of(f, viewer_of(f, sign_in(f, "ad@voorbeeldstad.nl", PASSWORD)));
    assert_int_equal(second_begin(&deed, f->d, &base32, &uri, &f->info), OK);

    assert_int_equal(base32.n, 32);
    assert_true(str_starts(uri, STR("otpauth://totp/Kennisplein%20Voorbeeldstad:"
                                    "ad%40voorbeeldstad.nl?secret=")));
    assert_true(str_ends(uri, STR("&issuer=Kennisplein%20Voorbeeldstad&algorithm=SHA1&digits=6"
                                  "&period=30")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define ACCESS_TEST(f) cmocka_unit_test_setup_teardown(f, access_set_up, access_tear_down)
        cmocka_unit_test(codes_are_those_of_the_standard),
        ACCESS_TEST(setting_it_up_makes_strong_roles_count_under_another_secret),
        ACCESS_TEST(until_the_code_was_given_the_session_is_a_visitor),
        ACCESS_TEST(each_code_works_once_also_in_another_session),
        ACCESS_TEST(a_clock_that_is_half_a_minute_off_is_fine_and_more_is_not),
        ACCESS_TEST(a_recovery_code_works_once_however_it_is_typed),
        ACCESS_TEST(five_wrong_codes_end_the_session_and_more_make_wait),
        ACCESS_TEST(a_password_alone_is_forgotten_after_ten_minutes),
        ACCESS_TEST(dropping_it_asks_the_password_and_takes_strength_away),
        ACCESS_TEST(a_secret_copied_to_another_account_opens_nothing),
        ACCESS_TEST(the_address_for_authenticators_names_site_and_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
