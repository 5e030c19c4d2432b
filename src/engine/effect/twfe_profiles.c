/* SPDX-License-Identifier: EUPL-1.2 */
/* How teams were treated, and what that means for whoever is given the same. */
#include "engine/effect/twfe_teams_int.h"

#include <string.h>

enum { PROFILES_MAX = 1024 };

/* ---- one effect: which periods are treated ---- */

/* A period in which a team was not seen takes after the one before, the first ones after the
 * first that was: its own data do not tell, and others may get its course. */
static void fill_unseen(uint8_t *on, size_t n_periods)
{
    size_t first = 0;
    while (on[first] == TWFE_UNSEEN)
        first++;
    memset(on, on[first], first);
    for (size_t t = first + 1; t < n_periods; t++)
        if (on[t] == TWFE_UNSEEN)
            on[t] = on[t - 1];
}

/* Numbers the courses that differ; the number of these, or 0 when there are too many. */
static size_t number_courses(const uint8_t *on, size_t n, size_t n_periods, const uint8_t **course,
                             uint32_t *profile)
{
    size_t n_courses = 0;
    for (size_t g = 0; g < n; g++) {
        size_t p = 0;
        while (p < n_courses && memcmp(course[p], on + g * n_periods, n_periods) != 0)
            p++;
        if (p == PROFILES_MAX)
            return 0;
        if (p == n_courses)
            course[n_courses++] = on + g * n_periods;
        profile[g] = (uint32_t)p;
    }
    return n_courses;
}

/* Room for so many places; a period is a column of the system but the first. */
static err places_new(struct randomise_profiles *p, size_t n_places, size_t n_columns, arena *a,
                      size_t **first, int8_t **times, uint32_t **effect, struct err_info *info)
{
    size_t *column = ARENA_NEW(a, size_t, n_columns);
    *first = ARENA_NEW(a, size_t, p->n + 1);
    *times = ARENA_NEW(a, int8_t, n_places * n_columns);
    *effect = ARENA_NEW(a, uint32_t, n_places);
    if (!column || !*first || !*times || !*effect)
        return err_nomem(info);
    for (size_t j = 0; j < n_columns; j++)
        column[j] = j;
    p->n_columns = n_columns;
    p->column = column;
    p->first = *first;
    p->times = *times;
    p->effect = *effect;
    return OK;
}

/* A course as a sum of periods' columns, of which the first period has none: all columns of a
 * person, free of unit effects, add up to minus that one. False when it says nothing: never or
 * always treated. */
static bool write_course(const uint8_t *course, size_t n_columns, int8_t *times)
{
    const int8_t listed = course[0] ? -1 : 1;
    bool any = false;
    for (size_t t = 1; t <= n_columns; t++) {
        times[t - 1] = course[t] != course[0] ? listed : 0;
        any |= course[t] != course[0];
    }
    return any;
}

static err list_courses(const uint8_t *const *course, size_t n_periods, arena *a,
                        struct randomise_profiles *p, struct err_info *info)
{
    size_t *first, n = 0;
    int8_t *times;
    uint32_t *effect;
    const err e = places_new(p, p->n, n_periods - 1, a, &first, &times, &effect, info);
    if (e != OK)
        return e;
    p->n_effects = 1;
    for (size_t i = 0; i < p->n; i++) {
        n += write_course(course[i], p->n_columns, times + n * p->n_columns);
        first[i + 1] = n;
    }
    return OK;
}

/* ---- effects by start, or by time since it ---- */

/* Numbers the starts that differ; their number, or 0 when there are too many. */
static size_t number_starts(const uint32_t *start, size_t n, uint32_t *of, uint32_t *profile)
{
    size_t n_starts = 0;
    for (size_t g = 0; g < n; g++) {
        size_t p = 0;
        while (p < n_starts && of[p] != start[g])
            p++;
        if (p == PROFILES_MAX)
            return 0;
        if (p == n_starts)
            of[n_starts++] = start[g];
        profile[g] = (uint32_t)p;
    }
    return n_starts;
}

