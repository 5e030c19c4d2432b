/* SPDX-License-Identifier: EUPL-1.2 */
#include "results_int.h"

#include "base/date.h"
#include "base/real.h"
#include "companions_int.h"
#include "study_int.h"

#include <string.h>

enum { RESULTS_MEMORY_MAX = 1 << 28 };

/* What the steps of one computation share. */
struct computing {
    const struct study *study;
    const struct results_about *about;
    const table *data;
    par *pool;
    const struct progress *progress;
    struct results *results;
    struct err_info *info;
    struct effect_companion companion[COMPANIONS_MAX]; /* chosen after the first estimate */
    size_t n_companions;
    size_t n_analyses_max; /* as many as there may be, with companions */
};

/* ---- texts of the plan in the report's terms ---- */

static void copy_text(const struct study_text *from, str to[LANG_COUNT])
{
    for (int l = 0; l < LANG_COUNT; l++)
        to[l] = study_text_in(from, (enum lang)l);
}

static str print_hash(arena *a, struct seal_hash hash)
{
    char text[SEAL_HASH_HEX];
    seal_print_hash(hash, text);
    return arena_str(a, (str){text, sizeof text});
}

static int32_t day_of(str time)
{
    int32_t day = REPORT_NO_DAY;
    return date_parse_iso(str_cut(time, 0, 10), &day) ? day : REPORT_NO_DAY;
}

static err describe_study(struct computing *c)
{
    const struct study *s = c->study;
    const struct study_text *limit = s->limits.item;
    struct report_study *d = &c->results->report.study;
    str(*limits)[LANG_COUNT] = arena_alloc(c->results->memory, s->limits.n + 1, sizeof *limits);
    if (!limits)
        return err_nomem(c->info);
    for (size_t i = 0; i < s->limits.n; i++)
        copy_text(&limit[i], limits[i]);
    c->results->limits = limits;
    *d = (struct report_study){
        .id = str_cut(print_hash(c->results->memory, s->hash), 0, 12),
        .author = s->owner,
        .data_source = s->data.source,
        .data_day = s->data.extracted,
        .made_day = day_of(c->about->date),
        .synthetic = s->synthetic,
        .randomised = s->randomised,
        .limits = (const str(*)[LANG_COUNT])limits,
        .n_limits = s->limits.n,
    };
    copy_text(&s->title, d->title);
    copy_text(&s->question, d->question);
    copy_text(&s->programme, d->programme);
    copy_text(&s->population, d->population);
    copy_text(&s->person, d->unit);
    copy_text(&s->start, d->start);
    copy_text(&s->data.completeness, d->completeness);
    for (int l = 0; l < LANG_COUNT; l++) {
        d->period[l][0] = study_text_in(&s->period.one, (enum lang)l);
        d->period[l][1] = study_text_in(&s->period.many, (enum lang)l);
    }
    return OK;
}

static err describe_outcomes(struct computing *c)
{
    static const enum report_good good[] = {[STUDY_NEITHER] = REPORT_NEITHER,
                                            [STUDY_HIGHER] = REPORT_HIGHER,
                                            [STUDY_LOWER] = REPORT_LOWER};
    const struct schema_list *list = &c->study->outcomes;
    const struct study_outcome *o = list->item;
    struct report_outcome *to = ARENA_NEW(c->results->memory, struct report_outcome, list->n);
    if (!to)
        return err_nomem(c->info);
    for (size_t i = 0; i < list->n; i++) {
        to[i].key = o[i].column;
        to[i].currency = o[i].currency;
        to[i].good = good[o[i].better];
        copy_text(&o[i].label, to[i].label);
        copy_text(&o[i].unit, to[i].unit);
    }
    c->results->report.outcomes = to;
    c->results->report.n_outcomes = list->n;
    return OK;
}

/* ---- the history of the plan ---- */

enum { CHANGES_MAX = 1000 };

struct history {
    struct report_change *line; /* CHANGES_MAX + 1: one for how many were left out */
    size_t n, n_left_out;
    size_t n_changed;
};

static void add_line(struct history *h, struct report_change line)
{
    if (h->n < CHANGES_MAX)
        h->line[h->n++] = line;
    else
        h->n_left_out++;
}

/* What one version of a plan differs in from the one before it. */
static err add_version(struct computing *c, struct history *h, int32_t day, str before, str after)
{
    struct diff d;
    const err e = study_diff(c->results->memory, before, after, &d, c->info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < d.n; i++)
        add_line(h, (struct report_change){day, REPORT_CHANGE_VALUE, d.change[i], 0});
    if (d.n_found > d.n)
        add_line(h, (struct report_change){day, REPORT_CHANGE_MORE, STR(""), d.n_found - d.n});
    if (d.n_found == 0)
        add_line(h, (struct report_change){day, REPORT_CHANGE_LAYOUT, STR(""), 0});
    h->n_changed += d.n_found ? d.n_found : 1;
    return OK;
}

