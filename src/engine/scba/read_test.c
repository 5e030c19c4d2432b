/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"
#include "engine/scba/scba.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static arena *memory;
static struct errs errors;

static int make_arena(void **state)
{
    (void)state;
    struct err_info info;
    memory = arena_new(16 << 20);
    return memory && errs_init(&errors, memory, ERRS_LIMIT, &info) == OK ? 0 : -1;
}

static int drop_arena(void **state)
{
    (void)state;
    arena_free(memory);
    return 0;
}

static str read_source(const char *name)
{
    const char *root = getenv("ONTSCHOT_SOURCE");
    char path[512];
    str text;
    struct err_info info;
    snprintf(path, sizeof path, "%s/%s", root ? root : ".", name);
    assert_int_equal(file_read(memory, str_of(path), 1 << 20, &text, &info), OK);
    return text;
}

static struct scba_result *run_text(str text, struct scba_model *m)
{
    struct scba_result *r = NULL;
    struct err_info info;
    const err e = scba_parse(memory, text, STR("t.yaml"), m, &errors);
    for (size_t i = 0; i < errors.n; i++)
        print_error("%d:%d %s\n", (int)errors.item[i].line, (int)errors.item[i].column,
                    errors.item[i].msg.key);
    assert_int_equal(e, OK);
    assert_int_equal(scba_run(m, NULL, NULL, &r, &info), OK);
    return r;
}

static int payer(const struct scba_model *m, const char *key)
{
    for (size_t i = 0; i < m->n_payers; i++)
        if (str_eq(m->payers[i].key, str_of(key)))
            return (int)i;
    fail();
    return SCBA_NONE;
}

static void the_files_of_supported_work_give_the_published_results(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        double participant, government, society, per_dollar;
    } rows[] = {
        {"tests/data/supported-work-women.yaml", 1653, -2598, -945, 0.6363},
        {"tests/data/supported-work-ex-addicts.yaml", 1569, -3505, -1936, 0.4476},
    };
    for (int i = 0; i < 2; i++) {
        struct scba_model m;
        struct scba_result *r = run_text(read_source(rows[i].file), &m);

        assert_near(r->party[payer(&m, "participant")].balance.mean, rows[i].participant, 1e-9);
        assert_near(r->party[payer(&m, "government")].balance.mean, rows[i].government, 1e-9);
        assert_near(r->party[2].balance.mean, rows[i].society, 1e-9);
        assert_near(r->participant_per_government.mean, rows[i].per_dollar, 5e-5);
        assert_int_equal(r->n_warnings, 0);
        scba_result_free(r);
    }
}

static const struct scba_parameter *parameter(const struct scba_model *m, const char *key)
{
    for (size_t i = 0; i < m->n_parameters; i++)
        if (str_eq(m->parameters[i].key, str_of(key)))
            return &m->parameters[i];
    fail_msg("no parameter %s", key);
    return NULL;
}

static void every_key_reaches_the_model(void **state)
{
    (void)state;
    struct scba_model m;
    struct scba_result *r = run_text(read_source("tests/data/scba-household.yaml"), &m);

    assert_string_equal(m.unit[LANG_EN].p, "household");
    assert_int_equal(m.seed, 7);
    assert_int_equal(m.n_draws, 2000);
    assert_near(r->rate, 0.0225, 0.0);
    assert_int_equal(m.n_items, 7);
    const struct scba_item *team = &m.items[0], *coordination = &m.items[1];
    const struct scba_item *care = &m.items[2], *evictions = &m.items[3], *income = &m.items[4];
    assert_near(team->terms[0].scale, 1.0 / 400.0, 1e-15);
    assert_near(parameter(&m, "team.amount")->dist.b, 13000.0, 1e-9);
    assert_near(team->share[payer(&m, "insurer")], 0.1, 0.0);
    assert_int_equal(coordination->n_terms, 4);
    assert_int_equal(coordination->terms[0].alternative, SCBA_NULL);
    assert_int_equal(coordination->terms[3].first_year, 3);
    assert_int_equal(care->sign, -1);
    assert_true(care->causal);
    assert_int_equal(evictions->terms[0].fade, SCBA_LINEAR);
    assert_int_equal(evictions->link[SCBA_UNIT_VALUE], 0); /* the shared number */
    assert_string_equal(parameter(&m, "evictions.reach")->name[LANG_EN].p,
                        "Fewer evictions: reach");
    assert_near(income->terms[1].scale, 12.0, 0.0);
    assert_int_equal(income->terms[0].fade, SCBA_STOP);
    assert_int_equal(income->terms[1].fade, SCBA_EXPONENTIAL);
    assert_near(m.estimates.covariance[1 * 3 + 2], 0.7 * 150.0, 1e-9);
    assert_near(m.estimates.covariance[0 * 3 + 1], -90.0, 0.0);
    assert_int_equal(m.items[5].linked_to, 4);
    assert_true(parameter(&m, "arrears.amount")->measured);
    /* -(-180) in years 1 and 2, then 0.7 of it, then 0.49 */
    assert_near(r->contribution[2 * r->n_parties + r->n_payers],
                180.0 *
                    (1.0 + 1.0 / 1.0225 + 0.7 / 1.0225 / 1.0225 + 0.49 / 1.0225 / 1.0225 / 1.0225 +
                     0.343 / 1.0225 / 1.0225 / 1.0225 / 1.0225),
                40.0);
    assert_true(r->largest_gap <= SCBA_GAP_MAX);
    assert_int_equal(r->n_warnings, 0);
    scba_result_free(r);
}

