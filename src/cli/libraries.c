/* SPDX-License-Identifier: EUPL-1.2 */
/* Apart from cmd_version.c, because jansson and base/json share names. */
#include "cli/cli_int.h"
#include "web/http/http.h"

#include <jansson.h>
#include <sodium.h>
#include <xlsxwriter.h>
#include <yaml.h>

void cli_libraries(struct cli_library libraries[CLI_LIBRARIES])
{
    libraries[0] = (struct cli_library){"jansson", jansson_version_str()};
    libraries[1] = (struct cli_library){"libmicrohttpd", http_library_version()};
    libraries[2] = (struct cli_library){"libsodium", sodium_version_string()};
    libraries[3] = (struct cli_library){"libxlsxwriter", lxw_version()};
    libraries[4] = (struct cli_library){"libyaml", yaml_get_version_string()};
}
