/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * message: a message of iWmo or iJw as records.
 *
 * Does: put together the values that xml.c kept, judge each record by rules.c, and tell the sink;
 *       compare totals with what was added up.
 */
#ifndef ONTSCHOT_APP_INTAKE_MESSAGE_INT_H
#define ONTSCHOT_APP_INTAKE_MESSAGE_INT_H

#include "app/intake/intake.h"
#include "app/intake/source_int.h"

enum { MESSAGE_RELATIONS_MAX = 100 };

WARN_UNUSED err message_read(struct intake_source *source, str schemas,
                             const struct intake_sink *sink, struct err_info *info);

#endif
