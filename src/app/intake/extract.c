/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/extract_int.h"

#include "app/intake/cell_int.h"
#include "app/intake/seen_int.h"
#include "engine/table/csv.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ONCE_KEY_MAX = 256 };

struct extract {
    struct intake_source *source;
    const struct intake_sink *sink;
    struct mapping mapping;
    struct csv_lexer lexer;
    size_t at; /* the next byte */
    int64_t line, next_line;
    str header[EXTRACT_COLUMNS_MAX], cell[EXTRACT_COLUMNS_MAX];
    size_t n_columns;
    size_t row_begin, row_end; /* bytes of the row */
    char *text;                /* the cells of one row, EXTRACT_ROW_MAX */
    struct seen told;          /* for `once` */
};

static err refuse(const struct extract *x, err code, const char *key, struct err_info *info)
{
    err_set(info, code, key);
    err_at(info, x->source->name, x->line, 0);
    return code;
}

static err refuse_fault(const struct extract *x, const struct csv_fault *fault,
                        struct err_info *info)
{
    const bool is_long = strcmp(fault->key, "table.field-too-long") == 0;
    int64_t line = x->line;
    for (size_t i = x->row_begin; i < fault->at && i < x->source->bytes.n; i++)
        line += x->source->bytes.p[i] == '\n';
    err_set(info, is_long ? E_LIMIT : E_INPUT, fault->key);
    if (is_long)
        msg_int(&info->msg, EXTRACT_ROW_MAX);
    err_at(info, x->source->name, line, 0);
    return info->code;
}

/* Copies a field into the row's own text, so that it can be cut to size. */
static err keep_cell(struct extract *x, const struct csv_field *field, size_t *n_text, str *cell,
                     struct err_info *info)
{
    if (field->raw.n > EXTRACT_ROW_MAX - *n_text)
        return refuse(x, E_LIMIT, "intake.row-long", info);
    if (!str_is_utf8(field->raw) || (field->raw.n && memchr(field->raw.p, '\0', field->raw.n)))
        return refuse(x, E_INPUT, "intake.not-utf8", info);
    char *to = x->text + *n_text;
    if (field->doubled) {
        *cell = csv_unquote(field->raw, to);
    } else {
        memcpy(to, field->raw.p, field->raw.n);
        *cell = (str){to, field->raw.n};
    }
    *n_text += cell->n;
    return OK;
}

/* The fields of the row at x->at into `cells`; *n how many. */
static err read_row(struct extract *x, str *cells, size_t *n, struct err_info *info)
{
    struct csv_field field;
    struct csv_fault fault;
    size_t next = x->at, n_text = 0;
    x->line = x->next_line;
    x->row_begin = x->at;
    for (*n = 0;;) {
        if (!csv_lex(&x->lexer, x->at, &field, &next, &fault))
            return refuse_fault(x, &fault, info);
        if (*n == EXTRACT_COLUMNS_MAX)
            return refuse(x, E_LIMIT, "intake.columns-many", info);
        const err e = keep_cell(x, &field, &n_text, &cells[(*n)++], info);
        if (e)
            return e;
        if (next == x->lexer.n || x->lexer.text[next] != x->lexer.separator)
            break;
        x->at = next + 1;
    }
    x->row_end = next;
    x->at = next + csv_line_end(&x->lexer, next);
    for (size_t i = x->row_begin; i < x->at; i++)
        x->next_line += x->lexer.text[i] == '\n';
    return OK;
}

/* ---- records ---- */

static const struct intake_person nobody = {
    .address = {.number = INTAKE_NONE},
    .address_from = INTAKE_DAY_NONE,
    .address_to = INTAKE_DAY_NONE,
    .died = INTAKE_DAY_NONE,
};

static void empty_record(struct intake_record *r, enum intake_kind kind)
{
    *r = (struct intake_record){.kind = kind};
    switch (kind) {
    case INTAKE_ALLOCATION:
        r->is.allocation = (struct intake_allocation){.decided_on = INTAKE_DAY_NONE,
                                                      .from = INTAKE_DAY_NONE,
                                                      .to = INTAKE_DAY_NONE,
                                                      .size.volume = INTAKE_NONE,
                                                      .budget_cents = INTAKE_NONE};
        break;
    case INTAKE_DELIVERY:
        r->is.delivery = (struct intake_delivery){.allocation_from = INTAKE_DAY_NONE,
                                                  .started = INTAKE_DAY_NONE,
                                                  .stopped = INTAKE_DAY_NONE,
                                                  .status = 1};
        break;
    case INTAKE_BENEFIT:
        r->is.benefit = (struct intake_benefit){
            .from = INTAKE_DAY_NONE, .to = INTAKE_DAY_NONE, .partner = nobody};
        break;
    case INTAKE_REINTEGRATION:
        r->is.reintegration =
            (struct intake_reintegration){.from = INTAKE_DAY_NONE, .to = INTAKE_DAY_NONE};
        break;
    case INTAKE_DEBT_CASE:
        r->is.debt_case = (struct intake_debt_case){.from = INTAKE_DAY_NONE,
                                                    .to = INTAKE_DAY_NONE,
                                                    .total_cents = INTAKE_NONE,
                                                    .partner = nobody};
        break;
    case INTAKE_DEBT_PHASE:
        r->is.debt_phase =
            (struct intake_debt_phase){.from = INTAKE_DAY_NONE, .to = INTAKE_DAY_NONE};
        break;
    default: break;
    }
}

