/* SPDX-License-Identifier: EUPL-1.2 */
/* How accounts come, change and go, and who decides. */
#include "app/access/access_test_int.h"

#include <pthread.h>
#include <stdio.h>

static const struct register_form sanne = {
    .name = STR("Sanne de Vries"),
    .email = STR("sanne@voorbeeldstad.nl"),
    .function = STR("wijkteam"),
    .password = STR(PASSWORD),
    .reason = STR("Ik schrijf over onze pilot."),
    .lang = LANG_NL,
};

static struct account account_named(struct access_fixture *f, const struct deed *admin,
                                    const char *search)
{
    struct account *list;
    struct party_id next;
    size_t n;
    assert_int_equal(account_list(admin, f->d, (struct account_filter){.search = str_of(search)},
                                  (struct party_id){0}, 10, &list, &n, &next, &f->info),
                     OK);
    assert_int_equal(n, 1);
    return list[0];
}

static void who_registers_confirms_is_approved_and_signs_in(void **state)
{
    struct access_fixture *f = *state;
    const struct deed admin = make_admin(f), deed = visitor(f);

    assert_int_equal(account_register(&deed, f->d, &sanne, &f->info), OK);
    const struct access_secret link = mailed_link();
    struct account a = account_named(f, &admin, "sanne");
    assert_int_equal(a.state, ACCOUNT_WAITING);
    assert_string_equal(text_of(f, a.reason), "Ik schrijf over onze pilot.");
    assert_int_equal(account_set_state(&admin, f->d, a.id, ACCOUNT_ACTIVE, &f->info), E_CONFLICT);
    assert_int_equal(account_confirm(&deed, f->d, link, STR(PASSWORD), &f->info), OK);
    assert_int_equal(account_confirm(&deed, f->d, link, STR(PASSWORD), &f->info), E_NOT_FOUND);
    assert_int_equal(try_sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD, "192.0.2.1"), E_DENIED);
    assert_int_equal(account_set_state(&admin, f->d, a.id, ACCOUNT_ACTIVE, &f->info), OK);

    assert_int_equal(viewer_of(f, sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD)).id.v, a.id.v);
    a = account_named(f, &admin, "SÁNNE");
    assert_int_equal(a.reason.n, 0);
    assert_int_equal(count_letters(f, "mail.approved-subject"), 1);
    assert_int_equal(count_log(f, "account.register"), 1);
    assert_int_equal(count_log(f, "account.approve"), 1);
}

static void who_asks_in_the_name_of_another_gets_nothing_by_the_others_confirming(void **state)
{
    struct access_fixture *f = *state;
    const struct deed admin = make_admin(f), deed = visitor(f);
    struct register_form squatter = sanne;
    squatter.name = STR("Iemand Anders");
    squatter.password = STR("het wachtwoord van een ander");

    assert_int_equal(account_register(&deed, f->d, &squatter, &f->info), OK);
    const struct access_secret first = mailed_link();
    assert_int_equal(account_confirm(&deed, f->d, first, STR(PASSWORD), &f->info), E_DENIED);
    assert_string_equal(f->info.msg.key, "access.confirm-password-wrong");
    assert_int_equal(account_register(&deed, f->d, &sanne, &f->info), OK);
    const struct access_secret second = mailed_link();
    assert_int_equal(account_confirm(&deed, f->d, first, squatter.password, &f->info), E_NOT_FOUND);
    assert_int_equal(account_confirm(&deed, f->d, second, squatter.password, &f->info), E_DENIED);
    assert_int_equal(account_confirm(&deed, f->d, second, STR(PASSWORD), &f->info), OK);

    const struct account a = account_named(f, &admin, "sanne@");
    assert_string_equal(text_of(f, a.name), "Sanne de Vries");
    assert_int_equal(account_set_state(&admin, f->d, a.id, ACCOUNT_ACTIVE, &f->info), OK);
    assert_int_equal(
        try_sign_in(f, "sanne@voorbeeldstad.nl", "het wachtwoord van een ander", "192.0.2.1"),
        E_DENIED);
    sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD);
}

