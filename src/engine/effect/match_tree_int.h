/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * match_tree: the free points nearest to a place.
 *
 * Does: k-d trees over the controls, one for each stratum, from which points can
 *       be taken. Searching changes nothing, so that threads may search together.
 * Does not: choose for whom.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_MATCH_TREE_INT_H
#define ONTSCHOT_ENGINE_EFFECT_MATCH_TREE_INT_H

#include "engine/effect/match_int.h"

enum { MATCH_LEAF = 64 }; /* points in a leaf at most */

#define MATCH_NONE UINT32_MAX

/* Some of the points. Where none is free, first_row is MATCH_NONE. */
struct match_node {
    uint32_t from, to;    /* points */
    uint32_t left, right; /* nodes, or MATCH_NONE for a leaf */
    uint32_t parent;      /* or MATCH_NONE */
    uint32_t first_row;   /* the lowest row among the free points */
    double low, high;     /* values of the points */
};

struct match_tree {
    size_t k, n;
    uint32_t *row;  /* of each point */
    uint32_t *leaf; /* of each point */
    double *z;      /* places: those of a leaf's m points at from * k, column by column */
    double *value;  /* of each point, or NULL */
    bool *taken;    /* of each point */
    struct match_node *node;
    double *box; /* of each node: k least, then k largest */
    size_t n_nodes;
    uint32_t *root; /* of each stratum, MATCH_NONE where it has no points */
};

/* A point, and its squared distance. */
struct match_near {
    double distance;
    uint32_t row, point;
};

/* The nearest first; equal ones by row. */
struct match_list {
    struct match_near *near;
    size_t n, cap;
};

struct match_place {
    const double *z; /* k */
    double value, width;
    size_t stratum;
};

/* Memory from `a`. E_NOMEM. */
WARN_UNUSED err match_tree_new(const struct match_ask *ask, const struct match_sides *s, arena *a,
                               struct match_tree *t, struct err_info *info);

/* Fills `list` with the nearest free points within the width. */
void match_tree_search(const struct match_tree *t, const struct match_place *at,
                       struct match_list *list);

void match_tree_take(struct match_tree *t, uint32_t point);
void match_tree_give_back(struct match_tree *t); /* all of them */

#endif
