/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Voorbeeldstad of 100,000: both registers are linked, households formed, and both held against the
 * truth that the generator wrote apart. Figures go to the output, by group of names as well.
 */
#include "demo/town/town.h"

#include "base/date.h"
#include "base/file.h"
#include "base/num.h"
#include "engine/linkage/household.h"
#include "engine/linkage/linkage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GROUPS_MAX = 8, CELLS = 16 };

/* ---- texts to numbers from 1 ---- */

struct map {
    str *text;
    uint32_t *number;
    size_t room, n;
};

static void map_new(struct map *m, arena *a, size_t most)
{
    m->n = 0;
    for (m->room = 64; m->room < 2 * most; m->room *= 2)
        continue;
    m->text = ARENA_NEW(a, str, m->room);
    m->number = ARENA_NEW(a, uint32_t, m->room);
    assert_true(m->text && m->number);
}

static uint32_t map_find(const struct map *m, str text, size_t *place)
{
    *place = str_hash(text) & (m->room - 1);
    while (m->number[*place] && !str_eq(m->text[*place], text))
        *place = (*place + 1) & (m->room - 1);
    return m->number[*place];
}

static uint32_t map_number(struct map *m, str text)
{
    size_t place;
    if (map_find(m, text, &place))
        return m->number[place];
    assert_true(m->n < m->room / 2);
    m->text[place] = text;
    return m->number[place] = (uint32_t)++m->n;
}

/* ---- a town on disk ---- */

struct fixture {
    char folder[4096];
    arena *memory;
    par *pool;
    table *table[2];
    linkage *run;
    const uint32_t *person;
    size_t n_records;
    struct map record; /* key to record + 1 */
    uint32_t *truth;   /* true person of each record */
    uint8_t *group;
    struct map groups, persons;
};

static str path_of(struct fixture *f, const char *name)
{
    char path[5000];
    const int n = snprintf(path, sizeof path, "%s/%s", f->folder, name);
    return arena_str(f->memory, (str){path, (size_t)n});
}

static str read_text(struct fixture *f, str path)
{
    struct err_info info;
    str text;
    assert_int_equal(file_read(f->memory, path, (size_t)1 << 30, &text, &info), OK);
    return text;
}

