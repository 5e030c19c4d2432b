/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes the synthetic municipality as a CSV file. */
#include "demo/voorbeeldstad/voorbeeldstad.h"

#include "base/file.h"
#include "base/i18n.h"
#include "base/num.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: voorbeeldstad [--seed N] [--teams N] [--pilot-teams N] [--persons-per-team N]\n"
    "                     [--months N] FILE.csv\n"
    "\n"
    "Writes a synthetic person-month panel of a Dutch municipality with a known true\n"
    "effect of a pilot of neighbourhood team and social service.\n";

struct option_of {
    const char *name;
    int *value;
};

static bool set_option(struct voorbeeldstad *v, const char *name, const char *text)
{
    const struct option_of options[] = {{"--teams", &v->teams},
                                        {"--pilot-teams", &v->pilot_teams},
                                        {"--persons-per-team", &v->persons_per_team},
                                        {"--months", &v->months}};
    int64_t number;
    if (!num_parse_int(str_of(text), &number) || number < 0)
        return false;
    if (strcmp(name, "--seed") == 0) {
        v->seed = (uint64_t)number;
        return true;
    }
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (strcmp(name, options[i].name) == 0 && number <= INT_MAX) {
            *options[i].value = (int)number;
            return true;
        }
    }
    return false;
}

static void put_line(void *ctx, const void *line, size_t n)
{
    file_writer_put(ctx, line, n);
}

static err write_panel(const struct voorbeeldstad *v, const char *path, struct err_info *info)
{
    file_writer *w;
    err e = file_writer_open(str_of(path), &w, info);
    if (e != OK)
        return e;
    e = voorbeeldstad_write(v, put_line, w, info);
    if (e != OK) {
        file_writer_abort(w);
        return e;
    }
    return file_writer_commit(w, info);
}

static void print_error(const struct err_info *info)
{
    out o;
    out_init(&o, 1 << 16);
    tr_msg(&o, LANG_EN, &info->msg);
    fprintf(stderr, "voorbeeldstad: %.*s\n", STR_FMT(out_view(&o)));
    out_free(&o);
}

int main(int argc, char **argv)
{
    struct voorbeeldstad v;
    struct err_info info;
    int at = 1;

    voorbeeldstad_init(&v);
    while (at + 1 < argc && set_option(&v, argv[at], argv[at + 1]))
        at += 2;
    if (at + 1 != argc || argv[at][0] == '-') {
        fputs(usage, stderr);
        return 2;
    }
    if (write_panel(&v, argv[at], &info) != OK) {
        print_error(&info);
        return info.code == E_INPUT ? 3 : 1;
    }
    return 0;
}
