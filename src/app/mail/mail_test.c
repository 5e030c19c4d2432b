/* SPDX-License-Identifier: EUPL-1.2 */
/* The outbox: letters that leave with their deed, once, and what they say. */
#include "app/mail/mail_test_int.h"
#include "app/mail/test/queries.h"

#include <pthread.h>
#include <unistd.h>

#define MINUTE INT64_C(60000)
#define DAY    (24 * 60 * MINUTE)

/* ---- tests ---- */

static void a_letter_leaves_once_when_its_deed_commits(void **state)
{
    struct post *p = *state;
    struct err_info info;

    assert_int_equal(put(p, &password_letter, E_CONFLICT, &info), E_CONFLICT);
    assert_int_equal(send_well(p), 0);
    put_well(p, &password_letter);
    assert_int_equal(send_well(p), 1);
    assert_int_equal(send_well(p), 0);

    assert_int_equal(sink_count(p->sink), 1);
    const struct sink_letter l = sink_letter_at(p->sink, 0);
    assert_true(str_eq(l.from, STR("noreply@voorbeeldstad.nl")));
    assert_true(str_eq(l.to, STR("jan@voorbeeld.nl")));
    assert_true(holds(l.text, "\r\nSubject: Kies een nieuw wachtwoord\r\n"));
    assert_true(holds(l.text, "\r\n\r\nGoedendag,\r\n\r\n"));
    assert_true(holds(l.text, "\r\nhttps://voorbeeldstad.nl/nl/wachtwoord/GEHEIM\r\n"));
    assert_true(holds(l.text, "\r\nOntschot Voorbeeldstad\r\nhttps://voorbeeldstad.nl\r\n"));
}

struct lease_args {
    arena *memory;
    struct outbox_lease_row row;
};

static err lease_in(db_tx *tx, void *arg, struct err_info *info)
{
    struct lease_args *l = arg;
    return outbox_lease(
        tx, l->memory,
        (struct outbox_lease_in){.now = store_test_now_ms, .until = store_test_now_ms + 5 * MINUTE},
        &l->row, info);
}

static void a_copy_of_the_database_tells_no_link(void **state)
{
    struct post *p = *state;
    struct lease_args l = {.memory = p->store->a};
    const struct app_keys other_keys = {.seal = {7, 8, 10}};
    struct app other = app;
    struct letter letter;
    struct err_info info;

    put_well(p, &password_letter);
    assert_int_equal(db_tx_do(p->store->d, lease_in, &l, &info), OK);

    const struct outbox_lease_row *r = &l.row;
    assert_false(holds(r->sealed, "GEHEIM") || holds(r->sealed, "jan@"));
    assert_int_equal(letter_open(&app, p->store->a, r->id, r->sealed, &letter, &info), OK);
    assert_true(holds(letter.body, "GEHEIM"));
    other.keys = &other_keys;
    assert_int_equal(letter_open(&other, p->store->a, r->id, r->sealed, &letter, &info), E_IO);
    assert_int_equal(letter_open(&app, p->store->a, (struct mail_id){1}, r->sealed, &letter, &info),
                     E_IO);
    assert_int_equal(letter_open(&app, p->store->a, r->id, STR("short"), &letter, &info), E_IO);
}

static void a_sender_that_crashed_costs_one_repeat_of_the_same_bytes(void **state)
{
    struct post *p = *state;
    struct lease_args l = {.memory = p->store->a};
    struct mailbox from;
    struct letter letter;
    struct err_info info;
    smtp *s;
    int reply;
    out o;

    put_well(p, &password_letter);
    assert_int_equal(db_tx_do(p->store->d, lease_in, &l, &info), OK);
    assert_int_equal(letter_open(&app, p->store->a, l.row.id, l.row.sealed, &letter, &info), OK);
    assert_true(mailbox_parse(p->server.from, &from));
    out_init(&o, 1 << 20);
    message_write(&o, &letter, &from, l.row.id, l.row.created_at);
    assert_int_equal(smtp_new(&p->server, &s, &info), OK);
    assert_int_equal(smtp_send(s, letter.to, out_view(&o), &reply), SMTP_SENT);
    assert_int_equal(reply, 250);
    smtp_free(s); /* and here the power failed */
    out_free(&o);

    assert_int_equal(send_well(p), 0); /* leased */
    store_test_now_ms += 5 * MINUTE;
    assert_int_equal(send_well(p), 1);
    store_test_now_ms += DAY;
    assert_int_equal(send_well(p), 0);

    assert_int_equal(sink_count(p->sink), 2);
    assert_true(str_eq(sink_letter_at(p->sink, 0).text, sink_letter_at(p->sink, 1).text));
}

