/* SPDX-License-Identifier: EUPL-1.2 */
#include "demo/town/page_int.h"

#include "base/bsn.h"
#include "base/date.h"
#include "base/file.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_BYTES = 4096, BLOCKS = 30 };

struct place {
    char folder[PATH_BYTES];
    arena *memory;
};

static void place_new(struct place *p)
{
    const char *const tmp = getenv("TMPDIR");
    snprintf(p->folder, sizeof p->folder, "%s/town.XXXXXX", tmp ? tmp : "/var/tmp");
    assert_non_null(mkdtemp(p->folder));
    p->memory = arena_new((size_t)1 << 30);
    assert_non_null(p->memory);
}

static void place_free(struct place *p)
{
    char command[PATH_BYTES + 16];
    snprintf(command, sizeof command, "rm -r '%s'", p->folder);
    assert_int_equal(system(command), 0);
    arena_free(p->memory);
}

static str path_in(struct place *p, const char *name)
{
    char path[PATH_BYTES + 64];
    const int n = snprintf(path, sizeof path, "%s/%s", p->folder, name);
    return arena_str(p->memory, (str){path, (size_t)n});
}

static struct town small_town(void)
{
    struct town t;
    town_init(&t);
    t.inhabitants = TOWN_INHABITANTS_MIN;
    t.months = 6;
    return t;
}

static struct town_counts generate(struct place *p, const struct town *t, const char *name,
                                   unsigned threads)
{
    struct town_counts counts;
    struct err_info info;
    par *pool;
    assert_int_equal(par_new(threads, &pool, &info), OK);
    assert_int_equal(town_generate(t, path_in(p, name), pool, NULL, &counts, &info), OK);
    par_free(pool);
    return counts;
}

static void errors_are_as_frequent_as_the_table_says(void **x)
{
    struct place p;
    struct town t = small_town();
    (void)x;
    place_new(&p);
    t.inhabitants = 40000;
    t.with_messages = false;

    const struct town_counts c = generate(&p, &t, "town", 2);

    const double n = (double)(c.records_team + c.records_social);
    for (enum town_error kind = 0; kind < TOWN_ERRORS; kind++) {
        const double rate = town_error_rate(kind), seen = (double)c.errors[kind] / n;
        /* four standard errors, and a twentieth for what an error cannot always happen to */
        const double around = 4 * __builtin_sqrt(rate * (1 - rate) / n) + rate / 20;
        print_message("# error %d: %.4f of %.4f\n", kind, seen, rate);
        assert_true(seen > rate - around && seen < rate + around);
    }
    place_free(&p);
}

static void compare_folders(struct place *p, const char *one, const char *two)
{
    char command[3 * PATH_BYTES];
    snprintf(command, sizeof command, "diff -r '%s/%s' '%s/%s'", p->folder, one, p->folder, two);
    assert_int_equal(system(command), 0);
}

static void the_bytes_are_the_same_for_any_number_of_threads(void **x)
{
    struct place p;
    const struct town t = small_town();
    (void)x;
    place_new(&p);

    const struct town_counts one = generate(&p, &t, "one", 1), three = generate(&p, &t, "three", 3);

    compare_folders(&p, "one", "three");
    assert_memory_equal(&one, &three, sizeof one);
    assert_true(one.messages > 0 && one.claim_lines > 0);
    place_free(&p);
}

