/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/num.h"
#include "web/http/http_int.h"

#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>

static const unsigned char v4_head[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_v4(struct http_address a)
{
    return memcmp(a.byte, v4_head, sizeof v4_head) == 0;
}

static void set_v4(struct http_address *a, const void *four)
{
    memcpy(a->byte, v4_head, sizeof v4_head);
    memcpy(a->byte + sizeof v4_head, four, 4);
}

bool http_address_parse(str text, struct http_address *a)
{
    char z[HTTP_ADDRESS_TEXT];
    struct in_addr v4;
    if (text.n > 2 && text.p[0] == '[' && text.p[text.n - 1] == ']')
        text = str_cut(text, 1, text.n - 1);
    if (text.n == 0 || text.n >= sizeof z || memchr(text.p, '\0', text.n))
        return false;
    memcpy(z, text.p, text.n);
    z[text.n] = '\0';
    if (inet_pton(AF_INET, z, &v4) == 1) {
        set_v4(a, &v4);
        return true;
    }
    return inet_pton(AF_INET6, z, a->byte) == 1;
}

void http_address_of(const struct sockaddr *s, struct http_address *a)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    memset(a, 0, sizeof *a);
    if (s->sa_family == AF_INET) {
        memcpy(&v4, s, sizeof v4);
        set_v4(a, &v4.sin_addr);
    } else if (s->sa_family == AF_INET6) {
        memcpy(&v6, s, sizeof v6);
        memcpy(a->byte, &v6.sin6_addr, sizeof a->byte);
    }
}

str http_address_print(struct http_address a, char text[HTTP_ADDRESS_TEXT])
{
    const bool four = is_v4(a);
    if (!inet_ntop(four ? AF_INET : AF_INET6, four ? a.byte + sizeof v4_head : a.byte, text,
                   HTTP_ADDRESS_TEXT))
        text[0] = '\0';
    return str_of(text);
}

bool http_address_is_loopback(struct http_address a)
{
    static const unsigned char v6[16] = {[15] = 1};
    return is_v4(a) ? a.byte[12] == 127 : memcmp(a.byte, v6, sizeof v6) == 0;
}

static bool has_bit(struct http_address a, int at)
{
    return (a.byte[at / 8] >> (7 - at % 8)) & 1;
}

bool http_network_parse(str text, struct http_network *n)
{
    size_t slash;
    int64_t bits;
    const bool has_length = str_find(text, '/', &slash);
    if (!http_address_parse(has_length ? str_cut(text, 0, slash) : text, &n->base))
        return false;
    const int head = is_v4(n->base) ? 96 : 0;
    n->bits = 128;
    if (has_length) {
        if (!num_parse_int(str_cut(text, slash + 1, text.n), &bits) || bits < 0 ||
            bits > 128 - head)
            return false;
        n->bits = head + (int)bits;
    }
    for (int at = n->bits; at < 128; at++)
        if (has_bit(n->base, at))
            return false;
    return true;
}

static bool holds(const struct http_network *n, struct http_address a)
{
    const size_t whole = (size_t)n->bits / 8;
    if (memcmp(n->base.byte, a.byte, whole) != 0)
        return false;
    for (int at = (int)whole * 8; at < n->bits; at++)
        if (has_bit(n->base, at) != has_bit(a, at))
            return false;
    return true;
}

bool http_network_holds(const struct http_network *n, size_t n_networks, struct http_address a)
{
    for (size_t i = 0; i < n_networks; i++)
        if (holds(&n[i], a))
            return true;
    return false;
}

/* Cuts the last piece behind a comma off `list`. */
static str take_last(str *list)
{
    size_t from = list->n;
    while (from > 0 && list->p[from - 1] != ',')
        from--;
    const str last = str_trim(str_cut(*list, from, list->n));
    *list = str_cut(*list, 0, from ? from - 1 : 0);
    return last;
}

struct http_address http_client_of(struct http_address peer, str forwarded,
                                   const struct http_network *proxies, size_t n_proxies)
{
    struct http_address client = peer;
    while (forwarded.n > 0 && http_network_holds(proxies, n_proxies, client)) {
        struct http_address before;
        if (!http_address_parse(take_last(&forwarded), &before))
            break;
        client = before;
    }
    return client;
}

bool http_host_name(str host, str *name)
{
    size_t colon = host.n;
    size_t at = 0;
    if (host.n && host.p[0] == '[') {
        if (!str_find(host, ']', &at))
            return false;
        at++;
        if (at < host.n && host.p[at] != ':')
            return false;
        colon = at;
    } else if (str_find(host, ':', &at)) {
        colon = at;
    }
    const str port = str_cut(host, colon + 1, host.n);
    for (size_t i = 0; i < port.n; i++)
        if (port.p[i] < '0' || port.p[i] > '9')
            return false;
    *name = str_cut(host, 0, colon);
    return name->n > 0 && port.n <= 5;
}

bool http_host_is_loopback(str name)
{
    struct http_address a;
    return str_eq_nocase(name, STR("localhost")) ||
           (http_address_parse(name, &a) && http_address_is_loopback(a));
}

bool http_is_network(str text)
{
    struct http_network n;
    return http_network_parse(text, &n);
}

bool http_is_host(str text)
{
    str name;
    if (!http_host_name(text, &name) || name.n != text.n)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        const unsigned char c = (unsigned char)text.p[i];
        if (c <= ' ' || c >= 0x7f || strchr("/@?#\\", c))
            return false;
    }
    return true;
}

bool http_is_listen(str text, bool *is_loopback)
{
    str name;
    if (!http_host_name(text, &name) || name.n + 1 >= text.n)
        return false;
    *is_loopback = http_host_is_loopback(name);
    return true;
}
