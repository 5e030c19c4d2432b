/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/disclosure/disclosure.h"

err disclosure_run_compressed(const compressed *c, const struct effect_spec *spec, par *pool,
                              const struct progress *progress, struct released_effect **released,
                              struct err_info *info)
{
    struct effect_result *result;
    const err e = effect_run_compressed(c, spec, pool, progress, &result, info);
    return e == OK ? disclosure_release(result, released, info) : e;
}
