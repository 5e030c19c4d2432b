/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * name: names as they are compared.
 *
 * Does: fold a text to small numbers for letters; tell prefixes, own and partner's surname apart;
 *       give a Dutch sound key and the name a pet name stands for.
 * Does not: keep what was written, judge likeness (similar_int.h), or know what a name means.
 */
#ifndef ONTSCHOT_ENGINE_LINKAGE_NAME_INT_H
#define ONTSCHOT_ENGINE_LINKAGE_NAME_INT_H

#include "base/str.h"

enum {
    LINKAGE_WORD_MAX = 31,
    LINKAGE_DIGIT = 27,   /* letters are 1 .. 26, the digit d is LINKAGE_DIGIT + d */
    LINKAGE_ALPHABET = 37 /* values below it, 0 among them, which stands behind the end */
};

struct linkage_word {
    uint8_t n;
    uint8_t letter[LINKAGE_WORD_MAX]; /* 0 from n on */
} __attribute__((aligned(32)));

/*
 * Letters without case or accents ("Müller" is "muller", "Strauß" is "strauss"); what is no Latin
 * letter is dropped, broken UTF-8 too. Text that folds to more than LINKAGE_WORD_MAX is cut.
 */
void linkage_fold(str utf8, struct linkage_word *w);
/* The same with the digits 0 .. 9 kept: streets, house numbers, registration numbers. */
void linkage_fold_text(str utf8, struct linkage_word *w);

struct linkage_name {
    struct linkage_word prefix, own, partner_prefix, partner;
};

/*
 * "van der Berg-de Vries" in its parts. `use` is the code of name use of the population register
 * (tabel naamgebruik): E own name, P partner's, V partner's before own, N own before partner's.
 * Any other code with a hyphen is read as V, the custom; without hyphen as E. Also understands
 * "Berg, van der", "v.d. Berg", "d'Ancona" and "El-Amrani", which is one name. A text of nothing
 * but prefixes ("Van") is a name. Absent parts have n = 0.
 */
void linkage_split_surname(str utf8, char use, struct linkage_name *name);

/*
 * The same for spellings that sound alike in Dutch: y, ij, ei; c, k; s, z; f, v; g, ch; ou, au; dt,
 * d, t at the end; doubled letters; ue, ae, oe as the umlauts they may stand for. The first six
 * sounds, five bits each, the first highest; 0 for the empty word. For blocking only.
 */
uint32_t linkage_dutch_key(const struct linkage_word *w);

/*
 * The name that a given name is short for: Jan, Hans and Johannes have one root. False, and *root
 * the name itself, when it stands for none. A pet name of several roots has the most frequent.
 */
bool linkage_nickname_root(const struct linkage_word *w, struct linkage_word *root);

#endif
