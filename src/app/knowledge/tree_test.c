/* SPDX-License-Identifier: EUPL-1.2 */
/* The tree of spaces against the rule for one space, in random forests; lists of members by pages.
 */
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

enum { PEOPLE = 4, SPACES = 60, NOW = 1000000, NONE = -1 };

struct forest {
    struct store_fixture *f;
    struct party_id party[PEOPLE];
    struct space_id space[SPACES];
    int parent[SPACES];
};

static uint64_t below(uint64_t n)
{
    static uint64_t at;
    return rng_u64((struct rng_key){.seed = 20261124, .stream = 9}, at++) % n;
}

static err put_people(db_tx *tx, void *arg, struct err_info *info)
{
    static const char *const names[PEOPLE] = {"dirk", "anna", "Bo", "carla"};
    struct forest *t = arg;
    err e = OK;
    for (int i = 0; e == OK && i < PEOPLE; i++) {
        t->party[i] = (struct party_id){db_new_id(db_tx_db(tx))};
        e = party_add(tx,
                      (struct party_add_in){.id = t->party[i],
                                            .name = str_of(names[i]),
                                            .sort_key = str_of(names[i]),
                                            .job_title = STR(""),
                                            .state = 2,
                                            .now = NOW},
                      info);
    }
    return e;
}

static int depth_of(const struct forest *t, int i)
{
    int depth = 0;
    while ((i = t->parent[i]) != NONE)
        depth++;
    return depth;
}

static err put_spaces(db_tx *tx, void *arg, struct err_info *info)
{
    struct forest *t = arg;
    err e = OK;
    for (int i = 0; e == OK && i < SPACES; i++) {
        char slug[16];
        snprintf(slug, sizeof slug, "s%d", (int)below(1000) * 100 + i);
        t->parent[i] = i && below(4) ? (int)below((uint64_t)i) : NONE;
        while (depth_of(t, i) >= SPACE_DEPTH_MAX)
            t->parent[i] = t->parent[t->parent[i]];
        t->space[i] = (struct space_id){db_new_id(db_tx_db(tx))};
        e = space_add(
            tx,
            (struct space_add_in){.id = t->space[i],
                                  .parent = {t->parent[i] == NONE ? 0 : t->space[t->parent[i]].v},
                                  .slug = str_of(slug),
                                  .name_nl = str_of(slug),
                                  .name_en = str_of(slug),
                                  .about_nl = STR(""),
                                  .about_en = STR(""),
                                  .ceiling = LEVEL_PUBLIC,
                                  .eff = LEVEL_PUBLIC,
                                  .listed = below(3) > 0,
                                  .by = t->party[0],
                                  .now = NOW},
            info);
        for (int who = 0; e == OK && who < PEOPLE; who++)
            if (below(6) == 0)
                e = membership_put(tx,
                                   (struct membership_put_in){.space = t->space[i],
                                                              .party = t->party[who],
                                                              .state = (int64_t)below(4),
                                                              .now = NOW},
                                   info);
    }
    return e;
}

static int build(void **state)
{
    struct forest *t = calloc(1, sizeof *t);
    struct err_info info;
    void *fixture;

    assert_non_null(t);
    if (store_set_up(&fixture) != 0)
        return -1;
    t->f = fixture;
    assert_int_equal(db_tx_do(t->f->d, put_people, t, &info), OK);
    assert_int_equal(db_tx_do(t->f->d, put_spaces, t, &info), OK);
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    struct forest *t = *state;
    void *fixture = t->f;
    const int code = store_tear_down(&fixture);
    free(t);
    return code;
}

static struct deed deed_of(const struct forest *t, int who)
{
    return (struct deed){
        .viewer = {.id = {who == NONE ? 0 : t->party[who].v}, .is_active = who != NONE},
        .now_ms = NOW,
        .memory = t->f->a,
    };
}

static void the_tree_holds_exactly_the_spaces_that_are_shown_one_by_one(void **state)
{
    const struct forest *t = *state;
    size_t in_all = 0;

    for (int who = NONE; who < PEOPLE; who++) {
        const struct deed deed = deed_of(t, who);
        struct space *tree, one;
        struct err_info info;
        bool has_more;
        size_t n, shown = 0;
        int *depth;

        assert_int_equal(space_tree(&deed, t->f->d, &tree, &depth, &n, &has_more, &info), OK);

        assert_false(has_more);
        for (int i = 0; i < SPACES; i++) {
            const bool is_shown = space_get(&deed, t->f->d, t->space[i], &one, &info) == OK;
            size_t times = 0;
            for (size_t k = 0; k < n; k++)
                times += tree[k].id.v == t->space[i].v;
            assert_int_equal(times, is_shown);
            shown += is_shown;
        }
        assert_int_equal(n, shown);
        in_all += n;
    }
    assert_in_range(in_all, SPACES, (PEOPLE + 1) * SPACES - 1); /* neither all nor none */
}

static void each_stands_below_its_parent_and_beside_its_siblings_by_name(void **state)
{
    const struct forest *t = *state;
    const struct deed deed = deed_of(t, 0);
    struct space *tree;
    struct err_info info;
    bool has_more;
    size_t n;
    int *depth;

    assert_int_equal(space_tree(&deed, t->f->d, &tree, &depth, &n, &has_more, &info), OK);

    for (size_t i = 0; i < n; i++) {
        size_t above = i;
        while (above > 0 && depth[above] >= depth[i])
            above--;
        if (depth[i] == 0) {
            for (size_t k = 0; k < n; k++)
                assert_true(tree[k].id.v != tree[i].parent.v || tree[i].parent.v == 0);
        } else {
            assert_int_equal(depth[above], depth[i] - 1);
            assert_int_equal(tree[above].id.v, tree[i].parent.v);
        }
        for (size_t k = i + 1; k < n && depth[k] >= depth[i]; k++)
            if (depth[k] == depth[i])
                assert_true(str_cmp(tree[i].name[LANG_NL], tree[k].name[LANG_NL]) < 0);
    }
}

static err join_all(db_tx *tx, void *arg, struct err_info *info)
{
    struct forest *t = arg;
    err e = OK;
    for (int who = 0; e == OK && who < PEOPLE; who++)
        e = membership_put(tx,
                           (struct membership_put_in){.space = t->space[0],
                                                      .party = t->party[who],
                                                      .role = who ? MEMBER_PLAIN : MEMBER_MANAGER,
                                                      .state = MEMBER_ACTIVE,
                                                      .now = NOW},
                           info);
    return e;
}

static void a_page_of_members_begins_behind_an_id(void **state)
{
    struct forest *t = *state;
    const struct deed deed = deed_of(t, 0);
    struct name_cursor from = {.id = {0}}, next;
    struct err_info info;
    size_t seen = 0;

    assert_int_equal(db_tx_do(t->f->d, join_all, t, &info), OK);
    do {
        struct member *member;
        size_t n;
        assert_int_equal(
            space_members(&deed, t->f->d, t->space[0], from, 1, &member, &n, &next, &info), OK);
        seen += n;
        from = (struct name_cursor){.id = next.id};
    } while (next.id.v != 0 && seen < 2 * PEOPLE);

    assert_int_equal(seen, PEOPLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_holds_exactly_the_spaces_that_are_shown_one_by_one),
        cmocka_unit_test(each_stands_below_its_parent_and_beside_its_siblings_by_name),
        cmocka_unit_test(a_page_of_members_begins_behind_an_id),
    };
    return cmocka_run_group_tests(tests, build, tear_down);
}
