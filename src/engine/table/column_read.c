/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/table/column_int.h"

#include "base/date.h"
#include "engine/table/dict_int.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/*
 * The file may come from anyone, so nothing in it is believed: every offset,
 * length, code and count is checked before use, and the order of rows too.
 * Checksums tell damage from malice only for who compares them elsewhere.
 */

struct reader {
    struct file_map map;
    str path;
    par *pool;
    struct column_header header;
    struct column_entry *entry;
    uint64_t at; /* behind the last section that was seen */
    table *t;
};

bool column_file_is(str bytes)
{
    return str_starts(bytes, (str){COLUMN_MAGIC, sizeof COLUMN_MAGIC - 1});
}

static err fail(const struct reader *r, const char *key, struct err_info *info)
{
    err_set(info, E_INPUT, key);
    err_at(info, r->path, 0, 0);
    return E_INPUT;
}

/* Damage in a column; {1} is the place in bytes, which is what there is to say. */
static err damaged(const struct reader *r, uint64_t at, struct err_info *info)
{
    err_set(info, E_INPUT, "table.ot-damaged");
    msg_int(&info->msg, (int64_t)at);
    err_at(info, r->path, 0, 0);
    return E_INPUT;
}

static bool is_hash_of(const void *p, size_t n, struct seal_hash hash)
{
    return seal_hash_eq(seal_hash_bytes((str){p, n}), hash);
}

/* ---- header and directory ---- */

static err read_header(struct reader *r, struct err_info *info)
{
    struct column_header *h = &r->header;

    if (r->map.n < sizeof *h)
        return fail(r, "table.ot-truncated", info);
    memcpy(h, r->map.p, sizeof *h);
    if (h->byte_order != COLUMN_BYTE_ORDER)
        return fail(r, "table.ot-byte-order", info);
    if (h->version != COLUMN_VERSION) {
        fail(r, "table.ot-version", info);
        msg_int(&info->msg, h->version);
        msg_int(&info->msg, COLUMN_VERSION);
        return E_INPUT;
    }
    if (!is_hash_of(h, offsetof(struct column_header, hash), h->hash))
        return damaged(r, 0, info);
    if (h->n_file > r->map.n)
        return fail(r, "table.ot-truncated", info);
    if (h->n_file != r->map.n || h->zero != 0 || h->n_rows == 0 || h->n_rows > TABLE_ROWS_MAX ||
        h->n_columns == 0 || h->n_columns > TABLE_COLUMNS_MAX)
        return damaged(r, 0, info);
    return OK;
}

static bool lies_within(uint64_t at, uint64_t n, uint64_t whole)
{
    return at <= whole && n <= whole - at;
}

static err read_directory(struct reader *r, struct err_info *info)
{
    const struct column_header *h = &r->header;
    const size_t n_entries = h->n_columns * sizeof *r->entry;

    if (!lies_within(h->directory, h->n_directory, h->n_file) || h->n_directory < n_entries ||
        !is_hash_of(r->map.p + h->directory, h->n_directory, h->directory_hash))
        return damaged(r, h->directory, info);
    r->entry = malloc(n_entries);
    if (!r->entry)
        return err_nomem(info);
    memcpy(r->entry, r->map.p + h->directory, n_entries);
    return OK;
}

/* ---- the shape of a column ---- */

/* Sections follow each other with nothing between them but zeros up to the next boundary. */
static bool is_next(struct reader *r, uint64_t at, uint64_t n)
{
    const uint64_t expected = r->at + (-r->at % COLUMN_ALIGN);
    if (at != expected || !lies_within(at, n, r->map.n))
        return false;
    for (; r->at < at; r->at++)
        if (r->map.p[r->at])
            return false;
    r->at = at + n;
    return true;
}

static bool is_section(struct reader *r, const struct column_section *s, uint64_t bytes)
{
    return s->n == bytes && is_next(r, s->at, s->n);
}

