/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/intake_test_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void keep(char to[KEPT_TEXT], str text)
{
    (void)snprintf(to, KEPT_TEXT, "%.*s", STR_FMT(text));
}

static err count_head(void *to, const struct intake_head *head, struct err_info *info)
{
    struct counting_sink *c = to;
    (void)info;
    c->n_heads++;
    keep(c->format, head->format);
    keep(c->sender, head->sender);
    keep(c->receiver, head->receiver);
    c->is_snapshot = head->is_snapshot;
    return OK;
}

static str name_of(const struct intake_record *r)
{
    switch (r->kind) {
    case INTAKE_ALLOCATION: return r->is.allocation.number;
    case INTAKE_DELIVERY: return r->is.delivery.allocation;
    case INTAKE_REQUEST: return r->is.request.reference;
    case INTAKE_ANSWER: return r->is.answer.reference;
    case INTAKE_CLAIM: return r->is.claim.number;
    case INTAKE_CLAIM_LINE: return r->is.claim_line.reference;
    case INTAKE_RETURN: return r->is.answer_to.codes;
    case INTAKE_BENEFIT: return r->is.benefit.number;
    case INTAKE_PAYMENT: return r->is.payment.benefit;
    case INTAKE_DEBT_CASE: return r->is.debt_case.number;
    case INTAKE_DEBT_PHASE: return r->is.debt_phase.phase;
    case INTAKE_SIGNAL: return r->is.signal.kind;
    case INTAKE_REINTEGRATION: return r->is.reintegration.kind;
    default: return r->person ? r->person->key : STR("");
    }
}

static int64_t cents_of(const struct intake_record *r)
{
    switch (r->kind) {
    case INTAKE_CLAIM_LINE: return r->is.claim_line.cents;
    case INTAKE_PAYMENT: return r->is.payment.gross_cents;
    case INTAKE_SIGNAL: return r->is.signal.arrears_cents;
    case INTAKE_DEBT_CASE: return r->is.debt_case.total_cents;
    default: return 0;
    }
}

static err count_record(void *to, const struct intake_record *r, struct err_info *info)
{
    struct counting_sink *c = to;
    (void)info;
    if (c->n_taken < KEPT_RECORDS) {
        struct kept_record *k = &c->record[c->n_taken];
        k->kind = r->kind;
        k->place = r->place;
        k->bsn = r->person ? r->person->bsn : (struct bsn){0};
        k->n_relations = r->n_relations;
        k->cents = cents_of(r);
        keep(k->text, name_of(r));
    }
    c->n_taken++;
    c->taken[r->kind]++;
    c->taken_cents += cents_of(r);
    c->last = *r;
    return OK;
}

static err count_aside(void *to, enum intake_kind kind, struct intake_place place, int64_t cents,
                       const struct msg *reason, struct err_info *info)
{
    struct counting_sink *c = to;
    (void)info, (void)place;
    if (c->n_aside < KEPT_RECORDS)
        c->reasons[c->n_aside] = reason->key;
    c->n_aside++;
    c->aside[kind]++;
    c->aside_cents += cents;
    return OK;
}

void counting_sink_init(struct counting_sink *c)
{
    *c = (struct counting_sink){
        .sink = {.head = count_head, .take = count_record, .set_aside = count_aside, .to = c}};
}

err read_fixture(const char *path, const char *mapping, struct counting_sink *c,
                 struct err_info *info)
{
    char whole[1024];
    const char *root = getenv("ONTSCHOT_SOURCE");
    const struct intake_options options = {.mapping = str_of(mapping), .schemas = STR("")};
    (void)snprintf(whole, sizeof whole, "%s/tests/data/%s", root ? root : ".", path);
    counting_sink_init(c);
    return intake_read(str_of(whole), &options, &c->sink, NULL, info);
}
