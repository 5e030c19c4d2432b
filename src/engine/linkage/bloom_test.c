/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/linkage/bloom.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const unsigned char key_bytes[SECRET_BYTES] = "a key of thirty-two known bytes";

static const struct linkage_filter_plan person = {
    .n_fields = 4,
    .field = {{LINKAGE_FILTER_LETTERS, STR("names"), 150},
              {LINKAGE_FILTER_LETTERS, STR("names"), 150},
              {LINKAGE_FILTER_DIGITS, STR("birth date"), 150},
              {LINKAGE_FILTER_DIGITS, STR("postcode"), 100}},
    .party = STR("a"),
};

static secret *key_of(const unsigned char *bytes)
{
    struct err_info info;
    secret *key;
    assert_int_equal(secret_of(bytes, &key, &info), OK);
    return key;
}

static linkage_coder *coder_of(const struct linkage_filter_plan *plan, const unsigned char *bytes)
{
    struct err_info info;
    linkage_coder *coder;
    secret *key = key_of(bytes);
    assert_int_equal(linkage_coder_new(plan, key, &coder, &info), OK);
    secret_free(key);
    return coder;
}

static struct linkage_filter encode(const struct linkage_filter_plan *plan, const char *const *text,
                                    const char *salt)
{
    struct linkage_filter f;
    str value[LINKAGE_FILTER_FIELDS_MAX];
    linkage_coder *coder = coder_of(plan, key_bytes);
    for (size_t i = 0; i < plan->n_fields; i++)
        value[i] = str_of(text[i]);
    linkage_encode(coder, value, str_of(salt), &f);
    linkage_coder_free(coder);
    return f;
}

static const char *const anna[] = {"Anna", "de Vries", "19800214", "1234AB"};
static const char *const anna_swapped[] = {"De Vries", "ANNA", "1980-02-14", "1234 ab"};
static const char *const anna_misspelt[] = {"Anne", "de Vris", "19800215", "1234AB"};
static const char *const stranger[] = {"Mohammed", "Jansen", "19631130", "9876XY"};
static const char *const nobody[] = {"", "", "", ""};

static void a_filter_has_the_bits_it_was_asked_for(void **state)
{
    (void)state;
    const struct linkage_filter f = encode(&person, anna, "");
    size_t n = 0;
    for (size_t i = 0; i < LINKAGE_FILTER_WORDS; i++)
        n += (size_t)__builtin_popcountll(f.bits[i]);

    assert_int_equal(f.n, n);
    assert_in_range(n, 370, 480); /* 550 places drawn of 1024: about 424 different ones */
}

static void likeness_survives_mistakes_and_not_another_person(void **state)
{
    (void)state;
    const struct linkage_filter a = encode(&person, anna, "");
    const struct linkage_filter swapped = encode(&person, anna_swapped, "");
    const struct linkage_filter misspelt = encode(&person, anna_misspelt, "");
    const struct linkage_filter other = encode(&person, stranger, "");

    assert_int_equal(linkage_dice(&a, &a), LINKAGE_DICE_ONE);
    assert_int_equal(linkage_dice(&a, &swapped), LINKAGE_DICE_ONE);
    assert_in_range(linkage_dice(&a, &misspelt), 7000, 9500);
    assert_in_range(linkage_dice(&a, &other), 3000, 5500);
}

static void another_key_makes_another_filter(void **state)
{
    (void)state;
    unsigned char bytes[SECRET_BYTES];
    memcpy(bytes, key_bytes, sizeof bytes);
    bytes[31] ^= 1;
    linkage_coder *coder = coder_of(&person, bytes);
    const struct linkage_filter a = encode(&person, anna, "");
    struct linkage_filter b;
    str value[4];
    for (size_t i = 0; i < 4; i++)
        value[i] = str_of(anna[i]);

    linkage_encode(coder, value, STR(""), &b);

    assert_in_range(linkage_dice(&a, &b), 3000, 5500); /* as strangers */
    linkage_coder_free(coder);
}

static void a_salt_parts_the_same_persons(void **state)
{
    (void)state;
    const struct linkage_filter plain = encode(&person, anna, "");
    const struct linkage_filter a = encode(&person, anna, "1980");
    const struct linkage_filter again = encode(&person, anna, "1980");
    const struct linkage_filter b = encode(&person, anna, "1981");

    assert_int_equal(linkage_dice(&a, &again), LINKAGE_DICE_ONE);
    assert_in_range(linkage_dice(&a, &b), 3000, 5500);
    assert_in_range(linkage_dice(&a, &plain), 3000, 5500);
}

static size_t n_different(const struct linkage_filter *a, const struct linkage_filter *b)
{
    size_t n = 0;
    for (size_t i = 0; i < LINKAGE_FILTER_WORDS; i++)
        n += (size_t)__builtin_popcountll(a->bits[i] ^ b->bits[i]);
    return n;
}

