/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/linkage/household.h"

#include "base/date.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { PERSONS_MAX = 40 };

struct street {
    struct household_person person[PERSONS_MAX];
    struct household_stay stay[2 * PERSONS_MAX];
    struct household_relation relation[PERSONS_MAX];
    struct household_ask ask;
    arena *memory;
    struct household_member *member;
    size_t n;
};

static int32_t day(int year, int month, int d)
{
    return date_day_of((struct date_ymd){year, month, d});
}

static void street_new(struct street *s)
{
    memset(s, 0, sizeof *s);
    s->memory = arena_new(1 << 24);
    assert_non_null(s->memory);
    s->ask.person = s->person;
    s->ask.stay = s->stay;
    s->ask.relation = s->relation;
}

static uint32_t add(struct street *s, int born, uint32_t surname, uint32_t address, int32_t from)
{
    const uint32_t p = (uint32_t)s->ask.n_persons++;
    s->person[p] = (struct household_person){day(born, 5, 5), surname, 0};
    s->stay[s->ask.n_stays++] = (struct household_stay){p, address, from, HOUSEHOLD_OPEN};
    return p;
}

static void stay(struct street *s, uint32_t p, uint32_t address, int32_t from, int32_t to)
{
    s->stay[s->ask.n_stays++] = (struct household_stay){p, address, from, to};
}

static void relate(struct street *s, uint32_t p, uint32_t other, enum household_tie tie,
                   int32_t from, int32_t to)
{
    s->relation[s->ask.n_relations++] = (struct household_relation){p, other, tie, from, to};
}

static void form(struct street *s, enum household_kind kind)
{
    struct err_info info;
    s->ask.kind = kind;
    assert_int_equal(household_form(&s->ask, s->memory, &s->member, &s->n, &info), OK);
}

static uint32_t at(const struct street *s, uint32_t person, int32_t when)
{
    uint32_t household[PERSONS_MAX];
    household_on(s->member, s->n, when, s->ask.n_persons, household);
    return household[person];
}

static const int32_t long_ago = 12000; /* 2002 */

static void a_family_is_one_household_and_adult_children_have_a_benefit_unit_of_their_own(void **x)
{
    struct street s;
    (void)x;
    street_new(&s);
    const uint32_t mother = add(&s, 1970, 1, 7, long_ago), father = add(&s, 1968, 2, 7, long_ago);
    const uint32_t grown = add(&s, 2000, 2, 7, long_ago),
                   child = add(&s, 2012, 2, 7, day(2012, 5, 5));
    relate(&s, mother, father, HOUSEHOLD_PARTNER, day(1995, 1, 1), HOUSEHOLD_OPEN);
    relate(&s, grown, mother, HOUSEHOLD_PARENT, day(2000, 5, 5), HOUSEHOLD_OPEN);
    relate(&s, child, mother, HOUSEHOLD_PARENT, day(2012, 5, 5), HOUSEHOLD_OPEN);
    const int32_t when = day(2024, 1, 1);

    form(&s, HOUSEHOLD_CARE);
    assert_int_equal(at(&s, mother, when), at(&s, father, when));
    assert_int_equal(at(&s, mother, when), at(&s, grown, when));
    assert_int_equal(at(&s, mother, when), at(&s, child, when));
    form(&s, HOUSEHOLD_BENEFIT);

    assert_int_equal(at(&s, mother, when), at(&s, father, when));
    assert_int_equal(at(&s, mother, when), at(&s, child, when));
    assert_int_not_equal(at(&s, mother, when), at(&s, grown, when));
    assert_int_equal(at(&s, mother, day(2018, 5, 4)), at(&s, grown, day(2018, 5, 4)));
    assert_int_not_equal(at(&s, mother, day(2018, 5, 5)), at(&s, grown, day(2018, 5, 5)));
    assert_int_not_equal(at(&s, mother, day(2030, 5, 5)), at(&s, child, day(2030, 5, 5)));
    arena_free(s.memory);
}

static void students_and_who_lived_there_before_are_strangers(void **x)
{
    struct street s;
    (void)x;
    street_new(&s);
    const uint32_t ghost = add(&s, 1980, 9, 3, long_ago),
                   one = add(&s, 2003, 1, 3, day(2022, 9, 1));
    const uint32_t other = add(&s, 2004, 2, 3, day(2023, 9, 1));

    form(&s, HOUSEHOLD_CARE);

    const int32_t when = day(2024, 1, 1);
    assert_int_not_equal(at(&s, ghost, when), at(&s, one, when));
    assert_int_not_equal(at(&s, one, when), at(&s, other, when));
    arena_free(s.memory);
}

