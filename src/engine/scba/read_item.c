/* SPDX-License-Identifier: EUPL-1.2 */
/* A cost, effect or transfer of an scba file becomes an item of the model. */
#include "engine/scba/file_int.h"

#include "base/num.h"

#include <stddef.h>

struct words {
    const char *size, *by_year, *size_null;
};
static const struct words words_of[] = {
    [SCBA_COST] = {"amount", "amount_by_year", "amount_null"},
    [SCBA_EFFECT] = {"size", "size_by_year", "size_null"},
    [SCBA_TRANSFER] = {"amount", "amount_by_year", "amount_null"},
};

static const struct {
    const char *key, *role;
} links[] = {
    [SCBA_REACH] = {"reach", "scba.role-reach"},
    [SCBA_BASELINE_PROBABILITY] = {"baseline_probability", "scba.role-baseline-probability"},
    [SCBA_DEADWEIGHT] = {"deadweight", "scba.role-deadweight"},
    [SCBA_ATTRIBUTION] = {"attribution", "scba.role-attribution"},
    [SCBA_DISPLACEMENT] = {"displacement", "scba.role-displacement"},
    [SCBA_UNIT_VALUE] = {"unit_value", "scba.role-unit-value"},
};

/* ---- Terms ---- */

static void fill_years(const struct file_item *in, struct scba_term *t)
{
    t->first_year = (int)in->first_year;
    t->full_years = (int)in->years;
    t->fade = (enum scba_fade)in->fade;
    t->fade_years = (int)in->fade_years;
    t->fade_rate = in->fade_rate;
}

static struct scba_term *add_term(struct reading *r, const struct file_item *in,
                                  struct scba_item *item, int parameter)
{
    struct scba_term *t = &r->terms[r->n_terms++];
    scba_term_init(t, parameter);
    t->scale = in->periods_per_year / (in->per ? r->f->reached : 1.0);
    fill_years(in, t);
    if (item->n_terms++ == 0)
        item->terms = t;
    return t;
}

static void add_sizes(struct reading *r, const struct file_item *in, struct scba_item *item,
                      bool is_money)
{
    const struct words *w = &words_of[item->kind];
    if (read_is_given(in->node, w->size)) {
        const struct lender by = {in, w->size, NULL, is_money};
        add_term(r, in, item, read_number(r, &in->size, by));
    }
    if (read_is_given(in->node, w->size_null)) {
        const struct lender by = {in, w->size_null, "scba.role-null", is_money};
        add_term(r, in, item, read_number(r, &in->size_null, by))->alternative = SCBA_NULL;
    }
}

/* "size_by_year.3": unique, and the same when a year is added behind it. */
static const char *year_field(struct reading *r, const char *key, size_t year)
{
    char text[NUM_TEXT_MAX];
    const str number = {text, num_print_int((int64_t)year, text)};
    return read_compose(r, str_of(key), STR("."), number).p;
}

/* One year each; only the last may fade. */
static void add_years(struct reading *r, const struct file_item *in, struct scba_item *item,
                      bool is_money)
{
    const struct file_number *number = in->by_year.item;
    for (size_t y = 0; y < in->by_year.n; y++) {
        const struct lender by = {in, year_field(r, words_of[item->kind].by_year, y + 1),
                                  "scba.role-year", is_money};
        struct scba_term *t = add_term(r, in, item, read_number(r, &number[y], by));
        t->first_year = (int)in->first_year + (int)y;
        t->full_years = 1;
        if (y + 1 < in->by_year.n)
            t->fade = SCBA_STOP;
    }
}

static void check_unused(struct reading *r, const struct file_item *in, const char *key, bool used,
                         const char *fault)
{
    if (used || !read_is_given(in->node, key))
        return;
    struct msg *m = schema_mistake(r->errors, r->file, schema_place(in->node, key), fault);
    msg_text(m, str_of(key));
    msg_text(m, in->key);
}

