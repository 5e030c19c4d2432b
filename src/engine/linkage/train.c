/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Learning without labels what each level tells, from how often patterns occur.
 *
 * A pair is of one person (M), of two who live together (H) or of strangers (U); given the class,
 * fields are taken as independent (Fellegi and Sunter, JASA 1969). M and H are learned by
 * expectation-maximisation on the candidate pairs (Winkler 1988), against priors that speak of all
 * allowed pairs, so that a candidate's posterior is that of the pair. U is not left to the
 * candidates, which are no fair sample of strangers: it is counted on random pairs, and the level
 * "equal" exactly on the values; what the pairs of M and H explain of it is taken off each round.
 * A few imagined pairs (Dirichlet) keep levels that were never seen from being impossible.
 */
#include "base/real.h"
#include "engine/linkage/linkage_int.h"

#include <math.h>
#include <string.h>

enum { ROUNDS_MAX = 500 };
#define IMAGINED     10.0 /* pairs that the start of M and H weighs */
#define IMAGINED_U   0.5
#define SETTLED      1e-7 /* largest change of a chance in a round */
#define CERTAIN_FIND 0.8  /* share of true pairs that deterministic rules are taken to find */
#define ALIKE_MOST   0.05 /* who live together agree on what is their own: twins, son and father */
#define HOUSEHOLD    2.0  /* household pairs for each true pair, before anything is known */

typedef double chances[LINKAGE_FIELDS_MAX][LINKAGE_LEVELS_MAX];

struct training {
    const struct linkage_settings *s;
    const struct evidence *e;
    struct linkage_model *m;
    bool has_household;
    double log_prior[LINKAGE_CLASSES];
    double log_chance[LINKAGE_CLASSES][LINKAGE_FIELDS_MAX][LINKAGE_LEVELS_MAX];
    chances start_h;
    double seen[LINKAGE_CLASSES][LINKAGE_FIELDS_MAX][LINKAGE_LEVELS_MAX]; /* among candidates */
    double sum[LINKAGE_CLASSES];
    chances strangers; /* among random pairs */
};

double pairs_allowed(const struct records *r)
{
    const double a = (double)r->n_first, b = (double)(r->n - r->n_first);
    return a * b + (r->settings->is_clean[0] ? 0 : a * (a - 1) / 2) +
           (r->settings->is_clean[1] ? 0 : b * (b - 1) / 2);
}

static double pairs_among(double a, double b, const bool *is_clean)
{
    return a * b + (is_clean[0] ? 0 : a * (a - 1) / 2) + (is_clean[1] ? 0 : b * (b - 1) / 2);
}

void pairs_equal(const struct records *r, size_t field, double *exact, double *both)
{
    const struct values *v = &r->field[field];
    const bool *clean = r->settings->is_clean;
    *exact = 0;
    for (uint32_t k = 1; k < v->n; k++)
        *exact += pairs_among(v->count[0][k], v->count[1][k], clean);
    *both = pairs_among((double)r->n_first - v->count[0][0],
                        (double)(r->n - r->n_first) - v->count[1][0], clean);
}

/* ---- Expectation ---- */

static void take_logs(struct training *t)
{
    for (int c = 0; c < LINKAGE_CLASSES; c++) {
        t->log_prior[c] = real_log(t->m->prior[c]);
        for (size_t f = 0; f < t->s->n_fields; f++)
            for (unsigned l = 1; l < t->m->n_levels[f]; l++)
                t->log_chance[c][f][l] = real_log(t->m->chance[c][f][l]);
    }
}

static void posterior(const struct training *t, uint64_t pattern, double p[LINKAGE_CLASSES])
{
    double most = -REAL_INF, sum = 0;
    for (int c = 0; c < LINKAGE_CLASSES; c++) {
        p[c] = t->log_prior[c];
        for (size_t f = 0; f < t->s->n_fields; f++)
            p[c] += t->log_chance[c][f][pattern_level(pattern, f)]; /* 0 for "missing" */
        most = p[c] > most ? p[c] : most;
    }
    for (int c = 0; c < LINKAGE_CLASSES; c++) {
        p[c] = real_exp(p[c] - most);
        sum += p[c];
    }
    for (int c = 0; c < LINKAGE_CLASSES; c++)
        p[c] /= sum;
}

