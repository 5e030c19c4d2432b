/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two records, field by field, to a pattern of levels. Fields are taken one at a time over a batch
 * of pairs: most pairs are settled by their codes, and what has to be measured is measured
 * together. Names that were compared lately are remembered; what is remembered changes the time
 * only.
 */
#include "engine/linkage/levels_int.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY_BITS = 15 };

struct comparer {
    uint64_t *seen[LINKAGE_FIELDS_MAX]; /* codes of a pair and their level; 0 is free; or NULL */
    struct linkage_word word[BATCH];    /* to be measured */
    uint16_t at[BATCH], score[BATCH];
    uint32_t left[BATCH], right[BATCH];
    uint8_t level[LINKAGE_FIELDS_MAX][BATCH];
};

struct comparer *comparer_new(arena *memory, bool remembers)
{
    struct comparer *c = ARENA_NEW(memory, struct comparer, 1);
    if (c && remembers)
        for (size_t f = 0; f < LINKAGE_FIELDS_MAX; f++)
            if (!(c->seen[f] = ARENA_NEW(memory, uint64_t, (size_t)1 << MEMORY_BITS)))
                return NULL;
    return c;
}

/* ---- Names and texts ---- */

static unsigned name_level(unsigned score)
{
    return score >= SIMILAR_NEAR    ? NAME_NEAR
           : score >= SIMILAR_CLOSE ? NAME_CLOSE
           : score >= SIMILAR_WEAK  ? NAME_WEAK
                                    : LEVEL_OTHER;
}

/*
 * Whether one edit or none makes b of a, as linkage_edits(a, b, 1) <= 1: without what they have in
 * common at both ends, one letter is left at most, or two that changed places.
 */
static bool is_one_edit(const struct linkage_word *a, const struct linkage_word *b)
{
    size_t from = 0, n = a->n, m = b->n;
    if (n > m + 1 || m > n + 1)
        return false;
    while (from < n && from < m && a->letter[from] == b->letter[from])
        from++;
    while (n > from && m > from && a->letter[n - 1] == b->letter[m - 1]) {
        n--;
        m--;
    }
    if (n <= from + 1 && m <= from + 1)
        return true;
    return n == from + 2 && m == n && a->letter[from] == b->letter[from + 1] &&
           a->letter[from + 1] == b->letter[from];
}

static uint64_t letters_of(const struct linkage_word *w)
{
    uint64_t letters = 0;
    for (size_t i = 0; i < w->n; i++)
        letters |= UINT64_C(1) << w->letter[i];
    return letters;
}

static bool has_three(uint64_t bits)
{
    bits &= bits - 1;
    return (bits & (bits - 1)) != 0;
}

/* Whether two edits do: each takes away one letter that the other word lacks, at most. */
static bool is_two_edits(const struct linkage_word *a, const struct linkage_word *b)
{
    const uint64_t in_a = letters_of(a), in_b = letters_of(b);
    if (has_three(in_a & ~in_b) || has_three(in_b & ~in_a))
        return false;
    return linkage_edits(a, b, 2) <= 2;
}

/* One slip of the pen in a short word costs much likeness. */
static unsigned mend_level(unsigned level, const struct linkage_word *a,
                           const struct linkage_word *b)
{
    if (level >= NAME_NEAR || (level == LEVEL_OTHER && a->letter[0] == b->letter[0]) || a->n < 3 ||
        b->n < 3)
        return level;
    return is_one_edit(a, b) ? NAME_NEAR : level;
}

static bool same_word(const struct linkage_word *a, const struct linkage_word *b)
{
    return a->n != 0 && a->n == b->n && memcmp(a->letter, b->letter, a->n) == 0;
}

static unsigned first_name_level(unsigned level, const struct values *v, uint32_t x, uint32_t y)
{
    const struct linkage_word *a = &v->word[x], *b = &v->word[y];
    if (same_word(a, b)) /* names that differ in what is no letter */
        return NAME_EXACT;
    if ((a->n == 1 || b->n == 1) && a->letter[0] == b->letter[0])
        return NAME_RELATED;
    if (level < NAME_NEAR && v->number[x] == v->number[y])
        return NAME_RELATED;
    return level;
}

