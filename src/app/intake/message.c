/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/message_int.h"

#include "app/intake/rules_int.h"
#include "app/intake/schemas_int.h"
#include "app/intake/xml_int.h"
#include "base/date.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_MAX = 32, FORMAT_MAX = 16, CANONICAL_MAX = 512 };

/* One message while it is read. */
struct message {
    const struct intake_sink *sink;
    struct rule_facts facts;
    char format[FORMAT_MAX];
    struct intake_person client;
    bool has_client;
    int address_rank; /* how good the address is that the client has; 0 none */
    struct intake_relation relation[MESSAGE_RELATIONS_MAX];
    char relation_key[MESSAGE_RELATIONS_MAX][KEY_MAX];
    size_t n_relations;
    crypto_generichash_state client_print; /* of what is known of the client */
    struct intake_claim claim;
    int64_t sum_cents; /* of the lines of the claim */
};

/* ---- values ---- */

static str text_of(const struct xml_reader *r, enum form_slot slot)
{
    return r->value[slot].text.p ? r->value[slot].text : STR("");
}

static bool has(const struct xml_reader *r, enum form_slot slot)
{
    return r->value[slot].text.p != NULL;
}

static int64_t number_of(const struct xml_reader *r, enum form_slot slot)
{
    return has(r, slot) ? r->value[slot].number : INTAKE_NONE;
}

static int code_of(const struct xml_reader *r, enum form_slot slot)
{
    return has(r, slot) ? (int)r->value[slot].number : 0;
}

static int32_t day_of(const struct xml_reader *r, enum form_slot slot)
{
    return has(r, slot) ? (int32_t)r->value[slot].number : INTAKE_DAY_NONE;
}

/* The day after the last one, for periods that end where they no longer count. */
static int32_t day_after(const struct xml_reader *r, enum form_slot slot)
{
    return has(r, slot) ? (int32_t)r->value[slot].number + 1 : INTAKE_DAY_NONE;
}

/* Cents with their sign: credit is negative. */
static int64_t cents_of(const struct xml_reader *r, enum form_slot slot, enum form_slot sign)
{
    const int64_t cents = r->value[slot].number;
    return str_eq(text_of(r, sign), STR("C")) ? -cents : cents;
}

/* ---- fingerprints ---- */

static void print_text(crypto_generichash_state *print, str text)
{
    crypto_generichash_update(print, (const unsigned char *)text.p, text.n);
}

/* Adds slots that were given, as "name=value" lines: in the order of form_slot. */
static void print_slots(crypto_generichash_state *print, const struct xml_reader *r,
                        enum form_slot from, enum form_slot to)
{
    char line[CANONICAL_MAX];
    size_t n = 0;
    for (int slot = (int)from; slot < (int)to; slot++) {
        if (!has(r, (enum form_slot)slot))
            continue;
        const str name = str_of(form_slot_name((enum form_slot)slot));
        const str value = r->value[slot].text;
        if (n + name.n + value.n + 2 > sizeof line) {
            print_text(print, (str){line, n});
            n = 0;
        }
        memcpy(line + n, name.p, name.n);
        n += name.n;
        line[n++] = '=';
        if (n + value.n + 1 > sizeof line) {
            print_text(print, (str){line, n});
            print_text(print, value);
            n = 0;
        } else {
            memcpy(line + n, value.p, value.n);
            n += value.n;
        }
        line[n++] = '\n';
    }
    print_text(print, (str){line, n});
}

static void print_begin(crypto_generichash_state *print)
{
    crypto_generichash_init(print, NULL, 0, sizeof((struct intake_place *)0)->hash);
}

/* ---- telling ---- */

static enum intake_law law_of(const struct xml_reader *r)
{
    return r->law ? INTAKE_YOUTH : INTAKE_WMO;
}

static int64_t cents_in(const struct intake_record *rec)
{
    return rec->kind == INTAKE_CLAIM_LINE ? rec->is.claim_line.cents : 0;
}

static err refuse_for(const struct xml_reader *r, const struct msg *why, int64_t line,
                      struct err_info *info)
{
    err_set(info, E_INPUT, why->key);
    info->msg = *why;
    err_at(info, r->source->name, line, 0);
    return E_INPUT;
}