static void add_pattern(struct training *t, uint64_t pattern, double n, int class)
{
    t->sum[class] += n;
    for (size_t f = 0; f < t->s->n_fields; f++)
        t->seen[class][f][pattern_level(pattern, f)] += n;
}

static void expect(struct training *t)
{
    const struct counts *k = &t->e->candidates, *u = &t->e->random;
    double p[LINKAGE_CLASSES];
    take_logs(t);
    memset(t->seen, 0, sizeof t->seen);
    memset(t->sum, 0, sizeof t->sum);
    memset(t->strangers, 0, sizeof t->strangers);
    for (size_t i = 0; i < k->n_patterns; i++) {
        posterior(t, k->pattern[i], p);
        for (int c = 0; c < LINKAGE_STRANGER; c++)
            add_pattern(t, k->pattern[i], (double)k->n[i] * p[c], c);
    }
    for (size_t i = 0; i < u->n_patterns; i++) {
        posterior(t, u->pattern[i], p);
        for (size_t f = 0; f < t->s->n_fields; f++)
            t->strangers[f][pattern_level(u->pattern[i], f)] +=
                (double)u->n[i] * p[LINKAGE_STRANGER];
    }
}

/* Pairs that a human judged count as what they are, once more than the model takes them for. */
static void add_labels(struct training *t)
{
    for (int same = 0; same < 2; same++) {
        const struct counts *k = &t->e->labels[same];
        const int class = same ? LINKAGE_SAME : LINKAGE_HOUSEHOLD;
        if (!same && !t->has_household)
            continue;
        for (size_t i = 0; i < k->n_patterns; i++)
            add_pattern(t, k->pattern[i], (double)k->n[i], class);
    }
}

/* ---- Maximisation ---- */

static double total(const double *level, unsigned n)
{
    double sum = 0;
    for (unsigned l = 1; l < n; l++)
        sum += level[l];
    return sum;
}

static double replace(double *to, double value)
{
    const double change = fabs(*to - value);
    *to = value;
    return change;
}

static double learn_class(struct training *t, int class, const double *start, size_t f)
{
    const unsigned n = t->m->n_levels[f];
    const double sum = total(t->seen[class][f], n) + IMAGINED;
    double change = 0;
    for (unsigned l = 1; l < n; l++)
        change = fmax(change, replace(&t->m->chance[class][f][l],
                                      (t->seen[class][f][l] + IMAGINED * start[l]) / sum));
    return change;
}

/*
 * On fields that are a person's own, those who live together are strangers but for a few. Without
 * this bound the class could take over the easiest pairs of one person.
 */
static void bound_household(struct training *t, size_t f)
{
    double *h = t->m->chance[LINKAGE_HOUSEHOLD][f], rest = 1;
    const double *u = t->m->chance[LINKAGE_STRANGER][f];
    for (unsigned l = 2; l < t->m->n_levels[f]; l++) {
        h[l] = fmin(h[l], fmax(ALIKE_MOST, u[l]));
        rest -= h[l];
    }
    h[1] = fmax(rest, u[1]);
}

static double learn_strangers(struct training *t, size_t f)
{
    const unsigned n = t->m->n_levels[f], exact = level_exact(t->s->field[f].kind);
    double *u = t->m->chance[LINKAGE_STRANGER][f];
    const double taken =
        total(t->seen[LINKAGE_SAME][f], n) + total(t->seen[LINKAGE_HOUSEHOLD][f], n);
    const double equal = fmax(0, t->e->exact[f] - t->seen[LINKAGE_SAME][f][exact] -
                                     t->seen[LINKAGE_HOUSEHOLD][f][exact]);
    const double all = fmax(1, t->e->both[f] - taken);
    const double u_exact = fmin(0.999, (equal + IMAGINED_U) / (all + 2 * IMAGINED_U));
    const double others = total(t->strangers[f], n) - t->strangers[f][exact] + IMAGINED_U;
    double change = replace(&u[exact], u_exact);
    for (unsigned l = 1; l < n; l++)
        if (l != exact)
            change = fmax(change,
                          replace(&u[l], (1 - u_exact) *
                                             (t->strangers[f][l] + IMAGINED_U / (n - 2)) / others));
    return change;
}

