/* SPDX-License-Identifier: EUPL-1.2 */
/* The transport alone: bounds, slow clients, stopping, the log. */
#include "web/http/server_test_int.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>
#include <zlib.h>

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