static void registering_with_a_known_address_looks_the_same_and_tells_its_owner(void **state)
{
    struct access_fixture *f = *state;
    const struct deed deed = visitor(f);

    make_person(f, "Sanne de Vries", "sanne@voorbeeldstad.nl", 0);
    const int64_t before = gate_hashed(f->app.gate);
    struct register_form other = sanne;
    other.name = STR("Iemand Anders");
    other.password = STR("het wachtwoord van een ander");
    assert_int_equal(account_register(&deed, f->d, &other, &f->info), OK);

    assert_int_equal(gate_hashed(f->app.gate) - before, 1);
    assert_int_equal(count_letters(f, "mail.known-subject"), 1);
    other.email = STR("nieuw@voorbeeldstad.nl"); /* who is new costs as much, and gets a letter */
    assert_int_equal(account_register(&deed, f->d, &other, &f->info), OK);
    assert_int_equal(gate_hashed(f->app.gate) - before, 2);
    assert_int_equal(count_letters(f, "mail.confirm-subject"), 1);
    sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD); /* and nothing of it changed */
}

static void a_wrong_form_is_refused_with_the_reason(void **state)
{
    struct access_fixture *f = *state;
    const struct deed deed = visitor(f);
    static const struct {
        str name, email, password;
        const char *key;
    } wrong[] = {
        {STR(" "), STR("a@b.nl"), STR(PASSWORD), "access.name-wrong"},
        {STR("Jan\nPiet"), STR("a@b.nl"), STR(PASSWORD), "access.name-wrong"},
        {STR("Jan \xe2\x80\xaetxt"), STR("a@b.nl"), STR(PASSWORD), "access.name-wrong"},
        {STR("Jan\xff"), STR("a@b.nl"), STR(PASSWORD), "access.not-utf8"},
        {STR("Jan"), STR("a.b.nl"), STR(PASSWORD), "access.email-wrong"},
        {STR("Jan"), STR("a@b.nl\r\nBcc: c@d.nl"), STR(PASSWORD), "access.email-wrong"},
        {STR("Jan"), STR("j\xc3\xa1n@b.nl"), STR(PASSWORD), "access.email-wrong"},
        {STR("Jan"), STR("a@b.nl"), STR("kort"), "access.password-short"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const struct register_form form = {
            .name = wrong[i].name, .email = wrong[i].email, .password = wrong[i].password};
        assert_int_equal(account_register(&deed, f->d, &form, &f->info), E_INPUT);
        assert_string_equal(f->info.msg.key, wrong[i].key);
    }
    const struct register_form form = {.name = STR("Jan"),
                                       .email = STR("a@b.nl"),
                                       .password = STR(PASSWORD),
                                       .organisation = {99}};
    assert_int_equal(account_register(&deed, f->d, &form, &f->info), E_INPUT);
    assert_string_equal(f->info.msg.key, "access.no-organisation");
    assert_int_equal(count_letters(f, "mail.confirm-subject"), 0);
}

static void who_is_invited_sets_a_password_and_is_in(void **state)
{
    struct access_fixture *f = *state;
    const struct deed admin = make_admin(f), deed = visitor(f);
    const struct party_id none = {0};

    assert_int_equal(account_invite(&deed, f->d, STR("Omar"), STR("omar@voorbeeldstad.nl"), LANG_EN,
                                    none, 0, &f->info),
                     E_DENIED);
    assert_int_equal(account_invite(&admin, f->d, STR("Omar"), STR("omar@voorbeeldstad.nl"),
                                    LANG_EN, none, ACCESS_EDITOR, &f->info),
                     OK);
    const struct access_secret lost = mailed_link();
    assert_int_equal(account_invite(&admin, f->d, STR("Omar"), STR("omar@voorbeeldstad.nl"),
                                    LANG_EN, none, ACCESS_EDITOR, &f->info),
                     OK); /* again */
    const struct access_secret link = mailed_link();
    assert_int_equal(account_set_password(&deed, f->d, lost, STR(PASSWORD), &f->info), E_NOT_FOUND);
    assert_int_equal(account_set_password(&deed, f->d, link, STR(PASSWORD), &f->info), OK);

    const struct viewer viewer = viewer_of(f, sign_in(f, "omar@voorbeeldstad.nl", PASSWORD));
    assert_true(viewer_may(&viewer, ACCESS_EDITOR));
    assert_int_equal(viewer.lang, LANG_EN);
    assert_int_equal(count_letters(f, "mail.invite-subject"), 2);
    assert_int_equal(account_invite(&admin, f->d, STR("Omar"), STR("OMAR@voorbeeldstad.nl"),
                                    LANG_EN, none, 0, &f->info),
                     E_CONFLICT);
}

static void who_was_invited_and_asks_for_a_password_instead_is_in_all_the_same(void **state)
{
    struct access_fixture *f = *state;
    const struct deed admin = make_admin(f), deed = visitor(f);

    assert_int_equal(account_invite(&admin, f->d, STR("Omar"), STR("omar@voorbeeldstad.nl"),
                                    LANG_NL, (struct party_id){0}, ACCESS_EDITOR, &f->info),
                     OK);
    assert_int_equal(account_forgot(&deed, f->d, STR("omar@voorbeeldstad.nl"), &f->info), OK);
    const struct access_secret link = mailed_link();
    assert_int_equal(account_set_password(&deed, f->d, link, STR(PASSWORD), &f->info), OK);

    const struct viewer viewer = viewer_of(f, sign_in(f, "omar@voorbeeldstad.nl", PASSWORD));
    assert_true(viewer_may(&viewer, ACCESS_EDITOR));
}

static void who_asked_for_an_account_and_for_a_password_waits_all_the_same(void **state)
{
    struct access_fixture *f = *state;
    const struct deed admin = make_admin(f), deed = visitor(f);

    assert_int_equal(account_register(&deed, f->d, &sanne, &f->info), OK);
    assert_int_equal(account_forgot(&deed, f->d, sanne.email, &f->info), OK);
    const struct access_secret link = mailed_link();
    assert_int_equal(account_set_password(&deed, f->d, link, STR(PASSWORD), &f->info), OK);

    assert_int_equal(account_named(f, &admin, "sanne").state, ACCOUNT_WAITING);
    assert_int_equal(try_sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD, "192.0.2.1"), E_DENIED);
}

