/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/match_tree_int.h"

#include "base/real.h"

#define KERNEL_FILE "engine/effect/match_kernel_int.h"
#include "base/kernels.h"

/* ---- building ---- */

struct build {
    const struct match_ask *ask;
    struct match_tree *tree;
};

static bool is_leaf(const struct match_node *n)
{
    return n->left == MATCH_NONE;
}

static double *box_of(const struct match_tree *t, size_t node)
{
    return t->box + node * 2 * t->k;
}

static void bound(const struct build *b, size_t node)
{
    const struct match_tree *t = b->tree;
    struct match_node *n = &t->node[node];
    double *low = box_of(t, node), *high = low + t->k;

    for (size_t j = 0; j < t->k; j++) {
        const double *x = b->ask->x[j];
        low[j] = high[j] = x[t->row[n->from]];
        for (size_t i = n->from + 1; i < n->to; i++) {
            const double v = x[t->row[i]];
            low[j] = v < low[j] ? v : low[j];
            high[j] = v > high[j] ? v : high[j];
        }
    }
}

static size_t widest(const struct match_tree *t, size_t node)
{
    const double *low = box_of(t, node), *high = low + t->k;
    size_t best = 0;
    for (size_t j = 1; j < t->k; j++)
        if (high[j] - low[j] > high[best] - low[best])
            best = j;
    return best;
}

static void swap(uint32_t *a, uint32_t *b)
{
    const uint32_t kept = *a;
    *a = *b;
    *b = kept;
}

/*
 * Brings the m-th smallest value to place m, none larger before it and none
 * smaller behind (Hoare 1961). Three ways, so that equal values cost nothing
 * extra; the pivot is scattered, so that no usual order of rows is a bad one.
 */
static void select_middle(const double *x, uint32_t *row, size_t n, size_t m)
{
    uint32_t random = 1;
    while (n > 1) {
        random = random * UINT32_C(1664525) + UINT32_C(1013904223);
        const double pivot = x[row[(random >> 8) % n]];
        size_t less = 0, at = 0, more = n;
        while (at < more) {
            const double v = x[row[at]];
            if (v < pivot)
                swap(&row[less++], &row[at++]);
            else if (v > pivot)
                swap(&row[at], &row[--more]);
            else
                at++;
        }
        if (m < less) {
            n = less;
        } else if (m < more) {
            return;
        } else {
            row += more;
            n -= more;
            m -= more;
        }
    }
}

static uint32_t add_node(const struct build *b, size_t from, size_t to, uint32_t parent)
{
    struct match_tree *t = b->tree;
    const uint32_t at = (uint32_t)t->n_nodes++;

    t->node[at] = (struct match_node){.from = (uint32_t)from,
                                      .to = (uint32_t)to,
                                      .left = MATCH_NONE,
                                      .right = MATCH_NONE,
                                      .parent = parent};
    bound(b, at);
    return at;
}

/* As deep as the logarithm of the points. */
static uint32_t grow(const struct build *b, size_t from, size_t to, uint32_t parent)
{
    struct match_tree *t = b->tree;
    const uint32_t at = add_node(b, from, to, parent);

    if (to - from <= MATCH_LEAF)
        return at;
    const size_t half = (to - from) / 2;
    select_middle(b->ask->x[widest(t, at)], t->row + from, to - from, half);
    const uint32_t left = grow(b, from, from + half, at);
    const uint32_t right = grow(b, from + half, to, at);
    t->node[at].left = left;
    t->node[at].right = right;
    return at;
}

static void fill_leaf(const struct build *b, uint32_t leaf)
{
    struct match_tree *t = b->tree;
    struct match_node *n = &t->node[leaf];
    double *z = t->z + n->from * t->k;

    for (size_t j = 0; j < t->k; j++)
        for (size_t i = n->from; i < n->to; i++)
            *z++ = b->ask->x[j][t->row[i]];
    n->low = REAL_INF;
    n->high = -REAL_INF;
    for (size_t i = n->from; i < n->to; i++) {
        const double v = t->value ? b->ask->value[t->row[i]] : 0;
        if (t->value)
            t->value[i] = v;
        n->low = v < n->low ? v : n->low;
        n->high = v > n->high ? v : n->high;
        t->leaf[i] = leaf;
    }
}

static void join(const struct match_tree *t, struct match_node *n)
{
    const struct match_node *left = &t->node[n->left], *right = &t->node[n->right];
    n->low = left->low < right->low ? left->low : right->low;
    n->high = left->high > right->high ? left->high : right->high;
}

static size_t most_nodes(size_t n_points, size_t n_strata)
{
    return 2 * (n_points / (MATCH_LEAF / 2) + n_strata);
}

err match_tree_new(const struct match_ask *ask, const struct match_sides *s, arena *a,
                   struct match_tree *t, struct err_info *info)
{
    const size_t n_strata = ask->stratum ? ask->n_strata : 1, n = s->n_control;
    const size_t n_nodes = most_nodes(n, n_strata);
    const struct build b = {.ask = ask, .tree = t};

    *t = (struct match_tree){.k = ask->k,
                             .n = n,
                             .row = s->control,
                             .leaf = ARENA_NEW(a, uint32_t, n),
                             .z = ARENA_NEW(a, double, n * ask->k),
                             .taken = ARENA_NEW(a, bool, n),
                             .node = ARENA_NEW(a, struct match_node, n_nodes),
                             .box = ARENA_NEW(a, double, n_nodes * 2 * ask->k),
                             .root = ARENA_NEW(a, uint32_t, n_strata)};
    t->value = ask->value ? ARENA_NEW(a, double, n) : NULL;
    if (!t->leaf || !t->z || !t->taken || !t->node || !t->box || !t->root ||
        (ask->value && !t->value))
        return err_nomem(info);
    for (size_t g = 0; g < n_strata; g++)
        t->root[g] = s->first[g] < s->first[g + 1]
                         ? grow(&b, s->first[g], s->first[g + 1], MATCH_NONE)
                         : MATCH_NONE;
    for (size_t i = t->n_nodes; i-- > 0;) /* a parent comes before its children */
        if (is_leaf(&t->node[i]))
            fill_leaf(&b, (uint32_t)i);
        else
            join(t, &t->node[i]);
    match_tree_give_back(t);
    return OK;
}

