/* SPDX-License-Identifier: EUPL-1.2 */
/* A sound key for Dutch names: spellings of one sound become one. Coarse, since it only blocks. */
#include "engine/linkage/name_int.h"

#include <string.h>

/* Rules tried in order at each place; `end` asks that the word ends there. Longest first. */
static const struct rule {
    char from[5], to[3];
    bool end;
} rules[] = {
    {"eij", "y", false}, {"ouw", "au", false}, {"auw", "au", false}, {"sch", "s", true},
    {"ij", "y", false},  {"ei", "y", false},   {"ey", "y", false},   {"ou", "au", false},
    {"ch", "g", false},  {"gh", "g", false},   {"ph", "f", false},   {"th", "t", false},
    {"dt", "t", false},  {"ie", "i", false},   {"ae", "a", false},   {"oe", "o", false},
    {"ue", "u", false},  {"qu", "kw", false},  {"c", "k", false},    {"q", "k", false},
    {"x", "ks", false},  {"z", "s", false},    {"v", "f", false},    {"d", "t", true},
};

enum { SOUNDS = 6, BITS = 5 };

/* The letters of `from` stand in w at `at`. */
static bool fits(const struct rule *rule, const struct linkage_word *w, size_t at)
{
    const size_t n = strlen(rule->from);
    if (at + n > w->n || (rule->end && at + n < w->n))
        return false;
    for (size_t i = 0; i < n; i++)
        if (w->letter[at + i] != rule->from[i] - 'a' + 1)
            return false;
    return true;
}

static const struct rule *find_rule(const struct linkage_word *w, size_t at)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (fits(rules + i, w, at))
            return rules + i;
    return NULL;
}

uint32_t linkage_dutch_key(const struct linkage_word *w)
{
    uint32_t key = 0, last = 0;
    size_t n = 0;
    for (size_t at = 0; at < w->n && n < SOUNDS;) {
        const struct rule *rule = find_rule(w, at);
        const size_t n_to = rule ? strlen(rule->to) : 1;
        for (size_t i = 0; i < n_to && n < SOUNDS; i++) {
            const uint32_t sound = rule ? (uint32_t)(rule->to[i] - 'a' + 1) : w->letter[at];
            if (sound != last) { /* double letters sound once */
                key = key << BITS | (sound & 31);
                n++;
            }
            last = sound;
        }
        at += rule ? strlen(rule->from) : 1;
    }
    return key << BITS * (SOUNDS - n);
}
