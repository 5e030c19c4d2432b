/* SPDX-License-Identifier: EUPL-1.2 */
/* A model as JSON, and back. */
#include "base/json.h"
#include "base/json_load.h"
#include "engine/linkage/linkage_int.h"

#include <string.h>

static const char *const classes[] = {"same", "household", "stranger"};

void linkage_model_write(const struct linkage_model *m, const struct linkage_settings *s, out *o)
{
    json j;
    json_init(&j, o);
    json_open_object(&j);
    json_key_int(&j, "model", 1);
    json_key_real(&j, "pairs", m->n_pairs);
    json_key_int(&j, "rounds", m->n_rounds);
    json_key(&j, "prior");
    json_open_object(&j);
    for (int c = 0; c < LINKAGE_CLASSES; c++)
        json_key_real(&j, classes[c], m->prior[c]);
    json_close_object(&j);
    json_key(&j, "fields");
    json_open_array(&j);
    for (size_t f = 0; f < m->n_fields; f++) {
        json_open_object(&j);
        json_key_str(&j, "name", s->field[f].name);
        for (int c = 0; c < LINKAGE_CLASSES; c++) {
            json_key(&j, classes[c]);
            json_open_array(&j);
            for (unsigned l = 1; l < m->n_levels[f]; l++)
                json_put_real(&j, m->chance[c][f][l]);
            json_close_array(&j);
        }
        json_close_object(&j);
    }
    json_close_array(&j);
    json_close_object(&j);
    out_char(o, '\n');
}

static bool read_chance(const json_t *value, double *p)
{
    *p = json_number_value(value);
    return json_is_number(value) && *p > 0 && *p <= 1;
}

static bool read_field(const json_t *item, const struct linkage_settings *s, size_t f,
                       struct linkage_model *m)
{
    const char *name = json_string_value(json_object_get(item, "name"));
    m->n_levels[f] = (uint8_t)level_count(s->field[f].kind);
    if (!name || !str_eq(str_of(name), s->field[f].name))
        return false;
    for (int c = 0; c < LINKAGE_CLASSES; c++) {
        const json_t *list = json_object_get(item, classes[c]);
        if (json_array_size(list) + 1 != m->n_levels[f])
            return false;
        for (unsigned l = 1; l < m->n_levels[f]; l++)
            if (!read_chance(json_array_get(list, l - 1), &m->chance[c][f][l]))
                return false;
    }
    return true;
}

static bool read_model(const json_t *root, const struct linkage_settings *s,
                       struct linkage_model *m)
{
    const json_t *fields = json_object_get(root, "fields"), *prior = json_object_get(root, "prior");
    bool ok = json_integer_value(json_object_get(root, "model")) == 1 &&
              json_array_size(fields) == s->n_fields;
    m->n_fields = s->n_fields;
    m->n_pairs = json_number_value(json_object_get(root, "pairs"));
    m->n_rounds = (int)json_integer_value(json_object_get(root, "rounds"));
    for (int c = 0; ok && c < LINKAGE_CLASSES; c++)
        ok = read_chance(json_object_get(prior, classes[c]), &m->prior[c]);
    for (size_t f = 0; ok && f < s->n_fields; f++)
        ok = read_field(json_array_get(fields, f), s, f, m);
    return ok && m->n_pairs >= 1;
}

err linkage_model_read(str text, str name, const struct linkage_settings *s,
                       struct linkage_model *m, struct err_info *info)
{
    json_t *root;
    json_error_t why;
    struct linkage_model read;
    memset(&read, 0, sizeof read);
    err e = json_load(text, JSON_REJECT_DUPLICATES, &root, &why, info);
    if (e == E_INPUT) {
        err_set(info, E_INPUT, "linkage.model-json");
        err_at(info, name, why.line, why.column);
    }
    if (e != OK)
        return e;
    if (read_model(root, s, &read)) {
        *m = read;
    } else {
        e = err_set(info, E_INPUT, "linkage.model-other");
        err_at(info, name, 0, 0);
    }
    json_decref(root);
    return e;
}
