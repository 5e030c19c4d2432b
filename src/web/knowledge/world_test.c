/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/knowledge/world_test.h"

#include "app/audit/audit.h"
#include "app/job/job.h"
#include "app/knowledge/queries.h"
#include "app/mail/mail.h"
#include "base/rng.h"
#include "web/routes.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

const struct thing world_people[VIEWERS] = {
    [OWNER] = {"Bouzid", "vomsga"}, /* writes what everybody reads */
    [MEMBER] = {"Kuipers", "vomsga"},
    [STRANGER] = {"Vermeer", "omsga"},
    [BLOCKED] = {"Geblokkeerd", "a"},
    /* in the list of accounts only */[GRANTEE] = {"Jansen", "omsga"},
    [ADMIN] = {"Verhagen", "omsga"},
};

const char *const world_slugs[SPACES] = {
    [WIJKTEAMS] = "wijkteams",   [SCHULDEN] = "schuldhulp", [KERN] = "kerngroep",
    [HUISBEZOEK] = "huisbezoek", [NIEUWBOUW] = "nieuwbouw",
};

const struct thing world_spaces[SPACES] = {
    [WIJKTEAMS] = {"Wijkteams", "vomsga"},
    [SCHULDEN] = {"Schuldhulpverlening", "vomsga"}, /* that it is there is no secret */
    [KERN] = {"Kerngroep", "oma"},                  /* not listed */
    [HUISBEZOEK] = {"Huisbezoeken", "vomsga"},
    [NIEUWBOUW] = {"Nieuwbouwwijk", "oma"}, /* listed, below one that is not */
};

static const char letters[VIEWERS] = {
    [VISITOR] = 'v', [OWNER] = 'o',   [MEMBER] = 'm', [STRANGER] = 's',
    [BLOCKED] = 'v', [GRANTEE] = 'g', [ADMIN] = 'a',
};

bool world_sees(const struct thing *thing, enum who who)
{
    return !thing->word || strchr(thing->seen_by, letters[who]) != NULL;
}

static int64_t now(void)
{
    return store_test_now_ms;
}

/* Chance that is the same each time. */
static void chance(void *to, size_t n)
{
    static uint64_t counter;
    unsigned char *byte = to;
    for (size_t i = 0; i < n; i++)
        byte[i] = (unsigned char)rng_u64((struct rng_key){.seed = 7}, counter++);
}

struct deed world_deed(struct world *w, enum who who)
{
    return (struct deed){
        .app = &w->web.app,
        .viewer = {.id = w->party[who],
                   .is_active = who != VISITOR,
                   .has_second = who == ADMIN,
                   .roles = who == ADMIN ? ACCESS_ADMIN : 0,
                   .lang = LANG_NL},
        .now_ms = now(),
        .memory = w->store->a,
    };
}

static str joined(struct world *w, const char *a, const char *b, const char *c)
{
    out o;
    out_init(&o, 4096);
    out_cstr(&o, a);
    out_cstr(&o, b);
    out_cstr(&o, c);
    const str text = arena_str(w->store->a, out_view(&o));
    out_free(&o);
    return text;
}

/* ---- people and sessions ---- */

#define PASSWORD STR("vier fietsers in de regen")

/* A strong role counts after a code of the authenticator. */
static void give_second(struct world *w, enum who who)
{
    const struct deed deed = world_deed(w, who);
    const struct access_secret old = w->session[who];
    unsigned char secret[ACCESS_SECOND_BYTES];
    str base32, uri, recovery[ACCESS_RECOVERY_CODES];
    char code[6];

    assert_int_equal(second_begin(&deed, w->store->d, &base32, &uri, &w->info), OK);
    assert_true(second_secret_parse(base32, secret));
    second_code(secret, sizeof secret, now(), code);
    assert_int_equal(second_confirm(&deed, w->store->d, old, (str){code, sizeof code},
                                    &w->session[who], recovery, &w->info),
                     OK);
}

