/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The visibility rule against another telling of it: for some two thousand publications in all
 * combinations of space, level, state, dates and grant, some hanging under others, and eight
 * viewers, three answers must be one: what a page shows, what the SQL of lists says, and the set of
 * viewers computed here from the world itself, without stored levels.
 */
#include "app/access/queries.h"
#include "app/db/store_test.h"
#include "app/knowledge/knowledge_int.h"
#include "app/knowledge/test/queries.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1000000, NEVER = -1 };

/* ---- the world, as plain tables ---- */

enum who { VISITOR, OWNER, MEMBER, STRANGER, BLOCKED, GRANTEE, FRIEND, SECOND, VIEWERS };
enum where { NOWHERE, OPEN, SIGNED_IN, CLOSED, INNER, PLACES, OTHER = PLACES, SPACES };
enum when { LIVE, FUTURE, EXPIRED, UNSET, TIMES };
enum given { NOTHING, TO_PARTY, TO_PARTY_EDIT, TO_SPACE, TO_SPACE_EDIT, GIFTS };

enum { MADE_MAX = 4000 };

struct made {
    struct publication_id id;
    enum where where;
    enum level level;
    enum publication_state state;
    enum when when;
    enum given given;
    enum who owner;
    int parent; /* index, or NEVER */
    int64_t publish_at, delete_at;
};

struct world {
    struct store_fixture *f;
    struct party_id party[VIEWERS];
    struct space_id space[SPACES];
    struct made made[MADE_MAX];
    int n;
};

static const enum level ceilings[SPACES] = {
    [OPEN] = LEVEL_PUBLIC,  [SIGNED_IN] = LEVEL_SIGNED_IN,
    [CLOSED] = LEVEL_SPACE, [INNER] = LEVEL_PUBLIC, /* within CLOSED */
    [OTHER] = LEVEL_PUBLIC,
};

static bool is_member(enum who who, enum where where)
{
    switch (who) {
    case OWNER:
    case MEMBER:
    case BLOCKED: return where != OTHER && where != NOWHERE;
    case FRIEND: return where == OTHER || where == OPEN;
    case SECOND: return where == CLOSED || where == INNER;
    default: return false;
    }
}

/* ---- the other telling: sets of viewers as bits ---- */

static unsigned bit(enum who who)
{
    return 1U << who;
}

static unsigned everybody(void)
{
    return (1U << VIEWERS) - 1;
}

static unsigned signed_in(void)
{
    return everybody() & ~bit(VISITOR) & ~bit(BLOCKED);
}

static unsigned members_of(enum where where)
{
    unsigned set = 0;
    for (enum who who = 0; who < VIEWERS; who++)
        if (is_member(who, where))
            set |= bit(who);
    return set & signed_in();
}

static unsigned let_in(enum level level, enum where where)
{
    switch (level) {
    case LEVEL_PUBLIC: return everybody();
    case LEVEL_SIGNED_IN: return signed_in();
    case LEVEL_SPACE: return members_of(where);
    case LEVEL_OWNER: return 0;
    }
    return 0;
}

static bool has_wall(enum where where)
{
    return where == CLOSED || where == INNER;
}

/* For whom level and ceilings of it, and of all it hangs under, are wide enough. */
static unsigned wide_enough(const struct world *w, const struct made *m)
{
    unsigned set = let_in(m->level, m->where);
    if (m->where != NOWHERE)
        set &= let_in(ceilings[m->where], m->where);
    if (has_wall(m->where))
        set &= members_of(m->where);
    return m->parent == NEVER ? set : set & wide_enough(w, &w->made[m->parent]);
}

static unsigned favoured(const struct made *m, bool to_edit)
{
    unsigned set = 0;
    if (m->given == TO_PARTY_EDIT || (m->given == TO_PARTY && !to_edit))
        set = bit(GRANTEE) | bit(SECOND);
    if (m->given == TO_SPACE_EDIT || (m->given == TO_SPACE && !to_edit))
        set = members_of(OTHER);
    return has_wall(m->where) ? set & members_of(m->where) : set;
}

static bool is_live(const struct made *m)
{
    return (m->state == PUBLICATION_PUBLISHED || m->state == PUBLICATION_ARCHIVED) &&
           m->when == LIVE;
}

static unsigned who_sees(const struct world *w, const struct made *m)
{
    const unsigned own = bit(m->owner) & signed_in();
    unsigned set = wide_enough(w, m) | own | (favoured(m, false) & signed_in());

    if (m->state == PUBLICATION_REMOVED)
        return 0;
    if (!is_live(m))
        set &= own | favoured(m, true);
    return m->parent == NEVER ? set : set & who_sees(w, &w->made[m->parent]);
}

/* ---- building it ---- */

