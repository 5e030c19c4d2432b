/* SPDX-License-Identifier: EUPL-1.2 */
/* Which effects may be seen: the rule on estimates of release_int.h. */
#include "base/real.h"
#include "engine/disclosure/release_int.h"

#include <math.h>
#include <stdlib.h>

/* An effect of one group in one period; without these, an effect by event time stands for one. */
struct cell {
    size_t at; /* in the estimates */
    double group, time, event_time;
    size_t n_treated, n_control;
    bool is_used;     /* it is part of averages */
    bool is_hidden;   /* its number */
    bool is_withheld; /* the average over its event time */
    bool is_secret;   /* the size of its group */
    bool is_first;    /* of its group, in this order */
};

struct cells {
    struct effect_result *r;
    size_t min;
    struct cell *cell; /* by event time */
    size_t n;
    enum effect_aggregation kind; /* what they are */
    bool hides_whole;             /* the overall average */
    const char *why;              /* nothing may be seen at all, and why */
};

/* ---- cells ---- */

static int by_event_time(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    if (x->event_time != y->event_time)
        return x->event_time < y->event_time ? -1 : 1;
    return x->at < y->at ? -1 : 1;
}

static void collect(struct cells *s)
{
    for (size_t i = 0; i < s->r->n_estimates; i++) {
        const struct effect_estimate *e = &s->r->estimates[i];
        if (e->aggregation != s->kind || isnan(e->event_time))
            continue;
        s->cell[s->n++] = (struct cell){.at = i,
                                        .group = s->kind == EFFECT_GROUP_TIME ? e->group : 0,
                                        .time = e->time,
                                        .event_time = e->event_time,
                                        .n_treated = e->n_treated,
                                        .n_control = e->n_control,
                                        .is_used = !e->failed && !e->reference};
    }
    qsort(s->cell, s->n, sizeof *s->cell, by_event_time);
    for (size_t i = 0; i < s->n; i++) {
        size_t j = 0;
        while (s->cell[j].group != s->cell[i].group)
            j++;
        s->cell[i].is_first = j == i;
    }
}

static bool is_few(const struct cells *s, size_t n_treated, size_t n_control)
{
    return n_treated < s->min || n_control < s->min;
}

/* A set of hidden cells: persons of each group once, and the largest comparison group. */
typedef bool in_set(const struct cells *s, size_t i, double event_time);

static bool is_hidden_at(const struct cells *s, size_t i, double event_time)
{
    return s->cell[i].is_hidden && s->cell[i].event_time == event_time;
}

static bool is_hidden_in_whole(const struct cells *s, size_t i, double event_time)
{
    return s->cell[i].is_hidden && s->cell[i].is_withheld && s->cell[i].event_time >= event_time;
}

static bool is_enough(const struct cells *s, in_set *in, double event_time)
{
    size_t treated = 0, control = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct cell *c = &s->cell[i];
        if (!in(s, i, event_time))
            continue;
        size_t most = c->n_treated; /* of its group; counted at the first of its cells */
        bool is_first = true;
        for (size_t j = 0; j < s->n; j++)
            if (in(s, j, event_time) && s->cell[j].group == c->group) {
                is_first = is_first && j >= i;
                most = s->cell[j].n_treated > most ? s->cell[j].n_treated : most;
            }
        treated += is_first ? most : 0;
        control = c->n_control > control ? c->n_control : control;
    }
    return !is_few(s, treated, control);
}

static bool any(const struct cells *s, in_set *in, double event_time)
{
    for (size_t i = 0; i < s->n; i++)
        if (in(s, i, event_time))
            return true;
    return false;
}

/* The smallest cell that is still seen, at one event time or (NaN) after the start; or NULL. */
static struct cell *smallest_seen(struct cells *s, double event_time)
{
    struct cell *found = NULL;
    for (size_t i = 0; i < s->n; i++) {
        struct cell *c = &s->cell[i];
        const bool fits =
            isnan(event_time) ? c->event_time >= 0 && !c->is_withheld : c->event_time == event_time;
        if (c->is_used && !c->is_hidden && fits && (!found || c->n_treated < found->n_treated))
            found = c;
    }
    return found;
}

static void withhold_event(struct cells *s, double event_time)
{
    for (size_t i = 0; i < s->n; i++)
        s->cell[i].is_withheld |= s->cell[i].event_time == event_time;
}

/* ---- what is hidden ---- */

/* At each event time: another cell is hidden beside too small a set, or the average is withheld. */
static void protect_events(struct cells *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const double e = s->cell[i].event_time;
        if (i > 0 && s->cell[i - 1].event_time == e)
            continue;
        if (!any(s, is_hidden_at, e) || is_enough(s, is_hidden_at, e))
            continue;
        struct cell *other = smallest_seen(s, e);
        if (other)
            other->is_hidden = true;
        else
            withhold_event(s, e);
    }
}

