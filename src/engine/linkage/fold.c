/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/linkage/name_int.h"

#include <string.h>

/*
 * The letters of U+00C0 .. U+024F and U+1E00 .. U+1EFF without what Unicode's decompositions put
 * on them. A capital stands for a pair of letters, see `pairs`; a point for what is no letter.
 */
static const char latin[] = "aaaaaaAceeeeiiiidnooooo.ouuuuyTSaaaaaaAceeeeiiiidnooooo.ouuuuyTy"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiIIjjkkklllllll"
                            "lllnnnnnnnGGooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
                            "bbbb..occdddd.eeeffgg.iikkl.mnnooo..ppr..s.ttttuuuvyyzzzzzz....w"
                            "....DDDLLLNNNaaiioouuuuuuuuuueaaaaAAggggkkoooozzjDDDgg.wnnaaAAoo"
                            "aaaaeeeeiiiioooorrrruuuussttyyhhndUUzzaaeeooooooooyylntjdqacclts"
                            "z..buveejjqqrryy";
static const char latin_more[] = "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
                                 "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
                                 "wwwwwwwwwwxxxxyyzzzzzzhtwyasssSdaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
                                 "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyllvvyy";
enum { LATIN_FROM = 0xc0, LATIN_MORE_FROM = 0x1e00 };

/* æ œ ß þ ĳ ŋ ȣ, and the digraphs of Croatian */
static const char pairs[][4] = {"Aae", "Ooe", "Sss", "Tth", "Iij",
                                "Gng", "Uou", "Ddz", "Llj", "Nnj"};

static uint32_t code_point(const char *p, size_t n)
{
    static const uint8_t first_mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t c = (unsigned char)p[0] & first_mask[n];
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((unsigned char)p[i] & 0x3f);
    return c;
}

static void put(struct linkage_word *w, char letter)
{
    if (w->n < LINKAGE_WORD_MAX)
        w->letter[w->n++] = (uint8_t)(letter - 'a' + 1);
}

static void put_beyond_ascii(struct linkage_word *w, uint32_t c)
{
    char letter = '.';
    if (c >= LATIN_FROM && c < LATIN_FROM + sizeof latin - 1)
        letter = latin[c - LATIN_FROM];
    else if (c >= LATIN_MORE_FROM && c < LATIN_MORE_FROM + sizeof latin_more - 1)
        letter = latin_more[c - LATIN_MORE_FROM];
    if (letter >= 'a')
        put(w, letter);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i][0] == letter) {
            put(w, pairs[i][1]);
            put(w, pairs[i][2]);
        }
}

static void fold(str s, bool with_digits, struct linkage_word *w)
{
    memset(w, 0, sizeof *w);
    for (size_t at = 0; at < s.n;) {
        const char c = s.p[at];
        const size_t n = str_utf8_len(s, at);
        if (n > 1)
            put_beyond_ascii(w, code_point(s.p + at, n));
        else if (c >= 'a' && c <= 'z')
            put(w, c);
        else if (c >= 'A' && c <= 'Z')
            put(w, (char)(c - 'A' + 'a'));
        else if (with_digits && c >= '0' && c <= '9' && w->n < LINKAGE_WORD_MAX)
            w->letter[w->n++] = (uint8_t)(LINKAGE_DIGIT + c - '0');
        at += n ? n : 1; /* one byte of broken UTF-8 at a time */
    }
}

void linkage_fold(str utf8, struct linkage_word *w)
{
    fold(utf8, false, w);
}

void linkage_fold_text(str utf8, struct linkage_word *w)
{
    fold(utf8, true, w);
}
