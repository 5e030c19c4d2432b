/* SPDX-License-Identifier: EUPL-1.2 */
/* Which design fits data like these, and which others look at them in another way. */
#include "engine/effect/effect_int.h"
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
    arena *a = arena_new(PANEL_MEMORY_MAX);
    if (!a)
        return err_nomem(info);
    const err e = f.is_panel ? count_starts(t, s, a, &f, info) : OK;
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

static void add(struct companions *c, struct effect_spec s, const char *label)
{
    if (c->n < EFFECT_COMPANIONS_MAX)
        c->list[c->n++] = (struct effect_companion){s, label};
}

/* What the main estimate asks beside its number belongs to it alone. */
static struct effect_spec plain(const struct effect_spec *main)
{
    struct effect_spec s = *main;
    s.n_subgroups = s.n_explore = s.n_placebo_outcomes = 0;
    s.unaffected = STR("");
    s.no_placebo_start = true;
    s.honesty = EFFECT_TRUSTING;
    s.n_honest = 0;
    s.event_study = false;
    s.has_errors = s.has_errors && s.cluster.n;
    return s;
}

static void add_estimator(struct companions *c, enum effect_estimator estimator, const char *label)
{
    struct effect_spec s = plain(&c->main->spec);
    const bool is_own = s.estimator == estimator;
    s.method = EFFECT_DID;
    s.estimator = estimator;
    if (!is_own && s.n_covariates > 0)
        add(c, s, label);
}

static void add_method(struct companions *c, enum effect_method method, const char *label)
{
    struct effect_spec s = plain(&c->main->spec);
    const bool is_own = s.method == method;
    s.method = method;
    if (!is_own)
        add(c, s, label);
}

/* Each rests on something else: a model of the outcome, of who takes part, of all effects alike. */
static void list_of_panel(struct companions *c)
{
    const struct effect_diagnostics *d = &c->main->diagnostics;
    struct effect_spec other = plain(&c->main->spec);
    add_estimator(c, EFFECT_REG, "effect.companion-regression");
    add_estimator(c, EFFECT_IPW, "effect.companion-weighting");
    add_method(c, EFFECT_TWFE, "effect.companion-twfe");
    other.control = other.control == EFFECT_NEVER ? EFFECT_NOT_YET : EFFECT_NEVER;
    if (d->n_starts > 1 && d->n_never > 0)
        add(c, other,
            other.control == EFFECT_NEVER ? "effect.companion-never" : "effect.companion-not-yet");
}

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
    else if (!effect_has_fixed_effects(main->spec.method))
        list_of_panel(&c);
    else if (main->spec.first_treated.n)
        add_method(&c, EFFECT_DID, "effect.companion-did");
    return c.n;
}

bool effect_is_independent(const struct effect_spec *one, const struct effect_spec *other)
{
    return one->method != other->method || one->estimator != other->estimator ||
           one->control != other->control;
}
