/* SPDX-License-Identifier: EUPL-1.2 */
/* Accounts and sessions, as their owners and those who would like to be them meet them. */
#include "app/access/access_test_int.h"

static void a_created_account_sets_a_password_and_signs_in(void **state)
{
    struct access_fixture *f = *state;
    struct viewer viewer;
    struct session session;

    const struct party_id id = make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    const struct access_secret secret = sign_in(f, "Sanne@Voorbeeldstad.nl", PASSWORD);

    assert_int_equal(
        session_viewer(&f->app, f->d, f->a, secret, f->now, &viewer, &session, &f->info), OK);
    assert_int_equal(viewer.id.v, id.v);
    assert_true(viewer.is_active);
    assert_false(viewer.has_second);
    assert_true(session.is_complete);
    assert_string_equal(text_of(f, session.label), "Firefox, Linux");
}

static void a_session_that_ended_is_a_visitor(void **state)
{
    struct access_fixture *f = *state;

    make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    const struct access_secret secret = sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD);
    assert_int_not_equal(viewer_of(f, secret).id.v, 0);
    const struct deed deed = deed_of(f, viewer_of(f, secret));
    assert_int_equal(session_end(&deed, f->d, secret, &f->info), OK);

    assert_int_equal(viewer_of(f, secret).id.v, 0);
    assert_int_equal(viewer_of(f, (struct access_secret){{7}}).id.v, 0);
}

static void an_unknown_address_and_a_wrong_password_cost_one_hash_and_say_the_same(void **state)
{
    struct access_fixture *f = *state;
    const char *const tries[][2] = {{"sanne@voorbeeldstad.nl", "not the right one"},
                                    {"nobody@voorbeeldstad.nl", PASSWORD},
                                    {"not an address", PASSWORD},
                                    {"waiting@voorbeeldstad.nl", PASSWORD}};

    make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        const int64_t before = gate_hashed(f->app.gate);
        assert_int_equal(try_sign_in(f, tries[i][0], tries[i][1], "192.0.2.1"), E_DENIED);
        assert_string_equal(f->info.msg.key, "access.sign-in-refused");
        assert_int_equal(f->info.msg.n_args, 0);
        assert_int_equal(gate_hashed(f->app.gate) - before, 1);
    }
}

/* ---- links ---- */

static void a_link_is_used_once_and_a_new_one_ends_the_old(void **state)
{
    struct access_fixture *f = *state;
    const struct deed deed = visitor(f);
    enum link_kind kind;

    make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    assert_int_equal(account_forgot(&deed, f->d, STR("sanne@voorbeeldstad.nl"), &f->info), OK);
    const struct access_secret first = mailed_link();
    assert_int_equal(account_forgot(&deed, f->d, STR("sanne@voorbeeldstad.nl"), &f->info), OK);
    const struct access_secret link = mailed_link();

    assert_int_equal(account_link_find(&deed, f->d, first, &kind, &f->info), E_NOT_FOUND);
    assert_int_equal(account_link_find(&deed, f->d, link, &kind, &f->info), OK);
    assert_int_equal(kind, LINK_PASSWORD);
    assert_int_equal(account_confirm(&deed, f->d, link, STR(PASSWORD), &f->info),
                     E_NOT_FOUND); /* not its kind */
    assert_int_equal(account_set_password(&deed, f->d, link, STR("welkom2026!!"), &f->info),
                     E_INPUT);
    assert_int_equal(account_set_password(&deed, f->d, link, STR("een heel nieuwe zin"), &f->info),
                     OK);
    assert_int_equal(account_set_password(&deed, f->d, link, STR("nog een andere zin"), &f->info),
                     E_NOT_FOUND);
    assert_int_equal(try_sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD, "192.0.2.1"), E_DENIED);
    sign_in(f, "sanne@voorbeeldstad.nl", "een heel nieuwe zin");
}

static void a_link_is_too_old_after_a_day(void **state)
{
    struct access_fixture *f = *state;
    struct deed deed = visitor(f);

    make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    assert_int_equal(account_forgot(&deed, f->d, STR("sanne@voorbeeldstad.nl"), &f->info), OK);
    const struct access_secret link = mailed_link();
    deed.now_ms += ACCESS_LINK_MS;

    assert_int_equal(account_set_password(&deed, f->d, link, STR("een heel nieuwe zin"), &f->info),
                     E_NOT_FOUND);
}

static void asking_for_a_password_says_nothing_of_the_address(void **state)
{
    struct access_fixture *f = *state;
    const struct deed deed = visitor(f);

    make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(account_forgot(&deed, f->d, STR("nobody@voorbeeldstad.nl"), &f->info), OK);
        assert_int_equal(account_forgot(&deed, f->d, STR("SANNE@voorbeeldstad.nl"), &f->info), OK);
    }

    assert_in_range(count_letters(f, "mail.password-subject"), 1, 3); /* no flood */
}

