/* SPDX-License-Identifier: EUPL-1.2 */
/* From the filled tables of an scba file to a model; every mistake keeps its place. */
#include "engine/scba/file_int.h"

#include "base/num.h"
#include "engine/scba/scba_int.h"

#include <stddef.h>
#include <string.h>

bool read_is_given(const struct yaml_node *map, const char *key)
{
    return yaml_get(map, str_of(key)) != NULL;
}

void read_fault(struct reading *r, const struct yaml_node *node, const char *key, str value)
{
    msg_text(schema_mistake(r->errors, r->file, node, key), value);
}

void read_unknown(struct reading *r, const struct yaml_node *node, const char *what, str name,
                  str near)
{
    struct msg *m =
        schema_mistake(r->errors, r->file, node, near.n ? "scba.unknown-near" : "scba.unknown");
    msg_key(m, what);
    msg_text(m, name);
    msg_text(m, near);
}

static str key_at(const struct schema_list *list, size_t size, size_t key_offset, size_t i)
{
    str key;
    memcpy(&key, (const unsigned char *)list->item + i * size + key_offset, sizeof key);
    return key;
}

int read_find(struct reading *r, const struct yaml_node *node, const char *what, str name,
              const struct schema_list *list, size_t size, size_t key_offset)
{
    str *keys = ARENA_NEW(r->a, str, list->n);
    if (!keys) {
        r->out_of_memory = true;
        return SCBA_NONE;
    }
    for (size_t i = 0; i < list->n; i++) {
        keys[i] = key_at(list, size, key_offset, i);
        if (str_eq(keys[i], name))
            return (int)i;
    }
    read_unknown(r, node, what, name, schema_nearest(name, keys, list->n));
    return SCBA_NONE;
}

void read_names(const str in[LANG_COUNT], str fallback, str name[LANG_COUNT])
{
    const str any = in[LANG_NL].n ? in[LANG_NL] : in[LANG_EN].n ? in[LANG_EN] : fallback;
    for (int l = 0; l < LANG_COUNT; l++)
        name[l] = in[l].n ? in[l] : any;
}

str read_compose(struct reading *r, str head, str between, str tail)
{
    const size_t n = head.n + between.n + tail.n; /* texts of a file that is in memory */
    char *p = ARENA_NEW(r->a, char, n + 1);
    if (!p) {
        r->out_of_memory = true;
        return STR("");
    }
    if (head.n)
        memcpy(p, head.p, head.n);
    if (between.n)
        memcpy(p + head.n, between.p, between.n);
    if (tail.n)
        memcpy(p + head.n + between.n, tail.p, tail.n);
    return (str){p, n};
}

/* ---- Payers, indexes ---- */

static void read_payers(struct reading *r)
{
    const struct file_payer *in = r->f->payers.item;
    for (size_t i = 0; i < r->f->payers.n; i++) {
        struct scba_payer *p = &r->payers[r->m->n_payers++];
        p->key = in[i].key;
        p->group = (enum scba_group)in[i].group;
        read_names(in[i].in, in[i].key, p->name);
    }
}

static void read_index(struct reading *r, const struct file_index *in, struct scba_index *index)
{
    const struct file_level *level = in->levels.item;
    int *year = ARENA_NEW(r->a, int, in->levels.n);
    double *value = ARENA_NEW(r->a, double, in->levels.n);
    if (!year || !value) {
        r->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < in->levels.n; i++) {
        int64_t y;
        if (!num_parse_int(level[i].year, &y) || y < 1 || y > 9999)
            read_fault(r, level[i].node, "scba.not-a-year", level[i].year);
        else
            year[i] = (int)y;
        value[i] = level[i].level;
    }
    *index = (struct scba_index){
        .key = in->key, .source = in->source, .year = year, .level = value, .n = in->levels.n};
}

static void read_indexes(struct reading *r)
{
    const struct file_index *in = r->f->price_indexes.item;
    for (size_t i = 0; i < r->f->price_indexes.n; i++)
        read_index(r, &in[i], &r->indexes[i]);
    r->m->n_indexes = r->f->price_indexes.n;
}

/* ---- Estimates ---- */