static void flips_are_as_many_as_asked_the_same_each_time_and_others_for_each_party(void **state)
{
    (void)state;
    struct linkage_filter_plan flipped = person, elsewhere;
    size_t n = 0, n_between = 0;
    flipped.flips = LINKAGE_FILTER_FLIPS;
    elsewhere = flipped;
    elsewhere.party = STR("b");
    linkage_coder *plain = coder_of(&person, key_bytes);
    linkage_coder *here = coder_of(&flipped, key_bytes), *there = coder_of(&elsewhere, key_bytes);

    for (int i = 0; i < 1000; i++) {
        char date[16];
        struct linkage_filter f[4];
        const int length = snprintf(date, sizeof date, "19%06d", i * 997);
        const str value[] = {STR("Anna"), STR("Smit"), {date, (size_t)length}, STR("1234AB")};
        linkage_encode(plain, value, STR(""), f);
        linkage_encode(here, value, STR(""), f + 1);
        linkage_encode(here, value, STR(""), f + 2);
        linkage_encode(there, value, STR(""), f + 3);
        assert_memory_equal(f[1].bits, f[2].bits, sizeof f[1].bits);
        n += n_different(f, f + 1);
        n_between += n_different(f + 1, f + 3);
    }

    assert_in_range(n, 19700, 21300);         /* 2 % of 1,024,000: 20,480, standard deviation 142 */
    assert_in_range(n_between, 39200, 41100); /* 3.92 %: 40,141 */
    linkage_coder_free(plain);
    linkage_coder_free(here);
    linkage_coder_free(there);
}

static void nobody_is_like_nobody(void **state)
{
    (void)state;
    struct linkage_filter_plan flipped = person;
    flipped.flips = LINKAGE_FILTER_FLIPS_MAX;
    const struct linkage_filter none = encode(&flipped, nobody, ""), a = encode(&person, anna, "");

    assert_int_equal(none.n, 0);
    assert_int_equal(linkage_dice(&none, &none), 0);
    assert_int_equal(linkage_dice(&none, &a), 0);
}

static void impossible_plans_are_refused(void **state)
{
    (void)state;
    struct err_info info;
    linkage_coder *coder = NULL;
    secret *key = key_of(key_bytes);
    struct linkage_filter_plan none = person, heavy = person, noisy = person;
    none.n_fields = 0;
    heavy.field[1].quota = LINKAGE_FILTER_QUOTA_MAX + 1;
    noisy.flips = LINKAGE_FILTER_FLIPS_MAX + 1;

    assert_int_equal(linkage_coder_new(&none, key, &coder, &info), E_INPUT);
    assert_int_equal(linkage_coder_new(&heavy, key, &coder, &info), E_INPUT);
    assert_int_equal(linkage_coder_new(&noisy, key, &coder, &info), E_INPUT);

    assert_null(coder);
    secret_free(key);
}

/* ---- many ---- */

enum { N = 700 };

struct side {
    uint64_t bits[N][LINKAGE_FILTER_WORDS];
    uint16_t n_set[N];
    struct linkage_filters filters;
};

/* Filters near those of `like`, each bit flipped with a chance that grows with its number. */
static struct side *random_side(uint64_t stream, const struct side *like)
{
    struct side *s = calloc(1, sizeof *s);
    assert_non_null(s);
    const struct rng_key rng = {.seed = 20261124, .stream = stream};
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < LINKAGE_FILTER_WORDS; k++) {
            const uint64_t at = (i * LINKAGE_FILTER_WORDS + k) * 64;
            uint64_t noise = rng_u64(rng, at);
            for (size_t round = 1; like && round < 1 + i % 6; round++)
                noise &= rng_u64(rng, at + round);
            s->bits[i][k] = like ? like->bits[i][k] ^ noise : noise;
            s->n_set[i] = (uint16_t)(s->n_set[i] + __builtin_popcountll(s->bits[i][k]));
        }
    s->filters = (struct linkage_filters){N, s->bits, s->n_set};
    return s;
}

static struct linkage_filter filter_at(const struct side *s, size_t i)
{
    struct linkage_filter f;
    memcpy(f.bits, s->bits[i], sizeof f.bits);
    f.n = s->n_set[i];
    return f;
}

/* Dice bit by bit. */
static uint16_t dice_by_bits(const struct linkage_filter *a, const struct linkage_filter *b)
{
    unsigned both = 0, all = 0;
    for (size_t i = 0; i < LINKAGE_FILTER_BITS; i++) {
        const unsigned x = a->bits[i / 64] >> i % 64 & 1, y = b->bits[i / 64] >> i % 64 & 1;
        both += x & y;
        all += x + y;
    }
    return (uint16_t)(all ? 2 * LINKAGE_DICE_ONE * both / all : 0);
}

