/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/register/pack.h"

#include <stddef.h>
#include <string.h>

enum type { TYPE_END, TYPE_TEXT, TYPE_LONG, TYPE_INT, TYPE_NUMBER, TYPE_CHAR, TYPE_BOOL };

struct field {
    size_t at;
    enum type type;
};

#define FIELD(of, member)                                                                          \
    {                                                                                              \
        offsetof(struct of, member), _Generic(((struct of *)0)->member, str                        \
                                              : TYPE_TEXT, int64_t                                 \
                                              : TYPE_LONG, int                                     \
                                              : TYPE_INT, uint32_t                                 \
                                              : TYPE_NUMBER, char                                  \
                                              : TYPE_CHAR, bool                                    \
                                              : TYPE_BOOL)                                         \
    }
#define END                                                                                        \
    {                                                                                              \
        0, TYPE_END                                                                                \
    }

/* clang-format off */
static const struct field head[] = {
    FIELD(intake_head, format), FIELD(intake_head, sender), FIELD(intake_head, receiver),
    FIELD(intake_head, identification), FIELD(intake_head, dated), FIELD(intake_head, replaces),
    FIELD(intake_head, from), FIELD(intake_head, to), FIELD(intake_head, is_snapshot), END};
static const struct field person[] = {
    FIELD(intake_person, key), FIELD(intake_person, bsn.v), FIELD(intake_person, bsn_written),
    FIELD(intake_person, name.first), FIELD(intake_person, name.initials),
    FIELD(intake_person, name.prefix), FIELD(intake_person, name.surname),
    FIELD(intake_person, name.partner_prefix), FIELD(intake_person, name.partner_surname),
    FIELD(intake_person, name.call), FIELD(intake_person, name.use),
    FIELD(intake_person, birth.year), FIELD(intake_person, birth.month),
    FIELD(intake_person, birth.day), FIELD(intake_person, sex),
    FIELD(intake_person, address.postcode), FIELD(intake_person, address.number),
    FIELD(intake_person, address.letter), FIELD(intake_person, address.addition),
    FIELD(intake_person, address.street), FIELD(intake_person, address.town),
    FIELD(intake_person, address.country), FIELD(intake_person, address_from),
    FIELD(intake_person, address_to), FIELD(intake_person, died), END};

static const struct field none[] = {END};
static const struct field allocation[] = {
    FIELD(intake_allocation, number), FIELD(intake_allocation, reference),
    FIELD(intake_allocation, provider), FIELD(intake_allocation, product.category),
    FIELD(intake_allocation, product.code), FIELD(intake_allocation, decided_on),
    FIELD(intake_allocation, decided_minute), FIELD(intake_allocation, from),
    FIELD(intake_allocation, to), FIELD(intake_allocation, change),
    FIELD(intake_allocation, size.volume), FIELD(intake_allocation, size.unit),
    FIELD(intake_allocation, size.frequency), FIELD(intake_allocation, budget_cents),
    FIELD(intake_allocation, referrer_type), FIELD(intake_allocation, delivery_form),
    FIELD(intake_allocation, is_deleted), END};
static const struct field delivery[] = {
    FIELD(intake_delivery, allocation), FIELD(intake_delivery, provider),
    FIELD(intake_delivery, product.category), FIELD(intake_delivery, product.code),
    FIELD(intake_delivery, allocation_from), FIELD(intake_delivery, started),
    FIELD(intake_delivery, stopped), FIELD(intake_delivery, stop_reason),
    FIELD(intake_delivery, status), END};
static const struct field request[] = {
    FIELD(intake_request, reference), FIELD(intake_request, allocation),
    FIELD(intake_request, provider), FIELD(intake_request, product.category),
    FIELD(intake_request, product.code), FIELD(intake_request, from), FIELD(intake_request, to),
    FIELD(intake_request, size.volume), FIELD(intake_request, size.unit),
    FIELD(intake_request, size.frequency), FIELD(intake_request, is_change),
    FIELD(intake_request, reason), END};
static const struct field answer[] = {
    FIELD(intake_answer, reference), FIELD(intake_answer, provider), FIELD(intake_answer, answer),
    FIELD(intake_answer, reason), END};
