/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"
#include "study_int.h"

/* Whether enough of a plan was read to look for its columns in the data. */
static bool has_data(const struct study *s, str file)
{
    return s->node && (s->data.file.n || file.n);
}

static err check(arena *a, str path, str file, par *pool, const struct progress *progress,
                 struct study_checked *checked, struct errs *errors)
{
    struct study s = {.node = NULL};
    struct err_info info;
    table *t = NULL;
    str text;
    err e = file_read(a, path, YAML_BYTES_MAX, &text, &info);
    if (e != OK) {
        *errs_next(errors) = info;
        return e;
    }
    e = plan_parse(a, text, path, &s, errors);
    if ((e != OK && e != E_INPUT) || !has_data(&s, file))
        return e;
    const err against_data = study_open_data(&s, file, pool, progress, &t, errors);
    if (e == OK && against_data == OK)
        *checked = (struct study_checked){
            .n_estimations = s.outcomes.n * (study_estimators(&s) + s.subgroups.n),
            .n_rows = table_rows(t),
        };
    table_free(t);
    return e != OK ? e : against_data;
}

err study_check(str path, str file, par *pool, const struct progress *progress,
                struct study_checked *checked, struct errs *errors)
{
    enum { MEMORY_MAX = 1 << 27 };
    arena *a = arena_new(MEMORY_MAX);
    if (!a)
        return err_nomem(errs_next(errors));
    const err e = check(a, path, file, pool, progress, checked, errors);
    errs_sort(errors);
    arena_free(a);
    return e;
}
