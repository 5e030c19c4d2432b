/* SPDX-License-Identifier: EUPL-1.2 */
/* failure: errors as JSON, keys and values and all, so that they are read in any language later. */
#include "app/job/job_int.h"
#include "base/json.h"

#include <jansson.h>
#include <string.h>

static void print_value(json *j, const struct msg *m, const struct msg_arg *v)
{
    const str text = {m->text + v->at, v->n};
    json_open_object(j);
    switch (v->kind) {
    case MSG_TEXT: json_key_str(j, "text", text); break;
    case MSG_KEY: json_key_str(j, "key", text); break;
    case MSG_INT: json_key_int(j, "int", v->i); break;
    case MSG_REAL:
        json_key_real(j, "real", v->d);
        json_key_int(j, "decimals", v->decimals);
        break;
    }
    json_close_object(j);
}

static void print_one(json *j, const struct err_info *info)
{
    json_open_object(j);
    json_key_int(j, "code", info->code);
    json_key_str(j, "key", str_of(info->msg.key));
    json_key(j, "values");
    json_open_array(j);
    for (size_t i = 0; i < info->msg.n_args; i++)
        print_value(j, &info->msg, &info->msg.arg[i]);
    json_close_array(j);
    json_key_str(j, "file", str_of(info->file));
    json_key_int(j, "line", info->line);
    json_key_int(j, "column", info->column);
    json_close_object(j);
}

void job_failures_print(out *o, const struct err_info *list, size_t n, size_t n_found)
{
    json j;
    if (n > JOB_FAILURES_MAX)
        n = JOB_FAILURES_MAX;
    json_init_line(&j, o);
    json_open_object(&j);
    json_key_int(&j, "found", (int64_t)n_found);
    json_key(&j, "errors");
    json_open_array(&j);
    for (size_t i = 0; i < n; i++)
        print_one(&j, &list[i]);
    json_close_array(&j);
    json_close_object(&j);
}

/* ---- and back ---- */

static str text_of(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_string(v) ? (str){json_string_value(v), json_string_length(v)} : (str){NULL, 0};
}

static int64_t int_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* Keys are borrowed for ever by those who show them; here that is as long as the arena lives. */
static const char *key_of(arena *a, str text)
{
    return text.n ? arena_str(a, text).p : NULL;
}

static bool parse_value(arena *a, const json_t *v, struct msg *m)
{
    const json_t *whole = json_object_get(v, "int"), *real = json_object_get(v, "real");
    const str text = text_of(v, "text"), key = text_of(v, "key");
    if (text.p) {
        msg_text(m, text);
    } else if (key.p) {
        const char *kept = key_of(a, key);
        if (!kept)
            return false;
        msg_key(m, kept);
    } else if (json_is_integer(whole)) {
        msg_int(m, json_integer_value(whole));
    } else if (real) {
        msg_real(m, json_is_number(real) ? json_number_value(real) : __builtin_nan(""),
                 (int)int_of(v, "decimals"));
    } else {
        return false;
    }
    return true;
}

static bool parse_one(arena *a, const json_t *v, struct err_info *info)
{
    const json_t *values = json_object_get(v, "values");
    const str key = text_of(v, "key"), file = text_of(v, "file");
    const int64_t code = int_of(v, "code");
    const char *kept = key_of(a, key);
    if (!kept || !file.p || code <= OK || code > E_DENIED || json_array_size(values) > MSG_ARGS_MAX)
        return false;
    err_set(info, (err)code, kept);
    err_at(info, file, int_of(v, "line"), int_of(v, "column"));
    for (size_t i = 0; i < json_array_size(values); i++)
        if (!parse_value(a, json_array_get(values, i), &info->msg))
            return false;
    return true;
}

bool job_failures_parse(arena *a, str text, struct err_info **list, size_t *n, size_t *n_found)
{
    json_t *root = json_loadb(text.p ? text.p : "", text.n, 0, NULL);
    const json_t *errors = json_object_get(root, "errors");
    const size_t size = json_array_size(errors);
    struct err_info *made = ARENA_NEW(a, struct err_info, size);
    bool whole = root && made && size > 0 && size <= JOB_FAILURES_MAX;
    for (size_t i = 0; whole && i < size; i++)
        whole = parse_one(a, json_array_get(errors, i), &made[i]);
    if (whole) {
        *list = made;
        *n = size;
        *n_found = (size_t)int_of(root, "found");
        whole = *n_found >= size;
    }
    json_decref(root);
    return whole;
}
