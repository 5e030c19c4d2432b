/* SPDX-License-Identifier: EUPL-1.2 */
/* From records that a register accepted to persons, and what a steward says of a pair. */
#include "app/access/access_test_int.h"
#include "app/audit/audit.h"
#include "app/linking/linking_int.h"
#include "app/register/register.h"
#include "base/rng.h"

#include <stdio.h>

enum { PERSONS = 400, DAY_FROM = 0, DAY_TO = 40000 };
static const struct municipality_id town = {34};
static const struct rng_key chance = {.seed = 5, .stream = 1};

struct world {
    struct access_fixture *f;
    struct deed admin, steward, other, nobody;
    struct covenant_id covenant;
};

/* ---- a register of two sources ---- */

static const char *const firsts[] = {"Anna",  "Bram",  "Chaima", "Daan",    "Elif",
                                     "Femke", "Gijs",  "Hanna",  "Ibrahim", "Jolanda",
                                     "Karim", "Lotte", "Mehmet"};
static const char *const seconds[] = {"Bakker", "Yilmaz", "Jansen", "Haddad", "Visser", "Kowalski",
                                      "Smit",   "Meijer", "Mulder", "Bos",    "Vos"};
static const char *const ends[] = {"", "s", "sma", "man", "stra", "ing", "huis"};

struct someone {
    char key[16], first[32], surname[48], postcode[8];
    struct intake_person p;
};

static uint64_t draw(int person, int what, uint64_t n)
{
    return rng_u64(chance, (uint64_t)(person * 16 + what)) % n;
}

static struct bsn bsn_of(int person)
{
    uint32_t v = 100000000 + (uint32_t)person * 1000;
    while (!bsn_is_valid(v))
        v++;
    return (struct bsn){v};
}

/* As a source knows the person: the second one lacks some numbers, and is wrong of some in more and
 * more. */
static void describe(struct someone *s, int person, int source)
{
    const int wrong = source == 1 && person % 10 == 0 ? 1 + person / 10 % 4 : 0;
    const bool lacks = source == 1 && (person % 3 == 0 || wrong);
    const int home = wrong > 2 ? person + PERSONS : person;
    snprintf(s->key, sizeof s->key, "%d-%d", source, person);
    snprintf(s->first, sizeof s->first, "%s",
             firsts[draw(person, 0, sizeof firsts / sizeof *firsts)]);
    snprintf(s->surname, sizeof s->surname, "%s%s%s",
             seconds[draw(person, 1, sizeof seconds / sizeof *seconds)],
             ends[draw(person, 2, sizeof ends / sizeof *ends)], wrong ? "e" : "");
    snprintf(s->postcode, sizeof s->postcode, "%04d%c%c", 1300 + (int)draw(home, 3, 60),
             'A' + (char)draw(home, 4, 26), 'A' + (char)draw(home, 5, 26));
    s->p = (struct intake_person){
        .key = str_of(s->key),
        .bsn = lacks ? (struct bsn){0} : bsn_of(person),
        .name = {.first = str_of(s->first), .surname = str_of(s->surname)},
        .birth = {1940 + (int)draw(person, 6, 70), 1 + (int)draw(person, 7, 12),
                  1 + (int)draw(wrong > 1 ? person + 2 * PERSONS : person, 8, 28)},
        .sex = draw(person, 9, 2) ? 'M' : 'F',
        .address = {.postcode = str_of(s->postcode),
                    .number = 1 + (int64_t)draw(person, 10, 90),
                    .letter =
                        person % 50 == 7 ? STR("\",\n") : STR("")}, /* as some sources write */
        .address_from = INTAKE_DAY_NONE,
        .address_to = INTAKE_DAY_NONE,
        .died = INTAKE_DAY_NONE,
    };
}

