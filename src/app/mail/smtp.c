/* SPDX-License-Identifier: EUPL-1.2 */
/* smtp: one letter over one connection, by libcurl. */
#include "app/mail/mail_int.h"

#include "app/net/net.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_MS = 10000, SEND_MS = 120000, TROUBLE_MAX = 120 };

/* What was said last, to know what a refusal is about: the letter, or all letters. */
enum stage { STAGE_SESSION, STAGE_READER, STAGE_TEXT };

struct smtp {
    CURL *curl;
    char *from;
    enum stage stage;
    str rest; /* of the message, not yet handed over */
    char trouble[TROUBLE_MAX];
};

bool smtp_is_loopback(str url)
{
    struct net_url u;
    return net_url_read(url, "smtp", "smtps", &u) && u.is_loopback;
}

static size_t hand_over(char *to, size_t size, size_t n, void *arg)
{
    smtp *s = arg;
    const size_t room = size * n; /* libcurl's own buffer: fits */
    const size_t some = s->rest.n < room ? s->rest.n : room;
    memcpy(to, s->rest.p, some);
    s->rest = str_cut(s->rest, some, s->rest.n);
    return some;
}

static int listen_in(CURL *curl, curl_infotype type, char *data, size_t n, void *arg)
{
    smtp *s = arg;
    const str said = {data, n};
    (void)curl;
    if (type != CURLINFO_HEADER_OUT)
        return 0;
    if (str_starts(said, STR("RCPT ")))
        s->stage = STAGE_READER;
    else if (str_starts(said, STR("DATA")))
        s->stage = STAGE_TEXT;
    return 0; /* QUIT, after a refusal, changes nothing */
}

static CURLcode set_text(CURL *curl, CURLoption option, str s)
{
    char *text = strndup(s.p ? s.p : "", s.n);
    CURLcode c = text ? curl_easy_setopt(curl, option, text) : CURLE_OUT_OF_MEMORY;
    free(text);
    return c;
}

/* libcurl keeps the first failure for us only by hand: options that we need may not fail unseen. */
static CURLcode set_up(smtp *s, const struct mail_server *server)
{
    const bool is_loopback = smtp_is_loopback(server->url);
    CURL *c = s->curl;
    CURLcode e = set_text(c, CURLOPT_URL, server->url);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    if (e == CURLE_OK && !is_loopback)
        e = curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    if (e == CURLE_OK && is_loopback)
        e = curl_easy_setopt(c, CURLOPT_PROXY, "");
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (e == CURLE_OK && server->ca_file.n > 0)
        e = set_text(c, CURLOPT_CAINFO, server->ca_file);
    if (e == CURLE_OK && server->user.n > 0)
        e = set_text(c, CURLOPT_USERNAME, server->user);
    if (e == CURLE_OK && server->user.n > 0)
        e = set_text(c, CURLOPT_PASSWORD, server->password);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_MAIL_FROM, s->from);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)SEND_MS);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, hand_over);
    curl_easy_setopt(c, CURLOPT_READDATA, s);
    curl_easy_setopt(c, CURLOPT_VERBOSE, 1L); /* so that listen_in is called; prints nothing */
    curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, listen_in);
    curl_easy_setopt(c, CURLOPT_DEBUGDATA, s);
    return e;
}

err mail_server_check(const struct mail_server *server, struct err_info *info)
{
    struct net_url u;
    struct mailbox from;
    if (!net_url_read(server->url, "smtp", "smtps", &u) || u.has_path || u.has_query)
        return err_set(info, E_INPUT, "mail.url-wrong"); /* it may hold a password */
    if (!mailbox_parse(server->from, &from))
        return err_text(info, E_INPUT, "mail.from-wrong", server->from);
    if ((server->user.n == 0) != (server->password.n == 0))
        return err_set(info, E_INPUT, "mail.login-half");
    return OK;
}

err smtp_new(const struct mail_server *server, smtp **to, struct err_info *info)
{
    struct mailbox from;
    err e = mail_server_check(server, info);
    if (e != OK)
        return e;
    smtp *s = calloc(1, sizeof *s);
    if (!s)
        return err_nomem(info);
    s->curl = curl_easy_init();
    if (mailbox_parse(server->from, &from))
        s->from = strndup(from.address.p, from.address.n);
    if (!s->curl || !s->from || set_up(s, server) != CURLE_OK) {
        smtp_free(s);
        return err_nomem(info);
    }
    *to = s;
    return OK;
}

void smtp_free(smtp *s)
{
    if (!s)
        return;
    curl_easy_cleanup(s->curl);
    free(s->from);
    free(s);
}

static enum smtp_outcome outcome_of(CURLcode e, enum stage stage, int reply)
{
    if (e == CURLE_OK)
        return SMTP_SENT;
    if (stage == STAGE_SESSION || reply == 421) /* 421: the server is closing */
        return SMTP_AWAY;
    switch (reply / 100) {
    case 5: return SMTP_REFUSED;
    case 4: return SMTP_LATER;
    default: return SMTP_AWAY;
    }
}

enum smtp_outcome smtp_send(smtp *s, str to, str message, int *reply)
{
    char address[MAIL_ADDRESS_MAX + 1];
    long code = 0;
    memcpy(address, to.p, to.n); /* mail_address_is_valid: it fits */
    address[to.n] = '\0';
    struct curl_slist one = {.data = address};
    s->rest = message;
    s->stage = STAGE_SESSION;
    curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, &one);
    curl_easy_setopt(s->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)message.n);
    const CURLcode e = curl_easy_perform(s->curl);
    curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, NULL);
    curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &code);
    *reply = (int)code;
    snprintf(s->trouble, sizeof s->trouble, "%s (%d)", curl_easy_strerror(e), *reply);
    return outcome_of(e, s->stage, *reply);
}

str smtp_trouble(const smtp *s)
{
    return str_of(s->trouble);
}
