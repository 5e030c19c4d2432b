/* SPDX-License-Identifier: EUPL-1.2 */
/* Public data sets at their preset thresholds; the truth column is read by the judge alone. */
#include "run_test_int.h"

static struct linkage_score judge(struct fixture *x, const linkage *l, const char *column,
                                  int pieces)
{
    struct linkage_score score;
    uint32_t *truth = truth_of(x, column, pieces);
    assert_int_equal(linkage_evaluate(l, truth, NULL, NULL, 0, 1, &score, &x->info), OK);
    free(truth);
    return score;
}

static void febrl_4_is_linked_without_a_false_link(void **state)
{
    (void)state;
    struct fixture x;
    fixture_files(&x, "febrl4.yaml", "febrl4a.csv", "febrl4b.csv", 2);

    linkage *l = fixture_run(&x);
    const struct linkage_score s = judge(&x, l, "rec_id", 2);

    assert_int_equal(s.n_true, 5000);
    assert_int_equal(s.n_both, s.n_linked); /* precision 1.0000 */
    assert_true(s.recall.at >= 0.9990);
    linkage_free(l);
    fixture_end(&x);
}

static void rldata_500_is_linked_as_well_as_the_best_peer(void **state)
{
    (void)state;
    struct fixture x;
    fixture_files(&x, "rldata500.yaml", "rldata500.csv", NULL, 2);

    linkage *l = fixture_run(&x);
    const struct linkage_score s = judge(&x, l, "ent", 0);

    assert_int_equal(s.n_true, 50);
    assert_int_equal(s.n_both, s.n_linked);
    assert_true(s.n_both >= 49); /* F 0.9899; EM in RecordLinkage for R prints 0.990 */
    linkage_free(l);
    fixture_end(&x);
}

static void fake_1000_is_linked_better_than_any_peer(void **state)
{
    (void)state;
    struct fixture x;
    fixture_files(&x, "fake_1000.yaml", "fake_1000.csv", NULL, 2);

    linkage *l = fixture_run(&x);
    const struct linkage_score s = judge(&x, l, "cluster", 0);

    assert_int_equal(s.n_true, 2031);
    assert_true(s.f.at >= 0.95); /* best peer 0.860 */
    assert_true(s.f.low < s.f.at && s.f.at < s.f.high);
    assert_true(s.completeness >= 0.90);
    /* what rules find of each other's links tells what they miss, without the truth */
    assert_true(linkage_figures(l)->found - s.completeness < 0.03);
    assert_true(s.completeness - linkage_figures(l)->found < 0.03);
    linkage_free(l);
    fixture_end(&x);
}

static void the_number_of_threads_changes_no_bit(void **state)
{
    (void)state;
    struct fixture x[2];
    linkage *l[2];
    const struct linkage_link *link[2];
    size_t n[2];
    for (unsigned i = 0; i < 2; i++) {
        fixture_files(&x[i], "fake_1000.yaml", "fake_1000.csv", NULL, i ? 4 : 1);
        l[i] = fixture_run(&x[i]);
        link[i] = linkage_links(l[i], &n[i]);
    }

    assert_int_equal(n[0], n[1]);
    assert_memory_equal(link[0], link[1], n[0] * sizeof *link[0]);
    assert_memory_equal(linkage_model(l[0]), linkage_model(l[1]), sizeof *linkage_model(l[0]));
    assert_memory_equal(linkage_persons(l[0]), linkage_persons(l[1]), 1000 * sizeof(uint32_t));

    for (int i = 0; i < 2; i++) {
        linkage_free(l[i]);
        fixture_end(&x[i]);
    }
}

static void a_run_without_warrant_does_not_start(void **state)
{
    (void)state;
    static const struct {
        struct linkage_warrant warrant;
        const char *key;
    } cases[] = {
        {{{"", 0}, {"g", 1}, {"c", 1}}, "linkage.no-purpose"},
        {{{"p", 1}, {"  ", 2}, {"c", 1}}, "linkage.no-ground"},
        {{{"p", 1}, {"g", 1}, {NULL, 0}}, "linkage.no-covenant"},
    };
    struct fixture x;
    fixture_files(&x, "rldata500.yaml", "rldata500.csv", NULL, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        linkage *l = (linkage *)&x;
        x.ask.warrant = cases[i].warrant;

        assert_int_equal(linkage_run(&x.ask, &l, &x.info), E_DENIED);

        assert_string_equal(x.info.msg.key, cases[i].key);
        assert_ptr_equal(l, &x); /* nothing was given */
    }
    fixture_end(&x);
}

static void a_pair_is_emitted_once_by_its_first_rule(void **state)
{
    (void)state;
    struct fixture x;
    fixture_files(&x, "fake_1000.yaml", "fake_1000.csv", NULL, 1);
    int64_t by_rule = 0, all = 0;

    linkage *l = fixture_run(&x);

    for (size_t r = 0; r < l->blocks.n_rules; r++)
        by_rule += linkage_figures(l)->rule_pairs[r];
    for (uint32_t i = 0; i < l->records.n; i++)
        for (uint32_t j = i + 1; j < l->records.n; j++)
            all += blocks_rules(&l->blocks, i, j) != 0;
    assert_int_equal(by_rule, all);
    assert_int_equal(linkage_figures(l)->n_candidates, all);
    linkage_free(l);
    fixture_end(&x);
}