static void one_against_many_is_bit_by_bit(void **state)
{
    (void)state;
    struct side *a = random_side(1, NULL), *b = random_side(2, a);
    uint16_t score[N + 1];
    for (size_t i = 0; i < N; i += 31) {
        const struct linkage_filter f = filter_at(a, i);
        score[N - i] = 12345;

        linkage_dice_many(&f, &b->filters, i, N - i, score);

        for (size_t k = i; k < N; k++) {
            const struct linkage_filter g = filter_at(b, k);
            assert_int_equal(score[k - i], dice_by_bits(&f, &g));
            assert_int_equal(score[k - i], linkage_dice(&f, &g));
        }
        assert_int_equal(score[N - i], 12345);
    }
    free(a);
    free(b);
}

static size_t link_sides(const struct linkage_filters *a, const struct linkage_filters *b,
                         uint16_t threshold, unsigned n_bands, unsigned threads,
                         struct linkage_filter_pair **pair)
{
    struct err_info info;
    size_t n = 0;
    par *pool;
    assert_int_equal(par_new(threads, &pool, &info), OK);
    const struct linkage_filters_ask ask = {
        .side = {a, b}, .threshold = threshold, .n_bands = n_bands, .pool = pool};
    assert_int_equal(linkage_filters_link(&ask, pair, &n, &info), OK);
    par_free(pool);
    return n;
}

static void pairs_are_one_to_one_and_none_better_was_left(void **state)
{
    (void)state;
    struct side *a = random_side(1, NULL), *b = random_side(2, a);
    struct linkage_filter_pair *pair;
    uint32_t best_a[N] = {0}, best_b[N] = {0}; /* score at which each is taken */

    const size_t n = link_sides(&a->filters, &b->filters, 6000, 0, 1, &pair);

    assert_true(n > N / 2 && n < N);
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || pair[i - 1].a < pair[i].a);
        assert_int_equal(best_a[pair[i].a], 0);
        assert_int_equal(best_b[pair[i].b], 0);
        best_a[pair[i].a] = best_b[pair[i].b] = pair[i].score;
    }
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < N; k++) {
            const struct linkage_filter f = filter_at(a, i), g = filter_at(b, k);
            const uint16_t score = dice_by_bits(&f, &g);
            assert_true(score < 6000 || score <= best_a[i] || score <= best_b[k]);
        }
    free(pair);
    free(a);
    free(b);
}

static void threads_and_bands_change_nothing_that_is_found(void **state)
{
    (void)state;
    struct side *a = random_side(1, NULL), *b = random_side(2, a);
    struct linkage_filter_pair *all, *again, *banded;

    const size_t n = link_sides(&a->filters, &b->filters, 8000, 0, 1, &all);
    const size_t n_again = link_sides(&a->filters, &b->filters, 8000, 0, 5, &again);
    const size_t n_banded =
        link_sides(&a->filters, &b->filters, 8000, LINKAGE_FILTER_BANDS_MAX, 3, &banded);

    assert_int_equal(n, n_again);
    assert_memory_equal(all, again, n * sizeof *all);
    assert_int_equal(n, n_banded);
    assert_memory_equal(all, banded, n * sizeof *all);
    free(all);
    free(again);
    free(banded);
    free(a);
    free(b);
}

/* ---- FEBRL 4: 5,000 persons and the same with mistakes (Christen 2005) ---- */

enum { FEBRL = 5000, COLUMNS = 11 };

struct febrl {
    uint64_t bits[FEBRL][LINKAGE_FILTER_WORDS];
    uint16_t n_set[FEBRL];
    int person[FEBRL];
    struct linkage_filters filters;
};

/* In the order of its columns: given name, surname, number, street, locality, suburb, postcode,
 * state, birth date, national number. Weights by how much a field tells, set without the truth. */
static const struct linkage_filter_plan febrl_plan = {
    .n_fields = 10,
    .field = {{LINKAGE_FILTER_LETTERS, STR("names"), 100},
              {LINKAGE_FILTER_LETTERS, STR("names"), 100},
              {LINKAGE_FILTER_DIGITS, STR("number"), 30},
              {LINKAGE_FILTER_LETTERS, STR("street"), 80},
              {LINKAGE_FILTER_LETTERS, STR("street"), 60},
              {LINKAGE_FILTER_LETTERS, STR("suburb"), 70},
              {LINKAGE_FILTER_DIGITS, STR("postcode"), 50},
              {LINKAGE_FILTER_LETTERS, STR("state"), 15},
              {LINKAGE_FILTER_DIGITS, STR("birth date"), 120},
              {LINKAGE_FILTER_DIGITS, STR("national number"), 110}},
};
/* The likeness that one in 100,000 of all pairs reaches, nearly all of them strangers. */
enum { FEBRL_THRESHOLD = 6800 };

