/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * iWmo and iJw 3.2: allocations (301) of the municipality, starts and stops (305, 307) and
 * declarations (323) of providers. Written after the official schemas; XML of our own names, which
 * hold nothing to escape.
 */
#include "demo/town/page_int.h"

#include "base/bsn.h"
#include "base/date.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4200, OF_BLOCK = 10000 };
#define MESSAGE_MAX_BYTES ((size_t)256 << 20)

enum message { ALLOCATE, START, STOP, DECLARE, MESSAGES };
static const struct {
    const char *number, *code[2]; /* iWmo, iJw */
} messages[MESSAGES] = {
    [ALLOCATE] = {"301", {"414", "436"}},
    [START] = {"305", {"418", "438"}},
    [STOP] = {"307", {"420", "440"}},
    [DECLARE] = {"323", {"484", "490"}},
};

struct xml {
    out o;
    enum message kind;
    bool is_youth;
};

/* ---- elements; `own` ones are of the message's namespace, others of the base schema's ---- */

static void put_name(struct xml *x, bool own, const char *name)
{
    if (own) {
        out_cstr(&x->o, x->is_youth ? "jw" : "wmo");
        out_cstr(&x->o, messages[x->kind].number);
    } else {
        out_cstr(&x->o, x->is_youth ? "ijw" : "iwmo");
    }
    out_char(&x->o, ':');
    out_cstr(&x->o, name);
}

static void open_tag(struct xml *x, bool own, const char *name)
{
    out_char(&x->o, '<');
    put_name(x, own, name);
    out_char(&x->o, '>');
}

static void close_tag(struct xml *x, bool own, const char *name)
{
    out_cstr(&x->o, "</");
    put_name(x, own, name);
    out_cstr(&x->o, ">\n");
}

static void put_text(struct xml *x, bool own, const char *name, const char *text)
{
    open_tag(x, own, name);
    out_cstr(&x->o, text);
    close_tag(x, own, name);
}

static void put_number(struct xml *x, bool own, const char *name, int64_t v, int digits)
{
    open_tag(x, own, name);
    if (digits)
        put_padded(&x->o, v, digits);
    else
        out_int(&x->o, v);
    close_tag(x, own, name);
}

static void put_date(struct xml *x, bool own, const char *name, int32_t day)
{
    open_tag(x, own, name);
    put_day(&x->o, day);
    close_tag(x, own, name);
}

/* ---- shared parts ---- */

