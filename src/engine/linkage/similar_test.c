/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/linkage/similar.c" /* for the kernels of each width */

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const struct rng_key key = {.seed = 20261124};

static struct linkage_word word_of(const char *text)
{
    struct linkage_word w;
    linkage_fold_text(str_of(text), &w);
    return w;
}

static uint16_t similar(const char *a, const char *b)
{
    const struct linkage_word x = word_of(a), y = word_of(b);
    return linkage_similar(&x, &y);
}

/*
 * A word of up to `max` of the first `letters` letters. Every third is like the one before, with
 * letters changed, dropped and swapped, so that all sorts of likeness occur.
 */
static struct linkage_word random_word(uint64_t counter, unsigned max, unsigned letters,
                                       const struct linkage_word *like)
{
    struct linkage_word w = {0};
    uint32_t bits[4];
    rng_bits(key, counter << 8, bits);
    w.n = (uint8_t)(bits[0] % (max + 1));
    for (unsigned i = 0; i < w.n; i++) {
        rng_bits(key, counter << 8 | (i + 1), bits);
        w.letter[i] = (uint8_t)(1 + bits[0] % letters);
    }
    if (!like || bits[1] % 3)
        return w;
    struct linkage_word close = *like;
    for (unsigned i = 0; i + 1 < close.n; i++) {
        rng_bits(key, counter << 8 | (i + 64), bits);
        if (bits[0] % 5 == 0) {
            const uint8_t swap = close.letter[i];
            close.letter[i] = close.letter[i + 1];
            close.letter[i + 1] = swap;
        } else if (bits[0] % 7 == 0) {
            close.letter[i] = (uint8_t)(1 + bits[1] % letters);
        }
    }
    return close;
}

/*
 * Jaro (1989) and Winkler (1990) as the textbook has them: two arrays of flags, and a fraction kept
 * as numerator and denominator until the end.
 */
static uint16_t textbook(const struct linkage_word *a, const struct linkage_word *b)
{
    bool flag_a[LINKAGE_WORD_MAX] = {0}, flag_b[LINKAGE_WORD_MAX] = {0};
    if (a->n == 0 && b->n == 0)
        return LINKAGE_SIMILAR_ONE;
    const int longest = a->n > b->n ? a->n : b->n;
    const int reach = longest / 2 - 1 > 0 ? longest / 2 - 1 : 0;
    int64_t common = 0, moved = 0, start = 0;
    for (int i = 0; i < a->n; i++)
        for (int j = 0; j < b->n; j++)
            if (!flag_a[i] && !flag_b[j] && j >= i - reach && j <= i + reach &&
                a->letter[i] == b->letter[j]) {
                flag_a[i] = flag_b[j] = true;
                common++;
            }
    if (common == 0)
        return 0;
    for (int i = 0, j = 0; i < a->n; i++) {
        if (!flag_a[i])
            continue;
        while (!flag_b[j])
            j++;
        moved += a->letter[i] != b->letter[j++];
    }
    while (start < 4 && start < a->n && start < b->n && a->letter[start] == b->letter[start])
        start++;
    /* common / |a| + common / |b| + (common - moved / 2) / common, over 3 */
    const int64_t parts = (int64_t)a->n * b->n * common * 3;
    int64_t top =
        common * b->n * common + common * a->n * common + (common - moved / 2) * a->n * b->n;
    if (top * 10 > parts * 7)
        top = (top * (10 - start) + parts * start) * 1000 / parts;
    else
        top = top * 10000 / parts;
    return (uint16_t)top;
}

