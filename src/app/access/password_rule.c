/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * password_rule: which passwords are refused. Those that guessers try first, and nothing else: what
 * kinds of characters it has says little about how hard it is to guess.
 */
#include "app/access/access_int.h"

#include <string.h>

enum {
    FOLDED_MAX = 4 * ACCESS_PASSWORD_MAX,
    UNLIKE_MIN = 5, /* different characters at least */
    FREE_MIN = 6,   /* characters that neither follow a run nor name the owner */
    PART_MIN = 3,   /* letters of a name that count as part of it */
};

extern const str access_common; /* common.txt: words, most used first in many lists of leaks */

/* Rows that fingers follow, either way. */
static const char *const runs[] = {
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "qwertzuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "!@#$%^&*()",
};

static bool follow(char a, char b)
{
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        for (const char *p = runs[i]; p[0] && p[1]; p++)
            if ((p[0] == a && p[1] == b) || (p[0] == b && p[1] == a))
                return true;
    return false;
}

static size_t count_unlike(str s)
{
    bool seen[256] = {false};
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (!seen[(unsigned char)s.p[i]]) {
            seen[(unsigned char)s.p[i]] = true;
            n++;
        }
    return n;
}

/* "zeilbootzeilboot": something too short for a password, again, wholly or in part. */
static bool is_repeated(str s)
{
    for (size_t period = 1; period <= s.n / 2 && period < ACCESS_PASSWORD_MIN; period++) {
        size_t i = period;
        while (i < s.n && s.p[i] == s.p[i - period])
            i++;
        if (i == s.n)
            return true;
    }
    return false;
}

static size_t count_free_of_runs(str s)
{
    size_t n = s.n > 0;
    for (size_t i = 1; i < s.n; i++)
        n += s.p[i] != s.p[i - 1] && !follow(s.p[i - 1], s.p[i]);
    return n;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

static bool is_sign(char c) /* neither letter nor digit */
{
    return !is_letter(c) && !(c >= '0' && c <= '9');
}

/* Writes ' ' over each occurrence. */
static void blot(char *p, size_t n, str part)
{
    for (size_t i = 0; i + part.n <= n; i++)
        if (memcmp(p + i, part.p, part.n) == 0)
            memset(p + i, ' ', part.n);
}

static void blot_parts(char *p, size_t n, str words)
{
    size_t from = 0;
    for (size_t i = 0; i <= words.n; i++)
        if (i == words.n || is_sign(words.p[i])) {
            if (i - from >= PART_MIN)
                blot(p, n, str_cut(words, from, i));
            from = i + 1;
        }
}

/* 0 for o, 3 for e, and so on: the first thing that guessers try, too. */
static char unmasked(char c)
{
    static const char masks[][2] = {{'0', 'o'}, {'1', 'i'}, {'3', 'e'}, {'4', 'a'}, {'5', 's'},
                                    {'7', 't'}, {'@', 'a'}, {'$', 's'}, {'!', 'i'}};
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++)
        if (masks[i][0] == c)
            return masks[i][1];
    return c;
}

static bool is_listed(str word)
{
    str rest = access_common, line, entry;
    while (str_next(&rest, '\n', &line))
        while (str_next(&line, ' ', &entry))
            if (entry.n > 0 && str_eq(entry, word))
                return true;
    return false;
}

/* A listed word with digits and signs around it, masked or not: "Welkom2026!!". */
static bool is_common(str s)
{
    char bare[FOLDED_MAX];
    size_t from = 0, to = s.n, n = 0;

    while (from < to && !is_letter(s.p[from]) && unmasked(s.p[from]) == s.p[from])
        from++;
    for (size_t cut = to; cut > from; cut--) { /* each way to see the tail: as letters or not */
        if (cut < to && is_letter(s.p[cut]))
            break;
        n = 0;
        for (size_t i = from; i < cut; i++)
            if (!is_sign(unmasked(s.p[i])))
                bare[n++] = unmasked(s.p[i]);
        if (is_listed((str){bare, n}))
            return true;
        n = 0;
        for (size_t i = from; i < cut; i++)
            if (is_letter(s.p[i]))
                bare[n++] = s.p[i];
        if (is_listed((str){bare, n}))
            return true;
    }
    return false;
}

static size_t count_characters(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

static err check_length(str password, struct err_info *info)
{
    if (!str_is_utf8(password))
        return err_set(info, E_INPUT, "access.not-utf8");
    if (count_characters(password) < ACCESS_PASSWORD_MIN) {
        err_set(info, E_INPUT, "access.password-short");
        msg_int(&info->msg, ACCESS_PASSWORD_MIN);
        return E_INPUT;
    }
    if (password.n > ACCESS_PASSWORD_MAX) {
        err_set(info, E_INPUT, "access.password-long");
        msg_int(&info->msg, ACCESS_PASSWORD_MAX);
        return E_INPUT;
    }
    return OK;
}

/* Without the names of owner and site, how much is left that a guesser does not know? */
static err check_names(const struct deed *deed, str folded, str name, str email,
                       struct err_info *info)
{
    const str known[] = {name, email, deed->app->site_name, STR("ontschot")};
    char rest[FOLDED_MAX];
    size_t n_free = 0;
    str words;

    memcpy(rest, folded.p, folded.n);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const err e = text_fold(deed->memory, known[i], &words, info);
        if (e != OK)
            return e;
        blot_parts(rest, folded.n, words);
    }
    for (size_t i = 0; i < folded.n; i++)
        n_free += !is_sign(rest[i]);
    sodium_memzero(rest, sizeof rest);
    return n_free >= FREE_MIN ? OK : err_set(info, E_INPUT, "access.password-own");
}

err password_check(const struct deed *deed, str password, str name, str email,
                   struct err_info *info)
{
    str folded;

    err e = check_length(password, info);
    if (e == OK)
        e = text_fold(deed->memory, password, &folded, info);
    if (e != OK)
        return e;
    folded = str_cut(folded, 0, FOLDED_MAX);
    if (count_unlike(folded) < UNLIKE_MIN || is_repeated(folded))
        return err_set(info, E_INPUT, "access.password-repeated");
    if (count_free_of_runs(folded) < FREE_MIN)
        return err_set(info, E_INPUT, "access.password-run");
    if (is_common(folded))
        return err_set(info, E_INPUT, "access.password-common");
    return check_names(deed, folded, name, email, info);
}
