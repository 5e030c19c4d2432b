/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/linkage/name_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const char *spell(const struct linkage_word *w, char text[LINKAGE_WORD_MAX + 1])
{
    for (size_t i = 0; i < LINKAGE_WORD_MAX; i++)
        text[i] = w->letter[i] == 0              ? '\0'
                  : w->letter[i] < LINKAGE_DIGIT ? (char)('a' + w->letter[i] - 1)
                                                 : (char)('0' + w->letter[i] - LINKAGE_DIGIT);
    text[w->n] = '\0';
    return text;
}

static void assert_word(const struct linkage_word *w, const char *expected)
{
    char text[LINKAGE_WORD_MAX + 1];
    assert_string_equal(spell(w, text), expected);
    assert_int_equal(w->n, strlen(expected));
    for (size_t i = w->n; i < LINKAGE_WORD_MAX; i++)
        assert_int_equal(w->letter[i], 0);
}

static void assert_folds(const char *text, const char *expected)
{
    struct linkage_word w;
    linkage_fold(str_of(text), &w);
    assert_word(&w, expected);
}

static void names_of_europe_fold_to_their_letters(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"De Vries", "devries"},
        {"M\u00fcller", "muller"},
        {"Mu\u0308ller", "muller"}, /* the same, composed of two code points */
        {"Strau\u00df", "strauss"},
        {"STRAU\u1e9e", "strauss"},
        {"\u0132sselmuiden", "ijsselmuiden"},
        {"\u0133zer", "ijzer"},
        {"\u0141ukasz", "lukasz"},
        {"I\u015f\u0131k", "isik"},
        {"\u0130brahim Y\u0131ld\u0131r\u0131m", "ibrahimyildirim"},
        {"\u00d8rsted", "orsted"},
        {"\u00c5ngstr\u00f6m", "angstrom"},
        {"\u00c6gir", "aegir"},
        {"Nguy\u1ec5n V\u0103n \u0110\u1ee9c", "nguyenvanduc"},
        {"\u0160v\u011bjk", "svejk"},
        {"Bj\u00f6rnsd\u00f3ttir \u00deor", "bjornsdottirthor"},
        {"O\u2019Brien-Smith jr.", "obriensmithjr"},
        {"Andr\u00e9 d'Ancona", "andredancona"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_folds(cases[i][0], cases[i][1]);
}

static void what_is_no_letter_is_dropped(void **state)
{
    (void)state;
    assert_folds("", "");
    assert_folds(" 12 \u00d7 \u00f7 \u20ac", "");
    assert_folds("\u0418\u0432\u0430\u043d", ""); /* Cyrillic */
    assert_folds("a\xff"
                 "b\xc3",
                 "ab"); /* broken UTF-8 */
    assert_folds("a\xe2\x82z", "az");
}

static void long_names_are_cut_at_31_letters(void **state)
{
    (void)state;
    assert_folds("abcdefghijklmnopqrstuvwxyzabcde", "abcdefghijklmnopqrstuvwxyzabcde");
    assert_folds("abcdefghijklmnopqrstuvwxyzabcdef", "abcdefghijklmnopqrstuvwxyzabcde");
    assert_folds("abcdefghijklmnopqrstuvwxyzabcd\u00df", "abcdefghijklmnopqrstuvwxyzabcds");
}

static void digits_stay_in_text_and_not_in_names(void **state)
{
    (void)state;
    struct linkage_word name, text;

    linkage_fold(STR("2e Hugo de Grootstraat 10-III"), &name);
    linkage_fold_text(STR("2e Hugo de Grootstraat 10-III"), &text);

    assert_word(&name, "ehugodegrootstraatiii");
    assert_word(&text, "2ehugodegrootstraat10iii");
}

struct surname_case {
    const char *text;
    char use;
    const char *prefix, *own, *partner_prefix, *partner;
};

static void assert_splits(const struct surname_case *c)
{
    struct linkage_name name;
    linkage_split_surname(str_of(c->text), c->use, &name);
    assert_word(&name.prefix, c->prefix);
    assert_word(&name.own, c->own);
    assert_word(&name.partner_prefix, c->partner_prefix);
    assert_word(&name.partner, c->partner);
}