static const struct field claim[] = {
    FIELD(intake_claim, number), FIELD(intake_claim, provider), FIELD(intake_claim, from),
    FIELD(intake_claim, to), FIELD(intake_claim, dated), FIELD(intake_claim, total_cents),
    FIELD(intake_claim, granted_cents), END};
static const struct field claim_line[] = {
    FIELD(intake_claim_line, claim), FIELD(intake_claim_line, reference),
    FIELD(intake_claim_line, previous_reference), FIELD(intake_claim_line, allocation),
    FIELD(intake_claim_line, product.category), FIELD(intake_claim_line, product.code),
    FIELD(intake_claim_line, from), FIELD(intake_claim_line, to),
    FIELD(intake_claim_line, quantity_milli), FIELD(intake_claim_line, unit),
    FIELD(intake_claim_line, tariff_cents), FIELD(intake_claim_line, cents),
    FIELD(intake_claim_line, return_codes), FIELD(intake_claim_line, is_rejected), END};
static const struct field answer_to[] = {
    FIELD(intake_return, of_message), FIELD(intake_return, codes), FIELD(intake_return, subject),
    END};
static const struct field benefit[] = {
    FIELD(intake_benefit, number), FIELD(intake_benefit, scheme), FIELD(intake_benefit, from),
    FIELD(intake_benefit, to), FIELD(intake_benefit, end_reason), FIELD(intake_benefit, norm), END};
static const struct field payment[] = {
    FIELD(intake_payment, benefit), FIELD(intake_payment, month_from),
    FIELD(intake_payment, gross_cents), FIELD(intake_payment, income_cents),
    FIELD(intake_payment, recovery_cents), END};
static const struct field reintegration[] = {
    FIELD(intake_reintegration, kind), FIELD(intake_reintegration, from),
    FIELD(intake_reintegration, to), FIELD(intake_reintegration, cents), END};
static const struct field debt_case[] = {
    FIELD(intake_debt_case, number), FIELD(intake_debt_case, organisation),
    FIELD(intake_debt_case, from), FIELD(intake_debt_case, to), FIELD(intake_debt_case, total_cents),
    FIELD(intake_debt_case, exit_reason), END};
static const struct field debt_phase[] = {
    FIELD(intake_debt_phase, debt_case), FIELD(intake_debt_phase, phase),
    FIELD(intake_debt_phase, from), FIELD(intake_debt_phase, to), FIELD(intake_debt_phase, detail),
    END};
static const struct field signal[] = {
    FIELD(intake_signal, partner), FIELD(intake_signal, kind), FIELD(intake_signal, day),
    FIELD(intake_signal, arrears_cents), FIELD(intake_signal, months), END};
/* clang-format on */

static const struct field *const of_kind[INTAKE_KINDS] = {
    [INTAKE_PERSON] = none,
    [INTAKE_ALLOCATION] = allocation,
    [INTAKE_DELIVERY] = delivery,
    [INTAKE_REQUEST] = request,
    [INTAKE_ANSWER] = answer,
    [INTAKE_CLAIM] = claim,
    [INTAKE_CLAIM_LINE] = claim_line,
    [INTAKE_RETURN] = answer_to,
    [INTAKE_BENEFIT] = benefit,
    [INTAKE_PAYMENT] = payment,
    [INTAKE_REINTEGRATION] = reintegration,
    [INTAKE_DEBT_CASE] = debt_case,
    [INTAKE_DEBT_PHASE] = debt_phase,
    [INTAKE_SIGNAL] = signal,
};

/* ---- values ---- */

void pack_int(out *o, int64_t v)
{
    uint64_t rest = ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
    char byte[10];
    size_t n = 0;
    for (; rest >= 0x80; rest >>= 7)
        byte[n++] = (char)(rest | 0x80);
    byte[n++] = (char)rest;
    out_bytes(o, byte, n);
}

bool unpack_int(str *from, int64_t *v)
{
    uint64_t sum = 0;
    for (unsigned shift = 0, i = 0; i < from->n && shift < 64; i++, shift += 7) {
        const uint64_t byte = (unsigned char)from->p[i];
        sum |= (byte & 0x7F) << shift;
        if (byte < 0x80) {
            *from = str_cut(*from, i + 1, from->n);
            *v = (int64_t)(sum >> 1 ^ (sum & 1 ? UINT64_MAX : 0));
            return true;
        }
    }
    return false;
}

