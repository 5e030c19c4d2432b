/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * date: days of the Gregorian calendar as numbers; 1970-01-01 is day 0.
 *
 * Does: convert, parse ISO (2024-03-01) and Dutch (1-3-2024, 01/03/2024) dates.
 * Does not: know clocks or time zones.
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

#endif
