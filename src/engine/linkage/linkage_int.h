/* SPDX-License-Identifier: EUPL-1.2 */
/* linkage_int: what the files of the linkage pipeline share. */
#ifndef ONTSCHOT_ENGINE_LINKAGE_INT_H
#define ONTSCHOT_ENGINE_LINKAGE_INT_H

#include "engine/linkage/linkage.h"
#include "engine/linkage/name_int.h"
#include "engine/linkage/similar_int.h"

/* ---- settings.c ---- */

enum linkage_kind {
    LINKAGE_FIRST_NAME,
    LINKAGE_SURNAME,
    LINKAGE_TEXT,
    LINKAGE_DATE,
    LINKAGE_ID,
    LINKAGE_BSN,
    LINKAGE_POSTCODE,
    LINKAGE_CODE,
    LINKAGE_EMAIL,
    LINKAGE_KINDS
};

/* What a blocking rule takes of a value. */
enum linkage_form {
    FORM_WHOLE,
    FORM_SOUND,   /* of a name: the Dutch key */
    FORM_START,   /* first three letters or digits */
    FORM_INITIAL, /* first letter */
    FORM_YEAR,
    FORM_MONTH, /* year and month */
    FORM_DAY,   /* month and day */
    FORM_AREA,  /* of a postcode: its four digits */
    FORM_USER,  /* of an e-mail address: before the at sign */
    FORM_DOMAIN,
    FORMS
};

enum { PARTS_MAX = 6, COLUMNS_MAX = 3, NO_FIELD = 0xff };

struct rule_part {
    uint8_t field, form;
    uint8_t with; /* another field, the two in either order; or NO_FIELD */
};
struct rule {
    str text;
    size_t n;
    struct rule_part part[PARTS_MAX];
};

struct field {
    str name;
    enum linkage_kind kind;
    size_t n_columns;
    str column[COLUMNS_MAX];
    uint8_t crosses; /* the field it may have changed places with, or NO_FIELD */
    bool is_shared;  /* by those who live together */
    double rarity;   /* share of a value's own frequency in its weight, 0 .. 1 */
};

struct linkage_settings {
    str key;          /* column; empty: rows are numbered */
    bool is_clean[2]; /* a source that holds each person once */
    size_t n_fields;
    struct field field[LINKAGE_FIELDS_MAX];
    size_t n_rules, n_certain;
    struct rule rule[LINKAGE_RULES_MAX], certain[LINKAGE_RULES_MAX];
    double link, review;
};

/* ---- value.c: one value, normalised ---- */

enum { VALUE_BYTES = 120 };
struct value {
    size_t n;                         /* 0: missing */
    uint8_t bytes[VALUE_BYTES];       /* equal values have equal bytes */
    struct linkage_word word, second; /* names, text, ids; partner's name, domain */
    uint32_t number; /* date: DATE_PACK; BSN: 0 invalid; first name: whose short form it is */
};

/* A value from its columns' texts; false when it is missing. */
bool value_read(enum linkage_kind kind, const str *text, size_t n, struct value *v);
uint64_t value_hash(const uint8_t *p, size_t n);

#define DATE_PACK(y, m, d) ((uint32_t)((y) << 9 | (m) << 5 | (d)))
#define DATE_YEAR(v)       ((v) >> 9)
#define DATE_MONTH(v)      ((v) >> 5 & 15)
#define DATE_DAY(v)        ((v)&31)

/* ---- records.c ---- */

/* The distinct values of a field. Code 0 is "missing". */
struct values {
    uint32_t n, cap;    /* codes below n are in use */
    uint32_t *count[2]; /* records of each source with this value */
    struct linkage_word *word, *second;
    uint32_t *number;
    uint8_t *room; /* for the bytes of values to come */
    size_t n_room;
    uint64_t *hash;
    const uint8_t **bytes; /* each begins with its length */
    uint32_t *slot;        /* code, 0 is free */
    size_t n_slots;
};

enum { RECORDS_MAX = 200000000 };
enum { CODES = 16 }; /* codes of a record: one cache line */

struct records {
    const struct linkage_settings *settings;
    size_t n, n_first;       /* all; those of the first table */
    uint32_t (*code)[CODES]; /* field by field */
    struct values field[LINKAGE_FIELDS_MAX];
    const table *table[2];
    arena *memory;
    arena *bytes[LINKAGE_FIELDS_MAX]; /* where a field keeps its values' bytes */
};

