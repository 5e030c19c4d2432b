/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/linkage/name_int.h"

#include <string.h>

enum { SURNAME_BYTES_MAX = 512 }; /* more than twice what a register holds; the rest is not read */

/*
 * The words of which the prefixes of the population register are made (Landelijke tabel 36,
 * "voorvoegsels"), some of Arabic names, and what is written short for some. Sorted.
 */
static const struct prefix {
    char word[8], full[8];
} prefixes[] = {
    {"a", "a"},         {"aan", "aan"},   {"abd", "abd"},     {"abou", "abou"},
    {"abu", "abu"},     {"af", "af"},     {"ait", "ait"},     {"al", "al"},
    {"am", "am"},       {"an", "an"},     {"auf", "auf"},     {"aus", "aus"},
    {"ben", "ben"},     {"bij", "bij"},   {"bin", "bin"},     {"bint", "bint"},
    {"boven", "boven"}, {"d", "de"},      {"da", "da"},       {"dal", "dal"},
    {"dalla", "dalla"}, {"das", "das"},   {"de", "de"},       {"degli", "degli"},
    {"dei", "dei"},     {"del", "del"},   {"della", "della"}, {"den", "den"},
    {"der", "der"},     {"des", "des"},   {"di", "di"},       {"die", "die"},
    {"do", "do"},       {"dos", "dos"},   {"du", "du"},       {"el", "el"},
    {"het", "het"},     {"ibn", "ibn"},   {"im", "im"},       {"in", "in"},
    {"l", "l"},         {"la", "la"},     {"las", "las"},     {"le", "le"},
    {"les", "les"},     {"lo", "lo"},     {"los", "los"},     {"onder", "onder"},
    {"op", "op"},       {"over", "over"}, {"s", "s"},         {"t", "t"},
    {"te", "te"},       {"ten", "ten"},   {"ter", "ter"},     {"tho", "tho"},
    {"thoe", "thoe"},   {"to", "to"},     {"toe", "toe"},     {"tot", "tot"},
    {"uijt", "uit"},    {"uit", "uit"},   {"uyt", "uit"},     {"v", "van"},
    {"van", "van"},     {"vd", "vande"},  {"ver", "ver"},     {"vom", "vom"},
    {"von", "von"},     {"voor", "voor"}, {"vor", "vor"},     {"zu", "zu"},
    {"zum", "zum"},     {"zur", "zur"},
};

/* As strcmp, of a folded word with a text of small letters. */
static int compare(const struct linkage_word *w, const char *text)
{
    for (size_t i = 0; i < w->n; i++) {
        const int difference = w->letter[i] - (text[i] ? text[i] - 'a' + 1 : 0);
        if (difference)
            return difference;
    }
    return -(text[w->n] != '\0');
}

static const struct prefix *find_prefix(str word)
{
    struct linkage_word w;
    linkage_fold(word, &w);
    if (w.n == 0 || w.n >= sizeof prefixes->word)
        return NULL;
    size_t low = 0, high = sizeof prefixes / sizeof *prefixes;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = compare(&w, prefixes[middle].word);
        if (order == 0)
            return prefixes + middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* Length of what parts words at s.p[at], or 0: blanks, points, slashes, apostrophes. */
static size_t gap_length(str s, size_t at)
{
    static const str more[] = {STR("\u2019"), STR("\u2018"), STR("\u02bc"), STR("\u00a0"),
                               STR("\u00b4")};
    if (strchr(" \t./'`,", s.p[at]) && s.p[at])
        return 1;
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (str_starts(str_cut(s, at, s.n), more[i]))
            return more[i].n;
    return 0;
}

static size_t hyphen_length(str s, size_t at)
{
    static const str more[] = {STR("\u2010"), STR("\u2011"), STR("\u2012"), STR("\u2013")};
    if (s.p[at] == '-')
        return 1;
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (str_starts(str_cut(s, at, s.n), more[i]))
            return more[i].n;
    return 0;
}

/* The next word of `rest`, hyphens parting words like gaps; false when there is none. */
static bool next_word(str *rest, str *word)
{
    size_t at = 0, n;
    while (at < rest->n && ((n = gap_length(*rest, at)) || (n = hyphen_length(*rest, at))))
        at += n;
    size_t end = at;
    while (end < rest->n && !gap_length(*rest, end) && !hyphen_length(*rest, end))
        end++;
    *word = str_cut(*rest, at, end);
    *rest = str_cut(*rest, end, rest->n);
    return word->n > 0;
}

static bool is_all_prefix(str s)
{
    for (str word; next_word(&s, &word);)
        if (!find_prefix(word))
            return false;
    return true;
}

static void append(struct linkage_word *w, const char *text)
{
    for (; *text && w->n < LINKAGE_WORD_MAX; text++)
        w->letter[w->n++] = (uint8_t)(*text - 'a' + 1);
}

/* The words of `s` up to its core, which is given back: from the first that is no prefix on. */
static str take_prefix(str s, struct linkage_word *prefix)
{
    for (str rest = s, word; next_word(&rest, &word); s = rest) {
        const struct prefix *found = find_prefix(word);
        if (!found)
            break;
        append(prefix, found->full);
    }
    return s;
}

/* One surname: "van der Berg" or "Berg, van der". */
static void split_one(str s, struct linkage_word *prefix, struct linkage_word *core)
{
    memset(prefix, 0, sizeof *prefix);
    size_t comma;
    if (is_all_prefix(s)) {
        linkage_fold(s, core);
        return;
    }
    if (str_find(s, ',', &comma) && is_all_prefix(str_cut(s, comma, s.n))) {
        take_prefix(str_cut(s, comma, s.n), prefix);
        s = str_cut(s, 0, comma);
    }
    linkage_fold(take_prefix(s, prefix), core);
}

/* The hyphen between two surnames: one with a name on either side, not "El-Amrani". */
static bool find_hyphen(str s, str *before, str *after)
{
    for (size_t at = 0; at < s.n; at++) {
        const size_t n = hyphen_length(s, at);
        *before = str_cut(s, 0, at);
        *after = str_cut(s, at + n, s.n);
        if (n && !is_all_prefix(*before) && !is_all_prefix(*after))
            return true;
    }
    return false;
}

void linkage_split_surname(str utf8, char use, struct linkage_name *name)
{
    str first, second;
    memset(name, 0, sizeof *name);
    utf8 = str_cut(utf8, 0, SURNAME_BYTES_MAX);
    if (use == 'P') {
        split_one(utf8, &name->partner_prefix, &name->partner);
    } else if (use == 'E' || !find_hyphen(utf8, &first, &second)) {
        split_one(utf8, &name->prefix, &name->own);
    } else {
        const bool own_first = use == 'N';
        split_one(own_first ? first : second, &name->prefix, &name->own);
        split_one(own_first ? second : first, &name->partner_prefix, &name->partner);
    }
}
