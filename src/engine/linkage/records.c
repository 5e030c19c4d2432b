/* SPDX-License-Identifier: EUPL-1.2 */
/* From tables to records: each value once, each record a line of codes. */
#include "base/date.h"
#include "base/num.h"
#include "engine/linkage/linkage_int.h"

#include <string.h>

/* ---- The distinct values of a field ---- */

static bool has_second(enum linkage_kind kind)
{
    return kind == LINKAGE_SURNAME || kind == LINKAGE_EMAIL;
}

static bool has_number(enum linkage_kind kind)
{
    return kind == LINKAGE_DATE || kind == LINKAGE_BSN || kind == LINKAGE_FIRST_NAME;
}

static bool has_word(enum linkage_kind kind)
{
    return kind != LINKAGE_DATE;
}

static err values_init(struct values *v, enum linkage_kind kind, size_t most, arena *memory,
                       struct err_info *info)
{
    const size_t cap = most + 2;
    size_t n_slots = 16;
    while (n_slots < cap * 2)
        n_slots *= 2;
    v->n = 1; /* code 0 is "missing" */
    v->cap = (uint32_t)cap;
    v->n_slots = n_slots;
    v->slot = ARENA_NEW(memory, uint32_t, n_slots);
    v->hash = ARENA_NEW(memory, uint64_t, cap);
    v->bytes = ARENA_NEW(memory, const uint8_t *, cap);
    v->count[0] = ARENA_NEW(memory, uint32_t, cap);
    v->count[1] = ARENA_NEW(memory, uint32_t, cap);
    bool ok = v->slot && v->hash && v->bytes && v->count[0] && v->count[1];
    if (has_word(kind))
        ok = (v->word = ARENA_NEW(memory, struct linkage_word, cap)) && ok;
    if (has_second(kind))
        ok = (v->second = ARENA_NEW(memory, struct linkage_word, cap)) && ok;
    if (has_number(kind))
        ok = (v->number = ARENA_NEW(memory, uint32_t, cap)) && ok;
    return ok ? OK : err_nomem(info);
}

enum { ROOM = 1 << 16 }; /* bytes of values that are taken at once */

static size_t find_slot(const struct values *v, const struct value *value, uint64_t hash)
{
    size_t at = hash & (v->n_slots - 1);
    for (; v->slot[at]; at = (at + 1) & (v->n_slots - 1)) {
        const uint32_t code = v->slot[at];
        if (v->hash[code] == hash && v->bytes[code][0] == value->n &&
            memcmp(v->bytes[code] + 1, value->bytes, value->n) == 0)
            break;
    }
    return at;
}

uint32_t values_find(const struct values *v, const struct value *value)
{
    return value->n ? v->slot[find_slot(v, value, value_hash(value->bytes, value->n))] : 0;
}

static err values_code(struct values *v, const struct value *value, arena *memory, uint32_t *code)
{
    const uint64_t hash = value_hash(value->bytes, value->n);
    const size_t at = find_slot(v, value, hash);
    if (v->slot[at] == 0) {
        if (v->n_room <= value->n) {
            v->room = ARENA_NEW(memory, uint8_t, ROOM);
            v->n_room = v->room ? ROOM : 0;
            if (!v->room)
                return E_NOMEM;
        }
        uint8_t *bytes = v->room;
        v->room += value->n + 1;
        v->n_room -= value->n + 1;
        bytes[0] = (uint8_t)value->n;
        memcpy(bytes + 1, value->bytes, value->n);
        const uint32_t new = v->n++;
        v->slot[at] = new;
        v->hash[new] = hash;
        v->bytes[new] = bytes;
        if (v->word)
            v->word[new] = value->word;
        if (v->second)
            v->second[new] = value->second;
        if (v->number)
            v->number[new] = value->number;
    }
    *code = v->slot[at];
    return OK;
}

/* ---- The text of a cell ---- */

enum { CELL_MAX = NUM_TEXT_MAX };

static str cell_text(const struct table_column *c, size_t row, char text[CELL_MAX])
{
    if (c->missing && c->missing[row])
        return STR("");
    switch (c->type) {
    case TABLE_TEXT: return c->words[c->codes[row]];
    case TABLE_INT: return (str){text, num_print_int(c->ints[row], text)};
    case TABLE_REAL: return (str){text, num_print_real(c->reals[row], text)};
    case TABLE_DATE: date_print_iso(c->days[row], text); return (str){text, 10};
    }
    return STR("");
}

void cell_print(const struct table_column *c, size_t row, out *o)
{
    char text[CELL_MAX];
    out_str(o, str_trim(cell_text(c, row, text)));
}

/* ---- One field of all records ---- */

struct filling {
    struct records *r;
    const struct linkage_ask *ask;
    const struct table_column *column[2][LINKAGE_FIELDS_MAX][COLUMNS_MAX];
    arena *memory[LINKAGE_FIELDS_MAX]; /* a field's own: fields are read side by side */
    err error[LINKAGE_FIELDS_MAX];
};

