/* SPDX-License-Identifier: EUPL-1.2 */
/* order: what a worker tells its child, as one JSON object. */
#include "app/job/job_int.h"
#include "base/json.h"

#include <jansson.h>
#include <string.h>

void job_order_print(out *o, const struct job_order *order)
{
    json j;
    json_init_line(&j, o);
    json_open_object(&j);
    json_key_int(&j, "id", order->id.v);
    json_key_str(&j, "kind", order->kind);
    json_key_str(&j, "args", order->args);
    json_key_str(&j, "folder", order->folder);
    json_key_str(&j, "keys", order->keys);
    json_key_str(&j, "lang", str_of(lang_tag(order->lang)));
    json_key_int(&j, "now", order->now_ms);
    json_key_int(&j, "threads", order->threads);
    json_key_int(&j, "parent", order->parent);
    json_key(&j, "files");
    json_open_array(&j);
    for (size_t i = 0; i < order->n_files; i++) {
        json_open_object(&j);
        json_key_int(&j, "id", order->file[i].id.v);
        json_key_str(&j, "name", order->file[i].name);
        json_key_str(&j, "type", order->file[i].type);
        json_key_int(&j, "bytes", order->file[i].bytes);
        json_key_str(&j, "hash", order->file[i].hash);
        json_key_int(&j, "created_at", order->file[i].created_at);
        json_close_object(&j);
    }
    json_close_array(&j);
    json_close_object(&j);
}

/* What one side of the same program printed; a copy that does not fit leaves p NULL. */
static str copy_of(arena *a, const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return arena_str(a, (str){json_string_value(v), json_string_length(v)});
}

static int64_t int_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static bool parse_files(arena *a, const json_t *list, struct job_order *order)
{
    const size_t n = json_array_size(list);
    struct job_file *file = ARENA_NEW(a, struct job_file, n);
    if (!file || n > JOB_FILES_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(list, i);
        file[i] = (struct job_file){
            .id = {int_of(v, "id")},
            .name = copy_of(a, v, "name"),
            .type = copy_of(a, v, "type"),
            .bytes = int_of(v, "bytes"),
            .hash = copy_of(a, v, "hash"),
            .created_at = int_of(v, "created_at"),
        };
        if (!file[i].name.p || !file[i].type.p || !file[i].hash.p)
            return false;
    }
    order->file = file;
    order->n_files = n;
    return true;
}

err job_order_parse(arena *a, str text, struct job_order *order, struct err_info *info)
{
    json_t *root = json_loadb(text.p, text.n, 0, NULL);
    const str tag = copy_of(a, root, "lang");
    *order = (struct job_order){
        .id = {int_of(root, "id")},
        .kind = copy_of(a, root, "kind"),
        .args = copy_of(a, root, "args"),
        .folder = copy_of(a, root, "folder"),
        .keys = copy_of(a, root, "keys"),
        .now_ms = int_of(root, "now"),
        .threads = (unsigned)int_of(root, "threads"),
        .parent = int_of(root, "parent"),
    };
    const bool whole = root && order->kind.n && order->args.p && order->folder.n && order->keys.p &&
                       tag.p && lang_parse(tag, &order->lang) &&
                       parse_files(a, json_object_get(root, "files"), order);
    json_decref(root);
    return whole ? OK : err_set(info, E_INPUT, "job.no-order");
}