static void its_rules_can_be_published(void **state)
{
    (void)state;
    out o;
    out_init(&o, 1 << 20);

    schema_print(&scba_file_map, "scba.schema.json", "scba.about-file", LANG_EN, &o);

    struct err_info info;
    json_error_t where;
    assert_int_equal(out_error(&o, &info), OK);
    json_t *schema = json_loadb(o.p, o.n, 0, &where);
    assert_non_null(schema);
    json_decref(schema);
    assert_non_null(memmem(o.p, o.n, "\"unit_value\"", 12));
    out_free(&o);
}

/* The list is data for people to copy from; what they copy must be right. */
static void the_list_of_dutch_prices_can_be_used(void **state)
{
    (void)state;
    char text[32768];
    const str list = read_source("demo/prices-nl.yaml");
    const int n = snprintf(text, sizeof text,
                           "%.*s\nunit: x\nreached: 1\nprice_year: 2026\nhorizon_years: 1\n"
                           "discount: {rate: 0.0225, first_year: undiscounted}\n"
                           "payers: {city: {group: government}}\n"
                           "effects:\n  e: {size: 1, source: s, more_is: better,\n"
                           "      unit_value: {use: eviction_landlord}, gained_by: {city: 1}}\n",
                           STR_FMT(list));
    assert_in_range(n, 1, (int)sizeof text - 1);
    struct scba_model m;

    const err e = scba_parse(memory, str_of(text), STR("t.yaml"), &m, &errors);

    /* All but the index, which is for the user to choose, is in the list. */
    assert_int_equal(e, E_INPUT);
    for (size_t i = 0; i < errors.n; i++)
        assert_string_equal(errors.item[i].msg.key, "scba.no-index");
    assert_int_equal(errors.n_found, m.n_parameters - 1);
    for (size_t i = 0; i + 1 < m.n_parameters; i++)
        assert_true(m.parameters[i].source[LANG_NL].n > 0 && m.parameters[i].year > 2000);
}

/* ---- Mistakes, each with its place ---- */

#define HEAD                                                                                       \
    "unit: x\nreached: 1\nprice_year: 2026\nhorizon_years: 3\n"                                    \
    "discount: {rate: 0.0225, first_year: undiscounted}\n"                                         \
    "payers: {city: {group: government}, person: {group: participant}}\n"
#define COST "costs: {c: {amount: 1, year: 2026, source: s, paid_by: {city: 1}}}\n"

