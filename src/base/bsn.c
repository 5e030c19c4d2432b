/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/bsn.h"

enum { DIGITS = 9, UNKNOWN = 999999999 };

bool bsn_is_valid(uint32_t number)
{
    if (number == 0 || number >= UNKNOWN)
        return false;
    int sum = -(int)(number % 10);
    uint32_t rest = number / 10;
    for (int weight = 2; weight <= DIGITS; weight++, rest /= 10)
        sum += weight * (int)(rest % 10);
    return sum % 11 == 0;
}

bool bsn_parse(str s, struct bsn *bsn)
{
    uint32_t number = 0;
    *bsn = (struct bsn){0};
    s = str_trim(s);
    if (s.n != DIGITS && s.n != DIGITS - 1)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        number = number * 10 + (uint32_t)(s.p[i] - '0');
    }
    if (!bsn_is_valid(number))
        return false;
    bsn->v = number;
    return true;
}