static void begin(struct xml *x, enum message kind, bool is_youth)
{
    x->kind = kind;
    x->is_youth = is_youth;
    out_clear(&x->o);
    const char *const base = is_youth ? "ijw" : "iwmo", *const own = is_youth ? "jw" : "wmo";
    out_cstr(&x->o, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
    put_name(x, true, "Bericht");
    for (int i = 0; i < 2; i++) {
        out_cstr(&x->o, " xmlns:");
        out_cstr(&x->o, i ? own : base);
        if (i)
            out_cstr(&x->o, messages[kind].number);
        out_cstr(&x->o, "=\"http://www.istandaarden.nl/");
        out_cstr(&x->o, base);
        out_cstr(&x->o, "/3_2/");
        out_cstr(&x->o, i ? own : "basisschema");
        if (i)
            out_cstr(&x->o, messages[kind].number);
        out_cstr(&x->o, "/schema\"");
    }
    out_cstr(&x->o, ">\n");
}

static void put_head(struct xml *x, int32_t provider, int64_t id, int32_t day)
{
    const bool is_ours = x->kind == ALLOCATE;
    open_tag(x, true, "Header");
    put_text(x, true, "BerichtCode", messages[x->kind].code[x->is_youth]);
    put_text(x, true, "BerichtVersie", "3");
    put_text(x, true, "BerichtSubversie", "2");
    if (is_ours)
        put_text(x, true, "Afzender", TOWN_CODE);
    put_number(x, true, is_ours ? "Ontvanger" : "Afzender", provider, 8);
    if (!is_ours)
        put_text(x, true, "Ontvanger", TOWN_CODE);
    open_tag(x, true, "BerichtIdentificatie");
    put_number(x, false, "Identificatie", id, 12);
    put_date(x, false, "Dagtekening", day);
    close_tag(x, true, "BerichtIdentificatie");
    open_tag(x, true, "XsdVersie");
    put_text(x, false, "BasisschemaXsdVersie", "1.0.0");
    put_text(x, false, "BerichtXsdVersie", "1.0.0");
    close_tag(x, true, "XsdVersie");
    close_tag(x, true, "Header");
}

/* In messages a number is required, and one that fails the test would not leave the house. */
static uint32_t bsn_of(const struct town_block *b, const struct town_record *r)
{
    return bsn_is_valid(r->bsn) ? r->bsn : town_bsn(b->town->seed, r->person->number);
}

static void put_born(struct xml *x, const struct town_record *r)
{
    const struct date_ymd day = {r->year, r->month ? r->month : 1, r->day ? r->day : 1};
    open_tag(x, true, "Geboortedatum");
    put_date(x, false, "Datum", date_day_of(day));
    if (!r->day)
        put_text(x, false, "DatumGebruik", r->month ? "1" : "2");
    close_tag(x, true, "Geboortedatum");
}

static void put_surname(struct xml *x, const char *element, const struct town_surname *name)
{
    open_tag(x, false, element);
    put_text(x, false, "Achternaam", name->name);
    if (name->prefix[0])
        put_text(x, false, "Voorvoegsel", name->prefix);
    close_tag(x, false, element);
}

static const char *use_code(char use)
{
    return use == 'P' ? "2" : use == 'V' ? "3" : use == 'N' ? "4" : "1";
}

/* `is_whole`: with the partner's name, as only an allocation has it. */
static void put_full_name(struct xml *x, const struct town_record *r, bool is_whole)
{
    open_tag(x, true, "Naam");
    put_surname(x, "Geslachtsnaam", &r->surname);
    if (is_whole && r->partner.name[0])
        put_surname(x, "Partnernaam", &r->partner);
    if (r->given[0])
        put_text(x, false, "Voornamen", r->given);
    if (r->initials[0])
        put_text(x, false, "Voorletters", r->initials);
    if (is_whole)
        put_text(x, false, "NaamGebruik", use_code(r->use));
    close_tag(x, true, "Naam");
}

static void put_client(struct xml *x, const struct town_block *b, const struct town_record *r)
{
    put_number(x, true, "Bsn", bsn_of(b, r), 9);
    put_born(x, r);
    put_text(x, true, "Geslacht", r->sex == 'M' ? "1" : "2");
    put_full_name(x, r, x->kind == ALLOCATE);
}

static void put_address(struct xml *x, const struct town_address *a)
{
    const char letter[2] = {a->letter, '\0'};
    open_tag(x, true, "Contact");
    put_text(x, true, "Soort", "01");
    open_tag(x, true, "Adres");
    open_tag(x, false, "Huis");
    put_number(x, false, "Huisnummer", a->number, 0);
    if (a->letter)
        put_text(x, false, "Huisletter", letter);
    if (a->addition[0])
        put_text(x, false, "HuisnummerToevoeging", a->addition);
    close_tag(x, false, "Huis");
    if (a->postcode[0])
        put_text(x, false, "Postcode", a->postcode);
    open_tag(x, false, "Straatnaam");
    put_street(&x->o, a);
    close_tag(x, false, "Straatnaam");
    put_text(x, false, "Plaatsnaam", TOWN_NAME);
    put_text(x, false, "LandCode", "NL");
    close_tag(x, true, "Adres");
    close_tag(x, true, "Contact");
}

static void put_product(struct xml *x, const struct town_product *p)
{
    open_tag(x, true, "Product");
    put_text(x, false, "Categorie", p->category);
    put_text(x, false, "Code", p->code);
    close_tag(x, true, "Product");
}

/* ---- files ---- */

/*
 * The folder of all appears when it is whole, so that a single message need not be flushed. `id`
 * names the message among all of its sender.
 */
static err put_file(const struct xml *x, const char *folder, int month, int32_t provider,
                    int64_t id, struct err_info *info)
{
    char path[PATH_BYTES];
    const err e = out_error(&x->o, info);
    if (e != OK)
        return e;
    const int n = snprintf(path, sizeof path, "%s/messages/%04d-%02d/%s%s-%08d-%012lld.xml", folder,
                           2024 + month / 12, 1 + month % 12, x->is_youth ? "JW" : "WMO",
                           messages[x->kind].number, provider, (long long)id);
    if (n < 0 || (size_t)n >= sizeof path)
        return err_set(info, E_LIMIT, "town.long-path");
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0)
        return err_io(info, "file.cannot-write", str_of(path));
    const str text = out_view(&x->o);
    size_t at = 0;
    while (at < text.n) {
        const ssize_t k = write(file, text.p + at, text.n - at);
        if (k <= 0)
            break;
        at += (size_t)k;
    }
    const err failed = at < text.n ? err_io(info, "file.cannot-write", str_of(path)) : OK;
    if (close(file) != 0 && failed == OK)
        return err_io(info, "file.cannot-write", str_of(path));
    return failed;
}

