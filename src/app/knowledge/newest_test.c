/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists of somebody who joined many spaces, page by page, against a list that was sorted here. */
#include "app/access/queries.h"
#include "app/db/store_test.h"
#include "app/knowledge/knowledge_int.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SPACES = 60, POSTS = 900, MOMENTS = 250, NOW = 1000000 };

struct post {
    struct publication_id id;
    int64_t at;
    int space; /* -1: none, for everybody */
};

struct town {
    struct store_fixture *f;
    struct party_id owner, member;
    struct space_id space[SPACES];
    bool is_joined[SPACES];
    struct post post[POSTS];
};

static uint64_t draw(uint64_t n)
{
    static uint64_t at;
    return rng_u64((struct rng_key){.seed = 20261124, .stream = 11}, at++) % n;
}

static err put_person(db_tx *tx, struct party_id *id, const char *name, struct err_info *info)
{
    *id = (struct party_id){db_new_id(db_tx_db(tx))};
    return party_add(tx,
                     (struct party_add_in){.id = *id,
                                           .name = str_of(name),
                                           .sort_key = str_of(name),
                                           .job_title = STR(""),
                                           .state = 2,
                                           .now = NOW},
                     info);
}

static err put_space(db_tx *tx, struct town *t, int i, struct err_info *info)
{
    char slug[16];
    snprintf(slug, sizeof slug, "s%d", i);
    t->space[i] = (struct space_id){db_new_id(db_tx_db(tx))};
    t->is_joined[i] = draw(3) > 0;
    const err e = space_add(tx,
                            (struct space_add_in){.id = t->space[i],
                                                  .slug = str_of(slug),
                                                  .name_nl = str_of(slug),
                                                  .name_en = str_of(slug),
                                                  .about_nl = STR(""),
                                                  .about_en = STR(""),
                                                  .ceiling = LEVEL_PUBLIC,
                                                  .eff = LEVEL_PUBLIC,
                                                  .listed = true,
                                                  .by = t->owner,
                                                  .now = NOW},
                            info);
    return e == OK && t->is_joined[i]
               ? membership_put(tx,
                                (struct membership_put_in){.space = t->space[i],
                                                           .party = t->member,
                                                           .state = MEMBER_ACTIVE,
                                                           .now = NOW},
                                info)
               : e;
}

/* Few moments for many posts, so that ids have to decide; some spaces have most of them. */
static err put_post(db_tx *tx, struct town *t, struct post *p, struct err_info *info)
{
    int64_t changed;
    *p = (struct post){.id = {db_new_id(db_tx_db(tx))},
                       .at = 1000 + (int64_t)draw(MOMENTS),
                       .space = draw(9) == 0 ? -1 : (int)(draw(SPACES) * draw(SPACES) / SPACES)};
    const bool is_open = p->space < 0;
    err e = publication_add(
        tx,
        (struct publication_add_in){.id = p->id,
                                    .space = is_open ? (struct space_id){0} : t->space[p->space],
                                    .owner = t->owner,
                                    .level = is_open ? LEVEL_PUBLIC : LEVEL_SPACE,
                                    .publish_at = p->at,
                                    .delete_at = INT64_MAX,
                                    .title = STR("Een verhaal"),
                                    .summary = STR(""),
                                    .now = NOW},
        info);
    if (e == OK)
        e = publication_update_state(
            tx,
            (struct publication_update_state_in){.id = p->id,
                                                 .version = 1,
                                                 .state = PUBLICATION_PUBLISHED,
                                                 .publish_at = p->at,
                                                 .removed_at = INT64_MAX,
                                                 .now = NOW},
            &changed, info);
    return e == OK ? level_set_tree(tx, p->id, is_open ? LEVEL_PUBLIC : LEVEL_SPACE, info) : e;
}

static err build_all(db_tx *tx, void *arg, struct err_info *info)
{
    struct town *t = arg;
    err e = put_person(tx, &t->owner, "anna", info);
    if (e == OK)
        e = put_person(tx, &t->member, "bram", info);
    for (int i = 0; e == OK && i < SPACES; i++)
        e = put_space(tx, t, i, info);
    for (int i = 0; e == OK && i < POSTS; i++)
        e = put_post(tx, t, &t->post[i], info);
    return e;
}

static int set_up(void **state)
{
    struct town *t = calloc(1, sizeof *t);
    struct err_info info;
    void *fixture;

    if (!t || store_set_up(&fixture) != 0)
        return -1;
    t->f = fixture;
    assert_int_equal(db_tx_do(t->f->d, build_all, t, &info), OK);
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    struct town *t = *state;
    void *fixture = t->f;
    const int code = store_tear_down(&fixture);
    free(t);
    return code;
}

static int newer_first(const void *a, const void *b)
{
    const struct post *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? 1 : -1;
    return (x->id.v < y->id.v) - (x->id.v > y->id.v);
}

static size_t expected_of(const struct town *t, struct post *list)
{
    size_t n = 0;
    for (int i = 0; i < POSTS; i++)
        if (t->post[i].space < 0 || t->is_joined[t->post[i].space])
            list[n++] = t->post[i];
    qsort(list, n, sizeof *list, newer_first);
    return n;
}

static void pages_of_any_size_hold_all_that_spaces_have_newest_first(void **state)
{
    static struct post expected[POSTS];
    struct town *t = *state;
    const struct deed deed = {
        .viewer = {.id = t->member, .is_active = true}, .now_ms = NOW, .memory = t->f->a};
    const size_t n_expected = expected_of(t, expected);
    struct err_info info;

    assert_true(n_expected > POSTS / 2);
    for (size_t limit = 1; limit <= PAGE_ITEMS_MAX; limit += limit < 24 ? 1 : 13) {
        struct cursor at = {0};
        size_t seen = 0;
        do {
            struct publication *list;
            size_t n;
            assert_int_equal(publication_newest(&deed, t->f->d, (struct publication_filter){0}, at,
                                                limit, &list, &n, &at, &info),
                             OK);
            for (size_t i = 0; i < n; i++, seen++) {
                assert_true(seen < n_expected);
                assert_int_equal(list[i].id.v, expected[seen].id.v);
            }
            arena_reset(t->f->a);
        } while (at.id);
        assert_int_equal(seen, n_expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pages_of_any_size_hold_all_that_spaces_have_newest_first,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
