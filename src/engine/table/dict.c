/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/table/dict_int.h"

#include "engine/table/table.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_MIN = 64, WORDS_MIN = 32, BYTES_MIN = 512 };

str dict_text(const struct dict *d, size_t code)
{
    return (str){d->bytes + d->word[code].at, d->word[code].n};
}

void dict_free(struct dict *d)
{
    free(d->bytes);
    free(d->word);
    free(d->slot);
    *d = (struct dict){0};
}

void dict_clear(struct dict *d)
{
    if (d->n)
        memset(d->slot, 0, d->n_slots * sizeof *d->slot);
    d->n = 0;
    d->n_bytes = 0;
}

static void occupy(struct dict *d, uint32_t code)
{
    size_t i = d->word[code].hash & (d->n_slots - 1);
    while (d->slot[i])
        i = (i + 1) & (d->n_slots - 1);
    d->slot[i] = code + 1;
}

static bool more_slots(struct dict *d)
{
    const size_t n_slots = d->n_slots ? d->n_slots * 4 : SLOTS_MIN;
    uint32_t *slot = calloc(n_slots, sizeof *slot);
    if (!slot)
        return false;
    free(d->slot);
    d->slot = slot;
    d->n_slots = n_slots;
    for (size_t code = 0; code < d->n; code++)
        occupy(d, (uint32_t)code);
    return true;
}

/* `*cap` becomes at least `need`, by doubling; sizes here stay far below overflow. */
static bool grow(void **p, size_t *cap, size_t need, size_t least, size_t size)
{
    if (need <= *cap)
        return true;
    size_t wanted = *cap ? *cap : least;
    while (wanted < need)
        wanted *= 2;
    void *q = realloc(*p, wanted * size);
    if (!q)
        return false;
    *p = q;
    *cap = wanted;
    return true;
}

static err add(struct dict *d, str text, uint32_t hash, uint32_t *code)
{
    void *bytes = d->bytes;
    void *word = d->word;

    if (d->n == TABLE_WORDS_MAX)
        return E_LIMIT;
    const bool has_bytes = grow(&bytes, &d->cap_bytes, d->n_bytes + text.n, BYTES_MIN, 1);
    d->bytes = bytes;
    const bool has_word = grow(&word, &d->cap, d->n + 1, WORDS_MIN, sizeof *d->word);
    d->word = word;
    if (!has_bytes || !has_word || (d->n * 2 >= d->n_slots && !more_slots(d)))
        return E_NOMEM;
    if (text.n)
        memcpy(d->bytes + d->n_bytes, text.p, text.n);
    d->word[d->n] = (struct dict_word){.at = d->n_bytes, .n = (uint32_t)text.n, .hash = hash};
    d->n_bytes += text.n;
    *code = (uint32_t)d->n++;
    occupy(d, *code);
    return OK;
}

static bool is_word(const struct dict *d, uint32_t code, str text)
{
    return d->word[code].n == text.n && memcmp(d->bytes + d->word[code].at, text.p, text.n) == 0;
}

static err code_of(struct dict *d, str text, uint32_t hash, uint32_t *code)
{
    if (d->n == 0)
        return add(d, text, hash, code);
    for (size_t i = hash & (d->n_slots - 1); d->slot[i]; i = (i + 1) & (d->n_slots - 1)) {
        const uint32_t candidate = d->slot[i] - 1;
        if (d->word[candidate].hash == hash && is_word(d, candidate, text)) {
            *code = candidate;
            return OK;
        }
    }
    return add(d, text, hash, code);
}

err dict_code(struct dict *d, str text, uint32_t *code)
{
    if (d->last < d->n && is_word(d, d->last, text)) {
        *code = d->last;
        return OK;
    }
    const err e = code_of(d, text, (uint32_t)(str_hash(text) >> 32), code);
    if (e == OK)
        d->last = *code;
    return e;
}

err dict_merge(struct dict *d, const struct dict *from, uint32_t *code)
{
    for (size_t i = 0; i < from->n; i++) {
        const err e = code_of(d, dict_text(from, i), from->word[i].hash, &code[i]);
        if (e != OK)
            return e;
    }
    return OK;
}
