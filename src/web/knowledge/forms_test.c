/* SPDX-License-Identifier: EUPL-1.2 */
/* Forms of knowledge as a browser without script sends them, and with it: nothing typed is lost. */
#include "base/date.h"
#include "web/knowledge/world_test.h"

/* The first # is `a`, those behind it `b`. */
static const char *fill(const char *format, long long a, long long b)
{
    static char text[16][400];
    static int turn;
    turn = (turn + 1) % 16;
    char *end = text[turn];
    for (const char *c = format; *c; c++) {
        if (*c != '#') {
            *end++ = *c;
            continue;
        }
        end += sprintf(end, "%lld", a);
        a = b;
    }
    *end = '\0';
    return text[turn];
}

static bool says(const out *answer, const char *text)
{
    const str body = client_body(answer);
    return memmem(body.p, body.n, text, strlen(text)) != NULL;
}

static void assert_says(const out *answer, const char *text)
{
    if (!says(answer, text))
        print_error("does not say: %s\n", text);
    assert_true(says(answer, text));
}

/* The id of a publication in the address that a form leads to. */
static int64_t id_of_location(const out *answer)
{
    const char *at = strstr(answer->p, "Location: /nl/verhalen/");
    long long id = 0;
    assert_non_null(at);
    (void)sscanf(at, "Location: /nl/verhalen/%lld", &id);
    assert_true(id > 0);
    return id;
}

static struct publication find(struct world *w, enum who who, int64_t id)
{
    const struct deed deed = world_deed(w, who);
    struct publication p;
    assert_int_equal(
        publication_find(&deed, w->store->d, (struct publication_id){id}, &p, &w->info), OK);
    return p;
}

/* ---- what is wrong is said, what was typed stays ---- */

static void a_story_with_mistakes_comes_back_as_it_was_typed(void **state)
{
    struct world *w = *state;

    out answer = world_post(w, MEMBER, "/nl/verhalen/opslaan",
                            "revision=0&do=publish&title=+&summary=Kort+%3Cb%3E&body=Wat+%22wij%22"
                            "&lang=en&level=1&comments=1&space=0&publish_at=morgen&delete_at=");
    out again = world_post(w, MEMBER, "/nl/verhalen/opslaan",
                           "revision=0&do=publish&title=+&summary=Kort+%3Cb%3E&body=Wat+%22wij%22"
                           "&lang=en&level=1&comments=1&space=0&publish_at=&delete_at=");

    assert_int_equal(client_status(&answer), 422);
    assert_says(&answer, "<title>Fout: ");
    assert_says(&answer, "href=\"#publish_at\"");
    assert_says(&answer, "id=\"publish_at-error\"");
    assert_says(&answer, "value=\"morgen\"");
    assert_says(&answer, "Kort &lt;b&gt;</textarea>");
    assert_says(&answer, "Wat &#34;wij&#34;</textarea>");
    assert_says(&answer, "name=\"level\" value=\"1\" id=\"level-3\" checked");
    assert_says(&answer, "name=\"comments\" value=\"1\" id=\"comments-2\" checked");
    assert_says(&answer, "name=\"lang\" value=\"en\" id=\"lang-2\" checked");
    assert_int_equal(client_status(&again), 422);
    assert_says(&again, "href=\"#title\"");
    assert_says(&again, "id=\"title-error\"");
    out_free(&answer);
    out_free(&again);
}

static void a_preview_without_script_keeps_the_form(void **state)
{
    struct world *w = *state;

    out answer = world_post(w, MEMBER, "/nl/verhalen/opslaan",
                            "revision=0&do=preview&title=Eerst&body=**vet**+%3Cscript%3E");

    assert_int_equal(client_status(&answer), 200);
    assert_says(&answer, "<strong>vet</strong> &lt;script&gt;");
    assert_says(&answer, "value=\"Eerst\"");
    assert_says(&answer, "**vet** &lt;script&gt;</textarea>");
    out_free(&answer);
}

