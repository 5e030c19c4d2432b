/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * order: rows by the size of a number.
 *
 * Does: sort doubles as their bits, digit by digit, in a time that neither equal
 *       values nor a bad order makes longer.
 * Does not: know what the numbers are; sort NaN.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_ORDER_INT_H
#define ONTSCHOT_ENGINE_EFFECT_ORDER_INT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct order_item {
    uint64_t key;
    uint32_t row;
};

#define ORDER_SIGN (UINT64_C(1) << 63)

/* A key that rises with the value; equal values, also -0 and 0, have equal keys. */
static inline uint64_t order_key(double value)
{
    const double plus = value + 0.0; /* -0 becomes 0 */
    uint64_t bits;
    memcpy(&bits, &plus, sizeof bits);
    return bits & ORDER_SIGN ? ~bits : bits | ORDER_SIGN;
}

double order_value(uint64_t key); /* back */

/*
 * Sorts n items by key; equal ones keep their order. `spare` has room for n.
 * Returns where the sorted items are: `item` or `spare`.
 */
struct order_item *order_sort(struct order_item *item, struct order_item *spare, size_t n);

#endif
