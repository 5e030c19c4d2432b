/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * stage: what a reader tells, on its way into the tables. Records wait as bytes until there are
 * enough for some transactions; their delivery does not count before it is accepted.
 */
#include "app/register/register_int.h"

#include <string.h>

enum {
    CHUNK_BYTES = 1 << 20, /* what waits before it is written */
    ROWS_BYTES_MAX = 64 << 20,
    STEP_ROWS = 64, /* written between two looks at the clock */
    SCRATCH_BYTES_MAX = 1 << 20,
    MUNICIPALITY_DIGITS = 4,
};

err stage_open(struct stage *s, const struct deed *deed, db *d, const struct register_import *from,
               struct err_info *info)
{
    *s = (struct stage){.deed = deed, .d = d, .from = from, .persons = prints_new()};
    out_init(&s->rows, ROWS_BYTES_MAX);
    out_init(&s->scratch, SCRATCH_BYTES_MAX);
    return s->persons ? OK : err_nomem(info);
}

void stage_close(struct stage *s)
{
    prints_free(s->persons);
    out_free(&s->rows);
    out_free(&s->scratch);
}

/* ---- writing what waits ---- */

static err alive(db_tx *tx, const struct stage *s, struct err_info *info)
{
    int64_t changed;
    const err e = delivery_alive(
        tx,
        (struct delivery_alive_in){.m = s->from->municipality,
                                   .id = s->id,
                                   .alive = s->deed->app->now_ms() + REGISTER_ALIVE_MS},
        &changed, info);
    return e != OK || changed == 1 ? e : err_set(info, E_CONFLICT, "register.left-behind");
}

static err write_step(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info)
{
    struct stage *s = arg;
    const str all = out_view(&s->rows);
    str rest = str_cut(all, (size_t)b->at, all.n);

    err e = alive(tx, s, info);
    for (int i = 0; e == OK && i < STEP_ROWS && rest.n; i++)
        e = rows_write(tx, s, &rest, info);
    b->at = (int64_t)(all.n - rest.n);
    b->done = rest.n == 0;
    return e;
}

err stage_flush(struct stage *s, struct err_info *info)
{
    struct db_bulk b = {0};
    err e = out_error(&s->rows, info);
    if (e == OK && s->id.v)
        e = db_bulk_do(s->d, &b, write_step, s, info);
    out_clear(&s->rows);
    return e;
}

static err flush_when_full(struct stage *s, struct err_info *info)
{
    return s->rows.n < CHUNK_BYTES ? out_error(&s->rows, info) : stage_flush(s, info);
}

static int64_t new_id(const struct stage *s)
{
    return s->id.v ? db_new_id(s->d) : 1;
}

/* ---- the head ---- */

static bool is_another_municipality(const struct stage *s, str code)
{
    struct municipality_id m;
    return code.n == MUNICIPALITY_DIGITS && register_municipality_parse(code, &m) &&
           m.v != s->from->municipality.v;
}

static err keep(struct stage *s, str *to, str from, struct err_info *info)
{
    *to = arena_str(s->deed->memory, from);
    return to->p ? OK : err_nomem(info);
}

/* "iwmo" of "iwmo-3.2/301": the next release numbers persons as this one does. */
static str source_of(str format)
{
    size_t at = 0;
    while (at < format.n && format.p[at] != '-' && format.p[at] != '/')
        at++;
    return str_cut(format, 0, at);
}

static err keep_head(struct stage *s, const struct intake_head *h, struct err_info *info)
{
    s->head = *h;
    /* without a subject of its own only the same message replaces it */
    err e = keep(s, &s->head.replaces, h->replaces.n ? h->replaces : h->identification, info);
    if (e == OK)
        e = keep(s, &s->head.format, h->format, info);
    if (e == OK)
        e = keep(s, &s->head.sender, h->sender, info);
    if (e == OK)
        e = keep(s, &s->head.receiver, h->receiver, info);
    if (e == OK)
        e = keep(s, &s->head.identification, h->identification, info);
    s->source = source_of(s->head.format);
    return e;
}

