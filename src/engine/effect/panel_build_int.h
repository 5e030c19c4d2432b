/* SPDX-License-Identifier: EUPL-1.2 */
/* panel_build: steps of panel_build.c that others share. */
#ifndef ONTSCHOT_ENGINE_EFFECT_PANEL_BUILD_INT_H
#define ONTSCHOT_ENGINE_EFFECT_PANEL_BUILD_INT_H

#include "engine/effect/panel_int.h"

/*
 * Fills p->outcome, x, k, weight and varies from the rows. place[u] is where
 * unit u goes, PANEL_NEVER for nowhere. Constant covariates are left out and
 * noted; others get mean 0 and variance 1 over all they are known for, which
 * changes no estimate (all contain a constant) and keeps the sums exact.
 * E_INPUT for infinite or huge numbers, an outcome that is missing everywhere,
 * weights that are negative or missing.
 */
WARN_UNUSED err panel_fill(const struct panel_rows *rows, const struct effect_spec *spec,
                           const uint32_t *place, par *pool, arena *scratch, arena *a,
                           struct panel *p, struct panel_notes *notes, struct err_info *info);

/* How complete each cohort is in each period: n_seen and n_known; adds to the notes. E_NOMEM. */
WARN_UNUSED err panel_sights_count(struct panel *p, struct panel_notes *notes, arena *scratch,
                                   arena *a, struct err_info *info);

#endif