/*
 * Every change after the first freezing, from version to version, and at last
 * from the version that was fixed last to the plan of this run.
 */
static err describe_changes(struct computing *c, struct history *h)
{
    const struct results_about *about = c->about;
    const struct journal_entry *fixed = NULL;
    const int32_t today = day_of(about->date);
    for (size_t i = 0; i < about->n_before; i++) {
        const struct journal_entry *e = &about->journal->entry[i];
        if (e->kind == JOURNAL_RUN)
            continue;
        if (fixed) {
            const int32_t day = day_of(e->date);
            const err failed = add_version(c, h, day, fixed->text, e->text);
            if (failed != OK)
                return failed;
            if (e->note.n)
                add_line(h, (struct report_change){day, REPORT_CHANGE_REASON, e->note, 0});
        }
        fixed = e;
    }
    if (fixed && !seal_hash_eq(fixed->plan, c->study->hash)) {
        const err failed = add_version(c, h, today, fixed->text, c->study->bytes);
        if (failed != OK)
            return failed;
        add_line(h, (struct report_change){today, REPORT_CHANGE_UNFIXED, STR(""), 0});
    }
    if (h->n_left_out)
        h->line[h->n++] = (struct report_change){today, REPORT_CHANGE_MORE, STR(""), h->n_left_out};
    return OK;
}

static err describe_seal(struct computing *c)
{
    arena *a = c->results->memory;
    char fingerprint[SEAL_FINGERPRINT_TEXT];
    const struct study_status *status = &c->results->status;
    struct history h = {.line = ARENA_NEW(a, struct report_change, CHANGES_MAX + 1)};
    if (!h.line)
        return err_nomem(c->info);
    const err e = describe_changes(c, &h);
    if (e != OK)
        return e;
    seal_print_fingerprint(c->about->signer, fingerprint);
    c->results->report.seal = (struct report_seal){
        .frozen = status->state != STUDY_EXPLORATORY,
        .frozen_day = day_of(str_of(status->frozen_at)),
        .earlier_runs = status->n_runs,
        .runs_before_freeze = status->n_runs_before_freeze,
        .changes = h.line,
        .n_changes = h.n,
        .n_changed = h.n_changed,
        .plan_hash = print_hash(a, c->study->hash),
        .data_hash = print_hash(a, c->about->data),
        .signer = arena_str(a, (str){fingerprint, sizeof fingerprint}),
        .seed = (uint64_t)c->study->seed,
        .version = STR(ONTSCHOT_VERSION),
        .command = STR("ontschot study verify ."), /* in the folder of the results */
    };
    return OK;
}

/* ---- effects ---- */

/* A mistake without a place gets that of the outcome it belongs to. */
static void place_at(struct computing *c, const struct yaml_node *node)
{
    if (!c->info->file[0])
        err_at(c->info, c->study->path, node->line, node->column);
}

/* Other looks are at all the people; what a subgroup is judged by is at all the subgroups. */
static void ask_of_subgroup(struct effect_spec *spec)
{
    spec->n_explore = spec->n_placebo_outcomes = 0;
    spec->unaffected = spec->unaffected_value = (str){0};
    spec->no_placebo_start = true;
    spec->keeps_parts = true;
}

/* What one analysis stands on: an estimator of the plan, or a companion of the main one. */
struct asked {
    size_t estimator;
    const struct study_subgroup *subgroup;    /* or NULL: everybody */
    const struct effect_companion *companion; /* or NULL */
};

static err estimate(struct computing *c, size_t outcome, const struct asked *asked,
                    struct released_effect **result)
{
    const struct study_outcome *o = c->study->outcomes.item;
    struct effect_spec spec;
    table *selected;
    err e = study_spec(c->study, outcome, asked->estimator, c->results->memory, &spec, c->info);
    if (e == OK && asked->subgroup)
        ask_of_subgroup(&spec);
    if (e == OK)
        e = study_rows(c->study, c->data, asked->estimator, asked->subgroup, &selected, c->info);
    if (e != OK)
        return e;
    if (asked->companion) {
        spec = asked->companion->spec;
        spec.outcome = o[outcome].column;
    }
    e = disclosure_run(selected ? selected : c->data, &spec, c->pool, c->progress, result, c->info);
    table_free(selected);
    return e;
}

static bool has_value(const struct study_filter *f, str value)
{
    const str *own = f->values.item;
    for (size_t i = 0; i < f->values.n; i++)
        if (str_eq(own[i], value))
            return true;
    return false;
}

