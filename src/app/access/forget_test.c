/* SPDX-License-Identifier: EUPL-1.2 */
/* What the site keeps about somebody: theirs to have, and gone when they go. */
#include "app/access/access_test_int.h"
#include "app/job/job.h"
#include "app/knowledge/knowledge.h"
#include "base/file.h"

#include <jansson.h>

#define NAME    "Wilhelmina Zonderling"
#define ADDRESS "wilhelmina.zonderling@voorbeeldstad.nl"

static const char *const marks[] = {"Zonderling", "wilhelmina",           "verborgen gedachte",
                                    "halve zin",  "eigenzinnige functie", "mijn telefoonscript"};

struct life {
    struct access_fixture *f;
    struct deed deed, admin;
    struct access_secret session, token;
    unsigned char second[ACCESS_SECOND_BYTES];
    str codes[ACCESS_RECOVERY_CODES];
    struct space_id space;
    struct publication_id shown, draft;
};

static struct publication_id write_one(struct life *l, const char *title, enum level level,
                                       bool is_published)
{
    const struct publication_form form = {.kind = PUBLICATION_BLOG,
                                          .space = l->space,
                                          .level = level,
                                          .comments = COMMENTS_SIGNED_IN,
                                          .publish_at = INT64_MAX,
                                          .delete_at = INT64_MAX,
                                          .title = str_of(title),
                                          .summary = STR("Een samenvatting"),
                                          .body = STR("De tekst.")};
    struct access_fixture *f = l->f;
    struct publication_id id;
    struct publication p;

    assert_int_equal(publication_create(&l->deed, f->d, &form, &id, &f->info), OK);
    assert_int_equal(publication_find(&l->deed, f->d, id, &p, &f->info), OK);
    if (is_published)
        assert_int_equal(
            publication_set_state(&l->deed, f->d, id, p.version, PUBLICATION_PUBLISHED, &f->info),
            OK);
    return id;
}

/* Everything that one can do here, done once. */
static void live(struct life *l, struct access_fixture *f)
{
    const struct space_form space = {.slug = STR("pilots"),
                                     .name = {STR("Pilots"), STR("Pilots")},
                                     .about = {STR(""), STR("")},
                                     .join = JOIN_OPEN,
                                     .ceiling = LEVEL_PUBLIC,
                                     .is_listed = true};
    enum member_state joined;
    struct comment_id comment;
    struct job_id job;

    l->f = f;
    l->admin = make_admin(f);
    make_person(f, NAME, ADDRESS, ACCESS_ANALYST);
    l->session = set_up_second(f, sign_in(f, ADDRESS, PASSWORD), l->second, l->codes);
    l->deed = deed_of(f, viewer_of(f, l->session));
    assert_int_equal(try_sign_in(f, ADDRESS, "een verkeerde zin", "198.51.100.3"), E_DENIED);
    assert_int_equal(account_change(&l->deed, f->d, STR(NAME), STR("eigenzinnige functie"),
                                    (struct party_id){0}, LANG_NL, &f->info),
                     OK);
    assert_int_equal(account_forgot(&l->deed, f->d, STR(ADDRESS), &f->info), OK);
    assert_int_equal(token_create(&l->deed, f->d, STR("mijn telefoonscript"), SCOPE_READ, 9,
                                  &l->token, &f->info),
                     OK);
    assert_int_equal(space_create(&l->admin, f->d, &space, &l->space, &f->info), OK);
    assert_int_equal(space_join(&l->deed, f->d, l->space, &joined, &f->info), OK);
    l->shown = write_one(l, "Wat wij leerden", LEVEL_PUBLIC, true);
    l->draft = write_one(l, "Een verborgen gedachte", LEVEL_PUBLIC, false);
    assert_int_equal(
        draft_save(
            &l->deed, f->d, l->shown,
            &(struct draft){.title = STR("Een halve zin"), .summary = STR(""), .body = STR("")},
            &f->info),
        OK);
    assert_int_equal(comment_add(&l->deed, f->d, l->shown, (struct comment_id){0},
                                 STR("Mooi stuk, al zeg ik het zelf"), &comment, &f->info),
                     OK);
    assert_int_equal(job_put(&l->deed, f->d, "study.run", STR("Het onderzoek van mij"), STR(""),
                             NULL, 0, &job, &f->info),
                     OK);
}

