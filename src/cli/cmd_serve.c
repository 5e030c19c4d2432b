/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/installation.h"
#include "cli/serve_int.h"
#include "web/http/folder.h"

static const struct cli_option options[] = {
    {"listen", CLI_TEXT, false, "cli.value-address", "cli.option-listen", NULL, 0, 0},
    INSTALLATION_OPTIONS,
    {"theme", CLI_TEXT, false, "cli.value-file", "cli.option-theme", NULL, 0, 0},
    {"no-work", CLI_FLAG, false, NULL, "cli.option-no-work", NULL, 0, 0},
    {0},
};

static const struct cli_example examples[] = {
    {"ontschot serve", "cli.example-serve-site"},
    {"ontschot serve --config /etc/ontschot/ontschot.yaml", "cli.example-serve-config"},
    {"ontschot serve uitkomst", "cli.example-serve"},
    {0},
};

/* Blocked before the server's threads start, so that this thread alone receives them. */
static void block_stop_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, signals, NULL);
}

int serve_announce(struct cli *c, const http_server *server, str more)
{
    struct msg m;
    out o;
    if (!http_server_is_local(server)) {
        msg_set(&m, "cli.serve-not-local");
        cli_warn(c, &m);
    }
    msg_set(&m, "cli.serving");
    msg_text(&m, str_of(http_server_address(server)));
    out_init(&o, 64 << 10);
    tr_msg(&o, c->lang, &m);
    out_char(&o, '\n');
    out_str(&o, more);
    const int code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

static int serve_folder(struct cli *c, const sigset_t *signals)
{
    const str asked = cli_text(c, "listen");
    struct err_info info;
    http_folder *served;
    int received;

    if (http_serve_folder(c->args[0], asked.p ? asked : STR("127.0.0.1:8080"), c->lang, &served,
                          &info) != OK)
        return cli_fail(c, &info);
    const int code = serve_announce(c, http_folder_server(served), STR(""));
    if (code == CLI_DONE)
        (void)sigwait(signals, &received);
    http_folder_stop(served);
    return code;
}

/* A folder has no store, no keys and no work. */
static bool only_for_site(const struct cli *c)
{
    static const char *const names[] = {"config", "store", "data", "theme", "no-work"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cli_given(c, names[i]))
            return true;
    return false;
}

static int run(struct cli *c)
{
    struct msg m;
    sigset_t signals;

    block_stop_signals(&signals);
    if (c->n_args == 0)
        return serve_site(c, &signals);
    if (only_for_site(c)) {
        msg_set(&m, "cli.serve-folder-alone");
        return cli_usage(c, &m);
    }
    return serve_folder(c, &signals);
}

const struct cli_command cmd_serve = {
    .name = "serve",
    .summary = "cli.serve-summary",
    .help = "cli.serve-help",
    .args = "cli.args-serve",
    .args_min = 0,
    .args_max = 1,
    .options = options,
    .examples = examples,
    .run = run,
};