static void only_administrators_with_their_second_factor_decide(void **state)
{
    struct access_fixture *f = *state;
    struct organisation o = {.name = STR("Voorbeeldstad")};
    struct party_id next, id;
    struct account *list, a;
    size_t n;

    const struct party_id who = make_person(f, "Sanne", "sanne@voorbeeldstad.nl", ~0u & 63u);
    const struct deed weak =
        deed_of(f, viewer_of(f, sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD)));
    const err answers[] = {
        account_list(&weak, f->d, (struct account_filter){.has_state = false}, (struct party_id){0},
                     10, &list, &n, &next, &f->info),
        account_find(&weak, f->d, who, &a, &f->info),
        account_set_state(&weak, f->d, who, ACCOUNT_BLOCKED, &f->info),
        account_set_roles(&weak, f->d, who, 0, &f->info),
        account_reset_second(&weak, f->d, who, &f->info),
        account_invite(&weak, f->d, STR("x"), STR("x@y.nl"), LANG_NL, (struct party_id){0}, 0,
                       &f->info),
        organisation_save(&weak, f->d, &o, &id, &f->info),
    };

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        assert_int_equal(answers[i], E_DENIED);
}

static void blocking_ends_sessions_and_tokens_and_unblocking_brings_none_back(void **state)
{
    struct access_fixture *f = *state;
    const struct deed admin = make_admin(f);
    struct access_secret token;
    struct viewer viewer;
    unsigned scopes;

    const struct party_id id = make_person(f, "Sanne", "sanne@voorbeeldstad.nl", 0);
    const struct access_secret session = sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD);
    const struct deed deed = deed_of(f, viewer_of(f, session));
    assert_int_equal(token_create(&deed, f->d, STR("x"), SCOPE_READ, 9, &token, &f->info), OK);
    assert_int_equal(account_set_state(&admin, f->d, id, ACCOUNT_BLOCKED, &f->info), OK);
    assert_int_equal(account_set_state(&admin, f->d, id, ACCOUNT_BLOCKED, &f->info), E_CONFLICT);
    assert_int_equal(try_sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD, "192.0.2.1"), E_DENIED);
    assert_int_equal(account_set_state(&admin, f->d, id, ACCOUNT_ACTIVE, &f->info), OK);

    assert_int_equal(viewer_of(f, session).id.v, 0);
    assert_int_equal(token_viewer(&f->app, f->d, token, f->now, &viewer, &scopes, &f->info), OK);
    assert_int_equal(viewer.id.v, 0);
    sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD);
}

