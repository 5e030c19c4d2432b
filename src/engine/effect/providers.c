/* SPDX-License-Identifier: EUPL-1.2 */
/* How much of the outcome's total the largest providers have, for engine/disclosure. */
#include "engine/effect/effect_int.h"

#include "base/num.h"

#include <math.h>
#include <stdlib.h>

/* What one row says was paid to whom. */
struct paid {
    int64_t provider;
    size_t row;
    int group; /* 0: comparison, 1: treated */
    double amount;
};

static int by_provider(const void *a, const void *b)
{
    const struct paid *x = a, *y = b;
    if (x->provider != y->provider)
        return x->provider < y->provider ? -1 : 1;
    return x->row < y->row ? -1 : 1;
}

static bool is_missing(const struct table_column *c, size_t row)
{
    return c->missing && c->missing[row];
}

/* The number in a row, of a word too; NaN for none. */
static double value_at(const struct table_column *c, size_t row)
{
    double v = NAN;
    if (is_missing(c, row))
        return v;
    switch (c->type) {
    case TABLE_INT: return (double)c->ints[row];
    case TABLE_REAL: return c->reals[row];
    case TABLE_DATE: return c->days[row];
    case TABLE_TEXT: break;
    }
    return num_parse_real(str_trim(c->words[c->codes[row]]), '.', &v) ? v : NAN;
}

static bool is_treated(const struct effect_spec *s, const struct table_column *c, size_t row)
{
    const double v = value_at(c, row);
    if (s->treatment.n)
        return v != 0 && !isnan(v);
    const bool is_zero = v == 0 && c->type != TABLE_DATE;
    return isfinite(v) && !is_zero && !(s->has_never && v == s->never);
}

/* Rows without a provider belong to nobody, but to the total. */
static void add_up(const struct paid *paid, size_t n, struct effect_providers *p)
{
    double total[2] = {0}, first[2] = {0}, second[2] = {0};
    for (size_t i = 0; i < n;) {
        double sum[2] = {0};
        const int64_t provider = paid[i].provider;
        for (; i < n && paid[i].provider == provider; i++)
            sum[paid[i].group] += paid[i].amount;
        for (int g = 0; g < 2; g++) {
            total[g] += sum[g];
            if (provider == INT64_MIN)
                continue;
            if (sum[g] > first[g]) {
                second[g] = first[g];
                first[g] = sum[g];
            } else if (sum[g] > second[g]) {
                second[g] = sum[g];
            }
        }
        p->n += provider != INT64_MIN;
    }
    for (int g = 0; g < 2; g++) {
        p->first[g] = total[g] > 0 ? first[g] / total[g] : 0;
        p->second[g] = total[g] > 0 ? second[g] / total[g] : 0;
    }
}

static err find_columns(const table *t, const struct effect_spec *s,
                        const struct table_column *c[3], struct err_info *info)
{
    err e = table_find(t, s->provider, &c[0], info);
    if (e == OK)
        e = table_find(t, s->outcome, &c[1], info);
    if (e == OK)
        e = table_find(t, s->treatment.n ? s->treatment : s->first_treated, &c[2], info);
    if (e == OK && c[0]->type != TABLE_TEXT && c[0]->type != TABLE_INT)
        e = err_text(info, E_INPUT, "effect.provider-not-a-name", s->provider);
    return e;
}

err effect_providers_run(const table *t, const uint8_t *keep, struct effect_result *r,
                         struct err_info *info)
{
    const struct table_column *c[3];
    size_t n = 0;
    const err e = find_columns(t, &r->spec, c, info);
    if (e != OK)
        return e;
    struct paid *paid = calloc(table_rows(t) + 1, sizeof *paid);
    r->providers = ARENA_NEW(r->memory, struct effect_providers, 1);
    if (!paid || !r->providers) {
        free(paid);
        return err_nomem(info);
    }
    for (size_t i = 0; i < table_rows(t); i++) {
        const double amount = fabs(value_at(c[1], i));
        if (!(amount > 0) || (keep && !keep[i]))
            continue;
        paid[n++] = (struct paid){
            .provider = is_missing(c[0], i)        ? INT64_MIN
                        : c[0]->type == TABLE_TEXT ? (int64_t)c[0]->codes[i]
                                                   : c[0]->ints[i],
            .row = i,
            .group = is_treated(&r->spec, c[2], i),
            .amount = amount,
        };
    }
    qsort(paid, n, sizeof *paid, by_provider);
    add_up(paid, n, r->providers);
    free(paid);
    return OK;
}
