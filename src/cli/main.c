/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/cli_int.h"

#include <locale.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MEMORY_MAX ((size_t)64 << 30)

/* The one variable a signal can reach; everything else asks through cli.progress. */
static volatile sig_atomic_t stop_asked;

static void ask_to_stop(int signal_number)
{
    (void)signal_number;
    stop_asked = 1;
}

static bool is_stop_asked(void)
{
    return stop_asked != 0;
}

/* The first Ctrl-C asks, so that temporary files are cleaned up; the second one kills. */
static void catch_stop_signals(void)
{
    const struct sigaction ask = {.sa_handler = ask_to_stop, .sa_flags = (int)SA_RESETHAND};
    (void)sigaction(SIGINT, &ask, NULL);
    (void)sigaction(SIGTERM, &ask, NULL);
}

static int64_t wall_clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const char *environment(const char *name)
{
    return getenv(name);
}

static int print_help(struct cli *c)
{
    out o;
    out_init(&o, (size_t)1 << 20);
    cli_help_print(&o, c->lang, c->path, c->depth);
    c->n_given = 0; /* help goes to the screen, whatever --output says */
    const int code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

static err make_pool(struct cli *c, struct err_info *info)
{
    if (!cli_command_of(c)->uses_threads)
        return OK;
    return par_new((unsigned)cli_int(c, "threads", 0), &c->pool, info);
}

/*
 * What is freed stays with the process for the next arena, up to 256 MB: asking the system anew
 * costs a third of a short analysis. A matter of the whole process, so for the program to choose,
 * and only for work that ends: a server would hold on to the most it ever used.
 */
static void keep_freed(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20); /* the most that it takes */
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

static int run_command(struct cli *c)
{
    struct err_info info;
    if (cli_command_of(c)->keeps_freed)
        keep_freed();
    if (make_pool(c, &info) != OK)
        return cli_fail(c, &info);
    const int code = cli_command_of(c)->run(c);
    par_free(c->pool);
    return code;
}

static int read_and_run(struct cli *c, int argc, char *const *argv)
{
    struct err_info info;
    if (cli_args_read(c, &cli_program, argc, argv, &info) != OK)
        return cli_usage(c, &info.msg);
    if (cli_given(c, "help"))
        return print_help(c);
    if (c->depth == 1 && cli_given(c, "version"))
        return cmd_version.run(c);
    if (cli_args_check(c, &info) != OK)
        return cli_usage(c, &info.msg);
    return run_command(c);
}

int main(int argc, char **argv)
{
    struct cli c = {.lang = cli_lang_of(argc, argv, environment), .now_ms = wall_clock_ms};
    int code = CLI_FAILED;

    catch_stop_signals();
    c.memory = arena_new(MEMORY_MAX);
    term *t = term_new(c.lang, isatty(STDERR_FILENO), is_stop_asked);
    if (!c.memory || !t) {
        struct err_info info;
        (void)err_nomem(&info);
        code = cli_fail(&c, &info);
        goto out;
    }
    c.term = t;
    c.progress = term_progress(t);
    code = read_and_run(&c, argc, argv);
out:
    term_free(t);
    arena_free(c.memory);
    return code;
}
