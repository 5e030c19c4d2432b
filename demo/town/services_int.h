/* SPDX-License-Identifier: EUPL-1.2 */
/* services: who is known to which register, and what help, benefits and debts there are. */
#ifndef ONTSCHOT_DEMO_TOWN_SERVICES_H
#define ONTSCHOT_DEMO_TOWN_SERVICES_H

#include "demo/town/town_int.h"

enum {
    ALLOCATIONS_MAX = 600, /* of a block */
    BENEFITS_MAX = 300,
    DEBTS_MAX = 100,
    SIGNALS_MAX = 200,
    PROVIDERS = 6, /* of a law in a district */
    DISTRICT_BLOCKS = 100
};

struct town_product {
    bool is_youth;
    const char *category, *code;
    const char *unit; /* WJ756 */
    int frequency;    /* WMO757: 1 day, 2 week, 6 in all */
    int least, most;  /* volume */
    int tariff_cents;
    const char *form; /* of youth help in the policy information: "hulpvorm" */
};

struct town_allocation {
    int16_t person;
    const struct town_product *product;
    int32_t number, provider;          /* provider: AGB code */
    int32_t from, to;                  /* as allocated */
    int32_t decided, started, stopped; /* stopped TOWN_OPEN: goes on after the months */
    int volume;
    bool is_by_death;
};

struct town_benefit {
    int16_t person, partner; /* partner: PERSON_NONE when single */
    int32_t number;
    const char *scheme;
    int32_t from, to; /* to TOWN_OPEN: goes on */
    int norm_cents, income_cents;
    const char *reintegration; /* NULL: none */
};

struct town_debt {
    int16_t person, partner;
    int32_t asked, from, to;
    int total_euro;
    const char *solution, *reason; /* NULL: not yet */
};

struct town_signal {
    int16_t person;
    const char *kind, *sender;
    int32_t day;
    int arrears_cents, months;
};

struct town_services {
    struct town_allocation allocation[ALLOCATIONS_MAX];
    struct town_benefit benefit[BENEFITS_MAX];
    struct town_debt debt[DEBTS_MAX];
    struct town_signal signal[SIGNALS_MAX];
    int n_allocations, n_benefits, n_debts, n_signals;
};

/* Also tells each person which registers know him or her. */
void town_services_draw(struct town_block *b, struct town_services *s);

#endif
