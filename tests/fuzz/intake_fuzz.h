/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A sink for fuzz targets of src/app/intake that holds what it is told against what record.h says.
 */
#ifndef ONTSCHOT_TESTS_FUZZ_INTAKE_FUZZ_H
#define ONTSCHOT_TESTS_FUZZ_INTAKE_FUZZ_H

#include "app/intake/intake.h"

#include <stdlib.h>

struct fuzz_told {
    size_t n_heads, n;
};

static void fuzz_check(bool holds)
{
    if (!holds)
        abort();
}

static void fuzz_check_text(str s)
{
    fuzz_check(s.n == 0 || (s.p && str_is_utf8(s)));
}

static void fuzz_check_period(int32_t from, int32_t to)
{
    fuzz_check(from == INTAKE_DAY_NONE || to == INTAKE_DAY_NONE || to > from);
}

static err fuzz_head(void *to, const struct intake_head *head, struct err_info *info)
{
    struct fuzz_told *told = to;
    (void)info;
    fuzz_check(told->n_heads++ == 0);
    fuzz_check_text(head->format);
    fuzz_check_text(head->sender);
    fuzz_check_text(head->identification);
    return OK;
}

static err fuzz_take(void *to, const struct intake_record *r, struct err_info *info)
{
    struct fuzz_told *told = to;
    (void)info;
    told->n++;
    fuzz_check(told->n_heads == 1 && r->kind < INTAKE_KINDS && r->place.line >= 1);
    if (r->person) {
        fuzz_check_text(r->person->key);
        fuzz_check_text(r->person->name.surname);
        fuzz_check_text(r->person->address.postcode);
        fuzz_check(r->person->bsn.v == 0 || bsn_is_valid(r->person->bsn.v));
    }
    for (size_t i = 0; i < r->n_relations; i++)
        fuzz_check_text(r->relation[i].other.name.surname);
    if (r->kind == INTAKE_ALLOCATION)
        fuzz_check_period(r->is.allocation.from, r->is.allocation.to);
    if (r->kind == INTAKE_CLAIM_LINE)
        fuzz_check_period(r->is.claim_line.from, r->is.claim_line.to);
    if (r->kind == INTAKE_BENEFIT)
        fuzz_check_period(r->is.benefit.from, r->is.benefit.to);
    if (r->kind == INTAKE_DEBT_PHASE)
        fuzz_check_period(r->is.debt_phase.from, r->is.debt_phase.to);
    return OK;
}

static err fuzz_aside(void *to, enum intake_kind kind, struct intake_place place, int64_t cents,
                      const struct msg *reason, struct err_info *info)
{
    struct fuzz_told *told = to;
    (void)info, (void)cents;
    fuzz_check(told->n_heads == 1 && kind < INTAKE_KINDS && place.line >= 1 && reason->key);
    return OK;
}

/* Reads bytes; a refusal has a message. */
static void fuzz_read(str bytes, str mapping)
{
    struct fuzz_told told = {0};
    struct err_info info = {0};
    const struct intake_options options = {.mapping = mapping, .schemas = STR("")};
    const struct intake_sink sink = {fuzz_head, fuzz_take, fuzz_aside, &told};
    const err e = intake_read_bytes(bytes, STR("input"), &options, &sink, &info);
    fuzz_check(e ? info.msg.key != NULL && info.code == e : told.n_heads == 1);
}

#endif
