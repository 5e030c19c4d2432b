/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * debt: debt help as the exchange model of DDAS (VNG Realisatie, 1.0) has it, as records.
 *
 * Does: read a JSON of any size: cut out one trajectory after the other and read each by itself;
 *       what is left, without trajectories, is the frame, and must be small.
 */
#ifndef ONTSCHOT_APP_INTAKE_DEBT_INT_H
#define ONTSCHOT_APP_INTAKE_DEBT_INT_H

#include "app/intake/intake.h"
#include "app/intake/source_int.h"

enum { DEBT_PIECE_MAX = 1 << 20, DEBT_DEPTH_MAX = 32 };

/* ---- debt_scan.c: where the pieces are ---- */

struct debt_piece {
    str text;
    int64_t line;
    size_t delivery; /* which of "leveringen", from 0 */
    size_t number;   /* which of its trajectories, from 1 */
};

struct debt_scan {
    struct intake_source *source;
    char *frame; /* DEBT_PIECE_MAX bytes, or NULL: not wanted */
    size_t n_frame;
    err (*take)(void *to, const struct debt_piece *piece, struct err_info *info); /* or NULL */
    void *to;
    /* its own */
    size_t at, counted;
    int64_t line;
};

/* Goes through the text once. E_INPUT with the line where it is no such JSON; E_LIMIT. */
WARN_UNUSED err debt_scan(struct debt_scan *s, struct err_info *info);

/* ---- debt.c ---- */

WARN_UNUSED err debt_read(struct intake_source *source, const struct intake_sink *sink,
                          struct err_info *info);

#endif
