/* SPDX-License-Identifier: EUPL-1.2 */
/* The line that progress draws, read back from what went to stderr. */
#include "cli/cli_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static bool is_stopped;

static bool stopped(void)
{
    return is_stopped;
}

static void pause_ms(long ms)
{
    const struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&t, NULL);
}

/* stderr goes to a file while `work` runs; what came is in `text`. */
static void capture(void (*work)(const struct progress *p), bool draws, char *text, size_t room)
{
    FILE *file = tmpfile();
    const int saved = dup(STDERR_FILENO);
    assert_non_null(file);
    assert_true(saved >= 0);
    (void)fflush(stderr);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    term *t = term_new(LANG_NL, draws, stopped);
    assert_non_null(t);

    work(term_progress(t));

    term_free(t);
    (void)fflush(stderr);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    rewind(file);
    text[fread(text, 1, room - 1, file)] = '\0';
    fclose(file);
}

static void work_for_a_second(const struct progress *p)
{
    progress_report(p, "cli.warning", 0, 200);
    pause_ms(150);
    progress_report(p, "cli.warning", 30, 200);
    pause_ms(1000);
    progress_report(p, "cli.warning", 100, 200);
}

static void finish_at_once(const struct progress *p)
{
    for (int i = 0; i <= 200; i++)
        progress_report(p, "cli.warning", i, 200);
    progress_report(p, "cli.time-left", 0, 0);
}

static void long_work_shows_share_and_time_left(void **state)
{
    (void)state;
    char text[4096];

    capture(work_for_a_second, true, text, sizeof text);

    const char *early = strstr(text, "15");
    const char *late = strstr(text, "50");
    assert_non_null(early);
    assert_non_null(late);
    assert_null(memmem(early, (size_t)(late - early), "nog", 3)); /* too soon to say */
    assert_non_null(strstr(late, "nog 0:01"));
    assert_true(str_ends(str_of(text), STR("\r\033[K"))); /* the line is taken away */
}

static void short_work_shows_nothing(void **state)
{
    (void)state;
    char text[4096];

    capture(finish_at_once, true, text, sizeof text);

    assert_string_equal(text, "");
}

static void without_a_terminal_nothing_is_drawn(void **state)
{
    (void)state;
    char text[4096];

    capture(work_for_a_second, false, text, sizeof text);

    assert_string_equal(text, "");
}

static void a_stop_reaches_the_work(void **state)
{
    (void)state;
    term *t = term_new(LANG_NL, false, stopped);

    assert_false(progress_cancelled(term_progress(t)));
    is_stopped = true;
    assert_true(progress_cancelled(term_progress(t)));

    is_stopped = false;
    term_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_work_shows_share_and_time_left),
        cmocka_unit_test(short_work_shows_nothing),
        cmocka_unit_test(without_a_terminal_nothing_is_drawn),
        cmocka_unit_test(a_stop_reaches_the_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