static void an_empty_comment_is_refused_beside_its_field_and_a_long_one_is_kept(void **state)
{
    struct world *w = *state;
    const char *path = fill("/nl/verhalen/#/reacties", w->story[0].id.v, 0);
    out fields;
    out_init(&fields, 1 << 20);
    out_cstr(&fields, "comment=hoofdzaak");
    for (int i = 0; i <= COMMENT_MAX; i++)
        out_char(&fields, 'x');
    out_char(&fields, '\0');

    out empty = world_post(w, STRANGER, path, "comment=++");
    out long_one = world_post(w, STRANGER, path, fields.p);

    assert_int_equal(client_status(&empty), 422);
    assert_says(&empty, "href=\"#comment\"");
    assert_says(&empty, "id=\"comment-error\"");
    assert_int_equal(client_status(&long_one), 422);
    assert_says(&long_one, "hoofdzaakxxx");
    out_free(&fields);
    out_free(&empty);
    out_free(&long_one);
}

static void a_comment_is_changed_by_its_writer_alone_and_over_nothing_unseen(void **state)
{
    struct world *w = *state;
    const struct deed stranger = world_deed(w, STRANGER);
    const long long story = w->story[0].id.v;
    struct comment_id c;
    struct comment now;

    assert_int_equal(comment_add(&stranger, w->store->d, w->story[0].id, (struct comment_id){0},
                                 STR("Eerste woorden."), &c, &w->info),
                     OK);
    const char *path = fill("/nl/verhalen/#/reacties/#/wijzigen", story, c.v);
    out form = world_get(w, STRANGER, fill("/nl/verhalen/#?change=#", story, c.v));
    out others = world_get(w, GRANTEE, fill("/nl/verhalen/#?change=#", story, c.v));
    out refused = world_post(w, GRANTEE, path, "revision=1&comment=Gekaapt");
    out empty = world_post(w, STRANGER, path, "revision=1&comment=+");
    out saved = world_post(w, STRANGER, path, "revision=1&comment=Betere+woorden.");
    out late = world_post(w, STRANGER, path, "revision=1&comment=Te+laat.");
    out page = world_get(w, GRANTEE, fill("/nl/verhalen/#", story, 0));

    assert_says(&form, path);
    assert_says(&form, "Eerste woorden.</textarea>");
    assert_false(says(&others, path));
    assert_int_equal(client_status(&refused), 403);
    assert_int_equal(client_status(&empty), 422);
    assert_says(&empty, "id=\"comment-error\"");
    assert_int_equal(client_status(&saved), 303);
    assert_int_equal(client_status(&late), 409);
    assert_says(&late, "Te laat.</textarea>");
    assert_says(&late, "name=\"revision\" value=\"2\"");
    assert_says(&page, "Betere woorden.");
    assert_says(&page, "gewijzigd <time");
    assert_int_equal(comment_find(&stranger, w->store->d, c, &now, &w->info), OK);
    assert_int_equal(now.version, 2);
    out_free(&form);
    out_free(&others);
    out_free(&refused);
    out_free(&empty);
    out_free(&saved);
    out_free(&late);
    out_free(&page);
}

static void a_comment_is_removed_after_a_question_to_who_may(void **state)
{
    struct world *w = *state;
    const struct deed stranger = world_deed(w, STRANGER);
    const long long story = w->story[0].id.v;
    struct comment_id c;

    assert_int_equal(comment_add(&stranger, w->store->d, w->story[0].id, (struct comment_id){0},
                                 STR("Ondoordacht."), &c, &w->info),
                     OK);
    out page = world_get(w, STRANGER, fill("/nl/verhalen/#", story, 0));
    out question = world_get(w, STRANGER, fill("/nl/verhalen/#?remove=#", story, c.v));
    out others = world_get(w, GRANTEE, fill("/nl/verhalen/#?remove=#", story, c.v));
    const char *form = fill("action=\"/nl/verhalen/#/reacties/#/verwijderen\"", story, c.v);

    assert_says(&page, fill("?remove=#", c.v, 0));
    assert_false(says(&page, form));
    assert_says(&question, form);
    assert_says(&question, "Wilt u deze reactie verwijderen?");
    assert_false(says(&others, form));
    out done =
        world_post(w, STRANGER, fill("/nl/verhalen/#/reacties/#/verwijderen", story, c.v), "");
    assert_int_equal(client_status(&done), 303);
    out_free(&page);
    out_free(&question);
    out_free(&others);
    out_free(&done);
}

