/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/rules_int.h"

#include "base/date.h"

#include <string.h>

void rules_begin(struct rule_facts *f)
{
    seen_init(&f->references);
    seen_init(&f->previous);
    seen_init(&f->owners);
    seen_init(&f->debits);
}

void rules_end(struct rule_facts *f)
{
    seen_free(&f->references);
    seen_free(&f->previous);
    seen_free(&f->owners);
    seen_free(&f->debits);
}

/* The period of a record as [from, to), or from == INTAKE_DAY_NONE. */
static int32_t begin_of(const struct intake_record *r, int32_t *to)
{
    switch (r->kind) {
    case INTAKE_ALLOCATION: *to = r->is.allocation.to; return r->is.allocation.from;
    case INTAKE_DELIVERY: *to = r->is.delivery.stopped; return r->is.delivery.started;
    case INTAKE_REQUEST: *to = r->is.request.to; return r->is.request.from;
    case INTAKE_CLAIM: *to = r->is.claim.to; return r->is.claim.from;
    case INTAKE_CLAIM_LINE: *to = r->is.claim_line.to; return r->is.claim_line.from;
    default: *to = INTAKE_DAY_NONE; return INTAKE_DAY_NONE;
    }
}

static int32_t month_begin(int32_t day)
{
    struct date_ymd d = date_ymd_of(day);
    d.day = 1;
    return date_day_of(d);
}

static int32_t next_month(int32_t day)
{
    struct date_ymd d = date_ymd_of(day);
    if (d.year == DATE_YEAR_MAX && d.month == 12)
        return INT32_MAX;
    d.day = 1;
    d.year += d.month == 12;
    d.month = d.month % 12 + 1;
    return date_day_of(d);
}

static void add_day(struct msg *why, int32_t day)
{
    char text[10];
    date_print_iso(day, text);
    msg_text(why, (str){text, sizeof text});
}

/* ---- of every record ---- */

static bool bsn_holds(const struct rule_facts *f, const struct intake_record *r, struct msg *why)
{
    (void)r, (void)why;
    return !f->bsn_is_wrong;
}

static bool order_holds(const struct rule_facts *f, const struct intake_record *r, struct msg *why)
{
    int32_t to;
    const int32_t from = begin_of(r, &to);
    (void)f;
    if (from == INTAKE_DAY_NONE || to == INTAKE_DAY_NONE || to > from)
        return true;
    add_day(why, from);
    add_day(why, to - 1);
    return false;
}

static bool birth_holds(const struct rule_facts *f, const struct intake_record *r, struct msg *why)
{
    (void)why;
    if (!r->person || r->person->birth.month == 0 || r->person->birth.day == 0)
        return true;
    const struct intake_birth *b = &r->person->birth;
    const struct date_ymd born = {b->year, b->month, b->day};
    return date_day_of(born) <= f->dated;
}

static bool age_holds(const struct rule_facts *f, const struct intake_record *r, struct msg *why)
{
    (void)why;
    if (!r->person || r->person->birth.year == 0)
        return true;
    return r->person->birth.year >= date_ymd_of(f->dated).year - 120;
}

/* ---- allocations and requests ---- */

static const struct intake_size *size_of(const struct intake_record *r)
{
    return r->kind == INTAKE_ALLOCATION ? &r->is.allocation.size : &r->is.request.size;
}

static bool weekly_end_holds(const struct rule_facts *f, const struct intake_record *r,
                             struct msg *why)
{
    int32_t to;
    (void)f, (void)why, (void)begin_of(r, &to);
    return size_of(r)->frequency != 2 || to != INTAKE_DAY_NONE;
}

static bool decided_holds(const struct rule_facts *f, const struct intake_record *r,
                          struct msg *why)
{
    if (r->is.allocation.decided_on <= f->dated)
        return true;
    add_day(why, r->is.allocation.decided_on);
    add_day(why, f->dated);
    return false;
}

static bool deleted_holds(const struct rule_facts *f, const struct intake_record *r,
                          struct msg *why)
{
    const struct intake_allocation *a = &r->is.allocation;
    (void)f;
    if (a->change != 13 || a->is_deleted)
        return true;
    msg_text(why, a->number);
    return false;
}

static bool size_or_budget_holds(const struct rule_facts *f, const struct intake_record *r,
                                 struct msg *why)
{
    const int64_t budget =
        r->kind == INTAKE_ALLOCATION ? r->is.allocation.budget_cents : INTAKE_NONE;
    (void)f, (void)why;
    return budget == INTAKE_NONE || size_of(r)->volume == INTAKE_NONE;
}

/* ---- starts and stops ---- */

static bool future_holds(const struct rule_facts *f, const struct intake_record *r, struct msg *why)
{
    if (r->is.delivery.started <= f->dated)
        return true;
    add_day(why, r->is.delivery.started);
    add_day(why, f->dated);
    return false;
}

static bool answer_holds(const struct rule_facts *f, const struct intake_record *r, struct msg *why)
{
    (void)f, (void)why;
    return (r->is.answer.answer == 1) == (r->is.answer.reason != 0);
}

/* ---- claims ---- */

