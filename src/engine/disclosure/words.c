/* SPDX-License-Identifier: EUPL-1.2 */
/* Small counts in sentences. */
#include "engine/disclosure/release_int.h"

#include "base/num.h"

#include <string.h>

/* Counts of teams, periods, characteristics and the like: what few teams mean is no matter of this
 * room. */
static const char *const not_of_persons[] = {
    "balancing.uneven",    "effect.few-clusters",  "effect.few-clusters-settled",
    "effect.match-uneven", "effect.more-warnings", "effect.strata-uneven",
    "panel.cells-dropped", "panel.cells-failed",   "panel.cohort-in-one-cluster",
    "panel.uneven",
};

/* The same without its numbers, when one may not be shown: no sentence has a gap where that stood.
 */
static const struct {
    const char *key, *without;
} without_numbers[] = {
    {"balancing.few-treated", "balancing.few-treated-some"},
    {"balancing.out-of-reach", "balancing.out-of-reach-some"},
    {"effect.few-effective", "effect.few-effective-some"},
    {"effect.few-units", "effect.few-units-some"},
    {"effect.match-alone", "effect.match-alone-some"},
    {"effect.match-fewer", "effect.match-fewer-some"},
    {"effect.match-outside", "effect.match-outside-some"},
    {"effect.match-taken", "effect.match-taken-some"},
    {"effect.outside-support", "effect.outside-support-some"},
    {"effect.rows-dropped", "effect.rows-dropped-some"},
    {"effect.trimmed", "effect.trimmed-some"},
    {"looks.rows-without-value", "looks.rows-without-value-some"},
    {"panel.always-treated", "panel.always-treated-some"},
    {"panel.few-units", "panel.few-units-some"},
    {"panel.rows-missing", "panel.rows-missing-some"},
    {"panel.start-after-end", "panel.start-after-end-some"},
    {"panel.trimmed", "panel.trimmed-some"},
    {"panel.unbalanced", "panel.unbalanced-some"},
    {"twfe.all-treated", "twfe.all-treated-some"},
    {"twfe.clusters-single", "twfe.clusters-single-some"},
    {"twfe.seen-once", "twfe.seen-once-some"},
};

static const char *key_without_numbers(const char *key)
{
    for (size_t i = 0; i < sizeof without_numbers / sizeof *without_numbers; i++)
        if (strcmp(key, without_numbers[i].key) == 0)
            return without_numbers[i].without;
    return key;
}

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

/*
 * What may be said of `m`: small counts become "<10", and what is hidden stays so. The sentence
 * without numbers has none of them, also not those that may be shown: which count it is that was
 * hidden is nobody's guess then.
 */
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

static bool is_few(const struct cleaning *c, const struct msg_arg *arg)
{
    return arg->kind == MSG_INT && arg->i > 0 && (uint64_t)arg->i < c->min;
}

static bool hides(const struct cleaning *c, const struct msg_arg *arg, size_t i)
{
    if (arg->kind == MSG_INT)
        return !is_few(c, arg) && is_hidden(c, arg->i);
    return c->bare && (arg->kind == MSG_REAL || (arg->kind == MSG_TEXT && i > 0));
}

static struct msg clean(const struct cleaning *c, const struct msg *m)
{
    struct msg to;
    bool any = false;
    for (size_t i = 0; i < m->n_args; i++)
        any = any || hides(c, &m->arg[i], i);
    msg_set(&to, any ? key_without_numbers(m->key) : m->key);
    for (size_t i = 0; i < m->n_args; i++) {
        const struct msg_arg *arg = &m->arg[i];
        const str text = {m->text + arg->at, arg->n};
        if (is_few(c, arg))
            put_count(&to, c->min);
        else if (hides(c, arg, i))
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
