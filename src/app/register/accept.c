/* SPDX-License-Identifier: EUPL-1.2 */
/* accept: the one short transaction that makes a delivery count, and the import around it. */
#include "app/register/register_int.h"

#include <string.h>

err check_steward(const struct deed *deed, struct err_info *info)
{
    return viewer_may(&deed->viewer, ACCESS_STEWARD) ? OK
                                                     : err_set(info, E_DENIED, "register.denied");
}

/* ---- accepting ---- */

/* What was counted while reading stands there, all of it. */
static err check_rows(const struct stage *s, struct err_info *info)
{
    struct delivery_counted_row c;
    int64_t aside = 0;
    const err e = delivery_counted(
        s->d, s->deed->memory, (struct delivery_counted_in){.m = s->from->municipality, .d = s->id},
        &c, info);
    if (e != OK)
        return e;
    const int64_t found[INTAKE_KINDS] = {
        [INTAKE_PERSON] = s->sum[INTAKE_PERSON].n_accepted, /* its rows serve other kinds, too */
        [INTAKE_ALLOCATION] = c.allocation,
        [INTAKE_DELIVERY] = c.care,
        [INTAKE_REQUEST] = c.request,
        [INTAKE_ANSWER] = c.answer,
        [INTAKE_CLAIM] = c.claim,
        [INTAKE_CLAIM_LINE] = c.line,
        [INTAKE_RETURN] = c.answer_to,
        [INTAKE_BENEFIT] = c.benefit,
        [INTAKE_PAYMENT] = c.payment,
        [INTAKE_REINTEGRATION] = c.reintegration,
        [INTAKE_DEBT_CASE] = c.debt_case,
        [INTAKE_DEBT_PHASE] = c.debt_phase,
        [INTAKE_SIGNAL] = c.debt_signal,
    };
    bool fits = true;
    for (int k = 0; k < INTAKE_KINDS; k++) {
        fits = fits && found[k] == s->sum[k].n_accepted;
        aside += s->sum[k].n_aside;
    }
    return fits && aside == c.aside ? OK : err_set(info, E_IO, "register.rows-missing");
}

/* The later dated counts, whichever came first. */
static err check_newest(db_tx *tx, const struct stage *s, struct err_info *info)
{
    struct delivery_newer_row *row;
    size_t n;
    if (s->head.dated == INTAKE_DAY_NONE)
        return OK;
    const err e = delivery_newer(db_tx_db(tx), s->deed->memory,
                                 (struct delivery_newer_in){.m = s->from->municipality,
                                                            .format = s->head.format,
                                                            .sender = s->head.sender,
                                                            .receiver = s->head.receiver,
                                                            .replaces = s->head.replaces,
                                                            .dated = s->head.dated,
                                                            .limit = 1},
                                 &row, &n, info);
    return e != OK || n == 0 ? e : err_set(info, E_CONFLICT, "register.older");
}

static err check_again(db_tx *tx, const struct stage *s, str hash, struct err_info *info)
{
    struct delivery_same_row *row;
    size_t n;
    const err e = delivery_same(
        db_tx_db(tx), s->deed->memory,
        (struct delivery_same_in){.m = s->from->municipality, .hash = hash, .limit = 1}, &row, &n,
        info);
    return e != OK || n == 0 ? e : err_set(info, E_CONFLICT, "register.again");
}

static err log_import(db_tx *tx, const struct stage *s, const char *verb, struct err_info *info)
{
    char hash[SEAL_HASH_HEX], municipality[REGISTER_MUNICIPALITY_TEXT];
    seal_print_hash(s->from->hash, hash);
    register_municipality_print(s->from->municipality, municipality);
    const struct audit_row row = {
        .verb = verb,
        .object = "delivery",
        .object_id = s->id.v,
        .field = {{"municipality", {municipality, sizeof municipality}, false},
                  {"format", s->head.format, false},
                  {"hash", {hash, sizeof hash}, false}},
        .n_fields = 3,
    };
    return audit_add(tx, s->deed, &row, info);
}

static err write_sums(db_tx *tx, const struct stage *s, struct err_info *info)
{
    err e = OK;
    for (int k = 0; e == OK && k < INTAKE_KINDS; k++) {
        const struct register_sum *sum = &s->sum[k];
        if (sum->n_accepted || sum->n_aside)
            e = delivery_sum_add(tx,
                                 (struct delivery_sum_add_in){.m = s->from->municipality,
                                                              .id = s->id,
                                                              .kind = k,
                                                              .accepted = sum->n_accepted,
                                                              .aside = sum->n_aside,
                                                              .cents = sum->cents_accepted,
                                                              .cents_aside = sum->cents_aside},
                                 info);
    }
    return e;
}

/* Without a subject of its own it replaces nothing. */
static err supersede(db_tx *tx, const struct stage *s, struct err_info *info)
{
    int64_t changed;
    if (!s->head.replaces.n)
        return OK;
    return delivery_supersede(tx,
                              (struct delivery_supersede_in){.m = s->from->municipality,
                                                             .id = s->id,
                                                             .format = s->head.format,
                                                             .sender = s->head.sender,
                                                             .receiver = s->head.receiver,
                                                             .replaces = s->head.replaces},
                              &changed, info);
}

static err accept_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct stage *s = arg;
    char hash[SEAL_HASH_HEX];
    int64_t changed;

    seal_print_hash(s->from->hash, hash);
    err e = check_again(tx, s, (str){hash, sizeof hash}, info);
    if (e == OK && s->head.replaces.n)
        e = check_newest(tx, s, info);
    if (e == OK)
        e = supersede(tx, s, info);
    if (e == OK)
        e = delivery_accept(tx,
                            (struct delivery_accept_in){.m = s->from->municipality,
                                                        .id = s->id,
                                                        .now = s->deed->app->now_ms()},
                            &changed, info);
    if (e == OK && changed != 1)
        e = err_set(info, E_CONFLICT, "register.left-behind");
    if (e == OK)
        e = write_sums(tx, s, info);
    return e == OK ? log_import(tx, s, "delivery.accept", info) : e;
}

