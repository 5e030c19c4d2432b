/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * site_fill DATA OUT [STORE]: a site to measure, as bench/site.sh does.
 *
 * Makes in the data folder DATA (its store, or STORE) 10,000 posts of about 2 kB of Markdown in 200
 * spaces, a tenth of them for who is signed in alone, with six comments each on average, by 1,000
 * persons who are members of ten spaces each and signed in. Writes in OUT:
 *
 *   posts       a line for each: id, a tab, whether visitors may read it (1 or 0), a tab, its title
 *   sessions    a line for each: the secret of a session, as its cookie holds it; the first is an
 *               analyst's, who may have a study run
 *   wiki/N.md   the texts of the first 100, for another program to show
 */
#include "app/access/queries.h"
#include "app/knowledge/knowledge_int.h"
#include "app/start/start.h"
#include "base/file.h"
#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>

enum { PERSONS = 1000, SPACES = 200, POSTS = 10000, MEMBERSHIPS = 10, WIKI_PAGES = 100 };
enum { COMMENTS_MEAN = 6, TEXT_BYTES = 2000, FOR_SIGNED_IN_EACH = 10 };
enum { DAY_MS = 24 * 60 * 60 * 1000 };

#define TITLE "Ons verhaal, deel "

struct fill {
    struct started s;
    arena *memory;
    const char *to; /* folder */
    int64_t now_ms;
    uint64_t counter;
    struct party_id party[PERSONS];
    struct space_id space[SPACES];
    struct publication_id post[POSTS];
};

static uint64_t below(struct fill *f, uint64_t n)
{
    return rng_u64((struct rng_key){.seed = 5}, f->counter++) % n;
}

/* ---- texts ---- */

static const char *const words[] = {
    "de",         "wijk",  "gezin", "samen",       "hulp",      "vraag",      "gemeente",
    "een",        "en",    "met",   "keukentafel", "team",      "schulden",   "school",
    "zorg",       "meer",  "toen",  "begonnen",    "bewoners",  "eerder",     "minder",
    "kosten",     "zien",  "wat",   "werkt",       "afspraken", "budget",     "jongere",
    "ouders",     "zelf",  "dat",   "niet",        "plan",      "partners",   "rust",
    "leren",      "het",   "coach", "huis",        "werk",      "vertrouwen", "regie",
    "veiligheid", "buurt", "vaker", "gesprek",     "traject",   "uitkomst",
};

static void put_words(struct fill *f, out *o, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        out_cstr(o, i ? " " : "");
        out_cstr(o, words[below(f, sizeof words / sizeof *words)]);
    }
}

static void put_paragraph(struct fill *f, out *o)
{
    for (uint64_t sentence = 0; sentence < 4; sentence++) {
        out_cstr(o, "Zo ");
        put_words(f, o, 8 + below(f, 10));
        out_cstr(o, sentence == 2 ? ", **" : ", ");
        put_words(f, o, 3);
        out_cstr(o, sentence == 2 ? "** & meer.\n" : ".\n");
    }
    out_char(o, '\n');
}

static void put_list(struct fill *f, out *o)
{
    for (int item = 0; item < 4; item++) {
        out_cstr(o, "- ");
        put_words(f, o, 6);
        out_char(o, '\n');
    }
    out_cstr(o, "\nLees ook [wat de buren deden](https://www.example.nl/verhaal?nummer=");
    out_int(o, (int64_t)below(f, 1000));
    out_cstr(o, ").\n\n");
}

static void put_body(struct fill *f, out *o)
{
    put_paragraph(f, o);
    while (o->n < TEXT_BYTES) {
        out_cstr(o, "## ");
        put_words(f, o, 4);
        out_cstr(o, "\n\n");
        put_paragraph(f, o);
        put_list(f, o);
    }
}

static str kept(struct fill *f, out *o)
{
    const str text = o->error == OK ? arena_str(f->memory, out_view(o)) : (str){0};
    out_free(o);
    return text;
}

static str text_of_words(struct fill *f, const char *before, uint64_t n)
{
    out o;
    out_init(&o, 64 << 10);
    out_cstr(&o, before);
    put_words(f, &o, n);
    return kept(f, &o);
}

static str text_of_number(struct fill *f, const char *before, int64_t number)
{
    out o;
    out_init(&o, 64 << 10);
    out_cstr(&o, before);
    out_int(&o, number);
    return kept(f, &o);
}

