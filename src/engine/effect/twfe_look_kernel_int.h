/* SPDX-License-Identifier: EUPL-1.2 */
/* The looks of twfe_rows.c at many rows, for base/kernels.h: no branch to guess. Included once for
 * each CPU. */

/* Whether rows rise by unit, then by time. */
KERNEL_TARGET static bool KERNEL(rises)(const int64_t *unit, const int64_t *time, size_t from,
                                        size_t n)
{
    uint64_t bad = 0;
    for (size_t i = from; i < n; i++)
        bad |= (uint64_t)((unit[i] < unit[i - 1]) |
                          ((unit[i] == unit[i - 1]) & (time[i] <= time[i - 1])));
    return bad == 0;
}

/* Whether each unit has one value. */
KERNEL_TARGET static bool KERNEL(keeps)(const int64_t *unit, const int64_t *value, size_t n)
{
    uint64_t bad = 0;
    for (size_t i = 1; i < n; i++)
        bad |= (uint64_t)((unit[i] == unit[i - 1]) & (value[i] != value[i - 1]));
    return bad == 0;
}

/* Whether none of the numbers is beyond a bound; a number that is missing is not. */
KERNEL_TARGET static bool KERNEL(are_within)(const double *v, double bound, size_t n)
{
    uint64_t bad = 0;
    for (size_t i = 0; i < n; i++)
        bad |= (uint64_t)((v[i] > bound) | (v[i] < -bound));
    return bad == 0;
}
