/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The one-to-one pairs with the largest sum of weights: shortest augmenting paths with potentials
 * (Jonker and Volgenant 1987).
 */
#include "engine/linkage/linkage_int.h"

#include <stdlib.h>

struct assigning {
    const double *w;
    size_t n_a, n_b;      /* rows, columns of w */
    size_t rows, columns; /* rows <= columns */
    bool is_turned;
    double *u, *v, *least; /* from 1 */
    uint32_t *row_of, *way;
    bool *used;
};

static double cost(const struct assigning *x, size_t row, size_t column)
{
    const double w = x->is_turned ? x->w[column * x->n_b + row] : x->w[row * x->n_b + column];
    return w > 0 ? -w : 0;
}

/* Finds a place for one more row, moving others along the cheapest path. */
static void augment(struct assigning *x, uint32_t row)
{
    uint32_t at = 0;
    x->row_of[0] = row;
    for (size_t j = 0; j <= x->columns; j++) {
        x->least[j] = 1e300;
        x->used[j] = false;
    }
    do {
        const uint32_t i = x->row_of[at];
        double delta = 1e300;
        uint32_t next = 0;
        x->used[at] = true;
        for (uint32_t j = 1; j <= x->columns; j++) {
            if (x->used[j])
                continue;
            const double c = cost(x, i - 1, j - 1) - x->u[i] - x->v[j];
            if (c < x->least[j]) {
                x->least[j] = c;
                x->way[j] = at;
            }
            if (x->least[j] < delta) {
                delta = x->least[j];
                next = j;
            }
        }
        for (size_t j = 0; j <= x->columns; j++) {
            if (x->used[j]) {
                x->u[x->row_of[j]] += delta;
                x->v[j] -= delta;
            } else {
                x->least[j] -= delta;
            }
        }
        at = next;
    } while (x->row_of[at] != 0);
    for (; at; at = x->way[at])
        x->row_of[at] = x->row_of[x->way[at]];
}

err assign_best(const double *w, size_t n_a, size_t n_b, uint32_t *mate, struct err_info *info)
{
    struct assigning x = {.w = w, .n_a = n_a, .n_b = n_b, .is_turned = n_a > n_b};
    x.rows = x.is_turned ? n_b : n_a;
    x.columns = x.is_turned ? n_a : n_b;
    double *reals = calloc(3 * (x.columns + 1), sizeof *reals);
    uint32_t *wholes = calloc(2 * (x.columns + 1), sizeof *wholes);
    x.used = calloc(x.columns + 1, sizeof *x.used);
    const bool ok = reals && wholes && x.used;
    if (ok) {
        x.u = reals;
        x.v = reals + x.columns + 1;
        x.least = x.v + x.columns + 1;
        x.row_of = wholes;
        x.way = wholes + x.columns + 1;
        for (uint32_t row = 1; row <= x.rows; row++)
            augment(&x, row);
        for (size_t i = 0; i < n_a; i++)
            mate[i] = UINT32_MAX;
        for (uint32_t j = 1; j <= x.columns; j++) {
            const uint32_t row = x.row_of[j];
            if (row == 0 || cost(&x, row - 1, j - 1) >= 0)
                continue;
            if (x.is_turned)
                mate[j - 1] = row - 1;
            else
                mate[row - 1] = j - 1;
        }
    }
    free(reals);
    free(wholes);
    free(x.used);
    return ok ? OK : err_nomem(info);
}
