/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/num.h"
#include "web/http/http_int.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HOST_MAX = 255, BACKLOG = 64 };

struct place {
    char host[HOST_MAX + 1];
    char port[8];
};

/* "host:port" or "[v6]:port", split at the last colon. */
static bool split(str listen, struct place *p)
{
    size_t colon = listen.n;
    while (colon > 0 && listen.p[colon - 1] != ':')
        colon--;
    if (colon < 2)
        return false;
    str host = str_cut(listen, 0, colon - 1);
    const str port = str_cut(listen, colon, listen.n);
    int64_t number;
    if (!num_parse_int(port, &number) || number < 0 || number > 65535 || port.n >= sizeof p->port)
        return false;
    if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = str_cut(host, 1, host.n - 1);
    if (host.n > HOST_MAX)
        return false;
    memcpy(p->host, host.p, host.n);
    p->host[host.n] = '\0';
    memcpy(p->port, port.p, port.n);
    p->port[port.n] = '\0';
    return true;
}

static int bound_socket(const struct addrinfo *a)
{
    const int on = 1;
    const int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* a restart need not wait */
    if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    const int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

static err refused(str where, struct err_info *info)
{
    switch (errno) {
    case EADDRINUSE: return err_text(info, E_IO, "http.port-in-use", where);
    case EACCES: return err_text(info, E_IO, "http.port-not-allowed", where);
    case EADDRNOTAVAIL: return err_text(info, E_IO, "http.not-our-address", where);
    default: return err_io(info, "http.cannot-listen", where);
    }
}

err http_listen(str listen, int *fd, struct err_info *info)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    struct place place;

    if (!split(listen, &place))
        return err_text(info, E_INPUT, "http.bad-address", listen);
    if (getaddrinfo(place.host, place.port, &hints, &found) != 0)
        return err_text(info, E_INPUT, "http.unknown-host", listen);
    *fd = bound_socket(found);
    const err e = *fd >= 0 ? OK : refused(listen, info);
    freeaddrinfo(found);
    return e;
}

bool http_listen_describe(int fd, char address[128], bool *is_local)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } name = {0};
    socklen_t n = sizeof name;
    char host[INET6_ADDRSTRLEN];

    if (getsockname(fd, &name.any, &n) != 0)
        return false;
    const bool is_v6 = name.any.sa_family == AF_INET6;
    const void *ip = is_v6 ? (const void *)&name.v6.sin6_addr : (const void *)&name.v4.sin_addr;
    if (!inet_ntop(name.any.sa_family, ip, host, sizeof host))
        return false;
    *is_local = is_v6 ? IN6_IS_ADDR_LOOPBACK(&name.v6.sin6_addr)
                      : ntohl(name.v4.sin_addr.s_addr) >> 24 == 127;
    (void)snprintf(address, 128, is_v6 ? "http://[%s]:%u/" : "http://%s:%u/", host,
                   (unsigned)ntohs(is_v6 ? name.v6.sin6_port : name.v4.sin_port));
    return true;
}