/* Own and partner's name may stand either way, or one of them alone. */
static unsigned surname_level(unsigned level, const struct values *v, uint32_t x, uint32_t y)
{
    const struct linkage_word *a[2] = {&v->word[x], &v->second[x]};
    const struct linkage_word *b[2] = {&v->word[y], &v->second[y]};
    if (same_word(a[0], b[0]) && a[1]->n == 0 && b[1]->n == 0)
        return NAME_EXACT; /* but for the prefix */
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
            if (a[i]->n == 0 || b[j]->n == 0)
                continue;
            if (same_word(a[i], b[j]))
                return NAME_RELATED;
            if (i + j > 0) {
                const unsigned other = name_level(linkage_similar(a[i], b[j]));
                level = other > level ? other : level;
            }
        }
    return level;
}

static unsigned finish_level(enum linkage_kind kind, const struct values *v, uint32_t a, uint32_t b,
                             unsigned level)
{
    level = mend_level(level, &v->word[a], &v->word[b]);
    if (kind == LINKAGE_FIRST_NAME)
        return first_name_level(level, v, a, b);
    if (kind == LINKAGE_SURNAME)
        return surname_level(level, v, a, b);
    return level;
}

static uint64_t *remembered(struct comparer *c, size_t f, uint32_t a, uint32_t b, uint64_t *key)
{
    const uint64_t low = a < b ? a : b, high = a < b ? b : a;
    *key = high << 36 | low << 8;
    const uint64_t h = (high << 28 ^ low) * UINT64_C(0x9e3779b97f4a7c15);
    return &c->seen[f][h >> (64 - MEMORY_BITS)];
}
static_assert(RECORDS_MAX < 1 << 28, "two codes and a level in 64 bits");

/* Pairs come as one record with many: its word is measured against theirs together. */
static void measure(const struct values *v, struct comparer *c, size_t n)
{
    for (size_t i = 0, to; i < n; i = to) {
        const uint32_t a = c->left[c->at[i]];
        for (to = i + 1; to < n && c->left[c->at[to]] == a; to++)
            ;
        linkage_similar_many(&v->word[a], c->word + i, to - i, c->score + i);
    }
}

static void words_levels(const struct records *r, struct comparer *c, size_t f, size_t n)
{
    const struct values *v = &r->field[f];
    const enum linkage_kind kind = r->settings->field[f].kind;
    const unsigned exact = level_exact(kind);
    size_t n_new = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t a = c->left[i], b = c->right[i];
        if (a == b || a == 0 || b == 0) {
            c->level[f][i] = (uint8_t)(a && b ? exact : LEVEL_MISSING);
            continue;
        }
        uint64_t key;
        const uint64_t old = c->seen[f] ? *remembered(c, f, a, b, &key) : 0;
        if (old && (old & ~UINT64_C(255)) == key) {
            c->level[f][i] = (uint8_t)old;
            continue;
        }
        c->word[n_new] = v->word[b];
        c->at[n_new++] = (uint16_t)i;
    }
    measure(v, c, n_new);
    for (size_t k = 0; k < n_new; k++) {
        const size_t i = c->at[k];
        const uint32_t a = c->left[i], b = c->right[i];
        const unsigned level = finish_level(kind, v, a, b, name_level(c->score[k]));
        c->level[f][i] = (uint8_t)level;
        if (c->seen[f]) {
            uint64_t key, *place = remembered(c, f, a, b, &key);
            *place = key | level;
        }
    }
}

/* ---- Dates ---- */

static bool one_digit_off(unsigned a, unsigned b, unsigned digits)
{
    unsigned off = 0;
    for (unsigned i = 0; i < digits; i++, a /= 10, b /= 10)
        off += a % 10 != b % 10;
    return off == 1;
}

static bool digits_swapped(unsigned a, unsigned b, unsigned digits)
{
    unsigned p[4], q[4], at = digits;
    for (unsigned i = 0; i < digits; i++, a /= 10, b /= 10) {
        p[i] = a % 10;
        q[i] = b % 10;
    }
    for (unsigned i = digits; i-- > 0;)
        if (p[i] != q[i])
            at = i; /* the lowest that differs */
    if (at + 1 >= digits || p[at] != q[at + 1] || p[at + 1] != q[at])
        return false;
    for (unsigned i = at + 2; i < digits; i++)
        if (p[i] != q[i])
            return false;
    return true;
}

