/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which records meet. A rule gives each record a key; records with one key are a group. A group
 * over LINKAGE_BLOCK_MAX records is divided by a further field until it is small enough. Two
 * records meet when they share a group of some rule, and are taken up by the first such rule:
 * that is seen from the records themselves, so that no list of pairs is kept.
 */
#include "engine/linkage/linkage_int.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- Keys ---- */

static uint64_t word_key(const struct linkage_word *w, size_t most)
{
    const size_t n = w->n < most ? w->n : most;
    return n ? value_hash(w->letter, n) : 0;
}

static uint64_t start_key(const struct values *v, uint32_t code, size_t n)
{
    if (v->word)
        return word_key(&v->word[code], n);
    return v->bytes[code][0] ? value_hash(v->bytes[code] + 1, v->bytes[code][0]) : 0;
}

static uint64_t number_key(uint32_t v, bool is_known)
{
    return is_known ? value_hash((const uint8_t *)&v, sizeof v) : 0;
}

static uint64_t date_key(uint32_t d, enum linkage_form form)
{
    switch (form) {
    case FORM_YEAR: return number_key(DATE_YEAR(d), true);
    case FORM_MONTH: return number_key(d >> 5, DATE_MONTH(d) != 0);
    case FORM_DAY: return number_key(d & 511, DATE_MONTH(d) != 0 && DATE_DAY(d) != 0);
    default: return number_key(d, true);
    }
}

static uint64_t area_key(const uint8_t *bytes)
{
    return bytes[0] ? value_hash(bytes + 1, bytes[0] < 4 ? bytes[0] : 4) : 0;
}

/* What a rule takes of a value; 0 is nothing. */
static uint64_t form_key(const struct values *v, enum linkage_form form, uint32_t code)
{
    if (code == 0)
        return 0;
    switch (form) {
    case FORM_WHOLE: return v->hash[code];
    case FORM_SOUND: return number_key(linkage_dutch_key(&v->word[code]), true);
    case FORM_START: return start_key(v, code, 3);
    case FORM_INITIAL: return start_key(v, code, 1);
    case FORM_YEAR:
    case FORM_MONTH:
    case FORM_DAY: return date_key(v->number[code], form);
    case FORM_AREA: return area_key(v->bytes[code]);
    case FORM_USER: return word_key(&v->word[code], LINKAGE_WORD_MAX);
    case FORM_DOMAIN: return word_key(&v->second[code], LINKAGE_WORD_MAX);
    case FORMS: break;
    }
    return 0;
}

