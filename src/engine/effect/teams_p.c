/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/real.h"
#include "engine/effect/teams_int.h"

#include <math.h>

#define ROUNDING 1e-12 /* of a sum of squares */
#define TIE      1e-9  /* relative; mirrored allocations give the same t but for rounding */

enum { HALVINGS = 60 };

/* t^2 up to the shared factor. */
static double square(const struct teams_draw *d, double effect)
{
    const double n = d->n0 - effect * d->n1;
    const double c = d->c0 - 2 * effect * d->c1 + effect * effect * d->c2;
    return n * n == 0 ? 0 : c > 0 ? n * n / c : REAL_INF;
}

double teams_p(const struct teams_table *t, double effect)
{
    const double own = square(&t->observed, effect) * (1 - TIE);
    size_t count = 0;
    for (size_t i = 0; i < t->n; i++)
        count += square(&t->draw[i], effect) >= own;
    return t->is_complete ? (double)count / (double)t->n : (1 + (double)count) / (1 + (double)t->n);
}

/* ---- one team ---- */

static double one_over_size(const struct teams_single *s, size_t j)
{
    return 1 / s->size[j];
}

/* NaN for a team in whose stead there is no estimate: left out below. */
static double value(const struct teams_single *s, size_t j, double effect)
{
    const double v = s->table->draw[j].n0 - effect * s->table->draw[j].n1;
    return v * v;
}

/* h = *constant + *slope / size. */
static void fit_spread(const struct teams_single *s, double effect, double *constant, double *slope)
{
    double n = 0, x = 0, v = 0, squares = 0, products = 0;
    for (size_t j = 0; j < s->table->n; j++) {
        const double size = one_over_size(s, j), square = value(s, j, effect);
        if (isnan(square))
            continue;
        n++;
        x += size;
        v += square;
        squares += size * size;
        products += size * square;
    }
    const double xx = squares - x * x / n;
    const double xv = products - x * v / n;
    *slope = xx > ROUNDING * squares && xv > 0 ? xv / xx : 0;
    *constant = (v - *slope * x) / n;
    if (*constant >= 0)
        return;
    *constant = 0; /* all of it by size: through the origin */
    *slope = products / squares;
}

double teams_single_p(const struct teams_single *s, double effect)
{
    double constant, slope;
    size_t count = 0, n = 0;
    fit_spread(s, effect, &constant, &slope);
    const double own =
        value(s, s->own, effect) / (constant + slope * one_over_size(s, s->own)) * (1 - TIE);
    for (size_t j = 0; j < s->table->n; j++) {
        const double square = value(s, j, effect);
        if (isnan(square))
            continue;
        n++;
        count += square / (constant + slope * one_over_size(s, j)) >= own;
    }
    return (double)count / (double)n;
}

/* ---- inversion ---- */

static double bound(double (*p)(const void *ctx, double effect), const void *ctx, double centre,
                    double step, double level)
{
    double in = centre, reach = step;
    while (p(ctx, centre + reach) > 1 - level + TIE) {
        in = centre + reach;
        if (fabs(reach) >= TEAMS_REACH * fabs(step))
            return step > 0 ? REAL_INF : -REAL_INF;
        reach *= 2;
    }
    double outside = centre + reach;
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = in + (outside - in) / 2;
        *(p(ctx, middle) > 1 - level + TIE ? &in : &outside) = middle;
    }
    return in;
}

void teams_invert(double (*p)(const void *ctx, double effect), const void *ctx, double centre,
                  double step, double level, double *low, double *high)
{
    *low = bound(p, ctx, centre, -step, level);
    *high = bound(p, ctx, centre, step, level);
}
