/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/access/oidc_test_provider.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MAX = 16 << 10, PAD_BYTES = 1 << 20 };

struct page {
    const char *path, *served_as;
    int status;
    char *body;
    int n_asked;
};

struct provider {
    int fd;
    char issuer[64];
    pthread_t thread;
    pthread_mutex_t lock; /* of what is below */
    struct page page[4];
    bool pads;
    char token_request[REQUEST_MAX];
};

static struct page *find(provider *p, const char *path, size_t n)
{
    for (size_t i = 0; i < sizeof p->page / sizeof *p->page; i++) {
        struct page *page = &p->page[i];
        if ((strlen(page->path) == n && memcmp(page->path, path, n) == 0) ||
            (page->served_as && strlen(page->served_as) == n &&
             memcmp(page->served_as, path, n) == 0))
            return page;
    }
    return NULL;
}

/* Head and, when its length is given, body. */
static bool hear(int fd, char request[REQUEST_MAX])
{
    size_t n = 0;
    for (;;) {
        const ssize_t some = read(fd, request + n, REQUEST_MAX - 1 - n);
        if (some <= 0)
            return false;
        n += (size_t)some;
        request[n] = '\0';
        const char *gap = strstr(request, "\r\n\r\n");
        const char *length = strcasestr(request, "\r\nContent-Length:");
        const size_t wanted = length ? (size_t)strtol(length + 17, NULL, 10) : 0;
        if (gap && n >= (size_t)(gap + 4 - request) + wanted)
            return true;
    }
}

static void send_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        const ssize_t some = send(fd, p, n, MSG_NOSIGNAL);
        if (some <= 0)
            return; /* the guest has heard enough */
        p += some;
        n -= (size_t)some;
    }
}

static void say(const provider *p, int fd, const struct page *page)
{
    const int status = page ? page->status : 404;
    const char *body = page ? page->body : "{}";
    const size_t pad = p->pads ? PAD_BYTES : 0;
    char head[300];
    const int n =
        snprintf(head, sizeof head,
                 "HTTP/1.1 %d x\r\nContent-Type: application/json\r\n"
                 "Content-Length: %zu\r\nConnection: close\r\n%s\r\n",
                 status, strlen(body) + pad, status == 302 ? "Location: /elsewhere\r\n" : "");
    char *spaces = calloc(1, pad + 1);
    if (!spaces)
        return;
    memset(spaces, ' ', pad);
    send_all(fd, head, (size_t)n);
    send_all(fd, spaces, pad);
    send_all(fd, body, strlen(body));
    free(spaces);
}

static void answer(provider *p, int fd)
{
    char *request = malloc(REQUEST_MAX);
    if (request && hear(fd, request)) {
        const char *path = strchr(request, ' ');
        const size_t n = path ? strcspn(path + 1, " ?") : 0;
        pthread_mutex_lock(&p->lock);
        struct page *page = path ? find(p, path + 1, n) : NULL;
        if (page)
            page->n_asked++;
        if (page && strcmp(page->path, "/token") == 0)
            snprintf(p->token_request, sizeof p->token_request, "%s", request);
        say(p, fd, page);
        pthread_mutex_unlock(&p->lock);
    }
    free(request);
    close(fd);
}

static void *serve(void *arg)
{
    provider *p = arg;
    int fd;
    while ((fd = accept4(p->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        answer(p, fd);
    return NULL;
}

static bool listen_somewhere(provider *p)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (p->fd < 0 || bind(p->fd, (struct sockaddr *)&at, n) != 0 || listen(p->fd, 16) != 0 ||
        getsockname(p->fd, (struct sockaddr *)&at, &n) != 0)
        return false;
    snprintf(p->issuer, sizeof p->issuer, "http://127.0.0.1:%d", ntohs(at.sin_port));
    return true;
}

static void fill(provider *p)
{
    char document[800];
    p->page[0] =
        (struct page){.path = "/document", .served_as = "/.well-known/openid-configuration"};
    p->page[1].path = "/keys";
    p->page[2].path = "/token";
    p->page[3].path = "/elsewhere";
    snprintf(document, sizeof document,
             "{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s/authorize?tenant=1\","
             "\"token_endpoint\":\"%s/token\",\"jwks_uri\":\"%s/keys\"}",
             p->issuer, p->issuer, p->issuer, p->issuer);
    provider_answer(p, "/document", 200, document);
    provider_answer(p, "/keys", 200, "{\"keys\":[]}");
    provider_answer(p, "/token", 200, "{}");
    provider_answer(p, "/elsewhere", 200, document);
}

provider *provider_start(void)
{
    provider *p = calloc(1, sizeof *p);
    if (!p || !listen_somewhere(p))
        abort();
    pthread_mutex_init(&p->lock, NULL);
    fill(p);
    if (pthread_create(&p->thread, NULL, serve, p) != 0)
        abort();
    return p;
}

void provider_stop(provider *p)
{
    shutdown(p->fd, SHUT_RDWR);
    pthread_join(p->thread, NULL);
    close(p->fd);
    for (size_t i = 0; i < sizeof p->page / sizeof *p->page; i++)
        free(p->page[i].body);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

const char *provider_issuer(const provider *p)
{
    return p->issuer;
}

void provider_answer(provider *p, const char *path, int status, const char *body)
{
    pthread_mutex_lock(&p->lock);
    struct page *page = find(p, path, strlen(path));
    free(page->body);
    page->status = status;
    page->body = strdup(body);
    pthread_mutex_unlock(&p->lock);
}

void provider_pad(provider *p, bool on)
{
    pthread_mutex_lock(&p->lock);
    p->pads = on;
    pthread_mutex_unlock(&p->lock);
}

int provider_asked(provider *p, const char *path)
{
    pthread_mutex_lock(&p->lock);
    const int n = find(p, path, strlen(path))->n_asked;
    pthread_mutex_unlock(&p->lock);
    return n;
}

const char *provider_token_request(provider *p)
{
    return p->token_request;
}