static err write_head(db_tx *tx, void *arg, struct err_info *info)
{
    const struct stage *s = arg;
    const struct intake_head *h = &s->head;
    int64_t changed;
    const struct delivery_head_in in = {
        .m = s->from->municipality,
        .id = s->id,
        .format = h->format,
        .law = h->law,
        .sender = h->sender,
        .receiver = h->receiver,
        .identification = h->identification,
        .replaces = h->replaces,
        .dated = {h->dated != INTAKE_DAY_NONE, h->dated},
        .from_day = h->from,
        .to_day = h->to == INTAKE_DAY_NONE ? INT32_MAX : h->to,
        .is_snapshot = h->is_snapshot,
        .alive = s->deed->app->now_ms() + REGISTER_ALIVE_MS,
    };
    const err e = delivery_head(tx, in, &changed, info);
    return e != OK || changed == 1 ? e : err_set(info, E_CONFLICT, "register.left-behind");
}

static err take_head(void *to, const struct intake_head *h, struct err_info *info)
{
    struct stage *s = to;
    if (s->has_head)
        return err_set(info, E_INPUT, "register.two-heads");
    if (is_another_municipality(s, h->sender))
        return err_text(info, E_INPUT, "register.other-municipality", h->sender);
    if (is_another_municipality(s, h->receiver))
        return err_text(info, E_INPUT, "register.other-municipality", h->receiver);
    s->has_head = true;
    const err e = keep_head(s, h, info);
    return e != OK || !s->id.v ? e : db_tx_do(s->d, write_head, s, info);
}

/* ---- persons ---- */

static void put_print(out *o, struct print p)
{
    char text[PRINT_TEXT];
    print_text(p, text);
    pack_text(o, (str){text, sizeof text});
}

/* The source's own number of a person; without one all that is told of it. */
static struct print subject_of(struct stage *s, const struct intake_person *p, struct print record)
{
    if (!p->key.n && !p->bsn.v)
        return record;
    out_clear(&s->scratch);
    pack_text(&s->scratch, s->source);
    if (p->key.n)
        pack_text(&s->scratch, p->key);
    else
        pack_int(&s->scratch, p->bsn.v);
    return print_of(s->deed->app, s->from->municipality, PRINT_SUBJECT, out_view(&s->scratch));
}

/* The row of a person, made when this delivery tells something new of him or her. */
static err person_row(struct stage *s, const struct intake_person *p, int64_t line,
                      struct record_id *id, struct err_info *info)
{
    const int64_t made = new_id(s);

    if (p->bsn_written.n > NUMBER_TEXT_MAX) {
        err_set(info, E_LIMIT, "register.long-number");
        msg_int(&info->msg, NUMBER_TEXT_MAX);
        err_at(info, STR(""), line, 0);
        return E_LIMIT;
    }
    out_clear(&s->scratch);
    pack_person(&s->scratch, p);
    const struct print print =
        print_of(s->deed->app, s->from->municipality, PRINT_RECORD, out_view(&s->scratch));
    err e = out_error(&s->scratch, info);
    if (e == OK)
        e = prints_ask(s->persons, print, made, &id->v, info);
    if (e != OK || id->v)
        return e;
    id->v = made;
    pack_int(&s->rows, ROW_PERSON);
    pack_int(&s->rows, made);
    pack_int(&s->rows, line);
    put_print(&s->rows, subject_of(s, p, print));
    put_print(&s->rows, print);
    pack_person(&s->rows, p);
    return OK;
}

/* Once for each pair of rows. */
static err relation_row(struct stage *s, struct record_id record,
                        const struct intake_relation *relation, int64_t line, struct err_info *info)
{
    const int64_t made = new_id(s);
    struct record_id other;
    int64_t found;

    err e = person_row(s, &relation->other, line, &other, info);
    if (e != OK)
        return e;
    const int64_t key[] = {record.v, other.v, relation->code};
    e = prints_ask(s->persons,
                   print_of(s->deed->app, s->from->municipality, PRINT_RELATION,
                            (str){(const char *)key, sizeof key}),
                   made, &found, info);
    if (e != OK || found)
        return e;
    pack_int(&s->rows, ROW_RELATION);
    pack_int(&s->rows, made);
    pack_int(&s->rows, line);
    pack_int(&s->rows, record.v);
    pack_int(&s->rows, other.v);
    pack_int(&s->rows, relation->code);
    return OK;
}

/* ---- records ---- */

