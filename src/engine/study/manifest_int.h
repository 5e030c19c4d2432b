/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * manifest: what went into a result and what came out, file by file, signed.
 *
 * manifest.json is the statement; manifest.sig its signature, over exactly its
 * bytes. A manifest has one spelling: reading prints it again and compares.
 */
#ifndef ONTSCHOT_ENGINE_STUDY_MANIFEST_INT_H
#define ONTSCHOT_ENGINE_STUDY_MANIFEST_INT_H

#include "engine/study/study.h"

#define MANIFEST_FILE      STR("manifest.json")
#define MANIFEST_SIGNATURE STR("manifest.sig")
#define MANIFEST_PLAN      STR("plan.yaml")
#define MANIFEST_JOURNAL   STR("journal.jsonl")

enum { MANIFEST_INPUTS = 3, MANIFEST_RESULTS_MAX = 16, MANIFEST_BYTES_MAX = 1 << 20 };

struct manifest_file {
    str name;
    int64_t bytes;
    struct seal_hash hash;
};

enum manifest_input { MANIFEST_IN_PLAN, MANIFEST_IN_JOURNAL, MANIFEST_IN_DATA };

struct manifest {
    str program; /* version */
    str date;    /* STUDY_TIME_TEXT characters */
    struct seal_public signer;
    int64_t seed;
    str state; /* study_state_name */
    int64_t run, n_runs_before_freeze, n_runs_changed, n_amendments;
    struct manifest_file input[MANIFEST_INPUTS]; /* the data under the name the plan gives */
    struct manifest_file result[MANIFEST_RESULTS_MAX];
    size_t n_results;
};

/* The one fingerprint of all results, as the journal keeps it. */
struct seal_hash manifest_results_hash(const struct manifest *m);

void manifest_print(const struct manifest *m, out *o);

/* False when `text` is not exactly what manifest_print gives, or names files outside the folder. */
bool manifest_parse(arena *a, str text, struct manifest *m);

/* manifest_read.c: the members, without that guarantee. */
bool manifest_read(arena *a, str text, struct manifest *m);

#endif
