/* SPDX-License-Identifier: EUPL-1.2 */
#include "report_example.h"

#include "base/date.h"
#include "base/real.h"

#include <string.h>

static struct effect_estimate estimate(enum effect_aggregation aggregation, double value, double se)
{
    return (struct effect_estimate){
        .aggregation = aggregation,
        .group = REAL_NAN,
        .time = REAL_NAN,
        .event_time = REAL_NAN,
        .estimate = value,
        .standard_error = se,
        .ci_low = value - 1.96 * se,
        .ci_high = value + 1.96 * se,
        .band_low = value - 2.7 * se,
        .band_high = value + 2.7 * se,
        .p = 0.004,
        .n_treated = 412,
        .n_control = 1236,
    };
}

static const double course[EXAMPLE_MOMENTS] = {
    60, -110, 30, 90, -40, 70, -55, 0, -60, -180, -520, -760, -890, -1010, -1180, -1150, -1240};

static void make_panel(struct report_example *x, size_t result, double factor)
{
    struct effect_estimate *e = x->estimates[result];
    const double size = factor < 0 ? -factor : factor; /* of standard errors */
    size_t n = 0;
    for (int g = 0; g < 2; g++)
        for (int t = 0; t < 2; t++) {
            e[n] = estimate(EFFECT_GROUP_TIME, factor * (-400 - 100 * g - 30 * t), size * 190);
            e[n].group = 2024 + g;
            e[n++].time = 2024 + g + t;
        }
    e[3].failed = "error.memory";
    e[3].estimate = e[3].standard_error = e[3].ci_low = e[3].ci_high = REAL_NAN;
    e[3].band_low = e[3].band_high = e[3].p = REAL_NAN;
    e[n++] = estimate(EFFECT_SIMPLE, factor * -1160, size * 265);
    for (int m = 0; m < EXAMPLE_MOMENTS; m++) {
        e[n] = estimate(EFFECT_DYNAMIC, factor * course[m], size * (180 + 8 * m));
        e[n].event_time = m - 8;
        e[n].reference = m == 7;
        if (e[n].reference)
            e[n].standard_error = e[n].ci_low = e[n].ci_high = e[n].band_low = e[n].band_high = 0;
        n++;
    }
    e[n] = estimate(EFFECT_GROUP, factor * -1100, size * 300);
    e[n++].group = 2024;
    e[n] = estimate(EFFECT_CALENDAR, factor * -900, size * 310);
    e[n++].time = 2025;
    x->results[result] = (struct effect_result){.estimates = e, .n_estimates = n, .n_draws = 1000};
    x->results[result].spec = (struct effect_spec){.method = EFFECT_DID,
                                                   .level = 0.95,
                                                   .control = EFFECT_NOT_YET,
                                                   .bootstrap = 1000,
                                                   .cluster = STR("team"),
                                                   .covariates = {STR("debts"), STR("age")},
                                                   .n_covariates = 2};
    x->results[result].diagnostics = (struct effect_diagnostics){
        .n_rows = 28016,
        .n_used = 27902,
        .n_dropped_missing = 114,
        .n_units = 1648,
        .n_periods = 17,
        .n_treated = 412,
        .n_control = 1236,
        .n_clusters = 48,
        .n_treated_clusters = 12,
        .n_unbalanced = 31,
        .propensity_sum_treated = 106.83,
        .mean_treated = 9120,
        .mean_control = 8790,
        .pretest_statistic = 4.6,
        .pretest_df = 7,
        .pretest_p = 0.71,
    };
}

