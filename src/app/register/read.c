/* SPDX-License-Identifier: EUPL-1.2 */
/* read: what holds in the register, to those who may see data of residents; and municipalities. */
#include "app/register/register_int.h"

#include <stdlib.h>
#include <string.h>

enum { CODE_MAX = 9999, PURPOSE_MAX = 60 };

/* ---- municipalities ---- */

bool register_municipality_parse(str code, struct municipality_id *m)
{
    int64_t v = 0;
    if (str_starts(code, STR("GM")))
        code = str_cut(code, 2, code.n);
    for (size_t i = 0; i < code.n; i++) {
        if (code.p[i] < '0' || code.p[i] > '9')
            return false;
        v = v * 10 + (code.p[i] - '0');
    }
    if (code.n != 4 || v == 0)
        return false;
    m->v = v;
    return true;
}

void register_municipality_print(struct municipality_id m, char text[REGISTER_MUNICIPALITY_TEXT])
{
    int64_t rest = m.v >= 0 && m.v <= CODE_MAX ? m.v : 0;
    memcpy(text, "GM", 2);
    for (size_t i = REGISTER_MUNICIPALITY_TEXT; i-- > 2; rest /= 10)
        text[i] = (char)('0' + rest % 10);
}

/* ---- rows ---- */

static err check_resident_data(const struct deed *deed, struct err_info *info)
{
    return viewer_may(&deed->viewer, ACCESS_RESIDENT_DATA)
               ? OK
               : err_set(info, E_DENIED, "register.denied");
}

static int64_t amount_of(struct db_int v)
{
    return v.has ? v.v : INTAKE_NONE;
}

static int32_t day_of(struct db_int v)
{
    return v.has ? (int32_t)v.v : INTAKE_DAY_NONE;
}

struct allocations {
    err (*row)(void *to, const struct register_allocation *r, struct err_info *info);
    void *to;
};

static err tell_allocation(void *to, const struct allocations_on_row *r, struct err_info *info)
{
    const struct allocations *t = to;
    const struct register_allocation a = {
        .record = r->record,
        .law = (enum intake_law)r->law,
        .number = r->number,
        .provider = r->provider,
        .category = r->category,
        .product = r->product,
        .referrer_type = r->referrer_type,
        .delivery_form = r->delivery_form,
        .decided_at = r->decided_at,
        .from = (int32_t)r->from_day,
        .to = (int32_t)r->to_day,
        .change = (int)r->change,
        .unit = (int)r->unit,
        .frequency = (int)r->frequency,
        .volume = amount_of(r->volume),
        .budget_cents = amount_of(r->budget_cents),
    };
    return t->row(t->to, &a, info);
}

err register_allocations_on(const struct deed *deed, db *d, struct municipality_id m, int32_t day,
                            err (*row)(void *to, const struct register_allocation *r,
                                       struct err_info *info),
                            void *to, struct err_info *info)
{
    struct allocations t = {row, to};
    const err e = check_resident_data(deed, info);
    return e == OK ? allocations_on(d, (struct allocations_on_in){.m = m, .day = day},
                                    tell_allocation, &t, info)
                   : e;
}

struct claim_lines {
    err (*row)(void *to, const struct register_claim_line *r, struct err_info *info);
    void *to;
};

static err tell_claim_line(void *to, const struct claim_lines_in_row *r, struct err_info *info)
{
    const struct claim_lines *t = to;
    const struct register_claim_line l = {
        .record = r->record,
        .law = (enum intake_law)r->law,
        .claim = r->claim,
        .provider = r->provider,
        .reference = r->reference,
        .previous_reference = r->previous_reference,
        .allocation = r->allocation,
        .category = r->category,
        .product = r->product,
        .from = (int32_t)r->from_day,
        .to = (int32_t)r->to_day,
        .quantity_milli = r->quantity_milli,
        .unit = (int)r->unit,
        .tariff_cents = amount_of(r->tariff_cents),
        .cents = r->cents,
        .is_answered = r->is_answered,
        .is_rejected = r->is_rejected,
    };
    return t->row(t->to, &l, info);
}

err register_claim_lines(const struct deed *deed, db *d, struct municipality_id m, int32_t from,
                         int32_t end,
                         err (*row)(void *to, const struct register_claim_line *r,
                                    struct err_info *info),
                         void *to, struct err_info *info)
{
    struct claim_lines t = {row, to};
    const err e = check_resident_data(deed, info);
    return e == OK
               ? claim_lines_in(d,
                                (struct claim_lines_in_in){.m = m, .from_day = from, .to_day = end},
                                tell_claim_line, &t, info)
               : e;
}

struct persons {
    err (*row)(void *to, const struct register_person *r, struct err_info *info);
    void *to;
};

static char char_of(str s)
{
    return s.n ? s.p[0] : '\0';
}

static err tell_person(void *to, const struct person_each_row *r, struct err_info *info)
{
    const struct persons *t = to;
    const struct register_person p = {
        .id = r->id,
        .delivery = r->delivery,
        .line = r->line,
        .subject = r->subject,
        .print = r->print,
        .mark = r->mark.p ? r->mark : STR(""),
        .name = {.first = r->first,
                 .initials = r->initials,
                 .prefix = r->prefix,
                 .surname = r->surname,
                 .partner_prefix = r->partner_prefix,
                 .partner_surname = r->partner_surname,
                 .call = r->call,
                 .use = char_of(r->name_use)},
        .birth = {(int)r->birth_year, (int)r->birth_month, (int)r->birth_day},
        .sex = char_of(r->sex),
        .address = {.postcode = r->postcode,
                    .number = r->house_number,
                    .letter = r->house_letter,
                    .addition = r->house_addition,
                    .street = r->street,
                    .town = r->town,
                    .country = r->country},
        .address_from = (int32_t)r->address_from,
        .address_to = (int32_t)r->address_to,
        .died = day_of(r->died),
    };
    return t->row(t->to, &p, info);
}