static int month_of(int32_t day)
{
    const struct date_ymd ymd = date_ymd_of(day);
    return (ymd.year - 2024) * 12 + ymd.month - 1;
}

struct writer {
    const struct town_block *b;
    const char *folder;
    struct town_page *page;
    struct xml x;
    int n; /* messages of the block so far */
};

static void finish(struct writer *w, int32_t provider, int month)
{
    const int64_t id = w->b->index * OF_BLOCK + w->n++;
    close_tag(&w->x, true, "Bericht");
    if (w->page->error == OK)
        w->page->error = put_file(&w->x, w->folder, month, provider, id, &w->page->info);
    w->page->counts.messages++;
}

static int64_t next_id(const struct writer *w)
{
    return w->b->index * OF_BLOCK + w->n;
}

/* ---- 301: all that runs for a client at a provider ---- */

/* What was decided before the months is told in the first of them, with all that runs. */
static int month_told(const struct town_block *b, const struct town_allocation *a)
{
    return a->decided < b->from ? 0 : month_of(a->decided);
}

static void put_allocation(struct xml *x, const struct town_allocation *a)
{
    open_tag(x, true, "ToegewezenProduct");
    put_number(x, true, "ToewijzingNummer", a->number, 0);
    put_product(x, a->product);
    put_date(x, true, "Toewijzingsdatum", a->decided);
    put_text(x, true, "Toewijzingstijd", "12:00:00");
    put_date(x, true, "Ingangsdatum", a->from);
    put_date(x, true, "Einddatum", a->to - 1);
    open_tag(x, true, "Omvang");
    put_number(x, false, "Volume", a->volume, 0);
    put_text(x, false, "Eenheid", a->product->unit);
    put_number(x, false, "Frequentie", a->product->frequency, 0);
    close_tag(x, true, "Omvang");
    close_tag(x, true, "ToegewezenProduct");
}

/* Of one client at one provider lie beside one another. */
static bool is_beside(const struct town_allocation *a, const struct town_allocation *other)
{
    return a->person == other->person && a->provider == other->provider;
}

static void allocate(struct writer *w, const struct town_services *s, int i)
{
    const struct town_allocation *a = &s->allocation[i];
    const struct town_record *r = &w->page->team[a->person];
    const int month = month_told(w->b, a);
    if (i > 0 && is_beside(a, a - 1) && month_told(w->b, a - 1) == month)
        return; /* was told together with that one */
    begin(&w->x, ALLOCATE, a->product->is_youth);
    const int32_t last = month_first(month + 1) - 1;
    put_head(&w->x, a->provider, next_id(w), last);
    open_tag(&w->x, true, "Client");
    put_client(&w->x, w->b, r);
    open_tag(&w->x, true, "Contactgegevens");
    put_address(&w->x, &r->address);
    close_tag(&w->x, true, "Contactgegevens");
    open_tag(&w->x, true, "ToegewezenProducten");
    for (int k = i > 0 ? i - 1 : i; k <= i + 1 && k < s->n_allocations; k++) {
        const struct town_allocation *other = &s->allocation[k];
        if (is_beside(a, other) && month_told(w->b, other) <= month &&
            other->to > month_first(month))
            put_allocation(&w->x, other);
    }
    close_tag(&w->x, true, "ToegewezenProducten");
    close_tag(&w->x, true, "Client");
    finish(w, a->provider, month);
}

