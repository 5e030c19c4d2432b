/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static arena *memory;

static int make_arena(void **state)
{
    (void)state;
    memory = arena_new(64 << 20);
    return memory ? 0 : -1;
}

static int drop_arena(void **state)
{
    (void)state;
    arena_free(memory);
    return 0;
}

static const struct yaml_node *parsed(const char *text)
{
    const struct yaml_node *root = NULL;
    struct err_info info;
    assert_int_equal(yaml_parse(memory, str_of(text), STR("a.yaml"), &root, &info), OK);
    return root;
}

static void assert_text(const struct yaml_node *node, const char *text)
{
    assert_non_null(node);
    assert_int_equal(node->kind, YAML_TEXT);
    assert_string_equal(node->text.p, text);
}

static void a_tree_keeps_texts_as_typed_and_knows_their_places(void **state)
{
    (void)state;

    const struct yaml_node *root = parsed("title: Wijkteam\n"
                                          "outcomes:\n"
                                          "  - cost\n"
                                          "  - {name: 'no', unit: 1.10}\n"
                                          "answer: no\n");

    assert_int_equal(root->kind, YAML_MAP);
    assert_int_equal(root->n, 3);
    assert_text(yaml_get(root, STR("answer")), "no");
    const struct yaml_node *list = yaml_get(root, STR("outcomes"));
    assert_int_equal(list->kind, YAML_LIST);
    assert_int_equal(list->n, 2);
    assert_text(&list->item[0], "cost");
    assert_int_equal(list->item[0].line, 3);
    assert_int_equal(list->item[0].column, 5);
    const struct yaml_node *unit = yaml_get(&list->item[1], STR("unit"));
    assert_text(unit, "1.10");
    assert_true(unit->plain);
    assert_int_equal(unit->line, 4);
    assert_int_equal(unit->column, 24);
    assert_false(yaml_get(&list->item[1], STR("name"))->plain);
}

static void columns_count_characters_and_a_byte_order_mark_is_no_character(void **state)
{
    (void)state;

    const struct yaml_node *root = parsed("\xef\xbb\xbf{\xc3\xa9\xc3\xa9n: x}");

    assert_text(yaml_get(root, STR("\xc3\xa9\xc3\xa9n")), "x");
    assert_int_equal(root->item[0].column, 7);
}

static void what_is_absent_is_not_found(void **state)
{
    (void)state;
    const struct yaml_node *root = parsed("a: [b]");

    assert_null(yaml_get(root, STR("b")));
    assert_null(yaml_get(&root->item[0], STR("b")));
    assert_null(yaml_get(NULL, STR("b")));
}

static void every_mistake_is_named_with_its_place(void **state)
{
    (void)state;
    const struct {
        const char *text, *key;
        int64_t line, column;
    } wrong[] = {
        {"", "yaml.empty", 1, 1},
        {"# only a comment\n", "yaml.empty", 1, 1},
        {"a: &x [*x]\n", "yaml.no-alias", 1, 4},
        {"a: 1\nb:\n  - *a\n", "yaml.no-alias", 3, 5},
        {"&r {self: *r}", "yaml.no-alias", 1, 1},
        {"a: !!int 3\n", "yaml.no-tag", 1, 4},
        {"a: !secret [1]\n", "yaml.no-tag", 1, 4},
        {"a: 1\nb: 2\na: 3\n", "yaml.duplicate-key", 3, 1},
        {"? [a]\n: b\n", "yaml.key-not-text", 1, 3},
        {"a: 1\n---\nb: 2\n", "yaml.one-document", 2, 1},
        {"a: [1, 2\nb: 3\n", "yaml.syntax", 2, 2},
        {"a:\n\t- b\n", "yaml.syntax", 2, 1},
        {"a: \"b\n", "yaml.syntax", 2, 1},
        {"a: 1\nbc\xff: 2\n", "yaml.bad-character", 2, 3},
        {"a: 1\nb: \x01\n", "yaml.bad-character", 2, 4},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const struct yaml_node *root = NULL;
        struct err_info info;

        const err e = yaml_parse(memory, str_of(wrong[i].text), STR("a.yaml"), &root, &info);

        assert_int_equal(e, E_INPUT);
        assert_string_equal(info.msg.key, wrong[i].key);
        assert_string_equal(info.file, "a.yaml");
        assert_int_equal(info.line, wrong[i].line);
        assert_int_equal(info.column, wrong[i].column);
        assert_null(root);
    }
}

