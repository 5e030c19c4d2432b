/* SPDX-License-Identifier: EUPL-1.2 */
/* Small counts in sentences. */
#include "engine/disclosure/release_int.h"

#include "base/num.h"

#include <string.h>

/* Counts of teams, periods, characteristics and the like: what few teams mean is no matter of this
 * room. */
static const char *const not_of_persons[] = {
    "effect.few-clusters",  "effect.few-clusters-settled", "effect.match-uneven",
    "effect.more-warnings", "effect.strata-uneven",        "panel.cells-dropped",
    "panel.cells-failed",
};

static bool is_of_persons(const char *key)
{
    for (size_t i = 0; i < sizeof not_of_persons / sizeof *not_of_persons; i++)
        if (strcmp(key, not_of_persons[i]) == 0)
            return false;
    return true;
}

static void put_count(struct msg *m, size_t min)
{
    char text[1 + NUM_TEXT_MAX] = "<";
    const size_t n = num_print_int((int64_t)min, text + 1);
    msg_text(m, (str){text, 1 + n});
}

static void put_key(struct msg *m, str key)
{
    char text[MSG_TEXT_MAX + 1];
    memcpy(text, key.p, key.n);
    text[key.n] = '\0';
    msg_key(m, text);
}

/* What may be said of `m`: small counts become "<10", and what is hidden stays so. */
struct cleaning {
    size_t min;
    const struct released_effect *of; /* its hidden counts are not said either; may be NULL */
    bool bare;                        /* nothing of a row either: numbers, and texts but a first */
};

static bool is_hidden(const struct cleaning *c, int64_t n)
{
    for (size_t i = 0; c->of && i < c->of->n_hidden; i++)
        if (n > 0 && c->of->hidden[i] == (uint64_t)n)
            return true;
    return false;
}

static struct msg clean(const struct cleaning *c, const struct msg *m)
{
    struct msg to;
    msg_set(&to, m->key);
    for (size_t i = 0; i < m->n_args; i++) {
        const struct msg_arg *arg = &m->arg[i];
        const str text = {m->text + arg->at, arg->n};
        if (arg->kind == MSG_INT && arg->i > 0 && (uint64_t)arg->i < c->min)
            put_count(&to, c->min);
        else if ((arg->kind == MSG_INT && is_hidden(c, arg->i)) ||
                 (c->bare && (arg->kind == MSG_REAL || (arg->kind == MSG_TEXT && i > 0))))
            msg_key(&to, "disclosure.not-shown");
        else if (arg->kind == MSG_INT)
            msg_int(&to, arg->i);
        else if (arg->kind == MSG_REAL)
            msg_real(&to, arg->d, arg->decimals);
        else if (arg->kind == MSG_KEY)
            put_key(&to, text);
        else
            msg_text(&to, text);
    }
    return to;
}

void release_warnings(struct released_effect *to)
{
    struct effect_result *r = to->result;
    const struct cleaning c = {.min = r->spec.min_persons, .of = to};
    for (size_t i = 0; i < r->n_warnings; i++)
        if (is_of_persons(r->warnings[i].key))
            r->warnings[i] = clean(&c, &r->warnings[i]);
}

struct msg disclosure_failure(const struct err_info *info, size_t min_persons)
{
    const struct cleaning c = {.min = min_persons, .bare = true};
    return clean(&c, &info->msg);
}