static void a_couple_that_came_on_one_day_is_a_household_without_papers(void **x)
{
    struct street s;
    (void)x;
    street_new(&s);
    const uint32_t one = add(&s, 1990, 1, 3, day(2020, 2, 3)),
                   two = add(&s, 1993, 2, 3, day(2020, 2, 3));

    form(&s, HOUSEHOLD_BENEFIT);

    assert_int_equal(at(&s, one, day(2021, 1, 1)), at(&s, two, day(2021, 1, 1)));
    assert_int_equal(at(&s, one, day(2020, 2, 2)), 0);
    arena_free(s.memory);
}

static void who_leaves_gets_a_new_household_and_the_rest_goes_on(void **x)
{
    struct street s;
    (void)x;
    street_new(&s);
    const uint32_t mother = add(&s, 1975, 1, 3, long_ago),
                   daughter = add(&s, 2004, 1, 3, day(2004, 5, 5));
    const uint32_t son = add(&s, 2007, 1, 3, day(2007, 5, 5));
    relate(&s, daughter, mother, HOUSEHOLD_PARENT, day(2004, 5, 5), HOUSEHOLD_OPEN);
    relate(&s, son, mother, HOUSEHOLD_PARENT, day(2007, 5, 5), HOUSEHOLD_OPEN);
    stay(&s, daughter, 8, day(2024, 3, 1), HOUSEHOLD_OPEN);

    form(&s, HOUSEHOLD_CARE);

    const uint32_t home = at(&s, mother, day(2003, 1, 1));
    assert_int_equal(at(&s, daughter, day(2024, 2, 29)), home);
    assert_int_not_equal(at(&s, daughter, day(2024, 3, 1)), home);
    assert_int_equal(at(&s, mother, day(2024, 3, 1)), home);
    assert_int_equal(at(&s, son, day(2024, 3, 1)), home);
    arena_free(s.memory);
}

static void a_child_of_parents_who_parted_is_half_in_two_households(void **x)
{
    struct street s;
    (void)x;
    street_new(&s);
    const uint32_t mother = add(&s, 1980, 1, 3, long_ago), father = add(&s, 1980, 2, 3, long_ago);
    const uint32_t child = add(&s, 2015, 2, 3, day(2015, 5, 5));
    const int32_t parted = day(2024, 6, 1), ended = day(2025, 6, 1);
    relate(&s, mother, father, HOUSEHOLD_PARTNER, long_ago, parted);
    relate(&s, child, mother, HOUSEHOLD_PARENT, day(2015, 5, 5), HOUSEHOLD_OPEN);
    relate(&s, child, father, HOUSEHOLD_PARENT, day(2015, 5, 5), HOUSEHOLD_OPEN);
    relate(&s, child, father, HOUSEHOLD_HALF, parted, ended);
    stay(&s, father, 4, parted, HOUSEHOLD_OPEN);

    form(&s, HOUSEHOLD_CARE);

    int shares = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.member[i].person != child || s.member[i].share_milli != 500)
            continue;
        shares += s.member[i].share_milli;
        assert_int_equal(s.member[i].from, parted);
        assert_int_equal(s.member[i].to, ended);
        assert_true(s.member[i].household == at(&s, mother, parted) ||
                    s.member[i].household == at(&s, father, parted));
    }
    assert_int_equal(shares, 1000);
    assert_int_not_equal(at(&s, mother, parted), at(&s, father, parted));
    assert_int_equal(at(&s, child, ended), at(&s, mother, ended));
    arena_free(s.memory);
}

static void in_an_institution_only_who_are_related_belong_together(void **x)
{
    struct street s;
    uint32_t p[20];
    (void)x;
    street_new(&s);
    for (uint32_t i = 0; i < 20; i++)
        p[i] = add(&s, 1940, 5, 3, long_ago);
    relate(&s, p[3], p[4], HOUSEHOLD_PARTNER, long_ago, HOUSEHOLD_OPEN);

    form(&s, HOUSEHOLD_CARE);

    const int32_t when = day(2024, 1, 1);
    assert_int_equal(at(&s, p[3], when), at(&s, p[4], when));
    assert_int_not_equal(at(&s, p[0], when), at(&s, p[1], when));
    arena_free(s.memory);
}

static void a_child_with_an_old_address_is_with_its_parent(void **x)
{
    struct street s;
    (void)x;
    street_new(&s);
    const uint32_t mother = add(&s, 1985, 1, 3, long_ago),
                   child = add(&s, 2018, 2, 9, day(2018, 5, 5));
    const uint32_t stranger = add(&s, 1950, 3, 9, day(2020, 1, 1));
    relate(&s, child, mother, HOUSEHOLD_PARENT, day(2018, 5, 5), HOUSEHOLD_OPEN);

    form(&s, HOUSEHOLD_CARE);

    const int32_t when = day(2024, 1, 1);
    assert_int_equal(at(&s, child, when), at(&s, mother, when));
    assert_int_not_equal(at(&s, child, when), at(&s, stranger, when));
    arena_free(s.memory);
}