static void another_role_ends_every_session(void **state)
{
    struct access_fixture *f = *state;
    const struct deed admin = make_admin(f);

    const struct party_id id = make_person(f, "Sanne", "sanne@voorbeeldstad.nl", 0);
    const struct access_secret session = sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD);
    assert_int_equal(account_set_roles(&admin, f->d, id, 1u << 20, &f->info), E_INPUT);
    assert_int_equal(account_set_roles(&admin, f->d, id, ACCESS_EDITOR, &f->info), OK);

    assert_int_equal(viewer_of(f, session).id.v, 0);
    assert_int_equal(viewer_of(f, sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD)).roles,
                     ACCESS_EDITOR);
}

static void the_last_administrator_stays(void **state)
{
    struct access_fixture *f = *state;
    const struct deed admin = make_admin(f);
    const struct party_id me = admin.viewer.id;

    assert_int_equal(account_erase(&admin, f->d, false, &f->info), E_CONFLICT);
    assert_int_equal(account_set_roles(&admin, f->d, me, ACCESS_EDITOR, &f->info), E_CONFLICT);
    assert_int_equal(account_set_state(&admin, f->d, me, ACCOUNT_BLOCKED, &f->info), E_CONFLICT);
    assert_string_equal(f->info.msg.key, "access.last-admin");
    make_person(f, "Tweede", "tweede@voorbeeldstad.nl", ACCESS_ADMIN);

    assert_int_equal(account_set_roles(&admin, f->d, me, ACCESS_ADMIN | ACCESS_EDITOR, &f->info),
                     OK);
    assert_int_equal(account_set_roles(&admin, f->d, me, ACCESS_EDITOR, &f->info), OK);
}

/* ---- at the same moment ---- */

enum { RACES = 20 };

struct racer {
    struct access_fixture *f;
    db *d;
    arena *a;
    pthread_barrier_t *start;
    struct deed deed;
    struct party_id other;
    struct access_secret link;
    err answer;
};

static void *step_down(void *arg)
{
    struct racer *r = arg;
    struct err_info info;
    pthread_barrier_wait(r->start);
    r->answer = account_set_roles(&r->deed, r->d, r->other, 0, &info);
    return NULL;
}

static void *use_link(void *arg)
{
    struct racer *r = arg;
    struct err_info info;
    pthread_barrier_wait(r->start);
    r->answer = account_set_password(&r->deed, r->d, r->link, STR("een heel nieuwe zin"), &info);
    return NULL;
}

static void open_racers(struct access_fixture *f, struct racer racer[2], pthread_barrier_t *start)
{
    pthread_barrier_init(start, NULL, 2);
    for (int i = 0; i < 2; i++) {
        racer[i] = (struct racer){.f = f, .a = arena_new(16 << 20), .start = start};
        assert_int_equal(db_open(f->store->s, &racer[i].d, &f->info), OK);
    }
}

static void run_racers(struct racer racer[2], void *(*run)(void *))
{
    pthread_t thread[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, run, &racer[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], NULL);
}

static void close_racers(struct racer racer[2], pthread_barrier_t *start)
{
    for (int i = 0; i < 2; i++) {
        db_close(racer[i].d);
        arena_free(racer[i].a);
    }
    pthread_barrier_destroy(start);
}

static void of_two_administrators_who_strip_each_other_one_stays(void **state)
{
    struct access_fixture *f = *state;
    struct deed admin = make_admin(f);
    pthread_barrier_t start;
    struct racer racer[2];

    const struct party_id other = make_person(f, "Tweede", "tweede@voorbeeldstad.nl", ACCESS_ADMIN);
    open_racers(f, racer, &start);
    for (int i = 0; i < RACES; i++) {
        for (int k = 0; k < 2; k++) {
            racer[k].deed = admin;
            racer[k].deed.memory = racer[k].a;
            racer[k].other = k ? other : admin.viewer.id;
        }
        run_racers(racer, step_down);

        assert_true((racer[0].answer == OK) != (racer[1].answer == OK));
        assert_int_equal(racer[racer[0].answer == OK].answer, E_CONFLICT);
        const struct party_id stripped = racer[racer[0].answer == OK ? 0 : 1].other;
        assert_int_equal(account_set_roles(&admin, f->d, stripped, ACCESS_ADMIN, &f->info), OK);
    }
    close_racers(racer, &start);
}