static bool claim_month_holds(const struct rule_facts *f, const struct intake_record *r,
                              struct msg *why)
{
    const struct intake_claim *c = &r->is.claim;
    (void)f;
    if (c->from == INTAKE_DAY_NONE || /* of an answer */
        (c->from == month_begin(c->from) && c->to == next_month(c->from)))
        return true;
    add_day(why, c->from);
    add_day(why, c->to - 1);
    return false;
}

static bool line_month_holds(const struct rule_facts *f, const struct intake_record *r,
                             struct msg *why)
{
    const struct intake_claim_line *l = &r->is.claim_line;
    (void)f;
    if (l->to <= next_month(l->from))
        return true;
    add_day(why, l->from);
    add_day(why, l->to - 1);
    return false;
}

static bool line_period_holds(const struct rule_facts *f, const struct intake_record *r,
                              struct msg *why)
{
    const struct intake_claim_line *l = &r->is.claim_line;
    if (!f->claim || f->claim->to == INTAKE_DAY_NONE || l->to <= f->claim->to)
        return true;
    add_day(why, l->to - 1);
    add_day(why, f->claim->to - 1);
    return false;
}

static bool line_age_holds(const struct rule_facts *f, const struct intake_record *r,
                           struct msg *why)
{
    const struct intake_claim_line *l = &r->is.claim_line;
    if (!f->claim || f->claim->dated == INTAKE_DAY_NONE)
        return true;
    struct date_ymd oldest = date_ymd_of(f->claim->dated);
    oldest.year -= 5;
    if (!date_is_valid(oldest)) /* 29 February */
        oldest.day = 28;
    if (!date_is_valid(oldest) || l->to - 1 >= date_day_of(oldest))
        return true;
    add_day(why, l->to - 1);
    add_day(why, f->claim->dated);
    return false;
}

enum { UNIT_MINUTE = 1, UNIT_EURO = 83 };

/*
 * Volume x tariff. Minutes may be paid by the hour: the tariff of an hour x minutes / 60, rounded
 * last, half up (TR346, IV081). Of unit 83 the volume is the amount in cents. Numbers are bounded
 * by the form: 10^8 x 10^8 fits.
 */
static bool line_amount_holds(const struct rule_facts *f, const struct intake_record *r,
                              struct msg *why)
{
    const struct intake_claim_line *l = &r->is.claim_line;
    const int64_t volume = l->quantity_milli / 1000;
    const int64_t cents = l->cents < 0 ? -l->cents : l->cents;
    (void)f;
    if (l->unit == UNIT_EURO) {
        if (volume == cents)
            return true;
    } else if (l->tariff_cents == INTAKE_NONE || volume * l->tariff_cents == cents ||
               (l->unit == UNIT_MINUTE && (volume * l->tariff_cents + 30) / 60 == cents)) {
        return true;
    }
    msg_int(why, volume);
    msg_int(why, l->unit == UNIT_EURO ? 1 : l->tariff_cents);
    msg_int(why, cents);
    return false;
}

static bool line_tariff_holds(const struct rule_facts *f, const struct intake_record *r,
                              struct msg *why)
{
    const struct intake_claim_line *l = &r->is.claim_line;
    (void)f, (void)why;
    return l->unit == UNIT_EURO || l->tariff_cents != INTAKE_NONE;
}

static bool reference_holds(const struct rule_facts *f, const struct intake_record *r,
                            struct msg *why)
{
    uint32_t first;
    if (!seen_find(&f->references, r->is.claim_line.reference, &first))
        return true;
    msg_text(why, r->is.claim_line.reference);
    return false;
}

static bool previous_holds(const struct rule_facts *f, const struct intake_record *r,
                           struct msg *why)
{
    uint32_t credit;
    const struct intake_claim_line *l = &r->is.claim_line;
    if (!l->previous_reference.n || !seen_find(&f->previous, l->previous_reference, &credit))
        return true;
    msg_text(why, l->previous_reference);
    return false;
}

static bool credit_holds(const struct rule_facts *f, const struct intake_record *r, struct msg *why)
{
    uint32_t first;
    const struct intake_claim_line *l = &r->is.claim_line;
    if (!l->previous_reference.n || (!str_eq(l->previous_reference, l->reference) &&
                                     !seen_find(&f->references, l->previous_reference, &first)))
        return true;
    msg_text(why, l->previous_reference);
    return false;
}

static bool owner_holds(const struct rule_facts *f, const struct intake_record *r, struct msg *why)
{
    uint32_t owner;
    if (!seen_find(&f->owners, r->is.claim_line.allocation, &owner) || owner == r->person->bsn.v)
        return true;
    msg_text(why, r->is.claim_line.allocation);
    return false;
}

/* What makes a debit the same debit: allocation, period and product. */
enum { DEBIT_KEY_MAX = 64, DEBIT_PARTS = 3 };