static int64_t cents_of(const struct intake_record *r)
{
    int64_t v = 0;
    switch (r->kind) {
    case INTAKE_ALLOCATION: v = r->is.allocation.budget_cents; break;
    case INTAKE_CLAIM: v = r->is.claim.total_cents; break;
    case INTAKE_CLAIM_LINE: v = r->is.claim_line.cents; break;
    case INTAKE_PAYMENT: v = r->is.payment.gross_cents; break;
    case INTAKE_REINTEGRATION: v = r->is.reintegration.cents; break;
    case INTAKE_DEBT_CASE: v = r->is.debt_case.total_cents; break;
    case INTAKE_SIGNAL: v = r->is.signal.arrears_cents; break;
    default: break;
    }
    return v == INTAKE_NONE ? 0 : v;
}

static err count(int64_t *n, int64_t *sum, int64_t cents, struct intake_place place,
                 struct err_info *info)
{
    *n += 1;
    if (!__builtin_add_overflow(*sum, cents, sum))
        return OK;
    err_set(info, E_LIMIT, "register.sum-too-large");
    err_at(info, STR(""), place.line, 0);
    return E_LIMIT;
}

static err check_told(const struct stage *s, enum intake_kind kind, struct err_info *info)
{
    if (!s->has_head)
        return err_set(info, E_INPUT, "register.no-head");
    return kind < INTAKE_KINDS ? OK : err_set(info, E_INPUT, "register.pack-broken");
}

/* Kinds of which nobody is the subject. */
static bool is_of_nobody(enum intake_kind kind)
{
    return kind == INTAKE_CLAIM || kind == INTAKE_RETURN || kind == INTAKE_ANSWER;
}

static err persons_of(struct stage *s, const struct intake_record *r, struct record_id *record,
                      struct record_id *partner, struct err_info *info)
{
    const struct intake_person *other = pack_partner(r);
    err e = OK;
    if (!r->person && !is_of_nobody(r->kind)) {
        err_set(info, E_INPUT, "register.no-person");
        err_at(info, STR(""), r->place.line, 0);
        return E_INPUT;
    }
    if (r->person)
        e = person_row(s, r->person, r->place.line, record, info);
    if (e == OK && other)
        e = person_row(s, other, r->place.line, partner, info);
    for (size_t i = 0; e == OK && r->person && i < r->n_relations; i++)
        e = relation_row(s, *record, &r->relation[i], r->place.line, info);
    return e;
}

static err take_record(void *to, const struct intake_record *r, struct err_info *info)
{
    struct stage *s = to;
    struct record_id record = {0}, partner = {0};

    err e = check_told(s, r->kind, info);
    if (e == OK)
        e = persons_of(s, r, &record, &partner, info);
    if (e == OK)
        e = count(&s->sum[r->kind].n_accepted, &s->sum[r->kind].cents_accepted, cents_of(r),
                  r->place, info);
    if (e != OK)
        return e;
    pack_int(&s->rows, ROW_RECORD);
    pack_int(&s->rows, new_id(s));
    pack_int(&s->rows, record.v);
    pack_int(&s->rows, partner.v);
    pack_record(&s->rows, r);
    return flush_when_full(s, info);
}

static err put_reason(struct stage *s, const struct msg *reason, int64_t line,
                      struct err_info *info)
{
    struct err_info whole = {.code = E_INPUT, .msg = *reason, .line = line};
    out_clear(&s->scratch);
    job_failures_print(&s->scratch, &whole, 1, 1);
    pack_text(&s->rows, out_view(&s->scratch));
    return out_error(&s->scratch, info);
}

static err take_aside(void *to, enum intake_kind kind, struct intake_place place, int64_t cents,
                      const struct msg *reason, struct err_info *info)
{
    struct stage *s = to;
    const struct register_aside aside = {place.line, cents, kind, *reason};

    err e = check_told(s, kind, info);
    if (e == OK)
        e = count(&s->sum[kind].n_aside, &s->sum[kind].cents_aside, cents, place, info);
    if (e == OK && s->from->aside)
        e = s->from->aside(s->from->with, &aside, info);
    if (e != OK)
        return e;
    pack_int(&s->rows, ROW_ASIDE);
    pack_int(&s->rows, new_id(s));
    pack_int(&s->rows, kind);
    pack_int(&s->rows, place.line);
    pack_text(&s->rows, (str){(const char *)place.hash, sizeof place.hash});
    pack_int(&s->rows, cents);
    e = put_reason(s, reason, place.line, info);
    return e == OK ? flush_when_full(s, info) : e;
}

struct intake_sink stage_sink(struct stage *s)
{
    return (struct intake_sink){take_head, take_record, take_aside, s};
}
