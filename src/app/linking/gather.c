/* SPDX-License-Identifier: EUPL-1.2 */
/* gather: the register's records, earlier persons and judgements, in the form linkage takes. */
#include "app/linking/linking_int.h"
#include "app/register/register.h"

#include <limits.h>
#include <stdlib.h>

#define RECORDS_BYTES_MAX ((size_t)8 << 30)

static const char *const columns[] = {"record", "mark", "first",    "surname", "use",
                                      "birth",  "sex",  "postcode", "house"};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

struct gathering {
    struct gathered *g;
    out text;
    size_t cap, cap_persons, cap_labels;
    size_t at; /* rows come by id, and so do links: both are walked once */
    err failed;
};

/* The array, twice as large when it is full; NULL without memory, and then it is as it was. */
static void *with_room(void *array, size_t size, size_t n, size_t *cap)
{
    if (n < *cap)
        return array;
    const size_t more = *cap ? *cap * 2 : 1024;
    void *larger = reallocarray(array, more, size);
    if (larger)
        *cap = more;
    return larger;
}

static void put_text(out *o, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            out_char(o, '"');
        out_char(o, s.p[i] == '\n' || s.p[i] == '\r' ? ' ' : s.p[i]);
    }
}

static void put_field(out *o, str value)
{
    out_char(o, '"');
    put_text(o, value);
    out_char(o, '"');
}

static void put_before(out *o, str prefix)
{
    put_text(o, prefix);
    out_char(o, ' ');
}

/* "van der Berg-de Vries", own name first, and N for that order when there are two. */
static void put_surname(out *o, const struct register_person *r)
{
    const bool has_own = r->name.surname.n > 0, has_partner = r->name.partner_surname.n > 0;
    out_char(o, '"');
    if (has_own && r->name.prefix.n)
        put_before(o, r->name.prefix);
    put_text(o, r->name.surname);
    if (has_own && has_partner)
        out_char(o, '-');
    if (has_partner && r->name.partner_prefix.n)
        put_before(o, r->name.partner_prefix);
    put_text(o, r->name.partner_surname);
    out_cstr(o, has_own && has_partner ? "\",N" : "\",");
}

static void put_number(out *o, int64_t v, int digits)
{
    char text[24];
    for (int i = digits - 1; i >= 0; i--, v /= 10)
        text[i] = (char)('0' + v % 10);
    out_bytes(o, text, (size_t)digits);
}

/* Parts that are not known are noughts: "1980-00-00". */
static void put_birth(out *o, const struct register_person *r)
{
    if (r->birth.year <= 0)
        return;
    put_number(o, r->birth.year, 4);
    out_char(o, '-');
    put_number(o, r->birth.month, 2);
    out_char(o, '-');
    put_number(o, r->birth.day, 2);
}

static void put_house(out *o, const struct register_person *r)
{
    out_char(o, '"');
    if (r->address.number > 0)
        out_int(o, r->address.number);
    put_text(o, r->address.letter);
    out_char(o, '"');
}

static err take_record(void *to, const struct register_person *r, struct err_info *info)
{
    struct gathering *w = to;
    struct gathered *g = w->g;
    out *o = &w->text;

    if (g->n == UINT32_MAX)
        return err_set(info, E_LIMIT, "linking.too-many");
    struct record_id *id = with_room(g->id, sizeof *id, g->n, &w->cap);
    if (!id)
        return err_nomem(info);
    g->id = id;
    g->id[g->n++] = r->id;
    out_int(o, r->id.v);
    out_char(o, ',');
    put_field(o, r->mark);
    out_char(o, ',');
    put_field(o, r->name.first.n ? r->name.first : r->name.call);
    out_char(o, ',');
    put_surname(o, r);
    out_char(o, ',');
    put_birth(o, r);
    out_char(o, ',');
    put_field(o, (str){&r->sex, r->sex != 0});
    out_char(o, ',');
    put_field(o, r->address.postcode);
    out_char(o, ',');
    put_house(o, r);
    out_char(o, '\n');
    return out_error(o, info);
}

static int by_value(const void *a, const void *b)
{
    const int64_t x = ((const struct person_id *)a)->v, y = ((const struct person_id *)b)->v;
    return (x > y) - (x < y);
}