static str debit_key(const struct intake_claim_line *l, char key[DEBIT_KEY_MAX])
{
    size_t n = 0;
    const str part[DEBIT_PARTS] = {l->allocation, l->product.category, l->product.code};
    memcpy(key, &l->from, sizeof l->from);
    memcpy(key + sizeof l->from, &l->to, sizeof l->to);
    n = sizeof l->from + sizeof l->to;
    for (size_t i = 0; i < DEBIT_PARTS; i++) {
        /* each part that is left has room for its end at least */
        const size_t room = DEBIT_KEY_MAX - (DEBIT_PARTS - i) - n;
        const size_t take = part[i].n < room ? part[i].n : room;
        memcpy(key + n, part[i].p ? part[i].p : "", take);
        n += take;
        key[n++] = '\0';
    }
    return (str){key, n};
}

static bool debit_holds(const struct rule_facts *f, const struct intake_record *r, struct msg *why)
{
    char key[DEBIT_KEY_MAX];
    uint32_t first;
    const struct intake_claim_line *l = &r->is.claim_line;
    if (l->cents < 0 || !seen_find(&f->debits, debit_key(l, key), &first))
        return true;
    msg_text(why, l->allocation);
    return false;
}

static bool rejection_holds(const struct rule_facts *f, const struct intake_record *r,
                            struct msg *why)
{
    (void)f, (void)why;
    return !r->is.claim_line.is_rejected || !str_eq(r->is.claim_line.return_codes, STR("0200"));
}

/* ---- the table ---- */

#define ON(kind) (1u << (kind))
enum {
    ALLOCATION = ON(INTAKE_ALLOCATION),
    DELIVERY = ON(INTAKE_DELIVERY),
    REQUEST = ON(INTAKE_REQUEST),
    ANSWER = ON(INTAKE_ANSWER),
    CLAIM = ON(INTAKE_CLAIM),
    LINE = ON(INTAKE_CLAIM_LINE),
};

const struct rule intake_rules[] = {
    {"ON1", "intake.rule-bsn", false, ALLOCATION | DELIVERY | REQUEST | LINE, bsn_holds},
    {"TR134", "intake.rule-born-later", false, ALLOCATION | DELIVERY | REQUEST, birth_holds},
    {"TR002", "intake.rule-too-old", false, ALLOCATION | DELIVERY | REQUEST, age_holds},
    /* not of a request, which is but a wish: the standard's own JW317 ends before it begins */
    {"TR018", "intake.rule-order", false, ALLOCATION | DELIVERY | LINE, order_holds},
    {"TR134", "intake.rule-decided-later", false, ALLOCATION, decided_holds},
    {"WMO002", "intake.rule-deleted", false, ALLOCATION, deleted_holds},
    {"ON2", "intake.rule-weekly-end", false, ALLOCATION | REQUEST, weekly_end_holds},
    {"ON4", "intake.rule-size-or-budget", false, ALLOCATION, size_or_budget_holds},
    {"TR134", "intake.rule-started-later", false, DELIVERY, future_holds},
    {"ON3", "intake.rule-answer", false, ANSWER, answer_holds},
    {"ON5", "intake.rule-claim-month", true, CLAIM, claim_month_holds},
    {"ON6", "intake.rule-line-month", false, LINE, line_month_holds},
    {"TR319", "intake.rule-line-period", false, LINE, line_period_holds},
    {"TR335", "intake.rule-line-age", false, LINE, line_age_holds},
    {"TR346", "intake.rule-tariff", false, LINE, line_tariff_holds},
    {"TR346", "intake.rule-amount", false, LINE, line_amount_holds},
    {"TR342", "intake.rule-not-rejected", false, LINE, rejection_holds},
    {"TR314", "intake.rule-reference", false, LINE, reference_holds},
    {"TR315", "intake.rule-previous", false, LINE, previous_holds},
    {"TR316", "intake.rule-credit", false, LINE, credit_holds},
    {"TR304", "intake.rule-owner", false, LINE, owner_holds},
    {"TR416", "intake.rule-debit", false, LINE, debit_holds},
};
const size_t intake_n_rules = sizeof intake_rules / sizeof *intake_rules;

const struct rule *rules_judge(const struct rule_facts *f, const struct intake_record *r,
                               struct msg *why)
{
    for (size_t i = 0; i < intake_n_rules; i++) {
        const struct rule *rule = &intake_rules[i];
        if (!(rule->kinds & ON(r->kind)))
            continue;
        msg_set(why, rule->key);
        msg_text(why, str_of(rule->number));
        if (!rule->holds(f, r, why))
            return rule;
    }
    return NULL;
}

err rules_note(struct rule_facts *f, const struct intake_record *r, bool was_taken,
               struct err_info *info)
{
    char key[DEBIT_KEY_MAX];
    const struct intake_claim_line *l = &r->is.claim_line;
    if (r->kind != INTAKE_CLAIM_LINE)
        return OK;
    err e = seen_add(&f->references, l->reference, 1, info);
    if (!was_taken)
        return e;
    if (!e && l->previous_reference.n)
        e = seen_add(&f->previous, l->previous_reference, 1, info);
    if (!e && l->cents >= 0)
        e = seen_add(&f->debits, debit_key(l, key), 1, info);
    if (!e)
        e = seen_add(&f->owners, l->allocation, r->person->bsn.v, info);
    return e;
}
