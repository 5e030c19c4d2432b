/* SPDX-License-Identifier: EUPL-1.2 */
/* A number of an scba file becomes a parameter of the model. */
#include "engine/scba/file_int.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* The keys that say how large a number is, and for each shape those it needs. */
static const char *const size_keys[] = {"value", "mean", "sd", "cv", "low", "mode", "high"};
enum { VALUE, MEAN, SD, CV, LOW, MODE, HIGH, N_SIZE_KEYS };
#define BIT(k) (1u << (k))
static const unsigned needs[] = {
    [SCBA_FIXED] = BIT(VALUE),
    [SCBA_NORMAL] = BIT(MEAN) | BIT(SD),
    [SCBA_LOGNORMAL] = BIT(MEAN) | BIT(SD),
    [SCBA_TRIANGULAR] = BIT(LOW) | BIT(MODE) | BIT(HIGH),
    [SCBA_UNIFORM] = BIT(LOW) | BIT(HIGH),
    [SCBA_PERT] = BIT(LOW) | BIT(MODE) | BIT(HIGH),
    [SCBA_BETA] = BIT(MEAN) | BIT(SD),
};

static unsigned given_keys(const struct file_number *n)
{
    if (n->node->kind != YAML_MAP)
        return BIT(VALUE); /* the short form */
    unsigned given = 0;
    for (int k = 0; k < N_SIZE_KEYS; k++)
        if (read_is_given(n->node, size_keys[k]))
            given |= BIT(k);
    return given;
}

static void key_fault(struct reading *r, const struct file_number *n, const char *key, int k)
{
    struct msg *m = schema_mistake(r->errors, r->file, n->node, key);
    msg_text(m, str_of(size_keys[k]));
    msg_text(m, str_of(scba_shape_name((enum scba_shape)n->shape)));
}

/* Every key that its shape needs and no other; cv may stand for sd. */
static bool check_keys(struct reading *r, const struct file_number *n)
{
    unsigned given = given_keys(n);
    if ((given & BIT(CV)) && (given & BIT(SD))) {
        read_fault(r, n->node, "scba.number-sd-cv", STR("sd, cv"));
        return false;
    }
    if (given & BIT(CV))
        given = (given & ~BIT(CV)) | BIT(SD);
    for (int k = 0; k < N_SIZE_KEYS; k++) {
        const bool needed = needs[n->shape] & BIT(k), has = given & BIT(k);
        if (needed == has)
            continue;
        key_fault(r, n, needed ? "scba.number-needs" : "scba.number-unneeded", k);
        return false;
    }
    return true;
}

static struct scba_dist dist_of(const struct file_number *n)
{
    const enum scba_shape shape = (enum scba_shape)n->shape;
    const double sd = read_is_given(n->node, "cv") ? n->cv * fabs(n->mean) : n->sd;
    switch (shape) {
    case SCBA_FIXED: return (struct scba_dist){shape, n->value, 0.0, 0.0};
    case SCBA_NORMAL:
    case SCBA_LOGNORMAL:
    case SCBA_BETA: return (struct scba_dist){shape, n->mean, sd, 0.0};
    case SCBA_UNIFORM: return (struct scba_dist){shape, n->low, n->high, 0.0};
    case SCBA_TRIANGULAR:
    case SCBA_PERT: break;
    }
    return (struct scba_dist){shape, n->low, n->mode, n->high};
}

/* One of: a size of its own, an estimate, another number by name. */
static bool check_kind(struct reading *r, const struct file_number *n)
{
    const bool own = given_keys(n) != 0 || read_is_given(n->node, "distribution");
    if ((int)own + (n->estimate.n > 0) + (n->use.n > 0) == 1)
        return true;
    schema_mistake(r->errors, r->file, n->node, "scba.number-one-of");
    return false;
}

/* ---- Where it comes from ---- */

static void set_index(struct reading *r, const struct file_number *n, struct lender by,
                      struct scba_parameter *p)
{
    const bool own = n->index.n > 0;
    const str name = own ? n->index : by.item ? by.item->index : STR("");
    if (name.n)
        p->index = read_find(r, schema_place(own ? n->node : by.item->node, "index"),
                             "scba.one-index", name, &r->f->price_indexes,
                             sizeof(struct file_index), offsetof(struct file_index, key));
}