/* How alike the groups of the main analysis were, and what its estimate averages. */
static void make_alike(struct report_example *x, struct effect_result *r)
{
    static const struct effect_balance balance[EXAMPLE_COVARIATES] = {
        {.before = {0.35, 0.21, 0.62, 1.4, 0.11, 0.28, {{0}, {0}}},
         .after = {0.35, 0.34, 0.03, 1.1, 0.01, 0.03, {{0}, {0}}}},
        {.covariate = {"debts", 5},
         .before = {3.1, 2.2, 0.45, 1.6, 0.08, 0.21, {{0}, {0}}},
         .after = {3.1, 3.0, 0.04, 1.2, 0.01, 0.04, {{0}, {0}}}},
        {.covariate = {"age", 3},
         .before = {41, 44, -0.22, 0.9, 0.05, 0.12, {{0}, {0}}},
         .after = {41, 42.4, -0.12, 0.9, 0.02, 0.07, {{0}, {0}}}},
        {.covariate = {"single_parent", 13},
         .before = {0.4, 0.3, 0.2, REAL_NAN, 0.1, 0.1, {{865, 247}, {371, 165}}},
         .after = {0.4, 0.39, 0.02, REAL_NAN, 0.01, 0.01, {{865, 247}, {371, 165}}},
         .high = 1},
    };
    static const struct effect_bacon bacon[EXAMPLE_BACON] = {
        {EFFECT_BACON_NEVER, 2022, REAL_NAN, -1250, 0.7, 412, 1236},
        {EFFECT_BACON_NOT_YET, 2022, 2023, -1100, 0.2, 200, 212},
        {EFFECT_BACON_ALREADY, 2023, 2022, -400, 0.1, 212, 200},
    };
    x->comparison = (struct effect_comparison){.population = EFFECT_OF_TREATED,
                                               .n_treated = 412,
                                               .n_control = 1236,
                                               .effective_treated = 412,
                                               .effective_control = 511.3,
                                               .heaviest_control = 0.012,
                                               .is_weighted = true,
                                               .n_outside = 6,
                                               .n_uneven = 1};
    memcpy(x->balance, balance, sizeof balance);
    memcpy(x->bacon, bacon, sizeof bacon);
    for (size_t b = 0; b < EFFECT_OVERLAP_BINS; b++)
        x->overlap[b] = (struct effect_overlap){.from = (double)b / EFFECT_OVERLAP_BINS,
                                                .to = (double)(b + 1) / EFFECT_OVERLAP_BINS,
                                                .n_treated = 11 + b,
                                                .n_control = 100 - 4 * b,
                                                .share_treated = 0.05,
                                                .share_control = 0.05};
    r->comparison = &x->comparison;
    r->balance = x->balance;
    r->n_balance = EXAMPLE_COVARIATES;
    r->overlap = x->overlap;
    r->n_overlap = EFFECT_OVERLAP_BINS;
    r->bacon = x->bacon;
    r->n_bacon = EXAMPLE_BACON;
}

static void make_effects(struct report_example *x)
{
    x->outcomes[0] = (struct report_outcome){
        .key = STR("cost_total"),
        .label = {STR("de totale kosten"), STR("total costs")},
        .unit = {STR("per huishouden per jaar"), STR("per household a year")},
        .currency = STR("EUR"),
        .good = REPORT_LOWER,
    };
    x->outcomes[1] = (struct report_outcome){
        .key = STR("referrals"),
        .label = {STR("verwijzingen naar jeugdhulp"), STR("referrals to youth care")},
        .unit = {STR("per 100 huishoudens"), STR("per 100 households")},
        .good = REPORT_LOWER,
    };
    make_panel(x, 0, 1);
    make_panel(x, 1, -0.008);
    make_panel(x, 2, 0.9);
    make_alike(x, &x->results[0]);
    for (int i = 0; i < 3; i++)
        x->released[i].result = &x->results[i];
    x->analyses[0] = (struct report_analysis){
        .role = REPORT_MAIN, .name = STR("main"), .result = &x->released[0]};
    x->analyses[1] = (struct report_analysis){
        .role = REPORT_MAIN, .outcome = 1, .name = STR("main"), .result = &x->released[1]};
    x->analyses[2] = (struct report_analysis){
        .role = REPORT_VARIATION,
        .name = STR("never"),
        .label = {STR("alleen wie nooit meedeed"), STR("never treated only")},
        .result = &x->released[2],
    };
    x->analyses[3] = (struct report_analysis){
        .role = REPORT_SUBGROUP,
        .name = STR("young"),
        .label = {STR("jonger dan 27"), STR("younger than 27")},
    };
    msg_set(&x->analyses[3].failed, "error.memory");
    x->in.outcomes = x->outcomes;
    x->in.n_outcomes = 2;
    x->in.analyses = x->analyses;
    x->in.n_analyses = 4;
}

