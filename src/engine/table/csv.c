/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/table/csv_int.h"

#include <stdlib.h>
#include <string.h>

static const struct table_format found_out = {0};

static const str usual_marks[] = {
    {"NA", 2},
    {"NaN", 3},
    {".", 1},
    {"NULL", 4},
};

/* ---- passes over the records ---- */

static err make_room(struct csv *f, struct err_info *info)
{
    f->n_tallies = f->pool ? par_threads(f->pool) : 1;
    f->tally = calloc(f->n_tallies, sizeof *f->tally);
    f->dict = calloc(CSV_WAVE * f->n_columns, sizeof *f->dict);
    f->recoded = calloc(CSV_WAVE * f->n_columns, sizeof *f->recoded);
    if (!f->tally || !f->dict || !f->recoded)
        return err_nomem(info);
    for (size_t i = 0; i < f->n_tallies; i++) {
        struct csv_tally *t = &f->tally[i];
        t->seen = calloc(f->n_columns, sizeof *t->seen);
        t->n_missing = calloc(f->n_columns, sizeof *t->n_missing);
        t->misfit = calloc(f->n_columns, sizeof *t->misfit);
        t->huge = calloc(f->n_columns, sizeof *t->huge);
        t->scratch = malloc(TABLE_FIELD_MAX);
        if (!t->seen || !t->n_missing || !t->misfit || !t->huge || !t->scratch)
            return err_nomem(info);
    }
    for (size_t c = 0; c < f->n_columns; c++) {
        struct csv_column *column = &f->column[c];
        column->is_active = true;
        column->values = malloc(f->n_rows * 8);
        column->missing = calloc(f->n_rows, 1); /* pages nobody writes take no memory */
        if (!column->values || !column->missing)
            return err_nomem(info);
    }
    return OK;
}

static void reset_tallies(struct csv *f)
{
    for (size_t i = 0; i < f->n_tallies; i++)
        for (size_t c = 0; c < f->n_columns; c++) {
            f->tally[i].n_missing[c] = 0;
            f->tally[i].misfit[c] = SIZE_MAX;
            f->tally[i].huge[c] = SIZE_MAX;
        }
}

static const struct csv_fault *first_fault(const struct csv *f)
{
    const struct csv_fault *first = &f->tally[0].fault;
    for (size_t i = 1; i < f->n_tallies; i++) {
        const struct csv_fault *fault = &f->tally[i].fault;
        if (fault->key && (!first->key || fault->at < first->at))
            first = fault;
    }
    return first->key ? first : NULL;
}

static err run_wave(struct csv *f, str name, struct err_info *info)
{
    const size_t left = f->n_chunks - f->wave;
    const size_t n = left < CSV_WAVE ? left : CSV_WAVE;

    table_run(f->pool, n, csv_parse_chunk, f);
    const struct csv_fault *fault = first_fault(f);
    if (fault)
        return csv_fail(f, name, fault, info);
    table_run(f->pool, f->n_columns, csv_merge_words, f);
    for (size_t c = 0; c < f->n_columns; c++) {
        const struct csv_fault full = {
            .key = "table.too-many-words", .at = f->chunk[f->wave].first, .column = c};
        if (f->column[c].merged == E_LIMIT)
            return csv_fail(f, name, &full, info);
        if (f->column[c].merged != OK)
            return err_nomem(info);
    }
    table_run(f->pool, n, csv_recode, f);
    return OK;
}

static void combine(struct csv *f)
{
    for (size_t c = 0; c < f->n_columns; c++) {
        struct csv_column *column = &f->column[c];
        if (!column->is_active)
            continue;
        column->n_missing = 0;
        column->misfit = SIZE_MAX;
        column->huge = SIZE_MAX;
        for (size_t i = 0; i < f->n_tallies; i++) {
            const struct csv_tally *t = &f->tally[i];
            column->seen |= t->seen[c];
            column->n_missing += t->n_missing[c];
            column->misfit = t->misfit[c] < column->misfit ? t->misfit[c] : column->misfit;
            column->huge = t->huge[c] < column->huge ? t->huge[c] : column->huge;
        }
    }
}

