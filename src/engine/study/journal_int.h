/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * journal: what happened to a plan, one signed line for each event, each line
 * holding the hash of the one before.
 */
#ifndef ONTSCHOT_ENGINE_STUDY_JOURNAL_INT_H
#define ONTSCHOT_ENGINE_STUDY_JOURNAL_INT_H

#include "engine/study/study.h"

enum { JOURNAL_BYTES_MAX = 1 << 26, JOURNAL_NOTE_MAX = 2000 };

enum journal_kind { JOURNAL_FREEZE, JOURNAL_AMEND, JOURNAL_RUN };

struct journal_entry {
    enum journal_kind kind;
    str date; /* STUDY_TIME_TEXT characters */
    struct seal_hash plan;
    struct seal_hash data;    /* JOURNAL_RUN: of the data file */
    struct seal_hash results; /* JOURNAL_RUN: of the list of results, see manifest */
    str note;                 /* JOURNAL_AMEND: the reason */
    str text; /* JOURNAL_FREEZE, JOURNAL_AMEND: the plan itself, whose hash is `plan` */
    struct seal_public signer; /* set by journal_extend */
};

struct journal {
    str text; /* the whole file */
    const struct journal_entry *entry;
    size_t n;
    struct seal_hash head; /* of the last line; all zero when there is none */
};

/* "pilot.yaml" -> "pilot.journal.jsonl"; p is NULL when memory is out. */
str journal_path(arena *a, str plan_path);

/* Checks every line: its form, its signature, its place in the chain. E_INPUT with the line. */
WARN_UNUSED err journal_parse(arena *a, str text, str name, struct journal *j,
                              struct err_info *info);

/* A journal that does not exist yet has no entries. */
WARN_UNUSED err journal_read(arena *a, str path, struct journal *j, struct err_info *info);

/* The text of the journal with one more entry, signed. */
WARN_UNUSED err journal_extend(arena *a, const struct journal *j, struct journal_entry entry,
                               const seal_key *key, str *text, struct err_info *info);

/* Replaces `before` by `after`. E_CONFLICT when the file is not `before` any more. */
WARN_UNUSED err journal_replace(str path, str before, str after, struct err_info *info);

/* What the first n entries say about a plan. */
void journal_status(const struct journal *j, size_t n, struct seal_hash plan,
                    struct study_status *status);

/* "2026-11-24T06:02:12Z" */
void journal_print_time(int64_t ms, char text[STUDY_TIME_TEXT]);

#endif
