/* SPDX-License-Identifier: EUPL-1.2 */
/* The flat extracts of both registers, and the truth apart. */
#include "demo/town/page_int.h"

#include <string.h>

enum { CHILD_DAYS = 18 * 365 + 5 };

#define PERSON_HEAD                                                                                \
    "record,bsn,first_names,initials,prefix,surname,partner_prefix,partner_surname,name_use,"      \
    "whole_surname,"                                                                               \
    "birth_date,sex,street,house_number,house_letter,house_addition,postcode,town\n"

static const struct {
    const char *name, *head;
} files[TOWN_FILES] = {
    [FILE_TEAM] = {"persons_team.csv", PERSON_HEAD},
    [FILE_SOCIAL] = {"persons_social.csv", PERSON_HEAD},
    [FILE_TRUTH] = {"truth.csv", "register,record,person,group,errors\n"},
    [FILE_HOUSEHOLDS] = {"households_truth.csv", "person,household,unit,role,share,from,to,area\n"},
    [FILE_STAYS] = {"stays.csv", "register,record,street,postcode,house_number,"
                                 "house_letter,house_addition,from,to\n"},
    [FILE_RELATIONS] = {"relations.csv", "register,record,other,kind,from,to\n"},
    [FILE_YOUTH] = {"youth.csv", "bsn;geboortedatum;geslacht;postcode;verwijzer;hulpvorm;"
                                 "datum_aanvang;datum_einde;reden_beeindiging\n"},
    [FILE_BUS] = {"bus.csv", "uitkering;regeling;maand;bsn;geboortedatum;geslacht;voornamen;"
                             "voorvoegsel;achternaam;postcode;huisnummer;bsn_partner;"
                             "geboortedatum_partner;datum_aanvang;datum_einde;norm;bruto;"
                             "inkomsten;terugvordering\n"},
    [FILE_SRG] = {"srg.csv", "bsn;geboortedatum;geslacht;soort;datum_aanvang;datum_einde;bedrag\n"},
    [FILE_SIGNALS] = {"signals.csv", "partner;soort;voorletters;voorvoegsel;achternaam;"
                                     "geboortedatum;postcode;huisnummer;datum;achterstand;"
                                     "maanden\n"},
    [FILE_DEBTS] = {"ddas.json", ""},
    [FILE_POPULATION] = {"population.csv", "area,from,inhabitants\n"},
};

const char *town_file_name(enum town_file file)
{
    return files[file].name;
}

const char *town_file_head(enum town_file file)
{
    return files[file].head;
}

static const char *const error_names[TOWN_ERRORS] = {
    "typing",      "variant",     "married-name", "birth-wrong", "birth-unknown",
    "old-address", "no-postcode", "sex-wrong",    "bsn-wrong",
};
static const char *const origin_names[TOWN_ORIGINS] = {"dutch",      "turkish", "moroccan",
                                                       "surinamese", "polish",  "syrian"};

static void put_cell(out *o, const char *text)
{
    out_char(o, ',');
    out_cstr(o, text);
}

/* 'T' and 'S' number differently: nothing but the truth joins them. */
static void put_key(out *o, const struct town_block *b, char where, int rank)
{
    out_char(o, where);
    out_int(o, b->index * BLOCK_PERSONS_MAX + rank + 1);
}

static void put_house(out *o, const struct town_address *a)
{
    const char letter[2] = {a->letter, '\0'};
    out_int(o, a->number);
    put_cell(o, letter);
    put_cell(o, a->addition);
}

/* "van den Berg-de Vries": the own name first, whatever the use. */
static void put_whole_surname(out *o, const struct town_record *r)
{
    const struct town_surname *const names[] = {&r->surname, &r->partner};
    for (int i = 0; i < 2 && names[i]->name[0]; i++) {
        if (i)
            out_char(o, '-');
        out_cstr(o, names[i]->prefix);
        if (names[i]->prefix[0])
            out_char(o, ' ');
        out_cstr(o, names[i]->name);
    }
}

