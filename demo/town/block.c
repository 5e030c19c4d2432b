/* SPDX-License-Identifier: EUPL-1.2 */
/* The people of a block on the first day: households of all kinds, one story after the other. */
#include "demo/town/town_int.h"

#include "base/date.h"

#include <string.h>

enum { YEAR_DAYS = 365, CHILD_LEAVES_UNTIL = 27, INSTITUTION_LEAST = 50, INSTITUTION_MOST = 300 };

/* Shares of households; institutions are drawn once for a block. */
static const double story_share[] = {
    [STORY_SINGLE] = 0.375,        [STORY_COUPLE] = 0.275,     [STORY_FAMILY] = 0.24,
    [STORY_SINGLE_PARENT] = 0.078, [STORY_GENERATIONS] = 0.02, [STORY_STUDENTS] = 0.012,
};
static const double institution_share = 0.10;

static const double origin_share[TOWN_ORIGINS] = {
    [TOWN_DUTCH] = 0.79,      [TOWN_TURKISH] = 0.045, [TOWN_MOROCCAN] = 0.05,
    [TOWN_SURINAMESE] = 0.04, [TOWN_POLISH] = 0.04,   [TOWN_SYRIAN] = 0.035,
};

/* Among those born elsewhere many a birth date was not known when they came: 1 January, 1 July. */
static const double heaped_abroad = 0.08;
static const double twin_chance = 0.016, namesake_chance = 0.04, unmarried_chance = 0.28;

int64_t town_blocks(const struct town *t)
{
    return (t->inhabitants + BLOCK_INHABITANTS - 1) / BLOCK_INHABITANTS;
}

int64_t town_household_number(const struct town_block *b, int household)
{
    return b->index * BLOCK_HOUSEHOLDS_MAX + household + 1;
}

static int32_t born_at(struct town_block *b, int age, enum town_origin origin)
{
    const int32_t born = b->from - age * YEAR_DAYS - age / 4 - dice_between(&b->dice, 0, 364);
    if (origin == TOWN_DUTCH || age < 20 || !dice_chance(&b->dice, heaped_abroad))
        return born;
    const int year = date_ymd_of(born).year;
    return date_day_of((struct date_ymd){year, dice_chance(&b->dice, 0.5) ? 1 : 7, 1});
}

static enum town_origin draw_origin(struct town_block *b)
{
    return (enum town_origin)dice_row(&b->dice, origin_share, TOWN_ORIGINS);
}

static char draw_sex(struct town_block *b)
{
    return dice_chance(&b->dice, 0.5) ? 'M' : 'V';
}

/* They came to the address together, up to fifteen years ago; children not before they were born.
 */
static void settle_in(struct town_block *b, int first, int n, int address)
{
    const int32_t since = b->from - dice_between(&b->dice, 1, 15 * YEAR_DAYS);
    const int household = b->n_households++;
    for (int i = first; i < first + n; i++) {
        struct town_person *p = &b->person[i];
        const int32_t from = p->born > since ? p->born : since;
        p->stay[0] = (struct town_stay){from, TOWN_OPEN, (int16_t)address};
        p->in[0] = (struct town_membership){from, TOWN_OPEN, (int16_t)household, 1000, ROLE_CHILD};
        p->n_stays = p->n_in = 1;
    }
    b->person[first].in[0].role = ROLE_HEAD;
}

static int add_adult(struct town_block *b, char sex, int age, enum town_origin origin)
{
    const int who = town_new_person(b, sex, born_at(b, age, origin), origin);
    town_draw_surname(&b->dice, origin, &b->person[who].surname);
    return who;
}

static char draw_use(struct town_block *b, char sex)
{
    static const double women[] = {0.42, 0.12, 0.36, 0.10}, men[] = {0.93, 0.01, 0.01, 0.05};
    return "EPVN"[dice_row(&b->dice, sex == 'V' ? women : men, 4)];
}

static void pair(struct town_block *b, int a, int other, bool is_married)
{
    struct town_person *p = &b->person[a], *q = &b->person[other];
    p->partner = (int16_t)other;
    q->partner = (int16_t)a;
    p->use = draw_use(b, p->sex);
    q->use = draw_use(b, q->sex);
    if (is_married) {
        const int32_t youngest = p->born > q->born ? p->born : q->born;
        const int32_t adult = youngest + 20 * YEAR_DAYS;
        const int32_t latest = b->from - 1;
        p->married = q->married =
            adult < latest ? dice_between(&b->dice, adult, latest) : TOWN_OPEN;
    }
}

