/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * po: gettext catalogues as a sorted list of keys with two translations.
 *
 * Does: parse msgid, msgid_plural, msgstr and msgstr[n], with comments, escapes
 *       and texts over several lines; refuse what a translator left unfinished.
 * Does not: read other encodings than UTF-8, contexts (msgctxt) or fuzzy
 *       entries: keys are unique and a catalogue is complete or wrong.
 *
 * Every mistake is appended to an `out` as "file:line: what is wrong", so that
 * one run shows them all.
 */
#ifndef ONTSCHOT_TOOLS_PO_H
#define ONTSCHOT_TOOLS_PO_H

#include "base/arena.h"
#include "base/out.h"

enum po_lang { PO_NL, PO_EN, PO_LANGS };
enum { PO_FORMS = 2 }; /* one, other: the rule of both languages */

struct po_text {
    str form[PO_FORMS]; /* without a plural only the first */
    str file;
    int64_t line; /* 0: this language lacks the key */
};

struct po_entry {
    str key;
    bool has_plural;
    struct po_text text[PO_LANGS];
};

struct po_catalogue {
    struct po_entry *entry; /* sorted by key, bytewise */
    size_t n;
};

/*
 * Parses one catalogue, room.po, and appends its entries to `list`, one per
 * key and language. The keys of room.po begin with "room.".
 */
void po_parse(arena *a, str text, str file, enum po_lang lang, struct po_catalogue *list,
              out *errors);

/*
 * Sorts `list` and joins the languages: duplicate keys, keys of one language,
 * plurals on one side only and different placeholders are mistakes.
 */
void po_join(struct po_catalogue *list, out *errors);

const struct po_entry *po_find(const struct po_catalogue *c, str key);

/* room.words-with-dashes */
bool po_is_key(str s);

/* Places of {1} .. {6} (also {1:plain}) as bits 0 .. 5; false on anything else in braces. */
bool po_placeholders(str s, unsigned *set);

#endif