WARN_UNUSED err records_read(const struct linkage_ask *ask, arena *memory, struct records *r,
                             struct err_info *info);
void records_free(struct records *r); /* before the arena it was read into */
void cell_print(const struct table_column *c, size_t row, out *o);
/* The code of a value that is known; 0 when it is not. */
uint32_t values_find(const struct values *v, const struct value *value);

static inline unsigned record_source(const struct records *r, size_t record)
{
    return record >= r->n_first;
}

static inline bool pair_is_allowed(const struct records *r, size_t a, size_t b)
{
    const unsigned source = record_source(r, a);
    return source != record_source(r, b) || !r->settings->is_clean[source];
}

/* ---- block.c ---- */

/* Records by rule: of one rule in the order of their groups, and within those of their number. */
struct blocks {
    size_t n_rules;
    uint32_t (*group)[LINKAGE_RULES_MAX]; /* for each record; 0 is no group in this rule */
    uint32_t *member[LINKAGE_RULES_MAX];
    size_t n_members[LINKAGE_RULES_MAX];
    int64_t n_left_out;
};

uint64_t rule_key(const struct records *r, const struct rule *rule, const uint32_t *code);
/* How many allowed pairs a rule alone joins. */
WARN_UNUSED err rule_pairs_count(const struct records *r, const struct rule *rule, double *n,
                                 struct err_info *info);
WARN_UNUSED err blocks_make(const struct records *r, arena *memory, par *pool, struct blocks *b,
                            struct err_info *info);

/* The rules that bring two records together, one bit each. */
static inline unsigned blocks_rules(const struct blocks *b, uint32_t x, uint32_t y)
{
    const uint32_t *p = b->group[x], *q = b->group[y];
    unsigned rules = 0;
    for (unsigned r = 0; r < LINKAGE_RULES_MAX; r++)
        rules |= (unsigned)(p[r] == q[r] && p[r] != 0) << r;
    return rules;
}

/* ---- compare.c ---- */

enum { BATCH = 512 };

struct batch {
    size_t n;
    uint32_t a[BATCH], b[BATCH];
    uint16_t rules[BATCH];
    uint64_t pattern[BATCH];
};

/* Levels of value pairs that were compared before; one for a thread. */
struct comparer;
struct comparer *comparer_new(arena *memory, bool remembers);
void compare_batch(const struct records *r, struct comparer *c, struct batch *batch);
/* Levels of a pair whose codes stand apart from the records. */
uint64_t compare_codes(const struct records *r, struct comparer *c, const uint32_t *a,
                       const uint32_t *b);

unsigned level_exact(enum linkage_kind kind);
unsigned level_count(enum linkage_kind kind); /* with level 0 */
/* Two valid numbers that differ: never one person. */
bool pattern_has_conflict(const struct linkage_settings *s, uint64_t pattern);
const char *level_name(enum linkage_kind kind, unsigned level);
/* What a person's own two records look like before anything is known: sums to 1 over levels 1 .. */
double level_start(enum linkage_kind kind, unsigned level);

static inline unsigned pattern_level(uint64_t pattern, size_t field)
{
    return (unsigned)(pattern >> (4 * field)) & 15;
}

/* ---- pairs.c ---- */

/* How many pairs of a rule learning looks at: of more, every so many units of work. */
enum { LEARN_PAIRS = 1 << 20 };

struct pair_sink {
    /* Compared pairs of a unit of work, in order; calls of one unit come from one thread. */
    err (*take)(void *ctx, size_t unit, unsigned worker, const struct batch *batch);
    void *ctx;
};

struct units;
WARN_UNUSED err units_make(const struct blocks *b, arena *memory, struct units **u,
                           struct err_info *info);
WARN_UNUSED err pairs_run(const struct records *r, const struct blocks *b, const struct units *u,
                          struct comparer **comparer, bool is_sample, par *pool,
                          const struct progress *progress, const char *step,
                          const struct pair_sink *sink, struct err_info *info);
/* In a sample: for how many units of its rule a unit stands. */
int64_t units_weight(const struct units *u, size_t unit);

/* ---- count.c: how often each pattern occurs ---- */

struct counts {
    uint64_t *pattern; /* sorted */
    int64_t *n;
    size_t n_patterns;
};
struct counter; /* a growing hash table */
struct counter *counter_new(void);
void counter_free(struct counter *c);
WARN_UNUSED err counter_add(struct counter *c, uint64_t pattern, int64_t n);
WARN_UNUSED err counter_merge(struct counter *const *c, size_t n, arena *memory,
                              struct counts *counts, struct err_info *info);

