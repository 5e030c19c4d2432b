/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/debt_int.h"

#include "base/date.h"
#include "base/json_load.h"
#include "base/num.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NUMBER_MAX = 96,
    PHASES_MAX = 64,
    PERSONS_MAX = 2,
    EURO_MAX = 1000000000, /* of the debts of one trajectory */
};

/* What is being read; texts are borrowed from the JSON of the piece or of the frame. */
struct debt {
    struct intake_source *source;
    const struct intake_sink *sink;
    json_t *frame;
    struct msg why; /* key NULL: nothing is wrong with this trajectory */
    struct intake_record record;
    struct intake_person person[PERSONS_MAX];
    struct intake_debt_phase phase[PHASES_MAX];
    size_t n_phases;
    char number[NUMBER_MAX], key[PERSONS_MAX][NUMBER_MAX + 4];
};

/* ---- members ---- */

static void wrong(struct debt *d, const char *key, const char *member)
{
    if (d->why.key)
        return;
    msg_set(&d->why, key);
    msg_text(&d->why, str_of(member));
}

/* Empty when it is absent or null. */
static str text_of(struct debt *d, const json_t *object, const char *member)
{
    const json_t *v = json_object_get(object, member);
    if (!v || json_is_null(v))
        return STR("");
    if (!json_is_string(v)) {
        wrong(d, "intake.cell-text", member);
        return STR("");
    }
    return (str){json_string_value(v), json_string_length(v)};
}

static int32_t day_of(struct debt *d, const json_t *object, const char *member)
{
    const str text = text_of(d, object, member);
    int32_t day = INTAKE_DAY_NONE;
    if (text.n && !date_parse_iso(text, &day))
        wrong(d, "intake.cell-date", member);
    return day;
}

static int32_t day_after(struct debt *d, const json_t *object, const char *member)
{
    const int32_t day = day_of(d, object, member);
    return day == INTAKE_DAY_NONE ? day : day + 1;
}

/* Whole euros; a number with a fraction, a negative one or one beyond reason is wrong. */
static int64_t cents_of(struct debt *d, const json_t *object, const char *member)
{
    const json_t *v = json_object_get(object, member);
    if (!v || json_is_null(v))
        return INTAKE_NONE;
    if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > EURO_MAX) {
        wrong(d, "intake.cell-amount", member);
        return INTAKE_NONE;
    }
    return json_integer_value(v) * 100;
}

/* ---- persons ---- */

static void read_birth(struct debt *d, const json_t *client, struct intake_birth *b)
{
    const str text = text_of(d, client, "Geboortedatum");
    int64_t y = 0, m = 0, day = 0;
    if (!text.n)
        return;
    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' ||
        !num_parse_int(str_cut(text, 0, 4), &y) || !num_parse_int(str_cut(text, 5, 7), &m) ||
        !num_parse_int(str_cut(text, 8, 10), &day) || y < 0 || m < 0 || day < 0 ||
        (m == 0 && day > 0)) {
        wrong(d, "intake.cell-date", "Geboortedatum");
        return;
    }
    const struct date_ymd possible = {y ? (int)y : 2000, m ? (int)m : 1, day ? (int)day : 1};
    if (!date_is_valid(possible))
        wrong(d, "intake.cell-date", "Geboortedatum");
    else
        *b = (struct intake_birth){(int)y, (int)m, (int)day};
}

static void read_person(struct debt *d, const json_t *client, size_t i)
{
    struct intake_person *p = &d->person[i];
    const str bsn = text_of(d, client, "Burgerservicenummer");
    const str sex = text_of(d, client, "Geslachtsaanduiding");
    *p = (struct intake_person){.bsn_written = STR(""),
                                .address = {.number = INTAKE_NONE},
                                .address_from = INTAKE_DAY_NONE,
                                .address_to = INTAKE_DAY_NONE,
                                .died = INTAKE_DAY_NONE};
    if (bsn.n && !bsn_parse(bsn, &p->bsn))
        p->bsn_written = bsn;
    const int n = snprintf(d->key[i], sizeof d->key[i], "%s-%zu", d->number, i + 1);
    p->key = bsn.n ? bsn : (str){d->key[i], (size_t)n};
    p->sex = str_eq(sex, STR("Man")) ? 'M' : str_eq(sex, STR("Vrouw")) ? 'F' : 0;
    read_birth(d, client, &p->birth);
    p->address.postcode = text_of(d, client, "Postcode");
    p->address.addition = text_of(d, client, "Huisnummertoevoeging");
    const str house = text_of(d, client, "Huisnummer");
    if (house.n && (!num_parse_int(house, &p->address.number) || p->address.number < 0 ||
                    p->address.number > 99999)) {
        p->address.number = INTAKE_NONE;
        wrong(d, "intake.cell-number", "Huisnummer");
    }
}

