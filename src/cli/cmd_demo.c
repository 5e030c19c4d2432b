/* SPDX-License-Identifier: EUPL-1.2 */
/* demo: data to try things with, of people who do not exist. */
#include "base/num.h"
#include "cli/cli_int.h"
#include "demo/town/town.h"

static const struct cli_option generate_options[] = {
    {"folder", CLI_TEXT, true, "cli.value-folder", "town.option-folder", NULL, 0, 0},
    {"inhabitants", CLI_INT, false, "cli.value-number", "town.option-inhabitants", NULL,
     TOWN_INHABITANTS_MIN, TOWN_INHABITANTS_MAX},
    {"months", CLI_INT, false, "cli.value-number", "town.option-months", NULL, TOWN_MONTHS_MIN,
     TOWN_MONTHS_MAX},
    {"bsn", CLI_TEXT, false, "town.value-bsn", "town.option-bsn", NULL, 0, 0},
    {"no-messages", CLI_FLAG, false, NULL, "town.option-no-messages", NULL, 0, 0},
    {0},
};

static const struct cli_example generate_examples[] = {
    {"ontschot demo generate --folder stad", "town.example-generate"},
    {"ontschot demo generate --folder stad --inhabitants 1000000 --bsn missing=0.3 --no-messages",
     "town.example-missing"},
    {0},
};

/* "present", "never" or "missing=0.3": the share of records without a number. */
static bool read_bsn(str text, double *missing)
{
    const str head = STR("missing=");
    if (!text.p || str_eq(text, STR("present")))
        *missing = 0;
    else if (str_eq(text, STR("never")))
        *missing = 1;
    else if (!str_starts(text, head) ||
             !num_parse_real(str_cut(text, head.n, text.n), '.', missing))
        return false;
    return *missing >= 0 && *missing <= 1;
}

static void put_line(struct cli *c, out *o, const char *key, int64_t a, int64_t b)
{
    struct msg m;
    msg_set(&m, key);
    msg_int(&m, a);
    msg_int(&m, b);
    tr_msg(o, c->lang, &m);
    out_char(o, '\n');
}

static int tell(struct cli *c, const struct town_counts *n)
{
    out o;
    out_init(&o, 1 << 16);
    put_line(c, &o, "town.made-people", n->persons, n->households);
    put_line(c, &o, "town.made-records", n->records_team, n->records_social);
    put_line(c, &o, "town.made-both", n->in_both, 0);
    if (n->messages)
        put_line(c, &o, "town.made-messages", n->messages, n->claim_lines);
    const int code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

static int generate(struct cli *c)
{
    struct err_info info;
    struct town_counts counts;
    struct town t;

    town_init(&t);
    t.seed = c->seed;
    t.inhabitants = cli_int(c, "inhabitants", t.inhabitants);
    t.months = (int)cli_int(c, "months", t.months);
    t.with_messages = !cli_given(c, "no-messages");
    if (!read_bsn(cli_text(c, "bsn"), &t.bsn_missing)) {
        struct msg m;
        msg_set(&m, "town.bad-bsn");
        msg_text(&m, cli_text(c, "bsn"));
        return cli_usage(c, &m);
    }
    if (town_generate(&t, cli_text(c, "folder"), c->pool, c->progress, &counts, &info) != OK)
        return cli_fail(c, &info);
    return tell(c, &counts);
}

static const struct cli_command demo_generate = {
    .name = "generate",
    .summary = "town.generate-summary",
    .help = "town.generate-help",
    .options = generate_options,
    .examples = generate_examples,
    .uses_seed = true,
    .uses_threads = true,
    .run = generate,
};

static const struct cli_command *const actions[] = {&demo_generate, NULL};

const struct cli_command cmd_demo = {
    .name = "demo",
    .summary = "town.summary",
    .help = "town.help",
    .actions = actions,
};