/* ---- taking ---- */

static void find_first(const struct match_tree *t, struct match_node *n)
{
    n->first_row = MATCH_NONE;
    if (is_leaf(n)) {
        for (size_t i = n->from; i < n->to; i++)
            if (!t->taken[i] && t->row[i] < n->first_row)
                n->first_row = t->row[i];
    } else {
        const uint32_t left = t->node[n->left].first_row, right = t->node[n->right].first_row;
        n->first_row = left < right ? left : right;
    }
}

void match_tree_take(struct match_tree *t, uint32_t point)
{
    t->taken[point] = true;
    for (uint32_t at = t->leaf[point]; at != MATCH_NONE; at = t->node[at].parent) {
        if (t->node[at].first_row != t->row[point])
            return; /* nor does it come first further up */
        find_first(t, &t->node[at]);
    }
}

void match_tree_give_back(struct match_tree *t)
{
    for (size_t i = 0; i < t->n; i++)
        t->taken[i] = false;
    for (size_t i = t->n_nodes; i-- > 0;)
        find_first(t, &t->node[i]);
}

/* ---- searching ---- */

/* A node, and the least squared distance that a point in it can have. */
struct prospect {
    double distance;
    uint32_t node, first_row;
};

/* Of no use are nodes where nobody is free, all are beyond the width, or all too far. */
static struct prospect no_prospect(uint32_t node)
{
    return (struct prospect){REAL_INF, node, MATCH_NONE};
}

/*
 * Summed as the distances of points are, so that rounding never makes it larger
 * than one of theirs.
 */
static struct prospect look_at(const struct match_tree *t, const struct match_place *at,
                               uint32_t node, double farthest)
{
    enum { AT_ONCE = 4 };
    const struct match_node *n = &t->node[node];
    const double *low = box_of(t, node), *high = low + t->k;
    double sum = 0;

    if (n->first_row == MATCH_NONE || n->low - at->value > at->width ||
        at->value - n->high > at->width)
        return no_prospect(node);
    for (size_t from = 0; from < t->k && sum <= farthest; from += AT_ONCE)
        for (size_t j = from; j < t->k && j < from + AT_ONCE; j++) {
            const double under = low[j] - at->z[j], beyond = at->z[j] - high[j];
            const double outside = under > beyond ? under : beyond;
            const double apart = outside > 0 ? outside : 0;
            sum += apart * apart;
        }
    return sum <= farthest ? (struct prospect){sum, node, n->first_row} : no_prospect(node);
}

/* Whether a point at this distance, of this row or a later one, is of no use. */
static bool is_too_late(const struct match_list *l, double distance, uint32_t row)
{
    if (l->n < l->cap)
        return distance == REAL_INF;
    const struct match_near *last = &l->near[l->cap - 1];
    return distance > last->distance || (distance == last->distance && row > last->row);
}

/* Beyond this distance nothing is of use. */
static double farthest(const struct match_list *l)
{
    return l->n < l->cap ? REAL_INF : l->near[l->cap - 1].distance;
}

static void insert(struct match_list *l, struct match_near p)
{
    size_t at = l->n < l->cap ? l->n++ : l->cap - 1;
    for (; at > 0; at--) {
        const struct match_near *before = &l->near[at - 1];
        if (before->distance < p.distance ||
            (before->distance == p.distance && before->row < p.row))
            break;
        l->near[at] = *before;
    }
    l->near[at] = p;
}

static void search_leaf(const struct match_tree *t, const struct match_place *at,
                        const struct match_node *n, struct match_list *l)
{
    const size_t m = n->to - n->from;
    const double *z = t->z + n->from * t->k;
    double distance[MATCH_LEAF];

    KERNEL_PICK(measure_leaf)(z, at->z, t->k, m, distance);
    for (size_t i = 0; i < m; i++) {
        const uint32_t point = n->from + (uint32_t)i;
        if (is_too_late(l, distance[i], t->row[point]) || t->taken[point])
            continue;
        if (t->value &&
            (t->value[point] - at->value > at->width || at->value - t->value[point] > at->width))
            continue;
        insert(l, (struct match_near){distance[i], t->row[point], point});
    }
}

static bool comes_first(const struct prospect *a, const struct prospect *b)
{
    return a->distance < b->distance || (a->distance == b->distance && a->first_row < b->first_row);
}

static void search(const struct match_tree *t, const struct match_place *at, struct prospect p,
                   struct match_list *l)
{
    const struct match_node *n = &t->node[p.node];

    if (is_too_late(l, p.distance, p.first_row))
        return;
    if (is_leaf(n)) {
        search_leaf(t, at, n, l);
        return;
    }
    const struct prospect left = look_at(t, at, n->left, farthest(l));
    const struct prospect right = look_at(t, at, n->right, farthest(l));
    const bool left_first = comes_first(&left, &right);
    search(t, at, left_first ? left : right, l);
    search(t, at, left_first ? right : left, l);
}

void match_tree_search(const struct match_tree *t, const struct match_place *at,
                       struct match_list *l)
{
    const uint32_t root = t->root[at->stratum];
    l->n = 0;
    if (root != MATCH_NONE)
        search(t, at, look_at(t, at, root, REAL_INF), l);
}