static bool is_missing(const struct mapping *m, str text)
{
    const str *marks = m->missing.item;
    for (size_t i = 0; i < m->missing.n; i++)
        if (str_eq(marks[i], text))
            return true;
    return text.n == 0;
}

/* What a code of the source means; false when the mapping does not know it. */
static bool translate(const struct mapping_column *c, str *text)
{
    const struct mapping_code *code = c->codes.item;
    for (size_t i = 0; i < c->codes.n; i++)
        if (str_eq(code[i].from, *text)) {
            *text = code[i].to;
            return true;
        }
    return c->codes.n == 0;
}

/* "1234 AB" without its space, in the row's own text. */
static str squeeze_postcode(struct extract *x, str s)
{
    if (s.n != 7 || s.p[4] != ' ')
        return s;
    char *p = x->text + (s.p - x->text);
    memmove(p + 1, p, 4);
    return (str){p + 1, 6};
}

/* False when a cell cannot be read; `why` then says which, and why. */
static bool fill_column(struct extract *x, const struct mapping_column *c, struct mapping_row *row,
                        struct msg *why)
{
    str text = c->column.n ? str_trim(x->cell[c->at]) : c->value;
    const char *fault = NULL;
    const str name = c->column.n ? c->column : c->field;
    if (c->means->cell == CELL_POSTCODE && c->column.n)
        text = squeeze_postcode(x, text);
    if (is_missing(&x->mapping, text)) {
        if (!c->means->is_needed)
            return true;
        fault = "intake.cell-missing";
    } else if (!translate(c, &text)) {
        fault = "intake.cell-code";
    } else if (cell_read(&x->mapping, c->means, text, row, &fault)) {
        return true;
    }
    msg_set(why, fault);
    msg_text(why, name);
    return false;
}

static int64_t *cents_of(struct intake_record *r)
{
    switch (r->kind) {
    case INTAKE_PAYMENT: return &r->is.payment.gross_cents;
    case INTAKE_REINTEGRATION: return &r->is.reintegration.cents;
    case INTAKE_SIGNAL: return &r->is.signal.arrears_cents;
    default: return NULL;
    }
}

static str number_of(const struct intake_record *r, const struct intake_person *p)
{
    switch (r->kind) {
    case INTAKE_ALLOCATION: return r->is.allocation.number;
    case INTAKE_BENEFIT: return r->is.benefit.number;
    case INTAKE_DEBT_CASE: return r->is.debt_case.number;
    default: return p->key;
    }
}

static bool order_holds(const struct intake_record *r, struct msg *why)
{
    int32_t from = INTAKE_DAY_NONE, to = INTAKE_DAY_NONE;
    switch (r->kind) {
    case INTAKE_ALLOCATION: from = r->is.allocation.from, to = r->is.allocation.to; break;
    case INTAKE_DELIVERY: from = r->is.delivery.started, to = r->is.delivery.stopped; break;
    case INTAKE_BENEFIT: from = r->is.benefit.from, to = r->is.benefit.to; break;
    case INTAKE_REINTEGRATION: from = r->is.reintegration.from, to = r->is.reintegration.to; break;
    case INTAKE_DEBT_CASE: from = r->is.debt_case.from, to = r->is.debt_case.to; break;
    case INTAKE_DEBT_PHASE: from = r->is.debt_phase.from, to = r->is.debt_phase.to; break;
    default: return true;
    }
    if (from == INTAKE_DAY_NONE || to == INTAKE_DAY_NONE || to > from)
        return true;
    msg_set(why, "intake.row-order");
    return false;
}

/* Somebody without a number of the source is joined by the BSN as it was written. */
static void name_person(struct intake_person *p, str bsn)
{
    if (!p->key.n && (p->bsn.v || p->bsn_written.n))
        p->key = bsn;
}

static str bsn_cell(const struct extract *x, const struct mapping_record *is, const char *field)
{
    const struct mapping_column *c = is->columns.item;
    for (size_t i = 0; i < is->columns.n; i++)
        if (c[i].column.n && str_eq(c[i].field, str_of(field)))
            return str_trim(x->cell[c[i].at]);
    return STR("");
}

static bool fill_row(struct extract *x, const struct mapping_record *is, struct mapping_row *row,
                     struct msg *why)
{
    const struct mapping_column *c = is->columns.item;
    bool is_whole = true;
    *row = (struct mapping_row){.person = nobody, .other = nobody};
    empty_record(&row->record, is->is);
    for (size_t i = 0; i < is->columns.n;
         i++) /* all, so that the amount is known of one set aside */
        if (!fill_column(x, &c[i], row, is_whole ? why : &(struct msg){0}))
            is_whole = false;
    name_person(&row->person, bsn_cell(x, is, "bsn"));
    name_person(&row->other, bsn_cell(x, is, "other-bsn"));
    if (row->record.kind == INTAKE_BENEFIT)
        row->record.is.benefit.partner = row->other;
    if (row->record.kind == INTAKE_DEBT_CASE)
        row->record.is.debt_case.partner = row->other;
    return is_whole && order_holds(&row->record, why);
}