static uint64_t mix(uint64_t h, uint64_t k)
{
    h = (h ^ k) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

static uint64_t part_key(const struct records *r, const struct rule_part *p, const uint32_t *code)
{
    const uint64_t one = form_key(&r->field[p->field], (enum linkage_form)p->form, code[p->field]);
    if (p->with == NO_FIELD || one == 0)
        return one;
    const uint64_t other = form_key(&r->field[p->with], (enum linkage_form)p->form, code[p->with]);
    /* in either order: names that changed places. Identical values in two fields hash alike. */
    return other == 0 ? 0 : mix(one + other, one ^ other) | 1;
}

uint64_t rule_key(const struct records *r, const struct rule *rule, const uint32_t *code)
{
    uint64_t key = 1;
    for (size_t i = 0; i < rule->n; i++) {
        const uint64_t part = part_key(r, &rule->part[i], code);
        if (part == 0)
            return 0;
        key = mix(key, part);
    }
    return key ? key : 1;
}

/* ---- Groups ---- */

struct keyed {
    uint64_t key;
    uint32_t record;
};

/* By key, stable: records come in their order. Least significant digits first. */
static void sort_keyed(struct keyed *a, struct keyed *b, size_t n)
{
    enum { DIGIT = 11, PASSES = 6 };
    static_assert(DIGIT * PASSES >= 64, "the whole key");
    for (int pass = 0; pass < PASSES; pass++) {
        size_t at[1 << DIGIT] = {0}, sum = 0;
        const int shift = pass * DIGIT;
        for (size_t i = 0; i < n; i++)
            at[a[i].key >> shift & ((1 << DIGIT) - 1)]++;
        for (size_t d = 0; d < 1 << DIGIT; d++) {
            const size_t here = at[d];
            at[d] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++)
            b[at[a[i].key >> shift & ((1 << DIGIT) - 1)]++] = a[i];
        struct keyed *swap = a;
        a = b;
        b = swap;
    }
}

struct grouping {
    const struct records *r;
    struct blocks *b;
    struct keyed *keyed[2];
    size_t rule, n; /* keyed[0] holds n */
    size_t n_out;   /* members written */
    uint32_t n_groups;
    int64_t n_left_out;
};

static size_t run_length(const struct keyed *k, size_t n)
{
    size_t i = 1;
    while (i < n && k[i].key == k[0].key)
        i++;
    return i;
}

static int64_t pairs_in(const struct grouping *g, const struct keyed *k, size_t n)
{
    int64_t first = 0;
    for (size_t i = 0; i < n; i++)
        first += record_source(g->r, k[i].record) == 0;
    const int64_t second = (int64_t)n - first;
    const bool *clean = g->r->settings->is_clean;
    return first * second + (clean[0] ? 0 : first * (first - 1) / 2) +
           (clean[1] ? 0 : second * (second - 1) / 2);
}

static void take_group(struct grouping *g, const struct keyed *k, size_t n)
{
    if (n < 2 || pairs_in(g, k, n) == 0)
        return;
    g->n_groups++;
    for (size_t i = 0; i < n; i++) {
        g->b->group[k[i].record][g->rule] = g->n_groups;
        g->b->member[g->rule][g->n_out++] = k[i].record;
    }
}

/* The field that divides a group further: the next one that the rule does not use whole. */
static size_t next_field(const struct grouping *g, size_t from)
{
    const struct rule *rule = &g->r->settings->rule[g->rule];
    for (; from < g->r->settings->n_fields; from++) {
        bool is_used = false;
        for (size_t p = 0; p < rule->n; p++)
            is_used = is_used || (rule->part[p].field == from && rule->part[p].form == FORM_WHOLE);
        if (!is_used)
            break;
    }
    return from;
}

/* Groups of k[0 .. n), all of one key; field by field finer. */
static void divide(struct grouping *g, struct keyed *k, size_t n, size_t field)
{
    if (n <= LINKAGE_BLOCK_MAX || g->r->settings->rule[g->rule].n == 0) {
        take_group(g, k, n);
        return;
    }
    field = next_field(g, field);
    if (field == g->r->settings->n_fields) {
        g->n_left_out += pairs_in(g, k, n);
        return;
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t code = g->r->code[k[i].record][field];
        if (code == 0)
            continue; /* whoever lacks the field meets by other rules */
        k[kept].record = k[i].record;
        k[kept++].key = g->r->field[field].hash[code];
    }
    sort_keyed(k, g->keyed[1], kept);
    for (size_t i = 0; i < kept;) {
        const size_t length = run_length(k + i, kept - i);
        divide(g, k + i, length, field + 1);
        i += length;
    }
}

static void sort_by_key(struct grouping *g, const struct rule *rule)
{
    g->n = 0;
    for (size_t i = 0; i < g->r->n; i++) {
        const uint64_t key = rule_key(g->r, rule, g->r->code[i]);
        if (key)
            g->keyed[0][g->n++] = (struct keyed){key, (uint32_t)i};
    }
    sort_keyed(g->keyed[0], g->keyed[1], g->n);
}

static void group_rule(struct grouping *g)
{
    sort_by_key(g, &g->r->settings->rule[g->rule]);
    for (size_t i = 0; i < g->n;) {
        const size_t length = run_length(g->keyed[0] + i, g->n - i);
        divide(g, g->keyed[0] + i, length, 0);
        i += length;
    }
    g->b->n_members[g->rule] = g->n_out;
}

err rule_pairs_count(const struct records *r, const struct rule *rule, double *n,
                     struct err_info *info)
{
    struct grouping g = {.r = r};
    arena *own = arena_new_beside(r->memory);
    for (int i = 0; own && i < 2; i++)
        g.keyed[i] = ARENA_NEW(own, struct keyed, r->n);
    const bool ok = own && g.keyed[0] && g.keyed[1];
    if (ok) {
        *n = 0;
        sort_by_key(&g, rule);
        for (size_t i = 0, length; i < g.n; i += length) {
            length = run_length(g.keyed[0] + i, g.n - i);
            *n += (double)pairs_in(&g, g.keyed[0] + i, length);
        }
    }
    arena_free(own);
    return ok ? OK : err_nomem(info);
}

struct ruling {
    const struct records *r;
    struct blocks *b;
    struct keyed **scratch; /* two for each worker */
    int64_t left_out[LINKAGE_RULES_MAX];
};

static void group_one(void *ctx, size_t rule, unsigned worker)
{
    struct ruling *x = ctx;
    struct grouping g = {.r = x->r,
                         .b = x->b,
                         .rule = rule,
                         .keyed = {x->scratch[2 * worker], x->scratch[2 * worker + 1]}};
    group_rule(&g);
    x->left_out[rule] = g.n_left_out;
}

err blocks_make(const struct records *r, arena *memory, par *pool, struct blocks *b,
                struct err_info *info)
{
    const unsigned workers = pool ? par_threads(pool) : 1;
    struct ruling x = {.r = r, .b = b};
    err e = OK;
    arena *own = arena_new_beside(memory);
    if (!own)
        return err_nomem(info);
    x.scratch = ARENA_NEW(own, struct keyed *, 2 * workers);
    b->n_rules = r->settings->n_rules;
    b->group = arena_alloc(memory, r->n, sizeof *b->group);
    bool ok = x.scratch && b->group;
    for (size_t i = 0; ok && i < 2 * workers && i < 2 * b->n_rules; i++)
        ok = (x.scratch[i] = ARENA_NEW(own, struct keyed, r->n)) != NULL;
    for (size_t i = 0; ok && i < b->n_rules; i++)
        ok = (b->member[i] = ARENA_NEW(memory, uint32_t, r->n)) != NULL;
    if (!ok) {
        e = err_nomem(info);
        goto out;
    }
    par_run(pool, b->n_rules, group_one, &x);
    for (size_t i = 0; i < b->n_rules; i++)
        b->n_left_out += x.left_out[i];
out:
    arena_free(own);
    return e;
}
