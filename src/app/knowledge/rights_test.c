/* SPDX-License-Identifier: EUPL-1.2 */
/* What one may do with a text besides reading it, and what is left of it when people go. */
#include "app/access/access_test_int.h"
#include "app/knowledge/knowledge.h"

#include <stdio.h>

struct team {
    struct access_fixture *f;
    struct deed boss, writer, reader;
    struct space_id space;
};

static struct deed person(struct access_fixture *f, const char *name, const char *email,
                          unsigned roles)
{
    const struct party_id id = make_person(f, name, email, roles);
    return deed_of(f, (struct viewer){.id = id, .is_active = true, .roles = roles});
}

static struct space_form space_named(const char *slug, enum level ceiling, bool is_listed)
{
    return (struct space_form){.slug = str_of(slug),
                               .name = {str_of(slug), str_of(slug)},
                               .about = {STR(""), STR("")},
                               .join = JOIN_OPEN,
                               .ceiling = ceiling,
                               .is_listed = is_listed};
}

/* A space with a manager and a writer in it; the reader is no member. */
static struct team make_team(struct access_fixture *f)
{
    struct team t = {.f = f, .boss = make_admin(f)};
    const struct space_form form = space_named("team", LEVEL_PUBLIC, true);
    enum member_state now;

    t.writer = person(f, "Wilma", "wilma@voorbeeldstad.nl", 0);
    t.reader = person(f, "Rob", "rob@voorbeeldstad.nl", 0);
    assert_int_equal(space_create(&t.boss, f->d, &form, &t.space, &f->info), OK);
    assert_int_equal(space_join(&t.writer, f->d, t.space, &now, &f->info), OK);
    return t;
}

static struct publication_form form_in(struct space_id space, enum lang lang)
{
    return (struct publication_form){.space = space,
                                     .lang = lang,
                                     .level = LEVEL_PUBLIC,
                                     .comments = COMMENTS_SIGNED_IN,
                                     .publish_at = INT64_MAX,
                                     .delete_at = INT64_MAX,
                                     .title = STR("Een titel"),
                                     .summary = STR(""),
                                     .body = STR("Een tekst.")};
}

static struct publication_id write_form(struct access_fixture *f, const struct deed *who,
                                        const struct publication_form *form)
{
    struct publication_id id;
    assert_int_equal(publication_create(who, f->d, form, &id, &f->info), OK);
    return id;
}

static err set_state(struct access_fixture *f, const struct deed *who, struct publication_id id,
                     enum publication_state state)
{
    struct publication p;
    const err e = publication_find(who, f->d, id, &p, &f->info);
    return e == OK ? publication_set_state(who, f->d, id, p.version, state, &f->info) : e;
}

static struct publication_id publish(struct access_fixture *f, const struct deed *who,
                                     const struct publication_form *form)
{
    const struct publication_id id = write_form(f, who, form);
    assert_int_equal(set_state(f, who, id, PUBLICATION_PUBLISHED), OK);
    return id;
}

static struct publication found(struct access_fixture *f, const struct deed *who,
                                struct publication_id id)
{
    struct publication p;
    assert_int_equal(publication_find(who, f->d, id, &p, &f->info), OK);
    return p;
}

/* ---- who has left ---- */

static void who_left_a_space_withdraws_what_stands_there_and_adds_nothing(void **state)
{
    struct access_fixture *f = *state;
    const struct team t = make_team(f);
    struct publication_form form = form_in(t.space, LANG_NL);
    const struct publication_id shown = publish(f, &t.writer, &form);
    const struct publication_id draft = write_form(f, &t.writer, &form);

    assert_int_equal(space_leave(&t.writer, f->d, t.space, &f->info), OK);
    assert_int_equal(set_state(f, &t.writer, draft, PUBLICATION_PUBLISHED), E_DENIED);
    assert_string_equal(f->info.msg.key, "knowledge.denied-left");
    form.publish_at = f->now;
    assert_int_equal(publication_change(&t.writer, f->d, draft, 1, &form, &f->info), OK);
    assert_int_equal(set_state(f, &t.writer, draft, PUBLICATION_ARCHIVED), E_DENIED);
    form = form_in(t.space, LANG_NL);
    form.body = STR("Iets anders.");
    const int64_t version = found(f, &t.writer, shown).version;
    assert_int_equal(publication_change(&t.writer, f->d, shown, version, &form, &f->info),
                     E_DENIED);
    assert_string_equal(text_of(f, found(f, &t.boss, shown).body), "Een tekst.");

    assert_int_equal(set_state(f, &t.writer, shown, PUBLICATION_DRAFT), OK);
    form.space = (struct space_id){0};
    assert_int_equal(publication_change(&t.writer, f->d, shown, version + 1, &form, &f->info), OK);
    assert_int_equal(set_state(f, &t.writer, shown, PUBLICATION_PUBLISHED), OK);
}

