/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/order_int.h"

#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 6, RADIX = 1 << DIGIT_BITS, FEW = 48 };

double order_value(uint64_t key)
{
    const uint64_t bits = key & ORDER_SIGN ? key ^ ORDER_SIGN : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void sort_few(struct order_item *item, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct order_item moved = item[i];
        size_t at = i;
        for (; at > 0 && item[at - 1].key > moved.key; at--)
            item[at] = item[at - 1];
        item[at] = moved;
    }
}

static size_t digit_of(const struct order_item *item, int digit)
{
    return (item->key >> (digit * DIGIT_BITS)) & (RADIX - 1);
}

/* Least digit first, each step stable; a digit in which all agree is passed over. */
struct order_item *order_sort(struct order_item *item, struct order_item *spare, size_t n)
{
    uint32_t count[DIGITS][RADIX];

    if (n < FEW) {
        sort_few(item, n);
        return item;
    }
    memset(count, 0, sizeof count);
    for (size_t i = 0; i < n; i++)
        for (int digit = 0; digit < DIGITS; digit++)
            count[digit][digit_of(&item[i], digit)]++;
    for (int digit = 0; digit < DIGITS; digit++) {
        uint32_t *place = count[digit];
        if (place[digit_of(item, digit)] == n)
            continue;
        uint32_t next = 0;
        for (size_t i = 0; i < RADIX; i++) {
            const uint32_t here = place[i];
            place[i] = next;
            next += here;
        }
        for (size_t i = 0; i < n; i++)
            spare[place[digit_of(&item[i], digit)]++] = item[i];
        struct order_item *sorted = spare;
        spare = item;
        item = sorted;
    }
    return item;
}
