/* SPDX-License-Identifier: EUPL-1.2 */
/* The hot loops of real, for base/kernels.h. No include guard: included once for each CPU. */

KERNEL_TARGET static void KERNEL(exp_n)(const double *x, size_t n, double *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = real_exp_core(x[i], 0);
}

KERNEL_TARGET static void KERNEL(logistic_n)(const double *x, size_t n, double *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = real_logistic_core(x[i]);
}