static struct scba_outcome outcome(double mean, double sd, double chance)
{
    return (struct scba_outcome){.point = mean,
                                 .mean = mean,
                                 .sd = sd,
                                 .median = mean,
                                 .low = {mean - 1.28 * sd, mean - 1.96 * sd},
                                 .high = {mean + 1.28 * sd, mean + 1.96 * sd},
                                 .chance_positive = chance};
}

static const struct example_item {
    const char *nl, *en;
    enum scba_kind kind;
    double by_payer[EXAMPLE_PAYERS];
} example_items[EXAMPLE_ITEMS] = {
    {"Kosten van de proeftuin", "Costs of the pilot", SCBA_COST, {-640, 0, 0, 0}},
    {"Minder begeleiding (Wmo)", "Less support at home", SCBA_EFFECT, {205, 0, 0, 0}},
    {"Minder jeugdhulp", "Less youth care", SCBA_EFFECT, {310, 0, 0, 0}},
    {"Minder zorgkosten", "Less health care", SCBA_EFFECT, {0, 0, 185, 0}},
    {"Meer inkomen", "More income", SCBA_EFFECT, {0, 0, 0, 445}},
    {"Minder bijstand", "Less welfare benefit", SCBA_TRANSFER, {40, 80, 0, -120}},
};

static void make_items(struct report_example *x)
{
    for (int i = 0; i < EXAMPLE_ITEMS; i++) {
        const struct example_item *e = &example_items[i];
        double society = 0;
        x->items[i].kind = e->kind;
        x->items[i].name[LANG_NL] = str_of(e->nl);
        x->items[i].name[LANG_EN] = str_of(e->en);
        for (int j = 0; j < EXAMPLE_PAYERS; j++) {
            x->contribution[i * EXAMPLE_PARTIES + j] = e->by_payer[j];
            society += e->by_payer[j];
            struct scba_party *p = &x->party[j];
            p->cost -= e->kind == SCBA_COST ? e->by_payer[j] : 0;
            p->benefit += e->kind == SCBA_EFFECT ? e->by_payer[j] : 0;
            p->transfer += e->kind == SCBA_TRANSFER ? e->by_payer[j] : 0;
            p->balance.mean += e->by_payer[j];
        }
        x->contribution[i * EXAMPLE_PARTIES + EXAMPLE_PAYERS] = society;
        x->contribution_sd[i] = 60 + 10 * i;
        x->break_even_item[i] = e->kind == SCBA_EFFECT ? 0.4 : REAL_NAN;
    }
    for (int j = 0; j < EXAMPLE_PAYERS; j++) {
        struct scba_party *p = &x->party[j];
        p->balance = outcome(p->balance.mean, 150, p->balance.mean > 0 ? 0.91 : 0.27);
        p->payback_year = p->balance.mean > 0 ? 2 : 0;
        x->party[EXAMPLE_PAYERS].cost += p->cost;
        x->party[EXAMPLE_PAYERS].benefit += p->benefit;
    }
    x->party[EXAMPLE_PAYERS].balance = outcome(505, 430, 0.88);
    x->party[EXAMPLE_PAYERS].payback_year = 3;
}

static void make_years(struct report_example *x)
{
    for (int y = 0; y < EXAMPLE_YEARS; y++)
        for (int i = 0; i < EXAMPLE_ITEMS; i++)
            for (int j = 0; j < EXAMPLE_PARTIES; j++) {
                const double part = example_items[i].kind == SCBA_COST ? (y == 0) : 0.2;
                const double amount = part * x->contribution[i * EXAMPLE_PARTIES + j];
                x->cash[y * EXAMPLE_PARTIES + j] += amount;
                x->cash_discounted[y * EXAMPLE_PARTIES + j] += amount / (1 + 0.0225 * (y + 1));
            }
    for (int i = 0; i < EXAMPLE_PAYERS; i++)
        for (int j = 0; j < EXAMPLE_PAYERS; j++)
            x->flow[i * EXAMPLE_PAYERS + j] = i == 0 ? 60.0 + 40 * j : i == 3 ? 12 : 0;
    for (int i = 0; i < EXAMPLE_BINS; i++)
        x->bin[i] = (size_t)(10 + 12 * (i < 12 ? i : 23 - i) * (i < 12 ? i : 23 - i) / 2);
}

