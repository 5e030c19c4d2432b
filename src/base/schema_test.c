/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A small schema with one field of every kind. */

enum colour { RED, GREEN };

struct price {
    const struct yaml_node *node;
    str name;
    double amount;
    int64_t year;
};

struct shape {
    const struct yaml_node *node;
    double circle, square;
};

struct order {
    const struct yaml_node *node;
    str title;
    int64_t count;
    double share;
    bool urgent;
    int32_t since;
    int colour; /* enum colour */
    struct price price;
    struct shape shape;
    struct schema_list sizes;  /* double */
    struct schema_list extras; /* struct price */
    struct schema_list payers; /* struct price, named */
};

static const struct schema_field price_fields[] = {
    {.key = "amount",
     .kind = SCHEMA_REAL,
     .offset = offsetof(struct price, amount),
     .required = true,
     .low = SCHEMA_FROM(0)},
    {.key = "year", .kind = SCHEMA_INT, .offset = offsetof(struct price, year)},
};
static void check_price(const void *filled, str file, struct errs *errors)
{
    const struct price *p = filled;
    if (p->amount > 0 && p->year < 1900)
        schema_mistake(errors, file, schema_place(p->node, "year"), "test.no-year");
}
static const struct schema_map price_map = {
    .name = "price",
    .size = sizeof(struct price),
    SCHEMA_FIELDS(price_fields),
    .defaults = &(const struct price){.year = 2024},
    .shorthand = "amount",
    .name_offset = offsetof(struct price, name),
    .check = check_price,
};

static const struct schema_field shape_fields[] = {
    {.key = "circle", .kind = SCHEMA_REAL, .offset = offsetof(struct shape, circle)},
    {.key = "square", .kind = SCHEMA_REAL, .offset = offsetof(struct shape, square)},
};
static const struct schema_map shape_map = {
    .name = "shape",
    .size = sizeof(struct shape),
    SCHEMA_FIELDS(shape_fields),
    .n_keys_min = 1,
    .n_keys_max = 1,
};

static const char *const colours[] = {[RED] = "red", [GREEN] = "green", NULL};
static const struct schema_field size_item = {.kind = SCHEMA_REAL, .low = SCHEMA_ABOVE(0)};
static const struct schema_field extra_item = {.kind = SCHEMA_MAP, .map = &price_map};

#define AT(member) .offset = offsetof(struct order, member)
static const struct schema_field order_fields[] = {
    {.key = "title", .kind = SCHEMA_TEXT, AT(title), .required = true},
    {.key = "count", .kind = SCHEMA_INT, AT(count), .low = SCHEMA_FROM(1), .high = SCHEMA_TO(9)},
    {.key = "share",
     .kind = SCHEMA_REAL,
     AT(share),
     .low = SCHEMA_ABOVE(0),
     .high = SCHEMA_BELOW(1)},
    {.key = "urgent", .kind = SCHEMA_BOOL, AT(urgent)},
    {.key = "since", .kind = SCHEMA_DATE, AT(since)},
    {.key = "colour", .kind = SCHEMA_WORD, AT(colour), .words = colours},
    {.key = "price", .kind = SCHEMA_MAP, AT(price), .map = &price_map},
    {.key = "shape", .kind = SCHEMA_MAP, AT(shape), .map = &shape_map},
    {.key = "sizes",
     .kind = SCHEMA_LIST,
     AT(sizes),
     .of = &size_item,
     .low = SCHEMA_FROM(1),
     .high = SCHEMA_TO(3)},
    {.key = "extras", .kind = SCHEMA_LIST, AT(extras), .of = &extra_item},
    {.key = "payers", .kind = SCHEMA_NAMED, AT(payers), .map = &price_map, .low = SCHEMA_FROM(1)},
};
static const struct schema_map order_map = {
    .name = "order",
    .size = sizeof(struct order),
    SCHEMA_FIELDS(order_fields),
    .defaults = &(const struct order){.count = 5, .colour = GREEN},
};

static arena *memory;
static struct errs errors;

static int make_arena(void **state)
{
    (void)state;
    struct err_info info;
    memory = arena_new(4 << 20);
    return memory && errs_init(&errors, memory, ERRS_LIMIT, &info) == OK ? 0 : -1;
}

static int drop_arena(void **state)
{
    (void)state;
    arena_free(memory);
    return 0;
}

static err read_order(const char *text, struct order *o)
{
    const struct yaml_node *root = NULL;
    struct err_info info;
    assert_int_equal(yaml_parse(memory, str_of(text), STR("o.yaml"), &root, &info), OK);
    return schema_read(&order_map, root, STR("o.yaml"), memory, o, &errors);
}

