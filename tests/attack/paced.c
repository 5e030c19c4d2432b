/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * paced PORT PATH COUNT: what one reader meets who asks every few milliseconds, over one connection
 * that is kept: prints the 50th and 99th percentile of the time to a whole answer, in microseconds.
 * Paced, because a client that asks as fast as it can measures its own share of the processor.
 */
#include "base/num.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PACE_US = 5000, COUNT_MAX = 100000, ANSWER_MAX = 1 << 20 };

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int connect_to(int64_t port)
{
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof to) != 0)
        return -1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

/* Reads one whole answer of status 200 with a Content-Length. */
static bool read_answer(int fd, char *answer)
{
    size_t n = 0, whole = ANSWER_MAX;
    while (n < whole) {
        const ssize_t got = recv(fd, answer + n, ANSWER_MAX - 1 - n, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
        answer[n] = '\0';
        const char *end = strstr(answer, "\r\n\r\n"), *length = strstr(answer, "Content-Length: ");
        if (end && (!length || length > end))
            return false;
        if (end)
            whole = (size_t)(end + 4 - answer) + (size_t)strtoull(length + 16, NULL, 10);
    }
    return strncmp(answer, "HTTP/1.1 200", 12) == 0;
}

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    static int64_t us[COUNT_MAX];
    static char answer[ANSWER_MAX];
    char request[1200];
    int64_t port, count;

    if (argc != 4 || !num_parse_int(str_of(argv[1]), &port) ||
        !num_parse_int(str_of(argv[3]), &count) || count < 1 || count > COUNT_MAX)
        return 2;
    const int n =
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", argv[2]);
    const int fd = connect_to(port);
    if (fd < 0 || n < 0 || (size_t)n >= sizeof request)
        return 1;
    const int64_t start = now_us();
    for (int64_t i = 0; i < count; i++) {
        const int64_t due = start + i * PACE_US, early = due - now_us();
        if (early > 0)
            usleep((useconds_t)early);
        const int64_t asked = now_us();
        if (send(fd, request, (size_t)n, MSG_NOSIGNAL) != n || !read_answer(fd, answer))
            return 1;
        us[i] = now_us() - asked;
    }
    close(fd);
    qsort(us, (size_t)count, sizeof *us, by_value);
    printf("%lld %lld\n", (long long)us[count / 2], (long long)us[count * 99 / 100]);
    return 0;
}
