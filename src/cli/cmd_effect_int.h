/* SPDX-License-Identifier: EUPL-1.2 */
/* cmd_effect_int: the question of `ontschot effect`, from its options. */
#ifndef ONTSCHOT_CLI_CMD_EFFECT_INT_H
#define ONTSCHOT_CLI_CMD_EFFECT_INT_H

#include "cli/cli_int.h"
#include "engine/effect/effect.h"

/* What the options ask, checked by effect_spec_check. E_INPUT, E_LIMIT, E_NOMEM. */
WARN_UNUSED err effect_args_read(struct cli *c, struct effect_spec *s, struct err_info *info);

#endif
