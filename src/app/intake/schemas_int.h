/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * schemas: judges a message by the official schemas, in one more pass over the file.
 *
 * Does: find the schema of the message in a folder, read it without any network, and stream the
 *       file through it. The file was read by xml.c before, so it is known to be harmless.
 * Does not: ship schemas: the Zorginstituut publishes them.
 */
#ifndef ONTSCHOT_APP_INTAKE_SCHEMAS_INT_H
#define ONTSCHOT_APP_INTAKE_SCHEMAS_INT_H

#include "app/intake/source_int.h"

/*
 * `format` is "iwmo-3.2/323": WMO323.xsd in `folder`, or "ijw-3.2/323": JW323.xsd. E_INPUT with the
 * line where the message leaves its schema, or for a schema that cannot be used; E_NOT_FOUND.
 */
WARN_UNUSED err intake_schema_check(str folder, const char *format,
                                    const struct intake_source *source, struct err_info *info);

#endif