static void read_persons(struct debt *d, const json_t *trajectory)
{
    const json_t *clients = json_object_get(trajectory, "client");
    const size_t n = json_array_size(clients);
    if (n == 0)
        wrong(d, "intake.cell-missing", "client");
    if (n > PERSONS_MAX)
        wrong(d, "intake.debt-persons", "client");
    memset(d->person, 0, sizeof d->person);
    for (size_t i = 0; i < n && i < PERSONS_MAX; i++)
        read_person(d, json_array_get(clients, i), i);
}

/* ---- phases ---- */

static void read_phase(struct debt *d, const json_t *object, const char *phase, const char *begins,
                       const char *ends, const char *detail)
{
    struct intake_debt_phase p = {
        .debt_case = str_of(d->number),
        .phase = str_of(phase),
        .from = day_of(d, object, begins),
        .to = ends ? day_after(d, object, ends) : INTAKE_DAY_NONE,
        .detail = detail ? text_of(d, object, detail) : STR(""),
    };
    if (p.from == INTAKE_DAY_NONE) /* announced, not begun */
        return;
    if (p.to != INTAKE_DAY_NONE && p.to <= p.from)
        wrong(d, "intake.row-order", phase);
    if (d->n_phases == PHASES_MAX)
        wrong(d, "intake.debt-phases", phase);
    else
        d->phase[d->n_phases++] = p;
}

static void read_phases(struct debt *d, const json_t *trajectory)
{
    static const struct {
        const char *member, *phase, *begins, *ends, *detail;
    } phases[] = {
        {"aanmelding", "application", "startdatum", "einddatum", NULL},
        {"intake", "intake", "startdatum", "einddatum", "beschikkingssoort"},
        {"stabilisatie", "stabilisation", "startdatum", "einddatum", NULL},
        {"schuldregeling", "arrangement", "datum", NULL, NULL},
        {"oplossing", "solution", "startdatum", "einddatum", "soort"},
        {"nazorg", "aftercare", "startdatum", "einddatum", NULL},
        {"begeleiding", "guidance", "startdatum", "einddatum", "soort"},
    };
    d->n_phases = 0;
    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
        const json_t *v = json_object_get(trajectory, phases[i].member);
        const size_t n = json_is_array(v) ? json_array_size(v) : json_is_object(v) ? 1 : 0;
        for (size_t k = 0; k < n; k++)
            read_phase(d, json_is_array(v) ? json_array_get(v, k) : v, phases[i].phase,
                       phases[i].begins, phases[i].ends, phases[i].detail);
    }
}

/* ---- a trajectory ---- */

/* The model has no number for one: its place in the delivery, which replaces the one before. */
static void number_case(struct debt *d, const struct debt_piece *piece)
{
    const json_t *delivery =
        json_array_get(json_object_get(d->frame, "leveringen"), piece->delivery);
    (void)snprintf(d->number, sizeof d->number, "%.40s/%lld/%zu",
                   json_string_value(json_object_get(d->frame, "codeGegevensleverancier")),
                   (long long)json_integer_value(json_object_get(delivery, "teller")),
                   piece->number);
}

static void read_case(struct debt *d, const struct debt_piece *piece, const json_t *trajectory)
{
    const json_t *delivery =
        json_array_get(json_object_get(d->frame, "leveringen"), piece->delivery);
    const json_t *by = json_object_get(delivery, "aanleverende_organisatie");
    struct intake_debt_case c = {
        .number = str_of(d->number),
        .organisation = text_of(d, by, "(Statutaire) Naam"),
        .from = day_of(d, trajectory, "startdatum"),
        .to = day_after(d, trajectory, "einddatum"),
        .total_cents = cents_of(d, trajectory, "totaalSchuldbedragBijAanvangSchuld"),
        .exit_reason = text_of(d, json_object_get(trajectory, "uitstroom"), "reden"),
        .partner = d->person[1],
    };
    if (c.from == INTAKE_DAY_NONE)
        c.from = day_of(d, trajectory, "toekenningsdatum");
    if (c.from == INTAKE_DAY_NONE)
        c.from = day_of(d, json_object_get(trajectory, "aanmelding"), "startdatum");
    if (c.from == INTAKE_DAY_NONE)
        wrong(d, "intake.cell-missing", "startdatum");
    else if (c.to != INTAKE_DAY_NONE && c.to <= c.from)
        wrong(d, "intake.row-order", "einddatum");
    d->record = (struct intake_record){
        .kind = INTAKE_DEBT_CASE, .law = INTAKE_DEBT, .person = &d->person[0], .is.debt_case = c};
}

