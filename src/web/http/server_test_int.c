/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/http/server_test_int.h"

char page_text[PAGE_BYTES];

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

void wait_until_held(struct stage *s, int n)
{
    pthread_mutex_lock(&s->lock);
    while (s->n_held < n)
        pthread_cond_wait(&s->moved, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

void release(struct stage *s)
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

void answer(void *arg, void *worker, struct http_request *r, struct http_answer *a)
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

http_server *start(struct stage *s, const struct http_config *config)
{
    struct http_config c = *config;
    const struct http_site site = {.arg = s, .answer_now = answer_now, .answer = answer};
    struct err_info info;
    http_server *server;
    c.listen = STR("127.0.0.1:0");
    assert_int_equal(http_start(&c, &site, &server, &info), OK);
    return server;
}

int open_stage(void **state)
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

int close_stage(void **state)
{
    struct stage *s = *state;
    release(s);
    http_server_stop(s->server);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->moved);
    free(s);
    return 0;
}

out get(const struct stage *s, const char *path, const char *headers)
{
    return client_ask(s->server, "GET", path, headers, STR(""));
}

void assert_body(out answer, const char *body)
{
    if (!str_eq(client_body(&answer), str_of(body)))
        print_error("%.600s\n", answer.p);
    assert_true(str_eq(client_body(&answer), str_of(body)));
    out_free(&answer);
}

out body_of(size_t n)
{
    out o;
    out_init(&o, n + 1);
    for (size_t i = 0; i < n; i++)
        out_char(&o, (char)(i % 251));
    return o;
}

void assert_sum(const struct stage *s, size_t n, const char *where)
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
