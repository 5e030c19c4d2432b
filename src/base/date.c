/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/date.h"

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool date_is_valid(struct date_ymd d)
{
    return d.year >= DATE_YEAR_MIN && d.year <= DATE_YEAR_MAX && d.month >= 1 && d.month <= 12 &&
           d.day >= 1 && d.day <= days_in(d.year, d.month);
}

/*
 * Both conversions count years from March, so that the leap day is the last of
 * its year, and by eras of 400 years, which all have 146097 days (Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms", 2013).
 */
enum { ERA_YEARS = 400, ERA_DAYS = 146097, DAY_OF_1970 = 719468 };

int32_t date_day_of(struct date_ymd d)
{
    const int year = d.year - (d.month <= 2);
    const int era = year / ERA_YEARS; /* year >= 0, because DATE_YEAR_MIN is 1 */
    const int of_era = year % ERA_YEARS;
    const int of_year = (153 * ((d.month + 9) % 12) + 2) / 5 + d.day - 1;
    return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAY_OF_1970;
}

struct date_ymd date_ymd_of(int32_t day)
{
    const int64_t shifted = (int64_t)day + DAY_OF_1970;
    const int64_t era = (shifted >= 0 ? shifted : shifted - (ERA_DAYS - 1)) / ERA_DAYS;
    const int of_era = (int)(shifted - era * ERA_DAYS);
    const int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / (ERA_DAYS - 1)) / 365;
    const int of_year = of_era - (365 * year + year / 4 - year / 100);
    const int from_march = (5 * of_year + 2) / 153;
    const int month = from_march < 10 ? from_march + 3 : from_march - 9;
    return (struct date_ymd){
        .year = (int)(era * ERA_YEARS) + year + (month <= 2),
        .month = month,
        .day = of_year - (153 * from_march + 2) / 5 + 1,
    };
}

/* Takes between `least` and `most` digits from the front of `s`. */
static bool take_number(str *s, size_t least, size_t most, int *v)
{
    size_t n = 0;
    *v = 0;
    while (n < s->n && n < most && s->p[n] >= '0' && s->p[n] <= '9')
        *v = *v * 10 + (s->p[n++] - '0');
    *s = str_cut(*s, n, s->n);
    return n >= least;
}

static bool take_char(str *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = str_cut(*s, 1, s->n);
    return true;
}

static bool finish(str rest, struct date_ymd d, int32_t *day)
{
    if (rest.n || !date_is_valid(d))
        return false;
    *day = date_day_of(d);
    return true;
}

bool date_parse_iso(str s, int32_t *day)
{
    struct date_ymd d;
    return take_number(&s, 4, 4, &d.year) && take_char(&s, '-') &&
           take_number(&s, 2, 2, &d.month) && take_char(&s, '-') && take_number(&s, 2, 2, &d.day) &&
           finish(s, d, day);
}

bool date_parse_dutch(str s, int32_t *day)
{
    struct date_ymd d;
    if (!take_number(&s, 1, 2, &d.day) || s.n == 0)
        return false;
    const char sign = s.p[0];
    return (sign == '-' || sign == '/' || sign == '.') && take_char(&s, sign) &&
           take_number(&s, 1, 2, &d.month) && take_char(&s, sign) &&
           take_number(&s, 4, 4, &d.year) && finish(s, d, day);
}

static void print_digits(int v, char *text, int n)
{
    while (n > 0) {
        text[--n] = (char)('0' + v % 10);
        v /= 10;
    }
}

void date_print_iso(int32_t day, char text[10])
{
    const struct date_ymd d = date_ymd_of(day);
    print_digits(d.year, text, 4);
    text[4] = '-';
    print_digits(d.month, text + 5, 2);
    text[7] = '-';
    print_digits(d.day, text + 8, 2);
}

/* ---- the clocks of the Netherlands ---- */

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS, SUNDAY = 3 /* 1970-01-04 */ };

static int64_t floor_div(int64_t v, int64_t by)
{
    return v / by - (v % by < 0);
}

/* 01:00 UTC on the last Sunday of a month of 31 days */
static int64_t last_sunday_ms(int year, int month)
{
    const int32_t last = date_day_of((struct date_ymd){year, month, 31});
    const int32_t sunday = last - (int32_t)((last - SUNDAY) - 7 * floor_div(last - SUNDAY, 7));
    return (int64_t)sunday * DAY_MS + HOUR_MS;
}

static int64_t clip_ms(int64_t utc_ms)
{
    const int64_t first = (int64_t)date_day_of((struct date_ymd){DATE_YEAR_MIN, 1, 1}) * DAY_MS;
    const int64_t last = (int64_t)date_day_of((struct date_ymd){DATE_YEAR_MAX, 12, 31}) * DAY_MS;
    return utc_ms < first ? first : utc_ms > last ? last : utc_ms;
}

