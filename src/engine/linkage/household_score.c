/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/linkage/household.h"

#include <stdlib.h>

struct both {
    uint32_t found, truth;
};

static int by_found(const void *a, const void *b)
{
    const struct both *x = a, *y = b;
    if (x->found != y->found)
        return x->found < y->found ? -1 : 1;
    return x->truth < y->truth ? -1 : x->truth > y->truth;
}

static int by_truth(const void *a, const void *b)
{
    const struct both *x = a, *y = b;
    if (x->truth != y->truth)
        return x->truth < y->truth ? -1 : 1;
    return x->found < y->found ? -1 : x->found > y->found;
}

/* Harmonic mean; 0 when there is nothing right. */
static double f_of(double precision, double recall)
{
    return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/*
 * With `both` sorted by one side: the sum over persons of the part of their set of that side that
 * is of the same set of the other, and how many sets there are.
 */
static double part_of_own(const struct both *both, size_t n, bool is_found, size_t *n_sets)
{
    double sum = 0;
    *n_sets = 0;
    for (size_t i = 0, size; i < n; i += size) {
        double squares = 0;
        for (size = 1; i + size < n && (is_found ? both[i + size].found == both[i].found
                                                 : both[i + size].truth == both[i].truth);)
            size++;
        for (size_t k = i, cell; k < i + size; k += cell) {
            for (cell = 1; k + cell < i + size && both[k + cell].found == both[k].found &&
                           both[k + cell].truth == both[k].truth;)
                cell++;
            squares += (double)cell * (double)cell;
        }
        sum += squares / (double)size;
        ++*n_sets;
    }
    return sum;
}

/* Sorted by found: sets that lie in one true set and are as large as that. */
static size_t count_same(struct both *both, size_t n, uint32_t *size_of_truth)
{
    size_t same = 0;
    for (size_t i = 0, size; i < n; i += size) {
        bool is_within = true;
        for (size = 1; i + size < n && both[i + size].found == both[i].found; size++)
            is_within &= both[i + size].truth == both[i].truth;
        same += is_within && size_of_truth[both[i].truth] == size;
    }
    return same;
}

err household_evaluate(const uint32_t *found, const uint32_t *truth, size_t n,
                       struct household_score *score, struct err_info *info)
{
    uint32_t most = 0;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        most = truth[i] > most ? truth[i] : most;
    struct both *both = malloc((n + 1) * sizeof *both);
    uint32_t *size = calloc((size_t)most + 1, sizeof *size);
    if (!both || !size) {
        free(both);
        free(size);
        return err_nomem(info);
    }
    for (size_t i = 0; i < n; i++)
        if (found[i] && truth[i]) {
            both[kept++] = (struct both){found[i], truth[i]};
            size[truth[i]]++;
        }
    *score = (struct household_score){.n_persons = kept};
    qsort(both, kept, sizeof *both, by_truth);
    const double recall = part_of_own(both, kept, false, &score->n_true);
    qsort(both, kept, sizeof *both, by_found);
    const double precision = part_of_own(both, kept, true, &score->n_found);
    score->n_same = count_same(both, kept, size);
    score->b3_precision = share(precision, (double)kept);
    score->b3_recall = share(recall, (double)kept);
    score->b3_f = f_of(score->b3_precision, score->b3_recall);
    score->exact_precision = share((double)score->n_same, (double)score->n_found);
    score->exact_recall = share((double)score->n_same, (double)score->n_true);
    score->exact_f = f_of(score->exact_precision, score->exact_recall);
    free(both);
    free(size);
    return OK;
}
