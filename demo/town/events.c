/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What happens to people: children are born, couples marry or part, the young leave, singles find
 * one another, households move, people die. Who moves goes where another left, if somebody did, so
 * that an address has had other people.
 */
#include "demo/town/town_int.h"

#include <stdlib.h>
#include <string.h>

enum { YEAR_DAYS = 365, ADULT_DAYS = 18 * 365 + 4 };

/* A year's chances. */
static const double moves[STORIES] = {
    [STORY_SINGLE] = 0.10,        [STORY_COUPLE] = 0.06,      [STORY_FAMILY] = 0.05,
    [STORY_SINGLE_PARENT] = 0.08, [STORY_GENERATIONS] = 0.03,
};
static const double parts = 0.025, marries = 0.06, bears = 0.10, leaves = 0.10, finds = 0.035;
static const double weekly_shared = 0.4; /* of children whose parents part */

static double years(const struct town_block *b)
{
    return (b->to - b->from) / 365.25;
}

static int32_t some_day(struct town_block *b)
{
    return dice_between(&b->dice, b->from + 1, b->to - 1);
}

static bool happens(struct town_block *b, double a_year)
{
    const double p = a_year * years(b);
    return dice_chance(&b->dice, p < 0.5 ? p : 0.5);
}

int town_age_at(const struct town_person *p, int32_t day)
{
    return (int)((day - p->born) / 365.2425);
}

bool town_is_married_at(const struct town_person *p, int32_t day)
{
    return p->married <= day && day < p->divorced;
}

const struct town_address *town_address_at(const struct town_block *b, const struct town_person *p,
                                           int32_t day)
{
    int at = 0;
    for (int i = 0; i < p->n_stays; i++)
        if (p->stay[i].from <= day)
            at = i;
    return &b->address[p->stay[at].address];
}

static void join(struct town_person *p, int32_t day, int household, enum town_role role)
{
    p->in[p->n_in - 1].to = day;
    p->in[p->n_in++] = (struct town_membership){day, TOWN_OPEN, (int16_t)household, 1000, role};
}

static struct town_move *plan_move(struct town_block *b, int32_t day)
{
    struct town_move *m = &b->move[b->n_moves++];
    *m = (struct town_move){.day = day, .left = -1, .to = -1};
    return m;
}

static void add_mover(struct town_move *m, int who)
{
    m->who[m->n++] = (int16_t)who;
}

/* ---- what happens in one story ---- */

static void part(struct town_block *b, int first, int n)
{
    struct town_person *p = &b->person[first], *q = &b->person[p->partner];
    const int32_t day = some_day(b);
    const int leaver = dice_chance(&b->dice, 0.7) ? first : p->partner;
    const int household = b->n_households++;

    p->divorced = q->divorced = day;
    struct town_move *m = plan_move(b, day);
    add_mover(m, leaver);
    join(&b->person[leaver], day, household, ROLE_HEAD);
    struct town_person *stays = &b->person[b->person[leaver].partner];
    stays->in[stays->n_in - 1].role = ROLE_HEAD;
    for (int i = first; i < first + n; i++) {
        struct town_person *child = &b->person[i];
        const bool is_theirs = child->mother >= first || child->father >= first;
        if (!is_theirs || i == first || i == p->partner || day - child->born > ADULT_DAYS ||
            child->born >= day || !dice_chance(&b->dice, weekly_shared))
            continue;
        const struct town_membership home = child->in[child->n_in - 1];
        join(child, day, home.household, ROLE_CHILD);
        child->in[child->n_in - 1].share_milli = 500;
        child->in[child->n_in++] =
            (struct town_membership){day, TOWN_OPEN, (int16_t)household, 500, ROLE_CHILD};
    }
}

static void move_together(struct town_block *b, int first, int n)
{
    struct town_move *m = plan_move(b, some_day(b));
    m->left = b->person[first].stay[0].address;
    for (int i = first; i < first + n; i++)
        add_mover(m, i);
}

static void leave_home(struct town_block *b, int who)
{
    const int32_t day = some_day(b);
    add_mover(plan_move(b, day), who);
    join(&b->person[who], day, b->n_households++, ROLE_HEAD);
}

/* Into the home of her or his parents; `home` tells since when they live where. */
static void be_born(struct town_block *b, int who, const struct town_person *home)
{
    struct town_person *p = &b->person[who];
    p->stay[0] = home->stay[0];
    p->in[0] = home->in[0];
    p->stay[0].from = p->in[0].from = p->born;
    p->in[0].role = ROLE_CHILD;
    p->n_stays = p->n_in = 1;
    p->story = home->story;
    b->n_born++;
}

static int bear(struct town_block *b, int first)
{
    const struct town_person *head = &b->person[first];
    const int mother = head->sex == 'V' ? first : head->partner;
    const int father = head->sex == 'V' ? head->partner : first;
    if (mother == PERSON_NONE || b->person[mother].sex != 'V' ||
        b->n_persons + 2 > BLOCK_PERSONS_MAX)
        return 0;
    const int age = town_age_at(&b->person[mother], b->from);
    if (age < 22 || age > 40 || !happens(b, bears))
        return 0;
    const int at = b->n_persons;
    const int n = town_give_birth(b, some_day(b), mother, father);
    for (int i = at; i < at + n; i++)
        be_born(b, i, &b->person[first]);
    return n;
}