static bool has_shape(struct reader *r, const struct column_entry *e)
{
    const uint64_t n = r->header.n_rows;
    if (e->type < 1 || e->type > 4 || e->zero != 0 || e->n_missing > n)
        return false;
    const enum table_type type = (enum table_type)(e->type - 1);
    const uint64_t n_words = type == TABLE_TEXT ? e->n_words : 0;
    return e->n_words == n_words && n_words <= TABLE_WORDS_MAX && e->name_n > 0 &&
           e->name_n <= TABLE_FIELD_MAX &&
           lies_within(e->name_at, e->name_n, r->header.n_directory) &&
           is_section(r, &e->part[PART_VALUES], n * table_value_size(type)) &&
           is_section(r, &e->part[PART_MISSING], e->n_missing ? n : 0) &&
           is_section(r, &e->part[PART_WORD_ENDS], n_words * sizeof(uint64_t)) &&
           is_section(r, &e->part[PART_WORD_BYTES], e->part[PART_WORD_BYTES].n);
}

/* Each word ends where the next begins, and the last where the bytes do. */
static bool set_words(struct reader *r, size_t i, struct err_info *info)
{
    const struct column_entry *e = &r->entry[i];
    const uint64_t *end = (const uint64_t *)(const void *)(r->map.p + e->part[PART_WORD_ENDS].at);
    const char *bytes = (const char *)r->map.p + e->part[PART_WORD_BYTES].at;
    const uint64_t n_bytes = e->part[PART_WORD_BYTES].n;
    uint64_t from = 0;

    str *words = malloc((e->n_words + 1) * sizeof *words);
    if (!words) {
        err_nomem(info);
        return false;
    }
    r->t->owned[i].words = words;
    for (size_t k = 0; k < e->n_words; k++) {
        const uint64_t to = end[k];
        if (to < from || to > n_bytes || to - from > TABLE_FIELD_MAX)
            return false;
        words[k] = (str){bytes + from, (size_t)(to - from)};
        if (!str_is_utf8(words[k]))
            return false;
        from = to;
    }
    r->t->column[i].words = words;
    return from == n_bytes;
}

static err set_column(struct reader *r, size_t i, struct err_info *info)
{
    const struct column_entry *e = &r->entry[i];
    struct table_column *c = &r->t->column[i];

    if (!has_shape(r, e))
        return damaged(r, r->header.directory + i * sizeof *e, info);
    const void *values = r->map.p + e->part[PART_VALUES].at;
    *c = (struct table_column){
        .name = {(const char *)r->map.p + r->header.directory + e->name_at, e->name_n},
        .type = (enum table_type)(e->type - 1),
        .missing = e->n_missing ? r->map.p + e->part[PART_MISSING].at : NULL,
        .n_missing = e->n_missing,
        .n_words = e->n_words,
    };
    switch (c->type) {
    case TABLE_INT: c->ints = values; break;
    case TABLE_REAL: c->reals = values; break;
    case TABLE_TEXT: c->codes = values; break;
    case TABLE_DATE: c->days = values; break;
    }
    if (!str_is_utf8(c->name))
        return damaged(r, r->header.directory + e->name_at, info);
    info->code = OK;
    if (c->type == TABLE_TEXT && !set_words(r, i, info))
        return info->code == E_NOMEM ? E_NOMEM : damaged(r, e->part[PART_WORD_ENDS].at, info);
    return OK;
}

/* ---- every byte ---- */

/* The blocks of all sections in a row, each hashed and looked through on its own. */
struct check {
    const struct reader *r;
    size_t *first_block; /* of section i; n_sections + 1 of them */
    size_t n_sections;
    struct seal_hash *hash; /* a block each */
    size_t *n_missing;      /* a block each: how many a block of a missing mask marks */
    bool *is_wrong;         /* a block each: holds a value that cannot be */
};

static bool codes_are_right(const struct table_column *c, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (c->codes[i] >= c->n_words && (c->codes[i] || !c->missing || !c->missing[i]))
            return false;
    return true;
}