/* ---- 305 and 307 ---- */

static void put_moment(struct writer *w, const struct town_allocation *a, int month)
{
    struct xml *x = &w->x;
    const bool is_stop = x->kind == STOP;
    put_head(x, a->provider, next_id(w), month_first(month + 1) - 1);
    open_tag(x, true, "Client");
    put_client(x, w->b, &w->page->team[a->person]);
    open_tag(x, true, is_stop ? "StopProducten" : "StartProducten");
    open_tag(x, true, is_stop ? "StopProduct" : "StartProduct");
    put_number(x, true, "ToewijzingNummer", a->number, 0);
    put_product(x, a->product);
    put_date(x, true, "ToewijzingIngangsdatum", a->from);
    put_date(x, true, "Begindatum", a->started);
    if (is_stop) {
        const char *const planned = x->is_youth ? "31" : "19";
        const char *const early = x->is_youth ? "34" : "23";
        put_text(x, true, "RedenBeeindiging",
                 a->is_by_death        ? "02"
                 : a->stopped == a->to ? planned
                                       : early);
        put_date(x, true, "Einddatum", a->stopped - 1);
    }
    put_text(x, true, "StatusAanlevering", "1");
    close_tag(x, true, is_stop ? "StopProduct" : "StartProduct");
    close_tag(x, true, is_stop ? "StopProducten" : "StartProducten");
    close_tag(x, true, "Client");
    finish(w, a->provider, month);
}

static void start_and_stop(struct writer *w, const struct town_allocation *a)
{
    const struct town_block *b = w->b;
    if (a->started >= b->to)
        return;
    begin(&w->x, START, a->product->is_youth);
    put_moment(w, a, a->started < b->from ? 0 : month_of(a->started));
    if (a->stopped > b->to)
        return;
    begin(&w->x, STOP, a->product->is_youth);
    put_moment(w, a, a->stopped - 1 < b->from ? 0 : month_of(a->stopped - 1));
}

/* ---- 323 ---- */

/* What is delivered of an allocation between two days of a month, in its unit; never too much. */
static int delivered(const struct town_allocation *a, int32_t from, int32_t to, int month)
{
    const int days = to - from;
    switch (a->product->frequency) {
    case 1: return a->volume * days;
    case 2:
        /* now and then somebody is ill or away */
        return a->volume * days / 7 * ((a->number + month) % 5 == 0 ? 3 : 4) / 4;
    default: /* in all: in the month it begins */ return from == a->started ? a->volume : 0;
    }
}

static void note_claims(const struct town_block *b, const struct town_allocation *a,
                        struct town_page *page)
{
    for (int month = 0; month < b->town->months; month++) {
        const int32_t first = month_first(month), next = month_first(month + 1);
        const int32_t from = a->started > first ? a->started : first;
        const int32_t to = a->stopped < next ? a->stopped : next;
        const int volume = from < to ? delivered(a, from, to, month) : 0;
        if (volume == 0)
            continue;
        page->claim[page->n_claims++] = (struct town_claim){
            .provider = a->provider,
            .month = month,
            .bsn = bsn_of(b, &page->team[a->person]),
            .allocation = a->number,
            .from = from,
            .to = to,
            .volume = volume,
            .product = a->product,
        };
    }
}

static int64_t cents_of(const struct town_claim *c)
{
    return (int64_t)c->volume * c->product->tariff_cents;
}

static void put_period(struct xml *x, const char *name, int32_t from, int32_t to)
{
    open_tag(x, true, name);
    put_date(x, false, "Begindatum", from);
    put_date(x, false, "Einddatum", to - 1);
    close_tag(x, true, name);
}