static int ahead_ms(int64_t utc_ms)
{
    const int year = date_ymd_of((int32_t)floor_div(utc_ms, DAY_MS)).year;
    const bool summer = utc_ms >= last_sunday_ms(year, 3) && utc_ms < last_sunday_ms(year, 10);
    return summer ? 2 * HOUR_MS : HOUR_MS;
}

struct date_local date_local_of(int64_t utc_ms)
{
    const int64_t moment = clip_ms(utc_ms);
    const int ahead = ahead_ms(moment);
    const int64_t local = moment + ahead;
    const int64_t day = floor_div(local, DAY_MS);
    const int second = (int)((local - day * DAY_MS) / 1000);
    return (struct date_local){.day = (int32_t)day,
                               .hour = second / 3600,
                               .minute = second / 60 % 60,
                               .second = second % 60,
                               .ahead_minutes = ahead / 60000};
}

bool date_utc_ms_of(int32_t day, int hour, int minute, int64_t *utc_ms)
{
    const int64_t shown = (int64_t)day * DAY_MS + ((int64_t)hour * 60 + minute) * 60000;
    /* summer time first: of an hour that comes twice it is the earlier */
    for (int ahead = 2 * HOUR_MS; ahead >= HOUR_MS; ahead -= HOUR_MS) {
        if (ahead_ms(shown - ahead) == ahead) {
            *utc_ms = shown - ahead;
            return true;
        }
    }
    return false;
}

bool date_parse_local(str s, int64_t *utc_ms)
{
    int32_t day;
    int hour, minute;
    str rest = str_cut(s, 11, s.n);
    if (s.n != 16 || s.p[10] != 'T' || !date_parse_iso(str_cut(s, 0, 10), &day) ||
        !take_number(&rest, 2, 2, &hour) || !take_char(&rest, ':') ||
        !take_number(&rest, 2, 2, &minute) || hour > 23 || minute > 59)
        return false;
    return date_utc_ms_of(day, hour, minute, utc_ms);
}

static bool take_fraction(str *s, int *ms)
{
    int unit = 100;
    *ms = 0;
    if (!take_char(s, '.'))
        return true;
    size_t n = 0;
    for (; n < s->n && s->p[n] >= '0' && s->p[n] <= '9'; n++, unit /= 10)
        *ms += unit * (s->p[n] - '0');
    *s = str_cut(*s, n, s->n);
    return n > 0;
}

/* "Z", "+01:00", "-00:30" */
static bool take_zone(str *s, int *ahead_minutes)
{
    int hour, minute;
    *ahead_minutes = 0;
    if (take_char(s, 'Z'))
        return true;
    const bool is_behind = take_char(s, '-');
    if ((!is_behind && !take_char(s, '+')) || !take_number(s, 2, 2, &hour) || !take_char(s, ':') ||
        !take_number(s, 2, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *ahead_minutes = (is_behind ? -1 : 1) * (hour * 60 + minute);
    return true;
}

bool date_parse_utc(str s, int64_t *utc_ms)
{
    str rest = str_cut(s, 10, s.n);
    int hour, minute, second, ms, ahead;
    int32_t day;
    if (!date_parse_iso(str_cut(s, 0, 10), &day) || !take_char(&rest, 'T') ||
        !take_number(&rest, 2, 2, &hour) || !take_char(&rest, ':') ||
        !take_number(&rest, 2, 2, &minute) || !take_char(&rest, ':') ||
        !take_number(&rest, 2, 2, &second) || !take_fraction(&rest, &ms) ||
        !take_zone(&rest, &ahead) || rest.n != 0 || hour > 23 || minute > 59 || second > 59)
        return false;
    *utc_ms =
        (int64_t)day * DAY_MS + ((int64_t)hour * 60 + minute - ahead) * 60000 + second * 1000 + ms;
    return true;
}

void date_print_utc(int64_t utc_ms, char text[20])
{
    const int64_t moment = clip_ms(utc_ms);
    const int64_t day = floor_div(moment, DAY_MS);
    const int second = (int)((moment - day * DAY_MS) / 1000);
    const int part[] = {second / 3600, second / 60 % 60, second % 60};
    date_print_iso((int32_t)day, text);
    for (int i = 0; i < 3; i++) {
        text[10 + 3 * i] = i ? ':' : 'T';
        text[11 + 3 * i] = (char)('0' + part[i] / 10);
        text[12 + 3 * i] = (char)('0' + part[i] % 10);
    }
    text[19] = 'Z';
}
