/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * record: what a delivery says, one thing at a time, in one form for every source.
 *
 * Does: name the kinds of records that messages and extracts hold, and where each came from.
 * Does not: read files (readers make these) or keep anything (the register does).
 *
 * Money is cents, quantities thousandths of their unit, days are numbers (base/date.h), periods
 * half-open: the sources' inclusive ends are `to` = end + 1. Texts are borrowed and live during
 * the call. INTAKE_DAY_NONE stands for a day that is not given, INTAKE_NONE for an amount.
 */
#ifndef ONTSCHOT_APP_INTAKE_RECORD_H
#define ONTSCHOT_APP_INTAKE_RECORD_H

#include "base/bsn.h"
#include "base/err.h"
#include "base/msg.h"

#include <limits.h>

#define INTAKE_DAY_NONE INT32_MIN
#define INTAKE_NONE     INT64_MIN

enum intake_law { INTAKE_LAW_NONE, INTAKE_WMO, INTAKE_YOUTH, INTAKE_PARTICIPATION, INTAKE_DEBT };

enum intake_kind {
    INTAKE_PERSON,     /* somebody as the source knows him or her, with address and relations */
    INTAKE_ALLOCATION, /* 301, Wmo extract, youth policy information */
    INTAKE_DELIVERY,   /* 305 and 307: started, stopped */
    INTAKE_REQUEST,    /* 315, 317 */
    INTAKE_ANSWER,     /* 319 */
    INTAKE_CLAIM,      /* 323: its head */
    INTAKE_CLAIM_LINE, /* 323: its lines; 325: the rejected ones */
    INTAKE_RETURN,     /* 302, 306, 308, 316, 318, 320: what was wrong with a message, or nothing */
    INTAKE_BENEFIT,    /* social assistance, a period */
    INTAKE_PAYMENT,    /* of a benefit, a month */
    INTAKE_REINTEGRATION,
    INTAKE_DEBT_CASE,
    INTAKE_DEBT_PHASE,
    INTAKE_SIGNAL, /* early signal of arrears */
    INTAKE_KINDS
};

/* A birth date of which parts may be unknown (COD170): 0 means unknown. */
struct intake_birth {
    int year, month, day;
};

struct intake_house {
    str postcode; /* "1234AB", or empty */
    int64_t number;
    str letter, addition, street, town, country;
};

struct intake_name {
    str first, initials, prefix, surname, partner_prefix, partner_surname, call;
    char use; /* 'E' own, 'P' partner's, 'V' partner's first, 'N' own first; 0 unknown */
};

/* The person of a record. `key` joins the records of one file: the source's own number, or BSN. */
struct intake_person {
    str key;
    struct bsn bsn;  /* v == 0: none, or not valid */
    str bsn_written; /* as it stood there when it does not pass the test; kept as evidence */
    struct intake_name name;
    struct intake_birth birth;
    char sex; /* 'M', 'F', 'X' not specified, 0 unknown */
    struct intake_house address;
    int32_t address_from, address_to;
    int32_t died;
};

/* Of a message that names family: to whom the person is what (COD472, of iWmo and iJw). */
struct intake_relation {
    struct intake_person other;
    int code;
};

struct intake_product {
    str category, code; /* "02", "02A05"; empty: all of the category, all of the law */
};

struct intake_size {
    int64_t volume;      /* in the unit, INTAKE_NONE when the size is not given */
    int unit, frequency; /* WJ756, WMO757; 0 not given */
};

struct intake_allocation {
    str number; /* of the municipality */
    str reference;
    str provider; /* AGB code */
    struct intake_product product;
    int32_t decided_on; /* Toewijzingsdatum */
    int decided_minute; /* Toewijzingstijd: of two that differ the later counts */
    int32_t from, to;
    int change; /* 0, or the reason of a change (WMO002, JZ002) */
    struct intake_size size;
    int64_t budget_cents;
    str referrer_type, delivery_form;
    bool is_deleted; /* end = start with reason 13 */
};

struct intake_delivery {
    str allocation, provider;
    struct intake_product product;
    int32_t allocation_from, started, stopped;
    int stop_reason; /* 0: goes on */
    int status;      /* COD467: 1 first, 2 changed, 3 removed, 9 unchanged */
};