static void a_server_that_hangs_up_before_it_says_yes_is_asked_again(void **state)
{
    struct post *p = *state;
    int64_t n_sent;

    put_well(p, &password_letter);
    sink_set_mood(p->sink, SINK_DROPS_AFTER);
    assert_int_equal(send_with(p, &p->server, &n_sent), E_BUSY);
    assert_int_equal(n_sent, 0);
    sink_set_mood(p->sink, SINK_TAKES);
    store_test_now_ms += MINUTE;
    assert_int_equal(send_well(p), 1);

    assert_int_equal(sink_count(p->sink), 2);
    assert_true(str_eq(sink_letter_at(p->sink, 0).text, sink_letter_at(p->sink, 1).text));
}

struct sender {
    const struct post *post;
    int64_t n_sent;
    err e;
};

static void *send_in_thread(void *arg)
{
    struct sender *s = arg;
    struct err_info info;
    arena *a = arena_new(16 << 20);
    db *d;
    s->e = db_open(s->post->store->s, &d, &info);
    if (s->e == OK)
        s->e = mail_send_due(&app, d, &s->post->server, everybody_may, a, &s->n_sent, &info);
    db_close(d);
    arena_free(a);
    return NULL;
}

static void several_senders_send_each_letter_once(void **state)
{
    enum { SENDERS = 4, LETTERS = 80 };
    struct post *p = *state;
    struct sender sender[SENDERS];
    pthread_t thread[SENDERS];
    int64_t n_sent = 0;
    char to[40];

    for (int i = 0; i < LETTERS; i++) {
        struct mail m = password_letter;
        snprintf(to, sizeof to, "reader%d@voorbeeld.nl", i);
        m.to = str_of(to);
        put_well(p, &m);
    }
    sink_set_mood(p->sink, SINK_SLOW); /* so that they meet */
    for (int i = 0; i < SENDERS; i++) {
        sender[i] = (struct sender){.post = p};
        assert_int_equal(pthread_create(&thread[i], NULL, send_in_thread, &sender[i]), 0);
    }
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(thread[i], NULL);
        assert_int_equal(sender[i].e, OK);
        n_sent += sender[i].n_sent;
    }

    assert_int_equal(n_sent, LETTERS);
    assert_int_equal(sink_count(p->sink), LETTERS);
    for (size_t i = 0; i < LETTERS; i++)
        for (size_t k = 0; k < i; k++)
            assert_false(str_eq(sink_letter_at(p->sink, i).to, sink_letter_at(p->sink, k).to));
}

static void a_letter_that_must_wait_is_tried_on_schedule_and_fails_after_a_week(void **state)
{
    static const int64_t waits[] = {MINUTE, 5 * MINUTE, 25 * MINUTE, 125 * MINUTE, DAY,
                                    DAY,    DAY,        DAY,         DAY,          DAY};
    struct post *p = *state;
    int asked = 1;

    put_well(p, &password_letter);
    sink_set_mood(p->sink, SINK_LATER);
    assert_int_equal(send_well(p), 0);
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        assert_int_equal(sink_asked(p->sink), asked);
        assert_int_equal(status_of(p).n_late, 1);
        store_test_now_ms += waits[i] - 1;
        assert_int_equal(send_well(p), 0);
        assert_int_equal(sink_asked(p->sink), asked);
        store_test_now_ms += 1;
        assert_int_equal(send_well(p), 0);
        asked++;
    }

    assert_int_equal(sink_asked(p->sink), asked);
    assert_int_equal(status_of(p).n_waiting, 0);
    assert_int_equal(status_of(p).n_failed, 1);
    assert_int_equal(status_of(p).oldest_at, INT64_MAX);
}

static void a_letter_that_nobody_sent_for_a_week_is_too_old_to_send(void **state)
{
    struct post *p = *state;

    put_well(p, &password_letter);
    store_test_now_ms += 8 * DAY;
    assert_int_equal(send_well(p), 0);

    assert_int_equal(sink_asked(p->sink), 0);
    assert_int_equal(status_of(p).n_failed, 1);
}

static void a_refusal_for_good_fails_at_once_and_holds_up_nobody(void **state)
{
    static const enum sink_mood moods[] = {SINK_NO_READER, SINK_NO_TEXT};
    struct post *p = *state;

    for (size_t i = 0; i < sizeof moods / sizeof *moods; i++) {
        put_well(p, &password_letter);
        put_well(p, &password_letter);
        sink_set_mood(p->sink, moods[i]);
        assert_int_equal(send_well(p), 0);
        assert_int_equal(status_of(p).n_waiting, 0);
        assert_int_equal(status_of(p).n_failed, (int64_t)(2 * (i + 1)));
    }
    assert_int_equal(sink_count(p->sink), 0);
}