static void another_seed_is_another_town(void **x)
{
    struct place p;
    struct town t = small_town();
    struct err_info info;
    str a, b;
    (void)x;
    place_new(&p);
    t.with_messages = false;
    (void)generate(&p, &t, "one", 2);
    t.seed = 2;
    (void)generate(&p, &t, "two", 2);

    assert_int_equal(file_read(p.memory, path_in(&p, "one/persons_team.csv"), 1 << 28, &a, &info),
                     OK);
    assert_int_equal(file_read(p.memory, path_in(&p, "two/persons_team.csv"), 1 << 28, &b, &info),
                     OK);

    assert_false(str_eq(a, b));
    place_free(&p);
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void numbers_pass_the_test_and_no_two_are_equal(void **x)
{
    enum { N = 200000 };
    uint32_t *bsn = calloc(2 * N, sizeof *bsn);
    (void)x;
    assert_non_null(bsn);

    for (uint32_t i = 0; i < N; i++) {
        bsn[i] = town_bsn(7, i);
        bsn[N + i] = town_bsn(7, i + 9000000 * (1 + i % 8)); /* the same seven digits again */
    }

    for (size_t i = 0; i < 2 * N; i++)
        assert_true(bsn_is_valid(bsn[i]));
    qsort(bsn, 2 * N, sizeof *bsn, by_number);
    for (size_t i = 1; i < 2 * N; i++)
        assert_int_not_equal(bsn[i], bsn[i - 1]);
    free(bsn);
}

/* ---- blocks ---- */

struct census {
    int twins, institutions, students, moved, died, born, parted, married_here, namesakes, halves;
};

static void look_at_person(const struct town_block *b, int who, struct census *c)
{
    const struct town_person *p = &b->person[who];
    assert_true(p->n_stays >= 1 && p->n_stays <= SPELLS_MAX);
    assert_true(p->n_in >= 1 && p->n_in <= SPELLS_MAX);
    for (int i = 0; i < p->n_stays; i++) {
        assert_true(p->stay[i].from < p->stay[i].to);
        assert_true(p->stay[i].address < b->n_addresses);
        if (i > 0)
            assert_int_equal(p->stay[i].from, p->stay[i - 1].to);
    }
    assert_true(p->stay[0].from >= p->born);
    assert_int_equal(p->stay[p->n_stays - 1].to, p->died);
    for (int i = 0; i < p->n_in; i++)
        assert_true(p->in[i].from < p->in[i].to && p->in[i].to <= p->died);
    c->moved += p->n_stays > 1;
    c->died += p->died != TOWN_OPEN;
    c->born += p->born >= b->from;
    c->parted += p->divorced != TOWN_OPEN;
    c->married_here += p->married != TOWN_OPEN && p->married >= b->from;
    c->halves += p->in[p->n_in - 1].share_milli == 500;
    c->students += p->story == STORY_STUDENTS;
    c->institutions += p->story == STORY_INSTITUTION;
}

static void look_at_family(const struct town_block *b, int who, struct census *c)
{
    const struct town_person *p = &b->person[who];
    if (p->mother != PERSON_NONE)
        assert_true(p->born - b->person[p->mother].born > 15 * 365);
    if (p->father != PERSON_NONE && p->sex == 'M' && p->given[0] == b->person[p->father].given[0] &&
        strcmp(p->surname.name, b->person[p->father].surname.name) == 0 &&
        p->stay[0].address == b->person[p->father].stay[0].address)
        c->namesakes++;
    if (p->partner != PERSON_NONE)
        assert_int_equal(b->person[p->partner].partner, who);
    if (p->twin == PERSON_NONE)
        return;
    const struct town_person *q = &b->person[p->twin];
    c->twins++;
    assert_int_equal(q->twin, who);
    assert_int_equal(p->born, q->born);
    assert_string_equal(p->surname.name, q->surname.name);
    assert_int_equal(p->stay[0].address, q->stay[0].address);
    assert_ptr_not_equal(p->given[0], q->given[0]);
}

static void lives_hang_together_and_all_that_confuses_occurs(void **x)
{
    struct town t = small_town();
    struct town_block *b = calloc(1, sizeof *b);
    struct census c = {0};
    (void)x;
    assert_non_null(b);
    t.inhabitants = 100000;
    t.months = 24;

    for (int64_t i = 0; i < BLOCKS; i++) {
        town_block_make(&t, i, b);
        assert_int_equal(b->n_persons - b->n_born, BLOCK_INHABITANTS);
        for (int who = 0; who < b->n_persons; who++) {
            look_at_person(b, who, &c);
            look_at_family(b, who, &c);
        }
    }

    print_message(
        "# twins %d, in institutions %d, students %d, moved %d, died %d, born %d, parted %d, "
        "married %d, namesakes %d, halves %d\n",
        c.twins, c.institutions, c.students, c.moved, c.died, c.born, c.parted, c.married_here,
        c.namesakes, c.halves);
    assert_true(c.twins > 40 && c.institutions >= 50 && c.students > 200 && c.moved > 1500);
    assert_true(c.died > 200 && c.born > 200 && c.parted > 200 && c.married_here > 50);
    assert_true(c.namesakes > 20 && c.halves > 20);
    free(b);
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct town_surname));
}

static void surnames_are_as_many_as_in_a_town(void **x)
{
    enum { N = 200000 };
    struct town_surname *names = calloc(N, sizeof *names);
    struct dice d = dice_new(1, "test", 0);
    size_t distinct = 1;
    (void)x;
    assert_non_null(names);

    for (size_t i = 0; i < N; i++)
        town_draw_surname(&d, TOWN_DUTCH, &names[i]);

    qsort(names, N, sizeof *names, by_bytes);
    for (size_t i = 1; i < N; i++)
        distinct += memcmp(&names[i], &names[i - 1], sizeof *names) != 0;
    assert_true(distinct > 8000);
    free(names);
}

