/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A sink for tests that counts, adds up and keeps what it was last told.
 */
#ifndef ONTSCHOT_APP_INTAKE_INTAKE_TEST_INT_H
#define ONTSCHOT_APP_INTAKE_INTAKE_TEST_INT_H

#include "app/intake/intake.h"

enum { KEPT_RECORDS = 16, KEPT_TEXT = 64 };

struct kept_record {
    enum intake_kind kind;
    struct intake_place place;
    char text[KEPT_TEXT]; /* the number or reference of the record */
    struct bsn bsn;
    size_t n_relations;
    int64_t cents;
};

struct counting_sink {
    struct intake_sink sink;
    size_t n_heads, n_taken, n_aside;
    size_t taken[INTAKE_KINDS], aside[INTAKE_KINDS];
    int64_t taken_cents, aside_cents;
    char format[KEPT_TEXT], sender[KEPT_TEXT], receiver[KEPT_TEXT];
    bool is_snapshot;
    const char *reasons[KEPT_RECORDS]; /* keys */
    struct kept_record record[KEPT_RECORDS];
    struct intake_record last; /* its texts are gone */
};

void counting_sink_init(struct counting_sink *c);

/* Reads a file of tests/data. */
err read_fixture(const char *path, const char *mapping, struct counting_sink *c,
                 struct err_info *info);

#endif