static void put_record(out *o, const struct town_record *r)
{
    const char use[2] = {r->use, '\0'}, sex[2] = {r->sex, '\0'};
    out_char(o, ',');
    put_bsn(o, r->bsn);
    put_cell(o, r->given);
    put_cell(o, r->initials);
    put_cell(o, r->surname.prefix);
    put_cell(o, r->surname.name);
    put_cell(o, r->partner.prefix);
    put_cell(o, r->partner.name);
    put_cell(o, use);
    out_char(o, ',');
    put_whole_surname(o, r);
    out_char(o, ',');
    put_birth(o, r);
    put_cell(o, sex);
    out_char(o, ',');
    put_street(o, &r->address);
    out_char(o, ',');
    put_house(o, &r->address);
    put_cell(o, r->address.postcode);
    put_cell(o, TOWN_NAME);
    out_char(o, '\n');
}

static void put_truth(const struct town_block *b, char where, int rank, const struct town_record *r,
                      struct town_page *page)
{
    out *o = &page->file[FILE_TRUTH];
    bool has_one = false;
    out_cstr(o, where == 'T' ? "team," : "social,");
    put_key(o, b, where, rank);
    out_cstr(o, ",P");
    out_int(o, (int64_t)r->person->number + 1);
    put_cell(o, origin_names[r->person->origin]);
    out_char(o, ',');
    for (enum town_error kind = 0; kind < TOWN_ERRORS; kind++) {
        if (!(r->errors & 1u << kind))
            continue;
        if (has_one)
            out_char(o, ' ');
        out_cstr(o, error_names[kind]);
        page->counts.errors[kind]++;
        has_one = true;
    }
    out_char(o, '\n');
}

/* ---- what a register knows beside the person ---- */

static void put_stay(const struct town_block *b, char where, int rank, const struct town_address *a,
                     struct town_stay s, out *o)
{
    out_cstr(o, where == 'T' ? "team," : "social,");
    put_key(o, b, where, rank);
    out_char(o, ',');
    put_street(o, a);
    put_cell(o, a->postcode);
    out_char(o, ',');
    put_house(o, a);
    out_char(o, ',');
    put_day(o, s.from);
    out_char(o, ',');
    put_day(o, s.to);
    out_char(o, '\n');
}

/* Who was not told of the last move knows the stays before it, the last of them as open. */
static void put_stays(const struct town_block *b, char where, int rank, const struct town_record *r,
                      out *o)
{
    const struct town_person *p = r->person;
    const bool is_old = (r->errors & 1u << TOWN_OLD_ADDRESS) != 0;
    const int n = is_old && p->n_stays > 1 ? p->n_stays - 1 : p->n_stays;
    for (int i = 0; i < n; i++) {
        struct town_stay s = p->stay[i];
        const bool is_last = i == n - 1;
        if (is_last && is_old)
            s.to = p->died;
        put_stay(b, where, rank, is_last ? &r->address : &b->address[s.address], s, o);
    }
}

static void put_relation(const struct town_block *b, char where, const int *rank, int a, int other,
                         const char *kind, int32_t from, int32_t to, out *o)
{
    if (other == PERSON_NONE || rank[a] < 0 || rank[other] < 0)
        return;
    out_cstr(o, where == 'T' ? "team," : "social,");
    put_key(o, b, where, rank[a]);
    out_char(o, ',');
    put_key(o, b, where, rank[other]);
    put_cell(o, kind);
    out_char(o, ',');
    put_day(o, from);
    out_char(o, ',');
    put_day(o, to);
    out_char(o, '\n');
}

/* With whom a child of parents who parted is half of the time, beside where it is registered. */
static void put_half(const struct town_block *b, char where, const int *rank, int child, out *o)
{
    const struct town_person *p = &b->person[child];
    const struct town_membership half = p->in[p->n_in - 1];
    const struct town_person *father = &b->person[p->father];
    const bool is_father = father->in[father->n_in - 1].household == half.household;
    put_relation(b, where, rank, child, is_father ? p->father : p->mother, "half", half.from,
                 half.to, o);
}

static void put_relations(const struct town_block *b, char where, const int *rank, out *o)
{
    for (int i = 0; i < b->n_persons; i++) {
        const struct town_person *p = &b->person[i];
        if (p->partner > i && p->married != TOWN_OPEN)
            put_relation(b, where, rank, i, p->partner, "partner", p->married, p->divorced, o);
        put_relation(b, where, rank, i, p->mother, "parent", p->born, TOWN_OPEN, o);
        put_relation(b, where, rank, i, p->father, "parent", p->born, TOWN_OPEN, o);
        if (p->n_in > 1 && p->in[p->n_in - 1].share_milli == 500)
            put_half(b, where, rank, i, o);
    }
}

