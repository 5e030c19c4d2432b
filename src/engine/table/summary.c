/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/lin.h"
#include "base/real.h"
#include "engine/table/table_int.h"

#include <math.h>

static double value_at(const struct table_column *c, size_t row)
{
    switch (c->type) {
    case TABLE_INT: return (double)c->ints[row];
    case TABLE_REAL: return c->reals[row];
    default: return c->days[row];
    }
}

void table_summarise(const table *t, const struct table_column *c, struct table_summary *s)
{
    double finite[LIN_BLOCK];
    double sum = 0;
    size_t n_finite = 0;

    *s = (struct table_summary){.n_missing = c->n_missing,
                                .n_words = c->n_words,
                                .least = REAL_NAN,
                                .most = REAL_NAN,
                                .mean = REAL_NAN};
    for (size_t from = 0; c->type != TABLE_TEXT && from < t->n_rows; from += LIN_BLOCK) {
        size_t n = 0;
        for (size_t row = from; row < t->n_rows && row < from + LIN_BLOCK; row++) {
            if (c->missing && c->missing[row])
                continue;
            const double v = value_at(c, row);
            if (!isfinite(v)) {
                s->n_infinite++;
                continue;
            }
            finite[n++] = v;
            s->least = s->least <= v ? s->least : v; /* also when it is NaN */
            s->most = s->most >= v ? s->most : v;
        }
        sum += lin_sum(finite, n);
        n_finite += n;
    }
    if (n_finite)
        s->mean = sum / (double)n_finite;
}
