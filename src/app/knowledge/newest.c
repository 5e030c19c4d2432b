/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * newest: the newest publications for a viewer. Each audience key of the viewer, and what was
 * granted, is a stream from newest to oldest that the index gives for nothing; they are merged,
 * and the rule is asked of what comes out, a page at a time, until the page is full.
 */
#include "app/knowledge/knowledge_int.h"

#include <string.h>

enum {
    NOMINEES_MAX = 2 * PAGE_ITEMS_MAX,
    KEYS_OF_ALL = 4, /* that everybody signed in has; those of spaces follow */
};

struct nominee {
    struct publication_id id;
    int64_t at;
};

/* Who asks for what, the same for each page of nominees. */
struct search {
    const struct deed *deed;
    db *d;
    struct publication_filter filter;
    int64_t *keys;
    size_t n_keys;
};

/* The streams of the viewer: every key that may hold something for whom it is. */
static err audience_keys(const struct deed *deed, db *d, int64_t **keys, size_t *n,
                         struct err_info *info)
{
    struct viewer_spaces_row *space = NULL;
    size_t n_spaces = 0;

    if (deed->viewer.is_active) {
        const err e = viewer_spaces(
            d, deed->memory,
            (struct viewer_spaces_in){.viewer = deed->viewer.id, .limit = MEMBERSHIPS_MAX}, &space,
            &n_spaces, info);
        if (e != OK)
            return e;
    }
    *keys = ARENA_NEW(deed->memory, int64_t, n_spaces + 4);
    if (!*keys)
        return err_nomem(info);
    *n = 0;
    (*keys)[(*n)++] = AUDIENCE_PUBLIC;
    if (!deed->viewer.is_active)
        return OK;
    (*keys)[(*n)++] = AUDIENCE_SIGNED_IN;
    (*keys)[(*n)++] = AUDIENCE_GRANTED;
    (*keys)[(*n)++] = deed->viewer.id.v;
    for (size_t i = 0; i < n_spaces; i++)
        (*keys)[(*n)++] = space[i].space_id.v;
    return OK;
}

static bool is_newer(struct nominee a, struct nominee b)
{
    return a.at != b.at ? a.at > b.at : a.id.v > b.id.v;
}

/*
 * Keeps the `limit` newest in `list`, newest first, each once: `more` is sorted the same way.
 * What is granted may also be nominated by a key, and then comes in twice.
 */
static size_t merge(struct nominee *list, size_t n, const struct nominee *more, size_t n_more,
                    size_t limit)
{
    struct nominee old[NOMINEES_MAX];
    size_t i = 0, j = 0, kept = 0;

    memcpy(old, list, n * sizeof *old);
    while (kept < limit && (i < n || j < n_more)) {
        const bool from_old = j == n_more || (i < n && !is_newer(more[j], old[i]));
        if (i < n && j < n_more && old[i].id.v == more[j].id.v)
            j++;
        list[kept++] = from_old ? old[i++] : more[j++];
    }
    return kept;
}

/* What one key nominates, newest first. */
static err nominate_one(const struct search *s, int64_t key, struct cursor from, size_t limit,
                        struct nominee *more, size_t *n, struct err_info *info)
{
    struct publications_nominated_row *row;
    const struct publications_nominated_in in = {
        .by = key == AUDIENCE_GRANTED ? PUBLICATIONS_NOMINATED_GRANT : PUBLICATIONS_NOMINATED_KEY,
        .aud = key,
        .viewer = s->deed->viewer.id,
        .now = s->deed->now_ms,
        .before_at = from.at,
        .before_id = {from.id},
        .in_space = s->filter.space.v != 0,
        .space = s->filter.space,
        .by_owner = s->filter.owner.v != 0,
        .owner = s->filter.owner,
        .limit = (int64_t)limit,
    };
    const err e = publications_nominated(s->d, s->deed->memory, in, &row, n, info);
    for (size_t i = 0; e == OK && i < *n; i++)
        more[i] = (struct nominee){row[i].id, row[i].publish_at};
    return e;
}

/* What each of some keys nominates, merged into `list`. */
static err nominate_each(const struct search *s, const int64_t *key, size_t n_keys,
                         struct cursor from, size_t limit, struct nominee *list, size_t *n,
                         struct err_info *info)
{
    struct nominee more[NOMINEES_MAX];
    size_t n_more;
    err e = OK;

    for (size_t k = 0; e == OK && k < n_keys; k++) {
        e = nominate_one(s, key[k], from, limit, more, &n_more, info);
        if (e == OK)
            *n = merge(list, *n, more, n_more, limit);
    }
    return e;
}

