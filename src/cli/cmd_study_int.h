/* SPDX-License-Identifier: EUPL-1.2 */
/* cmd_study_int: what the two files of `ontschot study` share. */
#ifndef ONTSCHOT_CLI_CMD_STUDY_INT_H
#define ONTSCHOT_CLI_CMD_STUDY_INT_H

#include "cli/cli.h"
#include "engine/study/study.h"

extern const struct cli_command study_index_command;  /* cmd_study_index.c */
extern const struct cli_command study_verify_command; /* cmd_study_verify.c */

/* One sentence on a line of its own. */
void study_say(struct cli *c, out *o, const struct msg *m);
/* When a plan was frozen, how often it was changed, how often it was run. */
void study_say_status(struct cli *c, out *o, const struct study_status *s);

#endif
