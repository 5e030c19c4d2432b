/* SPDX-License-Identifier: EUPL-1.2 */
/* household: evidence as dated edges between persons, then components of them over time. */
#ifndef ONTSCHOT_ENGINE_LINKAGE_HOUSEHOLD_INT_H
#define ONTSCHOT_ENGINE_LINKAGE_HOUSEHOLD_INT_H

#include "engine/linkage/household.h"

enum { ADULT_YEARS = 18 };

/* From `from` to `to` these two are of one household. */
struct household_edge {
    uint32_t a, b;
    int32_t from, to;
};

struct household_edges {
    struct household_edge *edge;
    size_t n, room;
    bool is_out_of_memory; /* sticky */
};

void household_add_edge(struct household_edges *e, uint32_t a, uint32_t b, int32_t from,
                        int32_t to);

/* The day on which a person is eighteen; HOUSEHOLD_DAY_NONE when the birth date is not known. */
int32_t household_adult_day(const struct household_person *p);

/*
 * household_stays.c: each person's stays without overlap, by person and day; `first` has
 * n_persons + 1 places: the stays of p are first[p] .. first[p + 1] - 1.
 */
struct household_stays {
    struct household_stay *stay;
    size_t *first;
    size_t n;
};
err household_settle_stays(const struct household_ask *ask, arena *a, struct household_stays *s,
                           struct err_info *info);

/* household_edges.c: all evidence */
err household_find_edges(const struct household_ask *ask, const struct household_stays *s, arena *a,
                         struct household_edges *e, struct err_info *info);

#endif
