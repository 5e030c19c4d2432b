/* SPDX-License-Identifier: EUPL-1.2 */
/* Values of columns as whole numbers, and these as codes. */
#include "engine/effect/twfe_rows_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RECENT = 4096, FIRST_ROOM = 1024 };

/* ---- keys ---- */

static int by_bytes(const void *a, const void *b, void *words)
{
    const str *w = words;
    return str_cmp(w[*(const uint32_t *)a], w[*(const uint32_t *)b]);
}

err twfe_keys_make(const struct table_column *c, bool ordered, arena *a, struct twfe_keys *k,
                   struct err_info *info)
{
    *k = (struct twfe_keys){.column = c};
    if (c->type != TABLE_TEXT || !ordered)
        return OK;
    uint32_t *order = ARENA_NEW(a, uint32_t, c->n_words);
    uint32_t *rank = ARENA_NEW(a, uint32_t, c->n_words);
    if (!order || !rank)
        return err_nomem(info);
    for (size_t i = 0; i < c->n_words; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, c->n_words, sizeof *order, by_bytes, (void *)(uintptr_t)c->words);
    for (size_t i = 0; i < c->n_words; i++)
        rank[order[i]] = (uint32_t)i;
    k->rank = rank;
    return OK;
}

/* Of the same order as the numbers; -0 is 0. */
static inline int64_t key_of_real(double v)
{
    int64_t bits;
    const double plus = v + 0.0;
    memcpy(&bits, &plus, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
}

double twfe_key_value(const struct table_column *c, int64_t key)
{
    if (c->type != TABLE_REAL)
        return (double)key;
    const int64_t bits = key < 0 ? INT64_MIN - key : key;
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static inline size_t row_at(const uint32_t *order, size_t place)
{
    return order ? order[place] : place;
}

const int64_t *twfe_keys_at(const struct twfe_keys *k, const uint32_t *order, size_t from, size_t n,
                            int64_t *room)
{
    const struct table_column *c = k->column;
    switch (c->type) {
    case TABLE_INT:
        if (!order)
            return c->ints + from;
        for (size_t i = 0; i < n; i++)
            room[i] = c->ints[order[from + i]];
        break;
    case TABLE_REAL:
        for (size_t i = 0; i < n; i++)
            room[i] = key_of_real(c->reals[row_at(order, from + i)]);
        break;
    case TABLE_DATE:
        for (size_t i = 0; i < n; i++)
            room[i] = c->days[row_at(order, from + i)];
        break;
    case TABLE_TEXT:
        for (size_t i = 0; i < n; i++) {
            const uint32_t word = c->codes[row_at(order, from + i)];
            room[i] = k->rank ? k->rank[word] : word;
        }
        break;
    }
    return room;
}

static void numbers_of_ints(const struct table_column *c, const uint32_t *order, size_t from,
                            size_t n, double *v)
{
    for (size_t i = 0; i < n; i++)
        v[i] = (double)c->ints[row_at(order, from + i)];
}

void twfe_numbers(const struct table_column *c, const uint32_t *order, size_t from, size_t n,
                  double *v)
{
    if (c->type == TABLE_REAL && !order) {
        memcpy(v, c->reals + from, n * sizeof *v);
        return;
    }
    if (c->type == TABLE_INT)
        numbers_of_ints(c, order, from, n, v);
    else
        for (size_t i = 0; i < n; i++)
            v[i] = panel_value(c, row_at(order, from + i));
    for (size_t i = 0; c->missing && i < n; i++)
        if (c->missing[row_at(order, from + i)])
            v[i] = NAN;
}

const double *twfe_numbers_at(const struct table_column *c, const uint32_t *order, size_t from,
                              size_t n, double *room)
{
    if (c->type == TABLE_REAL && !order)
        return c->reals + from;
    twfe_numbers(c, order, from, n, room);
    return room;
}

/* ---- keys met ---- */

static inline size_t mix(int64_t key, size_t mask)
{
    uint64_t h = (uint64_t)key * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(h >> 32 ^ h >> 52) & mask;
}

bool twfe_found_init(struct twfe_found *f)
{
    *f = (struct twfe_found){.recent = calloc(RECENT, sizeof *f->recent),
                             .is_used = calloc(RECENT, sizeof *f->is_used)};
    return f->recent && f->is_used;
}

void twfe_found_free(struct twfe_found *f)
{
    free(f->recent);
    free(f->is_used);
    free(f->key);
}

static int by_key(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static size_t sort_distinct(int64_t *key, size_t n)
{
    size_t kept = 0;
    qsort(key, n, sizeof *key, by_key);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || key[i] != key[i - 1])
            key[kept++] = key[i];
    return kept;
}

/* Doubles first, then room: what was met twice goes before anything grows. */
static bool make_room(struct twfe_found *f)
{
    f->n = f->n ? sort_distinct(f->key, f->n) : 0;
    if (f->room && f->n <= f->room / 2)
        return true;
    const size_t room = f->room ? 2 * f->room : FIRST_ROOM;
    int64_t *key = realloc(f->key, room * sizeof *key);
    if (!key)
        return false;
    f->key = key;
    f->room = room;
    return true;
}

/* When few keys were met and these leave no gap, others between them are known. */
static void look_for_gaps(struct twfe_found *f)
{
    if (f->n == f->n_before || f->n > FIRST_ROOM)
        return;
    f->n = f->n_before = sort_distinct(f->key, f->n);
    f->is_whole = (uint64_t)f->key[f->n - 1] - (uint64_t)f->key[0] == f->n - 1;
}

/* Whether all lie between the first and the last of those met: no difference is below 0. */
static bool is_known(const struct twfe_found *f, const int64_t *key, size_t n)
{
    if (!f->is_whole)
        return false;
    const uint64_t low = (uint64_t)f->key[0], high = (uint64_t)f->key[f->n - 1];
    uint64_t below = 0;
    for (size_t i = 0; i < n; i++)
        below |= ((uint64_t)key[i] - low) | (high - (uint64_t)key[i]);
    return below >> 63 == 0;
}

bool twfe_found_add(struct twfe_found *f, const int64_t *key, size_t n)
{
    if (is_known(f, key, n))
        return true;
    f->is_whole = false;
    for (size_t i = 0; i < n; i++) {
        const size_t at = mix(key[i], RECENT - 1);
        if (f->recent[at] == key[i] && f->is_used[at])
            continue;
        if (f->n == f->room && !make_room(f))
            return false;
        f->recent[at] = key[i];
        f->is_used[at] = true;
        f->key[f->n++] = key[i];
    }
    look_for_gaps(f);
    return true;
}

/* ---- codes ---- */

static err gather_keys(struct twfe_found *const *found, size_t n_found, arena *a,
                       struct twfe_codes *c, struct err_info *info)
{
    size_t n = 0;
    for (size_t i = 0; i < n_found; i++)
        n += found[i]->n = found[i]->n ? sort_distinct(found[i]->key, found[i]->n) : 0;
    int64_t *key = malloc((n + 1) * sizeof *key);
    if (!key)
        return err_nomem(info);
    n = 0;
    for (size_t i = 0; i < n_found; i++) {
        if (found[i]->n)
            memcpy(key + n, found[i]->key, found[i]->n * sizeof *key);
        n += found[i]->n;
    }
    c->n = sort_distinct(key, n);
    c->key = ARENA_NEW(a, int64_t, c->n);
    if (c->key && c->n)
        memcpy(c->key, key, c->n * sizeof *key);
    free(key);
    return c->key ? OK : err_nomem(info);
}

static size_t slot_of(const struct twfe_codes *c, int64_t key)
{
    size_t at = mix(key, c->n_places - 1);
    while (c->place[at] != TWFE_NONE && c->key[c->place[at]] != key)
        at = (at + 1) & (c->n_places - 1);
    return at;
}

err twfe_codes_make(const struct twfe_keys *k, struct twfe_found *const *found, size_t n_found,
                    arena *a, struct twfe_codes *c, struct err_info *info)
{
    *c = (struct twfe_codes){.keys = *k};
    const err e = gather_keys(found, n_found, a, c, info);
    if (e != OK)
        return e;
    const uint64_t range = c->n ? (uint64_t)c->key[c->n - 1] - (uint64_t)c->key[0] : 0;
    c->low = c->n ? c->key[0] : 0;
    c->is_dense = range < 65536 || range / 4 < c->n;
    c->is_whole = c->n > 0 && range == c->n - 1;
    c->n_places = 1;
    if (c->is_whole)
        return OK;
    if (c->is_dense)
        c->n_places = (size_t)range + 1;
    else
        while (c->n_places < 2 * c->n)
            c->n_places *= 2;
    c->place = ARENA_NEW(a, uint32_t, c->n_places);
    if (!c->place)
        return err_nomem(info);
    memset(c->place, 0xff, c->n_places * sizeof *c->place);
    for (size_t i = 0; i < c->n; i++)
        c->place[c->is_dense ? (size_t)(c->key[i] - c->low) : slot_of(c, c->key[i])] = (uint32_t)i;
    return OK;
}

void twfe_codes_find(const struct twfe_codes *c, const int64_t *key, size_t n, uint32_t *code)
{
    if (c->is_whole) {
        const int64_t low = c->low;
        for (size_t i = 0; i < n; i++)
            code[i] = (uint32_t)(key[i] - low);
        return;
    }
    if (c->is_dense) {
        const uint32_t *place = c->place;
        const int64_t low = c->low;
        for (size_t i = 0; i < n; i++)
            code[i] = place[key[i] - low];
        return;
    }
    for (size_t i = 0; i < n; i++)
        code[i] = i > 0 && key[i] == key[i - 1] ? code[i - 1] : c->place[slot_of(c, key[i])];
}
