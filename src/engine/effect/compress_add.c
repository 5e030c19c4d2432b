/* SPDX-License-Identifier: EUPL-1.2 */
/* Teams of several files together. */
#include "engine/effect/compress_int.h"

#include <string.h>

static err copy_team(const struct compressed *c, const struct compressed_team *from,
                     struct compressed_team *to, struct err_info *info)
{
    const size_t t = c->n_periods, k = compressed_columns(c);
    const err e = team_sums_new(c->memory, t, k, false, to, 1, info);
    if (e != OK)
        return e;
    team_sums_add(to, t, k, from);
    to->start = from->start;
    to->source = arena_str(c->memory, from->source);
    to->name = ARENA_NEW(c->memory, str, from->n_names);
    to->n_names = from->n_names;
    bool complete = to->name && to->source.p;
    for (size_t i = 0; i < from->n_names && complete; i++) {
        to->name[i] = arena_str(c->memory, from->name[i]);
        complete = to->name[i].p != NULL;
    }
    return complete ? OK : err_nomem(info);
}

err compressed_add(compressed *c, const compressed *other, struct err_info *info)
{
    err e = compressed_check_fit(c, other, info);
    if (e != OK)
        return e;
    const size_t n = c->n_teams + other->n_teams;
    if (n > COMPRESSED_TEAMS_MAX) {
        err_set(info, E_LIMIT, "compress.too-many-together");
        msg_int(&info->msg, COMPRESSED_TEAMS_MAX);
        return E_LIMIT;
    }
    struct compressed_team *team = ARENA_NEW(c->memory, struct compressed_team, n);
    if (!team)
        return err_nomem(info);
    memcpy(team, c->team, c->n_teams * sizeof *team);
    for (size_t g = 0; g < other->n_teams && e == OK; g++)
        e = copy_team(c, &other->team[g], &team[c->n_teams + g], info);
    if (e != OK)
        return e;
    c->team = team;
    c->n_teams = n;
    c->n_withheld += other->n_withheld;
    c->min_persons = other->min_persons < c->min_persons ? other->min_persons : c->min_persons;
    return compressed_check_names(c, info);
}

struct compressed_summary compressed_summarise(const compressed *c)
{
    struct compressed_summary s = {
        .n_teams = c->n_teams, .n_withheld = c->n_withheld, .n_dropped = c->n_dropped};
    for (size_t g = 0; g < c->n_teams; g++) {
        s.n_names += c->team[g].n_names;
        s.n_persons += c->team[g].n_persons;
        for (size_t t = 0; t < c->n_periods; t++)
            s.n_rows += c->team[g].n_rows[t];
    }
    return s;
}