/* ---- rows ---- */

static bool is_analyst(int64_t person)
{
    return person == 0;
}

static bool is_public(int64_t at)
{
    return at % FOR_SIGNED_IN_EACH != 0;
}

static err add_person(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info)
{
    struct fill *f = arg;
    const int64_t number = b->at;
    const str name = text_of_number(f, "Robin van den Berg ", number);
    const struct party_id id = {db_new_id(db_tx_db(tx))};
    f->party[number] = id;
    b->done = ++b->at == PERSONS;
    return party_add(tx,
                     (struct party_add_in){.id = id,
                                           .name = name,
                                           .sort_key = name,
                                           .job_title = STR("wijkcoach"),
                                           .state = ACCOUNT_ACTIVE,
                                           .roles = is_analyst(number) ? ACCESS_ANALYST : 0,
                                           .now = f->now_ms},
                     info);
}

static err add_space(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info)
{
    struct fill *f = arg;
    const struct space_id id = {db_new_id(db_tx_db(tx))};
    f->space[b->at] = id;
    const err e = space_add(tx,
                            (struct space_add_in){
                                .id = id,
                                .slug = text_of_number(f, "ruimte-", b->at),
                                .name_nl = text_of_number(f, "Ruimte ", b->at),
                                .name_en = text_of_number(f, "Space ", b->at),
                                .about_nl = STR(""),
                                .about_en = STR(""),
                                .ceiling = LEVEL_PUBLIC,
                                .eff = LEVEL_PUBLIC,
                                .listed = true,
                                .by = f->party[0],
                                .now = f->now_ms,
                            },
                            info);
    b->done = ++b->at == SPACES;
    return e;
}

static err add_memberships(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info)
{
    struct fill *f = arg;
    err e = OK;
    for (int i = 0; e == OK && i < MEMBERSHIPS; i++)
        e = membership_put(tx,
                           (struct membership_put_in){.space = f->space[below(f, SPACES)],
                                                      .party = f->party[b->at],
                                                      .state = MEMBER_ACTIVE,
                                                      .now = f->now_ms},
                           info);
    b->done = ++b->at == PERSONS;
    return e;
}

static err add_comments(db_tx *tx, struct fill *f, struct publication_id id, struct err_info *info)
{
    const uint64_t n = below(f, 2 * COMMENTS_MEAN + 1);
    err e = publication_count_comments(
        tx, (struct publication_count_comments_in){.id = id, .change = (int64_t)n}, info);
    for (uint64_t i = 0; e == OK && i < n; i++)
        e = comment_insert(tx,
                           (struct comment_insert_in){
                               .id = {db_new_id(db_tx_db(tx))},
                               .publication = id,
                               .author = f->party[below(f, PERSONS)],
                               .body = text_of_words(f, "Bij ons ", 10 + below(f, 40)),
                               .now = f->now_ms - DAY_MS + (int64_t)i,
                           },
                           info);
    return e;
}

static err add_text(db_tx *tx, struct fill *f, const struct publication_add_in *p, str body,
                    struct err_info *info)
{
    int64_t changed;
    err e = publication_add(tx, *p, info);
    if (e == OK)
        e = revision_add(tx,
                         (struct revision_add_in){.id = p->id,
                                                  .number = 1,
                                                  .title = p->title,
                                                  .summary = p->summary,
                                                  .body = body,
                                                  .author = p->owner,
                                                  .now = p->now},
                         info);
    if (e == OK)
        e = publication_update_state(
            tx,
            (struct publication_update_state_in){.id = p->id,
                                                 .version = 1,
                                                 .state = PUBLICATION_PUBLISHED,
                                                 .publish_at = p->publish_at,
                                                 .removed_at = INT64_MAX,
                                                 .now = f->now_ms},
            &changed, info);
    return e == OK ? level_set_tree(tx, p->id, LEVEL_PUBLIC, info) : e;
}

/* What another program shows of the same: the text below its title. */
static err write_wiki(struct fill *f, int64_t at, str title, str body, struct err_info *info)
{
    out path, text;
    out_init(&path, 4096);
    out_init(&text, 64 << 10);
    out_cstr(&path, f->to);
    out_cstr(&path, "/wiki/");
    out_int(&path, at);
    out_cstr(&path, ".md");
    out_cstr(&text, "# ");
    out_str(&text, title);
    out_cstr(&text, "\n\n");
    out_str(&text, body);
    const err e = file_write(out_view(&path), out_view(&text), info);
    out_free(&path);
    out_free(&text);
    return e;
}

