/* SPDX-License-Identifier: EUPL-1.2 */
#include "demo/town/page_int.h"

#include "base/date.h"

enum {
    NEIGHBOURHOODS_MAX = 9000
}; /* of a municipality: two digits of district, two of their own */

void put_day(out *o, int32_t day)
{
    char text[10];
    if (day == TOWN_OPEN)
        return;
    date_print_iso(day, text);
    out_bytes(o, text, sizeof text);
}

void put_padded(out *o, int64_t v, int digits)
{
    char text[20];
    for (int i = digits - 1; i >= 0; i--, v /= 10)
        text[i] = (char)('0' + v % 10);
    out_bytes(o, text, (size_t)digits);
}

void put_bsn(out *o, uint32_t bsn)
{
    if (bsn)
        put_padded(o, bsn, 9);
}

void put_birth(out *o, const struct town_record *r)
{
    put_padded(o, r->year, 4);
    out_char(o, '-');
    put_padded(o, r->month, 2);
    out_char(o, '-');
    put_padded(o, r->day, 2);
}

void put_street(out *o, const struct town_address *a)
{
    const struct town_list themes = town_street_themes(), kinds = town_street_kinds();
    out_cstr(o, themes.word[a->street % themes.n]);
    out_cstr(o, kinds.word[a->street / themes.n]);
}

/* A block is a neighbourhood; in a town of more than nine million several are one. */
void put_area(out *o, const struct town_block *b)
{
    const int64_t n = town_blocks(b->town);
    const int64_t own = n <= NEIGHBOURHOODS_MAX ? b->index : b->index * NEIGHBOURHOODS_MAX / n;
    const int64_t in_district = n <= 1000 ? 10 : 100;
    out_cstr(o, "BU" TOWN_CODE);
    put_padded(o, own / in_district, 2);
    put_padded(o, own % in_district, 2);
}

int32_t month_first(int month)
{
    return date_day_of((struct date_ymd){2024 + month / 12, 1 + month % 12, 1});
}
