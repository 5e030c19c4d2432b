/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages as they go over the wire, read back by a small reader of our own. */
#include "app/access/access.h"
#include "app/mail/mail_int.h"
#include "base/rng.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct mailbox from = {STR("Ontschot Voorbeeldstad"), STR("noreply@voorbeeldstad.nl")};

static str written(out *o, const struct letter *l, const struct mailbox *sender)
{
    struct err_info info;
    out_init(o, 1 << 20);
    message_write(o, l, sender, (struct mail_id){77}, INT64_C(1795523914000));
    assert_int_equal(out_error(o, &info), OK);
    return out_view(o);
}

/* ---- the reader: RFC 5322 unfolding, RFC 2047 base64 words, RFC 2045 quoted-printable ---- */

static str body_of(str message)
{
    const char *gap = memmem(message.p, message.n, "\r\n\r\n", 4);
    assert_non_null(gap);
    return str_cut(message, (size_t)(gap + 4 - message.p), message.n);
}

/* The value of a header with its lines joined. */
static void read_header(str message, const char *name, char *to, size_t room)
{
    const str head = str_cut(message, 0, message.n - body_of(message).n - 2);
    const size_t n = strlen(name);
    for (size_t at = 0; at < head.n;) {
        size_t end = at;
        do {
            const char *stop = memmem(head.p + end, head.n - end, "\r\n", 2);
            assert_non_null(stop);
            end = (size_t)(stop - head.p) + 2;
        } while (end < head.n && head.p[end] == ' ');
        if (end - at > n + 2 && memcmp(head.p + at, name, n) == 0 && head.p[at + n] == ':') {
            size_t k = 0;
            for (size_t i = at + n + 2; i < end; i++)
                if (head.p[i] != '\r' && head.p[i] != '\n' && k + 1 < room)
                    to[k++] = head.p[i];
            to[k] = '\0';
            return;
        }
        at = end;
    }
    fail_msg("no header %s", name);
}

static void decode_words(const char *text, char *to, size_t room)
{
    size_t k = 0;
    while (*text) {
        const char *end;
        size_t n;
        if (strncmp(text, "=?utf-8?B?", 10) == 0 && (end = strstr(text, "?=")) != NULL) {
            assert_true(end + 2 - text <= 75);
            assert_int_equal(sodium_base642bin((unsigned char *)to + k, room - k, text + 10,
                                               (size_t)(end - text - 10), NULL, &n, NULL,
                                               sodium_base64_VARIANT_ORIGINAL),
                             0);
            assert_true(str_is_utf8((str){to + k, n})); /* each word has whole characters */
            k += n;
            text = end + 2 + (strncmp(end + 2, " =?", 3) == 0);
        } else {
            to[k++] = *text++;
        }
        assert_true(k < room);
    }
    to[k] = '\0';
}

