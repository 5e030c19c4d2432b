/* SPDX-License-Identifier: EUPL-1.2 */
/* Values of a column as codes 0, 1, 2, ... in increasing order of the values. */
#include "base/date.h"
#include "base/num.h"
#include "engine/effect/panel_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void panel_msg_value(struct msg *m, const struct table_column *c, size_t row)
{
    char text[NUM_TEXT_MAX];
    size_t n = 0;
    switch (c->type) {
    case TABLE_INT: n = num_print_int(c->ints[row], text); break;
    case TABLE_REAL: n = num_print_real(c->reals[row], text); break;
    case TABLE_DATE:
        date_print_iso(c->days[row], text);
        n = 10;
        break;
    case TABLE_TEXT: msg_text(m, c->words[c->codes[row]]); return;
    }
    msg_text(m, (str){text, n});
}

/* Numbers as unsigned keys of the same order: -1 before 0, -0.0 with 0.0. */
static uint64_t key_of_int(int64_t v)
{
    return (uint64_t)v ^ (UINT64_C(1) << 63);
}

static uint64_t key_of_real(double v)
{
    uint64_t bits;
    const double plus = v + 0.0;
    memcpy(&bits, &plus, sizeof bits);
    return bits >> 63 ? ~bits : bits | (UINT64_C(1) << 63);
}

uint64_t panel_key(const struct table_column *c, const uint32_t *rank, size_t row)
{
    switch (c->type) {
    case TABLE_INT: return key_of_int(c->ints[row]);
    case TABLE_REAL: return key_of_real(c->reals[row]);
    case TABLE_DATE: return key_of_int(c->days[row]);
    case TABLE_TEXT: return rank[c->codes[row]];
    }
    return 0;
}

static int by_bytes(const void *a, const void *b, void *words)
{
    const str *w = words;
    return str_cmp(w[*(const uint32_t *)a], w[*(const uint32_t *)b]);
}

uint32_t *panel_ranks(const struct table_column *c, arena *a)
{
    uint32_t *order = ARENA_NEW(a, uint32_t, c->n_words);
    uint32_t *rank = ARENA_NEW(a, uint32_t, c->n_words);
    if (!order || !rank)
        return NULL;
    for (size_t i = 0; i < c->n_words; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, c->n_words, sizeof *order, by_bytes, (void *)(uintptr_t)c->words);
    for (size_t i = 0; i < c->n_words; i++)
        rank[order[i]] = (uint32_t)i;
    return rank;
}

/*
 * Distinct keys in order of appearance. While keys only rise, as in a sorted
 * table, a key is new when it is larger than the last; the first one that does
 * not brings open addressing, at most half full.
 */
struct entry {
    uint64_t key;
    size_t row;
    uint32_t id;
};

struct key_set {
    arena *memory;
    struct entry *entry; /* in order of appearance */
    size_t n, room;
    uint32_t *slot;  /* entry + 1; 0 is free. NULL while keys rise */
    size_t capacity; /* slots, a power of two */
};

static size_t slot_of(const struct key_set *s, uint64_t key)
{
    uint64_t h = key * UINT64_C(0x9e3779b97f4a7c15);
    h ^= h >> 32;
    size_t i = (size_t)h & (s->capacity - 1);
    while (s->slot[i] && s->entry[s->slot[i] - 1].key != key)
        i = (i + 1) & (s->capacity - 1);
    return i;
}

static bool key_set_append(struct key_set *s, uint64_t key, size_t row)
{
    if (s->n == s->room) {
        const size_t room = s->room ? 2 * s->room : 2048;
        struct entry *entry = ARENA_NEW(s->memory, struct entry, room);
        if (!entry)
            return false;
        if (s->n)
            memcpy(entry, s->entry, s->n * sizeof *entry);
        s->entry = entry;
        s->room = room;
    }
    s->entry[s->n] = (struct entry){.key = key, .row = row, .id = (uint32_t)s->n};
    s->n++;
    return true;
}

