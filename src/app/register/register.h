/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * register: what a municipality knows of its residents, from what its sources delivered.
 *
 * Does: keep deliveries (staged, then accepted in one short transaction, or refused and swept);
 *       give receipts; answer what holds on a day or fell in a month; keep citizen service numbers
 *       apart and encrypted; keep objections and consents.
 * Does not: read files (app/intake does), decide which records are one person (engine/linkage), or
 *           show anything of a resident on a page.
 *
 * A row belongs to a delivery and is never edited: it counts while its delivery is accepted. Two
 * deliveries of the same format, sender, receiver and subject (`replaces`) replace each other: the
 * later dated counts, the other stays as superseded. So the same deliveries give the same register
 * in whatever order they come.
 *
 * What asks ACCESS_STEWARD concerns deliveries, what asks ACCESS_RESIDENT_DATA residents; both are
 * refused with E_DENIED "register.denied". Days are numbers (base/date.h), periods half-open.
 */
#ifndef ONTSCHOT_APP_REGISTER_REGISTER_H
#define ONTSCHOT_APP_REGISTER_REGISTER_H

#include "app/app.h"
#include "app/db/db.h"
#include "app/intake/record.h"
#include "app/job/job.h"
#include "base/seal.h"

enum {
    REGISTER_ALIVE_MS = 2 * 60 * 1000, /* a delivery nobody stages on for so long was left behind */
    REGISTER_PERSONS_MAX = 2000000,    /* different records of persons in one delivery */
    REGISTER_LIST_MAX = 200,
    REGISTER_FILE_MAX = 200, /* bytes of the name of a file; a longer one keeps its tail */
};

/* "GM0034" or "0034". False for anything else. */
bool register_municipality_parse(str code, struct municipality_id *m);
enum { REGISTER_MUNICIPALITY_TEXT = 6 };
/* Writes "GM0034": exactly so many characters, no terminator. */
void register_municipality_print(struct municipality_id m, char text[REGISTER_MUNICIPALITY_TEXT]);

/* The message that names a kind of records: "declaratieregels". */
const char *register_kind_key(enum intake_kind kind);

/* ---- deliveries ---- */

enum register_state {
    REGISTER_STAGED,
    REGISTER_ACCEPTED,
    REGISTER_REFUSED,
    REGISTER_SUPERSEDED,
};

/* accepted + aside = delivered, of each kind, in numbers and in cents. */
struct register_sum {
    int64_t n_accepted, n_aside;
    int64_t cents_accepted, cents_aside;
};

struct register_delivery {
    struct delivery_id id; /* v == 0: a dry run */
    enum register_state state;
    str file, hash; /* hexadecimal BLAKE2b-256 of file and mapping */
    str format, sender, receiver, identification;
    enum intake_law law;
    int32_t dated, from, to; /* INTAKE_DAY_NONE: not told */
    bool is_snapshot;
    struct delivery_id superseded_by;
    int64_t made_at, decided_at;
    bool has_failure;
    struct err_info failure; /* why it was refused; without one: its import was left behind */
};

struct register_receipt {
    struct register_delivery delivery;
    struct register_sum sum[INTAKE_KINDS];
    bool is_again; /* the same file was accepted before: this is that delivery */
    bool is_dry;
};

struct register_aside {
    int64_t line, cents;
    enum intake_kind kind;
    struct msg reason;
};

struct register_import {
    struct municipality_id municipality;
    str file; /* as it was called */
    struct seal_hash hash;
    bool is_dry; /* reads and checks all, changes nothing */
    /* Reads the file into the sink. An error of the sink ends it and is given back. */
    err (*read)(void *with, const struct intake_sink *sink, struct err_info *info);
    void *with;
    /* Told of each record set aside, in the order of the file; may be NULL. */
    err (*aside)(void *with, const struct register_aside *aside, struct err_info *info);
};

/*
 * Takes a delivery into the register, wholly or not at all. For stewards.
 *
 * The same file again changes nothing (`is_again`). E_INPUT with the place when the file cannot be
 * read, is for another municipality, or has no head; E_CONFLICT when a later dated one was
 * accepted; E_LIMIT for more persons than REGISTER_PERSONS_MAX. A file that is refused leaves its
 * row of deliveries with the reason, and a row in the log, nothing else.
 */
WARN_UNUSED err register_import(const struct deed *deed, db *d, const struct register_import *from,
                                struct register_receipt *receipt, struct err_info *info);

/*
 * Takes away what refused deliveries and killed imports left. Before an import, and for the idle
 * time of the worker.
 */
WARN_UNUSED err register_sweep(const struct app *app, db *d, struct err_info *info);

/* For stewards. Newest first, older than `before` (v == 0: the newest). */
WARN_UNUSED err register_deliveries(const struct deed *deed, db *d, struct municipality_id m,
                                    struct delivery_id before, size_t limit,
                                    struct register_delivery **list, size_t *n,
                                    struct err_info *info);
/* For stewards. E_NOT_FOUND for another municipality's. */
WARN_UNUSED err register_receipt_find(const struct deed *deed, db *d, struct municipality_id m,
                                      struct delivery_id id, struct register_receipt *receipt,
                                      struct err_info *info);
