/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/disclosure/disclosure.h"

#include "engine/disclosure/released.h"

#include <stdlib.h>

err disclosure_release(struct effect_result *result, struct released_effect **released,
                       struct err_info *info)
{
    struct released_effect *made = calloc(1, sizeof *made);
    if (!made) {
        effect_result_free(result);
        return err_nomem(info);
    }
    made->result = result;
    *released = made;
    return OK;
}

err disclosure_run(const table *t, const struct effect_spec *spec, par *pool,
                   const struct progress *progress, struct released_effect **released,
                   struct err_info *info)
{
    struct effect_result *result;
    const err e = effect_run(t, spec, pool, progress, &result, info);
    return e == OK ? disclosure_release(result, released, info) : e;
}

void disclosure_free(struct released_effect *released)
{
    if (!released)
        return;
    effect_result_free(released->result);
    free(released);
}

const struct effect_result *disclosure_view(const struct released_effect *released)
{
    return released ? released->result : NULL;
}
