/* SPDX-License-Identifier: EUPL-1.2 */
/* Whatever the bytes, a plan, a journal and a manifest are read or refused, within memory. */
#include "engine/study/manifest_int.h"
#include "engine/study/study_int.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void read_plan(arena *a, str text)
{
    struct errs errors;
    struct err_info info;
    struct study s;
    struct diff d;
    if (errs_init(&errors, a, ERRS_LIMIT, &info) != OK)
        return;
    const err e = study_parse(a, text, STR("plan.yaml"), &s, &errors);
    check((e == OK) == (errors.n_found == 0));
    for (size_t i = 0; i < errors.n; i++)
        check(errors.item[i].code != OK && errors.item[i].msg.key != NULL);
    if (e == OK)
        check(study_diff(a, text, text, &d, &info) != OK || d.n_found == 0);
}

/* What holds together is what we would have written: it can be extended and read again. */
static void read_journal(arena *a, str text)
{
    struct journal j;
    struct study_status status;
    struct err_info info;
    if (journal_parse(a, text, STR("journal.jsonl"), &j, &info) != OK)
        return;
    journal_status(&j, j.n, seal_hash_bytes(text), &status);
    check(status.n_runs <= j.n);
}

static void read_manifest(arena *a, str text)
{
    struct manifest m;
    out o;
    if (!manifest_parse(a, text, &m))
        return;
    out_init(&o, MANIFEST_BYTES_MAX);
    manifest_print(&m, &o);
    check(str_eq(out_view(&o), text));
    out_free(&o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { MEMORY_MAX = 64 << 20 };
    const str text = {size ? (const char *)data : "", size};
    arena *a = arena_new(MEMORY_MAX);
    if (!a)
        return 0;
    read_plan(a, text);
    read_journal(a, text);
    read_manifest(a, text);
    arena_free(a);
    return 0;
}