static void a_space_with_a_wrong_address_comes_back_as_it_was_typed(void **state)
{
    struct world *w = *state;
    const char *typed =
        "name_nl=Buurt+%26+co&name_en=Area&slug=Buurt+Co&about_nl=Over+ons&ceiling=2"
        "&join=0&listed=1";

    out wrong = world_post(w, ADMIN, "/nl/ruimte-maken", typed);
    out taken = world_post(w, ADMIN, "/nl/ruimte-maken",
                           "name_nl=A&name_en=B&slug=wijkteams&ceiling=2&join=0");
    out denied = world_post(w, STRANGER, "/nl/ruimte-maken", typed);

    assert_int_equal(client_status(&wrong), 422);
    assert_says(&wrong, "id=\"slug-error\"");
    assert_says(&wrong, "value=\"Buurt &amp; co\"");
    assert_says(&wrong, "value=\"Buurt Co\"");
    assert_says(&wrong, "Over ons</textarea>");
    assert_int_equal(client_status(&taken), 422);
    assert_says(&taken, "id=\"slug-error\"");
    assert_int_equal(client_status(&denied), 403);
    out_free(&wrong);
    out_free(&taken);
    out_free(&denied);
}

/* ---- writing, from the first key to readers ---- */

static void a_text_that_saves_itself_becomes_one_draft_and_is_published_from_it(void **state)
{
    struct world *w = *state;
    long long id, version;

    out first = world_post(w, MEMBER, "/nl/verhalen/concept", "revision=0&title=&body=Een+begin");
    assert_int_equal(client_status(&first), 200);
    const str json = client_body(&first);
    assert_int_equal(sscanf(json.p, " { \"revision\" : \"%lld.%lld\"", &id, &version), 2);
    out second = world_post(w, MEMBER, "/nl/verhalen/concept",
                            fill("revision=#.#&title=Titel&body=Een+begin+en+meer", id, version));
    out edit = world_get(w, MEMBER, fill("/nl/verhalen/#/wijzigen", id, 0));
    out saved = world_get(w, MEMBER, fill("/nl/verhalen/#/wijzigen?saved=1", id, 0));
    out publish =
        world_post(w, MEMBER, "/nl/verhalen/opslaan",
                   fill("revision=#.#&do=publish&title=Titel&body=Klaar&level=3", id, version));
    out page = world_get(w, VISITOR, fill("/nl/verhalen/#", id, 0));

    assert_int_equal(client_status(&second), 200);
    assert_true(str_eq(client_body(&second), json));
    assert_says(&edit, "Een begin en meer</textarea>");
    assert_says(&edit, "saved=1");
    assert_says(&saved, "Een begin</textarea>");
    assert_int_equal(client_status(&publish), 303);
    assert_int_equal(id_of_location(&publish), id);
    assert_int_equal(client_status(&page), 200);
    assert_says(&page, "<p>Klaar</p>");
    const struct deed member = world_deed(w, MEMBER);
    struct draft draft;
    bool found;
    assert_int_equal(
        draft_find(&member, w->store->d, (struct publication_id){id}, &draft, &found, &w->info),
        OK);
    assert_false(found);
    out_free(&first);
    out_free(&second);
    out_free(&edit);
    out_free(&saved);
    out_free(&publish);
    out_free(&page);
}

