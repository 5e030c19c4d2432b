/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/json.h"
#include "cli/cli_int.h"

enum { VERSION_MAX_BYTES = 8 << 10 };

static void print_text(out *o, const struct cli_library *libraries)
{
    out_cstr(o, "ontschot " ONTSCHOT_VERSION "\n");
    for (int i = 0; i < CLI_LIBRARIES; i++) {
        out_cstr(o, libraries[i].name);
        out_char(o, ' ');
        out_cstr(o, libraries[i].version);
        out_char(o, '\n');
    }
}

static void print_json(out *o, const struct cli_library *libraries)
{
    json j;
    json_init(&j, o);
    json_object(&j);
    json_key_str(&j, "version", STR(ONTSCHOT_VERSION));
    json_key(&j, "libraries");
    json_object(&j);
    for (int i = 0; i < CLI_LIBRARIES; i++)
        json_key_str(&j, libraries[i].name, str_of(libraries[i].version));
    json_object_end(&j);
    json_object_end(&j);
    out_char(o, '\n');
}

static int run(struct cli *c)
{
    struct cli_library libraries[CLI_LIBRARIES];
    out o;

    cli_libraries(libraries);
    out_init(&o, VERSION_MAX_BYTES);
    if (c->format == CLI_FORMAT_JSON)
        print_json(&o, libraries);
    else
        print_text(&o, libraries);
    const int code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

const struct cli_command cmd_version = {
    .name = "version",
    .summary = "cli.version-summary",
    .formats = "text|json",
    .run = run,
};
