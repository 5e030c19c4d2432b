/* SPDX-License-Identifier: EUPL-1.2 */
/* A manifest that may come from anywhere, read back. */
#include "manifest_int.h"

#include <jansson.h>

static str text_of(arena *a, const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_string(v) ? arena_str(a, (str){json_string_value(v), json_string_length(v)})
                             : (str){NULL, 0};
}

static bool whole_of(const json_t *object, const char *key, int64_t *value)
{
    const json_t *v = json_object_get(object, key);
    if (!json_is_integer(v))
        return false;
    *value = json_integer_value(v);
    return true;
}

static bool read_files(arena *a, const json_t *list, struct manifest_file *file, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(list, i);
        file[i].name = text_of(a, one, "name");
        if (!file[i].name.p || !whole_of(one, "bytes", &file[i].bytes) ||
            !seal_parse_hash(text_of(a, one, "blake2b"), &file[i].hash))
            return false;
    }
    return true;
}

static bool read_plan(arena *a, const json_t *plan, struct manifest *m)
{
    m->state = text_of(a, plan, "state");
    return m->state.p && whole_of(plan, "run", &m->run) &&
           whole_of(plan, "runs_before_freeze", &m->n_runs_before_freeze) &&
           whole_of(plan, "runs_of_changed_plans", &m->n_runs_changed) &&
           whole_of(plan, "amendments", &m->n_amendments);
}

static bool read_all(arena *a, const json_t *root, struct manifest *m)
{
    const json_t *inputs = json_object_get(root, "inputs");
    const json_t *results = json_object_get(root, "results");
    m->program = text_of(a, root, "program");
    m->date = text_of(a, root, "date");
    m->n_results = json_array_size(results);
    return m->program.p && m->date.p && m->date.n == STUDY_TIME_TEXT &&
           seal_parse_public(text_of(a, root, "signer"), &m->signer) &&
           whole_of(root, "seed", &m->seed) && read_plan(a, json_object_get(root, "plan"), m) &&
           json_array_size(inputs) == MANIFEST_INPUTS && m->n_results <= MANIFEST_RESULTS_MAX &&
           read_files(a, inputs, m->input, MANIFEST_INPUTS) &&
           read_files(a, results, m->result, m->n_results);
}

bool manifest_read(arena *a, str text, struct manifest *m)
{
    json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    const bool read = root && read_all(a, root, m);
    json_decref(root);
    return read;
}
