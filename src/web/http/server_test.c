/* SPDX-License-Identifier: EUPL-1.2 */
/* The transport alone: bodies, ambiguities, headers, conditions. */
#include "web/http/server_test_int.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>
#include <zlib.h>

/* ---- bodies ---- */

static void a_body_arrives_whole_small_or_large(void **state)
{
    const struct stage *s = *state;

    assert_sum(s, 0, "memory");
    assert_sum(s, 1, "memory");
    assert_sum(s, HTTP_BODY_IN_MEMORY, "memory");
    assert_sum(s, HTTP_BODY_IN_MEMORY + 1, "file");
    assert_sum(s, BODY_MAX, "file");
}

static void a_body_in_chunks_has_the_same_limit(void **state)
{
    const struct stage *s = *state;
    static const char head[] = "POST /sum HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n";
    out request, chunk = body_of(65536);
    out_init(&request, 4 << 20);
    out_cstr(&request, head);
    out_cstr(&request, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");

    assert_body(client_ask_raw(s->server, out_view(&request)), "5:495:memory");

    out_clear(&request);
    out_cstr(&request, head);
    for (int i = 0; i < 17; i++) {
        out_cstr(&request, "10000\r\n");
        out_str(&request, out_view(&chunk));
        out_cstr(&request, "\r\n");
    }
    out_cstr(&request, "0\r\n\r\n");
    out answer = client_ask_raw(s->server, out_view(&request));
    assert_int_equal(client_status(&answer), 413);
    out_free(&answer);
    out_free(&request);
    out_free(&chunk);
}

static void a_body_too_large_is_refused_before_it_is_sent(void **state)
{
    const struct stage *s = *state;

    out answer = client_ask_raw(
        s->server, STR("POST /sum HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n"
                       "Expect: 100-continue\r\n\r\n"));

    assert_int_equal(client_status(&answer), 413);
    assert_false(client_has(&answer, "100 Continue"));
    out_free(&answer);
}

static void permission_to_send_is_given_when_the_size_is_right(void **state)
{
    const struct stage *s = *state;
    char line[64] = {0};
    const int fd = client_connect(s->server);
    const str head = STR("POST /sum HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
                         "Connection: close\r\nExpect: 100-continue\r\n\r\n");
    client_send(fd, head.p, head.n);
    assert_int_equal(recv(fd, line, 25, MSG_WAITALL), 25);
    assert_string_equal(line, "HTTP/1.1 100 Continue\r\n\r\n");

    client_send(fd, "abc", 3);

    assert_body(client_receive(fd), "3:294:memory");
}

static void who_sends_too_much_without_asking_reads_why(void **state)
{
    const struct stage *s = *state;
    out body = body_of(BODY_MAX * 4);

    out answer = client_ask(s->server, "POST", "/sum", "", out_view(&body));

    assert_int_equal(client_status(&answer), 413);
    out_free(&answer);
    out_free(&body);
}

static void a_body_cut_off_is_never_answered(void **state)
{
    const struct stage *s = *state;
    const int fd = client_connect(s->server);
    const str head = STR("POST /sum HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\nabc");
    client_send(fd, head.p, head.n);
    usleep(100000);
    assert_int_equal(shutdown(fd, SHUT_WR), 0);

    out answer = client_receive(fd);

    assert_false(client_has(&answer, "200 OK"));
    out_free(&answer);
}

static void a_disk_without_room_is_507(void **state)
{
    struct stage *s = *state;
    http_server *server =
        start(s, &(struct http_config){.workers = 1, .spool = STR("no-such-folder")});
    out body = body_of(HTTP_BODY_IN_MEMORY * 2);

    out answer = client_ask(server, "POST", "/sum", "", out_view(&body));

    assert_int_equal(client_status(&answer), 507);
    out_free(&answer);
    out_free(&body);
    http_server_stop(server);
}

/* ---- what two servers could read in two ways ---- */

static void ambiguous_requests_are_refused(void **state)
{
    const struct stage *s = *state;
    static const char *const wrong[] = {
        "GET /now HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        "POST /sum HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: "
        "3\r\n\r\nabc",
        "POST /sum HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET http://localhost/now HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        out answer = client_ask_raw(s->server, str_of(wrong[i]));
        assert_false(client_has(&answer, "200 OK"));
        assert_int_equal(client_status(&answer), 400);
        out_free(&answer);
    }
}

static void too_many_headers_are_refused(void **state)
{
    const struct stage *s = *state;
    out headers;
    out_init(&headers, 1 << 14);
    for (int i = 0; i < HTTP_HEADERS_MAX; i++)
        out_cstr(&headers, "X-A: b\r\n");
    out_char(&headers, '\0');

    out answer = get(s, "/now", headers.p);

    assert_int_equal(client_status(&answer), 431);
    out_free(&answer);
    out_free(&headers);
}

static void a_foreign_name_is_not_ours(void **state)
{
    struct stage *s = *state;
    const str names[] = {STR("ontschot.example.nl")};
    http_server *server =
        start(s, &(struct http_config){.workers = 1, .names = names, .n_names = 1});
    static const struct {
        const char *host;
        int status;
    } hosts[] = {
        {"Host: ontschot.example.nl\r\n", 200},
        {"Host: Ontschot.Example.NL:443\r\n", 200},
        {"Host: localhost:8080\r\n", 200},
        {"Host: 127.0.0.1\r\n", 200},
        {"Host: [::1]:80\r\n", 200},
        {"Host: evil.example\r\n", 421},
        {"Host: ontschot.example.nl.evil\r\n", 421},
        {"Host: a b\r\n", 421},
        {"Host: localhost:8x\r\n", 421},
    };
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        out answer = client_ask(server, "GET", "/now", hosts[i].host, STR(""));
        if (client_status(&answer) != hosts[i].status)
            print_error("%s", hosts[i].host);
        assert_int_equal(client_status(&answer), hosts[i].status);
        out_free(&answer);
    }
    http_server_stop(server);
}

