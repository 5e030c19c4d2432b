/* SPDX-License-Identifier: EUPL-1.2 */
#include "report_int.h"

#include <math.h>
#include <string.h>

enum verdict verdict_of(const struct effect_estimate *e)
{
    if (!e || e->failed || isnan(e->estimate) || isnan(e->ci_low) || isnan(e->ci_high))
        return VERDICT_FAILED;
    if (e->ci_low > 0)
        return VERDICT_HIGHER;
    return e->ci_high < 0 ? VERDICT_LOWER : VERDICT_UNSURE;
}

const struct chance_range chance_ranges[] = {
    {0.99, 1.00, "report.chance-almost-certain"}, {0.95, 0.99, "report.chance-very-likely"},
    {0.80, 0.95, "report.chance-likely"},         {0.60, 0.80, "report.chance-rather"},
    {0.40, 0.60, "report.chance-even"},
};
const size_t n_chance_ranges = sizeof chance_ranges / sizeof *chance_ranges;

const char *chance_words(double chance)
{
    for (size_t i = 0; i + 1 < n_chance_ranges; i++)
        if (chance > chance_ranges[i].from)
            return chance_ranges[i].words;
    return chance_ranges[n_chance_ranges - 1].words;
}

/* ---- the answer ---- */

size_t count_words(str s)
{
    size_t n = 0;
    bool inside = false;
    for (size_t i = 0; i < s.n; i++) {
        const bool blank = s.p[i] == ' ' || s.p[i] == '\n';
        n += !blank && !inside;
        inside = !blank;
    }
    return n;
}

static str answer_on_effect(struct report_view *v, str programme, str label)
{
    const struct report_analysis *a = main_analysis(v, 0);
    const struct effect_estimate *e = a ? overall(disclosure_view(a->result)) : NULL;
    const struct html_value name = html_from_str(programme), what = html_from_str(label);
    const enum verdict verdict = verdict_of(e);
    if (verdict == VERDICT_FAILED)
        return SAY(v, "report.answer-failed", name, what);
    const struct html_value level = html_percent(disclosure_view(a->result)->spec.level, 0);
    if (verdict == VERDICT_UNSURE)
        return SAY(v, "report.answer-unsure", name, what, level, outcome_signed(v, 0, e->ci_low),
                   html_from_str(outcome_amount(v, 0, outcome_signed(v, 0, e->ci_high))));
    const double near = fmin(fabs(e->ci_low), fabs(e->ci_high));
    const double far = fmax(fabs(e->ci_low), fabs(e->ci_high));
    const str size = outcome_amount(v, 0, outcome_value(v, 0, fabs(e->estimate)));
    return SAY(v, verdict == VERDICT_LOWER ? "report.answer-lower" : "report.answer-higher", name,
               what, html_from_str(size), level, outcome_value(v, 0, near),
               outcome_value(v, 0, far));
}

static struct html_value unsigned_money(const struct report_view *v, double x)
{
    return money(v, fabs(x));
}

static str answer_on_society(struct report_view *v, str programme)
{
    const struct scba_outcome *b = &v->in->scba->party[v->in->scba->n_payers].balance;
    const struct html_value name = html_from_str(programme), unit = html_from_str(view_unit(v));
    const struct html_value level = html_percent(v->in->model->level[1], 0);
    const bool gains = b->mean > 0;
    if (!(b->sd > 0))
        return SAY(v, gains ? "report.answer-gain-point" : "report.answer-loss-point", name,
                   unsigned_money(v, b->mean), unit);
    if (b->low[1] <= 0 && b->high[1] >= 0)
        return SAY(v, "report.answer-society-unsure", name, level, money(v, b->low[1]),
                   money(v, b->high[1]), unit, html_percent(b->chance_positive, 0));
    const double near = fmin(fabs(b->low[1]), fabs(b->high[1]));
    const double far = fmax(fabs(b->low[1]), fabs(b->high[1]));
    return SAY(v, gains ? "report.answer-gain" : "report.answer-loss", name,
               unsigned_money(v, b->mean), unit, level, money(v, near), money(v, far));
}

static str answer_with(struct report_view *v, str programme, str label)
{
    if (v->in->n_outcomes > 0)
        return answer_on_effect(v, programme, label);
    if (v->in->model && v->in->scba)
        return answer_on_society(v, programme);
    return SAY(v, "report.answer-nothing", html_from_str(programme));
}