static err add_post(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info)
{
    struct fill *f = arg;
    out body;
    out_init(&body, 64 << 10);
    put_body(f, &body);
    const str text = kept(f, &body);
    const struct publication_add_in p = {
        .id = {db_new_id(db_tx_db(tx))},
        .space = f->space[below(f, SPACES)],
        .owner = f->party[below(f, PERSONS)],
        .level = is_public(b->at) ? LEVEL_PUBLIC : LEVEL_SIGNED_IN,
        .publish_at = f->now_ms - DAY_MS - (int64_t)below(f, 100) * DAY_MS,
        .delete_at = INT64_MAX,
        .comments = COMMENTS_SIGNED_IN,
        .title = text_of_number(f, TITLE, b->at),
        .summary = text_of_words(f, "Wat er veranderde: ", 12),
        .now = f->now_ms,
    };
    err e = add_text(tx, f, &p, text, info);
    if (e == OK)
        e = add_comments(tx, f, p.id, info);
    if (e == OK && b->at < WIKI_PAGES)
        e = write_wiki(f, b->at, p.title, text, info);
    f->post[b->at] = p.id;
    b->done = ++b->at == POSTS;
    arena_reset(f->memory);
    return e;
}

static err open_sessions(struct fill *f, FILE *to, struct err_info *info)
{
    const struct deed deed = {.app = &f->s.app, .now_ms = f->now_ms, .memory = f->memory};
    err e = OK;
    for (int64_t i = 0; e == OK && i < PERSONS; i++) {
        struct access_secret secret;
        char text[ACCESS_SECRET_TEXT];
        enum sign_in what;
        e = session_open(&deed, f->s.db, f->party[i], is_analyst(i), STR("bench"), &secret, &what,
                         info);
        access_secret_print(secret, text);
        fprintf(to, "%.*s\n", (int)sizeof text, text);
        arena_reset(f->memory);
    }
    return e;
}

/* ---- all of it ---- */

static void print_posts(const struct fill *f, FILE *to)
{
    for (int64_t at = 0; at < POSTS; at++)
        fprintf(to, "%lld\t%d\t" TITLE "%lld\n", (long long)f->post[at].v, is_public(at),
                (long long)at);
}

static err fill(struct fill *f, struct err_info *info)
{
    static err (*const step[])(db_tx *, void *, struct db_bulk *, struct err_info *) = {
        add_person, add_space, add_memberships, add_post};
    err e = OK;
    for (size_t i = 0; e == OK && i < sizeof step / sizeof *step; i++) {
        struct db_bulk at = {0};
        e = db_bulk_do(f->s.db, &at, step[i], f, info);
    }
    return e;
}

static FILE *create(const char *folder, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return fopen(path, "w");
}

int main(int argc, char **argv)
{
    struct fill *f = calloc(1, sizeof *f);
    arena *lasting = arena_new(1 << 20);
    struct err_info info = {0};

    if (argc < 3 || !f || !lasting || !(f->memory = arena_new((size_t)64 << 20)))
        return EXIT_FAILURE;
    const struct start_config c = {.data = str_of(argv[1]),
                                   .store = argc > 3 ? str_of(argv[3]) : STR(""),
                                   .node = STORE_NODE_DEALT,
                                   .site_name = STR("Bench")};
    FILE *sessions = create(argv[2], "sessions");
    f->to = argv[2];
    FILE *posts = create(argv[2], "posts");
    if (!sessions || !posts) {
        perror(argv[2]);
        return EXIT_FAILURE;
    }
    err e = start_open(&c, lasting, &f->s, &info);
    if (e == OK) {
        f->now_ms = f->s.app.now_ms();
        e = fill(f, &info);
        if (e == OK)
            e = open_sessions(f, sessions, &info);
        print_posts(f, posts);
        start_close(&f->s);
    }
    if (e != OK)
        fprintf(stderr, "%s\n", info.msg.key ? info.msg.key : "out of memory");
    const bool is_written = fclose(posts) == 0 && fclose(sessions) == 0;
    arena_free(f->memory);
    arena_free(lasting);
    free(f);
    return e == OK && is_written ? EXIT_SUCCESS : EXIT_FAILURE;
}