static bool find_row(const struct gathered *g, struct record_id id, size_t *row)
{
    size_t low = 0, high = g->n;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (g->id[mid].v < id.v)
            low = mid + 1;
        else
            high = mid;
    }
    *row = low;
    return low < g->n && g->id[low].v == id.v;
}

/* First collects the persons as they come, doubles and all; number_persons then numbers them. */
static err take_link(void *to, const struct person_links_counting_row *r, struct err_info *info)
{
    struct gathering *w = to;
    struct person_id *person =
        with_room(w->g->person, sizeof *person, w->g->n_persons, &w->cap_persons);
    if (!person)
        return err_nomem(info);
    w->g->person = person;
    w->g->person[w->g->n_persons++] = r->person_id;
    return OK;
}

static void drop_doubles(struct gathered *g)
{
    size_t kept = 0;
    if (g->n_persons == 0)
        return;
    qsort(g->person, g->n_persons, sizeof *g->person, by_value);
    for (size_t i = 0; i < g->n_persons; i++)
        if (kept == 0 || g->person[kept - 1].v != g->person[i].v)
            g->person[kept++] = g->person[i];
    g->n_persons = kept;
}

static err number_link(void *to, const struct person_links_counting_row *r, struct err_info *info)
{
    struct gathering *w = to;
    size_t row;
    (void)info;
    if (!find_row(w->g, r->record_id, &row))
        return OK; /* its delivery was superseded since */
    const struct person_id *found =
        bsearch(&r->person_id, w->g->person, w->g->n_persons, sizeof *w->g->person, by_value);
    w->g->previous[row] = found ? (uint32_t)(found - w->g->person) + 1 : 0;
    return OK;
}

static err take_label(void *to, const struct link_labels_row *r, struct err_info *info)
{
    struct gathering *w = to;
    struct gathered *g = w->g;
    size_t a, b;

    if ((r->n_same > 0) == (r->n_different > 0) || !find_row(g, r->a, &a) || !find_row(g, r->b, &b))
        return OK;
    struct linkage_label *label = with_room(g->label, sizeof *label, g->n_labels, &w->cap_labels);
    if (!label)
        return err_nomem(info);
    g->label = label;
    g->label[g->n_labels++] =
        (struct linkage_label){.a = (uint32_t)a, .b = (uint32_t)b, .is_same = r->n_same > 0};
    return OK;
}

static err make_table(struct gathering *w, par *pool, struct err_info *info)
{
    str names[N_COLUMNS];
    enum table_type types[N_COLUMNS];
    for (size_t i = 0; i < N_COLUMNS; i++) {
        names[i] = str_of(columns[i]);
        types[i] = TABLE_TEXT;
    }
    const struct table_format format = {
        .separator = ',', .typed_name = names, .typed_as = types, .n_typed = N_COLUMNS};
    return table_parse(out_view(&w->text), STR("register"), &format, pool, &w->g->records, info);
}

err linking_gather(const struct deed *deed, db *d, struct municipality_id m, par *pool,
                   struct gathered *g, struct err_info *info)
{
    struct gathering w = {.g = g};

    *g = (struct gathered){0};
    out_init(&w.text, RECORDS_BYTES_MAX);
    for (size_t i = 0; i < N_COLUMNS; i++) {
        out_cstr(&w.text, columns[i]);
        out_char(&w.text, i + 1 < N_COLUMNS ? ',' : '\n');
    }
    err e = register_persons(deed, d, m, take_record, &w, info);
    if (e == OK && g->n == 0)
        e = err_set(info, E_CONFLICT, "linking.nothing");
    if (e == OK)
        e = make_table(&w, pool, info);
    if (e == OK)
        e = person_links_counting(d, (struct person_links_counting_in){.m = m}, take_link, &w,
                                  info);
    if (e == OK && !(g->previous = calloc(g->n, sizeof *g->previous)))
        e = err_nomem(info);
    if (e == OK) {
        drop_doubles(g);
        e = person_links_counting(d, (struct person_links_counting_in){.m = m}, number_link, &w,
                                  info);
    }
    if (e == OK)
        e = link_labels(d, (struct link_labels_in){.m = m}, take_label, &w, info);
    out_free(&w.text);
    if (e != OK)
        linking_let_go(g);
    return e;
}

void linking_let_go(struct gathered *g)
{
    table_free(g->records);
    free(g->id);
    free(g->label);
    free(g->previous);
    free(g->person);
    *g = (struct gathered){0};
}