static bool is_slip(unsigned a, unsigned b, unsigned digits)
{
    return one_digit_off(a, b, digits) || digits_swapped(a, b, digits);
}

static bool is_within(unsigned a, unsigned b, unsigned most)
{
    return (a > b ? a - b : b - a) <= most;
}

static unsigned date_level(uint32_t a, uint32_t b)
{
    const unsigned ya = DATE_YEAR(a), yb = DATE_YEAR(b), ma = DATE_MONTH(a), mb = DATE_MONTH(b);
    const unsigned da = DATE_DAY(a), db = DATE_DAY(b);
    const bool y = ya == yb, m = ma == mb, d = da == db;
    const bool m_open = ma == 0 || mb == 0, d_open = da == 0 || db == 0;
    if (y && (m || m_open) && (d || d_open))
        return DATE_UNKNOWN_PART;
    if (y && ma == db && mb == da)
        return DATE_TYPO;
    if (y + m + d == 2)
        return (!y && is_slip(ya, yb, 4)) || (!m && is_slip(ma, mb, 2)) ||
                       (!d && is_slip(da, db, 2))
                   ? DATE_TYPO
                   : DATE_TWO_PARTS;
    if ((is_within(ya, yb, 1) || (is_within(ya, yb, 10) && !is_within(ya, yb, 9))) &&
        is_within(ma, mb, 1) && is_within(da, db, 2))
        return DATE_NEAR;
    return LEVEL_OTHER;
}

/* ---- Numbers, codes, addresses ---- */

static unsigned bsn_level(const struct values *v, uint32_t a, uint32_t b)
{
    if (v->number[a] && v->number[b])
        return BSN_CONFLICT; /* no typing error makes a valid number of another */
    return is_one_edit(&v->word[a], &v->word[b]) ? BSN_ONE_EDIT : LEVEL_OTHER;
}

static unsigned id_level(const struct values *v, uint32_t a, uint32_t b)
{
    if (is_one_edit(&v->word[a], &v->word[b]))
        return ID_ONE_EDIT;
    return is_two_edits(&v->word[a], &v->word[b]) ? ID_TWO_EDITS : LEVEL_OTHER;
}

static unsigned postcode_level(const struct values *v, uint32_t a, uint32_t b)
{
    const struct linkage_word *x = &v->word[a], *y = &v->word[b];
    if (is_one_edit(x, y))
        return POSTCODE_ONE_EDIT;
    const size_t area = x->n > 4 && y->n > 4 ? 4 : 2;
    return memcmp(x->letter, y->letter, area) == 0 ? POSTCODE_AREA : LEVEL_OTHER;
}

static unsigned code_level(const struct values *v, uint32_t a, uint32_t b)
{
    return is_one_edit(&v->word[a], &v->word[b]) ? CODE_ONE_EDIT : LEVEL_OTHER;
}

static unsigned email_level(const struct values *v, uint32_t a, uint32_t b)
{
    const bool user = same_word(&v->word[a], &v->word[b]);
    const bool domain = same_word(&v->second[a], &v->second[b]);
    if ((user || linkage_similar(&v->word[a], &v->word[b]) >= SIMILAR_CLOSE) &&
        (domain || linkage_similar(&v->second[a], &v->second[b]) >= SIMILAR_CLOSE))
        return EMAIL_NEAR;
    return user ? EMAIL_USER : domain ? EMAIL_DOMAIN : LEVEL_OTHER;
}

static unsigned value_level(enum linkage_kind kind, const struct values *v, uint32_t a, uint32_t b)
{
    switch (kind) {
    case LINKAGE_DATE: return date_level(v->number[a], v->number[b]);
    case LINKAGE_ID: return id_level(v, a, b);
    case LINKAGE_BSN: return bsn_level(v, a, b);
    case LINKAGE_POSTCODE: return postcode_level(v, a, b);
    case LINKAGE_CODE: return code_level(v, a, b);
    default: return email_level(v, a, b);
    }
}