/* The last event time after the start whose hidden cells are enough to go along; or NULL. */
static const struct cell *hidden_elsewhere(const struct cells *s)
{
    for (size_t i = s->n; i-- > 0;)
        if (s->cell[i].is_hidden && !s->cell[i].is_withheld && s->cell[i].event_time >= 0)
            return &s->cell[i];
    return NULL;
}

/* The overall average less what is shown of it. */
static void protect_whole(struct cells *s)
{
    if (!any(s, is_hidden_in_whole, 0) || is_enough(s, is_hidden_in_whole, 0))
        return;
    const struct cell *along = hidden_elsewhere(s);
    if (!along) {
        struct cell *other = smallest_seen(s, REAL_NAN);
        if (other)
            other->is_hidden = true;
        along = other;
    }
    if (along)
        withhold_event(s, along->event_time);
    s->hides_whole = !is_enough(s, is_hidden_in_whole, 0);
}

static void hide_small(struct cells *s)
{
    for (size_t i = 0; i < s->n; i++)
        s->cell[i].is_hidden =
            s->cell[i].is_used && is_few(s, s->cell[i].n_treated, s->cell[i].n_control);
}

/* ---- what that means for each estimate ---- */

/* Whether a hidden cell after the start is of this group, or of this period. */
static bool has_hidden(const struct cells *s, const struct effect_estimate *e)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct cell *c = &s->cell[i];
        if (c->is_hidden && c->event_time >= 0 && (isnan(e->group) || e->group == c->group) &&
            (isnan(e->time) || e->time == c->time))
            return true;
    }
    return false;
}

static bool is_withheld_at(const struct cells *s, double event_time)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->cell[i].is_withheld &&
            (isnan(event_time) ? s->cell[i].event_time >= 0 : s->cell[i].event_time == event_time))
            return true;
    return false;
}

static bool is_cell_hidden(const struct cells *s, size_t at)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->cell[i].at == at)
            return s->cell[i].is_hidden;
    return false;
}

static bool must_hide(const struct cells *s, size_t at)
{
    const struct effect_estimate *e = &s->r->estimates[at];
    switch (e->aggregation) {
    case EFFECT_GROUP_TIME: return is_cell_hidden(s, at);
    case EFFECT_DYNAMIC: return is_withheld_at(s, e->event_time);
    case EFFECT_GROUP:
    case EFFECT_CALENDAR: return has_hidden(s, e);
    case EFFECT_NONE:
    case EFFECT_SIMPLE: break;
    }
    return s->hides_whole;
}

static const char *reason(const struct cells *s, const struct effect_estimate *e)
{
    if (s->why)
        return s->why;
    if (e->n_treated < s->min)
        return "disclosure.few-treated";
    return e->n_control < s->min ? "disclosure.few-control" : "disclosure.by-subtraction";
}

static void hide_estimates(struct cells *s, struct released_effect *to)
{
    size_t n_few = 0, n_other = 0;
    for (size_t i = 0; i < s->r->n_estimates; i++) {
        const struct effect_estimate *e = &s->r->estimates[i];
        if (e->failed || e->reference)
            continue;
        const bool few = s->why || is_few(s, e->n_treated, e->n_control);
        if (!few && !must_hide(s, i))
            continue;
        n_few += few;
        n_other += !few;
        release_withhold(s->r, i, reason(s, e));
    }
    if (!s->why)
        release_note(to, "disclosure.says-few", n_few);
    release_note(to, "disclosure.says-subtraction", n_other);
}

/* ---- counts of the estimates ---- */

static size_t size_of(const struct cells *s, double group)
{
    size_t most = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->cell[i].group == group && s->cell[i].n_treated > most)
            most = s->cell[i].n_treated;
    return most;
}

static size_t keep_secret(struct cells *s, double group)
{
    for (size_t i = 0; i < s->n; i++)
        s->cell[i].is_secret |= s->cell[i].group == group;
    return size_of(s, group);
}

/* The smallest group whose size is told; NULL when there is none. */
static const struct cell *smallest_told(const struct cells *s)
{
    const struct cell *least = NULL;
    for (size_t i = 0; i < s->n; i++)
        if (s->cell[i].is_first && !s->cell[i].is_secret &&
            (!least || size_of(s, s->cell[i].group) < size_of(s, least->group)))
            least = &s->cell[i];
    return least;
}