/* What is written down must count: a key without effect is a mistake. */
static void check_years(struct reading *r, const struct file_item *in)
{
    check_unused(r, in, "years", in->by_year.n == 0, "scba.unused-by-year");
    check_unused(r, in, "fade_years", in->fade == SCBA_LINEAR, "scba.unused-fade");
    check_unused(r, in, "fade_rate", in->fade == SCBA_EXPONENTIAL, "scba.unused-fade");
    static const char *const own[] = {"first_year", "years", "fade",       "periods_per_year",
                                      "per",        "year",  "amount_null"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        check_unused(r, in, own[i], in->share_of.n == 0, "scba.unused-share-of");
}

/* A size, sizes by year, or (of a transfer) a share of another item: one of these. */
static void read_terms(struct reading *r, const struct file_item *in, struct scba_item *item,
                       bool is_money)
{
    const struct words *w = &words_of[item->kind];
    const int ways = (int)read_is_given(in->node, w->size) +
                     (int)read_is_given(in->node, w->by_year) + (in->share_of.n > 0);
    if (ways != 1) {
        struct msg *m = schema_mistake(r->errors, r->file, in->node,
                                       item->kind == SCBA_TRANSFER ? "scba.transfer-one-of"
                                                                   : "scba.item-one-of");
        msg_text(m, in->key);
        msg_text(m, str_of(w->size));
        msg_text(m, str_of(w->by_year));
        return;
    }
    check_years(r, in);
    add_sizes(r, in, item, is_money);
    add_years(r, in, item, is_money);
}

/* ---- Who ---- */

static int find_payer(struct reading *r, const struct yaml_node *node, str name)
{
    return read_find(r, node, "scba.one-payer", name, &r->f->payers, sizeof(struct file_payer),
                     offsetof(struct file_payer, key));
}

static void read_shares(struct reading *r, const struct file_item *in, struct scba_item *item)
{
    double *share = ARENA_NEW(r->a, double, r->m->n_payers);
    if (!share) {
        r->out_of_memory = true;
        return;
    }
    const struct file_share *given = in->shares.item;
    for (size_t i = 0; i < in->shares.n; i++) {
        const int payer = find_payer(r, given[i].node, given[i].payer);
        if (payer != SCBA_NONE)
            share[payer] = given[i].share;
    }
    item->share = share;
}

/* The item that a transfer follows; transfers come last, so that it exists already. */
static int find_item(struct reading *r, const struct file_item *in)
{
    str keys[SCBA_ITEMS_MAX];
    size_t n = 0;
    for (; n < r->m->n_items && r->items[n].kind != SCBA_TRANSFER; n++) {
        if (str_eq(r->items[n].key, in->share_of))
            return (int)n;
        keys[n] = r->items[n].key;
    }
    read_unknown(r, schema_place(in->node, "share_of"), "scba.one-item", in->share_of,
                 schema_nearest(in->share_of, keys, n));
    return SCBA_NONE;
}

/* ---- Items ---- */

static struct scba_item *start_item(struct reading *r, const struct file_item *in,
                                    enum scba_kind kind)
{
    r->source[r->m->n_items] = in;
    struct scba_item *item = &r->items[r->m->n_items++];
    scba_item_init(item, kind);
    item->key = in->key;
    read_names(in->label.in, in->key, item->name);
    return item;
}

static void read_cost(struct reading *r, const struct file_item *in)
{
    struct scba_item *item = start_item(r, in, SCBA_COST);
    read_terms(r, in, item, true);
    read_shares(r, in, item);
}

static void read_effect(struct reading *r, const struct file_item *in)
{
    struct scba_item *item = start_item(r, in, SCBA_EFFECT);
    const bool has_price = read_is_given(in->node, links[SCBA_UNIT_VALUE].key);
    item->sign = in->more_is == 0 ? 1 : -1;
    item->causal = in->causal;
    read_terms(r, in, item, !has_price);
    for (int l = 0; l < SCBA_LINKS; l++) {
        const struct lender by = {in, links[l].key, links[l].role, l == SCBA_UNIT_VALUE};
        if (read_is_given(in->node, links[l].key))
            item->link[l] = read_number(r, &in->links[l], by);
    }
    read_shares(r, in, item);
}

static void read_transfer(struct reading *r, const struct file_item *in)
{
    struct scba_item *item = start_item(r, in, SCBA_TRANSFER);
    const bool has_rate = read_is_given(in->node, "rate");
    item->from = find_payer(r, schema_place(in->node, "from"), in->from);
    item->to = find_payer(r, schema_place(in->node, "to"), in->to);
    read_terms(r, in, item, true);
    if (has_rate != (in->share_of.n > 0)) {
        read_fault(r, in->node, "scba.transfer-rate", in->key);
        return;
    }
    if (!has_rate)
        return;
    const struct lender by = {in, "rate", "scba.role-rate", false};
    item->linked_to = find_item(r, in);
    item->link[SCBA_UNIT_VALUE] = read_number(r, &in->links[SCBA_UNIT_VALUE], by);
}

static void read_list(struct reading *r, const struct schema_list *list,
                      void (*read)(struct reading *r, const struct file_item *in))
{
    const struct file_item *in = list->item;
    for (size_t i = 0; i < list->n; i++)
        read(r, &in[i]);
}

void read_items(struct reading *r)
{
    read_list(r, &r->f->costs, read_cost);
    read_list(r, &r->f->effects, read_effect);
    read_list(r, &r->f->transfers, read_transfer);
}