static void of_two_who_use_a_link_at_once_one_has_it(void **state)
{
    struct access_fixture *f = *state;
    const struct deed deed = visitor(f);
    pthread_barrier_t start;
    struct racer racer[2];

    const struct party_id id = make_person(f, "Sanne", "sanne@voorbeeldstad.nl", 0);
    open_racers(f, racer, &start);
    for (int i = 0; i < RACES; i++) {
        struct access_secret link;
        assert_int_equal(account_link(&deed, f->d, id, &link, &f->info), OK);
        for (int k = 0; k < 2; k++) {
            racer[k].deed = deed;
            racer[k].deed.memory = racer[k].a;
            racer[k].link = link;
        }
        run_racers(racer, use_link);

        assert_true((racer[0].answer == OK) != (racer[1].answer == OK));
        assert_int_equal(racer[racer[0].answer == OK].answer, E_NOT_FOUND);
    }
    close_racers(racer, &start);
}

static void who_lost_the_second_factor_gets_it_reset(void **state)
{
    struct access_fixture *f = *state;
    const struct deed admin = make_admin(f);
    unsigned char second[ACCESS_SECOND_BYTES];
    str codes[ACCESS_RECOVERY_CODES];

    const struct party_id id = make_person(f, "Sanne", "sanne@voorbeeldstad.nl", 0);
    assert_int_equal(account_reset_second(&admin, f->d, id, &f->info), E_CONFLICT);
    const struct access_secret session =
        set_up_second(f, sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD), second, codes);
    assert_int_equal(account_reset_second(&admin, f->d, id, &f->info), OK);

    assert_int_equal(viewer_of(f, session).id.v, 0);
    assert_int_equal(count_letters(f, "mail.second-reset-subject"), 1);
    assert_true(viewer_of(f, sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD)).is_active);
}

/* ---- organisations and people ---- */

static void of_two_who_change_an_organisation_the_second_is_told(void **state)
{
    struct access_fixture *f = *state;
    const struct deed admin = make_admin(f), deed = visitor(f);
    struct organisation o = {.type = ORG_MUNICIPALITY,
                             .name = STR("Gemeente Voorbeeldstad"),
                             .region = STR("Midden"),
                             .code = STR("GM0001"),
                             .size_class = 3};
    struct organisation *list;
    struct party_id id;
    size_t n;

    assert_int_equal(organisation_save(&admin, f->d, &o, &id, &f->info), OK);
    assert_int_equal(organisation_save(&admin, f->d, &o, &id, &f->info), E_INPUT); /* its name */
    assert_int_equal(organisation_list(&deed, f->d, &list, &n, &f->info), OK);
    assert_int_equal(n, 1);
    struct organisation one = list[0], two = list[0];
    one.size_class = 4;
    two.size_class = 5;
    assert_int_equal(organisation_save(&admin, f->d, &one, &id, &f->info), OK);
    assert_int_equal(organisation_save(&admin, f->d, &two, &id, &f->info), E_CONFLICT);

    assert_int_equal(organisation_list(&deed, f->d, &list, &n, &f->info), OK);
    assert_int_equal(list[0].size_class, 4);
    o.size_class = 6;
    assert_int_equal(organisation_save(&admin, f->d, &o, &id, &f->info), E_INPUT);
}

static void people_are_listed_by_folded_name_whole_and_once(void **state)
{
    static const char *const names[] = {"Élodie Bos", "elodie Bos", "Zoë Çelik", "Anna",
                                        "Anna",       "Anna",       "ánna",      "IJsbrand",
                                        "Ĳsbrand",    "Åsa 100%",   "Bob_x"};
    struct access_fixture *f = *state;
    struct person *list;
    struct party_id next = {0};
    char email[64], seen[400] = "";
    size_t n, n_all = 0;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(email, sizeof email, "p%zu@voorbeeldstad.nl", i);
        make_person(f, names[i], email, 0);
    }
    const struct deed deed = deed_of(f, viewer_of(f, sign_in(f, "p0@voorbeeldstad.nl", PASSWORD)));
    do {
        assert_int_equal(person_list(&deed, f->d, STR(""), next, 2, &list, &n, &next, &f->info),
                         OK);
        for (size_t i = 0; i < n; i++, n_all++)
            snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s;",
                     text_of(f, list[i].name));
    } while (next.v != 0);

    assert_int_equal(n_all, sizeof names / sizeof *names);
    assert_string_equal(seen, "Anna;Anna;Anna;ánna;Åsa 100%;Bob_x;Élodie Bos;elodie Bos;IJsbrand;"
                              "Ĳsbrand;Zoë Çelik;");
    assert_int_equal(person_list(&deed, f->d, STR("ELÓDIE"), next, 9, &list, &n, &next, &f->info),
                     OK);
    assert_int_equal(n, 2);
    assert_int_equal(person_list(&deed, f->d, STR("%"), next, 9, &list, &n, &next, &f->info), OK);
    assert_int_equal(n, 1); /* a sign, no wildcard */
    assert_int_equal(person_list(&deed, f->d, STR("_"), next, 9, &list, &n, &next, &f->info), OK);
    assert_int_equal(n, 1);
}