static void put_amount(struct xml *x, const char *name, const char *inner, int64_t cents)
{
    open_tag(x, true, name);
    put_number(x, false, inner, cents, 0);
    put_text(x, false, "DebetCredit", "D");
    close_tag(x, true, name);
}

static void put_line(struct xml *x, const struct town_claim *c)
{
    open_tag(x, true, "Prestatie");
    open_tag(x, true, "ProductReferentie");
    open_tag(x, false, "ReferentieNummer");
    out_int(&x->o, c->allocation);
    out_char(&x->o, 'M');
    out_int(&x->o, c->month);
    close_tag(x, false, "ReferentieNummer");
    close_tag(x, true, "ProductReferentie");
    put_number(x, true, "ToewijzingNummer", c->allocation, 0);
    put_text(x, true, "ProductCategorie", c->product->category);
    put_text(x, true, "ProductCode", c->product->code);
    put_period(x, "ProductPeriode", c->from, c->to);
    put_number(x, true, "GeleverdVolume", c->volume, 0);
    put_text(x, true, "Eenheid", c->product->unit);
    put_number(x, true, "ProductTarief", c->product->tariff_cents, 0);
    put_amount(x, "IngediendBedrag", "Bedrag", cents_of(c));
    close_tag(x, true, "Prestatie");
}

static void put_clients(struct xml *x, const struct town_claim *claim, size_t n)
{
    open_tag(x, true, "Clienten");
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || claim[i].bsn != claim[i - 1].bsn) {
            open_tag(x, true, "Client");
            put_number(x, true, "Bsn", claim[i].bsn, 9);
            open_tag(x, true, "Prestaties");
        }
        put_line(x, &claim[i]);
        if (i + 1 == n || claim[i + 1].bsn != claim[i].bsn) {
            close_tag(x, true, "Prestaties");
            close_tag(x, true, "Client");
        }
    }
    close_tag(x, true, "Clienten");
}

err town_write_claims(const struct town *t, const struct town_claim *claim, size_t n,
                      const char *folder, struct town_counts *counts, struct err_info *info)
{
    struct xml x;
    const int month = claim->month;
    const int64_t id =
        (int64_t)(claim->provider % 1000000) * TOWN_MONTHS_MAX + month + town_blocks(t) * OF_BLOCK;
    int64_t cents = 0;

    for (size_t i = 0; i < n; i++)
        cents += cents_of(&claim[i]);
    out_init(&x.o, MESSAGE_MAX_BYTES);
    begin(&x, DECLARE, claim->product->is_youth);
    put_head(&x, claim->provider, id, month_first(month + 1) + 5);
    open_tag(&x, true, "Declaratie");
    open_tag(&x, true, "DeclaratieNummer");
    out_cstr(&x.o, "D");
    put_padded(&x.o, claim->provider % 1000000, 6);
    put_padded(&x.o, month, 2);
    close_tag(&x, true, "DeclaratieNummer");
    put_period(&x, "DeclaratiePeriode", month_first(month), month_first(month + 1));
    put_date(&x, true, "DeclaratieDagtekening", month_first(month + 1) + 5);
    put_amount(&x, "TotaalIngediendBedrag", "TotaalBedrag", cents);
    put_clients(&x, claim, n);
    close_tag(&x, true, "Declaratie");
    close_tag(&x, true, "Bericht");
    const err e = put_file(&x, folder, month, claim->provider, id, info);
    counts->messages++;
    counts->claim_lines += (int64_t)n;
    counts->claim_cents += cents;
    out_free(&x.o);
    return e;
}

void town_write_messages(const struct town_block *b, const struct town_services *s,
                         const char *folder, struct town_page *page)
{
    struct writer w = {.b = b, .folder = folder, .page = page};
    out_init(&w.x.o, MESSAGE_MAX_BYTES);
    for (int i = 0; i < s->n_allocations; i++) {
        const struct town_allocation *a = &s->allocation[i];
        if (a->to <= b->from || a->decided >= b->to)
            continue;
        allocate(&w, s, i);
        start_and_stop(&w, a);
        note_claims(b, a, page);
    }
    out_free(&w.x.o);
}
