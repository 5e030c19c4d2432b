/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A compressed file that may come from anywhere, read back. Its form is checked here; whether its
 * numbers can be sums of persons is checked in compress_check.c.
 */
#include "engine/effect/compress_int.h"

#include "base/date.h"
#include "base/file.h"

#include <jansson.h>
#include <math.h>

#define WHOLE_MAX 9007199254740992.0 /* 2^53: whole numbers are exact up to here */

/* The part of the file that is read, for messages: "teams[3].rows". */
struct place {
    const char *list; /* NULL: the top */
    size_t index;
};

struct reader {
    struct compressed *c;
    str source;
    struct err_info *info;
};

static err wrong(const struct reader *r, struct place at, const char *field, const char *expected)
{
    out o;
    out_init(&o, 1024);
    if (at.list) {
        out_cstr(&o, at.list);
        out_char(&o, '[');
        out_int(&o, (int64_t)at.index);
        out_cstr(&o, "].");
    }
    out_cstr(&o, field);
    err_text(r->info, E_INPUT, "compress.field-wrong", out_view(&o));
    msg_key(&r->info->msg, expected);
    out_free(&o);
    return E_INPUT;
}

static err read_text(const struct reader *r, const json_t *object, struct place at,
                     const char *field, bool may_lack, str *to)
{
    const json_t *v = json_object_get(object, field);
    if (!json_is_string(v) && !(may_lack && !v))
        return wrong(r, at, field, "compress.expected-text");
    *to = v ? arena_str(r->c->memory, (str){json_string_value(v), json_string_length(v)}) : STR("");
    return to->p ? OK : err_nomem(r->info);
}

static bool is_whole(const json_t *v, double max)
{
    return json_is_real(v) && json_real_value(v) >= 0 && json_real_value(v) <= max &&
           floor(json_real_value(v)) == json_real_value(v);
}

static err read_whole(const struct reader *r, const json_t *object, struct place at,
                      const char *field, size_t *to)
{
    const json_t *v = json_object_get(object, field);
    if (!is_whole(v, WHOLE_MAX))
        return wrong(r, at, field, "compress.expected-whole");
    *to = (size_t)json_real_value(v);
    return OK;
}

/* n numbers into `to`. */
static err read_numbers(const struct reader *r, const json_t *v, struct place at, const char *field,
                        size_t n, double *to)
{
    if (!json_is_array(v) || json_array_size(v) != n)
        return wrong(r, at, field, "compress.expected-length");
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(v, i);
        if (!json_is_real(one))
            return wrong(r, at, field, "compress.expected-number");
        to[i] = json_real_value(one);
    }
    return OK;
}

static err read_matrix(const struct reader *r, const json_t *object, struct place at,
                       const char *field, size_t n_rows, size_t n_columns, double *to)
{
    const json_t *v = json_object_get(object, field);
    if (!json_is_array(v) || json_array_size(v) != n_rows)
        return wrong(r, at, field, "compress.expected-length");
    err e = OK;
    for (size_t i = 0; i < n_rows && e == OK; i++)
        e = read_numbers(r, json_array_get(v, i), at, field, n_columns, to + i * n_columns);
    return e;
}

static bool read_period(const struct compressed *c, const json_t *v, double *to)
{
    int32_t day;
    if (!c->has_dates) {
        *to = json_is_real(v) ? json_real_value(v) : NAN;
        return isfinite(*to);
    }
    if (!json_is_string(v) ||
        !date_parse_iso((str){json_string_value(v), json_string_length(v)}, &day))
        return false;
    *to = day;
    return true;
}

static err read_periods(const struct reader *r, const json_t *root)
{
    struct compressed *c = r->c;
    const struct place top = {0};
    const json_t *dates = json_object_get(root, "dates"), *v = json_object_get(root, "periods");
    if (!json_is_boolean(dates))
        return wrong(r, top, "dates", "compress.expected-true-or-false");
    c->has_dates = json_is_true(dates);
    c->n_periods = json_array_size(v);
    if (c->n_periods < 2 || c->n_periods > COMPRESSED_PERIODS_MAX)
        return wrong(r, top, "periods", "compress.expected-periods");
    c->period = ARENA_NEW(c->memory, double, c->n_periods);
    if (!c->period)
        return err_nomem(r->info);
    for (size_t t = 0; t < c->n_periods; t++)
        if (!read_period(c, json_array_get(v, t), &c->period[t]) ||
            (t > 0 && !(c->period[t] > c->period[t - 1])))
            return wrong(r, top, "periods", "compress.expected-periods");
    return OK;
}