static void what_one_says_of_oneself_changes_and_is_checked(void **state)
{
    struct access_fixture *f = *state;
    struct account a;

    make_person(f, "Sanne", "sanne@voorbeeldstad.nl", 0);
    const struct deed deed =
        deed_of(f, viewer_of(f, sign_in(f, "sanne@voorbeeldstad.nl", PASSWORD)));
    assert_int_equal(account_change(&deed, f->d, STR(" Sanne Vermeer "), STR("adviseur"),
                                    (struct party_id){0}, LANG_EN, &f->info),
                     OK);
    assert_int_equal(
        account_change(&deed, f->d, STR("x"), STR(""), (struct party_id){5}, LANG_EN, &f->info),
        E_INPUT);

    assert_int_equal(account_mine(&deed, f->d, &a, &f->info), OK);
    assert_string_equal(text_of(f, a.name), "Sanne Vermeer");
    assert_string_equal(text_of(f, a.function), "adviseur");
    assert_int_equal(a.lang, LANG_EN);
}

static void what_nobody_confirmed_is_swept_after_its_time(void **state)
{
    struct access_fixture *f = *state;
    const struct deed admin = make_admin(f), deed = visitor(f);
    struct account *list;
    struct party_id next;
    char where[200] = "";
    size_t n;

    assert_int_equal(account_register(&deed, f->d, &sanne, &f->info), OK);
    store_test_now_ms += (int64_t)(ACCESS_INVITE_DAYS + 1) * 24 * 60 * 60 * 1000;
    assert_int_equal(access_sweep(&f->app, f->d, f->a, &f->info), OK);
    store_test_now_ms = f->now;

    assert_int_equal(account_list(&admin, f->d, (struct account_filter){.has_state = false},
                                  (struct party_id){0}, 10, &list, &n, &next, &f->info),
                     OK);
    assert_int_equal(n, 1); /* the administrator */
    if (store_test_holds(f->store, "Sanne", where))
        fail_msg("left in %s", where);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define ACCESS_TEST(f) cmocka_unit_test_setup_teardown(f, access_set_up, access_tear_down)
        ACCESS_TEST(who_registers_confirms_is_approved_and_signs_in),
        ACCESS_TEST(who_asks_in_the_name_of_another_gets_nothing_by_the_others_confirming),
        ACCESS_TEST(registering_with_a_known_address_looks_the_same_and_tells_its_owner),
        ACCESS_TEST(a_wrong_form_is_refused_with_the_reason),
        ACCESS_TEST(who_is_invited_sets_a_password_and_is_in),
        ACCESS_TEST(who_was_invited_and_asks_for_a_password_instead_is_in_all_the_same),
        ACCESS_TEST(who_asked_for_an_account_and_for_a_password_waits_all_the_same),
        ACCESS_TEST(only_administrators_with_their_second_factor_decide),
        ACCESS_TEST(blocking_ends_sessions_and_tokens_and_unblocking_brings_none_back),
        ACCESS_TEST(another_role_ends_every_session),
        ACCESS_TEST(the_last_administrator_stays),
        ACCESS_TEST(of_two_administrators_who_strip_each_other_one_stays),
        ACCESS_TEST(of_two_who_use_a_link_at_once_one_has_it),
        ACCESS_TEST(who_lost_the_second_factor_gets_it_reset),
        ACCESS_TEST(of_two_who_change_an_organisation_the_second_is_told),
        ACCESS_TEST(people_are_listed_by_folded_name_whole_and_once),
        ACCESS_TEST(what_one_says_of_oneself_changes_and_is_checked),
        ACCESS_TEST(what_nobody_confirmed_is_swept_after_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
