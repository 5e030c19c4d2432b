/* SPDX-License-Identifier: EUPL-1.2 */
/* The hot loop of match_tree.c, for base/kernels.h. No include guard: included once for each CPU.
 */

/*
 * Squared distances of m points to a place: sums over k columns, first to last.
 * z holds the points column by column.
 */
KERNEL_TARGET static void KERNEL(measure_leaf)(const double *z, const double *place, size_t k,
                                               size_t m, double *distance)
{
    for (size_t i = 0; i < m; i++)
        distance[i] = 0;
    for (size_t j = 0; j < k; j++, z += m) {
        const double at = place[j];
        for (size_t i = 0; i < m; i++)
            distance[i] += (z[i] - at) * (z[i] - at);
    }
}
