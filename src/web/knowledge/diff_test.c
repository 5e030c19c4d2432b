/* SPDX-License-Identifier: EUPL-1.2 */
/* Differences of texts against what they must add up to, and against the plainest way to count. */
#include "base/out.h"
#include "base/rng.h"
#include "web/knowledge/diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MEMORY_MAX = 64 << 20, TEXT_MAX = 1 << 20 };

static int set_up(void **state)
{
    *state = arena_new(MEMORY_MAX);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_free(*state);
    return 0;
}

/* "same[-removed-]{+added+}" */
static out told(arena *a, str before, str after)
{
    static const char *const marks[][2] = {
        [DIFF_SAME] = {"", ""}, [DIFF_REMOVED] = {"[-", "-]"}, [DIFF_ADDED] = {"{+", "+}"}};
    struct diff_piece *piece;
    struct err_info info;
    size_t n;
    out o;

    out_init(&o, TEXT_MAX);
    assert_int_equal(diff_texts(a, before, after, &piece, &n, &info), OK);
    for (size_t i = 0; i < n; i++) {
        out_cstr(&o, marks[piece[i].kind][0]);
        out_str(&o, piece[i].text);
        out_cstr(&o, marks[piece[i].kind][1]);
    }
    return o;
}

static void a_difference_reads_in_words(void **state)
{
    static const struct {
        const char *before, *after, *told;
    } cases[] = {
        {"", "", ""},
        {"", "nieuw", "{+nieuw+}"},
        {"weg", "", "[-weg-]"},
        {"een twee drie", "een twee drie", "een twee drie"},
        {"een twee drie", "een drie", "een [-twee -]drie"},
        {"een drie", "een twee drie", "een {+twee +}drie"},
        {"Het kost 640 euro.", "Het kost 710 euro.", "Het kost [-640 -]{+710 +}euro."},
        {"rood wit blauw", "oud en blauw", "[-rood wit -]{+oud en +}blauw"},
        {"a\nb\nc\n", "a\nx\nc\n", "a\n[-b-]{+x+}\nc\n"},
        {"kop\n\ntekst\n", "kop\n\nmeer tekst\n", "kop\n\n{+meer +}tekst\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        out o = told(*state, str_of(cases[i].before), str_of(cases[i].after));
        out_char(&o, '\0');
        assert_string_equal(o.p, cases[i].told);
        out_free(&o);
    }
}

/* ---- properties ---- */

static uint64_t below(uint64_t *at, uint64_t n)
{
    return rng_u64((struct rng_key){.seed = 20261124, .stream = 4}, (*at)++) % n;
}

/* Few different words, so that much is alike. */
static str random_text(arena *a, uint64_t *at, size_t words)
{
    static const char *const word[] = {"een", "wet", "en",   "de",
                                       "\n",  " ",   "zorg", "\xc3\xa9\xc3\xa9n"};
    out o;
    out_init(&o, TEXT_MAX);
    for (size_t n = below(at, words + 1); n > 0; n--) {
        out_cstr(&o, word[below(at, sizeof word / sizeof *word)]);
        out_cstr(&o, below(at, 6) ? " " : "\n");
    }
    const str text = arena_str(a, out_view(&o));
    out_free(&o);
    return text;
}

/* The pieces of two kinds put together; returns the bytes that are the same. */
static size_t assert_adds_up(arena *a, str before, str after)
{
    struct diff_piece *piece;
    struct err_info info;
    size_t n, same = 0;
    out old, new;

    out_init(&old, TEXT_MAX);
    out_init(&new, TEXT_MAX);
    assert_int_equal(diff_texts(a, before, after, &piece, &n, &info), OK);
    for (size_t i = 0; i < n; i++) {
        assert_true(piece[i].text.n > 0);
        if (piece[i].kind != DIFF_ADDED)
            out_str(&old, piece[i].text);
        if (piece[i].kind != DIFF_REMOVED)
            out_str(&new, piece[i].text);
        if (piece[i].kind == DIFF_SAME)
            same += piece[i].text.n;
    }
    assert_true(str_eq(out_view(&old), before));
    assert_true(str_eq(out_view(&new), after));
    out_free(&old);
    out_free(&new);
    return same;
}

static void the_pieces_add_up_to_both_texts(void **state)
{
    uint64_t at = 0;

    for (int round = 0; round < 3000; round++) {
        const str before = random_text(*state, &at, 40), after = random_text(*state, &at, 40);

        assert_adds_up(*state, before, after);
        assert_int_equal(assert_adds_up(*state, before, before), before.n);
        arena_reset(*state);
    }
}

static size_t longest(const char *a, const char *b)
{
    if (!*a || !*b)
        return 0;
    if (*a == *b)
        return 1 + longest(a + 1, b + 1);
    const size_t x = longest(a + 1, b), y = longest(a, b + 1);
    return x > y ? x : y;
}

/* Lines of one letter: what is the same is the longest common subsequence, counted plainly. */
static void as_little_as_possible_is_called_changed(void **state)
{
    uint64_t at = 0;

    for (int round = 0; round < 500; round++) {
        char a[9] = {0}, b[9] = {0}, lines[2][20] = {{0}};
        const size_t n = below(&at, 9), m = below(&at, 9);
        for (size_t i = 0; i < n; i++) {
            a[i] = (char)('a' + below(&at, 3));
            lines[0][2 * i] = a[i];
            lines[0][2 * i + 1] = '\n';
        }
        for (size_t i = 0; i < m; i++) {
            b[i] = (char)('a' + below(&at, 3));
            lines[1][2 * i] = b[i];
            lines[1][2 * i + 1] = '\n';
        }

        const size_t same = assert_adds_up(*state, str_of(lines[0]), str_of(lines[1]));

        /* a line break may be the same where its letter is not */
        assert_true(same >= 2 * longest(a, b));
        arena_reset(*state);
    }
}

static void two_long_texts_without_a_line_in_common_stay_within_bounds(void **state)
{
    enum { LINES = 20000 };
    out a, b;
    out_init(&a, TEXT_MAX);
    out_init(&b, TEXT_MAX);
    for (int i = 0; i < LINES; i++) {
        out_cstr(&a, "a");
        out_int(&a, i);
        out_char(&a, '\n');
        out_cstr(&b, "b");
        out_int(&b, i);
        out_char(&b, '\n');
    }

    assert_adds_up(*state, out_view(&a), out_view(&b));

    assert_true(arena_used(*state) < MEMORY_MAX / 2);
    out_free(&a);
    out_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_difference_reads_in_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_pieces_add_up_to_both_texts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(as_little_as_possible_is_called_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_long_texts_without_a_line_in_common_stay_within_bounds,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