static void trouble_of_the_server_costs_no_letter(void **state)
{
    static const enum sink_mood moods[] = {SINK_AWAY_AT_FIRST, SINK_NO_LOGIN, SINK_NO_SENDER,
                                           SINK_DROPS_BEFORE};
    struct post *p = *state;
    struct mail_server server = p->server;
    struct err_info info;
    int64_t n_sent;

    server.user = STR("ontschot");
    server.password = STR("geheim");
    put_well(p, &password_letter);
    put_well(p, &password_letter);
    for (size_t i = 0; i < sizeof moods / sizeof *moods; i++) {
        sink_set_mood(p->sink, moods[i]);
        assert_int_equal(
            mail_send_due(&app, p->store->d, &server, everybody_may, p->store->a, &n_sent, &info),
            E_BUSY);
        assert_string_equal(info.msg.key, "mail.server-away");
        assert_null(memmem(info.msg.text, info.msg.used, "geheim", 6));
        assert_int_equal(status_of(p).n_waiting, 2);
        store_test_now_ms += 3 * 60 * MINUTE;
    }
    sink_set_mood(p->sink, SINK_TAKES);
    assert_int_equal(send_with(p, &server, &n_sent), OK);
    assert_int_equal(n_sent, 2);
}

static void a_server_that_is_not_there_is_tried_once_a_round(void **state)
{
    struct post *p = *state;
    struct mail_server server = p->server;
    int64_t n_sent;

    server.url = STR("smtp://127.0.0.1:1");
    put_well(p, &password_letter);
    put_well(p, &password_letter);
    assert_int_equal(send_with(p, &server, &n_sent), E_BUSY);

    assert_int_equal(status_of(p).n_waiting, 2);
    assert_int_equal(status_of(p).n_late, 1);
}

static void no_letter_crosses_the_net_unencrypted(void **state)
{
    struct post *p = *state;
    struct mail_server server = p->server;
    char url[64];
    int64_t n_sent;

    snprintf(url, sizeof url, "smtp://0.0.0.0:%d", sink_port(p->sink)); /* not called loopback */
    server.url = str_of(url);
    put_well(p, &password_letter);
    assert_int_equal(send_with(p, &server, &n_sent), E_BUSY);

    assert_int_equal(sink_asked(p->sink), 0);
    assert_int_equal(status_of(p).n_waiting, 1);
}

static void a_letter_about_a_publication_asks_the_rule_when_it_leaves(void **state)
{
    struct post *p = *state;
    struct mail m = {
        .party = {JAN},
        .to = STR("jan@voorbeeld.nl"),
        .lang = LANG_EN,
        .subject = "mail.comment-subject",
        .body = "mail.comment-body",
        .value = {STR("Fatima"), STR("Eén gezin, één plan"), STR("https://voorbeeldstad.nl/en/1")},
        .n_values = 3,
        .publication = piece,
    };
    struct err_info info;
    int64_t n_sent;

    put_well(p, &m);
    m.party.v = PIET;
    m.to = STR("piet@voorbeeld.nl");
    put_well(p, &m);
    assert_int_equal(
        mail_send_due(&app, p->store->d, &p->server, only_piet_may, p->store->a, &n_sent, &info),
        OK);

    assert_int_equal(n_sent, 1);
    assert_int_equal(sink_count(p->sink), 1);
    assert_true(str_eq(sink_letter_at(p->sink, 0).to, STR("piet@voorbeeld.nl")));
    assert_int_equal(status_of(p).n_waiting, 0);
    assert_int_equal(status_of(p).n_failed, 0);
}

static err forget_in(db_tx *tx, void *arg, struct err_info *info)
{
    return mail_forget(tx, *(const struct party_id *)arg, info);
}

static void who_is_forgotten_gets_no_letter_any_more(void **state)
{
    struct post *p = *state;
    struct mail m = password_letter;
    struct party_id jan = {JAN};
    struct err_info info;

    put_well(p, &m);
    assert_int_equal(send_well(p), 1);
    put_well(p, &m);
    m.party.v = PIET;
    m.to = STR("piet@voorbeeld.nl");
    put_well(p, &m);
    assert_int_equal(db_tx_do(p->store->d, forget_in, &jan, &info), OK);
    assert_int_equal(send_well(p), 1);

    assert_int_equal(sink_count(p->sink), 2);
    assert_true(str_eq(sink_letter_at(p->sink, 1).to, STR("piet@voorbeeld.nl")));
}

