/* SPDX-License-Identifier: EUPL-1.2 */
#include "demo/town/services_int.h"

#include <string.h>

enum { YEAR_DAYS = 365, CHILD_AGE = 18, PENSION_AGE = 67 };

static const struct town_product products[] = {
    {false, "01", "01A15", "04", 2, 2, 4, 3150, ""},
    {false, "02", "02A07", "04", 2, 1, 5, 6400, ""},
    {false, "07", "07A12", "16", 2, 2, 8, 4100, ""},
    {false, "11", "11B03", "82", 6, 1, 1, 45000, ""},
    {false, "15", "15A01", "14", 1, 1, 1, 12500, ""},
    {true, "45", "45A05", "04", 2, 1, 3, 9800, "02"},
    {true, "50", "50A10", "04", 2, 1, 2, 8700, "04"},
    {true, "41", "41A03", "16", 2, 2, 6, 7400, "03"},
    {true, "54", "54A02", "84", 6, 4, 20, 9900, "02"},
    {true, "44", "44A09", "14", 1, 1, 1, 19800, "14"},
};
static const double product_share[] = {0.45, 0.30, 0.12, 0.10, 0.03};

/* Of households of a kind: known to the team; known to the social service when the team does. */
static const struct {
    double team, social_too, social_only;
} known[STORIES] = {
    [STORY_SINGLE] = {0.34, 0.50, 0.22},      [STORY_COUPLE] = {0.30, 0.32, 0.13},
    [STORY_FAMILY] = {0.42, 0.42, 0.18},      [STORY_SINGLE_PARENT] = {0.60, 0.65, 0.40},
    [STORY_GENERATIONS] = {0.50, 0.55, 0.25}, [STORY_STUDENTS] = {0.08, 0.30, 0.05},
    [STORY_INSTITUTION] = {0.80, 0.30, 0.15},
};
static const double member_known_team = 0.94, member_known_social = 0.88;

static void draw_known(struct town_block *b, struct dice *d)
{
    int household = -1;
    bool team = false, social = false;
    for (int i = 0; i < b->n_persons; i++) {
        struct town_person *p = &b->person[i];
        const int own = p->in[0].household;
        if (own != household) {
            const enum town_story s = p->story;
            household = own;
            team = dice_chance(d, known[s].team);
            social = dice_chance(d, team ? known[s].social_too : known[s].social_only);
        }
        p->in_team = team && dice_chance(d, member_known_team);
        p->in_social = social && dice_chance(d, member_known_social);
    }
}

/* ---- support and youth help ---- */

static double helped_share(const struct town_person *p, int age)
{
    if (p->story == STORY_INSTITUTION)
        return 0.35;
    return age < CHILD_AGE ? 0.24 : age < 50 ? 0.10 : age < 75 ? 0.20 : 0.55;
}

static void stop_at(struct town_allocation *a, int32_t day, bool is_by_death)
{
    if (day < a->stopped) {
        a->stopped = day > a->started ? day : a->started + 1;
        a->is_by_death = is_by_death;
    }
}

static void draw_allocation(struct town_block *b, struct dice *d, struct town_services *s,
                            int person)
{
    const struct town_person *p = &b->person[person];
    struct town_allocation *a = &s->allocation[s->n_allocations];
    const int32_t from = dice_between(d, b->from - YEAR_DAYS, b->to - 1);
    const bool is_youth = town_age_at(p, from) < CHILD_AGE - 1;
    if (p->born >= from || p->died <= from)
        return;
    *a = (struct town_allocation){
        .person = (int16_t)person,
        .product = &products[(is_youth ? 5 : 0) + dice_row(d, product_share, 5)],
        .number = (int32_t)(b->index * ALLOCATIONS_MAX + s->n_allocations + 1),
        .provider = (int32_t)(99000000 + b->index / DISTRICT_BLOCKS * 100 + is_youth * 50 +
                              (int32_t)dice_below(d, PROVIDERS)),
        .from = from,
        .to = from + dice_between(d, 182, 730),
    };
    a->decided = from - dice_between(d, 3, 25);
    a->started = from + dice_between(d, 0, 20);
    if (a->started >= p->died)
        a->started = from;
    a->volume = dice_between(d, a->product->least, a->product->most);
    a->stopped = TOWN_OPEN;
    stop_at(a, a->to, false);
    if (a->product->frequency == 6)
        stop_at(a, a->started + 30, false);
    if (dice_chance(d, 0.15))
        stop_at(a, dice_between(d, a->started + 14, a->started + 400), false);
    if (p->died != TOWN_OPEN)
        stop_at(a, p->died, true);
    s->n_allocations++;
}

static void draw_help(struct town_block *b, struct dice *d, struct town_services *s)
{
    for (int i = 0; i < b->n_persons; i++) {
        const struct town_person *p = &b->person[i];
        if (!p->in_team || !dice_chance(d, helped_share(p, town_age_at(p, b->from))))
            continue;
        const int n = 1 + (dice_chance(d, 0.3) ? 1 : 0);
        for (int k = 0; k < n && s->n_allocations < ALLOCATIONS_MAX; k++)
            draw_allocation(b, d, s, i);
    }
}

/* ---- benefits ---- */

