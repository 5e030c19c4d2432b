/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * bloom: records as filters that can be compared by who may not read them.
 *
 * Does: encode fields into 1024 bits with keyed hashes (Schnell, Bachteler and Reiher 2009,
 * hardened: independent hashes, a key for each group of fields, a bit quota for each field, flipped
 *       bits); Dice's measure, one against many; pairs of two sides, one to one.
 * Does not: make personal data anonymous. Who knows the whole population and enough filters can
 *           find persons back: make, compare and delete filters as personal data.
 */
#ifndef ONTSCHOT_ENGINE_LINKAGE_BLOOM_H
#define ONTSCHOT_ENGINE_LINKAGE_BLOOM_H

#include "base/errs.h"
#include "base/par.h"
#include "base/secret.h"

enum {
    LINKAGE_FILTER_BITS = 1024,
    LINKAGE_FILTER_WORDS = LINKAGE_FILTER_BITS / 64,
    LINKAGE_FILTER_FIELDS_MAX = 16,
    LINKAGE_FILTER_QUOTA_MAX = 1024, /* of one field */
    LINKAGE_FILTER_FLIPS = 200,      /* of 10,000 bits: what to flip unless asked otherwise */
    LINKAGE_FILTER_FLIPS_MAX = 2500,
    LINKAGE_FILTER_BANDS = 64,
    LINKAGE_FILTER_BANDS_MAX = 512,
    LINKAGE_DICE_ONE = 10000,
};

struct linkage_filter {
    uint64_t bits[LINKAGE_FILTER_WORDS];
    uint16_t n; /* bits set */
};

/* ---- Encode ---- */

enum linkage_filter_kind {
    LINKAGE_FILTER_LETTERS, /* pairs of neighbours, begin and end included: names, streets */
    LINKAGE_FILTER_DIGITS,  /* each letter or digit with its place: dates, numbers, postcodes */
};

struct linkage_filter_field {
    enum linkage_filter_kind kind;
    str group;      /* fields of one group share a key: what is moved between them still agrees */
    unsigned quota; /* bits that a value sets, whatever its length; its weight among the fields */
};

struct linkage_filter_plan {
    size_t n_fields;
    struct linkage_filter_field field[LINKAGE_FILTER_FIELDS_MAX];
    unsigned flips; /* of 10,000 bits; 0 flips none */
    str party;      /* whose records: sides flip independently */
};

typedef struct linkage_coder linkage_coder;

/* The secret is shared by the parties and unknown to who compares. E_INPUT, E_NOMEM. */
WARN_UNUSED err linkage_coder_new(const struct linkage_filter_plan *plan, const secret *key,
                                  linkage_coder **coder, struct err_info *info);
void linkage_coder_free(linkage_coder *coder); /* NULL is fine */

/*
 * `value` has n_fields texts; an empty one sets nothing. A `salt` that is not empty (a birth year)
 * makes filters of other salts unlike: it protects, and loses whom it is wrong for. The same record
 * has the same filter every time, flips included. A record of nothing but empty fields has n = 0.
 */
void linkage_encode(const linkage_coder *coder, const str *value, str salt,
                    struct linkage_filter *filter);

/* ---- Settings: one file, the same for all parties ---- */

struct linkage_filter_settings {
    struct linkage_filter_plan plan; /* without a party */
    str column[LINKAGE_FILTER_FIELDS_MAX];
    str key;            /* the column that names a record */
    str salt;           /* a column, or empty */
    uint16_t threshold; /* Dice from which a pair is one */
};

/* YAML, docs/pseudonyms.md. In the arena; `text` is borrowed. E_INPUT with all in `errors`. */
WARN_UNUSED err linkage_filter_settings_parse(arena *a, str text, str name,
                                              struct linkage_filter_settings *settings,
                                              struct errs *errors);

/* ---- Compare ---- */

struct linkage_filters {
    size_t n;
    uint64_t (*bits)[LINKAGE_FILTER_WORDS];
    uint16_t *n_set;
};

/* 2 |a and b| / (|a| + |b|) x LINKAGE_DICE_ONE, rounded down; 0 when both are empty (Dice 1945). */
uint16_t linkage_dice(const struct linkage_filter *a, const struct linkage_filter *b);
/* score[i] = the same of a and filter `from` + i, for i < n */
void linkage_dice_many(const struct linkage_filter *a, const struct linkage_filters *b, size_t from,
                       size_t n, uint16_t *score);

struct linkage_filter_pair {
    uint32_t a, b;
    uint32_t score; /* no padding: lists can be compared as bytes */
};

struct linkage_filters_ask {
    const struct linkage_filters *side[2];
    uint16_t threshold; /* Dice from which a pair is one, > 0 */
    unsigned n_bands;   /* of sampled bits, one of which must be equal; 0: compare all pairs */
    par *pool;
};
#define LINKAGE_FILTER_PAIRS_MAX ((size_t)1 << 26) /* above the threshold, before one to one */

/*
 * Pairs at or above the threshold, each record in at most one: the most alike first, ties by
 * number. `pair` is malloc'ed, by a. Empty filters pair with nothing. E_LIMIT, E_NOMEM.
 */
WARN_UNUSED err linkage_filters_link(const struct linkage_filters_ask *ask,
                                     struct linkage_filter_pair **pair, size_t *n,
                                     struct err_info *info);

#endif
