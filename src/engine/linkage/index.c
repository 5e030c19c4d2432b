/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One record more. For each rule the keys of its groups stand sorted beside their first member;
 * a new record has a key in each rule, and is compared with the members of the groups it finds.
 * A value that no record has stands behind the known ones for as long as the search lasts.
 */
#include "engine/linkage/linkage_int.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    uint64_t key;
    uint32_t from, n; /* members */
};

struct linkage_index {
    const linkage *l;
    arena *memory;
    struct comparer *comparer;
    struct entry *entry[LINKAGE_RULES_MAX];
    size_t n[LINKAGE_RULES_MAX];
    uint32_t *member[LINKAGE_RULES_MAX];
    uint8_t (*spare)[VALUE_BYTES + 1]; /* bytes of a new record's values, one for each field */
    struct linkage_found *found;
};

struct keyed {
    uint64_t key;
    uint32_t record;
};

static int by_key(const void *p, const void *q)
{
    const struct keyed *a = p, *b = q;
    return a->key != b->key ? (a->key > b->key) - (a->key < b->key)
                            : (a->record > b->record) - (a->record < b->record);
}

static void fill_rule(linkage_index *x, size_t rule, struct keyed *k)
{
    const struct records *r = &x->l->records;
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        const uint64_t key = rule_key(r, &x->l->settings->rule[rule], r->code[i]);
        if (key)
            k[n++] = (struct keyed){key, (uint32_t)i};
    }
    qsort(k, n, sizeof *k, by_key);
    for (size_t i = 0; i < n; i++) {
        x->member[rule][i] = k[i].record;
        if (i && k[i].key == k[i - 1].key)
            x->entry[rule][x->n[rule] - 1].n++;
        else
            x->entry[rule][x->n[rule]++] = (struct entry){k[i].key, (uint32_t)i, 1};
    }
}

err linkage_index_new(const linkage *l, linkage_index **index, struct err_info *info)
{
    linkage_index *x = calloc(1, sizeof *x);
    struct keyed *keyed = malloc(l->records.n * sizeof *keyed);
    bool ok = x && keyed && (x->memory = arena_new(LINKAGE_MEMORY));
    if (ok) {
        x->l = l;
        x->comparer = comparer_new(x->memory, false);
        x->spare = arena_alloc(x->memory, LINKAGE_FIELDS_MAX, sizeof *x->spare);
        x->found = ARENA_NEW(x->memory, struct linkage_found, FOUND_MAX);
        ok = x->comparer && x->spare && x->found;
    }
    for (size_t rule = 0; ok && rule < l->settings->n_rules; rule++) {
        x->entry[rule] = ARENA_NEW(x->memory, struct entry, l->records.n);
        x->member[rule] = ARENA_NEW(x->memory, uint32_t, l->records.n);
        ok = x->entry[rule] && x->member[rule];
        if (ok)
            fill_rule(x, rule, keyed);
    }
    free(keyed);
    if (!ok) {
        linkage_index_free(x);
        return err_nomem(info);
    }
    *index = x;
    return OK;
}

void linkage_index_free(linkage_index *x)
{
    if (!x)
        return;
    arena_free(x->memory);
    free(x);
}

/* Codes of the new record; a value that is new gets the place behind the last. */
static void code_record(linkage_index *x, struct records *view, const str *text, uint32_t *code)
{
    const struct linkage_settings *s = x->l->settings;
    for (size_t f = 0; f < s->n_fields; text += s->field[f].n_columns, f++) {
        struct values *v = &view->field[f];
        struct value value;
        code[f] = 0;
        if (text[0].n == 0 || !value_read(s->field[f].kind, text, s->field[f].n_columns, &value))
            continue;
        code[f] = values_find(v, &value);
        if (code[f])
            continue;
        code[f] = v->n;
        x->spare[f][0] = (uint8_t)value.n;
        memcpy(x->spare[f] + 1, value.bytes, value.n);
        v->bytes[v->n] = x->spare[f];
        v->hash[v->n] = value_hash(value.bytes, value.n);
        if (v->word)
            v->word[v->n] = value.word;
        if (v->second)
            v->second[v->n] = value.second;
        if (v->number)
            v->number[v->n] = value.number;
    }
}

static const struct entry *find_entry(const linkage_index *x, size_t rule, uint64_t key)
{
    size_t low = 0, high = x->n[rule];
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (x->entry[rule][mid].key < key)
            low = mid + 1;
        else
            high = mid;
    }
    return low < x->n[rule] && x->entry[rule][low].key == key ? &x->entry[rule][low] : NULL;
}

static int by_bits(const void *p, const void *q)
{
    const struct linkage_found *a = p, *b = q;
    return a->bits != b->bits ? (a->bits < b->bits) - (a->bits > b->bits)
                              : (a->record > b->record) - (a->record < b->record);
}

static bool is_found(const linkage_index *x, size_t n, uint32_t record)
{
    for (size_t i = 0; i < n; i++)
        if (x->found[i].record == record)
            return true;
    return false;
}

static size_t search_entry(linkage_index *x, const struct records *view, const uint32_t *code,
                           size_t rule, const struct entry *e, size_t n)
{
    const double floor = bits_of(x->l->settings->review);
    for (uint32_t i = 0; i < e->n && n < FOUND_MAX; i++) {
        const uint32_t record = x->member[rule][e->from + i];
        const uint32_t *other = x->l->records.code[record];
        const uint64_t pattern = compare_codes(view, x->comparer, other, code);
        const double bits = weigh_from(&x->l->weights, &x->l->records, pattern, other, floor);
        if (bits >= floor && !is_found(x, n, record))
            x->found[n++] = (struct linkage_found){record, (float)bits};
    }
    return n;
}

err linkage_index_find(linkage_index *x, const str *value, size_t n_values,
                       struct linkage_found *found, size_t *n, struct err_info *info)
{
    const struct linkage_settings *s = x->l->settings;
    uint32_t code[CODES] = {0};
    size_t columns = 0, seen = 0;
    for (size_t f = 0; f < s->n_fields; f++)
        columns += s->field[f].n_columns;
    if (columns != n_values) {
        err_set(info, E_INPUT, "linkage.value-count");
        msg_int(&info->msg, (int64_t)n_values);
        msg_int(&info->msg, (int64_t)columns);
        return E_INPUT;
    }
    struct records view = x->l->records;
    code_record(x, &view, value, code);
    for (size_t rule = 0; rule < s->n_rules; rule++) {
        const uint64_t key = rule_key(&view, &s->rule[rule], code);
        const struct entry *e = key ? find_entry(x, rule, key) : NULL;
        if (e && e->n <= LINKAGE_BLOCK_MAX)
            seen = search_entry(x, &view, code, rule, e, seen);
    }
    qsort(x->found, seen, sizeof *x->found, by_bits);
    *n = seen < *n ? seen : *n;
    memcpy(found, x->found, *n * sizeof *found);
    return OK;
}
