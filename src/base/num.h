/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * num: numbers as text, without a locale.
 *
 * Does: parse whole and decimal numbers exactly rounded, print the shortest
 *       decimal that reads back as the same double.
 * Does not: group digits or know languages (base/i18n).
 */
#ifndef ONTSCHOT_BASE_NUM_H
#define ONTSCHOT_BASE_NUM_H

#include "base/str.h"

enum { NUM_TEXT_MAX = 32 };

/* The whole of `s` must be a number: [+-]digits. False on overflow or anything else. */
bool num_parse_int(str s, int64_t *v);

/*
 * [+-]digits[.digits][e[+-]digits] with `decimal` '.' or ',' as the decimal
 * sign; no grouping, no hexadecimal, no "inf" or "nan". Correctly rounded;
 * a number too large gives infinity.
 */
bool num_parse_real(str s, char decimal, double *v);

/* Writes at most NUM_TEXT_MAX bytes, returns how many. No terminator. */
size_t num_print_real(double v, char text[NUM_TEXT_MAX]);
size_t num_print_int(int64_t v, char text[NUM_TEXT_MAX]);

#endif
