/* SPDX-License-Identifier: EUPL-1.2 */
/* rows: what waits in a stage, written to its tables. Runs within a transaction, maybe again. */
#include "app/register/register_int.h"

#include <sodium.h>
#include <string.h>

enum {
    DAY_FIRST = INT32_MIN, /* of a period whose beginning was not told */
    DAY_OPEN = INT32_MAX,
    MINUTES_A_DAY = 24 * 60,
    DIGITS = 9,
};

static struct db_int day_of(int32_t day)
{
    return (struct db_int){day != INTAKE_DAY_NONE, day};
}

static struct db_int amount_of(int64_t v)
{
    return (struct db_int){v != INTAKE_NONE, v};
}

static int64_t end_of(int32_t day)
{
    return day == INTAKE_DAY_NONE ? DAY_OPEN : day;
}

static err broken(struct err_info *info)
{
    return err_set(info, E_INPUT, "register.pack-broken");
}

/* ---- persons ---- */

static str char_text(const char *c)
{
    return (str){c, *c ? 1 : 0};
}

/* What is kept of the number: the number itself, or as evidence what stood in its place. */
static err write_number(db_tx *tx, const struct stage *s, struct record_id id,
                        const struct intake_person *p, struct err_info *info)
{
    const struct app *app = s->deed->app;
    const struct municipality_id m = s->from->municipality;
    unsigned char sealed[SEALED_MAX];
    char digits[DIGITS], mark[REGISTER_MARK_TEXT];
    const bool is_valid = p->bsn.v != 0;

    if (!is_valid && !p->bsn_written.n)
        return OK;
    uint32_t rest = p->bsn.v;
    for (size_t i = DIGITS; i-- > 0; rest /= 10)
        digits[i] = (char)('0' + rest % 10);
    if (is_valid)
        register_mark(app, m, p->bsn, mark);
    else
        print_text(print_of(app, m, PRINT_MARK, p->bsn_written), mark);
    const str text = is_valid ? (str){digits, DIGITS} : p->bsn_written;
    const size_t n = number_seal(app, m, id, text, sealed);
    sodium_memzero(digits, sizeof digits);
    return number_add(tx,
                      (struct number_add_in){.m = m,
                                             .record = id,
                                             .mark = {mark, sizeof mark},
                                             .sealed = {(const char *)sealed, n},
                                             .is_valid = is_valid},
                      info);
}

static err write_person(db_tx *tx, const struct stage *s, str *rest, struct err_info *info)
{
    struct intake_person p;
    int64_t id, line;
    str subject, print;

    if (!unpack_int(rest, &id) || !unpack_int(rest, &line) || !unpack_text(rest, &subject) ||
        !unpack_text(rest, &print) || !unpack_person(rest, &p))
        return broken(info);
    const struct person_add_in in = {
        .m = s->from->municipality,
        .id = {id},
        .delivery = s->id,
        .line = line,
        .subject = subject,
        .print = print,
        .first = p.name.first,
        .initials = p.name.initials,
        .call = p.name.call,
        .prefix = p.name.prefix,
        .surname = p.name.surname,
        .partner_prefix = p.name.partner_prefix,
        .partner_surname = p.name.partner_surname,
        .name_use = char_text(&p.name.use),
        .year = p.birth.year,
        .month = p.birth.month,
        .day = p.birth.day,
        .sex = char_text(&p.sex),
        .postcode = p.address.postcode,
        .house_number = p.address.number,
        .house_letter = p.address.letter,
        .house_addition = p.address.addition,
        .street = p.address.street,
        .town = p.address.town,
        .country = p.address.country,
        .address_from = p.address_from, /* INTAKE_DAY_NONE is DAY_FIRST */
        .address_to = end_of(p.address_to),
        .died = day_of(p.died),
    };
    const err e = person_add(tx, in, info);
    return e == OK ? write_number(tx, s, in.id, &p, info) : e;
}

static err write_relation(db_tx *tx, const struct stage *s, str *rest, struct err_info *info)
{
    struct relation_add_in in = {.m = s->from->municipality, .delivery = s->id};
    if (!unpack_int(rest, &in.id) || !unpack_int(rest, &in.line) ||
        !unpack_int(rest, &in.record.v) || !unpack_int(rest, &in.other.v) ||
        !unpack_int(rest, &in.code))
        return broken(info);
    return relation_add(tx, in, info);
}

/* ---- records ---- */

/* What all rows of records have. */
struct row {
    const struct stage *s;
    const struct intake_record *r;
    int64_t id;
    struct record_id record, partner;
};

#define COMMON(w)                                                                                  \
    .m = (w)->s->from->municipality, .id = (w)->id, .delivery = (w)->s->id,                        \
    .line = (w)->r->place.line,                                                                    \
    .hash = {(const char *)(w)->r->place.hash, sizeof(w)->r->place.hash}

