/* SPDX-License-Identifier: EUPL-1.2 */
/* linking_int: what the files of this room share. */
#ifndef ONTSCHOT_APP_LINKING_INT_H
#define ONTSCHOT_APP_LINKING_INT_H

#include "app/linking/linking.h"
#include "app/linking/queries.h"

WARN_UNUSED err linking_check(const struct deed *deed, enum access_role role,
                              struct err_info *info);
WARN_UNUSED err covenant_find(const struct deed *deed, db *d, struct municipality_id m,
                              struct covenant_id id, struct covenant *c, struct err_info *info);

/* ---- gather.c: what linkage is given ---- */

struct gathered {
    table *records;
    struct record_id *id; /* of each row of the table */
    size_t n;
    struct linkage_label *label;
    size_t n_labels;
    uint32_t *previous;       /* of each row: its person in the run that counts, from 1; 0: none */
    struct person_id *person; /* person[k - 1] is the one that previous calls k */
    size_t n_persons;
};
WARN_UNUSED err linking_gather(const struct deed *deed, db *d, struct municipality_id m, par *pool,
                               struct gathered *g, struct err_info *info);
void linking_let_go(struct gathered *g);

/* ---- keep.c: what linkage found ---- */

struct keeping {
    const struct deed *deed;
    struct municipality_id m;
    struct covenant_id covenant;
    const struct linkage_settings *settings;
    const struct gathered *from;
    const linkage *found;
    struct link_run_id id;
};
/* Writes the run in stages, then lets it count. */
WARN_UNUSED err linking_keep(struct keeping *k, db *d, struct err_info *info);

/* Figures of a run as they are kept, and back. */
void linking_figures_write(const struct linkage_figures *f, out *o);
WARN_UNUSED err linking_figures_read(str text, struct linkage_figures *f, struct err_info *info);

extern const str linking_settings_text;

#endif