WARN_UNUSED err count_candidates(const struct records *r, const struct blocks *b,
                                 const struct units *u, struct comparer **comparer, arena *memory,
                                 par *pool, const struct progress *progress, struct counts *counts,
                                 struct err_info *info);
/* Of random allowed pairs, or of all when there are few. */
WARN_UNUSED err count_random(const struct records *r, uint64_t seed, struct comparer **comparer,
                             arena *memory, par *pool, struct counts *counts,
                             struct err_info *info);

/* ---- train.c ---- */

struct evidence {
    struct counts candidates, random;

    double n_pairs;
    double exact[LINKAGE_FIELDS_MAX], both[LINKAGE_FIELDS_MAX]; /* pairs that agree; that can */
    double n_certain;        /* pairs that a deterministic rule joins */
    struct counts labels[2]; /* different, same: what humans said */
};
double pairs_allowed(const struct records *r);
void pairs_equal(const struct records *r, size_t field, double *exact, double *both);
WARN_UNUSED err train(const struct linkage_settings *s, const struct evidence *e,
                      struct linkage_model *m, struct err_info *info);

/* ---- weigh.c ---- */

struct weights {
    const struct linkage_model *model;
    double log_prior[LINKAGE_CLASSES];
    double log_chance[LINKAGE_CLASSES][LINKAGE_FIELDS_MAX][LINKAGE_LEVELS_MAX];
    unsigned exact[LINKAGE_FIELDS_MAX];
    double copies; /* mean number of records of one person */
    /* for each value: how much likelier strangers agree on it than on any, as a log; or NULL */
    float *rarity_of[LINKAGE_FIELDS_MAX];
};
WARN_UNUSED err weights_make(struct weights *w, const struct linkage_model *m,
                             const struct records *r, arena *memory, struct err_info *info);
/* Bits for a pair with this pattern; `code` has the codes of one of the two. */
double weigh(const struct weights *w, const struct records *r, uint64_t pattern,
             const uint32_t *code);
/* The same when it may reach `floor`, else something below it. */
double weigh_from(const struct weights *w, const struct records *r, uint64_t pattern,
                  const uint32_t *code, double floor);
double bits_of(double probability);

/* ---- resolve.c, cluster.c, assign.c ---- */

/* Best parts of n things; w is n x n, symmetric, 0 on the diagonal. part[i] numbers them. */
enum { CLUSTER_EXACT_MAX = 12 };
void cluster_exact(const double *w, size_t n, uint32_t *part);
/* `gain` has n + 1 places, `size` n. */
void cluster_local(const double *w, size_t n, uint32_t *part, double *gain, uint32_t *size);
/* Best one-to-one pairs of n_a rows and n_b columns; mate[row] is a column or UINT32_MAX. */
WARN_UNUSED err assign_best(const double *w, size_t n_a, size_t n_b, uint32_t *mate,
                            struct err_info *info);

struct resolving {
    const struct linkage_ask *ask;
    const struct records *records;
    const struct weights *weights;
    struct comparer **comparer;
    struct linkage_link *link; /* by a, then b */
    size_t n_links;
    struct linkage_figures *figures;
    arena *memory;
    uint32_t *person; /* the result */
    /* its own */
    double link_bits, prior_bits;
    struct linkage_label *label;
    size_t n_labels;
    size_t *first_link; /* of each record as a */
    uint32_t *number;
    double *w, *gain; /* of one component, at most `cap` records */
    uint32_t *part;
    size_t cap;
};
WARN_UNUSED err resolve(struct resolving *x, struct err_info *info);
struct linkage {
    arena *memory;
    const struct linkage_settings *settings;
    struct records records;
    struct blocks blocks;
    struct units *units;
    struct linkage_model model;
    struct weights weights;
    struct comparer **comparer;
    struct linkage_link *link;
    size_t n_links;
    uint32_t *person;
    struct linkage_event *event;
    size_t n_events;
    struct linkage_figures figures;
};

enum { FOUND_MAX = 10000 }; /* records that one new record may resemble */

/* keep.c: numbers that keep an earlier run's persons. */
WARN_UNUSED err keep_numbers(struct linkage *l, const uint32_t *previous, struct err_info *info);

#endif