static err write_allocation(db_tx *tx, const struct row *w, struct err_info *info)
{
    const struct intake_allocation *a = &w->r->is.allocation;
    return allocation_add(
        tx,
        (struct allocation_add_in){
            COMMON(w),
            .record = w->record,
            .law = w->r->law,
            .number = a->number,
            .reference = a->reference,
            .provider = a->provider,
            .category = a->product.category,
            .product = a->product.code,
            .decided_at = (int64_t)a->decided_on * MINUTES_A_DAY + a->decided_minute,
            .listed_on = day_of(w->s->head.is_snapshot ? w->s->head.dated : INTAKE_DAY_NONE),
            .from_day = a->from,
            .to_day = end_of(a->to),
            .change = a->change,
            .volume = amount_of(a->size.volume),
            .unit = a->size.unit,
            .frequency = a->size.frequency,
            .budget = amount_of(a->budget_cents),
            .referrer = a->referrer_type,
            .form = a->delivery_form,
            .is_deleted = a->is_deleted},
        info);
}

static err write_care(db_tx *tx, const struct row *w, struct err_info *info)
{
    const struct intake_delivery *c = &w->r->is.delivery;
    return care_add(
        tx,
        (struct care_add_in){
            COMMON(w), .record = w->record, .law = w->r->law, .allocation = c->allocation,
            .provider = c->provider, .category = c->product.category, .product = c->product.code,
            .allocation_from = day_of(c->allocation_from), .started = day_of(c->started),
            .stopped = day_of(c->stopped), .stop_reason = c->stop_reason, .status = c->status},
        info);
}

static err write_request(db_tx *tx, const struct row *w, struct err_info *info)
{
    const struct intake_request *q = &w->r->is.request;
    return request_add(
        tx,
        (struct request_add_in){
            COMMON(w), .record = w->record, .law = w->r->law, .reference = q->reference,
            .allocation = q->allocation, .provider = q->provider, .category = q->product.category,
            .product = q->product.code, .from_day = q->from, .to_day = end_of(q->to),
            .volume = amount_of(q->size.volume), .unit = q->size.unit,
            .frequency = q->size.frequency, .is_change = q->is_change, .reason = q->reason},
        info);
}

static err write_answer(db_tx *tx, const struct row *w, struct err_info *info)
{
    const struct intake_answer *a = &w->r->is.answer;
    return request_add(tx,
                       (struct request_add_in){COMMON(w), .record = w->record, .law = w->r->law,
                                               .reference = a->reference, .provider = a->provider,
                                               .from_day = DAY_FIRST, .to_day = DAY_OPEN,
                                               .answer = a->answer, .reason = a->reason},
                       info);
}

static err write_claim(db_tx *tx, const struct row *w, struct err_info *info)
{
    const struct intake_claim *c = &w->r->is.claim;
    return claim_add(tx,
                     (struct claim_add_in){
                         COMMON(w), .law = w->r->law, .number = c->number, .provider = c->provider,
                         .from_day = c->from, .to_day = end_of(c->to), .dated = day_of(c->dated),
                         .total = c->total_cents, .granted = amount_of(c->granted_cents)},
                     info);
}

static err write_claim_line(db_tx *tx, const struct row *w, struct err_info *info)
{
    const struct intake_claim_line *l = &w->r->is.claim_line;
    return line_add(tx,
                    (struct line_add_in){
                        COMMON(w), .record = w->record, .law = w->r->law, .claim = l->claim,
                        .reference = l->reference, .previous = l->previous_reference,
                        .allocation = l->allocation, .category = l->product.category,
                        .product = l->product.code, .from_day = l->from, .to_day = end_of(l->to),
                        .quantity = l->quantity_milli, .unit = l->unit,
                        .tariff = amount_of(l->tariff_cents), .cents = l->cents,
                        .is_rejected = l->is_rejected, .codes = l->return_codes},
                    info);
}

static err write_return(db_tx *tx, const struct row *w, struct err_info *info)
{
    const struct intake_return *a = &w->r->is.answer_to;
    return return_add(tx,
                      (struct return_add_in){COMMON(w), .law = w->r->law,
                                             .of_message = a->of_message, .codes = a->codes,
                                             .subject = a->subject},
                      info);
}

static err write_benefit(db_tx *tx, const struct row *w, struct err_info *info)
{
    const struct intake_benefit *b = &w->r->is.benefit;
    return benefit_add(tx,
                       (struct benefit_add_in){
                           COMMON(w), .record = w->record, .partner = w->partner,
                           .number = b->number, .scheme = b->scheme, .from_day = b->from,
                           .to_day = end_of(b->to), .end_reason = b->end_reason, .norm = b->norm},
                       info);
}

