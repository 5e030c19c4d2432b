/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * linking: persons, of the records of a register.
 *
 * Does: keep covenants, under which records may be linked at all; run engine/linkage over what the
 *       register accepted and keep who is who, run by run, with ids that stay; queue the pairs that
 *       a person has to judge, and keep that judgement for every later run.
 * Does not: compare or decide (engine/linkage), or hold a citizen service number: numbers are the
 *           same when their marks are (app/register).
 *
 * Only a steward runs; only the steward whom the covenant names sees a pair, its values masked,
 * after a row in the log. To anybody else there is no such pair.
 */
#ifndef ONTSCHOT_APP_LINKING_LINKING_H
#define ONTSCHOT_APP_LINKING_LINKING_H

#include "app/access/holding.h"
#include "app/app.h"
#include "app/db/db.h"
#include "base/par.h"
#include "base/progress.h"
#include "engine/linkage/linkage.h"

enum {
    LINKING_NAME_MAX = 200,    /* bytes, of a covenant's name, purpose and ground each */
    LINKING_LIST_MAX = 200,    /* covenants and runs */
    LINKING_PAIRS_MAX = 50000, /* a run that leaves more to judge keeps those that matter most */
};

/* ---- covenants ---- */

struct covenant {
    struct covenant_id id;
    str name, purpose, ground;
    struct party_id steward;
    str steward_name;
    int32_t from, to; /* [from, to) */
};

/* For administrators. E_INPUT names the field; the steward is somebody with that role. */
WARN_UNUSED err covenant_add(const struct deed *deed, db *d, struct municipality_id m,
                             const struct covenant *c, struct covenant_id *id,
                             struct err_info *info);
/* For administrators and stewards; newest first. */
WARN_UNUSED err covenant_list(const struct deed *deed, db *d, struct municipality_id m,
                              struct covenant **list, size_t *n, struct err_info *info);

/* ---- runs ---- */

struct link_run {
    struct link_run_id id;
    struct covenant covenant;
    int64_t made_at;
    bool counts; /* rather than one that another replaced */
    struct linkage_figures figures;
    int64_t n_open, n_judged; /* pairs */
};

/*
 * Links all that the register accepted, under a covenant that is in force today; from then on this
 * run counts. For stewards. E_DENIED; E_CONFLICT when the covenant is not in force; what
 * linkage_run gives. On an error the run before it goes on counting.
 */
WARN_UNUSED err link_run_do(const struct deed *deed, db *d, struct municipality_id m,
                            struct covenant_id covenant, par *pool, const struct progress *progress,
                            struct link_run *run, struct err_info *info);
/* For stewards; newest first. */
WARN_UNUSED err link_run_list(const struct deed *deed, db *d, struct municipality_id m,
                              struct link_run **list, size_t *n, struct err_info *info);
/* Takes away what killed runs wrote, and the rows of runs gone by. For the worker's idle time. */
WARN_UNUSED err link_run_sweep(const struct app *app, db *d, struct err_info *info);

/* ---- judging ---- */

struct link_evidence {
    str field, a, b; /* values are masked */
    str level;       /* message key of what the two have in common */
    double bits;
};
struct link_pair {
    struct record_id a, b;
    enum linkage_status status;
    double probability;
    struct link_evidence *evidence; /* strongest first */
    size_t n_evidence;
};

/*
 * The pair of the run that counts whose judgement matters most and that this steward did not judge
 * yet. That it is shown is in the log before it is given. E_NOT_FOUND when none is left, or for who
 * is not the steward of the run's covenant.
 */
WARN_UNUSED err link_pair_next(const struct deed *deed, db *d, struct municipality_id m,
                               struct link_pair *pair, struct err_info *info);

enum link_answer { LINK_DIFFERENT, LINK_SAME, LINK_CANNOT_TELL };
/* A second answer of the same steward replaces the first. Holds from the next run on. */
WARN_UNUSED err link_pair_judge(const struct deed *deed, db *d, struct municipality_id m,
                                struct record_id a, struct record_id b, enum link_answer answer,
                                struct err_info *info);

/* ---- what is kept about stewards ---- */

extern const struct access_holding linking_holding;

#endif