void pack_text(out *o, str s)
{
    pack_int(o, (int64_t)s.n);
    out_bytes(o, s.p, s.n);
}

bool unpack_text(str *from, str *s)
{
    int64_t n;
    if (!unpack_int(from, &n) || n < 0 || (uint64_t)n > from->n)
        return false;
    *s = str_cut(*from, 0, (size_t)n);
    *from = str_cut(*from, (size_t)n, from->n);
    return true;
}

/* ---- structs, by their tables ---- */

static void pack(out *o, const struct field *f, const void *of)
{
    for (; f->type != TYPE_END; f++) {
        const void *at = (const char *)of + f->at;
        switch (f->type) {
        case TYPE_TEXT: pack_text(o, *(const str *)at); break;
        case TYPE_LONG: pack_int(o, *(const int64_t *)at); break;
        case TYPE_INT: pack_int(o, *(const int *)at); break;
        case TYPE_NUMBER: pack_int(o, *(const uint32_t *)at); break;
        case TYPE_CHAR: pack_int(o, *(const char *)at); break;
        case TYPE_BOOL: pack_int(o, *(const bool *)at); break;
        case TYPE_END: break;
        }
    }
}

static bool put_int(const struct field *f, void *at, int64_t v)
{
    switch (f->type) {
    case TYPE_LONG: *(int64_t *)at = v; return true;
    case TYPE_INT: *(int *)at = (int)v; return v >= INT_MIN && v <= INT_MAX;
    case TYPE_NUMBER: *(uint32_t *)at = (uint32_t)v; return v >= 0 && v <= UINT32_MAX;
    case TYPE_CHAR: *(char *)at = (char)v; return v >= 0 && v < 0x80;
    case TYPE_BOOL: *(bool *)at = v == 1; return v == 0 || v == 1;
    default: return false;
    }
}

static bool unpack(str *from, const struct field *f, void *of)
{
    for (; f->type != TYPE_END; f++) {
        void *at = (char *)of + f->at;
        int64_t v;
        if (f->type == TYPE_TEXT ? !unpack_text(from, at)
                                 : !unpack_int(from, &v) || !put_int(f, at, v))
            return false;
    }
    return true;
}

void pack_person(out *o, const struct intake_person *p)
{
    pack(o, person, p);
}

bool unpack_person(str *from, struct intake_person *p)
{
    *p = (struct intake_person){0};
    return unpack(from, person, p);
}

void pack_head(out *o, const struct intake_head *h)
{
    pack_int(o, h->law);
    pack(o, head, h);
}

static bool unpack_law(str *from, enum intake_law *law)
{
    int64_t v;
    if (!unpack_int(from, &v) || v < INTAKE_LAW_NONE || v > INTAKE_DEBT)
        return false;
    *law = (enum intake_law)v;
    return true;
}

bool unpack_head(str *from, struct intake_head *h)
{
    *h = (struct intake_head){0};
    return unpack_law(from, &h->law) && unpack(from, head, h);
}

void pack_record(out *o, const struct intake_record *r)
{
    pack_int(o, r->kind);
    pack_int(o, r->law);
    pack_int(o, r->place.line);
    out_bytes(o, r->place.hash, sizeof r->place.hash);
    pack(o, of_kind[r->kind], &r->is);
}

bool unpack_record(str *from, struct intake_record *r)
{
    int64_t kind;
    *r = (struct intake_record){0};
    if (!unpack_int(from, &kind) || kind < 0 || kind >= INTAKE_KINDS ||
        !unpack_law(from, &r->law) || !unpack_int(from, &r->place.line) ||
        from->n < sizeof r->place.hash)
        return false;
    r->kind = (enum intake_kind)kind;
    memcpy(r->place.hash, from->p, sizeof r->place.hash);
    *from = str_cut(*from, sizeof r->place.hash, from->n);
    return unpack(from, of_kind[kind], &r->is);
}

const struct intake_person *pack_partner(const struct intake_record *r)
{
    const struct intake_person *p = r->kind == INTAKE_BENEFIT     ? &r->is.benefit.partner
                                    : r->kind == INTAKE_DEBT_CASE ? &r->is.debt_case.partner
                                                                  : NULL;
    return p && (p->key.n || p->bsn.v) ? p : NULL;
}