err register_persons(const struct deed *deed, db *d, struct municipality_id m,
                     err (*row)(void *to, const struct register_person *r, struct err_info *info),
                     void *to, struct err_info *info)
{
    struct persons t = {row, to};
    if (!viewer_may(&deed->viewer, ACCESS_STEWARD))
        return err_set(info, E_DENIED, "register.denied");
    return person_each(d, (struct person_each_in){.m = m}, tell_person, &t, info);
}

/* ---- one number ---- */

struct look {
    const struct deed *deed;
    struct record_id record;
    str purpose;
};

static err log_look(db_tx *tx, void *arg, struct err_info *info)
{
    const struct look *l = arg;
    return audit_add(tx, l->deed,
                     &(struct audit_row){.verb = "register.number",
                                         .object = "record",
                                         .object_id = l->record.v,
                                         .purpose = l->purpose},
                     info);
}

err register_number(const struct deed *deed, db *d, struct municipality_id m,
                    struct record_id record, str purpose, struct bsn *bsn, struct err_info *info)
{
    struct look look = {deed, record, purpose};
    struct number_of_row row;

    *bsn = (struct bsn){0};
    err e = check_resident_data(deed, info);
    if (e == OK && !str_trim(purpose).n)
        e = err_set(info, E_INPUT, "register.no-purpose");
    if (e == OK) /* before it is shown */
        e = db_tx_do(d, log_look, &look, info);
    if (e == OK)
        e = number_of(d, deed->memory, (struct number_of_in){.m = m, .record = record}, &row, info);
    if (e == E_NOT_FOUND ||
        (e == OK && (!row.is_valid || !number_unseal(deed->app, m, record, row.sealed, bsn))))
        e = err_set(info, E_NOT_FOUND, "register.no-number");
    return e;
}

/* ---- objections and consents ---- */

struct objecting {
    const struct deed *deed;
    struct objection_add_in in;
};

static err add_objection(db_tx *tx, void *arg, struct err_info *info)
{
    const struct objecting *o = arg;
    const err e = objection_add(tx, o->in, info);
    return e == OK ? audit_add(tx, o->deed,
                               &(struct audit_row){.verb = o->in.is_consent ? "register.consent"
                                                                            : "register.objection",
                                                   .object = "objection",
                                                   .object_id = o->in.id,
                                                   .purpose = o->in.purpose},
                               info)
                   : e;
}

err register_objection_add(const struct deed *deed, db *d, struct municipality_id m,
                           const struct register_objection *o, struct err_info *info)
{
    char mark[REGISTER_MARK_TEXT];
    const int64_t from = o->from, to = o->to == INTAKE_DAY_NONE ? INT32_MAX : o->to;

    const err e = check_steward(deed, info);
    if (e != OK)
        return e;
    if (!bsn_is_valid(o->bsn.v))
        return err_set(info, E_INPUT, "register.bad-number");
    if (!o->purpose.n || o->purpose.n > PURPOSE_MAX)
        return err_set(info, E_INPUT, "register.no-purpose");
    if (from >= to)
        return err_set(info, E_INPUT, "register.no-period");
    register_mark(deed->app, m, o->bsn, mark);
    struct objecting objecting = {deed,
                                  {.m = m,
                                   .id = db_new_id(d),
                                   .mark = {mark, sizeof mark},
                                   .purpose = o->purpose,
                                   .is_consent = o->is_consent,
                                   .from_day = from,
                                   .to_day = to,
                                   .now = deed->now_ms,
                                   .by = deed->viewer.id.v}};
    return db_tx_do(d, add_objection, &objecting, info);
}

struct marks {
    arena *memory;
    str *mark;
    size_t n, room;
};

static err take_mark(void *to, const struct objections_on_row *r, struct err_info *info)
{
    struct marks *m = to;
    if (m->n == m->room) {
        const size_t room = m->room ? 2 * m->room : 64;
        str *bigger = ARENA_NEW(m->memory, str, room);
        if (!bigger)
            return err_nomem(info);
        if (m->n)
            memcpy(bigger, m->mark, m->n * sizeof *bigger);
        m->mark = bigger;
        m->room = room;
    }
    m->mark[m->n] = arena_str(m->memory, r->mark);
    return m->mark[m->n++].p ? OK : err_nomem(info);
}

err register_objections(const struct deed *deed, db *d, struct municipality_id m, str purpose,
                        int32_t day, bool is_consent, arena *a, str **marks, size_t *n,
                        struct err_info *info)
{
    struct marks found = {.memory = a};
    err e = check_steward(deed, info);
    if (e == OK)
        e = objections_on(d,
                          (struct objections_on_in){
                              .m = m, .purpose = purpose, .day = day, .is_consent = is_consent},
                          take_mark, &found, info);
    *marks = found.mark;
    *n = found.n;
    return e;
}
