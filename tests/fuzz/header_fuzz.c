/* SPDX-License-Identifier: EUPL-1.2 */
/* What a request says in its headers and query, each as if it were the input. */
#include "web/http/form_int.h"
#include "web/http/http_int.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool is_within(str part, str whole)
{
    return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void query(str text)
{
    arena *a = arena_new(64 << 20);
    str rest = text, name, value;
    while (a && http_query_next(a, &rest, &name, &value))
        require(str_is_utf8(name) && str_is_utf8(value));
    arena_free(a);
}

static void cookie(str text)
{
    str value;
    if (http_cookie_find(text, STR("a"), &value))
        require(is_within(value, text) && (value.n == 0 || !memchr(value.p, ';', value.n)));
}

static void range(str text)
{
    static const uint64_t sizes[] = {0, 1, 10, 1ull << 62};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint64_t from, length;
        if (http_range_parse(text, sizes[i], &from, &length) == HTTP_RANGE_ONE)
            require(length > 0 && from < sizes[i] && length <= sizes[i] - from);
    }
}

static void addresses(str text)
{
    struct http_network network;
    struct http_address peer, client;
    char printed[HTTP_ADDRESS_TEXT];
    str name;
    require(http_address_parse(STR("10.0.0.1"), &peer));
    require(http_network_parse(STR("10.0.0.0/8"), &network));
    client = http_client_of(peer, text, &network, 1);
    require(http_address_parse(http_address_print(client, printed), &peer));
    require(memcmp(&client, &peer, sizeof peer) == 0);
    (void)http_network_parse(text, &network);
    if (http_host_name(text, &name))
        require(is_within(name, text) && name.n > 0);
}

static void parameters(str text)
{
    arena *a = arena_new(64 << 20);
    struct form_part part;
    struct err_info info;
    bool had_path;
    str found = {NULL, 0};
    if (a) {
        require(form_parameter(a, text, "boundary", &found, &info) != OK || found.p);
        require(form_head_parse(a, text, &part, &info) != OK || part.name.p);
        const str name = form_clean_filename(a, text, &had_path);
        require(str_is_utf8(name) && name.n <= FORM_FILENAME_MAX);
    }
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const str text = {(const char *)data, n};
    query(text);
    cookie(text);
    range(text);
    addresses(text);
    parameters(text);
    (void)http_accepts_gzip(text);
    (void)http_etag_listed(text, STR("\"a\""));
    return 0;
}