static struct deed deed_of(const struct world *w, enum who who)
{
    return (struct deed){
        .viewer = {.id = w->party[who], .is_active = (signed_in() & bit(who)) != 0},
        .now_ms = NOW,
        .memory = w->f->a,
    };
}

static err put_people_and_spaces(db_tx *tx, void *arg, struct err_info *info)
{
    struct world *w = arg;
    db *d = db_tx_db(tx);
    err e = OK;

    for (enum who who = OWNER; e == OK && who < VIEWERS; who++) {
        w->party[who] = (struct party_id){db_new_id(d)};
        e = party_add(tx,
                      (struct party_add_in){.id = w->party[who],
                                            .name = STR("x"),
                                            .sort_key = STR("x"),
                                            .job_title = STR(""),
                                            .state = who == BLOCKED ? 3 : 2,
                                            .now = NOW},
                      info);
    }
    for (enum where s = OPEN; e == OK && s < SPACES; s++) {
        char slug[2] = {(char)('a' + s), 0};
        w->space[s] = (struct space_id){db_new_id(d)};
        e = space_add(tx,
                      (struct space_add_in){
                          .id = w->space[s],
                          .parent = {s == INNER ? w->space[CLOSED].v : 0},
                          .slug = str_of(slug),
                          .name_nl = STR("x"),
                          .name_en = STR("x"),
                          .about_nl = STR(""),
                          .about_en = STR(""),
                          .ceiling = ceilings[s],
                          .eff = s == INNER ? ceilings[CLOSED] : ceilings[s],
                          .listed = true,
                          .by = w->party[OWNER],
                          .now = NOW,
                      },
                      info);
        for (enum who who = OWNER; e == OK && who < VIEWERS; who++)
            e = membership_put(
                tx,
                (struct membership_put_in){.space = w->space[s],
                                           .party = w->party[who],
                                           .state = is_member(who, s) ? MEMBER_ACTIVE : MEMBER_LEFT,
                                           .now = NOW},
                info);
    }
    return e;
}

static err put_gift(db_tx *tx, const struct world *w, const struct made *m, enum who to,
                    struct err_info *info)
{
    const bool to_space = m->given == TO_SPACE || m->given == TO_SPACE_EDIT;
    return grant_put(tx,
                     (struct grant_put_in){
                         .id = m->id,
                         .kind = to_space,
                         .subject = to_space ? w->space[OTHER].v : w->party[to].v,
                         .access = m->given == TO_PARTY_EDIT || m->given == TO_SPACE_EDIT,
                         .by = w->party[OWNER],
                         .now = NOW,
                     },
                     info);
}

static err put_one(db_tx *tx, struct world *w, struct made *m, struct err_info *info)
{
    int64_t changed;

    err e = publication_add(tx,
                            (struct publication_add_in){
                                .id = m->id,
                                .space = w->space[m->where],
                                .parent = {m->parent == NEVER ? 0 : w->made[m->parent].id.v},
                                .owner = w->party[m->owner],
                                .level = m->level,
                                .publish_at = m->publish_at,
                                .delete_at = m->delete_at,
                                .title = STR("t"),
                                .summary = STR("s"),
                                .now = NOW,
                            },
                            info);
    if (e == OK)
        e = revision_add(tx,
                         (struct revision_add_in){.id = m->id,
                                                  .number = 1,
                                                  .title = STR("t"),
                                                  .summary = STR("s"),
                                                  .body = STR("b"),
                                                  .author = w->party[m->owner],
                                                  .now = NOW},
                         info);
    if (e == OK && m->parent != NEVER)
        e = publication_hang(
            tx, (struct publication_hang_in){.id = m->id, .parent = w->made[m->parent].id}, info);
    if (e == OK && m->state != PUBLICATION_DRAFT)
        e = publication_update_state(tx,
                                     (struct publication_update_state_in){
                                         .id = m->id,
                                         .version = 1,
                                         .state = m->state,
                                         .publish_at = m->publish_at,
                                         .removed_at = NOW,
                                         .now = NOW,
                                     },
                                     &changed, info);
    if (e == OK && m->given != NOTHING)
        e = put_gift(tx, w, m, GRANTEE, info);
    if (e == OK && (m->given == TO_PARTY || m->given == TO_PARTY_EDIT))
        e = put_gift(tx, w, m, SECOND, info);
    return e;
}

static err put_publications(db_tx *tx, void *arg, struct err_info *info)
{
    struct world *w = arg;
    err e = OK;

    for (int i = 0; e == OK && i < w->n; i++)
        e = put_one(tx, w, &w->made[i], info);
    for (int i = 0; e == OK && i < w->n; i++) {
        const struct made *m = &w->made[i];
        struct space_ceiling_row ceiling = {.eff = LEVEL_PUBLIC};
        if (m->where != NOWHERE)
            e = space_ceiling(db_tx_db(tx), w->f->a,
                              (struct space_ceiling_in){.id = w->space[m->where]}, &ceiling, info);
        if (e == OK)
            e = level_set_tree(tx, m->id, (enum level)ceiling.eff, info);
    }
    return e;
}

