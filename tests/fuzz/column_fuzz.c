/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any bytes as a column file. A fuzzer cannot guess hashes, so those of the
 * input are set right first wherever its offsets allow; what is then accepted
 * must be safe to use.
 */
#include "engine/table/column_int.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool lies_within(uint64_t at, uint64_t n, size_t whole)
{
    return at <= whole && n <= whole - at;
}

static void seal_section(unsigned char *p, size_t n, struct column_section *s)
{
    if (!lies_within(s->at, s->n, n) || s->n > COLUMN_BLOCK)
        return;
    const struct seal_hash block = seal_hash_bytes((str){(char *)p + s->at, s->n});
    s->hash = seal_hash_bytes((str){(const char *)block.byte, s->n ? sizeof block.byte : 0});
}

static void seal_all(unsigned char *p, size_t n)
{
    struct column_header h;
    struct column_entry e;

    if (n < sizeof h)
        return;
    memcpy(&h, p, sizeof h);
    h.n_file = n;
    if (lies_within(h.directory, h.n_directory, n)) {
        for (uint64_t i = 0; i < h.n_columns && (i + 1) * sizeof e <= h.n_directory; i++) {
            memcpy(&e, p + h.directory + i * sizeof e, sizeof e);
            for (int k = 0; k < PART_COUNT; k++)
                seal_section(p, n, &e.part[k]);
            memcpy(p + h.directory + i * sizeof e, &e, sizeof e);
        }
        h.directory_hash = seal_hash_bytes((str){(char *)p + h.directory, h.n_directory});
    }
    h.hash = seal_hash_bytes((str){(const char *)&h, offsetof(struct column_header, hash)});
    memcpy(p, &h, sizeof h);
}

static size_t use(const table *t)
{
    size_t sum = 0;
    for (size_t i = 0; i < table_columns(t); i++) {
        const struct table_column *c = table_column_at(t, i);
        struct table_summary s;
        table_summarise(t, c, &s);
        for (size_t row = 0; c->type == TABLE_TEXT && row < table_rows(t); row++)
            if (!c->missing || !c->missing[row]) {
                const str word = c->words[c->codes[row]];
                for (size_t k = 0; k < word.n; k++)
                    sum += (unsigned char)word.p[k];
            }
        sum += s.n_missing;
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct err_info info;
    table *t;
    volatile size_t used;

    if (n == 0)
        return 0;
    /* a map, since column_file_open takes one over */
    unsigned char *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        abort();
    memcpy(p, data, n);
    seal_all(p, n);
    if (column_file_open((struct file_map){p, n}, STR("x"), NULL, &t, &info) == OK) {
        used = use(t);
        (void)used;
        table_free(t);
    }
    return 0;
}
