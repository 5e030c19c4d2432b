/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * html: what compiled templates (tools/htc) write with.
 *
 * Does: escape every value for the place where it stands; values of several C
 *       types, numbers in the reader's notation, translations.
 * Does not: build documents; templates do. A double has no notation of its own
 *       and does not compile: choose html_number, html_money or html_percent.
 */
#ifndef ONTSCHOT_BASE_HTML_H
#define ONTSCHOT_BASE_HTML_H

#include "base/i18n.h"

struct html {
    out *o;
    enum lang lang;
};

/* Where a value stands; htc finds out from the text around it. */
enum html_sink {
    HTML_TEXT,
    HTML_ATTR,     /* a quoted attribute, or the text of a title or textarea */
    HTML_URL,      /* a whole address: http, https, mailto or relative, else "#" */
    HTML_URL_PART, /* behind the beginning of an address: percent-encoded */
};

/* HTML that the program made itself; escaped nowhere, allowed between tags only. */
typedef struct safe_html {
    str html;
} safe_html;

enum html_kind {
    HTML_STR,
    HTML_INT,    /* grouped: 1.234 */
    HTML_PLAIN,  /* a whole number without grouping: a year, a code */
    HTML_NUMBER, /* below: double */
    HTML_MONEY,  /* text is the currency */
    HTML_PERCENT,
    HTML_DATE,
    HTML_TIME,       /* i: a moment in UTC ms; shown as date and time in the Netherlands */
    HTML_LOCAL_DATE, /* i: a moment; shown as the date there */
    HTML_ISO_TIME,   /* i: a moment; for programs: 2026-11-14T08:30:00Z */
    HTML_BYTES,      /* i: a size: 84 kB */
    HTML_KEY,        /* text is a message key */
    HTML_SENTENCE,   /* text is a message key, with values */
    HTML_MSG,
    HTML_SAFE,
};

struct html_value {
    enum html_kind kind;
    int decimals;
    bool with_plus;  /* NUMBER, MONEY: + before what shows above zero */
    bool with_below; /* NUMBER >= 0: "< 0,001" for what would show as 0,000 */
    str text;
    int64_t i;
    double d;
    const struct msg *msg;
    const struct html_value *value; /* SENTENCE */
    size_t n_values;
};

void html_literal(struct html *h, str text); /* a template's own text */
/* A whole style element; `css` is the program's own and holds no "</". */
void html_style(struct html *h, str css);
void html_put(struct html *h, enum html_sink sink, struct html_value v);

/* A translation with its values {1} .. {n} filled in. */
void html_say(struct html *h, enum html_sink sink, const char *key, const struct html_value *v,
              size_t n);

/* The same as plain text, for pages that use a sentence twice and for files. */
void html_print(out *o, enum lang lang, const char *key, const struct html_value *v, size_t n);
void html_print_value(out *o, enum lang lang, struct html_value v);

/* An escaped text onto any out, for code that writes markup without a template (engine/chart). */
void html_escape(out *o, str text);

/* Formatters: what a template writes for a number. */
struct html_value html_plain(int64_t v);
struct html_value html_number(double v, int decimals);
struct html_value html_signed(double v, int decimals);
struct html_value html_p_value(double p, int decimals); /* "< 0,001" rather than "0,000" */
struct html_value html_money(double v, str currency, int decimals); /* currency is borrowed */
struct html_value html_percent(double fraction, int decimals);
struct html_value html_date(int32_t day);
struct html_value html_time(int64_t utc_ms);
struct html_value html_local_date(int64_t utc_ms);
struct html_value html_iso_time(int64_t utc_ms);
struct html_value html_bytes(int64_t bytes);
struct html_value html_key(const char *key);
struct html_value html_sentence(const char *key, const struct html_value *v, size_t n);
struct html_value html_msg(const struct msg *m); /* borrowed until it is put */

/*
 * SENTENCE("user.invited-by", html_from_str(name), html_time(when)): a translation with
 * its values, as a value itself. The values live as long as the block around it.
 */
#define SENTENCE(key, ...)                                                                         \
    html_sentence(key, (const struct html_value[]){__VA_ARGS__},                                   \
                  sizeof((const struct html_value[]){__VA_ARGS__}) / sizeof(struct html_value))

/* No text, or no message: what a zeroed value is. */
bool html_is_empty(struct html_value v);

/* Values of C types, chosen by HTML_VALUE. */
struct html_value html_from_value(struct html_value v);
struct html_value html_from_str(str s);
struct html_value html_from_cstr(const char *s);
struct html_value html_from_int(int64_t v);
struct html_value html_from_size(uint64_t v);
struct html_value html_from_safe(safe_html s);

#define HTML_TYPES                                                                                 \
    struct html_value : html_from_value,                                                           \
                        str : html_from_str,                                                       \
                              const char * : html_from_cstr,                                       \
                                             char * : html_from_cstr,                              \
                                                      int : html_from_int,                         \
                                                            long : html_from_int,                  \
                                                                   long long : html_from_int,      \
                                                                               unsigned            \
        : html_from_size,                                                                          \
          unsigned long : html_from_size,                                                          \
                          unsigned long long : html_from_size

#define HTML_VALUE(x)      _Generic((x), HTML_TYPES)(x)
#define HTML_TEXT_VALUE(x) _Generic((x), HTML_TYPES, safe_html : html_from_safe)(x)

#endif
