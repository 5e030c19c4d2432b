/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/table/column_int.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { WAVE = 16 }; /* blocks prepared by the threads, then written in order */

size_t column_blocks(uint64_t n)
{
    return (size_t)(n / COLUMN_BLOCK + (n % COLUMN_BLOCK != 0));
}

/* ---- one section ---- */

/* Elements in memory, to be written in another order when there is one. */
struct source {
    const unsigned char *p;
    size_t size; /* of an element */
    const uint32_t *order;
};

struct section_writer {
    file_writer *file;
    par *pool;
    struct source source;
    uint64_t n;             /* bytes of the section */
    size_t first;           /* block of the wave */
    unsigned char *block;   /* WAVE of them, when elements change places */
    struct seal_hash *hash; /* of every block of the section */
};

static size_t block_bytes(const struct section_writer *s, size_t block)
{
    const uint64_t left = s->n - (uint64_t)block * COLUMN_BLOCK;
    return left < COLUMN_BLOCK ? (size_t)left : COLUMN_BLOCK;
}

static void gather(const struct source *from, size_t first, size_t n, void *to)
{
    const uint32_t *row = from->order + first;
    switch (from->size) {
    case 1:
        for (size_t i = 0; i < n; i++)
            ((uint8_t *)to)[i] = from->p[row[i]];
        break;
    case 4:
        for (size_t i = 0; i < n; i++)
            ((uint32_t *)to)[i] = ((const uint32_t *)(const void *)from->p)[row[i]];
        break;
    default:
        for (size_t i = 0; i < n; i++)
            ((uint64_t *)to)[i] = ((const uint64_t *)(const void *)from->p)[row[i]];
        break;
    }
}

static const unsigned char *block_at(const struct section_writer *s, size_t of_wave)
{
    return s->source.order ? s->block + of_wave * COLUMN_BLOCK
                           : s->source.p + (s->first + of_wave) * COLUMN_BLOCK;
}

static void prepare_block(void *writer, size_t of_wave, unsigned worker)
{
    (void)worker;
    const struct section_writer *s = writer;
    const size_t block = s->first + of_wave;
    const size_t bytes = block_bytes(s, block);
    const size_t size = s->source.size;

    if (s->source.order)
        gather(&s->source, block * (COLUMN_BLOCK / size), bytes / size,
               s->block + of_wave * COLUMN_BLOCK);
    s->hash[block] = seal_hash_bytes((str){(const char *)block_at(s, of_wave), bytes});
}

static void align(file_writer *w)
{
    static const unsigned char zeros[COLUMN_ALIGN];
    file_writer_put(w, zeros, (size_t)(-file_writer_at(w) % COLUMN_ALIGN));
}

/* Writes n elements and says where. `buffer` has WAVE blocks. */
static err write_section(file_writer *w, par *pool, struct source source, size_t n,
                         unsigned char *buffer, struct column_section *section,
                         struct err_info *info)
{
    const uint64_t bytes = (uint64_t)n * source.size;
    const size_t n_blocks = column_blocks(bytes);
    struct section_writer s = {
        .file = w, .pool = pool, .source = source, .n = bytes, .block = buffer};

    s.hash = malloc((n_blocks + 1) * sizeof *s.hash);
    if (!s.hash)
        return err_nomem(info);
    align(w);
    section->at = file_writer_at(w);
    section->n = bytes;
    for (s.first = 0; s.first < n_blocks; s.first += WAVE) {
        const size_t left = n_blocks - s.first;
        const size_t in_wave = left < WAVE ? left : WAVE;
        table_run(pool, in_wave, prepare_block, &s);
        for (size_t i = 0; i < in_wave; i++)
            file_writer_put(w, block_at(&s, i), block_bytes(&s, s.first + i));
    }
    section->hash = seal_hash_bytes((str){(const char *)s.hash, n_blocks * sizeof *s.hash});
    free(s.hash);
    return OK;
}

/* ---- a column ---- */

struct table_writer {
    const table *t;
    file_writer *file;
    par *pool;
    const uint32_t *order;
    unsigned char *buffer;
    struct column_entry *entry;
};

static err write_words(struct table_writer *w, const struct table_column *c,
                       struct column_entry *entry, struct err_info *info)
{
    uint64_t n_bytes = 0;
    uint64_t *end = malloc((c->n_words + 1) * sizeof *end);
    unsigned char *bytes = NULL;
    err e;

    for (size_t i = 0; end && i < c->n_words; i++)
        end[i] = n_bytes += c->words[i].n;
    bytes = malloc((size_t)n_bytes + 1);
    if (!end || !bytes) {
        e = err_nomem(info);
        goto out;
    }
    for (size_t i = 0; i < c->n_words; i++)
        if (c->words[i].n)
            memcpy(bytes + end[i] - c->words[i].n, c->words[i].p, c->words[i].n);
    e = write_section(w->file, w->pool, (struct source){(void *)end, sizeof *end, NULL}, c->n_words,
                      NULL, &entry->part[PART_WORD_ENDS], info);
    if (e == OK)
        e = write_section(w->file, w->pool, (struct source){bytes, 1, NULL}, (size_t)n_bytes, NULL,
                          &entry->part[PART_WORD_BYTES], info);
out:
    free(end);
    free(bytes);
    return e;
}

