/* SPDX-License-Identifier: EUPL-1.2 */
/* Which design fits data like these, and which others look at them in another way. */
#include "engine/effect/effect_int.h"
#include "engine/effect/honest_int.h"
#include "engine/effect/panel_int.h"

/* ---- the rule ---- */

struct effect_design effect_design_fit(const struct effect_facts *f)
{
    if (f->is_panel && f->n_never > 0)
        return (struct effect_design){EFFECT_DID, EFFECT_NEVER, "effect.design-never", false};
    if (f->is_panel)
        return (struct effect_design){EFFECT_DID, EFFECT_NOT_YET, "effect.design-not-yet", false};
    if (f->is_randomised)
        return (struct effect_design){f->has_covariates ? EFFECT_REGRESSION : EFFECT_DIFFERENCE,
                                      EFFECT_NEVER, "effect.design-lottery", false};
    if (f->has_covariates)
        return (struct effect_design){EFFECT_DOUBLY_ROBUST, EFFECT_NEVER, "effect.design-likes",
                                      false};
    return (struct effect_design){EFFECT_DIFFERENCE, EFFECT_NEVER, "effect.design-raw", false};
}

/* On a panel, doubly robust and the like are did by another name. */
static bool follows(const struct effect_spec *s, const struct effect_design *d)
{
    if (d->method == EFFECT_DID)
        return !effect_has_fixed_effects(s->method) && s->control == d->control;
    return s->method == d->method;
}

err effect_design_tell(struct effect_result *r, struct err_info *info)
{
    const struct effect_facts facts = {.is_panel = r->spec.unit.n > 0,
                                       .is_randomised = r->spec.randomised,
                                       .has_covariates = r->spec.n_covariates > 0,
                                       .n_never = r->diagnostics.n_never};
    r->design = ARENA_NEW(r->memory, struct effect_design, 1);
    if (!r->design)
        return err_nomem(info);
    *r->design = effect_design_fit(&facts);
    r->design->followed = follows(&r->spec, r->design);
    return OK;
}

/* ---- before anything was estimated ---- */

static err count_starts(const table *t, const struct effect_spec *s, arena *a,
                        struct effect_facts *f, struct err_info *info)
{
    struct panel_rows rows;
    size_t n_after_end;
    err e = panel_rows_make(t, s, a, &rows, info);
    if (e != OK)
        return e;
    uint32_t *start = ARENA_NEW(a, uint32_t, rows.unit.n);
    if (!start)
        return err_nomem(info);
    e = panel_starts_make(&rows, s, a, start, &n_after_end, info);
    for (size_t u = 0; u < rows.unit.n && e == OK; u++)
        f->n_never += start[u] == PANEL_NEVER;
    return e;
}

err effect_design_choose(const table *t, struct effect_spec *s, struct err_info *info)
{
    struct effect_facts f = {.is_panel = s->unit.n > 0 && s->time.n > 0,
                             .is_randomised = s->randomised,
                             .has_covariates = s->n_covariates > 0};
    arena *a = panel_arena_new(t, s);
    if (!a)
        return err_nomem(info);
    err e = f.is_panel ? count_starts(t, s, a, &f, info) : OK;
    if (e == E_NOMEM)
        e = arena_error(a, info);
    arena_free(a);
    if (e != OK)
        return e;
    const struct effect_design d = effect_design_fit(&f);
    s->method = d.method;
    s->control = d.control;
    return OK;
}

/* ---- other ways to look at the same question ---- */

struct companions {
    const struct effect_result *main;
    struct effect_companion *list;
    size_t n;
};

/* On a panel the methods for two groups are did with an estimator, see panel.c. */
static struct effect_spec by_full_name(const struct effect_spec *spec)
{
    struct effect_spec s = *spec;
    if (!s.unit.n || s.method == EFFECT_DID || effect_has_fixed_effects(s.method))
        return s;
    if (s.method == EFFECT_WEIGHTING)
        s.estimator = EFFECT_IPW;
    else if (s.method != EFFECT_DOUBLY_ROBUST)
        s.estimator = EFFECT_REG;
    s.method = EFFECT_DID;
    return s;
}

/* What models do when there is nothing to model is the same. */
static bool differ_in_model(const struct effect_spec *one, const struct effect_spec *other)
{
    return one->estimator != other->estimator && one->n_covariates + other->n_covariates > 0;
}

bool effect_is_independent(const struct effect_spec *one, const struct effect_spec *other)
{
    const struct effect_spec a = by_full_name(one), b = by_full_name(other);
    return a.method != b.method || differ_in_model(&a, &b) || a.control != b.control ||
           a.anticipation != b.anticipation;
}

static void add(struct companions *c, struct effect_spec s, const char *label)
{
    const struct effect_spec main = c->main->spec;
    if (c->n < EFFECT_COMPANIONS_MAX && effect_is_independent(&s, &main))
        c->list[c->n++] = (struct effect_companion){s, label};
}

