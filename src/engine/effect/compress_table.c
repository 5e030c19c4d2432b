/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rows of a table become sums for each team. Blocks of whole units are fixed by the data and added
 * in order, so that threads do not change bits; nothing is kept of a row.
 */
#include "engine/effect/compress_source_int.h"

#include "base/date.h"
#include "base/num.h"

#include <math.h>
#include <string.h>

enum { BLOCKS_MAX = 64, BLOCK_ROWS = 4096, PARTS_BYTES_MAX = 64 << 20 };

enum { OFF = 1, ON = 2 }; /* treatment of some row of a team in a period */

/* The first thing wrong in a block. */
enum fault_kind {
    NO_FAULT,
    DUPLICATE,
    WEIGHT_EMPTY,
    WEIGHT_NEGATIVE,
    NUMBER_TOO_LARGE,
    START_EMPTY,
    START_INFINITE,
    NOT_BINARY,
};
struct fault {
    enum fault_kind kind;
    size_t row;
    const struct table_column *column;
};

/* What a team's rows say about when it starts; several starts are told apart by `varies`. */
struct way {
    bool seen, varies;
    double start;
    uint32_t period; /* of the start */
};

/* What a block finds. */
struct part {
    struct compressed_team *team; /* n teams of the source */
    struct way *way;              /* n */
    uint8_t *treated;             /* n x T: OFF, ON or both */
    size_t n_persons, n_movers, n_dropped;
    struct fault fault;
};

/* One person's rows, for one worker. */
struct scratch {
    uint32_t *period;
    double *w, *v;
    bool *changes;
};

struct pass {
    const struct compress_source *s;
    const struct progress *progress;
    size_t n_blocks;
    struct part *part;
    struct scratch *scratch; /* one for each worker */
};

/* ---- one row ---- */

static void set_fault(struct part *p, enum fault_kind kind, size_t row,
                      const struct table_column *column)
{
    if (p->fault.kind == NO_FAULT)
        p->fault = (struct fault){kind, row, column};
}

/* Whether the row is treated. */
static bool look_at_treatment(const struct compress_source *s, struct part *p, size_t team,
                              size_t period, size_t row)
{
    if (s->treatment) {
        const double d = s->treatment->type == TABLE_TEXT ? NAN : panel_value(s->treatment, row);
        if (d != 0 && d != 1)
            set_fault(p, NOT_BINARY, row, s->treatment);
        p->treated[team * s->time.n + period] |= d == 1 ? ON : OFF;
        return d == 1;
    }
    const double start = panel_start_read(&s->start, row);
    struct way *way = &p->way[team];
    if (isnan(start))
        set_fault(p, START_EMPTY, row, s->start.column);
    else if (start == -REAL_INF)
        set_fault(p, START_INFINITE, row, s->start.column);
    else if (!way->seen)
        *way = (struct way){true, false, start, panel_start_period(&s->periods, start, 0)};
    else
        way->varies |= start != way->start;
    return period >= way->period;
}

static double weight_at(const struct compress_source *s, struct part *p, size_t row)
{
    const double w = s->weight ? panel_value(s->weight, row) : 1;
    if (isnan(w))
        set_fault(p, WEIGHT_EMPTY, row, s->weight);
    else if (w < 0)
        set_fault(p, WEIGHT_NEGATIVE, row, s->weight);
    else if (w > EFFECT_VALUE_MAX)
        set_fault(p, NUMBER_TOO_LARGE, row, s->weight);
    return w;
}

/* The columns' values, each `stride` places behind the last; false when one is missing. */
static bool read_values(const struct compress_source *s, struct part *p, size_t row, double *to,
                        size_t stride)
{
    bool complete = true;
    for (size_t j = 0; j < s->n_columns; j++) {
        const struct compress_source_column *x = &s->column[j];
        double v = panel_value(x->column, row);
        if (fabs(v) > EFFECT_VALUE_MAX)
            set_fault(p, NUMBER_TOO_LARGE, row, x->column);
        if (x->is_indicator && !isnan(v))
            v = v == x->word;
        complete &= !isnan(v);
        to[j * stride] = v;
    }
    return complete;
}

/* ---- one person ---- */

