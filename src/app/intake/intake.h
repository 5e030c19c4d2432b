/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * intake: reads a delivered file and tells what it says as records (record.h).
 *
 * Does: find the format itself (iWmo and iJw 3.2 messages, DDAS, any CSV through a mapping); check
 *       what can be checked with the file alone; set aside records that break a rule of content.
 * Does not: know the register or keep anything. What needs earlier deliveries (is this allocation
 *           known, was this claimed before) is asked where they are kept.
 *
 * A file that does not follow its format is refused: the error has file, line and reason, and the
 * caller drops what it was told. docs/intake.md lists what refuses a file and what sets a record
 * aside.
 */
#ifndef ONTSCHOT_APP_INTAKE_INTAKE_H
#define ONTSCHOT_APP_INTAKE_INTAKE_H

#include "app/intake/record.h"
#include "base/progress.h"

struct intake_options {
    str mapping; /* how to read a CSV: path of a mapping file, or name of one of ours; or empty */
    str schemas; /* folder with the official schemas, to be judged by them as well; or empty */
};

/*
 * Reads the file at `path` and tells `sink`. First the head, then the records in the order of the
 * file. Texts of a record live during the call. E_INPUT with file, line and reason; E_LIMIT,
 * E_IO, E_NOMEM, E_CANCELLED; or what a function of `sink` returned. Progress is in bytes.
 * Memory does not grow with the file, except for some 100 bytes for each line of a claim.
 */
WARN_UNUSED err intake_read(str path, const struct intake_options *options,
                            const struct intake_sink *sink, const struct progress *progress,
                            struct err_info *info);

/* The same for bytes that are here already; `name` stands for the file in messages. */
WARN_UNUSED err intake_read_bytes(str bytes, str name, const struct intake_options *options,
                                  const struct intake_sink *sink, struct err_info *info);

#endif
