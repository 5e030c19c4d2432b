/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * kernels: one source of a hot loop, compiled for each vector width.
 *
 * Does: include KERNEL_FILE once for each instruction set of the machine's
 *       architecture, and let the caller pick the widest that this CPU has.
 * Does not: change results. A kernel uses IEEE operations in a fixed order of
 *       lanes, so the variants differ in speed only; tests compare their bits.
 *
 * Define KERNEL_FILE first. The kernel file has no include guard. It defines functions as
 *     KERNEL_TARGET static double KERNEL(name)(...)
 * and the including source calls KERNEL_PICK(name)(...). KERNEL_BYTES is the width of the vectors,
 * for kernels of whole numbers, which may differ in lanes; those of reals have base/lanes.h.
 *
 * Not target_clones: gcc splits wide vectors before it makes the clones, and
 * its ifunc resolvers run before sanitizers do.
 */
#include <stddef.h>

#ifdef KERNEL_FILE

#define KERNEL_JOIN(a, b) a##_##b
#define KERNEL_NAME(a, b) KERNEL_JOIN(a, b)
#define KERNEL(name)      KERNEL_NAME(name, KERNEL_SUFFIX)

/* Vectors are passed between static functions of one file only: their ABI concerns nobody. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define KERNEL_SUFFIX plain
#define KERNEL_BYTES  16
#define KERNEL_TARGET __attribute__((unused))
#include KERNEL_FILE
#undef KERNEL_SUFFIX
#undef KERNEL_BYTES
#undef KERNEL_TARGET

#ifdef __x86_64__

#define KERNEL_SUFFIX avx2
#define KERNEL_BYTES  32
#define KERNEL_TARGET __attribute__((unused, target("avx2")))
#include KERNEL_FILE
#undef KERNEL_SUFFIX
#undef KERNEL_BYTES
#undef KERNEL_TARGET

#ifdef __clang__ /* whose vectors follow the target without being told */
#define KERNEL_WIDE "avx512f,avx512dq,avx512bw,avx512vl"
#else
#define KERNEL_WIDE "avx512f,avx512dq,avx512bw,avx512vl,prefer-vector-width=512"
#endif
#define KERNEL_SUFFIX avx512
#define KERNEL_BYTES  64
#define KERNEL_TARGET __attribute__((unused, target(KERNEL_WIDE)))
#include KERNEL_FILE
#undef KERNEL_SUFFIX
#undef KERNEL_BYTES
#undef KERNEL_TARGET

#define KERNEL_HAS_AVX512                                                                          \
    (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&                    \
     __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
#define KERNEL_HAS_AVX2 __builtin_cpu_supports("avx2")
#define KERNEL_PICK(name)                                                                          \
    (KERNEL_HAS_AVX512 ? name##_avx512 : KERNEL_HAS_AVX2 ? name##_avx2 : name##_plain)

#else

#define KERNEL_PICK(name) name##_plain

#endif

#endif
