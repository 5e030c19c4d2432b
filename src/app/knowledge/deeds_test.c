/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A few hundred deeds in random order (ceilings lowered and raised again, people joining, sent away
 * and blocked, texts published, withdrawn, removed, put back and moved, grants given and taken
 * back, days that come and go), and after each what everybody sees of everything, against a model
 * that knows the deeds alone and keeps nothing derived.
 */
#include "app/access/access_test_int.h"
#include "app/knowledge/knowledge.h"
#include "base/rng.h"

#include <stdio.h>

enum { PEOPLE = 6, SPACES = 6, TEXTS = 18, DEEDS = 400, NOBODY = -1, HOUR_MS = 3600 * 1000 };

/* ---- the model ---- */

struct text {
    struct publication_id id;
    int owner, space, parent; /* NOBODY: none */
    struct publication_form form;
    enum publication_state state;
    int given[PEOPLE], given_space[SPACES]; /* 0 nothing, 1 to read, 2 to edit */
};

struct model {
    struct access_fixture *f;
    struct deed boss;
    struct party_id party[PEOPLE];
    bool is_blocked[PEOPLE];
    struct space_id space[SPACES];
    int above[SPACES];
    enum level ceiling[SPACES];
    bool is_member[SPACES][PEOPLE];
    struct text text[TEXTS];
    int n_refused, n_seen, n_hidden;
};

static bool belongs(const struct model *m, int who, int space)
{
    return space != NOBODY && m->is_member[space][who];
}

static bool is_walled(const struct model *m, int space)
{
    for (; space != NOBODY; space = m->above[space])
        if (m->ceiling[space] == LEVEL_SPACE)
            return true;
    return false;
}

/* Of a text itself: who stands outside of it, and for which reason. */
static bool is_shut_out(const struct model *m, const struct text *t, int who, enum level level)
{
    const bool is_known = who != NOBODY && !m->is_blocked[who];
    switch (level) {
    case LEVEL_PUBLIC: return false;
    case LEVEL_SIGNED_IN: return !is_known;
    case LEVEL_SPACE: return !is_known || !belongs(m, who, t->space);
    case LEVEL_OWNER: break;
    }
    return true;
}

static bool is_let_in(const struct model *m, const struct text *t, int who, int access)
{
    bool given = false;
    if (who == NOBODY || m->is_blocked[who])
        return false;
    if (t->owner == who)
        return true;
    if (is_walled(m, t->space) && !belongs(m, who, t->space))
        return false;
    given = t->given[who] >= access;
    for (int s = 0; s < SPACES; s++)
        given = given || (t->given_space[s] >= access && belongs(m, who, s));
    return given;
}

static bool is_on_show(const struct text *t, int64_t now)
{
    return t->state != PUBLICATION_DRAFT && t->form.publish_at <= now && t->form.delete_at > now;
}

/* Whether level and ceilings of this text, and of all that it hangs under, shut nobody out. */
static bool is_wide(const struct model *m, const struct text *t, const struct text *of, int who)
{
    if (is_shut_out(m, t, who, of->form.level))
        return false;
    for (int s = of->space; s != NOBODY; s = m->above[s])
        if (is_shut_out(m, t, who, m->ceiling[s]))
            return false;
    return of->parent == NOBODY || is_wide(m, t, &m->text[of->parent], who);
}

static bool sees(const struct model *m, const struct text *t, int who)
{
    if (t->state == PUBLICATION_REMOVED)
        return false;
    if (!is_on_show(t, m->f->now) && !is_let_in(m, t, who, 2))
        return false;
    if (!is_wide(m, t, t, who) && !is_let_in(m, t, who, 1))
        return false;
    return t->parent == NOBODY || sees(m, &m->text[t->parent], who);
}

/* ---- asking the program ---- */

static struct deed deed_by(struct model *m, int who)
{
    return deed_of(m->f, who == NOBODY ? (struct viewer){0}
                                       : (struct viewer){.id = m->party[who],
                                                         .is_active = !m->is_blocked[who]});
}

static void check_pages(struct model *m, int who, const char *after)
{
    const struct deed deed = deed_by(m, who);
    for (int i = 0; i < TEXTS; i++) {
        struct publication p;
        const bool should = sees(m, &m->text[i], who);
        const err e = publication_find(&deed, m->f->d, m->text[i].id, &p, &m->f->info);
        if ((e == OK) != should)
            fail_msg("after %s: text %d for %d: %d, not %d", after, i, who, e, should);
        m->n_seen += should;
        m->n_hidden += !should;
    }
}

static void check_list(struct model *m, int who, const char *after)
{
    const struct deed deed = deed_by(m, who);
    struct publication *list;
    struct cursor next;
    int64_t counted;
    size_t n, expected = 0;

    assert_int_equal(publication_newest(&deed, m->f->d, (struct publication_filter){0},
                                        (struct cursor){0}, PAGE_ITEMS_MAX, &list, &n, &next,
                                        &m->f->info),
                     OK);
    for (int i = 0; i < TEXTS; i++) {
        const bool should = sees(m, &m->text[i], who) && is_on_show(&m->text[i], m->f->now);
        bool is_there = false;
        for (size_t k = 0; k < n; k++)
            is_there = is_there || list[k].id.v == m->text[i].id.v;
        if (is_there != should)
            fail_msg("after %s: text %d in the list of %d: %d", after, i, who, is_there);
        expected += should;
    }
    assert_int_equal(n, expected);
    assert_int_equal(publication_count(&deed, m->f->d, (struct publication_filter){0}, 1000,
                                       &counted, &m->f->info),
                     OK);
    assert_int_equal(counted, expected);
}