static void read_covariances(struct reading *r, double *covariance)
{
    const struct file_covariance *in = r->f->covariances.item;
    const size_t n = r->f->estimates.n, size = sizeof(struct file_estimate);
    const size_t key = offsetof(struct file_estimate, key);
    const struct file_estimate *est = r->f->estimates.item;
    for (size_t i = 0; i < r->f->covariances.n; i++) {
        const int a =
            read_find(r, in[i].node, "scba.one-estimate", in[i].first, &r->f->estimates, size, key);
        const int b = read_find(r, in[i].node, "scba.one-estimate", in[i].second, &r->f->estimates,
                                size, key);
        if (a == SCBA_NONE || b == SCBA_NONE)
            continue;
        if (a == b) {
            read_fault(r, in[i].node, "scba.covariance-self", in[i].first);
            continue;
        }
        const double c = read_is_given(in[i].node, "covariance")
                             ? in[i].covariance
                             : in[i].correlation * est[a].standard_error * est[b].standard_error;
        covariance[(size_t)a * n + (size_t)b] = c;
        covariance[(size_t)b * n + (size_t)a] = c;
    }
}

static void read_estimates(struct reading *r)
{
    const struct file_estimate *in = r->f->estimates.item;
    const size_t n = r->f->estimates.n;
    if (n == 0)
        return;
    if (r->m->estimates.n) {
        schema_mistake(r->errors, r->file, schema_place(r->f->node, "estimates"),
                       "scba.estimates-twice");
        return;
    }
    str *name = ARENA_NEW(r->a, str, n);
    double *value = ARENA_NEW(r->a, double, n), *covariance = ARENA_NEW(r->a, double, n *n);
    if (!name || !value || !covariance) {
        r->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        name[i] = in[i].key;
        value[i] = in[i].value;
        covariance[i * n + i] = in[i].standard_error * in[i].standard_error;
    }
    read_covariances(r, covariance);
    r->m->estimates =
        (struct scba_estimates){.n = n, .name = name, .value = value, .covariance = covariance};
}

/* ---- The whole ---- */

static void read_discount(struct reading *r)
{
    const struct scba_file_discount *in = &r->f->discount;
    struct scba_discount *d = &r->m->discount;
    const bool has_rate = read_is_given(in->node, "rate");
    d->by_regime = read_is_given(in->node, "regime_on");
    if (has_rate == d->by_regime)
        schema_mistake(r->errors, r->file, in->node, "scba.discount-one-of");
    d->rate = in->rate;
    d->date = in->regime_on;
    d->when = (enum scba_convention)in->when;
    d->has_range = in->range.n == 2;
    if (d->has_range) {
        d->low_rate = ((const double *)in->range.item)[0];
        d->high_rate = ((const double *)in->range.item)[1];
    }
}

static void read_settings(struct reading *r)
{
    const struct scba_file *f = r->f;
    struct scba_model *m = r->m;
    read_names(f->unit.in, STR(""), m->unit);
    m->reached = f->reached;
    if (f->currency.n)
        m->currency = f->currency;
    m->price_year = (int)f->price_year;
    m->horizon_years = (int)f->horizon_years;
    m->observed_years = (int)f->observed_years;
    if (read_is_given(f->node, "seed"))
        m->seed = (uint64_t)f->seed;
    if (f->draws)
        m->n_draws = (size_t)f->draws;
    for (size_t i = 0; i < f->levels.n; i++)
        m->level[i] = ((const double *)f->levels.item)[i];
    read_discount(r);
}

static size_t count_years(const struct schema_list *list)
{
    const struct file_item *in = list->item;
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        n += in[i].by_year.n;
    return n;
}

