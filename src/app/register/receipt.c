/* SPDX-License-Identifier: EUPL-1.2 */
/* receipt: what became of deliveries. */
#include "app/register/register_int.h"

const char *register_kind_key(enum intake_kind kind)
{
    static const char *const key[INTAKE_KINDS] = {
        [INTAKE_PERSON] = "register.kind-person",
        [INTAKE_ALLOCATION] = "register.kind-allocation",
        [INTAKE_DELIVERY] = "register.kind-care",
        [INTAKE_REQUEST] = "register.kind-request",
        [INTAKE_ANSWER] = "register.kind-answer",
        [INTAKE_CLAIM] = "register.kind-claim",
        [INTAKE_CLAIM_LINE] = "register.kind-claim-line",
        [INTAKE_RETURN] = "register.kind-return",
        [INTAKE_BENEFIT] = "register.kind-benefit",
        [INTAKE_PAYMENT] = "register.kind-payment",
        [INTAKE_REINTEGRATION] = "register.kind-reintegration",
        [INTAKE_DEBT_CASE] = "register.kind-debt-case",
        [INTAKE_DEBT_PHASE] = "register.kind-debt-phase",
        [INTAKE_SIGNAL] = "register.kind-signal",
    };
    return key[kind];
}

static struct register_delivery delivery_of(arena *a, const struct delivery_many_row *r)
{
    struct err_info *failure;
    size_t n, n_found;
    struct register_delivery v = {
        .id = r->id,
        .state = (enum register_state)r->state,
        .file = r->file,
        .hash = r->hash,
        .format = r->format,
        .sender = r->sender,
        .receiver = r->receiver,
        .identification = r->identification,
        .law = (enum intake_law)r->law,
        .dated = r->dated.has ? (int32_t)r->dated.v : INTAKE_DAY_NONE,
        .from = (int32_t)r->from_day,
        .to = r->to_day == INT32_MAX ? INTAKE_DAY_NONE : (int32_t)r->to_day,
        .is_snapshot = r->is_snapshot,
        .superseded_by = r->superseded_by,
        .made_at = r->made_at,
        .decided_at = r->decided_at,
    };
    if (job_failures_parse(a, r->failure, &failure, &n, &n_found)) {
        v.has_failure = true;
        v.failure = failure[0];
    }
    return v;
}

err register_deliveries(const struct deed *deed, db *d, struct municipality_id m,
                        struct delivery_id before, size_t limit, struct register_delivery **list,
                        size_t *n, struct err_info *info)
{
    struct delivery_many_row *row;
    if (limit > REGISTER_LIST_MAX)
        limit = REGISTER_LIST_MAX;
    err e = check_steward(deed, info);
    if (e == OK)
        e = delivery_many(
            d, deed->memory,
            (struct delivery_many_in){
                .m = m, .older = before.v != 0, .before = before, .limit = (int64_t)limit},
            &row, n, info);
    if (e != OK)
        return e;
    *list = ARENA_NEW(deed->memory, struct register_delivery, *n);
    for (size_t i = 0; *list && i < *n; i++)
        (*list)[i] = delivery_of(deed->memory, &row[i]);
    return *list ? OK : err_nomem(info);
}

static err find_sums(const struct deed *deed, db *d, struct municipality_id m,
                     struct delivery_id id, struct register_receipt *receipt, struct err_info *info)
{
    struct delivery_sums_row *row;
    size_t n;
    const err e = delivery_sums(d, deed->memory,
                                (struct delivery_sums_in){.m = m, .id = id, .limit = INTAKE_KINDS},
                                &row, &n, info);
    for (size_t i = 0; e == OK && i < n; i++)
        if (row[i].kind >= 0 && row[i].kind < INTAKE_KINDS)
            receipt->sum[row[i].kind] = (struct register_sum){row[i].accepted, row[i].aside,
                                                              row[i].cents, row[i].cents_aside};
    return e;
}

err register_receipt_find(const struct deed *deed, db *d, struct municipality_id m,
                          struct delivery_id id, struct register_receipt *receipt,
                          struct err_info *info)
{
    struct delivery_many_row *row;
    size_t n;

    *receipt = (struct register_receipt){0};
    err e = check_steward(deed, info);
    if (e == OK) /* the list, begun at this one */
        e = delivery_many(
            d, deed->memory,
            (struct delivery_many_in){.m = m, .older = true, .before = {id.v + 1}, .limit = 1},
            &row, &n, info);
    if (e == OK && (n == 0 || row[0].id.v != id.v))
        e = err_set(info, E_NOT_FOUND, "register.no-delivery");
    if (e != OK)
        return e;
    receipt->delivery = delivery_of(deed->memory, &row[0]);
    return find_sums(deed, d, m, id, receipt, info);
}

/* ---- what was set aside ---- */

struct telling {
    err (*aside)(void *to, const struct register_aside *aside, struct err_info *info);
    void *to;
    arena *memory; /* of one row */
};

static err tell(void *to, const struct aside_each_row *r, struct err_info *info)
{
    const struct telling *t = to;
    struct err_info *reason;
    size_t n, n_found;

    arena_reset(t->memory);
    if (r->kind < 0 || r->kind >= INTAKE_KINDS ||
        !job_failures_parse(t->memory, r->reason, &reason, &n, &n_found))
        return err_set(info, E_IO, "register.pack-broken");
    const struct register_aside aside = {r->line, r->cents, (enum intake_kind)r->kind,
                                         reason[0].msg};
    return t->aside(t->to, &aside, info);
}

err register_asides(const struct deed *deed, db *d, struct municipality_id m, struct delivery_id id,
                    err (*aside)(void *to, const struct register_aside *aside,
                                 struct err_info *info),
                    void *to, struct err_info *info)
{
    struct telling t = {aside, to, arena_new(1 << 20)};
    err e = t.memory ? check_steward(deed, info) : err_nomem(info);
    if (e == OK)
        e = aside_each(d, (struct aside_each_in){.m = m, .delivery = id}, tell, &t, info);
    arena_free(t.memory);
    return e;
}

err register_asides_first(const struct deed *deed, db *d, struct municipality_id m,
                          struct delivery_id id, size_t limit, struct register_aside **list,
                          size_t *n, struct err_info *info)
{
    struct aside_first_row *row;
    struct err_info *reason;
    size_t n_reasons, n_found;

    if (limit > REGISTER_LIST_MAX)
        limit = REGISTER_LIST_MAX;
    err e = check_steward(deed, info);
    if (e == OK)
        e = aside_first(d, deed->memory,
                        (struct aside_first_in){.m = m, .delivery = id, .limit = (int64_t)limit},
                        &row, n, info);
    if (e != OK)
        return e;
    *list = ARENA_NEW(deed->memory, struct register_aside, *n);
    for (size_t i = 0; *list && i < *n; i++) {
        if (row[i].kind < 0 || row[i].kind >= INTAKE_KINDS ||
            !job_failures_parse(deed->memory, row[i].reason, &reason, &n_reasons, &n_found))
            return err_set(info, E_IO, "register.pack-broken");
        (*list)[i] = (struct register_aside){row[i].line, row[i].cents,
                                             (enum intake_kind)row[i].kind, reason[0].msg};
    }
    return *list ? OK : err_nomem(info);
}
