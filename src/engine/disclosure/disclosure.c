/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/disclosure/disclosure.h"

#include "engine/disclosure/released.h"

#include <stdlib.h>

err disclosure_check(const struct disclosure_policy *policy, struct err_info *info)
{
    if (policy->min_persons >= DISCLOSURE_PERSONS_LEAST &&
        policy->min_persons <= DISCLOSURE_PERSONS_MOST)
        return OK;
    err_set(info, E_INPUT, "disclosure.min-persons");
    msg_int(&info->msg, DISCLOSURE_PERSONS_LEAST);
    msg_int(&info->msg, DISCLOSURE_PERSONS_MOST);
    return E_INPUT;
}

err disclosure_release(struct effect_result *result, const struct disclosure_policy *policy,
                       struct released_effect **released, struct err_info *info)
{
    struct released_effect *made = calloc(1, sizeof *made);
    const err e = made ? disclosure_check(policy, info) : err_nomem(info);
    if (e != OK) {
        free(made);
        effect_result_free(result);
        return e;
    }
    made->result = result;
    *released = made;
    return OK;
}

err disclosure_run(const table *t, const struct effect_spec *spec,
                   const struct disclosure_policy *policy, par *pool,
                   const struct progress *progress, struct released_effect **released,
                   struct err_info *info)
{
    struct effect_result *result;
    err e = disclosure_check(policy, info);
    if (e == OK)
        e = effect_run(t, spec, pool, progress, &result, info);
    return e == OK ? disclosure_release(result, policy, released, info) : e;
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