static void make_person(struct world *w, enum who who, const char *first, const char *function)
{
    const struct deed program = {.app = &w->web.app, .now_ms = now(), .memory = w->store->a};
    const str name = joined(w, first, " ", world_people[who].word);
    const str email = joined(w, first, "@voorbeeldstad.nl", "");
    db *d = w->store->d;
    struct access_secret link;
    enum sign_in what;

    assert_int_equal(account_create(&program, d, name, email, LANG_NL,
                                    who == ADMIN ? ACCESS_ADMIN : 0, &w->party[who], &w->info),
                     OK);
    assert_int_equal(account_link(&program, d, w->party[who], &link, &w->info), OK);
    assert_int_equal(account_set_password(&program, d, link, PASSWORD, &w->info), OK);
    assert_int_equal(session_sign_in(&program, d, email, PASSWORD, STR("127.0.0.1"),
                                     STR("Firefox, Linux"), &w->session[who], &what, &w->info),
                     OK);
    const struct deed own = world_deed(w, who);
    assert_int_equal(
        account_change(&own, d, name, str_of(function), (struct party_id){0}, LANG_NL, &w->info),
        OK);
    if (who == ADMIN)
        give_second(w, who);
}

static void make_people(struct world *w)
{
    make_person(w, OWNER, "Samira", "teamleider wijkteam Oost");
    make_person(w, MEMBER, "Henk", "inkomensconsulent");
    make_person(w, STRANGER, "Lotte", "beleidsadviseur");
    make_person(w, BLOCKED, "Bart", "");
    make_person(w, GRANTEE, "Tim", "onderzoeker");
    make_person(w, ADMIN, "Joost", "beheerder");
}

/* Signed in and a member, until an administrator thinks otherwise. */
static void block(struct world *w)
{
    const struct deed admin = world_deed(w, ADMIN);
    assert_int_equal(
        account_set_state(&admin, w->store->d, w->party[BLOCKED], ACCOUNT_BLOCKED, &w->info), OK);
}

/* ---- spaces ---- */

static void make_space(struct world *w, enum where where, enum where parent, enum join_policy join,
                       enum level ceiling, bool is_listed)
{
    const struct deed admin = world_deed(w, ADMIN), owner = world_deed(w, OWNER);
    const struct space_form form = {
        .parent = w->space[parent],
        .slug = str_of(world_slugs[where]),
        .name = {str_of(world_spaces[where].word), str_of(world_spaces[where].word)},
        .about = {STR("Hier werken wijkteams, sociale dienst en corporaties samen.\n\n"
                      "- Eén gesprek\n- Eén plan"),
                  STR("Here neighbourhood teams and housing associations work together.")},
        .join = join,
        .ceiling = ceiling,
        .is_listed = is_listed,
    };
    const struct deed *maker = parent == NOWHERE ? &admin : &owner;
    enum member_state state;

    assert_int_equal(space_create(maker, w->store->d, &form, &w->space[where], &w->info), OK);
    if (parent == NOWHERE) {
        assert_int_equal(
            space_invite(&admin, w->store->d, w->space[where], w->party[OWNER], &w->info), OK);
        assert_int_equal(space_join(&owner, w->store->d, w->space[where], &state, &w->info), OK);
        assert_int_equal(space_set_member(&admin, w->store->d, w->space[where], w->party[OWNER],
                                          MEMBER_ACTIVE, MEMBER_MANAGER, &w->info),
                         OK);
        /* an administrator reads nothing of a space by being one */
        assert_int_equal(space_leave(&admin, w->store->d, w->space[where], &w->info), OK);
    }
}

struct join {
    struct space_id space;
    struct party_id who;
};

static err put_member(db_tx *tx, void *arg, struct err_info *info)
{
    const struct join *j = arg;
    return membership_put(tx,
                          (struct membership_put_in){.space = j->space,
                                                     .party = j->who,
                                                     .role = MEMBER_PLAIN,
                                                     .state = MEMBER_ACTIVE,
                                                     .now = now()},
                          info);
}

