/* SPDX-License-Identifier: EUPL-1.2 */
/* cmd_effect_int: what `ontschot effect` and its actions share. */
#ifndef ONTSCHOT_CLI_CMD_EFFECT_INT_H
#define ONTSCHOT_CLI_CMD_EFFECT_INT_H

#include "cli/cli_int.h"
#include "engine/effect/effect.h"

/* The question the options ask, not yet checked as a whole. E_INPUT, E_LIMIT, E_NOMEM. */
WARN_UNUSED err cmd_effect_read(struct cli *c, struct effect_spec *s, struct err_info *info);

extern const struct cli_command cmd_effect_compress;

#endif
