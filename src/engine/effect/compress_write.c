/* SPDX-License-Identifier: EUPL-1.2 */
/* The compressed file, see docs/compressed-file.md. */
#include "engine/effect/compress_int.h"

#include "base/date.h"
#include "base/json.h"

#include <assert.h>

static void put_period(json *j, const struct compressed *c, size_t period)
{
    char date[10];
    if (!c->has_dates) {
        json_put_real(j, c->period[period]);
        return;
    }
    date_print_iso((int32_t)c->period[period], date);
    json_put_str(j, (str){date, sizeof date});
}

/* A row of numbers on a line of its own. */
static void put_numbers(json *j, const double *v, size_t n)
{
    const bool on_one_line = j->on_one_line;
    json_open_array(j);
    j->on_one_line = true;
    for (size_t i = 0; i < n; i++)
        json_put_real(j, v[i]);
    json_close_array(j);
    j->on_one_line = on_one_line;
}

static void put_matrix(json *j, const char *key, const double *v, size_t n_rows, size_t n_columns)
{
    json_key(j, key);
    json_open_array(j);
    for (size_t i = 0; i < n_rows; i++)
        put_numbers(j, v + i * n_columns, n_columns);
    json_close_array(j);
}

static void put_counts(json *j, const char *key, const size_t *v, size_t n)
{
    const bool on_one_line = j->on_one_line;
    json_key(j, key);
    json_open_array(j);
    j->on_one_line = true;
    for (size_t i = 0; i < n; i++)
        json_put_int(j, (int64_t)v[i]);
    json_close_array(j);
    j->on_one_line = on_one_line;
}

static void put_team(json *j, const struct compressed *c, const struct compressed_team *team)
{
    const size_t t = c->n_periods, k = compressed_columns(c);
    json_open_object(j);
    json_key(j, "names");
    json_open_array(j);
    for (size_t i = 0; i < team->n_names; i++)
        json_put_str(j, team->name[i]);
    json_close_array(j);
    json_key(j, "start");
    if (team->start == COMPRESSED_NEVER)
        json_put_null(j);
    else
        put_period(j, c, team->start);
    json_key_int(j, "persons", (int64_t)team->n_persons);
    json_key_int(j, "treated", (int64_t)team->n_treated);
    put_counts(j, "rows", team->n_rows, t);
    json_key(j, "weight");
    put_numbers(j, team->weight, t);
    put_matrix(j, "annihilator", team->a, t, t);
    put_matrix(j, "by_period", team->b, k, t);
    put_matrix(j, "products", team->c, k, k);
    json_close_object(j);
}

static void put_columns(json *j, const struct compressed *c)
{
    json_key(j, "columns");
    json_open_array(j);
    for (size_t i = 0; i < compressed_columns(c); i++) {
        json_open_object(j);
        json_key_str(j, "name", c->column[i].name);
        json_key_str(j, "role", i < c->n_covariates ? STR("covariate") : STR("outcome"));
        if (c->column[i].against.n)
            json_key_str(j, "against", c->column[i].against);
        json_close_object(j);
    }
    json_close_array(j);
}

err compressed_write(out *o, const compressed *c, str source, struct err_info *info)
{
    json j;
    assert(c->min_persons >= EFFECT_PERSONS_LEAST); /* went through the door */
    json_init(&j, o);
    json_open_object(&j);
    json_key_str(&j, "format", STR(COMPRESSED_FORMAT));
    json_key_int(&j, "version", COMPRESSED_VERSION);
    json_key_str(&j, "source", source);
    json_key_str(&j, "unit", c->unit);
    json_key_str(&j, "time", c->time);
    json_key_str(&j, "team", c->cluster);
    json_key_str(&j, "treatment", c->treatment);
    json_key_str(&j, "weights", c->weights);
    json_key_int(&j, "minimum_persons", (int64_t)c->min_persons);
    json_key_int(&j, "withheld_teams", (int64_t)c->n_withheld);
    json_key_bool(&j, "dates", c->has_dates);
    json_key(&j, "periods");
    json_open_array(&j);
    for (size_t t = 0; t < c->n_periods; t++)
        put_period(&j, c, t);
    json_close_array(&j);
    put_columns(&j, c);
    json_key(&j, "teams");
    json_open_array(&j);
    for (size_t g = 0; g < c->n_teams; g++)
        put_team(&j, c, &c->team[g]);
    json_close_array(&j);
    json_close_object(&j);
    out_char(o, '\n');
    return out_error(o, info);
}
