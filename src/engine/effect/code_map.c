/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/code_map_int.h"

#include <stdlib.h>
#include <string.h>

#define FREE UINT32_MAX

err code_map_init(struct code_map *m, size_t size, struct err_info *info)
{
    *m = (struct code_map){
        .key = calloc(size, sizeof *m->key), .code = malloc(size * sizeof *m->code), .size = size};
    if (!m->key || !m->code)
        return err_nomem(info);
    memset(m->code, 0xff, size * sizeof *m->code);
    return OK;
}

void code_map_free(struct code_map *m)
{
    free(m->key);
    free(m->code);
}

/* The finaliser of splitmix64 (Steele, Lea and Flood 2014): every bit of the key counts. */
static uint64_t mix(uint64_t v)
{
    v = (v ^ (v >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    v = (v ^ (v >> 27)) * UINT64_C(0x94d049bb133111eb);
    return v ^ (v >> 31);
}

static size_t code_map_place(const struct code_map *m, uint64_t key)
{
    size_t at = mix(key) & (m->size - 1);
    while (m->code[at] != FREE && m->key[at] != key)
        at = (at + 1) & (m->size - 1);
    return at;
}

static err code_map_grow(struct code_map *m, struct err_info *info)
{
    struct code_map bigger;
    err e = code_map_init(&bigger, m->size * 2, info);
    if (e != OK) {
        code_map_free(&bigger);
        return e;
    }
    for (size_t i = 0; i < m->size; i++) {
        if (m->code[i] == FREE)
            continue;
        const size_t at = code_map_place(&bigger, m->key[i]);
        bigger.key[at] = m->key[i];
        bigger.code[at] = m->code[i];
    }
    bigger.n = m->n;
    code_map_free(m);
    *m = bigger;
    return OK;
}

err code_map_add(struct code_map *m, uint64_t key, uint32_t *code, struct err_info *info)
{
    size_t at = code_map_place(m, key);
    if (m->code[at] == FREE) {
        if (m->n >= m->size / 2) {
            const err e = code_map_grow(m, info);
            if (e != OK)
                return e;
            at = code_map_place(m, key);
        }
        m->key[at] = key;
        m->code[at] = (uint32_t)m->n++; /* rows are fewer than 2^31 */
    }
    *code = m->code[at];
    return OK;
}