/* ---- the messages ---- */

/* Each element that opens closes, in order, and the lines of a declaration add up to its total. */
static void look_at_message(str text, int64_t *cents, int64_t *total)
{
    str open[64];
    size_t depth = 0;
    for (size_t at = 0; at < text.n; at++) {
        if (text.p[at] != '<' || text.p[at + 1] == '?')
            continue;
        size_t end = at + 1;
        while (end < text.n && text.p[end] != '>' && text.p[end] != ' ')
            end++;
        const str name = str_cut(text, at + 1, end);
        if (name.p[0] != '/') {
            assert_true(depth < 64);
            open[depth++] = name;
        } else {
            assert_true(depth > 0);
            assert_true(str_eq(open[--depth], str_cut(name, 1, name.n)));
        }
        if (str_eq(name, STR("iwmo:Bedrag")) || str_eq(name, STR("ijw:Bedrag")))
            *cents += atoll(text.p + end + 1);
        if (str_eq(name, STR("iwmo:TotaalBedrag")) || str_eq(name, STR("ijw:TotaalBedrag")))
            *total += atoll(text.p + end + 1);
    }
    assert_int_equal(depth, 0);
}

static void messages_are_well_formed_and_add_up_to_the_cent(void **x)
{
    struct place p;
    const struct town t = small_town();
    int64_t cents = 0, n = 0;
    (void)x;
    place_new(&p);
    const struct town_counts c = generate(&p, &t, "town", 2);

    for (int month = 1; month <= t.months; month++) {
        char name[64];
        snprintf(name, sizeof name, "town/messages/2024-%02d", month);
        const str path = path_in(&p, name);
        DIR *folder = opendir(path.p);
        assert_non_null(folder);
        for (const struct dirent *entry; (entry = readdir(folder));) {
            char file[PATH_BYTES];
            struct err_info info;
            str text;
            int64_t own = 0, total = 0;
            if (entry->d_name[0] == '.')
                continue;
            snprintf(file, sizeof file, "%s/%s", name, entry->d_name);
            assert_int_equal(file_read(p.memory, path_in(&p, file), 1 << 28, &text, &info), OK);
            look_at_message(text, &own, &total);
            assert_int_equal(own, total);
            cents += own;
            n++;
        }
        closedir(folder);
    }

    assert_int_equal(n, c.messages);
    assert_int_equal(cents, c.claim_cents);
    assert_true(cents > 0);
    place_free(&p);
}

static void what_cannot_be_made_is_refused_and_nothing_appears(void **x)
{
    struct place p;
    struct town t = small_town();
    struct town_counts counts;
    struct err_info info;
    struct stat there;
    (void)x;
    place_new(&p);
    t.inhabitants = TOWN_INHABITANTS_MIN - 1;

    assert_int_equal(town_generate(&t, path_in(&p, "town"), NULL, NULL, &counts, &info), E_INPUT);
    assert_string_equal(info.msg.key, "town.size");
    assert_int_not_equal(stat(path_in(&p, "town").p, &there), 0);
    t = small_town();
    assert_int_equal(mkdir(path_in(&p, "mine").p, 0777), 0);
    assert_int_equal(town_generate(&t, path_in(&p, "mine"), NULL, NULL, &counts, &info),
                     E_CONFLICT);
    assert_string_equal(info.msg.key, "town.exists");
    assert_int_equal(rmdir(path_in(&p, "mine").p), 0); /* still empty */
    assert_int_equal(town_generate(&t, path_in(&p, "no/such/town"), NULL, NULL, &counts, &info),
                     E_NOT_FOUND);
    place_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_as_frequent_as_the_table_says),
        cmocka_unit_test(the_bytes_are_the_same_for_any_number_of_threads),
        cmocka_unit_test(another_seed_is_another_town),
        cmocka_unit_test(numbers_pass_the_test_and_no_two_are_equal),
        cmocka_unit_test(lives_hang_together_and_all_that_confuses_occurs),
        cmocka_unit_test(surnames_are_as_many_as_in_a_town),
        cmocka_unit_test(messages_are_well_formed_and_add_up_to_the_cent),
        cmocka_unit_test(what_cannot_be_made_is_refused_and_nothing_appears),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