/* Two adults, the first of them the head. */
static int add_couple(struct town_block *b, int age)
{
    const enum town_origin origin = draw_origin(b);
    const enum town_origin other =
        dice_chance(&b->dice, 0.85) ? origin : (enum town_origin)TOWN_DUTCH;
    const bool is_same_sex = dice_chance(&b->dice, 0.03);
    const char sex = is_same_sex ? draw_sex(b) : 'M';
    const int his_age = age + dice_between(&b->dice, -2, 5);
    const int head = add_adult(b, sex, his_age, origin);
    const int partner = add_adult(b, is_same_sex ? sex : 'V', age < 18 ? 18 : age, other);
    pair(b, head, partner,
         !dice_chance(&b->dice, age < 35 ? 2 * unmarried_chance : unmarried_chance));
    return head;
}

static int add_child(struct town_block *b, int32_t born, char sex, int mother, int father)
{
    const int parent = father != PERSON_NONE && dice_chance(&b->dice, 0.95) ? father : mother;
    const int whose = parent == PERSON_NONE ? father : parent;
    const int who = town_new_person(b, sex, born, b->person[whose].origin);
    struct town_person *p = &b->person[who];
    p->mother = (int16_t)mother;
    p->father = (int16_t)father;
    p->surname = b->person[whose].surname;
    const int namesake = sex == 'M' ? father : mother;
    if (namesake != PERSON_NONE && dice_chance(&b->dice, namesake_chance))
        p->given[0] = b->person[namesake].given[0];
    return who;
}

/* One or, seldom, two; the second twin does not get the name of the first. */
int town_give_birth(struct town_block *b, int32_t born, int mother, int father)
{
    const char sex = draw_sex(b);
    const int first = add_child(b, born, sex, mother, father);
    if (!dice_chance(&b->dice, twin_chance) || b->n_persons == BLOCK_PERSONS_MAX)
        return 1;
    const int second =
        add_child(b, born, dice_chance(&b->dice, 0.65) ? sex : draw_sex(b), mother, father);
    struct town_person *p = &b->person[first], *q = &b->person[second];
    p->twin = (int16_t)second;
    q->twin = (int16_t)first;
    q->surname = p->surname;
    while (q->given[0] == p->given[0])
        town_draw_given(&b->dice, q);
    return 2;
}

/* Children of a mother (or, without one, father) of `age`, those still at home. */
static void add_children(struct town_block *b, int mother, int father, int age)
{
    static const double count_share[] = {0.40, 0.42, 0.14, 0.04};
    const int wanted = 1 + (int)dice_row(&b->dice, count_share, 4);
    int oldest = age - dice_between(&b->dice, 21, 34);
    if (oldest < 0)
        oldest = dice_between(&b->dice, 0, 2);
    if (oldest > CHILD_LEAVES_UNTIL)
        oldest = dice_between(&b->dice, 10, CHILD_LEAVES_UNTIL);
    for (int i = 0, child_age = oldest; i < wanted && child_age >= 0;
         i++, child_age -= dice_between(&b->dice, 2, 4))
        i += town_give_birth(b, born_at(b, child_age, TOWN_DUTCH), mother, father) - 1;
}

static void tell_roles(struct town_block *b, int first, int n)
{
    for (int i = first; i < first + n; i++) {
        struct town_person *p = &b->person[i];
        if (i != first && p->partner == first)
            p->in[0].role = ROLE_PARTNER;
    }
}

static int draw_adult_age(struct town_block *b)
{
    static const double share[] = {0.16, 0.16, 0.15, 0.18, 0.16, 0.12, 0.07};
    const int decade = (int)dice_row(&b->dice, share, 7);
    return decade == 0 ? dice_between(&b->dice, 19, 29)
                       : 20 + 10 * decade + dice_between(&b->dice, 0, 9);
}

/* ---- stories ---- */

static void tell_single(struct town_block *b)
{
    add_adult(b, draw_sex(b), draw_adult_age(b), draw_origin(b));
}

static void tell_couple(struct town_block *b)
{
    add_couple(b, draw_adult_age(b));
}

static void tell_family(struct town_block *b)
{
    const int age = dice_between(&b->dice, 25, 56);
    const int head = add_couple(b, age);
    const int partner = b->person[head].partner;
    const bool is_he = b->person[head].sex == 'M';
    add_children(b, is_he ? partner : head, is_he ? head : partner, age);
}