/* Judges a record and tells the sink. */
static err tell(struct xml_reader *r, struct intake_record *rec, int64_t line,
                struct err_info *info)
{
    struct message *m = r->told.to;
    struct msg why;
    crypto_generichash_state print;
    if (m->has_client && rec->person)
        print = m->client_print;
    else
        print_begin(&print);
    print_text(&print, str_of(m->format));
    print_slots(&print, r, SLOT_CODES, rec->kind == INTAKE_CLAIM ? SLOT_BSN : SLOT_CLAIM_FROM);
    print_slots(&print, r, SLOT_REQUEST, FORM_SLOTS);
    crypto_generichash_final(&print, rec->place.hash, sizeof rec->place.hash);
    rec->law = law_of(r);
    rec->place.line = line;
    const struct rule *broken = rules_judge(&m->facts, rec, &why);
    if (broken && broken->refuses)
        return refuse_for(r, &why, line, info);
    err e = broken
                ? m->sink->set_aside(m->sink->to, rec->kind, rec->place, cents_in(rec), &why, info)
                : m->sink->take(m->sink->to, rec, info);
    if (!e)
        e = rules_note(&m->facts, rec, broken == NULL, info);
    return e;
}

static err tell_return(struct xml_reader *r, int64_t line, const char *subject,
                       struct err_info *info)
{
    struct intake_record rec = {.kind = INTAKE_RETURN};
    rec.is.answer_to = (struct intake_return){
        .of_message = text_of(r, SLOT_ANSWERS),
        .codes = text_of(r, SLOT_CODES),
        .subject = str_of(subject),
    };
    return tell(r, &rec, line, info);
}

/* ---- the header ---- */

static err check_header(const struct xml_reader *r, int64_t line, struct err_info *info)
{
    const int64_t version = number_of(r, SLOT_VERSION), sub = number_of(r, SLOT_SUBVERSION);
    char code[8];
    (void)snprintf(code, sizeof code, "%d", r->message->code[r->law]);
    if (!str_eq(text_of(r, SLOT_MESSAGE_CODE), str_of(code))) {
        err_text(info, E_INPUT, "intake.message-code", text_of(r, SLOT_MESSAGE_CODE));
        msg_text(&info->msg, str_of(code));
    } else if (version != 3 || sub != 2) {
        err_set(info, E_INPUT, "intake.message-version");
        msg_int(&info->msg, version);
        msg_int(&info->msg, sub);
    } else {
        return OK;
    }
    err_at(info, r->source->name, line, 0);
    return E_INPUT;
}

static err take_header(struct xml_reader *r, int64_t line, struct err_info *info)
{
    struct message *m = r->told.to;
    const err e = check_header(r, line, info);
    if (e)
        return e;
    (void)snprintf(m->format, sizeof m->format, "%s-3.2/%d", r->law ? "ijw" : "iwmo",
                   r->message->number % 1000);
    m->facts.message = r->message->number;
    m->facts.dated = day_of(r, SLOT_DATED);
    const struct intake_head head = {
        .format = str_of(m->format),
        .law = law_of(r),
        .sender = text_of(r, SLOT_SENDER),
        .receiver = text_of(r, SLOT_RECEIVER),
        .identification = text_of(r, SLOT_IDENTIFICATION),
        .dated = day_of(r, SLOT_DATED),
        .replaces = STR(""),
        .from = INTAKE_DAY_NONE,
        .to = INTAKE_DAY_NONE,
        .is_snapshot = r->message->number == 301,
    };
    const err told = m->sink->head(m->sink->to, &head, info);
    if (told || !r->message->is_return)
        return told;
    return tell_return(r, line, "Header", info);
}

/* ---- persons ---- */

static struct intake_birth birth_of(const struct xml_reader *r)
{
    const int unknown = code_of(r, SLOT_BORN_USE);
    struct intake_birth b = {0};
    if (!has(r, SLOT_BORN) || unknown == 3)
        return b;
    const struct date_ymd d = date_ymd_of(day_of(r, SLOT_BORN));
    b.year = d.year;
    if (unknown < 2)
        b.month = d.month;
    if (unknown < 1)
        b.day = d.day;
    return b;
}

