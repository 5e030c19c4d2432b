/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * replay: gives every file of a corpus to a fuzz target, without a fuzzer.
 * What a fuzzer once found stays found, with any compiler. Prints TAP.
 *
 *   <name>_replay CORPUS_FOLDER
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { PATH_BYTES = 4096, INPUT_BYTES_MAX = 64 << 20 };

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* The bytes in memory of exactly their size, so that a read behind the end is seen. */
static int replay_file(const char *path)
{
    int status = -1;
    long n = -1;
    uint8_t *data = NULL;
    FILE *f = fopen(path, "rb");
    if (!f)
        return -1;
    if (fseek(f, 0, SEEK_END) == 0)
        n = ftell(f);
    rewind(f);
    if (n < 0 || n > INPUT_BYTES_MAX)
        goto out;
    data = malloc(n ? (size_t)n : 1);
    if (!data || fread(data, 1, (size_t)n, f) != (size_t)n)
        goto out;
    (void)LLVMFuzzerTestOneInput(data, (size_t)n);
    status = 0;
out:
    free(data);
    fclose(f);
    return status;
}

int main(int argc, char **argv)
{
    struct dirent **entries = NULL;
    const int n = argc == 2 ? scandir(argv[1], &entries, is_visible, by_name) : -1;
    int n_failed = n <= 0;

    for (int i = 0; i < n; i++) {
        char path[PATH_BYTES];
        const int length = snprintf(path, sizeof path, "%s/%s", argv[1], entries[i]->d_name);
        const int failed = length >= (int)sizeof path || replay_file(path) != 0;
        if (failed)
            printf("# cannot read %s\n", entries[i]->d_name);
        n_failed += failed;
        free(entries[i]);
    }
    free(entries);
    printf("1..1\n%sok 1 - %d inputs replayed\n", n_failed ? "not " : "", n);
    return n_failed != 0;
}
