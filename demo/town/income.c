/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What other extracts hold: benefits, re-integration, early signals and debt help of the social
 * service, and the policy information on youth help.
 */
#include "demo/town/page_int.h"

#include "base/json.h"

#include <string.h>

/* Each extract copies from a system of its own, so each has records of its own. */
static struct town_record record_of(const struct town_block *b, int person, struct dice *d)
{
    struct town_record r;
    town_record_make(b, person, d, &r);
    return r;
}

static void semicolon(out *o)
{
    out_char(o, ';');
}

/* These systems write the last day on which it is so. */
static void put_last(out *o, int32_t to)
{
    put_day(o, to == TOWN_OPEN ? to : to - 1);
}

static void put_euro(out *o, int64_t cents)
{
    out_int(o, cents / 100);
    out_char(o, ',');
    put_padded(o, cents % 100, 2);
}

static void put_who(out *o, const struct town_record *r)
{
    put_bsn(o, r->bsn);
    semicolon(o);
    put_birth(o, r);
    semicolon(o);
    out_char(o, r->sex);
    semicolon(o);
}

static void put_name(out *o, const char *first, const struct town_record *r)
{
    out_cstr(o, first);
    semicolon(o);
    out_cstr(o, r->surname.prefix);
    semicolon(o);
    out_cstr(o, r->surname.name);
    semicolon(o);
}

static void put_postcode(out *o, const struct town_record *r)
{
    out_cstr(o, r->address.postcode);
    semicolon(o);
    out_int(o, r->address.number);
    semicolon(o);
}

static void put_partner(const struct town_benefit *benefit, const struct town_record *partner,
                        out *o)
{
    if (benefit->partner != PERSON_NONE)
        put_bsn(o, partner->bsn);
    semicolon(o);
    if (benefit->partner != PERSON_NONE)
        put_birth(o, partner);
    semicolon(o);
}

static void put_benefit(const struct town_block *b, const struct town_benefit *benefit,
                        struct dice *d, out *o)
{
    const struct town_record r = record_of(b, benefit->person, d);
    struct town_record partner = {0};
    if (benefit->partner != PERSON_NONE)
        partner = record_of(b, benefit->partner, d);
    for (int month = 0; month < b->town->months; month++) {
        const int32_t from = month_first(month), to = month_first(month + 1);
        if (benefit->from >= to || benefit->to <= from)
            continue;
        out_cstr(o, "U");
        out_int(o, benefit->number);
        semicolon(o);
        out_cstr(o, benefit->scheme);
        semicolon(o);
        put_day(o, from);
        semicolon(o);
        put_who(o, &r);
        put_name(o, r.given, &r);
        put_postcode(o, &r);
        put_partner(benefit, &partner, o);
        put_day(o, benefit->from);
        semicolon(o);
        put_last(o, benefit->to);
        semicolon(o);
        put_euro(o, benefit->norm_cents);
        semicolon(o);
        const int64_t recovery = (benefit->number + month) % 17 == 0 ? 7500 : 0;
        put_euro(o, benefit->norm_cents - benefit->income_cents);
        semicolon(o);
        put_euro(o, benefit->income_cents);
        semicolon(o);
        put_euro(o, recovery);
        out_char(o, '\n');
    }
}

static void put_reintegration(const struct town_block *b, const struct town_benefit *benefit,
                              struct dice *d, out *o)
{
    const int32_t from = benefit->from > b->from ? benefit->from + 30 : b->from + 30;
    const int32_t planned = from + dice_between(d, 60, 300);
    const struct town_record r = record_of(b, benefit->person, d);
    if (from >= b->to || from >= benefit->to)
        return;
    const int32_t to = planned < benefit->to ? planned : benefit->to;
    put_who(o, &r);
    out_cstr(o, benefit->reintegration);
    semicolon(o);
    put_day(o, from);
    semicolon(o);
    put_last(o, to < b->to ? to : TOWN_OPEN);
    semicolon(o);
    put_euro(o, 100 * dice_between(d, 300, 6000));
    out_char(o, '\n');
}

/* As the teams know the child; 999999999 stands for a number that is not known. */
static void put_youth(const struct town_block *b, const struct town_allocation *a,
                      const struct town_record *r, out *o)
{
    const bool has_ended = a->stopped <= b->to;
    if (!a->product->is_youth || a->started >= b->to || a->stopped <= b->from)
        return;
    put_bsn(o, r->bsn ? r->bsn : 999999999);
    semicolon(o);
    put_birth(o, r);
    semicolon(o);
    out_char(o, r->sex);
    semicolon(o);
    out_cstr(o, r->address.postcode);
    semicolon(o);
    put_padded(o, 1 + a->number % 6, 2);
    semicolon(o);
    out_cstr(o, a->product->form);
    semicolon(o);
    put_day(o, a->started);
    semicolon(o);
    if (has_ended)
        put_day(o, a->stopped - 1);
    semicolon(o);
    if (has_ended)
        out_cstr(o, a->is_by_death ? "02" : a->stopped == a->to ? "31" : "34");
    out_char(o, '\n');
}