/* ---- who may edit ---- */

static void who_may_edit_makes_no_draft_appear(void **state)
{
    struct access_fixture *f = *state;
    const struct team t = make_team(f);
    const struct publication_form form = form_in(t.space, LANG_NL);
    const struct grant edit = {.subject = t.reader.viewer.id.v, .may_edit = true};
    const struct publication_id id = publish(f, &t.writer, &form);

    assert_int_equal(grant_set(&t.writer, f->d, id, &edit, &f->info), OK);
    assert_int_equal(set_state(f, &t.writer, id, PUBLICATION_DRAFT), OK);
    assert_int_equal(set_state(f, &t.reader, id, PUBLICATION_ARCHIVED), E_DENIED);
    assert_int_equal(set_state(f, &t.writer, id, PUBLICATION_PUBLISHED), OK);
    assert_int_equal(set_state(f, &t.reader, id, PUBLICATION_ARCHIVED), OK);
}

/* ---- pairs of languages ---- */

static bool has_twin(struct access_fixture *f, const struct deed *who, struct publication_id id)
{
    const struct publication p = found(f, who, id);
    struct publication twin;
    bool is_found;
    assert_int_equal(publication_find_twin(who, f->d, &p, &twin, &is_found, &f->info), OK);
    return is_found;
}

static void a_pair_takes_who_may_change_both(void **state)
{
    struct access_fixture *f = *state;
    const struct team t = make_team(f);
    struct publication_form form = form_in(t.space, LANG_NL);
    const struct publication_id dutch = publish(f, &t.writer, &form);
    const struct grant edit = {.subject = t.reader.viewer.id.v, .may_edit = true};
    struct publication_id english;

    form = form_in((struct space_id){0}, LANG_EN);
    form.twin = dutch;
    assert_int_equal(publication_create(&t.reader, f->d, &form, &english, &f->info), E_DENIED);
    assert_string_equal(f->info.msg.key, "knowledge.denied-twin");
    form.twin = (struct publication_id){0};
    english = publish(f, &t.reader, &form);
    form.twin = dutch;
    const int64_t version = found(f, &t.reader, english).version;
    assert_int_equal(publication_change(&t.reader, f->d, english, version, &form, &f->info),
                     E_DENIED);
    assert_false(has_twin(f, &t.writer, dutch));

    form.publish_at = found(f, &t.reader, english).publish_at;
    assert_int_equal(grant_set(&t.writer, f->d, dutch, &edit, &f->info), OK);
    assert_int_equal(publication_change(&t.reader, f->d, english, version, &form, &f->info), OK);
    assert_true(has_twin(f, &t.writer, dutch));
}

/* ---- what hangs below ---- */

static void what_others_hung_below_is_not_taken_elsewhere(void **state)
{
    struct access_fixture *f = *state;
    const struct team t = make_team(f);
    struct publication_form form = form_in(t.space, LANG_NL), below = form;
    enum member_state now;

    form.title = STR("Boven");
    const struct publication_id above = publish(f, &t.writer, &form);
    const struct grant edit = {.subject = t.reader.viewer.id.v, .may_edit = true};
    assert_int_equal(grant_set(&t.writer, f->d, above, &edit, &f->info), OK);
    assert_int_equal(space_join(&t.reader, f->d, t.space, &now, &f->info), OK);
    below.parent = above;
    below.level = LEVEL_SPACE;
    const struct publication_id id = publish(f, &t.reader, &below);
    form.space = (struct space_id){0};
    const int64_t version = found(f, &t.writer, above).version;

    assert_int_equal(publication_change(&t.writer, f->d, above, version, &form, &f->info), E_INPUT);
    assert_string_equal(f->info.msg.key, "knowledge.parent-stays");
    assert_int_equal(found(f, &t.reader, id).space.v, t.space.v);
}

/* ---- lists of members ---- */

static size_t members_behind(const struct team *t, const struct deed *who, int64_t id)
{
    const struct name_cursor from = {.id = {id}};
    struct member *list;
    struct name_cursor next;
    size_t n;
    assert_int_equal(space_members(who, t->f->d, t->space, from, 10, &list, &n, &next, &t->f->info),
                     OK);
    return n;
}

