/* SPDX-License-Identifier: EUPL-1.2 */
/* The hot loop of signs.c, for base/kernels.h. No include guard: included once for each CPU. */

#ifndef SIGNS_VECTOR
#define SIGNS_VECTOR
enum { LANES = 8, GROUP = 8, PATTERNS = 1 << GROUP };
typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));
#endif

/* All 256 sums of eight values, each with a plus where its bit is set. */
KERNEL_TARGET static inline void KERNEL(tabulate)(const lanes *value, lanes *sum)
{
    sum[0] = -value[0];
    for (size_t t = 1; t < GROUP; t++)
        sum[0] -= value[t];
    for (size_t t = 0, half = 1; t < GROUP; t++, half *= 2) {
        const lanes twice = value[t] + value[t];
        for (size_t i = 0; i < half; i++)
            sum[half + i] = sum[i] + twice;
    }
}

/* Adds two groups of eight rows to n draws of eight columns. */
KERNEL_TARGET static void KERNEL(add_groups)(const lanes *value, const uint8_t *sign0,
                                             const uint8_t *sign1, size_t n, lanes *total)
{
    lanes sum0[PATTERNS], sum1[PATTERNS];
    KERNEL(tabulate)(value, sum0);
    KERNEL(tabulate)(value + GROUP, sum1);
    for (size_t b = 0; b < n; b++)
        total[b] += sum0[sign0[b]] + sum1[sign1[b]];
}