static void a_change_kept_as_draft_is_not_shown_to_readers(void **state)
{
    struct world *w = *state;
    const long long id = w->story[7].id.v;
    const struct publication p = find(w, OWNER, id);

    out kept = world_post(
        w, OWNER, "/nl/verhalen/opslaan",
        fill("revision=#.#&do=keep&title=Uit+het+archief&body=Nog+geheim", id, p.version));
    out reader = world_get(w, STRANGER, fill("/nl/verhalen/#", id, 0));
    out writer = world_get(w, OWNER, fill("/nl/verhalen/#/wijzigen", id, 0));
    out dropped = world_post(w, OWNER, fill("/nl/verhalen/#/concept/weg", id, 0), "");
    out after = world_get(w, OWNER, fill("/nl/verhalen/#/wijzigen", id, 0));

    assert_int_equal(client_status(&kept), 303);
    assert_false(says(&reader, "Nog geheim"));
    assert_says(&writer, "Nog geheim</textarea>");
    assert_int_equal(client_status(&dropped), 303);
    assert_false(says(&after, "Nog geheim"));
    assert_int_equal(find(w, OWNER, id).version, p.version);
    out_free(&kept);
    out_free(&reader);
    out_free(&writer);
    out_free(&dropped);
    out_free(&after);
}

/* Story 12 is the owner's draft, in which the grantee may write too. */
static void who_comes_second_sees_both_texts_and_loses_none(void **state)
{
    struct world *w = *state;
    const long long id = w->story[12].id.v;
    const struct publication p = find(w, OWNER, id);

    out first = world_post(w, OWNER, "/nl/verhalen/opslaan",
                           fill("revision=#.#&do=save&title=Van+Samira&body=Hare+woorden"
                                "&level=3&comments=2",
                                id, p.version));
    out second =
        world_post(w, GRANTEE, "/nl/verhalen/opslaan",
                   fill("revision=#.#&do=save&title=Van+Tim&body=Zijne+woorden", id, p.version));
    out autosave =
        world_post(w, GRANTEE, "/nl/verhalen/concept",
                   fill("revision=#.#&title=Van+Tim&body=Zijne+woorden+nog", id, p.version));
    out later = world_get(w, GRANTEE, fill("/nl/verhalen/#/wijzigen", id, 0));
    const struct publication now = find(w, OWNER, id);
    out merged =
        world_post(w, GRANTEE, "/nl/verhalen/opslaan",
                   fill("revision=#.#&do=save&title=Samen&body=Beider+woorden", id, now.version));

    assert_int_equal(client_status(&first), 303);
    assert_int_equal(client_status(&second), 409);
    assert_says(&second, "Hare woorden");
    assert_says(&second, "Zijne woorden</textarea>");
    assert_says(&second, "<ins>");
    assert_says(&second, fill("name=\"revision\" value=\"#.#\"", id, p.version + 1));
    assert_int_equal(client_status(&autosave), 409);
    assert_says(&later, "Zijne woorden nog</textarea>");
    assert_says(&later, "Hare woorden");
    assert_true(str_eq(now.body, STR("Hare woorden")));
    assert_int_equal(client_status(&merged), 303);
    const struct publication end = find(w, OWNER, id);
    assert_true(str_eq(end.body, STR("Beider woorden")));
    assert_int_equal(end.level, now.level); /* for whom it is stays the owner's to say */
    out_free(&first);
    out_free(&second);
    out_free(&autosave);
    out_free(&later);
    out_free(&merged);
}

