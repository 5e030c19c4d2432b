/* SPDX-License-Identifier: EUPL-1.2 */
/* fields: rows as JSON, by their table. */
#include "base/date.h"
#include "web/api/api_int.h"

#include <string.h>

static int64_t int_at(const void *p)
{
    int64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static void put_text(json *j, void (*print)(out *o, int64_t v), int64_t v)
{
    out text;
    out_init(&text, 64);
    print(&text, v);
    json_put_str(j, out_view(&text));
    out_free(&text);
}

static void print_time(out *o, int64_t utc_ms)
{
    char text[20];
    date_print_utc(utc_ms, text);
    out_bytes(o, text, sizeof text);
}

static void print_date(out *o, int64_t days)
{
    char text[10];
    date_print_iso((int32_t)days, text);
    out_bytes(o, text, sizeof text);
}

static void put_words(json *j, const char *const *words, unsigned set)
{
    json_open_array(j);
    for (unsigned i = 0; words[i]; i++)
        if (set & 1u << i)
            json_put_str(j, str_of(words[i]));
    json_close_array(j);
}

static void put_value(json *j, const struct api_field *f, unsigned use, const char *at)
{
    int word;
    unsigned set;
    str text;
    bool is;
    switch (f->kind) {
    case API_TEXT:
        memcpy(&text, at, sizeof text);
        json_put_str(j, text);
        break;
    case API_ID:
        if (int_at(at) == 0)
            json_put_null(j);
        else
            put_text(j, out_int, int_at(at));
        break;
    case API_DATE:
        if (int_at(at) == 0)
            json_put_null(j);
        else
            put_text(j, print_date, int_at(at));
        break;
    case API_TIME:
        if (int_at(at) == INT64_MAX)
            json_put_null(j);
        else
            put_text(j, print_time, int_at(at));
        break;
    case API_INT: json_put_int(j, int_at(at)); break;
    case API_BOOL:
        memcpy(&is, at, sizeof is);
        json_put_bool(j, is);
        break;
    case API_WORD:
        memcpy(&word, at, sizeof word);
        json_put_str(j, str_of(f->words[word]));
        break;
    case API_WORDS:
        memcpy(&set, at, sizeof set);
        put_words(j, f->words, set);
        break;
    case API_MAP: api_put(j, f->map, use, at); break;
    case API_CURSOR: break; /* in addresses alone */
    }
}

void api_put(json *j, const struct api_map *map, unsigned use, const void *row)
{
    json_open_object(j);
    for (size_t i = 0; i < map->n_fields; i++) {
        const struct api_field *f = &map->field[i];
        if (!(f->use & use))
            continue;
        json_key(j, f->key);
        put_value(j, f, use, (const char *)row + f->offset);
    }
    json_close_object(j);
}
