/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The pages of knowledge against a world of which it is written down who sees what: every route is
 * walked as every kind of viewer, and no word of a hidden thing may occur in what comes back.
 */
#include "web/knowledge/world_test.h"

#include "web/pages/markdown.h"
#include "web/site/site.h"

/* ---- asking ---- */

static bool occurs(const out *answer, const char *word)
{
    const str body = client_body(answer);
    return memmem(body.p, body.n, word, strlen(word)) != NULL;
}

static const char *url_of(const char *format, int64_t id)
{
    static char url[4][300];
    static int turn;
    turn = (turn + 1) % 4;
    char *here = url[turn], *end = here;
    for (const char *c = format; *c; c++)
        if (*c == '#')
            end += sprintf(end, "%lld", (long long)id);
        else
            *end++ = *c;
    *end = '\0';
    return here;
}

/* The tokens of forms are hidden afresh in each page: they are no part of what it says. */
static void hide_tokens(out *answer)
{
    static const char field[] = "name=\"csrf\" value=\"";
    for (char *at = answer->p; (at = strstr(at, field));) {
        at += sizeof field - 1;
        while (*at != '"')
            *at++ = '.';
    }
}

/* Everything but the moment of it. */
static void assert_same_answer(out *a, out *b)
{
    hide_tokens(a);
    hide_tokens(b);
    static const char date[] = "Date: Tue, 24 Nov 2026 13:00:00 GMT";
    char *x = strstr(a->p, "Date: "), *y = strstr(b->p, "Date: ");
    assert_non_null(x);
    assert_non_null(y);
    memcpy(x, date, sizeof date - 1);
    memcpy(y, date, sizeof date - 1);
    assert_true(str_eq(out_view(a), out_view(b)));
}

/* ---- the walk ---- */

/* What a parameter of a path may be in this world. */
struct values {
    str value[STORIES + VIEWERS + 4];
    size_t n;
};

static void add_value(struct values *v, struct world *w, const char *text)
{
    v->value[v->n++] = arena_str(w->store->a, str_of(text));
}

static struct values values_of(struct world *w, str name)
{
    struct values v = {.n = 0};
    if (str_eq(name, STR("id"))) {
        for (int i = 0; i < STORIES; i++)
            add_value(&v, w, url_of("#", w->story[i].id.v));
        for (enum who who = OWNER; who < VIEWERS; who++)
            add_value(&v, w, url_of("#", w->party[who].v));
    } else if (str_eq(name, STR("space"))) {
        for (enum where where = WIJKTEAMS; where < SPACES; where++)
            add_value(&v, w, world_slugs[where]);
    } else if (str_eq(name, STR("number"))) {
        add_value(&v, w, "1");
        add_value(&v, w, "2");
    } else {
        add_value(&v, w, "1");
    }
    return v;
}

typedef void (*visit_fn)(struct world *w, const char *path, void *arg);

static void walk_params(struct world *w, const struct route *route, enum lang lang, str *value,
                        size_t at, visit_fn visit, void *arg)
{
    str rest = str_of(route->path_nl), segment;
    size_t n = 0;

    while (str_next(&rest, '/', &segment)) {
        if (segment.n == 0 || segment.p[0] != '{' || n++ < at)
            continue;
        const struct values v = values_of(w, str_cut(segment, 1, segment.n - 1));
        for (size_t i = 0; i < v.n; i++) {
            value[at] = v.value[i];
            walk_params(w, route, lang, value, at + 1, visit, arg);
        }
        return;
    }
    out path;
    out_init(&path, 1024);
    site_print_path(&path, route, lang, value);
    out_char(&path, '\0');
    visit(w, path.p, arg);
    out_free(&path);
}

/* Each address that a GET could ask for here; returns how many routes. */
static int walk(struct world *w, visit_fn visit, void *arg)
{
    const site_router *router = site_get_router(w->site);
    int n = 0;

    for (size_t i = 0; i < site_router_count(router); i++) {
        const struct route *route = site_router_route(router, i);
        str value[SITE_PARAMS_MAX];
        if (route->method != HTTP_GET || strcmp(route->name, "file") == 0)
            continue;
        walk_params(w, route, LANG_NL, value, 0, visit, arg);
        if (route->path_en)
            walk_params(w, route, LANG_EN, value, 0, visit, arg);
        n++;
    }
    return n;
}

struct spying {
    enum who who;
    unsigned seen[4]; /* bits of stories, their texts, spaces, people that occurred */
};

