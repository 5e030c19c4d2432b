/* SPDX-License-Identifier: EUPL-1.2 */
/* The two groups in the order in which they meet. */
#include "engine/effect/match_int.h"
#include "engine/effect/order_int.h"

/* Equal values stay in the order of rows, also for the treated, whose largest comes first. */
static void sort_by_value(const struct match_ask *ask, uint32_t *row, size_t n, bool is_falling,
                          struct order_item *item, struct order_item *spare)
{
    if (!ask->value)
        return;
    for (size_t i = 0; i < n; i++) {
        const uint64_t key = order_key(ask->value[row[i]]);
        item[i] = (struct order_item){is_falling ? ~key : key, row[i]};
    }
    const struct order_item *sorted = order_sort(item, spare, n);
    for (size_t i = 0; i < n; i++)
        row[i] = sorted[i].row;
}

/* Moves the controls to their strata, where they keep their order. */
static void sort_by_stratum(const struct match_ask *ask, struct match_sides *s, size_t n_strata,
                            struct order_item *item)
{
    for (size_t i = 0; i < s->n_control; i++) {
        item[i].row = s->control[i];
        s->first[match_stratum(ask, s->control[i]) + 1]++;
    }
    for (size_t g = 0; g < n_strata; g++)
        s->first[g + 1] += s->first[g];
    for (size_t i = 0; i < s->n_control; i++) /* first[g] runs to the start of g + 1 */
        s->control[s->first[match_stratum(ask, item[i].row)]++] = item[i].row;
    for (size_t g = n_strata; g > 0; g--)
        s->first[g] = s->first[g - 1];
    s->first[0] = 0;
}

err match_sides_new(const struct match_ask *ask, arena *a, struct match_sides *s,
                    struct err_info *info)
{
    const size_t n_strata = ask->stratum ? ask->n_strata : 1;
    struct order_item *item = ARENA_NEW(a, struct order_item, ask->n);
    struct order_item *spare = ARENA_NEW(a, struct order_item, ask->n);
    *s = (struct match_sides){.first = ARENA_NEW(a, size_t, n_strata + 1)};
    for (size_t i = 0; i < ask->n; i++)
        s->n_treated += ask->d[i] > 0;
    s->treated = ARENA_NEW(a, uint32_t, s->n_treated);
    s->control = ARENA_NEW(a, uint32_t, ask->n - s->n_treated);
    if (!item || !spare || !s->first || !s->treated || !s->control)
        return err_nomem(info);

    s->n_treated = 0;
    for (size_t i = 0; i < ask->n; i++)
        if (ask->d[i] > 0)
            s->treated[s->n_treated++] = (uint32_t)i;
        else
            s->control[s->n_control++] = (uint32_t)i;
    sort_by_value(ask, s->treated, s->n_treated, true, item, spare);
    sort_by_value(ask, s->control, s->n_control, false, item, spare);
    sort_by_stratum(ask, s, n_strata, item);
    return OK;
}

err match_pairs_new(const struct match_ask *ask, const struct match_sides *s, arena *a,
                    struct match_pairs *pairs, struct err_info *info)
{
    const size_t each = ask->ratio < s->n_control ? ask->ratio : s->n_control;
    size_t most;

    if (__builtin_mul_overflow(each, s->n_treated, &most))
        most = SIZE_MAX;
    if (!ask->replace && most > s->n_control)
        most = s->n_control;
    *pairs = (struct match_pairs){.pair = ARENA_NEW(a, struct match_pair, most)};
    return pairs->pair ? OK : err_nomem(info);
}