static err read_source(void *with, const struct intake_sink *sink, struct err_info *info)
{
    const int source = *(const int *)with;
    const struct intake_head head = {.format = source ? STR("bus") : STR("gmsd"),
                                     .law = source ? INTAKE_PARTICIPATION : INTAKE_WMO,
                                     .identification = source ? STR("b1") : STR("g1"),
                                     .dated = 19000,
                                     .from = 18900,
                                     .to = 19000};
    err e = sink->head(sink->to, &head, info);
    for (int i = 0; e == OK && i < PERSONS; i++) {
        struct someone s;
        describe(&s, i, source);
        struct intake_record r = {.kind = INTAKE_PERSON, .law = head.law, .person = &s.p};
        r.place.line = i + 2;
        memcpy(r.place.hash, &i, sizeof i);
        r.place.hash[8] = (unsigned char)source;
        e = sink->take(sink->to, &r, info);
    }
    return e;
}

static void import(struct world *w, int source)
{
    struct register_receipt receipt;
    struct register_import from = {.municipality = town,
                                   .file = source ? STR("bus.csv") : STR("gmsd.csv"),
                                   .read = read_source,
                                   .with = &source};
    from.hash.byte[0] = (unsigned char)(source + 1);
    assert_int_equal(register_import(&w->steward, w->f->d, &from, &receipt, &w->f->info), OK);
    assert_int_equal(receipt.sum[INTAKE_PERSON].n_accepted, PERSONS);
}

static struct deed deed_with(struct world *w, const char *name, const char *email, unsigned roles)
{
    const struct party_id id = make_person(w->f, name, email, roles);
    return deed_of(
        w->f, (struct viewer){.id = id, .is_active = true, .has_second = true, .roles = roles});
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    void *inner;
    if (!w || access_set_up(&inner) != 0)
        return -1;
    w->f = inner;
    w->admin = make_admin(w->f);
    w->steward = deed_with(w, "Sanne Stuurman", "sanne@voorbeeldstad.nl", ACCESS_STEWARD);
    w->other = deed_with(w, "Otto Ander", "otto@voorbeeldstad.nl", ACCESS_STEWARD);
    w->nobody = deed_with(w, "Nora Niemand", "nora@voorbeeldstad.nl", ACCESS_ANALYST);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    void *inner = w->f;
    const int result = access_tear_down(&inner);
    free(w);
    return result;
}

static struct covenant agreement(const struct world *w)
{
    return (struct covenant){.name = STR("Samen Voordeur"),
                             .purpose = STR("study"),
                             .ground = STR("Wmo 2015, artikel 5.3.6"),
                             .steward = w->steward.viewer.id,
                             .from = DAY_FROM,
                             .to = DAY_TO};
}

static void begin(struct world *w)
{
    const struct covenant c = agreement(w);
    import(w, 0);
    import(w, 1);
    assert_int_equal(covenant_add(&w->admin, w->f->d, town, &c, &w->covenant, &w->f->info), OK);
}

static struct link_run link_now(struct world *w)
{
    struct link_run run;
    assert_int_equal(
        link_run_do(&w->steward, w->f->d, town, w->covenant, NULL, NULL, &run, &w->f->info), OK);
    return run;
}

/* ---- who is who ---- */

struct who {
    int64_t record[2 * PERSONS], person[2 * PERSONS];
    size_t n;
};

static err take_link(void *to, const struct person_links_counting_row *r, struct err_info *info)
{
    struct who *who = to;
    (void)info;
    assert_true(who->n < 2 * PERSONS);
    who->record[who->n] = r->record_id.v;
    who->person[who->n++] = r->person_id.v;
    return OK;
}

static struct who who_is_who(struct world *w)
{
    struct who who = {0};
    assert_int_equal(person_links_counting(w->f->d, (struct person_links_counting_in){.m = town},
                                           take_link, &who, &w->f->info),
                     OK);
    return who;
}

static void two_registers_become_persons_and_a_second_run_keeps_their_ids(void **state)
{
    struct world *w = *state;
    begin(w);

    const struct link_run first = link_now(w);
    const struct who before = who_is_who(w);
    const struct link_run second = link_now(w);
    const struct who after = who_is_who(w);

    assert_int_equal(first.figures.n_records, 2 * PERSONS);
    assert_in_range(first.figures.n_persons, PERSONS - 4, PERSONS + PERSONS / 10);
    assert_int_equal(second.figures.n_persons, first.figures.n_persons);
    assert_int_equal(before.n, 2 * PERSONS);
    assert_memory_equal(&before, &after, sizeof before);
    assert_true(second.counts);
    assert_int_equal(count_log(w->f, "link.run"), 2);
}