static void put_signal(const struct town_block *b, const struct town_signal *signal, struct dice *d,
                       out *o)
{
    const struct town_record r = record_of(b, signal->person, d);
    out_cstr(o, signal->sender);
    semicolon(o);
    out_cstr(o, signal->kind);
    semicolon(o);
    put_name(o, r.initials, &r);
    put_birth(o, &r);
    semicolon(o);
    put_postcode(o, &r);
    put_day(o, signal->day);
    semicolon(o);
    put_euro(o, signal->arrears_cents);
    semicolon(o);
    out_int(o, signal->months);
    out_char(o, '\n');
}

/* ---- debt help, as the exchange model of DDAS has it ---- */

static void key_day(json *j, const char *key, int32_t day)
{
    out text;
    out_init(&text, 16);
    put_day(&text, day);
    if (day == TOWN_OPEN) {
        json_key(j, key);
        json_put_null(j);
    } else {
        json_key_str(j, key, out_view(&text));
    }
    out_free(&text);
}

static void put_phase(json *j, const char *name, int32_t from, int32_t to)
{
    json_key(j, name);
    json_open_object(j);
    key_day(j, "startdatum", from);
    if (to != TOWN_OPEN)
        key_day(j, "einddatum", to - 1);
}

static void put_client(const struct town_block *b, int person, struct dice *d, json *j)
{
    const struct town_record r = record_of(b, person, d);
    out text;
    out_init(&text, 64);
    json_open_object(j);
    put_bsn(&text, r.bsn);
    if (r.bsn)
        json_key_str(j, "Burgerservicenummer", out_view(&text));
    out_clear(&text);
    put_birth(&text, &r);
    json_key_str(j, "Geboortedatum", out_view(&text));
    json_key_str(j, "Geslachtsaanduiding", str_of(r.sex == 'M' ? "Man" : "Vrouw"));
    if (r.address.postcode[0])
        json_key_str(j, "Postcode", str_of(r.address.postcode));
    out_clear(&text);
    out_int(&text, r.address.number);
    json_key_str(j, "Huisnummer", out_view(&text));
    json_close_object(j);
    out_free(&text);
}

static int32_t earlier(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Which phases have begun follows from how long it runs. */
static void put_debt(const struct town_block *b, const struct town_debt *debt, struct dice *d,
                     out *o)
{
    const int32_t last = earlier(b->to, debt->to);
    json j;
    json_init_line(&j, o);
    json_open_object(&j);
    key_day(&j, "startdatum", debt->from);
    if (debt->to != TOWN_OPEN)
        key_day(&j, "einddatum", debt->to - 1);
    key_day(&j, "toekenningsdatum", debt->from);
    json_key_int(&j, "totaalSchuldbedragBijAanvangSchuld", debt->total_euro);
    json_key_str(&j, "gemeentecode", STR(TOWN_CODE_AREA));
    put_phase(&j, "aanmelding", debt->asked, earlier(debt->from, last));
    json_close_object(&j);
    if (debt->from + 30 < last) {
        put_phase(&j, "intake", debt->from, debt->from + 30);
        json_key_str(&j, "beschikkingssoort", STR("Toelatingsbeschikking"));
        json_close_object(&j);
    }
    if (debt->from + 90 < last) {
        put_phase(&j, "stabilisatie", debt->from + 30, debt->from + 90);
        json_close_object(&j);
    }
    if (debt->solution && debt->from + 120 < last) {
        put_phase(&j, "oplossing", debt->from + 120, debt->to);
        json_key_str(&j, "soort", str_of(debt->solution));
        json_close_object(&j);
    }
    if (debt->reason) {
        json_key(&j, "uitstroom");
        json_open_object(&j);
        key_day(&j, "datum", debt->to);
        json_key_str(&j, "reden", str_of(debt->reason));
        json_close_object(&j);
    }
    json_key(&j, "client");
    json_open_array(&j);
    put_client(b, debt->person, d, &j);
    if (debt->partner != PERSON_NONE)
        put_client(b, debt->partner, d, &j);
    json_close_array(&j);
    json_close_object(&j);
}

void town_write_income(const struct town_block *b, const struct town_services *s,
                       struct town_page *page)
{
    struct dice d = dice_new(b->town->seed, "town.income", (uint64_t)b->index);
    for (int i = 0; i < s->n_benefits; i++) {
        put_benefit(b, &s->benefit[i], &d, &page->file[FILE_BUS]);
        if (s->benefit[i].reintegration)
            put_reintegration(b, &s->benefit[i], &d, &page->file[FILE_SRG]);
    }
    for (int i = 0; i < s->n_allocations; i++)
        put_youth(b, &s->allocation[i], &page->team[s->allocation[i].person],
                  &page->file[FILE_YOUTH]);
    for (int i = 0; i < s->n_signals; i++)
        put_signal(b, &s->signal[i], &d, &page->file[FILE_SIGNALS]);
    for (int i = 0; i < s->n_debts; i++) {
        if (i)
            out_cstr(&page->file[FILE_DEBTS], ",\n");
        put_debt(b, &s->debt[i], &d, &page->file[FILE_DEBTS]);
    }
    page->has_debts = s->n_debts > 0;
}