/* ---- a register ---- */

/* Its records in an order of its own. */
static int shuffle(const struct town_block *b, char where, struct dice *d, int *order)
{
    int n = 0;
    for (int i = 0; i < b->n_persons; i++)
        if (where == 'T' ? b->person[i].in_team : b->person[i].in_social)
            order[n++] = i;
    for (int i = n - 1; i > 0; i--) {
        const int k = (int)dice_below(d, (uint32_t)i + 1), was = order[i];
        order[i] = order[k];
        order[k] = was;
    }
    return n;
}

static void write_register(const struct town_block *b, char where, struct town_page *page)
{
    struct dice d =
        dice_new(b->town->seed, where == 'T' ? "town.team" : "town.social", (uint64_t)b->index);
    int order[BLOCK_PERSONS_MAX], rank[BLOCK_PERSONS_MAX];
    struct town_record own;
    out *o = &page->file[where == 'T' ? FILE_TEAM : FILE_SOCIAL];

    const int n = shuffle(b, where, &d, order);
    for (int i = 0; i < b->n_persons; i++)
        rank[i] = -1;
    for (int i = 0; i < n; i++) {
        struct town_record *r = where == 'T' ? &page->team[order[i]] : &own;
        rank[order[i]] = i;
        town_record_make(b, order[i], &d, r);
        put_key(o, b, where, i);
        put_record(o, r);
        put_truth(b, where, i, r, page);
        put_stays(b, where, i, r, &page->file[FILE_STAYS]);
    }
    put_relations(b, where, rank, &page->file[FILE_RELATIONS]);
    *(where == 'T' ? &page->counts.records_team : &page->counts.records_social) += n;
}

/* ---- the truth of households ---- */

static void put_membership(const struct town_block *b, const struct town_person *p,
                           struct town_membership in, bool is_own_unit, out *o)
{
    static const char *const roles[] = {"head", "partner", "child", "parent"};
    out_char(o, 'P');
    out_int(o, (int64_t)p->number + 1);
    out_cstr(o, ",H");
    out_int(o, town_household_number(b, in.household));
    out_cstr(o, ",U");
    out_int(o, town_household_number(b, in.household));
    if (is_own_unit) {
        out_char(o, '-');
        out_int(o, (int64_t)p->number + 1);
    }
    put_cell(o, roles[in.role]);
    out_cstr(o, in.share_milli == 1000 ? ",1," : ",0.5,");
    put_day(o, in.from);
    out_char(o, ',');
    put_day(o, in.to);
    out_char(o, ',');
    put_area(o, b);
    out_char(o, '\n');
}

/* A child is in the benefit unit of its parents until it is eighteen; a parent never is. */
static void put_household(const struct town_block *b, const struct town_person *p,
                          struct town_membership in, out *o)
{
    const int32_t adult = p->born + CHILD_DAYS;
    if (in.role != ROLE_CHILD || adult >= in.to) {
        put_membership(b, p, in, in.role == ROLE_PARENT, o);
        return;
    }
    struct town_membership minor = in, grown = in;
    if (adult > in.from) {
        minor.to = grown.from = adult;
        put_membership(b, p, minor, false, o);
    }
    put_membership(b, p, grown, true, o);
}

static void put_population(const struct town_block *b, out *o)
{
    for (int month = 0; month < b->town->months; month++) {
        const int32_t day = month_first(month);
        int n = 0;
        for (int i = 0; i < b->n_persons; i++)
            n += b->person[i].born <= day && day < b->person[i].died;
        put_area(o, b);
        out_char(o, ',');
        put_day(o, day);
        out_char(o, ',');
        out_int(o, n);
        out_char(o, '\n');
    }
}

void town_write_extracts(const struct town_block *b, struct town_page *page)
{
    write_register(b, 'T', page);
    write_register(b, 'S', page);
    for (int i = 0; i < b->n_persons; i++) {
        const struct town_person *p = &b->person[i];
        for (int k = 0; k < p->n_in; k++)
            put_household(b, p, p->in[k], &page->file[FILE_HOUSEHOLDS]);
        page->counts.in_both += p->in_team && p->in_social;
    }
    put_population(b, &page->file[FILE_POPULATION]);
    page->counts.persons += b->n_persons;
    page->counts.households += b->n_households;
}
