/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * log: what the program did, one JSON object on each line.
 *
 * Does: write {"time":"2026-11-24T11:40:00.123Z","level":"info","event":"request",...}
 *       to a file descriptor from a thread of its own, so that who logs never waits for
 *       a disk or a terminal; count the lines for which there was no room, and say how many.
 * Does not: keep, rotate or ship files (the system's journal does), or know what is
 *           personal: who logs gives names of routes, codes and sizes, never addresses,
 *           names, queries or what people typed. The audit log is app/log.
 */
#ifndef ONTSCHOT_BASE_LOG_H
#define ONTSCHOT_BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

enum {
    LOG_LINE_MAX = 2 << 10,    /* bytes; a longer line is not written but counted */
    LOG_WAITING_MAX = 1 << 20, /* bytes of lines not written yet */
};

typedef struct log_sink log_sink;

/* `fd` stays the caller's. `now_ms` gives UTC milliseconds since 1970. */
WARN_UNUSED err log_open(int fd, enum log_level from, int64_t (*now_ms)(void), log_sink **l,
                         struct err_info *info);
void log_close(log_sink *l); /* writes what waits; NULL is fine */

enum log_kind { LOG_FIELD_TEXT, LOG_FIELD_INT };
struct log_field {
    const char *key;
    enum log_kind kind;
    str text;
    int64_t i;
};
/* clang-format off */
#define LOG_TEXT(k, s) {.key = (k), .kind = LOG_FIELD_TEXT, .text = (s)}
#define LOG_INT(k, v)  {.key = (k), .kind = LOG_FIELD_INT, .i = (v)}
/* clang-format on */

/* Any thread. A NULL sink and a level below the sink's write nothing. */
void log_write(log_sink *l, enum log_level level, const char *event, const struct log_field *field,
               size_t n);

/* log_event(l, LOG_INFO, "request", LOG_TEXT("route", name), LOG_INT("status", 200)); */
#define log_event(l, level, event, ...)                                                            \
    log_write((l), (level), (event), (const struct log_field[]){__VA_ARGS__},                      \
              sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

/* An error as its key and place, without its values: those may be a person's. */
void log_err(log_sink *l, enum log_level level, const char *event, const struct err_info *info);

#endif
