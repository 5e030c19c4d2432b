/* SPDX-License-Identifier: EUPL-1.2 */
/* The hot loops of balance.c, for base/kernels.h. No include guard: included once for each CPU. */

/*
 * Sums over the treated, whose shares are positive, and over the controls, whose shares are
 * negative, in one pass. Row i of a block belongs to lane i % 8, as in lin; both groups' lanes
 * run over all rows, those of the other group counting as zero.
 */

KERNEL_TARGET static inline lanes KERNEL(lanes_from)(const double *x, size_t n)
{
    lanes v = {0};
    if (n >= LIN_LANES)
        return LANES_FROM(x);
    for (size_t i = 0; i < n; i++)
        v[i] = x[i];
    return v;
}

/* Adds to sum[group] the shares of n rows times x, shares taken as positive. */
KERNEL_TARGET static void KERNEL(group_dot)(const double *share, const double *x, size_t n,
                                            double sum[GROUPS])
{
    lanes treated = {0}, control = {0};
    for (size_t i = 0; i < n; i += LIN_LANES) {
        const lanes s = KERNEL(lanes_from)(share + i, n - i);
        const lanes v = s * KERNEL(lanes_from)(x + i, n - i);
        treated += LANES_WHERE(s > 0, v);
        control -= LANES_WHERE(s < 0, v);
    }
    sum[TREATED] += lanes_fold(&treated);
    sum[CONTROL] += lanes_fold(&control);
}

/* The same of the squared distances of x to the group's centre. */
KERNEL_TARGET static void KERNEL(group_spread)(const double *share, const double *x,
                                               const double centre[GROUPS], size_t n,
                                               double sum[GROUPS])
{
    const double of_treated = centre[TREATED], of_control = centre[CONTROL];
    lanes treated = {0}, control = {0};
    for (size_t i = 0; i < n; i += LIN_LANES) {
        const lanes s = KERNEL(lanes_from)(share + i, n - i);
        const lanes v = KERNEL(lanes_from)(x + i, n - i);
        const lanes t = v - of_treated, c = v - of_control;
        treated += LANES_WHERE(s > 0, s * t * t);
        control -= LANES_WHERE(s < 0, s * c * c);
    }
    sum[TREATED] += lanes_fold(&treated);
    sum[CONTROL] += lanes_fold(&control);
}