static const struct {
    const char *text;
    const char *key;
    int line, column;
} mistakes[] = {
    {"unit: x\nreached: 1\nprice_year: 2026\nhorizon_years: 0\n"
     "discount: {rate: 0.02, first_year: undiscounted}\npayers: {a: {group: other}}\n",
     "schema.out-of-both-bounds", 4, 16},
    {"unit: x\nreached: 1\nprice_year: 2026\nhorizon_years: 3\n"
     "discount: {rate: -1, first_year: undiscounted}\npayers: {a: {group: other}}\n",
     "schema.out-of-bounds", 5, 18},
    {"unit: x\nreached: 1\nprice_year: 2026\nhorizon_years: 3\n"
     "discount: {rate: 2.25, first_year: undiscounted}\n"
     "payers: {city: {group: other}}\n" COST,
     "scba.discount-percent", 5, 11},
    {"unit: x\nreached: 1\nprice_year: 2026\nhorizon_years: 3\n"
     "discount: {first_year: undiscounted, range: [0.01, 0.02]}\n"
     "payers: {city: {group: other}}\n" COST,
     "scba.discount-one-of", 5, 11},
    {HEAD "costs:\n  c: {amount: -5, year: 2026, source: s, paid_by: {city: 1}}\n",
     "scba.negative-price", 8, 15},
    {HEAD "costs:\n  c: {amount: 5, year: 2026, paid_by: {city: 1}}\n", "scba.needs-source", 8, 15},
    {HEAD "costs:\n  c: {amount: 5, source: s, paid_by: {city: 1}}\n", "scba.needs-year", 8, 15},
    {HEAD "costs:\n  c: {amount: 5, year: 2020, source: s, paid_by: {city: 1}}\n", "scba.no-index",
     8, 15},
    {HEAD "costs:\n  c: {amount: 5, year: 2020, index: cpi, source: s, paid_by: {city: 1}}\n",
     "scba.unknown", 8, 37},
    {HEAD "costs:\n  c: {year: 2026, source: s, paid_by: {city: 1}}\n", "scba.item-one-of", 8, 6},
    {HEAD "costs:\n  c: {amount: 5, year: 2026, source: s, paid_by: {citi: 1}}\n",
     "scba.unknown-near", 8, 57},
    {HEAD "costs:\n  c: {amount: 5, year: 2026, source: s, paid_by: {city: 0.5}}\n",
     "scba.share-sum", 8, 6},
    {HEAD "costs:\n  c: {amount: 5, years: 2, year: 2026, source: s, paid_by: {city: 1},\n"
          "      fade_rate: 0.5}\n",
     "scba.unused-fade", 9, 18},
    {HEAD "costs:\n  c: {amount: {distribution: normal, mean: 5}, year: 2026, source: s,\n"
          "      paid_by: {city: 1}}\n",
     "scba.number-needs", 8, 15},
    {HEAD "costs:\n  c: {amount: {distribution: normal, mean: 5, sd: 1, low: 2}, year: 2026,\n"
          "      source: s, paid_by: {city: 1}}\n",
     "scba.number-unneeded", 8, 15},
    {HEAD "costs:\n  c: {amount: {distribution: normal, mean: 5, sd: 1, cv: 2}, year: 2026,\n"
          "      source: s, paid_by: {city: 1}}\n",
     "scba.number-sd-cv", 8, 15},
    {HEAD "costs:\n  c: {amount: {value: 5, estimate: e}, year: 2026, source: s,\n"
          "      paid_by: {city: 1}}\n",
     "scba.number-one-of", 8, 15},
    {HEAD "costs:\n  c: {amount: {use: price}, paid_by: {city: 1}}\n", "scba.unknown", 8, 21},
    {HEAD "effects:\n  e: {size: {estimate: wages}, more_is: better, gained_by: {city: 1}}\n",
     "scba.no-estimates", 8, 24},
    {HEAD "estimates: {wage: {value: 1, standard_error: 1, source: s}}\n"
          "effects:\n  e: {size: {estimate: wages}, more_is: better, gained_by: {city: 1}}\n",
     "scba.unknown-near", 9, 24},
    {HEAD "effects:\n  e: {size: 1, more_is: better, year: 2026, source: s,\n"
          "      deadweight: 40, gained_by: {city: 1}}\n",
     "scba.fraction", 9, 19},
    {HEAD COST "transfers:\n  t: {from: city, to: person, share_of: d, rate: {value: 0.1, source: "
               "s}}\n",
     "scba.unknown-near", 9, 41},
    {HEAD COST "transfers:\n  t: {from: city, to: person, share_of: c}\n", "scba.transfer-rate", 9,
     6},
    {HEAD COST "transfers:\n  t: {from: city, to: person}\n", "scba.transfer-one-of", 9, 6},
    {HEAD COST "transfers:\n  t: {from: city, to: city, amount: 1, year: 2026, source: s}\n",
     "scba.transfer-self", 9, 6},
    {HEAD COST "transfers:\n  t: {from: city, to: person, years: 2, share_of: c,\n"
               "      rate: {value: 0.1, source: s}}\n",
     "scba.unused-share-of", 9, 38},
    {HEAD COST "estimates: {a: {value: 1, standard_error: 1, source: s}}\n"
               "covariances:\n  - {first: a, second: a, correlation: 0.5}\n",
     "scba.covariance-self", 10, 5},
    {HEAD COST "price_indexes: {cpi: {source: s, levels: {soon: 100}}}\n", "scba.not-a-year", 8,
     49},
    {HEAD "unknown_key: 1\n" COST, "schema.unknown-key", 7, 1},
    {HEAD "effect:\n  e: 1\n" COST, "schema.unknown-key-near", 7, 1},
};

