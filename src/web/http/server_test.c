/* SPDX-License-Identifier: EUPL-1.2 */
/* The transport alone, over a socket, with a site that does as the path says. */
#include "web/http/client_test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>
#include <zlib.h>

enum { BODY_MAX = 1 << 20, PAGE_BYTES = 20000 };

struct stage { /* the site's own memory */
    http_server *server;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    int n_held;       /* requests that wait in a worker */
    bool is_released; /* and may go on */
};

/* ---- the site ---- */

static char page_text[PAGE_BYTES];

static void hold(struct stage *s)
{
    pthread_mutex_lock(&s->lock);
    s->n_held++;
    pthread_cond_broadcast(&s->moved);
    while (!s->is_released)
        pthread_cond_wait(&s->moved, &s->lock);
    s->n_held--;
    pthread_cond_broadcast(&s->moved);
    pthread_mutex_unlock(&s->lock);
}

static void wait_until_held(struct stage *s, int n)
{
    pthread_mutex_lock(&s->lock);
    while (s->n_held < n)
        pthread_cond_wait(&s->moved, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

static void release(struct stage *s)
{
    pthread_mutex_lock(&s->lock);
    s->is_released = true;
    pthread_cond_broadcast(&s->moved);
    pthread_mutex_unlock(&s->lock);
}

/* "size:sum", read back in odd pieces. */
static void answer_sum(const struct http_request *r, struct http_answer *a)
{
    struct err_info info;
    char piece[7777];
    uint64_t sum = 0;
    size_t got;
    for (uint64_t at = 0; at < r->body.size; at += got) {
        assert_int_equal(http_body_read(&r->body, at, piece, sizeof piece, &got, &info), OK);
        for (size_t i = 0; i < got; i++)
            sum += (unsigned char)piece[i];
    }
    out_int(&a->body, (int64_t)r->body.size);
    out_char(&a->body, ':');
    out_int(&a->body, (int64_t)sum);
    out_cstr(&a->body, r->body.fd >= 0 ? ":file" : ":memory");
}

static void answer_file(const struct http_request *r, struct http_answer *a)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(fwrite("0123456789", 1, 10, f), 10);
    assert_int_equal(fflush(f), 0);
    a->fd = dup(fileno(f));
    a->fd_size = 10;
    a->etag = STR("\"file-1\"");
    a->type = "application/octet-stream";
    (void)r;
    assert_int_equal(fclose(f), 0);
}

static void answer_who(const struct http_request *r, struct http_answer *a)
{
    const str cookie = http_cookie(r, "who"), query = http_query(r, "q");
    out_str(&a->body, r->client);
    out_cstr(&a->body, r->is_secure ? "|secure|" : "|plain|");
    out_str(&a->body, cookie.p ? cookie : STR("none"));
    out_char(&a->body, '|');
    out_str(&a->body, query.p ? query : STR("none"));
}

static void answer(void *arg, void *worker, struct http_request *r, struct http_answer *a)
{
    (void)worker;
    if (str_eq(r->path, STR("/sum"))) {
        answer_sum(r, a);
    } else if (str_eq(r->path, STR("/hold"))) {
        hold(arg);
        out_cstr(&a->body, "held");
    } else if (str_eq(r->path, STR("/page"))) {
        a->cache = HTTP_CACHE_ASK;
        a->etag = STR("\"v1\"");
        out_bytes(&a->body, page_text, sizeof page_text);
    } else if (str_eq(r->path, STR("/file"))) {
        answer_file(r, a);
    } else if (str_eq(r->path, STR("/who"))) {
        answer_who(r, a);
    } else if (str_eq(r->path, STR("/cookie"))) {
        http_set_cookie(r, a, (struct http_cookie_set){"who", STR("me-1"), 60, 0, false});
        http_set_cookie(r, a, (struct http_cookie_set){"gone", STR(""), 0, 1, true});
    } else if (str_eq(r->path, STR("/split"))) {
        http_add_header(a, "X-Name", STR("a\r\nSet-Cookie: b"));
    } else if (str_eq(r->path, STR("/download"))) {
        http_add_download_name(r->memory, a, STR("jaar \"\xc3\xa9\xc3\xa9n\".csv"));
    } else if (str_eq(r->path, STR("/match"))) {
        static const char *const names[] = {"absent", "same", "other"};
        out_cstr(&a->body, names[http_if_match(r, STR("\"v1\""))]);
    } else if (str_eq(r->path, STR("/huge"))) {
        for (size_t i = 0; i <= HTTP_ANSWER_BYTES_MAX / sizeof page_text; i++)
            out_bytes(&a->body, page_text, sizeof page_text);
    } else if (str_eq(r->path, STR("/large"))) {
        for (size_t i = 0; i < (8u << 20) / sizeof page_text; i++)
            out_bytes(&a->body, page_text, sizeof page_text);
    } else {
        a->status = 404;
    }
}

static bool answer_now(void *arg, struct http_request *r, struct http_answer *a)
{
    (void)arg;
    r->name = "test";
    r->body_max = r->method == HTTP_POST ? BODY_MAX : 0;
    if (!str_eq(r->path, STR("/now")))
        return false;
    out_cstr(&a->body, "at once");
    return true;
}

/* ---- set-up ---- */

static http_server *start(struct stage *s, const struct http_config *config)
{
    struct http_config c = *config;
    const struct http_site site = {.arg = s, .answer_now = answer_now, .answer = answer};
    struct err_info info;
    http_server *server;
    c.listen = STR("127.0.0.1:0");
    assert_int_equal(http_start(&c, &site, &server, &info), OK);
    return server;
}

static int open_stage(void **state)
{
    struct stage *s = calloc(1, sizeof *s);
    assert_non_null(s);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->moved, NULL);
    for (size_t i = 0; i < sizeof page_text; i++)
        page_text[i] = (char)('a' + i * i % 23);
    s->server = start(s, &(struct http_config){.workers = 2});
    *state = s;
    return 0;
}