static bool days_are_right(const struct table_column *c, size_t from, size_t to)
{
    const int32_t first = date_day_of((struct date_ymd){DATE_YEAR_MIN, 1, 1});
    const int32_t last = date_day_of((struct date_ymd){DATE_YEAR_MAX, 12, 31});
    for (size_t i = from; i < to; i++)
        if (c->days[i] < first || c->days[i] > last)
            return false;
    return true;
}

static bool reals_are_right(const struct table_column *c, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (isnan(c->reals[i]) && (!c->missing || !c->missing[i]))
            return false;
    return true;
}

static bool mask_is_right(const struct table_column *c, size_t from, size_t to, size_t *n_missing)
{
    for (size_t i = from; i < to; i++) {
        if (c->missing[i] > 1)
            return false;
        *n_missing += c->missing[i];
    }
    return true;
}

static bool values_are_right(const struct table_column *c, enum column_part part, size_t from_byte,
                             size_t n_bytes, size_t *n_missing)
{
    if (part == PART_MISSING)
        return mask_is_right(c, from_byte, from_byte + n_bytes, n_missing);
    if (part != PART_VALUES)
        return true;
    const size_t size = table_value_size(c->type);
    const size_t from = from_byte / size;
    const size_t to = from + n_bytes / size;
    switch (c->type) {
    case TABLE_TEXT: return codes_are_right(c, from, to);
    case TABLE_DATE: return days_are_right(c, from, to);
    case TABLE_REAL: return reals_are_right(c, from, to);
    default: return true;
    }
}

static const struct column_section *section_at(const struct check *k, size_t i)
{
    return &k->r->entry[i / PART_COUNT].part[i % PART_COUNT];
}