static void town_on_disk(struct fixture *f, double bsn_missing)
{
    struct town t;
    struct town_counts counts;
    struct err_info info;
    memset(f, 0, sizeof *f);
    const char *const tmp = getenv("TMPDIR");
    snprintf(f->folder, sizeof f->folder, "%s/town_test.XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(f->folder));
    strcat(f->folder, "/town");
    f->memory = arena_new((size_t)4 << 30);
    assert_non_null(f->memory);
    assert_int_equal(par_new(0, &f->pool, &info), OK);
    town_init(&t);
    t.bsn_missing = bsn_missing;
    t.with_messages = false;
    assert_int_equal(town_generate(&t, str_of(f->folder), f->pool, NULL, &counts, &info), OK);
}

static void town_remove(struct fixture *f)
{
    char command[5000];
    f->folder[strlen(f->folder) - strlen("/town")] = '\0';
    snprintf(command, sizeof command, "rm -r '%s'", f->folder);
    assert_int_equal(system(command), 0);
    linkage_free(f->run);
    table_free(f->table[0]);
    table_free(f->table[1]);
    par_free(f->pool);
    arena_free(f->memory);
}

static str settings_text(struct fixture *f, const char *name)
{
    const char *const source = getenv("ONTSCHOT_SOURCE");
    char path[4096];
    snprintf(path, sizeof path, "%s/demo/town/%s", source ? source : ".", name);
    return read_text(f, arena_str(f->memory, str_of(path)));
}

static void link_town(struct fixture *f, const char *settings)
{
    struct err_info info;
    struct errs errors;
    struct linkage_ask ask = {.warrant = {STR("test"), STR("none: nobody exists"), STR("none")},
                              .seed = 1,
                              .pool = f->pool};
    static const char *const files[] = {"persons_team.csv", "persons_social.csv"};
    assert_int_equal(errs_init(&errors, f->memory, 16, &info), OK);
    assert_int_equal(linkage_settings_parse(f->memory, settings_text(f, settings), str_of(settings),
                                            &ask.settings, &errors),
                     OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(table_open(path_of(f, files[i]), NULL, f->pool, NULL, &f->table[i], &info),
                         OK);
        ask.table[i] = f->table[i];
    }
    const err e = linkage_run(&ask, &f->run, &info);
    if (e != OK)
        print_message("%s\n", info.msg.key);
    assert_int_equal(e, OK);
    f->person = linkage_persons(f->run);
    f->n_records = linkage_figures(f->run)->n_records;
    map_new(&f->record, f->memory, f->n_records + 1);
    for (size_t t = 0; t < 2; t++) {
        const struct table_column *c;
        assert_int_equal(table_find(f->table[t], STR("record"), &c, &info), OK);
        for (size_t row = 0; row < table_rows(f->table[t]); row++)
            (void)map_number(&f->record, c->words[c->codes[row]]);
    }
}

/* The cells of the next line; the first line is skipped by who calls first. */
static bool next_line(str *rest, str cell[CELLS])
{
    str line;
    if (!str_next(rest, '\n', &line) || line.n == 0)
        return false;
    memset(cell, 0, CELLS * sizeof *cell);
    for (size_t i = 0; i < CELLS; i++)
        if (!str_next(&line, ',', &cell[i]))
            break;
    return true;
}

static void read_truth(struct fixture *f)
{
    str rest = read_text(f, path_of(f, "truth.csv")), cell[CELLS];
    f->truth = ARENA_NEW(f->memory, uint32_t, f->n_records);
    f->group = ARENA_NEW(f->memory, uint8_t, f->n_records);
    map_new(&f->groups, f->memory, GROUPS_MAX);
    map_new(&f->persons, f->memory, f->n_records + 1);
    assert_true(next_line(&rest, cell));
    while (next_line(&rest, cell)) {
        size_t place;
        const uint32_t record = map_find(&f->record, cell[1], &place);
        assert_true(record > 0);
        f->truth[record - 1] = map_number(&f->persons, cell[2]);
        f->group[record - 1] = (uint8_t)(map_number(&f->groups, cell[3]) - 1);
    }
}

static struct linkage_score score_town(struct fixture *f)
{
    struct err_info info;
    struct linkage_score s;
    str name[GROUPS_MAX];
    for (size_t i = 0; i < f->groups.room; i++)
        if (f->groups.number[i])
            name[f->groups.number[i] - 1] = f->groups.text[i];
    assert_int_equal(linkage_evaluate(f->run, f->truth, f->group, name, f->groups.n, 1, &s, &info),
                     OK);
    print_message("# precision %.5f recall %.5f F %.5f (%.5f to %.5f), completeness %.5f\n",
                  s.precision.at, s.recall.at, s.f.at, s.f.low, s.f.high, s.completeness);
    print_message("# links %lld, of which false %lld; true pairs %lld\n", (long long)s.n_linked,
                  (long long)(s.n_linked - s.n_both), (long long)s.n_true);
    for (size_t g = 0; g < s.n_groups; g++)
        print_message("# %.*s: missed %.4f, false %.5f\n", STR_FMT(s.group[g].name),
                      1 - (double)s.group[g].n_both / (double)s.group[g].n_true,
                      1 - (double)s.group[g].n_both / (double)s.group[g].n_linked);
    return s;
}

static void town(struct fixture *f, double bsn_missing, struct linkage_score *score)
{
    town_on_disk(f, bsn_missing);
    link_town(f, bsn_missing > 0 ? "link-without-numbers.yaml" : "link.yaml");
    read_truth(f);
    *score = score_town(f);
}

/* At most one in ten thousand. */
static void assert_few_false(const struct linkage_score *s)
{
    assert_true((s->n_linked - s->n_both) * 10000 <= s->n_linked);
}

static void with_numbers_nearly_every_person_is_found(void **x)
{
    struct fixture f;
    struct linkage_score s;
    (void)x;
    town(&f, 0, &s);
    town_remove(&f);

    assert_true(s.f.at >= 0.9995);
    assert_few_false(&s);
}

static void with_three_in_ten_numbers_missing_the_rest_of_the_record_tells(void **x)
{
    struct fixture f;
    struct linkage_score s;
    (void)x;
    town(&f, 0.3, &s);
    town_remove(&f);

    assert_true(s.f.at >= 0.985);
    assert_few_false(&s);
}

static void without_any_number_names_dates_and_addresses_do(void **x)
{
    struct fixture f;
    struct linkage_score s;
    (void)x;
    town(&f, 1, &s);
    town_remove(&f);

    assert_true(s.f.at >= 0.975);
    assert_few_false(&s);
}

/* ---- households of the linked register ---- */

struct living {
    struct household_person *person;
    struct household_stay *stay;
    struct household_relation *relation;
    struct household_ask ask;
    struct map surname;
};

static int32_t day_of(str text, int32_t otherwise)
{
    int32_t day;
    return date_parse_iso(text, &day) ? day : otherwise;
}

static uint32_t person_of(const struct fixture *f, str key)
{
    size_t place;
    const uint32_t record = map_find(&f->record, key, &place);
    assert_true(record > 0);
    return f->person[record - 1] - 1;
}

static void read_persons(struct fixture *f, struct living *l)
{
    static const char *const files[] = {"persons_team.csv", "persons_social.csv"};
    for (int i = 0; i < 2; i++) {
        str rest = read_text(f, path_of(f, files[i])), cell[CELLS];
        assert_true(next_line(&rest, cell));
        while (next_line(&rest, cell)) {
            struct household_person *p = &l->person[person_of(f, cell[0])];
            p->born = day_of(cell[10], p->born);
            p->surname = map_number(&l->surname, cell[5]);
            if (cell[7].n)
                p->partner_surname = map_number(&l->surname, cell[7]);
        }
    }
}

/* One text for an address; without a postcode the street takes its place. */
static str address_text(struct fixture *f, const str *cell, bool by_street)
{
    char text[256];
    const str where = by_street ? cell[2] : cell[3];
    const int n = snprintf(text, sizeof text, "%.*s|%.*s|%.*s|%.*s", STR_FMT(where),
                           STR_FMT(cell[4]), STR_FMT(cell[5]), STR_FMT(cell[6]));
    return arena_str(f->memory, (str){text, (size_t)n});
}

static void read_stays(struct fixture *f, struct living *l, size_t most)
{
    const str text = read_text(f, path_of(f, "stays.csv"));
    struct map by_postcode, by_street;
    uint32_t *of_street = ARENA_NEW(f->memory, uint32_t, most + 1);
    map_new(&by_postcode, f->memory, 2 * most);
    map_new(&by_street, f->memory, most);
    for (int turn = 0; turn < 2; turn++) { /* those with a postcode first */
        str rest = text, cell[CELLS];
        assert_true(next_line(&rest, cell));
        while (next_line(&rest, cell)) {
            if ((cell[3].n == 0) != (turn == 1))
                continue;
            const uint32_t street = map_number(&by_street, address_text(f, cell, true));
            if (turn == 0 || !of_street[street])
                of_street[street] = map_number(&by_postcode, address_text(f, cell, cell[3].n == 0));
            l->stay[l->ask.n_stays++] =
                (struct household_stay){person_of(f, cell[1]), of_street[street],
                                        day_of(cell[7], 0), day_of(cell[8], HOUSEHOLD_OPEN)};
        }
    }
}

static void read_relations(struct fixture *f, struct living *l)
{
    str rest = read_text(f, path_of(f, "relations.csv")), cell[CELLS];
    assert_true(next_line(&rest, cell));
    while (next_line(&rest, cell)) {
        const uint32_t p = person_of(f, cell[1]), other = person_of(f, cell[2]);
        const enum household_tie tie = str_eq(cell[3], STR("partner"))  ? HOUSEHOLD_PARTNER
                                       : str_eq(cell[3], STR("parent")) ? HOUSEHOLD_PARENT
                                                                        : HOUSEHOLD_HALF;
        if (p != other)
            l->relation[l->ask.n_relations++] = (struct household_relation){
                p, other, tie, day_of(cell[4], 0), day_of(cell[5], HOUSEHOLD_OPEN)};
    }
}

static size_t lines_of(str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    return n;
}

static void read_living(struct fixture *f, struct living *l)
{
    const size_t n = linkage_figures(f->run)->n_persons;
    const size_t stays = lines_of(read_text(f, path_of(f, "stays.csv")));
    const size_t relations = lines_of(read_text(f, path_of(f, "relations.csv")));
    memset(l, 0, sizeof *l);
    l->person = ARENA_NEW(f->memory, struct household_person, n);
    l->stay = ARENA_NEW(f->memory, struct household_stay, stays);
    l->relation = ARENA_NEW(f->memory, struct household_relation, relations);
    for (size_t i = 0; i < n; i++)
        l->person[i].born = HOUSEHOLD_DAY_NONE;
    map_new(&l->surname, f->memory, 2 * f->n_records);
    read_persons(f, l);
    read_stays(f, l, stays);
    read_relations(f, l);
    l->ask.person = l->person;
    l->ask.n_persons = n;
    l->ask.stay = l->stay;
    l->ask.relation = l->relation;
}

/* The true household or benefit unit of each found person on a day. */
static uint32_t *true_households(struct fixture *f, int32_t day, enum household_kind kind)
{
    str rest = read_text(f, path_of(f, "households_truth.csv")), cell[CELLS];
    uint32_t *of_true = ARENA_NEW(f->memory, uint32_t, f->persons.n + 1);
    uint32_t *of_found = ARENA_NEW(f->memory, uint32_t, linkage_figures(f->run)->n_persons);
    struct map households;
    map_new(&households, f->memory, 2 * f->persons.n);
    assert_true(next_line(&rest, cell));
    while (next_line(&rest, cell)) {
        size_t place;
        const uint32_t person = map_find(&f->persons, cell[0], &place);
        if (person && day_of(cell[5], 0) <= day && day < day_of(cell[6], HOUSEHOLD_OPEN) &&
            of_true[person] == 0)
            of_true[person] = map_number(&households, cell[kind == HOUSEHOLD_CARE ? 1 : 2]);
    }
    for (size_t r = 0; r < f->n_records; r++)
        of_found[f->person[r] - 1] = of_true[f->truth[r]];
    return of_found;
}

static struct household_score score_households(struct fixture *f, struct living *l,
                                               enum household_kind kind)
{
    struct err_info info;
    struct household_member *member;
    struct household_score s;
    size_t n;
    const int32_t day = date_day_of((struct date_ymd){2025, 12, 31});
    uint32_t *found = ARENA_NEW(f->memory, uint32_t, l->ask.n_persons);
    l->ask.kind = kind;
    assert_int_equal(household_form(&l->ask, f->memory, &member, &n, &info), OK);
    household_on(member, n, day, l->ask.n_persons, found);
    assert_int_equal(
        household_evaluate(found, true_households(f, day, kind), l->ask.n_persons, &s, &info), OK);
    print_message("# %s: %zu persons, %zu households found, %zu true, %zu the same\n",
                  kind == HOUSEHOLD_CARE ? "care households" : "benefit units", s.n_persons,
                  s.n_found, s.n_true, s.n_same);
    print_message("# B-cubed %.4f %.4f F %.4f; exact %.4f %.4f F %.4f\n", s.b3_precision,
                  s.b3_recall, s.b3_f, s.exact_precision, s.exact_recall, s.exact_f);
    return s;
}

static void households_of_the_linked_registers_are_those_of_the_town(void **x)
{
    struct fixture f;
    struct linkage_score score;
    struct living l;
    (void)x;
    town(&f, 0, &score);
    read_living(&f, &l);

    const struct household_score care = score_households(&f, &l, HOUSEHOLD_CARE);
    const struct household_score benefit = score_households(&f, &l, HOUSEHOLD_BENEFIT);
    town_remove(&f);

    assert_true(care.b3_f >= 0.95);
    assert_true(benefit.b3_f >= 0.95);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_numbers_nearly_every_person_is_found),
        cmocka_unit_test(with_three_in_ten_numbers_missing_the_rest_of_the_record_tells),
        cmocka_unit_test(without_any_number_names_dates_and_addresses_do),
        cmocka_unit_test(households_of_the_linked_registers_are_those_of_the_town),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