static void nothing_is_linked_without_a_covenant_in_force(void **state)
{
    struct world *w = *state;
    struct covenant c = agreement(w);
    struct covenant_id past;
    struct link_run run;
    struct err_info *info = &w->f->info;
    begin(w);
    c.to = 1;
    assert_int_equal(covenant_add(&w->admin, w->f->d, town, &c, &past, info), OK);

    assert_int_equal(link_run_do(&w->steward, w->f->d, town, past, NULL, NULL, &run, info),
                     E_CONFLICT);
    assert_string_equal(info->msg.key, "linking.not-in-force");
    assert_int_equal(
        link_run_do(&w->steward, w->f->d, town, (struct covenant_id){1}, NULL, NULL, &run, info),
        E_NOT_FOUND);
    assert_int_equal(link_run_do(&w->steward, w->f->d, (struct municipality_id){35}, w->covenant,
                                 NULL, NULL, &run, info),
                     E_NOT_FOUND);
    assert_int_equal(link_run_do(&w->nobody, w->f->d, town, w->covenant, NULL, NULL, &run, info),
                     E_DENIED);

    assert_int_equal(who_is_who(w).n, 0);
}

static void a_covenant_says_what_for_on_which_ground_and_who_looks_after_it(void **state)
{
    struct world *w = *state;
    struct covenant_id id;
    struct covenant *list;
    size_t n;
    struct err_info *info = &w->f->info;
    const struct {
        struct covenant c;
        const char *key;
    } cases[] = {
        {{.purpose = STR("study"), .ground = STR("x"), .to = 1}, "linking.name-empty"},
        {{.name = STR("A"), .ground = STR("x"), .to = 1}, "linking.purpose-empty"},
        {{.name = STR("A"), .purpose = STR("study"), .ground = STR("  "), .to = 1},
         "linking.ground-empty"},
        {{.name = STR("A"), .purpose = STR("study"), .ground = STR("x")}, "linking.days-wrong"},
        {{.name = STR("A"),
          .purpose = STR("study"),
          .ground = STR("x"),
          .to = 1,
          .steward = w->nobody.viewer.id},
         "linking.no-steward"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(covenant_add(&w->admin, w->f->d, town, &cases[i].c, &id, info), E_INPUT);
        assert_string_equal(info->msg.key, cases[i].key);
    }
    const struct covenant good = agreement(w);
    assert_int_equal(covenant_add(&w->steward, w->f->d, town, &good, &id, info), E_DENIED);
    assert_int_equal(covenant_list(&w->steward, w->f->d, town, &list, &n, info), OK);
    assert_int_equal(n, 0);
    assert_int_equal(covenant_list(&w->nobody, w->f->d, town, &list, &n, info), E_DENIED);
}

/* ---- judging ---- */

/* At most a year, or one letter or two digits and stars. */
static bool is_masked(str value)
{
    size_t shown = 0;
    for (size_t i = 0; i < value.n; i++)
        shown += value.p[i] != '*';
    return shown <= 2 || (shown == 4 && value.n == 4 && value.p[0] >= '0' && value.p[0] <= '9');
}

static void only_the_steward_of_the_covenant_sees_a_pair_and_the_log_knows(void **state)
{
    struct world *w = *state;
    struct link_pair pair;
    struct err_info *info = &w->f->info;
    begin(w);
    assert_true(link_now(w).n_open > 0);

    assert_int_equal(link_pair_next(&w->other, w->f->d, town, &pair, info), E_NOT_FOUND);
    assert_int_equal(link_pair_next(&w->nobody, w->f->d, town, &pair, info), E_DENIED);
    assert_int_equal(count_log(w->f, "link.show"), 0);
    assert_int_equal(link_pair_next(&w->steward, w->f->d, town, &pair, info), OK);

    assert_int_equal(count_log(w->f, "link.show"), 1);
    assert_true(pair.n_evidence >= 4);
    for (size_t i = 0; i < pair.n_evidence; i++)
        assert_true(is_masked(pair.evidence[i].a) && is_masked(pair.evidence[i].b));
}

static int64_t person_of(const struct who *who, struct record_id record)
{
    for (size_t i = 0; i < who->n; i++)
        if (who->record[i] == record.v)
            return who->person[i];
    fail_msg("record without a person");
    return 0;
}

static void what_a_steward_says_holds_from_the_next_run_on(void **state)
{
    struct world *w = *state;
    struct link_pair pair, next;
    struct err_info *info = &w->f->info;
    begin(w);
    (void)link_now(w);
    assert_int_equal(link_pair_next(&w->steward, w->f->d, town, &pair, info), OK);
    const struct who before = who_is_who(w);
    const bool were_one = person_of(&before, pair.a) == person_of(&before, pair.b);

    assert_int_equal(link_pair_judge(&w->other, w->f->d, town, pair.a, pair.b, LINK_SAME, info),
                     E_NOT_FOUND);
    assert_int_equal(link_pair_judge(&w->steward, w->f->d, town, pair.a, pair.b,
                                     were_one ? LINK_DIFFERENT : LINK_SAME, info),
                     OK);
    const err e = link_pair_next(&w->steward, w->f->d, town, &next, info);
    (void)link_now(w);
    const struct who after = who_is_who(w);

    assert_true(e == E_NOT_FOUND || next.a.v != pair.a.v || next.b.v != pair.b.v);
    assert_true((person_of(&after, pair.a) == person_of(&after, pair.b)) != were_one);
    assert_int_equal(count_log(w->f, "link.judge"), 1);
}

/* ---- what is left behind ---- */

#define A_DAY (INT64_C(24) * 60 * 60 * 1000)

struct half {
    struct world *w;
    struct link_run_id id;
    int64_t n;
};

static err begin_half(db_tx *tx, void *arg, struct err_info *info)
{
    struct half *h = arg;
    return link_run_put(tx,
                        (struct link_run_put_in){.m = town,
                                                 .id = h->id,
                                                 .covenant = h->w->covenant,
                                                 .now = h->w->f->now - 2 * A_DAY,
                                                 .figures = STR("{}"),
                                                 .model = STR("{}")},
                        info);
}

static err try_to_count(db_tx *tx, void *arg, struct err_info *info)
{
    struct half *h = arg;
    return link_run_count(tx, (struct link_run_count_in){.m = town, .id = h->id}, &h->n, info);
}

static void what_killed_and_replaced_runs_left_is_swept_and_nothing_else(void **state)
{
    struct world *w = *state;
    struct err_info *info = &w->f->info;
    struct half h = {.w = w};
    struct link_runs_to_sweep_row *left;
    size_t n;
    begin(w);
    (void)link_now(w);
    (void)link_now(w);
    const struct who before = who_is_who(w);
    h.id = (struct link_run_id){db_new_id(w->f->d)};
    assert_int_equal(db_tx_do(w->f->d, begin_half, &h, info), OK);

    assert_int_equal(link_run_sweep(&w->f->app, w->f->d, info), OK);

    const struct who after = who_is_who(w);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(
        link_runs_to_sweep(w->f->d, w->f->a,
                           (struct link_runs_to_sweep_in){.before = w->f->now - A_DAY, .limit = 5},
                           &left, &n, info),
        OK);
    assert_int_equal(n, 0);
    assert_int_equal(db_tx_do(w->f->d, try_to_count, &h, info), OK);
    assert_int_equal(h.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(two_registers_become_persons_and_a_second_run_keeps_their_ids),
        TEST(nothing_is_linked_without_a_covenant_in_force),
        TEST(a_covenant_says_what_for_on_which_ground_and_who_looks_after_it),
        TEST(only_the_steward_of_the_covenant_sees_a_pair_and_the_log_knows),
        TEST(what_a_steward_says_holds_from_the_next_run_on),
        TEST(what_killed_and_replaced_runs_left_is_swept_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