/* Twice as many slots as there is room for entries. */
static bool key_set_index(struct key_set *s)
{
    const size_t capacity = s->room * 2;
    uint32_t *slot = ARENA_NEW(s->memory, uint32_t, capacity);
    if (!slot)
        return false;
    s->slot = slot;
    s->capacity = capacity;
    for (size_t i = 0; i < s->n; i++)
        s->slot[slot_of(s, s->entry[i].key)] = (uint32_t)i + 1;
    return true;
}

static bool key_set_add(struct key_set *s, uint64_t key, size_t row, uint32_t *id)
{
    const bool rises = !s->slot && (s->n == 0 || key > s->entry[s->n - 1].key);
    if (!rises && s->capacity < 2 * s->room && !key_set_index(s))
        return false;
    const size_t i = rises ? 0 : slot_of(s, key);
    if (!rises && s->slot[i]) {
        *id = s->slot[i] - 1;
        return true;
    }
    *id = (uint32_t)s->n;
    if (!key_set_append(s, key, row))
        return false;
    if (!rises)
        s->slot[i] = *id + 1;
    return true;
}

static int by_key(const void *a, const void *b)
{
    const uint64_t x = ((const struct entry *)a)->key, y = ((const struct entry *)b)->key;
    return (x > y) - (x < y);
}

static bool is_ordered(const struct key_set *s)
{
    for (size_t i = 1; i < s->n; i++)
        if (s->entry[i].key < s->entry[i - 1].key)
            return false;
    return true;
}

/* Codes in order of appearance become codes in order of value. */
static bool order_codes(struct key_set *s, size_t n_rows, uint32_t *code)
{
    if (is_ordered(s))
        return true;
    uint32_t *place = ARENA_NEW(s->memory, uint32_t, s->n);
    if (!place)
        return false;
    qsort(s->entry, s->n, sizeof *s->entry, by_key);
    for (size_t i = 0; i < s->n; i++)
        place[s->entry[i].id] = (uint32_t)i;
    for (size_t r = 0; r < n_rows; r++)
        code[r] = place[code[r]];
    return true;
}

err panel_check_whole(const struct table_column *c, size_t n_rows, const char *empty_key,
                      struct err_info *info)
{
    if (c->n_missing == 0 && c->type != TABLE_REAL)
        return OK;
    size_t bad = n_rows;
    for (size_t r = 0; r < n_rows && bad == n_rows; r++)
        if ((c->missing && c->missing[r]) || (c->type == TABLE_REAL && !isfinite(c->reals[r])))
            bad = r;
    if (bad == n_rows)
        return OK;
    err_text(info, E_INPUT, empty_key, c->name);
    msg_int(&info->msg, (int64_t)bad + 1);
    return E_INPUT;
}

/* A key often repeats from row to row: the set is asked once for each run. */
static bool number_rows(const struct table_column *c, const uint32_t *rank, size_t n_rows,
                        struct key_set *s, uint32_t *code)
{
    uint64_t last = 0;
    uint32_t id = 0;
    for (size_t r = 0; r < n_rows; r++) {
        const uint64_t key = panel_key(c, rank, r);
        if ((r == 0 || key != last) && !key_set_add(s, key, r, &id))
            return false;
        last = key;
        code[r] = id;
    }
    return true;
}

err panel_codes_make(const struct table_column *c, size_t n_rows, const char *empty_key, arena *a,
                     struct panel_codes *codes, struct err_info *info)
{
    struct key_set s = {.memory = a};
    uint32_t *rank = NULL;

    const err e = panel_check_whole(c, n_rows, empty_key, info);
    if (e != OK)
        return e;
    codes->column = c;
    codes->code = ARENA_NEW(a, uint32_t, n_rows);
    if (c->type == TABLE_TEXT)
        rank = panel_ranks(c, a);
    if (!codes->code || (c->type == TABLE_TEXT && !rank) ||
        !number_rows(c, rank, n_rows, &s, codes->code) || !order_codes(&s, n_rows, codes->code))
        return err_nomem(info);
    codes->n = s.n;
    codes->row = ARENA_NEW(a, size_t, s.n);
    if (!codes->row)
        return err_nomem(info);
    for (size_t i = 0; i < s.n; i++)
        codes->row[i] = s.entry[i].row;
    return OK;
}
