/* SPDX-License-Identifier: EUPL-1.2 */
/* Signing in elsewhere: who it is here. */
#include "app/access/oidc_test_int.h"

/* ---- who it is here ---- */

struct known {
    struct party_id party;
    bool is_confirmed, is_invited;
    enum account_state state;
};

static err known_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct known *k = arg;
    err e = party_add(tx,
                      (struct party_add_in){.id = k->party,
                                            .name = STR("Fatima"),
                                            .sort_key = STR("fatima"),
                                            .job_title = STR(""),
                                            .state = k->state},
                      info);
    if (e == OK)
        e = email_add(tx,
                      (struct email_add_in){.party = k->party,
                                            .address = STR("fatima@voorbeeld.nl"),
                                            .key = STR("fatima@voorbeeld.nl"),
                                            .is_confirmed = k->is_confirmed},
                      info);
    if (e == OK)
        e = password_put(tx, (struct password_put_in){.party = k->party, .hash = STR("a hash")},
                         info);
    if (e == OK && k->is_invited)
        e = access_link_add(tx,
                            (struct access_link_add_in){.hash = STR("a link"),
                                                        .kind = LINK_INVITE,
                                                        .party = k->party,
                                                        .expires = store_test_now_ms + HOUR},
                            info);
    return e;
}

static struct account known_account(struct world *w, struct known k)
{
    const struct deed deed = visit(w);
    struct account a;
    assert_int_equal(account_of(&deed, w->store->d, k.party, &a, &w->info), OK);
    return a;
}

static struct known make_known(struct world *w, struct known k)
{
    k.party.v = 900;
    assert_int_equal(db_tx_do(w->store->d, known_in, &k, &w->info), OK);
    return k;
}

static void a_confirmed_address_is_the_account_that_has_it(void **state)
{
    struct world *w = *state;
    const struct known k =
        make_known(w, (struct known){.is_confirmed = true, .state = ACCOUNT_ACTIVE});
    struct oidc_answer answer;

    assert_int_equal(sign_in(w, NULL, &answer), OK);

    assert_int_equal(answer.result, OIDC_KNOWN);
    assert_int_equal(answer.party.v, k.party.v);
    assert_true(known_account(w, k).has_password);
}

static void who_was_invited_need_not_wait(void **state)
{
    struct world *w = *state;
    const struct known k = make_known(w, (struct known){.is_invited = true, .state = ACCOUNT_NONE});
    struct oidc_answer answer;

    assert_int_equal(sign_in(w, NULL, &answer), OK);

    assert_int_equal(answer.result, OIDC_KNOWN);
    assert_int_equal(answer.party.v, k.party.v);
    assert_int_equal(known_account(w, k).state, ACCOUNT_ACTIVE);
}

static void who_registered_with_anothers_address_is_put_out(void **state)
{
    struct world *w = *state;
    const struct known k = make_known(w, (struct known){.state = ACCOUNT_WAITING});
    struct oidc_answer answer;

    assert_int_equal(sign_in(w, NULL, &answer), OK);

    assert_int_equal(answer.result, OIDC_WAITS);
    assert_int_equal(answer.party.v, k.party.v);
    assert_false(known_account(w, k).has_password);
}

static void a_blocked_account_stays_blocked(void **state)
{
    struct world *w = *state;
    struct oidc_answer answer;
    make_known(w, (struct known){.is_confirmed = true, .state = ACCOUNT_BLOCKED});

    assert_int_equal(sign_in(w, NULL, &answer), E_DENIED);
    assert_true(info_says(w, "oidc.blocked", ""));
    assert_int_equal(sign_in(w, NULL, &answer), E_DENIED);
}

static void nothing_is_linked_that_was_not_agreed(void **state)
{
    struct world *w = *state;
    struct oidc_answer answer;
    make_known(w, (struct known){.is_confirmed = true, .state = ACCOUNT_ACTIVE});

    assert_int_equal(sign_in(w, json_pack("{sb}", "email_verified", 0), &answer), E_DENIED);
    assert_true(info_says(w, "oidc.no-address", ""));
    assert_int_equal(sign_in(w, json_pack("{ss}", "email_verified", "true"), &answer), E_DENIED);
    assert_int_equal(sign_in(w, json_pack("{sn}", "email_verified"), &answer), E_DENIED);
    assert_int_equal(sign_in(w, json_pack("{ss}", "email", "no address"), &answer), E_DENIED);
    w->config.links_known = false;
    configure(w);
    assert_int_equal(sign_in(w, NULL, &answer), E_CONFLICT);
    assert_true(info_says(w, "oidc.address-known", ""));
}

static void an_operator_may_vouch_for_addresses_but_not_against_the_provider(void **state)
{
    struct world *w = *state;
    const struct browser b = go_there(w, "/");
    json_t *claims = right_claims(w, b.nonce);
    struct oidc_claims read;

    json_object_del(claims, "email_verified");
    char *token = sign(claims, R_JWA_ALG_RS256, rsa.private);
    assert_int_equal(oidc_token_read(w->oidc, w->store->a, str_of(token), str_of(b.nonce),
                                     store_test_now_ms, &read, &w->info),
                     OK);
    assert_int_equal(read.email.n, 0);
    w->config.trusts_email = true;
    configure(w);
    assert_int_equal(oidc_token_read(w->oidc, w->store->a, str_of(token), str_of(b.nonce),
                                     store_test_now_ms, &read, &w->info),
                     OK);
    assert_true(str_eq(read.email, STR("Fatima@Voorbeeld.nl")));
    r_free(token);
    json_decref(claims);
    struct oidc_answer answer;
    assert_int_equal(sign_in(w, json_pack("{sb}", "email_verified", 0), &answer), E_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORLD(a_confirmed_address_is_the_account_that_has_it),
        WITH_WORLD(who_was_invited_need_not_wait),
        WITH_WORLD(who_registered_with_anothers_address_is_put_out),
        WITH_WORLD(a_blocked_account_stays_blocked),
        WITH_WORLD(nothing_is_linked_that_was_not_agreed),
        WITH_WORLD(an_operator_may_vouch_for_addresses_but_not_against_the_provider),
    };
    return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