/* A sentence begins with a capital, a name in a plan need not. */
static str capitalised(struct report_view *v, str s)
{
    char *p = arena_alloc(v->a, s.n + 1, 1);
    if (!p) {
        v->no_memory = true;
        return STR("");
    }
    memcpy(p, s.p, s.n);
    if (s.n && p[0] >= 'a' && p[0] <= 'z')
        p[0] = (char)(p[0] - 'a' + 'A');
    return (str){p, s.n};
}

/* Long names give way before the numbers do. */
str words_answer(struct report_view *v)
{
    const str short_name = tr(v->lang, "report.the-programme");
    const str given = view_text(v, v->in->study.programme);
    const str label = v->in->n_outcomes ? view_text(v, v->in->outcomes[0].label) : STR("");
    str answer = answer_with(v, given.n ? given : short_name, label);
    if (count_words(answer) > REPORT_ANSWER_WORDS_MAX)
        answer = answer_with(v, short_name, label);
    if (count_words(answer) > REPORT_ANSWER_WORDS_MAX)
        answer = answer_with(v, short_name, tr(v->lang, "report.the-outcome"));
    return capitalised(v, answer);
}

/* ---- in short ---- */

static void add_point(struct report_points *points, str head, str body)
{
    if (points->n < REPORT_POINTS_MAX)
        points->p[points->n++] = (struct report_point){head, body};
}

static bool is_welcome(enum verdict verdict, enum report_good good)
{
    return (verdict == VERDICT_LOWER && good == REPORT_LOWER) ||
           (verdict == VERDICT_HIGHER && good == REPORT_HIGHER);
}

static const char *effect_head(enum verdict verdict, enum report_good good)
{
    if (verdict == VERDICT_FAILED)
        return "report.short-failed";
    if (verdict == VERDICT_UNSURE)
        return "report.short-unsure";
    if (good == REPORT_NEITHER)
        return "report.short-effect";
    return is_welcome(verdict, good) ? "report.short-welcome" : "report.short-unwelcome";
}

static void say_effect(struct report_view *v, struct report_points *points)
{
    const struct report_analysis *a = main_analysis(v, 0);
    const struct effect_estimate *e = a ? overall(disclosure_view(a->result)) : NULL;
    const enum verdict verdict = verdict_of(e);
    const str head = tr(v->lang, effect_head(verdict, v->in->outcomes[0].good));
    const struct html_value label = html_from_str(view_text(v, v->in->outcomes[0].label));
    if (verdict == VERDICT_FAILED) {
        const struct html_value why = e && e->failed       ? html_key(e->failed)
                                      : a && a->failed.key ? html_msg(&a->failed)
                                                           : html_key("report.not-computed");
        add_point(points, head, SAY(v, "report.short-why", why));
        return;
    }
    const str amount = outcome_amount(v, 0, outcome_signed(v, 0, e->estimate));
    add_point(
        points, head,
        SAY(v, verdict == VERDICT_UNSURE ? "report.short-unsure-body" : "report.short-effect-body",
            label, html_from_str(amount), html_percent(disclosure_view(a->result)->spec.level, 0),
            outcome_signed(v, 0, e->ci_low), outcome_signed(v, 0, e->ci_high)));
}

enum verdict verdict_on_society(const struct scba_result *r)
{
    const struct scba_outcome *b = &r->party[r->n_payers].balance;
    if (!(b->sd > 0) && b->mean == 0)
        return VERDICT_UNSURE;
    if (b->chance_positive > 0.60)
        return VERDICT_HIGHER;
    return b->chance_positive < 0.40 ? VERDICT_LOWER : VERDICT_UNSURE;
}

const char *society_words(const struct scba_result *r)
{
    const struct scba_outcome *b = &r->party[r->n_payers].balance;
    if (!(b->sd > 0))
        return "report.chance-assumed";
    return chance_words(fmax(b->chance_positive, 1 - b->chance_positive));
}