static void only_a_trusted_proxy_says_for_whom_it_asks(void **state)
{
    struct stage *s = *state;
    const str proxies[] = {STR("127.0.0.0/8"), STR("10.0.0.0/8")};
    http_server *server =
        start(s, &(struct http_config){.workers = 1, .proxies = proxies, .n_proxies = 2});
    static const char forwarded[] = "X-Forwarded-For: 192.0.2.66, 198.51.100.7\r\n"
                                    "X-Forwarded-For: 10.1.2.3\r\nX-Forwarded-Proto: https\r\n";

    assert_body(client_ask(server, "GET", "/who", forwarded, STR("")),
                "198.51.100.7|secure|none|none");
    assert_body(get(s, "/who", forwarded), "127.0.0.1|plain|none|none");

    http_server_stop(server);
}

/* ---- what a site reads and sets ---- */

static void cookies_and_parameters_are_decoded(void **state)
{
    const struct stage *s = *state;

    assert_body(get(s, "/who?a=%zz&q=x%26+y&q=2", "Cookie: a=b; who=me\r\n"),
                "127.0.0.1|plain|me|x& y");
    assert_body(get(s, "/who?q=%ff", "Cookie: who=a; who=b\r\n"), "127.0.0.1|plain|none|none");
}

static void cookies_are_strict_and_stricter_behind_tls(void **state)
{
    struct stage *s = *state;
    http_server *tls = start(s, &(struct http_config){.workers = 1, .has_tls = true});

    out plain = get(s, "/cookie", "");
    out strict = client_ask(tls, "GET", "/cookie", "", STR(""));

    assert_true(
        client_has(&plain, "Set-Cookie: who=me-1; Path=/; Max-Age=60; HttpOnly; SameSite=Lax\r\n"));
    assert_true(client_has(&plain, "Set-Cookie: gone=; Path=/; Max-Age=0; SameSite=Strict\r\n"));
    assert_false(client_has(&plain, "Strict-Transport-Security"));
    assert_true(client_has(
        &strict,
        "Set-Cookie: __Host-who=me-1; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax\r\n"));
    assert_true(client_has(&strict, "Strict-Transport-Security: max-age=63072000\r\n"));
    out_free(&plain);
    out_free(&strict);
    assert_body(client_ask(tls, "GET", "/who", "Cookie: who=planted\r\n", STR("")),
                "127.0.0.1|plain|none|none");
    assert_body(client_ask(tls, "GET", "/who", "Cookie: __Host-who=me\r\n", STR("")),
                "127.0.0.1|plain|me|none");
    http_server_stop(tls);
}

static void every_answer_keeps_the_browser_strict(void **state)
{
    const struct stage *s = *state;
    static const char *const paths[] = {"/page", "/now", "/none", "/file"};
    static const char *const headers[] = {
        "Content-Security-Policy: default-src 'none'; ",
        "frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff\r\n",
        "Referrer-Policy: same-origin\r\n",
        "Cross-Origin-Opener-Policy: same-origin\r\n",
        "X-Frame-Options: DENY\r\n",
        "Cross-Origin-Resource-Policy: same-origin\r\n",
        "Permissions-Policy: camera=()",
        "Cache-Control: no-",
    };
    for (size_t p = 0; p < sizeof paths / sizeof *paths; p++) {
        out answer = get(s, paths[p], "");
        for (size_t h = 0; h < sizeof headers / sizeof *headers; h++)
            assert_true(client_has(&answer, headers[h]));
        assert_false(client_has(&answer, "unsafe"));
        out_free(&answer);
    }
}

static void a_header_cannot_be_split(void **state)
{
    const struct stage *s = *state;

    out answer = get(s, "/split", "");

    assert_int_equal(client_status(&answer), 500);
    assert_false(client_has(&answer, "Set-Cookie"));
    out_free(&answer);
}

static void a_download_name_keeps_its_letters(void **state)
{
    const struct stage *s = *state;

    out answer = get(s, "/download", "");

    assert_true(client_has(&answer,
                           "Content-Disposition: attachment; filename=\"jaar _____n_.csv\"; "
                           "filename*=UTF-8''jaar%20%22%C3%A9%C3%A9n%22.csv\r\n"));
    out_free(&answer);
}