static void erasing_leaves_no_name_in_any_column(void **state)
{
    struct access_fixture *f = *state;
    struct audit_verdict verdict;
    struct publication p;
    struct viewer viewer;
    struct life l;
    char where[200] = "";
    unsigned scopes;
    int64_t n;

    live(&l, f);
    assert_int_equal(audit_seal(&f->app, f->d, &n, &f->info), OK);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) /* the search finds what is there */
        if (!store_test_holds(f->store, marks[i], where))
            fail_msg("%s was never kept", marks[i]);
    assert_int_equal(account_erase(&l.deed, f->d, false, &f->info), OK);

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (store_test_holds(f->store, marks[i], where))
            fail_msg("%s is left in %s", marks[i], where);
    assert_int_equal(viewer_of(f, l.session).id.v, 0);
    assert_int_equal(token_viewer(&f->app, f->d, l.token, f->now, &viewer, &scopes, &f->info), OK);
    assert_int_equal(viewer.id.v, 0);
    assert_int_equal(try_sign_in(f, ADDRESS, PASSWORD, "192.0.2.1"), E_DENIED);
    const struct deed reader = visitor(f);
    assert_int_equal(publication_find(&reader, f->d, l.shown, &p, &f->info), OK);
    assert_int_equal(p.owner_name.n, 0); /* a former user */
    assert_string_equal(text_of(f, p.title), "Wat wij leerden");
    assert_int_equal(audit_seal(&f->app, f->d, &n, &f->info), OK);
    assert_int_equal(audit_verify(&f->app, f->d, NULL, &verdict, &f->info), OK);
    assert_true(verdict.is_whole);
}

static void erasing_with_publications_takes_those_too(void **state)
{
    struct access_fixture *f = *state;
    struct publication p;
    char where[200] = "";
    struct life l;

    live(&l, f);
    assert_int_equal(account_erase(&l.deed, f->d, true, &f->info), OK);

    assert_int_equal(publication_find(&l.admin, f->d, l.shown, &p, &f->info), E_NOT_FOUND);
    assert_false(store_test_holds(f->store, "Wat wij leerden", where));
    assert_false(store_test_holds(f->store, "al zeg ik het zelf", where));
}

/* ---- in the bytes of the files ---- */

static bool file_holds(struct access_fixture *f, const char *end, const char *text)
{
    const str url = str_of(f->store->url);
    struct file_map map;
    char path[600];

    snprintf(path, sizeof path, "%.*s%s", STR_FMT(str_cut(url, strlen("sqlite:"), url.n)), end);
    const err e = file_map_open(str_of(path), &map, &f->info);
    if (e == E_NOT_FOUND)
        return false;
    assert_int_equal(e, OK);
    const bool holds = map.n > 0 && memmem(map.p, map.n, text, strlen(text)) != NULL;
    file_map_close(&map);
    return holds;
}

static bool a_file_holds(struct access_fixture *f, const char *text)
{
    return file_holds(f, "", text) || file_holds(f, "-wal", text) ||
           file_holds(f, "-journal", text);
}

/* Comments of all sizes, hers between those of others, and some changed or deleted on the way. */
static void talk(struct life *l, const char *mark)
{
    enum { COMMENTS = 240, LONG = 3000 };
    struct access_fixture *f = l->f;
    uint64_t state = 20261124;
    char text[LONG + 200];

    for (int i = 0; i < COMMENTS; i++) {
        const bool is_hers = i % 3 != 0;
        struct comment_id id;
        state = state * 6364136223846793005u + 1442695040888963407u;
        const int n = (int)((state >> 33) % (i % 10 == 0 ? LONG : 300));
        snprintf(text, sizeof text, "%s %0*d %s", is_hers ? mark : "een ander", n, i,
                 is_hers ? mark : "tot zover");
        assert_int_equal(comment_add(is_hers ? &l->deed : &l->admin, f->d, l->shown,
                                     (struct comment_id){0}, str_of(text), &id, &f->info),
                         OK);
        if (i % 40 == 7)
            assert_int_equal(comment_remove(is_hers ? &l->deed : &l->admin, f->d, id, &f->info),
                             OK);
    }
}

static void erasing_leaves_no_byte_in_the_files_of_sqlite(void **state)
{
    const char *const own[] = {NAME, ADDRESS, "al zeg ik het zelf", "Een verborgen gedachte",
                               "mijn eerlijke mening"};
    struct access_fixture *f = *state;
    struct life l;

    live(&l, f);
    talk(&l, "mijn eerlijke mening");
    if (!str_starts(str_of(f->store->url),
                    STR("sqlite:"))) { /* docs/store.md says what it leaves */
        assert_int_equal(account_erase(&l.deed, f->d, true, &f->info), OK);
        assert_int_equal(db_scrub(f->d, &f->info), OK);
        return;
    }
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) /* the search finds what is there */
        if (!a_file_holds(f, own[i]))
            fail_msg("“%s” was never in a file", own[i]);
    assert_true(file_holds(f, "-wal", "mijn eerlijke mening"));
    assert_int_equal(account_erase(&l.deed, f->d, true, &f->info), OK);

    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (a_file_holds(f, own[i]))
            fail_msg("“%s” is left in a file", own[i]);
    assert_true(file_holds(f, "", "tot zover"));
}

