/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/rng.h"

#include "base/real_int.h"
#include "base/str.h"

#include <math.h>

struct words {
    uint32_t w0, w1, w2, w3;
};

/*
 * Philox 4x32 with ten rounds: Salmon, Moraes, Dror and Shaw 2011, section 3.3.
 * Words kept in 64 bits, so that a compiler can do eight counters at once.
 */
REAL_INLINE struct words philox(struct rng_key key, uint64_t counter)
{
    const uint64_t low = UINT64_C(0xffffffff);
    uint64_t c0 = counter & low, c1 = counter >> 32;
    uint64_t c2 = key.stream & low, c3 = key.stream >> 32;
    uint64_t k0 = key.seed & low, k1 = key.seed >> 32;
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = UINT64_C(0xd2511f53) * c0, p1 = UINT64_C(0xcd9e8d57) * c2;
        c0 = (p1 >> 32) ^ c1 ^ k0;
        c1 = p1 & low;
        c2 = (p0 >> 32) ^ c3 ^ k1;
        c3 = p0 & low;
        k0 = (k0 + UINT64_C(0x9e3779b9)) & low;
        k1 = (k1 + UINT64_C(0xbb67ae85)) & low;
    }
    return (struct words){(uint32_t)c0, (uint32_t)c1, (uint32_t)c2, (uint32_t)c3};
}

/* The odd multiples of 2^-53: never 0 or 1, and 1 - u is one of them too. */
REAL_INLINE double open_unit(uint64_t bits)
{
    const union real_bits b = {.u = (bits >> 12) | UINT64_C(0x3ff0000000000000)}; /* [1, 2) */
    return (b.d - 1.0) + 0x1p-53;
}

#define KERNEL_FILE "base/rng_kernel_int.h"
#include "base/kernels.h"

uint64_t rng_stream(const char *use, uint64_t index)
{
    uint64_t z = str_hash(str_of(use)) + index * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9); /* Splitmix64's finish: one to one */
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void rng_bits(struct rng_key key, uint64_t counter, uint32_t out[4])
{
    const struct words b = philox(key, counter);
    out[0] = b.w0;
    out[1] = b.w1;
    out[2] = b.w2;
    out[3] = b.w3;
}

uint64_t rng_u64(struct rng_key key, uint64_t counter)
{
    const struct words b = philox(key, counter);
    return (uint64_t)b.w1 << 32 | b.w0;
}

double rng_uniform(struct rng_key key, uint64_t counter)
{
    return open_unit(rng_u64(key, counter));
}

double rng_normal(struct rng_key key, uint64_t counter)
{
    return real_norm_ppf(rng_uniform(key, counter));
}

void rng_uniforms(struct rng_key key, uint64_t first, size_t n, double *draw)
{
    KERNEL_PICK(uniforms)(key, first, n, draw);
}

void rng_normals(struct rng_key key, uint64_t first, size_t n, double *draw)
{
    enum { CHUNK = 512 };
    double uniform[CHUNK];

    for (size_t i = 0; i < n; i += CHUNK) {
        const size_t m = n - i < CHUNK ? n - i : CHUNK;
        rng_uniforms(key, first + i, m, uniform);
        KERNEL_PICK(normal_centres)(uniform, m, draw + i);
        for (size_t j = 0; j < m; j++) /* one in seven */
            if (fabs(uniform[j] - 0.5) > REAL_NORM_CENTRE)
                draw[i + j] = real_norm_ppf(uniform[j]);
    }
}
