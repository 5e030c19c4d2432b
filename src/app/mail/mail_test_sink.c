/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/mail/mail_test_sink.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { GUESTS_MAX = 64, SINK_LINE_MAX = 2048, ADDRESS_MAX = 300 };

struct kept {
    char from[ADDRESS_MAX], to[ADDRESS_MAX];
    char *text;
    size_t n;
};

struct guest {
    sink *sink;
    int fd;
    pthread_t thread;
    bool is_here;         /* has a thread, to be joined */
    _Atomic bool is_done; /* which has nothing to do any more */
};

struct sink {
    int fd, port;
    const char *folder;
    gnutls_certificate_credentials_t tls; /* NULL: none */
    bool tls_at_once;
    pthread_t thread;
    _Atomic enum sink_mood mood;
    _Atomic int n_asked;
    struct guest guest[GUESTS_MAX]; /* of the thread that welcomes */
    pthread_mutex_t lock;           /* of the letters */
    struct kept letter[SINK_LETTERS_MAX];
    size_t n_letters;
};

/* ---- letters ---- */

static void write_file(const char *folder, size_t i, const struct kept *k)
{
    char name[600], hidden[600];
    snprintf(name, sizeof name, "%s/%04zu.eml", folder, i);
    snprintf(hidden, sizeof hidden, "%s/.%04zu", folder, i);
    FILE *f = fopen(hidden, "w");
    if (!f)
        return;
    const bool written = fwrite(k->text, 1, k->n, f) == k->n;
    if (fclose(f) == 0 && written) /* appears whole */
        rename(hidden, name);
}

static bool keep(sink *s, struct kept *k)
{
    pthread_mutex_lock(&s->lock);
    const bool fits = s->n_letters < SINK_LETTERS_MAX;
    if (fits) {
        if (s->folder)
            write_file(s->folder, s->n_letters + 1, k);
        s->letter[s->n_letters++] = *k;
        k->text = NULL;
    }
    pthread_mutex_unlock(&s->lock);
    return fits;
}

/* ---- the conversation ---- */

struct talk {
    sink *s;
    int fd;
    gnutls_session_t tls; /* NULL: in the clear */
    char heard[SINK_LINE_MAX];
    size_t n_heard;
    char line[SINK_LINE_MAX + 1];
    struct kept k;
};