static struct intake_person person_of(const struct xml_reader *r)
{
    static const char uses[] = {0, 'E', 'P', 'V', 'N', 0, 0};
    static const char sexes[] = {0, 'M', 'F'};
    struct intake_person p = {
        .key = text_of(r, SLOT_BSN),
        .bsn_written = STR(""),
        .name = {.first = text_of(r, SLOT_FIRST),
                 .initials = text_of(r, SLOT_INITIALS),
                 .prefix = text_of(r, SLOT_PREFIX),
                 .surname = text_of(r, SLOT_SURNAME),
                 .partner_prefix = text_of(r, SLOT_PARTNER_PREFIX),
                 .partner_surname = text_of(r, SLOT_PARTNER_SURNAME),
                 .call = STR(""),
                 .use = uses[code_of(r, SLOT_NAME_USE)]},
        .birth = birth_of(r),
        .sex = sexes[code_of(r, SLOT_SEX)],
        .address = {.number = INTAKE_NONE},
        .address_from = INTAKE_DAY_NONE,
        .address_to = INTAKE_DAY_NONE,
        .died = INTAKE_DAY_NONE,
    };
    if (has(r, SLOT_BSN) && !bsn_parse(text_of(r, SLOT_BSN), &p.bsn))
        p.bsn_written = text_of(r, SLOT_BSN);
    return p;
}

static void set_address(const struct xml_reader *r, struct intake_person *p)
{
    p->address = (struct intake_house){
        .postcode = text_of(r, SLOT_POSTCODE),
        .number = number_of(r, SLOT_HOUSE),
        .letter = text_of(r, SLOT_LETTER),
        .addition = text_of(r, SLOT_ADDITION),
        .street = text_of(r, SLOT_STREET),
        .town = text_of(r, SLOT_TOWN),
        .country = text_of(r, SLOT_COUNTRY),
    };
    p->address_from = day_of(r, SLOT_CONTACT_FROM);
    p->address_to = day_after(r, SLOT_CONTACT_TO);
}

static void take_client(struct xml_reader *r)
{
    struct message *m = r->told.to;
    m->client = person_of(r);
    m->has_client = true;
    m->address_rank = 0;
    m->n_relations = 0;
    m->facts.bsn_is_wrong = m->client.bsn.v == 0;
    print_begin(&m->client_print);
    print_slots(&m->client_print, r, SLOT_BSN, SLOT_CONTACT);
}

/* Where somebody lives counts before where somebody stays, and both before where letters go. */
static void take_address(struct xml_reader *r)
{
    static const int ranks[] = {0, 4, 2, 3, 1}; /* of COD757: BRP, letters, stay, temporary */
    struct message *m = r->told.to;
    const int rank = ranks[code_of(r, SLOT_CONTACT)];
    print_slots(&m->client_print, r, SLOT_CONTACT, SLOT_REQUEST);
    if (rank > m->address_rank && (has(r, SLOT_POSTCODE) || has(r, SLOT_TOWN))) {
        set_address(r, &m->client);
        m->address_rank = rank;
    }
}

static err take_relation(struct xml_reader *r, int64_t line, struct err_info *info)
{
    struct message *m = r->told.to;
    if (m->n_relations == MESSAGE_RELATIONS_MAX) {
        err_set(info, E_LIMIT, "intake.relations-many");
        msg_int(&info->msg, MESSAGE_RELATIONS_MAX);
        err_at(info, r->source->name, line, 0);
        return E_LIMIT;
    }
    struct intake_relation *to = &m->relation[m->n_relations];
    char *key = m->relation_key[m->n_relations++];
    const str number = text_of(r, SLOT_PERSON_NUMBER);
    const int n = snprintf(key, KEY_MAX, "%.*s-%.*s", STR_FMT(m->client.key), STR_FMT(number));
    print_slots(&m->client_print, r, SLOT_BSN, SLOT_REQUEST);
    *to = (struct intake_relation){.other = person_of(r), .code = code_of(r, SLOT_RELATION)};
    to->other.key = (str){key, n < KEY_MAX ? (size_t)n : KEY_MAX - 1};
    set_address(r, &to->other);
    return OK;
}

/* ---- products ---- */

static struct intake_product product_of(const struct xml_reader *r)
{
    return (struct intake_product){text_of(r, SLOT_CATEGORY), text_of(r, SLOT_CODE)};
}

static struct intake_size size_of(const struct xml_reader *r)
{
    return (struct intake_size){number_of(r, SLOT_VOLUME), code_of(r, SLOT_UNIT),
                                code_of(r, SLOT_FREQUENCY)};
}