static void where_a_page_of_members_begins_tells_nothing_of_others(void **state)
{
    struct access_fixture *f = *state;
    const struct team t = make_team(f);
    const struct party_id alone = make_person(f, "Zoë", "zoe@voorbeeldstad.nl", 0);

    assert_int_equal(space_invite(&t.boss, f->d, t.space, alone, &f->info), OK);
    assert_int_equal(members_behind(&t, &t.writer, alone.v), 2); /* invited: only managers know */
    assert_int_equal(members_behind(&t, &t.boss, alone.v), 0);
    assert_int_equal(members_behind(&t, &t.writer, t.reader.viewer.id.v), 2);
    assert_int_equal(members_behind(&t, &t.writer, 4711), 2);
    assert_int_equal(members_behind(&t, &t.writer, t.writer.viewer.id.v), 0);
}

/* ---- grants ---- */

static void a_grant_to_a_space_that_is_hidden_by_now_has_no_name(void **state)
{
    struct access_fixture *f = *state;
    const struct team t = make_team(f);
    const struct space_form form = space_named("geheim", LEVEL_SPACE, false);
    const struct publication_form text = form_in(t.space, LANG_NL);
    const struct publication_id id = publish(f, &t.writer, &text);
    struct space_id secret;
    struct grant *list;
    size_t n;

    assert_int_equal(space_create(&t.boss, f->d, &form, &secret, &f->info), OK);
    const struct grant grant = {.to_space = true, .subject = secret.v};
    assert_int_equal(grant_set(&t.writer, f->d, id, &grant, &f->info), E_NOT_FOUND);
    assert_int_equal(space_invite(&t.boss, f->d, secret, t.writer.viewer.id, &f->info), OK);
    assert_int_equal(grant_set(&t.writer, f->d, id, &grant, &f->info), OK);
    assert_int_equal(grant_list(&t.writer, f->d, id, &list, &n, &f->info), OK);
    assert_string_equal(text_of(f, list[0].name), "geheim");
    assert_int_equal(space_leave(&t.writer, f->d, secret, &f->info), OK);

    assert_int_equal(grant_list(&t.writer, f->d, id, &list, &n, &f->info), OK);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].name.n, 0);
    assert_int_equal(grant_drop(&t.writer, f->d, id, true, secret.v, &f->info), OK);
}

static void the_last_grant_there_is_room_for_may_still_change(void **state)
{
    struct access_fixture *f = *state;
    const struct team t = make_team(f);
    const struct publication_form text = form_in(t.space, LANG_NL);
    const struct publication_id id = publish(f, &t.writer, &text);
    struct grant grant = {.may_edit = false};

    for (int i = 0; i < GRANTS_MAX; i++) {
        struct party_id who;
        char email[40];
        snprintf(email, sizeof email, "p%d@voorbeeldstad.nl", i);
        assert_int_equal(
            account_create(&t.boss, f->d, STR("P"), str_of(email), LANG_NL, 0, &who, &f->info), OK);
        grant.subject = who.v;
        assert_int_equal(grant_set(&t.writer, f->d, id, &grant, &f->info), OK);
    }
    grant.may_edit = true;
    assert_int_equal(grant_set(&t.writer, f->d, id, &grant, &f->info), OK);
    grant.subject = t.reader.viewer.id.v;
    assert_int_equal(grant_set(&t.writer, f->d, id, &grant, &f->info), E_LIMIT);
}

/* ---- comments ---- */

static void of_a_removed_comment_nobody_reads_who_wrote_it(void **state)
{
    struct access_fixture *f = *state;
    const struct team t = make_team(f);
    const struct publication_form text = form_in(t.space, LANG_NL);
    const struct publication_id id = publish(f, &t.writer, &text);
    const struct deed nobody = visitor(f);
    struct comment_id made;
    struct comment *list;
    struct cursor next;
    size_t n;

    assert_int_equal(
        comment_add(&t.reader, f->d, id, (struct comment_id){0}, STR("Spijt."), &made, &f->info),
        OK);
    assert_int_equal(comment_remove(&t.boss, f->d, made, &f->info), OK);
    assert_int_equal(
        comment_list(&nobody, f->d, id, (struct cursor){0}, 10, &list, &n, &next, &f->info), OK);

    assert_int_equal(n, 1);
    assert_true(list[0].is_removed);
    assert_int_equal(list[0].body.n + list[0].author_name.n, 0);
    assert_int_equal(list[0].author.v, 0);
}

