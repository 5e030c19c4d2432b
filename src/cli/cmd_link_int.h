/* SPDX-License-Identifier: EUPL-1.2 */
/* cmd_link_int: what the files of `ontschot link` share. */
#ifndef ONTSCHOT_CLI_CMD_LINK_INT_H
#define ONTSCHOT_CLI_CMD_LINK_INT_H

#include "cli/cli_int.h"
#include "engine/linkage/linkage.h"

/* One run, with what it reads. Where it comes from: the command line, or the record of a run. */
struct link_work {
    str settings_path, path[2];
    size_t n_tables;
    struct linkage_warrant warrant;
    str labels_path, objections_path; /* empty: none */
    uint64_t seed;

    const struct linkage_settings *settings;
    table *table[2];
    struct linkage_names *names;
    struct linkage_model model;
    struct linkage_ask ask;
    linkage *run;
    uint8_t *is_hidden; /* for each record: of a person who objects */
    size_t n_objections, n_hidden;
};

/* All of these tell what is wrong themselves and return an enum cli_exit. */
int link_open(struct cli *c, struct link_work *w);  /* settings, tables, names */
int link_start(struct cli *c, struct link_work *w); /* the run */
void link_close(struct link_work *w);

/* What options name. */
WARN_UNUSED err link_read_model(struct cli *c, struct link_work *w, str path,
                                struct err_info *info);
WARN_UNUSED err link_read_previous(struct cli *c, struct link_work *w, str path,
                                   struct err_info *info);
/* Labels and objections, where there are any. */
WARN_UNUSED err link_read_said(struct cli *c, struct link_work *w, struct err_info *info);

/* cmd_link_write.c: the files of a run, whole or not at all, and the record of it read back. */
WARN_UNUSED err link_write(struct cli *c, const struct link_work *w, str folder,
                           struct err_info *info);
WARN_UNUSED err link_read_record(struct cli *c, struct link_work *w, str folder,
                                 struct err_info *info);
/* Pairs between the thresholds, those first of which most harm is to be expected. */
WARN_UNUSED err link_write_review(struct cli *c, const struct link_work *w, out *o,
                                  struct err_info *info);

#endif