static void make_spaces(struct world *w)
{
    make_space(w, WIJKTEAMS, NOWHERE, JOIN_OPEN, LEVEL_PUBLIC, true);
    make_space(w, SCHULDEN, NOWHERE, JOIN_REQUEST, LEVEL_SPACE, true);
    make_space(w, KERN, NOWHERE, JOIN_INVITE, LEVEL_PUBLIC, false);
    make_space(w, HUISBEZOEK, SCHULDEN, JOIN_REQUEST, LEVEL_PUBLIC, true);
    make_space(w, NIEUWBOUW, KERN, JOIN_OPEN, LEVEL_PUBLIC, true);
    for (enum where where = WIJKTEAMS; where <= KERN; where++) {
        struct join joins[] = {{w->space[where], w->party[MEMBER]},
                               {w->space[where], w->party[BLOCKED]}};
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(db_tx_do(w->store->d, put_member, &joins[i], &w->info), OK);
    }
}

/* ---- publications ---- */

struct plan {
    const char *title, *word, *seen_by;
    enum who owner;
    enum where where;
    enum level level;
    enum publication_state state;
    int from_days, to_days; /* 0: at once; 0: never */
    enum who given_to;      /* VISITOR: nobody */
    bool may_edit;
    const char *slug; /* the second word: in its text */
};

/* clang-format off */
static const struct plan plans[STORIES] = {
    {"Samen naar de ", "voordeur", "vomsga", OWNER, WIJKTEAMS, LEVEL_PUBLIC, PUBLICATION_PUBLISHED, 0, 0, VISITOR, false, "huisdeur"},
    {"Wat de ", "wijkverpleegkundige", "omsga", OWNER, WIJKTEAMS, LEVEL_SIGNED_IN, PUBLICATION_PUBLISHED, 0, 0, VISITOR, false, "verpleegpost"},
    {"Werkafspraken ", "leefgeld", "om", OWNER, WIJKTEAMS, LEVEL_SPACE, PUBLICATION_PUBLISHED, 0, 0, VISITOR, false, "weekgeld"},
    {"Mijn ", "notitieblok", "o", OWNER, WIJKTEAMS, LEVEL_OWNER, PUBLICATION_PUBLISHED, 0, 0, VISITOR, false, "kladblok"},
    {"Concept over ", "respijtzorg", "o", OWNER, WIJKTEAMS, LEVEL_PUBLIC, PUBLICATION_DRAFT, 0, 0, VISITOR, false, "respijthuis"},
    {"Volgende maand: ", "jeugdteam", "o", OWNER, WIJKTEAMS, LEVEL_PUBLIC, PUBLICATION_PUBLISHED, 30, 0, VISITOR, false, "jongerenloket"},
    {"Voorbij: ", "voedselbank", "o", OWNER, WIJKTEAMS, LEVEL_PUBLIC, PUBLICATION_PUBLISHED, -30, -10, VISITOR, false, "kringloop"},
    {"Uit het archief: ", "thuisadministratie", "vomsga", OWNER, WIJKTEAMS, LEVEL_PUBLIC, PUBLICATION_ARCHIVED, -300, 0, VISITOR, false, "ordners"},
    {"Weg: ", "prullenmand", "", OWNER, WIJKTEAMS, LEVEL_PUBLIC, PUBLICATION_REMOVED, 0, 0, VISITOR, false, "snippers"},
    {"Rapport van de ", "rekenkamer", "om", OWNER, SCHULDEN, LEVEL_PUBLIC, PUBLICATION_PUBLISHED, 0, 0, VISITOR, false, "restschuld"},
    {"Vanuit de kern: ", "zorgregie", "vomsga", OWNER, KERN, LEVEL_PUBLIC, PUBLICATION_PUBLISHED, 0, 0, VISITOR, false, "regierol"},
    {"Voor Tim: ", "effectmeting", "og", OWNER, NOWHERE, LEVEL_OWNER, PUBLICATION_PUBLISHED, 0, 0, GRANTEE, false, "controlegroep"},
    {"Meeschrijven aan ", "convenant", "og", OWNER, NOWHERE, LEVEL_PUBLIC, PUBLICATION_DRAFT, 0, 0, GRANTEE, true, "gegevensdeling"},
    {"Henks ", "kladversie", "m", MEMBER, WIJKTEAMS, LEVEL_PUBLIC, PUBLICATION_DRAFT, 0, 0, VISITOR, false, "krabbel"},
    {"Over ", "bijstandsnorm", "omsga", MEMBER, NOWHERE, LEVEL_SIGNED_IN, PUBLICATION_PUBLISHED, 0, 0, VISITOR, false, "kostendeler"},
    {"Alleen hier: ", "wanbetalers", "m", MEMBER, SCHULDEN, LEVEL_OWNER, PUBLICATION_PUBLISHED, 0, 0, STRANGER, false, "deurwaarder"},
    {"Met het hele kernteam: ", "bewindvoerder", "om", MEMBER, KERN, LEVEL_SPACE, PUBLICATION_PUBLISHED, 0, 0, VISITOR, false, "mentorschap"},
};
/* clang-format on */

