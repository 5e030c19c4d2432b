/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * str: a borrowed run of bytes with its length. Text is UTF-8.
 *
 * Does: compare, cut, trim, search.
 * Does not: own memory (base/arena) or build text (base/out).
 */
#ifndef ONTSCHOT_BASE_STR_H
#define ONTSCHOT_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct str {
    const char *p;
    size_t n;
} str;

#define STR(literal) ((str){"" literal, sizeof(literal) - 1})
/* for printf-like debugging in tests: printf("%.*s", STR_FMT(s)) */
#define STR_FMT(s) (int)(s).n, (s).p

str str_of(const char *zero_terminated); /* NULL gives the empty str */
bool str_eq(str a, str b);
int str_cmp(str a, str b); /* by bytes: the order of code points */
bool str_starts(str s, str head);
bool str_ends(str s, str tail);
str str_cut(str s, size_t from, size_t to); /* bounds are clipped to s */
str str_trim(str s);                        /* ASCII white space at both ends */
bool str_find(str s, char c, size_t *at);
bool str_eq_nocase(str a, str b); /* ASCII letters only */
uint64_t str_hash(str s);         /* the same on every machine; not against hostile keys */

/* The next piece of `rest` up to `sep`; false when nothing is left. An empty list has no pieces. */
bool str_next(str *rest, char sep, str *piece);

/* Length in bytes of the valid UTF-8 sequence at s.p[at], or 0. */
size_t str_utf8_len(str s, size_t at);
bool str_is_utf8(str s);

/*
 * The form in which the character at s.p[*at] may be shown to a reader; moves
 * `at` behind it. Broken UTF-8, control characters, what is no character, and the marks that turn
 * round the text after them (Unicode's embeddings, overrides and isolates)
 * become U+FFFD; anything else is itself.
 */
str str_next_visible(str s, size_t *at);

/* Edit distance (Levenshtein 1966) up to `max`, else max + 1. For "did you mean". */
size_t str_distance(str a, str b, size_t max);

#endif