static void print_row(const struct extract *x, enum intake_kind kind, unsigned char hash[32])
{
    crypto_generichash_state state;
    const unsigned char which = (unsigned char)kind;
    crypto_generichash_init(&state, NULL, 0, 32);
    crypto_generichash_update(&state, &which, 1);
    crypto_generichash_update(&state, (const unsigned char *)x->lexer.text + x->row_begin,
                              x->row_end - x->row_begin);
    crypto_generichash_final(&state, hash, 32);
}

/* Was this told before, of records that are told once? Remembers it. */
static err is_repeated(struct extract *x, const struct mapping_record *is, str number, bool *before,
                       struct err_info *info)
{
    char key[1 + ONCE_KEY_MAX] = {(char)is->is};
    uint32_t ignored;
    *before = false;
    if (!is->once || !number.n)
        return OK;
    if (number.n > ONCE_KEY_MAX)
        return refuse(x, E_LIMIT, "intake.row-long", info);
    memcpy(key + 1, number.p, number.n);
    *before = seen_find(&x->told, (str){key, 1 + number.n}, &ignored);
    return *before ? OK : seen_add(&x->told, (str){key, 1 + number.n}, 1, info);
}

static err tell(struct extract *x, const struct mapping_record *is, struct err_info *info)
{
    struct mapping_row row;
    struct msg why;
    bool before = false;
    const bool is_whole = fill_row(x, is, &row, &why);
    struct intake_record *r = &row.record;
    const err e = is_whole ? is_repeated(x, is, number_of(r, &row.person), &before, info) : OK;
    if (e || before)
        return e;
    r->law = (enum intake_law)x->mapping.law;
    r->place.line = x->line;
    r->person = &row.person;
    print_row(x, r->kind, r->place.hash);
    if (is_whole)
        return x->sink->take(x->sink->to, r, info);
    const int64_t *cents = cents_of(r);
    return x->sink->set_aside(x->sink->to, r->kind, r->place, cents ? *cents : 0, &why, info);
}

/* ---- the file ---- */

static err read_header(struct extract *x, struct err_info *info)
{
    err e = read_row(x, x->header, &x->n_columns, info);
    if (!e)
        e = mapping_bind(&x->mapping, x->header, x->n_columns, x->source->name, x->line, info);
    if (e)
        return e;
    const struct intake_head head = {
        .format = x->mapping.format,
        .law = (enum intake_law)x->mapping.law,
        .sender = x->mapping.sender,
        .receiver = STR(""),
        .identification = STR(""),
        .dated = INTAKE_DAY_NONE,
        .replaces = x->mapping.replaces,
        .from = INTAKE_DAY_NONE,
        .to = INTAKE_DAY_NONE,
        .is_snapshot = x->mapping.is_snapshot,
    };
    return x->sink->head(x->sink->to, &head, info);
}

static err read_rows(struct extract *x, struct err_info *info)
{
    const struct mapping_record *records = x->mapping.records.item;
    while (x->at < x->lexer.n) {
        size_t n;
        if (csv_is_empty_line(&x->lexer, x->at)) {
            x->at += csv_line_end(&x->lexer, x->at);
            x->next_line++;
            continue;
        }
        err e = read_row(x, x->cell, &n, info);
        if (!e && n != x->n_columns) {
            e = refuse(x, E_INPUT, "intake.row-fields", info);
            msg_int(&info->msg, (int64_t)n);
            msg_int(&info->msg, (int64_t)x->n_columns);
        }
        for (size_t i = 0; i < x->mapping.records.n && !e; i++)
            e = tell(x, &records[i], info);
        if (!e)
            e = intake_source_passed(x->source, x->at, info);
        if (e)
            return e;
    }
    return OK;
}

err extract_read(struct intake_source *source, str mapping, const struct intake_sink *sink,
                 struct err_info *info)
{
    arena *a = arena_new(EXTRACT_ARENA);
    struct extract *x = a ? ARENA_NEW(a, struct extract, 1) : NULL;
    err e = OK;
    if (!x || !(x->text = ARENA_NEW(a, char, EXTRACT_ROW_MAX))) {
        e = err_nomem(info);
        goto out;
    }
    x->source = source;
    x->sink = sink;
    x->line = x->next_line = 1;
    seen_init(&x->told);
    e = mapping_open(a, mapping, &x->mapping, info);
    if (e)
        goto out;
    csv_lexer_init(&x->lexer, source->bytes, x->mapping.separator.p[0]);
    x->at = str_starts(source->bytes, STR("\xEF\xBB\xBF")) ? 3 : 0;
    e = read_header(x, info);
    if (!e)
        e = read_rows(x, info);
out:
    if (x)
        seen_free(&x->told);
    arena_free(a);
    return e;
}