static void a_name_cannot_write_headers_or_paragraphs(void **state)
{
    struct post *p = *state;
    const struct mail m = {
        .to = STR("jan@voorbeeld.nl"),
        .lang = LANG_NL,
        .subject = "mail.space-request-subject",
        .body = "mail.space-request-body",
        .value = {STR("Jan\r\nBcc: piet@voorbeeld.nl\r\n\r\nKlik hier"), STR("Ruimte\n.\nQUIT"),
                  STR("https://voorbeeldstad.nl")},
        .n_values = 3,
    };

    put_well(p, &m);
    assert_int_equal(send_well(p), 1);

    assert_int_equal(sink_count(p->sink), 1);
    const str text = sink_letter_at(p->sink, 0).text;
    assert_false(holds(text, "\nBcc:") || holds(text, "\nKlik") || holds(text, "\r\n.\r\n"));
    assert_true(holds(text, "=EF=BF=BDBcc: piet@voorbeeld.nl"));
}

static void what_cannot_be_a_letter_is_refused_with_its_deed(void **state)
{
    struct post *p = *state;
    struct mail m = password_letter;
    char *much = calloc(1, MAIL_VALUE_MAX + 1);
    struct err_info info;

    m.to = STR("jan@voorbeeld.nl>\r\nRCPT TO:<piet@voorbeeld.nl");
    assert_int_equal(put(p, &m, OK, &info), E_INPUT);
    assert_string_equal(info.msg.key, "mail.address-wrong");
    m = password_letter;
    assert_non_null(much);
    memset(much, 'a', MAIL_VALUE_MAX + 1);
    m.value[0] = (str){much, MAIL_VALUE_MAX + 1};
    assert_int_equal(put(p, &m, OK, &info), E_LIMIT);
    assert_string_equal(info.msg.key, "mail.value-long");
    free(much);

    assert_int_equal(status_of(p).n_waiting, 0);
}

/* ---- the letters of the catalogue ---- */

static const struct {
    const char *subject, *body;
    size_t n_values;
} letters[] = {
    {"mail.confirm-subject", "mail.confirm-body", 1},
    {"mail.invite-subject", "mail.invite-body", 2},
    {"mail.password-subject", "mail.password-body", 1},
    {"mail.known-subject", "mail.known-body", 1},
    {"mail.second-reset-subject", "mail.second-reset-body", 1},
    {"mail.approved-subject", "mail.approved-body", 1},
    {"mail.refused-subject", "mail.refused-body", 0},
    {"mail.blocked-subject", "mail.blocked-body", 0},
    {"mail.space-invite-subject", "mail.space-invite-body", 3},
    {"mail.space-request-subject", "mail.space-request-body", 3},
    {"mail.comment-subject", "mail.comment-body", 3},
};

static void every_letter_uses_its_values_in_both_languages(void **state)
{
    struct post *p = *state;
    const struct deed deed = deed_of(p);
    static const char *const value[] = {"WAARDE-1", "WAARDE-2", "WAARDE-3"};
    struct err_info info;
    struct letter l;

    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
            const struct mail m = {
                .to = STR("jan@voorbeeld.nl"),
                .lang = lang,
                .subject = letters[i].subject,
                .body = letters[i].body,
                .value = {str_of(value[0]), str_of(value[1]), str_of(value[2])},
                .n_values = letters[i].n_values,
            };

            assert_int_equal(letter_compose(&deed, &m, &l, &info), OK);

            for (size_t k = 0; k < 3; k++)
                assert_int_equal(holds(l.body, value[k]), k < letters[i].n_values);
            assert_true(l.subject.n > 0 && l.subject.n <= 60 && !holds(l.subject, "\n"));
            assert_true(tr_has(lang, m.subject) && tr_has(lang, m.body));
            assert_true(
                str_starts(l.body, lang == LANG_NL ? STR("Goedendag,\n\n") : STR("Hello,\n\n")));
            assert_true(str_ends(l.body, STR(".\n")));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_POST(a_letter_leaves_once_when_its_deed_commits),
        WITH_POST(a_copy_of_the_database_tells_no_link),
        WITH_POST(a_sender_that_crashed_costs_one_repeat_of_the_same_bytes),
        WITH_POST(a_server_that_hangs_up_before_it_says_yes_is_asked_again),
        WITH_POST(several_senders_send_each_letter_once),
        WITH_POST(a_letter_that_must_wait_is_tried_on_schedule_and_fails_after_a_week),
        WITH_POST(a_letter_that_nobody_sent_for_a_week_is_too_old_to_send),
        WITH_POST(a_refusal_for_good_fails_at_once_and_holds_up_nobody),
        WITH_POST(trouble_of_the_server_costs_no_letter),
        WITH_POST(a_server_that_is_not_there_is_tried_once_a_round),
        WITH_POST(no_letter_crosses_the_net_unencrypted),
        WITH_POST(a_letter_about_a_publication_asks_the_rule_when_it_leaves),
        WITH_POST(who_is_forgotten_gets_no_letter_any_more),
        WITH_POST(a_name_cannot_write_headers_or_paragraphs),
        WITH_POST(what_cannot_be_a_letter_is_refused_with_its_deed),
        WITH_POST(every_letter_uses_its_values_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