static void marry(struct town_block *b, int first)
{
    struct town_person *p = &b->person[first], *q = &b->person[p->partner];
    p->married = q->married = some_day(b);
}

/* The one who waits is found by a single of the other sex and about the same age. */
static void find(struct town_block *b, int who)
{
    struct town_person *p = &b->person[who];
    const int age = town_age_at(p, b->from);
    if (age < 20 || age > 60)
        return;
    struct town_person *q = b->waiting == PERSON_NONE ? NULL : &b->person[b->waiting];
    const int32_t apart = q ? p->born - q->born : 0;
    if (!q || q->sex == p->sex || apart > 8 * YEAR_DAYS || apart < -8 * YEAR_DAYS) {
        b->waiting = (int16_t)who;
        return;
    }
    const int32_t day = some_day(b);
    struct town_move *m = plan_move(b, day);
    m->left = p->stay[0].address;
    m->to = q->stay[0].address;
    add_mover(m, who);
    join(p, day, q->in[0].household, ROLE_PARTNER);
    p->partner = b->waiting;
    q->partner = (int16_t)who;
    b->waiting = PERSON_NONE;
}

void town_live(struct town_block *b, int first, int n, enum town_story story)
{
    struct town_person *head = &b->person[first];
    const bool has_partner = head->partner != PERSON_NONE;
    if (story == STORY_STUDENTS || story == STORY_INSTITUTION ||
        b->n_households + 8 > BLOCK_HOUSEHOLDS_MAX)
        return;
    if (story == STORY_SINGLE && happens(b, finds)) {
        find(b, first);
        return;
    }
    if (has_partner && happens(b, parts)) {
        part(b, first, n);
        return;
    }
    if (has_partner && head->married == TOWN_OPEN && happens(b, marries))
        marry(b, first);
    n += has_partner && story != STORY_GENERATIONS ? bear(b, first) : 0;
    if (happens(b, moves[story])) {
        move_together(b, first, n);
        return;
    }
    for (int i = first + 1; i < first + n; i++) {
        const struct town_person *p = &b->person[i];
        if (p->in[0].role == ROLE_CHILD && b->from - p->born > ADULT_DAYS && happens(b, leaves))
            leave_home(b, i);
    }
}

/* ---- when all stories are told ---- */

static int by_day(const void *a, const void *b)
{
    const struct town_move *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return x->who[0] < y->who[0] ? -1 : x->who[0] > y->who[0];
}

/* An address that was left before the day, if there is one; a new one otherwise. */
static int find_address(struct town_block *b, int32_t day, int *n_left)
{
    for (int i = 0; i < *n_left; i++) {
        if (b->left[i].day > day)
            break;
        const int at = b->left[i].address;
        memmove(&b->left[i], &b->left[i + 1], (size_t)(*n_left - i - 1) * sizeof b->left[0]);
        --*n_left;
        return at;
    }
    return b->n_addresses < BLOCK_ADDRESSES_MAX ? town_new_address(b, false) : -1;
}

/* Born after the move: at the new address from the start. */
static void stay_at(struct town_person *p, int32_t day, int address)
{
    struct town_stay *last = &p->stay[p->n_stays - 1];
    if (last->from >= day) {
        last->address = (int16_t)address;
        return;
    }
    last->to = day;
    p->stay[p->n_stays++] = (struct town_stay){day, TOWN_OPEN, (int16_t)address};
}

static void move_all(struct town_block *b)
{
    int n_left = 0;
    qsort(b->move, (size_t)b->n_moves, sizeof b->move[0], by_day);
    for (int i = 0; i < b->n_moves; i++) {
        const struct town_move *m = &b->move[i];
        const int address = m->to >= 0 ? m->to : find_address(b, m->day, &n_left);
        if (address < 0)
            continue;
        for (int k = 0; k < m->n; k++)
            stay_at(&b->person[m->who[k]], m->day, address);
        if (m->left >= 0)
            b->left[n_left++] = (struct town_left){m->day, m->left};
    }
}

static double dies_a_year(int age)
{
    return age < 50 ? 0.0008 : age < 65 ? 0.005 : age < 75 ? 0.014 : age < 85 ? 0.05 : 0.16;
}

static void die(struct town_block *b, struct town_person *p)
{
    if (p->born >= b->from || !happens(b, dies_a_year(town_age_at(p, b->from))))
        return;
    p->died = some_day(b);
    while (p->n_stays > 1 && p->stay[p->n_stays - 1].from >= p->died)
        p->n_stays--;
    while (p->n_in > 1 && p->in[p->n_in - 1].from >= p->died)
        p->n_in--;
    for (int i = 0; i < p->n_stays; i++)
        if (p->stay[i].to > p->died)
            p->stay[i].to = p->died;
    for (int i = 0; i < p->n_in; i++)
        if (p->in[i].to > p->died)
            p->in[i].to = p->died;
}

void town_settle(struct town_block *b)
{
    move_all(b);
    for (int i = 0; i < b->n_persons; i++) {
        struct town_person *p = &b->person[i];
        /* where somebody else lives now, or did */
        do
            p->former_address = (int16_t)dice_below(&b->dice, (uint32_t)b->n_addresses);
        while (p->former_address == p->stay[0].address && b->n_addresses > 1);
        die(b, p);
    }
}
