/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any bytes as names: folded, split, keyed and compared. Nothing may be read or written outside, a
 * word keeps to its alphabet and length, and likeness is symmetric.
 */
#include "engine/linkage/similar_int.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_word(const struct linkage_word *w, unsigned alphabet)
{
    check(w->n <= LINKAGE_WORD_MAX);
    for (size_t i = 0; i < LINKAGE_WORD_MAX; i++)
        check(i < w->n ? w->letter[i] > 0 && w->letter[i] < alphabet : w->letter[i] == 0);
}

/* Each part is a word, and the code of name use is obeyed. */
static void check_split(str text, char use)
{
    struct linkage_name name;
    linkage_split_surname(text, use, &name);
    check_word(&name.own, LINKAGE_DIGIT);
    check_word(&name.prefix, LINKAGE_DIGIT);
    check_word(&name.partner, LINKAGE_DIGIT);
    check_word(&name.partner_prefix, LINKAGE_DIGIT);
    check(use != 'P' || (name.own.n == 0 && name.prefix.n == 0));
    check(use != 'E' || (name.partner.n == 0 && name.partner_prefix.n == 0));
}

static void check_pair(const struct linkage_word *a, const struct linkage_word *b)
{
    uint16_t score;
    const uint16_t one = linkage_similar(a, b);
    linkage_similar_many(a, b, 1, &score);
    check(one == score && one == linkage_similar(b, a) && one <= LINKAGE_SIMILAR_ONE);
    const unsigned edits = linkage_edits(a, b, LINKAGE_WORD_MAX);
    check(edits == linkage_edits(b, a, LINKAGE_WORD_MAX));
    check((edits == 0) == (memcmp(a, b, sizeof *a) == 0));
    check((one == LINKAGE_SIMILAR_ONE) == (edits == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char uses[] = {'E', 'P', 'V', 'N', ' '};
    const str text = {(const char *)data, n};
    struct linkage_word word, name, half[2], root;
    linkage_fold(text, &name);
    linkage_fold_text(text, &word);
    check_word(&name, LINKAGE_DIGIT);
    check_word(&word, LINKAGE_ALPHABET);
    for (size_t i = 0; i < sizeof uses; i++)
        check_split(text, uses[i]);
    check((linkage_dutch_key(&name) == 0) == (name.n == 0));
    check(linkage_nickname_root(&name, &root) == (memcmp(&name, &root, sizeof root) != 0));
    check_word(&root, LINKAGE_DIGIT);
    linkage_fold_text(str_cut(text, 0, n / 2), &half[0]);
    linkage_fold_text(str_cut(text, n / 2, n), &half[1]);
    check_pair(&half[0], &half[1]);
    check_pair(&word, &half[0]);
    return 0;
}
