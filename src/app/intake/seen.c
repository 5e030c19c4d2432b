/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/seen_int.h"

#include <sodium.h>
#include <stdlib.h>

_Static_assert(sizeof(struct seen_print) == crypto_shorthash_siphashx24_BYTES, "fingerprint");
_Static_assert((int)SEEN_CHANCE_BYTES == (int)crypto_shorthash_siphashx24_KEYBYTES, "key");

void seen_init(struct seen *s)
{
    *s = (struct seen){0};
    randombytes_buf(s->chance, sizeof s->chance);
}

void seen_free(struct seen *s)
{
    free(s->print);
    free(s->number);
    *s = (struct seen){0};
}

static struct seen_print print_of(const struct seen *s, str key)
{
    struct seen_print print;
    crypto_shorthash_siphashx24((unsigned char *)&print, (const unsigned char *)key.p, key.n,
                                s->chance);
    print.half[0] |= 1; /* never what stands for free */
    return print;
}

/* Where a fingerprint is, or would be. */
static size_t slot_of(const struct seen *s, struct seen_print print)
{
    size_t i = (size_t)print.half[1] & (s->n_slots - 1);
    while (s->print[i].half[0] &&
           (s->print[i].half[0] != print.half[0] || s->print[i].half[1] != print.half[1]))
        i = (i + 1) & (s->n_slots - 1);
    return i;
}

bool seen_find(const struct seen *s, str key, uint32_t *number)
{
    if (s->n == 0)
        return false;
    const size_t i = slot_of(s, print_of(s, key));
    *number = s->number[i];
    return s->print[i].half[0] != 0;
}

/* Three quarters full at most, so that a search stays short. */
static err make_room(struct seen *s, struct err_info *info)
{
    if (s->n + 1 <= s->n_slots / 4 * 3)
        return OK;
    struct seen larger = *s;
    larger.n_slots = s->n_slots ? s->n_slots * 2 : 1024;
    larger.print = calloc(larger.n_slots, sizeof *larger.print);
    larger.number = calloc(larger.n_slots, sizeof *larger.number);
    if (!larger.print || !larger.number) {
        free(larger.print);
        free(larger.number);
        return err_nomem(info);
    }
    for (size_t i = 0; i < s->n_slots; i++)
        if (s->print[i].half[0]) {
            const size_t at = slot_of(&larger, s->print[i]);
            larger.print[at] = s->print[i];
            larger.number[at] = s->number[i];
        }
    free(s->print);
    free(s->number);
    *s = larger;
    return OK;
}

err seen_add(struct seen *s, str key, uint32_t number, struct err_info *info)
{
    if (s->n == SEEN_MAX) {
        err_set(info, E_LIMIT, "intake.too-many-lines");
        msg_int(&info->msg, SEEN_MAX);
        return E_LIMIT;
    }
    const err e = make_room(s, info);
    if (e)
        return e;
    const struct seen_print print = print_of(s, key);
    const size_t i = slot_of(s, print);
    if (s->print[i].half[0] == 0) {
        s->print[i] = print;
        s->number[i] = number;
        s->n++;
    }
    return OK;
}