static size_t n_shared(const struct study_filter *f, const struct study_filter *other)
{
    const str *own = f->values.item;
    size_t n = 0;
    for (size_t i = 0; i < f->values.n; i++)
        n += has_value(other, own[i]);
    return n;
}

static const struct study_subgroup *subgroup_of(const struct study *s, str name)
{
    const struct study_subgroup *g = s->subgroups.item;
    while (!str_eq(g->name, name))
        g++;
    return g;
}

/* A subgroup beside all, beside one that it lies in or around, and with those of other values. */
static void keep_apart(const struct computing *c, const struct report_analysis *analysis,
                       const struct study_subgroup *g, const struct report_analysis *list,
                       struct released_effect *result)
{
    const struct results *r = c->results;
    const struct released_effect *beside[DISCLOSURE_BESIDE_MAX], *whole = NULL;
    size_t n = 0;
    for (size_t i = 0; i < r->n_effects; i++) {
        const struct released_effect *other = r->effect[i];
        if (!other || list[i].outcome != analysis->outcome)
            continue;
        if (list[i].role == REPORT_MAIN)
            whole = other;
        const struct effect_estimate *overall = effect_overall(disclosure_view(other));
        if (list[i].role != REPORT_SUBGROUP || !overall || disclosure_withheld(overall))
            continue;
        const struct study_subgroup *h = subgroup_of(c->study, list[i].name);
        const size_t shared = n_shared(&g->rows, &h->rows);
        if (!str_eq(g->rows.column, h->rows.column))
            continue;
        if (shared == g->rows.values.n || shared == h->rows.values.n)
            disclosure_keep_apart(result, other, NULL, 0);
        if (shared == 0 && n < DISCLOSURE_BESIDE_MAX)
            beside[n++] = other;
    }
    if (whole)
        disclosure_keep_apart(result, whole, beside, n);
}

/* The next analysis of the report. Only the main one must succeed; others say why they did not. */
static err add_analysis(struct computing *c, struct report_analysis analysis, struct asked asked,
                        struct report_analysis *list)
{
    struct results *r = c->results;
    struct released_effect *result = NULL;
    const struct study_outcome *o = c->study->outcomes.item;
    progress_report(c->progress, "study.step-analysis", (double)r->n_effects,
                    (double)c->n_analyses_max);
    const err e = estimate(c, analysis.outcome, &asked, &result);
    if (e != OK && (e != E_INPUT || analysis.role == REPORT_MAIN)) {
        place_at(c, o[analysis.outcome].node);
        return e;
    }
    if (e != OK)
        analysis.failed = disclosure_failure(c->info, (size_t)c->study->disclosure.min_persons);
    if (result && analysis.role == REPORT_SUBGROUP)
        keep_apart(c, &analysis, asked.subgroup, list, result);
    analysis.result = result;
    r->effect[r->n_effects] = result;
    list[r->n_effects++] = analysis;
    return OK;
}

/* Estimates the plan did not ask for, so that the main one never stands alone. */
static err add_companions(struct computing *c, size_t outcome, struct report_analysis *list)
{
    err e = OK;
    if (outcome == 0)
        e = companions_choose(c->study, disclosure_view(c->results->effect[0]), c->results->memory,
                              c->companion, &c->n_companions, c->info);
    for (size_t i = 0; e == OK && i < c->n_companions; i++) {
        const char *label = c->companion[i].label;
        struct report_analysis analysis = {.role = REPORT_VARIATION,
                                           .outcome = outcome,
                                           .name = str_of(strrchr(label, '.') + 1),
                                           .is_added = true};
        for (int l = 0; l < LANG_COUNT; l++)
            analysis.label[l] = tr((enum lang)l, label);
        e = add_analysis(c, analysis, (struct asked){.companion = &c->companion[i]}, list);
    }
    return e;
}

static err add_outcome(struct computing *c, size_t outcome, struct report_analysis *list)
{
    const struct study *s = c->study;
    const struct study_subgroup *g = s->subgroups.item;
    err e = OK;
    for (size_t i = 0; e == OK && i < study_estimators(s); i++) {
        const struct study_estimator *estimator = study_estimator_at(s, i);
        struct report_analysis analysis = {.role = i ? REPORT_VARIATION : REPORT_MAIN,
                                           .outcome = outcome,
                                           .name = estimator->name};
        copy_text(&estimator->label, analysis.label);
        e = add_analysis(c, analysis, (struct asked){.estimator = i}, list);
    }
    for (size_t i = 0; e == OK && i < s->subgroups.n; i++) {
        struct report_analysis analysis = {
            .role = REPORT_SUBGROUP, .outcome = outcome, .name = g[i].name};
        copy_text(&g[i].label, analysis.label);
        e = add_analysis(c, analysis, (struct asked){.subgroup = &g[i]}, list);
    }
    return e == OK ? add_companions(c, outcome, list) : e;
}

