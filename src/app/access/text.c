/* SPDX-License-Identifier: EUPL-1.2 */
/* text: what people fill in as names and addresses, and the keys these are found by. */
#include "app/access/access_int.h"
#include "app/mail/mail.h"

#include <stdlib.h>

#include <utf8proc.h>

/* utf8proc allocates by itself; the arena keeps a copy. */
static err map_text(arena *a, str text, utf8proc_option_t how, str *mapped, struct err_info *info)
{
    utf8proc_uint8_t *p = NULL;

    const utf8proc_ssize_t n =
        utf8proc_map((const utf8proc_uint8_t *)text.p, (utf8proc_ssize_t)text.n, &p, how);
    if (n == UTF8PROC_ERROR_NOMEM)
        return err_nomem(info);
    if (n < 0)
        return err_set(info, E_INPUT, "access.not-utf8");
    *mapped = arena_str(a, (str){(const char *)p, (size_t)n});
    free(p);
    return mapped->p ? OK : err_nomem(info);
}

err text_fold(arena *a, str text, str *key, struct err_info *info)
{
    return map_text(a, text,
                    UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK |
                        UTF8PROC_CASEFOLD | UTF8PROC_IGNORE,
                    key, info);
}

/* Control characters and marks that turn text round say another thing than what one sees. */
static bool is_visible(str text, size_t *n_characters)
{
    size_t n = 0;
    for (size_t at = 0; at < text.n; n++) {
        const size_t before = at;
        const str shown = str_next_visible(text, &at);
        if (!str_eq(shown, str_cut(text, before, at)))
            return false;
    }
    *n_characters = n;
    return true;
}

err text_check(const struct deed *deed, str typed, size_t max, bool may_be_empty,
               const char *key_wrong, str *text, struct err_info *info)
{
    const str trimmed = str_trim(typed);
    size_t n = 0;

    if (!str_is_utf8(trimmed))
        return err_set(info, E_INPUT, "access.not-utf8");
    if (trimmed.n > 4 * max || !is_visible(trimmed, &n) || n > max || (n == 0 && !may_be_empty)) {
        err_set(info, E_INPUT, key_wrong);
        msg_int(&info->msg, (int64_t)max);
        return E_INPUT;
    }
    return map_text(deed->memory, trimmed, UTF8PROC_STABLE | UTF8PROC_COMPOSE, text, info);
}

err reason_check(const struct deed *deed, str typed, str *text, struct err_info *info)
{
    const str trimmed = str_trim(typed);
    bool is_text = str_is_utf8(trimmed);

    for (size_t i = 0; i < trimmed.n; i++) {
        const unsigned char c = (unsigned char)trimmed.p[i];
        is_text = is_text && (c >= ' ' || c == '\n' || c == '\r' || c == '\t');
    }
    if (!is_text)
        return err_set(info, E_INPUT, "access.not-utf8");
    if (trimmed.n > REASON_MAX) {
        err_set(info, E_INPUT, "access.reason-long");
        msg_int(&info->msg, REASON_MAX);
        return E_INPUT;
    }
    *text = arena_str(deed->memory, trimmed);
    return text->p ? OK : err_nomem(info);
}

err email_check(const struct deed *deed, str typed, str *address, str *key, struct err_info *info)
{
    const str trimmed = str_trim(typed);

    if (!mail_address_is_valid(trimmed))
        return err_set(info, E_INPUT, "access.email-wrong");
    *address = arena_str(deed->memory, trimmed);
    char *lower = ARENA_NEW(deed->memory, char, trimmed.n + 1);
    if (!address->p || !lower)
        return err_nomem(info);
    for (size_t i = 0; i < trimmed.n; i++) {
        const char c = trimmed.p[i];
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    *key = (str){lower, trimmed.n};
    return OK;
}

err text_pattern(arena *a, str part, str *pattern, struct err_info *info)
{
    str folded;
    const err e = text_fold(a, str_trim(part), &folded, info);
    if (e != OK)
        return e;
    char *p = ARENA_NEW(a, char, 2 * folded.n + 2);
    if (!p)
        return err_nomem(info);
    size_t n = 0;
    p[n++] = '%';
    for (size_t i = 0; i < folded.n; i++) {
        if (folded.p[i] == '%' || folded.p[i] == '_' || folded.p[i] == '!')
            p[n++] = '!';
        p[n++] = folded.p[i];
    }
    p[n++] = '%';
    *pattern = (str){p, n};
    return OK;
}