static bool is_told(size_t i)
{
    struct scba_model m;
    errors.n = errors.n_found = 0;
    const err e = scba_parse(memory, str_of(mistakes[i].text), STR("t.yaml"), &m, &errors);
    const struct err_info *info = &errors.item[0];
    const bool told = e == E_INPUT && strcmp(info->msg.key, mistakes[i].key) == 0 &&
                      info->line == mistakes[i].line && info->column == mistakes[i].column &&
                      strcmp(info->file, "t.yaml") == 0;
    if (!told)
        print_error("case %zu: %s at %d:%d\n", i, info->msg.key, (int)info->line,
                    (int)info->column);
    return told;
}

static void a_mistake_in_a_file_is_told_with_its_place(void **state)
{
    (void)state;
    size_t n_told = 0;

    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++)
        n_told += is_told(i);

    assert_int_equal(n_told, sizeof mistakes / sizeof mistakes[0]);
}

static void more_than_one_mistake_is_told_at_once(void **state)
{
    (void)state;
    struct scba_model m;
    const str text = STR(HEAD "costs:\n"
                              "  a: {amount: -5, year: 2026, source: s, paid_by: {city: 1}}\n"
                              "  b: {amount: 5, year: 2026, source: s, paid_by: {city: 0.2}}\n");

    assert_int_equal(scba_parse(memory, text, STR("t.yaml"), &m, &errors), E_INPUT);

    assert_int_equal(errors.n_found, 2);
    assert_int_equal(errors.item[0].line, 8);
    assert_int_equal(errors.item[1].line, 9);
}

static void an_alias_is_refused(void **state)
{
    (void)state;
    struct scba_model m;

    assert_int_equal(scba_parse(memory, STR("a: &x {b: *x}\n"), STR("t.yaml"), &m, &errors),
                     E_INPUT);

    assert_int_equal(errors.n_found, 1);
    assert_int_equal(errors.item[0].line, 1);
}

static void a_study_lends_its_estimates_by_name(void **state)
{
    (void)state;
    static const str names[] = {{"wages", 5}, {"care", 4}};
    static const double value[] = {100.0, 30.0}, covariance[] = {4.0, 1.0, 1.0, 9.0};
    const str text = STR(HEAD "effects:\n"
                              "  e: {size: {estimate: care}, periods_per_year: 12,\n"
                              "      more_is: better, causal: true, gained_by: {city: 1}}\n");
    const struct yaml_node *root;
    struct err_info info;
    struct scba_file f;
    struct scba_model m;
    scba_model_init(&m);
    m.n_draws = 123;
    m.estimates =
        (struct scba_estimates){.n = 2, .name = names, .value = value, .covariance = covariance};
    assert_int_equal(yaml_parse(memory, text, STR("t.yaml"), &root, &info), OK);
    assert_int_equal(schema_read(&scba_file_map, root, STR("t.yaml"), memory, &f, &errors), OK);

    assert_int_equal(scba_read(&f, STR("t.yaml"), memory, &m, &errors), OK);

    assert_int_equal(m.n_draws, 123);
    assert_int_equal(m.parameters[0].estimate, 1);
    assert_true(m.parameters[0].measured);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, make_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        EACH(the_files_of_supported_work_give_the_published_results),
        EACH(every_key_reaches_the_model),
        EACH(its_rules_can_be_published),
        EACH(the_list_of_dutch_prices_can_be_used),
        EACH(a_mistake_in_a_file_is_told_with_its_place),
        EACH(more_than_one_mistake_is_told_at_once),
        EACH(an_alias_is_refused),
        EACH(a_study_lends_its_estimates_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
