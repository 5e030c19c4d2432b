/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/cli_int.h"
#include "web/http/folder.h"

#include <signal.h>

static const struct cli_option options[] = {
    {"listen", CLI_TEXT, false, "cli.value-address", "cli.option-listen", NULL, 0, 0},
    {0},
};

static const struct cli_example examples[] = {
    {"ontschot serve uitkomst", "cli.example-serve"},
    {0},
};

/* Blocked before the server's thread starts, so that this thread alone receives them. */
static void block_stop_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, signals, NULL);
}

static int announce(struct cli *c, const char *address)
{
    struct msg m;
    out o;
    msg_set(&m, "cli.serving");
    msg_text(&m, str_of(address));
    out_init(&o, 4096);
    tr_msg(&o, c->lang, &m);
    out_char(&o, '\n');
    const int code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

static int run(struct cli *c)
{
    const str asked = cli_text(c, "listen");
    struct err_info info;
    http_folder *served;
    sigset_t signals;
    int received;

    block_stop_signals(&signals);
    if (http_serve_folder(c->args[0], asked.p ? asked : STR("127.0.0.1:8080"), c->lang, &served,
                          &info) != OK)
        return cli_fail(c, &info);
    const http_server *server = http_folder_server(served);
    if (!http_server_is_local(server)) {
        struct msg m;
        msg_set(&m, "cli.serve-not-local");
        cli_warn(c, &m);
    }
    const int code = announce(c, http_server_address(server));
    if (code == CLI_DONE)
        (void)sigwait(&signals, &received);
    http_folder_stop(served);
    return code;
}

const struct cli_command cmd_serve = {
    .name = "serve",
    .summary = "cli.serve-summary",
    .help = "cli.serve-help",
    .args = "cli.args-serve",
    .args_min = 1,
    .args_max = 1,
    .options = options,
    .examples = examples,
    .run = run,
};