static int close_stage(void **state)
{
    struct stage *s = *state;
    release(s);
    http_server_stop(s->server);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->moved);
    free(s);
    return 0;
}

static out get(const struct stage *s, const char *path, const char *headers)
{
    return client_ask(s->server, "GET", path, headers, STR(""));
}

static void assert_body(out answer, const char *body)
{
    if (!str_eq(client_body(&answer), str_of(body)))
        print_error("%.600s\n", answer.p);
    assert_true(str_eq(client_body(&answer), str_of(body)));
    out_free(&answer);
}

static out body_of(size_t n)
{
    out o;
    out_init(&o, n + 1);
    for (size_t i = 0; i < n; i++)
        out_char(&o, (char)(i % 251));
    return o;
}

static void assert_sum(const struct stage *s, size_t n, const char *where)
{
    out body = body_of(n);
    char expected[64];
    unsigned long long sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (unsigned char)body.p[i];
    (void)snprintf(expected, sizeof expected, "%zu:%llu:%s", n, sum, where);
    assert_body(client_ask(s->server, "POST", "/sum", "", out_view(&body)), expected);
    out_free(&body);
}

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

/* ---- bounds ---- */

static void an_answer_too_large_for_memory_is_an_error(void **state)
{
    const struct stage *s = *state;

    out answer = get(s, "/huge", "");

    assert_int_equal(client_status(&answer), 500);
    out_free(&answer);
}