static bool can_have_benefit(const struct town_block *b, const struct town_person *p)
{
    const int age = town_age_at(p, b->from);
    return p->in_social && p->in[0].role == ROLE_HEAD && age >= CHILD_AGE && age < PENSION_AGE &&
           p->died == TOWN_OPEN && p->story != STORY_INSTITUTION;
}

static int partner_of(const struct town_block *b, const struct town_person *p)
{
    const int other = p->partner;
    const bool lives_with = other != PERSON_NONE && b->person[other].in_social &&
                            p->divorced == TOWN_OPEN &&
                            b->person[other].in[0].household == p->in[0].household;
    return lives_with ? other : PERSON_NONE;
}

static void draw_benefit(struct town_block *b, struct dice *d, struct town_services *s, int person)
{
    static const char *const schemes[] = {"PW", "IOAW", "IOAZ", "Bbz"};
    static const char *const courses[] = {"werkstage", "loonkostensubsidie", "participatieplaats",
                                          "scholing", "proefplaatsing"};
    static const double share[] = {0.93, 0.04, 0.01, 0.02};
    const struct town_person *p = &b->person[person];
    const int partner = partner_of(b, p);
    struct town_benefit *benefit = &s->benefit[s->n_benefits];
    *benefit = (struct town_benefit){
        .person = (int16_t)person,
        .partner = (int16_t)partner,
        .number = (int32_t)(b->index * BENEFITS_MAX + s->n_benefits + 1),
        .scheme = schemes[dice_row(d, share, 4)],
        .from = dice_between(d, b->from - 3 * YEAR_DAYS, b->to - 60),
        .to = TOWN_OPEN,
        .norm_cents = partner != PERSON_NONE ? 183393 : 128373,
        .income_cents = dice_chance(d, 0.2) ? dice_between(d, 100, 700) * 100 : 0,
        .reintegration = dice_chance(d, 0.35) ? courses[dice_below(d, 5)] : NULL,
    };
    if (dice_chance(d, 0.3)) {
        const int32_t first = benefit->from > b->from ? benefit->from : b->from;
        benefit->to = dice_between(d, first + 20, b->to);
    }
    s->n_benefits++;
}

/* ---- debts and early signals ---- */

static void draw_debt(struct town_block *b, struct dice *d, struct town_services *s, int person)
{
    static const char *const solutions[] = {"Schuldbemiddeling", "Saneringskrediet",
                                            "Betalingsregeling", "Herfinanciering"};
    static const char *const reasons[] = {"Afgerond", "Ingetrokken", "Nietverschenen", "Overig"};
    struct town_debt *debt = &s->debt[s->n_debts++];
    const int32_t asked = dice_between(d, b->from, b->to - 1);
    *debt = (struct town_debt){
        .person = (int16_t)person,
        .partner = (int16_t)partner_of(b, &b->person[person]),
        .asked = asked,
        .from = asked + dice_between(d, 5, 40),
        .to = TOWN_OPEN,
        .total_euro = 1000 * dice_between(d, 3, 60) + dice_between(d, 0, 999),
    };
    if (dice_chance(d, 0.6))
        debt->solution = solutions[dice_below(d, 4)];
    const int32_t end = debt->from + dice_between(d, 60, 700);
    if (end < b->to) {
        debt->to = end;
        debt->reason = debt->solution ? reasons[0] : reasons[dice_between(d, 1, 3)];
    }
}

static void draw_signal(struct town_block *b, struct dice *d, struct town_services *s, int person)
{
    static const struct {
        const char *kind, *sender;
    } kinds[] = {{"electricity", "Lichtnet"},     {"gas", "Lichtnet"},
                 {"heat", "Warmtebedrijf Oost"},  {"health-insurance", "Zorgzeker"},
                 {"water", "Waterbedrijf Noord"}, {"rent", "Woningstichting Thuis"}};
    const uint32_t kind = dice_below(d, 6);
    s->signal[s->n_signals++] = (struct town_signal){
        .person = (int16_t)person,
        .kind = kinds[kind].kind,
        .sender = kinds[kind].sender,
        .day = dice_between(d, b->from, b->to - 1),
        .arrears_cents = dice_between(d, 8000, 250000),
        .months = dice_between(d, 1, 6),
    };
}

static void draw_income(struct town_block *b, struct dice *d, struct town_services *s)
{
    for (int i = 0; i < b->n_persons; i++) {
        if (!can_have_benefit(b, &b->person[i]))
            continue;
        if (s->n_benefits < BENEFITS_MAX && dice_chance(d, 0.38))
            draw_benefit(b, d, s, i);
        if (s->n_debts < DEBTS_MAX && dice_chance(d, 0.10))
            draw_debt(b, d, s, i);
        while (s->n_signals < SIGNALS_MAX && dice_chance(d, 0.25))
            draw_signal(b, d, s, i);
    }
}

void town_services_draw(struct town_block *b, struct town_services *s)
{
    struct dice d = dice_new(b->town->seed, "town.services", (uint64_t)b->index);
    s->n_allocations = s->n_benefits = s->n_debts = s->n_signals = 0;
    draw_known(b, &d);
    draw_help(b, &d, s);
    draw_income(b, &d, s);
}
