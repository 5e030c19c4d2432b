/* SPDX-License-Identifier: EUPL-1.2 */
#include "po.h"
#include "po_sources.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    arena *a;
    struct po_catalogue c;
    out errors;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->a = arena_new(1 << 20);
    out_init(&f->errors, 1 << 20);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_free(f->a);
    out_free(&f->errors);
    free(f);
    return 0;
}

static void read_pair(struct fixture *f, const char *nl, const char *en)
{
    po_parse(f->a, str_of(nl), STR("po/nl/room.po"), PO_NL, &f->c, &f->errors);
    po_parse(f->a, str_of(en), STR("po/en/room.po"), PO_EN, &f->c, &f->errors);
    po_join(&f->c, &f->errors);
}

static void assert_errors(struct fixture *f, const char *expected)
{
    out_char(&f->errors, '\0');
    assert_string_equal(f->errors.p, expected);
}

static void assert_form(const struct po_entry *e, enum po_lang lang, int form, const char *expected)
{
    assert_non_null(e);
    const str s = e->text[lang].form[form];
    assert_int_equal(s.n, strlen(expected));
    assert_memory_equal(s.p, expected, s.n);
}

static void a_catalogue_with_everything_is_read(void **state)
{
    struct fixture *f = *state;

    read_pair(
        f,
        "# opmerking\nmsgid \"\"\nmsgstr \"Language: nl\\n\"\n\n"
        "#: src/x.c:1\nmsgid \"room.z-last\"\nmsgstr \"Regel een\\n\"\n\"en \\\"twee\\\" \\\\ \"\n"
        "\"\\tdrie\"\n\r\n"
        "msgid \"room.people\"\nmsgid_plural \"\"\nmsgstr[0] \"{1} mens\"\r\n"
        "msgstr[1] \"{1} mensen\"",
        "msgid \"room.people\"\nmsgid_plural \"\"\nmsgstr[0] \"one person\"\n"
        "msgstr[1] \"{1} people\"\n"
        "msgid \"room.z-last\"\nmsgstr \"x\"\n");

    assert_errors(f, "");
    assert_int_equal(f->c.n, 2);
    assert_form(po_find(&f->c, STR("room.z-last")), PO_NL, 0, "Regel een\nen \"twee\" \\ \tdrie");
    assert_form(po_find(&f->c, STR("room.people")), PO_NL, 0, "{1} mens");
    assert_form(po_find(&f->c, STR("room.people")), PO_EN, 1, "{1} people");
    assert_true(po_find(&f->c, STR("room.people"))->has_plural);
    assert_null(po_find(&f->c, STR("room.absent")));
}

static void many_entries_come_out_sorted(void **state)
{
    struct fixture *f = *state;
    out text;
    out_init(&text, 1 << 16);
    for (int i = 200; i > 0; i--) {
        out_cstr(&text, "msgid \"room.k");
        out_int(&text, i * 7 % 1000 + 1000);
        out_cstr(&text, "\"\nmsgstr \"v\"\n");
    }
    out_char(&text, '\0');

    read_pair(f, text.p, text.p);

    assert_errors(f, "");
    assert_int_equal(f->c.n, 200);
    for (size_t i = 1; i < f->c.n; i++)
        assert_true(str_cmp(f->c.entry[i - 1].key, f->c.entry[i].key) < 0);
    out_free(&text);
}

/* What a translator can get wrong, and what is said of it. */
static const struct refused {
    const char *nl, *en, *errors;
} refused[] = {
    {"msgid \"room.a\"\nmsgstr \"x\"\n", "", "po/nl/room.po:1: not in English: room.a\n"},
    {"", "\nmsgid \"room.a\"\nmsgstr \"x\"\n", "po/en/room.po:2: not in Dutch: room.a\n"},
    {"msgid \"room.a\"\nmsgstr \"x\"\nmsgid \"room.a\"\nmsgstr \"y\"\n",
     "msgid \"room.a\"\nmsgstr \"x\"\n", "po/nl/room.po:3: key given twice: room.a\n"},
    {"msgid \"room.a\"\nmsgstr \"{1} x\"\n", "msgid \"room.a\"\nmsgstr \"x\"\n",
     "po/en/room.po:1: other values in Dutch than in English: room.a\n"},
    {"msgid \"room.a\"\nmsgstr \"{1} en {2}\"\n", "msgid \"room.a\"\nmsgstr \"{2:plain}, {1}\"\n",
     ""},
    {"msgid \"room.a\"\nmsgstr \"\"\n", "msgid \"room.a\"\nmsgstr \"x\"\n",
     "po/nl/room.po:1: not translated: room.a\n"},
    {"msgid \"room.a\"\nmsgid_plural \"\"\nmsgstr[0] \"x\"\n", "msgid \"room.a\"\nmsgstr \"x\"\n",
     "po/nl/room.po:1: plural forms are not complete: room.a\n"
     "po/en/room.po:1: plural in one language only: room.a\n"},
    {"msgid \"room.a\"\nmsgstr \"{7}\"\n", "msgid \"room.a\"\nmsgstr \"x\"\n",
     "po/nl/room.po:1: braces other than {1} to {6}: {7}\n"},
    {"msgid \"other.a\"\nmsgstr \"x\"\n", "msgid \"other.a\"\nmsgstr \"x\"\n",
     "po/nl/room.po:1: key of another room: other.a\n"
     "po/en/room.po:1: key of another room: other.a\n"},
    {"msgid \"room.A b\"\nmsgstr \"x\"\n", "msgid \"room.A b\"\nmsgstr \"x\"\n",
     "po/nl/room.po:1: not a key (room.words-with-dashes): room.A b\n"
     "po/en/room.po:1: not a key (room.words-with-dashes): room.A b\n"},
    {"#, c-format, fuzzy\nmsgid \"room.a\"\nmsgstr \"x\"\n", "msgid \"room.a\"\nmsgstr \"x\"\n",
     "po/nl/room.po:1: a fuzzy translation is not finished\n"},
    {"msgid \"room.a\"\nmsgstr \"x\n", "msgid \"room.a\"\nmsgstr \"x\"\n",
     "po/nl/room.po:2: text without quotes around it: \"x\n"
     "po/nl/room.po:1: not translated: room.a\n"},
    {"msgid \"room.a\"\nmsgstr \"\\q\"\n", "msgid \"room.a\"\nmsgstr \"x\"\n",
     "po/nl/room.po:2: unknown escape: \"\\q\"\n"
     "po/nl/room.po:1: not translated: room.a\n"},
    {"msgid \"room.a\"\nmsgstr \"x\"\nmsgctxt \"y\"\n", "msgid \"room.a\"\nmsgstr \"x\"\n",
     "po/nl/room.po:3: not understood: msgctxt \"y\"\n"},
    {"\"stray\"\n", "", "po/nl/room.po:1: text that belongs to nothing: \"stray\"\n"},
    {"msgid \"room.a\"\nmsgstr \"\xff\"\n", "msgid \"room.a\"\nmsgstr \"x\"\n",
     "po/nl/room.po:1: not UTF-8: room.a\n"},
    {"msgid \"room.a\"\nmsgid_plural \"\"\nmsgstr[0] \"{1} {2}\"\nmsgstr[1] \"{1}\"\n",
     "msgid \"room.a\"\nmsgid_plural \"\"\nmsgstr[0] \"{1}\"\nmsgstr[1] \"{1}\"\n",
     "po/nl/room.po:1: the plural lacks a value of the singular: room.a\n"},
};

