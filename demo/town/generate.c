/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The whole town: blocks are made side by side, a few for each thread, and written in their order.
 * Declarations are kept for a district, since a provider sends one message a month.
 */
#include "demo/town/page_int.h"

#include "base/file.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, WAVES = 4, OPEN_FOLDERS_MAX = 8 };

/* What a block is made with. */
struct worker {
    struct town_block block;
    struct town_services services;
    struct town_page page;
};

struct generator {
    const struct town *town;
    char folder[PATH_BYTES];
    struct worker *worker;
    size_t n_workers;
    int64_t first; /* block of worker 0 */
    file_writer *file[TOWN_FILES];
    bool has_debts;
    struct town_claim *claim; /* of a district */
    size_t n_claims, room;
    struct town_counts *counts;
};

void town_init(struct town *t)
{
    *t = (struct town){.seed = 1, .inhabitants = 100000, .months = 24, .with_messages = true};
}

static err check(const struct town *t, struct err_info *info)
{
    if (t->inhabitants < TOWN_INHABITANTS_MIN || t->inhabitants > TOWN_INHABITANTS_MAX ||
        t->months < TOWN_MONTHS_MIN || t->months > TOWN_MONTHS_MAX ||
        !(t->bsn_missing >= 0 && t->bsn_missing <= 1))
        return err_set(info, E_INPUT, "town.size");
    return OK;
}

static err path_of(const struct generator *g, const char *name, char path[PATH_BYTES],
                   struct err_info *info)
{
    const int n = snprintf(path, PATH_BYTES, "%s/%s", g->folder, name);
    return n > 0 && n < PATH_BYTES ? OK : err_set(info, E_LIMIT, "town.long-path");
}

/* ---- beginning and end ---- */

static const char debts_head[] =
    "{\"startdatumLevering\":\"%.10s\",\"einddatumLevering\":\"%.10s\","
    "\"aanleverdatumEnTijd\":\"%.10sT06:00:00Z\",\"codeGegevensleverancier\":\"VB000001\","
    "\"leveringen\":[{\"teller\":1,\"aanleverende_organisatie\":{\"(Statutaire) Naam\":"
    "\"Kredietbank " TOWN_NAME "\",\"KvK-nummer\":\"00000000\",\"gemeentecode\":\"" TOWN_CODE_AREA
    "\"},\"schuldhulptrajecten\":[\n";
static const char debts_tail[] = "\n]}]}\n";

static void put_debts_head(struct generator *g)
{
    char line[sizeof debts_head + 64];
    out from, last, to;
    out_init(&from, 64);
    out_init(&last, 64);
    out_init(&to, 64);
    put_day(&from, month_first(0));
    put_day(&last, month_first(g->town->months) - 1);
    put_day(&to, month_first(g->town->months));
    if (from.error == OK && last.error == OK && to.error == OK) {
        const int n = snprintf(line, sizeof line, debts_head, from.p, last.p, to.p);
        file_writer_put(g->file[FILE_DEBTS], line, (size_t)n);
    }
    out_free(&from);
    out_free(&last);
    out_free(&to);
}

static err make_folders(const struct generator *g, struct err_info *info)
{
    char path[PATH_BYTES], name[32];
    for (int month = 0; month < g->town->months && g->town->with_messages; month++) {
        snprintf(name, sizeof name, "messages/%04d-%02d", 2024 + month / 12, 1 + month % 12);
        err e = path_of(g, name, path, info);
        if (e == OK)
            e = file_make_folder(str_of(path), info);
        if (e != OK)
            return e;
    }
    return OK;
}

static err open_files(struct generator *g, struct err_info *info)
{
    char path[PATH_BYTES];
    for (enum town_file f = 0; f < TOWN_FILES; f++) {
        err e = path_of(g, town_file_name(f), path, info);
        if (e == OK)
            e = file_writer_open(str_of(path), &g->file[f], info);
        if (e != OK)
            return e;
        const char *const head = town_file_head(f);
        file_writer_put(g->file[f], head, strlen(head));
    }
    put_debts_head(g);
    return OK;
}

static err close_files(struct generator *g, struct err_info *info)
{
    file_writer_put(g->file[FILE_DEBTS], debts_tail, sizeof debts_tail - 1);
    for (int f = 0; f < TOWN_FILES; f++) {
        const err e = file_writer_commit(g->file[f], info);
        g->file[f] = NULL;
        if (e != OK)
            return e;
    }
    return OK;
}

static err make_workers(struct generator *g, par *pool, struct err_info *info)
{
    const size_t n = WAVES * (pool ? par_threads(pool) : 1);
    g->worker = calloc(n, sizeof *g->worker);
    if (!g->worker)
        return err_nomem(info);
    for (; g->n_workers < n; g->n_workers++) {
        const err e = town_page_init(&g->worker[g->n_workers].page, info);
        if (e != OK) {
            town_page_free(&g->worker[g->n_workers].page);
            return e;
        }
    }
    return OK;
}

/* ---- blocks ---- */

static void make_block(void *ctx, size_t i, unsigned thread)
{
    struct generator *g = ctx;
    struct worker *w = &g->worker[i];
    (void)thread; /* a page waits for its turn, so it goes by block, not by thread */
    town_block_make(g->town, g->first + (int64_t)i, &w->block);
    town_page_write(&w->block, &w->services, g->folder, &w->page);
}

static void add_counts(struct town_counts *sum, const struct town_counts *c)
{
    sum->persons += c->persons;
    sum->households += c->households;
    sum->records_team += c->records_team;
    sum->records_social += c->records_social;
    sum->in_both += c->in_both;
    sum->messages += c->messages;
    for (int k = 0; k < TOWN_ERRORS; k++)
        sum->errors[k] += c->errors[k];
}

