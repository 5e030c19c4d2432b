/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/multiple_int.h"

#include <math.h>
#include <stdlib.h>

/* Hypotheses by value, those without one left out. */
struct place {
    double value;
    size_t at;
};

/* Equal values keep their order, so that the outcome does not depend on the sort. */
static int by_value(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* The known ones of n values, smallest first; NULL when memory is out. */
static struct place *order(const double *value, size_t n, size_t *n_known)
{
    struct place *place = calloc(n + 1, sizeof *place);
    *n_known = 0;
    for (size_t i = 0; place && i < n; i++)
        if (!isnan(value[i]))
            place[(*n_known)++] = (struct place){value[i], i};
    if (place)
        qsort(place, *n_known, sizeof *place, by_value);
    return place;
}

err multiple_step_down(const double *statistic, size_t n, const double *draw, size_t n_draws,
                       double *p, struct err_info *info)
{
    size_t m;
    struct place *place = order(statistic, n, &m);
    double *most = calloc(n_draws + 1, sizeof *most); /* of each draw, over those still to come */
    err e = place && most ? OK : err_nomem(info);

    for (size_t i = 0; e == OK && i < n; i++)
        p[i] = NAN;
    /* from the smallest statistic up, the maximum over "those still to come" only grows */
    for (size_t k = 0; e == OK && k < m; k++) {
        size_t count = 0;
        for (size_t b = 0; b < n_draws; b++) {
            most[b] = fmax(most[b], fabs(draw[b * n + place[k].at]));
            count += most[b] >= place[k].value;
        }
        p[place[k].at] = (1 + (double)count) / (1 + (double)n_draws);
    }
    for (size_t k = m; e == OK && k > 1; k--) /* from the largest statistic down */
        p[place[k - 2].at] = fmax(p[place[k - 2].at], p[place[k - 1].at]);
    free(place);
    free(most);
    return e;
}

err multiple_step_up(const double *p, size_t n, double *adjusted, struct err_info *info)
{
    size_t m;
    struct place *place = order(p, n, &m);
    double least = 1;
    if (!place)
        return err_nomem(info);

    for (size_t i = 0; i < n; i++)
        adjusted[i] = NAN;
    for (size_t k = m; k-- > 0;) {
        least = fmin(least, (double)m * place[k].value / (double)(k + 1));
        adjusted[place[k].at] = least;
    }
    free(place);
    return OK;
}