/* ---- when somebody goes ---- */

static void comments_that_go_with_their_writer_count_no_more(void **state)
{
    struct access_fixture *f = *state;
    const struct team t = make_team(f);
    const struct publication_form text = form_in(t.space, LANG_NL);
    const struct publication_id id = publish(f, &t.writer, &text);
    const struct deed *const by[] = {&t.reader, &t.reader, &t.reader, &t.boss};
    struct comment_id made = {0};

    for (size_t i = 0; i < 4; i++)
        assert_int_equal(
            comment_add(by[i], f->d, id, (struct comment_id){0}, STR("Dank."), &made, &f->info),
            OK);
    assert_int_equal(found(f, &t.writer, id).n_comments, 4);
    assert_int_equal(account_erase(&t.reader, f->d, true, &f->info), OK);

    assert_int_equal(found(f, &t.writer, id).n_comments, 1);
}

static void what_has_expired_goes_with_its_writer(void **state)
{
    struct access_fixture *f = *state;
    const struct team t = make_team(f);
    struct publication_form text = form_in((struct space_id){0}, LANG_NL);
    char where[200] = "";

    text.title = STR("Verlopenheid");
    text.publish_at = f->now - 2000;
    text.delete_at = f->now - 1000;
    publish(f, &t.reader, &text);
    text = form_in((struct space_id){0}, LANG_NL);
    text.title = STR("Blijvertje");
    const struct publication_id stays = publish(f, &t.reader, &text);
    assert_int_equal(account_erase(&t.reader, f->d, false, &f->info), OK);

    if (store_test_holds(f->store, "Verlopenheid", where))
        fail_msg("left in %s", where);
    assert_string_equal(text_of(f, found(f, &t.writer, stays).title), "Blijvertje");
}

/* ---- moderation ---- */

static void whose_draft_a_moderator_read_finds_that_in_the_log_with_its_purpose(void **state)
{
    struct access_fixture *f = *state;
    const struct team t = make_team(f);
    const struct deed moderator =
        person(f, "Mo", "mo@voorbeeldstad.nl", (unsigned)ACCESS_MODERATOR);
    const struct publication_form text = form_in((struct space_id){0}, LANG_NL);
    const struct publication_id id = write_form(f, &t.writer, &text);
    struct audit_entry *entry;
    struct publication p;
    int64_t sealed;
    size_t n;

    assert_int_equal(
        publication_find_for_moderation(&t.reader, f->d, id, STR("melding"), &p, &f->info),
        E_DENIED);
    assert_int_equal(publication_find_for_moderation(&moderator, f->d, id, STR(" "), &p, &f->info),
                     E_INPUT);
    assert_int_equal(
        publication_find_for_moderation(&moderator, f->d, id, STR("melding 12"), &p, &f->info), OK);
    assert_string_equal(text_of(f, p.body), "Een tekst.");

    assert_int_equal(audit_seal(&f->app, f->d, &sealed, &f->info), OK);
    assert_int_equal(audit_about_me(&t.writer, f->d, 0, 1, &entry, &n, &f->info), OK);
    assert_int_equal(n, 1);
    assert_string_equal(text_of(f, entry[0].verb), "publication.moderate");
    assert_string_equal(text_of(f, entry[0].purpose), "melding 12");
    assert_int_equal(entry[0].actor.v, moderator.viewer.id.v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define RIGHTS_TEST(f) cmocka_unit_test_setup_teardown(f, access_set_up, access_tear_down)
        RIGHTS_TEST(who_left_a_space_withdraws_what_stands_there_and_adds_nothing),
        RIGHTS_TEST(who_may_edit_makes_no_draft_appear),
        RIGHTS_TEST(a_pair_takes_who_may_change_both),
        RIGHTS_TEST(what_others_hung_below_is_not_taken_elsewhere),
        RIGHTS_TEST(where_a_page_of_members_begins_tells_nothing_of_others),
        RIGHTS_TEST(a_grant_to_a_space_that_is_hidden_by_now_has_no_name),
        RIGHTS_TEST(the_last_grant_there_is_room_for_may_still_change),
        RIGHTS_TEST(of_a_removed_comment_nobody_reads_who_wrote_it),
        RIGHTS_TEST(comments_that_go_with_their_writer_count_no_more),
        RIGHTS_TEST(what_has_expired_goes_with_its_writer),
        RIGHTS_TEST(whose_draft_a_moderator_read_finds_that_in_the_log_with_its_purpose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
