/* SPDX-License-Identifier: EUPL-1.2 */
/* One line of progress on stderr: what, how much, how long still. */
#include "cli/cli_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { REDRAW_MS = 100, LINE_MAX_BYTES = 1024, LEFT_AFTER_MS = 1000 };

struct term {
    struct progress progress;
    enum lang lang;
    bool is_drawn;
    bool (*stopped)(void);
    const char *step; /* of which started_ms is the start */
    int64_t started_ms, drawn_ms;
};

static int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* "1:02:03" or "2:03" */
static void print_duration(out *o, int64_t seconds)
{
    const int64_t part[] = {seconds / 3600, seconds / 60 % 60, seconds % 60};
    for (int i = part[0] ? 0 : 1; i < 3; i++) {
        const bool is_first = i == (part[0] ? 0 : 1);
        if (!is_first)
            out_char(o, ':');
        if (!is_first && part[i] < 10)
            out_char(o, '0');
        out_int(o, part[i]);
    }
}

static void draw(term *t, double share, int64_t now)
{
    const int64_t spent = now - t->started_ms;
    out o;
    out_init(&o, LINE_MAX_BYTES);
    out_cstr(&o, "\r\033[K");
    out_str(&o, tr(t->lang, t->step));
    out_cstr(&o, "  ");
    tr_percent(&o, t->lang, share, 0);
    if (spent > LEFT_AFTER_MS && share > 0) {
        out_cstr(&o, "  ");
        out_str(&o, tr(t->lang, "cli.time-left"));
        out_char(&o, ' ');
        print_duration(&o, (int64_t)((double)spent * (1 - share) / share / 1000 + 0.5));
    }
    (void)fwrite(o.p, 1, o.n, stderr);
    (void)fflush(stderr);
    out_free(&o);
    t->is_drawn = true;
}

static void report(void *ctx, const char *step, double done, double total)
{
    term *t = ctx;
    const int64_t now = monotonic_ms();
    if (t->step != step) {
        t->step = step;
        t->started_ms = now;
        t->drawn_ms = now; /* work that ends at once draws nothing */
        return;
    }
    if (now - t->drawn_ms < REDRAW_MS || !(total > 0))
        return;
    t->drawn_ms = now;
    draw(t, done < total ? done / total : 1, now);
}

static bool cancelled(void *ctx)
{
    const term *t = ctx;
    return t->stopped();
}

term *term_new(enum lang lang, bool draws, bool (*stopped)(void))
{
    term *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->lang = lang;
    t->stopped = stopped;
    t->progress = (struct progress){draws ? report : NULL, cancelled, t};
    return t;
}

void term_clear(term *t)
{
    if (!t || !t->is_drawn)
        return;
    (void)fputs("\r\033[K", stderr);
    t->is_drawn = false;
}

void term_free(term *t)
{
    term_clear(t);
    free(t);
}

const struct progress *term_progress(term *t)
{
    return &t->progress;
}