/* ---- deeds ---- */

static int below(int n)
{
    static uint64_t at;
    return (int)(rng_u64((struct rng_key){.seed = 20261124, .stream = 17}, at++) % (uint64_t)n);
}

static enum level any_level(const struct text *t)
{
    const enum level level = (enum level)below(4);
    return level == LEVEL_SPACE && t->space == NOBODY ? LEVEL_PUBLIC : level;
}

static int64_t any_day(const struct model *m)
{
    return m->f->now + (below(9) - 4) * (int64_t)HOUR_MS;
}

static bool was_done(struct model *m, err e)
{
    m->n_refused += e != OK;
    assert_true(e == OK || e == E_DENIED || e == E_NOT_FOUND || e == E_CONFLICT || e == E_INPUT);
    return e == OK;
}

static void do_ceiling(struct model *m)
{
    const int i = below(SPACES);
    struct space s;
    assert_int_equal(space_get(&m->boss, m->f->d, m->space[i], &s, &m->f->info), OK);
    const struct space_form form = {.parent = s.parent,
                                    .slug = s.slug,
                                    .name = {s.name[0], s.name[1]},
                                    .about = {s.about[0], s.about[1]},
                                    .join = s.join,
                                    .ceiling = (enum level)(LEVEL_SPACE + below(3)),
                                    .is_listed = true};
    if (was_done(m, space_change(&m->boss, m->f->d, s.id, s.version, &form, &m->f->info)))
        m->ceiling[i] = form.ceiling;
}

static void do_member(struct model *m)
{
    const int i = below(SPACES), who = below(PEOPLE);
    const struct deed deed = deed_by(m, who);
    enum member_state now;
    if (!m->is_member[i][who]) {
        if (was_done(m, space_join(&deed, m->f->d, m->space[i], &now, &m->f->info)))
            m->is_member[i][who] = true;
    } else if (was_done(m, below(2)
                               ? space_leave(&deed, m->f->d, m->space[i], &m->f->info)
                               : space_set_member(&m->boss, m->f->d, m->space[i], m->party[who],
                                                  MEMBER_LEFT, MEMBER_PLAIN, &m->f->info))) {
        m->is_member[i][who] = false;
    }
}

static void do_block(struct model *m)
{
    const int who = below(PEOPLE);
    const enum account_state state = m->is_blocked[who] ? ACCOUNT_ACTIVE : ACCOUNT_BLOCKED;
    if (was_done(m, account_set_state(&m->boss, m->f->d, m->party[who], state, &m->f->info)))
        m->is_blocked[who] = !m->is_blocked[who];
}

static int64_t version_of(struct model *m, const struct text *t, const struct deed *deed)
{
    struct publication p;
    return publication_find(deed, m->f->d, t->id, &p, &m->f->info) == OK ? p.version : 0;
}

static void do_change(struct model *m)
{
    struct text *t = &m->text[below(TEXTS)];
    const struct deed deed = deed_by(m, t->owner);
    struct publication_form form = t->form;
    int space = t->space;

    if (below(3) == 0)
        form.space = m->space[space = below(SPACES)];
    form.level = any_level(t);
    form.publish_at = below(2) ? any_day(m) : form.publish_at;
    form.delete_at = below(4) ? INT64_MAX : any_day(m);
    if (was_done(m, publication_change(&deed, m->f->d, t->id, version_of(m, t, &deed), &form,
                                       &m->f->info))) {
        t->form = form;
        t->space = space;
    }
}

static void do_state(struct model *m)
{
    struct text *t = &m->text[below(TEXTS)];
    const struct deed deed = deed_by(m, t->owner);
    const bool was_removed = t->state == PUBLICATION_REMOVED;
    const enum publication_state state = was_removed ? PUBLICATION_DRAFT
                                         : below(5)  ? PUBLICATION_PUBLISHED
                                                     : (enum publication_state)below(4);
    int64_t version = version_of(m, t, &deed);
    struct publication *mine;
    struct cursor next;
    size_t n = 0;

    assert_int_equal(publication_mine(&deed, m->f->d, (struct cursor){0}, PAGE_ITEMS_MAX, &mine, &n,
                                      &next, &m->f->info),
                     OK);
    for (size_t i = 0; i < n && was_removed; i++)
        if (mine[i].id.v == t->id.v)
            version = mine[i].version;
    if (!was_done(m, publication_set_state(&deed, m->f->d, t->id, version, state, &m->f->info)))
        return;
    t->state = state;
    if (was_removed)
        t->form.publish_at = INT64_MAX;
    if (state == PUBLICATION_PUBLISHED && t->form.publish_at == INT64_MAX)
        t->form.publish_at = m->f->now;
}