static err run_pass(struct csv *f, str name, const struct progress *progress, struct err_info *info)
{
    reset_tallies(f);
    for (size_t c = 0; c < f->n_columns; c++)
        f->column[c].read_as = f->column[c].type;
    for (f->wave = 0; f->wave < f->n_chunks; f->wave += CSV_WAVE) {
        if (progress_cancelled(progress))
            return err_set(info, E_CANCELLED, "table.cancelled");
        progress_report(progress, "table.reading", (double)f->chunk[f->wave].begin,
                        (double)f->lexer.n);
        const err e = run_wave(f, name, info);
        if (e != OK)
            return e;
    }
    combine(f);
    return OK;
}

/* Decides anew; the columns whose values in memory are then of no use become active. */
static bool reconsider(struct csv *f)
{
    bool any = false;
    csv_decide(f);
    for (size_t c = 0; c < f->n_columns; c++) {
        struct csv_column *column = &f->column[c];
        column->is_active = column->type != column->read_as || column->misfit != SIZE_MAX;
        any = any || column->is_active;
        if (column->is_active)
            dict_free(&column->dict);
    }
    return any;
}

static err check_values(const struct csv *f, str name, struct err_info *info)
{
    static const char *const not_of_type[] = {
        [TABLE_INT] = "table.not-int",
        [TABLE_REAL] = "table.not-real",
        [TABLE_DATE] = "table.not-date",
    };
    const char *key = NULL;
    size_t at = SIZE_MAX, column = 0;

    for (size_t c = 0; c < f->n_columns; c++) {
        const struct csv_column *k = &f->column[c];
        if (k->misfit < at) {
            at = k->misfit;
            key = not_of_type[k->type];
            column = c;
        }
        if (k->huge < at) {
            at = k->huge;
            key = "table.huge";
            column = c;
        }
    }
    return key ? csv_fail_value(f, name, key, column, at, info) : OK;
}

/*
 * The sample guesses the types; the first pass reads by them and sees every
 * value; the types are then decided on all values, and where the guess was
 * wrong a second pass reads those columns again. So the guess costs or saves
 * time and never changes the result.
 */
static err read_records(struct csv *f, str name, const struct progress *progress,
                        struct err_info *info)
{
    err e = make_room(f, info);
    if (e != OK)
        return e;
    csv_sample(f);
    e = run_pass(f, name, progress, info);
    if (e == OK && reconsider(f))
        e = run_pass(f, name, progress, info);
    return e == OK ? check_values(f, name, info) : e;
}

/* ---- into a table ---- */

static bool take_words(struct table_column *to, struct table_owned *owned, struct dict *d)
{
    str *words = malloc((d->n + 1) * sizeof *words);
    if (!words)
        return false;
    for (size_t i = 0; i < d->n; i++)
        words[i] = dict_text(d, i);
    owned->words = words;
    owned->word_bytes = d->bytes;
    d->bytes = NULL;
    to->words = words;
    to->n_words = d->n;
    return true;
}

static bool take_column(struct table_column *to, struct table_owned *owned, struct csv_column *from,
                        size_t n_rows)
{
    owned->name = malloc(from->name.n + 1);
    if (!owned->name)
        return false;
    memcpy(owned->name, from->name.p, from->name.n);
    owned->values = from->values;
    from->values = NULL;
    if (from->n_missing)
        owned->missing = from->missing;
    else
        free(from->missing);
    from->missing = NULL;
    if (from->type == TABLE_TEXT || from->type == TABLE_DATE) {
        void *half = realloc(owned->values, n_rows * sizeof(int32_t));
        owned->values = half ? half : owned->values;
    }
    *to = (struct table_column){.name = {owned->name, from->name.n},
                                .type = from->type,
                                .missing = owned->missing,
                                .n_missing = from->n_missing};
    switch (from->type) {
    case TABLE_INT: to->ints = owned->values; break;
    case TABLE_REAL: to->reals = owned->values; break;
    case TABLE_DATE: to->days = owned->values; break;
    case TABLE_TEXT: to->codes = owned->values; return take_words(to, owned, &from->dict);
    }
    return true;
}

