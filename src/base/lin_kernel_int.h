/* SPDX-License-Identifier: EUPL-1.2 */
/* The hot loops of lin, for base/kernels.h. No include guard: included once for each CPU. */

/* Row i of a block belongs to lane i % 8; rows behind the end count as zero. */

KERNEL_TARGET static inline lanes KERNEL(load_tail)(const double *x, size_t n)
{
    lanes v = {0};
    for (size_t i = 0; i < n; i++)
        v[i] = x[i];
    return v;
}

KERNEL_TARGET static double KERNEL(block_sum)(const double *x, size_t n)
{
    lanes acc = {0};
    size_t i = 0;
    for (; i + LIN_LANES <= n; i += LIN_LANES)
        acc += LANES_FROM(x + i);
    acc += KERNEL(load_tail)(x + i, n - i);
    return lanes_fold(&acc);
}

KERNEL_TARGET static double KERNEL(block_dot)(const double *x, const double *y, size_t n)
{
    lanes acc = {0};
    size_t i = 0;
    for (; i + LIN_LANES <= n; i += LIN_LANES)
        acc += LANES_FROM(x + i) * LANES_FROM(y + i);
    if (i < n)
        acc += KERNEL(load_tail)(x + i, n - i) * KERNEL(load_tail)(y + i, n - i);
    return lanes_fold(&acc);
}

KERNEL_TARGET static double KERNEL(block_dot3)(const double *w, const double *x, const double *y,
                                               size_t n)
{
    lanes acc = {0};
    size_t i = 0;
    for (; i + LIN_LANES <= n; i += LIN_LANES)
        acc += LANES_FROM(w + i) * LANES_FROM(x + i) * LANES_FROM(y + i);
    if (i < n)
        acc += KERNEL(load_tail)(w + i, n - i) * KERNEL(load_tail)(x + i, n - i) *
               KERNEL(load_tail)(y + i, n - i);
    return lanes_fold(&acc);
}

/* Two by two products at a time: each value loaded is used twice, and four sums run abreast. */
KERNEL_TARGET static void KERNEL(gram_tile)(const double *wa, const double *b, size_t n, lanes *acc,
                                            size_t acc_stride)
{
    const double *wa1 = wa + LIN_PANEL, *b1 = b + LIN_PANEL;
    lanes s00 = acc[0], s01 = acc[1], s10 = acc[acc_stride], s11 = acc[acc_stride + 1];
    for (size_t i = 0; i < n; i += LIN_LANES) {
        const lanes x0 = LANES_FROM(wa + i), x1 = LANES_FROM(wa1 + i);
        const lanes y0 = LANES_FROM(b + i), y1 = LANES_FROM(b1 + i);
        s00 += x0 * y0;
        s01 += x0 * y1;
        s10 += x1 * y0;
        s11 += x1 * y1;
    }
    acc[0] = s00;
    acc[1] = s01;
    acc[acc_stride] = s10;
    acc[acc_stride + 1] = s11;
}

/*
 * Adds the products of one panel: k columns (even) of n <= LIN_PANEL rows (a
 * multiple of the lanes), LIN_PANEL apart; wx holds the weighted columns.
 * acc is k x k; its upper triangle is kept.
 */
KERNEL_TARGET static void KERNEL(gram_panel)(const double *wx, const double *x, size_t k, size_t n,
                                             lanes *acc)
{
    for (size_t a = 0; a < k; a += 2)
        for (size_t b = a; b < k; b += 2)
            KERNEL(gram_tile)(wx + a * LIN_PANEL, x + b * LIN_PANEL, n, acc + a * k + b, k);
}

/* The sums of the lanes: g[a * k + b] for a <= b. */
KERNEL_TARGET static void KERNEL(gram_fold)(const lanes *acc, size_t k, double *g)
{
    for (size_t a = 0; a < k; a++)
        for (size_t b = a; b < k; b++)
            g[a * k + b] = lanes_fold(acc + a * k + b);
}

/* y += b x */
KERNEL_TARGET static void KERNEL(add_scaled)(double b, const double *x, size_t n, double *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] += b * x[i];
}