static void a_moment_that_is_not_touched_stays_to_the_millisecond(void **state)
{
    struct world *w = *state;
    const long long id = w->story[1].id.v;
    const struct publication before = find(w, OWNER, id);
    const struct date_local t = date_local_of(before.publish_at);
    char day[10];
    date_print_iso(t.day, day);

    char fields[300];
    snprintf(fields, sizeof fields,
             "revision=%lld.%lld&do=save&title=Nieuw&body=b&level=2&space=%lld&comments=2"
             "&publish_at=%.10sT%02d:%02d&delete_at=2027-01-01T09:30",
             id, (long long)before.version, (long long)before.space.v, day, t.hour, t.minute);
    out answer = world_post(w, OWNER, "/nl/verhalen/opslaan", fields);

    assert_int_equal(client_status(&answer), 303);
    const struct publication after = find(w, OWNER, id);
    assert_int_equal(after.publish_at, before.publish_at);
    assert_int_equal(after.delete_at, INT64_C(1798792200000)); /* 08:30 UTC */
    assert_int_equal(after.state, PUBLICATION_PUBLISHED);
    out_free(&answer);
}

static void versions_can_be_told_apart(void **state)
{
    struct world *w = *state;
    const long long id = w->story[9].id.v;
    const struct publication p = find(w, OWNER, id);

    out save = world_post(
        w, OWNER, "/nl/verhalen/opslaan",
        fill("revision=#.#&do=save&title=Rapport&body=Het+kost+710+euro.", id, p.version));
    out list = world_get(w, OWNER, fill("/nl/verhalen/#/versies", id, 0));
    out difference = world_get(w, OWNER, fill("/nl/verhalen/#/versies/2/verschil", id, 0));
    out reader = world_get(w, MEMBER, fill("/nl/verhalen/#/versies", id, 0));
    out none = world_get(w, OWNER, fill("/nl/verhalen/#/versies/1/verschil", id, 0));

    assert_int_equal(client_status(&save), 303);
    assert_int_equal(find(w, OWNER, id).space.v, p.space.v); /* a field not sent changes nothing */
    assert_says(&list, "/versies/2/verschil");
    assert_says(&difference, "<del>");
    assert_says(&difference, "710");
    assert_int_equal(client_status(&reader), 403);
    assert_int_equal(client_status(&none), 404);
    out_free(&save);
    out_free(&list);
    out_free(&difference);
    out_free(&reader);
    out_free(&none);
}

/* ---- the rest of its life ---- */

static void what_is_removed_comes_back_from_the_bin(void **state)
{
    struct world *w = *state;
    const long long id = w->story[3].id.v;
    const struct publication p = find(w, OWNER, id);
    const char *path = fill("/nl/verhalen/#/toestand", id, 0);

    out other = world_post(w, MEMBER, fill("/nl/verhalen/#/toestand", w->story[0].id.v, 0),
                           "do=remove&version=2");
    out stale = world_post(w, OWNER, path, "do=remove&version=1");
    out removed = world_post(w, OWNER, path, fill("do=remove&version=#", p.version, 0));
    out bin = world_get(w, OWNER, "/nl/mijn/prullenbak");
    out gone = world_get(w, OWNER, fill("/nl/verhalen/#", id, 0));
    out back = world_post(w, OWNER, path, fill("do=restore&version=#", p.version + 1, 0));

    assert_int_equal(client_status(&other), 403);
    assert_int_equal(client_status(&stale), 409);
    assert_int_equal(client_status(&removed), 303);
    assert_says(&bin, "notitieblok");
    assert_int_equal(client_status(&gone), 404);
    assert_int_equal(client_status(&back), 303);
    assert_int_equal(find(w, OWNER, id).state, PUBLICATION_DRAFT);
    out_free(&other);
    out_free(&stale);
    out_free(&removed);
    out_free(&bin);
    out_free(&gone);
    out_free(&back);
}

