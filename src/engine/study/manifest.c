/* SPDX-License-Identifier: EUPL-1.2 */
#include "manifest_int.h"

#include "base/json.h"

struct seal_hash manifest_results_hash(const struct manifest *m)
{
    out o;
    out_init(&o, MANIFEST_BYTES_MAX);
    for (size_t i = 0; i < m->n_results; i++) {
        char text[SEAL_HASH_HEX];
        seal_print_hash(m->result[i].hash, text);
        out_bytes(&o, text, sizeof text);
        out_char(&o, ' ');
        out_str(&o, m->result[i].name);
        out_char(&o, '\n');
    }
    const struct seal_hash hash = seal_hash_bytes(out_view(&o));
    out_free(&o);
    return hash;
}

static void print_files(json *j, const char *key, const struct manifest_file *file, size_t n)
{
    json_key(j, key);
    json_open_array(j);
    for (size_t i = 0; i < n; i++) {
        char text[SEAL_HASH_HEX];
        seal_print_hash(file[i].hash, text);
        json_open_object(j);
        json_key_str(j, "name", file[i].name);
        json_key_int(j, "bytes", file[i].bytes);
        json_key_str(j, "blake2b", (str){text, sizeof text});
        json_close_object(j);
    }
    json_close_array(j);
}

void manifest_print(const struct manifest *m, out *o)
{
    char signer[SEAL_PUBLIC_TEXT];
    json j;
    seal_print_public(m->signer, signer);
    json_init(&j, o);
    json_open_object(&j);
    json_key_str(&j, "format", STR("ontschot-manifest-1"));
    json_key_str(&j, "program", m->program);
    json_key_str(&j, "date", m->date);
    json_key_str(&j, "signer", (str){signer, sizeof signer});
    json_key_int(&j, "seed", m->seed);
    json_key(&j, "plan");
    json_open_object(&j);
    json_key_str(&j, "state", m->state);
    json_key_int(&j, "run", m->run);
    json_key_int(&j, "runs_before_freeze", m->n_runs_before_freeze);
    json_key_int(&j, "runs_of_changed_plans", m->n_runs_changed);
    json_key_int(&j, "amendments", m->n_amendments);
    json_close_object(&j);
    print_files(&j, "inputs", m->input, MANIFEST_INPUTS);
    print_files(&j, "results", m->result, m->n_results);
    json_close_object(&j);
    out_char(o, '\n');
}

/* Names that lead out of the folder could make a reader hash, and tell about, any file. */
static bool has_plain_names(const struct manifest *m)
{
    size_t ignored;
    for (size_t i = 0; i < m->n_results; i++)
        if (m->result[i].name.n == 0 || str_find(m->result[i].name, '/', &ignored) ||
            str_find(m->result[i].name, '\0', &ignored))
            return false;
    return str_eq(m->input[MANIFEST_IN_PLAN].name, MANIFEST_PLAN) &&
           str_eq(m->input[MANIFEST_IN_JOURNAL].name, MANIFEST_JOURNAL);
}

bool manifest_parse(arena *a, str text, struct manifest *m)
{
    struct manifest read = {.n_results = 0};
    if (!manifest_read(a, text, &read) || !has_plain_names(&read))
        return false;
    out o;
    out_init(&o, MANIFEST_BYTES_MAX);
    manifest_print(&read, &o);
    const bool same = o.error == OK && str_eq(out_view(&o), text);
    out_free(&o);
    if (same)
        *m = read;
    return same;
}