static bool send_out(struct talk *t, const char *p, size_t n)
{
    return t->tls ? gnutls_record_send(t->tls, p, n) == (ssize_t)n
                  : send(t->fd, p, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static bool say(struct talk *t, const char *reply)
{
    char line[200];
    const int n = snprintf(line, sizeof line, "%s\r\n", reply);
    return send_out(t, line, (size_t)n);
}

static bool hear_more(struct talk *t)
{
    const size_t room = sizeof t->heard - t->n_heard;
    const ssize_t n = room == 0 ? 0
                      : t->tls  ? gnutls_record_recv(t->tls, t->heard + t->n_heard, room)
                                : read(t->fd, t->heard + t->n_heard, room);
    t->n_heard += n > 0 ? (size_t)n : 0;
    return n > 0;
}

/* The next line, with its end. */
static bool hear(struct talk *t)
{
    const char *end;
    while (!(end = memchr(t->heard, '\n', t->n_heard)))
        if (!hear_more(t))
            return false;
    const size_t n = (size_t)(end + 1 - t->heard);
    memcpy(t->line, t->heard, n);
    t->line[n] = '\0';
    t->n_heard -= n;
    memmove(t->heard, t->heard + n, t->n_heard);
    return true;
}

/* What was heard before in the clear counts no more (RFC 3207, 4.2). */
static bool begin_tls(struct talk *t)
{
    t->n_heard = 0;
    return gnutls_init(&t->tls, GNUTLS_SERVER) == 0 && gnutls_set_default_priority(t->tls) == 0 &&
           gnutls_credentials_set(t->tls, GNUTLS_CRD_CERTIFICATE, t->s->tls) == 0 &&
           (gnutls_transport_set_int(t->tls, t->fd), gnutls_handshake(t->tls) == 0);
}

static bool hears(const struct talk *t, const char *word)
{
    return strncasecmp(t->line, word, strlen(word)) == 0;
}

/* What stands between < and >. */
static void take_address(const struct talk *t, char to[ADDRESS_MAX])
{
    const char *open = strchr(t->line, '<');
    const char *close = open ? strchr(open, '>') : NULL;
    to[0] = '\0';
    if (close)
        snprintf(to, ADDRESS_MAX, "%.*s", (int)(close - open - 1), open + 1);
}

/* Up to the line with a dot; false when the guest left or wrote too much. */
static bool hear_text(struct talk *t)
{
    t->k.text = malloc(SINK_LETTER_MAX);
    t->k.n = 0;
    while (t->k.text && hear(t)) {
        const char *line = t->line;
        if (strcmp(line, ".\r\n") == 0)
            return true;
        line += line[0] == '.';
        const size_t n = strlen(line);
        if (n > SINK_LETTER_MAX - t->k.n)
            return false;
        memcpy(t->k.text + t->k.n, line, n);
        t->k.n += n;
    }
    return false;
}

static bool answer_data(struct talk *t, enum sink_mood mood)
{
    if (mood == SINK_DROPS_BEFORE || !say(t, "354 go on") || !hear_text(t))
        return false;
    if (mood == SINK_SLOW)
        usleep(SINK_SLOW_MS * 1000);
    if (mood == SINK_NO_TEXT)
        return say(t, "554 no such text here");
    if (!keep(t->s, &t->k))
        return say(t, "452 full");
    return mood != SINK_DROPS_AFTER && say(t, "250 kept");
}

/* The base64 of "\0ontschot\0geheim". */
static bool answer_login(struct talk *t, enum sink_mood mood)
{
    const bool right = mood != SINK_NO_LOGIN && hears(t, "AG9udHNjaG90AGdlaGVpbQ==\r\n");
    return say(t, right ? "235 welcome" : "535 wrong password");
}

/* False ends the conversation. */
static bool answer(struct talk *t)
{
    const enum sink_mood mood = t->s->mood;
    if (hears(t, "EHLO"))
        return say(t, "250-sink") && (!t->s->tls || t->tls || say(t, "250-STARTTLS")) &&
               say(t, "250 AUTH PLAIN");
    if (hears(t, "STARTTLS") && t->s->tls && !t->tls)
        return say(t, "220 go on") && begin_tls(t);
    if (hears(t, "AUTH PLAIN"))
        return say(t, "334 ") && hear(t) && answer_login(t, mood);
    if (hears(t, "MAIL FROM:")) {
        take_address(t, t->k.from);
        return say(t, mood == SINK_NO_SENDER ? "550 not from you" : "250 ok");
    }
    if (hears(t, "RCPT TO:")) {
        take_address(t, t->k.to);
        t->s->n_asked++;
        return say(t, mood == SINK_LATER       ? "451 later"
                      : mood == SINK_NO_READER ? "550 nobody here"
                                               : "250 ok");
    }
    if (hears(t, "DATA")) {
        const bool go_on = answer_data(t, mood);
        free(t->k.text);
        t->k.text = NULL;
        return go_on;
    }
    if (hears(t, "QUIT"))
        return say(t, "221 bye") && false;
    return say(t, hears(t, "RSET") || hears(t, "NOOP") ? "250 ok" : "502 what?");
}

static void *converse(void *arg)
{
    struct guest *g = arg;
    struct talk *t = calloc(1, sizeof *t);
    if (t) {
        t->s = g->sink;
        t->fd = g->fd;
        if (t->s->tls_at_once && !begin_tls(t))
            ;
        else if (t->s->mood == SINK_AWAY_AT_FIRST)
            say(t, "421 closed today");
        else if (say(t, "220 sink"))
            while (hear(t) && answer(t))
                ;
        free(t->k.text);
        if (t->tls)
            gnutls_deinit(t->tls);
    }
    free(t);
    shutdown(g->fd, SHUT_RDWR);
    g->is_done = true;
    return NULL;
}

/* ---- the door ---- */

static void see_off(struct guest *g)
{
    shutdown(g->fd, SHUT_RDWR);
    pthread_join(g->thread, NULL);
    close(g->fd);
    g->is_here = false;
}

static bool receive(sink *s, int fd)
{
    for (size_t i = 0; i < GUESTS_MAX; i++) {
        struct guest *g = &s->guest[i];
        if (g->is_here && g->is_done)
            see_off(g);
        if (g->is_here)
            continue;
        g->sink = s;
        g->fd = fd;
        g->is_done = false;
        g->is_here = pthread_create(&g->thread, NULL, converse, g) == 0;
        return g->is_here;
    }
    return false;
}

static void *welcome_all(void *arg)
{
    sink *s = arg;
    int fd;
    while ((fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        if (!receive(s, fd))
            close(fd);
    return NULL;
}

static bool listen_at(sink *s, int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->fd < 0 || setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) != 0 ||
        bind(s->fd, (struct sockaddr *)&at, n) != 0 || listen(s->fd, GUESTS_MAX) != 0 ||
        getsockname(s->fd, (struct sockaddr *)&at, &n) != 0)
        return false;
    s->port = ntohs(at.sin_port);
    return true;
}

static sink *start(int port, const char *folder, gnutls_certificate_credentials_t tls, bool at_once)
{
    sink *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->folder = folder;
    s->tls = tls;
    s->tls_at_once = at_once;
    pthread_mutex_init(&s->lock, NULL);
    if (listen_at(s, port) && pthread_create(&s->thread, NULL, welcome_all, s) == 0)
        return s;
    if (s->fd >= 0)
        close(s->fd);
    free(s);
    return NULL;
}

sink *sink_start(int port, const char *folder)
{
    return start(port, folder, NULL, false);
}

sink *sink_start_tls(const char *certificate, const char *key, bool at_once)
{
    const gnutls_datum_t c = {(unsigned char *)(uintptr_t)certificate,
                              (unsigned)strlen(certificate)};
    const gnutls_datum_t k = {(unsigned char *)(uintptr_t)key, (unsigned)strlen(key)};
    gnutls_certificate_credentials_t tls;
    if (gnutls_certificate_allocate_credentials(&tls) != 0)
        return NULL;
    sink *s = gnutls_certificate_set_x509_key_mem(tls, &c, &k, GNUTLS_X509_FMT_PEM) == 0
                  ? start(0, NULL, tls, at_once)
                  : NULL;
    if (!s)
        gnutls_certificate_free_credentials(tls);
    return s;
}

void sink_stop(sink *s)
{
    if (!s)
        return;
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    for (size_t i = 0; i < GUESTS_MAX; i++)
        if (s->guest[i].is_here)
            see_off(&s->guest[i]);
    for (size_t i = 0; i < s->n_letters; i++)
        free(s->letter[i].text);
    close(s->fd);
    if (s->tls)
        gnutls_certificate_free_credentials(s->tls);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

int sink_port(const sink *s)
{
    return s->port;
}

void sink_set_mood(sink *s, enum sink_mood mood)
{
    s->mood = mood;
}

int sink_asked(const sink *s)
{
    return s->n_asked;
}

size_t sink_count(sink *s)
{
    pthread_mutex_lock(&s->lock);
    const size_t n = s->n_letters;
    pthread_mutex_unlock(&s->lock);
    return n;
}

struct sink_letter sink_letter_at(sink *s, size_t i)
{
    pthread_mutex_lock(&s->lock);
    const struct kept *k = &s->letter[i];
    const struct sink_letter l = {str_of(k->from), str_of(k->to), {k->text, k->n}};
    pthread_mutex_unlock(&s->lock);
    return l;
}
