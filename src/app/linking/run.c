/* SPDX-License-Identifier: EUPL-1.2 */
/* run: from the records of a register to persons that count. */
#include "app/linking/linking_int.h"
#include "base/date.h"

enum { MISTAKES_MAX = 8 };

/* The settings are part of the program: that they cannot be read is a fault of ours. */
static err read_settings(arena *a, const struct linkage_settings **settings, struct err_info *info)
{
    struct errs errors;
    err e = errs_init(&errors, a, MISTAKES_MAX, info);
    if (e != OK)
        return e;
    e = linkage_settings_parse(a, linking_settings_text, STR("settings.yaml"), settings, &errors);
    if (e != OK && errors.n > 0)
        *info = errors.item[0];
    return e;
}

static err find_covenant(const struct deed *deed, db *d, struct municipality_id m,
                         struct covenant_id id, struct covenant *c, struct err_info *info)
{
    const int32_t today = date_local_of(deed->now_ms).day;
    const err e = covenant_find(deed, d, m, id, c, info);
    if (e == OK && (today < c->from || today >= c->to))
        return err_text(info, E_CONFLICT, "linking.not-in-force", c->name);
    return e;
}

static err link_and_keep(struct keeping *k, db *d, const struct linkage_ask *ask,
                         struct err_info *info)
{
    linkage *found;
    err e = linkage_run(ask, &found, info);
    if (e != OK)
        return e;
    k->found = found;
    e = linking_keep(k, d, info);
    linkage_free(found);
    return e;
}

static err find_run(const struct deed *deed, db *d, struct municipality_id m, struct link_run_id id,
                    struct link_run *run, struct err_info *info)
{
    struct link_run *list;
    size_t n;
    const err e = link_run_list(deed, d, m, &list, &n, info);
    for (size_t i = 0; e == OK && i < n; i++)
        if (list[i].id.v == id.v) {
            *run = list[i];
            return OK;
        }
    return e == OK ? err_set(info, E_NOT_FOUND, "linking.no-run") : e;
}

err link_run_do(const struct deed *deed, db *d, struct municipality_id m,
                struct covenant_id covenant, par *pool, const struct progress *progress,
                struct link_run *run, struct err_info *info)
{
    struct keeping k = {.deed = deed, .m = m, .covenant = covenant};
    struct gathered g = {0};
    struct covenant c;

    err e = linking_check(deed, ACCESS_STEWARD, info);
    if (e == OK)
        e = find_covenant(deed, d, m, covenant, &c, info);
    if (e == OK)
        e = read_settings(deed->memory, &k.settings, info);
    if (e == OK)
        e = linking_gather(deed, d, m, pool, &g, info);
    if (e != OK)
        return e;
    k.from = &g;
    const struct linkage_ask ask = {
        .settings = k.settings,
        .table = {g.records},
        .warrant = {.purpose = c.purpose, .ground = c.ground, .covenant = c.name},
        .label = g.label,
        .n_labels = g.n_labels,
        .previous = g.previous,
        .pool = pool,
        .progress = progress,
    };
    e = link_and_keep(&k, d, &ask, info);
    linking_let_go(&g);
    return e == OK ? find_run(deed, d, m, k.id, run, info) : e;
}

err link_run_list(const struct deed *deed, db *d, struct municipality_id m, struct link_run **list,
                  size_t *n, struct err_info *info)
{
    struct link_runs_row *row;

    err e = linking_check(deed, ACCESS_STEWARD, info);
    if (e == OK)
        e = link_runs(d, deed->memory, (struct link_runs_in){.m = m, .limit = LINKING_LIST_MAX},
                      &row, n, info);
    if (e != OK)
        return e;
    *list = ARENA_NEW(deed->memory, struct link_run, *n);
    if (!*list)
        return err_nomem(info);
    for (size_t i = 0; e == OK && i < *n; i++) {
        struct link_run *r = &(*list)[i];
        *r = (struct link_run){.id = row[i].id,
                               .made_at = row[i].made_at,
                               .counts = row[i].state == 1,
                               .n_open = row[i].n_open,
                               .n_judged = row[i].n_judged};
        e = linking_figures_read(row[i].figures, &r->figures, info);
        if (e == OK)
            e = covenant_find(deed, d, m, row[i].covenant_id, &r->covenant, info);
    }
    return e;
}
