/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/json.h"
#include "base/real.h"
#include "engine/report/effect_fields_int.h"
#include "engine/report/report.h"

#include <math.h>

static void put_period(json *j, double period, bool has_dates)
{
    char text[EFFECT_PERIOD_TEXT_MAX];
    if (has_dates && isfinite(period))
        json_put_str(j, effect_period_print(period, true, text));
    else
        json_put_real(j, period);
}

static void put_count(json *j, size_t n)
{
    if (n == EFFECT_HIDDEN)
        json_put_null(j);
    else
        json_put_int(j, (int64_t)n);
}

static void put_fields(json *j, const struct effect_field *f, const void *from, bool has_dates)
{
    for (; f->name; f++) {
        json_key(j, f->name);
        switch (f->kind) {
        case EFFECT_FIELD_REAL: json_put_real(j, effect_field_real(f, from)); break;
        case EFFECT_FIELD_PERIOD: put_period(j, effect_field_real(f, from), has_dates); break;
        case EFFECT_FIELD_COUNT: put_count(j, effect_field_count(f, from)); break;
        case EFFECT_FIELD_FLAG: json_put_bool(j, effect_field_flag(f, from)); break;
        case EFFECT_FIELD_KEY:
        case EFFECT_FIELD_STR:
        case EFFECT_FIELD_NAME: {
            const char *text = effect_field_text(f, from);
            if (text)
                json_put_str(j, str_of(text));
            else
                json_put_null(j);
            break;
        }
        }
    }
}

/* A name, or null when there is none. */
static void put_name(json *j, const char *key, str name)
{
    json_key(j, key);
    if (name.n)
        json_put_str(j, name);
    else
        json_put_null(j);
}

static void put_cuts(json *j, const struct effect_cuts *c)
{
    json_open_object(j);
    json_key_str(j, "covariate", c->covariate);
    json_key(j, "at");
    json_open_array(j);
    for (size_t i = 0; i < c->n; i++)
        json_put_real(j, c->at[i]);
    json_close_array(j);
    json_close_object(j);
}

static void put_matching_inputs(json *j, const struct effect_spec *s)
{
    put_name(j, "distance", str_of(effect_distance_name(s->distance)));
    json_key_int(j, "ratio", (int64_t)s->ratio);
    json_key_real(j, "caliper", s->has_caliper ? s->caliper : REAL_NAN);
    put_name(j, "caliper_on", str_of(effect_scale_name(s->caliper_on)));
    json_key_bool(j, "replace", s->replace);
    json_key(j, "exact");
    json_open_array(j);
    for (size_t i = 0; i < s->n_exact; i++)
        json_put_str(j, s->exact[i]);
    json_close_array(j);
    json_key(j, "cut_points");
    json_open_array(j);
    for (size_t i = 0; i < s->n_cuts; i++)
        put_cuts(j, &s->cuts[i]);
    json_close_array(j);
}

static void put_inputs(json *j, const struct effect_spec *s)
{
    const bool panel = s->unit.n > 0 && !effect_has_fixed_effects(s->method);
    const bool weighted =
        s->method == EFFECT_WEIGHTING || (s->method == EFFECT_DID && s->estimator == EFFECT_IPW);

    const str none = STR(""); /* it has no part in this method */

    json_open_object(j);
    put_name(j, "outcome", s->outcome);
    put_name(j, "treatment", s->treatment);
    put_name(j, "unit", s->unit);
    put_name(j, "time", s->time);
    put_name(j, "first_treated", s->first_treated);
    json_key(j, "covariates");
    json_open_array(j);
    for (size_t i = 0; i < s->n_covariates; i++)
        json_put_str(j, s->covariates[i]);
    json_close_array(j);
    json_key(j, "fixed_effects");
    json_open_array(j);
    for (size_t i = 0; i < s->n_fixed_effects; i++)
        json_put_str(j, s->fixed_effects[i]);
    json_close_array(j);
    put_name(j, "weights", s->weights);
    put_name(j, "cluster", s->cluster);
    put_name(j, "errors", s->has_errors ? str_of(effect_errors_name(s->errors)) : none);
    put_name(j, "ipw", weighted ? str_of(effect_ipw_name(s->ipw)) : none);
    put_name(j, "control", panel ? str_of(effect_control_name(s->control)) : none);
    put_name(j, "base", panel ? str_of(effect_base_name(s->base)) : none);
    put_name(j, "estimator", panel ? str_of(effect_estimator_name(s->estimator)) : none);
    json_key_int(j, "anticipation", s->anticipation);
    json_key_real(j, "never", s->has_never ? s->never : REAL_NAN);
    json_key_bool(j, "drop_failed", s->drop_failed);
    json_key_int(j, "bootstrap", (int64_t)s->bootstrap);
    json_key_real(j, "level", s->level);
    json_key_int(j, "seed", (int64_t)s->seed);
    if (s->method == EFFECT_MATCHING)
        put_matching_inputs(j, s);
    if (s->method == EFFECT_BALANCING)
        put_name(j, "balance", str_of(effect_weighing_name(s->weighing)));
    json_close_object(j);
}

