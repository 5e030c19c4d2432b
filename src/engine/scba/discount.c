/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/real.h"
#include "engine/scba/scba.h"

/* 2016-01-01 and 2021-01-01 as day numbers. */
static const struct scba_regime regimes[] = {
    {"scba.regime-2007", INT32_MIN, 0.055},
    {"scba.regime-2016", 16801, 0.03},
    {"scba.regime-2021", 18628, 0.0225},
};

const struct scba_regime *scba_regime_on(int32_t day)
{
    size_t i = sizeof regimes / sizeof regimes[0] - 1;
    while (day < regimes[i].from_day)
        i--;
    return &regimes[i];
}

double scba_regime_rate(int32_t day)
{
    return scba_regime_on(day)->rate;
}

void scba_discount_factors(double rate, enum scba_convention when, size_t n, double *factor)
{
    const double growth = rate > -1.0 ? 1.0 + rate : REAL_NAN;
    double compound = when == SCBA_END_OF_YEAR ? growth : growth / growth; /* keeps a NaN */
    for (size_t t = 0; t < n; t++) {
        factor[t] = 1.0 / compound;
        compound *= growth;
    }
}

double scba_present_value(const double *amount, size_t n, double rate, enum scba_convention when)
{
    double factor[SCBA_YEARS_MAX];
    double sum = 0.0;
    if (n > SCBA_YEARS_MAX)
        return REAL_NAN;
    scba_discount_factors(rate, when, n, factor);
    for (size_t t = 0; t < n; t++)
        sum += amount[t] * factor[t];
    return sum;
}

double scba_annuity(size_t n, double rate, enum scba_convention when)
{
    double ones[SCBA_YEARS_MAX];
    if (n > SCBA_YEARS_MAX)
        return REAL_NAN;
    for (size_t t = 0; t < n; t++)
        ones[t] = 1.0;
    return scba_present_value(ones, n, rate, when);
}