static void spy(struct spying *s, const out *answer, const struct thing *thing, unsigned *seen,
                int bit, const char *path)
{
    if (!thing->word || !occurs(answer, thing->word))
        return;
    if (!world_sees(thing, s->who))
        print_error("viewer %d reads %s on %s\n", (int)s->who, thing->word, path);
    assert_true(world_sees(thing, s->who));
    *seen |= 1U << bit;
}

/* Where who removed it, and nobody else, still finds its title. */
enum { IN_BIN = 8 };
static bool is_bin(const char *path)
{
    return strcmp(path, "/nl/mijn/prullenbak") == 0 || strcmp(path, "/en/mine/bin") == 0;
}

static void look(struct world *w, const char *path, void *arg)
{
    struct spying *s = arg;
    out answer = world_get(w, s->who, path);
    const int status = client_status(&answer);

    if (status < 200 || status >= 500)
        print_error("%d of %s\n", status, path);
    assert_in_range(status, 200, 499); /* refused is fine, broken is not */
    for (int i = 0; i < STORIES; i++) {
        if (i == IN_BIN && s->who == OWNER && is_bin(path))
            assert_true(occurs(&answer, w->story[i].thing.word));
        else
            spy(s, &answer, &w->story[i].thing, &s->seen[0], i, path);
        spy(s, &answer, &w->story[i].text, &s->seen[1], i, path);
    }
    for (enum where where = WIJKTEAMS; where < SPACES; where++)
        spy(s, &answer, &world_spaces[where], &s->seen[2], (int)where, path);
    for (enum who who = OWNER; who < VIEWERS; who++)
        spy(s, &answer, &world_people[who], &s->seen[3], (int)who, path);
    out_free(&answer);
}

static void no_page_holds_a_word_of_what_its_viewer_may_not_see(void **state)
{
    struct world *w = *state;
    static const char *const searches[] = {"/nl/mensen?q=e", "/en/people?q=e",
                                           "/nl/ruimten/wijkteams/leden?q=e",
                                           "/nl/verhalen?before=1.1", "/nl/?done=saved"};

    for (enum who who = VISITOR; who < VIEWERS; who++) {
        struct spying s = {.who = who};

        assert_true(walk(w, look, &s) >= 20);
        for (size_t i = 0; i < sizeof searches / sizeof *searches; i++)
            look(w, searches[i], &s);

        /* and what may be seen is somewhere to be seen: the test would find a leak */
        for (int i = 0; i < STORIES; i++) {
            const bool sees = world_sees(&w->story[i].thing, who) && w->story[i].thing.seen_by[0];
            assert_int_equal((s.seen[0] >> i) & 1U, sees);
            assert_int_equal((s.seen[1] >> i) & 1U, sees);
        }
        for (enum where where = WIJKTEAMS; where < SPACES; where++)
            assert_int_equal((s.seen[2] >> where) & 1U, world_sees(&world_spaces[where], who));
        for (enum who other = OWNER; other < VIEWERS; other++)
            assert_int_equal((s.seen[3] >> other) & 1U, world_sees(&world_people[other], who));
    }
}

/* ---- hidden and absent ---- */

static const char *const story_gets[] = {
    "/nl/verhalen/#",           "/en/stories/#",
    "/nl/verhalen/#/wijzigen",  "/nl/verhalen/#/versies",
    "/nl/verhalen/#/versies/1", "/nl/verhalen/#/versies/1/verschil",
    "/nl/verhalen/#/toegang"};
static const struct {
    const char *path, *fields;
} story_posts[] = {
    {"/nl/verhalen/#/toestand", "do=remove&version=1"},
    {"/nl/verhalen/#/toestand", "do=restore&version=2"},
    {"/nl/verhalen/#/reacties", "comment=x"},
    {"/nl/verhalen/#/reacties/1/verwijderen", ""},
    {"/nl/verhalen/#/toegang", "person=1&do=read"},
    {"/nl/verhalen/#/concept/weg", ""},
};

static void what_is_hidden_is_answered_as_what_is_absent_byte_for_byte(void **state)
{
    struct world *w = *state;
    int compared = 0;

    for (enum who who = VISITOR; who < VIEWERS; who++)
        for (int i = 0; i < STORIES; i++) {
            if (world_sees(&w->story[i].thing, who) && w->story[i].thing.seen_by[0])
                continue;
            for (size_t k = 0; k < sizeof story_gets / sizeof *story_gets; k++) {
                const bool asks_who = k >= 2 && (who == VISITOR || who == BLOCKED);
                out hidden = world_get(w, who, url_of(story_gets[k], w->story[i].id.v));
                out absent = world_get(w, who, url_of(story_gets[k], 4711));
                assert_int_equal(client_status(&hidden), asks_who ? 303 : 404);
                if (!asks_who)
                    assert_same_answer(&hidden, &absent);
                out_free(&hidden);
                out_free(&absent);
                compared++;
            }
        }
    assert_true(compared > 300);
}