static void a_duplicate_key_is_told_with_both_places(void **state)
{
    (void)state;
    const struct yaml_node *root = NULL;
    struct err_info info;

    assert_int_equal(yaml_parse(memory, STR("z: 1\nb: 2\nz: 3\nb: 4\n"), STR("a"), &root, &info),
                     E_INPUT);

    assert_int_equal(info.line, 3); /* the first that repeats in the order of the file */
    assert_int_equal(info.msg.arg[1].i, 1);
    assert_int_equal(info.msg.arg[2].i, 1);
}

static void a_nul_byte_is_refused(void **state)
{
    (void)state;
    const struct yaml_node *root = NULL;
    struct err_info info;

    assert_int_equal(yaml_parse(memory, (str){"a: b\0c\n", 7}, STR("a"), &root, &info), E_INPUT);

    assert_string_equal(info.msg.key, "yaml.bad-character");
    assert_int_equal(info.column, 5);
}

static char *repeated(const char *piece, size_t n)
{
    const size_t length = strlen(piece);
    char *text = malloc(n * length + 1);
    assert_non_null(text);
    for (size_t i = 0; i < n; i++)
        memcpy(text + i * length, piece, length);
    text[n * length] = '\0';
    return text;
}

static void the_bounds_are_enforced(void **state)
{
    (void)state;
    const struct {
        const char *piece;
        size_t n;
        const char *key;
    } wrong[] = {
        {"[", YAML_DEPTH_MAX + 1, "yaml.too-deep"},
        {"- a\n", YAML_NODES_MAX, "yaml.too-many-nodes"}, /* and the list itself */
        {"#", YAML_BYTES_MAX + 1, "yaml.too-long"},
    };

    for (size_t i = 0; i < 3; i++) {
        char *text = repeated(wrong[i].piece, wrong[i].n);
        const struct yaml_node *root = NULL;
        struct err_info info;

        assert_int_equal(yaml_parse(memory, str_of(text), STR("a"), &root, &info), E_LIMIT);

        assert_string_equal(info.msg.key, wrong[i].key);
        assert_null(root);
        free(text);
    }
}

static void as_much_as_the_bounds_allow_is_read(void **state)
{
    (void)state;
    char *text = repeated("- a\n", YAML_NODES_MAX - 1);

    const struct yaml_node *root = parsed(text);

    assert_int_equal(root->n, YAML_NODES_MAX - 1);
    assert_int_equal(root->item[root->n - 1].line, YAML_NODES_MAX - 1);
    free(text);
}

static void too_little_memory_is_an_error_and_no_crash(void **state)
{
    (void)state;
    arena *small = arena_new(256);
    const struct yaml_node *root = NULL;
    struct err_info info;

    assert_int_equal(yaml_parse(small, STR("{a: b, c: d, e: f, g: h}"), STR("a"), &root, &info),
                     E_NOMEM);

    assert_null(root);
    arena_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_keeps_texts_as_typed_and_knows_their_places),
        cmocka_unit_test(columns_count_characters_and_a_byte_order_mark_is_no_character),
        cmocka_unit_test(what_is_absent_is_not_found),
        cmocka_unit_test(every_mistake_is_named_with_its_place),
        cmocka_unit_test(a_duplicate_key_is_told_with_both_places),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(the_bounds_are_enforced),
        cmocka_unit_test(as_much_as_the_bounds_allow_is_read),
        cmocka_unit_test(too_little_memory_is_an_error_and_no_crash),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