/* Which groups' sizes are not told: together these are enough. Whether there are any. */
static bool choose_secret(struct cells *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (!s->cell[i].is_secret &&
            (s->cell[i].is_hidden || is_small(size_of(s, s->cell[i].group), s->min)))
            n += keep_secret(s, s->cell[i].group);
    const bool found = n > 0;
    for (const struct cell *c; found && n < s->min && (c = smallest_told(s));)
        n += keep_secret(s, c->group);
    return found;
}

/* Whether an average over groups takes a cell. */
static bool is_in(const struct effect_estimate *e, const struct cell *c)
{
    if (!c->is_used)
        return false;
    if (e->aggregation == EFFECT_DYNAMIC && !isnan(e->event_time))
        return c->event_time == e->event_time;
    return c->event_time >= 0 && (isnan(e->time) || c->time == e->time);
}

/* Of the groups whose size is not told, a count has all or none. */
static bool splits_secret(const struct cells *s, const struct effect_estimate *e)
{
    bool has_some = false, lacks_some = false;
    for (size_t i = 0; i < s->n; i++) {
        const struct cell *c = &s->cell[i];
        if (!c->is_secret || !c->is_first)
            continue;
        bool has = e->group == c->group;
        for (size_t j = i; isnan(e->group) && !has && j < s->n; j++)
            has = s->cell[j].group == c->group && is_in(e, &s->cell[j]);
        has_some |= has;
        lacks_some |= !has;
    }
    return has_some && lacks_some;
}

/* Whether counts of periods differ by a few persons: those who left, or were missed once. */
static bool tells_who_left(const struct cells *s)
{
    const struct effect_diagnostics *d = &s->r->diagnostics;
    for (size_t i = 0; i < s->r->n_estimates; i++) {
        const struct effect_estimate *e = &s->r->estimates[i];
        if (e->n_lost == EFFECT_HIDDEN)
            continue;
        if (is_small(e->n_lost, s->min) || is_small(e->n_trimmed, s->min) ||
            (e->n_control < d->n_control && is_small(d->n_control - e->n_control, s->min)))
            return true;
    }
    for (size_t i = 0; i < s->n; i++)
        if (is_small(size_of(s, s->cell[i].group) - s->cell[i].n_treated, s->min) &&
            s->kind == EFFECT_GROUP_TIME)
            return true;
    return false;
}

static void hide_counts(struct cells *s, struct released_effect *to)
{
    const struct effect_diagnostics *d = &s->r->diagnostics;
    const bool has_secret = s->kind == EFFECT_GROUP_TIME && choose_secret(s);
    const bool by_period = s->n > 0 && tells_who_left(s);
    size_t n = 0;
    for (size_t i = 0; i < s->r->n_estimates; i++) {
        struct effect_estimate *e = &s->r->estimates[i];
        if (e->n_treated == EFFECT_HIDDEN)
            continue;
        const bool near =
            e->n_treated < d->n_treated && is_small(d->n_treated - e->n_treated, s->min);
        const bool treated = by_period || near || is_small(e->n_treated, s->min) ||
                             (has_secret && splits_secret(s, e));
        const bool control = by_period || is_small(e->n_control, s->min) ||
                             (has_secret && s->r->spec.control == EFFECT_NOT_YET);
        e->n_treated = treated ? EFFECT_HIDDEN : e->n_treated;
        e->n_control = control ? EFFECT_HIDDEN : e->n_control;
        if (by_period || has_secret)
            e->n_lost = e->n_trimmed = EFFECT_HIDDEN;
        n += treated || control;
    }
    release_note(to, "disclosure.says-counts", n);
}

static const char *why_nothing(const struct effect_result *r)
{
    if (release_is_dominated(r->providers))
        return "disclosure.dominated";
    if (r->diagnostics.n_treated < r->spec.min_persons)
        return "disclosure.few-treated";
    const bool by_cell = r->spec.method == EFFECT_DID && r->spec.control == EFFECT_NOT_YET;
    return !by_cell && r->diagnostics.n_control < r->spec.min_persons ? "disclosure.few-control"
                                                                      : NULL;
}

err release_cells(struct released_effect *to, struct err_info *info)
{
    struct effect_result *r = to->result;
    struct cells s = {.r = r, .min = r->spec.min_persons, .kind = EFFECT_DYNAMIC};
    for (size_t i = 0; i < r->n_estimates; i++)
        if (r->estimates[i].aggregation == EFFECT_GROUP_TIME)
            s.kind = EFFECT_GROUP_TIME;
    s.cell = calloc(r->n_estimates + 1, sizeof *s.cell);
    if (!s.cell)
        return err_nomem(info);
    collect(&s);
    hide_small(&s);
    protect_events(&s);
    protect_whole(&s);
    s.why = why_nothing(r);
    hide_estimates(&s, to);
    hide_counts(&s, to);
    free(s.cell);
    return OK;
}