static void values_levels(const struct records *r, struct comparer *c, size_t f, size_t n)
{
    const struct values *v = &r->field[f];
    const enum linkage_kind kind = r->settings->field[f].kind;
    const unsigned exact = level_exact(kind);
    for (size_t i = 0; i < n; i++) {
        const uint32_t a = c->left[i], b = c->right[i];
        c->level[f][i] = (uint8_t)(a == 0 || b == 0 ? LEVEL_MISSING
                                   : a == b         ? exact
                                                    : value_level(kind, v, a, b));
    }
}

/* ---- Names that changed places ---- */

static bool is_alike(const struct linkage_word *a, const struct linkage_word *b)
{
    return a->n && b->n && a->letter[0] == b->letter[0] &&
           (same_word(a, b) || linkage_similar(a, b) >= SIMILAR_CLOSE);
}

/*
 * The pair's first names stand in field f, surnames in g. When they fit better crosswise that is
 * one piece of evidence, not two: it is kept in f and g is left out.
 */
static void cross_level(const struct records *r, size_t f, size_t g, const uint32_t *a,
                        const uint32_t *b, uint8_t *level_f, uint8_t *level_g)
{
    const struct linkage_word *first = r->field[f].word, *last = r->field[g].word;
    if (*level_f >= NAME_CLOSE || *level_g >= NAME_CLOSE)
        return;
    const bool there = a[f] && b[g], back = b[f] && a[g];
    const bool fits_there = there && is_alike(&first[a[f]], &last[b[g]]);
    if (!fits_there && (there || !back))
        return;
    const bool fits_back = back && is_alike(&first[b[f]], &last[a[g]]);
    if (fits_there != there || fits_back != back)
        return;
    *level_f = (uint8_t)(there && back ? NAME_CROSSED : NAME_HALF_CROSSED);
    *level_g = LEVEL_MISSING;
}

/* ---- A batch ---- */

static bool is_words(enum linkage_kind kind)
{
    return kind == LINKAGE_FIRST_NAME || kind == LINKAGE_SURNAME || kind == LINKAGE_TEXT;
}

static void levels_of(const struct records *r, struct comparer *c, size_t f, size_t n)
{
    if (is_words(r->settings->field[f].kind))
        words_levels(r, c, f, n);
    else
        values_levels(r, c, f, n);
}

void compare_batch(const struct records *r, struct comparer *c, struct batch *batch)
{
    const struct linkage_settings *s = r->settings;
    for (size_t f = 0; f < s->n_fields; f++) {
        for (size_t i = 0; i < batch->n; i++) {
            c->left[i] = r->code[batch->a[i]][f];
            c->right[i] = r->code[batch->b[i]][f];
        }
        levels_of(r, c, f, batch->n);
    }
    for (size_t f = 0; f < s->n_fields; f++) {
        const size_t g = s->field[f].crosses;
        for (size_t i = 0; g != NO_FIELD && i < batch->n; i++)
            cross_level(r, f, g, r->code[batch->a[i]], r->code[batch->b[i]], &c->level[f][i],
                        &c->level[g][i]);
    }
    memset(batch->pattern, 0, batch->n * sizeof *batch->pattern);
    for (size_t f = 0; f < s->n_fields; f++)
        for (size_t i = 0; i < batch->n; i++)
            batch->pattern[i] |= (uint64_t)c->level[f][i] << (4 * f);
}

uint64_t compare_codes(const struct records *r, struct comparer *c, const uint32_t *a,
                       const uint32_t *b)
{
    const struct linkage_settings *s = r->settings;
    uint64_t pattern = 0;
    for (size_t f = 0; f < s->n_fields; f++) {
        c->left[0] = a[f];
        c->right[0] = b[f];
        levels_of(r, c, f, 1);
    }
    for (size_t f = 0; f < s->n_fields; f++)
        if (s->field[f].crosses != NO_FIELD)
            cross_level(r, f, s->field[f].crosses, a, b, &c->level[f][0],
                        &c->level[s->field[f].crosses][0]);
    for (size_t f = 0; f < s->n_fields; f++)
        pattern |= (uint64_t)c->level[f][0] << (4 * f);
    return pattern;
}

bool pattern_has_conflict(const struct linkage_settings *s, uint64_t pattern)
{
    for (size_t f = 0; f < s->n_fields; f++)
        if (s->field[f].kind == LINKAGE_BSN && pattern_level(pattern, f) == BSN_CONFLICT)
            return true;
    return false;
}