static void publish(struct world *w, const struct deed *deed, const struct plan *p,
                    struct publication_id id)
{
    if (p->state == PUBLICATION_DRAFT)
        return;
    assert_int_equal(
        publication_set_state(deed, w->store->d, id, 1, PUBLICATION_PUBLISHED, &w->info), OK);
    if (p->state != PUBLICATION_PUBLISHED)
        assert_int_equal(publication_set_state(deed, w->store->d, id, 2, p->state, &w->info), OK);
}

static void make_story(struct world *w, int i)
{
    const struct plan *p = &plans[i];
    const struct deed deed = world_deed(w, p->owner);
    const struct publication_form form = {
        .space = w->space[p->where],
        .level = p->level,
        .comments = COMMENTS_SIGNED_IN,
        .publish_at = now() + p->from_days * (int64_t)DAY_MS - (STORIES - i) * 60000,
        .delete_at = p->to_days ? now() + p->to_days * (int64_t)DAY_MS : INT64_MAX,
        .title = joined(w, p->title, p->word, ""),
        .summary = joined(w, "In Oost gaan twee collega's voortaan samen op huisbezoek. Over ",
                          p->slug, "."),
        .body = joined(
            w, "We begonnen met **twintig gezinnen** die bij allebei bekend waren. Over ", p->slug,
            ".\n\n## Wat we deden\n\nDe consulent neemt de beslagvrije voet mee, het "
            "wijkteam de hulpvraag.\n\n| wet | kosten |\n|---|--:|\n| Wmo | 640 |\n| "
            "Participatiewet | 1.140 |\n\n## Wat tegenviel\n\n> Wie langer aan tafel "
            "zit, hoort meer.\n\nReken daar vooraf op."),
    };
    struct story_of_world *s = &w->story[i];

    assert_int_equal(publication_create(&deed, w->store->d, &form, &s->id, &w->info), OK);
    publish(w, &deed, p, s->id);
    if (p->given_to != VISITOR)
        assert_int_equal(
            grant_set(&deed, w->store->d, s->id,
                      &(struct grant){.subject = w->party[p->given_to].v, .may_edit = p->may_edit},
                      &w->info),
            OK);
    s->thing = (struct thing){p->word, p->seen_by};
    s->text = (struct thing){p->slug, p->seen_by};
}

static void make_stories(struct world *w)
{
    const struct deed member = world_deed(w, MEMBER), owner = world_deed(w, OWNER);

    for (int i = 0; i < STORIES; i++)
        make_story(w, i);
    assert_int_equal(comment_add(&member, w->store->d, w->story[0].id, (struct comment_id){0},
                                 STR("Hoe hebben jullie dat technisch gekoppeld?\nBij ons zit dat "
                                     "in een ander systeem."),
                                 &w->comment[0], &w->info),
                     OK);
    assert_int_equal(comment_add(&owner, w->store->d, w->story[0].id, w->comment[0],
                                 STR("Via een bestand per nacht. Over de huisdeur."),
                                 &w->comment[1], &w->info),
                     OK);
    assert_int_equal(comment_add(&member, w->store->d, w->story[2].id, (struct comment_id){0},
                                 STR("Elke maandag weekgeld."), &w->comment[1], &w->info),
                     OK);
}