static void make_parameters(struct report_example *x)
{
    static const struct scba_parameter parameters[EXAMPLE_PARAMETERS] = {
        {.key = {"effect.youth", 12},
         .name = {{"Effect op jeugdhulp", 19}, {"Effect on youth care", 20}},
         .dist = {SCBA_NORMAL, -0.062, 0.02, 0},
         .estimate = SCBA_NONE,
         .measured = true},
        {.key = {"price.youth", 11},
         .name = {{"Prijs van een traject jeugdhulp", 31}, {"Price of youth care", 19}},
         .dist = {SCBA_TRIANGULAR, 4000, 5000, 7000},
         .estimate = SCBA_NONE,
         .year = 2024,
         .source = {STR("Gemeentelijke inkoop")}},
        {.key = {"cost.pilot", 10},
         .name = {{"Kosten per huishouden", 21}, {"Cost per household", 18}},
         .dist = {SCBA_FIXED, 640, 0, 0},
         .estimate = SCBA_NONE,
         .year = 2025,
         .source = {STR("Jaarrekening 2025")}},
        {.key = {"share.other", 11}, .dist = {SCBA_UNIFORM, 0.1, 0.3, 0}, .estimate = SCBA_NONE},
    };
    for (int i = 0; i < EXAMPLE_PARAMETERS; i++)
        x->parameters[i] = parameters[i];
    x->tornado[0] = (struct scba_tornado_bar){1, SCBA_NONE, 4400, 6300, 320, 780};
    x->tornado[1] = (struct scba_tornado_bar){0, SCBA_NONE, -0.09, -0.036, 690, 310};
    x->tornado[2] = (struct scba_tornado_bar){SCBA_NONE, SCBA_NONE, 0.016, 0.029, 540, 470};
}

static void make_scba(struct report_example *x)
{
    static const char *const key[EXAMPLE_PAYERS] = {"municipality", "state", "insurer",
                                                    "household"};
    static const char *const nl[EXAMPLE_PAYERS] = {"Gemeente", "Rijk", "Zorgverzekeraar",
                                                   "Huishouden zelf"};
    static const char *const en[EXAMPLE_PAYERS] = {"Municipality", "State", "Health insurer",
                                                   "Household itself"};
    for (int i = 0; i < EXAMPLE_PAYERS; i++)
        x->payers[i] = (struct scba_payer){.key = str_of(key[i]),
                                           .name = {str_of(nl[i]), str_of(en[i])},
                                           .group = i < 2    ? SCBA_GOVERNMENT
                                                    : i == 3 ? SCBA_PARTICIPANT
                                                             : SCBA_OTHER};
    make_items(x);
    make_years(x);
    make_parameters(x);
    x->compensation[0] = (struct scba_compensation){3, 0, 85};
    x->model = (struct scba_model){.payers = x->payers,
                                   .n_payers = EXAMPLE_PAYERS,
                                   .unit = {STR("huishouden"), STR("household")},
                                   .reached = 412,
                                   .currency = STR("EUR"),
                                   .price_year = 2026,
                                   .horizon_years = EXAMPLE_YEARS,
                                   .discount = {.rate = 0.0225, .when = SCBA_END_OF_YEAR},
                                   .parameters = x->parameters,
                                   .n_parameters = EXAMPLE_PARAMETERS,
                                   .items = x->items,
                                   .n_items = EXAMPLE_ITEMS,
                                   .n_draws = 10000,
                                   .level = {0.80, 0.95}};
    x->scba = (struct scba_result){
        .n_payers = EXAMPLE_PAYERS,
        .n_parties = EXAMPLE_PARTIES,
        .n_items = EXAMPLE_ITEMS,
        .n_years = EXAMPLE_YEARS,
        .n_draws = 10000,
        .rate = 0.0225,
        .party = x->party,
        .ratio = {.point = 1.79,
                  .mean = 1.79,
                  .sd = 0.3,
                  .low = {1.1, 0.8},
                  .high = {2.4, 2.9},
                  .chance_positive = 1},
        .participant_per_government = {.point = 6.2,
                                       .mean = 6.2,
                                       .low = {REAL_NAN, REAL_NAN},
                                       .high = {REAL_NAN, REAL_NAN}},
        .chance_government_saves = 0.31,
        .contribution = x->contribution,
        .contribution_sd = x->contribution_sd,
        .cash = x->cash,
        .cash_discounted = x->cash_discounted,
        .tornado = x->tornado,
        .n_tornado = 3,
        .break_even = 0.56,
        .break_even_item = x->break_even_item,
        .flow = x->flow,
        .concentration = 0.64,
        .compensation = x->compensation,
        .n_compensations = 1,
        .bin_from = -800,
        .bin_width = 125,
        .n_bins = EXAMPLE_BINS,
        .bin = x->bin,
        .n_above = 3,
        .measured_share = 0.72,
    };
    x->in.model = &x->model;
    x->in.scba = &x->scba;
}