err stage_accept(struct stage *s, struct err_info *info)
{
    err e = s->has_head ? stage_flush(s, info) : err_set(info, E_INPUT, "register.no-head");
    if (e != OK || !s->id.v)
        return e;
    e = check_rows(s, info);
    return e == OK ? db_tx_do(s->d, accept_in, s, info) : e;
}

/* ---- refusing ---- */

struct refusal {
    struct stage *s;
    str why;
};

static err refuse_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct refusal *r = arg;
    int64_t changed;
    const err e = delivery_refuse(tx,
                                  (struct delivery_refuse_in){.m = r->s->from->municipality,
                                                              .id = r->s->id,
                                                              .now = r->s->deed->app->now_ms(),
                                                              .failure = r->why},
                                  &changed, info);
    return e == OK && changed ? log_import(tx, r->s, "delivery.refuse", info) : e;
}

void stage_refuse(struct stage *s, const struct err_info *why)
{
    struct err_info ignored;
    if (!s->id.v)
        return;
    out_clear(&s->scratch);
    job_failures_print(&s->scratch, why, 1, 1);
    struct refusal r = {s, out_view(&s->scratch)};
    err e = db_tx_do(s->d, refuse_in, &r, &ignored);
    if (e == OK)
        e = register_sweep(s->deed->app, s->d, &ignored);
    (void)e; /* what stays is swept later: its time ends by itself */
}

/* ---- the whole ---- */

/* The end of a name that is too long, from where a character begins. */
static str tail_of(str name)
{
    size_t at = name.n > REGISTER_FILE_MAX ? name.n - REGISTER_FILE_MAX : 0;
    while (at < name.n && ((unsigned char)name.p[at] & 0xC0) == 0x80)
        at++;
    return str_is_utf8(name) ? str_cut(name, at, name.n) : STR("?");
}

static err begin_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct stage *s = arg;
    const struct register_import *from = s->from;
    char hash[SEAL_HASH_HEX];
    const int64_t now = s->deed->app->now_ms();

    seal_print_hash(from->hash, hash);
    const err e = check_again(tx, s, (str){hash, sizeof hash}, info);
    return e != OK ? e
                   : delivery_begin(tx,
                                    (struct delivery_begin_in){.m = from->municipality,
                                                               .id = s->id,
                                                               .file = tail_of(from->file),
                                                               .hash = {hash, sizeof hash},
                                                               .alive = now + REGISTER_ALIVE_MS,
                                                               .now = now,
                                                               .by = s->deed->viewer.id.v},
                                    info);
}

static bool was_before(const struct err_info *info)
{
    return info->code == E_CONFLICT && !strcmp(info->msg.key, "register.again");
}

/* The receipt of the delivery that this file was before. */
static err give_again(const struct deed *deed, db *d, const struct register_import *from,
                      struct register_receipt *receipt, struct err_info *info)
{
    struct delivery_same_row *row;
    char hash[SEAL_HASH_HEX];
    size_t n;

    seal_print_hash(from->hash, hash);
    err e = delivery_same(
        d, deed->memory,
        (struct delivery_same_in){.m = from->municipality, .hash = {hash, sizeof hash}, .limit = 1},
        &row, &n, info);
    if (e == OK && n == 0)
        e = err_set(info, E_CONFLICT, "register.left-behind"); /* superseded this very moment */
    if (e == OK)
        e = register_receipt_find(deed, d, from->municipality, row[0].id, receipt, info);
    receipt->is_again = e == OK;
    return e;
}

static void give_dry(const struct stage *s, struct register_receipt *receipt)
{
    *receipt = (struct register_receipt){
        .delivery = {.state = REGISTER_STAGED,
                     .file = s->from->file,
                     .format = s->head.format,
                     .sender = s->head.sender,
                     .receiver = s->head.receiver,
                     .identification = s->head.identification,
                     .law = s->head.law,
                     .dated = s->head.dated,
                     .from = s->head.from,
                     .to = s->head.to,
                     .is_snapshot = s->head.is_snapshot},
        .is_dry = true,
    };
    memcpy(receipt->sum, s->sum, sizeof receipt->sum);
}

static err stage_all(struct stage *s, struct err_info *info)
{
    const struct intake_sink sink = stage_sink(s);
    err e = OK;
    if (!s->from->is_dry) {
        s->id.v = db_new_id(s->d);
        e = db_tx_do(s->d, begin_in, s, info);
        if (e != OK)
            s->id.v = 0; /* nothing was made: nothing is to be refused */
    }
    if (e == OK)
        e = s->from->read(s->from->with, &sink, info);
    return e == OK ? stage_accept(s, info) : e;
}

err register_import(const struct deed *deed, db *d, const struct register_import *from,
                    struct register_receipt *receipt, struct err_info *info)
{
    struct stage s;

    err e = check_steward(deed, info);
    if (e == OK && !from->is_dry)
        e = register_sweep(deed->app, d, info);
    if (e != OK)
        return e;
    e = stage_open(&s, deed, d, from, info);
    if (e == OK)
        e = stage_all(&s, info);
    if (e == OK && from->is_dry)
        give_dry(&s, receipt);
    else if (e == OK)
        e = register_receipt_find(deed, d, from->municipality, s.id, receipt, info);
    else
        stage_refuse(&s, info);
    stage_close(&s);
    return e != OK && was_before(info) ? give_again(deed, d, from, receipt, info) : e;
}
