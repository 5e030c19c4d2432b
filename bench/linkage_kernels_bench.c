/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * linkage_kernels_bench: how many names and filters one core compares in a second of processor
 * time, at each vector width this machine has. Exit code 1 when a bar is not met.
 *
 * Names have the lengths and letters of Dutch surnames; one is compared with 4,992 others, which is
 * how the engine meets them (distinct values of a field).
 */
#include "engine/linkage/similar.c" /* for the kernels of each width */

#include "base/rng.h"
#include "engine/linkage/bloom.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { NAMES = 156 * BLOCK, FILTERS = 4096, ROUNDS = 5 };

typedef void block_fn(const struct linkage_word *a, const struct linkage_word *b, uint16_t *score);

struct bench {
    struct linkage_word name[NAMES];
    uint16_t score[NAMES];
    block_fn *similar_block;
    struct linkage_filters filters;
    uint64_t seen; /* so that nothing is left out as unused */
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void make_names(struct bench *b)
{
    static const char syllable[][8] = {
        "jan",  "sen", "de", "vis",  "ser", "bak",   "ker", "meij", "er",    "mul",  "der",
        "bos",  "vos", "pe", "ters", "hen", "driks", "dek", "brou", "wer",   "smit", "dijk",
        "stra", "kok", "ja", "cobs", "van", "ven",   "ou",  "men",  "schou", "ten"};
    const struct rng_key key = {.seed = 20261124};
    for (size_t i = 0; i < NAMES; i++) {
        char text[32];
        uint32_t r[4];
        rng_bits(key, i, r);
        const int n = snprintf(text, sizeof text, "%s%s%s", syllable[r[0] % 32],
                               syllable[r[1] % 32], r[2] % 5 ? "" : syllable[r[3] % 32]);
        linkage_fold((str){text, (size_t)n}, b->name + i);
    }
}

static void one_by_one(struct bench *b, const struct linkage_word *a)
{
    for (size_t i = 0; i < NAMES; i++)
        b->score[i] = linkage_similar(a, b->name + i);
}

static void cached(struct bench *b, const struct linkage_word *a)
{
    struct places places;
    find_places(a, &places);
    for (size_t i = 0; i < NAMES; i++)
        b->score[i] = similar_to(&places, a, b->name + i);
}

static void in_blocks(struct bench *b, const struct linkage_word *a)
{
    for (size_t i = 0; i < NAMES; i += BLOCK)
        b->similar_block(a, b->name + i, b->score + i);
}

static void edits(struct bench *b, const struct linkage_word *a)
{
    for (size_t i = 0; i < NAMES; i++)
        b->score[i] = (uint16_t)linkage_edits(a, b->name + i, 3);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Prints millions a second, the median of the rounds; `bar` 0 asks nothing. */
static bool report(const char *what, double *rate, double bar)
{
    qsort(rate, ROUNDS, sizeof *rate, by_value);
    const double median = rate[ROUNDS / 2];
    const bool is_met = median >= bar;
    printf("%-34s %7.1f M/s", what, median);
    if (bar > 0)
        printf("   at least %.0f: %s", bar, is_met ? "met" : "NOT MET");
    printf("\n");
    return is_met;
}

static bool time_names(struct bench *b, const char *what,
                       void (*compare)(struct bench *b, const struct linkage_word *a), double bar)
{
    double rate[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        size_t n = 0;
        const double start = now();
        for (size_t a = (size_t)round; a < NAMES; a += 7, n += NAMES) {
            compare(b, b->name + a);
            b->seen += b->score[a];
        }
        rate[round] = (double)n / (now() - start) / 1e6;
    }
    return report(what, rate, bar);
}

static bool time_filters(struct bench *b, double bar)
{
    static uint16_t score[FILTERS];
    double rate[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        const double start = now();
        for (size_t a = 0; a < FILTERS; a++) {
            struct linkage_filter f;
            memcpy(f.bits, b->filters.bits[a], sizeof f.bits);
            f.n = b->filters.n_set[a];
            linkage_dice_many(&f, &b->filters, 0, FILTERS, score);
            b->seen += score[(a * 7) % FILTERS];
        }
        rate[round] = (double)FILTERS * FILTERS / (now() - start) / 1e6;
    }
    return report("Dice of 1024 bits", rate, bar);
}

static void make_filters(struct bench *b)
{
    static uint64_t bits[FILTERS][LINKAGE_FILTER_WORDS];
    static uint16_t n_set[FILTERS];
    const struct rng_key key = {.seed = 20261124, .stream = 1};
    for (size_t i = 0; i < FILTERS; i++)
        for (size_t k = 0; k < LINKAGE_FILTER_WORDS; k++) {
            bits[i][k] = rng_u64(key, i * LINKAGE_FILTER_WORDS + k);
            n_set[i] = (uint16_t)(n_set[i] + __builtin_popcountll(bits[i][k]));
        }
    b->filters = (struct linkage_filters){FILTERS, bits, n_set};
}

int main(void)
{
    static struct bench b;
    bool is_met = true;
    make_names(&b);
    make_filters(&b);
    is_met &= time_names(&b, "Jaro-Winkler, pair by pair", one_by_one, 0);
    is_met &= time_names(&b, "Jaro-Winkler, one to many, scalar", cached, 35);
    b.similar_block = similar_block_plain;
    is_met &= time_names(&b, "Jaro-Winkler, 16 bytes", in_blocks, 35);
#ifdef __x86_64__
    if (KERNEL_HAS_AVX2) {
        b.similar_block = similar_block_avx2;
        is_met &= time_names(&b, "Jaro-Winkler, AVX2", in_blocks, 100);
    }
    if (KERNEL_HAS_AVX512) {
        b.similar_block = similar_block_avx512;
        is_met &= time_names(&b, "Jaro-Winkler, AVX-512", in_blocks, 100);
    }
#endif
    is_met &= time_names(&b, "edits, at most 3", edits, 0);
    is_met &= time_filters(&b, 250);
    fprintf(stderr, "(%u)\n", (unsigned)(b.seen & 1)); /* the work was done */
    return is_met ? 0 : 1;
}