static void published_values_are_met(void **state)
{
    (void)state;
    /* Winkler 1990 and the table of his 1994 report (Census RR94/05), cut to four places there */
    assert_int_equal(similar("MARTHA", "MARHTA"), 9611);
    assert_int_equal(similar("DWAYNE", "DUANE"), 8400);
    assert_int_equal(similar("DIXON", "DICKSONX"), 8133);
    assert_int_equal(similar("SHACKLEFORD", "SHACKELFORD"), 9818);
    assert_int_equal(similar("DUNNINGHAM", "CUNNIGHAM"), 8962);
    assert_int_equal(similar("NICHLESON", "NICHULSON"), 9555);
    assert_int_equal(similar("MASSEY", "MASSIE"), 9333);
    assert_int_equal(similar("ABROMS", "ABRAMS"), 9222);
    assert_int_equal(similar("JERALDINE", "GERALDINE"), 9259);
    assert_int_equal(similar("MICHELLE", "MICHAEL"), 9214);
    assert_int_equal(similar("JULIES", "JULIUS"), 9333);
    assert_int_equal(similar("TANYA", "TONYA"), 8800);
    assert_int_equal(similar("SEAN", "SUSAN"), 8050);
    assert_int_equal(similar("JON", "JAN"), 8000);
}

static void ends_of_the_scale(void **state)
{
    (void)state;
    assert_int_equal(similar("", ""), LINKAGE_SIMILAR_ONE);
    assert_int_equal(similar("a", ""), 0);
    assert_int_equal(similar("", "a"), 0);
    assert_int_equal(similar("a", "a"), LINKAGE_SIMILAR_ONE);
    assert_int_equal(similar("a", "b"), 0);
    assert_int_equal(similar("1234ab12", "1234ab12"), LINKAGE_SIMILAR_ONE);
    assert_int_equal(similar("abcdefghijklmnopqrstuvwxyzabcde", "abcdefghijklmnopqrstuvwxyzabcde"),
                     LINKAGE_SIMILAR_ONE);
}

static void scores_are_those_of_the_textbook_and_symmetric(void **state)
{
    (void)state;
    struct linkage_word before = word_of("jansen");
    for (uint64_t round = 0; round < 60000; round++) {
        const unsigned max = round % 4 == 0 ? 31 : 12, letters = round % 3 == 0 ? 36 : 4;
        const struct linkage_word a = random_word(2 * round, max, letters, NULL);
        const struct linkage_word b = random_word(2 * round + 1, max, letters, &a);

        const uint16_t score = linkage_similar(&a, &b);

        assert_int_equal(score, textbook(&a, &b));
        assert_int_equal(score, linkage_similar(&b, &a));
        assert_int_equal(linkage_similar(&before, &a), textbook(&before, &a));
        before = b;
    }
}

enum { MANY = 500 };

static void one_against_many_is_one_by_one(void **state)
{
    (void)state;
    static struct linkage_word words[MANY];
    static uint16_t score[MANY + 1];
    for (uint64_t round = 0; round < 200; round++) {
        const unsigned max = round % 4 == 0 ? 31 : round % 4 == 1 ? 16 : 9;
        const unsigned letters = round % 3 == 0 ? 36 : 5;
        const struct linkage_word a = random_word(round << 20, max, letters, NULL);
        const size_t n = round < 100 ? round : MANY;
        for (size_t i = 0; i < n; i++)
            words[i] = random_word((round << 20) + 1 + i, max, letters, &a);
        score[n] = 12345;

        linkage_similar_many(&a, words, n, score);

        for (size_t i = 0; i < n; i++)
            assert_int_equal(score[i], textbook(&a, words + i));
        assert_int_equal(score[n], 12345);
    }
}

typedef void block_fn(const struct linkage_word *a, const struct linkage_word *b, uint16_t *score);

static void assert_textbook(block_fn *similar_block)
{
    struct linkage_word words[BLOCK];
    uint16_t score[BLOCK];
    for (uint64_t round = 0; round < 400; round++) {
        const unsigned max = round % 4 == 0 ? 31 : 9, letters = round % 3 == 0 ? 36 : 4;
        struct linkage_word a = random_word(round << 20, WIDE_MAX - 1, letters, NULL);
        a.letter[a.n++] = 1; /* never empty */
        for (size_t i = 0; i < BLOCK; i++)
            words[i] = random_word((round << 20) + 1 + i, max, letters, &a);

        similar_block(&a, words, score);

        for (size_t i = 0; i < BLOCK; i++)
            assert_int_equal(score[i], textbook(&a, words + i));
    }
}

