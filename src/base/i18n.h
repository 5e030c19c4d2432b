/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * i18n: keys and numbers into Dutch or English.
 *
 * Does: look up messages compiled from po/ by tools/poc; fill in values; print
 *       numbers, euros, percentages and dates as each language writes them.
 * Does not: escape for HTML; the caller's sink does.
 */
#ifndef ONTSCHOT_BASE_I18N_H
#define ONTSCHOT_BASE_I18N_H

#include "base/out.h"

enum lang { LANG_NL, LANG_EN, LANG_COUNT };

bool lang_parse(str tag, enum lang *lang); /* "nl", "en" */
const char *lang_tag(enum lang lang);

/*
 * The translation of a key; of a plural the form for many. An unknown key comes
 * back as itself (a test finds those).
 */
str tr(enum lang lang, const char *key);
bool tr_has(enum lang lang, const char *key);

/* The form for exactly one, or for any other number; the same for an entry without plural. */
str tr_form(enum lang lang, const char *key, bool one);

/* A run of literal text of a translation and the value that follows it. */
struct tr_piece {
    str text;
    size_t value; /* 1 to MSG_ARGS_MAX, or 0: the text ends */
    bool plain;   /* {1:plain} */
};

/* Cuts the next piece from `rest`; false when nothing is left. */
bool tr_next_piece(str *rest, struct tr_piece *piece);

/*
 * Appends a message with its values filled in. {1} to {6} are values; when the
 * entry has a plural (msgid_plural), the first whole number chooses the form.
 * Whole numbers are grouped (1.234); {1:plain} leaves them as they are, for
 * years and codes. Appends nothing when m->key is NULL.
 */
void tr_msg(out *o, enum lang lang, const struct msg *m);

void tr_int(out *o, enum lang lang, int64_t v); /* nl: 1.234  en: 1,234 */
/* nl: 1.234,5  en: 1,234.5; a true minus sign (U+2212); "-" forms never wrap. NaN prints an en
 * dash. */
void tr_number(out *o, enum lang lang, double v, int decimals);
/* Whether a plus may stand before it: not when it rounds to zero. */
bool tr_shows_above_zero(double v, int decimals);
/* nl: € 1.140 / −€ 85  en: €1,140 / −€85; the space is a no-break space. `currency` e.g. "EUR",
 * "USD". */
void tr_money(out *o, enum lang lang, double amount, str currency, int decimals);
void tr_percent(out *o, enum lang lang, double fraction, int decimals);
void tr_date(out *o, enum lang lang, int32_t day); /* 14 november 2026 / 14 November 2026 */
/* In the Netherlands: 14 november 2026, 09.30 uur / 14 November 2026, 09:30 */
void tr_time(out *o, enum lang lang, int64_t utc_ms);
void tr_bytes(out *o, enum lang lang, int64_t bytes); /* 84 kB, 1,2 MB; of 1000 bytes */

#endif