static void access_is_given_and_taken_back(void **state)
{
    struct world *w = *state;
    const long long id = w->story[11].id.v, who = w->party[STRANGER].v;
    const char *path = fill("/nl/verhalen/#/toegang", id, 0);

    out found = world_get(w, OWNER, fill("/nl/verhalen/#/toegang?q=verm", id, 0));
    out given = world_post(w, OWNER, path, fill("person=#&do=read", who, 0));
    out reads = world_get(w, STRANGER, fill("/nl/verhalen/#", id, 0));
    out taken = world_post(w, OWNER, path, fill("person=#&do=drop", who, 0));
    out after = world_get(w, STRANGER, fill("/nl/verhalen/#", id, 0));
    out nobody = world_post(w, OWNER, path, "do=read");

    assert_says(&found, "Lotte Vermeer");
    assert_int_equal(client_status(&given), 303);
    assert_int_equal(client_status(&reads), 200);
    assert_int_equal(client_status(&taken), 303);
    assert_int_equal(client_status(&after), 404);
    assert_int_equal(client_status(&nobody), 422);
    out_free(&found);
    out_free(&given);
    out_free(&reads);
    out_free(&taken);
    out_free(&after);
    out_free(&nobody);
}

static void a_request_to_join_waits_for_a_manager(void **state)
{
    struct world *w = *state;
    const long long who = w->party[STRANGER].v;

    out asked = world_post(w, STRANGER, "/nl/ruimten/schuldhulp/meedoen", "");
    out early = world_get(w, STRANGER, fill("/nl/verhalen/#", w->story[9].id.v, 0));
    out members = world_get(w, OWNER, "/nl/ruimten/schuldhulp/leden");
    out others = world_get(w, MEMBER, "/nl/ruimten/schuldhulp/leden");
    out denied =
        world_post(w, MEMBER, "/nl/ruimten/schuldhulp/leden", fill("person=#&do=accept", who, 0));
    out accepted =
        world_post(w, OWNER, "/nl/ruimten/schuldhulp/leden", fill("person=#&do=accept", who, 0));
    out reads = world_get(w, STRANGER, fill("/nl/verhalen/#", w->story[9].id.v, 0));

    assert_true(client_has(&asked, "done=asked"));
    assert_int_equal(client_status(&early), 404);
    assert_says(&members, "Vermeer");
    assert_false(says(&others, "Vermeer"));
    assert_int_equal(client_status(&denied), 403);
    assert_int_equal(client_status(&accepted), 303);
    assert_int_equal(client_status(&reads), 200);
    out_free(&asked);
    out_free(&early);
    out_free(&members);
    out_free(&others);
    out_free(&denied);
    out_free(&accepted);
    out_free(&reads);
}

static void a_translation_is_found_from_either_side(void **state)
{
    struct world *w = *state;
    const long long id = w->story[0].id.v;

    out made = world_post(w, OWNER, "/nl/verhalen/opslaan",
                          fill("revision=0&do=publish&title=Together&body=To+the+door&lang=en"
                               "&level=3&comments=2&twin=#",
                               id, 0));
    const long long twin = id_of_location(&made);
    out dutch = world_get(w, VISITOR, fill("/nl/verhalen/#", id, 0));
    out abroad = world_get(w, VISITOR, fill("/en/stories/#", id, 0));
    out english = world_get(w, VISITOR, fill("/en/stories/#", twin, 0));
    out alone = world_get(w, VISITOR, fill("/en/stories/#", w->story[7].id.v, 0));
    out dutch_list = world_get(w, VISITOR, "/nl/"), english_list = world_get(w, VISITOR, "/en/");

    assert_says(&dutch, fill("hreflang=\"en\" href=\"/en/stories/#\"", twin, 0));
    assert_says(&dutch, "Ook in het Engels");
    assert_says(&abroad, "This story is also available in English:");
    assert_says(&english, fill("hreflang=\"nl\" href=\"/nl/verhalen/#\"", id, 0));
    assert_says(&alone, "This story is only available in Dutch.");
    assert_says(&alone, "<div lang=\"nl\">");
    assert_says(&dutch_list, fill("<a class=\"utrecht-link utrecht-link--html-a\" "
                                  "href=\"/en/stories/#\" hreflang=\"en\">Ook in het Engels</a>",
                                  twin, 0));
    assert_false(says(&dutch_list, fill("\"/nl/verhalen/#\"", twin, 0)));
    assert_says(&english_list,
                fill("href=\"/nl/verhalen/#\" hreflang=\"nl\">Also in Dutch", id, 0));
    assert_false(says(&english_list, fill("\"/en/stories/#\"", id, 0)));
    out_free(&made);
    out_free(&dutch);
    out_free(&abroad);
    out_free(&english);
    out_free(&alone);
    out_free(&dutch_list);
    out_free(&english_list);
}