/* ---- sessions end ---- */

static void a_session_ends_when_idle_and_sooner_with_a_strong_role(void **state)
{
    struct access_fixture *f = *state;

    make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    make_person(f, "Ad Auditor", "ad@voorbeeldstad.nl", ACCESS_AUDITOR);
    const struct access_secret plain = sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD);
    const struct access_secret strong = sign_in(f, "ad@voorbeeldstad.nl", PASSWORD);

    f->now += ACCESS_IDLE_MS - 1;
    assert_int_not_equal(viewer_of(f, strong).id.v, 0); /* which moves its last use */
    f->now += ACCESS_IDLE_MS - 1;
    assert_int_not_equal(viewer_of(f, strong).id.v, 0);
    f->now += ACCESS_IDLE_MS;
    assert_int_equal(viewer_of(f, strong).id.v, 0);
    assert_int_not_equal(viewer_of(f, plain).id.v, 0);
}

static void a_session_ends_after_half_a_day_however_busy(void **state)
{
    struct access_fixture *f = *state;

    make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    const struct access_secret secret = sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD);
    for (int i = 0; i < 11; i++) {
        f->now += 60 * 60 * 1000;
        assert_int_not_equal(viewer_of(f, secret).id.v, 0);
    }
    f->now += 60 * 60 * 1000;

    assert_int_equal(viewer_of(f, secret).id.v, 0);
}

static void another_password_ends_every_session(void **state)
{
    struct access_fixture *f = *state;

    make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    const struct access_secret one = sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD);
    const struct access_secret other = sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD);
    const struct deed deed = deed_of(f, viewer_of(f, one));
    assert_int_equal(
        account_change_password(&deed, f->d, STR("wrong"), STR("een heel nieuwe zin"), &f->info),
        E_DENIED);
    assert_int_not_equal(viewer_of(f, other).id.v, 0);
    assert_int_equal(
        account_change_password(&deed, f->d, STR(PASSWORD), STR("een heel nieuwe zin"), &f->info),
        OK);

    assert_int_equal(viewer_of(f, one).id.v, 0);
    assert_int_equal(viewer_of(f, other).id.v, 0);
}

static void one_sees_ones_sessions_and_ends_them(void **state)
{
    struct access_fixture *f = *state;
    struct session *list;
    size_t n;

    make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    make_person(f, "Omar Idrissi", "omar@voorbeeldstad.nl", 0);
    const struct access_secret one = sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD);
    const struct access_secret two = sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD);
    const struct access_secret three = sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD);
    const struct deed sanne = deed_of(f, viewer_of(f, one));
    const struct deed omar =
        deed_of(f, viewer_of(f, sign_in(f, "omar@voorbeeldstad.nl", PASSWORD)));
    struct viewer viewer;
    struct session s;

    assert_int_equal(session_viewer(&f->app, f->d, f->a, two, f->now, &viewer, &s, &f->info), OK);
    assert_int_equal(session_list(&sanne, f->d, &list, &n, &f->info), OK);
    assert_int_equal(n, 3);
    assert_int_equal(session_end_numbered(&omar, f->d, s.number, &f->info), E_NOT_FOUND);
    assert_int_not_equal(viewer_of(f, two).id.v, 0);
    assert_int_equal(session_end_numbered(&sanne, f->d, s.number, &f->info), OK);
    assert_int_equal(viewer_of(f, two).id.v, 0);
    assert_int_equal(session_end_others(&sanne, f->d, one, &f->info), OK);
    assert_int_equal(viewer_of(f, three).id.v, 0);
    assert_int_not_equal(viewer_of(f, one).id.v, 0);
}

/* ---- tokens ---- */

static void a_token_acts_within_its_scopes_and_never_strongly(void **state)
{
    struct access_fixture *f = *state;
    const unsigned roles = ACCESS_EDITOR | ACCESS_ADMIN | ACCESS_AUDITOR;
    struct access_secret secret;
    struct viewer viewer;
    unsigned scopes;

    const struct party_id id = make_person(f, "Bea Beheer", "bea@voorbeeldstad.nl", roles);
    const struct deed deed = deed_of(f, viewer_of(f, sign_in(f, "bea@voorbeeldstad.nl", PASSWORD)));
    assert_int_equal(token_create(&deed, f->d, STR("script"), SCOPE_READ, 30, &secret, &f->info),
                     OK);
    assert_int_equal(token_viewer(&f->app, f->d, secret, f->now, &viewer, &scopes, &f->info), OK);

    assert_int_equal(viewer.id.v, id.v);
    assert_int_equal(scopes, SCOPE_READ);
    assert_true(viewer_may(&viewer, ACCESS_EDITOR));
    assert_int_equal(viewer.roles & ACCESS_STRONG_ROLES, 0);
    assert_false(viewer.has_second);
}

