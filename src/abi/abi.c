/* SPDX-License-Identifier: EUPL-1.2 */
/* The face of the engine towards other programs: handles, checks, conversions. */
#define ONTSCHOT_API __attribute__((visibility("default")))
#include "ontschot.h"

#include "base/i18n.h"
#include "engine/disclosure/disclosure.h"
#include "engine/report/report.h"

#include <stdlib.h>
#include <string.h>

enum { SENTENCE_BYTES_MAX = 16 << 10, SETTINGS_MAX = 1024, SEED = 1 /* as on the command line */ };

struct ontschot {
    par *pool;
    struct err_info info; /* of the last failed call */
    out sentence;
};

struct ontschot_table {
    table *table;
};

struct ontschot_effect {
    struct released_effect *result;
    out json; /* empty until asked */
};

static ontschot_status status_of(err e)
{
    switch (e) {
    case OK: return ONTSCHOT_OK;
    case E_INPUT:
    case E_CONFLICT: return ONTSCHOT_INPUT;
    case E_NOT_FOUND: return ONTSCHOT_ABSENT;
    case E_LIMIT: return ONTSCHOT_LIMIT;
    case E_NOMEM: return ONTSCHOT_MEMORY;
    case E_IO:
    case E_CANCELLED:
    case E_BUSY:
    case E_DENIED: break;
    }
    return ONTSCHOT_FAILED;
}

const char *ontschot_version(void)
{
    return ONTSCHOT_VERSION;
}

/*
 * Copies what both sides know of a struct that starts with its size; the rest
 * stays zero. False when the size is none that ever was.
 */
static bool copy_known(void *ours, size_t our_size, const void *theirs)
{
    size_t their_size;
    memcpy(&their_size, theirs, sizeof their_size);
    if (their_size <= sizeof their_size || their_size > 1 << 16)
        return false;
    memset(ours, 0, our_size);
    memcpy(ours, theirs, their_size < our_size ? their_size : our_size);
    return true;
}

ontschot_status ontschot_open(const struct ontschot_options *options, ontschot **handle)
{
    struct ontschot_options known = {0};
    if (!handle || (options && !copy_known(&known, sizeof known, options)))
        return ONTSCHOT_INPUT;
    ontschot *s = calloc(1, sizeof *s);
    if (!s)
        return ONTSCHOT_MEMORY;
    out_init(&s->sentence, SENTENCE_BYTES_MAX);
    const err e = par_new(known.threads, &s->pool, &s->info);
    if (e != OK) {
        free(s);
        return status_of(e);
    }
    *handle = s;
    return ONTSCHOT_OK;
}

void ontschot_close(ontschot *s)
{
    if (!s)
        return;
    par_free(s->pool);
    out_free(&s->sentence);
    free(s);
}

static void print_place(out *o, const struct err_info *info)
{
    if (info->file[0] == '\0')
        return;
    out_cstr(o, info->file);
    const int64_t numbers[] = {info->line, info->line > 0 ? info->column : 0};
    for (int i = 0; i < 2 && numbers[i] > 0; i++) {
        out_char(o, ':');
        out_int(o, numbers[i]);
    }
    out_cstr(o, ": ");
}

const char *ontschot_error(ontschot *s, const char *lang)
{
    enum lang language;
    if (!lang_parse(str_of(lang), &language))
        language = LANG_EN;
    out_clear(&s->sentence);
    if (s->info.code != OK) {
        print_place(&s->sentence, &s->info);
        tr_msg(&s->sentence, language, &s->info.msg);
    }
    out_char(&s->sentence, '\0');
    return s->sentence.error == OK ? s->sentence.p : "";
}

ontschot_status ontschot_table_open(ontschot *s, const char *path, ontschot_table **opened)
{
    ontschot_table *t = calloc(1, sizeof *t);
    if (!t)
        return status_of(err_nomem(&s->info));
    const err e = table_open(str_of(path), NULL, s->pool, NULL, &t->table, &s->info);
    if (e != OK) {
        free(t);
        return status_of(e);
    }
    *opened = t;
    return ONTSCHOT_OK;
}

void ontschot_table_close(ontschot_table *t)
{
    if (!t)
        return;
    table_free(t->table);
    free(t);
}