/* ---- serving it ---- */

static struct rate no_limits[RATE_CLASSES];

static void serve(struct world *w, const char *listen)
{
    const struct site_config c = {
        .app = &w->web.app,
        .tables = web_routes,
        .hooks = visit_hooks,
        .lang = LANG_NL,
        .rates = no_limits,
        .now_ms = now,
    };
    const struct http_config h = {.listen = str_of(listen), .workers = 2};

    for (int i = 0; i < RATE_CLASSES; i++)
        no_limits[i] = (struct rate){.name = site_rates[i].name};
    assert_int_equal(site_new(&c, &w->site, &w->info), OK);
    assert_int_equal(http_start(&h, site_http(w->site), &w->server, &w->info), OK);
}

static const struct access_holding *const holdings[] = {&job_holding, &knowledge_holding,
                                                        &mail_holding, &audit_holding};

int world_set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    const char *listen = getenv("WORLD_LISTEN");
    void *fixture = NULL;

    *state = w;
    if (!w || store_set_up(&fixture) != 0)
        return -1;
    w->store = fixture;
    chance(&w->keys, sizeof w->keys);
    w->web = (struct web){
        .app = {.now_ms = now,
                .random_bytes = chance,
                .keys = &w->keys,
                .base_url = STR("http://localhost"),
                .site_name = STR("Ontschot"),
                .holding = holdings,
                .n_holdings = sizeof holdings / sizeof *holdings},
        .store = w->store->s,
        .views = view_counter_new(),
        .face = {.name = STR("Ontschot"), .organisation = STR("Gemeente Voorbeeldstad")},
    };
    assert_int_equal(password_gate_new(1, 8, &w->web.app.gate, &w->info), OK);
    make_people(w);
    make_spaces(w);
    block(w);
    make_stories(w);
    serve(w, listen ? listen : "127.0.0.1:0");
    return 0;
}

int world_tear_down(void **state)
{
    struct world *w = *state;
    void *fixture = w->store;
    http_server_stop(w->server);
    site_free(w->site);
    view_counter_free(w->web.views);
    password_gate_free(w->web.app.gate);
    free(w);
    return store_tear_down(&fixture);
}

/* ---- asking ---- */

static void cookie_of(const struct world *w, enum who who, char header[128])
{
    char text[ACCESS_SECRET_TEXT];
    header[0] = '\0';
    if (who == VISITOR)
        return;
    access_secret_print(w->session[who], text);
    snprintf(header, 128, "Cookie: session=%.*s\r\n", ACCESS_SECRET_TEXT, text);
}

out world_get(const struct world *w, enum who who, const char *path)
{
    char header[128];
    cookie_of(w, who, header);
    return client_ask(w->server, "GET", path, header, STR(""));
}

void world_token(const struct world *w, enum who who, char token[CSRF_TEXT])
{
    const str secret = {(const char *)w->session[who].byte, sizeof w->session[who].byte};
    csrf_print(w->keys.hash, secret, chance, token);
}

out world_post(const struct world *w, enum who who, const char *path, const char *fields)
{
    char token[CSRF_TEXT];
    world_token(w, who, token);
    return world_send(w, who, path, token, fields);
}

out world_send(const struct world *w, enum who who, const char *path, const char token[CSRF_TEXT],
               const char *fields)
{
    char cookie[128], headers[256];
    out body;

    cookie_of(w, who, cookie);
    snprintf(headers, sizeof headers, "%sContent-Type: application/x-www-form-urlencoded\r\n",
             cookie);
    out_init(&body, 1 << 20);
    out_cstr(&body, "csrf=");
    out_bytes(&body, token, CSRF_TEXT);
    out_char(&body, '&');
    out_cstr(&body, fields);
    out answer = client_ask(w->server, "POST", path, headers, out_view(&body));
    out_free(&body);
    return answer;
}