static err keep_claims(struct generator *g, const struct town_page *p, struct err_info *info)
{
    if (g->n_claims + p->n_claims > g->room) {
        const size_t room = 2 * g->room + p->n_claims;
        struct town_claim *larger = realloc(g->claim, room * sizeof *larger);
        if (!larger)
            return err_nomem(info);
        g->claim = larger;
        g->room = room;
    }
    if (p->n_claims)
        memcpy(g->claim + g->n_claims, p->claim, p->n_claims * sizeof *p->claim);
    g->n_claims += p->n_claims;
    return OK;
}

static err take_page(struct generator *g, struct town_page *p, struct err_info *info)
{
    if (p->error != OK) {
        *info = p->info;
        return p->error;
    }
    if (g->has_debts && p->has_debts)
        file_writer_put(g->file[FILE_DEBTS], ",\n", 2);
    g->has_debts |= p->has_debts;
    for (int f = 0; f < TOWN_FILES; f++) {
        const str text = out_view(&p->file[f]);
        file_writer_put(g->file[f], text.p, text.n);
    }
    add_counts(g->counts, &p->counts);
    return keep_claims(g, p, info);
}

/* ---- districts ---- */

static int by_provider_and_month(const void *a, const void *b)
{
    const struct town_claim *x = a, *y = b;
    if (x->provider != y->provider)
        return x->provider < y->provider ? -1 : 1;
    if (x->month != y->month)
        return x->month < y->month ? -1 : 1;
    if (x->bsn != y->bsn)
        return x->bsn < y->bsn ? -1 : 1;
    if (x->allocation != y->allocation)
        return x->allocation < y->allocation ? -1 : 1;
    return 0;
}

static err declare(struct generator *g, struct err_info *info)
{
    if (g->n_claims)
        qsort(g->claim, g->n_claims, sizeof *g->claim, by_provider_and_month);
    for (size_t i = 0, n; i < g->n_claims; i += n) {
        const struct town_claim *first = &g->claim[i];
        for (n = 1; i + n < g->n_claims && first[n].provider == first->provider &&
                    first[n].month == first->month;)
            n++;
        const err e = town_write_claims(g->town, first, n, g->folder, g->counts, info);
        if (e != OK)
            return e;
    }
    g->n_claims = 0;
    return OK;
}

static err make_all(struct generator *g, par *pool, const struct progress *progress,
                    struct err_info *info)
{
    const int64_t n = town_blocks(g->town);
    for (int64_t at = 0; at < n;) {
        const int64_t in_district = DISTRICT_BLOCKS - at % DISTRICT_BLOCKS;
        int64_t wave = (int64_t)g->n_workers;
        wave = wave < in_district ? wave : in_district;
        wave = wave < n - at ? wave : n - at;
        if (progress_cancelled(progress))
            return err_set(info, E_CANCELLED, "error.cancelled");
        progress_report(progress, "town.making", (double)at, (double)n);
        g->first = at;
        par_run(pool, (size_t)wave, make_block, g);
        for (int64_t i = 0; i < wave; i++) {
            const err e = take_page(g, &g->worker[i].page, info);
            if (e != OK)
                return e;
        }
        at += wave;
        if (at % DISTRICT_BLOCKS == 0 || at == n) {
            const err e = declare(g, info);
            if (e != OK)
                return e;
        }
    }
    return OK;
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *at)
{
    (void)s;
    (void)kind;
    (void)at;
    return remove(path);
}

/* Whole, under the name that was asked for, or not at all. */
static err finish(const struct generator *g, str path, err e, struct err_info *info)
{
    if (e == OK && rename(g->folder, path.p) != 0)
        e = err_io(info, "file.cannot-write", path);
    if (e != OK) /* what could not be made whole; that it cannot be removed changes nothing */
        (void)nftw(g->folder, remove_one, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS);
    return e;
}

static err begin(struct generator *g, arena *memory, str folder, struct err_info *info)
{
    struct stat there;
    str made;
    if (!folder.p)
        return err_nomem(info);
    if (stat(folder.p, &there) == 0)
        return err_text(info, E_CONFLICT, "town.exists", folder);
    const err e = file_make_temporary_folder(memory, folder, &made, info);
    if (e != OK)
        return e;
    if (made.n >= sizeof g->folder) {
        (void)rmdir(made.p);
        return err_set(info, E_LIMIT, "town.long-path");
    }
    memcpy(g->folder, made.p, made.n);
    return OK;
}

err town_generate(const struct town *t, str folder, par *pool, const struct progress *progress,
                  struct town_counts *counts, struct err_info *info)
{
    struct generator g = {.town = t, .counts = counts};
    memset(counts, 0, sizeof *counts);
    err e = check(t, info);
    if (e != OK)
        return e;
    arena *memory = arena_new(1 << 20);
    if (!memory)
        return err_nomem(info);
    const str path = arena_str(memory, folder);
    e = begin(&g, memory, path, info);
    if (e != OK)
        goto out;
    if ((e = make_workers(&g, pool, info)) == OK && (e = make_folders(&g, info)) == OK &&
        (e = open_files(&g, info)) == OK && (e = make_all(&g, pool, progress, info)) == OK)
        e = close_files(&g, info);
    for (int f = 0; f < TOWN_FILES; f++)
        file_writer_abort(g.file[f]);
    e = finish(&g, path, e, info);
out:
    for (size_t i = 0; i < g.n_workers; i++)
        town_page_free(&g.worker[i].page);
    free(g.worker);
    free(g.claim);
    arena_free(memory);
    return e;
}