static void a_model_that_was_written_gives_the_same_links(void **state)
{
    (void)state;
    struct fixture x;
    struct linkage_model model;
    size_t n, again;
    out text;
    fixture_files(&x, "fake_1000.yaml", "fake_1000.csv", NULL, 1);
    out_init(&text, 1 << 20);
    linkage *learned = fixture_run(&x);

    linkage_model_write(linkage_model(learned), x.settings, &text);
    assert_int_equal(linkage_model_read(out_view(&text), STR("m"), x.settings, &model, &x.info),
                     OK);
    x.ask.model = &model;
    linkage *read = fixture_run(&x);

    const struct linkage_link *a = linkage_links(learned, &n), *b = linkage_links(read, &again);
    assert_int_equal(n, again);
    assert_memory_equal(a, b, n * sizeof *a);
    linkage_free(learned);
    linkage_free(read);
    out_free(&text);
    fixture_end(&x);
}

static void an_explanation_adds_up(void **state)
{
    (void)state;
    struct fixture x;
    size_t n;
    fixture_files(&x, "fake_1000.yaml", "fake_1000.csv", NULL, 1);
    linkage *l = fixture_run(&x);
    const struct linkage_link *link = linkage_links(l, &n);
    for (size_t i = 0; i < n; i++) {
        struct linkage_explanation why;

        assert_int_equal(linkage_explain(l, link[i].b, link[i].a, &why, &x.info), OK);

        double sum = why.prior - why.household;
        for (size_t k = 0; k < why.n; k++)
            sum += why.reason[k].bits;
        assert_true(sum - why.bits < 1e-6 && why.bits - sum < 1e-6);
        assert_true(why.bits - (double)link[i].bits < 1e-3 &&
                    (double)link[i].bits - why.bits < 1e-3);
        if (why.is_breakable)
            assert_true(why.bits_if_broken < bits_of(linkage_threshold(x.settings)));
    }
    linkage_free(l);
    fixture_end(&x);
}

static void a_record_that_comes_later_finds_its_person(void **state)
{
    (void)state;
    static const str value[] = {
        {"Robert", 6}, {"Alen", 4}, {"1971-06-24", 10}, {"", 0}, {"robert255@smith.net", 19}};
    struct fixture x;
    struct linkage_found found[8];
    linkage_index *index;
    size_t n = 8;
    fixture_files(&x, "fake_1000.yaml", "fake_1000.csv", NULL, 1);
    linkage *l = fixture_run(&x);
    assert_int_equal(linkage_index_new(l, &index, &x.info), OK);

    assert_int_equal(linkage_index_find(index, value, 5, found, &n, &x.info), OK);

    assert_true(n >= 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(found[i].record <= 3); /* the first person of the file */
    assert_int_equal(linkage_index_find(index, value, 4, found, &n, &x.info), E_INPUT);
    linkage_index_free(index);
    linkage_free(l);
    fixture_end(&x);
}

static void persons_keep_their_numbers(void **state)
{
    (void)state;
    struct fixture x;
    uint32_t previous[500];
    size_t n;
    fixture_files(&x, "rldata500.yaml", "rldata500.csv", NULL, 1);
    linkage *first = fixture_run(&x);
    for (size_t i = 0; i < 500; i++)
        previous[i] = 1000 + linkage_persons(first)[i];
    uint32_t split = 0; /* a person of two records was two persons before */
    for (size_t i = 0; i < 500 && !split; i++)
        for (size_t j = i + 1; j < 500; j++)
            if (previous[i] == previous[j])
                split = previous[j] = 9000;
    assert_int_equal(split, 9000);

    x.ask.previous = previous;
    linkage *second = fixture_run(&x);

    const struct linkage_event *event = linkage_events(second, &n);
    assert_int_equal(n, 1);
    assert_int_equal(event->kind, LINKAGE_MERGED);
    assert_int_equal(event->from, 9000);
    assert_int_equal(linkage_figures(second)->n_kept, linkage_figures(second)->n_persons);
    for (size_t i = 0; i < 500; i++)
        assert_true(linkage_persons(second)[i] == previous[i] || previous[i] == 9000);
    linkage_free(first);
    linkage_free(second);
    fixture_end(&x);
}

static void what_a_human_said_holds(void **state)
{
    (void)state;
    struct fixture x;
    fixture_files(&x, "rldata500.yaml", "rldata500.csv", NULL, 1);
    linkage *before = fixture_run(&x);
    uint32_t a = 0, b = 1;
    const uint32_t *person = linkage_persons(before);
    for (uint32_t i = 0; i < 500; i++)
        for (uint32_t j = i + 1; j < 500; j++)
            if (person[i] == person[j]) {
                a = i;
                b = j;
            }
    assert_int_equal(person[a], person[b]);
    assert_int_not_equal(person[284], person[378]);
    const struct linkage_label label[] = {{b, a, false}, {284, 378, true}};

    x.ask.label = label;
    x.ask.n_labels = 2;
    linkage *after = fixture_run(&x);

    assert_int_not_equal(linkage_persons(after)[a], linkage_persons(after)[b]);
    assert_int_equal(linkage_persons(after)[284], linkage_persons(after)[378]);
    linkage_free(before);
    linkage_free(after);
    fixture_end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(febrl_4_is_linked_without_a_false_link),
        cmocka_unit_test(rldata_500_is_linked_as_well_as_the_best_peer),
        cmocka_unit_test(fake_1000_is_linked_better_than_any_peer),
        cmocka_unit_test(the_number_of_threads_changes_no_bit),
        cmocka_unit_test(a_run_without_warrant_does_not_start),
        cmocka_unit_test(a_pair_is_emitted_once_by_its_first_rule),
        cmocka_unit_test(a_model_that_was_written_gives_the_same_links),
        cmocka_unit_test(an_explanation_adds_up),
        cmocka_unit_test(a_record_that_comes_later_finds_its_person),
        cmocka_unit_test(persons_keep_their_numbers),
        cmocka_unit_test(what_a_human_said_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
