/* SPDX-License-Identifier: EUPL-1.2 */
/* Any text as an scba file: refused with a place, or computed without a gap. */
#include "engine/scba/scba.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEMORY_MAX = 64 << 20, DRAWS_MAX = 64 };

static void compute(struct scba_model *m)
{
    struct scba_result *r;
    struct err_info info;
    if (m->n_draws > DRAWS_MAX)
        m->n_draws = DRAWS_MAX;
    if (scba_run(m, NULL, NULL, &r, &info) != OK)
        return;
    if (!(r->largest_gap <= SCBA_GAP_MAX))
        abort();
    scba_result_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct errs errors;
    struct err_info info;
    struct scba_model m;
    arena *a = arena_new(MEMORY_MAX);
    if (!a || errs_init(&errors, a, ERRS_LIMIT, &info) != OK)
        abort();
    const str text = {(const char *)data, size};
    if (scba_parse(a, text, STR("f.yaml"), &m, &errors) == OK)
        compute(&m);
    else if (errors.n == 0)
        abort(); /* refused without a reason */
    arena_free(a);
    return 0;
}
