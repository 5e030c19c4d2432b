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

static void a_form_token_is_of_one_session_only(void **state)
{
    struct access_fixture *f = *state;
    const struct access_secret one = {{1}}, other = {{2}};
    char token[ACCESS_SECRET_TEXT];

    access_form_token(&f->app, one, token);

    assert_true(access_form_token_is(&f->app, one, (str){token, sizeof token}));
    assert_false(access_form_token_is(&f->app, other, (str){token, sizeof token}));
    assert_false(access_form_token_is(&f->app, one, (str){token, sizeof token - 1}));
    assert_false(access_form_token_is(&f->app, one, STR("")));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
#define ACCESS_TEST(f) cmocka_unit_test_setup_teardown(f, access_set_up, access_tear_down)
        ACCESS_TEST(a_created_account_sets_a_password_and_signs_in),
        ACCESS_TEST(a_session_that_ended_is_a_visitor),
        ACCESS_TEST(a_form_token_is_of_one_session_only),
        ACCESS_TEST(an_unknown_address_and_a_wrong_password_cost_one_hash_and_say_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