static void every_vector_width_gives_the_textbooks_scores(void **state)
{
    (void)state;
    assert_textbook(similar_block_plain);
#ifdef __x86_64__
    if (KERNEL_HAS_AVX2)
        assert_textbook(similar_block_avx2);
    if (KERNEL_HAS_AVX512)
        assert_textbook(similar_block_avx512);
#endif
}

/* All that a score can depend on: rounding of the fraction never crosses a whole number. */
static void the_fraction_is_rounded_down_for_all_words_there_can_be(void **state)
{
    (void)state;
    for (int na = 1; na <= LINKAGE_WORD_MAX; na++)
        for (int nb = 1; nb <= LINKAGE_WORD_MAX; nb++)
            for (int m = 1; m <= na && m <= nb; m++)
                for (int half = 0; half <= m / 2; half++)
                    for (int start = 0; start <= PREFIX_MAX && start <= m; start++) {
                        const int64_t one = 3 * m * na * nb;
                        const int64_t jaro = m * m * (na + nb) + (m - half) * na * nb;
                        const int64_t boost = 10 * jaro > 7 * one ? start : 0;
                        const int64_t exact = 1000 * (jaro * (10 - boost) + boost * one) / one;
                        assert_int_equal(score_of(na, nb, m, half, start), exact);
                    }
}

/* Optimal string alignment by its recurrence, the whole table. */
static unsigned table_of_edits(const struct linkage_word *a, const struct linkage_word *b)
{
    unsigned d[LINKAGE_WORD_MAX + 1][LINKAGE_WORD_MAX + 1];
    for (unsigned i = 0; i <= a->n; i++)
        for (unsigned j = 0; j <= b->n; j++) {
            unsigned best = i == 0 ? j : j == 0 ? i : UINT32_MAX;
            if (i && j) {
                best = d[i - 1][j - 1] + (a->letter[i - 1] != b->letter[j - 1]);
                best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
                best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            }
            if (i > 1 && j > 1 && a->letter[i - 1] == b->letter[j - 2] &&
                a->letter[i - 2] == b->letter[j - 1])
                best = d[i - 2][j - 2] + 1 < best ? d[i - 2][j - 2] + 1 : best;
            d[i][j] = best;
        }
    return d[a->n][b->n];
}

static void edits_are_those_of_the_whole_table(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 60000; round++) {
        const unsigned max = round % 4 == 0 ? 31 : 10, letters = round % 3 == 0 ? 36 : 3;
        const struct linkage_word a = random_word(2 * round, max, letters, NULL);
        const struct linkage_word b = random_word(2 * round + 1, max, letters, &a);
        const unsigned edits = table_of_edits(&a, &b), limit = (unsigned)(round % 6);

        assert_int_equal(linkage_edits(&a, &b, LINKAGE_WORD_MAX), edits);
        assert_int_equal(linkage_edits(&b, &a, LINKAGE_WORD_MAX), edits);
        assert_int_equal(linkage_edits(&a, &b, limit), edits > limit ? limit + 1 : edits);
    }
}

static void swapped_neighbours_are_one_edit_but_no_letter_moves_twice(void **state)
{
    (void)state;
    const struct linkage_word ca = word_of("ca"), ac = word_of("ac"), abc = word_of("abc");

    assert_int_equal(linkage_edits(&ca, &ac, 9), 1);
    assert_int_equal(linkage_edits(&ca, &abc, 9), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values_are_met),
        cmocka_unit_test(ends_of_the_scale),
        cmocka_unit_test(scores_are_those_of_the_textbook_and_symmetric),
        cmocka_unit_test(one_against_many_is_one_by_one),
        cmocka_unit_test(every_vector_width_gives_the_textbooks_scores),
        cmocka_unit_test(the_fraction_is_rounded_down_for_all_words_there_can_be),
        cmocka_unit_test(edits_are_those_of_the_whole_table),
        cmocka_unit_test(swapped_neighbours_are_one_edit_but_no_letter_moves_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