static void what_is_wrong_is_said_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        void *one;
        set_up(&one);

        read_pair(one, refused[i].nl, refused[i].en);

        assert_errors(one, refused[i].errors);
        tear_down(&one);
    }
}

static void keys_have_one_room_and_words(void **state)
{
    (void)state;

    assert_true(po_is_key(STR("table.no-column")));
    assert_true(po_is_key(STR("a.1")));

    const char *const wrong[] = {"",       "table", "table.", ".x",    "table.No", "a.b.c",  "a.b-",
                                 "a.b--c", "a.b c", "a.-b",   "a b.c", "a.b_c",    "table.é"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(po_is_key(str_of(wrong[i])));
}

static void sources_are_read_as_c(void **state)
{
    struct fixture *f = *state;
    bool used[3] = {false};
    read_pair(f,
              "msgid \"room.a\"\nmsgstr \"x\"\nmsgid \"room.b\"\nmsgstr \"x\"\n"
              "msgid \"room.c\"\nmsgstr \"x\"\n",
              "msgid \"room.a\"\nmsgstr \"x\"\nmsgid \"room.b\"\nmsgstr \"x\"\n"
              "msgid \"room.c\"\nmsgstr \"x\"\n");

    po_check_source(&f->c,
                    STR("/* err_set(i, E, \"room.comment\") */\n"
                        "err_set(info, f(1, \"room.value\"), ok ? \"room.a\" : \"room.absent\");\n"
                        "err_text(info, E_INPUT,\n  \"room.gone\", STR(\"data.csv\"));\n"
                        "const char *k[] = {\"room.b\", \"room.table-only\"}; char q = '\"';\n"
                        "// msg_set(m, \"room.comment\")\n"
                        "my_msg_set(m, \"room.other-function\"); tr(lang, \"room.missing\")"),
                    STR("x.c"), used, &f->errors);

    assert_true(used[0]);
    assert_true(used[1]);
    assert_false(used[2]);
    assert_errors(f, "x.c:2: no translation: room.absent\n"
                     "x.c:4: no translation: room.gone\n"
                     "x.c:7: no translation: room.missing\n");
}

static void a_beginning_that_a_macro_completes_uses_its_keys(void **state)
{
    struct fixture *f = *state;
    bool used[2] = {false};
    read_pair(f, "msgid \"room.about-x\"\nmsgstr \"x\"\nmsgid \"room.other\"\nmsgstr \"x\"\n",
              "msgid \"room.about-x\"\nmsgstr \"x\"\nmsgid \"room.other\"\nmsgstr \"x\"\n");

    po_check_source(&f->c, STR("#define ABOUT(w) \"room.about-\" w"), STR("x.c"), used, &f->errors);

    assert_true(used[0]);
    assert_false(used[1]);
    assert_errors(f, "");
}

static void templates_are_read_between_their_braces(void **state)
{
    struct fixture *f = *state;
    bool used[2] = {false};
    read_pair(f, "msgid \"room.a\"\nmsgstr \"x\"\nmsgid \"room.b\"\nmsgstr \"x\"\n",
              "msgid \"room.a\"\nmsgstr \"x\"\nmsgid \"room.b\"\nmsgstr \"x\"\n");

    po_check_source(&f->c,
                    STR("<p title=\"it's\">don't {$ \"room.a\" $}\n{$ \"room.no\", 1 $}"
                        "{% msg_set(&m, \"room.b\"); %}{{ tr(lang, \"room.nor\") }}</p>"),
                    STR("page.htc"), used, &f->errors);

    assert_true(used[0]);
    assert_true(used[1]);
    assert_errors(f, "page.htc:2: no translation: room.no\n"
                     "page.htc:2: no translation: room.nor\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_catalogue_with_everything_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_entries_come_out_sorted, set_up, tear_down),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(keys_have_one_room_and_words),
        cmocka_unit_test_setup_teardown(sources_are_read_as_c, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_beginning_that_a_macro_completes_uses_its_keys, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(templates_are_read_between_their_braces, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