/* ---- pressed twice ---- */

static void a_form_sent_twice_makes_one_story(void **state)
{
    struct world *w = *state;
    const char *path = "/nl/verhalen/opslaan";
    const char *fields = "revision=0&do=publish&title=Twee+keer&body=t&lang=nl&level=3&comments=2";
    const char *others = "revision=0&do=publish&title=Anders&body=t&lang=nl&level=3&comments=2";
    char token[CSRF_TEXT];
    world_token(w, MEMBER, token);

    out first = world_send(w, MEMBER, path, token, fields);
    out again = world_send(w, MEMBER, path, token, fields);
    out edited = world_send(w, MEMBER, path, token, others); /* back, changed, and sent */
    out anew = world_post(w, MEMBER, path, fields);          /* from another page */

    const int64_t id = id_of_location(&first);
    assert_int_equal(client_status(&again), 303);
    assert_int_equal(id_of_location(&again), id);
    assert_int_equal(find(w, MEMBER, id).state, PUBLICATION_PUBLISHED);
    assert_int_equal(find(w, MEMBER, id).version, 2);
    assert_int_not_equal(id_of_location(&edited), id);
    assert_int_not_equal(id_of_location(&anew), id);
    out_free(&first);
    out_free(&again);
    out_free(&edited);
    out_free(&anew);
}

static void a_comment_sent_twice_stands_there_once(void **state)
{
    struct world *w = *state;
    const int64_t id = w->story[0].id.v, before = find(w, MEMBER, id).n_comments;
    const char *path = fill("/nl/verhalen/#/reacties", id, 0);
    char token[CSRF_TEXT];
    world_token(w, STRANGER, token);

    for (int i = 0; i < 3; i++) {
        out answer = world_send(w, STRANGER, path, token, "comment=Dubbel");
        assert_int_equal(client_status(&answer), 303);
        out_free(&answer);
    }

    assert_int_equal(find(w, MEMBER, id).n_comments, before + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_story_with_mistakes_comes_back_as_it_was_typed),
        cmocka_unit_test(a_preview_without_script_keeps_the_form),
        cmocka_unit_test(an_empty_comment_is_refused_beside_its_field_and_a_long_one_is_kept),
        cmocka_unit_test(a_comment_is_changed_by_its_writer_alone_and_over_nothing_unseen),
        cmocka_unit_test(a_comment_is_removed_after_a_question_to_who_may),
        cmocka_unit_test(a_space_with_a_wrong_address_comes_back_as_it_was_typed),
        cmocka_unit_test(a_text_that_saves_itself_becomes_one_draft_and_is_published_from_it),
        cmocka_unit_test(a_change_kept_as_draft_is_not_shown_to_readers),
        cmocka_unit_test(who_comes_second_sees_both_texts_and_loses_none),
        cmocka_unit_test(a_moment_that_is_not_touched_stays_to_the_millisecond),
        cmocka_unit_test(versions_can_be_told_apart),
        cmocka_unit_test(what_is_removed_comes_back_from_the_bin),
        cmocka_unit_test(access_is_given_and_taken_back),
        cmocka_unit_test(a_request_to_join_waits_for_a_manager),
        cmocka_unit_test(a_translation_is_found_from_either_side),
        cmocka_unit_test(a_form_sent_twice_makes_one_story),
        cmocka_unit_test(a_comment_sent_twice_stands_there_once),
    };
    return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