static void writing_to_what_is_hidden_is_refused_as_writing_to_what_is_absent(void **state)
{
    struct world *w = *state;

    for (enum who who = OWNER; who < VIEWERS; who++) {
        for (int i = 0; who != BLOCKED && i < STORIES; i++) {
            if (world_sees(&w->story[i].thing, who) || (who == OWNER && i == IN_BIN))
                continue;
            for (size_t k = 0; k < sizeof story_posts / sizeof *story_posts; k++) {
                out hidden = world_post(w, who, url_of(story_posts[k].path, w->story[i].id.v),
                                        story_posts[k].fields);
                out absent =
                    world_post(w, who, url_of(story_posts[k].path, 4711), story_posts[k].fields);
                assert_int_equal(client_status(&hidden), 404);
                assert_same_answer(&hidden, &absent);
                out_free(&hidden);
                out_free(&absent);
            }
            char fields[100];
            snprintf(fields, sizeof fields, "revision=%lld.1&title=x&body=y&do=save",
                     (long long)w->story[i].id.v);
            out save = world_post(w, who, "/nl/verhalen/opslaan", fields);
            out autosave = world_post(w, who, "/nl/verhalen/concept", fields);
            out absent = world_post(w, who, "/nl/verhalen/opslaan",
                                    "revision=4711.1&title=x&body=y&do=save");
            assert_same_answer(&save, &absent);
            assert_same_answer(&autosave, &absent);
            out_free(&save);
            out_free(&autosave);
            out_free(&absent);
        }
    }
}

static void a_hidden_space_is_answered_as_one_that_is_absent(void **state)
{
    struct world *w = *state;
    static const char *const paths[][2] = {
        {"/nl/ruimten/kerngroep", "/nl/ruimten/bestaatniet"},
        {"/nl/ruimten/nieuwbouw", "/nl/ruimten/bestaatniet"},
        {"/nl/ruimten/kerngroep/leden", "/nl/ruimten/bestaatniet/leden"},
        {"/nl/ruimten/kerngroep/instellingen", "/nl/ruimten/bestaatniet/instellingen"},
        {"/nl/ruimten/kerngroep/feed.atom", "/nl/ruimten/bestaatniet/feed.atom"},
        {"/nl/verhalen/schrijven?space=kerngroep", "/nl/verhalen/schrijven?space=bestaatniet"},
        {"/nl/ruimte-maken?in=kerngroep", "/nl/ruimte-maken?in=bestaatniet"},
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        out hidden = world_get(w, STRANGER, paths[i][0]);
        out absent = world_get(w, STRANGER, paths[i][1]);

        assert_int_equal(client_status(&hidden), 404);
        assert_same_answer(&hidden, &absent);
        out_free(&hidden);
        out_free(&absent);
    }
}

/* ---- what a form or an address names ---- */

/* An id like this one, of nothing. */
static int64_t id_of_nothing(int64_t id)
{
    return id + ((int64_t)5000 << 22);
}

static void mask(out *answer, int64_t id)
{
    char digits[24];
    const int n = snprintf(digits, sizeof digits, "%lld", (long long)id);
    for (char *at = answer->p; (at = strstr(at, digits));)
        memset(at, '#', (size_t)n);
}

/* The same question of two ids, which may come back in the answer, and tells nothing more. */
static void assert_tells_nothing(struct world *w, enum who who, const char *path,
                                 const char *fields, int64_t hidden)
{
    const int64_t nothing = id_of_nothing(hidden);
    out a = fields ? world_post(w, who, path, url_of(fields, hidden))
                   : world_get(w, who, url_of(path, hidden));
    out b = fields ? world_post(w, who, path, url_of(fields, nothing))
                   : world_get(w, who, url_of(path, nothing));

    mask(&a, hidden);
    mask(&b, nothing);
    if (client_status(&a) >= 500 || !str_eq(client_body(&a), client_body(&b)))
        print_error("%s %s for %d\n", path, fields ? fields : "", (int)who);
    assert_in_range(client_status(&a), 200, 499);
    assert_same_answer(&a, &b);
    out_free(&a);
    out_free(&b);
}

#define NEW_STORY "revision=0&title=t&body=b&level=3&comments=1&lang=en&"