static int hex(char c)
{
    assert_true((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'));
    return c <= '9' ? c - '0' : c - 'A' + 10;
}

static void decode_body(str body, char *to, size_t room)
{
    size_t k = 0;
    for (size_t i = 0; i < body.n; i++) {
        assert_true(k + 1 < room);
        if (body.p[i] == '=' && body.p[i + 1] == '\r') {
            i += 2;
        } else if (body.p[i] == '=') {
            to[k++] = (char)(hex(body.p[i + 1]) << 4 | hex(body.p[i + 2]));
            i += 2;
        } else if (body.p[i] != '\r') {
            to[k++] = body.p[i];
        }
    }
    to[k] = '\0';
}

static void assert_on_the_wire(str message)
{
    size_t column = 0;
    for (size_t i = 0; i < message.n; i++) {
        const char c = message.p[i];
        assert_true(c == '\r' || c == '\n' || (c >= 0x20 && c < 0x7f));
        if (c == '\r')
            assert_true(i + 1 < message.n && message.p[i + 1] == '\n');
        if (c == '\n') {
            assert_true(i > 0 && message.p[i - 1] == '\r');
            assert_true(i < 2 || message.p[i - 2] != ' '); /* not lost on the way */
            column = 0;
        } else if (c != '\r') {
            assert_true(++column <= 78 && !(column == 1 && c == '.'));
        }
    }
    assert_true(str_ends(message, STR("\r\n")));
}

/* ---- tests ---- */

static void a_letter_has_the_headers_it_needs(void **state)
{
    (void)state;
    const struct letter l = {.to = STR("jan@voorbeeld.nl"),
                             .lang = STR("nl"),
                             .subject = STR("Kies een nieuw wachtwoord"),
                             .body = STR("Dag.\n")};
    out o;

    const str m = written(&o, &l, &from);

    assert_true(str_eq(m, STR("Date: Tue, 24 Nov 2026 12:38:34 +0000\r\n"
                              "From: \"Ontschot Voorbeeldstad\"\r\n <noreply@voorbeeldstad.nl>\r\n"
                              "To: <jan@voorbeeld.nl>\r\n"
                              "Subject: Kies een nieuw wachtwoord\r\n"
                              "Message-ID: <77@voorbeeldstad.nl>\r\n"
                              "Auto-Submitted: auto-generated\r\n"
                              "MIME-Version: 1.0\r\n"
                              "Content-Language: nl\r\n"
                              "Content-Type: text/plain; charset=utf-8\r\n"
                              "Content-Transfer-Encoding: quoted-printable\r\n"
                              "\r\n"
                              "Dag.\r\n")));
    out_free(&o);
}

static void names_and_subjects_of_any_script_come_back(void **state)
{
    static const char *const texts[] = {
        "Reactie op “Één gezin, één plan” van de gemeente ’s-Hertogenbosch en haar partners in "
        "zorg",
        "Ålesund ❤ 东京 "
        "🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂"
        "🙂🙂",
        "=?utf-8?B?aGFjaw==?=",
        "\"quoted\" and back\\slash",
        "a plain one, but longer than what one line of a header may hold without being folded at "
        "all",
    };
    char header[4000], back[4000];
    out o;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct letter l = {.to = STR("jan@voorbeeld.nl"),
                                 .lang = STR("nl"),
                                 .subject = str_of(texts[i]),
                                 .body = STR("x\n")};

        const str m = written(&o, &l, &(struct mailbox){str_of(texts[i]), from.address});

        assert_on_the_wire(m);
        read_header(m, "Subject", header, sizeof header);
        decode_words(header, back, sizeof back);
        assert_string_equal(back, texts[i]);
        read_header(m, "From", header, sizeof header);
        if (i < 3 || i == 4) { /* the fourth is a quoted string */
            decode_words(header, back, sizeof back);
            assert_true(str_starts(str_of(back), str_of(texts[i])));
        } else {
            assert_string_equal(header,
                                "\"\\\"quoted\\\" and back\\\\slash\" <noreply@voorbeeldstad.nl>");
        }
        out_free(&o);
    }
}

static void any_text_comes_back_through_quoted_printable(void **state)
{
    static const char *const pieces[] = {"a", ".", "=",    " ",     "\n",
                                         "é", "€", "🙂", "From ", "woord "};
    const struct rng_key key = {.seed = 20261124};
    char text[3000], back[4000];
    uint64_t at = 0;
    out o;
    (void)state;
    for (int round = 0; round < 500; round++) {
        size_t n = 0;
        for (int i = 0; i < 400; i++) {
            const char *piece = pieces[rng_u64(key, at++) % 10];
            memcpy(text + n, piece, strlen(piece));
            n += strlen(piece);
        }
        text[n++] = '\n';
        text[n] = '\0';
        const struct letter l = {.to = STR("jan@voorbeeld.nl"),
                                 .lang = STR("nl"),
                                 .subject = STR("x"),
                                 .body = {text, n}};

        const str m = written(&o, &l, &from);

        assert_on_the_wire(m);
        decode_body(body_of(m), back, sizeof back);
        assert_string_equal(back, text);
        out_free(&o);
    }
}

static void addresses_that_could_say_more_than_one_thing_are_refused(void **state)
{
    static const char *const good[] = {"jan@voorbeeld.nl", "j.o'neil+x@a-b.voorbeeld.nl",
                                       "a@localhost"};
    static const char *const bad[] = {
        "",
        "jan",
        "@a.nl",
        "jan@",
        "jan@a.nl\r\nBcc: piet@b.nl",
        "jan @a.nl",
        "<jan@a.nl>",
        "jan@a..nl",
        "jan@.a.nl",
        "jan@a.nl,piet@b.nl",
        ".j@a.nl",
        "j..a@b.nl",
        "j.@a.nl",
        "\"j n\"@a.nl",
        "jan@a.nl.",
        "jan@-a.nl",
        "jan@piet@b.nl",
        "jan@a.nl>",
        "jé@voorbeeld.nl",
        "jan@a_b.nl",
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(mail_address_is_valid(str_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(mail_address_is_valid(str_of(bad[i])));
    assert_false(mail_address_is_valid((str){"jan\0@a.nl", 9}));
}

static void senders_are_a_name_and_an_address(void **state)
{
    struct mailbox box;
    (void)state;

    assert_true(mailbox_parse(STR("\"Gemeente, Voorbeeldstad\" <noreply@a.nl>"), &box));
    assert_true(str_eq(box.name, STR("Gemeente, Voorbeeldstad")));
    assert_true(str_eq(box.address, STR("noreply@a.nl")));
    assert_true(mailbox_parse(STR("noreply@a.nl"), &box) && box.name.n == 0);
    assert_false(mailbox_parse(STR("Naam <noreply@a.nl"), &box));
    assert_false(mailbox_parse(STR("Naam\r\nBcc: x@y.nl <noreply@a.nl>"), &box));
    assert_false(mailbox_parse(STR("Naam <a b>"), &box));
}

static void only_this_machine_is_this_machine(void **state)
{
    static const char *const here[] = {"smtp://localhost:25", "smtp://127.0.0.1",
                                       "smtp://[::1]:2525", "smtps://127.8.0.9",
                                       "smtp://LOCALHOST"};
    static const char *const elsewhere[] = {"smtp://mail.voorbeeld.nl",
                                            "smtp://localhost.voorbeeld.nl",
                                            "smtp://0.0.0.0",
                                            "smtp://127.0.0.1.voorbeeld.nl",
                                            "http://localhost",
                                            "smtp://localhost@voorbeeld.nl",
                                            "localhost",
                                            "smtp://[::2]",
                                            ""};
    (void)state;
    for (size_t i = 0; i < sizeof here / sizeof *here; i++)
        assert_true(smtp_is_loopback(str_of(here[i])));
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        assert_false(smtp_is_loopback(str_of(elsewhere[i])));
}

static void a_server_that_cannot_be_used_is_named_at_once(void **state)
{
    const struct mail_server good = {.url = STR("smtp://localhost:25"), .from = STR("a@b.nl")};
    struct mail_server s = good;
    struct err_info info;
    (void)state;

    assert_int_equal(mail_server_check(&good, &info), OK);
    s.url = STR("smtp://naam:geheim@mail.nl");
    assert_int_equal(mail_server_check(&s, &info), E_INPUT);
    assert_string_equal(info.msg.key, "mail.url-wrong");
    assert_null(memmem(info.msg.text, info.msg.used, "geheim", 6));
    s = good;
    s.from = STR("Voorbeeldstad");
    assert_int_equal(mail_server_check(&s, &info), E_INPUT);
    assert_string_equal(info.msg.key, "mail.from-wrong");
    s = good;
    s.user = STR("naam");
    assert_int_equal(mail_server_check(&s, &info), E_INPUT);
    assert_string_equal(info.msg.key, "mail.login-half");
}

static void the_letters_say_how_long_a_link_works(void **state)
{
    (void)state;
    assert_int_equal(ACCESS_LINK_MS, 24 * 60 * 60 * 1000);
    assert_int_equal(ACCESS_INVITE_DAYS, 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_has_the_headers_it_needs),
        cmocka_unit_test(names_and_subjects_of_any_script_come_back),
        cmocka_unit_test(any_text_comes_back_through_quoted_printable),
        cmocka_unit_test(addresses_that_could_say_more_than_one_thing_are_refused),
        cmocka_unit_test(senders_are_a_name_and_an_address),
        cmocka_unit_test(only_this_machine_is_this_machine),
        cmocka_unit_test(a_server_that_cannot_be_used_is_named_at_once),
        cmocka_unit_test(the_letters_say_how_long_a_link_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