static void a_full_queue_refuses_and_says_when_to_come_back(void **state)
{
    (void)state;
    struct stage own = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
    const str ask = STR("GET /hold HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    http_server *server = start(&own, &(struct http_config){.workers = 1, .queue = 2});
    int fd[3];
    for (int i = 0; i < 3; i++) { /* one with the worker, two in the queue */
        fd[i] = client_connect(server);
        client_send(fd[i], ask.p, ask.n);
        if (i == 0)
            wait_until_held(&own, 1);
    }
    while (http_server_status(server).queued < 2)
        usleep(1000);

    out refused = client_ask(server, "GET", "/hold", "", STR(""));
    out now = client_ask(server, "GET", "/now", "", STR(""));

    assert_int_equal(client_status(&refused), 503);
    assert_true(client_has(&refused, "Retry-After: 2\r\n"));
    assert_int_equal(client_status(&now), 200);
    out_free(&refused);
    out_free(&now);
    release(&own);
    for (int i = 0; i < 3; i++)
        assert_body(client_receive(fd[i]), "held");
    assert_int_equal(http_server_status(server).refused_full, 1);
    http_server_stop(server);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Sends `text` a byte every 50 ms until the server hangs up; how long that took. */
static int64_t drip(const http_server *s, str head, char byte)
{
    const int64_t from = now_ms();
    const int fd = client_connect(s);
    client_send(fd, head.p, head.n);
    for (int i = 0; i < 200; i++) {
        char c;
        if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
            break;
        usleep(50000);
        const ssize_t n = recv(fd, &c, 1, MSG_DONTWAIT);
        if (n == 0)
            break;
    }
    close(fd);
    return now_ms() - from;
}

static void a_client_that_drips_is_hung_up_on(void **state)
{
    struct stage *s = *state;
    http_server *server =
        start(s, &(struct http_config){.workers = 1, .head_ms = 500, .grace_ms = 500});

    const int64_t head_ms = drip(server, STR("GET /now HTTP/1.1\r\nHost: localhost\r\nX-A: "), 'a');
    const int64_t body_ms = drip(
        server, STR("POST /sum HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n"), 'a');

    assert_in_range(head_ms, 400, 5000);
    assert_in_range(body_ms, 400, 5000);
    assert_int_equal(http_server_status(server).closed_slow, 2);
    http_server_stop(server);
}

static void a_client_that_does_not_read_delays_nobody(void **state)
{
    struct stage *s = *state;
    http_server *server = start(s, &(struct http_config){.workers = 1, .grace_ms = 1});
    const str ask = STR("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const int fd = client_connect(server);
    client_send(fd, ask.p, ask.n);
    while (http_server_status(server).answer_bytes == 0)
        usleep(1000);

    /* 8 MB at 1 kB a second may take hours; a client behind it is not kept waiting meanwhile */
    out now = client_ask(server, "GET", "/now", "", STR(""));

    assert_int_equal(client_status(&now), 200);
    assert_in_range(http_server_status(server).answer_bytes, 8 << 20, 32 << 20);
    out_free(&now);
    close(fd);
    for (int i = 0; i < 2000 && http_server_status(server).answer_bytes > 0; i++)
        usleep(5000);
    assert_int_equal(http_server_status(server).answer_bytes, 0);
    http_server_stop(server);
}

static void *stop(void *server)
{
    http_server_stop(server);
    return NULL;
}

static void a_stop_lets_a_worker_finish_and_refuses_newcomers(void **state)
{
    (void)state;
    struct stage own = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
    http_server *server = start(&own, &(struct http_config){.workers = 1});
    const str ask = STR("GET /hold HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const int fd = client_connect(server);
    pthread_t stopper;
    client_send(fd, ask.p, ask.n);
    wait_until_held(&own, 1);

    assert_int_equal(pthread_create(&stopper, NULL, stop, server), 0);
    usleep(300000);
    release(&own);

    out answer = client_receive(fd); /* and does not keep the connection */
    assert_true(client_has(&answer, "Connection: close\r\n"));
    assert_body(answer, "held");
    assert_int_equal(pthread_join(stopper, NULL), 0);
}

static void a_stop_does_not_wait_for_ever(void **state)
{
    struct stage *s = *state;
    http_server *server = start(s, &(struct http_config){.workers = 1});
    const str half = STR("POST /sum HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc");
    const int fd = client_connect(server);
    client_send(fd, half.p, half.n);
    usleep(100000);
    const int64_t from = now_ms();

    http_server_stop(server);

    assert_in_range(now_ms() - from, 0, HTTP_STOP_SECONDS * 1000 + 3000);
    out answer = client_receive(fd);
    assert_false(client_has(&answer, "200 OK"));
    out_free(&answer);
}

static void many_slow_connections_leave_others_served(void **state)
{
    enum { SLOW = 300 };
    struct stage *s = *state;
    http_server *server = start(s, &(struct http_config){.workers = 1});
    const str half = STR("GET /now HTTP/1.1\r\nHost: localhost\r\nX-A: ");
    int fd[SLOW];
    for (int i = 0; i < SLOW; i++) {
        fd[i] = client_connect(server);
        client_send(fd[i], half.p, half.n);
    }

    for (int i = 0; i < 100; i++) {
        const int64_t from = now_ms();
        assert_int_equal(client_status_of(server, "GET", "/who"), 200);
        assert_true(now_ms() - from < 2000);
    }

    assert_true(http_server_status(server).connections >= SLOW);
    for (int i = 0; i < SLOW; i++)
        close(fd[i]);
    http_server_stop(server);
}

/* ---- the log ---- */

static int64_t some_time(void)
{
    return 0;
}

static void the_log_names_routes_and_nobody(void **state)
{
    struct stage *s = *state;
    struct err_info info;
    log_sink *sink;
    int ends[2];
    char text[4096] = {0};
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(log_open(ends[1], LOG_INFO, some_time, &sink, &info), OK);
    http_server *server = start(s, &(struct http_config){.workers = 1, .log = sink});

    out answer = client_ask(server, "GET", "/who?q=geheim", "Cookie: who=jan\r\n", STR(""));
    out_free(&answer);
    http_server_stop(server);
    log_close(sink);

    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    assert_non_null(strstr(text, "\"event\":\"request\",\"route\":\"test\",\"method\":\"GET\","
                                 "\"status\":200,\"ms\":"));
    assert_null(strstr(text, "geheim"));
    assert_null(strstr(text, "jan"));
    assert_null(strstr(text, "127.0.0.1"));
    assert_null(strstr(text, "/who"));
    close(ends[0]);
    close(ends[1]);
}

static void a_wrong_configuration_is_named(void **state)
{
    (void)state;
    const str bad_name[] = {STR("https://example.nl")}, bad_proxy[] = {STR("10.0.0.1/8")};
    const struct http_site site = {.answer = answer};
    struct err_info info = {0};
    http_server *server = NULL;

    assert_int_equal(
        http_start(
            &(struct http_config){.listen = STR("127.0.0.1:0"), .names = bad_name, .n_names = 1},
            &site, &server, &info),
        E_INPUT);
    assert_string_equal(info.msg.key, "http.bad-name");
    assert_int_equal(http_start(&(struct http_config){.listen = STR("127.0.0.1:0"),
                                                      .proxies = bad_proxy,
                                                      .n_proxies = 1},
                                &site, &server, &info),
                     E_INPUT);
    assert_string_equal(info.msg.key, "http.bad-proxy");
    assert_null(server);
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
        cmocka_unit_test(an_answer_too_large_for_memory_is_an_error),
        cmocka_unit_test(a_full_queue_refuses_and_says_when_to_come_back),
        cmocka_unit_test(a_client_that_drips_is_hung_up_on),
        cmocka_unit_test(a_client_that_does_not_read_delays_nobody),
        cmocka_unit_test(a_stop_lets_a_worker_finish_and_refuses_newcomers),
        cmocka_unit_test(a_stop_does_not_wait_for_ever),
        cmocka_unit_test(many_slow_connections_leave_others_served),
        cmocka_unit_test(the_log_names_routes_and_nobody),
        cmocka_unit_test(a_wrong_configuration_is_named),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