static err write_payment(db_tx *tx, const struct row *w, struct err_info *info)
{
    const struct intake_payment *p = &w->r->is.payment;
    return payment_add(tx,
                       (struct payment_add_in){COMMON(w), .record = w->record,
                                               .benefit = p->benefit, .month_from = p->month_from,
                                               .gross = p->gross_cents, .income = p->income_cents,
                                               .recovery = p->recovery_cents},
                       info);
}

static err write_reintegration(db_tx *tx, const struct row *w, struct err_info *info)
{
    const struct intake_reintegration *t = &w->r->is.reintegration;
    return reintegration_add(tx,
                             (struct reintegration_add_in){COMMON(w), .record = w->record,
                                                           .kind = t->kind, .from_day = t->from,
                                                           .to_day = end_of(t->to),
                                                           .cents = amount_of(t->cents)},
                             info);
}

static err write_debt_case(db_tx *tx, const struct row *w, struct err_info *info)
{
    const struct intake_debt_case *c = &w->r->is.debt_case;
    return debt_case_add(tx,
                         (struct debt_case_add_in){
                             COMMON(w), .record = w->record, .partner = w->partner,
                             .number = c->number, .organisation = c->organisation,
                             .from_day = c->from, .to_day = end_of(c->to),
                             .total = amount_of(c->total_cents), .exit_reason = c->exit_reason},
                         info);
}

static err write_debt_phase(db_tx *tx, const struct row *w, struct err_info *info)
{
    const struct intake_debt_phase *p = &w->r->is.debt_phase;
    return debt_phase_add(tx,
                          (struct debt_phase_add_in){COMMON(w), .record = w->record,
                                                     .debt_case = p->debt_case, .phase = p->phase,
                                                     .from_day = p->from, .to_day = end_of(p->to),
                                                     .detail = p->detail},
                          info);
}

static err write_signal(db_tx *tx, const struct row *w, struct err_info *info)
{
    const struct intake_signal *g = &w->r->is.signal;
    return signal_add(tx,
                      (struct signal_add_in){COMMON(w), .record = w->record, .partner = g->partner,
                                             .kind = g->kind, .day = g->day,
                                             .arrears = amount_of(g->arrears_cents),
                                             .months = g->months},
                      info);
}

/* The person has its own row. */
static err write_nothing(db_tx *tx, const struct row *w, struct err_info *info)
{
    (void)tx;
    (void)w;
    (void)info;
    return OK;
}

static err (*const writers[INTAKE_KINDS])(db_tx *tx, const struct row *w, struct err_info *info) = {
    [INTAKE_PERSON] = write_nothing,
    [INTAKE_ALLOCATION] = write_allocation,
    [INTAKE_DELIVERY] = write_care,
    [INTAKE_REQUEST] = write_request,
    [INTAKE_ANSWER] = write_answer,
    [INTAKE_CLAIM] = write_claim,
    [INTAKE_CLAIM_LINE] = write_claim_line,
    [INTAKE_RETURN] = write_return,
    [INTAKE_BENEFIT] = write_benefit,
    [INTAKE_PAYMENT] = write_payment,
    [INTAKE_REINTEGRATION] = write_reintegration,
    [INTAKE_DEBT_CASE] = write_debt_case,
    [INTAKE_DEBT_PHASE] = write_debt_phase,
    [INTAKE_SIGNAL] = write_signal,
};

static err write_record(db_tx *tx, const struct stage *s, str *rest, struct err_info *info)
{
    struct intake_record r;
    struct row w = {.s = s, .r = &r};
    if (!unpack_int(rest, &w.id) || !unpack_int(rest, &w.record.v) ||
        !unpack_int(rest, &w.partner.v) || !unpack_record(rest, &r))
        return broken(info);
    return writers[r.kind](tx, &w, info);
}

static err write_aside(db_tx *tx, const struct stage *s, str *rest, struct err_info *info)
{
    struct aside_add_in in = {.m = s->from->municipality, .delivery = s->id};
    if (!unpack_int(rest, &in.id) || !unpack_int(rest, &in.kind) || !unpack_int(rest, &in.line) ||
        !unpack_text(rest, &in.hash) || !unpack_int(rest, &in.cents) ||
        !unpack_text(rest, &in.reason))
        return broken(info);
    return aside_add(tx, in, info);
}

err rows_write(db_tx *tx, const struct stage *s, str *rest, struct err_info *info)
{
    int64_t tag;
    if (!unpack_int(rest, &tag))
        return broken(info);
    switch (tag) {
    case ROW_PERSON: return write_person(tx, s, rest, info);
    case ROW_RELATION: return write_relation(tx, s, rest, info);
    case ROW_RECORD: return write_record(tx, s, rest, info);
    case ROW_ASIDE: return write_aside(tx, s, rest, info);
    default: return broken(info);
    }
}