static void do_grant(struct model *m)
{
    struct text *t = &m->text[below(TEXTS)];
    const struct deed deed = deed_by(m, t->owner);
    const bool to_space = below(3) == 0;
    const int whom = below(to_space ? SPACES : PEOPLE), access = below(3);
    const struct grant grant = {.to_space = to_space,
                                .subject = to_space ? m->space[whom].v : m->party[whom].v,
                                .may_edit = access == 2};
    const err e = access ? grant_set(&deed, m->f->d, t->id, &grant, &m->f->info)
                         : grant_drop(&deed, m->f->d, t->id, to_space, grant.subject, &m->f->info);
    if (was_done(m, e))
        *(to_space ? &t->given_space[whom] : &t->given[whom]) = access;
}

static void do_wait(struct model *m)
{
    store_test_now_ms = m->f->now += HOUR_MS;
    assert_int_equal(publication_expire_due(&m->f->app, m->f->d, &m->f->info), OK);
}

static const struct {
    const char *name;
    void (*act)(struct model *m);
} deeds[] = {
    {"a ceiling", do_ceiling}, {"a member", do_member}, {"a block", do_block},
    {"a change", do_change},   {"a state", do_state},   {"a state", do_state},
    {"a grant", do_grant},     {"an hour", do_wait},    {"a change", do_change},
};

/* ---- building it ---- */

static void make_spaces(struct model *m)
{
    for (int i = 0; i < SPACES; i++) {
        char slug[8];
        snprintf(slug, sizeof slug, "s%d", i);
        m->above[i] = i % 3 ? i - 1 : NOBODY; /* two branches of three */
        m->ceiling[i] = LEVEL_PUBLIC;
        const struct space_form form = {
            .parent = {m->above[i] == NOBODY ? 0 : m->space[m->above[i]].v},
            .slug = str_of(slug),
            .name = {STR("x"), STR("x")},
            .about = {STR(""), STR("")},
            .join = JOIN_OPEN,
            .ceiling = LEVEL_PUBLIC,
            .is_listed = true};
        assert_int_equal(space_create(&m->boss, m->f->d, &form, &m->space[i], &m->f->info), OK);
        for (int who = 0; who < PEOPLE; who++)
            if (below(2)) {
                const struct deed deed = deed_by(m, who);
                enum member_state now;
                assert_int_equal(space_join(&deed, m->f->d, m->space[i], &now, &m->f->info), OK);
                m->is_member[i][who] = true;
            }
    }
}

/* A third hangs under one before it, which its owner may edit. */
static void make_text(struct model *m, int i)
{
    struct text *t = &m->text[i];
    *t = (struct text){.owner = below(PEOPLE), .space = NOBODY, .parent = NOBODY};
    const int space = below(SPACES + 1);
    if (space < SPACES && m->is_member[space][t->owner])
        t->space = space;
    if (i % 3 == 2) {
        t->parent = i - 1 - below(2);
        t->owner = m->text[t->parent].owner;
        t->space = m->text[t->parent].space;
    }
    t->form = (struct publication_form){
        .space = {t->space == NOBODY ? 0 : m->space[t->space].v},
        .parent = {t->parent == NOBODY ? 0 : m->text[t->parent].id.v},
        .level = LEVEL_PUBLIC,
        .publish_at = INT64_MAX,
        .delete_at = INT64_MAX,
        .title = STR("t"),
        .summary = STR(""),
        .body = STR("b"),
    };
    const struct deed deed = deed_by(m, t->owner);
    assert_int_equal(publication_create(&deed, m->f->d, &t->form, &t->id, &m->f->info), OK);
}

static void after_every_deed_everybody_sees_what_the_deeds_so_far_say(void **state)
{
    static struct model m;
    m = (struct model){.f = *state};

    m.boss = make_admin(m.f);
    for (int i = 0; i < PEOPLE; i++) {
        char email[40];
        snprintf(email, sizeof email, "p%d@voorbeeldstad.nl", i);
        m.party[i] = make_person(m.f, "P", email, 0);
    }
    make_spaces(&m);
    for (int i = 0; i < TEXTS; i++)
        make_text(&m, i);

    for (int i = 0; i < DEEDS; i++) {
        const int k = below((int)(sizeof deeds / sizeof *deeds));
        m.boss.now_ms = m.f->now;
        deeds[k].act(&m);
        for (int who = NOBODY; who < PEOPLE; who++) {
            check_pages(&m, who, deeds[k].name);
            if (i % 8 == 0)
                check_list(&m, who, deeds[k].name);
        }
        arena_reset(m.f->a);
    }
    print_message("# %d seen, %d hidden, %d of %d deeds refused\n", m.n_seen, m.n_hidden,
                  m.n_refused, DEEDS);
    assert_true(m.n_refused < DEEDS / 2);
    assert_in_range(m.n_seen, (m.n_seen + m.n_hidden) / 5, (m.n_seen + m.n_hidden) / 5 * 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(after_every_deed_everybody_sees_what_the_deeds_so_far_say,
                                        access_set_up, access_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
