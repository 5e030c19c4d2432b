/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * date: days of the Gregorian calendar as numbers; 1970-01-01 is day 0.
 *
 * Does: convert, parse ISO (2024-03-01) and Dutch (1-3-2024, 01/03/2024) dates; tell
 *       what the clocks of the Netherlands show at a moment, and the other way round.
 * Does not: know which moment it is, or other time zones.
 */
#ifndef ONTSCHOT_BASE_DATE_H
#define ONTSCHOT_BASE_DATE_H

#include "base/str.h"

struct date_ymd {
    int year, month, day;
};

enum { DATE_YEAR_MIN = 1, DATE_YEAR_MAX = 9999 };

bool date_is_valid(struct date_ymd d);
int32_t date_day_of(struct date_ymd d); /* d must be valid */
struct date_ymd date_ymd_of(int32_t day);
bool date_parse_iso(str s, int32_t *day);
bool date_parse_dutch(str s, int32_t *day); /* day-month-year with - or / or . */

/* Writes "2024-03-01": exactly 10 bytes, no terminator. */
void date_print_iso(int32_t day, char text[10]);

/*
 * The clocks of Europe/Amsterdam: one hour before UTC, two from the last Sunday of
 * March to the last Sunday of October, each at 01:00 UTC (Directive 2000/84/EC; the
 * Netherlands since 1996, and here for moments before it too). Moments are
 * milliseconds since 1970-01-01 00:00 UTC, clipped to the years of dates.
 */
struct date_local {
    int32_t day;
    int hour, minute, second;
    int ahead_minutes; /* of UTC: 60 or 120 */
};

struct date_local date_local_of(int64_t utc_ms);

/*
 * The moment at which the clocks show this; of the hour that autumn repeats the
 * first. False for the hour that spring leaves out.
 */
bool date_utc_ms_of(int32_t day, int hour, int minute, int64_t *utc_ms);

/* What a form sends for a local time: "2026-11-14T09:30". False when it is none. */
bool date_parse_local(str s, int64_t *utc_ms);

/*
 * A moment as RFC 3339 writes it: "2026-11-14T08:30:00Z", "2026-11-14T09:30:00.250+01:00". What is
 * finer than a millisecond is cut off; a leap second is none. False for anything else.
 */
bool date_parse_utc(str s, int64_t *utc_ms);

/* Writes "2026-11-14T08:30:00Z": exactly 20 bytes, no terminator. */
void date_print_utc(int64_t utc_ms, char text[20]);

#endif