static void read_person(const struct compress_source *s, struct part *p,
                        const struct scratch *scratch, size_t from, size_t to)
{
    const size_t n_periods = s->time.n;
    size_t m = 0, period = 0, home = 0;
    bool moves = false, is_treated = false;
    for (size_t i = from; i < to; i++) {
        const size_t row = compress_source_row(s, i), before = period;
        period = compress_levels_find(&s->time, row, i > from ? before + 1 : 0);
        if (i > from && period <= before)
            set_fault(p, DUPLICATE, row, s->time.column);
        const size_t team = compress_levels_find(&s->team, row, home);
        const double w = weight_at(s, p, row);
        const bool on = look_at_treatment(s, p, team, period, row);
        if (p->fault.kind != NO_FAULT)
            return;
        if (!read_values(s, p, row, scratch->v + m, n_periods)) {
            p->n_dropped++;
            continue;
        }
        if (!(w > 0))
            continue;
        moves |= m > 0 && team != home;
        home = team;
        is_treated |= on;
        scratch->period[m] = (uint32_t)period;
        scratch->w[m++] = w;
    }
    if (m == 0 || p->fault.kind != NO_FAULT)
        return;
    p->n_persons++;
    p->n_movers += moves;
    const struct team_sums_person person = {m,          scratch->period,  scratch->w,
                                            scratch->v, scratch->changes, is_treated};
    if (!moves)
        team_sums_add_person(&p->team[home], n_periods, s->n_columns, &person);
}

/* ---- blocks of whole persons ---- */

static bool is_same_person(const struct compress_source *s, size_t i)
{
    const size_t row = compress_source_row(s, i), before = compress_source_row(s, i - 1);
    return panel_key(s->unit, s->unit_rank, row) == panel_key(s->unit, s->unit_rank, before);
}

/* The first row, in order, of the first person that starts at or behind the block's share. */
static size_t block_start(const struct pass *pass, size_t block)
{
    const struct compress_source *s = pass->s;
    size_t i = block == pass->n_blocks ? s->n : s->n / pass->n_blocks * block;
    while (i > 0 && i < s->n && is_same_person(s, i))
        i++;
    return i;
}

static void read_block(void *ctx, size_t block, unsigned worker)
{
    const struct pass *pass = ctx;
    const struct compress_source *s = pass->s;
    struct part *p = &pass->part[block];
    const size_t end = block_start(pass, block + 1);
    size_t from = block_start(pass, block);
    if (progress_cancelled(pass->progress))
        return;
    while (from < end && p->fault.kind == NO_FAULT) {
        size_t to = from + 1;
        while (to < end && is_same_person(s, to))
            to++;
        read_person(s, p, &pass->scratch[worker], from, to);
        from = to;
    }
}

static err pass_new(const struct compress_source *s, const struct progress *progress, par *pool,
                    arena *a, struct pass *pass, struct err_info *info)
{
    const size_t t = s->time.n, k = s->n_columns, n_teams = s->team.n;
    const size_t most = PARTS_BYTES_MAX / (n_teams * team_sums_size(t, k)) + 1;
    const size_t wanted = s->n / BLOCK_ROWS + 1, few = wanted < most ? wanted : most;
    *pass = (struct pass){
        .s = s, .progress = progress, .n_blocks = few < BLOCKS_MAX ? few : BLOCKS_MAX};
    pass->part = ARENA_NEW(a, struct part, pass->n_blocks);
    pass->scratch = ARENA_NEW(a, struct scratch, par_threads(pool));
    if (!pass->part || !pass->scratch)
        return err_nomem(info);
    for (size_t b = 0; b < pass->n_blocks; b++) {
        struct part *p = &pass->part[b];
        p->team = ARENA_NEW(a, struct compressed_team, n_teams);
        p->way = ARENA_NEW(a, struct way, n_teams);
        p->treated = ARENA_NEW(a, uint8_t, n_teams * t);
        if (!p->team || !p->way || !p->treated)
            return err_nomem(info);
        const err e = team_sums_new(a, t, k, true, p->team, n_teams, info);
        if (e != OK)
            return e;
    }
    for (unsigned i = 0; i < par_threads(pool); i++) {
        struct scratch *x = &pass->scratch[i];
        *x = (struct scratch){ARENA_NEW(a, uint32_t, t), ARENA_NEW(a, double, t),
                              ARENA_NEW(a, double, t *k), ARENA_NEW(a, bool, k)};
        if (!x->period || !x->w || !x->v || !x->changes)
            return err_nomem(info);
    }
    return OK;
}

/* ---- what is wrong ---- */