/* A column of text has few words for many rows: each is read once. */
static err fill_words(struct filling *x, size_t f, const struct table_column *c, size_t first,
                      size_t rows, unsigned source)
{
    struct values *v = &x->r->field[f];
    arena *own = arena_new_beside(x->memory[f]);
    uint32_t *code = own ? ARENA_NEW(own, uint32_t, c->n_words) : NULL;
    struct value value;
    err e = code ? OK : E_NOMEM;
    for (size_t w = 0; e == OK && w < c->n_words; w++)
        if (value_read(x->r->settings->field[f].kind, &c->words[w], 1, &value))
            e = values_code(v, &value, x->memory[f], &code[w]);
    for (size_t row = 0; e == OK && row < rows; row++) {
        const uint32_t k = c->missing && c->missing[row] ? 0 : code[c->codes[row]];
        x->r->code[first + row][f] = k;
        v->count[source][k]++;
    }
    arena_free(own);
    return e;
}

static err fill_rows(struct filling *x, size_t f, const struct table_column *const *c, size_t first,
                     size_t rows, unsigned source)
{
    const struct field *field = &x->r->settings->field[f];
    struct values *v = &x->r->field[f];
    char buffer[COLUMNS_MAX][CELL_MAX];
    str text[COLUMNS_MAX];
    struct value value;
    for (size_t row = 0; row < rows; row++) {
        uint32_t code = 0;
        for (size_t i = 0; i < field->n_columns; i++)
            text[i] = cell_text(c[i], row, buffer[i]);
        if (text[0].n && value_read(field->kind, text, field->n_columns, &value) &&
            values_code(v, &value, x->memory[f], &code) != OK)
            return E_NOMEM;
        x->r->code[first + row][f] = code;
        v->count[source][code]++;
    }
    return OK;
}

static void fill_field(void *ctx, size_t f, unsigned worker)
{
    struct filling *x = ctx;
    err e = OK;
    (void)worker;
    for (unsigned s = 0; e == OK && s < 2 && x->r->table[s]; s++) {
        const struct table_column *const *c = x->column[s][f];
        const size_t first = s ? x->r->n_first : 0, rows = table_rows(x->r->table[s]);
        e = x->r->settings->field[f].n_columns == 1 && c[0]->type == TABLE_TEXT
                ? fill_words(x, f, c[0], first, rows, s)
                : fill_rows(x, f, c, first, rows, s);
    }
    x->error[f] = e;
}

static err find_columns(struct filling *x, struct err_info *info)
{
    const struct linkage_settings *s = x->r->settings;
    for (unsigned t = 0; t < 2 && x->r->table[t]; t++)
        for (size_t f = 0; f < s->n_fields; f++)
            for (size_t c = 0; c < s->field[f].n_columns; c++) {
                const err e =
                    table_find(x->r->table[t], s->field[f].column[c], &x->column[t][f][c], info);
                if (e != OK)
                    return e;
            }
    return OK;
}

/* How many distinct values a field can have at most. */
static size_t most_values(const struct filling *x, size_t f)
{
    size_t most = 0;
    for (unsigned t = 0; t < 2 && x->r->table[t]; t++) {
        const struct table_column *c = x->column[t][f][0];
        const bool words = x->r->settings->field[f].n_columns == 1 && c->type == TABLE_TEXT;
        most += words ? c->n_words : table_rows(x->r->table[t]);
    }
    return most;
}

err records_read(const struct linkage_ask *ask, arena *memory, struct records *r,
                 struct err_info *info)
{
    struct filling x = {.r = r, .ask = ask};
    r->settings = ask->settings;
    r->memory = memory;
    r->table[0] = ask->table[0];
    r->table[1] = ask->table[1];
    r->n_first = table_rows(r->table[0]);
    r->n = r->n_first + (r->table[1] ? table_rows(r->table[1]) : 0);
    if (r->n < 2)
        return err_set(info, E_INPUT, "linkage.too-few-records");
    if (r->n > RECORDS_MAX) {
        err_set(info, E_LIMIT, "linkage.too-many-records");
        msg_int(&info->msg, RECORDS_MAX);
        return E_LIMIT;
    }
    err e = find_columns(&x, info);
    if (e != OK)
        return e;
    r->code = arena_alloc(memory, r->n, sizeof *r->code);
    e = r->code ? OK : err_nomem(info);
    for (size_t f = 0; e == OK && f < r->settings->n_fields; f++) {
        e = values_init(&r->field[f], r->settings->field[f].kind, most_values(&x, f), memory, info);
        x.memory[f] = r->bytes[f] = arena_new_beside(memory);
        if (e == OK && !x.memory[f])
            e = err_nomem(info);
    }
    if (e != OK)
        return e;
    par_run(ask->pool, r->settings->n_fields, fill_field, &x);
    for (size_t f = 0; f < r->settings->n_fields; f++)
        if (x.error[f] != OK)
            return err_nomem(info);
    return OK;
}

void records_free(struct records *r)
{
    for (size_t f = 0; f < LINKAGE_FIELDS_MAX; f++)
        arena_free(r->bytes[f]);
}