static bool is_named_before(const struct compressed *c, size_t column)
{
    for (size_t i = 0; i < column; i++)
        if (str_eq(c->column[i].name, c->column[column].name))
            return true;
    return false;
}

static err read_column(const struct reader *r, const json_t *v, size_t i)
{
    struct compressed *c = r->c;
    const struct place at = {"columns", i};
    struct compressed_column *column = &c->column[i];
    str role;
    err e = read_text(r, v, at, "name", false, &column->name);
    if (e == OK)
        e = read_text(r, v, at, "against", true, &column->against);
    if (e == OK)
        e = read_text(r, v, at, "role", false, &role);
    if (e != OK)
        return e;
    if (column->name.n == 0 || is_named_before(c, i))
        return wrong(r, at, "name", "compress.expected-other-name");
    const bool is_covariate = str_eq(role, STR("covariate"));
    if (!(is_covariate && c->n_outcomes == 0) && !str_eq(role, STR("outcome")))
        return wrong(r, at, "role", "compress.expected-role");
    c->n_covariates += is_covariate;
    c->n_outcomes += !is_covariate;
    return OK;
}

static err read_columns(const struct reader *r, const json_t *root)
{
    const json_t *v = json_object_get(root, "columns");
    const size_t n = json_array_size(v);
    if (n < 1 || n > COMPRESSED_COLUMNS_MAX)
        return wrong(r, (struct place){0}, "columns", "compress.expected-columns");
    r->c->column = ARENA_NEW(r->c->memory, struct compressed_column, n);
    if (!r->c->column)
        return err_nomem(r->info);
    err e = OK;
    for (size_t i = 0; i < n && e == OK; i++)
        e = read_column(r, json_array_get(v, i), i);
    if (e == OK && r->c->n_outcomes == 0)
        return wrong(r, (struct place){0}, "columns", "compress.expected-columns");
    return e;
}

static err read_names(const struct reader *r, const json_t *v, struct place at,
                      struct compressed_team *team)
{
    const json_t *names = json_object_get(v, "names");
    team->n_names = json_array_size(names);
    if (team->n_names < 1 || team->n_names > COMPRESSED_TEAMS_MAX)
        return wrong(r, at, "names", "compress.expected-names");
    team->name = ARENA_NEW(r->c->memory, str, team->n_names);
    if (!team->name)
        return err_nomem(r->info);
    for (size_t i = 0; i < team->n_names; i++) {
        const json_t *name = json_array_get(names, i);
        if (!json_is_string(name) || json_string_length(name) == 0)
            return wrong(r, at, "names", "compress.expected-names");
        team->name[i] =
            arena_str(r->c->memory, (str){json_string_value(name), json_string_length(name)});
        if (!team->name[i].p)
            return err_nomem(r->info);
    }
    return OK;
}

/* One of the periods, or null for never. */
static err read_start(const struct reader *r, const json_t *v, struct place at,
                      struct compressed_team *team)
{
    const json_t *start = json_object_get(v, "start");
    double value;
    team->start = COMPRESSED_NEVER;
    if (json_is_null(start))
        return OK;
    if (!read_period(r->c, start, &value))
        return wrong(r, at, "start", "compress.expected-start");
    for (size_t t = 0; t < r->c->n_periods; t++)
        if (r->c->period[t] == value)
            team->start = (uint32_t)t;
    return team->start != COMPRESSED_NEVER ? OK : wrong(r, at, "start", "compress.expected-start");
}

static err read_rows(const struct reader *r, const json_t *v, struct place at,
                     struct compressed_team *team)
{
    const json_t *rows = json_object_get(v, "rows");
    if (!json_is_array(rows) || json_array_size(rows) != r->c->n_periods)
        return wrong(r, at, "rows", "compress.expected-length");
    for (size_t t = 0; t < r->c->n_periods; t++) {
        const json_t *one = json_array_get(rows, t);
        if (!is_whole(one, WHOLE_MAX))
            return wrong(r, at, "rows", "compress.expected-whole");
        team->n_rows[t] = (size_t)json_real_value(one);
    }
    return OK;
}