/* For stewards: what was set aside, in the order of the file. */
WARN_UNUSED err register_asides(const struct deed *deed, db *d, struct municipality_id m,
                                struct delivery_id id,
                                err (*aside)(void *to, const struct register_aside *aside,
                                             struct err_info *info),
                                void *to, struct err_info *info);

/* For stewards: the first of them, at most REGISTER_LIST_MAX. */
WARN_UNUSED err register_asides_first(const struct deed *deed, db *d, struct municipality_id m,
                                      struct delivery_id id, size_t limit,
                                      struct register_aside **list, size_t *n,
                                      struct err_info *info);

/* ---- from the process that reads a delivery to the one that keeps it ---- */

/* Has a delivery read into the file `path`, which is whole or not there. */
WARN_UNUSED err register_pack(str path,
                              err (*read)(void *with, const struct intake_sink *sink,
                                          struct err_info *info),
                              void *with, struct err_info *info);
/* Tells again what was packed. E_INPUT when the file is none, or not whole. */
WARN_UNUSED err register_unpack(str path, const struct intake_sink *sink,
                                const struct progress *progress, struct err_info *info);

/* ---- as long work ---- */

#define REGISTER_IMPORT "intake.import"
/*
 * "intake.import": one file, and a mapping (.yaml) when it is a CSV; args {"municipality":
 * "GM0034"}, and "mapping" for one of the program's own. The child reads, the worker keeps. Leaves
 * an empty file whose name says which delivery it became, see register_made.
 */
extern const struct job_kind register_import_kind;
/* The delivery of a job that is done, from the name of its result; false when it is none. */
bool register_made(str result, struct delivery_id *id);

/* ---- reading, for ACCESS_RESIDENT_DATA; texts live during the call ---- */

struct register_allocation {
    struct record_id record;
    enum intake_law law;
    str number, provider, category, product, referrer_type, delivery_form;
    int64_t decided_at; /* minutes since 1970 on the clocks of the Netherlands */
    int32_t from, to;   /* INT32_MIN: ever since; INT32_MAX: no end */
    int change, unit, frequency;
    int64_t volume, budget_cents; /* INTAKE_NONE: not given */
};
struct register_claim_line {
    struct record_id record;
    enum intake_law law;
    str claim, provider, reference, previous_reference, allocation, category, product;
    int32_t from, to;
    int64_t quantity_milli;
    int unit;
    int64_t tariff_cents; /* INTAKE_NONE: not given */
    int64_t cents;
    bool is_answered, is_rejected;
};
struct register_person {
    struct record_id id;
    struct delivery_id delivery;
    int64_t line;
    str subject; /* the same for what one source says of one person */
    str print;   /* the same when all that is told is the same */
    str mark;    /* stands for the citizen service number; empty: none is known */
    struct intake_name name;
    struct intake_birth birth;
    char sex;
    struct intake_house address;
    int32_t address_from, address_to, died;
};

/* Each allocation that holds on a day, in the version that counts. */
WARN_UNUSED err register_allocations_on(const struct deed *deed, db *d, struct municipality_id m,
                                        int32_t day,
                                        err (*row)(void *to, const struct register_allocation *r,
                                                   struct err_info *info),
                                        void *to, struct err_info *info);
/* Each line of a claim whose period begins in [from, end), and whether it was answered or rejected.
 */
WARN_UNUSED err register_claim_lines(const struct deed *deed, db *d, struct municipality_id m,
                                     int32_t from, int32_t end,
                                     err (*row)(void *to, const struct register_claim_line *r,
                                                struct err_info *info),
                                     void *to, struct err_info *info);
/*
 * For stewards, to link: everybody as accepted deliveries knew them. `mark` stands for the citizen
 * service number.
 */
WARN_UNUSED err register_persons(const struct deed *deed, db *d, struct municipality_id m,
                                 err (*row)(void *to, const struct register_person *r,
                                            struct err_info *info),
                                 void *to, struct err_info *info);
/*
 * The citizen service number of one record, for a message that must carry it: written to the log
 * with its purpose. E_NOT_FOUND when there is none, or it does not pass the test.
 */
WARN_UNUSED err register_number(const struct deed *deed, db *d, struct municipality_id m,
                                struct record_id record, str purpose, struct bsn *bsn,
                                struct err_info *info);

/* ---- objections and consents, by citizen service number ---- */

enum { REGISTER_MARK_TEXT = 32 };
/* What stands for a number in this municipality: hexadecimal, no terminator. */
void register_mark(const struct app *app, struct municipality_id m, struct bsn bsn,
                   char text[REGISTER_MARK_TEXT]);

struct register_objection {
    struct bsn bsn;
    str purpose;     /* "study", "signal": what the use is for */
    bool is_consent; /* rather than an objection */
    int32_t from, to;
};
/* For stewards. */
WARN_UNUSED err register_objection_add(const struct deed *deed, db *d, struct municipality_id m,
                                       const struct register_objection *o, struct err_info *info);
/* The marks of all who objected (or consented) to a purpose and did so on this day, sorted. */
WARN_UNUSED err register_objections(const struct deed *deed, db *d, struct municipality_id m,
                                    str purpose, int32_t day, bool is_consent, arena *a,
                                    str **marks, size_t *n, struct err_info *info);

#endif