static err fault_error(const struct compress_source *s, const struct fault *f,
                       struct err_info *info)
{
    static const char *const key[] = {
        [DUPLICATE] = "panel.duplicate",
        [WEIGHT_EMPTY] = "panel.weight-empty",
        [WEIGHT_NEGATIVE] = "panel.weight-negative",
        [NUMBER_TOO_LARGE] = "effect.number-too-large",
        [START_EMPTY] = "panel.start-empty",
        [START_INFINITE] = "panel.start-not-a-period",
        [NOT_BINARY] = "panel.treatment-not-binary",
    };
    err_set(info, E_INPUT, key[f->kind]);
    switch (f->kind) {
    case WEIGHT_EMPTY:
    case WEIGHT_NEGATIVE:
        msg_text(&info->msg, f->column->name);
        panel_msg_value(&info->msg, s->unit, f->row);
        break;
    case NUMBER_TOO_LARGE:
        msg_text(&info->msg, f->column->name);
        msg_int(&info->msg, (int64_t)f->row + 1);
        break;
    case START_INFINITE:
        msg_text(&info->msg, f->column->name);
        msg_text(&info->msg, STR("-Inf"));
        break;
    case DUPLICATE:
        panel_msg_value(&info->msg, s->unit, f->row);
        panel_msg_value(&info->msg, f->column, f->row);
        break;
    default:
        panel_msg_value(&info->msg, s->unit, f->row);
        msg_text(&info->msg, f->column->name);
        break;
    }
    return E_INPUT;
}

static err check_parts(const struct pass *pass, struct compressed *c, struct err_info *info)
{
    size_t n_persons = 0, n_movers = 0;
    if (progress_cancelled(pass->progress))
        return err_set(info, E_CANCELLED, "error.cancelled");
    for (size_t b = 0; b < pass->n_blocks; b++) {
        const struct part *p = &pass->part[b];
        if (p->fault.kind != NO_FAULT)
            return fault_error(pass->s, &p->fault, info);
        n_persons += p->n_persons;
        n_movers += p->n_movers;
        c->n_dropped += p->n_dropped;
    }
    if (n_persons == 0) {
        err_set(info, E_INPUT, "effect.no-complete-rows");
        msg_int(&info->msg, (int64_t)pass->s->n);
        return E_INPUT;
    }
    if (n_movers == 0)
        return OK;
    err_set(info, E_INPUT, "compress.movers");
    msg_int(&info->msg, (int64_t)n_movers);
    msg_int(&info->msg, (int64_t)n_persons);
    msg_text(&info->msg, pass->s->team.column->name);
    return E_INPUT;
}

/* ---- teams ---- */

static err team_error(const struct compress_source *s, size_t team, const char *key,
                      struct err_info *info)
{
    err_set(info, E_INPUT, key);
    panel_msg_value(&info->msg, s->team.column, s->team.row[team]);
    msg_text(&info->msg, s->treatment ? s->treatment->name : s->start.column->name);
    return E_INPUT;
}

/* By a treatment that may only switch on. */
static err start_by_switch(const struct pass *pass, size_t team, uint32_t *start,
                           struct err_info *info)
{
    const struct compress_source *s = pass->s;
    *start = COMPRESSED_NEVER;
    for (size_t t = 0; t < s->time.n; t++) {
        uint8_t seen = 0;
        for (size_t b = 0; b < pass->n_blocks; b++)
            seen |= pass->part[b].treated[team * s->time.n + t];
        if (seen == (OFF | ON)) {
            const err e = team_error(s, team, "compress.treatment-varies", info);
            panel_msg_value(&info->msg, s->time.column, s->time.row[t]);
            return e;
        }
        if (seen == OFF && *start != COMPRESSED_NEVER)
            return team_error(s, team, "compress.treatment-ends", info);
        if (seen == ON && *start == COMPRESSED_NEVER)
            *start = (uint32_t)t;
    }
    return OK;
}

static err start_by_column(const struct pass *pass, size_t team, uint32_t *start,
                           struct err_info *info)
{
    const struct compress_source *s = pass->s;
    struct way all = {0};
    for (size_t b = 0; b < pass->n_blocks; b++) {
        const struct way *way = &pass->part[b].way[team];
        all.varies |= way->varies || (way->seen && all.seen && way->start != all.start);
        if (way->seen && !all.seen)
            all = (struct way){true, all.varies, way->start, way->period};
    }
    if (all.varies)
        return team_error(s, team, "compress.start-varies", info);
    *start = all.period;
    return OK;
}

/* A value of the team column as text. */
static str team_label(const struct table_column *c, size_t row, arena *a)
{
    char text[NUM_TEXT_MAX];
    size_t n = 0;
    switch (c->type) {
    case TABLE_TEXT: return arena_str(a, c->words[c->codes[row]]);
    case TABLE_INT: n = num_print_int(c->ints[row], text); break;
    case TABLE_REAL: n = num_print_real(c->reals[row], text); break;
    case TABLE_DATE:
        date_print_iso(c->days[row], text);
        n = 10;
        break;
    }
    return arena_str(a, (str){text, n});
}

static err check_finite(const struct compressed *c, const struct compressed_team *team,
                        struct err_info *info)
{
    const size_t t = c->n_periods, k = compressed_columns(c);
    for (size_t i = 0; i < t * t + k * t + k * k + t; i++) /* a, b, c, weight */
        if (!isfinite(team->a[i]))
            return err_text(info, E_INPUT, "compress.overflow", team->name[0]);
    return OK;
}