static err read_team(const struct reader *r, const json_t *v, size_t g)
{
    struct compressed *c = r->c;
    const size_t t = c->n_periods, k = compressed_columns(c);
    const struct place at = {"teams", g};
    struct compressed_team *team = &c->team[g];
    err e = team_sums_new(c->memory, t, k, false, team, 1, r->info);
    team->source = r->source;
    if (e == OK)
        e = read_names(r, v, at, team);
    if (e == OK)
        e = read_start(r, v, at, team);
    if (e == OK)
        e = read_whole(r, v, at, "persons", &team->n_persons);
    if (e == OK)
        e = read_whole(r, v, at, "treated", &team->n_treated);
    if (e == OK)
        e = read_rows(r, v, at, team);
    if (e == OK)
        e = read_numbers(r, json_object_get(v, "weight"), at, "weight", t, team->weight);
    if (e == OK)
        e = read_matrix(r, v, at, "annihilator", t, t, team->a);
    if (e == OK)
        e = read_matrix(r, v, at, "by_period", k, t, team->b);
    if (e == OK)
        e = read_matrix(r, v, at, "products", k, k, team->c);
    return e == OK ? compressed_check_team(c, g, r->info) : e;
}

static err read_teams(const struct reader *r, const json_t *root)
{
    const json_t *v = json_object_get(root, "teams");
    struct compressed *c = r->c;
    const size_t n = json_array_size(v);
    if (n < 1 || n > COMPRESSED_TEAMS_MAX)
        return wrong(r, (struct place){0}, "teams", "compress.expected-teams");
    c->team = ARENA_NEW(c->memory, struct compressed_team, n);
    if (!c->team)
        return err_nomem(r->info);
    err e = OK;
    for (; c->n_teams < n && e == OK; c->n_teams++)
        e = read_team(r, json_array_get(v, c->n_teams), c->n_teams);
    return e == OK ? compressed_check_names(c, r->info) : e;
}

static err read_head(struct reader *r, const json_t *root)
{
    struct compressed *c = r->c;
    const struct place top = {0};
    str format;
    size_t version;
    err e = read_text(r, root, top, "format", false, &format);
    if (e != OK || !str_eq(format, STR(COMPRESSED_FORMAT)))
        return e == E_NOMEM ? e : err_set(r->info, E_INPUT, "compress.not-compressed");
    e = read_whole(r, root, top, "version", &version);
    if (e == OK && version != COMPRESSED_VERSION) {
        err_set(r->info, E_INPUT, "compress.wrong-version");
        msg_int(&r->info->msg, (int64_t)version);
        msg_int(&r->info->msg, COMPRESSED_VERSION);
        return E_INPUT;
    }
    const struct {
        const char *field;
        str *to;
    } texts[] = {
        {"source", &r->source}, {"unit", &c->unit},           {"time", &c->time},
        {"team", &c->cluster},  {"treatment", &c->treatment}, {"weights", &c->weights},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts && e == OK; i++)
        e = read_text(r, root, top, texts[i].field, false, texts[i].to);
    if (e == OK)
        e = read_whole(r, root, top, "minimum_persons", &c->min_persons);
    if (e == OK && c->min_persons < EFFECT_PERSONS_LEAST)
        e = wrong(r, top, "minimum_persons", "compress.expected-persons");
    return e == OK ? read_whole(r, root, top, "withheld_teams", &c->n_withheld) : e;
}

static err read_root(struct reader *r, const json_t *root)
{
    err e = read_head(r, root);
    if (e == OK)
        e = read_periods(r, root);
    if (e == OK)
        e = read_columns(r, root);
    return e == OK ? read_teams(r, root) : e;
}

err compressed_parse(str text, str name, compressed **made, struct err_info *info)
{
    json_error_t error;
    struct reader r = {.info = info};
    json_t *root =
        json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
    err e;
    if (!root) {
        if (json_error_code(&error) == json_error_out_of_memory)
            return err_nomem(info);
        err_text(info, E_INPUT, "compress.not-json", str_of(error.text));
        err_at(info, name, error.line, error.column);
        return E_INPUT;
    }
    e = compressed_new(&r.c, info);
    if (e == OK)
        e = read_root(&r, root);
    json_decref(root);
    if (e == OK) {
        *made = r.c;
        return OK;
    }
    if (e == E_INPUT)
        err_at(info, name, 0, 0);
    compressed_free(r.c);
    return e;
}

err compressed_read(str path, compressed **c, struct err_info *info)
{
    str text;
    arena *a = arena_new(COMPRESSED_BYTES_MAX + 4096);
    err e = a ? file_read(a, path, COMPRESSED_BYTES_MAX, &text, info) : err_nomem(info);
    if (e == OK)
        e = compressed_parse(text, path, c, info);
    arena_free(a);
    return e;
}