static struct made *add(struct world *w, enum where where, enum level level,
                        enum publication_state state, enum when when, enum given given,
                        enum who owner, int parent)
{
    static const int64_t publish_at[TIMES] = {NOW - 10, NOW + 1, NOW - 10, INT64_MAX};
    static const int64_t delete_at[TIMES] = {NOW + 1, INT64_MAX, NOW, INT64_MAX};
    struct made *m = &w->made[w->n];

    assert_true(w->n < MADE_MAX);
    *m = (struct made){
        .id = {db_new_id(w->f->d)},
        .where = where,
        .level = level,
        .state = state,
        .when = when,
        .given = given,
        .owner = owner,
        .parent = parent,
        .publish_at = publish_at[when] < NOW ? publish_at[when] - w->n % 5 : publish_at[when],
        .delete_at = delete_at[when],
    };
    w->n++;
    return m;
}

static void add_all_combinations(struct world *w)
{
    for (enum where where = NOWHERE; where < PLACES; where++)
        for (int level = LEVEL_OWNER; level <= LEVEL_PUBLIC; level++)
            for (int state = PUBLICATION_DRAFT; state <= PUBLICATION_REMOVED; state++)
                for (enum when when = LIVE; when < TIMES; when++)
                    for (enum given given = NOTHING; given < GIFTS; given++)
                        if (where != NOWHERE || level != LEVEL_SPACE)
                            add(w, where, (enum level)level, (enum publication_state)state, when,
                                given, OWNER, NEVER);
}

static uint64_t below(uint64_t *counter, uint64_t n)
{
    return rng_u64((struct rng_key){.seed = 20261124, .stream = 1}, (*counter)++) % n;
}

/* Children, grandchildren and theirs, of random facts, each in the space of what it hangs under. */
static void add_children(struct world *w, int n)
{
    static const enum who owners[] = {OWNER, MEMBER, SECOND, BLOCKED};
    uint64_t at = 0;

    while (n > 0) {
        const int parent = (int)below(&at, (uint64_t)w->n);
        const struct made *up = &w->made[parent];
        int depth = 1;
        for (int i = parent; w->made[i].parent != NEVER; i = w->made[i].parent)
            depth++;
        enum level level = (enum level)below(&at, 4);
        if (depth >= PUBLICATION_DEPTH_MAX || up->state == PUBLICATION_REMOVED)
            continue;
        if (level == LEVEL_SPACE && up->where == NOWHERE)
            level = LEVEL_PUBLIC;
        /* mostly live, else nearly nothing would be seen of the third generation */
        add(w, up->where, level,
            below(&at, 4) ? PUBLICATION_PUBLISHED : (enum publication_state)below(&at, 4),
            below(&at, 4) ? LIVE : (enum when)below(&at, TIMES), (enum given)below(&at, GIFTS),
            owners[below(&at, 4)], parent);
        n--;
    }
}

static int build(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct err_info info;
    void *fixture;

    assert_non_null(w);
    if (store_set_up(&fixture) != 0)
        return -1;
    w->f = fixture;
    assert_int_equal(db_tx_do(w->f->d, put_people_and_spaces, w, &info), OK);
    add_all_combinations(w);
    add_children(w, 600);
    assert_int_equal(db_tx_do(w->f->d, put_publications, w, &info), OK);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    void *fixture = w->f;
    const int code = store_tear_down(&fixture);
    free(w);
    return code;
}

/* ---- the answers ---- */

static void a_page_shows_a_publication_to_exactly_whom_the_rule_says(void **state)
{
    const struct world *w = *state;
    int seen = 0, combinations = 0;

    for (int i = 0; i < w->n; i++) {
        const struct made *m = &w->made[i];
        const unsigned expected = who_sees(w, m);
        for (enum who who = VISITOR; who < VIEWERS; who++) {
            const struct deed deed = deed_of(w, who);
            struct publication p;
            struct err_info info;
            const err e = publication_find(&deed, w->f->d, m->id, &p, &info);
            const bool should = (expected & bit(who)) != 0;
            if ((e == OK) != should)
                print_error("viewer %d: space %d level %d state %d when %d grant %d owner %d "
                            "parent %d\n",
                            (int)who, (int)m->where, (int)m->level, (int)m->state, (int)m->when,
                            (int)m->given, (int)m->owner, m->parent);
            assert_int_equal(e, should ? OK : E_NOT_FOUND);
            seen += should;
            combinations++;
        }
        arena_reset(w->f->a);
    }
    assert_true(combinations >= 4000);
    assert_in_range(seen, combinations / 10, combinations / 10 * 9); /* no trivial world */
}

