/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/mapping_int.h"

#define ON(kind) (1u << (kind))
#define EVERY    ((1u << INTAKE_KINDS) - 1)
#define PERSON(name_, cell_, member_)                                                              \
    {                                                                                              \
        .name = name_, .cell = cell_, .offset = offsetof(struct mapping_row, person.member_),      \
        .kinds = EVERY                                                                             \
    }
#define OTHER(name_, cell_, member_)                                                               \
    {                                                                                              \
        .name = name_, .cell = cell_, .offset = offsetof(struct mapping_row, other.member_),       \
        .kinds = ON(INTAKE_BENEFIT) | ON(INTAKE_DEBT_CASE)                                         \
    }
#define FIELD(kind_, name_, cell_, member_)                                                        \
    {                                                                                              \
        .name = name_, .cell = cell_, .offset = offsetof(struct mapping_row, record.is.member_),   \
        .kinds = ON(kind_)                                                                         \
    }
#define NEEDED(kind_, name_, cell_, member_)                                                       \
    {                                                                                              \
        .name = name_, .cell = cell_, .offset = offsetof(struct mapping_row, record.is.member_),   \
        .kinds = ON(kind_), .is_needed = true                                                      \
    }

static const struct mapping_field fields[] = {
    PERSON("key", CELL_TEXT, key),
    {.name = "bsn",
     .cell = CELL_BSN,
     .offset = offsetof(struct mapping_row, person),
     .kinds = EVERY},
    PERSON("first-names", CELL_TEXT, name.first),
    PERSON("initials", CELL_TEXT, name.initials),
    PERSON("call-name", CELL_TEXT, name.call),
    PERSON("prefix", CELL_TEXT, name.prefix),
    PERSON("surname", CELL_TEXT, name.surname),
    PERSON("partner-prefix", CELL_TEXT, name.partner_prefix),
    PERSON("partner-surname", CELL_TEXT, name.partner_surname),
    {.name = "name-use",
     .cell = CELL_LETTER,
     .offset = offsetof(struct mapping_row, person.name.use),
     .kinds = EVERY,
     .letters = "EPVN"},
    PERSON("birth-date", CELL_BIRTH, birth),
    {.name = "sex",
     .cell = CELL_LETTER,
     .offset = offsetof(struct mapping_row, person.sex),
     .kinds = EVERY,
     .letters = "MFX"},
    PERSON("postcode", CELL_POSTCODE, address.postcode),
    PERSON("house-number", CELL_WHOLE, address.number),
    PERSON("house-letter", CELL_TEXT, address.letter),
    PERSON("house-addition", CELL_TEXT, address.addition),
    PERSON("street", CELL_TEXT, address.street),
    PERSON("town", CELL_TEXT, address.town),
    PERSON("country", CELL_TEXT, address.country),
    PERSON("address-from", CELL_DAY, address_from),
    PERSON("address-to", CELL_LAST_DAY, address_to),
    PERSON("died", CELL_DAY, died),
    OTHER("other-key", CELL_TEXT, key),
    {.name = "other-bsn",
     .cell = CELL_BSN,
     .offset = offsetof(struct mapping_row, other),
     .kinds = ON(INTAKE_BENEFIT) | ON(INTAKE_DEBT_CASE)},
    OTHER("other-first-names", CELL_TEXT, name.first),
    OTHER("other-prefix", CELL_TEXT, name.prefix),
    OTHER("other-surname", CELL_TEXT, name.surname),
    OTHER("other-birth-date", CELL_BIRTH, birth),
    FIELD(INTAKE_ALLOCATION, "number", CELL_TEXT, allocation.number),
    FIELD(INTAKE_ALLOCATION, "reference", CELL_TEXT, allocation.reference),
    FIELD(INTAKE_ALLOCATION, "provider", CELL_TEXT, allocation.provider),
    FIELD(INTAKE_ALLOCATION, "category", CELL_TEXT, allocation.product.category),
    FIELD(INTAKE_ALLOCATION, "code", CELL_TEXT, allocation.product.code),
    FIELD(INTAKE_ALLOCATION, "decided-on", CELL_DAY, allocation.decided_on),
    NEEDED(INTAKE_ALLOCATION, "from", CELL_DAY, allocation.from),
    FIELD(INTAKE_ALLOCATION, "to", CELL_LAST_DAY, allocation.to),
    FIELD(INTAKE_ALLOCATION, "change", CELL_CODE, allocation.change),
    FIELD(INTAKE_ALLOCATION, "volume", CELL_WHOLE, allocation.size.volume),
    FIELD(INTAKE_ALLOCATION, "unit", CELL_CODE, allocation.size.unit),
    FIELD(INTAKE_ALLOCATION, "frequency", CELL_CODE, allocation.size.frequency),
    FIELD(INTAKE_ALLOCATION, "budget", CELL_CENTS, allocation.budget_cents),
    FIELD(INTAKE_ALLOCATION, "referrer-type", CELL_TEXT, allocation.referrer_type),
    FIELD(INTAKE_ALLOCATION, "delivery-form", CELL_TEXT, allocation.delivery_form),
    FIELD(INTAKE_DELIVERY, "allocation", CELL_TEXT, delivery.allocation),
    FIELD(INTAKE_DELIVERY, "provider", CELL_TEXT, delivery.provider),
    FIELD(INTAKE_DELIVERY, "category", CELL_TEXT, delivery.product.category),
    FIELD(INTAKE_DELIVERY, "code", CELL_TEXT, delivery.product.code),
    NEEDED(INTAKE_DELIVERY, "started", CELL_DAY, delivery.started),
    FIELD(INTAKE_DELIVERY, "stopped", CELL_LAST_DAY, delivery.stopped),
    FIELD(INTAKE_DELIVERY, "stop-reason", CELL_CODE, delivery.stop_reason),
    NEEDED(INTAKE_BENEFIT, "number", CELL_TEXT, benefit.number),
    NEEDED(INTAKE_BENEFIT, "scheme", CELL_TEXT, benefit.scheme),
    NEEDED(INTAKE_BENEFIT, "from", CELL_DAY, benefit.from),
    FIELD(INTAKE_BENEFIT, "to", CELL_LAST_DAY, benefit.to),
    FIELD(INTAKE_BENEFIT, "end-reason", CELL_CODE, benefit.end_reason),
    FIELD(INTAKE_BENEFIT, "norm", CELL_TEXT, benefit.norm),
    NEEDED(INTAKE_PAYMENT, "benefit", CELL_TEXT, payment.benefit),
    NEEDED(INTAKE_PAYMENT, "month", CELL_MONTH, payment.month_from),
    NEEDED(INTAKE_PAYMENT, "gross", CELL_CENTS, payment.gross_cents),
    FIELD(INTAKE_PAYMENT, "income", CELL_CENTS, payment.income_cents),
    FIELD(INTAKE_PAYMENT, "recovery", CELL_CENTS, payment.recovery_cents),
    NEEDED(INTAKE_REINTEGRATION, "what", CELL_TEXT, reintegration.kind),
    NEEDED(INTAKE_REINTEGRATION, "from", CELL_DAY, reintegration.from),
    FIELD(INTAKE_REINTEGRATION, "to", CELL_LAST_DAY, reintegration.to),
    FIELD(INTAKE_REINTEGRATION, "amount", CELL_CENTS, reintegration.cents),
    NEEDED(INTAKE_DEBT_CASE, "number", CELL_TEXT, debt_case.number),
    FIELD(INTAKE_DEBT_CASE, "organisation", CELL_TEXT, debt_case.organisation),
    NEEDED(INTAKE_DEBT_CASE, "from", CELL_DAY, debt_case.from),
    FIELD(INTAKE_DEBT_CASE, "to", CELL_LAST_DAY, debt_case.to),
    FIELD(INTAKE_DEBT_CASE, "total", CELL_CENTS, debt_case.total_cents),
    FIELD(INTAKE_DEBT_CASE, "exit-reason", CELL_TEXT, debt_case.exit_reason),
    NEEDED(INTAKE_DEBT_PHASE, "case", CELL_TEXT, debt_phase.debt_case),
    NEEDED(INTAKE_DEBT_PHASE, "phase", CELL_TEXT, debt_phase.phase),
    NEEDED(INTAKE_DEBT_PHASE, "from", CELL_DAY, debt_phase.from),
    FIELD(INTAKE_DEBT_PHASE, "to", CELL_LAST_DAY, debt_phase.to),
    FIELD(INTAKE_DEBT_PHASE, "detail", CELL_TEXT, debt_phase.detail),
    FIELD(INTAKE_SIGNAL, "partner", CELL_TEXT, signal.partner),
    NEEDED(INTAKE_SIGNAL, "what", CELL_TEXT, signal.kind),
    NEEDED(INTAKE_SIGNAL, "day", CELL_DAY, signal.day),
    NEEDED(INTAKE_SIGNAL, "arrears", CELL_CENTS, signal.arrears_cents),
    FIELD(INTAKE_SIGNAL, "months", CELL_CODE, signal.months),
};

const struct mapping_field *mapping_field_of(enum intake_kind kind, str name)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if ((fields[i].kinds & ON(kind)) && str_eq(str_of(fields[i].name), name))
            return &fields[i];
    return NULL;
}
