/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/rng.h"
#include "engine/table/column_int.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/table/table_test_int.h"

enum { DUMP_MAX = 1 << 26 };

/* ---- a folder of one's own ------------------------------------------------------------ */

struct room {
    char folder[64];
    char path[96];
    arena *a;
};

static int make_room(void **state)
{
    struct room *r = calloc(1, sizeof *r);
    strcpy(r->folder, "column_test.XXXXXX");
    assert_non_null(mkdtemp(r->folder));
    snprintf(r->path, sizeof r->path, "%s/t.ot", r->folder);
    r->a = arena_new(1 << 26);
    *state = r;
    return 0;
}

static size_t count_files(const char *folder)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    for (const struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static int leave_room(void **state)
{
    struct room *r = *state;
    unlink(r->path);
    const int left = rmdir(r->folder);
    arena_free(r->a);
    free(r);
    return left;
}

/* ---- helpers --------------------------------------------------------------------------- */

static table *parsed(str text)
{
    struct err_info info;
    table *t = NULL;
    const err e = table_parse(text, STR("text"), NULL, NULL, &t, &info);
    if (e != OK)
        fail_msg("%s at %d", info.msg.key, (int)info.line);
    return t;
}

static str dumped(arena *a, const table *t)
{
    out o;
    out_init(&o, DUMP_MAX);
    dump_table(&o, t);
    const str s = arena_str(a, out_view(&o));
    assert_non_null(s.p);
    out_free(&o);
    return s;
}

static table *opened(const struct room *r)
{
    struct err_info info;
    table *t = NULL;
    const err e = table_open(str_of(r->path), NULL, NULL, NULL, &t, &info);
    if (e != OK)
        fail_msg("%s", info.msg.key);
    return t;
}

static void written(const struct room *r, const table *t, const char *unit, const char *time)
{
    struct err_info info;
    assert_int_equal(table_write(t, str_of(r->path), str_of(unit), str_of(time), NULL, NULL, &info),
                     OK);
}

static str content(const struct room *r)
{
    struct err_info info;
    str s;
    assert_int_equal(file_read(r->a, str_of(r->path), 1 << 25, &s, &info), OK);
    return s;
}

#define EVERY_TYPE                                                                                 \
    "persoon;maand;team;bedrag;start\n"                                                            \
    "2;202401;zuid;1,5;2024-01-31\n"                                                               \
    "1;202402;noord;NA;\n"                                                                         \
    "2;202312;;-0,25;1-2-2023\n"                                                                   \
    "1;202401;Zoë;Inf;2023-12-31\n"

/* ---- there and back ------------------------------------------------------------------------ */

static void a_table_comes_back_from_its_file(void **state)
{
    struct room *r = *state;
    table *t = parsed(STR(EVERY_TYPE));

    written(r, t, "", "");
    table *back = opened(r);

    assert_string_equal(dumped(r->a, back).p, dumped(r->a, t).p);
    assert_false(table_is_sorted_by(back, STR("persoon"), STR("maand")));
    table_free(back);
    table_free(t);
}

static void rows_are_sorted_by_unit_and_time(void **state)
{
    struct room *r = *state;
    table *t = parsed(STR(EVERY_TYPE));

    written(r, t, "persoon", "maand");
    table *back = opened(r);

    assert_string_equal(dumped(r->a, back).p,
                        "persoon:int = 1 | 1 | 2 | 2\n"
                        "maand:int = 202401 | 202402 | 202312 | 202401\n"
                        "team:text = \"Zoë\" | \"noord\" | ? | \"zuid\"\n"
                        "bedrag:real = inf | ? | -0.25 | 1.5\n"
                        "start:date = 2023-12-31 | ? | 2023-02-01 | 2024-01-31\n");
    assert_true(table_is_sorted_by(back, STR("persoon"), STR("maand")));
    assert_false(table_is_sorted_by(back, STR("maand"), STR("persoon")));
    table_free(back);
    table_free(t);
}

static void every_type_can_be_sorted_by(void **state)
{
    struct room *r = *state;
    table *t = parsed(STR("a;b;c;d;n\n"
                          "-1;b;-0,5;2024-01-02;1\n"
                          "3;a;Inf;2023-01-02;2\n"
                          "-5;c;0,25;1-1-1969;3\n"
                          "0;aa;-Inf;2024-01-01;4\n"));
    static const struct {
        const char *by, *order;
    } cases[] = {{"a", "n:int = 3 | 1 | 4 | 2"},
                 {"b", "n:int = 2 | 4 | 1 | 3"},
                 {"c", "n:int = 4 | 1 | 3 | 2"},
                 {"d", "n:int = 3 | 2 | 4 | 1"}};

    for (size_t i = 0; i < 4; i++) {
        written(r, t, cases[i].by, "n");
        table *back = opened(r);
        const str dump = dumped(r->a, back);

        assert_non_null(strstr(dump.p, cases[i].order));
        table_free(back);
    }
    table_free(t);
}

/* A panel in random order, larger than one block of a section. */
static str random_panel(struct room *r, size_t n)
{
    const struct rng_key key = {.seed = 20261124, .stream = 7};
    out o;
    out_init(&o, DUMP_MAX);
    out_cstr(&o, "unit,time,row,x,word\n");
    for (size_t i = 0; i < n; i++) {
        out_int(&o, (int64_t)(rng_u64(key, 3 * i) % 5000) - 2500);
        out_char(&o, ',');
        out_int(&o, (int64_t)(rng_u64(key, 3 * i + 1) % 12));
        out_char(&o, ',');
        out_int(&o, (int64_t)i);
        out_char(&o, ',');
        if (i % 7)
            out_real(&o, rng_uniform(key, 3 * i + 2));
        out_cstr(&o, ",w");
        out_int(&o, (int64_t)(rng_u64(key, 3 * i + 2) % 1000));
        out_char(&o, '\n');
    }
    const str text = arena_str(r->a, out_view(&o));
    out_free(&o);
    assert_non_null(text.p);
    return text;
}

static void a_long_panel_is_sorted_stably_and_stays_together(void **state)
{
    struct room *r = *state;
    enum { N = 300000 };
    table *t = parsed(random_panel(r, N));

    written(r, t, "unit", "time");
    table *back = opened(r);

    const struct table_column *u = table_column_at(back, 0), *v = table_column_at(back, 1);
    const struct table_column *row = table_column_at(back, 2), *x = table_column_at(back, 3);
    const struct table_column *word = table_column_at(back, 4);
    const struct table_column *x0 = table_column_at(t, 3), *word0 = table_column_at(t, 4);
    uint8_t *seen = calloc(N, 1);
    for (size_t i = 0; i < N; i++) {
        const size_t from = (size_t)row->ints[i];
        assert_false(seen[from]++);
        assert_int_equal(u->ints[i], table_column_at(t, 0)->ints[from]);
        assert_int_equal(x->missing[i], x0->missing[from]);
        assert_true(x->missing[i] || x->reals[i] == x0->reals[from]);
        assert_true(str_eq(word->words[word->codes[i]], word0->words[word0->codes[from]]));
        if (i == 0)
            continue;
        assert_true(u->ints[i - 1] < u->ints[i] ||
                    (u->ints[i - 1] == u->ints[i] &&
                     (v->ints[i - 1] < v->ints[i] ||
                      (v->ints[i - 1] == v->ints[i] && row->ints[i - 1] < row->ints[i]))));
    }
    free(seen);
    table_free(back);
    table_free(t);
}

static void any_number_of_threads_writes_the_same_bytes(void **state)
{
    struct room *r = *state;
    struct err_info info;
    const str text = random_panel(r, 100000);
    str first = {0};

    for (unsigned threads = 1; threads <= 4; threads++) {
        par *pool;
        table *t;
        assert_int_equal(par_new(threads, &pool, &info), OK);
        assert_int_equal(csv_parse(text, STR("x"), NULL, 10000 * threads, pool, NULL, &t, &info),
                         OK);
        assert_int_equal(
            table_write(t, str_of(r->path), STR("unit"), STR("time"), pool, NULL, &info), OK);
        const str bytes = content(r);

        if (threads == 1)
            first = bytes;
        assert_true(str_eq(bytes, first));
        table_free(t);
        par_free(pool);
    }
}

static void a_sorted_file_written_again_stays_sorted(void **state)
{
    struct room *r = *state;
    table *t = parsed(STR(EVERY_TYPE));
    written(r, t, "persoon", "maand");
    table *back = opened(r);
    const str once = content(r);

    written(r, back, "", "");

    assert_true(str_eq(content(r), once));
    table_free(back);
    table_free(t);
}

/* ---- what is refused --------------------------------------------------------------------------
 */

static void a_key_with_missing_values_cannot_sort(void **state)
{
    struct room *r = *state;
    struct err_info info;
    table *t = parsed(STR(EVERY_TYPE));

    assert_int_equal(
        table_write(t, str_of(r->path), STR("persoon"), STR("start"), NULL, NULL, &info), E_INPUT);
    assert_string_equal(info.msg.key, "table.sort-missing");
    assert_int_equal(
        table_write(t, str_of(r->path), STR("persoon"), STR("mand"), NULL, NULL, &info), E_INPUT);
    assert_string_equal(info.msg.key, "table.no-column-nearest");

    assert_int_equal(count_files(r->folder), 0);
    table_free(t);
}

static void a_full_disk_leaves_nothing_behind(void **state)
{
    struct room *r = *state;
    struct err_info info;
    table *t = parsed(random_panel(r, 100000));
    table *small = parsed(STR(EVERY_TYPE));
    struct rlimit old;
    written(r, small, "", "");
    const str before = content(r);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    const struct rlimit tight = {.rlim_cur = 1 << 20, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);

    const err e = table_write(t, str_of(r->path), STR("unit"), STR("time"), NULL, NULL, &info);

    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(e, E_IO);
    assert_string_equal(info.msg.key, "file.cannot-write");
    assert_int_equal(count_files(r->folder), 1);
    assert_true(str_eq(content(r), before));
    table_free(small);
    table_free(t);
}

static bool always(void *ctx)
{
    (void)ctx;
    return true;
}

static void stopping_leaves_nothing_behind(void **state)
{
    struct room *r = *state;
    struct err_info info;
    const struct progress stop = {.cancelled = always};
    table *t = parsed(STR(EVERY_TYPE));

    assert_int_equal(table_write(t, str_of(r->path), STR(""), STR(""), NULL, &stop, &info),
                     E_CANCELLED);

    assert_int_equal(count_files(r->folder), 0);
    table_free(t);
}

/* ---- damage ------------------------------------------------------------------------------------
 */

static err open_bytes(const struct room *r, str bytes, struct err_info *info)
{
    table *t = NULL;
    assert_int_equal(file_write(str_of(r->path), bytes, info), OK);
    const err e = table_open(str_of(r->path), NULL, NULL, NULL, &t, info);
    table_free(t);
    return e;
}

static void any_flipped_byte_is_found(void **state)
{
    struct room *r = *state;
    struct err_info info;
    table *t = parsed(STR(EVERY_TYPE));
    written(r, t, "persoon", "maand");
    const str bytes = content(r);
    char *p = (char *)(uintptr_t)bytes.p; /* our own copy */

    for (size_t i = 0; i < bytes.n; i++) {
        p[i] = (char)(p[i] ^ (1 << (i % 8)));

        if (open_bytes(r, bytes, &info) == OK)
            fail_msg("byte %zu", i);

        p[i] = (char)(p[i] ^ (1 << (i % 8)));
    }
    assert_int_equal(open_bytes(r, bytes, &info), OK);
    table_free(t);
}

static void any_truncation_is_found(void **state)
{
    struct room *r = *state;
    struct err_info info;
    table *t = parsed(STR(EVERY_TYPE));
    written(r, t, "persoon", "maand");
    const str bytes = content(r);

    for (size_t n = 8; n < bytes.n; n++) {
        assert_int_equal(open_bytes(r, str_cut(bytes, 0, n), &info), E_INPUT);

        assert_string_equal(info.msg.key, "table.ot-truncated");
    }
    table_free(t);
}

static void longer_than_it_says_is_damage(void **state)
{
    struct room *r = *state;
    struct err_info info;
    table *t = parsed(STR(EVERY_TYPE));
    written(r, t, "", "");
    const str bytes = content(r);
    const str longer = {bytes.p, bytes.n + 1}; /* with the zero that file_read puts behind */

    assert_int_equal(open_bytes(r, longer, &info), E_INPUT);

    assert_string_equal(info.msg.key, "table.ot-damaged");
    table_free(t);
}

/* A file whose checksums are right and whose content is not. */
struct forgery {
    struct column_header header;
    unsigned char *p;
    size_t n;
};

static struct column_entry *entry(struct forgery *f, size_t column)
{
    return (struct column_entry *)(void *)(f->p + f->header.directory) + column;
}

static void *part(struct forgery *f, size_t column, enum column_part p)
{
    return f->p + entry(f, column)->part[p].at;
}

static void seal(struct forgery *f)
{
    for (size_t c = 0; c < 5; c++)
        for (int i = 0; i < PART_COUNT; i++) {
            struct column_section *s = &entry(f, c)->part[i];
            if (s->at > f->n || s->n > f->n - s->at)
                continue;
            /* every section here is one block, or none */
            const struct seal_hash block = seal_hash_bytes((str){(char *)f->p + s->at, s->n});
            s->hash =
                seal_hash_bytes((str){(const char *)block.byte, s->n ? sizeof block.byte : 0});
        }
    f->header.directory_hash =
        seal_hash_bytes((str){(char *)f->p + f->header.directory, f->header.n_directory});
    f->header.hash =
        seal_hash_bytes((str){(char *)&f->header, offsetof(struct column_header, hash)});
    memcpy(f->p, &f->header, sizeof f->header);
}

static void code_too_high(struct forgery *f)
{
    *(uint32_t *)part(f, 2, PART_VALUES) = 3;
}
static void day_too_late(struct forgery *f)
{
    *(int32_t *)part(f, 4, PART_VALUES) = INT32_MAX;
}
static void nan_present(struct forgery *f)
{
    memset(part(f, 3, PART_VALUES), 0xff, 8);
}
static void mask_of_two(struct forgery *f)
{
    *(uint8_t *)part(f, 3, PART_MISSING) = 2;
}
static void mask_of_more(struct forgery *f)
{
    *(uint8_t *)part(f, 3, PART_MISSING) = 1;
}
static void count_of_missing(struct forgery *f)
{
    entry(f, 3)->n_missing = 2;
}
static void all_are_missing(struct forgery *f)
{
    entry(f, 3)->n_missing = 0;
}
static void word_ends_fall(struct forgery *f)
{
    *(uint64_t *)part(f, 2, PART_WORD_ENDS) = 90;
}
static void word_ends_wrap(struct forgery *f)
{
    *(uint64_t *)part(f, 2, PART_WORD_ENDS) = UINT64_MAX;
}
static void word_is_not_utf8(struct forgery *f)
{
    *(char *)part(f, 2, PART_WORD_BYTES) = '\xff';
}
static void words_too_many(struct forgery *f)
{
    entry(f, 2)->n_words = UINT64_MAX / 8;
}
static void words_of_numbers(struct forgery *f)
{
    entry(f, 0)->n_words = 1;
}
static void rows_too_many(struct forgery *f)
{
    f->header.n_rows = UINT64_MAX / 8 + 1;
}
static void no_rows(struct forgery *f)
{
    f->header.n_rows = 0;
}
static void no_columns(struct forgery *f)
{
    f->header.n_columns = 0;
}
static void fewer_columns(struct forgery *f)
{
    f->header.n_columns = 4;
}
static void columns_too_many(struct forgery *f)
{
    f->header.n_columns = TABLE_COLUMNS_MAX;
}
static void type_unknown(struct forgery *f)
{
    entry(f, 1)->type = 5;
}
static void type_zero(struct forgery *f)
{
    entry(f, 1)->type = 0;
}
static void type_narrower(struct forgery *f)
{
    entry(f, 1)->type = 4;
}
static void name_beyond(struct forgery *f)
{
    entry(f, 1)->name_at = 1u << 30;
}
static void name_empty(struct forgery *f)
{
    entry(f, 1)->name_n = 0;
}
static void name_of_another(struct forgery *f)
{
    entry(f, 1)->name_at = entry(f, 0)->name_at;
    entry(f, 1)->name_n = entry(f, 0)->name_n;
}
static void section_beyond(struct forgery *f)
{
    entry(f, 0)->part[0].at = UINT64_MAX - 63;
}
static void section_moved(struct forgery *f)
{
    entry(f, 0)->part[0].at += 64;
}
static void section_unaligned(struct forgery *f)
{
    entry(f, 0)->part[0].at += 1;
}
static void section_short(struct forgery *f)
{
    entry(f, 0)->part[0].n -= 8;
}
static void directory_beyond(struct forgery *f)
{
    f->header.n_directory += 1;
}
static void order_of_no_column(struct forgery *f)
{
    f->header.sorted[0] = 99;
}
static void order_by_half(struct forgery *f)
{
    f->header.sorted[1] = COLUMN_UNSORTED;
}
static void order_by_missing(struct forgery *f)
{
    f->header.sorted[1] = 3;
}
static void order_is_false(struct forgery *f)
{
    *(int64_t *)part(f, 0, PART_VALUES) = 9;
}
static void gap_is_filled(struct forgery *f)
{
    f->p[entry(f, 0)->part[PART_VALUES].at + 33] = 1;
}
static void reserved_is_used(struct forgery *f)
{
    f->header.zero = 1;
}

static void no_forgery_is_believed(void **state)
{
    struct room *r = *state;
    static void (*const forge[])(struct forgery *) = {
        code_too_high,      day_too_late,      nan_present,      mask_of_two,
        mask_of_more,       count_of_missing,  all_are_missing,  word_ends_fall,
        word_ends_wrap,     word_is_not_utf8,  words_too_many,   words_of_numbers,
        rows_too_many,      no_rows,           no_columns,       fewer_columns,
        columns_too_many,   type_unknown,      type_zero,        type_narrower,
        name_beyond,        name_empty,        name_of_another,  section_beyond,
        section_moved,      section_unaligned, section_short,    directory_beyond,
        order_of_no_column, order_by_half,     order_by_missing, order_is_false,
        gap_is_filled,      reserved_is_used};
    struct err_info info;
    table *t = parsed(STR(EVERY_TYPE));
    written(r, t, "persoon", "maand");

    const str original = content(r);

    for (size_t i = 0; i < sizeof forge / sizeof forge[0]; i++) {
        struct forgery f = {.n = original.n};
        f.p = (unsigned char *)(uintptr_t)arena_str(r->a, original).p;
        memcpy(&f.header, f.p, sizeof f.header);
        seal(&f);
        assert_memory_equal(f.p, original.p, f.n); /* the forger knows how to seal */
        forge[i](&f);
        seal(&f);

        if (open_bytes(r, (str){(char *)f.p, f.n}, &info) != E_INPUT)
            fail_msg("forgery %zu", i);
        assert_string_equal(info.msg.key, "table.ot-damaged");
    }
    table_free(t);
}

static void another_version_or_byte_order_is_named(void **state)
{
    struct room *r = *state;
    struct err_info info;
    table *t = parsed(STR(EVERY_TYPE));
    written(r, t, "", "");
    const str bytes = content(r);
    char *p = (char *)(uintptr_t)bytes.p;

    p[8] = 2;
    assert_int_equal(open_bytes(r, bytes, &info), E_INPUT);
    assert_string_equal(info.msg.key, "table.ot-version");
    assert_int_equal(info.msg.arg[0].i, 2);
    assert_int_equal(info.msg.arg[1].i, 1);

    p[12] = 1, p[15] = 4;
    assert_int_equal(open_bytes(r, bytes, &info), E_INPUT);
    assert_string_equal(info.msg.key, "table.ot-byte-order");
    table_free(t);
}

int main(void)
{
#define IN_A_ROOM(f) cmocka_unit_test_setup_teardown(f, make_room, leave_room)
    const struct CMUnitTest tests[] = {
        IN_A_ROOM(a_table_comes_back_from_its_file),
        IN_A_ROOM(rows_are_sorted_by_unit_and_time),
        IN_A_ROOM(every_type_can_be_sorted_by),
        IN_A_ROOM(a_long_panel_is_sorted_stably_and_stays_together),
        IN_A_ROOM(any_number_of_threads_writes_the_same_bytes),
        IN_A_ROOM(a_sorted_file_written_again_stays_sorted),
        IN_A_ROOM(a_key_with_missing_values_cannot_sort),
        IN_A_ROOM(a_full_disk_leaves_nothing_behind),
        IN_A_ROOM(stopping_leaves_nothing_behind),
        IN_A_ROOM(any_flipped_byte_is_found),
        IN_A_ROOM(any_truncation_is_found),
        IN_A_ROOM(longer_than_it_says_is_damage),
        IN_A_ROOM(no_forgery_is_believed),
        IN_A_ROOM(another_version_or_byte_order_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