static void tell_single_parent(struct town_block *b)
{
    const int age = dice_between(&b->dice, 24, 54);
    const bool is_mother = dice_chance(&b->dice, 0.83);
    const int parent = add_adult(b, is_mother ? 'V' : 'M', age, draw_origin(b));
    /* the other parent lives elsewhere: half of the children bear his name */
    const int first_child = b->n_persons;
    add_children(b, is_mother ? parent : PERSON_NONE, is_mother ? PERSON_NONE : parent, age);
    if (is_mother && dice_chance(&b->dice, 0.6)) {
        struct town_surname his;
        town_draw_surname(&b->dice, b->person[parent].origin, &his);
        for (int i = first_child; i < b->n_persons; i++)
            b->person[i].surname = his;
    }
}

/* Three generations: a couple with children, and a parent of his or hers. */
static void tell_generations(struct town_block *b)
{
    const int first = b->n_persons;
    tell_family(b);
    struct town_person *child = &b->person[first + (dice_chance(&b->dice, 0.5) ? 1 : 0)];
    const char sex = dice_chance(&b->dice, 0.7) ? 'V' : 'M';
    const int parent = town_new_person(
        b, sex, child->born - dice_between(&b->dice, 22, 32) * YEAR_DAYS, child->origin);
    if (sex == 'M') {
        child->father = (int16_t)parent;
        b->person[parent].surname = child->surname;
    } else {
        child->mother = (int16_t)parent;
        town_draw_surname(&b->dice, child->origin, &b->person[parent].surname);
    }
}

/* Each a household of one at a shared address. */
static void tell_apart(struct town_block *b, enum town_story story, int n)
{
    const int address = town_new_address(b, true);
    const bool is_old = story == STORY_INSTITUTION && dice_chance(&b->dice, 0.65);
    for (int i = 0; i < n; i++) {
        const int age = story == STORY_STUDENTS ? dice_between(&b->dice, 18, 26)
                        : is_old                ? dice_between(&b->dice, 72, 97)
                                                : dice_between(&b->dice, 16, 66);
        const char sex = is_old && dice_chance(&b->dice, 0.4) ? 'V' : draw_sex(b);
        const int who = add_adult(b, sex, age, draw_origin(b));
        settle_in(b, who, 1, address);
        b->person[who].story = story;
        town_live(b, who, 1, story);
    }
}

static void tell(struct town_block *b, enum town_story story, int room)
{
    static void (*const tellers[])(struct town_block *) = {
        [STORY_SINGLE] = tell_single,           [STORY_COUPLE] = tell_couple,
        [STORY_FAMILY] = tell_family,           [STORY_SINGLE_PARENT] = tell_single_parent,
        [STORY_GENERATIONS] = tell_generations,
    };
    if (story == STORY_STUDENTS) {
        const int wanted = dice_between(&b->dice, 3, 9);
        tell_apart(b, story, wanted < room ? wanted : room);
        return;
    }
    const int first = b->n_persons;
    tellers[story](b);
    settle_in(b, first, b->n_persons - first, town_new_address(b, false));
    tell_roles(b, first, b->n_persons - first);
    for (int i = first; i < b->n_persons; i++)
        b->person[i].story = story;
    if (story == STORY_GENERATIONS)
        b->person[b->n_persons - 1].in[0].role = ROLE_PARENT;
    town_live(b, first, b->n_persons - first, story);
}

enum { STORY_PERSONS_MAX = 9 }; /* two adults, a parent and four children of whom two are twins */

void town_block_make(const struct town *t, int64_t index, struct town_block *b)
{
    const int64_t left = t->inhabitants - index * BLOCK_INHABITANTS;
    const int wanted = left < BLOCK_INHABITANTS ? (int)left : BLOCK_INHABITANTS;

    b->town = t;
    b->index = index;
    b->from = date_day_of((struct date_ymd){2024, 1, 1});
    b->to = date_day_of((struct date_ymd){2024 + t->months / 12, 1 + t->months % 12, 1});
    b->dice = dice_new(t->seed, "town.block", (uint64_t)index);
    b->n_addresses = b->n_persons = b->n_households = b->n_born = b->n_moves = 0;
    b->waiting = PERSON_NONE;
    if (wanted == BLOCK_INHABITANTS && dice_chance(&b->dice, institution_share)) {
        const int least = INSTITUTION_LEAST, more = INSTITUTION_MOST - INSTITUTION_LEAST;
        tell_apart(b, STORY_INSTITUTION, least + (int)dice_head(&b->dice, (size_t)more, 2));
    }
    while (b->n_persons - b->n_born < wanted) {
        const int room = wanted - (b->n_persons - b->n_born);
        const enum town_story story = (enum town_story)dice_row(&b->dice, story_share, 6);
        tell(b, room < STORY_PERSONS_MAX && story != STORY_STUDENTS ? STORY_SINGLE : story, room);
    }
    town_settle(b);
}