static void a_right_file_fills_the_struct(void **state)
{
    (void)state;
    struct order o;

    const err e = read_order("title: 12\n"
                             "share: 0.25\n"
                             "urgent: true\n"
                             "since: 1970-01-03\n"
                             "colour: red\n"
                             "price: {amount: 8.5, year: 2020}\n"
                             "shape: {square: 2}\n"
                             "sizes: [1, 2.5]\n"
                             "extras: [3, {amount: 4}]\n"
                             "payers:\n  city: 0\n  state: {amount: 1}\n",
                             &o);

    assert_int_equal(e, OK);
    assert_int_equal(errors.n_found, 0);
    assert_string_equal(o.title.p, "12");
    assert_int_equal(o.count, 5);
    assert_true(o.share == 0.25);
    assert_true(o.urgent);
    assert_int_equal(o.since, 2);
    assert_int_equal(o.colour, RED);
    assert_true(o.price.amount == 8.5);
    assert_int_equal(o.price.year, 2020);
    assert_true(o.shape.square == 2);
    const double *size = o.sizes.item;
    assert_int_equal(o.sizes.n, 2);
    assert_true(size[1] == 2.5);
    const struct price *extra = o.extras.item;
    assert_int_equal(o.extras.n, 2);
    assert_true(extra[0].amount == 3 && extra[0].year == 2024);
    assert_true(extra[1].amount == 4);
    const struct price *payer = o.payers.item;
    assert_int_equal(o.payers.n, 2);
    assert_string_equal(payer[0].name.p, "city");
    assert_string_equal(payer[1].name.p, "state");
}

static void whether_an_optional_field_was_given_can_be_seen(void **state)
{
    (void)state;
    struct order o;

    assert_int_equal(read_order("title: a\ncount: 5\n", &o), OK);

    assert_non_null(yaml_get(o.node, STR("count")));
    assert_null(yaml_get(o.node, STR("share")));
    assert_int_equal(schema_place(o.node, "count")->line, 2);
    assert_int_equal(schema_place(o.node, "share")->line, 1);
}

struct wrong {
    const char *text, *key;
    int64_t line, column;
};

static void every_kind_of_mistake_is_named_with_its_place(void **state)
{
    (void)state;
    const struct wrong wrong[] = {
        {"count: 1", "schema.missing-key", 1, 1},
        {"[a]", "schema.not-map", 1, 1},
        {"title: [a]", "schema.not-single", 1, 8},
        {"title:", "schema.empty", 1, 7},
        {"title: ''", "schema.empty", 1, 8},
        {"title: ~", "schema.empty", 1, 8},
        {"title: a\ncuont: 1", "schema.unknown-key-near", 2, 1},
        {"title: a\nxyzzy: 1", "schema.unknown-key", 2, 1},
        {"title: a\ncount: 1.5", "schema.not-whole", 2, 8},
        {"title: a\ncount: '2'", "schema.not-whole", 2, 8},
        {"title: a\ncount: 0", "schema.out-of-both-bounds", 2, 8},
        {"title: a\ncount: 10", "schema.out-of-both-bounds", 2, 8},
        {"title: a\nshare: 0", "schema.out-of-both-bounds", 2, 8},
        {"title: a\nshare: 1", "schema.out-of-both-bounds", 2, 8},
        {"title: a\nshare: 0,5", "schema.not-number", 2, 8},
        {"title: a\nshare: .inf", "schema.not-number", 2, 8},
        {"title: a\nshare: 1e999", "schema.not-number", 2, 8},
        {"title: a\nurgent: yes", "schema.not-bool", 2, 9},
        {"title: a\nurgent: 'true'", "schema.not-bool", 2, 9},
        {"title: a\nsince: 2024-02-30", "schema.not-date", 2, 8},
        {"title: a\ncolour: blue", "schema.not-word", 2, 9},
        {"title: a\nprice: {amount: -1}", "schema.out-of-bounds", 2, 17},
        {"title: a\nprice: {amount: 1, year: 1}", "test.no-year", 2, 26},
        {"title: a\nprice: [1]", "schema.not-single", 2, 8},
        {"title: a\nshape: {}", "schema.too-few-keys", 2, 8},
        {"title: a\nshape: {circle: 1, square: 1}", "schema.too-many-keys", 2, 8},
        {"title: a\nsizes: 1", "schema.not-list", 2, 8},
        {"title: a\nsizes: []", "schema.wrong-count-both", 2, 8},
        {"title: a\nsizes: [1, 2, 3, 4]", "schema.wrong-count-both", 2, 8},
        {"title: a\nsizes: [1, 0]", "schema.out-of-bounds", 2, 12},
        {"title: a\npayers: [1]", "schema.not-map", 2, 9},
        {"title: a\npayers: {}", "schema.wrong-count", 2, 9},
        {"title: a\npayers: {x: {amuont: 1}}", "schema.unknown-key-near", 2, 14},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct order o;
        errors.n = errors.n_found = 0;

        assert_int_equal(read_order(wrong[i].text, &o), E_INPUT);

        assert_true(errors.n >= 1);
        assert_string_equal(errors.item[0].msg.key, wrong[i].key);
        assert_string_equal(errors.item[0].file, "o.yaml");
        assert_int_equal(errors.item[0].line, wrong[i].line);
        assert_int_equal(errors.item[0].column, wrong[i].column);
    }
}

