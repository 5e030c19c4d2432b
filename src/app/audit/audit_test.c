/* SPDX-License-Identifier: EUPL-1.2 */
/* The log against whoever may write in the database but has no key. */
#include "app/audit/audit_int.h"
#include "app/audit/test/queries.h"
#include "app/db/store_test.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 40 };

static int64_t test_now(void)
{
    return 1000;
}

static void test_random(void *to, size_t n)
{
    static uint64_t counter;
    unsigned char *byte = to;
    for (size_t i = 0; i < n; i++)
        byte[i] = (unsigned char)rng_u64((struct rng_key){.seed = 7}, counter++);
}

static const struct app_keys keys = {.log = {1, 2, 3}};
static const struct app app = {
    .now_ms = test_now, .random_bytes = test_random, .keys = &keys, .base_url = STR("")};

static struct deed deed_of(const struct store_fixture *f, int64_t who, unsigned roles)
{
    return (struct deed){
        .app = &app,
        .viewer = {.id = {who}, .is_active = true, .has_second = true, .roles = roles},
        .now_ms = 5000,
        .memory = f->a,
    };
}

static err add_rows(db_tx *tx, void *arg, struct err_info *info)
{
    const struct deed *deed = arg;
    err e = OK;
    for (int i = 0; e == OK && i < ROWS; i++)
        e = audit_add(tx, deed,
                      &(struct audit_row){
                          .verb = i % 2 ? "account.change" : "publication.publish",
                          .object = "account",
                          .object_id = 100 + i,
                          .about = {200 + i % 4},
                          .purpose = STR("because"),
                          .field = {{"name", STR("Jansen"), true}, {"lang", STR("nl"), false}},
                          .n_fields = (size_t)(i % 3),
                      },
                      info);
    return e;
}

static err forget_in(db_tx *tx, void *arg, struct err_info *info)
{
    return audit_forget(tx, *(const struct party_id *)arg, info);
}

static err cut_tail_in(db_tx *tx, void *arg, struct err_info *info)
{
    const int64_t from = *(const int64_t *)arg;
    err e = cut_fields(tx, (struct cut_fields_in){.from = from}, info);
    if (e == OK)
        e = cut_links(tx, (struct cut_links_in){.from = from}, info);
    return e == OK ? cut_rows(tx, info) : e;
}

static int set_up(void **state)
{
    struct err_info info;
    int64_t n_sealed;

    if (store_set_up(state) != 0)
        return -1;
    struct store_fixture *f = *state;
    struct deed deed = deed_of(f, 77, 0);
    assert_int_equal(db_tx_do(f->d, add_rows, &deed, &info), OK);
    assert_int_equal(audit_seal(&app, f->d, &n_sealed, &info), OK);
    assert_int_equal(n_sealed, ROWS);
    return 0;
}

static struct audit_verdict verdict_of(const struct store_fixture *f,
                                       const struct audit_head *known)
{
    struct audit_verdict verdict;
    struct err_info info;
    assert_int_equal(audit_verify(&app, f->d, known, &verdict, &info), OK);
    return verdict;
}

static void a_log_that_nobody_touched_is_whole(void **state)
{
    struct store_fixture *f = *state;

    const struct audit_verdict v = verdict_of(f, NULL);

    assert_true(v.is_whole);
    assert_int_equal(v.n_rows, ROWS);
    assert_int_equal(v.n_unsealed, 0);
}

static void sealing_again_adds_nothing_and_goes_on_where_it_was(void **state)
{
    struct store_fixture *f = *state;
    struct deed deed = deed_of(f, 77, 0);
    struct err_info info;
    int64_t n_sealed;

    assert_int_equal(audit_seal(&app, f->d, &n_sealed, &info), OK);
    assert_int_equal(n_sealed, 0);
    assert_int_equal(db_tx_do(f->d, add_rows, &deed, &info), OK);
    assert_int_equal(verdict_of(f, NULL).n_unsealed, ROWS);
    assert_int_equal(audit_seal(&app, f->d, &n_sealed, &info), OK);

    const struct audit_verdict v = verdict_of(f, NULL);
    assert_int_equal(n_sealed, ROWS);
    assert_true(v.is_whole);
    assert_int_equal(v.n_rows, 2 * ROWS);
}

static void forgetting_a_person_leaves_the_chain_whole_and_no_name(void **state)
{
    struct store_fixture *f = *state;
    struct deed auditor = deed_of(f, 5, ACCESS_AUDITOR);
    struct audit_entry *list;
    struct err_info info;
    int n_forgotten = 0, n_kept = 0;
    size_t n;

    struct party_id who = {201};
    assert_int_equal(db_tx_do(f->d, forget_in, &who, &info), OK);

    assert_true(verdict_of(f, NULL).is_whole);
    assert_int_equal(audit_list(&auditor, f->d, (struct audit_filter){0}, 0, 100, &list, &n, &info), OK);
    assert_int_equal(n, ROWS);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < list[i].n_fields; k++) {
            if (!list[i].field[k].is_personal)
                assert_true(str_eq(list[i].field[k].value, STR("nl")));
            else if (list[i].about.v == 201)
                n_forgotten += list[i].field[k].value.p == NULL;
            else
                n_kept += str_eq(list[i].field[k].value, STR("Jansen"));
        }
    assert_true(n_forgotten > 0 && n_kept > 0);
}

