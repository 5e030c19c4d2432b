/* SPDX-License-Identifier: EUPL-1.2 */
#include "companions_int.h"

/* Whether a question rests on the same as one of those there are. */
static bool is_known(const struct effect_spec *spec, const struct effect_spec *known, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!effect_is_independent(spec, &known[i]))
            return true;
    return false;
}

err companions_choose(const struct study *s, const struct effect_result *main, arena *a,
                      struct effect_companion list[COMPANIONS_MAX], size_t *n,
                      struct err_info *info)
{
    struct effect_companion possible[EFFECT_COMPANIONS_MAX];
    const size_t n_possible = effect_companions(main, possible);
    struct effect_spec *known =
        ARENA_NEW(a, struct effect_spec, study_estimators(s) + COMPANIONS_MAX);
    size_t n_known = 0;
    *n = 0;
    if (!known)
        return err_nomem(info);
    for (size_t i = 0; i < study_estimators(s); i++) {
        const err e = study_spec(s, 0, i, a, &known[n_known], info);
        if (e != OK)
            return e;
        n_known += !is_known(&known[n_known], known, n_known);
    }
    for (size_t i = 0; i < n_possible && n_known <= COMPANIONS_MAX; i++) {
        if (is_known(&possible[i].spec, known, n_known))
            continue;
        known[n_known++] = possible[i].spec;
        list[(*n)++] = possible[i];
    }
    return OK;
}