static str value_of(const struct msg *m, size_t i)
{
    return (str){m->text + m->arg[i].at, m->arg[i].n};
}

static void an_unknown_key_suggests_the_nearest_known_one(void **state)
{
    (void)state;
    struct order o;
    errors.n = errors.n_found = 0;

    assert_int_equal(read_order("title: a\nColuor: red", &o), E_INPUT);

    assert_true(str_eq(value_of(&errors.item[0].msg, 0), STR("Coluor")));
    assert_true(str_eq(value_of(&errors.item[0].msg, 1), STR("colour")));
}

static void all_mistakes_are_reported_at_once_and_fields_keep_their_defaults(void **state)
{
    (void)state;
    struct order o;
    errors.n = errors.n_found = 0;

    const err e = read_order("count: x\nshare: y\nsurplus: z\ncolour: red\n", &o);

    assert_int_equal(e, E_INPUT);
    assert_int_equal(errors.n, 4);
    assert_int_equal(errors.item[0].line, 1);
    assert_int_equal(errors.item[1].line, 2);
    assert_int_equal(errors.item[2].line, 3);
    assert_string_equal(errors.item[3].msg.key, "schema.missing-key");
    assert_int_equal(o.count, 5);
    assert_int_equal(o.colour, RED);
}

static void mistakes_beyond_the_limit_are_counted(void **state)
{
    (void)state;
    struct errs few;
    struct err_info info;
    const struct yaml_node *root = NULL;
    struct order o;
    assert_int_equal(errs_init(&few, memory, 2, &info), OK);
    assert_int_equal(yaml_parse(memory, STR("{a: 1, b: 2, c: 3, d: 4}"), STR("o"), &root, &info),
                     OK);

    assert_int_equal(schema_read(&order_map, root, STR("o"), memory, &o, &few), E_INPUT);

    assert_int_equal(few.n, 2);
    assert_int_equal(few.n_found, 5);
}

static void the_json_schema_says_the_same_rules(void **state)
{
    (void)state;
    out o;
    out_init(&o, 1 << 20);

    schema_print(&order_map, "https://example.org/order.json", "test.title", LANG_EN, &o);

    out_char(&o, '\0');
    assert_int_equal(o.error, OK);
    assert_non_null(strstr(o.p, "\"$schema\": \"https://json-schema.org/draft/2020-12/schema\""));
    assert_non_null(strstr(o.p, "\"exclusiveMinimum\": 0"));
    assert_non_null(strstr(o.p, "\"maxItems\": 3"));
    assert_non_null(strstr(o.p, "\"$ref\": \"#/$defs/price\""));
    assert_non_null(strstr(o.p, "\"enum\": [\n"));
    assert_non_null(strstr(o.p, "\"anyOf\": [\n"));
    assert_null(
        strstr(strstr(o.p, "\"price\": {\n      \"anyOf\"") + 1, "\"price\": {\n      \"anyOf\""));
    out_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_right_file_fills_the_struct),
        cmocka_unit_test(whether_an_optional_field_was_given_can_be_seen),
        cmocka_unit_test(every_kind_of_mistake_is_named_with_its_place),
        cmocka_unit_test(an_unknown_key_suggests_the_nearest_known_one),
        cmocka_unit_test(all_mistakes_are_reported_at_once_and_fields_keep_their_defaults),
        cmocka_unit_test(mistakes_beyond_the_limit_are_counted),
        cmocka_unit_test(the_json_schema_says_the_same_rules),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