static bool allocate(struct reading *r)
{
    const struct scba_file *f = r->f;
    const size_t n_items = f->costs.n + f->effects.n + f->transfers.n;
    const size_t n_years =
        count_years(&f->costs) + count_years(&f->effects) + count_years(&f->transfers);
    const size_t n_terms = 2 * n_items + n_years;
    const size_t n_parameters = f->numbers.n + n_terms + SCBA_LINKS * n_items;
    r->payers = ARENA_NEW(r->a, struct scba_payer, f->payers.n);
    r->indexes = ARENA_NEW(r->a, struct scba_index, f->price_indexes.n);
    r->parameters = ARENA_NEW(r->a, struct scba_parameter, n_parameters);
    r->place = ARENA_NEW(r->a, const struct yaml_node *, n_parameters);
    r->items = ARENA_NEW(r->a, struct scba_item, n_items);
    r->source = ARENA_NEW(r->a, const struct file_item *, n_items);
    r->terms = ARENA_NEW(r->a, struct scba_term, n_terms);
    r->m->payers = r->payers;
    r->m->indexes = r->indexes;
    r->m->parameters = r->parameters;
    r->m->items = r->items;
    return r->payers && r->indexes && r->parameters && r->place && r->items && r->source &&
           r->terms;
}

/* ---- The model's own check, with a place in the file ---- */

/* Messages name a parameter first when one is wrong. */
static const struct yaml_node *place_of(const struct reading *r, const struct err_info *info,
                                        const struct yaml_node *otherwise)
{
    const struct msg_arg *a = &info->msg.arg[0];
    if (info->msg.n_args == 0 || a->kind != MSG_TEXT)
        return otherwise;
    const str name = {info->msg.text + a->at, a->n};
    for (size_t i = 0; i < r->m->n_parameters; i++)
        if (str_eq(r->parameters[i].key, name))
            return r->place[i] ? r->place[i] : otherwise;
    return otherwise;
}

static void add_fault(struct reading *r, const struct err_info *info,
                      const struct yaml_node *otherwise)
{
    const struct yaml_node *node = place_of(r, info, otherwise);
    struct err_info *kept = errs_next(r->errors);
    *kept = *info;
    err_at(kept, r->file, node->line, node->column);
}

/* Parts first, so that more than one mistake is told; the whole only when all parts are right. */
static void check_model(struct reading *r)
{
    struct err_info info;
    const size_t before = r->errors->n_found;
    for (size_t i = 0; i < r->m->n_parameters; i++)
        if (check_parameter(r->m, &r->parameters[i], &info) != OK)
            add_fault(r, &info, r->f->node);
    for (size_t i = 0; i < r->m->n_items; i++)
        if (check_item(r->m, &r->items[i], &info) != OK)
            add_fault(r, &info, r->source[i]->node);
    if (r->errors->n_found == before && scba_check(r->m, &info) != OK) {
        const bool is_rate = str_starts(str_of(info.msg.key), STR("scba.discount"));
        add_fault(r, &info, is_rate ? r->f->discount.node : r->f->node);
    }
}

err scba_read(const struct scba_file *f, str file, arena *a, struct scba_model *m,
              struct errs *errors)
{
    struct reading r = {.f = f, .file = file, .a = a, .m = m, .errors = errors};
    const size_t before = errors->n_found;
    if (f->costs.n + f->effects.n + f->transfers.n > SCBA_ITEMS_MAX) {
        struct msg *msg = schema_mistake(errors, file, f->node, "scba.too-many");
        msg_key(msg, "scba.word-items");
        msg_int(msg, SCBA_ITEMS_MAX);
        return E_LIMIT;
    }
    if (!allocate(&r))
        return err_nomem(errs_next(errors));
    read_settings(&r);
    read_payers(&r);
    read_indexes(&r);
    read_estimates(&r);
    read_numbers(&r);
    read_items(&r);
    if (r.out_of_memory)
        return err_nomem(errs_next(errors));
    if (errors->n_found == before)
        check_model(&r);
    return errors->n_found == before ? OK : E_INPUT;
}

err scba_parse(arena *a, str text, str file, struct scba_model *m, struct errs *errors)
{
    const struct yaml_node *root;
    struct err_info info;
    scba_model_init(m);
    const err e = yaml_parse(a, text, file, &root, &info);
    if (e != OK) {
        *errs_next(errors) = info;
        return e;
    }
    const struct yaml_node *part = yaml_get(root, STR("scba"));
    struct scba_file f;
    const err read = schema_read(&scba_file_map, part ? part : root, file, a, &f, errors);
    return read == OK ? scba_read(&f, file, a, m, errors) : read;
}
