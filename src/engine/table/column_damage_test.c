/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/table/column_test_int.h"

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
static void word_of_another(struct forgery *f)
{
    char *words = part(f, 2, PART_WORD_BYTES); /* zuid, noord, Zoë */
    memcpy(words + 9, words, 4);
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
        gap_is_filled,      reserved_is_used,  word_of_another};
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
        IN_A_ROOM(any_flipped_byte_is_found),
        IN_A_ROOM(any_truncation_is_found),
        IN_A_ROOM(longer_than_it_says_is_damage),
        IN_A_ROOM(no_forgery_is_believed),
        IN_A_ROOM(another_version_or_byte_order_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