/* The same of many keys at once, from a moment on. */
static err nominate_since(const struct search *s, struct db_ints keys, int64_t since,
                          struct cursor from, size_t limit, struct nominee *list, size_t *n,
                          struct err_info *info)
{
    struct nominee more[NOMINEES_MAX];
    struct publications_since_row *row;
    size_t n_rows;
    const err e = publications_since(s->d, s->deed->memory,
                                     (struct publications_since_in){.auds = keys,
                                                                    .since = since,
                                                                    .now = s->deed->now_ms,
                                                                    .before_at = from.at,
                                                                    .before_id = {from.id},
                                                                    .limit = (int64_t)limit},
                                     &row, &n_rows, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < n_rows; i++)
        more[i] = (struct nominee){row[i].id, row[i].publish_at};
    *n = merge(list, *n, more, n_rows, limit);
    return OK;
}

/*
 * Of who joined many spaces most have nothing new. The newest of each tells from when on the
 * `limit` newest are: there are at least so many from the `limit`th of these moments on. Then one
 * question finds them all, where one for each space would take as many turns.
 */
static err nominate_spaces(const struct search *s, const int64_t *key, size_t n_keys,
                           struct cursor from, size_t limit, struct nominee *list, size_t *n,
                           struct err_info *info)
{
    struct publications_heads_row *head;
    size_t n_heads;

    const err e = publications_heads(s->d, s->deed->memory,
                                     (struct publications_heads_in){.auds = {key, n_keys},
                                                                    .now = s->deed->now_ms,
                                                                    .before_at = from.at,
                                                                    .before_id = {from.id},
                                                                    .limit = (int64_t)limit},
                                     &head, &n_heads, info);
    if (e != OK)
        return e;
    if (n_heads == limit)
        return nominate_since(s, (struct db_ints){key, n_keys}, head[limit - 1].publish_at, from,
                              limit, list, n, info);
    int64_t few[NOMINEES_MAX];
    for (size_t i = 0; i < n_heads; i++)
        few[i] = head[i].aud;
    return nominate_each(s, few, n_heads, from, limit, list, n, info);
}

/* The `limit` newest behind `from` that any key nominates. */
static err nominate(const struct search *s, struct cursor from, size_t limit, struct nominee *list,
                    size_t *n, struct err_info *info)
{
    const bool is_narrowed = s->filter.space.v != 0 || s->filter.owner.v != 0;
    const size_t n_first = s->n_keys < KEYS_OF_ALL || is_narrowed ? s->n_keys : KEYS_OF_ALL;

    *n = 0;
    const err e = nominate_each(s, s->keys, n_first, from, limit, list, n, info);
    return e == OK && n_first < s->n_keys
               ? nominate_spaces(s, s->keys + n_first, s->n_keys - n_first, from, limit, list, n,
                                 info)
               : e;
}

/* Of some ids those that the rule lets through and that are live, newest first. */
static err shown_of(const struct search *s, const struct publication_id *id, size_t n_ids,
                    struct publications_shown_row **row, size_t *n, struct err_info *info)
{
    return publications_shown(s->d, s->deed->memory,
                              (struct publications_shown_in){
                                  .ids = {id, n_ids},
                                  .viewer = s->deed->viewer.id,
                                  .active = s->deed->viewer.is_active,
                                  .now = s->deed->now_ms,
                                  .limit = (int64_t)n_ids,
                              },
                              row, n, info);
}

static bool are_twins(const struct publication *p, const struct publications_shown_row *other)
{
    const bool is_named = p->twin.v == other->id.v, names = other->twin_id.v == p->id.v;
    return (enum lang)other->lang != p->lang &&
           (is_named || (names && other->owner_id.v == p->owner.v));
}

/* Sets `twin` of each to what the viewer may see of it. */
static err find_twins(const struct search *s, struct publication *list, size_t n,
                      struct err_info *info)
{
    struct publication_id id[NOMINEES_MAX], twin[2 * NOMINEES_MAX];
    struct publications_naming_row *naming;
    struct publications_shown_row *shown;
    size_t n_naming, n_twins = 0, n_shown = 0;

    for (size_t i = 0; i < n; i++) {
        id[i] = list[i].id;
        if (list[i].twin.v)
            twin[n_twins++] = list[i].twin;
    }
    err e = publications_naming(
        s->d, s->deed->memory,
        (struct publications_naming_in){.twins = {id, n}, .limit = NOMINEES_MAX}, &naming,
        &n_naming, info);
    for (size_t i = 0; e == OK && i < n_naming; i++)
        twin[n_twins++] = naming[i].id;
    if (e == OK && n_twins > 0)
        e = shown_of(s, twin, n_twins, &shown, &n_shown, info);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct publication_id found = {0};
        for (size_t k = 0; k < n_shown; k++)
            if (are_twins(&list[i], &shown[k]))
                found = shown[k].id; /* the oldest, as on its page */
        list[i].twin = found;
    }
    return e;
}