static void put_diagnostics(json *j, const struct effect_diagnostics *d)
{
    json_open_object(j);
    put_fields(j, effect_diagnostic_fields, d, false);
    json_key(j, "pretest");
    json_open_object(j);
    json_key_real(j, "statistic", d->pretest_statistic);
    json_key_int(j, "df", (int64_t)d->pretest_df);
    json_key_real(j, "p", d->pretest_p);
    json_close_object(j);
    json_close_object(j);
}

/* A list is there when it is empty, a struct is null. */
static void put_section(json *j, const struct effect_section *s, const struct effect_result *r)
{
    const size_t n = effect_section_n(s, r);
    const bool is_list = s->n_offset != EFFECT_SECTION_ONE;

    json_key(j, s->name);
    if (is_list)
        json_open_array(j);
    else if (n == 0)
        json_put_null(j);
    for (size_t i = 0; i < n; i++) {
        json_open_object(j);
        put_fields(j, s->fields, effect_section_at(s, r, i), r->has_dates);
        json_close_object(j);
    }
    if (is_list)
        json_close_array(j);
}

static void put_value(json *j, const struct msg *m, const struct msg_arg *arg)
{
    const str text = {m->text + arg->at, arg->n};
    switch (arg->kind) {
    case MSG_INT: json_put_int(j, arg->i); break;
    case MSG_REAL: json_put_real(j, arg->d); break;
    case MSG_TEXT:
    case MSG_KEY: json_put_str(j, text); break;
    }
}

static void put_message(json *j, const struct msg *m)
{
    json_open_object(j);
    json_key_str(j, "key", str_of(m->key));
    json_key(j, "values");
    json_open_array(j);
    for (size_t i = 0; i < m->n_args; i++)
        put_value(j, m, &m->arg[i]);
    json_close_array(j);
    json_close_object(j);
}

static void put_messages(json *j, const char *key, const struct msg *m, size_t n)
{
    json_key(j, key);
    json_open_array(j);
    for (size_t i = 0; i < n; i++)
        put_message(j, &m[i]);
    json_close_array(j);
}

static void put_disclosure(json *j, const struct released_effect *released)
{
    const struct effect_spec *s = &disclosure_view(released)->spec;
    size_t n;
    const struct msg *notes = disclosure_notes(released, &n);
    json_key(j, "disclosure");
    json_open_object(j);
    json_key(j, "min_persons");
    json_put_int(j, (int64_t)s->min_persons);
    put_name(j, "provider", s->provider);
    put_messages(j, "withheld", notes, n);
    json_close_object(j);
}

err report_effect_json(out *o, const struct released_effect *released, struct err_info *info)
{
    const struct effect_result *r = disclosure_view(released);
    json j;

    json_init(&j, o);
    json_open_object(&j);
    json_key_str(&j, "method", str_of(effect_method_name(r->spec.method)));
    json_key(&j, "inputs");
    put_inputs(&j, &r->spec);
    json_key(&j, "diagnostics");
    put_diagnostics(&j, &r->diagnostics);
    put_messages(&j, "warnings", r->warnings, r->n_warnings);
    put_disclosure(&j, released);
    for (const struct effect_section *section = effect_sections; section->name; section++)
        put_section(&j, section, r);
    json_close_object(&j);
    out_char(o, '\n');
    return out_error(o, info);
}