void report_example_make(struct report_example *x)
{
    static const str limits[][LANG_COUNT] = {
        {STR("Vergelijk dit niet met gemeenten zonder eigen sociale dienst."),
         STR("Do not compare this with municipalities without their own social service.")}};
    *x = (struct report_example){0};
    make_effects(x);
    make_scba(x);
    x->changes[0] =
        (struct report_change){date_day_of((struct date_ymd){2026, 11, 10}), REPORT_CHANGE_VALUE,
                               STR("design.control: never -> not-yet"), 0};
    x->in.study = (struct report_study){
        .id = STR("samen-voordeur"),
        .title = {STR("Wat leverde Proeftuin Samen Voordeur op?"),
                  STR("What did the pilot One Front Door achieve?")},
        .question = {STR("Dalen de kosten als wijkteam en sociale dienst samen op bezoek gaan?"),
                     STR("Do costs fall when neighbourhood team and social service visit "
                         "together?")},
        .programme = {STR("Samen Voordeur"), STR("One Front Door")},
        .population = {STR("huishoudens met schulden in Oost"),
                       STR("households with debts in the east")},
        .unit = {STR("huishouden"), STR("household")},
        .period = {{STR("kwartaal"), STR("kwartalen")}, {STR("quarter"), STR("quarters")}},
        .start = {STR("Start proeftuin (april 2024)"), STR("Start of the pilot (April 2024)")},
        .author = STR("Onderzoek en Statistiek"),
        .data_source = STR("Gemeentelijke registraties Voorbeeldstad"),
        .completeness = {STR("Alle huishoudens met een melding; verhuisden tot hun vertrek."),
                         STR("All households with a report; movers until they left.")},
        .data_day = date_day_of((struct date_ymd){2026, 10, 1}),
        .made_day = date_day_of((struct date_ymd){2026, 11, 24}),
        .synthetic = true,
        .limits = limits,
        .n_limits = 1,
    };
    x->in.seal = (struct report_seal){
        .frozen = true,
        .frozen_day = date_day_of((struct date_ymd){2026, 11, 3}),
        .earlier_runs = 1,
        .changes = x->changes,
        .n_changes = 1,
        .n_changed = 1,
        .plan_hash = STR("5f2b0d9c6a1e4f7788aa33cc55ee77990f1e2d3c4b5a69788796a5b4c3d2e1f0"),
        .data_hash = STR("0f1e2d3c4b5a69788796a5b4c3d2e1f05f2b0d9c6a1e4f7788aa33cc55ee7799"),
        .signer = STR("SHA-12:34:56"),
        .seed = UINT64_C(18446744073709551615),
        .version = STR("0.1.0"),
        .command = STR("ontschot study verify resultaat"),
    };
}

void report_example_shift(struct report_example *x, size_t result, double shift)
{
    struct effect_result *r = &x->results[result];
    for (size_t i = 0; i < r->n_estimates; i++) {
        r->estimates[i].estimate += shift;
        r->estimates[i].ci_low += shift;
        r->estimates[i].ci_high += shift;
        r->estimates[i].band_low += shift;
        r->estimates[i].band_high += shift;
    }
}