static void what_is_hidden_and_named_is_answered_as_what_is_absent(void **state)
{
    struct world *w = *state;
    char own[64], first[64];
    snprintf(own, sizeof own, "%s", url_of("/nl/verhalen/#/toegang", w->story[14].id.v));
    snprintf(first, sizeof first, "%s", url_of("/nl/verhalen/#/reacties", w->story[0].id.v));
    const int64_t space = w->space[KERN].v, text = w->story[2].id.v, blocked = w->party[BLOCKED].v;
    const struct {
        enum who who;
        const char *path, *fields; /* no fields: the id is in the path */
        int64_t hidden;
    } asked[] = {
        {STRANGER, "/nl/verhalen/opslaan", NEW_STORY "do=save&space=#", space},
        {STRANGER, "/nl/verhalen/opslaan", NEW_STORY "do=preview&space=#", space},
        {STRANGER, "/nl/verhalen/concept", NEW_STORY "space=#", space},
        {STRANGER, "/nl/verhalen/opslaan", NEW_STORY "do=save&twin=#", text},
        {STRANGER, "/nl/verhalen/opslaan", NEW_STORY "do=preview&twin=#", text},
        {STRANGER, "/nl/verhalen/concept", NEW_STORY "twin=#", text},
        {STRANGER, "/nl/verhalen/schrijven?twin=#", NULL, text},
        {STRANGER, first, "comment=x&reply=#", w->comment[1].v},
        {MEMBER, own, "do=read&person=#", blocked},
        {OWNER, "/nl/ruimten/wijkteams/leden", "role=1&person=#", blocked},
        {OWNER, "/nl/ruimten/wijkteams/leden", "do=remove&person=#", blocked},
        {OWNER, "/nl/ruimten/wijkteams/leden", "do=remove&person=#", w->party[GRANTEE].v},
        {OWNER, "/nl/ruimten/wijkteams/leden/uitnodigen", "person=#", blocked},
        {OWNER, "/nl/ruimten/wijkteams/leden?after=#", NULL, w->party[STRANGER].v},
        {MEMBER, "/nl/mensen?after=#", NULL, blocked},
        {STRANGER, "/nl/mensen/#", NULL, blocked},
        {STRANGER, "/nl/verhalen?before=1.#", NULL, text},
    };
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        assert_tells_nothing(w, asked[i].who, asked[i].path, asked[i].fields, asked[i].hidden);
}

/* ---- what somebody takes home ---- */

static void all_ones_data_hold_no_word_of_what_one_may_not_see(void **state)
{
    struct world *w = *state;

    for (enum who who = OWNER; who < VIEWERS; who++) {
        struct spying s = {.who = who};
        if (who == BLOCKED)
            continue;
        out all = world_post(w, who, "/nl/mijn-pagina/downloaden", "");

        assert_int_equal(client_status(&all), 200);
        for (int i = 0; i < STORIES; i++) {
            if (i == IN_BIN && who == OWNER) /* one's own, until it is gone for good */
                continue;
            spy(&s, &all, &w->story[i].thing, &s.seen[0], i, "all data");
            spy(&s, &all, &w->story[i].text, &s.seen[1], i, "all data");
        }
        for (enum where where = WIJKTEAMS; where < SPACES; where++)
            spy(&s, &all, &world_spaces[where], &s.seen[2], (int)where, "all data");
        assert_int_equal((s.seen[0] & 1U) != 0, who == OWNER);
        out_free(&all);
    }
}

/* ---- counts ---- */

struct remembered {
    enum who who;
    out all; /* every page, one after the other */
};

static void remember(struct world *w, const char *path, void *arg)
{
    struct remembered *m = arg;
    out answer = world_get(w, m->who, path);
    hide_tokens(&answer);
    out_str(&m->all, client_body(&answer));
    out_free(&answer);
}