static void fill_allocation(const struct xml_reader *r, struct intake_record *rec)
{
    const int change = code_of(r, SLOT_REASON);
    rec->kind = INTAKE_ALLOCATION;
    rec->is.allocation = (struct intake_allocation){
        .number = text_of(r, SLOT_ALLOCATION),
        .reference = text_of(r, SLOT_REFERENCE),
        .provider = text_of(r, SLOT_RECEIVER),
        .product = product_of(r),
        .decided_on = day_of(r, SLOT_DECIDED),
        .decided_minute = code_of(r, SLOT_DECIDED_AT),
        .from = day_of(r, SLOT_FROM),
        .to = day_after(r, SLOT_TO),
        .change = change,
        .size = size_of(r),
        .budget_cents = number_of(r, SLOT_BUDGET),
        .referrer_type = STR(""),
        .delivery_form = STR(""),
        .is_deleted = change == 13 && day_of(r, SLOT_FROM) == day_of(r, SLOT_TO),
    };
}

static void fill_delivery(const struct xml_reader *r, struct intake_record *rec)
{
    rec->kind = INTAKE_DELIVERY;
    rec->is.delivery = (struct intake_delivery){
        .allocation = text_of(r, SLOT_ALLOCATION),
        .provider = text_of(r, SLOT_SENDER),
        .product = product_of(r),
        .allocation_from = day_of(r, SLOT_ALLOCATION_FROM),
        .started = day_of(r, SLOT_FROM),
        .stopped = day_after(r, SLOT_TO),
        .stop_reason = code_of(r, SLOT_REASON),
        .status = code_of(r, SLOT_STATUS),
    };
}

static void fill_request(const struct xml_reader *r, struct intake_record *rec)
{
    const bool is_change = r->message->number == 317;
    rec->kind = INTAKE_REQUEST;
    rec->is.request = (struct intake_request){
        .reference = text_of(r, is_change ? SLOT_REQUEST : SLOT_REFERENCE),
        .allocation = text_of(r, SLOT_ALLOCATION),
        .provider = text_of(r, SLOT_SENDER),
        .product = product_of(r),
        .from = day_of(r, SLOT_FROM),
        .to = day_after(r, SLOT_TO),
        .size = size_of(r),
        .is_change = is_change,
        .reason = code_of(r, SLOT_REQUEST_REASON),
    };
}

static err fill_line(struct xml_reader *r, struct intake_record *rec, int64_t line,
                     struct err_info *info)
{
    struct message *m = r->told.to;
    rec->kind = INTAKE_CLAIM_LINE;
    rec->is.claim_line = (struct intake_claim_line){
        .claim = text_of(r, SLOT_CLAIM),
        .reference = text_of(r, SLOT_REFERENCE),
        .previous_reference = text_of(r, SLOT_PREVIOUS),
        .allocation = text_of(r, SLOT_ALLOCATION),
        .product = product_of(r),
        .from = day_of(r, SLOT_FROM),
        .to = day_after(r, SLOT_TO),
        .quantity_milli = number_of(r, SLOT_VOLUME) * 1000,
        .unit = code_of(r, SLOT_UNIT),
        .tariff_cents = number_of(r, SLOT_TARIFF),
        .cents = cents_of(r, SLOT_CENTS, SLOT_SIGN),
        .return_codes = text_of(r, SLOT_CODES),
        .is_rejected = r->message->number == 325,
    };
    if (__builtin_add_overflow(m->sum_cents, rec->is.claim_line.cents, &m->sum_cents)) {
        err_set(info, E_INPUT, "intake.total-overflow");
        err_at(info, r->source->name, line, 0);
        return E_INPUT;
    }
    return OK;
}

static err take_product(struct xml_reader *r, int64_t line, struct err_info *info)
{
    struct message *m = r->told.to;
    struct intake_record rec = {
        .person = &m->client, .relation = m->relation, .n_relations = m->n_relations};
    err e = OK;
    switch (r->message->number) {
    case 301: fill_allocation(r, &rec); break;
    case 305:
    case 307: fill_delivery(r, &rec); break;
    case 315:
    case 317: fill_request(r, &rec); break;
    case 323:
    case 325: e = fill_line(r, &rec, line, info); break;
    default: /* of a return message the codes say all */ return OK;
    }
    return e ? e : tell(r, &rec, line, info);
}

