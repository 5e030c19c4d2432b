/* SPDX-License-Identifier: EUPL-1.2 */
/* The hot loop of match_strata.c, for base/kernels.h. No include guard: included once for each CPU.
 */

/*
 * How many of the cut points low + (i + 1) step, i < last, are at or below each value. The
 * guess, a division made a product and rounded to a whole number by adding 2^52, may be one
 * too high or too low; so it is held against the cut points on both sides.
 *
 *   v  n values, n a multiple of LIN_LANES; becomes the numbers of cut points
 */
KERNEL_TARGET static void KERNEL(class_evenly)(double *v, size_t n, double low, double step,
                                               double per_unit, double last)
{
    const lanes one = {1, 1, 1, 1, 1, 1, 1, 1};
    const lanes most = one * last;

    for (size_t i = 0; i < n; i += LIN_LANES) {
        const lanes value = LANES_AT(v + i), reach = (value - low) * per_unit;
        const lane_flags is_within = reach < last;
        const lanes capped =
            (lanes)((is_within & (lane_flags)reach) | (~is_within & (lane_flags)most));
        const lanes guess = (capped + 0x1p52) - 0x1p52;
        const lane_flags is_below = value < low + guess * step;
        const lane_flags is_above = (value >= low + (guess + 1) * step) & (guess < last);
        LANES_AT(v + i) = guess - LANES_WHERE(is_below, one) + LANES_WHERE(is_above, one);
    }
}