/* The data and the question of `main`, asked of `method`: its own options belong to it alone. */
static struct effect_spec ask(const struct effect_spec *main, enum effect_method method)
{
    struct effect_spec s;
    effect_spec_init(&s);
    s.method = method;
    s.outcome = main->outcome;
    s.treatment = main->treatment;
    s.unit = main->unit;
    s.time = main->time;
    s.first_treated = main->first_treated;
    s.weights = main->weights;
    if (!str_eq(main->cluster, main->unit)) /* which fixed effects set by themselves */
        s.cluster = main->cluster;
    for (size_t i = 0; i < main->n_covariates; i++)
        s.covariates[s.n_covariates++] = main->covariates[i];
    s.level = main->level;
    s.seed = main->seed;
    s.has_never = main->has_never;
    s.never = main->never;
    if (main->inference == EFFECT_ANALYTIC) /* any other does not exist for every method */
        s.inference = EFFECT_ANALYTIC;
    s.replications = main->replications;
    s.randomised = main->randomised;
    s.provider = main->provider;
    s.min_persons = main->min_persons;
    s.no_placebo_start = true;
    if (!effect_has_fixed_effects(method)) {
        s.bootstrap = main->bootstrap;
        s.drop_failed = main->drop_failed;
    }
    return s;
}

static void add_method(struct companions *c, enum effect_method method, const char *label)
{
    add(c, ask(&c->main->spec, method), label);
}

/* ---- persons followed in time ---- */

/* Difference-in-differences as the main design asks for it, or as the rule does. */
static struct effect_spec ask_did(const struct companions *c)
{
    const struct effect_spec main = by_full_name(&c->main->spec);
    struct effect_spec s = ask(&main, EFFECT_DID);
    if (main.method != EFFECT_DID) {
        s.control = c->main->diagnostics.n_never > 0 ? EFFECT_NEVER : EFFECT_NOT_YET;
        return s;
    }
    s.control = main.control;
    s.base = main.base;
    s.anticipation = main.anticipation;
    s.estimator = main.estimator;
    s.ipw = main.ipw;
    return s;
}

static void add_estimator(struct companions *c, enum effect_estimator estimator, const char *label)
{
    struct effect_spec s = ask_did(c);
    s.estimator = estimator;
    if (estimator != EFFECT_IPW)
        s.ipw = EFFECT_HAJEK;
    add(c, s, label);
}

/* With a comparison group that the rule did not take, where that is another. */
static void add_control(struct companions *c)
{
    const struct effect_diagnostics *d = &c->main->diagnostics;
    if (d->n_starts < 2 || d->n_never == 0)
        return;
    struct effect_spec s = ask_did(c);
    const bool is_never = s.control == EFFECT_NEVER;
    s.control = is_never ? EFFECT_NOT_YET : EFFECT_NEVER;
    add(c, s, is_never ? "effect.companion-not-yet" : "effect.companion-never");
}

/* Whether even the first start has two periods before effects may show. */
static bool has_two_before(const struct effect_result *r)
{
    const struct effect_estimate *first = effect_find(r, EFFECT_GROUP_TIME);
    const double step = honest_event_step(r), from = -r->spec.anticipation * step - step / 2;
    for (size_t i = 0; first && i < r->n_estimates; i++) {
        const struct effect_estimate *e = &r->estimates[i];
        if (e->aggregation == EFFECT_GROUP_TIME && e->group == first->group &&
            e->event_time < from && !e->reference && !e->failed)
            return true;
    }
    return false;
}

/*
 * What happens just before people come may be why they come (Ashenfelter, "Estimating the Effect
 * of Training Programs on Earnings", Review of Economics and Statistics 60, 1978): from a period
 * earlier such a dip does not count.
 */
static void add_earlier(struct companions *c)
{
    struct effect_spec s = ask_did(c);
    s.anticipation++;
    add(c, s, "effect.companion-earlier");
}

/* Each rests on something else: a model of the outcome, of who takes part, of all effects alike. */
static void list_of_did(struct companions *c)
{
    if (c->main->spec.n_covariates > 0) {
        add_estimator(c, EFFECT_REG, "effect.companion-regression");
        add_estimator(c, EFFECT_IPW, "effect.companion-weighting");
    }
    add_method(c, EFFECT_TWFE, "effect.companion-twfe");
    if (has_two_before(c->main))
        add_earlier(c);
    add_control(c);
}

/* Sun and Abraham without covariates give what did gives: another base or control group does not.
 */
static void list_of_fixed_effects(struct companions *c)
{
    const struct effect_spec *s = &c->main->spec;
    if (s->method == EFFECT_SUNAB)
        add_method(c, EFFECT_TWFE, "effect.companion-twfe");
    if (!s->first_treated.n)
        return;
    if (s->method != EFFECT_SUNAB || s->n_covariates > 0)
        add(c, ask_did(c), "effect.companion-did");
    add_control(c);
    add_earlier(c);
}

/* ---- two groups ---- */

static void list_of_two_groups(struct companions *c)
{
    const struct effect_spec *s = &c->main->spec;
    if (s->n_covariates == 0)
        return;
    add_method(c, EFFECT_REGRESSION, "effect.companion-regression");
    add_method(c, EFFECT_WEIGHTING, "effect.companion-weighting");
    if (!s->weights.n)
        add_method(c, EFFECT_MATCHING, "effect.companion-matching");
    add_method(c, EFFECT_BALANCING, "effect.companion-balancing");
}

size_t effect_companions(const struct effect_result *main,
                         struct effect_companion list[EFFECT_COMPANIONS_MAX])
{
    struct companions c = {main, list, 0};
    if (!main->spec.unit.n)
        list_of_two_groups(&c);
    else if (effect_has_fixed_effects(main->spec.method))
        list_of_fixed_effects(&c);
    else
        list_of_did(&c);
    return c.n;
}