static int64_t world_now(void)
{
    return NOW;
}

static void a_letter_leaves_for_exactly_whom_the_rule_lets_read_what_it_is_about(void **state)
{
    const struct world *w = *state;
    const struct app app = {.now_ms = world_now};

    for (int i = 0; i < w->n; i++)
        for (enum who who = OWNER; who < VIEWERS; who++)
            assert_int_equal(publication_is_visible_to(&app, w->f->d, w->party[who], w->made[i].id),
                             (who_sees(w, &w->made[i]) & bit(who)) != 0 && who != BLOCKED);
}

struct listed {
    const struct world *w;
    unsigned *sees; /* bits of who was told, by index of made */
    enum who who;
};

static int made_index(const struct world *w, struct publication_id id)
{
    for (int i = 0; i < w->n; i++)
        if (w->made[i].id.v == id.v)
            return i;
    return NEVER;
}

static err note(void *to, const struct all_visible_row *row, struct err_info *info)
{
    const struct listed *l = to;
    (void)info;
    l->sees[made_index(l->w, row->id)] |= bit(l->who);
    return OK;
}

static void the_rule_in_sql_says_the_same(void **state)
{
    const struct world *w = *state;
    unsigned *sees = calloc(MADE_MAX, sizeof *sees);
    struct err_info info;
    assert_non_null(sees);

    for (enum who who = VISITOR; who < VIEWERS; who++) {
        const struct deed deed = deed_of(w, who);
        struct listed l = {w, sees, who};
        assert_int_equal(all_visible(w->f->d,
                                     (struct all_visible_in){.viewer = deed.viewer.id,
                                                             .active = deed.viewer.is_active,
                                                             .now = NOW},
                                     note, &l, &info),
                         OK);
    }

    for (int i = 0; i < w->n; i++)
        assert_int_equal(sees[i], who_sees(w, &w->made[i]));
    free(sees);
}

static void pages_of_the_newest_hold_what_is_live_for_the_viewer_once_and_in_order(void **state)
{
    const struct world *w = *state;

    for (enum who who = VISITOR; who < VIEWERS; who++) {
        const struct deed deed = deed_of(w, who);
        unsigned *count = calloc(MADE_MAX, sizeof *count);
        struct cursor at = {0};
        int64_t before = INT64_MAX, counted;
        struct err_info info;
        int n_seen = 0;
        assert_non_null(count);
        do {
            struct publication *list;
            size_t n;
            assert_int_equal(publication_newest(&deed, w->f->d, (struct publication_filter){0}, at,
                                                7, &list, &n, &at, &info),
                             OK);
            for (size_t i = 0; i < n; i++) {
                assert_true(list[i].publish_at <= before);
                before = list[i].publish_at;
                count[made_index(w, list[i].id)]++;
                n_seen++;
            }
            assert_true(n == 7 || at.id == 0);
            arena_reset(w->f->a);
        } while (at.id != 0);

        for (int i = 0; i < w->n; i++) {
            const struct made *m = &w->made[i];
            const bool should = (who_sees(w, m) & bit(who)) != 0 && is_live(m);
            assert_int_equal(count[i], should ? 1 : 0);
        }
        assert_int_equal(publication_count(&deed, w->f->d, (struct publication_filter){0}, 100000,
                                           &counted, &info),
                         OK);
        assert_int_equal(counted, n_seen);
        free(count);
    }
}

static void one_space_lists_its_own_alone(void **state)
{
    const struct world *w = *state;
    const struct deed deed = deed_of(w, MEMBER);
    const struct publication_filter filter = {.space = w->space[CLOSED]};
    struct cursor at = {0};
    struct err_info info;
    int n_seen = 0, expected = 0;

    do {
        struct publication *list;
        size_t n;
        assert_int_equal(publication_newest(&deed, w->f->d, filter, at, 50, &list, &n, &at, &info),
                         OK);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(list[i].space.v, w->space[CLOSED].v);
        n_seen += (int)n;
    } while (at.id != 0);

    for (int i = 0; i < w->n; i++)
        expected += w->made[i].where == CLOSED && is_live(&w->made[i]) &&
                    (who_sees(w, &w->made[i]) & bit(MEMBER)) != 0;
    assert_true(expected > 0);
    assert_int_equal(n_seen, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_shows_a_publication_to_exactly_whom_the_rule_says),
        cmocka_unit_test(a_letter_leaves_for_exactly_whom_the_rule_lets_read_what_it_is_about),
        cmocka_unit_test(the_rule_in_sql_says_the_same),
        cmocka_unit_test(pages_of_the_newest_hold_what_is_live_for_the_viewer_once_and_in_order),
        cmocka_unit_test(one_space_lists_its_own_alone),
    };
    return cmocka_run_group_tests(tests, build, tear_down);
}
