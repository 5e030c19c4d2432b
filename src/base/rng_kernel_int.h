/* SPDX-License-Identifier: EUPL-1.2 */
/* The hot loops of rng, for base/kernels.h. No include guard: included once for each CPU. */

KERNEL_TARGET static void KERNEL(uniforms)(struct rng_key key, uint64_t first, size_t n,
                                           double *draw)
{
    for (size_t i = 0; i < n; i++) {
        const struct words b = philox(key, first + i);
        draw[i] = open_unit((uint64_t)b.w1 << 32 | b.w0);
    }
}

/* Right in the centre, and some number elsewhere. */
KERNEL_TARGET static void KERNEL(normal_centres)(const double *uniform, size_t n, double *draw)
{
    for (size_t i = 0; i < n; i++)
        draw[i] = real_norm_ppf_centre(uniform[i]);
}
