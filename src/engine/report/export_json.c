/* SPDX-License-Identifier: EUPL-1.2 */
#include "grade_int.h"

#include "base/date.h"
#include "base/json.h"

static void put_day(json *j, const char *key, int32_t day)
{
    char text[10];
    json_key(j, key);
    if (day == REPORT_NO_DAY) {
        json_put_null(j);
        return;
    }
    date_print_iso(day, text);
    json_put_str(j, (str){text, sizeof text});
}

static void put_cell(json *j, const struct report_view *v, const struct html_value *c)
{
    out text;
    char day[10];
    switch (c->kind) {
    case HTML_INT:
    case HTML_PLAIN: json_put_int(j, c->i); return;
    case HTML_NUMBER:
    case HTML_MONEY:
    case HTML_PERCENT: json_put_real(j, c->d); return;
    case HTML_DATE:
        date_print_iso((int32_t)c->i, day);
        json_put_str(j, (str){day, sizeof day});
        return;
    default: break;
    }
    if (c->kind == HTML_STR && c->text.n == 0) {
        json_put_null(j);
        return;
    }
    out_init(&text, REPORT_BYTES_MAX);
    html_print_value(&text, v->lang, *c);
    json_put_str(j, out_view(&text));
    out_free(&text);
}

static void put_tables(json *j, const struct report_view *v)
{
    json_key(j, "tables");
    json_open_object(j);
    for (size_t i = 0; i < v->n_sheets; i++) {
        const struct sheet *t = v->sheets[i];
        json_key(j, t->key);
        json_open_array(j);
        for (size_t r = 0; r < sheet_n_rows(t); r++) {
            json_open_object(j);
            for (size_t c = 0; c < t->n_columns; c++) {
                json_key(j, t->columns[c].key);
                put_cell(j, v, &t->cells[r * t->n_columns + c]);
            }
            json_close_object(j);
        }
        json_close_array(j);
    }
    json_close_object(j);
}

static void put_study(json *j, const struct report_view *v)
{
    const struct report_study *s = &v->in->study;
    if (view_text(v, s->title).n == 0)
        return; /* an analysis alone */
    json_key(j, "study");
    json_open_object(j);
    json_key_str(j, "id", s->id);
    json_key_str(j, "title", view_text(v, s->title));
    json_key_str(j, "question", view_text(v, s->question));
    json_key_str(j, "programme", view_text(v, s->programme));
    json_key_str(j, "population", view_text(v, s->population));
    json_key_str(j, "author", s->author);
    json_key_str(j, "data_source", s->data_source);
    json_key_str(j, "completeness", view_text(v, s->completeness));
    put_day(j, "data_day", s->data_day);
    put_day(j, "made_day", s->made_day);
    json_key_bool(j, "synthetic", s->synthetic);
    json_key_bool(j, "frozen", v->in->seal.frozen);
    json_close_object(j);
}

static void put_points(json *j, const char *key, const struct report_points *points)
{
    json_key(j, key);
    json_open_array(j);
    for (size_t i = 0; i < points->n; i++) {
        json_open_object(j);
        json_key_str(j, "head", points->p[i].head);
        json_key_str(j, "body", points->p[i].body);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_words(json *j, struct report_view *v)
{
    struct report_points points;
    words_in_short(v, &points);
    put_points(j, "in_short", &points);
    words_certainty(v, &points);
    put_points(j, "how_sure", &points);
    words_grade(v, &points);
    put_points(j, "evidence", &points);
    words_overturn(v, &points);
    put_points(j, "overturn", &points);
    words_limits(v, &points);
    put_points(j, "limits", &points);
}

err report_json(out *o, enum lang lang, const struct report_input *in, struct err_info *info)
{
    struct report_view v;
    json j;
    err e = view_open(&v, lang, in, info);
    if (e != OK)
        goto out;
    json_init(&j, o);
    json_open_object(&j);
    json_key_str(&j, "language", str_of(lang_tag(lang)));
    json_key_str(&j, "answer", v.answer);
    put_study(&j, &v);
    put_words(&j, &v);
    put_tables(&j, &v);
    json_close_object(&j);
    out_char(o, '\n');
    e = view_error(&v, o, info);
out:
    view_close(&v);
    return e;
}