static err write_column(struct table_writer *w, size_t i, struct err_info *info)
{
    const struct table_column *c = &w->t->column[i];
    struct column_entry *entry = &w->entry[i];
    const struct source values = {table_values(c), table_value_size(c->type), w->order};
    const struct source missing = {c->missing, 1, w->order};

    entry->type = (uint32_t)c->type + 1;
    entry->n_missing = c->n_missing;
    entry->n_words = c->n_words;
    err e = write_section(w->file, w->pool, values, w->t->n_rows, w->buffer,
                          &entry->part[PART_VALUES], info);
    if (e == OK)
        e = write_section(w->file, w->pool, missing, c->missing ? w->t->n_rows : 0, w->buffer,
                          &entry->part[PART_MISSING], info);
    return e == OK ? write_words(w, c, entry, info) : e;
}

/* ---- the file ---- */

/* Entries, then the names. */
static err write_directory(struct table_writer *w, struct column_header *header,
                           struct err_info *info)
{
    const table *t = w->t;
    const size_t n_entries = t->n_columns * sizeof *w->entry;
    size_t n = n_entries;

    for (size_t i = 0; i < t->n_columns; i++) {
        w->entry[i].name_at = (uint32_t)n; /* fits: names come from one line */
        w->entry[i].name_n = (uint32_t)t->column[i].name.n;
        n += t->column[i].name.n;
    }
    unsigned char *directory = malloc(n);
    if (!directory)
        return err_nomem(info);
    memcpy(directory, w->entry, n_entries);
    for (size_t i = 0; i < t->n_columns; i++)
        memcpy(directory + w->entry[i].name_at, t->column[i].name.p, t->column[i].name.n);
    align(w->file);
    header->directory = file_writer_at(w->file);
    header->n_directory = n;
    header->directory_hash = seal_hash_bytes((str){(const char *)directory, n});
    file_writer_put(w->file, directory, n);
    free(directory);
    return OK;
}

static err write_table(struct table_writer *w, struct column_header *header,
                       const struct progress *progress, struct err_info *info)
{
    const table *t = w->t;

    file_writer_put(w->file, header, sizeof *header); /* its place; patched below */
    for (size_t i = 0; i < t->n_columns; i++) {
        if (progress_cancelled(progress))
            return err_set(info, E_CANCELLED, "table.cancelled");
        progress_report(progress, "table.writing", (double)i, (double)t->n_columns);
        const err e = write_column(w, i, info);
        if (e != OK)
            return e;
    }
    const err e = write_directory(w, header, info);
    if (e != OK)
        return e;
    header->n_file = file_writer_at(w->file);
    header->hash =
        seal_hash_bytes((str){(const char *)header, offsetof(struct column_header, hash)});
    file_writer_patch(w->file, 0, header, sizeof *header);
    return OK;
}

static err find_key(const table *t, str name, const struct table_column **c, uint32_t *number,
                    struct err_info *info)
{
    const err e = table_find(t, name, c, info);
    if (e != OK)
        return e;
    *number = (uint32_t)(*c - t->column);
    if ((*c)->n_missing == 0)
        return OK;
    err_text(info, E_INPUT, "table.sort-missing", name);
    msg_int(&info->msg, (int64_t)(*c)->n_missing);
    err_at(info, table_name(t), 0, 0);
    return E_INPUT;
}

static err sort_rows(const table *t, str unit, str time, uint32_t **order,
                     struct column_header *header, struct err_info *info)
{
    const struct table_column *by_unit, *by_time;
    err e = find_key(t, unit, &by_unit, &header->sorted[0], info);
    if (e == OK)
        e = find_key(t, time, &by_time, &header->sorted[1], info);
    return e == OK ? column_sort(t, by_unit, by_time, order, info) : e;
}

/* Rows that keep their places keep the order they are known to have. */
static void keep_order(const table *t, struct column_header *header)
{
    for (int i = 0; i < 2; i++)
        if (t->sorted[i] != TABLE_UNSORTED)
            header->sorted[i] = (uint32_t)t->sorted[i];
}

err table_write(const table *t, str path, str unit, str time, par *pool,
                const struct progress *progress, struct err_info *info)
{
    struct column_header header = {.magic = COLUMN_MAGIC,
                                   .version = COLUMN_VERSION,
                                   .byte_order = COLUMN_BYTE_ORDER,
                                   .n_rows = t->n_rows,
                                   .n_columns = (uint32_t)t->n_columns,
                                   .sorted = {COLUMN_UNSORTED, COLUMN_UNSORTED}};
    struct table_writer w = {.t = t, .pool = pool};
    uint32_t *order = NULL;
    err e = OK;

    if (sodium_init() < 0)
        return err_nomem(info);
    if (unit.n && time.n)
        e = sort_rows(t, unit, time, &order, &header, info);
    else
        keep_order(t, &header);
    if (e != OK)
        return e;
    w.order = order;
    w.entry = calloc(t->n_columns, sizeof *w.entry);
    w.buffer = order ? malloc((size_t)WAVE * COLUMN_BLOCK) : NULL;
    if (!w.entry || (order && !w.buffer))
        e = err_nomem(info);
    if (e == OK)
        e = file_writer_open(path, &w.file, info);
    if (e == OK) {
        e = write_table(&w, &header, progress, info);
        if (e == OK)
            e = file_writer_commit(w.file, info);
        else
            file_writer_abort(w.file);
    }
    free(w.buffer);
    free(w.entry);
    free(order);
    return e;
}