static err take_answer(struct xml_reader *r, int64_t line, struct err_info *info)
{
    struct intake_record rec = {.kind = INTAKE_ANSWER};
    if (r->message->is_return)
        return OK;
    rec.is.answer = (struct intake_answer){
        .reference = text_of(r, SLOT_REQUEST),
        .provider = text_of(r, SLOT_RECEIVER),
        .answer = code_of(r, SLOT_ANSWER),
        .reason = code_of(r, SLOT_ANSWER_REASON),
    };
    return tell(r, &rec, line, info);
}

/* ---- claims ---- */

static err take_claim(struct xml_reader *r, int64_t line, struct err_info *info)
{
    struct message *m = r->told.to;
    struct intake_record rec = {.kind = INTAKE_CLAIM};
    const bool is_answer = r->message->number == 325;
    m->claim = rec.is.claim = (struct intake_claim){
        .number = text_of(r, SLOT_CLAIM),
        .provider = text_of(r, is_answer ? SLOT_RECEIVER : SLOT_SENDER),
        .from = day_of(r, SLOT_CLAIM_FROM),
        .to = day_after(r, SLOT_CLAIM_TO),
        .dated = day_of(r, SLOT_CLAIM_DATED),
        .total_cents = cents_of(r, SLOT_TOTAL, SLOT_TOTAL_SIGN),
        .granted_cents = is_answer ? cents_of(r, SLOT_GRANTED, SLOT_GRANTED_SIGN) : INTAKE_NONE,
    };
    m->facts.claim = &m->claim;
    return tell(r, &rec, line, info);
}

/*
 * What the head of a claim says must be what its lines add up to (TR358); of an answer, what was
 * submitted less what was granted, unless the claim was rejected as a whole (TR342).
 */
static err check_total(struct xml_reader *r, int64_t line, struct err_info *info)
{
    const struct message *m = r->told.to;
    const bool is_answer = r->message->number == 325;
    const int64_t total = m->claim.total_cents - (is_answer ? m->claim.granted_cents : 0);
    const bool all_rejected = is_answer && m->claim.granted_cents == 0 && m->sum_cents == 0;
    if (total == m->sum_cents || all_rejected)
        return OK;
    err_text(info, E_INPUT, is_answer ? "intake.rule-granted" : "intake.rule-total",
             is_answer ? STR("TR342") : STR("TR358"));
    msg_int(&info->msg, total);
    msg_int(&info->msg, m->sum_cents);
    err_at(info, r->source->name, line, 0);
    return E_INPUT;
}

/* ---- events ---- */

static err on_event(struct xml_reader *r, enum form_event event, int64_t line, const char *within,
                    struct err_info *info)
{
    struct message *m = r->told.to;
    switch (event) {
    case FORM_HEAD: return take_header(r, line, info);
    case FORM_NAMED: take_client(r); return OK;
    case FORM_RELATED: return take_relation(r, line, info);
    case FORM_ADDRESS: take_address(r); return OK;
    case FORM_CLIENT: m->has_client = false; return OK;
    case FORM_CLAIM: return take_claim(r, line, info);
    case FORM_CLAIM_END: return check_total(r, line, info);
    case FORM_PRODUCT:
    case FORM_UNCHANGED:
    case FORM_CHANGED: return take_product(r, line, info);
    case FORM_ANSWERED: return take_answer(r, line, info);
    case FORM_RETURN_CODES:
        /* those of the header are told with it, those of a line with the line */
        if (strcmp(within, "Header") == 0 ||
            (strcmp(within, "Prestatie") == 0 && r->message->number == 325))
            return OK;
        return tell_return(r, line, within, info);
    case FORM_NOTHING: break;
    }
    return OK;
}

err message_read(struct intake_source *source, str schemas, const struct intake_sink *sink,
                 struct err_info *info)
{
    struct message *m = calloc(1, sizeof *m);
    if (!m)
        return err_nomem(info);
    m->sink = sink;
    rules_begin(&m->facts);
    const struct xml_told told = {.event = on_event, .to = m};
    err e = xml_read(source, &told, info);
    if (!e && schemas.n)
        e = intake_schema_check(schemas, m->format, source, info);
    rules_end(&m->facts);
    free(m);
    return e;
}
