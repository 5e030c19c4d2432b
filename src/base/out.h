/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * out: text under construction, in memory, up to a limit.
 *
 * Does: append; remember the first failure, so that callers check once.
 * Does not: escape (base/html, base/json) or know languages (base/i18n).
 */
#ifndef ONTSCHOT_BASE_OUT_H
#define ONTSCHOT_BASE_OUT_H

#include "base/err.h"

typedef struct out {
    char *p;
    size_t n, cap, limit;
    err error; /* sticky: after a failure nothing more is appended */
} out;

void out_init(out *o, size_t limit_bytes); /* allocates nothing yet */
void out_free(out *o);
void out_clear(out *o); /* empties, keeps the memory, forgets an error */

void out_bytes(out *o, const void *p, size_t n);
void out_str(out *o, str s);
void out_cstr(out *o, const char *s);
void out_visible(out *o, str s); /* what a terminal would obey is shown as U+FFFD */
void out_char(out *o, char c);
void out_int(out *o, int64_t v);
void out_hex(out *o, const void *bytes, size_t n);

/* The shortest decimal that reads back as the same double; "nan", "inf", "-inf". */
void out_real(out *o, double v);

/* Fixed decimals (0 to 15), decimal point, halves to even as IEEE prints; never "-0". */
void out_fixed(out *o, double v, int decimals);

/* What was built, borrowed until the next call. */
str out_view(const out *o);

/* OK, E_LIMIT or E_NOMEM. */
WARN_UNUSED err out_error(const out *o, struct err_info *info);

#endif
