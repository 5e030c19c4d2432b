/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Correlation clustering (Bansal, Blum and Chawla 2004): the parts that leave the largest sum of
 * weights within. Exact by dynamic programming over subsets up to CLUSTER_EXACT_MAX things, by
 * moves of one thing and merges of two parts above.
 */
#include "engine/linkage/linkage_int.h"

#include <string.h>

/* ---- Exact ---- */

/* Sum of weights within each subset: its lowest thing against the rest, and the rest's own. */
static void sum_subsets(const double *w, size_t n, double *within)
{
    within[0] = 0;
    for (uint32_t set = 1; set < 1U << n; set++) {
        const size_t low = (size_t)__builtin_ctz(set);
        const uint32_t rest = set & (set - 1);
        double sum = within[rest];
        for (uint32_t left = rest; left; left &= left - 1)
            sum += w[low * n + (size_t)__builtin_ctz(left)];
        within[set] = sum;
    }
}

void cluster_exact(const double *w, size_t n, uint32_t *part)
{
    double within[1 << CLUSTER_EXACT_MAX], best[1 << CLUSTER_EXACT_MAX];
    uint16_t chosen[1 << CLUSTER_EXACT_MAX];
    const uint32_t all = (1U << n) - 1;
    sum_subsets(w, n, within);
    best[0] = 0;
    for (uint32_t set = 1; set <= all; set++) {
        /* the part of the lowest thing: it, with any subset of the rest */
        const uint32_t low = set & -set, rest = set ^ low;
        uint32_t with = rest;
        best[set] = -1e300;
        for (;;) {
            const double sum = within[with | low] + best[rest ^ with];
            if (sum > best[set]) {
                best[set] = sum;
                chosen[set] = (uint16_t)(with | low);
            }
            if (with == 0)
                break;
            with = (with - 1) & rest;
        }
    }
    uint32_t number = 0;
    for (uint32_t set = all; set; set ^= chosen[set], number++)
        for (uint32_t left = chosen[set]; left; left &= left - 1)
            part[__builtin_ctz(left)] = number;
}

/* ---- By moves ---- */

enum { PASSES_MAX = 100 };

/* gain[p]: what thing i has with those of part p. */
static void find_gains(const double *w, size_t n, const uint32_t *part, size_t i, double *gain)
{
    memset(gain, 0, (n + 1) * sizeof *gain);
    for (size_t j = 0; j < n; j++)
        if (j != i)
            gain[part[j]] += w[i * n + j];
}

static bool move_things(const double *w, size_t n, uint32_t *part, double *gain, uint32_t *size)
{
    bool moved = false;
    for (size_t i = 0; i < n; i++) {
        uint32_t to = part[i], empty = 0;
        find_gains(w, n, part, i, gain);
        for (uint32_t p = 0; p < n; p++)
            if (size[p] && gain[p] > gain[to])
                to = p;
        if (gain[to] < 0 && size[part[i]] > 1) { /* better alone */
            while (size[empty])
                empty++;
            to = empty;
        }
        if (to != part[i]) {
            size[part[i]]--;
            size[to]++;
            part[i] = to;
            moved = true;
        }
    }
    return moved;
}

/* Joins part p to the part it has most with, if that is more than nothing. */
static bool merge_parts(const double *w, size_t n, uint32_t *part, double *gain, uint32_t *size)
{
    bool merged = false;
    for (uint32_t p = 0; p < n; p++) {
        uint32_t to = p;
        if (size[p] == 0)
            continue;
        memset(gain, 0, (n + 1) * sizeof *gain);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; part[i] == p && j < n; j++)
                if (part[j] != p)
                    gain[part[j]] += w[i * n + j];
        for (uint32_t q = 0; q < n; q++)
            if (q != p && size[q] && gain[q] > 0 && (to == p || gain[q] > gain[to]))
                to = q;
        if (to == p)
            continue;
        for (size_t i = 0; i < n; i++)
            if (part[i] == p)
                part[i] = to;
        size[to] += size[p];
        size[p] = 0;
        merged = true;
    }
    return merged;
}

void cluster_local(const double *w, size_t n, uint32_t *part, double *gain, uint32_t *size)
{
    for (size_t i = 0; i < n; i++) {
        part[i] = (uint32_t)i;
        size[i] = 1;
    }
    bool changed = true;
    for (int pass = 0; changed && pass < PASSES_MAX; pass++) {
        changed = merge_parts(w, n, part, gain, size);
        changed = move_things(w, n, part, gain, size) || changed;
    }
}
