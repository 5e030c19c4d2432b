/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * table_bench: how fast a panel is imported from CSV, written and opened.
 *
 *   table_bench [MEGABYTES [FOLDER]]   500 megabytes in the current folder
 *
 * The panel has whole numbers, decimals, dates and texts, as a municipality's
 * file has. Prints a line for each number of threads: the median of five.
 */
#include "base/file.h"
#include "base/num.h"
#include "base/out.h"
#include "base/rng.h"
#include "engine/table/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5, MONTHS = 24, PIECE = 1 << 20 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *seconds)
{
    qsort(seconds, ROUNDS, sizeof *seconds, by_value);
    return seconds[ROUNDS / 2];
}

static void stop(const char *what, const struct err_info *info)
{
    fprintf(stderr, "%s: %s %s:%ld\n", what, info->msg.key, info->file, (long)info->line);
    exit(1);
}

static void put_decimal(out *o, uint64_t whole, uint64_t fraction, int digits)
{
    char text[NUM_TEXT_MAX];
    out_int(o, (int64_t)whole);
    out_char(o, ',');
    const size_t n = num_print_int((int64_t)fraction, text);
    for (size_t i = n; i < (size_t)digits; i++)
        out_char(o, '0');
    out_bytes(o, text, n);
}

static void put_two(out *o, int v)
{
    out_char(o, (char)('0' + v / 10));
    out_char(o, (char)('0' + v % 10));
}

/* persoon;maand;team;wet;kosten;inkomen;score;start;aantal;eerste_behandeling */
static void put_row(out *o, uint64_t person, int month)
{
    static const char *const teams[] = {"wijkteam-noord", "wijkteam-zuid", "sociale dienst"};
    static const char *const laws[] = {"Participatiewet", "Wmo", "Jeugdwet"};
    const struct rng_key key = {.seed = 1, .stream = rng_stream("table_bench", 0)};
    const uint64_t r = rng_u64(key, person * MONTHS + (uint64_t)month);

    out_int(o, (int64_t)person);
    out_char(o, ';');
    out_int(o, 202301 + 100 * (month / 12) + month % 12);
    out_char(o, ';');
    out_cstr(o, teams[person % 3]);
    out_char(o, ';');
    out_cstr(o, laws[r % 3]);
    out_char(o, ';');
    put_decimal(o, r >> 8 & 0xfff, r >> 20 & 63, 2);
    out_char(o, ';');
    put_decimal(o, r >> 26 & 0xffff, r >> 42 & 63, 2);
    out_char(o, ';');
    put_decimal(o, 0, r & 0x3ffffffffffff, 16);
    out_cstr(o, ";20");
    put_two(o, (int)(person % 24));
    out_char(o, '-');
    put_two(o, (int)(1 + person % 12));
    out_char(o, '-');
    put_two(o, (int)(1 + person % 28));
    out_cstr(o, r >> 58 ? ";3;" : ";;");
    out_cstr(o, person % 2 ? "Inf\n" : "202312\n");
}

static uint64_t write_panel(const char *path, uint64_t bytes)
{
    struct err_info info;
    file_writer *w;
    out o;

    out_init(&o, 2 * PIECE);
    if (file_writer_open(str_of(path), &w, &info) != OK)
        stop("panel", &info);
    out_cstr(&o, "persoon;maand;team;wet;kosten;inkomen;score;start;aantal;"
                 "eerste_behandeling\n");
    for (uint64_t person = 1; file_writer_at(w) + out_view(&o).n < bytes; person++) {
        for (int month = 0; month < MONTHS; month++)
            put_row(&o, person, month);
        if (out_view(&o).n > PIECE) {
            file_writer_put(w, out_view(&o).p, out_view(&o).n);
            out_clear(&o);
        }
    }
    file_writer_put(w, out_view(&o).p, out_view(&o).n);
    const uint64_t written = file_writer_at(w);
    out_free(&o);
    if (file_writer_commit(w, &info) != OK)
        stop("panel", &info);
    return written;
}

static double open_once(const char *path, par *pool, table **t)
{
    struct err_info info;
    const double start = now();
    if (table_open(str_of(path), NULL, pool, NULL, t, &info) != OK)
        stop("open", &info);
    return now() - start;
}

static double open_median(const char *path, par *pool, size_t *rows)
{
    double seconds[ROUNDS];
    table *t;
    for (int i = 0; i < ROUNDS; i++) {
        seconds[i] = open_once(path, pool, &t);
        *rows = table_rows(t);
        table_free(t);
    }
    return median(seconds);
}

/* Sorted by month and person, so that all rows change places. */
static double write_once(const char *csv, const char *ot, par *pool)
{
    struct err_info info;
    table *t;
    (void)open_once(csv, pool, &t);
    const double start = now();
    if (table_write(t, str_of(ot), STR("maand"), STR("persoon"), pool, NULL, &info) != OK)
        stop("write", &info);
    const double seconds = now() - start;
    table_free(t);
    return seconds;
}

static void measure(const char *csv, const char *ot, uint64_t bytes, unsigned threads)
{
    struct err_info info;
    par *pool;
    size_t rows;

    if (par_new(threads, &pool, &info) != OK)
        stop("threads", &info);
    const double read = open_median(csv, pool, &rows);
    const double write = write_once(csv, ot, pool);
    const double open = open_median(ot, pool, &rows);
    const double mb = (double)bytes / 1e6;
    printf("threads %u: %zu rows, read %.3f s (%.0f MB/s), sort and write .ot %.3f s "
           "(together %.0f MB/s), open .ot %.3f s\n",
           threads, rows, read, mb / read, write, mb / (read + write), open);
    par_free(pool);
}

int main(int argc, char **argv)
{
    const uint64_t megabytes = argc > 1 ? strtoull(argv[1], NULL, 10) : 500;
    const char *folder = argc > 2 ? argv[2] : ".";
    char csv[4096], ot[4096];
    struct rusage used;

    snprintf(csv, sizeof csv, "%s/table_bench.csv", folder);
    snprintf(ot, sizeof ot, "%s/table_bench.ot", folder);
    const uint64_t bytes = write_panel(csv, megabytes * 1000000);
    for (unsigned threads = 1; threads <= 2; threads++)
        measure(csv, ot, bytes, threads);
    getrusage(RUSAGE_SELF, &used);
    printf("peak memory %ld MB, of which the mapped file %.0f MB\n", used.ru_maxrss / 1024,
           (double)bytes / 1e6);
    unlink(csv);
    unlink(ot);
    return 0;
}
