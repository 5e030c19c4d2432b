/* SPDX-License-Identifier: EUPL-1.2 */
/* client_test: a browser of few words for tests, over a real socket. */
#ifndef ONTSCHOT_WEB_CLIENT_TEST_H
#define ONTSCHOT_WEB_CLIENT_TEST_H

#include "base/num.h"
#include "web/http/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { CLIENT_ANSWER_MAX = 16 << 20, CLIENT_PATIENCE_S = 30 };

/* The port behind the last colon of "http://127.0.0.1:8080/". */
static inline uint16_t client_port(const http_server *s)
{
    const str address = str_of(http_server_address(s));
    size_t from = address.n;
    int64_t port = 0;
    while (from > 0 && address.p[from - 1] != ':')
        from--;
    assert_true(num_parse_int(str_cut(address, from, address.n - 1), &port));
    return (uint16_t)port;
}

static inline int client_connect(const http_server *s)
{
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons(client_port(s)),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timeval patience = {.tv_sec = CLIENT_PATIENCE_S};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static inline void client_send(int fd, const char *p, size_t n)
{
    while (n > 0) {
        const ssize_t done = send(fd, p, n, MSG_NOSIGNAL);
        assert_true(done > 0);
        p += done;
        n -= (size_t)done;
    }
}

/* Everything the server sends back until it closes, zero-terminated; the caller frees. */
static inline out client_receive(int fd)
{
    char piece[16384];
    out answer;
    out_init(&answer, CLIENT_ANSWER_MAX);
    for (ssize_t n; (n = recv(fd, piece, sizeof piece, 0)) > 0;)
        out_bytes(&answer, piece, (size_t)n);
    close(fd);
    out_char(&answer, '\0');
    return answer;
}

static inline out client_ask_raw(const http_server *s, str request)
{
    const int fd = client_connect(s);
    client_send(fd, request.p, request.n);
    return client_receive(fd);
}

/* `headers` are whole lines. With a body a Content-Length is added. */
static inline out client_ask(const http_server *s, const char *method, const char *path,
                             const char *headers, str body)
{
    out request;
    out_init(&request, CLIENT_ANSWER_MAX);
    out_cstr(&request, method);
    out_char(&request, ' ');
    out_cstr(&request, path);
    out_cstr(&request, " HTTP/1.1\r\nConnection: close\r\n");
    if (!strstr(headers, "Host:"))
        out_cstr(&request, "Host: localhost\r\n");
    out_cstr(&request, headers);
    if (body.n) {
        out_cstr(&request, "Content-Length: ");
        out_int(&request, (int64_t)body.n);
        out_cstr(&request, "\r\n");
    }
    out_cstr(&request, "\r\n");
    out_str(&request, body);
    out answer = client_ask_raw(s, out_view(&request));
    out_free(&request);
    return answer;
}

static inline bool client_has(const out *answer, const char *text)
{
    return strstr(answer->p, text) != NULL;
}

static inline int client_status(const out *answer)
{
    int status = 0;
    (void)sscanf(answer->p, "HTTP/1.1 %d", &status);
    return status;
}

/* What follows the headers. */
static inline str client_body(const out *answer)
{
    const char *body = strstr(answer->p, "\r\n\r\n");
    return body ? (str){body + 4, answer->n - 1 - (size_t)(body + 4 - answer->p)} : STR("");
}

/* Asks without headers and body; frees the answer. */
static inline int client_status_of(const http_server *s, const char *method, const char *path)
{
    out answer = client_ask(s, method, path, "", STR(""));
    const int status = client_status(&answer);
    out_free(&answer);
    return status;
}

#endif