static err make_table(struct csv *f, str name, table **t, struct err_info *info)
{
    table *made = table_new(name, f->n_columns);
    if (!made)
        return err_nomem(info);
    made->n_rows = f->n_rows;
    for (size_t c = 0; c < f->n_columns; c++)
        if (!take_column(&made->column[c], &made->owned[c], &f->column[c], f->n_rows)) {
            table_free(made);
            return err_nomem(info);
        }
    *t = made;
    return OK;
}

/* ---- from beginning to end ---- */

static void set_marks(struct csv *f)
{
    const bool given = f->format->missing_marks != NULL;
    f->mark = given ? f->format->missing_marks : usual_marks;
    f->n_marks = given ? f->format->n_missing_marks : sizeof usual_marks / sizeof usual_marks[0];
    for (size_t i = 0; i < f->n_marks; i++) {
        if (f->mark[i].n)
            f->marks_first[(unsigned char)f->mark[i].p[0]] = true;
        f->marks_are_numbers = f->marks_are_numbers || csv_seen_of(f->mark[i]) != SEEN_TEXT;
    }
}

static void csv_done(struct csv *f)
{
    for (size_t i = 0; f->tally && i < f->n_tallies; i++) {
        free(f->tally[i].seen);
        free(f->tally[i].n_missing);
        free(f->tally[i].misfit);
        free(f->tally[i].huge);
        free(f->tally[i].scratch);
    }
    for (size_t i = 0; i < CSV_WAVE * f->n_columns; i++) {
        if (f->dict)
            dict_free(&f->dict[i]);
        if (f->recoded)
            free(f->recoded[i]);
    }
    for (size_t c = 0; f->column && c < f->n_columns; c++) {
        free(f->column[c].values);
        free(f->column[c].missing);
        dict_free(&f->column[c].dict);
    }
    free(f->tally);
    free(f->dict);
    free(f->recoded);
    free(f->column);
    free(f->names);
    free(f->chunk);
}

/* Where the text behind a byte order mark and empty lines begins. */
static err find_begin(str text, str name, size_t *begin, struct err_info *info)
{
    struct csv_lexer x;
    const char *key = NULL;

    if (str_starts(text, STR("\xff\xfe")) || str_starts(text, STR("\xfe\xff")))
        key = "table.utf16";
    csv_lexer_init(&x, text, ',');
    *begin = csv_skip_empty(&x, str_starts(text, STR("\xef\xbb\xbf")) ? 3 : 0);
    if (!key && *begin == text.n)
        key = "table.empty";
    if (!key)
        return OK;
    err_set(info, E_INPUT, key);
    err_at(info, name, 1, 1);
    return E_INPUT;
}

static err read_all(struct csv *f, str name, size_t begin, size_t chunk_bytes,
                    const struct progress *progress, struct err_info *info)
{
    struct csv_fault fault = {0};

    set_marks(f);
    err e = csv_read_header(f, name, begin, info);
    if (e == OK)
        e = csv_apply_types(f, name, info);
    if (e != OK)
        return e;
    e = csv_scan(f, begin, chunk_bytes, &fault, info);
    if (e != OK)
        return fault.key ? csv_fail(f, name, &fault, info) : e;
    if (f->n_rows == 0 || f->n_rows > (size_t)TABLE_ROWS_MAX) {
        fault = (struct csv_fault){.key = f->n_rows ? "table.too-many-rows" : "table.no-rows",
                                   .at = f->n_rows ? 0 : f->data};
        return csv_fail(f, name, &fault, info);
    }
    return read_records(f, name, progress, info);
}

err csv_parse(str text, str name, const struct table_format *format, size_t chunk_bytes, par *pool,
              const struct progress *progress, table **t, struct err_info *info)
{
    struct csv f = {.format = format ? format : &found_out, .pool = pool};
    size_t begin;

    err e = find_begin(text, name, &begin, info);
    if (e != OK)
        return e;
    csv_lexer_init(&f.lexer, text,
                   f.format->separator ? f.format->separator : csv_detect_separator(text, begin));
    e = read_all(&f, name, begin, chunk_bytes, progress, info);
    if (e == OK)
        e = make_table(&f, name, t, info);
    csv_done(&f);
    return e;
}