/* ---- conditions, ranges, compression ---- */

static void an_unchanged_page_is_not_sent_again(void **state)
{
    const struct stage *s = *state;

    out same = get(s, "/page", "If-None-Match: \"v0\", W/\"v1\"\r\n");
    out other = get(s, "/page", "If-None-Match: \"v0\"\r\n");

    assert_int_equal(client_status(&same), 304);
    assert_true(client_has(&same, "ETag: \"v1\"\r\n"));
    assert_int_equal(client_body(&same).n, 0);
    assert_int_equal(client_body(&other).n, PAGE_BYTES);
    out_free(&same);
    out_free(&other);
    assert_body(get(s, "/match", ""), "absent");
    assert_body(get(s, "/match", "If-Match: \"v1\"\r\n"), "same");
    assert_body(get(s, "/match", "If-Match: W/\"v1\"\r\n"), "same");
    assert_body(get(s, "/match", "If-Match: \"v2\"\r\n"), "other");
}

static void a_part_of_a_file_is_sent(void **state)
{
    const struct stage *s = *state;
    static const struct {
        const char *headers;
        int status;
        const char *body;
    } cases[] = {
        {"", 200, "0123456789"},
        {"Range: bytes=2-4\r\n", 206, "234"},
        {"Range: bytes=7-\r\n", 206, "789"},
        {"Range: bytes=-2\r\n", 206, "89"},
        {"Range: bytes=0-999\r\n", 206, "0123456789"},
        {"Range: bytes=10-\r\n", 416, ""},
        {"Range: bytes=1-2,4-5\r\n", 200, "0123456789"},
        {"Range: bytes=2-4\r\nIf-Range: \"file-1\"\r\n", 206, "234"},
        {"Range: bytes=2-4\r\nIf-Range: \"old\"\r\n", 200, "0123456789"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        out answer = get(s, "/file", cases[i].headers);
        assert_int_equal(client_status(&answer), cases[i].status);
        assert_true(str_eq(client_body(&answer), str_of(cases[i].body)));
        out_free(&answer);
    }
    out answer = get(s, "/file", "Range: bytes=2-4\r\n");
    assert_true(client_has(&answer, "Content-Range: bytes 2-4/10\r\n"));
    out_free(&answer);
}

static void text_is_compressed_for_who_can_read_it(void **state)
{
    const struct stage *s = *state;
    char plain[PAGE_BYTES + 1];
    z_stream z = {0};

    out answer = get(s, "/page", "Accept-Encoding: br, gzip\r\n");

    assert_true(client_has(&answer, "Content-Encoding: gzip\r\n"));
    assert_true(client_has(&answer, "Vary: Accept-Encoding\r\n"));
    assert_true(client_has(&answer, "ETag: W/\"v1\"\r\n"));
    const str body = client_body(&answer);
    assert_true(body.n < PAGE_BYTES / 2);
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)body.p;
    z.avail_in = (uInt)body.n;
    z.next_out = (Bytef *)plain;
    z.avail_out = sizeof plain;
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, PAGE_BYTES);
    assert_memory_equal(plain, page_text, PAGE_BYTES);
    assert_int_equal(inflateEnd(&z), Z_OK);
    out_free(&answer);

    out refused = get(s, "/page", "Accept-Encoding: gzip;q=0\r\n");
    out small = get(s, "/who", "Accept-Encoding: gzip\r\n");
    assert_false(client_has(&refused, "Content-Encoding"));
    assert_false(client_has(&small, "Content-Encoding"));
    out_free(&refused);
    out_free(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_arrives_whole_small_or_large),
        cmocka_unit_test(a_body_in_chunks_has_the_same_limit),
        cmocka_unit_test(a_body_too_large_is_refused_before_it_is_sent),
        cmocka_unit_test(permission_to_send_is_given_when_the_size_is_right),
        cmocka_unit_test(who_sends_too_much_without_asking_reads_why),
        cmocka_unit_test(a_body_cut_off_is_never_answered),
        cmocka_unit_test(a_disk_without_room_is_507),
        cmocka_unit_test(ambiguous_requests_are_refused),
        cmocka_unit_test(too_many_headers_are_refused),
        cmocka_unit_test(a_foreign_name_is_not_ours),
        cmocka_unit_test(only_a_trusted_proxy_says_for_whom_it_asks),
        cmocka_unit_test(cookies_and_parameters_are_decoded),
        cmocka_unit_test(cookies_are_strict_and_stricter_behind_tls),
        cmocka_unit_test(every_answer_keeps_the_browser_strict),
        cmocka_unit_test(a_header_cannot_be_split),
        cmocka_unit_test(a_download_name_keeps_its_letters),
        cmocka_unit_test(an_unchanged_page_is_not_sent_again),
        cmocka_unit_test(a_part_of_a_file_is_sent),
        cmocka_unit_test(text_is_compressed_for_who_can_read_it),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