static err tell(struct debt *d, struct err_info *info)
{
    struct intake_record *r = &d->record;
    const int64_t cents = r->is.debt_case.total_cents;
    if (d->why.key)
        return d->sink->set_aside(d->sink->to, INTAKE_DEBT_CASE, r->place,
                                  cents == INTAKE_NONE ? 0 : cents, &d->why, info);
    err e = d->sink->take(d->sink->to, r, info);
    r->kind = INTAKE_DEBT_PHASE;
    for (size_t i = 0; i < d->n_phases && !e; i++) {
        r->is.debt_phase = d->phase[i];
        e = d->sink->take(d->sink->to, r, info);
    }
    return e;
}

static err broken(const struct debt *d, const json_error_t *why, int64_t line,
                  struct err_info *info)
{
    err_set(info, E_INPUT,
            json_error_code(why) == json_error_invalid_utf8 ? "intake.not-utf8"
                                                            : "intake.json-broken");
    err_at(info, d->source->name, line + (why->line > 0 ? why->line - 1 : 0), 0);
    return E_INPUT;
}

static err take_piece(void *to, const struct debt_piece *piece, struct err_info *info)
{
    struct debt *d = to;
    json_error_t why;
    json_t *trajectory = NULL;
    err e = json_load(piece->text, JSON_REJECT_DUPLICATES, &trajectory, &why, info);
    if (e)
        return e == E_INPUT ? broken(d, &why, piece->line, info) : e;
    d->why.key = NULL;
    number_case(d, piece);
    read_persons(d, trajectory);
    read_phases(d, trajectory);
    read_case(d, piece, trajectory);
    d->record.place.line = piece->line;
    crypto_generichash(d->record.place.hash, sizeof d->record.place.hash,
                       (const unsigned char *)piece->text.p, piece->text.n, NULL, 0);
    e = tell(d, info);
    json_decref(trajectory);
    return e;
}

/* ---- the frame ---- */

static err tell_head(struct debt *d, struct err_info *info)
{
    const json_t *f = d->frame;
    const str sent = str_cut(text_of(d, f, "aanleverdatumEnTijd"), 0, 10);
    struct intake_head head = {
        .format = STR("ddas"),
        .law = INTAKE_DEBT,
        .sender = text_of(d, f, "codeGegevensleverancier"),
        .receiver = STR(""),
        .identification = STR(""),
        .replaces = STR("ddas"),
        .from = day_of(d, f, "startdatumLevering"),
        .to = day_after(d, f, "einddatumLevering"),
        .is_snapshot = true,
    };
    if (!date_parse_iso(sent, &head.dated))
        wrong(d, "intake.cell-date", "aanleverdatumEnTijd");
    if (!json_is_array(json_object_get(f, "leveringen")) || !head.sender.n)
        wrong(d, "intake.ddas-shape", "leveringen");
    if (d->why.key) {
        err_set(info, E_INPUT, d->why.key);
        info->msg = d->why;
        err_at(info, d->source->name, 1, 0);
        return E_INPUT;
    }
    return d->sink->head(d->sink->to, &head, info);
}

err debt_read(struct intake_source *source, const struct intake_sink *sink, struct err_info *info)
{
    struct debt *d = calloc(1, sizeof *d);
    struct debt_scan scan = {.source = source, .frame = malloc(DEBT_PIECE_MAX)};
    json_error_t why;
    err e = OK;
    if (!d || !scan.frame) {
        e = err_nomem(info);
        goto out;
    }
    d->source = source;
    d->sink = sink;
    e = debt_scan(&scan, info);
    if (e)
        goto out;
    e = json_load((str){scan.frame, scan.n_frame}, JSON_REJECT_DUPLICATES, &d->frame, &why, info);
    if (e) {
        e = e == E_INPUT ? broken(d, &why, 1, info) : e;
        goto out;
    }
    e = tell_head(d, info);
    if (!e) {
        struct debt_scan pieces = {.source = source, .take = take_piece, .to = d};
        e = debt_scan(&pieces, info);
    }
out:
    if (d)
        json_decref(d->frame);
    free(scan.frame);
    free(d);
    return e;
}