static void encode_febrl(const char *name, struct linkage_filter_plan plan, struct febrl *f)
{
    struct err_info info;
    char path[512];
    str text, line;
    const char *root = getenv("ONTSCHOT_SOURCE");
    snprintf(path, sizeof path, "%s/tests/data/linkage/%s", root ? root : ".", name);
    arena *memory = arena_new(1 << 24);
    assert_int_equal(file_read(memory, str_of(path), 1 << 22, &text, &info), OK);
    plan.party = str_of(name);
    linkage_coder *coder = coder_of(&plan, key_bytes);
    f->filters = (struct linkage_filters){0, f->bits, f->n_set};
    assert_true(str_next(&text, '\n', &line)); /* the header */
    while (str_next(&text, '\n', &line)) {
        str column[COLUMNS];
        struct linkage_filter filter;
        for (size_t i = 0; i < COLUMNS; i++) {
            size_t comma = line.n;
            str_find(line, ',', &comma);
            column[i] = str_trim(str_cut(line, 0, comma));
            line = str_cut(line, comma + 1, line.n);
        }
        if (column[0].n == 0)
            continue;
        linkage_encode(coder, column + 1, STR(""), &filter);
        assert_true(f->filters.n < FEBRL);
        f->person[f->filters.n] = (int)strtol(column[0].p + strlen("rec-"), NULL, 10);
        f->n_set[f->filters.n] = filter.n;
        memcpy(f->bits[f->filters.n++], filter.bits, sizeof filter.bits);
    }
    linkage_coder_free(coder);
    arena_free(memory);
    assert_int_equal(f->filters.n, FEBRL);
}

/* 10,000 x F of the pairs found. */
static int64_t febrl_f(const struct linkage_filter_plan *plan, unsigned n_bands)
{
    struct febrl *side[2] = {calloc(1, sizeof *side[0]), calloc(1, sizeof *side[1])};
    struct linkage_filter_pair *pair;
    int64_t n_right = 0;
    assert_true(side[0] && side[1]);
    encode_febrl("febrl4a.csv", *plan, side[0]);
    encode_febrl("febrl4b.csv", *plan, side[1]);

    const size_t n =
        link_sides(&side[0]->filters, &side[1]->filters, FEBRL_THRESHOLD, n_bands, 0, &pair);

    for (size_t i = 0; i < n; i++)
        n_right += side[0]->person[pair[i].a] == side[1]->person[pair[i].b];
    free(pair);
    free(side[0]);
    free(side[1]);
    const int64_t f = 2 * n_right * 10000 / (int64_t)(FEBRL + n);
    print_message("# F %.4f of %zu pairs\n", (double)f / 10000, n);
    return f;
}

static void febrl_is_linked_by_filters_with_its_national_number(void **state)
{
    (void)state;
    assert_true(febrl_f(&febrl_plan, 0) >= 9995);
}

static void febrl_is_linked_by_filters_without_its_national_number(void **state)
{
    (void)state;
    struct linkage_filter_plan plan = febrl_plan;
    plan.n_fields--;
    assert_true(febrl_f(&plan, 0) >= 9950);
    assert_true(febrl_f(&plan, LINKAGE_FILTER_BANDS) >= 9950);
}

static void febrl_is_linked_by_filters_of_which_two_per_cent_is_flipped(void **state)
{
    (void)state;
    struct linkage_filter_plan plan = febrl_plan;
    plan.n_fields--;
    plan.flips = LINKAGE_FILTER_FLIPS;
    assert_true(febrl_f(&plan, 0) >= 9930);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_has_the_bits_it_was_asked_for),
        cmocka_unit_test(likeness_survives_mistakes_and_not_another_person),
        cmocka_unit_test(another_key_makes_another_filter),
        cmocka_unit_test(a_salt_parts_the_same_persons),
        cmocka_unit_test(flips_are_as_many_as_asked_the_same_each_time_and_others_for_each_party),
        cmocka_unit_test(nobody_is_like_nobody),
        cmocka_unit_test(impossible_plans_are_refused),
        cmocka_unit_test(one_against_many_is_bit_by_bit),
        cmocka_unit_test(pairs_are_one_to_one_and_none_better_was_left),
        cmocka_unit_test(threads_and_bands_change_nothing_that_is_found),
        cmocka_unit_test(febrl_is_linked_by_filters_with_its_national_number),
        cmocka_unit_test(febrl_is_linked_by_filters_without_its_national_number),
        cmocka_unit_test(febrl_is_linked_by_filters_of_which_two_per_cent_is_flipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
