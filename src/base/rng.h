/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * rng: random numbers that are a function of (seed, stream, counter).
 *
 * Does: Philox 4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random
 *       numbers: as easy as 1, 2, 3", SC 2011) and distributions by inversion
 *       of one uniform, so that draw i is the same however work is divided.
 * Does not: keep state, or serve for secrets (base/seal does).
 */
#ifndef ONTSCHOT_BASE_RNG_H
#define ONTSCHOT_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng_key {
    uint64_t seed;
    uint64_t stream; /* one for each use, so that uses are independent */
};

/* A stream number for a named use, e.g. rng_stream("scba.unit-value", item). */
uint64_t rng_stream(const char *use, uint64_t index);

/* 128 random bits for `counter`. */
void rng_bits(struct rng_key key, uint64_t counter, uint32_t out[4]);

uint64_t rng_u64(struct rng_key key, uint64_t counter);
double rng_uniform(struct rng_key key, uint64_t counter); /* in (0, 1), 53 bits, never 0 or 1 */
double rng_normal(struct rng_key key, uint64_t counter);  /* mean 0, variance 1 */

/* n draws for counters first .. first + n - 1; the same values as one by one. */
void rng_uniforms(struct rng_key key, uint64_t first, size_t n, double *draw);
void rng_normals(struct rng_key key, uint64_t first, size_t n, double *draw);

#endif
