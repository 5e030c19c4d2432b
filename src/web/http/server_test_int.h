/* SPDX-License-Identifier: EUPL-1.2 */
/* server_test_int: the transport over a socket, with a site that does as the path says. */
#ifndef ONTSCHOT_WEB_SERVER_TEST_INT_H
#define ONTSCHOT_WEB_SERVER_TEST_INT_H

#include "web/http/client_test.h"

#include <pthread.h>

enum { BODY_MAX = 1 << 20, PAGE_BYTES = 20000 };

struct stage { /* the site's own memory */
    http_server *server;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    int n_held;       /* requests that wait in a worker */
    bool is_released; /* and may go on */
};

extern char page_text[PAGE_BYTES];

void wait_until_held(struct stage *s, int n);
void release(struct stage *s);
/* The site: what it says is asked by the path; /hold waits in a worker until release. */
void answer(void *arg, void *worker, struct http_request *r, struct http_answer *a);

http_server *start(struct stage *s, const struct http_config *config);
int open_stage(void **state);
int close_stage(void **state);
out get(const struct stage *s, const char *path, const char *headers);
void assert_body(out answer, const char *body);
out body_of(size_t n);
void assert_sum(const struct stage *s, size_t n, const char *where);

#endif