/* Any input: memberships do not overlap, and cover each stay. */
static void memberships_cover_the_days_that_somebody_stays_and_no_others(void **x)
{
    (void)x;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct street s;
        const struct rng_key key = {seed, rng_stream("household-test", 0)};
        street_new(&s);
        for (uint32_t i = 0; i < 20; i++) {
            uint32_t bits[4], more[4];
            rng_bits(key, 2 * i, bits);
            rng_bits(key, 2 * i + 1, more);
            const int32_t from = 15000 + (int32_t)(bits[0] % 40) * 50;
            const uint32_t p =
                add(&s, 1960 + (int)(bits[1] % 60), 1 + bits[2] % 6, bits[3] % 6, from);
            stay(&s, p, more[0] % 6, from + 300, from + 900);
            if (i > 1)
                relate(&s, p, more[1] % i, (enum household_tie)(more[2] % 4), from, from + 700);
        }

        form(&s, (enum household_kind)(seed % 2));

        for (uint32_t p = 0; p < s.ask.n_persons; p++) {
            const int32_t from = s.stay[2 * p].from;
            int64_t days_milli = 0;
            for (size_t i = 0; i < s.n; i++)
                if (s.member[i].person == p)
                    days_milli +=
                        (int64_t)(s.member[i].to - s.member[i].from) * s.member[i].share_milli;
            assert_int_equal(days_milli, 900 * 1000);
            assert_int_equal(at(&s, p, from - 1), 0);
            assert_int_not_equal(at(&s, p, from), 0);
            assert_int_equal(at(&s, p, from + 900), 0);
        }
        arena_free(s.memory);
    }
}

static void a_wrong_person_or_day_is_refused_and_nothing_is_given(void **x)
{
    struct street s;
    struct err_info info;
    (void)x;
    street_new(&s);
    add(&s, 1980, 1, 1, long_ago);
    s.stay[0].to = s.stay[0].from;

    assert_int_equal(household_form(&s.ask, s.memory, &s.member, &s.n, &info), E_INPUT);
    assert_string_equal(info.msg.key, "household.bad-stay");
    assert_null(s.member);
    s.stay[0].to = HOUSEHOLD_OPEN;
    relate(&s, 0, 1, HOUSEHOLD_PARTNER, 1, 2);

    assert_int_equal(household_form(&s.ask, s.memory, &s.member, &s.n, &info), E_INPUT);
    assert_string_equal(info.msg.key, "household.bad-relation");
    arena_free(s.memory);
}

/* Worked by hand: {1 2}{3}{4 5} found, {1 2 3}{4 5} true, and one without a truth. */
static void the_score_is_that_of_a_worked_example(void **x)
{
    const uint32_t found[] = {1, 1, 2, 3, 3, 3}, truth[] = {7, 7, 7, 8, 8, 0};
    struct household_score s;
    struct err_info info;
    (void)x;

    assert_int_equal(household_evaluate(found, truth, 6, &s, &info), OK);

    assert_int_equal(s.n_persons, 5);
    assert_int_equal(s.n_found, 3);
    assert_int_equal(s.n_true, 2);
    assert_int_equal(s.n_same, 1);
    assert_true(s.b3_precision == 1);
    assert_float_equal(s.b3_recall, (2. / 3 + 2. / 3 + 1. / 3 + 1 + 1) / 5, 1e-12);
    assert_float_equal(s.exact_precision, 1. / 3, 1e-12);
    assert_float_equal(s.exact_recall, 1. / 2, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_family_is_one_household_and_adult_children_have_a_benefit_unit_of_their_own),
        cmocka_unit_test(students_and_who_lived_there_before_are_strangers),
        cmocka_unit_test(a_couple_that_came_on_one_day_is_a_household_without_papers),
        cmocka_unit_test(who_leaves_gets_a_new_household_and_the_rest_goes_on),
        cmocka_unit_test(a_child_of_parents_who_parted_is_half_in_two_households),
        cmocka_unit_test(in_an_institution_only_who_are_related_belong_together),
        cmocka_unit_test(a_child_with_an_old_address_is_with_its_parent),
        cmocka_unit_test(memberships_cover_the_days_that_somebody_stays_and_no_others),
        cmocka_unit_test(a_wrong_person_or_day_is_refused_and_nothing_is_given),
        cmocka_unit_test(the_score_is_that_of_a_worked_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