/* The section a block belongs to, by halving. */
static size_t section_of(const struct check *k, size_t block)
{
    size_t low = 0, high = k->n_sections;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (k->first_block[middle] <= block)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void check_block(void *check, size_t block, unsigned worker)
{
    (void)worker;
    struct check *k = check;
    const size_t i = section_of(k, block);
    const struct column_section *s = section_at(k, i);
    const size_t from = (block - k->first_block[i]) * COLUMN_BLOCK;
    const size_t n = s->n - from < COLUMN_BLOCK ? (size_t)(s->n - from) : COLUMN_BLOCK;

    k->hash[block] = seal_hash_bytes((str){(const char *)k->r->map.p + s->at + from, n});
    k->is_wrong[block] =
        !values_are_right(&k->r->t->column[i / PART_COUNT], (enum column_part)(i % PART_COUNT),
                          from, n, &k->n_missing[block]);
}

static bool section_is_right(const struct check *k, size_t i)
{
    const size_t first = k->first_block[i];
    const size_t n = k->first_block[i + 1] - first;
    size_t n_missing = 0;
    for (size_t b = first; b < first + n; b++) {
        if (k->is_wrong[b])
            return false;
        n_missing += k->n_missing[b];
    }
    return (i % PART_COUNT != PART_MISSING || n_missing == k->r->entry[i / PART_COUNT].n_missing) &&
           is_hash_of(k->hash + first, n * sizeof *k->hash, section_at(k, i)->hash);
}

static err check_content(const struct reader *r, struct err_info *info)
{
    struct check k = {.r = r, .n_sections = (size_t)r->header.n_columns * PART_COUNT};
    size_t n_blocks = 0;
    err e = OK;

    k.first_block = malloc((k.n_sections + 1) * sizeof *k.first_block);
    if (!k.first_block)
        return err_nomem(info);
    for (size_t i = 0; i < k.n_sections; i++) {
        k.first_block[i] = n_blocks;
        n_blocks += column_blocks(section_at(&k, i)->n);
    }
    k.first_block[k.n_sections] = n_blocks;
    k.hash = malloc(n_blocks * sizeof *k.hash);
    k.n_missing = calloc(n_blocks, sizeof *k.n_missing);
    k.is_wrong = calloc(n_blocks, sizeof *k.is_wrong);
    if (!k.hash || !k.n_missing || !k.is_wrong) {
        e = err_nomem(info);
        goto out;
    }
    table_run(r->pool, n_blocks, check_block, &k);
    for (size_t i = 0; i < k.n_sections && e == OK; i++)
        if (!section_is_right(&k, i))
            e = damaged(r, section_at(&k, i)->at, info);
out:
    free(k.first_block);
    free(k.hash);
    free(k.n_missing);
    free(k.is_wrong);
    return e;
}

/* ---- what the header says of the whole ---- */

static err check_order(struct reader *r, struct err_info *info)
{
    const uint32_t *by = r->header.sorted;
    table *t = r->t;
    bool is_sorted = false;

    if (by[0] == COLUMN_UNSORTED && by[1] == COLUMN_UNSORTED)
        return OK;
    if (by[0] >= t->n_columns || by[1] >= t->n_columns || t->column[by[0]].n_missing ||
        t->column[by[1]].n_missing)
        return damaged(r, 0, info);
    const err e = column_is_sorted(t, &t->column[by[0]], &t->column[by[1]], &is_sorted, info);
    if (e != OK)
        return e;
    if (!is_sorted)
        return damaged(r, 0, info);
    t->sorted[0] = by[0];
    t->sorted[1] = by[1];
    return OK;
}

/* Whether `text`, the n-th asked about, is unlike all before. */
static bool is_new(struct dict *seen, str text, size_t n, err *e)
{
    uint32_t code = 0;
    *e = dict_code(seen, text, &code); /* n stays below TABLE_WORDS_MAX: only memory can be out */
    return *e == OK && code == n;
}

static err check_names(const struct reader *r, struct err_info *info)
{
    struct dict seen = {0};
    err e = OK;
    for (size_t i = 0; i < r->t->n_columns && e == OK; i++)
        if (!is_new(&seen, r->t->column[i].name, i, &e))
            e = e == OK ? damaged(r, r->header.directory + r->entry[i].name_at, info)
                        : err_nomem(info);
    dict_free(&seen);
    return e;
}

/* Two words alike would make two persons of one. */
static err check_words(const struct reader *r, size_t i, struct err_info *info)
{
    const struct table_column *c = &r->t->column[i];
    struct dict seen = {0};
    err e = OK;
    for (size_t k = 0; k < c->n_words && e == OK; k++)
        if (!is_new(&seen, c->words[k], k, &e))
            e = e == OK ? damaged(r, r->entry[i].part[PART_WORD_BYTES].at, info) : err_nomem(info);
    dict_free(&seen);
    return e;
}

static err read_columns(struct reader *r, struct err_info *info)
{
    err e = OK;
    r->t = table_new(r->path, r->header.n_columns);
    if (!r->t)
        return err_nomem(info);
    r->t->n_rows = (size_t)r->header.n_rows;
    r->at = sizeof r->header;
    for (size_t i = 0; i < r->t->n_columns && e == OK; i++)
        e = set_column(r, i, info);
    if (e == OK &&
        (!is_next(r, r->header.directory, r->header.n_directory) || r->at != r->header.n_file))
        e = damaged(r, r->header.directory, info);
    if (e == OK)
        e = check_names(r, info);
    for (size_t i = 0; i < r->t->n_columns && e == OK; i++)
        e = check_words(r, i, info);
    if (e == OK)
        e = check_content(r, info);
    return e == OK ? check_order(r, info) : e;
}

err column_file_open(struct file_map map, str path, par *pool, table **t, struct err_info *info)
{
    struct reader r = {.map = map, .path = path, .pool = pool};
    err e = sodium_init() < 0 ? err_nomem(info) : read_header(&r, info);
    if (e == OK)
        e = read_directory(&r, info);
    if (e == OK)
        e = read_columns(&r, info);
    free(r.entry);
    if (e != OK) {
        table_free(r.t);
        file_map_close(&map);
        return e;
    }
    r.t->map = map;
    *t = r.t;
    return OK;
}