static void surnames_come_apart_in_prefix_and_name(void **state)
{
    (void)state;
    static const struct surname_case cases[] = {
        {"Jansen", ' ', "", "jansen", "", ""},
        {"de Vries", ' ', "de", "vries", "", ""},
        {"van der Berg", ' ', "vander", "berg", "", ""},
        {"Berg, van der", ' ', "vander", "berg", "", ""},
        {"Berg van der", ' ', "", "bergvander", "", ""}, /* without comma nobody can know */
        {"v.d. Berg", ' ', "vande", "berg", "", ""},
        {"v/d Berg", ' ', "vande", "berg", "", ""},
        {"vd Berg", ' ', "vande", "berg", "", ""},
        {"in 't Veld", ' ', "int", "veld", "", ""},
        {"in \u2019t Veld", ' ', "int", "veld", "", ""},
        {"op den Akker", ' ', "opden", "akker", "", ""},
        {"ten Have", ' ', "ten", "have", "", ""},
        {"van 's-Gravesande", ' ', "vans", "gravesande", "", ""},
        {"d'Ancona", ' ', "de", "ancona", "", ""},
        {"El-Amrani", ' ', "el", "amrani", "", ""},
        {"el Amrani", ' ', "el", "amrani", "", ""},
        {"bin Laden al Saud", ' ', "bin", "ladenalsaud", "", ""},
        {"O'Brien", ' ', "", "obrien", "", ""},
        {"Van", ' ', "", "van", "", ""},
        {"van der", ' ', "", "vander", "", ""},
        {"Denneboom", ' ', "", "denneboom", "", ""}, /* "den" is only a word's beginning */
        {"", ' ', "", "", "", ""},
        {" - ", ' ', "", "", "", ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_splits(cases + i);
}

static void the_code_of_name_use_says_whose_name_stands_first(void **state)
{
    (void)state;
    static const struct surname_case cases[] = {
        {"de Vries-van der Berg", 'V', "vander", "berg", "de", "vries"},
        {"van der Berg-de Vries", 'N', "vander", "berg", "de", "vries"},
        {"de Vries-van der Berg", ' ', "vander", "berg", "de", "vries"},
        {"de Vries - Berg, van der", 'V', "vander", "berg", "de", "vries"},
        {"de Vries", 'P', "", "", "de", "vries"},
        {"Smit-Kroes", 'E', "", "smitkroes", "", ""},
        {"Jansen\u2010El-Amrani", 'V', "el", "amrani", "", "jansen"},
        {"El-Amrani-Jansen", 'N', "el", "amrani", "", "jansen"},
        {"Jansen", 'V', "", "jansen", "", ""},
        {"Jansen-", 'V', "", "jansen", "", ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_splits(cases + i);
}

static uint32_t key_of(const char *text)
{
    struct linkage_word w;
    linkage_fold(str_of(text), &w);
    return linkage_dutch_key(&w);
}

static void spellings_of_one_sound_have_one_key(void **state)
{
    (void)state;
    static const char *const same[][2] = {
        {"Dijkstra", "Dykstra"},   {"Meijer", "Meyer"},      {"Meijer", "Meier"},
        {"Cornelis", "Kornelis"},  {"Zanders", "Sanders"},   {"Visser", "Fisser"},
        {"Gelder", "Chelder"},     {"Bouwman", "Bauman"},    {"Brandt", "Brand"},
        {"Bosch", "Bos"},          {"Janssen", "Jansen"},    {"M\u00fcller", "Mueller"},
        {"J\u00e4ger", "Jaeger"},  {"K\u00f6nig", "Koenig"}, {"Schmidt", "Schmid"},
        {"Thomas", "Tomas"},       {"Philips", "Filips"},    {"Backer", "Bakker"},
        {"Koning", "Coningh"},     {"Quist", "Kwist"},       {"Pieters", "Piters"},
        {"Hendricx", "Hendrickx"}, {"Hendricx", "Hendriks"}, {"de Wit", "de Witt"},
    };
    static const char *const different[][2] = {
        {"Jansen", "Hansen"},
        {"de Boer", "de Beer"},
        {"Bakker", "Dekker"},
        {"Mulder", "Muller"},
    };

    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (key_of(same[i][0]) != key_of(same[i][1]))
            fail_msg("%s and %s", same[i][0], same[i][1]);
    for (size_t i = 0; i < sizeof different / sizeof *different; i++)
        assert_int_not_equal(key_of(different[i][0]), key_of(different[i][1]));
    assert_int_equal(key_of(""), 0);
    assert_int_not_equal(key_of("a"), 0);
    assert_int_not_equal(key_of("ab"), key_of("b")); /* short keys are filled up behind */
}

static void assert_root(const char *name, const char *expected, bool is_short)
{
    struct linkage_word w, root;
    linkage_fold(str_of(name), &w);
    assert_int_equal(linkage_nickname_root(&w, &root), is_short);
    assert_word(&root, expected);
}

static void pet_names_lead_to_the_name_in_the_register(void **state)
{
    (void)state;
    assert_root("Jan", "johannes", true);
    assert_root("Hans", "johannes", true);
    assert_root("Johannes", "johannes", false);
    assert_root("Kees", "cornelis", true);
    assert_root("Bep", "elisabeth", true);
    assert_root("Mehmet", "mohammed", true);
    assert_root("Ja", "ja", false); /* a beginning of a name is not that name */
    assert_root("Janx", "janx", false);
    assert_root("Xerxes", "xerxes", false);
    assert_root("", "", false);
}

static void a_root_is_its_own_root(void **state)
{
    (void)state;
    static const char *const names[] = {"Piet", "Anneke", "Sjaak", "Truus", "Wim", "Bram", "Guus",
                                        "Ria",  "Henk",   "Toon",  "Ans",   "Els", "Rita", "Co"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct linkage_word w, root, again;
        linkage_fold(str_of(names[i]), &w);
        assert_true(linkage_nickname_root(&w, &root));
        assert_false(linkage_nickname_root(&root, &again));
        assert_memory_equal(&root, &again, sizeof root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_europe_fold_to_their_letters),
        cmocka_unit_test(what_is_no_letter_is_dropped),
        cmocka_unit_test(long_names_are_cut_at_31_letters),
        cmocka_unit_test(digits_stay_in_text_and_not_in_names),
        cmocka_unit_test(surnames_come_apart_in_prefix_and_name),
        cmocka_unit_test(the_code_of_name_use_says_whose_name_stands_first),
        cmocka_unit_test(spellings_of_one_sound_have_one_key),
        cmocka_unit_test(pet_names_lead_to_the_name_in_the_register),
        cmocka_unit_test(a_root_is_its_own_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