/* How many draws the main design gives a family. */
static err count_draws(struct computing *c, size_t *n)
{
    struct effect_spec spec;
    const err e = study_spec(c->study, 0, 0, c->results->memory, &spec, c->info);
    if (e == OK)
        *n = effect_family_draws(&spec);
    return e;
}

/* All subgroups and outcomes of a plan are one family: each is a chance to be lucky. */
static err adjust_subgroups(struct computing *c, struct report_analysis *list, size_t n)
{
    struct effect_member *member = ARENA_NEW(c->results->memory, struct effect_member, n);
    size_t n_draws = 0;
    err e = member ? count_draws(c, &n_draws) : err_nomem(c->info);
    for (size_t i = 0; e == OK && i < n; i++) {
        const struct effect_result *r = disclosure_view(list[i].result);
        const struct effect_estimate *overall = r ? effect_overall(r) : NULL;
        member[i].p = REAL_NAN;
        if (list[i].role == REPORT_SUBGROUP && overall)
            member[i] = (struct effect_member){overall->estimate, overall->p, r->parts, 0};
    }
    if (e == OK)
        e = effect_adjust_family(c->pool, member, n, n_draws, (uint64_t)c->study->seed, c->info);
    for (size_t i = 0; e == OK && i < n; i++)
        list[i].p_adjusted = member[i].p_adjusted;
    return e;
}

static err add_analyses(struct computing *c)
{
    const struct study *s = c->study;
    struct results *r = c->results;
    const size_t n = s->outcomes.n * (study_estimators(s) + s->subgroups.n + COMPANIONS_MAX);
    struct report_analysis *list = ARENA_NEW(r->memory, struct report_analysis, n);
    r->effect = ARENA_NEW(r->memory, struct released_effect *, n);
    c->n_analyses_max = n;
    if (!list || !r->effect)
        return err_nomem(c->info);
    for (size_t i = 0; i < s->outcomes.n; i++) {
        const err e = add_outcome(c, i, list);
        if (e != OK)
            return e;
    }
    r->report.analyses = list;
    r->report.n_analyses = r->n_effects;
    return adjust_subgroups(c, list, r->n_effects);
}

/* ---- costs and benefits ---- */

static void add_limit(struct results *r, const char *key)
{
    str *limit = r->limits[r->report.study.n_limits++];
    for (int l = 0; l < LANG_COUNT; l++)
        limit[l] = tr((enum lang)l, key);
}

static err add_costs(struct computing *c)
{
    struct results *r = c->results;
    const err e = costs_compute(c->study, r->effect, r->n_effects / c->study->outcomes.n, r->memory,
                                c->pool, c->progress, &r->costs, c->info);
    if (e != OK || !r->costs.asked)
        return e;
    r->report.model = &r->costs.model;
    r->report.scba = r->costs.result;
    r->report.scba_failed = r->costs.failed;
    if (r->costs.independent)
        add_limit(r, "study.limit-independent");
    return OK;
}

/* ---- the whole ---- */

static void choose_languages(const struct study *s, bool language[LANG_COUNT])
{
    const int *asked = s->languages.item;
    for (int l = 0; l < LANG_COUNT; l++)
        language[l] = s->languages.n == 0;
    for (size_t i = 0; i < s->languages.n; i++)
        language[asked[i]] = true;
}

err results_compute(const struct study *s, const struct results_about *about, const table *t,
                    par *pool, const struct progress *progress, struct results *r,
                    struct err_info *info)
{
    struct computing c = {s, about, t, pool, progress, r, info, .n_companions = 0};
    *r = (struct results){.memory = arena_new(RESULTS_MEMORY_MAX)};
    if (!r->memory)
        return err_nomem(info);
    choose_languages(s, r->language);
    journal_status(about->journal, about->n_before, s->hash, &r->status);
    err e = describe_study(&c);
    if (e == OK)
        e = describe_outcomes(&c);
    if (e == OK)
        e = describe_seal(&c);
    if (e == OK)
        e = add_analyses(&c);
    if (e == OK)
        e = add_costs(&c);
    if (e != OK)
        results_free(r);
    return e;
}

void results_free(struct results *r)
{
    for (size_t i = 0; i < r->n_effects; i++)
        disclosure_free(r->effect[i]);
    scba_result_free(r->costs.result);
    arena_free(r->memory);
    *r = (struct results){0};
}