struct intake_request {
    str reference, allocation, provider;
    struct intake_product product;
    int32_t from, to;
    struct intake_size size;
    bool is_change;
    int reason;
};

struct intake_answer {
    str reference, provider;
    int answer; /* 1 rejected, 2 under investigation */
    int reason;
};

struct intake_claim {
    str number, provider;
    int32_t from, to, dated;
    int64_t total_cents;
    int64_t granted_cents; /* of an answer (325), else INTAKE_NONE */
};

struct intake_claim_line {
    str claim, reference, previous_reference, allocation;
    struct intake_product product;
    int32_t from, to;
    int64_t quantity_milli;
    int unit;
    int64_t tariff_cents; /* INTAKE_NONE when not given */
    int64_t cents;        /* credit is negative */
    str return_codes;     /* of a rejected one, with spaces between; empty in 323 */
    bool is_rejected;
};

struct intake_return {
    str of_message; /* the identification of the message it answers */
    str codes;      /* with spaces between */
    str subject;    /* where in the message the code stood: "Header", "ToegewezenProduct", ... */
};

struct intake_benefit {
    str number, scheme; /* "PW" "IOAW" "IOAZ" "Bbz" */
    int32_t from, to;
    int end_reason;
    str norm;
    struct intake_person partner; /* key empty: none */
};

struct intake_payment {
    str benefit;
    int32_t month_from;
    int64_t gross_cents, income_cents, recovery_cents;
};

struct intake_reintegration {
    str kind;
    int32_t from, to;
    int64_t cents;
};

struct intake_debt_case {
    str number, organisation;
    int32_t from, to;
    int64_t total_cents;
    str exit_reason;
    struct intake_person partner;
};

struct intake_debt_phase {
    str debt_case,
        phase; /* application intake stabilisation arrangement solution aftercare guidance */
    int32_t from, to;
    str detail;
};

struct intake_signal {
    str partner;
    str kind; /* electricity gas heat health-insurance water rent */
    int32_t day;
    int64_t arrears_cents;
    int months;
};

/* Where a record came from, for receipts and for "why do you think so". */
struct intake_place {
    int64_t line;           /* of its first byte in the file, from 1 */
    unsigned char hash[32]; /* BLAKE2b-256 of the record as the reader understood it */
};

struct intake_record {
    enum intake_kind kind;
    enum intake_law law;
    struct intake_place place;
    const struct intake_person *person; /* whom it is about; NULL for CLAIM heads, ANSWERs and RETURNs */
    const struct intake_relation *relation;
    size_t n_relations;
    union {
        struct intake_allocation allocation;
        struct intake_delivery delivery;
        struct intake_request request;
        struct intake_answer answer;
        struct intake_claim claim;
        struct intake_claim_line claim_line;
        struct intake_return answer_to;
        struct intake_benefit benefit;
        struct intake_payment payment;
        struct intake_reintegration reintegration;
        struct intake_debt_case debt_case;
        struct intake_debt_phase debt_phase;
        struct intake_signal signal;
    } is;
};

/* The delivery as a whole, told before its records. */
struct intake_head {
    str format; /* "iwmo-3.2/301", "ijw-3.2/323", "bus", "ddas", the name of a mapping */
    enum intake_law law;
    str sender, receiver; /* AGB or municipality code; empty when the source does not say */
    str identification;   /* of the message, unique for its sender */
    int32_t dated;
    /*
     * A later delivery of the same sender with the same word takes the place of this one: of
     * extracts. Empty for messages: a 301 is all of one client, as the records say, not of a file.
     */
    str replaces;
    int32_t from, to; /* the period it covers, when the source says */
    bool is_snapshot; /* all of the subject, the latest wins; else it adds */
};

/*
 * Who takes what a reader finds, in the order of the file. An error that a function returns ends
 * the reading and is the reader's result.
 */
struct intake_sink {
    err (*head)(void *to, const struct intake_head *head, struct err_info *info);
    err (*take)(void *to, const struct intake_record *record, struct err_info *info);
    /* A record that breaks a rule of content. `cents` is what it would have counted; 0 without. */
    err (*set_aside)(void *to, enum intake_kind kind, struct intake_place place, int64_t cents,
                     const struct msg *reason, struct err_info *info);
    void *to;
};

#endif