/* A number of this analysis needs no source: it is its own. Another does; money has a year too. */
static void set_origin(struct reading *r, const struct file_number *n, struct lender by,
                       struct scba_parameter *p)
{
    const bool is_estimate = n->estimate.n > 0;
    p->measured = n->measured || is_estimate;
    const struct scba_text *source = n->source.node || !by.item ? &n->source : &by.item->source;
    memcpy(p->source, source->in, sizeof p->source);
    if (!source->node && !is_estimate)
        read_fault(r, n->node, "scba.needs-source", str_of(by.field));
    if (!by.is_money)
        return;
    p->year = (int)(n->year ? n->year : by.item ? by.item->year : 0);
    if (p->year == 0 && !is_estimate && by.item)
        read_fault(r, n->node, "scba.needs-year", str_of(by.field));
    set_index(r, n, by, p);
}

/* ---- Names ---- */

/* The number's own label, or "Fewer evictions: price". */
static void set_name(struct reading *r, const struct file_number *n, struct lender by,
                     struct scba_parameter *p)
{
    if (n->label.node || !by.item) {
        read_names(n->label.in, by.item ? by.item->key : n->key, p->name);
        return;
    }
    read_names(by.item->label.in, by.item->key, p->name);
    for (int l = 0; by.role && l < LANG_COUNT; l++)
        p->name[l] = read_compose(r, p->name[l], STR(": "), tr((enum lang)l, by.role));
}

static str key_of(struct reading *r, const struct file_number *n, struct lender by)
{
    if (!by.item)
        return read_compose(r, STR("numbers"), STR("."), n->key);
    return read_compose(r, by.item->key, STR("."), str_of(by.field));
}

/* ---- All ---- */

static int find_estimate(struct reading *r, const struct file_number *n)
{
    const struct scba_estimates *est = &r->m->estimates;
    const struct yaml_node *node = schema_place(n->node, "estimate");
    if (est->n == 0) { /* as when a study file is computed without its study */
        read_fault(r, node, "scba.no-estimates", n->estimate);
        return SCBA_NONE;
    }
    for (size_t i = 0; i < est->n; i++)
        if (str_eq(est->name[i], n->estimate))
            return (int)i;
    read_unknown(r, node, "scba.one-estimate", n->estimate,
                 schema_nearest(n->estimate, est->name, est->n));
    return SCBA_NONE;
}

static int find_shared(struct reading *r, const struct file_number *n)
{
    if (n->node->n > 1) {
        schema_mistake(r->errors, r->file, n->node, "scba.number-one-of");
        return SCBA_NONE;
    }
    /* The numbers come first among the parameters, in the order of the file. */
    return read_find(r, schema_place(n->node, "use"), "scba.one-number", n->use, &r->f->numbers,
                     sizeof(struct file_number), offsetof(struct file_number, key));
}

int read_number(struct reading *r, const struct file_number *n, struct lender by)
{
    if (!check_kind(r, n))
        return SCBA_NONE;
    if (n->use.n && by.item)
        return find_shared(r, n);
    if (n->use.n) { /* numbers that name each other would need an order */
        schema_mistake(r->errors, r->file, n->node, "scba.number-one-of");
        return SCBA_NONE;
    }
    const int place = (int)r->m->n_parameters;
    struct scba_parameter *p = &r->parameters[place];
    scba_parameter_init(p, key_of(r, n, by));
    if (n->estimate.n) {
        p->estimate = find_estimate(r, n);
        if (p->estimate == SCBA_NONE)
            return SCBA_NONE;
    } else if (!check_keys(r, n)) {
        return SCBA_NONE;
    }
    p->dist = dist_of(n);
    set_name(r, n, by, p);
    set_origin(r, n, by, p);
    r->place[place] = n->node;
    r->m->n_parameters++;
    return place;
}

/* A shared number is money when it has a year. */
void read_numbers(struct reading *r)
{
    const struct file_number *numbers = r->f->numbers.item;
    for (size_t i = 0; i < r->f->numbers.n; i++) {
        const struct lender nobody = {.field = "numbers", .is_money = numbers[i].year != 0};
        const int place = read_number(r, &numbers[i], nobody);
        if (place == SCBA_NONE) /* keep the place, so that later ones are found */
            scba_parameter_init(&r->parameters[r->m->n_parameters++], numbers[i].key);
    }
}
