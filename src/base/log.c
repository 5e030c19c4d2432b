/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/log.h"

#include "base/date.h"
#include "base/json.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    MS_PER_DAY = 86400000,
    TIME_BYTES = 32,
    GATHER_MS = 5, /* from the first line until all that came meanwhile are written at once */
};

struct log_sink {
    int fd;
    enum log_level from;
    int64_t (*now_ms)(void);

    pthread_t writer;
    pthread_mutex_t lock;
    pthread_cond_t more;
    bool closing, is_idle;   /* is_idle: the writer waits to be told of a line */
    char *waiting, *writing; /* each LOG_WAITING_MAX; swapped by the writer */
    size_t n_waiting;
    uint64_t n_lost; /* lines for which there was no room since the last that had it */
};

/* "2026-11-24T11:40:00.123Z" */
static str print_time(int64_t ms, char text[TIME_BYTES])
{
    const int64_t day = (ms >= 0 ? ms : ms - (MS_PER_DAY - 1)) / MS_PER_DAY;
    const unsigned in_day = (unsigned)(ms - day * MS_PER_DAY);
    date_print_iso((int32_t)day, text);
    const int n = snprintf(text + 10, TIME_BYTES - 10, "T%02u:%02u:%02u.%03uZ", in_day / 3600000,
                           in_day / 60000 % 60, in_day / 1000 % 60, in_day % 1000);
    return (str){text, 10 + (size_t)n};
}

static void write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        const ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) /* nobody to tell; the next lines may succeed */
            return;
        p += done;
        n -= (size_t)done;
    }
}

/* Waking this thread costs more than a line does: lines that come close together share it. */
static void gather(log_sink *l)
{
    const struct timespec pause = {.tv_nsec = GATHER_MS * 1000000L};
    if (l->closing)
        return;
    pthread_mutex_unlock(&l->lock);
    (void)nanosleep(&pause, NULL);
    pthread_mutex_lock(&l->lock);
}

static void *write_lines(void *arg)
{
    log_sink *l = arg;
    pthread_mutex_lock(&l->lock);
    for (;;) {
        while (l->n_waiting == 0 && !l->closing) {
            l->is_idle = true;
            pthread_cond_wait(&l->more, &l->lock);
        }
        gather(l);
        if (l->n_waiting == 0)
            break;
        char *text = l->waiting;
        const size_t n = l->n_waiting;
        l->waiting = l->writing;
        l->writing = text;
        l->n_waiting = 0;
        pthread_mutex_unlock(&l->lock);
        write_all(l->fd, text, n);
        pthread_mutex_lock(&l->lock);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

err log_open(int fd, enum log_level from, int64_t (*now_ms)(void), log_sink **sink,
             struct err_info *info)
{
    log_sink *l = calloc(1, sizeof *l);
    if (!l)
        return err_nomem(info);
    l->fd = fd;
    l->from = from;
    l->now_ms = now_ms;
    l->waiting = malloc(LOG_WAITING_MAX);
    l->writing = malloc(LOG_WAITING_MAX);
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->more, NULL);
    if (l->waiting && l->writing && pthread_create(&l->writer, NULL, write_lines, l) == 0) {
        *sink = l;
        return OK;
    }
    free(l->waiting);
    free(l->writing);
    free(l);
    return err_nomem(info);
}

void log_close(log_sink *l)
{
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    l->closing = true;
    pthread_cond_signal(&l->more);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->writer, NULL);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->more);
    free(l->waiting);
    free(l->writing);
    free(l);
}

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static void print_line(out *o, const log_sink *l, enum log_level level, const char *event,
                       const struct log_field *field, size_t n)
{
    char time[TIME_BYTES];
    json j;
    json_init_line(&j, o);
    json_open_object(&j);
    json_key_str(&j, "time", print_time(l->now_ms(), time));
    json_key_str(&j, "level", str_of(level_names[level]));
    json_key_str(&j, "event", str_of(event));
    for (size_t i = 0; i < n; i++) {
        switch (field[i].kind) {
        case LOG_FIELD_TEXT: json_key_str(&j, field[i].key, field[i].text); break;
        case LOG_FIELD_INT: json_key_int(&j, field[i].key, field[i].i); break;
        }
    }
    json_close_object(&j);
    out_char(o, '\n');
}

static bool has_room(const log_sink *l, size_t n)
{
    return n <= LOG_WAITING_MAX - l->n_waiting;
}

static void append(log_sink *l, str line)
{
    memcpy(l->waiting + l->n_waiting, line.p, line.n);
    l->n_waiting += line.n;
}

/* Before the first line that fits again, how many did not. */
static void confess(log_sink *l)
{
    out o;
    out_init(&o, LOG_LINE_MAX);
    print_line(&o, l, LOG_WARN, "log-lost",
               &(const struct log_field)LOG_INT("lines", (int64_t)l->n_lost), 1);
    if (o.error == OK && has_room(l, o.n)) {
        append(l, out_view(&o));
        l->n_lost = 0;
    }
    out_free(&o);
}

void log_write(log_sink *l, enum log_level level, const char *event, const struct log_field *field,
               size_t n)
{
    if (!l || level < l->from)
        return;
    out o;
    out_init(&o, LOG_LINE_MAX);
    print_line(&o, l, level, event, field, n);
    pthread_mutex_lock(&l->lock);
    if (l->n_lost > 0)
        confess(l);
    if (o.error == OK && has_room(l, o.n))
        append(l, out_view(&o));
    else
        l->n_lost++;
    const bool wakes = l->is_idle;
    l->is_idle = false;
    pthread_mutex_unlock(&l->lock);
    if (wakes) /* without the lock, which it would wait for at once */
        pthread_cond_signal(&l->more);
    out_free(&o);
}

void log_err(log_sink *l, enum log_level level, const char *event, const struct err_info *info)
{
    const struct log_field field[] = {
        LOG_TEXT("key", str_of(info->msg.key)),
        LOG_TEXT("file", str_of(info->file)),
        LOG_INT("line", info->line),
    };
    log_write(l, level, event, field, info->file[0] ? 3 : 1);
}