/* The parts' sums, in the order of blocks. Teams of which no row counts are left out. */
static err add_team(const struct pass *pass, size_t team, struct compressed *c,
                    struct err_info *info)
{
    const struct compress_source *s = pass->s;
    struct compressed_team *to = &c->team[c->n_teams];
    size_t n_persons = 0;
    for (size_t b = 0; b < pass->n_blocks; b++)
        n_persons += pass->part[b].team[team].n_persons;
    err e = s->treatment ? start_by_switch(pass, team, &to->start, info)
                         : start_by_column(pass, team, &to->start, info);
    if (e != OK || n_persons == 0)
        return e;
    e = team_sums_new(c->memory, s->time.n, s->n_columns, true, to, 1, info);
    if (e != OK)
        return e;
    for (size_t b = 0; b < pass->n_blocks; b++)
        team_sums_add(to, s->time.n, s->n_columns, &pass->part[b].team[team]);
    team_sums_mirror(to, s->time.n, s->n_columns);
    to->name = ARENA_NEW(c->memory, str, 1);
    if (!to->name)
        return err_nomem(info);
    to->name[0] = team_label(s->team.column, s->team.row[team], c->memory);
    to->n_names = 1;
    if (!to->name[0].p)
        return err_nomem(info);
    c->n_teams++;
    return check_finite(c, to, info);
}

/* ---- the whole ---- */

static err describe(const struct compress_source *s, struct compressed *c, struct err_info *info)
{
    const struct effect_spec *spec = s->start.spec;
    const str given[] = {spec->unit, spec->time, spec->cluster, spec->weights,
                         s->treatment ? spec->treatment : spec->first_treated};
    str *const to[] = {&c->unit, &c->time, &c->cluster, &c->weights, &c->treatment};
    bool complete = true;
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        *to[i] = arena_str(c->memory, given[i]);
        complete &= to[i]->p != NULL;
    }
    c->has_dates = s->time.column->type == TABLE_DATE;
    c->n_periods = s->time.n;
    c->period = ARENA_NEW(c->memory, double, s->time.n);
    c->n_covariates = s->n_columns - s->n_outcomes;
    c->n_outcomes = s->n_outcomes;
    c->column = ARENA_NEW(c->memory, struct compressed_column, s->n_columns);
    c->team = ARENA_NEW(c->memory, struct compressed_team, s->team.n);
    if (!complete || !c->period || !c->column || !c->team)
        return err_nomem(info);
    memcpy(c->period, s->periods.value, s->time.n * sizeof *c->period);
    for (size_t j = 0; j < s->n_columns; j++) {
        c->column[j] = (struct compressed_column){arena_str(c->memory, s->column[j].name),
                                                  arena_str(c->memory, s->column[j].against)};
        complete &= c->column[j].name.p && c->column[j].against.p;
    }
    return complete ? OK : err_nomem(info);
}

static err sum_up(const struct compress_source *s, par *pool, const struct progress *progress,
                  arena *a, struct compressed *c, struct err_info *info)
{
    struct pass pass;
    err e = describe(s, c, info);
    if (e == OK)
        e = pass_new(s, progress, pool, a, &pass, info);
    if (e != OK)
        return e;
    progress_report(progress, "compress.step-rows", 0, 1);
    par_run(pool, pass.n_blocks, read_block, &pass);
    e = check_parts(&pass, c, info);
    for (size_t g = 0; g < s->team.n && e == OK; g++)
        e = add_team(&pass, g, c, info);
    progress_report(progress, "compress.step-rows", 1, 1);
    return e;
}

err compressed_from_table(const table *t, const struct effect_spec *spec, const str *outcome,
                          size_t n_outcomes, par *pool, const struct progress *progress,
                          compressed **made, struct err_info *info)
{
    struct compress_source s;
    struct compressed *c = NULL;
    arena *a = arena_new(PANEL_MEMORY_MAX);
    err e = a ? compress_source_make(t, spec, outcome, n_outcomes, a, &s, info) : err_nomem(info);
    if (e == OK)
        e = compressed_new(&c, info);
    if (e == OK)
        e = sum_up(&s, pool, progress, a, c, info);
    arena_free(a);
    if (e == OK)
        *made = c;
    else
        compressed_free(c);
    return e;
}

err compressed_new(struct compressed **c, struct err_info *info)
{
    arena *a = arena_new(PANEL_MEMORY_MAX);
    *c = a ? ARENA_NEW(a, struct compressed, 1) : NULL;
    if (!*c) {
        arena_free(a);
        return err_nomem(info);
    }
    (*c)->memory = a;
    return OK;
}

void compressed_free(compressed *c)
{
    if (c)
        arena_free(c->memory);
}