/* Of the nominees those that the rule lets through, appended to `list`. */
static err admit(const struct search *s, const struct nominee *nominee, size_t n_nominees,
                 struct publication *list, size_t limit, size_t *n, struct err_info *info)
{
    struct publication_id id[NOMINEES_MAX];
    struct publication found[NOMINEES_MAX];
    struct publications_shown_row *row;
    size_t n_rows = 0;

    for (size_t i = 0; i < n_nominees; i++)
        id[i] = nominee[i].id;
    err e = shown_of(s, id, n_nominees, &row, &n_rows, info);
    for (size_t i = 0; e == OK && i < n_rows; i++)
        found[i] = PUBLICATION_OF(&row[i]);
    if (e == OK && s->filter.each_once && n_rows > 0)
        e = find_twins(s, found, n_rows, info);
    for (size_t i = 0; e == OK && i < n_rows && *n < limit; i++)
        if (!s->filter.each_once || found[i].lang == s->filter.lang || !found[i].twin.v)
            list[(*n)++] = found[i];
    return e;
}

err publication_newest(const struct deed *deed, db *d, struct publication_filter filter,
                       struct cursor from, size_t limit, struct publication **list, size_t *n,
                       struct cursor *next, struct err_info *info)
{
    struct search s = {.deed = deed, .d = d, .filter = filter};
    struct nominee nominee[NOMINEES_MAX];
    size_t n_nominees, wanted = limit + 1; /* one more tells whether a page follows */

    if (limit == 0 || limit > PAGE_ITEMS_MAX)
        return err_set(info, E_INPUT, "knowledge.list-limit");
    *list = ARENA_NEW(deed->memory, struct publication, wanted);
    if (!*list)
        return err_nomem(info);
    *n = 0;
    *next = (struct cursor){0};
    if (from.id == 0)
        from = (struct cursor){INT64_MAX, INT64_MAX};

    err e = audience_keys(deed, d, &s.keys, &s.n_keys, info);
    do {
        if (e == OK)
            e = nominate(&s, from, wanted, nominee, &n_nominees, info);
        if (e == OK && n_nominees > 0) {
            e = admit(&s, nominee, n_nominees, *list, wanted, n, info);
            from = (struct cursor){nominee[n_nominees - 1].at, nominee[n_nominees - 1].id.v};
        }
    } while (e == OK && *n < wanted && n_nominees == wanted);
    if (e == OK && *n == wanted) {
        *n = limit;
        *next = (struct cursor){(*list)[limit - 1].publish_at, (*list)[limit - 1].id.v};
    }
    return e;
}

err publication_count(const struct deed *deed, db *d, struct publication_filter filter,
                      int64_t limit, int64_t *count, struct err_info *info)
{
    struct publication *list;
    struct cursor at = {0};
    size_t n;
    err e;

    *count = 0;
    do {
        e = publication_newest(deed, d, filter, at, PAGE_ITEMS_MAX, &list, &n, &at, info);
        if (e == OK)
            *count += (int64_t)n;
    } while (e == OK && at.id != 0 && *count < limit);
    if (e == OK && *count > limit)
        *count = limit;
    return e;
}

err publication_mine(const struct deed *deed, db *d, struct cursor from, size_t limit,
                     struct publication **list, size_t *n, struct cursor *next,
                     struct err_info *info)
{
    struct publications_mine_row *row;

    *n = 0;
    *list = NULL;
    *next = (struct cursor){0};
    if (limit == 0 || limit > PAGE_ITEMS_MAX)
        return err_set(info, E_INPUT, "knowledge.list-limit");
    if (!deed->viewer.is_active)
        return OK;
    if (from.id == 0)
        from = (struct cursor){INT64_MAX, INT64_MAX};
    const err e = publications_mine(d, deed->memory,
                                    (struct publications_mine_in){.owner = deed->viewer.id,
                                                                  .before_at = from.at,
                                                                  .before_id = {from.id},
                                                                  .limit = (int64_t)limit + 1},
                                    &row, n, info);
    if (e != OK)
        return e;
    *list = ARENA_NEW(deed->memory, struct publication, *n);
    if (!*list)
        return err_nomem(info);
    for (size_t i = 0; i < *n; i++) {
        (*list)[i] = PUBLICATION_OF(&row[i]);
        (*list)[i].may_own = (*list)[i].may_edit = true;
    }
    if (*n > limit) {
        *n = limit;
        *next = (struct cursor){(*list)[limit - 1].changed_at, (*list)[limit - 1].id.v};
    }
    return OK;
}
