/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * lanes: LIN_LANES reals that are worked on at once, in kernel files (base/kernels.h).
 *
 * Does: name the vector, load it from anywhere, choose by a comparison.
 * Does not: depend on what the CPU has; the compiler splits what is too wide for it.
 */
#ifndef ONTSCHOT_BASE_LANES_H
#define ONTSCHOT_BASE_LANES_H

#include "base/lin.h"

#include <stdint.h>

typedef double lanes __attribute__((vector_size(LIN_LANES * sizeof(double))));
typedef double lanes_at
    __attribute__((vector_size(LIN_LANES * sizeof(double)), aligned(8), may_alias));
typedef int64_t lane_flags /* what comparing lanes gives: all ones or all zeros */
    __attribute__((vector_size(LIN_LANES * sizeof(int64_t))));

#define LANES_AT(p)       (*(lanes_at *)(p))
#define LANES_FROM(p)     (*(const lanes_at *)(p))
#define LANES_WHERE(f, v) ((lanes)((f) & (lane_flags)(v))) /* 0 elsewhere */

/* Their sum, in the one order that all kernels keep to. */
static inline double lanes_fold(const lanes *v)
{
    const lanes a = *v;
    return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
}

#endif