/* The columns of a period: its own, or all others' with the sign turned, as above. */
static void write_period(size_t level, size_t n_columns, int8_t *times)
{
    if (level > 0)
        times[level - 1] = 1;
    else
        memset(times, -1, n_columns);
}

/* A place for each start and period, but the last before the start: there effects are 0. */
static err list_cells(const struct twfe *f, const uint32_t *start, arena *a, struct twfe_teams *t,
                      struct err_info *info)
{
    const bool by_start = f->rows.spec->method == EFFECT_SUNAB;
    const struct twfe_factor *time = &f->factor[0];
    struct randomise_profiles *p = &t->profiles;
    const size_t n_codes = time->n_codes, room = p->n * time->n, n_since = 2 * n_codes;
    size_t *level = ARENA_NEW(a, size_t, room), *first, n = 0;
    uint32_t *effect, *since = ARENA_NEW(a, uint32_t, n_since);
    bool *is_counted = ARENA_NEW(a, bool, room);
    int8_t *times;
    if (!level || !since || !is_counted)
        return err_nomem(info);
    const err e = places_new(p, room, time->n - 1, a, &first, &times, &effect, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < p->n; i++) {
        for (size_t c = 0; start[i] != PANEL_NEVER && c < n_codes; c++) {
            if (time->level[c] == TWFE_NONE || c + 1 == start[i])
                continue;
            uint32_t *known = &since[n_codes + c - start[i]]; /* effect + 1 */
            if (by_start || *known == 0)
                *known = (uint32_t)++p->n_effects;
            effect[n] = *known - 1;
            is_counted[effect[n]] = c >= start[i];
            level[n] = time->level[c];
            write_period(level[n], p->n_columns, times + n * p->n_columns);
            n++;
        }
        first[i + 1] = n;
    }
    p->is_counted = is_counted;
    t->level = level;
    return OK;
}

/* ---- both ---- */

static err list_profiles(const struct twfe *f, const struct twfe_courses *courses, arena *a,
                         struct twfe_teams *t, struct err_info *info)
{
    const size_t n = f->n_clusters, n_periods = f->factor[0].n;
    const uint8_t **course = ARENA_NEW(a, const uint8_t *, PROFILES_MAX);
    uint32_t *profile = ARENA_NEW(a, uint32_t, n), *start = ARENA_NEW(a, uint32_t, PROFILES_MAX);
    if (!course || !profile || !start)
        return err_nomem(info);
    const bool by_start = courses->start != NULL;
    t->profiles.n = by_start ? number_starts(courses->start, n, start, profile)
                             : number_courses(courses->on, n, n_periods, course, profile);
    if (t->profiles.n == 0)
        return OK;
    t->profile = profile;
    return by_start ? list_cells(f, start, a, t, info)
                    : list_courses(course, n_periods, a, &t->profiles, info);
}

err twfe_profiles_read(const struct twfe_system *s, const struct twfe_source *source, par *pool,
                       arena *a, struct twfe_teams *t, bool **treated, bool *can_randomise,
                       struct err_info *info)
{
    struct twfe_courses courses = {0};
    const size_t n = s->f->n_clusters, n_periods = s->f->factor[0].n;
    const err e = source->courses(source->ctx, s, pool, a, &courses, info);
    if (e != OK || !courses.on)
        return e;
    if (!s->f->cell)
        courses.start = NULL;
    *can_randomise = !s->f->cell || courses.start; /* units of a team may start apart, unseen */
    *treated = ARENA_NEW(a, bool, n);
    if (!*treated)
        return err_nomem(info);
    for (size_t g = 0; g < n; g++) {
        uint8_t *on = courses.on + g * n_periods;
        (*treated)[g] = memchr(on, 1, n_periods) != NULL;
        *can_randomise &= !courses.start || courses.start[g] == PANEL_NEVER || (*treated)[g];
        fill_unseen(on, n_periods);
    }
    return list_profiles(s->f, &courses, a, t, info);
}