uint64_t ontschot_table_rows(const ontschot_table *t)
{
    return table_rows(t->table);
}

size_t ontschot_table_columns(const ontschot_table *t)
{
    return table_columns(t->table);
}

static bool is_repeated(const struct ontschot_setting *settings, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(settings[j].name, settings[i].name) == 0)
            return true;
    return false;
}

/* Each name once, with all its values. */
static err read_settings(const struct ontschot_setting *settings, size_t n, arena *a,
                         struct effect_spec *spec, struct err_info *info)
{
    effect_spec_init(spec);
    spec->seed = SEED;
    bool has_method = false;
    str *values = ARENA_NEW(a, str, n * n);
    if (!values)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++) {
        str *value = values + i * n;
        size_t n_values = 0;
        has_method = has_method || strcmp(settings[i].name, "method") == 0;
        if (is_repeated(settings, i))
            continue;
        for (size_t j = i; j < n; j++)
            if (strcmp(settings[j].name, settings[i].name) == 0)
                value[n_values++] = str_of(settings[j].value);
        const err e = effect_option_set(spec, str_of(settings[i].name), value, n_values, a, info);
        if (e != OK)
            return e;
    }
    return has_method ? OK : err_set(info, E_INPUT, "abi.no-method");
}

static err run_effect(ontschot *s, const table *t, const struct ontschot_setting *settings,
                      size_t n, struct released_effect **result)
{
    struct effect_spec spec;
    if (n > SETTINGS_MAX) {
        err_set(&s->info, E_LIMIT, "abi.too-many-settings");
        msg_int(&s->info.msg, SETTINGS_MAX);
        return E_LIMIT;
    }
    arena *a = arena_new(SIZE_MAX);
    if (!a)
        return err_nomem(&s->info);
    err e = read_settings(settings, n, a, &spec, &s->info);
    if (e == OK)
        e = disclosure_run(t, &spec, s->pool, NULL, result, &s->info);
    arena_free(a);
    return e;
}

ontschot_status ontschot_effect_run(ontschot *s, const ontschot_table *t,
                                    const struct ontschot_setting *settings, size_t n,
                                    ontschot_effect **effect)
{
    ontschot_effect *made = calloc(1, sizeof *made);
    if (!made)
        return status_of(err_nomem(&s->info));
    const err e = run_effect(s, t->table, settings, n, &made->result);
    if (e != OK) {
        free(made);
        return status_of(e);
    }
    out_init(&made->json, REPORT_BYTES_MAX);
    *effect = made;
    return ONTSCHOT_OK;
}

void ontschot_effect_close(ontschot_effect *e)
{
    if (!e)
        return;
    disclosure_free(e->result);
    out_free(&e->json);
    free(e);
}

size_t ontschot_effect_estimates(const ontschot_effect *e)
{
    return disclosure_view(e->result)->n_estimates;
}

ontschot_status ontschot_effect_estimate(const ontschot_effect *e, size_t i,
                                         struct ontschot_estimate *estimate)
{
    const struct effect_result *r = disclosure_view(e->result);
    struct ontschot_estimate ours;
    const size_t size = estimate->struct_size;
    if (i >= r->n_estimates || !copy_known(&ours, sizeof ours, estimate))
        return ONTSCHOT_INPUT;
    const struct effect_estimate *from = &r->estimates[i];
    ours = (struct ontschot_estimate){
        .struct_size = size,
        .aggregation = effect_aggregation_name(from->aggregation),
        .group = from->group,
        .time = from->time,
        .event_time = from->event_time,
        .estimate = from->estimate,
        .standard_error = from->standard_error,
        .ci_low = from->ci_low,
        .ci_high = from->ci_high,
        .p = from->p,
    };
    memcpy(estimate, &ours, size < sizeof ours ? size : sizeof ours);
    return ONTSCHOT_OK;
}

ontschot_status ontschot_effect_json(ontschot *s, ontschot_effect *e, const char **text)
{
    if (e->json.n == 0) {
        err code = report_effect_json(&e->json, e->result, &s->info);
        out_char(&e->json, '\0');
        if (code == OK)
            code = out_error(&e->json, &s->info);
        if (code != OK) {
            out_clear(&e->json);
            return status_of(code);
        }
    }
    *text = e->json.p;
    return ONTSCHOT_OK;
}