static void a_token_ends_by_time_by_its_owner_and_with_another_hash(void **state)
{
    struct access_fixture *f = *state;
    struct access_secret secret;
    struct viewer viewer;
    struct token *list;
    unsigned scopes;
    size_t n;

    make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    const struct access_secret session = sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD);
    const struct deed deed = deed_of(f, viewer_of(f, session));
    assert_int_equal(token_create(&deed, f->d, STR("script"), 8, 30, &secret, &f->info), E_INPUT);
    assert_int_equal(token_create(&deed, f->d, STR("script"), SCOPE_READ, 0, &secret, &f->info),
                     E_INPUT);
    assert_int_equal(token_create(&deed, f->d, STR("script"), SCOPE_READ, 1, &secret, &f->info),
                     OK);

    /* a session is no token, and a token no session */
    assert_int_equal(token_viewer(&f->app, f->d, session, f->now, &viewer, &scopes, &f->info), OK);
    assert_int_equal(viewer.id.v, 0);
    assert_int_equal(viewer_of(f, secret).id.v, 0);
    assert_int_equal(token_viewer(&f->app, f->d, secret, f->now + 24 * 60 * 60 * 1000, &viewer,
                                  &scopes, &f->info),
                     OK);
    assert_int_equal(viewer.id.v, 0);
    assert_int_equal(token_list(&deed, f->d, &list, &n, &f->info), OK);
    assert_int_equal(n, 1);
    assert_int_equal(token_drop(&deed, f->d, list[0].id, &f->info), OK);
    assert_int_equal(token_drop(&deed, f->d, list[0].id, &f->info), E_NOT_FOUND);
    assert_int_equal(token_viewer(&f->app, f->d, secret, f->now, &viewer, &scopes, &f->info), OK);
    assert_int_equal(viewer.id.v, 0);
}

static void what_only_the_signed_in_may_do_is_refused_to_visitors(void **state)
{
    struct access_fixture *f = *state;
    const struct deed deed = visitor(f);
    struct access_secret secret;
    struct session *sessions;
    struct token *tokens;
    struct person *people, person;
    struct party_id next;
    struct account a;
    str text, codes[ACCESS_RECOVERY_CODES];
    size_t n;
    out o;

    out_init(&o, 100);
    const err answers[] = {
        account_mine(&deed, f->d, &a, &f->info),
        account_change(&deed, f->d, STR("x"), STR(""), (struct party_id){0}, LANG_NL, &f->info),
        account_change_password(&deed, f->d, STR(""), STR("een heel nieuwe zin"), &f->info),
        account_export(&deed, f->d, &o, &f->info),
        account_erase(&deed, f->d, false, &f->info),
        person_list(&deed, f->d, STR(""), (struct party_id){0}, 10, &people, &n, &next, &f->info),
        person_find(&deed, f->d, (struct party_id){1}, &person, &f->info),
        session_list(&deed, f->d, &sessions, &n, &f->info),
        session_end_numbered(&deed, f->d, 1, &f->info),
        session_end_others(&deed, f->d, (struct access_secret){{0}}, &f->info),
        second_begin(&deed, f->d, &text, &text, &f->info),
        second_confirm(&deed, f->d, (struct access_secret){{0}}, STR("123456"), &secret, codes,
                       &f->info),
        second_drop(&deed, f->d, STR(PASSWORD), &f->info),
        token_create(&deed, f->d, STR("x"), SCOPE_READ, 1, &secret, &f->info),
        token_list(&deed, f->d, &tokens, &n, &f->info),
        token_drop(&deed, f->d, (struct token_id){1}, &f->info),
    };
    out_free(&o);

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        assert_int_equal(answers[i], E_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define ACCESS_TEST(f) cmocka_unit_test_setup_teardown(f, access_set_up, access_tear_down)
        ACCESS_TEST(a_created_account_sets_a_password_and_signs_in),
        ACCESS_TEST(a_session_that_ended_is_a_visitor),
        ACCESS_TEST(an_unknown_address_and_a_wrong_password_cost_one_hash_and_say_the_same),
        ACCESS_TEST(a_link_is_used_once_and_a_new_one_ends_the_old),
        ACCESS_TEST(a_link_is_too_old_after_a_day),
        ACCESS_TEST(asking_for_a_password_says_nothing_of_the_address),
        ACCESS_TEST(a_session_ends_when_idle_and_sooner_with_a_strong_role),
        ACCESS_TEST(a_session_ends_after_half_a_day_however_busy),
        ACCESS_TEST(another_password_ends_every_session),
        ACCESS_TEST(one_sees_ones_sessions_and_ends_them),
        ACCESS_TEST(a_token_acts_within_its_scopes_and_never_strongly),
        ACCESS_TEST(a_token_ends_by_time_by_its_owner_and_with_another_hash),
        ACCESS_TEST(what_only_the_signed_in_may_do_is_refused_to_visitors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
