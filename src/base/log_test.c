/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/log.h"

#include "base/out.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

static int64_t fixed_now(void)
{
    return 1795520400123; /* 2026-11-24T11:40:00.123Z, by date -d */
}

/* Everything in the pipe; the writing end is closed first. */
static out drain(int from[2])
{
    char piece[4096];
    out all;
    out_init(&all, 16 << 20);
    close(from[1]);
    for (ssize_t n; (n = read(from[0], piece, sizeof piece)) > 0;)
        out_bytes(&all, piece, (size_t)n);
    close(from[0]);
    return all;
}

static void a_line_is_one_json_object(void **state)
{
    (void)state;
    struct err_info info;
    log_sink *l;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(log_open(ends[1], LOG_INFO, fixed_now, &l, &info), OK);

    log_event(l, LOG_INFO, "request", LOG_TEXT("route", STR("a \"b\"\n\x01\xff")),
              LOG_INT("status", 200));
    log_event(l, LOG_DEBUG, "hidden", LOG_INT("x", 1));
    log_close(l);

    out text = drain(ends);
    assert_true(str_eq(
        out_view(&text),
        STR("{\"time\":\"2026-11-24T11:40:00.123Z\",\"level\":\"info\",\"event\":\"request\","
            "\"route\":\"a \\\"b\\\"\\u000a\\u0001\xef\xbf\xbd\",\"status\":200}\n")));
    out_free(&text);
}

static void an_error_is_logged_without_its_values(void **state)
{
    (void)state;
    struct err_info info, problem = {0};
    log_sink *l;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(log_open(ends[1], LOG_INFO, fixed_now, &l, &info), OK);
    err_text(&problem, E_IO, "file.cannot-read", STR("jan de vries.csv"));

    log_err(l, LOG_ERROR, "failed", &problem);
    log_close(l);

    out text = drain(ends);
    out_char(&text, '\0');
    assert_non_null(strstr(text.p, "\"key\":\"file.cannot-read\""));
    assert_null(strstr(text.p, "vries"));
    out_free(&text);
}

enum { THREADS = 4, LINES_EACH = 2000 };

static void *shout(void *arg)
{
    for (int i = 0; i < LINES_EACH; i++)
        log_event(arg, LOG_INFO, "shout", LOG_INT("i", i));
    return NULL;
}

static void lines_of_many_threads_stay_whole(void **state)
{
    (void)state;
    struct err_info info;
    pthread_t thread[THREADS];
    log_sink *l;
    FILE *file = tmpfile();
    char line[LOG_LINE_MAX];
    int n = 0;
    assert_non_null(file);
    assert_int_equal(log_open(fileno(file), LOG_INFO, fixed_now, &l, &info), OK);

    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, shout, l), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    log_close(l);

    rewind(file);
    while (fgets(line, sizeof line, file)) {
        json_t *parsed = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(parsed);
        json_decref(parsed);
        n++;
    }
    assert_int_equal(n, THREADS * LINES_EACH);
    assert_int_equal(fclose(file), 0);
}

static int64_t seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static void who_logs_does_not_wait_and_what_is_lost_is_counted(void **state)
{
    (void)state;
    struct err_info info;
    log_sink *l;
    int ends[2];
    char filler[1000];
    memset(filler, 'x', sizeof filler);
    assert_int_equal(pipe(ends), 0); /* nobody reads: full after 64 kB */
    assert_int_equal(log_open(ends[1], LOG_INFO, fixed_now, &l, &info), OK);
    const int64_t before = seconds();

    for (int i = 0; i < 5000; i++)
        log_event(l, LOG_INFO, "filler", LOG_TEXT("text", ((str){filler, sizeof filler})));

    assert_true(seconds() - before < 5);
    out text;
    out_init(&text, 16 << 20);
    for (size_t half = 0; half < LOG_WAITING_MAX / 2;) { /* makes room */
        char piece[65536];
        const ssize_t n = read(ends[0], piece, sizeof piece);
        assert_true(n > 0);
        half += (size_t)n;
    }
    for (int tries = 0; tries < 1000; tries++) { /* until the writer has taken what waited */
        (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
        char piece[65536];
        for (ssize_t n; (n = read(ends[0], piece, sizeof piece)) > 0;)
            out_bytes(&text, piece, (size_t)n);
        usleep(1000);
    }
    log_event(l, LOG_INFO, "after", LOG_INT("x", 1));
    log_close(l);
    (void)fcntl(ends[0], F_SETFL, 0);
    out rest = drain(ends);
    out_char(&rest, '\0');
    const char *lost = strstr(rest.p, "\"event\":\"log-lost\",\"lines\":");
    assert_non_null(lost);
    assert_non_null(strstr(lost, "\"event\":\"after\""));
    out_free(&rest);
    out_free(&text);
}

static void a_line_too_long_is_counted_not_cut(void **state)
{
    (void)state;
    struct err_info info;
    log_sink *l;
    int ends[2];
    char filler[LOG_LINE_MAX];
    memset(filler, 'x', sizeof filler);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(log_open(ends[1], LOG_INFO, fixed_now, &l, &info), OK);

    log_event(l, LOG_INFO, "long", LOG_TEXT("text", ((str){filler, sizeof filler})));
    log_event(l, LOG_INFO, "after", LOG_INT("x", 1));
    log_close(l);

    out text = drain(ends);
    out_char(&text, '\0');
    assert_null(strstr(text.p, "xxx"));
    assert_non_null(strstr(text.p, "\"event\":\"log-lost\",\"lines\":1}"));
    assert_non_null(strstr(text.p, "\"event\":\"after\""));
    out_free(&text);
}

static void no_sink_is_silence(void **state)
{
    (void)state;

    log_event(NULL, LOG_ERROR, "nothing", LOG_INT("x", 1));
    log_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_one_json_object),
        cmocka_unit_test(an_error_is_logged_without_its_values),
        cmocka_unit_test(lines_of_many_threads_stay_whole),
        cmocka_unit_test(who_logs_does_not_wait_and_what_is_lost_is_counted),
        cmocka_unit_test(a_line_too_long_is_counted_not_cut),
        cmocka_unit_test(no_sink_is_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
