/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/msg.h"

#include <string.h>

void msg_set(struct msg *m, const char *key)
{
    m->key = key;
    m->n_args = 0;
    m->used = 0;
}

static struct msg_arg *next_arg(struct msg *m, enum msg_kind kind)
{
    if (m->n_args == MSG_ARGS_MAX)
        return NULL;
    struct msg_arg *a = &m->arg[m->n_args++];
    memset(a, 0, sizeof *a);
    a->kind = kind;
    return a;
}

#define ELLIPSIS STR("\xe2\x80\xa6") /* U+2026 */

static void append(struct msg *m, struct msg_arg *a, str s)
{
    memcpy(m->text + m->used, s.p, s.n);
    m->used = (uint16_t)(m->used + s.n);
    a->n = (uint16_t)(a->n + s.n);
}

void msg_text(struct msg *m, str value)
{
    struct msg_arg *a = next_arg(m, MSG_TEXT);
    if (!a)
        return;
    a->at = m->used;
    const size_t free_bytes = (size_t)MSG_TEXT_MAX - m->used;
    const size_t room = free_bytes < MSG_VALUE_MAX ? free_bytes : MSG_VALUE_MAX;
    const size_t mark = ELLIPSIS.n;
    for (size_t at = 0; at < value.n;) {
        const str c = str_next_visible(value, &at);
        const size_t reserve = at < value.n ? mark : 0;
        if (a->n + c.n + reserve > room) {
            if (a->n + mark <= room)
                append(m, a, ELLIPSIS);
            return;
        }
        append(m, a, c);
    }
}

void msg_int(struct msg *m, int64_t value)
{
    struct msg_arg *a = next_arg(m, MSG_INT);
    if (a)
        a->i = value;
}

void msg_real(struct msg *m, double value, int decimals)
{
    struct msg_arg *a = next_arg(m, MSG_REAL);
    if (!a)
        return;
    a->d = value;
    a->decimals = decimals;
}

void msg_key(struct msg *m, const char *key)
{
    struct msg_arg *a = next_arg(m, MSG_KEY);
    if (!a)
        return;
    const size_t n = strlen(key);
    a->at = m->used;
    if (n <= (size_t)MSG_TEXT_MAX - m->used)
        append(m, a, (str){key, n});
}