/* Somebody goes on reading what was there before, while she leaves. */
static err erase_meanwhile(db *reader, void *arg, struct err_info *info)
{
    struct life *l = arg;
    char where[200];
    (void)reader;
    (void)info;
    assert_int_equal(account_erase(&l->deed, l->f->d, true, &l->f->info), OK);
    assert_false(store_test_holds(l->f->store, NAME, where));
    return OK;
}

static void who_reads_meanwhile_only_puts_it_off(void **state)
{
    struct access_fixture *f = *state;
    struct life l;
    db *reader;

    live(&l, f);
    assert_int_equal(db_open(f->store->s, &reader, &f->info), OK);
    assert_int_equal(db_read_do(reader, erase_meanwhile, &l, &f->info), OK);
    db_close(reader);
    assert_int_equal(access_sweep(&f->app, f->d, f->a, &f->info), OK);

    if (str_starts(str_of(f->store->url), STR("sqlite:")))
        assert_false(a_file_holds(f, NAME));
}

static void the_address_is_free_again_for_another_account(void **state)
{
    struct access_fixture *f = *state;
    struct life l;

    live(&l, f);
    const struct party_id before = l.deed.viewer.id;
    assert_int_equal(account_erase(&l.deed, f->d, false, &f->info), OK);

    const struct party_id after = make_person(f, "Iemand Anders", ADDRESS, 0);
    assert_int_not_equal(before.v, after.v);
    assert_int_equal(viewer_of(f, sign_in(f, ADDRESS, PASSWORD)).id.v, after.v);
}

/* ---- export ---- */

static json_t *export_of(struct access_fixture *f, const struct deed *deed)
{
    json_error_t error;
    out o;

    out_init(&o, 1 << 20);
    assert_int_equal(account_export(deed, f->d, &o, &f->info), OK);
    const str text = out_view(&o);
    json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fail_msg("line %d: %s", error.line, error.text);
    out_free(&o);
    return root;
}

static size_t count_in(json_t *root, const char *room, const char *list)
{
    json_t *found = json_object_get(json_object_get(root, room), list);
    assert_true(json_is_array(found));
    return json_array_size(found);
}

static void an_export_holds_everything_of_every_room(void **state)
{
    struct access_fixture *f = *state;
    struct life l;

    live(&l, f);
    json_t *root = export_of(f, &l.deed);
    json_t *account = json_object_get(root, "account");

    assert_string_equal(json_string_value(json_object_get(account, "name")), NAME);
    assert_string_equal(json_string_value(json_object_get(account, "email")), ADDRESS);
    assert_true(json_is_true(json_object_get(account, "has_second_factor")));
    assert_int_equal(count_in(root, "account", "sessions"), 1);
    assert_int_equal(count_in(root, "account", "tokens"), 1);
    assert_int_equal(count_in(root, "knowledge", "memberships"), 1);
    assert_int_equal(count_in(root, "knowledge", "publications"), 2);
    assert_int_equal(count_in(root, "knowledge", "revisions"), 2);
    assert_int_equal(count_in(root, "knowledge", "drafts"), 1);
    assert_int_equal(count_in(root, "knowledge", "comments"), 1);
    assert_int_equal(count_in(root, "mail", "letters"), 1);
    assert_int_equal(count_in(root, "work", "jobs"), 1);
    assert_true(count_in(root, "log", "entries") >= 8);
    assert_int_equal(count_log(f, "account.export"), 1);
    json_decref(root);
}

static void an_export_says_nothing_of_others(void **state)
{
    struct access_fixture *f = *state;
    struct life l;

    live(&l, f);
    assert_int_equal(account_invite(&l.admin, f->d, STR(NAME), STR("w2@voorbeeldstad.nl"), LANG_NL,
                                    (struct party_id){0}, 0, &f->info),
                     OK);
    json_t *root = export_of(f, &l.admin);
    char *text = json_dumps(root, 0);

    assert_null(strstr(text, "Zonderling")); /* whom the administrator invited */
    assert_null(strstr(text, "verborgen gedachte"));
    assert_non_null(strstr(text, "account.invite"));
    free(text);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define ACCESS_TEST(f) cmocka_unit_test_setup_teardown(f, access_set_up, access_tear_down)
        ACCESS_TEST(erasing_leaves_no_name_in_any_column),
        ACCESS_TEST(erasing_with_publications_takes_those_too),
        ACCESS_TEST(erasing_leaves_no_byte_in_the_files_of_sqlite),
        ACCESS_TEST(who_reads_meanwhile_only_puts_it_off),
        ACCESS_TEST(the_address_is_free_again_for_another_account),
        ACCESS_TEST(an_export_holds_everything_of_every_room),
        ACCESS_TEST(an_export_says_nothing_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
