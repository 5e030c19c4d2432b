/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/net/net.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

static bool has(CURLU *u, CURLUPart part)
{
    char *text = NULL;
    const bool found = curl_url_get(u, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return found;
}

static bool part_is(CURLU *u, CURLUPart part, const char *wanted)
{
    char *text = NULL;
    const bool is = curl_url_get(u, part, &text, 0) == CURLUE_OK && strcmp(text, wanted) == 0;
    curl_free(text);
    return is;
}

static bool host_is_loopback(CURLU *u)
{
    struct in_addr four;
    char *host = NULL;
    bool is = false;
    if (curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK)
        is = strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
             (inet_pton(AF_INET, host, &four) == 1 && ntohl(four.s_addr) >> 24 == 127);
    curl_free(host);
    return is;
}

static bool read_parts(CURLU *u, const char *plain, const char *encrypted, struct net_url *to)
{
    to->is_encrypted = part_is(u, CURLUPART_SCHEME, encrypted);
    if (!to->is_encrypted && !part_is(u, CURLUPART_SCHEME, plain))
        return false;
    if (!has(u, CURLUPART_HOST) || has(u, CURLUPART_USER) || has(u, CURLUPART_PASSWORD) ||
        has(u, CURLUPART_FRAGMENT))
        return false;
    to->is_loopback = host_is_loopback(u);
    to->has_path = has(u, CURLUPART_PATH) && !part_is(u, CURLUPART_PATH, "/");
    to->has_query = has(u, CURLUPART_QUERY);
    return true;
}

bool net_url_read(str url, const char *plain, const char *encrypted, struct net_url *to)
{
    char text[NET_URL_MAX + 1];
    if (url.n == 0 || url.n > NET_URL_MAX || memchr(url.p, '\0', url.n))
        return false;
    memcpy(text, url.p, url.n);
    text[url.n] = '\0';
    CURLU *u = curl_url();
    *to = (struct net_url){0};
    const bool read = u &&
                      curl_url_set(u, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
                      read_parts(u, plain, encrypted, to);
    curl_url_cleanup(u);
    return read;
}