static void a_new_hidden_thing_changes_no_byte_of_what_others_see(void **state)
{
    struct world *w = *state;
    const struct deed owner = world_deed(w, OWNER);
    const struct publication_form form = {.space = w->space[WIJKTEAMS],
                                          .level = LEVEL_OWNER,
                                          .publish_at = INT64_MAX,
                                          .delete_at = INT64_MAX,
                                          .comments = COMMENTS_SIGNED_IN,
                                          .title = STR("Onzichtbaar")};
    static const enum who others[] = {VISITOR, MEMBER, STRANGER};
    struct publication_id id;
    struct comment_id comment;

    for (size_t i = 0; i < 3; i++) {
        struct remembered before = {.who = others[i]}, after = {.who = others[i]};
        out_init(&before.all, 64 << 20);
        out_init(&after.all, 64 << 20);
        walk(w, remember, &before);

        assert_int_equal(publication_create(&owner, w->store->d, &form, &id, &w->info), OK);
        assert_int_equal(
            publication_set_state(&owner, w->store->d, id, 1, PUBLICATION_PUBLISHED, &w->info), OK);
        assert_int_equal(comment_add(&owner, w->store->d, id, (struct comment_id){0},
                                     STR("onzichtbaar"), &comment, &w->info),
                         OK);
        walk(w, remember, &after);

        assert_int_equal(before.all.error, OK);
        assert_true(str_eq(out_view(&before.all), out_view(&after.all)));
        out_free(&before.all);
        out_free(&after.all);
    }
}

static void a_feed_is_the_same_for_whoever_asks(void **state)
{
    struct world *w = *state;
    static const char *const paths[] = {"/nl/feed.atom", "/nl/ruimten/wijkteams/feed.atom",
                                        "/nl/ruimten/schuldhulp/feed.atom", "/sitemap.xml"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        out visitor = world_get(w, VISITOR, paths[i]), owner = world_get(w, OWNER, paths[i]);

        assert_int_equal(client_status(&visitor), 200);
        assert_same_answer(&visitor, &owner);
        out_free(&visitor);
        out_free(&owner);
    }
}

static bool story_holds(struct world *w, struct publication_id id, const char *text)
{
    out page = world_get(w, VISITOR, url_of("/nl/verhalen/#", id.v));
    const bool holds = client_status(&page) == 200 && occurs(&page, text);
    out_free(&page);
    return holds;
}

static void a_text_is_rendered_once_by_each_renderer(void **state)
{
    struct world *w = *state;
    db *d = w->store->d;
    const struct deed owner = world_deed(w, OWNER);
    struct publication_form form = {.lang = LANG_NL,
                                    .level = LEVEL_PUBLIC,
                                    .publish_at = INT64_MAX,
                                    .delete_at = INT64_MAX,
                                    .title = STR("Bewaard"),
                                    .summary = STR(""),
                                    .body = STR("Een *woord*.")};
    struct publication_id id;
    struct publication p;
    assert_int_equal(publication_create(&owner, d, &form, &id, &w->info), OK);
    assert_int_equal(publication_set_state(&owner, d, id, 1, PUBLICATION_PUBLISHED, &w->info), OK);
    assert_int_equal(publication_find(&owner, d, id, &p, &w->info), OK);
    assert_null(p.html.p);

    assert_true(story_holds(w, id, "<p>Een <em>woord</em>.</p>"));
    assert_int_equal(publication_find(&owner, d, id, &p, &w->info), OK);
    assert_true(str_eq(p.html, STR("<p>Een <em>woord</em>.</p>\n")));
    assert_int_equal(p.html_by, MARKDOWN_VERSION);
    assert_int_equal(
        publication_keep_html(d, &p, STR("<p>bewaard</p>"), MARKDOWN_VERSION, &w->info), OK);
    assert_true(story_holds(w, id, "<p>bewaard</p>"));
    assert_int_equal(
        publication_keep_html(d, &p, STR("<p>bewaard</p>"), MARKDOWN_VERSION + 1, &w->info), OK);
    assert_true(story_holds(w, id, "<p>Een <em>woord</em>.</p>"));
    form.publish_at = p.publish_at;
    form.body = STR("Een **ander** woord.");
    assert_int_equal(publication_change(&owner, d, id, p.version, &form, &w->info), OK);
    assert_true(story_holds(w, id, "<p>Een <strong>ander</strong> woord.</p>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_page_holds_a_word_of_what_its_viewer_may_not_see),
        cmocka_unit_test(what_is_hidden_is_answered_as_what_is_absent_byte_for_byte),
        cmocka_unit_test(writing_to_what_is_hidden_is_refused_as_writing_to_what_is_absent),
        cmocka_unit_test(a_hidden_space_is_answered_as_one_that_is_absent),
        cmocka_unit_test(what_is_hidden_and_named_is_answered_as_what_is_absent),
        cmocka_unit_test(all_ones_data_hold_no_word_of_what_one_may_not_see),
        cmocka_unit_test(a_new_hidden_thing_changes_no_byte_of_what_others_see),
        cmocka_unit_test(a_feed_is_the_same_for_whoever_asks),
        cmocka_unit_test(a_text_is_rendered_once_by_each_renderer),
    };
    return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