static void a_cut_tail_is_found_by_an_exported_head(void **state)
{
    struct store_fixture *f = *state;
    struct audit_head head, read;
    struct err_info info;
    out line;

    assert_int_equal(audit_head(f->d, f->a, &head, &info), OK);
    out_init(&line, 1000);
    audit_head_print(&line, &head);
    assert_true(audit_head_parse(out_view(&line), &read));
    out_free(&line);
    assert_true(verdict_of(f, &read).is_whole);

    assert_int_equal(db_tx_do(f->d, cut_tail_in, &(int64_t){ROWS - 2}, &info), OK);

    assert_true(verdict_of(f, NULL).is_whole); /* nothing inside tells */
    assert_false(verdict_of(f, &read).is_whole);
}

static void only_auditors_read_and_reading_is_in_the_log(void **state)
{
    struct store_fixture *f = *state;
    struct deed plain = deed_of(f, 5, 0), auditor = deed_of(f, 5, ACCESS_AUDITOR);
    struct audit_entry *list;
    struct err_info info;
    int64_t n_sealed;
    size_t n;

    assert_int_equal(audit_list(&plain, f->d, (struct audit_filter){0}, 0, 10, &list, &n, &info), E_DENIED);
    assert_int_equal(audit_list(&auditor, f->d, (struct audit_filter){0}, 0, 10, &list, &n, &info), OK);
    assert_int_equal(audit_seal(&app, f->d, &n_sealed, &info), OK);

    assert_int_equal(n_sealed, 1);
    assert_int_equal(audit_list(&auditor, f->d, (struct audit_filter){0}, 0, 1, &list, &n, &info), OK);
    assert_true(str_eq(list[0].verb, STR("audit.read")));
}

/* ---- ten thousand hands ---- */

/* The walk is the same on both; a server takes a hundred times as long to undo one. */
static uint64_t mutations(const struct store_fixture *f)
{
    return strncmp(f->url, "sqlite:", 7) == 0 ? 10000 : 500;
}

struct hand {
    const struct store_fixture *f;
    const struct audit_head *known;
    uint64_t at;
    bool was_found;
};

/* One change of what the tables hold, of the kinds that the database itself allows. */
static err mutate(db_tx *tx, const struct hand *h, struct err_info *info)
{
    const struct rng_key key = {.seed = 99};
    const int64_t number = 1 + (int64_t)(rng_u64(key, 4 * h->at) % ROWS);
    const int64_t other = 1 + (number + (int64_t)(rng_u64(key, 4 * h->at + 1) % (ROWS - 1))) % ROWS;
    const int64_t by = 1 + (int64_t)(rng_u64(key, 4 * h->at + 2) % 1000);
    const int64_t with_field = 2 + 3 * (number / 4); /* rows 2, 3, 5, 6, ... have fields */

    switch (rng_u64(key, 4 * h->at + 3) % 12) {
    case 0: return change_verb(tx, (struct change_verb_in){.number = number}, info);
    case 1: return change_time(tx, (struct change_time_in){.number = number, .by = by}, info);
    case 2: return change_actor(tx, (struct change_actor_in){.number = number, .by = by}, info);
    case 3: return change_object(tx, (struct change_object_in){.number = number, .by = by}, info);
    case 4: return change_purpose(tx, (struct change_purpose_in){.number = number}, info);
    case 5: return change_value(tx, (struct change_value_in){.number = with_field}, info);
    case 6: return remove_field(tx, (struct remove_field_in){.number = with_field}, info);
    case 7: return remove_link(tx, (struct remove_link_in){.number = number}, info);
    case 8: return shift_link(tx, (struct shift_link_in){.number = number, .by = ROWS + by}, info);
    case 9: return swap_rows(tx, (struct swap_rows_in){.one = number, .other = other}, info);
    case 10: return cut_tail_in(tx, &(int64_t){number}, info);
    default: return add_stranger(tx, (struct add_stranger_in){.id = {by}}, info);
    }
}

static err mutate_and_look(db_tx *tx, void *arg, struct err_info *info)
{
    struct hand *h = arg;
    struct audit_verdict verdict;

    err e = mutate(tx, h, info);
    if (e == OK)
        e = audit_walk(&app, db_tx_db(tx), h->f->a, h->known, &verdict, info);
    if (e != OK)
        return e;
    h->was_found = !verdict.is_whole;
    return err_set(info, E_CANCELLED, "error.cancelled"); /* and nothing happened */
}

static void each_of_thousands_of_mutations_is_found(void **state)
{
    struct store_fixture *f = *state;
    struct audit_head head;
    struct err_info info;
    uint64_t n_found = 0;

    assert_int_equal(audit_head(f->d, f->a, &head, &info), OK);
    for (uint64_t i = 0; i < mutations(f); i++) {
        struct hand h = {.f = f, .known = &head, .at = i};
        const err e = db_tx_do(f->d, mutate_and_look, &h, &info);
        if (e != E_CANCELLED)
            print_error("mutation %d: %s\n", (int)i, info.msg.key);
        assert_int_equal(e, E_CANCELLED);
        n_found += h.was_found;
        if (!h.was_found)
            print_error("mutation %d was not found\n", (int)i);
    }

    assert_int_equal(n_found, mutations(f));
    assert_true(verdict_of(f, &head).is_whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define LOG_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, store_tear_down)
        LOG_TEST(a_log_that_nobody_touched_is_whole),
        LOG_TEST(sealing_again_adds_nothing_and_goes_on_where_it_was),
        LOG_TEST(forgetting_a_person_leaves_the_chain_whole_and_no_name),
        LOG_TEST(a_cut_tail_is_found_by_an_exported_head),
        LOG_TEST(only_auditors_read_and_reading_is_in_the_log),
        LOG_TEST(each_of_thousands_of_mutations_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