static void learn_priors(struct training *t)
{
    const double n = t->e->n_pairs;
    double *prior = t->m->prior;
    prior[LINKAGE_SAME] = fmin(0.5, fmax(t->sum[LINKAGE_SAME], fmax(t->e->n_certain, 0.5)) / n);
    prior[LINKAGE_HOUSEHOLD] =
        t->has_household ? fmin(0.4, fmax(t->sum[LINKAGE_HOUSEHOLD], 0.5) / n) : 1e-300;
    prior[LINKAGE_STRANGER] = 1 - prior[LINKAGE_SAME] - prior[LINKAGE_HOUSEHOLD];
}

static double maximise(struct training *t)
{
    double start[LINKAGE_LEVELS_MAX], change = 0;
    add_labels(t);
    learn_priors(t);
    for (size_t f = 0; f < t->s->n_fields; f++) {
        for (unsigned l = 1; l < t->m->n_levels[f]; l++)
            start[l] = level_start(t->s->field[f].kind, l);
        change = fmax(change, learn_class(t, LINKAGE_SAME, start, f));
        change = fmax(change, learn_strangers(t, f));
        if (t->has_household)
            learn_class(t, LINKAGE_HOUSEHOLD, t->start_h[f], f); /* and settles with the others */
        if (!t->s->field[f].is_shared)
            bound_household(t, f);
    }
    return change;
}

/* ---- Start and end ---- */

static void begin(struct training *t)
{
    const struct counts *random = &t->e->random;
    struct linkage_model *m = t->m;
    memset(m, 0, sizeof *m);
    m->n_fields = t->s->n_fields;
    m->n_pairs = t->e->n_pairs;
    for (size_t i = 0; i < random->n_patterns; i++)
        for (size_t f = 0; f < t->s->n_fields; f++)
            t->strangers[f][pattern_level(random->pattern[i], f)] += (double)random->n[i];
    for (size_t f = 0; f < t->s->n_fields; f++) {
        const struct field *field = &t->s->field[f];
        m->n_levels[f] = (uint8_t)level_count(field->kind);
        t->has_household = t->has_household || field->is_shared;
        for (unsigned l = 1; l < m->n_levels[f]; l++)
            m->chance[LINKAGE_SAME][f][l] = level_start(field->kind, l);
        learn_strangers(t, f);
        for (unsigned l = 1; l < m->n_levels[f]; l++)
            t->start_h[f][l] = m->chance[LINKAGE_HOUSEHOLD][f][l] =
                m->chance[field->is_shared ? LINKAGE_SAME : LINKAGE_STRANGER][f][l];
    }
    t->sum[LINKAGE_SAME] = t->e->n_certain / CERTAIN_FIND;
    t->sum[LINKAGE_HOUSEHOLD] = HOUSEHOLD * t->sum[LINKAGE_SAME];
    learn_priors(t);
}

static err refuse(struct err_info *info, const char *key, str field)
{
    return err_text(info, E_INPUT, key, field);
}

/* A fit whose classes are not what they are called is not used. */
static err check(const struct training *t, struct err_info *info)
{
    const struct linkage_model *m = t->m;
    if (m->prior[LINKAGE_SAME] >= 0.5)
        return err_set(info, E_INPUT, "linkage.all-alike");
    for (size_t f = 0; f < t->s->n_fields; f++) {
        const struct field *field = &t->s->field[f];
        const unsigned exact = level_exact(field->kind);
        const double same = m->chance[LINKAGE_SAME][f][exact];
        if (same <= m->chance[LINKAGE_STRANGER][f][exact])
            return refuse(info, "linkage.tells-nothing", field->name);
        if (t->has_household && !field->is_shared && same < m->chance[LINKAGE_HOUSEHOLD][f][exact])
            return refuse(info, "linkage.classes-swapped", field->name);
    }
    return OK;
}

err train(const struct linkage_settings *s, const struct evidence *e, struct linkage_model *m,
          struct err_info *info)
{
    struct training t = {.s = s, .e = e, .m = m};
    double change = 1;
    begin(&t);
    for (m->n_rounds = 0; change > SETTLED && m->n_rounds < ROUNDS_MAX; m->n_rounds++) {
        expect(&t);
        change = maximise(&t);
    }
    return check(&t, info);
}