static void say_society(struct report_view *v, struct report_points *points)
{
    static const char *const heads[] = {
        [VERDICT_FAILED] = "report.short-society-even",
        [VERDICT_UNSURE] = "report.short-society-even",
        [VERDICT_LOWER] = "report.short-society-loses",
        [VERDICT_HIGHER] = "report.short-society-gains",
    };
    const struct scba_result *r = v->in->scba;
    const struct scba_outcome *b = &r->party[r->n_payers].balance;
    const struct html_value mean = money_signed(v, b->mean), unit = html_from_str(view_unit(v));
    const str head = SAY(v, heads[verdict_on_society(r)], html_key(society_words(r)));
    add_point(points, head,
              b->sd > 0 ? SAY(v, "report.short-society-body", mean, unit,
                              html_percent(v->in->model->level[0], 0), money_signed(v, b->low[0]),
                              money_signed(v, b->high[0]), html_percent(b->chance_positive, 0))
                        : SAY(v, "report.short-society-point", mean, unit));
}

static void say_payers(struct report_view *v, struct report_points *points)
{
    const struct scba_result *r = v->in->scba;
    size_t most = 0, least = 0;
    for (size_t i = 1; i < r->n_payers; i++) {
        if (r->party[i].balance.mean > r->party[most].balance.mean)
            most = i;
        if (r->party[i].balance.mean < r->party[least].balance.mean)
            least = i;
    }
    const double gain = r->party[most].balance.mean, loss = r->party[least].balance.mean;
    const struct html_value winner = html_from_str(party_name(v, most));
    const struct html_value loser = html_from_str(party_name(v, least));
    const char *key = gain <= 0   ? "report.short-all-lose"
                      : loss >= 0 ? "report.short-all-gain"
                                  : "report.short-mixed";
    add_point(points, tr(v->lang, "report.short-payers"),
              SAY(v, key, winner, unsigned_money(v, gain), loser, unsigned_money(v, loss),
                  html_from_str(view_unit(v))));
}

struct changed {
    str list;
    int64_t n;
};

/* The other outcomes that changed beyond doubt; those in an unwelcome direction, or all others. */
static struct changed others_changed(struct report_view *v, bool unwelcome)
{
    struct changed c = {STR(""), 0};
    for (size_t i = 1; i < v->in->n_outcomes; i++) {
        const struct report_analysis *a = main_analysis(v, i);
        const struct effect_estimate *e = a ? overall(disclosure_view(a->result)) : NULL;
        const enum verdict verdict = verdict_of(e);
        const enum report_good good = v->in->outcomes[i].good;
        if (verdict == VERDICT_FAILED || verdict == VERDICT_UNSURE ||
            unwelcome != (good != REPORT_NEITHER && !is_welcome(verdict, good)))
            continue;
        const str amount = outcome_amount(v, i, outcome_signed(v, i, e->estimate));
        c.n++;
        c.list = SAY(v, c.list.n ? "report.list-next" : "report.list-first", html_from_str(c.list),
                     html_from_str(view_text(v, v->in->outcomes[i].label)), html_from_str(amount));
    }
    return c;
}

/* What went another way than hoped gets a point of its own, so that it cannot hide in a list. */
static void say_others(struct report_view *v, struct report_points *points)
{
    if (v->in->n_outcomes < 2)
        return;
    const struct html_value n_others = html_from_size(v->in->n_outcomes - 1);
    const struct changed unwelcome = others_changed(v, true), rest = others_changed(v, false);
    if (rest.n || !unwelcome.n)
        add_point(points, tr(v->lang, "report.short-others"),
                  rest.n ? SAY(v, "report.short-others-body", n_others, html_from_int(rest.n),
                               html_from_str(rest.list))
                         : SAY(v, "report.short-others-none", n_others));
    if (unwelcome.n)
        add_point(points, tr(v->lang, "report.short-not-all-well"),
                  SAY(v, "report.short-unwelcome-body", html_from_int(unwelcome.n),
                      html_from_str(unwelcome.list)));
}

void words_in_short(struct report_view *v, struct report_points *points)
{
    points->n = 0;
    if (v->in->n_outcomes)
        say_effect(v, points);
    if (v->in->model && v->in->scba) {
        say_society(v, points);
        say_payers(v, points);
    } else if (v->in->scba_failed.key) {
        add_point(points, tr(v->lang, "report.short-scba-failed"),
                  SAY(v, "report.short-why", html_msg(&v->in->scba_failed)));
    }
    say_others(v, points);
    if (!v->in->seal.frozen)
        add_point(points, tr(v->lang, "report.short-exploratory"),
                  tr(v->lang, "report.short-exploratory-body"));
}
