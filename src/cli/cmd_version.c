/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/json.h"
#include "cli/cli_int.h"
#include "web/http/http.h"

#include <jansson.h>
#include <sodium.h>
#include <xlsxwriter.h>
#include <yaml.h>

enum { VERSION_MAX_BYTES = 8 << 10, N_LIBRARIES = 5 };

/* What the program stands on, with the version it runs with. */
struct library {
    const char *name, *version;
};

static void list_libraries(struct library libraries[N_LIBRARIES])
{
    libraries[0] = (struct library){"jansson", jansson_version_str()};
    libraries[1] = (struct library){"libmicrohttpd", http_library_version()};
    libraries[2] = (struct library){"libsodium", sodium_version_string()};
    libraries[3] = (struct library){"libxlsxwriter", lxw_version()};
    libraries[4] = (struct library){"libyaml", yaml_get_version_string()};
}

static void print_text(out *o, const struct library *libraries)
{
    out_cstr(o, "ontschot " ONTSCHOT_VERSION "\n");
    for (int i = 0; i < N_LIBRARIES; i++) {
        out_cstr(o, libraries[i].name);
        out_char(o, ' ');
        out_cstr(o, libraries[i].version);
        out_char(o, '\n');
    }
}

static void print_json(out *o, const struct library *libraries)
{
    json j;
    json_init(&j, o);
    json_open_object(&j);
    json_key_str(&j, "version", STR(ONTSCHOT_VERSION));
    json_key(&j, "libraries");
    json_open_object(&j);
    for (int i = 0; i < N_LIBRARIES; i++)
        json_key_str(&j, libraries[i].name, str_of(libraries[i].version));
    json_close_object(&j);
    json_close_object(&j);
    out_char(o, '\n');
}

static int run(struct cli *c)
{
    struct library libraries[N_LIBRARIES];
    out o;

    list_libraries(libraries);
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
